#include "exchange/transport/stream_supervisor.h"
#include "tests/support/property.h"

#include <algorithm>
#include <set>

using namespace transport;
using namespace std::chrono_literals;

namespace
{

constexpr domain::Monotonic start{1'000s};

std::string joined(const std::vector<std::string> &names)
{
    std::string text;
    for (const std::string &name : names) {
        text += (text.empty() ? "" : ",") + name;
    }
    return text;
}

StreamOptions options()
{
    StreamOptions made;
    made.control = [](bool isSubscribe, const std::vector<std::string> &names, std::uint64_t) {
        return (isSubscribe ? "+" : "-") + joined(names);
    };
    made.silenceOf = [](const std::string &name) {
        return name.starts_with("book") ? std::optional<domain::Milliseconds>{5s} : std::nullopt;
    };
    return made;
}

std::shared_ptr<ConnectGate> openGate()
{
    return std::make_shared<ConnectGate>(ConnectRule{.burst = 1'000, .most = 1'000});
}

template <class Effect> std::vector<Effect> all(const StreamEffects &effects)
{
    std::vector<Effect> found;
    for (const StreamEffect &effect : effects) {
        if (const auto *one = std::get_if<Effect>(&effect)) {
            found.push_back(*one);
        }
    }
    return found;
}

bool holds(const StreamEffects &effects, const StreamEffect &wanted)
{
    return std::ranges::find(effects, wanted) != effects.end();
}

std::vector<std::string> texts(const StreamEffects &effects)
{
    std::vector<std::string> found;
    for (const SendText &sent : all<SendText>(effects)) {
        found.push_back(sent.text);
    }
    return found;
}

} // namespace

class StreamSupervisorTest : public QObject
{
    Q_OBJECT
private slots:
    void connectsAndAsksForEverythingAtOnce()
    {
        StreamSupervisor stream{options(), 1};
        stream.subscribe("trade");
        stream.subscribe("depth");
        QVERIFY((stream.start(start) == StreamEffects{OpenSocket{1}, StateChanged{StreamState::Connecting}}));
        QVERIFY((stream.onOpened(start + 1s, 1) == StreamEffects{StateChanged{StreamState::Connected},
                                                       SendText{1, "+depth,trade"}, Resubscribed{1}}));
        QCOMPARE(stream.epoch(), std::uint64_t{1});
    }

    void claimsAreCountedAndOnlyTheFirstAndLastAreSent()
    {
        StreamSupervisor stream = connected();
        stream.subscribe("trade");
        stream.subscribe("trade");
        QVERIFY((texts(stream.onTime(start)) == std::vector<std::string>{"+trade"}));
        stream.unsubscribe("trade");
        QVERIFY(texts(stream.onTime(start)).empty());
        stream.unsubscribe("trade");
        QVERIFY((texts(stream.onTime(start)) == std::vector<std::string>{"-trade"}));
        stream.unsubscribe("trade"); // one too many is harmless
        QVERIFY(texts(stream.onTime(start)).empty());
        QCOMPARE(stream.subscriptions(), 0);
    }

    void changesMadeTogetherGoOutTogetherAndAtMostFiveASecond()
    {
        StreamOptions small = options();
        small.namesPerControl = 2;
        StreamSupervisor stream{small, 1};
        for (const char name : std::string{"abcdefghijklmno"}) {
            stream.subscribe(std::string(1, name));
        }
        stream.start(start);
        QCOMPARE(texts(stream.onOpened(start, 1)).size(), std::size_t{5});
        QVERIFY(stream.wakeAt() == start + 1s);
        QVERIFY(texts(stream.onTime(start + 999ms)).empty());
        const StreamEffects rest = stream.onTime(start + 1s);
        QVERIFY((texts(rest) == std::vector<std::string>{"+k,l", "+m,n", "+o"}));
        QVERIFY(holds(rest, Resubscribed{1})); // only now is everything asked for
    }

    void aSocketHoldsNoMoreStreamsThanAllowed()
    {
        StreamOptions small = options();
        small.streamsMax = 1;
        StreamSupervisor stream{small, 1};
        stream.subscribe("a");
        QVERIFY(!stream.canHold("b"));
        QVERIFY(stream.canHold("a"));
        stream.subscribe("b");
        QCOMPARE(stream.subscriptions(), 1);
    }

    void aLostConnectionOpensAGapAndIsMadeAnewWithAllSubscriptions()
    {
        StreamSupervisor stream = connected();
        stream.subscribe("trade");
        stream.onTime(start);
        stream.onMessage(start + 3s, 1);
        const StreamEffects lost = stream.onClosed(start + 4s, 1, "remote host closed");
        QVERIFY((lost == StreamEffects{
                             GapOpened{1, start + 3s}, CloseSocket{1}, StateChanged{StreamState::Waiting}}));
        QCOMPARE(stream.reason(), std::string{"remote host closed"});
        const auto retryAt = stream.wakeAt();
        QVERIFY(retryAt && *retryAt >= start + 4s && *retryAt <= start + 4'250ms);
        QVERIFY(holds(stream.onTime(*retryAt), OpenSocket{2}));
        const StreamEffects again = stream.onOpened(*retryAt + 1s, 2);
        QVERIFY((texts(again) == std::vector<std::string>{"+trade"}));
        QVERIFY(holds(again, Resubscribed{2}));
        QCOMPARE(stream.reconnects(), 1);
    }

    void framesAndClosingsOfAnOldConnectionAreIgnored()
    {
        StreamSupervisor stream = connected();
        stream.onClosed(start + 1s, 1, "lost");
        stream.onTime(*stream.wakeAt());
        stream.onOpened(start + 2s, 2);
        QVERIFY(!stream.accepts(1));
        QVERIFY(stream.accepts(2));
        QVERIFY(stream.onClosed(start + 3s, 1, "again").empty());
        QVERIFY(stream.onMessage(start + 3s, 1).empty());
        QCOMPARE(stream.state(), StreamState::Connected);
    }

    void failedTriesWaitLongerAndAMinuteOfHealthStartsOver()
    {
        StreamOptions patient = options();
        patient.connectsMost = 1'000;
        support::check("retry waits", [&](std::uint64_t seed) {
            patient.gate = openGate();
            StreamSupervisor stream{patient, seed};
            domain::Monotonic now = start;
            stream.start(now);
            std::uint64_t epoch = 1;
            domain::Milliseconds ceiling = 250ms;
            for (int failure = 0; failure < 12; ++failure) {
                stream.onClosed(now, epoch++, "refused");
                RC_ASSERT(*stream.wakeAt() >= now);
                RC_ASSERT(*stream.wakeAt() <= now + ceiling);
                ceiling = std::min<domain::Milliseconds>(2 * ceiling, 30s);
                now = *stream.wakeAt();
                stream.onTime(now);
            }
            stream.onOpened(now, epoch);
            now += 60s;
            stream.onClosed(now, epoch, "lost");
            RC_ASSERT(*stream.wakeAt() <= now + 250ms);
        });
    }

    void moreThanSixConnectsInAMinutePauseForThirtySeconds()
    {
        StreamOptions ungated = options();
        ungated.gate = openGate();
        StreamSupervisor stream{ungated, 7};
        domain::Monotonic now = start;
        stream.start(now);
        int connects = 1;
        while (now < start + 60s && stream.state() != StreamState::Idle) {
            const std::uint64_t epoch = stream.epoch();
            stream.onOpened(now, epoch);
            stream.onClosed(now, epoch, "flaps");
            now = *stream.wakeAt();
            const auto opened = all<OpenSocket>(stream.onTime(now)).size();
            if (opened == 0) {
                break;
            }
            connects += static_cast<int>(opened);
        }
        QCOMPARE(connects, 7);
        QVERIFY(stream.wakeAt() == now + 30s);
        QVERIFY(stream.retryIn(now) == 30s);
    }

    void afterThePauseOneConnectionIsTriedAndHasToLast()
    {
        domain::Monotonic now = start;
        StreamSupervisor stream = tripped(now);
        QCOMPARE(stream.reason(), std::string{"connected too often within a minute"});
        for (int attempt = 0; attempt < 3; ++attempt) {
            now = *stream.wakeAt();
            QCOMPARE(all<OpenSocket>(stream.onTime(now)).size(), std::size_t{1});
            stream.onOpened(now, stream.epoch());
            now += 1s;
            stream.onClosed(now, stream.epoch(), "flaps");
            QVERIFY(stream.wakeAt() == now + 30s);
        }
        now = *stream.wakeAt();
        stream.onTime(now);
        stream.onOpened(now, stream.epoch());
        now += 60s;
        stream.onClosed(now, stream.epoch(), "lasted");
        QVERIFY(*stream.wakeAt() <= now + 250ms);
    }

    void theUrgentStreamNeverWaitsLongAndStillConnectsSeldom()
    {
        support::check("urgent retries", [](std::uint64_t seed) {
            StreamSupervisor stream{urgentStream(), seed};
            domain::Monotonic now = start;
            stream.start(now);
            std::vector<domain::Monotonic> connects{now};
            while (now < start + 1h) {
                // Cut every six seconds, or refused at once.
                if (seed % 2 == 0) {
                    stream.onOpened(now, stream.epoch());
                    now += 1s * (connects.size() % 7);
                }
                const domain::Monotonic lostAt = now;
                stream.onClosed(now, stream.epoch(), "cut");
                for (bool isTried = false; !isTried;) {
                    now = std::max(now, *stream.wakeAt());
                    isTried = !all<OpenSocket>(stream.onTime(now)).empty();
                }
                RC_ASSERT(now <= lostAt + 22s); // and the two seconds between any two connections
                connects.push_back(now);
                const auto inFiveMinutes =
                    std::ranges::count_if(connects, [&](domain::Monotonic at) { return at > now - 300s; });
                RC_ASSERT(inFiveMinutes <= 36); // 60 % of what one host may have
            }
        });
    }

    void whoAsksForANewConnectionDoesNotPassThePause()
    {
        domain::Monotonic now = start;
        StreamSupervisor stream = tripped(now);
        QVERIFY(all<OpenSocket>(stream.reconnect(now + 1s, "asked")).empty());
        QVERIFY(stream.wakeAt() == now + 30s);
        now += 30s;
        QCOMPARE(all<OpenSocket>(stream.onTime(now)).size(), std::size_t{1});
        QVERIFY(all<OpenSocket>(stream.reconnect(now + 1s, "asked")).empty());
        QVERIFY(stream.wakeAt() == now + 31s);
    }

    void socketsOfOneHostTakeTurns()
    {
        StreamOptions shared = options();
        shared.gate = std::make_shared<ConnectGate>(ConnectRule{.burst = 1});
        StreamSupervisor first{shared, 1};
        StreamSupervisor second{shared, 2};
        QCOMPARE(all<OpenSocket>(first.start(start)).size(), std::size_t{1});
        QVERIFY(holds(second.start(start), StateChanged{StreamState::Waiting}));
        QCOMPARE(second.reason(), std::string{"waits for its turn to connect"});
        QVERIFY(second.wakeAt() == start + 2s);
        QVERIFY(holds(second.onTime(start + 2s), OpenSocket{1}));
        first.onOpened(start + 2s, 1);
        first.onPong(start + 2s, 1);
        QVERIFY(holds(first.reconnect(start + 3s, "moved"), StateChanged{StreamState::Waiting}));
        QCOMPARE(first.reason(), std::string{"moved"});
        QVERIFY(first.wakeAt() == start + 4s);
    }

    void aRenewalWaitsForItsTurnBesideTheWorkingConnection()
    {
        StreamOptions shared = options();
        shared.pingEvery = 48h;
        shared.gate = std::make_shared<ConnectGate>(ConnectRule{.burst = 1});
        StreamSupervisor stream{shared, 1};
        stream.start(start);
        stream.onOpened(start, 1);
        shared.gate->take(start + 23h);
        QVERIFY(stream.onTime(start + 23h).empty());
        QVERIFY(stream.wakeAt() == start + 23h + 2s);
        QVERIFY(holds(stream.onTime(start + 23h + 2s), OpenSocket{2}));
        QVERIFY(stream.state() == StreamState::Connected);
    }

    void pingsEveryTwentySecondsAndMissesThePongAfterTen()
    {
        StreamSupervisor stream = connected();
        QVERIFY(stream.wakeAt() == start + 20s);
        QVERIFY(holds(stream.onTime(start + 20s), SendPing{1}));
        stream.onPong(start + 20'040ms, 1);
        QVERIFY(stream.roundTrip() == 40ms);
        QVERIFY(holds(stream.onTime(start + 40s), SendPing{1}));
        QVERIFY(stream.onTime(start + 49'999ms).empty());
        const StreamEffects dead = stream.onTime(start + 50s); // within 30 s of the last sign of life
        QVERIFY(holds(dead, CloseSocket{1}));
        QVERIFY(!all<GapOpened>(dead).empty());
    }

    void silenceOfABusyStreamMakesItStaleAndThenAnew()
    {
        StreamSupervisor stream = connected();
        stream.subscribe("book");
        stream.onTime(start + 100s);
        stream.onPong(start + 100s, 1);
        stream.onMessage(start + 101s, 1);
        QVERIFY(!holds(stream.onTime(start + 105'999ms), StateChanged{StreamState::Stale}));
        const StreamEffects silent = stream.onTime(start + 106s);
        QVERIFY(holds(silent, StateChanged{StreamState::Stale}));
        QVERIFY(holds(silent, GapOpened{1, start + 101s}));
        QVERIFY(holds(silent, SendPing{1}));
        StreamSupervisor speaking = stream;
        const StreamEffects again = speaking.onMessage(start + 107s, 1);
        QVERIFY((again == StreamEffects{StateChanged{StreamState::Connected}, Resubscribed{1}}));
        QVERIFY(holds(stream.onTime(start + 111s), CloseSocket{1}));
    }

    void aFreshSubscriptionOnAQuietSocketIsNotStaleAtOnce()
    {
        StreamSupervisor stream = connected();
        stream.subscribe("book");
        stream.onTime(start + 15s); // nothing was said for 15 s, and nothing had to be
        QCOMPARE(stream.state(), StreamState::Connected);
        stream.onTime(start + 20s);
        QCOMPARE(stream.state(), StreamState::Stale);
    }

    void silenceIsNormalWhereNoRhythmIsGiven()
    {
        StreamSupervisor stream = connected();
        stream.subscribe("user");
        domain::Monotonic now = start;
        while (now < start + 1h) {
            now = *stream.wakeAt();
            if (holds(stream.onTime(now), SendPing{1})) {
                stream.onPong(now, 1);
            }
        }
        QCOMPARE(stream.state(), StreamState::Connected);
        QCOMPARE(stream.reconnects(), 0);
    }

    void oneSilentStreamIsNoticedAmongLivelyOnes()
    {
        StreamSupervisor stream = connected();
        stream.subscribe("book A");
        stream.subscribe("book B");
        stream.onTime(start);
        stream.onHeard(start + 1s, "book A");
        stream.onHeard(start + 1s, "book B");
        stream.onMessage(start + 5s, 1);
        stream.onHeard(start + 5s, "book B");
        const StreamEffects effects = stream.onTime(start + 6s);
        QVERIFY((effects == StreamEffects{StreamSilent{"book A"}}));
        QVERIFY(stream.onTime(start + 6'500ms).empty()); // once
    }

    void renewsBeforeADayIsOverWithoutAGap()
    {
        StreamSupervisor stream = connected();
        stream.subscribe("trade");
        stream.onTime(start);
        const StreamEffects effects = stream.onTime(start + 23h);
        QVERIFY(holds(effects, OpenSocket{2}));
        QVERIFY(all<CloseSocket>(effects).empty());
        const StreamEffects opened = stream.onOpened(start + 23h + 1s, 2);
        QVERIFY((opened == StreamEffects{SendText{2, "+trade"}, Resubscribed{2, true}}));
        QVERIFY(stream.accepts(1) && stream.accepts(2)); // both speak for a while
        QVERIFY(holds(stream.onTime(start + 23h + 6s), CloseSocket{1}));
        QVERIFY(!stream.accepts(1));
        QCOMPARE(stream.state(), StreamState::Connected);
        QCOMPARE(stream.reconnects(), 0);
    }

    void aFailedRenewalLeavesTheWorkingConnectionAlone()
    {
        StreamSupervisor stream = connected();
        stream.onTime(start + 23h);
        stream.onPong(start + 23h, 1);
        QVERIFY((stream.onClosed(start + 23h + 1s, 2, "refused") == StreamEffects{CloseSocket{2}}));
        QCOMPARE(stream.state(), StreamState::Connected);
        QVERIFY(all<OpenSocket>(stream.onTime(start + 23h + 30s)).empty());
        QVERIFY(holds(stream.onTime(start + 23h + 31s), OpenSocket{3}));
    }

    void stopClosesEverythingAndStaysQuiet()
    {
        StreamSupervisor stream = connected();
        const StreamEffects effects = stream.stop(start + 1s);
        QVERIFY(holds(effects, CloseSocket{1}));
        QVERIFY(holds(effects, StateChanged{StreamState::Idle}));
        QCOMPARE(stream.wakeAt(), std::nullopt);
        QVERIFY(stream.onClosed(start + 2s, 1, "closed").empty());
    }

    void anyFateOfConnectionsKeepsItsPromises()
    {
        support::check("epochs rise, sockets balance, controls are few, and everything is asked for",
            [](std::uint64_t seed) {
                StreamSupervisor stream{options(), seed};
                domain::Monotonic now = start;
                std::set<std::uint64_t> open;
                std::uint64_t lastEpoch = 0;
                std::map<std::uint64_t, std::vector<domain::Monotonic>> controls;
                std::map<std::uint64_t, std::set<std::string>> asked;
                std::map<std::string, int> claims;
                const auto note = [&](const StreamEffects &effects) {
                    for (const StreamEffect &effect : effects) {
                        if (const auto *opened = std::get_if<OpenSocket>(&effect)) {
                            RC_ASSERT(opened->epoch > lastEpoch);
                            lastEpoch = opened->epoch;
                            open.insert(opened->epoch);
                            RC_ASSERT(open.size() <= 2U);
                        } else if (const auto *closed = std::get_if<CloseSocket>(&effect)) {
                            RC_ASSERT(open.erase(closed->epoch) == 1U);
                        } else if (const auto *sent = std::get_if<SendText>(&effect)) {
                            RC_ASSERT(open.contains(sent->epoch));
                            auto &times = controls[sent->epoch];
                            times.push_back(now);
                            RC_ASSERT(
                                std::ranges::count_if(times, [&](auto at) { return at + 1s > now; }) <= 5);
                            std::string name;
                            for (const char letter : sent->text.substr(1) + ",") {
                                if (letter != ',') {
                                    name += letter;
                                } else if (sent->text.front() == '+') {
                                    RC_ASSERT(asked[sent->epoch].insert(std::exchange(name, {})).second);
                                } else {
                                    RC_ASSERT(asked[sent->epoch].erase(std::exchange(name, {})) == 1U);
                                }
                            }
                        }
                    }
                };
                note(stream.start(now));
                const auto steps = *rc::gen::container<std::vector<std::tuple<int, int, int>>>(
                    200, rc::gen::tuple(
                             rc::gen::inRange(0, 3'000), rc::gen::inRange(0, 10), rc::gen::inRange(0, 8)));
                for (const auto &[gap, what, which] : steps) {
                    const domain::Monotonic later = now + std::chrono::milliseconds{gap};
                    for (int turns = 0; stream.wakeAt() && *stream.wakeAt() <= later; ++turns) {
                        RC_ASSERT(turns < 100); // no spinning
                        now = std::max(now, *stream.wakeAt());
                        note(stream.onTime(now));
                    }
                    now = later;
                    const std::string name = "s" + std::to_string(which);
                    const std::uint64_t epoch =
                        open.empty() ? 0 : *std::next(open.begin(), which % std::ssize(open));
                    switch (what) {
                    case 0:
                        note(stream.onClosed(now, epoch, "lost"));
                        break;
                    case 1:
                        note(stream.reconnect(now, "asked"));
                        break;
                    case 2:
                    case 3:
                        stream.subscribe(name);
                        ++claims[name];
                        break;
                    case 4:
                        stream.unsubscribe(name);
                        claims[name] = std::max(claims[name] - 1, 0);
                        break;
                    case 5:
                        note(stream.onMessage(now, epoch));
                        break;
                    case 6:
                        stream.onPong(now, epoch);
                        break;
                    default:
                        note(stream.onOpened(now, epoch));
                        break;
                    }
                }
                // Left in peace it ends connected, with exactly what is claimed.
                for (int turn = 0; turn < 300 && now < start + 3h; ++turn) {
                    note(stream.onOpened(now, stream.epoch()));
                    stream.onPong(now, stream.epoch());
                    now = std::max(now, *stream.wakeAt());
                    note(stream.onTime(now));
                    stream.onPong(now, stream.epoch());
                }
                RC_ASSERT(stream.state() == StreamState::Connected);
                std::set<std::string> wanted;
                for (const auto &[name, count] : claims) {
                    if (count > 0) {
                        wanted.insert(name);
                    }
                }
                RC_ASSERT(asked[stream.epoch()] == wanted);
            });
    }

private:
    /// Has just been stopped by its seventh connection within a minute; now: when.
    static StreamSupervisor tripped(domain::Monotonic &now)
    {
        StreamSupervisor stream{options(), 7};
        stream.start(now);
        while (true) {
            stream.onOpened(now, stream.epoch());
            stream.onClosed(now, stream.epoch(), "flaps");
            now = *stream.wakeAt();
            stream.onTime(now);
            if (stream.state() == StreamState::Waiting && *stream.wakeAt() == now + 30s) {
                return stream;
            }
        }
    }
    static StreamSupervisor connected()
    {
        StreamSupervisor stream{options(), 1};
        stream.start(start);
        stream.onOpened(start, 1);
        return stream;
    }
};

QTEST_APPLESS_MAIN(StreamSupervisorTest)
#include "stream_supervisor_test.moc"
