#include "models/domain/order.h"

#include <algorithm>
#include <array>
#include <utility>

namespace domain
{
namespace
{

template <class Enum, std::size_t N> using Words = std::array<std::pair<Enum, std::string_view>, N>;

template <class Enum, std::size_t N> std::string_view wordOf(const Words<Enum, N> &words, Enum value)
{
    const auto found = std::ranges::find(words, value, &std::pair<Enum, std::string_view>::first);
    return found == words.end() ? std::string_view{"UNKNOWN"} : found->second;
}

template <class Enum, std::size_t N>
Enum valueOf(const Words<Enum, N> &words, std::string_view word, Enum otherwise)
{
    const auto found = std::ranges::find(words, word, &std::pair<Enum, std::string_view>::second);
    return found == words.end() ? otherwise : found->first;
}

constexpr Words<PositionSide, 3> positionSides{
    {{PositionSide::Both, "BOTH"}, {PositionSide::Long, "LONG"}, {PositionSide::Short, "SHORT"}}};
constexpr Words<OrderType, 8> orderTypes{{{OrderType::Limit, "LIMIT"}, {OrderType::Market, "MARKET"},
    {OrderType::Stop, "STOP"}, {OrderType::StopMarket, "STOP_MARKET"}, {OrderType::TakeProfit, "TAKE_PROFIT"},
    {OrderType::TakeProfitMarket, "TAKE_PROFIT_MARKET"},
    {OrderType::TrailingStopMarket, "TRAILING_STOP_MARKET"}, {OrderType::Liquidation, "LIQUIDATION"}}};
constexpr Words<TimeInForce, 7> timesInForce{{{TimeInForce::Gtc, "GTC"}, {TimeInForce::Ioc, "IOC"},
    {TimeInForce::Fok, "FOK"}, {TimeInForce::Gtx, "GTX"}, {TimeInForce::Gtd, "GTD"},
    {TimeInForce::GteGtc, "GTE_GTC"}, {TimeInForce::Rpi, "RPI"}}};
constexpr Words<OrderStatus, 7> orderStatuses{{{OrderStatus::New, "NEW"},
    {OrderStatus::PartiallyFilled, "PARTIALLY_FILLED"}, {OrderStatus::Filled, "FILLED"},
    {OrderStatus::Canceled, "CANCELED"}, {OrderStatus::Rejected, "REJECTED"},
    {OrderStatus::Expired, "EXPIRED"}, {OrderStatus::ExpiredInMatch, "EXPIRED_IN_MATCH"}}};
constexpr Words<ConditionalStatus, 7> conditionalStatuses{{{ConditionalStatus::New, "NEW"},
    {ConditionalStatus::Triggering, "TRIGGERING"}, {ConditionalStatus::Triggered, "TRIGGERED"},
    {ConditionalStatus::Finished, "FINISHED"}, {ConditionalStatus::Canceled, "CANCELED"},
    {ConditionalStatus::Rejected, "REJECTED"}, {ConditionalStatus::Expired, "EXPIRED"}}};

} // namespace

std::string_view toWire(Side side)
{
    return side == Side::Buy ? "BUY" : "SELL";
}
std::string_view toWire(PositionSide side)
{
    return wordOf(positionSides, side);
}
std::string_view toWire(OrderType type)
{
    return wordOf(orderTypes, type);
}
std::string_view toWire(TimeInForce tif)
{
    return wordOf(timesInForce, tif);
}
std::string_view toWire(WorkingType type)
{
    return type == WorkingType::MarkPrice ? "MARK_PRICE" : "CONTRACT_PRICE";
}
std::string_view toWire(OrderStatus status)
{
    return wordOf(orderStatuses, status);
}
std::string_view toWire(ConditionalStatus status)
{
    return wordOf(conditionalStatuses, status);
}

Side parseSide(std::string_view word)
{
    return word == "SELL" ? Side::Sell : Side::Buy;
}
PositionSide parsePositionSide(std::string_view word)
{
    return valueOf(positionSides, word, PositionSide::Both);
}
OrderType parseOrderType(std::string_view word)
{
    return valueOf(orderTypes, word, OrderType::Unknown);
}
TimeInForce parseTimeInForce(std::string_view word)
{
    return valueOf(timesInForce, word, TimeInForce::Unknown);
}
WorkingType parseWorkingType(std::string_view word)
{
    return word == "MARK_PRICE" ? WorkingType::MarkPrice : WorkingType::ContractPrice;
}
OrderStatus parseOrderStatus(std::string_view word)
{
    return valueOf(orderStatuses, word, OrderStatus::Unknown);
}
ConditionalStatus parseConditionalStatus(std::string_view word)
{
    return valueOf(conditionalStatuses, word, ConditionalStatus::Unknown);
}
MarginType parseMarginType(std::string_view word)
{
    return word == "ISOLATED" || word == "isolated" ? MarginType::Isolated : MarginType::Cross;
}

bool isReducing(const NewOrder &order)
{
    return order.reduceOnly || order.closePosition ||
           (order.positionSide == PositionSide::Long && order.side == Side::Sell) ||
           (order.positionSide == PositionSide::Short && order.side == Side::Buy);
}

} // namespace domain
