#pragma once

#include "models/domain/order.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace domain
{

// Everything that can be learnt of an order. All times are the exchange's: its own transaction times, or
// ClockOffset's estimate of its clock for what we date ourselves.

/// Which order is meant. Enough to ask the exchange for it.
struct OrderRef
{
    Symbol symbol;
    std::string clientOrderId;
    std::int64_t orderId = 0; ///< engine id, or algo id where conditional; 0 while not known
    bool conditional = false; ///< lives in the Algo service: asked for and cancelled there
    friend bool operator==(const OrderRef &, const OrderRef &) = default;
};

enum class EvidenceSource : std::uint8_t {
    Answer,   ///< the answer to our own order; may lag behind the stream, so it never reopens an order
    Stream,   ///< user data stream
    Query,    ///< GET order, GET algoOrder, DELETE order
    Snapshot, ///< a row of openOrders, openAlgoOrders, allOrders
};

/// An order of the matching engine as the exchange describes it: POST, GET and DELETE answers,
/// ORDER_TRADE_UPDATE. Read from order: request, orderId, status, executedQty, avgPrice (0 where not given),
/// createdAt, updatedAt (the transaction time: `T`, `updateTime`), reasonText (why it expired).
struct EngineReport
{
    Order order;
    EvidenceSource source = EvidenceSource::Stream;
    std::optional<Fill> fill = std::nullopt; ///< ORDER_TRADE_UPDATE with a last filled quantity
};

/// A conditional order as the Algo service describes it: REST answers, ALGO_UPDATE. Read from order:
/// request, orderId (algo id), childOrderId (`ai`, actualOrderId), conditionalStatus, executedQty (`aq`),
/// avgPrice (`ap`), createdAt, updatedAt, reasonText (`rm`).
struct ConditionalReport
{
    Order order;
    EvidenceSource source = EvidenceSource::Stream;
};

/// The exchange refused the order for good (answer class REJECTED).
struct Rejection
{
    std::string clientOrderId;
    int venueCode = 0;
    std::string text;
    Timestamp at;
};

/// The order surely did not reach the engine (answer classes NOT_SENT, NOT_EXECUTED).
struct NotExecuted
{
    std::string clientOrderId;
    int venueCode = 0;
    std::string text;
    Timestamp at;
};

/// The answer to the order was lost or says nothing (answer class UNKNOWN).
struct Ambiguous
{
    std::string clientOrderId;
    std::string text;
    Timestamp at;
};

/// -2013 to a query.
struct QueryNotFound
{
    OrderRef ref;
    Timestamp askedAt; ///< when the query was sent
};

/// What a cancel brought when it brought no order: code 200 of the Algo service, or a refusal (-2011).
struct CancelAnswer
{
    OrderRef ref;
    bool accepted = false;
    int venueCode = 0;
    Timestamp at;
};

/// All open orders of the account or of one symbol.
struct OpenOrdersSnapshot
{
    std::vector<Order> orders;
    Timestamp askedAt;          ///< when the request was sent
    Symbol symbol;              ///< empty: every symbol
    bool isConditional = false; ///< openAlgoOrders instead of openOrders
};

/// Rows of userTrades.
struct TradeHistory
{
    std::vector<Fill> fills;
};

using Evidence = std::variant<EngineReport, ConditionalReport, Rejection, NotExecuted, Ambiguous,
    QueryNotFound, CancelAnswer, OpenOrdersSnapshot, TradeHistory>;

/// The folded state of an order is another one now.
struct OrderChanged
{
    Order order;
};

/// An execution that was not known before; told once.
struct FillAdded
{
    Fill fill;
};

/// Ask the exchange for this order now, and fold what it says.
struct NeedQuery
{
    OrderRef ref;
};

/// Executions of this order are missing: read userTrades and fold them.
struct NeedTrades
{
    Symbol symbol;
    std::int64_t orderId = 0; ///< of the engine
    Timestamp since;
};

/// Something that a person has to see. Each kind at most once an order.
struct Alarm
{
    enum class Kind : std::uint8_t {
        RefutedProof, ///< an order we took for never accepted exists: stop opening
        Resurrected,  ///< an order we took for finished is open
        Overfilled,   ///< more was filled than was ordered
        LateFill,     ///< more was filled than the order had ended with
        DoubleOrder,  ///< two orders of the exchange carry one client order id of ours: stop opening
        Quarantined,  ///< cannot be settled by queries
        Unprotected,  ///< a stop neither waits nor has become an order, or the exchange refused it
        Liquidation,  ///< the exchange closes a position by force: liquidation, deleveraging, settlement
    };
    Kind kind = Kind::Quarantined;
    Symbol symbol;
    std::string clientOrderId;
    std::string text;
};

using OrderEffect = std::variant<OrderChanged, FillAdded, NeedQuery, NeedTrades, Alarm>;
using OrderEffects = std::vector<OrderEffect>;

} // namespace domain
