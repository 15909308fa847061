#pragma once

#include "exchange/paper/core/market.h"
#include "exchange/paper/core/price_candles.h"
#include "exchange/paper/core/stream_name.h"
#include "exchange/paper/core/stream_payloads.h"
#include "exchange/paper/core/tape.h"

#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace paper
{

/// What the streams show. Borrowed.
struct StreamParts
{
    const Engine &engine;
    CandleStore &candles;
    const Tape &tape;
    const MarketDriver &market;
    const PriceCandles &prices;
};

/// Turns trades and book changes into the messages of the market streams that have listeners, each at its
/// own rhythm. Depth: one chain of ids per stream, so U, u and pu fit for each speed.
class MarketStreams
{
public:
    using Send = std::function<void(const std::string &stream, const std::string &payload)>;

    explicit MarketStreams(StreamParts parts) : m_parts{parts} {}

    void open(const std::string &stream, const StreamName &name, Timestamp now);
    void close(const std::string &stream);

    void onTrade(const TradeEvent &trade, Timestamp marketAt, Timestamp now, const Send &send);
    void onBookChange(const BookChangeEvent &change);
    void onLiquidation(const LiquidationEvent &event);
    /// Sends what is due. To be called every 50 ms or so.
    void step(Timestamp now, const Send &send);

private:
    struct Channel
    {
        StreamName name;
        Timestamp nextAt;
        // depth
        payload::LevelChanges bids;
        payload::LevelChanges asks;
        std::int64_t lastId = 0;   ///< of the changes gathered
        std::int64_t pushedId = 0; ///< u of the latest message
        // trades
        std::int64_t nextAggregateId = 0;
        std::int64_t growingUpTo = 0; ///< last trade id of the newest aggregate a tick ago
        // candles
        Timestamp barAt;
        std::optional<Bar> bar;
        // what was sent last, by symbol: a change is worth a message
        std::map<Symbol, std::int64_t> seen;
        std::map<Symbol, LiquidationEvent> liquidations;
        std::array<payload::LevelChanges, 2> shownRpi;                        ///< as sent last, by Side
        std::map<Symbol, std::pair<std::string, LeverageBrackets>> contracts; ///< status and brackets
    };

    void push(const std::string &stream, Channel &channel, Timestamp now, const Send &send);
    void pushDepth(const std::string &stream, Channel &channel, Timestamp now, const Send &send);
    void pushAggregates(const std::string &stream, Channel &channel, Timestamp now, const Send &send);
    void pushKlines(const std::string &stream, Channel &channel, Timestamp now, const Send &send);
    void pushTickers(const std::string &stream, Channel &channel, Timestamp now, const Send &send);
    void pushMarkPrices(const std::string &stream, const Channel &channel, Timestamp now, const Send &send);
    void pushBookTickers(const std::string &stream, Channel &channel, Timestamp now, const Send &send);
    void pushLiquidations(const std::string &stream, Channel &channel, Timestamp now, const Send &send);
    void pushContracts(const std::string &stream, Channel &channel, Timestamp now, const Send &send);
    void pushSecond(const std::string &stream, Channel &channel, Timestamp now, const Send &send);
    void pushAssetIndices(const std::string &stream, const Channel &channel, Timestamp now, const Send &send);
    std::vector<Symbol> symbolsOf(const Channel &channel) const;
    std::array<payload::LevelChanges, 2> shownRpi(const Symbol &symbol) const;
    void addRpi(Channel &channel) const;

    StreamParts m_parts;
    std::map<std::string, Channel> m_channels;
    std::map<Symbol, std::set<std::string>> m_depthStreams; ///< those that gather book changes
    std::map<Symbol, std::set<std::string>> m_tradeStreams;
};

} // namespace paper
