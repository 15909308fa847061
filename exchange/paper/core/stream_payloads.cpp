#include "exchange/paper/core/stream_payloads.h"

#include "exchange/paper/core/wire_text.h"

#include <algorithm>

namespace paper::payload
{
namespace
{

using domain::toMs;
using domain::toWire;

constexpr int usdMargined = 1; // "st"

/// User events write a zero as "0" whatever the symbol's precision (reference 7.3).
std::string userPrice(const SymbolSpec &spec, Price value)
{
    return value.isZero() ? "0" : wire::price(spec, value);
}

std::string userQuantity(const SymbolSpec &spec, Quantity value)
{
    return value.isZero() ? "0" : wire::quantity(spec, value);
}

std::string userAmount(Money value)
{
    return value.isZero() ? "0" : wire::amount(value);
}

JsonWriter begin(std::string_view type, Timestamp eventAt)
{
    JsonWriter json;
    json.beginObject().field("e", type).field("E", toMs(eventAt));
    return json;
}

void end(JsonWriter &json, const SymbolSpec &spec)
{
    json.field("ps", spec.pair).field("st", usdMargined).endObject();
}

void klineBody(
    JsonWriter &json, const SymbolSpec &spec, const Bar &bar, std::string_view interval, bool isClosed)
{
    json.field("i", interval)
        .field("f", bar.firstTradeId == 0 ? -1 : bar.firstTradeId)
        .field("L", bar.lastTradeId == 0 ? -1 : bar.lastTradeId)
        .field("o", wire::price(spec, bar.open))
        .field("c", wire::price(spec, bar.close))
        .field("h", wire::price(spec, bar.high))
        .field("l", wire::price(spec, bar.low))
        .field("v", wire::quantity(spec, bar.volume))
        .field("n", bar.tradeCount)
        .field("x", isClosed)
        .field("q", wire::amount(bar.quoteVolume))
        .field("V", wire::quantity(spec, bar.takerBuyVolume))
        .field("Q", wire::amount(bar.takerBuyQuoteVolume))
        .field("B", "0");
}

void barTimes(JsonWriter &json, const Bar &bar, domain::Interval interval)
{
    json.field("t", toMs(bar.openAt)).field("T", toMs(domain::nextOpenTime(bar.openAt, interval)) - 1);
}

void levels(JsonWriter &json, const SymbolSpec &spec, Price price, Quantity quantity)
{
    json.beginArray().text(wire::price(spec, price)).text(wire::quantity(spec, quantity)).endArray();
}

JsonWriter beginDepth(const SymbolSpec &spec, const DepthIds &ids, Timestamp eventAt)
{
    JsonWriter json = begin("depthUpdate", eventAt);
    json.field("T", toMs(eventAt))
        .field("s", spec.symbol)
        .field("U", ids.first)
        .field("u", ids.last)
        .field("pu", ids.previous);
    return json;
}

} // namespace

std::string aggregateTrade(const SymbolSpec &spec, const AggregateTrade &trade, Timestamp eventAt)
{
    JsonWriter json = begin("aggTrade", eventAt);
    json.field("s", spec.symbol)
        .field("a", trade.id)
        .field("p", wire::price(spec, trade.price))
        .field("q", wire::quantity(spec, trade.quantity))
        .field("nq", wire::quantity(spec, trade.normalQuantity))
        .field("f", trade.firstTradeId)
        .field("l", trade.lastTradeId)
        .field("T", toMs(trade.at))
        .field("m", trade.buyerIsMaker)
        .field("st", usdMargined)
        .endObject();
    return json.take();
}

std::string trade(const SymbolSpec &spec, const TradeEvent &trade, Timestamp marketAt, Timestamp eventAt)
{
    JsonWriter json = begin("trade", eventAt);
    json.field("T", toMs(marketAt))
        .field("s", spec.symbol)
        .field("t", trade.tradeId)
        .field("p", wire::price(spec, trade.price))
        .field("q", wire::quantity(spec, trade.quantity))
        .field("X", "MARKET")
        .field("m", trade.buyerIsMaker)
        .field("st", usdMargined)
        .endObject();
    return json.take();
}

std::string markPrice(const SymbolSpec &spec, const MarketView &view, Price average, Timestamp eventAt)
{
    JsonWriter json = begin("markPriceUpdate", eventAt);
    json.field("s", spec.symbol)
        .field("p", wire::fixedPrice(view.mark))
        .field("ap", wire::fixedPrice(average.isPositive() ? average : view.mark))
        .field("i", wire::fixedPrice(view.index))
        .field("P", wire::fixedPrice(view.index))
        .field("r", wire::rate(view.fundingRate))
        .field("T", toMs(view.nextFundingAt))
        .field("st", usdMargined)
        .endObject();
    return json.take();
}

std::string kline(
    const SymbolSpec &spec, const Bar &bar, domain::Interval interval, bool isClosed, Timestamp eventAt)
{
    JsonWriter json = begin("kline", eventAt);
    json.field("s", spec.symbol).key("k").beginObject();
    barTimes(json, bar, interval);
    json.field("s", spec.symbol);
    klineBody(json, spec, bar, domain::toString(interval), isClosed);
    json.endObject().field("st", usdMargined).endObject();
    return json.take();
}

std::string continuousKline(
    const SymbolSpec &spec, const Bar &bar, domain::Interval interval, bool isClosed, Timestamp eventAt)
{
    JsonWriter json = begin("continuous_kline", eventAt);
    json.field("ps", spec.pair).field("ct", spec.contractType).key("k").beginObject();
    barTimes(json, bar, interval);
    klineBody(json, spec, bar, domain::toString(interval), isClosed);
    json.endObject().field("st", usdMargined).endObject();
    return json.take();
}

std::string secondKline(const SymbolSpec &spec, const Bar &bar, bool isClosed, Timestamp eventAt)
{
    JsonWriter json = begin("continuous_kline", eventAt);
    json.field("ps", spec.pair).field("ct", spec.contractType).key("k").beginObject();
    json.field("t", toMs(bar.openAt)).field("T", toMs(bar.openAt) + 999);
    klineBody(json, spec, bar, "1s", isClosed);
    json.endObject().field("st", usdMargined).endObject();
    return json.take();
}

std::string miniTicker(const SymbolSpec &spec, const DayStatistics &day, Timestamp eventAt)
{
    JsonWriter json = begin("24hrMiniTicker", eventAt);
    json.field("s", spec.symbol)
        .field("c", wire::price(spec, day.bar.close))
        .field("o", wire::price(spec, day.bar.open))
        .field("h", wire::price(spec, day.bar.high))
        .field("l", wire::price(spec, day.bar.low))
        .field("v", wire::quantity(spec, day.bar.volume))
        .field("q", wire::amount(day.bar.quoteVolume));
    end(json, spec);
    return json.take();
}

std::string ticker(const SymbolSpec &spec, const DayStatistics &day, Quantity lastQuantity,
    std::int64_t lastTradeId, Timestamp closeAt, Timestamp eventAt)
{
    const Price change = day.bar.close - day.bar.open;
    const Rate percent = day.bar.open.isZero() ? Rate{} : change / day.bar.open * Rate::of(100);
    JsonWriter json = begin("24hrTicker", eventAt);
    json.field("s", spec.symbol)
        .field("p", wire::price(spec, change))
        .field("P", percent.toFixed(3))
        .field("w", wire::price(spec, day.weightedAverage))
        .field("c", wire::price(spec, day.bar.close))
        .field("Q", wire::quantity(spec, lastQuantity))
        .field("o", wire::price(spec, day.bar.open))
        .field("h", wire::price(spec, day.bar.high))
        .field("l", wire::price(spec, day.bar.low))
        .field("v", wire::quantity(spec, day.bar.volume))
        .field("q", wire::amount(day.bar.quoteVolume))
        .field("O", toMs(day.bar.openAt))
        .field("C", toMs(closeAt))
        .field("F", day.bar.firstTradeId)
        .field("L", lastTradeId)
        .field("n", day.bar.tradeCount);
    end(json, spec);
    return json.take();
}

std::string bookTicker(const SymbolSpec &spec, const MarketView &view, Timestamp eventAt)
{
    JsonWriter json;
    json.beginObject()
        .field("e", "bookTicker")
        .field("u", view.lastUpdateId)
        .field("E", toMs(eventAt))
        .field("T", toMs(eventAt))
        .field("s", spec.symbol)
        .field("b", wire::price(spec, view.bid))
        .field("B", wire::quantity(spec, view.bidQty))
        .field("a", wire::price(spec, view.ask))
        .field("A", wire::quantity(spec, view.askQty));
    end(json, spec);
    return json.take();
}

std::string depth(const SymbolSpec &spec, const DepthIds &ids, const LevelChanges &bids,
    const LevelChanges &asks, Timestamp eventAt)
{
    JsonWriter json = beginDepth(spec, ids, eventAt);
    for (const auto &[name, changes] : {std::pair{"b", &bids}, std::pair{"a", &asks}}) {
        json.key(name).beginArray();
        for (const auto &[price, quantity] : *changes) {
            levels(json, spec, price, quantity);
        }
        json.endArray();
    }
    end(json, spec);
    return json.take();
}

std::string partialDepth(
    const SymbolSpec &spec, const DepthIds &ids, const domain::BookSnapshot &book, Timestamp eventAt)
{
    JsonWriter json = beginDepth(spec, ids, eventAt);
    wire::levels(json.key("b"), spec, book.bids);
    wire::levels(json.key("a"), spec, book.asks);
    end(json, spec);
    return json.take();
}

std::string forceOrder(const SymbolSpec &spec, const LiquidationEvent &event, Timestamp eventAt)
{
    const OrderRecord &order = event.order;
    JsonWriter json = begin("forceOrder", eventAt);
    json.key("o")
        .beginObject()
        .field("s", order.symbol)
        .field("S", toWire(order.side))
        .field("o", toWire(order.type))
        .field("f", toWire(order.timeInForce))
        .field("q", wire::quantity(spec, order.origQty))
        .field("p", wire::price(spec, order.price))
        .field("ap", wire::shortPrice(order.avgPrice()))
        .field("X", toWire(order.status))
        .field("l", wire::quantity(spec, event.lastQty))
        .field("z", wire::quantity(spec, order.executedQty))
        .field("T", toMs(event.at))
        .endObject();
    end(json, spec);
    return json.take();
}

std::string contractInfo(const SymbolSpec &spec, const LeverageBrackets *brackets, Timestamp eventAt)
{
    JsonWriter json = begin("contractInfo", eventAt);
    json.field("s", spec.symbol)
        .field("ps", spec.pair)
        .field("ct", spec.contractType)
        .field("dt", toMs(spec.deliveryAt))
        .field("ot", toMs(spec.onboardAt))
        .field("cs", spec.statusText);
    if (brackets != nullptr) {
        json.key("bks").beginArray();
        for (std::size_t i = 0; i < brackets->size(); ++i) {
            const domain::LeverageBracket &row = (*brackets)[i];
            const int least = i + 1 < brackets->size() ? (*brackets)[i + 1].maxLeverage + 1 : 1;
            json.beginObject().field("bs", row.bracket).key("bnf").raw(row.notionalFloor.toString());
            json.key("bnc").raw(row.notionalCap.toString());
            json.key("mmr").raw(row.maintenanceMarginRate.toString());
            json.key("cf").raw(row.maintenanceAmount.toString());
            json.field("mi", least).field("ma", row.maxLeverage).endObject();
        }
        json.endArray();
    }
    json.field("st", usdMargined).endObject();
    return json.take();
}

std::string compositeIndex(const CompositeIndex &index, Timestamp eventAt)
{
    JsonWriter json = begin("compositeIndex", eventAt);
    json.field("s", index.symbol).field("p", wire::fixedPrice(index.price)).field("C", "baseAsset");
    json.key("c").beginArray();
    for (const CompositeIndex::Member &member : index.members) {
        json.beginObject()
            .field("b", member.baseAsset)
            .field("q", member.quoteAsset)
            .field("w", member.quantity.toFixed(8))
            .field("W", member.share.toFixed(8))
            .field("i", wire::fixedPrice(member.index))
            .endObject();
    }
    return json.endArray().endObject().take();
}

std::string assetIndex(const AssetIndex &index, Timestamp eventAt)
{
    JsonWriter json = begin("assetIndexUpdate", eventAt);
    json.field("s", index.symbol)
        .field("i", wire::fixedPrice(index.index))
        .field("b", index.buffer.toFixed(8))
        .field("a", index.buffer.toFixed(8))
        .field("B", wire::fixedPrice(index.bidRate()))
        .field("A", wire::fixedPrice(index.askRate()))
        .field("q", index.exchangeBuffer.toFixed(8))
        .field("g", index.exchangeBuffer.toFixed(8))
        .field("Q", wire::fixedPrice(index.exchangeBidRate()))
        .field("G", wire::fixedPrice(index.exchangeAskRate()))
        .endObject();
    return json.take();
}

std::string tradingSession(std::string_view eventType, const TradingSession &session, Timestamp eventAt)
{
    JsonWriter json = begin(eventType, eventAt);
    json.field("t", toMs(session.from)).field("T", toMs(session.to)).field("S", session.type).endObject();
    return json.take();
}

std::string orderUpdate(const SymbolSpec &spec, const OrderUpdateEvent &event, Timestamp eventAt)
{
    const OrderRecord &order = event.order;
    JsonWriter json = begin("ORDER_TRADE_UPDATE", eventAt);
    json.field("T", toMs(event.at)).key("o").beginObject();
    json.field("s", order.symbol)
        .field("c", order.clientOrderId)
        .field("S", toWire(order.side))
        .field("o", toWire(order.type))
        .field("f", toWire(order.timeInForce))
        .field("q", wire::quantity(spec, order.origQty))
        .field("p", userPrice(spec, order.price))
        .field("ap", wire::shortPrice(order.avgPrice()))
        .field("sp", userPrice(spec, order.stopPrice))
        .field("x", toWire(event.execution))
        .field("X", toWire(order.status))
        .field("i", order.orderId)
        .field("l", userQuantity(spec, event.lastQty))
        .field("z", userQuantity(spec, order.executedQty))
        .field("L", userPrice(spec, event.lastPrice));
    const bool isFill =
        event.execution == ExecutionType::Trade || event.execution == ExecutionType::Calculated;
    if (event.commission) {
        json.field("n", userAmount(*event.commission)).field("N", event.commissionAsset);
    } else if (!isFill) {
        json.field("n", "0").field("N", spec.marginAsset);
    }
    json.field("T", toMs(event.at))
        .field("t", event.tradeId)
        .field("b", wire::shortAmount(event.bidsNotional))
        .field("a", wire::shortAmount(event.asksNotional))
        .field("m", event.maker)
        .field("R", order.reduceOnly)
        .field("wt", toWire(order.workingType))
        .field("ot", toWire(order.origType))
        .field("ps", toWire(order.positionSide))
        .field("cp", order.closePosition);
    if (order.isTrailing()) {
        json.field("AP", userPrice(spec, order.activatePrice)).field("cr", order.callbackRate.toFixed(1));
    }
    json.field("rp", userAmount(event.realizedPnl))
        .field("pP", order.priceProtect)
        .field("si", 0)
        .field("ss", 0)
        .field("V", toWire(order.selfTradePrevention))
        .field("pm", toWire(order.priceMatch))
        .field("gtd", order.goodTillDate)
        .field("er", std::to_string(order.expiryReason));
    if (event.execution == ExecutionType::Amendment && order.modifyId) {
        json.field("M", *order.modifyId);
    }
    json.endObject().endObject();
    return json.take();
}

std::string tradeLite(const SymbolSpec &spec, const TradeLiteEvent &event, Timestamp eventAt)
{
    JsonWriter json = begin("TRADE_LITE", eventAt);
    json.field("T", toMs(event.at))
        .field("s", event.symbol)
        .field("q", wire::quantity(spec, event.origQty))
        .field("p", userPrice(spec, event.price))
        .field("m", event.maker)
        .field("c", event.clientOrderId)
        .field("S", toWire(event.side))
        .field("L", userPrice(spec, event.lastPrice))
        .field("l", userQuantity(spec, event.lastQty))
        .field("t", event.tradeId)
        .field("i", event.orderId)
        .endObject();
    return json.take();
}

std::string accountUpdate(const AccountUpdateEvent &event, const SpecOf &specOf, Timestamp eventAt)
{
    JsonWriter json = begin("ACCOUNT_UPDATE", eventAt);
    json.field("T", toMs(event.at)).key("a").beginObject();
    json.field("m", toWire(event.reason));
    if (!event.symbol.empty()) {
        json.field("S", event.symbol);
    }
    json.key("B").beginArray();
    const auto balanceRow = [&](const BalanceChange &row) {
        json.beginObject()
            .field("a", row.asset)
            .field("wb", wire::amount(row.walletBalance))
            .field("cw", wire::amount(row.crossWalletBalance))
            .field("bc", wire::amount(row.balanceChange))
            .endObject();
    };
    if (event.balance) {
        balanceRow(*event.balance);
    }
    std::ranges::for_each(event.others, balanceRow);
    json.endArray().key("P").beginArray();
    for (const PositionChange &row : event.positions) {
        json.beginObject()
            .field("s", row.symbol)
            .field("pa", userQuantity(specOf(row.symbol), row.amount))
            .field("ep", wire::shortPrice(row.entryPrice))
            .field("bep", wire::shortPrice(row.breakEvenPrice))
            .field("cr", userAmount(row.accumulatedRealized))
            .field("up", userAmount(row.unrealizedProfit))
            .field("mt", wire::marginTypeLower(row.marginType))
            .field("iw", userAmount(row.isolatedWallet))
            .field("ps", toWire(row.positionSide))
            .endObject();
    }
    json.endArray().endObject().endObject();
    return json.take();
}

std::string marginCall(const MarginCallEvent &event, const SpecOf &specOf, Timestamp eventAt)
{
    JsonWriter json = begin("MARGIN_CALL", eventAt);
    if (event.crossWalletBalance) {
        json.field("cw", wire::amount(*event.crossWalletBalance));
    }
    json.key("p").beginArray();
    for (const MarginCallEvent::Row &row : event.positions) {
        json.beginObject()
            .field("s", row.symbol)
            .field("ps", toWire(row.positionSide))
            .field("pa", wire::quantity(specOf(row.symbol), row.amount))
            .field("mt", wire::marginTypeUpper(row.marginType))
            .field("iw", userAmount(row.isolatedWallet))
            .field("mp", wire::shortPrice(row.markPrice))
            .field("up", wire::amount(row.unrealizedProfit))
            .field("mm", wire::amount(row.maintMargin))
            .endObject();
    }
    json.endArray().endObject();
    return json.take();
}

std::string conditionalUpdate(const SymbolSpec &spec, const ConditionalUpdateEvent &event, Timestamp eventAt)
{
    const ConditionalRecord &order = event.order;
    const bool isTriggered = order.actualOrderId != 0;
    JsonWriter json;
    json.beginObject()
        .field("e", "ALGO_UPDATE")
        .field("T", toMs(event.at))
        .field("E", toMs(eventAt))
        .key("o")
        .beginObject();
    json.field("caid", order.clientAlgoId)
        .field("aid", order.algoId)
        .field("at", "CONDITIONAL")
        .field("o", toWire(order.type))
        .field("s", order.symbol)
        .field("S", toWire(order.side))
        .field("ps", toWire(order.positionSide))
        .field("f", toWire(order.timeInForce))
        .field("q", userQuantity(spec, order.quantity))
        .field("X", toWire(order.status))
        .field("ai", isTriggered ? std::to_string(order.actualOrderId) : std::string{});
    if (isTriggered) {
        json.field("ap", wire::shortPrice(order.actualPrice))
            .field("aq", userQuantity(spec, order.actualQty))
            .field("act", toWire(order.actualType));
    }
    json.field("tp", userPrice(spec, order.triggerPrice))
        .field("p", userPrice(spec, order.price))
        .field("V", toWire(order.selfTradePrevention))
        .field("wt", toWire(order.workingType))
        .field("pm", toWire(order.priceMatch))
        .field("cp", order.closePosition)
        .field("pP", order.priceProtect)
        .field("R", order.reduceOnly)
        .field("tt", order.triggeredAt ? toMs(*order.triggeredAt) : 0)
        .field("gtd", order.goodTillDate);
    if (!order.rejectReason.empty()) {
        json.field("rm", order.rejectReason);
    }
    if (order.isTrailing()) {
        json.field("ia", order.activated);
    }
    json.endObject().endObject();
    return json.take();
}

std::string configUpdate(const ConfigUpdateEvent &event, Timestamp eventAt)
{
    JsonWriter json = begin("ACCOUNT_CONFIG_UPDATE", eventAt);
    json.field("T", toMs(event.at));
    if (event.multiAssets) {
        return json.key("ai").beginObject().field("j", *event.multiAssets).endObject().endObject().take();
    }
    json.key("ac").beginObject();
    json.field("s", event.symbol).field("l", event.leverage).endObject().endObject();
    return json.take();
}

std::string listenKeyExpired(const std::string &listenKey, Timestamp eventAt)
{
    JsonWriter json = begin("listenKeyExpired", eventAt);
    json.field("listenKey", listenKey).endObject();
    return json.take();
}

} // namespace paper::payload
