#include "exchange/paper/core/api.h"
#include "exchange/paper/core/random_path.h"
#include "exchange/paper/core/wire_text.h"

#include <algorithm>
#include <array>
#include <functional>

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
    json.key("assets").raw(R"([{"asset":"USDT","marginAvailable":true,"autoAssetExchange":"-100"}])");
    json.key("symbols").beginArray();
    for (const Contract &contract : call.parts.market.contracts()) {
        json.raw(toWire(contract, call.parts.engine.spec(contract.spec.symbol)->statusText));
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
        return failure(ErrorCode::Rejected, "Depth limit is invalid.", -4021);
    }
    const auto book = call.parts.engine.book((*spec)->symbol, static_cast<std::size_t>(levels));
    if (!book) {
        return tl::unexpected{book.error()};
    }
    JsonWriter json;
    json.beginObject()
        .field("lastUpdateId", book->lastUpdateId)
        .field("E", toMs(call.now))
        .field("T", toMs(call.now));
    wire::levels(json.key("bids"), **spec, book->bids);
    wire::levels(json.key("asks"), **spec, book->asks);
    return json.endObject().take();
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
        const TradeEvent &trade = tape[i];
        json.beginObject()
            .field("id", trade.tradeId)
            .field("price", wire::price(**spec, trade.price))
            .field("qty", wire::quantity(**spec, trade.quantity))
            .field("quoteQty", wire::amount(trade.price * trade.quantity))
            .field("time", toMs(trade.at))
            .field("isBuyerMaker", trade.buyerIsMaker)
            .field("isRPITrade", false)
            .endObject();
    }
    return json.endArray().take();
}

struct Span
{
    std::optional<Timestamp> from;
    std::optional<Timestamp> to;
};

Result<Span> spanOf(const ApiCall &call)
{
    const auto start = call.parameters.integer("startTime");
    const auto end = call.parameters.integer("endTime");
    if (!start || !end) {
        return tl::unexpected{start ? end.error() : start.error()};
    }
    if (*start && *end && **start > **end) {
        return failure(ErrorCode::Rejected, "Start time is greater than end time.", -1023);
    }
    Span span;
    if (*start) {
        span.from = domain::timestampFromMs(**start);
    }
    if (*end) {
        span.to = domain::timestampFromMs(**end);
    }
    return span;
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
            .field("nq", wire::quantity(**spec, trade->quantity))
            .field("f", trade->firstTradeId)
            .field("l", trade->lastTradeId)
            .field("T", toMs(trade->at))
            .field("m", trade->buyerIsMaker)
            .endObject();
    }
    return json.endArray().take();
}

int klinesWeight(const QueryParameters &parameters)
{
    const auto limit = parameters.integer("limit");
    const std::int64_t bars = limit ? limit->value_or(500) : 500;
    return bars < 100 ? 1 : bars < 500 ? 2 : bars <= 1'000 ? 5 : 10;
}

Result<std::string> klines(const ApiCall &call)
{
    const auto spec = call.symbol();
    const auto limit = call.limit(500, 1'500);
    const auto span = spanOf(call);
    if (!spec || !limit || !span) {
        return tl::unexpected{!spec ? spec.error() : !limit ? limit.error() : span.error()};
    }
    if (!call.parameters.has("interval")) {
        return missing("interval");
    }
    const auto interval = domain::parseInterval(call.parameters.text("interval"));
    if (!interval) {
        return failure(ErrorCode::Rejected, "Invalid interval.", -1120);
    }
    const KlineQuery query{span->from, span->to, *limit};
    JsonWriter json;
    json.beginArray();
    for (const Bar &bar : call.parts.candles.klines(
             (*spec)->symbol, *interval, query, call.parts.market.marketTime(call.now))) {
        wire::kline(json, **spec, bar, *interval);
    }
    return json.endArray().take();
}

using WriteSymbol = std::function<void(JsonWriter &, const SymbolSpec &, const MarketView &)>;

/// The row of one symbol, or an array of all.
Result<std::string> oneOrAll(const ApiCall &call, const WriteSymbol &write)
{
    const auto spec = call.optionalSymbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    JsonWriter json;
    const Engine &engine = call.parts.engine;
    if (*spec != nullptr) {
        write(json, **spec, *engine.market((*spec)->symbol));
        return json.take();
    }
    json.beginArray();
    for (const Symbol &symbol : engine.symbols()) {
        write(json, *engine.spec(symbol), *engine.market(symbol));
    }
    return json.endArray().take();
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

Result<std::string> premiumIndex(const ApiCall &call)
{
    return oneOrAll(call, [&](JsonWriter &json, const SymbolSpec &spec, const MarketView &view) {
        json.beginObject()
            .field("symbol", spec.symbol)
            .field("markPrice", wire::fixedPrice(view.mark))
            .field("indexPrice", wire::fixedPrice(view.index))
            .field("estimatedSettlePrice", wire::fixedPrice(view.index))
            .field("lastFundingRate", wire::rate(view.fundingRate))
            .field("interestRate", "0.00010000")
            .field("nextFundingTime", toMs(view.nextFundingAt))
            .field("time", toMs(call.now))
            .endObject();
    });
}

/// Settlements before this run are made up from the settlement time, near the interest rate.
Result<std::string> fundingRate(const ApiCall &call)
{
    const auto spec = call.symbol();
    const auto limit = call.limit(100, 1'000);
    const auto span = spanOf(call);
    if (!spec || !limit || !span) {
        return tl::unexpected{!spec ? spec.error() : !limit ? limit.error() : span.error()};
    }
    const SymbolSpec &symbol = **spec;
    const domain::Milliseconds every = call.parts.engine.fundingInterval(symbol.symbol);
    const Timestamp newest = std::min(span->to.value_or(call.now), call.now);
    Timestamp at{newest.time_since_epoch() / every * every};
    const Timestamp oldest = std::max(span->from.value_or(at - every * 199), at - every * 1'000);
    std::vector<Timestamp> settlements;
    for (; at >= oldest; at -= every) {
        settlements.push_back(at);
    }
    std::ranges::reverse(settlements);
    if (settlements.size() > *limit) {
        const auto surplus = static_cast<std::ptrdiff_t>(settlements.size() - *limit);
        settlements.erase(settlements.begin(), settlements.begin() + surplus);
    }
    JsonWriter json;
    json.beginArray();
    for (const Timestamp settlement : settlements) {
        const FundingEvent *known = call.parts.tape.funding(symbol.symbol, settlement);
        const auto bar = call.parts.candles.barAt(symbol.symbol, domain::Interval::M1, settlement);
        const std::uint64_t hash = hashOf(symbol.symbol.size(), static_cast<std::uint64_t>(toMs(settlement)));
        const Rate madeUp = Rate::fromApproximate(0.0001 + std::min(0.0, 0.00008 * normalOf(hash)));
        json.beginObject()
            .field("symbol", symbol.symbol)
            .field("fundingRate", wire::rate(known != nullptr ? known->rate : madeUp))
            .field("fundingTime", toMs(settlement))
            .field("markPrice", wire::fixedPrice(known != nullptr ? known->markPrice
                                                 : bar            ? bar->open
                                                                  : Price{}))
            .field("rateType", "Regular")
            .endObject();
    }
    return json.endArray().take();
}

Result<std::string> openInterest(const ApiCall &call)
{
    const auto spec = call.symbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    const auto &contracts = call.parts.market.contracts();
    const auto contract = std::ranges::find(
        contracts, (*spec)->symbol, [](const Contract &row) -> const Symbol & { return row.spec.symbol; });
    // The crowd's positions, which no account here holds: half a day's turnover at the table's price.
    const Quantity crowd = Quantity::fromApproximate(contract->market.turnover / 2 / contract->market.price)
                               .roundedTo((*spec)->lot.stepSize);
    const Quantity own = call.parts.engine.market((*spec)->symbol)->openInterest;
    JsonWriter json;
    json.beginObject()
        .field("openInterest", wire::quantity(**spec, crowd + own))
        .field("symbol", (*spec)->symbol)
        .field("time", toMs(call.now))
        .endObject();
    return json.take();
}

} // namespace

const std::vector<Endpoint> &marketEndpoints()
{
    static const std::vector<Endpoint> endpoints{
        {"GET", "/fapi/v1/ping", Security::None, constantWeight<1>, ping},
        {"GET", "/fapi/v1/time", Security::None, constantWeight<1>, time},
        {"GET", "/fapi/v1/exchangeInfo", Security::None, constantWeight<1>, exchangeInfo},
        {"GET", "/fapi/v1/depth", Security::None, depthWeight, depth},
        {"GET", "/fapi/v1/trades", Security::None, constantWeight<5>, trades},
        {"GET", "/fapi/v1/aggTrades", Security::None, constantWeight<20>, aggTrades},
        {"GET", "/fapi/v1/klines", Security::None, klinesWeight, klines},
        {"GET", "/fapi/v1/ticker/24hr", Security::None, weightBySymbol<1, 40>, dayTicker},
        {"GET", "/fapi/v1/ticker/price", Security::None, weightBySymbol<1, 2>, priceTicker},
        {"GET", "/fapi/v2/ticker/price", Security::None, weightBySymbol<1, 2>, priceTicker},
        {"GET", "/fapi/v1/ticker/bookTicker", Security::None, weightBySymbol<2, 5>, bookTicker},
        {"GET", "/fapi/v1/premiumIndex", Security::None, weightBySymbol<1, 10>, premiumIndex},
        {"GET", "/fapi/v1/fundingRate", Security::None, constantWeight<0>, fundingRate},
        {"GET", "/fapi/v1/openInterest", Security::None, constantWeight<1>, openInterest},
    };
    return endpoints;
}

} // namespace paper
