#pragma once

#include "exchange/transport/request.h"
#include "models/domain/time.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace transport
{

/// When a breaker opens and how it closes again.
struct BreakerRule
{
    std::string name;
    int ambiguousInARow = 0;             ///< opens at so many in a row; 0: not used
    int unresolvedAtOnce = 0;            ///< opens at so many unresolved outcomes; 0: not used
    std::size_t lastCalls = 100;         ///< looks at so many of the newest calls
    std::size_t leastCalls = 1;          ///< judges only from so many calls on
    std::size_t badCalls = 1;            ///< opens at so many bad calls, if they are also
    std::size_t badPercent = 0;          ///< this share of those looked at
    domain::Milliseconds window{60'000}; ///< older calls do not count
    domain::Milliseconds openFor{5'000}; ///< doubles with each failed probe
    domain::Milliseconds openForMost{60'000};
    domain::Milliseconds probeDeadline{3'000}; ///< a probe without an answer by then has failed
    int goodProbes = 1;                        ///< so many in a row close it

    /// Two unresolved at once, three ambiguous in a row, or five bad of the last ten in 60 s: open for 5 s,
    /// doubling to 60 s; closed by two good queries in a row with nothing unresolved left.
    static BreakerRule forOrders();
    /// At least eight calls and half of them bad within 30 s: open for 10 s, doubling to 120 s; one probe.
    static BreakerRule forQueries(std::string name);
};

/// Stops sending to a service that fails, and finds out carefully whether it is back.
class Breaker
{
public:
    enum class State : std::uint8_t { Closed, Open, HalfOpen };

    explicit Breaker(BreakerRule rule);
    const BreakerRule &rule() const { return m_rule; }
    /// Open turns into HalfOpen by itself when its time is over.
    State state(domain::Monotonic now) const;
    /// Why it is not closed; empty while closed.
    const std::string &reason() const { return m_reason; }
    /// Open: when a probe may go; else empty. Never, i.e. empty with State::Open, once latched.
    std::optional<domain::Monotonic> retryAt(domain::Monotonic now) const;
    /// When onTime() may change something.
    std::optional<domain::Monotonic> wakeAt(domain::Monotonic now) const;
    /// Notices a probe that is past its deadline.
    void onTime(domain::Monotonic now);
    /// An answer of the guarded service while closed. RateLimited and Banned say nothing about its health.
    void record(domain::Monotonic now, AnswerClass outcome);
    /// HalfOpen: whether a probe may go now, i.e. none is under way and more are needed.
    bool wantsProbe(domain::Monotonic now) const;
    /// Not Closed: good probes that are still missing; 0 while only unresolved outcomes keep it from closing.
    int probesMissing() const { return m_isOpen ? m_rule.goodProbes - m_goodProbes : 0; }
    int unresolved() const { return m_unresolved; }
    void probeSent(domain::Monotonic now);
    void probeAnswered(domain::Monotonic now, AnswerClass outcome);
    /// Outcomes that are still unknown; orders only.
    void setUnresolved(domain::Monotonic now, int count);
    /// Opens for good: only a new process closes it. For what must never happen.
    void latch(std::string reason);
    bool isLatched() const { return m_isLatched; }

private:
    struct Call
    {
        domain::Monotonic at;
        bool isBad = false;
    };
    void open(domain::Monotonic now, std::string reason);
    void close();
    void judge(domain::Monotonic now);

    BreakerRule m_rule;
    std::deque<Call> m_calls;
    int m_ambiguousInARow = 0;
    int m_unresolved = 0;
    int m_goodProbes = 0;
    int m_timesOpened = 0;
    bool m_isOpen = false;
    bool m_isLatched = false;
    std::string m_reason;
    domain::Monotonic m_retryAt{};
    std::optional<domain::Monotonic> m_probeSentAt;
};

} // namespace transport
