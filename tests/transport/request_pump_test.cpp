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

    void aPauseIsToldAndGoesOnInTheNextProcess()
    {
        hostile::Server server{false, answerAll};
        QList<Throttle::PauseState> told;
        {
            RequestPump pump{m_clock, limited()};
            connect(&pump, &RequestPump::pauseChanged, this,
                [&told](const Throttle::PauseState &state) { told << state; });
            pump.pause(30s, false);
            pump.pause(10s, false); // nothing new
            QCOMPARE(told.size(), 1);
            QVERIFY(hostile::finishes(pump.submit(
                order(server.url(QStringLiteral("/order")), "DELETE", "id=1", Priority::Cancel))));
            QCOMPARE(told.size(), 2);
            QCOMPARE(told.back().cancelsLeft, 2);
            QVERIFY(told.back().until == told.front().until);
            QCOMPARE(pump.health().emergencyCancelsLeft, 2);
        }
        RequestPump next{m_clock, limited()};
        next.restorePause(told.back());
        QVERIFY(next.health().pausedFor && *next.health().pausedFor > 25s);
        QVERIFY(!next.health().isBanned);
        QCOMPARE(next.health().emergencyCancelsLeft, 2);
        const auto refused = next.submit(query(server.url(QStringLiteral("/a"))));
        QVERIFY(refused.isFinished());
        QCOMPARE(refused.result().refusal->code, domain::ErrorCode::RateLimited);
    }

    void thePumpDropsWaitingOpeningOrdersWithAReason()
    {
        hostile::Server server{false, answerAll};
        RequestPump pump{m_clock, limited()};
        pump.pause(100ms, false);
        const QUrl url = server.url(QStringLiteral("/order"));
        const auto first = pump.submit(order(url, "POST", "id=1", Priority::Open));
        const auto second = pump.submit(order(url, "POST", "id=2", Priority::Open));
        const auto closing = pump.submit(order(url, "POST", "id=3", Priority::Reduce));
        QCOMPARE(pump.dropOpening("the computer slept"), 2);
        QVERIFY(first.isFinished() && second.isFinished());
        QCOMPARE(first.result().outcome, AnswerClass::NotSent);
        QCOMPARE(first.result().refusal->code, domain::ErrorCode::Cancelled);
        QCOMPARE(first.result().refusal->detail, std::string{"the computer slept"});
        QVERIFY(hostile::finishes(closing));
        QCOMPARE(server.requests().size(), 1);
        QCOMPARE(pump.drop(Priority::Reduce, "nothing waits"), 0);
    }

    void aListenerMaySubmitWhileOrdersAreDropped()
    {
        hostile::Server server{false, answerAll};
        RequestPump pump{m_clock, limited()};
        pump.pause(100ms, false);
        const QUrl url = server.url(QStringLiteral("/order"));
        const auto again = std::make_shared<QFuture<PumpAnswer>>();
        QObject context;
        pump.submit(order(url, "POST", "id=1", Priority::Open))
            .then(&context, [&, again](const PumpAnswer &) {
                *again = pump.submit(order(url, "POST", "id=2", Priority::Open));
            });
        pump.submit(order(url, "POST", "id=3", Priority::Open));
        QCOMPARE(pump.dropOpening("gate closed"), 2);
        QTRY_VERIFY(again->isValid());
        QVERIFY(hostile::finishes(*again));
        QCOMPARE(again->result().outcome, AnswerClass::Done);
    }

    void aCancelTakesBackWhatItsOrderStillHasWaiting()
    {
        hostile::Server server{false, answerAll};
        RequestPump pump{m_clock, limited()};
        pump.pause(100ms, false);
        const QUrl url = server.url(QStringLiteral("/order"));
        PumpRequest submit = order(url, "POST", "id=1", Priority::Open);
        submit.coalesceKey = "submit 7";
        submit.subject = "order 7";
        PumpRequest amend = order(url, "PUT", "id=2", Priority::Open);
        amend.coalesceKey = "amend 7";
        amend.subject = "order 7";
        const auto first = pump.submit(submit);
        const auto second = pump.submit(amend);
        QVERIFY(!first.isFinished() && !second.isFinished());
        QCOMPARE(pump.withdraw("order 7"), 2);
        QVERIFY(first.isFinished() && second.isFinished());
    }

    void aClosingOrderIsTriedAgainOnlyWhereNothingWasDone_data()
    {
        QTest::addColumn<int>("outcome");
        QTest::addColumn<bool>("isHopeless");
        QTest::addColumn<int>("copies");
        QTest::newRow("not executed") << static_cast<int>(AnswerClass::NotExecuted) << false << 5;
        QTest::newRow("the key is refused") << static_cast<int>(AnswerClass::NotExecuted) << true << 1;
        QTest::newRow("nobody knows") << static_cast<int>(AnswerClass::Ambiguous) << false << 1;
        QTest::newRow("refused") << static_cast<int>(AnswerClass::Rejected) << false << 1;
    }
    void aClosingOrderIsTriedAgainOnlyWhereNothingWasDone()
    {
        QFETCH(int, outcome);
        QFETCH(bool, isHopeless);
        QFETCH(int, copies);
        hostile::Server server{false, answerAll};
        RequestPump pump{m_clock, limited()};
        PumpRequest closing = order(server.url(QStringLiteral("/order")), "POST", "id=1", Priority::Reduce);
        closing.maxTries = 5;
        closing.repeatsUnexecuted = true;
        closing.deadline = 10s;
        closing.classify = [outcome, isHopeless](const HttpAnswer &) {
            AnswerVerdict verdict;
            verdict.outcome = static_cast<AnswerClass>(outcome);
            verdict.isHopeless = isHopeless;
            return verdict;
        };
        const auto sent = pump.submit(closing);
        QVERIFY(hostile::finishes(sent));
        QCOMPARE(static_cast<int>(sent.result().outcome), outcome);
        QCOMPARE(server.copies("id=1"), copies);
    }

    void anOrderDoesNotLeaveAfterItsDeadlineOverASlowConnection()
    {
        hostile::Server server{true, answerAll};
        hostile::SlowRelay relay{server.url({}).port(), 600};
        PumpOptions options = limited();
        options.http.extraAuthorities = {hostile::Identity::forLocalhost().certificate};
        RequestPump pump{m_clock, options};
        PumpRequest late =
            order(relay.url(server.url(QStringLiteral("/order"))), "POST", "id=1", Priority::Open);
        late.deadline = 200ms;
        QElapsedTimer timer;
        timer.start();
        const auto sent = pump.submit(late);
        QVERIFY(hostile::finishes(sent));
        QCOMPARE(sent.result().outcome, AnswerClass::NotSent);
        QVERIFY2(timer.elapsed() >= 200 && timer.elapsed() < 1'000, QByteArray::number(timer.elapsed()));
        QTest::qWait(1'000); // the handshake would be over by now
        QCOMPARE(server.copies("id=1"), 0);
        const auto patient = pump.submit(
            order(relay.url(server.url(QStringLiteral("/order"))), "POST", "id=2", Priority::Reduce));
        QVERIFY(hostile::finishes(patient));
        QCOMPARE(patient.result().outcome, AnswerClass::Done);
        QCOMPARE(server.requests().size(), 1);
    }

    void healthTellsAWindowEverything()
    {
        hostile::Server server{false, answerAll};
        RequestPump pump{m_clock, limited()};
        PumpRequest request = query(server.url(QStringLiteral("/a")));
        request.classify = [](const HttpAnswer &) {
            AnswerVerdict verdict;
            verdict.outcome = AnswerClass::Done;
            verdict.usage = {Usage{"weight 1m", 700}, Usage{"no such limiter", 5}};
            return verdict;
        };
        QVERIFY(hostile::finishes(pump.submit(request)));
        pump.setUnresolvedOrders(3);
        const PumpHealth health = pump.health();
        QCOMPARE(health.budgets.front().foreign, 695);
        QCOMPARE(health.budgets.front().usable, 2'160);
        QCOMPARE(health.budgets.front().reservedForCancels, 600);
        QCOMPARE(health.breakers.front().state, Breaker::State::Open);
        QCOMPARE(health.breakers.front().probesMissing, 2);
        QCOMPARE(health.breakers.front().unresolved, 3);
        QVERIFY(!health.breakers.front().reason.empty());
        QCOMPARE(health.breakers.back().probesMissing, 0);
        QCOMPARE(health.emergencyCancelsLeft, 0);
    }

    void theOwnRateOfOpeningOrdersCanBeSet()
    {
        hostile::Server server{false, answerAll};
        PumpOptions options = limited();
        options.orderRate = {.burst = 1, .perMinute = 2};
        RequestPump pump{m_clock, options};
        const QUrl url = server.url(QStringLiteral("/order"));
        QVERIFY(hostile::finishes(pump.submit(order(url, "POST", "id=1", Priority::Open))));
        const auto held = pump.submit(order(url, "POST", "id=2", Priority::Open));
        QCOMPARE(pump.health().queues[3].length, 1);
        pump.setOrderRate({.burst = 10, .perMinute = 600});
        QVERIFY(hostile::finishes(held));
        QCOMPARE(held.result().outcome, AnswerClass::Done);
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
