#include "exchange/paper/core/conditional.h"

#include "exchange/paper/core/admission.h"
#include "exchange/paper/core/filters.h"
#include "exchange/paper/core/matching.h"
#include "exchange/paper/core/restrictions.h"

#include <algorithm>

namespace paper
{
namespace
{

using domain::ConditionalStatus;

void report(Exchange &exchange, ConditionalRecord &order)
{
    order.updatedAt = exchange.now;
    exchange.emit(ConditionalUpdateEvent{order, exchange.now});
}

void archive(Exchange &exchange, Account &account, std::int64_t algoId)
{
    auto owned = account.conditionals.extract(algoId);
    exchange.remember(account.finishedConditionals, std::move(owned.mapped()));
}

OrderIntent childOf(const ConditionalRecord &order)
{
    OrderIntent intent;
    intent.side = order.side;
    intent.positionSide = order.positionSide;
    intent.type = order.price.isPositive() || order.priceMatch != PriceMatch::None ? OrderType::Limit
                                                                                   : OrderType::Market;
    intent.origType = order.type;
    intent.timeInForce = order.timeInForce == TimeInForce::GteGtc || intent.type == OrderType::Market
                             ? TimeInForce::Gtc
                             : order.timeInForce;
    intent.quantity = order.quantity;
    intent.price = order.price;
    intent.stopPrice = order.triggerPrice;
    intent.reduceOnly = order.reduceOnly || order.closePosition;
    intent.closePosition = order.closePosition;
    intent.priceProtect = order.priceProtect;
    intent.workingType = order.workingType;
    intent.priceMatch = order.priceMatch;
    intent.selfTradePrevention = order.selfTradePrevention;
    intent.goodTillDate = order.goodTillDate;
    intent.algoId = order.algoId;
    intent.activatePrice = order.activatePrice;
    intent.callbackRate = order.callbackRate;
    intent.clientOrderId = order.clientAlgoId;
    return intent;
}

Result<Admission> admitChild(const Exchange &exchange, Account &account, Listing &listing, OrderIntent intent)
{
    if (intent.priceMatch != PriceMatch::None) {
        const auto matched = matchedPrice(listing, intent.side, intent.priceMatch);
        if (!matched) {
            return tl::unexpected<domain::Error>{matched.error()};
        }
        intent.price = *matched;
    }
    if (account.openByClientId.contains(intent.clientOrderId)) {
        intent.clientOrderId.clear(); // a stop must not fail because a name is in use: the engine makes one
    }
    return checkStatus(listing)
        .and_then([&] { return checkPercentPrice(listing, intent.side, intent.price); })
        .and_then([&] { return admit(account, exchange.holding(account, listing), listing, intent); });
}

/// TRIGGERING ends: the engine takes the order or refuses it.
void forward(Exchange &exchange, Account &account, Listing &listing, std::int64_t algoId)
{
    ConditionalRecord &order = account.conditionals.at(algoId);
    auto admission = exchange.refusedTriggers > 0
                         ? Result<Admission>{refuse(-2019, "Margin is insufficient.")}
                         : admitChild(exchange, account, listing, childOf(order));
    if (!admission) {
        exchange.refusedTriggers = std::max(0, exchange.refusedTriggers - 1);
        order.status = ConditionalStatus::Rejected;
        order.rejectCode = admission.error().venueCode;
        order.rejectReason = admission.error().detail;
        report(exchange, order);
        archive(exchange, account, algoId);
        return;
    }
    submitAdmitted(exchange, account, listing, *admission);
}

void trigger(Exchange &exchange, Account &account, Listing &listing, std::int64_t algoId)
{
    ConditionalRecord &order = account.conditionals.at(algoId);
    order.status = ConditionalStatus::Triggering;
    order.triggeredAt = exchange.now;
    report(exchange, order);
    if (exchange.config.triggerDelay.count() == 0 && exchange.triggersHeldUntil <= exchange.now) {
        forward(exchange, account, listing, algoId);
    }
}

/// True while priceProtect holds a trigger back: mark and last are too far apart.
bool isProtected(const ConditionalRecord &order, const Listing &listing)
{
    if (!order.priceProtect || listing.mark.isZero() || listing.last.isZero()) {
        return false;
    }
    return (listing.mark - listing.last).abs() > listing.mark * listing.spec.triggerProtect;
}

/// Follows the price with a trailing order. True once it has turned by the callback rate.
bool trail(Exchange &exchange, ConditionalRecord &order, Price working)
{
    const bool isBuy = order.side == Side::Buy;
    if (!order.activated) {
        const bool reached = order.activatePrice.isZero() ||
                             (isBuy ? working <= order.activatePrice : working >= order.activatePrice);
        if (!reached) {
            return false;
        }
        order.activated = true;
        order.extreme = working;
        report(exchange, order);
    }
    order.extreme = isBuy ? std::min(order.extreme, working) : std::max(order.extreme, working);
    const Rate callback = order.callbackRate / 100;
    const Rate one = Rate::of(1);
    return isBuy ? working >= order.extreme * (one + callback) : working <= order.extreme * (one - callback);
}

} // namespace

Result<ConditionalRecord> placeConditional(
    Exchange &exchange, Account &account, Listing &listing, const ConditionalRequest &request)
{
    auto order = readConditional(request, account, listing, exchange.now);
    if (!order) {
        return order;
    }
    if (const auto checked = checkMayPlace(exchange, account); !checked) {
        return tl::unexpected<domain::Error>{checked.error()};
    }
    const auto open =
        std::ranges::count_if(account.conditionals, [](const auto &entry) { return entry.second.isOpen(); });
    if (static_cast<std::size_t>(open) >= exchange.config.maxConditionalOrders) {
        return refuse(-4045, "Reach max stop order limit.");
    }
    order->account = account.id;
    order->algoId = exchange.nextAlgoId++;
    if (order->clientAlgoId.empty()) {
        order->clientAlgoId = "paper-algo-" + std::to_string(exchange.nextGeneratedId++);
    }
    order->createdAt = exchange.now;
    ConditionalRecord &placed = account.conditionals[order->algoId] = *order;
    report(exchange, placed);
    const ConditionalRecord answer = placed;
    const Price working = workingPrice(listing, placed.workingType);
    if (placed.isTrailing() && working.isPositive()) {
        trail(exchange, placed, working);
    }
    return answer;
}

void endConditional(Exchange &exchange, Account &account, std::int64_t algoId, ConditionalStatus status)
{
    ConditionalRecord &order = account.conditionals.at(algoId);
    order.status = status;
    report(exchange, order);
    archive(exchange, account, algoId);
}

bool triggerConditionals(Exchange &exchange, Listing &listing)
{
    bool triggered = false;
    for (const auto &[id, account] : exchange.accounts) {
        if (account->conditionals.empty()) {
            continue;
        }
        std::vector<std::int64_t> due;
        for (auto &[algoId, order] : account->conditionals) {
            const Price working = workingPrice(listing, order.workingType);
            if (order.status != ConditionalStatus::New || order.symbol != listing.spec.symbol ||
                !working.isPositive()) {
                continue;
            }
            const bool isMet =
                order.isTrailing() ? trail(exchange, order, working) : isTriggered(order, working);
            if (isMet && !isProtected(order, listing)) {
                due.push_back(algoId);
            }
        }
        for (const std::int64_t algoId : due) {
            // An earlier trigger may have closed the position this order lived with.
            const auto found = account->conditionals.find(algoId);
            if (found != account->conditionals.end() && found->second.status == ConditionalStatus::New) {
                trigger(exchange, *account, listing, algoId);
                triggered = true;
            }
        }
    }
    return triggered;
}

void runConditionalTimers(Exchange &exchange)
{
    for (const auto &[id, account] : exchange.accounts) {
        std::vector<std::int64_t> delayed;
        std::vector<std::int64_t> outdated;
        for (const auto &[algoId, order] : account->conditionals) {
            if (order.status == ConditionalStatus::Triggering &&
                *order.triggeredAt + exchange.config.triggerDelay <= exchange.now &&
                exchange.triggersHeldUntil <= exchange.now) {
                delayed.push_back(algoId);
            } else if (order.status == ConditionalStatus::New && order.goodTillDate != 0 &&
                       order.goodTillDate <= domain::toMs(exchange.now)) {
                outdated.push_back(algoId);
            }
        }
        for (const std::int64_t algoId : delayed) {
            forward(exchange, *account, *exchange.find(account->conditionals.at(algoId).symbol), algoId);
        }
        for (const std::int64_t algoId : outdated) {
            endConditional(exchange, *account, algoId, ConditionalStatus::Expired);
        }
    }
}

void expireWithPosition(Exchange &exchange, const Closing &closing)
{
    std::vector<std::int64_t> gone;
    for (const auto &[algoId, order] : closing.account->conditionals) {
        const bool livesWithPosition = order.closePosition || order.timeInForce == TimeInForce::GteGtc;
        if (livesWithPosition && order.status == ConditionalStatus::New && order.side != closing.side &&
            order.positionSide == closing.positionSide && order.symbol == closing.listing->spec.symbol) {
            gone.push_back(algoId);
        }
    }
    for (const std::int64_t algoId : gone) {
        endConditional(exchange, *closing.account, algoId, ConditionalStatus::Expired);
    }
}

void conditionalAccepted(Exchange &exchange, Account &account, const OrderRecord &child)
{
    ConditionalRecord &order = account.conditionals.at(child.algoId);
    order.status = ConditionalStatus::Triggered;
    order.actualOrderId = child.orderId;
    order.actualType = child.type;
    report(exchange, order);
}

void conditionalFinished(Exchange &exchange, Account &account, const OrderRecord &child)
{
    ConditionalRecord &order = account.conditionals.at(child.algoId);
    order.status = ConditionalStatus::Finished;
    order.actualPrice = child.avgPrice();
    order.actualQty = child.executedQty;
    report(exchange, order);
    archive(exchange, account, child.algoId);
}

} // namespace paper
