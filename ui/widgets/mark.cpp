#include "ui/widgets/mark.h"

#include <QPainter>
#include <QPolygonF>

#include <algorithm>

namespace ui
{

using live::Mark;

void paintMark(QPainter &painter, const QRectF &box, Mark mark, const QColor &colour)
{
    if (mark == Mark::None) {
        return;
    }
    const qreal size = std::min(box.width(), box.height());
    const QPointF middle = box.center();
    const qreal half = size / 2;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    QPen stroke{colour, std::max(1.4, size / 6), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin};
    const auto at = [&](qreal x, qreal y) { return middle + QPointF{x * half, y * half}; };
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    switch (mark) {
    case Mark::Ring:
        painter.setPen(stroke);
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(middle, half * 0.72, half * 0.72);
        break;
    case Mark::Dot:
        painter.drawEllipse(middle, half * 0.72, half * 0.72);
        break;
    case Mark::Check:
        painter.setPen(stroke);
        painter.setBrush(Qt::NoBrush);
        painter.drawPolyline(QPolygonF{{at(-0.75, 0.05), at(-0.2, 0.6), at(0.8, -0.6)}});
        break;
    case Mark::Cross:
        painter.setPen(stroke);
        painter.drawLine(at(-0.65, -0.65), at(0.65, 0.65));
        painter.drawLine(at(-0.65, 0.65), at(0.65, -0.65));
        break;
    case Mark::Triangle:
        painter.drawPolygon(QPolygonF{{at(0, -0.9), at(0.95, 0.8), at(-0.95, 0.8)}});
        break;
    case Mark::Diamond:
        painter.drawPolygon(QPolygonF{{at(0, -1), at(1, 0), at(0, 1), at(-1, 0)}});
        break;
    case Mark::Square:
        painter.drawRect(QRectF{at(-0.8, -0.8), at(0.8, 0.8)});
        break;
    case Mark::None:
        break;
    }
    painter.restore();
}

MarkSign::MarkSign(int size, QWidget *parent) : QWidget{parent}
{
    setFixedSize(size, size);
    setAttribute(Qt::WA_TransparentForMouseEvents);
}

void MarkSign::display(Mark mark, const QColor &colour)
{
    if (mark != m_mark || colour != m_colour) {
        m_mark = mark;
        m_colour = colour;
        update();
    }
}

void MarkSign::paintEvent(QPaintEvent *)
{
    QPainter painter{this};
    paintMark(painter, QRectF{rect()}.adjusted(1, 1, -1, -1), m_mark, m_colour);
}

} // namespace ui
