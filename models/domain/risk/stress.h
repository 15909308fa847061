#pragma once

#include "models/domain/risk/account_risk.h"

#include <optional>
#include <vector>

namespace domain
{

/// The account after a price move.
struct StressPoint
{
    Rate move;    ///< fraction: -0.5 means -50 %
    Money equity; ///< margin balance; not below the sum of what isolated positions can lose
    MarginRatio crossMarginRatio;
    RiskLevel level = RiskLevel::Safe; ///< worst of cross and of each isolated position
    int liquidated = 0; ///< isolated positions whose ratio has reached 1, and all cross ones where theirs has
};

struct StressCurve
{
    std::optional<Symbol> symbol;    ///< nothing: all prices move together
    std::vector<StressPoint> points; ///< ascending by move
};

/// The whole account over price moves from -50 % to +50 %: first all prices together, then each symbol with a
/// position by itself, in the order of the symbols' names. Positions are held, not liquidated on the way: an
/// isolated position loses at most its wallet, a cross one whatever the move takes.
/// step: distance of the points, fraction; kept within 0.001 and 0.5. -0.5, 0 and 0.5 are always there.
/// Source: product specification 4.
std::vector<StressCurve> stressAccount(const AccountState &account, const MarkPrices &marks,
    const BracketTables &brackets, Rate step = Rate::fromUnits(50'000'000'000));

} // namespace domain
