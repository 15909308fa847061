#include "ui/amend_dialog.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "models/ports/trading.h"
#include "ui/widgets/decimal_edit.h"
#include "ui/widgets/field.h"
#include "ui/widgets/identify.h"

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
    return QCoreApplication::translate("ui::Amend", text);
}

void send(const PanelTools &tools, const domain::Order &order, domain::Price price, domain::Quantity quantity)
{
    live::Models &models = tools.window.models;
    const std::string &id = order.clientOrderId();
    models.openOrders.setAmending(id, true);
    ports::whenFinished(tools.window.trading.amend(order.request.symbol, id, price, quantity),
        &models.openOrders, [&models, id](const domain::Result<domain::Order> &result) {
            models.openOrders.setAmending(id, false);
            models.log.report(result ? live::LogModel::Info : live::LogModel::Problem,
                tr("Change of %1: ").arg(live::toQString(id)) +
                    (result ? live::phaseSentence(*result) : live::toQString(result.error().detail)));
        });
}

} // namespace

QString amendRefusal(const domain::Order &order)
{
    if (order.phase != domain::OrderPhase::Working) {
        return tr("Only an order that the exchange holds can be changed; this one is %1.")
            .arg(live::phaseWord(order));
    }
    if (order.request.type != domain::OrderType::Limit) {
        return tr("Only limit orders can be changed in place; cancel this one and send a new one.");
    }
    return order.cancelRequested ? tr("A cancel is already under way.") : QString{};
}

void amend(QWidget *parent, const PanelTools &tools, const domain::Order &order)
{
    const live::MarketState &market = tools.window.models.market;
    const domain::SymbolSpec *spec = market.spec(order.request.symbol);
    if (!spec) {
        return;
    }
    auto *dialog = new QDialog{parent};
    dialog->setObjectName(QStringLiteral("amend"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Change the order in place"));
    dialog->setMinimumWidth(380);
    auto *price = identify(new DecimalEdit, QStringLiteral("amend.price"), tr("New price"));
    auto *quantity = identify(new DecimalEdit, QStringLiteral("amend.quantity"), tr("New quantity"));
    price->setStep(spec->tickSize.toString());
    quantity->setStep(spec->lot.stepSize.toString());
    price->setValue(order.request.price, spec->priceDecimals());
    quantity->setValue(order.request.quantity, spec->quantityDecimals());
    auto *now = roleLabel(live::orderSentence(order.request, *spec), "caption");
    auto *yes = identify(new QPushButton{tr("Change it")}, QStringLiteral("amend.yes"), tr("Change it"));
    auto *no = identify(new QPushButton{tr("Back")}, QStringLiteral("amend.no"), tr("Back"));
    yes->setDefault(true);
    auto *hint =
        roleLabel(tr("The whole quantity, what is filled included. The order loses its place in the queue "
                     "unless only its quantity shrinks."),
            "caption");
    hint->setWordWrap(true);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(no);
    buttons->addWidget(yes);
    auto *priceField = new Field{tr("Price"), price};
    auto *quantityField = new Field{tr("Quantity"), quantity};
    auto *layout = new QVBoxLayout{dialog};
    layout->addWidget(now);
    layout->addWidget(priceField);
    layout->addWidget(quantityField);
    layout->addWidget(hint);
    layout->addLayout(buttons);
    const auto check = [=, filled = order.executedQty] {
        const auto newPrice = price->value<domain::Price>();
        const auto newQuantity = quantity->value<domain::Quantity>();
        priceField->setMessage(
            newPrice && newPrice->isPositive() ? QString{} : tr("Type a price above zero."));
        quantityField->setMessage(newQuantity && *newQuantity > filled
                                      ? QString{}
                                      : tr("Type a quantity above what is filled already."));
        yes->setEnabled(priceField->message().isEmpty() && quantityField->message().isEmpty());
    };
    QObject::connect(price, &QLineEdit::textChanged, dialog, check);
    QObject::connect(quantity, &QLineEdit::textChanged, dialog, check);
    QObject::connect(no, &QPushButton::clicked, dialog, &QDialog::reject);
    QObject::connect(yes, &QPushButton::clicked, dialog, [=] {
        send(tools, order, *price->value<domain::Price>(), *quantity->value<domain::Quantity>());
        dialog->accept();
    });
    dialog->open();
}

} // namespace ui
