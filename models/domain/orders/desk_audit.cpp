// Comparison with the exchange: open orders, conditional orders, positions; what differs, and what is
// adopted.
#include "models/domain/orders/order_desk.h"

#include <algorithm>

namespace domain
{
namespace
{

using namespace std::chrono_literals;
using Outcome = DeskAnswer::Outcome;
using Difference = ReconciliationReport::Difference;

constexpr Milliseconds tradesMargin = 60s; // executions are asked for from a little before the last agreement
constexpr Milliseconds oldestTrades = 72h;
constexpr Milliseconds forcedMemory = 5min;
constexpr Milliseconds listLag = 12s;        // reference 11.2: up to ten seconds, and the way there
constexpr int comparisonsBeforeMismatch = 2; // after the executions were read

std::string describe(const Order &order)
{
    std::string text{order.isConditional() && order.childOrderId == 0 ? toWire(order.conditionalStatus)
                                                                      : toWire(order.status)};
    return text + ", filled " + order.executedQty.toString() + " of " + order.request.quantity.toString();
}

std::string describe(const PositionBook::Leg &leg)
{
    return leg.second == PositionSide::Both ? std::string{"position"}
                                            : std::string{toWire(leg.second)} + " position";
}

} // namespace

void OrderDesk::reconcile(Timestamp now, CommandId command, const std::string &why)
{
    startAudit(now, why, command);
}

/// Nothing is compared any more: who waits for it is told.
void OrderDesk::refuseAudits(Timestamp now)
{
    if (!m_auditCommands.empty()) {
        ReconciliationReport report;
        report.startedAt = report.endedAt = now;
        report.failure = "The program is being closed.";
        m_effects.emplace_back(ReconciliationTold{std::exchange(m_auditCommands, {}), std::move(report)});
    }
}

void OrderDesk::planAudit(Timestamp at)
{
    if (!m_auditAt || at < *m_auditAt) {
        m_auditAt = at;
    }
}

void OrderDesk::startAudit(Timestamp now, const std::string &why, CommandId command)
{
    if (command != 0) {
        m_auditCommands.push_back(command);
    }
    if (m_isStopping) {
        return refuseAudits(now);
    }
    m_auditAt.reset();
    if (m_audit) {
        // What runs began before this was asked for: another one follows it.
        m_auditWhy = why;
        m_isAuditDirty = true;
        return;
    }
    m_auditWhy.clear();
    m_isAuditDirty = false;
    Audit audit;
    audit.why = why;
    audit.startedAt = now;
    audit.commands = std::exchange(m_auditCommands, {});
    audit.report.why = why;
    audit.report.startedAt = now;
    audit.pending = {send(ReadOpenOrders{false}, Urgency::Resolve),
        send(ReadOpenOrders{true}, Urgency::Resolve), send(ReadPositions{}, Urgency::Resolve)};
    m_audit = std::move(audit);
}

void OrderDesk::onOpenOrders(Timestamp now, RequestId id, const Asked &asked, const DeskAnswer &answer)
{
    const bool isConditional = std::get<ReadOpenOrders>(asked.what).isConditional;
    if (!m_audit) {
        return;
    }
    ReconciliationReport &report = m_audit->report;
    if (answer.outcome != Outcome::Done) {
        report.failure = answer.text;
        return finishAuditIfDone(now, id);
    }
    std::map<std::string, Order> before;
    for (const Order &order : m_ledger.openOrders()) {
        if (OrderLedger::refOf(order).conditional == isConditional) {
            before.emplace(order.clientOrderId(), order);
        }
    }
    const auto known = [&](const Order &order) {
        const Order *found = isConditional ? m_ledger.find(order.clientOrderId())
                                           : m_ledger.findEngineOrder(order.request.symbol, order.orderId);
        return found != nullptr ? found : m_ledger.find(order.clientOrderId());
    };
    std::vector<std::pair<std::string, std::optional<Order>>> listed;
    listed.reserve(answer.orders.size());
    for (const Order &order : answer.orders) {
        const Order *ours = known(order);
        listed.emplace_back(order.clientOrderId(), ours != nullptr ? std::optional{*ours} : std::nullopt);
    }
    OpenOrdersSnapshot snapshot{answer.orders,
        asked.handedOverAt != Timestamp{} ? asked.handedOverAt : m_audit->startedAt, {}, isConditional};
    fold(now, snapshot);
    (isConditional ? report.conditionalOrders : report.orders) = static_cast<int>(answer.orders.size());
    for (const auto &[orderId, ours] : listed) {
        const Order *now_ = m_ledger.find(orderId);
        if (now_ == nullptr) {
            continue;
        }
        report.foreignOrders += now_->origin == OrderOrigin::Foreign;
        if (!ours) {
            report.differences.push_back({now_->request.symbol, orderId, "not known", describe(*now_),
                now_->origin == OrderOrigin::Foreign ? "adopted: placed elsewhere" : "adopted"});
        } else if (ours->phase != now_->phase || ours->executedQty != now_->executedQty ||
                   ours->status != now_->status || ours->conditionalStatus != now_->conditionalStatus) {
            report.differences.push_back(
                {now_->request.symbol, orderId, describe(*ours), describe(*now_), "adopted"});
        }
        before.erase(orderId);
    }
    for (const auto &[orderId, ours] : before) {
        // Absence alone ends nothing: the ledger asks for what should be there.
        if (ours.phase == OrderPhase::Working && ours.updatedAt < snapshot.askedAt) {
            report.differences.push_back(
                {ours.request.symbol, orderId, describe(ours), "not listed", "it is being asked for"});
        }
    }
    finishAuditIfDone(now, id);
}

void OrderDesk::onPositions(Timestamp now, RequestId id, const Asked &asked, const DeskAnswer &answer)
{
    if (!m_audit) {
        return;
    }
    if (answer.outcome != Outcome::Done) {
        m_audit->report.failure = answer.text;
    } else {
        m_audit->positions = {
            answer.positions, asked.handedOverAt != Timestamp{} ? asked.handedOverAt : m_audit->startedAt};
    }
    finishAuditIfDone(now, id);
}

void OrderDesk::finishAuditIfDone(Timestamp now, RequestId id)
{
    if (!m_audit || m_audit->pending.erase(id) == 0 || !m_audit->pending.empty()) {
        return;
    }
    if (m_audit->positions && m_audit->report.failure.empty()) {
        comparePositions(now);
    }
    finishAudit(now);
}

void OrderDesk::comparePositions(Timestamp now)
{
    const auto &[rows, askedAt] = *m_audit->positions;
    ReconciliationReport &report = m_audit->report;
    report.positions = static_cast<int>(
        std::ranges::count_if(rows, [](const PositionRow &row) { return !row.amount.isZero(); }));
    std::map<PositionBook::Leg, LegDoubt> doubts;
    for (const PositionBook::Difference &difference : m_positions.compare(rows, askedAt)) {
        const auto &leg = difference.leg;
        const bool hasBeginning = difference.since != Timestamp{};
        Difference line{leg.first, {}, difference.ours.toString(), difference.theirs.toString(), {}, false};
        LegDoubt doubt = m_positionDoubts[leg];
        if (doubt.firstAt == Timestamp{} || difference.isRecent) {
            doubt.firstAt = now;
        }
        // Lists of executions lag behind positions.
        doubt.comparisons += doubt.isRead && doubt.firstAt + listLag <= now ? 1 : 0;
        doubt.isRead = false;
        const auto forced = m_forcedAt.find(leg.first);
        const bool isForced = forced != m_forcedAt.end() && forced->second + forcedMemory > now;
        if (!hasBeginning && !difference.isRecent) {
            line.outcome = "adopted: the start of our count";
            m_positions.adopt(leg, difference.theirs, difference.until);
        } else if (isForced && doubt.comparisons >= comparisonsBeforeMismatch - 1) {
            line.outcome = "adopted: the exchange liquidated or settled it";
            m_positions.adopt(leg, difference.theirs, difference.until);
        } else if (doubt.comparisons < comparisonsBeforeMismatch) {
            doubt.isRead = !hasBeginning; // then there is nothing to read from
            doubts[leg] = doubt;
            line.outcome = "its executions are being read";
            m_audit->hasDoubt = true;
            const Timestamp since = std::max(difference.since - tradesMargin, now - oldestTrades);
            if (hasBeginning && m_tradesAsked.insert({leg.first, 0}).second) {
                send(ReadTrades{leg.first, 0, since}, Urgency::Resolve);
            }
        } else {
            line.outcome = "adopted, but nothing explains it";
            line.needsUser = true;
            m_positions.adopt(leg, difference.theirs, difference.until);
            const std::string text = "The " + describe(leg) + " of " + leg.first + " is " +
                                     difference.theirs.toString() + " at the exchange and " +
                                     difference.ours.toString() + " by all executions we know.";
            alert(now, Alert::Kind::Mismatch, Alert::Severity::Critical, leg.first, {}, text);
            close(now, GateCause::Mismatch, text);
        }
        m_brackets.onPosition(leg.first, now);
        report.differences.push_back(std::move(line));
    }
    m_positionDoubts = std::move(doubts);
    m_positions.setCompared();
    if (m_positionDoubts.empty()) {
        keepCheckpoints();
    }
}

void OrderDesk::keepCheckpoints()
{
    for (const PositionBook::Leg &leg : m_positions.legs()) {
        std::string text = m_positions.toText(leg);
        std::string &kept = m_checkpoints[leg];
        if (!text.empty() && kept != text) {
            kept = std::move(text);
            m_entries.emplace_back(
                JournalNote{"position " + leg.first + ' ' + std::string{toWire(leg.second)}, kept});
        }
    }
}

void OrderDesk::finishAudit(Timestamp now)
{
    Audit audit = std::move(*m_audit);
    m_audit.reset();
    audit.report.endedAt = now;
    const bool isDone = audit.report.failure.empty();
    if (!isDone) {
        m_isAuditDirty = true;
        planAudit(now + m_rules.auditAgain);
        m_auditWhy = audit.why;
    } else {
        planAudit(now + (audit.hasDoubt ? m_rules.auditAgain : m_rules.auditEvery));
    }
    m_effects.emplace_back(ReconciliationTold{std::move(audit.commands), std::move(audit.report)});
    if (isDone && !m_isAuditDirty && !audit.hasDoubt && !m_hasGap) {
        open(now, GateCause::Reconciliation);
        open(now, GateCause::Starting);
        open(now, GateCause::WakeUp);
    }
    if (isDone && m_isAuditDirty && !m_isStopping) {
        startAudit(now, m_auditWhy.empty() ? "asked again" : std::string{m_auditWhy}, 0);
    }
}

} // namespace domain
