#pragma once

#include "exchange/paper/core/streams.h"

#include <QHash>
#include <QObject>
#include <QTimer>
#include <QWebSocket>
#include <QWebSocketServer>

#include <functional>

namespace paper
{

/// WebSockets in front of a StreamHub.
class StreamServer final : public QObject
{
    Q_OBJECT
public:
    /// hub: must outlive this. now: the exchange's clock.
    StreamServer(StreamHub &hub, std::function<domain::Timestamp()> now, QObject *parent = nullptr);
    ~StreamServer() override;

    /// The port, or 0 where it is taken.
    quint16 listen(quint16 port);
    /// Sends what the hub has to say.
    void flush();
    void dropAll();

private:
    struct Client
    {
        QWebSocket *socket = nullptr;
        int unansweredPings = 0;
    };
    void accept();
    void forget(ConnectionId id);
    void pingAll();

    StreamHub &m_hub;
    std::function<domain::Timestamp()> m_now;
    QWebSocketServer m_server;
    QTimer m_pings;
    QHash<ConnectionId, Client> m_clients;
    ConnectionId m_lastId = 0;
};

} // namespace paper
