#include "models/domain/orders/desk_reports.h"
#include "models/domain/orders/gate.h"
#include "models/domain/orders/order_moment.h"

#include <QTest>

using namespace domain;
using namespace std::chrono_literals;

namespace
{

Timestamp at(Milliseconds time)
{
    return timestampFromMs(1'760'000'000'000) + time;
}

Gate opened()
{
    Gate gate;
    gate.open(GateCause::Starting);
    return gate;
}

} // namespace

/// Reliability 5.6: the gate is the minimum of all causes.
class GateTest : public QObject
{
    Q_OBJECT
private slots:
    void aGateBeginsClosedForAllButCancels()
    {
        Gate gate;
        QCOMPARE(gate.state(), GateState::CancelOnly);
        QVERIFY(!gate.mayOpen() && !gate.mayReduce() && gate.mayCancel());
        QVERIFY(!gate.reason().empty());
        QVERIFY(gate.open(GateCause::Starting));
        QCOMPARE(gate.state(), GateState::Active);
        QVERIFY(gate.reason().empty());
        QVERIFY(!gate.open(GateCause::Starting));
    }

    void eachCauseClosesAsFarAsTheLawSays_data()
    {
        QTest::addColumn<int>("cause");
        QTest::addColumn<int>("state");
        QTest::addColumn<bool>("needsUser");
        const auto row = [](const char *name, GateCause cause, GateState state, bool needsUser = false) {
            QTest::newRow(name) << int(cause) << int(state) << needsUser;
        };
        row("starting", GateCause::Starting, GateState::CancelOnly);
        row("keys", GateCause::Keys, GateState::Stopped);
        row("clock", GateCause::Clock, GateState::CancelOnly);
        row("stream", GateCause::Stream, GateState::Reducing);
        row("reconciliation", GateCause::Reconciliation, GateState::Reducing);
        row("rules", GateCause::SymbolRules, GateState::Reducing);
        row("journal", GateCause::Journal, GateState::CancelOnly);
        row("breaker", GateCause::Breaker, GateState::Reducing);
        row("pause", GateCause::Pause, GateState::CancelOnly);
        row("ban", GateCause::Ban, GateState::Stopped);
        row("wake-up", GateCause::WakeUp, GateState::Reducing);
        row("mismatch", GateCause::Mismatch, GateState::Reducing, true);
        row("refuted proof", GateCause::RefutedProof, GateState::Reducing, true);
        row("sent twice", GateCause::SentTwice, GateState::Reducing, true);
        row("kill switch", GateCause::KillSwitch, GateState::Reducing, true);
        row("stopping", GateCause::Stopping, GateState::CancelOnly);
    }
    void eachCauseClosesAsFarAsTheLawSays()
    {
        QFETCH(int, cause);
        QFETCH(int, state);
        QFETCH(bool, needsUser);
        const auto which = static_cast<GateCause>(cause);
        Gate gate = opened();
        QVERIFY(gate.close(which, "why"));
        QVERIFY(!gate.close(which, "why")); // nothing new
        QVERIFY(gate.close(which, "another reason"));
        QCOMPARE(int(gate.state()), state);
        QVERIFY(gate.isClosedBy(which));
        QCOMPARE(gate.closures().front().needsUser, needsUser);
        QCOMPARE(gate.reason(), std::string{"another reason"});
        QCOMPARE(gate.open(which), !needsUser); // what is about money opens by a person only
        QCOMPARE(gate.acknowledge(which), needsUser);
        QCOMPARE(gate.state(), GateState::Active);
        QVERIFY(!gate.acknowledge(which));
    }

    void theStrictestCauseCountsAndIsNamedFirst()
    {
        Gate gate = opened();
        gate.close(GateCause::Stream, "stream");
        gate.close(GateCause::Ban, "ban", at(60s));
        gate.close(GateCause::Pause, "pause", at(10s));
        QCOMPARE(gate.state(), GateState::Stopped);
        QVERIFY(!gate.mayCancel());
        QCOMPARE(gate.reason(), std::string{"ban"});
        QCOMPARE(gate.closures().size(), std::size_t{3});
        QCOMPARE(gate.closures().back().cause, GateCause::Stream);
        QVERIFY(gate.nextDueAt() == at(10s));
        QVERIFY(!gate.onTime(at(9s)));
        QVERIFY(gate.onTime(at(10s)));
        QCOMPARE(gate.state(), GateState::Stopped);
        QVERIFY(gate.onTime(at(60s)));
        QCOMPARE(gate.state(), GateState::Reducing);
        QVERIFY(!gate.nextDueAt());
    }

    void wordsAreThoseOfTheLaw()
    {
        QVERIFY(toWord(GateState::Active) == "ACTIVE");
        QVERIFY(toWord(GateState::Stopped) == "STOPPED");
        QVERIFY(toWord(Alert::Kind::Gate) == "GATE");
        QVERIFY(toWord(Alert::Kind::Emergency) == "EMERGENCY");
        for (int kind = 0; kind <= int(OrderMoment::Kind::Restored); ++kind) {
            const auto moment = static_cast<OrderMoment::Kind>(kind);
            QVERIFY(parseMomentKind(toWord(moment)) == moment);
        }
        QVERIFY(parseMomentKind("NEWER") == OrderMoment::Kind::Alarmed);
    }
};

QTEST_APPLESS_MAIN(GateTest)
#include "gate_test.moc"
