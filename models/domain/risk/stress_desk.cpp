#include "models/domain/risk/stress_desk.h"

#include "models/domain/market/book_walk.h"
#include "models/domain/risk/stress_exits.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

namespace domain
{
namespace
{

constexpr Rate one = Rate::of(1);
constexpr Rate finestMove = Rate::fromUnits(1'000'000); // 0.0001 %: where no price gives a grid
constexpr Price finestPrice = Price::fromUnits(10'000); // 1e-8: where the tick is not known

/// A place as an exact fraction: of the whole path, or of the reference's price.
struct Place
{
    Int128 part = 0;
    Int128 whole = 1;
    bool isOfReference = false;
};

Place placeOf(Rate at)
{
    return {at.units(), one.units(), false};
}

struct ExitOnPath
{
    RestingExit exit;
    Rate slippage; ///< fraction by which it fills worse than its level
};

struct Leg
{
    Position position;
    Price mark;
    Price tick;
    const LeverageBrackets *table = nullptr;
    Rate weight = one;
    Rate perReference; ///< weight / the reference's weight
    CommissionRates fees;
    Rate leavingRate; ///< slippage against the mark as a share of the notional
    std::vector<ExitOnPath> exits;
    bool isCross() const { return position.marginType == MarginType::Cross; }
    Price priceAt(const Place &place) const
    {
        const Price move = Price::fromUnits(detail::mulDiv(mark.units(), place.part, place.whole));
        return std::max(Price{}, mark + move * (place.isOfReference ? perReference : weight));
    }
    Money pnlAt(Price price, Quantity held) const
    {
        return (price - position.entryPrice) * held * signOf(position.side);
    }
    Money maintenanceAt(Price price, Quantity held) const { return maintenanceMargin(price * held, *table); }
};

/// What is left of the account on the way.
struct State
{
    Money crossWallet;
    std::vector<Quantity> held;  ///< of each leg
    std::vector<Money> isolated; ///< wallet of each leg
    bool isCrossDead = false;
};

struct Pool
{
    Money balance;
    Money maintenance;
    bool isEmpty = true;
    bool isSpent() const { return !isEmpty && balance <= maintenance; }
    MarginRatio ratio() const { return MarginRatio::of(maintenance, balance); }
};

/// Something that happened on the way: a death, or else a fill.
struct Change
{
    Rate at;
    std::optional<PoolDeath> death;
    ExitFill fill;
};

/// A level at which the walk stops to look: an exit fires, or a price arrives at 0.
struct Stop
{
    Rate at;
    std::optional<std::pair<std::size_t, std::size_t>> exit; ///< leg, index of its exit
};

class Desk
{
public:
    Desk(const StressBasis &basis, const StressScenario &scenario);
    StressReport report() const;
    StressMoment moment(Rate at) const;
    StressMoment moment(const PoolDeath &death) const;

private:
    StressMoment momentOf(const State &state, const Place &place) const;
    void addLeg(const Position &position, StressReport &report);
    void findReference();
    void bookFunding();

    Pool crossPool(const State &state, const Place &place) const;
    Pool isolatedPool(const State &state, std::size_t leg, Price price) const;

    std::vector<Stop> stopsOn(int direction) const;
    std::vector<Change> walk(int direction) const;
    void findDeaths(const State &state, Rate from, Rate to, std::vector<Change> &changes) const;
    PoolDeath isolatedDeath(const State &state, std::size_t leg, Rate from, Rate to) const;
    PoolDeath crossDeath(const State &state, Rate from, Rate to) const;
    std::optional<ExitFill> fillOf(
        const State &state, std::size_t leg, const ExitOnPath &exit, Rate at) const;
    void apply(State &state, const ExitFill &fill) const;
    void apply(State &state, const Change &change) const;
    void fillGapped(State &state, const Place &place, Rate at) const;

    Rate atPrice(const Leg &leg, Price price) const { return (price - leg.mark) / leg.mark / leg.weight; }
    std::optional<Price> referenceAt(Rate at) const;
    std::vector<StressStation> stationsAlong(int direction, const std::vector<Change> &changes) const;
    StressStation stationAt(const State &state, Rate at) const;

    const StressBasis &m_basis;
    const StressScenario &m_scenario;
    std::vector<Leg> m_legs;
    State m_start;
    StressReport m_report; ///< what does not depend on the way
    Price m_referenceMark; ///< 0: no reference
    Price m_referenceTick;
    Rate m_referenceWeight;
};

/// First of the grid's indices from low to high at which isSpent holds; it holds at high and, from the first
/// on, everywhere.
template <class IsSpent> Int128 firstSpent(Int128 low, Int128 high, IsSpent isSpent)
{
    const Int128 step = low <= high ? 1 : -1;
    Int128 distance = (high - low) * step;
    while (distance > 0) {
        const Int128 half = distance / 2;
        if (isSpent(low + half * step)) {
            distance = half;
        } else {
            low += (half + 1) * step;
            distance -= half + 1;
        }
    }
    return low;
}

/// The grid's index of a price, away from the start of the way.
Int128 gridIndex(Price price, Price tick, bool isFalling)
{
    return price.roundedTo(tick, isFalling ? Rounding::Down : Rounding::Up).units() / tick.units();
}

Desk::Desk(const StressBasis &basis, const StressScenario &scenario) : m_basis{basis}, m_scenario{scenario}
{
    m_start.crossWallet = basis.account.crossWalletBalance;
    for (const auto &position : basis.account.positions) {
        if (position.quantity.isPositive()) {
            addLeg(position, m_report);
        }
    }
    findReference();
    bookFunding();
}

void Desk::addLeg(const Position &position, StressReport &report)
{
    const auto live = m_basis.marks.find(position.symbol);
    const bool isLive = live != m_basis.marks.end() && live->second.mark.isPositive();
    Leg leg;
    leg.position = position;
    leg.mark = isLive                            ? live->second.mark
               : position.markPrice.isPositive() ? position.markPrice
                                                 : position.entryPrice;
    report.areMarksLive = report.areMarksLive && isLive;
    if (const auto tick = m_basis.ticks.find(position.symbol); tick != m_basis.ticks.end()) {
        leg.tick = tick->second;
    }
    leg.tick = leg.tick.isPositive() ? leg.tick : finestPrice;
    leg.table = &bracketsOf(m_basis.brackets, position.symbol);
    if (const auto weight = m_scenario.weights.find(position.symbol); weight != m_scenario.weights.end()) {
        leg.weight = weight->second;
    }
    if (const auto fees = m_basis.fees.find(position.symbol); fees != m_basis.fees.end()) {
        leg.fees = fees->second;
    }

    std::vector<BookLevel> levels;
    if (const auto book = m_basis.books.find(position.symbol); book != m_basis.books.end() && book->second) {
        levels = thinned(levelsFor(*book->second, opposite(position.side)), m_scenario.bookDivisor);
    }
    LeavingCost leaving;
    if (const auto fill = walkBook(levels, position.quantity); fill && leg.mark.isPositive()) {
        leaving.hasBook = true;
        leaving.isThin = fill->isThin();
        leaving.slippage = (leg.mark - fill->average) * position.quantity * signOf(position.side);
        leaving.fee = fill->average * position.quantity * leg.fees.taker;
        leg.leavingRate = leaving.slippage / position.notionalAt(leg.mark);
    } else {
        leaving.fee = position.notionalAt(leg.mark) * leg.fees.taker;
    }
    if (m_scenario.stops != StopHandling::Ignored) {
        for (auto &exit : exitsOf(position, m_basis.openOrders)) {
            const auto fill = walkBook(levels, std::min(exit.quantity, position.quantity));
            const bool slips = fill && !exit.isMaker;
            leg.exits.push_back({std::move(exit), slips ? fill->slippage() / fill->best : Rate{}});
        }
    }
    report.positions.push_back(position);
    report.marks.push_back(leg.mark);
    report.leaving.push_back(leaving);
    m_start.held.push_back(position.quantity);
    m_start.isolated.push_back(position.isolatedWallet);
    m_legs.push_back(std::move(leg));
}

void Desk::findReference()
{
    const auto mark = m_basis.marks.find(m_scenario.reference);
    const auto weight = m_scenario.weights.find(m_scenario.reference);
    m_referenceWeight = weight == m_scenario.weights.end() ? one : weight->second;
    if (mark == m_basis.marks.end() || !mark->second.mark.isPositive() || m_referenceWeight.isZero()) {
        return;
    }
    m_referenceMark = mark->second.mark;
    const auto tick = m_basis.ticks.find(m_scenario.reference);
    m_referenceTick = tick == m_basis.ticks.end() || !tick->second.isPositive() ? finestPrice : tick->second;
    for (auto &leg : m_legs) {
        leg.perReference = leg.weight / m_referenceWeight;
    }
}

void Desk::bookFunding()
{
    if (m_scenario.fundingMultiple == 0) {
        return;
    }
    for (std::size_t i = 0; i < m_legs.size(); ++i) {
        const Leg &leg = m_legs[i];
        const auto mark = m_basis.marks.find(leg.position.symbol);
        if (mark == m_basis.marks.end()) {
            m_report.isFundingKnown = false;
            continue;
        }
        const Money due =
            fundingDue(leg.position.side, leg.position.notionalAt(leg.mark), mark->second.fundingRate) *
            m_scenario.fundingMultiple;
        (leg.isCross() ? m_start.crossWallet : m_start.isolated[i]) += due;
        m_report.fundingBooked += due;
    }
}

Pool Desk::crossPool(const State &state, const Place &place) const
{
    Pool pool{state.crossWallet, {}, true};
    for (std::size_t i = 0; i < m_legs.size(); ++i) {
        if (m_legs[i].isCross() && state.held[i].isPositive()) {
            const Price price = m_legs[i].priceAt(place);
            pool.balance += m_legs[i].pnlAt(price, state.held[i]);
            pool.maintenance += m_legs[i].maintenanceAt(price, state.held[i]);
            pool.isEmpty = false;
        }
    }
    return pool;
}

Pool Desk::isolatedPool(const State &state, std::size_t leg, Price price) const
{
    const Quantity held = state.held[leg];
    return {state.isolated[leg] + m_legs[leg].pnlAt(price, held), m_legs[leg].maintenanceAt(price, held),
        !held.isPositive()};
}

std::vector<Stop> Desk::stopsOn(int direction) const
{
    const Rate end = direction < 0 ? m_scenario.lowest : m_scenario.highest;
    std::vector<Stop> stops;
    const auto isOnWay = [&](Rate at) { return at.sign() == direction && at.abs() <= end.abs(); };
    for (std::size_t i = 0; i < m_legs.size(); ++i) {
        const Leg &leg = m_legs[i];
        if (leg.weight.isZero()) {
            continue;
        }
        if (const Rate atZero = -one / leg.weight; isOnWay(atZero)) {
            stops.push_back({atZero, std::nullopt});
        }
        if (m_scenario.stops != StopHandling::Filled) {
            continue;
        }
        const bool isFalling = leg.weight.sign() * direction < 0;
        for (std::size_t n = 0; n < leg.exits.size(); ++n) {
            const RestingExit &exit = leg.exits[n].exit;
            const bool isPassed = exit.firesFalling ? exit.level >= leg.mark : exit.level <= leg.mark;
            const Rate at = isPassed ? Rate{} : atPrice(leg, exit.level);
            if (exit.firesFalling == isFalling && (at.isZero() || isOnWay(at))) {
                stops.push_back({at, std::pair{i, n}});
            }
        }
    }
    if (m_referenceMark.isPositive() && isOnWay(-one / m_referenceWeight)) {
        stops.push_back({-one / m_referenceWeight, std::nullopt});
    }
    stops.push_back({end, std::nullopt});
    std::ranges::stable_sort(stops, {}, [](const Stop &stop) { return stop.at.abs(); });
    return stops;
}

std::vector<Change> Desk::walk(int direction) const
{
    std::vector<Change> changes;
    State state = m_start;
    const auto look = [&](Rate from, Rate to) {
        const std::size_t before = changes.size();
        findDeaths(state, from, to, changes);
        for (std::size_t i = before; i < changes.size(); ++i) {
            apply(state, changes[i]);
        }
    };
    look({}, {});
    Rate from;
    for (const auto &stop : stopsOn(direction)) {
        if (stop.at != from) {
            look(from, stop.at);
        }
        from = stop.at;
        if (!stop.exit) {
            continue;
        }
        const auto [leg, exit] = *stop.exit;
        if (const auto fill = fillOf(state, leg, m_legs[leg].exits[exit], stop.at)) {
            changes.push_back({stop.at, std::nullopt, *fill});
            apply(state, changes.back());
            look(stop.at, stop.at); // what the fill cost may be what the pool lacked
        }
    }
    return changes;
}

void Desk::findDeaths(const State &state, Rate from, Rate to, std::vector<Change> &changes) const
{
    const std::size_t before = changes.size();
    const Place end = placeOf(to);
    for (std::size_t i = 0; i < m_legs.size(); ++i) {
        if (!m_legs[i].isCross() && isolatedPool(state, i, m_legs[i].priceAt(end)).isSpent()) {
            const PoolDeath death = isolatedDeath(state, i, from, to);
            changes.push_back({death.at, death, {}});
        }
    }
    if (crossPool(state, end).isSpent()) {
        const PoolDeath death = crossDeath(state, from, to);
        changes.push_back({death.at, death, {}});
    }
    std::stable_sort(changes.begin() + static_cast<std::ptrdiff_t>(before), changes.end(),
        [](const Change &a, const Change &b) { return a.at.abs() < b.at.abs(); });
}

PoolDeath Desk::isolatedDeath(const State &state, std::size_t index, Rate from, Rate to) const
{
    const Leg &leg = m_legs[index];
    const Price near = leg.priceAt(placeOf(from));
    const Price far = leg.priceAt(placeOf(to));
    PoolDeath death{from, false, {index}, near, std::nullopt};
    if (near != far) {
        const bool isFalling = far < near;
        const Int128 found = firstSpent(
            gridIndex(near, leg.tick, isFalling), gridIndex(far, leg.tick, isFalling), [&](Int128 tick) {
                return isolatedPool(state, index, Price::fromUnits(tick * leg.tick.units())).isSpent();
            });
        death.price = Price::fromUnits(found * leg.tick.units());
        death.at = atPrice(leg, death.price);
    }
    death.referencePrice = referenceAt(death.at);
    return death;
}

PoolDeath Desk::crossDeath(const State &state, Rate from, Rate to) const
{
    PoolDeath death{from, true, {}, {}, referenceAt(from)};
    Place place = placeOf(from);
    if (referenceAt(from) != referenceAt(to)) {
        const auto placeAt = [&](Int128 tick) {
            return Place{
                tick * m_referenceTick.units() - m_referenceMark.units(), m_referenceMark.units(), true};
        };
        const Price near = *referenceAt(from);
        const Price far = *referenceAt(to);
        const Int128 found = firstSpent(gridIndex(near, m_referenceTick, far < near),
            gridIndex(far, m_referenceTick, far < near),
            [&](Int128 tick) { return crossPool(state, placeAt(tick)).isSpent(); });
        place = placeAt(found);
        death.referencePrice = Price::fromUnits(found * m_referenceTick.units());
        death.at = (*death.referencePrice - m_referenceMark) / m_referenceMark / m_referenceWeight;
    } else if (from != to) {
        const Int128 found = firstSpent(from.units() / finestMove.units(),
            to.roundedTo(finestMove, Rounding::Up).units() / finestMove.units(), [&](Int128 step) {
                return crossPool(state, placeOf(finestMove * static_cast<std::int64_t>(step))).isSpent();
            });
        death.at = finestMove * static_cast<std::int64_t>(found);
        place = placeOf(death.at);
    }
    for (std::size_t i = 0; i < m_legs.size(); ++i) {
        if (m_legs[i].isCross() && state.held[i].isPositive()) {
            death.positions.push_back(i);
        }
    }
    std::ranges::stable_sort(death.positions, std::greater{},
        [&](std::size_t i) { return m_legs[i].maintenanceAt(m_legs[i].priceAt(place), state.held[i]); });
    const Leg &largest = m_legs[death.positions.front()];
    const Price price = largest.priceAt(place);
    death.price = price.roundedTo(largest.tick, price < largest.mark ? Rounding::Down : Rounding::Up);
    return death;
}

std::optional<ExitFill> Desk::fillOf(
    const State &state, std::size_t index, const ExitOnPath &onPath, Rate at) const
{
    const Leg &leg = m_legs[index];
    const RestingExit &exit = onPath.exit;
    if (!state.held[index].isPositive()) {
        return std::nullopt;
    }
    const Price here = leg.priceAt(placeOf(at));
    const int sign = signOf(leg.position.side);
    const bool isPassed = exit.firesFalling ? here < exit.level : here > exit.level;
    // A limit order of the book is there before the price is; anything else is late where prices jumped.
    Price price = exit.isMaker || !isPassed ? exit.level : here;
    price = price - price * onPath.slippage * sign;
    if (exit.limit && (price - *exit.limit) * Quantity::of(sign) < Money{}) {
        const bool canStillFill = (here - *exit.limit) * Quantity::of(sign) >= Money{};
        if (!canStillFill && isPassed) {
            return std::nullopt;
        }
        price = *exit.limit;
    }
    ExitFill fill{at, index, exit.clientOrderId, price, std::min(exit.quantity, state.held[index]), {}, {}};
    fill.realizedPnl = leg.pnlAt(price, fill.quantity);
    fill.fee = price * fill.quantity * (exit.isMaker ? leg.fees.maker : leg.fees.taker);
    return fill;
}

void Desk::apply(State &state, const ExitFill &fill) const
{
    Quantity &held = state.held[fill.position];
    Money &isolated = state.isolated[fill.position];
    const Money released = Money::fromUnits(
        detail::mulDiv(isolated.units(), fill.quantity.units(), held.units(), Rounding::Down));
    isolated -= released;
    held -= fill.quantity;
    state.crossWallet += released + fill.realizedPnl - fill.fee;
}

void Desk::apply(State &state, const Change &change) const
{
    if (!change.death) {
        apply(state, change.fill);
        return;
    }
    for (const std::size_t leg : change.death->positions) {
        state.held[leg] = {};
        state.isolated[leg] = {};
    }
    if (change.death->isCross) {
        state.crossWallet = {};
        state.isCrossDead = true;
    }
}

void Desk::fillGapped(State &state, const Place &place, Rate at) const
{
    for (std::size_t i = 0; i < m_legs.size(); ++i) {
        const Price here = m_legs[i].priceAt(place);
        for (const auto &onPath : m_legs[i].exits) {
            const RestingExit &exit = onPath.exit;
            const bool fires = exit.firesFalling ? here <= exit.level : here >= exit.level;
            if (const auto fill = fires ? fillOf(state, i, onPath, at) : std::nullopt) {
                apply(state, *fill);
            }
        }
    }
}

std::optional<Price> Desk::referenceAt(Rate at) const
{
    if (!m_referenceMark.isPositive()) {
        return std::nullopt;
    }
    return std::max(Price{}, m_referenceMark + m_referenceMark * (m_referenceWeight * at));
}

StressStation Desk::stationAt(const State &state, Rate at) const
{
    const Place place = placeOf(at);
    StressStation station;
    station.at = at;
    station.referencePrice = referenceAt(at);
    const Pool cross = crossPool(state, place);
    station.equity = cross.balance;
    station.ratio = cross.ratio();
    for (std::size_t i = 0; i < m_legs.size(); ++i) {
        const Price price = m_legs[i].priceAt(place);
        if (!m_legs[i].isCross() && state.held[i].isPositive()) {
            const Pool pool = isolatedPool(state, i, price);
            station.equity += pool.balance;
            station.ratio = std::max(station.ratio, pool.ratio());
        }
        station.leavingCost += price * state.held[i] * (m_legs[i].leavingRate + m_legs[i].fees.taker);
    }
    station.livingRatio = station.ratio;
    station.level = levelOf(station.ratio);
    return station;
}

std::vector<StressStation> Desk::stationsAlong(int direction, const std::vector<Change> &changes) const
{
    std::vector<Rate> places;
    std::ranges::copy_if(m_scenario.stations, std::back_inserter(places),
        [direction](Rate at) { return at.sign() == direction || (at.isZero() && direction > 0); });
    std::ranges::sort(places, {}, [](Rate at) { return at.abs(); });
    std::vector<StressStation> stations;
    State state = m_start;
    std::vector<std::size_t> liquidated;
    auto next = changes.begin();
    for (const Rate at : places) {
        for (; next != changes.end() && next->at.abs() <= at.abs(); ++next) {
            apply(state, *next);
            if (next->death) {
                std::ranges::copy(next->death->positions, std::back_inserter(liquidated));
            }
        }
        State here = state;
        if (m_scenario.stops == StopHandling::Gapped) {
            fillGapped(here, placeOf(at), at);
        }
        StressStation station = stationAt(here, at);
        station.liquidated = liquidated;
        if (!liquidated.empty()) {
            station.ratio = std::max(station.ratio, MarginRatio::of(Money::of(1), Money::of(1)));
            station.level = levelOf(station.ratio);
        }
        for (std::size_t i = 0; i < m_legs.size(); ++i) {
            if (here.held[i].isZero() && std::ranges::find(liquidated, i) == liquidated.end()) {
                station.closed.push_back(i);
            }
        }
        stations.push_back(std::move(station));
    }
    return stations;
}

StressReport Desk::report() const
{
    StressReport report = m_report;
    for (const int direction : {-1, 1}) {
        const auto changes = walk(direction);
        StressWay &way = direction < 0 ? report.falling : report.rising;
        for (const auto &change : changes) {
            if (change.death) {
                way.deaths.push_back(*change.death);
            } else {
                way.fills.push_back(change.fill);
            }
        }
        std::ranges::move(stationsAlong(direction, changes), std::back_inserter(report.stations));
    }
    std::ranges::sort(report.stations, {}, &StressStation::at);
    return report;
}

StressMoment Desk::momentOf(const State &state, const Place &place) const
{
    StressMoment moment;
    moment.crossWallet = state.crossWallet;
    for (std::size_t i = 0; i < m_legs.size(); ++i) {
        const Leg &leg = m_legs[i];
        const Price price = leg.priceAt(place);
        const Quantity held = state.held[i];
        moment.legs.push_back({i, held, price, leg.pnlAt(price, held),
            held.isPositive() ? leg.maintenanceAt(price, held) : Money{}, state.isolated[i],
            price * held * (leg.leavingRate + leg.fees.taker)});
    }
    return moment;
}

StressMoment Desk::moment(Rate at) const
{
    State state = m_start;
    for (const Change &change : walk(at.isNegative() ? -1 : 1)) {
        if (change.at.abs() <= at.abs()) {
            apply(state, change);
        }
    }
    if (m_scenario.stops == StopHandling::Gapped) {
        fillGapped(state, placeOf(at), at);
    }
    return momentOf(state, placeOf(at));
}

StressMoment Desk::moment(const PoolDeath &death) const
{
    State state = m_start;
    for (const Change &change : walk(death.at.isPositive() ? 1 : -1)) {
        if (change.death && change.death->isCross == death.isCross &&
            change.death->positions == death.positions) {
            break;
        }
        apply(state, change);
    }
    if (death.isCross) {
        const bool isExact = death.referencePrice && m_referenceMark.isPositive() && !death.at.isZero();
        return momentOf(state, isExact ? Place{death.referencePrice->units() - m_referenceMark.units(),
                                             m_referenceMark.units(), true}
                                       : placeOf(death.at));
    }
    StressMoment moment = momentOf(state, placeOf(death.at));
    StressedLeg &spent = moment.legs[death.positions.front()];
    const Leg &leg = m_legs[spent.position];
    spent.price = death.price; // on its very tick
    spent.unrealizedPnl = leg.pnlAt(death.price, spent.held);
    spent.maintenanceMargin = leg.maintenanceAt(death.price, spent.held);
    return moment;
}

} // namespace

StressMoment stressMoment(const StressBasis &basis, const StressScenario &scenario, Rate at)
{
    return Desk{basis, scenario}.moment(at);
}

StressMoment stressMoment(const StressBasis &basis, const StressScenario &scenario, const PoolDeath &death)
{
    return Desk{basis, scenario}.moment(death);
}

const PoolDeath *StressWay::accountDeath() const
{
    const auto found = std::ranges::find_if(deaths, &PoolDeath::isCross);
    return found == deaths.end() ? nullptr : &*found;
}

StressReport stressDesk(const StressBasis &basis, const StressScenario &scenario)
{
    return Desk{basis, scenario}.report();
}

std::vector<Rate> stationsBetween(Rate lowest, Rate highest, Rate step)
{
    std::set<Rate> stations{lowest, highest};
    if (!lowest.isPositive() && !highest.isNegative()) {
        stations.insert(Rate{});
    }
    for (Rate at = lowest.roundedTo(step, Rounding::Down); at < highest; at += step) {
        if (at > lowest) {
            stations.insert(at);
        }
    }
    return {stations.begin(), stations.end()};
}

std::vector<BookLevel> thinned(std::vector<BookLevel> levels, int divisor)
{
    for (auto &level : levels) {
        level.quantity = level.quantity / std::max(divisor, 1);
    }
    return levels;
}

} // namespace domain
