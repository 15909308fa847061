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
constexpr std::int64_t hardPercent = 90;
constexpr std::int64_t softPercent = 60;
constexpr std::int64_t marketPercent = 25;
constexpr std::int64_t historyPercent = 15;
constexpr std::int64_t historyTotalPercent = 50;

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

std::int64_t Budget::ownUsed(domain::Monotonic at) const
{
    return std::accumulate(
        m_spent.begin(), m_spent.end(), std::int64_t{0}, [at](std::int64_t sum, const Spent &spent) {
            return sum + (!spent.endsAt || *spent.endsAt > at ? spent.cost : 0);
        });
}

std::int64_t Budget::ownUsed(domain::Monotonic at, Priority priority) const
{
    return std::accumulate(m_spent.begin(), m_spent.end(), std::int64_t{0},
        [at, priority](std::int64_t sum, const Spent &spent) {
            const bool counts = spent.priority == priority && (!spent.endsAt || *spent.endsAt > at);
            return sum + (counts ? spent.cost : 0);
        });
}

std::int64_t Budget::inFlight() const
{
    return std::accumulate(m_spent.begin(), m_spent.end(), std::int64_t{0},
        [](std::int64_t sum, const Spent &spent) { return sum + (spent.endsAt ? 0 : spent.cost); });
}

std::int64_t Budget::usedAt(domain::Monotonic at) const
{
    const auto foreign =
        std::ranges::find_if(m_foreign, [at](const Foreign &seen) { return seen.endsAt > at; });
    const std::int64_t ours = ownUsed(at) + (foreign == m_foreign.end() ? 0 : foreign->amount);
    return std::max(ours, at < m_shownEndsAt ? m_shown : 0);
}

std::int64_t Budget::used(domain::Monotonic now) const
{
    return usedAt(now);
}

std::int64_t Budget::reserved() const
{
    std::int64_t percent = 0;
    for (const Priority priority : {Priority::Cancel, Priority::Reduce, Priority::Resolve}) {
        percent += reservePercent(m_rule.counts, priority);
    }
    return m_rule.limit * percent / 100;
}

bool Budget::fits(domain::Monotonic at, Priority priority, std::int64_t cost) const
{
    const auto share = [this](std::int64_t percent) { return m_rule.limit * percent / 100; };
    const std::int64_t total = usedAt(at) + cost;
    std::int64_t keptForOthers = 0;
    for (const Priority other : {Priority::Cancel, Priority::Reduce, Priority::Resolve}) {
        if (other < priority) {
            const std::int64_t reserve = share(reservePercent(m_rule.counts, other));
            keptForOthers += std::max<std::int64_t>(reserve - ownUsed(at, other), 0);
        }
    }
    if (total > share(hardPercent) - keptForOthers) {
        return false;
    }
    if (priority >= Priority::Open && total > share(softPercent)) {
        return false;
    }
    if (priority == Priority::Market && ownUsed(at, priority) + cost > share(marketPercent)) {
        return false;
    }
    return priority != Priority::History ||
           (ownUsed(at, priority) + cost <= share(historyPercent) && total <= share(historyTotalPercent));
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
    for (const Spent &spent : m_spent) {
        if (spent.endsAt) {
            ends.push_back(*spent.endsAt);
        }
    }
    for (const Foreign &seen : m_foreign) {
        ends.push_back(seen.endsAt);
    }
    std::ranges::sort(ends);
    const auto first = std::ranges::find_if(
        ends, [&](domain::Monotonic at) { return at > now && fits(at, priority, cost); });
    return first == ends.end() ? std::nullopt : std::optional{*first};
}

Budget::Ticket Budget::debit(domain::Monotonic now, Priority priority, std::int64_t cost)
{
    forget(now);
    m_spent.push_back(Spent{++m_lastTicket, priority, cost, std::nullopt});
    m_shown += cost;
    return m_lastTicket;
}

void Budget::settle(domain::Monotonic now, Ticket ticket)
{
    const auto spent = std::ranges::find(m_spent, ticket, &Spent::ticket);
    if (spent != m_spent.end() && !spent->endsAt) {
        spent->endsAt = now + memory();
    }
}

void Budget::refund(Ticket ticket)
{
    const auto spent = std::ranges::find(m_spent, ticket, &Spent::ticket);
    if (spent != m_spent.end()) {
        m_shown -= spent->cost;
        m_spent.erase(spent);
    }
}

void Budget::observe(domain::Monotonic now, std::int64_t venueUsed)
{
    if (venueUsed < 0) {
        return;
    }
    forget(now);
    m_shown = venueUsed + inFlight();
    m_shownEndsAt = now + memory();
    const std::int64_t foreign = venueUsed - ownUsed(now);
    if (foreign > 0) {
        while (!m_foreign.empty() && m_foreign.back().amount <= foreign) {
            m_foreign.pop_back();
        }
        m_foreign.push_back(Foreign{now + memory(), foreign});
    }
}

void Budget::forget(domain::Monotonic now)
{
    std::erase_if(m_spent, [now](const Spent &spent) { return spent.endsAt && *spent.endsAt <= now; });
    std::erase_if(m_foreign, [now](const Foreign &seen) { return seen.endsAt <= now; });
}

domain::Milliseconds Budget::resetsIn(domain::Monotonic now) const
{
    std::optional<domain::Monotonic> first;
    for (const Spent &spent : m_spent) {
        if (spent.endsAt && *spent.endsAt > now && (!first || *spent.endsAt < *first)) {
            first = spent.endsAt;
        }
    }
    return first ? std::chrono::ceil<domain::Milliseconds>(*first - now) : domain::Milliseconds{0};
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
    std::vector<Budget::Ticket> tickets;
    for (Budget &budget : m_budgets) {
        const std::int64_t amount = costUnder(budget, cost);
        tickets.push_back(amount == 0 ? 0 : budget.debit(now, priority, amount));
    }
    m_tickets.emplace(++m_lastTicket, std::move(tickets));
    return m_lastTicket;
}

void BudgetSet::settle(domain::Monotonic now, Ticket ticket)
{
    const auto entry = m_tickets.extract(ticket);
    for (std::size_t at = 0; entry && at < entry.mapped().size(); ++at) {
        m_budgets[at].settle(now, entry.mapped()[at]);
    }
}

void BudgetSet::refund(Ticket ticket)
{
    const auto entry = m_tickets.extract(ticket);
    for (std::size_t at = 0; entry && at < entry.mapped().size(); ++at) {
        m_budgets[at].refund(entry.mapped()[at]);
    }
}

void BudgetSet::observe(domain::Monotonic now, const std::vector<Usage> &usage)
{
    for (const Usage &seen : usage) {
        for (Budget &budget : m_budgets) {
            if (budget.rule().name == seen.limiter) {
                budget.observe(now, seen.used);
            }
        }
    }
}

} // namespace transport
