#pragma once

#include "exchange/paper/core/exchange.h"

/// What happens by itself: after every action, and as time passes.
namespace paper
{

/// Ends an action: conditional orders that live with closed positions expire, triggers fire, accounts below
/// maintenance margin are liquidated, until nothing more follows.
void settle(Exchange &exchange);

/// Runs everything that is due at exchange.now, then settles.
void runDue(Exchange &exchange);

} // namespace paper
