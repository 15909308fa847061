#include "ui/charts/chart_marks.h"

#include <algorithm>
#include <cmath>

namespace ui
{
namespace
{
constexpr int margin = 8;
constexpr int padding = 5;
constexpr int mostHidden = 4; ///< labels at an edge; more would cover the chart

/// The same text with the widest digits, so that a place does not change its width with the number in it.
QString widest(QString text)
{
    for (QChar &letter : text) {
        if (letter.isDigit()) {
            letter = u'0';
        }
    }
    return text;
}
} // namespace

ChartMarks::ChartMarks(
    const ChartPanes &panes, const PixelMap &map, const ChartTheme &theme, const QFont &font)
    : m_panes{panes},
      m_map{map},
      m_theme{theme},
      m_metrics{font},
      m_rowHeight{m_metrics.height() + 3}
{
}

void ChartMarks::add(Layer layer, OverlayMark::Kind kind, const QRect &rect, const QColor &color,
    const QColor &background, const QString &text)
{
    m_layers[layer].push_back({kind, rect, color, background, text});
}

int ChartMarks::tagWidth(const QString &text) const
{
    return m_metrics.horizontalAdvance(widest(text)) + 2 * padding;
}

int ChartMarks::rowOf(double price) const
{
    return static_cast<int>(std::lround(std::clamp(m_map.y(price), -10'000.0, 30'000.0)));
}

QColor ChartMarks::colorOf(const PriceLine &line) const
{
    switch (line.kind) {
    case PriceLine::Kind::Entry:
        return m_theme.entry;
    case PriceLine::Kind::BreakEven:
        return m_theme.breakEven;
    case PriceLine::Kind::Liquidation:
        return m_theme.liquidation;
    case PriceLine::Kind::Order:
        return line.side == domain::Side::Buy ? m_theme.buyOrder : m_theme.sellOrder;
    case PriceLine::Kind::Stop:
        return m_theme.stop;
    case PriceLine::Kind::TakeProfit:
        return m_theme.takeProfit;
    case PriceLine::Kind::Target:
        return m_theme.target;
    }
    return m_theme.text;
}

QRect ChartMarks::addAxisTag(Layer layer, int y, const QString &text, const QColor &background, int rowsBelow)
{
    const QRect axis = m_panes.priceAxis;
    const int lowest = axis.bottom() + 1 - m_rowHeight * (1 + rowsBelow);
    const int top = std::clamp(y - m_rowHeight / 2, axis.top(), std::max(axis.top(), lowest));
    const QRect box{axis.left() + 1, top, axis.width() - 1, m_rowHeight};
    add(layer, OverlayMark::Kind::AxisTag, box, m_theme.labelText, background, text);
    return box;
}

QRect ChartMarks::freePlace(QRect box) const
{
    constexpr int mostMoves = 40;
    const int left = box.left();
    for (int moves = 0; moves < mostMoves; ++moves) {
        const auto met =
            std::ranges::find_if(m_taken, [&](const QRect &taken) { return taken.intersects(box); });
        if (met == m_taken.end()) {
            break;
        }
        box.moveLeft(met->right() + padding);
        if (box.right() > m_panes.price.right()) {
            box.moveTopLeft({left, box.top() + m_rowHeight});
        }
    }
    return box;
}

void ChartMarks::addPriceLine(const PriceLine &line, const QString &priceText)
{
    const QColor color = colorOf(line);
    const int y = rowOf(line.price.approximate());
    const QRect pane = m_panes.price;
    const QString text = line.movable ? line.label + u" \u2195" : line.label;
    if (y < pane.top() || y > pane.bottom()) {
        const bool isAbove = y < pane.top();
        int &hidden = isAbove ? m_hiddenAbove : m_hiddenBelow;
        if (hidden < mostHidden) {
            const QString where = (isAbove ? u"\u25b2 " : u"\u25bc ") + line.label + u' ' + priceText;
            const int width = tagWidth(where);
            const int top = isAbove ? pane.top() + (2 + hidden) * (m_rowHeight + 2)
                                    : pane.bottom() - (1 + hidden) * (m_rowHeight + 2);
            add(Labels, OverlayMark::Kind::Tag, {pane.right() - width - margin, top, width, m_rowHeight},
                m_theme.labelText, color, where);
            ++hidden;
        }
        return;
    }
    const bool isSolid = line.kind == PriceLine::Kind::Entry || line.kind == PriceLine::Kind::Liquidation;
    add(Lines, isSolid ? OverlayMark::Kind::Line : OverlayMark::Kind::DashedLine,
        {pane.left(), y, pane.width(), 1}, color);
    if (!text.isEmpty()) {
        const QRect box{pane.left() + margin, y - m_rowHeight / 2, tagWidth(text), m_rowHeight};
        m_taken.push_back(freePlace(box));
        add(Labels, OverlayMark::Kind::Tag, m_taken.back(), m_theme.labelText, color, text);
    }
    addAxisTag(Labels, y, priceText, color);
}

void ChartMarks::addLastPrice(
    double price, const QString &priceText, const QString &countdown, const QColor &color)
{
    const int y = rowOf(price);
    const QRect pane = m_panes.price;
    if (y >= pane.top() && y <= pane.bottom()) {
        add(Lines, OverlayMark::Kind::DashedLine, {pane.left(), y, pane.width(), 1}, color);
    }
    const int rowsBelow = countdown.isEmpty() ? 0 : 1;
    const QRect above = addAxisTag(Labels, y, priceText, color, rowsBelow);
    if (!countdown.isEmpty()) {
        add(Labels, OverlayMark::Kind::AxisTag, above.translated(0, above.height()), m_theme.labelText, color,
            countdown);
    }
}

void ChartMarks::addVolumeScale(const QString &caption, const QString &full)
{
    const QRect pane = m_panes.volume;
    const QRect axis = m_panes.priceAxis;
    add(Labels, OverlayMark::Kind::Text,
        {pane.left() + margin, pane.top() + 2, m_metrics.horizontalAdvance(caption) + padding, m_rowHeight},
        m_theme.mutedText, m_theme.background, caption);
    add(Labels, OverlayMark::Kind::Text,
        {axis.left() + padding, pane.top() + 2, axis.width() - padding, m_rowHeight}, m_theme.mutedText,
        m_theme.background, full);
}

void ChartMarks::addReadout(const std::vector<ReadoutPart> &parts)
{
    const QRect pane = m_panes.price;
    int x = pane.left() + margin;
    int y = pane.top() + 4;
    for (const ReadoutPart &part : parts) {
        const int captionWidth =
            part.caption.isEmpty() ? 0 : m_metrics.horizontalAdvance(part.caption + u' ');
        const int valueWidth = m_metrics.horizontalAdvance(widest(part.value)) + 10;
        if (x > pane.left() + margin && x + captionWidth + valueWidth > pane.right()) {
            x = pane.left() + margin;
            y += m_rowHeight;
        }
        if (captionWidth > 0) {
            add(Readout, OverlayMark::Kind::Text, {x, y, captionWidth, m_rowHeight}, m_theme.mutedText,
                m_theme.background, part.caption);
        }
        const QRect box{x + captionWidth, y, valueWidth, m_rowHeight};
        add(Readout, OverlayMark::Kind::Text, box, part.color, m_theme.background, part.value);
        m_taken.push_back(box);
        x += captionWidth + valueWidth;
    }
}

void ChartMarks::addSentence(const QString &sentence)
{
    const QRect area = m_panes.price.united(m_panes.volume).adjusted(margin, 0, -margin, 0);
    const QString shown = m_metrics.elidedText(sentence, Qt::ElideRight, area.width());
    const int width = m_metrics.horizontalAdvance(shown) + 4;
    add(Labels, OverlayMark::Kind::Text,
        {area.center().x() - width / 2, area.center().y() - m_rowHeight / 2, width, m_rowHeight},
        m_theme.text, m_theme.background, shown);
}

void ChartMarks::addBanner(const QString &text)
{
    const QRect pane = m_panes.price;
    const QString shown = m_metrics.elidedText(text, Qt::ElideRight, pane.width() - 4 * margin);
    const int width = tagWidth(shown) + 2 * padding;
    add(Labels, OverlayMark::Kind::Tag,
        {pane.center().x() - width / 2, pane.bottom() - 2 * m_rowHeight, width, m_rowHeight + 4},
        m_theme.labelText, m_theme.warning, shown);
}

void ChartMarks::addCrosshair(int x, int y, const QString &timeText, const QString &priceText)
{
    const QRect plot = m_panes.price.united(m_panes.volume);
    add(Crosshair, OverlayMark::Kind::DashedLine, {x, plot.top(), 1, plot.height()}, m_theme.crosshair);
    add(Crosshair, OverlayMark::Kind::DashedLine, {plot.left(), y, plot.width(), 1}, m_theme.crosshair);
    if (!priceText.isEmpty()) {
        addAxisTag(Crosshair, y, priceText, m_theme.labelBackground);
    }
    const QRect axis = m_panes.timeAxis;
    const int width = tagWidth(timeText);
    const int left = std::clamp(x - width / 2, axis.left(), std::max(axis.left(), axis.right() + 1 - width));
    add(Crosshair, OverlayMark::Kind::Tag, {left, axis.top() + 1, width, axis.height() - 2},
        m_theme.labelText, m_theme.labelBackground, timeText);
}

std::vector<OverlayMark> ChartMarks::take()
{
    std::vector<OverlayMark> all;
    for (const auto &layer : m_layers) {
        all.insert(all.end(), layer.begin(), layer.end());
    }
    return all;
}

void ChartMarks::addFocusFrame(const QRect &area)
{
    add(Lines, OverlayMark::Kind::Outline, area, m_theme.entry);
}

} // namespace ui
