#include "models/domain/market/average_true_range.h"

#include <algorithm>

namespace domain
{

Price trueRange(const Candle &candle, Price closeBefore)
{
    return std::max(
        {candle.high - candle.low, (candle.high - closeBefore).abs(), (candle.low - closeBefore).abs()});
}

std::optional<Price> averageTrueRange(std::span<const Candle> candles, int period)
{
    const auto closed = std::ranges::find_if(candles, [](const Candle &each) { return !each.isClosed; });
    const auto count = static_cast<std::size_t>(closed - candles.begin());
    if (period < 1 || count < static_cast<std::size_t>(period) + 1) {
        return std::nullopt;
    }
    Price average;
    for (std::size_t i = 1; i < count; ++i) {
        const Price range = trueRange(candles[i], candles[i - 1].close);
        if (i < static_cast<std::size_t>(period)) {
            average += range;
        } else if (i == static_cast<std::size_t>(period)) {
            average = (average + range) / period;
        } else {
            average = (average * (period - 1) + range) / period;
        }
    }
    return average;
}

} // namespace domain
