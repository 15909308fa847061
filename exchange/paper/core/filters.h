#pragma once

#include "exchange/paper/core/exchange.h"

/// The symbol's filters in exact decimals, each with the venue's code and text: reference 4.3.
namespace paper
{

/// -1122 unless the symbol trades.
Result<void> checkStatus(const Listing &listing);
/// -1111: more decimals than pricePrecision or quantityPrecision. Zeros pass.
Result<void> checkPrecision(const SymbolSpec &spec, Price price, Quantity quantity);
/// -4001, -4013, -4002, -4014.
Result<void> checkPriceFilter(const SymbolSpec &spec, Price price);
/// -4006, -4007, -4014 for trigger and activation prices.
Result<void> checkTriggerFilter(const SymbolSpec &spec, Price price);
/// -4210, -4211: a trigger or activation price too far from mark. Nothing while there is no mark price.
Result<void> checkTriggerBand(const Listing &listing, Price trigger);
/// -4003, -4004, -4005, -4023. Market types are bound by MARKET_LOT_SIZE.
Result<void> checkLot(const SymbolSpec &spec, OrderType type, Quantity quantity);
/// -4016, -4024 for a limit price, -4131 for a market order (price 0). Nothing while there is no mark price.
Result<void> checkPercentPrice(const Listing &listing, Side side, Price price);
/// -4164: price × quantity below the minimum.
Result<void> checkNotional(const SymbolSpec &spec, Price price, Quantity quantity);
/// -4183, -4184: limit price of a conditional order against its trigger price.
Result<void> checkPriceAgainstTrigger(const SymbolSpec &spec, Price price, Price trigger);

/// What a market order is valued at before it trades: mark, else the last price, else the best bid or ask.
Price referencePrice(const Listing &listing);

} // namespace paper
