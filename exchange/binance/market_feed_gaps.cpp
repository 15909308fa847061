// The part of MarketFeed that reads by REST: first pictures, snapshots of books, and what a gap left out.

#include "exchange/binance/body.h"
#include "exchange/binance/market_calls.h"
#include "exchange/binance/market_feed.h"
#include "exchange/binance/wire_market.h"

#include <algorithm>
#include <utility>

namespace binance
{

using namespace domain;

namespace
{

// Reliability 5.5, back-off of snapshots; bars are asked for in the same rhythm.
constexpr Milliseconds pauseBase{1'000};
constexpr Milliseconds pauseCap{60'000};
constexpr int tradePagesMost = 5;
constexpr Milliseconds tickersEvery{60'000}; // all of them cost 40; the stream tells what changes
constexpr int candlePagesMost = 20;          // three weeks of minutes

void takeEarlier(std::optional<Monotonic> &earliest, std::optional<Monotonic> at)
{
    if (at && (!earliest || *at < *earliest)) {
        earliest = at;
    }
}

/// The state that waits for this answer; null where it was released, or waits for another by now.
template <class States>
auto *waitingFor(States &states, const typename States::key_type &key, std::uint64_t id)
{
    const auto found = states.find(key);
    return found != states.end() && found->second.asked == id ? &*found : nullptr;
}

} // namespace

MarketFeed::BookState::BookState(const Symbol &symbol, std::uint64_t seed)
    : synchronizer{symbol},
      pause{pauseBase, pauseCap, seed}
{
}

MarketFeed::CandleState::CandleState(std::uint64_t seed) : pause{pauseBase, pauseCap, seed} {}

std::uint64_t MarketFeed::ask(const MarketTopic &topic, Call call)
{
    const std::uint64_t id = ++m_lastAsked;
    m_asked.emplace(id, topic);
    m_effects.emplace_back(Ask{id, std::move(call)});
    return id;
}

void MarketFeed::askForPicture(const MarketTopic &topic)
{
    if (topic.stream == MarketStream::Tickers) {
        ask(topic, tickersCall());
    } else if (topic.stream == MarketStream::Marks) {
        ask(topic, markPricesCall());
    } else {
        ask(topic, bookTickerCall(topic.symbol));
    }
}

// ---- gaps

void MarketFeed::onGap(StreamRoute route)
{
    if (route != StreamRoute::Public) {
        return; // candles and trades show what they have; onResubscribed closes the gap
    }
    for (auto &[symbol, book] : m_books) {
        book.synchronizer.onDisconnected();
        book.isChanged = m_hasUpdates = true;
        // A snapshot from before the gap has no messages to follow it.
        book.asked = 0;
        book.askAt.reset();
    }
}

MarketFeed::Effects MarketFeed::onResubscribed(const Moment &moment, StreamRoute route, bool isRenewal)
{
    if (isRenewal) {
        return {};
    }
    for (const auto &[topic, count] : m_claims) {
        if (routeOf(topic) != route) {
            continue;
        }
        switch (topic.stream) {
        case MarketStream::Tickers:
            if (moment.now >= m_tickersAskedAt + tickersEvery) {
                askForPicture(topic);
                m_tickersAskedAt = moment.now;
            }
            break;
        case MarketStream::Marks:
            break; // its stream tells all of them every second
        case MarketStream::BookTicker:
            askForPicture(topic);
            break;
        case MarketStream::Candles: {
            const auto found = m_candles.find({topic.symbol, topic.interval});
            closeCandleGap(moment, found->first, found->second);
            break;
        }
        case MarketStream::Trades:
            closeTradeGap(topic.symbol, m_trades.at(topic.symbol));
            break;
        case MarketStream::Book:
            break; // its first message asks for the snapshot
        }
    }
    return taken();
}

MarketFeed::Effects MarketFeed::onAnswer(
    const Moment &moment, std::uint64_t id, const Result<QByteArray> &body)
{
    const auto entry = m_asked.extract(id);
    if (!entry) {
        return {};
    }
    const MarketTopic &topic = entry.mapped();
    m_hasUpdates = true; // mostly; an empty hand-over does no harm
    switch (topic.stream) {
    case MarketStream::Tickers:
        // What the stream said since is newer.
        for (Ticker &ticker : parsed(body, parseTickers).value_or(std::vector<Ticker>{})) {
            m_tickers.try_emplace(ticker.symbol, std::move(ticker));
        }
        break;
    case MarketStream::Marks:
        for (MarkPrice &mark : parsed(body, parsePremiumIndex).value_or(std::vector<MarkPrice>{})) {
            m_marks.try_emplace(mark.symbol, std::move(mark));
        }
        break;
    case MarketStream::BookTicker:
        for (BookTicker &ticker : parsed(body, parseBookTickers).value_or(std::vector<BookTicker>{})) {
            m_bookTickers.try_emplace(ticker.symbol, std::move(ticker));
        }
        break;
    case MarketStream::Book:
        if (auto *book = waitingFor(m_books, topic.symbol, id)) {
            onSnapshot(book->first, book->second, body);
        }
        break;
    case MarketStream::Candles:
        if (auto *bars = waitingFor(m_candles, {topic.symbol, topic.interval}, id)) {
            onCandles(moment, bars->first, bars->second, body);
        }
        break;
    case MarketStream::Trades:
        if (auto *trades = waitingFor(m_trades, topic.symbol, id)) {
            onTrades(trades->first, trades->second, body);
        }
        break;
    }
    return taken();
}

MarketFeed::Effects MarketFeed::onTime(const Moment &moment)
{
    askForSnapshots(moment.now);
    for (auto &[key, state] : m_candles) {
        if (state.askAt && *state.askAt <= moment.now) {
            askForCandles(moment, key, state);
        }
    }
    return taken();
}

std::optional<Monotonic> MarketFeed::wakeAt() const
{
    std::optional<Monotonic> earliest;
    for (const auto &[symbol, book] : m_books) {
        if (book.askAt) {
            takeEarlier(earliest, m_snapshotPace.admissibleAt(*book.askAt));
        }
    }
    for (const auto &[key, state] : m_candles) {
        takeEarlier(earliest, state.askAt);
    }
    return earliest;
}

// ---- books

void MarketFeed::wantSnapshot(Monotonic now, BookState &book)
{
    if (book.asked == 0 && !book.askAt) { // one a symbol is out
        // The first goes at once; the more of them miss, the longer the pauses.
        book.askAt = now + (book.attempts++ == 0 ? Milliseconds{0} : book.pause.next());
    }
}

void MarketFeed::askForSnapshots(Monotonic now)
{
    for (auto &[symbol, book] : m_books) {
        if (book.askAt && *book.askAt <= now && m_snapshotPace.admissibleAt(now) <= now) {
            m_snapshotPace.take(now);
            book.askAt.reset();
            book.asked = ask({MarketStream::Book, symbol}, depthCall(symbol));
        }
    }
}

void MarketFeed::onSnapshot(const Symbol &symbol, BookState &book, const Result<QByteArray> &body)
{
    book.asked = 0; // where it failed or missed, the next message asks again
    if (const auto snapshot = parsed(body, parseDepth, symbol)) {
        book.synchronizer.onSnapshot(*snapshot);
        book.isChanged = true;
    }
    if (book.synchronizer.isLive()) {
        book.pause.reset();
        book.attempts = 0;
    }
}

// ---- bars

void MarketFeed::closeCandleGap(const Moment &moment, const CandleKey &key, CandleState &state)
{
    state.toldAt.reset();
    if (!state.lastOpenAt) {
        return; // nothing was shown yet
    }
    state.missingFrom = std::min(state.missingFrom.value_or(*state.lastOpenAt), *state.lastOpenAt);
    state.pagesLeft = candlePagesMost;
    if (state.asked != 0) {
        state.isGapNew = true;
    } else {
        askForCandles(moment, key, state);
    }
}

void MarketFeed::askForCandles(const Moment &moment, const CandleKey &key, CandleState &state)
{
    state.askAt.reset();
    state.isGapNew = false;
    const auto missing = (moment.server - *state.missingFrom) / lengthOf(key.second) + 2;
    state.limit = static_cast<int>(std::clamp<std::int64_t>(missing, 2, candlesMost));
    state.asked = ask({MarketStream::Candles, key.first, key.second},
        klinesCall(key.first, key.second, state.limit, state.missingFrom));
}

void MarketFeed::onCandles(
    const Moment &moment, const CandleKey &key, CandleState &state, const Result<QByteArray> &body)
{
    state.asked = 0;
    auto candles = parsed(body, parseKlines, moment.server);
    if (!candles) {
        if (!std::exchange(state.isFailureTold, true)) {
            notice(1, "The gap in the bars of " + key.first +
                          " could not be closed yet: " + candles.error().detail);
        }
        state.askAt = moment.now + state.pause.next();
        return;
    }
    state.pause.reset();
    state.isFailureTold = false;
    keepNewestOpen(*candles);
    for (const Candle &candle : *candles) {
        // The stream's word on the newest bar, where there is one, is newer.
        if (candle.isClosed || !state.toldAt || candle.openAt > *state.toldAt) {
            merge(state.pending, candle);
        }
    }
    bool isMoreMissing = false;
    if (!candles->empty()) {
        const Timestamp newest = candles->back().openAt;
        // It may have been open still when it was asked for: where the stream is ahead, it has ended since.
        isMoreMissing = newest < *state.lastOpenAt || std::ssize(*candles) >= state.limit;
        state.missingFrom = newest;
        if (newest > *state.lastOpenAt) {
            state.lastOpenAt = newest;
            state.isLastClosed = false;
        }
    }
    if (state.isGapNew || (isMoreMissing && --state.pagesLeft > 0)) {
        return askForCandles(moment, key, state);
    }
    if (isMoreMissing) {
        notice(1, "Some bars of " + key.first + " are missing after the connection was lost.");
    }
    state.missingFrom.reset();
}

void keepNewestOpen(std::vector<Candle> &candles)
{
    if (!candles.empty()) {
        candles.back().isClosed = false;
    }
}

// ---- trades

void MarketFeed::closeTradeGap(const Symbol &symbol, TradeState &state)
{
    if (state.lastId == 0) {
        return; // nothing was shown yet
    }
    state.pagesLeft = tradePagesMost;
    if (state.asked != 0) {
        state.isGapNew = true;
    } else {
        askForTrades(symbol, state);
    }
}

void MarketFeed::askForTrades(const Symbol &symbol, TradeState &state)
{
    state.isGapNew = false;
    state.asked = ask({MarketStream::Trades, symbol}, aggTradesCall(symbol, tradesPerPage, state.lastId + 1));
}

void MarketFeed::onTrades(const Symbol &symbol, TradeState &state, const Result<QByteArray> &body)
{
    state.asked = 0;
    const auto trades = parsed(body, parseAggTrades, symbol);
    for (const Trade &trade : trades.value_or(std::vector<Trade>{})) {
        hand(state, trade);
    }
    // A page that is not full ends with what had traded when it was asked for; the venue may have taken the
    // subscription later.
    const bool isJoined = joinHeld(state);
    const bool isPageFull = trades && std::ssize(*trades) >= tradesPerPage;
    const bool isMoreMissing = state.isGapNew || !state.held.empty() || (isPageFull && !isJoined);
    if (trades && isMoreMissing && --state.pagesLeft > 0) {
        return askForTrades(symbol, state);
    }
    if (!trades || isMoreMissing) {
        notice(1, "Some trades of " + symbol + " are missing after the connection was lost" +
                      (trades ? "." : ": " + trades.error().detail));
    }
    // The first id that follows tells whether something came between.
    state.isNextChecked = true;
    for (Trade &trade : std::exchange(state.held, {})) {
        hand(state, std::move(trade));
    }
}

/// Hands over what was held as far as it follows without a hole. False where it does not follow at all.
bool MarketFeed::joinHeld(TradeState &state)
{
    bool isJoined = false;
    while (!state.held.empty() && state.held.front().id <= state.lastId + 1) {
        hand(state, std::move(state.held.front()));
        state.held.pop_front();
        isJoined = true;
    }
    return isJoined;
}

/// Both connections of a planned renewal speak for some seconds, and pages overlap: a trade counts once.
void MarketFeed::hand(TradeState &state, Trade trade)
{
    if (trade.id > state.lastId) {
        state.lastId = trade.id;
        state.pending.push_back(std::move(trade));
        m_hasUpdates = true;
    }
}

} // namespace binance
