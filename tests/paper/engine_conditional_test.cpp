#include "exchange/paper/core/engine.h"
#include "tests/support/paper_market.h"

#include <QTest>

using namespace domain;
using namespace paper;
using namespace std::chrono_literals;
using support::PaperMarket;

namespace
{
constexpr auto alice = PaperMarket::alice;
const Symbol btc = PaperMarket::btc;

Quantity qty(const char *text)
{
    return Quantity::literal(text);
}

int codeOf(PaperMarket &market, const ConditionalRequest &request)
{
    const auto placed = market.engine.placeConditional(alice, request, market.now);
    return placed ? 0 : placed.error().venueCode;
}

std::vector<ConditionalStatus> statesIn(PaperMarket &market)
{
    std::vector<ConditionalStatus> states;
    for (const auto &event : market.events<ConditionalUpdateEvent>()) {
        states.push_back(event.order.status);
    }
    return states;
}

} // namespace

class EngineConditionalTest : public QObject
{
    Q_OBJECT
private slots:
    void aStopWaitsUntilTheMarkReachesItsTriggerThenBecomesAnOrder()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        auto request = PaperMarket::conditional("SELL", "STOP_MARKET", "1", "59000");
        request.clientAlgoId = "stop-1";
        request.reduceOnly = "true";
        const auto placed = market.engine.placeConditional(alice, request, market.now);
        QVERIFY(placed);
        QVERIFY(placed->status == ConditionalStatus::New);
        QVERIFY(market.engine.openOrders(alice, std::nullopt).empty());
        market.mark("59000.1");
        QCOMPARE(market.engine.openConditional(alice, std::nullopt).size(), std::size_t{1});
        market.engine.takeEvents();

        market.mark("59000");
        QVERIFY(market.position(alice).amount.isZero());
        const auto done = market.engine.queryConditional(alice, {placed->algoId, {}});
        QVERIFY(done->status == ConditionalStatus::Finished);
        QVERIFY(done->actualQty == qty("1"));
        const auto child = market.engine.query(alice, btc, {done->actualOrderId, {}});
        QCOMPARE(child->clientOrderId, std::string{"stop-1"});
        QVERIFY(child->type == OrderType::Market);
        QVERIFY(child->origType == OrderType::StopMarket);
        const std::vector<ConditionalStatus> expected{
            ConditionalStatus::Triggering, ConditionalStatus::Triggered, ConditionalStatus::Finished};
        QVERIFY(statesIn(market) == expected);
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void eachTypeAndSideTriggersInItsDirection_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("side");
        QTest::addColumn<QByteArray>("trigger");
        QTest::addColumn<QByteArray>("wrongSide");
        QTest::newRow("buy stop") << QByteArray{"STOP_MARKET"} << QByteArray{"BUY"} << QByteArray{"61000"}
                                  << QByteArray{"59000"};
        QTest::newRow("sell stop") << QByteArray{"STOP_MARKET"} << QByteArray{"SELL"} << QByteArray{"59000"}
                                   << QByteArray{"61000"};
        QTest::newRow("buy take profit") << QByteArray{"TAKE_PROFIT_MARKET"} << QByteArray{"BUY"}
                                         << QByteArray{"59000"} << QByteArray{"61000"};
        QTest::newRow("sell take profit") << QByteArray{"TAKE_PROFIT_MARKET"} << QByteArray{"SELL"}
                                          << QByteArray{"61000"} << QByteArray{"59000"};
    }
    void eachTypeAndSideTriggersInItsDirection()
    {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, side);
        QFETCH(QByteArray, trigger);
        QFETCH(QByteArray, wrongSide);
        PaperMarket market;
        QCOMPARE(codeOf(market, PaperMarket::conditional(side, type, "0.1", wrongSide)), -2021);
        QCOMPARE(codeOf(market, PaperMarket::conditional(side, type, "0.1", trigger)), 0);
        market.mark(trigger.constData());
        QVERIFY(market.position(alice).amount == qty(side == "BUY" ? "0.1" : "-0.1"));
    }

    void aContractPriceStopLooksAtTrades()
    {
        PaperMarket market;
        market.engine.marketTaker(btc, Side::Buy, qty("0.1"), Price{}, market.now); // last 60,000
        auto request = PaperMarket::conditional("SELL", "STOP_MARKET", "0.1", "59990");
        request.workingType = "CONTRACT_PRICE";
        QCOMPARE(codeOf(market, request), 0);
        market.mark("59900");
        QCOMPARE(market.engine.openConditional(alice, std::nullopt).size(), std::size_t{1});
        market.engine.marketTaker(btc, Side::Sell, qty("0.1"), Price{}, market.now); // last 59,990
        QVERIFY(market.position(alice).amount == qty("-0.1"));
    }

    void aStopLimitRestsAtItsPrice()
    {
        PaperMarket market;
        auto request = PaperMarket::conditional("BUY", "STOP", "0.1", "60500");
        request.price = "60400";
        market.level(Side::Sell, "60000", "0");
        market.level(Side::Sell, "60600", "1");
        QCOMPARE(codeOf(market, request), 0);
        market.mark("60500");
        const auto open = market.engine.openOrders(alice, std::nullopt);
        QCOMPARE(open.size(), std::size_t{1});
        QVERIFY(open.front().price == Price::of(60'400));
        QVERIFY(open.front().stopPrice == Price::of(60'500));
        const auto algo = market.engine.queryConditional(alice, {open.front().algoId, {}});
        QVERIFY(algo->status == ConditionalStatus::Triggered);
        QVERIFY(market.engine.cancel(alice, btc, {open.front().orderId, {}}, market.now));
        const auto ended = market.engine.queryConditional(alice, {algo->algoId, {}});
        QVERIFY(ended->status == ConditionalStatus::Finished);
        QVERIFY(ended->actualQty.isZero());
    }

    void marginIsCheckedOnlyAtTheTrigger()
    {
        PaperMarket market;
        const auto placed = market.engine.placeConditional(
            alice, PaperMarket::conditional("BUY", "STOP_MARKET", "100", "61000"), market.now);
        QVERIFY(placed);
        QVERIFY(market.account(alice).availableBalance == Money::of(100'000));
        market.engine.takeEvents();
        market.mark("61000");
        const auto refused = market.engine.queryConditional(alice, {placed->algoId, {}});
        QVERIFY(refused->status == ConditionalStatus::Rejected);
        QCOMPARE(refused->rejectCode, -2019);
        QCOMPARE(refused->rejectReason, std::string{"Margin is insufficient."});
        QVERIFY(market.engine.allOrders(alice, {}).empty());
    }

    void closePositionTakesWhatIsThereAndLeavesWithThePosition()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1.5")));
        auto stop = PaperMarket::conditional("SELL", "STOP_MARKET", "", "59000");
        stop.closePosition = "true";
        auto target = PaperMarket::conditional("SELL", "TAKE_PROFIT_MARKET", "", "61000");
        target.closePosition = "true";
        const auto stopPlaced = market.engine.placeConditional(alice, stop, market.now);
        const auto targetPlaced = market.engine.placeConditional(alice, target, market.now);
        QVERIFY(stopPlaced && targetPlaced);
        market.level(Side::Buy, "61000", "5");
        market.mark("61000");
        QVERIFY(market.position(alice).amount.isZero());
        QVERIFY(market.engine.queryConditional(alice, {targetPlaced->algoId, {}})->actualQty == qty("1.5"));
        QVERIFY(market.engine.queryConditional(alice, {stopPlaced->algoId, {}})->status ==
                ConditionalStatus::Expired);
        QVERIFY(market.engine.openConditional(alice, std::nullopt).empty());
    }

    void aReduceOnlyStopWithoutAPositionIsRejectedAtTheTrigger()
    {
        PaperMarket market;
        auto request = PaperMarket::conditional("SELL", "STOP_MARKET", "1", "59000");
        request.reduceOnly = "true";
        const auto placed = market.engine.placeConditional(alice, request, market.now);
        QVERIFY(placed);
        market.mark("58900");
        const auto ended = market.engine.queryConditional(alice, {placed->algoId, {}});
        QVERIFY(ended->status == ConditionalStatus::Rejected);
        QCOMPARE(ended->rejectReason, std::string{"ReduceOnly Order is rejected."});
    }

    void aTrailingStopFollowsThePriceAndTurnsByTheCallback()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        auto request = PaperMarket::conditional("SELL", "TRAILING_STOP_MARKET", "1", "");
        request.callbackRate = "1";
        request.activatePrice = "60500";
        request.reduceOnly = "true";
        QCOMPARE(codeOf(market, request), 0);
        market.engine.takeEvents();
        market.mark("59500"); // not active: may fall as it likes
        QVERIFY(market.events<ConditionalUpdateEvent>().empty());
        market.mark("60500");
        const auto activated = market.events<ConditionalUpdateEvent>();
        QCOMPARE(activated.size(), std::size_t{1});
        QVERIFY(activated.front().order.activated);
        QVERIFY(activated.front().order.status == ConditionalStatus::New);
        market.mark("62000");
        market.mark("61380.1"); // 1 % below 62,000 is 61,380
        QVERIFY(market.position(alice).amount == qty("1"));
        market.mark("61380");
        QVERIFY(market.position(alice).amount.isZero());
        // Reference 5.4, 7.3: the engine order says what it trailed by.
        for (const OrderUpdateEvent &update : market.events<OrderUpdateEvent>()) {
            QVERIFY(update.order.isTrailing());
            QVERIFY(update.order.activatePrice == Price::of(60'500));
            QVERIFY(update.order.callbackRate == Rate::of(1));
        }
        const std::string saved = market.engine.saveState();
        Engine restored;
        PaperMarket::addSymbols(restored);
        QVERIFY(restored.loadState(saved, market.now));
        QVERIFY(restored.allOrders(alice, {}).back() == market.engine.allOrders(alice, {}).back());
    }

    void aTrailingStopWithoutActivationStartsAtTheWorkingPrice()
    {
        PaperMarket market;
        auto request = PaperMarket::conditional("SELL", "TRAILING_STOP_MARKET", "1", "");
        request.callbackRate = "1";
        const auto placed = market.engine.placeConditional(alice, request, market.now);
        QVERIFY(placed && placed->activatePrice == Price::of(60'000));
        QVERIFY(market.engine.queryConditional(alice, {placed->algoId, {}})->activated);
    }

    void aTrailingStopWantsItsActivationOnTheRightSide()
    {
        PaperMarket market;
        auto request = PaperMarket::conditional("SELL", "TRAILING_STOP_MARKET", "1", "");
        request.callbackRate = "1";
        request.activatePrice = "59000";
        QCOMPARE(codeOf(market, request), -2021);
        request.activatePrice = "";
        request.callbackRate = "20.1";
        QCOMPARE(codeOf(market, request), -1130);
        request.callbackRate = "0.15";
        QCOMPARE(codeOf(market, request), -1130);
        request.callbackRate = "";
        QCOMPARE(codeOf(market, request), -1102);
    }

    void refusalsCarryTheVenuesCode()
    {
        PaperMarket market;
        auto request = PaperMarket::conditional("SELL", "STOP_MARKET", "1", "59000");
        request.algoType = "";
        QCOMPARE(codeOf(market, request), -1102);
        request = PaperMarket::conditional("SELL", "LIMIT", "1", "59000");
        QCOMPARE(codeOf(market, request), -1116);
        request = PaperMarket::conditional("SELL", "STOP_MARKET", "1", "");
        const auto noTrigger = market.engine.placeConditional(alice, request, market.now);
        QCOMPARE(noTrigger.error().detail,
            std::string{"Mandatory parameter 'triggerprice' was not sent, was empty/null, or malformed."});
        request = PaperMarket::conditional("SELL", "STOP_MARKET", "1", "59000.05");
        QCOMPARE(codeOf(market, request), -4014);
        request = PaperMarket::conditional("SELL", "STOP_MARKET", "0.0001", "59000");
        QCOMPARE(codeOf(market, request), -1111);
        request = PaperMarket::conditional("SELL", "STOP_MARKET", "120.001", "59000");
        QCOMPARE(codeOf(market, request), -4005); // MARKET_LOT_SIZE binds triggered market types
        request = PaperMarket::conditional("SELL", "STOP_MARKET", "1", "59000");
        request.closePosition = "true";
        QCOMPARE(codeOf(market, request), -4137);
        request.quantity = "";
        request.reduceOnly = "true";
        QCOMPARE(codeOf(market, request), -4138);
        request = PaperMarket::conditional("SELL", "TRAILING_STOP_MARKET", "", "");
        request.callbackRate = "1";
        request.closePosition = "true";
        QCOMPARE(codeOf(market, request), -4136);
        request = PaperMarket::conditional("SELL", "STOP", "1", "59000");
        QCOMPARE(codeOf(market, request), -1102);
        request.price = "50000";
        QCOMPARE(codeOf(market, request), -4184);
        request = PaperMarket::conditional("SELL", "STOP_MARKET", "1", "59000");
        request.positionSide = "LONG";
        QCOMPARE(codeOf(market, request), -4061);
        request.positionSide = "";
        request.workingType = "INDEX";
        QCOMPARE(codeOf(market, request), -4031);
        QVERIFY(market.engine.takeEvents().empty());
    }

    void clientAlgoIdsAreUniqueAndCancelled()
    {
        PaperMarket market;
        auto request = PaperMarket::conditional("SELL", "STOP_MARKET", "1", "59000");
        request.clientAlgoId = "once";
        QCOMPARE(codeOf(market, request), 0);
        QCOMPARE(codeOf(market, request), -4116);
        const auto cancelled = market.engine.cancelConditional(alice, {0, "once"}, market.now);
        QVERIFY(cancelled);
        QVERIFY(cancelled->status == ConditionalStatus::Canceled);
        QCOMPARE(market.engine.cancelConditional(alice, {0, "once"}, market.now).error().venueCode, -2011);
        QCOMPARE(codeOf(market, request), 0);
        QCOMPARE(*market.engine.cancelAllConditional(alice, btc, market.now), 1);
        HistoryQuery all;
        all.symbol = btc;
        QCOMPARE(market.engine.allConditional(alice, all).size(), std::size_t{2});
    }

    void twoHundredMayWait()
    {
        PaperMarket market;
        const auto request = PaperMarket::conditional("SELL", "STOP_MARKET", "1", "59000");
        for (int i = 0; i < 200; ++i) {
            QCOMPARE(codeOf(market, request), 0);
        }
        QCOMPARE(codeOf(market, request), -4045);
    }

    void aDelayedTriggerCanNeitherBeCancelledNorLost()
    {
        EngineConfig config;
        config.triggerDelay = 100ms;
        PaperMarket market{config};
        const auto placed = market.engine.placeConditional(
            alice, PaperMarket::conditional("SELL", "STOP_MARKET", "1", "59000"), market.now);
        market.mark("59000");
        const OrderKey key{placed->algoId, {}};
        QVERIFY(market.engine.queryConditional(alice, key)->status == ConditionalStatus::Triggering);
        QCOMPARE(market.engine.cancelConditional(alice, key, market.now).error().venueCode, -4117);
        market.pass(100ms);
        QVERIFY(market.engine.queryConditional(alice, key)->status == ConditionalStatus::Finished);
        QVERIFY(market.position(alice).amount == qty("-1"));
    }
};

QTEST_APPLESS_MAIN(EngineConditionalTest)
#include "engine_conditional_test.moc"
