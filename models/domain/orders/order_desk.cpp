#include "models/domain/orders/order_desk.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace domain
{
namespace
{

using namespace std::chrono_literals;
using Kind = OrderMoment::Kind;
using Outcome = DeskAnswer::Outcome;

std::string endText(const Order &order)
{
    static constexpr std::array<std::string_view, 12> words{"", "filled", "cancelled", "expired",
        "expired in match", "rejected", "denied", "not executed", "never accepted",
        "cancelled before it was sent", "not sent in time", "triggered"};
    std::string text{words[static_cast<std::size_t>(order.endReason)]};
    if (!order.reasonText.empty()) {
        text += ": " + order.reasonText;
    }
    return text;
}

} // namespace

OrderDesk::OrderDesk(IdSource ids, std::string ownPrefix, DeskRules rules)
    : m_ids{std::move(ids)},
      m_rules{rules},
      m_ledger{std::move(ownPrefix)}
{
}

// ---- small tools

RequestId OrderDesk::send(
    DeskRequest what, Urgency urgency, const std::string &clientOrderId, std::optional<Milliseconds> patience)
{
    const RequestId id = ++m_lastRequest;
    m_asked[id] = Asked{what, clientOrderId, {}};
    m_effects.emplace_back(SendRequest{id, std::move(what), urgency, patience});
    return id;
}

void OrderDesk::withdraw(RequestId id)
{
    if (id != 0) {
        m_effects.emplace_back(WithdrawRequest{id});
    }
}

std::uint64_t OrderDesk::keep(JournalEntries entries)
{
    const std::uint64_t ticket = ++m_lastTicket;
    m_effects.emplace_back(KeepEntries{ticket, std::move(entries)});
    return ticket;
}

void OrderDesk::note(Timestamp now, const std::string &clientOrderId, Kind kind, std::string text)
{
    m_entries.emplace_back(OrderMoment{clientOrderId, now, kind, std::move(text)});
}

void OrderDesk::reply(CommandId command, Result<Order> result)
{
    if (command != 0) {
        m_effects.emplace_back(Reply{command, std::move(result)});
    }
}

void OrderDesk::alert(Timestamp now, Alert::Kind kind, Alert::Severity severity, const Symbol &symbol,
    const std::string &clientOrderId, std::string text)
{
    if (!clientOrderId.empty()) {
        note(now, clientOrderId, Kind::Alarmed, text);
    }
    m_effects.emplace_back(Alert{kind, severity, symbol, clientOrderId, std::move(text), now});
}

DeskEffects OrderDesk::takeEffects()
{
    if (!m_entries.empty()) {
        m_effects.emplace_back(KeepEntries{0, std::exchange(m_entries, {})});
    }
    return std::exchange(m_effects, {});
}

OrderDesk::Errand &OrderDesk::errandOf(const Order &order)
{
    Errand &errand = m_errands[order.clientOrderId()];
    errand.symbol = order.request.symbol;
    return errand;
}

void OrderDesk::forgetErrand(const std::string &clientOrderId)
{
    const auto found = m_errands.find(clientOrderId);
    if (found == m_errands.end()) {
        return;
    }
    const Errand &errand = found->second;
    if (errand.placement == 0 && errand.cancelling == 0 && errand.amending == 0 && !errand.placeAt) {
        m_errands.erase(found);
    }
}

// ---- the gate

void OrderDesk::tellGate(Timestamp now, GateState before)
{
    const GateState state = m_gate.state();
    m_effects.emplace_back(GateChanged{});
    if (state == before) {
        return;
    }
    if (state != GateState::Active && before == GateState::Active) {
        giveUpWaiting(now, "New orders are held back: " + m_gate.reason(), EndReason::LocalExpired, true);
    }
    if (state > GateState::Reducing && before <= GateState::Reducing) {
        holdReducing(now);
    }
    std::string text = "Orders go out again.";
    if (state != GateState::Active) {
        text = "The gate is " + std::string{toWord(state)} + ": " + m_gate.reason();
    }
    const bool isWorse = state > before;
    alert(now, Alert::Kind::Gate, isWorse ? Alert::Severity::Warning : Alert::Severity::Info, {}, {},
        std::move(text));
}

void OrderDesk::close(
    Timestamp now, GateCause cause, const std::string &reason, std::optional<Timestamp> until)
{
    const GateState before = m_gate.state();
    if (m_gate.close(cause, reason, until)) {
        tellGate(now, before);
    }
}

void OrderDesk::open(Timestamp now, GateCause cause)
{
    const GateState before = m_gate.state();
    if (m_gate.open(cause)) {
        tellGate(now, before);
    }
}

bool OrderDesk::acknowledge(Timestamp now, GateCause cause)
{
    const GateState before = m_gate.state();
    const bool isLifted = m_gate.acknowledge(cause);
    if (isLifted) {
        if (cause == GateCause::KillSwitch) {
            m_entries.emplace_back(JournalNote{"killswitch", {}});
        }
        tellGate(now, before);
    }
    return isLifted;
}

void OrderDesk::stopOpening(Timestamp now, const std::string &where)
{
    const std::string reason = "You stopped opening orders (" + where + ").";
    m_entries.emplace_back(JournalNote{"killswitch", reason}); // a restart does not lift it
    close(now, GateCause::KillSwitch, reason);
}

// ---- requests and their answers

void OrderDesk::onHandedOver(Timestamp now, RequestId id, Timestamp signedAt, Milliseconds recvWindow)
{
    const auto found = m_asked.find(id);
    if (found == m_asked.end()) {
        return;
    }
    found->second.handedOverAt = now;
    const std::string clientOrderId = found->second.clientOrderId;
    if (std::holds_alternative<PlaceOrder>(found->second.what)) {
        note(now, clientOrderId, Kind::Sent, "time stamp " + std::to_string(toMs(signedAt)));
        take(now, m_ledger.markSent(clientOrderId, now, signedAt, recvWindow));
    } else if (std::holds_alternative<CancelOrder>(found->second.what)) {
        note(now, clientOrderId, Kind::CancelSent);
    } else if (std::holds_alternative<AmendOrder>(found->second.what)) {
        note(now, clientOrderId, Kind::AmendSent);
    }
}

void OrderDesk::onAnswer(Timestamp now, RequestId id, const DeskAnswer &answer)
{
    const auto entry = m_asked.extract(id);
    if (entry.empty()) {
        return;
    }
    const Asked &asked = entry.mapped();
    if (const auto *placed = std::get_if<PlaceOrder>(&asked.what)) {
        onPlaced(now, id, asked, placed->order, answer);
    } else if (const auto *amended = std::get_if<AmendOrder>(&asked.what)) {
        onAmended(now, asked, *amended, answer);
    } else if (const auto *canceled = std::get_if<CancelOrder>(&asked.what)) {
        onCanceled(now, asked, canceled->ref, answer);
    } else if (const auto *queried = std::get_if<QueryOrder>(&asked.what)) {
        onQueried(now, asked, queried->ref, answer);
    } else if (std::holds_alternative<ReadOpenOrders>(asked.what)) {
        onOpenOrders(now, id, asked, answer);
    } else if (std::holds_alternative<ReadPositions>(asked.what)) {
        onPositions(now, id, asked, answer);
    } else if (const auto *trades = std::get_if<ReadTrades>(&asked.what)) {
        onTrades(now, id, *trades, answer);
    } else if (const auto *forced = std::get_if<ReadForcedOrders>(&asked.what)) {
        onForcedOrders(now, id, *forced, answer);
    } else if (const auto *deadMan = std::get_if<RenewDeadMan>(&asked.what)) {
        onDeadMan(now, asked, *deadMan, answer);
    }
    // The answer to CancelSymbol says nothing of single orders: their events, or their own cancels, do.
    for (Run &run : m_runs) {
        run.sweeps.erase(id);
    }
    onTime(now);
}

// ---- evidence

void OrderDesk::onStream(Timestamp now, const Evidence &evidence)
{
    if (const auto *report = std::get_if<EngineReport>(&evidence)) {
        note(now, report->order.clientOrderId(), Kind::Heard, std::string{toWire(report->order.status)});
    } else if (const auto *conditional = std::get_if<ConditionalReport>(&evidence)) {
        note(now, conditional->order.clientOrderId(), Kind::Heard,
            std::string{toWire(conditional->order.conditionalStatus)});
    }
    fold(now, evidence);
    onTime(now);
}

void OrderDesk::fold(Timestamp now, const Evidence &evidence)
{
    take(now, m_ledger.fold(evidence));
}

void OrderDesk::foldOrder(Timestamp now, const Order &order, bool isConditional, EvidenceSource source)
{
    if (isConditional) {
        fold(now, ConditionalReport{order, source});
    } else {
        fold(now, EngineReport{order, source});
    }
}

void OrderDesk::take(Timestamp now, const OrderEffects &effects)
{
    for (const OrderEffect &effect : effects) {
        std::visit([&](const auto &one) { takeOne(now, one); }, effect);
    }
}

void OrderDesk::takeOne(Timestamp now, const OrderChanged &effect)
{
    const Order &order = effect.order;
    const std::string &id = order.clientOrderId();
    if (order.origin == OrderOrigin::Own) {
        if (order.phase != OrderPhase::Queued) {
            m_entries.emplace_back(JournalState{order});
        }
        const bool isDoubtful = order.phase == OrderPhase::Unknown || order.phase == OrderPhase::Quarantined;
        if (!isDoubtful) {
            m_unknown.erase(id);
        } else if (m_unknown.insert(id).second && order.phase == OrderPhase::Unknown) {
            alert(now, Alert::Kind::Unknown, Alert::Severity::Warning, order.request.symbol, id,
                "Whether the exchange has this order is not known: " + order.reasonText);
        }
        m_brackets.onOrder(order, now);
    } else if (order.origin != OrderOrigin::Foreign) {
        Timestamp &at = m_forcedAt[{{order.request.symbol, order.request.positionSide}, order.request.side}];
        at = std::max(at, order.updatedAt);
    }
    m_effects.emplace_back(effect);
    const auto found = m_errands.find(id);
    if (found != m_errands.end()) {
        answerPlacement(order);
        if (!order.isOpen()) {
            Errand &errand = found->second;
            for (const CommandId command : std::exchange(errand.cancelCommands, {})) {
                reply(command, order);
            }
            errand.isCancelWanted = false;
            errand.cancelAt.reset();
        }
    }
    if (!order.isOpen()) {
        note(now, id, Kind::Ended, endText(order));
        forgetErrand(id);
    }
}

void OrderDesk::takeOne(Timestamp now, const FillAdded &effect)
{
    const Fill &fill = effect.fill;
    m_positions.add(fill);
    if (!m_lookAt && m_positions.isDoubtful({fill.symbol, fill.positionSide})) {
        planLook(now); // the next list tells whether it was in the last one
    }
    m_riskRules.onFill(now, fill);
    m_brackets.onPosition(fill.symbol, now);
    m_entries.emplace_back(fill);
    const Order *order = m_ledger.findEngineOrder(fill.symbol, fill.orderId);
    if (order != nullptr) {
        note(now, order->clientOrderId(), Kind::Filled,
            fill.quantity.toString() + " at " + fill.price.toString());
    }
    m_effects.emplace_back(effect);
}

void OrderDesk::takeOne(Timestamp now, const NeedQuery &effect)
{
    const std::string key = effect.ref.symbol + ' ' + effect.ref.clientOrderId;
    if (m_isStopping || !m_queried.insert(key).second) {
        return;
    }
    note(now, effect.ref.clientOrderId, Kind::Queried);
    send(QueryOrder{effect.ref}, Urgency::Resolve, effect.ref.clientOrderId);
}

void OrderDesk::takeOne(Timestamp, const NeedTrades &effect)
{
    if (!m_isStopping && m_tradesAsked.insert({effect.symbol, effect.orderId}).second) {
        send(ReadTrades{effect.symbol, effect.orderId, effect.since}, Urgency::Resolve);
    }
}

/// Whether a position is left without the stop it had; a bracket sees to its own stops.
bool OrderDesk::isMissed(const std::string &stopId) const
{
    const Order *stop = m_ledger.find(stopId);
    if (stop == nullptr || stop->isOpen()) {
        return true;
    }
    const Quantity held = m_positions.amount(stop->request.symbol, stop->request.positionSide);
    return !m_brackets.isChild(stopId) && (held * signOf(stop->request.side)).sign() < 0;
}

void OrderDesk::takeOne(Timestamp now, const Alarm &effect)
{
    using Severity = Alert::Severity;
    const auto tell = [&](Alert::Kind kind, Severity severity) {
        alert(now, kind, severity, effect.symbol, effect.clientOrderId, effect.text);
    };
    switch (effect.kind) {
    case Alarm::Kind::RefutedProof:
    case Alarm::Kind::DoubleOrder:
        tell(Alert::Kind::Mismatch, Severity::Critical);
        return close(now, GateCause::RefutedProof, effect.text);
    case Alarm::Kind::Resurrected:
    case Alarm::Kind::Overfilled:
        return tell(Alert::Kind::LateFill, Severity::Critical);
    case Alarm::Kind::LateFill:
        return tell(Alert::Kind::LateFill, Severity::Warning);
    case Alarm::Kind::Quarantined:
        return tell(Alert::Kind::Quarantined, Severity::Critical);
    case Alarm::Kind::Unprotected:
        if (!isMissed(effect.clientOrderId)) {
            return;
        }
        return tell(Alert::Kind::Unprotected, Severity::Critical);
    case Alarm::Kind::Liquidation:
        return tell(Alert::Kind::Liquidation, Severity::Critical);
    }
}

Result<Order> OrderDesk::confirmGone(Timestamp now, const Symbol &symbol, const std::string &clientOrderId)
{
    const Order *order = m_ledger.find(clientOrderId);
    if (order == nullptr || order->request.symbol != symbol || order->phase != OrderPhase::Quarantined) {
        return failure(
            ErrorCode::Rejected, "Only an order that could not be settled can be confirmed as gone.");
    }
    take(now, m_ledger.confirmGone(clientOrderId, now));
    return *m_ledger.find(clientOrderId);
}

} // namespace domain
