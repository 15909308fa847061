#pragma once

#include "exchange/paper/core/faulty_streams.h"

#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QPointer>
#include <QSslConfiguration>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>
#include <QWebSocket>
#include <QWebSocketServer>

#include <functional>
#include <memory>
#include <optional>

namespace paper
{

/// How a connection is kept alive: reference 1.5.
struct StreamTiming
{
    domain::Milliseconds pingPeriod{std::chrono::minutes{3}};
    domain::Milliseconds pongDeadline{std::chrono::minutes{10}}; ///< without a pong the connection is cut
};

/// WebSockets in front of a StreamHub.
class StreamServer final : public QObject
{
    Q_OBJECT
public:
    struct Parts
    {
        StreamHub &hub;
        FaultyStreams &faults;
    };
    /// parts: must outlive this. now: the exchange's clock. ssl: where given, wss.
    StreamServer(Parts parts, std::function<domain::Timestamp()> now,
        const std::optional<QSslConfiguration> &ssl = {}, StreamTiming timing = {},
        QObject *parent = nullptr);
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
        QPointer<QTcpSocket> wire; ///< below it
        qint64 aliveAt = 0;        ///< of m_alive, when it connected or answered a ping
        bool isDeaf = false;
    };
    void upgrade();
    void accept();
    void forget(ConnectionId id);
    void pingAll();
    void deafen(Client &client);

    Parts m_parts;
    std::function<domain::Timestamp()> m_now;
    StreamTiming m_timing;
    std::unique_ptr<QTcpServer> m_port;
    QWebSocketServer m_server; ///< shakes hands; connections come by m_port, so that their wires are known
    QHash<quint16, QPointer<QTcpSocket>> m_wires; ///< by the client's port, until hands are shaken
    QTimer m_pings;
    QElapsedTimer m_alive;
    QHash<ConnectionId, Client> m_clients;
    ConnectionId m_lastId = 0;
};

} // namespace paper
