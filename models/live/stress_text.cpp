#include "models/live/stress_text.h"

#include "models/live/positions_model.h"
#include "models/live/text.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace live
{

using Path = StressConditions::Path;
using domain::PoolDeath;
using domain::Rate;
using domain::StressReport;

namespace
{

QString tr(const char *text)
{
    return QCoreApplication::translate("live::Stress", text);
}

QString byPercent(Rate fraction)
{
    return signedPercentText(fraction, 1);
}

Rate changeOf(domain::Price to, domain::Price from)
{
    return from.isPositive() ? (to - from) / from : Rate{};
}

QString referenceName(const RiskBasis &basis)
{
    const auto *spec = basis.market().spec(basis.reference());
    return toQString(spec != nullptr && !spec->baseAsset.empty() ? spec->baseAsset : basis.reference());
}

/// "at 61,234.5 (-12.3 %)"
QString atOwnPrice(const StressReport &report, const PoolDeath &death, const RiskBasis &basis)
{
    const std::size_t first = death.positions.front();
    return tr("at %1 (%2)")
        .arg(fixedText(death.price, basis.market().priceDecimals(report.positions[first].symbol)),
            byPercent(changeOf(death.price, report.marks[first])));
}

/// "at BTC 55,100.0 (-21.1 %)", or the place where the reference has no price.
QString atReference(const PoolDeath &death, Path path, const RiskBasis &basis)
{
    if (path == Path::Single) {
        return tr("at %1").arg(placeText(death.at, path));
    }
    if (!death.referencePrice) {
        return tr("at a move of %1").arg(byPercent(death.at));
    }
    return tr("at %1 %2 (%3)")
        .arg(referenceName(basis),
            fixedText(*death.referencePrice, basis.market().priceDecimals(basis.reference())),
            byPercent(death.at));
}

QString accountClause(
    const StressReport &report, const domain::StressWay &way, Path path, const RiskBasis &basis)
{
    const PoolDeath *end = way.accountDeath();
    if (end != nullptr) {
        return tr("the account dies %1").arg(atReference(*end, path, basis));
    }
    const bool hasCross = std::ranges::any_of(
        report.positions, [](const auto &held) { return held.marginType == domain::MarginType::Cross; });
    return hasCross ? tr("the cross positions hold") : tr("the cross wallet backs no position and is kept");
}

QString deathClause(
    const StressReport &report, const domain::StressWay &way, Path path, const RiskBasis &basis)
{
    const PoolDeath &first = way.deaths.front();
    const QString name = positionName(report.positions[first.positions.front()]);
    if (first.positions.size() > 1) {
        return tr("all %1 cross positions go first, %2 ahead; %3")
            .arg(first.positions.size())
            .arg(name, accountClause(report, way, path, basis));
    }
    const QString goes = tr("%1 goes first %2").arg(name, atOwnPrice(report, first, basis));
    const bool isAllSaid = first.isCross && path != Path::Single &&
                           report.positions[first.positions.front()].symbol == basis.reference();
    return isAllSaid ? tr("%1: the account dies there").arg(goes)
                     : goes + QStringLiteral("; ") + accountClause(report, way, path, basis);
}

} // namespace

QString positionName(const domain::Position &position)
{
    return toQString(position.symbol) + u' ' + directionWord(position.side).toLower();
}

QString waySentence(
    const StressReport &report, bool isFalling, const StressConditions &conditions, const RiskBasis &basis)
{
    const auto &way = isFalling ? report.falling : report.rising;
    const QString head = conditions.path == Path::Single ? tr("With these moves")
                         : isFalling                     ? tr("Falling")
                                                         : tr("Rising");
    if (report.positions.empty()) {
        return tr("No open positions: there is nothing to stress.");
    }
    QString body;
    if (!way.deaths.empty() && way.deaths.front().at.isZero()) {
        body = tr("%1 is due for liquidation now")
                   .arg(positionName(report.positions[way.deaths.front().positions.front()]));
    } else if (!way.deaths.empty()) {
        body = deathClause(report, way, conditions.path, basis);
    } else if (conditions.path == Path::Single) {
        body = tr("nothing is liquidated, not even at ten times as much");
    } else if (isFalling) {
        body = tr("nothing is liquidated, not even at zero");
    } else {
        body = tr("nothing is liquidated, not even at ten times the price");
    }
    return head + QStringLiteral(": ") + body + u'.';
}

QString ownPlaceText(const StressReport &report, const PoolDeath &death, const RiskBasis &basis)
{
    const std::size_t first = death.positions.front();
    return tr("%1 USDT (%2)")
        .arg(fixedText(death.price, basis.market().priceDecimals(report.positions[first].symbol)),
            byPercent(changeOf(death.price, report.marks[first])));
}

QString referencePlaceText(const PoolDeath &death, Path path, const RiskBasis &basis)
{
    if (path == Path::Single || !death.referencePrice) {
        return path == Path::Single ? placeText(death.at, path) : byPercent(death.at);
    }
    return tr("%1 %2 (%3)")
        .arg(referenceName(basis),
            fixedText(*death.referencePrice, basis.market().priceDecimals(basis.reference())),
            byPercent(death.at));
}

QString placeText(Rate at, Path path)
{
    if (path == Path::Single) {
        return tr("%1 of the moves").arg(percentText(at, 0));
    }
    const bool isWhole = at.isMultipleOf(Rate::fromUnits(10'000'000'000));
    return at.isZero() ? tr("0 %") : signedPercentText(at, isWhole ? 0 : 1);
}

QString stationSentence(const StressReport &report, const domain::StressStation &station, Path path)
{
    QString text = tr("%1: equity %2 USDT, margin ratio %3, %4.")
                       .arg(path == Path::Single ? placeText(station.at, path)
                                                 : tr("Move %1").arg(placeText(station.at, path)),
                           fixedText(station.equity, 2), ratioText(station.ratio),
                           toQString(domain::toString(station.level)));
    const auto list = [&report](const std::vector<std::size_t> &indices) {
        QStringList names;
        for (const std::size_t index : indices) {
            names << positionName(report.positions[index]);
        }
        return names.join(QStringLiteral(", "));
    };
    if (!station.liquidated.empty()) {
        text += tr(" Liquidated: %1.").arg(list(station.liquidated));
    }
    if (!station.closed.empty()) {
        text += tr(" Closed by its orders: %1.").arg(list(station.closed));
    }
    return text;
}

QString stressReservations(const StressReport &report, const StressConditions &conditions)
{
    QStringList words;
    const auto noBook = std::ranges::count(report.leaving, false, &domain::LeavingCost::hasBook);
    const auto thin = std::ranges::count(report.leaving, true, &domain::LeavingCost::isThin);
    if (noBook > 0) {
        words << tr("%1 without an order book: no slippage counted").arg(noBook);
    }
    if (thin > 0) {
        words << tr("%1 with a book too thin for its size: slippage is at least this").arg(thin);
    }
    if (!report.areMarksLive) {
        words << tr("some marks are not live");
    }
    if (conditions.triplesFunding && !report.isFundingKnown) {
        words << tr("some funding rates are not known");
    }
    return words.join(QStringLiteral("; "));
}

} // namespace live
