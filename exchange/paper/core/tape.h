#pragma once

#include "exchange/paper/core/types.h"

#include <deque>
#include <map>
#include <utility>

namespace paper
{

/// Fills of one taker side at one price within 100 ms.
struct AggregateTrade
{
    std::int64_t id = 0;
    Price price;
    Quantity quantity;
    std::int64_t firstTradeId = 0;
    std::int64_t lastTradeId = 0;
    Timestamp at;
    bool buyerIsMaker = false;
    Quantity normalQuantity{}; ///< "nq": without what RPI orders traded
};

/// The latest public trades of every symbol, single and aggregated. Times are market time.
class Tape
{
public:
    void add(const TradeEvent &trade, Timestamp marketAt);
    /// Oldest first.
    const std::deque<TradeEvent> &trades(const Symbol &symbol) const;
    const std::deque<AggregateTrade> &aggregates(const Symbol &symbol) const;

    void add(const FundingEvent &funding);
    /// The settlement of this run at that time, or nullptr.
    const FundingEvent *funding(const Symbol &symbol, Timestamp at) const;

private:
    struct Track
    {
        std::deque<TradeEvent> trades;
        std::deque<AggregateTrade> aggregates;
    };
    std::map<Symbol, Track> m_tracks;
    std::map<Symbol, std::map<Timestamp, FundingEvent>> m_fundings; ///< the newest of each symbol
};

} // namespace paper
