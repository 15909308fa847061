#pragma once

#include "exchange/paper/core/candles.h"
#include "exchange/paper/core/engine.h"
#include "exchange/paper/core/market.h"

#include <array>
#include <deque>
#include <map>
#include <vector>

namespace paper
{

/// What has a price but no trades. Premium: contract over index, less 1, as the number of a price.
enum class PriceKind : std::uint8_t { Mark, Index, Premium };

struct PriceBar
{
    Timestamp openAt;
    Price open;
    Price high;
    Price low;
    Price close;
    int samples = 0; ///< one a second

    void append(const PriceBar &later);
};

/// Candles of mark price, index and premium: of this run from samples, before it from the contract's candles
/// and the market's basis. All times are market time.
class PriceCandles
{
public:
    PriceCandles(CandleStore &candles, MarketDriver &market) : m_candles{candles}, m_market{market} {}

    /// Takes one sample of every symbol where a second went by since the last one.
    void sample(const Engine &engine, Timestamp now);
    void clear()
    {
        m_live.clear();
        m_marks.clear();
    }
    /// Ascending; the last one is unfinished.
    std::vector<PriceBar> klines(PriceKind kind, const Symbol &symbol, domain::Interval interval,
        const KlineQuery &query, Timestamp now) const;
    /// Mean of the mark's latest 30 samples; 0 before the first.
    Price averageMark(const Symbol &symbol) const;

private:
    using Minutes = std::deque<PriceBar>;
    void add(Minutes &minutes, Timestamp at, Price price) const;
    PriceBar history(PriceKind kind, const Symbol &symbol, const Bar &bar, Timestamp to) const;

    CandleStore &m_candles;
    MarketDriver &m_market;
    Timestamp m_nextAt;
    std::map<Symbol, std::array<Minutes, 3>> m_live; ///< by PriceKind
    std::map<Symbol, std::deque<Price>> m_marks;
};

} // namespace paper
