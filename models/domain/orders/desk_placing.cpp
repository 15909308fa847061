// Placing: from the wish to the answer of the exchange.
#include "models/domain/orders/order_desk.h"

#include <algorithm>
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
    if (order.closePosition) {
        text += " position";
    } else {
        text += ' ' + order.quantity.toString();
    }
    text += ' ' + order.symbol;
    if (order.price.isPositive()) {
        text += " at " + order.price.toString();
    }
    if (order.triggerPrice.isPositive()) {
        text += " trigger " + order.triggerPrice.toString();
    }
    return text;
}

} // namespace

Milliseconds OrderDesk::lifeOf(const NewOrder &order) const
{
    return isReducing(order) ? m_rules.reducingLife : m_rules.openingLife;
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
    if (const auto error = whyNot(intent)) {
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
    warnOfBreaches(now, intent);
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
    if (order == nullptr || found == m_errands.end()) {
        return;
    }
    Errand &errand = found->second;
    errand.placeAt.reset();
    if (order->phase != OrderPhase::Queued) {
        return; // the stream has told of it meanwhile: the answer that it did nothing was wrong
    }
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
    if (const auto error = whyNot(*order)) {
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
        return whyNot(*order);
    }
    if (const auto *amend = std::get_if<AmendOrder>(&asked->second.what)) {
        if (order == nullptr || !order->isOpen() || order->cancelRequested) {
            return takenBack;
        }
        return whyRuled(changed(*order, amend->price, amend->quantity));
    }
    return std::nullopt;
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

} // namespace domain
