#include "tests/killtest/stand.h"

#include "tests/support/paper_client.h"

#include <QCoreApplication>
#include <QFile>

#include <cstdio>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace killtest
{
namespace
{

constexpr int runsOfOneExchange = 50;
constexpr int startPatience = 60'000;
constexpr int lifePatience = 400'000;
/// A start costs about a tenth of the weight of a minute; more of them would only wait for it.
constexpr std::size_t startsAMinute = 5;
constexpr qint64 minute = 60'000;

/// Lost and doubtful answers, refusals before the engine, slow answers, duplicated events, a cut stream.
constexpr const char *faults = R"({"rules": [
{"kind": "dropAfter", "calls": "trading", "probability": 0.03},
{"kind": "dropBefore", "calls": "trading", "probability": 0.01},
{"kind": "unknownExecuted", "calls": "trading", "probability": 0.01},
{"kind": "unknownNotExecuted", "calls": "trading", "probability": 0.01},
{"kind": "overloaded", "calls": "placing", "probability": 0.01},
{"kind": "delay", "calls": "trading", "probability": 0.2, "delayMs": 20, "delayUpToMs": 400},
{"kind": "delayBefore", "calls": "trading", "probability": 0.1, "delayMs": 10, "delayUpToMs": 200},
{"kind": "duplicateEvent", "route": "private", "probability": 0.01},
{"kind": "reorderEvent", "route": "private", "probability": 0.02},
{"kind": "cutStreams", "route": "private", "everyMs": 60000}
]})";

std::unique_ptr<QProcess> newProcess()
{
    auto process = std::make_unique<QProcess>();
    process->setChildProcessModifier([] {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL); // none outlives us
        ::setpgid(0, 0);                    // what ends us by name or key is not for them
    });
    return process;
}

} // namespace

Stand::Stand(int number, std::uint64_t seed, Tally &tally)
    : m_number{number},
      m_random{seed * 1'000 + static_cast<std::uint64_t>(number)},
      m_tally{tally}
{
    m_clock.start();
    m_kill.setSingleShot(true);
    m_patience.setSingleShot(true);
    connect(&m_kill, &QTimer::timeout, this, &Stand::killLife);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        diverged(QStringLiteral("the program hangs"));
        killLife();
    });
}

Stand::~Stand()
{
    if (m_life) {
        m_life->disconnect(this);
        m_life->kill();
        m_life->waitForFinished();
    }
    if (m_exchange) {
        m_exchange->kill();
        m_exchange->waitForFinished();
    }
}

void Stand::start()
{
    if (m_tally.toRun == 0) {
        emit finished();
        return;
    }
    if (!openExchange()) {
        diverged(QStringLiteral("the exchange does not start"));
        emit finished();
        return;
    }
    beginLife();
}

bool Stand::openExchange()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_runsHere = 0;
    m_starts.clear();
    m_acknowledged.clear();
    m_sent.clear();
    m_reducing.clear();
    if (!m_folder->isValid() || !write("faults.json", faults)) {
        return false;
    }
    m_exchange = newProcess();
    m_exchange->setStandardErrorFile(file("exchange.err"));
    m_exchange->start(QStringLiteral(HEADROOM_EXCHANGE),
        {QStringLiteral("--seed"), QString::number(m_random() % 1'000'000), QStringLiteral("--balance"),
            QStringLiteral("1000000"), QStringLiteral("--control"), QStringLiteral("--faults"),
            file("faults.json")});
    QByteArray said;
    while (!said.endsWith("ready\n")) {
        if (!m_exchange->waitForReadyRead(startPatience)) {
            return false;
        }
        said += m_exchange->readAllStandardOutput();
    }
    const auto valueOf = [&said](const QByteArray &name) {
        const qsizetype at = said.indexOf(QByteArray{name + '='}) + name.size() + 1;
        return said.mid(at, said.indexOf('\n', at) - at);
    };
    m_rest = valueOf("rest");
    m_streams = valueOf("streams");
    m_key = valueOf("api-key");
    m_secret = valueOf("secret");
    return write("credentials", "key = " + m_key + "\nsecret = " + m_secret + "\n");
}

bool Stand::write(const char *name, const QByteArray &content) const
{
    QFile written{file(name)};
    return written.open(QIODevice::WriteOnly | QIODevice::Truncate) &&
           written.setPermissions(QFile::ReadOwner | QFile::WriteOwner) &&
           written.write(content) == content.size();
}

CrashPoint Stand::nextPoint()
{
    using Kind = CrashPoint::Kind;
    const int choice = below(100);
    if (choice < 40) {
        return {Kind::Time, 50 + below(1'450)};
    }
    if (choice < 52) {
        return {Kind::Intent, 1 + below(10)};
    }
    if (choice < 64) {
        return {Kind::Queued, 1 + below(10)};
    }
    if (choice < 76) {
        return {Kind::InFlight, 1 + below(10)};
    }
    if (choice < 85) {
        return {Kind::Working, 1 + below(8)};
    }
    return choice < 90 ? CrashPoint{Kind::Unknown, 1} : CrashPoint{Kind::Recovery, below(600)};
}

void Stand::paceLife()
{
    const qint64 now = m_clock.elapsed();
    while (!m_starts.empty() && m_starts.front() <= now - minute) {
        m_starts.pop_front();
    }
    const qint64 wait = m_starts.size() < startsAMinute ? 0 : m_starts.front() + minute - now;
    QTimer::singleShot(static_cast<int>(wait), this, &Stand::beginLife);
}

void Stand::beginLife()
{
    m_starts.push_back(m_clock.elapsed());
    m_isLast = m_tally.toRun == 0 || m_runsHere == runsOfOneExchange;
    m_point = m_isLast ? CrashPoint{} : nextPoint();
    m_endedAt = CrashPoint::Kind::Time;
    m_wasKilled = false;
    if (!m_isLast) {
        --m_tally.toRun;
        ++m_runsHere;
    }
    QByteArray known;
    for (const QByteArray &id : m_acknowledged) {
        known += id + '\n';
    }
    if (!write("acknowledged", known)) {
        diverged(QStringLiteral("the data folder cannot be written"));
    }
    m_life = newProcess();
    m_life->setStandardErrorFile(file("program.err"), QIODevice::Append);
    connect(m_life.get(), &QProcess::readyReadStandardOutput, this, [this] {
        while (m_life->canReadLine()) {
            readLine(m_life->readLine().trimmed());
        }
    });
    connect(m_life.get(), &QProcess::finished, this, &Stand::endLife, Qt::QueuedConnection);
    const auto portOf = [](const QByteArray &url) {
        return QString::number(QUrl{QString::fromLatin1(url)}.port());
    };
    m_life->start(QCoreApplication::applicationFilePath(),
        {m_isLast ? QStringLiteral("--verify") : QStringLiteral("--trade"), file("data"), portOf(m_rest),
            portOf(m_streams), file("credentials"), m_point.toString(), file("acknowledged"),
            QString::number(m_random() % 1'000'000)});
    m_patience.start(lifePatience);
}

void Stand::readLine(const QByteArray &line)
{
    const QList<QByteArray> words = line.split(' ');
    if (words[0] == "sent" && words.size() == 3) {
        m_tally.sent += m_sent.insert(words[1]).second ? 1 : 0;
        if (words[2] == "reducing") {
            m_reducing.insert(words[1]);
        }
    } else if (words[0] == "ack") {
        ++m_tally.acknowledged;
        m_acknowledged.insert(words.value(1));
    } else if (words[0] == "verified") {
        ++m_tally.comparisons;
        m_acknowledged.clear();
        if (!m_isLast) {
            // A point that does not come is not waited for long.
            m_kill.start(m_point.kind == CrashPoint::Kind::Time ? m_point.number : 3'000);
        }
    } else if (words[0] == "unresolved") {
        ++m_tally.unresolved;
        std::fprintf(stderr, "stand %d, run %d: %s\n", m_number, m_runsHere, line.constData());
    } else if (words[0] == "diverged") {
        diverged(QString::fromUtf8(line.mid(9)));
    } else if (words[0] == "at") {
        for (int i = 0; i < CrashPoint::kinds; ++i) {
            if (words.value(1) == toWord(static_cast<CrashPoint::Kind>(i))) {
                m_endedAt = static_cast<CrashPoint::Kind>(i);
                m_wasKilled = true;
            }
        }
    }
}

void Stand::killLife()
{
    if (m_life && m_life->state() != QProcess::NotRunning) {
        m_wasKilled = true;
        ::kill(static_cast<pid_t>(m_life->processId()), SIGKILL);
    }
}

void Stand::endLife()
{
    m_kill.stop();
    m_patience.stop();
    for (const QByteArray &line : m_life->readAllStandardOutput().split('\n')) {
        readLine(line.trimmed());
    }
    const bool isClean = m_isLast ? m_life->exitStatus() == QProcess::NormalExit && m_life->exitCode() == 0
                                  : m_wasKilled && m_life->exitStatus() == QProcess::CrashExit;
    if (!isClean) {
        diverged(QStringLiteral("the program ended by itself: %1 %2")
                     .arg(m_life->exitStatus() == QProcess::CrashExit ? QStringLiteral("signal")
                                                                      : QStringLiteral("exit code"))
                     .arg(m_life->exitCode()));
    }
    if (!m_isLast) {
        ++m_tally.runs;
        ++m_tally.kills[static_cast<std::size_t>(m_endedAt)];
        if (m_tally.runs % 50 == 0) {
            std::fprintf(stderr, "%d runs, %d divergences\n", m_tally.runs, m_tally.divergences);
        }
        paceLife();
        return;
    }
    checkWire();
    closeExchange();
    start();
}

void Stand::checkWire()
{
    const support::PaperClient client{QUrl{QString::fromLatin1(m_rest)}, m_key, m_secret};
    const auto wire = client.call("GET", "/control/wire");
    const auto breaches = client.call("GET", "/control/breaches");
    if (wire.status() != 200 || breaches.status() != 200) {
        diverged(QStringLiteral("the exchange does not answer"));
        return;
    }
    const QJsonObject times = wire.json().object();
    for (auto entry = times.begin(); entry != times.end(); ++entry) {
        if (entry.value().toInt() > 1 && !m_reducing.contains(entry.key().toLatin1())) {
            diverged(QStringLiteral("%1 came in %2 times").arg(entry.key()).arg(entry.value().toInt()));
        }
    }
    for (const QJsonValue &breach : breaches.json().array()) {
        diverged(breach.toString());
    }
}

void Stand::closeExchange()
{
    m_exchange->kill();
    m_exchange->waitForFinished();
    m_exchange.reset();
}

void Stand::diverged(const QString &what)
{
    ++m_tally.divergences;
    if (m_folder) {
        m_folder->setAutoRemove(false);
    }
    std::fprintf(stderr, "stand %d, run %d, %s: %s (kept: %s)\n", m_number, m_runsHere,
        qPrintable(m_point.toString()), qPrintable(what),
        m_folder ? qPrintable(m_folder->path()) : "nothing");
}

} // namespace killtest
