#include "models/live/candle_series.h"

#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <rapidcheck.h>

using namespace domain;
using live::CandleSeries;

namespace
{
constexpr std::int64_t minuteMs = 60'000;

Candle candle(std::int64_t minute, const char *close, const char *volume = "1", bool isClosed = true)
{
    Candle made;
    made.openAt = timestampFromMs(minute * minuteMs);
    made.open = made.high = made.low = made.close = Price::literal(close);
    made.volume = Quantity::literal(volume);
    made.isClosed = isClosed;
    return made;
}

std::vector<Candle> minutes(std::int64_t from, std::int64_t end)
{
    std::vector<Candle> bars;
    for (auto minute = from; minute < end; ++minute) {
        bars.push_back(candle(minute, "100"));
    }
    return bars;
}

std::vector<std::int64_t> openMinutes(const CandleSeries &series)
{
    std::vector<std::int64_t> minutes;
    for (int i = 0; i < series.size(); ++i) {
        minutes.push_back(series.at(i).openMs / minuteMs);
    }
    return minutes;
}

/// A random candle whose high and low enclose open and close.
Candle anyCandle(std::int64_t minute)
{
    Candle made;
    made.openAt = timestampFromMs(minute * minuteMs);
    const auto cents = [] { return Price::literal("0.01") * *rc::gen::inRange<std::int64_t>(1, 10'000'000); };
    made.open = cents();
    made.close = cents();
    made.high = std::max({made.open, made.close, cents()});
    made.low = std::min({made.open, made.close, cents()});
    made.volume = Quantity::of(*rc::gen::inRange<std::int64_t>(0, 1'000));
    made.isClosed = true;
    return made;
}

live::Bar naive(const CandleSeries &series, int first, int end)
{
    live::Bar sum = series.at(first);
    sum.close = series.at(end - 1).close;
    sum.volume = 0;
    for (int i = first; i < end; ++i) {
        sum.low = std::min(sum.low, series.at(i).low);
        sum.high = std::max(sum.high, series.at(i).high);
        sum.volume += series.at(i).volume;
    }
    return sum;
}

void assertAggregatesMatch(const CandleSeries &series)
{
    const int first = *rc::gen::inRange(0, series.size());
    const int end = *rc::gen::inRange(first + 1, series.size() + 1);
    const live::Bar expected = naive(series, first, end);
    const live::Bar got = series.aggregate(first, end);
    RC_ASSERT(got.openMs == expected.openMs);
    RC_ASSERT(got.open == expected.open);
    RC_ASSERT(got.high == expected.high);
    RC_ASSERT(got.low == expected.low);
    RC_ASSERT(got.close == expected.close);
    RC_ASSERT(got.volume == expected.volume); // whole numbers: no rounding in either order
}

} // namespace

class CandleSeriesTest : public QObject
{
    Q_OBJECT
private slots:
    void takesTheFirstPageAsOneReset()
    {
        CandleSeries series{"BTCUSDT", Interval::M1};
        QSignalSpy resets{&series, &CandleSeries::reset};
        series.merge(minutes(10, 13));
        QCOMPARE(resets.count(), 1);
        QCOMPARE(openMinutes(series), (std::vector<std::int64_t>{10, 11, 12}));
        QVERIFY(series.oldest() == timestampFromMs(10 * minuteMs));
        QVERIFY(series.newest() == timestampFromMs(12 * minuteMs));
    }

    void updatesTheOpenBarInPlace()
    {
        CandleSeries series{"BTCUSDT", Interval::M1};
        series.merge({candle(1, "100"), candle(2, "101", "5", false)});
        QSignalSpy changes{&series, &CandleSeries::lastBarChanged};
        QSignalSpy appends{&series, &CandleSeries::barsAppended};
        series.merge({candle(2, "102.5", "6", false)});
        QCOMPARE(changes.count(), 1);
        QCOMPARE(appends.count(), 0);
        QCOMPARE(series.exactAt(1).close.toString(), std::string{"102.5"});
        QVERIFY(!series.exactAt(1).isClosed);
        QVERIFY(series.exactAt(0).isClosed);
    }

    void olderNewsOfAnOpenBarIsIgnored()
    {
        CandleSeries series{"BTCUSDT", Interval::M1};
        series.merge({candle(1, "100", "5", false)});
        QSignalSpy changes{&series, &CandleSeries::lastBarChanged};
        series.merge({candle(1, "90", "4", false)});
        QCOMPARE(changes.count(), 0);
        QCOMPARE(series.exactAt(0).close.toString(), std::string{"100"});

        series.merge({candle(1, "101", "5", true)});
        series.merge({candle(1, "95", "6", false)});
        QCOMPARE(series.exactAt(0).close.toString(), std::string{"101"});
        QVERIFY(series.exactAt(0).isClosed);
    }

    void appendsAndSaysHowMany()
    {
        CandleSeries series{"BTCUSDT", Interval::M1};
        series.merge(minutes(1, 3));
        QSignalSpy appends{&series, &CandleSeries::barsAppended};
        series.merge({candle(2, "100.5", "2"), candle(3, "101"), candle(4, "102", "1", false)});
        QCOMPARE(appends.count(), 1);
        QCOMPARE(appends[0][0].toInt(), 2);
        QCOMPARE(openMinutes(series), (std::vector<std::int64_t>{1, 2, 3, 4}));
        QCOMPARE(series.exactAt(1).close.toString(), std::string{"100.5"});
    }

    void historyKeepsTheNumbersOfKnownBars()
    {
        CandleSeries series{"BTCUSDT", Interval::M1};
        series.merge(minutes(100, 103));
        QCOMPARE(series.firstNumber(), 0);
        QSignalSpy prepends{&series, &CandleSeries::historyPrepended};
        series.merge(minutes(90, 100));
        QCOMPARE(prepends.count(), 1);
        QCOMPARE(prepends[0][0].toInt(), 10);
        QCOMPARE(series.firstNumber(), -10);
        QCOMPARE(series.endNumber(), 3);
        QCOMPARE(series.at(series.indexOfNumber(0)).openMs, 100 * minuteMs);
        QCOMPARE(series.size(), 13);
    }

    void closesAHoleInTheMiddle()
    {
        CandleSeries series{"BTCUSDT", Interval::M1};
        series.merge({candle(1, "1"), candle(2, "2"), candle(6, "6"), candle(7, "7", "1", false)});
        QSignalSpy past{&series, &CandleSeries::pastChanged};
        series.merge({candle(2, "2"), candle(3, "3"), candle(4, "4"), candle(5, "5"), candle(6, "6")});
        QCOMPARE(past.count(), 1);
        QCOMPARE(openMinutes(series), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7}));
        QCOMPARE(series.exactAt(3).close.toString(), std::string{"4"});
        QCOMPARE(series.aggregate(0, 7).high, 7.0);
    }

    void anUnchangedPageIsNoNews()
    {
        CandleSeries series{"BTCUSDT", Interval::M1};
        series.merge(minutes(1, 10));
        QSignalSpy past{&series, &CandleSeries::pastChanged};
        series.merge(minutes(1, 9));
        QCOMPARE(past.count(), 0);
        QCOMPARE(series.size(), 9);
    }

    void findsTheBarOfAMoment()
    {
        CandleSeries series{"BTCUSDT", Interval::M1};
        QCOMPARE(series.indexAt(timestampFromMs(0)), -1);
        series.merge({candle(10, "1"), candle(11, "1"), candle(15, "1")});
        QCOMPARE(series.indexAt(timestampFromMs(10 * minuteMs - 1)), -1);
        QCOMPARE(series.indexAt(timestampFromMs(10 * minuteMs)), 0);
        QCOMPARE(series.indexAt(timestampFromMs(12 * minuteMs)), 1);
        QCOMPARE(series.indexAt(timestampFromMs(99 * minuteMs)), 2);
    }

    void keepsEveryDigit_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"65000.1", "0.00001234", "0.1", "123456789.12345678", "99999999999.999",
                 "1234567890123.456789", "0.000000000001"}) {
            QTest::newRow(text) << QByteArray{text};
        }
    }
    void keepsEveryDigit()
    {
        QFETCH(QByteArray, text);
        CandleSeries series{"X", Interval::M1};
        series.merge({candle(1, text.constData(), text.constData()), candle(2, "1")});
        QCOMPARE(QByteArray::fromStdString(series.exactAt(0).close.toString()), text);
        QCOMPARE(QByteArray::fromStdString(series.exactAt(0).volume.toString()), text);
    }

    void clearingStartsAnew()
    {
        CandleSeries series{"BTCUSDT", Interval::M1};
        series.merge(minutes(1, 100));
        series.merge(minutes(-50, 1));
        QSignalSpy resets{&series, &CandleSeries::reset};
        series.clear();
        QCOMPARE(resets.count(), 1);
        QVERIFY(series.isEmpty());
        QVERIFY(!series.newest());
        series.merge(minutes(5, 7));
        QCOMPARE(openMinutes(series), (std::vector<std::int64_t>{5, 6}));
    }

    void statesAreToldOnce()
    {
        CandleSeries series{"BTCUSDT", Interval::M1};
        QCOMPARE(series.state(), CandleSeries::State::Loading);
        QSignalSpy changes{&series, &CandleSeries::stateChanged};
        series.setState(CandleSeries::State::Failed, QStringLiteral("The host was not found."));
        series.setState(CandleSeries::State::Failed, QStringLiteral("The host was not found."));
        QCOMPARE(changes.count(), 1);
        QCOMPARE(series.stateText(), QStringLiteral("The host was not found."));
    }

    void mergingInAnyOrderGivesTheSameBars()
    {
        QVERIFY(rc::check("pages in any order give ascending bars without doubles", [] {
            const auto opens = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-500, 500));
            CandleSeries series{"X", Interval::M1};
            std::vector<Candle> page;
            for (const int minute : opens) {
                page.push_back(candle(minute, "1"));
                if (page.size() == 7) {
                    series.merge(std::exchange(page, {}));
                }
            }
            series.merge(page);
            std::vector<std::int64_t> expected(opens.begin(), opens.end());
            std::ranges::sort(expected);
            expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
            RC_ASSERT(openMinutes(series) == expected);
        }));
    }

    void thePyramidEqualsANaiveSum()
    {
        QVERIFY(rc::check("any stretch sums up as if bar by bar, after any merges", [] {
            CandleSeries series{"X", Interval::M1};
            const int steps = *rc::gen::inRange(1, 8);
            std::int64_t oldest = 0;
            std::int64_t end = 0;
            for (int step = 0; step < steps; ++step) {
                const int count = *rc::gen::inRange(1, 60);
                const int kind = *rc::gen::inRange(0, 4);
                std::vector<Candle> page;
                for (int i = 0; i < count; ++i) {
                    if (kind == 0) {
                        page.push_back(anyCandle(end++));
                    } else if (kind == 1) {
                        page.push_back(anyCandle(--oldest));
                    } else if (kind == 2) {
                        page.push_back(anyCandle(*rc::gen::inRange(oldest - 1, end + 1)));
                        oldest = std::min(oldest, toMs(page.back().openAt) / minuteMs);
                        end = std::max(end, toMs(page.back().openAt) / minuteMs + 1);
                    } else {
                        end += 3; // leaves a hole
                        page.push_back(anyCandle(end++));
                    }
                }
                series.merge(std::move(page));
                assertAggregatesMatch(series);
                assertAggregatesMatch(series);
            }
        }));
    }

    void manyOlderPagesArriveInPlace()
    {
        CandleSeries series{"X", Interval::M1};
        series.merge(minutes(0, 200'000));
        std::int64_t oldest = 0;
        for (int page = 0; page < 100; ++page) {
            series.merge(minutes(oldest - 1'000, oldest));
            oldest -= 1'000;
        }
        QCOMPARE(series.size(), 300'000);
        QCOMPARE(series.aggregate(0, series.size()).volume, 300'000.0);
        QCOMPARE(series.at(0).openMs, -100'000 * minuteMs);
    }
};

QTEST_APPLESS_MAIN(CandleSeriesTest)
#include "candle_series_test.moc"
