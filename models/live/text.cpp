#include "models/live/text.h"

#include "models/domain/grouped.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QStringList>

namespace live
{

using domain::EndReason;
using domain::OrderPhase;
using domain::OrderType;

namespace
{

QString tr(const char *text)
{
    return QCoreApplication::translate("live", text);
}

QString endWord(const domain::Order &order)
{
    switch (order.endReason) {
    case EndReason::None:
        return tr("ENDED");
    case EndReason::Filled:
        return tr("FILLED");
    case EndReason::Canceled:
        return order.executedQty.isPositive() ? tr("CANCELED, PARTLY FILLED") : tr("CANCELED");
    case EndReason::Expired:
        return tr("EXPIRED");
    case EndReason::LocalExpired:
        return tr("LOCAL EXPIRED");
    case EndReason::ExpiredInMatch:
        return tr("EXPIRED IN MATCH");
    case EndReason::Rejected:
        return tr("REJECTED");
    case EndReason::Denied:
        return tr("DENIED");
    case EndReason::NotExecuted:
        return tr("NOT EXECUTED");
    case EndReason::NeverAccepted:
        return tr("NEVER ACCEPTED");
    case EndReason::LocalCancel:
        return tr("LOCAL CANCEL");
    case EndReason::Triggered:
        return tr("TRIGGERED");
    }
    return tr("ENDED");
}

QString endSentence(const domain::Order &order)
{
    switch (order.endReason) {
    case EndReason::None:
        return tr("Ended.");
    case EndReason::Filled:
        return tr("Filled.");
    case EndReason::Canceled:
        return order.executedQty.isPositive() ? tr("Canceled; a part was filled before.") : tr("Canceled.");
    case EndReason::Expired:
        return tr("Expired at the exchange.");
    case EndReason::LocalExpired:
        return tr("Too old before it could be sent: given up, never sent.");
    case EndReason::ExpiredInMatch:
        return tr("Expired while matching: it would have met an order of your own.");
    case EndReason::Rejected:
        return tr("The exchange refused it.");
    case EndReason::Denied:
        return tr("Our own checks refused it; never sent.");
    case EndReason::NotExecuted:
        return tr("Surely not executed: it did not reach the exchange's engine.");
    case EndReason::NeverAccepted:
        return tr("Proved by queries: the exchange never accepted it.");
    case EndReason::LocalCancel:
        return tr("Canceled here before it was sent.");
    case EndReason::Triggered:
        return tr("Triggered: it lives on as the order it became.");
    }
    return tr("Ended.");
}

} // namespace

QString toQString(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString keptTogether(QString sentence)
{
    // A unit is the per cent sign, a word in capitals as assets and UTC are, or one of time.
    static const QRegularExpression gap{
        QStringLiteral("(?<=\\d) (?=%|[A-Z][A-Z0-9]+\\b|(?:ms|s|min|h|d)\\b)")};
    return sentence.replace(gap, QString{QChar::Nbsp});
}

QString grouped(std::string_view plain)
{
    return QString::fromLatin1(domain::grouped(plain));
}

QString percentText(domain::Rate fraction, int decimals)
{
    return fixedText(fraction * 100, decimals) + QStringLiteral(" %");
}

QString signedPercentText(domain::Rate fraction, int decimals)
{
    return signedText(fraction * 100, decimals) + QStringLiteral(" %");
}

QString compactText(domain::Money amount)
{
    struct Scale
    {
        std::int64_t size;
        char16_t letter;
    };
    for (const Scale scale : {Scale{1'000'000'000, u'B'}, Scale{1'000'000, u'M'}, Scale{1'000, u'K'}}) {
        if (amount.abs() >= domain::Money::of(scale.size)) {
            return fixedText(amount / scale.size, 2) + u' ' + QChar{scale.letter};
        }
    }
    return fixedText(amount, 2) + QStringLiteral("  ");
}

QString ageText(domain::Milliseconds age)
{
    const std::int64_t ms = std::max<std::int64_t>(0, age.count());
    const std::int64_t seconds = ms / 1000;
    if (seconds < 10) {
        return QStringLiteral("%1.%2 s").arg(seconds).arg(ms % 1000 / 100);
    }
    if (seconds < 60) {
        return QStringLiteral("%1 s").arg(seconds);
    }
    if (seconds < 3600) {
        return QStringLiteral("%1 min %2 s").arg(seconds / 60).arg(seconds % 60, 2, 10, QLatin1Char{'0'});
    }
    if (seconds < 86'400) {
        return QStringLiteral("%1 h %2 min")
            .arg(seconds / 3600)
            .arg(seconds % 3600 / 60, 2, 10, QLatin1Char{'0'});
    }
    return QStringLiteral("%1 d %2 h")
        .arg(seconds / 86'400)
        .arg(seconds % 86'400 / 3600, 2, 10, QLatin1Char{'0'});
}

QString sideWord(domain::Side side)
{
    return side == domain::Side::Buy ? tr("Buy") : tr("Sell");
}

QString directionWord(domain::Side side)
{
    return side == domain::Side::Buy ? tr("Long") : tr("Short");
}

QString marginTypeWord(domain::MarginType type)
{
    return type == domain::MarginType::Cross ? tr("Cross") : tr("Isolated");
}

QString orderTypeWord(const domain::NewOrder &order)
{
    switch (order.type) {
    case OrderType::Limit:
        return order.timeInForce == domain::TimeInForce::Gtx   ? tr("Post-only")
               : order.timeInForce == domain::TimeInForce::Ioc ? tr("Limit IOC")
               : order.timeInForce == domain::TimeInForce::Fok ? tr("Limit FOK")
                                                               : tr("Limit");
    case OrderType::Market:
        return tr("Market");
    case OrderType::Stop:
        return tr("Stop limit");
    case OrderType::StopMarket:
        return tr("Stop market");
    case OrderType::TakeProfit:
        return tr("Take-profit limit");
    case OrderType::TakeProfitMarket:
        return tr("Take-profit market");
    case OrderType::TrailingStopMarket:
        return tr("Trailing stop");
    case OrderType::Liquidation:
        return tr("Liquidation");
    case OrderType::Unknown:
        break;
    }
    return tr("Unknown type");
}

QString originWord(domain::OrderOrigin origin)
{
    switch (origin) {
    case domain::OrderOrigin::Own:
        return tr("Headroom");
    case domain::OrderOrigin::Foreign:
        return tr("elsewhere");
    case domain::OrderOrigin::Liquidation:
        return tr("liquidation");
    case domain::OrderOrigin::AutoDeleveraging:
        return tr("auto-deleveraging");
    case domain::OrderOrigin::Settlement:
        return tr("settlement");
    }
    return {};
}

QString phaseWord(const domain::Order &order)
{
    switch (order.phase) {
    case OrderPhase::Queued:
        return tr("QUEUED");
    case OrderPhase::InFlight:
        return tr("IN FLIGHT");
    case OrderPhase::Unknown:
        return tr("UNKNOWN");
    case OrderPhase::Quarantined:
        return tr("QUARANTINED");
    case OrderPhase::Done:
        return endWord(order);
    case OrderPhase::Working:
        break;
    }
    return tr("WORKING");
}

QString phaseSentence(const domain::Order &order)
{
    const QString reason = toQString(order.reasonText);
    const auto withReason = [&reason](
                                QString text) { return reason.isEmpty() ? text : text + u' ' + reason; };
    switch (order.phase) {
    case OrderPhase::Queued:
        return tr("The order is stored and waits for its turn to be sent.");
    case OrderPhase::InFlight:
        return tr("The order was sent once; the exchange has not answered yet.");
    case OrderPhase::Unknown:
        return withReason(
            tr("The answer was lost: the exchange may hold this order. It is being looked up and is "
               "never sent again."));
    case OrderPhase::Quarantined:
        return withReason(
            tr("The state of this order could not be settled. Check it on the exchange's own site."));
    case OrderPhase::Working:
        return order.cancelRequested ? tr("A cancel was asked for; the exchange has not confirmed it yet.")
                                     : withReason(tr("The exchange holds this order."));
    case OrderPhase::Done:
        break;
    }
    return withReason(endSentence(order));
}

QString orderSentence(const domain::NewOrder &order, const domain::SymbolSpec &spec)
{
    const QString what =
        order.closePosition
            ? tr("%1 the whole %2 position").arg(sideWord(order.side), toQString(order.symbol))
            : tr("%1 %2 %3")
                  .arg(sideWord(order.side), fixedText(order.quantity, spec.quantityDecimals()),
                      toQString(order.symbol));
    const auto textOf = [&spec](domain::Price price) {
        return price.isPositive() ? fixedText(price, spec.priceDecimals()) : QStringLiteral("--");
    };
    const QString price = textOf(order.price);
    const QString trigger = textOf(order.triggerPrice);
    switch (order.type) {
    case OrderType::Market:
        return tr("%1 at market").arg(what);
    case OrderType::StopMarket:
        return tr("%1 at market when %2 is reached (stop)").arg(what, trigger);
    case OrderType::TakeProfitMarket:
        return tr("%1 at market when %2 is reached (take-profit)").arg(what, trigger);
    case OrderType::Stop:
    case OrderType::TakeProfit:
        return tr("%1 at %2 when %3 is reached").arg(what, price, trigger);
    default:
        return order.timeInForce == domain::TimeInForce::Gtx ? tr("%1 at %2, post-only").arg(what, price)
                                                             : tr("%1 at %2").arg(what, price);
    }
}

} // namespace live
