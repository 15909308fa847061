#include "models/domain/risk/beta.h"

#include <QTest>

#include <cmath>
#include <rapidcheck.h>

using namespace domain;

namespace
{

/// Closed minute bars with these closes, ascending from a minute.
std::vector<Candle> candlesOf(const std::vector<double> &closes, std::int64_t firstMinute = 0)
{
    std::vector<Candle> candles;
    for (const double close : closes) {
        Candle candle;
        candle.openAt = timestampFromMs(60'000 * (firstMinute + static_cast<std::int64_t>(candles.size())));
        candle.close = Price::fromApproximate(close);
        candle.isClosed = true;
        candles.push_back(candle);
    }
    return candles;
}

/// Closes whose log returns are these, from 100 on.
std::vector<double> closesOf(const std::vector<double> &returns)
{
    std::vector<double> closes{100};
    for (const double each : returns) {
        closes.push_back(closes.back() * std::exp(each));
    }
    return closes;
}

std::vector<double> marketReturns(int count = 40)
{
    std::vector<double> returns;
    for (int i = 0; i < count; ++i) {
        returns.push_back(0.001 * ((i * 7) % 11 - 5));
    }
    return returns;
}

std::vector<double> scaled(std::vector<double> returns, double factor)
{
    for (double &each : returns) {
        each *= factor;
    }
    return returns;
}

} // namespace

class BetaTest : public QObject
{
    Q_OBJECT
private slots:
    void aSymbolThatMovesTwiceAsMuchHasBetaTwo()
    {
        const auto market = candlesOf(closesOf(marketReturns()));
        const auto asset = candlesOf(closesOf(scaled(marketReturns(), 2)));
        const Beta beta = measureBeta(asset, market);
        QVERIFY(!beta.isAssumed);
        QVERIFY(beta.value == Rate::of(2));
        QCOMPARE(beta.samples, 40);
        QVERIFY(beta.rSquared == Rate::of(1));
        QVERIFY(measureBeta(market, market).value == Rate::of(1));
        const auto against = candlesOf(closesOf(scaled(marketReturns(), -0.5)));
        QVERIFY(measureBeta(against, market).value == Rate::literal("-0.5"));
    }

    void theLineIsTheLeastSquaresLine()
    {
        // Market returns alternate +-m; the asset adds a part of its own, orthogonal to it.
        std::vector<double> market;
        std::vector<double> asset;
        for (int i = 0; i < 40; ++i) {
            const double own = i % 4 < 2 ? 0.01 : -0.01;
            market.push_back(i % 2 == 0 ? 0.01 : -0.01);
            asset.push_back(1.5 * market.back() + own);
        }
        const Beta beta = measureBeta(candlesOf(closesOf(asset)), candlesOf(closesOf(market)));
        QVERIFY(beta.value == Rate::literal("1.5"));
        QVERIFY(beta.rSquared == Rate::literal("0.6923")); // 1.5² / (1.5² + 1²)
    }

    void tooLittleDataIsAssumedAndSaysSo()
    {
        const auto market = candlesOf(closesOf(marketReturns(29)));
        const auto asset = candlesOf(closesOf(scaled(marketReturns(29), 3)));
        const Beta beta = measureBeta(asset, market);
        QVERIFY(beta.isAssumed);
        QVERIFY(beta.value == Rate::of(1));
        QCOMPARE(beta.samples, 29);
        QVERIFY(!beta.rSquared);
        QVERIFY(measureBeta({}, market).isAssumed);
        const auto still = candlesOf(std::vector<double>(60, 100.0));
        QVERIFY(measureBeta(asset, still).isAssumed);
    }

    void onlyBarsThatBothHaveAreCompared()
    {
        const auto market = candlesOf(closesOf(marketReturns(80)));
        auto asset = candlesOf(closesOf(scaled(marketReturns(80), 2)));
        // A hole of one bar takes the return into it and the one out of it.
        asset.erase(asset.begin() + 40);
        Beta beta = measureBeta(asset, market);
        QCOMPARE(beta.samples, 78);
        QVERIFY(beta.value == Rate::of(2));
        // The running bar is left out, and so is a bar without a price.
        asset.back().isClosed = false;
        asset[10].close = {};
        beta = measureBeta(asset, market);
        QCOMPARE(beta.samples, 75);
        QVERIFY(beta.value == Rate::of(2));
        // Series that do not overlap have nothing in common.
        QCOMPARE(measureBeta(candlesOf(closesOf(marketReturns()), 1'000), market).samples, 0);
    }

    void betaScalesWithTheAsset()
    {
        QVERIFY(rc::check("scale", [] {
            std::vector<double> market;
            std::vector<double> asset;
            const int count = *rc::gen::inRange(30, 60);
            for (int i = 0; i < count; ++i) {
                market.push_back(*rc::gen::inRange(-100, 101) / 10'000.0);
                asset.push_back(*rc::gen::inRange(-100, 101) / 10'000.0);
            }
            market.front() = 0.01;
            market.back() = -0.01;
            const auto against = candlesOf(closesOf(market));
            const Beta single = measureBeta(candlesOf(closesOf(asset)), against);
            const Beta twice = measureBeta(candlesOf(closesOf(scaled(asset, 2))), against);
            RC_ASSERT((twice.value - single.value * 2).abs() <= Rate::literal("0.0002"));
            RC_ASSERT((*twice.rSquared - *single.rSquared).abs() <= Rate::literal("0.0001"));
            RC_ASSERT(!single.rSquared->isNegative() && *single.rSquared <= Rate::of(1));
        }));
    }
};

QTEST_APPLESS_MAIN(BetaTest)
#include "beta_test.moc"
