#include "exchange/transport/stream_supervisor.h"

#include <QTest>

#include <algorithm>

using namespace transport;
using namespace std::chrono_literals;

namespace
{

constexpr domain::Monotonic start{1'000s};

StreamOptions options()
{
    StreamOptions made;
    made.control = [](bool isSubscribe, const std::vector<std::string> &names, std::uint64_t) {
        std::string text = isSubscribe ? "+" : "-";
        for (const std::string &name : names) {
            text += name;
        }
        return text;
    };
    made.silenceOf = [](const std::string &name) {
        const bool isBusy = name.starts_with("book");
        return isBusy ? std::optional<domain::Milliseconds>{name == "book2" ? 3s : 5s} : std::nullopt;
    };
    return made;
}

bool holds(const StreamEffects &effects, const StreamEffect &wanted)
{
    return std::ranges::find(effects, wanted) != effects.end();
}

StreamSupervisor connected(StreamOptions made = options(), std::vector<std::string> names = {})
{
    StreamSupervisor stream{std::move(made), 1};
    for (const std::string &name : names) {
        stream.subscribe(name);
    }
    stream.start(start);
    stream.onOpened(start, 1);
    return stream;
}

/// Lives by wakeAt() alone until then; the venue answers pings, and connections open unless told otherwise.
StreamEffects liveUntil(StreamSupervisor &stream, domain::Monotonic &now, domain::Monotonic end,
    const std::vector<std::string> &heard = {}, bool opens = true)
{
    StreamEffects all;
    while (stream.wakeAt() && *stream.wakeAt() <= end) {
        now = std::max(now, *stream.wakeAt());
        for (const std::string &name : heard) {
            stream.onMessage(now, stream.epoch());
            stream.onHeard(now, name);
        }
        StreamEffects effects = stream.onTime(now);
        for (std::size_t at = 0; at < effects.size(); ++at) {
            const StreamEffect effect = effects[at];
            if (const auto *ping = std::get_if<SendPing>(&effect)) {
                stream.onPong(now, ping->epoch);
            } else if (const auto *socket = std::get_if<OpenSocket>(&effect); socket != nullptr && opens) {
                const StreamEffects more = stream.onOpened(now, socket->epoch);
                effects.insert(effects.end(), more.begin(), more.end());
            }
        }
        all.insert(all.end(), effects.begin(), effects.end());
    }
    now = end;
    return all;
}

} // namespace

/// The corners of the stream supervisor's life.
class StreamEdgesTest : public QObject
{
    Q_OBJECT
private slots:
    void whoIsNotStartedDoesNothing()
    {
        StreamSupervisor stream{options(), 1};
        QVERIFY(stream.stop(start).empty());
        QVERIFY(stream.reconnect(start, "asked").empty());
        QVERIFY(stream.onTime(start).empty());
        QCOMPARE(stream.wakeAt(), std::nullopt);
        QCOMPARE(stream.silentFor(start), std::nullopt);
        QCOMPARE(stream.retryIn(start), std::nullopt);
        QCOMPARE(stream.epoch(), std::uint64_t{0});
        QVERIFY(!stream.accepts(1));
    }

    void startingTwiceOpensOneConnection()
    {
        StreamSupervisor stream{options(), 1};
        stream.start(start);
        QVERIFY(stream.start(start).empty());
        QCOMPARE(stream.silentFor(start), std::nullopt); // not open yet
        stream.onOpened(start, 1);
        QVERIFY(stream.onOpened(start, 1).empty());
        QVERIFY(stream.onOpened(start, 7).empty());
        QVERIFY(stream.silentFor(start + 2s) == 2s);
    }

    void nothingIsTriedBeforeItsTime()
    {
        StreamSupervisor stream{options(), 1};
        stream.start(start);
        QVERIFY(stream.wakeAt() == start + 10s);
        QVERIFY(stream.onTime(start + 9s).empty());
        QVERIFY(holds(stream.onTime(start + 10s), StateChanged{StreamState::Waiting}));
        QCOMPARE(stream.reason(), std::string{"no connection in time"});
        QVERIFY(stream.onTime(start + 9s).empty());
    }

    void aDayPassesWithOneRenewalAndNoGap()
    {
        StreamSupervisor stream = connected(options(), {"trade"});
        domain::Monotonic now = start;
        const StreamEffects effects = liveUntil(stream, now, start + 24h);
        QVERIFY(holds(effects, OpenSocket{2}));
        QVERIFY(holds(effects, Resubscribed{2, true}));
        QVERIFY(holds(effects, CloseSocket{1}));
        QVERIFY(std::ranges::none_of(
            effects, [](const StreamEffect &effect) { return std::holds_alternative<GapOpened>(effect); }));
        QCOMPARE(stream.epoch(), std::uint64_t{2});
        QCOMPARE(stream.reconnects(), 0);
    }

    void anAnnouncedEndIsARenewalWithoutAGap()
    {
        StreamSupervisor stream = connected(options(), {"trade"});
        domain::Monotonic now = start;
        liveUntil(stream, now, start + 1h);
        stream.announceEnd();
        QVERIFY(stream.wakeAt() <= now);
        const StreamEffects effects = liveUntil(stream, now, now + 2s);
        QVERIFY(holds(effects, OpenSocket{2}));
        QVERIFY(holds(effects, Resubscribed{2, true}));
        QVERIFY(stream.accepts(1) && stream.accepts(2));
        stream.announceEnd(); // said again by the old one, which still speaks
        const StreamEffects later = liveUntil(stream, now, now + 1h);
        QVERIFY(holds(later, CloseSocket{1}));
        for (const StreamEffects &all : {effects, later}) {
            QVERIFY(std::ranges::none_of(all, [](const StreamEffect &effect) {
                return std::holds_alternative<GapOpened>(effect) || effect == StreamEffect{OpenSocket{3}};
            }));
        }
        QCOMPARE(stream.epoch(), std::uint64_t{2});
        QCOMPARE(stream.reconnects(), 0);
    }

    void aRenewalThatNeverOpensIsGivenUpAndTriedAgain()
    {
        StreamSupervisor stream = connected(options(), {"trade"});
        domain::Monotonic now = start;
        const StreamEffects effects = liveUntil(stream, now, start + 23h + 45s, {}, false);
        QVERIFY(holds(effects, OpenSocket{2}));
        QVERIFY(holds(effects, CloseSocket{2}));
        QVERIFY(holds(effects, OpenSocket{3}));
        QVERIFY(stream.accepts(1) && stream.accepts(3) && !stream.accepts(2));
        QVERIFY(stream.state() == StreamState::Connected);
    }

    void duringTheOverlapEitherSideMayGo()
    {
        StreamSupervisor stream = connected(options(), {"trade"});
        domain::Monotonic now = start;
        liveUntil(stream, now, start + 23h + 1s);
        QVERIFY(stream.accepts(1) && stream.accepts(2));
        stream.onMessage(now, 1);
        QVERIFY((stream.onClosed(now, 1, "old") == StreamEffects{CloseSocket{1}}));
        QVERIFY(!stream.accepts(1));
        QVERIFY(stream.onClosed(now, 1, "again").empty());
        QVERIFY(holds(stream.stop(now), CloseSocket{2}));
    }

    void aRenewalLeavesTheGapOfASilentConnectionOpen()
    {
        StreamOptions hasty = options();
        hasty.renewAfter = 5s;
        StreamSupervisor stream = connected(hasty, {"book"});
        domain::Monotonic now = start;
        const StreamEffects effects = liveUntil(stream, now, start + 6s);
        QVERIFY(holds(effects, GapOpened{1, start}));
        QVERIFY(holds(effects, Resubscribed{2, true}));
        const StreamEffects spoken = stream.onMessage(now, 2);
        QVERIFY(holds(spoken, Resubscribed{2, false}));
        QVERIFY(stream.state() == StreamState::Connected);
    }

    void silenceEndsWhenNobodyWantsTheSilentStream()
    {
        StreamSupervisor stream = connected(options(), {"book", "trade"});
        QVERIFY(holds(stream.onTime(start + 5s), StateChanged{StreamState::Stale}));
        QVERIFY(stream.wakeAt() == start + 10s);
        QVERIFY(stream.onMessage(start + 6s, 9).empty()); // of no connection of ours
        stream.unsubscribe("book");
        QVERIFY(holds(stream.onTime(start + 6s), StateChanged{StreamState::Connected}));
    }

    void silenceForTwiceTheTimeGivesTheConnectionUp()
    {
        StreamSupervisor stream = connected(options(), {"book", "book2"});
        domain::Monotonic now = start;
        const StreamEffects effects = liveUntil(stream, now, start + 6s, {}, false);
        QVERIFY(holds(effects, GapOpened{1, start})); // the impatient one's three seconds
        QVERIFY(holds(effects, CloseSocket{1}));
        QCOMPARE(stream.reason(), std::string{"silent for too long"});
        QVERIFY(stream.state() == StreamState::Connecting || stream.state() == StreamState::Waiting);
    }

    void oneSilentStreamIsToldOnceAndAgainAfterItSpoke()
    {
        StreamSupervisor stream = connected(options(), {"book", "trade"});
        domain::Monotonic now = start;
        stream.onHeard(now, "book");
        stream.onHeard(now, "nobody asked for it");
        const auto told = [](const StreamEffects &effects) {
            return std::ranges::count(effects, StreamEffect{StreamSilent{"book"}});
        };
        StreamEffects effects;
        while (now < start + 20s) {
            now += 1s;
            stream.onMessage(now, 1);
            stream.onHeard(now, "trade");
            for (const StreamEffect &effect : stream.onTime(now)) {
                effects.push_back(effect);
            }
            stream.onPong(now, 1);
        }
        QCOMPARE(told(effects), 1);
        stream.onHeard(now, "book");
        QVERIFY(stream.wakeAt() == now + 5s);
        stream.onMessage(now + 5s, 1);
        QCOMPARE(told(stream.onTime(now + 5s)), 1);
    }

    void anAddressThatSaysAllNeedsNoWords()
    {
        StreamSupervisor stream = connected({}, {"user"});
        QCOMPARE(stream.subscriptions(), 1);
        domain::Monotonic now = start;
        const StreamEffects effects = liveUntil(stream, now, start + 1min, {"user"});
        QVERIFY(std::ranges::none_of(
            effects, [](const StreamEffect &effect) { return std::holds_alternative<SendText>(effect); }));
        stream.unsubscribe("user");
        QVERIFY(stream.onTime(now).empty() || stream.state() == StreamState::Connected);
    }

    void eachMessageNamesOnlySoMany()
    {
        StreamOptions small = options();
        small.namesPerControl = 1;
        StreamSupervisor stream = connected(small, {"a", "b", "c"});
        stream.unsubscribe("a");
        stream.unsubscribe("b");
        domain::Monotonic now = start;
        const StreamEffects effects = liveUntil(stream, now, start + 5s);
        QVERIFY(holds(effects, SendText{1, "-a"}));
        QVERIFY(holds(effects, SendText{1, "-b"}));
    }

    void theVenueMayAnswerPingsOfAConnectionThatIsOld()
    {
        StreamSupervisor stream = connected();
        QVERIFY(holds(stream.onTime(start + 20s), SendPing{1}));
        stream.onPong(start + 20s + 40ms, 2);
        QCOMPARE(stream.roundTrip(), std::nullopt);
        stream.onPong(start + 20s + 40ms, 1);
        QVERIFY(stream.roundTrip() == 40ms);
        stream.onPong(start + 21s, 1); // nobody asked
        QVERIFY(stream.roundTrip() == 40ms);
    }

    void effectsDifferByWhatTheySay()
    {
        QVERIFY(!(OpenSocket{1} == OpenSocket{2}));
        QVERIFY(!(CloseSocket{1} == CloseSocket{2}));
        QVERIFY(!(SendText{1, "a"} == SendText{1, "b"}) && !(SendText{1, "a"} == SendText{2, "a"}));
        QVERIFY(!(SendPing{1} == SendPing{2}));
        QVERIFY(!(GapOpened{1, start} == GapOpened{2, start}));
        QVERIFY(!(GapOpened{1, start} == GapOpened{1, start + 1s}));
        QVERIFY(!(Resubscribed{1, true} == Resubscribed{1, false}));
        QVERIFY(!(Resubscribed{1, true} == Resubscribed{2, true}));
        QVERIFY(!(StateChanged{StreamState::Idle} == StateChanged{StreamState::Stale}));
        QVERIFY(!(StreamSilent{"a"} == StreamSilent{"b"}));
    }
};

QTEST_APPLESS_MAIN(StreamEdgesTest)
#include "stream_edges_test.moc"
