#include "exchange/paper/core/paper_exchange.h"
#include "exchange/paper/core/simple_market.h"

#include <QTest>

#include <ctime>

using namespace paper;
using namespace std::chrono_literals;

namespace
{

constexpr std::size_t symbols = 10;
const Timestamp startAt = domain::timestampFromMs(1'795'400'000'000);

std::unique_ptr<PaperExchange> exchangeOf(std::uint64_t seed)
{
    SimpleMarketConfig config;
    config.seed = seed;
    auto exchange =
        std::make_unique<PaperExchange>(ExchangeConfig{}, std::make_unique<SimpleMarket>(symbols, config));
    (void)exchange->start({}, startAt);
    return exchange;
}

std::string pricesAfter(std::uint64_t seed, int seconds)
{
    const auto exchange = exchangeOf(seed);
    for (int i = 1; i <= seconds; ++i) {
        exchange->step(startAt + i * 1s);
    }
    std::string prices;
    for (const Symbol &symbol : exchange->engine().symbols()) {
        const auto view = exchange->engine().market(symbol);
        prices += view->bid.toString() + ' ' + view->ask.toString() + ' ' + view->last.toString() + '\n';
    }
    return prices;
}

} // namespace

class SimpleMarketTest : public QObject
{
    Q_OBJECT
private slots:
    void everySymbolHasTwoLevelsASideAroundItsMark()
    {
        const auto exchange = exchangeOf(1);
        for (int i = 1; i <= 600; ++i) {
            exchange->step(startAt + i * 500ms);
            for (const Symbol &symbol : exchange->engine().symbols()) {
                const auto view = exchange->engine().market(symbol);
                QVERIFY(view->bid.isPositive());
                QVERIFY(view->bid < view->ask);
                QVERIFY(view->bid <= view->mark && view->mark <= view->ask);
                const auto book = exchange->engine().book(symbol, 10);
                QCOMPARE(book->bids.size(), std::size_t{2});
                QCOMPARE(book->asks.size(), std::size_t{2});
            }
        }
        QVERIFY(exchange->engine().checkInvariants().empty());
    }

    void theSeedDecidesThePrices()
    {
        QCOMPARE(pricesAfter(1, 300), pricesAfter(1, 300));
        QVERIFY(pricesAfter(1, 300) != pricesAfter(2, 300));
    }

    void pricesMoveAndTradesHappen()
    {
        const auto exchange = exchangeOf(3);
        const auto before = exchange->engine().market("BTCUSDT");
        for (int i = 1; i <= 3'600; ++i) {
            exchange->step(startAt + i * 1s);
        }
        const auto after = exchange->engine().market("BTCUSDT");
        QVERIFY(before->mark != after->mark);
        QVERIFY(after->lastTradeId > before->lastTradeId + 300);
        QVERIFY(exchange->candles().dayStatistics("BTCUSDT", startAt + 1h).has_value());
        QCOMPARE(
            exchange->candles().klines("BTCUSDT", domain::Interval::M1, {{}, {}, 100}, startAt + 1h).size(),
            std::size_t{100});
    }

    /// What makes hours of virtual time run in seconds. The bound is wide, for machines that do other things.
    void aStepCostsLittle()
    {
        const auto exchange = exchangeOf(4);
        constexpr int steps = 36'000;            // an hour of 100 ms
        const std::clock_t begin = std::clock(); // of the processor: others may use the machine as well
        for (int i = 1; i <= steps; ++i) {
            exchange->step(startAt + i * 100ms);
        }
        const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
        const double each = seconds * 1e6 / steps / symbols;
        qInfo("%.3f microseconds a step and symbol; an hour of 10 symbols in %.2f s", each, seconds);
#ifdef __OPTIMIZE__
        QVERIFY2(each < 2, "a step of the simple market is slow");
#endif
    }
};

QTEST_GUILESS_MAIN(SimpleMarketTest)
#include "simple_market_test.moc"
