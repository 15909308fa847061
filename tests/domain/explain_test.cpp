#include "models/domain/risk/explain.h"
#include "tests/support/formula_reader.h"

#include <QString>
#include <QTest>

#include <algorithm>
#include <rapidcheck.h>

using namespace domain;
using support::isTrue;

namespace
{

LeverageBrackets twoRows()
{
    return {{1, 150, Money{}, Money::of(300'000), Rate::literal("0.004"), Money{}},
        {2, 100, Money::of(300'000), Money::of(800'000), Rate::literal("0.005"), Money::of(300)},
        {3, 75, Money::of(800'000), Money::of(3'000'000), Rate::literal("0.0065"), Money::of(1'500)}};
}

ExplainContext inBitcoin()
{
    ExplainContext context;
    context.baseAsset = "BTC";
    context.mark.age = Milliseconds{1'250};
    return context;
}

} // namespace

class ExplainTest : public QObject
{
    Q_OBJECT
private slots:
    void theLiquidationPriceOfTheReferenceIsExplained()
    {
        const PositionLeg leg{Side::Buy, Quantity::literal("0.5"), Price::of(60'000)};
        const auto said = explainLiquidation({&leg, 1}, {Money::of(1'500), {}, {}}, twoRows(), leg.entryPrice,
            MarginType::Isolated, inBitcoin());
        QCOMPARE(said.figure, std::string{"Liquidation price"});
        QCOMPARE(said.value, std::string{"57228.91566265"});
        QCOMPARE(said.unit, std::string{"USDT"});
        QCOMPARE(said.formula, std::string{"(WB + cum − d × Q × E) / (Q × m − d × Q)"});
        QCOMPARE(said.workings, std::string{"(1500 + 0 − 1 × 0.5 × 60000) / (0.5 × 0.4 % − 1 × 0.5)"});
        QVERIFY(isTrue(said));
        QVERIFY(QString::fromStdString(plainText(said)).contains(u"Source: Binance USDS-M"));
    }

    void theBracketShownIsTheOneAtTheLiquidationPrice()
    {
        // Reference 10.5: the entry's notional of 810,000 is bracket 3, that at the liquidation price 2.
        const PositionLeg leg{Side::Buy, Quantity::literal("13.5"), Price::of(60'000)};
        const auto said = explainLiquidation({&leg, 1}, {Money::of(81'000), {}, {}}, twoRows(),
            leg.entryPrice, MarginType::Isolated, inBitcoin());
        QCOMPARE(Price::parse(said.value)->toFixed(4), std::string{"54249.0229"});
        QVERIFY(isTrue(said));
    }

    void aHedgedPairSharesOneFormula()
    {
        const PositionLeg legs[] = {{Side::Buy, Quantity::of(1), Price::of(60'000)},
            {Side::Sell, Quantity::literal("0.4"), Price::of(61'000)}};
        const auto said = explainLiquidation(
            legs, {Money::of(10'000), {}, {}}, twoRows(), Price::of(60'000), MarginType::Cross, inBitcoin());
        QCOMPARE(Price::parse(said.value)->toFixed(4), std::string{"43068.6406"});
        QVERIFY(isTrue(said));
    }

    void whatCannotBeLiquidatedSaysSo()
    {
        const PositionLeg leg{Side::Buy, Quantity::of(1), Price::of(100)};
        const auto said = explainLiquidation(
            {&leg, 1}, {Money::of(1'000), {}, {}}, twoRows(), Price::of(100), MarginType::Cross, inBitcoin());
        QCOMPARE(said.value, std::string{"none"});
        QVERIFY(said.workings.empty());
        QVERIFY(!said.remarks.empty());
        QCOMPARE(explainMarginRatio("cross", Money::of(5), Money{}, {}).value, std::string{"none"});
        QCOMPARE(explainRewardToRisk(Money::of(5), Money{}, true, {}).value, std::string{"none"});
    }

    void whateverIsExplainedComputesToTheFigure()
    {
        QVERIFY(rc::check("the workings give the value", [] {
            const auto context = inBitcoin();
            const Side side = *rc::gen::element(Side::Buy, Side::Sell);
            const auto price = [] { return Price::of(*rc::gen::inRange<std::int64_t>(1, 9'000'000)) / 100; };
            const Price entry = price();
            const Price other = price();
            const Quantity quantity = Quantity::of(*rc::gen::inRange<std::int64_t>(1, 50'000)) / 1'000;
            const int leverage = *rc::gen::inRange(1, 126);
            const Rate rate = Rate::of(*rc::gen::inRange<std::int64_t>(-75, 75)) / 10'000;
            const Money amount = Money::of(*rc::gen::inRange<std::int64_t>(1, 1'000'000)) / 7;
            const PositionLeg leg{side, quantity, entry};
            const LeverageBrackets table = twoRows();
            const auto &bracket = bracketFor(table, entry * quantity);
            const auto both = {PriceRole::Entry, PriceRole::Mark};
            for (const PriceRole role : both) {
                RC_ASSERT(isTrue(explainNotional(entry, role, quantity, context)));
                RC_ASSERT(isTrue(explainInitialMargin(entry, role, quantity, leverage, context)));
                RC_ASSERT(isTrue(explainMaintenanceMargin(entry, role, quantity, bracket, context)));
                RC_ASSERT(isTrue(explainDistance(entry, role, other, side, context)));
                RC_ASSERT(isTrue(explainDistanceInRanges(entry, role, other, Price::of(7), context)));
                RC_ASSERT(isTrue(explainFunding(side, quantity, entry, role, rate, 1, context)));
                RC_ASSERT(isTrue(explainFunding(side, quantity, entry, role, rate, 5, context)));
            }
            RC_ASSERT(isTrue(explainMarginRatio("cross", amount, amount + Money::of(3), context)));
            RC_ASSERT(isTrue(explainMarginBalance("cross", amount, -Money::of(3), context)));
            RC_ASSERT(isTrue(explainUnrealizedPnl(leg, other, context)));
            RC_ASSERT(isTrue(explainRoe(leg, other, leverage, context)));
            RC_ASSERT(isTrue(explainApproximateLiquidation(entry, leverage, rate, side, context)));
            RC_ASSERT(isTrue(explainFee("Entry fee", entry, quantity, rate, context)));
            RC_ASSERT(isTrue(explainOrderCost(side, quantity, entry, other, leverage, context)));
            RC_ASSERT(isTrue(explainBreakEven(entry, rate, rate, side, context)));
            RC_ASSERT(isTrue(explainOutcome(
                "At the stop", side, quantity, entry, other, Money::of(1), Money::of(2), context)));
            RC_ASSERT(isTrue(explainRewardToRisk(amount, Money::of(9), false, context)));
            RC_ASSERT(isTrue(explainAvailableBalance(amount + Money::of(3), amount, context)));
            const MarginPool pool{amount, Money::of(*rc::gen::inRange<std::int64_t>(0, 50)),
                Money::of(*rc::gen::inRange<std::int64_t>(-50, 50))};
            const auto type = *rc::gen::element(MarginType::Cross, MarginType::Isolated);
            const MarginPool own =
                type == MarginType::Cross ? pool : MarginPool{pool.walletBalance, Money{}, Money{}};
            const auto liquidated = explainLiquidation({&leg, 1}, own, twoRows(), entry, type, context);
            RC_ASSERT(liquidated.value == "none" || isTrue(liquidated));
        }));
    }

    void inputsBearSourceAndAge()
    {
        const auto said = explainMarginRatio("isolated", Money::of(260), Money::of(6'500), inBitcoin());
        QCOMPARE(said.value, std::string{"4"});
        QCOMPARE(said.inputs.front().source, std::string{"mark price stream"});
        QVERIFY(said.inputs.front().age == Milliseconds{1'250});
        QVERIFY(QString::fromStdString(plainText(said))
                    .contains(u"MM (maintenance margin): 260 USDT, mark price stream, 1.2 s old"));
    }

    void whereMoreIsBoundThanThereIsNothingIsAvailable()
    {
        const auto said = explainAvailableBalance(Money::of(100), Money::of(250), {});
        QCOMPARE(said.value, std::string{"0"});
        QVERIFY(said.workings.empty());
        QCOMPARE(said.remarks.size(), std::size_t{1});
    }

    void aThinBookIsSaid()
    {
        const std::vector<BookLevel> asks{
            {Price::of(100), Quantity::of(1)}, {Price::of(102), Quantity::of(1)}};
        const auto fill = walkBook(asks, Quantity::of(4));
        const auto said = explainSlippage("Slippage of the entry", *fill, inBitcoin());
        QVERIFY(isTrue(said));
        QCOMPARE(said.remarks.size(), std::size_t{1});
    }
};

QTEST_APPLESS_MAIN(ExplainTest)
#include "explain_test.moc"
