#include "tests/support/order_evidence.h"

#include <QTest>

#include <algorithm>
#include <numeric>
#include <rapidcheck.h>

using namespace support::orders;

class OrderLedgerTest : public QObject
{
    Q_OBJECT
private slots:
    void anOrderGoesFromTheIntentToTheLastFill()
    {
        OrderLedger ledger{ownPrefix};
        auto effects = ledger.begin(intent());
        QCOMPARE(only<OrderChanged>(effects).size(), std::size_t{1});
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Queued);
        ledger.markSent(ownId, at(100ms), at(100ms), 3000ms);
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::InFlight);
        ledger.fold(engine(OrderStatus::New, 150ms, 0, EvidenceSource::Answer));
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Working);
        QCOMPARE(ledger.find(ownId)->orderId, 8'389'765'519'993'908'929);
        QCOMPARE(ledger.find(ownId)->origin, OrderOrigin::Own);

        effects = ledger.fold(trade(1, 4, OrderStatus::PartiallyFilled, 200ms, 4));
        QCOMPARE(only<FillAdded>(effects).size(), std::size_t{1});
        QCOMPARE(ledger.find(ownId)->status, OrderStatus::PartiallyFilled);
        QCOMPARE(ledger.find(ownId)->remainingQty(), Quantity::of(6));

        ledger.fold(trade(2, 6, OrderStatus::Filled, 300ms, 10));
        const Order &order = *ledger.find(ownId);
        QCOMPARE(order.phase, OrderPhase::Done);
        QCOMPARE(order.endReason, EndReason::Filled);
        QCOMPARE(order.avgPrice, Price::of(100));
        QCOMPARE(ledger.fillsOf(ownId).size(), std::size_t{2});
        QVERIFY(!ledger.nextDueAt());
    }

    void aRefusalOfTheExchangeEndsTheOrderWithItsWords()
    {
        OrderLedger ledger = sent();
        ledger.fold(Rejection{ownId, -2019, "Margin is insufficient.", at(200ms)});
        const Order &order = *ledger.find(ownId);
        QCOMPARE(order.phase, OrderPhase::Done);
        QCOMPARE(order.endReason, EndReason::Rejected);
        QCOMPARE(order.venueCode, -2019);
        QCOMPARE(order.reasonText, std::string{"Margin is insufficient."});
    }

    void whatDidNotReachTheEngineIsNotExecuted()
    {
        OrderLedger ledger = sent();
        ledger.fold(NotExecuted{ownId, -1008, "Throttled.", at(200ms)});
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::NotExecuted);
    }

    void anUnsentOrderEndsLocallyAndASentOneDoesNot()
    {
        OrderLedger ledger{ownPrefix};
        ledger.begin(intent());
        ledger.closeLocally(ownId, EndReason::LocalCancel, "Cancelled before it was sent.", at(10ms));
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::LocalCancel);

        OrderLedger other = sent();
        QVERIFY(other.closeLocally(ownId, EndReason::LocalCancel, "", at(200ms)).empty());
        QCOMPARE(other.find(ownId)->phase, OrderPhase::InFlight);
    }

    void eventsThatOvertakeTheAnswerAreNotTakenBackByIt()
    {
        OrderLedger ledger = sent();
        ledger.fold(trade(1, 10, OrderStatus::Filled, 150ms, 10));
        const auto effects = ledger.fold(engine(OrderStatus::New, 160ms, 0, EvidenceSource::Answer));
        QVERIFY(only<Alarm>(effects).empty());
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::Filled);
    }

    void anAckThatIsYoungerThanTheExpiryDoesNotReopenTheOrder()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::Expired, 150ms));
        ledger.fold(engine(OrderStatus::New, 151ms, 0, EvidenceSource::Answer));
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Done);
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::Expired);
    }

    void aLateFillAfterTheCancelRaisesTheFilledQuantityOnly()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::Canceled, 500ms, 3));
        const auto effects = ledger.fold(trade(1, 5, OrderStatus::PartiallyFilled, 400ms, 5));
        QVERIFY(raises(effects, Alarm::Kind::LateFill));
        QCOMPARE(only<FillAdded>(effects).size(), std::size_t{1});
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::Canceled);
        QCOMPARE(ledger.find(ownId)->executedQty, Quantity::of(5));
        ledger.fold(trade(2, 5, OrderStatus::Filled, 410ms, 10));
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::Filled);
    }

    void newerOpenEvidenceReopensAnOrderWithAnAlarm()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::Canceled, 500ms));
        const auto effects = ledger.fold(engine(OrderStatus::New, 600ms));
        QVERIFY(raises(effects, Alarm::Kind::Resurrected));
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Working);
    }

    void aFilledOrderIsNeverReopened()
    {
        OrderLedger ledger = sent();
        ledger.fold(trade(1, 10, OrderStatus::Filled, 500ms, 10));
        ledger.fold(engine(OrderStatus::PartiallyFilled, 900ms, 4));
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::Filled);
        QCOMPARE(ledger.find(ownId)->executedQty, Quantity::of(10));
    }

    void theExchangesQuantityReplacesOursWhenItTrimsIt()
    {
        OrderLedger ledger = sent();
        EngineReport trimmed = engine(OrderStatus::New, 200ms);
        trimmed.order.request.quantity = Quantity::of(4);
        ledger.fold(trimmed);
        EngineReport filled = trade(1, 4, OrderStatus::Filled, 300ms, 4);
        filled.order.request.quantity = Quantity::of(4);
        const auto effects = ledger.fold(filled);
        QVERIFY(only<Alarm>(effects).empty());
        QCOMPARE(ledger.find(ownId)->request.quantity, Quantity::of(4));
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::Filled);
    }

    void moreThanWasOrderedIsBookedAndAlarmed()
    {
        OrderLedger ledger = sent();
        const auto effects = ledger.fold(trade(1, 12, OrderStatus::Filled, 300ms, 12));
        QVERIFY(raises(effects, Alarm::Kind::Overfilled));
        QCOMPARE(ledger.find(ownId)->executedQty, Quantity::of(12));
    }

    void aLostAnswerMakesTheOrderUnknownAndItIsLookedUpBySchedule()
    {
        OrderLedger ledger = sent();
        const auto effects =
            ledger.fold(Ambiguous{ownId, "The connection closed before the answer.", at(1000ms)});
        QCOMPARE(only<OrderChanged>(effects).front().order.phase, OrderPhase::Unknown);
        std::vector<Milliseconds> asked;
        for (Milliseconds now = 1000ms; now <= 13'000ms; now += 100ms) {
            for (const NeedQuery &query : only<NeedQuery>(ledger.tick(at(now)))) {
                QVERIFY(query.ref == ref());
                asked.push_back(now - 1000ms);
            }
        }
        // 0.5, 1, 2, 3, 5 s apart, then at once when "not found" begins to count.
        QCOMPARE(asked, std::vector<Milliseconds>({500ms, 1500ms, 3500ms, 6500ms, 11'500ms}));
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Unknown);
    }

    void positiveEvidenceEndsTheSearch()
    {
        OrderLedger ledger = sent();
        ledger.fold(Ambiguous{ownId, "timeout", at(1000ms)});
        QVERIFY(ledger.nextDueAt() == at(1500ms));
        ledger.fold(engine(OrderStatus::New, 150ms, 0, EvidenceSource::Query));
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Working);
        QVERIFY(!ledger.nextDueAt());
    }

    void anEarlyNotFoundProvesNothing()
    {
        OrderLedger ledger = sent();
        ledger.fold(Ambiguous{ownId, "timeout", at(1000ms)});
        answerNotFound(ledger, 1000ms, 13'000ms);
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Unknown);
    }

    void threeNotFoundsAfterTheWindowProveThatItWasNeverAccepted()
    {
        OrderLedger ledger = sent(); // window: 100 ms + 3 s, and 10 s for reads that lag
        ledger.fold(Ambiguous{ownId, "timeout", at(1000ms)});
        answerNotFound(ledger, 1000ms, 22'900ms);
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Unknown);
        answerNotFound(ledger, 23'000ms, 24'000ms);
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Done);
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::NeverAccepted);
        QVERIFY(!ledger.nextDueAt());
    }

    void repeatedNotFoundsOfOneMomentCountOnce()
    {
        OrderLedger ledger = sent();
        ledger.fold(Ambiguous{ownId, "timeout", at(1000ms)});
        for (int n = 0; n < 10; ++n) {
            ledger.fold(QueryNotFound{ref(), at(20'000ms)});
        }
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Unknown);
    }

    void aRefutedProofIsAlarmedAndTheExchangeIsFollowed()
    {
        OrderLedger ledger = sent();
        ledger.fold(Ambiguous{ownId, "timeout", at(1000ms)});
        answerNotFound(ledger, 1000ms, 30'000ms);
        const auto effects = ledger.fold(trade(1, 10, OrderStatus::Filled, 31'000ms, 10));
        QVERIFY(raises(effects, Alarm::Kind::RefutedProof));
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::Filled);
    }

    void anOrderThatNothingSettlesIsQuarantinedAfterTwoMinutesAndStillLookedUp()
    {
        OrderLedger ledger = sent();
        ledger.fold(Ambiguous{ownId, "timeout", at(1000ms)});
        OrderEffects all;
        for (Milliseconds now = 1000ms; now <= 121'000ms; now += 500ms) {
            const auto effects = ledger.tick(at(now)); // no query is ever answered
            all.insert(all.end(), effects.begin(), effects.end());
        }
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Quarantined);
        QVERIFY(raises(all, Alarm::Kind::Quarantined));
        QVERIFY(only<NeedQuery>(all).size() < 20);
        QVERIFY(ledger.nextDueAt().has_value());
        ledger.fold(engine(OrderStatus::New, 150ms, 0, EvidenceSource::Query));
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Working);
    }

    void anOrderWithoutAnyAnswerBecomesUnknownByItself()
    {
        OrderLedger ledger = sent();
        QVERIFY(ledger.nextDueAt() == at(10'100ms));
        ledger.tick(at(10'100ms));
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Unknown);
    }

    void ordersOfOthersAreShownByTheirPrefix_data()
    {
        QTest::addColumn<QByteArray>("id");
        QTest::addColumn<int>("origin");
        QTest::newRow("own") << QByteArray{"tAAAAA0009000001Z"} << int(OrderOrigin::Own);
        QTest::newRow("another installation") << QByteArray{"tBBBBB0009000001Z"} << int(OrderOrigin::Foreign);
        QTest::newRow("web") << QByteArray{"web_x1"} << int(OrderOrigin::Foreign);
        QTest::newRow("liquidation") << QByteArray{"autoclose-123"} << int(OrderOrigin::Liquidation);
        QTest::newRow("adl") << QByteArray{"adl_autoclose"} << int(OrderOrigin::AutoDeleveraging);
        QTest::newRow("settlement") << QByteArray{"settlement_autoclose-9"} << int(OrderOrigin::Settlement);
    }
    void ordersOfOthersAreShownByTheirPrefix()
    {
        QFETCH(QByteArray, id);
        QFETCH(int, origin);
        OrderLedger ledger{ownPrefix};
        EngineReport report = engine(OrderStatus::New, 100ms);
        report.order.request.clientOrderId = id.toStdString();
        const auto effects = ledger.fold(report);
        QCOMPARE(int(ledger.find(id.toStdString())->origin), origin);
        QCOMPARE(ledger.find(id.toStdString())->phase, OrderPhase::Working);
        QCOMPARE(raises(effects, Alarm::Kind::Liquidation), origin >= int(OrderOrigin::Liquidation));
    }

    void oneForeignIdUsedTwiceMakesTwoOrders()
    {
        OrderLedger ledger{ownPrefix};
        EngineReport first = engine(OrderStatus::Filled, 100ms, 10);
        first.order.request.clientOrderId = "bot-1";
        first.order.orderId = 1;
        EngineReport second = engine(OrderStatus::New, 200ms);
        second.order.request.clientOrderId = "bot-1";
        second.order.orderId = 2;
        ledger.fold(first);
        ledger.fold(second);
        QCOMPARE(ledger.size(), std::size_t{2});
        QCOMPARE(ledger.find("bot-1")->orderId, 2);
        QCOMPARE(ledger.findEngineOrder("BTCUSDT", 1)->phase, OrderPhase::Done);
    }

    void twoOrdersWithOneIdOfOursAreAlarmed()
    {
        OrderLedger ledger = sent();
        ledger.fold(trade(1, 10, OrderStatus::Filled, 150ms, 10));
        EngineReport twin = engine(OrderStatus::Filled, 160ms, 10);
        twin.order.orderId = 77;
        const auto effects = ledger.fold(twin);
        QVERIFY(raises(effects, Alarm::Kind::DoubleOrder));
        QVERIFY(ledger.findEngineOrder("BTCUSDT", 77) != nullptr);
        QCOMPARE(ledger.find(ownId)->executedQty, Quantity::of(10));
    }

    void fillsThatComeBeforeTheirOrderAreKeptForIt()
    {
        OrderLedger ledger = sent();
        const Fill fill = *trade(5, 10, OrderStatus::Filled, 150ms, 10).fill;
        QCOMPARE(only<FillAdded>(ledger.fold(TradeHistory{{fill, fill}})).size(), std::size_t{1});
        const auto effects = ledger.fold(engine(OrderStatus::Filled, 150ms, 10, EvidenceSource::Query));
        QVERIFY(only<FillAdded>(effects).empty());
        QCOMPARE(ledger.fillsOf(ownId), std::vector{fill});
        QVERIFY(!ledger.nextDueAt());
    }

    void missingFillsAreAskedForAFewTimes()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::Filled, 150ms, 10, EvidenceSource::Query));
        OrderEffects all;
        for (Milliseconds now = 200ms; now <= 200'000ms; now += 100ms) {
            const auto effects = ledger.tick(at(now));
            all.insert(all.end(), effects.begin(), effects.end());
        }
        const auto asked = only<NeedTrades>(all);
        QCOMPARE(asked.size(), std::size_t{4});
        QCOMPARE(asked.front().orderId, 8'389'765'519'993'908'929);
        QVERIFY(!ledger.nextDueAt());
    }

    void absenceFromTheOpenOrdersLeadsToAQueryAndEndsNothing()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::New, 150ms));
        ledger.fold(OpenOrdersSnapshot{{}, at(5000ms), {}, true}); // other kind
        ledger.fold(OpenOrdersSnapshot{{}, at(5000ms), "ETHUSDT", false});
        QVERIFY(!ledger.nextDueAt());
        ledger.fold(OpenOrdersSnapshot{{}, at(5000ms), {}, false});
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Working);
        const auto queries = only<NeedQuery>(ledger.tick(at(5500ms)));
        QCOMPARE(queries.size(), std::size_t{1});
        QCOMPARE(queries.front().ref.orderId, 8'389'765'519'993'908'929);
        ledger.fold(engine(OrderStatus::Canceled, 3000ms, 0, EvidenceSource::Query));
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::Canceled);
        QVERIFY(!ledger.nextDueAt());
    }

    void aSnapshotOlderThanTheLastEventSaysNothingAboutTheOrder()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::New, 6000ms));
        ledger.fold(OpenOrdersSnapshot{{}, at(5000ms), {}, false});
        QVERIFY(!ledger.nextDueAt());
    }

    void aListedOrderIsNotAskedForAndAnUnknownOneIsAdded()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::New, 150ms));
        EngineReport foreign = engine(OrderStatus::New, 100ms);
        foreign.order.request.clientOrderId = "web";
        foreign.order.orderId = 3;
        ledger.fold(OpenOrdersSnapshot{
            {engine(OrderStatus::New, 150ms).order, foreign.order}, at(5000ms), {}, false});
        QVERIFY(!ledger.nextDueAt());
        QCOMPARE(ledger.find("web")->origin, OrderOrigin::Foreign);
    }

    void anOrderThatTheExchangeForgotAfterThreeDaysHasExpired()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::New, 150ms));
        const Milliseconds later = 80h;
        ledger.fold(OpenOrdersSnapshot{{}, at(later), {}, false});
        answerNotFound(ledger, later, later + 60s);
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::Expired);
    }

    void aWorkingOrderThatTheExchangeSuddenlyDoesNotKnowIsQuarantined()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::New, 150ms));
        ledger.fold(OpenOrdersSnapshot{{}, at(60s), {}, false});
        answerNotFound(ledger, 60s, 120s);
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Quarantined);
    }

    void aRefusedCancelLeadsToAQuery()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::New, 150ms));
        ledger.setCancelRequested(ownId, true);
        QVERIFY(ledger.find(ownId)->cancelRequested);
        ledger.fold(CancelAnswer{ref(), false, -2011, at(1000ms)});
        QCOMPARE(only<NeedQuery>(ledger.tick(at(1500ms))).size(), std::size_t{1});
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Working);
    }

    void afterARestartNothingIsSentAndNothingIsForgotten()
    {
        OrderLedger ledger{ownPrefix};
        Order queued = intent("tAAAAA0001000001A");
        queued.phase = OrderPhase::Queued;
        Order inFlight = intent("tAAAAA0001000002A");
        inFlight.phase = OrderPhase::InFlight;
        Order working = intent("tAAAAA0001000003A");
        working.phase = OrderPhase::Working;
        working.orderId = 42;
        working.status = OrderStatus::PartiallyFilled;
        working.executedQty = Quantity::of(3);
        working.updatedAt = at(500ms);
        ledger.restore(queued, {}, at(60s));
        ledger.restore(inFlight, at(50s), at(60s));
        ledger.restore(working, at(100ms), at(60s));
        QCOMPARE(ledger.find(queued.clientOrderId())->endReason, EndReason::LocalExpired);
        QCOMPARE(ledger.find(inFlight.clientOrderId())->phase, OrderPhase::Unknown);
        QCOMPARE(ledger.find(working.clientOrderId())->phase, OrderPhase::Working);
        QCOMPARE(ledger.find(working.clientOrderId())->executedQty, Quantity::of(3));
        QCOMPARE(only<NeedQuery>(ledger.tick(at(61s))).size(), std::size_t{2});
        ledger.restore(queued, {}, at(62s));
        QCOMPARE(ledger.size(), std::size_t{3});
    }

    void ofAnExchangeThatCountsAnewOldIdsNameNothing()
    {
        OrderLedger ledger = sent();
        ledger.fold(trade(5, 10, OrderStatus::Filled, 150ms, 10));
        const std::int64_t orderId = engine(OrderStatus::New, 0ms).order.orderId;
        QVERIFY(ledger.findEngineOrder("BTCUSDT", orderId) != nullptr);
        ledger.startOver(at(800ms));
        QVERIFY(ledger.findEngineOrder("BTCUSDT", orderId) == nullptr);
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::Filled); // what was stays known by its own name
        // Another order with the same number is another order, and its executions count.
        EngineReport other = trade(5, 10, OrderStatus::Filled, 900ms, 10);
        other.order.request.clientOrderId = "web_1";
        const auto effects = ledger.fold(other);
        QCOMPARE(only<FillAdded>(effects).size(), std::size_t{1});
        QCOMPARE(ledger.find("web_1")->origin, OrderOrigin::Foreign);
        QCOMPARE(ledger.fillsOf(ownId).size(), std::size_t{1});
        QCOMPARE(ledger.size(), std::size_t{2});
    }

    void whatWasOpenWhenTheAccountWasStartedOverIsOver()
    {
        OrderLedger ledger = sent();
        ledger.fold(trade(5, 4, OrderStatus::PartiallyFilled, 150ms, 4));
        ledger.tick(at(200ms));
        const auto effects = ledger.startOver(at(1s));
        const Order &order = *ledger.find(ownId);
        QCOMPARE(order.endReason, EndReason::Canceled);
        QCOMPARE(order.reasonText, std::string{"The account was started over."});
        QCOMPARE(order.executedQty, Quantity::of(4));
        QCOMPARE(only<OrderChanged>(effects).size(), std::size_t{1});
        QVERIFY(only<Alarm>(effects).empty());
        QVERIFY(!ledger.nextDueAt()); // and nothing is asked by its old id
    }

    void whatMayStillArriveWhenTheAccountIsStartedOverIsSettledAsEver()
    {
        OrderLedger ledger = sent();
        ledger.startOver(at(150ms));
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::InFlight);
        ledger.fold(engine(OrderStatus::New, 200ms));
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Working);
    }

    void anOpenOrderThatAQueryDoesNotFindIsLookedUp()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::New, 150ms));
        ledger.tick(at(1s));
        ledger.fold(QueryNotFound{ref(), at(20s)}); // asked for another reason
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Working);
        answerNotFound(ledger, 20s, 80s);
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Quarantined);
    }

    void anOrderThatEndedJustNowIsRememberedHoweverOldItIs()
    {
        OrderLedger ledger{ownPrefix};
        EngineReport old = engine(OrderStatus::New, 1ms);
        old.order.request.clientOrderId = "old";
        old.order.orderId = 1;
        ledger.fold(old);
        for (int n = 2; n < 9'000; ++n) {
            EngineReport done = engine(OrderStatus::Canceled, Milliseconds{n});
            done.order.request.clientOrderId = "done" + std::to_string(n);
            done.order.orderId = n;
            ledger.fold(done);
            if (n == 5'900) {
                old.order.status = OrderStatus::Canceled;
                old.order.updatedAt = at(5'900ms);
                ledger.fold(old);
            }
        }
        QVERIFY(ledger.find("old") != nullptr);
    }

    void finishedOrdersAreDroppedInTheEndAndOpenOnesNever()
    {
        OrderLedger ledger{ownPrefix};
        EngineReport open = engine(OrderStatus::New, 1ms);
        open.order.request.clientOrderId = "open";
        open.order.orderId = 1;
        ledger.fold(open);
        for (int n = 2; n < 9000; ++n) {
            EngineReport done = engine(OrderStatus::Canceled, Milliseconds{n});
            done.order.request.clientOrderId = "done" + std::to_string(n);
            done.order.orderId = n;
            ledger.fold(done);
        }
        QVERIFY(ledger.size() <= 6000);
        QCOMPARE(ledger.orders().front().clientOrderId(), std::string{"open"});
        QVERIFY(ledger.find("done8999") != nullptr);
        QVERIFY(ledger.find("done2") == nullptr);
    }

    void anyOrderAndRepetitionOfTheEvidenceEndsInTheSameOrder()
    {
        QVERIFY(rc::check("fold of a permutation with duplicates = fold of the true sequence", [] {
            const bool isStop = *rc::gen::arbitrary<bool>();
            const std::vector<Evidence> truth = trueStory(isStop);
            OrderLedger straight = sent(isStop ? OrderType::StopMarket : OrderType::Limit);
            Quantity cum;
            for (const Evidence &one : truth) {
                straight.fold(one);
                RC_ASSERT(straight.find(ownId)->executedQty >= cum);
                cum = straight.find(ownId)->executedQty;
            }
            std::vector<std::size_t> picks(truth.size());
            std::iota(picks.begin(), picks.end(), std::size_t{0});
            for (int n = *rc::gen::inRange(0, 6); n > 0; --n) {
                picks.push_back(*rc::gen::inRange<std::size_t>(0, truth.size()));
            }
            for (std::size_t i = picks.size() - 1; i > 0; --i) {
                std::swap(picks[i], picks[*rc::gen::inRange<std::size_t>(0, i + 1)]);
            }
            OrderLedger mixed = sent(isStop ? OrderType::StopMarket : OrderType::Limit);
            std::size_t fillsTold = 0;
            Quantity mixedCum;
            for (const std::size_t pick : picks) {
                const auto effects = mixed.fold(truth[pick]);
                fillsTold += only<FillAdded>(effects).size();
                RC_ASSERT(only<Alarm>(effects).empty());
                RC_ASSERT(mixed.find(ownId)->executedQty >= mixedCum);
                mixedCum = mixed.find(ownId)->executedQty;
            }
            RC_ASSERT(*mixed.find(ownId) == *straight.find(ownId));
            RC_ASSERT(mixed.fillsOf(ownId) == straight.fillsOf(ownId));
            RC_ASSERT(fillsTold == mixed.fillsOf(ownId).size());
            Quantity sum;
            for (const Fill &fill : mixed.fillsOf(ownId)) {
                sum += fill.quantity;
            }
            RC_ASSERT(sum == mixed.find(ownId)->executedQty);
            RC_ASSERT(mixed.size() == 1U);
        }));
    }

private:
    /// What an exchange may truly do with an order, and all that is heard of it by every way.
    static std::vector<Evidence> trueStory(bool isStop)
    {
        std::vector<Evidence> story;
        Milliseconds now = 150ms;
        const auto pass = [&now] { now += Milliseconds{*rc::gen::inRange(0, 3)}; };
        const std::int64_t child = engine(OrderStatus::New, now).order.orderId;
        if (*rc::gen::arbitrary<bool>()) {
            story.push_back(Ambiguous{ownId, "timeout", at(now)});
        }
        if (isStop) {
            story.push_back(conditional(ConditionalStatus::New, now));
            pass();
            if (*rc::gen::inRange(0, 4) == 0) {
                story.push_back(conditional(ConditionalStatus::Canceled, now));
                return story;
            }
            story.push_back(conditional(ConditionalStatus::Triggering, now));
            pass();
            story.push_back(conditional(ConditionalStatus::Triggered, now, child));
        } else {
            story.push_back(engine(OrderStatus::New, now, 0, EvidenceSource::Answer));
        }
        story.push_back(engine(OrderStatus::New, now));
        int executed = 0;
        for (int tradeId = 1; executed < 10; ++tradeId) {
            pass();
            const int quantity = *rc::gen::inRange(0, 11 - executed);
            if (quantity == 0) {
                // The rest is cancelled; of one moment, the end is the later.
                const auto end = *rc::gen::element(
                    OrderStatus::Canceled, OrderStatus::Expired, OrderStatus::ExpiredInMatch);
                story.push_back(engine(end, now, executed));
                break;
            }
            executed += quantity;
            const auto status = executed == 10 ? OrderStatus::Filled : OrderStatus::PartiallyFilled;
            const EngineReport report = trade(tradeId, quantity, status, now, executed);
            story.push_back(report);
            if (*rc::gen::arbitrary<bool>()) {
                story.push_back(TradeHistory{{*report.fill}});
            }
            if (*rc::gen::arbitrary<bool>()) {
                story.push_back(engine(status, now, executed, EvidenceSource::Query));
            }
        }
        if (isStop) {
            story.push_back(conditional(ConditionalStatus::Finished, now, child, executed));
        }
        return story;
    }
};

QTEST_APPLESS_MAIN(OrderLedgerTest)
#include "order_ledger_test.moc"
