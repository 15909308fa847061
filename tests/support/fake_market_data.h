#pragma once

#include "models/ports/market_data.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace support
{

/// A venue's market data under the hand of the test. Requests wait until the test answers them, unless an
/// automatic answer is set; signals are emitted by the test (`emit fake.candlesChanged(...)`).
class FakeMarketData final : public ports::MarketData
{
public:
    template <class T> using Result = ports::Result<T>;

    template <class Query, class Value> struct Pending
    {
        Query query;
        QPromise<Result<Value>> promise;
    };

    // Automatic answers; while unset, the request waits in the queue below.
    std::optional<Result<ports::ExchangeInfoPtr>> exchangeInfoAnswer;
    std::optional<Result<ports::TradesPtr>> tradesAnswer;
    std::optional<Result<ports::FundingIntervalsPtr>> fundingAnswer;
    std::function<Result<ports::CandlesPtr>(const ports::CandleQuery &)> candlesAnswer;

    std::deque<Pending<ports::CandleQuery, ports::CandlesPtr>> pendingCandles;
    std::deque<Pending<int, ports::ExchangeInfoPtr>> pendingExchangeInfo;
    std::deque<Pending<std::pair<domain::Symbol, int>, ports::TradesPtr>> pendingTrades;
    std::deque<Pending<int, ports::FundingIntervalsPtr>> pendingFunding;
    std::vector<ports::CandleQuery> candleQueries; ///< all that were ever asked
    /// Claims held now, by stream: "tickers", "marks", "bookTicker BTCUSDT", "candles BTCUSDT 1m",
    /// "trades BTCUSDT", "book BTCUSDT".
    std::map<std::string, int> claims;

    void answerCandles(std::vector<domain::Candle> page)
    {
        finish(pendingCandles,
            Result<ports::CandlesPtr>{std::make_shared<const std::vector<domain::Candle>>(std::move(page))});
    }
    void failCandles(domain::ErrorCode code, std::string detail)
    {
        finish(pendingCandles, Result<ports::CandlesPtr>{domain::failure(code, std::move(detail))});
    }

    QFuture<Result<ports::ExchangeInfoPtr>> exchangeInfo() override
    {
        return exchangeInfoAnswer ? ports::finished(*exchangeInfoAnswer) : wait(pendingExchangeInfo, 0);
    }
    QFuture<Result<ports::FundingIntervalsPtr>> fundingIntervals() override
    {
        return fundingAnswer ? ports::finished(*fundingAnswer) : wait(pendingFunding, 0);
    }
    QFuture<Result<ports::CandlesPtr>> candles(ports::CandleQuery query) override
    {
        candleQueries.push_back(query);
        return candlesAnswer ? ports::finished(candlesAnswer(query)) : wait(pendingCandles, query);
    }
    QFuture<Result<ports::TradesPtr>> recentTrades(domain::Symbol symbol, int limit) override
    {
        return tradesAnswer ? ports::finished(*tradesAnswer)
                            : wait(pendingTrades, std::pair{std::move(symbol), limit});
    }
    ports::Subscription watchAllTickers() override { return claim("tickers"); }
    ports::Subscription watchAllMarkPrices() override { return claim("marks"); }
    ports::Subscription watchBookTicker(domain::Symbol symbol) override
    {
        return claim("bookTicker " + symbol);
    }
    ports::Subscription watchCandles(domain::Symbol symbol, domain::Interval interval) override
    {
        return claim("candles " + symbol + ' ' + std::string{domain::toString(interval)});
    }
    ports::Subscription watchTrades(domain::Symbol symbol) override { return claim("trades " + symbol); }
    ports::Subscription watchBook(domain::Symbol symbol) override { return claim("book " + symbol); }

private:
    template <class Query, class Value>
    static QFuture<Result<Value>> wait(std::deque<Pending<Query, Value>> &queue, Query query)
    {
        queue.push_back({std::move(query), {}});
        queue.back().promise.start();
        return queue.back().promise.future();
    }
    template <class Queue, class Answer> static void finish(Queue &queue, Answer answer)
    {
        auto pending = std::move(queue.front());
        queue.pop_front();
        pending.promise.addResult(std::move(answer));
        pending.promise.finish();
    }
    ports::Subscription claim(const std::string &stream)
    {
        ++claims[stream];
        // The fake outlives what it was handed to.
        return ports::Subscription{[this, stream] { --claims[stream]; }};
    }
};

} // namespace support
