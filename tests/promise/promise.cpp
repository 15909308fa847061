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

NewOrder limitOrder(
    const Instrument &instrument, PositionSide positionSide, Side side, Quantity quantity, Price price)
{
    NewOrder order;
    order.symbol = instrument.spec.symbol;
    order.positionSide = positionSide;
    order.side = side;
    order.type = OrderType::Limit;
    order.quantity = quantity;
    order.price = price;
    return order;
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
    Money roundingOf(const AccountState &account) const
    {
        Money sum = dust + entryRounding * m_result.quantity;
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
            (void)m_stage.trade(limitOrder(instrument, positionSide, side, quantity, price));
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
            (void)m_stage.send(
                limitOrder(instrument, positionSide, isBuy ? Side::Buy : Side::Sell, quantity, price));
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
        const Price target = onTick(
            m_plan.entry * (Rate::of(1) + m_dice.between("0.001", "0.2") * Rate::of(sign)), m_instrument);
        if (target != m_plan.entry) {
            m_plan.targets = {{target}};
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

    /// Up to four levels from the planned price on, the last one as deep as needed.
    void chooseBook()
    {
        if (m_plan.entryIsMaker || m_dice.chance(40)) {
            return;
        }
        const bool isBuy = m_plan.side == Side::Buy;
        auto &levels = isBuy ? m_book.asks : m_book.bids;
        const auto count = m_dice.number(1, 4);
        Price price = m_plan.entry;
        for (std::int64_t i = 0; i < count; ++i) {
            const Quantity part = quantityOf(notional() * m_dice.between("0.01", "0.5"), m_instrument, price);
            const bool isLast = i + 1 == count;
            levels.push_back(
                {price, isLast ? Quantity::of(10'000'000'000'000) : part + m_instrument.spec.lot.stepSize});
            const Price next = onTick(
                price * (isBuy ? m_dice.between("1", "1.004") : m_dice.between("0.996", "1")), m_instrument);
            price = next == price ? price + m_instrument.spec.tickSize * signOf(m_plan.side) : next;
            if (!price.isPositive()) {
                break;
            }
        }
        m_book.symbol = symbol();
        m_book.state = BookView::State::Live;
        m_context.book = &m_book;
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
        chooseBook();
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

    NewOrder order() const
    {
        NewOrder order =
            limitOrder(m_instrument, m_plan.positionSide, m_plan.side, m_result.quantity, m_plan.entry);
        order.type = m_plan.entryIsMaker ? OrderType::Limit : OrderType::Market;
        order.reduceOnly = m_result.opening.isZero(); // nothing opens: it is sent as what it is
        return order;
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
        if (m_context.book != nullptr) {
            for (const BookLevel &level : levelsFor(m_book, m_plan.side)) {
                m_stage.offer(symbol(), opposite(m_plan.side), level.price, level.quantity);
            }
        } else if (!m_plan.entryIsMaker) {
            m_stage.offer(symbol(), opposite(m_plan.side), m_plan.entry, m_result.quantity);
        }
        m_stage.wasLiquidated();
        const auto placed = m_stage.send(order());
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
        if (!filled || filled->executedQty != m_result.quantity) {
            differ("fill", m_result.quantity.toString(), filled ? filled->executedQty.toString() : "lost");
            return false;
        }
        m_stage.clearBook(symbol());
        expectNear("average fill", m_result.entryFill, filled->avgPrice(), entryRounding);
        if (m_result.entryFill != m_plan.entry) {
            kind("filled through several levels of the book");
        }
        Money fee;
        for (const auto &trade : engine.userTrades(Stage::trader, {})) {
            fee += trade.orderId == m_orderId && trade.symbol == symbol() ? trade.commission : Money{};
        }
        expectNear("entry fee", m_result.entryFee, fee, roundingOf(m_before));
        m_verdict.isOpened = true;
        kind(m_plan.marginType == MarginType::Cross ? "cross" : "isolated");
        kind(m_isHedge ? "hedge mode" : "one-way mode");
        kind(m_plan.side == Side::Buy ? "long" : "short");
        return true;
    }

    Price markAtFill() const { return m_plan.entryIsMaker && waits() ? m_plan.entry : m_mark; }

    void compareAccount()
    {
        const auto [promised, risk] = outlookOf(m_plan, m_context, m_result);
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
        const AccountState was = m_stage.account();
        const Money rounding = roundingOf(m_before);
        expectNear("wallet after", promised.walletBalance, was.walletBalance, rounding);
        expectNear("cross wallet after", promised.crossWalletBalance, was.crossWalletBalance, rounding);
        expectNear("available balance after", m_result.availableAfter, was.availableBalance, rounding);
        expectNear("margin balance after", m_result.marginBalanceAfter,
            m_stage.engine.account(Stage::trader)->marginBalance, rounding);
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
        const Price tick = m_stage.engine.spec(name)->tickSize;
        const Price far = was * Rate::literal("0.0000001"); // little moves a price that hardly anything holds
        const Price allowed = tick + roundingOf(m_before) / quantity + far;
        if ((promised.value_or(Price{}) - was).abs() > allowed) {
            differ(name + " liquidation price", textOf(promised), was.toString());
        }
    }

    /// Now and then the trade ends at its stop or its target instead, at exactly the planned price: the
    /// wallet must then have changed by the planned net result. True where that was done.
    bool leaveAsPlanned()
    {
        const bool isFresh = findPosition(m_before, symbol(), m_plan.positionSide) == nullptr;
        const bool isStop = m_dice.chance(50);
        const auto &exit = isStop ? m_result.atStop : m_result.atTargets;
        if (m_isDeadAtOnce || !isFresh || !exit || m_context.book != nullptr || !m_dice.chance(30)) {
            return false;
        }
        m_stage.mark(symbol(), exit->price);
        if (m_stage.wasLiquidated()) {
            if (isStop && maySend(m_result.issues)) {
                differ("stop", "reached before the liquidation", "liquidated");
            }
            return true;
        }
        m_stage.offer(symbol(), m_plan.side, exit->price, m_result.quantity);
        NewOrder closing = order();
        closing.type = OrderType::Market;
        closing.side = opposite(m_plan.side);
        closing.reduceOnly = true;
        const auto closed = m_stage.send(closing);
        if (!closed || closed->executedQty != m_result.quantity) {
            differ("exit", m_result.quantity.toString(), closed ? closed->executedQty.toString() : "refused");
            return true;
        }
        expectNear(isStop ? "net result at the stop" : "net result at the target", exit->netPnl,
            m_stage.account().walletBalance - m_before.walletBalance, dust);
        kind(isStop ? "left at the stop with the planned result"
                    : "left at the target with the planned result");
        return true;
    }

    /// What a tick of the mark moves the pool by: in a hedged cross pair the difference of its legs.
    Quantity netOf(const AccountState &account) const
    {
        const bool isPair = m_plan.marginType == MarginType::Cross;
        Quantity net;
        for (const Position &position : account.positions) {
            if (position.symbol == symbol() && (isPair || position.positionSide == m_plan.positionSide)) {
                net += position.quantity * Rate::of(signOf(position.side));
            }
        }
        return net.isZero() ? m_instrument.spec.lot.stepSize : net.abs();
    }

    /// The sum of all roundings may lie on the other side of a price that falls on a tick.
    bool isRoundedOnto(Price tick, Price liquidation, Quantity net) const
    {
        const Price slack =
            roundingOf(m_before) / net + Price::fromUnits(m_instrument.spec.tickSize.units() / 1'000);
        return (liquidation - tick).abs() <= slack;
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
        const Quantity net = netOf(account);
        const bool isDown = liquidation < mark;
        const Price first = liquidation.roundedTo(tick, isDown ? Rounding::Down : Rounding::Up);
        const Price lastSafe = isDown ? first + tick : first - tick;
        if (first > m_instrument.usualPrice * Rate::of(100)) {
            kind("liquidation beyond 100 times the price"); // hardly anything holds it there
            return;
        }
        while (mark != lastSafe && (isDown ? mark > lastSafe : mark < lastSafe)) {
            const Price middle = onTick((mark + lastSafe) / 2, m_instrument);
            mark = middle == mark || (isDown ? middle < lastSafe : middle > lastSafe) ? lastSafe : middle;
            m_stage.mark(symbol(), mark);
            if (m_stage.wasLiquidated()) {
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
        m_stage.mark(symbol(), first);
        if (m_stage.wasLiquidated()) {
            kind("liquidated at the promised tick");
            return;
        }
        m_stage.mark(symbol(), isDown ? first - tick : first + tick);
        if (isRoundedOnto(first, liquidation, net) && m_stage.wasLiquidated()) {
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
    BookView m_book; ///< of a taker entry; empty where it meets a single price
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
