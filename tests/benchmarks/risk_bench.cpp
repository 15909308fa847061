#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/plan.h"
#include "models/domain/risk/stress.h"
#include "models/domain/risk/worked_data.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <vector>

using namespace domain;

namespace
{

/// BTCUSDT of 2026 with its twelve rows (protocol reference 10.3).
const LeverageBrackets &table()
{
    static const LeverageBrackets rows = worked::tableOf("BTCUSDT");
    return rows;
}

struct Case
{
    PositionLeg leg;
    MarginPool pool;
};

/// Isolated positions of all sizes, long and short, 2x to 125x; the same as in risk_rival.mjs.
const std::vector<Case> &cases()
{
    static const std::vector<Case> all = [] {
        std::vector<Case> made;
        std::uint64_t state = 1;
        const auto next = [&state](std::uint64_t below) {
            state = state * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
            return static_cast<std::int64_t>((state >> 33) % below);
        };
        for (int i = 0; i < 1'000; ++i) {
            const Side side = next(2) == 0 ? Side::Buy : Side::Sell;
            const Quantity quantity = Quantity::of(1 + next(2'000'000)) / 1'000;
            const Price entry = Price::of(300'000 + next(700'000)) / 10;
            const auto leverage = static_cast<int>(2 + next(124));
            const Money wallet = (entry * quantity / leverage).roundedTo(Money::literal("0.00000001"));
            made.push_back({{side, quantity, entry}, {wallet, {}, {}}});
        }
        return made;
    }();
    return all;
}

/// Target: 100,000 a second.
void liquidationPrices(benchmark::State &state)
{
    std::size_t at = 0;
    for (auto _ : state) {
        const Case &each = cases()[at];
        benchmark::DoNotOptimize(liquidationPrice(each.leg, each.pool, table()));
        at = at + 1 == cases().size() ? 0 : at + 1;
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(liquidationPrices);

/// The same formula in double, its bracket guessed again until it stays, as scripts do it.
void liquidationPricesGuessedInDouble(benchmark::State &state)
{
    struct Row
    {
        double cap = 0;
        double rate = 0;
        double amount = 0;
    };
    std::vector<Row> rows;
    for (const auto &row : table()) {
        rows.push_back({row.notionalCap.approximate(), row.maintenanceMarginRate.approximate(),
            row.maintenanceAmount.approximate()});
    }
    struct Guess
    {
        double sign = 1;
        double quantity = 0;
        double entry = 0;
        double wallet = 0;
    };
    std::vector<Guess> guesses;
    for (const Case &each : cases()) {
        guesses.push_back({static_cast<double>(signOf(each.leg.side)), each.leg.quantity.approximate(),
            each.leg.entryPrice.approximate(), each.pool.walletBalance.approximate()});
    }
    std::size_t at = 0;
    for (auto _ : state) {
        const Guess &each = guesses[at];
        double price = each.entry;
        for (int pass = 0; pass < 10; ++pass) {
            const auto row = std::ranges::find_if(
                rows, [notional = each.quantity * price](const Row &of) { return notional <= of.cap; });
            const Row &bracket = row == rows.end() ? rows.back() : *row;
            const double next = (each.wallet + bracket.amount - each.sign * each.quantity * each.entry) /
                                (each.quantity * bracket.rate - each.sign * each.quantity);
            if (next == price) {
                break;
            }
            price = next;
        }
        benchmark::DoNotOptimize(price);
        at = at + 1 == guesses.size() ? 0 : at + 1;
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(liquidationPricesGuessedInDouble);

/// A cross account with so many positions, marks, a live book of 1,000 levels a side, and a plan with a stop,
/// five targets and a planned exit, sized safely.
struct Desk
{
    SymbolSpec spec;
    AccountState account;
    MarkPrices marks;
    BookView book;
    BracketTables tables;
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
        tables["BTCUSDT"] = table();
        marks["BTCUSDT"].mark = Price::of(60'000);
        marks["BTCUSDT"].fundingRate = Rate::literal("0.0001");
        marks["BTCUSDT"].nextFundingAt = timestampFromMs(1'760'025'600'000);
        book.symbol = spec.symbol;
        book.state = BookView::State::Live;
        for (std::int64_t level = 0; level < 1'000; ++level) {
            book.bids.push_back({Price::of(60'000) - spec.tickSize * (level + 1), Quantity::literal("0.02")});
            book.asks.push_back({Price::of(60'000) + spec.tickSize * (level + 1), Quantity::literal("0.02")});
        }
        context.spec = &spec;
        context.brackets = &tables;
        context.account = &account;
        context.marks = &marks;
        context.book = &book;
        context.mark.price = context.last.price = Price::of(60'000);
        context.bid.price = book.bids.front().price;
        context.ask.price = book.asks.front().price;
        context.averageRange = Price::of(850);
        context.commission = {Rate::literal("0.0002"), Rate::literal("0.0005")};
        context.leverage = 20;
        context.now = timestampFromMs(1'760'000'400'000);
        plan.entry = context.ask.price;
        plan.stop = Price::of(58'800);
        const Rate fifth = Rate::literal("0.2");
        plan.targets = {{Price::of(61'000), fifth}, {Price::of(62'000), fifth}, {Price::of(63'000), fifth},
            {Price::of(64'000), fifth}, {Price::of(66'000), fifth}};
        plan.leverage = 20;
        plan.exitAt = context.now + std::chrono::hours{48};
    }
    Desk(const Desk &) = delete;
    Desk &operator=(const Desk &) = delete;
};

/// One pass of the calculator: what a drag of the stop line costs per frame. Target: 100 us.
void calculatorPass(benchmark::State &state)
{
    const Desk desk{state.range(0)};
    for (auto _ : state) {
        benchmark::DoNotOptimize(planTrade(desk.plan, desk.context));
    }
}
BENCHMARK(calculatorPass)->Arg(0)->Arg(10)->Arg(50)->Unit(benchmark::kMicrosecond);

/// The dearest pass: a rule of the open risk is broken, 200 orders wait, and the size that keeps it is sought.
void calculatorPassBeyondTheOpenRisk(benchmark::State &state)
{
    Desk desk{1};
    RiskRules rules;
    rules.of(RuleKind::OpenRisk) = {RuleLimit::literal("5200"), RuleAction::Refuse};
    const RuleDay day;
    std::vector<Order> orders(200);
    for (std::size_t i = 0; i < orders.size(); ++i) {
        NewOrder &request = orders[i].request;
        request.clientOrderId = "waits-" + std::to_string(i);
        request.symbol = "COIN" + std::to_string(i) + "USDT";
        request.price = Price::of(40);
        request.quantity = Quantity::of(1);
        orders[i].phase = OrderPhase::Working;
    }
    desk.context.rules = &rules;
    desk.context.ruleDay = &day;
    desk.context.openOrders = &orders;
    desk.plan.sizing = FixedQuantity{Quantity::literal("1")};
    const PlanResult result = planTrade(desk.plan, desk.context);
    const bool isMended = std::ranges::any_of(result.issues, [](const DraftIssue &issue) {
        return issue.check == DraftCheck::Rules && !issue.suggestion.empty();
    });
    if (!isMended) {
        state.SkipWithError("Nothing was sought.");
        return;
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(planTrade(desk.plan, desk.context));
    }
}
BENCHMARK(calculatorPassBeyondTheOpenRisk)->Unit(benchmark::kMicrosecond);

/// The account after the trade, every liquidation price in it. Target: 1 ms with 50 positions.
void accountProjection(benchmark::State &state)
{
    const Desk desk{state.range(0)};
    const PlanResult result = planTrade(desk.plan, desk.context);
    for (auto _ : state) {
        benchmark::DoNotOptimize(outlookOf(desk.plan, desk.context, result));
    }
}
BENCHMARK(accountProjection)->Arg(10)->Arg(50)->Unit(benchmark::kMicrosecond);

/// The account as the dashboard shows it.
void accountAssessment(benchmark::State &state)
{
    const Desk desk{state.range(0)};
    for (auto _ : state) {
        benchmark::DoNotOptimize(assess(desk.account, desk.marks, desk.tables));
    }
}
BENCHMARK(accountAssessment)->Arg(10)->Arg(50)->Unit(benchmark::kMicrosecond);

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
