#include "exchange/paper/server/rest_server.h"

#include <QHttpServerRequest>
#include <QTimer>

#include <sys/socket.h>

namespace paper
{
namespace
{

std::string methodOf(const QHttpServerRequest &request)
{
    switch (request.method()) {
    case QHttpServerRequest::Method::Get:
        return "GET";
    case QHttpServerRequest::Method::Post:
        return "POST";
    case QHttpServerRequest::Method::Put:
        return "PUT";
    case QHttpServerRequest::Method::Delete:
        return "DELETE";
    default:
        return "OTHER";
    }
}

/// Cuts the connection: with a reset, as a router does that forgot it, or with an end, as a program that
/// died.
void cut(QTcpSocket &socket, bool isReset)
{
    if (isReset) {
        const linger atOnce{1, 0};
        ::setsockopt(
            static_cast<int>(socket.socketDescriptor()), SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
        socket.abort();
    } else {
        socket.disconnectFromHost(); // after what was written
    }
}

} // namespace

RestServer::RestServer(Handler handler, QObject *parent)
    : QAbstractHttpServer{parent},
      m_handler{std::move(handler)}
{
}

bool RestServer::handleRequest(const QHttpServerRequest &incoming, QTcpSocket *socket)
{
    const QUrl url = incoming.url();
    const Request request{methodOf(incoming), url.path(QUrl::FullyDecoded).toStdString(),
        url.query(QUrl::FullyEncoded).toStdString(), incoming.body().toStdString(),
        incoming.value("X-MBX-APIKEY").toStdString()};
    const RestFate fate = m_handler.before(request);
    const QPointer<QTcpSocket> client{socket};
    if (fate.holdBack.count() == 0) {
        process(request, fate, client);
    } else {
        QTimer::singleShot(
            fate.holdBack, this, [this, request, fate, client] { process(request, fate, client); });
    }
    return true;
}

void RestServer::process(const Request &request, const RestFate &fate, const QPointer<QTcpSocket> &client)
{
    const RestAnswer answer = m_handler.process(request, fate); // also where the client is gone meanwhile
    if (answer.delay.count() == 0) {
        finish(client, answer);
    } else {
        QTimer::singleShot(answer.delay, this, [client, answer] { finish(client, answer); });
    }
}

void RestServer::missingHandler(const QHttpServerRequest & /*request*/, QTcpSocket *socket)
{
    socket->abort(); // every request has a handler
}

void RestServer::finish(QTcpSocket *socket, const RestAnswer &answer)
{
    if (socket == nullptr || socket->state() != QAbstractSocket::ConnectedState) {
        return;
    }
    if (!answer.isCut) {
        const QByteArray message = QByteArray::fromStdString(httpText(answer.response));
        socket->write(message.left(static_cast<qsizetype>(answer.cutAt.value_or(message.size()))));
    }
    if (answer.isCut || answer.cutAt) {
        cut(*socket, answer.isCut && answer.isReset);
    }
}

} // namespace paper
