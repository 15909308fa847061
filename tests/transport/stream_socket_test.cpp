#include "exchange/transport/stream_socket.h"
#include "tests/transport/hostile_server.h"

#include <QCryptographicHash>
#include <QSignalSpy>
#include <QTest>
#include <QWebSocket>
#include <QWebSocketServer>

using namespace transport;
using namespace std::chrono_literals;

namespace
{

/// A WebSocket server that keeps what it is told.
struct StreamServer
{
    explicit StreamServer(QWebSocketServer::SslMode mode = QWebSocketServer::NonSecureMode)
        : server{QStringLiteral("test"), mode}
    {
        if (mode == QWebSocketServer::SecureMode) {
            QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
            tls.setLocalCertificate(hostile::Identity::forLocalhost().certificate);
            tls.setPrivateKey(hostile::Identity::forLocalhost().key);
            tls.setPeerVerifyMode(QSslSocket::VerifyNone);
            server.setSslConfiguration(tls);
        }
        server.listen(QHostAddress::LocalHost);
        QObject::connect(&server, &QWebSocketServer::newConnection, &server, [this] {
            QWebSocket *socket = server.nextPendingConnection();
            sockets.push_back(socket);
            QObject::connect(socket, &QWebSocket::textMessageReceived, &server,
                [this](const QString &text) { heard << text; });
        });
    }
    ~StreamServer() { qDeleteAll(sockets); }

    QWebSocketServer server;
    QList<QWebSocket *> sockets;
    QStringList heard;
};

/// Takes the handshake and then says nothing any more, not even pongs.
struct MuteServer
{
    MuteServer()
    {
        server.listen(QHostAddress::LocalHost);
        QObject::connect(&server, &QTcpServer::newConnection, &server, [this] {
            QTcpSocket *socket = server.nextPendingConnection();
            ++connections;
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [socket] {
                const QByteArray head = socket->readAll();
                const qsizetype at = head.toLower().indexOf("sec-websocket-key: ");
                if (at < 0) {
                    return;
                }
                const QByteArray key = head.mid(at + 19, head.indexOf('\r', at) - at - 19);
                const QByteArray salted = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
                socket->write(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: " +
                    QCryptographicHash::hash(salted, QCryptographicHash::Sha1).toBase64() + "\r\n\r\n");
            });
        });
    }

    QTcpServer server;
    int connections = 0;
};

StreamSocketOptions options(const QUrl &url)
{
    StreamSocketOptions made;
    made.url = url;
    made.supervision.control = [](bool isSubscribe, const std::vector<std::string> &names, std::uint64_t id) {
        std::string text = (isSubscribe ? "+" : "-") + std::to_string(id);
        for (const std::string &name : names) {
            text += " " + name;
        }
        return text;
    };
    made.supervision.firstRetry = 20ms;
    made.supervision.retryBase = 20ms;
    made.supervision.connectsMost = 1'000;
    return made;
}

QUrl loopback(quint16 port)
{
    return QUrl{QStringLiteral("ws://127.0.0.1:%1/stream").arg(port)};
}

} // namespace

class StreamSocketTest : public QObject
{
    Q_OBJECT
private slots:
    void subscribesTogetherAndHandsMessagesOn()
    {
        StreamServer venue;
        StreamSocket socket{m_clock, options(venue.server.serverUrl())};
        QSignalSpy texts{&socket, &StreamSocket::textReceived};
        socket.start();
        QTRY_COMPARE(socket.state(), StreamState::Connected);
        QVERIFY(socket.subscribe(QStringLiteral("a")));
        QVERIFY(socket.subscribe(QStringLiteral("b")));
        QVERIFY(socket.subscribe(QStringLiteral("b")));
        QTRY_COMPARE(venue.heard, QStringList{QStringLiteral("+1 a b")});
        venue.sockets.front()->sendTextMessage(QStringLiteral("{\"€\":1}"));
        QTRY_COMPARE(texts.size(), 1);
        QCOMPARE(texts.front().front().toByteArray(), QByteArray{"{\"€\":1}"});
        QCOMPARE(socket.messages(), 1);
        socket.unsubscribe(QStringLiteral("b"));
        socket.unsubscribe(QStringLiteral("b"));
        QTRY_COMPARE(venue.heard.size(), 2);
        QCOMPARE(venue.heard.back(), QStringLiteral("-2 b"));
    }

    void comesBackAfterALossAndAsksForEverythingAgain()
    {
        StreamServer venue;
        StreamSocket socket{m_clock, options(venue.server.serverUrl())};
        QSignalSpy gaps{&socket, &StreamSocket::gapOpened};
        QSignalSpy back{&socket, &StreamSocket::resubscribed};
        socket.subscribe(QStringLiteral("a"));
        socket.start();
        QTRY_COMPARE(venue.heard.size(), 1);
        venue.sockets.front()->abort();
        QTRY_COMPARE(venue.heard.size(), 2);
        QCOMPARE(venue.heard.back(), QStringLiteral("+1 a"));
        QCOMPARE(gaps.size(), 1);
        QCOMPARE(gaps.front().front().toULongLong(), 1ULL);
        QCOMPARE(back.size(), 2);
        QCOMPARE(back.back().front().toULongLong(), 2ULL);
        QCOMPARE(socket.reconnects(), 1);
    }

    void keepsTryingWhileNobodyListens()
    {
        QTcpServer placeholder;
        QVERIFY(placeholder.listen(QHostAddress::LocalHost));
        const quint16 port = placeholder.serverPort();
        placeholder.close();
        StreamSocket socket{m_clock, options(loopback(port))};
        socket.start();
        QTRY_VERIFY(socket.reconnects() >= 3);
        QVERIFY(!socket.reason().isEmpty());
        StreamServer venue;
        socket.setUrl(venue.server.serverUrl());
        QTRY_COMPARE(socket.state(), StreamState::Connected);
        QVERIFY(socket.reason().isEmpty());
    }

    void silenceIsNoticedAndTheConnectionReplaced()
    {
        StreamServer venue;
        StreamSocketOptions impatient = options(venue.server.serverUrl());
        impatient.supervision.silenceOf = [](const std::string &) {
            return std::optional<domain::Milliseconds>{200ms};
        };
        StreamSocket socket{m_clock, impatient};
        QList<StreamState> states;
        connect(
            &socket, &StreamSocket::stateChanged, this, [&states](StreamState state) { states << state; });
        socket.subscribe(QStringLiteral("a"));
        socket.start();
        QTRY_VERIFY(venue.sockets.size() >= 2);
        QVERIFY(states.contains(StreamState::Stale));
    }

    void aHalfOpenConnectionIsFoundByPing()
    {
        MuteServer venue;
        StreamSocketOptions impatient = options(loopback(venue.server.serverPort()));
        impatient.supervision.pingEvery = 100ms;
        impatient.supervision.pongWithin = 100ms;
        StreamSocket socket{m_clock, impatient};
        QSignalSpy gaps{&socket, &StreamSocket::gapOpened};
        socket.start();
        QTRY_VERIFY(venue.connections >= 2);
        QVERIFY(gaps.size() >= 1);
    }

    void pongsMeasureTheRoundTrip()
    {
        StreamServer venue;
        StreamSocketOptions lively = options(venue.server.serverUrl());
        lively.supervision.pingEvery = 50ms;
        StreamSocket socket{m_clock, lively};
        socket.start();
        QTRY_VERIFY(socket.roundTrip());
        QCOMPARE(socket.reconnects(), 0);
    }

    void aHandshakeThatNeverEndsIsGivenUp()
    {
        QTcpServer mute;
        QVERIFY(mute.listen(QHostAddress::LocalHost));
        int connections = 0;
        connect(&mute, &QTcpServer::newConnection, this, [&connections] { ++connections; });
        StreamSocketOptions impatient = options(loopback(mute.serverPort()));
        impatient.supervision.connectTimeout = 100ms;
        StreamSocket socket{m_clock, impatient};
        socket.start();
        QTRY_VERIFY(connections >= 2);
    }

    void renewsWithBothConnectionsSideBySide()
    {
        StreamServer venue;
        StreamSocketOptions shortDay = options(venue.server.serverUrl());
        shortDay.supervision.renewAfter = 300ms;
        shortDay.supervision.overlap = 100ms;
        StreamSocket socket{m_clock, shortDay};
        QSignalSpy gaps{&socket, &StreamSocket::gapOpened};
        QSignalSpy back{&socket, &StreamSocket::resubscribed};
        socket.subscribe(QStringLiteral("a"));
        socket.start();
        QTRY_VERIFY(back.size() >= 2);
        QVERIFY(back.at(1).at(1).toBool());
        QVERIFY(gaps.isEmpty());
        QTRY_COMPARE(venue.sockets.front()->state(), QAbstractSocket::UnconnectedState);
    }

    void aMessageBeyondTheLimitEndsTheConnection()
    {
        StreamServer venue;
        StreamSocketOptions small = options(venue.server.serverUrl());
        small.messageSizeMax = 10'000;
        StreamSocket socket{m_clock, small};
        QSignalSpy texts{&socket, &StreamSocket::textReceived};
        socket.start();
        QTRY_COMPARE(venue.sockets.size(), 1);
        venue.sockets.front()->sendTextMessage(QString{20'000, u'x'});
        QTRY_VERIFY(venue.sockets.size() >= 2);
        QVERIFY(texts.isEmpty());
    }

    void trustsOnlyWhatItIsToldTo()
    {
        StreamServer venue{QWebSocketServer::SecureMode};
        StreamSocket stranger{m_clock, options(venue.server.serverUrl())};
        stranger.start();
        QTRY_VERIFY(stranger.reconnects() >= 1);
        QVERIFY(venue.sockets.isEmpty());
        stranger.stop();

        StreamSocketOptions trusting = options(venue.server.serverUrl());
        trusting.extraAuthorities = {hostile::Identity::forLocalhost().certificate};
        StreamSocket friendly{m_clock, trusting};
        friendly.start();
        QTRY_COMPARE(friendly.state(), StreamState::Connected);
    }

    void stopsForGood()
    {
        StreamServer venue;
        StreamSocket socket{m_clock, options(venue.server.serverUrl())};
        socket.start();
        QTRY_COMPARE(socket.state(), StreamState::Connected);
        socket.stop();
        QCOMPARE(socket.state(), StreamState::Idle);
        QTRY_COMPARE(venue.sockets.front()->state(), QAbstractSocket::UnconnectedState);
        QCOMPARE(venue.sockets.size(), 1);
    }

private:
    domain::SystemClock m_clock;
};

QTEST_GUILESS_MAIN(StreamSocketTest)
#include "stream_socket_test.moc"
