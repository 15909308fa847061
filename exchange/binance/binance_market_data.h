#pragma once

#include "exchange/binance/answer.h"
#include "exchange/binance/rest_client.h"
#include "exchange/binance/wire_stream.h"
#include "exchange/transport/backoff.h"
#include "exchange/transport/stream_socket.h"
#include "models/domain/market/book_synchronizer.h"
#include "models/ports/market_data.h"

#include <QTimer>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace binance
{

/// Public market data over two shared sockets. All claims on one stream share one subscription; what arrives
/// is handed over once a frame; what a lost connection left out is read by REST. Lives on the exchange
/// thread.
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
    const transport::StreamSocket *socket(StreamRoute route) const;
    /// Events of types this program does not know, by type.
    const std::map<std::string, std::int64_t> &unknownEvents() const { return m_unknownEvents; }

signals:
    void noticed(int level, const QString &text);
    void stateChanged();

private:
    enum class Kind : std::uint8_t { Tickers, Marks, BookTicker, Candles, Trades, Book };
    /// What one claim is on.
    struct Topic
    {
        Kind kind = Kind::Tickers;
        domain::Symbol symbol;
        domain::Interval interval = domain::Interval::M1;
        friend auto operator<=>(const Topic &, const Topic &) = default;
    };
    struct BookState
    {
        explicit BookState(const domain::Symbol &symbol, std::uint64_t seed);
        domain::BookSynchronizer synchronizer;
        transport::Backoff pause;
        bool isFetching = false;
        bool isChanged = false;
        int attempts = 0; ///< snapshots asked for since the book was last in step
    };
    struct TradeState
    {
        std::int64_t lastId = 0;
        std::vector<domain::Trade> pending; ///< to be handed over with the next frame
        std::vector<domain::Trade> held;    ///< behind a gap that REST is being asked to close
        bool isClosingGap = false;
        /// A gap was closed and nothing has come since: what traded before the venue took the subscription is
        /// told by the first id only.
        bool isNextChecked = false;
        int pagesLeft = 0;
    };
    using CandleKey = std::pair<domain::Symbol, domain::Interval>;
    struct CandleState
    {
        std::optional<domain::Timestamp> lastOpenAt;
        std::vector<domain::Candle> pending; ///< ascending
    };

    ports::Subscription claim(Topic topic);
    void open(const Topic &topic);
    void close(const Topic &topic);
    static StreamRoute routeOf(Kind kind);
    static std::string streamOf(const Topic &topic);
    transport::StreamSocket *makeSocket(StreamRoute route);

    void onText(StreamRoute route, const QByteArray &text);
    void onGap(StreamRoute route);
    void onResubscribed(StreamRoute route, bool isRenewal);
    void take(domain::BookTicker &&ticker);
    void take(domain::BookUpdate &&update);
    void take(domain::MarkPrice &&mark);
    void take(TradeEvent &&event);
    void take(KlineEvent &&event);
    void take(TickerEvent &&event);
    void take(UnknownEvent &&event);
    /// Events of streams that nobody subscribes here.
    template <class Event> void take(Event &&) {}

    void wakeFrame();
    void flush();
    void fetchTickers();
    void fetchMarks();
    void fetchBookTicker(const domain::Symbol &symbol);
    void fetchSnapshot(const domain::Symbol &symbol);
    void closeCandleGap(const CandleKey &key);
    void closeTradeGap(const domain::Symbol &symbol);
    void readMissedTrades(const domain::Symbol &symbol);
    void endTradeGap(TradeState &state);
    void refreshInfo();
    void refreshIntervals();
    void intervalsArrived(const domain::Result<QByteArray> &body);
    void infoArrived(const domain::Result<QByteArray> &body);

    RestClient &m_rest;
    transport::StreamSocket *m_public = nullptr;
    transport::StreamSocket *m_market = nullptr;
    bool m_isStopped = false;
    StreamFrame m_frame;
    std::map<Topic, int> m_claims;
    std::unordered_map<domain::Symbol, domain::Ticker> m_tickers; ///< changed since the last frame
    std::unordered_map<domain::Symbol, domain::MarkPrice> m_marks;
    std::unordered_map<domain::Symbol, domain::BookTicker> m_bookTickers;
    std::map<domain::Symbol, BookState> m_books;
    std::map<domain::Symbol, TradeState> m_trades;
    std::map<CandleKey, CandleState> m_candles;
    QTimer *m_frameTimer;
    QTimer *m_infoTimer;
    QTimer *m_intervalsTimer;
    ports::ExchangeInfoPtr m_info;
    bool m_isReadingInfo = false;
    std::vector<ResultAnswer<ports::ExchangeInfoPtr>> m_infoAskers;
    ports::FundingIntervalsPtr m_intervals;
    bool m_isReadingIntervals = false;
    std::vector<ResultAnswer<ports::FundingIntervalsPtr>> m_intervalsAskers;
    std::map<std::string, std::int64_t> m_unknownEvents;
    std::int64_t m_unreadable = 0;
};

} // namespace binance
