#include "tests/support/bracket_rig.h"

#include <QTest>

using namespace support::desk;
using Outcome = DeskAnswer::Outcome;

namespace
{

ReconciliationReport lastReport(const Rig &rig)
{
    return rig.all<ReconciliationTold>().back().report;
}

/// A position of the exchange's that no list explains.
void differ(
    Rig &rig, const char *quantity, const Symbol &symbol = btc, PositionSide side = PositionSide::Both)
{
    rig.venue.strike(symbol, Side::Sell, qty(quantity), rig.now, side);
    rig.venue.fills.pop_back();
}

} // namespace

/// Comparisons that are late, interrupted, or find what lists hold in unusual ways.
class DeskComparisonTest : public QObject
{
    Q_OBJECT
private slots:
    void anAnswerWhoseHandOverWasNotToldCountsFromWhenTheComparisonBegan()
    {
        Rig rig;
        rig.queues = anyOf<ReadOpenOrders, ReadPositions>();
        rig.ready();
        rig.venue.accept(
            [] {
                NewOrder order = limit();
                order.clientOrderId = "web_1";
                return order;
            }(),
            rig.now);
        while (!rig.open.empty()) {
            rig.answer(RequestId{rig.open.begin()->first});
        }
        QVERIFY(rig.desk.isReconciled());
        QCOMPARE(lastReport(rig).orders, 1);
        QCOMPARE(rig.order("web_1").phase, OrderPhase::Working);
    }

    void aListedOrderWithoutAnIdIsNotAdopted_data()
    {
        QTest::addColumn<bool>("isConditional");
        QTest::newRow("of the engine") << false;
        QTest::newRow("conditional") << true;
    }
    void aListedOrderWithoutAnIdIsNotAdopted()
    {
        QFETCH(bool, isConditional);
        Rig rig;
        NewOrder request = isConditional ? stopMarket() : limit();
        request.clientOrderId = "web_1";
        rig.venue.accept(request, rig.now).orderId = 0;
        rig.ready();
        QVERIFY(rig.desk.ledger().find("web_1") == nullptr);
        QVERIFY(lastReport(rig).differences.empty());
        QCOMPARE(lastReport(rig).foreignOrders, 0);
        QVERIFY(rig.desk.gate().mayOpen());
    }

    void ourConditionalOrderThatWeDoNotKnowIsAdopted()
    {
        Rig rig;
        NewOrder request = stopMarket();
        request.clientOrderId = ownPrefix + "0900000001";
        rig.venue.accept(request, rig.now);
        rig.ready();
        QCOMPARE(rig.order(request.clientOrderId).origin, OrderOrigin::Own);
        QCOMPARE(lastReport(rig).foreignOrders, 0);
        rig.cancel(request.clientOrderId);
        rig.pass(5s);
        QCOMPARE(rig.order(request.clientOrderId).endReason, EndReason::Canceled);
    }

    void aStopThatIsBeingTriggeredIsToldAsADifference()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "1");
        rig.submit(stopMarket());
        rig.venue.orders.at(rig.id()).conditionalStatus = ConditionalStatus::Triggering; // nobody heard
        rig.venue.orders.at(rig.id()).updatedAt = rig.now;
        rig.reconcile();
        QCOMPARE(lastReport(rig).differences.size(), std::size_t{1});
        QVERIFY(lastReport(rig).differences.front().theirs.find("TRIGGERING") != std::string::npos);
        QCOMPARE(rig.order().conditionalStatus, ConditionalStatus::Triggering);
        QCOMPARE(rig.order().phase, OrderPhase::Working);
    }

    void aGapDuringAComparisonMakesAnotherThoughTheStreamStaysDown()
    {
        Rig rig;
        rig.holds = anyOf<ReadPositions>();
        rig.ready();
        rig.act([&] { rig.desk.onStreamGap(rig.now, "lost"); });
        rig.answer(rig.pending<ReadPositions>());
        QCOMPARE(rig.count<ReadPositions>(), 2);
        rig.answer(rig.pending<ReadPositions>());
        QCOMPARE(lastReport(rig).why, std::string{"asked again"});
        QVERIFY(!rig.desk.gate().mayOpen()); // the stream is down all the same
    }

    void anOrderOfManyExecutionsIsReadToItsEnd()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit(Side::Buy, "1500"));
        rig.isStreamDown = true;
        for (int n = 0; n < 1'500; ++n) {
            rig.venue.fill(rig.id(), qty("1"), rig.now + 1ms * n);
        }
        rig.isStreamDown = false;
        EngineReport report = DeskVenue::engineReport(rig.venue.orders.at(rig.id()));
        rig.hear(report); // all of it, but no single execution
        QCOMPARE(rig.order().endReason, EndReason::Filled);
        rig.pass(70s);
        QCOMPARE(rig.desk.ledger().fillsOf(rig.id()).size(), std::size_t{1'500});
        QCOMPARE(rig.position(), qty("1500"));
        QCOMPARE(rig.alerts(Alert::Kind::Mismatch), 0);
    }

    void executionsAreReadOnceAtATime()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.pass(2min);
        rig.holds = anyOf<ReadTrades>();
        differ(rig, "1");
        rig.pass(80s); // look after look
        QVERIFY(rig.count<ReadPositions>() > 5);
        QCOMPARE(rig.count<ReadTrades>(), 1);
        QCOMPARE(rig.alerts(Alert::Kind::Mismatch), 0); // no verdict before they are read
        rig.answerAll();
    }

    void anAnswerToWhatWasAskedBeforeTheAccountWasResetIsIgnored_data()
    {
        QTest::addColumn<bool>("isOfTrades");
        QTest::newRow("executions") << true;
        QTest::newRow("forced orders") << false;
    }
    void anAnswerToWhatWasAskedBeforeTheAccountWasResetIsIgnored()
    {
        QFETCH(bool, isOfTrades);
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.pass(2min);
        rig.holds = isOfTrades ? anyOf<ReadTrades>() : anyOf<ReadForcedOrders>();
        differ(rig, "1");
        rig.pass(75s);
        const RequestId late = isOfTrades ? rig.pending<ReadTrades>() : rig.pending<ReadForcedOrders>();
        QVERIFY(late != 0);
        rig.venue.positions.clear();
        rig.venue.fills.clear();
        rig.act([&] { rig.desk.onAccountReset(rig.now); });
        QVERIFY(rig.desk.gate().mayOpen());
        rig.answer(late);
        rig.pass(2min);
        QVERIFY(rig.position().isZero());
        QVERIFY(rig.desk.gate().mayOpen());
        QCOMPARE(rig.alerts(Alert::Kind::Mismatch), 0);
    }

    void theResetOfAnAccountEndsItsOrdersAtOnce()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.submit(limit(Side::Buy, "1"));
        const std::string resting = rig.id();
        rig.submit(stopMarket(Side::Sell, "2"));
        const std::string protection = rig.id();
        rig.pass(10s);
        QCOMPARE(rig.desk.openCount(), 2);
        rig.venue = DeskVenue{};
        rig.act([&] { rig.desk.onAccountReset(rig.now); });
        QCOMPARE(rig.desk.openCount(), 0);
        for (const std::string &id : {resting, protection}) {
            QCOMPARE(rig.order(id).endReason, EndReason::Canceled);
            QCOMPARE(rig.journal.at(id).endReason, EndReason::Canceled); // nor does a restart ask for them
        }
        rig.pass(10min);
        QCOMPARE(rig.desk.openCount(), 0);
        QCOMPARE(rig.count<QueryOrder>(), 0);
        QCOMPARE(rig.alerts(Alert::Kind::Unprotected) + rig.alerts(Alert::Kind::Quarantined), 0);
    }

    void theResetOfAnAccountEndsItsBrackets()
    {
        Bracketed bracket;
        bracket.fillAll();
        Rig &rig = bracket.rig;
        QVERIFY(rig.notes.contains("bracket " + bracket.entry));
        rig.venue = DeskVenue{};
        rig.act([&] { rig.desk.onAccountReset(rig.now); });
        rig.pass(5s);
        QVERIFY(bracket.isOver());
        QVERIFY(!rig.notes.contains("bracket " + bracket.entry)); // nor does a restart find it
        const int placed = rig.count<PlaceOrder>();
        rig.pass(60s);
        QCOMPARE(rig.count<PlaceOrder>(), placed); // no stop for a position that is not there
    }

    void atTheEndOfTheProgramNoPositionIsLookedAtAgain()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.pass(2min);
        differ(rig, "1");
        rig.reconcile();
        rig.act([&] { rig.desk.stop(rig.now); });
        const int looks = rig.count<ReadPositions>();
        rig.pass(60s);
        QCOMPARE(rig.count<ReadPositions>(), looks);
    }

    void aLegOfAHedgeIsNamed()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2", btc, PositionSide::Long);
        rig.pass(2min);
        differ(rig, "1", btc, PositionSide::Long);
        rig.pass(2min);
        const auto alerts = rig.all<Alert>();
        const auto mismatch = std::ranges::find(alerts, Alert::Kind::Mismatch, &Alert::kind);
        QVERIFY(mismatch != alerts.end());
        const Alert expected{Alert::Kind::Mismatch, Alert::Severity::Critical, btc, {},
            "The LONG position of BTCUSDT is 1 at the exchange and 2 by all executions we know.",
            mismatch->at};
        QVERIFY2(*mismatch == expected, mismatch->text.c_str());
    }

    void gettingOutOfOneSymbolExcusesNoDifferenceOfAnother()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.hold(Side::Buy, "1", eth);
        rig.pass(2min);
        rig.emergency(EmergencyAction::Kind::CloseSymbol, eth); // its close stays open at the exchange
        rig.emergency(EmergencyAction::Kind::CancelEntries);
        differ(rig, "1");
        rig.pass(25s);
        QCOMPARE(rig.position(), qty("2")); // not simply adopted
        rig.pass(60s);
        QCOMPARE(rig.alerts(Alert::Kind::Mismatch), 1);
    }

    /// Seed 11 of the simulation: the exchange closed the position after the question had left, and the
    /// execution was heard of after the answer.
    void aCloseBetweenQuestionAndAnswerCountsOnce()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.pass(10s);
        rig.holds = anyOf<ReadPositions>();
        rig.emergency(EmergencyAction::Kind::CloseSymbol, btc);
        rig.reconcile();
        const std::string close = rig.last<PlaceOrder>().order.clientOrderId;
        rig.now += 3ms;
        const auto executed = rig.venue.fill(close, qty("2"), rig.now);
        rig.venue.positions.clear(); // what is flat is not listed
        rig.now += 80ms;
        rig.holds = anyOf<ReadTrades>();
        rig.answer(rig.pending<ReadPositions>());
        QVERIFY(rig.position().isZero());
        rig.hear(DeskVenue::engineReport(rig.venue.orders.at(close), EvidenceSource::Answer));
        rig.pass(900ms);
        QVERIFY(rig.emergencyReport().isFinished());
        rig.holds = nullptr;
        rig.hear(executed);
        rig.pass(3s);
        QVERIFY(rig.position().isZero());
        rig.pass(5min);
        QVERIFY(rig.position().isZero());
        QCOMPARE(rig.alerts(Alert::Kind::Mismatch), 0);
    }

    void aCloseThatTheDiskDoesNotTakeIsListedAsNotTaken()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.isDiskFailing = true;
        rig.emergency(EmergencyAction::Kind::CloseSymbol, btc);
        rig.pass(35s);
        const auto report = rig.emergencyReport();
        QVERIFY(report.isFinished());
        QVERIFY(!report.steps.empty());
        for (const auto &step : report.steps) {
            QCOMPARE(step.state, EmergencyReport::Step::State::Failed);
            QCOMPARE(step.text, std::string{"It was not taken."});
        }
        QCOMPARE(rig.position(), qty("2"));
    }

    void whereTheMarketHasNoLargestQuantityThePositionIsClosedInOnePiece()
    {
        Rig rig;
        rig.desk.setRules(rulesOf("0.1", "0"));
        rig.ready();
        rig.isMarketLiquid = true;
        rig.hold(Side::Buy, "5000");
        const int before = rig.count<PlaceOrder>();
        rig.emergency(EmergencyAction::Kind::CloseSymbol, btc);
        rig.pass(5s);
        QCOMPARE(rig.count<PlaceOrder>() - before, 1);
        QVERIFY(rig.position().isZero());
    }

    void aRuleJoinsWhatTheUserPressed()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        const CommandId pressed = rig.emergency(EmergencyAction::Kind::FlattenAll);
        const int closes = rig.count<PlaceOrder>();
        rig.act([&] { rig.desk.emergency(rig.now, 0, {EmergencyAction::Kind::FlattenAll, {}}, "rule"); });
        QCOMPARE(rig.count<PlaceOrder>(), closes); // nothing is sent twice
        rig.fill(rig.id(), "2");
        rig.pass(5s);
        QCOMPARE(rig.answered.at(pressed), 1);
    }

    void aSwitchThatIsBeingDisarmedIsNotShownAsArmed()
    {
        Rig rig;
        rig.ready();
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, true); });
        QCOMPARE(rig.desk.deadMen().size(), std::size_t{1});
        rig.holds = anyOf<RenewDeadMan>();
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, false); });
        QVERIFY(rig.desk.deadMen().empty());
        rig.answerAll();
        QVERIFY(rig.desk.deadMen().empty());
    }

    void aSwitchWhoseHandOverWasNotToldCountsFromItsAnswer()
    {
        Rig rig;
        rig.ready();
        rig.queues = anyOf<RenewDeadMan>();
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, true); });
        const Timestamp answered = rig.now;
        rig.answer(rig.pending<RenewDeadMan>());
        QVERIFY(rig.desk.deadMen().front().firesAt == answered + 120s);
    }
};

QTEST_APPLESS_MAIN(DeskComparisonTest)
#include "desk_comparison_test.moc"
