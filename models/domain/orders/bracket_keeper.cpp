#include "models/domain/orders/bracket_keeper.h"

#include <algorithm>
#include <sstream>

namespace domain
{
namespace
{

using namespace std::chrono_literals;

constexpr Milliseconds settle = 250ms;          // fills of one sweep come together
constexpr Milliseconds longestSettle = 1s;      // but a stop does not wait longer for them
constexpr Milliseconds targetsSettle = 3s;      // an entry that still fills keeps its targets this long
constexpr Milliseconds longestUnprotected = 3s; // then a person is told
constexpr Milliseconds verifyAfter = 500ms;
constexpr Milliseconds retryBase = 500ms;
constexpr int mostStopRefusals = 3;
constexpr int mostTargetRefusals = 5; // then it is left to the user

bool isAtWork(const Order &order)
{
    return order.phase == OrderPhase::Working;
}

bool isTriggered(const Order &order)
{
    return order.childOrderId != 0 || order.conditionalStatus == ConditionalStatus::Triggering ||
           order.conditionalStatus == ConditionalStatus::Triggered;
}

/// It ended without ever having been at the exchange, so that no execution of it can follow.
bool isNeverTaken(const Order &order)
{
    return order.endReason == EndReason::Rejected || order.endReason == EndReason::NotExecuted ||
           order.endReason == EndReason::NeverAccepted || order.endReason == EndReason::LocalExpired ||
           order.endReason == EndReason::LocalCancel || order.endReason == EndReason::Denied;
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
    const bool isTakenOff = order.cancelRequested || order.endReason == EndReason::Canceled;
    if (isTakenOff && !child.isCancelAsked && child.target != closeRole) {
        return release(bracket, child.target); // whoever cancels it does not want it back
    }
    if (!wasOpen || order.isOpen() || order.endReason == EndReason::Filled) {
        return;
    }
    constexpr int wouldTriggerAtOnce = -2021;
    const bool isBeyond = child.target == stopRole && order.venueCode == wouldTriggerAtOnce;
    bracket.mustClose = bracket.mustClose || isBeyond || child.target == closeRole;
    if (!isBeyond && !child.isCancelAsked) {
        Refusals &refusals = bracket.refusals[child.target];
        refuse(refusals, now);
        refusals.rejections += order.endReason == EndReason::Rejected ? 1 : 0;
    }
}

void BracketKeeper::refuse(Refusals &refusals, Timestamp now)
{
    refusals.retryAt = now + retryBase * (1 << std::min(refusals.count++, 6));
}

void BracketKeeper::release(Bracket &bracket, int target)
{
    bracket.released.insert(target);
    bracket.isNoteDue = true;
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
    Timestamp now, const PositionBook &positions, const ExchangeInfo *rules, const Booked &isBooked)
{
    std::vector<Action> actions;
    for (auto at = m_brackets.begin(); at != m_brackets.end();) {
        Bracket &bracket = at->second;
        if (!bracket.dueAt || *bracket.dueAt > now) {
            ++at;
            continue;
        }
        cancelSpentEntry(bracket, actions);
        dropRefused(bracket);
        const SymbolSpec *spec = rules != nullptr ? rules->find(bracket.plan.entry.symbol) : nullptr;
        const Quantity open = openOf(bracket, positions, isBooked);
        actOn(at->first, bracket, open, now, spec, actions);
        const bool isOver = !bracket.entry.isOpen() && open.isZero() &&
                            std::ranges::none_of(bracket.children,
                                [](const auto &entry) { return entry.second.order.isOpen(); }) &&
                            (bracket.changedAt + settle <= now);
        if (isOver) {
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

/// Once the stop was reached, what is left of the entry would only open what is to be closed again.
void BracketKeeper::cancelSpentEntry(Bracket &bracket, std::vector<Action> &actions)
{
    const bool isReached = bracket.mustClose || std::ranges::any_of(bracket.children, [](const auto &entry) {
        const Child &child = entry.second;
        return child.target == closeRole ||
               (child.target == stopRole &&
                   (isTriggered(child.order) || child.order.executedQty.isPositive()));
    });
    if (isReached && bracket.entry.isOpen() && !bracket.entry.cancelRequested &&
        !std::exchange(bracket.isEntryCancelled, true)) {
        actions.emplace_back(Cancel{bracket.plan.entry.symbol, bracket.plan.entry.clientOrderId});
    }
}

/// Refused children would pile up: each try is another one.
void BracketKeeper::dropRefused(Bracket &bracket)
{
    std::erase_if(bracket.children, [this](const auto &entry) {
        const Order &order = entry.second.order;
        const bool isOver = !order.isOpen() && isNeverTaken(order) && order.executedQty.isZero();
        if (isOver) {
            m_ofOrder.erase(entry.first);
        }
        return isOver;
    });
}

/// What is filled and not closed again.
Quantity BracketKeeper::openOf(const Bracket &bracket, const PositionBook &positions, const Booked &isBooked)
{
    const auto isInPosition = [&isBooked](const Order &order) {
        return !isBooked || order.executedQty.isZero() || isBooked(order.clientOrderId());
    };
    Quantity open = bracket.entry.executedQty;
    bool isWhole = isInPosition(bracket.entry);
    for (const auto &[childId, child] : bracket.children) {
        open -= child.order.executedQty;
        isWhole = isWhole && isInPosition(child.order);
    }
    if (isWhole) {
        // Closed by hand or elsewhere: what is left of the position is all there is to protect.
        const NewOrder &entry = bracket.plan.entry;
        open = std::min(open, positions.amount(entry.symbol, entry.positionSide) * signOf(entry.side));
    }
    return std::max(Quantity{}, open);
}

void BracketKeeper::actOn(const std::string &id, Bracket &bracket, Quantity open, Timestamp now,
    const SymbolSpec *spec, std::vector<Action> &actions)
{
    watchProtection(id, bracket, open, now, actions);
    const bool isWaiting = bracket.unprotectedSince == Timestamp{} ||
                           now < std::max(bracket.unprotectedSince, bracket.stopPlacedAt) + longestSettle;
    if (now < bracket.changedAt + settle && isWaiting) {
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
    if (bracket.released.contains(stopRole)) {
        if (!std::exchange(bracket.isReleaseTold, true) && open.isPositive()) {
            actions.emplace_back(Warn{id, bracket.plan.entry.symbol,
                "The stop of " + bracket.plan.entry.symbol + " was cancelled; the position has none now."});
        }
        bracket.unprotectedSince = {};
        return;
    }
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
    bool hasDoubt = false;
    for (auto &[childId, child] : bracket.children) {
        if (!child.order.isOpen() || child.target >= 0) {
            continue;
        }
        if (child.target == closeRole || isTriggered(child.order)) {
            return; // it is being closed
        }
        if (isDoubtful(bracket, child, now)) {
            hasDoubt = true;
            continue; // nobody knows whether it is there: another one is placed, and this one cancelled
        }
        isPending = isPending || !isAtWork(child.order);
        if (restOf(child.order) == open && !child.isCancelAsked && !child.order.cancelRequested) {
            exact = &child;
        }
    }
    if (bracket.mustClose) {
        if (now < bracket.refusals[closeRole].retryAt) {
            return;
        }
        NewOrder close = childOrder(bracket, OrderType::Market, open);
        actions.emplace_back(Place{id, closeRole, close});
        actions.emplace_back(Warn{id, close.symbol,
            "The market is beyond the stop of " + close.symbol +
                " already; the position is closed at the market."});
        bracket.mustClose = false;
        return;
    }
    if (exact == nullptr && bracket.released.contains(stopRole)) {
        return;
    }
    if (exact == nullptr) {
        Refusals &refusals = bracket.refusals[stopRole];
        if (!isPending && now >= refusals.retryAt) {
            if (hasDoubt) {
                refuse(refusals, now); // the next one only after a pause
            }
            bracket.stopPlacedAt = now;
            NewOrder stop = childOrder(bracket, OrderType::StopMarket, open);
            stop.triggerPrice = bracket.plan.stopTrigger;
            stop.workingType = bracket.plan.workingType;
            actions.emplace_back(Place{id, stopRole, stop});
            if (refusals.count >= mostStopRefusals && !bracket.isWarned) {
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
    bracket.refusals.erase(stopRole);
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
    const Quantity filled = bracket.entry.executedQty;
    Quantity planned;
    Quantity left = open; // together they close no more than there is
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
        wanted = std::max(Quantity{}, std::min(wanted, left));
        left -= wanted;
        const auto refused = bracket.refusals.find(static_cast<int>(i));
        const bool mayTry =
            refused == bracket.refusals.end() ||
            (now >= refused->second.retryAt && refused->second.rejections < mostTargetRefusals);
        if (live != nullptr) {
            if (isAtWork(live->order) && restOf(live->order) != wanted) {
                cancelChild(bracket, *live, actions); // the next look places it anew
            }
        } else if (wanted >= spec.lot.minQty && wanted.isPositive() && mayTry &&
                   !bracket.released.contains(static_cast<int>(i))) {
            NewOrder order = childOrder(bracket, OrderType::Limit, wanted);
            order.price = target.price;
            actions.emplace_back(Place{id, static_cast<int>(i), order});
        }
    }
}

/// The answer to a stop was lost, and the position has been without one for long enough.
bool BracketKeeper::isDoubtful(const Bracket &bracket, const Child &child, Timestamp now)
{
    return child.target == stopRole &&
           (child.order.phase == OrderPhase::Unknown || child.order.phase == OrderPhase::Quarantined) &&
           bracket.unprotectedSince != Timestamp{} && now >= bracket.unprotectedSince + longestUnprotected;
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
    bracket.isNoteDue = true;
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
    for (const auto &[target, refusals] : bracket.refusals) {
        offer(refusals.retryAt);
    }
    if (bracket.unprotectedSince != Timestamp{}) {
        offer(std::max(bracket.unprotectedSince, bracket.stopPlacedAt) + longestSettle);
        offer(bracket.unprotectedSince + longestUnprotected);
    }
    return next;
}

std::optional<Price> BracketKeeper::stopOf(const std::string &entryId) const
{
    const auto found = m_brackets.find(entryId);
    return found == m_brackets.end() ? std::nullopt : std::optional{found->second.plan.stopTrigger};
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
    for (const int role : bracket.released) {
        text << "released " << role << '\n';
    }
    for (const auto &[id, child] : bracket.children) {
        text << "child " << id << ' ' << child.target << ' ' << child.order.request.quantity.toString() << ' '
             << child.order.executedQty.toString() << ' ' << child.order.isOpen() << '\n';
    }
    return text.str();
}

void BracketKeeper::clear()
{
    for (const auto &[id, bracket] : m_brackets) {
        m_forgotten.push_back(id);
    }
    m_brackets.clear();
    m_ofOrder.clear();
}

std::vector<std::pair<std::string, std::string>> BracketKeeper::takeNotes()
{
    std::vector<std::pair<std::string, std::string>> notes;
    for (std::string &id : std::exchange(m_forgotten, {})) {
        notes.emplace_back(std::move(id), std::string{});
    }
    for (auto &[id, bracket] : m_brackets) {
        if (!std::exchange(bracket.isNoteDue, false)) {
            continue;
        }
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
        } else if (kind == "released") {
            int role = 0;
            std::istringstream{first} >> role;
            bracket.released.insert(role);
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

void BracketKeeper::endMissing(
    const std::function<bool(const std::string &clientOrderId)> &isKnown, Timestamp now)
{
    const auto end = [&](const std::string &id, Order &order, Bracket &bracket) {
        if (order.isOpen() && !isKnown(id)) {
            order.phase = OrderPhase::Done;
            order.endReason = EndReason::Canceled;
            touch(bracket, now);
        }
    };
    for (auto &[entryId, bracket] : m_brackets) {
        end(entryId, bracket.entry, bracket);
        for (auto &[id, child] : bracket.children) {
            end(id, child.order, bracket);
        }
    }
}

} // namespace domain
