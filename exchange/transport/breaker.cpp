#include "exchange/transport/breaker.h"

#include <algorithm>

namespace transport
{

namespace
{

using namespace std::chrono_literals;

bool isGood(AnswerClass outcome)
{
    return outcome == AnswerClass::Done || outcome == AnswerClass::Rejected;
}

// A venue that counts our requests is well; pauses are somebody else's business.
bool saysNothing(AnswerClass outcome)
{
    return outcome == AnswerClass::RateLimited || outcome == AnswerClass::Banned;
}

} // namespace

BreakerRule BreakerRule::forOrders()
{
    BreakerRule rule;
    rule.name = "orders";
    rule.ambiguousInARow = 3;
    rule.unresolvedAtOnce = 2;
    rule.lastCalls = 10;
    rule.badCalls = 5;
    rule.goodProbes = 2;
    return rule;
}

BreakerRule BreakerRule::forQueries(std::string name)
{
    BreakerRule rule;
    rule.name = std::move(name);
    rule.leastCalls = 8;
    rule.badPercent = 50;
    rule.window = 30s;
    rule.openFor = 10s;
    rule.openForMost = 120s;
    rule.probeDeadline = 5s;
    return rule;
}

Breaker::Breaker(BreakerRule rule) : m_rule{std::move(rule)} {}

Breaker::State Breaker::state(domain::Monotonic now) const
{
    if (m_isLatched) {
        return State::Open;
    }
    if (!m_isOpen) {
        return State::Closed;
    }
    return now < m_retryAt ? State::Open : State::HalfOpen;
}

std::optional<domain::Monotonic> Breaker::retryAt(domain::Monotonic now) const
{
    return !m_isLatched && state(now) == State::Open ? std::optional{m_retryAt} : std::nullopt;
}

std::optional<domain::Monotonic> Breaker::wakeAt(domain::Monotonic now) const
{
    if (state(now) == State::HalfOpen && m_probeSentAt) {
        return *m_probeSentAt + m_rule.probeDeadline;
    }
    return retryAt(now);
}

void Breaker::onTime(domain::Monotonic now)
{
    if (state(now) == State::HalfOpen && m_probeSentAt && now >= *m_probeSentAt + m_rule.probeDeadline) {
        open(now, "no answer to a probe");
    }
}

void Breaker::record(domain::Monotonic now, AnswerClass outcome)
{
    if (m_isOpen || m_isLatched || saysNothing(outcome)) {
        return;
    }
    m_ambiguousInARow = outcome == AnswerClass::Ambiguous ? m_ambiguousInARow + 1 : 0;
    m_calls.push_back(Call{now, !isGood(outcome)});
    judge(now);
}

void Breaker::judge(domain::Monotonic now)
{
    while (!m_calls.empty() &&
           (m_calls.size() > m_rule.lastCalls || m_calls.front().at + m_rule.window <= now)) {
        m_calls.pop_front();
    }
    const auto bad = static_cast<std::size_t>(std::ranges::count_if(m_calls, &Call::isBad));
    if (m_rule.ambiguousInARow > 0 && m_ambiguousInARow >= m_rule.ambiguousInARow) {
        open(now, std::to_string(m_ambiguousInARow) + " unclear outcomes in a row");
    } else if (m_calls.size() >= m_rule.leastCalls && bad >= m_rule.badCalls &&
               bad * 100 >= m_rule.badPercent * m_calls.size()) {
        open(now, std::to_string(bad) + " of the last " + std::to_string(m_calls.size()) + " calls failed");
    }
}

bool Breaker::wantsProbe(domain::Monotonic now) const
{
    return state(now) == State::HalfOpen && !m_probeSentAt && m_goodProbes < m_rule.goodProbes;
}

void Breaker::probeSent(domain::Monotonic now)
{
    m_probeSentAt = now;
}

void Breaker::probeAnswered(domain::Monotonic now, AnswerClass outcome)
{
    if (state(now) != State::HalfOpen || !m_probeSentAt) {
        return; // too late: it was judged by its deadline
    }
    m_probeSentAt.reset();
    if (saysNothing(outcome)) {
        return;
    }
    if (!isGood(outcome)) {
        open(now, "a probe failed");
        return;
    }
    ++m_goodProbes;
    if (m_goodProbes >= m_rule.goodProbes && m_unresolved == 0) {
        close();
    }
}

void Breaker::setUnresolved(domain::Monotonic now, int count)
{
    m_unresolved = count;
    if (m_isLatched || m_rule.unresolvedAtOnce == 0) {
        return;
    }
    if (!m_isOpen && m_unresolved >= m_rule.unresolvedAtOnce) {
        open(now, std::to_string(m_unresolved) + " orders with unknown outcome");
    } else if (state(now) == State::HalfOpen && m_unresolved == 0 && m_goodProbes >= m_rule.goodProbes) {
        close();
    }
}

void Breaker::latch(std::string reason)
{
    m_isLatched = true;
    m_reason = std::move(reason);
}

void Breaker::open(domain::Monotonic now, std::string reason)
{
    domain::Milliseconds length = m_rule.openFor;
    for (int doubling = 0; doubling < m_timesOpened && length < m_rule.openForMost; ++doubling) {
        length *= 2;
    }
    ++m_timesOpened;
    m_retryAt = now + std::min(length, m_rule.openForMost);
    m_isOpen = true;
    m_reason = std::move(reason);
    m_goodProbes = 0;
    m_probeSentAt.reset();
}

void Breaker::close()
{
    m_isOpen = false;
    m_reason.clear();
    m_calls.clear();
    m_ambiguousInARow = 0;
    m_timesOpened = 0;
    m_goodProbes = 0;
}

} // namespace transport
