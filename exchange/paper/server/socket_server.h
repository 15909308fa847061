#pragma once

#include "exchange/paper/core/stream_output.h"
#include "exchange/paper/core/web_frames.h"

#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QSslConfiguration>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace paper
{

/// How a connection is kept alive: reference 1.5.
struct StreamTiming
{
    domain::Milliseconds pingPeriod{std::chrono::minutes{3}};
    domain::Milliseconds pongDeadline{std::chrono::minutes{10}}; ///< without a pong the connection is cut
};

/// WebSockets on the loopback interface: shakes hands, takes frames apart, pings, and can misbehave in every
/// way a socket knows. What is said on them is the handler's.
class SocketServer final : public QObject
{
    Q_OBJECT
public:
    struct Handler
    {
        /// The answer in place of the handshake, or unset where the connection may come.
        std::function<std::optional<Response>(ConnectionId, const Upgrade &)> open;
        std::function<void(ConnectionId, const std::string &)> onText;
        /// A ping or pong came. False: no more is done about it.
        std::function<bool(ConnectionId, Opcode)> onControl;
        /// A control frame of ours is to go out: Ping, or Pong. Unset: it goes at once.
        std::function<void(ConnectionId, FrameForm, const std::string &)> sendControl;
        std::function<void(ConnectionId)> closed;
    };
    /// ssl: where given, wss. before: connections are numbered from the next number on.
    SocketServer(Handler handler, const std::optional<QSslConfiguration> &ssl, StreamTiming timing,
        ConnectionId before = 0);
    ~SocketServer() override;

    /// The port, or 0 where it is taken.
    quint16 listen(quint16 port);
    /// Shut: nobody can connect; connections stay. Open again: on the same port.
    void setShut(bool isShut);

    /// Sends it, and ends the connection the way it says.
    void carryOut(const StreamOutput &output);
    /// Bytes of whole frames. After what is still on its way slowly.
    void send(ConnectionId id, const std::string &frames, Pace pace = {});
    /// Says why and waits for the client's farewell, but not for long.
    void close(ConnectionId id, int code, const std::string &reason = {});
    void abort(ConnectionId id); ///< without a farewell, after what was said before
    void halfClose(ConnectionId id);
    /// Nothing is read any more, so pings stay unanswered; that the client is gone is noticed still.
    void deafen(ConnectionId id);
    void abortAll();
    bool has(ConnectionId id) const;

private:
    struct Client
    {
        QTcpSocket *wire = nullptr;
        std::string request; ///< until hands are shaken
        FrameReader reader;
        bool isUp = false;
        bool isDeaf = false;
        bool isClosing = false; ///< our farewell is said, or our side is closed
        qint64 aliveAt = 0;     ///< of m_clock, when it connected or answered a ping
        std::string ping = {};  ///< payload of the latest; only its echo counts
        /// Pieces, and the pause after each.
        std::deque<std::pair<std::string, domain::Milliseconds>> slow = {};
    };
    void acceptAll();
    void read(ConnectionId id);
    void shakeHands(ConnectionId id);
    void refuse(Client &client, const Response &response);
    void take(ConnectionId id, const FrameReader::Message &message);
    void sendPiece(ConnectionId id);
    void pingAll();
    void forget(ConnectionId id);
    std::shared_ptr<Client> find(ConnectionId id) const { return m_clients.value(id); }

    Handler m_handler;
    StreamTiming m_timing;
    std::unique_ptr<QTcpServer> m_server;
    quint16 m_port = 0;
    QTimer m_pings;
    QElapsedTimer m_clock;
    QHash<ConnectionId, std::shared_ptr<Client>> m_clients;
    ConnectionId m_lastId;
};

} // namespace paper
