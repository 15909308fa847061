#pragma once

#include "exchange/transport/backoff.h"
#include "exchange/transport/breaker.h"
#include "exchange/transport/budget.h"
#include "exchange/transport/rate_gate.h"
#include "exchange/transport/request_queue.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace transport
{

/// The plain core of RequestPump: decides what is handed over, when, and what an answer means for what
/// follows. No sockets, no timers; ids stand for requests.
class Throttle
{
public:
    /// Hand this request over now.
    struct HandOver
    {
        std::uint64_t id = 0;
        std::optional<domain::Monotonic> deadline; ///< it has to leave this machine by then
    };
    /// This request will never be handed over.
    struct Dropped
    {
        std::uint64_t id = 0;
        std::string reason;
    };
    /// The order breaker is half-open and wants a harmless query; submit one of class Resolve.
    struct ProbeWanted
    {
        domain::Milliseconds deadline{0};
    };
    /// Nothing to do before `until`; empty: nothing to do before the next call.
    struct Wait
    {
        std::optional<domain::Monotonic> until;
    };
    using Step = std::variant<Wait, HandOver, Dropped, ProbeWanted>;

    /// What an answer said, as the venue's classifier read it.
    struct Outcome
    {
        AnswerClass answerClass = AnswerClass::Ambiguous;
        std::optional<domain::Milliseconds> pauseFor; ///< RateLimited, Banned: as the venue said
        bool isFirewall = false;                      ///< Banned by a firewall: 5 min, doubling to 1 h
        std::vector<Usage> usage;
        bool isRepeatable = false; ///< a second copy does no harm
    };
    enum class After : std::uint8_t { Finished, WillRetry };
    /// What must outlive this process: a restart neither shortens a pause nor forgets how it was earned.
    struct PauseState
    {
        domain::Timestamp until{}; ///< this machine's wall time; 1970: no pause
        bool isBan = false;        ///< complete silence until then
        int rateLimited = 0;       ///< pauses in a row that the venue asked for by 429
        int firewalled = 0;        ///< refusals in a row by its firewall
        int cancelsLeft = 0;       ///< emergency allowance that is left of this pause
        friend bool operator==(const PauseState &, const PauseState &) = default;
    };

    Throttle(const std::vector<LimitRule> &limits, std::uint64_t seed, OrderRate orderRate = {});

    /// The item's deadline is now + the class's patience unless it has one. Refused: class full, breaker open
    /// beyond the deadline, or paused beyond it.
    RequestQueue::Admission submit(domain::Monotonic now, QueueItem item);
    /// Call until it says Wait.
    Step next(domain::Monotonic now);
    /// The answer of a handed-over request. WillRetry: it is back in the queue under the same id.
    After finished(domain::Monotonic now, std::uint64_t id, const Outcome &outcome);
    /// The handed-over request could not be built: nothing left, its cost is given back.
    void aborted(domain::Monotonic now, std::uint64_t id);
    /// Takes out all that waits under this key or is about this subject, the most urgent first.
    std::vector<std::uint64_t> withdraw(const std::string &key);
    /// Takes out all of a class that waits, the most urgent first.
    std::vector<std::uint64_t> withdraw(Priority priority);

    /// Complete silence (isBan) or all but three cancels, until then. Never shortens a pause.
    void pause(domain::Monotonic now, domain::Milliseconds length, bool isBan);
    std::optional<domain::Monotonic> pausedUntil(domain::Monotonic now) const;
    bool isBanned(domain::Monotonic now) const;
    /// Cancels that may still go out in this pause: three in a whole one, none in a ban.
    int emergencyCancelsLeft(domain::Monotonic now) const;
    PauseState pauseState(domain::Monotonic now, domain::Timestamp wallNow) const;
    /// At a start, what pauseState() gave the process before. An end beyond three days, the longest ban, is
    /// taken for a wall clock that was wrong.
    void restorePause(domain::Monotonic now, domain::Timestamp wallNow, const PauseState &state);
    /// At a start: when the process before this one was last at work. Not in the future, or its clock was
    /// wrong.
    void noteEarlierLife(domain::Monotonic now, domain::Timestamp wallNow, domain::Timestamp endedAt);
    void setOrderRate(OrderRate rate) { m_orderRate = gateFor(rate); }

    void setLimits(const std::vector<LimitRule> &rules, bool mayRaise)
    {
        m_budgets.setRules(rules, mayRaise);
    }
    void setUnresolved(domain::Monotonic now, int count) { m_orders.setUnresolved(now, count); }
    void latchOrders(std::string reason) { m_orders.latch(std::move(reason)); }

    const BudgetSet &budgets() const { return m_budgets; }
    const RequestQueue &queue() const { return m_queue; }
    const Breaker &orders() const { return m_orders; }
    const Breaker &queries() const { return m_queries; }
    const Breaker &bulk() const { return m_bulk; }
    int inFlight(Lane lane) const;

private:
    struct InFlight
    {
        QueueItem item;
        BudgetSet::Ticket ticket = 0;
        bool isLaneProbe = false;   ///< of the breaker of its own lane
        bool isOrdersProbe = false; ///< a query that probes for the orders
    };
    void dropHopeless(domain::Monotonic now);
    std::string whyWaiting(domain::Monotonic now, const QueueItem &item) const;
    void start(domain::Monotonic now, QueueItem item);
    void learn(domain::Monotonic now, const InFlight &done, const Outcome &outcome);
    std::optional<domain::Monotonic> retryAt(
        domain::Monotonic now, const InFlight &done, const Outcome &outcome);
    /// now: may go. Later: not before. Empty: only after an event.
    std::optional<domain::Monotonic> admissibleAt(domain::Monotonic now, const QueueItem &item) const;
    const Breaker &breakerOf(Lane lane) const;
    bool hasSlot(const QueueItem &item) const;
    std::uint64_t underWayWith(const QueueItem &item) const;
    int inFlight(Priority priority) const;
    bool isHeldByOwnRate(const QueueItem &item) const;
    void rememberPause(domain::Monotonic now, const Outcome &outcome);

    BudgetSet m_budgets;
    RequestQueue m_queue;
    Breaker m_orders;
    Breaker m_queries;
    Breaker m_bulk;
    RateGate m_orderRate;
    Jitter m_jitter;
    std::map<std::uint64_t, InFlight> m_inFlight;
    std::deque<Dropped> m_dropped;
    domain::Monotonic m_pausedUntil{};
    domain::Monotonic m_bannedUntil{};
    int m_emergencies = 0; ///< cancels that may still go out in this pause
    int m_rateLimited = 0; ///< in a row
    int m_firewalled = 0;  ///< in a row
    int m_retryTokens = 0; ///< tenths of a retry; every call earns one, every retry takes ten
    std::optional<domain::Monotonic> m_probeWantedAt;
};

} // namespace transport
