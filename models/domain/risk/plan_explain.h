#pragma once

#include "models/domain/risk/explain.h"
#include "models/domain/risk/plan.h"

#include <cstdint>
#include <optional>

namespace domain
{

/// The figures of a planned trade that can be explained.
enum class PlanFigure : std::uint8_t {
    Size,
    Notional,
    BracketRoom,
    InitialMargin,
    MaintenanceMargin,
    Cost,
    AvailableBefore,
    AvailableAfter,
    Liquidation,
    Distance,
    DistanceInRanges,
    Approximation,
    LeverageForStop,
    EntryFeeAsMaker,
    EntryFeeAsTaker,
    ExitFeeAsMaker, ///< of the targets together, else of the stop
    ExitFeeAsTaker,
    EntrySlippage,
    StopSlippage,
    BreakEven,
    Target, ///< part: its number, counted from 0
    Stop,
    RewardToRisk,
    GrossRewardToRisk,
    Funding,
    RatioBefore,
    RatioAfter,
    OtherLiquidation, ///< after the trade; part: which of PlanResult::others
};

/// Names of assets and ages as a draft's context knows them.
ExplainContext explainContextOf(const DraftContext &context);

/// Where a figure of planTrade(plan, context) comes from. Nothing where the result has no such figure.
std::optional<Explanation> explainPlan(PlanFigure figure, const TradePlan &plan, const DraftContext &context,
    const PlanResult &result, int part = 0);

} // namespace domain
