#include "models/domain/risk/pretrade.h"

#include "models/domain/market/book_walk.h"
#include "models/domain/risk/filters.h"
#include "models/domain/risk/order_cost.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace domain
{
namespace
{

constexpr int mostConditionalOrders = 200; // reference 4.3, per account

const std::vector<Order> &ordersOf(const DraftContext &context)
{
    static const std::vector<Order> none;
    return context.openOrders != nullptr ? *context.openOrders : none;
}

const BracketTables &tablesOf(const DraftContext &context)
{
    static const BracketTables none;
    return context.brackets != nullptr ? *context.brackets : none;
}

const AccountState &accountOf(const DraftContext &context)
{
    static const AccountState none;
    return context.account != nullptr ? *context.account : none;
}

std::string amount(Money money, Rounding rounding)
{
    return money.toFixed(2, rounding);
}

/// Collects the issues of one draft.
class Checks
{
public:
    Checks(const NewOrder &order, const DraftContext &context)
        : m_order{order},
          m_context{context},
          m_spec{*context.spec},
          m_account{accountOf(context)},
          m_position{findPosition(m_account, order.symbol, order.positionSide)},
          m_working{openOrderValue(ordersOf(context), order.symbol, order.positionSide, context.mark.price)}
    {
    }

    DraftIssues run()
    {
        m_issues =
            filterIssues(m_order, m_spec, {m_context.mark.price, m_context.bid.price, m_context.ask.price});
        const bool areNumbersSound = std::ranges::none_of(m_issues, [](const DraftIssue &found) {
            return found.field == DraftField::Quantity || found.field == DraftField::Price;
        });
        checkSymbol();
        checkMode();
        checkReduction();
        checkTrigger();
        checkOrderCount();
        checkDuplicate();
        checkPostOnly();
        if (m_order.type == OrderType::Market) {
            checkMarket();
        }
        if (areNumbersSound) {
            checkCollar();
            checkSize();
            checkBracket();
            checkBalance();
        }
        std::ranges::move(ruleIssues(m_order, m_context), std::back_inserter(m_issues));
        std::ranges::stable_sort(m_issues, {}, &DraftIssue::field);
        return std::move(m_issues);
    }

private:
    void block(DraftField field, int code, std::string text, std::string suggestion = {})
    {
        m_issues.push_back({field, code, std::move(text), std::move(suggestion), Severity::Blocks});
    }
    void confirm(DraftField field, std::string text)
    {
        m_issues.push_back({field, 0, std::move(text), {}, Severity::Confirm});
    }

    void checkSymbol()
    {
        if (!m_spec.isTrading()) {
            block(DraftField::Symbol, -4022,
                fmt::format("{} is not trading now ({}): choose another symbol or wait.", m_spec.symbol,
                    m_spec.statusText.empty() ? "status unknown" : m_spec.statusText));
        }
        if (m_context.account == nullptr) {
            block(DraftField::Symbol, 0, "The account has not been read yet: wait until it is connected.");
        }
    }

    void checkMode()
    {
        if (m_context.account == nullptr) {
            return;
        }
        const bool isForHedge = m_order.positionSide != PositionSide::Both;
        if (m_account.hedgeMode && !isForHedge) {
            block(DraftField::Side, -4061,
                "The account is in hedge mode: say whether the order is for the long or the short position.");
        } else if (!m_account.hedgeMode && isForHedge) {
            block(DraftField::Side, -4061,
                "The account is in one-way mode: leave out the long or short position side.");
        }
        if (m_account.hedgeMode && m_order.reduceOnly) {
            block(DraftField::ReduceOnly, -4062,
                "In hedge mode the position side already says what is closed: switch reduce-only off.",
                "false");
        }
    }

    void checkReduction()
    {
        if (m_order.closePosition) {
            checkClosePosition();
        }
        if (m_context.account == nullptr || !isReducing(m_order)) {
            return;
        }
        const bool hasSomething = m_position != nullptr && m_position->side != m_order.side;
        if (m_order.positionSide != PositionSide::Both && m_order.side == openingSide()) {
            block(DraftField::ReduceOnly, -2022,
                "This side opens the position: a reduce-only order must close it.");
        } else if (!hasSomething) {
            nothingToReduce();
        } else if (!isConditional(m_order.type)) {
            checkReducedQuantity(); // a waiting order is trimmed to the position when it triggers
        }
    }

    void checkClosePosition()
    {
        if (m_order.type != OrderType::StopMarket && m_order.type != OrderType::TakeProfitMarket) {
            block(DraftField::ReduceOnly, -4136,
                "Only a stop-market or take-profit-market order can close the whole position.");
        }
        if (!m_order.quantity.isZero()) {
            block(DraftField::Quantity, -4137,
                "An order that closes the whole position has no quantity: leave it empty.", "0");
        }
        if (m_order.reduceOnly) {
            block(DraftField::ReduceOnly, -4138,
                "An order that closes the whole position is reduce-only by itself: switch reduce-only off.",
                "false");
        }
    }

    Side openingSide() const { return m_order.positionSide == PositionSide::Short ? Side::Sell : Side::Buy; }

    void nothingToReduce()
    {
        const char *text = m_position == nullptr
                               ? "There is no position to reduce: switch reduce-only off to open one."
                               : "This side would add to the position: choose the other side to reduce it.";
        if (m_order.positionSide != PositionSide::Both) {
            text = "There is no position on that side to close.";
        }
        // A protective order may go out before its entry has filled.
        if (isConditional(m_order.type)) {
            confirm(DraftField::ReduceOnly,
                fmt::format("{} The order will wait, and do nothing if there is none at the trigger.", text));
        } else {
            block(DraftField::ReduceOnly, -2022, text, m_order.reduceOnly ? "false" : "");
        }
    }

    void checkReducedQuantity()
    {
        Quantity left = m_position->quantity;
        // The venue cancels resting closes for a market close; waiting conditional orders are alternatives.
        if (m_order.type == OrderType::Limit) {
            left = std::max(Quantity{}, left - workingReductions());
        }
        if (left.isZero()) {
            block(DraftField::ReduceOnly, -2022,
                "Working orders already close the whole position: cancel one of them first.");
        } else if (m_order.quantity > left) {
            block(DraftField::Quantity, -2022,
                fmt::format("Only {} of the position is left to close: reduce the quantity to that.",
                    left.toString()),
                left.toString());
        }
    }

    Quantity workingReductions() const
    {
        Quantity sum;
        for (const auto &order : ordersOf(m_context)) {
            const auto &request = order.request;
            if (order.isOpen() && !order.isConditional() && request.symbol == m_order.symbol &&
                request.positionSide == m_order.positionSide && request.side == m_order.side &&
                isReducing(request)) {
                sum += order.remainingQty();
            }
        }
        return sum;
    }

    void checkTrigger()
    {
        if (!isConditional(m_order.type)) {
            return;
        }
        const bool isTrailing = m_order.type == OrderType::TrailingStopMarket;
        const Price trigger = isTrailing ? m_order.activatePrice : m_order.triggerPrice;
        if (!trigger.isPositive()) {
            return; // missing: the filters say so; a trailing stop may start at the current price
        }
        const bool byMark = m_order.workingType == WorkingType::MarkPrice;
        const AgedPrice &working = byMark ? m_context.mark : m_context.last;
        const char *name = byMark ? "mark price" : "last price";
        if (!working.isKnown()) {
            block(DraftField::TriggerPrice, 0,
                fmt::format(
                    "The {} is not known, so it cannot be told on which side the trigger lies: wait for "
                    "market data.",
                    name));
            return;
        }
        const bool isStop = m_order.type == OrderType::Stop || m_order.type == OrderType::StopMarket;
        const bool mustBeAbove = isStop == (m_order.side == Side::Buy);
        const bool isRight = mustBeAbove ? trigger > working.price : trigger < working.price;
        if (!isRight) {
            block(DraftField::TriggerPrice, -2021,
                fmt::format("The order would trigger at once: {} the trigger {} the {} {}.",
                    mustBeAbove ? "raise" : "lower", mustBeAbove ? "above" : "below", name,
                    working.price.toFixed(m_spec.priceDecimals())));
        }
    }

    void checkOrderCount()
    {
        const auto &orders = ordersOf(m_context);
        const bool isAlgo = isConditional(m_order.type);
        const auto open = std::ranges::count_if(orders, [&](const Order &order) {
            return order.isOpen() && order.isConditional() == isAlgo &&
                   (isAlgo || order.request.symbol == m_order.symbol);
        });
        const std::int64_t most = isAlgo ? mostConditionalOrders : m_spec.maxNumOrders;
        if (open >= most) {
            block(DraftField::Symbol, isAlgo ? -4045 : -2025,
                fmt::format("{} {} orders are open, the most the exchange takes: cancel one first.", open,
                    isAlgo ? "conditional" : m_spec.symbol));
        } else if (open * 10 >= most * 9) {
            confirm(DraftField::Symbol, fmt::format("{} of at most {} {} orders are open.", open, most,
                                            isAlgo ? "conditional" : m_spec.symbol));
        }
    }

    void checkDuplicate()
    {
        const auto isDouble = [&](const Order &order) {
            const auto &request = order.request;
            const auto age = std::chrono::abs(m_context.now - order.createdAt);
            return request.symbol == m_order.symbol && request.side == m_order.side &&
                   request.positionSide == m_order.positionSide && request.type == m_order.type &&
                   request.quantity == m_order.quantity && request.price == m_order.price &&
                   request.triggerPrice == m_order.triggerPrice && age < m_context.limits.duplicateWithin;
        };
        if (std::ranges::any_of(ordersOf(m_context), isDouble)) {
            confirm(DraftField::Quantity, "The same order was sent a moment ago: send it a second time?");
        }
    }

    void checkPostOnly()
    {
        if (m_order.type != OrderType::Limit || m_order.timeInForce != TimeInForce::Gtx) {
            return;
        }
        const bool isBuy = m_order.side == Side::Buy;
        const AgedPrice &counter = isBuy ? m_context.ask : m_context.bid;
        if (counter.isKnown() && (isBuy ? m_order.price >= counter.price : m_order.price <= counter.price)) {
            const Price behind = counter.price - m_spec.tickSize * signOf(m_order.side);
            block(DraftField::Price, -5022,
                fmt::format("A post-only order may not fill at once: {} the price to {} or {}.",
                    isBuy ? "lower" : "raise", behind.toString(), isBuy ? "less" : "more"),
                behind.isPositive() ? behind.toString() : "");
        }
    }

    void checkMarket()
    {
        const bool isBuy = m_order.side == Side::Buy;
        const AgedPrice &best = isBuy ? m_context.ask : m_context.bid;
        const char *name = isBuy ? "ask" : "bid";
        if (!best.isKnown() || !m_context.mark.isKnown()) {
            block(DraftField::Quantity, 0,
                fmt::format(
                    "There is no live {} price to value a market order at: wait for market data or use a "
                    "limit order.",
                    best.isKnown() ? "mark" : name));
            return;
        }
        const auto age = std::max(best.age, m_context.mark.age);
        if (age > m_context.limits.staleAfter) {
            confirm(
                DraftField::Quantity, fmt::format("Prices are {}.{} s old: send at the market all the same?",
                                          age.count() / 1000, age.count() / 100 % 10));
        }
        const Price worse = (best.price - m_context.mark.price) * signOf(m_order.side);
        const Rate slippage = worse / m_context.mark.price;
        const std::string text = fmt::format("The best {} is {} % off the mark {}", name,
            (slippage * 100).toFixed(2), m_context.mark.price.toFixed(m_spec.priceDecimals()));
        // A way out of a position is never barred by a wide spread.
        if (slippage > m_context.limits.largestSlippage && !isReducing(m_order)) {
            block(DraftField::Quantity, 0, text + ": use a limit order.");
        } else if (slippage > m_context.limits.confirmSlippage) {
            confirm(DraftField::Quantity, text + ": send all the same?");
        }
        checkTakeBound();
    }

    void checkTakeBound()
    {
        const Price bound = marketBound(m_spec, m_order.side, m_context.mark.price);
        const BookView *book = m_context.book;
        if (!bound.isPositive() || book == nullptr || book->state != BookView::State::Live) {
            return;
        }
        const auto within = quantityUpTo(levelsFor(*book, m_order.side), m_order.side, bound);
        if (!within || m_order.quantity <= *within) {
            return;
        }
        const Quantity fits = roundedDownToLot(*within, lotFor(m_spec, m_order.type));
        const std::string text = fmt::format(
            "A market order trades at most {} % from the mark, and the order book holds {} {} up to there",
            (m_spec.marketTakeBound * 100).toString(), within->toString(), m_spec.baseAsset);
        // What closes may be sent: a part of the way out is better than none.
        const bool isVain = fits.isZero() && !isReducing(m_order);
        m_issues.push_back({DraftField::Quantity, 0,
            isVain ? text + ": use a limit order." : text + ": the rest would expire. Send all the same?",
            fits.isPositive() ? fits.toString() : "", isVain ? Severity::Blocks : Severity::Confirm,
            DraftCheck::TakeBound});
    }

    void checkCollar()
    {
        if (m_order.type != OrderType::Limit || !m_context.mark.isKnown()) {
            return;
        }
        const Price mark = m_context.mark.price;
        const Rate through = (m_order.price - mark) * signOf(m_order.side) / mark;
        const std::string text = fmt::format("The price is {} % {} the mark {}", (through * 100).toFixed(2),
            m_order.side == Side::Buy ? "above" : "below", mark.toFixed(m_spec.priceDecimals()));
        if (through > m_context.limits.largestCollar) {
            block(DraftField::Price, 0, text + ": check it for a slip of the finger.");
        } else if (through > m_context.limits.confirmCollar) {
            confirm(DraftField::Price, text + ": send all the same?");
        }
    }

    /// What the order is valued at: its assumed fill, or nothing where that is not known.
    std::optional<Price> assumed() const
    {
        const Price price =
            assumedFillPrice(m_order, m_context.bid.price, m_context.ask.price, m_context.mark.price);
        return price.isPositive() && price <= largestPrice ? std::optional{price} : std::nullopt;
    }

    void checkSize()
    {
        const auto price = assumed();
        if (!price || isReducing(m_order) || m_context.rules != nullptr) {
            return;
        }
        const Money notional = *price * m_order.quantity;
        const auto &limits = m_context.limits;
        if (limits.largestNotional && notional > *limits.largestNotional) {
            const Quantity most = roundedDownToLot(
                quantityBought(*limits.largestNotional, *price), lotFor(m_spec, m_order.type));
            block(DraftField::Quantity, 0,
                fmt::format(
                    "The order is worth {} {}, above your own limit of {}: reduce it or raise the limit.",
                    amount(notional, Rounding::HalfEven), m_spec.quoteAsset,
                    limits.largestNotional->toString()),
                most.isPositive() ? most.toString() : "");
        } else if (limits.confirmNotional && notional > *limits.confirmNotional) {
            confirm(DraftField::Quantity, fmt::format("The order is worth {} {}: send all the same?",
                                              amount(notional, Rounding::HalfEven), m_spec.quoteAsset));
        }
    }

    Quantity opening() const
    {
        return openingQuantity(
            m_order, m_position, m_order.side == Side::Buy ? m_working.buyQuantity : m_working.sellQuantity);
    }

    void checkBracket()
    {
        const auto price = assumed();
        if (m_context.account == nullptr || !price || opening().isZero()) {
            return;
        }
        const auto &table = bracketsOf(tablesOf(m_context), m_order.symbol);
        const Money limit = maxNotionalAt(table, m_context.leverage);
        const Money room = openingRoom(m_order.side, m_order.positionSide, *price, m_context);
        const Money notional = *price * m_order.quantity;
        if (notional <= room) {
            return;
        }
        const int leverage = maxLeverageFor(table, std::max(Money{}, limit - room + notional));
        const Quantity fits =
            roundedDownToLot(quantityBought(std::max(Money{}, room), *price), lotFor(m_spec, m_order.type));
        if (limit.isZero()) {
            block(DraftField::Leverage, -4028,
                fmt::format(
                    "{} allows at most {}x: lower the leverage.", m_spec.symbol, table.front().maxLeverage),
                std::to_string(table.front().maxLeverage));
        } else if (leverage >= 1) {
            block(DraftField::Leverage, -2027,
                fmt::format(
                    "At {}x at most {} {} may be held with open orders: lower the leverage to {}x, or the "
                    "quantity to {}.",
                    m_context.leverage, limit.toString(), m_spec.quoteAsset, leverage, fits.toString()),
                std::to_string(leverage));
        } else {
            block(DraftField::Quantity, -2027,
                fmt::format(
                    "No leverage allows a position of this size: lower the quantity to {}.", fits.toString()),
                fits.isPositive() ? fits.toString() : "");
        }
    }

    void checkBalance()
    {
        const auto needed = requiredBalance(m_order, m_context);
        if (m_context.account == nullptr || !needed || needed->isZero()) {
            return;
        }
        const Money available = assessDraftAccount(m_context).availableBalance;
        if (*needed <= available) {
            return;
        }
        const Quantity most = maxOpenQuantity(m_order, m_context);
        block(DraftField::Quantity, -2019,
            fmt::format("The order needs {} {} and {} is available: {}.", amount(*needed, Rounding::Up),
                m_spec.quoteAsset, amount(available, Rounding::Down),
                most.isPositive() ? fmt::format("lower the quantity to {}", most.toString())
                                  : std::string{"free some margin first"}),
            most.isPositive() ? most.toString() : "");
    }

    const NewOrder &m_order;
    const DraftContext &m_context;
    const SymbolSpec &m_spec;
    const AccountState &m_account;
    const Position *m_position;
    OpenOrderValue m_working;
    DraftIssues m_issues;
};

} // namespace

AccountRisk assessDraftAccount(const DraftContext &context)
{
    static const MarkPrices none;
    const MarkPrices &marks = context.marks != nullptr ? *context.marks : none;
    if (context.spec == nullptr || !context.mark.isKnown()) {
        return assess(accountOf(context), marks, tablesOf(context), ordersOf(context));
    }
    const auto found = marks.find(context.spec->symbol);
    MarkPrice drafted = found != marks.end() ? found->second : MarkPrice{};
    drafted.symbol = context.spec->symbol;
    drafted.mark = context.mark.price;
    return assess(accountOf(context), marks, tablesOf(context), ordersOf(context), &drafted);
}

DraftIssues pretradeIssues(const NewOrder &order, const DraftContext &context)
{
    if (context.spec == nullptr) {
        return {{DraftField::Symbol, -1121, "The exchange does not list this symbol: choose another.", "",
            Severity::Blocks}};
    }
    return Checks{order, context}.run();
}

std::optional<Money> requiredBalance(const NewOrder &order, const DraftContext &context)
{
    if (isConditional(order.type)) {
        return Money{};
    }
    const Price mark = context.mark.price;
    const Price price = assumedFillPrice(order, context.bid.price, context.ask.price, mark);
    const bool isComputable = price <= largestPrice && order.quantity <= largestQuantity;
    if (!price.isPositive() || !isComputable) {
        return std::nullopt;
    }
    const auto working = openOrderValue(ordersOf(context), order.symbol, order.positionSide, mark);
    const Quantity opening =
        openingQuantity(order, findPosition(accountOf(context), order.symbol, order.positionSide),
            order.side == Side::Buy ? working.buyQuantity : working.sellQuantity);
    return orderCost(order.side, opening, price, mark.isPositive() ? mark : price, context.leverage);
}

Money openingRoom(Side side, PositionSide positionSide, Price price, const DraftContext &context)
{
    const Symbol symbol = context.spec != nullptr ? context.spec->symbol : Symbol{};
    const Price mark = context.mark.isKnown() ? context.mark.price : price;
    const auto working = openOrderValue(ordersOf(context), symbol, positionSide, mark);
    Money used = side == Side::Buy ? working.buys : working.sells;
    if (const auto *position = findPosition(accountOf(context), symbol, positionSide)) {
        used += position->notionalAt(mark) * (position->side == side ? 1 : -1);
    }
    return maxNotionalAt(bracketsOf(tablesOf(context), symbol), context.leverage) - used;
}

Quantity maxOpenQuantity(const NewOrder &order, const DraftContext &context)
{
    const Price mark = context.mark.price;
    const Price price = assumedFillPrice(order, context.bid.price, context.ask.price, mark);
    if (context.spec == nullptr || context.account == nullptr || !price.isPositive() ||
        price > largestPrice) {
        return {};
    }
    Quantity most = affordableQuantity(order.side, assessDraftAccount(context).availableBalance, price,
        mark.isPositive() ? mark : price, context.leverage);
    const auto working = openOrderValue(ordersOf(context), order.symbol, order.positionSide, mark);
    const auto *position = findPosition(*context.account, order.symbol, order.positionSide);
    if (position != nullptr && position->side != order.side) {
        most += std::max(Quantity{},
            position->quantity - (order.side == Side::Buy ? working.buyQuantity : working.sellQuantity));
    }
    const Money room = std::max(Money{}, openingRoom(order.side, order.positionSide, price, context));
    most = std::min(most, quantityBought(room, price));
    return roundedDownToLot(most, lotFor(*context.spec, order.type));
}

} // namespace domain
