#include "models/live/candle_feed.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_market_data.h"

#include <QSignalSpy>
#include <QTest>

using namespace domain;
using namespace std::chrono_literals;
using live::CandleFeed;
using live::CandleSeries;
using support::FakeClock;
using support::FakeMarketData;

namespace
{
constexpr std::int64_t minuteMs = 60'000;

Candle candle(std::int64_t minute, bool isClosed = true)
{
    Candle made;
    made.openAt = timestampFromMs(minute * minuteMs);
    made.open = made.high = made.low = made.close = Price::of(100 + minute);
    made.volume = Quantity::of(1);
    made.isClosed = isClosed;
    return made;
}

std::vector<Candle> minutes(std::int64_t from, std::int64_t end)
{
    std::vector<Candle> bars;
    for (auto minute = from; minute < end; ++minute) {
        bars.push_back(candle(minute));
    }
    return bars;
}

struct Rig
{
    FakeMarketData market;
    FakeClock clock;
    CandleFeed feed{market, clock, "BTCUSDT", Interval::M1};
    CandleSeries &series = feed.series();

    void update(std::vector<Candle> bars, Symbol symbol = "BTCUSDT")
    {
        emit market.candlesChanged({std::move(symbol), Interval::M1, std::move(bars)});
    }
    void fillFirstPage()
    {
        market.answerCandles(minutes(1'000, 1'010));
        QTRY_COMPARE(series.size(), 10);
    }
};

} // namespace

class CandleFeedTest : public QObject
{
    Q_OBJECT
private slots:
    void asksForTheNewestPageAndWatchesTheStream()
    {
        Rig rig;
        QCOMPARE(rig.market.claims["candles BTCUSDT 1m"], 1);
        QCOMPARE(rig.market.candleQueries.size(), 1U);
        QCOMPARE(rig.market.candleQueries[0].limit, 1000);
        QVERIFY(!rig.market.candleQueries[0].startAt);
        QVERIFY(!rig.market.candleQueries[0].endAt);
        QCOMPARE(rig.series.state(), CandleSeries::State::Loading);
        rig.fillFirstPage();
        QCOMPARE(rig.series.state(), CandleSeries::State::Live);
    }

    void lettingGoEndsTheClaim()
    {
        FakeMarketData market;
        FakeClock clock;
        {
            const CandleFeed feed{market, clock, "BTCUSDT", Interval::M1};
            QCOMPARE(market.claims["candles BTCUSDT 1m"], 1);
        }
        QCOMPARE(market.claims["candles BTCUSDT 1m"], 0);
    }

    void holdsLiveBarsUntilTheFirstPageIsThere()
    {
        Rig rig;
        rig.update({candle(1'010, false)});
        QVERIFY(rig.series.isEmpty());
        rig.market.answerCandles(minutes(1'000, 1'010));
        QTRY_COMPARE(rig.series.size(), 11);
        QVERIFY(!rig.series.exactAt(10).isClosed);
    }

    void mergesLiveBarsOfItsOwnSymbolOnly()
    {
        Rig rig;
        rig.fillFirstPage();
        rig.update({candle(1'010, false)}, "ETHUSDT");
        QCOMPARE(rig.series.size(), 10);
        rig.update({candle(1'010, false)});
        QCOMPARE(rig.series.size(), 11);
    }

    void saysWhyTheFirstPageFailedAndTriesAgain()
    {
        Rig rig;
        rig.market.failCandles(ErrorCode::Unreachable, "The host was not found.");
        QTRY_COMPARE(rig.series.state(), CandleSeries::State::Failed);
        QCOMPARE(rig.series.stateText(), QStringLiteral("The host was not found."));
        rig.feed.retry();
        QCOMPARE(rig.series.state(), CandleSeries::State::Loading);
        QCOMPARE(rig.market.candleQueries.size(), 2U);
        rig.fillFirstPage();
        QCOMPARE(rig.series.state(), CandleSeries::State::Live);
        rig.feed.retry();
        QCOMPARE(rig.market.candleQueries.size(), 2U);
    }

    void loadsOneOlderPageAtATimeUntilThereIsNone()
    {
        Rig rig;
        rig.fillFirstPage();
        QSignalSpy loaded{&rig.feed, &CandleFeed::olderLoaded};
        rig.feed.loadOlder();
        rig.feed.loadOlder();
        QTRY_COMPARE(rig.market.candleQueries.size(), 2U);
        rig.feed.loadOlder();
        QCOMPARE(rig.market.candleQueries.size(), 2U);
        QVERIFY(rig.market.candleQueries[1].endAt == timestampFromMs(1'000 * minuteMs - 1));

        rig.market.answerCandles(minutes(990, 1'000));
        QTRY_COMPARE(loaded.count(), 1);
        QCOMPARE(loaded[0][0].toBool(), false);
        QCOMPARE(rig.series.size(), 20);
        QCOMPARE(rig.series.firstNumber(), -10);

        rig.feed.loadOlder();
        QTRY_COMPARE(rig.market.pendingCandles.size(), 1U);
        rig.market.answerCandles({});
        QTRY_COMPARE(loaded.count(), 2);
        QVERIFY(rig.feed.historyEnded());
        rig.feed.loadOlder();
        QTest::qWait(100);
        QCOMPARE(rig.market.candleQueries.size(), 3U);
    }

    void aFailedOlderPageCanBeAskedForAgain()
    {
        Rig rig;
        rig.fillFirstPage();
        QSignalSpy failed{&rig.feed, &CandleFeed::olderFailed};
        rig.feed.loadOlder();
        QTRY_COMPARE(rig.market.pendingCandles.size(), 1U);
        rig.market.failCandles(ErrorCode::RateLimited, "Too many requests.");
        QTRY_COMPARE(failed.count(), 1);
        QCOMPARE(rig.series.state(), CandleSeries::State::Live);
        rig.feed.loadOlder();
        QTRY_COMPARE(rig.market.pendingCandles.size(), 1U);
    }

    void fillsAHoleThatTheStreamLeft()
    {
        Rig rig;
        rig.fillFirstPage();
        rig.update({candle(1'015, false)});
        QCOMPARE(rig.market.pendingCandles.size(), 1U);
        QVERIFY(rig.market.pendingCandles[0].query.startAt == timestampFromMs(1'009 * minuteMs));
        QVERIFY(rig.market.pendingCandles[0].query.endAt == timestampFromMs(1'015 * minuteMs));
        rig.market.answerCandles(minutes(1'009, 1'016));
        QTRY_COMPARE(rig.series.size(), 16);
        QCOMPARE(rig.series.at(12).openMs, 1'012 * minuteMs);
    }

    void aWideHoleIsFilledPageByPage()
    {
        Rig rig;
        rig.fillFirstPage();
        rig.update({candle(2'500, false)});
        QCOMPARE(rig.market.pendingCandles.size(), 1U);
        rig.market.answerCandles(minutes(1'009, 2'009));
        QTRY_COMPARE(rig.market.pendingCandles.size(), 1U);
        QVERIFY(rig.market.pendingCandles[0].query.startAt == timestampFromMs(2'008 * minuteMs));
        rig.market.answerCandles(minutes(2'008, 2'501));
        QTRY_COMPARE(rig.series.size(), 1'501);
        QVERIFY(rig.market.pendingCandles.empty());
    }

    void silenceMakesTheSeriesStaleUntilTheNextUpdate()
    {
        Rig rig;
        rig.fillFirstPage();
        rig.feed.setStaleAfter(30s);
        rig.clock.advance(30s);
        rig.feed.checkAge();
        QCOMPARE(rig.series.state(), CandleSeries::State::Live);
        rig.clock.advance(5s);
        rig.feed.checkAge();
        QCOMPARE(rig.series.state(), CandleSeries::State::Stale);
        QCOMPARE(rig.series.stateText(), QStringLiteral("No update for 35 s"));
        rig.update({candle(1'010, false)});
        QCOMPARE(rig.series.state(), CandleSeries::State::Live);
    }
};

QTEST_GUILESS_MAIN(CandleFeedTest)
#include "candle_feed_test.moc"
