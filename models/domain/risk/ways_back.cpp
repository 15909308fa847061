#include "models/domain/risk/ways_back.h"

#include "models/domain/market/book_walk.h"
#include "models/domain/orders/closing_order.h"
#include "models/domain/risk/filters.h"
#include "models/domain/risk/stress_exits.h"

#include <algorithm>
#include <utility>

namespace domain
{
namespace
{

constexpr Money cent = Money::fromUnits(10'000'000'000);     // 0.01: margin is moved in these
constexpr Rate safeBelow = Rate::fromUnits(300'000'000'000); // where SAFE ends; see levelOf()

/// What selling (or buying back) at market brings, from one side of a book.
class Proceeds
{
public:
    Proceeds(std::vector<BookLevel> levels, Price mark) : m_mark{mark}
    {
        Quantity held;
        Money value;
        for (const auto &level : levels) {
            if (level.price.isPositive() && level.quantity.isPositive()) {
                m_steps.push_back({level.price, held, held + level.quantity, value});
                held += level.quantity;
                value += level.price * level.quantity;
            }
        }
    }
    bool isKnown() const { return !m_steps.empty(); }
    bool isThinFor(Quantity quantity) const { return isKnown() && quantity > m_steps.back().through; }
    /// Value of all that is filled, not rounded per level; at the mark where the book is not known.
    Money of(Quantity quantity) const
    {
        if (m_steps.empty()) {
            return m_mark * quantity;
        }
        auto step = std::ranges::lower_bound(m_steps, quantity, {}, &Step::through);
        step -= step == m_steps.end() ? 1 : 0;
        return step->value + step->price * (quantity - step->before);
    }
    /// How much worse than its best price a quantity fills, as a fraction.
    Rate slippage(Quantity quantity) const
    {
        if (m_steps.empty() || !quantity.isPositive()) {
            return {};
        }
        return (of(quantity) / quantity - m_steps.front().price).abs() / m_steps.front().price;
    }

private:
    struct Step
    {
        Price price;
        Quantity before;  ///< held by the better levels
        Quantity through; ///< held by them and this one
        Money value;      ///< of the better levels
    };
    Price m_mark;
    std::vector<Step> m_steps;
};

/// A position with all that closing it takes.
struct Held
{
    Position position;
    Price mark;
    const LeverageBrackets *table = nullptr;
    const SymbolSpec *spec = nullptr; ///< null: not known
    CommissionRates fees;
    Proceeds proceeds;
    bool isCross() const { return position.marginType == MarginType::Cross; }
    Money pnl(Quantity held) const { return (mark - position.entryPrice) * held * signOf(position.side); }
    Money maintenance(Quantity held) const { return maintenanceMargin(mark * held, *table); }
    Money fee(Quantity closed) const { return proceeds.of(closed) * fees.taker; }
    ClosedPart part(Quantity closed) const
    {
        return {position, closed, mark, proceeds.of(closed), fees.taker, proceeds.isKnown()};
    }
    Money realized(Quantity closed) const
    {
        return (proceeds.of(closed) - position.entryPrice * closed) * signOf(position.side);
    }
};

struct Margin
{
    Money balance;
    Money maintenance;
    MarginRatio ratio() const { return MarginRatio::of(maintenance, balance); }
    bool isSafe() const { return levelOf(ratio()) == RiskLevel::Safe; }
    /// Above 0 where the pool is SAFE; concave in what is closed, so that it has one summit.
    Money room() const { return balance * safeBelow - maintenance; }
};

/// The first index of 0 to last at which isTrue holds; last + 1 where at none. Once true it stays so.
template <class IsTrue> std::int64_t firstTrue(std::int64_t last, IsTrue isTrue)
{
    std::int64_t low = 0;
    std::int64_t high = last + 1;
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        if (isTrue(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

class Planner
{
public:
    Planner(const StressBasis &basis, const SymbolSpecs &specs, int bookDivisor);
    std::vector<TroubledPool> troubled(RiskLevel atLeast) const;

private:
    Margin pool(const Held *isolated) const;
    std::vector<const Held *> membersOf(const Held *isolated) const;
    Margin afterReducing(const Margin &before, const Held &held, Quantity closed) const;

    void addMargin(TroubledPool &troubled, const Held &held) const;
    void addFunds(TroubledPool &troubled) const;
    std::int64_t stepsOf(const Held &held) const;
    std::int64_t summitOf(const Held &held, const Margin &before) const;
    Quantity quantityAt(const Held &held, std::int64_t steps) const;
    std::optional<Quantity> least(const Held &held, const Margin &before, std::int64_t summit) const;
    void addReduction(TroubledPool &troubled, const Held &held, const Margin &before) const;
    void addReductionsOfTwo(TroubledPool &troubled, const Margin &before) const;
    std::optional<WayBack> mixOf(const Held &first, const Held &second, const Margin &before) const;
    void addReductionOfAll(TroubledPool &troubled) const;
    void addStop(TroubledPool &troubled, const Held &held) const;

    static Money neededFor(const Margin &margin);
    void close(AccountState &account, const Held &held, Quantity quantity) const;
    void closeAt(AccountState &account, const Held &held, Quantity quantity, Money proceeds) const;
    void addOrders(WayBack &way, const Held &held, Quantity quantity) const;
    void addPart(WayBack &way, const Held &held, Quantity quantity) const;
    void finish(TroubledPool &troubled, WayBack way, const MarkPrices &marks) const;
    void finish(TroubledPool &troubled, WayBack way) const
    {
        finish(troubled, std::move(way), m_basis.marks);
    }
    Margin atPrice(const TroubledPool &troubled, const Held &held, Price price) const;

    const StressBasis &m_basis;
    std::vector<Held> m_held;
    AccountRisk m_now;
};

Planner::Planner(const StressBasis &basis, const SymbolSpecs &specs, int bookDivisor)
    : m_basis{basis},
      m_now{assess(basis.account, basis.marks, basis.brackets, basis.openOrders)}
{
    for (const auto &risk : m_now.positions) {
        const Symbol &symbol = risk.position.symbol;
        std::vector<BookLevel> levels;
        if (const auto book = basis.books.find(symbol); book != basis.books.end() && book->second) {
            levels = thinned(levelsFor(*book->second, opposite(risk.position.side)), bookDivisor);
        }
        const auto spec = specs.find(symbol);
        const auto fees = basis.fees.find(symbol);
        m_held.push_back({risk.position, risk.mark, &bracketsOf(basis.brackets, symbol),
            spec == specs.end() ? nullptr : &spec->second,
            fees == basis.fees.end() ? CommissionRates{} : fees->second,
            Proceeds{std::move(levels), risk.mark}});
    }
}

std::vector<const Held *> Planner::membersOf(const Held *isolated) const
{
    std::vector<const Held *> members;
    for (const auto &held : m_held) {
        if (isolated == nullptr ? held.isCross() : &held == isolated) {
            members.push_back(&held);
        }
    }
    return members;
}

Margin Planner::pool(const Held *isolated) const
{
    Margin margin{
        isolated == nullptr ? m_basis.account.crossWalletBalance : isolated->position.isolatedWallet, {}};
    for (const Held *held : membersOf(isolated)) {
        margin.balance += held->pnl(held->position.quantity);
        margin.maintenance += held->maintenance(held->position.quantity);
    }
    return margin;
}

/// Part of an isolated wallet that a partial close sets free. Source: reference 10.1.
Money releasedBy(const Position &position, Quantity closed)
{
    return Money::fromUnits(detail::mulDiv(
        position.isolatedWallet.units(), closed.units(), position.quantity.units(), Rounding::Down));
}

Margin Planner::afterReducing(const Margin &before, const Held &held, Quantity closed) const
{
    const Quantity all = held.position.quantity;
    const Quantity left = all - closed;
    Margin after = before;
    after.maintenance += held.maintenance(left) - held.maintenance(all);
    after.balance += held.pnl(left) - held.pnl(all);
    after.balance +=
        held.isCross() ? held.realized(closed) - held.fee(closed) : -releasedBy(held.position, closed);
    return after;
}

void Planner::closeAt(AccountState &account, const Held &held, Quantity quantity, Money proceeds) const
{
    const auto position = std::ranges::find_if(account.positions, [&](const Position &each) {
        return each.symbol == held.position.symbol && each.positionSide == held.position.positionSide;
    });
    const Money realized = (proceeds - held.position.entryPrice * quantity) * signOf(held.position.side);
    const Money result = realized - proceeds * held.fees.taker;
    const Money released = releasedBy(*position, quantity);
    position->isolatedWallet -= released;
    account.crossWalletBalance += released + result;
    account.walletBalance += result;
    position->quantity -= quantity;
    if (position->quantity.isZero()) {
        account.positions.erase(position);
    }
}

void Planner::close(AccountState &account, const Held &held, Quantity quantity) const
{
    closeAt(account, held, quantity, held.proceeds.of(quantity));
}

void Planner::addOrders(WayBack &way, const Held &held, Quantity quantity) const
{
    const LotFilter &lot = lotFor(*held.spec, OrderType::Market);
    while (quantity.isPositive()) {
        const Quantity part = lot.maxQty.isPositive() ? std::min(quantity, lot.maxQty) : quantity;
        way.orders.push_back(closingOrder(held.position, part));
        quantity -= part;
    }
}

/// Closes so much of the position on this way.
void Planner::addPart(WayBack &way, const Held &held, Quantity quantity) const
{
    way.parts.push_back(held.part(quantity));
    way.cost += way.parts.back().cost();
    way.isCostKnown = way.isCostKnown && held.proceeds.isKnown();
    way.isBookThin = way.isBookThin || held.proceeds.isThinFor(quantity);
    addOrders(way, held, quantity);
    close(way.after, held, quantity);
}

/// Takes the way in, if it does lead to SAFE.
void Planner::finish(TroubledPool &troubled, WayBack way, const MarkPrices &marks) const
{
    const AccountRisk after = valueAccount(way.after, marks, m_basis.brackets);
    if (troubled.isCross) {
        way.ratioAfter = after.crossMarginRatio;
        way.balanceAfter = after.crossMarginBalance;
        way.maintenanceAfter = after.crossMaintenanceMargin;
    } else if (const auto *left = after.find(troubled.position->symbol, troubled.position->positionSide)) {
        way.ratioAfter = left->marginRatio;
        way.balanceAfter = left->position.isolatedWallet + left->unrealizedPnl;
        way.maintenanceAfter = left->maintenanceMargin;
    }
    way.accountLevelAfter = after.level;
    // Without a position a ratio is 0, even where the closing took all there was.
    const bool isLost = troubled.isCross && !way.balanceAfter.isPositive();
    if (!isLost && levelOf(way.ratioAfter) == RiskLevel::Safe) {
        troubled.ways.push_back(std::move(way));
    }
}

/// The least amount, in cents, that makes a pool SAFE.
Money Planner::neededFor(const Margin &margin)
{
    Money amount = (margin.maintenance / safeBelow - margin.balance).roundedTo(cent, Rounding::Up);
    for (amount = std::max(amount, cent);; amount += cent) {
        if (Margin{margin.balance + amount, margin.maintenance}.isSafe()) {
            return amount;
        }
    }
}

void Planner::addMargin(TroubledPool &troubled, const Held &held) const
{
    WayBack way;
    way.kind = WayBack::Kind::AddMargin;
    way.position = held.position;
    way.amount = neededFor(pool(&held));
    way.missing = std::max(Money{}, way.amount - m_now.availableBalance);
    way.after = m_basis.account;
    for (auto &position : way.after.positions) {
        if (position.symbol == held.position.symbol && position.positionSide == held.position.positionSide) {
            position.isolatedWallet += way.amount;
        }
    }
    way.after.crossWalletBalance -= way.amount - way.missing;
    way.after.walletBalance += way.missing;
    finish(troubled, std::move(way));
}

void Planner::addFunds(TroubledPool &troubled) const
{
    WayBack way;
    way.kind = WayBack::Kind::AddFunds;
    way.amount = neededFor(pool(nullptr));
    way.after = m_basis.account;
    way.after.crossWalletBalance += way.amount;
    way.after.walletBalance += way.amount;
    finish(troubled, std::move(way));
}

Quantity stepOf(const Held &held)
{
    const Quantity step = lotFor(*held.spec, OrderType::Market).stepSize;
    return step.isPositive() ? step : Quantity::fromUnits(10'000);
}

/// Steps that close all of it, the last one perhaps in part.
std::int64_t Planner::stepsOf(const Held &held) const
{
    const Quantity step = stepOf(held);
    return static_cast<std::int64_t>((held.position.quantity.units() + step.units() - 1) / step.units());
}

Quantity Planner::quantityAt(const Held &held, std::int64_t steps) const
{
    return std::min(held.position.quantity, Quantity::fromUnits(stepOf(held).units() * steps));
}

/// Up to the summit of its room a pool only gets better with each step; beyond, the book costs too much. What
/// else is closed of the pool does not move it.
std::int64_t Planner::summitOf(const Held &held, const Margin &before) const
{
    const auto roomAt = [&](std::int64_t steps) {
        return afterReducing(before, held, quantityAt(held, steps)).room();
    };
    return firstTrue(
        stepsOf(held) - 1, [&](std::int64_t steps) { return roomAt(steps + 1) <= roomAt(steps); });
}

/// The least quantity that makes the pool SAFE; 0 where it is, nothing where none does.
std::optional<Quantity> Planner::least(const Held &held, const Margin &before, std::int64_t summit) const
{
    const auto isSafeAt = [&](Quantity closed) { return afterReducing(before, held, closed).isSafe(); };
    std::int64_t steps =
        firstTrue(summit, [&](std::int64_t count) { return isSafeAt(quantityAt(held, count)); });
    if (steps == 0) {
        return Quantity{};
    }
    steps = steps > summit ? stepsOf(held) : steps;
    const Quantity smallest = lotFor(*held.spec, OrderType::Market).minQty;
    const Quantity quantity = std::min(held.position.quantity, std::max(quantityAt(held, steps), smallest));
    return isSafeAt(quantity) ? std::optional{quantity} : std::nullopt;
}

void Planner::addReduction(TroubledPool &troubled, const Held &held, const Margin &before) const
{
    if (held.spec == nullptr) {
        return;
    }
    const auto quantity = least(held, before, summitOf(held, before));
    if (!quantity || quantity->isZero()) {
        return;
    }
    WayBack way;
    way.kind = WayBack::Kind::Reduce;
    way.position = held.position;
    way.quantity = *quantity;
    way.share = *quantity / held.position.quantity;
    way.after = m_basis.account;
    addPart(way, held, *quantity);
    finish(troubled, std::move(way));
}

/// The cheapest cut of both that makes the pool SAFE. What the second must bring shrinks ever more slowly the
/// more the first costs, so the sum has one valley (but for the steps): it is closed in on by samples.
std::optional<WayBack> Planner::mixOf(const Held &first, const Held &second, const Margin &before) const
{
    constexpr std::int64_t samples = 16;
    struct Mix
    {
        Money cost;
        std::int64_t steps = 0;
        Quantity second;
    };
    std::optional<Mix> best;
    const std::int64_t summit = summitOf(second, before);
    const Quantity smallest = lotFor(*first.spec, OrderType::Market).minQty;
    const auto look = [&](std::int64_t steps) {
        const Quantity closed = quantityAt(first, steps);
        const auto rest = closed < smallest && closed < first.position.quantity
                              ? std::nullopt
                              : least(second, afterReducing(before, first, closed), summit);
        if (rest) {
            const Money cost = first.part(closed).cost() + second.part(*rest).cost();
            if (!best || cost < best->cost) {
                best = {cost, steps, *rest};
            }
        }
    };
    std::int64_t low = 1;
    std::int64_t high = std::max<std::int64_t>(1, summitOf(first, before));
    for (std::int64_t stride = (high - low) / samples + 1;; stride = (high - low) / samples + 1) {
        for (std::int64_t steps = low; steps < high; steps += stride) {
            look(steps);
        }
        look(high); // the most that the first can bring
        if (!best || stride == 1) {
            break;
        }
        low = std::max(low, best->steps - stride);
        high = std::min(high, best->steps + stride);
    }
    if (!best || best->second.isZero()) {
        return std::nullopt;
    }
    WayBack way;
    way.kind = WayBack::Kind::ReduceTwo;
    way.position = first.position;
    way.after = m_basis.account;
    addPart(way, first, quantityAt(first, best->steps));
    addPart(way, second, best->second);
    return way;
}

void Planner::addReductionsOfTwo(TroubledPool &troubled, const Margin &before) const
{
    constexpr std::size_t mostMembers = 4;
    constexpr std::size_t mostPairs = 3;
    auto members = membersOf(nullptr);
    std::erase_if(
        members, [](const Held *held) { return held->spec == nullptr || !held->proceeds.isKnown(); });
    std::ranges::stable_sort(
        members, std::greater{}, [](const Held *held) { return held->maintenance(held->position.quantity); });
    members.resize(std::min(members.size(), mostMembers));
    const auto aloneOf = [&troubled](const Held &held) -> std::optional<Money> {
        const auto alone = std::ranges::find_if(troubled.ways, [&](const WayBack &way) {
            return way.kind == WayBack::Kind::Reduce && way.position.symbol == held.position.symbol &&
                   way.position.positionSide == held.position.positionSide;
        });
        return alone == troubled.ways.end() ? std::nullopt : std::optional{alone->cost};
    };
    std::vector<WayBack> mixes;
    for (std::size_t i = 0; i < members.size(); ++i) {
        for (std::size_t j = i + 1; j < members.size(); ++j) {
            const auto first = aloneOf(*members[i]);
            const auto second = aloneOf(*members[j]);
            auto mix = mixOf(*members[i], *members[j], before);
            const auto saves = [&mix](const std::optional<Money> &alone) {
                return !alone || *alone - mix->cost >= std::max(cent, *alone / 100);
            };
            if (mix && saves(first) && saves(second)) {
                mixes.push_back(std::move(*mix));
            }
        }
    }
    std::ranges::stable_sort(mixes, {}, &WayBack::cost);
    mixes.resize(std::min(mixes.size(), mostPairs));
    for (WayBack &mix : mixes) {
        finish(troubled, std::move(mix));
    }
}

void Planner::addReductionOfAll(TroubledPool &troubled) const
{
    const auto members = membersOf(nullptr);
    const bool allKnown =
        std::ranges::all_of(members, [](const Held *held) { return held->spec != nullptr; });
    if (members.size() < 2 || !allKnown) {
        return;
    }
    for (int percent = 1; percent <= 100; ++percent) {
        WayBack way;
        way.kind = WayBack::Kind::ReduceAll;
        way.share = Rate::of(percent) / 100;
        way.after = m_basis.account;
        Margin margin = pool(nullptr);
        for (const Held *held : members) {
            const Quantity all = held->position.quantity;
            const LotFilter &lot = lotFor(*held->spec, OrderType::Market);
            const Quantity quantity =
                std::min(all, std::max((all * way.share).roundedTo(lot.stepSize, Rounding::Up), lot.minQty));
            margin = afterReducing(margin, *held, quantity);
            addPart(way, *held, quantity);
        }
        if (margin.isSafe()) {
            finish(troubled, std::move(way));
            return;
        }
    }
}

/// The pool with the symbol's price there, the other leg of a hedged pair included.
Margin Planner::atPrice(const TroubledPool &troubled, const Held &held, Price price) const
{
    Margin margin = pool(troubled.isCross ? nullptr : &held);
    for (const Held *member : membersOf(troubled.isCross ? nullptr : &held)) {
        if (member->position.symbol == held.position.symbol) {
            const Quantity all = member->position.quantity;
            margin.balance += (price - member->mark) * all * signOf(member->position.side);
            margin.maintenance += maintenanceMargin(price * all, *member->table) - member->maintenance(all);
        }
    }
    return margin;
}

void Planner::addStop(TroubledPool &troubled, const Held &held) const
{
    if (held.spec == nullptr || !held.spec->tickSize.isPositive()) {
        return;
    }
    const Price tick = held.spec->tickSize;
    const Quantity all = held.position.quantity;
    const int sign = signOf(held.position.side);
    const Rate slippage = held.proceeds.slippage(all);
    const auto proceedsAt = [&](Price price) { return (price - price * slippage * sign) * all; };
    const auto does = [&](Price price) {
        Margin margin = atPrice(troubled, held, price);
        const auto ratio = margin.ratio().value();
        if (!ratio || *ratio >= latestStopRatio) {
            return false;
        }
        if (!held.isCross()) {
            return true; // the pool is gone with its position
        }
        const Money proceeds = proceedsAt(price);
        margin.maintenance -= maintenanceMargin(price * all, *held.table);
        margin.balance += (proceeds - price * all) * sign - proceeds * held.fees.taker;
        return margin.isSafe() && margin.balance.isPositive();
    };
    // Ticks away from the mark: the first is the nearest at which the stop would not fire at once.
    const Int128 first =
        held.mark.roundedTo(tick, sign > 0 ? Rounding::Down : Rounding::Up).units() / tick.units() +
        (held.mark.isMultipleOf(tick) ? -sign : 0);
    const Int128 reach = sign > 0 ? first : first * 9; // up to ten times the mark
    const auto count = static_cast<std::int64_t>(std::min<Int128>(reach, 1'000'000'000'000));
    const auto priceAt = [&](std::int64_t ticks) {
        return Price::fromUnits((first - ticks * sign) * tick.units());
    };
    const std::int64_t farthest =
        firstTrue(count - 1, [&](std::int64_t ticks) { return !does(priceAt(ticks)); }) - 1;
    if (farthest < 0) {
        return;
    }
    WayBack way;
    way.kind = WayBack::Kind::Stop;
    way.position = held.position;
    way.stopPrice = priceAt(farthest);
    for (const auto &exit : exitsOf(held.position, m_basis.openOrders)) {
        const bool isNearEnough = (exit.level - way.stopPrice) * Quantity::of(sign) >= Money{};
        if (exit.isStop && exit.quantity >= all && isNearEnough) {
            return; // it stands where it should, or nearer
        }
        if (exit.isStop && way.replaces.empty()) {
            way.stopBefore = exit.level;
            way.replaces = exit.clientOrderId;
        }
    }
    const Money proceeds = proceedsAt(way.stopPrice);
    way.parts = {{held.position, all, way.stopPrice, proceeds, held.fees.taker, held.proceeds.isKnown()}};
    way.cost = way.parts.front().cost();
    way.lossAtStop = (held.mark - way.stopPrice) * all * sign + way.cost;
    way.isCostKnown = held.proceeds.isKnown();
    way.isBookThin = held.proceeds.isThinFor(all);
    way.orders = {protectiveStop(held.position, way.stopPrice)};
    way.after = m_basis.account;
    closeAt(way.after, held, all, proceeds);
    MarkPrices marks = m_basis.marks;
    marks[held.position.symbol].mark = way.stopPrice;
    finish(troubled, std::move(way), marks);
}

int groupOf(const WayBack &way)
{
    return way.kind == WayBack::Kind::Stop                                   ? 2
           : way.kind == WayBack::Kind::AddFunds || way.missing.isPositive() ? 1
                                                                             : 0;
}

std::vector<TroubledPool> Planner::troubled(RiskLevel atLeast) const
{
    std::vector<TroubledPool> pools;
    const auto look = [&](const Held *isolated) {
        const Margin margin = pool(isolated);
        TroubledPool troubled;
        troubled.isCross = isolated == nullptr;
        troubled.ratio = margin.ratio();
        troubled.maintenance = margin.maintenance;
        troubled.balance = margin.balance;
        troubled.level = levelOf(troubled.ratio);
        if (troubled.level < atLeast || troubled.level == RiskLevel::Safe) {
            return;
        }
        if (isolated != nullptr) {
            troubled.position = isolated->position;
            addMargin(troubled, *isolated);
        } else {
            addFunds(troubled);
            addReductionOfAll(troubled);
        }
        for (const Held *held : membersOf(isolated)) {
            addReduction(troubled, *held, margin);
            addStop(troubled, *held);
        }
        if (isolated == nullptr) {
            addReductionsOfTwo(troubled, margin);
        }
        std::ranges::stable_sort(troubled.ways, {}, [](const WayBack &way) {
            return std::pair{groupOf(way), way.kind == WayBack::Kind::Stop ? way.lossAtStop : way.cost};
        });
        pools.push_back(std::move(troubled));
    };
    look(nullptr);
    for (const auto &held : m_held) {
        if (!held.isCross()) {
            look(&held);
        }
    }
    std::ranges::stable_sort(
        pools, [](const TroubledPool &a, const TroubledPool &b) { return b.ratio < a.ratio; });
    return pools;
}

} // namespace

std::vector<TroubledPool> waysBack(
    const StressBasis &basis, const SymbolSpecs &specs, RiskLevel atLeast, int bookDivisor)
{
    return Planner{basis, specs, bookDivisor}.troubled(atLeast);
}

} // namespace domain
