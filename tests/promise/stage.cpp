#include "tests/promise/stage.h"

#include <algorithm>
#include <string>
#include <variant>

using namespace domain;

namespace promise
{
namespace
{

paper::EngineConfig richConfig()
{
    paper::EngineConfig config;
    config.insuranceFund = Money::of(1'000'000'000'000); // no deleveraging
    return config;
}

paper::NewOrderRequest requestOf(const NewOrder &order)
{
    paper::NewOrderRequest request;
    request.symbol = order.symbol;
    request.side = std::string{toWire(order.side)};
    request.type = std::string{toWire(order.type)};
    request.quantity = order.quantity.toString();
    if (order.type == OrderType::Limit) {
        request.timeInForce = "GTC";
        request.price = order.price.toString();
    }
    if (order.positionSide != PositionSide::Both) {
        request.positionSide = std::string{toWire(order.positionSide)};
    } else if (order.reduceOnly) {
        request.reduceOnly = "true";
    }
    return request;
}

Position positionOf(const paper::PositionView &view)
{
    Position position;
    position.symbol = view.symbol;
    position.positionSide = view.positionSide;
    position.side = view.amount.isNegative() ? Side::Sell : Side::Buy;
    position.quantity = view.amount.abs();
    position.entryPrice = view.entryPrice;
    position.breakEvenPrice = view.breakEvenPrice;
    position.markPrice = view.markPrice;
    position.marginType = view.marginType;
    position.leverage = view.leverage;
    position.isolatedWallet = view.isolatedWallet;
    position.exchangeLiquidationPrice = view.liquidationPrice;
    return position;
}

} // namespace

Stage::Stage(Money wallet) : engine{richConfig()}
{
    for (const Instrument &instrument : instruments()) {
        engine.addSymbol(
            instrument.spec, instrument.brackets, {Rate::literal("0.0002"), Rate::literal("0.0005")});
        engine.setFundingRate(instrument.spec.symbol, Rate{});
        mark(instrument.spec.symbol, instrument.usualPrice);
    }
    (void)engine.createAccount(trader, wallet, now);
    engine.takeEvents();
}

void Stage::mark(const Symbol &symbol, Price price)
{
    engine.setMarkPrice(symbol, price, now);
}

Price Stage::markOf(const Symbol &symbol) const
{
    return engine.market(symbol)->mark;
}

bool Stage::trade(const NewOrder &limit)
{
    offer(limit.symbol, opposite(limit.side), limit.price, limit.quantity);
    const auto placed = send(limit);
    clearBook(limit.symbol);
    return placed && placed->executedQty == limit.quantity;
}

Result<paper::OrderRecord> Stage::send(const NewOrder &order)
{
    return engine.place(trader, requestOf(order), now);
}

void Stage::offer(const Symbol &symbol, Side side, Price price, Quantity quantity)
{
    engine.setMarketMakerLevel(symbol, side, price, quantity, now);
}

void Stage::clearBook(const Symbol &symbol)
{
    engine.clearMarketMakers(symbol, now);
}

bool Stage::wasLiquidated()
{
    const auto events = engine.takeEvents();
    return std::ranges::any_of(events,
        [](const paper::Event &event) { return std::holds_alternative<paper::LiquidationEvent>(event); });
}

AccountState Stage::account() const
{
    const paper::AccountView view = *engine.account(trader);
    AccountState state;
    state.walletBalance = view.walletBalance;
    state.crossWalletBalance = view.crossWalletBalance;
    state.availableBalance = view.availableBalance;
    state.hedgeMode = view.hedgeMode;
    state.isReconciled = true;
    for (const paper::PositionView &row : view.positions) {
        if (!row.amount.isZero()) {
            state.positions.push_back(positionOf(row));
        }
    }
    for (const paper::SymbolConfigView &config : engine.symbolConfigs(trader, std::nullopt)) {
        state.symbols[config.symbol] = {config.marginType, config.leverage, config.maxNotional};
    }
    return state;
}

MarkPrices Stage::marks() const
{
    MarkPrices marks;
    for (const Symbol &symbol : engine.symbols()) {
        MarkPrice price;
        price.symbol = symbol;
        price.mark = markOf(symbol);
        marks[symbol] = price;
    }
    return marks;
}

std::vector<Order> Stage::openOrders() const
{
    std::vector<Order> orders;
    for (const paper::OrderRecord &record : engine.openOrders(trader, std::nullopt)) {
        Order order;
        order.request.symbol = record.symbol;
        order.request.side = record.side;
        order.request.positionSide = record.positionSide;
        order.request.type = record.type;
        order.request.quantity = record.origQty;
        order.request.price = record.price;
        order.request.reduceOnly = record.reduceOnly;
        order.request.clientOrderId = record.clientOrderId;
        order.orderId = record.orderId;
        order.phase = OrderPhase::Working;
        order.status = record.status;
        order.executedQty = record.executedQty;
        orders.push_back(order);
    }
    return orders;
}

BracketTables Stage::tables() const
{
    BracketTables tables;
    for (const Instrument &instrument : instruments()) {
        tables[instrument.spec.symbol] = instrument.brackets;
    }
    return tables;
}

} // namespace promise
