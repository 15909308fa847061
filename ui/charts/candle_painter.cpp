#include "ui/charts/candle_painter.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ui
{
namespace
{
constexpr double bodyShare = 0.74;

/// Pixel columns of wick and body.
struct Slot
{
    int wickLeft;
    int bodyLeft;
    int bodyWidth;
    bool hasBody; ///< else there is room for one stroke only, as wide as bodyWidth
};

Slot slotOf(const Column &column, const PixelMap &map, int hairline)
{
    const double width = column.bars * map.pixelsPerBar;
    const double body = std::min(width * bodyShare, width - 1);
    const int side = static_cast<int>((body - hairline) / 2); // as much left as right of the wick
    const int wickLeft = static_cast<int>(std::floor(map.x(column.middle()) - hairline / 2.0 + 0.5));
    if (side > 0) {
        return {wickLeft, wickLeft - side, hairline + 2 * side, true};
    }
    return {wickLeft, wickLeft, std::max(hairline, static_cast<int>(width) - hairline), false};
}

int rowOf(double y)
{
    // Far off the screen a row has no meaning, and large numbers would not fit an int.
    return static_cast<int>(std::lround(std::clamp(y, -30'000.0, 30'000.0)));
}

void draw(QPainter &painter, const std::vector<QRect> &rects, const QColor &color)
{
    if (!rects.empty()) {
        painter.setBrush(color);
        painter.drawRects(rects.data(), static_cast<int>(rects.size()));
    }
}

} // namespace

std::pair<int, int> CandlePainter::extent(const Column &column, const PixelMap &map)
{
    return {static_cast<int>(std::floor(map.x(static_cast<double>(column.number)))) - 2,
        static_cast<int>(std::ceil(map.x(static_cast<double>(column.number + column.bars)))) + 2};
}

void CandlePainter::paintCandles(QPainter &painter, std::span<const Column> columns, const PixelMap &map,
    const ChartTheme &theme, int hairline, int top, int bottom)
{
    m_upWicks.clear();
    m_downWicks.clear();
    m_upBodies.clear();
    m_downBodies.clear();
    for (const Column &column : columns) {
        const live::Bar &bar = column.values;
        const int highRow = rowOf(map.y(bar.high));
        const int lowRow = std::max(rowOf(map.y(bar.low)), highRow + hairline);
        if (highRow > bottom || lowRow < top) {
            continue;
        }
        const Slot slot = slotOf(column, map, hairline);
        const bool isUp = bar.close >= bar.open;
        (isUp ? m_upWicks : m_downWicks)
            .emplace_back(slot.wickLeft, highRow, slot.hasBody ? hairline : slot.bodyWidth, lowRow - highRow);
        if (slot.hasBody) {
            const int bodyTop = rowOf(map.y(std::max(bar.open, bar.close)));
            const int bodyEnd = std::max(rowOf(map.y(std::min(bar.open, bar.close))), bodyTop + hairline);
            (isUp ? m_upBodies : m_downBodies)
                .emplace_back(slot.bodyLeft, bodyTop, slot.bodyWidth, bodyEnd - bodyTop);
        }
    }
    painter.setPen(Qt::NoPen);
    draw(painter, m_upWicks, theme.upWick);
    draw(painter, m_downWicks, theme.downWick);
    draw(painter, m_upBodies, theme.up);
    draw(painter, m_downBodies, theme.down);
}

void CandlePainter::paintVolume(QPainter &painter, std::span<const Column> columns, const PixelMap &map,
    const ChartTheme &theme, int hairline, int top, int bottom, double full)
{
    if (full <= 0) {
        return;
    }
    m_upBodies.clear();
    m_downBodies.clear();
    for (const Column &column : columns) {
        const live::Bar &bar = column.values;
        if (bar.volume <= 0) {
            continue;
        }
        const Slot slot = slotOf(column, map, hairline);
        const int height =
            std::max(hairline, static_cast<int>(std::lround((bottom - top) * bar.volume / full)));
        (bar.close >= bar.open ? m_upBodies : m_downBodies)
            .emplace_back(slot.bodyLeft, bottom - height, slot.bodyWidth, height);
    }
    painter.setPen(Qt::NoPen);
    draw(painter, m_upBodies, theme.volumeUp);
    draw(painter, m_downBodies, theme.volumeDown);
}

} // namespace ui
