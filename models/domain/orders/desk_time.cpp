// Start, end, gaps of the stream, and what time alone brings.
#include "models/domain/orders/order_desk.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace domain
{
namespace
{

using Kind = OrderMoment::Kind;

} // namespace

void OrderDesk::restore(Timestamp now, const JournalPast &past)
{
    for (const auto &[name, value] : past.notes) {
        const auto rest = [&name](std::string_view prefix) { return name.substr(prefix.size()); };
        if (name.starts_with("bracket ")) {
            m_brackets.restore(rest("bracket "), value, now);
        } else if (name.starts_with("position ")) {
            if (const auto leg = m_positions.restore(value)) {
                m_checkpoints[*leg] = value;
            }
        } else if (name.starts_with("deadman ")) {
            m_entries.emplace_back(JournalNote{name, {}});
            alert(now, Alert::Kind::DeadMan, Alert::Severity::Warning, rest("deadman "), {},
                "The dead-man switch of " + rest("deadman ") +
                    " was armed in the last run and may have fired; arm it again if you want it.");
        } else if (name == "killswitch") {
            close(now, GateCause::KillSwitch, value);
        }
    }
    if (!m_riskRules.restore(now, past.notes, past.fills)) {
        alert(now, Alert::Kind::Rules, Alert::Severity::Critical, {}, {},
            "Your risk rules could not be read from the journal; look at them and set them again.");
    }
    for (const Order &order : past.unresolved) {
        note(now, order.clientOrderId(), Kind::Restored);
        // The last try may have left at the end of its life.
        take(now, m_ledger.restore(order, std::min(now, order.createdAt + lifeOf(order.request)), now));
        if (const Order *known = m_ledger.find(order.clientOrderId()); known != nullptr) {
            m_brackets.onOrder(*known, now);
            // The only thing that is sent again: what the user had asked to be cancelled.
            if (order.cancelRequested && known->isOpen()) {
                wantCancel(now, 0, *known);
            }
        }
    }
    m_brackets.endMissing([this](const std::string &id) { return m_ledger.find(id) != nullptr; }, now);
    if (past.isRebuilt) {
        alert(now, Alert::Kind::Disk, Alert::Severity::Critical, {}, {},
            "The order journal was damaged and is rebuilt from the exchange; orders of earlier runs are "
            "shown as "
            "the exchange lists them.");
    }
}

void OrderDesk::stop(Timestamp now)
{
    m_isStopping = true;
    giveUpWaiting(now, "The program was closed before it was sent.", EndReason::LocalCancel, false);
    refuseAudits(now);
    close(now, GateCause::Stopping, "The program is being closed.");
}

void OrderDesk::onStreamGap(Timestamp now, const std::string &why)
{
    m_hasGap = true;
    m_isAuditDirty = true;
    close(now, GateCause::Stream, why);
}

void OrderDesk::onStreamUp(Timestamp now)
{
    m_hasGap = false;
    close(now, GateCause::Reconciliation, "Orders and positions are being compared with the exchange.");
    open(now, GateCause::Stream);
    startAudit(now, m_positions.isCompared() ? "the stream is back" : "start", 0);
}

void OrderDesk::onAccountReset(Timestamp now)
{
    m_positions = PositionBook{};
    m_positionDoubts.clear();
    m_inquiries.clear();
    m_forcedAt.clear();
    m_brackets.clear();
    take(now, m_ledger.startOver(now));
    std::ranges::move(bracketNotes(), std::back_inserter(m_entries)); // nor does the next run know of them
    m_riskRules.onAccountReset();
    for (const auto &[leg, text] : m_checkpoints) {
        m_entries.emplace_back(
            JournalNote{"position " + leg.first + ' ' + std::string{toWire(leg.second)}, {}});
    }
    m_checkpoints.clear();
    acknowledge(now, GateCause::Mismatch);
    close(now, GateCause::Reconciliation, "The account was started over and is being compared.");
    m_isAuditDirty = true;
    startAudit(now, "the account was started over", 0);
}

void OrderDesk::onWakeUp(Timestamp now, const std::string &why)
{
    close(now, GateCause::WakeUp, why);
    giveUpWaiting(now, why, EndReason::LocalExpired, false);
    m_isAuditDirty = true;
    startAudit(now, "wake-up", 0);
}

int OrderDesk::unknownCount() const
{
    return static_cast<int>(std::ranges::count_if(m_unknown, [this](const std::string &id) {
        const Order *order = m_ledger.find(id);
        return order != nullptr && order->phase == OrderPhase::Unknown;
    }));
}

bool OrderDesk::isReconciled() const
{
    constexpr std::array causes{GateCause::Starting, GateCause::Reconciliation, GateCause::WakeUp};
    return !m_hasGap && !m_isAuditDirty &&
           std::ranges::none_of(causes, [this](GateCause cause) { return m_gate.isClosedBy(cause); });
}

bool OrderDesk::isQuiet() const
{
    return m_waiting.empty() && m_asked.empty() && m_unknown.empty() && m_positionDoubts.empty() &&
           std::ranges::all_of(
               m_ledger.openOrders(), [](const Order &order) { return order.phase == OrderPhase::Working; });
}

std::size_t OrderDesk::loadCount() const
{
    return m_errands.size() + m_asked.size() + m_waiting.size() + m_queried.size() + m_tradesAsked.size() +
           m_unknown.size() + m_runs.size() + m_auditCommands.size();
}

void OrderDesk::onTime(Timestamp now)
{
    const GateState before = m_gate.state();
    if (m_gate.onTime(now)) {
        tellGate(now, before);
    }
    take(now, m_ledger.tick(now));
    std::vector<std::string> due;
    for (const auto &[id, errand] : m_errands) {
        if ((errand.placeAt && *errand.placeAt <= now) || (errand.cancelAt && *errand.cancelAt <= now) ||
            (errand.amendQueryAt && *errand.amendQueryAt <= now) ||
            (!errand.cancelCommands.empty() && errand.cancelAskedAt + m_rules.cancelReplyAfter <= now)) {
            due.push_back(id);
        }
    }
    for (const std::string &id : due) {
        if (const auto found = m_errands.find(id); found != m_errands.end()) {
            if (found->second.placeAt && *found->second.placeAt <= now) {
                sendPlacement(now, id);
            }
        }
        if (const auto found = m_errands.find(id); found != m_errands.end()) {
            pursueCancel(now, id, found->second);
            if (found->second.amendQueryAt && *found->second.amendQueryAt <= now) {
                found->second.amendQueryAt.reset();
                if (const Order *order = m_ledger.find(id)) {
                    takeOne(now, NeedQuery{OrderLedger::refOf(*order)});
                }
            }
        }
    }
    carryOutBrackets(now);
    pursueRules(now);
    advanceRuns(now);
    pursueDeadMen(now);
    if (m_auditAt && *m_auditAt <= now && !m_isStopping) {
        if (m_auditWhy.empty()) {
            m_auditWhy = "every minute";
        }
        startAudit(now, std::string{m_auditWhy}, 0);
    }
    if (m_lookAt && *m_lookAt <= now) {
        startLook(now);
    }
}

std::optional<Timestamp> OrderDesk::nextDueAt() const
{
    std::optional<Timestamp> next;
    const auto offer = [&next](std::optional<Timestamp> at) {
        if (at && (!next || *at < *next)) {
            next = at;
        }
    };
    offer(m_gate.nextDueAt());
    offer(m_ledger.nextDueAt());
    offer(m_riskRules.nextDueAt());
    if (m_positions.isCompared()) {
        offer(m_brackets.nextDueAt());
    }
    if (!m_isStopping) {
        offer(m_auditAt);
        offer(m_audit ? std::nullopt : m_lookAt);
    }
    for (const auto &[id, errand] : m_errands) {
        offer(errand.placeAt);
        offer(errand.amendQueryAt);
        if (!m_isStopping) {
            offer(errand.cancelAt);
        }
        if (!errand.cancelCommands.empty()) {
            offer(errand.cancelAskedAt + m_rules.cancelReplyAfter);
        }
    }
    for (const Run &run : m_runs) {
        offer(run.report.startedAt + m_rules.emergencyLimit);
        offer(run.closeAt);
    }
    for (const auto &[symbol, deadMan] : m_deadMen) {
        if (deadMan.renewing == 0 && !m_isStopping) {
            offer(deadMan.renewAt);
        }
        if (!deadMan.isAlarmed && deadMan.firesAt != Timestamp{}) {
            offer(deadMan.firesAt);
        }
    }
    return next;
}

} // namespace domain
