#pragma once

#include "models/domain/market.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace domain
{

/// Open times of bars that are missing, both ends included.
struct CandleGap
{
    Timestamp firstOpenAt;
    Timestamp lastOpenAt;
    friend bool operator==(const CandleGap &, const CandleGap &) = default;
};

/// Merges bars into a series that ascends by open time; each open time once. A bar replaces the one that has
/// its open time, except that an open bar never replaces a closed one and an older state never a newer one
/// (fewer trades). Answers the index of the first bar that changed; series.size() where none did.
std::size_t mergeCandles(std::vector<Candle> &series, const std::vector<Candle> &bars);

/// Bars missing inside an ascending series. A bar without a trade may be missing at the exchange as well.
std::vector<CandleGap> gapsIn(const std::vector<Candle> &series, Interval interval);

/// Puts ascending bars of a small interval together into a larger one, which must be a multiple. The last
/// bar is closed only where its last part is there and closed.
std::vector<Candle> aggregateCandles(const std::vector<Candle> &bars, Interval from, Interval to);

/// Makes bars of trades. Intervals without a trade have no bar.
class CandleBuilder
{
public:
    explicit CandleBuilder(Interval interval) : m_interval{interval} {}

    /// Adds a trade, in ascending time; one older than the current bar is left out. Answers the bar that it
    /// closed.
    std::optional<Candle> add(const Trade &trade);
    /// Closes the current bar if its time is over.
    std::optional<Candle> closeAt(Timestamp now);
    /// The open bar.
    const std::optional<Candle> &current() const { return m_current; }

private:
    Interval m_interval;
    std::optional<Candle> m_current;
};

} // namespace domain
