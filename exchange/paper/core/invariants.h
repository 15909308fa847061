#pragma once

#include "exchange/paper/core/exchange.h"

namespace paper
{

/// What is wrong with the exchange's books, as sentences: money and positions that do not add up, sums that
/// disagree with what they sum, queues out of order. Empty when all is well.
std::vector<std::string> findBreaches(const Exchange &exchange);

} // namespace paper
