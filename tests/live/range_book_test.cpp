#include "models/domain/market/average_true_range.h"
#include "models/live/range_book.h"
#include "tests/support/fake_market_data.h"

#include <QSignalSpy>
#include <QTest>

using namespace domain;

/// The hourly ranges that dashboard and calculator share.
class RangeBookTest : public QObject
{
    Q_OBJECT
private slots:
    void aSymbolIsAskedForOnceHoweverManyWantIt()
    {
        support::FakeMarketData marketData;
        live::RangeBook ranges{marketData};
        QSignalSpy changed{&ranges, &live::RangeBook::changed};
        ranges.want("BTCUSDT");
        ranges.want("BTCUSDT");
        QCOMPARE(marketData.candleQueries.size(), std::size_t{1});
        QCOMPARE(marketData.candleQueries.front().symbol, Symbol{"BTCUSDT"});
        QVERIFY(marketData.candleQueries.front().interval == Interval::H1);
        QVERIFY(!ranges.range("BTCUSDT"));

        std::vector<Candle> candles;
        for (int hour = 0; hour < 30; ++hour) {
            Candle candle;
            candle.openAt = timestampFromMs(hour * 3'600'000LL);
            candle.open = candle.close = Price::of(100);
            candle.high = Price::of(103 + hour % 2);
            candle.low = Price::of(98);
            candle.isClosed = true;
            candles.push_back(candle);
        }
        marketData.answerCandles(candles);
        QTRY_COMPARE(changed.size(), 1);
        QVERIFY(ranges.range("BTCUSDT") > Price::of(5));
        QVERIFY(ranges.range("BTCUSDT") < Price::of(6));
        QCOMPARE(ranges.range("BTCUSDT"), averageTrueRange(candles));
        QVERIFY(!ranges.range("ETHUSDT"));
    }

    void whatCouldNotBeReadLeavesNothingBehind()
    {
        support::FakeMarketData marketData;
        live::RangeBook ranges{marketData};
        ranges.want("BTCUSDT");
        marketData.failCandles(ErrorCode::Unreachable, "no line");
        QTest::qWait(20);
        QVERIFY(!ranges.range("BTCUSDT"));
    }
};

QTEST_GUILESS_MAIN(RangeBookTest)
#include "range_book_test.moc"
