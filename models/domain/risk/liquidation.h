#pragma once

#include "models/domain/order.h"
#include "models/domain/risk/brackets.h"

#include <optional>
#include <span>

namespace domain
{

/// Size, entry and direction of a position, as the liquidation formula sees it.
struct PositionLeg
{
    Side side = Side::Buy; ///< Buy: long
    Quantity quantity;     ///< absolute, above 0
    Price entryPrice;
};

/// What stands behind a position besides its own profit.
/// Isolated: walletBalance is the position's isolated wallet, the others are 0.
/// Cross: walletBalance is the cross wallet; the others sum all other symbols' cross positions.
struct MarginPool
{
    Money walletBalance;      ///< WB
    Money otherMaintenance;   ///< TMM1
    Money otherUnrealizedPnl; ///< UPNL1
};

/// The mark price at which margin balance = maintenance margin, the brackets being those of the notional at
/// that very price. Solved bracket by bracket, so it cannot swing between two of them.
/// legs: one position; in hedge mode with cross margin LONG and SHORT of a symbol together, which share one
/// price; in hedge mode with isolated margin each leg by itself with its own wallet.
/// Of a hedged pair that a fall and a rise would both liquidate, the price nearer to mark is given.
/// Nothing: no price of this symbol liquidates it (shown as "--"). Source: reference 10.4.
std::optional<Price> liquidationPrice(
    std::span<const PositionLeg> legs, const MarginPool &pool, const LeverageBrackets &table, Price mark);
/// The same for one leg; it has at most one such price, so no mark is needed.
std::optional<Price> liquidationPrice(
    const PositionLeg &leg, const MarginPool &pool, const LeverageBrackets &table);

/// Price at which the margin balance is 0 (isolated: entry -/+ wallet / quantity).
/// Nothing: no positive price does that. Source: reference 10.8.
std::optional<Price> bankruptcyPrice(std::span<const PositionLeg> legs, const MarginPool &pool);

/// The well-known approximation E * (1 - s * (1/L - MMR)): one rate, no maintenance amount, margin of exactly
/// E * Q / L. For teaching and comparison; liquidationPrice() is the truth.
/// Source: product specification 4.
Price approximateLiquidationPrice(Price entry, int leverage, Rate maintenanceMarginRate, Side side);

/// How far the mark is from the liquidation price as a fraction of the mark: 0.1 means that 10 % remain.
/// Nothing where the mark is not known. 0 or below: reached.
std::optional<Rate> distanceToLiquidation(Price mark, Price liquidation, Side side);

} // namespace domain
