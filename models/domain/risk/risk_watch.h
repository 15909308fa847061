#pragma once

#include "models/domain/orders/desk_reports.h"
#include "models/domain/risk/account_risk.h"
#include "models/domain/risk/open_risk.h"
#include "models/domain/risk/rule_keeper.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace domain
{

/// A price somebody waits for. Told once.
struct PriceWatch
{
    Symbol symbol;
    Price price;
    bool isAbove = true; ///< told when the mark is at or above it, else at or below
    friend bool operator==(const PriceWatch &, const PriceWatch &) = default;
};

/// When a person is to be told of the account's risk. Nothing: never.
struct WatchLimits
{
    std::optional<RiskLevel> level = RiskLevel::Medium; ///< from this level on
    std::optional<Rate> distance =
        Rate::fromUnits(100'000'000'000);                        ///< to liquidation, fraction of mark: 10 %
    std::optional<Milliseconds> nakedFor = Milliseconds{10'000}; ///< a position without a stop for so long
    std::optional<Rate> dailyLoss = Rate::fromUnits(800'000'000'000); ///< share of the daily limit: 80 %
    std::optional<Money> funding = Money::of(10); ///< payment of one symbol within a quarter of an hour
    std::vector<PriceWatch> prices;
    friend bool operator==(const WatchLimits &, const WatchLimits &) = default;
};

/// What is looked at. Borrows.
struct WatchFacts
{
    const AccountRisk *risk = nullptr;
    const MarkPrices *marks = nullptr;
    const RuleState *rules = nullptr;
    /// Positions that have parts without a stop, and for how long.
    std::map<std::pair<Symbol, PositionSide>, Milliseconds> naked;
};

/// Notices what a person should be told of the account's risk, each matter once until it is over by a margin,
/// so that a figure swaying about its limit does not ring again and again. A plain object.
class RiskWatch
{
public:
    void setLimits(const WatchLimits &limits);
    const WatchLimits &limits() const { return m_limits; }
    /// Alerts that are new at this moment. A price that was reached leaves the limits.
    std::vector<Alert> look(Timestamp now, const WatchFacts &facts);

private:
    using Leg = std::pair<Symbol, PositionSide>;
    void lookAtLevel(const AccountRisk &risk);
    void lookAtPosition(const PositionRisk &position);
    void lookAtNaked(const WatchFacts &facts);
    void lookAtPrices(const MarkPrices &marks);
    void lookAtDailyLoss(const RuleState &rules);
    void lookAtFunding(const AccountRisk &risk);
    void add(Alert::Kind kind, Alert::Severity severity, const Symbol &symbol, std::string text);

    WatchLimits m_limits;
    Timestamp m_now;
    std::vector<Alert> m_found;
    RiskLevel m_toldLevel = RiskLevel::Safe;
    struct Nearness
    {
        int told = 0;                   ///< 1: the limit, 2: half of it
        std::optional<Timestamp> since; ///< nearer than told since then
    };
    std::map<Leg, Nearness> m_near;
    std::set<Leg> m_naked;
    Timestamp m_dailyLossOf;                     ///< the day it was told of
    std::map<Symbol, Timestamp> m_fundingToldOf; ///< the settlement it was told of
};

} // namespace domain
