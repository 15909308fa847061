#include "exchange/paper/core/stream_name.h"

#include <algorithm>

namespace paper
{
namespace
{

using namespace std::chrono_literals;
using domain::Milliseconds;

constexpr Milliseconds bookTickerArrayPeriod{5'000};

/// Upper case of the Latin letters; empty where one of them is upper case already.
std::string upperSymbol(std::string_view lower)
{
    std::string upper{lower};
    for (char &c : upper) {
        if (c >= 'A' && c <= 'Z') {
            return {};
        }
        if (c >= 'a' && c <= 'z') {
            c = static_cast<char>(c - 'a' + 'A');
        }
    }
    return upper;
}

std::optional<Milliseconds> depthPeriod(std::string_view speed)
{
    if (speed.empty()) {
        return 250ms;
    }
    if (speed == "0ms") { // undocumented, as fast as the exchange looks at its streams
        return 0ms;
    }
    return speed == "100ms"   ? std::optional<Milliseconds>{100ms}
           : speed == "250ms" ? std::optional<Milliseconds>{250ms}
           : speed == "500ms" ? std::optional<Milliseconds>{500ms}
                              : std::nullopt;
}

std::optional<StreamName> parseAll(std::string_view name)
{
    using Kind = StreamKind;
    if (name == "!markPrice@arr") {
        return StreamName{Kind::MarkPrice, {}, {}, 0, 3s};
    }
    if (name == "!markPrice@arr@1s") {
        return StreamName{Kind::MarkPrice, {}, {}, 0, 1s};
    }
    if (name == "!miniTicker@arr") {
        return StreamName{Kind::MiniTicker, {}, {}, 0, 1s};
    }
    if (name == "!ticker@arr") {
        return StreamName{Kind::Ticker, {}, {}, 0, 1s};
    }
    if (name == "!bookTicker") {
        return StreamName{Kind::BookTicker, {}, {}, 0, bookTickerArrayPeriod};
    }
    if (name == "!forceOrder@arr") {
        return StreamName{Kind::ForceOrder, {}, {}, 0, 1s};
    }
    if (name == "!assetIndex@arr") {
        return StreamName{Kind::AssetIndex, {}, {}, 0, 1s};
    }
    if (name == "!contractInfo") {
        return StreamName{Kind::ContractInfo, {}, {}, 0, 0ms};
    }
    return std::nullopt;
}

std::optional<StreamName> parseDepth(std::string symbol, std::string_view topic)
{
    topic.remove_prefix(std::string_view{"depth"}.size());
    const std::size_t at = topic.find('@');
    const std::string_view levels = topic.substr(0, at);
    const auto period = depthPeriod(at == std::string_view::npos ? std::string_view{} : topic.substr(at + 1));
    const bool hasLevels = levels == "5" || levels == "10" || levels == "20";
    if (!period || (!levels.empty() && !hasLevels)) {
        return std::nullopt;
    }
    return StreamName{hasLevels ? StreamKind::PartialDepth : StreamKind::Depth, std::move(symbol), {},
        levels == "5"    ? std::size_t{5}
        : levels == "10" ? std::size_t{10}
        : levels == "20" ? std::size_t{20}
                         : std::size_t{0},
        *period};
}

std::optional<StreamName> parseKline(StreamKind kind, std::string symbol, std::string_view interval)
{
    const auto parsed = domain::parseInterval(interval);
    if (!parsed) {
        return std::nullopt;
    }
    return StreamName{kind, std::move(symbol), *parsed, 0, 250ms};
}

} // namespace

std::optional<StreamName> parseStreamName(std::string_view name)
{
    using Kind = StreamKind;
    if (name.starts_with('!')) {
        return parseAll(name);
    }
    if (name == "tradingSession") {
        return StreamName{Kind::TradingSession, {}, {}, 0, 1s};
    }
    const std::size_t at = name.find('@');
    if (at == std::string_view::npos || at == 0) {
        return std::nullopt;
    }
    std::string_view owner = name.substr(0, at);
    const std::string_view topic = name.substr(at + 1);
    constexpr std::string_view perpetual = "_perpetual";
    const bool isContinuous = topic.starts_with("continuousKline_");
    if (isContinuous) {
        if (!owner.ends_with(perpetual)) {
            return std::nullopt;
        }
        owner.remove_suffix(perpetual.size());
    }
    std::string symbol = upperSymbol(owner);
    if (symbol.empty()) {
        return std::nullopt;
    }
    if (topic == "continuousKline_1s") {
        return StreamName{Kind::SecondKline, std::move(symbol), {}, 0, 250ms};
    }
    if (isContinuous) {
        return parseKline(Kind::ContinuousKline, std::move(symbol), topic.substr(16));
    }
    if (topic.starts_with("kline_")) {
        return parseKline(Kind::Kline, std::move(symbol), topic.substr(6));
    }
    if (topic == "rpiDepth@500ms") {
        return StreamName{Kind::Depth, std::move(symbol), {}, 0, 500ms, true};
    }
    if (topic.starts_with("depth")) {
        return parseDepth(std::move(symbol), topic);
    }
    struct Word
    {
        std::string_view topic;
        Kind kind;
        Milliseconds period;
    };
    static constexpr Word words[] = {{"aggTrade", Kind::AggregateTrade, 100ms}, {"trade", Kind::Trade, 0ms},
        {"markPrice", Kind::MarkPrice, 3s}, {"markPrice@1s", Kind::MarkPrice, 1s},
        {"miniTicker", Kind::MiniTicker, 2s}, {"ticker", Kind::Ticker, 2s},
        {"bookTicker", Kind::BookTicker, 0ms}, {"forceOrder", Kind::ForceOrder, 1s},
        {"compositeIndex", Kind::CompositeIndex, 1s}, {"assetIndex", Kind::AssetIndex, 1s}};
    const auto *const word = std::ranges::find(words, topic, &Word::topic);
    if (word == std::end(words)) {
        return std::nullopt;
    }
    return StreamName{word->kind, std::move(symbol), {}, 0, word->period};
}

bool isCarriedOn(Route route, StreamKind kind)
{
    const bool isPublic = kind == StreamKind::BookTicker || kind == StreamKind::PartialDepth ||
                          kind == StreamKind::Depth || kind == StreamKind::Trade;
    switch (route) {
    case Route::Unrouted:
    case Route::Public:
        return isPublic;
    case Route::Market:
        return !isPublic;
    case Route::Private:
    case Route::WsApi:
        return false;
    }
    return false;
}

} // namespace paper
