#include "exchange/paper/core/faulty_streams.h"

#include <QTest>

using namespace paper;
using namespace std::chrono_literals;

namespace
{

const Timestamp at = domain::timestampFromMs(1'795'400'000'000);

StreamOutput message(ConnectionId to, const std::string &type, int number, Route route = Route::Private)
{
    return {to,
        R"({"e":")" + type + R"(","E":)" + std::to_string(number) +
            R"(,"o":{"s":"BTCUSDT","c":"bot-1","X":"NEW"}})",
        false, route};
}

/// The "E" of what goes out, with the connection where it is not 1; "cut" where it is cut.
std::string shown(const std::vector<StreamOutput> &outputs)
{
    std::string text;
    for (const StreamOutput &output : outputs) {
        const std::size_t number = output.text.find("\"E\":");
        text += text.empty() ? "" : " ";
        text += output.to == 1 ? "" : std::to_string(output.to) + ":";
        text += output.close ? "cut"
                : number == std::string::npos
                    ? "?"
                    : output.text.substr(number + 4, output.text.find(',', number) - number - 4);
    }
    return text;
}

struct Rig
{
    explicit Rig(FaultKind kind, domain::Milliseconds delay = 0ms)
    {
        rule.kind = kind;
        rule.delay = delay;
    }
    void begin() { faults.add(rule); }
    std::string pass(std::vector<StreamOutput> fresh, domain::Milliseconds after = 0ms)
    {
        return shown(streams.pass(at + after, std::move(fresh)));
    }

    FaultRule rule;
    Faults faults{1};
    FaultyStreams streams{faults};
};

const char *const order = "ORDER_TRADE_UPDATE";

} // namespace

class FaultyStreamsTest : public QObject
{
    Q_OBJECT
private slots:
    void messagesTellWhatTheyAre()
    {
        const std::string text = message(1, order, 1).text;
        const StreamMessage read = messageOf(1, Route::Private, text);
        QVERIFY(read.type == order && read.symbol == "BTCUSDT" && read.clientOrderId == "bot-1");
        const StreamMessage answer = messageOf(1, Route::Market, "{\"result\":null,\"id\":1}");
        QVERIFY(answer.type.empty());
    }

    void everythingPassesUnlessARuleSaysOtherwise()
    {
        Rig rig{FaultKind::DropEvent};
        QCOMPARE(rig.pass({message(1, order, 1), message(2, order, 2)}), std::string{"1 2:2"});
    }

    void aDroppedEventIsNeverSent()
    {
        Rig rig{FaultKind::DropEvent};
        rig.rule.skip = 1;
        rig.rule.count = 1;
        rig.begin();
        QCOMPARE(
            rig.pass({message(1, order, 1), message(1, order, 2), message(1, order, 3)}), std::string{"1 3"});
    }

    void aDoubledEventComesTwice()
    {
        Rig rig{FaultKind::DuplicateEvent};
        rig.rule.count = 1;
        rig.begin();
        QCOMPARE(rig.pass({message(1, order, 1), message(1, order, 2)}), std::string{"1 1 2"});
    }

    void anEventChangesPlacesWithTheNextOfItsConnection()
    {
        Rig rig{FaultKind::ReorderEvent};
        rig.rule.count = 1;
        rig.begin();
        QCOMPARE(rig.pass({message(1, order, 1)}), std::string{});
        QCOMPARE(rig.pass({message(2, order, 2)}), std::string{"2:2"});
        QCOMPARE(rig.pass({message(1, order, 3), message(1, order, 4)}), std::string{"3 1 4"});
    }

    void anEventWithoutANextOneWaitsASecond()
    {
        Rig rig{FaultKind::ReorderEvent};
        rig.begin();
        QCOMPARE(rig.pass({message(1, order, 1)}), std::string{});
        QCOMPARE(rig.pass({}, 999ms), std::string{});
        QCOMPARE(rig.pass({}, 1s), std::string{"1"});
    }

    void aDelayedEventIsOvertaken()
    {
        Rig rig{FaultKind::DelayEvent, 300ms};
        rig.rule.count = 1;
        rig.begin();
        QCOMPARE(rig.pass({message(1, order, 1), message(1, order, 2)}), std::string{"2"});
        QCOMPARE(rig.pass({}, 299ms), std::string{});
        QCOMPARE(rig.pass({}, 300ms), std::string{"1"});
    }

    void aConnectionIsCutAfterAnEvent()
    {
        Rig rig{FaultKind::CutConnection};
        rig.begin();
        QCOMPARE(rig.pass({message(1, order, 1)}), std::string{"1 cut"});
    }

    void aSilentConnectionSaysNothingUntilItIsGone()
    {
        Rig rig{FaultKind::GoSilent};
        rig.rule.count = 1;
        rig.begin();
        QCOMPARE(rig.pass({message(1, order, 1), message(2, order, 2)}), std::string{"2:2"});
        QVERIFY(rig.streams.isSilent(1));
        rig.faults.clear();
        QCOMPARE(rig.pass({message(1, order, 3)}, 1h), std::string{});
        rig.streams.close(1);
        QVERIFY(!rig.streams.isSilent(1));
    }

    void oneStreamStopsWhileOthersGoOn()
    {
        Rig rig{FaultKind::StopStream, 10s};
        rig.rule.event = "ACCOUNT_UPDATE";
        rig.rule.count = 1;
        rig.begin();
        QCOMPARE(rig.pass({message(1, "ACCOUNT_UPDATE", 1), message(1, order, 2),
                     message(1, "ACCOUNT_UPDATE", 3)}),
            std::string{"2"});
        QCOMPARE(rig.pass({message(1, "ACCOUNT_UPDATE", 4)}, 9'999ms), std::string{});
        QCOMPARE(rig.pass({message(1, "ACCOUNT_UPDATE", 5)}, 10s), std::string{"5"});
    }

    void aDepthGapStrikesDepthOnly()
    {
        Rig rig{FaultKind::DepthGap};
        rig.begin();
        QCOMPARE(
            rig.pass({message(1, "depthUpdate", 1, Route::Public), message(1, "aggTrade", 2, Route::Market)}),
            std::string{"2"});
    }

    void strangeThingsFollowAnEvent()
    {
        for (const FaultKind kind : {FaultKind::UnknownEvent, FaultKind::GarbageText, FaultKind::HugeFrame}) {
            Rig rig{kind};
            rig.rule.size = 5'000'000;
            rig.begin();
            const auto out = rig.streams.pass(at, {message(1, order, 1)});
            QCOMPARE(out.size(), std::size_t{2});
            QVERIFY(kind != FaultKind::HugeFrame || out[1].text.size() == 5'000'000);
        }
    }

    void rulesChooseByRouteEventSymbolAndClientOrderId()
    {
        Rig rig{FaultKind::DropEvent};
        rig.rule.route = Route::Private;
        rig.rule.event = order;
        rig.rule.symbol = "BTCUSDT";
        rig.rule.clientOrderId = "bot-";
        rig.begin();
        QCOMPARE(rig.pass({message(1, order, 1), message(1, "TRADE_LITE", 2),
                     message(1, order, 3, Route::Market)}),
            std::string{"2 3"});
    }

    void controlAnswersAreLeftAlone()
    {
        Rig rig{FaultKind::DropEvent};
        rig.begin();
        QCOMPARE(rig.streams.pass(at, {{1, "{\"result\":null,\"id\":1}", false, Route::Private}}).size(),
            std::size_t{1});
    }

    void releaseLetsGoWhatWasHeld()
    {
        Rig rig{FaultKind::DelayEvent, 1h};
        rig.begin();
        QCOMPARE(rig.pass({message(1, order, 1)}), std::string{});
        rig.faults.clear();
        rig.streams.release();
        QCOMPARE(rig.pass({message(1, order, 2)}), std::string{"1 2"});
    }

    void messagesTakeTheFormTheRuleSays()
    {
        for (const auto &[kind, form] : {std::pair{FaultKind::BinaryFrame, FrameForm::Binary},
                 std::pair{FaultKind::GzipFrame, FrameForm::Gzip},
                 std::pair{FaultKind::DeflatedFrame, FrameForm::Deflated},
                 std::pair{FaultKind::FragmentedFrame, FrameForm::Fragmented}}) {
            Rig rig{kind};
            rig.rule.count = 1;
            rig.rule.size = 7;
            rig.begin();
            const auto out = rig.streams.pass(at, {message(1, order, 1), message(1, order, 2)});
            QCOMPARE(shown(out), std::string{"1 2"});
            QVERIFY(out[0].form == form && out[1].form == FrameForm::Text);
            QCOMPARE(out[0].fragment, form == FrameForm::Fragmented ? std::size_t{7} : std::size_t{0});
        }
    }

    void bytesComeAtTheirPace()
    {
        Rig rig{FaultKind::SlowBytes};
        rig.begin();
        auto out = rig.streams.pass(at, {message(1, order, 1)});
        QCOMPARE(out[0].pace.size, std::size_t{16});
        QVERIFY(out[0].pace.pause == 50ms);
        Rig told{FaultKind::SlowBytes, 5ms};
        told.rule.size = 3;
        told.begin();
        out = told.streams.pass(at, {message(1, order, 1)});
        QVERIFY(out[0].pace.size == 3 && out[0].pace.pause == 5ms);
    }

    void controlFramesComeLateOrNever()
    {
        const auto frame = [](FrameForm form) {
            StreamOutput made{1, "\"E\":9,", false, Route::Private};
            made.form = form;
            return made;
        };
        Rig late{FaultKind::LatePong, 5s};
        late.begin();
        late.streams.control(at, frame(FrameForm::Pong));
        late.streams.control(at, frame(FrameForm::Ping)); // another kind's
        QCOMPARE(late.pass({}), std::string{"9"});
        QCOMPARE(late.pass({}, 4'999ms), std::string{});
        const auto out = late.streams.pass(at + 5s, {});
        QVERIFY(out.size() == 1 && out[0].form == FrameForm::Pong);
        Rig never{FaultKind::LatePing};
        never.rule.route = Route::Private;
        never.begin();
        never.streams.control(at, frame(FrameForm::Ping));
        QCOMPARE(never.pass({}, 1h), std::string{});
        QCOMPARE(never.pass({message(1, order, 1)}, 1h), std::string{"1"}); // messages are left alone
        Rig other{FaultKind::DropEvent};
        other.begin();
        other.streams.control(at, frame(FrameForm::Pong));
        QCOMPARE(other.pass({}), std::string{"9"});
    }

    void connectionsEndInEveryWay()
    {
        Rig half{FaultKind::HalfClose};
        half.begin();
        auto out = half.streams.pass(at, {message(1, order, 1)});
        QCOMPARE(shown(out), std::string{"1 cut"});
        QVERIFY(out[1].isHalf && !out[1].isAbrupt);
        Rig told{FaultKind::CloseFrame};
        told.rule.text = "bye";
        told.begin();
        out = told.streams.pass(at, {message(1, order, 1)});
        QVERIFY(out[1].close && out[1].closeCode == 1001 && out[1].closeReason == "bye");
    }
};

QTEST_GUILESS_MAIN(FaultyStreamsTest)
#include "faulty_streams_test.moc"
