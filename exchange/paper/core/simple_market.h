#pragma once

#include "exchange/paper/core/market.h"

namespace paper
{

struct SimpleMarketConfig
{
    std::uint64_t seed = 1;
    domain::Milliseconds period{1'000}; ///< a price moves so often
    double volatility = 0.0004;         ///< standard deviation of a move, a fraction
    double takerShare = 0.2;            ///< of moves that come with a trade
    double levelNotional = 2'000'000;   ///< quote asset at each of the four levels
};

/// A light market for simulations: a seeded random walk per symbol that never runs far from its start, two
/// levels of liquidity on each side of it and now and then a taker. Index and mark are the fair price. There
/// is no history: klines before the start are flat.
class SimpleMarket final : public MarketDriver
{
public:
    /// The first `symbols` of the built-in contracts (all where there are fewer).
    explicit SimpleMarket(std::size_t symbols, SimpleMarketConfig config = {});

    const std::vector<Contract> &contracts() const override { return m_contracts; }
    void start(Engine &engine, CandleStore &candles, Timestamp now) override;
    void step(Engine &engine, CandleStore &candles, Timestamp now, const Settle &settle) override;
    Timestamp marketTime(Timestamp now) const override { return now; }

private:
    struct Actor
    {
        const Contract *contract = nullptr;
        std::uint64_t seed = 0;
        double start = 0;     ///< ticks
        double fair = 0;      ///< ticks
        std::int64_t bid = 0; ///< best, ticks; 0: nothing is quoted
        std::int64_t ask = 0;
        std::int64_t gap = 1; ///< between the levels of a side, ticks
        Quantity quantity;    ///< at each level
        std::uint64_t moves = 0;
        Timestamp movedAt;
        Timestamp nextAt;
    };
    void move(Actor &actor, Engine &engine, Timestamp now) const;
    static void quote(Actor &actor, Engine &engine, std::int64_t bid, std::int64_t ask, Timestamp now);

    SimpleMarketConfig m_config;
    std::vector<Contract> m_contracts;
    std::vector<Actor> m_actors;
    Timestamp m_nextAt; ///< of the actor that moves next
};

} // namespace paper
