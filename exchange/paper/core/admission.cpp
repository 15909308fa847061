#include "exchange/paper/core/admission.h"

#include "exchange/paper/core/filters.h"
#include "exchange/paper/core/margin.h"
#include "exchange/paper/core/restrictions.h"
#include "models/domain/risk/order_cost.h"

#include <algorithm>

namespace paper
{
namespace
{

Result<void> checkPositionSide(const Account &account, OrderIntent &intent)
{
    if (account.hedgeMode == (intent.positionSide == PositionSide::Both)) {
        return refuse(-4061, "Order's position side does not match user's setting.");
    }
    if (account.hedgeMode) {
        if (intent.reduceOnly && intent.algoId == 0) {
            return refuse(-1106, "Parameter 'reduceonly' sent when not required.");
        }
        const Side closing = intent.positionSide == PositionSide::Long ? Side::Sell : Side::Buy;
        intent.reduceOnly = intent.side == closing;
    }
    return {};
}

Result<void> trimToPosition(const Holding &holding, OrderIntent &intent)
{
    if (!intent.reduceOnly) {
        return {};
    }
    const Quantity room = reducibleQuantity(holding, intent, nullptr);
    if (!room.isPositive()) {
        return refuse(-2022, "ReduceOnly Order is rejected.");
    }
    intent.quantity = intent.closePosition ? room : std::min(intent.quantity, room);
    return {};
}

Result<void> checkOpenOrderLimit(const Holding &holding, const Listing &listing, const OrderIntent &intent)
{
    const auto limit = static_cast<std::size_t>(std::max(0, listing.spec.maxNumOrders));
    if (intent.type == OrderType::Limit && limit > 0 && holding.open.size() >= limit) {
        return refuse(-2025, "Reach max open order limit.");
    }
    return {};
}

/// Nothing rests on either side. RPI orders are there for the website's orders only.
bool isEmpty(const OrderBook &book, bool isFromWebsite)
{
    const auto isBare = [&](Side side) {
        return book.ladder(side).empty() && (!isFromWebsite || book.rpi(side).empty());
    };
    return isBare(Side::Buy) && isBare(Side::Sell);
}

Result<void> checkCondition(const Listing &listing, const OrderIntent &intent)
{
    if (intent.type == OrderType::Market && isEmpty(listing.book, intent.isFromWebsite)) {
        return refuse(-1112, "No orders on book for symbol.");
    }
    const bool isPostOnly = intent.timeInForce == TimeInForce::Gtx || intent.timeInForce == TimeInForce::Rpi;
    if (isPostOnly && listing.book.crosses(intent.side, intent.price)) {
        return refuse(-5022, "Due to the order could not be executed as maker, the Post Only order will be "
                             "rejected. The order will not be recorded in the order history");
    }
    if (intent.timeInForce == TimeInForce::Fok &&
        listing.book.available(intent.side, intent.price, intent.quantity) < intent.quantity) {
        return refuse(-5021, "Due to the order could not be filled immediately, the FOK order has been "
                             "rejected. The order will not be recorded in the order history");
    }
    return {};
}

/// Limit orders count at their own price; market orders as the order form counts them.
Price assumedPrice(const Listing &listing, const OrderIntent &intent)
{
    domain::NewOrder draft;
    draft.type = intent.type;
    draft.side = intent.side;
    draft.price = intent.price;
    const Price assumed = domain::assumedFillPrice(
        draft, listing.book.best(Side::Buy), listing.book.best(Side::Sell), listing.mark);
    return assumed.isPositive() ? assumed : referencePrice(listing);
}

} // namespace

Quantity openingPart(const Holding &holding, const OrderIntent &intent)
{
    const PositionState &row = holding.position(intent.positionSide);
    if (row.isFlat() || row.side() == intent.side) {
        return intent.quantity;
    }
    const auto side = static_cast<std::size_t>(intent.side);
    const Quantity left =
        std::max(Quantity{}, row.amount.abs() - holding.sumsOf(intent.positionSide).openingQty[side]);
    return intent.quantity > left ? intent.quantity - left : Quantity{};
}

Quantity reducibleQuantity(const Holding &holding, const OrderIntent &intent, const WorkingOrder *except)
{
    const PositionState &row = holding.position(intent.positionSide);
    if (row.isFlat() || row.side() == intent.side) {
        return {};
    }
    Quantity room = row.amount.abs();
    if (intent.type == OrderType::Market) {
        return room;
    }
    for (const WorkingOrder *order : holding.open) {
        const OrderRecord &record = order->record;
        if (order != except && record.reduceOnly && record.side == intent.side &&
            record.positionSide == intent.positionSide) {
            room -= record.remainingQty();
        }
    }
    return room;
}

Result<void> checkExposure(
    const Account &account, const Holding &holding, const Listing &listing, const OrderIntent &intent)
{
    const Quantity opening = openingPart(holding, intent);
    if (!opening.isPositive()) {
        return {};
    }
    const Price assumed = assumedPrice(listing, intent);
    const Price mark = listing.mark.isPositive() ? listing.mark : assumed;
    if (!intent.reduceOnly) {
        const PositionState &row = holding.position(intent.positionSide);
        const auto side = static_cast<std::size_t>(intent.side);
        const Money open = holding.sumsOf(intent.positionSide).openingValue[side] + assumed * intent.quantity;
        const Money exposure = mark * row.amount + (intent.side == Side::Buy ? open : -open);
        if (exposure.abs() > maxNotionalOf(holding)) {
            return refuse(-2027, "Exceeded the maximum allowable position at current leverage.");
        }
    }
    const Money cost = domain::orderCost(intent.side, opening, assumed, mark, holding.leverage);
    if (cost > crossTotals(account).available()) {
        if (intent.reduceOnly) {
            return refuse(
                -4118, "ReduceOnly Order Failed. Please check your existing position and open orders");
        }
        return refuse(-2019, "Margin is insufficient.");
    }
    return {};
}

Result<Admission> admit(
    const Account &account, const Holding &holding, const Listing &listing, OrderIntent intent)
{
    Admission admission;
    const auto exposure = [&]() -> Result<void> {
        auto checked = checkExposure(account, holding, listing, intent);
        const bool closesAll = intent.reduceOnly && intent.type == OrderType::Market &&
                               intent.quantity == holding.position(intent.positionSide).amount.abs();
        if (!checked && checked.error().venueCode == -4118 && closesAll) {
            admission.displacesSameSide = true;
            return {};
        }
        return checked;
    };
    return checkPositionSide(account, intent)
        .and_then([&] { return trimToPosition(holding, intent); })
        .and_then([&] { return checkMayOpen(account, holding, listing, intent); })
        .and_then([&] { return checkOpenOrderLimit(holding, listing, intent); })
        .and_then(exposure)
        .and_then([&] { return checkCondition(listing, intent); })
        .map([&] {
            admission.intent = std::move(intent);
            return std::move(admission);
        });
}

} // namespace paper
