#include "exchange/paper/core/ladder.h"

#include "exchange/paper/core/random_path.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace paper
{
namespace
{

using namespace std::chrono_literals;

constexpr std::int64_t denseTicks = 48; ///< nearly every tick is used up to here
constexpr std::int64_t touchTicks = 8;  ///< renewed at every step
constexpr double widest = 0.02;         ///< of the price
constexpr domain::Milliseconds deepPeriod{2'000};

std::int64_t spacingAt(std::int64_t distance)
{
    std::int64_t spacing = 1;
    for (std::int64_t reach = denseTicks; distance >= reach; reach *= 2) {
        spacing *= 2;
    }
    return spacing;
}

} // namespace

Ladder::Ladder(std::uint64_t seed, const SymbolSpec &spec, double levelNotional)
    : m_symbol{spec.symbol},
      m_seed{seed},
      m_tick{spec.tickSize},
      m_tickSize{m_tick.approximate()},
      m_step{spec.lot.stepSize},
      m_stepSize{m_step.approximate()},
      m_levelNotional{levelNotional}
{
}

std::int64_t Ladder::ticksOf(double price) const
{
    return std::max<std::int64_t>(std::llround(price / m_tickSize), 2);
}

bool Ladder::isUsed(std::int64_t ticks, std::int64_t distance) const
{
    const std::int64_t spacing = spacingAt(distance);
    if (distance == 0 || ticks % (10 * spacing) == 0) {
        return true;
    }
    // One price out of each group, drawn by lot, so that the gaps are uneven.
    const std::int64_t group = ticks / spacing;
    const std::uint64_t lot =
        hashOf(m_seed, static_cast<std::uint64_t>(group), static_cast<std::uint64_t>(spacing));
    return spacing == 1
               ? lot % 8 != 0
               : static_cast<std::int64_t>(lot % static_cast<std::uint64_t>(spacing)) == ticks % spacing;
}

Quantity Ladder::wanted(Side side, std::int64_t ticks, std::int64_t distance, Timestamp now) const
{
    const auto place = static_cast<std::uint64_t>(ticks * 2 + (side == Side::Buy ? 1 : 0));
    // Near the touch quantities change every second or so, further out in minutes; each level at its own
    // moment.
    const std::int64_t period = distance < touchTicks ? 900 : distance < denseTicks ? 4'000 : 40'000;
    const std::int64_t phase = static_cast<std::int64_t>(hashOf(m_seed, place, 1) % 40'000);
    const auto epoch = static_cast<std::uint64_t>((domain::toMs(now) + phase) / period);
    const double lasting = normalOf(hashOf(m_seed, place, 2));
    const double passing = normalOf(hashOf(m_seed, place, epoch + 3));
    const double spacing = static_cast<double>(spacingAt(distance));
    const double depth = 0.25 + 0.75 * std::min(1.0, static_cast<double>(distance) / 6.0);
    const double wall = ticks % 1000 == 0 ? 6.0 : ticks % 100 == 0 ? 2.5 : ticks % 10 == 0 ? 1.3 : 1.0;
    const double notional =
        m_levelNotional * m_depth * depth * wall * std::pow(spacing, 0.6) * std::exp(0.7 * lasting + 0.6 * passing);
    const double steps = notional / (static_cast<double>(ticks) * m_tickSize) / m_stepSize;
    return m_step * std::max<std::int64_t>(std::llround(std::min(steps, 1e15)), 1);
}

void Ladder::set(
    Engine &engine, Levels &levels, Side side, std::int64_t ticks, Quantity quantity, Timestamp now)
{
    engine.setMarketMakerLevel(m_symbol, side, priceOf(ticks), quantity, now);
    if (quantity.isZero()) {
        levels.erase(ticks);
    } else {
        levels[ticks] = quantity;
    }
}

void Ladder::renew(Engine &engine, Levels &levels, Side side, std::int64_t best, std::int64_t depth,
    const std::optional<TouchSizes> &sizes, Timestamp now)
{
    const std::int64_t away = side == Side::Buy ? -1 : 1;
    for (std::int64_t distance = 0; distance <= depth; ++distance) {
        const std::int64_t ticks = best + away * distance;
        if (ticks < 1) {
            break;
        }
        const auto known = levels.find(ticks);
        if (!isUsed(ticks, distance)) {
            if (known != levels.end()) {
                set(engine, levels, side, ticks, {}, now);
            }
            continue;
        }
        const bool isKnown = distance == 0 && sizes;
        const Quantity quantity = !isKnown            ? wanted(side, ticks, distance, now)
                                  : side == Side::Buy ? sizes->bid
                                                      : sizes->ask;
        if (known == levels.end() || known->second != quantity || (m_isTouched && distance <= touchTicks)) {
            set(engine, levels, side, ticks, quantity, now);
        }
    }
}

void Ladder::quote(Engine &engine, std::int64_t bestBid, std::int64_t bestAsk, Timestamp now,
    const std::optional<TouchSizes> &sizes)
{
    bestBid = std::max<std::int64_t>(bestBid, 1);
    bestAsk = std::max(bestAsk, bestBid + 1);
    // First take away what would stand inside the new touch, then put up: the book never crosses itself.
    while (!m_bids.empty() && std::prev(m_bids.end())->first > bestBid) {
        set(engine, m_bids, Side::Buy, std::prev(m_bids.end())->first, {}, now);
    }
    while (!m_asks.empty() && m_asks.begin()->first < bestAsk) {
        set(engine, m_asks, Side::Sell, m_asks.begin()->first, {}, now);
    }
    const bool isFar =
        std::abs(bestBid - m_deepBid) > denseTicks || std::abs(bestAsk - m_deepAsk) > denseTicks;
    const bool isDeep = isFar || now - m_deepAt >= deepPeriod;
    if (isDeep) {
        const auto most = static_cast<std::int64_t>(static_cast<double>(bestBid) * widest);
        m_reach = std::clamp<std::int64_t>(most, 100, 1'280);
        m_deepBid = bestBid;
        m_deepAsk = bestAsk;
        m_deepAt = now;
        while (!m_bids.empty() && m_bids.begin()->first < bestBid - m_reach) {
            set(engine, m_bids, Side::Buy, m_bids.begin()->first, {}, now);
        }
        while (!m_asks.empty() && std::prev(m_asks.end())->first > bestAsk + m_reach) {
            set(engine, m_asks, Side::Sell, std::prev(m_asks.end())->first, {}, now);
        }
    }
    const std::int64_t depth = isDeep ? m_reach : touchTicks;
    renew(engine, m_bids, Side::Buy, bestBid, depth, sizes, now);
    renew(engine, m_asks, Side::Sell, bestAsk, depth, sizes, now);
    m_isTouched = false;
}

void Ladder::atLeast(Engine &engine, Side side, std::int64_t ticks, Quantity quantity, Timestamp now)
{
    Levels &levels = side == Side::Buy ? m_bids : m_asks;
    const auto known = levels.find(ticks);
    const Quantity resting = known == levels.end() ? Quantity{} : known->second;
    set(engine, levels, side, ticks, std::max(resting, quantity), now);
}

void Ladder::setDepth(double times)
{
    if (times != m_depth) {
        m_depth = times;
        m_isTouched = true;
        m_deepAt = {};
    }
}

Quantity Ladder::within(Side side, double middle, std::int64_t ticks) const
{
    Quantity sum;
    for (const auto &[at, quantity] : side == Side::Buy ? m_bids : m_asks) {
        if (std::abs(static_cast<double>(at) - middle) <= static_cast<double>(ticks)) {
            sum += quantity;
        }
    }
    return sum;
}

void Ladder::forgetTouch()
{
    m_isTouched = true;
}

} // namespace paper
