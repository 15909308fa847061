#pragma once

#include "models/domain/result.h"
#include "models/domain/venue.h"

#include <QString>
#include <QUrl>

#include <cstdint>

namespace binance
{

using domain::VenueKind;

/// The entry points of the stream host since April 2026. A stream asked for on the wrong one stays silent.
/// Source: reference 1.3.
enum class StreamRoute : std::uint8_t {
    Public,  ///< bookTicker, depth
    Market,  ///< aggTrade, markPrice, kline, tickers, forceOrder
    Private, ///< user data, addressed by a listen key
};

/// Where one venue is reached. Both bases are scheme, host and port without a path.
struct Endpoints
{
    VenueKind kind = VenueKind::Custom;
    QUrl restBase;   ///< https; http only on loopback
    QUrl streamBase; ///< wss; ws only on loopback

    /// The combined-stream address of the public or market route: "<base>/public/stream".
    QUrl combinedStream(StreamRoute route) const;
    /// The user-data address in the one form that every reported server answers: the query form with each
    /// event named (reference 1.3).
    QUrl userStream(const QString &listenKey) const;
    /// Keys and signatures may go to the REST host alone: same scheme, host and port, no user info.
    bool mayCarryKey(const QUrl &url) const;
};

/// "public", "market", "private": the path of a route and its name in the health panel.
QString nameOf(StreamRoute route);

/// The hosts of Testnet or Mainnet. Source: reference 1.1. Not for Paper and Custom, whose hosts are not
/// fixed: those give empty addresses.
Endpoints endpointsOf(VenueKind kind);
/// The exchange inside the program, on this machine's loopback.
Endpoints paperEndpoints(std::uint16_t restPort, std::uint16_t streamPort);
/// Addresses a user typed. Rejected with a sentence where one is no address, carries a path, query or user,
/// or would send keys unencrypted over a network.
domain::Result<Endpoints> customEndpoints(const QString &rest, const QString &stream);

} // namespace binance
