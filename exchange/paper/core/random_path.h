#pragma once

#include "models/domain/time.h"

#include <array>
#include <cstdint>

namespace paper
{

/// Mixes its arguments into 64 even bits: the source of everything that must be the same in every run.
std::uint64_t hashOf(std::uint64_t seed, std::uint64_t a, std::uint64_t b = 0);
/// 0 ≤ x < 1.
double unitOf(std::uint64_t bits);
/// About standard normal, within ±3.5.
double normalOf(std::uint64_t bits);

/// A log price as a pure function of seed and moment: Brownian motion in multifractal time.
/// A tree halves four years again and again. Each node splits its variance unevenly between its halves (so
/// calm and wild spells cluster on every scale and returns have fat tails) and sets the middle by a Brownian
/// bridge. Any moment is found by one descent, hence history needs no storage and goes on after a restart.
/// Source: Mandelbrot, Fisher, Calvet, A Multifractal Model of Asset Returns (1997).
class RandomPath
{
public:
    RandomPath(std::uint64_t seed, double yearlyVolatility);

    /// Stretch of the path over one minute: log values at both ends and the variance between.
    struct Minute
    {
        double left = 0;
        double right = 0;
        double variance = 0;
    };
    /// minute: whole minutes since 1970. Neighbouring minutes are cheap, the descent is remembered.
    Minute minute(std::int64_t minute);
    /// The log value at a moment.
    double at(domain::Timestamp moment);
    double meanMinuteVariance() const { return m_meanMinuteVariance; }

private:
    static constexpr int minuteDepth = 21;
    static constexpr int depth = minuteDepth + 7; ///< leaves of 0.47 s

    struct Node
    {
        double left = 0;
        double right = 0;
        double variance = 0;
    };
    const Node &descend(int toDepth, std::int64_t index);

    std::uint64_t m_seed;
    double m_rootVariance;
    double m_meanMinuteVariance;
    std::array<Node, depth + 1> m_nodes{};
    std::int64_t m_leaf = 0; ///< leaf the remembered descent leads to
    int m_valid = -1;        ///< deepest remembered level
};

} // namespace paper
