#pragma once

#include "models/domain/orders/order_ledger.h"

#include <algorithm>
#include <string>
#include <vector>

/// Orders and the evidence of them, for tests of the order life cycle.
namespace support::orders
{

using namespace domain;
using namespace std::chrono_literals;

inline constexpr std::int64_t startMs = 1'760'000'000'000;
inline const std::string ownId = "tAAAAA0001000001X";
inline const std::string ownPrefix = "tAAAAA";

inline Timestamp at(Milliseconds sinceStart)
{
    return timestampFromMs(startMs) + sinceStart;
}

inline Order intent(const std::string &id = ownId, OrderType type = OrderType::Limit)
{
    Order order;
    order.request.symbol = "BTCUSDT";
    order.request.side = Side::Buy;
    order.request.type = type;
    order.request.quantity = Quantity::of(10);
    order.request.price = type == OrderType::Limit ? Price::of(100) : Price{};
    order.request.triggerPrice = isConditional(type) ? Price::of(90) : Price{};
    order.request.clientOrderId = id;
    order.createdAt = at(0ms);
    return order;
}

inline EngineReport engine(
    OrderStatus status, Milliseconds time, int executed = 0, EvidenceSource source = EvidenceSource::Stream)
{
    EngineReport report{intent(), source};
    report.order.orderId = 8'389'765'519'993'908'929; // above 2^53
    report.order.status = status;
    report.order.executedQty = Quantity::of(executed);
    report.order.avgPrice = executed > 0 ? Price::of(100) : Price{};
    report.order.createdAt = {};
    report.order.updatedAt = at(time);
    return report;
}

inline EngineReport trade(
    std::int64_t tradeId, int quantity, OrderStatus status, Milliseconds time, int executed)
{
    EngineReport report = engine(status, time, executed);
    Fill fill;
    fill.symbol = "BTCUSDT";
    fill.tradeId = tradeId;
    fill.orderId = report.order.orderId;
    fill.price = Price::of(100);
    fill.quantity = Quantity::of(quantity);
    fill.commission = Money::literal("0.04");
    fill.commissionAsset = "USDT";
    fill.at = at(time);
    report.fill = fill;
    return report;
}

inline ConditionalReport conditional(
    ConditionalStatus status, Milliseconds time, std::int64_t child = 0, int executed = 0)
{
    ConditionalReport report{intent(ownId, OrderType::StopMarket), EvidenceSource::Stream};
    report.order.orderId = 1'000'000'033'225'453;
    report.order.childOrderId = child;
    report.order.conditionalStatus = status;
    report.order.executedQty = Quantity::of(executed);
    report.order.updatedAt = at(time);
    return report;
}

template <class Effect> std::vector<Effect> only(const OrderEffects &effects)
{
    std::vector<Effect> found;
    for (const OrderEffect &effect : effects) {
        if (const auto *one = std::get_if<Effect>(&effect)) {
            found.push_back(*one);
        }
    }
    return found;
}

inline bool raises(const OrderEffects &effects, Alarm::Kind kind)
{
    const auto alarms = only<Alarm>(effects);
    return std::ranges::find(alarms, kind, &Alarm::kind) != alarms.end();
}

/// A ledger with one order that was handed over at 100 ms.
inline OrderLedger sent(OrderType type = OrderType::Limit)
{
    OrderLedger ledger{ownPrefix};
    ledger.begin(intent(ownId, type));
    ledger.markSent(ownId, at(100ms), at(100ms), 3000ms);
    return ledger;
}

inline OrderRef ref()
{
    return {"BTCUSDT", ownId, 0, false};
}

/// Runs the resolver against an exchange that answers every query with "not found".
inline OrderEffects answerNotFound(OrderLedger &ledger, Milliseconds from, Milliseconds until)
{
    OrderEffects all;
    for (Milliseconds now = from; now <= until; now += 100ms) {
        OrderEffects effects = ledger.tick(at(now));
        for (const NeedQuery &query : only<NeedQuery>(effects)) {
            const OrderEffects more = ledger.fold(QueryNotFound{query.ref, at(now)});
            effects.insert(effects.end(), more.begin(), more.end());
        }
        all.insert(all.end(), effects.begin(), effects.end());
    }
    return all;
}

} // namespace support::orders
