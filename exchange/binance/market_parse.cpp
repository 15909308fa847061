#include "exchange/binance/json_reader.h"
#include "exchange/binance/wire_market.h"

#include <algorithm>

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
    Price minPrice;
    Price maxPrice;
    Price tickSize;
    LotFilter lot;
    int limit = 0;
    Money notional;
    Rate multiplierUp;
    Rate multiplierDown;
};

bool readFilter(od::value &source, SymbolSpec &spec)
{
    FilterFields f;
    const bool isRead = eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "filterType") {
            return read(value, f.type);
        }
        if (key == "minPrice") {
            return read(value, f.minPrice);
        }
        if (key == "maxPrice") {
            return read(value, f.maxPrice);
        }
        if (key == "tickSize") {
            return read(value, f.tickSize);
        }
        if (key == "minQty") {
            return read(value, f.lot.minQty);
        }
        if (key == "maxQty") {
            return read(value, f.lot.maxQty);
        }
        if (key == "stepSize") {
            return read(value, f.lot.stepSize);
        }
        if (key == "limit") {
            return read(value, f.limit);
        }
        if (key == "notional") {
            return read(value, f.notional);
        }
        if (key == "multiplierUp") {
            return read(value, f.multiplierUp);
        }
        return key == "multiplierDown" ? read(value, f.multiplierDown) : true;
    });
    if (f.type == "PRICE_FILTER") {
        spec.minPrice = f.minPrice;
        spec.maxPrice = f.maxPrice;
        spec.tickSize = f.tickSize;
    } else if (f.type == "LOT_SIZE") {
        spec.lot = f.lot;
    } else if (f.type == "MARKET_LOT_SIZE") {
        spec.marketLot = f.lot;
    } else if (f.type == "MAX_NUM_ORDERS") {
        spec.maxNumOrders = f.limit;
    } else if (f.type == "MIN_NOTIONAL") {
        spec.minNotional = f.notional;
    } else if (f.type == "PERCENT_PRICE") {
        spec.multiplierUp = f.multiplierUp;
        spec.multiplierDown = f.multiplierDown;
    }
    return isRead;
}

bool readSpec(od::value &source, SymbolSpec &spec)
{
    const bool isRead = eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "symbol") {
            return read(value, spec.symbol);
        }
        if (key == "pair") {
            return read(value, spec.pair);
        }
        if (key == "contractType") {
            return read(value, spec.contractType);
        }
        if (key == "deliveryDate") {
            return read(value, spec.deliveryAt);
        }
        if (key == "onboardDate") {
            return read(value, spec.onboardAt);
        }
        if (key == "status") {
            return read(value, spec.statusText);
        }
        if (key == "baseAsset") {
            return read(value, spec.baseAsset);
        }
        if (key == "quoteAsset") {
            return read(value, spec.quoteAsset);
        }
        if (key == "marginAsset") {
            return read(value, spec.marginAsset);
        }
        if (key == "pricePrecision") {
            return read(value, spec.pricePrecision);
        }
        if (key == "quantityPrecision") {
            return read(value, spec.quantityPrecision);
        }
        if (key == "triggerProtect") {
            return read(value, spec.triggerProtect);
        }
        if (key == "liquidationFee") {
            return read(value, spec.liquidationFee);
        }
        if (key == "marketTakeBound") {
            return read(value, spec.marketTakeBound);
        }
        if (key == "filters") {
            return eachElement(value, [&](od::value &filter) { return readFilter(filter, spec); });
        }
        return true;
    });
    spec.status = statusFrom(spec.statusText);
    return isRead && !spec.symbol.empty();
}

bool readRateLimit(od::value &source, RateLimit &limit)
{
    std::string kind;
    std::string interval;
    std::int64_t count = 1;
    const bool isRead = eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "rateLimitType") {
            return read(value, kind);
        }
        if (key == "interval") {
            return read(value, interval);
        }
        if (key == "intervalNum") {
            return read(value, count);
        }
        return key == "limit" ? read(value, limit.limit) : true;
    });
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
    return isRead && !kind.empty();
}

template <class Source> bool readTicker(Source &source, Ticker &ticker)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "symbol") {
            return read(value, ticker.symbol);
        }
        if (key == "priceChangePercent") {
            return read(value, ticker.changePercent);
        }
        if (key == "lastPrice") {
            return read(value, ticker.last);
        }
        if (key == "openPrice") {
            return read(value, ticker.open);
        }
        if (key == "highPrice") {
            return read(value, ticker.high);
        }
        if (key == "lowPrice") {
            return read(value, ticker.low);
        }
        if (key == "volume") {
            return read(value, ticker.volume);
        }
        if (key == "quoteVolume") {
            return read(value, ticker.quoteVolume);
        }
        return key == "closeTime" ? read(value, ticker.at) : true;
    }) && !ticker.symbol.empty();
}

template <class Source> bool readMark(Source &source, MarkPrice &mark)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "symbol") {
            return read(value, mark.symbol);
        }
        if (key == "markPrice") {
            return read(value, mark.mark);
        }
        if (key == "indexPrice") {
            return read(value, mark.index);
        }
        if (key == "lastFundingRate") {
            return read(value, mark.fundingRate);
        }
        if (key == "nextFundingTime") {
            return read(value, mark.nextFundingAt);
        }
        return key == "time" ? read(value, mark.at) : true;
    }) && !mark.symbol.empty();
}

template <class Source> bool readBookTicker(Source &source, BookTicker &ticker)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "symbol") {
            return read(value, ticker.symbol);
        }
        if (key == "bidPrice") {
            return read(value, ticker.bid);
        }
        if (key == "bidQty") {
            return read(value, ticker.bidQty);
        }
        if (key == "askPrice") {
            return read(value, ticker.ask);
        }
        if (key == "askQty") {
            return read(value, ticker.askQty);
        }
        if (key == "lastUpdateId") {
            return read(value, ticker.updateId);
        }
        return key == "time" ? read(value, ticker.at) : true;
    }) && !ticker.symbol.empty();
}

bool readBracket(od::value &source, LeverageBracket &bracket)
{
    return eachMember(source, [&](std::string_view key, od::value &value) {
        if (key == "bracket") {
            return read(value, bracket.bracket);
        }
        if (key == "initialLeverage") {
            return read(value, bracket.maxLeverage);
        }
        if (key == "notionalCap") {
            return read(value, bracket.notionalCap);
        }
        if (key == "notionalFloor") {
            return read(value, bracket.notionalFloor);
        }
        if (key == "maintMarginRatio") {
            return read(value, bracket.maintenanceMarginRate);
        }
        return key == "cum" ? read(value, bracket.maintenanceAmount) : true;
    });
}

/// Column numbers of a kline row.
bool readKline(od::value &row, Timestamp serverNow, Candle &candle)
{
    int column = 0;
    Timestamp closeAt;
    const bool isRead = eachElement(row, [&](od::value &cell) {
        switch (column++) {
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
    });
    constexpr int columns = 12;
    candle.isClosed = closeAt < serverNow;
    return isRead && column >= columns - 1;
}

} // namespace

Result<Timestamp> parseServerTime(std::string_view json)
{
    return parseDocument<Timestamp>(json, "server time", [](od::document &document, Timestamp &at) {
        return eachMember(document, [&](std::string_view key, od::value &value) {
            return key == "serverTime" ? read(value, at) : true;
        }) && toMs(at) > 0;
    });
}

Result<ExchangeInfo> parseExchangeInfo(std::string_view json)
{
    return parseDocument<ExchangeInfo>(
        json, "list of symbols", [](od::document &document, ExchangeInfo &info) {
            return eachMember(document, [&](std::string_view key, od::value &value) {
                if (key == "symbols") {
                    return eachElement(
                        value, [&](od::value &row) { return readSpec(row, info.symbols.emplace_back()); });
                }
                if (key == "rateLimits") {
                    return eachElement(value,
                        [&](od::value &row) { return readRateLimit(row, info.rateLimits.emplace_back()); });
                }
                return true;
            }) && !info.symbols.empty();
        });
}

Result<BookSnapshot> parseDepth(std::string_view json, const Symbol &symbol)
{
    return parseDocument<BookSnapshot>(json, "order book", [&](od::document &document, BookSnapshot &book) {
        book.symbol = symbol;
        return eachMember(document, [&](std::string_view key, od::value &value) {
            if (key == "lastUpdateId") {
                return read(value, book.lastUpdateId);
            }
            if (key == "E") {
                return read(value, book.at);
            }
            if (key == "bids") {
                return readLevels(value, book.bids);
            }
            return key == "asks" ? readLevels(value, book.asks) : true;
        }) && book.lastUpdateId > 0;
    });
}

Result<std::vector<Trade>> parseTrades(std::string_view json, const Symbol &symbol)
{
    return parseRows<Trade>(json, "list of trades", [&](auto &source, Trade &trade) {
        trade.symbol = symbol;
        return eachMember(source, [&](std::string_view key, od::value &value) {
            if (key == "id") {
                return read(value, trade.id);
            }
            if (key == "price") {
                return read(value, trade.price);
            }
            if (key == "qty") {
                return read(value, trade.quantity);
            }
            if (key == "time") {
                return read(value, trade.at);
            }
            return key == "isBuyerMaker" ? read(value, trade.buyerIsMaker) : true;
        }) && trade.id > 0;
    });
}

Result<std::vector<Trade>> parseAggTrades(std::string_view json, const Symbol &symbol)
{
    return parseRows<Trade>(json, "list of trades", [&](auto &source, Trade &trade) {
        trade.symbol = symbol;
        return eachMember(source, [&](std::string_view key, od::value &value) {
            if (key == "a") {
                return read(value, trade.id);
            }
            if (key == "p") {
                return read(value, trade.price);
            }
            if (key == "q") {
                return read(value, trade.quantity);
            }
            if (key == "T") {
                return read(value, trade.at);
            }
            return key == "m" ? read(value, trade.buyerIsMaker) : true;
        }) && trade.id > 0;
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
        return eachMember(source, [&](std::string_view key, od::value &value) {
            if (key == "symbol") {
                return read(value, price.symbol);
            }
            if (key == "price") {
                return read(value, price.price);
            }
            return key == "time" ? read(value, price.at) : true;
        }) && !price.symbol.empty();
    });
}

Result<std::vector<SymbolBrackets>> parseLeverageBrackets(std::string_view json)
{
    return parseRows<SymbolBrackets>(json, "leverage table", [](auto &source, SymbolBrackets &row) {
        const bool isRead = eachMember(source, [&](std::string_view key, od::value &value) {
            if (key == "symbol") {
                return read(value, row.symbol);
            }
            if (key == "brackets") {
                return eachElement(value,
                    [&](od::value &bracket) { return readBracket(bracket, row.brackets.emplace_back()); });
            }
            return true;
        });
        std::ranges::sort(row.brackets, {}, &LeverageBracket::notionalFloor);
        return isRead && !row.symbol.empty();
    });
}

} // namespace binance
