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
constexpr domain::Milliseconds riseStep = 1s; // closer ones are remembered as one
constexpr std::int64_t hardPercent = 90;
constexpr std::int64_t softPercent = 60;
constexpr std::int64_t marketPercent = 25;
constexpr std::int64_t historyPercent = 15;
constexpr std::int64_t historyTotalPercent = 50;

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
    const auto counts = [at](const Foreign &seen) { return seen.endsAt > at; };
    const auto beyond = std::ranges::find_if(m_foreign, counts);
    std::int64_t risen = 0;
    for (auto rise = std::ranges::find_if(m_rises, counts); rise != m_rises.end(); ++rise) {
        risen += rise->amount;
    }
    return std::max(risen, beyond == m_foreign.end() ? 0 : beyond->amount);
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

bool Budget::fits(domain::Monotonic at, Priority priority, std::int64_t cost) const
{
    const auto share = [this](std::int64_t percent) { return m_rule.limit * percent / 100; };
    const Costs own = ownAt(at);
    const std::int64_t total = usedAt(at, own) + cost;
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
        return total <= share(softPercent) && ofClass <= share(marketPercent);
    case Priority::History:
        return total <= share(historyTotalPercent) && ofClass <= share(historyPercent);
    }
    return false;
}

bool Budget::canEverFit(Priority priority, std::int64_t cost) const
{
    return cost == 0 || Budget{m_rule}.fits(domain::Monotonic{}, priority, cost);
}

std::optional<domain::Monotonic> Budget::admissibleAt(
    domain::Monotonic now, Priority priority, std::int64_t cost) const
{
    if (cost == 0 || fits(now, priority, cost)) {
        return now;
    }
    std::vector<domain::Monotonic> ends{m_shownEndsAt};
    for (const Ageing &aged : m_ageing) {
        ends.push_back(aged.endsAt);
    }
    for (const auto *seen : {&m_foreign, &m_rises}) {
        for (const Foreign &one : *seen) {
            ends.push_back(one.endsAt);
        }
    }
    std::erase_if(ends, [now](domain::Monotonic at) { return at <= now; });
    std::ranges::sort(ends);
    // What is counted only falls with time, and no reserve grows by more than that.
    const auto first =
        std::ranges::partition_point(ends, [&](domain::Monotonic at) { return !fits(at, priority, cost); });
    return first == ends.end() ? std::nullopt : std::optional{*first};
}

Budget::Ticket Budget::debit(domain::Monotonic now, Priority priority, std::int64_t cost)
{
    forget(now);
    m_underWay.push_back({++m_lastTicket, priority, cost});
    m_own[indexOf(priority)] += cost;
    m_shown += cost;
    return m_lastTicket;
}

void Budget::settle(domain::Monotonic now, Ticket ticket)
{
    const auto done = std::ranges::find(m_underWay, ticket, &UnderWay::ticket);
    if (done != m_underWay.end()) {
        m_ageing.push_back({now + memory(), done->priority, done->cost});
        m_underWay.erase(done);
    }
}

void Budget::refund(Ticket ticket)
{
    const auto done = std::ranges::find(m_underWay, ticket, &UnderWay::ticket);
    if (done != m_underWay.end()) {
        m_own[indexOf(done->priority)] -= done->cost;
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
    const Costs own = ownAt(now);
    const std::int64_t beyond = reading.used - std::accumulate(own.begin(), own.end(), std::int64_t{0});
    if (beyond > 0) {
        while (!m_foreign.empty() && m_foreign.back().amount <= beyond) {
            m_foreign.pop_back();
        }
        m_foreign.push_back({now + memory(), beyond});
    }
    // In a fixed window that began after much of our own use, only the rise shows the others.
    if (reading.sentAt < m_readAt || now >= m_shownEndsAt) {
        return;
    }
    const std::int64_t rise = reading.used >= m_reading.used ? reading.used - m_reading.used : reading.used;
    const std::int64_t notOurs = rise - (maybeArrivedSince(m_reading.sentAt) - m_reading.ownCost);
    if (notOurs <= 0) {
        return;
    }
    const domain::Monotonic endsAt = now + memory();
    if (!m_rises.empty() && endsAt - m_rises.back().endsAt < riseStep) {
        m_rises.back().endsAt = endsAt;
        m_rises.back().amount += notOurs;
    } else {
        m_rises.push_back({endsAt, notOurs});
    }
}

void Budget::forget(domain::Monotonic now)
{
    while (!m_ageing.empty() && m_ageing.front().endsAt <= now) {
        m_own[indexOf(m_ageing.front().priority)] -= m_ageing.front().cost;
        m_ageing.pop_front();
    }
    for (auto *seen : {&m_foreign, &m_rises}) {
        while (!seen->empty() && seen->front().endsAt <= now) {
            seen->pop_front();
        }
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
