#include "exchange/paper/server/ws_api_server.h"

#include <QUrl>

namespace paper
{
namespace
{

using namespace std::chrono_literals;

constexpr auto pingPeriod = 3min;
constexpr quint64 longestMessage = 256 * 1024;

} // namespace

WsApiServer::WsApiServer(
    WsApi &api, Handler handler, const std::optional<QSslConfiguration> &ssl, QObject *parent)
    : QObject{parent},
      m_api{api},
      m_handler{std::move(handler)},
      m_server{QStringLiteral("paper exchange"),
          ssl ? QWebSocketServer::SecureMode : QWebSocketServer::NonSecureMode}
{
    if (ssl) {
        m_server.setSslConfiguration(*ssl);
    }
    connect(&m_server, &QWebSocketServer::newConnection, this, &WsApiServer::accept);
    connect(&m_pings, &QTimer::timeout, this, [this] {
        for (QWebSocket *socket : std::as_const(m_clients)) {
            socket->ping();
        }
    });
    m_pings.start(pingPeriod);
}

WsApiServer::~WsApiServer()
{
    dropAll();
}

quint16 WsApiServer::listen(quint16 port)
{
    return m_server.listen(QHostAddress::LocalHost, port) ? m_server.serverPort() : quint16{0};
}

void WsApiServer::accept()
{
    while (QWebSocket *socket = m_server.nextPendingConnection()) {
        socket->setParent(this);
        socket->setMaxAllowedIncomingMessageSize(longestMessage);
        connect(socket, &QWebSocket::disconnected, socket, &QObject::deleteLater);
        const QUrl url = socket->requestUrl();
        const ConnectionId id = ++m_lastId;
        if (!m_api.open(id, url.path(QUrl::FullyDecoded).toStdString(),
                url.query(QUrl::FullyEncoded).toStdString(), m_handler.now())) {
            socket->close(QWebSocketProtocol::CloseCodePolicyViolated);
            continue;
        }
        m_clients.insert(id, socket);
        connect(socket, &QWebSocket::disconnected, this, [this, id] {
            m_clients.remove(id);
            m_api.close(id);
        });
        connect(socket, &QWebSocket::textMessageReceived, this,
            [this, id](const QString &text) { onText(id, text); });
    }
}

void WsApiServer::onText(ConnectionId id, const QString &text)
{
    const auto read = m_api.read(id, text.toStdString(), m_handler.now());
    if (const auto *answer = std::get_if<std::string>(&read)) {
        return send(id, *answer);
    }
    const auto &task = std::get<WsApi::Task>(read);
    const RestFate fate = m_handler.before(task.request);
    if (fate.holdBack.count() == 0) {
        return process(task, fate);
    }
    QTimer::singleShot(fate.holdBack, this, [this, task, fate] { process(task, fate); });
}

void WsApiServer::process(const WsApi::Task &task, const RestFate &fate)
{
    const RestAnswer answer = m_handler.process(task, fate); // also where the client is gone meanwhile
    if (answer.delay.count() == 0) {
        return finish(task, answer);
    }
    QTimer::singleShot(answer.delay, this, [this, task, answer] { finish(task, answer); });
}

void WsApiServer::finish(const WsApi::Task &task, const RestAnswer &answer)
{
    if (!answer.isCut && !answer.cutAt) {
        return send(task.connection, m_api.answer(task, answer.response, m_handler.now()));
    }
    if (QWebSocket *socket = m_clients.value(task.connection)) {
        socket->abort(); // the signal takes it from the list
    }
}

void WsApiServer::send(ConnectionId id, const std::string &text)
{
    if (QWebSocket *socket = m_clients.value(id)) {
        socket->sendTextMessage(QString::fromStdString(text));
    }
}

void WsApiServer::step()
{
    for (const ConnectionId id : m_api.expired(m_handler.now())) {
        if (QWebSocket *socket = m_clients.value(id)) {
            socket->close();
        }
    }
}

void WsApiServer::dropAll()
{
    const QList<QWebSocket *> sockets = m_clients.values();
    for (QWebSocket *socket : sockets) {
        socket->flush();
        socket->abort();
    }
}

} // namespace paper
