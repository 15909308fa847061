#include "models/domain/orders/order_record.h"

#include "models/domain/orders/order_times.h"

#include <algorithm>

namespace domain
{
namespace
{

EndReason endReasonOf(OrderStatus status)
{
    switch (status) {
    case OrderStatus::Filled:
        return EndReason::Filled;
    case OrderStatus::Rejected:
        return EndReason::Rejected;
    case OrderStatus::Expired:
        return EndReason::Expired;
    case OrderStatus::ExpiredInMatch:
        return EndReason::ExpiredInMatch;
    default:
        return EndReason::Canceled;
    }
}

/// How far along its life a conditional order is; the Algo service only goes forward.
int stageOf(ConditionalStatus status)
{
    switch (status) {
    case ConditionalStatus::Unknown:
        return 0;
    case ConditionalStatus::New:
        return 1;
    case ConditionalStatus::Triggering:
        return 2;
    case ConditionalStatus::Triggered:
        return 3;
    default:
        return 4;
    }
}

void keepEarliest(Timestamp &kept, Timestamp offered)
{
    if (offered != Timestamp{} && (kept == Timestamp{} || offered < kept)) {
        kept = offered;
    }
}

/// Everything that tells two reports of one execution apart; the fuller one is the larger.
auto fullness(const Fill &fill)
{
    return std::tuple{!fill.commissionAsset.empty(), fill.at, fill.commission, fill.realizedPnl, fill.isMaker,
        fill.price, fill.quantity};
}

} // namespace

void OrderRecord::setIntent(const Order &intent)
{
    m_base = intent.request;
    m_hasIntent = true;
    m_origin = OrderOrigin::Own;
    m_createdAt = intent.createdAt;
}

void OrderRecord::noteSent(Timestamp at, Timestamp fenceAt)
{
    m_isSent = true;
    m_sentAt = at;
    m_fenceAt = fenceAt;
}

void OrderRecord::noteWaiting(Timestamp at)
{
    m_isSent = false;
    m_isAmbiguous = false;
    m_lastReportAt = std::max(m_lastReportAt, at);
}

void OrderRecord::noteLocalEnd(EndReason reason, const std::string &text, int venueCode, Timestamp at)
{
    // The exchange's own refusal says more than what we concluded ourselves.
    if (!m_localEnd || (reason == EndReason::Rejected && m_localEnd->reason != EndReason::Rejected)) {
        m_localEnd = LocalEnd{reason, venueCode, text, at};
    }
}

void OrderRecord::noteAmbiguous(const std::string &text, Timestamp at)
{
    m_isAmbiguous = true;
    if (std::tie(at, text) > std::tie(m_doubtAt, m_doubtText)) {
        m_doubtAt = at;
        m_doubtText = text;
    }
}

void OrderRecord::setQuarantined(const std::string &text)
{
    m_isQuarantined = true;
    m_doubtText = text;
}

void OrderRecord::keepBase(const Order &order)
{
    keepEarliest(m_createdAt, m_hasIntent                      ? Timestamp{}
                              : order.createdAt != Timestamp{} ? order.createdAt
                                                               : order.updatedAt);
    m_lastReportAt = std::max(m_lastReportAt, order.updatedAt);
    m_isQuarantined = false;
    if (!m_hasIntent && order.updatedAt >= m_baseAt) {
        m_base = order.request;
        m_baseAt = order.updatedAt;
    }
}

void OrderRecord::merge(const EngineReport &report)
{
    const Order &order = report.order;
    if (m_algoId == 0) {
        keepBase(order);
    } else {
        m_lastReportAt = std::max(m_lastReportAt, order.updatedAt);
        m_isQuarantined = false;
    }
    m_engineSeen = true;
    if (order.orderId != 0) {
        m_engineOrderId = order.orderId;
    }
    if (order.request.quantity.isPositive()) {
        m_quantity.offer(order.updatedAt, order.request.quantity);
    }
    if (order.request.price.isPositive()) {
        m_price.offer(order.updatedAt, order.request.price);
    }
    m_cumAndAverage = std::max(m_cumAndAverage, std::tuple{order.executedQty, order.avgPrice});
    if (isTerminal(order.status)) {
        m_terminal.offer(order.updatedAt, Terminal{order.status, order.reasonText});
    } else if (order.status != OrderStatus::Unknown && report.source != EvidenceSource::Answer) {
        m_open.offer(order.updatedAt, true);
    }
}

void OrderRecord::merge(const ConditionalReport &report)
{
    const Order &order = report.order;
    if (!m_algoSeen && !m_hasIntent) {
        m_baseAt = {}; // what is known so far describes the engine order
    }
    keepBase(order);
    m_algoSeen = true;
    if (order.orderId != 0) {
        m_algoId = order.orderId;
    }
    m_algo = std::max(m_algo, std::tuple{stageOf(order.conditionalStatus), order.updatedAt,
                                  order.conditionalStatus, order.reasonText});
    m_cumAndAverage = std::max(m_cumAndAverage, std::tuple{order.executedQty, order.avgPrice});
}

bool OrderRecord::merge(const Fill &fill)
{
    m_lastReportAt = std::max(m_lastReportAt, fill.at);
    m_isQuarantined = false;
    const auto [known, isNew] = m_fills.try_emplace(fill.tradeId, fill);
    if (!isNew && fullness(fill) > fullness(known->second)) {
        known->second = fill;
    }
    return isNew;
}

void OrderRecord::absorb(const OrderRecord &engineOrder)
{
    m_engineSeen = m_engineSeen || engineOrder.m_engineSeen;
    m_engineOrderId = engineOrder.m_engineOrderId;
    m_quantity.offer(engineOrder.m_quantity);
    m_price.offer(engineOrder.m_price);
    m_cumAndAverage = std::max(m_cumAndAverage, engineOrder.m_cumAndAverage);
    m_open.offer(engineOrder.m_open);
    m_terminal.offer(engineOrder.m_terminal);
    for (const auto &[id, fill] : engineOrder.m_fills) {
        merge(fill);
    }
    keepEarliest(m_createdAt, m_hasIntent ? Timestamp{} : engineOrder.m_createdAt);
    m_lastReportAt = std::max(m_lastReportAt, engineOrder.m_lastReportAt);
}

void OrderRecord::endUnseen(EndReason how, std::string why, Timestamp at)
{
    const bool isCanceled = how == EndReason::Canceled;
    Order ended = told;
    ended.updatedAt = at;
    ended.reasonText = std::move(why);
    ended.conditionalStatus = isCanceled ? ConditionalStatus::Canceled : ConditionalStatus::Expired;
    ended.status = isCanceled ? OrderStatus::Canceled : OrderStatus::Expired;
    if (isConditional()) {
        merge(ConditionalReport{ended, EvidenceSource::Query});
    } else {
        merge(EngineReport{ended, EvidenceSource::Query});
    }
}

Milliseconds OrderRecord::lag() const
{
    return isConditional() && engineOrderId() == 0 ? order_times::algoLag : order_times::engineLag;
}

std::optional<Timestamp> OrderRecord::triggeringSince() const
{
    const auto &[stage, at, status, text] = m_algo;
    return status == ConditionalStatus::Triggering && !m_engineSeen ? std::optional{at} : std::nullopt;
}

Quantity OrderRecord::filledSum() const
{
    Quantity sum;
    for (const auto &[id, fill] : m_fills) {
        sum += fill.quantity;
    }
    return sum;
}

Quantity OrderRecord::executed() const
{
    return std::max(std::get<0>(m_cumAndAverage), filledSum());
}

bool OrderRecord::isMissingFills() const
{
    return m_engineOrderId != 0 && filledSum() < std::get<0>(m_cumAndAverage);
}

Order OrderRecord::folded() const
{
    Order order;
    order.request = m_base;
    order.origin = m_origin;
    order.cancelRequested = m_cancelRequested;
    order.createdAt = m_createdAt;
    order.updatedAt = m_lastReportAt;
    if (m_quantity.isSet()) {
        order.request.quantity = m_quantity.value();
    }
    if (m_price.isSet()) {
        order.request.price = m_price.value();
    }
    order.orderId = isConditional() ? m_algoId : m_engineOrderId;
    order.childOrderId = isConditional() ? m_engineOrderId : 0;
    order.conditionalStatus = std::get<2>(m_algo);
    order.executedQty = executed();
    if (order.executedQty.isPositive() && filledSum() == order.executedQty) {
        Money paid;
        for (const auto &[id, fill] : m_fills) {
            paid += fill.price * fill.quantity;
        }
        order.avgPrice = paid / order.executedQty;
    } else {
        order.avgPrice = std::get<1>(m_cumAndAverage);
    }
    if (!isSeenByExchange()) {
        foldOurs(order);
        return order;
    }
    order.phase = m_isQuarantined ? OrderPhase::Quarantined : OrderPhase::Working;
    if (m_isQuarantined) {
        order.reasonText = m_doubtText;
    }
    if (m_engineSeen || !m_fills.empty()) {
        foldEngine(order);
    }
    if (m_algoSeen && order.phase != OrderPhase::Done) {
        foldConditional(order);
    }
    return order;
}

void OrderRecord::foldEngine(Order &order) const
{
    const bool isComplete =
        order.request.quantity.isPositive() && order.executedQty >= order.request.quantity;
    const bool isReopened = m_terminal.isSet() && m_open.isSet() && m_open.at() > m_terminal.at() &&
                            m_terminal.value().status != OrderStatus::Filled;
    if (isComplete) {
        order.phase = OrderPhase::Done;
        order.endReason = EndReason::Filled;
        order.status = OrderStatus::Filled;
        order.reasonText.clear();
    } else if (m_terminal.isSet() && !isReopened) {
        order.phase = OrderPhase::Done;
        order.status = m_terminal.value().status;
        order.endReason = endReasonOf(order.status);
        order.reasonText = m_terminal.value().text;
    } else {
        order.status = order.executedQty.isPositive() ? OrderStatus::PartiallyFilled : OrderStatus::New;
    }
}

void OrderRecord::foldConditional(Order &order) const
{
    const auto &[stage, at, status, text] = m_algo;
    if (stage < 4) {
        return;
    }
    order.phase = OrderPhase::Done;
    order.reasonText = text;
    switch (status) {
    case ConditionalStatus::Rejected:
        order.endReason = EndReason::Rejected;
        break;
    case ConditionalStatus::Expired:
        order.endReason = EndReason::Expired;
        break;
    case ConditionalStatus::Finished: {
        // Its engine order is over; the executed quantity tells how.
        const Quantity wanted = order.request.quantity;
        const bool isFilled = order.executedQty.isPositive() && order.executedQty >= wanted;
        order.endReason = isFilled ? EndReason::Filled : EndReason::Canceled;
        order.status = isFilled ? OrderStatus::Filled : OrderStatus::Canceled;
        break;
    }
    default:
        order.endReason = EndReason::Canceled;
    }
}

void OrderRecord::foldOurs(Order &order) const
{
    if (m_localEnd) {
        order.phase = OrderPhase::Done;
        order.endReason = m_localEnd->reason;
        order.reasonText = m_localEnd->text;
        order.venueCode = m_localEnd->venueCode;
        order.updatedAt = m_localEnd->at;
    } else if (m_isQuarantined || m_isAmbiguous) {
        order.phase = m_isQuarantined ? OrderPhase::Quarantined : OrderPhase::Unknown;
        order.reasonText = m_doubtText;
        order.updatedAt = m_doubtAt;
    } else if (m_isSent) {
        order.phase = OrderPhase::InFlight;
        order.updatedAt = m_sentAt;
    } else {
        order.phase = OrderPhase::Queued;
        order.updatedAt = m_createdAt;
    }
}

} // namespace domain
