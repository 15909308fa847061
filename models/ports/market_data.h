#pragma once

#include "models/domain/market.h"
#include "models/domain/market/funding_intervals.h"
#include "models/ports/future.h"
#include "models/ports/subscription.h"

#include <QObject>

#include <memory>
#include <optional>
#include <vector>

namespace ports
{

using ExchangeInfoPtr = std::shared_ptr<const domain::ExchangeInfo>;
using FundingIntervalsPtr = std::shared_ptr<const domain::FundingIntervals>;
using TickersPtr = std::shared_ptr<const std::vector<domain::Ticker>>;
using BookTickersPtr = std::shared_ptr<const std::vector<domain::BookTicker>>;
using MarkPricesPtr = std::shared_ptr<const std::vector<domain::MarkPrice>>;
using TradesPtr = std::shared_ptr<const std::vector<domain::Trade>>;
using CandlesPtr = std::shared_ptr<const std::vector<domain::Candle>>;
using BookViewPtr = std::shared_ptr<const domain::BookView>;

/// A page of history. Without times: the newest `limit` bars, the open one last.
struct CandleQuery
{
    domain::Symbol symbol;
    domain::Interval interval = domain::Interval::M1;
    std::optional<domain::Timestamp> startAt; ///< bars that open at or after
    std::optional<domain::Timestamp> endAt;   ///< bars that open at or before
    int limit = 500;                          ///< 1 to 1500
};

/// Bars to be merged into a series by open time: a live bar, or what closes a gap after a reconnect.
struct CandleUpdate
{
    domain::Symbol symbol;
    domain::Interval interval = domain::Interval::M1;
    std::vector<domain::Candle> candles; ///< ascending
};

/// Public market data of one venue. Callable from any thread; signals come from the venue's thread, so
/// connect with a receiver on the GUI thread and they arrive queued. High-rate data is conflated before it is
/// emitted (newest wins, at most once a frame); what must be complete (trades, closed bars) is batched, never
/// dropped silently.
class MarketData : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    virtual QFuture<Result<ExchangeInfoPtr>> exchangeInfo() = 0;
    /// How often funding is settled; read anew after each full hour, since that is when it may change.
    virtual QFuture<Result<FundingIntervalsPtr>> fundingIntervals() = 0;
    virtual QFuture<Result<CandlesPtr>> candles(CandleQuery query) = 0;
    virtual QFuture<Result<TradesPtr>> recentTrades(domain::Symbol symbol, int limit) = 0;

    // Streams. Hold the claim as long as the data is shown; the first claim opens the stream, the last closes
    // it.
    [[nodiscard]] virtual Subscription watchAllTickers() = 0;
    [[nodiscard]] virtual Subscription watchAllMarkPrices() = 0;
    [[nodiscard]] virtual Subscription watchBookTicker(domain::Symbol symbol) = 0;
    [[nodiscard]] virtual Subscription watchCandles(domain::Symbol symbol, domain::Interval interval) = 0;
    [[nodiscard]] virtual Subscription watchTrades(domain::Symbol symbol) = 0;
    [[nodiscard]] virtual Subscription watchBook(domain::Symbol symbol) = 0;

signals:
    void exchangeInfoChanged(const ports::ExchangeInfoPtr &info);
    void fundingIntervalsChanged(const ports::FundingIntervalsPtr &intervals); ///< each time they were read
    void tickersChanged(const ports::TickersPtr &changed); ///< newest value of each symbol that changed
    void bookTickersChanged(
        const ports::BookTickersPtr &changed);                   ///< newest value of each symbol that changed
    void markPricesChanged(const ports::MarkPricesPtr &changed); ///< newest value of each symbol that changed
    void candlesChanged(const ports::CandleUpdate &update);
    void tradesArrived(const ports::TradesPtr &trades); ///< ascending, one symbol
    void bookChanged(const ports::BookViewPtr &book);   ///< at most 30 a second and symbol
};

} // namespace ports
