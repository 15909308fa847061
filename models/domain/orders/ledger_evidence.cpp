// What the ledger takes from each kind of evidence, and what time alone brings.
#include "models/domain/orders/order_ledger.h"
#include "models/domain/orders/order_times.h"

#include <algorithm>

namespace domain
{
namespace
{

using namespace std::chrono_literals;
using namespace order_times;
using Goal = OrderChase::Goal;

constexpr Milliseconds answerDeadline = 10s; // the network layer gives up earlier; this is the net below it
constexpr Milliseconds settleLimit = 120s;
constexpr Milliseconds settleLimitConditional = 240s;
constexpr Milliseconds verifyLimit = 120s;
constexpr Milliseconds longestTriggering = 3s;
constexpr Milliseconds unfilledMemory = 72h; // later the exchange has forgotten orders that ended unfilled

/// Queries answered "not found" count only when asked after this.
Timestamp fenceOf(const OrderRecord &record)
{
    return record.chase.goal() == Goal::Settle ? record.fenceAt() : record.lastReportAt() + record.lag();
}

} // namespace

void OrderLedger::foldOne(const EngineReport &report, OrderEffects &effects)
{
    learnTime(report.order.updatedAt);
    const Handle record = engineRecord(report.order, effects);
    if (!record) {
        return;
    }
    record->merge(report);
    bindEngineId(record, report.order.orderId, effects);
    if (report.fill) {
        Fill fill = *report.fill;
        fill.symbol = record->symbol();
        fill.orderId = record->engineOrderId();
        addFill(fill, effects);
    }
    if (record->chase.goal() == Goal::Verify) {
        record->chase.stop();
    }
    settle(record, effects);
}

void OrderLedger::foldOne(const ConditionalReport &report, OrderEffects &effects)
{
    learnTime(report.order.updatedAt);
    const Handle record = conditionalRecord(report.order);
    if (!record) {
        return;
    }
    record->merge(report);
    bindEngineId(record, report.order.childOrderId, effects);
    if (record->chase.goal() == Goal::Verify) {
        record->chase.stop();
    }
    settle(record, effects);
}

void OrderLedger::foldOne(const Rejection &rejection, OrderEffects &effects)
{
    learnTime(rejection.at);
    if (const Handle record = own(rejection.clientOrderId)) {
        record->noteLocalEnd(EndReason::Rejected, rejection.text, rejection.venueCode, rejection.at);
        settle(record, effects);
    }
}

void OrderLedger::foldOne(const NotExecuted &outcome, OrderEffects &effects)
{
    learnTime(outcome.at);
    if (const Handle record = own(outcome.clientOrderId)) {
        record->noteLocalEnd(EndReason::NotExecuted, outcome.text, outcome.venueCode, outcome.at);
        settle(record, effects);
    }
}

void OrderLedger::foldOne(const Ambiguous &outcome, OrderEffects &effects)
{
    learnTime(outcome.at);
    if (const Handle record = own(outcome.clientOrderId)) {
        if (!record->isSent()) {
            record->noteSent(outcome.at, outcome.at + longestRecvWindow + record->lag());
        }
        record->noteAmbiguous(outcome.text, outcome.at);
        settle(record, effects);
    }
}

void OrderLedger::foldOne(const QueryNotFound &outcome, OrderEffects &effects)
{
    learnTime(outcome.askedAt);
    const Handle record = byRef(outcome.ref);
    if (!record) {
        return;
    }
    if (!record->chase.isRunning()) {
        // Asked for another reason: an order that we take for open is looked up until it is known.
        if (record->told.phase == OrderPhase::Working) {
            record->chase.start(Goal::Verify, outcome.askedAt);
            settle(record, effects);
        }
        return;
    }
    const Timestamp askedAt = outcome.askedAt;
    if (record->chase.noteNotFound(askedAt, fenceOf(*record))) {
        const bool isSettling = record->chase.goal() == Goal::Settle;
        const Timestamp since = isSettling ? record->sentAt() : record->lastReportAt();
        const bool isForgettable = askedAt - since > unfilledMemory;
        if (isSettling && !isForgettable) {
            record->noteLocalEnd(EndReason::NeverAccepted,
                "The exchange does not have this order: it was never accepted.", -2013, askedAt);
        } else if (!isSettling && isForgettable && record->told.executedQty.isZero()) {
            record->endUnseen(EndReason::Expired,
                "It ended unfilled more than three days ago; the exchange keeps no more of it.", askedAt);
        } else {
            record->setQuarantined("The exchange answers that it does not know this order.");
        }
    }
    settle(record, effects);
}

void OrderLedger::foldOne(const CancelAnswer &answer, OrderEffects &effects)
{
    learnTime(answer.at);
    const Handle record = byRef(answer.ref);
    if (record && record->told.isOpen() && !record->chase.isRunning()) {
        record->chase.start(Goal::Verify, answer.at);
        settle(record, effects);
    }
}

void OrderLedger::foldOne(const OpenOrdersSnapshot &snapshot, OrderEffects &effects)
{
    learnTime(snapshot.askedAt);
    std::vector<const OrderRecord *> listed;
    listed.reserve(snapshot.orders.size());
    for (const Order &order : snapshot.orders) {
        if (snapshot.isConditional) {
            foldOne(ConditionalReport{order, EvidenceSource::Snapshot}, effects);
        } else {
            foldOne(EngineReport{order, EvidenceSource::Snapshot}, effects);
        }
        listed.push_back(
            byRef({order.request.symbol, order.clientOrderId(), order.orderId, snapshot.isConditional})
                .get());
    }
    std::ranges::sort(listed);
    for (const Handle &record : m_active) {
        const bool isInScope = snapshot.symbol.empty() || snapshot.symbol == record->symbol();
        const bool isOfThisKind = refOf(record->told).conditional == snapshot.isConditional;
        if (record->told.phase == OrderPhase::Working && isInScope && isOfThisKind &&
            !record->chase.isRunning() && record->lastReportAt() < snapshot.askedAt &&
            !std::ranges::binary_search(listed, record.get())) {
            record->chase.start(Goal::Verify, snapshot.askedAt);
        }
    }
}

void OrderLedger::foldOne(const TradeHistory &trades, OrderEffects &effects)
{
    for (const Fill &fill : trades.fills) {
        learnTime(fill.at);
        addFill(fill, effects);
        const auto found = m_byEngineId.find({fill.symbol, fill.orderId});
        if (found != m_byEngineId.end()) {
            settle(found->second, effects);
        }
    }
}

OrderEffects OrderLedger::tick(Timestamp now)
{
    OrderEffects effects;
    learnTime(now);
    for (const Handle &record : std::vector<Handle>{m_active}) {
        pursue(record, effects);
    }
    std::erase_if(m_active, [](const Handle &record) {
        record->isActive = needsAttention(*record);
        return !record->isActive;
    });
    return effects;
}

void OrderLedger::pursue(const Handle &handle, OrderEffects &effects)
{
    OrderRecord &record = *handle;
    if (record.told.phase == OrderPhase::InFlight && m_now >= record.sentAt() + answerDeadline) {
        record.noteAmbiguous("No answer came in time.", m_now);
        settle(handle, effects);
    }
    const auto triggering = record.triggeringSince();
    if (triggering && m_now > *triggering + longestTriggering && record.told.isOpen() &&
        !record.alarmed.test(static_cast<std::size_t>(Alarm::Kind::Unprotected))) {
        raise(record, Alarm::Kind::Unprotected,
            "The trigger of this conditional order was reached, but it is not at work yet: the position may "
            "be unprotected.",
            effects);
        record.chase.start(Goal::Verify, m_now);
    }
    if (record.chase.goal() == Goal::Settle && record.told.phase == OrderPhase::Unknown &&
        m_now >= record.chase.startedAt() + (record.isConditional() ? settleLimitConditional : settleLimit)) {
        record.setQuarantined("Neither the exchange's answers nor its silence settle this order.");
        settle(handle, effects);
    }
    if (record.chase.goal() == Goal::Verify && record.told.phase == OrderPhase::Working &&
        m_now >= record.chase.startedAt() + record.lag() + verifyLimit) {
        record.chase.stop(); // the next comparison of open orders starts anew
    }
    if (const auto queryAt = record.chase.nextQueryAt(); queryAt && m_now >= *queryAt) {
        effects.emplace_back(NeedQuery{refOf(record.told)});
        record.chase.noteQuery(m_now, fenceOf(record), record.told.phase == OrderPhase::Quarantined);
    }
    if (record.tradesDueAt != Timestamp{} && m_now >= record.tradesDueAt) {
        effects.emplace_back(
            NeedTrades{record.symbol(), record.engineOrderId(), record.told.createdAt - engineLag});
        const auto step = static_cast<std::size_t>(++record.tradesRequests);
        record.tradesDueAt = step < tradesPauses.size() ? m_now + tradesPauses[step] : Timestamp{};
    }
}

std::optional<Timestamp> OrderLedger::nextDueAt() const
{
    std::optional<Timestamp> next;
    const auto offer = [&next](Timestamp at) {
        if (!next || at < *next) {
            next = at;
        }
    };
    for (const Handle &record : m_active) {
        if (record->tradesDueAt != Timestamp{}) {
            offer(record->tradesDueAt);
        }
        if (record->told.phase == OrderPhase::InFlight) {
            offer(record->sentAt() + answerDeadline);
        }
        if (const auto queryAt = record->chase.nextQueryAt()) {
            offer(*queryAt);
        }
        const auto triggering = record->triggeringSince();
        if (triggering && record->told.isOpen() &&
            !record->alarmed.test(static_cast<std::size_t>(Alarm::Kind::Unprotected))) {
            offer(*triggering + longestTriggering + 1ms);
        }
    }
    return next;
}

} // namespace domain
