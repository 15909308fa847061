// Getting out, and the dead-man switches.
#include "models/domain/orders/order_desk.h"

#include <algorithm>

namespace domain
{
namespace
{

using namespace std::chrono_literals;
using Outcome = DeskAnswer::Outcome;
using Step = EmergencyReport::Step;

constexpr int mostCloses = 5;
constexpr Milliseconds closeAgain = 1'500ms;

bool concerns(const EmergencyAction &action, const Symbol &symbol)
{
    return action.symbol.empty() || action.symbol == symbol;
}

bool closesPositions(const EmergencyAction &action)
{
    return action.kind == EmergencyAction::Kind::CloseSymbol ||
           action.kind == EmergencyAction::Kind::FlattenAll;
}

std::string describe(const Order &order)
{
    const NewOrder &request = order.request;
    const Price price = request.price.isPositive() ? request.price : request.triggerPrice;
    std::string text = "cancel " + std::string{toWire(request.type)} + ' ' +
                       std::string{toWire(request.side)} + ' ' + request.quantity.toString();
    if (price.isPositive()) {
        text += " at " + price.toString();
    }
    return text;
}

/// How it ended.
std::string endingOf(const Order &order, bool isCloser)
{
    if (order.endReason == EndReason::Filled) {
        return "filled " + order.executedQty.toString() + " at " + order.avgPrice.toString();
    }
    return isCloser ? order.reasonText : "cancelled";
}

} // namespace

void OrderDesk::emergency(
    Timestamp now, CommandId command, const EmergencyAction &action, const std::string &where)
{
    const auto running = std::ranges::find(m_runs, action, [](const Run &run) { return run.report.action; });
    if (running != m_runs.end()) {
        if (command != 0) {
            running->commands.push_back(command);
        }
        return;
    }
    if (action.kind == EmergencyAction::Kind::FlattenAll) {
        stopOpening(now, where);
    }
    Run run;
    run.report.action = action;
    run.report.startedAt = now;
    run.where = where;
    if (command != 0) {
        run.commands.push_back(command);
    }
    m_runs.push_back(std::move(run));
    Run &started = m_runs.back();
    if (action.kind == EmergencyAction::Kind::CancelAll) {
        // One request for all orders of a symbol; the single cancels behind it catch what it misses.
        std::set<std::pair<Symbol, bool>> symbols;
        for (const Order &order : m_ledger.openOrders()) {
            if (concerns(action, order.request.symbol)) {
                symbols.emplace(order.request.symbol, OrderLedger::refOf(order).conditional);
            }
        }
        if (!action.symbol.empty()) {
            symbols.insert({{action.symbol, false}, {action.symbol, true}}); // also what we do not know of
        }
        for (const auto &[symbol, isConditional] : symbols) {
            started.sweeps.insert(send(CancelSymbol{symbol, isConditional}, Urgency::Cancel));
        }
    }
    addCancelSteps(now, started, action.kind == EmergencyAction::Kind::CancelAll);
    if (closesPositions(action)) {
        closePositions(now, started);
    }
    m_effects.emplace_back(EmergencyTold{{}, started.report});
    advanceRuns(now);
}

void OrderDesk::addCancelSteps(Timestamp now, Run &run, bool withProtection)
{
    const auto isMeant = [&](const Order &order) {
        const bool isKnown = std::ranges::any_of(
            run.report.steps, [&](const Step &step) { return step.clientOrderId == order.clientOrderId(); });
        return !isKnown && concerns(run.report.action, order.request.symbol) &&
               (withProtection || !isReducing(order.request)) && order.origin != OrderOrigin::Liquidation &&
               order.origin != OrderOrigin::AutoDeleveraging;
    };
    const auto add = [&](const Order &order) {
        run.report.steps.push_back(
            {order.request.symbol, order.clientOrderId(), describe(order), Step::State::Waiting, {}});
    };
    for (const Order &order : m_ledger.openOrders()) {
        if (isMeant(order)) {
            add(order);
            wantCancel(now, 0, order);
        }
    }
    for (const auto &[ticket, waiting] : m_waiting) {
        if (isMeant(waiting.intent)) {
            add(waiting.intent);
            errandOf(waiting.intent).isCancelWanted = true; // once it is kept, it ends there
        }
    }
}

const Order *OrderDesk::takenOrder(const std::string &clientOrderId) const
{
    const auto waiting = std::ranges::find(m_waiting, clientOrderId,
        [](const auto &entry) -> const std::string & { return entry.second.intent.clientOrderId(); });
    return waiting != m_waiting.end() ? &waiting->second.intent : m_ledger.find(clientOrderId);
}

std::vector<std::pair<PositionBook::Leg, Quantity>> OrderDesk::openLegs(const EmergencyAction &action) const
{
    auto open = m_positions.open();
    std::erase_if(open, [&action](const auto &entry) { return !concerns(action, entry.first.first); });
    return open;
}

bool OrderDesk::isBeingClosed(const Symbol &symbol) const
{
    return std::ranges::any_of(m_runs, [&symbol](const Run &run) {
        return closesPositions(run.report.action) && concerns(run.report.action, symbol);
    });
}

/// Whether the exchange's own list, asked for since our book is flat, says so too.
bool OrderDesk::isConfirmedFlat(Timestamp now, const Run &run)
{
    const bool isConfirmed = run.flatAt && m_positionsAskedAt >= *run.flatAt;
    const bool hasAsked = run.flatAt && m_comparedSince >= *run.flatAt;
    if (!isConfirmed && (!hasAsked || !m_lookAt || *m_lookAt <= now)) {
        startLook(now);
    }
    return isConfirmed;
}

// What our book has wrong does no harm: a reduce-only order and one of a hedge leg never turn a position, and
// what is left shows in the comparison before the end.
void OrderDesk::closePositions(Timestamp now, Run &run)
{
    run.closeAt.reset();
    if (run.closes >= mostCloses) {
        return;
    }
    bool isAny = false;
    bool isAnyNew = false;
    for (const auto &[leg, amount] : openLegs(run.report.action)) {
        const auto isClosing = [&](const Step &step) {
            const Order *order = step.what.starts_with("close") ? takenOrder(step.clientOrderId) : nullptr;
            return order != nullptr && order->isOpen() && step.symbol == leg.first &&
                   order->request.positionSide == leg.second;
        };
        if (std::ranges::any_of(run.report.steps, isClosing)) {
            isAny = true;
            continue;
        }
        const SymbolSpec *spec = m_info ? m_info->find(leg.first) : nullptr;
        Quantity left = amount.abs();
        while (left.isPositive()) {
            NewOrder order;
            order.symbol = leg.first;
            order.side = amount.isPositive() ? Side::Sell : Side::Buy;
            order.positionSide = leg.second;
            order.type = OrderType::Market;
            order.quantity = spec != nullptr && spec->marketLot.maxQty.isPositive()
                                 ? std::min(left, spec->marketLot.maxQty)
                                 : left;
            order.reduceOnly = leg.second == PositionSide::Both;
            left -= order.quantity;
            const Order intent = intentOf(now, order);
            run.report.steps.push_back({leg.first, intent.clientOrderId(),
                "close " + std::string{amount.isPositive() ? "long " : "short "} + order.quantity.toString(),
                Step::State::Waiting, {}});
            place(now, 0, intent, {run.where, now});
            isAny = isAnyNew = true;
        }
    }
    run.closes += isAnyNew ? 1 : 0;
    if (isAny) {
        run.closeAt = now + closeAgain;
    }
}

void OrderDesk::advanceRuns(Timestamp now)
{
    for (std::size_t at = 0; at < m_runs.size();) {
        const bool isOver = advanceRun(now, m_runs[at]);
        at += isOver ? 0 : 1;
        if (isOver) {
            m_runs.erase(m_runs.begin() + static_cast<std::ptrdiff_t>(at));
        }
    }
}

bool OrderDesk::advanceRun(Timestamp now, Run &run)
{
    const std::vector<Step> before = run.report.steps;
    const bool isTooLate = now >= run.report.startedAt + m_rules.emergencyLimit;
    const bool isClosing = closesPositions(run.report.action);
    const auto legs = openLegs(run.report.action);
    const bool looksFlat = !isClosing || legs.empty();
    run.flatAt = looksFlat ? std::optional{run.flatAt.value_or(now)} : std::nullopt;
    const bool isFlat = !isClosing || (looksFlat && isConfirmedFlat(now, run));
    if (!looksFlat && !isTooLate && (!run.closeAt || *run.closeAt <= now)) {
        closePositions(now, run); // an entry may have filled before its cancel
    }
    if (looksFlat && isClosing) {
        run.closeAt.reset();
        addCancelSteps(now, run, true); // stops and targets of what is closed
    }
    bool isSettled = run.sweeps.empty();
    for (Step &step : run.report.steps) {
        if (step.state != Step::State::Waiting) {
            continue;
        }
        const Order *order = takenOrder(step.clientOrderId);
        const bool isCloser = step.what.starts_with("close");
        if (order != nullptr && !order->isOpen()) {
            const bool isDone = !isCloser || order->endReason == EndReason::Filled;
            step.state = isDone ? Step::State::Done : Step::State::Failed;
            step.text = endingOf(*order, isCloser);
        } else if (order == nullptr) {
            step.state = Step::State::Failed;
            step.text = "It was not taken.";
            if (!m_gate.mayReduce()) {
                step.text = m_gate.reason();
            }
        } else if (isTooLate) {
            step.state = Step::State::Failed;
            step.text = "not confirmed within thirty seconds; it is being tried on";
        } else {
            isSettled = false;
        }
    }
    const bool isOver =
        isTooLate || (isSettled && (isFlat || (!looksFlat && run.closes >= mostCloses && !run.closeAt)));
    if (isOver) {
        run.report.endedAt = now;
        const auto failed = std::ranges::count(run.report.steps, Step::State::Failed, &Step::state);
        alert(now, Alert::Kind::Emergency,
            failed > 0 || !isFlat ? Alert::Severity::Critical : Alert::Severity::Info,
            run.report.action.symbol, {},
            std::to_string(run.report.steps.size() - static_cast<std::size_t>(failed)) + " of " +
                std::to_string(run.report.steps.size()) + " steps are done" +
                (isFlat         ? "."
                    : looksFlat ? "; the exchange has not confirmed yet that no position is left."
                                : "; a position is still open."));
    }
    if (isOver || run.report.steps != before) {
        m_effects.emplace_back(
            EmergencyTold{isOver ? std::exchange(run.commands, {}) : std::vector<CommandId>{}, run.report});
    }
    return isOver;
}

// ---- dead man's switch

void OrderDesk::setDeadMan(Timestamp now, const Symbol &symbol, bool armed)
{
    if (armed) {
        DeadSwitch &fresh = m_deadMen[symbol];
        if (fresh.isAlarmed) {
            fresh.isAlarmed = false;
            fresh.firesAt = {};
        }
        fresh.isArmed = true;
        fresh.renewAt = now;
        m_entries.emplace_back(JournalNote{"deadman " + symbol, "armed"});
    } else if (const auto known = m_deadMen.find(symbol); known != m_deadMen.end()) {
        known->second.isArmed = false;
        known->second.renewAt = now;
        m_entries.emplace_back(JournalNote{"deadman " + symbol, {}});
    }
    pursueDeadMen(now);
    m_effects.emplace_back(GateChanged{});
}

void OrderDesk::pursueDeadMen(Timestamp now)
{
    for (auto &[symbol, deadMan] : m_deadMen) {
        if (deadMan.renewing == 0 && deadMan.renewAt <= now && !m_isStopping) {
            deadMan.renewing =
                send(RenewDeadMan{symbol, deadMan.isArmed ? m_rules.deadManCountdown : Milliseconds{0}},
                    Urgency::Cancel);
        }
        if (deadMan.firesAt != Timestamp{} && deadMan.firesAt <= now && !deadMan.isAlarmed) {
            deadMan.isAlarmed = true;
            alert(now, Alert::Kind::DeadMan, Alert::Severity::Critical, symbol, {},
                "The dead-man switch of " + symbol +
                    " could not be renewed in time: the exchange has cancelled the "
                    "symbol's orders. Arm it again if you want it.");
            deadMan.isArmed = false;
            m_isAuditDirty = true;
            planAudit(now);
        }
    }
    std::erase_if(
        m_deadMen, [](const auto &entry) { return entry.second.isAlarmed && entry.second.renewing == 0; });
}

void OrderDesk::onDeadMan(
    Timestamp now, const Asked &asked, const RenewDeadMan &what, const DeskAnswer &answer)
{
    const auto found = m_deadMen.find(what.symbol);
    if (found == m_deadMen.end()) {
        return;
    }
    DeadSwitch &deadMan = found->second;
    deadMan.renewing = 0;
    if (answer.outcome == Outcome::Done && what.countdown == 0ms) {
        if (!deadMan.isArmed) {
            m_deadMen.erase(found);
        }
    } else if (answer.outcome == Outcome::Done) {
        // One that got through after all counts down anew: taken back where it is not wanted any more.
        // It may count from the moment it left here: it fires no sooner than this says, and is renewed in
        // time.
        const Timestamp sentAt = asked.handedOverAt != Timestamp{} ? asked.handedOverAt : now;
        deadMan.firesAt = sentAt + what.countdown;
        deadMan.isAlarmed = false;
        deadMan.renewAt = deadMan.isArmed ? std::max(now, sentAt + m_rules.deadManEvery) : now;
    } else {
        deadMan.renewAt = now + 2s;
        if (answer.outcome == Outcome::Rejected && deadMan.firesAt == Timestamp{}) {
            alert(now, Alert::Kind::DeadMan, Alert::Severity::Warning, what.symbol, {},
                "The dead-man switch of " + what.symbol + " could not be armed: " + answer.text);
            m_entries.emplace_back(JournalNote{"deadman " + what.symbol, {}});
            m_deadMen.erase(found);
        }
    }
    m_effects.emplace_back(GateChanged{});
}

std::vector<DeadMan> OrderDesk::deadMen() const
{
    std::vector<DeadMan> armed;
    for (const auto &[symbol, deadMan] : m_deadMen) {
        if (deadMan.isArmed) {
            armed.push_back({symbol, deadMan.firesAt});
        }
    }
    return armed;
}

} // namespace domain
