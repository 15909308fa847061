#pragma once

#include "models/domain/account.h"
#include "models/domain/order.h"

#include <optional>
#include <string>
#include <vector>

namespace domain
{

/// A resting order that closes a position, or part of it, when the price comes to its level.
struct RestingExit
{
    std::string clientOrderId;
    bool firesFalling = true;   ///< at or below its level; else at or above it
    bool isStop = false;        ///< on the losing side of the position as it was meant
    Price level;                ///< trigger; of a limit order its price
    std::optional<Price> limit; ///< it does not fill at a worse price
    Quantity quantity;          ///< at most; the position may be smaller
    bool isMaker = false;       ///< rests in the book already: fills at its own price
};

/// The orders that close the position and surely rest at the exchange: stops, targets and limit orders of the
/// other side. A trailing stop is none of them: its level is the exchange's to know.
std::vector<RestingExit> exitsOf(const Position &position, const std::vector<Order> &openOrders);

} // namespace domain
