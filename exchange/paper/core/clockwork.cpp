#include "exchange/paper/core/clockwork.h"

#include "exchange/paper/core/conditional.h"
#include "exchange/paper/core/funding.h"
#include "exchange/paper/core/liquidation.h"
#include "exchange/paper/core/matching.h"

#include <utility>

namespace paper
{
namespace
{

constexpr std::chrono::hours orderLifetime{24 * 365};
constexpr std::chrono::hours lifetimeCheckEvery{1};

bool isOverdue(const OrderRecord &order, Timestamp now, bool checksLifetime)
{
    if (order.timeInForce == TimeInForce::Gtd) {
        return order.goodTillDate <= domain::toMs(now);
    }
    return checksLifetime && order.createdAt + orderLifetime <= now;
}

void runOrderTimers(Exchange &exchange)
{
    const bool checksLifetime = exchange.nextLifetimeCheckAt <= exchange.now;
    if (checksLifetime) {
        exchange.nextLifetimeCheckAt = exchange.now + lifetimeCheckEvery;
    }
    for (const auto &[id, account] : exchange.accounts) {
        for (auto &[symbol, holding] : account->holdings) {
            const bool isCountedDown = holding.countdownAt && *holding.countdownAt <= exchange.now;
            if (isCountedDown) {
                holding.countdownAt.reset();
            }
            const std::vector<WorkingOrder *> open = holding.open;
            for (WorkingOrder *order : open) {
                if (isCountedDown) {
                    finish(exchange, *order, OrderStatus::Canceled);
                } else if (isOverdue(order->record, exchange.now, checksLifetime)) {
                    finish(exchange, *order, OrderStatus::Expired);
                }
            }
        }
    }
}

} // namespace

void settle(Exchange &exchange)
{
    bool again = true;
    while (again) {
        again = false;
        for (const Closing &closing : std::exchange(exchange.closings, {})) {
            expireWithPosition(exchange, closing);
        }
        for (Listing *listing : std::exchange(exchange.priceMoved, {})) {
            listing->isPriceMoved = false;
            again = triggerConditionals(exchange, *listing) || again;
        }
        for (Account *account : std::exchange(exchange.riskDirty, {})) {
            account->isRiskDirty = false;
            again = checkRisk(exchange, *account) || again;
        }
        again = again || !exchange.closings.empty() || !exchange.priceMoved.empty() ||
                !exchange.riskDirty.empty();
    }
}

void runDue(Exchange &exchange)
{
    runOrderTimers(exchange);
    runConditionalTimers(exchange);
    for (const auto &listing : exchange.listings) {
        runFunding(exchange, *listing);
    }
    settle(exchange);
}

} // namespace paper
