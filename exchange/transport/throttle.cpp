#include "exchange/transport/throttle.h"

#include <algorithm>
#include <iterator>

namespace transport
{

namespace
{

using namespace std::chrono_literals;

// Qt opens six connections to a host and queues the rest unseen. The last two belong to cancels.
constexpr int slotsForAll = 4;
constexpr int slotsForCancels = 6;
constexpr int emergencyCancels = 3;
constexpr domain::Milliseconds rateLimitBase = 1s;
constexpr domain::Milliseconds rateLimitMost = 60s;
constexpr domain::Milliseconds firewallBase = 5min;
constexpr domain::Milliseconds firewallMost = 1h;
constexpr domain::Milliseconds banOfUnknownLength = 2min;
constexpr domain::Milliseconds longestPause = std::chrono::days{3};
constexpr int tokensPerRetry = 10; // one retry for ten calls
constexpr int tokensMost = 100;

domain::Milliseconds doubled(domain::Milliseconds base, int times, domain::Milliseconds most)
{
    for (int doubling = 0; doubling < times && base < most; ++doubling) {
        base *= 2;
    }
    return std::min(base, most);
}

struct RetryRule
{
    domain::Milliseconds base;
    domain::Milliseconds most;
    bool isFree = false; ///< not out of the common allowance of retries
};

RetryRule retryRuleOf(Priority priority)
{
    switch (priority) {
    case Priority::Cancel:
        return {250ms, 5s, true};
    case Priority::Reduce:
        return {200ms, 800ms, true};
    case Priority::Market:
        return {1s, 60s, false};
    default:
        return {200ms, 10s, false};
    }
}

// Cancels pass every breaker; the one of the orders holds back opening ones alone.
bool isGuarded(const QueueItem &item)
{
    return item.priority != Priority::Cancel &&
           (item.lane != Lane::Orders || item.priority == Priority::Open);
}

std::vector<std::uint64_t> idsOf(const std::vector<QueueItem> &items)
{
    std::vector<std::uint64_t> ids;
    std::ranges::transform(items, std::back_inserter(ids), &QueueItem::id);
    return ids;
}

} // namespace

Throttle::Throttle(const std::vector<LimitRule> &limits, std::uint64_t seed, OrderRate orderRate)
    : m_budgets{limits},
      m_orders{BreakerRule::forOrders()},
      m_queries{BreakerRule::forQueries("queries")},
      m_bulk{BreakerRule::forQueries("bulk")},
      m_orderRate{gateFor(orderRate)},
      m_jitter{seed},
      m_retryTokens{tokensMost}
{
}

const Breaker &Throttle::breakerOf(Lane lane) const
{
    switch (lane) {
    case Lane::Orders:
        return m_orders;
    case Lane::Queries:
        return m_queries;
    case Lane::Bulk:
        break;
    }
    return m_bulk;
}

int Throttle::inFlight(Lane lane) const
{
    return static_cast<int>(std::ranges::count_if(
        m_inFlight, [lane](const auto &entry) { return entry.second.item.lane == lane; }));
}

int Throttle::inFlight(Priority priority) const
{
    return static_cast<int>(std::ranges::count_if(
        m_inFlight, [priority](const auto &entry) { return entry.second.item.priority == priority; }));
}

std::uint64_t Throttle::underWayWith(const QueueItem &item) const
{
    const auto same = std::ranges::find_if(m_inFlight, [&item](const auto &entry) {
        return !item.coalesceKey.empty() && entry.second.item.coalesceKey == item.coalesceKey;
    });
    return item.joinsUnderWay && same != m_inFlight.end() ? same->first : 0;
}

bool Throttle::isHeldByOwnRate(const QueueItem &item) const
{
    return item.priority == Priority::Open && item.cost.orders > 0;
}

bool Throttle::hasSlot(const QueueItem &item) const
{
    return inFlight(item.lane) < (item.priority == Priority::Cancel ? slotsForCancels : slotsForAll);
}

std::optional<domain::Monotonic> Throttle::pausedUntil(domain::Monotonic now) const
{
    const domain::Monotonic until = std::max(m_pausedUntil, m_bannedUntil);
    return now < until ? std::optional{until} : std::nullopt;
}

bool Throttle::isBanned(domain::Monotonic now) const
{
    return now < m_bannedUntil;
}

void Throttle::pause(domain::Monotonic now, domain::Milliseconds length, bool isBan)
{
    if (!pausedUntil(now)) {
        m_emergencies = emergencyCancels;
    }
    domain::Monotonic &until = isBan ? m_bannedUntil : m_pausedUntil;
    until = std::max(until, now + length);
}

int Throttle::emergencyCancelsLeft(domain::Monotonic now) const
{
    return pausedUntil(now) && !isBanned(now) ? m_emergencies : 0;
}

Throttle::PauseState Throttle::pauseState(domain::Monotonic now, domain::Timestamp wallNow) const
{
    PauseState state;
    state.rateLimited = m_rateLimited;
    state.firewalled = m_firewalled;
    if (const auto until = pausedUntil(now)) {
        state.until = wallNow + std::chrono::ceil<domain::Milliseconds>(*until - now);
        state.isBan = isBanned(now);
        state.cancelsLeft = emergencyCancelsLeft(now);
    }
    return state;
}

void Throttle::restorePause(domain::Monotonic now, domain::Timestamp wallNow, const PauseState &state)
{
    m_rateLimited = std::max(m_rateLimited, state.rateLimited);
    m_firewalled = std::max(m_firewalled, state.firewalled);
    if (state.until > wallNow) {
        pause(now, std::min<domain::Milliseconds>(state.until - wallNow, longestPause), state.isBan);
        m_emergencies = std::min(m_emergencies, state.cancelsLeft);
    }
}

void Throttle::noteEarlierLife(domain::Monotonic now, domain::Timestamp wallNow, domain::Timestamp endedAt)
{
    if (endedAt <= wallNow) {
        // An hour is longer than any window, and no clock began before it.
        m_budgets.noteEarlierLife(now - std::min<domain::Milliseconds>(wallNow - endedAt, 1h));
    }
}

RequestQueue::Admission Throttle::submit(domain::Monotonic now, QueueItem item)
{
    if (!item.deadline) {
        if (const auto patience = RequestQueue::patience(item.priority)) {
            item.deadline = now + *patience;
        }
    }
    const auto refused = [](std::string reason) {
        return RequestQueue::Admission{false, 0, std::move(reason)};
    };
    if (!m_budgets.canEverFit(item.priority, item.cost)) {
        return refused("it costs more than its share of the venue's limits");
    }
    if (item.priority != Priority::Cancel && item.deadline) {
        if (const auto until = pausedUntil(now); until && *until > *item.deadline) {
            return refused(whyWaiting(now, item));
        }
        const Breaker &breaker = breakerOf(item.lane);
        if (isGuarded(item) && breaker.state(now) == Breaker::State::Open) {
            const auto retryAt = breaker.retryAt(now);
            if (!retryAt || *retryAt > *item.deadline) {
                return refused(whyWaiting(now, item));
            }
        }
    }
    if (item.priority == Priority::Open && m_orders.state(now) != Breaker::State::Closed) {
        return refused(whyWaiting(now, item));
    }
    if (const std::uint64_t known = underWayWith(item); known != 0) {
        return RequestQueue::Admission{true, known, {}};
    }
    const int mayComeBack = inFlight(item.priority);
    return m_queue.submit(std::move(item), mayComeBack);
}

std::string Throttle::whyWaiting(domain::Monotonic now, const QueueItem &item) const
{
    if (isBanned(now)) {
        return "the venue has banned this address for a while";
    }
    if (pausedUntil(now)) {
        return "the venue asked for a pause";
    }
    const Breaker &breaker = item.priority == Priority::Open ? m_orders : breakerOf(item.lane);
    if (breaker.state(now) != Breaker::State::Closed) {
        return "sending is suspended: " + breaker.reason();
    }
    if (!hasSlot(item)) {
        return "earlier requests are still without an answer";
    }
    if (isHeldByOwnRate(item) && m_orderRate.admissibleAt(now) > now) {
        return "your own limit of new orders a minute is used up";
    }
    return "the venue's limits are used up";
}

void Throttle::dropHopeless(domain::Monotonic now)
{
    for (const QueueItem &item : m_queue.takeExpired(now)) {
        m_dropped.push_back(Dropped{item.id, "it waited too long: " + whyWaiting(now, item)});
    }
    if (m_orders.state(now) != Breaker::State::Closed) {
        // Nobody wants an order to leave by surprise once the trouble is over.
        for (const QueueItem &item :
            m_queue.takeIf([](const QueueItem &waiting) { return waiting.priority == Priority::Open; })) {
            m_dropped.push_back(Dropped{item.id, whyWaiting(now, item)});
        }
    }
}

std::optional<domain::Monotonic> Throttle::admissibleAt(domain::Monotonic now, const QueueItem &item) const
{
    if (item.earliestAt > now) {
        return item.earliestAt;
    }
    const bool isCancel = item.priority == Priority::Cancel;
    if (const auto until = pausedUntil(now); until && (isBanned(now) || !isCancel || m_emergencies == 0)) {
        return until;
    }
    if (!isCancel && item.lane != Lane::Orders) {
        const Breaker &breaker = breakerOf(item.lane);
        if (breaker.state(now) == Breaker::State::Open) {
            return breaker.retryAt(now);
        }
        if (breaker.state(now) == Breaker::State::HalfOpen && !breaker.wantsProbe(now)) {
            return std::nullopt;
        }
    }
    if (!hasSlot(item)) {
        return std::nullopt;
    }
    const auto at = m_budgets.admissibleAt(now, item.priority, item.cost);
    return at && isHeldByOwnRate(item) ? std::max(*at, m_orderRate.admissibleAt(now)) : at;
}

Throttle::Step Throttle::next(domain::Monotonic now)
{
    for (Breaker *breaker : {&m_orders, &m_queries, &m_bulk}) {
        breaker->onTime(now);
    }
    dropHopeless(now);
    if (!m_dropped.empty()) {
        Dropped dropped = std::move(m_dropped.front());
        m_dropped.pop_front();
        return dropped;
    }
    std::optional<domain::Monotonic> wake = m_queue.earliestDeadline();
    if (wake) {
        *wake += 1us; // expired is what lies strictly before now
    }
    const auto wakeBy = [&wake](std::optional<domain::Monotonic> at) {
        if (at && (!wake || *at < *wake)) {
            wake = at;
        }
    };
    for (const Breaker *breaker : {&m_orders, &m_queries, &m_bulk}) {
        wakeBy(breaker->wakeAt(now));
    }
    if (!m_orders.wantsProbe(now)) {
        m_probeWantedAt.reset();
    } else if (pausedUntil(now)) {
        wakeBy(pausedUntil(now));
    } else if (!m_probeWantedAt || now >= *m_probeWantedAt + m_orders.rule().probeDeadline) {
        m_probeWantedAt = now;
        return ProbeWanted{m_orders.rule().probeDeadline};
    } else {
        wakeBy(*m_probeWantedAt + m_orders.rule().probeDeadline);
    }

    for (std::size_t priority = 0; priority < priorityCount; ++priority) {
        std::array<bool, laneCount> isBlocked{};
        for (const QueueItem &item : m_queue.waiting(static_cast<Priority>(priority))) {
            bool &laneBlocked = isBlocked[static_cast<std::size_t>(item.lane)];
            if (laneBlocked) {
                continue; // within a class nobody overtakes, or dear requests would never get their turn
            }
            const auto at = admissibleAt(now, item);
            if (at && *at <= now) {
                const HandOver handOver{item.id, item.deadline};
                start(now, *m_queue.take(item.id));
                return handOver;
            }
            wakeBy(at);
            laneBlocked = item.earliestAt <= now;
        }
    }
    return Wait{wake};
}

void Throttle::start(domain::Monotonic now, QueueItem item)
{
    InFlight entry;
    entry.ticket = m_budgets.debit(now, item.priority, item.cost);
    if (pausedUntil(now)) {
        --m_emergencies;
    }
    if (isHeldByOwnRate(item)) {
        m_orderRate.take(now);
    }
    ++item.tries;
    m_retryTokens = std::min(m_retryTokens + 1, tokensMost);
    if (item.priority != Priority::Cancel && item.lane != Lane::Orders) {
        Breaker &breaker = item.lane == Lane::Queries ? m_queries : m_bulk;
        entry.isLaneProbe = breaker.wantsProbe(now);
        if (entry.isLaneProbe) {
            breaker.probeSent(now);
        }
    }
    if (item.priority == Priority::Resolve && m_orders.wantsProbe(now)) {
        entry.isOrdersProbe = true;
        m_orders.probeSent(now);
    }
    entry.item = std::move(item);
    m_inFlight.emplace(entry.item.id, std::move(entry));
}

void Throttle::aborted(domain::Monotonic now, std::uint64_t id)
{
    const auto entry = m_inFlight.extract(id);
    if (!entry) {
        return;
    }
    m_budgets.refund(entry.mapped().ticket);
    // Neutral to a breaker: it was a probe that never left.
    if (entry.mapped().isOrdersProbe) {
        m_orders.probeAnswered(now, AnswerClass::RateLimited);
    }
    if (entry.mapped().isLaneProbe) {
        Breaker &breaker = entry.mapped().item.lane == Lane::Queries ? m_queries : m_bulk;
        breaker.probeAnswered(now, AnswerClass::RateLimited);
    }
}

Throttle::After Throttle::finished(domain::Monotonic now, std::uint64_t id, const Outcome &outcome)
{
    auto entry = m_inFlight.extract(id);
    if (!entry) {
        return After::Finished;
    }
    InFlight &done = entry.mapped();
    if (outcome.answerClass == AnswerClass::NotSent) {
        m_budgets.refund(done.ticket);
    } else {
        m_budgets.settle(now, done.ticket, outcome.usage);
    }
    learn(now, done, outcome);
    const auto again = retryAt(now, done, outcome);
    if (!again) {
        return After::Finished;
    }
    m_retryTokens -= retryRuleOf(done.item.priority).isFree ? 0 : tokensPerRetry;
    done.item.earliestAt = *again;
    const auto patience = RequestQueue::patience(done.item.priority);
    if (patience && !done.item.isDeadlineFinal) {
        done.item.deadline = *again + *patience;
    }
    m_queue.putBack(std::move(done.item));
    return After::WillRetry;
}

void Throttle::learn(domain::Monotonic now, const InFlight &done, const Outcome &outcome)
{
    if (done.item.lane == Lane::Orders) {
        m_orders.record(now, outcome.answerClass);
    } else {
        Breaker &breaker = done.item.lane == Lane::Queries ? m_queries : m_bulk;
        if (done.isLaneProbe) {
            breaker.probeAnswered(now, outcome.answerClass);
        } else {
            breaker.record(now, outcome.answerClass);
        }
    }
    if (done.isOrdersProbe) {
        m_orders.probeAnswered(now, outcome.answerClass);
    }
    rememberPause(now, outcome);
}

void Throttle::rememberPause(domain::Monotonic now, const Outcome &outcome)
{
    // Several requests may be under way when the venue first says stop: they count as one warning.
    const bool isNews = !pausedUntil(now);
    if (outcome.answerClass == AnswerClass::Banned) {
        if (outcome.isFirewall) {
            m_firewalled += isBanned(now) ? 0 : 1;
            pause(now, doubled(firewallBase, std::max(m_firewalled - 1, 0), firewallMost), true);
        } else {
            pause(now, outcome.pauseFor.value_or(banOfUnknownLength) + 5s + m_jitter.upTo(10s), true);
        }
    } else if (outcome.answerClass == AnswerClass::RateLimited) {
        m_rateLimited += isNews ? 1 : 0;
        const auto own = doubled(rateLimitBase, std::max(m_rateLimited - 1, 0), rateLimitMost);
        const auto length = std::max(outcome.pauseFor.value_or(own), rateLimitBase);
        pause(now, length + m_jitter.upTo(std::min<domain::Milliseconds>(length / 2, 1s)), false);
    } else if (isNews &&
               (outcome.answerClass == AnswerClass::Done || outcome.answerClass == AnswerClass::Rejected)) {
        m_rateLimited = 0;
        m_firewalled = 0;
    }
}

std::optional<domain::Monotonic> Throttle::retryAt(
    domain::Monotonic now, const InFlight &done, const Outcome &outcome)
{
    const QueueItem &item = done.item;
    const RetryRule rule = retryRuleOf(item.priority);
    const bool isFinal = outcome.answerClass == AnswerClass::Done ||
                         outcome.answerClass == AnswerClass::Rejected ||
                         outcome.answerClass == AnswerClass::Banned;
    if (isFinal || !outcome.isRepeatable || item.tries >= item.maxTries ||
        (!rule.isFree && m_retryTokens < tokensPerRetry) ||
        (isGuarded(item) && breakerOf(item.lane).state(now) != Breaker::State::Closed)) {
        return std::nullopt;
    }
    const auto wait = m_jitter.upTo(doubled(rule.base, item.tries - 1, rule.most));
    const domain::Monotonic again = std::max(now, pausedUntil(now).value_or(now)) + wait;
    const bool isTooLate = item.isDeadlineFinal && item.deadline && again > *item.deadline;
    return isTooLate ? std::nullopt : std::optional{again};
}

std::vector<std::uint64_t> Throttle::withdraw(const std::string &key)
{
    return idsOf(m_queue.takeAbout(key));
}

std::vector<std::uint64_t> Throttle::withdraw(Priority priority)
{
    return idsOf(
        m_queue.takeIf([priority](const QueueItem &waiting) { return waiting.priority == priority; }));
}

} // namespace transport
