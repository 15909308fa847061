#pragma once

#include "exchange/paper/core/admission.h"
#include "exchange/paper/core/order_request.h"

/// The matching engine: price-time priority over one book of anonymous liquidity and user orders.
namespace paper
{

/// Where a user's working order is found, or null. By id where it is not 0, else by client id.
WorkingOrder *findOpen(const Account &account, const Listing &listing, const OrderKey &key);

/// Takes an admitted order, works it and rests what is left. Its order id.
std::int64_t submitAdmitted(
    Exchange &exchange, Account &account, Listing &listing, const Admission &admission);
/// The same for an order that needs no admission (liquidation).
std::int64_t submit(Exchange &exchange, Account &account, Listing &listing, const OrderIntent &intent);

/// Ends an open order and reports it; the order is gone afterwards.
void finish(Exchange &exchange, WorkingOrder &order, OrderStatus status, int expiryReason = expiry::none);

/// PUT order: reference 5.5. The order id, also where the order was cancelled instead.
Result<std::int64_t> amendOrder(
    Exchange &exchange, Account &account, Listing &listing, const Amendment &amendment);

/// Books a fill of a user's order at a price outside the book: the insurance fund takes over, or a position
/// is deleveraged.
void fillOutsideBook(Exchange &exchange, WorkingOrder &order, Price price, Quantity quantity);
/// An order that never meets the book: it is filled at its own price at once (deleveraging).
void submitFilled(Exchange &exchange, Account &account, Listing &listing, const OrderIntent &intent);

/// Anonymous orders; see Engine. meetsRpi: as those that do not come by API.
Quantity takeAnonymously(
    Exchange &exchange, Listing &listing, Side side, Price limit, Quantity quantity, bool meetsRpi);
std::int64_t restAnonymously(Exchange &exchange, Listing &listing, Side side, Price price, Quantity quantity);
bool withdraw(Exchange &exchange, Listing &listing, std::int64_t makerId);
void setLevel(Exchange &exchange, Listing &listing, Side side, Price price, Quantity quantity);
void withdrawAll(Exchange &exchange, Listing &listing);

/// Where a market order stops: mark moved by marketTakeBound; 0 (anywhere) while there is no mark price.
Price marketBound(const Listing &listing, Side side);

} // namespace paper
