#include "exchange/paper/core/paper_exchange.h"
#include "exchange/paper/core/simple_market.h"
#include "tests/support/paper_chaos.h"
#include "tests/support/paper_crowd.h"

#include <QFile>
#include <QTest>

#include <rapidcheck.h>
#include <unistd.h>

using namespace domain;
using namespace paper;
using namespace std::chrono_literals;
using support::PaperChaos;
using support::PaperCrowd;
using support::PaperMarket;

// The ledger under whatever traders do. How long it runs is set from outside (packaging/ledger):
//   HEADROOM_LEDGER_ACTIONS  random actions of the property, 100,000 unless said
//   HEADROOM_LEDGER_HOURS    virtual hours of the day's trading, 1 unless said
namespace
{

constexpr int actionsACase = 1'000;
constexpr int traders = 20;
constexpr int actionsASecond = 5;
constexpr std::size_t symbolsTraded = 40;
const Timestamp dayBegins = timestampFromMs(1'795'392'000'000); // 2026-11-23 00:00 UTC

std::int64_t wished(const char *name, std::int64_t unlessSaid)
{
    bool isNumber = false;
    const qlonglong value = qEnvironmentVariable(name).toLongLong(&isNumber);
    return isNumber && value > 0 ? value : unlessSaid;
}

double residentMegabytes()
{
    QFile statm{QStringLiteral("/proc/self/statm")};
    if (!statm.open(QIODevice::ReadOnly)) {
        return 0;
    }
    const QList<QByteArray> fields = statm.readAll().split(' ');
    return fields.size() < 2 ? 0
                             : fields[1].toDouble() * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

} // namespace

class LedgerTest : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        const std::int64_t actions = wished("HEADROOM_LEDGER_ACTIONS", 100'000);
        const auto cases = std::max<std::int64_t>(1, actions / actionsACase);
        qputenv("RC_PARAMS", "max_success=" + QByteArray::number(static_cast<qlonglong>(cases)));
    }

    /// Money is neither made nor lost, positions add up to zero against the market, nobody is left with less
    /// than the maintenance margin: after every single action. An insurance fund that is nearly empty brings
    /// deleveraging in.
    void noActionMakesOrLosesMoney()
    {
        std::int64_t actions = 0;
        std::int64_t refusedOrDone = 0;
        QVERIFY(rc::check("no breach after any of the actions", [&] {
            const auto seed = *rc::gen::arbitrary<std::uint32_t>();
            EngineConfig config;
            config.insuranceFund = Money::of(seed % 3 == 0 ? 0 : seed % 3 == 1 ? 500 : 10'000'000);
            config.triggerDelay = Milliseconds{seed % 2 == 0 ? 0 : 300};
            PaperMarket market{config};
            PaperChaos chaos{seed};
            for (int step = 0; step < actionsACase; ++step) {
                market.now += Milliseconds{chaos.number(0, 2'000)};
                if (chaos.chance(1)) {
                    market.now += 3h;
                }
                if (chaos.chance(20)) {
                    market.engine.advance(market.now);
                }
                chaos.act(market.engine, market.now);
                ++actions;
                const auto breaches = market.engine.checkInvariants();
                if (!breaches.empty()) {
                    RC_FAIL("step " + std::to_string(step) + ": " + breaches.front());
                }
                refusedOrDone += static_cast<std::int64_t>(market.engine.takeEvents().size());
            }
        }));
        qInfo("%lld random actions, %lld events, every one with all sums right",
            static_cast<long long>(actions), static_cast<long long>(refusedOrDone));
    }

    /// Twenty accounts trade forty symbols at random for a virtual day; the whole exchange takes part, its
    /// streams, candles and tape included. Nothing grows without bound.
    void aDayOfTradingKeepsTheLedgerAndItsSize()
    {
        const std::int64_t hours = wished("HEADROOM_LEDGER_HOURS", 1);
        ExchangeConfig config;
        config.key = {"k", "s", ""};
        config.engine.historyLimit = 400;
        SimpleMarketConfig pace;
        pace.volatility = 0.0006;
        PaperExchange exchange{config, std::make_unique<SimpleMarket>(symbolsTraded, pace)};
        Timestamp now = dayBegins;
        QVERIFY(exchange.start({}, now));
        Engine &engine = exchange.engine();
        QCOMPARE(engine.symbols().size(), symbolsTraded);
        for (AccountId id = 2; id <= traders; ++id) {
            QVERIFY(engine.createAccount(id, Money::of(20'000), now));
        }
        exchange.streams().open(1, "/public/stream", "streams=btcusdt@depth@100ms/ethusdt@bookTicker", now);
        PaperCrowd crowd{7, traders};
        std::int64_t actions = 0;
        std::int64_t fills = 0;
        std::int64_t liquidations = 0;
        exchange.setObserver([&](const Event &event) {
            if (const auto *update = std::get_if<OrderUpdateEvent>(&event)) {
                fills += update->lastQty.isPositive() ? 1 : 0;
            }
            liquidations += std::holds_alternative<LiquidationEvent>(event) ? 1 : 0;
        });
        EngineSizes most;
        EngineSizes mostOfFirstHalf;
        double megabytesAtHalf = 0;
        for (std::int64_t hour = 0; hour < hours; ++hour) {
            for (int second = 0; second < 3'600; ++second) {
                now += 1s;
                exchange.step(now);
                for (int i = 0; i < actionsASecond; ++i, ++actions) {
                    crowd.act(engine, now);
                    exchange.settle(now);
                }
                exchange.streams().takeOutput();
                if (second % 10 == 0) {
                    const auto breaches = engine.checkInvariants();
                    QVERIFY2(breaches.empty(), breaches.empty() ? "" : breaches.front().c_str());
                }
            }
            const EngineSizes sizes = engine.sizes();
            const double megabytes = residentMegabytes();
            qInfo("hour %2lld: %lld actions, %lld fills, %lld liquidations; %zu open, %zu waiting, %zu rows, "
                  "%zu levels, %zu book places; %.1f MB",
                static_cast<long long>(hour + 1), static_cast<long long>(actions),
                static_cast<long long>(fills), static_cast<long long>(liquidations), sizes.openOrders,
                sizes.conditionals, sizes.histories, sizes.bookLevels, sizes.bookEntries, megabytes);
            most.openOrders = std::max(most.openOrders, sizes.openOrders);
            most.bookEntries = std::max(most.bookEntries, sizes.bookEntries);
            most.bookLevels = std::max(most.bookLevels, sizes.bookLevels);
            QVERIFY(sizes.conditionals <= 200U * traders);
            QVERIFY(sizes.histories <= 6U * config.engine.historyLimit * traders);
            QCOMPARE(sizes.events, std::size_t{0});
            if (hour + 1 == (hours + 1) / 2) {
                mostOfFirstHalf = most;
                megabytesAtHalf = megabytes;
            }
        }
        QVERIFY(fills > hours * 500);
        if (hours >= 12) {
            QVERIFY(most.bookEntries <= mostOfFirstHalf.bookEntries + mostOfFirstHalf.bookEntries / 4);
            QVERIFY(residentMegabytes() < megabytesAtHalf * 1.15 + 10);
        }
        qInfo("%lld h of virtual trading by %d accounts over %zu symbols: all sums right",
            static_cast<long long>(hours), traders, symbolsTraded);
    }
};

QTEST_APPLESS_MAIN(LedgerTest)
#include "ledger_test.moc"
