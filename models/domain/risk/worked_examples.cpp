#include "models/domain/risk/worked_examples.h"

#include "models/domain/risk/account_risk.h"
#include "models/domain/risk/plan.h"
#include "models/domain/risk/worked_data.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace domain
{
namespace worked
{

int decimalsOf(std::string_view text)
{
    const auto point = text.find('.');
    return point == std::string_view::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

namespace
{

bool isOpen(const Holding &holding)
{
    return std::string_view{holding.quantity} != "0";
}

std::string_view directionOf(const Holding &holding)
{
    return holding.side == Side::Buy ? "long" : "short";
}

Position positionOf(const Holding &holding)
{
    Position position;
    position.symbol = holding.symbol;
    position.positionSide = holding.positionSide;
    position.side = holding.side;
    position.quantity = Quantity::literal(holding.quantity);
    position.entryPrice = Price::literal(holding.entry);
    position.marginType = holding.marginType;
    position.leverage = holding.leverage;
    position.isolatedWallet = Money::literal(holding.isolatedWallet);
    return position;
}

/// The account of an example after its fills, at its marks.
struct Scene
{
    AccountState account;
    MarkPrices marks;
    BracketTables tables;
    std::vector<Order> orders;

    explicit Scene(const AccountExample &example)
    {
        account.crossWalletBalance = account.walletBalance = Money::literal(example.crossWallet);
        for (const Holding &holding : example.holdings) {
            account.hedgeMode = account.hedgeMode || holding.positionSide != PositionSide::Both;
            tables[holding.symbol] = tableOf(holding.table);
            marks[holding.symbol].symbol = holding.symbol;
            marks[holding.symbol].mark = Price::literal(holding.mark);
            if (isOpen(holding)) {
                account.positions.push_back(positionOf(holding));
                account.walletBalance += account.positions.back().isolatedWallet;
            }
        }
        for (const Fill &fill : example.fills) {
            trade(example.holdings[fill.holding], fill);
        }
        for (const Resting &resting : example.orders) {
            rest(example.holdings[resting.holding], resting);
        }
    }

    void rest(const Holding &holding, const Resting &resting)
    {
        Order order;
        order.request.symbol = holding.symbol;
        order.request.positionSide = holding.positionSide;
        order.request.type = OrderType::Limit;
        order.request.side = resting.side;
        order.request.quantity = Quantity::literal(resting.quantity);
        order.request.price = Price::literal(resting.price);
        order.phase = OrderPhase::Working;
        order.status = OrderStatus::New;
        orders.push_back(order);
        account.symbols[holding.symbol] = {holding.marginType, holding.leverage, {}};
    }

    void trade(const Holding &holding, const Fill &fill)
    {
        TradePlan plan;
        plan.side = fill.side;
        plan.positionSide = holding.positionSide;
        plan.entry = Price::literal(fill.price);
        plan.leverage = holding.leverage;
        plan.marginType = holding.marginType;
        const Quantity quantity = Quantity::literal(fill.quantity);
        const Money fee = plan.entry * quantity * Rate::literal(fill.feeRate);
        account = accountAfter(account, holding.symbol, plan, quantity, fee);
    }

    AccountRisk risk() const { return assess(account, marks, tables, orders); }
};

template <class Measure> std::string textOf(const std::optional<Exact<Measure>> &value, int decimals)
{
    return value ? value->toFixed(decimals) : std::string{"none"};
}

/// The first mark on the grid at which the exchange liquidates.
std::optional<Price> liquidatingTick(const PositionRisk &position, Price tick)
{
    if (!position.liquidationPrice) {
        return std::nullopt;
    }
    const bool isFall = *position.liquidationPrice < position.mark;
    return position.liquidationPrice->roundedTo(tick, isFall ? Rounding::Down : Rounding::Up);
}

std::string percent(const MarginRatio &ratio, int decimals)
{
    return ratio.value() ? (*ratio.value() * Rate::of(100)).toFixed(decimals) : std::string{"none"};
}

std::string computed(const AccountExample &example, const Expected &expected, const AccountRisk &risk,
    const AccountState &account)
{
    const int decimals = decimalsOf(expected.value);
    switch (expected.figure) {
    case Figure::CrossWallet:
        return account.crossWalletBalance.toFixed(decimals);
    case Figure::MarginBalance:
        return risk.marginBalance.toFixed(decimals);
    case Figure::AvailableBalance:
        return risk.availableBalance.toFixed(decimals);
    case Figure::Level:
        return std::string{toString(risk.level)};
    default:
        break;
    }
    const Holding &holding = example.holdings[expected.holding];
    const PositionRisk *position = risk.find(holding.symbol, holding.positionSide);
    if (position == nullptr) {
        return "none";
    }
    switch (expected.figure) {
    case Figure::LiquidationPrice:
        return textOf(position->liquidationPrice, decimals);
    case Figure::LiquidatingTick:
        return textOf(liquidatingTick(*position, Price::literal(example.tick)), decimals);
    case Figure::BankruptcyPrice:
        return textOf(position->bankruptcyPrice, decimals);
    case Figure::EntryPrice:
        return position->position.entryPrice.toFixed(decimals);
    case Figure::Amount:
        return (position->position.quantity * Rate::of(signOf(position->position.side))).toFixed(decimals);
    case Figure::IsolatedWallet:
        return position->position.isolatedWallet.toFixed(decimals);
    case Figure::Bracket:
        return std::to_string(position->bracket);
    case Figure::InitialMargin:
        return position->initialMargin.toFixed(decimals);
    case Figure::MaintenanceMargin:
        return position->maintenanceMargin.toFixed(decimals);
    case Figure::UnrealizedPnl:
        return position->unrealizedPnl.toFixed(decimals);
    default:
        return percent(position->marginRatio, decimals);
    }
}

struct Label
{
    const char *name;
    const char *unit;
    bool isOfAccount = false;
};

Label labelOf(Figure figure)
{
    switch (figure) {
    case Figure::LiquidationPrice:
        return {"Liquidation price", "USDT"};
    case Figure::LiquidatingTick:
        return {"First tick that liquidates", "USDT"};
    case Figure::BankruptcyPrice:
        return {"Bankruptcy price", "USDT"};
    case Figure::EntryPrice:
        return {"Entry price", "USDT"};
    case Figure::Amount:
        return {"Position", "contracts"};
    case Figure::IsolatedWallet:
        return {"Isolated wallet", "USDT"};
    case Figure::Bracket:
        return {"Bracket", ""};
    case Figure::InitialMargin:
        return {"Initial margin", "USDT"};
    case Figure::MaintenanceMargin:
        return {"Maintenance margin", "USDT"};
    case Figure::UnrealizedPnl:
        return {"Unrealised profit", "USDT"};
    case Figure::MarginRatio:
        return {"Margin ratio", "%"};
    case Figure::CrossWallet:
        return {"Cross wallet", "USDT", true};
    case Figure::MarginBalance:
        return {"Margin balance of the account", "USDT", true};
    case Figure::AvailableBalance:
        return {"Available balance", "USDT", true};
    case Figure::Level:
        break;
    }
    return {"Level of the account", "", true};
}

std::string describe(const Holding &holding)
{
    const std::string margin =
        holding.marginType == MarginType::Cross
            ? fmt::format("cross, {}x", holding.leverage)
            : fmt::format("isolated, {}x, isolated wallet {} USDT", holding.leverage, holding.isolatedWallet);
    const std::string table = fmt::format("leverage table: {}", holding.table);
    return isOpen(holding)
               ? fmt::format("{} {} {} at {}, mark {}; {}; {}", holding.symbol, directionOf(holding),
                     holding.quantity, holding.entry, holding.mark, margin, table)
               : fmt::format("{}, no position, mark {}; {}; {}", holding.symbol, holding.mark, margin, table);
}

} // namespace

WorkedExample recomputed(const AccountExample &example)
{
    WorkedExample shown{example.topic, example.title, example.source, {}, {}};
    shown.given.push_back(fmt::format("Cross wallet {} USDT", example.crossWallet));
    for (const Holding &holding : example.holdings) {
        shown.given.push_back(describe(holding));
    }
    for (const Fill &fill : example.fills) {
        shown.given.push_back(
            fmt::format("then {} {} {} at {}, fee rate {}", fill.side == Side::Buy ? "buy" : "sell",
                fill.quantity, example.holdings[fill.holding].symbol, fill.price, fill.feeRate));
    }
    for (const Resting &resting : example.orders) {
        shown.given.push_back(
            fmt::format("open order to {} {} {} at {}", resting.side == Side::Buy ? "buy" : "sell",
                resting.quantity, example.holdings[resting.holding].symbol, resting.price));
    }
    const Scene scene{example};
    const AccountRisk risk = scene.risk();
    for (const Expected &expected : example.expected) {
        const Label label = labelOf(expected.figure);
        std::string name = label.name;
        if (!label.isOfAccount && example.holdings.size() > 1) {
            const Holding &holding = example.holdings[expected.holding];
            name += fmt::format(" of {} {}", holding.symbol, directionOf(holding));
        }
        shown.figures.push_back(
            {std::move(name), label.unit, expected.value, computed(example, expected, risk, scene.account)});
    }
    return shown;
}

WorkedExample recomputed(const FormulaExample &example)
{
    return {example.topic, example.title, example.source, example.given,
        {{example.figure, example.unit, example.expected, example.compute(decimalsOf(example.expected))}}};
}

} // namespace worked

bool WorkedExample::agrees() const
{
    return std::ranges::all_of(figures, &WorkedFigure::agrees);
}

std::vector<WorkedExample> workedExamples()
{
    std::vector<WorkedExample> shown;
    for (const auto &example : worked::publishedAccounts()) {
        shown.push_back(worked::recomputed(example));
    }
    for (const auto &example : worked::publishedFormulas()) {
        shown.push_back(worked::recomputed(example));
    }
    for (const auto &example : worked::constructedAccounts()) {
        shown.push_back(worked::recomputed(example));
    }
    for (const auto &example : worked::constructedPlans()) {
        shown.push_back(worked::recomputed(example));
    }
    return shown;
}

} // namespace domain
