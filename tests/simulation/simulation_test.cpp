#include "tests/simulation/simulation.h"

#include <QTest>

#include <random>

using simulation::Options;
using simulation::Profile;
using simulation::Report;

/// The order path in virtual time. A seed that ever failed is added to `standardSeeds` and stays.
class SimulationTest : public QObject
{
    Q_OBJECT
private:
    static void judge(const Options &options)
    {
        const Report report = simulation::simulate(options);
        QVERIFY2(report.verdict.isClean(), simulation::toText(options, report).c_str());
        QVERIFY2(report.settledAfter >= 0, simulation::toText(options, report).c_str());
    }

private slots:
    void withoutFaultsEverythingAgrees() { judge({.orders = 1'000, .seed = 11, .profile = Profile::Calm}); }

    void standardSeeds_data()
    {
        QTest::addColumn<quint64>("seed");
        for (const quint64 seed : {2, 3, 4, 5, 6}) {
            QTest::addRow("seed %llu", seed) << seed;
        }
    }
    void standardSeeds()
    {
        QFETCH(quint64, seed);
        judge({.orders = 2'000, .seed = seed});
    }

    void stormSeeds_data()
    {
        QTest::addColumn<quint64>("seed");
        QTest::addColumn<int>("orders");
        // An execution was missed whose opposite was found, and the position called unexplained.
        QTest::newRow("seed 1") << quint64{1} << 20'000;
        QTest::newRow("seed 2") << quint64{2} << 4'000;
        QTest::newRow("seed 43") << quint64{43} << 50'000;
    }
    void stormSeeds()
    {
        QFETCH(quint64, seed);
        QFETCH(int, orders);
        judge({.orders = orders, .seed = seed, .profile = Profile::Storm});
    }

    void aNewSeedEachTime()
    {
        std::random_device source;
        const std::uint64_t seed = source();
        qInfo("seed %llu", static_cast<unsigned long long>(seed));
        judge({.orders = 2'000, .seed = seed});
    }

    void theSameSeedGivesTheSameHistory()
    {
        // Often, because what depended on where the memory lies differed now and then only.
        const Options options{.orders = 1'000, .seed = 77};
        const Report first = simulation::simulate(options);
        for (int again = 0; again < 5; ++again) {
            const Report next = simulation::simulate(options);
            QCOMPARE(next.hash, first.hash);
            QCOMPARE(next.fills, first.fills);
        }
        QVERIFY(simulation::simulate({.orders = 1'000, .seed = 78}).hash != first.hash);
    }

    void aReconnectStormStaysWithinItsLimitsAndIsOverInThirtySeconds_data()
    {
        QTest::addColumn<std::uint64_t>("seed");
        QTest::newRow("first") << std::uint64_t{5};
        QTest::newRow("the listen key ends while nobody is connected") << std::uint64_t{6};
        QTest::newRow("the wall clock is an hour ahead when it steps") << std::uint64_t{8};
        QTest::newRow("the longest of the first sixteen") << std::uint64_t{9};
        QTest::newRow("a closing fill is heard of after the leg was found flat") << std::uint64_t{16};
    }
    void aReconnectStormStaysWithinItsLimitsAndIsOverInThirtySeconds()
    {
        QFETCH(std::uint64_t, seed);
        const Options options{.seed = seed, .profile = Profile::Reconnects, .hours = 1};
        const Report report = simulation::simulate(options);
        const std::string text = simulation::toText(options, report);
        QVERIFY2(report.verdict.isClean(), text.c_str());
        QVERIFY2(report.disconnects + report.marketDisconnects >= 10'000 / 24, text.c_str());
        QVERIFY2(report.marketWrong == 0, text.c_str());
        QVERIFY2(report.marketTrades > 1'000 && report.marketBars > 200, text.c_str());
        QVERIFY2(report.settledAfter >= 0 && report.settledAfter <= 30, text.c_str());
        QVERIFY2(report.weightMost <= 0.6 && report.ordersMost <= 0.6, text.c_str());
    }
};

QTEST_GUILESS_MAIN(SimulationTest)
#include "simulation_test.moc"
