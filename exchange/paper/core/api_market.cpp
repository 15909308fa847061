#include "exchange/paper/core/assets.h"
#include "exchange/paper/core/market_query.h"
#include "exchange/paper/core/wire_text.h"

#include <algorithm>
#include <array>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::toMs;
using namespace std::chrono_literals;

Result<std::string> ping(const ApiCall & /*call*/)
{
    return "{}";
}

Result<std::string> time(const ApiCall &call)
{
    JsonWriter json;
    json.beginObject().field("serverTime", toMs(call.now)).endObject();
    return json.take();
}

void rateLimit(JsonWriter &json, std::string_view type, std::string_view interval, int number, int limit)
{
    json.beginObject()
        .field("rateLimitType", type)
        .field("interval", interval)
        .field("intervalNum", number)
        .field("limit", limit)
        .endObject();
}

Result<std::string> exchangeInfo(const ApiCall &call)
{
    JsonWriter json;
    json.beginObject()
        .field("timezone", "UTC")
        .field("serverTime", toMs(call.now))
        .field("futuresType", "U_MARGINED");
    json.key("rateLimits").beginArray();
    rateLimit(json, "REQUEST_WEIGHT", "MINUTE", 1, call.limits.weightPerMinute);
    rateLimit(json, "ORDERS", "MINUTE", 1, call.limits.ordersPerMinute);
    rateLimit(json, "ORDERS", "SECOND", 10, call.limits.ordersPer10s);
    json.endArray();
    json.key("exchangeFilters").beginArray().endArray();
    json.key("assets").beginArray();
    const auto asset = [&](std::string_view name, std::string_view limit) {
        json.beginObject().field("asset", name).field("marginAvailable", true);
        json.field("autoAssetExchange", limit).endObject();
    };
    asset(settlementAsset, "-100");
    for (const std::string_view name : otherAssets) {
        if (call.parts.engine.spec(std::string{name} + settlementAsset) != nullptr) {
            asset(name, "0");
        }
    }
    json.endArray();
    json.key("symbols").beginArray();
    for (const Contract &contract : call.parts.market.contracts()) {
        Contract listed = contract; // filters may have changed since the market began
        listed.spec = *call.parts.engine.spec(contract.spec.symbol);
        listed.positionControlSide = toWire(call.parts.engine.positionControl(contract.spec.symbol));
        json.raw(toWire(listed, listed.spec.statusText));
    }
    json.endArray().endObject();
    return json.take();
}

int depthWeight(const QueryParameters &parameters)
{
    const auto limit = parameters.integer("limit");
    const std::int64_t levels = limit ? limit->value_or(500) : 500;
    return levels <= 50 ? 2 : levels <= 100 ? 5 : levels <= 500 ? 10 : 20;
}

Result<std::string> bookOf(
    const ApiCall &call, const SymbolSpec &spec, const Result<domain::BookSnapshot> &book)
{
    if (!book) {
        return tl::unexpected{book.error()};
    }
    JsonWriter json;
    json.beginObject()
        .field("lastUpdateId", book->lastUpdateId)
        .field("E", toMs(call.now))
        .field("T", toMs(call.now));
    wire::levels(json.key("bids"), spec, book->bids);
    wire::levels(json.key("asks"), spec, book->asks);
    return json.endObject().take();
}

Result<std::string> depth(const ApiCall &call)
{
    const auto spec = call.symbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    const auto limit = call.parameters.integer("limit");
    constexpr std::array<std::int64_t, 7> allowed{5, 10, 20, 50, 100, 500, 1'000};
    const std::int64_t levels = limit ? limit->value_or(500) : 0;
    if (std::ranges::find(allowed, levels) == allowed.end()) {
        return failure(
            ErrorCode::Rejected, '\'' + call.parameters.text("limit") + "' is not valid depth limit.", -4021);
    }
    return bookOf(call, **spec, call.parts.engine.book((*spec)->symbol, static_cast<std::size_t>(levels)));
}

Result<std::string> rpiDepth(const ApiCall &call)
{
    constexpr std::int64_t only = 1'000;
    const auto spec = call.symbol();
    const auto limit = call.parameters.integer("limit");
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    if (!limit || limit->value_or(only) != only) {
        return failure(
            ErrorCode::Rejected, '\'' + call.parameters.text("limit") + "' is not valid depth limit.", -4021);
    }
    return bookOf(
        call, **spec, call.parts.engine.bookWithRpi((*spec)->symbol, static_cast<std::size_t>(only)));
}

void tradeRow(JsonWriter &json, const SymbolSpec &spec, const TradeEvent &trade)
{
    json.beginObject()
        .field("id", trade.tradeId)
        .field("price", wire::price(spec, trade.price))
        .field("qty", wire::quantity(spec, trade.quantity))
        .field("quoteQty", wire::amount(trade.price * trade.quantity))
        .field("time", toMs(trade.at))
        .field("isBuyerMaker", trade.buyerIsMaker)
        .field("isRPITrade", trade.isRpi)
        .endObject();
}

Result<std::string> trades(const ApiCall &call)
{
    const auto spec = call.symbol();
    const auto limit = call.limit(500, 1'000);
    if (!spec || !limit) {
        return tl::unexpected{spec ? limit.error() : spec.error()};
    }
    const auto &tape = call.parts.tape.trades((*spec)->symbol);
    JsonWriter json;
    json.beginArray();
    for (std::size_t i = tape.size() - std::min(*limit, tape.size()); i < tape.size(); ++i) {
        tradeRow(json, **spec, tape[i]);
    }
    return json.endArray().take();
}

/// The latest thousand trades of a symbol are kept; what is older is not there.
Result<std::string> historicalTrades(const ApiCall &call)
{
    const auto spec = call.symbol();
    const auto limit = call.limit(100, 500);
    const auto fromId = call.parameters.integer("fromId");
    if (!spec || !limit || !fromId) {
        return tl::unexpected{!spec ? spec.error() : !limit ? limit.error() : fromId.error()};
    }
    const auto &tape = call.parts.tape.trades((*spec)->symbol);
    const auto size = static_cast<std::ptrdiff_t>(tape.size());
    const auto most = static_cast<std::ptrdiff_t>(*limit);
    const auto first = *fromId ? std::ranges::lower_bound(tape, **fromId, {}, &TradeEvent::tradeId)
                               : tape.begin() + std::max<std::ptrdiff_t>(size - most, 0);
    const auto last = tape.end() - first > most ? first + most : tape.end();
    JsonWriter json;
    json.beginArray();
    for (auto trade = first; trade != last; ++trade) {
        tradeRow(json, **spec, *trade);
    }
    return json.endArray().take();
}

Result<std::string> aggTrades(const ApiCall &call)
{
    const auto spec = call.symbol();
    const auto limit = call.limit(500, 1'000);
    const auto fromId = call.parameters.integer("fromId");
    const auto span = spanOf(call);
    if (!spec || !limit || !fromId || !span) {
        return tl::unexpected{!spec     ? spec.error()
                              : !limit  ? limit.error()
                              : !fromId ? fromId.error()
                                        : span.error()};
    }
    if (*fromId && (span->from || span->to)) {
        return failure(ErrorCode::Rejected, "Combination of optional parameters invalid.", -1128);
    }
    if (span->from && span->to && *span->to - *span->from >= 1h) {
        return failure(ErrorCode::Rejected, "More than 1 hours between startTime and endTime.", -1127);
    }
    std::vector<const AggregateTrade *> rows;
    for (const AggregateTrade &trade : call.parts.tape.aggregates((*spec)->symbol)) {
        if (trade.id >= fromId->value_or(0) && (!span->from || trade.at >= *span->from) &&
            (!span->to || trade.at <= *span->to)) {
            rows.push_back(&trade);
        }
    }
    if (rows.size() > *limit) {
        const auto surplus = static_cast<std::ptrdiff_t>(rows.size() - *limit);
        if (*fromId || span->from) {
            rows.erase(rows.end() - surplus, rows.end());
        } else {
            rows.erase(rows.begin(), rows.begin() + surplus);
        }
    }
    JsonWriter json;
    json.beginArray();
    for (const AggregateTrade *trade : rows) {
        json.beginObject()
            .field("a", trade->id)
            .field("p", wire::price(**spec, trade->price))
            .field("q", wire::quantity(**spec, trade->quantity))
            .field("nq", wire::quantity(**spec, trade->normalQuantity))
            .field("f", trade->firstTradeId)
            .field("l", trade->lastTradeId)
            .field("T", toMs(trade->at))
            .field("m", trade->buyerIsMaker)
            .endObject();
    }
    return json.endArray().take();
}

Result<std::string> klines(const ApiCall &call)
{
    const auto spec = call.symbol();
    const auto asked = klineRequest(call);
    if (!spec || !asked) {
        return tl::unexpected{spec ? asked.error() : spec.error()};
    }
    return contractKlines(call, **spec, *asked);
}

/// One perpetual contract a pair; the dated ones have no candles here.
Result<std::string> continuousKlines(const ApiCall &call)
{
    const auto spec = pairOf(call);
    const auto asked = klineRequest(call);
    if (!spec || !asked) {
        return tl::unexpected{spec ? asked.error() : spec.error()};
    }
    const auto isPerpetual = isPerpetualAsked(call);
    if (!isPerpetual) {
        return tl::unexpected{isPerpetual.error()};
    }
    return *isPerpetual ? contractKlines(call, **spec, *asked) : std::string{"[]"};
}

Result<std::string> dayTicker(const ApiCall &call)
{
    return oneOrAll(call, [&](JsonWriter &json, const SymbolSpec &spec, const MarketView &view) {
        const Timestamp marketAt = call.parts.market.marketTime(call.now);
        const DayStatistics day =
            call.parts.candles.dayStatistics(spec.symbol, marketAt).value_or(DayStatistics{});
        const Price change = view.last - day.bar.open;
        const auto &tape = call.parts.tape.trades(spec.symbol);
        const Rate percent = day.bar.open.isZero() ? Rate{} : change / day.bar.open * Rate::of(100);
        json.beginObject()
            .field("symbol", spec.symbol)
            .field("priceChange", wire::price(spec, change))
            .field("priceChangePercent", percent.toFixed(3))
            .field("weightedAvgPrice", wire::price(spec, day.weightedAverage))
            .field("lastPrice", wire::price(spec, view.last))
            .field("lastQty", wire::quantity(spec, tape.empty() ? Quantity{} : tape.back().quantity))
            .field("openPrice", wire::price(spec, day.bar.open))
            .field("highPrice", wire::price(spec, day.bar.high))
            .field("lowPrice", wire::price(spec, day.bar.low))
            .field("volume", wire::quantity(spec, day.bar.volume))
            .field("quoteVolume", wire::amount(day.bar.quoteVolume))
            .field("openTime", toMs(day.bar.openAt))
            .field("closeTime", toMs(marketAt))
            .field("firstId", day.bar.firstTradeId)
            .field("lastId", view.lastTradeId)
            .field("count", day.bar.tradeCount)
            .endObject();
    });
}

Result<std::string> priceTicker(const ApiCall &call)
{
    return oneOrAll(call, [&](JsonWriter &json, const SymbolSpec &spec, const MarketView &view) {
        json.beginObject()
            .field("symbol", spec.symbol)
            .field("price", wire::price(spec, view.last))
            .field("time", toMs(call.now))
            .endObject();
    });
}

Result<std::string> bookTicker(const ApiCall &call)
{
    return oneOrAll(call, [&](JsonWriter &json, const SymbolSpec &spec, const MarketView &view) {
        json.beginObject()
            .field("symbol", spec.symbol)
            .field("bidPrice", wire::price(spec, view.bid))
            .field("bidQty", wire::quantity(spec, view.bidQty))
            .field("askPrice", wire::price(spec, view.ask))
            .field("askQty", wire::quantity(spec, view.askQty))
            .field("time", toMs(call.now))
            .field("lastUpdateId", view.lastUpdateId)
            .endObject();
    });
}

} // namespace

const std::vector<Endpoint> &marketEndpoints()
{
    static const std::vector<Endpoint> endpoints{
        {"GET", "/fapi/v1/ping", Security::None, constantWeight<1>, ping},
        {"GET", "/fapi/v1/time", Security::None, constantWeight<1>, time},
        {"GET", "/fapi/v1/exchangeInfo", Security::None, constantWeight<1>, exchangeInfo},
        {"GET", "/fapi/v1/depth", Security::None, depthWeight, depth},
        {"GET", "/fapi/v1/rpiDepth", Security::None, constantWeight<20>, rpiDepth},
        {"GET", "/fapi/v1/trades", Security::None, constantWeight<5>, trades},
        {"GET", "/fapi/v1/historicalTrades", Security::Key, constantWeight<200>, historicalTrades},
        {"GET", "/fapi/v1/aggTrades", Security::None, constantWeight<20>, aggTrades},
        {"GET", "/fapi/v1/klines", Security::None, klinesWeight, klines},
        {"GET", "/fapi/v1/continuousKlines", Security::None, klinesWeight, continuousKlines},
        {"GET", "/fapi/v1/ticker/24hr", Security::None, weightBySymbol<1, 40>, dayTicker},
        {"GET", "/fapi/v1/ticker/price", Security::None, weightBySymbol<1, 2>, priceTicker},
        {"GET", "/fapi/v2/ticker/price", Security::None, weightBySymbol<1, 2>, priceTicker},
        {"GET", "/fapi/v1/ticker/bookTicker", Security::None, weightBySymbol<2, 5>, bookTicker},
    };
    return endpoints;
}

} // namespace paper
