#include "exchange/paper/core/engine.h"
#include "tests/support/paper_market.h"

#include <QTest>

using namespace domain;
using namespace paper;
using support::PaperMarket;

namespace
{
constexpr auto alice = PaperMarket::alice;
constexpr auto bob = PaperMarket::bob;
const Symbol btc = PaperMarket::btc;

Quantity qty(const char *text)
{
    return Quantity::literal(text);
}
Price price(const char *text)
{
    return Price::literal(text);
}
Money money(const char *text)
{
    return Money::literal(text);
}

/// A market without fees whose first account has the given wallet and one level on each side at 60,000.
struct FreeMarket
{
    explicit FreeMarket(std::int64_t wallet)
    {
        engine.addSymbol(PaperMarket::specOf(btc), PaperMarket::bracketRows(), {});
        (void)engine.createAccount(alice, Money::of(wallet), now);
        engine.setMarkPrice(btc, Price::of(60'000), now);
        engine.setFundingRate(btc, Rate{});
    }
    void open(const char *side, const char *quantity, const char *at, const char *positionSide = "")
    {
        const Side counter = std::string_view{side} == "BUY" ? Side::Sell : Side::Buy;
        engine.placeMarketMaker(btc, counter, price(at), qty(quantity), now);
        auto request = PaperMarket::market(side, quantity);
        request.positionSide = positionSide;
        const auto placed = engine.place(alice, request, now);
        QVERIFY2(placed, placed ? "" : placed.error().detail.c_str());
        QVERIFY(placed->status == OrderStatus::Filled);
    }
    PositionView row(PositionSide side = PositionSide::Both) const
    {
        for (const PositionView &view : engine.positions(alice, btc)) {
            if (view.positionSide == side) {
                return view;
            }
        }
        return {};
    }

    Engine engine;
    Timestamp now = timestampFromMs(1'760'000'400'000);
};

} // namespace

class EngineMarginTest : public QObject
{
    Q_OBJECT
private slots:
    // Reference 10.5, "more vectors".
    void liquidationPricesOfIsolatedPositionsAreTheReferences_data()
    {
        QTest::addColumn<QByteArray>("side");
        QTest::addColumn<QByteArray>("quantity");
        QTest::addColumn<int>("leverage");
        QTest::addColumn<QByteArray>("wallet");
        QTest::addColumn<QByteArray>("liquidation");
        QTest::newRow("long") << QByteArray{"BUY"} << QByteArray{"0.5"} << 20 << QByteArray{"1500"}
                              << QByteArray{"57228.9157"};
        QTest::newRow("short") << QByteArray{"SELL"} << QByteArray{"0.5"} << 20 << QByteArray{"1500"}
                               << QByteArray{"62749.0040"};
        QTest::newRow("third bracket")
            << QByteArray{"BUY"} << QByteArray{"20"} << 50 << QByteArray{"24000"} << QByteArray{"59109.2099"};
        QTest::newRow("bracket changes on the way") << QByteArray{"BUY"} << QByteArray{"13.5"} << 10
                                                    << QByteArray{"81000"} << QByteArray{"54249.0229"};
    }
    void liquidationPricesOfIsolatedPositionsAreTheReferences()
    {
        QFETCH(QByteArray, side);
        QFETCH(QByteArray, quantity);
        QFETCH(int, leverage);
        QFETCH(QByteArray, wallet);
        QFETCH(QByteArray, liquidation);
        FreeMarket market{100'000};
        QVERIFY(market.engine.setMarginType(alice, btc, MarginType::Isolated, market.now));
        QVERIFY(market.engine.setLeverage(alice, btc, leverage, market.now));
        market.open(side.constData(), quantity.constData(), "60000");
        const PositionView row = market.row();
        QVERIFY(row.isolatedWallet == money(wallet.constData()));
        QCOMPARE(QByteArray::fromStdString(row.liquidationPrice.toFixed(4)), liquidation);
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void liquidationPriceOfACrossPositionIsTheReferences()
    {
        FreeMarket market{10'000};
        market.open("BUY", "1", "60000");
        QCOMPARE(market.row().liquidationPrice.toFixed(4), std::string{"50200.8032"});
        market.engine.setMarkPrice(btc, Price::of(58'000), market.now);
        QVERIFY(market.row().maintMargin == Money::of(232));
        QVERIFY(market.engine.account(alice)->marginBalance == Money::of(8'000));
    }

    void hedgedCrossPositionsShareOneLiquidationPrice()
    {
        FreeMarket market{10'000};
        QVERIFY(market.engine.setHedgeMode(alice, true, market.now));
        market.open("BUY", "1", "60000", "LONG");
        market.open("SELL", "0.4", "61000", "SHORT");
        QCOMPARE(market.row(PositionSide::Long).liquidationPrice.toFixed(4), std::string{"43068.6406"});
        QCOMPARE(market.row(PositionSide::Short).liquidationPrice.toFixed(4), std::string{"43068.6406"});
        QVERIFY(market.row(PositionSide::Short).amount == qty("-0.4"));
    }

    // Reference 10.5, the official example of two cross positions.
    void twoCrossPositionsLiquidateAtTheOfficialPrices()
    {
        Engine engine;
        const Timestamp now = timestampFromMs(1'760'000'400'000);
        const auto list = [&](const Symbol &symbol, const char *rate, std::int64_t cum) {
            SymbolSpec spec = PaperMarket::specOf(symbol);
            spec.tickSize = price("0.01");
            spec.minPrice = price("0.01");
            spec.lot.maxQty = Quantity::of(100'000);
            spec.marketLot.maxQty = Quantity::of(100'000);
            spec.marketTakeBound = Rate{};
            spec.multiplierUp = Rate{};
            spec.multiplierDown = Rate{};
            engine.addSymbol(
                spec, {{1, 125, Money{}, Money::of(1'000'000'000), Rate::literal(rate), Money::of(cum)}}, {});
        };
        list(PaperMarket::eth, "0.1", 135'365);
        list(btc, "0.025", 16'300);
        QVERIFY(engine.createAccount(alice, money("1535443.01"), now));
        const auto open = [&](const Symbol &symbol, const char *quantity, const char *at) {
            engine.setMarkPrice(symbol, price(at), now);
            engine.placeMarketMaker(symbol, Side::Sell, price(at), qty(quantity), now);
            auto request = PaperMarket::market("BUY", quantity);
            request.symbol = symbol;
            const auto placed = engine.place(alice, request, now);
            QVERIFY2(placed, placed ? "" : placed.error().detail.c_str());
        };
        open(PaperMarket::eth, "3683.979", "1456.84");
        open(btc, "109.488", "32481.98");
        engine.setMarkPrice(PaperMarket::eth, price("1335.18"), now);
        engine.setMarkPrice(btc, price("31967.27"), now);

        const PositionView ethRow = engine.positions(alice, PaperMarket::eth).front();
        const PositionView btcRow = engine.positions(alice, btc).front();
        QVERIFY(ethRow.maintMargin == money("356512.508122"));
        QVERIFY(btcRow.maintMargin == money("71200.811444"));
        QVERIFY(ethRow.unrealizedProfit == money("-448192.88514"));
        QVERIFY(btcRow.unrealizedProfit == money("-56354.56848"));
        QCOMPARE(ethRow.liquidationPrice.toFixed(2), std::string{"1153.26"});
        QCOMPARE(btcRow.liquidationPrice.toFixed(2), std::string{"26316.89"});
        QVERIFY(engine.account(alice)->marginBalance == money("1030895.55638"));
    }

    // Reference 10.6: long 0.5 at mark 20,000, bid 0.1 @ 19,000, ask 0.1 @ 22,000, leverage 2.
    void openOrdersNeedTheLargerOfBothSides()
    {
        PaperMarket market;
        market.engine.clearMarketMakers(btc, market.now);
        market.mark("20000");
        market.level(Side::Sell, "20000", "0.5");
        QVERIFY(market.engine.setLeverage(alice, btc, 2, market.now));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "0.5")));
        QVERIFY(market.place(alice, PaperMarket::limit("BUY", "0.1", "19000")));
        QVERIFY(market.place(alice, PaperMarket::limit("SELL", "0.1", "22000")));
        const PositionView row = market.position(alice);
        QVERIFY(row.initialMargin == Money::of(5'950));
        QVERIFY(row.positionInitialMargin == Money::of(5'000));
        QVERIFY(row.openOrderInitialMargin == Money::of(950));
        QVERIFY(row.bidNotional == Money::of(1'900));
        QVERIFY(row.askNotional == Money::of(2'200));
        QVERIFY(
            market.account(alice).availableBalance == Money::of(100'000) - Money::of(5) - Money::of(5'950));
    }

    void aFreshPositionBreaksEvenOneFeeAway()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        QVERIFY(market.position(alice).breakEvenPrice == price("60030"));
        QVERIFY(market.place(bob, PaperMarket::market("SELL", "1")));
        QVERIFY(market.position(bob).breakEvenPrice == price("59960.005"));
    }

    void anOrderBeyondTheBalanceIsRefused()
    {
        PaperMarket market;
        // 100,000 at 20x carry 2,000,000: 33.333 BTC at 60,000 and no open loss on a bid below mark.
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "33.4", "59900")), -2019);
        const auto refused = market.place(alice, PaperMarket::limit("BUY", "33.4", "59900"));
        QCOMPARE(refused.error().detail, std::string{"Margin is insufficient."});
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "33.3", "59900")), 0);
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "0.1", "59900")), -2019);
    }

    void theLeverageCapsThePosition()
    {
        PaperMarket market;
        QVERIFY(market.engine.setLeverage(alice, btc, 150, market.now));
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "5.1", "59000")), -2027);
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "5", "59000")), 0);
        QCOMPARE(market.codeOf(alice, PaperMarket::limit("BUY", "0.1", "59000")), -2027);
    }

    void entryPriceIsWeightedAndRealizedProfitComesFromReductions()
    {
        PaperMarket market;
        market.level(Side::Sell, "60100", "5");
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "6"))); // 5 @ 60,000 and 1 @ 60,100
        QVERIFY(market.position(alice).entryPrice.toFixed(8) == "60016.66666667");
        market.level(Side::Buy, "60200", "2");
        QVERIFY(market.place(alice, PaperMarket::market("SELL", "2")));
        // 2 × (60,200 − 60,016.666…) cut to the 8 decimals of the wire
        QVERIFY(market.engine.userTrades(alice, {}).back().realizedPnl == money("366.66666667"));
        QVERIFY(market.position(alice).accumulatedRealized == money("366.66666667"));
        QVERIFY(market.position(alice).amount == qty("4"));
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void aLargerOppositeOrderTurnsThePosition()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        QVERIFY(market.place(alice, PaperMarket::market("SELL", "3")));
        const PositionView row = market.position(alice);
        QVERIFY(row.amount == qty("-2"));
        QVERIFY(row.entryPrice == price("59990"));
        QVERIFY(row.accumulatedRealized == Money::of(-10));
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void reduceOnlyIsTrimmedToThePosition()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        auto request = PaperMarket::limit("SELL", "0.7", "61000");
        request.reduceOnly = "true";
        QVERIFY(market.place(alice, request));
        const auto second = market.place(alice, request);
        QVERIFY(second);
        QVERIFY(second->origQty == qty("0.3"));
        QCOMPARE(market.codeOf(alice, request), -2022);
        request.side = "BUY";
        request.price = "59000";
        QCOMPARE(market.codeOf(alice, request), -2022);
        // They cannot open, so they need no margin.
        QVERIFY(market.position(alice).openOrderInitialMargin.isZero());
    }

    void reduceOnlyOrdersGoWhenThePositionShrinksBelowThem()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        auto request = PaperMarket::limit("SELL", "0.5", "61000");
        request.reduceOnly = "true";
        const auto near = market.place(alice, request);
        request.price = "62000";
        const auto far = market.place(alice, request);
        QVERIFY(market.place(alice, PaperMarket::market("SELL", "0.4")));
        QVERIFY(market.engine.query(alice, btc, {near->orderId, {}})->isOpen());
        const auto gone = market.engine.query(alice, btc, {far->orderId, {}});
        QVERIFY(gone->status == OrderStatus::Expired);
        QCOMPARE(gone->expiryReason, expiry::displacedReduceOnly);
        auto close = PaperMarket::market("SELL", "5");
        close.reduceOnly = "true";
        QVERIFY(market.place(alice, close)->origQty == qty("0.6"));
        QVERIFY(market.engine.openOrders(alice, std::nullopt).empty());
        QVERIFY(market.position(alice).amount.isZero());
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void hedgeModeKeepsLongAndShortApart()
    {
        PaperMarket market;
        QVERIFY(market.engine.setHedgeMode(alice, true, market.now));
        auto request = PaperMarket::market("BUY", "1");
        QCOMPARE(market.codeOf(alice, request), -4061);
        request.positionSide = "LONG";
        QVERIFY(market.place(alice, request));
        request = PaperMarket::market("SELL", "0.5");
        request.positionSide = "SHORT";
        QVERIFY(market.place(alice, request));
        QVERIFY(market.position(alice, PositionSide::Long).amount == qty("1"));
        QVERIFY(market.position(alice, PositionSide::Short).amount == qty("-0.5"));
        // Closing is reduce-only by itself and says so.
        request = PaperMarket::market("BUY", "2");
        request.positionSide = "SHORT";
        const auto closed = market.place(alice, request);
        QVERIFY(closed->reduceOnly);
        QVERIFY(closed->origQty == qty("0.5"));
        QCOMPARE(market.codeOf(alice, request), -2022);
        request.reduceOnly = "true";
        QCOMPARE(market.codeOf(alice, request), -1106);
        QCOMPARE(market.engine.setHedgeMode(alice, false, market.now).error().venueCode, -4068);
        QCOMPARE(market.engine.setHedgeMode(alice, true, market.now).error().venueCode, -4059);
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void settingsAreLockedByOrdersAndPositions()
    {
        PaperMarket market;
        QCOMPARE(
            market.engine.setMarginType(alice, btc, MarginType::Cross, market.now).error().venueCode, -4046);
        const auto order = market.place(alice, PaperMarket::limit("BUY", "1", "59000"));
        QCOMPARE(market.engine.setMarginType(alice, btc, MarginType::Isolated, market.now).error().venueCode,
            -4047);
        QCOMPARE(market.engine.setHedgeMode(alice, true, market.now).error().venueCode, -4067);
        QVERIFY(market.engine.cancel(alice, btc, {order->orderId, {}}, market.now));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        QCOMPARE(market.engine.setMarginType(alice, btc, MarginType::Isolated, market.now).error().venueCode,
            -4048);
    }

    void leverageFollowsItsConditions()
    {
        PaperMarket market;
        const auto tooHigh = market.engine.setLeverage(alice, btc, 200, market.now);
        QCOMPARE(tooHigh.error().venueCode, -4028);
        QCOMPARE(tooHigh.error().detail, std::string{"Leverage 200 is not valid"});
        const auto set = market.engine.setLeverage(alice, btc, 50, market.now);
        QVERIFY(set);
        QVERIFY(set->maxNotional == Money::of(12'000'000));
        QCOMPARE(market.events<ConfigUpdateEvent>().size(), std::size_t{1});
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "5")));
        QVERIFY(market.place(alice, PaperMarket::limit("BUY", "60", "59000")));
        QCOMPARE(market.engine.setLeverage(alice, btc, 75, market.now).error().venueCode, -2027);
        QCOMPARE(market.engine.setLeverage(alice, btc, 20, market.now).error().venueCode, -2028);
        QVERIFY(market.engine.cancelAll(alice, btc, market.now));
        QVERIFY(market.engine.setLeverage(alice, btc, 20, market.now));
    }

    void isolatedMarginIsABucketOfItsOwn()
    {
        PaperMarket market;
        QVERIFY(market.engine.setMarginType(alice, btc, MarginType::Isolated, market.now));
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        QVERIFY(market.position(alice).isolatedWallet == Money::of(3'000));
        QVERIFY(market.account(alice).crossWalletBalance == Money::of(100'000 - 3'000 - 30));
        QCOMPARE(market.engine.setLeverage(alice, btc, 10, market.now).error().venueCode, -4161);

        const auto move = [&](const char *amount, int type) {
            const auto moved = market.engine.changePositionMargin(
                alice, btc, PositionSide::Both, money(amount), type, market.now);
            return moved ? 0 : moved.error().venueCode;
        };
        QCOMPARE(move("1000", 1), 0);
        QVERIFY(market.position(alice).isolatedWallet == Money::of(4'000));
        QCOMPARE(move("1000.1", 2), -4051);
        QCOMPARE(move("500", 2), 0);
        QCOMPARE(move("1000000", 1), -4050);
        QCOMPARE(move("0", 1), -4055);
        QCOMPARE(move("1", 3), -1130);

        // Half closed at 59,990: half of the bucket comes back with the loss taken off.
        QVERIFY(market.place(alice, PaperMarket::market("SELL", "0.5")));
        QVERIFY(market.position(alice).isolatedWallet == Money::of(1'750));
        QVERIFY(market.place(alice, PaperMarket::market("SELL", "0.5")));
        QCOMPARE(move("1", 1), -4054);
        QVERIFY(market.account(alice).crossWalletBalance == market.account(alice).walletBalance);
        QVERIFY(market.engine.checkInvariants().empty());
        QCOMPARE(market.engine.changePositionMargin(bob, btc, PositionSide::Both, money("1"), 1, market.now)
                     .error()
                     .venueCode,
            -4049);
    }

    void onlyFreeMoneyCanBeTakenOut()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        market.mark("61000"); // unrealized profit carries orders but cannot be withdrawn
        const AccountView view = market.account(alice);
        QVERIFY(view.availableBalance == Money::of(100'000 - 30 + 1'000 - 3'050));
        QVERIFY(view.maxWithdrawAmount == Money::of(100'000 - 30 - 3'050));
        QCOMPARE(market.engine.transfer(alice, Money::of(-97'000), market.now).error().venueCode, -2018);
        QVERIFY(market.engine.transfer(alice, Money::of(-96'920), market.now));
        QVERIFY(market.engine.transfer(alice, Money::of(50), market.now));
        QVERIFY(market.engine.checkInvariants().empty());
    }

    void aReduceOnlyMarketCloseMakesRoomForItselfWhenMarginIsShort()
    {
        PaperMarket market;
        QVERIFY(market.place(alice, PaperMarket::market("BUY", "1")));
        // Asks far beyond the position leave little margin; one more closing order counts as opening then.
        QVERIFY(market.place(alice, PaperMarket::limit("SELL", "33.2", "60100")));
        QVERIFY(market.place(alice, PaperMarket::limit("SELL", "0.2", "60100")));
        auto close = PaperMarket::limit("SELL", "1", "60050");
        close.reduceOnly = "true";
        QCOMPARE(market.codeOf(alice, close), -4118);
        close = PaperMarket::market("SELL", "1");
        close.reduceOnly = "true";
        QVERIFY(market.place(alice, close)->status == OrderStatus::Filled);
        QVERIFY(market.engine.openOrders(alice, std::nullopt).empty());
        QVERIFY(market.position(alice).amount.isZero());
    }
};

QTEST_APPLESS_MAIN(EngineMarginTest)
#include "engine_margin_test.moc"
