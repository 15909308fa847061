// Cancels, amendments, queries and brackets: what the desk does about orders that are out already.
#include "models/domain/orders/order_desk.h"

#include <algorithm>

namespace domain
{
namespace
{

using namespace std::chrono_literals;
using Kind = OrderMoment::Kind;
using Outcome = DeskAnswer::Outcome;

constexpr int orderNotFound = -2013;
constexpr Milliseconds afterUnclearCancel = 1s;
constexpr Milliseconds longestAmendPause = 15s;

} // namespace

// ---- cancelling

void OrderDesk::cancel(
    Timestamp now, CommandId command, const Symbol &symbol, const std::string &clientOrderId)
{
    const Order *order = m_ledger.find(clientOrderId);
    if (order == nullptr || order->request.symbol != symbol) {
        return reply(command,
            failure(ErrorCode::NotFound, "This order is not known; compare with the exchange first."));
    }
    if (!order->isOpen()) {
        return reply(command, *order);
    }
    wantCancel(now, command, Order{*order});
    onTime(now);
}

void OrderDesk::wantCancel(Timestamp now, CommandId command, const Order &order)
{
    const std::string &id = order.clientOrderId();
    {
        Errand &errand = errandOf(order);
        if (command != 0) {
            errand.cancelCommands.push_back(command);
        }
        if (!errand.isCancelWanted) {
            errand.isCancelWanted = true;
            errand.cancelAskedAt = now;
            errand.cancelAt = now;
            note(now, id, Kind::CancelAsked);
        }
        withdraw(errand.amending); // one that still waits would only change what is to go
    }
    if (order.phase == OrderPhase::Queued) {
        // Still here: it never leaves. Its own answer says so to whoever placed it.
        Errand &errand = errandOf(order);
        errand.placeAt.reset();
        withdraw(std::exchange(errand.placement, 0));
        return take(
            now, m_ledger.closeLocally(id, EndReason::LocalCancel, "Cancelled before it was sent.", now));
    }
    take(now, m_ledger.setCancelRequested(id, true));
    if (const auto found = m_errands.find(id); found != m_errands.end()) {
        pursueCancel(now, id, found->second);
    }
}

void OrderDesk::pursueCancel(Timestamp now, const std::string &clientOrderId, Errand &errand)
{
    if (!errand.cancelCommands.empty() && errand.cancelAskedAt + m_rules.cancelReplyAfter <= now) {
        for (const CommandId command : std::exchange(errand.cancelCommands, {})) {
            reply(command,
                failure(ErrorCode::OutcomeUnknown, "The cancel is not confirmed yet; it is being tried on."));
        }
    }
    if (!errand.isCancelWanted || errand.cancelling != 0 || !errand.cancelAt || *errand.cancelAt > now ||
        m_isStopping) {
        return;
    }
    errand.cancelAt.reset();
    const Order *order = m_ledger.find(clientOrderId);
    if (order == nullptr || !order->isOpen()) {
        return;
    }
    if (++errand.cancels == m_rules.cancelsBeforeAlarm) {
        alert(now, Alert::Kind::Emergency, Alert::Severity::Critical, errand.symbol, clientOrderId,
            "Twenty cancels of this order brought nothing; cancel it on the exchange's own page.");
    }
    errand.cancelling = send(CancelOrder{OrderLedger::refOf(*order)}, Urgency::Cancel, clientOrderId);
}

void OrderDesk::onCanceled(Timestamp now, const Asked &asked, const OrderRef &ref, const DeskAnswer &answer)
{
    const std::string id = asked.clientOrderId;
    Milliseconds pause = m_rules.cancelPause;
    if (const auto found = m_errands.find(id); found != m_errands.end()) {
        found->second.cancelling = 0;
        for (int doubling = 1; doubling < found->second.cancels && pause < m_rules.cancelPauseMost;
             ++doubling) {
            pause *= 2;
        }
    }
    switch (answer.outcome) {
    case Outcome::Done:
        note(now, id, Kind::Answered, "cancel accepted");
        if (answer.order) {
            foldOrder(now, *answer.order, ref.conditional, EvidenceSource::Query);
        } else {
            fold(now, CancelAnswer{ref, true, 0, now});
        }
        pause = std::max(pause, afterUnclearCancel); // its events may be on their way
        break;
    case Outcome::Rejected:
        // Not a death certificate: the order is asked for, and cancelled again if it lives.
        note(now, id, Kind::Answered, "cancel refused: " + answer.text);
        fold(now, CancelAnswer{ref, false, answer.venueCode, now});
        pause = std::max(pause, afterUnclearCancel);
        break;
    case Outcome::Unknown:
        note(now, id, Kind::Answered, "cancel unclear: " + answer.text);
        pause = std::max(pause, afterUnclearCancel);
        break;
    case Outcome::NotSent:
    case Outcome::NotExecuted:
        note(now, id, Kind::Answered, "cancel not executed: " + answer.text);
        break;
    }
    const auto found = m_errands.find(id);
    const Order *order = m_ledger.find(id);
    if (found == m_errands.end()) {
        return;
    }
    if (order == nullptr || !order->isOpen()) {
        return forgetErrand(id);
    }
    if (found->second.isCancelWanted) {
        found->second.cancelAt = now + std::min(pause, m_rules.cancelPauseMost);
    }
}

// ---- amending

void OrderDesk::amend(Timestamp now, CommandId command, const Symbol &symbol,
    const std::string &clientOrderId, Price price, Quantity quantity)
{
    const auto refuse = [&](std::string why) {
        reply(command, failure(ErrorCode::Rejected, std::move(why)));
    };
    const Order *order = m_ledger.find(clientOrderId);
    if (order == nullptr || order->request.symbol != symbol) {
        return reply(command, failure(ErrorCode::NotFound, "This order is not known."));
    }
    if (order->phase != OrderPhase::Working || order->isConditional() ||
        order->request.type != OrderType::Limit || order->cancelRequested) {
        return refuse("Only a working limit order can be changed; cancel it and place another.");
    }
    if (!(isReducing(order->request) ? m_gate.mayReduce() : m_gate.mayOpen())) {
        return refuse(m_gate.reason());
    }
    if (const auto error = whyRuled(changed(*order, price, quantity))) {
        return refuse(error->detail);
    }
    Errand &errand = errandOf(*order);
    if (errand.amending != 0 || errand.isAmendUnknown) {
        return refuse("An earlier change of this order is not settled yet.");
    }
    note(now, clientOrderId, Kind::AmendAsked, quantity.toString() + " at " + price.toString());
    errand.amendCommand = command;
    errand.amending = send(AmendOrder{OrderLedger::refOf(*order), order->request.side, price, quantity},
        isReducing(order->request) ? Urgency::Reduce : Urgency::Open, clientOrderId, m_rules.openingLife);
}

void OrderDesk::onAmended(Timestamp now, const Asked &asked, const AmendOrder &what, const DeskAnswer &answer)
{
    const std::string id = asked.clientOrderId;
    CommandId command = 0;
    if (const auto found = m_errands.find(id); found != m_errands.end()) {
        command = std::exchange(found->second.amendCommand, 0);
        found->second.amending = 0;
        found->second.isAmendUnknown = answer.outcome == Outcome::Unknown;
    }
    note(now, id, Kind::Answered, answer.outcome == Outcome::Done ? "changed" : "change: " + answer.text);
    switch (answer.outcome) {
    case Outcome::Done:
        if (answer.order) {
            foldOrder(now, *answer.order, false, EvidenceSource::Query);
        }
        break;
    case Outcome::Unknown:
        takeOne(now, NeedQuery{what.ref});
        reply(command, failure(ErrorCode::OutcomeUnknown, answer.text, answer.venueCode));
        break;
    case Outcome::Rejected:
        takeOne(now, NeedQuery{what.ref}); // it may have ended meanwhile
        reply(command, failure(ErrorCode::Rejected, answer.text, answer.venueCode));
        break;
    case Outcome::NotSent:
    case Outcome::NotExecuted:
        reply(command, failure(ErrorCode::Unreachable, answer.text, answer.venueCode));
        break;
    }
    const Order *order = m_ledger.find(id);
    if (order != nullptr && answer.outcome == Outcome::Done) {
        reply(command, *order);
    }
    if (order == nullptr || !order->isOpen()) {
        forgetErrand(id);
    }
}

void OrderDesk::onAmendQueried(Timestamp now, const std::string &clientOrderId, bool isAnswered)
{
    const auto found = m_errands.find(clientOrderId);
    if (found == m_errands.end() || !found->second.isAmendUnknown) {
        return;
    }
    Errand &errand = found->second;
    if (isAnswered) {
        errand.isAmendUnknown = false;
        errand.amendQueries = 0;
        errand.amendQueryAt.reset();
    } else {
        errand.amendQueryAt =
            now + std::min(longestAmendPause, Milliseconds{1s} * (1 << errand.amendQueries));
        errand.amendQueries = std::min(errand.amendQueries + 1, 4);
    }
}

// ---- queries

void OrderDesk::onQueried(Timestamp now, const Asked &asked, const OrderRef &ref, const DeskAnswer &answer)
{
    m_queried.erase(ref.symbol + ' ' + ref.clientOrderId);
    onAmendQueried(now, asked.clientOrderId, answer.outcome == Outcome::Done && answer.order.has_value());
    if (answer.outcome == Outcome::Done && answer.order) {
        note(now, asked.clientOrderId, Kind::Answered, "the exchange has it");
        foldOrder(now, *answer.order, ref.conditional, EvidenceSource::Query);
        const Order *order = m_ledger.find(asked.clientOrderId);
        if (order != nullptr && order->phase == OrderPhase::Working &&
            m_brackets.verified(order->clientOrderId())) {
            note(now, order->clientOrderId(), Kind::Protected, "the exchange confirms the stop");
        }
    } else if (answer.outcome == Outcome::Rejected && answer.venueCode == orderNotFound) {
        note(now, asked.clientOrderId, Kind::Answered, "the exchange does not know it");
        fold(now, QueryNotFound{ref, asked.handedOverAt != Timestamp{} ? asked.handedOverAt : now});
    }
}

// ---- brackets

JournalEntries OrderDesk::bracketNotes()
{
    JournalEntries entries;
    for (auto &[id, text] : m_brackets.takeNotes()) {
        entries.emplace_back(JournalNote{"bracket " + id, std::move(text)});
    }
    return entries;
}

void OrderDesk::carryOutBrackets(Timestamp now)
{
    const auto dueAt = m_brackets.nextDueAt();
    if (!dueAt || *dueAt > now || !m_positions.isCompared()) {
        return;
    }
    const auto isBooked = [this](const std::string &id) {
        const Order *order = m_ledger.find(id);
        Quantity known;
        for (const Fill &fill : m_ledger.fillsOf(id)) {
            known += fill.quantity;
        }
        return order == nullptr || known >= order->executedQty;
    };
    for (const BracketKeeper::Action &action : m_brackets.act(now, m_positions, m_info.get(), isBooked)) {
        std::visit([&](const auto &one) { carryOutOne(now, one); }, action);
    }
    for (JournalEntry &entry : bracketNotes()) {
        m_entries.push_back(std::move(entry));
    }
}

void OrderDesk::carryOutOne(Timestamp now, const BracketKeeper::Place &action)
{
    const Order child = intentOf(now, action.order);
    m_brackets.childPlaced(action.entryId, action.target, child, now);
    place(now, 0, child, {"bracket " + action.entryId, now});
}

void OrderDesk::carryOutOne(Timestamp now, const BracketKeeper::Cancel &action)
{
    if (const Order *order = m_ledger.find(action.clientOrderId); order != nullptr && order->isOpen()) {
        wantCancel(now, 0, Order{*order});
    }
}

void OrderDesk::carryOutOne(Timestamp now, const BracketKeeper::Verify &action)
{
    takeOne(now, NeedQuery{OrderLedger::refOf(action.order)});
}

void OrderDesk::carryOutOne(Timestamp now, const BracketKeeper::Warn &action)
{
    alert(
        now, Alert::Kind::Unprotected, Alert::Severity::Critical, action.symbol, action.entryId, action.text);
}

} // namespace domain
