#include "ui/widgets/field.h"

#include "ui/theme/theme.h"
#include "ui/widgets/identify.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QVBoxLayout>

namespace ui
{

Field::Field(const QString &caption, QWidget *editor, QWidget *parent)
    : QWidget{parent},
      m_caption{roleLabel(caption, "caption")},
      m_editor{editor->focusProxy() ? editor->focusProxy() : editor},
      m_message{new IssueRow{m_editor->objectName()}}
{
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    auto *row = new QHBoxLayout;
    row->setSpacing(6);
    m_caption->setBuddy(m_editor);
    m_caption->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("Trigger price  ")));
    row->addWidget(m_caption);
    row->addWidget(editor, 1);
    layout->addLayout(row);
    layout->addWidget(m_message);
    connect(m_message, &IssueRow::mendAsked, this, &Field::mendAsked);
}

void Field::setCaption(const QString &caption)
{
    m_caption->setText(caption);
}

void Field::setMessage(const QString &text, domain::Severity severity, const QString &mend)
{
    m_message->display(text, severity, mend);
    const QString problem = text.isEmpty()                         ? QString{}
                            : severity == domain::Severity::Blocks ? QStringLiteral("block")
                                                                   : QStringLiteral("confirm");
    if (m_editor->property("problem").toString() != problem) {
        m_editor->setProperty("problem", problem);
        restyle(m_editor);
    }
    m_editor->setToolTip(text);
}

Readout::Readout(const QString &id, const QString &caption, QWidget *parent)
    : QWidget{parent},
      m_caption{roleLabel(caption, "caption")},
      m_value{new QLabel}
{
    auto *whole = new QVBoxLayout{this};
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(1);
    auto *layout = new QHBoxLayout;
    layout->setSpacing(8);
    layout->addWidget(m_caption);
    layout->addWidget(m_value, 1);
    whole->addLayout(layout);
    m_value->setObjectName(id);
    m_value->setAccessibleDescription(QStringLiteral("id:") + id);
    m_value->setFont(Theme::numberFont());
    m_value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_value->setTextInteractionFlags(Qt::NoTextInteraction);
    m_value->setProperty("figure", true);
    m_value->setIndent(0); // its transparent border would bring one
    display(QStringLiteral("--"));
}

void Readout::display(const QString &text, const char *role)
{
    const QString wanted = QLatin1StringView{role};
    if (m_value->property("role").toString() != wanted) {
        m_value->setProperty("role", wanted);
        restyle(m_value);
    }
    if (m_value->text() != text) {
        m_value->setText(text);
        m_value->setAccessibleName(m_caption->text() + u' ' + text);
    }
}

void Readout::setCaption(const QString &caption)
{
    m_caption->setText(caption);
    m_value->setAccessibleName(caption + u' ' + m_value->text());
}

void Readout::setNote(const QString &text)
{
    if (!m_note && text.isEmpty()) {
        return;
    }
    if (!m_note) {
        m_note = roleLabel({}, "caption");
        m_note->setObjectName(m_value->objectName() + QStringLiteral(".note"));
        m_note->setWordWrap(true);
        layout()->addWidget(m_note);
    }
    showSentence(m_note, text);
    m_note->setVisible(!text.isEmpty());
}

void Readout::setWraps(bool wraps)
{
    m_value->setWordWrap(wraps);
}

void Readout::setExplainer(Explainer explainer)
{
    if (!m_explainer) {
        m_value->setFocusPolicy(Qt::TabFocus);
        m_value->setCursor(Qt::PointingHandCursor);
        m_value->setProperty("explains", true);
        m_value->setWhatsThis(tr("A click, Return or F1 shows how this figure is computed."));
        m_value->installEventFilter(this);
        restyle(m_value);
    }
    m_explainer = std::move(explainer);
}

void Readout::setTabStop(bool isStop)
{
    m_value->setFocusPolicy(isStop ? Qt::TabFocus : Qt::ClickFocus);
}

bool Readout::goToOther(int key)
{
    if (key != Qt::Key_Up && key != Qt::Key_Down && key != Qt::Key_Home && key != Qt::Key_End) {
        return false;
    }
    QList<Readout *> others;
    for (Readout *each : parentWidget()->findChildren<Readout *>()) {
        if (each->m_explainer && each->isVisible()) {
            others << each;
        }
    }
    const auto now = others.indexOf(this);
    const auto wanted = key == Qt::Key_Up     ? now - 1
                        : key == Qt::Key_Down ? now + 1
                        : key == Qt::Key_Home ? 0
                                              : others.size() - 1;
    if (now >= 0 && wanted >= 0 && wanted < others.size()) {
        others[wanted]->m_value->setFocus(Qt::OtherFocusReason);
    }
    return true;
}

void Readout::explain()
{
    ExplanationPopup::open(m_value, m_explainer);
}

bool Readout::eventFilter(QObject *watched, QEvent *event)
{
    const auto isAsking = [event] {
        const int key = static_cast<QKeyEvent *>(event)->key();
        return key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Space || key == Qt::Key_F1;
    };
    switch (event->type()) {
    case QEvent::ShortcutOverride: // before the window's own F1
        if (isAsking()) {
            event->accept();
            return true;
        }
        break;
    case QEvent::KeyPress:
        if (isAsking()) {
            explain();
            return true;
        }
        if (goToOther(static_cast<QKeyEvent *>(event)->key())) {
            return true;
        }
        break;
    case QEvent::MouseButtonPress:
        return true; // else the release goes to whoever takes the press
    case QEvent::MouseButtonRelease:
        explain();
        return true;
    default:
        break;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace ui
