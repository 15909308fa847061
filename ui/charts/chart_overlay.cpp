#include "ui/charts/chart_overlay.h"

#include <QPaintEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ui
{
namespace
{
constexpr int dash = 4;
constexpr int axisLabelIndent = 4; // as QtCharts sets its labels

/// A line in whole pixels of the device, as thick as one logical pixel or a little less.
QRect inDevicePixels(const QRect &line, double ratio)
{
    const auto scaled = [ratio](int value) { return static_cast<int>(std::lround(value * ratio)); };
    const int thickness = std::max(1, static_cast<int>(ratio));
    const bool isLevel = line.width() >= line.height();
    return {scaled(line.left()), scaled(line.top()), isLevel ? scaled(line.width()) : thickness,
        isLevel ? thickness : scaled(line.height())};
}

/// Where a mark is painted. Between two whole scales its edges may fall into the neighbouring pixels.
QRect painted(const QRect &mark, double ratio)
{
    const int more = ratio == std::floor(ratio) ? 0 : 1;
    return mark.adjusted(-more, -more, more, more);
}

void paintLine(QPainter &painter, const OverlayMark &mark, double ratio)
{
    const QRect line = inDevicePixels(mark.rect, ratio);
    painter.save();
    painter.scale(1 / ratio, 1 / ratio);
    if (mark.kind == OverlayMark::Kind::Line) {
        painter.fillRect(line, mark.color);
    } else {
        QList<QRect> dashes;
        const bool isLevel = line.width() >= line.height();
        const int length = isLevel ? line.width() : line.height();
        const int step = std::max(1, static_cast<int>(std::lround(dash * ratio)));
        for (int at = 0; at < length; at += 2 * step) {
            const int size = std::min(step, length - at);
            dashes.append(isLevel ? QRect{line.left() + at, line.top(), size, line.height()}
                                  : QRect{line.left(), line.top() + at, line.width(), size});
        }
        painter.setPen(Qt::NoPen);
        painter.setBrush(mark.color);
        painter.drawRects(dashes);
    }
    painter.restore();
}
} // namespace

ChartOverlay::ChartOverlay(QWidget *parent) : QWidget{parent}
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAttribute(Qt::WA_NoSystemBackground);
    setFocusPolicy(Qt::NoFocus);
}

void ChartOverlay::setMarks(std::vector<OverlayMark> marks)
{
    const double ratio = devicePixelRatioF();
    QRegion changed;
    for (std::size_t i = 0; i < std::max(marks.size(), m_marks.size()); ++i) {
        const bool isKnown = i < marks.size() && i < m_marks.size() && marks[i] == m_marks[i];
        if (!isKnown && i < marks.size()) {
            changed += painted(marks[i].rect, ratio);
        }
        if (!isKnown && i < m_marks.size()) {
            changed += painted(m_marks[i].rect, ratio);
        }
    }
    m_marks = std::move(marks);
    if (!changed.isEmpty()) {
        update(changed);
    }
}

void ChartOverlay::paintEvent(QPaintEvent *event)
{
    QPainter painter{this};
    painter.setFont(font());
    const double ratio = devicePixelRatioF();
    for (const OverlayMark &mark : m_marks) {
        if (!event->region().intersects(painted(mark.rect, ratio))) {
            continue;
        }
        switch (mark.kind) {
        case OverlayMark::Kind::Line:
        case OverlayMark::Kind::DashedLine:
            paintLine(painter, mark, ratio);
            break;
        case OverlayMark::Kind::Text:
            painter.fillRect(mark.rect, mark.background);
            painter.setPen(mark.color);
            painter.drawText(mark.rect, Qt::AlignLeft | Qt::AlignVCenter, mark.text);
            break;
        case OverlayMark::Kind::Tag:
            painter.fillRect(mark.rect, mark.background);
            painter.setPen(mark.color);
            painter.drawText(mark.rect, Qt::AlignCenter, mark.text);
            break;
        case OverlayMark::Kind::AxisTag:
            painter.fillRect(mark.rect, mark.background);
            painter.setPen(mark.color);
            painter.drawText(
                mark.rect.adjusted(axisLabelIndent, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, mark.text);
            break;
        case OverlayMark::Kind::Outline:
            painter.setPen(mark.color);
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(mark.rect.adjusted(0, 0, -1, -1));
            break;
        }
    }
}

} // namespace ui
