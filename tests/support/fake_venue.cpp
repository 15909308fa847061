#include "tests/support/fake_venue.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QHostAddress>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpServer>
#include <QTcpSocket>
#include <QWebSocket>
#include <QWebSocketServer>

namespace support
{

FakeVenue::FakeVenue(QObject *parent)
    : QObject{parent},
      m_rest{new QTcpServer{this}},
      m_streams{new QWebSocketServer{QStringLiteral("venue"), QWebSocketServer::NonSecureMode, this}}
{
    m_rest->listen(QHostAddress::LocalHost);
    m_streams->listen(QHostAddress::LocalHost);
    connect(m_rest, &QTcpServer::newConnection, this, &FakeVenue::accept);
    connect(m_streams, &QWebSocketServer::newConnection, this, &FakeVenue::acceptStream);
    answerTheUsual();
}

FakeVenue::~FakeVenue()
{
    // Sockets that ended wait to be deleted by an event loop that may not run any more.
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

quint16 FakeVenue::restPort() const
{
    return m_rest->serverPort();
}

quint16 FakeVenue::streamPort() const
{
    return m_streams->serverPort();
}

void FakeVenue::answerTheUsual()
{
    answer("GET /fapi/v1/time", [](const FakeRequest &) {
        return FakeAnswer{"{\"serverTime\":" + QByteArray::number(QDateTime::currentMSecsSinceEpoch()) + '}'};
    });
    answer("GET /fapi/v1/exchangeInfo",
        R"({"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":2400},
            {"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":300},
            {"rateLimitType":"ORDERS","interval":"MINUTE","intervalNum":1,"limit":1200}],
            "symbols":[{"symbol":"BTCUSDT","contractType":"PERPETUAL","status":"TRADING","baseAsset":"BTC",
            "quoteAsset":"USDT","pricePrecision":2,"quantityPrecision":3,"filters":[]}]})");
    answer("POST /fapi/v1/listenKey", R"({"listenKey":"key1"})");
    answer("PUT /fapi/v1/listenKey", R"({"listenKey":"key1"})");
    answer("GET /fapi/v1/accountConfig",
        R"({"feeTier":0,"canTrade":true,"dualSidePosition":false,"multiAssetsMargin":false})");
    answer("GET /fapi/v1/symbolConfig",
        R"([{"symbol":"BTCUSDT","marginType":"CROSSED","leverage":20,"maxNotionalValue":"1000000"}])");
    answer("GET /fapi/v3/account",
        R"({"totalWalletBalance":"1000","totalCrossWalletBalance":"1000","availableBalance":"1000",
            "assets":[{"asset":"USDT","walletBalance":"1000","crossWalletBalance":"1000",
            "availableBalance":"1000","updateTime":0}],"positions":[]})");
    for (const char *route :
        {"GET /fapi/v3/positionRisk", "GET /fapi/v1/openOrders", "GET /fapi/v1/openAlgoOrders",
            "GET /fapi/v1/userTrades", "GET /fapi/v1/ticker/24hr", "GET /fapi/v1/premiumIndex",
            "GET /fapi/v1/ticker/bookTicker", "GET /fapi/v1/aggTrades", "GET /fapi/v1/klines"}) {
        answer(route, "[]");
    }
}

void FakeVenue::answer(const QByteArray &route, Handler handler)
{
    m_handlers[route] = std::move(handler);
}

void FakeVenue::answer(const QByteArray &route, const QByteArray &body, int status)
{
    m_handlers[route] = [body, status](const FakeRequest &) { return FakeAnswer{body, status}; };
}

int FakeVenue::count(const QByteArray &route) const
{
    return static_cast<int>(std::ranges::count_if(m_requests,
        [&](const FakeRequest &request) { return request.method + ' ' + request.path.toUtf8() == route; }));
}

FakeRequest FakeVenue::last(const QByteArray &route) const
{
    for (auto request = m_requests.crbegin(); request != m_requests.crend(); ++request) {
        if (request->method + ' ' + request->path.toUtf8() == route) {
            return *request;
        }
    }
    return {};
}

void FakeVenue::accept()
{
    while (QTcpSocket *socket = m_rest->nextPendingConnection()) {
        connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
        connect(socket, &QTcpSocket::disconnected, this, [this, socket] {
            m_buffers.remove(socket);
            socket->deleteLater();
        });
    }
}

void FakeVenue::read(QTcpSocket *socket)
{
    m_buffers[socket] += socket->readAll();
    while (socket->state() == QAbstractSocket::ConnectedState) {
        const QByteArray buffer = m_buffers.value(socket);
        const qsizetype head = buffer.indexOf("\r\n\r\n");
        if (head < 0) {
            return;
        }
        FakeRequest request;
        QList<QByteArray> lines = buffer.left(head).split('\n');
        const QList<QByteArray> first = lines.takeFirst().split(' ');
        request.method = first.value(0);
        const QUrl url = QUrl::fromEncoded(first.value(1));
        request.path = url.path();
        request.query = QUrlQuery{url};
        for (const QByteArray &line : lines) {
            const qsizetype colon = line.indexOf(':');
            request.headers.insert(line.left(colon).trimmed().toLower(), line.mid(colon + 1).trimmed());
        }
        const qsizetype length = request.headers.value("content-length").toLongLong();
        const qsizetype total = head + 4 + length;
        if (buffer.size() < total) {
            return;
        }
        request.form = QUrlQuery{QString::fromUtf8(buffer.mid(head + 4, length))};
        m_buffers[socket] = buffer.mid(total);
        respond(socket, request);
    }
}

void FakeVenue::respond(QTcpSocket *socket, const FakeRequest &request)
{
    m_requests << request;
    emit requested(request);
    const auto handler = m_handlers.find(request.method + ' ' + request.path.toUtf8());
    const FakeAnswer answer =
        handler == m_handlers.end() ? FakeAnswer{"<html>no such path</html>", 404} : handler->second(request);
    if (answer.isHeld) {
        return;
    }
    if (answer.isLost) {
        socket->disconnectFromHost();
        return;
    }
    socket->write("HTTP/1.1 " + QByteArray::number(answer.status) +
                  " X\r\nContent-Type: application/json\r\nContent-Length: " +
                  QByteArray::number(answer.body.size()) + "\r\n\r\n" + answer.body);
}

void FakeVenue::acceptStream()
{
    while (QWebSocket *socket = m_streams->nextPendingConnection()) {
        m_sockets << socket;
        m_streamUrls << socket->requestUrl();
        connect(socket, &QWebSocket::textMessageReceived, this,
            [this, socket](const QString &text) { control(socket, text); });
        connect(socket, &QWebSocket::disconnected, this, [this, socket] {
            m_names.remove(socket);
            socket->deleteLater();
        });
    }
}

void FakeVenue::control(QWebSocket *socket, const QString &text)
{
    const QJsonObject message = QJsonDocument::fromJson(text.toUtf8()).object();
    const QString method = message.value(QStringLiteral("method")).toString();
    for (const QJsonValue name : message.value(QStringLiteral("params")).toArray()) {
        m_controls << method + u' ' + name.toString();
        if (method == QStringLiteral("SUBSCRIBE")) {
            m_names[socket] << name.toString();
        } else {
            m_names[socket].removeAll(name.toString());
        }
    }
    socket->sendTextMessage(
        QStringLiteral("{\"result\":null,\"id\":%1}").arg(message.value(QStringLiteral("id")).toInteger()));
}

QStringList FakeVenue::subscriptions() const
{
    QStringList all;
    for (const QStringList &names : m_names) {
        all << names;
    }
    all.sort();
    return all;
}

void FakeVenue::push(const QString &stream, const QByteArray &payload)
{
    for (auto socket = m_names.cbegin(); socket != m_names.cend(); ++socket) {
        if (socket.value().contains(stream)) {
            socket.key()->sendTextMessage(
                QStringLiteral("{\"stream\":\"%1\",\"data\":%2}").arg(stream, QString::fromUtf8(payload)));
        }
    }
}

void FakeVenue::pushToUser(const QByteArray &payload)
{
    for (const auto &socket : m_sockets) {
        if (socket && socket->requestUrl().path().startsWith(QStringLiteral("/private"))) {
            socket->sendTextMessage(QString::fromUtf8(payload));
        }
    }
}

void FakeVenue::pushText(const QByteArray &text)
{
    for (const auto &socket : m_sockets) {
        if (socket) {
            socket->sendTextMessage(QString::fromUtf8(text));
        }
    }
}

void FakeVenue::pushBinary(const QByteArray &bytes)
{
    for (const auto &socket : m_sockets) {
        if (socket) {
            socket->sendBinaryMessage(bytes);
        }
    }
}

void FakeVenue::dropStreams()
{
    for (const auto &socket : std::exchange(m_sockets, {})) {
        if (socket) {
            socket->abort();
        }
    }
}

} // namespace support
