#include "exchange/transport/budget.h"

#include <algorithm>
#include <numeric>

namespace transport
{

namespace
{

using namespace std::chrono_literals;

// How far a request's arrival at the venue may lie outside of what we see of it.
constexpr domain::Milliseconds phaseDoubt = 1500ms;
constexpr domain::Milliseconds foreignMemory = 60s;
constexpr domain::Milliseconds together = 100ms; // settled within this, costs are kept as one
// The venue's window may have turned since its counter was seen last: a small request may go and look.
constexpr domain::Milliseconds lookAfter = 10s;
constexpr std::int64_t lookPercent = 2;
constexpr std::int64_t hardPercent = 90;
constexpr std::int64_t softPercent = 60;
constexpr std::int64_t marketPercent = 25;
constexpr std::int64_t historyPercent = 15;
// What cancels and queries need on top of it stays below the soft cap even where connections are lost all day.
constexpr std::int64_t dataTotalPercent = 40;

constexpr std::size_t indexOf(Priority priority)
{
    return static_cast<std::size_t>(priority);
}

constexpr std::int64_t reservePercent(LimitRule::Counts counts, Priority priority)
{
    const bool isWeight = counts == LimitRule::Counts::Weight;
    switch (priority) {
    case Priority::Cancel:
        return isWeight ? 25 : 0;
    case Priority::Reduce:
        return isWeight ? 10 : 30;
    case Priority::Resolve:
        return isWeight ? 15 : 0;
    default:
        return 0;
    }
}

} // namespace

Budget::Budget(LimitRule rule) : m_rule{std::move(rule)} {}

domain::MonotonicClock::duration Budget::memory() const
{
    return m_rule.window + phaseDoubt;
}

Budget::Costs Budget::ownAt(domain::Monotonic at) const
{
    Costs own = m_own;
    for (auto aged = m_ageing.begin(); aged != m_ageing.end() && aged->endsAt <= at; ++aged) {
        own[indexOf(aged->priority)] -= aged->cost;
    }
    return own;
}

std::int64_t Budget::foreign(domain::Monotonic at) const
{
    const auto most = std::ranges::find_if(m_foreign, [at](const Foreign &seen) { return seen.endsAt > at; });
    return most == m_foreign.end() ? 0 : most->amount;
}

std::int64_t Budget::usedAt(domain::Monotonic at, const Costs &own) const
{
    const std::int64_t ours = std::accumulate(own.begin(), own.end(), std::int64_t{0});
    return std::max(ours + foreign(at), at < m_shownEndsAt ? m_shown : 0);
}

std::int64_t Budget::used(domain::Monotonic now) const
{
    return usedAt(now, ownAt(now));
}

std::int64_t Budget::usable() const
{
    return m_rule.limit * hardPercent / 100;
}

std::int64_t Budget::reservedFor(Priority priority) const
{
    return m_rule.limit * reservePercent(m_rule.counts, priority) / 100;
}

std::int64_t Budget::reserved() const
{
    return reservedFor(Priority::Cancel) + reservedFor(Priority::Reduce) + reservedFor(Priority::Resolve);
}

bool Budget::fits(domain::Monotonic at, const Costs &own, Priority priority, std::int64_t cost) const
{
    const auto share = [this](std::int64_t percent) { return m_rule.limit * percent / 100; };
    const bool mayLook = m_rule.counts == LimitRule::Counts::Weight && priority <= Priority::Resolve &&
                         cost <= share(lookPercent) && at >= m_readAt + lookAfter;
    const std::int64_t ours = std::accumulate(own.begin(), own.end(), std::int64_t{0});
    const std::int64_t total = (mayLook ? ours + foreign(at) : usedAt(at, own)) + cost;
    std::int64_t keptForOthers = 0;
    for (std::size_t before = 0; before < indexOf(priority); ++before) {
        keptForOthers += std::max<std::int64_t>(reservedFor(static_cast<Priority>(before)) - own[before], 0);
    }
    if (total > usable() - keptForOthers) {
        return false;
    }
    const std::int64_t ofClass = own[indexOf(priority)] + cost;
    switch (priority) {
    case Priority::Cancel:
    case Priority::Reduce:
    case Priority::Resolve:
        return true;
    case Priority::Open:
        return total <= share(softPercent);
    case Priority::Market:
        return total <= share(dataTotalPercent) && ofClass <= share(marketPercent);
    case Priority::History:
        return total <= share(dataTotalPercent) && ofClass <= share(historyPercent);
    }
    return false;
}

bool Budget::canEverFit(Priority priority, std::int64_t cost) const
{
    return cost == 0 || Budget{m_rule}.fits(domain::Monotonic{}, {}, priority, cost);
}

std::optional<domain::Monotonic> Budget::admissibleAt(
    domain::Monotonic now, Priority priority, std::int64_t cost) const
{
    Costs own = ownAt(now);
    if (cost == 0 || fits(now, own, priority, cost)) {
        return now;
    }
    std::vector<domain::Monotonic> others;
    for (const Foreign &seen : m_foreign) {
        others.push_back(seen.endsAt);
    }
    for (const domain::Monotonic moment : {m_shownEndsAt, domain::Monotonic{m_readAt + lookAfter}}) {
        others.insert(std::ranges::upper_bound(others, moment), moment);
    }
    const auto isOver = [now](domain::Monotonic at) { return at <= now; };
    auto aged = std::ranges::partition_point(m_ageing, isOver, &Ageing::endsAt);
    auto other = std::ranges::partition_point(others, isOver);
    while (aged != m_ageing.end() || other != others.end()) {
        const bool isOwn = other == others.end() || (aged != m_ageing.end() && aged->endsAt < *other);
        const domain::Monotonic at = isOwn ? aged->endsAt : *other;
        for (; aged != m_ageing.end() && aged->endsAt == at; ++aged) {
            own[indexOf(aged->priority)] -= aged->cost;
        }
        other = std::find_if(other, others.end(), [at](domain::Monotonic later) { return later > at; });
        if (fits(at, own, priority, cost)) {
            return at;
        }
    }
    return std::nullopt;
}

Budget::Ticket Budget::debit(domain::Monotonic now, Priority priority, std::int64_t cost)
{
    forget(now);
    if (now >= m_readAt + lookAfter) {
        m_readAt = now; // its answer is the next reading that counts, and the only look meanwhile
    }
    m_underWay.push_back({++m_lastTicket, priority, cost});
    m_own[indexOf(priority)] += cost;
    m_debited += cost;
    m_shown += cost;
    return m_lastTicket;
}

void Budget::settle(domain::Monotonic now, Ticket ticket)
{
    const auto done = std::ranges::find(m_underWay, ticket, &UnderWay::ticket);
    if (done == m_underWay.end()) {
        return;
    }
    const domain::Monotonic endsAt = now + memory();
    if (!m_ageing.empty() && m_ageing.back().priority == done->priority &&
        endsAt - m_ageing.back().firstEndsAt < together) {
        m_ageing.back().endsAt = endsAt;
        m_ageing.back().cost += done->cost;
    } else {
        m_ageing.push_back({endsAt, endsAt, done->priority, done->cost});
    }
    m_underWay.erase(done);
}

void Budget::refund(Ticket ticket)
{
    const auto done = std::ranges::find(m_underWay, ticket, &UnderWay::ticket);
    if (done != m_underWay.end()) {
        m_own[indexOf(done->priority)] -= done->cost;
        m_debited -= done->cost;
        m_shown -= done->cost;
        m_underWay.erase(done);
    }
}

std::int64_t Budget::maybeArrivedSince(domain::Monotonic at) const
{
    std::int64_t cost = 0;
    for (const UnderWay &one : m_underWay) {
        cost += one.cost;
    }
    for (auto aged = m_ageing.rbegin(); aged != m_ageing.rend() && aged->endsAt - memory() >= at; ++aged) {
        cost += aged->cost;
    }
    return cost;
}

void Budget::observe(domain::Monotonic now, const Reading &reading)
{
    if (reading.used < 0) {
        return;
    }
    forget(now);
    const std::int64_t shown = reading.used + maybeArrivedSince(reading.sentAt) - reading.ownCost;
    const bool isYounger = reading.sentAt >= m_readAt;
    noteForeign(now, reading);
    // Answers may overtake each other: an older reading can raise what is shown, never lower it.
    if (isYounger || now >= m_shownEndsAt || shown > m_shown) {
        m_shown = shown;
        m_shownEndsAt = now + memory();
    }
    if (isYounger) {
        m_reading = reading;
        m_readAt = now;
    }
}

void Budget::noteForeign(domain::Monotonic now, const Reading &reading)
{
    std::int64_t beyondOurs = reading.used - maybeArrivedSince(reading.sentAt - m_rule.window);
    if (now < m_earlierUntil) {
        m_earlier = m_earlier.value_or(std::max<std::int64_t>(beyondOurs, 0));
        beyondOurs -= *m_earlier;
    }
    std::int64_t amount = std::max(beyondOurs, risenBeyondOurs(now, reading));
    if (amount <= 0) {
        return;
    }
    amount = std::min(amount, usable() - reserved());
    while (!m_foreign.empty() && m_foreign.back().amount <= amount) {
        m_foreign.pop_back();
    }
    const auto length = std::max<domain::MonotonicClock::duration>(2 * m_rule.window, foreignMemory);
    m_foreign.push_back({now + length + phaseDoubt, amount});
}

// In a fixed window that began after much of our own use, only the counter's rise tells of the others.
std::int64_t Budget::risenBeyondOurs(domain::Monotonic now, const Reading &reading)
{
    if (reading.sentAt < m_readAt) {
        return 0; // it may be older than the one before it
    }
    const auto surelyArrivedBefore = [this](const Reading &one) {
        return m_debited - maybeArrivedSince(one.sentAt) + one.ownCost;
    };
    const std::int64_t own = reading.used - surelyArrivedBefore(reading);
    if (reading.used < m_reading.used) {
        m_base = -surelyArrivedBefore(m_reading); // a window began at nought somewhere between the two
        m_baseAt = m_readAt;
    } else if (now >= m_baseAt + memory()) {
        m_base = own;
        m_baseAt = now;
    }
    m_base = std::min(m_base, own);
    return reading.used - m_debited - m_base;
}

void Budget::forget(domain::Monotonic now)
{
    while (!m_ageing.empty() && m_ageing.front().endsAt <= now) {
        m_own[indexOf(m_ageing.front().priority)] -= m_ageing.front().cost;
        m_ageing.pop_front();
    }
    while (!m_foreign.empty() && m_foreign.front().endsAt <= now) {
        m_foreign.pop_front();
    }
}

domain::Milliseconds Budget::resetsIn(domain::Monotonic now) const
{
    const auto first =
        std::ranges::find_if(m_ageing, [now](const Ageing &aged) { return aged.endsAt > now; });
    return first == m_ageing.end() ? domain::Milliseconds{0}
                                   : std::chrono::ceil<domain::Milliseconds>(first->endsAt - now);
}

BudgetSet::BudgetSet(const std::vector<LimitRule> &rules)
{
    for (const LimitRule &rule : rules) {
        m_budgets.emplace_back(rule);
    }
}

void BudgetSet::setRules(const std::vector<LimitRule> &rules, bool mayRaise)
{
    for (const LimitRule &rule : rules) {
        const auto known =
            std::ranges::find_if(m_budgets, [&](const Budget &one) { return one.rule().name == rule.name; });
        if (known == m_budgets.end()) {
            m_budgets.emplace_back(rule);
        } else if (mayRaise || rule.limit < known->rule().limit) {
            known->setLimit(rule.limit);
        }
    }
}

void BudgetSet::noteEarlierLife(domain::Monotonic endedAt)
{
    for (Budget &budget : m_budgets) {
        budget.noteEarlierLife(endedAt);
    }
}

namespace
{

std::int64_t costUnder(const Budget &budget, Cost cost)
{
    return budget.rule().counts == LimitRule::Counts::Weight ? cost.weight : cost.orders;
}

} // namespace

std::optional<domain::Monotonic> BudgetSet::admissibleAt(
    domain::Monotonic now, Priority priority, Cost cost) const
{
    domain::Monotonic latest = now;
    for (const Budget &budget : m_budgets) {
        const auto at = budget.admissibleAt(now, priority, costUnder(budget, cost));
        if (!at) {
            return std::nullopt;
        }
        latest = std::max(latest, *at);
    }
    return latest;
}

bool BudgetSet::canEverFit(Priority priority, Cost cost) const
{
    return std::ranges::all_of(m_budgets,
        [&](const Budget &budget) { return budget.canEverFit(priority, costUnder(budget, cost)); });
}

BudgetSet::Ticket BudgetSet::debit(domain::Monotonic now, Priority priority, Cost cost)
{
    Debit debit{now, cost, {}};
    for (Budget &budget : m_budgets) {
        const std::int64_t amount = costUnder(budget, cost);
        debit.tickets.push_back(amount == 0 ? 0 : budget.debit(now, priority, amount));
    }
    m_debits.emplace(++m_lastTicket, std::move(debit));
    return m_lastTicket;
}

void BudgetSet::settle(domain::Monotonic now, Ticket ticket, const std::vector<Usage> &usage)
{
    const auto entry = m_debits.extract(ticket);
    if (!entry) {
        return;
    }
    const Debit &debit = entry.mapped();
    for (const Usage &seen : usage) {
        const auto budget = std::ranges::find_if(
            m_budgets, [&](const Budget &one) { return one.rule().name == seen.limiter; });
        if (budget != m_budgets.end()) {
            budget->observe(now, {debit.at, costUnder(*budget, debit.cost), seen.used});
        }
    }
    for (std::size_t at = 0; at < debit.tickets.size(); ++at) {
        m_budgets[at].settle(now, debit.tickets[at]);
    }
}

void BudgetSet::refund(Ticket ticket)
{
    const auto entry = m_debits.extract(ticket);
    for (std::size_t at = 0; entry && at < entry.mapped().tickets.size(); ++at) {
        m_budgets[at].refund(entry.mapped().tickets[at]);
    }
}

} // namespace transport
