#include "ui/charts/chart_frame.h"

#include "ui/charts/candle_painter.h"

#include <QChart>
#include <QFontMetrics>
#include <QGraphicsItem>
#include <QGraphicsLayout>
#include <QLegend>
#include <QLineSeries>
#include <QLocale>
#include <QPaintEvent>
#include <QPainter>
#include <QStyleOptionGraphicsItem>
#include <QValueAxis>

#include <algorithm>
#include <cmath>

namespace ui
{
namespace
{
constexpr double volumeShare = 0.2;
constexpr int tickLength = 4;

/// The price axis's labels need groups of thousands; the C locale has none.
QLocale numberLocale()
{
    return {QLocale::English, QLocale::UnitedStates};
}

} // namespace

/// Everything between the axes, and the labels of the time axis.
class ChartItem : public QGraphicsItem
{
public:
    ChartItem(ChartFrame &frame, QGraphicsItem *parent) : QGraphicsItem{parent}, m_frame{frame}
    {
        setFlag(ItemUsesExtendedStyleOption); // for exposedRect
        setZValue(100);                       // above the grid
    }
    QRectF boundingRect() const override { return {QPointF{0, 0}, m_frame.size()}; }
    void aboutToResize() { prepareGeometryChange(); }

    void paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *widget) override
    {
        if (m_frame.m_columns == nullptr) {
            return;
        }
        const QRect exposed = option->exposedRect.toAlignedRect();
        const ChartPanes &panes = m_frame.m_panes;
        painter->setRenderHint(QPainter::Antialiasing, false);
        paintLines(*painter);
        if (exposed.intersects(panes.timeAxis)) {
            paintTimes(*painter, exposed);
        }
        if (exposed.intersects(panes.price) || exposed.intersects(panes.volume)) {
            // From here on in pixels of the device: sharp at any scale.
            const double ratio = widget != nullptr ? widget->devicePixelRatioF() : 1;
            painter->save();
            painter->setClipRect(panes.price.united(panes.volume), Qt::IntersectClip);
            painter->scale(1 / ratio, 1 / ratio);
            // Piece by piece: a tick exposes one column and a line across, not the box around them.
            for (const QRect &piece : m_frame.m_exposed) {
                paintColumns(*painter, piece, ratio);
            }
            painter->restore();
        }
    }

private:
    void paintLines(QPainter &painter) const
    {
        const ChartPanes &panes = m_frame.m_panes;
        QList<QLine> grid;
        QList<QLine> marks;
        for (const TimeTick &tick : m_frame.m_contents.ticks) {
            const int x = static_cast<int>(std::floor(m_frame.m_map.x(tick.number)));
            grid.append({x, panes.price.top(), x, panes.volume.bottom()});
            marks.append({x, panes.timeAxis.top(), x, panes.timeAxis.top() + tickLength - 1});
        }
        painter.setPen(m_frame.m_theme.grid);
        painter.drawLines(grid);
        painter.drawLine(panes.volume.topLeft(), panes.volume.topRight());
        painter.setPen(m_frame.m_theme.axis);
        painter.drawLines(marks);
        painter.drawLine(panes.timeAxis.topLeft(), {m_frame.width() - 1, panes.timeAxis.top()});
        painter.drawLine(panes.priceAxis.topLeft(), panes.priceAxis.bottomLeft());
    }

    void paintTimes(QPainter &painter, const QRect &exposed) const
    {
        const QRect axis = m_frame.m_panes.timeAxis;
        const QFontMetrics metrics{m_frame.font()};
        for (const TimeTick &tick : m_frame.m_contents.ticks) {
            const int x = static_cast<int>(std::floor(m_frame.m_map.x(tick.number)));
            const int width = metrics.horizontalAdvance(tick.text) + 2;
            const QRect box{x - width / 2, axis.top() + tickLength, width, axis.height() - tickLength};
            if (box.left() < axis.left() || box.right() > axis.right() || !box.intersects(exposed)) {
                continue;
            }
            painter.setFont(m_frame.font());
            painter.setPen(tick.isMajor ? m_frame.m_theme.text : m_frame.m_theme.mutedText);
            painter.drawText(box, Qt::AlignCenter, tick.text);
        }
    }

    void paintColumns(QPainter &painter, const QRect &exposed, double ratio)
    {
        const auto &columns = m_frame.m_columns->columns();
        const PixelMap map = m_frame.m_map.scaled(ratio);
        const double left = exposed.left() * ratio;
        const double right = (exposed.right() + 1) * ratio;
        const auto first = std::partition_point(columns.begin(), columns.end(),
            [&](const Column &column) { return CandlePainter::extent(column, map).second < left; });
        const auto end = std::partition_point(first, columns.end(),
            [&](const Column &column) { return CandlePainter::extent(column, map).first < right; });
        const std::span<const Column> seen{first, end};

        const int hairline = std::max(1, static_cast<int>(std::lround(ratio)));
        const auto row = [ratio](int y) { return static_cast<int>(std::lround(y * ratio)); };
        const ChartPanes &panes = m_frame.m_panes;
        if (exposed.intersects(panes.volume)) {
            m_painter.paintVolume(painter, seen, map, m_frame.m_theme, hairline, row(panes.volume.top() + 3),
                row(panes.volume.bottom() + 1), m_frame.m_contents.fullVolume);
        }
        if (exposed.intersects(panes.price)) {
            painter.save();
            painter.setClipRect(
                QRect{QPoint{row(panes.price.left()), row(panes.price.top())},
                    QPoint{row(panes.price.right() + 1) - 1, row(panes.price.bottom() + 1) - 1}},
                Qt::IntersectClip);
            m_painter.paintCandles(painter, seen, map, m_frame.m_theme, hairline,
                row(exposed.top()) - hairline, row(exposed.bottom() + 1) + hairline);
            painter.restore();
        }
    }

    ChartFrame &m_frame;
    CandlePainter m_painter;
};

ChartFrame::ChartFrame(QWidget *parent)
    : QChartView{parent},
      m_timeAxis{new QValueAxis},
      m_priceAxis{new QValueAxis},
      m_anchor{new QLineSeries}
{
    setFrameShape(NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    setInteractive(false);
    setRenderHint(QPainter::Antialiasing, false);
    setViewportUpdateMode(FullViewportUpdate); // an item of QtCharts only moves when all do
    setOptimizationFlags(DontAdjustForAntialiasing);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);

    QChart &frame = *chart();
    frame.setAnimationOptions(QChart::NoAnimation);
    frame.legend()->hide();
    frame.setBackgroundVisible(false); // the view fills itself faster
    frame.layout()->setContentsMargins(0, 0, 0, 0);
    frame.setMargins({});
    frame.setLocale(numberLocale());
    frame.setLocalizeNumbers(true);

    m_anchor->append(0, 0);
    frame.addSeries(m_anchor);
    frame.addAxis(m_timeAxis, Qt::AlignBottom);
    frame.addAxis(m_priceAxis, Qt::AlignRight);
    m_anchor->attachAxis(m_timeAxis);
    m_anchor->attachAxis(m_priceAxis);
    m_timeAxis->setLabelsVisible(false); // moments are not evenly spaced where bars are missing: the item's
    m_timeAxis->setGridLineVisible(false);
    m_timeAxis->setLineVisible(false);
    m_timeAxis->setTickCount(2);
    m_priceAxis->setTickType(QValueAxis::TicksDynamic);
    m_priceAxis->setTickAnchor(0);
    m_item = new ChartItem{*this, &frame};
}

void ChartFrame::setTheme(const ChartTheme &theme)
{
    m_theme = theme;
    setBackgroundBrush(theme.background);
    m_priceAxis->setLabelsColor(theme.mutedText);
    m_priceAxis->setGridLinePen(QPen{theme.grid, 1});
    m_priceAxis->setLinePen(QPen{theme.axis, 1});
    viewport()->update();
}

void ChartFrame::layOut(QSize size, const QString &priceText)
{
    const QFontMetrics metrics{font()};
    const int axisWidth = metrics.horizontalAdvance(priceText) + 22;
    const int axisHeight = metrics.height() + tickLength + 6;
    const int width = std::max(1, size.width() - axisWidth);
    const int height = std::max(2, size.height() - axisHeight);
    const int volumeHeight = static_cast<int>(height * volumeShare);
    m_item->aboutToResize();
    m_panes.price = {0, 0, width, height - volumeHeight};
    m_panes.volume = {0, height - volumeHeight, width, volumeHeight};
    m_panes.priceAxis = {width, 0, axisWidth, height};
    m_panes.timeAxis = {0, height, width, axisHeight};
    setGeometry(QRect{QPoint{0, 0}, size});
    m_priceAxis->setLabelsFont(font());
    chart()->setPlotArea(m_panes.price);
}

void ChartFrame::show(const Contents &contents, const CandleColumns &columns)
{
    const bool hasBars = !columns.isEmpty();
    if (m_columns == nullptr || hasBars != m_priceAxis->labelsVisible()) {
        m_priceAxis->setLabelsVisible(hasBars);
        m_priceAxis->setGridLineVisible(hasBars);
        m_priceAxis->setLineVisible(hasBars);
    }
    if (m_columns == nullptr || contents.decimals != m_contents.decimals) {
        m_priceAxis->setLabelFormat(QStringLiteral("%.%1f").arg(contents.decimals));
    }
    if (contents.priceStep < m_priceAxis->tickInterval()) {
        // A fine step on the old, wide range would make thousands of labels; and the axis heeds a new step
        // only when its range changes.
        m_priceAxis->setRange(contents.low, contents.high + (contents.high - contents.low) * 1e-6);
    }
    m_priceAxis->setTickInterval(contents.priceStep);
    m_priceAxis->setRange(contents.low, contents.high);
    m_timeAxis->setRange(contents.from, contents.to);
    m_contents = contents;
    m_columns = &columns;

    const QPointF topLeft = chart()->mapToPosition({contents.from, contents.high}, m_anchor);
    const QPointF bottomRight = chart()->mapToPosition({contents.to, contents.low}, m_anchor);
    m_map.left = topLeft.x();
    m_map.from = contents.from;
    m_map.pixelsPerBar = (bottomRight.x() - topLeft.x()) / (contents.to - contents.from);
    m_map.top = topLeft.y();
    m_map.high = contents.high;
    m_map.pixelsPerPrice = (bottomRight.y() - topLeft.y()) / (contents.high - contents.low);
    viewport()->update();
}

void ChartFrame::paintEvent(QPaintEvent *event)
{
    m_exposed = event->region();
    QChartView::paintEvent(event);
}

QRect ChartFrame::lastColumn() const
{
    if (m_columns == nullptr || m_columns->isEmpty()) {
        return {};
    }
    const auto [left, right] = CandlePainter::extent(m_columns->columns().back(), m_map);
    return QRect{QPoint{left, m_panes.price.top()}, QPoint{right, m_panes.volume.bottom()}}.intersected(
        m_panes.price.united(m_panes.volume));
}

} // namespace ui
