#include "tests/conformance/stranger.h"
#include "tests/support/raw_socket.h"

using namespace conformance;
using support::RawSocket;

namespace
{

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

const QByteArray list = "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}";

} // namespace

/// Handshakes, control frames and limits of the sockets, read off the wire.
class SocketLimitsTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<Exchange> m_exchange;
    std::unique_ptr<Stranger> m_first;
    Checks m_checks;

    QUrl url(const QString &path) const { return QUrl{m_exchange->at("streams") + path}; }
    QUrl api(const QString &path) const
    {
        QUrl at{m_exchange->at("ws-api")};
        at.setPath(path);
        return at;
    }
    /// A fresh exchange: limits are of the address.
    void restart()
    {
        m_exchange = std::make_unique<Exchange>(QStringList{latin("--control")});
        m_first = std::make_unique<Stranger>(*m_exchange);
    }

private slots:
    void initTestCase()
    {
        restart();
        QVERIFY(m_exchange->isReady());
    }
    void cleanup()
    {
        const QStringList failures = m_checks.takeFailures();
        QVERIFY2(failures.isEmpty(), qPrintable(failures.join(u'\n')));
    }
    void cleanupTestCase()
    {
        qInfo("%d checks of handshakes and limits", m_checks.count());
        QVERIFY(m_checks.count() >= 63);
    }

    void entriesThatAreNotThereAreRefusedInTheHandshake()
    {
        for (const char *path : {"/public/ws/", "/ws/", "/stream/", "/nothing", "/public",
                 "/other/ws/btcusdt@trade", "/public/x/ws", "/publicws", "/"}) {
            RawSocket socket{url(latin(path))};
            m_checks.equal("3.3", latin(path), socket.status(), 404);
            m_checks.add("1.3", latin(path) + latin(" ends"), socket.ends());
        }
        m_checks.equal("1.3", latin("/ws?name"), RawSocket{url(latin("/ws?btcusdt@trade"))}.status(), 400);
        m_checks.equal("8", latin("another path"), RawSocket{api(latin("/ws-fapi/v2"))}.status(), 404);
        for (const char *path : {"/ws", "/stream", "/public/ws", "/market/stream?streams=btcusdt@aggTrade",
                 "/private/ws", "/public/ws/btcusdt@depth/ethusdt@depth"}) {
            m_checks.equal("1.3", latin(path), RawSocket{url(latin(path))}.status(), 101);
        }
        m_checks.equal("8", latin("the path"), RawSocket{api(latin("/ws-fapi/v1"))}.status(), 101);
    }

    void aPingIsEchoed()
    {
        RawSocket socket{url(latin("/public/ws"))};
        socket.send(RawSocket::ping, "1663225468");
        m_checks.equal("1.5", latin("pong"), QString::fromLatin1(socket.wait(RawSocket::pong).payload),
            latin("1663225468"));
        RawSocket fast{api(latin("/ws-fapi/v1"))};
        fast.send(RawSocket::ping, "x");
        m_checks.equal(
            "8", latin("pong"), QString::fromLatin1(fast.wait(RawSocket::pong).payload), latin("x"));
    }

    void unsolicitedPongsAreAllowed()
    {
        RawSocket socket{url(latin("/public/ws/btcusdt@bookTicker"))};
        socket.send(RawSocket::pong, "hello");
        m_checks.add("1.5", latin("goes on"), socket.wait(RawSocket::text).opcode == RawSocket::text);
        m_checks.add("1.5", latin("open"), socket.isOpen());
    }

    void pingsPongsAndTextsAreCountedTogether()
    {
        for (const int opcode : {RawSocket::ping, RawSocket::pong, RawSocket::text}) {
            RawSocket socket{url(latin("/public/ws"))};
            waitForWindow(1'000);
            const auto send = [&](int code) { socket.send(code, code == RawSocket::text ? list : "p"); };
            for (int i = 0; i < 3; ++i) {
                send(RawSocket::ping);
                send(RawSocket::pong);
                send(RawSocket::text);
            }
            send(opcode);
            m_checks.add("1.5", latin("ten are borne"), !socket.ends(400));
            waitForWindow(1'000);
            for (int i = 0; i < 10; ++i) {
                send(opcode);
            }
            m_checks.add("1.5", latin("and ten more in the next second"), !socket.ends(300));
            send(opcode);
            m_checks.add("1.5", latin("eleven are not"), socket.ends(10'000));
            m_checks.equal("1.5", latin("why"), socket.closeCode(), 1008);
        }
    }

    void theWebSocketApiTakesFivePingsASecond()
    {
        RawSocket socket{api(latin("/ws-fapi/v1"))};
        waitForWindow(1'000);
        for (int i = 0; i < 5; ++i) {
            socket.send(i % 2 == 0 ? RawSocket::ping : RawSocket::pong, "p");
        }
        m_checks.add("8", latin("five"), !socket.ends(400));
        waitForWindow(1'000);
        for (int i = 0; i < 6; ++i) {
            socket.send(RawSocket::ping, "p");
        }
        m_checks.add("8", latin("six"), socket.ends(10'000));
    }

    void streamsInTheAddressAreLimited()
    {
        QStringList names;
        for (int i = 0; i < 1'024; ++i) {
            names << latin("s%1@trade").arg(i);
        }
        const auto status = [&] {
            return RawSocket{url(latin("/public/stream?streams=") + names.join(u'/'))}.status();
        };
        m_checks.equal("1.5", latin("1024 streams"), status(), 101);
        names << latin("one@more");
        m_checks.equal("1.5", latin("1025 streams"), status(), 400);
    }

    void framesOfAnotherKindAreRefused()
    {
        RawSocket binary{url(latin("/public/ws"))};
        binary.send(RawSocket::binary, list);
        m_checks.equal("1.6", latin("a binary message"),
            (static_cast<void>(binary.wait(RawSocket::closing)), binary.closeCode()), 1003);
        RawSocket unmasked{url(latin("/public/ws"))};
        unmasked.sendBytes("\x81\x02{}");
        m_checks.equal("1.6", latin("not masked"),
            (static_cast<void>(unmasked.wait(RawSocket::closing)), unmasked.closeCode()), 1002);
        RawSocket farewell{url(latin("/public/ws"))};
        farewell.send(RawSocket::closing, "\x03\xe8");
        m_checks.add("1.6", latin("a farewell is answered"), farewell.ends() && farewell.closeCode() == 1000);
    }

    void aConnectionLivesADay()
    {
        RawSocket stream{url(latin("/public/ws"))};
        RawSocket fast{api(latin("/ws-fapi/v1"))};
        const auto step = [&](const char *ms) {
            m_first->control("POST", "happen", QByteArray{"{\"kind\":\"clockStep\",\"delayMs\":"} + ms + '}');
        };
        step("86300000");
        m_checks.add("1.5", latin("a minute before"), !stream.ends(500));
        step("100000");
        m_checks.add("1.5", latin("24 h"), stream.ends(10'000));
        m_checks.add("8", latin("24 h"), fast.ends(10'000));
        step("-86400000");
    }

    void aStrictPrivateStreamWantsItsEventsNamed()
    {
        const Exchange strict{{latin("--strict-streams")}};
        Stranger owner{strict};
        const QString key = owner.keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString();
        const auto open = [&](const QString &path) {
            return std::make_unique<RawSocket>(QUrl{strict.at("streams") + path});
        };
        const auto path = open(u"/private/ws/" + key);
        const auto query = open(u"/private/ws?listenKey=" + key);
        const auto named = open(u"/private/ws?listenKey=" + key + u"&events=ORDER_TRADE_UPDATE");
        owner.signedCall("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.002");
        m_checks.add("1.3", latin("named"),
            named->wait(RawSocket::text).payload.contains("\"e\":\"ORDER_TRADE_UPDATE\""));
        m_checks.add("1.3", latin("key in the path"), path->isOpen() && path->frames().isEmpty());
        m_checks.add("1.3", latin("no events"), query->isOpen() && query->frames().isEmpty());
    }

    void connectionsOfAnAddressAreLimited()
    {
        restart();
        int granted = 0;
        for (int i = 0; i < 300; ++i) {
            granted += RawSocket{url(latin("/public/ws"))}.status() == 101 ? 1 : 0;
        }
        m_checks.equal("1.5", latin("300 connections"), granted, 300);
        RawSocket more{url(latin("/public/ws"))};
        m_checks.equal("1.5", latin("one more"), more.status(), 429);
        m_checks.add("3.2", latin("retry-after"), more.head().contains("retry-after: "));
        m_first->control("POST", "happen", "{\"kind\":\"clockStep\",\"delayMs\":300000}");
        m_checks.equal("1.5", latin("five minutes later"), RawSocket{url(latin("/public/ws"))}.status(), 101);
    }

    void anAddressThatSendsTooMuchAgainAndAgainIsBanned()
    {
        restart();
        int closed = 0;
        while (closed < 40) {
            RawSocket socket{url(latin("/public/ws"))};
            if (socket.status() != 101) {
                m_checks.equal("1.5", latin("status"), socket.status(), 418);
                m_checks.add("3.2", latin("retry-after"), socket.head().contains("retry-after: "));
                break;
            }
            for (int i = 0; i < 25; ++i) {
                socket.send(RawSocket::ping, "p");
            }
            closed += socket.ends(10'000) ? 1 : 100;
        }
        m_checks.add("1.5", latin("repeated, not at once"), closed > 3 && closed < 40);
    }
};

QTEST_GUILESS_MAIN(SocketLimitsTest)
#include "socket_limits_test.moc"
