#include "exchange/paper/core/paper_exchange.h"
#include "exchange/paper/core/scenario.h"
#include "tests/support/returns.h"

#include <QTest>

#include <array>
#include <cmath>
#include <numeric>

using namespace paper;
using namespace std::chrono_literals;
using support::correlation;
using support::minuteReturns;

namespace
{

const Timestamp startAt = domain::timestampFromMs(1'795'400'000'000);

std::vector<Contract> some(std::initializer_list<const char *> symbols)
{
    std::vector<Contract> contracts;
    for (const char *symbol : symbols) {
        contracts.push_back(*std::ranges::find(
            builtInContracts(), symbol, [](const Contract &contract) { return contract.spec.symbol; }));
    }
    return contracts;
}

/// An exchange whose market runs at a pace of its own, with what its traders see.
struct Day
{
    explicit Day(std::vector<Contract> contracts, int speed = 1)
    {
        ExchangeConfig config;
        config.key = {"k", "s", ""};
        exchange = std::make_unique<PaperExchange>(
            config, std::make_unique<MarketGenerator>(4, std::move(contracts), speed));
        (void)exchange->start({}, now);
    }
    void run(domain::Milliseconds length)
    {
        for (const Timestamp until = now + length; now < until;) {
            now += 100ms;
            exchange->step(now);
        }
    }
    Result<void> set(std::string_view scenario)
    {
        return parseScenario(scenario).and_then([&](const Scenario &read) {
            return exchange->market().setScenario(read, exchange->engine(), now);
        });
    }
    MarketView view(const char *symbol) { return *exchange->engine().market(symbol); }
    double last(const char *symbol) { return view(symbol).last.approximate(); }
    /// Quote asset within one per cent of the touch, both sides.
    double depth(const char *symbol)
    {
        const auto book = *exchange->engine().book(symbol, 1'000);
        const double middle = last(symbol);
        double total = 0;
        for (const auto &side : {book.bids, book.asks}) {
            for (const domain::BookLevel &level : side) {
                const double price = level.price.approximate();
                total += std::abs(price / middle - 1) < 0.01 ? price * level.quantity.approximate() : 0;
            }
        }
        return total;
    }
    double spread(const char *symbol)
    {
        const MarketView market = view(symbol);
        return (market.ask - market.bid).approximate() / market.bid.approximate();
    }

    Timestamp now = startAt;
    std::unique_ptr<PaperExchange> exchange;
};

} // namespace

class ScenarioTest : public QObject
{
    Q_OBJECT
private slots:
    void scenariosAreReadAndRefusedInOneSentence()
    {
        const auto crash = parseScenario("crash:BTCUSDT:90");
        QVERIFY(crash && crash->kind == ScenarioKind::Crash && crash->symbol == "BTCUSDT");
        QCOMPARE(crash->length, domain::Milliseconds{90'000});
        QVERIFY(parseScenario("thin")->symbol.empty());
        QCOMPARE(parseScenario("crash::120")->length, domain::Milliseconds{120'000});
        const auto unknown = parseScenario("boom");
        QVERIFY(!unknown && unknown.error().detail.find("allowed are normal") != std::string::npos);
        QVERIFY(!parseScenario("crash:BTCUSDT:soon"));
        QVERIFY(!parseScenario("crash:BTCUSDT:0"));
        QVERIFY(!parseScenario(""));
    }

    void everySymbolHasFatTailsAndClustersAndAllMoveTogether()
    {
        Day day{builtInContracts()};
        std::vector<std::vector<double>> returns;
        double leastKurtosis = 1e9;
        double leastCluster = 1;
        for (const Contract &contract : builtInContracts()) {
            returns.push_back(minuteReturns(day.exchange->candles(), contract.spec.symbol, day.now, 5));
            const auto &moves = returns.back();
            double square = 0;
            double fourth = 0;
            std::vector<double> sizes;
            for (const double r : moves) {
                sizes.push_back(std::abs(r));
                square += r * r;
                fourth += r * r * r * r;
            }
            const auto n = static_cast<double>(moves.size());
            leastKurtosis = std::min(leastKurtosis, fourth * n / (square * square));
            double cluster = 0;
            for (std::ptrdiff_t lag = 1; lag <= 30; ++lag) {
                cluster +=
                    correlation({sizes.begin(), sizes.end() - lag}, {sizes.begin() + lag, sizes.end()}) / 30;
            }
            leastCluster = std::min(leastCluster, cluster);
        }
        double least = 1;
        double most = -1;
        double sum = 0;
        int pairs = 0;
        for (std::size_t a = 0; a < returns.size(); ++a) {
            for (std::size_t b = a + 1; b < returns.size(); ++b) {
                const double r = correlation(returns[a], returns[b]);
                least = std::min(least, r);
                most = std::max(most, r);
                sum += r;
                ++pairs;
            }
        }
        qInfo("%zu symbols, minute returns of five days: kurtosis at least %.1f; autocorrelation of |r| over "
              "30 "
              "lags on average at least %.3f; correlation of pairs %.2f to %.2f, %.2f on average",
            returns.size(), leastKurtosis, leastCluster, least, most, sum / pairs);
        QVERIFY(returns.size() >= 40);
        QVERIFY(leastKurtosis > 3.3); // 3 is the normal distribution's
        QVERIFY(leastCluster > 0.01);
        QVERIFY(least > 0.03 && most < 0.97);
        QVERIFY(sum / pairs > 0.25 && sum / pairs < 0.8);
    }

    void aCrashPlungesSmallCoinsDeeperEmptiesTheBookAndBounces()
    {
        Day day{some({"BTCUSDT", "VIRTUALUSDT"})};
        day.run(5s);
        const double bitcoin = day.last("BTCUSDT");
        const double small = day.last("VIRTUALUSDT");
        const double depth = day.depth("BTCUSDT");
        const double spread = day.spread("VIRTUALUSDT");
        QVERIFY(day.set("crash::200"));
        double lowest = bitcoin;
        double lowestSmall = small;
        double thinnest = depth;
        double widest = spread;
        for (int i = 0; i < 200; ++i) {
            day.run(1s);
            lowest = std::min(lowest, day.last("BTCUSDT"));
            lowestSmall = std::min(lowestSmall, day.last("VIRTUALUSDT"));
            thinnest = std::min(thinnest, day.depth("BTCUSDT"));
            widest = std::max(widest, day.spread("VIRTUALUSDT"));
        }
        day.run(5s);
        const double after = day.last("BTCUSDT");
        qInfo(
            "bitcoin %.1f %% at the lowest, %.1f %% at the end; the small one %.1f %%; depth %.0f %%, spread "
            "%.0f times",
            100 * (lowest / bitcoin - 1), 100 * (after / bitcoin - 1), 100 * (lowestSmall / small - 1),
            100 * thinnest / depth, widest / spread);
        QVERIFY(lowest / bitcoin < 0.9 && lowest / bitcoin > 0.8);
        QVERIFY(lowestSmall / small < 0.65);
        QVERIFY(after / bitcoin > lowest / bitcoin + 0.03);
        QVERIFY(thinnest < depth * 0.35);
        QVERIFY(widest > spread * 3);
        QVERIFY(day.exchange->engine().checkInvariants().empty());
    }

    void trendCalmAndThinAreWhatTheySay()
    {
        Day trend{some({"BTCUSDT"})};
        trend.run(3s);
        const double before = trend.last("BTCUSDT");
        QVERIFY(trend.set("trend::60"));
        trend.run(60s);
        QVERIFY(trend.last("BTCUSDT") / before > 1.04 && trend.last("BTCUSDT") / before < 1.08);
        QVERIFY(trend.set("normal")); // no jump back
        trend.run(2s);
        QVERIFY(trend.last("BTCUSDT") / before > 1.04);

        Day thin{some({"BTCUSDT", "ETHUSDT"})};
        thin.run(5s);
        const double depth = thin.depth("BTCUSDT");
        const double other = thin.depth("ETHUSDT");
        QVERIFY(thin.set("thin:BTCUSDT"));
        thin.run(5s);
        QVERIFY(thin.depth("BTCUSDT") < depth * 0.15);
        QVERIFY(thin.depth("ETHUSDT") > other * 0.5);

        const auto swing = [](const char *scenario) {
            Day day{some({"BTCUSDT"}), 60};
            (void)day.set(scenario);
            day.run(60s); // an hour of the market
            const auto bars = day.exchange->candles().klines(
                "BTCUSDT", domain::Interval::M1, {{}, {}, 55}, day.exchange->market().marketTime(day.now));
            double square = 0;
            for (const Bar &bar : bars) {
                const double r = std::log(bar.close.approximate() / bar.open.approximate());
                square += r * r;
            }
            return std::sqrt(square);
        };
        const double calm = swing("calm");
        const double normal = swing("normal");
        QVERIFY2(calm < normal * 0.6, std::to_string(calm / normal).c_str());
    }

    void aHaltStopsTradingUntilItIsOver()
    {
        Day day{some({"BTCUSDT", "ETHUSDT"})};
        day.run(3s);
        QVERIFY(day.set("halt:BTCUSDT"));
        const MarketView before = day.view("BTCUSDT");
        const std::int64_t other = day.view("ETHUSDT").lastTradeId;
        day.run(10s);
        QCOMPARE(day.view("BTCUSDT").lastTradeId, before.lastTradeId);
        QCOMPARE(day.view("BTCUSDT").bid, before.bid);
        QVERIFY(day.view("ETHUSDT").lastTradeId > other);
        QCOMPARE(day.exchange->engine().spec("BTCUSDT")->status, domain::SymbolStatus::Halted);
        QVERIFY(day.set("normal"));
        day.run(10s);
        QVERIFY(day.view("BTCUSDT").lastTradeId > before.lastTradeId);
        QVERIFY(day.exchange->engine().checkInvariants().empty());
    }

    void thePastIsTheSameAfterARestart_data()
    {
        QTest::addColumn<QByteArrayList>("scenarios");
        QTest::newRow("none") << QByteArrayList{};
        QTest::newRow("a crash that is over") << QByteArrayList{"crash::60", "normal"};
        QTest::newRow("a crash that goes on") << QByteArrayList{"crash::600"};
        QTest::newRow("several") << QByteArrayList{"trend::300", "crash::90", "slide::200", "calm"};
        QTest::newRow("a halt") << QByteArrayList{"crash::60", "halt"};
    }
    void thePastIsTheSameAfterARestart()
    {
        QFETCH(QByteArrayList, scenarios);
        const std::vector<const char *> symbols{"BTCUSDT", "VIRTUALUSDT"};
        Day day{some({symbols[0], symbols[1]})};
        day.run(40s);
        for (const QByteArray &scenario : scenarios) {
            QVERIFY(day.set(scenario.toStdString()));
            day.run(130s);
        }
        const auto klines = [](Day &at, const char *symbol) {
            return at.exchange->candles().klines(symbol, domain::Interval::M1, {{}, {}, 30}, at.now);
        };
        Day again{some({symbols[0], symbols[1]})};
        again.exchange = std::make_unique<PaperExchange>(
            ExchangeConfig{}, std::make_unique<MarketGenerator>(4, some({symbols[0], symbols[1]})));
        again.now = day.now + 5min;
        if (!scenarios.isEmpty()) {
            QVERIFY(
                again.exchange->market().restoreScenarios(day.exchange->market().saveScenarios(), again.now));
        }
        QVERIFY(again.exchange->start(day.exchange->saveState(), again.now));
        again.run(70s);
        for (const char *symbol : symbols) {
            const auto apart = [](Price one, Price other) {
                return std::abs(one.approximate() / other.approximate() - 1);
            };
            const auto bothOf = [](Price one, Price other) {
                return QStringLiteral("%1 %2").arg(one.approximate()).arg(other.approximate());
            };
            const auto bars = klines(again, symbol);
            QVERIFY(bars.size() > 20);
            for (std::size_t i = 1; i < bars.size(); ++i) {
                QCOMPARE(bars[i].openAt - bars[i - 1].openAt, domain::Milliseconds{1min});
                QVERIFY2(apart(bars[i].open, bars[i - 1].close) < 0.004,
                    qPrintable(bothOf(bars[i - 1].close, bars[i].open)));
            }
            int compared = 0;
            for (const Bar &then : klines(day, symbol)) {
                const auto now = std::ranges::find(bars, then.openAt, &Bar::openAt);
                if (now == bars.end() || then.openAt + 1min > day.now) {
                    continue;
                }
                // In a plunge the market lags behind, with a wide spread.
                const bool isWild = apart(then.high, then.low) > 0.05;
                ++compared;
                QVERIFY2(apart(now->close, then.close) < (isWild ? 0.015 : 0.006),
                    qPrintable(bothOf(now->close, then.close)));
                QVERIFY2(apart(now->low, then.low) < (isWild ? 0.03 : 0.006),
                    qPrintable(bothOf(now->low, then.low)));
                QVERIFY2(apart(now->high, then.high) < 0.006, qPrintable(bothOf(now->high, then.high)));
            }
            QVERIFY(compared > static_cast<int>(scenarios.size()));
        }
    }

    void marketTimeCanRunFaster()
    {
        Day day{some({"BTCUSDT"}), 60};
        day.run(30s); // half an hour
        const Timestamp marketNow = day.exchange->market().marketTime(day.now);
        QCOMPARE(marketNow - startAt, domain::Milliseconds{30min});
        const auto bars =
            day.exchange->candles().klines("BTCUSDT", domain::Interval::M1, {{}, {}, 30}, marketNow);
        QCOMPARE(bars.size(), std::size_t{30});
        for (std::size_t i = 1; i < bars.size(); ++i) {
            QVERIFY(bars[i].tradeCount > 5);
            QVERIFY(std::abs(bars[i].open.approximate() / bars[i - 1].close.approximate() - 1) < 0.002);
        }
    }

    void aReplayAndAnUnknownSymbolRefuseScenarios()
    {
        Day day{some({"BTCUSDT"})};
        const auto unknown = day.set("thin:NOPEUSDT");
        QVERIFY(!unknown && unknown.error().code == domain::ErrorCode::NotFound);
    }
};

QTEST_APPLESS_MAIN(ScenarioTest)
#include "scenario_test.moc"
