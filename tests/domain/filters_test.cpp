#include "models/domain/risk/filters.h"
#include "tests/support/property.h"

#include <QTest>

#include <algorithm>

using namespace domain;
using support::check;

namespace
{

/// BTCUSDT of reference 4.2.
SymbolSpec btc()
{
    SymbolSpec spec;
    spec.symbol = "BTCUSDT";
    spec.baseAsset = "BTC";
    spec.quoteAsset = "USDT";
    spec.status = SymbolStatus::Trading;
    spec.pricePrecision = 2;
    spec.quantityPrecision = 3;
    spec.minPrice = Price::literal("556.80");
    spec.maxPrice = Price::of(4'529'764);
    spec.tickSize = Price::literal("0.10");
    spec.lot = {Quantity::literal("0.001"), Quantity::of(1'000), Quantity::literal("0.001")};
    spec.marketLot = {Quantity::literal("0.001"), Quantity::of(120), Quantity::literal("0.001")};
    spec.minNotional = Money::of(50);
    spec.multiplierUp = Rate::literal("1.05");
    spec.multiplierDown = Rate::literal("0.95");
    return spec;
}

const FilterPrices prices{Price::of(60'000), Price::literal("59999.9"), Price::literal("60000.1")};

NewOrder limit(Side side, const char *quantity, const char *price)
{
    NewOrder order;
    order.symbol = "BTCUSDT";
    order.side = side;
    order.quantity = Quantity::literal(quantity);
    order.price = Price::literal(price);
    return order;
}

int codeOf(const NewOrder &order, const SymbolSpec &spec = btc(), const FilterPrices &at = prices)
{
    const auto issues = filterIssues(order, spec, at);
    return issues.empty() ? 0 : issues.front().venueCode;
}

} // namespace

class FiltersTest : public QObject
{
    Q_OBJECT
private slots:
    void eachBreachOfALimitOrderHasTheVenuesCodeAndARemedy_data()
    {
        QTest::addColumn<bool>("isBuy");
        QTest::addColumn<QByteArray>("quantity");
        QTest::addColumn<QByteArray>("price");
        QTest::addColumn<int>("code");
        QTest::addColumn<int>("field");
        QTest::addColumn<QByteArray>("suggestion");
        const int quantity = static_cast<int>(DraftField::Quantity);
        const int price = static_cast<int>(DraftField::Price);
        const auto add = [](const char *name, bool isBuy, const char *q, const char *p, int code, int field,
                             const char *suggestion) {
            QTest::newRow(name) << isBuy << QByteArray{q} << QByteArray{p} << code << field
                                << QByteArray{suggestion};
        };
        add("fine", true, "0.002", "60000", 0, 0, "");
        add("fine at the edge of the band", true, "0.002", "63000", 0, 0, "");
        add("fine far below the band, which is one-sided", true, "0.1", "600", 0, 0, "");
        add("no quantity", true, "0", "60000", -4003, quantity, "0.001");
        add("negative quantity", true, "-1", "60000", -4003, quantity, "0.001");
        add("too little", true, "0.0005", "600000", -4004, quantity, "0.001");
        add("too much", true, "1000.001", "60000", -4005, quantity, "1000");
        add("finer than the precision", true, "0.0015", "60000", -1111, quantity, "0.001");
        add("too little worth", true, "0.001", "40000", -4164, quantity, "0.002");
        add("no price", true, "0.01", "0", -4001, price, "");
        add("below the lowest price", true, "1", "556.7", -4013, price, "556.8");
        add("above the highest price", true, "1", "4529764.1", -4002, price, "4529764");
        add("off tick", true, "0.01", "60000.05", -4014, price, "60000");
        add("finer than the price precision", true, "0.01", "60000.066", -1111, price, "60000.1");
        add("buy above the band", true, "0.01", "63000.1", -4016, price, "63000");
        add("sell below the band", false, "0.01", "56999.9", -4024, price, "57000");
    }
    void eachBreachOfALimitOrderHasTheVenuesCodeAndARemedy()
    {
        QFETCH(bool, isBuy);
        QFETCH(QByteArray, quantity);
        QFETCH(QByteArray, price);
        QFETCH(int, code);
        QFETCH(int, field);
        QFETCH(QByteArray, suggestion);
        const auto issues = filterIssues(
            limit(isBuy ? Side::Buy : Side::Sell, quantity.constData(), price.constData()), btc(), prices);
        if (code == 0) {
            QVERIFY(issues.empty());
            return;
        }
        QVERIFY(!issues.empty());
        const auto &first = issues.front();
        QCOMPARE(first.venueCode, code);
        QCOMPARE(static_cast<int>(first.field), field);
        QCOMPARE(QByteArray::fromStdString(first.suggestion), suggestion);
        QVERIFY(first.text.ends_with('.'));
        QVERIFY(!maySend(issues));
    }

    void aStepThatIsCoarserThanThePrecisionIsToldApart()
    {
        auto spec = btc();
        spec.lot = {Quantity::literal("0.01"), Quantity::of(1'000), Quantity::literal("0.01")};
        const auto issues = filterIssues(limit(Side::Buy, "0.015", "60000"), spec, prices);
        QCOMPARE(issues.size(), std::size_t{1});
        QCOMPARE(issues.front().venueCode, -4023);
        QCOMPARE(issues.front().suggestion, std::string{"0.01"});
    }

    void marketOrdersAnswerToTheirOwnLotAndTheMark()
    {
        auto order = limit(Side::Buy, "120.001", "0");
        order.type = OrderType::Market;
        QCOMPARE(codeOf(order), -4005);
        order.quantity = Quantity::literal("0.001");
        QCOMPARE(codeOf(order), 0); // worth 60 at the mark
        QCOMPARE(codeOf(order, btc(), {Price::of(49'000), {}, {}}), -4164);
        order.quantity = Quantity::of(1);
        QCOMPARE(codeOf(order, btc(), {Price::of(50'000), Price::of(49'999), Price::of(60'000)}), -4131);
        order.side = Side::Sell;
        QCOMPARE(codeOf(order, btc(), {Price::of(50'000), Price::of(40'000), Price::of(50'001)}), -4131);
    }

    void withoutAMarketLotTheOrdinaryOneBinds()
    {
        auto spec = btc();
        spec.marketLot = {};
        auto order = limit(Side::Buy, "0.0125", "0");
        order.type = OrderType::Market;
        QCOMPARE(codeOf(order, spec), -1111);
        QVERIFY(lotFor(spec, OrderType::Market).maxQty == Quantity::of(1'000));
    }

    void reducingOrdersAreExemptFromTheLeastWorth()
    {
        auto order = limit(Side::Sell, "0.001", "40000");
        order.reduceOnly = true;
        QVERIFY(filterIssues(order, btc(), {}).empty());
        NewOrder closing;
        closing.type = OrderType::StopMarket;
        closing.side = Side::Sell;
        closing.closePosition = true;
        closing.triggerPrice = Price::of(55'000);
        QVERIFY(filterIssues(closing, btc(), prices).empty());
    }

    void triggerPricesHaveTheirOwnCodes_data()
    {
        QTest::addColumn<QByteArray>("trigger");
        QTest::addColumn<int>("code");
        QTest::newRow("fine") << QByteArray{"61000"} << 0;
        QTest::newRow("missing") << QByteArray{"0"} << -4006;
        QTest::newRow("too low") << QByteArray{"100"} << -4006;
        QTest::newRow("too high") << QByteArray{"4600000"} << -4007;
        QTest::newRow("off tick") << QByteArray{"61000.01"} << -4014;
    }
    void triggerPricesHaveTheirOwnCodes()
    {
        QFETCH(QByteArray, trigger);
        QFETCH(int, code);
        auto order = limit(Side::Buy, "1", "0");
        order.type = OrderType::StopMarket;
        order.triggerPrice = Price::literal(trigger.toStdString());
        QCOMPARE(codeOf(order), code);
        if (code != 0) {
            QVERIFY(filterIssues(order, btc(), prices).front().field == DraftField::TriggerPrice);
        }
    }

    void aStopLimitIsBoundToItsTrigger()
    {
        auto order = limit(Side::Buy, "0.1", "74000");
        order.type = OrderType::Stop;
        order.triggerPrice = Price::of(70'000);
        QCOMPARE(codeOf(order), -4183);
        order.price = Price::of(73'000);
        QCOMPARE(codeOf(order), 0);
        order.side = Side::Sell;
        order.price = Price::of(66'000);
        QCOMPARE(codeOf(order), -4184);
    }

    void aTrailingStopNeedsAPossibleCallback()
    {
        auto order = limit(Side::Sell, "0.1", "0");
        order.type = OrderType::TrailingStopMarket;
        order.callbackRate = Rate::literal("0.55");
        auto issues = filterIssues(order, btc(), prices);
        QCOMPARE(issues.size(), std::size_t{1});
        QCOMPARE(issues.front().suggestion, std::string{"0.6"});
        order.callbackRate = Rate::of(25);
        QCOMPARE(filterIssues(order, btc(), prices).front().suggestion, std::string{"20"});
        order.callbackRate = Rate::of(1);
        QVERIFY(filterIssues(order, btc(), prices).empty());
        order.activatePrice = Price::literal("61000.01");
        QCOMPARE(codeOf(order), -4014);
    }

    void severalBreachesAreAllListed()
    {
        const auto issues = filterIssues(limit(Side::Buy, "0.0001", "60000.05"), btc(), prices);
        QCOMPARE(issues.size(), std::size_t{2});
        QVERIFY(issues[0].field == DraftField::Quantity);
        QVERIFY(issues[1].field == DraftField::Price);
    }

    void numbersBeyondAllMeasureAreRefusedNotComputed()
    {
        const auto huge = limit(Side::Buy, "99999999999999999999999999", "99999999999999999999999999");
        const auto issues = filterIssues(huge, btc(), prices);
        QCOMPARE(issues.size(), std::size_t{2});
        SymbolSpec open; // every filter switched off
        QVERIFY(!maySend(filterIssues(huge, open, {})));
        QVERIFY(filterIssues(limit(Side::Buy, "1", "1"), open, {}).empty());
    }

    void roundingToTheGridStartsAtItsLowestPoint()
    {
        const LotFilter lot{Quantity::literal("0.05"), Quantity::of(10), Quantity::literal("0.1")};
        QVERIFY(roundedDownToLot(Quantity::literal("0.3"), lot) == Quantity::literal("0.25"));
        QVERIFY(roundedDownToLot(Quantity::literal("0.04"), lot).isZero());
        QVERIFY(roundedDownToLot(Quantity::of(11), lot) == Quantity::literal("9.95"));
        QVERIFY(roundedToTick(Price::literal("60000.06"), btc()) == Price::literal("60000.1"));
        QVERIFY(roundedToTick(Price::of(1), btc()) == Price::literal("556.8"));
        QVERIFY(roundedToTick(Price::of(9'000'000), btc()) == Price::of(4'529'764));
        QVERIFY(smallestQuantity(btc(), OrderType::Limit, Price::of(60'000)) == Quantity::literal("0.001"));
        QVERIFY(smallestQuantity(btc(), OrderType::Limit, Price::of(40'000)) == Quantity::literal("0.002"));
    }

    void whatIsSuggestedPasses()
    {
        check("suggestions mend", [] {
            auto order = limit(*rc::gen::element(Side::Buy, Side::Sell), "1", "1");
            order.quantity = Quantity::of(*rc::gen::inRange<std::int64_t>(-10, 30'000'000)) / 10'000;
            order.price = Price::of(*rc::gen::inRange<std::int64_t>(1, 20'000'000)) / 100;
            for (int round = 0; round < 4; ++round) {
                for (const auto &found : filterIssues(order, btc(), prices)) {
                    if (found.suggestion.empty()) {
                        continue;
                    }
                    if (found.field == DraftField::Quantity) {
                        order.quantity = Quantity::literal(found.suggestion);
                    } else {
                        order.price = Price::literal(found.suggestion);
                    }
                }
            }
            RC_ASSERT(filterIssues(order, btc(), prices).empty());
        });
    }
};

QTEST_APPLESS_MAIN(FiltersTest)
#include "filters_test.moc"
