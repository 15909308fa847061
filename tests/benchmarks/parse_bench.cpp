// Messages a second of our parsers beside QJsonDocument on the same recorded bytes, and the cost of signing
// and building one order. The target is fifteen times QJsonDocument.

#include "exchange/binance/order_mapping.h"
#include "exchange/binance/signing.h"
#include "exchange/binance/wire_stream.h"
#include "models/domain/exact.h"
#include "tests/support/fixtures.h"

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <benchmark/benchmark.h>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace
{

using namespace domain;

/// The recorded frames of one stream, without their receive times.
const std::vector<QByteArray> &frames(std::string_view stream)
{
    static const QByteArray capture = support::fixture(QStringLiteral("capture/btcusdt_20240808.jsonl.gz"));
    static std::vector<QByteArray> books;
    static std::vector<QByteArray> tickers;
    static std::vector<QByteArray> trades;
    if (books.empty() && !capture.isEmpty()) {
        for (const QByteArray &line : capture.split('\n')) {
            const QByteArray json = line.mid(line.indexOf(' ') + 1);
            if (json.contains("@depth")) {
                books.push_back(json);
            } else if (json.contains("@bookTicker")) {
                tickers.push_back(json);
            } else if (json.contains("@trade")) {
                trades.push_back(json);
            }
        }
    }
    return stream == "depth" ? books : stream == "bookTicker" ? tickers : trades;
}

template <class Parse> void overRecording(benchmark::State &state, std::string_view stream, Parse parse)
{
    const auto &all = frames(stream);
    if (all.empty()) {
        state.SkipWithError("The recorded stream is not here.");
        return;
    }
    std::size_t at = 0;
    std::int64_t bytes = 0;
    for (auto _ : state) {
        const QByteArray &frame = all[at];
        at = at + 1 == all.size() ? 0 : at + 1;
        bytes += frame.size();
        parse(frame);
    }
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(bytes);
}

void ours(benchmark::State &state, const char *stream)
{
    binance::StreamFrame frame;
    overRecording(state, stream, [&](const QByteArray &json) {
        const auto read =
            binance::parseFrame({json.constData(), static_cast<std::size_t>(json.size())}, frame);
        benchmark::DoNotOptimize(read.has_value());
        benchmark::DoNotOptimize(frame.events.data());
    });
}

/// The rival's share ends with the same exact values; otherwise half of its work would be left out.
void qJsonDocument(benchmark::State &state, const char *stream)
{
    const auto exact = [](const QJsonValue &value) {
        return Price::parse(value.toString().toStdString()).value_or(Price{});
    };
    const auto levels = [&](const QJsonArray &side) {
        for (const QJsonValue &level : side) {
            benchmark::DoNotOptimize(exact(level.toArray().at(0)));
            benchmark::DoNotOptimize(exact(level.toArray().at(1)));
        }
    };
    overRecording(state, stream, [&](const QByteArray &json) {
        const QJsonObject data =
            QJsonDocument::fromJson(json).object().value(QLatin1StringView{"data"}).toObject();
        const QString type = data.value(QLatin1StringView{"e"}).toString();
        benchmark::DoNotOptimize(data.value(QLatin1StringView{"s"}).toString().toStdString());
        benchmark::DoNotOptimize(data.value(QLatin1StringView{"E"}).toInteger());
        if (type == QLatin1StringView{"depthUpdate"}) {
            levels(data.value(QLatin1StringView{"b"}).toArray());
            levels(data.value(QLatin1StringView{"a"}).toArray());
        } else if (type == QLatin1StringView{"bookTicker"}) {
            for (const char *name : {"b", "B", "a", "A"}) {
                benchmark::DoNotOptimize(exact(data.value(QLatin1StringView{name})));
            }
        } else {
            benchmark::DoNotOptimize(exact(data.value(QLatin1StringView{"p"})));
            benchmark::DoNotOptimize(exact(data.value(QLatin1StringView{"q"})));
        }
    });
}

void qJsonDocumentReadOnly(benchmark::State &state, const char *stream)
{
    overRecording(state, stream,
        [&](const QByteArray &json) { benchmark::DoNotOptimize(QJsonDocument::fromJson(json).isObject()); });
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

void signAndBuild(benchmark::State &state, binance::Signer &signer)
{
    const NewOrder order = anyOrder();
    std::int64_t ms = 1'760'000'000'000;
    for (auto _ : state) {
        benchmark::DoNotOptimize(binance::signedText(
            signer, binance::placementParameters(order), Milliseconds{3'000}, timestampFromMs(++ms)));
    }
    state.SetItemsProcessed(state.iterations());
}

void orderWithHmac(benchmark::State &state)
{
    static constexpr std::string_view secret =
        "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9";
    const auto signer = binance::HmacSigner::create(std::as_bytes(std::span{secret.data(), secret.size()}));
    signAndBuild(state, **signer);
}

void orderWithEd25519(benchmark::State &state)
{
    const QByteArray key = QByteArray::fromHex(
        "302e020100300506032b657004220420c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
    const auto signer = binance::Ed25519Signer::create(
        std::as_bytes(std::span{key.constData(), static_cast<std::size_t>(key.size())}));
    signAndBuild(state, **signer);
}

} // namespace

BENCHMARK_CAPTURE(ours, depth, "depth");
BENCHMARK_CAPTURE(qJsonDocument, depth, "depth");
BENCHMARK_CAPTURE(qJsonDocumentReadOnly, depth, "depth");
BENCHMARK_CAPTURE(ours, bookTicker, "bookTicker");
BENCHMARK_CAPTURE(qJsonDocument, bookTicker, "bookTicker");
BENCHMARK_CAPTURE(qJsonDocumentReadOnly, bookTicker, "bookTicker");
BENCHMARK_CAPTURE(ours, trade, "trade");
BENCHMARK_CAPTURE(qJsonDocument, trade, "trade");
BENCHMARK_CAPTURE(qJsonDocumentReadOnly, trade, "trade");
BENCHMARK(orderWithHmac);
BENCHMARK(orderWithEd25519);
BENCHMARK_MAIN();
