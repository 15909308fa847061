#include "exchange/binance/user_events.h"

namespace binance
{

using namespace domain;
using namespace json;

namespace
{

bool readOrderUpdate(od::object &source, OrderTradeUpdate &update)
{
    OrderReport &order = update.order;
    Fill fill;
    std::optional<Quantity> lastQty;
    std::optional<Price> lastPrice;
    std::optional<Timestamp> lastAt;
    const auto readOrder = [&](od::value &value) {
        return readObject(value, required("s", order.symbol), required("i", order.orderId),
            required("c", order.clientOrderId), required("S", order.side), required("o", order.type),
            required("q", order.origQty), required("z", order.executedQty),
            required("x", update.executionType), required("X", order.statusText),
            optional("ps", order.positionSide), optional("f", order.timeInForce), optional("p", order.price),
            optional("ap", order.avgPrice), optional("sp", order.triggerPrice),
            optional("ot", order.origType), optional("wt", order.workingType),
            optional("cp", order.closePosition), optional("R", order.reduceOnly),
            optional("AP", order.activatePrice), optional("cr", order.callbackRate),
            optional("er", update.expiryReason), optional("l", lastQty), optional("L", lastPrice),
            optional("n", fill.commission), optional("N", fill.commissionAsset), optional("T", lastAt),
            optional("t", fill.tradeId), optional("m", fill.isMaker), optional("rp", fill.realizedPnl));
    };
    const bool isRead = readObject(
        source, required("E", update.eventAt), required("T", update.transactionAt), required("o", readOrder));
    order.status = parseOrderStatus(order.statusText);
    order.updatedAt = update.transactionAt;
    fill.symbol = order.symbol;
    fill.orderId = order.orderId;
    fill.side = order.side;
    fill.positionSide = order.positionSide;
    fill.quantity = lastQty.value_or(Quantity{});
    fill.price = lastPrice.value_or(Price{});
    fill.at = lastAt.value_or(update.transactionAt);
    // An execution of which we read only half would be lost. Rows of liquidations may have a quantity of 0.
    const bool isTrade = update.executionType == "TRADE" || fill.tradeId != 0;
    if (fill.tradeId != 0 && fill.quantity.isPositive()) {
        update.fill = fill;
    }
    return isRead && given(order.orderId != 0, "i") && (!isTrade || given(lastQty.has_value(), "l")) &&
           (!fill.quantity.isPositive() ||
               (given(fill.tradeId != 0, "t") && given(lastPrice.has_value(), "L")));
}

/// A row of ACCOUNT_UPDATE, or one of MARGIN_CALL, which has no entry price.
bool readPosition(od::value &source, Position &position, bool hasEntry)
{
    Money amount;
    const bool isRead =
        readObject(source, required("s", position.symbol), required("ps", position.positionSide),
            required("pa", amount), required("ep", position.entryPrice).onlyIf(hasEntry),
            required("mt", position.marginType), optional("bep", position.breakEvenPrice),
            optional("mp", position.markPrice), optional("iw", position.isolatedWallet));
    position.side = amount.isNegative() ? Side::Sell : Side::Buy;
    position.quantity = Quantity::fromUnits(amount.abs().units());
    return isRead;
}

bool readBalance(od::value &source, BalanceRow &balance)
{
    return readObject(source, required("a", balance.asset), required("wb", balance.walletBalance),
        required("cw", balance.crossWalletBalance), optional("bc", balance.balanceChange));
}

bool readAccountUpdate(od::object &source, AccountUpdate &update)
{
    const auto readBalances = [&](od::value &value) {
        return eachElement(
            value, [&](od::value &row) { return readBalance(row, update.balances.emplace_back()); });
    };
    const auto readPositions = [&](od::value &value) {
        return eachElement(
            value, [&](od::value &row) { return readPosition(row, update.positions.emplace_back(), true); });
    };
    const auto readData = [&](od::value &value) {
        return readObject(value, required("m", update.reason), optional("S", update.fundingSymbol),
            optional("B", readBalances), optional("P", readPositions));
    };
    const bool isRead = readObject(
        source, required("E", update.eventAt), required("T", update.transactionAt), required("a", readData));
    for (Position &position : update.positions) {
        position.updatedAt = update.transactionAt;
    }
    return isRead;
}

bool readAlgoUpdate(od::object &source, AlgoUpdate &update)
{
    AlgoReport &order = update.order;
    const auto readOrder = [&](od::value &value) {
        return readObject(value, required("aid", order.algoId), required("caid", order.clientAlgoId),
            required("o", order.type), required("s", order.symbol), required("S", order.side),
            required("X", order.statusText), optional("ps", order.positionSide),
            optional("f", order.timeInForce), optional("q", order.quantity),
            optional("ai", order.actualOrderId), optional("ap", order.avgPrice),
            optional("aq", order.executedQty), optional("tp", order.triggerPrice), optional("p", order.price),
            optional("wt", order.workingType), optional("cp", order.closePosition),
            optional("R", order.reduceOnly), optional("rm", order.failureReason));
    };
    const bool isRead = readObject(
        source, required("E", update.eventAt), required("T", update.transactionAt), required("o", readOrder));
    order.status = parseConditionalStatus(order.statusText);
    order.updatedAt = update.transactionAt;
    return isRead && given(order.algoId != 0, "aid");
}

bool readTradeLite(od::object &source, TradeLite &trade)
{
    Fill &fill = trade.fill;
    const bool isRead = readObject(source, required("s", fill.symbol), required("c", trade.clientOrderId),
        required("S", fill.side), required("L", fill.price), required("l", fill.quantity),
        required("t", fill.tradeId), required("i", fill.orderId), required("T", trade.transactionAt),
        optional("m", fill.isMaker));
    fill.at = trade.transactionAt;
    return isRead && given(fill.tradeId != 0, "t");
}

bool readConfigUpdate(od::object &source, AccountConfigUpdate &update)
{
    const auto readLeverage = [&](od::value &value) {
        return readObject(value, required("s", update.symbol), required("l", update.leverage));
    };
    const auto readMode = [&](od::value &value) {
        return readObject(value, required("j", update.multiAssetsMargin));
    };
    return readObject(source, optional("ac", readLeverage), optional("ai", readMode));
}

bool readMarginCall(od::object &source, MarginCall &call)
{
    const auto readPositions = [&](od::value &value) {
        return eachElement(
            value, [&](od::value &row) { return readPosition(row, call.positions.emplace_back(), false); });
    };
    return readObject(source, required("p", readPositions), optional("cw", call.crossWalletBalance));
}

bool readStrategy(od::object &source, StrategyUpdate &update)
{
    const auto readState = [&](od::value &value) {
        return readObject(value, required("si", update.strategyId), required("ss", update.status),
            optional("st", update.type), optional("s", update.symbol));
    };
    return readObject(source, required("su", readState));
}

bool readGrid(od::object &source, GridUpdate &update)
{
    const auto readState = [&](od::value &value) {
        return readObject(value, required("si", update.strategyId), required("ss", update.status),
            optional("s", update.symbol), optional("r", update.realizedPnl));
    };
    return readObject(source, required("gu", readState));
}

bool readTriggerReject(od::object &source, TriggerReject &reject)
{
    const auto readOrder = [&](od::value &value) {
        return readObject(
            value, required("s", reject.symbol), required("i", reject.orderId), optional("r", reject.reason));
    };
    return readObject(source, required("or", readOrder));
}

bool readKeyExpired(od::object &source, ListenKeyExpired &expired)
{
    return readObject(source, optional("listenKey", expired.listenKey));
}

template <class Event, class Read> bool add(StreamFrame &frame, od::object &source, Read readEvent)
{
    Event event;
    if (!readEvent(source, event)) {
        return false;
    }
    frame.events.emplace_back(std::move(event));
    return true;
}

} // namespace

std::optional<bool> readUserEvent(std::string_view type, od::object &source, StreamFrame &frame)
{
    if (type == "ORDER_TRADE_UPDATE") {
        return add<OrderTradeUpdate>(frame, source, readOrderUpdate);
    }
    if (type == "ACCOUNT_UPDATE") {
        return add<AccountUpdate>(frame, source, readAccountUpdate);
    }
    if (type == "ALGO_UPDATE") {
        return add<AlgoUpdate>(frame, source, readAlgoUpdate);
    }
    if (type == "TRADE_LITE") {
        return add<TradeLite>(frame, source, readTradeLite);
    }
    if (type == "ACCOUNT_CONFIG_UPDATE") {
        return add<AccountConfigUpdate>(frame, source, readConfigUpdate);
    }
    if (type == "MARGIN_CALL") {
        return add<MarginCall>(frame, source, readMarginCall);
    }
    if (type == "STRATEGY_UPDATE") {
        return add<StrategyUpdate>(frame, source, readStrategy);
    }
    if (type == "GRID_UPDATE") {
        return add<GridUpdate>(frame, source, readGrid);
    }
    if (type == "CONDITIONAL_ORDER_TRIGGER_REJECT") {
        return add<TriggerReject>(frame, source, readTriggerReject);
    }
    if (type == "listenKeyExpired") {
        return add<ListenKeyExpired>(frame, source, readKeyExpired);
    }
    return std::nullopt;
}

} // namespace binance
