#pragma once

#include "exchange/paper/core/candles.h"

#include <chrono>
#include <cmath>
#include <numeric>
#include <vector>

namespace support
{

/// Of two series of the same length.
inline double correlation(const std::vector<double> &a, const std::vector<double> &b)
{
    const auto n = static_cast<double>(a.size());
    const double meanA = std::accumulate(a.begin(), a.end(), 0.0) / n;
    const double meanB = std::accumulate(b.begin(), b.end(), 0.0) / n;
    double both = 0;
    double squareA = 0;
    double squareB = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        both += (a[i] - meanA) * (b[i] - meanB);
        squareA += (a[i] - meanA) * (a[i] - meanA);
        squareB += (b[i] - meanB) * (b[i] - meanB);
    }
    return both / std::sqrt(squareA * squareB);
}

/// Logarithmic, of the minutes of so many days before now.
inline std::vector<double> minuteReturns(
    paper::CandleStore &candles, const domain::Symbol &symbol, domain::Timestamp now, int days)
{
    std::vector<double> returns;
    for (int chunk = 0; chunk < days; ++chunk) {
        const auto bars = candles.klines(
            symbol, domain::Interval::M1, {{}, now - std::chrono::hours{24} * (chunk + 1), 1'440}, now);
        for (const paper::Bar &bar : bars) {
            returns.push_back(std::log(bar.close.approximate() / bar.open.approximate()));
        }
    }
    return returns;
}

} // namespace support
