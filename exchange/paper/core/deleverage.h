#pragma once

#include "exchange/paper/core/exchange.h"

/// Auto-deleveraging: reference 10.11.
namespace paper
{

/// Fills what is left of a liquidation order at its bankruptcy price against the best ranked positions of the
/// other side, and against the anonymous market where there are no more. The order is gone afterwards.
void deleverageAgainst(Exchange &exchange, WorkingOrder &order, Price price);

/// 0 (last) to 4 (first): where a position stands among those of its symbol and direction. 0 without a
/// profit.
int adlQuantileOf(const Exchange &exchange, const Account &account, const Holding &holding, PositionSide side);

/// Deleverages a whole position at mark against the anonymous market.
void deleveragePosition(Exchange &exchange, Account &account, Holding &holding, PositionSide side);

/// Expires every order of the listing and closes every position at mark against the anonymous market.
void settleContract(Exchange &exchange, Listing &listing);

} // namespace paper
