#pragma once

#include "exchange/paper/core/bars.h"
#include "exchange/paper/core/json.h"
#include "exchange/paper/core/types.h"

#include <string>

/// Values as the exchange writes them, for REST answers and stream messages alike.
namespace paper::wire
{

/// Amounts are cut, not rounded, to 8 decimals.
std::string amount(Money value);
std::string amount(Quantity value);
/// With as many decimals as the symbol's precision: "65000.10", "0.100".
std::string price(const SymbolSpec &spec, Price value);
std::string quantity(const SymbolSpec &spec, Quantity value);
/// At most 8 decimals, none that are not needed: averages, entry prices.
std::string shortPrice(Price value);
std::string shortAmount(Money value); ///< cut to 8 decimals, none that are not needed: order values
std::string fixedPrice(Price value);  ///< 8 decimals: mark, index
std::string rate(Rate value);         ///< 8 decimals: funding

std::string_view marginTypeLower(MarginType type); ///< "cross", "isolated"
std::string_view marginTypeUpper(MarginType type); ///< "CROSSED", "ISOLATED"

/// [["65000.10","0.100"],…]
void levels(JsonWriter &json, const SymbolSpec &spec, const std::vector<domain::BookLevel> &levels);
/// One row of GET klines.
void kline(JsonWriter &json, const SymbolSpec &spec, const Bar &bar, domain::Interval interval);

/// Answer of POST, PUT and DELETE order (reference 5.2). isAck: status NEW and nothing filled, whatever
/// happened since.
void orderAnswer(JsonWriter &json, const SymbolSpec &spec, const OrderRecord &order, bool isAck);
/// Answer of PUT order: the same with pair and modifyId.
void amendAnswer(JsonWriter &json, const SymbolSpec &spec, const OrderRecord &order);
/// Row of GET order, openOrders, allOrders (reference 5.4).
void orderRow(JsonWriter &json, const SymbolSpec &spec, const OrderRecord &order);
/// Answer of POST algoOrder; with details the row of the queries (reference 5.7).
void conditionalRow(
    JsonWriter &json, const SymbolSpec &spec, const ConditionalRecord &order, bool withDetails);
void userTrade(JsonWriter &json, const SymbolSpec &spec, const UserTrade &trade);
void positionRiskV3(JsonWriter &json, const SymbolSpec &spec, const PositionView &position);
void positionRiskV2(JsonWriter &json, const SymbolSpec &spec, const PositionView &position);

} // namespace paper::wire
