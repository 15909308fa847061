#include "ui/watch_settings.h"

#include "models/live/text.h"

#include <QStringList>

namespace ui
{

namespace
{

const QString off = QStringLiteral("off");

QString key(const char *name)
{
    return QStringLiteral("alerts/limits/") + QLatin1StringView{name};
}

template <class Measure>
void load(const SettingsStore &settings, const char *name, std::optional<domain::Exact<Measure>> &value)
{
    const QString text = settings.value(key(name)).toString();
    if (text == off) {
        value.reset();
    } else if (const auto read = domain::Exact<Measure>::parse(text.toStdString());
               read && read->isPositive()) {
        value = *read;
    }
}

template <class Measure>
void save(SettingsStore &settings, const char *name, const std::optional<domain::Exact<Measure>> &value)
{
    settings.setValue(key(name), value ? live::toQString(value->toString()) : off);
}

/// "BTCUSDT >= 70000"
QString textOf(const domain::PriceWatch &watch)
{
    return QStringLiteral("%1 %2 %3")
        .arg(live::toQString(watch.symbol), watch.isAbove ? QStringLiteral(">=") : QStringLiteral("<="),
            live::toQString(watch.price.toString()));
}

std::optional<domain::PriceWatch> readWatch(const QString &text)
{
    const QStringList parts = text.split(u' ');
    if (parts.size() != 3) {
        return std::nullopt;
    }
    const auto price = domain::Price::parse(parts[2].toStdString());
    if (!price || !price->isPositive() || parts[0].isEmpty()) {
        return std::nullopt;
    }
    return domain::PriceWatch{parts[0].toStdString(), *price, parts[1] == u">="};
}

} // namespace

domain::WatchLimits loadWatchLimits(const SettingsStore &settings)
{
    domain::WatchLimits limits;
    const QString level = settings.value(key("level")).toString();
    if (level == off) {
        limits.level.reset();
    }
    for (const auto each :
        {domain::RiskLevel::Medium, domain::RiskLevel::High, domain::RiskLevel::Critical}) {
        if (level == live::toQString(domain::toString(each))) {
            limits.level = each;
        }
    }
    load(settings, "distance", limits.distance);
    load(settings, "dailyLoss", limits.dailyLoss);
    load(settings, "funding", limits.funding);
    const QString naked = settings.value(key("nakedSeconds")).toString();
    bool isNumber = false;
    const int seconds = naked.toInt(&isNumber);
    if (naked == off) {
        limits.nakedFor.reset();
    } else if (isNumber && seconds > 0) {
        limits.nakedFor = domain::Milliseconds{std::int64_t{seconds} * 1'000};
    }
    for (const QString &text : settings.value(key("prices")).toStringList()) {
        if (const auto watch = readWatch(text)) {
            limits.prices.push_back(*watch);
        }
    }
    return limits;
}

void saveWatchLimits(const domain::WatchLimits &limits, SettingsStore &settings)
{
    settings.setValue(key("level"), limits.level ? live::toQString(domain::toString(*limits.level)) : off);
    save(settings, "distance", limits.distance);
    save(settings, "dailyLoss", limits.dailyLoss);
    save(settings, "funding", limits.funding);
    settings.setValue(
        key("nakedSeconds"), limits.nakedFor ? QString::number(limits.nakedFor->count() / 1'000) : off);
    QStringList prices;
    for (const domain::PriceWatch &watch : limits.prices) {
        prices << textOf(watch);
    }
    settings.setValue(key("prices"), prices);
}

} // namespace ui
