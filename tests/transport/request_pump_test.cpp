#include "exchange/transport/request_pump.h"
#include "tests/support/fake_clock.h"
#include "tests/transport/finishes.h"
#include "tests/transport/hostile_server.h"

#include <QElapsedTimer>
#include <QTest>

using namespace transport;
using namespace std::chrono_literals;

namespace
{

PumpOptions limited()
{
    PumpOptions options;
    options.limits = {LimitRule{"weight 1m", LimitRule::Counts::Weight, 60s, 2'400},
        LimitRule{"orders 10s", LimitRule::Counts::Orders, 10s, 300}};
    return options;
}

PumpRequest query(const QUrl &url, Priority priority = Priority::Resolve, Lane lane = Lane::Queries)
{
    HttpRequest http;
    http.url = url;
    http.timeout = 10s;
    PumpRequest request;
    request.priority = priority;
    request.lane = lane;
    request.cost = Cost{5, 0};
    request.build = [http] { return domain::Result<HttpRequest>{http}; };
    return request;
}

PumpRequest order(const QUrl &url, const QByteArray &verb, const QByteArray &body, Priority priority)
{
    HttpRequest http;
    http.verb = verb;
    http.url = url;
    http.body = body;
    http.delivery = Delivery::Once;
    PumpRequest request;
    request.priority = priority;
    request.lane = Lane::Orders;
    request.cost = Cost{1, priority == Priority::Cancel ? 0 : 1};
    request.build = [http] { return domain::Result<HttpRequest>{http}; };
    return request;
}

void answerAll(QTcpSocket &socket, const hostile::Request &)
{
    socket.write(hostile::answer(200, "{}"));
}

} // namespace

class RequestPumpTest : public QObject
{
    Q_OBJECT
private slots:
    void hungQueriesDelayNoCancel()
    {
        hostile::Server server{false, [](QTcpSocket &socket, const hostile::Request &request) {
                                   if (request.verb == "DELETE") {
                                       socket.write(hostile::answer(200, "{}"));
                                   } // queries hang
                               }};
        RequestPump pump{m_clock, limited()};
        for (int hung = 0; hung < 20; ++hung) {
            pump.submit(query(server.url(QStringLiteral("/account"))));
        }
        QTRY_COMPARE(server.requests().size(), 4); // not more than four at a time
        const auto warm =
            pump.submit(order(server.url(QStringLiteral("/order")), "DELETE", "id=1", Priority::Cancel));
        QVERIFY(hostile::finishes(warm));
        QElapsedTimer timer;
        timer.start();
        const auto cancel =
            pump.submit(order(server.url(QStringLiteral("/order")), "DELETE", "id=2", Priority::Cancel));
        QVERIFY(hostile::finishes(cancel));
        QCOMPARE(cancel.result().outcome, AnswerClass::Done);
        QVERIFY2(timer.elapsed() < 1'000, "a hung query lasts ten seconds; this machine may be busy");
    }

    void aFailingQueryIsTriedThreeTimesAndBuiltAnewEachTime()
    {
        hostile::Server server{false,
            [](QTcpSocket &socket, const hostile::Request &) { socket.write(hostile::answer(503, "{}")); }};
        RequestPump pump{m_clock, limited()};
        int built = 0;
        PumpRequest request = query({});
        request.build = [&] {
            HttpRequest http;
            http.url = server.url(QStringLiteral("/account?timestamp=%1").arg(++built));
            return domain::Result<HttpRequest>{http};
        };
        const auto sent = pump.submit(request);
        QVERIFY(hostile::finishes(sent));
        QCOMPARE(sent.result().outcome, AnswerClass::Ambiguous);
        QCOMPARE(sent.result().tries, 3);
        QCOMPARE(sent.result().http.status, 503);
        QCOMPARE(server.requests().size(), 3);
        QCOMPARE(server.requests().back().path, QByteArray{"/account?timestamp=3"});
    }

    void anOrderIsTriedOnce_data()
    {
        QTest::addColumn<int>("status");
        for (const int status : {400, 408, 429, 500, 502, 503, 504}) {
            QTest::addRow("%d", status) << status;
        }
    }
    void anOrderIsTriedOnce()
    {
        QFETCH(int, status);
        hostile::Server server{false, [status](QTcpSocket &socket, const hostile::Request &) {
                                   socket.write(hostile::answer(status, "{}", "Retry-After: 1\r\n"));
                               }};
        RequestPump pump{m_clock, limited()};
        const auto sent =
            pump.submit(order(server.url(QStringLiteral("/order")), "POST", "id=1", Priority::Reduce));
        QVERIFY(hostile::finishes(sent));
        QCOMPARE(sent.result().tries, 1);
        QCOMPARE(server.copies("id=1"), 1);
    }

    void aPauseIsKeptAndAnsweredWithTheTimeOfItsEnd()
    {
        hostile::Server server{false,
            [](QTcpSocket &socket, const hostile::Request &) { socket.write(hostile::answer(429, "{}")); }};
        RequestPump pump{m_clock, limited()};
        PumpRequest first = query(server.url(QStringLiteral("/a")));
        first.maxTries = 1;
        first.classify = [](const HttpAnswer &) {
            AnswerVerdict verdict;
            verdict.outcome = AnswerClass::RateLimited;
            verdict.pauseFor = 30s;
            return verdict;
        };
        QSignalSpy changed{&pump, &RequestPump::healthChanged};
        QVERIFY(hostile::finishes(pump.submit(first)));
        QVERIFY(pump.health().pausedFor && *pump.health().pausedFor > 29s);
        QVERIFY(!pump.health().isBanned);
        QVERIFY(!changed.isEmpty());

        const auto refused = pump.submit(query(server.url(QStringLiteral("/b"))));
        QVERIFY(refused.isFinished());
        QCOMPARE(refused.result().outcome, AnswerClass::NotSent);
        QVERIFY(refused.result().refusal);
        QCOMPARE(refused.result().refusal->code, domain::ErrorCode::RateLimited);
        const auto wait = refused.result().refusal->retryAtMs - domain::toMs(m_clock.wallNow());
        QVERIFY(wait > 25'000 && wait <= 31'001);
        QCOMPARE(refused.result().tries, 0);
        QCOMPARE(server.requests().size(), 1);
    }

    void aBanOfAnEarlierProcessHoldsBackEvenCancels()
    {
        hostile::Server server{false, answerAll};
        RequestPump pump{m_clock, limited()};
        pump.pause(300ms, true);
        QVERIFY(pump.health().isBanned);
        QElapsedTimer timer;
        timer.start();
        const auto cancel =
            pump.submit(order(server.url(QStringLiteral("/order")), "DELETE", "id=1", Priority::Cancel));
        QVERIFY(hostile::finishes(cancel)); // it waits for the end by itself
        QVERIFY(timer.elapsed() >= 290);
        QCOMPARE(cancel.result().outcome, AnswerClass::Done);
    }

    void requestsThatWaitUnderOneKeyAreSentOnceAndAllAnswered()
    {
        hostile::Server server{false, answerAll};
        RequestPump pump{m_clock, limited()};
        pump.pause(100ms, false);
        PumpRequest depth = query(server.url(QStringLiteral("/depth")), Priority::Market, Lane::Bulk);
        depth.coalesceKey = "depth BTCUSDT";
        const auto first = pump.submit(depth);
        const auto second = pump.submit(depth);
        QVERIFY(hostile::finishes(first));
        QVERIFY(hostile::finishes(second));
        QCOMPARE(second.result().outcome, AnswerClass::Done);
        QCOMPARE(server.requests().size(), 1);
    }

    void aWithdrawnRequestIsAnsweredAsCancelled()
    {
        hostile::Server server{false, answerAll};
        RequestPump pump{m_clock, limited()};
        pump.pause(100ms, false);
        PumpRequest amend = order(server.url(QStringLiteral("/order")), "PUT", "id=1", Priority::Reduce);
        amend.coalesceKey = "order 1";
        const auto sent = pump.submit(amend);
        QVERIFY(pump.withdraw("order 1"));
        QVERIFY(!pump.withdraw("order 1"));
        QVERIFY(sent.isFinished());
        QCOMPARE(sent.result().refusal->code, domain::ErrorCode::Cancelled);
        QVERIFY(hostile::finishes(pump.submit(query(server.url(QStringLiteral("/account"))))));
        QCOMPARE(server.copies("id=1"), 0);
    }

    void whatCannotBeSignedIsNotSentAndCostsNothing()
    {
        RequestPump pump{m_clock, limited()};
        PumpRequest request = query({});
        request.build = [] {
            return domain::Result<HttpRequest>{
                domain::failure(domain::ErrorCode::Unauthorized, "keys are locked")};
        };
        const auto sent = pump.submit(request);
        QVERIFY(sent.isFinished());
        QCOMPARE(sent.result().outcome, AnswerClass::NotSent);
        QCOMPARE(sent.result().refusal->code, domain::ErrorCode::Unauthorized);
        QCOMPARE(pump.health().budgets.front().used, 0);
    }

    void theVenuesCountersAreTaken()
    {
        hostile::Server server{false, answerAll};
        RequestPump pump{m_clock, limited()};
        PumpRequest request = query(server.url(QStringLiteral("/a")));
        request.classify = [](const HttpAnswer &) {
            AnswerVerdict verdict;
            verdict.outcome = AnswerClass::Done;
            verdict.usage = {Usage{"weight 1m", 700}};
            return verdict;
        };
        QVERIFY(hostile::finishes(pump.submit(request)));
        const auto weight = pump.health().budgets.front();
        QCOMPARE(weight.used, 700);
        QCOMPARE(weight.limit, 2'400);
        QCOMPARE(weight.reserved, 1'200);
        QCOMPARE(pump.health().queues.front().bound, 500);
    }

    void aClassifierCannotMakeAnOrderUnsent()
    {
        hostile::Server server{false, [](QTcpSocket &socket, const hostile::Request &) { socket.abort(); }};
        RequestPump pump{m_clock, limited()};
        PumpRequest request = order(server.url(QStringLiteral("/order")), "POST", "id=1", Priority::Open);
        request.classify = [](const HttpAnswer &) {
            AnswerVerdict verdict;
            verdict.outcome = AnswerClass::NotSent;
            return verdict;
        };
        const auto sent = pump.submit(request);
        QVERIFY(hostile::finishes(sent));
        QCOMPARE(sent.result().outcome, AnswerClass::Ambiguous);
    }

    void theProbeBringsOrdersBack()
    {
        support::FakeClock clock;
        hostile::Server server{false, answerAll};
        PumpOptions options = limited();
        options.probe = [&server] { return query(server.url(QStringLiteral("/time"))); };
        RequestPump pump{clock, options};
        pump.setUnresolvedOrders(2);
        const auto refused =
            pump.submit(order(server.url(QStringLiteral("/order")), "POST", "id=1", Priority::Open));
        QVERIFY(refused.isFinished());
        QCOMPARE(refused.result().refusal->code, domain::ErrorCode::Unreachable);
        QCOMPARE(pump.health().breakers.front().retryIn, std::optional<domain::Milliseconds>{5s});
        clock.advance(5s);
        pump.setUnresolvedOrders(0); // also makes it look at the clock
        QTRY_COMPARE(pump.health().breakers.front().state, Breaker::State::Closed);
        QCOMPARE(server.requests().size(), 2);
        const auto sent =
            pump.submit(order(server.url(QStringLiteral("/order")), "POST", "id=2", Priority::Open));
        QVERIFY(hostile::finishes(sent));
        QCOMPARE(sent.result().outcome, AnswerClass::Done);
    }

    void listenersMaySubmitAgainAndEndThePump()
    {
        hostile::Server server{false, answerAll};
        auto pump = std::make_unique<RequestPump>(m_clock, limited());
        bool isSecondAnswered = false;
        QObject context;
        pump->submit(query(server.url(QStringLiteral("/a")))).then(&context, [&](const PumpAnswer &) {
            pump->submit(query(server.url(QStringLiteral("/b")))).then(&context, [&](const PumpAnswer &) {
                isSecondAnswered = true;
                pump.reset();
            });
        });
        QTRY_VERIFY(isSecondAnswered);
        QVERIFY(!pump);
    }

private:
    domain::SystemClock m_clock;
};

QTEST_GUILESS_MAIN(RequestPumpTest)
#include "request_pump_test.moc"
