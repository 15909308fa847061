// The user's hands on a ChartView: mouse, wheel and keys.

#include "ui/charts/chart_frame.h"
#include "ui/charts/chart_ticks.h"
#include "ui/charts/chart_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

namespace ui
{
namespace
{
constexpr int grabDistance = 4;       // pixels from a line
constexpr int coarseStep = 10;        // ticks that a line moves with Shift
constexpr double wheelFactor = 1.2;   // for one notch
constexpr double axisDragScale = 200; // pixels for a factor of e
constexpr double keyPanShare = 0.1;   // of the screen
constexpr double notch = 120;         // eighths of a degree that Qt calls one step
} // namespace

bool ChartView::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_frame->viewport()) {
        return QWidget::eventFilter(watched, event);
    }
    switch (event->type()) {
    case QEvent::MouseButtonPress:
        return onPress(*static_cast<QMouseEvent *>(event));
    case QEvent::MouseMove:
        return onMove(*static_cast<QMouseEvent *>(event));
    case QEvent::MouseButtonRelease:
        return onRelease(*static_cast<QMouseEvent *>(event));
    case QEvent::MouseButtonDblClick:
        return onDoubleClick(*static_cast<QMouseEvent *>(event));
    case QEvent::Wheel:
        return onWheel(*static_cast<QWheelEvent *>(event));
    case QEvent::Leave:
        moveCrosshair(std::nullopt);
        return false;
    default:
        return QWidget::eventFilter(watched, event);
    }
}

const PriceLine *ChartView::movableLineAt(QPoint at) const
{
    if (!pricePane().contains(at) || m_columns.isEmpty()) {
        return nullptr;
    }
    const PriceLine *nearest = nullptr;
    double best = grabDistance + 0.5;
    for (const PriceLine &line : m_lines) {
        const double distance = std::abs(yOf(line.price) - at.y());
        if (line.movable && distance < best) {
            best = distance;
            nearest = &line;
        }
    }
    return nearest;
}

void ChartView::updateCursor(QPoint at)
{
    Qt::CursorShape shape = Qt::ArrowCursor;
    if (priceAxis().contains(at) || movableLineAt(at) != nullptr) {
        shape = Qt::SizeVerCursor;
    } else if (timeAxis().contains(at)) {
        shape = Qt::SizeHorCursor;
    } else if (!m_columns.isEmpty()) {
        shape = Qt::CrossCursor;
    }
    m_frame->viewport()->setCursor(shape);
}

void ChartView::moveCrosshair(std::optional<QPoint> at)
{
    const bool isOverPlot = at && (pricePane().contains(*at) || volumePane().contains(*at));
    if (!isOverPlot) {
        if (m_crosshair) {
            m_crosshair.reset();
            refreshOverlay();
            emit crosshairLeft();
        }
        return;
    }
    if (m_crosshair == at) {
        return;
    }
    m_crosshair = at;
    refreshOverlay();
    if (m_series && !m_series->isEmpty()) {
        emit crosshairMoved(
            openTimeOfNumber(*m_series, m_series->firstNumber() + indexAt(at->x())), priceAt(at->y()));
    }
}

bool ChartView::onPress(const QMouseEvent &event)
{
    setFocus(Qt::MouseFocusReason);
    if (event.button() != Qt::LeftButton) {
        return false;
    }
    const QPoint at = event.position().toPoint();
    m_dragFrom = at;
    if (const PriceLine *line = movableLineAt(at)) {
        m_drag = Drag::Line;
        m_draggedLine = line->id;
        m_draggedPrice = line->price;
    } else if (priceAxis().contains(at)) {
        m_drag = Drag::PriceAxis;
    } else if (timeAxis().contains(at)) {
        m_drag = Drag::TimeAxis;
    } else {
        m_drag = Drag::Pan;
    }
    return true;
}

void ChartView::dragTo(QPoint at)
{
    const QPoint moved = at - m_dragFrom;
    switch (m_drag) {
    case Drag::None:
        return;
    case Drag::Line: {
        const int y = std::clamp(at.y(), pricePane().top(), pricePane().bottom());
        const domain::Price price = priceAt(y);
        if (price != m_draggedPrice && price.isPositive()) {
            m_draggedPrice = price;
            refreshOverlay();
            emit lineDragged(m_draggedLine, price);
        }
        return;
    }
    case Drag::PriceAxis:
        m_scale.scaleBy(std::exp(-moved.y() / axisDragScale), smallestPriceSpan());
        break;
    case Drag::TimeAxis:
        m_window.zoomAt(
            m_window.isFollowing() && m_series ? static_cast<double>(m_series->endNumber()) : m_window.to(),
            std::exp(moved.x() / axisDragScale));
        break;
    case Drag::Pan:
        m_window.panBy(-moved.x() / m_frame->map().pixelsPerBar);
        if (!m_scale.isAutomatic()) {
            m_scale.panBy(moved.y() / m_frame->map().pixelsPerPrice);
        }
        break;
    }
    m_dragFrom = at;
    showWindow();
}

bool ChartView::onMove(const QMouseEvent &event)
{
    const QPoint at = event.position().toPoint();
    if (m_drag == Drag::None) {
        updateCursor(at);
    } else {
        dragTo(at);
    }
    moveCrosshair(at);
    return true;
}

bool ChartView::onRelease(const QMouseEvent &event)
{
    if (event.button() != Qt::LeftButton || m_drag == Drag::None) {
        return false;
    }
    const bool wasLine = m_drag == Drag::Line;
    m_drag = Drag::None;
    if (wasLine) {
        const auto line = std::ranges::find(m_lines, m_draggedLine, &PriceLine::id);
        if (line != m_lines.end() && line->price != m_draggedPrice) {
            line->price = m_draggedPrice;
            emit lineMoved(m_draggedLine, m_draggedPrice);
        }
    }
    updateCursor(event.position().toPoint());
    refreshOverlay();
    return true;
}

void ChartView::cancelDrag()
{
    if (m_drag == Drag::Line) {
        const auto line = std::ranges::find(m_lines, m_draggedLine, &PriceLine::id);
        if (line != m_lines.end()) {
            emit lineDragged(line->id, line->price); // back where it was
        }
    }
    m_drag = Drag::None;
    refreshOverlay();
}

bool ChartView::onDoubleClick(const QMouseEvent &event)
{
    const QPoint at = event.position().toPoint();
    if (priceAxis().contains(at)) {
        setAutoScale(true);
    } else if (timeAxis().contains(at)) {
        goToLive();
    }
    return true;
}

bool ChartView::onWheel(const QWheelEvent &event)
{
    const QPoint at = event.position().toPoint();
    const double steps = event.angleDelta().y() / notch;
    const double sideways = event.angleDelta().x() / notch;
    if (priceAxis().contains(at)) {
        m_scale.scaleBy(std::pow(wheelFactor, steps), smallestPriceSpan());
    } else if (event.modifiers().testFlag(Qt::ShiftModifier) || sideways != 0) {
        m_window.panBy(-(steps + sideways) * keyPanShare * m_window.span());
    } else {
        m_window.zoomAt(m_frame->map().number(event.position().x()), std::pow(wheelFactor, steps));
    }
    showWindow();
    return true;
}

const PriceLine *ChartView::chosenLine() const
{
    const auto found = std::ranges::find(m_lines, m_chosenLine, &PriceLine::id);
    return found != m_lines.end() && found->movable ? &*found : nullptr;
}

void ChartView::chooseLine(int step)
{
    std::vector<const PriceLine *> movable;
    for (const PriceLine &line : m_lines) {
        if (line.movable) {
            movable.push_back(&line);
        }
    }
    std::ranges::stable_sort(movable, std::greater<>{}, &PriceLine::price);
    const auto now = std::ranges::find(movable, chosenLine());
    const auto count = static_cast<std::ptrdiff_t>(movable.size());
    if (count == 0) {
        m_chosenLine.clear();
    } else {
        const std::ptrdiff_t from = now != movable.end() ? now - movable.begin() : step > 0 ? -1 : count;
        m_chosenLine = movable[static_cast<std::size_t>((from + step + count) % count)]->id;
    }
    refreshOverlay();
    updateAccessibleName();
}

bool ChartView::moveChosenLine(int ticks)
{
    const PriceLine *line = chosenLine();
    if (line == nullptr) {
        return false;
    }
    const domain::Price tick = m_tickSize.isPositive() ? m_tickSize : domain::Price::of(1);
    const domain::Price price = line->price + tick * ticks;
    if (price.isPositive()) {
        const QString id = line->id; // whoever hears of it may replace the lines
        std::ranges::find(m_lines, id, &PriceLine::id)->price = price;
        refreshOverlay();
        emit lineMoved(id, price);
        updateAccessibleName();
    }
    return true;
}

bool ChartView::onLineKey(const QKeyEvent &event)
{
    const bool isShifted = event.modifiers().testFlag(Qt::ShiftModifier);
    switch (event.key()) {
    case Qt::Key_L:
        chooseLine(isShifted ? -1 : 1);
        return true;
    case Qt::Key_Up:
        return moveChosenLine(isShifted ? coarseStep : 1);
    case Qt::Key_Down:
        return moveChosenLine(isShifted ? -coarseStep : -1);
    case Qt::Key_Escape:
        if (m_chosenLine.isEmpty()) {
            return false;
        }
        m_chosenLine.clear();
        refreshOverlay();
        updateAccessibleName();
        return true;
    default:
        return false;
    }
}

void ChartView::keyPressEvent(QKeyEvent *event)
{
    if (m_drag == Drag::None && onLineKey(*event)) {
        return;
    }
    const auto askForInterval = [this](int steps) {
        if (m_series) {
            const auto count = static_cast<int>(std::size(domain::allIntervals));
            const int wanted = std::clamp(static_cast<int>(m_series->interval()) + steps, 0, count - 1);
            if (domain::allIntervals[wanted] != m_series->interval()) {
                emit intervalRequested(domain::allIntervals[wanted]);
            }
        }
    };
    switch (event->key()) {
    case Qt::Key_Left:
        m_window.panBy(-keyPanShare * m_window.span());
        break;
    case Qt::Key_Right:
        m_window.panBy(keyPanShare * m_window.span());
        break;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoom(wheelFactor);
        return;
    case Qt::Key_Minus:
        zoom(1 / wheelFactor);
        return;
    case Qt::Key_Home:
        goToOldest();
        return;
    case Qt::Key_End:
        goToLive();
        return;
    case Qt::Key_PageUp:
        askForInterval(1);
        return;
    case Qt::Key_PageDown:
        askForInterval(-1);
        return;
    case Qt::Key_Escape:
        if (m_drag == Drag::None) {
            QWidget::keyPressEvent(event);
        }
        cancelDrag();
        return;
    default:
        QWidget::keyPressEvent(event);
        return;
    }
    showWindow();
}

void ChartView::focusInEvent(QFocusEvent *event)
{
    QWidget::focusInEvent(event);
    m_showsFocus = event->reason() != Qt::MouseFocusReason && event->reason() != Qt::ActiveWindowFocusReason;
    refreshOverlay();
}

void ChartView::focusOutEvent(QFocusEvent *event)
{
    QWidget::focusOutEvent(event);
    m_showsFocus = false;
    refreshOverlay();
}

} // namespace ui
