#include "ui/panels/ways_back_actions.h"

#include "models/live/models.h"
#include "models/live/positions_model.h"
#include "models/live/text.h"
#include "models/ports/trading.h"
#include "ui/panels/order_actions.h"
#include "ui/widgets/ask.h"

#include <QCoreApplication>
#include <QStringList>
#include <QWidget>

#include <algorithm>

namespace ui
{

using Kind = domain::WayBack::Kind;
using domain::WayBack;

namespace
{

QString tr(const char *text)
{
    return QCoreApplication::translate("ui::WaysBack", text);
}

domain::SymbolSpec specOf(const PanelTools &tools, const domain::Symbol &symbol)
{
    const domain::SymbolSpec *spec = tools.window.models.market.spec(symbol);
    return spec ? *spec : domain::SymbolSpec{};
}

QString orderLine(const PanelTools &tools, const domain::NewOrder &order)
{
    const QString sentence = live::orderSentence(order, specOf(tools, order.symbol));
    return (order.reduceOnly ? tr("%1, reduce-only") : tr("%1, closes only")).arg(sentence);
}

QString costLine(const WayBack &way)
{
    const QString cost = live::fixedText(way.cost, 2);
    if (way.kind == Kind::Stop) {
        return tr("If it fills, about %1 USDT are lost from here, fees and slippage included.")
            .arg(live::fixedText(way.lossAtStop, 2));
    }
    if (way.orders.empty()) {
        return tr("It costs nothing.");
    }
    return !way.isCostKnown
               ? tr("Fees of about %1 USDT, and a slippage that is not known: there is no order book.")
                     .arg(cost)
           : way.isBookThin
               ? tr("It costs %1 USDT or more: the order book shows too little for the size.").arg(cost)
               : tr("It costs about %1 USDT, slippage and fees.").arg(cost);
}

QString questionText(const PanelTools &tools, const domain::TroubledPool &pool, const WayBack &way)
{
    constexpr int mostLines = 12;
    QStringList lines{tools.window.models.waysBack.sentence(way) + u'.', {}};
    const int shown = std::min(mostLines, static_cast<int>(way.orders.size()));
    for (int i = 0; i < shown; ++i) {
        lines << QStringLiteral("  • ") + orderLine(tools, way.orders[static_cast<std::size_t>(i)]);
    }
    if (shown < static_cast<int>(way.orders.size())) {
        lines << tr("  • and %1 more like these").arg(static_cast<int>(way.orders.size()) - shown);
    }
    if (!way.replaces.empty()) {
        lines << tr("  • then cancel the stop at %1")
                     .arg(live::fixedText(
                         *way.stopBefore, tools.window.models.market.priceDecimals(way.position.symbol)));
    }
    if (lines.size() > 2) {
        lines << QString{};
    }
    lines << costLine(way)
          << (way.kind == Kind::Stop ? tr("%1 is %2 now, and %3 once it has filled.")
                                     : tr("%1 is %2 now, and %3 after it."))
                 .arg(live::WaysBackModel::poolName(pool),
                     live::ratioText(pool.ratio) + u' ' + live::toQString(domain::toString(pool.level)),
                     live::WaysBackModel::ratioAfterText(way));
    return lines.join(u'\n');
}

void report(live::LogModel &log, bool isGood, const QString &text)
{
    log.report(isGood ? live::LogModel::Info : live::LogModel::Problem, text);
}

void sendOrders(const PanelTools &tools, const WayBack &way)
{
    live::LogModel &log = tools.window.models.log;
    ports::Trading &trading = tools.window.trading;
    for (const domain::NewOrder &order : way.orders) {
        const QString line = orderLine(tools, order);
        const auto taken = [&log, &trading, line, symbol = order.symbol, replaced = way.replaces](
                               const domain::Result<domain::Order> &result) {
            report(log, result.has_value(), line + QStringLiteral(": ") + outcomeSentence(result));
            // Until the new stop surely stands, the old one is the only one.
            if (replaced.empty() || !result || result->phase != domain::OrderPhase::Working) {
                return;
            }
            ports::whenFinished(trading.cancel(symbol, replaced), &log,
                [&log, symbol](const domain::Result<domain::Order> &canceled) {
                    report(log, canceled.has_value(),
                        tr("The former stop of %1: %2")
                            .arg(live::toQString(symbol), outcomeSentence(canceled)));
                });
        };
        ports::whenFinished(trading.submit(order, "ways back"), &log, taken);
    }
}

void addMargin(const PanelTools &tools, const WayBack &way)
{
    live::LogModel &log = tools.window.models.log;
    const QString what = tools.window.models.waysBack.sentence(way);
    ports::whenFinished(
        tools.window.trading.adjustIsolatedMargin(way.position.symbol, way.position.positionSide, way.amount),
        &log, [&log, what](const domain::Result<bool> &result) {
            report(log, result.has_value(),
                result ? tr("%1: done").arg(what)
                       : tr("%1: refused: %2").arg(what, live::toQString(result.error().detail)));
        });
}

} // namespace

void askForWayBack(
    QWidget *parent, const PanelTools &tools, const domain::TroubledPool &pool, const WayBack &way)
{
    const bool needsMoney = way.kind == Kind::AddFunds || way.missing.isPositive();
    Question question{
        QStringLiteral("waysBack.confirm"), tr("Way back to SAFE"), questionText(tools, pool, way), {}};
    if (needsMoney) {
        question.text += u'\n' + tr("Headroom cannot move money into the futures account: transfer it on the "
                                    "exchange's own pages, and it shows here at once.");
        question.yes = tr("Understood");
        ask(parent, question, [] {});
        return;
    }
    const auto count = way.orders.size();
    question.yes = way.kind == Kind::AddMargin ? tr("Add %1 USDT").arg(live::fixedText(way.amount, 2))
                   : way.kind == Kind::Stop
                       ? (way.replaces.empty() ? tr("Set the stop") : tr("Move the stop"))
                   : count == 1 ? orderLine(tools, way.orders.front())
                                : tr("Send %1 orders").arg(count);
    ask(parent, question, [tools, way] {
        if (way.kind == Kind::AddMargin) {
            addMargin(tools, way);
        } else {
            sendOrders(tools, way);
        }
    });
}

} // namespace ui
