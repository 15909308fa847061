#include "models/domain/risk/filters.h"
#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/order_cost.h"
#include "models/domain/risk/plan.h"
#include "tests/support/plan_desk.h"
#include "tests/support/property.h"

#include <QTest>

#include <algorithm>

using namespace domain;
using support::check;
using support::trade;
using Desk = support::PlanDesk;

namespace
{

bool hasIssue(const PlanResult &result, DraftField field, int code)
{
    return std::ranges::any_of(
        result.issues, [&](const DraftIssue &each) { return each.field == field && each.venueCode == code; });
}

const DraftIssue *issueOf(const PlanResult &result, DraftField field)
{
    const auto found = std::ranges::find(result.issues, field, &DraftIssue::field);
    return found == result.issues.end() ? nullptr : &*found;
}

} // namespace

class PlanTest : public QObject
{
    Q_OBJECT
private slots:
    void aPlanStatesItsMarginBracketAndLiquidation()
    {
        Desk desk;
        const auto result = desk.run(trade(Side::Buy, "65000", "1"));
        QVERIFY(result.issues.empty());
        QVERIFY(result.quantity == Quantity::of(1));
        QVERIFY(result.bound == SizeBound::Requested);
        QVERIFY(result.notional == Money::of(65'000));
        QCOMPARE(result.bracket, 2);
        QVERIFY(result.bracketRoom == Money::of(185'000));
        QCOMPARE(result.maxLeverage, 100);
        QVERIFY(result.initialMargin == Money::of(6'500));
        QVERIFY(result.maintenanceMargin == Money::of(275));
        QVERIFY(result.maintenanceMarginRate == Rate::literal("0.005"));
        QVERIFY(result.requiredBalance == Money::of(6'500));
        QVERIFY(result.availableBalance == Money::of(10'000));
        QVERIFY(result.isSufficient());
        // The approximation takes the table's own rate: product specification 4.
        QVERIFY(result.approximateLiquidationPrice == Price::of(58'825));
        const auto truth = liquidationPrice(
            {Side::Buy, Quantity::of(1), Price::of(65'000)}, {Money::of(6'500), {}, {}}, defaultBrackets());
        QVERIFY(result.liquidationPrice == truth);
        QVERIFY(result.liquidationDistance == (Price::of(65'000) - *truth) / Price::of(65'000));
    }

    void theWorkedExampleOfTheReferenceAsAPlan()
    {
        // Reference 10.5: isolated, 0.5 @ 60,000 at 20x. The first row of BTCUSDT charges 0.4 %.
        Desk desk;
        const BracketTables tables{
            {"BTCUSDT", {{1, 150, Money{}, Money::of(300'000), Rate::literal("0.004"), {}}}}};
        desk.context.brackets = &tables;
        auto plan = trade(Side::Buy, "60000", "0.5");
        plan.leverage = 20;
        QCOMPARE(desk.run(plan).liquidationPrice->toFixed(4), std::string{"57228.9157"});
        plan.side = Side::Sell;
        QCOMPARE(desk.run(plan).liquidationPrice->toFixed(4), std::string{"62749.0040"});
        plan.side = Side::Buy;
        plan.marginType = MarginType::Cross;
        plan.sizing = FixedQuantity{Quantity::of(1)};
        QCOMPARE(desk.run(plan).liquidationPrice->toFixed(4), std::string{"50200.8032"});
    }

    void whatIsMissingIsSaid()
    {
        Desk desk{6'000};
        const auto result = desk.run(trade(Side::Buy, "65000", "1"));
        QVERIFY(!result.isSufficient());
        QVERIFY(result.missingBalance == Money::of(500));
        QVERIFY(hasIssue(result, DraftField::Quantity, -2019));
        QCOMPARE(issueOf(result, DraftField::Quantity)->suggestion, std::string{"0.923"});
    }

    void feesBreakEvenAndExitsAreNetOfBothFees()
    {
        Desk desk;
        desk.charge("0.0002", "0.0005");
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.stop = Price::of(59'000);
        plan.targets = {{Price::of(62'000)}};
        const auto result = desk.run(plan);
        QVERIFY(result.entryFee == Money::literal("1.2"));
        QVERIFY(result.atTargets->grossPnl == Money::of(200));
        QVERIFY(result.atTargets->fee == Money::literal("3.1"));
        QVERIFY(result.atTargets->netPnl == Money::literal("195.7"));
        QVERIFY(result.atTargets->returnOnMargin == Money::literal("195.7") / Money::of(600));
        QVERIFY(result.atStop->fee == Money::literal("2.95"));
        QVERIFY(result.atStop->netPnl == Money::literal("-104.15"));
        QVERIFY(result.rewardToRisk == Money::literal("195.7") / Money::literal("104.15"));
        // At the break-even price the exit pays both fees.
        plan.targets = {{result.breakEvenPrice}};
        const auto even = desk.run(plan);
        QVERIFY(even.atTargets->netPnl.abs() < Money::literal("0.0000001"));
        QVERIFY(result.breakEvenPrice > plan.entry);
        plan.side = Side::Sell;
        plan.stop = {};
        plan.targets = {};
        QVERIFY(desk.run(plan).breakEvenPrice < plan.entry);
    }

    void takerAndMakerEntriesPayTheirRates()
    {
        Desk desk;
        desk.charge("0.0002", "0.0005");
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.entryIsMaker = false;
        plan.targets = {{Price::of(62'000)}};
        plan.targetIsMaker = true;
        const auto result = desk.run(plan);
        QVERIFY(result.entryFee == Money::of(3));
        QVERIFY(result.atTargets->fee == Money::literal("1.24"));
    }

    void slippageWorsensTheStop()
    {
        Desk desk;
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.stop = Price::of(59'000);
        plan.stopSlippage = Rate::literal("0.001");
        QVERIFY(desk.run(plan).atStop->price == Price::of(58'941));
        plan.side = Side::Sell;
        plan.stop = Price::of(61'000);
        QVERIFY(desk.run(plan).atStop->price == Price::of(61'061));
    }

    void eachSizingRuleGivesItsQuantity()
    {
        Desk desk;
        auto plan = trade(Side::Buy, "60000", "0");
        plan.stop = Price::of(59'000);
        plan.sizing = QuoteAmount{Money::of(10'000)};
        QVERIFY(desk.run(plan).quantity == Quantity::literal("0.166"));
        plan.sizing = MarginShare{}; // 10 % of 10,000 at 10x is 10,000 of notional
        auto result = desk.run(plan);
        QVERIFY(result.quantity == Quantity::literal("0.166"));
        QVERIFY(result.bound == SizeBound::MarginShare);
        plan.sizing = RiskAmount{Money::of(50)}; // 1,000 lost per BTC: 0.050 loses 50 and not more
        result = desk.run(plan);
        QVERIFY(result.quantity == Quantity::literal("0.05"));
        QVERIFY(result.bound == SizeBound::RiskAtStop);
        plan.sizing = RiskShare{Rate::literal("0.02")};
        QVERIFY(desk.run(plan).quantity == Quantity::literal("0.2"));
        plan.sizing = FixedQuantity{Quantity::literal("0.1239")};
        QVERIFY(desk.run(plan).quantity == Quantity::literal("0.123"));
    }

    void theSafeSizeNamesWhatBindsIt()
    {
        Desk desk;
        auto plan = trade(Side::Buy, "60000", "0");
        plan.sizing = SafeSize{};
        QVERIFY(desk.run(plan).bound == SizeBound::MarginShare);
        plan.stop = Price::of(58'000); // 1 % of 10,000 over 2,000 a BTC
        auto result = desk.run(plan);
        QVERIFY(result.bound == SizeBound::RiskAtStop);
        QVERIFY(result.quantity == Quantity::literal("0.05"));
        plan.stop = {};
        plan.sizing = SafeSize{Rate::of(1), Rate::of(1), {}};
        desk.charge("0.0002", "0.0005");
        result = desk.run(plan);
        QVERIFY(result.bound == SizeBound::AvailableBalance);
        QVERIFY(result.isSufficient());
        plan.leverage = 125;
        result = desk.run(plan);
        QVERIFY(result.bound == SizeBound::BracketLimit);
        QVERIFY(result.notional <= Money::of(50'000));
        desk.spec.lot.maxQty = Quantity::literal("0.2");
        result = desk.run(plan);
        QVERIFY(result.bound == SizeBound::MaxQuantity);
        QVERIFY(result.quantity == Quantity::literal("0.2"));
    }

    void theSafeSizeBreaksNothingAndOneStepMoreWould()
    {
        check("safe and largest", [] {
            Desk desk{*rc::gen::inRange<std::int64_t>(100, 10'000'000)};
            desk.charge("0.0002", "0.0005");
            desk.spec.lot.maxQty = Quantity::of(*rc::gen::inRange<std::int64_t>(1, 1'000));
            auto plan = trade(*rc::gen::element(Side::Buy, Side::Sell), "60000", "0");
            plan.leverage = *rc::gen::inRange(1, 126);
            plan.entry = Price::of(*rc::gen::inRange<std::int64_t>(1'000, 1'000'000)) / 10;
            plan.stopSlippage = Rate::of(*rc::gen::inRange<std::int64_t>(0, 100)) / 10'000;
            const auto away = Rate::of(*rc::gen::inRange<std::int64_t>(1, 300)) / 1'000;
            plan.stop = (plan.entry * (Rate::of(1) - away * signOf(plan.side))).roundedTo(desk.spec.tickSize);
            RC_PRE(*plan.stop != plan.entry);
            const SafeSize rule{Rate::of(*rc::gen::inRange<std::int64_t>(1, 101)) / 100,
                Rate::of(*rc::gen::inRange<std::int64_t>(1, 50)) / 1'000, {}};
            plan.sizing = rule;
            const auto equity = desk.account.walletBalance;
            const auto breaks = [&](const PlanResult &result) {
                NewOrder order;
                order.symbol = desk.spec.symbol;
                order.side = plan.side;
                order.quantity = result.quantity;
                order.price = plan.entry;
                return result.initialMargin > equity * rule.marginShare ||
                       -result.atStop->netPnl > equity * rule.riskShare ||
                       result.requiredBalance + result.entryFee > result.availableBalance ||
                       result.notional > maxNotionalAt(defaultBrackets(), plan.leverage) ||
                       !filterIssues(order, desk.spec, {}).empty();
            };
            const auto result = desk.run(plan);
            if (result.quantity.isZero()) {
                RC_ASSERT(result.bound == SizeBound::None);
                RC_ASSERT(!maySend(result.issues));
                plan.sizing = FixedQuantity{smallestQuantity(desk.spec, OrderType::Limit, plan.entry)};
                RC_ASSERT(breaks(desk.run(plan)));
                return;
            }
            RC_ASSERT(!breaks(result));
            const auto more = result.quantity + desk.spec.lot.stepSize;
            plan.sizing = FixedQuantity{more};
            const auto larger = desk.run(plan);
            RC_ASSERT(larger.quantity < more || breaks(larger));
        });
    }

    void aStopOrTargetOnTheWrongSideIsRefused()
    {
        Desk desk;
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.stop = Price::of(61'000);
        plan.targets = {{Price::of(59'000)}};
        const auto result = desk.run(plan);
        QVERIFY(hasIssue(result, DraftField::StopPrice, -2021));
        QVERIFY(hasIssue(result, DraftField::TargetPrice, -2021));
        QVERIFY(!result.atStop && !result.atTargets);
        QVERIFY(result.initialMargin == Money::of(600));
        plan.sizing = SafeSize{};
        QVERIFY(desk.run(plan).quantity.isZero());
    }

    void aStopBeyondLiquidationNamesTheLeverageAtWhichItIsReal()
    {
        Desk desk;
        auto plan = trade(Side::Buy, "60000", "0.5");
        plan.leverage = 20;
        plan.stop = Price::of(57'000);
        const auto result = desk.run(plan);
        QVERIFY(!maySend(result.issues));
        QVERIFY(result.liquidationPrice > plan.stop);
        const auto *issue = issueOf(result, DraftField::Leverage);
        QVERIFY(issue != nullptr);
        QCOMPARE(issue->suggestion, std::to_string(*result.maxLeverageForStop));
        plan.leverage = *result.maxLeverageForStop;
        const auto mended = desk.run(plan);
        QVERIFY(mended.liquidationPrice < plan.stop);
        QVERIFY(issueOf(mended, DraftField::Leverage) == nullptr);
        plan.leverage += 1;
        QVERIFY(desk.run(plan).liquidationPrice >= plan.stop);
    }

    void aCrossStopBeyondLiquidationCannotBeMendedByLeverage()
    {
        Desk desk{1'000};
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.marginType = MarginType::Cross;
        plan.stop = Price::of(50'000);
        const auto result = desk.run(plan);
        QCOMPARE(*result.maxLeverageForStop, 0);
        QVERIFY(issueOf(result, DraftField::StopPrice) != nullptr);
        plan.stop = Price::of(55'000);
        QVERIFY(*desk.run(plan).maxLeverageForStop > 0);
        QVERIFY(desk.run(plan).issues.empty());
    }

    void leverageAboveTheBracketIsRefused()
    {
        Desk desk{1'000'000};
        auto plan = trade(Side::Buy, "60000", "10");
        plan.leverage = 75;
        auto result = desk.run(plan);
        QVERIFY(hasIssue(result, DraftField::Leverage, -2027));
        QCOMPARE(issueOf(result, DraftField::Leverage)->suggestion, std::string{"50"});
        plan.leverage = 130;
        result = desk.run(plan);
        QVERIFY(hasIssue(result, DraftField::Leverage, -4028));
    }

    void aTradeTooSmallForTheExchangeHasNoQuantityOrSaysWhy()
    {
        Desk desk{100};
        auto plan = trade(Side::Buy, "40000", "0.001");
        QVERIFY(hasIssue(desk.run(plan), DraftField::Quantity, -4164));
        plan.sizing = MarginShare{Rate::literal("0.01")};
        const auto result = desk.run(plan);
        QVERIFY(result.quantity.isZero());
        QVERIFY(result.bound == SizeBound::None);
        QCOMPARE(issueOf(result, DraftField::Quantity)->suggestion, std::string{"0.002"});
        plan.sizing = FixedQuantity{};
        QVERIFY(desk.run(plan).quantity.isZero());
        QVERIFY(!maySend(desk.run(plan).issues));
    }

    void theAccountIsShownBeforeAndAfter()
    {
        Desk desk;
        desk.hold("ETHUSDT", Side::Buy, "10", "2000");
        desk.account.positions[0].markPrice = Price::of(2'000);
        auto plan = trade(Side::Buy, "60000", "1");
        plan.marginType = MarginType::Cross;
        const auto result = desk.run(plan);
        // Before: 20,000 * 0.4 % of 10,000. After: 80 + 60,000 * 0.5 % - 50.
        QVERIFY(result.ratioBefore.value() == Rate::literal("0.008"));
        QVERIFY(result.ratioAfter.value() == Rate::literal("0.033"));
        QVERIFY(result.levelBefore == RiskLevel::Safe);
        QVERIFY(result.levelAfter == RiskLevel::Safe);
        QCOMPARE(result.others.size(), std::size_t{1});
        QCOMPARE(result.others[0].symbol, std::string{"ETHUSDT"});
        // 20,000 - 10,000 = 10 * P * 0.996 before; the new position's 250 of maintenance weigh on it after.
        QCOMPARE(result.others[0].before->toFixed(4), std::string{"1004.0161"});
        QCOMPARE(result.others[0].after->toFixed(4), std::string{"1029.1165"});
    }

    void anIsolatedTradeTakesItsMarginFromTheOthers()
    {
        Desk desk;
        desk.hold("ETHUSDT", Side::Buy, "10", "2000");
        const auto result = desk.run(trade(Side::Buy, "60000", "1"));
        QVERIFY(*result.others[0].after > *result.others[0].before);
        QVERIFY(result.ratioBefore.value() == Rate{});
        // 60,000 * 0.5 % - 50 against its own 6,000.
        QVERIFY(result.ratioAfter.value() == Money::of(250) / Money::of(6'000));
    }

    void aTradeMergesWithThePositionThatIsThere()
    {
        Desk desk{100'000};
        desk.hold("BTCUSDT", Side::Buy, "1", "50000", MarginType::Isolated, 5'000);
        const auto plan = trade(Side::Buy, "60000", "1");
        const auto after = accountAfter(desk.account, "BTCUSDT", plan, Quantity::of(1), Money::of(30));
        QCOMPARE(after.positions.size(), std::size_t{1});
        QVERIFY(after.positions[0].quantity == Quantity::of(2));
        QVERIFY(after.positions[0].entryPrice == Price::of(55'000));
        QVERIFY(after.positions[0].isolatedWallet == Money::of(11'000));
        QVERIFY(after.walletBalance == Money::of(99'970));
        QVERIFY(after.crossWalletBalance == Money::of(88'970));
        QCOMPARE(desk.run(plan).bracket, 2);
    }

    void anOppositeTradeReducesClosesOrFlips()
    {
        Desk desk{100'000};
        desk.hold("BTCUSDT", Side::Buy, "2", "50000", MarginType::Isolated, 10'000);
        const auto plan = trade(Side::Sell, "60000", "0");
        const auto after = [&](std::int64_t quantity) {
            return accountAfter(desk.account, "BTCUSDT", plan, Quantity::of(quantity), {});
        };
        const auto reduced = after(1);
        QVERIFY(reduced.positions[0].side == Side::Buy);
        QVERIFY(reduced.positions[0].quantity == Quantity::of(1));
        QVERIFY(reduced.positions[0].entryPrice == Price::of(50'000));
        QVERIFY(reduced.positions[0].isolatedWallet == Money::of(5'000));
        QVERIFY(reduced.walletBalance == Money::of(110'000));
        QVERIFY(reduced.crossWalletBalance == Money::of(105'000));
        const auto closed = after(2);
        QVERIFY(closed.positions.empty());
        QVERIFY(closed.walletBalance == Money::of(120'000));
        QVERIFY(closed.crossWalletBalance == Money::of(120'000));
        const auto flipped = after(3);
        QVERIFY(flipped.positions[0].side == Side::Sell);
        QVERIFY(flipped.positions[0].quantity == Quantity::of(1));
        QVERIFY(flipped.positions[0].entryPrice == Price::of(60'000));
        QVERIFY(flipped.positions[0].isolatedWallet == Money::of(6'000));
        QVERIFY(flipped.crossWalletBalance == Money::of(114'000));
    }

    void walletsAlwaysAddUp()
    {
        check("wallet = cross + isolated", [] {
            Desk desk{1'000'000};
            desk.hold("BTCUSDT", *rc::gen::element(Side::Buy, Side::Sell), "2", "50000",
                *rc::gen::element(MarginType::Cross, MarginType::Isolated), 0);
            auto &held = desk.account.positions[0];
            if (held.marginType == MarginType::Isolated) {
                held.isolatedWallet = Money::of(10'000);
                desk.account.crossWalletBalance -= held.isolatedWallet;
            }
            auto plan = trade(*rc::gen::element(Side::Buy, Side::Sell), "60000", "0");
            plan.marginType = held.marginType;
            const auto quantity = Quantity::of(*rc::gen::inRange<std::int64_t>(1, 5'000)) / 1'000;
            const auto after = accountAfter(desk.account, "BTCUSDT", plan, quantity, Money::of(1));
            Money sum = after.crossWalletBalance;
            for (const auto &position : after.positions) {
                sum += position.isolatedWallet;
            }
            RC_ASSERT(sum == after.walletBalance);
        });
    }

    void aReductionNeedsNoBalance()
    {
        Desk desk{5'000};
        desk.hold("BTCUSDT", Side::Buy, "1", "60000");
        auto plan = trade(Side::Sell, "60000", "1");
        plan.marginType = MarginType::Cross;
        const auto result = desk.run(plan);
        QVERIFY(result.requiredBalance.isZero());
        QVERIFY(result.issues.empty());
        QVERIFY(!result.liquidationPrice);
        QVERIFY(result.ratioAfter.value() == Rate{});
    }

    void theMarginTypeOfAnOpenPositionStays()
    {
        Desk desk;
        desk.hold("BTCUSDT", Side::Buy, "0.1", "60000");
        const auto result = desk.run(trade(Side::Buy, "60000", "0.1"));
        QVERIFY(hasIssue(result, DraftField::MarginType, -4048));
        QVERIFY(result.ratioAfter.value() > result.ratioBefore.value());
    }

    void anEntryThatWaitsIsValuedWhereItFills()
    {
        Desk desk;
        desk.context.mark = {Price::of(60'000), {}};
        auto plan = trade(Side::Buy, "50000", "0.1");
        plan.marginType = MarginType::Cross;
        // Valued at the fill: 5,000 * 0.4 % of an unchanged 10,000.
        QVERIFY(desk.run(plan).ratioAfter.value() == Rate::literal("0.002"));
        plan.entry = Price::of(61'000); // fills at once, 100 behind the mark
        QVERIFY(desk.run(plan).ratioAfter.value() == Money::of(24) / Money::of(9'900));
        QVERIFY(desk.run(plan).requiredBalance == Money::of(710));
    }

    void withoutAccountOrSymbolTheCalculatorSaysSo()
    {
        QVERIFY(hasIssue(planTrade({}, {}), DraftField::Symbol, -1121));
        Desk desk;
        desk.run(trade(Side::Buy, "60000", "0.1"));
        desk.context.account = nullptr;
        const auto result = planTrade(trade(Side::Buy, "60000", "0.1"), desk.context);
        QVERIFY(issueOf(result, DraftField::Symbol) != nullptr);
        QVERIFY(result.initialMargin == Money::of(600));
        QVERIFY(result.liquidationPrice);
    }

    void inputsThatCannotBeComputedAreNamed()
    {
        Desk desk;
        const auto plan = trade(Side::Buy, "60000", "0.1");
        auto bad = plan;
        bad.entry = {};
        QVERIFY(hasIssue(desk.run(bad), DraftField::Price, -4001));
        bad = plan;
        bad.entry = Price::literal("99999999999999999999999999");
        QVERIFY(hasIssue(desk.run(bad), DraftField::Price, -4001));
        bad = plan;
        bad.leverage = 0;
        QVERIFY(hasIssue(desk.run(bad), DraftField::Leverage, -4028));
        bad = plan;
        bad.stopSlippage = Rate::of(1);
        QVERIFY(!maySend(desk.run(bad).issues));
        bad = plan;
        bad.stop = -Price::of(1);
        QVERIFY(hasIssue(desk.run(bad), DraftField::StopPrice, -4006));
        bad.stop = Price::literal("59000.05");
        QVERIFY(hasIssue(desk.run(bad), DraftField::StopPrice, -4014));
        bad = plan;
        bad.sizing = RiskAmount{Money::of(100)};
        QVERIFY(issueOf(desk.run(bad), DraftField::StopPrice) != nullptr);
        QVERIFY(desk.run(bad).quantity.isZero());
        for (const SizingRule &absurd :
            {SizingRule{FixedQuantity{Quantity::literal("99999999999999999999999999")}},
                SizingRule{QuoteAmount{Money::literal("99999999999999999999999999")}},
                SizingRule{MarginShare{Rate::literal("99999999999999999999999999")}},
                SizingRule{FixedQuantity{-Quantity::of(1)}}}) {
            bad = plan;
            bad.sizing = absurd;
            QVERIFY(!maySend(desk.run(bad).issues));
        }
    }

    void whateverIsTypedIsSurvived()
    {
        check("no input ends the program", [] {
            const auto typed = [] {
                return *rc::gen::element<std::string>("0", "-1", "0.000000000001", "0.001", "0.1", "1", "20",
                    "59999.9", "60000", "61000", "1000000", "10000000000", "100000000000000",
                    "99999999999999999999999999", "-99999999999999999999999999");
            };
            Desk desk{*rc::gen::element<std::int64_t>(0, 1, 10'000, 1'000'000'000)};
            desk.charge("0.0002", "0.0005");
            if (*rc::gen::arbitrary<bool>()) {
                desk.hold("BTCUSDT", *rc::gen::element(Side::Buy, Side::Sell), "0.5", "60000");
            }
            if (*rc::gen::arbitrary<bool>()) {
                desk.spec = {};
                desk.spec.symbol = "BTCUSDT";
            }
            desk.context.mark.price = *rc::gen::element(Price{}, Price::of(60'000));
            auto plan = trade(*rc::gen::element(Side::Buy, Side::Sell), "1", "1");
            plan.entry = Price::literal(typed());
            plan.stop = Price::literal(typed());
            plan.targets = {{Price::literal(typed())}};
            plan.leverage = *rc::gen::element(-1, 0, 1, 20, 125, 2'000'000'000);
            plan.marginType = *rc::gen::element(MarginType::Cross, MarginType::Isolated);
            plan.stopSlippage = Rate::literal(typed());
            plan.sizing = *rc::gen::element<SizingRule>(SafeSize{},
                SafeSize{Rate::literal(typed()), Rate::literal(typed()), Money::literal(typed())},
                FixedQuantity{Quantity::literal(typed())}, QuoteAmount{Money::literal(typed())},
                MarginShare{Rate::literal(typed())}, RiskAmount{Money::literal(typed())},
                RiskShare{Rate::literal(typed())});
            const auto result = desk.run(plan);
            RC_ASSERT(!result.quantity.isNegative());

            NewOrder order;
            order.symbol = "BTCUSDT";
            order.side = plan.side;
            order.type = *rc::gen::element(OrderType::Limit, OrderType::Market, OrderType::Stop,
                OrderType::TakeProfitMarket, OrderType::TrailingStopMarket, OrderType::Unknown);
            order.quantity = Quantity::literal(typed());
            order.price = Price::literal(typed());
            order.triggerPrice = Price::literal(typed());
            order.activatePrice = Price::literal(typed());
            order.callbackRate = Rate::literal(typed());
            order.reduceOnly = *rc::gen::arbitrary<bool>();
            desk.context.leverage = plan.leverage;
            for (const auto &issue : pretradeIssues(order, desk.context)) {
                RC_ASSERT(!issue.text.empty());
            }
        });
    }

    void everyBoundHasItsWords()
    {
        for (const auto bound :
            {SizeBound::Requested, SizeBound::MarginShare, SizeBound::RiskAtStop, SizeBound::AvailableBalance,
                SizeBound::BracketLimit, SizeBound::MaxQuantity, SizeBound::None}) {
            QVERIFY(!domain::toString(bound).empty());
        }
    }
};

QTEST_APPLESS_MAIN(PlanTest)
#include "plan_test.moc"
