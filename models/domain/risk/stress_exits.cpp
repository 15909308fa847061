#include "models/domain/risk/stress_exits.h"

#include <algorithm>

namespace domain
{
namespace
{

std::optional<RestingExit> exitOf(const Position &position, const Order &order)
{
    const NewOrder &request = order.request;
    // Only what the exchange surely holds protects anything.
    const bool isResting = order.phase == OrderPhase::Working && order.childOrderId == 0;
    if (!isResting || request.symbol != position.symbol || request.positionSide != position.positionSide ||
        request.side != opposite(position.side)) {
        return std::nullopt;
    }
    RestingExit exit;
    exit.clientOrderId = order.clientOrderId();
    exit.quantity = request.closePosition ? position.quantity : order.remainingQty();
    const bool sells = request.side == Side::Sell;
    switch (request.type) {
    case OrderType::Stop:
        exit.limit = request.price;
        [[fallthrough]];
    case OrderType::StopMarket:
        exit.level = request.triggerPrice;
        exit.firesFalling = sells;
        exit.isStop = true;
        break;
    case OrderType::TakeProfit:
        exit.limit = request.price;
        [[fallthrough]];
    case OrderType::TakeProfitMarket:
        exit.level = request.triggerPrice;
        exit.firesFalling = !sells;
        break;
    case OrderType::Limit:
        exit.level = request.price;
        exit.limit = request.price;
        exit.firesFalling = !sells;
        exit.isMaker = true;
        break;
    default:
        return std::nullopt;
    }
    return exit.level.isPositive() && exit.quantity.isPositive() ? std::optional{exit} : std::nullopt;
}

} // namespace

std::vector<RestingExit> exitsOf(const Position &position, const std::vector<Order> &openOrders)
{
    std::vector<RestingExit> exits;
    for (const auto &order : openOrders) {
        if (auto exit = exitOf(position, order)) {
            exits.push_back(std::move(*exit));
        }
    }
    return exits;
}

} // namespace domain
