#include "exchange/paper/core/wire_text.h"

namespace paper::wire
{
namespace
{

using domain::Rounding;
using domain::toMs;
using domain::toWire;

constexpr int amountDecimals = 8;

Price eightDecimals(Price value)
{
    return value.roundedTo(Price::fromUnits(10'000));
}

/// What answers and rows have in common, from reduceOnly to stopPrice and closePosition.
void orderSides(JsonWriter &json, const SymbolSpec &spec, const OrderRecord &order, std::string_view status)
{
    json.field("reduceOnly", order.reduceOnly)
        .field("side", toWire(order.side))
        .field("positionSide", toWire(order.positionSide))
        .field("status", status)
        .field("stopPrice", order.stopPrice.isZero() ? std::string{"0"} : price(spec, order.stopPrice))
        .field("closePosition", order.closePosition)
        .field("symbol", order.symbol);
}

/// Of orders that came from a trailing stop.
void trailOf(JsonWriter &json, const SymbolSpec &spec, const OrderRecord &order)
{
    if (order.isTrailing()) {
        json.field("activatePrice", price(spec, order.activatePrice))
            .field("priceRate", order.callbackRate.toFixed(1));
    }
}

void orderTail(JsonWriter &json, const OrderRecord &order)
{
    json.field("updateTime", toMs(order.updatedAt))
        .field("workingType", toWire(order.workingType))
        .field("priceProtect", order.priceProtect)
        .field("priceMatch", toWire(order.priceMatch))
        .field("selfTradePreventionMode", toWire(order.selfTradePrevention))
        .field("goodTillDate", order.goodTillDate);
}

void answerBody(JsonWriter &json, const SymbolSpec &spec, const OrderRecord &order, bool isAck)
{
    const std::string executed = isAck ? "0" : quantity(spec, order.executedQty);
    json.field("clientOrderId", order.clientOrderId)
        .field("cumQty", executed)
        .field("executedQty", executed)
        .field("orderId", order.orderId)
        .field("origQty", quantity(spec, order.origQty))
        .field("price", price(spec, order.price));
    orderSides(json, spec, order, isAck ? "NEW" : toWire(order.status));
    json.field("timeInForce", toWire(order.timeInForce))
        .field("type", toWire(order.type))
        .field("origType", toWire(order.origType));
    trailOf(json, spec, order);
    orderTail(json, order);
}

/// Zero is "0" where the exchange writes it so.
std::string orZero(Money value)
{
    return value.isZero() ? "0" : amount(value);
}

} // namespace

std::string amount(Money value)
{
    return value.toFixed(amountDecimals, Rounding::Down);
}

std::string amount(Quantity value)
{
    return value.toFixed(amountDecimals, Rounding::Down);
}

std::string price(const SymbolSpec &spec, Price value)
{
    return value.toFixed(spec.pricePrecision);
}

std::string quantity(const SymbolSpec &spec, Quantity value)
{
    return value.toFixed(spec.quantityPrecision);
}

std::string shortAmount(Money value)
{
    return value.roundedTo(Money::fromUnits(10'000), Rounding::Down).toString();
}

std::string shortPrice(Price value)
{
    return eightDecimals(value).toString();
}

std::string fixedPrice(Price value)
{
    return value.toFixed(amountDecimals);
}

std::string rate(Rate value)
{
    return value.toFixed(amountDecimals);
}

std::string_view marginTypeLower(MarginType type)
{
    return type == MarginType::Isolated ? "isolated" : "cross";
}

std::string_view marginTypeUpper(MarginType type)
{
    return type == MarginType::Isolated ? "ISOLATED" : "CROSSED";
}

void levels(JsonWriter &json, const SymbolSpec &spec, const std::vector<domain::BookLevel> &levels)
{
    json.beginArray();
    for (const domain::BookLevel &level : levels) {
        json.beginArray().text(price(spec, level.price)).text(quantity(spec, level.quantity)).endArray();
    }
    json.endArray();
}

void kline(JsonWriter &json, const SymbolSpec &spec, const Bar &bar, domain::Interval interval)
{
    json.beginArray()
        .number(toMs(bar.openAt))
        .text(price(spec, bar.open))
        .text(price(spec, bar.high))
        .text(price(spec, bar.low))
        .text(price(spec, bar.close))
        .text(quantity(spec, bar.volume))
        .number(toMs(domain::nextOpenTime(bar.openAt, interval)) - 1)
        .text(amount(bar.quoteVolume))
        .number(bar.tradeCount)
        .text(quantity(spec, bar.takerBuyVolume))
        .text(amount(bar.takerBuyQuoteVolume))
        .text("0")
        .endArray();
}

void orderAnswer(JsonWriter &json, const SymbolSpec &spec, const OrderRecord &order, bool isAck)
{
    json.beginObject();
    answerBody(json, spec, order, isAck);
    json.endObject();
}

void amendAnswer(JsonWriter &json, const SymbolSpec &spec, const OrderRecord &order)
{
    json.beginObject();
    answerBody(json, spec, order, false);
    json.field("pair", spec.pair);
    if (order.modifyId) {
        json.field("modifyId", *order.modifyId);
    }
    json.endObject();
}

void orderRow(JsonWriter &json, const SymbolSpec &spec, const OrderRecord &order)
{
    json.beginObject()
        .field("avgPrice", order.avgPrice().toFixed(std::max(spec.pricePrecision, 5)))
        .field("clientOrderId", order.clientOrderId)
        .field("cumQuote", orZero(order.cumQuote))
        .field("executedQty", quantity(spec, order.executedQty))
        .field("orderId", order.orderId)
        .field("origQty", quantity(spec, order.origQty))
        .field("origType", toWire(order.origType))
        .field("price", price(spec, order.price));
    orderSides(json, spec, order, toWire(order.status));
    json.field("time", toMs(order.createdAt))
        .field("timeInForce", toWire(order.timeInForce))
        .field("type", toWire(order.type));
    trailOf(json, spec, order);
    orderTail(json, order);
    json.endObject();
}

void conditionalRow(
    JsonWriter &json, const SymbolSpec &spec, const ConditionalRecord &order, bool withDetails)
{
    const auto orEmpty = [&](Price value) { return value.isZero() ? std::string{} : price(spec, value); };
    json.beginObject()
        .field("algoId", order.algoId)
        .field("clientAlgoId", order.clientAlgoId)
        .field("algoType", "CONDITIONAL")
        .field("orderType", toWire(order.type))
        .field("symbol", order.symbol)
        .field("side", toWire(order.side))
        .field("positionSide", toWire(order.positionSide))
        .field("timeInForce", toWire(order.timeInForce))
        .field("quantity", quantity(spec, order.quantity))
        .field("algoStatus", toWire(order.status))
        .field("triggerPrice", price(spec, order.triggerPrice))
        .field("price", price(spec, order.price));
    json.key("icebergQuantity").null();
    json.field("selfTradePreventionMode", toWire(order.selfTradePrevention))
        .field("workingType", toWire(order.workingType))
        .field("priceMatch", toWire(order.priceMatch))
        .field("closePosition", order.closePosition)
        .field("priceProtect", order.priceProtect)
        .field("reduceOnly", order.reduceOnly)
        .field("activatePrice", orEmpty(order.activatePrice))
        .field("callbackRate", order.callbackRate.isZero() ? std::string{} : order.callbackRate.toString())
        .field("createTime", toMs(order.createdAt))
        .field("updateTime", toMs(order.updatedAt))
        .field("triggerTime", order.triggeredAt ? toMs(*order.triggeredAt) : 0)
        .field("goodTillDate", order.goodTillDate);
    if (withDetails) {
        const bool isTriggered = order.actualOrderId != 0;
        json.field("actualOrderId", isTriggered ? std::to_string(order.actualOrderId) : std::string{})
            .field("actualPrice", isTriggered ? shortPrice(order.actualPrice) : std::string{"0"})
            .field("actualType", isTriggered ? toWire(order.actualType) : std::string_view{})
            .field("actualQty", isTriggered ? quantity(spec, order.actualQty) : std::string{"0"})
            .field("tpTriggerPrice", "")
            .field("tpPrice", "")
            .field("slTriggerPrice", "")
            .field("slPrice", "")
            .field("tpOrderType", "");
    }
    json.endObject();
}

void userTrade(JsonWriter &json, const SymbolSpec &spec, const UserTrade &trade)
{
    json.beginObject()
        .field("symbol", trade.symbol)
        .field("id", trade.id)
        .field("orderId", trade.orderId)
        .field("side", toWire(trade.side))
        .field("positionSide", toWire(trade.positionSide))
        .field("price", price(spec, trade.price))
        .field("qty", quantity(spec, trade.quantity))
        .field("realizedPnl", orZero(trade.realizedPnl))
        .field(
            "quoteQty", (trade.price * trade.quantity)
                            .toFixed(std::min(spec.pricePrecision + spec.quantityPrecision, amountDecimals),
                                Rounding::Down))
        .field("baseQty", "0")
        .field("commission", amount(trade.commission))
        .field("commissionAsset", trade.commissionAsset)
        .field("marginAsset", spec.marginAsset)
        .field("pair", spec.pair)
        .field("time", toMs(trade.at))
        .field("buyer", trade.side == Side::Buy)
        .field("maker", trade.maker)
        .endObject();
}

void positionRiskV3(JsonWriter &json, const SymbolSpec &spec, const PositionView &position)
{
    json.beginObject()
        .field("symbol", position.symbol)
        .field("positionSide", toWire(position.positionSide))
        .field("positionAmt", quantity(spec, position.amount))
        .field("entryPrice", shortPrice(position.entryPrice))
        .field("breakEvenPrice", shortPrice(position.breakEvenPrice))
        .field("markPrice", fixedPrice(position.markPrice))
        .field("unRealizedProfit", amount(position.unrealizedProfit))
        .field("liquidationPrice", shortPrice(position.liquidationPrice))
        .field("isolatedMargin", orZero(position.isolatedMargin))
        .field("notional", amount(position.notional))
        .field("marginAsset", spec.marginAsset)
        .field("isolatedWallet", orZero(position.isolatedWallet))
        .field("initialMargin", amount(position.initialMargin))
        .field("maintMargin", amount(position.maintMargin))
        .field("positionInitialMargin", amount(position.positionInitialMargin))
        .field("openOrderInitialMargin", orZero(position.openOrderInitialMargin))
        .field("adl", position.adl)
        .field("bidNotional", orZero(position.bidNotional))
        .field("askNotional", orZero(position.askNotional))
        .field("updateTime", toMs(position.updatedAt))
        .endObject();
}

void positionRiskV2(JsonWriter &json, const SymbolSpec &spec, const PositionView &position)
{
    json.beginObject()
        .field("symbol", position.symbol)
        .field("positionAmt", quantity(spec, position.amount))
        .field("entryPrice", shortPrice(position.entryPrice))
        .field("breakEvenPrice", shortPrice(position.breakEvenPrice))
        .field("markPrice", fixedPrice(position.markPrice))
        .field("unRealizedProfit", amount(position.unrealizedProfit))
        .field("liquidationPrice", shortPrice(position.liquidationPrice))
        .field("leverage", std::to_string(position.leverage))
        .field("maxNotionalValue", position.maxNotional.toString())
        .field("marginType", marginTypeLower(position.marginType))
        .field("isolatedMargin", amount(position.isolatedMargin))
        .field("isAutoAddMargin", "false")
        .field("positionSide", toWire(position.positionSide))
        .field("notional", amount(position.notional))
        .field("isolatedWallet", orZero(position.isolatedWallet))
        .field("updateTime", toMs(position.updatedAt))
        .endObject();
}

} // namespace paper::wire
