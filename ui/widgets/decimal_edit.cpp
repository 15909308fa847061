#include "ui/widgets/decimal_edit.h"

#include "models/live/text.h"
#include "ui/theme/theme.h"

#include <QKeyEvent>
#include <QPainter>
#include <QRegularExpressionValidator>

namespace ui
{

namespace
{
using Plain = domain::Exact<struct TypedMeasure>;
} // namespace

DecimalEdit::DecimalEdit(QWidget *parent) : QLineEdit{parent}
{
    setFont(Theme::numberFont());
    setAlignment(Qt::AlignRight);
    setMaxLength(32);
    static const QRegularExpression shape{QStringLiteral(R"(\s*\d[\d,]{0,17}(\.\d{0,12})?\s*|\.\d{0,12})")};
    setValidator(new QRegularExpressionValidator{shape, this});
}

void DecimalEdit::allowNegative()
{
    m_isSigned = true;
    static const QRegularExpression shape{
        QStringLiteral(R"(\s*[+-]?\d[\d,]{0,17}(\.\d{0,12})?\s*|[+-]?\.\d{0,12})")};
    setValidator(new QRegularExpressionValidator{shape, this});
}

void DecimalEdit::setUnit(const QString &unit)
{
    if (unit == m_unit) {
        return;
    }
    m_unit = unit;
    setTextMargins(0, 0, unit.isEmpty() ? 0 : fontMetrics().horizontalAdvance(unit) + 6, 0);
    update();
}

std::string DecimalEdit::plainText() const
{
    QString plain = text().trimmed();
    plain.remove(u',');
    const bool isNegative = plain.startsWith(u'-');
    if (isNegative || plain.startsWith(u'+')) {
        plain.remove(0, 1);
    }
    if (plain.startsWith(u'.')) {
        plain.prepend(u'0');
    }
    if (plain.endsWith(u'.')) {
        plain.chop(1);
    }
    return (isNegative ? "-" : "") + plain.toStdString();
}

void DecimalEdit::setPlain(const std::string &plain)
{
    const QString shown = live::toQString(plain);
    if (shown != text()) {
        setText(shown);
    }
}

void DecimalEdit::keyPressEvent(QKeyEvent *event)
{
    const bool isUp = event->key() == Qt::Key_Up;
    if (isReadOnly() || (!isUp && event->key() != Qt::Key_Down)) {
        QLineEdit::keyPressEvent(event);
        return;
    }
    const auto now = value<Plain>().value_or(Plain{});
    const auto step = Plain::parse(m_step);
    if (step && now.abs() < Plain::of(1'000'000'000'000)) {
        const Plain next = isUp ? now + *step : now - *step;
        setValue(next.isNegative() && !m_isSigned ? Plain{} : next);
        emit textEdited(text());
    }
}

void DecimalEdit::paintEvent(QPaintEvent *event)
{
    QLineEdit::paintEvent(event);
    if (!m_unit.isEmpty()) {
        QPainter painter{this};
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(rect().adjusted(0, 0, -8, 0), Qt::AlignRight | Qt::AlignVCenter, m_unit);
    }
}

} // namespace ui
