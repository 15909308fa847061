#include "tests/support/desk_rig.h"

#include <QTest>

using namespace support::desk;
using Outcome = DeskAnswer::Outcome;

namespace
{

template <class What> auto answeredAs(Outcome outcome, int code = 0)
{
    return [=](const SendRequest &request) {
        return asks<What>(request) ? std::optional{DeskVenue::answer(outcome, code)} : std::nullopt;
    };
}

/// A ready desk with one working order.
struct Working
{
    Working()
    {
        rig.ready();
        rig.submit(limit());
        id = rig.id();
        rig.pass(10ms);
        rig.forget();
    }
    const Order &order() const { return rig.order(id); }
    Rig rig;
    std::string id;
};

Milliseconds since(Timestamp start, Timestamp now)
{
    return std::chrono::duration_cast<Milliseconds>(now - start);
}

} // namespace

/// Reliability 4.3 and 5.4, the rows of cancelling and amending.
class DeskCancelTest : public QObject
{
    Q_OBJECT
private slots:
    // ---- cancelling

    void aCancelIsAnsweredByTheEndOfTheOrder()
    {
        Working desk;
        desk.rig.holds = anyOf<CancelOrder>();
        const CommandId command = desk.rig.cancel(desk.id);
        QVERIFY(desk.order().cancelRequested);
        QVERIFY(!desk.rig.reply(command));
        QCOMPARE(desk.rig.sent<CancelOrder>().front().urgency, Urgency::Cancel);
        QVERIFY(desk.rig.journal.at(desk.id).cancelRequested); // so that a restart sends it again
        desk.rig.answer(desk.rig.pending<CancelOrder>());
        QCOMPARE((*desk.rig.reply(command))->endReason, EndReason::Canceled);
        QCOMPARE(desk.rig.desk.loadCount(), std::size_t{0});
    }

    void aCancelGoesThroughEveryGate()
    {
        Working desk;
        for (const GateCause cause : {GateCause::Stream, GateCause::Journal, GateCause::KillSwitch,
                 GateCause::Mismatch, GateCause::Breaker}) {
            desk.rig.act([&] { desk.rig.desk.close(desk.rig.now, cause, "closed"); });
        }
        desk.rig.cancel(desk.id);
        QCOMPARE(desk.order().endReason, EndReason::Canceled);
    }

    void anOrderRefusedForTheDiskIsAFailureOfStorage()
    {
        // Whichever write fails first, the one who asked hears the same kind of refusal.
        Working desk;
        desk.rig.act([&] { desk.rig.desk.close(desk.rig.now, GateCause::Stream, "A gap."); });
        QCOMPARE(desk.rig.reply(desk.rig.submit(limit(Side::Buy, "1")))->error().code, ErrorCode::Rejected);
        desk.rig.act([&] { desk.rig.desk.close(desk.rig.now, GateCause::Journal, "The disk is full."); });
        const auto refused = desk.rig.reply(desk.rig.submit(limit(Side::Buy, "1")));
        QCOMPARE(refused->error().code, ErrorCode::Storage);
        QCOMPARE(refused->error().detail, "The disk is full.");
    }

    void aCancelOfWhatIsNotThereIsAnsweredAtOnce()
    {
        Working desk;
        QCOMPARE(desk.rig.reply(desk.rig.cancel("nothing"))->error().code, ErrorCode::NotFound);
        QCOMPARE(desk.rig.reply(desk.rig.cancel(desk.id, eth))->error().code, ErrorCode::NotFound);
        desk.rig.fill(desk.id, "1");
        QCOMPARE((*desk.rig.reply(desk.rig.cancel(desk.id)))->endReason, EndReason::Filled);
        QCOMPARE(desk.rig.count<CancelOrder>(), 0);
    }

    void manyPressesMakeOneCancel()
    {
        Working desk;
        desk.rig.holds = anyOf<CancelOrder>();
        std::vector<CommandId> commands;
        for (int press = 0; press < 5; ++press) {
            commands.push_back(desk.rig.cancel(desk.id));
            desk.rig.pass(50ms);
        }
        QCOMPARE(desk.rig.count<CancelOrder>(), 1);
        desk.rig.answer(desk.rig.pending<CancelOrder>());
        for (const CommandId command : commands) {
            QVERIFY(desk.rig.isTaken(command));
        }
    }

    void aCancelDuringTheFlightOfTheOrderGoesByItsClientOrderId()
    {
        Rig rig;
        rig.ready();
        rig.holds = anyOf<PlaceOrder>();
        const CommandId placed = rig.submit(limit());
        const CommandId cancelled = rig.cancel(rig.id());
        QCOMPARE(rig.last<CancelOrder>().ref.orderId, 0); // -2011: it has not arrived yet
        QCOMPARE(rig.order().phase, OrderPhase::InFlight);
        rig.answer(rig.pending<PlaceOrder>());
        QVERIFY(rig.isTaken(placed));
        QCOMPARE(rig.order().phase, OrderPhase::Working);
        rig.pass(2s);
        QCOMPARE((*rig.reply(cancelled))->endReason, EndReason::Canceled);
        QVERIFY(rig.count<CancelOrder>() >= 2);
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void aCancelOfAnUnknownOrderIsRepeatedUntilItsFateIsKnown()
    {
        Rig rig;
        rig.ready();
        rig.script = [](const SendRequest &request) -> std::optional<DeskAnswer> {
            return asks<PlaceOrder>(request) ? std::optional{DeskVenue::answer(Outcome::Unknown)}
                                             : std::nullopt;
        };
        rig.submit(limit());
        const CommandId command = rig.cancel(rig.id());
        rig.pass(11s);
        QCOMPARE(rig.reply(command)->error().code, ErrorCode::OutcomeUnknown); // still being tried
        rig.pass(1min);
        QCOMPARE(rig.order().endReason, EndReason::NeverAccepted);
        QVERIFY(rig.count<CancelOrder>() > 5);
        QVERIFY(rig.count<CancelOrder>() < 20);
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void aRefusedCancelOfALiveOrderIsLookedUpAndSentAgain()
    {
        Working desk;
        desk.rig.script = answeredAs<CancelOrder>(Outcome::Rejected, -2011);
        desk.rig.cancel(desk.id);
        QCOMPARE(desk.order().phase, OrderPhase::Working);
        desk.rig.pass(600ms);
        QCOMPARE(desk.rig.count<QueryOrder>(), 1);
        QCOMPARE(desk.rig.last<QueryOrder>().ref.clientOrderId, desk.id);
        QVERIFY(desk.rig.last<QueryOrder>().ref.orderId != 0);
        desk.rig.script = nullptr;
        desk.rig.pass(1s);
        QCOMPARE(desk.order().endReason, EndReason::Canceled);
        QCOMPARE(desk.rig.count<CancelOrder>(), 2);
    }

    void aRefusedCancelOfAFilledOrderEndsItAsFilled()
    {
        Working desk;
        desk.rig.venue.fill(desk.id, qty("1"), desk.rig.now); // nobody heard of it
        const CommandId command = desk.rig.cancel(desk.id);
        desk.rig.pass(600ms);
        QCOMPARE((*desk.rig.reply(command))->endReason, EndReason::Filled);
        desk.rig.pass(3s);
        QCOMPARE(desk.rig.desk.positions().amount(btc, PositionSide::Both), qty("1"));
        QCOMPARE(desk.rig.count<CancelOrder>(), 1);
        QCOMPARE(desk.rig.desk.loadCount(), std::size_t{0});
    }

    void aCancelIsRepeatedWithGrowingPausesAndAlarmsAtTheTwentieth_data()
    {
        QTest::addColumn<int>("outcome");
        QTest::addColumn<int>("first");
        QTest::addColumn<int>("third");
        QTest::newRow("not sent") << int(Outcome::NotSent) << 250 << 1000;
        QTest::newRow("not executed") << int(Outcome::NotExecuted) << 250 << 1000;
        QTest::newRow("unknown") << int(Outcome::Unknown) << 1000 << 1000;
        QTest::newRow("refused") << int(Outcome::Rejected) << 1000 << 1000;
    }
    void aCancelIsRepeatedWithGrowingPausesAndAlarmsAtTheTwentieth()
    {
        QFETCH(int, outcome);
        QFETCH(int, first);
        QFETCH(int, third);
        Working desk;
        std::vector<Timestamp> times;
        desk.rig.script = [&](const SendRequest &request) -> std::optional<DeskAnswer> {
            if (!asks<CancelOrder>(request)) {
                return std::nullopt;
            }
            times.push_back(desk.rig.now);
            return DeskVenue::answer(static_cast<Outcome>(outcome), -1);
        };
        const CommandId command = desk.rig.cancel(desk.id);
        desk.rig.pass(2min);
        QCOMPARE(since(times[0], times[1]), Milliseconds{first});
        QCOMPARE(since(times[2], times[3]), Milliseconds{third});
        QVERIFY(since(times[times.size() - 2], times.back()) == 5s);
        QCOMPARE(desk.rig.alerts(Alert::Kind::Emergency), 1);
        QVERIFY(times.size() > 20);
        QCOMPARE(desk.rig.reply(command)->error().code, ErrorCode::OutcomeUnknown);
        QCOMPARE(desk.rig.answered.at(command), 1);
        desk.rig.script = nullptr;
        desk.rig.pass(5s);
        QCOMPARE(desk.order().endReason, EndReason::Canceled);
        QCOMPARE(desk.rig.desk.loadCount(), std::size_t{0});
    }

    void aConditionalOrderIsCancelledAtItsOwnServiceAndItsEndIsLookedUp()
    {
        Rig rig;
        rig.ready();
        rig.submit(stopMarket());
        rig.isStreamDown = true;
        const CommandId command = rig.cancel(rig.id());
        QVERIFY(rig.last<CancelOrder>().ref.conditional);
        QCOMPARE(rig.order().phase, OrderPhase::Working); // an acknowledgement is no end
        rig.pass(600ms);
        QCOMPARE((*rig.reply(command))->endReason, EndReason::Canceled);
        QCOMPARE(rig.count<CancelOrder>(), 1);
    }

    void aTriggeredStopIsCancelledAtTheEngine()
    {
        Rig rig;
        rig.ready();
        rig.submit(stopMarket());
        rig.hear(rig.venue.trigger(rig.id(), rig.now));
        rig.cancel(rig.id());
        QVERIFY(!rig.last<CancelOrder>().ref.conditional);
        QCOMPARE(rig.last<CancelOrder>().ref.orderId, rig.order().childOrderId);
        QCOMPARE(rig.order().endReason, EndReason::Canceled);
    }

    void anOrderOfSomebodyElseIsCancelledOnRequest()
    {
        Rig rig;
        rig.ready();
        NewOrder theirs = limit();
        theirs.clientOrderId = "web_1";
        rig.venue.accept(theirs, rig.now);
        rig.hear(DeskVenue::engineReport(rig.venue.orders.at("web_1")));
        const CommandId command = rig.cancel("web_1");
        QCOMPARE((*rig.reply(command))->endReason, EndReason::Canceled);
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void executionsDuringTheCancelAreKept()
    {
        Working desk;
        desk.rig.holds = anyOf<CancelOrder>();
        desk.rig.cancel(desk.id);
        desk.rig.fill(desk.id, "0.4");
        desk.rig.answer(desk.rig.pending<CancelOrder>());
        QCOMPARE(desk.order().executedQty, qty("0.4"));
        QCOMPARE(desk.order().endReason, EndReason::Canceled);
    }

    void aFillDuringTheCancelAnswersItAndLeavesNothing()
    {
        Working desk;
        desk.rig.holds = anyOf<CancelOrder>();
        const CommandId command = desk.rig.cancel(desk.id);
        desk.rig.fill(desk.id, "1");
        QCOMPARE((*desk.rig.reply(command))->endReason, EndReason::Filled);
        desk.rig.answer(desk.rig.pending<CancelOrder>()); // -2011
        desk.rig.pass(1min);
        QCOMPARE(desk.rig.count<CancelOrder>(), 1);
        QCOMPARE(desk.rig.desk.loadCount(), std::size_t{0});
    }

    void aCancelThatIsUnderWayWhenTheProgramEndsIsNotRepeated()
    {
        Working desk;
        desk.rig.script = answeredAs<CancelOrder>(Outcome::NotSent);
        const CommandId command = desk.rig.cancel(desk.id);
        desk.rig.act([&] { desk.rig.desk.stop(desk.rig.now); });
        desk.rig.pass(1min);
        QCOMPARE(desk.rig.count<CancelOrder>(), 1);
        QVERIFY(desk.rig.isRefused(command));
    }

    // ---- amending

    void anAmendmentChangesTheOrder()
    {
        Working desk;
        const CommandId command = desk.rig.amend(desk.id, 99, "2");
        QCOMPARE((*desk.rig.reply(command))->request.price, Price::of(99));
        QCOMPARE(desk.order().request.quantity, qty("2"));
        const SendRequest request = desk.rig.sent<AmendOrder>().front();
        QCOMPARE(request.urgency, Urgency::Open);
        QVERIFY(request.patience <= std::optional<Milliseconds>{2s});
    }

    void onlyAWorkingLimitOrderIsAmended()
    {
        Working desk;
        QCOMPARE(desk.rig.reply(desk.rig.amend("nothing", 99))->error().code, ErrorCode::NotFound);
        desk.rig.submit(stopMarket());
        QVERIFY(desk.rig.isRefused(desk.rig.amend(desk.rig.id(), 99)));
        desk.rig.submit(market());
        QVERIFY(desk.rig.isRefused(desk.rig.amend(desk.rig.id(), 99)));
        desk.rig.script = answeredAs<CancelOrder>(Outcome::NotSent);
        desk.rig.cancel(desk.id);
        QVERIFY(desk.rig.isRefused(desk.rig.amend(desk.id, 99)));
        desk.rig.script = nullptr;
        desk.rig.pass(1s);
        QVERIFY(desk.rig.isRefused(desk.rig.amend(desk.id, 99)));
        QCOMPARE(desk.rig.count<AmendOrder>(), 0);
    }

    void aClosedGateStopsAmendmentsOfOpeningOrders()
    {
        Working desk;
        NewOrder reducing = limit(Side::Sell);
        reducing.reduceOnly = true;
        desk.rig.submit(reducing);
        desk.rig.act([&] { desk.rig.desk.stopOpening(desk.rig.now, "key"); });
        QVERIFY(desk.rig.isRefused(desk.rig.amend(desk.id, 99)));
        QVERIFY(desk.rig.isTaken(desk.rig.amend(desk.rig.id(), 101)));
    }

    void anAmendmentThatWaitsWhileTheGateClosesIsTakenBack()
    {
        Working desk;
        desk.rig.queues = anyOf<AmendOrder>();
        const CommandId command = desk.rig.amend(desk.id, 99, "2");
        desk.rig.act([&] { desk.rig.desk.stopOpening(desk.rig.now, "key"); });
        QCOMPARE(desk.rig.reply(command)->error().code, ErrorCode::Unreachable);
        QCOMPARE(desk.order().request.quantity, qty("1"));
    }

    void aCancelTakesTheWaitingAmendmentBack()
    {
        Working desk;
        desk.rig.queues = anyOf<AmendOrder>();
        const CommandId command = desk.rig.amend(desk.id, 99);
        desk.rig.cancel(desk.id);
        QVERIFY(desk.rig.isRefused(command));
        QCOMPARE(desk.order().endReason, EndReason::Canceled);
        QCOMPARE(desk.rig.desk.loadCount(), std::size_t{0});
    }

    void oneAmendmentAtATime()
    {
        Working desk;
        desk.rig.holds = anyOf<AmendOrder>();
        const CommandId first = desk.rig.amend(desk.id, 99);
        QVERIFY(desk.rig.isRefused(desk.rig.amend(desk.id, 98)));
        desk.rig.answer(desk.rig.pending<AmendOrder>());
        QVERIFY(desk.rig.isTaken(first));
        desk.rig.holds = nullptr;
        QVERIFY(desk.rig.isTaken(desk.rig.amend(desk.id, 98)));
    }

    void anUnclearAmendmentIsLookedUpBeforeTheNext()
    {
        Working desk;
        desk.rig.holds = anyOf<QueryOrder>();
        desk.rig.script = answeredAs<AmendOrder>(Outcome::Unknown, -1007);
        const CommandId command = desk.rig.amend(desk.id, 99);
        QCOMPARE(desk.rig.reply(command)->error().code, ErrorCode::OutcomeUnknown);
        QCOMPARE(desk.rig.count<QueryOrder>(), 1);
        desk.rig.script = nullptr;
        QVERIFY(desk.rig.isRefused(desk.rig.amend(desk.id, 98)));
        desk.rig.answer(desk.rig.pending<QueryOrder>());
        QVERIFY(desk.rig.isTaken(desk.rig.amend(desk.id, 98)));
    }

    void anUnclearAmendmentIsLookedUpUntilThereIsAnAnswer()
    {
        Working desk;
        desk.rig.script = [](const SendRequest &request) -> std::optional<DeskAnswer> {
            const bool isLost = asks<AmendOrder>(request) || asks<QueryOrder>(request);
            return isLost ? std::optional{DeskVenue::answer(Outcome::Unknown)} : std::nullopt;
        };
        desk.rig.amend(desk.id, 99);
        desk.rig.pass(2s);
        QVERIFY(desk.rig.count<QueryOrder>() > 1);
        desk.rig.script = nullptr;
        desk.rig.pass(10s);
        QVERIFY(desk.rig.isTaken(desk.rig.amend(desk.id, 98)));
    }

    void anOrderThatEndsDuringItsAmendmentLeavesNothing_data()
    {
        QTest::addColumn<int>("outcome");
        QTest::newRow("refused") << int(Outcome::Rejected);
        QTest::newRow("not sent") << int(Outcome::NotSent);
        QTest::newRow("not executed") << int(Outcome::NotExecuted);
        QTest::newRow("unknown") << int(Outcome::Unknown);
        QTest::newRow("done") << int(Outcome::Done);
    }
    void anOrderThatEndsDuringItsAmendmentLeavesNothing()
    {
        QFETCH(int, outcome);
        Working desk;
        desk.rig.holds = anyOf<AmendOrder>();
        const CommandId command = desk.rig.amend(desk.id, 99);
        desk.rig.fill(desk.id, "1");
        desk.rig.answer(desk.rig.pending<AmendOrder>(), DeskVenue::answer(static_cast<Outcome>(outcome)));
        desk.rig.pass(1min);
        QVERIFY(desk.rig.reply(command));
        QCOMPARE(desk.order().endReason, EndReason::Filled);
        QCOMPARE(desk.rig.desk.loadCount(), std::size_t{0});
    }

    void aRefusedAmendmentIsToldAndTheOrderIsLookedUp()
    {
        Working desk;
        desk.rig.script = answeredAs<AmendOrder>(Outcome::Rejected, -5027);
        QCOMPARE(desk.rig.reply(desk.rig.amend(desk.id, 99))->error().venueCode, -5027);
        QCOMPARE(desk.rig.count<QueryOrder>(), 1);
        QCOMPARE(desk.order().phase, OrderPhase::Working);
    }
};

QTEST_APPLESS_MAIN(DeskCancelTest)
#include "desk_cancel_test.moc"
