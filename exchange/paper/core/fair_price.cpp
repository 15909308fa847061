#include "exchange/paper/core/fair_price.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace paper
{
namespace
{

using domain::Timestamp;
using namespace std::chrono_literals;

constexpr Timestamp referenceAt = domain::timestampFromMs(1'795'000'000'000);  // 2026-11-18
constexpr Timestamp historyBegin = domain::timestampFromMs(1'733'011'200'000); // 2024-12-01, a Sunday
constexpr std::size_t keptDays = 4'000;
constexpr double minutesPerDay = 1440;

std::int64_t minuteOf(Timestamp at)
{
    return std::chrono::floor<std::chrono::minutes>(at).time_since_epoch().count();
}

Timestamp timeOfMinute(std::int64_t minute)
{
    return Timestamp{std::chrono::minutes{minute}};
}

/// n grid steps. Far from overflow: a history has millions of minutes, so the checked product is too slow.
template <class Decimal> Decimal gridSteps(Decimal step, std::int64_t n)
{
    return Decimal::fromUnits(step.units() * n);
}

std::uint64_t seedOf(std::uint64_t seed, const std::string &symbol)
{
    std::uint64_t hash = seed;
    for (const char c : symbol) {
        hash = hashOf(hash, static_cast<unsigned char>(c));
    }
    return hash;
}

} // namespace

double tradeRate(const MarketTraits &traits)
{
    return std::clamp(0.35 * std::pow(traits.turnover / 1e7, 0.45), 0.3, 8.0);
}

FairPrice::FairPrice(std::uint64_t seed, const Contract &contract, RandomPath &common)
    : m_common{common},
      m_own{seedOf(seed, contract.spec.symbol), contract.market.volatility},
      m_beta{contract.market.beta},
      m_price{contract.market.price},
      m_least{
          std::max(contract.spec.minPrice.approximate() * 1.5, contract.spec.tickSize.approximate() * 100)},
      m_most{contract.spec.maxPrice.approximate() / 1.5},
      m_reference{m_beta * m_common.at(referenceAt) + m_own.at(referenceAt)},
      m_meanMinuteVariance{m_beta * m_beta * common.meanMinuteVariance() + m_own.meanMinuteVariance()}
{
}

double FairPrice::priceOf(double log) const
{
    return std::clamp(m_price * std::exp(log - m_reference), m_least, m_most);
}

double FairPrice::at(Timestamp moment)
{
    return priceOf(m_beta * m_common.at(moment) + m_own.at(moment));
}

FairPrice::Minute FairPrice::minute(std::int64_t minute)
{
    const RandomPath::Minute common = m_common.minute(minute);
    const RandomPath::Minute own = m_own.minute(minute);
    return {priceOf(m_beta * common.left + own.left),
        m_beta * (common.right - common.left) + own.right - own.left,
        m_beta * m_beta * common.variance + own.variance};
}

double tradable(const domain::SymbolSpec &spec, double price)
{
    return std::clamp(price, spec.tickSize.approximate() * 20, spec.maxPrice.approximate() / 1.5);
}

GeneratedHistory::GeneratedHistory(
    std::uint64_t seed, const Contract &contract, FairPrice &fair, const ScenarioTrack &scenario)
    : m_seed{seedOf(seed, contract.spec.symbol)},
      m_fair{fair},
      m_scenario{scenario},
      m_beta{contract.market.beta},
      m_spec{contract.spec},
      m_tick{contract.spec.tickSize},
      m_step{contract.spec.lot.stepSize},
      m_tickSize{m_tick.approximate()},
      m_stepSize{m_step.approximate()},
      m_turnoverPerMinute{contract.market.turnover / minutesPerDay},
      m_tradesPerMinute{tradeRate(contract.market) * 60}
{
}

Timestamp GeneratedHistory::beginsAt() const
{
    return historyBegin;
}

std::optional<Timestamp> GeneratedHistory::lastOpenBefore(Timestamp before) const
{
    const Timestamp last = timeOfMinute(minuteOf(before - 1ms));
    return last < historyBegin ? std::nullopt : std::optional{last};
}

std::int64_t GeneratedHistory::boundaryTicks(std::int64_t minute, double fair) const
{
    // Trades happen at the bid or the ask, not between.
    const double aside = (hashOf(m_seed, static_cast<std::uint64_t>(minute), 11) & 1) == 0 ? -0.5 : 0.5;
    return std::max<std::int64_t>(std::llround(fair / m_tickSize + aside), 1);
}

ScenarioTrack::Moment GeneratedHistory::momentAt(Timestamp moment, double path) const
{
    return m_scenario.momentAt(moment, std::log(path), m_beta);
}

double GeneratedHistory::priceOf(const ScenarioTrack::Moment &moment) const
{
    return tradable(m_spec, std::exp(moment.log));
}

GeneratedHistory::Traded GeneratedHistory::under(std::int64_t minute, const FairPrice::Minute &path) const
{
    if (m_scenario.courses().empty()) {
        return {path.open, path.logMove, path.variance};
    }
    const Timestamp from = timeOfMinute(minute);
    const auto begin = momentAt(from, path.open);
    const auto end = momentAt(from + 1min, path.open * std::exp(path.logMove));
    const ScenarioTrack::Course *course = end.course;
    return {priceOf(begin), end.log - begin.log, path.variance * begin.effect.pace * begin.effect.pace,
        begin.effect.activity, begin.isHalted(),
        course != nullptr && course->scenario.kind == ScenarioKind::Crash &&
            course->beganAt + course->scenario.length > from};
}

void GeneratedHistory::forgetWhereNewScenarios()
{
    const Timestamp latest = m_scenario.courses().empty() ? Timestamp{} : m_scenario.courses().back().beganAt;
    if (m_knownCourse != latest) {
        m_knownCourse = latest;
        m_days.clear();
        m_minutes = {{{-1, {}}, {-1, {}}}};
    }
}

const GeneratedHistory::Traded &GeneratedHistory::traded(std::int64_t minute)
{
    auto &place = m_minutes[static_cast<std::size_t>(minute & 1)];
    if (place.first != minute) {
        place = {minute, under(minute, m_fair.minute(minute))};
    }
    return place.second;
}

Bar GeneratedHistory::haltedBar(std::int64_t minute, const Traded &traded) const
{
    Bar bar;
    bar.openAt = timeOfMinute(minute);
    bar.open = gridSteps(m_tick, std::max<std::int64_t>(std::llround(traded.open / m_tickSize), 1));
    bar.high = bar.low = bar.close = bar.open;
    return bar;
}

std::pair<double, double> GeneratedHistory::crashedBetween(std::int64_t minute) const
{
    const FairPrice::Minute path = m_fair.minute(minute);
    double low = std::numeric_limits<double>::max();
    double high = 0;
    for (int second = 1; second < 60; ++second) {
        const double price = priceOf(momentAt(timeOfMinute(minute) + std::chrono::seconds{second},
            path.open * std::exp(path.logMove * second / 60)));
        low = std::min(low, price);
        high = std::max(high, price);
    }
    return {low, high};
}

Bar GeneratedHistory::barOf(std::int64_t minute, const Traded &fair, std::int64_t open, std::int64_t high,
    std::int64_t low, std::int64_t close, double part) const
{
    const auto hash = [&](std::uint64_t what) {
        return hashOf(m_seed, static_cast<std::uint64_t>(minute), what);
    };
    const double wildness = fair.variance / m_fair.meanMinuteVariance();
    const double activity = std::sqrt(wildness) * std::exp(0.5 * normalOf(hash(12))) * fair.activity * part;
    const double middle = static_cast<double>(open + high + low + close) / 4 * m_tickSize;
    const auto steps = std::max<std::int64_t>(
        std::llround(m_turnoverPerMinute * activity / middle / m_stepSize), part > 0 ? 1 : 0);
    const double push = fair.logMove / std::sqrt(std::max(fair.variance, 1e-18));
    const double takerBuys = std::clamp(0.5 + 0.12 * push + 0.08 * normalOf(hash(13)), 0.05, 0.95);
    const auto bought = std::llround(static_cast<double>(steps) * takerBuys);
    const domain::Price average = gridSteps(m_tick, (open + high + low + close) / 4);

    Bar bar;
    bar.openAt = timeOfMinute(minute);
    bar.open = gridSteps(m_tick, open);
    bar.high = gridSteps(m_tick, high);
    bar.low = gridSteps(m_tick, low);
    bar.close = gridSteps(m_tick, close);
    bar.volume = gridSteps(m_step, steps);
    bar.quoteVolume = average * bar.volume;
    bar.tradeCount = std::clamp<std::int64_t>(
        std::llround(m_tradesPerMinute * activity), 1, std::max<std::int64_t>(steps, 1));
    bar.takerBuyVolume = gridSteps(m_step, bought);
    bar.takerBuyQuoteVolume = average * bar.takerBuyVolume;
    return bar;
}

Bar GeneratedHistory::minuteBar(std::int64_t minute)
{
    const Traded fair = traded(minute);
    if (fair.isHalted) {
        return haltedBar(minute, fair);
    }
    const std::int64_t open = boundaryTicks(minute, fair.open);
    const std::int64_t close = boundaryTicks(minute + 1, traded(minute + 1).open);
    // Extremes of a Brownian bridge with known ends and variance.
    const auto reach = [&](std::uint64_t what) {
        const double u = std::max(unitOf(hashOf(m_seed, static_cast<std::uint64_t>(minute), what)), 1e-9);
        return std::sqrt(fair.logMove * fair.logMove - 2 * fair.variance * std::log(u));
    };
    double up = fair.open * std::exp(0.5 * (fair.logMove + reach(14)));
    double down = fair.open * std::exp(0.5 * (fair.logMove - reach(15)));
    if (fair.crashes) {
        const auto [low, high] = crashedBetween(minute);
        up = std::max(up, high);
        down = std::min(down, low);
    }
    const std::int64_t high = std::max({open, close, std::int64_t{std::llround(up / m_tickSize)}});
    const std::int64_t low =
        std::max<std::int64_t>(std::min({open, close, std::int64_t{std::llround(down / m_tickSize)}}), 1);
    return barOf(minute, fair, open, high, low, close, 1.0);
}

Bar GeneratedHistory::partialMinute(Timestamp until)
{
    forgetWhereNewScenarios();
    const std::int64_t minute = minuteOf(until);
    const Traded &fair = traded(minute);
    if (fair.isHalted) {
        return haltedBar(minute, fair);
    }
    const std::int64_t open = boundaryTicks(minute, fair.open);
    const std::int64_t close = boundaryTicks(minute, priceOf(momentAt(until, m_fair.at(until))));
    const double part = static_cast<double>((until - timeOfMinute(minute)).count()) / 60'000.0;
    return barOf(minute, fair, open, std::max(open, close), std::min(open, close), close, part);
}

const std::vector<Bar> &GeneratedHistory::hoursOf(std::int64_t day)
{
    if (const auto found = m_days.find(day); found != m_days.end()) {
        return found->second;
    }
    if (m_days.size() >= keptDays) {
        m_days.clear();
    }
    std::vector<Bar> hours;
    hours.reserve(24);
    for (std::int64_t hour = day * 24; hour < day * 24 + 24; ++hour) {
        Bar bar = minuteBar(hour * 60);
        for (std::int64_t minute = hour * 60 + 1; minute < hour * 60 + 60; ++minute) {
            bar.append(minuteBar(minute));
        }
        hours.push_back(bar);
    }
    return m_days.emplace(day, std::move(hours)).first->second;
}

std::optional<Bar> GeneratedHistory::sum(Timestamp from, Timestamp to)
{
    forgetWhereNewScenarios();
    std::optional<Bar> total;
    const auto add = [&total](const Bar &bar) {
        if (total) {
            total->append(bar);
        } else {
            total = bar;
        }
    };
    std::int64_t minute = std::max(minuteOf(from), minuteOf(historyBegin));
    const std::int64_t end = minuteOf(to);
    while (minute < end) {
        // Whole hours come from the cache.
        if (minute % 60 == 0 && minute + 60 <= end) {
            const std::int64_t hour = minute / 60;
            add(hoursOf(hour / 24)[static_cast<std::size_t>(hour % 24)]);
            minute += 60;
        } else {
            add(minuteBar(minute));
            ++minute;
        }
    }
    return total;
}

} // namespace paper
