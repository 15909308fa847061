#include "exchange/paper/core/faults.h"

#include <algorithm>

namespace paper
{
namespace
{

using domain::Milliseconds;
using namespace std::chrono_literals;

/// The mix of section 7, `times` as bad.
Faults mix(std::uint64_t seed, Milliseconds deadline, int times)
{
    Faults faults{seed};
    const auto rate = [&](double percent) { return std::min(percent * times / 100, 0.9); };
    const auto add = [&](FaultKind kind, double probability, FaultCalls calls) -> FaultRule {
        FaultRule rule;
        rule.kind = kind;
        rule.probability = probability;
        rule.calls = calls;
        return rule;
    };
    // Answer lost 2 %; later than the deadline 1 %.
    faults.add(add(FaultKind::DropAfter, rate(2), FaultCalls::Signed));
    FaultRule late = add(FaultKind::Delay, rate(1), FaultCalls::Signed);
    late.delay = deadline + 1ms;
    late.delayUpTo = deadline * 3;
    faults.add(late);
    // "Unknown error" 0.5 %, half of it executed.
    faults.add(add(FaultKind::UnknownExecuted, rate(0.25), FaultCalls::Signed));
    faults.add(add(FaultKind::UnknownNotExecuted, rate(0.25), FaultCalls::Signed));
    // -1008 or "Service Unavailable" 1 %.
    faults.add(add(FaultKind::Overloaded, rate(0.5), FaultCalls::Placing));
    faults.add(add(FaultKind::Unavailable, rate(0.5), FaultCalls::Signed));
    // Bad JSON 0.2 %.
    faults.add(add(FaultKind::BrokenJson, rate(0.2), FaultCalls::Signed));
    // 429 under hidden foreign load 0.5 %, half of it without Retry-After.
    FaultRule limited = add(FaultKind::TooManyRequests, rate(0.25), FaultCalls::Signed);
    limited.weight = 2'401;
    faults.add(limited);
    limited.delay = 1s;
    limited.delayUpTo = 10s;
    faults.add(limited);
    // Query blind for 0 to 10 s 3 %.
    FaultRule blind = add(FaultKind::BlindQuery, rate(3), FaultCalls::Placing);
    blind.delayUpTo = 10s;
    faults.add(blind);

    // Events: duplicated 1 %, reordered 2 %, silently dropped 0.2 %.
    for (const auto &[kind, percent] : {std::pair{FaultKind::DuplicateEvent, 1.0},
             std::pair{FaultKind::ReorderEvent, 2.0}, std::pair{FaultKind::DropEvent, 0.2}}) {
        FaultRule rule = add(kind, rate(percent), FaultCalls::Any);
        rule.route = Route::Private;
        faults.add(rule);
    }
    // Unknown enum every 1,000, on either side.
    FaultRule unknown = add(FaultKind::UnknownEnum, 0, FaultCalls::Signed);
    unknown.everyNth = 1'000 / times;
    faults.add(unknown);
    unknown.calls = FaultCalls::Any;
    unknown.route = Route::Private;
    faults.add(unknown);

    // Socket lost every 5 min, listen key lost every 2 h.
    const auto byTime = [&](FaultKind kind, Milliseconds every) {
        FaultRule rule;
        rule.kind = kind;
        rule.every = every / times;
        return rule;
    };
    FaultRule socket = byTime(FaultKind::CutStreams, 5min);
    socket.route = Route::Private;
    faults.add(socket);
    faults.add(byTime(FaultKind::LoseListenKey, 2h));
    // Foreign orders: 5 % of orders. They rest, trade at market, or are cancelled.
    faults.add(add(FaultKind::ForeignOrder, rate(2), FaultCalls::Placing));
    faults.add(add(FaultKind::ForeignFill, rate(2), FaultCalls::Placing));
    faults.add(add(FaultKind::ForeignCancel, rate(1), FaultCalls::Placing));
    // Liquidation or ADL every 2,000 orders, in turn.
    FaultRule closing = add(FaultKind::Liquidation, 0, FaultCalls::Placing);
    closing.everyNth = 4'000 / times;
    faults.add(closing);
    closing.kind = FaultKind::AutoDeleverage;
    closing.skip = 2'000 / times;
    faults.add(closing);
    return faults;
}

} // namespace

Faults standardFaults(std::uint64_t seed, Milliseconds deadline)
{
    return mix(seed, deadline, 1);
}

Faults stormFaults(std::uint64_t seed, Milliseconds deadline)
{
    return mix(seed, deadline, 10);
}

} // namespace paper
