#include "exchange/paper/core/leftovers.h"

#include "exchange/paper/core/random_path.h"
#include "exchange/paper/core/website.h"

#include <algorithm>

namespace paper
{
namespace
{

using Row = std::pair<Symbol, PositionSide>;

Quantity heldThen(const AccountMark &mark, const Row &row)
{
    const auto held = mark.positions.find(row);
    return held == mark.positions.end() ? Quantity{} : held->second;
}

/// The part of now that was not there then.
Quantity beyond(Quantity now, Quantity then)
{
    if (now.isNegative() != then.isNegative() || then.isZero()) {
        return now;
    }
    return now.abs() > then.abs() ? now - then : Quantity{};
}

template <class Record> bool isNeeded(const AccountMark &mark, const Record &order, const std::string &id)
{
    return !id.starts_with(websiteId) && !heldThen(mark, {order.symbol, order.positionSide}).isZero();
}

} // namespace

AccountMark markOf(const Engine &engine, AccountId account)
{
    AccountMark mark;
    for (const PositionView &held : engine.positions(account, std::nullopt)) {
        if (!held.amount.isZero()) {
            mark.positions[{held.symbol, held.positionSide}] = held.amount;
        }
    }
    for (const OrderRecord &order : engine.openOrders(account, std::nullopt)) {
        mark.orders.emplace(order.symbol, order.orderId);
    }
    for (const ConditionalRecord &order : engine.openConditional(account, std::nullopt)) {
        mark.conditional.insert(order.algoId);
    }
    return mark;
}

Leftovers leftoversSince(const AccountMark &mark, const Engine &engine, AccountId account)
{
    Leftovers left;
    for (const PositionView &held : engine.positions(account, std::nullopt)) {
        const Quantity more = beyond(held.amount, heldThen(mark, {held.symbol, held.positionSide}));
        if (!more.isZero()) {
            left.positions.push_back({held.symbol, held.positionSide, more, more.abs() * held.markPrice});
        }
    }
    for (OrderRecord &order : engine.openOrders(account, std::nullopt)) {
        if (!mark.orders.contains({order.symbol, order.orderId}) &&
            !isNeeded(mark, order, order.clientOrderId)) {
            left.orders.push_back(std::move(order));
        }
    }
    for (ConditionalRecord &order : engine.openConditional(account, std::nullopt)) {
        if (!mark.conditional.contains(order.algoId) && !isNeeded(mark, order, order.clientAlgoId)) {
            left.conditional.push_back(std::move(order));
        }
    }
    return left;
}

Result<void> closeLeftovers(
    const Leftovers &told, const AccountMark &mark, Engine &engine, AccountId account, Timestamp now)
{
    const Leftovers left = leftoversSince(mark, engine, account);
    Result<void> outcome;
    const auto note = [&outcome](const auto &done) {
        if (!done && outcome) {
            outcome = tl::unexpected{done.error()};
        }
    };
    for (const OrderRecord &order : left.orders) {
        const bool isTold = std::ranges::any_of(told.orders, [&](const OrderRecord &each) {
            return each.symbol == order.symbol && each.orderId == order.orderId;
        });
        if (!isTold) {
            continue;
        }
        note(engine.cancel(account, order.symbol, {order.orderId, {}}, now));
    }
    for (const ConditionalRecord &order : left.conditional) {
        if (std::ranges::find(told.conditional, order.algoId, &ConditionalRecord::algoId) ==
            told.conditional.end()) {
            continue;
        }
        note(engine.cancelConditional(account, {order.algoId, {}}, now));
    }
    for (const Leftovers::Position &position : left.positions) {
        const auto known = std::ranges::find_if(told.positions, [&](const Leftovers::Position &each) {
            return each.symbol == position.symbol && each.positionSide == position.positionSide &&
                   each.amount.isNegative() == position.amount.isNegative();
        });
        if (known == told.positions.end()) {
            continue;
        }
        NewOrderRequest request;
        request.symbol = position.symbol;
        request.side = position.amount.isNegative() ? "BUY" : "SELL";
        request.type = "MARKET";
        request.quantity = std::min(position.amount.abs(), known->amount.abs()).toString();
        if (position.positionSide == PositionSide::Both) {
            request.reduceOnly = "true";
        } else {
            request.positionSide = std::string{domain::toWire(position.positionSide)};
        }
        request.newClientOrderId = websiteIdOf(hashOf(static_cast<std::uint64_t>(domain::toMs(now)),
            request.symbol.size(), static_cast<std::uint64_t>(position.positionSide)));
        note(engine.place(account, request, now));
    }
    return outcome;
}

} // namespace paper
