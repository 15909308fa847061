#include "tests/support/desk_rig.h"

#include <QTest>

using namespace support::desk;
using Outcome = DeskAnswer::Outcome;

namespace
{

/// Answers every placement so, whatever the exchange would say.
auto placedAs(Outcome outcome, int code = 0, std::string text = "no")
{
    return [=](const SendRequest &request) {
        return asks<PlaceOrder>(request) ? std::optional{DeskVenue::answer(outcome, code, text)}
                                         : std::nullopt;
    };
}

Order stored(const std::string &id, OrderPhase phase, const NewOrder &request = limit())
{
    Order order;
    order.request = request;
    order.request.clientOrderId = id;
    order.phase = phase;
    order.createdAt = order.updatedAt = at(-60s);
    return order;
}

} // namespace

/// Reliability 4.3, the rows of evidence, conditional orders and restart.
class DeskLifeTest : public QObject
{
    Q_OBJECT
private slots:
    // ---- life and end

    void anOrderEndsByRuleWithItsFills_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("reason");
        QTest::newRow("cancelled") << int(OrderStatus::Canceled) << int(EndReason::Canceled);
        QTest::newRow("expired") << int(OrderStatus::Expired) << int(EndReason::Expired);
        QTest::newRow("self-trade") << int(OrderStatus::ExpiredInMatch) << int(EndReason::ExpiredInMatch);
    }
    void anOrderEndsByRuleWithItsFills()
    {
        QFETCH(int, status);
        QFETCH(int, reason);
        Rig rig;
        rig.ready();
        rig.submit(limit());
        rig.fill(rig.id(), "0.4");
        rig.end(rig.id(), static_cast<OrderStatus>(status));
        QCOMPARE(int(rig.order().endReason), reason);
        QCOMPARE(rig.order().executedQty, qty("0.4"));
        QCOMPARE(rig.desk.positions().amount(btc, PositionSide::Both), qty("0.4"));
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void anExecutionAfterTheEndIsBookedAndTold_data()
    {
        QTest::addColumn<QByteArray>("late");
        QTest::newRow("a part") << QByteArray{"0.4"};
        QTest::newRow("all of it") << QByteArray{"1"};
    }
    void anExecutionAfterTheEndIsBookedAndTold()
    {
        QFETCH(QByteArray, late);
        Rig rig;
        rig.ready();
        rig.submit(limit());
        const auto fills = rig.venue.fill(rig.id(), qty(late.constData()), rig.now + 10ms); // not heard of
        Order cancelled = rig.venue.orders.at(rig.id());
        cancelled.executedQty = {};
        cancelled.status = OrderStatus::Canceled;
        cancelled.updatedAt = rig.now + 20ms;
        rig.hear(DeskVenue::engineReport(cancelled));
        QCOMPARE(rig.order().endReason, EndReason::Canceled);
        rig.pass(5s);
        rig.hear(fills);
        QCOMPARE(rig.order().executedQty, qty(late.constData()));
        QCOMPARE(rig.desk.positions().amount(btc, PositionSide::Both), qty(late.constData()));
        QCOMPARE(rig.alerts(Alert::Kind::LateFill), 1);
    }

    void anOrderThatComesBackIsAlarmed()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit());
        rig.end(rig.id());
        rig.now += 1s;
        Order &order = rig.venue.orders.at(rig.id());
        order.status = OrderStatus::New;
        order.phase = OrderPhase::Working;
        order.updatedAt = rig.now;
        rig.hear(DeskVenue::engineReport(order));
        QCOMPARE(rig.order().phase, OrderPhase::Working);
        QCOMPARE(rig.alerts(Alert::Kind::LateFill), 1);
        rig.cancel(rig.id());
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void moreThanWasOrderedCountsInThePosition()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit());
        rig.fill(rig.id(), "1.5");
        QCOMPARE(rig.order().endReason, EndReason::Filled);
        QCOMPARE(rig.desk.positions().amount(btc, PositionSide::Both), qty("1.5"));
        QCOMPARE(rig.alerts(Alert::Kind::LateFill), 1);
    }

    void twoOrdersWithOneIdOfOursCloseTheGate()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit());
        rig.fill(rig.id(), "1");
        Order twin = rig.venue.orders.at(rig.id());
        twin.orderId = 77;
        rig.hear(DeskVenue::engineReport(twin));
        QVERIFY(rig.desk.gate().isClosedBy(GateCause::RefutedProof));
    }

    void executionsThatTheStreamLostAreReadAgain()
    {
        Rig rig;
        rig.ready();
        rig.submit(market());
        rig.isStreamDown = true;
        rig.venue.fill(rig.id(), qty("1"), rig.now);
        rig.isStreamDown = false;
        rig.hear(DeskVenue::engineReport(rig.venue.orders.at(rig.id())));
        QCOMPARE(rig.desk.positions().amount(btc, PositionSide::Both), qty("0"));
        rig.pass(3s);
        QCOMPARE(rig.count<ReadTrades>(), 1);
        QCOMPARE(rig.desk.positions().amount(btc, PositionSide::Both), qty("1"));
        QCOMPARE(rig.all<FillAdded>().size(), std::size_t{1});
    }

    void ordersOfOthersAreShownAndTheirFillsCounted()
    {
        Rig rig;
        rig.ready();
        NewOrder theirs = limit();
        theirs.clientOrderId = "web_1";
        rig.venue.accept(theirs, rig.now);
        rig.hear(DeskVenue::engineReport(rig.venue.orders.at("web_1")));
        rig.fill("web_1", "0.3");
        QCOMPARE(rig.order("web_1").origin, OrderOrigin::Foreign);
        QCOMPARE(rig.desk.positions().amount(btc, PositionSide::Both), qty("0.3"));
        QVERIFY(!rig.journal.contains("web_1"));
    }

    void liquidationDeleveragingAndSettlementAreLoud_data()
    {
        QTest::addColumn<QByteArray>("id");
        QTest::newRow("liquidation") << QByteArray{"autoclose-1"};
        QTest::newRow("deleveraging") << QByteArray{"adl_autoclose"};
        QTest::newRow("settlement") << QByteArray{"settlement_autoclose-1"};
    }
    void liquidationDeleveragingAndSettlementAreLoud()
    {
        QFETCH(QByteArray, id);
        Rig rig;
        rig.ready();
        rig.submit(limit());
        rig.fill(rig.id(), "1");
        NewOrder forced = market(Side::Sell);
        forced.clientOrderId = id.toStdString();
        rig.venue.accept(forced, rig.now);
        rig.fill(id.toStdString(), "1");
        QCOMPARE(rig.alerts(Alert::Kind::Liquidation), 1);
        QVERIFY(rig.desk.positions().amount(btc, PositionSide::Both).isZero());
    }

    // ---- conditional orders

    void aTriggeredStopIsOneOrderWithItsEngineOrder()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit());
        rig.fill(rig.id(), "1");
        rig.submit(stopMarket());
        QCOMPARE(rig.order().conditionalStatus, ConditionalStatus::New);
        rig.hear(rig.venue.trigger(rig.id(), rig.now));
        rig.fill(rig.id(), "1");
        QCOMPARE(rig.order().endReason, EndReason::Filled);
        QVERIFY(rig.desk.positions().amount(btc, PositionSide::Both).isZero());
        QCOMPARE(rig.all<FillAdded>().size(), std::size_t{2});
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void aStopThatTriggersTooLongIsAlarmed()
    {
        Rig rig;
        rig.ready();
        rig.submit(stopMarket());
        Order &stop = rig.venue.orders.at(rig.id());
        stop.conditionalStatus = ConditionalStatus::Triggering;
        stop.updatedAt = rig.now;
        rig.hear(DeskVenue::algoReport(stop));
        rig.pass(3s);
        QCOMPARE(rig.alerts(Alert::Kind::Unprotected), 0);
        rig.pass(100ms);
        QCOMPARE(rig.alerts(Alert::Kind::Unprotected), 1);
    }

    void aStopThatDiesWhileAPositionIsOpenIsAlarmed_data()
    {
        QTest::addColumn<int>("status");
        QTest::newRow("rejected") << int(OrderStatus::Rejected);
        QTest::newRow("expired") << int(OrderStatus::Expired);
    }
    void aStopThatDiesWhileAPositionIsOpenIsAlarmed()
    {
        QFETCH(int, status);
        Rig rig;
        rig.ready();
        rig.submit(limit());
        rig.fill(rig.id(), "1");
        rig.submit(stopMarket());
        rig.end(rig.id(), static_cast<OrderStatus>(status));
        QCOMPARE(rig.alerts(Alert::Kind::Unprotected), 1);
        rig.submit(stopMarket(Side::Buy)); // protects nothing
        rig.end(rig.id(), static_cast<OrderStatus>(status));
        QCOMPARE(rig.alerts(Alert::Kind::Unprotected), 1);
    }

    void aStopThatTheExchangeRefusesWhileAPositionIsOpenIsAlarmed()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit());
        rig.fill(rig.id(), "1");
        rig.script = placedAs(Outcome::Rejected, -2021);
        rig.submit(stopMarket());
        QCOMPARE(rig.alerts(Alert::Kind::Unprotected), 1);
    }

    // ---- restart and end of the program

    void afterARestartNothingIsSentAgainButTheWantedCancels()
    {
        Rig before;
        before.ready();
        before.submit(limit());
        const std::string working = before.id();
        before.holds = anyOf<PlaceOrder, CancelOrder>();
        before.submit(limit());
        const std::string inFlight = before.id();
        before.cancel(working);
        JournalPast past = before.past();
        QCOMPARE(past.unresolved.size(), std::size_t{2});

        Rig rig;
        rig.venue = before.venue;
        rig.act([&] { rig.desk.restore(rig.now, past); });
        QCOMPARE(rig.order(inFlight).phase, OrderPhase::Unknown);
        QCOMPARE(rig.count<PlaceOrder>(), 0);
        QCOMPARE(rig.count<CancelOrder>(), 1);
        QCOMPARE(rig.last<CancelOrder>().ref.clientOrderId, working);
        rig.ready();
        QCOMPARE(rig.order(working).endReason, EndReason::Canceled);
        rig.pass(1min);
        QCOMPARE(rig.order(inFlight).endReason, EndReason::NeverAccepted);
        QCOMPARE(rig.count<PlaceOrder>(), 0);
        before.answerAll();
    }

    void anIntentThatNeverLeftEndsAsNeverAcceptedAndAQueuedOneLocally()
    {
        Rig rig;
        JournalPast past;
        past.unresolved = {
            stored("tAAAAA0900000001", OrderPhase::Queued), stored("tAAAAA0900000002", OrderPhase::InFlight)};
        rig.act([&] { rig.desk.restore(rig.now, past); });
        QCOMPARE(rig.order("tAAAAA0900000001").endReason, EndReason::LocalExpired);
        QCOMPARE(rig.desk.unknownCount(), 1);
        rig.ready();
        rig.pass(1min);
        QCOMPARE(rig.order("tAAAAA0900000002").endReason, EndReason::NeverAccepted);
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void anAnswerThatWasNotRecordedIsFoundAgain()
    {
        Rig before;
        before.ready();
        before.holds = anyOf<PlaceOrder>();
        before.submit(limit());
        const JournalPast past = before.past();
        before.venue.accept(before.last<PlaceOrder>().order, before.now);
        before.venue.fill(before.id(), qty("1"), before.now);

        Rig rig;
        rig.now = at(5s);
        rig.venue = before.venue;
        rig.act([&] { rig.desk.restore(rig.now, past); });
        rig.ready();
        rig.pass(30s);
        QCOMPARE(rig.order(before.id()).endReason, EndReason::Filled);
        QCOMPARE(rig.desk.positions().amount(btc, PositionSide::Both), qty("1"));
        QVERIFY(rig.desk.gate().mayOpen());
        before.answerAll();
    }

    void restoringTwiceIsRestoringOnce()
    {
        Rig rig;
        JournalPast past;
        past.unresolved = {stored("tAAAAA0900000002", OrderPhase::InFlight)};
        rig.act([&] { rig.desk.restore(rig.now, past); });
        const Order first = rig.order("tAAAAA0900000002");
        Rig again;
        again.act([&] { again.desk.restore(again.now, rig.past()); });
        QCOMPARE(again.order("tAAAAA0900000002").phase, first.phase);
        QVERIFY(again.past().unresolved == rig.past().unresolved);
    }

    void aReducingOrderOfTheLastRunMayHaveLeftLateInItsLife()
    {
        // It was asked for 60 s ago; its last try may have left 10 s later, and counts for 13 s after that.
        Rig rig;
        JournalPast past;
        past.unresolved = {stored("tAAAAA0900000002", OrderPhase::InFlight, closing())};
        past.unresolved.front().createdAt = at(-16s);
        rig.act([&] { rig.desk.restore(rig.now, past); });
        rig.ready();
        rig.pass(16s);
        QCOMPARE(rig.order("tAAAAA0900000002").phase, OrderPhase::Unknown);
        rig.pass(30s);
        QCOMPARE(rig.order("tAAAAA0900000002").endReason, EndReason::NeverAccepted);
    }

    void aDamagedJournalIsTold()
    {
        Rig rig;
        JournalPast past;
        past.isRebuilt = true;
        rig.act([&] { rig.desk.restore(rig.now, past); });
        QCOMPARE(rig.alerts(Alert::Kind::Disk), 1);
    }

    void theKillSwitchOutlivesTheProgram()
    {
        Rig before;
        before.ready();
        before.act([&] { before.desk.stopOpening(before.now, "key F12"); });
        Rig rig;
        rig.act([&] { rig.desk.restore(rig.now, before.past()); });
        rig.ready();
        QVERIFY(rig.desk.gate().isClosedBy(GateCause::KillSwitch));
        QVERIFY(rig.isRefused(rig.submit(limit())));
        QVERIFY(rig.isTaken(rig.submit(closing())));
        rig.act([&] { QVERIFY(rig.desk.acknowledge(rig.now, GateCause::KillSwitch)); });
        QVERIFY(rig.isTaken(rig.submit(limit())));
        QVERIFY(!rig.notes.contains("killswitch"));
    }

    void atTheEndOfTheProgramWhatWaitsIsGivenUpAndTold()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit());
        const std::string working = rig.id();
        rig.queues = anyOf<PlaceOrder>();
        const CommandId opening = rig.submit(limit());
        const CommandId reducing = rig.submit(closing());
        rig.isDiskSlow = true;
        const CommandId onDisk = rig.submit(limit());
        rig.act([&] { rig.desk.stop(rig.now); });
        rig.keepAll();
        QCOMPARE(rig.reply(opening)->error().code, ErrorCode::Cancelled);
        QCOMPARE(rig.reply(reducing)->error().code, ErrorCode::Cancelled);
        QVERIFY(rig.isRefused(onDisk));
        QCOMPARE(rig.order(working).phase, OrderPhase::Working);
        QVERIFY(rig.isRefused(rig.submit(limit())));
        rig.cancel(working);
        rig.pass(5min); // and time goes on without work
        QCOMPARE(rig.count<CancelOrder>(), 0);
    }
};

QTEST_APPLESS_MAIN(DeskLifeTest)
#include "desk_life_test.moc"
