#include "models/live/order_state.h"

#include "models/live/text.h"

#include <QCoreApplication>
#include <QStringList>

namespace live
{

using domain::EndReason;
using domain::OrderPhase;

namespace
{

QString tr(const char *text)
{
    return QCoreApplication::translate("live", text);
}

} // namespace

bool isUnsettled(const domain::Order &order)
{
    return order.phase == OrderPhase::Queued || order.phase == OrderPhase::InFlight ||
           order.phase == OrderPhase::Unknown || order.phase == OrderPhase::Quarantined ||
           (order.isOpen() && order.cancelRequested);
}

QString stateText(const domain::Order &order, const OrderOverlay &overlay)
{
    QStringList parts{phaseWord(order)};
    if (order.isOpen()) {
        if (order.executedQty.isPositive()) {
            parts << tr("partly filled");
        }
        if (order.phase == OrderPhase::Working && order.isConditional() && order.childOrderId == 0) {
            parts << (order.conditionalStatus == domain::ConditionalStatus::Triggering
                          ? tr("triggering")
                          : tr("waits for trigger"));
        }
        if (order.cancelRequested) {
            parts << tr("cancelling");
        }
        if (overlay.isAmending) {
            parts << tr("amending");
        }
    }
    return parts.join(QStringLiteral(", "));
}

Tone stateTone(const domain::Order &order)
{
    switch (order.phase) {
    case OrderPhase::Unknown:
        return Tone::Warning;
    case OrderPhase::Quarantined:
        return Tone::Danger;
    case OrderPhase::Queued:
    case OrderPhase::InFlight:
        return Tone::Muted;
    case OrderPhase::Working:
        return Tone::Neutral;
    case OrderPhase::Done:
        break;
    }
    switch (order.endReason) {
    case EndReason::Filled:
        return Tone::Positive;
    case EndReason::Rejected:
    case EndReason::Denied:
    case EndReason::NotExecuted:
    case EndReason::NeverAccepted:
    case EndReason::LocalExpired:
        return Tone::Danger;
    default:
        return Tone::Neutral;
    }
}

Mark stateMark(const domain::Order &order)
{
    switch (order.phase) {
    case OrderPhase::Queued:
    case OrderPhase::InFlight:
        return Mark::Ring;
    case OrderPhase::Unknown:
        return Mark::Diamond;
    case OrderPhase::Quarantined:
        return Mark::Square;
    case OrderPhase::Working:
        return order.cancelRequested ? Mark::Ring : Mark::Dot;
    case OrderPhase::Done:
        break;
    }
    return order.endReason == EndReason::Filled ? Mark::Check
           : stateTone(order) == Tone::Danger   ? Mark::Cross
                                                : Mark::Dot;
}

QString resendRefusal(const domain::Order &order)
{
    if (order.origin != domain::OrderOrigin::Own) {
        return tr("This order was not placed by Headroom.");
    }
    switch (order.phase) {
    case OrderPhase::Queued:
    case OrderPhase::InFlight:
        return tr("This order is on its way; a second one would double it.");
    case OrderPhase::Unknown:
        return tr(
            "The exchange may hold this order: sending it again could double it. Wait until it settles.");
    case OrderPhase::Quarantined:
        return tr("Nobody knows whether the exchange holds this order. Compare it with the exchange first.");
    case OrderPhase::Working:
        return tr("The exchange holds this order; a second one would add to it.");
    case OrderPhase::Done:
        break;
    }
    switch (order.endReason) {
    case EndReason::NotExecuted:
    case EndReason::NeverAccepted:
    case EndReason::LocalExpired:
        return {};
    default:
        return tr("Only an order that surely never took effect can be sent again; this one is %1.")
            .arg(phaseWord(order));
    }
}

QString cancelRefusal(const domain::Order &order)
{
    if (!order.isOpen()) {
        return tr("This order is done: %1.").arg(phaseWord(order));
    }
    return order.cancelRequested ? tr("A cancel is already under way.") : QString{};
}

QString knownFacts(const domain::Order &order, int priceDecimals, int quantityDecimals)
{
    const domain::NewOrder &request = order.request;
    const QString none = tr("none");
    const auto price = [&](domain::Price value) {
        return value.isPositive() ? fixedText(value, priceDecimals) : none;
    };
    QStringList lines;
    lines << tr("Symbol: %1").arg(toQString(request.symbol));
    lines << tr("Side: %1").arg(sideWord(request.side));
    lines << tr("Type: %1").arg(orderTypeWord(request));
    lines << tr("Price: %1").arg(price(request.price));
    lines << tr("Trigger: %1").arg(price(request.triggerPrice));
    lines << tr("Quantity: %1, of it filled as far as we know: %2")
                 .arg(fixedText(request.quantity, quantityDecimals),
                     fixedText(order.executedQty, quantityDecimals));
    lines << tr("Client order id: %1").arg(toQString(order.clientOrderId()));
    lines << tr("Exchange id: %1")
                 .arg(order.orderId != 0 ? QString::number(order.orderId) : tr("never told to us"));
    lines << tr("State: %1").arg(stateText(order));
    if (!order.reasonText.empty()) {
        lines << tr("Why: %1").arg(toQString(order.reasonText));
    }
    return lines.join(u'\n');
}

} // namespace live
