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
/// A cost counts from hand-over until a full window after its answer. Of the limit 10 % is never used; Open
/// stops at 60 %, Market and History at 40 %, and they leave the unused reserves of the classes before them
/// untouched.
/// Others at this address are known by the venue's counter alone: what they use between two of our answers is
/// not seen and has to fit into the 10 %.
class Budget
{
public:
    using Ticket = std::uint64_t;

    /// One reading of the venue's counter: it was made after sentAt, and ownCost of the request that brought
    /// it is part of it.
    struct Reading
    {
        domain::Monotonic sentAt{};
        std::int64_t ownCost = 0;
        std::int64_t used = -1; ///< negative values are ignored
    };

    explicit Budget(LimitRule rule);
    const LimitRule &rule() const { return m_rule; }
    /// Own count and what others at this address used, as far as known.
    std::int64_t used(domain::Monotonic now) const;
    /// What others at this address use within a window, as far as the venue's counter gave it away: the most
    /// of the last two windows, or of the last minute. It never takes the reserves away: that they are used
    /// up is only known while the venue's counter shows it, and without a request it would never show
    /// anything else.
    std::int64_t foreign(domain::Monotonic now) const;
    /// Part of the limit that is ever used.
    std::int64_t usable() const;
    /// Part of the limit that only Cancel, Reduce and Resolve may use.
    std::int64_t reserved() const;
    /// Part of the limit that is kept for this class.
    std::int64_t reservedFor(Priority priority) const;
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
    /// The venue's own counter as an answer carried it, before that answer's request is settled. Never lowers
    /// our count.
    void observe(domain::Monotonic now, const Reading &reading);
    /// An earlier process of ours worked at this address until then: what the first answer shows beyond our
    /// own was that one's. It counts as long as the venue shows it, and says nothing of what others will use.
    void noteEarlierLife(domain::Monotonic endedAt) { m_earlierUntil = endedAt + memory(); }
    void setLimit(std::int64_t limit) { m_rule.limit = limit; }
    /// Until the oldest cost leaves the count; zero where nothing is counted or all is in flight.
    domain::Milliseconds resetsIn(domain::Monotonic now) const;

private:
    using Costs = std::array<std::int64_t, priorityCount>;
    struct UnderWay
    {
        Ticket ticket = 0;
        Priority priority = Priority::History;
        std::int64_t cost = 0;
    };
    struct Ageing
    {
        domain::Monotonic endsAt; ///< of the last of several that were settled almost together
        domain::Monotonic firstEndsAt;
        Priority priority = Priority::History;
        std::int64_t cost = 0;
    };
    struct Foreign
    {
        domain::Monotonic endsAt;
        std::int64_t amount = 0;
    };
    domain::MonotonicClock::duration memory() const;
    Costs ownAt(domain::Monotonic at) const;
    std::int64_t usedAt(domain::Monotonic at, const Costs &own) const;
    bool fits(domain::Monotonic at, const Costs &own, Priority priority, std::int64_t cost) const;
    /// Own cost that may have reached the venue after this moment.
    std::int64_t maybeArrivedSince(domain::Monotonic at) const;
    void noteForeign(domain::Monotonic now, const Reading &reading);
    std::int64_t risenBeyondOurs(domain::Monotonic now, const Reading &reading);
    void forget(domain::Monotonic now);

    LimitRule m_rule;
    Ticket m_lastTicket = 0;
    Costs m_own{}; ///< of all that is under way or ageing
    std::vector<UnderWay> m_underWay;
    std::deque<Ageing> m_ageing;           ///< by endsAt
    std::int64_t m_debited = 0;            ///< all that was ever debited and not refunded
    domain::Monotonic m_earlierUntil{};    ///< then the venue has forgotten the earlier process
    std::optional<std::int64_t> m_earlier; ///< what that one had used when we first heard
    std::deque<Foreign> m_foreign; ///< what others used within a window; amounts fall from front to back
    Reading m_reading;             ///< the last one that is surely younger than the one before it
    domain::Monotonic m_readAt{};  ///< when it came
    std::int64_t m_base = 0;       ///< lowest counter less our own since m_baseAt, before which it fell
    domain::Monotonic m_baseAt{};
    std::int64_t m_shown = 0;          ///< m_reading, and what may have reached the venue since
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
    void noteEarlierLife(domain::Monotonic endedAt);
    std::optional<domain::Monotonic> admissibleAt(domain::Monotonic now, Priority priority, Cost cost) const;
    bool canEverFit(Priority priority, Cost cost) const;
    Ticket debit(domain::Monotonic now, Priority priority, Cost cost);
    /// The request is answered, perhaps with the venue's counters, or given up.
    void settle(domain::Monotonic now, Ticket ticket, const std::vector<Usage> &usage = {});
    void refund(Ticket ticket);

private:
    struct Debit
    {
        domain::Monotonic at{};
        Cost cost;
        std::vector<Budget::Ticket> tickets; ///< one per budget, in its order; 0: none
    };
    std::vector<Budget> m_budgets;
    Ticket m_lastTicket = 0;
    std::unordered_map<Ticket, Debit> m_debits;
};

} // namespace transport
