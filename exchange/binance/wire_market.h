#pragma once

#include "models/domain/market.h"
#include "models/domain/result.h"
#include "models/domain/symbol.h"

#include <string>
#include <string_view>
#include <vector>

namespace binance
{

// Answers of the public REST endpoints as domain values. Every parser gives Malformed, naming the field, for
// what it cannot read; fields and enum values it does not know are harmless. Source: reference 4.

/// GET /fapi/v1/time.
domain::Result<domain::Timestamp> parseServerTime(std::string_view json);
/// GET /fapi/v1/exchangeInfo. Its serverTime is stale and not read.
domain::Result<domain::ExchangeInfo> parseExchangeInfo(std::string_view json);
/// GET /fapi/v1/depth; the answer does not name its symbol.
domain::Result<domain::BookSnapshot> parseDepth(std::string_view json, const domain::Symbol &symbol);
/// GET /fapi/v1/trades; ascending.
domain::Result<std::vector<domain::Trade>> parseTrades(std::string_view json, const domain::Symbol &symbol);
/// GET /fapi/v1/aggTrades; ascending.
domain::Result<std::vector<domain::Trade>> parseAggTrades(
    std::string_view json, const domain::Symbol &symbol);
/// GET /fapi/v1/klines and the continuous, index, mark and premium forms; ascending. A row whose close time
/// is not before serverNow is the open bar.
domain::Result<std::vector<domain::Candle>> parseKlines(std::string_view json, domain::Timestamp serverNow);
/// GET /fapi/v1/ticker/24hr: one object or an array.
domain::Result<std::vector<domain::Ticker>> parseTickers(std::string_view json);
/// GET /fapi/v1/premiumIndex: one object or an array.
domain::Result<std::vector<domain::MarkPrice>> parsePremiumIndex(std::string_view json);
/// GET /fapi/v1/ticker/bookTicker: one object or an array.
domain::Result<std::vector<domain::BookTicker>> parseBookTickers(std::string_view json);

struct SymbolPrice
{
    domain::Symbol symbol;
    domain::Price price;
    domain::Timestamp at;
};
/// GET /fapi/v2/ticker/price: one object or an array.
domain::Result<std::vector<SymbolPrice>> parsePrices(std::string_view json);

struct SymbolBrackets
{
    domain::Symbol symbol;
    domain::LeverageBrackets brackets; ///< ascending by notionalFloor
};
/// GET /fapi/v1/leverageBracket: one object or an array (reference 10.3).
domain::Result<std::vector<SymbolBrackets>> parseLeverageBrackets(std::string_view json);

} // namespace binance
