#pragma once

#include "models/domain/exact.h"
#include "models/domain/symbol.h"
#include "models/domain/time.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace domain
{

enum class Side : std::uint8_t { Buy, Sell };
enum class PositionSide : std::uint8_t {
    Both,
    Long,
    Short
}; ///< Both in one-way mode; Long or Short in hedge mode
enum class MarginType : std::uint8_t { Cross, Isolated };
enum class OrderType : std::uint8_t {
    Limit,
    Market,
    Stop, ///< stop limit
    StopMarket,
    TakeProfit, ///< take-profit limit
    TakeProfitMarket,
    TrailingStopMarket,
    Liquidation,
    Unknown,
};
enum class TimeInForce : std::uint8_t { Gtc, Ioc, Fok, Gtx /**< post only */, Gtd, GteGtc, Rpi, Unknown };
enum class WorkingType : std::uint8_t { ContractPrice, MarkPrice };
/// What the exchange says of an order. Conditional orders have ConditionalStatus.
enum class OrderStatus : std::uint8_t {
    New,
    PartiallyFilled,
    Filled,
    Canceled,
    Rejected,
    Expired,
    ExpiredInMatch,
    Unknown
};
enum class ConditionalStatus : std::uint8_t {
    New,
    Triggering,
    Triggered,
    Finished,
    Canceled,
    Rejected,
    Expired,
    Unknown
};
/// Who made an order; told by the client id's prefix before anything else (reference 7.3).
enum class OrderOrigin : std::uint8_t { Own, Foreign, Liquidation, AutoDeleveraging, Settlement };

constexpr Side opposite(Side side)
{
    return side == Side::Buy ? Side::Sell : Side::Buy;
}
constexpr int signOf(Side side)
{
    return side == Side::Buy ? 1 : -1;
}
constexpr bool isTerminal(OrderStatus s)
{
    return s != OrderStatus::New && s != OrderStatus::PartiallyFilled && s != OrderStatus::Unknown;
}
constexpr bool isConditional(OrderType t)
{
    return t == OrderType::Stop || t == OrderType::StopMarket || t == OrderType::TakeProfit ||
           t == OrderType::TakeProfitMarket || t == OrderType::TrailingStopMarket;
}

// The wire's words in both directions. Parsing an unknown word gives Unknown (or the first value where there
// is none).
std::string_view toWire(Side);
std::string_view toWire(PositionSide);
std::string_view toWire(OrderType);
std::string_view toWire(TimeInForce);
std::string_view toWire(WorkingType);
std::string_view toWire(OrderStatus);
std::string_view toWire(ConditionalStatus);
Side parseSide(std::string_view);
PositionSide parsePositionSide(std::string_view);
OrderType parseOrderType(std::string_view);
TimeInForce parseTimeInForce(std::string_view);
WorkingType parseWorkingType(std::string_view);
OrderStatus parseOrderStatus(std::string_view);
ConditionalStatus parseConditionalStatus(std::string_view);
/// Accepts the four spellings on the wire: ISOLATED, CROSSED, isolated, cross.
MarginType parseMarginType(std::string_view);

/// What the user wants sent. Conditional types go to the Algo service, the others to the order endpoint.
struct NewOrder
{
    Symbol symbol;
    Side side = Side::Buy;
    PositionSide positionSide = PositionSide::Both;
    OrderType type = OrderType::Limit;
    TimeInForce timeInForce = TimeInForce::Gtc; ///< not sent with market types
    Quantity quantity;                          ///< 0 with closePosition
    Price price;                                ///< limit types
    Price triggerPrice;                         ///< conditional types
    Price activatePrice;                        ///< trailing only; 0 = the current price
    Rate callbackRate;                          ///< trailing only; per cent, 0.1 to 20
    WorkingType workingType = WorkingType::MarkPrice;
    bool reduceOnly = false;
    bool closePosition = false;
    std::string
        clientOrderId; ///< filled in by the order desk before the intent is stored; callers leave it empty
    friend bool operator==(const NewOrder &, const NewOrder &) = default;
};

/// Whether an order can only make the position smaller; such orders go before opening ones. In one-way mode
/// an order of the other side without reduce-only may turn the position and counts as opening.
bool isReducing(const NewOrder &order);

/// One execution. Fills are told apart by (symbol, tradeId).
struct Fill
{
    Symbol symbol;
    std::int64_t tradeId = 0;
    std::int64_t orderId = 0;
    Side side = Side::Buy;
    PositionSide positionSide = PositionSide::Both;
    Price price;
    Quantity quantity;
    Money commission; ///< positive when paid
    std::string commissionAsset;
    Money realizedPnl; ///< before commission
    bool isMaker = false;
    Timestamp at;
    friend bool operator==(const Fill &, const Fill &) = default;
};

/// How sure we are of an order (reliability 4.2).
enum class OrderPhase : std::uint8_t {
    Queued,      ///< intent stored, not handed to the network
    InFlight,    ///< handed over once, no evidence yet
    Unknown,     ///< the answer was lost; being looked up; never sent again
    Working,     ///< the exchange has it
    Done,        ///< final; endReason says how
    Quarantined, ///< could not be settled by any means we have
};

enum class EndReason : std::uint8_t {
    None,
    Filled,
    Canceled,
    Expired,
    ExpiredInMatch,
    Rejected,      ///< the exchange refused it; reasonText and venueCode say why
    Denied,        ///< our own checks refused it; never sent
    NotExecuted,   ///< proved not executed: never sent, or refused before the engine
    NeverAccepted, ///< proved by query that the exchange does not have it
    LocalCancel,
    LocalExpired,
    Triggered, ///< conditional order that became an engine order
};

/// The folded state of one order: what we asked for and all that is known of it. Shown as it is.
struct Order
{
    NewOrder request;
    std::int64_t orderId = 0; ///< the exchange's; algo id for an untriggered conditional order; 0 until known
    std::int64_t childOrderId = 0; ///< engine order a triggered conditional order became; 0 before
    OrderOrigin origin = OrderOrigin::Own;
    OrderPhase phase = OrderPhase::Queued;
    EndReason endReason = EndReason::None;
    OrderStatus status = OrderStatus::Unknown;
    ConditionalStatus conditionalStatus = ConditionalStatus::Unknown;
    bool cancelRequested = false;
    Quantity executedQty;
    Price avgPrice;
    Timestamp createdAt; ///< our intent, or the exchange's time for foreign orders
    Timestamp updatedAt; ///< the exchange's latest word on it
    int venueCode = 0;
    std::string reasonText; ///< refusal or expiry in the venue's words, or ours

    bool isConditional() const { return domain::isConditional(request.type); }
    bool isOpen() const { return phase != OrderPhase::Done; }
    const std::string &clientOrderId() const { return request.clientOrderId; }
    Quantity remainingQty() const
    {
        return request.quantity > executedQty ? request.quantity - executedQty : Quantity{};
    }
    friend bool operator==(const Order &, const Order &) = default;
};

} // namespace domain
