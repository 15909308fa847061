#include "tests/promise/promise.h"

#include "models/domain/risk/filters.h"
#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/order_cost.h"
#include "models/domain/risk/plan.h"
#include "tests/promise/dice.h"
#include "tests/promise/stage.h"

#include <algorithm>
#include <array>
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

Quantity quantityOf(Money notional, const Instrument &instrument, Price price)
{
    return roundedDownToLot(quantityBought(notional, price), instrument.spec.lot);
}

Price onTick(Price price, const Instrument &instrument)
{
    return roundedToTick(price, instrument.spec);
}

std::string textOf(const std::optional<Price> &price)
{
    return price ? price->toString() : "none";
}

/// One plan from the account it starts with to its liquidation.
class Trial
{
public:
    explicit Trial(std::uint64_t seed)
        : m_dice{seed},
          m_wallet{m_dice.amount(100, 100'000'000)},
          m_stage{m_wallet},
          m_tables{m_stage.tables()},
          m_instrument{m_dice.pick(instruments())}
    {
    }

    Verdict run()
    {
        setUp();
        choosePlan();
        if (!configure()) {
            kind("leverage or margin type refused before the plan");
            return std::move(m_verdict);
        }
        promise();
        if (m_result.quantity.isZero()) {
            kind("no quantity fits");
            return std::move(m_verdict);
        }
        if (send() && fill()) {
            compareAccount();
            moveTheMark();
        }
        for (const auto &breach : m_stage.engine.checkInvariants()) {
            differ("books", "add up", breach);
        }
        return std::move(m_verdict);
    }

private:
    const Symbol &symbol() const { return m_instrument.spec.symbol; }
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
    static Money roundingOf(const AccountState &account)
    {
        Money sum = dust;
        for (const Position &position : account.positions) {
            sum += entryRounding * position.quantity;
        }
        return sum;
    }

    // --- the account before ---

    void setUp()
    {
        m_isHedge = m_dice.chance(40);
        if (m_isHedge) {
            (void)m_stage.engine.setHedgeMode(Stage::trader, true, m_stage.now);
        }
        const auto others = m_dice.number(0, 3);
        for (std::int64_t i = 0; i < others; ++i) {
            const Instrument &other = m_dice.pick(instruments());
            if (other.spec.symbol != symbol()) {
                holdSome(other);
            }
        }
        if (m_dice.chance(50)) {
            holdSome(m_instrument);
        }
        for (const Instrument &each : instruments()) {
            if (m_dice.chance(60)) {
                drift(each);
            }
            if (m_dice.chance(15)) {
                restSome(each);
            }
        }
    }

    void holdSome(const Instrument &instrument)
    {
        const Symbol &name = instrument.spec.symbol;
        const int most = instrument.brackets.front().maxLeverage;
        const int leverage = static_cast<int>(m_dice.number(1, most));
        (void)m_stage.engine.setLeverage(Stage::trader, name, leverage, m_stage.now);
        const bool isIsolated = m_dice.chance(35);
        if (isIsolated) {
            (void)m_stage.engine.setMarginType(Stage::trader, name, MarginType::Isolated, m_stage.now);
        }
        const bool isPair = m_isHedge && m_dice.chance(40);
        for (int leg = 0; leg < (isPair ? 2 : 1); ++leg) {
            const Side side =
                isPair ? (leg == 0 ? Side::Buy : Side::Sell) : (m_dice.chance(50) ? Side::Buy : Side::Sell);
            const auto positionSide = !m_isHedge          ? PositionSide::Both
                                      : side == Side::Buy ? PositionSide::Long
                                                          : PositionSide::Short;
            const Price price = onTick(instrument.usualPrice * m_dice.between("0.9", "1.1"), instrument);
            const Money margin = m_wallet * m_dice.between("0.02", "0.4");
            const Money notional = std::min(margin * leverage, maxNotionalAt(instrument.brackets, leverage));
            const Quantity quantity = quantityOf(notional * m_dice.between("0.2", "0.99"), instrument, price);
            if (!quantity.isPositive()) {
                continue;
            }
            m_stage.mark(name, price);
            (void)m_stage.trade(instrument, positionSide, side, quantity, price);
            if (isIsolated && m_dice.chance(40)) {
                const Money added =
                    (margin * m_dice.between("0.01", "0.5")).roundedTo(Money::literal("0.01"));
                (void)m_stage.engine.changePositionMargin(
                    Stage::trader, name, positionSide, added, 1, m_stage.now);
            }
        }
    }

    /// Another mark, mostly not so far that it liquidates.
    void drift(const Instrument &instrument)
    {
        const Rate most = Rate::literal("0.6") / std::max(2, leverageOf(instrument.spec.symbol));
        const Rate move = most * (m_dice.share() * Rate::of(2) - Rate::of(1));
        const Price price = onTick(m_stage.markOf(instrument.spec.symbol) * (Rate::of(1) + move), instrument);
        m_stage.mark(instrument.spec.symbol, price);
    }

    int leverageOf(const Symbol &name) const
    {
        return m_stage.engine.symbolConfigs(Stage::trader, name).front().leverage;
    }

    /// Orders far from the mark: they bind margin and never fill here.
    void restSome(const Instrument &instrument)
    {
        const bool isBuy = m_dice.chance(50);
        const Price mark = m_stage.markOf(instrument.spec.symbol);
        const Price price =
            onTick(mark * (isBuy ? m_dice.between("0.5", "0.8") : m_dice.between("1.25", "1.6")), instrument);
        const Money notional = m_wallet * leverageOf(instrument.spec.symbol) * m_dice.between("0.01", "0.2");
        const Quantity quantity = quantityOf(notional, instrument, price);
        if (quantity.isPositive()) {
            const auto positionSide = !m_isHedge ? PositionSide::Both
                                      : isBuy    ? PositionSide::Long
                                                 : PositionSide::Short;
            (void)m_stage.rest(instrument, positionSide, isBuy ? Side::Buy : Side::Sell, quantity, price);
        }
    }

    // --- the plan ---

    void choosePlan()
    {
        m_plan.side = m_dice.chance(50) ? Side::Buy : Side::Sell;
        m_plan.positionSide = !m_isHedge                 ? PositionSide::Both
                              : m_plan.side == Side::Buy ? PositionSide::Long
                                                         : PositionSide::Short;
        m_mark = m_stage.markOf(symbol());
        m_plan.entryIsMaker = m_dice.chance(60);
        m_plan.entry = onTick(m_mark * m_dice.between("0.97", "1.03"), m_instrument);
        if (!m_plan.entryIsMaker && waits()) {
            m_plan.entry = m_mark; // what takes has no price to wait for
        }
        const auto configs = m_stage.engine.symbolConfigs(Stage::trader, symbol());
        m_plan.leverage = m_dice.chance(60)
                              ? configs.front().leverage
                              : static_cast<int>(m_dice.number(1, m_instrument.brackets.front().maxLeverage));
        m_plan.marginType = configs.front().marginType;
        const auto account = m_stage.account();
        const bool isOpen = std::ranges::any_of(
            account.positions, [&](const Position &position) { return position.symbol == symbol(); });
        if (!isOpen && m_dice.chance(50)) {
            m_plan.marginType = m_dice.chance(50) ? MarginType::Isolated : MarginType::Cross;
        }
        m_plan.stopSlippage = {};
        const int sign = signOf(m_plan.side);
        m_plan.stop = onTick(
            m_plan.entry * (Rate::of(1) - m_dice.between("0.001", "0.2") * Rate::of(sign)), m_instrument);
        if (*m_plan.stop == m_plan.entry) {
            m_plan.stop.reset();
        }
        m_plan.sizing = sizing();
    }

    /// Mostly what balance and bracket allow, now and then a little more.
    Money notional()
    {
        const Money most = std::min(m_stage.account().availableBalance * m_plan.leverage,
            maxNotionalAt(m_instrument.brackets, m_plan.leverage));
        return most * m_dice.between("0.001", "1.05");
    }

    SizingRule sizing()
    {
        // Reductions, closes and flips of what is open on the other side.
        static const std::array<Rate, 5> parts{
            Rate::literal("0.3"), Rate::literal("0.75"), Rate::of(1), Rate::literal("1.4"), Rate::of(3)};
        const AccountState account = m_stage.account();
        const Position *open = findPosition(account, symbol(), m_plan.positionSide);
        const Quantity opposed = open != nullptr && open->side != m_plan.side ? open->quantity : Quantity{};
        switch (m_dice.number(0, 5)) {
        case 0:
            return SafeSize{m_dice.between("0.01", "1"), m_dice.between("0.001", "1"), {}};
        case 1:
            return QuoteAmount{notional()};
        case 2:
            return MarginShare{m_dice.between("0.001", "1")};
        case 3:
            return RiskAmount{m_wallet * m_dice.between("0.0001", "0.5")};
        default:
            return FixedQuantity{opposed.isPositive() && m_dice.chance(50)
                                     ? roundedDownToLot(opposed * m_dice.pick(parts), m_instrument.spec.lot)
                                     : quantityOf(notional(), m_instrument, m_plan.entry)};
        }
    }

    /// Leverage and margin type as the ticket would set them before it sends the order.
    bool configure()
    {
        auto &engine = m_stage.engine;
        const auto configs = engine.symbolConfigs(Stage::trader, symbol());
        if (configs.front().marginType != m_plan.marginType &&
            !engine.setMarginType(Stage::trader, symbol(), m_plan.marginType, m_stage.now)) {
            return false;
        }
        m_before = m_stage.account();
        m_orders = m_stage.openOrders();
        if (!m_dice.chance(50)) {
            return bool{engine.setLeverage(Stage::trader, symbol(), m_plan.leverage, m_stage.now)} &&
                   snapshot();
        }
        // The promise is made before the leverage is set.
        m_isPromisedFirst = true;
        return true;
    }

    bool snapshot()
    {
        m_before = m_stage.account();
        m_orders = m_stage.openOrders();
        return true;
    }

    void promise()
    {
        m_marks = m_stage.marks();
        m_mark = m_stage.markOf(symbol());
        m_context.spec = &m_instrument.spec;
        m_context.brackets = &m_tables;
        m_context.account = &m_before;
        m_context.marks = &m_marks;
        m_context.openOrders = &m_orders;
        m_context.mark.price = m_mark;
        m_context.commission = {Rate::literal("0.0002"), Rate::literal("0.0005")};
        m_context.leverage = m_plan.leverage;
        m_context.marginType = m_plan.marginType;
        if (!m_plan.entryIsMaker) {
            // A market order is planned at the price it meets.
            (m_plan.side == Side::Buy ? m_context.ask : m_context.bid).price = m_plan.entry;
        }
        m_result = planTrade(m_plan, m_context);
        describe();
        expectNear("available balance before", m_before.availableBalance,
            assess(m_before, m_marks, m_tables, m_orders).availableBalance, roundingOf(m_before));
    }

    void describe()
    {
        std::string text =
            fmt::format("{} wallet {} {} mark {} entry {} {}x {} {} quantity {}; account:", symbol(),
                m_before.walletBalance.toString(), m_plan.side == Side::Buy ? "long" : "short",
                m_mark.toString(), m_plan.entry.toString(), m_plan.leverage,
                m_plan.marginType == MarginType::Cross ? "cross" : "isolated",
                m_plan.entryIsMaker ? "maker" : "taker", m_result.quantity.toString());
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

    bool waits() const { return m_plan.side == Side::Buy ? m_plan.entry < m_mark : m_plan.entry > m_mark; }

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

    bool send()
    {
        const auto codes = promisedCodes();
        if (m_isPromisedFirst) {
            const auto changed =
                m_stage.engine.setLeverage(Stage::trader, symbol(), m_plan.leverage, m_stage.now);
            if (!changed) {
                return refused(codes, changed.error());
            }
        }
        if (!m_plan.entryIsMaker) {
            m_stage.offer(symbol(), opposite(m_plan.side), m_plan.entry, m_result.quantity);
        }
        m_stage.wasLiquidated();
        const auto placed = m_plan.entryIsMaker ? m_stage.rest(m_instrument, m_plan.positionSide, m_plan.side,
                                                      m_result.quantity, m_plan.entry)
                                                : m_stage.take(m_instrument, m_plan.positionSide, m_plan.side,
                                                      m_result.quantity);
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
        auto &engine = m_stage.engine;
        if (m_plan.entryIsMaker && waits()) {
            m_stage.mark(symbol(), m_plan.entry);
            if (m_stage.wasLiquidated()) {
                kind("liquidated on the way to the entry");
                return false;
            }
        }
        if (m_plan.entryIsMaker) {
            engine.marketTaker(symbol(), opposite(m_plan.side), m_result.quantity, m_plan.entry, m_stage.now);
        }
        m_isDeadAtOnce = m_stage.wasLiquidated();
        const auto filled = engine.query(Stage::trader, symbol(), {m_orderId, {}});
        if (!filled || filled->executedQty != m_result.quantity || filled->avgPrice() != m_plan.entry) {
            differ("fill", m_result.quantity.toString(), filled ? filled->executedQty.toString() : "lost");
            return false;
        }
        Money fee;
        for (const auto &trade : engine.userTrades(Stage::trader, {})) {
            fee += trade.orderId == m_orderId && trade.symbol == symbol() ? trade.commission : Money{};
        }
        expectNear("entry fee", m_result.entryFee, fee, dust);
        kind("position opened");
        kind(m_plan.marginType == MarginType::Cross ? "cross" : "isolated");
        kind(m_isHedge ? "hedge mode" : "one-way mode");
        kind(m_plan.side == Side::Buy ? "long" : "short");
        return true;
    }

    Price markAtFill() const { return m_plan.entryIsMaker && waits() ? m_plan.entry : m_mark; }

    AccountRisk promisedRisk(AccountState &after) const
    {
        after = accountAfter(m_before, symbol(), m_plan, m_result.quantity, m_result.entryFee);
        MarkPrices marks = m_marks;
        marks[symbol()].mark = markAtFill();
        return assess(after, marks, m_tables, m_orders);
    }

    void compareAccount()
    {
        AccountState promised;
        const AccountRisk risk = promisedRisk(promised);
        if (m_isDeadAtOnce) {
            // Whatever pool died, its promised ratio said so.
            if (risk.level != RiskLevel::Critical) {
                differ("level after", std::string{toString(risk.level)}, "liquidated at once");
            }
            kind("liquidated at once as said");
            return;
        }
        const AccountState was = m_stage.account();
        expectNear("wallet after", promised.walletBalance, was.walletBalance, dust);
        expectNear("cross wallet after", promised.crossWalletBalance, was.crossWalletBalance, dust);
        expectNear(
            "available balance after", risk.availableBalance, was.availableBalance, roundingOf(promised));
        if (promised.positions.size() != was.positions.size()) {
            differ(
                "positions", std::to_string(promised.positions.size()), std::to_string(was.positions.size()));
            return;
        }
        const auto views = m_stage.engine.account(Stage::trader)->positions;
        Money crossMaintenance;
        for (const auto &view : views) {
            if (!view.amount.isZero()) {
                comparePosition(risk, view);
            }
        }
        const auto *position = risk.find(symbol(), m_plan.positionSide);
        const auto live = m_result.liquidationPrice;
        if ((position != nullptr ? position->liquidationPrice : std::nullopt) != live) {
            differ("liquidation price of the plan", textOf(live),
                textOf(position != nullptr ? position->liquidationPrice : std::nullopt));
        }
        if (position != nullptr && markAtFill() == m_plan.entry) {
            expectNear("maintenance margin", m_result.maintenanceMargin, position->maintenanceMargin, dust);
        }
        for (const MovedLiquidation &moved : m_result.others) {
            const auto view = std::ranges::find_if(views, [&](const paper::PositionView &row) {
                return row.symbol == moved.symbol && row.positionSide == moved.positionSide;
            });
            compareLiquidation(moved.symbol, moved.after, view->liquidationPrice);
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
        expectNear(name + " amount", position.quantity * Rate::of(signOf(position.side)), view.amount, {});
        expectNear(name + " entry price", position.entryPrice, view.entryPrice, entryRounding);
        expectNear(name + " isolated wallet", position.isolatedWallet, view.isolatedWallet, dust);
        expectNear(name + " initial margin", promised->initialMargin, view.positionInitialMargin, dust);
        expectNear(name + " maintenance margin", promised->maintenanceMargin, view.maintMargin, dust);
        const Money rounding = dust + entryRounding * view.amount.abs();
        expectNear(name + " unrealized profit", promised->unrealizedPnl, view.unrealizedProfit, rounding);
        if (position.leverage != view.leverage) {
            differ(name + " leverage", std::to_string(position.leverage), std::to_string(view.leverage));
        }
        compareLiquidation(name, promised->liquidationPrice, view.liquidationPrice);
    }

    void compareLiquidation(const Symbol &name, const std::optional<Price> &promised, Price was)
    {
        const Price tick = m_stage.engine.spec(name)->tickSize;
        if ((promised.value_or(Price{}) - was).abs() > tick) {
            differ(name + " liquidation price", textOf(promised), was.toString());
        }
    }

    /// Halves the way to the last tick that must keep the account, then goes one further.
    void moveTheMark()
    {
        const Price tick = m_instrument.spec.tickSize;
        if (m_isDeadAtOnce) {
            return;
        }
        const AccountState account = m_stage.account();
        if (findPosition(account, symbol(), m_plan.positionSide) == nullptr) {
            kind("position closed by the plan");
            return;
        }
        Price mark = m_stage.markOf(symbol());
        if (!m_result.liquidationPrice) {
            surviveTo(mark, tick);
            kind("no price liquidates");
            return;
        }
        const Price liquidation = *m_result.liquidationPrice;
        const bool isDown = liquidation < mark;
        const Price first = liquidation.roundedTo(tick, isDown ? Rounding::Down : Rounding::Up);
        const Price lastSafe = isDown ? first + tick : first - tick;
        if (first > m_instrument.usualPrice * Rate::of(10'000)) {
            kind("liquidation beyond 10,000 times the price");
            return;
        }
        while (mark != lastSafe && (isDown ? mark > lastSafe : mark < lastSafe)) {
            const Price middle = onTick((mark + lastSafe) / 2, m_instrument);
            mark = middle == mark || (isDown ? middle < lastSafe : middle > lastSafe) ? lastSafe : middle;
            m_stage.mark(symbol(), mark);
            if (m_stage.wasLiquidated()) {
                // The sum of all roundings may lie on the other side of a price that falls on a tick.
                const bool isOnTick =
                    (liquidation - lastSafe).abs() <= Price::fromUnits(tick.units() / 1'000);
                if (!isOnTick) {
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
        m_stage.mark(symbol(), first);
        if (m_stage.wasLiquidated()) {
            kind("liquidated at the promised tick");
            return;
        }
        const bool isOnTick = (liquidation - first).abs() <= Price::fromUnits(tick.units() / 1'000);
        m_stage.mark(symbol(), isDown ? first - tick : first + tick);
        if (isOnTick && m_stage.wasLiquidated()) {
            kind("liquidated at the promised tick");
            return;
        }
        differ("liquidation price", liquidation.toString(), "not liquidated at " + first.toString());
    }

    /// Nothing down to the first tick, or far up, may liquidate what has no liquidation price.
    void surviveTo(Price mark, Price tick)
    {
        const bool isLong = m_plan.side == Side::Buy;
        for (int i = 0; i < 60 && mark > tick; ++i) {
            mark = isLong ? std::max(tick, onTick(mark / 2, m_instrument)) : onTick(mark * 2, m_instrument);
            if (mark > m_instrument.usualPrice * Rate::of(10'000)) {
                return;
            }
            m_stage.mark(symbol(), mark);
            if (m_stage.wasLiquidated()) {
                differ("liquidation price", "none", mark.toString());
                return;
            }
        }
    }

    Dice m_dice;
    Money m_wallet;
    Stage m_stage;
    BracketTables m_tables;
    const Instrument &m_instrument;
    bool m_isHedge = false;
    bool m_isPromisedFirst = false;
    bool m_isDeadAtOnce = false;
    Price m_mark;
    TradePlan m_plan;
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

Report judgeAll(std::uint64_t first, std::int64_t plans)
{
    constexpr std::size_t mostFailures = 1000;
    Report report;
    report.plans = plans;
    for (std::int64_t i = 0; i < plans; ++i) {
        const std::uint64_t seed = first + static_cast<std::uint64_t>(i);
        Verdict verdict = judge(seed);
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
    std::string text = fmt::format("{:>8} plans\n", report.plans);
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
