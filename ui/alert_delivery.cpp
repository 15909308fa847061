#include "ui/alert_delivery.h"

#include "models/live/text.h"

#include <QUrl>

namespace ui
{

using Kind = domain::Alert::Kind;

namespace
{

const QString urlKey = QStringLiteral("alerts/webhook");

QString keyOf(std::size_t kind)
{
    return QStringLiteral("alerts/channels/") + live::toQString(domain::toWord(static_cast<Kind>(kind)));
}

} // namespace

QString channelWord(AlertChannel channel)
{
    switch (channel) {
    case AlertChannel::Window:
        return AlertDelivery::tr("Window");
    case AlertChannel::Sound:
        return AlertDelivery::tr("Sound");
    case AlertChannel::Desktop:
        return AlertDelivery::tr("Desktop");
    case AlertChannel::Webhook:
        break;
    }
    return AlertDelivery::tr("Webhook");
}

AlertRules AlertRules::standard()
{
    AlertRules rules;
    for (AlertChannels &channels : rules.channels) {
        channels.set(bitOf(AlertChannel::Window));
    }
    for (const Kind kind :
        {Kind::Unknown, Kind::Quarantined, Kind::Unprotected, Kind::Liquidation, Kind::LateFill,
            Kind::Mismatch, Kind::Disk, Kind::DeadMan, Kind::Rules, Kind::Level, Kind::Distance}) {
        AlertChannels &channels = rules.channels[static_cast<std::size_t>(kind)];
        channels.set(bitOf(AlertChannel::Sound));
        channels.set(bitOf(AlertChannel::Desktop));
    }
    return rules;
}

AlertRules AlertRules::load(const SettingsStore &settings)
{
    AlertRules rules = standard();
    for (std::size_t kind = 0; kind < rules.channels.size(); ++kind) {
        const QVariant kept = settings.value(keyOf(kind));
        bool isNumber = false;
        const uint bits = kept.toUInt(&isNumber);
        if (isNumber && bits < 1U << alertChannelCount) {
            rules.channels[kind] = AlertChannels{bits};
        }
    }
    rules.webhookUrl = settings.value(urlKey).toString();
    if (!webhookProblem(rules.webhookUrl).isEmpty()) {
        rules.webhookUrl.clear();
    }
    return rules;
}

void AlertRules::save(SettingsStore &settings) const
{
    for (std::size_t kind = 0; kind < channels.size(); ++kind) {
        settings.setValue(keyOf(kind), static_cast<uint>(channels[kind].to_ulong()));
    }
    settings.setValue(urlKey, webhookUrl);
}

QString webhookProblem(const QString &text)
{
    if (text.isEmpty()) {
        return {};
    }
    const QUrl url{text, QUrl::StrictMode};
    if (!url.isValid() || url.host().isEmpty()) {
        return AlertDelivery::tr("This is not an address; it should look like https://host/path.");
    }
    if (!url.userInfo().isEmpty()) {
        return AlertDelivery::tr("User name and password do not belong into the address.");
    }
    const bool isHere = url.host() == u"localhost" || url.host() == u"127.0.0.1" || url.host() == u"::1";
    if (url.scheme() == u"https" || (url.scheme() == u"http" && isHere)) {
        return {};
    }
    return AlertDelivery::tr("Only https:// is used; http:// only to this machine itself.");
}

} // namespace ui
