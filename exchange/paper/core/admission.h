#pragma once

#include "exchange/paper/core/order_request.h"

/// What an account must meet before the engine takes an order: position side, reduce-only, limits, bracket
/// cap, margin, and the order's own condition (post only, fill or kill). Reference 10.6, 12.
namespace paper
{

struct Admission
{
    OrderIntent intent; ///< quantity trimmed, reduceOnly set for closing orders in hedge mode
    /// A reduce-only market order that closes the position while margin is short: the account's limit orders
    /// of the same side have to go first.
    bool displacesSameSide = false;
};

Result<Admission> admit(
    const Account &account, const Holding &holding, const Listing &listing, OrderIntent intent);

/// The part of the order that opens: all of it, or what exceeds position and working orders of its side.
Quantity openingPart(const Holding &holding, const OrderIntent &intent);

/// Bracket cap (-2027) and margin (-2019, -4118) of a quantity to be opened or left open. Orders already in
/// the holding's sums count as open.
Result<void> checkExposure(
    const Account &account, const Holding &holding, const Listing &listing, const OrderIntent &intent);

/// How much of a position a new reduce-only order may still close; resting ones count with it unless the new
/// one is a market order, which displaces them.
Quantity reducibleQuantity(const Holding &holding, const OrderIntent &intent, const WorkingOrder *except);

} // namespace paper
