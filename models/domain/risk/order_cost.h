#pragma once

#include "models/domain/account.h"

#include <vector>

namespace domain
{

/// Working orders that can open do; untriggered conditional orders and reduce-only ones do not.
bool bindsMargin(const Order &order);

/// Open order value of one symbol and position side, and the quantities behind it.
struct OpenOrderValue
{
    Money buys; ///< sum of price * remaining quantity
    Money sells;
    Quantity buyQuantity;
    Quantity sellQuantity;

    /// An order that binds margin. One without a price (a market order on its way) counts at the mark.
    void add(const Order &order, Price mark);
};

/// Sums the open orders of a symbol and position side that bind margin. Source: reference 10.6.
OpenOrderValue openOrderValue(
    const std::vector<Order> &orders, const Symbol &symbol, PositionSide positionSide, Price mark);

/// Initial margin that a position and its open orders need together:
/// max(|position + buys|, |position - sells|) / leverage.
/// positionNotional: signed, at mark price, negative for a short. Source: reference 10.6.
Money marginRequirement(Money positionNotional, const OpenOrderValue &orders, int leverage);

/// The price an order is assumed to fill at: its own for limit types; for market types best ask * 1.0005 for
/// a buy and best bid for a sell, or the mark where the book is not known (0).
/// Source: reference 10.7 (older FAQ, FORUM 15639).
Price assumedFillPrice(const NewOrder &order, Price bid, Price ask, Price mark);

/// quantity * |min(0, s * (mark - assumed))|: what the order would lose against the mark as it fills.
/// Source: reference 10.7.
Money openLoss(Side side, Quantity quantity, Price assumed, Price mark);

/// Initial margin + open loss. Source: reference 10.7.
Money orderCost(Side side, Quantity quantity, Price assumed, Price mark, int leverage);

/// The part of an order that opens a position: all of it unless it meets a position of the other side, then
/// what exceeds |position| - working quantity on the order's side. Only this part costs margin.
/// position: null where there is none. Source: reference 10.6.
Quantity openingQuantity(const NewOrder &order, const Position *position, Quantity workingSameSide);

/// Largest quantity that the balance allows to open: available / (price / leverage + max(0, s * (price -
/// mark))), rounded down to 1e-12, before steps and limits. Source: reference 10.7.
Quantity affordableQuantity(Side side, Money available, Price price, Price mark, int leverage);

/// The account's position of a symbol and position side (Both in one-way mode), or null.
const Position *findPosition(const AccountState &account, const Symbol &symbol, PositionSide positionSide);

} // namespace domain
