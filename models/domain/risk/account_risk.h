#pragma once

#include "models/domain/account.h"
#include "models/domain/market.h"
#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/margin.h"

#include <map>
#include <optional>
#include <vector>

namespace domain
{

using MarkPrices = std::map<Symbol, MarkPrice>;

/// One open position with everything the dashboard says of it. Exact; rounded only where it is shown.
struct PositionRisk
{
    Position position;
    Price mark;
    bool isMarkLive =
        false;      ///< false: taken from the account snapshot, or from the entry where that has none
    Money notional; ///< absolute, at mark
    Money unrealizedPnl;
    std::optional<Rate> roe; ///< fraction
    Money initialMargin;
    Money maintenanceMargin;
    int bracket = 1;
    Rate maintenanceMarginRate;
    MarginRatio marginRatio; ///< isolated: its own; cross: the account's cross ratio
    RiskLevel level = RiskLevel::Safe;
    std::optional<Price> liquidationPrice; ///< nothing: this symbol cannot liquidate it
    std::optional<Rate> distance; ///< to the liquidation price, fraction of mark; see distanceToLiquidation
    std::optional<Price> bankruptcyPrice;
    std::optional<Money> fundingDue; ///< negative when it will be paid; nothing where the rate is not known
    Timestamp nextFundingAt;
};

/// The account at the given marks.
struct AccountRisk
{
    std::vector<PositionRisk> positions; ///< in the order of AccountState::positions
    Money unrealizedPnl;
    Money marginBalance; ///< wallet balance + unrealized PnL
    Money maintenanceMargin;
    Money initialMargin;      ///< of positions
    Money openOrderMargin;    ///< what open orders need besides
    Money boundMargin;        ///< what cross positions and all open orders bind of the cross balance
    Money availableBalance;   ///< for new orders; reference 10.6
    Money crossMarginBalance; ///< cross wallet + unrealized PnL of cross positions
    Money crossMaintenanceMargin;
    MarginRatio crossMarginRatio;
    RiskLevel crossLevel = RiskLevel::Safe;
    RiskLevel level = RiskLevel::Safe; ///< worst of cross and of each isolated position
    Money grossNotional;
    Money netNotional;        ///< longs minus shorts
    bool allMarksLive = true; ///< false: at least one position is valued at a price of its snapshot

    /// The position of a symbol and side, or null.
    const PositionRisk *find(const Symbol &symbol, PositionSide positionSide) const;
};

/// What liquidationPrice() takes for one position of an assessed account: in hedge mode with cross margin
/// both legs of the symbol, its own first.
struct LiquidationInputs
{
    std::vector<PositionLeg> legs;
    MarginPool pool;
};
LiquidationInputs liquidationInputs(
    const PositionRisk &position, const AccountRisk &risk, const AccountState &account);

/// Values every position at its mark, with the brackets of its symbol.
/// openOrders: all open orders of the account; they bind balance but no maintenance margin.
/// instead: counts in the place of its symbol's mark; null: none does.
/// Sources: reference 10.1, 10.2, 10.4, 10.6, 10.10.
AccountRisk assess(const AccountState &account, const MarkPrices &marks, const BracketTables &brackets,
    const std::vector<Order> &openOrders = {}, const MarkPrice *instead = nullptr);

/// The same without liquidation prices and open orders: balances, margins, ratios and levels alone, for
/// where many states are compared.
AccountRisk valueAccount(const AccountState &account, const MarkPrices &marks, const BracketTables &brackets);

} // namespace domain
