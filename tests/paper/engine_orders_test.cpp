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
constexpr auto bob = PaperMarket::bob;

Quantity qty(const char *text)
{
    return Quantity::literal(text);
}
Price price(const char *text)
{
    return Price::literal(text);
}
} // namespace

class EngineOrdersTest : public QObject
{
    Q_OBJECT
private slots:
    void aRestingOrderIsOpenAndShownInTheBook()
    {
        PaperMarket market;
        const auto placed = market.place(alice, PaperMarket::limit("BUY", "0.5", "59990.1"));
        QVERIFY(placed);
        QVERIFY(placed->status == OrderStatus::New);
        const auto view = *market.engine.market(PaperMarket::btc);
        QVERIFY(view.bid == price("59990.1"));
        QVERIFY(view.bidQty == qty("0.5"));
        QCOMPARE(market.engine.openOrders(alice, std::nullopt).size(), std::size_t{1});
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void theOldestOrderOfALevelFillsFirstAlsoAgainstAnonymousLiquidity()
    {
        PaperMarket market;
        // 5 BTC of the market wait at 59,990; Alice queues behind them, then the market adds 2 behind her.
        const auto order = market.place(alice, PaperMarket::limit("BUY", "1", "59990"));
        QVERIFY(order);
        market.level(Side::Buy, "59990", "7");
        market.engine.marketTaker(PaperMarket::btc, Side::Sell, qty("5.4"), Price{}, market.now);
        auto now = market.engine.query(alice, PaperMarket::btc, {order->orderId, {}});
        QVERIFY(now->status == OrderStatus::PartiallyFilled);
        QVERIFY(now->executedQty == qty("0.4"));
        // Liquidity that leaves is the one at the back: Alice does not move, what is behind her shrinks.
        market.level(Side::Buy, "59990", "1");
        QVERIFY(market.engine.market(PaperMarket::btc)->bidQty == qty("1.6"));
        market.engine.marketTaker(PaperMarket::btc, Side::Sell, qty("0.6"), Price{}, market.now);
        now = market.engine.query(alice, PaperMarket::btc, {order->orderId, {}});
        QVERIFY(now->status == OrderStatus::Filled);
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void aTakerSweepsLevelsAtTheMakersPrices()
    {
        PaperMarket market;
        market.level(Side::Sell, "60010", "5");
        const auto filled = market.place(alice, PaperMarket::market("BUY", "6"));
        QVERIFY(filled);
        QVERIFY(filled->status == OrderStatus::Filled);
        QVERIFY(filled->cumQuote == Money::of(360'010));
        // Commission: 0.05 % of 360,010.
        const auto trades = market.engine.userTrades(alice, {});
        QCOMPARE(trades.size(), std::size_t{2});
        QVERIFY(trades[0].commission + trades[1].commission == Money::literal("180.005"));
        QVERIFY(!trades[0].maker);
    }

    void twoUsersTradeWithEachOtherAsMakerAndTaker()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::limit("SELL", "1", "59995")));
        const auto taken = market.place(bob, PaperMarket::limit("BUY", "1", "60000", "IOC"));
        QVERIFY(taken);
        QVERIFY(taken->avgPrice() == price("59995"));
        QVERIFY(market.engine.userTrades(alice, {}).front().maker);
        QVERIFY(market.engine.userTrades(alice, {}).front().commission == Money::literal("11.999"));
        QVERIFY(market.position(alice).amount == qty("-1"));
        QVERIFY(market.position(bob).amount == qty("1"));
    }

    void anImmediateOrderEndsExpiredWithItsRemainder()
    {
        PaperMarket market;
        const auto order = market.place(alice, PaperMarket::limit("BUY", "6", "60000", "IOC"));
        QVERIFY(order);
        QVERIFY(order->status == OrderStatus::Expired);
        QVERIFY(order->executedQty == qty("5"));
        QCOMPARE(order->expiryReason, expiry::immediateOrCancel);
    }

    void aMarketOrderStopsAtTheTakeBoundAndItsRemainderExpires()
    {
        PaperMarket market;
        market.level(Side::Sell, "63000", "1");   // exactly 5 % above mark: still allowed
        market.level(Side::Sell, "63000.1", "1"); // beyond
        const auto order = market.place(alice, PaperMarket::market("BUY", "7"));
        QVERIFY(order);
        QVERIFY(order->status == OrderStatus::Expired);
        QVERIFY(order->executedQty == qty("6"));
        QCOMPARE(order->expiryReason, expiry::marketRemainder);
    }

    void aMarketOrderWithoutLiquidityExpiresUnfilled()
    {
        PaperMarket market;
        market.level(Side::Sell, "60000", "0");
        const auto order = market.place(alice, PaperMarket::market("BUY", "1"));
        QVERIFY(order);
        QVERIFY(order->status == OrderStatus::Expired);
        QVERIFY(order->executedQty.isZero());
    }

    void aMarketOrderOnAnEmptyBookIsRefused() // reference 9.1: -1112
    {
        PaperMarket market;
        market.engine.clearMarketMakers(PaperMarket::btc, market.now);
        market.events<OrderUpdateEvent>();
        QCOMPARE(market.codeOf(alice, PaperMarket::market("BUY", "1")), -1112);
        QVERIFY(market.engine.allOrders(alice, {}).empty());
        QVERIFY(market.events<OrderUpdateEvent>().empty());
        // A limit order needs nobody; IOC ends as any other (5.2).
        const auto immediate = market.place(alice, PaperMarket::limit("BUY", "1", "60000", "IOC"));
        QVERIFY(immediate && immediate->status == OrderStatus::Expired);
        // A stop that triggers then is refused by the engine (5.7).
        const auto stop = market.engine.placeConditional(
            alice, PaperMarket::conditional("BUY", "STOP_MARKET", "1", "61000"), market.now);
        QVERIFY(stop);
        market.mark("61000");
        const auto after = market.engine.queryConditional(alice, {stop->algoId, {}});
        QVERIFY(after && after->status == ConditionalStatus::Rejected);
        QCOMPARE(after->rejectCode, -1112);
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "1", "59000")), 0);
        QCOMPARE(market.codeOf(PaperMarket::bob, PaperMarket::market("SELL", "1")), 0);
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void postOnlyAndFillOrKillAreRefusedWithoutATrace()
    {
        PaperMarket market;
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "1", "60000", "GTX")), -5022);
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "6", "60000", "FOK")), -5021);
        QVERIFY(market.engine.takeEvents().empty());
        QVERIFY(market.engine.allOrders(alice, {}).empty());
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "1", "59999.9", "GTX")), 0);
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "5", "60000", "FOK")), 0);
    }

    void aGoodTillDateOrderExpiresOnTime()
    {
        PaperMarket market;
        auto request = PaperMarket::limit("BUY", "1", "59000", "GTD");
        QCOMPARE(market.codeOf(alice, request), -1102);
        request.goodTillDate = std::to_string(toMs(market.now) + 600'000);
        QCOMPARE(market.codeOf(alice, request), -5040);
        request.goodTillDate = std::to_string(toMs(market.now) + 700'500);
        const auto order = market.place(alice, request);
        QVERIFY(order);
        QCOMPARE(order->goodTillDate, toMs(market.now) + 700'000);
        market.pass(699s);
        QCOMPARE(market.engine.openOrders(alice, std::nullopt).size(), std::size_t{1});
        market.pass(1s);
        QVERIFY(market.engine.query(alice, PaperMarket::btc, {order->orderId, {}})->status ==
                OrderStatus::Expired);
    }

    void refusalsCarryTheVenuesCodeAndText_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("value");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("text");
        const auto row = [](const char *name, const char *field, const char *value, int code,
                             const char *text) {
            QTest::newRow(name) << QString::fromUtf8(field) << QString::fromUtf8(value) << code
                                << QString::fromUtf8(text);
        };
        row("no symbol", "symbol", "", -1102,
            "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
        row("unknown symbol", "symbol", "NOPEUSDT", -1121, "Invalid symbol.");
        row("no quantity", "quantity", "", -1102,
            "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed.");
        row("not a quantity", "quantity", "1e3", -1102,
            "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed.");
        row("absurd quantity", "quantity", "99999999999999999999", -1102,
            "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed.");
        row("zero quantity", "quantity", "0", -4003, "Quantity less than zero.");
        row("too much", "quantity", "1000.001", -4005, "Quantity greater than max quantity.");
        row("off precision", "quantity", "0.0015", -1111,
            "Precision is over the maximum defined for this asset.");
        row("small notional", "quantity", "0.001", 0, "");
        row("off tick", "price", "59000.05", -4014, "Price not increased by tick size.");
        row("price precision", "price", "59000.001", -1111,
            "Precision is over the maximum defined for this asset.");
        row("zero price", "price", "0", -4001, "Price less than 0.");
        row("below the least price", "price", "500", -4013, "Price less than min price.");
        row("above the greatest price", "price", "4529764.1", -4002, "Price greater than max price.");
        row("above the band", "price", "63000.1", -4016, "Limit price can't be higher than 63000.0.");
        row("side", "side", "HOLD", -1117, "Invalid side.");
        row("type", "type", "ICEBERG", -1116, "Invalid orderType.");
        row("conditional type", "type", "STOP_MARKET", -4120,
            "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.");
        row("time in force", "timeInForce", "FOREVER", -1115, "Invalid timeInForce.");
        row("no time in force", "timeInForce", "", -1102,
            "Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed.");
        row("position side", "positionSide", "UP", -4060, "Invalid position side.");
        row("position side of the other mode", "positionSide", "LONG", -4061,
            "Order's position side does not match user's setting.");
        row("reduce only without a position", "reduceOnly", "true", -2022, "ReduceOnly Order is rejected.");
        row("long client id", "newClientOrderId", "0123456789012345678901234567890123456", -4015,
            "Client order id length should not be more than 36 chars");
        row("odd client id", "newClientOrderId", "with blank", -4015, "Client order id is not valid.");
        row("reserved client id", "newClientOrderId", "autoclose-1", -4015, "Client order id is not valid.");
        row("response type", "newOrderRespType", "FULL", -1136, "Invalid newOrderRespType.");
        row("self trade", "selfTradePreventionMode", "EXPIRE", -5039, "Invalid self trade prevention mode");
        row("withdrawn price match", "priceMatch", "OPPONENT_20", -5037, "Invalid price match");
    }
    void refusalsCarryTheVenuesCodeAndText()
    {
        QFETCH(QString, field);
        QFETCH(QString, value);
        QFETCH(int, code);
        QFETCH(QString, text);
        PaperMarket market;
        auto request = PaperMarket::limit("BUY", "0.01", "59000");
        const std::vector<std::pair<const char *, std::string *>> fields{{"symbol", &request.symbol},
            {"side", &request.side}, {"type", &request.type}, {"timeInForce", &request.timeInForce},
            {"quantity", &request.quantity}, {"price", &request.price},
            {"positionSide", &request.positionSide}, {"reduceOnly", &request.reduceOnly},
            {"newClientOrderId", &request.newClientOrderId}, {"newOrderRespType", &request.newOrderRespType},
            {"priceMatch", &request.priceMatch},
            {"selfTradePreventionMode", &request.selfTradePreventionMode}};
        for (const auto &[name, target] : fields) {
            if (field == QLatin1String(name)) {
                *target = value.toStdString();
            }
        }
        const auto placed = market.place(alice, request);
        QCOMPARE(placed ? 0 : placed.error().venueCode, code);
        if (code != 0) {
            QCOMPARE(QString::fromStdString(placed.error().detail), text);
            QVERIFY(market.engine.takeEvents().empty());
            QCOMPARE(market.engine.test(alice, request, market.now).error().venueCode, code);
        }
    }

    void theSmallestNotionalIsFiftyUnlessReducing()
    {
        PaperMarket market;
        market.mark("30000");
        market.engine.clearMarketMakers(PaperMarket::btc, market.now);
        const auto refused = market.place(alice, PaperMarket::limit("BUY", "0.001", "30000"));
        QVERIFY(!refused);
        QCOMPARE(refused.error().venueCode, -4164);
        QCOMPARE(QString::fromStdString(refused.error().detail),
            QStringLiteral("Order's notional must be no smaller than 50 (unless you choose reduce only)."));
    }

    void aClientOrderIdIsUniqueAmongOpenOrders()
    {
        PaperMarket market;
        auto request = PaperMarket::limit("BUY", "0.01", "59000");
        request.newClientOrderId = "my-id-1";
        const auto first = market.place(alice, request);
        QVERIFY(first);
        QCOMPARE(market.codeOf(alice, request), -4116);
        QCOMPARE(market.codeOf(bob, request), 0);
        QVERIFY(market.engine.cancel(alice, PaperMarket::btc, {0, "my-id-1"}, market.now));
        QCOMPARE(market.codeOf(alice, request), 0);
        QVERIFY(market.engine.query(alice, PaperMarket::btc, {0, "my-id-1"})->orderId != first->orderId);
    }

    void selfTradePreventionFollowsTheTakersMode_data()
    {
        QTest::addColumn<QString>("mode");
        QTest::addColumn<bool>("makerExpires");
        QTest::addColumn<bool>("takerExpires");
        QTest::newRow("maker") << "EXPIRE_MAKER" << true << false;
        QTest::newRow("taker") << "EXPIRE_TAKER" << false << true;
        QTest::newRow("both") << "EXPIRE_BOTH" << true << true;
        QTest::newRow("default") << "" << true << false;
    }
    void selfTradePreventionFollowsTheTakersMode()
    {
        QFETCH(QString, mode);
        QFETCH(bool, makerExpires);
        QFETCH(bool, takerExpires);
        PaperMarket market;
        const auto maker = market.place(alice, PaperMarket::limit("SELL", "1", "59995"));
        QVERIFY(maker);
        auto request = PaperMarket::limit("BUY", "1", "59995");
        request.selfTradePreventionMode = mode.toStdString();
        const auto taker = market.place(alice, request);
        QVERIFY(taker);
        const auto statusOf = [&](std::int64_t id) {
            return market.engine.query(alice, PaperMarket::btc, {id, {}})->status;
        };
        QVERIFY(statusOf(maker->orderId) == (makerExpires ? OrderStatus::ExpiredInMatch : OrderStatus::New));
        QVERIFY(taker->status == (takerExpires ? OrderStatus::ExpiredInMatch : OrderStatus::New));
        QVERIFY(market.engine.userTrades(alice, {}).empty());
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void priceMatchTakesThePriceFromTheBook()
    {
        PaperMarket market;
        auto request = PaperMarket::limit("BUY", "1", "");
        request.priceMatch = "QUEUE";
        const auto queued = market.place(alice, request);
        QVERIFY(queued);
        QVERIFY(queued->price == price("59990"));
        request.priceMatch = "OPPONENT_5";
        QCOMPARE(market.codeOf(alice, request), -5041);
        request.priceMatch = "OPPONENT";
        const auto taken = market.place(alice, request);
        QVERIFY(taken);
        QVERIFY(taken->status == OrderStatus::Filled);
    }

    void cancellingTwiceAndCancellingTheUnknownIsRefused()
    {
        PaperMarket market;
        const auto order = market.place(alice, PaperMarket::limit("BUY", "1", "59000"));
        const auto cancelled =
            market.engine.cancel(alice, PaperMarket::btc, {order->orderId, {}}, market.now);
        QVERIFY(cancelled);
        QVERIFY(cancelled->status == OrderStatus::Canceled);
        const auto again = market.engine.cancel(alice, PaperMarket::btc, {order->orderId, {}}, market.now);
        QCOMPARE(again.error().venueCode, -2011);
        QVERIFY(again.error().code == ErrorCode::NotFound);
        QCOMPARE(
            market.engine.cancel(bob, PaperMarket::btc, {order->orderId, {}}, market.now).error().venueCode,
            -2011);
        QCOMPARE(market.engine.query(alice, PaperMarket::btc, {42, {}}).error().venueCode, -2013);
        QCOMPARE(
            market.engine.queryOpen(alice, PaperMarket::btc, {order->orderId, {}}).error().venueCode, -2013);
    }

    void cancelAllEndsEveryOrderOfOneSymbol()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::limit("BUY", "0.1", "59000")));
        QVERIFY(market.place(alice, PaperMarket::limit("BUY", "0.1", "59100")));
        auto other = PaperMarket::limit("BUY", "0.1", "2900");
        other.symbol = PaperMarket::eth;
        QVERIFY(market.place(alice, other));
        QCOMPARE(*market.engine.cancelAll(alice, PaperMarket::btc, market.now), 2);
        QCOMPARE(market.engine.openOrders(alice, std::nullopt).size(), std::size_t{1});
    }

    void theDeadMansTimerCancelsUnlessRestarted()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::limit("BUY", "0.1", "59000")));
        QVERIFY(market.engine.countdownCancelAll(alice, PaperMarket::btc, 10s, market.now));
        market.pass(9s);
        QVERIFY(market.engine.countdownCancelAll(alice, PaperMarket::btc, 10s, market.now));
        market.pass(9s);
        QCOMPARE(market.engine.openOrders(alice, std::nullopt).size(), std::size_t{1});
        market.pass(1s);
        QVERIFY(market.engine.openOrders(alice, std::nullopt).empty());
        QVERIFY(market.place(alice, PaperMarket::limit("BUY", "0.1", "59000")));
        QVERIFY(market.engine.countdownCancelAll(alice, PaperMarket::btc, 10s, market.now));
        QVERIFY(market.engine.countdownCancelAll(alice, PaperMarket::btc, 0s, market.now));
        market.pass(60s);
        QCOMPARE(market.engine.openOrders(alice, std::nullopt).size(), std::size_t{1});
    }

    void anAmendmentMovesTheOrderToTheBackOfTheNewLevel()
    {
        PaperMarket market;
        const auto order = market.place(alice, PaperMarket::limit("BUY", "1", "59980"));
        AmendRequest request{
            PaperMarket::btc, std::to_string(order->orderId), {}, "BUY", "2", "59990", {}, "77", {}};
        const auto amended = market.engine.amend(alice, request, market.now);
        QVERIFY(amended);
        QVERIFY(amended->price == price("59990"));
        QVERIFY(amended->origQty == qty("2"));
        QVERIFY(amended->modifyId == 77);
        QVERIFY(market.engine.market(PaperMarket::btc)->bidQty == qty("7"));
        market.engine.marketTaker(PaperMarket::btc, Side::Sell, qty("5"), Price{}, market.now);
        QVERIFY(market.engine.userTrades(alice, {}).empty());
        QCOMPARE(market.engine.amend(alice, request, market.now).error().venueCode, -5027);
        request.side = "SELL";
        QCOMPARE(market.engine.amend(alice, request, market.now).error().venueCode, -1117);
        request.side = "BUY";
        request.price = "59990.05";
        QCOMPARE(market.engine.amend(alice, request, market.now).error().venueCode, -4014);
        request.price = "59995";
        request.reduceOnly = "true";
        QCOMPARE(market.engine.amend(alice, request, market.now).error().venueCode, -5047);
        QCOMPARE(market.engine.amendments(alice, PaperMarket::btc, {}).size(), std::size_t{1});
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void anAmendmentThatCannotStandCancelsTheOrder()
    {
        PaperMarket market;
        const auto filled = market.place(alice, PaperMarket::limit("BUY", "2", "59995"));
        market.engine.marketTaker(PaperMarket::btc, Side::Sell, qty("1"), Price{}, market.now);
        AmendRequest request{
            PaperMarket::btc, std::to_string(filled->orderId), {}, "BUY", "0.5", "59995", {}, {}, {}};
        QVERIFY(market.engine.amend(alice, request, market.now)->status == OrderStatus::Canceled);

        const auto postOnly = market.place(alice, PaperMarket::limit("BUY", "1", "59980", "GTX"));
        request.orderId = std::to_string(postOnly->orderId);
        request.quantity = "1";
        request.price = "60000";
        QVERIFY(market.engine.amend(alice, request, market.now)->status == OrderStatus::Canceled);
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void anAmendmentIntoTheBookTrades()
    {
        PaperMarket market;
        const auto order = market.place(alice, PaperMarket::limit("BUY", "1", "59980"));
        AmendRequest request{PaperMarket::btc, {}, order->clientOrderId, "BUY", "1", "60000", {}, {}, {}};
        QVERIFY(market.engine.amend(alice, request, market.now)->status == OrderStatus::Filled);
        QVERIFY(!market.engine.userTrades(alice, {}).front().maker);
    }

    void onlySoManyOrdersMayBeOpenOnASymbol()
    {
        PaperMarket market;
        for (int i = 0; i < 200; ++i) {
            QVERIFY(market.place(alice, PaperMarket::limit("BUY", "0.001", "59000")));
        }
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "0.001", "59000")), -2025);
        QCOMPARE(market.codeOf(alice, PaperMarket::market("BUY", "0.001")), 0);
    }

    void aHaltedSymbolTakesNoOrdersButCancels()
    {
        PaperMarket market;
        const auto order = market.place(alice, PaperMarket::limit("BUY", "1", "59000"));
        market.engine.setSymbolStatus(PaperMarket::btc, SymbolStatus::Halted);
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "1", "59000")), -1122);
        QVERIFY(market.engine.cancel(alice, PaperMarket::btc, {order->orderId, {}}, market.now));
    }

    void aLevelOfTheMarketNeverStandsAcrossTheOtherSide()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::limit("SELL", "1", "59999")));
        market.level(Side::Buy, "60000", "3"); // trades with Alice and pushes the anonymous ask away
        QVERIFY(market.position(alice).amount == qty("-1"));
        const auto view = *market.engine.market(PaperMarket::btc);
        QVERIFY(view.bid == price("60000"));
        QVERIFY(view.bidQty == qty("2"));
        QVERIFY(view.ask.isZero());
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void anonymousOrdersCanBeCancelledOnce()
    {
        PaperMarket market;
        const auto id =
            market.engine.placeMarketMaker(PaperMarket::btc, Side::Buy, price("59995"), qty("1"), market.now);
        QVERIFY(id != 0);
        QVERIFY(market.engine.cancelMarketMaker(id, market.now));
        QVERIFY(!market.engine.cancelMarketMaker(id, market.now));
        QVERIFY(market.engine.market(PaperMarket::btc)->bid == price("59990"));
    }
};

QTEST_APPLESS_MAIN(EngineOrdersTest)
#include "engine_orders_test.moc"
