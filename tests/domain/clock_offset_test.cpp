#include "models/domain/market/clock_offset.h"
#include "tests/support/fake_clock.h"

#include <QTest>

#include <rapidcheck.h>

using namespace domain;
using namespace std::chrono_literals;

namespace
{

Monotonic at(std::chrono::microseconds sinceStart)
{
    return Monotonic{sinceStart};
}

ClockOffset::Sample sample(
    std::chrono::microseconds sent, std::chrono::microseconds received, std::int64_t serverMs)
{
    return {at(sent), at(received), timestampFromMs(serverMs)};
}

} // namespace

class ClockOffsetTest : public QObject
{
    Q_OBJECT
private slots:
    void knowsNothingBeforeTheFirstSample()
    {
        const ClockOffset clock;
        QVERIFY(!clock.isKnown());
        QVERIFY(!clock.serverNow(at(0us)));
        QVERIFY(!clock.uncertainty(at(0us)));
    }

    void whatWasForgottenIsGoodEnoughToWaitByUntilTheNextSample()
    {
        ClockOffset clock;
        QVERIFY(!clock.assumedNow(at(0us)));
        clock.reset();
        QVERIFY(!clock.assumedNow(at(0us)));
        clock.add(sample(0ms, 10ms, 5'005));
        QCOMPARE(clock.assumedNow(at(1s)), clock.serverNow(at(1s)));
        clock.reset();
        QVERIFY(!clock.isKnown());
        QVERIFY(!clock.serverNow(at(2s)));
        QVERIFY(!clock.uncertainty(at(2s)));
        QCOMPARE(toMs(*clock.assumedNow(at(2s))), 7'000);
        clock.reset();
        QCOMPARE(toMs(*clock.assumedNow(at(2s))), 7'000);
        clock.add(sample(2'000ms, 2'010ms, 10'005)); // it slept for three seconds
        QCOMPARE(toMs(*clock.assumedNow(at(3s))), 11'000);
    }

    void takesTheAnswerForTheMiddleOfTheRoundTrip()
    {
        ClockOffset clock;
        QCOMPARE(clock.add(sample(1s, 1s + 100ms, 5'000'000)), ClockOffset::Outcome::Kept);
        QVERIFY(clock.serverNow(at(1s + 50ms)) == timestampFromMs(5'000'000));
        QVERIFY(clock.serverNow(at(11s + 50ms)) == timestampFromMs(5'010'000));
        QVERIFY(clock.uncertainty(at(1s + 100ms)) == 51ms); // half of 100 ms and 1 ms of resolution
    }

    void theSmallestRoundTripCounts()
    {
        ClockOffset clock;
        clock.add(sample(0s, 400ms, 1'000'000)); // the answer was slow on the way back: truth is +100
        clock.add(sample(1s, 1s + 20ms, 1'000'910));
        clock.add(sample(2s, 2s + 300ms, 1'002'150));
        QVERIFY(clock.serverNow(at(1s + 10ms)) == timestampFromMs(1'000'910));
        QVERIFY(clock.bestRoundTrip(at(3s)) == 20ms);
    }

    void anOldSampleGivesWayToANewerOneBecauseClocksDrift()
    {
        ClockOffset clock;
        clock.add(sample(0s, 10ms, 1'000'000));
        QVERIFY(*clock.uncertainty(at(0s + 10ms)) == 6ms);
        QVERIFY(*clock.uncertainty(at(1000s)) > 100ms); // 100 ppm
        clock.add(sample(1000s, 1000s + 40ms, 2'000'030));
        QVERIFY(clock.bestRoundTrip(at(1001s)) == 40ms);
    }

    void aSampleThatContradictsTheOthersReplacesThem()
    {
        ClockOffset clock;
        clock.add(sample(0s, 20ms, 1'000'000));
        clock.add(sample(1s, 1s + 20ms, 1'001'000));
        // The monotonic clock stood still for an hour of sleep.
        QCOMPARE(clock.add(sample(2s, 2s + 60ms, 4'602'000)), ClockOffset::Outcome::Stepped);
        QCOMPARE(clock.sampleCount(), std::size_t{1});
        QVERIFY(clock.serverNow(at(2s + 30ms)) == timestampFromMs(4'602'000));
    }

    void refusesASampleThatSaysNothing()
    {
        ClockOffset clock;
        QCOMPARE(clock.add(sample(2s, 1s, 1)), ClockOffset::Outcome::Useless);
        QCOMPARE(clock.add(sample(1s, 7s, 1)), ClockOffset::Outcome::Useless);
        QVERIFY(!clock.isKnown());
    }

    void stepsOfTheWallClockDoNotMatter()
    {
        support::FakeClock machine;
        ClockOffset clock;
        const Monotonic sent = machine.monotonicNow();
        machine.advance(20ms);
        const Timestamp truth = machine.wallNow() + 700ms;
        clock.add({sent, machine.monotonicNow(), truth - 10ms});
        machine.stepWall(-3600s);
        machine.advance(5s);
        QVERIFY(clock.serverNow(machine.monotonicNow()) == truth + 5s);
        QVERIFY(clock.offsetTo(machine.wallNow(), machine.monotonicNow()) == 3600s + 700ms);
    }

    void theTrueTimeLiesWithinTheStatedUncertainty()
    {
        QVERIFY(rc::check("|estimate - truth| <= uncertainty", [] {
            ClockOffset clock;
            std::chrono::microseconds now{0};
            const std::chrono::microseconds offset{*rc::gen::inRange(1'000'000'000, 2'000'000'000)};
            for (int n = *rc::gen::inRange(1, 30); n > 0; --n) {
                now += std::chrono::microseconds{*rc::gen::inRange(0, 90'000'000)};
                const std::chrono::microseconds there{*rc::gen::inRange(0, 400'000)};
                const std::chrono::microseconds back{*rc::gen::inRange(0, 400'000)};
                const auto server = std::chrono::floor<Milliseconds>(offset + now + there);
                RC_ASSERT(clock.add({at(now), at(now + there + back), Timestamp{server}}) ==
                          ClockOffset::Outcome::Kept);
                now += there + back;
                const auto apart = clock.serverNow(at(now))->time_since_epoch() - (offset + now);
                RC_ASSERT(std::chrono::abs(apart) <= *clock.uncertainty(at(now)) + 1ms);
            }
        }));
    }
};

QTEST_APPLESS_MAIN(ClockOffsetTest)
#include "clock_offset_test.moc"
