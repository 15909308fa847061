#include "models/domain/risk/open_risk.h"

#include <algorithm>

namespace domain
{
namespace
{

/// A working order that closes a position at the market once it turned bad.
bool isStop(const Order &order)
{
    const bool isType = order.request.type == OrderType::Stop ||
                        order.request.type == OrderType::StopMarket ||
                        order.request.type == OrderType::TrailingStopMarket;
    return isType && order.isOpen() && isReducing(order.request) &&
           (order.phase == OrderPhase::Working || order.phase == OrderPhase::InFlight);
}

Price markOf(const Position &position, const MarkPrices &marks)
{
    const auto live = marks.find(position.symbol);
    return live != marks.end() && live->second.mark.isPositive() ? live->second.mark
           : position.markPrice.isPositive()                     ? position.markPrice
                                                                 : position.entryPrice;
}

/// The price at which a stop would fill, or nothing where it protects nothing yet.
std::optional<Price> fillPriceOf(const NewOrder &stop, Side side, Price mark)
{
    const int sign = signOf(side);
    if (stop.type == OrderType::TrailingStopMarket) {
        const bool isActive =
            !stop.activatePrice.isPositive() || ((mark - stop.activatePrice) * sign).sign() >= 0;
        return isActive ? std::optional{mark - mark * (stop.callbackRate / 100) * sign} : std::nullopt;
    }
    if (stop.type == OrderType::Stop && ((stop.price - stop.triggerPrice) * sign).isNegative()) {
        return stop.price;
    }
    return stop.triggerPrice;
}

struct StopPart
{
    Price price;
    Quantity quantity; ///< the whole position for closePosition
};

std::vector<StopPart> stopsOf(const Position &position, Price mark, const std::vector<Order> &openOrders)
{
    std::vector<StopPart> stops;
    for (const Order &order : openOrders) {
        const NewOrder &request = order.request;
        if (request.symbol != position.symbol || request.positionSide != position.positionSide ||
            request.side == position.side || !isStop(order)) {
            continue;
        }
        if (const auto price = fillPriceOf(request, position.side, mark); price && price->isPositive()) {
            stops.push_back({*price, request.closePosition ? position.quantity : order.remainingQty()});
        }
    }
    const int sign = signOf(position.side);
    std::ranges::stable_sort(stops,
        [sign](const StopPart &a, const StopPart &b) { return ((a.price - b.price) * sign).sign() > 0; });
    return stops;
}

LegRisk riskOf(const Position &position, Price mark, const std::vector<Order> &openOrders, Rate taker)
{
    LegRisk leg;
    leg.symbol = position.symbol;
    leg.positionSide = position.positionSide;
    leg.side = position.side;
    leg.quantity = position.quantity;
    Quantity left = position.quantity;
    const int sign = signOf(position.side);
    for (const StopPart &stop : stopsOf(position, mark, openOrders)) {
        ++leg.stops;
        const Quantity part = std::min(left, stop.quantity);
        left -= part;
        const Money fee = stop.price * part * taker;
        leg.lossFromMark += std::max(Money{}, (mark - stop.price) * part * sign) + fee;
        leg.resultAtStops += (stop.price - position.entryPrice) * part * sign - fee;
    }
    leg.naked = left;
    leg.nakedNotional = left * mark;
    if (position.marginType == MarginType::Isolated && left.isPositive()) {
        const Money margin = std::max(Money{}, position.isolatedWallet + position.unrealizedPnlAt(mark));
        leg.nakedNotional = std::min(leg.nakedNotional, margin * (left / position.quantity));
    }
    return leg;
}

} // namespace

std::optional<Price> wholePositionStop(
    const NewOrder &entry, Price mark, const std::vector<Order> &openOrders)
{
    for (const Order &order : openOrders) {
        const NewOrder &stop = order.request;
        if (stop.closePosition && isStop(order) && stop.symbol == entry.symbol &&
            stop.positionSide == entry.positionSide && stop.side != entry.side) {
            return fillPriceOf(stop, entry.side, mark);
        }
    }
    return std::nullopt;
}

Money entryRisk(const NewOrder &entry, Quantity quantity, Price mark, std::optional<Price> stop, Rate taker)
{
    const Price price = entry.price.isPositive()          ? entry.price
                        : entry.triggerPrice.isPositive() ? entry.triggerPrice
                                                          : mark;
    if (!stop) {
        return price * quantity;
    }
    const Money loss = (price - *stop) * quantity * signOf(entry.side);
    return std::max(Money{}, loss) + (price * quantity + *stop * quantity) * taker;
}

bool isWaitingEntry(const Order &order)
{
    return order.isOpen() && !isReducing(order.request) && order.phase != OrderPhase::Quarantined &&
           order.origin != OrderOrigin::Liquidation && order.origin != OrderOrigin::AutoDeleveraging;
}

CommissionRates standardCommission()
{
    return {Rate::fromUnits(200'000'000), Rate::fromUnits(500'000'000)};
}

CommissionRates commissionOf(const CommissionTable &table, const Symbol &symbol)
{
    const auto found = table.find(symbol);
    return found == table.end() ? standardCommission() : found->second;
}

const LegRisk *OpenRisk::find(const Symbol &symbol, PositionSide side) const
{
    const auto found = std::ranges::find_if(
        legs, [&](const LegRisk &leg) { return leg.symbol == symbol && leg.positionSide == side; });
    return found == legs.end() ? nullptr : &*found;
}

OpenRisk openRisk(const AccountState &account, const MarkPrices &marks, const std::vector<Order> &openOrders,
    const CommissionTable &commissions, const StopOfEntry &stopOfEntry)
{
    OpenRisk risk;
    for (const Position &position : account.positions) {
        if (position.quantity.isPositive()) {
            risk.legs.push_back(riskOf(position, markOf(position, marks), openOrders,
                commissionOf(commissions, position.symbol).taker));
        }
    }
    for (const Order &order : openOrders) {
        if (!isWaitingEntry(order)) {
            continue;
        }
        const NewOrder &request = order.request;
        auto leg = std::ranges::find_if(risk.legs, [&](const LegRisk &known) {
            return known.symbol == request.symbol && known.positionSide == request.positionSide;
        });
        if (leg == risk.legs.end()) {
            LegRisk fresh;
            fresh.symbol = request.symbol;
            fresh.positionSide = request.positionSide;
            fresh.side = request.side;
            risk.legs.push_back(fresh);
            leg = risk.legs.end() - 1;
        }
        const auto live = marks.find(request.symbol);
        const Price mark = live == marks.end() ? Price{} : live->second.mark;
        std::optional<Price> stop = stopOfEntry ? stopOfEntry(order) : std::nullopt;
        if (!stop) {
            stop = wholePositionStop(request, mark, openOrders);
        }
        leg->entryRisk += entryRisk(
            request, order.remainingQty(), mark, stop, commissionOf(commissions, request.symbol).taker);
    }
    for (const LegRisk &leg : risk.legs) {
        risk.lossFromMark += leg.lossFromMark;
        risk.resultAtStops += leg.resultAtStops;
        risk.nakedNotional += leg.nakedNotional;
        risk.entryRisk += leg.entryRisk;
    }
    return risk;
}

} // namespace domain
