#include "models/domain/orders/closing_order.h"

namespace domain
{

NewOrder closingOrder(const Position &position, Quantity quantity)
{
    NewOrder order;
    order.symbol = position.symbol;
    order.side = opposite(position.side);
    order.positionSide = position.positionSide;
    order.type = OrderType::Market;
    order.quantity = quantity;
    order.reduceOnly = position.positionSide == PositionSide::Both;
    return order;
}

NewOrder protectiveStop(const Position &position, Price trigger)
{
    NewOrder order = closingOrder(position, position.quantity);
    order.type = OrderType::StopMarket;
    order.triggerPrice = trigger;
    order.workingType = WorkingType::MarkPrice;
    return order;
}

} // namespace domain
