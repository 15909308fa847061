// Recomputes planned trades with planTrade() itself.

#include "models/domain/risk/plan.h"
#include "models/domain/risk/worked_data.h"

#include <fmt/format.h>
#include <optional>
#include <sstream>

namespace domain::worked
{
namespace
{

SizingRule sizingOf(const char *text)
{
    std::istringstream words{text};
    std::string kind;
    std::string first;
    std::string second;
    words >> kind >> first >> second;
    if (kind == "quantity") {
        return FixedQuantity{Quantity::literal(first)};
    }
    if (kind == "quote") {
        return QuoteAmount{Money::literal(first)};
    }
    if (kind == "margin") {
        return MarginShare{Rate::literal(first)};
    }
    if (kind == "amount") {
        return RiskAmount{Money::literal(first)};
    }
    if (kind == "risk") {
        return RiskShare{Rate::literal(first)};
    }
    return SafeSize{Rate::literal(first), Rate::literal(second), {}};
}

TradePlan planOf(const PlanExample &example)
{
    TradePlan plan;
    plan.side = example.side;
    plan.entry = Price::literal(example.entry);
    if (*example.stop != '\0') {
        plan.stop = Price::literal(example.stop);
    }
    if (*example.target != '\0') {
        plan.targets = {{Price::literal(example.target)}};
    }
    plan.leverage = example.leverage;
    plan.marginType = example.marginType;
    plan.sizing = sizingOf(example.sizing);
    plan.entryIsMaker = example.entryIsMaker;
    plan.targetIsMaker = example.targetIsMaker;
    plan.stopSlippage = Rate::literal(example.slippage);
    return plan;
}

PlanResult resultOf(const PlanExample &example)
{
    SymbolSpec spec;
    spec.symbol = "BTCUSDT";
    spec.quoteAsset = "USDT";
    spec.status = SymbolStatus::Trading;
    spec.tickSize = Price::literal(example.tick);
    const Quantity step = Quantity::literal(example.step);
    spec.lot = spec.marketLot = {step, {}, step};
    spec.minNotional = Money::of(5);
    const BracketTables tables{{spec.symbol, tableOf(example.table)}};
    AccountState account;
    account.walletBalance = account.crossWalletBalance = Money::literal(example.wallet);
    DraftContext context;
    context.spec = &spec;
    context.brackets = &tables;
    context.account = &account;
    context.mark.price = Price::literal(example.mark);
    context.commission = {Rate::literal("0.0002"), Rate::literal("0.0005")};
    context.leverage = example.leverage;
    context.marginType = example.marginType;
    return planTrade(planOf(example), context);
}

std::string netOf(const std::optional<PlannedExit> &exit, int decimals)
{
    return exit ? exit->netPnl.toFixed(decimals) : std::string{"none"};
}

std::string computed(PlanFigure figure, const PlanResult &result, int decimals)
{
    switch (figure) {
    case PlanFigure::Size:
        return result.quantity.toFixed(decimals);
    case PlanFigure::Notional:
        return result.notional.toFixed(decimals);
    case PlanFigure::InitialMargin:
        return result.initialMargin.toFixed(decimals);
    case PlanFigure::Cost:
        return result.requiredBalance.toFixed(decimals);
    case PlanFigure::Missing:
        return result.missingBalance.toFixed(decimals);
    case PlanFigure::EntryFee:
        return result.entryFee.toFixed(decimals);
    case PlanFigure::NetAtStop:
        return netOf(result.atStop, decimals);
    case PlanFigure::NetAtTarget:
        return netOf(result.atTargets, decimals);
    case PlanFigure::RewardToRisk:
        return result.rewardToRisk ? result.rewardToRisk->toFixed(decimals) : std::string{"none"};
    case PlanFigure::BreakEven:
        return result.breakEvenPrice.toFixed(decimals);
    case PlanFigure::LiquidationPrice:
        return result.liquidationPrice ? result.liquidationPrice->toFixed(decimals) : std::string{"none"};
    case PlanFigure::RatioAfter:
        return result.ratioAfter.value() ? (*result.ratioAfter.value() * Rate::of(100)).toFixed(decimals)
                                         : std::string{"none"};
    case PlanFigure::AvailableAfter:
        return result.availableAfter.toFixed(decimals);
    case PlanFigure::MaxLeverageForStop:
        break;
    }
    return result.maxLeverageForStop ? std::to_string(*result.maxLeverageForStop) : std::string{"none"};
}

WorkedFigure labelled(PlanFigure figure)
{
    switch (figure) {
    case PlanFigure::Size:
        return {"Quantity", "contracts", {}, {}};
    case PlanFigure::Notional:
        return {"Notional", "USDT", {}, {}};
    case PlanFigure::InitialMargin:
        return {"Initial margin", "USDT", {}, {}};
    case PlanFigure::Cost:
        return {"Cost", "USDT", {}, {}};
    case PlanFigure::Missing:
        return {"Missing balance", "USDT", {}, {}};
    case PlanFigure::EntryFee:
        return {"Entry fee", "USDT", {}, {}};
    case PlanFigure::NetAtStop:
        return {"Net result at the stop", "USDT", {}, {}};
    case PlanFigure::NetAtTarget:
        return {"Net result at the target", "USDT", {}, {}};
    case PlanFigure::RewardToRisk:
        return {"Net reward to risk", "", {}, {}};
    case PlanFigure::BreakEven:
        return {"Break-even", "USDT", {}, {}};
    case PlanFigure::LiquidationPrice:
        return {"Liquidation price after the trade", "USDT", {}, {}};
    case PlanFigure::RatioAfter:
        return {"Margin ratio after the trade", "%", {}, {}};
    case PlanFigure::AvailableAfter:
        return {"Available balance after the trade", "USDT", {}, {}};
    case PlanFigure::MaxLeverageForStop:
        break;
    }
    return {"Highest leverage for the stop", "x", {}, {}};
}

} // namespace

WorkedExample recomputed(const PlanExample &example)
{
    WorkedExample shown{"Planned trades", example.title, example.source, {}, {}};
    const auto either = [](bool isMaker) { return isMaker ? "maker" : "taker"; };
    shown.given = {
        fmt::format("flat account with {} USDT, fees 0.02 % as maker and 0.05 % as taker", example.wallet),
        fmt::format("{} at {} as {}, mark {}; {} margin, {}x; leverage table: {}",
            example.side == Side::Buy ? "long" : "short", example.entry, either(example.entryIsMaker),
            example.mark, example.marginType == MarginType::Cross ? "cross" : "isolated", example.leverage,
            example.table),
        fmt::format("sizing: {}; step {}", example.sizing, example.step)};
    if (*example.stop != '\0') {
        shown.given.push_back(
            fmt::format("stop at {}, filled worse by the fraction {}", example.stop, example.slippage));
    }
    if (*example.target != '\0') {
        shown.given.push_back(
            fmt::format("target at {} as {}", example.target, either(example.targetIsMaker)));
    }
    const PlanResult result = resultOf(example);
    for (const ExpectedPlan &expected : example.expected) {
        WorkedFigure figure = labelled(expected.figure);
        figure.expected = expected.value;
        figure.computed = computed(expected.figure, result, decimalsOf(expected.value));
        shown.figures.push_back(std::move(figure));
    }
    return shown;
}

} // namespace domain::worked
