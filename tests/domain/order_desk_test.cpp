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

} // namespace

/// Reliability 4.3, the rows of placing and of unknown outcomes, and 5.4 for orders.
class OrderDeskTest : public QObject
{
    Q_OBJECT
private slots:
    // ---- from the wish to the exchange

    void anIntentIsKeptBeforeTheOrderLeaves()
    {
        Rig rig;
        rig.ready();
        rig.isDiskSlow = true;
        const CommandId command = rig.submit(limit());
        QCOMPARE(rig.count<PlaceOrder>(), 0);
        rig.keepAll();
        QCOMPARE(rig.count<PlaceOrder>(), 1);
        QCOMPARE(rig.order().phase, OrderPhase::Working);
        QVERIFY(rig.isTaken(command));
        QCOMPARE(rig.sent<PlaceOrder>().back().urgency, Urgency::Open);
    }

    void anOrderThatTheDiskDoesNotTakeIsToldAndNotSent()
    {
        Rig rig;
        rig.ready();
        rig.isDiskFailing = true;
        const CommandId command = rig.submit(limit());
        QCOMPARE(rig.reply(command)->error().code, ErrorCode::Storage);
        QCOMPARE(rig.count<PlaceOrder>(), 0);
        QVERIFY(rig.desk.isQuiet());
    }

    void anOrderBeforeTheFirstComparisonIsDeniedWithTheReason()
    {
        Rig rig;
        const CommandId command = rig.submit(limit());
        QCOMPARE(rig.reply(command)->error().code, ErrorCode::Rejected);
        QVERIFY(!rig.reply(command)->error().detail.empty());
        QCOMPARE(rig.all<OrderChanged>().back().order.endReason, EndReason::Denied);
        QCOMPARE(rig.journal.at(rig.id()).endReason, EndReason::Denied); // kept for the audit
        QCOMPARE(rig.count<PlaceOrder>(), 0);
    }

    void theAnswerMayComeAfterTheStream()
    {
        Rig rig;
        rig.ready();
        rig.holds = anyOf<PlaceOrder>();
        const CommandId command = rig.submit(limit());
        QCOMPARE(rig.order().phase, OrderPhase::InFlight);
        QVERIFY(!rig.reply(command));
        rig.venue.accept(rig.last<PlaceOrder>().order, rig.now);
        rig.fill(rig.id(), "1");
        QCOMPARE((*rig.reply(command))->endReason, EndReason::Filled);
        Order early = rig.venue.orders.at(rig.id());
        early.status = OrderStatus::New;
        early.executedQty = {};
        rig.answer(rig.pending<PlaceOrder>(), DeskVenue::done(early));
        QCOMPARE(rig.order().endReason, EndReason::Filled);
        QCOMPARE(rig.desk.positions().amount(btc, PositionSide::Both), qty("1"));
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void aRefusalEndsTheOrderForGood()
    {
        Rig rig;
        rig.ready();
        rig.script = placedAs(Outcome::Rejected, -2019, "Margin is insufficient.");
        const CommandId command = rig.submit(limit());
        QCOMPARE(rig.reply(command)->error().venueCode, -2019);
        QCOMPARE(rig.order().endReason, EndReason::Rejected);
        rig.pass(60s);
        QCOMPARE(rig.count<PlaceOrder>(), 1);
    }

    void whatTheExchangeDidNotExecuteIsToldAndAnOpeningOrderIsNotRepeated_data()
    {
        QTest::addColumn<int>("outcome");
        QTest::addColumn<int>("code");
        QTest::newRow("not sent") << int(Outcome::NotSent) << 0;
        QTest::newRow("overloaded") << int(Outcome::NotExecuted) << -1008;
        QTest::newRow("time stamp") << int(Outcome::NotExecuted) << -1021;
        QTest::newRow("too many") << int(Outcome::NotExecuted) << -1015;
    }
    void whatTheExchangeDidNotExecuteIsToldAndAnOpeningOrderIsNotRepeated()
    {
        QFETCH(int, outcome);
        QFETCH(int, code);
        Rig rig;
        rig.ready();
        rig.script = placedAs(static_cast<Outcome>(outcome), code);
        const CommandId command = rig.submit(limit());
        QCOMPARE(rig.reply(command)->error().code, ErrorCode::Unreachable);
        QCOMPARE(rig.order().endReason, EndReason::NotExecuted);
        rig.pass(60s);
        QCOMPARE(rig.count<PlaceOrder>(), 1);
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void anOpeningOrderThatWaitsInTheQueueIsGivenUpTwoSecondsAfterTheClick()
    {
        Rig rig;
        rig.ready();
        rig.queues = anyOf<PlaceOrder>();
        rig.isDiskSlow = true;
        const CommandId command = rig.submit(limit(), 300ms); // clicked a little ago
        rig.pass(700ms);
        rig.keepAll();
        QVERIFY(rig.sent<PlaceOrder>().back().patience == std::optional<Milliseconds>{1s});
        rig.pass(5s);
        QCOMPARE(rig.order().endReason, EndReason::LocalExpired);
        QCOMPARE(rig.reply(command)->error().code, ErrorCode::Unreachable);
        QCOMPARE(rig.placements.size(), std::size_t{0});
    }

    void aSlowDiskMakesAnOpeningOrderExpire()
    {
        Rig rig;
        rig.ready();
        rig.isDiskSlow = true;
        const CommandId command = rig.submit(limit());
        rig.pass(2s);
        rig.keepAll();
        QCOMPARE(rig.order().endReason, EndReason::LocalExpired);
        QVERIFY(rig.isRefused(command));
        QCOMPARE(rig.count<PlaceOrder>(), 0);
    }

    void aClickDatedInTheFutureLivesNoLonger()
    {
        Rig rig;
        rig.ready();
        rig.queues = anyOf<PlaceOrder>();
        rig.submit(limit(), -5s); // our idea of the exchange's time was corrected backwards
        QVERIFY(rig.sent<PlaceOrder>().back().patience == std::optional<Milliseconds>{2s});
        rig.answerAll();
    }

    void anOrderInTheQueueIsCancelledWithoutTheNetwork()
    {
        Rig rig;
        rig.ready();
        rig.queues = anyOf<PlaceOrder>();
        const CommandId placed = rig.submit(limit());
        QCOMPARE(rig.order().phase, OrderPhase::Queued);
        const CommandId cancelled = rig.cancel(rig.id());
        QCOMPARE(rig.order().endReason, EndReason::LocalCancel);
        QCOMPARE(rig.reply(placed)->error().code, ErrorCode::Cancelled);
        QCOMPARE((*rig.reply(cancelled))->endReason, EndReason::LocalCancel);
        QCOMPARE(rig.count<CancelOrder>(), 0);
        QCOMPARE(rig.placements.size(), std::size_t{0});
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void closingTheGateTakesOpeningOrdersOutOfTheQueueAndLeavesReducingOnes()
    {
        Rig rig;
        rig.ready();
        rig.queues = anyOf<PlaceOrder>();
        rig.submit(limit());
        const std::string opening = rig.id();
        rig.submit(closing());
        const std::string reducing = rig.id();
        rig.act([&] { rig.desk.stopOpening(rig.now, "key F12"); });
        QCOMPARE(rig.order(opening).endReason, EndReason::LocalExpired);
        QCOMPARE(rig.order(reducing).phase, OrderPhase::Queued);
        QCOMPARE(rig.sent<PlaceOrder>().back().urgency, Urgency::Reduce);
        const CommandId late = rig.submit(limit());
        QVERIFY(rig.isRefused(late));
        rig.answerAll();
        QVERIFY(!rig.placements.contains(opening));
    }

    void anOrderOnTheDiskWhileTheGateClosesIsNotSent()
    {
        Rig rig;
        rig.ready();
        rig.isDiskSlow = true;
        const CommandId command = rig.submit(limit());
        rig.act([&] { rig.desk.onStreamGap(rig.now, "The stream is silent."); });
        rig.keepAll();
        QCOMPARE(rig.order().endReason, EndReason::LocalExpired);
        QCOMPARE(rig.reply(command)->error().detail, std::string{"The stream is silent."});
    }

    void afterAWakeUpNothingThatWaitedLeaves()
    {
        Rig rig;
        rig.ready();
        rig.queues = anyOf<PlaceOrder>();
        rig.submit(limit());
        const CommandId reducing = rig.submit(closing());
        rig.now += 2h;
        rig.act([&] { rig.desk.onWakeUp(rig.now, "The machine slept."); });
        QVERIFY(rig.isRefused(reducing));
        QCOMPARE(rig.placements.size(), std::size_t{0});
        QVERIFY(rig.desk.gate().mayOpen()); // the comparison has run meanwhile
        QVERIFY(rig.desk.isReconciled());
    }

    // ---- orders that reduce

    void aReducingOrderIsTriedAgainUnderTheSameIdWithGrowingPauses()
    {
        Rig rig;
        rig.ready();
        std::vector<Milliseconds> times;
        rig.script = [&](const SendRequest &request) -> std::optional<DeskAnswer> {
            if (!asks<PlaceOrder>(request)) {
                return std::nullopt;
            }
            times.push_back(std::chrono::duration_cast<Milliseconds>(rig.now - at(0ms)));
            return DeskVenue::answer(Outcome::NotExecuted, -1008);
        };
        const CommandId command = rig.submit(closing());
        QVERIFY(!rig.reply(command));
        rig.pass(30s);
        QCOMPARE(times, (std::vector<Milliseconds>{0ms, 200ms, 600ms, 1400ms, 3000ms}));
        QCOMPARE(rig.placements.at(rig.id()), 5);
        QCOMPARE(rig.order().endReason, EndReason::NotExecuted);
        QVERIFY(rig.isRefused(command));
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void aReducingOrderThatGetsThroughAtTheSecondTryIsWorking()
    {
        Rig rig;
        rig.ready();
        rig.script = placedAs(Outcome::NotSent);
        const CommandId command = rig.submit(closing());
        QCOMPARE(rig.order().phase, OrderPhase::Queued);
        rig.script = nullptr;
        rig.pass(1s);
        QCOMPARE(rig.order().phase, OrderPhase::Working);
        QVERIFY(rig.isTaken(command));
    }

    void aReducingOrderThatWaitsForItsNextTryIsCancelledAtOnce()
    {
        Rig rig;
        rig.ready();
        rig.script = placedAs(Outcome::NotExecuted, -1008);
        rig.submit(closing());
        rig.cancel(rig.id());
        QCOMPARE(rig.order().endReason, EndReason::LocalCancel);
        rig.pass(30s);
        QCOMPARE(rig.placements.at(rig.id()), 1);
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void aReducingOrderIsNotTriedAfterItsTenSeconds()
    {
        Rig rig;
        rig.ready();
        rig.holds = anyOf<PlaceOrder>();
        const CommandId command = rig.submit(closing());
        rig.pass(9'900ms);
        rig.answer(rig.pending<PlaceOrder>(), DeskVenue::answer(Outcome::NotExecuted, -1008));
        rig.pass(10s);
        QCOMPARE(rig.count<PlaceOrder>(), 1);
        QCOMPARE(rig.order().endReason, EndReason::LocalExpired);
        QVERIFY(rig.isRefused(command));
    }

    void anOrderSeenByTheStreamIsNotTriedAgainWhateverTheAnswerSays()
    {
        Rig rig;
        rig.ready();
        rig.holds = anyOf<PlaceOrder>();
        NewOrder reducing = limit(Side::Sell);
        reducing.reduceOnly = true;
        rig.submit(reducing);
        rig.venue.accept(rig.last<PlaceOrder>().order, rig.now);
        rig.hear(DeskVenue::engineReport(rig.venue.orders.at(rig.id())));
        rig.answer(rig.pending<PlaceOrder>(), DeskVenue::answer(Outcome::NotExecuted, -1008));
        rig.holds = nullptr;
        rig.pass(30s);
        QCOMPARE(rig.count<PlaceOrder>(), 1);
        QCOMPARE(rig.order().phase, OrderPhase::Working);
        rig.end(rig.id());
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void whileTheAccountIsBannedAReducingOrderIsNotTriedAgain()
    {
        Rig rig;
        rig.ready();
        rig.script = [&](const SendRequest &request) -> std::optional<DeskAnswer> {
            if (!asks<PlaceOrder>(request)) {
                return std::nullopt;
            }
            rig.desk.close(rig.now, GateCause::Ban, "The exchange shuts us out.", rig.now + 60s);
            return DeskVenue::answer(Outcome::NotExecuted, 0, "banned");
        };
        const CommandId command = rig.submit(closing());
        QCOMPARE(rig.order().endReason, EndReason::NotExecuted);
        QVERIFY(rig.isRefused(command));
    }

    // ---- outcomes that are not known

    void aLostAnswerIsToldLookedUpAndNeverSentAgain()
    {
        Rig rig;
        rig.ready();
        rig.script = [&](const SendRequest &request) -> std::optional<DeskAnswer> {
            if (const auto *placed = std::get_if<PlaceOrder>(&request.what)) {
                rig.venue.accept(placed->order, rig.now); // it arrived, the answer did not
                return DeskVenue::answer(Outcome::Unknown, 0, "The connection broke.");
            }
            return std::nullopt;
        };
        const CommandId command = rig.submit(limit());
        QCOMPARE(rig.reply(command)->error().code, ErrorCode::OutcomeUnknown);
        QCOMPARE(rig.order().phase, OrderPhase::Unknown);
        QCOMPARE(rig.desk.unknownCount(), 1);
        QCOMPARE(rig.alerts(Alert::Kind::Unknown), 1);
        rig.pass(600ms);
        QCOMPARE(rig.order().phase, OrderPhase::Working);
        QCOMPARE(rig.desk.unknownCount(), 0);
        rig.pass(5s); // and everything is compared soon after a doubt
        QCOMPARE(rig.count<ReadPositions>(), 2);
        QCOMPARE(rig.count<PlaceOrder>(), 1);
    }

    void anUnknownReducingOrderIsNotRepeatedEither()
    {
        Rig rig;
        rig.ready();
        rig.script = placedAs(Outcome::Unknown, -1007);
        rig.submit(closing());
        rig.pass(3min);
        QCOMPARE(rig.count<PlaceOrder>(), 1);
        QCOMPARE(rig.order().endReason, EndReason::NeverAccepted);
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void aRefutedProofClosesTheGateUntilTheUserHasLookedAtIt()
    {
        Rig rig;
        rig.ready();
        rig.script = placedAs(Outcome::Unknown, -1007);
        rig.submit(limit());
        rig.pass(1min);
        QCOMPARE(rig.order().endReason, EndReason::NeverAccepted);
        rig.venue.accept(rig.last<PlaceOrder>().order, rig.now);
        rig.fill(rig.id(), "1");
        QCOMPARE(rig.order().endReason, EndReason::Filled);
        QVERIFY(rig.desk.gate().isClosedBy(GateCause::RefutedProof));
        QCOMPARE(rig.alerts(Alert::Kind::Mismatch), 1);
        rig.pass(3min);
        QVERIFY(!rig.desk.gate().mayOpen());
        rig.act([&] { rig.desk.open(rig.now, GateCause::RefutedProof); });
        QVERIFY(!rig.desk.gate().mayOpen());
        rig.act([&] { QVERIFY(rig.desk.acknowledge(rig.now, GateCause::RefutedProof)); });
        QVERIFY(rig.desk.gate().mayOpen());
    }

    void whatNothingSettlesIsQuarantinedAndBlocksItsSideOfTheSymbol()
    {
        Rig rig;
        rig.ready();
        rig.script = [](const SendRequest &request) -> std::optional<DeskAnswer> {
            const bool isLost = asks<PlaceOrder>(request) || asks<QueryOrder>(request);
            return isLost ? std::optional{DeskVenue::answer(Outcome::Unknown)} : std::nullopt;
        };
        rig.submit(limit());
        const std::string lost = rig.id();
        rig.pass(3min);
        QCOMPARE(rig.order(lost).phase, OrderPhase::Quarantined);
        QCOMPARE(rig.alerts(Alert::Kind::Quarantined), 1);
        QCOMPARE(rig.desk.unknownCount(), 0); // it is not being looked up any more
        rig.script = nullptr;
        QVERIFY(rig.isRefused(rig.submit(limit())));
        QVERIFY(rig.isTaken(rig.submit(limit(Side::Sell))));
        NewOrder other = limit();
        other.symbol = eth;
        QVERIFY(rig.isTaken(rig.submit(other)));

        rig.act([&] { QVERIFY(!rig.desk.confirmGone(rig.now, eth, lost)); });
        rig.act([&] { QVERIFY(rig.desk.confirmGone(rig.now, btc, lost)); });
        QCOMPARE(rig.order(lost).endReason, EndReason::NeverAccepted);
        QCOMPARE(rig.journal.at(lost).endReason, EndReason::NeverAccepted);
        QCOMPARE(rig.desk.unknownCount(), 0);
        QVERIFY(rig.isTaken(rig.submit(limit())));
        rig.act([&] { QVERIFY(!rig.desk.confirmGone(rig.now, btc, lost)); });
    }

    void aCancelOfAQuarantinedOrderGoesByItsClientOrderId()
    {
        Rig rig;
        rig.ready();
        rig.script = [](const SendRequest &request) -> std::optional<DeskAnswer> {
            const bool isLost = asks<PlaceOrder>(request) || asks<QueryOrder>(request);
            return isLost ? std::optional{DeskVenue::answer(Outcome::Unknown)} : std::nullopt;
        };
        rig.submit(limit());
        rig.pass(3min);
        rig.script = nullptr;
        rig.venue.accept(rig.last<PlaceOrder>().order, rig.now);
        const CommandId command = rig.cancel(rig.id());
        QCOMPARE(rig.last<CancelOrder>().ref.clientOrderId, rig.id());
        QCOMPARE((*rig.reply(command))->endReason, EndReason::Canceled);
    }

    void anOrderWithoutAnyAnswerBecomesUnknown()
    {
        Rig rig;
        rig.ready();
        rig.holds = anyOf<PlaceOrder>();
        const CommandId command = rig.submit(limit());
        rig.pass(11s);
        QCOMPARE(rig.order().phase, OrderPhase::Unknown);
        QCOMPARE(rig.reply(command)->error().code, ErrorCode::OutcomeUnknown);
        rig.answerAll();
    }

    void aDuplicateIdIsAdoptedByAQuery()
    {
        Rig rig;
        rig.ready();
        rig.holds = anyOf<PlaceOrder>();
        rig.submit(limit());
        rig.venue.accept(rig.last<PlaceOrder>().order, rig.now);
        rig.answer(rig.pending<PlaceOrder>(), DeskVenue::answer(Outcome::Unknown, -4116));
        rig.pass(1s);
        QCOMPARE(rig.order().phase, OrderPhase::Working);
        QCOMPARE(rig.count<PlaceOrder>(), 1);
    }
};

QTEST_APPLESS_MAIN(OrderDeskTest)
#include "order_desk_test.moc"
