#include "exchange/paper/server/rest_server.h"

#include <QSslServer>
#include <QTimer>

#include <sys/socket.h>

namespace paper
{
namespace
{

void write(QTcpSocket &wire, std::string_view bytes)
{
    wire.write(bytes.data(), static_cast<qint64>(bytes.size()));
}

/// Cuts the connection: with a reset, as a router does that forgot it, or with an end, as a program that
/// died.
void cut(QTcpSocket &wire, bool isReset)
{
    if (isReset) {
        const linger atOnce{1, 0};
        ::setsockopt(
            static_cast<int>(wire.socketDescriptor()), SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
        wire.abort();
    } else {
        wire.disconnectFromHost(); // after what was written
    }
}

} // namespace

RestServer::RestServer(Handler handler, const std::optional<QSslConfiguration> &ssl, QObject *parent)
    : QObject{parent},
      m_handler{std::move(handler)},
      m_server{
          ssl ? std::unique_ptr<QTcpServer>{std::make_unique<QSslServer>()} : std::make_unique<QTcpServer>()}
{
    if (ssl) {
        static_cast<QSslServer &>(*m_server).setSslConfiguration(*ssl);
    }
    m_server->setListenBacklogSize(512);
    connect(m_server.get(), &QTcpServer::pendingConnectionAvailable, this, &RestServer::acceptAll);
}

RestServer::~RestServer()
{
    for (const auto &client : std::as_const(m_clients)) {
        client->wire->disconnect(this);
        client->wire->flush(); // the last answers
    }
}

quint16 RestServer::listen(quint16 port)
{
    m_port = m_server->listen(QHostAddress::LocalHost, port) ? m_server->serverPort() : quint16{0};
    return m_port;
}

void RestServer::setShut(bool isShut)
{
    if (isShut) {
        m_server->close();
    } else if (!m_server->isListening()) {
        m_server->listen(QHostAddress::LocalHost, m_port);
    }
}

void RestServer::acceptAll()
{
    while (QTcpSocket *wire = m_server->nextPendingConnection()) {
        const quint64 id = ++m_lastId;
        wire->setParent(this);
        wire->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        m_clients.insert(id, std::make_shared<Client>(Client{wire}));
        connect(wire, &QTcpSocket::disconnected, wire, &QObject::deleteLater);
        connect(wire, &QTcpSocket::disconnected, this, [this, id] { m_clients.remove(id); });
        connect(wire, &QTcpSocket::readyRead, this, [this, id] { read(id); });
        read(id);
    }
}

void RestServer::read(quint64 id)
{
    const auto client = find(id);
    if (!client || client->wire->bytesAvailable() == 0) {
        return;
    }
    const QByteArray bytes = client->wire->readAll();
    client->reader.feed({bytes.constData(), static_cast<std::size_t>(bytes.size())});
    takeNext(id);
}

void RestServer::takeNext(quint64 id)
{
    const auto client = find(id);
    if (!client || client->isBusy) {
        return;
    }
    const auto incoming = client->reader.next();
    if (!incoming) {
        if (const int status = client->reader.refusedWith(); status != 0) {
            write(*client->wire,
                httpText({status, "This request cannot be read.", "text/plain", {{"connection", "close"}}}));
            client->wire->disconnectFromHost();
        } else if (client->reader.takeContinue()) {
            write(*client->wire, "HTTP/1.1 100 Continue\r\n\r\n");
        }
        return;
    }
    client->isBusy = true;
    const RestFate fate = m_handler.before(incoming->request);
    if (fate.holdBack.count() == 0) {
        return process(id, *incoming, fate);
    }
    QTimer::singleShot(fate.holdBack, this, [this, id, held = *incoming, fate] { process(id, held, fate); });
}

void RestServer::process(quint64 id, const HttpReader::Incoming &incoming, const RestFate &fate)
{
    m_handler.process(incoming.request, fate, [this, id, isLast = incoming.isLast](const RestAnswer &answer) {
        if (answer.delay.count() == 0) {
            finish(id, isLast, answer);
        } else {
            QTimer::singleShot(
                answer.delay, this, [this, id, isLast, answer] { finish(id, isLast, answer); });
        }
    });
}

void RestServer::finish(quint64 id, bool isLast, const RestAnswer &answer)
{
    const auto client = find(id);
    if (!client || client->wire->state() != QAbstractSocket::ConnectedState) {
        return;
    }
    const auto end = [this, id, isLast, isCut = answer.isCut || answer.cutAt,
                         isReset = answer.isCut && answer.isReset] {
        const auto still = find(id);
        if (!still) {
            return;
        }
        if (isCut || isLast) {
            return cut(*still->wire, isReset);
        }
        still->isBusy = false;
        takeNext(id);
    };
    if (answer.isCut) {
        return end();
    }
    const std::string whole = httpText(answer.response);
    const std::string_view text = std::string_view{whole}.substr(0, answer.cutAt.value_or(whole.size()));
    if (answer.pace.size == 0) {
        write(*client->wire, text);
        return end();
    }
    writeSlowly(id, std::make_shared<const std::string>(text), 0, answer.pace, end);
}

/// One piece, a pause, and so on; `then` after the last.
void RestServer::writeSlowly(quint64 id, const std::shared_ptr<const std::string> &text, std::size_t at,
    Pace pace, const std::function<void()> &then)
{
    const auto client = find(id);
    if (!client) {
        return;
    }
    if (at >= text->size()) {
        return then();
    }
    write(*client->wire, std::string_view{*text}.substr(at, pace.size));
    QTimer::singleShot(pace.pause, this,
        [this, id, text, at, pace, then] { writeSlowly(id, text, at + pace.size, pace, then); });
}

} // namespace paper
