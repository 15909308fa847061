#pragma once

#include "models/live/candle_series.h"

#include <cstdint>
#include <vector>

namespace ui
{

/// What is drawn side by side: a bar, or several as one where bars are denser than pixels.
struct Column
{
    std::int64_t number = 0; ///< of its first bar
    int bars = 1;
    live::Bar values;
    double middle() const { return static_cast<double>(number) + bars / 2.0; }
};

/// The columns of the bars in sight. Groups are powers of two and start at fixed bars, so that panning does
/// not make them shimmer.
class CandleColumns
{
public:
    /// from, to: bar numbers in sight. pixels: width of the plot.
    void rebuild(const live::CandleSeries &series, double from, double to, double pixels);
    /// The newest bar changed: recomputes the last column if it holds that bar. True if the extremes of all
    /// columns may have changed.
    bool refreshLast(const live::CandleSeries &series);
    void clear();

    const std::vector<Column> &columns() const { return m_columns; }
    bool isEmpty() const { return m_columns.empty(); }
    int barsPerColumn() const { return m_group; }
    double low() const { return m_low; }
    double high() const { return m_high; }
    double highestVolume() const { return m_highestVolume; }

private:
    void measure();

    std::vector<Column> m_columns;
    int m_group = 1;
    double m_low = 0;
    double m_high = 0;
    double m_highestVolume = 0;
};

} // namespace ui
