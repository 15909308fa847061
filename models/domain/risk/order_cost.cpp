#include "models/domain/risk/order_cost.h"

#include "models/domain/risk/margin.h"

#include <algorithm>

namespace domain
{

bool bindsMargin(const Order &order)
{
    return order.isOpen() && !order.isConditional() && !order.request.reduceOnly &&
           !order.request.closePosition;
}

void OpenOrderValue::add(const Order &order, Price mark)
{
    const auto &request = order.request;
    const Quantity remaining = order.remainingQty();
    const Money notional = remaining * (request.price.isPositive() ? request.price : mark);
    (request.side == Side::Buy ? buys : sells) += notional;
    (request.side == Side::Buy ? buyQuantity : sellQuantity) += remaining;
}

OpenOrderValue openOrderValue(
    const std::vector<Order> &orders, const Symbol &symbol, PositionSide positionSide, Price mark)
{
    OpenOrderValue value;
    for (const auto &order : orders) {
        const auto &request = order.request;
        if (bindsMargin(order) && request.symbol == symbol && request.positionSide == positionSide) {
            value.add(order, mark);
        }
    }
    return value;
}

Money marginRequirement(Money positionNotional, const OpenOrderValue &orders, int leverage)
{
    return initialMargin(
        std::max((positionNotional + orders.buys).abs(), (positionNotional - orders.sells).abs()), leverage);
}

Price assumedFillPrice(const NewOrder &order, Price bid, Price ask, Price mark)
{
    static const Rate buffer = Rate::literal("1.0005");
    switch (order.type) {
    case OrderType::Limit:
    case OrderType::Stop:
    case OrderType::TakeProfit:
        return order.price;
    case OrderType::StopMarket:
    case OrderType::TakeProfitMarket:
        return order.triggerPrice;
    default:
        break;
    }
    const Price best = order.side == Side::Buy ? ask * buffer : bid;
    return best.isPositive() ? best : mark;
}

Money openLoss(Side side, Quantity quantity, Price assumed, Price mark)
{
    const Money atOnce = (mark - assumed) * quantity * signOf(side);
    return atOnce.isNegative() ? -atOnce : Money{};
}

Money orderCost(Side side, Quantity quantity, Price assumed, Price mark, int leverage)
{
    return initialMargin(assumed * quantity, leverage) + openLoss(side, quantity, assumed, mark);
}

Quantity openingQuantity(const NewOrder &order, const Position *position, Quantity workingSameSide)
{
    if (order.reduceOnly || order.closePosition) {
        return {};
    }
    if (order.positionSide != PositionSide::Both) {
        const Side opens = order.positionSide == PositionSide::Long ? Side::Buy : Side::Sell;
        return order.side == opens ? order.quantity : Quantity{};
    }
    if (position == nullptr || position->side == order.side) {
        return order.quantity;
    }
    const Quantity left = std::max(Quantity{}, position->quantity - workingSameSide);
    return std::max(Quantity{}, order.quantity - left);
}

Quantity affordableQuantity(Side side, Money available, Price price, Price mark, int leverage)
{
    // Rounded up: a unit that looks cheaper than it is would let the sum pass the balance.
    const Price margin =
        Price::fromUnits(detail::mulDiv(price.units(), 1, std::max(leverage, 1), Rounding::Up));
    const Price perUnit = margin + std::max(Price{}, (price - mark) * signOf(side));
    return perUnit.isPositive() && available.isPositive() ? quantityBought(available, perUnit) : Quantity{};
}

const Position *findPosition(const AccountState &account, const Symbol &symbol, PositionSide positionSide)
{
    const auto found = std::ranges::find_if(account.positions, [&](const Position &position) {
        return position.symbol == symbol && position.positionSide == positionSide &&
               !position.quantity.isZero();
    });
    return found == account.positions.end() ? nullptr : &*found;
}

} // namespace domain
