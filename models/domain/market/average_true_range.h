#pragma once

#include "models/domain/market.h"

#include <optional>
#include <span>

namespace domain
{

inline constexpr int usualRangePeriod = 14;

/// max(high - low, |high - close before|, |low - close before|). Source: Wilder, New Concepts in Technical
/// Trading Systems, 1978.
Price trueRange(const Candle &candle, Price closeBefore);

/// Wilder's average true range of the closed candles: the mean of the first period true ranges, then
/// (before * (period - 1) + now) / period. candles: ascending in time; one still open at the end is left out.
/// Nothing for fewer than period + 1 closed candles, which the first close before needs.
std::optional<Price> averageTrueRange(std::span<const Candle> candles, int period = usualRangePeriod);

} // namespace domain
