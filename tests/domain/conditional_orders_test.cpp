#include "tests/support/order_evidence.h"

#include <QTest>

using namespace support::orders;

class ConditionalOrdersTest : public QObject
{
    Q_OBJECT
private slots:
    void aConditionalOrderAndItsEngineOrderAreOne()
    {
        OrderLedger ledger = sent(OrderType::StopMarket);
        ledger.fold(conditional(ConditionalStatus::New, 200ms));
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Working);
        QVERIFY(OrderLedger::refOf(*ledger.find(ownId)) ==
                (OrderRef{"BTCUSDT", ownId, 1'000'000'033'225'453, true}));
        ledger.fold(conditional(ConditionalStatus::Triggering, 300ms));
        ledger.fold(conditional(ConditionalStatus::Triggered, 311ms, 8'389'765'519'993'908'929));
        const Order &order = *ledger.find(ownId);
        QCOMPARE(order.childOrderId, 8'389'765'519'993'908'929);
        QVERIFY(OrderLedger::refOf(order) == (OrderRef{"BTCUSDT", ownId, 8'389'765'519'993'908'929, false}));
        ledger.fold(trade(1, 10, OrderStatus::Filled, 312ms, 10));
        ledger.fold(conditional(ConditionalStatus::Finished, 312ms, 8'389'765'519'993'908'929, 10));
        QCOMPARE(ledger.size(), std::size_t{1});
        QCOMPARE(order.phase, OrderPhase::Done);
        QCOMPARE(order.endReason, EndReason::Filled);
        QCOMPARE(order.orderId, 1'000'000'033'225'453);
        QCOMPARE(order.request.type, OrderType::StopMarket);
        QCOMPARE(order.request.triggerPrice, Price::of(90));
    }

    void aFinishedConditionalOrderWithoutFillWasCancelled()
    {
        OrderLedger ledger = sent(OrderType::StopMarket);
        ledger.fold(conditional(ConditionalStatus::Finished, 400ms, 9, 0));
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::Canceled);
    }

    void aConditionalOrderThatTheEngineRefusesSaysWhy()
    {
        OrderLedger ledger = sent(OrderType::StopMarket);
        ConditionalReport refused = conditional(ConditionalStatus::Rejected, 400ms);
        refused.order.reasonText = "Margin is insufficient.";
        ledger.fold(refused);
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::Rejected);
        QCOMPARE(ledger.find(ownId)->reasonText, std::string{"Margin is insufficient."});
    }

    void aForeignEngineOrderJoinsItsConditionalOrderOnceTheLinkIsKnown()
    {
        OrderLedger ledger{ownPrefix};
        EngineReport child = engine(OrderStatus::New, 300ms);
        child.order.request.clientOrderId = "web-stop";
        child.order.orderId = 55;
        ledger.fold(child);
        ConditionalReport parent = conditional(ConditionalStatus::Triggered, 299ms, 55);
        parent.order.request.clientOrderId = "web-stop";
        const auto effects = ledger.fold(parent);
        const auto changes = only<OrderChanged>(effects);
        QCOMPARE(changes.size(), std::size_t{2});
        QCOMPARE(changes[0].order.endReason, EndReason::Triggered);
        QCOMPARE(changes[1].order.childOrderId, 55);
        QCOMPARE(ledger.size(), std::size_t{1});
        QCOMPARE(ledger.find("web-stop")->phase, OrderPhase::Working);
    }

    void aTriggerThatHangsIsAlarmed()
    {
        OrderLedger ledger = sent(OrderType::StopMarket);
        ledger.fold(conditional(ConditionalStatus::Triggering, 1000ms));
        QVERIFY(!raises(ledger.tick(at(4000ms)), Alarm::Kind::Unprotected));
        QVERIFY(raises(ledger.tick(at(4001ms)), Alarm::Kind::Unprotected));
        QVERIFY(!raises(ledger.tick(at(5000ms)), Alarm::Kind::Unprotected));
    }

    void aConditionalOrderIsGivenMoreTimeBeforeItCountsAsNeverAccepted()
    {
        OrderLedger ledger = sent(OrderType::StopMarket);
        ledger.fold(Ambiguous{ownId, "timeout", at(1000ms)});
        answerNotFound(ledger, 1000ms, 180'000ms); // the Algo service may not find it for minutes
        QCOMPARE(ledger.find(ownId)->phase, OrderPhase::Unknown);
        answerNotFound(ledger, 180'000ms, 200'000ms);
        QCOMPARE(ledger.find(ownId)->endReason, EndReason::NeverAccepted);
    }
};

QTEST_APPLESS_MAIN(ConditionalOrdersTest)
#include "conditional_orders_test.moc"
