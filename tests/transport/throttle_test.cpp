#include "tests/support/property.h"
#include "tests/transport/throttle_steps.h"

#include <map>
#include <set>

using namespace transport;
using namespace std::chrono_literals;
using namespace hostile;

class ThrottleTest : public QObject
{
    Q_OBJECT
private slots:
    void handsOverByPriorityAndThenByDeadline()
    {
        Throttle throttle{limits(), 1};
        std::uint64_t id = 0;
        for (const Priority priority : {Priority::History, Priority::Market, Priority::Open,
                 Priority::Resolve, Priority::Reduce, Priority::Cancel}) {
            QueueItem relaxed = item(++id, priority);
            relaxed.deadline = start + 100s;
            QVERIFY(throttle.submit(start, relaxed).isAccepted);
            QueueItem urgent = item(++id, priority);
            urgent.deadline = start + 1s;
            QVERIFY(throttle.submit(start, urgent).isAccepted);
        }
        std::vector<std::uint64_t> order;
        while (const auto next = handedOver(throttle, start)) {
            order.push_back(*next);
            throttle.finished(start, *next, outcome(AnswerClass::Done));
        }
        QVERIFY((order == std::vector<std::uint64_t>{12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}));
    }

    void hungQueriesDoNotStandBeforeACancel()
    {
        Throttle throttle{limits(), 1};
        for (std::uint64_t id = 1; id <= 12; ++id) {
            throttle.submit(start, item(id, Priority::Resolve));
        }
        for (int slot = 0; slot < 4; ++slot) {
            QVERIFY(handedOver(throttle, start));
        }
        QCOMPARE(handedOver(throttle, start), std::nullopt); // four hang, eight wait
        throttle.submit(start, item(99, Priority::Cancel));
        QCOMPARE(handedOver(throttle, start), std::optional<std::uint64_t>{99});
    }

    void hungOrdersLeaveTwoConnectionsToCancels()
    {
        Throttle throttle{limits(), 1};
        for (std::uint64_t id = 1; id <= 6; ++id) {
            throttle.submit(start, item(id, Priority::Open));
        }
        while (handedOver(throttle, start)) {
        }
        QCOMPARE(throttle.inFlight(Lane::Orders), 4);
        for (std::uint64_t id = 11; id <= 13; ++id) {
            throttle.submit(start, item(id, Priority::Cancel));
        }
        QCOMPARE(handedOver(throttle, start), std::optional<std::uint64_t>{11});
        QCOMPARE(handedOver(throttle, start), std::optional<std::uint64_t>{12});
        QCOMPARE(handedOver(throttle, start), std::nullopt);
    }

    void aFullClassRefusesAtTheDoorWithAReason()
    {
        Throttle throttle{limits(), 1};
        std::uint64_t id = 0;
        for (std::size_t priority = 0; priority < priorityCount; ++priority) {
            for (int number = 0; number < RequestQueue::bounds[priority]; ++number) {
                QVERIFY(throttle.submit(start, item(++id, static_cast<Priority>(priority))).isAccepted);
            }
            const auto refused = throttle.submit(start, item(++id, static_cast<Priority>(priority)));
            QVERIFY(!refused.isAccepted);
            QVERIFY(refused.reason.find("full") != std::string::npos);
        }
    }

    void requestsWithOneKeyShareOneAnswerUntilItIsHandedOver()
    {
        Throttle throttle{limits(), 1};
        QueueItem first = item(1, Priority::Market);
        first.coalesceKey = "depth BTCUSDT";
        QueueItem second = item(2, Priority::Resolve);
        second.coalesceKey = first.coalesceKey;
        QCOMPARE(throttle.submit(start, first).joinedId, std::uint64_t{0});
        QCOMPARE(throttle.submit(start, second).joinedId, std::uint64_t{1});
        QCOMPARE(throttle.queue().length(Priority::Resolve), 1); // as urgent as the most urgent of them
        QCOMPARE(throttle.queue().length(Priority::Market), 0);
        QCOMPARE(handedOver(throttle, start), std::optional<std::uint64_t>{1});
        QueueItem third = item(3, Priority::Market);
        third.coalesceKey = first.coalesceKey;
        QCOMPARE(throttle.submit(start, third).joinedId, std::uint64_t{0}); // an older answer would not do
    }

    void whatWaitsTooLongIsDroppedAndNeverSentLater()
    {
        Throttle throttle{limits(), 1};
        throttle.pause(start, 1'900ms, false);
        QVERIFY(throttle.submit(start, item(1, Priority::Open)).isAccepted); // two seconds of patience
        QCOMPARE(handedOver(throttle, start), std::nullopt);
        QCOMPARE(dropped(throttle, start + 2'001ms), std::optional<std::uint64_t>{1});
        QCOMPARE(handedOver(throttle, start + 2'001ms), std::nullopt);
    }

    void aWithdrawnRequestIsNotSent()
    {
        Throttle throttle{limits(), 1};
        QueueItem amend = item(1, Priority::Open);
        amend.coalesceKey = "order 7";
        throttle.submit(start, amend);
        QVERIFY((throttle.withdraw("order 7") == std::vector<std::uint64_t>{1}));
        QVERIFY(throttle.withdraw("order 7").empty());
        QCOMPARE(handedOver(throttle, start), std::nullopt);
    }

    void a429StopsAllButThreeCancelsUntilRetryAfter()
    {
        Throttle throttle{limits(), 1};
        exchange(throttle, start, item(1, Priority::Market), outcome(AnswerClass::RateLimited, 20s));
        const auto until = throttle.pausedUntil(start);
        QVERIFY(until && *until >= start + 20s && *until <= start + 21s);
        for (std::uint64_t id = 10; id < 15; ++id) {
            QVERIFY(throttle.submit(start, item(id, Priority::Cancel)).isAccepted);
        }
        QVERIFY(!throttle.submit(start, item(20, Priority::Open)).isAccepted); // its 2 s end before the pause
        for (int emergency = 0; emergency < 3; ++emergency) {
            const auto id = handedOver(throttle, start + 1s);
            QVERIFY(id);
            throttle.finished(start + 1s, *id, outcome(AnswerClass::Done));
        }
        QCOMPARE(handedOver(throttle, start + 19s), std::nullopt);
        QVERIFY(handedOver(throttle, *until));
    }

    void a429WithoutRetryAfterWaitsOneTwoFourSeconds()
    {
        Throttle throttle{limits(), 1};
        domain::Monotonic now = start;
        std::uint64_t id = 0;
        for (const domain::Milliseconds base : {1'000ms, 2'000ms, 4'000ms}) {
            exchange(throttle, now, item(++id, Priority::Market), outcome(AnswerClass::RateLimited));
            const auto until = throttle.pausedUntil(now);
            QVERIFY(until && *until >= now + base && *until <= now + base * 3 / 2);
            now = *until;
        }
        exchange(throttle, now, item(++id, Priority::Market), outcome(AnswerClass::Done));
        exchange(throttle, now, item(++id, Priority::Market), outcome(AnswerClass::RateLimited));
        QVERIFY(*throttle.pausedUntil(now) <= now + 1'500ms); // it starts over
    }

    void aBanIsCompleteSilenceUntilItsEndAndLonger()
    {
        Throttle throttle{limits(), 1};
        exchange(throttle, start, item(1, Priority::Market), outcome(AnswerClass::Banned, 120s));
        const auto until = throttle.pausedUntil(start);
        QVERIFY(until && *until >= start + 125s && *until <= start + 135s);
        QVERIFY(throttle.isBanned(start));
        throttle.submit(start, item(2, Priority::Cancel));
        QCOMPARE(handedOver(throttle, *until - 1us), std::nullopt);
        QCOMPARE(handedOver(throttle, *until), std::optional<std::uint64_t>{2});
    }

    void aFirewallsRefusalDoublesFromFiveMinutesToAnHour()
    {
        Throttle throttle{limits(), 1};
        domain::Monotonic now = start;
        std::uint64_t id = 0;
        Throttle::Outcome refusal = outcome(AnswerClass::Banned);
        refusal.isFirewall = true;
        for (const auto length : {5min, 10min, 20min, 40min, 60min, 60min}) {
            exchange(throttle, now, item(++id, Priority::Market), refusal);
            QVERIFY(throttle.pausedUntil(now) == now + length);
            now += length;
        }
    }

    void ordersAreNeverTriedAgainAndQueriesAtMostThreeTimes()
    {
        Throttle throttle{limits(), 1};
        QueueItem order = item(1, Priority::Open);
        order.maxTries = 3;
        throttle.submit(start, order);
        QCOMPARE(handedOver(throttle, start), std::optional<std::uint64_t>{1});
        QCOMPARE(throttle.finished(start, 1, outcome(AnswerClass::Ambiguous)), Throttle::After::Finished);

        Throttle::Outcome trouble = outcome(AnswerClass::Ambiguous);
        trouble.isRepeatable = true;
        QueueItem query = item(2, Priority::Resolve);
        query.maxTries = 3;
        throttle.submit(start, query);
        domain::Monotonic now = start;
        for (const auto most : {200ms, 400ms}) {
            QCOMPARE(handedOver(throttle, now), std::optional<std::uint64_t>{2});
            QCOMPARE(throttle.finished(now, 2, trouble), Throttle::After::WillRetry);
            now += most;
        }
        QCOMPARE(handedOver(throttle, now), std::optional<std::uint64_t>{2});
        QCOMPARE(throttle.finished(now, 2, trouble), Throttle::After::Finished);
    }

    void unclearOrdersSuspendOpeningButNotReducingOrCancelling()
    {
        Throttle throttle{limits(), 1};
        throttle.submit(start, item(5, Priority::Open));
        throttle.setUnresolved(start, 2);
        QCOMPARE(
            dropped(throttle, start), std::optional<std::uint64_t>{5}); // it must not leave by surprise later
        const auto refused = throttle.submit(start, item(6, Priority::Open));
        QVERIFY(!refused.isAccepted);
        QVERIFY(refused.reason.find("unknown outcome") != std::string::npos);
        exchange(throttle, start, item(7, Priority::Reduce), outcome(AnswerClass::Done));
        exchange(throttle, start, item(8, Priority::Cancel), outcome(AnswerClass::Done));
    }

    void twoGoodQueriesBringOpeningBackOnceNothingIsUnresolved()
    {
        Throttle throttle{limits(), 1};
        throttle.setUnresolved(start, 2);
        throttle.setUnresolved(start + 1s, 0);
        const auto now = start + 5s;
        QVERIFY(std::holds_alternative<Throttle::ProbeWanted>(throttle.next(now)));
        for (std::uint64_t id = 1; id <= 2; ++id) {
            throttle.submit(now, item(id, Priority::Resolve));
            while (throttle.inFlight(Lane::Queries) == 0) {
                throttle.next(now);
            }
            throttle.finished(now, id, outcome(AnswerClass::Done));
        }
        QCOMPARE(throttle.orders().state(now), Breaker::State::Closed);
        exchange(throttle, now, item(3, Priority::Open), outcome(AnswerClass::Done));
    }

    void failingQueriesAreProbedByOneAtATime()
    {
        Throttle throttle{limits(), 1};
        for (std::uint64_t id = 1; id <= 8; ++id) {
            exchange(throttle, start, item(id, Priority::Resolve), outcome(AnswerClass::Ambiguous));
        }
        QCOMPARE(throttle.queries().state(start), Breaker::State::Open);
        QVERIFY(
            !throttle.submit(start, item(9, Priority::Resolve)).isAccepted); // 5 s of patience, open for 10
        const auto now = start + 10s;
        throttle.submit(now, item(10, Priority::Resolve));
        throttle.submit(now, item(11, Priority::Resolve));
        QCOMPARE(handedOver(throttle, now), std::optional<std::uint64_t>{10});
        QCOMPARE(handedOver(throttle, now), std::nullopt);
        throttle.finished(now, 10, outcome(AnswerClass::Done));
        QCOMPARE(handedOver(throttle, now), std::optional<std::uint64_t>{11});
    }

    void everythingSubmittedEndsOnceAndNothingIsHandedOverTooLate()
    {
        support::check("any order of submissions, answers and pauses", [](std::uint64_t seed) {
            Throttle throttle{limits(), seed};
            domain::Monotonic now = start;
            std::map<std::uint64_t, QueueItem> waiting;
            std::set<std::uint64_t> underWay;
            std::uint64_t lastId = 0;
            const auto steps = *rc::gen::container<std::vector<std::tuple<int, int, int>>>(120,
                rc::gen::tuple(rc::gen::inRange(0, 900), rc::gen::inRange(0, 6), rc::gen::inRange(0, 12)));
            const auto settle = [&](AnswerClass answerClass) {
                const std::uint64_t id = *underWay.begin();
                underWay.erase(underWay.begin());
                RC_ASSERT(throttle.finished(now, id, outcome(answerClass)) == Throttle::After::Finished);
            };
            const auto runAll = [&] {
                while (true) {
                    const auto step = throttle.next(now);
                    if (const auto *handOver = std::get_if<Throttle::HandOver>(&step)) {
                        const auto entry = waiting.extract(handOver->id);
                        RC_ASSERT(!entry.empty());
                        const QueueItem &sent = entry.mapped();
                        RC_ASSERT(!sent.deadline || *sent.deadline >= now);
                        RC_ASSERT(!throttle.isBanned(now));
                        for (const auto &[id, other] : waiting) {
                            const bool isSlotFree = throttle.inFlight(Lane::Orders) < 6;
                            RC_ASSERT(other.priority != Priority::Cancel ||
                                      sent.priority == Priority::Cancel || !isSlotFree ||
                                      throttle.pausedUntil(now));
                        }
                        underWay.insert(sent.id);
                    } else if (const auto *drop = std::get_if<Throttle::Dropped>(&step)) {
                        RC_ASSERT(waiting.erase(drop->id) == 1U);
                        RC_ASSERT(!drop->reason.empty());
                    } else if (const auto *wait = std::get_if<Throttle::Wait>(&step)) {
                        RC_ASSERT(!wait->until || *wait->until > now);
                        break;
                    }
                }
                RC_ASSERT(throttle.inFlight(Lane::Orders) <= 6);
                RC_ASSERT(throttle.inFlight(Lane::Queries) <= 4);
                RC_ASSERT(throttle.inFlight(Lane::Bulk) <= 4);
            };
            for (const auto &[gap, priority, what] : steps) {
                now += std::chrono::milliseconds{gap};
                if (what < 8 || underWay.empty()) {
                    QueueItem made = item(++lastId, static_cast<Priority>(priority));
                    made.deadline = now + RequestQueue::patience(made.priority).value_or(1h);
                    if (throttle.submit(now, made).isAccepted) {
                        waiting.emplace(made.id, made);
                    }
                } else {
                    settle(what == 11 ? static_cast<AnswerClass>(priority) : AnswerClass::Done);
                }
                runAll();
            }
            for (int round = 0; round < 2'000 && (!waiting.empty() || !underWay.empty()); ++round) {
                if (!underWay.empty()) {
                    settle(AnswerClass::Done);
                }
                now += 10s;
                runAll();
            }
            RC_ASSERT(waiting.empty());
            RC_ASSERT(underWay.empty());
        });
    }
};

QTEST_APPLESS_MAIN(ThrottleTest)
#include "throttle_test.moc"
