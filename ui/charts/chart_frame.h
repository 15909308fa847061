#pragma once

#include "ui/charts/candle_columns.h"
#include "ui/charts/chart_theme.h"
#include "ui/charts/chart_ticks.h"
#include "ui/charts/pixel_map.h"

#include <QChartView>
#include <QRect>
#include <QRegion>

#include <vector>

class QLineSeries;
class QValueAxis;

namespace ui
{

class ChartItem;

/// The parts of a chart's area, in pixels of the view.
struct ChartPanes
{
    QRect price;
    QRect volume;
    QRect priceAxis; ///< right of price and volume
    QRect timeAxis;  ///< below them
};

/// QtCharts gives background, price axis and the way from values to pixels; one item of ours draws all that
/// is many: bars, volume, times.
class ChartFrame : public QChartView
{
    Q_OBJECT
public:
    explicit ChartFrame(QWidget *parent = nullptr);

    void setTheme(const ChartTheme &theme);
    /// Divides the area; priceText: the widest price to be expected.
    void layOut(QSize size, const QString &priceText);
    const ChartPanes &panes() const { return m_panes; }

    struct Contents
    {
        double from = 0; ///< bar numbers in sight
        double to = 1;
        double low = 0; ///< prices in sight
        double high = 1;
        double priceStep = 1;
        int decimals = 2;
        double fullVolume = 0; ///< volume that fills its pane
        std::vector<TimeTick> ticks;
    };
    /// Repaints everything. columns: borrowed, drawn as they are whenever something is painted.
    void show(const Contents &contents, const CandleColumns &columns);
    const Contents &contents() const { return m_contents; }
    const PixelMap &map() const { return m_map; }
    /// The strip that the last column may touch.
    QRect lastColumn() const;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    friend class ChartItem;

    ChartTheme m_theme;
    ChartPanes m_panes;
    Contents m_contents;
    PixelMap m_map;
    const CandleColumns *m_columns = nullptr;
    QValueAxis *m_timeAxis;
    QValueAxis *m_priceAxis;
    QLineSeries *m_anchor; ///< one point that no one sees: values and pixels are mapped through a series
    ChartItem *m_item;
    QRegion m_exposed; ///< what the paint at hand is about
};

} // namespace ui
