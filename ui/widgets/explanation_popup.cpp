#include "ui/widgets/explanation_popup.h"

#include "models/live/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/identify.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QScreen>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>

namespace ui
{

using namespace std::chrono_literals;

namespace
{

constexpr int leastWidth = 380;
constexpr int mostWidth = 620;

QString escaped(const std::string &text)
{
    return withGroupedNumbers(live::toQString(text)).toHtmlEscaped();
}

QString withUnit(const QString &value, const std::string &unit)
{
    return unit.empty() ? value : value + QStringLiteral("&nbsp;") + live::toQString(unit).toHtmlEscaped();
}

QString origin(const domain::ExplainedInput &input)
{
    QString text = live::toQString(input.source).toHtmlEscaped();
    if (input.age) {
        text += (text.isEmpty() ? QString{} : QStringLiteral(", ")) +
                ExplanationPopup::tr("%1 old").arg(live::ageText(*input.age));
    }
    return text;
}

} // namespace

QString withGroupedNumbers(const QString &text)
{
    QString grouped;
    for (qsizetype at = 0; at < text.size();) {
        const bool startsNumber = text[at].isDigit() && (at == 0 || !text[at - 1].isLetterOrNumber());
        if (!startsNumber) {
            grouped += text[at++];
            continue;
        }
        const qsizetype from = at;
        while (at < text.size() && (text[at].isDigit() || text[at] == u'.')) {
            ++at;
        }
        const bool endsSentence = text[at - 1] == u'.';
        at -= endsSentence ? 1 : 0;
        grouped += live::grouped(text.mid(from, at - from).toStdString());
    }
    return grouped;
}

void ExplanationPopup::open(QWidget *anchor, Explainer explainer)
{
    open(anchor, anchor->rect(), std::move(explainer));
}

void ExplanationPopup::open(QWidget *anchor, const QRect &part, Explainer explainer)
{
    const auto first = explainer ? explainer() : std::nullopt;
    if (!first) {
        return;
    }
    auto *popup = new ExplanationPopup{anchor, std::move(explainer), *first};
    popup->setVisible(true);
    popup->place(*anchor, part);
    popup->setFocus(Qt::PopupFocusReason);
}

ExplanationPopup::ExplanationPopup(QWidget *anchor, Explainer explainer, const domain::Explanation &first)
    : QDialog{anchor, Qt::Popup},
      m_explainer{std::move(explainer)},
      m_head{new QLabel},
      m_body{new QLabel}
{
    setObjectName(QStringLiteral("explanation"));
    setAttribute(Qt::WA_DeleteOnClose);
    setFocusPolicy(Qt::StrongFocus);
    QFont strong = Theme::numberFont();
    strong.setBold(true);
    strong.setPointSizeF(strong.pointSizeF() * 1.1);
    m_head->setFont(strong);
    m_head->setObjectName(QStringLiteral("explanation.figure"));
    m_head->setTextFormat(Qt::RichText);
    m_head->setWordWrap(true);
    m_body->setFont(Theme::numberFont());
    m_body->setObjectName(QStringLiteral("explanation.text"));
    m_body->setTextFormat(Qt::RichText);
    m_body->setWordWrap(true);
    m_body->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *copyButton =
        identify(new QPushButton{tr("Copy")}, QStringLiteral("explanation.copy"), tr("Copy the explanation"));
    copyButton->setProperty("small", true);
    connect(copyButton, &QPushButton::clicked, this, &ExplanationPopup::copy);
    auto *head = new QHBoxLayout;
    head->addWidget(m_head, 1);
    head->addWidget(copyButton, 0, Qt::AlignTop);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(12, 9, 12, 11);
    layout->setSpacing(7);
    layout->addLayout(head);
    layout->addWidget(m_body);
    setMinimumWidth(leastWidth);
    setMaximumWidth(mostWidth);
    show(first);
    m_ageing.setInterval(1s);
    connect(&m_ageing, &QTimer::timeout, this, &ExplanationPopup::refresh);
    m_ageing.start();
}

void ExplanationPopup::refresh()
{
    if (const auto now = m_explainer()) {
        show(*now);
    }
}

void ExplanationPopup::show(const domain::Explanation &explanation)
{
    m_shown = explanation;
    const QString value = withUnit(escaped(explanation.value), explanation.unit);
    m_head->setText(escaped(explanation.figure) + QStringLiteral("&nbsp; ") + value);
    const QString muted = palette().color(QPalette::PlaceholderText).name();
    QString body;
    const auto line = [&body](const QString &text) { body += QStringLiteral("<p>") + text + u"</p>"; };
    if (!explanation.formula.empty()) {
        QString sums = QStringLiteral("= ") + escaped(explanation.formula);
        if (!explanation.workings.empty()) {
            sums += QStringLiteral("<br>= ") + escaped(explanation.workings);
        }
        line(sums);
    }
    body += QStringLiteral("<table cellspacing='0' cellpadding='2' width='100%'>");
    for (const domain::ExplainedInput &input : explanation.inputs) {
        body += QStringLiteral("<tr><td><b>%1</b>&nbsp;</td><td>%2&nbsp;&nbsp;</td><td align='right'>%3"
                               "&nbsp;&nbsp;</td><td style='color:%5'>%4</td></tr>")
                    .arg(escaped(input.letter), escaped(input.name),
                        withUnit(escaped(input.value), input.unit), origin(input), muted);
    }
    body += QStringLiteral("</table>");
    for (const std::string &remark : explanation.remarks) {
        line(escaped(remark));
    }
    line(QStringLiteral("<span style='color:%1'>%2</span>").arg(muted, escaped(explanation.source)));
    m_body->setText(body);
    const QString spoken = withGroupedNumbers(live::toQString(domain::plainText(explanation)));
    setAccessibleName(tr("How it is computed. %1").arg(spoken));
    m_body->setAccessibleName(spoken);
}

void ExplanationPopup::place(const QWidget &anchor, const QRect &part)
{
    adjustSize();
    const QRect screen = anchor.screen()->availableGeometry();
    const QRect beside{anchor.mapToGlobal(part.topLeft()), part.size()};
    // Below the figure, or above it where there is no room; never outside of the screen.
    const bool fitsBelow = beside.bottom() + height() + 4 <= screen.bottom();
    const int top = fitsBelow ? beside.bottom() + 4 : beside.top() - height() - 4;
    move(std::clamp(
             beside.right() - width(), screen.left(), std::max(screen.left(), screen.right() - width())),
        std::clamp(top, screen.top(), std::max(screen.top(), screen.bottom() - height())));
}

void ExplanationPopup::copy() const
{
    QGuiApplication::clipboard()->setText(live::toQString(domain::plainText(m_shown)));
}

void ExplanationPopup::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        copy();
    } else {
        QDialog::keyPressEvent(event);
    }
}

} // namespace ui
