#pragma once

#include "exchange/paper/core/bars.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace paper
{

/// Which klines are wanted, as in GET /fapi/v1/klines.
struct KlineQuery
{
    std::optional<domain::Timestamp> from; ///< first opening, inclusive
    std::optional<domain::Timestamp> to;   ///< last opening, inclusive
    std::size_t limit = 500;               ///< the oldest where `from` is set, else the newest
};

/// Rolling 24 hours of one symbol.
struct DayStatistics
{
    Bar bar; ///< openAt: start of the window
    domain::Price weightedAverage;
};

/// Klines of every symbol and interval: finished ones from a BarSource, the present ones from trades.
/// All times are market time. Longer bars are sums of shorter ones, so intervals never contradict each
/// other.
class CandleStore
{
public:
    /// liveFrom: trades count from here; what lies before is the source's. started: what is known already
    /// of the minute that holds liveFrom.
    void add(const domain::Symbol &symbol, std::shared_ptr<BarSource> history, domain::Timestamp liveFrom,
        const std::optional<Bar> &started = std::nullopt);
    void onTrade(const domain::Trade &trade);
    /// The source knows everything before `moment` (a replay that went on): live minutes before it go.
    void finish(const domain::Symbol &symbol, domain::Timestamp moment);

    /// Ascending; the last one may be unfinished. Empty where the symbol is unknown.
    std::vector<Bar> klines(const domain::Symbol &symbol, domain::Interval interval, const KlineQuery &query,
        domain::Timestamp now);
    /// The bar that holds `moment`, as far as it is known; unset where nothing is.
    std::optional<Bar> barAt(
        const domain::Symbol &symbol, domain::Interval interval, domain::Timestamp moment);
    std::optional<DayStatistics> dayStatistics(const domain::Symbol &symbol, domain::Timestamp now);

private:
    struct Series
    {
        std::shared_ptr<BarSource> history;
        domain::Timestamp liveFrom;
        std::deque<Bar> live; ///< minutes from liveFrom on, without holes
    };
    static std::optional<Bar> sum(Series &series, domain::Timestamp from, domain::Timestamp to);
    static std::optional<domain::Timestamp> lastOpen(
        const Series &series, domain::Interval interval, domain::Timestamp now);

    std::map<domain::Symbol, Series> m_series;
};

} // namespace paper
