#pragma once

#include "exchange/paper/core/connection_limits.h"
#include "exchange/paper/core/listen_keys.h"
#include "exchange/paper/core/market_streams.h"
#include "exchange/paper/core/stream_output.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace paper
{

struct StreamConfig
{
    std::size_t mostStreams = 1'024;
    domain::Milliseconds lifetime{std::chrono::hours{24}};
    ConnectionLimitConfig limits;
    /// The private route stays silent unless the URL names events, as some saw on the live exchange.
    bool needsEvents = false;
};

/// The stream side of the exchange without sockets: connections with their route and subscriptions go in,
/// messages come out. A stream asked for on the wrong route is acknowledged and stays silent.
class StreamHub
{
public:
    StreamHub(StreamParts parts, ListenKeys &listenKeys, StreamConfig config = {});

    /// path and query as in the URL, percent-decoded path. Else the answer to the handshake: 404 for an
    /// entry that is not there, 400 for one that is asked for in a form that is refused, 429 for too many
    /// connections, 418 while the address is banned.
    Admission open(ConnectionId id, std::string_view path, std::string_view query, Timestamp now);
    void close(ConnectionId id);
    void onText(ConnectionId id, std::string_view text, Timestamp now);
    /// A ping or pong of the client's: it counts as a message. Reference 1.5. False where it was one too
    /// many and the connection is to be closed.
    bool onControlFrame(ConnectionId id, Timestamp now);
    Route routeOf(ConnectionId id) const; ///< Unrouted where there is no such connection

    /// marketAt: the time public trades bear.
    void onEvent(const Event &event, Timestamp marketAt, Timestamp now);
    /// Sends what is due. To be called every 50 ms or so.
    void step(Timestamp now);
    std::vector<StreamOutput> takeOutput();

    /// Cuts connections: those of one route, or all.
    void cut(std::optional<Route> route);
    std::vector<ConnectionId> connections(std::optional<Route> route) const;
    /// The account's listen key dies now and listenKeyExpired is said so many times. False where there is
    /// none.
    bool loseListenKey(AccountId account, int times, Timestamp now);

private:
    struct UserFeed
    {
        std::string listenKey;
        std::set<std::string, std::less<>> events; ///< empty: all
    };
    struct Connection
    {
        Route route = Route::Unrouted;
        bool isCombined = false;
        Timestamp openedAt;
        std::vector<std::string> subscriptions; ///< in the order they were asked for
        std::vector<UserFeed> feeds;
        MessageCount messages;
        bool isOver = false; ///< closed for too many of them
    };

    void subscribe(ConnectionId id, Connection &connection, const std::string &stream, Timestamp now);
    void unsubscribe(ConnectionId id, Connection &connection, const std::string &stream);
    void leave(ConnectionId id, const std::string &stream);
    void openPrivate(Connection &connection, std::string_view path, std::string_view query);
    void send(ConnectionId id, std::string text, int closeCode = 0);
    void publish(const std::string &stream, const std::string &payload);
    void publishUser(std::string_view type, const std::string &payload, const std::string &listenKey);
    void onUserEvent(const Event &event, Timestamp now);
    bool countMessage(ConnectionId id, Connection &connection, Timestamp now);

    StreamParts m_parts;
    ListenKeys &m_listenKeys;
    StreamConfig m_config;
    ConnectionLimits m_limits;
    MarketStreams m_streams;
    MarketStreams::Send m_publish;
    std::map<ConnectionId, Connection> m_connections;
    std::map<std::string, std::set<ConnectionId>> m_listeners; ///< by stream
    std::vector<StreamOutput> m_output;
};

} // namespace paper
