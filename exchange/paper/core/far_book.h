#pragma once

#include "exchange/paper/core/ladder.h"
#include "exchange/paper/core/recording.h"

#include <array>
#include <map>

namespace paper
{

/// Makes the book around a ladder as deep as a recorded sample says: near the touch the ladder is made
/// thicker or thinner, and beyond its reach levels are spread evenly over each band.
class FarBook
{
public:
    explicit FarBook(const SymbolSpec &spec);

    /// bestBid, bestAsk: the touch, in ticks; the ladder stands there. Renewed for another sample, and when
    /// the touch has gone far since.
    void follow(Engine &engine, Ladder &ladder, const RecordedBands &bands, std::int64_t bestBid,
        std::int64_t bestAsk, Timestamp now);

private:
    using Levels = std::map<std::int64_t, Quantity>; ///< by ticks
    void set(Engine &engine, Side side, std::int64_t ticks, Quantity quantity, Timestamp now) const;
    void trim(Engine &engine, Side side, std::int64_t best, Timestamp now);
    Levels wanted(Side side, const Ladder &ladder, const RecordedBands &bands, double middle) const;

    Symbol m_symbol;
    Price m_tick;
    Quantity m_step;
    std::array<Levels, 2> m_levels; ///< by Side
    Timestamp m_sampleAt;
    double m_middle = 0; ///< when it was renewed, in ticks
};

} // namespace paper
