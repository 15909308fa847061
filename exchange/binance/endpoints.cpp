#include "exchange/binance/endpoints.h"

#include <QHostAddress>
#include <QUrlQuery>

namespace binance
{

namespace
{

// Every event the user stream may push; one that is not named here never arrives (reference 1.3).
constexpr QLatin1StringView userEvents{
    "ORDER_TRADE_UPDATE/ACCOUNT_UPDATE/ALGO_UPDATE/MARGIN_CALL/ACCOUNT_CONFIG_UPDATE/TRADE_LITE/"
    "STRATEGY_UPDATE/GRID_UPDATE/CONDITIONAL_ORDER_TRIGGER_REJECT/listenKeyExpired"};

bool isLoopback(const QUrl &url)
{
    return url.host() == QLatin1StringView{"localhost"} || QHostAddress{url.host()}.isLoopback();
}

domain::Result<QUrl> baseFrom(
    const QString &text, QLatin1StringView secureScheme, QLatin1StringView plainScheme)
{
    const QUrl url{text.trimmed(), QUrl::StrictMode};
    const auto refuse = [&](const char *why) {
        return domain::failure(
            domain::ErrorCode::Rejected, "The address \"" + text.toStdString() + "\" cannot be used: " + why);
    };
    if (!url.isValid() || url.host().isEmpty()) {
        return refuse("it is not a complete address such as https://host:port.");
    }
    if (!url.userInfo().isEmpty() || url.hasQuery() || url.hasFragment() ||
        (!url.path().isEmpty() && url.path() != QLatin1StringView{"/"})) {
        return refuse("give scheme, host and port only.");
    }
    if (url.scheme() != secureScheme && !(url.scheme() == plainScheme && isLoopback(url))) {
        return refuse("only https and wss are allowed outside this machine.");
    }
    QUrl base{url};
    base.setPath({});
    return base;
}

} // namespace

QString nameOf(StreamRoute route)
{
    switch (route) {
    case StreamRoute::Public:
        return QStringLiteral("public");
    case StreamRoute::Market:
        return QStringLiteral("market");
    case StreamRoute::Private:
        break;
    }
    return QStringLiteral("private");
}

QUrl Endpoints::combinedStream(StreamRoute route) const
{
    QUrl url{streamBase};
    url.setPath(u'/' + nameOf(route) + QStringLiteral("/stream"));
    return url;
}

QUrl Endpoints::userStream(const QString &listenKey) const
{
    QUrl url{streamBase};
    url.setPath(QStringLiteral("/private/ws"));
    QUrlQuery query;
    query.addQueryItem(QStringLiteral("listenKey"), listenKey);
    query.addQueryItem(QStringLiteral("events"), userEvents);
    url.setQuery(query);
    return url;
}

bool Endpoints::mayCarryKey(const QUrl &url) const
{
    return url.scheme() == restBase.scheme() && url.host() == restBase.host() &&
           url.port() == restBase.port() && url.userInfo().isEmpty();
}

Endpoints endpointsOf(VenueKind kind)
{
    switch (kind) {
    case VenueKind::Testnet:
        return {kind, QUrl{QStringLiteral("https://demo-fapi.binance.com")},
            QUrl{QStringLiteral("wss://demo-fstream.binance.com")}};
    case VenueKind::Mainnet:
        return {kind, QUrl{QStringLiteral("https://fapi.binance.com")},
            QUrl{QStringLiteral("wss://fstream.binance.com")}};
    case VenueKind::Paper:
    case VenueKind::Custom:
        break;
    }
    return {kind, {}, {}};
}

Endpoints paperEndpoints(std::uint16_t restPort, std::uint16_t streamPort)
{
    return {VenueKind::Paper, QUrl{QStringLiteral("http://127.0.0.1:%1").arg(restPort)},
        QUrl{QStringLiteral("ws://127.0.0.1:%1").arg(streamPort)}};
}

domain::Result<Endpoints> customEndpoints(const QString &rest, const QString &stream)
{
    const auto restBase = baseFrom(rest, QLatin1StringView{"https"}, QLatin1StringView{"http"});
    if (!restBase) {
        return tl::unexpected{restBase.error()};
    }
    const auto streamBase = baseFrom(stream, QLatin1StringView{"wss"}, QLatin1StringView{"ws"});
    if (!streamBase) {
        return tl::unexpected{streamBase.error()};
    }
    return Endpoints{VenueKind::Custom, *restBase, *streamBase};
}

} // namespace binance
