#include "ui/panels/order_actions.h"

#include "models/domain/orders/closing_order.h"
#include "models/domain/risk/filters.h"
#include "models/live/models.h"
#include "models/live/text.h"
#include "models/ports/trading.h"
#include "ui/widgets/ask.h"

#include <QCoreApplication>
#include <QWidget>

namespace ui
{

namespace
{

QString tr(const char *text)
{
    return QCoreApplication::translate("ui::OrderActions", text);
}

domain::SymbolSpec specOf(const PanelTools &tools, const domain::Symbol &symbol)
{
    const domain::SymbolSpec *spec = tools.window.models.market.spec(symbol);
    return spec ? *spec : domain::SymbolSpec{};
}

} // namespace

QString outcomeSentence(const domain::Result<domain::Order> &result)
{
    if (result) {
        return live::phaseSentence(*result);
    }
    const domain::Error &error = result.error();
    const QString detail = live::toQString(error.detail);
    const QString code = error.venueCode != 0 ? tr(" (code %1)").arg(error.venueCode) : QString{};
    if (error.code == domain::ErrorCode::OutcomeUnknown) {
        return tr("UNKNOWN: the exchange may hold this order; it is being looked up and is never sent "
                  "again. ") +
               detail + code;
    }
    return tr("Not placed: ") + detail + code;
}

void askToClose(
    QWidget *parent, const PanelTools &tools, const domain::Position &position, domain::Rate share)
{
    const domain::SymbolSpec spec = specOf(tools, position.symbol);
    const domain::Quantity quantity =
        share >= domain::Rate::of(1)
            ? position.quantity
            : (position.quantity * share).roundedTo(spec.marketLot.stepSize, domain::Rounding::Down);
    if (!quantity.isPositive()) {
        tools.window.models.log.report(
            live::LogModel::Warning, tr("The position in %1 is too small to be reduced by that share.")
                                         .arg(live::toQString(position.symbol)));
        return;
    }
    const domain::NewOrder order = domain::closingOrder(position, quantity);
    const QString sentence = live::orderSentence(order, spec);
    ask(parent,
        {QStringLiteral("closePosition"), tr("Close at market"),
            tr("%1? This reduces the %2 position and cannot be undone.")
                .arg(sentence, live::directionWord(position.side).toLower()),
            sentence},
        [order, sentence, &trading = tools.window.trading, &log = tools.window.models.log] {
            ports::whenFinished(
                trading.submit(order), &log, [&log, sentence](const domain::Result<domain::Order> &result) {
                    log.report(result ? live::LogModel::Info : live::LogModel::Problem,
                        sentence + QStringLiteral(": ") + outcomeSentence(result));
                });
        });
}

void cancelOrder(const PanelTools &tools, const domain::Order &order)
{
    live::LogModel &log = tools.window.models.log;
    const QString name =
        live::toQString(order.request.symbol) + u' ' + live::toQString(order.clientOrderId());
    ports::whenFinished(tools.window.trading.cancel(order.request.symbol, order.clientOrderId()), &log,
        [&log, name](const domain::Result<domain::Order> &result) {
            log.report(result ? live::LogModel::Info : live::LogModel::Problem,
                tr("Cancel of %1: ").arg(name) +
                    (result ? live::phaseSentence(*result) : live::toQString(result.error().detail)));
        });
}

void askToCancelAll(QWidget *parent, const PanelTools &tools, const domain::Symbol &symbol)
{
    const QString name = live::toQString(symbol);
    ask(parent,
        {QStringLiteral("cancelAll"), tr("Cancel all orders"),
            tr("Cancel every open order of %1, stops and take-profits included?").arg(name),
            tr("Cancel all of %1").arg(name)},
        [symbol, name, &trading = tools.window.trading, &log = tools.window.models.log] {
            ports::whenFinished(
                trading.cancelAll(symbol), &log, [&log, name](const domain::Result<int> &count) {
                    if (count) {
                        log.report(
                            live::LogModel::Info, tr("%1: asked to cancel %2 orders.").arg(name).arg(*count));
                    } else {
                        log.report(
                            live::LogModel::Problem, tr("%1: the cancel of all orders failed. %2")
                                                         .arg(name, live::toQString(count.error().detail)));
                    }
                });
        });
}

} // namespace ui
