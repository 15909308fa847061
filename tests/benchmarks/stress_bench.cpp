#include "models/domain/risk/beta.h"
#include "models/domain/risk/stress.h"
#include "models/domain/risk/stress_desk.h"
#include "models/domain/risk/ways_back.h"

#include <benchmark/benchmark.h>
#include <cmath>

using namespace domain;

namespace
{

/// So many positions, every second isolated, each with a stop, a target and a book of 500 levels a side.
StressBasis basisOf(std::int64_t positions)
{
    StressBasis basis;
    basis.account.walletBalance = basis.account.crossWalletBalance = Money::of(30'000);
    for (std::int64_t i = 0; i < positions; ++i) {
        Position held;
        held.symbol = i == 0 ? "BTCUSDT" : "COIN" + std::to_string(i) + "USDT";
        held.side = i % 3 != 2 ? Side::Buy : Side::Sell;
        held.quantity = Quantity::of(100 + i);
        held.entryPrice = Price::of(50);
        held.leverage = 10;
        if (i % 2 == 1) {
            held.marginType = MarginType::Isolated;
            held.isolatedWallet = Money::of(400 + 10 * i);
            basis.account.walletBalance += held.isolatedWallet;
        }
        MarkPrice mark;
        mark.symbol = held.symbol;
        mark.mark = Price::literal("50.5");
        mark.fundingRate = Rate::literal("0.0001");
        basis.marks[held.symbol] = mark;
        basis.ticks[held.symbol] = Price::literal("0.001");
        basis.fees[held.symbol] = {Rate::literal("0.0002"), Rate::literal("0.0005")};
        auto book = std::make_shared<BookView>();
        for (int level = 0; level < 500; ++level) {
            const Price away = Price::literal("0.001") * (level + 1);
            book->bids.push_back({mark.mark - away, Quantity::of(2 + level % 7)});
            book->asks.push_back({mark.mark + away, Quantity::of(2 + level % 7)});
        }
        basis.books[held.symbol] = std::move(book);
        for (const bool isStop : {true, false}) {
            Order exit;
            exit.phase = OrderPhase::Working;
            exit.request.symbol = held.symbol;
            exit.request.side = opposite(held.side);
            exit.request.type = isStop ? OrderType::StopMarket : OrderType::TakeProfitMarket;
            exit.request.closePosition = true;
            const Rate away = Rate::of(8 + i % 30) / 100 * (isStop ? -signOf(held.side) : signOf(held.side));
            exit.request.triggerPrice = mark.mark + mark.mark * away;
            basis.openOrders.push_back(exit);
        }
        basis.account.positions.push_back(std::move(held));
    }
    return basis;
}

/// One answer of the desk: 101 places from -50 % to +50 %, deaths and fills on the way, books walked.
void stressDeskOverPositions(benchmark::State &state)
{
    const auto basis = basisOf(state.range(0));
    StressScenario scenario;
    scenario.stations = stationsBetween(Rate::literal("-0.5"), Rate::literal("0.5"), Rate::literal("0.01"));
    scenario.stops = static_cast<StopHandling>(state.range(1));
    scenario.fundingMultiple = 3;
    scenario.bookDivisor = 4;
    for (std::int64_t i = 1; i < state.range(0); ++i) {
        scenario.weights["COIN" + std::to_string(i) + "USDT"] = Rate::of(80 + i) / 100;
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(stressDesk(basis, scenario));
    }
}
BENCHMARK(stressDeskOverPositions)
    ->ArgNames({"positions", "stops"})
    ->ArgsProduct({{10, 50, 300}, {0, 1, 2}})
    ->Unit(benchmark::kMicrosecond);

/// The rival: the same 101 places for all symbols together, valued anew each, positions held throughout.
void valueTheAccountAtEachPlace(benchmark::State &state)
{
    const auto basis = basisOf(state.range(0));
    const auto places = stationsBetween(Rate::literal("-0.5"), Rate::literal("0.5"), Rate::literal("0.01"));
    for (auto _ : state) {
        for (const Rate at : places) {
            MarkPrices moved = basis.marks;
            for (auto &[symbol, mark] : moved) {
                mark.mark = mark.mark + mark.mark * at;
            }
            benchmark::DoNotOptimize(valueAccount(basis.account, moved, basis.brackets));
        }
    }
}
BENCHMARK(valueTheAccountAtEachPlace)->ArgName("positions")->Arg(50)->Unit(benchmark::kMicrosecond);

/// The ways back of an account near its end, each cut searched on its step grid through 500 levels.
void waysBackOverPositions(benchmark::State &state)
{
    auto basis = basisOf(state.range(0));
    SymbolSpecs specs;
    Money maintenance;
    for (const auto &held : basis.account.positions) {
        auto &spec = specs[held.symbol];
        spec.symbol = held.symbol;
        spec.tickSize = Price::literal("0.001");
        spec.lot = {Quantity::literal("0.01"), Quantity::of(100'000), Quantity::literal("0.01")};
        spec.marketLot = spec.lot;
        const Price mark = basis.marks.at(held.symbol).mark;
        maintenance +=
            maintenanceMargin(held.notionalAt(mark), defaultBrackets()) - held.unrealizedPnlAt(mark);
    }
    basis.account.crossWalletBalance = maintenance * 2;
    for (auto _ : state) {
        benchmark::DoNotOptimize(waysBack(basis, specs, RiskLevel::Medium));
    }
}
BENCHMARK(waysBackOverPositions)->ArgName("positions")->Arg(5)->Arg(50)->Unit(benchmark::kMicrosecond);

/// Beta over the bars that the desk asks for.
void betaOverCandles(benchmark::State &state)
{
    std::vector<Candle> asset;
    std::vector<Candle> market;
    for (int i = 0; i < state.range(0); ++i) {
        Candle candle;
        candle.openAt = timestampFromMs(3'600'000LL * i);
        candle.isClosed = true;
        candle.close = Price::fromApproximate(100 + 5 * std::sin(i * 0.7));
        asset.push_back(candle);
        candle.close = Price::fromApproximate(60'000 + 900 * std::sin(i * 0.71));
        market.push_back(candle);
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(measureBeta(asset, market));
    }
}
BENCHMARK(betaOverCandles)->Arg(500)->Unit(benchmark::kMicrosecond);

} // namespace

BENCHMARK_MAIN();
