// The part of BinanceMarketData that reads by REST: first pictures, gaps, snapshots, history, symbols.

#include "exchange/binance/binance_market_data.h"
#include "exchange/binance/body.h"
#include "exchange/binance/error_classes.h"
#include "exchange/binance/signing.h"
#include "exchange/binance/wire_market.h"
#include "exchange/binance/wire_statistics.h"

#include <algorithm>
#include <utility>

namespace binance
{

using namespace domain;
using transport::Lane;
using transport::Priority;

namespace
{

constexpr Milliseconds infoEvery{30 * 60'000};
constexpr Milliseconds infoAgain{5'000};
constexpr Milliseconds intervalsAgain{30'000};
constexpr Milliseconds afterSettlement{10'000}; // settlements fall on full hours, and so do changes
constexpr int tradesPerPage = 1'000;
constexpr int tradePagesMost = 5;
constexpr int candlesMost = 1'500;
constexpr int snapshotLevels = 1'000;
constexpr std::int64_t snapshotWeight = 20;
constexpr std::int64_t tradesWeight = 20;

/// Source: reference 4.1, weight by limit.
std::int64_t klineWeight(int limit)
{
    return limit < 100 ? 1 : limit < 500 ? 2 : limit <= 1'000 ? 5 : 10;
}

Call publicGet(std::string path, std::int64_t weight, Priority priority)
{
    Call call{.path = std::move(path)};
    call.priority = priority;
    call.lane = Lane::Bulk;
    call.cost = {weight, 0};
    return call;
}

Call klinesCall(const Symbol &symbol, Interval interval, int limit, Priority priority)
{
    Call call = publicGet("/fapi/v1/klines", klineWeight(limit), priority);
    appendParameter(call.parameters, "symbol", symbol);
    appendParameter(call.parameters, "interval", toString(interval));
    appendParameter(call.parameters, "limit", std::to_string(limit));
    return call;
}

/// The newest bar is closed by its stream or by the next bar, never by the clock: a replay's bars bear times
/// long past while they still move, and a series refuses news of a closed bar.
void keepNewestOpen(std::vector<Candle> &candles)
{
    if (!candles.empty()) {
        candles.back().isClosed = false;
    }
}

} // namespace

BinanceMarketData::BookState::BookState(const Symbol &symbol, std::uint64_t seed)
    : synchronizer{symbol},
      pause{Milliseconds{1'000}, Milliseconds{60'000}, seed}
{
}

// ---- gaps

void BinanceMarketData::onGap(StreamRoute route)
{
    if (route != StreamRoute::Public) {
        return; // candles and trades show what they have; resubscribed closes the gap
    }
    for (auto &[symbol, state] : m_books) {
        state.synchronizer.onDisconnected();
        state.isChanged = true;
    }
    wakeFrame();
}

void BinanceMarketData::onResubscribed(StreamRoute route, bool isRenewal)
{
    if (isRenewal) {
        return; // both connections spoke side by side; nothing is missing
    }
    for (const auto &[topic, count] : m_claims) {
        if (routeOf(topic.kind) != route) {
            continue;
        }
        switch (topic.kind) {
        case Kind::Tickers:
            fetchTickers();
            break;
        case Kind::Marks:
            fetchMarks();
            break;
        case Kind::BookTicker:
            fetchBookTicker(topic.symbol);
            break;
        case Kind::Candles:
            closeCandleGap({topic.symbol, topic.interval});
            break;
        case Kind::Trades:
            closeTradeGap(topic.symbol);
            break;
        case Kind::Book:
            break; // its first message asks for the snapshot
        }
    }
}

void BinanceMarketData::fetchTickers()
{
    constexpr std::int64_t allSymbols = 40;
    Call call = publicGet("/fapi/v1/ticker/24hr", allSymbols, Priority::Market);
    call.coalesceKey = call.path;
    m_rest.fetch(call, this, [this](const Result<QByteArray> &body) {
        if (auto tickers = parsed(body, parseTickers)) {
            for (Ticker &ticker : *tickers) {
                m_tickers.try_emplace(ticker.symbol, std::move(ticker)); // the stream's is newer
            }
            wakeFrame();
        }
    });
}

void BinanceMarketData::fetchMarks()
{
    constexpr std::int64_t allSymbols = 10;
    Call call = publicGet("/fapi/v1/premiumIndex", allSymbols, Priority::Market);
    call.coalesceKey = call.path;
    m_rest.fetch(call, this, [this](const Result<QByteArray> &body) {
        if (auto marks = parsed(body, parsePremiumIndex)) {
            for (MarkPrice &mark : *marks) {
                m_marks.try_emplace(mark.symbol, std::move(mark));
            }
            wakeFrame();
        }
    });
}

void BinanceMarketData::fetchBookTicker(const Symbol &symbol)
{
    Call call = publicGet("/fapi/v1/ticker/bookTicker", 2, Priority::Market);
    appendParameter(call.parameters, "symbol", symbol);
    call.coalesceKey = call.path + ' ' + symbol;
    m_rest.fetch(call, this, [this](const Result<QByteArray> &body) {
        if (auto tickers = parsed(body, parseBookTickers)) {
            for (BookTicker &ticker : *tickers) {
                m_bookTickers.try_emplace(ticker.symbol, std::move(ticker));
            }
            wakeFrame();
        }
    });
}

void BinanceMarketData::fetchSnapshot(const Symbol &symbol)
{
    BookState &state = m_books.at(symbol);
    if (state.isFetching) {
        return; // one in flight per symbol
    }
    state.isFetching = true;
    Call call = publicGet("/fapi/v1/depth", snapshotWeight, Priority::Market);
    appendParameter(call.parameters, "symbol", symbol);
    appendParameter(call.parameters, "limit", std::to_string(snapshotLevels));
    call.maxTries = 1;
    const auto send = [this, symbol, call] {
        m_rest.fetch(call, this, [this, symbol](const Result<QByteArray> &body) {
            const auto book = m_books.find(symbol);
            if (book == m_books.end()) {
                return;
            }
            BookState &waiting = book->second;
            waiting.isFetching = false;
            if (const auto snapshot = parsed(body, parseDepth, symbol)) {
                waiting.synchronizer.onSnapshot(*snapshot);
                waiting.isChanged = true;
                wakeFrame();
            }
            if (waiting.synchronizer.isLive()) {
                waiting.pause.reset();
                waiting.attempts = 0;
            }
        });
    };
    // The first snapshot goes at once; the more of them miss, the longer the pauses.
    const Milliseconds wait = state.attempts++ == 0 ? Milliseconds{0} : state.pause.next();
    QTimer::singleShot(wait, this, send);
}

void BinanceMarketData::closeCandleGap(const CandleKey &key)
{
    const auto found = m_candles.find(key);
    if (found == m_candles.end() || !found->second.lastOpenAt) {
        return; // nothing was shown yet
    }
    const Timestamp from = *found->second.lastOpenAt;
    const auto missing = (m_rest.serverNow() - from) / lengthOf(key.second) + 2;
    const int limit = static_cast<int>(std::clamp<std::int64_t>(missing, 2, candlesMost));
    Call call = klinesCall(key.first, key.second, limit, Priority::Market);
    appendParameter(call.parameters, "startTime", std::to_string(toMs(from)));
    m_rest.fetch(call, this, [this, key](const Result<QByteArray> &body) {
        auto candles = parsed(body, parseKlines, m_rest.serverNow());
        if (!candles) {
            emit noticed(1,
                QStringLiteral("The gap in the bars of %1 could not be closed: %2")
                    .arg(QString::fromStdString(key.first), QString::fromStdString(candles.error().detail)));
        } else if (!candles->empty()) {
            keepNewestOpen(*candles);
            emit candlesChanged({key.first, key.second, *candles});
        }
    });
}

void BinanceMarketData::closeTradeGap(const Symbol &symbol)
{
    const auto found = m_trades.find(symbol);
    if (found == m_trades.end() || found->second.lastId == 0 || found->second.isClosingGap) {
        return;
    }
    found->second.isClosingGap = true;
    found->second.pagesLeft = tradePagesMost;
    readMissedTrades(symbol);
}

void BinanceMarketData::readMissedTrades(const Symbol &symbol)
{
    Call call = publicGet("/fapi/v1/aggTrades", tradesWeight, Priority::Market);
    appendParameter(call.parameters, "symbol", symbol);
    appendParameter(call.parameters, "fromId", std::to_string(m_trades.at(symbol).lastId + 1));
    appendParameter(call.parameters, "limit", std::to_string(tradesPerPage));
    m_rest.fetch(call, this, [this, symbol](const Result<QByteArray> &body) {
        const auto found = m_trades.find(symbol);
        if (found == m_trades.end()) {
            return;
        }
        TradeState &state = found->second;
        const auto trades = parsed(body, parseAggTrades, symbol);
        for (const Trade &trade : trades.value_or(std::vector<Trade>{})) {
            if (trade.id > state.lastId) {
                state.lastId = trade.id;
                state.pending.push_back(trade);
            }
        }
        const bool isMoreMissing = trades && static_cast<int>(trades->size()) >= tradesPerPage &&
                                   (state.held.empty() || state.held.front().id > state.lastId + 1);
        if (isMoreMissing && --state.pagesLeft > 0) {
            return readMissedTrades(symbol);
        }
        if (!trades || isMoreMissing) {
            emit noticed(1, QStringLiteral("Some trades of %1 are missing after the connection was lost.")
                                .arg(QString::fromStdString(symbol)));
        }
        endTradeGap(state);
    });
}

void BinanceMarketData::endTradeGap(TradeState &state)
{
    state.isClosingGap = false;
    state.isNextChecked = state.held.empty();
    for (Trade &trade : std::exchange(state.held, {})) {
        if (trade.id > state.lastId) {
            state.lastId = trade.id;
            state.pending.push_back(std::move(trade));
        }
    }
    wakeFrame();
}

// ---- questions

QFuture<Result<ports::CandlesPtr>> BinanceMarketData::candles(ports::CandleQuery query)
{
    return ports::onThreadOf(this, [this, query = std::move(query)] {
        const ResultAnswer<ports::CandlesPtr> answer;
        Call call = klinesCall(
            query.symbol, query.interval, std::clamp(query.limit, 1, candlesMost), Priority::Market);
        if (query.startAt) {
            appendParameter(call.parameters, "startTime", std::to_string(toMs(*query.startAt)));
        }
        if (query.endAt) {
            appendParameter(call.parameters, "endTime", std::to_string(toMs(*query.endAt)));
        }
        const bool isNewest = !query.endAt;
        m_rest.fetch(call, this, [this, answer, isNewest](const Result<QByteArray> &body) {
            answer(parsed(body, parseKlines, m_rest.serverNow()).map([isNewest](std::vector<Candle> bars) {
                if (isNewest) {
                    keepNewestOpen(bars);
                }
                return ports::CandlesPtr{std::make_shared<const std::vector<Candle>>(std::move(bars))};
            }));
        });
        return answer.future();
    });
}

QFuture<Result<ports::TradesPtr>> BinanceMarketData::recentTrades(Symbol symbol, int limit)
{
    return ports::onThreadOf(this, [this, symbol = std::move(symbol), limit] {
        const ResultAnswer<ports::TradesPtr> answer;
        Call call = publicGet("/fapi/v1/aggTrades", tradesWeight, Priority::Market);
        appendParameter(call.parameters, "symbol", symbol);
        appendParameter(call.parameters, "limit", std::to_string(std::clamp(limit, 1, tradesPerPage)));
        m_rest.fetch(call, this, [answer, symbol](const Result<QByteArray> &body) {
            answer(parsed(body, parseAggTrades, symbol).map([](const std::vector<Trade> &trades) {
                return ports::TradesPtr{std::make_shared<const std::vector<Trade>>(trades)};
            }));
        });
        return answer.future();
    });
}

QFuture<Result<ports::FundingIntervalsPtr>> BinanceMarketData::fundingIntervals()
{
    return ports::onThreadOf(this, [this] {
        const ResultAnswer<ports::FundingIntervalsPtr> answer;
        if (m_intervals) {
            answer(m_intervals);
        } else {
            m_intervalsAskers.push_back(answer);
            refreshIntervals();
        }
        return answer.future();
    });
}

void BinanceMarketData::refreshIntervals()
{
    if (m_isReadingIntervals) {
        return;
    }
    m_isReadingIntervals = true;
    m_rest.fetch(publicGet("/fapi/v1/fundingInfo", 0, Priority::Market), this,
        [this](const Result<QByteArray> &body) { intervalsArrived(body); });
}

void BinanceMarketData::intervalsArrived(const Result<QByteArray> &body)
{
    m_isReadingIntervals = false;
    const auto rows = parsed(body, parseFundingInfo);
    if (!m_isStopped) {
        using std::chrono::hours;
        const Timestamp now = m_rest.serverNow();
        m_intervalsTimer->start(
            rows ? std::chrono::floor<hours>(now) + hours{1} + afterSettlement - now : intervalsAgain);
    }
    if (!rows) {
        for (const auto &asker : std::exchange(m_intervalsAskers, {})) {
            asker(tl::unexpected{rows.error()});
        }
        return;
    }
    FundingIntervals intervals;
    for (const FundingInfoRow &row : *rows) {
        if (row.intervalHours > 0) {
            intervals[row.symbol] = std::chrono::hours{row.intervalHours};
        }
    }
    m_intervals = std::make_shared<const FundingIntervals>(std::move(intervals));
    for (const auto &asker : std::exchange(m_intervalsAskers, {})) {
        asker(m_intervals);
    }
    emit fundingIntervalsChanged(m_intervals);
}

QFuture<Result<ports::ExchangeInfoPtr>> BinanceMarketData::exchangeInfo()
{
    return ports::onThreadOf(this, [this] {
        const ResultAnswer<ports::ExchangeInfoPtr> answer;
        if (m_info) {
            answer(m_info);
        } else {
            m_infoAskers.push_back(answer);
            refreshInfo();
        }
        return answer.future();
    });
}

void BinanceMarketData::refreshInfo()
{
    if (m_isReadingInfo) {
        return;
    }
    m_isReadingInfo = true;
    m_rest.fetch(publicGet("/fapi/v1/exchangeInfo", 1, Priority::Market), this,
        [this](const Result<QByteArray> &body) { infoArrived(body); });
}

void BinanceMarketData::infoArrived(const Result<QByteArray> &body)
{
    m_isReadingInfo = false;
    const auto info = parsed(body, parseExchangeInfo);
    if (!m_isStopped) {
        m_infoTimer->start(info ? infoEvery : infoAgain);
    }
    if (!info) {
        emit noticed(1, QStringLiteral("The list of symbols could not be read: %1")
                            .arg(QString::fromStdString(info.error().detail)));
        for (const auto &asker : std::exchange(m_infoAskers, {})) {
            asker(tl::unexpected{info.error()});
        }
        return;
    }
    const bool isFirst = m_info == nullptr;
    m_info = std::make_shared<const ExchangeInfo>(*info);
    if (m_rest.pump() != nullptr) {
        m_rest.pump()->setLimits(limitRulesFrom(*m_info), isFirst);
    }
    for (const auto &asker : std::exchange(m_infoAskers, {})) {
        asker(m_info);
    }
    emit exchangeInfoChanged(m_info);
}

} // namespace binance
