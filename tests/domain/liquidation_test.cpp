#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/margin.h"
#include "tests/support/property.h"

#include <QTest>

using namespace domain;
using support::check;

namespace
{

LeverageBracket row(
    int number, int leverage, std::int64_t floor, std::int64_t cap, const char *rate, std::int64_t amount)
{
    return {number, leverage, Money::of(floor), Money::of(cap), Rate::literal(rate), Money::of(amount)};
}

/// BTCUSDT of reference 10.3.
LeverageBrackets btcTable()
{
    return {
        row(1, 150, 0, 300'000, "0.004", 0),
        row(2, 100, 300'000, 800'000, "0.005", 300),
        row(3, 75, 800'000, 3'000'000, "0.0065", 1'500),
        row(4, 50, 3'000'000, 12'000'000, "0.01", 12'000),
        row(5, 25, 12'000'000, 70'000'000, "0.02", 132'000),
        row(6, 20, 70'000'000, 100'000'000, "0.025", 482'000),
        row(7, 10, 100'000'000, 230'000'000, "0.05", 2'982'000),
        row(8, 5, 230'000'000, 480'000'000, "0.1", 14'482'000),
    };
}

PositionLeg leg(Side side, const char *quantity, const char *entry)
{
    return {side, Quantity::literal(quantity), Price::literal(entry)};
}

MarginPool wallet(const char *balance)
{
    return {Money::literal(balance), {}, {}};
}

/// One row for any notional: the example states the rate, not the table.
LeverageBrackets singleRow(const char *rate, const char *amount)
{
    return {{1, 125, Money{}, Money::of(1'000'000'000'000), Rate::literal(rate), Money::literal(amount)}};
}

Money balanceAt(Price price, const std::vector<PositionLeg> &legs, const MarginPool &pool)
{
    Money balance = pool.walletBalance - pool.otherMaintenance + pool.otherUnrealizedPnl;
    for (const auto &each : legs) {
        balance += (price - each.entryPrice) * each.quantity * signOf(each.side);
    }
    return balance;
}

Money maintenanceAt(Price price, const std::vector<PositionLeg> &legs, const LeverageBrackets &table)
{
    Money margin;
    for (const auto &each : legs) {
        margin += maintenanceMargin(price * each.quantity, table);
    }
    return margin;
}

struct Trade
{
    PositionLeg leg;
    int leverage = 1;
};

Trade arbitraryTrade()
{
    Trade trade;
    trade.leg.side = *rc::gen::element(Side::Buy, Side::Sell);
    trade.leg.quantity = Quantity::of(*rc::gen::inRange<std::int64_t>(1, 1'000'000)) / 1000;
    trade.leg.entryPrice = Price::of(*rc::gen::inRange<std::int64_t>(100, 10'000'000)) / 100;
    trade.leverage = *rc::gen::inRange(1, 125);
    return trade;
}

MarginPool isolatedPool(const Trade &trade)
{
    return {initialMargin(trade.leg.quantity * trade.leg.entryPrice, trade.leverage), {}, {}};
}

} // namespace

class LiquidationTest : public QObject
{
    Q_OBJECT
private slots:
    void theApproximationTakesItsRateAsGiven()
    {
        const Price entry = Price::of(65'000);
        const Rate first = Rate::literal("0.004");
        QVERIFY(approximateLiquidationPrice(entry, 10, first, Side::Buy) == Price::of(58'760));
        QVERIFY(approximateLiquidationPrice(entry, 10, first, Side::Sell) == Price::of(71'240));
        const Rate own = bracketFor(defaultBrackets(), Money::of(65'000)).maintenanceMarginRate;
        QVERIFY(approximateLiquidationPrice(entry, 10, own, Side::Buy) == Price::of(58'825));
    }

    void workedExamples_data()
    {
        QTest::addColumn<bool>("isLong");
        QTest::addColumn<QByteArray>("quantity");
        QTest::addColumn<QByteArray>("entry");
        QTest::addColumn<QByteArray>("wallet");
        QTest::addColumn<QByteArray>("liquidation");
        const auto add = [](const char *name, bool isLong, const char *quantity, const char *entry,
                             const char *balance, const char *liquidation) {
            QTest::newRow(name) << isLong << QByteArray{quantity} << QByteArray{entry} << QByteArray{balance}
                                << QByteArray{liquidation};
        };
        add("isolated long", true, "0.5", "60000", "1500", "57228.9157");
        add("isolated short", false, "0.5", "60000", "1500", "62749.0040");
        add("third bracket", true, "20", "60000", "24000", "59109.2099");
        add("bracket changes on the way", true, "13.5", "60000", "81000", "54249.0229");
        add("cross long alone", true, "1", "60000", "10000", "50200.8032");
    }
    void workedExamples()
    {
        QFETCH(bool, isLong);
        QFETCH(QByteArray, quantity);
        QFETCH(QByteArray, entry);
        QFETCH(QByteArray, wallet);
        QFETCH(QByteArray, liquidation);
        const auto price =
            liquidationPrice(leg(isLong ? Side::Buy : Side::Sell, quantity.constData(), entry.constData()),
                ::wallet(wallet.constData()), btcTable());
        QVERIFY(price);
        QCOMPARE(QByteArray::fromStdString(price->toFixed(4)), liquidation);
    }

    void theOfficialExampleOfTwoCrossPositions()
    {
        const char *balance = "1535443.01";
        const auto eth = leg(Side::Buy, "3683.979", "1456.84");
        const auto btc = leg(Side::Buy, "109.488", "32481.98");
        const auto ethTable = singleRow("0.1", "135365");
        const auto btcTable = singleRow("0.025", "16300");
        const Money ethMaintenance = Money::literal("356512.508122");
        const Money btcMaintenance = Money::literal("71200.811444");
        QCOMPARE(maintenanceMargin(eth.quantity * Price::literal("1335.18"), ethTable).toFixed(6),
            ethMaintenance.toFixed(6));
        QCOMPARE(maintenanceMargin(btc.quantity * Price::literal("31967.27"), btcTable).toFixed(6),
            btcMaintenance.toFixed(6));
        const Money ethPnl = Money::literal("-448192.88514");
        const Money btcPnl = Money::literal("-56354.56848");

        const auto ethPrice =
            liquidationPrice(eth, {Money::literal(balance), btcMaintenance, btcPnl}, ethTable);
        const auto btcPrice =
            liquidationPrice(btc, {Money::literal(balance), ethMaintenance, ethPnl}, btcTable);
        QCOMPARE(ethPrice->toFixed(6), std::string{"1153.256464"});
        QCOMPARE(btcPrice->toFixed(6), std::string{"26316.893265"});

        const auto ratio =
            MarginRatio::of(ethMaintenance + btcMaintenance, Money::literal(balance) + ethPnl + btcPnl);
        QCOMPARE((*ratio.value() * 100).toFixed(2), std::string{"41.49"});

        QCOMPARE(liquidationPrice(eth, wallet(balance), ethTable)->toFixed(2), std::string{"1114.78"});
        QCOMPARE(liquidationPrice(btc, wallet(balance), btcTable)->toFixed(2), std::string{"18778.73"});
    }

    void longAndShortOfAHedgedCrossPairShareOnePrice()
    {
        const std::vector<PositionLeg> legs{leg(Side::Buy, "1", "60000"), leg(Side::Sell, "0.4", "61000")};
        const auto price = liquidationPrice(legs, wallet("10000"), btcTable(), Price::of(60'000));
        QVERIFY(price);
        QCOMPARE(price->toFixed(4), std::string{"43068.6406"});
        const std::vector<PositionLeg> swapped{legs[1], legs[0]};
        QVERIFY(liquidationPrice(swapped, wallet("10000"), btcTable(), Price::of(60'000)) == price);
    }

    void aHedgedPairThatBothDirectionsThreatenNamesTheNearerPrice()
    {
        // Net long by a tenth: a fall eats the wallet, and far up the dearer brackets do.
        const std::vector<PositionLeg> legs{leg(Side::Buy, "1", "60000"), leg(Side::Sell, "0.9", "60000")};
        const auto low = liquidationPrice(legs, wallet("5000"), btcTable(), Price::of(60'000));
        QVERIFY(low);
        QVERIFY(*low < Price::of(60'000));
        const auto high = liquidationPrice(legs, wallet("5000"), btcTable(), Price::of(1'000'000'000));
        QVERIFY(high);
        QVERIFY(*high > Price::of(60'000));
        for (const auto &price : {*low, *high}) {
            const Money gap = balanceAt(price, legs, wallet("5000")) - maintenanceAt(price, legs, btcTable());
            QVERIFY(gap.abs() < Money::literal("0.00000001"));
        }
    }

    void aPerfectHedgeIsLiquidatedOnlyByTheMarginItself()
    {
        const std::vector<PositionLeg> legs{leg(Side::Buy, "1", "60000"), leg(Side::Sell, "1", "60000")};
        const auto price = liquidationPrice(legs, wallet("1000"), btcTable(), Price::of(60'000));
        QVERIFY(price);
        // 1,000 = 2 * 0.004 * P in the first bracket.
        QVERIFY(*price == Price::of(125'000));
        QVERIFY(!bankruptcyPrice(legs, wallet("1000")));
    }

    void aPositionThatItsWalletCarriesToZeroHasNoPrice()
    {
        QVERIFY(!liquidationPrice(leg(Side::Buy, "1", "60000"), wallet("60000"), btcTable()));
        QVERIFY(!liquidationPrice(leg(Side::Buy, "1", "60000"), wallet("70000"), btcTable()));
        QVERIFY(!liquidationPrice({}, wallet("1"), btcTable(), Price::of(1)));
        QVERIFY(liquidationPrice(leg(Side::Sell, "1", "60000"), wallet("70000"), btcTable()));
    }

    void bankruptcyIsWhereTheBalanceIsGone()
    {
        const std::vector<PositionLeg> longLeg{leg(Side::Buy, "0.5", "60000")};
        const std::vector<PositionLeg> shortLeg{leg(Side::Sell, "0.5", "60000")};
        QVERIFY(bankruptcyPrice(longLeg, wallet("1500")) == Price::of(57'000));
        QVERIFY(bankruptcyPrice(shortLeg, wallet("1500")) == Price::of(63'000));
        QVERIFY(!bankruptcyPrice(longLeg, wallet("30000")));
    }

    void atTheLiquidationPriceTheBalanceEqualsTheMaintenanceMargin()
    {
        const auto price = *liquidationPrice(leg(Side::Buy, "0.5", "60000"), wallet("1500"), btcTable());
        QCOMPARE(balanceAt(price, {leg(Side::Buy, "0.5", "60000")}, wallet("1500")).toFixed(4),
            std::string{"114.4578"});
        check("balance = maintenance", [] {
            const Trade trade = arbitraryTrade();
            const auto &table = *rc::gen::element(defaultBrackets(), btcTable());
            const auto pool = isolatedPool(trade);
            const auto liquidation = liquidationPrice(trade.leg, pool, table);
            RC_PRE(liquidation.has_value());
            const Money gap =
                balanceAt(*liquidation, {trade.leg}, pool) - maintenanceAt(*liquidation, {trade.leg}, table);
            // Half a unit of the price's last place, times the size, and the roundings of the products.
            const Money resolution = Money::fromUnits(trade.leg.quantity.units() / detail::unitsPerOne + 4);
            RC_ASSERT(gap.abs() <= resolution);
        });
    }

    void ofAHedgedCrossPairTooTheBalanceEqualsTheMaintenanceMargin()
    {
        check("balance = maintenance for two legs", [] {
            const std::vector<PositionLeg> legs{
                {Side::Buy, Quantity::of(*rc::gen::inRange<std::int64_t>(1, 1'000'000)) / 1000,
                    Price::of(*rc::gen::inRange<std::int64_t>(1'000, 100'000))},
                {Side::Sell, Quantity::of(*rc::gen::inRange<std::int64_t>(1, 1'000'000)) / 1000,
                    Price::of(*rc::gen::inRange<std::int64_t>(1'000, 100'000))}};
            const MarginPool pool{Money::of(*rc::gen::inRange<std::int64_t>(1, 10'000'000)),
                Money::of(*rc::gen::inRange<std::int64_t>(0, 1'000)),
                Money::of(*rc::gen::inRange<std::int64_t>(-1'000, 1'000))};
            const auto liquidation = liquidationPrice(legs, pool, btcTable(), Price::of(30'000));
            RC_PRE(liquidation.has_value());
            const Money gap =
                balanceAt(*liquidation, legs, pool) - maintenanceAt(*liquidation, legs, btcTable());
            RC_ASSERT(gap.abs() <= Money::literal("0.00000001"));
        });
    }

    void moreLeverageIsNeverAFartherLiquidation()
    {
        check("isolated", [] {
            Trade trade = arbitraryTrade();
            const auto price = liquidationPrice(trade.leg, isolatedPool(trade), btcTable());
            trade.leverage += *rc::gen::inRange(0, 50);
            const auto closer = liquidationPrice(trade.leg, isolatedPool(trade), btcTable());
            if (trade.leg.side == Side::Buy) {
                RC_ASSERT(!price || (closer && *closer >= *price));
            } else {
                RC_ASSERT(price.has_value());
                RC_ASSERT(closer && *closer <= *price);
            }
        });
    }

    void aTableThatJumpsBetweenRowsStillGivesAPrice()
    {
        // At the edge they share, the first row charges 200 and the second nothing.
        const LeverageBrackets jumping{
            row(1, 125, 0, 50'000, "0.004", 0), row(2, 100, 50'000, 250'000, "0.02", 1'000)};
        const auto price = liquidationPrice(leg(Side::Buy, "1", "60000"), wallet("10100"), jumping);
        QVERIFY(price);
        QVERIFY(*price == Price::of(50'000));
    }

    void aPriceOnAnEdgeThatRoundingSplitsIsNotLost()
    {
        // 3,000,000 / 399.99 has no end: at the edge the lower row leaves exactly nothing, the upper a unit.
        for (const Side side : {Side::Buy, Side::Sell}) {
            const auto each = leg(side, "399.99", "7455.19");
            const Price edge = Money::of(3'000'000) / each.quantity;
            const Money loss = (each.entryPrice - edge) * each.quantity * signOf(side);
            const MarginPool pool{loss + maintenanceMargin(Money::of(3'000'000), btcTable()), {}, {}};
            const auto price = liquidationPrice(each, pool, btcTable());
            QVERIFY(price);
            QVERIFY((*price - edge).abs() <= Price::fromUnits(1));
        }
    }

    void distanceIsAFractionOfTheMark()
    {
        QVERIFY(distanceToLiquidation(Price::of(100), Price::of(90), Side::Buy) == Rate::literal("0.1"));
        QVERIFY(distanceToLiquidation(Price::of(100), Price::of(110), Side::Sell) == Rate::literal("0.1"));
        QVERIFY(distanceToLiquidation(Price::of(100), Price::of(110), Side::Buy) == Rate::literal("-0.1"));
        QVERIFY(!distanceToLiquidation(Price{}, Price::of(90), Side::Buy));
    }
};

QTEST_APPLESS_MAIN(LiquidationTest)
#include "liquidation_test.moc"
