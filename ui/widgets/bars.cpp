#include "ui/widgets/bars.h"

#include "models/live/positions_model.h"
#include "models/live/text.h"
#include "ui/widgets/identify.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <array>

namespace ui
{

namespace
{

struct Zone
{
    domain::RiskLevel level;
    int from; ///< per cent of margin ratio
    int to;
};
constexpr std::array<Zone, 4> zones{Zone{domain::RiskLevel::Safe, 0, 30},
    Zone{domain::RiskLevel::Medium, 30, 50}, Zone{domain::RiskLevel::High, 50, 80},
    Zone{domain::RiskLevel::Critical, 80, 100}};

} // namespace

QColor levelColour(const Tokens &tokens, domain::RiskLevel level)
{
    switch (level) {
    case domain::RiskLevel::Safe:
        return tokens.positive;
    case domain::RiskLevel::Medium:
        return tokens.accent;
    case domain::RiskLevel::High:
        return tokens.warning;
    case domain::RiskLevel::Critical:
        break;
    }
    return tokens.danger;
}

MarginGauge::MarginGauge(const Theme &theme, QWidget *parent) : QWidget{parent}, m_theme{theme}
{
    setFont(Theme::numberFont());
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void MarginGauge::display(const domain::MarginRatio &ratio)
{
    m_ratio = ratio;
    const domain::RiskLevel level = domain::levelOf(ratio);
    setAccessibleName(tr("Margin ratio %1, level %2")
                          .arg(live::ratioText(ratio), live::toQString(domain::toString(level))));
    update();
}

QSize MarginGauge::sizeHint() const
{
    return {220, 2 * fontMetrics().height() + 16};
}

void MarginGauge::paintEvent(QPaintEvent *)
{
    const Tokens &tokens = m_theme.tokens();
    QPainter painter{this};
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.82);
    painter.setFont(small);
    const QFontMetrics metrics{small};
    const int side = metrics.horizontalAdvance(QStringLiteral("100")) / 2 + 2;
    const QRect bar{side, metrics.height() + 2, width() - 2 * side, 10};
    const auto xOf = [&bar](double percent) {
        return bar.left() + static_cast<int>(std::clamp(percent, 0.0, 100.0) / 100.0 * bar.width());
    };
    const domain::RiskLevel now = domain::levelOf(m_ratio);
    for (const Zone &zone : zones) {
        const QRect area{QPoint{xOf(zone.from), bar.top()}, QPoint{xOf(zone.to) - 2, bar.bottom()}};
        const QColor colour = levelColour(tokens, zone.level);
        painter.fillRect(area, zone.level == now ? colour : blended(tokens.panel, colour, 0.35));
        painter.setPen(zone.level == now ? colour : tokens.muted);
        painter.drawText(QRect{area.left() - 20, 0, area.width() + 40, metrics.height()}, Qt::AlignCenter,
            live::toQString(domain::toString(zone.level)));
        painter.setPen(tokens.muted);
        painter.drawText(QRect{area.left() - 20, bar.bottom() + 3, 40, metrics.height()}, Qt::AlignCenter,
            QString::number(zone.from));
    }
    painter.drawText(QRect{bar.right() - 20, bar.bottom() + 3, 40, metrics.height()}, Qt::AlignCenter,
        QStringLiteral("100"));
    const double percent = m_ratio.value() ? m_ratio.value()->approximate() * 100.0 : 100.0;
    const int x = xOf(percent);
    painter.fillRect(QRect{x - 2, bar.top() - 3, 5, bar.height() + 6}, tokens.panel);
    painter.fillRect(QRect{x - 1, bar.top() - 3, 3, bar.height() + 6}, tokens.text);
}

BudgetBar::BudgetBar(const Theme &theme, QWidget *parent) : QWidget{parent}, m_theme{theme}
{
    setFont(Theme::numberFont());
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void BudgetBar::display(const ports::BudgetHealth &budget)
{
    m_budget = budget;
    const auto figure = [](std::int64_t amount) { return live::grouped(std::to_string(amount)); };
    const QString text =
        tr("%1: %2 of %3 used, %4 of it by other programs at this address, %5 kept for cancels and "
           "closing orders, resets in %6")
            .arg(budget.name, figure(budget.used), figure(budget.limit), figure(budget.foreign),
                figure(budget.reserved), live::ageText(budget.resetsIn));
    setAccessibleName(text);
    setToolTip(text);
    update();
}

QSize BudgetBar::sizeHint() const
{
    return {200, fontMetrics().height() + 11};
}

void BudgetBar::paintEvent(QPaintEvent *)
{
    const Tokens &tokens = m_theme.tokens();
    QPainter painter{this};
    painter.setFont(Theme::numberFont());
    const QString figures = live::grouped(std::to_string(m_budget.used)) + QStringLiteral(" / ") +
                            live::grouped(std::to_string(m_budget.limit));
    const QRect words = rect().adjusted(0, 0, 0, -9);
    painter.setPen(tokens.muted);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter, m_budget.name);
    painter.setPen(tokens.text);
    painter.drawText(words, Qt::AlignRight | Qt::AlignVCenter, figures);
    const QRect bar{0, height() - 8, width(), 6};
    painter.fillRect(bar, tokens.raised);
    if (m_budget.limit <= 0) {
        return;
    }
    const auto xOf = [&bar, this](std::int64_t amount) {
        return static_cast<int>(
            std::clamp<std::int64_t>(amount, 0, m_budget.limit) * bar.width() / m_budget.limit);
    };
    const int reserve = xOf(m_budget.reserved);
    painter.fillRect(QRect{bar.width() - reserve, bar.top(), reserve, bar.height()},
        QBrush{tokens.danger, Qt::BDiagPattern});
    const bool isInReserve = m_budget.used > m_budget.limit - m_budget.reserved;
    const int own = xOf(m_budget.used - m_budget.foreign);
    const int used = xOf(m_budget.used);
    painter.fillRect(QRect{0, bar.top(), own, bar.height()}, isInReserve ? tokens.danger : tokens.accent);
    painter.fillRect(QRect{own, bar.top(), used - own, bar.height()}, tokens.warning);
    if (reserve > 0) {
        painter.fillRect(QRect{bar.width() - reserve, bar.top() - 1, 1, bar.height() + 2}, tokens.danger);
    }
}

BudgetLegend::BudgetLegend(const Theme &theme, QWidget *parent) : QWidget{parent}, m_theme{theme}
{
    QFont small = Theme::textFont();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    setFont(small);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

QSize BudgetLegend::sizeHint() const
{
    return {200, fontMetrics().height() + 2};
}

void BudgetLegend::paintEvent(QPaintEvent *)
{
    const Tokens &tokens = m_theme.tokens();
    QPainter painter{this};
    int left = 0;
    const auto entry = [&](const QBrush &brush, const QString &word) {
        painter.fillRect(QRect{left, height() / 2 - 3, 10, 6}, brush);
        painter.setPen(tokens.muted);
        painter.drawText(
            QRect{left + 14, 0, width() - left, height()}, Qt::AlignLeft | Qt::AlignVCenter, word);
        left += 14 + fontMetrics().horizontalAdvance(word) + 12;
    };
    entry(tokens.accent, tr("ours"));
    entry(tokens.warning, tr("elsewhere"));
    entry(QBrush{tokens.danger, Qt::BDiagPattern}, tr("reserve"));
}

StressStrip::StressStrip(const Theme &theme, QWidget *parent) : QWidget{parent}, m_theme{theme}
{
    QFont small = Theme::numberFont();
    small.setPointSizeF(small.pointSizeF() * 0.82);
    setFont(small);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void StressStrip::display(const domain::StressCurve *curve)
{
    m_points = curve ? curve->points : std::vector<domain::StressPoint>{};
    QString spoken = tr("Stress of all prices together");
    for (const domain::StressPoint &point : m_points) {
        spoken += QStringLiteral("; ") + sentence(point);
    }
    setAccessibleName(spoken);
    update();
}

QSize StressStrip::sizeHint() const
{
    return {220, fontMetrics().height() + 16};
}

QString StressStrip::sentence(const domain::StressPoint &point) const
{
    return tr("prices %1: equity %2 USDT, level %3")
        .arg(live::signedPercentText(point.move, 0), live::fixedText(point.equity, 2),
            live::toQString(domain::toString(point.level)));
}

void StressStrip::paintEvent(QPaintEvent *)
{
    const Tokens &tokens = m_theme.tokens();
    QPainter painter{this};
    painter.setPen(tokens.muted);
    const int count = static_cast<int>(m_points.size());
    if (count == 0) {
        painter.drawText(rect(), Qt::AlignCenter, tr("No account data yet."));
        return;
    }
    for (int at = 0; at < count; ++at) {
        const domain::StressPoint &point = m_points[static_cast<std::size_t>(at)];
        const int left = width() * at / count;
        const int right = width() * (at + 1) / count;
        painter.fillRect(QRect{left, 0, right - left - 2, 10}, levelColour(tokens, point.level));
        const QString move = live::signedText(point.move * 100, 0);
        painter.drawText(
            QRect{left - 4, 12, right - left + 6, fontMetrics().height()}, Qt::AlignCenter, move);
    }
}

bool StressStrip::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip && !m_points.empty()) {
        const auto *help = static_cast<QHelpEvent *>(event);
        const int count = static_cast<int>(m_points.size());
        const int at = std::clamp(help->pos().x() * count / std::max(1, width()), 0, count - 1);
        QToolTip::showText(help->globalPos(), sentence(m_points[static_cast<std::size_t>(at)]), this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace ui
