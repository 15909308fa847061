#include "exchange/paper/core/market_query.h"
#include "exchange/paper/core/random_path.h"
#include "exchange/paper/core/trading_sessions.h"
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

constexpr std::size_t standardRows = 30;
constexpr std::size_t mostRows = 500;
constexpr std::chrono::hours reach{30 * 24}; ///< how far back statistics go

/// Moments of a statistic, on the grid of its period, ascending.
struct Grid
{
    domain::Interval period = domain::Interval::M5;
    std::vector<Timestamp> at;
};

Result<Grid> gridOf(const ApiCall &call)
{
    const std::string word = call.parameters.text("period");
    constexpr std::array<std::string_view, 9> known{"5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d"};
    if (word.empty()) {
        return missing("period");
    }
    const auto period = domain::parseInterval(word);
    if (!period || std::ranges::find(known, word) == known.end()) {
        return failure(ErrorCode::Rejected, "Data sent for parameter 'period' is not valid.", -1130);
    }
    const auto limit = call.limit(standardRows, mostRows);
    const auto span = spanOf(call);
    if (!limit || !span) {
        return tl::unexpected{limit ? span.error() : limit.error()};
    }
    const Timestamp present = call.parts.market.marketTime(call.now);
    const Timestamp earliest = present - reach;
    if (span->from && *span->from < earliest) {
        return failure(ErrorCode::Rejected, "Data sent for parameter 'startTime' is not valid.", -1130);
    }
    Grid grid{*period, {}};
    const domain::Milliseconds step = domain::nextOpenTime(Timestamp{}, *period) - Timestamp{};
    const Timestamp last = std::min(span->to.value_or(present), present);
    for (Timestamp at{last.time_since_epoch() / step * step};
         at >= span->from.value_or(earliest) && grid.at.size() < *limit; at -= step) {
        grid.at.push_back(at);
    }
    std::ranges::reverse(grid.at);
    return grid;
}

using WriteRow = std::function<void(JsonWriter &, const SymbolSpec &, Timestamp, domain::Interval)>;

Result<std::string> statistic(
    const ApiCall &call, const Result<const SymbolSpec *> &spec, const WriteRow &write)
{
    const auto grid = gridOf(call);
    if (!spec || !grid) {
        return tl::unexpected{spec ? grid.error() : spec.error()};
    }
    JsonWriter json;
    json.beginArray();
    for (const Timestamp at : grid->at) {
        write(json, **spec, at, grid->period);
    }
    return json.endArray().take();
}

Price priceAt(const ApiCall &call, const SymbolSpec &spec, Timestamp at)
{
    const auto bar = call.parts.candles.barAt(spec.symbol, domain::Interval::M1, at);
    return bar ? bar->open : call.parts.engine.market(spec.symbol)->last;
}

Result<std::string> openInterest(const ApiCall &call)
{
    const auto spec = call.symbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    JsonWriter json;
    json.beginObject()
        .field("openInterest", wire::quantity(**spec, openInterestAt(call, **spec, call.now)))
        .field("symbol", (*spec)->symbol)
        .field("time", toMs(call.now))
        .endObject();
    return json.take();
}

Result<std::string> openInterestHistory(const ApiCall &call)
{
    return statistic(
        call, call.symbol(), [&](JsonWriter &json, const SymbolSpec &spec, Timestamp at, domain::Interval) {
            const Quantity open = openInterestAt(call, spec, at);
            const Quantity supply =
                Quantity::fromApproximate(contractOf(call, spec.symbol).market.turnover * 20 /
                                          contractOf(call, spec.symbol).market.price);
            json.beginObject()
                .field("symbol", spec.symbol)
                .field("sumOpenInterest", wire::amount(open))
                .field("sumOpenInterestValue", wire::amount(priceAt(call, spec, at) * open))
                .field("CMCCirculatingSupply", wire::amount(supply))
                .field("timestamp", toMs(at))
                .endObject();
        });
}

/// The crowd leans to where the price went in the last day; kind sets the three statistics apart.
Result<std::string> longShortRatio(const ApiCall &call, std::uint64_t kind)
{
    return statistic(
        call, call.symbol(), [&](JsonWriter &json, const SymbolSpec &spec, Timestamp at, domain::Interval) {
            const double before = priceAt(call, spec, at - 24h).approximate();
            const double moved = before > 0 ? priceAt(call, spec, at).approximate() / before - 1 : 0;
            const double noise = 0.01 * normalOf(hashOf(kind + spec.symbol.size(),
                                            static_cast<std::uint64_t>(toMs(at) / 300'000)));
            const Rate longs = Rate::fromApproximate(std::clamp(0.55 + moved + noise, 0.2, 0.8))
                                   .roundedTo(Rate::literal("0.0001"));
            const Rate shorts = Rate::of(1) - longs;
            json.beginObject()
                .field("symbol", spec.symbol)
                .field("longShortRatio", (longs / shorts).toFixed(4))
                .field("longAccount", longs.toFixed(4))
                .field("shortAccount", shorts.toFixed(4))
                .field("timestamp", toMs(at))
                .endObject();
        });
}

Result<std::string> topAccountRatio(const ApiCall &call)
{
    return longShortRatio(call, 1'000);
}

Result<std::string> topPositionRatio(const ApiCall &call)
{
    return longShortRatio(call, 2'000);
}

Result<std::string> globalAccountRatio(const ApiCall &call)
{
    return longShortRatio(call, 3'000);
}

Result<std::string> takerVolume(const ApiCall &call)
{
    return statistic(call, call.symbol(),
        [&](JsonWriter &json, const SymbolSpec &spec, Timestamp at, domain::Interval period) {
            const auto bar = call.parts.candles.barAt(spec.symbol, period, at - 1ms); // the one that ended
            const Quantity bought = bar ? bar->takerBuyVolume : Quantity{};
            const Quantity sold = bar ? bar->volume - bar->takerBuyVolume : Quantity{};
            json.beginObject()
                .field("buySellRatio", sold.isPositive() ? (bought / sold).toFixed(4) : std::string{"0.0000"})
                .field("buyVol", bought.toFixed(4))
                .field("sellVol", sold.toFixed(4))
                .field("timestamp", toMs(at))
                .endObject();
        });
}

Result<std::string> basis(const ApiCall &call)
{
    const auto isPerpetual = isPerpetualAsked(call);
    if (!isPerpetual) {
        return tl::unexpected{isPerpetual.error()};
    }
    if (!*isPerpetual) {
        return std::string{"[]"};
    }
    return statistic(
        call, pairOf(call), [&](JsonWriter &json, const SymbolSpec &spec, Timestamp at, domain::Interval) {
            const auto bars = call.parts.prices.klines(PriceKind::Index, spec.symbol, domain::Interval::M1,
                {at, at, 1}, call.parts.market.marketTime(call.now));
            const Price contract = priceAt(call, spec, at);
            const Price index = bars.empty() ? contract : bars.front().open;
            json.beginObject()
                .field("indexPrice", wire::fixedPrice(index))
                .field("contractType", "PERPETUAL")
                .field("basisRate", ((contract - index) / index).toFixed(4))
                .field("futuresPrice", wire::price(spec, contract))
                .field("annualizedBasisRate", "")
                .field("basis", wire::fixedPrice(contract - index))
                .field("pair", spec.pair)
                .field("timestamp", toMs(at))
                .endObject();
        });
}

/// No dated contract was ever listed here.
Result<std::string> deliveryPrice(const ApiCall &call)
{
    return pairOf(call).map([](const SymbolSpec *) { return std::string{"[]"}; });
}

// ------------------------------------------------------------------------------------------ the exchange

Result<std::string> insuranceBalance(const ApiCall &call)
{
    const auto spec = call.optionalSymbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    JsonWriter json;
    const bool isOne = *spec != nullptr;
    if (!isOne) {
        json.beginArray();
    }
    json.beginObject().key("symbols").beginArray(); // one fund for all symbols
    for (const Symbol &symbol : call.parts.engine.symbols()) {
        json.text(symbol);
    }
    json.endArray().key("assets").beginArray();
    json.beginObject()
        .field("asset", "USDT")
        .field("marginBalance", wire::amount(call.parts.engine.insuranceFund()))
        .field("updateTime", toMs(call.now))
        .endObject()
        .endArray()
        .endObject();
    if (!isOne) {
        json.endArray();
    }
    return json.take();
}

/// By how far the price moved within a day: the farther, the sooner somebody has to make room.
Result<std::string> adlRisk(const ApiCall &call)
{
    return oneOrAll(call, [&](JsonWriter &json, const SymbolSpec &spec, const MarketView &view) {
        constexpr std::chrono::minutes period{30};
        const Timestamp at{
            call.parts.market.marketTime(call.now).time_since_epoch() / period * period};
        const double before = priceAt(call, spec, at - 24h).approximate();
        const double moved = before > 0 ? std::abs(view.last.approximate() / before - 1) : 0;
        json.beginObject()
            .field("symbol", spec.symbol)
            .field("adlRisk", moved < 0.08  ? "low"
                              : moved < 0.2 ? "medium"
                                            : "high")
            .field("updateTime", toMs(at))
            .endObject();
    });
}

Result<std::string> tradingSchedule(const ApiCall &call)
{
    JsonWriter json;
    json.beginObject().field("updateTime", toMs(call.now)).key("marketSchedules").beginObject();
    for (const TraditionalMarket &market : traditionalMarkets()) {
        json.key(market.name).beginObject().key("sessions").beginArray();
        for (const TradingSession &session : tradingWeek(market, call.now)) {
            json.beginObject()
                .field("startTime", toMs(session.from))
                .field("endTime", toMs(session.to))
                .field("type", session.type)
                .endObject();
        }
        json.endArray().endObject();
    }
    return json.endObject().endObject().take();
}

} // namespace

const std::vector<Endpoint> &statisticsEndpoints()
{
    constexpr auto none = Security::None;
    constexpr auto free = constantWeight<0>;
    constexpr auto pool = LimitPool::Statistics;
    static const std::vector<Endpoint> endpoints{
        {"GET", "/fapi/v1/openInterest", none, constantWeight<1>, openInterest},
        {"GET", "/futures/data/openInterestHist", none, free, openInterestHistory, 0, 0, pool},
        {"GET", "/futures/data/topLongShortAccountRatio", none, free, topAccountRatio, 0, 0, pool},
        {"GET", "/futures/data/topLongShortPositionRatio", none, free, topPositionRatio, 0, 0, pool},
        {"GET", "/futures/data/globalLongShortAccountRatio", none, free, globalAccountRatio, 0, 0, pool},
        {"GET", "/futures/data/takerlongshortRatio", none, free, takerVolume, 0, 0, pool},
        {"GET", "/futures/data/basis", none, free, basis, 0, 0, pool},
        {"GET", "/futures/data/delivery-price", none, free, deliveryPrice, 0, 0, pool},
        {"GET", "/fapi/v1/insuranceBalance", none, constantWeight<1>, insuranceBalance},
        {"GET", "/fapi/v1/symbolAdlRisk", none, constantWeight<1>, adlRisk},
        {"GET", "/fapi/v1/tradingSchedule", none, constantWeight<5>, tradingSchedule},
    };
    return endpoints;
}

} // namespace paper
