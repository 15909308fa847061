#include "exchange/binance/market_feed.h"
#include "tests/support/property.h"

#include <QTest>

#include <algorithm>
#include <chrono>
#include <deque>
#include <numeric>
#include <string>
#include <variant>
#include <vector>

using namespace binance;
using namespace domain;
using namespace std::chrono_literals;

namespace
{

const Symbol bitcoin = "BTCUSDT";
const MarketTopic trades{MarketStream::Trades, bitcoin};
const MarketTopic minutes{MarketStream::Candles, bitcoin, Interval::M1};
const MarketTopic book{MarketStream::Book, bitcoin};
constexpr std::int64_t minute = 60'000;
constexpr std::int64_t firstMinute = 1'700'000'040'000;

std::string tradeText(std::int64_t id)
{
    return R"({"e":"aggTrade","E":1,"s":"BTCUSDT","a":)" + std::to_string(id) +
           R"(,"p":"100","q":"1","T":1,"m":false})";
}

std::string barText(std::int64_t number, const std::string &close, bool isClosed = false)
{
    const std::string openAt = std::to_string(firstMinute + number * minute);
    return R"({"e":"kline","E":1,"s":"BTCUSDT","k":{"t":)" + openAt +
           R"(,"T":1,"s":"BTCUSDT","i":"1m","f":1,"L":1,"o":"100","c":")" + close +
           R"(","h":"200","l":"50","v":"1","n":1,"x":)" + (isClosed ? "true" : "false") +
           R"(,"q":"1","V":"1","Q":"1","B":"0"}})";
}

std::string depthText(
    std::int64_t first, std::int64_t last, std::int64_t before, const std::string &symbol = "BTCUSDT")
{
    return R"({"e":"depthUpdate","E":1,"T":1,"s":")" + symbol + R"(","U":)" + std::to_string(first) +
           R"(,"u":)" + std::to_string(last) + R"(,"pu":)" + std::to_string(before) +
           R"(,"b":[["100","3"]],"a":[]})";
}

QByteArray snapshot(std::int64_t lastUpdateId)
{
    return R"({"lastUpdateId":)" + QByteArray::number(static_cast<qlonglong>(lastUpdateId)) +
           R"(,"E":1,"T":1,"bids":[["100","1"]],"asks":[["101","1"]]})";
}

QByteArray tradePage(std::int64_t from, std::int64_t to)
{
    QByteArray rows;
    for (std::int64_t id = from; id <= to; ++id) {
        rows += (rows.isEmpty() ? "" : ",") + QByteArray{R"({"a":)"} +
                QByteArray::number(static_cast<qlonglong>(id)) + R"(,"p":"100","q":"1","T":1,"m":true})";
    }
    return '[' + rows + ']';
}

QByteArray barPage(std::int64_t from, std::int64_t to, const QByteArray &close)
{
    QByteArray rows;
    for (std::int64_t number = from; number <= to; ++number) {
        const std::int64_t openAt = firstMinute + number * minute;
        rows += (rows.isEmpty() ? "[" : ",[") + QByteArray::number(static_cast<qlonglong>(openAt)) +
                R"(,"100","200","50",")" + close + R"(","1",)" +
                QByteArray::number(static_cast<qlonglong>(openAt + minute - 1)) + R"(,"1",1,"1","1","0"])";
    }
    return '[' + rows + ']';
}

/// A feed with its clock; what it asks for and says is kept, what it hands over is added up.
struct Rig
{
    void carryOut(MarketFeed::Effects effects)
    {
        for (MarketFeed::Effect &effect : effects) {
            if (auto *ask = std::get_if<MarketFeed::Ask>(&effect)) {
                asks.push_back(std::move(*ask));
            } else if (auto *notice = std::get_if<MarketFeed::Notice>(&effect)) {
                notices.push_back(std::move(notice->text));
            } else if (const auto *open = std::get_if<MarketFeed::Subscribe>(&effect)) {
                controls.push_back("+" + open->stream);
            } else if (const auto *close = std::get_if<MarketFeed::Unsubscribe>(&effect)) {
                controls.push_back("-" + close->stream);
            }
        }
        const MarketFeed::Updates updates = feed.takeUpdates(10);
        for (const auto &list : updates.trades) {
            std::ranges::transform(list, std::back_inserter(ids), &Trade::id);
        }
        for (const auto &run : updates.candles) {
            for (const Candle &candle : run.candles) {
                bars.push_back(candle);
            }
        }
        for (const BookView &view : updates.books) {
            shown = view;
        }
    }
    void say(const std::string &text) { carryOut(feed.onText(moment(), text)); }
    void lose(StreamRoute route)
    {
        feed.onGap(route);
        carryOut({});
    }
    void regain(StreamRoute route, bool isRenewal = false)
    {
        carryOut(feed.onResubscribed(moment(), route, isRenewal));
    }
    /// The oldest question.
    MarketFeed::Ask question()
    {
        MarketFeed::Ask first = asks.front();
        asks.pop_front();
        return first;
    }
    void answer(const Result<QByteArray> &body) { answer(question(), body); }
    void answer(const MarketFeed::Ask &ask, const Result<QByteArray> &body)
    {
        carryOut(feed.onAnswer(moment(), ask.id, body));
    }
    void fail() { answer(failure(ErrorCode::Unreachable, "no answer")); }
    /// Time goes on until the feed is due, or by so much.
    bool wait(Milliseconds most)
    {
        const auto at = feed.wakeAt();
        const bool isDue = at && *at <= now + most;
        now = isDue ? std::max(*at, now) : now + most;
        carryOut(feed.onTime(moment()));
        return isDue;
    }
    MarketFeed::Moment moment() const { return {now, serverAt}; }

    MarketFeed feed{1};
    Monotonic now{1'000s};
    Timestamp serverAt = timestampFromMs(firstMinute + 5 * minute);
    std::deque<MarketFeed::Ask> asks;
    std::vector<std::string> notices;
    std::vector<std::string> controls;
    std::vector<std::int64_t> ids;
    std::vector<Candle> bars;
    BookView shown;
};

using Ids = std::vector<std::int64_t>;

Ids upTo(std::int64_t first, std::int64_t last)
{
    Ids ids(static_cast<std::size_t>(last - first + 1));
    std::iota(ids.begin(), ids.end(), first);
    return ids;
}

} // namespace

class MarketFeedTest : public QObject
{
    Q_OBJECT
private slots:
    void claimsAreCounted()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(trades));
        rig.carryOut(rig.feed.claim(trades));
        rig.carryOut(rig.feed.release(trades));
        QCOMPARE(rig.controls, (std::vector<std::string>{"+btcusdt@aggTrade"}));
        rig.carryOut(rig.feed.release(trades));
        rig.carryOut(rig.feed.release(trades));
        QCOMPARE(rig.controls, (std::vector<std::string>{"+btcusdt@aggTrade", "-btcusdt@aggTrade"}));
        rig.say(tradeText(1));
        QCOMPARE(rig.ids, Ids{});
    }

    // ---- trades

    void missedTradesAreReadAndWhatComesMeanwhileWaits()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(trades));
        rig.say(tradeText(10));
        rig.regain(StreamRoute::Market);
        rig.say(tradeText(13));
        QCOMPARE(rig.ids, (Ids{10}));
        QVERIFY(rig.asks.front().call.parameters.find("fromId=11") != std::string::npos);
        rig.answer(tradePage(11, 13));
        rig.say(tradeText(14));
        QCOMPARE(rig.ids, upTo(10, 14));
        QVERIFY(rig.notices.empty() && rig.asks.empty());
    }

    void whatTradedBetweenTheAnswerAndTheSubscriptionIsAskedForToo()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(trades));
        rig.say(tradeText(10));
        rig.regain(StreamRoute::Market);
        rig.say(tradeText(15)); // held; the page ends before it
        rig.answer(tradePage(11, 12));
        QCOMPARE(rig.ids, upTo(10, 12));
        rig.answer(tradePage(13, 15));
        QCOMPARE(rig.ids, upTo(10, 15));

        rig.regain(StreamRoute::Market);
        rig.answer(tradePage(16, 16));
        rig.say(tradeText(18)); // nothing was held; its id tells
        QCOMPARE(rig.ids, upTo(10, 16));
        rig.answer(tradePage(17, 18));
        QCOMPARE(rig.ids, upTo(10, 18));
        QVERIFY(rig.notices.empty() && rig.asks.empty());
    }

    void aGapBehindTheQuestionIsAskedForToo()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(trades));
        rig.say(tradeText(10));
        rig.regain(StreamRoute::Market);
        rig.say(tradeText(12));
        rig.regain(StreamRoute::Market); // 13 was missed
        rig.say(tradeText(14));
        QCOMPARE(rig.asks.size(), std::size_t{1});
        rig.answer(tradePage(11, 12));
        QCOMPARE(rig.ids, upTo(10, 12));
        rig.answer(tradePage(13, 14));
        QCOMPARE(rig.ids, upTo(10, 14));
        QVERIFY(rig.notices.empty() && rig.asks.empty());
    }

    void tradesThatCannotBeReadAreCalledMissing()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(trades));
        rig.say(tradeText(10));
        rig.regain(StreamRoute::Market);
        rig.say(tradeText(13));
        rig.fail();
        rig.say(tradeText(14));
        QCOMPARE(rig.ids, (Ids{10, 13, 14}));
        QCOMPARE(
            rig.notices, (std::vector<std::string>{
                             "Some trades of BTCUSDT are missing after the connection was lost: no answer"}));
    }

    void moreThanSomePagesOfTradesAreCalledMissing()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(trades));
        rig.say(tradeText(1));
        rig.regain(StreamRoute::Market);
        rig.say(tradeText(9'000));
        std::int64_t next = 2;
        while (!rig.asks.empty()) {
            rig.answer(tradePage(next, next + 999));
            next += 1'000;
        }
        QCOMPARE(next, 5'002);
        Ids expected = upTo(1, 5'001);
        expected.push_back(9'000);
        QCOMPARE(rig.ids, expected);
        QCOMPARE(rig.notices.size(), std::size_t{1});
    }

    void bothConnectionsOfARenewalCountOnce()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(trades));
        for (const std::int64_t id : {1, 2, 1, 2, 3, 3}) {
            rig.say(tradeText(id));
        }
        rig.regain(StreamRoute::Market, true);
        QVERIFY(rig.asks.empty());
        QCOMPARE(rig.ids, upTo(1, 3));
    }

    void noTradeIsLeftOutUntold()
    {
        support::check("trades are handed over once, in order, and without a hole that is not told", [] {
            Rig rig;
            rig.carryOut(rig.feed.claim(trades));
            std::int64_t traded = 0;
            bool isConnected = true;
            std::deque<std::pair<MarketFeed::Ask, QByteArray>> underWay; // answers on their way back
            const auto steps = *rc::gen::container<std::vector<int>>(60, rc::gen::inRange(0, 6));
            const auto serve = [&] {
                for (; !rig.asks.empty(); rig.asks.pop_front()) {
                    const std::string &text = rig.asks.front().call.parameters;
                    const auto at = text.find("fromId=");
                    const std::int64_t from = std::stoll(text.substr(at + std::string{"fromId="}.size()));
                    underWay.emplace_back(rig.asks.front(), tradePage(from, traded));
                }
            };
            for (const int step : steps) {
                if (step <= 1) {
                    ++traded;
                    if (isConnected) {
                        rig.say(tradeText(traded));
                    }
                } else if (step == 2) {
                    isConnected = false;
                    rig.lose(StreamRoute::Market);
                } else if (step == 3 && !isConnected) {
                    // The venue takes the subscription one trade later than it was asked for.
                    rig.regain(StreamRoute::Market);
                    serve();
                    ++traded;
                    isConnected = true;
                } else if (!underWay.empty()) {
                    const auto [ask, page] = underWay.front();
                    underWay.pop_front();
                    rig.answer(ask, page);
                    serve();
                }
            }
            ++traded;
            if (!isConnected) {
                rig.regain(StreamRoute::Market);
            }
            rig.say(tradeText(traded));
            for (serve(); !underWay.empty(); serve()) {
                const auto [ask, page] = underWay.front();
                underWay.pop_front();
                rig.answer(ask, page);
            }
            if (rig.notices.empty()) {
                RC_ASSERT(!rig.ids.empty());
                RC_ASSERT(rig.ids == upTo(rig.ids.front(), traded));
            }
        });
    }

    // ---- bars

    void missedBarsAreReadFromTheOneThatWasOpen()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(minutes));
        rig.say(barText(0, "110"));
        rig.regain(StreamRoute::Market);
        QVERIFY(rig.asks.front().call.parameters.find("startTime=" + std::to_string(firstMinute)) !=
                std::string::npos);
        rig.answer(barPage(0, 5, "120"));
        QCOMPARE(rig.bars.size(), std::size_t{7});
        QCOMPARE(rig.bars.at(1).close, Price::literal("120"));
        QVERIFY(rig.bars.at(1).isClosed);
        QVERIFY2(!rig.bars.back().isClosed, "its stream closes it");
    }

    void aGapInTheBarsIsAskedForUntilItIsClosed()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(minutes));
        rig.say(barText(0, "110"));
        rig.regain(StreamRoute::Market);
        rig.fail();
        rig.say(barText(2, "130"));
        rig.regain(StreamRoute::Market); // the gap of now does not hide the one before
        rig.fail();
        QCOMPARE(rig.notices.size(), std::size_t{1});
        QVERIFY(rig.wait(2min));
        QVERIFY(rig.asks.front().call.parameters.find("startTime=" + std::to_string(firstMinute)) !=
                std::string::npos);
        rig.answer(barPage(0, 2, "125"));
        QVERIFY(!rig.feed.wakeAt() && rig.asks.empty());
        QCOMPARE(rig.bars.at(2).openAt, timestampFromMs(firstMinute));
        QVERIFY(rig.bars.at(2).isClosed);
    }

    void theStreamsWordOnTheNewestBarIsNotTakenBack()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(minutes));
        rig.say(barText(0, "110"));
        rig.regain(StreamRoute::Market);
        rig.say(barText(1, "140")); // newer than the answer that is on its way
        rig.answer(barPage(0, 1, "120"));
        QCOMPARE(rig.bars.back().openAt, timestampFromMs(firstMinute));
        QVERIFY(rig.bars.back().isClosed);
        QCOMPARE(rig.bars.at(rig.bars.size() - 2).close, Price::literal("140"));
    }

    void aLongGapIsReadPageByPage()
    {
        Rig rig;
        rig.serverAt = timestampFromMs(firstMinute + 2'000 * minute);
        rig.carryOut(rig.feed.claim(minutes));
        rig.say(barText(0, "110"));
        rig.regain(StreamRoute::Market);
        rig.answer(barPage(0, 1'499, "120"));
        rig.answer(barPage(1'499, 2'000, "120"));
        QVERIFY(rig.asks.empty() && rig.notices.empty());
        QCOMPARE(rig.bars.back().openAt, rig.serverAt);
        QVERIFY(std::ranges::is_sorted(rig.bars, {}, &Candle::openAt));
    }

    void aGapBehindTheQuestionForBarsIsAskedForToo()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(minutes));
        rig.say(barText(0, "110"));
        rig.regain(StreamRoute::Market);
        rig.regain(StreamRoute::Market);
        QCOMPARE(rig.asks.size(), std::size_t{1});
        rig.answer(barPage(0, 3, "120"));
        QCOMPARE(rig.asks.size(), std::size_t{1});
        rig.answer(barPage(3, 3, "121"));
        QCOMPARE(rig.bars.back().close, Price::literal("121"));
        QVERIFY(rig.asks.empty());
    }

    void aBarThatEndedBeforeTheSubscriptionWasTakenIsAskedForToo()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(minutes));
        rig.say(barText(0, "110"));
        rig.regain(StreamRoute::Market);
        rig.answer(barPage(0, 0, "115")); // still open, and its end is told to nobody
        rig.say(barText(1, "130"));
        QCOMPARE(rig.asks.size(), std::size_t{1});
        rig.answer(barPage(0, 1, "120"));
        QVERIFY(rig.bars.back().openAt == timestampFromMs(firstMinute) && rig.bars.back().isClosed);

        // The same where the stream goes on before the answer is there.
        rig.regain(StreamRoute::Market);
        rig.say(barText(2, "140"));
        rig.answer(barPage(1, 1, "130"));
        QCOMPARE(rig.asks.size(), std::size_t{1});
        rig.answer(barPage(1, 2, "135"));
        QVERIFY(rig.bars.back().openAt == timestampFromMs(firstMinute + minute) && rig.bars.back().isClosed);
        rig.say(barText(2, "140", true));
        rig.say(barText(3, "140"));
        QVERIFY(rig.asks.empty());
    }

    // ---- books

    void aSnapshotFromBeforeAGapDoesNotMakeABookLive()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(book));
        rig.say(depthText(5, 6, 4));
        const MarketFeed::Ask early = rig.question();
        rig.lose(StreamRoute::Public);
        rig.answer(early, snapshot(6));
        QVERIFY(rig.shown.state != BookView::State::Live);
        rig.regain(StreamRoute::Public);
        rig.say(depthText(21, 22, 20));
        QVERIFY(rig.wait(1s)); // the second in a row
        rig.answer(snapshot(21));
        QCOMPARE(rig.shown.state, BookView::State::Live);
        QCOMPARE(rig.shown.lastUpdateId, 22);
    }

    void snapshotsThatMissAreAskedForAfterGrowingPauses()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(book));
        const Monotonic begin = rig.now;
        int asked = 0;
        for (std::int64_t id = 1; rig.now < begin + 10min; ++id) {
            rig.say(depthText(id, id, id - 1));
            QVERIFY2(rig.asks.size() <= 1, "one a symbol");
            if (!rig.asks.empty()) {
                ++asked;
                rig.fail();
            }
            rig.wait(100ms);
        }
        QVERIFY2(asked >= 10 && asked <= 60, qPrintable(QString::number(asked)));
    }

    void snapshotsOfManySymbolsArePaced()
    {
        Rig rig;
        constexpr int symbols = 20;
        const auto nameOf = [](int number) { return "S" + std::to_string(number) + "USDT"; };
        for (int number = 0; number < symbols; ++number) {
            rig.carryOut(rig.feed.claim({MarketStream::Book, nameOf(number)}));
        }
        for (int number = 0; number < symbols; ++number) {
            rig.say(depthText(1, 1, 0, nameOf(number)));
        }
        QCOMPARE(rig.asks.size(), std::size_t{4});
        const Monotonic begin = rig.now;
        while (rig.asks.size() < symbols) {
            QVERIFY(rig.wait(10s));
        }
        QCOMPARE(rig.now - begin, MonotonicClock::duration{32s}); // one every two seconds
        QVERIFY(!rig.feed.wakeAt());
    }

    // ---- pictures

    void aPictureByRestDoesNotReplaceWhatTheStreamSaidSince()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim({MarketStream::Marks}));
        const MarketFeed::Ask ask = rig.question();
        rig.carryOut({});
        (void)rig.feed.onText(rig.moment(),
            R"({"e":"markPriceUpdate","E":2,"s":"BTCUSDT","p":"101","i":"101","r":"0.0001","T":3})");
        (void)rig.feed.onAnswer(rig.moment(), ask.id,
            QByteArray{R"([{"symbol":"BTCUSDT","markPrice":"99","indexPrice":"99","lastFundingRate":"0",
                "nextFundingTime":3,"time":1},{"symbol":"ETHUSDT","markPrice":"9","indexPrice":"9",
                "lastFundingRate":"0","nextFundingTime":3,"time":1}])"});
        QVERIFY(rig.feed.hasUpdates());
        MarketFeed::Updates updates = rig.feed.takeUpdates(10);
        std::ranges::sort(updates.marks, {}, &MarkPrice::symbol);
        QCOMPARE(updates.marks.size(), std::size_t{2});
        QCOMPARE(updates.marks.front().mark, Price::literal("101"));
        QVERIFY(!rig.feed.hasUpdates());
    }

    void anAnswerToAReleasedClaimIsNothing()
    {
        Rig rig;
        rig.carryOut(rig.feed.claim(trades));
        rig.say(tradeText(10));
        rig.regain(StreamRoute::Market);
        const MarketFeed::Ask late = rig.question();
        rig.carryOut(rig.feed.release(trades));
        rig.carryOut(rig.feed.claim(trades));
        rig.say(tradeText(50));
        rig.answer(late, tradePage(11, 60));
        rig.say(tradeText(51));
        QCOMPARE(rig.ids, (Ids{10, 50, 51}));
    }

    void anAnnouncedEndIsOfTheLastTextOnly()
    {
        Rig rig;
        rig.say(R"({"e":"serverShutdown","E":1})");
        QVERIFY(rig.feed.isEndAnnounced());
        rig.say(tradeText(1));
        QVERIFY(!rig.feed.isEndAnnounced());
        QVERIFY(rig.notices.empty());
    }

    void whatCannotBeReadIsSaidOnce()
    {
        Rig rig;
        rig.say("nonsense");
        rig.say("nonsense");
        rig.say(R"({"e":"ofTomorrow","s":"BTCUSDT"})");
        rig.say(R"({"e":"ofTomorrow","s":"BTCUSDT"})");
        rig.say(R"({"error":{"code":2,"msg":"Invalid request"},"id":1})");
        QCOMPARE(
            rig.notices, (std::vector<std::string>{"A market message could not be read: "
                                                   "The venue's message is not a readable stream message.",
                             "The market stream sent an event of an unknown kind: ofTomorrow",
                             "The market stream answered: Invalid request"}));
        QCOMPARE(rig.feed.unknownEvents().at("ofTomorrow"), 2);
    }
};

QTEST_GUILESS_MAIN(MarketFeedTest)
#include "market_feed_test.moc"
