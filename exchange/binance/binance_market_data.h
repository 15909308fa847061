#pragma once

#include "exchange/binance/answer.h"
#include "exchange/binance/market_feed.h"
#include "exchange/binance/rest_client.h"
#include "exchange/transport/stream_socket.h"
#include "models/ports/market_data.h"

#include <QTimer>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace binance
{

/// Public market data over two shared sockets: carries out what MarketFeed decides and hands over what it
/// keeps, once a frame. Lives on the exchange thread.
class BinanceMarketData final : public ports::MarketData
{
    Q_OBJECT
public:
    explicit BinanceMarketData(RestClient &rest, QObject *parent = nullptr);

    // ports::MarketData, from any thread
    QFuture<domain::Result<ports::ExchangeInfoPtr>> exchangeInfo() override;
    QFuture<domain::Result<ports::FundingIntervalsPtr>> fundingIntervals() override;
    QFuture<domain::Result<ports::CandlesPtr>> candles(ports::CandleQuery query) override;
    /// Aggregate trades, so that their ids continue in tradesArrived.
    QFuture<domain::Result<ports::TradesPtr>> recentTrades(domain::Symbol symbol, int limit) override;
    [[nodiscard]] ports::Subscription watchAllTickers() override;
    [[nodiscard]] ports::Subscription watchAllMarkPrices() override;
    [[nodiscard]] ports::Subscription watchBookTicker(domain::Symbol symbol) override;
    [[nodiscard]] ports::Subscription watchCandles(domain::Symbol symbol, domain::Interval interval) override;
    [[nodiscard]] ports::Subscription watchTrades(domain::Symbol symbol) override;
    [[nodiscard]] ports::Subscription watchBook(domain::Symbol symbol) override;

    // the exchange thread's side
    void start();
    void stop();
    /// Null before start().
    const transport::StreamSocket *socket(StreamRoute route) const { return socketOf(route); }
    /// Events of types this program does not know, by type.
    const std::map<std::string, std::int64_t> &unknownEvents() const { return m_feed.unknownEvents(); }

signals:
    void noticed(int level, const QString &text);
    void stateChanged();

private:
    ports::Subscription claim(MarketTopic topic);
    transport::StreamSocket *makeSocket(StreamRoute route);
    transport::StreamSocket *socketOf(StreamRoute route) const;
    MarketFeed::Moment moment() const;

    void carryOut(const MarketFeed::Effects &effects);
    void carryOutOne(const MarketFeed::Subscribe &effect);
    void carryOutOne(const MarketFeed::Unsubscribe &effect);
    void carryOutOne(const MarketFeed::Ask &effect);
    void carryOutOne(const MarketFeed::Notice &effect);
    void planWake();
    void flush();

    void refreshInfo();
    void refreshIntervals();
    void intervalsArrived(const domain::Result<QByteArray> &body);
    void infoArrived(const domain::Result<QByteArray> &body);

    RestClient &m_rest;
    MarketFeed m_feed;
    transport::StreamSocket *m_public = nullptr;
    transport::StreamSocket *m_market = nullptr;
    bool m_isStopped = false;
    QTimer *m_frameTimer;
    QTimer *m_wake; ///< of the feed
    QTimer *m_infoTimer;
    QTimer *m_intervalsTimer;
    ports::ExchangeInfoPtr m_info;
    bool m_isReadingInfo = false;
    std::vector<ResultAnswer<ports::ExchangeInfoPtr>> m_infoAskers;
    ports::FundingIntervalsPtr m_intervals;
    bool m_isReadingIntervals = false;
    std::vector<ResultAnswer<ports::FundingIntervalsPtr>> m_intervalsAskers;
};

} // namespace binance
