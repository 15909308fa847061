#pragma once

#include "exchange/paper/core/candles.h"
#include "exchange/paper/core/engine.h"
#include "exchange/paper/core/fair_price.h"
#include "exchange/paper/core/ladder.h"
#include "exchange/paper/core/scenario.h"

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace paper
{

/// What moves prices in the engine: a generated market or a recorded one.
class MarketDriver
{
public:
    MarketDriver() = default;
    MarketDriver(const MarketDriver &) = delete;
    MarketDriver &operator=(const MarketDriver &) = delete;
    virtual ~MarketDriver() = default;
    virtual const std::vector<Contract> &contracts() const = 0;
    /// Tells the candle store what came before now; puts first prices and books into the engine, whose
    /// symbols are listed already.
    virtual void start(Engine &engine, CandleStore &candles, Timestamp now) = 0;
    /// Hands on the events that piled up; they bear this market time.
    using Settle = std::function<void(Timestamp marketAt)>;
    /// Does what is due; to be called about ten times a second. Calls settle only where market time moves on
    /// within the step.
    virtual void step(Engine &engine, CandleStore &candles, Timestamp now, const Settle &settle) = 0;
    /// The time that klines and public trades bear when the exchange's clock says now.
    virtual Timestamp marketTime(Timestamp now) const = 0;
    /// Another kind of day from now on. Rejected where this market knows none, NotFound for a symbol it does
    /// not have.
    virtual Result<void> setScenario(const Scenario &scenario, Engine &engine, Timestamp now);
    /// The scenarios that are on, as text; empty where there are none.
    virtual std::string saveScenarios() const { return {}; }
    /// Goes on with them from start() on, as if there had been no pause. Symbols that are not listed are
    /// passed over. Malformed where the text is damaged; then nothing changes.
    virtual Result<void> restoreScenarios(std::string_view text, Timestamp now);
    /// Index over contract price at a moment of market time, less 1.
    virtual Rate basisAt(const Symbol & /*symbol*/, Timestamp /*at*/) { return {}; }
};

/// A live market around a fair price per symbol: a maker's ladder, takers in bursts, index and basis.
/// Fair price and history depend on the seed and the scenarios alone; the trades of a run on the times of its
/// steps as well.
/// At a speed above 1 market time runs so many times as fast as the exchange's clock.
class MarketGenerator final : public MarketDriver
{
public:
    static constexpr int highestSpeed = 60;
    /// speed: 1 to highestSpeed.
    explicit MarketGenerator(
        std::uint64_t seed, std::vector<Contract> contracts = builtInContracts(), int speed = 1);

    const std::vector<Contract> &contracts() const override { return m_contracts; }
    void start(Engine &engine, CandleStore &candles, Timestamp now) override;
    void step(Engine &engine, CandleStore &candles, Timestamp now, const Settle &settle) override;
    Timestamp marketTime(Timestamp now) const override { return m_startedAt + (now - m_startedAt) * m_speed; }
    Result<void> setScenario(const Scenario &scenario, Engine &engine, Timestamp now) override;
    std::string saveScenarios() const override;
    Result<void> restoreScenarios(std::string_view text, Timestamp now) override;
    Rate basisAt(const Symbol &symbol, Timestamp at) override;
    /// History of the n-th contract.
    std::shared_ptr<GeneratedHistory> history(std::size_t contract) const;

private:
    struct Actor
    {
        Actor(std::uint64_t seed, const Contract &contract, RandomPath &common);
        const Contract *contract;
        FairPrice fair;
        RandomPath basis; ///< perpetual over index, a fraction
        Ladder ladder;
        ScenarioTrack scenario;
        std::mt19937_64 random;
        domain::Milliseconds period;
        double rate;                ///< trades a second in a calm minute
        double meanNotional;        ///< of one trade
        double excitement = 0;      ///< trades bring trades; decays within seconds
        bool isBookForeign = false; ///< the ladder knows nothing of what rests: it is of an earlier run
        // Market time:
        Timestamp lastAt;
        Timestamp nextAt;
        Timestamp nextIndexAt;

        double basisAt(Timestamp at);
    };
    /// marketAt: for prices; now: the engine's.
    static void move(Actor &actor, Engine &engine, Timestamp marketAt, Timestamp now);
    static void trade(
        Actor &actor, Engine &engine, Timestamp marketAt, Timestamp now, double fair, double wildness);

    std::uint64_t m_seed;
    std::vector<Contract> m_contracts;
    int m_speed;
    Timestamp m_startedAt;
    RandomPath m_common;
    std::vector<std::unique_ptr<Actor>> m_actors;
};

} // namespace paper
