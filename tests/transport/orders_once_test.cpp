#include "exchange/transport/request_pump.h"
#include "tests/transport/finishes.h"
#include "tests/transport/orders.h"

#include <QRandomGenerator>
#include <QTest>

using namespace transport;
using namespace std::chrono_literals;

#ifdef __SANITIZE_ADDRESS__
// On some runs Qt leaves a few of OpenSSL's objects behind when connections are torn apart under TLS. They
// come from libcrypto as called by Qt; nothing of ours is hidden by this.
extern "C" const char *__lsan_default_suppressions();
extern "C" const char *__lsan_default_suppressions()
{
    return "leak:libcrypto";
}
#endif

/// The promise on which everything else rests: whatever the network does, an order leaves at most once. Every
/// way to hang up is in orders_matrix_test.cpp.
class OrdersOnceTest : public QObject
{
    Q_OBJECT
private slots:
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
        RequestPump pump{clock, hostile::trusting()};

        const QFuture<PumpAnswer> sent =
            pump.submit(hostile::pumped(hostile::orderRequest("POST", nowhere, "id=7"), Priority::Open));

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
        RequestPump pump{clock, hostile::trusting()};
        for (int round = 0; round < 20; ++round) {
            const QByteArray body = "id=" + QByteArray::number(round);
            PumpRequest request = hostile::pumped(
                hostile::orderRequest("POST", server.url(u"/order"_qs), body), Priority::Open);
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
            const QFuture<HttpAnswer> sent =
                client.send(hostile::orderRequest("POST", server.url(u"/order"_qs), body));
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
                sent.emplace_back(
                    body, client.send(hostile::orderRequest("POST", server.url(u"/order"_qs), body)));
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
};

QTEST_GUILESS_MAIN(OrdersOnceTest)
#include "orders_once_test.moc"
