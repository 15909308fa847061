// A candle chart of ours beside QCustomPlot's QCPFinancial: same bars, same size, same run.
//
// One frame is one change and all its painting: the view's own event handling until the repaint is done for
// ours, replot(rpImmediateRefresh) for QCustomPlot. "live" moves the newest bar, "pan" shifts the bars in
// sight by one. Each figure is the median of three rounds, each the median of 60 frames; the rounds of the
// two take turns.

#include "tests/support/candle_walk.h"
#include "tests/support/fake_clock.h"
#include "ui/charts/chart_view.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QTest>
#include <qcustomplot.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fmt/core.h>
#include <functional>
#include <vector>

using namespace domain;

namespace
{
constexpr int frames = 60;
constexpr int rounds = 3;
constexpr int fewestFrames = 5;
constexpr double longestRoundMs = 1'000;
constexpr int someBars = 300;
constexpr QSize windowSize{1600, 900};
constexpr double liveTargetMs = 0.5;
constexpr double panTargetMs = 3;
constexpr std::int64_t startMs = 1'500'000'000'000;
constexpr double minuteSeconds = 60;

double median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Milliseconds of the median frame.
double medianFrame(const std::function<void(int)> &frame)
{
    std::vector<double> times;
    double total = 0;
    for (int i = 0; i < frames && (i < fewestFrames || total < longestRoundMs); ++i) {
        QElapsedTimer timer;
        timer.start();
        frame(i);
        times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        total += times.back();
    }
    return median(std::move(times));
}

/// The newest bar after the i-th trade: it moves, within its old range, so that no axis has to follow.
Candle traded(Candle last, int i)
{
    const auto third = (last.high - last.low) / 3;
    last.close = i % 2 == 0 ? last.low + third : last.high - third;
    last.volume = last.volume + Quantity::literal("0.001") * (i + 1);
    last.isClosed = false;
    return last;
}

/// Counts paints, so that a frame that painted nothing cannot pass for a fast one.
class PaintCounter : public QObject
{
public:
    explicit PaintCounter(QWidget &watched) { watched.installEventFilter(this); }
    int paints = 0;
    bool eventFilter(QObject *, QEvent *event) override
    {
        paints += event->type() == QEvent::Paint ? 1 : 0;
        return false;
    }
};

class OurChart
{
public:
    explicit OurChart(const std::vector<Candle> &bars) : m_last{bars.back()}
    {
        m_view.setClock(&m_clock);
        m_view.setSymbolSpec(2, Price::literal("0.10"));
        m_view.setSeries(&m_series);
        m_view.resize(windowSize);
        m_series.merge(bars);
        m_series.setState(live::CandleSeries::State::Live);
        m_view.show();
        static_cast<void>(QTest::qWaitForWindowExposed(&m_view));
    }
    void show(int count)
    {
        m_view.goToLive();
        count > 0 ? m_view.setVisibleBars(count) : m_view.showAll();
        paint();
    }
    void trade(int i)
    {
        m_last.volume = m_last.volume + Quantity::literal("1"); // never older news
        m_series.merge({traded(m_last, i)});
        paint();
    }
    void pan(int i)
    {
        m_view.panBy(i % 60 < 30 ? -1 : 1);
        paint();
    }

private:
    void paint()
    {
        const int before = m_counter.paints;
        m_view.applyNow();
        QCoreApplication::sendPostedEvents();
        if (m_counter.paints == before) {
            fmt::print(stderr, "A frame painted nothing: these figures mean nothing.\n");
            std::exit(1);
        }
    }

    support::FakeClock m_clock;
    live::CandleSeries m_series{"BTCUSDT", Interval::M1};
    Candle m_last;
    ui::ChartView m_view;
    PaintCounter m_counter{*m_view.findChild<QWidget *>(QStringLiteral("chartViewport"))};
};

class Rival
{
public:
    explicit Rival(const std::vector<Candle> &bars)
        : m_last{bars.back()},
          m_count{static_cast<int>(bars.size())}
    {
        m_candles = new QCPFinancial{m_plot.xAxis, m_plot.yAxis2};
        m_plot.yAxis->setVisible(false);
        m_plot.yAxis2->setVisible(true);
        m_candles->setChartStyle(QCPFinancial::csCandlestick);
        m_candles->setTwoColored(true);
        m_candles->setWidth(minuteSeconds * 0.74);
        m_candles->setAntialiased(false);
        m_plot.setNotAntialiasedElements(QCP::aeAll);
        m_plot.xAxis->setTicker(QSharedPointer<QCPAxisTickerDateTime>{new QCPAxisTickerDateTime});
        QVector<QCPFinancialData> data;
        data.reserve(m_count);
        for (const Candle &bar : bars) {
            data.append(toData(bar));
        }
        m_candles->data()->set(data, true);
        m_plot.resize(windowSize);
        m_plot.show();
        static_cast<void>(QTest::qWaitForWindowExposed(&m_plot));
    }
    void show(int count)
    {
        const double end = keyOf(m_last) + 10 * minuteSeconds;
        m_plot.xAxis->setRange(end - minuteSeconds * 1.05 * (count > 0 ? count : m_count), end);
        bool found = false;
        const QCPRange prices = m_candles->getValueRange(found, QCP::sdBoth, m_plot.xAxis->range());
        m_plot.yAxis2->setRange(prices.lower, prices.upper);
        m_plot.replot(QCustomPlot::rpImmediateRefresh);
    }
    void trade(int i)
    {
        *(m_candles->data()->end() - 1) = toData(traded(m_last, i));
        m_plot.replot(QCustomPlot::rpImmediateRefresh);
    }
    void pan(int i)
    {
        m_plot.xAxis->moveRange(i % 60 < 30 ? -minuteSeconds : minuteSeconds);
        m_plot.replot(QCustomPlot::rpImmediateRefresh);
    }

private:
    static double keyOf(const Candle &bar) { return static_cast<double>(toMs(bar.openAt)) / 1'000; }
    static QCPFinancialData toData(const Candle &bar)
    {
        return {keyOf(bar), bar.open.approximate(), bar.high.approximate(), bar.low.approximate(),
            bar.close.approximate()};
    }

    QCustomPlot m_plot;
    QCPFinancial *m_candles = nullptr;
    Candle m_last;
    int m_count;
};

struct Figures
{
    std::array<std::vector<double>, 4> rounds; ///< live some, pan some, live all, pan all
};

template <class Chart> void measureRound(Chart &chart, Figures &figures)
{
    chart.show(someBars);
    figures.rounds[0].push_back(medianFrame([&chart](int i) { chart.trade(i); }));
    figures.rounds[1].push_back(medianFrame([&chart](int i) { chart.pan(i); }));
    chart.show(0);
    figures.rounds[2].push_back(medianFrame([&chart](int i) { chart.trade(i); }));
    figures.rounds[3].push_back(medianFrame([&chart](int i) { chart.pan(i); }));
}

void compare(int count)
{
    support::CandleWalk walk{timestampFromMs(startMs)};
    auto bars = walk.take(count);
    bars.back().isClosed = false;
    OurChart ours{bars};
    Rival rival{bars};
    Figures ourFigures;
    Figures rivalFigures;
    for (int round = 0; round < rounds; ++round) {
        measureRound(ours, ourFigures);
        measureRound(rival, rivalFigures);
    }
    constexpr std::array names{
        "live, 300 in sight", "pan, 300 in sight", "live, all in sight", "pan, all in sight"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const double our = median(ourFigures.rounds[i]);
        const double their = median(rivalFigures.rounds[i]);
        const double target = i % 2 == 0 ? liveTargetMs : panTargetMs;
        fmt::print("{:>10} {:<20} {:>10.3f} {:>12.3f} {:>8.1f} {:>8.1f} {}\n", count, names[i], our, their,
            their / our, target, our <= target ? "met" : "MISSED");
    }
    std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv)
{
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen"); // software rendering without a display server's copy
    }
    const QApplication app{argc, argv};
    fmt::print(
        "Candle chart at {}x{}, software rendering ({}); ms per frame, median of {} frames x {} rounds\n",
        windowSize.width(), windowSize.height(), QGuiApplication::platformName().toStdString(), frames,
        rounds);
    fmt::print("{:>10} {:<20} {:>10} {:>12} {:>8} {:>8}\n", "bars", "change", "Headroom", "QCustomPlot",
        "ratio", "target");
    for (const int count : {1'000, 50'000, 1'000'000}) {
        compare(count);
    }
    fmt::print(
        "ratio: QCustomPlot / Headroom, above 1 Headroom is faster. Headroom draws volume and a readout as "
        "well.\n");
    return 0;
}
