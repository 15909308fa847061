#pragma once

#include "exchange/paper/core/bars.h"
#include "exchange/paper/core/random_path.h"
#include "exchange/paper/core/scenario.h"
#include "exchange/paper/core/symbols.h"

#include <array>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace paper
{

/// What a symbol is worth at any moment: its own path plus its share of the one all symbols follow.
class FairPrice
{
public:
    /// common: the shared path; must outlive this.
    FairPrice(std::uint64_t seed, const Contract &contract, RandomPath &common);

    double at(domain::Timestamp moment);
    struct Minute
    {
        double open = 0;     ///< quote per base
        double logMove = 0;  ///< of the whole minute
        double variance = 0; ///< of that move
    };
    Minute minute(std::int64_t minute);
    double meanMinuteVariance() const { return m_meanMinuteVariance; }

private:
    double priceOf(double log) const;

    RandomPath &m_common;
    RandomPath m_own;
    double m_beta;
    double m_price;
    double m_least;
    double m_most;
    double m_reference; ///< log value at the moment where the price is the table's
    double m_meanMinuteVariance;
};

/// A price that a symbol of the market can have, whatever its scenario.
double tradable(const domain::SymbolSpec &spec, double price);

/// The past of a generated symbol, minute by minute, computed when asked for and the same every time: its
/// path, under the scenarios that it had.
class GeneratedHistory final : public BarSource
{
public:
    /// fair, scenario: must outlive this.
    GeneratedHistory(
        std::uint64_t seed, const Contract &contract, FairPrice &fair, const ScenarioTrack &scenario);

    domain::Interval base() const override { return domain::Interval::M1; }
    domain::Timestamp beginsAt() const override;
    std::optional<Bar> sum(domain::Timestamp from, domain::Timestamp to) override;
    std::optional<domain::Timestamp> lastOpenBefore(domain::Timestamp before) const override;
    /// The part of a minute that lies before `until`.
    Bar partialMinute(domain::Timestamp until);

private:
    /// A minute of the path as it was traded.
    struct Traded
    {
        double open = 0;     ///< quote per base
        double logMove = 0;  ///< of the whole minute
        double variance = 0; ///< of that move, scenario apart
        double activity = 1; ///< of the trades
        bool isHalted = false;
        bool crashes = false; ///< in its middle
    };
    Traded under(std::int64_t minute, const FairPrice::Minute &path) const;
    ScenarioTrack::Moment momentAt(domain::Timestamp moment, double path) const;
    double priceOf(const ScenarioTrack::Moment &moment) const;
    Bar haltedBar(std::int64_t minute, const Traded &traded) const;
    /// Lowest and highest within a minute that a crash touches.
    std::pair<double, double> crashedBetween(std::int64_t minute) const;
    Bar minuteBar(std::int64_t minute);
    const std::vector<Bar> &hoursOf(std::int64_t day);
    std::int64_t boundaryTicks(std::int64_t minute, double fair) const;
    Bar barOf(std::int64_t minute, const Traded &fair, std::int64_t open, std::int64_t high, std::int64_t low,
        std::int64_t close, double part) const;
    const Traded &traded(std::int64_t minute);
    void forgetWhereNewScenarios();

    std::uint64_t m_seed;
    FairPrice &m_fair;
    const ScenarioTrack &m_scenario;
    domain::Timestamp m_knownCourse; ///< the latest when the caches below were filled
    double m_beta;
    domain::SymbolSpec m_spec;
    domain::Price m_tick;
    domain::Quantity m_step;
    double m_tickSize;
    double m_stepSize;
    double m_turnoverPerMinute;
    double m_tradesPerMinute;
    /// The latest two minutes: a bar's close is the next one's open.
    std::array<std::pair<std::int64_t, Traded>, 2> m_minutes{{{-1, {}}, {-1, {}}}};
    std::map<std::int64_t, std::vector<Bar>> m_days; ///< hours of a day, for long intervals
};

/// Trades a second a symbol of that turnover sees on average.
double tradeRate(const MarketTraits &traits);

} // namespace paper
