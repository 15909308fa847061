#include "ui/confirm_gone.h"

#include "models/live/models.h"
#include "models/live/order_state.h"
#include "models/live/text.h"
#include "models/ports/trading.h"
#include "ui/widgets/identify.h"

#include <QCheckBox>
#include <QCoreApplication>
#include <QDialog>
#include <QPushButton>
#include <QVBoxLayout>

namespace ui
{

namespace
{

QString tr(const char *text)
{
    return QCoreApplication::translate("ui::ConfirmGone", text);
}

QLabel *paragraph(const QString &text, const char *role = "")
{
    auto *label = roleLabel(text, role);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    return label;
}

void passOn(const PanelTools &tools, const domain::Order &order)
{
    live::LogModel &log = tools.window.models.log;
    const QString id = live::toQString(order.clientOrderId());
    ports::whenFinished(tools.window.trading.confirmGone(order.request.symbol, order.clientOrderId()), &log,
        [&log, id](const domain::Result<domain::Order> &result) {
            log.report(result ? live::LogModel::Info : live::LogModel::Problem,
                result
                    ? tr("You said that order %1 is not at the exchange. %2")
                          .arg(id, live::phaseSentence(*result))
                    : tr("Order %1 stays quarantined: %2").arg(id, live::toQString(result.error().detail)));
        });
}

} // namespace

void confirmGone(QWidget *parent, const PanelTools &tools, const domain::Order &order)
{
    const live::MarketState &market = tools.window.models.market;
    auto *dialog = new QDialog{parent};
    dialog->setObjectName(QStringLiteral("confirmGone"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Is this order really not there?"));
    dialog->setMinimumWidth(520);
    auto *facts = paragraph(live::knownFacts(
        order, market.priceDecimals(order.request.symbol), market.quantityDecimals(order.request.symbol)));
    facts->setObjectName(QStringLiteral("confirmGone.facts"));
    facts->setFont(Theme::numberFont());
    facts->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto *checked = identify(new QCheckBox{tr("I have looked there and this order is in none of the three.")},
        QStringLiteral("confirmGone.checked"),
        tr("I have looked there and this order is in none of the three"));
    auto *yes = identify(
        new QPushButton{tr("It is not there")}, QStringLiteral("confirmGone.yes"), tr("It is not there"));
    auto *no = identify(new QPushButton{tr("Back")}, QStringLiteral("confirmGone.no"), tr("Back"));
    yes->setEnabled(false);
    no->setDefault(true);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(no);
    buttons->addWidget(yes);
    auto *layout = new QVBoxLayout{dialog};
    layout->setSpacing(10);
    layout->addWidget(
        paragraph(tr("No question that Headroom can ask settles this order. What is known of it:")));
    layout->addWidget(facts);
    layout->addWidget(paragraph(tr(
        "Compare it with the exchange's own site or app: open orders, order history, and the position of %1.")
                                    .arg(live::toQString(order.request.symbol))));
    layout->addWidget(checked);
    layout->addWidget(paragraph(
        tr("If you say so and it is there after all, Headroom counts without it: your position can be larger "
           "than you planned. Should the exchange tell of it later, that is shown as an alarm."),
        "confirm"));
    layout->addLayout(buttons);
    QObject::connect(checked, &QCheckBox::toggled, yes, &QWidget::setEnabled);
    QObject::connect(no, &QPushButton::clicked, dialog, &QDialog::reject);
    QObject::connect(yes, &QPushButton::clicked, dialog, [tools, order, dialog] {
        passOn(tools, order);
        dialog->accept();
    });
    dialog->open();
}

} // namespace ui
