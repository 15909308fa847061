#pragma once

#include "exchange/paper/core/exchange.h"

/// Auto-deleveraging: reference 10.11.
namespace paper
{

/// Fills what is left of a liquidation order at its bankruptcy price against the best ranked positions of the
/// other side, and against the anonymous market where there are no more. The order is gone afterwards.
void deleverageAgainst(Exchange &exchange, WorkingOrder &order, Price price);

/// Deleverages a whole position at mark against the anonymous market.
void deleveragePosition(Exchange &exchange, Account &account, Holding &holding, PositionSide side);

} // namespace paper
