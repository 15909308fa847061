#pragma once

#include "models/domain/orders/desk_reports.h"
#include "models/domain/orders/gate.h"
#include "models/domain/orders/journal_entry.h"
#include "models/domain/orders/order_evidence.h"
#include "models/domain/orders/position_book.h"
#include "models/domain/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace domain
{

// What the order desk asks of the venue and of the disk, and what it is answered.

/// The caller's name for something it asked the desk for; Reply carries it back. 0: nobody waits.
using CommandId = std::uint64_t;
/// The desk's name for one request to the venue.
using RequestId = std::uint64_t;

struct PlaceOrder
{
    NewOrder order;
};
struct AmendOrder
{
    OrderRef ref;
    Side side = Side::Buy;
    Price price;
    Quantity quantity;
};
struct CancelOrder
{
    OrderRef ref;
};
/// Every open order of the symbol, of one of the two services.
struct CancelSymbol
{
    Symbol symbol;
    bool isConditional = false;
};
struct QueryOrder
{
    OrderRef ref;
};
/// All open orders of the account, of one of the two services.
struct ReadOpenOrders
{
    bool isConditional = false;
};
struct ReadPositions
{
};
/// Executions, the oldest first, a thousand at most.
struct ReadTrades
{
    Symbol symbol;
    std::int64_t orderId = 0; ///< of one engine order; 0: of all, in that time …
    Timestamp since;
    Timestamp until{};       ///< at most seven days later
    std::int64_t fromId = 0; ///< … or, where it is not 0, from that trade on
};
/// Orders by which the exchange closed positions of the symbol: liquidation, deleveraging.
struct ReadForcedOrders
{
    Symbol symbol;
    Timestamp since;
    Timestamp until; ///< at most seven days later
};
/// countdownCancelAll. Countdown 0 disarms.
struct RenewDeadMan
{
    Symbol symbol;
    Milliseconds countdown{0};
};
using DeskRequest = std::variant<PlaceOrder, AmendOrder, CancelOrder, CancelSymbol, QueryOrder,
    ReadOpenOrders, ReadPositions, ReadTrades, ReadForcedOrders, RenewDeadMan>;

/// In which class of the request queue it waits (reliability 5.2).
enum class Urgency : std::uint8_t { Cancel, Reduce, Resolve, Open };

/// What became of a request. The venue's code has read the answer: it fills in what it found.
struct DeskAnswer
{
    enum class Outcome : std::uint8_t {
        Done,
        Rejected,    ///< the venue said no, finally
        NotSent,     ///< surely never left
        NotExecuted, ///< the venue says that it did nothing
        Unknown,     ///< it may have acted
    };
    Outcome outcome = Outcome::NotSent;
    int venueCode = 0;
    std::string text;                   ///< one sentence where it is not Done
    std::optional<Order> order;         ///< of PlaceOrder, AmendOrder, CancelOrder, QueryOrder
    std::vector<Order> orders;          ///< of ReadOpenOrders, ReadForcedOrders
    std::vector<PositionRow> positions; ///< of ReadPositions
    std::vector<Fill> fills;            ///< of ReadTrades
};

// ---- effects, to be carried out in their order

/// Append to the journal, together or not at all; onKept(ticket) tells how it ended. Ticket 0: nobody waits.
struct KeepEntries
{
    std::uint64_t ticket = 0;
    JournalEntries entries;
};
struct SendRequest
{
    RequestId id = 0;
    DeskRequest what;
    Urgency urgency = Urgency::Resolve;
    /// Longest wait before it is handed over; empty: the class's own.
    std::optional<Milliseconds> patience;
};
/// Take it out of the queue if it still waits; it is then answered NotSent.
struct WithdrawRequest
{
    RequestId id = 0;
};
/// The answer to a command.
struct Reply
{
    CommandId command = 0;
    Result<Order> result;
};
struct GateChanged
{
};
/// The user's rules, the day's counts or the lock changed.
struct RulesChanged
{
};
struct EmergencyTold
{
    std::vector<CommandId> commands; ///< answered by this where it is finished
    EmergencyReport report;
};
struct ReconciliationTold
{
    std::vector<CommandId> commands;
    ReconciliationReport report;
};
using DeskEffect = std::variant<KeepEntries, SendRequest, WithdrawRequest, Reply, OrderChanged, FillAdded,
    Alert, GateChanged, RulesChanged, EmergencyTold, ReconciliationTold>;
using DeskEffects = std::vector<DeskEffect>;

} // namespace domain
