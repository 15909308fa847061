#include "tests/promise/promise.h"

#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/order_cost.h"
#include "tests/promise/setting.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

using namespace domain;

namespace promise
{
namespace
{

/// Amounts on the wire are cut to 1e-8, at most a few times a plan.
const Money dust = Money::literal("0.0000001");
/// An entry price has twelve decimals where the exchange keeps the exact cost.
const Price entryRounding = Price::fromUnits(2);

std::string textOf(const std::optional<Price> &price)
{
    return price ? price->toString() : "none";
}

/// One plan from the account it starts with to its liquidation.
class Trial
{
public:
    explicit Trial(std::uint64_t seed) : m_set{seed}, m_tables{m_set.stage.tables()} {}

    Verdict run()
    {
        if (!configure()) {
            kind("given up: leverage or margin type refused before the plan");
            return std::move(m_verdict);
        }
        promise();
        if (m_result.quantity.isZero()) {
            kind("no quantity fits");
            return std::move(m_verdict);
        }
        if (send() && fill()) {
            compareAccount();
            if (!leaveAsPlanned()) {
                moveTheMark();
            }
        }
        for (const auto &breach : m_set.stage.engine.checkInvariants()) {
            differ("books", "add up", breach);
        }
        return std::move(m_verdict);
    }

private:
    void kind(const char *name) { m_verdict.kinds.emplace_back(name); }
    void differ(std::string_view what, const std::string &promised, const std::string &was)
    {
        m_verdict.differences.push_back(fmt::format("{}: promised {}, was {}", what, promised, was));
    }
    template <class Measure>
    void expectNear(
        std::string_view what, Exact<Measure> promised, Exact<Measure> was, Exact<Measure> allowed)
    {
        if ((promised - was).abs() > allowed) {
            differ(what, promised.toString(), was.toString());
        }
    }

    /// What the rounded entry prices may add up to in a balance.
    Money roundingOf(const AccountState &account) const
    {
        Money sum = dust + entryRounding * m_result.quantity;
        for (const Position &position : account.positions) {
            sum += entryRounding * position.quantity;
        }
        return sum;
    }

    /// Leverage and margin type as the ticket would set them before it sends the order.
    bool configure()
    {
        auto &engine = m_set.stage.engine;
        const auto configs = engine.symbolConfigs(Stage::trader, m_set.symbol());
        if (configs.front().marginType != m_set.plan.marginType &&
            !engine.setMarginType(Stage::trader, m_set.symbol(), m_set.plan.marginType, m_set.stage.now)) {
            return false;
        }
        m_before = m_set.stage.account();
        m_orders = m_set.stage.openOrders();
        if (!m_set.dice.chance(50)) {
            return bool{engine.setLeverage(
                       Stage::trader, m_set.symbol(), m_set.plan.leverage, m_set.stage.now)} &&
                   snapshot();
        }
        // The promise is made before the leverage is set.
        m_isPromisedFirst = true;
        return true;
    }

    bool snapshot()
    {
        m_before = m_set.stage.account();
        m_orders = m_set.stage.openOrders();
        return true;
    }

    void promise()
    {
        m_marks = m_set.stage.marks();
        m_set.mark = m_set.stage.markOf(m_set.symbol());
        m_context.spec = &m_set.instrument.spec;
        m_context.brackets = &m_tables;
        m_context.account = &m_before;
        m_context.marks = &m_marks;
        m_context.openOrders = &m_orders;
        m_context.mark.price = m_set.mark;
        m_context.commission = {Rate::literal("0.0002"), Rate::literal("0.0005")};
        m_context.leverage = m_set.plan.leverage;
        m_context.marginType = m_set.plan.marginType;
        if (!m_set.plan.entryIsMaker) {
            // A market order is planned at the price it meets.
            (m_set.plan.side == Side::Buy ? m_context.ask : m_context.bid).price = m_set.plan.entry;
        }
        m_set.chooseBook();
        m_context.book = m_set.book.state == BookView::State::Live ? &m_set.book : nullptr;
        m_result = planTrade(m_set.plan, m_context);
        describe();
        expectNear("available balance before", m_before.availableBalance,
            assess(m_before, m_marks, m_tables, m_orders).availableBalance, roundingOf(m_before));
    }

    void describe()
    {
        std::string text =
            fmt::format("{} wallet {} {} mark {} entry {} {}x {} {} quantity {}; account:", m_set.symbol(),
                m_before.walletBalance.toString(), m_set.plan.side == Side::Buy ? "long" : "short",
                m_set.mark.toString(), m_set.plan.entry.toString(), m_set.plan.leverage,
                m_set.plan.marginType == MarginType::Cross ? "cross" : "isolated",
                m_set.plan.entryIsMaker ? "maker" : "taker", m_result.quantity.toString());
        for (const Position &position : m_before.positions) {
            text += fmt::format(" {}{} {} @ {} {}x {} ({})", position.side == Side::Buy ? "+" : "-",
                position.quantity.toString(), position.symbol, position.entryPrice.toString(),
                position.leverage, position.marginType == MarginType::Cross ? "cross" : "isolated",
                position.isolatedWallet.toString());
        }
        for (const Order &order : m_orders) {
            text += fmt::format(" order {}{} {} @ {}", order.request.side == Side::Buy ? "+" : "-",
                order.request.quantity.toString(), order.request.symbol, order.request.price.toString());
        }
        m_verdict.plan = std::move(text);
    }

    // --- what the exchange does ---

    /// What the plan says the venue would refuse it with; empty where it should take it.
    std::vector<int> promisedCodes() const
    {
        std::vector<int> codes;
        for (const DraftIssue &issue : m_result.issues) {
            if (issue.severity == Severity::Blocks && issue.venueCode != 0 &&
                issue.field != DraftField::StopPrice && issue.field != DraftField::TargetPrice) {
                codes.push_back(issue.venueCode);
            }
        }
        return codes;
    }

    NewOrder order() const
    {
        NewOrder order = limitOrder(
            m_set.instrument, m_set.plan.positionSide, m_set.plan.side, m_result.quantity, m_set.plan.entry);
        order.type = m_set.plan.entryIsMaker ? OrderType::Limit : OrderType::Market;
        order.reduceOnly = m_result.opening.isZero(); // nothing opens: it is sent as what it is
        return order;
    }

    bool send()
    {
        const auto codes = promisedCodes();
        if (m_isPromisedFirst) {
            const auto changed = m_set.stage.engine.setLeverage(
                Stage::trader, m_set.symbol(), m_set.plan.leverage, m_set.stage.now);
            if (!changed) {
                return refused(codes, changed.error());
            }
        }
        if (m_context.book != nullptr && !m_set.plan.entryIsMaker) {
            for (const BookLevel &level : levelsFor(m_set.book, m_set.plan.side)) {
                m_set.stage.offer(m_set.symbol(), opposite(m_set.plan.side), level.price, level.quantity);
            }
        } else if (!m_set.plan.entryIsMaker) {
            m_set.stage.offer(m_set.symbol(), opposite(m_set.plan.side), m_set.plan.entry, m_result.quantity);
        }
        m_set.stage.wasLiquidated();
        const auto placed = m_set.stage.send(order());
        if (!placed) {
            return refused(codes, placed.error());
        }
        if (!codes.empty()) {
            differ("order", fmt::format("refused with {}", codes.front()), "taken");
            return false;
        }
        m_orderId = placed->orderId;
        return true;
    }

    bool refused(const std::vector<int> &codes, const Error &error)
    {
        if (std::ranges::find(codes, error.venueCode) == codes.end()) {
            differ("order", codes.empty() ? "taken" : fmt::format("refused with {}", codes.front()),
                fmt::format("refused with {} {}", error.venueCode, error.detail));
        } else {
            kind("order refused as said");
        }
        return false;
    }

    /// False where the account was liquidated before the entry was reached: nothing was promised of that.
    bool fill()
    {
        auto &engine = m_set.stage.engine;
        if (m_set.plan.entryIsMaker && m_set.waits()) {
            m_set.stage.mark(m_set.symbol(), m_set.plan.entry);
            if (m_set.stage.wasLiquidated()) {
                kind("liquidated on the way to the entry");
                return false;
            }
        }
        if (m_set.plan.entryIsMaker) {
            engine.marketTaker(m_set.symbol(), opposite(m_set.plan.side), m_result.quantity, m_set.plan.entry,
                m_set.stage.now);
        }
        m_isDeadAtOnce = m_set.stage.wasLiquidated();
        const auto filled = engine.query(Stage::trader, m_set.symbol(), {m_orderId, {}});
        if (!filled || filled->executedQty != m_result.quantity) {
            differ("fill", m_result.quantity.toString(), filled ? filled->executedQty.toString() : "lost");
            return false;
        }
        m_set.stage.clearBook(m_set.symbol());
        expectNear("average fill", m_result.entryFill, filled->avgPrice(), entryRounding);
        if (m_result.entryFill != m_set.plan.entry) {
            kind("filled through several levels of the book");
        }
        Money fee;
        for (const auto &trade : engine.userTrades(Stage::trader, {})) {
            fee += trade.orderId == m_orderId && trade.symbol == m_set.symbol() ? trade.commission : Money{};
        }
        expectNear("entry fee", m_result.entryFee, fee, roundingOf(m_before));
        m_verdict.isOpened = true;
        kind(m_set.plan.marginType == MarginType::Cross ? "cross" : "isolated");
        kind(m_set.isHedge ? "hedge mode" : "one-way mode");
        kind(m_set.plan.side == Side::Buy ? "long" : "short");
        return true;
    }

    Price markAtFill() const
    {
        return m_set.plan.entryIsMaker && m_set.waits() ? m_set.plan.entry : m_set.mark;
    }

    void compareAccount()
    {
        const auto [promised, risk] = outlookOf(m_set.plan, m_context, m_result);
        if (m_isDeadAtOnce) {
            // Whatever pool died, its promised ratio said so.
            if (risk.level != RiskLevel::Critical) {
                differ("level after", std::string{toString(risk.level)}, "liquidated at once");
            }
            kind("liquidated at once as said");
            return;
        }
        if (promised.crossWalletBalance.isNegative() && risk.crossMaintenanceMargin.isZero()) {
            kind("closed into the insurance fund"); // it makes up for what the loss took beyond the wallet
            m_isDeadAtOnce = true;
            return;
        }
        const AccountState was = m_set.stage.account();
        const Money rounding = roundingOf(m_before);
        expectNear("wallet after", promised.walletBalance, was.walletBalance, rounding);
        expectNear("cross wallet after", promised.crossWalletBalance, was.crossWalletBalance, rounding);
        expectNear("available balance after", m_result.availableAfter, was.availableBalance, rounding);
        expectNear("margin balance after", m_result.marginBalanceAfter,
            m_set.stage.engine.account(Stage::trader)->marginBalance, rounding);
        if (promised.positions.size() != was.positions.size()) {
            differ(
                "positions", std::to_string(promised.positions.size()), std::to_string(was.positions.size()));
            return;
        }
        const auto views = m_set.stage.engine.account(Stage::trader)->positions;
        Money crossMaintenance;
        for (const auto &view : views) {
            if (!view.amount.isZero()) {
                comparePosition(risk, view);
            }
        }
        const auto *position = risk.find(m_set.symbol(), m_set.plan.positionSide);
        const auto live = m_result.liquidationPrice;
        if ((position != nullptr ? position->liquidationPrice : std::nullopt) != live) {
            differ("liquidation price of the plan", textOf(live),
                textOf(position != nullptr ? position->liquidationPrice : std::nullopt));
        }
        if (position != nullptr && markAtFill() == m_set.plan.entry) {
            expectNear("maintenance margin", m_result.maintenanceMargin, position->maintenanceMargin, dust);
        }
        for (const MovedLiquidation &moved : m_result.others) {
            const auto view = std::ranges::find_if(views, [&](const paper::PositionView &row) {
                return row.symbol == moved.symbol && row.positionSide == moved.positionSide;
            });
            compareLiquidation(moved.symbol, view->amount.abs(), moved.after, view->liquidationPrice);
        }
        kind(m_result.others.empty() ? "no other cross position" : "other cross positions moved");
    }

    void comparePosition(const AccountRisk &risk, const paper::PositionView &view)
    {
        const auto *promised = risk.find(view.symbol, view.positionSide);
        if (promised == nullptr) {
            differ(view.symbol, "flat", view.amount.toString());
            return;
        }
        const Position &position = promised->position;
        const std::string &name = view.symbol;
        const Money rounding = roundingOf(m_before);
        expectNear(name + " amount", position.quantity * Rate::of(signOf(position.side)), view.amount, {});
        // Of a position that was turned, the price of the part that opened it.
        expectNear(name + " entry price", position.entryPrice, view.entryPrice, rounding / view.amount.abs());
        expectNear(name + " isolated wallet", position.isolatedWallet, view.isolatedWallet, rounding);
        expectNear(name + " initial margin", promised->initialMargin, view.positionInitialMargin, dust);
        expectNear(name + " maintenance margin", promised->maintenanceMargin, view.maintMargin, dust);
        expectNear(name + " unrealized profit", promised->unrealizedPnl, view.unrealizedProfit, rounding);
        if (position.leverage != view.leverage) {
            differ(name + " leverage", std::to_string(position.leverage), std::to_string(view.leverage));
        }
        compareLiquidation(name, view.amount.abs(), promised->liquidationPrice, view.liquidationPrice);
    }

    /// quantity: of the position; the smaller it is, the further a rounded balance moves its price.
    void compareLiquidation(
        const Symbol &name, Quantity quantity, const std::optional<Price> &promised, Price was)
    {
        const Price tick = m_set.stage.engine.spec(name)->tickSize;
        const Price far = was * Rate::literal("0.0000001"); // little moves a price that hardly anything holds
        const Price allowed = tick + roundingOf(m_before) / quantity + far;
        if ((promised.value_or(Price{}) - was).abs() > allowed) {
            differ(name + " liquidation price", textOf(promised), was.toString());
        }
    }

    /// Now and then the trade ends at its stop or its targets instead: the wallet must then change by the
    /// planned net results. True where that was done.
    bool leaveAsPlanned()
    {
        const bool isFresh = findPosition(m_before, m_set.symbol(), m_set.plan.positionSide) == nullptr;
        // The user's own orders would meet the mark, too.
        const bool isAlone = std::ranges::none_of(
            m_orders, [this](const Order &order) { return order.request.symbol == m_set.symbol(); });
        if (m_isDeadAtOnce || !isFresh || !isAlone || !m_set.dice.chance(30)) {
            return false;
        }
        if (m_set.dice.chance(50)) {
            return m_set.plan.stop && m_result.atStop && leaveAtStop();
        }
        return !m_result.targets.empty() && leaveAtTargets();
    }

    bool leaveAtStop()
    {
        m_set.stage.mark(m_set.symbol(), *m_set.plan.stop);
        if (m_set.stage.wasLiquidated()) {
            if (maySend(m_result.issues)) {
                differ("stop", "reached before the liquidation", "liquidated");
            }
            return true;
        }
        if (m_context.book != nullptr) {
            // Today's book, moved to the stop.
            const auto &levels = levelsFor(m_set.book, opposite(m_set.plan.side));
            const Price shift = *m_set.plan.stop - levels.front().price;
            for (const BookLevel &level : levels) {
                m_set.stage.offer(m_set.symbol(), m_set.plan.side, level.price + shift, level.quantity);
            }
        } else {
            m_set.stage.offer(m_set.symbol(), m_set.plan.side, *m_set.plan.stop, m_result.quantity);
        }
        const auto closed = close(m_result.quantity);
        if (!closed) {
            return true;
        }
        expectNear("fill at the stop", m_result.atStop->price, *closed, entryRounding);
        expectNear("net result at the stop", m_result.atStop->netPnl,
            m_set.stage.account().walletBalance - m_before.walletBalance, roundingOf(m_before));
        kind(*closed == *m_set.plan.stop ? "left at the stop with the planned result"
                                         : "left at the stop through the book with the planned result");
        return true;
    }

    bool leaveAtTargets()
    {
        const bool isFar = m_set.plan.side == Side::Buy; // the order in which the mark meets them
        std::vector<PlannedExit> exits = m_result.targets;
        std::ranges::sort(exits, [isFar](const PlannedExit &a, const PlannedExit &b) {
            return isFar ? a.price < b.price : a.price > b.price;
        });
        for (const PlannedExit &exit : exits) {
            if (!exit.quantity.isPositive()) {
                continue;
            }
            m_set.stage.mark(m_set.symbol(), exit.price);
            if (m_set.stage.wasLiquidated()) {
                return true; // a hedged pair dies on both sides; the stop of a plan is not behind its entry
            }
            m_set.stage.offer(m_set.symbol(), m_set.plan.side, exit.price, exit.quantity);
            const Money before = m_set.stage.account().walletBalance;
            if (!close(exit.quantity)) {
                return true;
            }
            expectNear("net result at a target", exit.netPnl + exit.entryFee,
                m_set.stage.account().walletBalance - before, roundingOf(m_before));
        }
        const AccountState account = m_set.stage.account();
        const auto *left = findPosition(account, m_set.symbol(), m_set.plan.positionSide);
        expectNear(
            "what runs on", m_result.runsOn, left != nullptr ? left->quantity : Quantity{}, Quantity{});
        kind(exits.size() > 1 ? "left at several targets with the planned results"
                              : "left at the target with the planned result");
        return true;
    }

    /// At the market, reducing only, in as many orders as the exchange wants it; the average price. Nothing
    /// where the exchange did not fill it.
    std::optional<Price> close(Quantity quantity)
    {
        const Quantity most = m_set.instrument.spec.marketLot.maxQty;
        Money worth;
        for (Quantity left = quantity; left.isPositive();) {
            NewOrder closing = order();
            closing.type = OrderType::Market;
            closing.side = opposite(m_set.plan.side);
            closing.quantity = std::min(left, most);
            closing.reduceOnly = true;
            const auto closed = m_set.stage.send(closing);
            if (!closed || closed->executedQty != closing.quantity) {
                differ("exit", closing.quantity.toString(),
                    closed ? closed->executedQty.toString() : closed.error().detail);
                return std::nullopt;
            }
            worth += closed->cumQuote;
            left -= closing.quantity;
        }
        m_set.stage.clearBook(m_set.symbol());
        return worth / quantity;
    }

    /// What a tick of the mark moves the pool by: in a hedged cross pair the difference of its legs.
    Quantity netOf(const AccountState &account) const
    {
        const bool isPair = m_set.plan.marginType == MarginType::Cross;
        Quantity net;
        for (const Position &position : account.positions) {
            if (position.symbol == m_set.symbol() &&
                (isPair || position.positionSide == m_set.plan.positionSide)) {
                net += position.quantity * Rate::of(signOf(position.side));
            }
        }
        return net.isZero() ? m_set.instrument.spec.lot.stepSize : net.abs();
    }

    /// The sum of all roundings may lie on the other side of a price that falls on a tick.
    bool isRoundedOnto(Price tick, Price liquidation, Quantity net) const
    {
        const Price slack =
            roundingOf(m_before) / net + Price::fromUnits(m_set.instrument.spec.tickSize.units() / 1'000);
        return (liquidation - tick).abs() <= slack;
    }

    /// Halves the way to the last tick that must keep the account, then goes one further.
    void moveTheMark()
    {
        const Price tick = m_set.instrument.spec.tickSize;
        if (m_isDeadAtOnce) {
            return;
        }
        const AccountState account = m_set.stage.account();
        if (findPosition(account, m_set.symbol(), m_set.plan.positionSide) == nullptr) {
            kind("position closed by the plan");
            return;
        }
        Price mark = m_set.stage.markOf(m_set.symbol());
        if (!m_result.liquidationPrice) {
            surviveTo(mark, tick);
            kind("no price liquidates");
            return;
        }
        const Price liquidation = *m_result.liquidationPrice;
        const Quantity net = netOf(account);
        const bool isDown = liquidation < mark;
        const Price first = liquidation.roundedTo(tick, isDown ? Rounding::Down : Rounding::Up);
        const Price lastSafe = isDown ? first + tick : first - tick;
        if (first > m_set.instrument.usualPrice * Rate::of(100)) {
            kind("liquidation beyond 100 times the price"); // hardly anything holds it there
            return;
        }
        while (mark != lastSafe && (isDown ? mark > lastSafe : mark < lastSafe)) {
            const Price middle = onTick((mark + lastSafe) / 2, m_set.instrument);
            mark = middle == mark || (isDown ? middle < lastSafe : middle > lastSafe) ? lastSafe : middle;
            m_set.stage.mark(m_set.symbol(), mark);
            if (m_set.stage.wasLiquidated()) {
                if (!isRoundedOnto(mark, liquidation, net)) {
                    differ("liquidation price", liquidation.toString(), mark.toString());
                }
                kind("liquidated at the promised tick");
                return;
            }
        }
        if (!first.isPositive()) {
            kind("liquidation below the first tick");
            return;
        }
        m_set.stage.mark(m_set.symbol(), first);
        if (m_set.stage.wasLiquidated()) {
            kind("liquidated at the promised tick");
            return;
        }
        m_set.stage.mark(m_set.symbol(), isDown ? first - tick : first + tick);
        if (isRoundedOnto(first, liquidation, net) && m_set.stage.wasLiquidated()) {
            kind("liquidated at the promised tick");
            return;
        }
        differ("liquidation price", liquidation.toString(), "not liquidated at " + first.toString());
    }

    /// Nothing down to the first tick, or far up, may liquidate what has no liquidation price.
    void surviveTo(Price mark, Price tick)
    {
        const bool isLong = m_set.plan.side == Side::Buy;
        for (int i = 0; i < 60 && mark > tick; ++i) {
            mark = isLong ? std::max(tick, onTick(mark / 2, m_set.instrument))
                          : onTick(mark * 2, m_set.instrument);
            if (mark > m_set.instrument.usualPrice * Rate::of(10'000)) {
                return;
            }
            m_set.stage.mark(m_set.symbol(), mark);
            if (m_set.stage.wasLiquidated()) {
                differ("liquidation price", "none", mark.toString());
                return;
            }
        }
    }

    Setting m_set;
    BracketTables m_tables;
    bool m_isPromisedFirst = false; ///< before the leverage was set
    bool m_isDeadAtOnce = false;
    AccountState m_before;
    std::vector<Order> m_orders;
    MarkPrices m_marks;
    DraftContext m_context;
    PlanResult m_result;
    std::int64_t m_orderId = 0;
    Verdict m_verdict;
};

} // namespace

Verdict judge(std::uint64_t seed)
{
    return Trial{seed}.run();
}

Report judgeAll(std::uint64_t first, std::int64_t positions)
{
    constexpr std::size_t mostFailures = 10;
    Report report;
    for (std::uint64_t seed = first; report.opened < positions; ++seed) {
        Verdict verdict = judge(seed);
        ++report.tried;
        report.opened += verdict.isOpened ? 1 : 0;
        for (const auto &kind : verdict.kinds) {
            ++report.kinds[kind];
        }
        if (!verdict.differences.empty()) {
            const std::string &difference = verdict.differences.front();
            ++report.differences[difference.substr(0, difference.find(": promised"))];
            ++report.differing;
            if (report.failures.size() < mostFailures) {
                report.failures.emplace_back(seed, std::move(verdict));
            }
        }
    }
    return report;
}

std::string toText(const Report &report)
{
    std::string text =
        fmt::format("{:>8} plans, of which\n{:>8} became positions\n", report.tried, report.opened);
    for (const auto &[kind, count] : report.kinds) {
        text += fmt::format("{:>8} {}\n", count, kind);
    }
    text += fmt::format("{:>8} plans of which the exchange did something else\n", report.differing);
    for (const auto &[difference, count] : report.differences) {
        text += fmt::format("{:>8} {}\n", count, difference);
    }
    for (const auto &[seed, verdict] : report.failures) {
        text += fmt::format("\nseed {}: {}\n", seed, verdict.plan);
        for (const auto &difference : verdict.differences) {
            text += fmt::format("    {}\n", difference);
        }
    }
    return text;
}

} // namespace promise
