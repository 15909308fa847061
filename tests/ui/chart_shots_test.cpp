#include "tests/support/candle_walk.h"
#include "tests/support/fake_clock.h"
#include "ui/charts/chart_view.h"

#include <QDir>
#include <QTest>

using namespace domain;
using live::CandleSeries;
using ui::ChartTheme;
using ui::ChartView;
using ui::PriceLine;

namespace
{
constexpr std::int64_t startMs = 1'763'856'000'000; // 2025-11-23 00:00 UTC

std::vector<PriceLine> someLines(Price around)
{
    return {{QStringLiteral("entry"), PriceLine::Kind::Entry, around + Price::of(40),
                QStringLiteral("Long 0.250"), Side::Buy, false},
        {QStringLiteral("stop"), PriceLine::Kind::Stop, around - Price::of(120), QStringLiteral("Stop"),
            Side::Sell, true},
        {QStringLiteral("target"), PriceLine::Kind::TakeProfit, around + Price::of(230),
            QStringLiteral("Take profit"), Side::Sell, true},
        {QStringLiteral("order"), PriceLine::Kind::Order, around - Price::of(60), QStringLiteral("Buy 0.100"),
            Side::Buy, true},
        {QStringLiteral("liquidation"), PriceLine::Kind::Liquidation, Price::literal("57228.9"),
            QStringLiteral("Liquidation"), Side::Sell, false}};
}

} // namespace

/// Pictures for people: written to the folder HEADROOM_SHOTS where that is set.
class ChartShotsTest : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        m_folder = qEnvironmentVariable("HEADROOM_SHOTS");
        if (m_folder.isEmpty()) {
            QSKIP("HEADROOM_SHOTS names no folder.");
        }
        QVERIFY(QDir{}.mkpath(m_folder));
    }

    void pictures_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<bool>("isDark");
        QTest::addColumn<QString>("scene");
        for (const bool isDark : {true, false}) {
            for (const char *scene : {"live", "all", "away"}) {
                const char *tone = isDark ? "dark" : "light";
                QTest::addRow("%s_%s_large", tone, scene)
                    << QSize{1600, 900} << isDark << QString::fromLatin1(scene);
                QTest::addRow("%s_%s_small", tone, scene)
                    << QSize{500, 300} << isDark << QString::fromLatin1(scene);
            }
        }
        for (const char *scene : {"loading", "failed", "stale", "daily", "narrow"}) {
            QTest::newRow(scene) << QSize{700, 420} << true << QString::fromLatin1(scene);
        }
    }
    void pictures()
    {
        QFETCH(QSize, size);
        QFETCH(bool, isDark);
        QFETCH(QString, scene);
        const Interval interval = scene == u"daily" ? Interval::D1 : Interval::M1;
        support::FakeClock clock;
        support::CandleWalk walk{timestampFromMs(startMs), interval};
        CandleSeries series{"BTCUSDT", interval};
        auto bars = walk.take(scene == u"all" ? 100'000 : 1'500);
        bars.back().isClosed = false;
        clock.stepWall(bars.back().openAt + std::chrono::seconds{17} - clock.wallNow());
        const Price last = bars.back().close;

        ChartView view;
        view.setClock(&clock);
        view.setTheme(isDark ? ChartTheme::dark() : ChartTheme::light());
        view.setSymbolSpec(2, Price::literal("0.10"));
        view.setSeries(&series);
        view.resize(size);
        if (scene == u"failed") {
            series.setState(CandleSeries::State::Failed, QStringLiteral("The host was not found."));
        } else if (scene != u"loading") {
            series.merge(std::move(bars));
            series.setState(CandleSeries::State::Live);
        }
        view.setLines(someLines(last));
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        if (scene == u"all") {
            view.showAll();
        } else if (scene == u"away") {
            QTest::keyClick(&view, Qt::Key_Left);
            QTest::keyClick(&view, Qt::Key_Left);
            QTest::mouseMove(view.findChild<QWidget *>(QStringLiteral("chartViewport")),
                QPoint{size.width() / 2, size.height() / 2});
        } else if (scene == u"stale") {
            series.setState(CandleSeries::State::Stale, QStringLiteral("No update for 35 s"));
        } else if (scene == u"narrow") {
            view.setVisibleBars(24);
        }
        view.applyNow();
        const double scale = view.devicePixelRatioF();
        QVERIFY(view.grab().save(m_folder + u'/' + QString::fromLatin1(QTest::currentDataTag()) + u'_' +
                                 QString::number(static_cast<int>(scale * 100)) + QStringLiteral(".png")));
    }

private:
    QString m_folder;
};

QTEST_MAIN(ChartShotsTest)
#include "chart_shots_test.moc"
