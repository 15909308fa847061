#include "tests/simulation/judge.h"

#include <algorithm>

namespace simulation
{

using namespace domain;

namespace
{

constexpr std::size_t mostFindings = 20;
constexpr Milliseconds openingLife{2'000};
constexpr std::int64_t windowMs = 61'000;

bool isPlacing(const paper::Request &request)
{
    return request.method == "POST" &&
           (request.path == "/fapi/v1/order" || request.path == "/fapi/v1/algoOrder");
}

std::string valueOf(const std::string &form, std::string_view name)
{
    const std::string key = std::string{name} + '=';
    for (std::size_t at = 0; at < form.size();) {
        const std::size_t end = std::min(form.find('&', at), form.size());
        if (form.compare(at, key.size(), key) == 0) {
            return form.substr(at + key.size(), end - at - key.size());
        }
        at = end + 1;
    }
    return {};
}

std::string idOf(const paper::Request &request)
{
    return valueOf(request.body, request.path == "/fapi/v1/order" ? "newClientOrderId" : "clientAlgoId");
}

std::string childKey(const Symbol &symbol, std::int64_t orderId)
{
    return symbol + '/' + std::to_string(orderId);
}

} // namespace

Judge::Digest Judge::digestOf(std::string_view id)
{
    Digest digest = 0xCBF29CE484222325ULL; // FNV-1a
    for (const char one : id) {
        digest = (digest ^ static_cast<unsigned char>(one)) * 0x100000001B3ULL;
    }
    return digest;
}

/// It ended at the client before the exchange took it.
bool Judge::isNeverThere(const Order &order)
{
    return order.phase == OrderPhase::Done &&
           (order.endReason == EndReason::NeverAccepted || order.endReason == EndReason::NotExecuted ||
               order.endReason == EndReason::Rejected || order.endReason == EndReason::Denied ||
               order.endReason == EndReason::LocalCancel || order.endReason == EndReason::LocalExpired);
}

void Judge::mix(std::string_view text)
{
    for (const char one : text) {
        m_hash = (m_hash ^ static_cast<unsigned char>(one)) * 0x100000001B3ULL;
    }
}

void Judge::find(std::int64_t &counter, const std::string &text)
{
    ++counter;
    if (m_findings.size() < mostFindings) {
        // So that a shorter run of the same seed meets it again.
        m_findings.push_back(text + " (" + std::to_string(m_intents.size()) + " orders in)");
    }
}

void Judge::onArrived(const paper::Request &request, std::int64_t nowMs)
{
    mix(std::to_string(nowMs) + request.method + request.path);
    if (isPlacing(request)) {
        const std::string id = idOf(request);
        mix(id);
        if (!m_intents.contains(digestOf(id))) {
            find(m_verdict.withoutIntent, "order " + id + " arrived without an intent on the disk");
        }
    }
}

void Judge::onProcessed(const paper::Request &request, const paper::Response &response, std::int64_t nowMs)
{
    constexpr int ok = 200;
    constexpr int tooMany = 429;
    constexpr int banned = 418;
    if (isPlacing(request) && response.status == ok) {
        const std::string id = idOf(request);
        ++m_acceptedCount;
        if (!m_accepted.insert(digestOf(id)).second) {
            find(m_verdict.duplicated, "order " + id + " was accepted twice");
        }
    }
    if ((response.status == tooMany || response.status == banned) && nowMs - m_foreignLoadMs > windowMs) {
        find(m_verdict.limitViolations,
            request.method + ' ' + request.path + " at " + std::to_string(nowMs) + ": " + response.body);
    }
}

void Judge::onEvent(const paper::Event &event)
{
    if (const auto *update = std::get_if<paper::OrderUpdateEvent>(&event)) {
        if (update->lastQty.isPositive()) {
            ++m_fills;
        }
        const paper::OrderRecord &order = update->order;
        std::string id = order.clientOrderId;
        const auto parent = m_childOf.find(childKey(order.symbol, order.orderId));
        if (parent != m_childOf.end()) {
            id = parent->second;
        } else if (!m_intents.contains(digestOf(id))) {
            return; // the website's, a liquidation
        }
        reopen(id);
        Truth &truth = m_truth[id];
        truth.isKnown = true;
        truth.isTerminal = !order.isOpen();
        truth.executed = std::max(truth.executed, order.executedQty);
        compare(id);
    } else if (const auto *conditional = std::get_if<paper::ConditionalUpdateEvent>(&event)) {
        const paper::ConditionalRecord &order = conditional->order;
        if (!m_intents.contains(digestOf(order.clientAlgoId))) {
            return;
        }
        reopen(order.clientAlgoId);
        Truth &truth = m_truth[order.clientAlgoId];
        if (order.actualOrderId != 0) {
            truth.child = childKey(order.symbol, order.actualOrderId);
            m_childOf[truth.child] = order.clientAlgoId;
        }
        truth.isKnown = true;
        // Triggered is no end: the engine order goes on.
        truth.isTerminal = order.status == ConditionalStatus::Canceled ||
                           order.status == ConditionalStatus::Rejected ||
                           order.status == ConditionalStatus::Expired ||
                           order.status == ConditionalStatus::Finished || truth.isTerminal;
        compare(order.clientAlgoId);
    }
}

void Judge::onKept(const JournalEntries &entries)
{
    for (const JournalEntry &entry : entries) {
        if (const auto *intent = std::get_if<JournalIntent>(&entry)) {
            m_intents.insert(digestOf(intent->order.clientOrderId()));
        }
    }
}

void Judge::onHandedOver(const NewOrder &order, Milliseconds age, const Gate &gate)
{
    if (isReducing(order)) {
        if (!gate.mayReduce()) {
            find(m_verdict.forbidden,
                "a closing order left while the gate was " + std::string{toWord(gate.state())});
        }
    } else if (!gate.mayOpen()) {
        find(m_verdict.forbidden,
            "an opening order left while the gate was " + std::string{toWord(gate.state())});
    } else if (age > openingLife) {
        find(m_verdict.forbidden,
            "an opening order left " + std::to_string(age.count()) + " ms after it was asked for");
    }
}

void Judge::onTold(const Order &order)
{
    mix(order.clientOrderId());
    mix(std::to_string(static_cast<int>(order.phase)) + order.executedQty.toString());
    if (order.origin != OrderOrigin::Own || order.endReason == EndReason::Triggered) {
        return;
    }
    reopen(order.clientOrderId());
    Told &told = m_told[order.clientOrderId()];
    told.isKnown = true;
    told.order = order;
    compare(order.clientOrderId());
}

void Judge::onAlert(const Alert &alert)
{
    if (alert.kind == Alert::Kind::Mismatch) {
        const bool isPosition = alert.clientOrderId.empty();
        find(isPosition ? m_verdict.unexplainedPositions : m_verdict.refutedProofs,
            alert.clientOrderId + ' ' + alert.text);
    }
}

void Judge::onReply(std::uint64_t command)
{
    if (m_commands.erase(command) == 0) {
        find(m_verdict.unanswered, "command " + std::to_string(command) + " was answered twice");
    }
}

void Judge::compare(const std::string &id)
{
    const auto truth = m_truth.find(id);
    const auto told = m_told.find(id);
    if (told == m_told.end() || told->second.order.isOpen()) {
        return;
    }
    const Order &order = told->second.order;
    if (truth == m_truth.end()) {
        if (isNeverThere(order)) {
            m_absent.insert(digestOf(id));
            m_told.erase(told);
        }
        return;
    }
    if (truth->second.isTerminal && truth->second.executed == order.executedQty) {
        m_settled[digestOf(id)] = order.executedQty;
        m_childOf.erase(truth->second.child);
        m_truth.erase(truth);
        m_told.erase(told);
    }
}

/// A late word on either side begins the comparison anew.
void Judge::reopen(const std::string &id)
{
    const auto again = [&](EndReason reason, Quantity executed) {
        Told &told = m_told[id];
        told.isKnown = true;
        told.order.request.clientOrderId = id;
        told.order.phase = OrderPhase::Done;
        told.order.endReason = reason;
        told.order.executedQty = executed;
    };
    const Digest digest = digestOf(id);
    if (m_absent.erase(digest) > 0) {
        again(EndReason::NeverAccepted, {});
    }
    if (const auto settled = m_settled.extract(digest)) {
        m_truth[id] = {true, true, settled.mapped(), {}};
        again(EndReason::None, settled.mapped());
    }
}

void Judge::settleOne(const std::string &id, const Truth &truth, const Told &told)
{
    if (!told.isKnown) {
        return find(m_verdict.lost, id + ": the exchange has it, the client does not know it");
    }
    const Order &order = told.order;
    const std::string ours = "the client says phase " + std::to_string(static_cast<int>(order.phase)) +
                             ", end " + std::to_string(static_cast<int>(order.endReason)) + ", filled " +
                             order.executedQty.toString() + " (" + order.reasonText + ")";
    if (order.phase == OrderPhase::Unknown || order.phase == OrderPhase::InFlight ||
        order.phase == OrderPhase::Queued) {
        return find(m_verdict.lost, id + " is in doubt at the end: " + ours);
    }
    if (!truth.isKnown) {
        if (!isNeverThere(order) && order.phase != OrderPhase::Quarantined) {
            find(m_verdict.lost, id + ": the exchange never had it, " + ours);
        }
        return;
    }
    if (order.isOpen() == truth.isTerminal || order.executedQty != truth.executed) {
        find(m_verdict.lost, id + ": the exchange says " + (truth.isTerminal ? "ended" : "open") +
                                 ", filled " + truth.executed.toString() + "; " + ours);
    }
}

void Judge::settle(const std::vector<Order> &clientOrders,
    const std::vector<std::pair<PositionBook::Leg, Quantity>> &clientPositions,
    const std::vector<paper::PositionView> &venuePositions)
{
    for (const Order &order : clientOrders) {
        if (order.origin == OrderOrigin::Own && order.isOpen()) {
            m_told[order.clientOrderId()] = {true, order};
        }
    }
    std::set<std::string> ids;
    for (const auto &[id, truth] : m_truth) {
        ids.insert(id);
    }
    for (const auto &[id, told] : m_told) {
        ids.insert(id);
    }
    for (const std::string &id : ids) {
        const auto truth = m_truth.find(id);
        const auto told = m_told.find(id);
        settleOne(id, truth == m_truth.end() ? Truth{} : truth->second,
            told == m_told.end() ? Told{} : told->second);
    }
    std::map<PositionBook::Leg, Quantity> theirs;
    for (const paper::PositionView &row : venuePositions) {
        if (!row.amount.isZero()) {
            theirs[{row.symbol, row.positionSide}] = row.amount;
        }
    }
    const std::map<PositionBook::Leg, Quantity> ours(clientPositions.begin(), clientPositions.end());
    for (const auto &[leg, amount] : theirs) {
        const auto known = ours.find(leg);
        if (known == ours.end() || known->second != amount) {
            find(m_verdict.unexplainedPositions, leg.first + ": " + amount.toString() + " at the exchange, " +
                                                     (known == ours.end() ? "0" : known->second.toString()) +
                                                     " at the client");
        }
    }
    for (const auto &[leg, amount] : ours) {
        if (!theirs.contains(leg)) {
            find(m_verdict.unexplainedPositions,
                leg.first + ": 0 at the exchange, " + amount.toString() + " at the client");
        }
    }
    for (const std::uint64_t command : m_commands) {
        find(m_verdict.unanswered, "command " + std::to_string(command) + " was never answered");
    }
}

} // namespace simulation
