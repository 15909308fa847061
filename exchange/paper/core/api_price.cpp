#include "exchange/paper/core/composite_index.h"
#include "exchange/paper/core/funding.h"
#include "exchange/paper/core/market_query.h"
#include "exchange/paper/core/random_path.h"
#include "exchange/paper/core/wire_text.h"

#include <algorithm>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::toMs;
using namespace std::chrono_literals;

constexpr std::size_t newestSettlements = 200; ///< rows where nothing is asked for
constexpr std::int64_t mostSettlements = 1'000;

// ------------------------------------------------------------------------------- mark, index and premium

std::string priceKlines(
    const ApiCall &call, PriceKind kind, const SymbolSpec &spec, const KlineRequest &asked)
{
    JsonWriter json;
    json.beginArray();
    for (const PriceBar &bar : call.parts.prices.klines(
             kind, spec.symbol, asked.interval, asked.query, call.parts.market.marketTime(call.now))) {
        json.beginArray()
            .number(toMs(bar.openAt))
            .text(wire::fixedPrice(bar.open))
            .text(wire::fixedPrice(bar.high))
            .text(wire::fixedPrice(bar.low))
            .text(wire::fixedPrice(bar.close))
            .text("0")
            .number(toMs(domain::nextOpenTime(bar.openAt, asked.interval)) - 1)
            .text("0")
            .number(bar.samples)
            .text("0")
            .text("0")
            .text("0")
            .endArray();
    }
    return json.endArray().take();
}

Result<std::string> priceKlines(const ApiCall &call, PriceKind kind, const Result<const SymbolSpec *> &spec)
{
    const auto asked = klineRequest(call);
    if (!spec || !asked) {
        return tl::unexpected{spec ? asked.error() : spec.error()};
    }
    return priceKlines(call, kind, **spec, *asked);
}

Result<std::string> indexPriceKlines(const ApiCall &call)
{
    return priceKlines(call, PriceKind::Index, pairOf(call));
}

Result<std::string> markPriceKlines(const ApiCall &call)
{
    return priceKlines(call, PriceKind::Mark, call.symbol());
}

Result<std::string> premiumIndexKlines(const ApiCall &call)
{
    return priceKlines(call, PriceKind::Premium, call.symbol());
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
            .field("interestRate", wire::rate(interestOf(spec.symbol)))
            .field("nextFundingTime", toMs(view.nextFundingAt))
            .field("time", toMs(call.now))
            .endObject();
    });
}

// -------------------------------------------------------------------------------------------------- funding

struct Settlement
{
    Timestamp at;
    const SymbolSpec *spec = nullptr;
};

/// The symbol's settlements that the span holds, newest first, at most `most` (the oldest where the span has
/// a beginning).
void addSettlements(const ApiCall &call, const SymbolSpec &spec, const Span &span, std::size_t most,
    std::vector<Settlement> &rows)
{
    const domain::Milliseconds every = call.parts.engine.fundingInterval(spec.symbol);
    Timestamp newest{std::min(span.to.value_or(call.now), call.now).time_since_epoch() / every * every};
    Timestamp oldest = newest - every * (static_cast<std::int64_t>(most) - 1);
    if (span.from) {
        oldest = Timestamp{(span.from->time_since_epoch() + every - 1ms) / every * every};
        newest = std::min(newest, oldest + every * (static_cast<std::int64_t>(most) - 1));
    }
    oldest = std::max(oldest, newest - every * mostSettlements);
    for (Timestamp at = newest; at >= oldest; at -= every) {
        rows.push_back({at, &spec});
    }
}

/// Settlements before this run are made up from the settlement time, near the interest rate.
void settlementRow(JsonWriter &json, const ApiCall &call, const Settlement &row)
{
    const Symbol &symbol = row.spec->symbol;
    const FundingEvent *known = call.parts.tape.funding(symbol, row.at);
    const auto bar = call.parts.candles.barAt(symbol, domain::Interval::M1, row.at);
    const std::uint64_t hash = hashOf(symbol.size(), static_cast<std::uint64_t>(toMs(row.at)));
    const Rate madeUp = Rate::fromApproximate(0.0001 + std::min(0.0, 0.00008 * normalOf(hash)));
    json.beginObject()
        .field("symbol", symbol)
        .field("fundingRate", wire::rate(known != nullptr ? known->rate : madeUp))
        .field("fundingTime", toMs(row.at))
        .field("markPrice", wire::fixedPrice(known != nullptr ? known->markPrice
                                             : bar            ? bar->open
                                                              : Price{}))
        .field("rateType", "Regular")
        .endObject();
}

Result<std::string> fundingRate(const ApiCall &call)
{
    const auto spec = call.optionalSymbol();
    const auto limit = call.limit(100, static_cast<std::size_t>(mostSettlements));
    const auto span = spanOf(call);
    if (!spec || !limit || !span) {
        return tl::unexpected{!spec ? spec.error() : !limit ? limit.error() : span.error()};
    }
    const bool isBounded = call.parameters.has("limit") || span->from || span->to;
    const std::size_t most = isBounded ? *limit : newestSettlements;
    std::vector<Settlement> rows;
    for (const Symbol &symbol : call.parts.engine.symbols()) {
        if (*spec == nullptr || (*spec)->symbol == symbol) {
            addSettlements(call, *call.parts.engine.spec(symbol), *span, most, rows);
        }
    }
    std::ranges::stable_sort(rows, {}, &Settlement::at);
    if (rows.size() > most) {
        const auto surplus = static_cast<std::ptrdiff_t>(rows.size() - most);
        const auto from = span->from ? rows.end() - surplus : rows.begin();
        rows.erase(from, from + surplus);
    }
    JsonWriter json;
    json.beginArray();
    for (const Settlement &row : rows) {
        settlementRow(json, call, row);
    }
    return json.endArray().take();
}

/// Only symbols whose interval is not the usual one.
Result<std::string> fundingInfo(const ApiCall &call)
{
    JsonWriter json;
    json.beginArray();
    for (const Symbol &symbol : call.parts.engine.symbols()) {
        const domain::Milliseconds every = call.parts.engine.fundingInterval(symbol);
        if (every == 8h) {
            continue;
        }
        const LeverageBrackets &brackets = *call.parts.engine.brackets(symbol);
        const Rate cap =
            (brackets.empty() ? Rate::of(1) : brackets.front().maintenanceMarginRate) * Rate::literal("0.75");
        json.beginObject()
            .field("symbol", symbol)
            .field("adjustedFundingRateCap", wire::rate(cap))
            .field("adjustedFundingRateFloor", wire::rate(-cap))
            .field("fundingIntervalHours", std::chrono::duration_cast<std::chrono::hours>(every).count())
            .field("disclaimer", false)
            .field("updateTime", toMs(call.parts.engine.spec(symbol)->onboardAt))
            .endObject();
    }
    return json.endArray().take();
}

// -------------------------------------------------------------------------------------------------- indices

void compositeRow(JsonWriter &json, const CompositeIndex &index, Timestamp now)
{
    json.beginObject().field("symbol", index.symbol).field("time", toMs(now)).field("component", "baseAsset");
    json.key("baseAssetList").beginArray();
    for (const CompositeIndex::Member &member : index.members) {
        json.beginObject()
            .field("baseAsset", member.baseAsset)
            .field("quoteAsset", member.quoteAsset)
            .field("weightInQuantity", member.quantity.toFixed(8))
            .field("weightInPercentage", member.share.toFixed(8))
            .endObject();
    }
    json.endArray().endObject();
}

Result<std::string> indexInfo(const ApiCall &call)
{
    const auto index = compositeIndex(call.parts.engine, call.parts.market.contracts());
    JsonWriter json;
    if (!call.parameters.has("symbol")) {
        json.beginArray();
        if (index) {
            compositeRow(json, *index, call.now);
        }
        return json.endArray().take();
    }
    if (!index || call.parameters.text("symbol") != index->symbol) {
        return failure(ErrorCode::Rejected, "Invalid symbol.", -1121);
    }
    compositeRow(json, *index, call.now);
    return json.take();
}

Result<std::string> assetIndex(const ApiCall &call)
{
    const std::string wanted = call.parameters.text("symbol");
    JsonWriter json;
    const auto write = [&](const AssetIndex &row) {
        json.beginObject()
            .field("symbol", row.symbol)
            .field("time", toMs(call.now))
            .field("index", wire::fixedPrice(row.index))
            .field("bidBuffer", row.buffer.toFixed(8))
            .field("askBuffer", row.buffer.toFixed(8))
            .field("bidRate", wire::fixedPrice(row.bidRate()))
            .field("askRate", wire::fixedPrice(row.askRate()))
            .field("autoExchangeBidBuffer", row.exchangeBuffer.toFixed(8))
            .field("autoExchangeAskBuffer", row.exchangeBuffer.toFixed(8))
            .field("autoExchangeBidRate", wire::fixedPrice(row.exchangeBidRate()))
            .field("autoExchangeAskRate", wire::fixedPrice(row.exchangeAskRate()))
            .endObject();
    };
    const auto rows = assetIndices(call.parts.engine);
    if (!wanted.empty()) {
        const auto found = std::ranges::find(rows, wanted, &AssetIndex::symbol);
        if (found == rows.end()) {
            return failure(ErrorCode::Rejected, "Invalid symbol.", -1121);
        }
        write(*found);
        return json.take();
    }
    json.beginArray();
    std::ranges::for_each(rows, write);
    return json.endArray().take();
}

/// The spot exchanges behind an index and their usual weights (reference 10.9). Each quotes the index, a few
/// hundredths of a per mille apart.
Result<std::string> constituents(const ApiCall &call)
{
    const auto spec = call.symbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    struct Source
    {
        const char *exchange;
        const char *separator; ///< between base and quote in the exchange's symbols
        const char *weight;
    };
    static constexpr Source sources[] = {{"binance", "", "0.51282051"}, {"coinbase", "-", "0.15384615"},
        {"gateio", "_", "0.02564103"}, {"kucoin", "-", "0.07692308"}, {"mxc", "", "0.07692308"},
        {"bitget", "", "0.07692308"}, {"bybit", "", "0.07692307"}};
    const auto view = call.parts.engine.market((*spec)->symbol);
    JsonWriter json;
    json.beginObject().field("symbol", (*spec)->symbol).field("time", toMs(call.now));
    json.key("constituents").beginArray();
    std::uint64_t number = 0;
    for (const Source &source : sources) {
        const std::uint64_t second = static_cast<std::uint64_t>(toMs(call.now) / 1'000);
        const Rate apart = Rate::fromApproximate(1 + 0.00004 * normalOf(hashOf(second, ++number)));
        json.beginObject()
            .field("exchange", source.exchange)
            .field("symbol", (*spec)->baseAsset + source.separator + (*spec)->quoteAsset)
            .field("price", wire::fixedPrice(view->index * apart))
            .field("weight", source.weight)
            .endObject();
    }
    return json.endArray().endObject().take();
}

} // namespace

const std::vector<Endpoint> &priceEndpoints()
{
    constexpr auto none = Security::None;
    static const std::vector<Endpoint> endpoints{
        {"GET", "/fapi/v1/indexPriceKlines", none, klinesWeight, indexPriceKlines},
        {"GET", "/fapi/v1/markPriceKlines", none, klinesWeight, markPriceKlines},
        {"GET", "/fapi/v1/premiumIndexKlines", none, klinesWeight, premiumIndexKlines},
        {"GET", "/fapi/v1/premiumIndex", none, weightBySymbol<1, 10>, premiumIndex},
        {"GET", "/fapi/v1/fundingRate", none, constantWeight<0>, fundingRate, 0, 0, LimitPool::Funding},
        {"GET", "/fapi/v1/fundingInfo", none, constantWeight<0>, fundingInfo, 0, 0, LimitPool::Funding},
        {"GET", "/fapi/v1/indexInfo", none, constantWeight<1>, indexInfo},
        {"GET", "/fapi/v1/assetIndex", none, weightBySymbol<1, 10>, assetIndex},
        {"GET", "/fapi/v1/constituents", none, constantWeight<2>, constituents},
    };
    return endpoints;
}

} // namespace paper
