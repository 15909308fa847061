#include "exchange/paper/core/faults.h"

#include <algorithm>

namespace paper
{
namespace
{

using domain::Milliseconds;
using namespace std::chrono_literals;

/// The mix of section 7, `times` as bad.
std::vector<FaultRule> mix(Milliseconds deadline, int times)
{
    std::vector<FaultRule> rules;
    const auto rate = [&](double percent) { return std::min(percent * times / 100, 0.9); };
    const auto add = [&](FaultKind kind, double probability, FaultCalls calls) -> FaultRule {
        FaultRule rule;
        rule.kind = kind;
        rule.probability = probability;
        rule.calls = calls;
        return rule;
    };
    // Answer lost 2 %; later than the deadline 1 %.
    rules.push_back(add(FaultKind::DropAfter, rate(2), FaultCalls::Signed));
    FaultRule late = add(FaultKind::Delay, rate(1), FaultCalls::Signed);
    late.delay = deadline + 1ms;
    late.delayUpTo = deadline * 3;
    rules.push_back(late);
    // "Unknown error" 0.5 %, half of it executed.
    rules.push_back(add(FaultKind::UnknownExecuted, rate(0.25), FaultCalls::Signed));
    rules.push_back(add(FaultKind::UnknownNotExecuted, rate(0.25), FaultCalls::Signed));
    // -1008 or "Service Unavailable" 1 %.
    rules.push_back(add(FaultKind::Overloaded, rate(0.5), FaultCalls::Placing));
    rules.push_back(add(FaultKind::Unavailable, rate(0.5), FaultCalls::Signed));
    // Bad JSON 0.2 %.
    rules.push_back(add(FaultKind::BrokenJson, rate(0.2), FaultCalls::Signed));
    // 429 under hidden foreign load 0.5 %, half of it without Retry-After.
    FaultRule limited = add(FaultKind::TooManyRequests, rate(0.25), FaultCalls::Signed);
    limited.weight = 2'401;
    rules.push_back(limited);
    limited.delay = 1s;
    limited.delayUpTo = 10s;
    rules.push_back(limited);
    // Query blind for 0 to 10 s 3 %.
    FaultRule blind = add(FaultKind::BlindQuery, rate(3), FaultCalls::Placing);
    blind.delayUpTo = 10s;
    rules.push_back(blind);

    // Events: duplicated 1 %, reordered 2 %, silently dropped 0.2 %.
    for (const auto &[kind, percent] : {std::pair{FaultKind::DuplicateEvent, 1.0},
             std::pair{FaultKind::ReorderEvent, 2.0}, std::pair{FaultKind::DropEvent, 0.2}}) {
        FaultRule rule = add(kind, rate(percent), FaultCalls::Any);
        rule.route = Route::Private;
        rules.push_back(rule);
    }
    // Unknown enum every 1,000, on either side.
    FaultRule unknown = add(FaultKind::UnknownEnum, 0, FaultCalls::Signed);
    unknown.everyNth = 1'000 / times;
    rules.push_back(unknown);
    unknown.calls = FaultCalls::Any;
    unknown.route = Route::Private;
    rules.push_back(unknown);

    // Socket lost every 5 min, listen key lost every 2 h.
    const auto byTime = [&](FaultKind kind, Milliseconds every) {
        FaultRule rule;
        rule.kind = kind;
        rule.every = every / times;
        return rule;
    };
    FaultRule socket = byTime(FaultKind::CutStreams, 5min);
    socket.route = Route::Private;
    rules.push_back(socket);
    rules.push_back(byTime(FaultKind::LoseListenKey, 2h));
    // Foreign orders: 5 % of orders. They rest, trade at market, or are cancelled.
    rules.push_back(add(FaultKind::ForeignOrder, rate(2), FaultCalls::Placing));
    rules.push_back(add(FaultKind::ForeignFill, rate(2), FaultCalls::Placing));
    rules.push_back(add(FaultKind::ForeignCancel, rate(1), FaultCalls::Placing));
    // Liquidation or ADL every 2,000 orders, in turn.
    FaultRule closing = add(FaultKind::Liquidation, 0, FaultCalls::Placing);
    closing.everyNth = 4'000 / times;
    rules.push_back(closing);
    closing.kind = FaultKind::AutoDeleverage;
    closing.skip = 2'000 / times;
    rules.push_back(closing);
    return rules;
}

} // namespace

std::vector<FaultRule> standardRules(Milliseconds deadline)
{
    return mix(deadline, 1);
}

std::vector<FaultRule> stormRules(Milliseconds deadline)
{
    return mix(deadline, 10);
}

Faults standardFaults(std::uint64_t seed, Milliseconds deadline)
{
    Faults faults{seed};
    std::ranges::for_each(standardRules(deadline), [&](const FaultRule &rule) { faults.add(rule); });
    return faults;
}

Faults stormFaults(std::uint64_t seed, Milliseconds deadline)
{
    Faults faults{seed};
    std::ranges::for_each(stormRules(deadline), [&](const FaultRule &rule) { faults.add(rule); });
    return faults;
}

} // namespace paper
