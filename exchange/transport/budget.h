#pragma once

#include "exchange/transport/request.h"
#include "models/domain/time.h"

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace transport
{

/// One limiter of the venue.
struct LimitRule
{
    enum class Counts : std::uint8_t { Weight, Orders };
    std::string name; ///< for people and for matching, e.g. "weight 1m"
    Counts counts = Counts::Weight;
    domain::Milliseconds window{60'000};
    std::int64_t limit = 0;
};

/// What the venue's own counter showed in an answer.
struct Usage
{
    std::string limiter;    ///< LimitRule::name
    std::int64_t used = -1; ///< negative: the answer did not say, ignored
};

/// Counts one limiter so that neither reading of the venue's window is ever passed: the fixed window of any
/// phase and the sliding one, each with 1.5 s of doubt about when a request arrives.
/// A cost counts from hand-over until a full window after its answer. Of the limit 10 % is never used; Open,
/// Market and History stop at 60 % and leave the unused reserves of the classes before them untouched.
class Budget
{
public:
    using Ticket = std::uint64_t;

    explicit Budget(LimitRule rule);
    const LimitRule &rule() const { return m_rule; }
    /// Own count and what others at this address used, as far as known.
    std::int64_t used(domain::Monotonic now) const;
    /// Part of the limit that only Cancel, Reduce and Resolve may use.
    std::int64_t reserved() const;
    /// now: may be handed over. Later: not before then. Empty: not before something under way is settled.
    std::optional<domain::Monotonic> admissibleAt(
        domain::Monotonic now, Priority priority, std::int64_t cost) const;
    /// Whether the cost fits this class's share of an unused limit.
    bool canEverFit(Priority priority, std::int64_t cost) const;
    /// Takes the cost, whatever the limit says; ask admissibleAt() first.
    Ticket debit(domain::Monotonic now, Priority priority, std::int64_t cost);
    /// The request is answered or given up: from now on its cost ages.
    void settle(domain::Monotonic now, Ticket ticket);
    /// The request surely never left: its cost is given back.
    void refund(Ticket ticket);
    /// The venue's own counter as an answer carried it; negative values are ignored. Never lowers our count.
    void observe(domain::Monotonic now, std::int64_t venueUsed);
    void setLimit(std::int64_t limit) { m_rule.limit = limit; }
    /// Until the oldest cost leaves the count; zero where nothing is counted or all is in flight.
    domain::Milliseconds resetsIn(domain::Monotonic now) const;

private:
    struct Spent
    {
        Ticket ticket = 0;
        Priority priority = Priority::History;
        std::int64_t cost = 0;
        std::optional<domain::Monotonic> endsAt; ///< empty: in flight
    };
    struct Foreign
    {
        domain::Monotonic endsAt;
        std::int64_t amount = 0;
    };
    domain::MonotonicClock::duration memory() const;
    std::int64_t ownUsed(domain::Monotonic at) const;
    std::int64_t ownUsed(domain::Monotonic at, Priority priority) const;
    std::int64_t usedAt(domain::Monotonic at) const;
    std::int64_t inFlight() const;
    bool fits(domain::Monotonic at, Priority priority, std::int64_t cost) const;
    void forget(domain::Monotonic now);

    LimitRule m_rule;
    Ticket m_lastTicket = 0;
    std::vector<Spent> m_spent;
    std::deque<Foreign> m_foreign;     ///< amounts fall from front to back
    std::int64_t m_shown = 0;          ///< venue's last counter plus what was under way or went out since
    domain::Monotonic m_shownEndsAt{}; ///< after which m_shown says nothing
};

/// All limiters together.
class BudgetSet
{
public:
    using Ticket = std::uint64_t;

    explicit BudgetSet(const std::vector<LimitRule> &rules = {});
    const std::vector<Budget> &budgets() const { return m_budgets; }
    /// Takes the venue's own list. Unknown limiters are added, missing ones stay. A lower limit counts at
    /// once; a higher one only with mayRaise, which is for a fresh start or a reconnect.
    void setRules(const std::vector<LimitRule> &rules, bool mayRaise);
    std::optional<domain::Monotonic> admissibleAt(domain::Monotonic now, Priority priority, Cost cost) const;
    bool canEverFit(Priority priority, Cost cost) const;
    Ticket debit(domain::Monotonic now, Priority priority, Cost cost);
    void settle(domain::Monotonic now, Ticket ticket);
    void refund(Ticket ticket);
    void observe(domain::Monotonic now, const std::vector<Usage> &usage);

private:
    std::vector<Budget> m_budgets;
    Ticket m_lastTicket = 0;
    std::unordered_map<Ticket, std::vector<Budget::Ticket>>
        m_tickets; ///< one per budget, in its order; 0: none
};

} // namespace transport
