// Starts the real program on the paper exchange and prints how long it takes to the first live candle and
// what it costs when nobody touches it. Run it under a display (packaging/bench does).

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTextStream>
#include <QThread>

#include <algorithm>
#include <optional>
#include <unistd.h>
#include <vector>

namespace
{

constexpr int startRuns = 5;
constexpr int idleSeconds = 20;

/// The program's log so far; empty before it exists.
QByteArray logOf(const QTemporaryDir &data)
{
    QFile log{data.filePath(QStringLiteral("log/headroom.log"))};
    return log.open(QIODevice::ReadOnly) ? log.readAll() : QByteArray{};
}

/// Milliseconds until the log says so; nothing after 30 s.
std::optional<qint64> waitForLog(
    const QTemporaryDir &data, const QByteArray &sentence, const QElapsedTimer &since)
{
    while (since.elapsed() < 30'000) {
        if (logOf(data).contains(sentence)) {
            return since.elapsed();
        }
        ::usleep(2'000);
    }
    return std::nullopt;
}

/// CPU seconds, user and system, that a process has used.
double cpuSecondsOf(qint64 processId)
{
    QFile stat{QStringLiteral("/proc/%1/stat").arg(processId)};
    if (!stat.open(QIODevice::ReadOnly)) {
        return 0;
    }
    const QByteArray text = stat.readAll();
    const QList<QByteArray> fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    const double ticks = fields.value(11).toDouble() + fields.value(12).toDouble();
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application{argc, argv};
    QTextStream out{stdout};
    const QString program = QCoreApplication::applicationDirPath() + QStringLiteral("/headroom");
    QTemporaryDir data;
    std::vector<qint64> milliseconds;
    for (int run = 0; run <= startRuns; ++run) {
        QFile::remove(data.filePath(QStringLiteral("log/headroom.log")));
        QProcess terminal;
        QElapsedTimer since;
        since.start();
        terminal.start(program, {QStringLiteral("--data-dir"), data.path()});
        const auto first = waitForLog(data, "First live candle", since);
        if (!first) {
            out << "The terminal showed no live candle within 30 s:\n" << logOf(data);
            return 1;
        }
        if (run == 0) {
            out << "start to first live candle, first start (new account): " << *first << " ms\n";
        } else {
            milliseconds.push_back(*first);
        }
        if (run == startRuns) {
            QThread::msleep(5'000); // the window settles: history, brackets, first frames
            const double before = cpuSecondsOf(terminal.processId());
            QThread::sleep(idleSeconds);
            const double used = cpuSecondsOf(terminal.processId()) - before;
            out << "idle window with all live symbols, terminal and exchange together: "
                << QString::number(100 * used / idleSeconds, 'f', 1)
                << " % of one core (target under 10 %)\n";
        }
        terminal.terminate();
        if (!terminal.waitForFinished(10'000)) {
            terminal.kill();
            terminal.waitForFinished();
            out << "The terminal did not end within 10 s of SIGTERM.\n";
            return 1;
        }
    }
    std::ranges::sort(milliseconds);
    out << "start to first live candle, warm: median " << milliseconds[milliseconds.size() / 2]
        << " ms, fastest " << milliseconds.front() << " ms, slowest " << milliseconds.back()
        << " ms (target under 2000 ms)\n";
    return 0;
}
