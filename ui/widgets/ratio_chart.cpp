#include "ui/widgets/ratio_chart.h"

#include "models/live/text.h"
#include "ui/widgets/bars.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

namespace ui
{

using namespace std::chrono_literals;
using domain::RiskLevel;

namespace
{

struct Band
{
    RiskLevel level;
    double from;
    double to;
};
constexpr std::array bands{Band{RiskLevel::Safe, 0.0, 0.3}, Band{RiskLevel::Medium, 0.3, 0.5},
    Band{RiskLevel::High, 0.5, 0.8}, Band{RiskLevel::Critical, 0.8, domain::RatioHistory::mostRatio}};

QString percent(double ratio)
{
    return ratio >= domain::RatioHistory::mostRatio
               ? RatioChart::tr("past every limit")
               : QString::number(ratio * 100.0, 'f', 2) + QStringLiteral(" %");
}

RiskLevel levelAt(double ratio)
{
    const auto found = std::ranges::find_if(bands, [ratio](const Band &band) { return ratio < band.to; });
    return found == bands.end() ? RiskLevel::Critical : found->level;
}

/// Samples further apart than this are not joined.
domain::Milliseconds longestStep(domain::Milliseconds window)
{
    return window > 1h ? domain::Milliseconds{150s} : domain::Milliseconds{6s};
}

} // namespace

RatioChart::RatioChart(const live::TimeDisplay &times, const Theme &theme, QWidget *parent)
    : QWidget{parent},
      m_times{times},
      m_theme{theme}
{
    QFont small = Theme::numberFont();
    small.setPointSizeF(small.pointSizeF() * 0.82);
    setFont(small);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    display({}, {}, m_window);
}

void RatioChart::display(
    std::vector<domain::RatioSample> samples, domain::Timestamp now, domain::Milliseconds window)
{
    m_samples = std::move(samples);
    m_now = now;
    m_window = window;
    m_read = std::min(m_read, static_cast<int>(m_samples.size()) - 1);
    QString spoken = tr("Margin ratio over the last %1: nothing seen yet").arg(live::ageText(window));
    if (!m_samples.empty()) {
        const auto worst = std::ranges::max_element(m_samples, {}, &domain::RatioSample::ratio);
        spoken = tr("Margin ratio over the last %1: now %2, highest %3 at %4")
                     .arg(live::ageText(window), percent(m_samples.back().ratio), percent(worst->ratio),
                         m_times.time(worst->at));
    }
    if (m_read < 0) {
        setAccessibleName(spoken);
    }
    update();
}

QSize RatioChart::sizeHint() const
{
    return {220, 6 * fontMetrics().height() + 24};
}

QRectF RatioChart::plot() const
{
    const QFontMetrics metrics{font()};
    const double right = metrics.horizontalAdvance(QStringLiteral("CRITICAL")) + 6;
    return {
        0.5, 2.5, std::max(20.0, width() - right - 2.0), std::max(20.0, height() - metrics.height() - 7.0)};
}

double RatioChart::top() const
{
    double most = 0.0;
    for (const domain::RatioSample &sample : m_samples) {
        most = std::max(most, sample.ratio);
    }
    // In steps, so that the scale does not breathe with every sample.
    return std::clamp(std::ceil(most * 1.25 * 10.0) / 10.0, 0.1, 1.1);
}

double RatioChart::xOf(domain::Timestamp at, const QRectF &area) const
{
    const double share = static_cast<double>((m_now - at).count()) / static_cast<double>(m_window.count());
    return area.right() - std::clamp(share, 0.0, 1.0) * area.width();
}

double RatioChart::yOf(double ratio, const QRectF &area) const
{
    return area.bottom() - std::clamp(ratio / top(), 0.0, 1.0) * area.height();
}

void RatioChart::paintBands(QPainter &painter, const QRectF &area) const
{
    const Tokens &tokens = m_theme.tokens();
    const QFontMetrics metrics{font()};
    for (const Band &band : bands) {
        if (band.from >= top()) {
            continue;
        }
        const double upper = yOf(std::min(band.to, top()), area);
        const double lower = yOf(band.from, area);
        const QColor colour = levelColour(tokens, band.level);
        painter.fillRect(QRectF{area.left(), upper, area.width(), lower - upper},
            blended(tokens.panel, colour, m_theme.scheme() == Theme::Scheme::Dark ? 0.16 : 0.13));
        if (lower - upper >= metrics.height()) {
            painter.setPen(colour);
            painter.drawText(QRectF{area.right() + 5, upper, width() - area.right() - 5, lower - upper},
                Qt::AlignLeft | Qt::AlignVCenter, live::toQString(domain::toString(band.level)));
        }
        if (band.from > 0.0) {
            painter.setPen(blended(tokens.panel, colour, 0.6));
            painter.drawLine(QPointF{area.left(), lower}, QPointF{area.right(), lower});
        }
    }
}

/// Over the history, on a ground of its own: a line through a figure makes it another one.
void RatioChart::paintScale(QPainter &painter, const QRectF &area) const
{
    const QFontMetrics metrics{font()};
    const auto label = [&](double ratio, double bottom) {
        const QString text = QString::number(ratio * 100, 'f', 0) + QStringLiteral(" %");
        const QRectF ground{area.left() + 1, bottom - metrics.height(), metrics.horizontalAdvance(text) + 4.0,
            static_cast<double>(metrics.height())};
        painter.fillRect(ground, m_theme.tokens().panel);
        painter.setPen(m_theme.tokens().muted);
        painter.drawText(ground, Qt::AlignCenter, text);
    };
    for (const Band &band : bands) {
        if (band.from > 0.0 && band.from < top()) {
            const double line = yOf(band.from, area);
            const bool isRoomAbove = line - area.top() > metrics.height();
            label(band.from, isRoomAbove ? line - 1 : line + 1 + metrics.height());
        }
    }
    const bool isFree = std::ranges::none_of(bands, [&](const Band &band) {
        return band.from > 0.0 && band.from < top() &&
               yOf(band.from, area) - area.top() < 2.0 * metrics.height();
    });
    if (isFree) {
        label(top(), area.top() + 1 + metrics.height());
    }
}

void RatioChart::paintTimes(QPainter &painter, const QRectF &area) const
{
    const QFontMetrics metrics{font()};
    const int wide = metrics.horizontalAdvance(QStringLiteral("00:00")) + 16;
    static constexpr std::array<std::int64_t, 10> steps{
        60, 120, 300, 600, 900, 1'800, 3'600, 7'200, 14'400, 21'600};
    const double perSecond = area.width() / (static_cast<double>(m_window.count()) / 1'000.0);
    const auto found = std::ranges::find_if(
        steps, [&](std::int64_t step) { return static_cast<double>(step) * perSecond >= wide; });
    const std::chrono::seconds step{found == steps.end() ? steps.back() : *found};
    painter.setPen(m_theme.tokens().muted);
    const domain::Timestamp first = m_now - m_window;
    const auto past = first.time_since_epoch() % step;
    for (domain::Timestamp at = first - past + step; at <= m_now; at += step) {
        const double x = xOf(at, area);
        painter.drawLine(QPointF{x, area.bottom()}, QPointF{x, area.bottom() + 3});
        const QRectF label{
            x - wide / 2.0, area.bottom() + 3, static_cast<double>(wide), metrics.height() + 2.0};
        if (label.left() >= 0 && label.right() <= width()) {
            painter.drawText(label, Qt::AlignCenter, m_times.time(at).left(5));
        }
    }
}

void RatioChart::paintLine(QPainter &painter, const QRectF &area) const
{
    const Tokens &tokens = m_theme.tokens();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen{tokens.text, 1.5});
    QPolygonF line;
    const auto flush = [&] {
        line.size() == 1 ? painter.drawPoint(line.front()) : painter.drawPolyline(line);
        line.clear();
    };
    for (std::size_t at = 0; at < m_samples.size(); ++at) {
        if (at > 0 && m_samples[at].at - m_samples[at - 1].at > longestStep(m_window)) {
            flush();
        }
        line << QPointF{xOf(m_samples[at].at, area), yOf(m_samples[at].ratio, area)};
    }
    if (!line.isEmpty()) {
        const QPointF last = line.back();
        flush();
        painter.setBrush(levelColour(tokens, levelAt(m_samples.back().ratio)));
        painter.setPen(Qt::NoPen);
        painter.drawEllipse(last, 3.0, 3.0);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void RatioChart::paintReading(QPainter &painter, const QRectF &area) const
{
    if (m_read < 0 || m_read >= static_cast<int>(m_samples.size())) {
        return;
    }
    const Tokens &tokens = m_theme.tokens();
    const domain::RatioSample &sample = m_samples[static_cast<std::size_t>(m_read)];
    const double x = xOf(sample.at, area);
    painter.setPen(tokens.accent);
    painter.drawLine(QPointF{x, area.top()}, QPointF{x, area.bottom()});
    const QString text = percent(sample.ratio) + QStringLiteral("  ") + m_times.time(sample.at);
    const QFontMetrics metrics{font()};
    QRectF box{0, area.top() + 2, metrics.horizontalAdvance(text) + 10.0, metrics.height() + 4.0};
    box.moveLeft(x + 6 + box.width() > area.right() ? x - 6 - box.width() : x + 6);
    painter.fillRect(box, tokens.raised);
    painter.setPen(tokens.text);
    painter.drawText(box, Qt::AlignCenter, text);
}

void RatioChart::paintEvent(QPaintEvent *)
{
    QPainter painter{this};
    painter.setFont(font());
    const QRectF area = plot();
    paintBands(painter, area);
    paintTimes(painter, area);
    if (m_samples.empty()) {
        painter.setPen(m_theme.tokens().muted);
        painter.drawText(area, Qt::AlignCenter, tr("Nothing seen yet."));
    }
    paintLine(painter, area);
    paintScale(painter, area);
    paintReading(painter, area);
    painter.setPen(hasFocus() ? m_theme.tokens().accent : m_theme.tokens().border);
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(area);
}

void RatioChart::read(int index)
{
    m_read = m_samples.empty() ? -1 : std::clamp(index, 0, static_cast<int>(m_samples.size()) - 1);
    if (m_read >= 0) {
        const domain::RatioSample &sample = m_samples[static_cast<std::size_t>(m_read)];
        setAccessibleName(tr("Margin ratio %1 at %2, level %3")
                              .arg(percent(sample.ratio), m_times.time(sample.at),
                                  live::toQString(domain::toString(levelAt(sample.ratio)))));
    }
    update();
}

void RatioChart::mouseMoveEvent(QMouseEvent *event)
{
    const QRectF area = plot();
    const auto nearest = std::ranges::min_element(m_samples, {}, [&](const domain::RatioSample &sample) {
        return std::abs(xOf(sample.at, area) - event->position().x());
    });
    read(nearest == m_samples.end() ? -1 : static_cast<int>(nearest - m_samples.begin()));
}

void RatioChart::leaveEvent(QEvent *event)
{
    m_read = -1;
    update();
    QWidget::leaveEvent(event);
}

void RatioChart::keyPressEvent(QKeyEvent *event)
{
    const int from = m_read < 0 ? static_cast<int>(m_samples.size()) : m_read;
    const int far = std::max(1, static_cast<int>(m_samples.size()) / 20);
    switch (event->key()) {
    case Qt::Key_Left:
        return read(from - (event->modifiers() & Qt::ControlModifier ? far : 1));
    case Qt::Key_Right:
        return read(from + (event->modifiers() & Qt::ControlModifier ? far : 1));
    case Qt::Key_Home:
        return read(0);
    case Qt::Key_End:
        return read(static_cast<int>(m_samples.size()) - 1);
    default:
        QWidget::keyPressEvent(event);
    }
}

void RatioChart::focusOutEvent(QFocusEvent *event)
{
    m_read = -1;
    QWidget::focusOutEvent(event);
}

} // namespace ui
