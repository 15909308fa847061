#pragma once

#include "models/domain/account.h"
#include "models/domain/order.h"

namespace domain
{

/// The order that closes that much of a position at market. Reduce-only, or on the position's own side in
/// hedge mode, which forbids the flag.
NewOrder closingOrder(const Position &position, Quantity quantity);

/// The stop at market that closes all of a position when the mark price comes to the trigger. Reduce-only in
/// the same way.
NewOrder protectiveStop(const Position &position, Price trigger);

} // namespace domain
