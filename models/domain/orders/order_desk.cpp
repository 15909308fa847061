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

std::string describe(const NewOrder &order)
{
    std::string text{toWire(order.type)};
    text += ' ';
    text += toWire(order.side);
    text += order.closePosition ? std::string{" position"} : ' ' + order.quantity.toString();
    text += ' ' + order.symbol;
    if (order.price.isPositive()) {
        text += " at " + order.price.toString();
    }
    if (order.triggerPrice.isPositive()) {
        text += " trigger " + order.triggerPrice.toString();
    }
    return text;
}

std::string endText(const Order &order)
{
    static constexpr std::array<std::string_view, 12> words{"", "filled", "cancelled", "expired",
        "expired in match", "rejected", "denied", "not executed", "never accepted",
        "cancelled before it was sent", "not sent in time", "triggered"};
    std::string text{words[static_cast<std::size_t>(order.endReason)]};
    return order.reasonText.empty() ? text : text + ": " + order.reasonText;
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
    const bool isWorse = state > before;
    alert(now, Alert::Kind::Gate, isWorse ? Alert::Severity::Warning : Alert::Severity::Info, {}, {},
        state == GateState::Active ? "Orders go out again."
                                   : "The gate is " + std::string{toWord(state)} + ": " + m_gate.reason());
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

// ---- placing

Milliseconds OrderDesk::lifeOf(const NewOrder &order) const
{
    return isReducing(order) ? m_rules.reducingLife : m_rules.openingLife;
}

std::optional<Error> OrderDesk::whyNot(const NewOrder &order) const
{
    const bool isAllowed = isReducing(order) ? m_gate.mayReduce() : m_gate.mayOpen();
    if (!isAllowed) {
        return Error{ErrorCode::Rejected, m_gate.reason(), 0, 0, 0};
    }
    if (isReducing(order)) {
        return std::nullopt;
    }
    for (const std::string &id : m_unknown) {
        const Order *unknown = m_ledger.find(id);
        if (unknown != nullptr && unknown->phase == OrderPhase::Quarantined &&
            unknown->request.symbol == order.symbol && unknown->request.side == order.side) {
            return Error{ErrorCode::Rejected,
                "An earlier order of this symbol and side could not be settled; compare it with the exchange "
                "and "
                "confirm it first.",
                0, 0, 0};
        }
    }
    return std::nullopt;
}

void OrderDesk::submit(Timestamp now, CommandId command, NewOrder order, const ActionSource &source)
{
    place(now, command, intentOf(now, std::move(order)), source);
}

Order OrderDesk::intentOf(Timestamp now, NewOrder order) const
{
    Order intent;
    intent.request = std::move(order);
    intent.request.clientOrderId = m_ids();
    intent.createdAt = intent.updatedAt = now;
    return intent;
}

void OrderDesk::place(Timestamp now, CommandId command, Order intent, const ActionSource &source)
{
    const std::string id = intent.clientOrderId();
    OrderMoment asked{id, source.at, Kind::Asked, describe(intent.request)};
    if (!source.where.empty()) {
        asked.text += ", from " + source.where;
    }
    if (const auto error = whyNot(intent.request)) {
        intent.phase = OrderPhase::Done;
        intent.endReason = EndReason::Denied;
        intent.reasonText = error->detail;
        m_entries.emplace_back(asked);
        note(now, id, Kind::Denied, error->detail);
        m_entries.emplace_back(JournalState{intent});
        m_effects.emplace_back(OrderChanged{intent});
        m_brackets.onOrder(intent, now);
        return reply(command, tl::unexpected{*error});
    }
    JournalEntries entries = bracketNotes(); // an entry and its bracket are kept together
    entries.emplace_back(std::move(asked));
    entries.emplace_back(JournalIntent{intent});
    Errand &errand = errandOf(intent);
    errand.command = command;
    errand.askedAt = std::min(source.at, now); // a corrected clock gives nobody more time
    m_waiting[keep(std::move(entries))] = Waiting{std::move(intent), command};
}

void OrderDesk::onKept(Timestamp now, std::uint64_t ticket, const Result<bool> &kept)
{
    auto entry = m_waiting.extract(ticket);
    if (!entry.empty()) {
        onIntentKept(now, std::move(entry.mapped()), kept);
        onTime(now);
    }
}

void OrderDesk::onIntentKept(Timestamp now, Waiting waiting, const Result<bool> &kept)
{
    Order intent = std::move(waiting.intent);
    const std::string id = intent.clientOrderId();
    if (!kept) {
        // No intent on the disk: nothing happened, and nothing may leave.
        m_errands.erase(id);
        intent.phase = OrderPhase::Done;
        intent.endReason = EndReason::Denied;
        intent.reasonText = kept.error().detail;
        m_brackets.onOrder(intent, now);
        return reply(waiting.command, tl::unexpected{kept.error()});
    }
    note(now, id, Kind::Kept);
    take(now, m_ledger.begin(intent));
    sendPlacement(now, id);
}

void OrderDesk::sendPlacement(Timestamp now, const std::string &clientOrderId)
{
    const Order *order = m_ledger.find(clientOrderId);
    const auto found = m_errands.find(clientOrderId);
    if (order == nullptr || found == m_errands.end() || order->phase != OrderPhase::Queued) {
        return;
    }
    Errand &errand = found->second;
    errand.placeAt.reset();
    const bool isReducer = isReducing(order->request);
    const Milliseconds left = errand.askedAt + lifeOf(order->request) - now;
    const auto giveUp = [&](EndReason reason, const std::string &why) {
        take(now, m_ledger.closeLocally(clientOrderId, reason, why, now));
    };
    if (errand.isCancelWanted) {
        return giveUp(EndReason::LocalCancel, "Cancelled before it was sent.");
    }
    if (left <= 0ms) {
        return giveUp(EndReason::LocalExpired, "It could not be sent in time and is not sent any more.");
    }
    if (const auto error = whyNot(order->request)) {
        if (!isReducer || m_isStopping) {
            return giveUp(EndReason::LocalExpired, error->detail);
        }
        errand.placeAt =
            now + std::min(left, m_rules.gatePause); // what closes waits for the gate while it lives
        return;
    }
    ++errand.placements;
    note(now, clientOrderId, Kind::Queued);
    errand.placement =
        send(PlaceOrder{order->request}, isReducer ? Urgency::Reduce : Urgency::Open, clientOrderId, left);
}

std::optional<Error> OrderDesk::whyNotNow(Timestamp now, RequestId id) const
{
    const Error takenBack{ErrorCode::Cancelled, "It was taken back before it was sent.", 0, 0, 0};
    const auto asked = m_asked.find(id);
    if (asked == m_asked.end()) {
        return takenBack;
    }
    const std::string &clientOrderId = asked->second.clientOrderId;
    const auto errand = m_errands.find(clientOrderId);
    const Order *order = m_ledger.find(clientOrderId);
    if (const auto *placed = std::get_if<PlaceOrder>(&asked->second.what)) {
        const bool isWanted = order != nullptr && order->phase == OrderPhase::Queued &&
                              errand != m_errands.end() && errand->second.placement == id;
        if (!isWanted) {
            return takenBack;
        }
        if (now > errand->second.askedAt + lifeOf(placed->order)) {
            return Error{
                ErrorCode::Cancelled, "It could not be sent in time and is not sent any more.", 0, 0, 0};
        }
        return whyNot(placed->order);
    }
    const bool isAmend = std::holds_alternative<AmendOrder>(asked->second.what);
    if (isAmend && (order == nullptr || !order->isOpen() || order->cancelRequested)) {
        return takenBack;
    }
    return std::nullopt;
}

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
        m_tradesAsked.erase({trades->symbol, trades->orderId});
        if (answer.outcome == Outcome::Done && trades->orderId == 0) {
            for (auto &[leg, doubt] : m_positionDoubts) {
                doubt.isRead = doubt.isRead || leg.first == trades->symbol;
            }
        }
        fold(now, TradeHistory{answer.fills});
        finishAuditIfDone(now, id);
    } else if (const auto *deadMan = std::get_if<RenewDeadMan>(&asked.what)) {
        onDeadMan(now, *deadMan, answer);
    }
    // The answer to CancelSymbol says nothing of single orders: their events, or their own cancels, do.
    for (Run &run : m_runs) {
        run.sweeps.erase(id);
    }
    onTime(now);
}

void OrderDesk::onPlaced(
    Timestamp now, RequestId request, const Asked &asked, const NewOrder &order, const DeskAnswer &answer)
{
    const std::string &id = order.clientOrderId;
    const bool wasHandedOver = asked.handedOverAt != Timestamp{};
    const auto found = m_errands.find(id);
    if (found != m_errands.end()) {
        if (found->second.placement == request) {
            found->second.placement = 0;
        } else if (!wasHandedOver) {
            return; // taken back by ourselves; what became of the order is decided already
        }
    }
    switch (answer.outcome) {
    case Outcome::Done:
        note(now, id, Kind::Answered, "accepted");
        if (answer.order) {
            foldOrder(now, *answer.order, isConditional(order.type), EvidenceSource::Answer);
        }
        break;
    case Outcome::Rejected:
        note(now, id, Kind::Answered, answer.text);
        fold(now, Rejection{id, answer.venueCode, answer.text, now});
        break;
    case Outcome::NotSent:
    case Outcome::NotExecuted: {
        note(now, id, Kind::Answered, answer.text);
        Errand *errand = found == m_errands.end() ? nullptr : &found->second;
        const Order *known = m_ledger.find(id);
        const bool isHeardOf = known != nullptr && known->orderId != 0; // the answer is wrong
        const bool hasLife = errand != nullptr && now < errand->askedAt + m_rules.reducingLife &&
                             errand->placements < m_rules.mostPlacements && !errand->isCancelWanted &&
                             !m_isStopping;
        if (isReducing(order) && hasLife && !isHeardOf && m_gate.state() != GateState::Stopped) {
            // What closes is worth another try under the same id: the first surely did nothing.
            take(now, m_ledger.requeue(id, now));
            errand->placeAt = now + m_rules.placementPause * (1 << (errand->placements - 1));
            break;
        }
        if (wasHandedOver) {
            fold(now, NotExecuted{id, answer.venueCode, answer.text, now});
        } else {
            take(now, m_ledger.closeLocally(id,
                          errand != nullptr && errand->isCancelWanted ? EndReason::LocalCancel
                                                                      : EndReason::LocalExpired,
                          answer.text, now));
        }
        break;
    }
    case Outcome::Unknown:
        note(now, id, Kind::Answered, "unclear: " + answer.text);
        fold(now, Ambiguous{id, answer.text, now});
        planAudit(now + m_rules.auditAfterDoubt);
        break;
    }
    const Order *known = m_ledger.find(id);
    if (known != nullptr) {
        answerPlacement(*known);
        forgetErrand(known->isOpen() ? std::string{} : id);
    }
}

void OrderDesk::answerPlacement(const Order &order)
{
    const auto found = m_errands.find(order.clientOrderId());
    if (found == m_errands.end() || found->second.command == 0 || order.phase == OrderPhase::Queued ||
        order.phase == OrderPhase::InFlight) {
        return;
    }
    const CommandId command = std::exchange(found->second.command, 0);
    switch (order.phase) {
    case OrderPhase::Unknown:
    case OrderPhase::Quarantined:
        return reply(command, failure(ErrorCode::OutcomeUnknown, order.reasonText, order.venueCode));
    case OrderPhase::Done:
        break;
    default:
        return reply(command, order);
    }
    switch (order.endReason) {
    case EndReason::Rejected:
    case EndReason::Denied:
        return reply(command, failure(ErrorCode::Rejected, order.reasonText, order.venueCode));
    case EndReason::NotExecuted:
    case EndReason::NeverAccepted:
    case EndReason::LocalExpired:
        return reply(command, failure(ErrorCode::Unreachable, order.reasonText, order.venueCode));
    case EndReason::LocalCancel:
        return reply(command, failure(ErrorCode::Cancelled, order.reasonText));
    default:
        return reply(command, order);
    }
}

void OrderDesk::holdReducing(Timestamp now)
{
    for (auto &[id, errand] : m_errands) {
        const Order *order = m_ledger.find(id);
        if (errand.placement != 0 && order != nullptr && order->phase == OrderPhase::Queued) {
            withdraw(std::exchange(errand.placement, 0));
            --errand.placements;
            errand.placeAt = now + m_rules.gatePause;
        }
    }
}

void OrderDesk::giveUpWaiting(Timestamp now, const std::string &why, EndReason reason, bool isOpeningOnly)
{
    for (const Order &order : m_ledger.openOrders()) {
        const auto found = m_errands.find(order.clientOrderId());
        if (found == m_errands.end() || (isOpeningOnly && isReducing(order.request))) {
            continue;
        }
        withdraw(found->second.amending); // a change may enlarge it
        if (order.phase != OrderPhase::Queued) {
            continue;
        }
        found->second.placeAt.reset();
        withdraw(std::exchange(found->second.placement, 0));
        take(now, m_ledger.closeLocally(order.clientOrderId(), reason, why, now));
    }
}

void OrderDesk::submitBracket(Timestamp now, CommandId command, BracketPlan plan, const ActionSource &source)
{
    const auto refuse = [&](const char *why) { reply(command, failure(ErrorCode::Rejected, why)); };
    const int sign = signOf(plan.entry.side);
    const Price reference = plan.entry.price;
    if (isReducing(plan.entry) || isConditional(plan.entry.type)) {
        return refuse("A bracket needs an entry that opens: a limit or market order.");
    }
    if (!plan.stopTrigger.isPositive()) {
        return refuse("A bracket needs a stop; enter its trigger price.");
    }
    if (reference.isPositive() && ((reference - plan.stopTrigger) * sign).sign() <= 0) {
        return refuse(
            "The stop is on the wrong side of the entry: below it for a long, above it for a short.");
    }
    Rate shares;
    for (const BracketPlan::Target &target : plan.targets) {
        shares += target.share;
        if (!target.share.isPositive() || !target.price.isPositive() ||
            (reference.isPositive() && ((target.price - reference) * sign).sign() <= 0)) {
            return refuse("A target needs a share above 0 and a price beyond the entry.");
        }
    }
    if (shares > Rate::of(1)) {
        return refuse("The targets' shares add up to more than the whole position.");
    }
    const SymbolSpec *spec = m_info ? m_info->find(plan.entry.symbol) : nullptr;
    if (spec == nullptr) {
        return refuse("The symbol's rules are not known yet; try again in a moment.");
    }
    const auto isOnTick = [spec](Price price) { return price.isMultipleOf(spec->tickSize); };
    if (!isOnTick(plan.stopTrigger) ||
        !std::ranges::all_of(plan.targets, isOnTick, &BracketPlan::Target::price)) {
        return refuse("Stop and targets must lie on the symbol's tick; round them.");
    }
    const Order entry = intentOf(now, plan.entry);
    m_brackets.begin(entry.clientOrderId(), plan, now);
    place(now, command, entry, source);
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
        m_forcedAt[order.request.symbol] = now;
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
