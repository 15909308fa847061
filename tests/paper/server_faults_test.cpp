#include "exchange/paper/core/paper_exchange.h"
#include "exchange/paper/server/stream_server.h"
#include "tests/support/troubled_server.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QWebSocket>

using namespace paper;
using namespace std::chrono_literals;

namespace
{

FaultRule ruleOf(FaultKind kind, int count = 1)
{
    FaultRule rule;
    rule.kind = kind;
    rule.count = count;
    return rule;
}

const QByteArray buy = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.020";

/// A stream client that keeps what it hears.
struct Listener
{
    explicit Listener(const QUrl &streams, const QString &path)
    {
        QUrl url = streams;
        url.setPath(path);
        QObject::connect(&socket, &QWebSocket::textMessageReceived, &socket,
            [this](const QString &text) { heard << text.toUtf8(); });
        QObject::connect(
            &socket, &QWebSocket::pong, &socket, [this](quint64, const QByteArray &) { ++pongs; });
        socket.open(url);
    }
    bool isUp() const { return socket.state() == QAbstractSocket::ConnectedState; }
    qsizetype count(const QByteArray &part) const
    {
        return std::ranges::count_if(heard, [&](const QByteArray &text) { return text.contains(part); });
    }

    QWebSocket socket;
    QList<QByteArray> heard;
    int pongs = 0;
};

} // namespace

/// Every kind of fault as it looks on the wire.
class ServerFaultsTest : public QObject, support::TroubledServer
{
    Q_OBJECT


    support::PaperClient::Reply ping() const { return client().call("GET", "/fapi/v1/ping"); }
    QString privatePath()
    {
        return QStringLiteral("/private/ws/") +
               client().call("POST", "/fapi/v1/listenKey").json().object()[u"listenKey"].toString();
    }

private slots:
    void initTestCase() { startServer(); }
    void cleanup() { endTrouble(); }
    void cleanupTestCase() { stopServer(); }

    void lostRequestsAndAnswersLookTheSame()
    {
        for (const auto &[kind, isExecuted] :
            {std::pair{FaultKind::DropBefore, false}, std::pair{FaultKind::DropAfter, true}}) {
            for (int i = 0; i < 6; ++i) { // ended and reset
                FaultRule rule = ruleOf(kind);
                rule.method = "POST";
                setRules({rule});
                const QByteArray id = QByteArray{"lost-"} + (isExecuted ? "a" : "b") + QByteArray::number(i);
                const auto lost =
                    client().signedCall("POST", "/fapi/v1/order", buy + "&newClientOrderId=" + id);
                QVERIFY(lost.hasEnded);
                QCOMPARE(lost.raw, QByteArray{});
                const auto found =
                    client().signedCall("GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=" + id);
                QCOMPARE(found.status(), isExecuted ? 200 : 400);
                QCOMPARE(control("GET", "wire").json().object()[QString::fromLatin1(id)].toInt(), 1);
            }
        }
    }

    void answersAreCutAtAnyByte()
    {
        setRules({ruleOf(FaultKind::Truncated, 0)});
        std::set<qsizetype> lengths;
        for (int i = 0; i < 30; ++i) {
            const auto reply = ping();
            QVERIFY(reply.hasEnded && !reply.isWhole);
            lengths.insert(reply.raw.size());
        }
        QVERIFY(lengths.size() > 10);
    }

    void otherPagesAndStatesCome()
    {
        FaultRule portal = ruleOf(FaultKind::Html);
        portal.status = 200;
        setRules({portal});
        const auto page = ping();
        QVERIFY(page.status() == 200 && page.header("content-type") == "text/html" &&
                page.body().contains("<html>"));
        FaultRule away = ruleOf(FaultKind::Redirect);
        away.text = "http://127.0.0.1:1/elsewhere";
        setRules({away});
        const auto redirect = ping();
        QCOMPARE(redirect.status(), 302);
        QCOMPARE(redirect.header("location"), QByteArray{"http://127.0.0.1:1/elsewhere"});
        setRules({ruleOf(FaultKind::BrokenJson)});
        const auto broken = client().call("GET", "/fapi/v1/time");
        QVERIFY(broken.status() == 200 && broken.isWhole && broken.json().isNull());
        FaultRule limited = ruleOf(FaultKind::TooManyRequests);
        limited.delay = 2s;
        setRules({limited});
        QCOMPARE(ping().header("retry-after"), QByteArray{"2"});
        setRules({});
        QCOMPARE(ping().status(), 200);
    }

    void requestsAreHeldBackAndAnswersDelayed()
    {
        for (const FaultKind kind : {FaultKind::Delay, FaultKind::DelayBefore}) {
            FaultRule rule = ruleOf(kind);
            rule.delay = 300ms;
            setRules({rule});
            QElapsedTimer timer;
            timer.start();
            QCOMPARE(ping().status(), 200);
            QVERIFY(timer.elapsed() >= 290);
        }
    }

    void aRequestHeldBackIsProcessedThoughItsClientIsGone()
    {
        FaultRule rule = ruleOf(FaultKind::DelayBefore);
        rule.delay = 300ms;
        rule.method = "POST";
        setRules({rule});
        const auto gone = client().signedCall("POST", "/fapi/v1/order", buy + "&newClientOrderId=held-1", 50);
        QVERIFY(gone.raw.isEmpty());
        QTRY_COMPARE_WITH_TIMEOUT(
            client().signedCall("GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=held-1").status(),
            200, patience);
    }

    void theClockOfTheExchangeSteps()
    {
        QCOMPARE(control("POST", "happen", "{\"kind\":\"clockStep\",\"delayMs\":-7000}").status(), 200);
        QCOMPARE(client().signedCall("GET", "/fapi/v3/account").code(), -1021);
        const qint64 there = client().call("GET", "/fapi/v1/time").json().object()[u"serverTime"].toInteger();
        QVERIFY(there < QDateTime::currentMSecsSinceEpoch() - 6'000);
        QCOMPARE(control("POST", "happen", "{\"kind\":\"clockStep\",\"delayMs\":7000}").status(), 200);
        QCOMPARE(client().signedCall("GET", "/fapi/v3/account").status(), 200);
    }

    void streamEventsAreDroppedDoubledAndFollowedByStrangers()
    {
        Listener user{m_at.streams, privatePath()};
        QTRY_VERIFY_WITH_TIMEOUT(user.isUp(), patience);
        FaultRule doubled = ruleOf(FaultKind::DuplicateEvent, 0);
        doubled.event = "TRADE_LITE";
        FaultRule dropped = ruleOf(FaultKind::DropEvent, 0);
        dropped.event = "ACCOUNT_UPDATE";
        FaultRule huge = ruleOf(FaultKind::HugeFrame);
        huge.size = 3'000'000;
        huge.event = "ORDER_TRADE_UPDATE";
        setRules({doubled, dropped, huge, ruleOf(FaultKind::UnknownEvent), ruleOf(FaultKind::GarbageText)});
        QCOMPARE(client().signedCall("POST", "/fapi/v1/order", buy).status(), 200);
        QTRY_VERIFY_WITH_TIMEOUT(user.count("\"X\":\"FILLED\"") > 0, patience);
        QTRY_VERIFY_WITH_TIMEOUT(user.count("TRADE_LITE") >= 2, patience);
        QCOMPARE(user.count("TRADE_LITE") % 2, 0);
        QCOMPARE(user.count("ACCOUNT_UPDATE"), 0);
        QCOMPARE(user.count("UNHEARD_OF"), 1);
        QVERIFY(
            std::ranges::any_of(user.heard, [](const QByteArray &text) { return text.size() == 3'000'000; }));
    }

    void aSilentConnectionStaysOpenWithoutDataOrPongs()
    {
        Listener market{m_at.streams, QStringLiteral("/public/ws/btcusdt@bookTicker")};
        QTRY_VERIFY_WITH_TIMEOUT(!market.heard.isEmpty(), patience);
        market.socket.ping();
        QTRY_COMPARE_WITH_TIMEOUT(market.pongs, 1, patience);
        QCOMPARE(control("POST", "happen", "{\"kind\":\"goSilent\",\"route\":\"public\"}").status(), 200);
        QTest::qWait(300); // what was on the way
        market.heard.clear();
        market.socket.ping();
        QTest::qWait(1'000);
        QVERIFY(market.heard.isEmpty());
        QCOMPARE(market.pongs, 1);
        QVERIFY(market.isUp());
        market.socket.abort();
    }

    void connectionsAreCutAndTheListenKeyIsLost()
    {
        Listener user{m_at.streams, privatePath()};
        Listener market{m_at.streams, QStringLiteral("/market/ws/btcusdt@aggTrade")};
        QTRY_VERIFY_WITH_TIMEOUT(user.isUp() && market.isUp(), patience);
        QCOMPARE(control("POST", "happen", "{\"kind\":\"loseListenKey\",\"weight\":2}").status(), 200);
        QTRY_COMPARE_WITH_TIMEOUT(user.count("listenKeyExpired"), 2, patience);
        QCOMPARE(control("POST", "happen", "{\"kind\":\"cutStreams\",\"route\":\"private\"}").status(), 200);
        QTRY_VERIFY_WITH_TIMEOUT(!user.isUp(), patience);
        QVERIFY(market.isUp());
    }

    void happeningsAreMadeByControl()
    {
        QCOMPARE(client().signedCall("POST", "/fapi/v1/order", buy).status(), 200);
        QCOMPARE(
            control("POST", "happen", "{\"kind\":\"liquidation\",\"symbol\":\"BTCUSDT\"}").status(), 200);
        QCOMPARE(control("POST", "happen", "{\"kind\":\"liquidation\"}").status(), 409);
        // While the liquidation lasts the account places nothing, on the website no more than elsewhere.
        QTRY_COMPARE_WITH_TIMEOUT(
            control("POST", "happen", "{\"kind\":\"foreignFill\",\"symbol\":\"BTCUSDT\"}").status(), 200,
            patience);
        QCOMPARE(control("POST", "happen", "{\"kind\":\"autoDeleverage\"}").status(), 200);
        QCOMPARE(control("POST", "happen", "{\"kind\":\"foreignOrder\"}").status(), 200);
        QCOMPARE(control("POST", "happen", "{\"kind\":\"foreignCancel\"}").status(), 200);
        QCOMPARE(control("POST", "happen", "{\"kind\":\"haltSymbol\",\"symbol\":\"BTCUSDT\",\"delayMs\":300}")
                     .status(),
            200);
        QVERIFY(client().signedCall("POST", "/fapi/v1/order", buy).status() != 200);
        QTRY_COMPARE_WITH_TIMEOUT(client().signedCall("POST", "/fapi/v1/order", buy).status(), 200, patience);
        QCOMPARE(control("POST", "mark", "{\"symbol\":\"BTCUSDT\",\"price\":\"12345.6\"}").status(), 200);
        const auto premium = client().call("GET", "/fapi/v1/premiumIndex?symbol=BTCUSDT");
        QVERIFY(premium.body().contains("\"markPrice\":\"12345.6"));
        QCOMPARE(control("POST", "mark", "{\"symbol\":\"BTCUSDT\"}").status(), 200);
        QCOMPARE(control("GET", "breaches").body(), QByteArray{"[]"});
    }

    void rulesComeAndGoByControl()
    {
        const auto added =
            control("POST", "faults", "{\"rules\":[{\"kind\":\"unavailable\",\"path\":\"/fapi/v1/ping\"}]}");
        QCOMPARE(added.status(), 200);
        QCOMPARE(ping().status(), 503);
        const QJsonObject shown = control("GET", "faults").json().object();
        const QJsonObject rule = shown[u"rules"].toArray().last().toObject();
        QCOMPARE(rule[u"struck"].toInt(), 1);
        QVERIFY(shown[u"counts"].toObject()[u"unavailable"].toInt() >= 1);
        QCOMPARE(control("POST", "enabled", "{\"enabled\":false}").status(), 200);
        QCOMPARE(ping().status(), 200);
        QCOMPARE(control("POST", "enabled", "{\"enabled\":true}").status(), 200);
        QCOMPARE(ping().status(), 503);
        QCOMPARE(client()
                     .call("DELETE", "/control/faults?rule=" + QByteArray::number(rule[u"number"].toInt()))
                     .status(),
            200);
        QCOMPARE(ping().status(), 200);
        QVERIFY(
            control("POST", "faults", "{\"profile\":\"storm\"}").json().object()[u"rules"].toArray().size() >
            15);
        QCOMPARE(control("DELETE", "faults").json().object()[u"rules"].toArray().size(), 0);
        const auto refused = control("POST", "faults", "[{\"kind\":\"nope\"}]");
        QCOMPARE(refused.status(), 400);
        QVERIFY(
            refused.json().object()[u"error"].toString().startsWith(u"Rule 1: \"kind\" is unknown: nope"));
        QCOMPARE(control("GET", "nothing").status(), 404);
    }

    void controlWantsTheKeyAndIsOffUnlessAskedFor()
    {
        const support::PaperClient stranger{m_at.rest, "someone-else", m_at.secret};
        QCOMPARE(stranger.call("GET", "/control/faults").status(), 401);
        PaperServer plain{PaperConfig{}};
        auto started = plain.start();
        QTRY_VERIFY_WITH_TIMEOUT(started.isFinished(), patience);
        const PaperEndpoints at = *started.result();
        const support::PaperClient owner{at.rest, at.apiKey, at.secret};
        QCOMPARE(owner.call("GET", "/control/faults").status(), 404);
    }

    void pingsAreSentAndUnansweredOnesEndTheConnection() // reference 1.5
    {
        const StreamTiming standard;
        QVERIFY(standard.pingPeriod == 3min && standard.pongDeadline == 10min);
        ExchangeConfig config;
        PaperExchange exchange{config, std::make_unique<MarketGenerator>(1)};
        domain::SystemClock clock;
        QVERIFY(exchange.start({}, clock.wallNow()));
        Faults faults;
        FaultyStreams faulty{faults};
        StreamServer server{
            {exchange.streams(), faulty, [&] { return clock.wallNow(); }, {}}, {}, {100ms, 500ms}};
        const quint16 port = server.listen(0);
        QWebSocket lively; // answers pings by itself
        lively.open(QUrl{QStringLiteral("ws://127.0.0.1:%1/public/ws").arg(port)});
        QTcpSocket dead; // shakes hands and reads, but never answers
        dead.connectToHost(QHostAddress::LocalHost, port);
        QSignalSpy ended{&dead, &QTcpSocket::disconnected};
        QTRY_COMPARE_WITH_TIMEOUT(dead.state(), QAbstractSocket::ConnectedState, patience);
        dead.write(
            "GET /public/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, patience);
        QVERIFY(dead.readAll().contains('\x89')); // a ping came
        QCOMPARE(lively.state(), QAbstractSocket::ConnectedState);
    }
};

QTEST_GUILESS_MAIN(ServerFaultsTest)
#include "server_faults_test.moc"
