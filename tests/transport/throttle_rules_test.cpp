#include "tests/transport/hidden_venue.h"
#include "tests/transport/throttle_steps.h"

using namespace hostile;

namespace
{

constexpr domain::Timestamp wall = domain::timestampFromMs(1'760'000'000'000);

Throttle::Outcome repeatable(AnswerClass answerClass)
{
    Throttle::Outcome made = outcome(answerClass);
    made.isRepeatable = true;
    return made;
}

Throttle::Outcome firewall()
{
    Throttle::Outcome made = outcome(AnswerClass::Banned);
    made.isFirewall = true;
    return made;
}

QueueItem order(std::uint64_t id, std::string subject, std::string key = {})
{
    QueueItem made = item(id, Priority::Open);
    made.subject = std::move(subject);
    made.coalesceKey = std::move(key);
    return made;
}

} // namespace

/// The finer rules: own rate, deadlines, companions, what survives a restart.
class ThrottleRulesTest : public QObject
{
    Q_OBJECT
private slots:
    void aProgramThatIsKilledAgainAndAgainIsNeverStarvedByItsEarlierLives()
    {
        // Five starts a minute of 240 each, as in the kill test. What the lives before used is gone with the
        // venue's minute; it must not be taken for what others will use in the next two. What the counter
        // showed last is believed for a window and its doubt.
        HiddenLimiter venue{limits().front(), 17s, false};
        domain::Monotonic now = start;
        domain::Monotonic endedAt = start - 1h;
        for (std::uint64_t life = 1; life <= 60; ++life) {
            const domain::Monotonic begunAt = now;
            const auto wallAt = [](domain::Monotonic at) {
                return wall + std::chrono::floor<domain::Milliseconds>(at - start);
            };
            Throttle throttle{limits(), life};
            throttle.noteEarlierLife(now, wallAt(now), wallAt(endedAt));
            for (std::uint64_t id = 1; id <= 6; ++id) {
                QueueItem request = item(id, Priority::Resolve);
                request.cost.weight = 40;
                request.deadline = now + 1h;
                throttle.submit(now, std::move(request));
            }
            for (int answered = 0; answered < 6; now += 50ms) {
                while (const auto id = handedOver(throttle, now)) {
                    venue.arrive(now, 40);
                    Throttle::Outcome done = outcome(AnswerClass::Done);
                    done.usage = {{"weight 1m", venue.shown(now)}};
                    throttle.finished(now, *id, done);
                    ++answered;
                }
                QVERIFY2(now < begunAt + 62s, qPrintable(QString::number(life)));
            }
            endedAt = now;
            now = std::max(now, begunAt + 12s);
        }
        QVERIFY(!venue.isPassed());
    }

    void openingOrdersKeepToTheUsersOwnRateAndClosingOnesDoNot()
    {
        Throttle throttle{limits(), 1};
        for (std::uint64_t id = 1; id <= 12; ++id) {
            throttle.submit(start, item(id, Priority::Open));
        }
        int sent = 0;
        while (const auto id = handedOver(throttle, start)) {
            throttle.finished(start, *id, outcome(AnswerClass::Done));
            ++sent;
        }
        QCOMPARE(sent, 10);
        exchange(throttle, start, item(20, Priority::Reduce), outcome(AnswerClass::Done));
        QCOMPARE(handedOver(throttle, start + 1'199ms), std::nullopt);
        QCOMPARE(handedOver(throttle, start + 1'200ms), std::optional<std::uint64_t>{11});
        const auto step = throttle.next(start + 2'001ms);
        const auto *dropped = std::get_if<Throttle::Dropped>(&step);
        QVERIFY(dropped != nullptr && dropped->id == 12);
        QVERIFY(dropped->reason.find("your own limit") != std::string::npos);
    }

    void theOwnRateCanBeWidened()
    {
        Throttle throttle{limits(), 1, {.burst = 2, .perMinute = 60}};
        const auto sendAll = [&throttle](std::uint64_t first) {
            int sent = 0;
            for (std::uint64_t id = first; id < first + 40; ++id) {
                throttle.submit(start, item(id, Priority::Open));
            }
            while (const auto id = handedOver(throttle, start)) {
                throttle.finished(start, *id, outcome(AnswerClass::Done));
                ++sent;
            }
            return sent;
        };
        QCOMPARE(sendAll(1), 2);
        throttle.withdraw(Priority::Open);
        throttle.setOrderRate({.burst = 30, .perMinute = 600});
        QCOMPARE(sendAll(101), 30);
    }

    void aFinalDeadlineIsNotExtendedByARetry()
    {
        Throttle throttle{limits(), 1};
        QueueItem closing = item(1, Priority::Reduce);
        closing.deadline = start + 100ms;
        closing.isDeadlineFinal = true;
        closing.maxTries = 5;
        throttle.submit(start, closing);
        domain::Monotonic now = start;
        for (int tries = 0; tries < 5; ++tries) {
            if (!handedOver(throttle, now)) {
                now += 1ms;
                continue;
            }
            QVERIFY(now <= start + 100ms);
            now += 60ms;
            if (throttle.finished(now, 1, repeatable(AnswerClass::NotExecuted)) ==
                Throttle::After::Finished) {
                return; // the next wait would have ended beyond it
            }
        }
        QCOMPARE(allHandedOver(throttle, start + 101ms).size(), std::size_t{0});
    }

    void companionsNeverExtendAFinalDeadline_data()
    {
        QTest::addColumn<bool>("isFirstFinal");
        QTest::addColumn<bool>("isSecondFinal");
        QTest::addColumn<int>("joinedMs");
        QTest::newRow("neither: the more patient one's") << false << false << 300;
        QTest::newRow("the first") << true << false << 100;
        QTest::newRow("the second") << false << true << 300;
        QTest::newRow("both: the earlier") << true << true << 100;
    }
    void companionsNeverExtendAFinalDeadline()
    {
        QFETCH(bool, isFirstFinal);
        QFETCH(bool, isSecondFinal);
        QFETCH(int, joinedMs);
        RequestQueue queue;
        QueueItem made = item(1, Priority::Resolve);
        made.coalesceKey = "key";
        made.deadline = start + 100ms;
        made.isDeadlineFinal = isFirstFinal;
        queue.submit(made);
        made.id = 2;
        made.deadline = start + 300ms;
        made.isDeadlineFinal = isSecondFinal;
        QCOMPARE(queue.submit(made).joinedId, std::uint64_t{1});
        QVERIFY(queue.earliestDeadline() == start + std::chrono::milliseconds{joinedMs});
        made.id = 3;
        made.deadline.reset();
        made.isDeadlineFinal = false;
        queue.submit(made);
        const bool isFinal = isFirstFinal || isSecondFinal;
        QCOMPARE(queue.earliestDeadline().has_value(), isFinal);
    }

    void aCompanionLiftsNobodyIntoAFullClass()
    {
        RequestQueue queue;
        QueueItem slow = item(1, Priority::Market);
        slow.coalesceKey = "key";
        queue.submit(slow);
        for (std::uint64_t id = 10; id < 60; ++id) {
            queue.submit(item(id, Priority::Open));
        }
        slow.id = 2;
        slow.priority = Priority::Open;
        QCOMPARE(queue.submit(slow).joinedId, std::uint64_t{1});
        QCOMPARE(queue.length(Priority::Open), 50);
        QCOMPARE(queue.length(Priority::Market), 1);
    }

    void whatMayComeBackKeepsItsPlaceInTheQueue()
    {
        Throttle throttle{limits(), 1};
        QueueItem cancel = item(1, Priority::Cancel);
        cancel.maxTries = 20;
        throttle.submit(start, cancel);
        QCOMPARE(handedOver(throttle, start), std::optional<std::uint64_t>{1});
        for (std::uint64_t id = 2; id <= 500; ++id) {
            QVERIFY(throttle.submit(start, item(id, Priority::Cancel)).isAccepted);
        }
        QVERIFY(!throttle.submit(start, item(501, Priority::Cancel)).isAccepted);
        QCOMPARE(throttle.finished(start, 1, repeatable(AnswerClass::Ambiguous)), Throttle::After::WillRetry);
        QCOMPARE(throttle.queue().length(Priority::Cancel), 500);
    }

    void aCancelTakesTheOrdersAmendAndItsSubmitAlong()
    {
        Throttle throttle{limits(), 1};
        throttle.submit(start, order(1, "order 7", "submit 7"));
        throttle.submit(start, order(2, "order 7", "amend 7"));
        throttle.submit(start, order(3, "order 8", "submit 8"));
        QVERIFY(throttle.withdraw("").empty());
        QVERIFY((throttle.withdraw("order 7") == std::vector<std::uint64_t>{1, 2}));
        QVERIFY((throttle.withdraw("submit 8") == std::vector<std::uint64_t>{3}));
        QCOMPARE(handedOver(throttle, start), std::nullopt);
    }

    void aSecondCancelSharesTheAnswerOfOneUnderWay()
    {
        Throttle throttle{limits(), 1};
        QueueItem cancel = item(1, Priority::Cancel);
        cancel.coalesceKey = "cancel 7";
        cancel.joinsUnderWay = true;
        throttle.submit(start, cancel);
        QCOMPARE(handedOver(throttle, start), std::optional<std::uint64_t>{1});
        cancel.id = 2;
        QCOMPARE(throttle.submit(start, cancel).joinedId, std::uint64_t{1});
        cancel.id = 3;
        cancel.joinsUnderWay = false; // "cancel all" means also what came since
        QCOMPARE(throttle.submit(start, cancel).joinedId, std::uint64_t{0});
        QueueItem nameless = item(4, Priority::Cancel);
        nameless.joinsUnderWay = true;
        QCOMPARE(throttle.submit(start, nameless).joinedId, std::uint64_t{0});
    }

    void theGateDropsAllOpeningOrdersAndNothingElse()
    {
        Throttle throttle{limits(), 1};
        for (std::uint64_t id = 1; id <= 3; ++id) {
            throttle.submit(start, item(id, Priority::Open));
        }
        throttle.submit(start, item(4, Priority::Reduce));
        QCOMPARE(throttle.withdraw(Priority::Open).size(), std::size_t{3});
        QVERIFY((allHandedOver(throttle, start) == std::vector<std::uint64_t>{4}));
    }

    void cancelsAreTriedAgainBehindAnOpenBreakerAndOutOfAnEmptyAllowance()
    {
        Throttle throttle{limits(), 1};
        throttle.setUnresolved(start, 2);
        QueueItem cancel = item(1, Priority::Cancel);
        cancel.maxTries = 40;
        throttle.submit(start, cancel);
        domain::Monotonic now = start;
        domain::Milliseconds most{250};
        for (int tries = 1; tries < 40; ++tries) {
            QVERIFY((allHandedOver(throttle, now) == std::vector<std::uint64_t>{1}));
            QCOMPARE(
                throttle.finished(now, 1, repeatable(AnswerClass::Ambiguous)), Throttle::After::WillRetry);
            now += most; // 250 ms, doubling up to 5 s
            most = std::min<domain::Milliseconds>(2 * most, 5s);
        }
    }

    void queriesShareAnAllowanceOfOneRetryInTenCalls()
    {
        Throttle throttle{limits(), 1};
        int retries = 0;
        domain::Monotonic now = start;
        for (std::uint64_t id = 1; id <= 100; ++id) {
            now += 10s; // calls too sparse for the breaker
            QueueItem query = item(id, Priority::Resolve);
            query.maxTries = 2;
            throttle.submit(now, query);
            QVERIFY(handedOver(throttle, now));
            if (throttle.finished(now, id, repeatable(AnswerClass::NotSent)) == Throttle::After::WillRetry) {
                now += 1s;
                QVERIFY(handedOver(throttle, now));
                throttle.finished(now, id, repeatable(AnswerClass::NotSent));
                ++retries;
            }
        }
        QVERIFY2(
            retries >= 19 && retries <= 23, QByteArray::number(retries)); // ten saved up, then one in ten
    }

    void noRetryGoesIntoTheBackOfAnOpenBreaker()
    {
        Throttle throttle{limits(), 1};
        for (std::uint64_t id = 1; id <= 8; ++id) {
            QueueItem query = item(id, Priority::Resolve);
            query.maxTries = 3;
            throttle.submit(start, query);
            QVERIFY(handedOver(throttle, start));
            const auto after = throttle.finished(start, id, repeatable(AnswerClass::Ambiguous));
            QCOMPARE(after, id < 8 ? Throttle::After::WillRetry : Throttle::After::Finished);
            throttle.withdraw(Priority::Resolve);
        }
    }

    void aRetryAfterOfZeroStillPauses()
    {
        Throttle throttle{limits(), 1};
        exchange(throttle, start, item(1, Priority::Market), outcome(AnswerClass::RateLimited, 0s));
        QVERIFY(throttle.pausedUntil(start + 999ms));
    }

    void onePauseAllowsThreeCancelsHoweverOftenItIsExtended()
    {
        Throttle throttle{limits(), 1};
        throttle.pause(start, 10s, false);
        QCOMPARE(throttle.emergencyCancelsLeft(start), 3);
        domain::Monotonic now = start;
        for (std::uint64_t id = 1; id <= 3; ++id) {
            exchange(throttle, now, item(id, Priority::Cancel), outcome(AnswerClass::RateLimited, 10s));
            now += 5s;
        }
        QCOMPARE(throttle.emergencyCancelsLeft(now), 0);
        throttle.submit(now, item(4, Priority::Cancel));
        QCOMPARE(handedOver(throttle, now), std::nullopt);
        const auto until = *throttle.pausedUntil(now);
        QCOMPARE(handedOver(throttle, until), std::optional<std::uint64_t>{4});
        throttle.pause(until, 10s, false);
        QCOMPARE(throttle.emergencyCancelsLeft(until), 3); // a new pause
    }

    void aPauseOutlivesItsProcess()
    {
        Throttle first{limits(), 1};
        exchange(first, start, item(1, Priority::Market), outcome(AnswerClass::RateLimited, 20s));
        exchange(first, start + 1s, item(2, Priority::Cancel), outcome(AnswerClass::Done));
        const auto state = first.pauseState(start + 1s, wall);
        QCOMPARE(state.rateLimited, 1);
        QCOMPARE(state.cancelsLeft, 2);
        QVERIFY(!state.isBan);
        QVERIFY(state.until >= wall + 19s && state.until <= wall + 20s);

        Throttle second{limits(), 2};
        second.restorePause(domain::Monotonic{5s}, wall + 4s, state);
        QVERIFY(
            second.pausedUntil(domain::Monotonic{5s}) == domain::Monotonic{5s} + (state.until - (wall + 4s)));
        QVERIFY(second.pauseState(domain::Monotonic{5s}, wall + 4s) == state);
        QCOMPARE(second.emergencyCancelsLeft(domain::Monotonic{5s}), 2);
    }

    void aBanOutlivesItsProcessAndItsEndForgetsNothing()
    {
        Throttle first{limits(), 1};
        exchange(first, start, item(1, Priority::Market), firewall());
        exchange(first, start + 5min, item(2, Priority::Market), firewall());
        const auto state = first.pauseState(start + 5min, wall);
        QVERIFY(state.isBan);
        QCOMPARE(state.firewalled, 2);
        QCOMPARE(state.cancelsLeft, 0);
        QVERIFY(state.until == wall + 10min);

        Throttle second{limits(), 2};
        second.restorePause(start, wall + 1h, state); // it ended while nothing ran
        QVERIFY(!second.pausedUntil(start));
        exchange(second, start, item(1, Priority::Market), firewall());
        QVERIFY(second.pausedUntil(start) == start + 20min);

        Throttle third{limits(), 3};
        third.restorePause(start, wall - 100 * 24h, state); // a wall clock that was wrong
        QVERIFY(third.pausedUntil(start) == start + 72h);
        QVERIFY(third.isBanned(start));
        QCOMPARE(third.pauseState(start, wall).cancelsLeft, 0);
    }

    void aFirewallInAPauseCountsAsItsFirstRefusal()
    {
        Throttle throttle{limits(), 1};
        throttle.pause(start, 60s, false);
        exchange(throttle, start, item(1, Priority::Cancel), firewall());
        QVERIFY(throttle.pausedUntil(start) == start + 5min);
        exchange(throttle, start + 5min, item(2, Priority::Cancel), firewall());
        QVERIFY(throttle.pausedUntil(start + 5min) == start + 15min);
    }

    void refusalsOfTheFirewallAtTheSameTimeCountOnce()
    {
        Throttle throttle{limits(), 1};
        for (std::uint64_t id = 1; id <= 3; ++id) {
            throttle.submit(start, item(id, Priority::Resolve));
        }
        for (const std::uint64_t id : allHandedOver(throttle, start)) {
            throttle.finished(start, id, firewall());
        }
        QCOMPARE(throttle.pauseState(start, wall).firewalled, 1);
    }

    void statesOfAPauseDifferByEachPart()
    {
        const Throttle::PauseState state{wall, true, 1, 1, 1};
        for (const auto &other : {Throttle::PauseState{wall + 1ms, true, 1, 1, 1},
                 Throttle::PauseState{wall, false, 1, 1, 1}, Throttle::PauseState{wall, true, 2, 1, 1},
                 Throttle::PauseState{wall, true, 1, 2, 1}, Throttle::PauseState{wall, true, 1, 1, 2}}) {
            QVERIFY(!(state == other));
        }
    }

    void amendsThatCostNoOrdersAreNotHeldByTheOwnRate()
    {
        Throttle throttle{limits(), 1, {.burst = 1, .perMinute = 1}};
        exchange(throttle, start, item(1, Priority::Open), outcome(AnswerClass::Done));
        QueueItem free = item(2, Priority::Open);
        free.cost = Cost{1, 0};
        exchange(throttle, start, free, outcome(AnswerClass::Done));
    }

    void aBanOfUnknownLengthLastsTwoMinutesAndLonger()
    {
        Throttle throttle{limits(), 1};
        exchange(throttle, start, item(1, Priority::Market), outcome(AnswerClass::Banned));
        QVERIFY(*throttle.pausedUntil(start) >= start + 125s);
        QVERIFY(*throttle.pausedUntil(start) <= start + 135s);
    }

    void aProbeThatCouldNotBeBuiltIsReplaced()
    {
        Throttle throttle{limits(), 1};
        throttle.setUnresolved(start, 2);
        throttle.setUnresolved(start, 0);
        const auto now = start + 5s;
        QVERIFY(std::holds_alternative<Throttle::ProbeWanted>(throttle.next(now)));
        throttle.submit(now, item(1, Priority::Resolve));
        QCOMPARE(handedOver(throttle, now), std::optional<std::uint64_t>{1});
        throttle.aborted(now, 1);
        throttle.aborted(now, 1); // nothing is under way any more
        QCOMPARE(throttle.finished(now, 1, outcome(AnswerClass::Done)), Throttle::After::Finished);
        QVERIFY(throttle.orders().wantsProbe(now));
        QCOMPARE(throttle.budgets().budgets().front().used(now), 0);
    }

    void aLaneProbeThatCouldNotBeBuiltLetsTheNextOneTry_data()
    {
        QTest::addColumn<int>("priority");
        QTest::newRow("queries") << static_cast<int>(Priority::Resolve);
        QTest::newRow("bulk") << static_cast<int>(Priority::Market);
    }
    void aLaneProbeThatCouldNotBeBuiltLetsTheNextOneTry()
    {
        QFETCH(int, priority);
        Throttle throttle{limits(), 1};
        for (std::uint64_t id = 1; id <= 8; ++id) {
            exchange(
                throttle, start, item(id, static_cast<Priority>(priority)), outcome(AnswerClass::NotSent));
        }
        const auto now = start + 10s;
        throttle.submit(now, item(10, static_cast<Priority>(priority)));
        throttle.submit(now, item(11, static_cast<Priority>(priority)));
        QCOMPARE(handedOver(throttle, now), std::optional<std::uint64_t>{10});
        QCOMPARE(handedOver(throttle, now), std::nullopt);
        throttle.aborted(now, 10);
        QCOMPARE(handedOver(throttle, now), std::optional<std::uint64_t>{11});
        throttle.finished(now, 11, outcome(AnswerClass::Done));
        QVERIFY(throttle.queries().state(now) == Breaker::State::Closed);
        QVERIFY(throttle.bulk().state(now) == Breaker::State::Closed);
    }

    void aPauseHoldsTheProbeBackToo()
    {
        Throttle throttle{limits(), 1};
        throttle.setUnresolved(start, 2);
        throttle.pause(start + 5s, 7s, false);
        const auto step = throttle.next(start + 5s);
        QVERIFY(std::get<Throttle::Wait>(step).until == start + 12s);
        QVERIFY(std::holds_alternative<Throttle::ProbeWanted>(throttle.next(start + 12s)));
        QVERIFY(std::get<Throttle::Wait>(throttle.next(start + 12s)).until == start + 15s); // asks again then
    }

    void aLatchedLaneRefusesWhateverHasADeadline()
    {
        Throttle throttle{limits(), 1};
        throttle.latchOrders("an order left twice");
        const auto refused = throttle.submit(start, item(1, Priority::Open));
        QVERIFY(!refused.isAccepted);
        QCOMPARE(refused.reason, std::string{"sending is suspended: an order left twice"});
        QVERIFY(throttle.submit(start, item(2, Priority::Reduce)).isAccepted);
    }

    void whatCostsMoreThanItsShareIsRefusedAtOnce()
    {
        Throttle throttle{limits(), 1};
        QueueItem dear = item(1, Priority::History);
        dear.cost.weight = 361; // of 360
        QVERIFY(!throttle.submit(start, dear).isAccepted);
    }

    void theReasonOfAWaitIsTheOneThatHolds()
    {
        const auto reasonOf = [](Throttle &throttle, domain::Monotonic now) {
            const auto step = throttle.next(now);
            const auto *dropped = std::get_if<Throttle::Dropped>(&step);
            return dropped == nullptr ? std::string{} : dropped->reason;
        };
        Throttle full{limits(), 1};
        for (std::uint64_t id = 1; id <= 5; ++id) {
            full.submit(start, item(id, Priority::Resolve));
        }
        allHandedOver(full, start);
        QVERIFY(reasonOf(full, start + 6s).find("without an answer") != std::string::npos);

        Throttle spent{{LimitRule{"weight 1m", LimitRule::Counts::Weight, 60s, 10}}, 1};
        for (std::uint64_t id = 1; id <= 9; ++id) {
            spent.submit(start, item(id, Priority::Resolve));
        }
        for (const std::uint64_t id : allHandedOver(spent, start)) {
            spent.finished(start, id, outcome(AnswerClass::Done));
        }
        for (const std::uint64_t id : allHandedOver(spent, start)) {
            spent.finished(start, id, outcome(AnswerClass::Done));
        }
        QVERIFY(reasonOf(spent, start + 6s).find("limits are used up") != std::string::npos);

        Throttle banned{limits(), 1};
        banned.submit(start, item(1, Priority::Open));
        banned.pause(start, 1min, true);
        QVERIFY(reasonOf(banned, start + 3s).find("banned") != std::string::npos);
        QVERIFY(!banned.submit(start, item(2, Priority::Open)).isAccepted);
    }
};

QTEST_APPLESS_MAIN(ThrottleRulesTest)
#include "throttle_rules_test.moc"
