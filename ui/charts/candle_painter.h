#pragma once

#include "ui/charts/candle_columns.h"
#include "ui/charts/chart_theme.h"
#include "ui/charts/pixel_map.h"

#include <QRect>

#include <span>
#include <vector>

class QPainter;

namespace ui
{

/// Draws candles and volume in few batches of whole-pixel rectangles. Knows nothing of the frame around them.
/// All pixels are those of the painter's coordinates, which should be the device's.
class CandlePainter
{
public:
    /// hairline: width of a wick, 1 or more. Candles wholly above row top or below row bottom are left out.
    void paintCandles(QPainter &painter, std::span<const Column> columns, const PixelMap &map,
        const ChartTheme &theme, int hairline, int top, int bottom);
    /// A volume of `full` reaches from bottom to top.
    void paintVolume(QPainter &painter, std::span<const Column> columns, const PixelMap &map,
        const ChartTheme &theme, int hairline, int top, int bottom, double full);
    /// Pixels that a column may touch, from left to right.
    static std::pair<int, int> extent(const Column &column, const PixelMap &map);

private:
    std::vector<QRect> m_upWicks;
    std::vector<QRect> m_downWicks;
    std::vector<QRect> m_upBodies;
    std::vector<QRect> m_downBodies;
};

} // namespace ui
