#pragma once

#include "models/domain/market.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace support
{

/// Candles of a random walk around 65,000 with ticks of 0.10, the same for the same seed.
class CandleWalk
{
public:
    explicit CandleWalk(
        domain::Timestamp startAt, domain::Interval interval = domain::Interval::M1, std::uint32_t seed = 1)
        : m_nextAt{startAt},
          m_interval{interval},
          m_random{seed}
    {
    }

    domain::Candle next()
    {
        std::normal_distribution<double> move{0, 150};
        std::exponential_distribution<double> reach{1.0 / 90};
        std::exponential_distribution<double> turnover{1.0 / 40};
        domain::Candle candle;
        const std::int64_t openTicks = m_ticks;
        m_ticks = std::max<std::int64_t>(1'000, m_ticks + static_cast<std::int64_t>(move(m_random)));
        const auto up = static_cast<std::int64_t>(reach(m_random));
        const auto down = static_cast<std::int64_t>(reach(m_random));
        candle.openAt = m_nextAt;
        candle.open = priceOf(openTicks);
        candle.close = priceOf(m_ticks);
        candle.high = priceOf(std::max(openTicks, m_ticks) + up);
        candle.low = priceOf(std::max<std::int64_t>(1, std::min(openTicks, m_ticks) - down));
        candle.volume =
            domain::Quantity::literal("0.001") * static_cast<std::int64_t>(1 + 1'000 * turnover(m_random));
        candle.isClosed = true;
        m_nextAt = domain::nextOpenTime(m_nextAt, m_interval);
        return candle;
    }
    std::vector<domain::Candle> take(int count)
    {
        std::vector<domain::Candle> candles;
        candles.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) {
            candles.push_back(next());
        }
        return candles;
    }

private:
    static domain::Price priceOf(std::int64_t ticks) { return domain::Price::literal("0.1") * ticks; }

    domain::Timestamp m_nextAt;
    domain::Interval m_interval;
    std::mt19937 m_random;
    std::int64_t m_ticks = 650'000;
};

} // namespace support
