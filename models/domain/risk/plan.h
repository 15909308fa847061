#pragma once

#include "models/domain/risk/pretrade.h"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace domain
{

struct FixedQuantity
{
    Quantity quantity;
};
/// So much notional, at the entry price.
struct QuoteAmount
{
    Money notional;
};
/// Initial margin as a share of the margin balance.
struct MarginShare
{
    Rate share = Rate::fromUnits(100'000'000'000); ///< 10 %
};
/// Amount lost at the stop, fees and slippage included.
struct RiskAmount
{
    Money amount;
};
/// The same as a share of the margin balance.
struct RiskShare
{
    Rate share = Rate::fromUnits(10'000'000'000); ///< 1 %
};
/// The largest quantity that fits all of: margin share, loss at the stop (where one is set), available
/// balance, bracket limit at the leverage, the exchange's filters. Source: product specification 4.
struct SafeSize
{
    Rate marginShare = Rate::fromUnits(100'000'000'000); ///< 10 %
    Rate riskShare = Rate::fromUnits(10'000'000'000);    ///< 1 %
    std::optional<Money> riskAmount;                     ///< instead of riskShare
};
using SizingRule = std::variant<SafeSize, FixedQuantity, QuoteAmount, MarginShare, RiskAmount, RiskShare>;

/// A trade that is being thought about.
struct TradePlan
{
    Side side = Side::Buy; ///< Buy: long
    PositionSide positionSide = PositionSide::Both;
    Price entry;
    std::optional<Price> stop;
    std::optional<Price> target;
    int leverage = 1;
    MarginType marginType = MarginType::Cross;
    SizingRule sizing;
    bool entryIsMaker = false; ///< true: the entry rests and pays the maker rate
    bool targetIsMaker = false;
    Rate stopSlippage = Rate::fromUnits(500'000'000); ///< fraction by which the stop fills worse: 0.05 %
};

/// What decided the quantity.
enum class SizeBound : std::uint8_t {
    Requested, ///< the sizing rule itself, where it is a plain quantity or amount
    MarginShare,
    RiskAtStop,
    AvailableBalance,
    BracketLimit,
    MaxQuantity,
    None, ///< no quantity at all; the issues say why
};
/// "margin share", "loss at the stop", …
std::string_view toString(SizeBound bound);

/// An exit at a price: what is earned or lost after the fees of entry and exit.
struct PlannedExit
{
    Price price; ///< where it fills, slippage included
    Money grossPnl;
    Money fee;                          ///< of the exit
    Money netPnl;                       ///< after both fees
    std::optional<Rate> returnOnMargin; ///< netPnl / initial margin
};

/// A cross position that the trade moves.
struct MovedLiquidation
{
    Symbol symbol;
    PositionSide positionSide = PositionSide::Both;
    std::optional<Price> before;
    std::optional<Price> after;
};

/// The planned trade in numbers. With quantity 0 only the issues and the state before have a meaning.
struct PlanResult
{
    Quantity quantity; ///< on the exchange's grid
    SizeBound bound = SizeBound::None;
    Money notional;          ///< quantity * entry
    int bracket = 1;         ///< of the whole position after the trade
    Money bracketRoom;       ///< notional left in that bracket
    int maxLeverage = 0;     ///< highest leverage that bracket allows
    Money initialMargin;     ///< of this trade
    Money maintenanceMargin; ///< of the whole position after the trade, at the entry price
    Rate maintenanceMarginRate;
    Money requiredBalance; ///< cost of the part that opens (reference 10.7), without the entry fee
    Money availableBalance;
    Money missingBalance; ///< 0 where the balance suffices
    bool isSufficient() const { return missingBalance.isZero(); }

    std::optional<Price> liquidationPrice;   ///< of the whole position after the trade; nothing: none
    std::optional<Rate> liquidationDistance; ///< from the entry, fraction
    std::optional<Price>
        approximateLiquidationPrice; ///< the well-known approximation with the bracket's rate
    /// Highest leverage at which the stop is reached before liquidation; nothing without a stop, 0: none.
    std::optional<int> maxLeverageForStop;

    Money entryFee;
    Price breakEvenPrice; ///< exit that pays both fees, at the taker rate (maker where the target is maker)
    std::optional<PlannedExit> atTarget;
    std::optional<PlannedExit> atStop;
    std::optional<Rate>
        rewardToRisk; ///< net profit at target / net loss at stop; nothing unless both are set

    MarginRatio ratioBefore; ///< of the pool the trade draws on: cross, or the isolated position
    MarginRatio ratioAfter;
    RiskLevel levelBefore = RiskLevel::Safe; ///< of the whole account
    RiskLevel levelAfter = RiskLevel::Safe;
    std::vector<MovedLiquidation> others; ///< every other cross position
    DraftIssues issues;
};

/// The position calculator. Pure: same inputs, same numbers.
/// The state after the trade is the account at the moment of the fill: an entry that has to wait for the
/// price (buy below, sell above the mark) is valued at the entry, any other at the mark.
/// Sources: product specification 4; reference 10.
PlanResult planTrade(const TradePlan &plan, const DraftContext &context);

/// The account after an entry has filled: position merged (or reduced, or flipped), entry fee paid, isolated
/// margin moved. Source: reference 10.1.
AccountState accountAfter(const AccountState &account, const Symbol &symbol, const TradePlan &plan,
    Quantity quantity, Money entryFee);

} // namespace domain
