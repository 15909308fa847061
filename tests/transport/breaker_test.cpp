#include "exchange/transport/backoff.h"
#include "exchange/transport/breaker.h"
#include "tests/support/property.h"

using namespace transport;
using namespace std::chrono_literals;

namespace
{
constexpr domain::Monotonic start{1'000s};
using State = Breaker::State;
} // namespace

class BreakerTest : public QObject
{
    Q_OBJECT
private slots:
    void threeUnclearOrdersInARowOpenIt()
    {
        Breaker breaker{BreakerRule::forOrders()};
        breaker.record(start, AnswerClass::Ambiguous);
        breaker.record(start, AnswerClass::Ambiguous);
        breaker.record(start, AnswerClass::Done);
        breaker.record(start, AnswerClass::Ambiguous);
        breaker.record(start, AnswerClass::Ambiguous);
        QCOMPARE(breaker.state(start), State::Closed);
        breaker.record(start, AnswerClass::Ambiguous);
        QCOMPARE(breaker.state(start), State::Open);
        QVERIFY(breaker.retryAt(start) == start + 5s);
        QVERIFY(!breaker.reason().empty());
    }

    void twoUnresolvedOrdersOpenItAndOneDoesNot()
    {
        Breaker breaker{BreakerRule::forOrders()};
        breaker.setUnresolved(start, 1);
        QCOMPARE(breaker.state(start), State::Closed);
        breaker.setUnresolved(start, 2);
        QCOMPARE(breaker.state(start), State::Open);
    }

    void fiveFailuresOfTheLastTenWithinAMinuteOpenIt()
    {
        Breaker breaker{BreakerRule::forOrders()};
        for (int failure = 0; failure < 4; ++failure) {
            breaker.record(start, AnswerClass::NotExecuted);
            breaker.record(start, AnswerClass::Rejected);
        }
        QCOMPARE(breaker.state(start), State::Closed);
        Breaker later = breaker;
        breaker.record(start + 59s, AnswerClass::NotSent);
        QCOMPARE(breaker.state(start + 59s), State::Open);
        later.record(start + 60s, AnswerClass::NotSent); // the others are too long ago
        QCOMPARE(later.state(start + 60s), State::Closed);
    }

    void refusalsByTheVenueAndItsLimitsAreNoFailures()
    {
        Breaker breaker{BreakerRule::forQueries("queries")};
        for (int call = 0; call < 50; ++call) {
            breaker.record(start, call % 2 == 0 ? AnswerClass::Rejected : AnswerClass::RateLimited);
        }
        QCOMPARE(breaker.state(start), State::Closed);
    }

    void halfOfEightQueriesWithinThirtySecondsOpenTheirs()
    {
        Breaker breaker{BreakerRule::forQueries("queries")};
        for (int call = 0; call < 7; ++call) {
            breaker.record(start, AnswerClass::Ambiguous);
        }
        QCOMPARE(breaker.state(start), State::Closed); // too few to judge
        breaker.record(start, AnswerClass::Done);
        QCOMPARE(breaker.state(start), State::Open);
        QVERIFY(breaker.retryAt(start) == start + 10s);
    }

    void ordersComeBackAfterTwoGoodQueriesWithNothingUnresolved()
    {
        Breaker breaker = openedOrders();
        breaker.setUnresolved(start, 1);
        const auto now = start + 5s;
        QCOMPARE(breaker.state(now), State::HalfOpen);
        QVERIFY(breaker.wantsProbe(now));
        breaker.probeSent(now);
        QVERIFY(!breaker.wantsProbe(now)); // one at a time
        breaker.probeAnswered(now, AnswerClass::Done);
        QCOMPARE(breaker.state(now), State::HalfOpen);
        breaker.probeSent(now);
        breaker.probeAnswered(now, AnswerClass::Done);
        QCOMPARE(breaker.state(now), State::HalfOpen);
        breaker.setUnresolved(now, 0);
        QCOMPARE(breaker.state(now), State::Closed);
        QVERIFY(breaker.reason().empty());
    }

    void aFailedOrLateProbeDoublesTheWaitUpToTheMost()
    {
        Breaker breaker = openedOrders();
        domain::Monotonic now = start;
        for (const auto wait : {5s, 10s, 20s, 40s, 60s, 60s}) {
            QVERIFY(breaker.retryAt(now) == now + wait);
            now += wait;
            breaker.probeSent(now);
            now += 3s;
            breaker.onTime(now); // no answer within 3 s
            QCOMPARE(breaker.state(now), State::Open);
            breaker.probeAnswered(now, AnswerClass::Done); // too late to count
            QCOMPARE(breaker.state(now), State::Open);
        }
    }

    void aProbeThatFailsOpensItAgain()
    {
        Breaker breaker = openedOrders();
        const auto now = start + 5s;
        breaker.probeAnswered(now, AnswerClass::Done); // nobody asked
        QCOMPARE(breaker.probesMissing(), 2);
        breaker.probeSent(now);
        breaker.probeAnswered(now, AnswerClass::Ambiguous);
        QCOMPARE(breaker.state(now), State::Open);
        QVERIFY(breaker.retryAt(now) == now + 10s);
        QCOMPARE(breaker.reason(), std::string{"a probe failed"});
    }

    void aPauseSaysNothingAboutAProbe()
    {
        Breaker breaker = openedOrders();
        const auto now = start + 5s;
        breaker.probeSent(now);
        breaker.probeAnswered(now, AnswerClass::Banned);
        QVERIFY(breaker.wantsProbe(now));
        QCOMPARE(breaker.probesMissing(), 2);
    }

    void enoughGoodProbesAskForNoMoreWhileSomethingIsUnresolved()
    {
        Breaker breaker = openedOrders();
        breaker.setUnresolved(start, 1);
        const auto now = start + 5s;
        for (int probe = 0; probe < 2; ++probe) {
            breaker.probeSent(now);
            breaker.probeAnswered(now, AnswerClass::Rejected);
        }
        QVERIFY(!breaker.wantsProbe(now));
        QCOMPARE(breaker.probesMissing(), 0);
        breaker.setUnresolved(now, 3); // open already; its probes stay good
        QCOMPARE(breaker.state(now), State::HalfOpen);
        breaker.setUnresolved(now, 0);
        QCOMPARE(breaker.state(now), State::Closed);
    }

    void nothingUnresolvedClosesItOnlyAfterItsProbes()
    {
        Breaker breaker = openedOrders();
        breaker.setUnresolved(start + 5s, 0);
        QCOMPARE(breaker.state(start + 5s), State::HalfOpen);
        breaker.record(start + 5s, AnswerClass::Done); // an order that was under way says nothing now
        QCOMPARE(breaker.state(start + 5s), State::HalfOpen);
    }

    void unresolvedOrdersAreNoBusinessOfQueries()
    {
        Breaker breaker{BreakerRule::forQueries("queries")};
        breaker.setUnresolved(start, 9);
        QCOMPARE(breaker.state(start), State::Closed);
        breaker.latch("broken");
        breaker.record(start, AnswerClass::Done);
        QCOMPARE(breaker.state(start), State::Open);
        QCOMPARE(breaker.wakeAt(start), std::nullopt);
    }

    void onlyTheNewestCallsCount()
    {
        Breaker breaker{BreakerRule::forOrders()};
        for (int call = 0; call < 30; ++call) {
            breaker.record(start, call % 3 == 0 ? AnswerClass::NotSent : AnswerClass::Done);
        }
        QCOMPARE(breaker.state(start), State::Closed); // never five bad of ten
    }

    void aLatchedBreakerNeverCloses()
    {
        Breaker breaker{BreakerRule::forOrders()};
        breaker.latch("an order was sent twice");
        QCOMPARE(breaker.state(start + 24h), State::Open);
        QCOMPARE(breaker.retryAt(start), std::nullopt);
        QVERIFY(!breaker.wantsProbe(start + 24h));
        breaker.setUnresolved(start, 0);
        QCOMPARE(breaker.state(start + 24h), State::Open);
    }

    void waitsStayBelowADoublingCeilingAndRepeatWithTheirSeed()
    {
        support::check("full jitter", [](std::uint64_t seed) {
            Backoff backoff{500ms, 30s, seed};
            Backoff same{500ms, 30s, seed};
            domain::Milliseconds ceiling = 500ms;
            for (int attempt = 0; attempt < 20; ++attempt) {
                RC_ASSERT(backoff.ceiling() == ceiling);
                const auto wait = backoff.next();
                RC_ASSERT(wait >= 0ms);
                RC_ASSERT(wait <= ceiling);
                RC_ASSERT(wait == same.next());
                ceiling = std::min<domain::Milliseconds>(2 * ceiling, 30s);
            }
            backoff.reset();
            RC_ASSERT(backoff.ceiling() == 500ms);
        });
    }

private:
    static Breaker openedOrders()
    {
        Breaker breaker{BreakerRule::forOrders()};
        for (int order = 0; order < 3; ++order) {
            breaker.record(start, AnswerClass::Ambiguous);
        }
        return breaker;
    }
};

QTEST_APPLESS_MAIN(BreakerTest)
#include "breaker_test.moc"
