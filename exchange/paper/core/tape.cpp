#include "exchange/paper/core/tape.h"

namespace paper
{
namespace
{

constexpr std::size_t keptTrades = 1'000;
constexpr std::size_t keptAggregates = 3'000;
constexpr std::size_t keptFundings = 1'000; ///< as many as one answer of fundingRate holds
constexpr domain::Milliseconds aggregateSpan{100};

} // namespace

void Tape::add(const TradeEvent &trade, Timestamp marketAt)
{
    Track &track = m_tracks[trade.symbol];
    track.trades.push_back(trade);
    track.trades.back().at = marketAt;
    if (track.trades.size() > keptTrades) {
        track.trades.pop_front();
    }
    if (!track.aggregates.empty()) {
        AggregateTrade &last = track.aggregates.back();
        if (last.price == trade.price && last.buyerIsMaker == trade.buyerIsMaker &&
            last.lastTradeId + 1 == trade.tradeId && marketAt - last.at < aggregateSpan) {
            last.quantity += trade.quantity;
            last.normalQuantity += trade.isRpi ? Quantity{} : trade.quantity;
            last.lastTradeId = trade.tradeId;
            return;
        }
    }
    // Consecutive within a run; beginning at a trade id they also ascend across restarts.
    const std::int64_t id = track.aggregates.empty() ? trade.tradeId : track.aggregates.back().id + 1;
    track.aggregates.push_back({id, trade.price, trade.quantity, trade.tradeId, trade.tradeId, marketAt,
        trade.buyerIsMaker, trade.isRpi ? Quantity{} : trade.quantity});
    if (track.aggregates.size() > keptAggregates) {
        track.aggregates.pop_front();
    }
}

const std::deque<TradeEvent> &Tape::trades(const Symbol &symbol) const
{
    static const std::deque<TradeEvent> none;
    const auto found = m_tracks.find(symbol);
    return found == m_tracks.end() ? none : found->second.trades;
}

const std::deque<AggregateTrade> &Tape::aggregates(const Symbol &symbol) const
{
    static const std::deque<AggregateTrade> none;
    const auto found = m_tracks.find(symbol);
    return found == m_tracks.end() ? none : found->second.aggregates;
}

void Tape::add(const FundingEvent &funding)
{
    auto &settlements = m_fundings[funding.symbol];
    settlements[funding.at] = funding;
    if (settlements.size() > keptFundings) {
        settlements.erase(settlements.begin());
    }
}

const FundingEvent *Tape::funding(const Symbol &symbol, Timestamp at) const
{
    const auto track = m_fundings.find(symbol);
    if (track == m_fundings.end()) {
        return nullptr;
    }
    const auto found = track->second.find(at);
    return found == track->second.end() ? nullptr : &found->second;
}

} // namespace paper
