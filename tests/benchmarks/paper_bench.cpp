#include "exchange/paper/core/faults.h"
#include "exchange/paper/core/paper_exchange.h"
#include "exchange/paper/core/simple_market.h"
#include "tests/support/paper_call.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cctype>

using namespace paper;
using namespace std::chrono_literals;

// What a signed request costs the paper exchange, its events and stream messages included. The simulation
// needs an order below 60 microseconds.
namespace
{

constexpr int tradedOrders = 12'000; // the account's history is full

struct Desk
{
    Desk()
    {
        ExchangeConfig config;
        config.key = {support::paperKey, support::paperSecret, ""};
        config.startBalance = Money::of(10'000'000);
        config.limits = {2'000'000'000, 2'000'000'000, 2'000'000'000, 10, 2min};
        exchange = std::make_unique<PaperExchange>(config, std::make_unique<SimpleMarket>(10));
        (void)exchange->start({}, now);
        const auto answer = exchange->handle(now, {"POST", "/fapi/v1/listenKey", {}, {}, support::paperKey});
        const std::string key = support::jsonOf(answer).object()[u"listenKey"].toString().toStdString();
        exchange->streams().open(1, "/private/ws/" + key, {}, now);
        exchange->streams().open(2, "/public/ws/btcusdt@bookTicker", {}, now);
        mark = exchange->engine().market("BTCUSDT")->mark;
    }

    /// The costs of signing are the client's: requests are made beforehand.
    Request place(int number, const char *side, Rate away, const char *type = "LIMIT")
    {
        const Price price = (mark * away).roundedTo(Price::literal("0.1"));
        std::string text = "symbol=BTCUSDT&side=" + std::string{side} + "&type=" + type +
                           "&quantity=0.010&newOrderRespType=RESULT&newClientOrderId=bench-" +
                           std::to_string(number);
        if (std::string_view{type} == "LIMIT") {
            text += "&timeInForce=GTC&price=" + price.toString();
        }
        return support::signedRequest("POST", "/fapi/v1/order", text, now);
    }
    Request named(const char *method, int number)
    {
        return support::signedRequest(method, "/fapi/v1/order",
            "symbol=BTCUSDT&origClientOrderId=bench-" + std::to_string(number), now);
    }
    void handle(const Request &request)
    {
        const Response response = exchange->handle(now, request);
        if (response.status != 200) {
            std::fprintf(stderr, "%s\n", response.body.c_str());
            std::abort();
        }
        benchmark::DoNotOptimize(exchange->streams().takeOutput());
    }
    /// The market quotes anew what was taken from the book.
    void step()
    {
        now += 1s;
        exchange->step(now);
        exchange->streams().takeOutput();
        mark = exchange->engine().market("BTCUSDT")->mark;
    }
    void grow(int resting, int traded)
    {
        for (int i = 0; i < traded; ++i) {
            handle(place(2'000'000 + i, i % 2 == 0 ? "BUY" : "SELL", Rate::of(1), "MARKET"));
            if (i % 100 == 99) {
                step();
            }
        }
        for (int i = 0; i < resting; ++i) {
            handle(place(1'000'000 + i, "BUY", Rate::literal("0.97")));
        }
    }

    Timestamp now = support::paperStart;
    std::unique_ptr<PaperExchange> exchange;
    Price mark;
};

/// items_per_second are requests. Alternates so that the account does not grow: place and cancel, buy and
/// sell.
template <class First, class Second>
void alternate(benchmark::State &state, Desk &desk, First first, Second second)
{
    constexpr int batch = 50;
    for (auto _ : state) {
        state.PauseTiming();
        desk.step();
        std::vector<Request> requests;
        for (int i = 0; i < batch; ++i) {
            requests.push_back(first(i));
            requests.push_back(second(i));
        }
        state.ResumeTiming();
        for (const Request &request : requests) {
            desk.handle(request);
        }
    }
    state.SetItemsProcessed(state.iterations() * batch * 2);
}

void placeAndCancel(benchmark::State &state)
{
    Desk desk;
    desk.grow(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    alternate(
        state, desk, [&](int i) { return desk.place(i, "BUY", Rate::literal("0.98")); },
        [&](int i) { return desk.named("DELETE", i); });
}
BENCHMARK(placeAndCancel)->Args({0, 0})->Args({150, tradedOrders})->Unit(benchmark::kMicrosecond);

void tradeAtMarket(benchmark::State &state)
{
    Desk desk;
    desk.grow(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    alternate(
        state, desk, [&](int i) { return desk.place(2 * i, "BUY", Rate::of(1), "MARKET"); },
        [&](int i) { return desk.place(2 * i + 1, "SELL", Rate::of(1), "MARKET"); });
}
BENCHMARK(tradeAtMarket)->Args({0, 0})->Args({150, tradedOrders})->Unit(benchmark::kMicrosecond);

void queryOldOrder(benchmark::State &state)
{
    Desk desk;
    desk.grow(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    const auto ask = [&](int i) { return desk.named("GET", 2'000'000 + tradedOrders - 9'000 + i); };
    alternate(state, desk, ask, ask);
}
BENCHMARK(queryOldOrder)->Args({150, tradedOrders})->Unit(benchmark::kMicrosecond);

void readTradesSinceTheLast(benchmark::State &state)
{
    Desk desk;
    desk.grow(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    const std::int64_t last = desk.exchange->engine().userTrades(PaperExchange::account, {}).back().id;
    const Request request = support::signedRequest(
        "GET", "/fapi/v1/userTrades", "symbol=BTCUSDT&fromId=" + std::to_string(last - 10), desk.now);
    for (auto _ : state) {
        desk.handle(request);
    }
}
BENCHMARK(readTradesSinceTheLast)->Args({150, tradedOrders})->Unit(benchmark::kMicrosecond);

/// What is written before an order is acknowledged, with a full history: its changes, or all there is.
void saveAfterAnOrder(benchmark::State &state)
{
    const bool isWhole = state.range(0) != 0;
    Desk desk;
    desk.grow(150, tradedOrders);
    desk.exchange->saveState();
    std::size_t bytes = 0;
    for (auto _ : state) {
        state.PauseTiming();
        desk.handle(desk.place(1, "BUY", Rate::of(1), "MARKET"));
        desk.handle(desk.place(2, "SELL", Rate::of(1), "MARKET"));
        state.ResumeTiming();
        const std::string text = isWhole ? desk.exchange->saveState() : desk.exchange->saveChanges();
        bytes = text.size();
        benchmark::DoNotOptimize(text.data());
    }
    state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(saveAfterAnOrder)->ArgName("whole")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

/// What the standard mix of faults adds to a request.
void decideFaults(benchmark::State &state)
{
    Desk desk;
    Faults faults = standardFaults(1);
    const Request request = desk.place(1, "BUY", Rate::literal("0.98"));
    const Response response{200, R"({"orderId":77,"status":"NEW"})", "application/json", {}};
    for (auto _ : state) {
        desk.now += 100ms;
        const RestFate fate = faults.before(desk.now, request);
        benchmark::DoNotOptimize(faults.after(desk.now, request, fate, response));
        benchmark::DoNotOptimize(faults.due(desk.now));
    }
}
BENCHMARK(decideFaults)->Unit(benchmark::kMicrosecond);

void stepOfTheExchange(benchmark::State &state)
{
    Desk desk;
    desk.grow(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    for (auto _ : state) {
        desk.now += 50ms;
        desk.exchange->step(desk.now);
        benchmark::DoNotOptimize(desk.exchange->streams().takeOutput());
    }
}
BENCHMARK(stepOfTheExchange)->Args({0, 0})->Args({150, tradedOrders})->Unit(benchmark::kMicrosecond);

/// The matching engine alone, its ledger and events included: two accounts trade with each other on one
/// symbol, one rests an order and the other takes it. items_per_second are orders; every one of them is
/// matched.
void matchOrders(benchmark::State &state)
{
    constexpr int depth = 64; ///< levels on either side, so that the book is not a toy
    Engine engine;
    const Contract &contract = builtInContracts().front();
    engine.addSymbol(contract.spec, contract.brackets, {Rate::literal("0.0002"), Rate::literal("0.0005")});
    Timestamp now = support::paperStart;
    for (const AccountId id : {1, 2}) {
        (void)engine.createAccount(id, Money::of(10'000'000), now);
    }
    const Symbol symbol = contract.spec.symbol;
    engine.setMarkPrice(symbol, Price::of(65'000), now);
    for (int level = 1; level <= depth; ++level) {
        engine.setMarketMakerLevel(symbol, Side::Buy, Price::of(65'000 - level), Quantity::of(5), now);
        engine.setMarketMakerLevel(symbol, Side::Sell, Price::of(65'000 + level), Quantity::of(5), now);
    }
    const auto request = [&](const char *side, const char *timeInForce) {
        NewOrderRequest order;
        order.symbol = symbol;
        order.side = side;
        order.type = "LIMIT";
        order.timeInForce = timeInForce;
        order.quantity = "0.010";
        order.price = "65000";
        return order;
    };
    const NewOrderRequest resting[] = {request("BUY", "GTC"), request("SELL", "GTC")};
    const NewOrderRequest taking[] = {request("SELL", "IOC"), request("BUY", "IOC")};
    std::int64_t orders = 0;
    for (auto _ : state) {
        const std::size_t turn = static_cast<std::size_t>(orders / 2 % 2);
        const auto rested = engine.place(1, resting[turn], now);
        const auto taken = engine.place(2, taking[turn], now);
        if (!rested || !taken || taken->executedQty.isZero()) {
            state.SkipWithError("an order was not matched");
            break;
        }
        orders += 2;
        if (orders % 64 == 0) {
            now += 1ms;
            benchmark::DoNotOptimize(engine.takeEvents());
        }
    }
    state.SetItemsProcessed(orders);
}
BENCHMARK(matchOrders)->Unit(benchmark::kNanosecond);

/// Takers of one account against the anonymous market's book.
void takeFromTheBook(benchmark::State &state)
{
    Engine engine;
    const Contract &contract = builtInContracts().front();
    engine.addSymbol(contract.spec, contract.brackets, {Rate::literal("0.0002"), Rate::literal("0.0005")});
    Timestamp now = support::paperStart;
    (void)engine.createAccount(1, Money::of(10'000'000), now);
    const Symbol symbol = contract.spec.symbol;
    engine.setMarkPrice(symbol, Price::of(65'000), now);
    engine.setMarketMakerLevel(symbol, Side::Buy, Price::of(64'999), Quantity::of(1'000'000), now);
    engine.setMarketMakerLevel(symbol, Side::Sell, Price::of(65'001), Quantity::of(1'000'000), now);
    NewOrderRequest order;
    order.symbol = symbol;
    order.type = "MARKET";
    order.quantity = "0.010";
    std::int64_t orders = 0;
    for (auto _ : state) {
        order.side = orders % 2 == 0 ? "BUY" : "SELL";
        benchmark::DoNotOptimize(engine.place(1, order, now));
        if (++orders % 64 == 0) {
            now += 1ms;
            benchmark::DoNotOptimize(engine.takeEvents());
        }
    }
    state.SetItemsProcessed(orders);
}
BENCHMARK(takeFromTheBook)->Unit(benchmark::kNanosecond);

/// A second of the generated market of all symbols at real pace, with depth and prices of ten of them
/// streamed: "core" is the share of one core.
void marketAtRealPace(benchmark::State &state)
{
    ExchangeConfig config;
    config.key = {support::paperKey, support::paperSecret, ""};
    PaperExchange exchange{config, std::make_unique<MarketGenerator>(1)};
    Timestamp now = support::paperStart;
    (void)exchange.start({}, now);
    std::string streams = "streams=!ticker@arr/!markPrice@arr@1s";
    for (int i = 0; i < 10; ++i) {
        std::string name = builtInContracts()[static_cast<std::size_t>(i)].spec.symbol;
        std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
        streams += '/' + name + "@aggTrade/" + name + "@kline_1m";
        exchange.streams().open(
            static_cast<ConnectionId>(10 + i), "/public/ws/" + name + "@depth@100ms", {}, now);
    }
    exchange.streams().open(1, "/market/stream", streams, now);
    for (auto _ : state) {
        for (int step = 0; step < 20; ++step) {
            now += 50ms;
            exchange.step(now);
            benchmark::DoNotOptimize(exchange.streams().takeOutput());
        }
    }
    state.counters["core"] = benchmark::Counter(
        static_cast<double>(state.iterations()), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["symbols"] = static_cast<double>(builtInContracts().size());
}
BENCHMARK(marketAtRealPace)->Unit(benchmark::kMillisecond);

void savingTheState(benchmark::State &state)
{
    Desk desk;
    desk.grow(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    for (auto _ : state) {
        benchmark::DoNotOptimize(desk.exchange->saveState());
    }
}
BENCHMARK(savingTheState)->Args({150, tradedOrders})->Unit(benchmark::kMicrosecond);

} // namespace

BENCHMARK_MAIN();
