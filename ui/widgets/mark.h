#pragma once

#include "models/live/table_model.h"

#include <QColor>
#include <QRectF>
#include <QWidget>

class QPainter;

namespace ui
{

/// Diamond and square mean that money may be at stake: the whole cell is filled.
inline bool isFilled(live::Mark mark)
{
    return mark == live::Mark::Diamond || mark == live::Mark::Square;
}
/// Paints the shape into the middle of the box, as large as the box allows.
void paintMark(QPainter &painter, const QRectF &box, live::Mark mark, const QColor &colour);

/// A shape as a widget of its own, beside a word.
class MarkSign final : public QWidget
{
    Q_OBJECT
public:
    explicit MarkSign(int size, QWidget *parent = nullptr);
    void display(live::Mark mark, const QColor &colour);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    live::Mark m_mark = live::Mark::None;
    QColor m_colour;
};

} // namespace ui
