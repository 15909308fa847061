#include "exchange/binance/json_reader.h"
#include "exchange/binance/wire_market.h"

#include <algorithm>
#include <array>
#include <optional>

namespace binance
{

using namespace domain;
using namespace json;

namespace
{

SymbolStatus statusFrom(std::string_view text)
{
    if (text == "TRADING") {
        return SymbolStatus::Trading;
    }
    if (text == "PENDING_TRADING") {
        return SymbolStatus::PendingTrading;
    }
    if (text == "TRADING_HALT" || text == "HALT" || text == "BREAK") {
        return SymbolStatus::Halted;
    }
    if (text == "TRADING_CANCEL_ONLY") {
        return SymbolStatus::CancelOnly;
    }
    if (text == "PRE_DELIVERING" || text == "DELIVERING" || text == "PRE_SETTLE" || text == "SETTLING") {
        return SymbolStatus::Settling;
    }
    if (text == "DELIVERED" || text == "CLOSE") {
        return SymbolStatus::Closed;
    }
    return SymbolStatus::Unknown;
}

/// All members any filter may have; which of them count depends on filterType, wherever that stands.
struct FilterFields
{
    std::string type;
    std::optional<Price> minPrice;
    std::optional<Price> maxPrice;
    std::optional<Price> tickSize;
    std::optional<Quantity> minQty;
    std::optional<Quantity> maxQty;
    std::optional<Quantity> stepSize;
    std::optional<int> limit;
    std::optional<Money> notional;
    std::optional<Rate> multiplierUp;
    std::optional<Rate> multiplierDown;
};

template <class T> bool take(const std::optional<T> &found, std::string_view member, T &out)
{
    out = found.value_or(T{});
    return given(found.has_value(), member);
}

bool takeLot(const FilterFields &found, LotFilter &lot)
{
    return take(found.minQty, "minQty", lot.minQty) && take(found.maxQty, "maxQty", lot.maxQty) &&
           take(found.stepSize, "stepSize", lot.stepSize);
}

/// A filter without its figures would let every order pass.
bool readFilter(od::value &source, SymbolSpec &spec)
{
    FilterFields f;
    const bool isRead = readObject(source, required("filterType", f.type), optional("minPrice", f.minPrice),
        optional("maxPrice", f.maxPrice), optional("tickSize", f.tickSize), optional("minQty", f.minQty),
        optional("maxQty", f.maxQty), optional("stepSize", f.stepSize), optional("limit", f.limit),
        optional("notional", f.notional), optional("multiplierUp", f.multiplierUp),
        optional("multiplierDown", f.multiplierDown));
    if (!isRead) {
        return false;
    }
    if (f.type == "PRICE_FILTER") {
        return take(f.minPrice, "minPrice", spec.minPrice) && take(f.maxPrice, "maxPrice", spec.maxPrice) &&
               take(f.tickSize, "tickSize", spec.tickSize);
    }
    if (f.type == "LOT_SIZE") {
        return takeLot(f, spec.lot);
    }
    if (f.type == "MARKET_LOT_SIZE") {
        return takeLot(f, spec.marketLot);
    }
    if (f.type == "MAX_NUM_ORDERS") {
        return take(f.limit, "limit", spec.maxNumOrders);
    }
    if (f.type == "MIN_NOTIONAL") {
        return take(f.notional, "notional", spec.minNotional);
    }
    if (f.type == "PERCENT_PRICE") {
        return take(f.multiplierUp, "multiplierUp", spec.multiplierUp) &&
               take(f.multiplierDown, "multiplierDown", spec.multiplierDown);
    }
    return true;
}

bool readSpec(od::value &source, SymbolSpec &spec)
{
    const auto readFilters = [&](od::value &value) {
        return eachElement(value, [&](od::value &filter) { return readFilter(filter, spec); });
    };
    const bool isRead = readObject(source, required("symbol", spec.symbol),
        required("status", spec.statusText), required("baseAsset", spec.baseAsset),
        required("quoteAsset", spec.quoteAsset), required("pricePrecision", spec.pricePrecision),
        required("quantityPrecision", spec.quantityPrecision), required("filters", readFilters),
        optional("marginAsset", spec.marginAsset), optional("pair", spec.pair),
        optional("contractType", spec.contractType), optional("deliveryDate", spec.deliveryAt),
        optional("onboardDate", spec.onboardAt), optional("triggerProtect", spec.triggerProtect),
        optional("liquidationFee", spec.liquidationFee), optional("marketTakeBound", spec.marketTakeBound));
    spec.status = statusFrom(spec.statusText);
    return isRead;
}

bool readRateLimit(od::value &source, RateLimit &limit)
{
    std::string kind;
    std::string interval;
    std::int64_t count = 0;
    const bool isRead = readObject(source, required("rateLimitType", kind), required("interval", interval),
        required("intervalNum", count), required("limit", limit.limit));
    limit.kind = kind == "REQUEST_WEIGHT" ? RateLimit::Kind::RequestWeight
                 : kind == "ORDERS"       ? RateLimit::Kind::Orders
                                          : RateLimit::Kind::Unknown;
    constexpr std::int64_t longest = 366;
    const std::int64_t unitMs = interval == "SECOND"   ? 1'000
                                : interval == "MINUTE" ? 60'000
                                : interval == "HOUR"   ? 3'600'000
                                : interval == "DAY"    ? 86'400'000
                                                       : 0;
    limit.interval = Milliseconds{unitMs * std::clamp<std::int64_t>(count, 0, longest)};
    return isRead;
}

template <class Source> bool readTicker(Source &source, Ticker &ticker)
{
    return readObject(source, required("symbol", ticker.symbol),
        required("priceChangePercent", ticker.changePercent), required("lastPrice", ticker.last),
        required("openPrice", ticker.open), required("highPrice", ticker.high),
        required("lowPrice", ticker.low), required("volume", ticker.volume),
        required("quoteVolume", ticker.quoteVolume), required("closeTime", ticker.at));
}

/// Without index and funding on contracts that have none.
template <class Source> bool readMark(Source &source, MarkPrice &mark)
{
    return readObject(source, required("symbol", mark.symbol), required("markPrice", mark.mark),
        required("time", mark.at), optional("indexPrice", mark.index),
        optional("lastFundingRate", mark.fundingRate), optional("nextFundingTime", mark.nextFundingAt));
}

template <class Source> bool readBookTicker(Source &source, BookTicker &ticker)
{
    return readObject(source, required("symbol", ticker.symbol), required("bidPrice", ticker.bid),
        required("bidQty", ticker.bidQty), required("askPrice", ticker.ask),
        required("askQty", ticker.askQty), required("time", ticker.at),
        optional("lastUpdateId", ticker.updateId));
}

bool readBracket(od::value &source, LeverageBracket &bracket)
{
    return readObject(source, required("bracket", bracket.bracket),
        required("initialLeverage", bracket.maxLeverage), required("notionalCap", bracket.notionalCap),
        required("notionalFloor", bracket.notionalFloor),
        required("maintMarginRatio", bracket.maintenanceMarginRate),
        required("cum", bracket.maintenanceAmount));
}

/// The rows of klines have columns in place of members.
bool readKline(od::value &row, Timestamp serverNow, Candle &candle)
{
    constexpr std::array<std::string_view, 12> names{"open time", "open", "high", "low", "close", "volume",
        "close time", "quote volume", "trade count", "taker buy volume", "taker buy quote volume", "unused"};
    constexpr std::size_t needed = 11;
    Timestamp closeAt;
    const auto readColumn = [&](std::size_t column, od::value &cell) {
        switch (column) {
        case 0:
            return read(cell, candle.openAt);
        case 1:
            return read(cell, candle.open);
        case 2:
            return read(cell, candle.high);
        case 3:
            return read(cell, candle.low);
        case 4:
            return read(cell, candle.close);
        case 5:
            return read(cell, candle.volume);
        case 6:
            return read(cell, closeAt);
        case 7:
            return read(cell, candle.quoteVolume);
        case 8:
            return read(cell, candle.tradeCount);
        case 9:
            return read(cell, candle.takerBuyVolume);
        default:
            return true;
        }
    };
    std::size_t columns = 0;
    const auto nameOf = [&](std::size_t column) { return names[std::min(column, names.size() - 1)]; };
    const bool isRead = eachElement(row, [&](od::value &cell) {
        const std::size_t column = columns++;
        return given(readColumn(column, cell), nameOf(column));
    });
    candle.isClosed = closeAt < serverNow;
    return isRead && given(columns >= needed, nameOf(columns));
}

} // namespace

Result<Timestamp> parseServerTime(std::string_view json)
{
    return parseDocument<Timestamp>(json, "server time", [](od::document &document, Timestamp &at) {
        return readObject(document, required("serverTime", at)) && given(toMs(at) > 0, "serverTime");
    });
}

Result<ExchangeInfo> parseExchangeInfo(std::string_view json)
{
    return parseDocument<ExchangeInfo>(
        json, "list of symbols", [](od::document &document, ExchangeInfo &info) {
            const auto readSymbols = [&](od::value &value) {
                return eachElement(
                    value, [&](od::value &row) { return readSpec(row, info.symbols.emplace_back()); });
            };
            const auto readLimits = [&](od::value &value) {
                return eachElement(value,
                    [&](od::value &row) { return readRateLimit(row, info.rateLimits.emplace_back()); });
            };
            return readObject(
                       document, required("symbols", readSymbols), optional("rateLimits", readLimits)) &&
                   given(!info.symbols.empty(), "symbols");
        });
}

Result<BookSnapshot> parseDepth(std::string_view json, const Symbol &symbol)
{
    return parseDocument<BookSnapshot>(json, "order book", [&](od::document &document, BookSnapshot &book) {
        book.symbol = symbol;
        return readObject(document, required("lastUpdateId", book.lastUpdateId), optional("E", book.at),
                   required("bids", [&](od::value &value) { return readLevels(value, book.bids); }),
                   required("asks", [&](od::value &value) { return readLevels(value, book.asks); })) &&
               given(book.lastUpdateId > 0, "lastUpdateId");
    });
}

Result<std::vector<Trade>> parseTrades(std::string_view json, const Symbol &symbol)
{
    return parseRows<Trade>(json, "list of trades", [&](auto &source, Trade &trade) {
        trade.symbol = symbol;
        return readObject(source, required("id", trade.id), required("price", trade.price),
                   required("qty", trade.quantity), required("time", trade.at),
                   required("isBuyerMaker", trade.buyerIsMaker)) &&
               given(trade.id > 0, "id");
    });
}

Result<std::vector<Trade>> parseAggTrades(std::string_view json, const Symbol &symbol)
{
    return parseRows<Trade>(json, "list of trades", [&](auto &source, Trade &trade) {
        trade.symbol = symbol;
        return readObject(source, required("a", trade.id), required("p", trade.price),
                   required("q", trade.quantity), required("T", trade.at),
                   required("m", trade.buyerIsMaker)) &&
               given(trade.id > 0, "a");
    });
}

Result<std::vector<Candle>> parseKlines(std::string_view json, Timestamp serverNow)
{
    return parseDocument<std::vector<Candle>>(
        json, "list of klines", [&](od::document &document, std::vector<Candle> &candles) {
            return eachElement(
                document, [&](od::value &row) { return readKline(row, serverNow, candles.emplace_back()); });
        });
}

Result<std::vector<Ticker>> parseTickers(std::string_view json)
{
    return parseRows<Ticker>(
        json, "24 h ticker", [](auto &source, Ticker &ticker) { return readTicker(source, ticker); });
}

Result<std::vector<MarkPrice>> parsePremiumIndex(std::string_view json)
{
    return parseRows<MarkPrice>(
        json, "premium index", [](auto &source, MarkPrice &mark) { return readMark(source, mark); });
}

Result<std::vector<BookTicker>> parseBookTickers(std::string_view json)
{
    return parseRows<BookTicker>(
        json, "book ticker", [](auto &source, BookTicker &ticker) { return readBookTicker(source, ticker); });
}

Result<std::vector<SymbolPrice>> parsePrices(std::string_view json)
{
    return parseRows<SymbolPrice>(json, "price", [](auto &source, SymbolPrice &price) {
        return readObject(source, required("symbol", price.symbol), required("price", price.price),
            optional("time", price.at));
    });
}

Result<std::vector<SymbolBrackets>> parseLeverageBrackets(std::string_view json)
{
    return parseRows<SymbolBrackets>(json, "leverage table", [](auto &source, SymbolBrackets &row) {
        const auto readBrackets = [&](od::value &value) {
            return eachElement(
                value, [&](od::value &bracket) { return readBracket(bracket, row.brackets.emplace_back()); });
        };
        const bool isRead =
            readObject(source, required("symbol", row.symbol), required("brackets", readBrackets));
        std::ranges::sort(row.brackets, {}, &LeverageBracket::notionalFloor);
        return isRead;
    });
}

} // namespace binance
