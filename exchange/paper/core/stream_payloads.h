#pragma once

#include "exchange/paper/core/candles.h"
#include "exchange/paper/core/composite_index.h"
#include "exchange/paper/core/tape.h"
#include "exchange/paper/core/trading_sessions.h"
#include "exchange/paper/core/types.h"

#include <functional>
#include <map>
#include <string>

/// Messages of the market and user streams as the exchange writes them (reference 6 and 7).
/// eventAt is "E".
namespace paper::payload
{

/// Levels by price with their new total.
using LevelChanges = std::map<Price, Quantity>;

std::string aggregateTrade(const SymbolSpec &spec, const AggregateTrade &trade, Timestamp eventAt);
std::string trade(const SymbolSpec &spec, const TradeEvent &trade, Timestamp marketAt, Timestamp eventAt);
/// average: the moving average of the mark.
std::string markPrice(const SymbolSpec &spec, const MarketView &view, Price average, Timestamp eventAt);
std::string kline(
    const SymbolSpec &spec, const Bar &bar, domain::Interval interval, bool isClosed, Timestamp eventAt);
std::string continuousKline(
    const SymbolSpec &spec, const Bar &bar, domain::Interval interval, bool isClosed, Timestamp eventAt);
std::string secondKline(const SymbolSpec &spec, const Bar &bar, bool isClosed, Timestamp eventAt);
std::string miniTicker(const SymbolSpec &spec, const DayStatistics &day, Timestamp eventAt);
std::string ticker(const SymbolSpec &spec, const DayStatistics &day, Quantity lastQuantity,
    std::int64_t lastTradeId, Timestamp closeAt, Timestamp eventAt);
std::string bookTicker(const SymbolSpec &spec, const MarketView &view, Timestamp eventAt);

struct DepthIds
{
    std::int64_t first = 0;    ///< U
    std::int64_t last = 0;     ///< u
    std::int64_t previous = 0; ///< pu
};
std::string depth(const SymbolSpec &spec, const DepthIds &ids, const LevelChanges &bids,
    const LevelChanges &asks, Timestamp eventAt);
std::string partialDepth(
    const SymbolSpec &spec, const DepthIds &ids, const domain::BookSnapshot &book, Timestamp eventAt);
std::string forceOrder(const SymbolSpec &spec, const LiquidationEvent &event, Timestamp eventAt);

/// brackets: only where they changed, else nullptr.
std::string contractInfo(const SymbolSpec &spec, const LeverageBrackets *brackets, Timestamp eventAt);
std::string compositeIndex(const CompositeIndex &index, Timestamp eventAt);
std::string assetIndex(const AssetIndex &index, Timestamp eventAt);
std::string tradingSession(std::string_view eventType, const TradingSession &session, Timestamp eventAt);

std::string orderUpdate(const SymbolSpec &spec, const OrderUpdateEvent &event, Timestamp eventAt);
std::string tradeLite(const SymbolSpec &spec, const TradeLiteEvent &event, Timestamp eventAt);
/// specOf: the specification of each symbol of the event.
using SpecOf = std::function<const SymbolSpec &(const Symbol &)>;
std::string accountUpdate(const AccountUpdateEvent &event, const SpecOf &specOf, Timestamp eventAt);
std::string marginCall(const MarginCallEvent &event, const SpecOf &specOf, Timestamp eventAt);
std::string conditionalUpdate(const SymbolSpec &spec, const ConditionalUpdateEvent &event, Timestamp eventAt);
std::string configUpdate(const ConfigUpdateEvent &event, Timestamp eventAt);
std::string listenKeyExpired(const std::string &listenKey, Timestamp eventAt);

} // namespace paper::payload
