#pragma once

#include "exchange/paper/core/engine.h"

#include <cstdint>
#include <map>
#include <optional>

namespace paper
{

/// The anonymous maker's levels of one symbol. Every price has a quantity of its own that drifts slowly,
/// so walls stay where they are while the market moves through them; dense at the touch, sparser further
/// out.
class Ladder
{
public:
    /// levelNotional: quote asset resting at one level near the touch, on average.
    Ladder(std::uint64_t seed, const SymbolSpec &spec, double levelNotional);

    /// Makes bestBid and bestAsk (in ticks) the touch and renews what is due. Levels of the maker beyond
    /// them vanish; user orders between are traded with.
    /// sizes: what rests at the touch itself, where that is known.
    struct TouchSizes
    {
        Quantity bid;
        Quantity ask;
    };
    void quote(Engine &engine, std::int64_t bestBid, std::int64_t bestAsk, Timestamp now,
        const std::optional<TouchSizes> &sizes = std::nullopt);
    /// At least that much rests at one level, on top of what quote() put there.
    void atLeast(Engine &engine, Side side, std::int64_t ticks, Quantity quantity, Timestamp now);
    /// Trades took liquidity: the levels are put up anew by the next quote().
    void forgetTouch();
    /// So many times the usual quantities from the next full renewal on, which follows at once where it
    /// changes much.
    void setDepth(double times);
    double depth() const { return m_depth; }
    std::int64_t reach() const { return m_reach; } ///< furthest level from the touch, in ticks
    /// What the maker has on one side up to so many ticks from the middle.
    Quantity within(Side side, double middle, std::int64_t ticks) const;
    bool holds(Side side, std::int64_t ticks) const
    {
        return (side == Side::Buy ? m_bids : m_asks).contains(ticks);
    }
    Price priceOf(std::int64_t ticks) const { return m_tick * ticks; }
    std::int64_t ticksOf(double price) const;

private:
    using Levels = std::map<std::int64_t, Quantity>; ///< by ticks: what the maker has put there
    Quantity wanted(Side side, std::int64_t ticks, std::int64_t distance, Timestamp now) const;
    bool isUsed(std::int64_t ticks, std::int64_t distance) const;
    void set(Engine &engine, Levels &levels, Side side, std::int64_t ticks, Quantity quantity, Timestamp now);
    void renew(Engine &engine, Levels &levels, Side side, std::int64_t best, std::int64_t depth,
        const std::optional<TouchSizes> &sizes, Timestamp now);

    Symbol m_symbol;
    std::uint64_t m_seed;
    Price m_tick;
    double m_tickSize;
    Quantity m_step;
    double m_stepSize;
    double m_levelNotional;
    double m_depth = 1;
    std::int64_t m_reach = 0;
    std::map<std::int64_t, Quantity> m_bids;
    std::map<std::int64_t, Quantity> m_asks;
    std::int64_t m_deepBid = 0; ///< touch at the last full renewal
    std::int64_t m_deepAsk = 0;
    Timestamp m_deepAt;
    bool m_isTouched = true;
};

} // namespace paper
