#include "exchange/binance/market_feed.h"

#include "exchange/binance/market_calls.h"

#include <algorithm>
#include <utility>

namespace binance
{

using namespace domain;

namespace
{

// Streams that push every second whatever happens; the others may rest with their symbol.
constexpr Milliseconds tickerSilence{5'000};
// Reliability 5.5: a snapshot each two seconds over all symbols; some at once when a connection came back.
constexpr int snapshotsAtOnce = 4;
constexpr Milliseconds snapshotEvery{2'000};

std::string lowerCase(std::string_view symbol)
{
    std::string lower{symbol};
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; // other scripts have no case here
    });
    return lower;
}

/// {"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}
std::string controlText(bool isSubscribe, const std::vector<std::string> &names, std::uint64_t id)
{
    std::string text =
        isSubscribe ? R"({"method":"SUBSCRIBE","params":[)" : R"({"method":"UNSUBSCRIBE","params":[)";
    for (const std::string &name : names) {
        if (text.back() != '[') {
            text += ',';
        }
        text += '"';
        for (const char c : name) {
            if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ') {
                continue; // no stream has such a name; it must not break the message
            }
            text += c;
        }
        text += '"';
    }
    return text + R"(],"id":)" + std::to_string(id) + '}';
}

template <class Value> std::vector<Value> drained(std::unordered_map<Symbol, Value> &values)
{
    std::vector<Value> list;
    list.reserve(values.size());
    for (auto &[symbol, value] : values) {
        list.push_back(std::move(value));
    }
    values.clear();
    return list;
}

} // namespace

StreamRoute routeOf(const MarketTopic &topic)
{
    return topic.stream == MarketStream::Book || topic.stream == MarketStream::BookTicker
               ? StreamRoute::Public
               : StreamRoute::Market;
}

std::string streamOf(const MarketTopic &topic)
{
    const std::string symbol = lowerCase(topic.symbol);
    switch (topic.stream) {
    case MarketStream::Tickers:
        return "!ticker@arr";
    case MarketStream::Marks:
        return "!markPrice@arr@1s";
    case MarketStream::BookTicker:
        return symbol + "@bookTicker";
    case MarketStream::Candles:
        return symbol + "@kline_" + std::string{toString(topic.interval)};
    case MarketStream::Trades:
        return symbol + "@aggTrade";
    case MarketStream::Book:
        break;
    }
    return symbol + "@depth@100ms";
}

transport::StreamOptions marketStreamOptions()
{
    transport::StreamOptions options;
    options.control = controlText;
    options.silenceOf = [](const std::string &name) {
        return name.starts_with('!') ? std::optional{tickerSilence} : std::nullopt;
    };
    return options;
}

MarketFeed::MarketFeed(std::uint64_t seed) : m_seed{seed}, m_snapshotPace{snapshotsAtOnce, snapshotEvery} {}

// ---- claims

MarketFeed::Effects MarketFeed::claim(const MarketTopic &topic)
{
    if (++m_claims[topic] > 1) {
        return {};
    }
    m_effects.emplace_back(Subscribe{routeOf(topic), streamOf(topic)});
    switch (topic.stream) {
    case MarketStream::Book:
        m_books.try_emplace(topic.symbol, topic.symbol, ++m_seed);
        break;
    case MarketStream::Trades:
        m_trades.try_emplace(topic.symbol);
        break;
    case MarketStream::Candles:
        m_candles.try_emplace({topic.symbol, topic.interval}, ++m_seed);
        break;
    case MarketStream::Tickers:
    case MarketStream::Marks:
    case MarketStream::BookTicker:
        askForPicture(topic);
        break;
    }
    return taken();
}

MarketFeed::Effects MarketFeed::release(const MarketTopic &topic)
{
    const auto claim = m_claims.find(topic);
    if (claim == m_claims.end() || --claim->second > 0) {
        return {};
    }
    m_claims.erase(claim);
    switch (topic.stream) {
    case MarketStream::Book:
        m_books.erase(topic.symbol);
        break;
    case MarketStream::Trades:
        m_trades.erase(topic.symbol);
        break;
    case MarketStream::Candles:
        m_candles.erase({topic.symbol, topic.interval});
        break;
    case MarketStream::Tickers:
    case MarketStream::Marks:
    case MarketStream::BookTicker:
        break;
    }
    m_effects.emplace_back(Unsubscribe{routeOf(topic), streamOf(topic)});
    return taken();
}

// ---- messages

MarketFeed::Effects MarketFeed::onText(const Moment &moment, std::string_view text)
{
    m_isEndAnnounced = false;
    if (const auto read = parseFrame(text, m_frame); !read) {
        if (++m_unreadable == 1) {
            notice(2, "A market message could not be read: " + read.error().detail);
        }
        return taken();
    }
    if (m_frame.control && m_frame.control->errorCode) {
        notice(1, "The market stream answered: " + m_frame.control->errorMessage);
    }
    for (StreamEvent &event : m_frame.events) {
        std::visit([&](auto &&one) { take(moment, std::forward<decltype(one)>(one)); }, std::move(event));
        m_hasUpdates = true;
    }
    askForSnapshots(moment.now);
    return taken();
}

void MarketFeed::take(const Moment &, ServerShutdown &&)
{
    m_isEndAnnounced = true;
}

void MarketFeed::take(const Moment &, UnknownEvent &&event)
{
    if (++m_unknownEvents[event.type] == 1) {
        notice(0, "The market stream sent an event of an unknown kind: " + event.type);
    }
}

void MarketFeed::take(const Moment &, TickerEvent &&event)
{
    const Symbol symbol = event.ticker.symbol;
    m_tickers.insert_or_assign(symbol, std::move(event.ticker));
}

void MarketFeed::take(const Moment &, MarkPrice &&mark)
{
    const Symbol symbol = mark.symbol;
    m_marks.insert_or_assign(symbol, std::move(mark));
}

void MarketFeed::take(const Moment &, BookTicker &&ticker)
{
    const Symbol symbol = ticker.symbol;
    m_bookTickers.insert_or_assign(symbol, std::move(ticker));
}

void MarketFeed::take(const Moment &moment, BookUpdate &&update)
{
    const auto found = m_books.find(update.symbol);
    if (found == m_books.end()) {
        return; // released meanwhile
    }
    BookState &book = found->second;
    const BookStep step = book.synchronizer.onUpdate(update);
    book.isChanged = book.isChanged || step != BookStep::Skip;
    if (step == BookStep::Resync) {
        notice(1, "The order book of " + update.symbol + " had a gap and is read anew.");
    }
    if (book.synchronizer.needsSnapshot()) {
        wantSnapshot(moment.now, book);
    }
}

void MarketFeed::take(const Moment &, TradeEvent &&event)
{
    const auto found = m_trades.find(event.trade.symbol);
    if (found == m_trades.end() || !event.isAggregate) {
        return;
    }
    TradeState &state = found->second;
    if (state.asked != 0) {
        state.held.push_back(std::move(event.trade));
        return;
    }
    if (event.trade.id > state.lastId && std::exchange(state.isNextChecked, false) &&
        event.trade.id > state.lastId + 1) {
        closeTradeGap(found->first, state);
        state.held.push_back(std::move(event.trade));
        return;
    }
    hand(state, std::move(event.trade));
}

void MarketFeed::take(const Moment &moment, KlineEvent &&event)
{
    if (!event.isComplete || event.isContinuous) {
        return;
    }
    const auto found = m_candles.find({event.symbol, *event.interval});
    if (found == m_candles.end()) {
        return;
    }
    CandleState &state = found->second;
    const Timestamp openAt = event.candle.openAt;
    if (state.lastOpenAt && openAt < *state.lastOpenAt && !event.candle.isClosed) {
        return;
    }
    const bool isEndMissing = state.lastOpenAt && openAt > *state.lastOpenAt && !state.isLastClosed;
    if (isEndMissing && state.asked == 0 && !state.askAt) {
        // The venue took the subscription after that bar had ended.
        closeCandleGap(moment, found->first, state);
    }
    if (openAt >= state.lastOpenAt.value_or(openAt)) {
        state.isLastClosed = event.candle.isClosed;
    }
    state.lastOpenAt = std::max(state.lastOpenAt.value_or(openAt), openAt);
    state.toldAt = std::max(state.toldAt.value_or(openAt), openAt);
    merge(state.pending, event.candle);
}

/// The newest word on a bar wins; a closed one is final.
void MarketFeed::merge(std::vector<Candle> &candles, const Candle &candle)
{
    const auto at = std::ranges::lower_bound(candles, candle.openAt, {}, &Candle::openAt);
    if (at == candles.end() || at->openAt != candle.openAt) {
        candles.insert(at, candle);
    } else if (!at->isClosed || candle.isClosed) {
        *at = candle;
    }
}

void MarketFeed::notice(int level, std::string text)
{
    m_effects.emplace_back(Notice{level, std::move(text)});
}

// ---- hand-over

MarketFeed::Updates MarketFeed::takeUpdates(std::size_t depth)
{
    Updates updates;
    m_hasUpdates = false;
    updates.tickers = drained(m_tickers);
    updates.marks = drained(m_marks);
    updates.bookTickers = drained(m_bookTickers);
    for (auto &[symbol, state] : m_trades) {
        if (!state.pending.empty()) {
            updates.trades.push_back(std::exchange(state.pending, {}));
        }
    }
    for (auto &[key, state] : m_candles) {
        if (!state.pending.empty()) {
            updates.candles.push_back({key.first, key.second, std::exchange(state.pending, {})});
        }
    }
    for (auto &[symbol, book] : m_books) {
        if (std::exchange(book.isChanged, false)) {
            updates.books.push_back(book.synchronizer.view(depth));
        }
    }
    return updates;
}

} // namespace binance
