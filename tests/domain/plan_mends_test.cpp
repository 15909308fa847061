#include "models/domain/risk/filters.h"
#include "tests/support/plan_desk.h"

#include <QTest>

#include <algorithm>
#include <memory>
#include <rapidcheck.h>

using namespace domain;
using support::trade;
using Desk = support::PlanDesk;

namespace
{

const DraftIssue *issueOf(const PlanResult &result, DraftCheck check, int part = 0)
{
    const auto found = std::ranges::find_if(result.issues, [&](const DraftIssue &each) {
        return each.check == check && each.part == part && each.severity == Severity::Blocks;
    });
    return found == result.issues.end() ? nullptr : &*found;
}

/// 0.07 BTC within the 5 % of the mark that a market order may trade, and more behind.
void setBook(Desk &desk)
{
    desk.spec.marketTakeBound = Rate::literal("0.05");
    desk.book.state = BookView::State::Live;
    desk.book.asks = {{Price::literal("60000.1"), Quantity::literal("0.05")},
        {Price::of(63'000), Quantity::literal("0.02")}, {Price::of(64'000), Quantity::of(9)}};
    desk.book.bids = {{Price::of(60'000), Quantity::literal("0.01")},
        {Price::of(57'000), Quantity::literal("0.03")}, {Price::of(56'000), Quantity::of(9)}};
}

/// A plan that a check stands against, and the desk that it stands on.
struct Broken
{
    std::shared_ptr<Desk> desk = std::make_shared<Desk>();
    TradePlan plan = trade(Side::Buy, "60000", "0.1");
};

Broken brokenBy(DraftCheck check)
{
    Broken broken;
    auto &[desk, plan] = broken;
    desk->context.mark = {Price::of(60'000), {}};
    desk->charge("0.0002", "0.0005");
    switch (check) {
    case DraftCheck::StopSide:
        plan.stop = Price::of(61'000);
        break;
    case DraftCheck::StopMissing:
        plan.sizing = RiskAmount{Money::of(50)};
        break;
    case DraftCheck::StopFilter:
        plan.stop = Price::literal("59000.05");
        break;
    case DraftCheck::TargetSide:
        plan.targets = {{Price::of(59'000)}};
        break;
    case DraftCheck::TargetFilter:
        plan.targets = {{Price::literal("61000.07")}};
        break;
    case DraftCheck::StopBeyondLiquidation:
        plan.stop = Price::of(54'000);
        break;
    case DraftCheck::StopNearLiquidation:
        plan.stop = Price::of(54'230); // liquidation at 54,216.8
        break;
    case DraftCheck::BracketLimit:
        plan.leverage = 100;
        plan.sizing = FixedQuantity{Quantity::of(5)};
        break;
    case DraftCheck::MinNotional:
        plan.entry = Price::of(40'000);
        plan.sizing = FixedQuantity{Quantity::literal("0.001")};
        break;
    case DraftCheck::PriceFilter:
        plan.entry = Price::literal("60000.03");
        break;
    case DraftCheck::QuantityFilter:
        plan.sizing = FixedQuantity{Quantity::literal("0.0004")};
        break;
    case DraftCheck::Balance:
        plan.sizing = FixedQuantity{Quantity::of(2)};
        break;
    case DraftCheck::RiskLimit:
        desk->context.limits.largestRisk = Money::of(50);
        plan.stop = Price::of(58'000);
        break;
    case DraftCheck::PositionMode:
        desk->account.hedgeMode = true;
        break;
    case DraftCheck::MarginType:
        desk->hold("BTCUSDT", Side::Buy, "0.1", "60000");
        break;
    case DraftCheck::Leverage:
        plan.leverage = 130;
        break;
    case DraftCheck::TakeBound:
        setBook(*desk);
        plan.entryIsMaker = false;
        break;
    default:
        break;
    }
    return broken;
}

} // namespace

class PlanMendsTest : public QObject
{
    Q_OBJECT
private slots:
    void eachCheckBlocksWithOneSentenceAndItsButtonMendsIt_data()
    {
        QTest::addColumn<int>("check");
        QTest::addColumn<QString>("suggestion");
        const auto row = [](const char *name, DraftCheck check, const char *suggestion) {
            QTest::newRow(name) << static_cast<int>(check) << QString::fromLatin1(suggestion);
        };
        row("stop on the wrong side", DraftCheck::StopSide, "59000");
        row("stop missing", DraftCheck::StopMissing, "59400");
        row("stop off the tick", DraftCheck::StopFilter, "59000");
        row("target on the wrong side", DraftCheck::TargetSide, "61000");
        row("target off the tick", DraftCheck::TargetFilter, "61000.1");
        row("stop beyond liquidation", DraftCheck::StopBeyondLiquidation, "9");
        row("stop too near to liquidation", DraftCheck::StopNearLiquidation, "54325.4");
        row("above the bracket's limit", DraftCheck::BracketLimit, "50");
        row("below the minimum notional", DraftCheck::MinNotional, "0.002");
        row("entry off the tick", DraftCheck::PriceFilter, "60000");
        row("missing balance", DraftCheck::Balance, "1.663");
        row("more risk than the rules allow", DraftCheck::RiskLimit, "0.024");
        row("hedge mode", DraftCheck::PositionMode, "LONG");
        row("margin type of an open position", DraftCheck::MarginType, "CROSSED");
        row("leverage above the symbol's", DraftCheck::Leverage, "125");
        row("beyond the reach of a market order", DraftCheck::TakeBound, "0.07");
    }
    void eachCheckBlocksWithOneSentenceAndItsButtonMendsIt()
    {
        QFETCH(int, check);
        QFETCH(QString, suggestion);
        const auto wanted = static_cast<DraftCheck>(check);
        const auto [desk, plan] = brokenBy(wanted);
        const auto result = desk->run(plan);
        const auto *issue = issueOf(result, wanted);
        QVERIFY(issue != nullptr);
        QVERIFY(!maySend(result.issues));
        QCOMPARE(QString::fromStdString(issue->suggestion), suggestion);
        const QString text = QString::fromStdString(issue->text);
        QVERIFY2(text.endsWith(u'.') && !text.contains(u'\n') && text.count(u". ") == 0, qPrintable(text));
        QVERIFY(!issueOf(desk->run(mended(plan, *issue)), wanted));
    }

    void moreOpenRiskThanTheRulesAllowIsMendedByASmallerSize()
    {
        Desk desk;
        desk.context.mark = {Price::of(60'000), {}};
        desk.charge("0", "0");
        RiskRules rules;
        RuleDay day;
        rules.of(RuleKind::OpenRisk) = {RuleLimit::literal("50"), RuleAction::Refuse};
        desk.context.rules = &rules;
        desk.context.ruleDay = &day;
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.stop = Price::of(59'000);
        const auto result = desk.run(plan);
        const auto *issue = issueOf(result, DraftCheck::Rules);
        QVERIFY(issue != nullptr);
        QCOMPARE(QString::fromStdString(issue->text),
            QStringLiteral(
                "Open risk: 100.00 USDT would be lost if all stops filled, the rule allows 50 USDT: "
                "lower the quantity to 0.05."));
        QCOMPARE(issue->suggestion, std::string{"0.05"});
        QVERIFY(!issueOf(desk.run(mended(plan, *issue)), DraftCheck::Rules));

        plan.stop.reset(); // counts whole: 0.0008 BTC, less than the smallest order
        const auto naked = desk.run(plan);
        issue = issueOf(naked, DraftCheck::Rules);
        QVERIFY(issue != nullptr);
        QVERIFY2(issue->text.ends_with("the rule allows 50 USDT: enter a stop."), issue->text.c_str());
        QVERIFY(issue->suggestion.empty());

        plan.stop = Price::of(59'000);
        rules.of(RuleKind::OpenRisk).action = RuleAction::Warn;
        const auto warned = desk.run(plan);
        QVERIFY(maySend(warned.issues));
        QVERIFY(std::ranges::any_of(
            warned.issues, [](const DraftIssue &each) { return each.check == DraftCheck::Rules; }));
    }

    void oneWayAndHedgeMixUpsAreMendedBothWays()
    {
        Desk desk;
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.positionSide = PositionSide::Long;
        const auto inOneWay = desk.run(plan);
        QCOMPARE(issueOf(inOneWay, DraftCheck::PositionMode)->suggestion, std::string{"BOTH"});
        QVERIFY(
            mended(plan, *issueOf(inOneWay, DraftCheck::PositionMode)).positionSide == PositionSide::Both);
        desk.account.hedgeMode = true;
        plan.positionSide = PositionSide::Short; // a buy would close it
        const auto closing = desk.run(plan);
        QCOMPARE(issueOf(closing, DraftCheck::PositionMode)->suggestion, std::string{"LONG"});
        plan.positionSide = PositionSide::Long;
        QVERIFY(desk.run(plan).issues.empty());
    }

    void theSharesOfTargetsEndAtTheWhole()
    {
        Desk desk;
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.targets = {{Price::of(61'000), Rate::literal("0.7")}, {Price::of(62'000), Rate::literal("0.6")}};
        const auto result = desk.run(plan);
        const auto *issue = issueOf(result, DraftCheck::TargetShares, 1);
        QVERIFY(issue != nullptr);
        QCOMPARE(issue->suggestion, std::string{"30"});
        const auto better = desk.run(mended(plan, *issue));
        QVERIFY(better.issues.empty());
        QVERIFY(better.runsOn.isZero());
    }

    void aCrossStopBeyondLiquidationIsMendedByTheStopItself()
    {
        Desk desk{1'000};
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.marginType = MarginType::Cross;
        plan.stop = Price::of(50'100);
        const auto result = desk.run(plan);
        const auto *issue = issueOf(result, DraftCheck::StopBeyondLiquidation);
        QVERIFY(issue != nullptr && issue->field == DraftField::StopPrice);
        const auto better = mended(plan, *issue);
        QVERIFY(*better.stop > *plan.stop && *better.stop < plan.entry);
        QVERIFY(desk.run(better).issues.empty());
    }

    void theLeverageUnderAnIsolatedPositionIsNotLowered()
    {
        Desk desk{100'000};
        desk.hold("BTCUSDT", Side::Buy, "1", "60000", MarginType::Isolated, 6'000);
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.leverage = 5;
        const auto lowered = desk.run(plan);
        const auto *issue = issueOf(lowered, DraftCheck::Leverage);
        QVERIFY(issue != nullptr && issue->venueCode == -4161);
        QCOMPARE(issue->suggestion, std::string{"10"});
        plan.leverage = 10;
        plan.stop = Price::of(53'000);
        const auto result = desk.run(plan);
        const auto *beyond = issueOf(result, DraftCheck::StopBeyondLiquidation);
        QVERIFY(beyond != nullptr);
        QVERIFY(beyond->field != DraftField::Leverage);
        QVERIFY(!issueOf(desk.run(mended(plan, *beyond)), DraftCheck::StopBeyondLiquidation));
    }

    void theOwnRuleOfLeverageIsSaid()
    {
        Desk desk;
        desk.context.limits.largestLeverage = 5;
        const auto plan = trade(Side::Buy, "60000", "0.01");
        const auto result = desk.run(plan);
        const auto *issue = issueOf(result, DraftCheck::Leverage);
        QVERIFY(issue != nullptr);
        QCOMPARE(issue->suggestion, std::string{"5"});
        QVERIFY(maySend(desk.run(mended(plan, *issue)).issues));
    }

    void theOwnRuleOfTheLargestOrderIsSaidAndKeptBySafeSizes()
    {
        Desk desk{1'000'000};
        desk.context.limits.largestNotional = Money::of(30'000);
        auto plan = trade(Side::Buy, "60000", "0.6");
        const auto result = desk.run(plan);
        const auto *issue = issueOf(result, DraftCheck::OrderSize);
        QVERIFY(issue != nullptr);
        QCOMPARE(issue->suggestion, std::string{"0.5"});
        QVERIFY(maySend(desk.run(mended(plan, *issue)).issues));
        plan.sizing = SafeSize{};
        QVERIFY(desk.run(plan).quantity == Quantity::literal("0.5"));
        QVERIFY(desk.run(plan).bound == SizeBound::MaxQuantity);
    }

    void theLeverageIsOneForBothSidesOfASymbol()
    {
        Desk desk{10'000};
        desk.account.hedgeMode = true;
        desk.context.mark = {Price::of(60'000), {}};
        desk.hold("BTCUSDT", Side::Sell, "0.5", "60000"); // at 10x: binds 3,000
        desk.account.positions[0].positionSide = PositionSide::Short;
        auto plan = trade(Side::Buy, "60000", "0.1");
        plan.positionSide = PositionSide::Long;
        plan.marginType = MarginType::Cross;
        QVERIFY(desk.run(plan).availableBalance == Money::of(7'000));
        plan.leverage = 20; // the short then binds 1,500, the long 300
        QVERIFY(desk.run(plan).availableAfter == Money::of(8'200));
        plan.leverage = 3; // 10,000 for the short alone
        const auto result = desk.run(plan);
        QVERIFY(result.missingBalance == Money::of(2'000));
        plan.leverage = 2;
        const auto refused = desk.run(plan);
        const auto *issue = issueOf(refused, DraftCheck::Leverage);
        QVERIFY(issue != nullptr);
        QCOMPARE(issue->venueCode, -2028);
        QCOMPARE(issue->suggestion, std::string{"10"});
        plan.leverage = 100;
        desk.account.positions[0].quantity = Quantity::of(5);
        const auto tooHigh = desk.run(plan);
        QCOMPARE(issueOf(tooHigh, DraftCheck::Leverage)->venueCode, -2027);
        QCOMPARE(issueOf(tooHigh, DraftCheck::Leverage)->suggestion, std::string{"50"});
    }

    void aSafeSizeStaysWithinTheReachOfAMarketOrder()
    {
        Desk desk{1'000'000};
        desk.context.mark = {Price::of(60'000), {}};
        setBook(desk);
        auto plan = trade(Side::Sell, "60000", "0.1");
        plan.entryIsMaker = false;
        plan.sizing = SafeSize{};
        const auto safe = desk.run(plan);
        QVERIFY(safe.quantity == Quantity::literal("0.04"));
        QVERIFY(safe.bound == SizeBound::TakeBound);
        QVERIFY(maySend(safe.issues));
        plan.entryIsMaker = true; // rests, so it takes from no book
        QVERIFY(desk.run(plan).quantity > Quantity::literal("0.04"));
    }

    void whatIsSaidOfAStopAndTheLiquidationIsTrueAsRead()
    {
        Desk desk;
        const auto saidOf = [&](Side side, const char *stop, const char *slippage) {
            auto plan = trade(side, "60000", "0.1"); // liquidation at 54216.867… and 65737.051…
            plan.stop = Price::literal(stop);
            plan.stopSlippage = Rate::literal(slippage);
            const auto result = desk.run(plan);
            const auto *issue = issueOf(result, DraftCheck::StopBeyondLiquidation);
            return issue == nullptr ? QString{} : QString::fromStdString(issue->text).section(u':', 0, 0);
        };
        QCOMPARE(saidOf(Side::Buy, "54216.8", "0"),
            QStringLiteral("The stop lies beyond the liquidation price 54216.9"));
        QCOMPARE(saidOf(Side::Sell, "65737.1", "0"),
            QStringLiteral("The stop lies beyond the liquidation price 65737.0"));
        QCOMPARE(saidOf(Side::Buy, "54220", "0.001"),
            QStringLiteral("The stop would fill at 54165.7, beyond the liquidation price 54216.9"));
    }

    void aSafeSizeStaysWithinTheRulesOfRiskAndNamesTheOneThatLimitsIt()
    {
        Desk desk;
        desk.context.mark = {Price::of(60'000), {}};
        desk.marks["BTCUSDT"].mark = Price::of(60'000);
        desk.charge("0", "0");
        desk.hold("ETHUSDT", Side::Buy, "0.01", "2000"); // 20 USDT without a stop
        RiskRules rules;
        const RuleDay day;
        rules.of(RuleKind::OpenRisk) = {RuleLimit::literal("50"), RuleAction::Refuse};
        desk.context.rules = &rules;
        desk.context.ruleDay = &day;
        auto plan = trade(Side::Buy, "60000", "0");
        plan.marginType = MarginType::Cross;
        plan.stop = Price::of(59'000);
        plan.sizing = SafeSize{};
        auto result = desk.run(plan);
        QVERIFY(result.quantity == Quantity::literal("0.03"));
        QVERIFY(result.bound == SizeBound::OpenRiskRule);
        QCOMPARE(QString::fromStdString(result.sizeReason),
            QStringLiteral(
                "The largest multiple of 0.001 BTC within your rule of open risk; 0.031 would break it."));
        QVERIFY(maySend(result.issues));

        rules.of(RuleKind::OpenRisk).action = RuleAction::Warn; // says so, but limits nothing
        QVERIFY(desk.run(plan).bound == SizeBound::RiskAtStop);

        rules.of(RuleKind::OpenRisk) = {};
        rules.of(RuleKind::RiskPerTrade) = {RuleLimit::literal("1500"), RuleAction::Refuse};
        desk.hold("BTCUSDT", Side::Buy, "0.024", "60000"); // 1,440 of the same trade without a stop
        result = desk.run(plan);
        QVERIFY(result.quantity == Quantity::literal("0.06"));
        QVERIFY(result.bound == SizeBound::TradeRiskRule);
        QVERIFY(maySend(result.issues));
        plan.sizing = FixedQuantity{Quantity::literal("0.061")};
        const auto refused = desk.run(plan);
        const auto *issue = issueOf(refused, DraftCheck::Rules);
        QVERIFY(issue != nullptr);
        QCOMPARE(issue->suggestion, std::string{"0.06"});
    }

    void whereARuleOfRiskLeavesNothingTheStopIsToBeMoved()
    {
        Desk desk;
        desk.context.mark = {Price::of(60'000), {}};
        desk.marks["BTCUSDT"].mark = Price::of(60'000);
        desk.charge("0", "0");
        RiskRules rules;
        const RuleDay day;
        rules.of(RuleKind::OpenRisk) = {RuleLimit::literal("20"), RuleAction::Refuse};
        desk.context.rules = &rules;
        desk.context.ruleDay = &day;
        auto plan = trade(Side::Buy, "60000", "0");
        plan.marginType = MarginType::Cross;
        plan.sizing = SafeSize{};
        const auto naked = desk.run(plan);
        QVERIFY(naked.quantity.isZero());
        const auto *issue = issueOf(naked, DraftCheck::MinNotional);
        QVERIFY(issue != nullptr);
        QCOMPARE(QString::fromStdString(issue->text),
            QStringLiteral(
                "No quantity without a stop fits, your rule of open risk allows less: enter one, for "
                "example 1 % away at 59400.0."));
        QVERIFY(maySend(desk.run(mended(plan, *issue)).issues));

        plan.stop = Price::of(20'000);
        const auto far = desk.run(plan);
        issue = issueOf(far, DraftCheck::MinNotional);
        QVERIFY(issue != nullptr && issue->field == DraftField::StopPrice);
        const auto closer = desk.run(mended(plan, *issue));
        QVERIFY(closer.quantity.isPositive());
        QVERIFY(maySend(closer.issues));

        desk.hold("ETHUSDT", Side::Buy, "0.02", "2000"); // alone beyond the rule: no size is within it
        const auto beyond = desk.run(plan);
        issue = issueOf(beyond, DraftCheck::MinNotional);
        QVERIFY(issue != nullptr && issue->suggestion.empty());
        QVERIFY2(
            issue->text.ends_with("move the stop closer, or close something first."), issue->text.c_str());
    }

    void anOrderBelowTheMarketIsHeldAgainstTheRuleOfItsSizeAtTheMark()
    {
        Desk desk{1'000'000};
        desk.context.mark = {Price::of(60'000), {}};
        desk.context.limits.largestNotional = Money::of(30'000);
        auto plan = trade(Side::Buy, "50000", "0.6"); // 30,000 at its price, 36,000 at the mark
        const auto result = desk.run(plan);
        const auto *issue = issueOf(result, DraftCheck::OrderSize);
        QVERIFY(issue != nullptr);
        QCOMPARE(issue->suggestion, std::string{"0.5"});
        plan.sizing = SafeSize{Rate::of(1), Rate::of(1), {}};
        const auto safe = desk.run(plan);
        QVERIFY(safe.quantity == Quantity::literal("0.5"));
        QCOMPARE(QString::fromStdString(safe.sizeReason),
            QStringLiteral(
                "Your rule of order size allows 30000.00 USDT in one order: it is a multiple of the step "
                "0.001 BTC."));
    }

    void aRuleOfRiskAsksForAStopAndLimitsTheSafeSize()
    {
        Desk desk;
        desk.charge("0.0002", "0.0005");
        desk.context.limits.largestRisk = Money::of(40);
        auto plan = trade(Side::Sell, "60000", "0.1");
        plan.stopSlippage = Rate::literal("0.0005");
        const auto without = desk.run(plan);
        const auto *issue = issueOf(without, DraftCheck::RiskLimit);
        QVERIFY(issue != nullptr && issue->field == DraftField::StopPrice);
        const auto protectedPlan = mended(plan, *issue);
        QVERIFY(*protectedPlan.stop > plan.entry);
        QVERIFY(maySend(desk.run(protectedPlan).issues));
        plan.stop = Price::of(61'000);
        plan.sizing = SafeSize{Rate::of(1), Rate::of(1), {}};
        const auto safe = desk.run(plan);
        QVERIFY(safe.bound == SizeBound::RiskAtStop);
        QVERIFY(-safe.atStop->netPnl <= Money::of(40));
    }

    void whateverIsWrongASuggestionMendsWhatItNames()
    {
        QVERIFY(rc::check("a suggestion makes its own issue go away", [] {
            Desk desk{*rc::gen::element<std::int64_t>(60, 1'000, 25'000, 3'000'000)};
            desk.charge("0.0002", "0.0005");
            desk.context.mark.price = Price::of(*rc::gen::inRange<std::int64_t>(55'000, 65'000));
            desk.account.hedgeMode = *rc::gen::weightedElement<bool>({{4, false}, {1, true}});
            if (*rc::gen::weightedElement<bool>({{3, false}, {1, true}})) {
                const auto type = *rc::gen::element(MarginType::Cross, MarginType::Isolated);
                desk.hold("BTCUSDT", *rc::gen::element(Side::Buy, Side::Sell), "0.2", "60500", type,
                    type == MarginType::Isolated ? 50 : 0);
            }
            if (*rc::gen::arbitrary<bool>()) {
                desk.hold("ETHUSDT", *rc::gen::element(Side::Buy, Side::Sell), "2", "2000");
            }
            if (*rc::gen::weightedElement<bool>({{3, false}, {1, true}})) {
                desk.context.limits.largestRisk = Money::of(*rc::gen::inRange<std::int64_t>(5, 2'000));
            }
            if (*rc::gen::arbitrary<bool>()) {
                setBook(desk);
            }
            auto plan = trade(*rc::gen::element(Side::Buy, Side::Sell), "60000", "0");
            plan.entry = Price::of(*rc::gen::inRange<std::int64_t>(5'800'000, 6'200'000)) / 100;
            plan.positionSide = *rc::gen::weightedElement<PositionSide>(
                {{4, PositionSide::Both}, {1, PositionSide::Long}, {1, PositionSide::Short}});
            plan.marginType = *rc::gen::element(MarginType::Cross, MarginType::Isolated);
            plan.leverage = *rc::gen::inRange(1, 140);
            plan.entryIsMaker = *rc::gen::arbitrary<bool>();
            plan.stopSlippage = Rate::of(*rc::gen::inRange<std::int64_t>(0, 20)) / 10'000;
            if (*rc::gen::weightedElement<bool>({{1, false}, {4, true}})) {
                plan.stop = Price::of(*rc::gen::inRange<std::int64_t>(2'000'000, 9'000'000)) / 100;
            }
            for (int i = 0; i < *rc::gen::inRange(0, 4); ++i) {
                plan.targets.push_back({Price::of(*rc::gen::inRange<std::int64_t>(5'000, 7'000)) * 10,
                    Rate::of(*rc::gen::inRange<std::int64_t>(-10, 80)) / 100});
            }
            const auto quantity = Quantity::of(*rc::gen::inRange<std::int64_t>(1, 900'000)) / 10'000;
            const auto share = Rate::of(*rc::gen::inRange<std::int64_t>(1, 100)) / 100;
            plan.sizing = *rc::gen::element<SizingRule>(SafeSize{}, FixedQuantity{quantity},
                QuoteAmount{quantity * Price::of(60'000)}, MarginShare{share}, RiskShare{share / 10},
                RiskAmount{Money::of(*rc::gen::inRange<std::int64_t>(1, 5'000))});
            const auto result = desk.run(plan);
            for (const auto &issue : result.issues) {
                RC_ASSERT(!issue.text.empty());
                if (issue.severity == Severity::Blocks && !issue.suggestion.empty()) {
                    RC_ASSERT(issue.check != DraftCheck::Other);
                    RC_ASSERT(!issueOf(desk.run(mended(plan, issue)), issue.check, issue.part));
                }
            }
        }));
    }
};

QTEST_APPLESS_MAIN(PlanMendsTest)
#include "plan_mends_test.moc"
