#pragma once

#include "models/domain/explanation.h"
#include "models/domain/market/book_walk.h"
#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/margin.h"

#include <optional>
#include <span>
#include <string>

namespace domain
{

/// Where an input comes from and how old it is.
struct Provenance
{
    std::string source;
    std::optional<Milliseconds> age = {}; ///< nothing: it does not age, as a typed number does not
};

/// What an explanation says of its inputs. Whoever shows a figure fills in what it knows.
struct ExplainContext
{
    std::string baseAsset;
    std::string quoteAsset = "USDT";
    Provenance entry{"typed"};
    Provenance quantity{"computed from the sizing rule"};
    Provenance leverage{"chosen"};
    Provenance mark{"mark price stream"};
    Provenance balance{"account"};
    Provenance brackets{"leverage brackets"};
    Provenance fees{"commission rates of the account"};
    Provenance funding{"mark price stream"};
    Provenance fundingSchedule{"funding schedule of the exchange"};
    std::optional<Milliseconds> fundingInterval = {}; ///< named where more than one settlement counts
    Provenance book{"order book"};
    Provenance range{"closed candles"};
};

// Each explains the figure of that name in margin.h, liquidation.h, order_cost.h, plan.h or account_risk.h;
// the value is computed by the very function that computes the figure. Values are exact decimals to 1e-8.

/// price: entry of a planned trade, mark of an open position; its provenance is entry or mark by that.
enum class PriceRole : std::uint8_t { Entry, Mark };

Explanation explainNotional(Price price, PriceRole role, Quantity quantity, const ExplainContext &context);
Explanation explainInitialMargin(
    Price price, PriceRole role, Quantity quantity, int leverage, const ExplainContext &context);
Explanation explainMaintenanceMargin(Price price, PriceRole role, Quantity quantity,
    const LeverageBracket &bracket, const ExplainContext &context);
/// pool: "cross" or "isolated"; it is part of the figure's name.
Explanation explainMarginRatio(
    std::string_view pool, Money maintenanceMargin, Money marginBalance, const ExplainContext &context);
/// wallet: wallet balance, cross wallet or isolated wallet, as pool says.
Explanation explainMarginBalance(
    std::string_view pool, Money wallet, Money unrealizedPnl, const ExplainContext &context);
Explanation explainUnrealizedPnl(const PositionLeg &leg, Price mark, const ExplainContext &context);
Explanation explainRoe(const PositionLeg &leg, Price mark, int leverage, const ExplainContext &context);

/// legs, pool, table, mark: as liquidationPrice() takes them.
Explanation explainLiquidation(std::span<const PositionLeg> legs, const MarginPool &pool,
    const LeverageBrackets &table, Price mark, MarginType marginType, const ExplainContext &context);
Explanation explainApproximateLiquidation(
    Price entry, int leverage, Rate maintenanceMarginRate, Side side, const ExplainContext &context);
/// from: where the distance is counted from, the mark or the planned entry.
Explanation explainDistance(
    Price from, PriceRole role, Price liquidation, Side side, const ExplainContext &context);
/// The same distance in average true ranges. range: above 0.
Explanation explainDistanceInRanges(
    Price from, PriceRole role, Price liquidation, Price range, const ExplainContext &context);

/// figure: "Entry fee as maker", "Fee at the stop".
Explanation explainFee(
    std::string figure, Price price, Quantity quantity, Rate rate, const ExplainContext &context);
Explanation explainOrderCost(
    Side side, Quantity opening, Price assumed, Price mark, int leverage, const ExplainContext &context);
/// Funding of so many settlements at one rate. settlements: 1 for the next one.
Explanation explainFunding(Side side, Quantity quantity, Price price, PriceRole role, Rate rate,
    int settlements, const ExplainContext &context);
Explanation explainBreakEven(
    Price entry, Rate entryFee, Rate exitFee, Side side, const ExplainContext &context);
/// Result at an exit after both fees. figure: "Loss at the stop", "Profit at target 2".
Explanation explainOutcome(std::string figure, Side side, Quantity quantity, Price entry, Price exit,
    Money entryFee, Money exitFee, const ExplainContext &context);
/// Both as positive amounts. isNet: after fees and slippage.
Explanation explainRewardToRisk(Money reward, Money risk, bool isNet, const ExplainContext &context);
/// What a walk through the book costs per unit. figure: "Slippage of the entry".
Explanation explainSlippage(std::string figure, const BookFill &fill, const ExplainContext &context);
/// margin: what positions and orders bind of the cross margin balance.
Explanation explainAvailableBalance(
    Money crossMarginBalance, Money boundMargin, const ExplainContext &context);
/// How much notional the bracket still takes.
Explanation explainBracketRoom(
    Price price, Quantity quantity, const LeverageBracket &bracket, const ExplainContext &context);
/// A size that loses at most budget at the stop: budget / loss per unit, rounded down to the step.
Explanation explainRiskSize(Money budget, Quantity quantity, Money lossAtStop, Quantity step,
    Money lossOneStepMore, const ExplainContext &context);

/// An exact decimal rounded to 1e-8, written short: "57228.91566265".
template <class Measure> std::string shortText(Exact<Measure> value)
{
    return Exact<Measure>::fromUnits(value.units()).roundedTo(Exact<Measure>::fromUnits(10'000)).toString();
}

} // namespace domain
