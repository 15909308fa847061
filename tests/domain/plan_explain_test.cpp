#include "models/domain/risk/plan_explain.h"
#include "tests/support/formula_reader.h"
#include "tests/support/plan_desk.h"

#include <QString>
#include <QTest>

#include <algorithm>
#include <rapidcheck.h>

using namespace domain;
using support::isTrue;
using support::trade;
using Desk = support::PlanDesk;

namespace
{

/// A plan on a desk with everything in it, drawn at random.
struct Drawn
{
    Desk desk{*rc::gen::element<std::int64_t>(2'000, 50'000, 5'000'000)};
    TradePlan plan;

    Drawn()
    {
        desk.charge("0.0002", "0.0005");
        desk.account.hedgeMode = *rc::gen::arbitrary<bool>();
        desk.context.now = timestampFromMs(1'000'000'000'000);
        desk.context.mark = {Price::of(*rc::gen::inRange<std::int64_t>(59'000, 61'000)), Milliseconds{300}};
        desk.context.averageRange = Price::of(*rc::gen::inRange<std::int64_t>(50, 900));
        MarkPrice mark;
        mark.symbol = "BTCUSDT";
        mark.mark = desk.context.mark.price;
        mark.fundingRate = Rate::of(*rc::gen::inRange<std::int64_t>(-40, 60)) / 100'000;
        mark.nextFundingAt = desk.context.now + std::chrono::hours{3};
        desk.marks["BTCUSDT"] = mark;
        desk.book.state = BookView::State::Live;
        for (int i = 0; i < 12; ++i) {
            const auto size = [] { return Quantity::of(*rc::gen::inRange<std::int64_t>(1, 900)) / 1'000; };
            desk.book.asks.push_back({Price::of(60'000 + i * 7), size()});
            desk.book.bids.push_back({Price::of(59'990 - i * 7), size()});
        }
        if (*rc::gen::arbitrary<bool>()) {
            desk.hold("ETHUSDT", *rc::gen::element(Side::Buy, Side::Sell), "3", "2000");
        }
        plan = trade(*rc::gen::element(Side::Buy, Side::Sell), "60000", "0");
        plan.sizing = FixedQuantity{Quantity::of(*rc::gen::inRange<std::int64_t>(2, 4'000)) / 1'000};
        if (desk.account.hedgeMode) {
            plan.positionSide = plan.side == Side::Buy ? PositionSide::Long : PositionSide::Short;
            if (*rc::gen::arbitrary<bool>()) { // the other leg
                desk.hold("BTCUSDT", opposite(plan.side), "0.3", "60100");
                desk.account.positions.back().positionSide =
                    plan.side == Side::Buy ? PositionSide::Short : PositionSide::Long;
            }
        }
        plan.marginType = *rc::gen::element(MarginType::Cross, MarginType::Isolated);
        plan.leverage = *rc::gen::inRange(1, 60);
        plan.entryIsMaker = *rc::gen::arbitrary<bool>();
        plan.targetIsMaker = *rc::gen::arbitrary<bool>();
        plan.stop = Price::of(60'000 - *rc::gen::inRange<std::int64_t>(100, 900) * signOf(plan.side));
        for (int i = 1; i <= *rc::gen::inRange(1, 4); ++i) {
            plan.targets.push_back({Price::of(60'000 + i * 700 * signOf(plan.side)), Rate::literal("0.3")});
        }
        plan.exitAt = desk.context.now + std::chrono::hours{*rc::gen::inRange(1, 60)};
    }
};

double numberOf(const Explanation &said)
{
    return QString::fromStdString(said.value).toDouble();
}

bool isSound(const Explanation &said)
{
    return !said.source.empty() && (said.workings.empty() || isTrue(said));
}

template <class Measure> bool says(const std::optional<Explanation> &said, Exact<Measure> figure)
{
    return said &&
           std::abs(numberOf(*said) - figure.approximate()) <= 1e-7 + 1e-9 * std::abs(numberOf(*said));
}

} // namespace

class PlanExplainTest : public QObject
{
    Q_OBJECT
private slots:
    void everyFigureIsWhatItsWorkingsGive()
    {
        QVERIFY(rc::check("figure = explanation = workings", [] {
            Drawn drawn;
            const auto result = drawn.desk.run(drawn.plan);
            const auto of = [&](PlanFigure figure, int part = 0) {
                return explainPlan(figure, drawn.plan, drawn.desk.context, result, part);
            };
            for (int figure = 0; figure <= static_cast<int>(PlanFigure::OtherLiquidation); ++figure) {
                for (int part = 0; part < 4; ++part) {
                    const auto said = of(static_cast<PlanFigure>(figure), part);
                    if (said) {
                        RC_ASSERT(isSound(*said));
                    }
                }
            }
            RC_ASSERT(says(of(PlanFigure::Size), result.quantity));
            RC_ASSERT(says(of(PlanFigure::Notional), result.notional));
            RC_ASSERT(says(of(PlanFigure::InitialMargin), result.initialMargin));
            RC_ASSERT(says(of(PlanFigure::MaintenanceMargin), result.maintenanceMargin));
            if (result.bracketRoom.isPositive()) {
                RC_ASSERT(says(of(PlanFigure::BracketRoom), result.bracketRoom));
            }
            RC_ASSERT(says(of(PlanFigure::Cost), result.requiredBalance));
            RC_ASSERT(says(of(PlanFigure::AvailableBefore), result.availableBalance));
            RC_ASSERT(says(of(PlanFigure::AvailableAfter), result.availableAfter));
            RC_ASSERT(says(of(PlanFigure::EntryFeeAsMaker), result.entryFeeAsMaker));
            RC_ASSERT(says(of(PlanFigure::EntryFeeAsTaker), result.entryFeeAsTaker));
            RC_ASSERT(says(of(PlanFigure::EntrySlippage), result.entrySlippage.perUnit));
            RC_ASSERT(says(of(PlanFigure::StopSlippage), result.stopSlippage.perUnit));
            RC_ASSERT(says(of(PlanFigure::BreakEven), result.breakEvenPrice));
            RC_ASSERT(says(of(PlanFigure::Stop), result.atStop->netPnl));
            if (result.rewardToRisk) {
                RC_ASSERT(says(of(PlanFigure::RewardToRisk), *result.rewardToRisk));
            }
            if (result.grossRewardToRisk) {
                RC_ASSERT(says(of(PlanFigure::GrossRewardToRisk), *result.grossRewardToRisk));
            }
            RC_ASSERT(says(of(PlanFigure::Funding), result.funding->amount));
            for (int part = 0; part < static_cast<int>(result.targets.size()); ++part) {
                RC_ASSERT(says(
                    of(PlanFigure::Target, part), result.targets[static_cast<std::size_t>(part)].netPnl));
            }
            for (int part = 0; part < static_cast<int>(result.others.size()); ++part) {
                const auto &after = result.others[static_cast<std::size_t>(part)].after;
                if (after) {
                    RC_ASSERT(says(of(PlanFigure::OtherLiquidation, part), *after));
                }
            }
            const auto liquidation = of(PlanFigure::Liquidation);
            RC_ASSERT(liquidation.has_value());
            if (result.liquidationPrice) {
                RC_ASSERT(says(liquidation, *result.liquidationPrice));
                RC_ASSERT(says(of(PlanFigure::Distance), *result.liquidationDistance * 100));
                RC_ASSERT(says(of(PlanFigure::DistanceInRanges), result.liquidationRanges->abs()));
            } else {
                RC_ASSERT(liquidation->value == "none");
            }
            const auto ratio = of(PlanFigure::RatioAfter);
            if (result.ratioAfter.value()) {
                RC_ASSERT(says(ratio, *result.ratioAfter.value() * 100));
            }
        }));
    }

    void aTargetKeepsItsNumberWhereAnEarlierOneIsFaulty()
    {
        Desk desk;
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.targets = {{Price::of(59'000), Rate::literal("0.5")}, {Price::of(62'000), Rate::literal("0.5")}};
        const auto result = desk.run(plan);
        QCOMPARE(result.targets.size(), std::size_t{1});
        QVERIFY(!explainPlan(PlanFigure::Target, plan, desk.context, result, 0));
        const auto said = explainPlan(PlanFigure::Target, plan, desk.context, result, 1);
        QVERIFY(said.has_value());
        QCOMPARE(said->figure, std::string{"Profit at target 2"});
        QVERIFY(says(said, result.atTarget(2)->netPnl));

        // A target is called as where it was typed, and so is what is wrong with it.
        plan.targets[0] = {Price::of(61'000), Rate::literal("0.5"), 2};
        plan.targets[1] = {Price::of(59'000), Rate::literal("0.5"), 4};
        const auto named = desk.run(plan);
        QVERIFY(named.atTarget(1) == nullptr);
        QVERIFY(named.atTarget(2) != nullptr);
        QCOMPARE(named.issues.size(), std::size_t{1});
        QVERIFY(named.issues[0].text.starts_with("Target 4 "));
        QCOMPARE(named.issues[0].part, 1);
    }

    void aSmallTargetIsToldOfAtItsOwnPlace()
    {
        Desk desk;
        auto plan = trade(Side::Buy, "60000", "0.002");
        plan.targets = {{Price::of(59'000), Rate::literal("0.3")}, {Price::of(62'000), Rate::literal("0.2")}};
        const auto result = desk.run(plan);
        const auto small = std::ranges::find(result.issues, Severity::Confirm, &DraftIssue::severity);
        QVERIFY(small != result.issues.end());
        QCOMPARE(small->part, 1);
    }

    void withoutAQuantityNothingIsExplained()
    {
        Desk desk;
        auto plan = trade(Side::Buy, "60000", "0");
        const auto result = desk.run(plan);
        QVERIFY(!explainPlan(PlanFigure::Notional, plan, desk.context, result));
        QVERIFY(!explainPlan(PlanFigure::Notional, plan, {}, result));
    }

    void theShippedBracketsAreCalledThat()
    {
        Desk desk;
        const auto plan = trade(Side::Buy, "60000", "0.1");
        desk.run(plan);
        QCOMPARE(explainContextOf(desk.context).brackets.source, std::string{"shipped leverage brackets"});
        const BracketTables given{{"BTCUSDT", defaultBrackets()}};
        desk.context.brackets = &given;
        desk.context.bracketsAge = Milliseconds{1'500};
        QCOMPARE(
            explainContextOf(desk.context).brackets.source, std::string{"leverage brackets of the exchange"});
        QVERIFY(explainContextOf(desk.context).brackets.age == Milliseconds{1'500});
    }
};

QTEST_APPLESS_MAIN(PlanExplainTest)
#include "plan_explain_test.moc"
