#include "exchange/transport/budget.h"
#include "tests/support/property.h"

#include <algorithm>

using namespace transport;
using namespace std::chrono_literals;

namespace
{

constexpr domain::Monotonic start{1'000s};

LimitRule weightRule(std::int64_t limit = 2'400)
{
    return LimitRule{"weight 1m", LimitRule::Counts::Weight, 60s, limit};
}
LimitRule orderRule()
{
    return LimitRule{"orders 10s", LimitRule::Counts::Orders, 10s, 300};
}

/// Spends one by one until the class is stopped, all at the same instant.
std::int64_t spendAll(Budget &budget, Priority priority)
{
    std::int64_t spent = 0;
    while (budget.admissibleAt(start, priority, 1) == start) {
        budget.debit(start, priority, 1);
        ++spent;
    }
    return spent;
}

struct Arrival
{
    domain::Monotonic at;
    std::int64_t cost = 0;
};

/// The most that any window of this length holds: what a sliding limiter sees.
std::int64_t worstSliding(std::vector<Arrival> arrivals, domain::MonotonicClock::duration window)
{
    std::ranges::sort(arrivals, {}, &Arrival::at);
    std::int64_t worst = 0;
    std::int64_t held = 0;
    std::size_t first = 0;
    for (const Arrival &arrival : arrivals) {
        held += arrival.cost;
        while (arrivals[first].at + window <= arrival.at) {
            held -= arrivals[first++].cost;
        }
        worst = std::max(worst, held);
    }
    return worst;
}

/// The most that any window aligned to this phase holds: what a limiter with fixed windows sees.
std::int64_t worstFixed(const std::vector<Arrival> &arrivals, domain::MonotonicClock::duration window,
    domain::MonotonicClock::duration phase)
{
    std::map<std::int64_t, std::int64_t> perWindow;
    for (const Arrival &arrival : arrivals) {
        perWindow[(arrival.at.time_since_epoch() - phase) / window] += arrival.cost;
    }
    std::int64_t worst = 0;
    for (const auto &[number, cost] : perWindow) {
        worst = std::max(worst, cost);
    }
    return worst;
}

} // namespace

class BudgetTest : public QObject
{
    Q_OBJECT
private slots:
    void eachClassStopsAtItsShareOfTheWeight_data()
    {
        // Of 2,400: 90 % at most, less 25 % kept for cancels, 10 % for reducing, 15 % for resolving.
        QTest::addColumn<int>("priority");
        QTest::addColumn<qint64>("share");
        QTest::newRow("cancel") << static_cast<int>(Priority::Cancel) << qint64{2'160};
        QTest::newRow("reduce") << static_cast<int>(Priority::Reduce) << qint64{1'560};
        QTest::newRow("resolve") << static_cast<int>(Priority::Resolve) << qint64{1'320};
        QTest::newRow("open") << static_cast<int>(Priority::Open) << qint64{960};
        QTest::newRow("market") << static_cast<int>(Priority::Market) << qint64{600};
        QTest::newRow("history") << static_cast<int>(Priority::History) << qint64{360};
    }
    void eachClassStopsAtItsShareOfTheWeight()
    {
        QFETCH(int, priority);
        QFETCH(qint64, share);
        Budget budget{weightRule()};
        QCOMPARE(spendAll(budget, static_cast<Priority>(priority)), share);
    }

    void openingOrdersLeaveAThirdOfTheOrdersToClosingOnes()
    {
        Budget budget{orderRule()};
        QCOMPARE(spendAll(budget, Priority::Open), 180);  // 60 % of 300
        QCOMPARE(spendAll(budget, Priority::Reduce), 90); // up to 90 %
        QCOMPARE(budget.reserved(), 90);
    }

    void cancelsStillFitWhenEverythingElseIsSpent()
    {
        Budget budget{weightRule()};
        for (const Priority priority :
            {Priority::History, Priority::Market, Priority::Open, Priority::Resolve, Priority::Reduce}) {
            spendAll(budget, priority);
        }
        QCOMPARE(spendAll(budget, Priority::Cancel), 600); // 25 % of 2,400
    }

    void aCostCountsUntilAFullWindowAfterItsAnswer()
    {
        Budget budget{weightRule(100)};
        const auto ticket = budget.debit(start, Priority::Cancel, 90);
        QCOMPARE(budget.admissibleAt(start, Priority::Cancel, 1),
            std::nullopt); // nothing is known before the answer
        budget.settle(start + 5s, ticket);
        QVERIFY(budget.admissibleAt(start + 5s, Priority::Cancel, 1) == start + 5s + 61'500ms);
        QCOMPARE(budget.resetsIn(start + 5s), domain::Milliseconds{61'500});
        QCOMPARE(budget.used(start + 66'499ms), 90);
        QCOMPARE(budget.used(start + 66'500ms), 0);
    }

    void whatNeverLeftIsGivenBack()
    {
        Budget budget{weightRule()};
        budget.refund(budget.debit(start, Priority::Open, 40));
        QCOMPARE(budget.used(start), 0);
    }

    void theVenuesCounterRaisesOursAndNeverLowersIt()
    {
        Budget budget{weightRule()};
        const auto ticket = budget.debit(start, Priority::Resolve, 100);
        budget.observe(start + 1s, {start, 100, 1'000}); // somebody else at this address used 900
        budget.settle(start + 1s, ticket);
        QCOMPARE(budget.used(start + 1s), 1'000);
        QCOMPARE(budget.foreign(start + 1s), 900);
        budget.debit(start + 2s, Priority::Resolve, 50);
        QCOMPARE(budget.used(start + 2s), 1'050);
        budget.observe(start + 3s, {start + 2s, 0, 20}); // a new window over there
        QCOMPARE(budget.used(start + 3s), 1'050);
        budget.observe(start + 3s, {start + 2s, 0, -1});
        QCOMPARE(budget.used(start + 3s), 1'050);
        QCOMPARE(budget.used(start + 122'499ms), 950); // others are remembered for two windows
        QCOMPARE(budget.used(start + 122'500ms), 50);  // ours is still in flight
    }

    void theCounterAndWhatIsUnderWayAddUp()
    {
        Budget budget{weightRule()};
        budget.debit(start, Priority::Resolve, 10);
        budget.debit(start, Priority::Resolve, 40);
        budget.observe(start, {start, 10, 500}); // may not include the second request yet
        QCOMPARE(budget.used(start), 540);
    }

    void anAnswerThatWasOvertakenLowersNothing()
    {
        Budget budget{weightRule()};
        budget.observe(start + 2s, {start + 1s, 0, 900});
        budget.observe(start + 9s, {start, 0, 100}); // counted before, heard after
        QCOMPARE(budget.used(start + 9s), 900);
        budget.observe(start + 9s, {start, 0, 1'000}); // and yet it may show more
        QCOMPARE(budget.used(start + 9s), 1'000);
    }

    void whatArrivedAfterALateAnswersReadingIsAddedToIt()
    {
        Budget budget{weightRule()};
        budget.debit(start, Priority::Resolve, 10); // its answer takes nine seconds
        const auto quick = budget.debit(start + 1s, Priority::Resolve, 70);
        budget.settle(start + 2s, quick);
        budget.observe(start + 9s, {start, 10, 500});
        QCOMPARE(budget.used(start + 9s), 570);
    }

    void theRiseOfTheCounterShowsOthersBehindOurOwnEarlierUse()
    {
        // The fixed window over there began right after we had used much, and the others use theirs in it.
        Budget budget{weightRule()};
        budget.settle(start, budget.debit(start, Priority::Cancel, 1'200));
        const std::array readings{Budget::Reading{start + 2s, 0, 10}, Budget::Reading{start + 20s, 0, 310},
            Budget::Reading{start + 59s, 0, 960}, Budget::Reading{start + 61s, 0, 5}};
        for (const Budget::Reading &reading : readings) {
            budget.observe(reading.sentAt, reading);
        }
        QCOMPARE(budget.foreign(start + 62s), 950); // never more than our 1,200, and yet it was not us
        QCOMPARE(budget.used(start + 62s), 950);
        QVERIFY(budget.admissibleAt(start + 62s, Priority::Cancel, 1'210) == start + 62s);
        QVERIFY(budget.admissibleAt(start + 62s, Priority::Cancel, 1'211) == start + 180'500ms);
    }

    void thatOthersUsedEverythingOnceNeverSilencesUs()
    {
        // 429: somebody passed the limit. When the window is over, the venue has to be asked to know more.
        Budget budget{weightRule()};
        budget.settle(start, budget.debit(start, Priority::Resolve, 5));
        budget.observe(start, {start, 5, 2'401});
        QVERIFY(budget.admissibleAt(start, Priority::Cancel, 49) == start + 61'500ms);
        const domain::Monotonic later = start + 61'500ms; // as long as the counter may still hold it
        QCOMPARE(budget.foreign(later), 960);             // of 2,160 without the reserves
        QVERIFY(budget.admissibleAt(later, Priority::Cancel, 600) == later);
        QVERIFY(budget.admissibleAt(later, Priority::Resolve, 360) == later);
        QVERIFY(budget.admissibleAt(later, Priority::Open, 1) > later);
        budget.observe(later + 1s, {later, 0, 2'401}); // and still
        QVERIFY(budget.admissibleAt(later + 1s, Priority::Cancel, 1) > later + 1s);
    }

    void aCounterThatMayHaveTurnedIsLookedAt()
    {
        // Much was used before the venue's minute turned; without a request nobody would tell us that it did.
        Budget budget{weightRule()};
        budget.noteEarlierLife(start);
        budget.settle(start, budget.debit(start, Priority::Resolve, 5));
        budget.observe(start, {start, 5, 2'000});
        QVERIFY(budget.admissibleAt(start + 1s, Priority::Resolve, 40) == start + 10s);
        QVERIFY(budget.admissibleAt(start + 1s, Priority::Resolve, 49) > start + 60s); // too dear for a look
        QVERIFY(budget.admissibleAt(start + 1s, Priority::Open, 1) > start + 60s);
        const auto look = budget.debit(start + 10s, Priority::Resolve, 40);
        QVERIFY(budget.admissibleAt(start + 11s, Priority::Resolve, 40) == start + 20s); // one at a time
        budget.observe(start + 12s, {start + 10s, 40, 40});
        budget.settle(start + 12s, look);
        QVERIFY(budget.admissibleAt(start + 12s, Priority::Resolve, 1'000) == start + 12s);
    }

    void aLookThatIsNotAnsweredIsFollowedByAnotherOne()
    {
        Budget budget{weightRule()};
        budget.noteEarlierLife(start);
        budget.observe(start, {start, 0, 2'150});
        for (int look = 1; look <= 5; ++look) {
            const domain::Monotonic at = start + 10s * look;
            QVERIFY(budget.admissibleAt(at - 1ms, Priority::Resolve, 40) == at);
            budget.settle(at + 1s, budget.debit(at, Priority::Resolve, 40));
        }
    }

    void whatAnEarlierLifeUsedSaysNothingOfOthers()
    {
        // The program was killed a second ago; its 1,000 stand in the venue's counter when we first ask.
        Budget budget{weightRule()};
        budget.noteEarlierLife(start - 1s);
        budget.settle(start + 1s, budget.debit(start, Priority::Resolve, 85));
        budget.observe(start + 1s, {start, 85, 1'085});
        QCOMPARE(budget.used(start + 1s), 1'085); // it counts as long as it is shown
        QCOMPARE(budget.foreign(start + 1s), 0);
        const auto second = budget.debit(start + 30s, Priority::Resolve, 5);
        budget.observe(start + 31s, {start + 30s, 5, 5}); // a new window over there
        budget.settle(start + 31s, second);
        QCOMPARE(budget.foreign(start + 31s), 0);
        QCOMPARE(budget.used(start + 31s), 90);
        // What rises beyond both is somebody else's after all.
        budget.observe(start + 41s, {start + 40s, 0, 405});
        QCOMPARE(budget.foreign(start + 41s), 400);
    }

    void othersBesideAnEarlierLifeAreSeenByTheRise()
    {
        Budget budget{weightRule()};
        budget.noteEarlierLife(start - 1s);
        budget.observe(start + 1s, {start, 0, 1'000});
        budget.observe(start + 11s, {start + 10s, 0, 1'300});
        QCOMPARE(budget.foreign(start + 11s), 300);
    }

    void anEarlierLifeThatEndedLongAgoExplainsNothing()
    {
        Budget budget{weightRule()};
        budget.noteEarlierLife(start - 62s);
        budget.observe(start, {start, 0, 700});
        QCOMPARE(budget.foreign(start), 700);
    }

    void costsThatAreSettledAlmostTogetherEndTogether()
    {
        Budget budget{weightRule()};
        for (const auto at : {start, start + 60ms, start + 99ms, start + 100ms}) {
            budget.settle(at, budget.debit(at, Priority::Cancel, 10));
        }
        budget.settle(start + 101ms, budget.debit(start + 101ms, Priority::Reduce, 10));
        QCOMPARE(budget.used(start + 61'598ms), 50);
        QCOMPARE(budget.used(start + 61'599ms), 20); // the first three
        QCOMPARE(budget.used(start + 61'600ms), 10);
        QCOMPARE(budget.used(start + 61'601ms), 0);
    }

    void aLowerLimitCountsAtOnceAndAHigherOneWhenAllowed()
    {
        BudgetSet budgets{{weightRule()}};
        budgets.setRules({weightRule(1'200)}, false);
        QCOMPARE(budgets.budgets().front().rule().limit, 1'200);
        budgets.setRules({weightRule(6'000)}, false);
        QCOMPARE(budgets.budgets().front().rule().limit, 1'200);
        budgets.setRules({weightRule(6'000), orderRule()}, true);
        QCOMPARE(budgets.budgets().front().rule().limit, 6'000);
        QCOMPARE(budgets.budgets().size(), std::size_t{2});
    }

    void aRequestDearerThanItsShareNeverFits()
    {
        const BudgetSet budgets{{weightRule(100)}};
        QVERIFY(budgets.canEverFit(Priority::History, Cost{15, 0}));
        QVERIFY(!budgets.canEverFit(Priority::History, Cost{16, 0}));
    }

    void noReadingOfTheVenuesWindowIsEverPassed()
    {
        support::check("fixed windows of any phase and sliding ones hold", [] {
            const auto window = std::chrono::milliseconds{*rc::gen::element(1'000, 10'000, 60'000)};
            const auto limit = *rc::gen::inRange<std::int64_t>(20, 400);
            Budget budget{LimitRule{"any", LimitRule::Counts::Weight, window, limit}};
            std::vector<Arrival> arrivals;
            std::vector<std::pair<domain::Monotonic, Budget::Ticket>> underWay;
            domain::Monotonic now = start;
            const auto steps = *rc::gen::container<std::vector<std::tuple<int, int, int, int, int>>>(
                150, rc::gen::tuple(rc::gen::inRange(0, 1'500), rc::gen::inRange(0, 6),
                         rc::gen::inRange(1, 12), rc::gen::inRange(0, 4'000), rc::gen::inRange(0, 101)));
            for (const auto &[gap, priority, cost, roundTrip, arrivesAt] : steps) {
                now += std::chrono::milliseconds{gap} * (window / 1s) / 60;
                for (auto &[answeredAt, ticket] : underWay) {
                    if (answeredAt <= now) {
                        budget.settle(answeredAt, std::exchange(ticket, 0));
                    }
                }
                if (budget.admissibleAt(now, static_cast<Priority>(priority), cost) != now) {
                    continue;
                }
                const auto length = std::chrono::milliseconds{roundTrip};
                underWay.emplace_back(now + length, budget.debit(now, static_cast<Priority>(priority), cost));
                // Somewhere on its way; what is given up may even arrive a little later.
                arrivals.push_back(
                    Arrival{now + length * arrivesAt / 100 + (arrivesAt == 100 ? 1'400ms : 0ms), cost});
            }
            RC_ASSERT(!arrivals.empty());
            RC_ASSERT(worstSliding(arrivals, window) <= limit);
            const auto phase = window * *rc::gen::inRange(0, 100) / 100;
            RC_ASSERT(worstFixed(arrivals, window, phase) <= limit);
        });
    }
};

QTEST_APPLESS_MAIN(BudgetTest)
#include "budget_test.moc"
