#include "models/domain/orders/closing_order.h"
#include "models/domain/orders/gate.h"
#include "models/domain/orders/position_inquiry.h"
#include "models/domain/orders/trade_memory.h"
#include "tests/support/order_evidence.h"

#include <QTest>

using namespace support::orders;

namespace
{

const std::string otherId = "tAAAAA0001000002A";

Fill execution(std::int64_t tradeId, std::int64_t orderId, int quantity = 1)
{
    Fill fill;
    fill.symbol = "BTCUSDT";
    fill.tradeId = tradeId;
    fill.orderId = orderId;
    fill.price = Price::of(100);
    fill.quantity = Quantity::of(quantity);
    fill.at = at(200ms);
    return fill;
}

} // namespace

/// Evidence that is thin, contradicts itself, or speaks of orders that nobody knows: it is never worth more
/// than it says.
class LedgerEvidenceTest : public QObject
{
    Q_OBJECT
private slots:
    void whatIsSaidOfAnOrderThatNobodyKnowsChangesNothing()
    {
        OrderLedger ledger{ownPrefix};
        const std::string id = "tAAAAA0001000009X";
        const OrderRef nobody{"BTCUSDT", id, 0, false};
        QVERIFY(ledger.markSent(id, at(0ms), at(0ms), 3000ms).empty());
        QVERIFY(ledger.closeLocally(id, EndReason::LocalCancel, "no", at(0ms)).empty());
        QVERIFY(ledger.requeue(id, at(0ms)).empty());
        QVERIFY(ledger.confirmGone(id, at(0ms)).empty());
        QVERIFY(ledger.setCancelRequested(id, true).empty());
        QVERIFY(ledger.fold(Rejection{id, -2019, "no", at(0ms)}).empty());
        QVERIFY(ledger.fold(NotExecuted{id, -1008, "no", at(0ms)}).empty());
        QVERIFY(ledger.fold(Ambiguous{id, "no", at(0ms)}).empty());
        QVERIFY(ledger.fold(QueryNotFound{nobody, at(0ms)}).empty());
        QVERIFY(ledger.fold(CancelAnswer{nobody, true, 0, at(0ms)}).empty());
        QCOMPARE(ledger.size(), std::size_t{0});
    }

    void aReportWithoutAnIdOfTheExchangeIsNoOrder()
    {
        OrderLedger ledger{ownPrefix};
        EngineReport report = engine(OrderStatus::New, 100ms);
        report.order.orderId = 0;
        report.order.request.clientOrderId = "web_1";
        QVERIFY(ledger.fold(report).empty());
        ConditionalReport waiting = conditional(ConditionalStatus::New, 100ms);
        waiting.order.orderId = 0;
        waiting.order.request.clientOrderId = "web_2";
        QVERIFY(ledger.fold(waiting).empty());
        QCOMPARE(ledger.size(), std::size_t{0});
    }

    void aReportOfOursWithoutAnIdIsOfThatOrder()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::New, 150ms));
        EngineReport report = engine(OrderStatus::PartiallyFilled, 200ms, 4);
        report.order.orderId = 0;
        ledger.fold(report);
        QCOMPARE(ledger.size(), std::size_t{1});
        QCOMPARE(ledger.find(ownId)->executedQty, Quantity::of(4));
        QCOMPARE(ledger.find(ownId)->orderId, engine(OrderStatus::New, 0ms).order.orderId);

        OrderLedger stops = sent(OrderType::StopMarket);
        ConditionalReport waiting = conditional(ConditionalStatus::New, 150ms);
        waiting.order.orderId = 0;
        stops.fold(waiting);
        QCOMPARE(stops.find(ownId)->phase, OrderPhase::Working);
    }

    void anIntentIsBegunOnce()
    {
        OrderLedger ledger = sent();
        QVERIFY(ledger.begin(intent()).empty());
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::InFlight);
        QCOMPARE(ledger.size(), std::size_t{1});
    }

    void withoutAPrefixNoOrderIsOurs()
    {
        QCOMPARE(originOf(ownId, ""), OrderOrigin::Foreign);
        QCOMPARE(originOf(ownId, ownPrefix), OrderOrigin::Own);
        QCOMPARE(originOf("delivery_autoclose-1", ""), OrderOrigin::Settlement);
    }

    void doubtAboutAnOrderThatWasNotHandedOverIsLookedUpToo()
    {
        OrderLedger ledger{ownPrefix};
        ledger.begin(intent());
        ledger.fold(Ambiguous{ownId, "The thread ended.", at(1000ms)});
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Unknown);
        answerNotFound(ledger, 1000ms, 16'000ms); // until the longest window of it is over
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Unknown);
        answerNotFound(ledger, 16'000ms, 60'000ms);
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::NeverAccepted);
    }

    void silenceAboutAnOldOrderProvesNothing()
    {
        OrderLedger ledger{ownPrefix};
        Order old = intent();
        old.phase = OrderPhase::InFlight;
        ledger.restore(old, {}, at(80h)); // when it left is not known: when it was asked for
        answerNotFound(ledger, 80h, 80h + 60s);
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Quarantined); // the exchange forgets after three days
    }

    void anOrderInQuarantineIsLookedUpOnceAMinute()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::New, 150ms));
        ledger.fold(OpenOrdersSnapshot{{}, at(60s), {}, false});
        answerNotFound(ledger, 60s, 120s);
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Quarantined);
        const auto queries = only<NeedQuery>(answerNotFound(ledger, 120s, 720s)).size();
        QVERIFY2(queries >= 9 && queries <= 11, qPrintable(QString::number(queries)));
    }

    void anOldOrderThatWasFilledInPartIsNotTakenForExpired()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::PartiallyFilled, 150ms, 4));
        const Milliseconds later = 80h;
        ledger.fold(OpenOrdersSnapshot{{}, at(later), {}, false});
        answerNotFound(ledger, later, later + 60s);
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Quarantined);
    }

    void anOrderThatTheExchangeHadIsConfirmedAsGoneWithItsExecutions_data()
    {
        QTest::addColumn<bool>("isConditional");
        QTest::newRow("of the engine") << false;
        QTest::newRow("conditional") << true;
    }
    void anOrderThatTheExchangeHadIsConfirmedAsGoneWithItsExecutions()
    {
        QFETCH(bool, isConditional);
        OrderLedger ledger = sent(isConditional ? OrderType::StopMarket : OrderType::Limit);
        if (isConditional) {
            ledger.fold(conditional(ConditionalStatus::New, 150ms));
        } else {
            ledger.fold(trade(1, 4, OrderStatus::PartiallyFilled, 150ms, 4));
        }
        ledger.fold(OpenOrdersSnapshot{{}, at(300s), {}, isConditional});
        answerNotFound(ledger, 300s, 700s);
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Quarantined);
        ledger.confirmGone(ownId, at(700s));
        const Order &gone = *ledger.find(ownId);
        QCOMPARE(gone.phase, OrderPhase::Done);
        QCOMPARE(gone.endReason, EndReason::Expired);
        QVERIFY(gone.reasonText.find("You confirmed") != std::string::npos);
        QCOMPARE(gone.executedQty, isConditional ? Quantity{} : Quantity::of(4));
        QVERIFY(ledger.confirmGone(ownId, at(701s)).empty());
    }

    void anExecutionIsCompletedByAFullerReportAndCountsOnce()
    {
        OrderLedger ledger = sent();
        EngineReport first = trade(7, 4, OrderStatus::PartiallyFilled, 150ms, 4);
        const Fill full = *first.fill;
        first.fill->commission = {};
        first.fill->commissionAsset.clear();
        QCOMPARE(only<FillAdded>(ledger.fold(first)).size(), std::size_t{1});
        QVERIFY(only<FillAdded>(ledger.fold(TradeHistory{{full}})).empty());
        QCOMPARE(ledger.fillsOf(ownId).size(), std::size_t{1});
        QCOMPARE(ledger.fillsOf(ownId).front().commission, Money::literal("0.04"));
        ledger.fold(first); // the thinner one again takes nothing away
        QCOMPARE(ledger.fillsOf(ownId).front().commission, Money::literal("0.04"));
    }

    void aWordThatWeDoNotKnowEndsNothing()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::Unknown, 150ms));
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Working);
        OrderLedger stops = sent(OrderType::StopMarket);
        stops.fold(conditional(ConditionalStatus::Unknown, 150ms));
        QCOMPARE(stops.find(ownId)->phase, OrderPhase::Working);
    }

    void anEndSaysHow_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("reason");
        QTest::newRow("filled") << int(OrderStatus::Filled) << int(EndReason::Filled);
        QTest::newRow("rejected") << int(OrderStatus::Rejected) << int(EndReason::Rejected);
        QTest::newRow("expired") << int(OrderStatus::Expired) << int(EndReason::Expired);
        QTest::newRow("expired in match")
            << int(OrderStatus::ExpiredInMatch) << int(EndReason::ExpiredInMatch);
        QTest::newRow("cancelled") << int(OrderStatus::Canceled) << int(EndReason::Canceled);
    }
    void anEndSaysHow()
    {
        QFETCH(int, status);
        QFETCH(int, reason);
        OrderLedger ledger{ownPrefix};
        EngineReport report = engine(static_cast<OrderStatus>(status), 150ms, 3);
        report.order.request.clientOrderId = "web_1";
        report.order.request.quantity = {}; // closes a position, however large
        ledger.fold(report);
        QCOMPARE(ledger.find("web_1")->endReason, static_cast<EndReason>(reason));
        QCOMPARE(ledger.find("web_1")->executedQty, Quantity::of(3));
    }

    void aListOfOneSymbolSaysNothingOfAnother()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::New, 150ms));
        ledger.fold(OpenOrdersSnapshot{{}, at(60s), "ETHUSDT", false});
        QVERIFY(only<NeedQuery>(ledger.tick(at(62s))).empty());
        ledger.fold(OpenOrdersSnapshot{{}, at(63s), "BTCUSDT", false});
        QCOMPARE(only<NeedQuery>(ledger.tick(at(65s))).size(), std::size_t{1});
    }

    void aCancelAnswerForWhatHasEndedAsksNothing()
    {
        OrderLedger ledger = sent();
        ledger.fold(engine(OrderStatus::Canceled, 150ms));
        ledger.fold(CancelAnswer{ref(), false, -2011, at(1000ms)});
        QVERIFY(only<NeedQuery>(ledger.tick(at(5000ms))).empty());
    }

    void theOpenOneOfTwoForeignOrdersWithOneIdIsMeant()
    {
        OrderLedger ledger{ownPrefix};
        EngineReport open = engine(OrderStatus::New, 100ms);
        open.order.request.clientOrderId = "web_1";
        open.order.orderId = 1;
        ledger.fold(open);
        EngineReport ended = engine(OrderStatus::Canceled, 200ms);
        ended.order.request.clientOrderId = "web_1";
        ended.order.orderId = 2;
        ledger.fold(ended);
        QCOMPARE(ledger.find("web_1")->orderId, std::int64_t{1}); // a cancel by its id means this one
    }

    void theExecutionsOfAnEngineOrderJoinItsConditionalOrder_data()
    {
        QTest::addColumn<bool>("isOurs");
        QTest::newRow("ours") << true;
        QTest::newRow("somebody else's") << false;
    }
    void theExecutionsOfAnEngineOrderJoinItsConditionalOrder()
    {
        QFETCH(bool, isOurs);
        OrderLedger ledger = isOurs ? sent(OrderType::StopMarket) : OrderLedger{ownPrefix};
        EngineReport child = trade(1, 4, OrderStatus::PartiallyFilled, 300ms, 4);
        child.order.request.clientOrderId = "engine_1";
        child.order.orderId = child.fill->orderId = 55;
        ledger.fold(child);
        ledger.fold(conditional(ConditionalStatus::Triggered, 299ms, 55));
        const Order &joined = *ledger.find(ownId);
        QCOMPARE(joined.executedQty, Quantity::of(4));
        QCOMPARE(joined.childOrderId, std::int64_t{55});
        QCOMPARE(ledger.fillsOf(ownId).size(), std::size_t{1});
        QVERIFY(ledger.find("engine_1") == nullptr);
        QCOMPARE(ledger.size(), std::size_t{1});
    }

    void anOrderOfOursIsNeverTakenForTheEngineOrderOfAnother()
    {
        OrderLedger ledger = sent(OrderType::StopMarket);
        ledger.begin(intent(otherId));
        EngineReport working = engine(OrderStatus::New, 200ms);
        working.order.request.clientOrderId = otherId;
        working.order.orderId = 55;
        ledger.fold(working);
        ledger.fold(conditional(ConditionalStatus::Triggered, 299ms, 55)); // which cannot be
        QCOMPARE(ledger.size(), std::size_t{2});
        QCOMPARE(ledger.find(otherId)->phase, OrderPhase::Working);
        QCOMPARE(ledger.findEngineOrder("BTCUSDT", 55)->clientOrderId(), otherId);
    }

    void anExecutionThatWasCountedForAnOrderThatIsForgottenCountsOnce()
    {
        TradeMemory memory;
        QVERIFY(memory.add(execution(1, 10)));
        QVERIFY(!memory.add(execution(1, 10)));
        QVERIFY(memory.add(execution(1, 11))); // both sides of a trade are ours
        for (int n = 2; n <= 20'000; ++n) {
            QVERIFY(memory.add(execution(n, 10)));
        }
        QVERIFY(!memory.add(execution(20'000, 10)));
        QVERIFY(memory.add(execution(1, 10))); // the oldest is forgotten in the end
        memory.clear();
        QVERIFY(memory.add(execution(20'000, 10)));
    }

    void anInquiryGoesOnlyByWhatItAskedFor()
    {
        PositionInquiry inquiry{"BTCUSDT", at(0ms), at(1h), true};
        inquiry.onForcedOrders(); // not asked yet
        QVERIFY(std::holds_alternative<ReadTrades>(*inquiry.next()));
        inquiry.onTrades({});
        QVERIFY(std::holds_alternative<ReadForcedOrders>(*inquiry.next()));
        inquiry.onTrades({}); // again, late
        QVERIFY(std::holds_alternative<ReadForcedOrders>(*inquiry.next()));
        inquiry.onForcedOrders();
        QVERIFY(inquiry.isDone() && !inquiry.next());
    }

    void theGateIsDueWhenTheFirstOfItsClosuresEnds()
    {
        Gate gate;
        gate.open(GateCause::Starting);
        QVERIFY(gate.close(GateCause::Pause, "a pause", at(5s)));
        QVERIFY(gate.close(GateCause::Ban, "a ban", at(9s)));
        QVERIFY(gate.nextDueAt() == at(5s));
        QVERIFY(!gate.close(GateCause::Ban, "a ban", at(9s))); // nothing new
        QVERIFY(gate.close(GateCause::Ban, "a longer ban", at(9s)));
        QVERIFY(gate.close(GateCause::Ban, "a longer ban", at(3s)));
        QVERIFY(gate.nextDueAt() == at(3s));
        QVERIFY(gate.onTime(at(5s)));
        QCOMPARE(gate.state(), GateState::Active);
    }

    void aClosingOrderNeverTurnsThePosition_data()
    {
        QTest::addColumn<int>("side");
        QTest::addColumn<int>("positionSide");
        QTest::newRow("long") << int(Side::Buy) << int(PositionSide::Both);
        QTest::newRow("short") << int(Side::Sell) << int(PositionSide::Both);
        QTest::newRow("long leg of a hedge") << int(Side::Buy) << int(PositionSide::Long);
        QTest::newRow("short leg of a hedge") << int(Side::Sell) << int(PositionSide::Short);
    }
    void aClosingOrderNeverTurnsThePosition()
    {
        QFETCH(int, side);
        QFETCH(int, positionSide);
        Position position;
        position.symbol = "BTCUSDT";
        position.side = static_cast<Side>(side);
        position.positionSide = static_cast<PositionSide>(positionSide);
        position.quantity = Quantity::of(3);
        const NewOrder part = closingOrder(position, Quantity::of(1));
        QCOMPARE(part.symbol, position.symbol);
        QCOMPARE(part.side, opposite(position.side));
        QCOMPARE(part.positionSide, position.positionSide);
        QCOMPARE(part.quantity, Quantity::of(1));
        // The exchange refuses reduceOnly in hedge mode, where the leg says the same.
        QCOMPARE(part.reduceOnly, position.positionSide == PositionSide::Both);
        QVERIFY(isReducing(part));
        const NewOrder stop = protectiveStop(position, Price::of(90));
        QCOMPARE(stop.type, OrderType::StopMarket);
        QCOMPARE(stop.quantity, position.quantity);
        QCOMPARE(stop.triggerPrice, Price::of(90));
        QCOMPARE(stop.workingType, WorkingType::MarkPrice);
        QVERIFY(isReducing(stop));
    }
};

QTEST_APPLESS_MAIN(LedgerEvidenceTest)
#include "ledger_evidence_test.moc"
