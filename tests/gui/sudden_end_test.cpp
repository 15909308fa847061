#include "app/sqlite_journal.h"
#include "tests/support/program.h"

#include <QApplication>
#include <QProcess>
#include <QTemporaryDir>

#include <cstdio>
#include <signal.h>

using support::outcomeOf;
using support::patience;

namespace
{

constexpr int acknowledgedOrders = 8;

/// The part that is killed: trades and says what was confirmed, until it is gone.
int tradeUntilKilled(const QString &folder)
{
    support::Program program{folder};
    if (!program.openPaper() || !program.buy()) {
        return 1;
    }
    const auto positionOf = [&] {
        const auto state = program.venue().account().state();
        return state && !state->positions.empty() ? &state->positions.front() : nullptr;
    };
    if (!QTest::qWaitFor([&] { return positionOf() != nullptr; }, patience)) {
        return 1;
    }
    std::printf("position %s %s\n", positionOf()->quantity.toString().c_str(),
        positionOf()->entryPrice.toString().c_str());
    for (;;) {
        const auto order = program.bidLow();
        if (!order) {
            return 1;
        }
        std::printf("order %s\n", order->clientOrderId().c_str());
        std::fflush(stdout);
    }
}

} // namespace

/// kill -9 in the midst of trading, then a start as if nothing had happened.
class SuddenEndTest : public QObject
{
    Q_OBJECT
private slots:
    void everythingConfirmedIsThereAfterAKill()
    {
        const QTemporaryDir folder;
        QProcess child;
        child.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        QByteArray said;
        connect(&child, &QProcess::readyReadStandardOutput, this, [&] {
            said += child.readAllStandardOutput();
            if (said.count("order ") >= acknowledgedOrders && child.state() == QProcess::Running) {
                ::kill(static_cast<pid_t>(child.processId()), SIGKILL);
            }
        });
        child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--trade"), folder.path()});
        QTRY_COMPARE_WITH_TIMEOUT(child.state(), QProcess::NotRunning, 2 * patience);
        QCOMPARE(child.exitStatus(), QProcess::CrashExit);
        said += child.readAllStandardOutput();

        QList<QByteArray> lines = said.split('\n');
        const QList<QByteArray> position = lines.takeFirst().split(' ');
        QCOMPARE(position.value(0), QByteArray{"position"});
        QVERIFY(lines.takeLast().isEmpty());

        support::Program program{folder.path()};
        QVERIFY(program.openPaper());
        const auto state = program.venue().account().state();
        QCOMPARE(state->positions.size(), 1U);
        QCOMPARE(state->positions.front().quantity.toString(), position.value(1).toStdString());
        QCOMPARE(state->positions.front().entryPrice.toString(), position.value(2).toStdString());

        const auto orders = outcomeOf(program.venue().trading().orders());
        QVERIFY(orders);
        for (const QByteArray &line : lines) {
            const std::string id = line.mid(6).toStdString();
            const auto found = std::ranges::find(**orders, id, &domain::Order::clientOrderId);
            QVERIFY2(found != (*orders)->end(), line.constData());
            QCOMPARE(found->phase, domain::OrderPhase::Working);
        }
        QVERIFY(program.close());

        const domain::SystemClock clock;
        app::SqliteJournal journal{folder.filePath(QStringLiteral("paper/journal.sqlite")), clock};
        QVERIFY(outcomeOf(journal.open()));
        const auto kept = outcomeOf(journal.recent(100));
        QVERIFY(kept && *kept);
        for (const QByteArray &line : lines) {
            const std::string id = line.mid(6).toStdString();
            QVERIFY2(std::ranges::find(**kept, id, &domain::Order::clientOrderId) != (*kept)->end(),
                line.constData());
        }
    }
};

int main(int argc, char **argv)
{
    QApplication application{argc, argv};
    const QStringList arguments = QApplication::arguments();
    if (arguments.size() == 3 && arguments[1] == QStringLiteral("--trade")) {
        return tradeUntilKilled(arguments[2]);
    }
    SuddenEndTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "sudden_end_test.moc"
