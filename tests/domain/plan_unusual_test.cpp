#include "models/domain/risk/plan_explain.h"
#include "tests/support/plan_desk.h"

#include <QTest>

#include <algorithm>
#include <rapidcheck.h>

using namespace domain;
using support::trade;
using Desk = support::PlanDesk;

namespace
{

/// A market at one scale of prices, from coins at 0.0000001 to contracts at a million.
struct Scale
{
    const char *price;
    const char *tick;
    const char *step;
};
constexpr Scale scales[] = {{"0.0000001", "0.0000000001", "1000"}, {"0.00001234", "0.00000001", "1"},
    {"0.5", "0.0001", "0.1"}, {"60000", "0.1", "0.001"}, {"1000000", "1", "0.0001"}};

bool isAbout(const PlanResult &result, DraftField field)
{
    return std::ranges::find(result.issues, field, &DraftIssue::field) != result.issues.end();
}

bool isBlocked(const PlanResult &result)
{
    return std::ranges::find(result.issues, Severity::Blocks, &DraftIssue::severity) != result.issues.end();
}

/// A plan at the edge of something, on a market that may lack what it usually has.
struct Unusual
{
    Scale scale = *rc::gen::elementOf(std::vector<Scale>{std::begin(scales), std::end(scales)});
    Desk desk{*rc::gen::element<std::int64_t>(0, 1, 10'000, 2'000'000'000)};
    TradePlan plan;
    Price entry = Price::literal(scale.price);
    Price tick = Price::literal(scale.tick);
    Quantity step = Quantity::literal(scale.step);

    Unusual()
    {
        desk.charge("0.0002", "0.0005");
        desk.spec.tickSize = tick;
        desk.spec.pricePrecision = tick.decimals();
        desk.spec.minPrice = tick;
        desk.spec.maxPrice = entry * 100;
        desk.spec.lot = {step, step * 10'000'000'000, step};
        desk.spec.marketLot = desk.spec.lot;
        desk.spec.quantityPrecision = step.decimals();
        const auto age = *rc::gen::element(Milliseconds{300}, Milliseconds{3'600'000}); // an hour: stale
        desk.context.mark = {*rc::gen::element(entry, entry + tick, Price{}), age};
        if (*rc::gen::arbitrary<bool>()) {
            desk.marks["BTCUSDT"].symbol = "BTCUSDT";
            desk.marks["BTCUSDT"].mark = desk.context.mark.price;
        }
        if (*rc::gen::arbitrary<bool>()) {
            desk.book.symbol = "BTCUSDT";
            desk.book.state = *rc::gen::element(BookView::State::Live, BookView::State::Stale);
            desk.book.bids = {{entry - tick, step}};
            desk.book.asks = {{entry + tick, step}};
        }
        plan = trade(*rc::gen::element(Side::Buy, Side::Sell), scale.price, "0");
        plan.marginType = *rc::gen::element(MarginType::Cross, MarginType::Isolated);
        plan.leverage = *rc::gen::element(1, 20, 21, 125, 126);
        plan.entryIsMaker = *rc::gen::arbitrary<bool>();
        plan.sizing = FixedQuantity{*rc::gen::element(step, step * 2, edge(), edge() + step, step / 2)};
        if (*rc::gen::arbitrary<bool>()) {
            plan.sizing = SafeSize{};
        }
    }

    /// The quantity that fills a bracket of the shipped table to its last step.
    Quantity edge() const
    {
        const auto caps = defaultBrackets();
        const Money cap = caps[*rc::gen::inRange<std::size_t>(0, caps.size() - 1)].notionalCap;
        return quantityBought(cap, entry).roundedTo(step, Rounding::Down);
    }
    PlanResult run() { return desk.run(plan); }
    std::optional<Explanation> explain(PlanFigure figure, const PlanResult &result) const
    {
        return explainPlan(figure, plan, desk.context, result);
    }
};

void nothingIsEmptyWithoutAReason(const Unusual &odd, const PlanResult &result)
{
    for (const DraftIssue &issue : result.issues) {
        RC_ASSERT(!issue.text.empty());
    }
    if (result.quantity.isZero()) {
        RC_ASSERT(isBlocked(result));
        return;
    }
    RC_ASSERT(!result.sizeReason.empty());
    for (const PlanFigure figure :
        {PlanFigure::Size, PlanFigure::Notional, PlanFigure::InitialMargin, PlanFigure::MaintenanceMargin,
            PlanFigure::Cost, PlanFigure::AvailableBefore, PlanFigure::AvailableAfter,
            PlanFigure::Liquidation, PlanFigure::EntryFeeAsMaker, PlanFigure::EntryFeeAsTaker,
            PlanFigure::EntrySlippage, PlanFigure::BreakEven, PlanFigure::RatioAfter}) {
        const auto said = odd.explain(figure, result);
        RC_ASSERT(said.has_value());
        RC_ASSERT(!said->value.empty() && !said->source.empty());
        RC_ASSERT(said->value != "none" || !said->remarks.empty());
    }
    RC_ASSERT(result.liquidationDistance.has_value() == result.liquidationPrice.has_value());
    RC_ASSERT(result.atStop.has_value() || !odd.plan.stop || isAbout(result, DraftField::StopPrice));
    RC_ASSERT(
        result.atTargets.has_value() || odd.plan.targets.empty() || isAbout(result, DraftField::TargetPrice));
    RC_ASSERT(result.missingBalance.isZero() || isBlocked(result));
}

} // namespace

/// The calculator where prices, sizes and the market are at their edges.
class PlanUnusualTest : public QObject
{
    Q_OBJECT
private slots:
    void everyFigureIsThereOrSaysWhyNot()
    {
        QVERIFY(rc::check("no empty figure without a reason", [] {
            Unusual odd;
            const int away = *rc::gen::element(1, 50, 900, 999);
            const Price near = (odd.entry * (Rate::of(away) / 1'000)).roundedTo(odd.tick);
            const Price other = odd.entry * 2 - near;
            if (*rc::gen::arbitrary<bool>()) {
                odd.plan.stop = *rc::gen::element(near, other, odd.entry);
            }
            if (*rc::gen::arbitrary<bool>()) {
                odd.plan.targets = {{*rc::gen::element(near, other, odd.entry)}};
            }
            const PlanResult result = odd.run();
            nothingIsEmptyWithoutAReason(odd, result);
            const TradePlan typed = odd.plan;
            for (const DraftIssue &issue : result.issues) { // nor once it is mended
                odd.plan = mended(typed, issue);
                nothingIsEmptyWithoutAReason(odd, odd.run());
            }
        }));
    }

    void aStopAtTheVeryLiquidationPriceIsRefused()
    {
        QVERIFY(rc::check("too near, beyond, or out of the filters", [] {
            Unusual odd;
            const PlanResult open = odd.run();
            // A tick has to be less than the way that a stop must keep from there, 0.2 %.
            RC_PRE(open.quantity.isPositive() && open.liquidationPrice &&
                   *open.liquidationPrice > odd.tick * 1'000);
            const int sign = signOf(odd.plan.side);
            RC_PRE(((odd.entry - *open.liquidationPrice) * sign) > odd.tick * 2);
            odd.plan.sizing = FixedQuantity{open.quantity};
            odd.plan.stop =
                open.liquidationPrice->roundedTo(odd.tick, *rc::gen::element(Rounding::Down, Rounding::Up));
            RC_PRE(odd.plan.stop->isPositive());
            const PlanResult result = odd.run();
            nothingIsEmptyWithoutAReason(odd, result);
            RC_ASSERT(std::ranges::any_of(result.issues, [](const DraftIssue &issue) {
                return issue.check == DraftCheck::StopBeyondLiquidation ||
                       issue.check == DraftCheck::StopNearLiquidation ||
                       issue.check == DraftCheck::StopFilter; // no price that the exchange takes
            }));
        }));
    }
};

QTEST_APPLESS_MAIN(PlanUnusualTest)
#include "plan_unusual_test.moc"
