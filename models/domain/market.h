#pragma once

#include "models/domain/exact.h"
#include "models/domain/symbol.h"
#include "models/domain/time.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace domain
{

enum class Interval : std::uint8_t { M1, M3, M5, M15, M30, H1, H2, H4, H6, H8, H12, D1, D3, W1, Month1 };

inline constexpr Interval allIntervals[] = {Interval::M1, Interval::M3, Interval::M5, Interval::M15,
    Interval::M30, Interval::H1, Interval::H2, Interval::H4, Interval::H6, Interval::H8, Interval::H12,
    Interval::D1, Interval::D3, Interval::W1, Interval::Month1};

/// "1m", "4h", "1M" as on the wire.
std::string_view toString(Interval interval);
std::optional<Interval> parseInterval(std::string_view text);
/// Nominal length; a month counts as 30 days.
Milliseconds lengthOf(Interval interval);
/// Start of the bar that holds the moment: weeks start on Monday, months on their first day, 3d counts from
/// 1970.
Timestamp openTimeOf(Timestamp at, Interval interval);
/// Start of the bar after the one that starts at openTime.
Timestamp nextOpenTime(Timestamp openTime, Interval interval);

/// One kline. Source: GET /fapi/v1/klines and stream kline_<interval>.
struct Candle
{
    Timestamp openAt;
    Price open;
    Price high;
    Price low;
    Price close;
    Quantity volume;
    Money quoteVolume;
    std::int64_t tradeCount = 0;
    Quantity takerBuyVolume;
    bool isClosed = false;
    friend bool operator==(const Candle &, const Candle &) = default;
};

/// One public trade (stream aggTrade or trade, GET trades, aggTrades).
struct Trade
{
    Symbol symbol;
    std::int64_t id = 0; ///< aggregate trade id on aggTrade, trade id otherwise
    Price price;
    Quantity quantity;
    Timestamp at;
    bool buyerIsMaker = false; ///< true: a seller hit the bid
};

/// 24 h rolling statistics of one symbol.
struct Ticker
{
    Symbol symbol;
    Price last;
    Price open;
    Price high;
    Price low;
    Quantity volume;
    Money quoteVolume;
    Rate changePercent; ///< per cent as on the wire: 1.25 means +1.25 %
    Timestamp at;
};

struct BookTicker
{
    Symbol symbol;
    Price bid;
    Quantity bidQty;
    Price ask;
    Quantity askQty;
    std::int64_t updateId = 0;
    Timestamp at;
};

/// Mark and index price with the running funding estimate.
struct MarkPrice
{
    Symbol symbol;
    Price mark;
    Price index;
    Rate fundingRate; ///< fraction per interval: 0.0001 means 0.01 %
    Timestamp nextFundingAt;
    Timestamp at;
};

struct BookLevel
{
    Price price;
    Quantity quantity; ///< 0 in an update deletes the level
    friend bool operator==(const BookLevel &, const BookLevel &) = default;
};

/// GET /fapi/v1/depth. bids: best (highest) first; asks: best (lowest) first.
struct BookSnapshot
{
    Symbol symbol;
    std::int64_t lastUpdateId = 0;
    std::vector<BookLevel> bids;
    std::vector<BookLevel> asks;
    Timestamp at;
};

/// One message of stream depth: absolute quantities of the changed levels.
struct BookUpdate
{
    Symbol symbol;
    std::int64_t firstUpdateId = 0;    ///< U
    std::int64_t lastUpdateId = 0;     ///< u
    std::int64_t previousUpdateId = 0; ///< pu: u of the message before
    std::vector<BookLevel> bids;
    std::vector<BookLevel> asks;
    Timestamp at;
};

/// What a panel shows of a book: the best levels of a book that is in step, or the reason why it is not.
struct BookView
{
    enum class State : std::uint8_t { Syncing, Live, Stale };
    Symbol symbol;
    State state = State::Syncing;
    std::vector<BookLevel> bids; ///< best first
    std::vector<BookLevel> asks; ///< best first
    std::int64_t lastUpdateId = 0;
    std::int64_t resyncCount = 0; ///< since the subscription began
    Timestamp at;
};

struct FundingPayment
{
    Symbol symbol;
    Money amount; ///< negative when paid
    Timestamp at;
};

} // namespace domain
