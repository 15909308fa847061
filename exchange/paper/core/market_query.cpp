#include "exchange/paper/core/market_query.h"

#include "exchange/paper/core/random_path.h"
#include "exchange/paper/core/wire_text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using namespace std::chrono_literals;

/// Between -1 and 1, smooth over hours.
double waveAt(const Symbol &symbol, Timestamp at)
{
    constexpr std::int64_t knotMs = 6LL * 3'600'000;
    const std::int64_t knot = domain::toMs(at) / knotMs;
    const double share = static_cast<double>(domain::toMs(at) % knotMs) / static_cast<double>(knotMs);
    const std::uint64_t seed = std::hash<std::string>{}(symbol);
    const auto valueAt = [&](std::int64_t number) {
        return 2 * unitOf(hashOf(seed, static_cast<std::uint64_t>(number))) - 1;
    };
    const double eased = share * share * (3 - 2 * share);
    return valueAt(knot) * (1 - eased) + valueAt(knot + 1) * eased;
}

} // namespace

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

int klinesWeight(const QueryParameters &parameters)
{
    const auto limit = parameters.integer("limit");
    const std::int64_t bars = limit ? limit->value_or(500) : 500;
    return bars < 100 ? 1 : bars < 500 ? 2 : bars <= 1'000 ? 5 : 10;
}

Result<KlineRequest> klineRequest(const ApiCall &call)
{
    const auto limit = call.limit(500, 1'500);
    const auto span = spanOf(call);
    if (!limit || !span) {
        return tl::unexpected{limit ? span.error() : limit.error()};
    }
    if (!call.parameters.has("interval")) {
        return missing("interval");
    }
    const auto interval = domain::parseInterval(call.parameters.text("interval"));
    if (!interval) {
        return failure(ErrorCode::Rejected, "Invalid interval.", -1120);
    }
    return KlineRequest{*interval, {span->from, span->to, *limit}};
}

Result<const SymbolSpec *> pairOf(const ApiCall &call)
{
    const std::string pair = call.parameters.text("pair");
    if (pair.empty()) {
        return missing("pair");
    }
    const SymbolSpec *spec = call.parts.engine.spec(pair); // a perpetual bears its pair's name
    if (spec == nullptr) {
        return failure(ErrorCode::Rejected, "Invalid pair.", -4144);
    }
    return spec;
}

Result<bool> isPerpetualAsked(const ApiCall &call)
{
    const std::string type = call.parameters.text("contractType");
    if (type.empty()) {
        return missing("contractType");
    }
    constexpr std::array<std::string_view, 4> known{
        "PERPETUAL", "CURRENT_QUARTER", "NEXT_QUARTER", "TRADIFI_PERPETUAL"};
    if (std::ranges::find(known, type) == known.end()) {
        return failure(ErrorCode::Rejected, "Invalid contract type.", -4104);
    }
    return type == known.front();
}

std::string contractKlines(const ApiCall &call, const SymbolSpec &spec, const KlineRequest &asked)
{
    JsonWriter json;
    json.beginArray();
    for (const Bar &bar : call.parts.candles.klines(
             spec.symbol, asked.interval, asked.query, call.parts.market.marketTime(call.now))) {
        wire::kline(json, spec, bar, asked.interval);
    }
    return json.endArray().take();
}

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

const Contract &contractOf(const ApiCall &call, const Symbol &symbol)
{
    return *std::ranges::find(call.parts.market.contracts(), symbol,
        [](const Contract &row) -> const Symbol & { return row.spec.symbol; });
}

Quantity openInterestAt(const ApiCall &call, const SymbolSpec &spec, Timestamp at)
{
    // The crowd: about half a day's turnover at the table's price.
    const MarketTraits &market = contractOf(call, spec.symbol).market;
    const double crowd = market.turnover / 2 / market.price * (1 + 0.1 * waveAt(spec.symbol, at));
    return Quantity::fromApproximate(crowd).roundedTo(spec.lot.stepSize) +
           call.parts.engine.market(spec.symbol)->openInterest;
}

} // namespace paper
