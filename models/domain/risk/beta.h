#pragma once

#include "models/domain/market.h"

#include <optional>
#include <span>

namespace domain
{

/// How far a symbol moves when the market moves by 1, measured over past bars.
struct Beta
{
    Rate value = Rate::of(1);
    bool isAssumed = true; ///< 1, because there was too little to measure it by
    int samples = 0;       ///< pairs of returns that were compared
    /// Share of the symbol's variance that the market explains, 0 to 1; nothing where the value is assumed.
    std::optional<Rate> rSquared;
    friend bool operator==(const Beta &, const Beta &) = default;
};

/// Fewer pairs of returns say nothing that could be relied on.
inline constexpr int minBetaSamples = 30;

/// Slope of the ordinary least squares line through the log returns of both, asset over market, with R².
/// Both ascend by openAt. Only closed bars count, and only returns between two bars that both series have
/// and that have none between them in either. Assumed to be 1 with fewer than minBetaSamples pairs and where
/// the market did not move. A statistic: computed in double, rounded to 1e-4.
Beta measureBeta(std::span<const Candle> asset, std::span<const Candle> market);

} // namespace domain
