#include "ui/widgets/risk_bars.h"

#include "models/live/text.h"

#include <QPainter>

#include <algorithm>
#include <map>

namespace ui
{

using domain::Money;
using domain::RuleKind;

namespace
{

constexpr std::size_t mostLines = 8;
constexpr int barHeight = 8;

QString usdt(Money amount)
{
    return live::signedText(amount, 2) + QStringLiteral(" USDT");
}

} // namespace

DayBar::DayBar(const Theme &theme, QWidget *parent) : QWidget{parent}, m_theme{theme}
{
    setFont(Theme::numberFont());
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void DayBar::display(const domain::RuleState &rules)
{
    const domain::RuleDay &day = rules.day;
    const domain::Rule &limit = rules.active.of(RuleKind::DailyLoss);
    const bool isRealised = rules.active.measure == domain::DayMeasure::Realised;
    m_amount = isRealised ? day.realised : day.result();
    m_result = usdt(m_amount);
    const auto allowed = limit.limitAt(day.balance);
    m_hasLimit = allowed.has_value();
    m_used = 0.0;
    m_limit = tr("no daily limit");
    QString spoken = tr("Result of the UTC day %1, no daily limit set").arg(m_result);
    if (m_hasLimit) {
        const Money loss = day.lossBy(rules.active.measure);
        const Money most = Money::fromUnits(allowed->units());
        m_used = most.isPositive() ? std::clamp((loss / most).approximate(), 0.0, 1.0) : 1.0;
        m_limit = tr("limit %1 USDT").arg(live::signedText(-most, 2));
        spoken = tr("Result of the UTC day %1, loss limit %2 USDT, %3 % of it used")
                     .arg(m_result, live::fixedText(most, 2), QString::number(m_used * 100, 'f', 0));
    }
    if (limit.share && !day.balance) {
        const QString share = tr("%1 of the balance, not known yet").arg(live::percentText(*limit.share));
        m_limit = m_hasLimit ? m_limit + QStringLiteral(" · ") + share : tr("limit %1").arg(share);
        spoken += QStringLiteral("; ") + share;
    } else if (limit.share) {
        spoken += tr(" (%1 of the balance)").arg(live::percentText(*limit.share));
    }
    if (!day.isComplete) {
        spoken += tr("; the exchange's list of the day has not been read yet");
        m_limit += tr(" · being read");
    }
    setAccessibleName(spoken);
    setToolTip(isRealised
                   ? tr("Closed results, fees and funding since 00:00 UTC.")
                   : tr("Closed results, fees, funding and the change of open results since 00:00 UTC."));
    update();
}

QSize DayBar::sizeHint() const
{
    return {220, fontMetrics().height() + barHeight + 6};
}

void DayBar::paintEvent(QPaintEvent *)
{
    const Tokens &tokens = m_theme.tokens();
    QPainter painter{this};
    const QRect words{0, 0, width(), fontMetrics().height() + 2};
    painter.setPen(m_amount.isNegative()   ? tokens.negative
                   : m_amount.isPositive() ? tokens.positive
                                           : tokens.text);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter, m_result);
    painter.setPen(tokens.muted);
    painter.drawText(words, Qt::AlignRight | Qt::AlignVCenter, m_limit);
    const QRect bar{0, words.bottom() + 2, width(), barHeight};
    painter.fillRect(bar, tokens.raised);
    if (m_hasLimit) {
        const int used = static_cast<int>(m_used * bar.width());
        const QColor colour = m_used >= 1.0 ? tokens.danger : m_used >= 0.8 ? tokens.warning : tokens.accent;
        painter.fillRect(QRect{bar.left(), bar.top(), used, bar.height()}, colour);
    }
}

ExposureBars::ExposureBars(const Theme &theme, QWidget *parent) : QWidget{parent}, m_theme{theme}
{
    setFont(Theme::numberFont());
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ExposureBars::display(const domain::AccountRisk &risk)
{
    std::map<domain::Symbol, Line> bySymbol;
    for (const domain::PositionRisk &position : risk.positions) {
        Line &line = bySymbol[position.position.symbol];
        line.name = live::toQString(position.position.symbol);
        (position.position.side == domain::Side::Buy ? line.longs : line.shorts) += position.notional;
    }
    std::vector<Line> lines;
    for (auto &[symbol, line] : bySymbol) {
        lines.push_back(std::move(line));
    }
    std::ranges::stable_sort(lines, std::ranges::greater{}, &Line::gross);
    if (lines.size() > mostLines) {
        Line rest;
        rest.name = tr("%1 more").arg(lines.size() - mostLines + 1);
        for (std::size_t at = mostLines - 1; at < lines.size(); ++at) {
            rest.longs += lines[at].longs;
            rest.shorts += lines[at].shorts;
        }
        lines.resize(mostLines - 1);
        lines.push_back(rest);
    }
    const bool isTaller = lines.size() != m_lines.size();
    m_lines = std::move(lines);
    m_equity = risk.marginBalance;
    QString spoken = m_lines.empty() ? tr("Exposure by symbol: none") : tr("Exposure by symbol, net USDT");
    for (const Line &line : m_lines) {
        spoken += QStringLiteral("; ") + line.name + u' ' + live::signedText(line.net(), 0);
    }
    setAccessibleName(spoken);
    if (isTaller) {
        updateGeometry();
    }
    update();
}

QSize ExposureBars::sizeHint() const
{
    return {220, std::max(1, static_cast<int>(m_lines.size())) * (fontMetrics().height() + 4)};
}

void ExposureBars::paintEvent(QPaintEvent *)
{
    const Tokens &tokens = m_theme.tokens();
    QPainter painter{this};
    const QFontMetrics metrics{font()};
    const int line = metrics.height() + 4;
    if (m_lines.empty()) {
        painter.setPen(tokens.muted);
        painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter, tr("No exposure."));
        return;
    }
    int names = 0;
    int figures = 0;
    Money most = Money::of(1);
    const auto figure = [this](const Line &each) {
        const QString net = live::signedText(each.net(), 0);
        return m_equity.isPositive() ? tr("%1 · %2x").arg(net, live::fixedText(each.gross() / m_equity, 2))
                                     : net;
    };
    for (const Line &each : m_lines) {
        names = std::max(names, metrics.horizontalAdvance(each.name));
        figures = std::max(figures, metrics.horizontalAdvance(figure(each)));
        most = std::max({most, each.longs, each.shorts});
    }
    names = std::min(names + 2, width() / 3); // text is as wide as that and a fraction
    const QRect bars{names + 8, 0, std::max(10, width() - names - figures - 16), line};
    const int zero = bars.left() + bars.width() / 2;
    int y = 0;
    for (const Line &each : m_lines) {
        painter.setPen(tokens.text);
        painter.drawText(QRect{0, y, names, line}, Qt::AlignLeft | Qt::AlignVCenter,
            metrics.elidedText(each.name, Qt::ElideRight, names));
        const auto lengthOf = [&](Money amount) {
            return static_cast<int>((amount / most).approximate() * bars.width() / 2);
        };
        const int top = y + (line - barHeight) / 2;
        painter.fillRect(QRect{zero, top, lengthOf(each.longs), barHeight}, tokens.positive);
        const int shorts = lengthOf(each.shorts);
        painter.fillRect(QRect{zero - shorts, top, shorts, barHeight}, tokens.negative);
        painter.setPen(tokens.muted);
        painter.drawLine(zero, y + 1, zero, y + line - 2);
        painter.drawText(QRect{0, y, width(), line}, Qt::AlignRight | Qt::AlignVCenter, figure(each));
        y += line;
    }
}

} // namespace ui
