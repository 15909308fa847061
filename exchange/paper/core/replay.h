#pragma once

#include "exchange/paper/core/far_book.h"
#include "exchange/paper/core/market.h"
#include "exchange/paper/core/recording.h"

#include <array>
#include <map>
#include <random>
#include <vector>

namespace paper
{

/// Plays recorded candles or trades. The replay clock runs `speed` times as fast as the exchange's own and
/// gives klines and public trades their recorded times; everything else keeps the exchange's time. Each bar
/// is made of real trades in the engine: they begin at its open, touch its low and high and end at its close,
/// and their quantities add up to its volume. A user's own trades come on top while the bar is open; once
/// over, klines show the recorded bar. Only the recorded symbols are listed. Where quotes or depth were
/// recorded beside them, the book has that touch and is that deep.
class Replay final : public MarketDriver
{
public:
    /// recordings: not empty. speed: recorded seconds a second, 1 to 1000. The clock starts at `from`; where
    /// unset, after the first 500 bars or a quarter of them, whichever is less.
    Replay(std::vector<Recording> recordings, int speed, std::optional<Timestamp> from = std::nullopt);

    const std::vector<Contract> &contracts() const override { return m_contracts; }
    void start(Engine &engine, CandleStore &candles, Timestamp now) override;
    void step(Engine &engine, CandleStore &candles, Timestamp now, const Settle &settle) override;
    Timestamp marketTime(Timestamp now) const override;
    /// 0 holds the clock.
    void setSpeed(int speed, Timestamp now);
    bool atEnd(Timestamp now) const { return marketTime(now) >= m_endsAt; }

private:
    /// One trade to be made.
    struct Print
    {
        Timestamp at;
        std::int64_t ticks = 0;
        Quantity quantity;
        Side takerSide = Side::Buy;
    };
    struct Track
    {
        Track(const Recording &from, const Contract &contract);
        const Recording *recording;
        const Contract *contract;
        Ladder ladder;
        std::mt19937_64 random;
        std::size_t nextBar = 0;   ///< first bar not begun
        std::size_t nextTrade = 0; ///< first recorded trade not played
        std::vector<Print> prints; ///< of the bar being played
        std::size_t nextPrint = 0;
        std::int64_t lastTicks = 0;
        std::size_t nextDepth = 0; ///< first recorded book change not played
        /// The recorded book as far as it is played, by Side.
        std::array<std::map<Price, Quantity>, 2> levels;

        std::size_t nextQuote = 0; ///< first recorded quote not played
        std::size_t nextBands = 0; ///< first recorded depth not played
        FarBook far;
        bool isTouchMoved = false; ///< by a trade, since the latest quote was followed
        std::int64_t bid = 0;      ///< the touch, in ticks
        std::int64_t ask = 0;

        bool hasBook() const { return !recording->depth.empty(); }
    };

    void play(Track &track, Engine &engine, CandleStore &candles, Timestamp marketAt, Timestamp now,
        const Settle &settle);
    void plan(Track &track, const Bar &bar) const;
    void planTrades(Track &track, const Bar &bar) const;
    static void print(Track &track, Engine &engine, const Print &print, Timestamp now);
    // Where its touch or depth was recorded:
    static void followQuotes(Track &track, Engine &engine, Timestamp marketAt, Timestamp now);
    // Where the book was recorded:
    static void playBook(Track &track, Engine &engine, Timestamp marketAt, Timestamp now);
    static void forgetOthers(Track &track, Engine &engine, const RecordedDepth &snapshot, Timestamp now);
    static void setLevel(Track &track, Engine &engine, const RecordedDepth::Level &level, Timestamp now);
    static void printInBook(Track &track, Engine &engine, const Print &print, Timestamp now);

    std::vector<Recording> m_recordings;
    std::vector<Contract> m_contracts;
    std::vector<std::unique_ptr<Track>> m_tracks;
    int m_speed;
    Timestamp m_beginsAt;
    Timestamp m_endsAt;
    Timestamp m_anchorMarket; ///< replay clock …
    Timestamp m_anchorNow;    ///< … at this time of the exchange
};

/// The built-in contract of a recorded symbol (or a made-up one), its grid fine enough for every recorded
/// price and quantity.
Contract contractOf(const Recording &recording);

} // namespace paper
