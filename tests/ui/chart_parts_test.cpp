#include "tests/support/candle_walk.h"
#include "ui/charts/candle_columns.h"
#include "ui/charts/candle_painter.h"
#include "ui/charts/chart_ticks.h"
#include "ui/charts/price_scale.h"
#include "ui/charts/time_window.h"

#include <QImage>
#include <QPainter>
#include <QSet>
#include <QTest>

#include <cmath>
#include <rapidcheck.h>

using namespace domain;
using live::CandleSeries;
using ui::CandleColumns;
using ui::PriceScale;
using ui::TimeTick;
using ui::TimeWindow;

namespace
{
constexpr std::int64_t hourMs = 3'600'000;
constexpr std::int64_t startMs = 1'763'856'000'000; // 2025-11-23 00:00 UTC

void fill(CandleSeries &series, int count)
{
    support::CandleWalk walk{timestampFromMs(startMs), series.interval()};
    series.merge(walk.take(count));
}

TimeWindow windowOver(std::int64_t first, std::int64_t end, double span)
{
    TimeWindow window;
    window.setBounds(first, end);
    window.setSpan(span);
    return window;
}

} // namespace

/// The plain parts of a chart, without a widget.
class ChartPartsTest : public QObject
{
    Q_OBJECT
private slots:
    // Time window
    void zoomKeepsTheBarUnderThePointer()
    {
        QVERIFY(rc::check("whatever the factor, a number keeps its share of the screen", [] {
            TimeWindow window = windowOver(0, 10'000, 200);
            window.panBy(-1'600 - *rc::gen::inRange(0, 6'500));
            const double share = *rc::gen::inRange(0, 101) / 100.0;
            const double number = window.from() + share * window.span();
            // Near the ends the window is held back, so stay among bars.
            RC_PRE(number > 1'500 && number < 8'500);
            window.zoomAt(number, *rc::gen::inRange(20, 500) / 100.0);
            RC_ASSERT(std::abs((number - window.from()) / window.span() - share) < 1e-9);
        }));
    }

    void panningLeavesSomeBarsInSight()
    {
        TimeWindow window = windowOver(0, 1'000, 100);
        window.panBy(100'000);
        QVERIFY(window.from() <= 1'000 - TimeWindow::keptInSight);
        window.panBy(-100'000);
        QVERIFY(window.to() >= TimeWindow::keptInSight);
        QVERIFY(qFuzzyCompare(window.span(), 100.0));
    }

    void followsTheLiveEdgeUntilPannedAway()
    {
        TimeWindow window = windowOver(0, 1'000, 100);
        QVERIFY(window.isFollowing());
        const double to = window.to();
        window.setBounds(0, 1'003);
        QCOMPARE(window.to(), to + 3);
        window.panBy(-50);
        QVERIFY(!window.isFollowing());
        const double away = window.to();
        window.setBounds(0, 1'010);
        QCOMPARE(window.to(), away);
        window.goToLive();
        QVERIFY(window.isFollowing());
        QVERIFY(window.to() > 1'010);
    }

    void olderHistoryDoesNotMoveTheWindow()
    {
        TimeWindow window = windowOver(0, 1'000, 100);
        window.panBy(-900);
        QVERIFY(window.isNearOldest());
        const double from = window.from();
        window.setBounds(-1'000, 1'000);
        QCOMPARE(window.from(), from);
        QVERIFY(!window.isNearOldest());
    }

    void zoomHasEnds()
    {
        TimeWindow window = windowOver(0, 1'000, 100);
        window.zoomAt(500, 1e9);
        QCOMPARE(window.span(), TimeWindow::fewestBars);
        window.zoomAt(500, 1e-9);
        QVERIFY(window.span() <= 1'250);
        window.showAll();
        QVERIFY(window.from() <= 0 && window.to() >= 1'000);
    }

    // Price scale
    void automaticScaleHoldsTheBarsWithAirAround()
    {
        PriceScale scale;
        QVERIFY(scale.fit(100, 200, 0.1));
        QVERIFY(scale.low() < 100 && scale.high() > 200);
    }

    void smallMovesDoNotMoveTheScale()
    {
        PriceScale scale;
        scale.fit(100, 200, 0.1);
        const double low = scale.low();
        QVERIFY(!scale.fit(100, 201, 0.1));
        QVERIFY(!scale.fit(105, 190, 0.1));
        QCOMPARE(scale.low(), low);
        QVERIFY(scale.fit(100, 260, 0.1));
        QVERIFY(scale.fit(100, 120, 0.1));
        QVERIFY(scale.span() < 30);
    }

    void aFlatMarketStillHasASpan()
    {
        PriceScale scale;
        QVERIFY(scale.fit(50, 50, 0.5));
        QVERIFY(scale.low() < 50 && scale.high() > 50);
        QVERIFY(scale.span() >= 0.5);
    }

    void scalingByHandEndsTheAutomatic()
    {
        PriceScale scale;
        scale.fit(100, 200, 0.1);
        const double before = scale.span();
        scale.scaleBy(2, 0.1);
        QVERIFY(!scale.isAutomatic());
        QVERIFY(qFuzzyCompare(scale.span(), before / 2));
        QVERIFY(!scale.fit(0, 1'000, 0.1));
        scale.setAutomatic(true);
        QVERIFY(scale.fit(0, 1'000, 0.1));
    }

    // Columns
    void columnsAreBarsWhereThereIsRoom()
    {
        CandleSeries series{"BTCUSDT", Interval::M1};
        fill(series, 1'000);
        CandleColumns columns;
        columns.rebuild(series, 900, 1'005, 1'000);
        QCOMPARE(columns.barsPerColumn(), 1);
        QCOMPARE(columns.columns().size(), 100U);
        QCOMPARE(columns.columns().front().number, 900);
        QCOMPARE(columns.columns().back().values.close, series.at(999).close);
    }

    void denseBarsBecomeColumnsThatLoseNothing()
    {
        QVERIFY(rc::check("extremes and volume of all columns are those of their bars", [] {
            CandleSeries series{"BTCUSDT", Interval::M1};
            fill(series, *rc::gen::inRange(1, 5'000));
            CandleColumns columns;
            const double pixels = *rc::gen::inRange(50, 2'000);
            columns.rebuild(series, -10, series.size() + 10, pixels);
            const live::Bar all = series.aggregate(0, series.size());
            RC_ASSERT(columns.low() == all.low);
            RC_ASSERT(columns.high() == all.high);
            double volume = 0;
            for (const ui::Column &column : columns.columns()) {
                volume += column.values.volume;
                RC_ASSERT(column.number % columns.barsPerColumn() == 0);
            }
            RC_ASSERT(std::abs(volume - all.volume) <= 1e-9 * all.volume);
            RC_ASSERT(columns.columns().size() <= pixels / 2 + 2);
            RC_ASSERT(columns.columns().back().values.close == all.close);
        }));
    }

    void aLiveBarChangesTheLastColumnOnly()
    {
        CandleSeries series{"BTCUSDT", Interval::M1};
        support::CandleWalk walk{timestampFromMs(startMs)};
        auto bars = walk.take(1'000);
        bars.back().isClosed = false;
        Candle last = bars.back();
        series.merge(bars);
        CandleColumns columns;
        columns.rebuild(series, 0, 1'000, 500); // four bars a column
        QCOMPARE(columns.barsPerColumn(), 4);
        const auto before = columns.columns();
        last.high = Price::of(70'000);
        last.close = last.high;
        last.volume = last.volume + Quantity::of(1);
        series.merge({last});
        QVERIFY(columns.refreshLast(series));
        QCOMPARE(columns.columns().size(), before.size());
        QCOMPARE(columns.columns().back().values.close, 70'000.0);
        QCOMPARE(columns.high(), 70'000.0);
        QCOMPARE(columns.columns()[10].values.close, before[10].values.close);

        columns.rebuild(series, 0, 500, 500);
        QVERIFY(!columns.refreshLast(series)); // the newest bar is out of sight
    }

    // Labels
    void timeLabelsAreRoundAndNamedByWhatChanges()
    {
        CandleSeries series{"BTCUSDT", Interval::H1};
        fill(series, 48);
        const auto ticks = ui::timeTicks(series, 0, 48, 800, QTimeZone::utc());
        QVERIFY(ticks.size() >= 5);
        QCOMPARE(ticks.front(), (TimeTick{0.5, QStringLiteral("23 Nov"), true}));
        QCOMPARE(ticks[1].text, QStringLiteral("06:00"));
        QVERIFY(std::ranges::any_of(ticks, [](const TimeTick &tick) {
            return tick == TimeTick{24.5, QStringLiteral("24 Nov"), true};
        }));
    }

    void timeLabelsFollowTheZone()
    {
        CandleSeries series{"BTCUSDT", Interval::H1};
        fill(series, 48);
        const auto ticks = ui::timeTicks(series, 0, 48, 800, QTimeZone{5 * 3'600});
        const auto midnight = std::ranges::find(
            ticks, QStringLiteral("24 Nov"), [](const TimeTick &tick) { return tick.text; });
        QVERIFY(midnight != ticks.end());
        QCOMPARE(midnight->number, 19.5); // 24 November 00:00 at +5 is 19:00 UTC
    }

    void timeLabelsKeepTheirDistanceAndCoverAHole()
    {
        CandleSeries series{"BTCUSDT", Interval::M1};
        support::CandleWalk walk{timestampFromMs(startMs)};
        auto bars = walk.take(600);
        support::CandleWalk later{timestampFromMs(startMs + 90 * 24 * hourMs)};
        const auto after = later.take(600);
        bars.insert(bars.end(), after.begin(), after.end());
        series.merge(bars);
        for (const double span : {30.0, 120.0, 400.0, 1'200.0}) {
            const auto ticks = ui::timeTicks(series, 620 - span / 2, 620 + span / 2, 900, QTimeZone::utc());
            for (std::size_t i = 1; i < ticks.size(); ++i) {
                QVERIFY((ticks[i].number - ticks[i - 1].number) * 900 / span > 40);
            }
        }
    }

    void emptySeriesHaveNoLabels()
    {
        const CandleSeries series{"BTCUSDT", Interval::M1};
        QVERIFY(ui::timeTicks(series, 0, 100, 800, QTimeZone::utc()).empty());
    }

    void numbersOutsideTheSeriesHaveTheTimesOfItsRhythm()
    {
        CandleSeries series{"BTCUSDT", Interval::H1};
        fill(series, 10);
        QVERIFY(ui::openTimeOfNumber(series, 12) == timestampFromMs(startMs + 12 * hourMs));
        QVERIFY(ui::openTimeOfNumber(series, -2) == timestampFromMs(startMs - 2 * hourMs));
        QVERIFY(ui::openTimeOfNumber(series, 3) == timestampFromMs(startMs + 3 * hourMs));
    }

    void priceStepsAreRoundAndNotBelowTheTick()
    {
        QCOMPARE(ui::priceStep(1'000, 920, 0.1), 50.0);
        QCOMPARE(ui::priceStep(0.4, 460, 0.1), 0.1);
        QCOMPARE(ui::priceStep(0.01, 460, 0.1), 0.1);
        QCOMPARE(ui::volumeCeiling(130), 150.0);
        QCOMPARE(ui::volumeCeiling(1'000), 1'000.0);
        QCOMPARE(ui::volumeCeiling(0.0021), 0.0025);
    }

    // Painter
    void candlesAreWholePixels()
    {
        QImage image{60, 40, QImage::Format_RGB32};
        const ui::ChartTheme theme = ui::ChartTheme::dark();
        image.fill(theme.background);
        // Bars 10 pixels wide from 3.4 on; 1 pixel is 1 of price, 40 at the top.
        const ui::PixelMap map{3.4, 0, 10, 0, 40, 1};
        const std::vector<ui::Column> columns{{0, 1, {0, 10, 30, 5, 20, 1}}, {1, 1, {0, 20, 25, 8, 10, 1}}};
        QPainter painter{&image};
        ui::CandlePainter candles;
        candles.paintCandles(painter, columns, map, theme, 1, 0, 39);
        painter.end();

        const auto color = [&image](int x, int y) { return QColor{image.pixel(x, y)}; };
        QCOMPARE(color(8, 12), theme.upWick); // middle of bar 0 is 8.4, its high at row 10
        QCOMPARE(color(7, 12), theme.background);
        QCOMPARE(color(9, 12), theme.background);
        QCOMPARE(color(8, 9), theme.background);
        QCOMPARE(color(8, 25), theme.up);
        QCOMPARE(color(5, 25), theme.up);
        QCOMPARE(color(11, 25), theme.up);
        QCOMPARE(color(18, 25), theme.down);
        QSet<QRgb> seen;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                seen.insert(image.pixel(x, y));
            }
        }
        QCOMPARE(seen.size(), 3); // background, up, down: nothing half covered
    }

    void aDojiIsStillVisible()
    {
        QImage image{20, 40, QImage::Format_RGB32};
        const ui::ChartTheme theme = ui::ChartTheme::light();
        image.fill(theme.background);
        const std::vector<ui::Column> columns{{0, 1, {0, 20, 20, 20, 20, 0}}};
        QPainter painter{&image};
        ui::CandlePainter candles;
        candles.paintCandles(painter, columns, {0, 0, 10, 0, 40, 1}, theme, 1, 0, 39);
        painter.end();
        QCOMPARE(QColor{image.pixel(5, 20)}, theme.up);
        QCOMPARE(QColor{image.pixel(3, 20)}, theme.up);
    }
};

QTEST_APPLESS_MAIN(ChartPartsTest)
#include "chart_parts_test.moc"
