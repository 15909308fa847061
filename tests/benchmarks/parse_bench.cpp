// Messages a second of our parser beside QJsonDocument on the same bytes, and the cost of one order up to the
// socket. The target is fifteen times QJsonDocument. The rival fills the same events with the same exact
// values; the program ends where one of its events differs from ours.

#include "exchange/binance/body.h"
#include "exchange/binance/order_mapping.h"
#include "exchange/binance/signing.h"
#include "exchange/binance/wire_stream.h"
#include "exchange/transport/throttle.h"
#include "models/domain/exact.h"
#include "tests/support/fixtures.h"

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <benchmark/benchmark.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace
{

using namespace domain;
using Frames = std::vector<QByteArray>;

// ---- the bytes

/// Rows as the all-market streams send them; the names differ, as there.
QByteArray rows(const char *stream, const char *rowFormat, int count)
{
    QByteArray text = QByteArray{"{\"stream\":\""} + stream + "\",\"data\":[";
    for (int i = 0; i < count; ++i) {
        const QByteArray symbol = "COIN" + QByteArray::number(i) + "USDT";
        text += (i > 0 ? "," : "") + QByteArray{rowFormat}.replace("SYMBOL", symbol);
    }
    return text + "]}";
}

/// A diff of 30 levels a side, about the size of the recorded ones.
QByteArray anyDepth()
{
    QByteArray text{R"({"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256299,)"
                    R"("T":1723161256298,"s":"BTCUSDT","U":5123107832006,"u":5123107837557,)"
                    R"("pu":5123107831937,"b":[)"};
    for (int i = 0; i < 60; ++i) {
        text += i == 30 ? "],\"a\":[" : i > 0 ? "," : "";
        text += "[\"" + QByteArray::number(61'000 + i) + ".20\",\"" + QByteArray::number(i % 7) + ".014\"]";
    }
    return text + "]}}";
}

/// The first frames of a recorded stream, as many as fit the processor's cache: a message that comes from a
/// socket lies there too, and a walk through 30 MB would measure the memory.
void keep(Frames &frames, std::size_t &bytes, const QByteArray &json)
{
    constexpr std::size_t cacheSize = 1'000'000;
    bytes += static_cast<std::size_t>(json.size());
    if (bytes < cacheSize) {
        frames.push_back(json);
    }
}

/// What a day sends by stream; recorded where the recording is here, else and for the other streams one
/// message of the venue's documentation.
const std::map<std::string, Frames> &streams()
{
    static const std::map<std::string, Frames> all = [] {
        std::map<std::string, Frames> found;
        std::map<std::string, std::size_t> bytes;
        const QByteArray capture = support::fixture(QStringLiteral("capture/btcusdt_20240808.jsonl.gz"));
        for (const QByteArray &line : capture.split('\n')) {
            const QByteArray json = line.mid(line.indexOf(' ') + 1);
            const char *const stream = json.contains("@depth")        ? "depthUpdate"
                                       : json.contains("@bookTicker") ? "bookTicker"
                                       : json.contains("@trade")      ? "trade"
                                                                      : nullptr;
            if (stream != nullptr) {
                keep(found[stream], bytes[stream], json);
                keep(found["recorded mix"], bytes["recorded mix"], json);
            }
        }
        if (capture.isEmpty()) {
            found["depthUpdate"] = {anyDepth()};
            found["bookTicker"] = {
                R"({"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":5123107839020,"s":"BTCUSDT",)"
                R"("b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256313}})"};
            found["trade"] = {
                R"({"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256322,"T":1723161256322,)"
                R"("s":"BTCUSDT","t":5266583935,"p":"61800.30","q":"0.006","X":"MARKET","m":false}})"};
        }
        found["aggTrade"] = {
            R"({"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1723161256322,"a":2298374655,)"
            R"("s":"BTCUSDT","p":"61800.30","q":"0.106","f":5266583935,"l":5266583937,"T":1723161256320,"m":true}})"};
        found["kline"] = {
            R"({"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1638747660000,"s":"BTCUSDT","k":{)"
            R"("t":1638747660000,"T":1638747719999,"s":"BTCUSDT","i":"1m","f":100,"L":200,"o":"49000.10",)"
            R"("c":"49010.20","h":"49012.50","l":"48999.90","v":"105.123","n":100,"x":false,)"
            R"("q":"5151027.10000","V":"50.500","Q":"2474500.50000","B":"0"}}})"};
        found["ticker array of 500"] = {rows("!ticker@arr",
            R"({"e":"24hrTicker","E":1672515782136,"s":"SYMBOL","p":"-131.40000000","P":"-0.786",)"
            R"("w":"16628.97377498","c":"16584.60000000","Q":"0.002","o":"16716.00000000",)"
            R"("h":"16764.89000000","l":"16456.51000000","v":"122474.816","q":"2036102085.69746400",)"
            R"("O":1672429382136,"C":1672515782136,"F":2289691,"L":2432543,"n":142853})",
            500)};
        found["markPrice array of 500"] = {rows("!markPrice@arr@1s",
            R"({"e":"markPriceUpdate","E":1562305380000,"s":"SYMBOL","p":"11794.15000000",)"
            R"("P":"11784.25641265","i":"11784.62659091","r":"0.00038167","T":1562306400000})",
            500)};
        return found;
    }();
    return all;
}

// ---- the rival

template <class Value> void take(const QJsonObject &from, const char *name, Value &to)
{
    const QJsonValue value = from.value(QLatin1StringView{name});
    if constexpr (std::is_same_v<Value, std::string>) {
        to = value.toString().toStdString();
    } else if constexpr (std::is_same_v<Value, bool>) {
        to = value.toBool();
    } else if constexpr (std::is_same_v<Value, std::int64_t>) {
        to = value.toInteger();
    } else if constexpr (std::is_same_v<Value, Timestamp>) {
        to = timestampFromMs(value.toInteger());
    } else {
        to = Value::parse(binance::viewOf(value.toString().toLatin1())).value_or(Value{});
    }
}

void takeLevels(const QJsonArray &side, std::vector<BookLevel> &levels)
{
    levels.reserve(static_cast<std::size_t>(side.size()));
    for (const QJsonValue &pair : side) {
        const QJsonArray cells = pair.toArray();
        BookLevel &level = levels.emplace_back();
        level.price = Price::parse(binance::viewOf(cells.at(0).toString().toLatin1())).value_or(Price{});
        level.quantity =
            Quantity::parse(binance::viewOf(cells.at(1).toString().toLatin1())).value_or(Quantity{});
    }
}

binance::StreamEvent eventOf(const QJsonObject &data)
{
    const QString type = data.value(QLatin1StringView{"e"}).toString();
    if (type == QLatin1StringView{"depthUpdate"}) {
        BookUpdate update;
        take(data, "s", update.symbol);
        take(data, "E", update.at);
        take(data, "U", update.firstUpdateId);
        take(data, "u", update.lastUpdateId);
        take(data, "pu", update.previousUpdateId);
        takeLevels(data.value(QLatin1StringView{"b"}).toArray(), update.bids);
        takeLevels(data.value(QLatin1StringView{"a"}).toArray(), update.asks);
        return update;
    }
    if (type == QLatin1StringView{"bookTicker"}) {
        BookTicker ticker;
        take(data, "s", ticker.symbol);
        take(data, "u", ticker.updateId);
        take(data, "b", ticker.bid);
        take(data, "B", ticker.bidQty);
        take(data, "a", ticker.ask);
        take(data, "A", ticker.askQty);
        take(data, "E", ticker.at);
        return ticker;
    }
    if (type == QLatin1StringView{"kline"}) {
        const QJsonObject bar = data.value(QLatin1StringView{"k"}).toObject();
        binance::KlineEvent event;
        Candle &candle = event.candle;
        take(data, "s", event.symbol);
        event.interval = parseInterval(bar.value(QLatin1StringView{"i"}).toString().toStdString());
        event.isComplete = true;
        take(bar, "t", candle.openAt);
        take(bar, "o", candle.open);
        take(bar, "h", candle.high);
        take(bar, "l", candle.low);
        take(bar, "c", candle.close);
        take(bar, "v", candle.volume);
        take(bar, "q", candle.quoteVolume);
        take(bar, "n", candle.tradeCount);
        take(bar, "V", candle.takerBuyVolume);
        take(bar, "x", candle.isClosed);
        return event;
    }
    if (type == QLatin1StringView{"24hrTicker"}) {
        binance::TickerEvent event;
        Ticker &ticker = event.ticker;
        take(data, "s", ticker.symbol);
        take(data, "c", ticker.last);
        take(data, "o", ticker.open);
        take(data, "h", ticker.high);
        take(data, "l", ticker.low);
        take(data, "v", ticker.volume);
        take(data, "q", ticker.quoteVolume);
        take(data, "P", ticker.changePercent);
        take(data, "E", ticker.at);
        return event;
    }
    if (type == QLatin1StringView{"markPriceUpdate"}) {
        MarkPrice mark;
        take(data, "s", mark.symbol);
        take(data, "p", mark.mark);
        take(data, "i", mark.index);
        take(data, "r", mark.fundingRate);
        take(data, "T", mark.nextFundingAt);
        take(data, "E", mark.at);
        return mark;
    }
    binance::TradeEvent event;
    event.isAggregate = type == QLatin1StringView{"aggTrade"};
    take(data, "s", event.trade.symbol);
    take(data, event.isAggregate ? "a" : "t", event.trade.id);
    take(data, "p", event.trade.price);
    take(data, "q", event.trade.quantity);
    take(data, "T", event.trade.at);
    take(data, "m", event.trade.buyerIsMaker);
    return event;
}

void readByQt(const QByteArray &json, binance::StreamFrame &frame)
{
    frame.clear();
    const QJsonObject root = QJsonDocument::fromJson(json).object();
    take(root, "stream", frame.stream);
    const QJsonValue data = root.value(QLatin1StringView{"data"});
    if (data.isArray()) {
        for (const QJsonValue &row : data.toArray()) {
            frame.events.push_back(eventOf(row.toObject()));
        }
    } else {
        frame.events.push_back(eventOf(data.toObject()));
    }
}

void readByUs(const QByteArray &json, binance::StreamFrame &frame)
{
    benchmark::DoNotOptimize(binance::parseFrame(binance::viewOf(json), frame).has_value());
}

// ---- both read the same

struct Sum
{
    Int128 total = 0;
    template <class... Values> void add(const Values &...values) { (addOne(values), ...); }
    template <class Measure> void addOne(Exact<Measure> value) { addOne(value.units()); }
    void addOne(Timestamp at) { addOne(Int128{toMs(at)}); }
    void addOne(const std::string &text) { addOne(Int128{static_cast<std::int64_t>(text.size())}); }
    void addOne(Int128 value) { total = total % 1'000'000'007 * 31 + value % 1'000'000'007; }

    void operator()(const BookUpdate &u)
    {
        add(u.symbol, u.at, Int128{u.firstUpdateId}, Int128{u.lastUpdateId}, Int128{u.previousUpdateId});
        for (const auto *side : {&u.bids, &u.asks}) {
            for (const BookLevel &level : *side) {
                add(level.price, level.quantity);
            }
        }
    }
    void operator()(const BookTicker &t)
    {
        add(t.symbol, t.bid, t.bidQty, t.ask, t.askQty, Int128{t.updateId}, t.at);
    }
    void operator()(const binance::TradeEvent &e)
    {
        add(e.trade.symbol, e.trade.price, e.trade.quantity, Int128{e.trade.id}, e.trade.at,
            Int128{e.trade.buyerIsMaker}, Int128{e.isAggregate});
    }
    void operator()(const binance::KlineEvent &e)
    {
        const Candle &c = e.candle;
        add(e.symbol, c.openAt, c.open, c.high, c.low, c.close, c.volume, c.quoteVolume, Int128{c.tradeCount},
            c.takerBuyVolume, Int128{c.isClosed}, Int128{e.isComplete}, Int128{e.interval.has_value()});
    }
    void operator()(const binance::TickerEvent &e)
    {
        const Ticker &t = e.ticker;
        add(t.symbol, t.last, t.open, t.high, t.low, t.volume, t.quoteVolume, t.changePercent, t.at);
    }
    void operator()(const MarkPrice &m)
    {
        add(m.symbol, m.mark, m.index, m.fundingRate, m.nextFundingAt, m.at);
    }
    template <class Other> void operator()(const Other & /*event*/) { std::abort(); }
};

Int128 sumOf(const binance::StreamFrame &frame)
{
    Sum sum;
    sum.add(frame.stream);
    for (const binance::StreamEvent &event : frame.events) {
        std::visit([&](const auto &one) { sum(one); }, event);
    }
    return sum.total;
}

void requireSameMeaning()
{
    binance::StreamFrame ours;
    binance::StreamFrame rival;
    for (const auto &[name, frames] : streams()) {
        for (const QByteArray &frame : frames) {
            readByUs(frame, ours);
            readByQt(frame, rival);
            if (ours.events.empty() || sumOf(ours) != sumOf(rival)) {
                std::fprintf(stderr, "%s: the two parsers differ on %s\n", name.c_str(), frame.constData());
                std::exit(1);
            }
        }
    }
}

// ---- measuring

void overFrames(
    benchmark::State &state, const Frames &frames, void (*read)(const QByteArray &, binance::StreamFrame &))
{
    binance::StreamFrame frame;
    std::size_t at = 0;
    std::int64_t bytes = 0;
    for (auto _ : state) {
        const QByteArray &json = frames[at];
        at = at + 1 == frames.size() ? 0 : at + 1;
        bytes += json.size();
        read(json, frame);
        benchmark::DoNotOptimize(frame.events.data());
    }
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(bytes);
}

void parseOnly(const QByteArray &json, binance::StreamFrame & /*frame*/)
{
    benchmark::DoNotOptimize(QJsonDocument::fromJson(json).isObject());
}

NewOrder anyOrder()
{
    NewOrder order;
    order.symbol = "BTCUSDT";
    order.quantity = Quantity::literal("0.001");
    order.price = Price::literal("60000.1");
    order.clientOrderId = "tabcde000100000001";
    return order;
}

/// One order from its fields to the bytes for the socket: admitted by queue, breaker and budgets, built,
/// signed, and its answer booked.
void signAndEnqueue(benchmark::State &state, binance::Signer &signer)
{
    const NewOrder order = anyOrder();
    transport::Throttle throttle{
        {{"weight 1m", transport::LimitRule::Counts::Weight, Milliseconds{60'000}, 2'400},
            {"orders 10s", transport::LimitRule::Counts::Orders, Milliseconds{10'000}, 300},
            {"orders 1m", transport::LimitRule::Counts::Orders, Milliseconds{60'000}, 1'200}},
        1, {.burst = 100, .perMinute = 1'200}};
    std::int64_t ms = 1'760'000'000'000;
    Monotonic now{};
    std::uint64_t id = 0;
    for (auto _ : state) {
        now += Milliseconds{1'000};
        transport::QueueItem item;
        item.id = ++id;
        item.priority = transport::Priority::Open;
        item.lane = transport::Lane::Orders;
        item.cost = {0, 1};
        const bool isAccepted = throttle.submit(now, std::move(item)).isAccepted;
        const auto step = throttle.next(now);
        if (!isAccepted || !std::holds_alternative<transport::Throttle::HandOver>(step)) {
            state.SkipWithError("The order was held back.");
            return;
        }
        benchmark::DoNotOptimize(binance::signedText(
            signer, binance::placementParameters(order), Milliseconds{3'000}, timestampFromMs(++ms)));
        transport::Throttle::Outcome done;
        done.answerClass = transport::AnswerClass::Done;
        throttle.finished(now, id, done);
    }
    state.SetItemsProcessed(state.iterations());
}

void signAndEnqueueHmac(benchmark::State &state)
{
    static constexpr std::string_view secret =
        "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9";
    const auto signer = binance::HmacSigner::create(std::as_bytes(std::span{secret.data(), secret.size()}));
    signAndEnqueue(state, **signer);
}

void signAndEnqueueEd25519(benchmark::State &state)
{
    const QByteArray key = QByteArray::fromHex(
        "302e020100300506032b657004220420c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
    const auto signer = binance::Ed25519Signer::create(
        std::as_bytes(std::span{key.constData(), static_cast<std::size_t>(key.size())}));
    signAndEnqueue(state, **signer);
}

/// Keeps the processor time of each run for the table at the end.
class Reporter final : public benchmark::ConsoleReporter
{
public:
    Reporter() : ConsoleReporter{OO_None} {}
    void ReportRuns(const std::vector<Run> &runs) override
    {
        for (const Run &run : runs) {
            if (!run.error_occurred && run.run_type == Run::RT_Iteration) {
                m_nanoseconds[run.run_name.function_name] = run.GetAdjustedCPUTime();
            }
        }
        ConsoleReporter::ReportRuns(runs);
    }
    void printRatios() const
    {
        std::printf("\n%-24s %14s %18s %14s\n", "stream", "messages/s", "x QJsonDocument", "x parse alone");
        for (const auto &[name, frames] : streams()) {
            const auto ours = m_nanoseconds.find(name + "/Headroom");
            const auto rival = m_nanoseconds.find(name + "/QJsonDocument to exact values");
            const auto parse = m_nanoseconds.find(name + "/QJsonDocument, parse only");
            if (ours != m_nanoseconds.end() && rival != m_nanoseconds.end() && parse != m_nanoseconds.end()) {
                std::printf("%-24s %14.0f %18.1f %14.1f\n", name.c_str(), 1e9 / ours->second,
                    rival->second / ours->second, parse->second / ours->second);
            }
        }
        for (const char *kind : {"HMAC", "Ed25519"}) {
            const auto order = m_nanoseconds.find(std::string{"sign and enqueue per order, "} + kind);
            if (order != m_nanoseconds.end()) {
                std::printf("%s: %.1f us\n", order->first.c_str(), order->second / 1e3);
            }
        }
    }

private:
    std::map<std::string, double> m_nanoseconds;
};

} // namespace

int main(int argc, char **argv)
{
    benchmark::Initialize(&argc, argv);
    requireSameMeaning();
    const auto add = [](const std::string &name, auto run) {
        benchmark::RegisterBenchmark(name.c_str(), run);
    };
    for (const auto &[name, frames] : streams()) {
        const Frames *const bytes = &frames;
        add(name + "/Headroom", [bytes](benchmark::State &state) { overFrames(state, *bytes, readByUs); });
        add(name + "/QJsonDocument to exact values",
            [bytes](benchmark::State &state) { overFrames(state, *bytes, readByQt); });
        add(name + "/QJsonDocument, parse only",
            [bytes](benchmark::State &state) { overFrames(state, *bytes, parseOnly); });
    }
    add("sign and enqueue per order, HMAC", signAndEnqueueHmac);
    add("sign and enqueue per order, Ed25519", signAndEnqueueEd25519);
    Reporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    reporter.printRatios();
    return 0;
}
