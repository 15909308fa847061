#include "exchange/paper/server/stream_server.h"

#include <QSslServer>
#include <QUrl>

namespace paper
{
namespace
{

using namespace std::chrono_literals;

constexpr qint64 mostUnsent = 64 * 1024 * 1024; ///< a client that reads no more is cut off
constexpr quint64 longestMessage = 256 * 1024;
} // namespace

StreamServer::StreamServer(Parts parts, std::function<domain::Timestamp()> now,
    const std::optional<QSslConfiguration> &ssl, StreamTiming timing, QObject *parent)
    : QObject{parent},
      m_parts{parts},
      m_now{std::move(now)},
      m_timing{timing},
      m_port{
          ssl ? std::unique_ptr<QTcpServer>{std::make_unique<QSslServer>()} : std::make_unique<QTcpServer>()},
      m_server{QStringLiteral("paper exchange"), QWebSocketServer::NonSecureMode}
{
    if (ssl) {
        static_cast<QSslServer &>(*m_port).setSslConfiguration(*ssl);
    }
    connect(m_port.get(), &QTcpServer::pendingConnectionAvailable, this, &StreamServer::upgrade);
    connect(&m_server, &QWebSocketServer::newConnection, this, &StreamServer::accept);
    connect(&m_pings, &QTimer::timeout, this, &StreamServer::pingAll);
    m_alive.start();
    m_pings.start(m_timing.pingPeriod);
}

StreamServer::~StreamServer()
{
    dropAll();
}

quint16 StreamServer::listen(quint16 port)
{
    return m_port->listen(QHostAddress::LocalHost, port) ? m_port->serverPort() : quint16{0};
}

void StreamServer::upgrade()
{
    while (QTcpSocket *wire = m_port->nextPendingConnection()) {
        m_wires.removeIf([](const auto &entry) { return entry.value().isNull(); });
        m_wires.insert(wire->peerPort(), wire);
        m_server.handleConnection(wire);
    }
}

void StreamServer::accept()
{
    while (QWebSocket *socket = m_server.nextPendingConnection()) {
        socket->setParent(this);
        socket->setMaxAllowedIncomingMessageSize(longestMessage);
        const QUrl url = socket->requestUrl();
        const ConnectionId id = ++m_lastId;
        connect(socket, &QWebSocket::disconnected, socket, &QObject::deleteLater);
        if (!m_parts.hub.open(id, url.path(QUrl::FullyDecoded).toStdString(),
                url.query(QUrl::FullyEncoded).toStdString(), m_now())) {
            socket->close(QWebSocketProtocol::CloseCodePolicyViolated);
            continue;
        }
        m_clients.insert(id, {socket, m_wires.take(socket->peerPort()), m_alive.elapsed(), false});
        connect(socket, &QWebSocket::disconnected, this, [this, id] { forget(id); });
        connect(socket, &QWebSocket::textMessageReceived, this, [this, id](const QString &text) {
            m_parts.hub.onText(id, text.toStdString(), m_now());
            flush();
        });
        connect(socket, &QWebSocket::pong, this, [this, id] {
            if (const auto client = m_clients.find(id); client != m_clients.end()) {
                client->aliveAt = m_alive.elapsed();
            }
        });
    }
}

void StreamServer::forget(ConnectionId id)
{
    m_clients.remove(id);
    m_parts.hub.close(id);
    m_parts.faults.close(id);
}

void StreamServer::flush()
{
    for (const StreamOutput &output : m_parts.faults.pass(m_now(), m_parts.hub.takeOutput())) {
        const auto client = m_clients.constFind(output.to);
        if (client == m_clients.constEnd()) {
            continue;
        }
        QWebSocket *socket = client->socket;
        if (!output.text.empty()) {
            socket->sendTextMessage(QString::fromStdString(output.text));
        }
        if (output.close && output.isAbrupt) {
            socket->flush(); // what was said before
            socket->abort();
        } else if (output.close) {
            socket->close();
        } else if (socket->bytesToWrite() > mostUnsent) {
            socket->abort();
        }
    }
    for (auto client = m_clients.begin(); client != m_clients.end(); ++client) {
        if (!client->isDeaf && m_parts.faults.isSilent(client.key())) {
            deafen(*client);
        }
    }
}

/// Nothing is read any more, so pings stay unanswered; that the client is gone is noticed still.
void StreamServer::deafen(Client &client)
{
    client.isDeaf = true;
    if (client.wire) {
        client.wire->disconnect(SIGNAL(readyRead()));
    }
}

void StreamServer::pingAll()
{
    const QHash<ConnectionId, Client> clients = m_clients; // abort() takes from the original
    for (auto client = clients.begin(); client != clients.end(); ++client) {
        if (client->isDeaf) {
            continue;
        }
        if (m_alive.elapsed() - client->aliveAt >= m_timing.pongDeadline.count()) {
            client->socket->abort();
        } else {
            client->socket->ping();
        }
    }
}

void StreamServer::dropAll()
{
    const QList<Client> clients = m_clients.values();
    for (const Client &client : clients) {
        client.socket->flush(); // what was said before
        client.socket->abort(); // forget() follows by signal
    }
}

} // namespace paper
