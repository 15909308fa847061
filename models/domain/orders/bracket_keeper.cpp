#include "models/domain/orders/bracket_keeper.h"

#include <algorithm>
#include <sstream>

namespace domain
{
namespace
{

using namespace std::chrono_literals;

constexpr Milliseconds settle = 250ms;          // fills of one sweep come together
constexpr Milliseconds targetsSettle = 3s;      // an entry that still fills keeps its targets this long
constexpr Milliseconds longestUnprotected = 3s; // then a person is told
constexpr Milliseconds verifyAfter = 500ms;
constexpr Milliseconds retryBase = 500ms;
constexpr int mostStopFailures = 3;

bool isAtWork(const Order &order)
{
    return order.phase == OrderPhase::Working;
}

bool isTriggered(const Order &order)
{
    return order.childOrderId != 0 || order.conditionalStatus == ConditionalStatus::Triggering ||
           order.conditionalStatus == ConditionalStatus::Triggered;
}

Quantity restOf(const Order &order)
{
    return order.remainingQty();
}

} // namespace

void BracketKeeper::begin(const std::string &entryId, const BracketPlan &plan, Timestamp now)
{
    Bracket bracket;
    bracket.plan = plan;
    bracket.plan.entry.clientOrderId = entryId;
    bracket.entry.request = bracket.plan.entry;
    touch(bracket, now);
    m_brackets[entryId] = std::move(bracket);
    m_ofOrder[entryId] = entryId;
}

void BracketKeeper::childPlaced(const std::string &entryId, int target, const Order &order, Timestamp now)
{
    const auto found = m_brackets.find(entryId);
    if (found != m_brackets.end()) {
        found->second.children[order.clientOrderId()] = Child{target, order};
        touch(found->second, now);
        m_ofOrder[order.clientOrderId()] = entryId;
    }
}

void BracketKeeper::onOrder(const Order &order, Timestamp now)
{
    const auto owner = m_ofOrder.find(order.clientOrderId());
    if (owner == m_ofOrder.end()) {
        return;
    }
    Bracket &bracket = m_brackets.at(owner->second);
    const auto change = [&](Order &kept) {
        if (kept.executedQty != order.executedQty || kept.phase != order.phase) {
            touch(bracket, now);
        }
        kept = order;
        bracket.dueAt = now;
    };
    if (order.clientOrderId() == owner->second) {
        return change(bracket.entry);
    }
    Child &child = bracket.children.at(order.clientOrderId());
    const bool wasOpen = child.order.isOpen();
    change(child.order);
    if (!wasOpen || order.isOpen() || child.target != stopRole) {
        return;
    }
    constexpr int wouldTriggerAtOnce = -2021;
    const bool isRefused = order.endReason == EndReason::Rejected ||
                           order.endReason == EndReason::NotExecuted ||
                           order.endReason == EndReason::NeverAccepted ||
                           order.endReason == EndReason::LocalExpired || order.endReason == EndReason::Denied;
    if (order.venueCode == wouldTriggerAtOnce) {
        bracket.mustClose = true;
    } else if (isRefused) {
        bracket.retryAt = now + retryBase * (1 << std::min(bracket.stopFailures++, 6));
    }
}

void BracketKeeper::onPosition(const Symbol &symbol, Timestamp now)
{
    for (auto &[id, bracket] : m_brackets) {
        if (bracket.plan.entry.symbol == symbol) {
            bracket.dueAt = now;
        }
    }
}

bool BracketKeeper::verified(const std::string &clientOrderId)
{
    const auto owner = m_ofOrder.find(clientOrderId);
    if (owner == m_ofOrder.end() || owner->second == clientOrderId) {
        return false;
    }
    Child &child = m_brackets.at(owner->second).children.at(clientOrderId);
    return child.target == stopRole && !std::exchange(child.isVerified, true);
}

std::vector<BracketKeeper::Action> BracketKeeper::act(
    Timestamp now, const PositionBook &positions, const ExchangeInfo *rules)
{
    std::vector<Action> actions;
    for (auto at = m_brackets.begin(); at != m_brackets.end();) {
        Bracket &bracket = at->second;
        if (!bracket.dueAt || *bracket.dueAt > now) {
            ++at;
            continue;
        }
        const SymbolSpec *spec = rules != nullptr ? rules->find(bracket.plan.entry.symbol) : nullptr;
        actOn(at->first, bracket, now, positions, spec, actions);
        const bool isOver = !bracket.entry.isOpen() &&
                            std::ranges::none_of(bracket.children,
                                [](const auto &entry) { return entry.second.order.isOpen(); }) &&
                            (bracket.changedAt + settle <= now);
        Quantity open = bracket.entry.executedQty;
        for (const auto &[id, child] : bracket.children) {
            open -= child.order.executedQty;
        }
        const bool isFlat =
            !open.isPositive() ||
            positions.amount(bracket.plan.entry.symbol, bracket.plan.entry.positionSide).isZero();
        if (isOver && isFlat) {
            for (const auto &[id, child] : bracket.children) {
                m_ofOrder.erase(id);
            }
            m_ofOrder.erase(at->first);
            m_forgotten.push_back(at->first);
            at = m_brackets.erase(at);
        } else {
            bracket.dueAt = dueAfter(bracket, now);
            ++at;
        }
    }
    return actions;
}

void BracketKeeper::actOn(const std::string &id, Bracket &bracket, Timestamp now,
    const PositionBook &positions, const SymbolSpec *spec, std::vector<Action> &actions)
{
    Quantity open = bracket.entry.executedQty;
    for (const auto &[childId, child] : bracket.children) {
        open -= child.order.executedQty;
    }
    // Closed by hand or elsewhere: what is left of the position is all there is to protect.
    const Quantity held = positions.amount(bracket.plan.entry.symbol, bracket.plan.entry.positionSide) *
                          signOf(bracket.plan.entry.side);
    open = std::max(Quantity{}, std::min(open, held));
    watchProtection(id, bracket, open, now, actions);
    if (now < bracket.changedAt + settle) {
        return;
    }
    if (open.isZero()) {
        if (!bracket.entry.isOpen()) {
            for (auto &[childId, child] : bracket.children) {
                cancelChild(bracket, child, actions);
            }
        }
        return;
    }
    fitStops(id, bracket, open, now, actions);
    if (spec != nullptr && (!bracket.entry.isOpen() || now >= bracket.changedAt + targetsSettle)) {
        fitTargets(id, bracket, open, now, *spec, actions);
    }
}

void BracketKeeper::watchProtection(
    const std::string &id, Bracket &bracket, Quantity open, Timestamp now, std::vector<Action> &actions)
{
    Quantity covered;
    for (const auto &[childId, child] : bracket.children) {
        // While it triggers it protects nothing until it has become an order.
        const bool isHeld = child.order.conditionalStatus != ConditionalStatus::Triggering;
        if (child.target == stopRole && isAtWork(child.order) && isHeld) {
            covered += restOf(child.order);
        }
        if (child.target == closeRole && child.order.isOpen()) {
            covered += restOf(child.order);
        }
    }
    if (covered >= open) {
        bracket.unprotectedSince = {};
        bracket.isWarned = false;
        return;
    }
    if (bracket.unprotectedSince == Timestamp{}) {
        bracket.unprotectedSince = now;
    }
    if (!bracket.isWarned && now >= bracket.unprotectedSince + longestUnprotected) {
        bracket.isWarned = true;
        actions.emplace_back(Warn{id, bracket.plan.entry.symbol,
            (open - covered).toString() + " of the position in " + bracket.plan.entry.symbol +
                " has had no stop for three seconds; close it at the market or place a stop."});
    }
}

void BracketKeeper::fitStops(
    const std::string &id, Bracket &bracket, Quantity open, Timestamp now, std::vector<Action> &actions)
{
    Child *exact = nullptr;
    bool isPending = false;
    for (auto &[childId, child] : bracket.children) {
        if (!child.order.isOpen() || child.target >= 0) {
            continue;
        }
        if (child.target == closeRole || isTriggered(child.order)) {
            return; // it is being closed
        }
        isPending = isPending || !isAtWork(child.order);
        if (restOf(child.order) == open && !child.isCancelAsked && !child.order.cancelRequested) {
            exact = &child;
        }
    }
    if (bracket.mustClose) {
        NewOrder close = childOrder(bracket, OrderType::Market, open);
        actions.emplace_back(Place{id, closeRole, close});
        actions.emplace_back(Warn{id, close.symbol,
            "The market is beyond the stop of " + close.symbol +
                " already; the position is closed at the market."});
        bracket.mustClose = false;
        return;
    }
    if (exact == nullptr) {
        if (!isPending && now >= bracket.retryAt) {
            NewOrder stop = childOrder(bracket, OrderType::StopMarket, open);
            stop.triggerPrice = bracket.plan.stopTrigger;
            stop.workingType = bracket.plan.workingType;
            actions.emplace_back(Place{id, stopRole, stop});
            if (bracket.stopFailures >= mostStopFailures && !bracket.isWarned) {
                bracket.isWarned = true;
                actions.emplace_back(Warn{id, stop.symbol,
                    "The exchange refuses the stop of " + stop.symbol +
                        "; close the position at the market."});
            }
        }
        return;
    }
    if (!isAtWork(exact->order)) {
        return;
    }
    bracket.stopFailures = 0;
    if (!exact->isVerified && !exact->isVerifyAsked && now >= bracket.changedAt + verifyAfter) {
        exact->isVerifyAsked = true;
        actions.emplace_back(Verify{exact->order});
    }
    for (auto &[childId, child] : bracket.children) {
        if (child.target == stopRole && &child != exact) {
            cancelChild(bracket, child, actions);
        }
    }
}

void BracketKeeper::fitTargets(const std::string &id, Bracket &bracket, Quantity open, Timestamp now,
    const SymbolSpec &spec, std::vector<Action> &actions)
{
    if (now < bracket.retryAt) {
        return;
    }
    const Quantity filled = bracket.entry.executedQty;
    Quantity planned;
    Rate shares;
    for (std::size_t i = 0; i < bracket.plan.targets.size(); ++i) {
        const BracketPlan::Target &target = bracket.plan.targets[i];
        shares += target.share;
        const bool isRest = i + 1 == bracket.plan.targets.size() && shares >= Rate::of(1);
        const Quantity part =
            isRest ? filled - planned : (filled * target.share).roundedTo(spec.lot.stepSize, Rounding::Down);
        planned += part;
        Quantity wanted = part;
        Child *live = nullptr;
        for (auto &[childId, child] : bracket.children) {
            if (child.target != static_cast<int>(i)) {
                continue;
            }
            if (child.order.isOpen()) {
                live = &child;
            }
            wanted -= child.order.executedQty;
        }
        wanted = std::min(wanted, open);
        if (live != nullptr) {
            if (isAtWork(live->order) && restOf(live->order) != wanted) {
                cancelChild(bracket, *live, actions); // the next look places it anew
            }
        } else if (wanted >= spec.lot.minQty && wanted.isPositive()) {
            NewOrder order = childOrder(bracket, OrderType::Limit, wanted);
            order.price = target.price;
            actions.emplace_back(Place{id, static_cast<int>(i), order});
        }
    }
}

void BracketKeeper::cancelChild(Bracket &bracket, Child &child, std::vector<Action> &actions)
{
    if (child.order.isOpen() && !child.order.cancelRequested && !child.isCancelAsked) {
        child.isCancelAsked = true;
        actions.emplace_back(Cancel{bracket.plan.entry.symbol, child.order.clientOrderId()});
    }
}

NewOrder BracketKeeper::childOrder(const Bracket &bracket, OrderType type, Quantity quantity)
{
    NewOrder order;
    order.symbol = bracket.plan.entry.symbol;
    order.side = opposite(bracket.plan.entry.side);
    order.positionSide = bracket.plan.entry.positionSide;
    order.type = type;
    order.quantity = quantity;
    order.reduceOnly = order.positionSide == PositionSide::Both;
    return order;
}

void BracketKeeper::touch(Bracket &bracket, Timestamp now)
{
    bracket.changedAt = now;
    bracket.dueAt = now;
}

std::optional<Timestamp> BracketKeeper::dueAfter(const Bracket &bracket, Timestamp now)
{
    std::optional<Timestamp> next;
    const auto offer = [&next, now](Timestamp at) {
        if (at > now && (!next || at < *next)) {
            next = at;
        }
    };
    offer(bracket.changedAt + settle);
    offer(bracket.changedAt + verifyAfter);
    offer(bracket.changedAt + targetsSettle);
    offer(bracket.retryAt);
    if (bracket.unprotectedSince != Timestamp{} && !bracket.isWarned) {
        offer(bracket.unprotectedSince + longestUnprotected);
    }
    return next;
}

std::optional<Timestamp> BracketKeeper::nextDueAt() const
{
    std::optional<Timestamp> next;
    for (const auto &[id, bracket] : m_brackets) {
        if (bracket.dueAt && (!next || *bracket.dueAt < *next)) {
            next = bracket.dueAt;
        }
    }
    return next;
}

// ---- notes

std::string BracketKeeper::textOf(const Bracket &bracket)
{
    std::ostringstream text;
    const NewOrder &entry = bracket.plan.entry;
    text << "entry " << entry.symbol << ' ' << toWire(entry.side) << ' ' << toWire(entry.positionSide) << ' '
         << entry.quantity.toString() << ' ' << bracket.entry.executedQty.toString() << ' '
         << bracket.entry.isOpen() << '\n';
    text << "stop " << bracket.plan.stopTrigger.toString() << ' ' << toWire(bracket.plan.workingType) << '\n';
    for (const BracketPlan::Target &target : bracket.plan.targets) {
        text << "target " << target.price.toString() << ' ' << target.share.toString() << '\n';
    }
    for (const auto &[id, child] : bracket.children) {
        text << "child " << id << ' ' << child.target << ' ' << child.order.request.quantity.toString() << ' '
             << child.order.executedQty.toString() << ' ' << child.order.isOpen() << '\n';
    }
    return text.str();
}

std::vector<std::pair<std::string, std::string>> BracketKeeper::takeNotes()
{
    std::vector<std::pair<std::string, std::string>> notes;
    for (std::string &id : std::exchange(m_forgotten, {})) {
        notes.emplace_back(std::move(id), std::string{});
    }
    for (auto &[id, bracket] : m_brackets) {
        if (std::string text = textOf(bracket); text != bracket.kept) {
            bracket.kept = text;
            notes.emplace_back(id, std::move(text));
        }
    }
    return notes;
}

bool BracketKeeper::restore(const std::string &entryId, const std::string &text, Timestamp now)
{
    Bracket bracket;
    std::map<std::string, Child> children;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        std::string kind;
        std::string first;
        std::string second;
        std::string third;
        words >> kind >> first >> second;
        bool isOpen = false;
        if (kind == "entry") {
            std::string quantity;
            std::string executed;
            words >> third >> quantity >> executed >> isOpen;
            NewOrder &entry = bracket.plan.entry;
            entry.symbol = first;
            entry.side = parseSide(second);
            entry.positionSide = parsePositionSide(third);
            entry.quantity = Quantity::parse(quantity).value_or(Quantity{});
            bracket.entry.executedQty = Quantity::parse(executed).value_or(Quantity{});
        } else if (kind == "stop") {
            bracket.plan.stopTrigger = Price::parse(first).value_or(Price{});
            bracket.plan.workingType = parseWorkingType(second);
        } else if (kind == "target") {
            bracket.plan.targets.push_back(
                {Price::parse(first).value_or(Price{}), Rate::parse(second).value_or(Rate{})});
        } else if (kind == "child") {
            std::string executed;
            int target = 0;
            std::istringstream{second} >> target;
            words >> third >> executed >> isOpen;
            Child child;
            child.target = target;
            child.order.request.clientOrderId = first;
            child.order.request.quantity = Quantity::parse(third).value_or(Quantity{});
            child.order.executedQty = Quantity::parse(executed).value_or(Quantity{});
            // What is still open is among the journal's unresolved orders and is told after this.
            child.order.phase = isOpen ? OrderPhase::Unknown : OrderPhase::Done;
            children[first] = child;
        }
        if (kind == "entry") {
            bracket.entry.phase = isOpen ? OrderPhase::Unknown : OrderPhase::Done;
        }
    }
    if (bracket.plan.entry.symbol.empty() || !bracket.plan.stopTrigger.isPositive()) {
        return false;
    }
    bracket.plan.entry.clientOrderId = entryId;
    bracket.entry.request = bracket.plan.entry;
    bracket.children = std::move(children);
    touch(bracket, now);
    bracket.kept = text;
    for (auto &[id, child] : bracket.children) {
        child.order.request.symbol = bracket.plan.entry.symbol;
        m_ofOrder[id] = entryId;
    }
    m_ofOrder[entryId] = entryId;
    m_brackets[entryId] = std::move(bracket);
    return true;
}

} // namespace domain
