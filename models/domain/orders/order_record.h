#pragma once

#include "models/domain/orders/order_chase.h"
#include "models/domain/orders/order_evidence.h"

#include <bitset>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

namespace domain
{

/// The newest of several values; of two at one moment the larger, so that their order of arrival is nothing.
template <class T> class Newest
{
public:
    void offer(Timestamp at, const T &value)
    {
        if (!m_isSet || std::tie(at, value) > std::tie(m_at, m_value)) {
            m_at = at;
            m_value = value;
            m_isSet = true;
        }
    }
    void offer(const Newest &other)
    {
        if (other.m_isSet) {
            offer(other.m_at, other.m_value);
        }
    }
    bool isSet() const { return m_isSet; }
    Timestamp at() const { return m_at; }
    const T &value() const { return m_value; }

private:
    bool m_isSet = false;
    Timestamp m_at;
    T m_value{};
};

/// All facts of one order, joined by union, maximum and latest, so that neither order nor repetition of the
/// evidence matters; the Order is a function of them. Knows nothing of other orders.
class OrderRecord
{
public:
    // What we did ourselves.
    void setIntent(const Order &intent);
    void noteSent(Timestamp at, Timestamp fenceAt);
    /// It was handed over and surely not executed: it waits for another try.
    void noteWaiting(Timestamp at);
    void noteLocalEnd(EndReason reason, const std::string &text, int venueCode, Timestamp at);
    void noteAmbiguous(const std::string &text, Timestamp at);
    void setCancelRequested(bool requested) { m_cancelRequested = requested; }
    void setQuarantined(const std::string &text);
    void setOrigin(OrderOrigin origin) { m_origin = origin; }

    // What the exchange said.
    void merge(const EngineReport &report);
    void merge(const ConditionalReport &report);
    /// False where the execution was known.
    bool merge(const Fill &fill);
    void setEngineOrderId(std::int64_t orderId) { m_engineOrderId = orderId; }
    /// The exchange once had it and keeps no record of it any more. how: Canceled or Expired.
    void endUnseen(EndReason how, std::string why, Timestamp at);
    /// Takes over the engine order that this conditional order became.
    void absorb(const OrderRecord &engineOrder);

    /// The state that all of it adds up to.
    Order folded() const;

    const std::string &clientOrderId() const { return m_base.clientOrderId; }
    const Symbol &symbol() const { return m_base.symbol; }
    std::int64_t engineOrderId() const { return m_engineOrderId; }
    std::int64_t algoId() const { return m_algoId; }
    bool isOwnIntent() const { return m_hasIntent; }
    bool isConditional() const
    {
        return m_algoId != 0 || (m_hasIntent && domain::isConditional(m_base.type));
    }
    bool isSeenByExchange() const { return m_engineSeen || m_algoSeen || !m_fills.empty(); }
    bool isSent() const { return m_isSent; }
    /// How long the exchange may answer that it does not know it, although it does.
    Milliseconds lag() const;
    Timestamp sentAt() const { return m_sentAt; }
    Timestamp fenceAt() const { return m_fenceAt; }
    /// Time of the exchange's latest word.
    Timestamp lastReportAt() const { return m_lastReportAt; }
    /// Waits for the Algo service to hand it to the engine since then; nothing in any other state.
    std::optional<Timestamp> triggeringSince() const;
    /// The exchange reports more than the executions we know add up to.
    bool isMissingFills() const;
    /// We took it for ended without the exchange, and the exchange has it.
    bool isRefuted() const { return m_localEnd && isSeenByExchange(); }
    const std::map<std::int64_t, Fill> &fills() const { return m_fills; }

    // The ledger's notes: what was told last, and what is to be asked when.
    Order told;
    bool isTold = false;
    bool isActive = false;  ///< in the ledger's list of what time may change
    std::bitset<8> alarmed; ///< by Alarm::Kind
    OrderChase chase;
    Timestamp tradesDueAt; ///< epoch 0: not planned
    int tradesRequests = 0;

private:
    struct LocalEnd
    {
        EndReason reason = EndReason::None;
        int venueCode = 0;
        std::string text;
        Timestamp at;
    };
    /// What an engine order ended as.
    struct Terminal
    {
        OrderStatus status = OrderStatus::Unknown;
        std::string text;
        friend auto operator<=>(const Terminal &, const Terminal &) = default;
    };

    void keepBase(const Order &order);
    Quantity filledSum() const;
    Quantity executed() const;
    void foldEngine(Order &order) const;
    void foldConditional(Order &order) const;
    void foldOurs(Order &order) const;

    NewOrder m_base; ///< our request, or the newest description of a foreign order
    Timestamp m_baseAt;
    bool m_hasIntent = false;
    OrderOrigin m_origin = OrderOrigin::Own;
    Timestamp m_createdAt;
    bool m_cancelRequested = false;

    bool m_isSent = false;
    Timestamp m_sentAt;
    Timestamp m_fenceAt;
    std::optional<LocalEnd> m_localEnd;
    bool m_isAmbiguous = false;
    bool m_isQuarantined = false;
    std::string m_doubtText;
    Timestamp m_doubtAt;

    bool m_engineSeen = false;
    std::int64_t m_engineOrderId = 0;
    Newest<Quantity> m_quantity;
    Newest<Price> m_price;
    std::tuple<Quantity, Price> m_cumAndAverage; ///< the largest executed quantity and its average price
    Newest<bool> m_open;                         ///< seen open by what may reopen an order
    Newest<Terminal> m_terminal;

    bool m_algoSeen = false;
    std::int64_t m_algoId = 0;
    std::tuple<int, Timestamp, ConditionalStatus, std::string> m_algo{-1, {}, ConditionalStatus::Unknown, {}};

    std::map<std::int64_t, Fill> m_fills; ///< by trade id
    Timestamp m_lastReportAt;
};

} // namespace domain
