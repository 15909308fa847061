#include "exchange/transport/http_client.h"
#include "tests/transport/finishes.h"
#include "tests/transport/hostile_server.h"

#include <QTest>

using namespace transport;
using namespace std::chrono_literals;

namespace
{

HttpRequest get(const QUrl &url)
{
    HttpRequest request;
    request.url = url;
    request.timeout = 10s;
    return request;
}

HttpOptions trusting()
{
    HttpOptions options;
    options.extraAuthorities = {hostile::Identity::forLocalhost().certificate};
    return options;
}

void answerAll(QTcpSocket &socket, const hostile::Request &)
{
    socket.write(hostile::answer(200, "{}"));
}

} // namespace

class HttpClientTest : public QObject
{
    Q_OBJECT
private slots:
    void bringsStatusHeadersAndBody()
    {
        hostile::Server server{false, [](QTcpSocket &socket, const hostile::Request &) {
                                   socket.write(hostile::answer(200, R"({"a":1})", "X-Used-Weight: 7\r\n"));
                               }};
        HttpClient client{m_clock};
        const auto sent = client.send(get(server.url(QStringLiteral("/time?a=1"))));
        QVERIFY(hostile::finishes(sent));
        const HttpAnswer answer = sent.result();
        QCOMPARE(answer.failure, HttpFailure::None);
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.body, QByteArray{R"({"a":1})"});
        QCOMPARE(answer.header("x-used-weight"), QByteArray{"7"});
        QCOMPARE(answer.header("x-missing"), QByteArray{});
        QCOMPARE(server.requests().front().path, QByteArray{"/time?a=1"});
        QVERIFY(answer.elapsed > 0us);
    }

    void anErrorStatusWithABodyIsACompleteAnswer_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : {400, 401, 403, 404, 408, 409, 418, 429, 500, 502, 503, 504}) {
            QTest::addRow("%d", status) << status;
        }
    }
    void anErrorStatusWithABodyIsACompleteAnswer()
    {
        QFETCH(int, status);
        hostile::Server server{false, [status](QTcpSocket &socket, const hostile::Request &) {
                                   socket.write(hostile::answer(status, R"({"code":-1})"));
                               }};
        HttpClient client{m_clock};
        HttpRequest order = get(server.url(QStringLiteral("/order")));
        order.verb = "POST";
        order.body = "id=1";
        order.delivery = Delivery::Once;
        const auto sent = client.send(order);
        QVERIFY(hostile::finishes(sent));
        QCOMPARE(sent.result().failure, HttpFailure::None);
        QCOMPARE(sent.result().status, status);
        QCOMPARE(sent.result().body, QByteArray{R"({"code":-1})"});
        QCOMPARE(server.copies("id=1"), 1);
    }

    void followsNoRedirect_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : {301, 302, 303, 307, 308}) {
            QTest::addRow("%d", status) << status;
        }
    }
    void followsNoRedirect()
    {
        QFETCH(int, status);
        hostile::Server thief{false, answerAll};
        hostile::Server server{false, [&](QTcpSocket &socket, const hostile::Request &) {
                                   const QByteArray there = thief.url(QStringLiteral("/")).toEncoded();
                                   socket.write(hostile::answer(status, {}, "Location: " + there + "\r\n"));
                               }};
        HttpClient client{m_clock};
        HttpRequest request = get(server.url(QStringLiteral("/account")));
        request.headers = {{"X-KEY", "secret"}};
        const auto sent = client.send(request);
        QVERIFY(hostile::finishes(sent));
        QCOMPARE(sent.result().failure, HttpFailure::Redirected);
        QCOMPARE(thief.connections(), 0);
    }

    void neverReturnsACookieAndNamesItself()
    {
        hostile::Server server{false, [](QTcpSocket &socket, const hostile::Request &) {
                                   socket.write(
                                       hostile::answer(200, "{}", "Set-Cookie: track=1; Path=/\r\n"));
                               }};
        HttpOptions options;
        options.userAgent = "Headroom/9";
        HttpClient client{m_clock, options};
        for (int round = 0; round < 2; ++round) {
            QVERIFY(hostile::finishes(client.send(get(server.url(QStringLiteral("/"))))));
        }
        QCOMPARE(server.requests().size(), 2);
        QVERIFY(!server.requests().back().head.toLower().contains("cookie"));
        QVERIFY(server.requests().back().head.contains("User-Agent: Headroom/9"));
    }

    void ignoresAProxyOfTheEnvironment()
    {
        hostile::Server proxy{false, answerAll};
        hostile::Server server{false, answerAll};
        qputenv("http_proxy", proxy.url(QString{}).toEncoded());
        HttpClient client{m_clock};
        const auto sent = client.send(get(server.url(QStringLiteral("/"))));
        QVERIFY(hostile::finishes(sent));
        qunsetenv("http_proxy");
        QCOMPARE(proxy.connections(), 0);
        QCOMPARE(server.requests().size(), 1);
    }

    void trustsOnlyWhatItIsToldTo()
    {
        hostile::Server server{true, answerAll};
        HttpRequest order = get(server.url(QStringLiteral("/order")));
        order.verb = "POST";
        order.body = "id=1";
        order.delivery = Delivery::Once;

        HttpClient stranger{m_clock};
        const auto refused = stranger.send(order);
        QVERIFY(hostile::finishes(refused));
        QCOMPARE(refused.result().failure, HttpFailure::Tls);
        QCOMPARE(refused.result().sentCount, 0);
        QVERIFY(!refused.result().mayHaveArrived);
        QVERIFY(server.requests().isEmpty());

        HttpClient friendly{m_clock, trusting()};
        const auto accepted = friendly.send(order);
        QVERIFY(hostile::finishes(accepted));
        QCOMPARE(accepted.result().failure, HttpFailure::None);
    }

    void refusesACertificateForAnotherName()
    {
        hostile::Server elsewhere{true, answerAll, QHostAddress{QStringLiteral("127.0.0.2")}};
        QUrl url = elsewhere.url(QStringLiteral("/"));
        url.setHost(QStringLiteral("127.0.0.2")); // the certificate speaks of 127.0.0.1
        HttpClient client{m_clock, trusting()};
        const auto sent = client.send(get(url));
        QVERIFY(hostile::finishes(sent));
        QCOMPARE(sent.result().failure, HttpFailure::Tls);
        QVERIFY(elsewhere.requests().isEmpty());
    }

    void aSilentServerTimesOutAndMayHaveTheOrder()
    {
        hostile::Server server{false, [](QTcpSocket &, const hostile::Request &) {}};
        HttpClient client{m_clock};
        HttpRequest order = get(server.url(QStringLiteral("/order")));
        order.verb = "POST";
        order.body = "id=1";
        order.delivery = Delivery::Once;
        order.timeout = 150ms;
        const auto sent = client.send(order);
        QVERIFY(hostile::finishes(sent));
        QCOMPARE(sent.result().failure, HttpFailure::TimedOut);
        QVERIFY(sent.result().mayHaveArrived);
        QCOMPARE(server.copies("id=1"), 1);
    }

    void aHandshakeThatNeverEndsTimesOutAsSurelyNotSent()
    {
        QTcpServer mute;
        QVERIFY(mute.listen(QHostAddress::LocalHost));
        HttpClient client{m_clock, trusting()};
        HttpRequest order = get(QUrl{QStringLiteral("https://127.0.0.1:%1/order").arg(mute.serverPort())});
        order.verb = "POST";
        order.body = "id=1";
        order.delivery = Delivery::Once;
        order.timeout = 150ms;
        const auto sent = client.send(order);
        QVERIFY(hostile::finishes(sent));
        QCOMPARE(sent.result().failure, HttpFailure::NotSent);
        QVERIFY(!sent.result().mayHaveArrived);
    }

    void anAnswerThatDripsDoesNotOutliveItsTimeout()
    {
        hostile::Server server{false, [](QTcpSocket &socket, const hostile::Request &) {
                                   socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
                                   auto *drip = new QTimer{&socket};
                                   QObject::connect(
                                       drip, &QTimer::timeout, &socket, [&socket] { socket.write("x"); });
                                   drip->start(20ms);
                               }};
        HttpClient client{m_clock};
        HttpRequest request = get(server.url(QStringLiteral("/")));
        request.timeout = 200ms;
        const auto sent = client.send(request);
        QVERIFY(hostile::finishes(sent));
        QCOMPARE(sent.result().failure, HttpFailure::TimedOut);
        QVERIFY(sent.result().elapsed < 5s);
    }

    void anAnswerBeyondTheLimitIsGivenUp()
    {
        hostile::Server server{false, [](QTcpSocket &socket, const hostile::Request &) {
                                   socket.write(hostile::answer(200, QByteArray(200'000, 'x')));
                               }};
        HttpOptions options;
        options.answerSizeMax = 100'000;
        HttpClient client{m_clock, options};
        const auto sent = client.send(get(server.url(QStringLiteral("/"))));
        QVERIFY(hostile::finishes(sent));
        QCOMPARE(sent.result().failure, HttpFailure::TooLarge);
    }

    void sendsNoOnceRequestWithoutABody()
    {
        hostile::Server server{false, answerAll};
        HttpClient client{m_clock};
        HttpRequest order = get(server.url(QStringLiteral("/order")));
        order.verb = "DELETE";
        order.delivery = Delivery::Once;
        const auto sent = client.send(order);
        QVERIFY(hostile::finishes(sent));
        QCOMPARE(sent.result().failure, HttpFailure::NotSent);
        QVERIFY(server.requests().isEmpty());
    }

    void errorsNeverQuoteTheQuery()
    {
        hostile::Server server{false, [](QTcpSocket &socket, const hostile::Request &) { socket.abort(); }};
        HttpClient client{m_clock};
        const auto sent = client.send(get(server.url(QStringLiteral("/account?signature=abc"))));
        QVERIFY(hostile::finishes(sent));
        QVERIFY(!sent.result().isComplete());
        QVERIFY(!sent.result().errorText.isEmpty());
        QVERIFY(!sent.result().errorText.contains(u"signature"));
    }

private:
    domain::SystemClock m_clock;
};

QTEST_GUILESS_MAIN(HttpClientTest)
#include "http_client_test.moc"
