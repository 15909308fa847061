#pragma once

#include "exchange/binance/call.h"
#include "exchange/binance/endpoints.h"
#include "exchange/binance/wire_stream.h"
#include "exchange/transport/backoff.h"
#include "exchange/transport/rate_gate.h"
#include "exchange/transport/stream_supervisor.h"
#include "models/domain/market/book_synchronizer.h"
#include "models/ports/market_data.h"

#include <QByteArray>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace binance
{

enum class MarketStream : std::uint8_t { Tickers, Marks, BookTicker, Candles, Trades, Book };

/// What one claim is on.
struct MarketTopic
{
    MarketStream stream = MarketStream::Tickers;
    domain::Symbol symbol{}; ///< empty where the stream tells all
    domain::Interval interval = domain::Interval::M1;
    friend auto operator<=>(const MarketTopic &, const MarketTopic &) = default;
};
StreamRoute routeOf(const MarketTopic &topic);
/// "btcusdt@depth@100ms", "!ticker@arr". Source: reference 6.1.
std::string streamOf(const MarketTopic &topic);

/// The newest bar of a page is closed by its stream or by the next bar, never by the clock: a replay's bars
/// bear times long past while they still move, and a series refuses news of a closed bar.
void keepNewestOpen(std::vector<domain::Candle> &candles);

/// Supervision of the market's sockets: how they subscribe, and whose silence is strange.
transport::StreamOptions marketStreamOptions();

/// What becomes of public market data between the sockets and the port: keeps the newest of what is
/// conflated, all of what must be complete, and reads by REST what a lost connection left out. A plain
/// object; carry its effects out and bring back what they gave.
class MarketFeed
{
public:
    struct Moment
    {
        domain::Monotonic now;
        domain::Timestamp server; ///< the venue's time
    };
    struct Subscribe
    {
        StreamRoute route = StreamRoute::Public;
        std::string stream;
    };
    struct Unsubscribe
    {
        StreamRoute route = StreamRoute::Public;
        std::string stream;
    };
    struct Ask ///< send it, then onAnswer() with this id
    {
        std::uint64_t id = 0;
        Call call;
    };
    struct Notice
    {
        int level = 0; ///< 0: for the log, 1: the user should know, 2: something is wrong
        std::string text;
    };
    using Effect = std::variant<Subscribe, Unsubscribe, Ask, Notice>;
    using Effects = std::vector<Effect>;

    /// What changed since the last hand-over.
    struct Updates
    {
        std::vector<domain::Ticker> tickers; ///< the newest of each symbol
        std::vector<domain::MarkPrice> marks;
        std::vector<domain::BookTicker> bookTickers;
        std::vector<std::vector<domain::Trade>> trades; ///< one symbol each, ascending, none left out
        std::vector<ports::CandleUpdate> candles;
        std::vector<domain::BookView> books;
    };

    /// seed: of the pauses' jitter.
    explicit MarketFeed(std::uint64_t seed);

    /// Claims on one topic are counted and share one subscription.
    Effects claim(const MarketTopic &topic);
    Effects release(const MarketTopic &topic);
    const std::map<MarketTopic, int> &claims() const { return m_claims; }

    Effects onText(const Moment &moment, std::string_view text);
    /// The stream that the last text came by; empty where it did not say.
    const std::string &heard() const { return m_frame.stream; }
    /// Whether it said that its connection will end soon.
    bool isEndAnnounced() const { return m_isEndAnnounced; }
    /// From here on messages of this route may be missing.
    void onGap(StreamRoute route);
    /// All is subscribed again. isRenewal: two connections spoke side by side, and nothing is missing.
    Effects onResubscribed(const Moment &moment, StreamRoute route, bool isRenewal);
    Effects onAnswer(const Moment &moment, std::uint64_t id, const domain::Result<QByteArray> &body);
    Effects onTime(const Moment &moment);
    /// When onTime() is due; empty: not before another event.
    std::optional<domain::Monotonic> wakeAt() const;

    bool hasUpdates() const { return m_hasUpdates; }
    /// depth: levels a side that books are shown to.
    Updates takeUpdates(std::size_t depth);
    /// Events of types this program does not know, by type.
    const std::map<std::string, std::int64_t> &unknownEvents() const { return m_unknownEvents; }

private:
    struct BookState
    {
        BookState(const domain::Symbol &symbol, std::uint64_t seed);
        domain::BookSynchronizer synchronizer;
        transport::Backoff pause;
        std::optional<domain::Monotonic> askAt; ///< a snapshot is to be asked for then
        std::uint64_t asked = 0;                ///< the question that is out; 0: none
        int attempts = 0;                       ///< snapshots asked for since the book was last in step
        bool isChanged = false;
    };
    struct TradeState
    {
        std::int64_t lastId = 0;
        std::vector<domain::Trade> pending; ///< to be handed over next
        std::deque<domain::Trade> held;     ///< behind a gap that REST is being asked to close
        std::uint64_t asked = 0;
        /// A gap was closed and nothing has come since: what traded before the venue took the subscription is
        /// told by the first id only.
        bool isNextChecked = false;
        bool isGapNew = false; ///< another gap opened behind the question that is out
        int pagesLeft = 0;
    };
    using CandleKey = std::pair<domain::Symbol, domain::Interval>;
    struct CandleState
    {
        explicit CandleState(std::uint64_t seed);
        std::optional<domain::Timestamp> lastOpenAt;  ///< of the newest bar that was heard of
        bool isLastClosed = false;                    ///< that one was told to its end
        std::optional<domain::Timestamp> missingFrom; ///< bars from this one on are not known to their end
        std::optional<domain::Timestamp> toldAt;      ///< newest bar that the stream told since the last gap
        std::vector<domain::Candle> pending;          ///< ascending
        transport::Backoff pause;
        std::optional<domain::Monotonic> askAt;
        std::uint64_t asked = 0;
        int limit = 0; ///< of the question that is out
        int pagesLeft = 0;
        bool isGapNew = false; ///< another gap opened behind the question that is out
        bool isFailureTold = false;
    };

    void take(const Moment &moment, domain::BookUpdate &&update);
    void take(const Moment &moment, domain::BookTicker &&ticker);
    void take(const Moment &moment, domain::MarkPrice &&mark);
    void take(const Moment &moment, TradeEvent &&event);
    void take(const Moment &moment, KlineEvent &&event);
    void take(const Moment &moment, TickerEvent &&event);
    void take(const Moment &moment, ServerShutdown &&event);
    void take(const Moment &moment, UnknownEvent &&event);
    /// Events of streams that nobody subscribes here.
    template <class Event> void take(const Moment &, Event &&) {}

    std::uint64_t ask(const MarketTopic &topic, Call call);
    void askForPicture(const MarketTopic &topic);
    static void merge(std::vector<domain::Candle> &candles, const domain::Candle &candle);
    void notice(int level, std::string text);
    void wantSnapshot(domain::Monotonic now, BookState &book);
    void askForSnapshots(domain::Monotonic now);
    void onSnapshot(const domain::Symbol &symbol, BookState &book, const domain::Result<QByteArray> &body);
    void closeCandleGap(const Moment &moment, const CandleKey &key, CandleState &state);
    void askForCandles(const Moment &moment, const CandleKey &key, CandleState &state);
    void onCandles(const Moment &moment, const CandleKey &key, CandleState &state,
        const domain::Result<QByteArray> &body);
    void closeTradeGap(const domain::Symbol &symbol, TradeState &state);
    void askForTrades(const domain::Symbol &symbol, TradeState &state);
    void onTrades(const domain::Symbol &symbol, TradeState &state, const domain::Result<QByteArray> &body);
    bool joinHeld(TradeState &state);
    void hand(TradeState &state, domain::Trade trade);
    Effects taken() { return std::exchange(m_effects, {}); }

    std::uint64_t m_seed;
    StreamFrame m_frame;
    Effects m_effects;
    std::map<MarketTopic, int> m_claims;
    std::map<std::uint64_t, MarketTopic> m_asked; ///< questions that are out, by id
    std::uint64_t m_lastAsked = 0;
    transport::RateGate m_snapshotPace;
    domain::Monotonic m_tickersAskedAt{};                         ///< after a gap
    std::unordered_map<domain::Symbol, domain::Ticker> m_tickers; ///< changed since the last hand-over
    std::unordered_map<domain::Symbol, domain::MarkPrice> m_marks;
    std::unordered_map<domain::Symbol, domain::BookTicker> m_bookTickers;
    std::map<domain::Symbol, BookState> m_books;
    std::map<domain::Symbol, TradeState> m_trades;
    std::map<CandleKey, CandleState> m_candles;
    std::map<std::string, std::int64_t> m_unknownEvents;
    std::int64_t m_unreadable = 0;
    bool m_hasUpdates = false;
    bool m_isEndAnnounced = false;
};

} // namespace binance
