#pragma once

#include "models/domain/exact.h"

#include <cmath>
#include <cstdint>
#include <random>
#include <span>

namespace promise
{

/// Seeded choices, the same on every machine (the library's distributions are not).
class Dice
{
public:
    explicit Dice(std::uint64_t seed) : m_source{seed} {}

    /// low to high, both included.
    std::int64_t number(std::int64_t low, std::int64_t high)
    {
        const auto range = static_cast<std::uint64_t>(high - low) + 1;
        return low + static_cast<std::int64_t>(m_source() % range);
    }
    bool chance(int percent) { return number(1, 100) <= percent; }
    /// 0 to 1 with six decimals.
    domain::Rate share() { return domain::Rate::of(number(0, 1'000'000)) / 1'000'000; }
    domain::Rate between(const char *low, const char *high)
    {
        const auto from = domain::Rate::literal(low);
        return from + (domain::Rate::literal(high) - from) * share();
    }
    /// Every order of magnitude alike; whole units.
    domain::Money amount(double low, double high)
    {
        const double exponent = std::log(low) + (std::log(high) - std::log(low)) * share().approximate();
        return domain::Money::of(std::llround(std::exp(exponent)));
    }
    template <class Range> const auto &pick(const Range &range)
    {
        return range[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(std::size(range)) - 1))];
    }

private:
    std::mt19937_64 m_source;
};

} // namespace promise
