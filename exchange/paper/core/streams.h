#pragma once

#include "exchange/paper/core/listen_keys.h"
#include "exchange/paper/core/market_streams.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace paper
{

using ConnectionId = std::uint64_t;

/// What the socket layer has to do for one connection, in order.
struct StreamOutput
{
    ConnectionId to = 0;
    std::string text;              ///< to send; empty where there is nothing
    bool close = false;            ///< then close the connection
    Route route = Route::Unrouted; ///< of the connection
    bool isAbrupt = false;         ///< closed without a farewell, as by a lost network
};

struct StreamConfig
{
    std::size_t mostStreams = 1'024;
    int mostMessagesASecond = 10;
    domain::Milliseconds lifetime{std::chrono::hours{24}};
    /// The private route stays silent unless the URL names events, as some saw on the live exchange.
    bool needsEvents = false;
};

/// The stream side of the exchange without sockets: connections with their route and subscriptions go in,
/// messages come out. A stream asked for on the wrong route is acknowledged and stays silent.
class StreamHub
{
public:
    StreamHub(StreamParts parts, ListenKeys &listenKeys, StreamConfig config = {});

    /// path and query as in the URL, percent-decoded path. False where the exchange has no such entry; the
    /// connection is then to be cut.
    bool open(ConnectionId id, std::string_view path, std::string_view query, Timestamp now);
    void close(ConnectionId id);
    void onText(ConnectionId id, std::string_view text, Timestamp now);

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
        std::int64_t second = 0; ///< in which `messages` came
        int messages = 0;
    };

    void subscribe(ConnectionId id, Connection &connection, const std::string &stream, Timestamp now);
    void unsubscribe(ConnectionId id, Connection &connection, const std::string &stream);
    void leave(ConnectionId id, const std::string &stream);
    void openPrivate(Connection &connection, std::string_view path, std::string_view query);
    void send(ConnectionId id, std::string text, bool close = false);
    void publish(const std::string &stream, const std::string &payload);
    void publishUser(std::string_view type, const std::string &payload, const std::string &listenKey);
    void onUserEvent(const Event &event, Timestamp now);
    bool countMessage(ConnectionId id, Connection &connection, Timestamp now);

    StreamParts m_parts;
    ListenKeys &m_listenKeys;
    StreamConfig m_config;
    MarketStreams m_streams;
    MarketStreams::Send m_publish;
    std::map<ConnectionId, Connection> m_connections;
    std::map<std::string, std::set<ConnectionId>> m_listeners; ///< by stream
    std::vector<StreamOutput> m_output;
};

} // namespace paper
