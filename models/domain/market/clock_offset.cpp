#include "models/domain/market/clock_offset.h"

#include <algorithm>

namespace domain
{
namespace
{

using Microseconds = ClockOffset::Microseconds;

constexpr std::size_t maxSamples = 16;
constexpr Microseconds longestRoundTrip{5'000'000};
constexpr Microseconds resolution{1000};      // the exchange answers whole milliseconds
constexpr std::int64_t driftDivisor = 10'000; // 100 ppm, twice what a desktop's quartz does

Microseconds roundTripOf(const ClockOffset::Sample &sample)
{
    return sample.receivedAt - sample.sentAt;
}

Microseconds driftSince(const ClockOffset::Sample &sample, Monotonic now)
{
    return std::max(now - sample.receivedAt, Microseconds{0}) / driftDivisor;
}

Microseconds errorOf(const ClockOffset::Sample &sample, Monotonic now)
{
    return roundTripOf(sample) / 2 + resolution + driftSince(sample, now);
}

/// The exchange's time since 1970 minus the reading of our monotonic clock, in the middle of the round trip.
Microseconds differenceOf(const ClockOffset::Sample &sample)
{
    return Microseconds{sample.serverTime.time_since_epoch()} -
           (sample.sentAt.time_since_epoch() + roundTripOf(sample) / 2);
}

Timestamp serverTimeBy(const ClockOffset::Sample &sample, Monotonic now)
{
    return Timestamp{std::chrono::floor<Milliseconds>(now.time_since_epoch() + differenceOf(sample))};
}

} // namespace

ClockOffset::Outcome ClockOffset::add(const Sample &sample)
{
    if (sample.receivedAt < sample.sentAt || roundTripOf(sample) > longestRoundTrip) {
        return Outcome::Useless;
    }
    Outcome outcome = Outcome::Kept;
    const bool isContradicted = std::ranges::any_of(m_samples, [&sample](const Sample &known) {
        const Microseconds apart = differenceOf(sample) - differenceOf(known);
        const Microseconds allowed = errorOf(sample, sample.receivedAt) + errorOf(known, sample.receivedAt);
        return apart > allowed || apart < -allowed;
    });
    if (isContradicted) {
        m_samples.clear();
        outcome = Outcome::Stepped;
    }
    m_samples.push_back(sample);
    if (m_samples.size() > maxSamples) {
        m_samples.pop_front();
    }
    return outcome;
}

std::optional<Timestamp> ClockOffset::serverNow(Monotonic now) const
{
    const Sample *sample = best(now);
    if (sample == nullptr) {
        return std::nullopt;
    }
    return serverTimeBy(*sample, now);
}

void ClockOffset::reset()
{
    if (isKnown()) {
        m_before = *best(m_samples.back().receivedAt);
    }
    m_samples.clear();
}

std::optional<Timestamp> ClockOffset::assumedNow(Monotonic now) const
{
    return isKnown() || !m_before ? serverNow(now) : serverTimeBy(*m_before, now);
}

std::optional<Milliseconds> ClockOffset::offsetTo(Timestamp wallNow, Monotonic now) const
{
    const auto server = serverNow(now);
    return server ? std::optional{*server - wallNow} : std::nullopt;
}

std::optional<Microseconds> ClockOffset::uncertainty(Monotonic now) const
{
    const Sample *sample = best(now);
    return sample == nullptr ? std::nullopt : std::optional{errorOf(*sample, now)};
}

std::optional<Microseconds> ClockOffset::bestRoundTrip(Monotonic now) const
{
    const Sample *sample = best(now);
    return sample == nullptr ? std::nullopt : std::optional{roundTripOf(*sample)};
}

const ClockOffset::Sample *ClockOffset::best(Monotonic now) const
{
    const auto found =
        std::ranges::min_element(m_samples, {}, [now](const Sample &sample) { return errorOf(sample, now); });
    return found == m_samples.end() ? nullptr : &*found;
}

} // namespace domain
