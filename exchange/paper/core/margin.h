#pragma once

#include "exchange/paper/core/exchange.h"

/// What an account owes, owns and may still use: reference 10.1, 10.2, 10.4, 10.6. Reads, changes nothing.
namespace paper
{

Money unrealizedPnl(const PositionState &row, Price mark);
/// Absolute, at mark.
Money notionalOf(const PositionState &row, Price mark);
Money maintenanceOf(const Holding &holding, const PositionState &row);
Money positionMargin(const Holding &holding, const PositionState &row);
/// Initial margin of one row with its open orders.
Money requirementOf(const Holding &holding, PositionSide side);
/// Most notional at the leverage in use.
Money maxNotionalOf(const Holding &holding);

/// Sums over an account's cross rows, and what isolated rows take from the cross wallet for open orders.
struct CrossTotals
{
    Money wallet;
    Money unrealized;
    Money maintenance;
    Money initial; ///< positions and open orders
    Money isolatedOrderMargin;
    Money collateral; ///< of other assets, in multi-assets mode
    bool hasPosition = false;

    Money marginBalance() const { return wallet + collateral + unrealized; }
    Money available() const; ///< at least 0
};
CrossTotals crossTotals(const Account &account);

/// 0 where no price of this symbol liquidates the row.
Price liquidationPriceOf(const Account &account, const Holding &holding, PositionSide side);
/// Price at which the row's margin balance is 0, others at their mark; 0 where there is no such price above
/// 0.
Price bankruptcyPriceOf(const Account &account, const Holding &holding, PositionSide side);
Price breakEvenPriceOf(const PositionState &row);

PositionView positionView(const Account &account, const Holding &holding, PositionSide side);
AccountView accountView(const Account &account);
/// One P row of ACCOUNT_UPDATE.
PositionChange positionChange(const Holding &holding, PositionSide side);
/// The rows that the account's position mode knows: BOTH, or LONG and SHORT.
std::vector<PositionSide> sidesOf(const Account &account);

} // namespace paper
