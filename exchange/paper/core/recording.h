#pragma once

#include "exchange/paper/core/bars.h"
#include "models/domain/order.h"
#include "models/domain/result.h"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace paper
{

struct RecordedTrade
{
    domain::Timestamp at;
    domain::Price price;
    domain::Quantity quantity;
    bool buyerIsMaker = false;
};

/// Absolute quantities of changed levels, 0 where one is gone; of a snapshot all there are.
struct RecordedDepth
{
    struct Level
    {
        domain::Side side = domain::Side::Buy; ///< Buy: a bid
        domain::Price price;
        domain::Quantity quantity;
    };
    domain::Timestamp at;
    bool isSnapshot = false;
    std::vector<Level> levels;
    // Ids of the updates it is made of, where the file tells them:
    std::int64_t firstId = 0;
    std::int64_t lastId = 0;
    std::int64_t previousId = 0; ///< of the one before
};

/// The touch of the book at one moment.
struct RecordedQuote
{
    domain::Timestamp at;
    domain::Price bid;
    domain::Quantity bidQty;
    domain::Price ask;
    domain::Quantity askQty;
};

/// How much rests within so many per cent of the middle, by Side, ascending.
struct RecordedBands
{
    domain::Timestamp at;
    std::array<std::vector<std::pair<domain::Rate, domain::Quantity>>, 2> sides;
};

/// The past of one symbol as read from files: klines, or trades with the minute klines they make; and of the
/// order book either every change (with trades only), or its touch and its depth.
struct Recording
{
    domain::Symbol symbol;
    domain::Interval interval = domain::Interval::M1; ///< of the bars
    /// Ascending, at least one; only what readRecording() makes of a file of the book has none.
    std::vector<Bar> bars;
    std::vector<RecordedTrade> trades;                ///< ascending; empty where klines were read
    std::vector<RecordedDepth> depth; ///< ascending, a snapshot first; empty unless the book was recorded
    std::vector<RecordedQuote> quotes; ///< ascending
    std::vector<RecordedBands> bands;  ///< ascending
};

/// Adds a trade to the minute bars it belongs to; trades ascend.
void addToBars(std::vector<Bar> &bars, const RecordedTrade &trade);

/// What a file holds where its name does not say so.
struct RecordingHint
{
    std::optional<domain::Symbol> symbol;
    std::optional<domain::Interval> interval;
};

/// Reads one file of data.binance.vision: klines (12 columns), aggTrades (7) or trades (6), with or without
/// header, or klines of 6 columns with header; plain, .gz or .zip. Symbol and interval come from its name
/// (BTCUSDT-1m-2025-05.csv). Also bookTicker (7), bookDepth (4) and historical depth (9): book_rows.h. Or a
/// capture of streams (.jsonl, .jsonl.gz): see capture.h. Malformed names file
/// and line; nothing is half loaded.
domain::Result<Recording> readRecording(const std::string &path, const RecordingHint &hint = {});

/// Reads several files; those of one symbol are put together in the order of their times.
/// Malformed: as above, or files of one symbol that overlap or differ in kind or interval, or a book without
/// klines or trades.
domain::Result<std::vector<Recording>> readRecordings(const std::vector<std::string> &paths);

/// A recording's klines as history.
class RecordedHistory final : public BarSource
{
public:
    explicit RecordedHistory(const Recording &recording) : m_recording{recording} {}
    domain::Interval base() const override { return m_recording.interval; }
    domain::Timestamp beginsAt() const override { return m_recording.bars.front().openAt; }
    std::optional<Bar> sum(domain::Timestamp from, domain::Timestamp to) override;
    std::optional<domain::Timestamp> lastOpenBefore(domain::Timestamp before) const override;

private:
    const Recording &m_recording;
};

} // namespace paper
