#pragma once

#include "exchange/transport/budget.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace hostile
{

/// One limiter as the venue itself may count it: by fixed windows of a phase that nobody tells, and by a
/// sliding one. Both are kept; the header shows one of them.
class HiddenLimiter
{
public:
    HiddenLimiter(transport::LimitRule rule, domain::MonotonicClock::duration phase, bool showsSliding)
        : m_rule{std::move(rule)},
          m_phase{phase},
          m_showsSliding{showsSliding}
    {
    }
    void arrive(domain::Monotonic at, std::int64_t cost)
    {
        turn(at);
        m_fixed += cost;
        m_sliding += cost;
        m_arrivals.push_back({at, cost});
        m_worst = std::max({m_worst, m_fixed, m_sliding});
    }
    std::int64_t shown(domain::Monotonic at)
    {
        turn(at);
        return m_showsSliding ? m_sliding : m_fixed;
    }
    const transport::LimitRule &rule() const { return m_rule; }
    /// The most that either count ever was.
    std::int64_t worst() const { return m_worst; }
    bool isPassed() const { return m_worst > m_rule.limit; }

private:
    struct Arrival
    {
        domain::Monotonic at;
        std::int64_t cost = 0;
    };
    void turn(domain::Monotonic at)
    {
        const auto number = (at.time_since_epoch() - m_phase) / m_rule.window;
        if (number != m_number) {
            m_number = number;
            m_fixed = 0;
        }
        while (!m_arrivals.empty() && m_arrivals.front().at + m_rule.window <= at) {
            m_sliding -= m_arrivals.front().cost;
            m_arrivals.pop_front();
        }
    }
    transport::LimitRule m_rule;
    domain::MonotonicClock::duration m_phase;
    bool m_showsSliding;
    std::int64_t m_number = 0;
    std::int64_t m_fixed = 0;
    std::int64_t m_sliding = 0;
    std::int64_t m_worst = 0;
    std::deque<Arrival> m_arrivals;
};

} // namespace hostile
