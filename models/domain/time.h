#pragma once

#include <chrono>
#include <cstdint>

namespace domain
{

using Milliseconds = std::chrono::milliseconds;
/// A point in time as the exchange writes it: milliseconds since 1970, UTC.
using Timestamp = std::chrono::sys_time<Milliseconds>;

inline constexpr Timestamp timestampFromMs(std::int64_t ms)
{
    return Timestamp{Milliseconds{ms}};
}
inline constexpr std::int64_t toMs(Timestamp at)
{
    return at.time_since_epoch().count();
}

/// A reading of the monotonic clock: for timers, ages and round trips. It never steps.
struct MonotonicClock
{
    using duration = std::chrono::microseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonotonicClock>;
    static constexpr bool is_steady = true;
};
using Monotonic = MonotonicClock::time_point;

/// The only source of time. Data and signatures use wall time (UTC), waits use the monotonic one.
/// Implementations may be called from any thread.
class Clock
{
public:
    Clock() = default;
    Clock(const Clock &) = delete;
    Clock &operator=(const Clock &) = delete;
    virtual ~Clock() = default;
    /// This machine's wall clock; it may be wrong and may step. The venue's time is ClockOffset's business.
    virtual Timestamp wallNow() const = 0;
    virtual Monotonic monotonicNow() const = 0;
};

/// The machine's own clocks.
class SystemClock final : public Clock
{
public:
    Timestamp wallNow() const override;
    Monotonic monotonicNow() const override;
};

} // namespace domain
