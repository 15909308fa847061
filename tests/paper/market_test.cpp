#include "exchange/paper/core/paper_exchange.h"
#include "tests/support/paper_market.h"
#include "tests/support/returns.h"

#include <QTest>

#include <cmath>
#include <ctime>

using namespace paper;
using namespace std::chrono_literals;
using support::correlation;
using support::minuteReturns;

namespace
{

const Timestamp startAt = domain::timestampFromMs(1'795'400'000'000);

std::unique_ptr<PaperExchange> makeExchange(std::uint64_t seed)
{
    ExchangeConfig config;
    config.key = {"k", "s", ""};
    return std::make_unique<PaperExchange>(config, std::make_unique<MarketGenerator>(seed));
}

void run(PaperExchange &exchange, Timestamp from, domain::Milliseconds length)
{
    for (Timestamp now = from; now < from + length; now += 100ms) {
        exchange.step(now);
    }
}

} // namespace

class MarketTest : public QObject
{
    Q_OBJECT
private slots:
    void hasAPriceBeforeTheFirstTrade()
    {
        const auto exchange = makeExchange(5);
        const auto priceNow = [&exchange] {
            return exchange->handle(startAt, {"GET", "/fapi/v2/ticker/price", "symbol=BTCUSDT", {}, {}}).body;
        };
        QVERIFY(exchange->start({}, startAt));
        QVERIFY2(!QByteArray::fromStdString(priceNow()).contains("\"price\":\"0.0"), priceNow().c_str());
        exchange->reset(startAt);
        QVERIFY2(!QByteArray::fromStdString(priceNow()).contains("\"price\":\"0.0"), priceNow().c_str());
    }

    void aStopThatThePricePassedWhileNothingRanIsFilledAtTheStart()
    {
        constexpr AccountId owner = 1;
        const domain::Symbol btc = "BTCUSDT";
        const auto before = makeExchange(5);
        QVERIFY(before->start({}, startAt));
        domain::Timestamp now = startAt + 1s;
        before->step(now);
        Engine &engine = before->engine();
        QVERIFY(engine.place(owner, support::PaperMarket::market("BUY", "0.05"), now));
        const Price mark = engine.market(btc)->mark;
        const std::string trigger = (mark - Price::of(100)).toFixed(0);
        QVERIFY(engine.placeConditional(
            owner, support::PaperMarket::conditional("SELL", "STOP_MARKET", "0.05", trigger.c_str()), now));
        const std::string state = before->saveState();
        Price later = mark;
        while (later > mark - Price::of(300)) { // until the same market is well below the trigger
            now += 1h;
            const auto probe = makeExchange(5);
            QVERIFY(probe->start({}, now));
            later = probe->engine().market(btc)->mark;
        }
        const auto after = makeExchange(5);
        QVERIFY(after->start(state, now));
        after->step(now + 2s);
        QVERIFY(after->engine().openConditional(owner, btc).empty());
        QVERIFY(after->engine().positions(owner, btc).front().amount.isZero());
    }

    void everyContractOfTheTableIsComplete()
    {
        QVERIFY(builtInContracts().size() >= 24);
        for (const Contract &contract : builtInContracts()) {
            const SymbolSpec &spec = contract.spec;
            QVERIFY2(spec.tickSize.isPositive() && spec.lot.stepSize.isPositive(), spec.symbol.c_str());
            QVERIFY2(spec.tickSize.decimals() <= spec.pricePrecision, spec.symbol.c_str());
            QVERIFY2(spec.lot.stepSize.decimals() <= spec.quantityPrecision, spec.symbol.c_str());
            QVERIFY2(spec.marketLot.stepSize.decimals() <= spec.quantityPrecision, spec.symbol.c_str());
            QVERIFY(spec.minNotional >= Money::of(5));
            QVERIFY(spec.multiplierUp > Rate::of(1) && spec.multiplierDown < Rate::of(1));
            Money floor;
            for (const domain::LeverageBracket &row : contract.brackets) {
                QVERIFY2(row.notionalFloor == floor && row.notionalCap > floor, spec.symbol.c_str());
                floor = row.notionalCap;
            }
        }
    }

    void bracketsAreContinuousAsOnTheRealExchange()
    {
        // cum(n) = cum(n-1) + floor(n) x (mmr(n) - mmr(n-1)): reference 10.2
        for (const Contract &contract : builtInContracts()) {
            for (std::size_t i = 1; i < contract.brackets.size(); ++i) {
                const auto &before = contract.brackets[i - 1];
                const auto &row = contract.brackets[i];
                const Money expected =
                    before.maintenanceAmount +
                    row.notionalFloor * (row.maintenanceMarginRate - before.maintenanceMarginRate);
                QVERIFY2(
                    (row.maintenanceAmount - expected).abs() <= Money::of(1), contract.spec.symbol.c_str());
            }
        }
    }

    void bitcoinHasTheFiltersOfTheReference()
    {
        const SymbolSpec &btc = builtInContracts().front().spec;
        QCOMPARE(btc.symbol, Symbol{"BTCUSDT"});
        QCOMPARE(btc.tickSize, Price::literal("0.1"));
        QCOMPARE(btc.lot.stepSize, Quantity::literal("0.001"));
        QCOMPARE(btc.minNotional, Money::of(50));
        QCOMPARE(btc.marketLot.maxQty, Quantity::of(120));
    }

    void historyDependsOnTheSeedAlone()
    {
        const auto one = makeExchange(7);
        const auto same = makeExchange(7);
        const auto other = makeExchange(8);
        QVERIFY(one->start({}, startAt));
        QVERIFY(same->start({}, startAt + 3h));
        QVERIFY(other->start({}, startAt));
        const KlineQuery query{startAt - 10h, startAt - 1h, 500};
        const auto bars = one->candles().klines("ETHUSDT", domain::Interval::M1, query, startAt);
        QCOMPARE(bars.size(), std::size_t{500});
        QVERIFY(bars == same->candles().klines("ETHUSDT", domain::Interval::M1, query, startAt + 3h));
        QVERIFY(bars != other->candles().klines("ETHUSDT", domain::Interval::M1, query, startAt));
    }

    void longBarsAreTheSumOfShortOnes()
    {
        const auto exchange = makeExchange(3);
        QVERIFY(exchange->start({}, startAt));
        run(*exchange, startAt, 150s);
        const Timestamp now = startAt + 150s;
        CandleStore &candles = exchange->candles();
        for (const domain::Interval interval :
            {domain::Interval::M5, domain::Interval::H1, domain::Interval::H4}) {
            const auto longs = candles.klines("SOLUSDT", interval, {{}, {}, 3}, now);
            QCOMPARE(longs.size(), std::size_t{3});
            for (const Bar &bar : longs) {
                const Timestamp last = domain::nextOpenTime(bar.openAt, interval) - 1ms;
                const auto minutes =
                    candles.klines("SOLUSDT", domain::Interval::M1, {bar.openAt, last, 1'500}, now);
                Bar sum = minutes.front();
                for (std::size_t i = 1; i < minutes.size(); ++i) {
                    sum.append(minutes[i]);
                }
                QVERIFY(sum == bar);
            }
        }
    }

    void barsJoinWithoutJumps()
    {
        const auto exchange = makeExchange(5);
        QVERIFY(exchange->start({}, startAt));
        run(*exchange, startAt, 130s);
        const auto bars =
            exchange->candles().klines("BTCUSDT", domain::Interval::M1, {{}, {}, 60}, startAt + 130s);
        QCOMPARE(bars.size(), std::size_t{60});
        for (std::size_t i = 1; i < bars.size(); ++i) {
            QCOMPARE(bars[i].openAt - bars[i - 1].openAt, domain::Milliseconds{60'000});
            const double jump = bars[i].open.approximate() / bars[i - 1].close.approximate() - 1;
            QVERIFY2(std::abs(jump) < 0.0005, std::to_string(jump).c_str());
            QVERIFY(bars[i].low <= std::min(bars[i].open, bars[i].close));
            QVERIFY(bars[i].high >= std::max(bars[i].open, bars[i].close));
            QVERIFY(bars[i].volume.isPositive());
        }
    }

    void volatilityClustersAndTailsAreFat()
    {
        const auto exchange = makeExchange(1);
        QVERIFY(exchange->start({}, startAt));
        const auto returns = minuteReturns(exchange->candles(), "BTCUSDT", startAt, 6);
        std::vector<double> sizes;
        double square = 0;
        double fourth = 0;
        for (const double r : returns) {
            sizes.push_back(std::abs(r));
            square += r * r;
            fourth += r * r * r * r;
        }
        const auto n = static_cast<double>(returns.size());
        const double kurtosis = fourth / n / (square / n * square / n);
        const double yearly = std::sqrt(square / n * 525'960);
        const auto lagged = [&](const std::vector<double> &x, std::ptrdiff_t lag) {
            return correlation({x.begin(), x.end() - lag}, {x.begin() + lag, x.end()});
        };
        qInfo("volatility %.2f a year, kurtosis %.1f, |r| lag 1: %.2f, lag 20: %.2f, r lag 1: %.3f", yearly,
            kurtosis, lagged(sizes, 1), lagged(sizes, 20), lagged(returns, 1));
        QVERIFY(yearly > 0.1 && yearly < 2.0);
        QVERIFY(kurtosis > 3.5);
        QVERIFY(lagged(sizes, 1) > 0.05);
        QVERIFY(lagged(sizes, 20) > 0.02);
        QVERIFY(std::abs(lagged(returns, 1)) < 0.1);
    }

    void symbolsMoveTogether()
    {
        const auto exchange = makeExchange(1);
        QVERIFY(exchange->start({}, startAt));
        const auto btc = minuteReturns(exchange->candles(), "BTCUSDT", startAt, 6);
        const auto eth = minuteReturns(exchange->candles(), "ETHUSDT", startAt, 6);
        const double together = correlation(btc, eth);
        QVERIFY2(together > 0.4 && together < 0.98, std::to_string(together).c_str());
    }

    void theLiveMarketHasADeepBookASpreadAndTrades()
    {
        const auto exchange = makeExchange(2);
        QVERIFY(exchange->start({}, startAt));
        run(*exchange, startAt, 25s);
        Engine &engine = exchange->engine();
        for (const Symbol &symbol : engine.symbols()) {
            const auto view = engine.market(symbol);
            QVERIFY2(view->bid.isPositive() && view->ask > view->bid, symbol.c_str());
            const double spread = (view->ask - view->bid).approximate() / view->bid.approximate();
            QVERIFY2(spread < 0.003, (symbol + " " + std::to_string(spread)).c_str());
            const auto book = engine.book(symbol, 1'000);
            QVERIFY2(book->bids.size() >= 50 && book->asks.size() >= 50,
                (symbol + " " + std::to_string(book->bids.size()) + " " + std::to_string(book->asks.size()))
                    .c_str());
            const double basis = view->mark.approximate() / view->index.approximate() - 1;
            QVERIFY2(std::abs(basis) < 0.005, symbol.c_str());
            QVERIFY2(view->last.isPositive(), symbol.c_str());
        }
        const auto btc =
            exchange->candles().klines("BTCUSDT", domain::Interval::M1, {{}, {}, 2}, startAt + 25s);
        QVERIFY(btc.back().tradeCount > 30 || btc.front().tradeCount > 30);
        QVERIFY(engine.checkInvariants().empty());
    }

    void theGeneratorCostsLittle()
    {
        const auto exchange = makeExchange(2);
        QVERIFY(exchange->start({}, startAt));
        run(*exchange, startAt, 5s);
        const std::clock_t before = std::clock(); // processor time: others may be busy on the machine
        run(*exchange, startAt + 5s, 20s);
        const double share = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC / 20;
        qInfo("all symbols at real pace: %.2f %% of one core", share * 100);
#ifdef NDEBUG
        QVERIFY(share < 0.05);
#endif
        QVERIFY(share < 1.0);
    }
};

QTEST_APPLESS_MAIN(MarketTest)
#include "market_test.moc"
