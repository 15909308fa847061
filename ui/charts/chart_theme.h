#pragma once

#include <QColor>

namespace ui
{

/// Colours of a chart. All opaque: translucent fills are what makes software painting slow.
struct ChartTheme
{
    QColor background;
    QColor grid;
    QColor axis; ///< lines between plot and axes
    QColor text;
    QColor mutedText; ///< axis labels, captions of the readout
    QColor up;
    QColor down;
    QColor upWick;
    QColor downWick;
    QColor volumeUp;
    QColor volumeDown;
    QColor crosshair;
    QColor labelBackground; ///< of the crosshair's labels on the axes
    QColor labelText;       ///< on labelBackground and on coloured labels
    QColor lastPrice;       ///< of a last price without direction
    QColor entry;
    QColor breakEven;
    QColor liquidation;
    QColor stop;
    QColor takeProfit;
    QColor target;
    QColor buyOrder;
    QColor sellOrder;
    QColor warning; ///< stale and failed

    static ChartTheme dark();
    static ChartTheme light();
    /// The same with green and red swapped.
    ChartTheme swapped() const;
    /// The same, faded towards the background: for data that is stale.
    ChartTheme faded() const;
};

/// a and b mixed; share: 0 gives a, 1 gives b.
QColor blended(const QColor &a, const QColor &b, double share);

} // namespace ui
