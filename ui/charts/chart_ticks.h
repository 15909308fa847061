#pragma once

#include "models/live/candle_series.h"

#include <QString>
#include <QTimeZone>

#include <vector>

namespace ui
{

/// A label of the time axis and the place of its grid line.
struct TimeTick
{
    double number = 0;    ///< middle of the bar it stands for
    QString text;         ///< "14:30", "23 Nov", "Nov", "2026"
    bool isMajor = false; ///< a new day among hours, a new month among days, a new year among months
    friend bool operator==(const TimeTick &, const TimeTick &) = default;
};

/// Round moments of the zone between two bar numbers, far enough apart for their labels.
std::vector<TimeTick> timeTicks(
    const live::CandleSeries &series, double from, double to, double pixels, const QTimeZone &zone);

/// When the bar with that number opens; before and after the series as if its rhythm went on.
domain::Timestamp openTimeOfNumber(const live::CandleSeries &series, std::int64_t number);

/// Distance of the price labels: 1, 2 or 5 times a power of ten, never below the tick. tick: quote asset; 0
/// if unknown.
double priceStep(double span, double pixels, double tick);

/// A round number not far above the volume: full height of a volume pane that must not move with each trade.
double volumeCeiling(double volume);

} // namespace ui
