#include "exchange/paper/core/market.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace paper
{
namespace
{

using domain::Milliseconds;
using namespace std::chrono_literals;

constexpr std::uint64_t commonSeedSalt = 0x636f6d6d6f6eULL;
constexpr double commonVolatility = 0.55; // a year of the factor all symbols share
constexpr double halfBasis = 0.0006;      // a year's deviation of perpetual from index, before mean reversion
constexpr int mostTradesAStep = 40;
constexpr double burstDecaySeconds = 2.5;
constexpr double burstShare = 0.55; // part of the trades that other trades brought about

std::uint64_t symbolSeed(std::uint64_t seed, const Symbol &symbol, std::uint64_t salt)
{
    std::uint64_t hash = hashOf(seed, salt);
    for (const char c : symbol) {
        hash = hashOf(hash, static_cast<unsigned char>(c));
    }
    return hash;
}

Milliseconds periodOf(const MarketTraits &traits)
{
    const double ms = 100 * std::pow(1.2e9 / traits.turnover, 0.4);
    return Milliseconds{static_cast<std::int64_t>(std::clamp(ms, 100.0, 700.0))};
}

double secondsOf(Milliseconds time)
{
    return static_cast<double>(time.count()) / 1'000.0;
}

} // namespace

MarketGenerator::Actor::Actor(std::uint64_t seed, const Contract &from, RandomPath &common)
    : contract{&from},
      fair{seed, from, common},
      basis{symbolSeed(seed, from.spec.symbol, 1), 1.0},
      ladder{symbolSeed(seed, from.spec.symbol, 2), from.spec,
          from.market.turnover / 86'400 / tradeRate(from.market) * 3},
      random{symbolSeed(seed, from.spec.symbol, 3)},
      period{periodOf(from.market)},
      rate{tradeRate(from.market)},
      meanNotional{from.market.turnover / 86'400 / rate}
{
    // The largest symbol turns over ten thousand million a day, the smallest twenty million.
    scenario.setSmallness(std::clamp(std::log10(1e10 / from.market.turnover) / std::log10(500.0), 0.0, 1.0));
}

/// Mean reverting: how far the basis path ran in the last hour, not where it is.
double MarketGenerator::Actor::basisAt(Timestamp at)
{
    return std::clamp(halfBasis * 90 * (basis.at(at) - basis.at(at - 1h)) - 0.0002, -0.003, 0.003);
}

Rate MarketGenerator::basisAt(const Symbol &symbol, Timestamp at)
{
    const auto actor = std::ranges::find(m_actors, symbol,
        [](const std::unique_ptr<Actor> &one) -> const Symbol & { return one->contract->spec.symbol; });
    return actor == m_actors.end() ? Rate{} : Rate::fromApproximate((*actor)->basisAt(at));
}

MarketGenerator::MarketGenerator(std::uint64_t seed, std::vector<Contract> contracts, int speed)
    : m_seed{seed},
      m_contracts{std::move(contracts)},
      m_speed{std::clamp(speed, 1, highestSpeed)},
      m_common{hashOf(seed, commonSeedSalt), commonVolatility}
{
    for (const Contract &contract : m_contracts) {
        m_actors.push_back(std::make_unique<Actor>(seed, contract, m_common));
    }
}

std::shared_ptr<GeneratedHistory> MarketGenerator::history(std::size_t contract) const
{
    return std::make_shared<GeneratedHistory>(
        m_seed, m_contracts[contract], m_actors[contract]->fair, m_actors[contract]->scenario);
}

void MarketGenerator::start(Engine &engine, CandleStore &candles, Timestamp now)
{
    m_startedAt = now;
    for (std::size_t i = 0; i < m_actors.size(); ++i) {
        Actor &actor = *m_actors[i];
        if (m_speed > 1) {
            actor.period = std::max(actor.period, Milliseconds{1'000});
        }
        const auto past = history(i);
        candles.add(actor.contract->spec.symbol, past, now, past->partialMinute(now));
        actor.isBookForeign = true;
        actor.lastAt = now - actor.period;
        // Symbols take turns, so that no step has all the work.
        actor.nextAt = now + Milliseconds{static_cast<std::int64_t>(i) * 37 % actor.period.count()};
        actor.nextIndexAt = now;
        move(actor, engine, now, now);
        // A first trade, so that there is a last price from the start.
        const Symbol &symbol = actor.contract->spec.symbol;
        engine.marketTaker(symbol, Side::Buy, actor.contract->spec.lot.stepSize, Price{}, now);
        if (actor.scenario.kind() == ScenarioKind::Halt) { // of an earlier run
            engine.setSymbolStatus(symbol, domain::SymbolStatus::Halted);
        }
    }
}

void MarketGenerator::step(Engine &engine, CandleStore & /*candles*/, Timestamp now, const Settle &settle)
{
    const Timestamp marketNow = marketTime(now);
    for (const auto &actor : m_actors) {
        if (m_speed > 1) {
            // What was slept through is not made up for.
            actor->nextAt = std::max(actor->nextAt, marketNow - 1min);
            for (; marketNow >= actor->nextAt; actor->nextAt += actor->period) {
                move(*actor, engine, actor->nextAt, now);
                settle(actor->nextAt);
            }
        } else if (now >= actor->nextAt) {
            move(*actor, engine, now, now);
            actor->nextAt = std::max(actor->nextAt + actor->period, now + actor->period / 2);
        }
    }
}

Result<void> MarketDriver::setScenario(const Scenario & /*scenario*/, Engine & /*engine*/, Timestamp /*now*/)
{
    return domain::failure(domain::ErrorCode::Rejected, "Only the generated market has scenarios.");
}

Result<void> MarketGenerator::setScenario(const Scenario &scenario, Engine &engine, Timestamp now)
{
    const Timestamp marketAt = marketTime(now);
    bool isKnown = false;
    for (const auto &actor : m_actors) {
        const Symbol &symbol = actor->contract->spec.symbol;
        if (!scenario.symbol.empty() && scenario.symbol != symbol) {
            continue;
        }
        isKnown = true;
        const bool wasHalted = actor->scenario.kind() == ScenarioKind::Halt;
        if (scenario.kind == ScenarioKind::Halt) {
            engine.setSymbolStatus(symbol, domain::SymbolStatus::Halted);
        } else if (wasHalted) {
            engine.setSymbolStatus(symbol, domain::SymbolStatus::Trading);
        }
        actor->scenario.begin(scenario, marketAt, std::log(actor->fair.at(marketAt)));
    }
    if (!isKnown) {
        return domain::failure(
            domain::ErrorCode::NotFound, scenario.symbol + " is no symbol of this market.");
    }
    return {};
}

Result<void> MarketDriver::restoreScenarios(std::string_view /*text*/, Timestamp /*now*/)
{
    return {};
}

std::string MarketGenerator::saveScenarios() const
{
    Courses courses;
    for (const auto &actor : m_actors) {
        if (!actor->scenario.courses().empty()) {
            courses.emplace(actor->contract->spec.symbol, actor->scenario.courses());
        }
    }
    return courses.empty() ? std::string{} : toText(courses);
}

Result<void> MarketGenerator::restoreScenarios(std::string_view text, Timestamp now)
{
    return parseCourses(text).map([&](Courses courses) {
        for (const auto &actor : m_actors) {
            const auto known = courses.find(actor->contract->spec.symbol);
            if (known != courses.end()) {
                // A market that ran faster than the clock begins at the clock's time again.
                for (ScenarioTrack::Course &course : known->second) {
                    course.beganAt = std::min(course.beganAt, now);
                }
                actor->scenario.resume(std::move(known->second));
            }
        }
    });
}

void MarketGenerator::move(Actor &actor, Engine &engine, Timestamp marketAt, Timestamp now)
{
    const SymbolSpec &spec = actor.contract->spec;
    const double path = actor.fair.at(marketAt);
    const double log = actor.scenario.at(marketAt, std::log(path), actor.contract->market.beta);
    const bool isHalted = actor.scenario.kind() == ScenarioKind::Halt; // at the start: of an earlier run
    const double fair = tradable(spec, std::exp(isHalted ? actor.scenario.courses().back().marketThen : log));
    const ScenarioEffect &effect = actor.scenario.effect();
    const SymbolSpec *listed = engine.spec(spec.symbol);
    if (listed == nullptr || !listed->isTrading()) {
        actor.ladder.forgetTouch();
        actor.lastAt = marketAt;
        return; // index and book stand as they are
    }
    if (std::exchange(actor.isBookForeign, false)) {
        engine.clearMarketMakers(spec.symbol, now);
    }
    const auto minute =
        actor.fair.minute(std::chrono::floor<std::chrono::minutes>(marketAt).time_since_epoch().count());
    const double wildness =
        minute.variance / actor.fair.meanMinuteVariance() * effect.activity * effect.activity;
    actor.ladder.setDepth(effect.depth);
    trade(actor, engine, marketAt, now, fair, wildness);
    const double ticks = fair / spec.tickSize.approximate();
    const double spread = effect.spread * std::max(1.0, ticks * 0.00002 * std::sqrt(wildness) +
                                                            ticks * 0.00004 / std::max(actor.rate, 0.5));
    const double waver = 0.3 * normalOf(actor.random()) * spread;
    const auto bid = static_cast<std::int64_t>(std::floor(ticks - spread / 2 + waver));
    const auto ask =
        bid + std::max<std::int64_t>(std::llround(spread * (0.7 + 0.6 * unitOf(actor.random()))), 1);
    actor.ladder.quote(engine, bid, ask, now);
    // After the book: a stop that the price passed while nothing ran finds something to trade against.
    if (marketAt >= actor.nextIndexAt) {
        const Price index = Price::fromApproximate(fair * (1 + actor.basisAt(marketAt)));
        engine.setIndexPrice(spec.symbol, index.roundedTo(Price::fromUnits(10'000)), now);
        actor.nextIndexAt = marketAt + 1s;
    }
    actor.lastAt = marketAt;
}

void MarketGenerator::trade(
    Actor &actor, Engine &engine, Timestamp marketAt, Timestamp now, double fair, double wildness)
{
    const SymbolSpec &spec = actor.contract->spec;
    const auto market = engine.market(spec.symbol);
    if (!market || market->bid.isZero() || market->ask.isZero()) {
        return; // nothing to trade against yet
    }
    const double elapsed = std::clamp(secondsOf(marketAt - actor.lastAt), 0.0, 2.0);
    actor.excitement *= std::exp(-elapsed / burstDecaySeconds);
    const double expected =
        (actor.rate * (1 - burstShare) * std::sqrt(wildness) + actor.excitement) * elapsed;
    std::poisson_distribution<int> arrivals{std::max(expected, 1e-9)};
    const int count = std::min(arrivals(actor.random), mostTradesAStep);
    actor.excitement = std::min(actor.excitement + count * burstShare / burstDecaySeconds, actor.rate * 12);

    const double middle = (market->bid.approximate() + market->ask.approximate()) / 2;
    const double spread = std::max(market->ask.approximate() - market->bid.approximate(), 1e-12);
    const double buyShare =
        0.5 + 0.45 * std::tanh((fair - middle) / spread) - actor.scenario.effect().sellShare;
    for (int i = 0; i < count; ++i) {
        const Side side = unitOf(actor.random()) < buyShare ? Side::Buy : Side::Sell;
        // Log-normal with heavy tail; the factor makes its mean 1.
        const double size = std::exp(1.5 * normalOf(actor.random()) - 1.05);
        const double price = std::max(middle, 1e-12);
        const double wished = actor.meanNotional * size * (unitOf(actor.random()) < 0.01 ? 8 : 1) / price;
        const Quantity quantity = std::clamp(Quantity::fromApproximate(std::min(wished, 1e12))
                                                 .roundedTo(spec.lot.stepSize, domain::Rounding::Up),
            spec.lot.stepSize, std::max(spec.marketLot.maxQty, spec.lot.stepSize));
        // A taker goes a few levels deep at most; the rest of its order is not there.
        const Price reach = spec.tickSize * std::max<std::int64_t>(3,
                                                std::llround(price * 0.0002 / spec.tickSize.approximate()));
        const Price limit =
            side == Side::Buy ? market->ask + reach : std::max(market->bid - reach, spec.tickSize);
        engine.marketTaker(spec.symbol, side, quantity, limit, now);
        actor.ladder.forgetTouch();
    }
}

} // namespace paper
