#pragma once

#include "models/domain/market/book_walk.h"
#include "models/domain/risk/pretrade.h"

#include <cstdint>
#include <optional>
#include <string>
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
/// balance, bracket limit at the leverage, the exchange's filters, and the user's own rules of order size,
/// risk per trade and open risk. Source: product specification 4.
struct SafeSize
{
    Rate marginShare = Rate::fromUnits(100'000'000'000); ///< 10 %
    Rate riskShare = Rate::fromUnits(10'000'000'000);    ///< 1 %
    std::optional<Money> riskAmount;                     ///< instead of riskShare
};
using SizingRule = std::variant<SafeSize, FixedQuantity, QuoteAmount, MarginShare, RiskAmount, RiskShare>;

/// Where a part of the profit is taken.
struct PlannedTarget
{
    Price price;
    Rate share = Rate::fromUnits(detail::unitsPerOne); ///< of the quantity; 1: all of it
    int number = 0; ///< what it is called where it was typed, from 1; 0: by its place in the plan
    friend bool operator==(const PlannedTarget &, const PlannedTarget &) = default;
};
inline constexpr std::size_t mostTargets = 5;

/// A trade that is being thought about.
struct TradePlan
{
    Side side = Side::Buy; ///< Buy: long
    PositionSide positionSide = PositionSide::Both;
    Price entry;
    std::optional<Price> stop;
    std::vector<PlannedTarget> targets; ///< up to mostTargets; what their shares leave over runs on
    int leverage = 1;
    MarginType marginType = MarginType::Cross;
    SizingRule sizing;
    bool entryIsMaker = false; ///< true: the entry rests and pays the maker rate
    bool targetIsMaker = false;
    /// Fraction by which the stop fills worse, at least; a live book may say more. 0.05 %.
    Rate stopSlippage = Rate::fromUnits(500'000'000);
    std::optional<Timestamp> exitAt; ///< when the trade is meant to end; funding is estimated until then
};

/// What decided the quantity.
enum class SizeBound : std::uint8_t {
    Requested, ///< the sizing rule itself, where it is a plain quantity or amount
    MarginShare,
    RiskAtStop,
    AvailableBalance,
    BracketLimit,
    MaxQuantity,
    TradeRiskRule, ///< the user's rule of risk per trade, with what is held of the symbol already
    OpenRiskRule,  ///< the user's rule of open risk, with all that is held
    TakeBound,     ///< what the order book holds as far from the mark as a market order may trade
    None,          ///< no quantity at all; the issues say why
};
/// "margin share", "loss at the stop", …
std::string_view toString(SizeBound bound);

/// An exit at a price: what is earned or lost after the fees of entry and exit.
struct PlannedExit
{
    Price price; ///< where it fills, slippage included; of several targets together their average
    Quantity quantity;
    int target = 0; ///< number of the target that it is, from 1; 0: the stop, or all targets together
    Money grossPnl; ///< from fill to fill
    Money fee;      ///< of the exit, at the rate that the plan says
    Money feeAsMaker;
    Money feeAsTaker;
    Money entryFee;                     ///< the part of the entry's fee that belongs to this quantity
    Money netPnl;                       ///< after both fees
    std::optional<Rate> returnOnMargin; ///< netPnl / initial margin
};

/// What an order at market costs besides its fee.
struct PlannedSlippage
{
    std::optional<BookFill> walked; ///< the walk through the live book; nothing where there is none
    Price perUnit;                  ///< against the planned price, never negative
    Money cost;
    bool isAssumed = false; ///< the plan's own least slippage decides, not the book
};

/// Funding over the time that the trade is meant to last. An estimate: one rate and price for all of it.
struct FundingEstimate
{
    int settlements = 0;
    Milliseconds interval{0};    ///< between two settlements
    bool isIntervalGiven = true; ///< by the exchange; false: seen or guessed
    Rate rate;                   ///< of each settlement
    Money amount;                ///< negative where it is paid
    Timestamp firstAt;           ///< of the settlements; without meaning where there is none
    Timestamp lastAt;
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
    std::string sizeReason;  ///< one sentence: where the quantity comes from and how it was rounded
    Money notional;          ///< quantity * entry
    Price entryFill;         ///< the entry with its slippage
    bool isAtMarket = false; ///< the entry takes a price that is there: it goes out as a market order
    int bracket = 1;         ///< of the whole position after the trade
    Money bracketRoom;       ///< notional left in that bracket
    int maxLeverage = 0;     ///< highest leverage that bracket allows
    Money initialMargin;     ///< of this trade
    Money maintenanceMargin; ///< of the whole position after the trade, at the entry price
    Rate maintenanceMarginRate;
    Price assumedPrice;    ///< what the exchange counts the cost at (reference 10.7)
    Quantity opening;      ///< the part of the quantity that opens a position
    Money requiredBalance; ///< cost of the part that opens (reference 10.7), without the entry fee
    Money availableBalance;
    Money missingBalance; ///< 0 where the balance suffices
    bool isSufficient() const { return missingBalance.isZero(); }

    std::optional<Price> liquidationPrice;   ///< of the whole position after the trade; nothing: none
    std::optional<Rate> liquidationDistance; ///< from the entry, fraction
    std::optional<Price> liquidationGap;     ///< the same in the quote asset per unit
    std::optional<Rate> liquidationRanges;   ///< the same in average true ranges
    std::optional<Price>
        approximateLiquidationPrice; ///< the well-known approximation with the bracket's rate
    /// Highest leverage at which the stop is reached before liquidation; nothing without a stop, 0: none.
    std::optional<int> maxLeverageForStop;

    Money entryFee; ///< at the rate that the plan says
    Money entryFeeAsMaker;
    Money entryFeeAsTaker;
    PlannedSlippage entrySlippage;
    PlannedSlippage stopSlippage;
    Price breakEvenPrice; ///< exit that pays both fees, at the taker rate (maker where the targets are maker)
    std::vector<PlannedExit> targets; ///< one for each target of the plan that could be computed with
    const PlannedExit *atTarget(int number) const; ///< null: there is none that could be computed with
    std::optional<PlannedExit> atTargets;          ///< all of them together
    Quantity runsOn;                               ///< what no target takes
    std::optional<PlannedExit> atStop;
    std::optional<Rate>
        rewardToRisk; ///< net profit at the targets / net loss at the stop; nothing unless both are set
    std::optional<Rate> grossRewardToRisk;  ///< the same from planned price to planned price, without fees
    std::optional<FundingEstimate> funding; ///< nothing without a planned exit or a known rate

    MarginRatio ratioBefore; ///< of the pool the trade draws on: cross, or the isolated position
    MarginRatio ratioAfter;
    RiskLevel levelBefore = RiskLevel::Safe; ///< of the whole account
    RiskLevel levelAfter = RiskLevel::Safe;
    Money availableAfter;                 ///< with the position open and the entry fee paid
    Money marginBalanceAfter;             ///< likewise
    std::vector<MovedLiquidation> others; ///< every other cross position
    DraftIssues issues;
};

/// The position calculator. Pure: same inputs, same numbers.
/// The state after the trade is the account at the moment of the fill: an entry that has to wait for the
/// price (buy below, sell above the mark) is valued at the entry, any other at the mark.
/// Slippage: a taker entry and the stop walk the side of the live book that they would meet; the distance of
/// the average from the best price is put on the planned price. Sizes by loss are the largest of the step's
/// grid whose loss at the stop, both fees and both slippages in it, is within the amount.
/// Every issue that blocks has, where anything can mend it, a suggestion that makes this very issue go away:
/// see mended(). Sources: product specification 4; reference 10.
PlanResult planTrade(const TradePlan &plan, const DraftContext &context);

/// The plan with the issue's suggestion put in; the plan itself where there is none.
TradePlan mended(TradePlan plan, const DraftIssue &issue);

/// The plan as it fills: its entry moved by the slippage.
TradePlan filledPlan(TradePlan plan, const PlanResult &result);

/// The account after an entry has filled: position merged (or reduced, or flipped), entry fee paid, isolated
/// margin moved. Source: reference 10.1.
AccountState accountAfter(const AccountState &account, const Symbol &symbol, const TradePlan &plan,
    Quantity quantity, Money entryFee);

/// Account and risk right after the planned entry: what planTrade() compares the present with.
struct AccountOutlook
{
    AccountState account;
    AccountRisk risk;
};
AccountOutlook outlookOf(const TradePlan &plan, const DraftContext &context, const PlanResult &result);

/// Funding settlements after `now` up to and including `until`.
/// next: the next one that is known, or one that has already been; interval: above 0.
int settlementsUntil(Timestamp now, Timestamp until, Timestamp next, Milliseconds interval);

} // namespace domain
