#pragma once

#include "ui/charts/chart_frame.h"
#include "ui/charts/chart_overlay.h"
#include "ui/charts/price_line.h"

#include <QFontMetrics>

#include <array>
#include <cstdint>
#include <vector>

namespace ui
{

/// A word and a number of the line at the top.
struct ReadoutPart
{
    QString caption; ///< "O"; may be empty
    QString value;
    QColor color; ///< of the value
};

/// Puts together what lies over a chart, from the lowest to the topmost mark.
class ChartMarks
{
public:
    ChartMarks(const ChartPanes &panes, const PixelMap &map, const ChartTheme &theme, const QFont &font);

    /// First of all, so that labels keep clear of it; it still lies on top.
    void addReadout(const std::vector<ReadoutPart> &parts);
    /// priceText: on the axis. A line that is out of sight becomes a label at the edge.
    void addPriceLine(const PriceLine &line, const QString &priceText);
    void addLastPrice(double price, const QString &priceText, const QString &countdown, const QColor &color);
    /// full: what the top of the volume pane stands for.
    void addVolumeScale(const QString &caption, const QString &full);
    void addSentence(const QString &sentence);
    /// A short warning over a chart that still shows bars.
    void addBanner(const QString &text);
    /// x: middle of the bar; both in pixels.
    void addCrosshair(int x, int y, const QString &timeText, const QString &priceText);
    void addFocusFrame(const QRect &area);

    std::vector<OverlayMark> take();

private:
    enum Layer : std::uint8_t { Lines, Labels, Crosshair, Readout, LayerCount };

    void add(Layer layer, OverlayMark::Kind kind, const QRect &rect, const QColor &color,
        const QColor &background = {}, const QString &text = {});
    /// Gives the place of the tag.
    QRect addAxisTag(Layer layer, int y, const QString &text, const QColor &background, int rowsBelow = 0);
    int tagWidth(const QString &text) const;
    int rowOf(double price) const;
    QRect freePlace(QRect box) const; ///< that box, or right of or below what is there already
    QColor colorOf(const PriceLine &line) const;

    const ChartPanes &m_panes;
    const PixelMap &m_map;
    const ChartTheme &m_theme;
    QFontMetrics m_metrics;
    std::array<std::vector<OverlayMark>, LayerCount> m_layers;
    std::vector<QRect> m_taken; ///< places of labels and readout
    int m_rowHeight;
    int m_hiddenAbove = 0;
    int m_hiddenBelow = 0;
};

} // namespace ui
