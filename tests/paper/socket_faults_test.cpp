#include "exchange/paper/core/paper_exchange.h"
#include "exchange/paper/server/stream_server.h"
#include "exchange/transport/stream_socket.h"
#include "tests/support/raw_socket.h"
#include "tests/support/troubled_server.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include <zlib.h>

using namespace paper;
using namespace std::chrono_literals;
using support::RawSocket;

namespace
{

FaultRule ruleOf(FaultKind kind, int count = 0)
{
    FaultRule rule;
    rule.kind = kind;
    rule.count = count;
    return rule;
}

QByteArray inflated(QByteArray bytes, int window)
{
    z_stream stream{};
    inflateInit2(&stream, window);
    QByteArray out(100'000, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    inflate(&stream, Z_SYNC_FLUSH);
    out.resize(static_cast<qsizetype>(stream.total_out));
    inflateEnd(&stream);
    return out;
}

} // namespace

/// What a socket can do wrong, seen on the wire. Reference 1.5 and 12 (10), reliability F10, F16, F17.
class SocketFaultsTest : public QObject, support::TroubledServer
{
    Q_OBJECT


    QUrl stream(const char *path = "/public/ws/btcusdt@bookTicker") const
    {
        return QUrl{m_at.streams.toString() + QString::fromLatin1(path)};
    }

private slots:
    void initTestCase() { startServer(); }
    void cleanup() { endTrouble(); }
    void cleanupTestCase() { stopServer(); }

    void framesComeInEveryForm()
    {
        RawSocket socket{stream()};
        QCOMPARE(socket.status(), 101);
        QVERIFY(socket.wait(RawSocket::text).payload.contains("\"e\":\"bookTicker\""));

        setRules({ruleOf(FaultKind::BinaryFrame)});
        const auto plain = socket.wait(RawSocket::binary);
        QVERIFY(plain.payload.startsWith("{\"e\":\"bookTicker\""));

        setRules({ruleOf(FaultKind::GzipFrame)});
        const auto gzip = socket.wait([](const RawSocket::Frame &frame) {
            return frame.opcode == RawSocket::binary && frame.payload.startsWith("\x1f\x8b");
        });
        QVERIFY(inflated(gzip.payload, 15 + 16).startsWith("{\"e\":\"bookTicker\""));

        setRules({ruleOf(FaultKind::DeflatedFrame)});
        const auto deflated = socket.wait([](const RawSocket::Frame &frame) { return frame.isCompressed; });
        QCOMPARE(deflated.opcode, RawSocket::text);
        QVERIFY(inflated(deflated.payload + QByteArray{"\x00\x00\xff\xff", 4}, -15)
                    .startsWith("{\"e\":\"bookTicker\""));

        FaultRule pieces = ruleOf(FaultKind::FragmentedFrame);
        pieces.size = 25;
        setRules({pieces});
        socket.forget();
        QVERIFY(socket.wait([](const RawSocket::Frame &frame) { return frame.opcode == 0 && frame.isLast; })
                    .isLast);
        const auto begin = std::ranges::find_if(
            socket.frames(), [](const auto &frame) { return frame.opcode == 1 && !frame.isLast; });
        QByteArray whole;
        for (auto frame = begin; frame != socket.frames().end(); ++frame) {
            QVERIFY(frame->payload.size() <= 25);
            whole += frame->payload;
            if (frame->isLast) {
                break;
            }
        }
        QVERIFY(QJsonDocument::fromJson(whole).isObject());

        setRules({});
        socket.forget();
        QVERIFY(socket.wait(RawSocket::text).isLast);
        QVERIFY(socket.isOpen());
    }

    void bytesTrickle()
    {
        RawSocket socket{stream()};
        FaultRule slow = ruleOf(FaultKind::SlowBytes, 1);
        slow.route = Route::Public;
        slow.size = 20;
        slow.delay = 30ms;
        setRules({slow});
        socket.forget();
        const int before = socket.arrivals();
        QTRY_VERIFY_WITH_TIMEOUT(socket.frames().size() >= 3, patience);
        QVERIFY(socket.arrivals() - before >= 7); // 150 bytes and more in pieces of 20
        for (const RawSocket::Frame &frame : socket.frames()) {
            QVERIFY(QJsonDocument::fromJson(frame.payload).isObject()); // and nothing in between them
        }

        FaultRule answer = ruleOf(FaultKind::SlowBytes, 1);
        answer.path = "/fapi/v1/time";
        answer.size = 10;
        answer.delay = 20ms;
        setRules({answer});
        QElapsedTimer timer;
        timer.start();
        const auto reply = client().call("GET", "/fapi/v1/time");
        QVERIFY(reply.isWhole && reply.status() == 200 && reply.json().isObject());
        QVERIFY2(timer.elapsed() >= 200, "an answer of more than 100 bytes takes at least ten pauses");
    }

    void pongsComeLateOrNever()
    {
        RawSocket socket{stream("/public/ws")};
        QVERIFY(socket.pongAfter("a", patience) >= 0);
        FaultRule late = ruleOf(FaultKind::LatePong);
        late.delay = 400ms;
        setRules({late});
        QVERIFY(socket.pongAfter("b", patience) >= 390);
        setRules({ruleOf(FaultKind::LatePong)});
        QCOMPARE(socket.pongAfter("c", 1'000), -1);
        setRules({});
        QVERIFY(socket.pongAfter("d", patience) >= 0);
        QVERIFY(socket.isOpen());
    }

    void pingsOfTheExchangeComeLateOrNever()
    {
        PaperExchange exchange{{}, std::make_unique<MarketGenerator>(1)};
        domain::SystemClock clock;
        QVERIFY(exchange.start({}, clock.wallNow()));
        Faults faults;
        FaultyStreams faulty{faults};
        StreamServer server{
            {exchange.streams(), faulty, [&] { return clock.wallNow(); }, {}}, {}, {100ms, 60s}};
        QTimer steps;
        connect(&steps, &QTimer::timeout, &server, [&] { server.flush(); });
        steps.start(20ms);
        const quint16 port = server.listen(0);
        RawSocket socket{QUrl{QStringLiteral("ws://127.0.0.1:%1/public/ws").arg(port)}};
        const auto first = socket.wait(RawSocket::ping);
        QVERIFY(!first.payload.isEmpty());
        const int number = faults.add(ruleOf(FaultKind::LatePing));
        QTest::qWait(150);
        socket.forget();
        QTest::qWait(500);
        QVERIFY(socket.frames().isEmpty());
        faults.remove(number);
        QVERIFY(socket.wait(RawSocket::ping).opcode == RawSocket::ping);
    }

    void onlyTheEchoOfAPingKeepsTheConnection() // reference 1.5: unsolicited pongs do not
    {
        PaperExchange exchange{{}, std::make_unique<MarketGenerator>(1)};
        domain::SystemClock clock;
        QVERIFY(exchange.start({}, clock.wallNow()));
        Faults faults;
        FaultyStreams faulty{faults};
        StreamServer server{
            {exchange.streams(), faulty, [&] { return clock.wallNow(); }, {}}, {}, {200ms, 1s}};
        const QUrl url{QStringLiteral("ws://127.0.0.1:%1/public/ws").arg(server.listen(0))};
        RawSocket echoing{url};
        RawSocket chatting{url};
        QTimer pongs;
        qsizetype answered = 0;
        connect(&pongs, &QTimer::timeout, &server, [&] {
            for (; answered < echoing.frames().size(); ++answered) {
                echoing.send(RawSocket::pong, echoing.frames()[answered].payload);
            }
            chatting.send(RawSocket::pong, "unsolicited");
        });
        pongs.start(150ms);
        QVERIFY(chatting.ends(10'000));
        QVERIFY(echoing.isOpen());
    }

    void oneSideEndsWhileTheOtherIsHeardStill()
    {
        RawSocket socket{stream()};
        QVERIFY(socket.wait(RawSocket::text).isLast);
        setRules({ruleOf(FaultKind::HalfClose, 1)});
        QVERIFY(socket.ends());
        QCOMPARE(socket.closeCode(), 0);
        const auto faults = control("GET", "faults").json().object();
        QCOMPARE(faults[u"counts"].toObject()[u"halfClose"].toInt(), 1);
    }

    void theExchangeSaysWhyItEnds()
    {
        RawSocket socket{stream()};
        FaultRule shutdown = ruleOf(FaultKind::UnknownEvent, 1);
        shutdown.text = "{\"e\":\"serverShutdown\",\"E\":1}";
        FaultRule end = ruleOf(FaultKind::CloseFrame, 1);
        end.code = 1012;
        end.text = "maintenance";
        setRules({shutdown, end});
        const auto farewell = socket.wait(RawSocket::closing);
        QCOMPARE(socket.closeCode(), 1012);
        QCOMPARE(farewell.payload.mid(2), QByteArray{"maintenance"});
        QVERIFY(socket.frames()[socket.frames().size() - 2].payload.contains("serverShutdown"));
        socket.send(RawSocket::closing, farewell.payload.left(2));
        QVERIFY(socket.ends());
    }

    void nobodyCanConnect() // F01
    {
        RawSocket before{stream()};
        QCOMPARE(
            control("POST", "happen", "{\"kind\":\"refuseConnections\",\"delayMs\":1500}").status(), 200);
        QTRY_VERIFY_WITH_TIMEOUT(client().call("GET", "/fapi/v1/ping", {}, 500).raw.isEmpty(), 1'400);
        RawSocket during{stream()};
        QCOMPARE(during.status(), 0);
        QVERIFY(before.isOpen());
        QTRY_COMPARE_WITH_TIMEOUT(client().call("GET", "/fapi/v1/ping").status(), 200, patience);
        QTRY_COMPARE_WITH_TIMEOUT((RawSocket{stream()}.status()), 101, patience);
    }

    void usageIsToldWrongly() // F23
    {
        FaultRule wrong = ruleOf(FaultKind::WrongUsage);
        wrong.weight = 3;
        setRules({wrong});
        QCOMPARE(
            client().call("GET", "/fapi/v1/exchangeInfo").header("x-mbx-used-weight-1m"), QByteArray{"3"});
    }

    void ourOwnStreamsComeThroughAllOfIt_data()
    {
        QTest::addColumn<int>("kind");
        for (const FaultKind kind : {FaultKind::BinaryFrame, FaultKind::GzipFrame, FaultKind::DeflatedFrame,
                 FaultKind::FragmentedFrame, FaultKind::SlowBytes, FaultKind::HalfClose,
                 FaultKind::CloseFrame, FaultKind::HugeFrame}) {
            QTest::newRow(std::string{toWire(kind)}.c_str()) << static_cast<int>(kind);
        }
    }
    void ourOwnStreamsComeThroughAllOfIt()
    {
        QFETCH(int, kind);
        domain::SystemClock clock;
        transport::StreamSocketOptions options;
        options.url = stream(); // the address says what flows
        options.supervision.retryBase = options.supervision.firstRetry = 50ms;
        options.supervision.connectsMost = 1'000;
        transport::StreamSocket socket{clock, options};
        int good = 0;
        connect(&socket, &transport::StreamSocket::textReceived, this, [&](const QByteArray &text) {
            good += QJsonDocument::fromJson(text).object()[u"e"].toString() == u"bookTicker" ? 1 : 0;
        });
        socket.start();
        QTRY_VERIFY_WITH_TIMEOUT(good > 0, patience);
        setRules({ruleOf(static_cast<FaultKind>(kind), 3)});
        QTRY_VERIFY_WITH_TIMEOUT(
            control("GET", "faults").json().object()[u"rules"][0][u"struck"].toInt() > 0, patience);
        setRules({});
        good = 0;
        QTRY_VERIFY_WITH_TIMEOUT(good > 3, patience); // it lives, by a new connection where it has to
        socket.stop();
    }
};

QTEST_GUILESS_MAIN(SocketFaultsTest)
#include "socket_faults_test.moc"
