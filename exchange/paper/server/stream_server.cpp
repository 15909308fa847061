#include "exchange/paper/server/stream_server.h"

#include <QUrl>

namespace paper
{
namespace
{

using namespace std::chrono_literals;

constexpr qint64 mostUnsent = 64 * 1024 * 1024; ///< a client that reads no more is cut off
constexpr quint64 longestMessage = 256 * 1024;
constexpr auto pingPeriod = 3min;
constexpr int mostUnansweredPings = 3; ///< about ten minutes

} // namespace

StreamServer::StreamServer(StreamHub &hub, std::function<domain::Timestamp()> now, QObject *parent)
    : QObject{parent},
      m_hub{hub},
      m_now{std::move(now)},
      m_server{QStringLiteral("paper exchange"), QWebSocketServer::NonSecureMode}
{
    connect(&m_server, &QWebSocketServer::newConnection, this, &StreamServer::accept);
    connect(&m_pings, &QTimer::timeout, this, &StreamServer::pingAll);
    m_pings.start(pingPeriod);
}

StreamServer::~StreamServer()
{
    dropAll();
}

quint16 StreamServer::listen(quint16 port)
{
    return m_server.listen(QHostAddress::LocalHost, port) ? m_server.serverPort() : quint16{0};
}

void StreamServer::accept()
{
    while (QWebSocket *socket = m_server.nextPendingConnection()) {
        socket->setParent(this);
        socket->setMaxAllowedIncomingMessageSize(longestMessage);
        const QUrl url = socket->requestUrl();
        const ConnectionId id = ++m_lastId;
        connect(socket, &QWebSocket::disconnected, socket, &QObject::deleteLater);
        if (!m_hub.open(id, url.path(QUrl::FullyDecoded).toStdString(),
                url.query(QUrl::FullyEncoded).toStdString(), m_now())) {
            socket->close(QWebSocketProtocol::CloseCodePolicyViolated);
            continue;
        }
        m_clients.insert(id, {socket, 0});
        connect(socket, &QWebSocket::disconnected, this, [this, id] { forget(id); });
        connect(socket, &QWebSocket::textMessageReceived, this, [this, id](const QString &text) {
            m_hub.onText(id, text.toStdString(), m_now());
            flush();
        });
        connect(socket, &QWebSocket::pong, this, [this, id] {
            if (const auto client = m_clients.find(id); client != m_clients.end()) {
                client->unansweredPings = 0;
            }
        });
    }
}

void StreamServer::forget(ConnectionId id)
{
    m_clients.remove(id);
    m_hub.close(id);
}

void StreamServer::flush()
{
    for (const StreamOutput &output : m_hub.takeOutput()) {
        const auto client = m_clients.constFind(output.to);
        if (client == m_clients.constEnd()) {
            continue;
        }
        QWebSocket *socket = client->socket;
        if (!output.text.empty()) {
            socket->sendTextMessage(QString::fromStdString(output.text));
        }
        if (output.close) {
            socket->close();
        } else if (socket->bytesToWrite() > mostUnsent) {
            socket->abort();
        }
    }
}

void StreamServer::pingAll()
{
    const QList<Client> clients = m_clients.values();
    for (const Client &client : clients) {
        if (client.unansweredPings >= mostUnansweredPings) {
            client.socket->abort();
        }
    }
    for (Client &client : m_clients) {
        ++client.unansweredPings;
        client.socket->ping();
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
