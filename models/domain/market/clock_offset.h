#pragma once

#include "models/domain/time.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace domain
{

/// Estimates the exchange's clock on our monotonic one, so that steps of the wall clock do not matter. The
/// best sample is the one with the smallest round trip; it ages, because clocks drift.
class ClockOffset
{
public:
    using Microseconds = std::chrono::microseconds;

    /// One answer of GET /fapi/v1/time.
    struct Sample
    {
        Monotonic sentAt;
        Monotonic receivedAt;
        Timestamp serverTime;
    };
    enum class Outcome : std::uint8_t {
        Kept,    ///< one more sample
        Stepped, ///< contradicts all before, which are forgotten: the machine slept, or the exchange's clock
                 ///< was set
        Useless, ///< received before it was sent, or the round trip took longer than 5 s
    };

    Outcome add(const Sample &sample);
    /// Forgets everything but what assumedNow() goes on from: after wake-up, or a step of the wall clock.
    void reset();

    bool isKnown() const { return !m_samples.empty(); }
    /// The exchange's time now; nothing before the first sample.
    std::optional<Timestamp> serverNow(Monotonic now) const;
    /// As serverNow(); from reset() until the next sample by what was known before. Good enough to wait by,
    /// not to sign with: the wall clock in its place would be off by hours where it is wrong.
    std::optional<Timestamp> assumedNow(Monotonic now) const;
    /// The exchange's clock minus this machine's wall clock; nothing before the first sample.
    std::optional<Milliseconds> offsetTo(Timestamp wallNow, Monotonic now) const;
    /// How far serverNow() can be off, either way: half of the round trip, the resolution of the answer and
    /// the drift since.
    std::optional<Microseconds> uncertainty(Monotonic now) const;
    std::optional<Microseconds> bestRoundTrip(Monotonic now) const;
    std::size_t sampleCount() const { return m_samples.size(); }

private:
    const Sample *best(Monotonic now) const;

    std::deque<Sample> m_samples;   ///< oldest first
    std::optional<Sample> m_before; ///< the best one when they were forgotten
};

} // namespace domain
