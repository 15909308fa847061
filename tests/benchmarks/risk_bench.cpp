#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/plan.h"
#include "models/domain/risk/stress.h"

#include <benchmark/benchmark.h>

using namespace domain;

namespace
{

PositionLeg examplePosition()
{
    return {Side::Buy, Quantity::literal("13.5"), Price::of(60'000)};
}

/// The exact solution, bracket by bracket.
void liquidationPriceExact(benchmark::State &state)
{
    const auto leg = examplePosition();
    const MarginPool pool{Money::of(81'000), {}, {}};
    for (auto _ : state) {
        benchmark::DoNotOptimize(liquidationPrice(leg, pool, defaultBrackets()));
    }
}
BENCHMARK(liquidationPriceExact);

/// The rival: the same formula in double with the bracket guessed again until it stays, as scripts do it.
void liquidationPriceGuessedInDouble(benchmark::State &state)
{
    const double quantity = 13.5;
    const double entry = 60'000;
    const double wallet = 81'000;
    for (auto _ : state) {
        double price = entry;
        for (int pass = 0; pass < 10; ++pass) {
            const auto &bracket = bracketFor(defaultBrackets(), Money::fromApproximate(quantity * price));
            const double next = (wallet + bracket.maintenanceAmount.approximate() - quantity * entry) /
                                (quantity * bracket.maintenanceMarginRate.approximate() - quantity);
            if (next == price) {
                break;
            }
            price = next;
        }
        benchmark::DoNotOptimize(price);
    }
}
BENCHMARK(liquidationPriceGuessedInDouble);

/// A cross account with so many positions, marks and a plan with stop and target.
struct Desk
{
    SymbolSpec spec;
    AccountState account;
    MarkPrices marks;
    DraftContext context;
    TradePlan plan;

    explicit Desk(std::int64_t positions)
    {
        spec.symbol = "BTCUSDT";
        spec.quoteAsset = "USDT";
        spec.tickSize = Price::literal("0.1");
        spec.lot = {Quantity::literal("0.001"), Quantity::of(1'000), Quantity::literal("0.001")};
        spec.marketLot = spec.lot;
        spec.minNotional = Money::of(50);
        account.walletBalance = account.crossWalletBalance = Money::of(100'000);
        for (std::int64_t i = 0; i < positions; ++i) {
            Position position;
            position.symbol = "COIN" + std::to_string(i) + "USDT";
            position.side = i % 2 == 0 ? Side::Buy : Side::Sell;
            position.quantity = Quantity::of(100 + i);
            position.entryPrice = Price::of(50);
            position.leverage = 10;
            MarkPrice mark;
            mark.symbol = position.symbol;
            mark.mark = Price::literal("50.5");
            marks[position.symbol] = mark;
            account.positions.push_back(position);
        }
        context.spec = &spec;
        context.account = &account;
        context.marks = &marks;
        context.mark.price = Price::of(60'000);
        context.commission = {Rate::literal("0.0002"), Rate::literal("0.0005")};
        plan.entry = Price::of(59'900);
        plan.stop = Price::of(58'000);
        plan.targets = {{Price::of(64'000)}};
        plan.leverage = 20;
        plan.marginType = MarginType::Isolated;
    }
    Desk(const Desk &) = delete;
    Desk &operator=(const Desk &) = delete;
};

/// One pass of the calculator: what a drag of the stop line costs per frame.
void planOverPositions(benchmark::State &state)
{
    const Desk desk{state.range(0)};
    for (auto _ : state) {
        benchmark::DoNotOptimize(planTrade(desk.plan, desk.context));
    }
}
BENCHMARK(planOverPositions)->Arg(0)->Arg(10)->Arg(100)->Unit(benchmark::kMicrosecond);

void assessPositions(benchmark::State &state)
{
    const Desk desk{state.range(0)};
    for (auto _ : state) {
        benchmark::DoNotOptimize(assess(desk.account, desk.marks, {}));
    }
}
BENCHMARK(assessPositions)->Arg(10)->Arg(100)->Unit(benchmark::kMicrosecond);

void stressPositions(benchmark::State &state)
{
    const Desk desk{state.range(0)};
    for (auto _ : state) {
        benchmark::DoNotOptimize(stressAccount(desk.account, desk.marks, {}));
    }
}
BENCHMARK(stressPositions)->Arg(10)->Unit(benchmark::kMicrosecond);

} // namespace

BENCHMARK_MAIN();
