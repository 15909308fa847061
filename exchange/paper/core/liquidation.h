#pragma once

#include "exchange/paper/core/exchange.h"

/// Margin calls and liquidation: reference 10.8.
namespace paper
{

/// Liquidates what has reached its maintenance margin, and calls for margin where it is near. True if
/// anything was liquidated.
bool checkRisk(Exchange &exchange, Account &account);

/// Liquidates a whole position although its margin would do.
void liquidatePosition(Exchange &exchange, Account &account, Holding &holding, PositionSide side);

} // namespace paper
