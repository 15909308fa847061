#include "tests/simulation/trader.h"

#include <algorithm>

namespace simulation
{

using namespace domain;

namespace
{

constexpr std::size_t mostOpen = 60;
constexpr std::int64_t escapeEvery = 4'000;
constexpr std::int64_t flattenEvery = 5;
const Money largestPosition = Money::of(3'000'000);

} // namespace

Trader::Did Trader::act(OrderDesk &desk, Timestamp now, const paper::Engine &engine, CommandId &lastCommand)
{
    if (++m_actions % escapeEvery == 0) {
        EmergencyAction action;
        action.kind = static_cast<EmergencyAction::Kind>(m_dice.between(0, 2));
        action.symbol = engine.symbols()[static_cast<std::size_t>(m_dice.between(0, 3))];
        if (m_actions % (escapeEvery * flattenEvery) == 0) {
            action = {EmergencyAction::Kind::FlattenAll, {}};
        }
        desk.emergency(now, ++lastCommand, action, "trader");
        return Did::Escaped;
    }
    const std::vector<Order> open = desk.ledger().openOrders();
    if (!open.empty() && (open.size() > mostOpen || m_dice.chance(0.25))) {
        touchOne(desk, now, open, lastCommand);
        return Did::Touched;
    }
    return placeOne(desk, now, engine, lastCommand);
}

void Trader::touchOne(OrderDesk &desk, Timestamp now, const std::vector<Order> &open, CommandId &lastCommand)
{
    const Order &order =
        open[static_cast<std::size_t>(m_dice.between(0, static_cast<std::int64_t>(open.size()) - 1))];
    const bool canChange = order.phase == OrderPhase::Working && order.request.type == OrderType::Limit &&
                           order.origin == OrderOrigin::Own;
    if (canChange && m_dice.chance(0.2)) {
        desk.amend(now, ++lastCommand, order.request.symbol, order.clientOrderId(), order.request.price,
            order.request.quantity + order.request.quantity);
    } else {
        desk.cancel(now, ++lastCommand, order.request.symbol, order.clientOrderId());
    }
}

Trader::Did Trader::placeOne(
    OrderDesk &desk, Timestamp now, const paper::Engine &engine, CommandId &lastCommand)
{
    const auto symbols = engine.symbols();
    const Symbol symbol =
        symbols[static_cast<std::size_t>(m_dice.between(0, static_cast<std::int64_t>(symbols.size()) - 1))];
    const auto market = engine.market(symbol);
    const SymbolSpec *spec = engine.spec(symbol);
    if (!market || spec == nullptr || market->bid.isZero() || market->ask.isZero()) {
        return Did::Nothing;
    }
    const Quantity held = desk.positions().amount(symbol, PositionSide::Both);
    NewOrder order;
    order.symbol = symbol;
    order.side = m_dice.chance(0.5) ? Side::Buy : Side::Sell;
    if (held.abs() * market->mark > largestPosition) {
        order.side = held.isPositive() ? Side::Sell : Side::Buy;
    }
    const auto off = [&](Price from, int leastPerMyriad, int mostPerMyriad, int sign) {
        const auto part = Rate::of(m_dice.between(leastPerMyriad, mostPerMyriad)) / Rate::of(10'000);
        const Price distance = from * part;
        return (sign > 0 ? from + distance : from - distance).roundedTo(spec->tickSize);
    };
    const int sign = signOf(order.side);
    const Price near = sign > 0 ? market->bid : market->ask;
    const Price far = sign > 0 ? market->ask : market->bid;
    order.quantity = (spec->minNotional * m_dice.between(2, 400) / market->mark)
                         .roundedTo(spec->lot.stepSize, Rounding::Up);
    order.quantity = std::clamp(order.quantity, spec->lot.minQty, spec->marketLot.maxQty);
    const ActionSource source{"trader", now};
    const double kind = m_dice.real();
    if (kind < 0.35) {
        order.price = off(near, 1, 60, -sign);
    } else if (kind < 0.55) {
        order.price = off(far, 1, 10, sign);
        order.timeInForce = m_dice.chance(0.5)   ? TimeInForce::Gtc
                            : m_dice.chance(0.5) ? TimeInForce::Ioc
                                                 : TimeInForce::Fok;
    } else if (kind < 0.60) {
        order.price = off(near, 1, 20, -sign);
        order.timeInForce = TimeInForce::Gtx;
    } else if (kind < 0.75) {
        order.type = OrderType::Market;
    } else if (kind < 0.85 && !held.isZero()) {
        order.side = held.isPositive() ? Side::Sell : Side::Buy;
        order.reduceOnly = true;
        order.type = m_dice.chance(0.5) ? OrderType::Market : OrderType::Limit;
        const int closing = signOf(order.side);
        if (order.type == OrderType::Limit) {
            order.price = off(closing > 0 ? market->bid : market->ask, 1, 40, -closing);
        }
    } else if (kind < 0.93) {
        order.type = m_dice.chance(0.5) ? OrderType::StopMarket : OrderType::TakeProfitMarket;
        const bool isStop = order.type == OrderType::StopMarket;
        order.triggerPrice = off(market->mark, 10, 150, isStop ? sign : -sign);
        order.reduceOnly = m_dice.chance(0.5);
    } else {
        BracketPlan plan;
        plan.entry = order;
        const bool isMarket = m_dice.chance(0.5);
        plan.entry.type = isMarket ? OrderType::Market : OrderType::Limit;
        plan.entry.price = isMarket ? Price{} : off(far, 1, 10, sign);
        plan.stopTrigger = off(market->mark, 40, 200, -sign);
        plan.targets = {{off(market->mark, 40, 100, sign), Rate::literal("0.5")},
            {off(market->mark, 101, 200, sign), Rate::literal("0.5")}};
        desk.submitBracket(now, ++lastCommand, plan, source);
        return Did::Placed;
    }
    desk.submit(now, ++lastCommand, order, source);
    return Did::Placed;
}

} // namespace simulation
