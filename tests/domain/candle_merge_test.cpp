#include "models/domain/market/candle_merge.h"
#include "tests/support/fixtures.h"

#include <QTest>

#include <algorithm>
#include <rapidcheck.h>

using namespace domain;

namespace
{

constexpr std::int64_t minute = 60'000;

Candle bar(std::int64_t atMinute, int price, std::int64_t trades = 1, bool isClosed = true)
{
    Candle candle;
    candle.openAt = timestampFromMs(atMinute * minute);
    candle.open = candle.high = candle.low = candle.close = Price::of(price);
    candle.volume = Quantity::of(1);
    candle.quoteVolume = Money::of(price);
    candle.tradeCount = trades;
    candle.isClosed = isClosed;
    return candle;
}

Trade trade(std::int64_t atMs, int price, int quantity, bool buyerIsMaker = false)
{
    return {"BTCUSDT", atMs, Price::of(price), Quantity::of(quantity), timestampFromMs(atMs), buyerIsMaker};
}

/// A recorded series: open_time, open, high, low, close, volume.
std::vector<Candle> recorded(const QString &name)
{
    std::vector<Candle> series;
    const auto lines = support::fixture(name).split('\n');
    for (const QByteArray &line : lines) {
        const auto cells = line.split(',');
        bool isNumber = false;
        const auto openAt = cells[0].toLongLong(&isNumber);
        if (cells.size() < 6 || !isNumber) {
            continue;
        }
        Candle candle;
        candle.openAt = timestampFromMs(openAt);
        candle.open = Price::literal(cells[1].toStdString());
        candle.high = Price::literal(cells[2].toStdString());
        candle.low = Price::literal(cells[3].toStdString());
        candle.close = Price::literal(cells[4].toStdString());
        candle.volume = Quantity::literal(cells[5].trimmed().toStdString());
        candle.isClosed = true;
        series.push_back(candle);
    }
    return series;
}

} // namespace

class CandleMergeTest : public QObject
{
    Q_OBJECT
private slots:
    void aLiveBarReplacesTheLastOneAndANewOneFollows()
    {
        std::vector<Candle> series{bar(1, 10), bar(2, 11, 1, false)};
        QCOMPARE(mergeCandles(series, {bar(2, 12, 2, false)}), std::size_t{1});
        QCOMPARE(series.back().close, Price::of(12));
        QCOMPARE(mergeCandles(series, {bar(2, 13, 3), bar(3, 14, 1, false)}), std::size_t{1});
        QCOMPARE(series.size(), std::size_t{3});
    }

    void aClosedBarIsNotReplacedByAnOpenOneThatComesLate()
    {
        std::vector<Candle> series{bar(1, 10, 5)};
        QCOMPARE(mergeCandles(series, {bar(1, 9, 7, false)}), series.size());
        QCOMPARE(series.back().close, Price::of(10));
    }

    void anOpenBarIsNotReplacedByAnOlderStateOfItself()
    {
        std::vector<Candle> series{bar(1, 10, 5, false)};
        mergeCandles(series, {bar(1, 9, 4, false)});
        QCOMPARE(series.back().close, Price::of(10));
    }

    void barsOfAGapFindTheirPlace()
    {
        std::vector<Candle> series{bar(1, 10), bar(5, 14)};
        QCOMPARE(gapsIn(series, Interval::M1),
            std::vector({CandleGap{timestampFromMs(2 * minute), timestampFromMs(4 * minute)}}));
        QCOMPARE(mergeCandles(series, {bar(2, 11), bar(3, 12), bar(4, 13)}), std::size_t{1});
        QVERIFY(gapsIn(series, Interval::M1).empty());
        QCOMPARE(series[2].close, Price::of(12));
    }

    void anyOrderOfClosedBarsGivesTheSameSeries()
    {
        QVERIFY(rc::check("merging is independent of the order and of repetition", [] {
            const auto times = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 50));
            std::vector<Candle> bars;
            for (const int at : times) {
                bars.push_back(bar(at, 100 + at));
            }
            std::vector<Candle> series;
            for (const Candle &one : bars) {
                mergeCandles(series, {one});
            }
            std::vector<Candle> expected = bars;
            std::ranges::sort(expected, {}, &Candle::openAt);
            expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
            RC_ASSERT(series == expected);
        }));
    }

    void buildsBarsFromTrades()
    {
        CandleBuilder builder{Interval::M1};
        QVERIFY(!builder.add(trade(1000, 10, 2)));
        QVERIFY(!builder.add(trade(2000, 12, 1, true)));
        QVERIFY(!builder.add(trade(59'999, 9, 1)));
        const auto closed = builder.add(trade(180'500, 11, 5));
        QVERIFY(closed);
        QCOMPARE(closed->openAt, timestampFromMs(0));
        QCOMPARE(closed->open, Price::of(10));
        QCOMPARE(closed->high, Price::of(12));
        QCOMPARE(closed->low, Price::of(9));
        QCOMPARE(closed->close, Price::of(9));
        QCOMPARE(closed->volume, Quantity::of(4));
        QCOMPARE(closed->takerBuyVolume, Quantity::of(3));
        QCOMPARE(closed->quoteVolume, Money::of(41));
        QCOMPARE(closed->tradeCount, 3);
        QVERIFY(closed->isClosed);
        QCOMPARE(builder.current()->openAt, timestampFromMs(180'000));
        QVERIFY(!builder.current()->isClosed);
    }

    void aTradeThatComesLateIsLeftOut()
    {
        CandleBuilder builder{Interval::M1};
        builder.add(trade(70'000, 10, 1));
        QVERIFY(!builder.add(trade(59'000, 99, 1)));
        QCOMPARE(builder.current()->high, Price::of(10));
    }

    void aBarClosesByTimeAlone()
    {
        CandleBuilder builder{Interval::M1};
        builder.add(trade(1000, 10, 1));
        QVERIFY(!builder.closeAt(timestampFromMs(59'999)));
        QVERIFY(builder.closeAt(timestampFromMs(60'000)));
        QVERIFY(!builder.current());
    }

    void theLastLargeBarIsOpenUntilItsLastPartCloses()
    {
        std::vector<Candle> parts{bar(0, 10), bar(1, 11), bar(2, 12), bar(3, 8)};
        auto large = aggregateCandles(parts, Interval::M1, Interval::M5);
        QCOMPARE(large.size(), std::size_t{1});
        QVERIFY(!large[0].isClosed);
        parts.push_back(bar(4, 9, 1, false));
        QVERIFY(!aggregateCandles(parts, Interval::M1, Interval::M5)[0].isClosed);
        parts.back().isClosed = true;
        large = aggregateCandles(parts, Interval::M1, Interval::M5);
        QVERIFY(large[0].isClosed);
        QCOMPARE(large[0].open, Price::of(10));
        QCOMPARE(large[0].high, Price::of(12));
        QCOMPARE(large[0].low, Price::of(8));
        QCOMPARE(large[0].close, Price::of(9));
        QCOMPARE(large[0].volume, Quantity::of(5));
        QCOMPARE(large[0].quoteVolume, Money::of(50));
    }

    void hourBarsOfTheExchangeComeOutOfItsFiveMinuteBars()
    {
        const auto small = recorded(QStringLiteral("klines/BTCUSDT-5m.csv.gz"));
        const auto large = recorded(QStringLiteral("klines/BTCUSDT-1h.csv.gz"));
        if (small.empty() || large.empty()) {
            QSKIP("the recording is not here");
        }
        QVERIFY(gapsIn(small, Interval::M5).empty());
        auto made = aggregateCandles(small, Interval::M5, Interval::H1);
        made.erase(made.begin()); // begins in the middle
        int compared = 0;
        int different = 0;
        for (const Candle &one : made) {
            const auto recordedOne = std::ranges::lower_bound(large, one.openAt, {}, &Candle::openAt);
            if (recordedOne == large.end() || recordedOne->openAt != one.openAt || !one.isClosed) {
                continue;
            }
            ++compared;
            const bool isSame = one.open == recordedOne->open && one.high == recordedOne->high &&
                                one.low == recordedOne->low && one.close == recordedOne->close;
            different += isSame ? 0 : 1;
        }
        QVERIFY2(compared > 700, qPrintable(QString::number(compared)));
        QCOMPARE(different, 0);
    }
};

QTEST_APPLESS_MAIN(CandleMergeTest)
#include "candle_merge_test.moc"
