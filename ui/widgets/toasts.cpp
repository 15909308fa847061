#include "ui/widgets/toasts.h"

#include "models/live/text.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/mark.h"

#include <QEvent>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>

namespace ui
{

using namespace std::chrono_literals;
using Severity = domain::Alert::Severity;

namespace
{

constexpr auto warningStays = 12s;
constexpr int toastWidth = 430;
constexpr int gap = 14; ///< to the window's edges

} // namespace

ToastStack::ToastStack(live::AlertsModel &alerts, const Theme &theme, QWidget *window)
    : QWidget{window},
      m_alerts{alerts},
      m_theme{theme},
      m_layout{new QVBoxLayout{this}}
{
    setObjectName(QStringLiteral("toasts"));
    setAccessibleName(tr("Newest alerts"));
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(6);
    window->installEventFilter(this);
    connect(&alerts, &live::AlertsModel::acknowledged, this, [this](const live::AlertEntry &entry) {
        const auto found = std::ranges::find(m_toasts, entry.number, &Toast::number);
        if (found != m_toasts.end()) {
            remove(found->frame);
        }
    });
    connect(&theme, &Theme::changed, this, [this] {
        for (const Toast &toast : m_toasts) {
            applyColours(toast);
        }
    });
    hide();
}

void ToastStack::add(const live::AlertEntry &entry)
{
    if (entry.number > 0) {
        // What comes again takes the place of its former self.
        const auto again = std::ranges::find(m_toasts, entry.number, &Toast::number);
        if (again != m_toasts.end()) {
            remove(again->frame);
        }
    }
    while (count() >= most) {
        // The oldest warning goes first; what it said stays in the Alerts panel.
        const auto warning = std::ranges::find(m_toasts, false, &Toast::isCritical);
        remove((warning == m_toasts.end() ? m_toasts.begin() : warning)->frame);
    }
    QWidget *frame = make(entry);
    m_layout->addWidget(frame);
    frame->show(); // a layout would do so only later
    m_toasts.push_back({entry.number, entry.alert.severity, frame});
    applyColours(m_toasts.back());
    place();
    if (entry.alert.severity != Severity::Critical) {
        QTimer::singleShot(warningStays, frame, [this, frame] { remove(frame); });
    }
}

QWidget *ToastStack::make(const live::AlertEntry &entry)
{
    const domain::Alert &alert = entry.alert;
    const QString title =
        live::severityWord(alert.severity) + QStringLiteral("  ·  ") + live::alertKindWord(alert.kind) +
        (alert.symbol.empty() ? QString{} : QStringLiteral("  ·  ") + live::toQString(alert.symbol));
    auto *frame = new QFrame;
    frame->setObjectName(QStringLiteral("toast"));
    frame->setAccessibleName(title + u' ' + live::toQString(alert.text));
    frame->setAttribute(Qt::WA_StyledBackground);
    auto *sign = new MarkSign{14};
    auto *head = new QLabel{title};
    head->setObjectName(QStringLiteral("toast.head"));
    auto *text = new QLabel;
    showSentence(text, live::toQString(alert.text));
    text->setTextFormat(Qt::PlainText);
    text->setWordWrap(true);
    const auto button = [this, &entry](const QString &id, const QString &words) {
        auto *made = identify(new QPushButton{words}, id + QString::number(entry.number),
            tr("%1, alert %2").arg(words).arg(entry.number));
        made->setProperty("small", true);
        made->setFocusPolicy(Qt::TabFocus);
        return made;
    };
    auto *show = button(QStringLiteral("toast.show"), tr("Show"));
    auto *seen = button(QStringLiteral("toast.seen"), tr("Seen"));
    auto *row = new QHBoxLayout;
    row->setSpacing(6);
    row->addWidget(sign);
    row->addWidget(head, 1);
    row->addWidget(show);
    row->addWidget(seen);
    auto *layout = new QVBoxLayout{frame};
    layout->setContentsMargins(10, 7, 8, 8);
    layout->setSpacing(4);
    layout->addLayout(row);
    layout->addWidget(text);
    connect(show, &QPushButton::clicked, this, [this, alert] { emit followed(alert); });
    connect(seen, &QPushButton::clicked, this, [this, frame, number = entry.number] {
        remove(frame);
        m_alerts.acknowledge(number);
    });
    return frame;
}

void ToastStack::applyColours(const Toast &toast) const
{
    const QColor tone = m_theme.colour(live::severityTone(toast.severity));
    toast.frame->setStyleSheet(
        QStringLiteral("QFrame#toast { background: %1; border: 1px solid %2; border-left: 4px solid "
                       "%2; border-radius: 4px; }")
            .arg(m_theme.tokens().raised.name(), tone.name()));
    toast.frame->findChild<MarkSign *>()->display(live::severityMark(toast.severity), tone);
    toast.frame->findChild<QLabel *>(QStringLiteral("toast.head"))
        ->setStyleSheet(QStringLiteral("font-weight: 700; color: ") + tone.name());
}

void ToastStack::remove(QWidget *frame)
{
    if (std::erase_if(m_toasts, [frame](const Toast &toast) { return toast.frame == frame; }) > 0) {
        m_layout->removeWidget(frame);
        frame->hide();
        frame->deleteLater();
        place();
    }
}

void ToastStack::place()
{
    if (m_toasts.empty()) {
        hide();
        return;
    }
    const QWidget *window = parentWidget();
    const int width = std::min(toastWidth * fontMetrics().height() / 15, window->width() - 2 * gap);
    setFixedWidth(width);
    show(); // only what is shown has a height
    m_layout->activate();
    const int height = m_layout->totalHeightForWidth(width);
    setGeometry(window->width() - width - gap, window->height() - height - gap, width, height);
    raise();
}

bool ToastStack::eventFilter(QObject *watched, QEvent *event)
{
    const bool isWindow = watched == parentWidget();
    if (isWindow && (event->type() == QEvent::Resize || event->type() == QEvent::Show)) {
        place();
    } else if (!isWindow && (event->type() == QEvent::ZOrderChange || event->type() == QEvent::Show)) {
        // Later: a dock brings its tab to the front only while it is the topmost child itself.
        QMetaObject::invokeMethod(this, &QWidget::raise, Qt::QueuedConnection);
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace ui
