#pragma once

#include "models/domain/risk/explain.h"
#include "models/domain/risk/stress_desk.h"
#include "models/domain/risk/ways_back.h"

#include <cstdint>
#include <optional>

namespace domain
{

/// The figures of the stress desk that can be explained.
enum class StressFigure : std::uint8_t {
    Equity,       ///< at a place
    Ratio,        ///< at a place
    Leaving,      ///< at a place
    Move,         ///< at a place: the place itself, and what the prices are there
    Reference,    ///< at a place: price of the reference
    Change,       ///< at a place: of the equity, against that before any move
    Level,        ///< at a place
    Gone,         ///< at a place: who is liquidated or closed there, in their order
    Funding,      ///< what is booked before the move
    FirstDeath,   ///< on a way: the pool that is liquidated first
    AccountDeath, ///< on a way: the cross pool is used up
};

struct StressQuestion
{
    StressFigure figure = StressFigure::Equity;
    Rate at;               ///< of the figures at a place; a station of the report
    bool isFalling = true; ///< of the figures of a way: the one down from 0
};

/// Where a figure of stressDesk(basis, scenario) comes from. Nothing where the report has no such figure.
std::optional<Explanation> explainStress(const StressQuestion &question, const StressBasis &basis,
    const StressScenario &scenario, const StressReport &report, const ExplainContext &context);

/// Where the cost of a way back comes from; of a way that brings money, the amount. pool: that it saves.
Explanation explainWayCost(const TroubledPool &pool, const WayBack &way, const ExplainContext &context);
/// The pool's margin ratio once it is done. Nothing where the way closes all that the pool has.
std::optional<Explanation> explainWayRatio(const WayBack &way, const ExplainContext &context);

/// "BTCUSDT long"
std::string nameOf(const Position &position);

} // namespace domain
