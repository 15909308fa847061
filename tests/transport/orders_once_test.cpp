#include "exchange/transport/request_pump.h"
#include "tests/transport/finishes.h"
#include "tests/transport/hostile_server.h"

#include <QRandomGenerator>
#include <QTest>

using namespace transport;
using namespace std::chrono_literals;

namespace
{

enum class Mode { Fin, Reset, HalfStatusLine, CloseLater, CutBody, Redirect, DropFirstAnswerSecond };

HttpRequest order(const QByteArray &verb, const QUrl &url, const QByteArray &body)
{
    HttpRequest request;
    request.verb = verb;
    request.url = url;
    request.body = body;
    request.timeout = 5s;
    request.delivery = Delivery::Once;
    request.headers = {{"X-KEY", "visible"}};
    return request;
}

PumpRequest pumped(const HttpRequest &http)
{
    PumpRequest request;
    request.priority = Priority::Open;
    request.lane = Lane::Orders;
    request.cost = Cost{0, 1};
    request.build = [http] { return domain::Result<HttpRequest>{http}; };
    return request;
}

PumpOptions trusting()
{
    PumpOptions options;
    options.http.extraAuthorities = {hostile::Identity::forLocalhost().certificate};
    return options;
}

} // namespace

#ifdef __SANITIZE_ADDRESS__
// On some runs Qt leaves a few of OpenSSL's objects behind when connections are torn apart under TLS. They
// come from libcrypto as called by Qt; nothing of ours is hidden by this.
extern "C" const char *__lsan_default_suppressions();
extern "C" const char *__lsan_default_suppressions()
{
    return "leak:libcrypto";
}
#endif

/// The promise on which everything else rests: whatever the network does, an order leaves at most once.
class OrdersOnceTest : public QObject
{
    Q_OBJECT
private slots:
    void anOrderReachesTheServerOnceAndItsOutcomeIsAmbiguous_data()
    {
        QTest::addColumn<QByteArray>("verb");
        QTest::addColumn<bool>("isTls");
        QTest::addColumn<bool>("isReused");
        QTest::addColumn<int>("mode");
        const QList<QPair<const char *, Mode>> modes{{"FIN after the request", Mode::Fin},
            {"RST after the request", Mode::Reset}, {"half a status line", Mode::HalfStatusLine},
            {"closed after 300 ms", Mode::CloseLater}, {"truncated body", Mode::CutBody},
            {"307 to another port", Mode::Redirect},
            {"first dropped, second answered", Mode::DropFirstAnswerSecond}};
        for (const char *verb : {"POST", "PUT", "DELETE"}) {
            for (const bool isTls : {false, true}) {
                for (const bool isReused : {false, true}) {
                    for (const auto &[name, mode] : modes) {
                        QTest::addRow("%s, %s, %s, %s", verb, isTls ? "TLS" : "plain",
                            isReused ? "reused connection" : "fresh connection", name)
                            << QByteArray{verb} << isTls << isReused << static_cast<int>(mode);
                    }
                }
            }
        }
    }
    void anOrderReachesTheServerOnceAndItsOutcomeIsAmbiguous()
    {
        QFETCH(QByteArray, verb);
        QFETCH(bool, isTls);
        QFETCH(bool, isReused);
        QFETCH(int, mode);
        hostile::Server elsewhere{isTls,
            [](QTcpSocket &socket, const hostile::Request &) { socket.write(hostile::answer(200, "{}")); }};
        int seen = 0;
        hostile::Server server{isTls, [&](QTcpSocket &socket, const hostile::Request &request) {
                                   if (request.body == "id=warm") {
                                       socket.write(hostile::answer(200, "{}"));
                                       return;
                                   }
                                   ++seen;
                                   react(static_cast<Mode>(mode), socket, seen, elsewhere);
                               }};
        const domain::SystemClock clock;
        RequestPump pump{clock, trusting()};
        QStringList alarms;
        connect(&pump, &RequestPump::alarmed, this, [&alarms](const QString &text) { alarms << text; });
        if (isReused) {
            const QFuture<PumpAnswer> warm =
                pump.submit(pumped(order("POST", server.url(u"/warm"_qs), "id=warm")));
            QVERIFY(hostile::finishes(warm));
            QCOMPARE(warm.result().outcome, AnswerClass::Done);
        }

        const QFuture<PumpAnswer> sent = pump.submit(pumped(order(verb, server.url(u"/order"_qs), "id=7")));

        QVERIFY(hostile::finishes(sent));
        QCOMPARE(server.copies("id=7"), 1);
        QCOMPARE(elsewhere.connections(), 0);
        QCOMPARE(sent.result().outcome, AnswerClass::Ambiguous);
        QCOMPARE(sent.result().http.sentCount, 1);
        QVERIFY(sent.result().http.mayHaveArrived);
        QVERIFY(alarms.isEmpty());
        if (isReused) {
            QCOMPARE(server.connections(), 1);
        }
    }

    void aRefusedConnectionIsSurelyNotSent_data()
    {
        QTest::addColumn<bool>("isTls");
        QTest::newRow("plain") << false;
        QTest::newRow("TLS") << true;
    }
    void aRefusedConnectionIsSurelyNotSent()
    {
        QFETCH(bool, isTls);
        QUrl nowhere;
        {
            const hostile::Server gone{isTls, {}};
            nowhere = gone.url(u"/order"_qs);
        }
        const domain::SystemClock clock;
        RequestPump pump{clock, trusting()};

        const QFuture<PumpAnswer> sent = pump.submit(pumped(order("POST", nowhere, "id=7")));

        QVERIFY(hostile::finishes(sent));
        QCOMPARE(sent.result().outcome, AnswerClass::NotSent);
        QCOMPARE(sent.result().http.failure, HttpFailure::NotSent);
        QCOMPARE(sent.result().http.sentCount, 0);
        QCOMPARE(sent.result().tries, 1);
    }

    void anIdleConnectionThatTheServerClosesDoublesNoOrder_data()
    {
        aRefusedConnectionIsSurelyNotSent_data();
    }
    void anIdleConnectionThatTheServerClosesDoublesNoOrder()
    {
        QFETCH(bool, isTls);
        hostile::Server server{isTls, [](QTcpSocket &socket, const hostile::Request &) {
                                   socket.write(hostile::answer(200, "{}")); // keep-alive, but not for long
                                   socket.disconnectFromHost();
                               }};
        const domain::SystemClock clock;
        RequestPump pump{clock, trusting()};
        for (int round = 0; round < 20; ++round) {
            const QByteArray body = "id=" + QByteArray::number(round);
            PumpRequest request = pumped(order("POST", server.url(u"/order"_qs), body));
            request.priority = Priority::Reduce;
            const QFuture<PumpAnswer> sent = pump.submit(request);
            QVERIFY(hostile::finishes(sent));
            // The closing may cross the order on its way; then nobody knows, but nothing is sent again.
            const bool isDone = sent.result().outcome == AnswerClass::Done;
            QVERIFY(isDone || sent.result().outcome == AnswerClass::Ambiguous);
            QVERIFY(server.copies(body) == 1 || (!isDone && server.copies(body) == 0));
        }
    }

    void anAnswerCutAtAnyByteIsNeverTakenForAComplete()
    {
        const QByteArray whole = hostile::answer(200, R"({"orderId":1})");
        qsizetype length = 0;
        hostile::Server server{false, [&](QTcpSocket &socket, const hostile::Request &) {
                                   socket.write(whole.left(length));
                                   socket.disconnectFromHost();
                               }};
        const domain::SystemClock clock;
        HttpClient client{clock};
        for (length = 0; length < whole.size(); ++length) {
            const QByteArray body = "id=" + QByteArray::number(length);
            const QFuture<HttpAnswer> sent = client.send(order("POST", server.url(u"/order"_qs), body));
            QVERIFY(hostile::finishes(sent));
            QVERIFY2(!sent.result().isComplete(), QByteArray::number(length).constData());
            QVERIFY(sent.result().mayHaveArrived);
            QCOMPARE(server.copies(body), 1);
        }
    }

    void noneOfManyParallelOrdersOnABrokenLinkArrivesTwice_data()
    {
        aRefusedConnectionIsSurelyNotSent_data();
    }
    void noneOfManyParallelOrdersOnABrokenLinkArrivesTwice()
    {
        QFETCH(bool, isTls);
        QRandomGenerator random{20'261'123};
        hostile::Server server{isTls, [&](QTcpSocket &socket, const hostile::Request &request) {
                                   const QByteArray whole = hostile::answer(200, request.body);
                                   switch (random.bounded(6)) {
                                   case 0:
                                       hostile::resetConnection(socket);
                                       break;
                                   case 1:
                                       socket.disconnectFromHost();
                                       break;
                                   case 2:
                                       socket.write(
                                           whole.left(random.bounded(static_cast<int>(whole.size()))));
                                       socket.disconnectFromHost();
                                       break;
                                   default:
                                       socket.write(whole);
                                   }
                               }};
        const domain::SystemClock clock;
        HttpOptions options;
        options.extraAuthorities = {hostile::Identity::forLocalhost().certificate};
        HttpClient client{clock, options};
        int next = 0;
        for (int round = 0; round < 60; ++round) {
            QList<QPair<QByteArray, QFuture<HttpAnswer>>> sent;
            for (int parallel = 0; parallel < 6; ++parallel) {
                const QByteArray body = "id=" + QByteArray::number(++next);
                sent.emplace_back(body, client.send(order("POST", server.url(u"/order"_qs), body)));
            }
            for (const auto &[body, future] : sent) {
                QVERIFY(hostile::finishes(future));
                const HttpAnswer answer = future.result();
                QVERIFY(server.copies(body) <= 1);
                QVERIFY(answer.sentCount <= 1);
                if (answer.isComplete()) {
                    QCOMPARE(answer.body, body);
                }
                if (server.copies(body) == 1) {
                    QVERIFY(answer.mayHaveArrived);
                }
            }
        }
    }

private:
    static void react(Mode mode, QTcpSocket &socket, int seen, const hostile::Server &elsewhere)
    {
        switch (mode) {
        case Mode::Fin:
            socket.disconnectFromHost();
            break;
        case Mode::Reset:
            hostile::resetConnection(socket);
            break;
        case Mode::HalfStatusLine:
            socket.write("HTTP/1.1 200 OK\r\n");
            socket.disconnectFromHost();
            break;
        case Mode::CloseLater:
            QTimer::singleShot(300ms, &socket, [&socket] { socket.disconnectFromHost(); });
            break;
        case Mode::CutBody: {
            const QByteArray whole = hostile::answer(200, R"({"orderId":1})");
            socket.write(whole.left(whole.size() - 4));
            socket.disconnectFromHost();
            break;
        }
        case Mode::Redirect:
            socket.write(
                hostile::answer(307, "{}", "Location: " + elsewhere.url(u"/order"_qs).toEncoded() + "\r\n"));
            break;
        case Mode::DropFirstAnswerSecond:
            if (seen == 1) {
                socket.disconnectFromHost();
            } else {
                socket.write(hostile::answer(200, R"({"orderId":2})"));
            }
            break;
        }
    }
};

QTEST_GUILESS_MAIN(OrdersOnceTest)
#include "orders_once_test.moc"
