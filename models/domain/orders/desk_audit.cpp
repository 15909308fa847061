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
constexpr std::size_t tradesPage = 1'000;
constexpr Milliseconds clockDoubt = 1s;      // 5.8: else nothing is signed
constexpr Milliseconds listLag = 12s;        // reference 11.2: up to ten seconds, and the way there
constexpr int comparisonsBeforeMismatch = 2; // after all lists were read

std::string describe(const Order &order)
{
    std::string text{order.isConditional() && order.childOrderId == 0 ? toWire(order.conditionalStatus)
                                                                      : toWire(order.status)};
    return text + ", filled " + order.executedQty.toString() + " of " + order.request.quantity.toString();
}

std::string describe(const PositionBook::Leg &leg)
{
    std::string position = "position";
    if (leg.second == PositionSide::Both) {
        return position;
    }
    return std::string{toWire(leg.second)} + ' ' + position;
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
    m_lookAt.reset();
    m_comparedSince = now;
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

void OrderDesk::startLook(Timestamp now)
{
    if (m_audit || m_isStopping) {
        return; // what runs plans the next
    }
    m_lookAt.reset();
    m_comparedSince = now;
    Audit audit;
    audit.isLook = true;
    audit.why = "a position differs";
    audit.startedAt = now;
    audit.report = m_lastComparison;
    audit.report.why = audit.why;
    audit.report.startedAt = now;
    audit.pending = {send(ReadPositions{}, Urgency::Resolve)};
    m_audit = std::move(audit);
}

/// Soon, and less and less soon where it does not help: each costs weight that others need.
void OrderDesk::planLook(Timestamp now)
{
    m_lookAt = now + againAfter();
}

Milliseconds OrderDesk::againAfter() const
{
    Milliseconds pause = m_rules.auditAgain;
    for (int over = m_rules.auditsAgainQuickly; over < m_audits && pause < m_rules.auditAgainMost; ++over) {
        pause *= 2;
    }
    return std::min(pause, m_rules.auditAgainMost);
}

// What a comparison asks for is answered while it lasts: it ends with the last answer.

void OrderDesk::onOpenOrders(Timestamp now, RequestId id, const Asked &asked, const DeskAnswer &answer)
{
    const bool isConditional = std::get<ReadOpenOrders>(asked.what).isConditional;
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
    m_audit->pending.erase(id);
    if (!m_audit->pending.empty()) {
        return;
    }
    if (m_audit->positions && m_audit->report.failure.empty()) {
        comparePositions(now);
    }
    finishAudit(now);
}

void OrderDesk::onTrades(Timestamp now, RequestId id, const ReadTrades &what, const DeskAnswer &answer)
{
    const bool isRead = answer.outcome == Outcome::Done;
    if (isRead) {
        fold(now, TradeHistory{answer.fills});
    }
    if (what.orderId != 0) {
        m_tradesAsked.erase({what.symbol, what.orderId});
        if (isRead && answer.fills.size() >= tradesPage) {
            inquire(now, what.symbol, what.since, false);
        }
        return;
    }
    const auto found = m_inquiries.find(what.symbol);
    if (found == m_inquiries.end() || found->second.asked != id) {
        return;
    }
    if (!isRead) {
        m_inquiries.erase(found); // the next look begins another
        return;
    }
    found->second.reading.onTrades(answer.fills);
    pursueInquiry(what.symbol);
}

void OrderDesk::onForcedOrders(
    Timestamp now, RequestId id, const ReadForcedOrders &what, const DeskAnswer &answer)
{
    const bool isRead = answer.outcome == Outcome::Done;
    for (const Order &order : answer.orders) {
        foldOrder(now, order, false, EvidenceSource::Snapshot);
    }
    const auto found = m_inquiries.find(what.symbol);
    if (found == m_inquiries.end() || found->second.asked != id) {
        return;
    }
    if (!isRead) {
        m_inquiries.erase(found);
        return;
    }
    found->second.reading.onForcedOrders();
    pursueInquiry(what.symbol);
}

void OrderDesk::inquire(Timestamp now, const Symbol &symbol, Timestamp since, bool withForced)
{
    const auto [entry, isNew] =
        m_inquiries.try_emplace(symbol, Inquiry{PositionInquiry{symbol, since, now, withForced}});
    if (isNew && !m_isStopping) {
        pursueInquiry(symbol);
    }
}

void OrderDesk::pursueInquiry(const Symbol &symbol)
{
    const auto found = m_inquiries.find(symbol);
    if (const auto request = found->second.reading.next()) {
        found->second.asked = send(*request, Urgency::Resolve);
        return;
    }
    m_inquiries.erase(found);
    for (auto &[leg, doubt] : m_positionDoubts) {
        doubt.isRead = doubt.isRead || leg.first == symbol;
    }
}

void OrderDesk::comparePositions(Timestamp now)
{
    const auto &[rows, askedAt] = *m_audit->positions;
    m_audit->report.positions = static_cast<int>(
        std::ranges::count_if(rows, [](const PositionRow &row) { return !row.amount.isZero(); }));
    std::map<PositionBook::Leg, LegDoubt> before = std::exchange(m_positionDoubts, {});
    const auto differences = m_positions.compare(rows, askedAt, now + clockDoubt);
    for (const PositionBook::Difference &difference : differences) {
        const Quantity missing = difference.theirs - difference.ours;
        const auto earlier = before.find(difference.leg);
        LegDoubt doubt =
            earlier != before.end() ? earlier->second : LegDoubt{difference.since, now, missing, 0, false};
        if (doubt.missing != missing) {
            doubt = {doubt.since, now, missing, 0, false};
        }
        // Lists of executions lag behind positions.
        doubt.comparisons += doubt.isRead && doubt.firstAt + listLag <= now ? 1 : 0;
        doubt.isRead = false;
        m_positionDoubts[difference.leg] = doubt;
    }
    std::ranges::for_each(differences, [&](const auto &difference) { compareLeg(now, difference); });
    m_positions.setCompared();
    m_positionsAskedAt = std::max(m_positionsAskedAt, askedAt);
    m_audit->hasDoubt = m_audit->hasDoubt || !m_positionDoubts.empty();
    if (m_positionDoubts.empty()) {
        m_riskRules.onPositions(m_positions.open());
        keepCheckpoints();
    }
}

/// Adopts what the exchange says of the leg, or looks for what explains it.
void OrderDesk::compareLeg(Timestamp now, const PositionBook::Difference &difference)
{
    const auto &leg = difference.leg;
    const LegDoubt &doubt = m_positionDoubts.at(leg);
    const Timestamp askedAt = m_audit->positions->second;
    const bool hasBeginning = doubt.since != Timestamp{};
    Difference line{leg.first, {}, difference.ours.toString(), difference.theirs.toString(), {}, false};
    const auto adopt = [&](const char *outcome) {
        line.outcome = outcome;
        // Where nothing came lately, the answer holds all there was when it was asked for.
        const Timestamp until =
            difference.isRecent ? difference.until : std::max(difference.until, askedAt - clockDoubt);
        // That a leg was not listed was true at some moment between question and answer.
        m_positions.adopt(
            leg, difference.theirs, until, difference.isListed ? Timestamp{} : now + clockDoubt);
        m_audit->hasDoubt = m_audit->hasDoubt || m_positions.isDoubtful(leg);
        m_positionDoubts.erase(leg);
    };
    if (!hasBeginning && !difference.isRecent) {
        adopt("adopted: the start of our count");
    } else if (isBeingClosed(leg.first)) {
        adopt("adopted: it is being closed"); // what is left of it has to go at once, whatever explains it
    } else if (doubt.comparisons >= comparisonsBeforeMismatch - 1 && isForced(difference)) {
        adopt("adopted: the exchange liquidated or settled it");
    } else if (doubt.comparisons < comparisonsBeforeMismatch) {
        line.outcome = "its executions are being read";
        if (hasBeginning) { // else there is nothing to read from
            inquire(now, leg.first, doubt.since - tradesMargin, doubt.comparisons > 0);
        }
    } else {
        adopt("adopted, but nothing explains it");
        line.needsUser = true;
        const std::string text = "The " + describe(leg) + " of " + leg.first + " is " +
                                 difference.theirs.toString() + " at the exchange and " +
                                 difference.ours.toString() + " by all executions we know.";
        alert(now, Alert::Kind::Mismatch, Alert::Severity::Critical, leg.first, {}, text);
        close(now, GateCause::Mismatch, text);
    }
    m_brackets.onPosition(leg.first, now);
    m_audit->report.differences.push_back(std::move(line));
}

/// Whether the exchange itself bought or sold towards what it has now, since the leg last agreed.
bool OrderDesk::isForced(const PositionBook::Difference &difference) const
{
    const Side side = difference.theirs > difference.ours ? Side::Buy : Side::Sell;
    const auto forced = m_forcedAt.find({difference.leg, side});
    return forced != m_forcedAt.end() &&
           forced->second >= m_positionDoubts.at(difference.leg).since - tradesMargin;
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
    const bool isGood = isDone && !audit.hasDoubt;
    m_audits = isGood ? 0 : m_audits + 1;
    if (audit.isLook || isDone) {
        if (!isGood) {
            planLook(now);
        }
    } else {
        m_isAuditDirty = true;
        planAudit(now + againAfter());
        m_auditWhy = audit.why;
    }
    if (!audit.isLook && isDone) {
        planAudit(now + m_rules.auditEvery);
        m_lastComparison = audit.report;
        m_lastComparison.differences.clear();
    }
    m_effects.emplace_back(ReconciliationTold{std::move(audit.commands), std::move(audit.report)});
    if (isGood && !m_isAuditDirty && !m_hasGap) {
        open(now, GateCause::Reconciliation);
        open(now, GateCause::Starting);
        open(now, GateCause::WakeUp);
    }
    // One that was asked for during a look has its turn now; one that failed, when it is planned.
    const bool isNext = audit.isLook ? !m_auditAt : isDone;
    if (isNext && m_isAuditDirty && !m_isStopping) {
        if (m_auditWhy.empty()) {
            m_auditWhy = "asked again";
        }
        startAudit(now, std::string{m_auditWhy}, 0);
    }
}

} // namespace domain
