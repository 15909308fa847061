#include "ui/widgets/gate_pill.h"

#include "models/live/gate_text.h"
#include "models/live/text.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/mark.h"

#include <QPainter>

namespace ui
{

GatePill::GatePill(const live::HealthModel &health, const Theme &theme, QWidget *parent)
    : QAbstractButton{parent},
      m_health{health},
      m_theme{theme}
{
    QFont strong = Theme::textFont();
    strong.setBold(true);
    setFont(strong);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    identify(this, QStringLiteral("band.gate"), {});
    connect(&health, &live::HealthModel::healthChanged, this, &GatePill::refresh);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
    refresh();
}

void GatePill::refresh()
{
    const ports::HealthState &state = m_health.state();
    QString reasons = live::gateSentence(state.gate);
    for (const domain::GateClosure &closure : state.closures) {
        reasons += u'\n' + live::gateWord(closure.state) + QStringLiteral(", ") +
                   live::causeWord(closure.cause) + QStringLiteral(": ") + live::toQString(closure.reason);
    }
    const QString word = live::gateWord(state.gate);
    if (word != text() || reasons != toolTip()) {
        setText(word);
        setToolTip(reasons);
        setAccessibleName(tr("Gate %1. %2").arg(word, QString{reasons}.replace(u'\n', u' ')));
        update();
    }
}

QSize GatePill::sizeHint() const
{
    // The longest word keeps its room, so that the neighbours stand still.
    const int word = fontMetrics().horizontalAdvance(live::gateWord(domain::GateState::CancelOnly));
    return {word + fontMetrics().ascent() + 24, fontMetrics().height() + 6};
}

void GatePill::paintEvent(QPaintEvent *)
{
    const Tokens &tokens = m_theme.tokens();
    const domain::GateState gate = m_health.state().gate;
    const QColor tone = m_theme.colour(live::gateTone(gate));
    const bool isLoud = gate >= domain::GateState::CancelOnly;
    const QColor ink = isLoud ? tokens.window : tone;
    QPainter painter{this};
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(hasFocus() ? QPen{tokens.accent, 2} : QPen{isLoud ? tokens.window : tokens.border, 1});
    painter.setBrush(isLoud ? tone : tokens.panel);
    painter.drawRoundedRect(QRectF{rect()}.adjusted(1, 1, -1, -1), 4, 4);
    const int size = fontMetrics().ascent() - 1;
    const int width = size + 6 + fontMetrics().horizontalAdvance(text());
    const int left = (this->width() - width) / 2;
    paintMark(painter, QRectF(left, (height() - size) / 2.0, size, size), live::gateMark(gate), ink);
    painter.setPen(ink);
    painter.drawText(
        QRect{left + size + 6, 0, this->width(), height()}, Qt::AlignLeft | Qt::AlignVCenter, text());
}

} // namespace ui
