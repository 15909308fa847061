#include "app/unix_signals.h"
#include "tests/killtest/stand.h"
#include "tests/killtest/trader.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QElapsedTimer>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace
{

constexpr int mostStands = 12; ///< side by side: a life mostly waits

/// The part that is killed: --trade|--verify FOLDER REST-PORT STREAM-PORT CREDENTIALS POINT ACKNOWLEDGED SEED
int liveOnce(const QStringList &arguments)
{
    const auto point = killtest::CrashPoint::parse(arguments[6]);
    if (!point) {
        return 2;
    }
    killtest::Life life;
    life.isLast = arguments[1] == QStringLiteral("--verify");
    life.folder = arguments[2];
    life.restPort = arguments[3].toUShort();
    life.streamPort = arguments[4].toUShort();
    life.credentials = arguments[5];
    life.point = *point;
    life.acknowledged = arguments[7];
    life.seed = arguments[8].toULongLong();
    return killtest::live(life);
}

void print(const killtest::Tally &tally, qint64 milliseconds)
{
    std::printf("runs            %d\n", tally.runs);
    for (int i = 0; i < killtest::CrashPoint::kinds; ++i) {
        std::printf("  killed at     %-9s %d\n", killtest::toWord(static_cast<killtest::CrashPoint::Kind>(i)),
            tally.kills[static_cast<std::size_t>(i)]);
    }
    std::printf("comparisons     %lld\n", static_cast<long long>(tally.comparisons));
    std::printf("orders sent     %lld\n", static_cast<long long>(tally.sent));
    std::printf("acknowledged    %lld\n", static_cast<long long>(tally.acknowledged));
    std::printf("unresolved      %d\n", tally.unresolved);
    std::printf("divergences     %d\n", tally.divergences);
    std::printf("seconds         %.1f\n", static_cast<double>(milliseconds) / 1'000);
}

} // namespace

int main(int argc, char **argv)
{
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    const QApplication application{argc, argv};
    if (argc == 9) {
        return liveOnce(QApplication::arguments());
    }
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Kills the real program in the midst of trading, at random times and at named points, "
                       "and compares it with the exchange at the next start. Ends with 1 if they differ."));
    parser.addHelpOption();
    const QCommandLineOption runs{QStringLiteral("runs"), QStringLiteral("Kills (20)."),
        QStringLiteral("number"), QStringLiteral("20")};
    const QCommandLineOption seed{QStringLiteral("seed"), QStringLiteral("Of the choices made (1)."),
        QStringLiteral("number"), QStringLiteral("1")};
    parser.addOptions({runs, seed});
    parser.process(application);
    bool isNumber = true;
    bool isSeed = true;
    killtest::Tally tally;
    tally.toRun = parser.value(runs).toInt(&isNumber);
    const quint64 seedValue = parser.value(seed).toULongLong(&isSeed);
    if (!isNumber || !isSeed || tally.toRun < 1) {
        std::fputs("--runs takes a whole number above 0, --seed a whole number.\n", stderr);
        return 2;
    }
    QElapsedTimer timer;
    timer.start();
    std::vector<std::unique_ptr<killtest::Stand>> stands;
    int working = std::clamp(tally.toRun / 3, 1, mostStands);
    for (int number = 0, count = working; number < count; ++number) {
        stands.push_back(std::make_unique<killtest::Stand>(number, seedValue, tally));
        QObject::connect(
            stands.back().get(), &killtest::Stand::finished, &application,
            [&working] {
                if (--working == 0) {
                    QCoreApplication::quit();
                }
            },
            Qt::QueuedConnection);
        QMetaObject::invokeMethod(stands.back().get(), &killtest::Stand::start, Qt::QueuedConnection);
    }
    const app::UnixSignals unixSignals; // Ctrl+C: no more runs, but those under way are judged
    QObject::connect(
        &unixSignals, &app::UnixSignals::terminationRequested, &application, [&tally] { tally.toRun = 0; });
    QApplication::exec();
    print(tally, timer.elapsed());
    return tally.divergences == 0 && tally.unresolved == 0 ? 0 : 1;
}
