#include "models/domain/risk/account_risk.h"
#include "models/domain/risk/order_cost.h"
#include "models/domain/risk/stress.h"
#include "tests/support/property.h"

#include <QTest>

#include <algorithm>

using namespace domain;
using support::check;

namespace
{

LeverageBracket wholeRow(const char *rate, const char *amount)
{
    return {1, 125, Money{}, Money::of(1'000'000'000), Rate::literal(rate), Money::literal(amount)};
}

Position position(const char *symbol, Side side, const char *quantity, const char *entry)
{
    Position held;
    held.symbol = symbol;
    held.side = side;
    held.quantity = Quantity::literal(quantity);
    held.entryPrice = Price::literal(entry);
    held.leverage = 10;
    return held;
}

MarkPrice mark(const char *symbol, const char *price, const char *funding = "0")
{
    MarkPrice value;
    value.symbol = symbol;
    value.mark = Price::literal(price);
    value.fundingRate = Rate::literal(funding);
    value.nextFundingAt = timestampFromMs(28'800'000);
    return value;
}

MarkPrices marksOf(const std::vector<MarkPrice> &values)
{
    MarkPrices marks;
    for (const auto &value : values) {
        marks[value.symbol] = value;
    }
    return marks;
}

Order openOrder(const char *symbol, Side side, const char *quantity, const char *price)
{
    Order order;
    order.request.symbol = symbol;
    order.request.side = side;
    order.request.quantity = Quantity::literal(quantity);
    order.request.price = Price::literal(price);
    order.phase = OrderPhase::Working;
    return order;
}

/// The official example of reference 10.5.
AccountState officialAccount()
{
    AccountState account;
    account.walletBalance = Money::literal("1535443.01");
    account.crossWalletBalance = account.walletBalance;
    account.positions = {position("ETHUSDT", Side::Buy, "3683.979", "1456.84"),
        position("BTCUSDT", Side::Buy, "109.488", "32481.98")};
    return account;
}
const BracketTables officialTables{
    {"ETHUSDT", {wholeRow("0.1", "135365")}}, {"BTCUSDT", {wholeRow("0.025", "16300")}}};
MarkPrices officialMarks()
{
    return marksOf({mark("ETHUSDT", "1335.18"), mark("BTCUSDT", "31967.27", "0.0001")});
}

AccountState arbitraryAccount()
{
    AccountState account;
    account.crossWalletBalance = Money::of(*rc::gen::inRange<std::int64_t>(0, 1'000'000));
    account.walletBalance = account.crossWalletBalance;
    const int count = *rc::gen::inRange(1, 6);
    for (int i = 0; i < count; ++i) {
        Position held = position("", *rc::gen::element(Side::Buy, Side::Sell), "1", "1");
        held.symbol = "S" + std::to_string(i);
        held.quantity = Quantity::of(*rc::gen::inRange<std::int64_t>(1, 100'000)) / 1000;
        held.entryPrice = Price::of(*rc::gen::inRange<std::int64_t>(10, 100'000));
        held.markPrice = held.entryPrice * (Rate::of(*rc::gen::inRange<std::int64_t>(80, 120)) / 100);
        if (*rc::gen::arbitrary<bool>()) {
            held.marginType = MarginType::Isolated;
            held.isolatedWallet = held.notionalAt(held.entryPrice) / 10;
            account.walletBalance += held.isolatedWallet;
        }
        account.positions.push_back(held);
    }
    return account;
}

} // namespace

class AccountRiskTest : public QObject
{
    Q_OBJECT
private slots:
    void theOfficialCrossAccountIsReproduced()
    {
        const auto risk = assess(officialAccount(), officialMarks(), officialTables);
        QCOMPARE(risk.crossMaintenanceMargin.toFixed(6), std::string{"427713.319566"});
        QCOMPARE(risk.crossMarginBalance.toFixed(5), std::string{"1030895.55638"});
        QVERIFY(risk.marginBalance == risk.crossMarginBalance);
        QCOMPARE((*risk.crossMarginRatio.value() * 100).toFixed(2), std::string{"41.49"});
        QVERIFY(risk.level == RiskLevel::Medium);
        const auto *eth = risk.find("ETHUSDT", PositionSide::Both);
        const auto *btc = risk.find("BTCUSDT", PositionSide::Both);
        QVERIFY(eth != nullptr && btc != nullptr);
        QCOMPARE(eth->unrealizedPnl.toFixed(5), std::string{"-448192.88514"});
        QCOMPARE(btc->unrealizedPnl.toFixed(5), std::string{"-56354.56848"});
        QCOMPARE(eth->maintenanceMargin.toFixed(6), std::string{"356512.508122"});
        QCOMPARE(btc->maintenanceMargin.toFixed(6), std::string{"71200.811444"});
        QCOMPARE(eth->liquidationPrice->toFixed(6), std::string{"1153.256464"});
        QCOMPARE(btc->liquidationPrice->toFixed(6), std::string{"26316.893265"});
        QVERIFY(eth->level == RiskLevel::Medium);
        QVERIFY(risk.find("XRPUSDT", PositionSide::Both) == nullptr);
    }

    void distanceAndFundingAreThoseOfTheMark()
    {
        const auto risk = assess(officialAccount(), officialMarks(), officialTables);
        const auto *btc = risk.find("BTCUSDT", PositionSide::Both);
        QVERIFY(btc->distance == (btc->mark - *btc->liquidationPrice) / btc->mark);
        QVERIFY(btc->fundingDue == -(btc->notional * Rate::literal("0.0001")));
        QCOMPARE(toMs(btc->nextFundingAt), 28'800'000);
        QVERIFY(btc->roe == btc->unrealizedPnl / (btc->notional / 10));
    }

    void anIsolatedPositionStandsOnItsOwnWallet()
    {
        AccountState account;
        account.walletBalance = Money::of(11'500);
        account.crossWalletBalance = Money::of(10'000);
        Position held = position("BTCUSDT", Side::Buy, "0.5", "60000");
        held.marginType = MarginType::Isolated;
        held.isolatedWallet = Money::of(1'500);
        account.positions = {held};
        const BracketTables tables{{"BTCUSDT", {wholeRow("0.004", "0")}}};

        const auto risk = assess(account, marksOf({mark("BTCUSDT", "57500")}), tables);
        const auto &isolated = risk.positions.front();
        QCOMPARE(isolated.liquidationPrice->toFixed(4), std::string{"57228.9157"});
        QVERIFY(isolated.bankruptcyPrice == Price::of(57'000));
        // 0.5 * 57,500 * 0.4 % against 1,500 - 1,250.
        QVERIFY(isolated.marginRatio.value() == Money::of(115) / Money::of(250));
        QVERIFY(isolated.level == RiskLevel::Medium);
        QVERIFY(risk.level == RiskLevel::Medium);
        QVERIFY(risk.crossLevel == RiskLevel::Safe);
        QVERIFY(risk.crossMarginRatio.value() == Rate{});
        QVERIFY(risk.crossMarginBalance == Money::of(10'000));
        QVERIFY(risk.marginBalance == Money::of(10'250));
    }

    void aPositionPastItsLiquidationHasANegativeDistance()
    {
        AccountState account;
        Position held = position("BTCUSDT", Side::Buy, "0.5", "60000");
        held.marginType = MarginType::Isolated;
        held.isolatedWallet = Money::of(1'500);
        account.walletBalance = Money::of(1'500);
        account.positions = {held};
        const auto risk = assess(account, marksOf({mark("BTCUSDT", "56000")}), {});
        QVERIFY(risk.positions.front().distance->isNegative());
        QVERIFY(risk.positions.front().marginRatio.isExhausted());
        QVERIFY(risk.level == RiskLevel::Critical);
    }

    void theCrossLongOfTheReferenceHasARatioOfTwoPointNinePerCent()
    {
        AccountState account;
        account.walletBalance = account.crossWalletBalance = Money::of(10'000);
        account.positions = {position("BTCUSDT", Side::Buy, "1", "60000")};
        const BracketTables tables{{"BTCUSDT", {wholeRow("0.004", "0")}}};
        const auto risk = assess(account, marksOf({mark("BTCUSDT", "58000")}), tables);
        QVERIFY(risk.crossMarginRatio.value() == Rate::literal("0.029"));
        QCOMPARE(risk.positions.front().liquidationPrice->toFixed(4), std::string{"50200.8032"});
    }

    void bothLegsOfAHedgeShowTheSamePriceAndTheRatioOfTheAccount()
    {
        AccountState account;
        account.hedgeMode = true;
        account.walletBalance = account.crossWalletBalance = Money::of(10'000);
        Position longLeg = position("BTCUSDT", Side::Buy, "1", "60000");
        longLeg.positionSide = PositionSide::Long;
        Position shortLeg = position("BTCUSDT", Side::Sell, "0.4", "61000");
        shortLeg.positionSide = PositionSide::Short;
        account.positions = {longLeg, shortLeg};
        const BracketTables tables{{"BTCUSDT", {wholeRow("0.004", "0")}}};
        const auto risk = assess(account, marksOf({mark("BTCUSDT", "60000")}), tables);
        QCOMPARE(risk.positions[0].liquidationPrice->toFixed(4), std::string{"43068.6406"});
        QVERIFY(risk.positions[1].liquidationPrice == risk.positions[0].liquidationPrice);
        QVERIFY(risk.positions[1].distance->isPositive());
        QVERIFY(risk.grossNotional == Money::of(84'000));
        QVERIFY(risk.netNotional == Money::of(36'000));
    }

    void aMissingMarkIsReplacedBySnapshotThenEntryAndSaidSo()
    {
        AccountState account = officialAccount();
        account.positions[0].markPrice = Price::of(1'400);
        const auto risk = assess(account, {}, officialTables);
        QVERIFY(!risk.allMarksLive);
        QVERIFY(!risk.positions[0].isMarkLive);
        QVERIFY(risk.positions[0].mark == Price::of(1'400));
        QVERIFY(risk.positions[1].mark == account.positions[1].entryPrice);
        QVERIFY(!risk.positions[0].fundingDue);
        QVERIFY(assess(account, officialMarks(), officialTables).allMarksLive);
    }

    void anEmptyAccountIsSafe()
    {
        const auto risk = assess(AccountState{}, {}, {});
        QVERIFY(risk.level == RiskLevel::Safe);
        QVERIFY(risk.availableBalance.isZero());
        QVERIFY(risk.crossMarginRatio.value() == Rate{});
    }

    void openOrdersBindWhatTheReferenceSays()
    {
        // Reference 10.6: long 0.5 at mark 20,000, bid 0.1 @ 19,000, ask 0.1 @ 22,000, 2x: 5,950, 950 of it
        // orders.
        const std::vector<Order> orders{openOrder("BTCUSDT", Side::Buy, "0.1", "19000"),
            openOrder("BTCUSDT", Side::Sell, "0.1", "22000")};
        const auto value = openOrderValue(orders, "BTCUSDT", PositionSide::Both, Price::of(20'000));
        QVERIFY(value.buys == Money::of(1'900));
        QVERIFY(value.sells == Money::of(2'200));
        QVERIFY(marginRequirement(Money::of(10'000), value, 2) == Money::of(5'950));

        AccountState account;
        account.walletBalance = account.crossWalletBalance = Money::of(8'000);
        account.positions = {position("BTCUSDT", Side::Buy, "0.5", "20000")};
        account.positions[0].leverage = 2;
        const auto risk = assess(account, marksOf({mark("BTCUSDT", "20000")}), {}, orders);
        QVERIFY(risk.initialMargin == Money::of(5'000));
        QVERIFY(risk.openOrderMargin == Money::of(950));
        QVERIFY(risk.availableBalance == Money::of(2'050));
    }

    void waitingAndReducingOrdersBindNothing()
    {
        auto reducing = openOrder("BTCUSDT", Side::Buy, "1", "100");
        reducing.request.reduceOnly = true;
        auto waiting = openOrder("BTCUSDT", Side::Buy, "1", "100");
        waiting.request.type = OrderType::StopMarket;
        auto done = openOrder("BTCUSDT", Side::Buy, "1", "100");
        done.phase = OrderPhase::Done;
        auto other = openOrder("ETHUSDT", Side::Buy, "1", "100");
        auto partly = openOrder("BTCUSDT", Side::Buy, "1", "100");
        partly.executedQty = Quantity::literal("0.75");
        const auto value = openOrderValue(
            {reducing, waiting, done, other, partly}, "BTCUSDT", PositionSide::Both, Price::of(100));
        QVERIFY(value.buys == Money::of(25));
        QVERIFY(value.buyQuantity == Quantity::literal("0.25"));
        QVERIFY(value.sells.isZero());
    }

    void unrealizedProfitOfCrossIsUsableAndOfIsolatedIsNot()
    {
        AccountState account;
        account.walletBalance = Money::of(2'000);
        account.crossWalletBalance = Money::of(1'000);
        auto cross = position("AUSDT", Side::Buy, "1", "100");
        auto isolated = position("BUSDT", Side::Buy, "1", "100");
        isolated.marginType = MarginType::Isolated;
        isolated.isolatedWallet = Money::of(1'000);
        account.positions = {cross, isolated};
        const auto risk = assess(account, marksOf({mark("AUSDT", "200"), mark("BUSDT", "200")}), {});
        // 1,000 + 100 of profit - 200 / 10 of margin.
        QVERIFY(risk.availableBalance == Money::of(1'080));
        account.crossWalletBalance = -Money::of(5'000);
        QVERIFY(assess(account, {}, {}).availableBalance.isZero());
    }

    void costOfAnOrderIsMarginPlusOpenLoss()
    {
        // Reference 10.7: 1 BTC, limit 9,253.30, mark 9,259.84, 20x.
        const auto one = Quantity::of(1);
        const auto price = Price::literal("9253.30");
        const auto at = Price::literal("9259.84");
        QVERIFY(orderCost(Side::Buy, one, price, at, 20) == Money::literal("462.665"));
        QVERIFY(openLoss(Side::Buy, one, price, at).isZero());
        QVERIFY(openLoss(Side::Sell, one, price, at) == Money::literal("6.54"));
        QCOMPARE(orderCost(Side::Sell, one, price, at, 20).toFixed(2, Rounding::Down), std::string{"469.20"});
    }

    void theBalanceAllowsWhatTheReferenceSays()
    {
        const auto step = Quantity::literal("0.001");
        const auto most = [&](Side side) {
            return affordableQuantity(side, Money::of(1'000), Price::of(60'000), Price::of(59'900), 20)
                .roundedTo(step, Rounding::Down)
                .toString();
        };
        QCOMPARE(most(Side::Buy), std::string{"0.322"});
        QCOMPARE(most(Side::Sell), std::string{"0.333"});
        QVERIFY(affordableQuantity(Side::Buy, -Money::of(1), Price::of(1), Price::of(1), 1).isZero());
    }

    void onlyWhatExceedsTheRestOfThePositionOpens_data()
    {
        // Reference 10.6: BUY against a short is opening if qty > |short| - open buy quantity.
        QTest::addColumn<QByteArray>("shortQuantity");
        QTest::addColumn<QByteArray>("opening");
        QTest::newRow("short 1 with 0.8 bid") << QByteArray{"1"} << QByteArray{"0.3"};
        QTest::newRow("short 1.4 with 0.8 bid") << QByteArray{"1.4"} << QByteArray{"0"};
        QTest::newRow("short 0.5 with 0.8 bid") << QByteArray{"0.5"} << QByteArray{"0.5"};
    }
    void onlyWhatExceedsTheRestOfThePositionOpens()
    {
        QFETCH(QByteArray, shortQuantity);
        QFETCH(QByteArray, opening);
        const auto held = position("BTCUSDT", Side::Sell, shortQuantity.constData(), "100");
        NewOrder order;
        order.quantity = Quantity::literal("0.5");
        QVERIFY(openingQuantity(order, &held, Quantity::literal("0.8")) ==
                Quantity::literal(opening.toStdString()));
        order.reduceOnly = true;
        QVERIFY(openingQuantity(order, &held, Quantity::literal("0.8")).isZero());
    }

    void marketOrdersAreAssumedToFillAtTheBestPriceWithItsBuffer()
    {
        NewOrder order;
        order.type = OrderType::Market;
        const auto bid = Price::of(99);
        const auto ask = Price::of(100);
        const auto at = Price::of(101);
        QVERIFY(assumedFillPrice(order, bid, ask, at) == Price::literal("100.05"));
        order.side = Side::Sell;
        QVERIFY(assumedFillPrice(order, bid, ask, at) == bid);
        QVERIFY(assumedFillPrice(order, {}, {}, at) == at);
        order.type = OrderType::Limit;
        order.price = Price::of(105);
        QVERIFY(assumedFillPrice(order, bid, ask, at) == Price::of(105));
        order.type = OrderType::StopMarket;
        order.triggerPrice = Price::of(90);
        QVERIFY(assumedFillPrice(order, bid, ask, at) == Price::of(90));
    }

    void totalsAreTheSumsOfThePositions()
    {
        check("sums", [] {
            const auto account = arbitraryAccount();
            const auto risk = assess(account, {}, {});
            Money maintenance;
            Money pnl;
            auto worst = risk.crossLevel;
            for (const auto &each : risk.positions) {
                maintenance += each.maintenanceMargin;
                pnl += each.unrealizedPnl;
                worst = std::max(worst, each.level);
            }
            RC_ASSERT(risk.maintenanceMargin == maintenance);
            RC_ASSERT(risk.marginBalance == account.walletBalance + pnl);
            RC_ASSERT(risk.level == worst);
            RC_ASSERT(!risk.availableBalance.isNegative());
        });
    }

    void atACrossLiquidationPriceTheAccountRatioIsOne()
    {
        check("ratio at the price is 1", [] {
            auto account = arbitraryAccount();
            const auto risk = assess(account, {}, {});
            for (std::size_t i = 0; i < risk.positions.size(); ++i) {
                const auto &each = risk.positions[i];
                if (!each.liquidationPrice || *each.liquidationPrice > Price::of(1'000'000'000)) {
                    continue;
                }
                auto moved = account;
                moved.positions[i].markPrice = *each.liquidationPrice;
                const auto after = valueAccount(moved, {}, {});
                const auto ratio = after.positions[i].marginRatio.value();
                RC_ASSERT(ratio.has_value());
                RC_ASSERT((*ratio - Rate::of(1)).abs() < Rate::literal("0.000001"));
            }
        });
    }

    void theStressOfNoMoveIsTheAccountAsItIs()
    {
        const auto account = officialAccount();
        const auto risk = assess(account, officialMarks(), officialTables);
        const auto curves = stressAccount(account, officialMarks(), officialTables);
        QCOMPARE(curves.size(), std::size_t{3});
        QVERIFY(!curves[0].symbol);
        QVERIFY(curves[1].symbol == Symbol{"BTCUSDT"});
        QVERIFY(curves[2].symbol == Symbol{"ETHUSDT"});
        for (const auto &curve : curves) {
            QCOMPARE(curve.points.size(), std::size_t{21});
            QVERIFY(curve.points.front().move == Rate::literal("-0.5"));
            QVERIFY(curve.points.back().move == Rate::literal("0.5"));
            QVERIFY(std::ranges::is_sorted(curve.points, {}, &StressPoint::move));
            const auto &now = curve.points[10];
            QVERIFY(now.move.isZero());
            QVERIFY(now.equity == risk.marginBalance);
            QVERIFY(now.crossMarginRatio == risk.crossMarginRatio);
            QVERIFY(now.level == risk.level);
            QCOMPARE(now.liquidated, 0);
        }
    }

    void theStressFindsTheLiquidationOfEachPosition()
    {
        const auto curves = stressAccount(officialAccount(), officialMarks(), officialTables);
        // ETH at 1,335.18 is liquidated at 1,153.26, that is at -13.6 %.
        const auto at = [](const StressCurve &curve, const char *move) {
            return *std::ranges::find(curve.points, Rate::literal(move), &StressPoint::move);
        };
        QCOMPARE(at(curves[2], "-0.1").liquidated, 0);
        QCOMPARE(at(curves[2], "-0.15").liquidated, 2);
        QVERIFY(at(curves[2], "-0.15").level == RiskLevel::Critical);
        QVERIFY(at(curves[0], "-0.5").crossMarginRatio.isExhausted());
    }

    void theStressOfLongsNeverGainsFromAFall()
    {
        check("monotone equity", [] {
            auto account = arbitraryAccount();
            for (auto &each : account.positions) {
                each.side = Side::Buy;
            }
            const auto step = Rate::of(*rc::gen::inRange<std::int64_t>(1, 80)) / 100;
            for (const auto &curve : stressAccount(account, {}, {}, step)) {
                RC_ASSERT(std::ranges::is_sorted(curve.points, {}, &StressPoint::equity));
                RC_ASSERT(curve.points.front().move == Rate::literal("-0.5"));
                RC_ASSERT(curve.points.back().move == Rate::literal("0.5"));
            }
        });
    }

    void anIsolatedPositionCannotLoseMoreThanItsWallet()
    {
        AccountState account;
        account.walletBalance = Money::of(2'500);
        account.crossWalletBalance = Money::of(1'000);
        auto held = position("BTCUSDT", Side::Buy, "0.5", "60000");
        held.marginType = MarginType::Isolated;
        held.isolatedWallet = Money::of(1'500);
        account.positions = {held};
        const auto curves = stressAccount(account, marksOf({mark("BTCUSDT", "60000")}), {});
        QVERIFY(curves[0].points.front().equity == Money::of(1'000));
        QCOMPARE(curves[0].points.front().liquidated, 1);
    }
};

QTEST_APPLESS_MAIN(AccountRiskTest)
#include "account_risk_test.moc"
