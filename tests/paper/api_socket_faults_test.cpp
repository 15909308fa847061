#include "exchange/paper/core/paper_exchange.h"
#include "exchange/paper/server/ws_api_server.h"
#include "tests/support/raw_socket.h"
#include "tests/support/troubled_server.h"

#include <QElapsedTimer>
#include <QMap>
#include <QTest>

using namespace paper;
using namespace std::chrono_literals;
using support::RawSocket;

namespace
{

constexpr int awhile = 700; ///< ms in which an answer would surely have come

FaultRule ruleOf(FaultKind kind, int count = 0, const char *method = "")
{
    FaultRule rule;
    rule.kind = kind;
    rule.count = count;
    rule.route = Route::WsApi;
    rule.event = method;
    return rule;
}

QByteArray call(int id, const char *method, const QByteArray &params = {})
{
    return "{\"id\":" + QByteArray::number(id) + ",\"method\":\"" + method + "\",\"params\":{" + params +
           "}}";
}

std::function<bool(const RawSocket::Frame &)> isAnswerTo(int id)
{
    return [begin = QByteArray{"{\"id\":" + QByteArray::number(id) + ','}](
               const RawSocket::Frame &frame) { return frame.payload.startsWith(begin); };
}

} // namespace

/// What the frames of the WebSocket API can do wrong, seen on the wire. Reference 8 and 12 (10), reliability
/// F02, F10, F12 to F18, F39.
class ApiSocketFaultsTest : public QObject, support::TroubledServer
{
    Q_OBJECT

    std::unique_ptr<RawSocket> m_socket;
    int m_id = 0;

    int struck() const
    {
        const auto report = control("GET", "faults").json().object();
        return report[u"rules"].toArray().at(0).toObject()[u"struck"].toInt();
    }
    void setRules(const std::vector<FaultRule> &rules)
    {
        TroubledServer::setRules(rules);
        QCOMPARE(struck(), 0);
    }
    int ask(const char *method = "session.status", const QByteArray &params = {})
    {
        m_socket->send(RawSocket::text, call(++m_id, method, params));
        return m_id;
    }
    RawSocket::Frame answer(int id, int ms = patience) { return m_socket->wait(isAnswerTo(id), ms); }
    bool isGood(int id) { return answer(id).payload.contains("\"status\":200"); }
    /// Parameters of the account's own call.
    QByteArray signedParams(QMap<QByteArray, QByteArray> params) const
    {
        params["apiKey"] = m_at.apiKey;
        QByteArray text;
        QByteArray json;
        const QByteArray now = QByteArray::number(QDateTime::currentMSecsSinceEpoch());
        params["timestamp"] = now;
        for (auto param = params.begin(); param != params.end(); ++param) {
            text += (text.isEmpty() ? "" : "&") + param.key() + '=' + param.value();
            const QByteArray quote = param.key() == "timestamp" ? "" : "\"";
            json += '"' + param.key() + "\":" + quote + param.value() + quote + ',';
        }
        return json + "\"signature\":\"" +
               QByteArray::fromStdString(hmacSha256(m_at.secret.toStdString(), text.toStdString())) + '"';
    }

private slots:
    void initTestCase() { startServer(); }
    void init()
    {
        m_socket = std::make_unique<RawSocket>(m_at.wsApi);
        QCOMPARE(m_socket->status(), 101);
        QVERIFY(isGood(ask()));
    }
    void cleanup() { endTrouble(); }
    void cleanupTestCase() { stopServer(); }

    void answersComeInEveryForm()
    {
        setRules({ruleOf(FaultKind::BinaryFrame)});
        QCOMPARE(answer(ask()).opcode, RawSocket::binary);

        setRules({ruleOf(FaultKind::GzipFrame)});
        ask();
        QVERIFY(m_socket
                    ->wait([](const RawSocket::Frame &frame) {
                        return frame.opcode == RawSocket::binary && frame.payload.startsWith("\x1f\x8b");
                    })
                    .isLast);

        setRules({ruleOf(FaultKind::DeflatedFrame)});
        ask();
        QCOMPARE(m_socket->wait([](const RawSocket::Frame &frame) { return frame.isCompressed; }).opcode,
            RawSocket::text);

        FaultRule pieces = ruleOf(FaultKind::FragmentedFrame);
        pieces.size = 25;
        setRules({pieces});
        m_socket->forget();
        ask();
        QVERIFY(
            m_socket->wait([](const RawSocket::Frame &frame) { return frame.opcode == 0 && frame.isLast; })
                .isLast);
        QByteArray whole;
        for (const RawSocket::Frame &frame : m_socket->frames()) {
            QVERIFY(frame.payload.size() <= 25);
            whole += frame.payload;
        }
        QVERIFY(QJsonDocument::fromJson(whole).object()[u"result"].isObject());

        setRules({});
        QCOMPARE(answer(ask()).opcode, RawSocket::text);
    }

    void onlyRulesThatNameTheRouteStrike()
    {
        FaultRule everywhere = ruleOf(FaultKind::DropEvent);
        everywhere.route.reset();
        FaultRule streams = everywhere;
        streams.route = Route::Private;
        setRules({everywhere, streams, ruleOf(FaultKind::DropEvent, 0, "ticker.price")});
        QVERIFY(isGood(ask()));
        QCOMPARE(answer(ask("ticker.price", "\"symbol\":\"BTCUSDT\""), awhile).opcode, -1);
        QVERIFY(isGood(ask()));
    }

    void rulesKnowTheAnswersSymbolAndOrder()
    {
        FaultRule ofSymbol = ruleOf(FaultKind::DropEvent);
        ofSymbol.symbol = "ETHUSDT";
        FaultRule ofOrder = ruleOf(FaultKind::DropEvent);
        ofOrder.clientOrderId = "lost-";
        setRules({ofSymbol, ofOrder});
        QVERIFY(isGood(ask("ticker.price", "\"symbol\":\"BTCUSDT\"")));
        QCOMPARE(answer(ask("ticker.price", "\"symbol\":\"ETHUSDT\""), awhile).opcode, -1);
        const auto order = [&](const char *id) {
            return signedParams({{"symbol", "BTCUSDT"}, {"side", "BUY"}, {"type", "MARKET"},
                {"quantity", "0.010"}, {"newClientOrderId", id}});
        };
        QVERIFY(isGood(ask("order.place", order("kept-1"))));
        QCOMPARE(answer(ask("order.place", order("lost-1")), awhile).opcode, -1);
        setRules({}); // it was placed, only the answer was lost
        QVERIFY(isGood(
            ask("order.status", signedParams({{"symbol", "BTCUSDT"}, {"origClientOrderId", "lost-1"}}))));
    }

    void answersComeTwiceLateOrSwapped()
    {
        setRules({ruleOf(FaultKind::DuplicateEvent, 1)});
        m_socket->forget();
        const int doubled = ask();
        QTRY_COMPARE_WITH_TIMEOUT(m_socket->frames().size(), 2, patience);
        QVERIFY(std::ranges::all_of(m_socket->frames(), isAnswerTo(doubled)));

        FaultRule late = ruleOf(FaultKind::DelayEvent, 1);
        late.delay = 400ms;
        setRules({late});
        QElapsedTimer timer;
        timer.start();
        const int slow = ask();
        QVERIFY(isGood(ask())); // overtakes it
        QVERIFY(isGood(slow));
        QVERIFY(timer.elapsed() >= 390);

        setRules({ruleOf(FaultKind::ReorderEvent, 1)});
        m_socket->forget();
        const int first = ask();
        const int second = ask();
        QTRY_COMPARE_WITH_TIMEOUT(m_socket->frames().size(), 2, patience);
        QVERIFY(isAnswerTo(second)(m_socket->frames()[0]) && isAnswerTo(first)(m_socket->frames()[1]));

        FaultRule stopped = ruleOf(FaultKind::StopStream, 1, "session.status");
        stopped.delay = 60s;
        setRules({stopped});
        QCOMPARE(answer(ask(), awhile).opcode, -1);
        QVERIFY(isGood(ask("ticker.price", "\"symbol\":\"BTCUSDT\"")));
    }

    void whatFollowsAnAnswerMayBeHugeOrNonsense()
    {
        FaultRule huge = ruleOf(FaultKind::HugeFrame, 1);
        huge.size = 1'000'000;
        setRules({huge, ruleOf(FaultKind::GarbageText, 1)});
        QVERIFY(isGood(ask()));
        const auto contains = [](const char *what) {
            return [what](const RawSocket::Frame &frame) { return frame.payload.contains(what); };
        };
        QVERIFY(m_socket->wait(contains("not json")).isLast);
        QTRY_COMPARE_WITH_TIMEOUT(m_socket->frames().at(2).payload.size(), 1'000'000, patience);

        setRules({ruleOf(FaultKind::UnknownField, 1)});
        ask();
        QCOMPARE(m_socket->wait(contains("unheardOf")).opcode, RawSocket::text);
        QVERIFY(isGood(ask()));
    }

    void bytesTrickle()
    {
        FaultRule slow = ruleOf(FaultKind::SlowBytes, 1);
        slow.size = 20;
        slow.delay = 30ms;
        setRules({slow});
        const int before = m_socket->arrivals();
        QVERIFY(isGood(ask()));
        QVERIFY(m_socket->arrivals() - before >= 7); // 150 bytes and more in pieces of 20
    }

    void anAnswerIsTorn()
    {
        FaultRule torn;
        torn.kind = FaultKind::Truncated;
        torn.path = "/fapi/v1/ticker/price";
        int bytes = 0;
        for (int i = 0; i < 5; ++i) { // the place is drawn, and may be the very beginning
            RawSocket socket{m_at.wsApi};
            setRules({torn});
            const int before = socket.arrivals();
            socket.send(RawSocket::text, call(1, "ticker.price", "\"symbol\":\"BTCUSDT\""));
            QVERIFY(socket.ends());
            QVERIFY(socket.frames().isEmpty());
            bytes += socket.arrivals() - before;
        }
        QVERIFY(bytes > 0);
    }

    void pongsComeLateOrNever()
    {
        QVERIFY(m_socket->pongAfter("a", patience) >= 0);
        FaultRule late = ruleOf(FaultKind::LatePong);
        late.delay = 400ms;
        setRules({late});
        QVERIFY(m_socket->pongAfter("b", patience) >= 390);
        setRules({ruleOf(FaultKind::LatePong)});
        QCOMPARE(m_socket->pongAfter("c", awhile), -1);
        setRules({});
        QVERIFY(m_socket->pongAfter("d", patience) >= 0);
        QVERIFY(isGood(ask()));
    }

    void pingsOfTheExchangeComeLateOrNever()
    {
        PaperExchange exchange{{}, std::make_unique<MarketGenerator>(1)};
        domain::SystemClock clock;
        QVERIFY(exchange.start({}, clock.wallNow()));
        Faults faults;
        FaultyStreams faulty{faults};
        WsApiServer server{
            exchange.wsApi(), faulty, {{}, {}, [&] { return clock.wallNow(); }}, {}, {100ms, 60s}};
        QTimer steps;
        connect(&steps, &QTimer::timeout, &server, &WsApiServer::step);
        steps.start(20ms);
        QUrl url{QStringLiteral("ws://127.0.0.1:%1/ws-fapi/v1").arg(server.listen(0))};
        RawSocket socket{url};
        QVERIFY(!socket.wait(RawSocket::ping).payload.isEmpty());
        const int number = faults.add(ruleOf(FaultKind::LatePing));
        QTest::qWait(150);
        socket.forget();
        QTest::qWait(500);
        QVERIFY(socket.frames().isEmpty());
        faults.remove(number);
        QVERIFY(socket.wait(RawSocket::ping).opcode == RawSocket::ping);
    }

    void connectionsEndInEveryWay()
    {
        for (const FaultKind kind : {FaultKind::CutConnection, FaultKind::HalfClose, FaultKind::CloseFrame}) {
            RawSocket socket{m_at.wsApi};
            FaultRule end = ruleOf(kind, 1);
            end.code = 1012;
            setRules({end});
            socket.send(RawSocket::text, call(1, "session.status"));
            QVERIFY(socket.wait(isAnswerTo(1)).opcode == RawSocket::text || kind == FaultKind::CutConnection);
            if (kind == FaultKind::CloseFrame) {
                const auto farewell = socket.wait(RawSocket::closing);
                QCOMPARE(socket.closeCode(), 1012);
                socket.send(RawSocket::closing, farewell.payload.left(2));
            }
            QVERIFY2(socket.ends(), std::string{toWire(kind)}.c_str());
            QCOMPARE(socket.closeCode(), kind == FaultKind::CloseFrame ? 1012 : 0);
            QVERIFY(struck() == 1);
            setRules({});
            QVERIFY(isGood(ask())); // another connection notices nothing
        }
    }

    void aConnectionGoesSilent()
    {
        setRules({ruleOf(FaultKind::GoSilent, 1)});
        QCOMPARE(answer(ask(), awhile).opcode, -1);
        setRules({});
        QCOMPARE(answer(ask(), awhile).opcode, -1);
        m_socket->send(RawSocket::ping, "x");
        QCOMPARE(m_socket->wait(RawSocket::pong, awhile).opcode, -1);
        QVERIFY(m_socket->isOpen());
    }

    void happeningsStrikeTheApiAlone()
    {
        RawSocket stream{QUrl{m_at.streams.toString() + QStringLiteral("/public/ws/btcusdt@bookTicker")}};
        const auto streamLives = [&] {
            stream.forget();
            return stream.wait(RawSocket::text).opcode == RawSocket::text;
        };
        QVERIFY(streamLives());
        QCOMPARE(control("POST", "happen", "{\"kind\":\"cutStreams\",\"route\":\"wsApi\"}").status(), 200);
        QVERIFY(m_socket->ends());
        QVERIFY(streamLives());

        m_socket = std::make_unique<RawSocket>(m_at.wsApi);
        QVERIFY(isGood(ask()));
        QCOMPARE(control("POST", "happen", "{\"kind\":\"goSilent\",\"route\":\"wsApi\"}").status(), 200);
        QCOMPARE(answer(ask(), awhile).opcode, -1);
        QVERIFY(m_socket->isOpen());
        QVERIFY(streamLives());
        m_socket = std::make_unique<RawSocket>(m_at.wsApi);
        QVERIFY(isGood(ask()));
        QCOMPARE(control("POST", "happen", "{\"kind\":\"cutStreams\"}").status(), 200);
        QVERIFY(stream.ends());
        QVERIFY(isGood(ask()));
    }
};

QTEST_GUILESS_MAIN(ApiSocketFaultsTest)
#include "api_socket_faults_test.moc"
