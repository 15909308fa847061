#pragma once

#include "models/domain/orders/order_evidence.h"
#include "models/domain/orders/order_record.h"
#include "models/domain/orders/trade_memory.h"

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace domain
{

/// Who made an order, by its client id. ownPrefix: what all ids of this installation begin with.
OrderOrigin originOf(std::string_view clientOrderId, std::string_view ownPrefix);

/// All orders of one account as the fold of all evidence. Evidence may come in any order and any number of
/// times: the same evidence ends in the same orders. A plain object; the caller carries the effects out in
/// their order.
///
/// A conditional order and the engine order it becomes are one order here: request and orderId stay those of
/// the conditional order, childOrderId, status, executedQty and avgPrice are the engine order's. While
/// childOrderId is 0 it is cancelled at the Algo service, afterwards at the engine: see refOf().
class OrderLedger
{
public:
    /// ownPrefix: the first six characters of any client order id of the journal.
    explicit OrderLedger(std::string ownPrefix = {});
    OrderLedger(OrderLedger &&) noexcept = default;
    OrderLedger &operator=(OrderLedger &&) noexcept = default;
    ~OrderLedger() = default;

    /// A new intent with its client order id: Queued.
    OrderEffects begin(Order intent);
    /// An order of the journal that was not over, after a restart: Queued becomes Done(LocalExpired), InFlight
    /// becomes Unknown, what the exchange had is verified.
    OrderEffects restore(Order stored, Timestamp sentAt, Timestamp now);
    /// The order is handed to the network: InFlight. timestamp, recvWindow: as signed; after them the
    /// exchange cannot accept it any more.
    OrderEffects markSent(
        const std::string &clientOrderId, Timestamp at, Timestamp timestamp, Milliseconds recvWindow);
    /// Ends an order that was not sent: Denied, LocalCancel, LocalExpired, NotExecuted. Nothing happens to
    /// one that was.
    OrderEffects closeLocally(
        const std::string &clientOrderId, EndReason reason, std::string text, Timestamp at);
    /// An order that was handed over and surely not executed waits for another try: Queued again.
    OrderEffects requeue(const std::string &clientOrderId, Timestamp at);
    /// The user has compared a quarantined order with the exchange: it is not there. Nothing happens in any
    /// other phase.
    OrderEffects confirmGone(std::string_view clientOrderId, Timestamp at);
    /// The account was started over (paper) and the exchange counts its ids anew: old ids name nothing any
    /// more, and what was open is over. An order that is on its way, or may be, is still to be settled.
    OrderEffects startOver(Timestamp at);
    /// The user wants it cancelled (true), or the cancel is given up (false).
    OrderEffects setCancelRequested(const std::string &clientOrderId, bool requested);

    OrderEffects fold(const Evidence &evidence);
    /// What time alone brings: queries that are due, orders that become Unknown, NeverAccepted, Quarantined.
    OrderEffects tick(Timestamp now);
    /// When tick() has something to do next.
    std::optional<Timestamp> nextDueAt() const;

    /// By client order id; of several foreign orders with one id the open one, else the newest. Null where
    /// there is none.
    const Order *find(std::string_view clientOrderId) const;
    /// By the engine's order id.
    const Order *findEngineOrder(const Symbol &symbol, std::int64_t orderId) const;
    /// Where that order is to be asked for or cancelled now.
    static OrderRef refOf(const Order &order);
    /// All orders: open ones first, newest first.
    std::vector<Order> orders() const;
    /// Known executions of an order, by trade id.
    std::vector<Fill> fillsOf(std::string_view clientOrderId) const;
    std::size_t size() const { return m_records.size(); }
    /// Orders that are not Done, oldest first.
    std::vector<Order> openOrders() const;

private:
    using Handle = std::shared_ptr<OrderRecord>;
    using EngineKey = std::pair<Symbol, std::int64_t>;

    void foldOne(const EngineReport &report, OrderEffects &effects);
    void foldOne(const ConditionalReport &report, OrderEffects &effects);
    void foldOne(const Rejection &rejection, OrderEffects &effects);
    void foldOne(const NotExecuted &outcome, OrderEffects &effects);
    void foldOne(const Ambiguous &outcome, OrderEffects &effects);
    void foldOne(const QueryNotFound &outcome, OrderEffects &effects);
    void foldOne(const CancelAnswer &answer, OrderEffects &effects);
    void foldOne(const OpenOrdersSnapshot &snapshot, OrderEffects &effects);
    void foldOne(const TradeHistory &trades, OrderEffects &effects);

    Handle own(std::string_view clientOrderId) const;
    Handle byRef(const OrderRef &ref) const;
    Handle named(std::string_view clientOrderId) const;
    Handle create(const Order &order);
    Handle engineRecord(const Order &order, OrderEffects &effects);
    Handle conditionalRecord(const Order &order);
    void bindEngineId(const Handle &record, std::int64_t orderId, OrderEffects &effects);
    void addFill(const Fill &fill, OrderEffects &effects);
    /// Tells what changed about the order and plans what has to be asked about it.
    void settle(const Handle &record, OrderEffects &effects);
    void raise(OrderRecord &record, Alarm::Kind kind, const std::string &text, OrderEffects &effects) const;
    void pursue(const Handle &record, OrderEffects &effects);
    static bool needsAttention(const OrderRecord &record);
    void learnTime(Timestamp at);
    void prune();

    std::string m_ownPrefix;
    Timestamp m_now;               ///< the latest exchange time heard of
    std::vector<Handle> m_records; ///< oldest first
    std::vector<Handle> m_active;  ///< those that time or a snapshot may change, oldest first
    std::map<std::string, Handle, std::less<>> m_own;
    std::multimap<std::string, Handle, std::less<>> m_named; ///< all, by client order id
    std::map<EngineKey, Handle> m_byEngineId;
    std::map<EngineKey, Handle> m_byAlgoId;
    TradeMemory m_counted;
    std::map<EngineKey, std::vector<Fill>> m_orphans; ///< executions of orders not seen yet
    std::deque<EngineKey> m_orphanOrder;              ///< oldest first
};

} // namespace domain
