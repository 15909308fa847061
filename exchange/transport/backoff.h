#pragma once

#include "models/domain/time.h"

#include <cstdint>
#include <random>

namespace transport
{

/// Seeded random numbers for jitter: the same seed gives the same waits, so that a simulation repeats.
class Jitter
{
public:
    explicit Jitter(std::uint64_t seed) : m_generator{seed} {}
    /// Evenly spread over [0, most].
    domain::Milliseconds upTo(domain::Milliseconds most);

private:
    std::mt19937_64 m_generator;
};

/// Waits between tries with full jitter: evenly over [0, min(cap, base·2^n)], n counting from 0.
class Backoff
{
public:
    Backoff(domain::Milliseconds base, domain::Milliseconds cap, std::uint64_t seed);
    /// The wait before the next try; each call doubles the range of the following one.
    domain::Milliseconds next();
    /// Starts over at base.
    void reset() { m_attempts = 0; }
    /// Waits handed out since the last reset.
    int attempts() const { return m_attempts; }
    /// The longest wait that next() may give now.
    domain::Milliseconds ceiling() const;

private:
    domain::Milliseconds m_base;
    domain::Milliseconds m_cap;
    Jitter m_jitter;
    int m_attempts = 0;
};

} // namespace transport
