#include "exchange/paper/server/rest_server.h"

#include <QHttpServerRequest>
#include <QTimer>

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

QByteArray reasonOf(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 404:
        return "Not Found";
    case 418:
        return "I'm a teapot";
    case 429:
        return "Too Many Requests";
    case 503:
        return "Service Unavailable";
    default:
        return "Status";
    }
}

} // namespace

RestServer::RestServer(Handler handler, QObject *parent)
    : QAbstractHttpServer{parent},
      m_handler{std::move(handler)}
{
}

bool RestServer::isFaulty(const Request &request) const
{
    return request.path.starts_with(m_faults.pathPrefix.toStdString()) &&
           (m_faults.method.isEmpty() || request.method == m_faults.method.toStdString());
}

bool RestServer::handleRequest(const QHttpServerRequest &incoming, QTcpSocket *socket)
{
    const QUrl url = incoming.url();
    const Request request{methodOf(incoming), url.path(QUrl::FullyDecoded).toStdString(),
        url.query(QUrl::FullyEncoded).toStdString(), incoming.body().toStdString(),
        incoming.value("X-MBX-APIKEY").toStdString()};
    domain::Milliseconds delay{0};
    if (isFaulty(request)) {
        delay = m_faults.answerDelay;
        if (m_faults.dropBefore > 0) {
            --m_faults.dropBefore;
            socket->abort();
            return true;
        }
        if (m_faults.dropAfter > 0) {
            --m_faults.dropAfter;
            m_handler(request);
            socket->abort();
            return true;
        }
        if (m_faults.unavailable > 0) {
            --m_faults.unavailable;
            write(socket, {503, errorBody(-1, "Service Unavailable."), "application/json", {}});
            return true;
        }
        if (m_faults.unknownOutcome > 0) {
            --m_faults.unknownOutcome;
            m_handler(request);
            write(socket,
                {503, errorBody(-1000, "Unknown error, please check your request or try again later."),
                    "application/json", {}});
            return true;
        }
    }
    const Response response = m_handler(request);
    if (delay.count() == 0) {
        write(socket, response);
    } else {
        QTimer::singleShot(delay, this, [client = QPointer<QTcpSocket>{socket}, response] {
            if (client) {
                write(client, response);
            }
        });
    }
    return true;
}

void RestServer::missingHandler(const QHttpServerRequest & /*request*/, QTcpSocket *socket)
{
    socket->abort(); // every request has a handler
}

void RestServer::write(QTcpSocket *socket, const Response &response)
{
    if (socket->state() != QAbstractSocket::ConnectedState) {
        return;
    }
    QByteArray message = "HTTP/1.1 " + QByteArray::number(response.status) + ' ' + reasonOf(response.status) +
                         "\r\ncontent-type: " + QByteArray::fromStdString(response.contentType) +
                         "\r\ncontent-length: " + QByteArray::number(response.body.size()) + "\r\n";
    for (const auto &[name, value] : response.headers) {
        message += QByteArray::fromStdString(name) + ": " + QByteArray::fromStdString(value) + "\r\n";
    }
    message += "\r\n";
    message += QByteArray::fromStdString(response.body);
    socket->write(message);
}

} // namespace paper
