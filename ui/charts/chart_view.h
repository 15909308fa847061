#pragma once

#include "models/live/candle_series.h"
#include "ui/charts/candle_columns.h"
#include "ui/charts/chart_theme.h"
#include "ui/charts/price_line.h"
#include "ui/charts/price_scale.h"
#include "ui/charts/time_window.h"

#include <QElapsedTimer>
#include <QPoint>
#include <QPointer>
#include <QRect>
#include <QString>
#include <QTimeZone>
#include <QTimer>
#include <QWidget>

#include <optional>
#include <vector>

class QToolButton;

namespace ui
{

class ChartFrame;
class ChartOverlay;
struct ReadoutPart;

/// Candles and volume of one series with price lines on top. Wheel zooms at the cursor, dragging pans, the
/// price axis can be dragged (double click: automatic again). Keys: Left, Right, Plus, Minus, Home, End, Page
/// Up and Page Down for the interval, Escape to give up a drag. L chooses the next line that may be moved
/// (Shift+L the one before), Up and Down move it by a tick (Shift: by ten), Escape lets it go.
class ChartView : public QWidget
{
    Q_OBJECT
public:
    explicit ChartView(QWidget *parent = nullptr);
    ~ChartView() override;

    /// Borrowed; null shows an empty chart. The chart lets go of a series that dies.
    void setSeries(live::CandleSeries *series);
    live::CandleSeries *series() const { return m_series; }
    /// Decimals and grid of prices, decimals of quantities. Prices of dragged lines are rounded to the tick.
    void setSymbolSpec(int priceDecimals, domain::Price tickSize, int quantityDecimals = 3);
    void setTheme(const ChartTheme &theme);
    const ChartTheme &theme() const { return m_theme; }
    /// Replaces all lines. A line being dragged keeps the user's price until it is let go.
    void setLines(std::vector<PriceLine> lines);
    const std::vector<PriceLine> &lines() const { return m_lines; }
    /// Zone of the time axis; UTC at first.
    void setTimeZone(const QTimeZone &zone);
    /// For the countdown to the close of the bar; the machine's clock at first. Must outlive the chart.
    void setClock(const domain::Clock *clock);

    void zoom(double factor); ///< at the live edge or the middle; above 1: fewer bars
    void panBy(double bars);  ///< positive: towards newer ones
    void setVisibleBars(double count);
    void goToLive();
    void goToOldest();
    void showAll();
    void setAutoScale(bool automatic);
    bool isAutoScaled() const { return m_scale.isAutomatic(); }
    bool followsLiveEdge() const;

    // Where things are, in pixels of this widget; for tests and overlays of others.
    QRect pricePane() const;
    QRect volumePane() const;
    QRect priceAxis() const;
    QRect timeAxis() const;
    double yOf(domain::Price price) const;
    domain::Price priceAt(double y) const; ///< rounded to the tick
    double xOf(int index) const;           ///< middle of the bar with that index
    int indexAt(double x) const;           ///< may be outside the series
    const TimeWindow &window() const { return m_window; }
    /// What the line at the top says now, e.g. "O 65000.10 H … +0.12 %".
    QString readout() const;

    /// Applies pending changes without waiting for the next frame.
    void applyNow();

signals:
    /// The view comes near the oldest bar.
    void olderHistoryWanted();
    /// The pointer is over the plot, at this bar and this price.
    void crosshairMoved(const domain::Timestamp &openAt, const domain::Price &price);
    void crosshairLeft();
    /// While a line is dragged: its price now.
    void lineDragged(const QString &id, const domain::Price &price);
    /// The user let the line go at a new price. The chart shows it there until setLines() says otherwise.
    void lineMoved(const QString &id, const domain::Price &price);
    void intervalRequested(domain::Interval interval);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    enum class Drag : std::uint8_t { None, Pan, PriceAxis, TimeAxis, Line };
    enum class Dirty : std::uint8_t { Nothing, LastBar, All };

    // What the series says.
    void onBarsChanged(); ///< more bars, or other ones
    void onReset();
    void onStateChanged();
    void schedule(Dirty what);

    // Drawing.
    void layOut();
    void placeWindow();
    void rebuild();        ///< columns, scale, ticks; repaints everything
    void refreshLastBar(); ///< repaints the last column and what hangs on the last price
    void refreshOverlay();
    void showWindow(); ///< after the window moved
    void applyTheme();
    bool isStale() const;
    void updateAccessibleName();
    void onSecond();
    std::vector<ReadoutPart> readoutParts() const;
    QString stateSentence() const;
    QString countdown() const;
    QString timeText(domain::Timestamp at) const;
    QString priceText(domain::Price price) const;
    double smallestPriceSpan() const;
    std::optional<int> crosshairIndex() const; ///< of the bar under the pointer, if there is one

    // The user's hands.
    bool onPress(const QMouseEvent &event);
    bool onMove(const QMouseEvent &event);
    bool onRelease(const QMouseEvent &event);
    bool onDoubleClick(const QMouseEvent &event);
    bool onWheel(const QWheelEvent &event);
    void dragTo(QPoint at);
    void moveCrosshair(std::optional<QPoint> at);
    void updateCursor(QPoint at);
    const PriceLine *movableLineAt(QPoint at) const;
    void cancelDrag();
    void chooseLine(int step);      ///< the next (1) or previous (-1) movable line from the top down
    bool moveChosenLine(int ticks); ///< false where no line is chosen
    const PriceLine *chosenLine() const;
    bool onLineKey(const QKeyEvent &event);

    ChartFrame *m_frame;
    ChartOverlay *m_overlay;
    QToolButton *m_liveButton;
    QPointer<live::CandleSeries> m_series;
    const domain::Clock *m_clock;
    ChartTheme m_theme = ChartTheme::dark();
    QTimeZone m_zone{QTimeZone::utc()};
    int m_priceDecimals = 2;
    int m_quantityDecimals = 3;
    domain::Price m_tickSize;
    std::vector<PriceLine> m_lines;
    TimeWindow m_window;
    PriceScale m_scale;
    CandleColumns m_columns;
    std::optional<QPoint> m_crosshair; ///< in this widget
    Drag m_drag = Drag::None;
    QPoint m_dragFrom;
    QString m_draggedLine;
    QString m_chosenLine; ///< by keyboard; empty: none
    domain::Price m_draggedPrice;
    Dirty m_dirty = Dirty::Nothing;
    QElapsedTimer m_sinceFrame;
    QTimer m_frameTimer;
    QTimer m_secondTimer;
    double m_fullVolume = 0;
    std::optional<double> m_wantedBars; ///< asked for before there were bars
    QString m_axisText;                 ///< the price that the width of the axis was made for
    bool m_mustPlaceWindow = true;
    bool m_isFaded = false;
    bool m_showsFocus = false; ///< only for those who came by keyboard
};

} // namespace ui
