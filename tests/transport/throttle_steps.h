#pragma once

#include "exchange/transport/throttle.h"

#include <QTest>

#include <optional>
#include <variant>
#include <vector>

namespace hostile
{

using namespace transport;
using namespace std::chrono_literals;

inline constexpr domain::Monotonic start{1'000s};

inline std::vector<LimitRule> limits()
{
    return {LimitRule{"weight 1m", LimitRule::Counts::Weight, 60s, 2'400},
        LimitRule{"orders 10s", LimitRule::Counts::Orders, 10s, 300}};
}

inline QueueItem item(std::uint64_t id, Priority priority)
{
    QueueItem made;
    made.id = id;
    made.priority = priority;
    made.lane = priority == Priority::Cancel || priority == Priority::Reduce || priority == Priority::Open
                    ? Lane::Orders
                    : (priority == Priority::Resolve ? Lane::Queries : Lane::Bulk);
    made.cost = Cost{1, priority == Priority::Open || priority == Priority::Reduce ? 1 : 0};
    return made;
}

inline std::optional<std::uint64_t> handedOver(Throttle &throttle, domain::Monotonic now)
{
    const auto step = throttle.next(now);
    const auto *handOver = std::get_if<Throttle::HandOver>(&step);
    return handOver == nullptr ? std::nullopt : std::optional{handOver->id};
}

inline std::optional<std::uint64_t> dropped(Throttle &throttle, domain::Monotonic now)
{
    const auto step = throttle.next(now);
    const auto *drop = std::get_if<Throttle::Dropped>(&step);
    return drop == nullptr ? std::nullopt : std::optional{drop->id};
}

inline Throttle::Outcome outcome(
    AnswerClass answerClass, std::optional<domain::Milliseconds> pauseFor = std::nullopt)
{
    Throttle::Outcome made;
    made.answerClass = answerClass;
    made.pauseFor = pauseFor;
    return made;
}

/// Sends one request that is answered at once.
inline void exchange(
    Throttle &throttle, domain::Monotonic now, QueueItem request, const Throttle::Outcome &answer)
{
    const std::uint64_t id = request.id;
    QVERIFY(throttle.submit(now, std::move(request)).isAccepted);
    QCOMPARE(handedOver(throttle, now), std::optional{id});
    throttle.finished(now, id, answer);
}

/// Takes and drops all that next() gives at this instant.
inline std::vector<std::uint64_t> allHandedOver(Throttle &throttle, domain::Monotonic now)
{
    std::vector<std::uint64_t> ids;
    while (true) {
        const auto step = throttle.next(now);
        if (const auto *handOver = std::get_if<Throttle::HandOver>(&step)) {
            ids.push_back(handOver->id);
        } else if (std::holds_alternative<Throttle::Wait>(step)) {
            return ids;
        }
    }
}

} // namespace hostile
