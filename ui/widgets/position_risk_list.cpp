#include "ui/widgets/position_risk_list.h"

#include "models/live/text.h"
#include "ui/widgets/bars.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/mark.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>

namespace ui
{

namespace
{

constexpr int padding = 5;
/// The bar is full from this distance on.
constexpr double fullBar = 0.5;
/// Differences of our liquidation price from the exchange's that are worth a colour.
constexpr int ticksWorthSaying = 1;

} // namespace

PositionRiskRow::PositionRiskRow(const Theme &theme, QWidget *parent) : QWidget{parent}, m_theme{theme}
{
    setFont(Theme::numberFont());
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setCursor(Qt::PointingHandCursor);
}

void PositionRiskRow::display(const PositionRiskFacts &facts)
{
    m_facts = facts;
    const domain::PositionRisk &risk = facts.risk;
    const domain::Position &held = risk.position;
    m_name = tr("%1 %2").arg(live::toQString(held.symbol), live::directionWord(held.side));
    m_size = tr("%1x %2 %3")
                 .arg(held.leverage)
                 .arg(live::marginTypeWord(held.marginType).toLower(),
                     live::fixedText(held.quantity, facts.quantityDecimals));
    m_head = m_name + u' ' + m_size;
    m_distance = tr("cannot be liquidated by this symbol");
    m_prices = tr("no liquidation price");
    m_difference.clear();
    m_isDifferent = false;
    if (risk.liquidationPrice && risk.distance) {
        const domain::Price way = (risk.mark - *risk.liquidationPrice).abs();
        m_distance = live::percentText(*risk.distance);
        if (facts.range && facts.range->isPositive()) {
            m_distance += tr(" · %1 h ranges").arg(live::fixedText(way / *facts.range, 1));
        }
        m_distance += tr(" · %1 USDT").arg(live::fixedText(way * held.quantity, 2));
        m_prices = tr("liq. %1").arg(live::fixedText(*risk.liquidationPrice, facts.priceDecimals));
    }
    if (held.exchangeLiquidationPrice.isPositive()) {
        m_prices +=
            tr(" · exchange %1").arg(live::fixedText(held.exchangeLiquidationPrice, facts.priceDecimals));
        if (risk.liquidationPrice && facts.tick.isPositive()) {
            const domain::Price ours = risk.liquidationPrice->roundedTo(facts.tick);
            const domain::Rate ticks =
                ((ours - held.exchangeLiquidationPrice) / facts.tick).roundedTo(domain::Rate::of(1));
            m_isDifferent = ticks.abs() > domain::Rate::of(ticksWorthSaying);
            m_difference = ticks.isZero() ? tr("same tick")
                           : ticks.abs() == domain::Rate::of(1)
                               ? tr("%1 tick").arg(live::signedText(ticks, 0))
                               : tr("%1 ticks").arg(live::signedText(ticks, 0));
        }
    }
    m_isNaked = facts.leg.naked.isPositive();
    if (m_isNaked) {
        const QString since = facts.nakedFor ? tr(" for %1").arg(live::ageText(*facts.nakedFor)) : QString{};
        m_stops = facts.leg.naked == held.quantity
                      ? tr("no stop%1").arg(since)
                      : tr("%1 of it without a stop%2")
                            .arg(live::fixedText(facts.leg.naked, facts.quantityDecimals), since);
    } else {
        m_stops = tr("stop costs %1 USDT from here").arg(live::fixedText(facts.leg.lossFromMark, 2));
    }
    setAccessibleName(tr("%1: level %2, distance to liquidation %3; %4 %5; %6; unrealized %7 USDT")
                          .arg(m_head, live::toQString(domain::toString(risk.level)), m_distance, m_prices,
                              m_difference, m_stops, live::signedText(risk.unrealizedPnl, 2)));
    setToolTip(
        tr("%1\nDistance: %2\nH ranges: the average true range of 14 hours fits so often between mark and "
           "liquidation price.\nEnter: show this symbol. F1 or right click: explain the liquidation price.")
            .arg(m_head, m_distance));
    updateGeometry();
    update();
}

bool PositionRiskRow::isHeadInTwoLines() const
{
    const QString pnl = live::signedText(m_facts.risk.unrealizedPnl, 2);
    const int room = width() - 2 * padding - fontMetrics().horizontalAdvance(pnl) - 8;
    return fontMetrics().horizontalAdvance(m_head) > room;
}

QSize PositionRiskRow::sizeHint() const
{
    return {220, (isHeadInTwoLines() ? 5 : 4) * fontMetrics().height() + 14};
}

void PositionRiskRow::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    updateGeometry(); // a long name takes a line more
}

void PositionRiskRow::paintEvent(QPaintEvent *)
{
    const Tokens &tokens = m_theme.tokens();
    QPainter painter{this};
    const QFontMetrics metrics{font()};
    const int line = metrics.height();
    const int left = padding;
    const int right = width() - padding;
    const domain::PositionRisk &risk = m_facts.risk;
    const QColor colour = m_facts.isStale ? tokens.muted : levelColour(tokens, risk.level);
    int y = 2;
    const auto text = [&](int from, int to, Qt::Alignment alignment, const QColor &pen,
                          const QString &words) {
        painter.setPen(pen);
        painter.drawText(QRect{from, y, to - from, line}, alignment | Qt::AlignVCenter,
            metrics.elidedText(words, Qt::ElideRight, to - from));
    };
    const QString pnl = live::signedText(risk.unrealizedPnl, 2);
    const int pnlWidth = metrics.horizontalAdvance(pnl) + 8;
    const bool isInTwo = isHeadInTwoLines();
    const QColor sideColour = risk.position.side == domain::Side::Buy ? tokens.positive : tokens.negative;
    text(left, right - pnlWidth, Qt::AlignLeft, sideColour, isInTwo ? m_name : m_head);
    text(right - pnlWidth, right, Qt::AlignRight,
        m_facts.isStale                   ? tokens.muted
        : risk.unrealizedPnl.isNegative() ? tokens.negative
                                          : tokens.positive,
        pnl);
    if (isInTwo) {
        y += line;
        text(left, right, Qt::AlignLeft, sideColour, m_size);
    }
    y += line + 2;
    const QRect bar{left, y, right - left, line + 4};
    painter.fillRect(bar, tokens.raised);
    if (risk.distance) {
        const double share = std::clamp(risk.distance->approximate() / fullBar, 0.0, 1.0);
        painter.fillRect(QRect{bar.left(), bar.top(), static_cast<int>(share * bar.width()), bar.height()},
            blended(tokens.panel, colour, 0.38));
    }
    y += 2;
    text(left + 5, right - 5, Qt::AlignLeft, m_facts.isStale ? tokens.muted : tokens.text, m_distance);
    y += line + 4;
    const int differenceWidth = m_difference.isEmpty() ? 0 : metrics.horizontalAdvance(m_difference) + 8;
    text(left, right - differenceWidth, Qt::AlignLeft, tokens.muted, m_prices);
    text(right - differenceWidth, right, Qt::AlignRight, m_isDifferent ? tokens.warning : tokens.muted,
        m_difference);
    y += line;
    const QColor stopColour = m_isNaked ? tokens.warning : tokens.muted;
    if (m_isNaked) {
        paintMark(painter, QRectF{static_cast<double>(left), y + line * 0.2, line * 0.6, line * 0.6},
            live::Mark::Triangle, stopColour);
    }
    text(left + (m_isNaked ? line : 0), right, Qt::AlignLeft, stopColour, m_stops);
    if (hasFocus()) {
        painter.setPen(tokens.accent);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void PositionRiskRow::mousePressEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton) {
        emit activated(m_facts.risk.position.symbol);
    }
}

void PositionRiskRow::explain()
{
    const domain::Position &held = m_facts.risk.position;
    emit explanationWanted(this, held.symbol, held.positionSide);
}

void PositionRiskRow::contextMenuEvent(QContextMenuEvent *)
{
    explain();
}

bool PositionRiskRow::event(QEvent *event)
{
    // Before the window's own F1.
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent *>(event)->key() == Qt::Key_F1) {
        event->accept();
        return true;
    }
    return QWidget::event(event);
}

void PositionRiskRow::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_F1) {
        return explain();
    }
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space) {
        emit activated(m_facts.risk.position.symbol);
        return;
    }
    QWidget::keyPressEvent(event);
}

PositionRiskList::PositionRiskList(const Theme &theme, QWidget *parent)
    : QWidget{parent},
      m_theme{theme},
      m_layout{new QVBoxLayout{this}},
      m_none{roleLabel(tr("No open positions."), "caption")}
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(3);
    m_layout->addWidget(m_none);
}

void PositionRiskList::display(std::vector<PositionRiskFacts> positions)
{
    const auto nearness = [](const PositionRiskFacts &facts) {
        return facts.risk.distance ? facts.risk.distance->approximate() : 1e9;
    };
    std::ranges::stable_sort(positions, {}, nearness);
    while (m_rows.size() < positions.size()) {
        auto *row = new PositionRiskRow{m_theme};
        row->setObjectName(QStringLiteral("risk.position.%1").arg(m_rows.size()));
        connect(row, &PositionRiskRow::activated, this, &PositionRiskList::activated);
        connect(row, &PositionRiskRow::explanationWanted, this, &PositionRiskList::explanationWanted);
        m_layout->addWidget(row);
        m_rows.push_back(row);
    }
    for (std::size_t at = 0; at < m_rows.size(); ++at) {
        m_rows[at]->setVisible(at < positions.size());
        if (at < positions.size()) {
            m_rows[at]->display(positions[at]);
        }
    }
    m_none->setVisible(positions.empty());
}

} // namespace ui
