#include "exchange/transport/rate_gate.h"
#include "tests/support/property.h"

#include <algorithm>
#include <vector>

using namespace transport;
using namespace std::chrono_literals;

namespace
{

constexpr domain::Monotonic start{1'000s};

/// The most that any span of this length holds.
std::ptrdiff_t most(const std::vector<domain::Monotonic> &times, domain::MonotonicClock::duration span)
{
    std::ptrdiff_t worst = 0;
    for (auto first = times.begin(); first != times.end(); ++first) {
        worst = std::max(worst, std::lower_bound(first, times.end(), *first + span) - first);
    }
    return worst;
}

} // namespace

class RateGateTest : public QObject
{
    Q_OBJECT
private slots:
    void tenOrdersGoAtOnceAndThenOneAtATime()
    {
        RateGate gate = gateFor({});
        for (int order = 0; order < 10; ++order) {
            QVERIFY(gate.admissibleAt(start) == start);
            gate.take(start);
        }
        QVERIFY(gate.admissibleAt(start) == start + 1'200ms);
        QVERIFY(gate.admissibleAt(start + 1'200ms) == start + 1'200ms);
        gate.take(start + 1'200ms);
        QVERIFY(gate.admissibleAt(start + 1'200ms) == start + 2'400ms);
    }

    void aBurstBeyondTheMinuteIsCutToIt()
    {
        RateGate gate = gateFor({.burst = 10, .perMinute = 2});
        gate.take(start);
        gate.take(start);
        QVERIFY(gate.admissibleAt(start) == start + 1min);
    }

    void noSpanHoldsMoreThanItsShare()
    {
        support::check("any demand keeps to burst and minute", [] {
            const OrderRate rate{*rc::gen::inRange(1, 40), *rc::gen::inRange(1, 200)};
            RateGate gate = gateFor(rate);
            std::vector<domain::Monotonic> taken;
            domain::Monotonic now = start;
            for (const int gap : *rc::gen::container<std::vector<int>>(300, rc::gen::inRange(0, 2'000))) {
                now += std::chrono::milliseconds{gap};
                if (const auto at = gate.admissibleAt(now); gap % 3 == 0) {
                    now = at; // whoever waits gets it exactly then
                }
                if (gate.admissibleAt(now) == now) {
                    gate.take(now);
                    taken.push_back(now);
                }
            }
            RC_ASSERT(most(taken, 60s) <= rate.perMinute);
            RC_ASSERT(most(taken, 1us) <= rate.burst);
        });
    }

    void aHostIsConnectedToEveryTwoSecondsAndSixtyTimesInFiveMinutes()
    {
        ConnectGate gate;
        std::vector<domain::Monotonic> taken;
        domain::Monotonic now = start;
        for (int connect = 0; connect < 200; ++connect) {
            now = gate.admissibleAt(now);
            gate.take(now);
            taken.push_back(now);
        }
        QVERIFY(taken[2] == start); // the three routes of a venue open together
        QVERIFY(taken[3] == start + 2s);
        QCOMPARE(most(taken, 2s), std::ptrdiff_t{3});
        QCOMPARE(most({taken.begin() + 3, taken.begin() + 60}, 2s), std::ptrdiff_t{1});
        QCOMPARE(most(taken, 5min), std::ptrdiff_t{60});
    }
};

QTEST_APPLESS_MAIN(RateGateTest)
#include "rate_gate_test.moc"
