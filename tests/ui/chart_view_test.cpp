#include "tests/support/candle_walk.h"
#include "tests/support/fake_clock.h"
#include "ui/charts/chart_overlay.h"
#include "ui/charts/chart_view.h"

#include <QPaintEvent>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>

#include <cmath>

using namespace domain;
using live::CandleSeries;
using ui::ChartView;
using ui::OverlayMark;
using ui::PriceLine;

namespace
{
constexpr std::int64_t minuteMs = 60'000;
constexpr std::int64_t startMs = 1'763'856'000'000; // 2025-11-23 00:00 UTC

/// Adds up what a widget paints.
class PaintCounter : public QObject
{
public:
    explicit PaintCounter(QWidget &watched) { watched.installEventFilter(this); }
    int paints = 0;
    qint64 pixels = 0;

    bool eventFilter(QObject *, QEvent *event) override
    {
        if (event->type() == QEvent::Paint) {
            ++paints;
            for (const QRect &rect : static_cast<QPaintEvent *>(event)->region()) {
                pixels += qint64{rect.width()} * rect.height();
            }
        }
        return false;
    }
};

Candle candle(std::int64_t minute, const char *open, const char *high, const char *low, const char *close,
    const char *volume, bool isClosed = true)
{
    Candle made;
    made.openAt = timestampFromMs(startMs + minute * minuteMs);
    made.open = Price::literal(open);
    made.high = Price::literal(high);
    made.low = Price::literal(low);
    made.close = Price::literal(close);
    made.volume = Quantity::literal(volume);
    made.isClosed = isClosed;
    return made;
}

struct Rig
{
    support::FakeClock clock{timestampFromMs(startMs)};
    CandleSeries series{"BTCUSDT", Interval::M1};
    ChartView view;
    QWidget *viewport = view.findChild<QWidget *>(QStringLiteral("chartViewport"));
    Candle last;

    explicit Rig(int bars = 1'000)
    {
        view.setClock(&clock);
        view.setSymbolSpec(2, Price::literal("0.10"));
        view.setSeries(&series);
        view.resize(1'000, 600);
        if (bars > 0) {
            support::CandleWalk walk{timestampFromMs(startMs)};
            auto page = walk.take(bars);
            page.back().isClosed = false;
            last = page.back();
            series.merge(std::move(page));
            series.setState(CandleSeries::State::Live);
        }
        view.show();
    }
    bool isReady()
    {
        const bool isExposed = QTest::qWaitForWindowExposed(&view);
        view.applyNow();
        return isExposed && viewport != nullptr;
    }
    void tick(const char *volumeStep = "0.001")
    {
        last.volume = last.volume + Quantity::literal(volumeStep);
        series.merge({last});
        view.applyNow();
    }
    void wheel(QPoint at, int notches)
    {
        QWheelEvent event{QPointF{at}, viewport->mapToGlobal(QPointF{at}), {}, {0, 120 * notches},
            Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false};
        QCoreApplication::sendEvent(viewport, &event);
        view.applyNow();
    }
    void drag(QPoint from, QPoint to)
    {
        QTest::mousePress(viewport, Qt::LeftButton, {}, from);
        QTest::mouseMove(viewport, (from + to) / 2);
        QTest::mouseMove(viewport, to);
        QTest::mouseRelease(viewport, Qt::LeftButton, {}, to);
        view.applyNow();
    }
    QStringList overlayTexts() const
    {
        QStringList texts;
        for (const OverlayMark &mark : view.findChild<ui::ChartOverlay *>()->marks()) {
            texts << mark.text;
        }
        return texts;
    }
};

} // namespace

class ChartViewTest : public QObject
{
    Q_OBJECT
private slots:
    void showsTheNewestBarsAndFollows()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        QVERIFY(rig.view.followsLiveEdge());
        const double x = rig.view.xOf(999);
        QVERIFY(x > rig.view.pricePane().width() * 0.8 && x < rig.view.pricePane().right());
        auto next = rig.last;
        next.openAt += std::chrono::minutes{1};
        rig.series.merge({next});
        rig.view.applyNow();
        QVERIFY(std::abs(rig.view.xOf(1'000) - x) < 1.0);
    }

    void barsAndPricesMapToPixelsAndBack()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        for (const int index : {990, 950, 930}) {
            QCOMPARE(rig.view.indexAt(rig.view.xOf(index)), index);
        }
        const Price price = rig.view.priceAt(120);
        QVERIFY(price.isMultipleOf(Price::literal("0.1")));
        QVERIFY(std::abs(rig.view.yOf(price) - 120) < 1.0);
        QVERIFY(rig.view.yOf(price + Price::of(10)) < rig.view.yOf(price));
    }

    void wheelZoomKeepsTheBarUnderThePointer()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        rig.view.zoom(0.5);
        rig.view.applyNow();
        const QPoint at{300, 200};
        const int index = rig.view.indexAt(at.x());
        const double before = rig.view.window().span();
        rig.wheel(at, 2);
        QVERIFY(rig.view.window().span() < before);
        QCOMPARE(rig.view.indexAt(at.x()), index);
        rig.wheel(at, -4);
        QVERIFY(rig.view.window().span() > before);
        QCOMPARE(rig.view.indexAt(at.x()), index);
    }

    void draggingPansAndTheButtonLeadsBack()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        auto *button = rig.view.findChild<QToolButton *>(QStringLiteral("chartGoToLive"));
        QVERIFY(button != nullptr && !button->isVisible());
        const int index = rig.view.indexAt(200);
        rig.drag({200, 200}, {500, 200});
        QCOMPARE(rig.view.indexAt(500), index);
        QVERIFY(!rig.view.followsLiveEdge());
        QVERIFY(button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        rig.view.applyNow();
        QVERIFY(rig.view.followsLiveEdge());
        QVERIFY(!button->isVisible());
    }

    void aLiveTickRepaintsOnlyTheLastColumn()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        rig.tick();
        QTest::qWait(50);
        PaintCounter counter{*rig.viewport};
        const qint64 whole = qint64{rig.viewport->width()} * rig.viewport->height();
        constexpr int ticks = 5;
        for (int i = 0; i < ticks; ++i) {
            const int before = counter.paints;
            rig.tick();
            QTRY_VERIFY(counter.paints > before);
        }
        QVERIFY2(counter.pixels < ticks * whole / 20,
            qPrintable(QString::number(counter.pixels) + u" of " + QString::number(ticks * whole)));
    }

    void theCrosshairDoesNotRepaintTheChart()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        QTest::mouseMove(rig.viewport, {400, 200});
        QTest::qWait(50);
        PaintCounter counter{*rig.viewport};
        const qint64 whole = qint64{rig.viewport->width()} * rig.viewport->height();
        QTest::mouseMove(rig.viewport, {430, 220});
        QTRY_VERIFY(counter.paints > 0);
        QVERIFY(counter.pixels < whole / 5);
    }

    void manyTicksWithinAFrameBecomeOnePaint()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        QTest::qWait(50);
        PaintCounter counter{*rig.viewport};
        rig.view.applyNow();
        for (int i = 0; i < 100; ++i) {
            rig.last.volume = rig.last.volume + Quantity::literal("0.001");
            rig.series.merge({rig.last});
        }
        QTRY_VERIFY(counter.paints > 0);
        QVERIFY(counter.paints <= 3);
    }

    void readoutSaysTheBarUnderThePointerToTheLastDigit()
    {
        Rig rig{0};
        rig.series.merge({candle(0, "65000.1", "65010", "64990.5", "65000.1", "12.345"),
            candle(1, "65000.1", "65123.4", "64999.9", "65100.2", "7.001"),
            candle(2, "65100.2", "65200", "65050", "65150", "1.5", false)});
        QVERIFY(rig.isReady());
        QCOMPARE(
            rig.view.readout(), QStringLiteral("BTCUSDT 1m O 65,100.20 H 65,200.00 L 65,050.00 C 65,150.00 "
                                               "Vol 1.500 +49.80 (+0.08 %)"));
        QSignalSpy moves{&rig.view, &ChartView::crosshairMoved};
        QTest::mouseMove(rig.viewport, {static_cast<int>(rig.view.xOf(1)), 200});
        QCOMPARE(
            rig.view.readout(), QStringLiteral("BTCUSDT 1m O 65,000.10 H 65,123.40 L 64,999.90 C 65,100.20 "
                                               "Vol 7.001 +100.10 (+0.15 %)"));
        QCOMPARE(moves.count(), 1);
        QVERIFY(moves[0][0].value<Timestamp>() == timestampFromMs(startMs + minuteMs));
        QVERIFY(rig.overlayTexts().contains(QStringLiteral("Sun 23 Nov 2025 00:01")));

        QSignalSpy left{&rig.view, &ChartView::crosshairLeft};
        QEvent leave{QEvent::Leave};
        QCoreApplication::sendEvent(rig.viewport, &leave);
        QCOMPARE(left.count(), 1);
        QVERIFY(rig.view.readout().contains(u"65,150.00"));
    }

    void asksForOlderHistoryNearTheLeftEdge()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        QSignalSpy wanted{&rig.view, &ChartView::olderHistoryWanted};
        QTest::keyClick(&rig.view, Qt::Key_Left);
        QCOMPARE(wanted.count(), 0);
        QTest::keyClick(&rig.view, Qt::Key_Home);
        QVERIFY(wanted.count() >= 1);
        rig.view.applyNow();
        const double x = rig.view.xOf(0);
        const auto number = rig.series.firstNumber();

        std::vector<Candle> older;
        for (int i = 1; i <= 500; ++i) {
            older.push_back(candle(-i, "65000", "65100", "64900", "65000", "1"));
        }
        wanted.clear();
        rig.series.merge(older);
        rig.view.applyNow();
        QCOMPARE(wanted.count(), 0); // enough for now
        QCOMPARE(rig.view.xOf(rig.series.indexOfNumber(number)), x);
    }

    void keysPanZoomAndAskForIntervals()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        const double span = rig.view.window().span();
        QTest::keyClick(&rig.view, Qt::Key_Plus);
        QVERIFY(rig.view.window().span() < span);
        QTest::keyClick(&rig.view, Qt::Key_Minus);
        QTest::keyClick(&rig.view, Qt::Key_Minus);
        QVERIFY(rig.view.window().span() > span);
        QTest::keyClick(&rig.view, Qt::Key_Home);
        QVERIFY(rig.view.window().isAtOldest());
        QTest::keyClick(&rig.view, Qt::Key_End);
        QVERIFY(rig.view.followsLiveEdge());

        QSignalSpy asked{&rig.view, &ChartView::intervalRequested};
        QTest::keyClick(&rig.view, Qt::Key_PageUp);
        QCOMPARE(asked.count(), 1);
        QVERIFY(asked[0][0].value<Interval>() == Interval::M3);
        QTest::keyClick(&rig.view, Qt::Key_PageDown); // nothing below a minute
        QCOMPARE(asked.count(), 1);
    }

    void priceAxisScalesByDragAndReturnsByDoubleClick()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        const QPoint axis = rig.view.priceAxis().center();
        const double before = rig.view.yOf(Price::of(66'000)) - rig.view.yOf(Price::of(66'100));
        rig.drag(axis, axis + QPoint{0, 100});
        QVERIFY(!rig.view.isAutoScaled());
        QVERIFY(rig.view.yOf(Price::of(66'000)) - rig.view.yOf(Price::of(66'100)) < before);
        QTest::mouseDClick(rig.viewport, Qt::LeftButton, {}, axis);
        QVERIFY(rig.view.isAutoScaled());
    }

    void aMovableLineIsDraggedToATick()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        const Price start = rig.view.priceAt(250);
        rig.view.setLines({{QStringLiteral("stop-1"), PriceLine::Kind::Stop, start, QStringLiteral("Stop"),
            Side::Sell, true}});
        QSignalSpy dragged{&rig.view, &ChartView::lineDragged};
        QSignalSpy moved{&rig.view, &ChartView::lineMoved};
        rig.drag({500, 250}, {500, 310});
        QVERIFY(dragged.count() >= 1);
        QCOMPARE(moved.count(), 1);
        QCOMPARE(moved[0][0].toString(), QStringLiteral("stop-1"));
        const auto price = moved[0][1].value<Price>();
        QVERIFY(price.isMultipleOf(Price::literal("0.1")));
        QVERIFY(price < start);
        QVERIFY(std::abs(rig.view.yOf(price) - 310) < 1.0);
        QVERIFY(rig.view.lines()[0].price == price);
    }

    void escapeGivesUpADrag()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        const Price start = rig.view.priceAt(250);
        rig.view.setLines({{QStringLiteral("stop-1"), PriceLine::Kind::Stop, start, QStringLiteral("Stop"),
            Side::Sell, true}});
        QSignalSpy dragged{&rig.view, &ChartView::lineDragged};
        QSignalSpy moved{&rig.view, &ChartView::lineMoved};
        QTest::mousePress(rig.viewport, Qt::LeftButton, {}, {500, 250});
        QTest::mouseMove(rig.viewport, {500, 300});
        QTest::keyClick(&rig.view, Qt::Key_Escape);
        QTest::mouseRelease(rig.viewport, Qt::LeftButton, {}, {500, 300});
        QCOMPARE(moved.count(), 0);
        QVERIFY(dragged.last()[1].value<Price>() == start);
    }

    void aFixedLineIsNotDragged()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        const Price start = rig.view.priceAt(250);
        rig.view.setLines({{QStringLiteral("liquidation"), PriceLine::Kind::Liquidation, start,
            QStringLiteral("Liquidation"), Side::Sell, false}});
        QSignalSpy moved{&rig.view, &ChartView::lineMoved};
        rig.drag({500, 250}, {500, 300});
        QCOMPARE(moved.count(), 0);
        QVERIFY(rig.view.lines()[0].price == start);
    }

    void aLineOutOfSightIsNamedAtTheEdge()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        rig.view.setLines({{QStringLiteral("liquidation"), PriceLine::Kind::Liquidation,
            Price::literal("57228.9"), QStringLiteral("Liquidation"), Side::Sell, false}});
        QVERIFY(rig.overlayTexts().contains(QStringLiteral("\u25bc Liquidation 57,228.90")));
    }

    void countsDownToTheCloseOfTheBar()
    {
        Rig rig;
        rig.clock.stepWall(rig.last.openAt + std::chrono::seconds{17} - rig.clock.wallNow());
        rig.view.setClock(&rig.clock);
        QVERIFY(rig.isReady());
        QVERIFY(rig.overlayTexts().contains(QStringLiteral("00:43")));
    }

    void sentencesTellTheState()
    {
        Rig rig{0};
        QVERIFY(rig.isReady());
        QVERIFY(rig.overlayTexts().contains(QStringLiteral("Loading candles of BTCUSDT …")));
        rig.series.setState(CandleSeries::State::Failed, QStringLiteral("The host was not found."));
        QVERIFY(rig.overlayTexts().contains(
            QStringLiteral("The candles of BTCUSDT could not be loaded. The host was not found.")));
        rig.series.setState(CandleSeries::State::Live);
        QVERIFY(rig.overlayTexts().contains(QStringLiteral("BTCUSDT has not traded yet.")));
        rig.series.merge({candle(0, "1", "2", "1", "2", "1")});
        rig.series.setState(CandleSeries::State::Stale, QStringLiteral("No update for 35 s"));
        rig.view.applyNow();
        QVERIFY(rig.overlayTexts().contains(QStringLiteral("No update for 35 s")));
        rig.view.setSeries(nullptr);
        rig.view.applyNow();
        QVERIFY(rig.overlayTexts().contains(QStringLiteral("No symbol is chosen.")));
    }

    void theAccessibleNameSaysWhatIsSeen()
    {
        Rig rig{0};
        rig.series.merge({candle(0, "65000.1", "65010", "64990.5", "65000.1", "12.345"),
            candle(1, "65000.1", "65123.4", "64999.9", "65100.2", "7.001")});
        rig.series.setState(CandleSeries::State::Live);
        QVERIFY(rig.isReady());
        QTRY_COMPARE(rig.view.accessibleName(),
            QStringLiteral(
                "Chart of BTCUSDT 1m, last price 65,100.20, visible Sun 23 Nov 2025 00:00 to Sun 23 "
                "Nov 2025 00:01 UTC"));
    }

    void aSeriesThatDiesLeavesAnEmptyChart()
    {
        ChartView view;
        auto series = std::make_unique<CandleSeries>("BTCUSDT", Interval::M1);
        series->merge({candle(0, "1", "2", "1", "2", "1")});
        view.setSeries(series.get());
        view.resize(600, 400);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        view.applyNow();
        series.reset();
        view.applyNow();
        QCOMPARE(view.series(), nullptr);
        QVERIFY(view.readout().isEmpty());
        QVERIFY(!view.grab().isNull());
    }

    void anotherSeriesStartsAnew()
    {
        Rig rig;
        QVERIFY(rig.isReady());
        QTest::mouseMove(rig.viewport, {400, 200});
        CandleSeries other{"ETHUSDT", Interval::M5};
        rig.view.setSeries(&other);
        rig.view.setLines({{QStringLiteral("entry"), PriceLine::Kind::Entry, Price::of(3'000),
            QStringLiteral("Long"), Side::Buy, false}});
        QCOMPARE(rig.view.readout(), QStringLiteral("ETHUSDT 5m"));
        rig.view.applyNow();
        other.merge({candle(0, "3000", "3010", "2990", "3005", "12"),
            candle(5, "3005", "3006", "3000", "3001", "3")});
        rig.view.applyNow();
        QVERIFY(rig.view.followsLiveEdge());
        QVERIFY(rig.view.priceAt(rig.view.pricePane().center().y()) < Price::of(3'100));
        other.clear();
        rig.view.setLines({});
        rig.view.applyNow();
        QCOMPARE(rig.view.readout(), QStringLiteral("ETHUSDT 5m"));
    }

    void fiftyZoomsLeaveAWorkingChart()
    {
        Rig rig{20'000};
        QVERIFY(rig.isReady());
        for (int i = 0; i < 50; ++i) {
            rig.wheel({400, 200}, i < 25 ? -1 : 1);
        }
        QVERIFY(!rig.view.grab().isNull());
        QVERIFY(rig.view.window().span() > ui::TimeWindow::fewestBars);
    }
};

QTEST_MAIN(ChartViewTest)
#include "chart_view_test.moc"
