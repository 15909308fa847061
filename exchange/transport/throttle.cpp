#include "exchange/transport/throttle.h"

#include <algorithm>

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
constexpr domain::Milliseconds retryBase = 200ms;
constexpr domain::Milliseconds retryMost = 10s;
constexpr int tokensPerRetry = 10; // one retry for ten calls
constexpr int tokensMost = 100;

domain::Milliseconds doubled(domain::Milliseconds base, int times, domain::Milliseconds most)
{
    for (int doubling = 0; doubling < times && base < most; ++doubling) {
        base *= 2;
    }
    return std::min(base, most);
}

} // namespace

Throttle::Throttle(const std::vector<LimitRule> &limits, std::uint64_t seed)
    : m_budgets{limits},
      m_orders{BreakerRule::forOrders()},
      m_queries{BreakerRule::forQueries("queries")},
      m_bulk{BreakerRule::forQueries("bulk")},
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
        const bool isGuarded = item.lane != Lane::Orders || item.priority == Priority::Open;
        if (isGuarded && breaker.state(now) == Breaker::State::Open) {
            const auto retryAt = breaker.retryAt(now);
            if (!retryAt || *retryAt > *item.deadline) {
                return refused(whyWaiting(now, item));
            }
        }
    }
    if (item.priority == Priority::Open && m_orders.state(now) != Breaker::State::Closed) {
        return refused(whyWaiting(now, item));
    }
    return m_queue.submit(std::move(item));
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
    return hasSlot(item) ? m_budgets.admissibleAt(now, item.priority, item.cost) : std::nullopt;
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
                const std::uint64_t id = item.id;
                start(now, *m_queue.take(id));
                return HandOver{id};
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
        m_budgets.settle(now, done.ticket);
    }
    m_budgets.observe(now, outcome.usage);
    learn(now, done, outcome);
    const auto again = retryAt(now, done, outcome);
    if (!again) {
        return After::Finished;
    }
    m_retryTokens -= tokensPerRetry;
    done.item.earliestAt = *again;
    if (const auto patience = RequestQueue::patience(done.item.priority)) {
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
            m_firewalled += isNews ? 1 : 0;
            pause(now, doubled(firewallBase, std::max(m_firewalled - 1, 0), firewallMost), true);
        } else {
            pause(now, outcome.pauseFor.value_or(banOfUnknownLength) + 5s + m_jitter.upTo(10s), true);
        }
    } else if (outcome.answerClass == AnswerClass::RateLimited) {
        m_rateLimited += isNews ? 1 : 0;
        const auto own = doubled(rateLimitBase, std::max(m_rateLimited - 1, 0), rateLimitMost);
        const auto length = outcome.pauseFor.value_or(own);
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
    const bool isFinal = outcome.answerClass == AnswerClass::Done ||
                         outcome.answerClass == AnswerClass::Rejected ||
                         outcome.answerClass == AnswerClass::Banned;
    if (isFinal || !outcome.isRepeatable || done.item.tries >= done.item.maxTries ||
        m_retryTokens < tokensPerRetry || breakerOf(done.item.lane).state(now) != Breaker::State::Closed) {
        return std::nullopt;
    }
    const auto wait = m_jitter.upTo(doubled(retryBase, done.item.tries - 1, retryMost));
    return std::max(now, pausedUntil(now).value_or(now)) + wait;
}

std::optional<std::uint64_t> Throttle::withdraw(const std::string &coalesceKey)
{
    const std::uint64_t id = m_queue.find(coalesceKey);
    if (id == 0) {
        return std::nullopt;
    }
    m_queue.take(id);
    return id;
}

} // namespace transport
