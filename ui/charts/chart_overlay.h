#pragma once

#include <QColor>
#include <QRect>
#include <QString>
#include <QWidget>

#include <vector>

namespace ui
{

/// One thing that lies over the chart. Equal marks look equal, so only what differs is painted again.
struct OverlayMark
{
    enum class Kind : std::uint8_t {
        Line,       ///< fills rect
        DashedLine, ///< along the longer side of rect
        Text,       ///< left aligned, on a background that is one with the chart's
        Tag,        ///< centred on a coloured box
        AxisTag,    ///< on a coloured box, its text in line with the price axis's labels
        Outline,    ///< around rect
    };
    Kind kind = Kind::Line;
    QRect rect;
    QColor color;      ///< of line or text
    QColor background; ///< of Text and Tag
    QString text;
    friend bool operator==(const OverlayMark &, const OverlayMark &) = default;
};

/// A transparent sheet over the chart: crosshair, price lines, labels, sentences. Moving a mark repaints
/// where it was and where it is, not the chart.
class ChartOverlay : public QWidget
{
    Q_OBJECT
public:
    explicit ChartOverlay(QWidget *parent);
    /// Later marks lie on top.
    void setMarks(std::vector<OverlayMark> marks);
    const std::vector<OverlayMark> &marks() const { return m_marks; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    std::vector<OverlayMark> m_marks;
};

} // namespace ui
