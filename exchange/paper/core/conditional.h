#pragma once

#include "exchange/paper/core/exchange.h"
#include "exchange/paper/core/order_request.h"

/// Conditional orders: waiting, trailing, triggering, and what becomes of them. Reference 5.7.
namespace paper
{

Result<ConditionalRecord> placeConditional(
    Exchange &exchange, Account &account, Listing &listing, const ConditionalRequest &request);

/// Ends a waiting order: by the user (Canceled) or because its reason is gone (Expired).
void endConditional(
    Exchange &exchange, Account &account, std::int64_t algoId, domain::ConditionalStatus status);

/// Triggers what the listing's present prices trigger. True if anything was done.
bool triggerConditionals(Exchange &exchange, Listing &listing);

/// Forwards orders whose trigger delay has passed and expires those past their goodTillDate.
void runConditionalTimers(Exchange &exchange);

/// Expires orders that live with a position that ended (closePosition, GTE_GTC).
void expireWithPosition(Exchange &exchange, const Closing &closing);

/// The engine order of a conditional order was accepted, or ended.
void conditionalAccepted(Exchange &exchange, Account &account, const OrderRecord &child);
void conditionalFinished(Exchange &exchange, Account &account, const OrderRecord &child);

} // namespace paper
