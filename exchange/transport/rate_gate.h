#pragma once

#include "models/domain/time.h"

#include <deque>

namespace transport
{

/// Lets `burst` through at once and after that one every `interval`: in any span t at most burst +
/// t/interval.
class RateGate
{
public:
    RateGate(int burst, domain::MonotonicClock::duration interval);
    /// now, or when the next one may go.
    domain::Monotonic admissibleAt(domain::Monotonic now) const;
    /// Counts one that goes, whatever admissibleAt() says.
    void take(domain::Monotonic now);

private:
    domain::MonotonicClock::duration m_interval;
    domain::MonotonicClock::duration m_tolerance;
    domain::Monotonic m_dueAt{}; ///< when all that went would have gone at an even pace
};

/// The user's own brake on opening orders, below the venue's limits: so many at once, and never more than
/// perMinute in any minute.
struct OrderRate
{
    int burst = 10;
    int perMinute = 60;
    friend bool operator==(const OrderRate &, const OrderRate &) = default;
};
RateGate gateFor(OrderRate rate);

/// How often a host may be connected to.
struct ConnectRule
{
    int burst = 3; ///< the routes of one venue may open together; after that one every
    domain::Milliseconds interval{2'000};
    int most = 60; ///< within
    domain::Milliseconds window{300'000};
};

/// Shared by all sockets of one host, which shuts out addresses that connect too often.
class ConnectGate
{
public:
    explicit ConnectGate(ConnectRule rule = {});
    domain::Monotonic admissibleAt(domain::Monotonic now) const;
    void take(domain::Monotonic now);

private:
    ConnectRule m_rule;
    RateGate m_pace;
    std::deque<domain::Monotonic> m_taken; ///< the newest `most`
};

} // namespace transport
