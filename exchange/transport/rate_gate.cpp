#include "exchange/transport/rate_gate.h"

#include <algorithm>
#include <chrono>

namespace transport
{

RateGate::RateGate(int burst, domain::MonotonicClock::duration interval)
    : m_interval{interval},
      m_tolerance{(std::max(burst, 1) - 1) * interval}
{
}

domain::Monotonic RateGate::admissibleAt(domain::Monotonic now) const
{
    return std::max(now, m_dueAt - m_tolerance);
}

void RateGate::take(domain::Monotonic now)
{
    m_dueAt = std::max(now, m_dueAt) + m_interval;
}

RateGate gateFor(OrderRate rate)
{
    using namespace std::chrono_literals;
    // What a minute allows beyond the burst is spread over it.
    const int burst = std::min(rate.burst, rate.perMinute);
    return RateGate{burst, domain::MonotonicClock::duration{1min} / std::max(rate.perMinute - burst, 1)};
}

ConnectGate::ConnectGate(ConnectRule rule) : m_rule{rule}, m_pace{rule.burst, rule.interval} {}

domain::Monotonic ConnectGate::admissibleAt(domain::Monotonic now) const
{
    const domain::Monotonic paced = m_pace.admissibleAt(now);
    return static_cast<int>(m_taken.size()) < m_rule.most ? paced
                                                          : std::max(paced, m_taken.front() + m_rule.window);
}

void ConnectGate::take(domain::Monotonic now)
{
    m_pace.take(now);
    m_taken.push_back(now);
    if (static_cast<int>(m_taken.size()) > m_rule.most) {
        m_taken.pop_front();
    }
}

} // namespace transport
