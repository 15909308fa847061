#include "ui/live_confirmation.h"

#include "ui/widgets/identify.h"

#include <QCoreApplication>
#include <QDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace ui
{

namespace
{

QString tr(const char *text)
{
    return QCoreApplication::translate("ui::LiveConfirmation", text);
}

const QString word = QStringLiteral("LIVE");

} // namespace

void confirmLive(QWidget *parent, const QString &venueName, std::function<void()> onConfirmed,
    std::function<void()> onRefused)
{
    auto *dialog = new QDialog{parent};
    dialog->setObjectName(QStringLiteral("liveConfirmation"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Trade with real money?"));
    dialog->setMinimumWidth(420);
    auto *warning = new QLabel{tr("LIVE  ·  real money")};
    warning->setAlignment(Qt::AlignCenter);
    warning->setStyleSheet(QStringLiteral("background: #c81e2b; color: #ffffff; font-weight: 800; font-size: "
                                          "14pt; padding: 10px; letter-spacing: 2px"));
    auto *text =
        new QLabel{tr("Every order goes to %1 and trades real money. Losses are real. Type the word %2 to go "
                      "on; this is asked once each time the program runs.")
                       .arg(venueName, word)};
    text->setWordWrap(true);
    auto *typed = identify(new QLineEdit, QStringLiteral("live.word"), tr("Type the word LIVE"));
    auto *back = identify(new QPushButton{tr("Back")}, QStringLiteral("live.back"), tr("Back"));
    auto *go = identify(
        new QPushButton{tr("Trade with real money")}, QStringLiteral("live.go"), tr("Trade with real money"));
    go->setEnabled(false);
    back->setAutoDefault(false);
    go->setProperty("action", QStringLiteral("sell"));
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(back);
    buttons->addStretch(1);
    buttons->addWidget(go);
    auto *layout = new QVBoxLayout{dialog};
    layout->addWidget(warning);
    layout->addWidget(text);
    layout->addWidget(typed);
    layout->addLayout(buttons);
    QObject::connect(
        typed, &QLineEdit::textChanged, go, [go](const QString &now) { go->setEnabled(now == word); });
    QObject::connect(back, &QPushButton::clicked, dialog, &QDialog::reject);
    QObject::connect(go, &QPushButton::clicked, dialog, &QDialog::accept);
    QObject::connect(dialog, &QDialog::finished, dialog,
        [yes = std::move(onConfirmed), no = std::move(onRefused)](int result) {
            if (result == QDialog::Accepted) {
                yes();
            } else {
                no();
            }
        });
    dialog->open();
    typed->setFocus();
}

} // namespace ui
