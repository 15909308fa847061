#include "exchange/paper/core/far_book.h"

#include <algorithm>
#include <cmath>

namespace paper
{
namespace
{

constexpr double farMove = 0.001; ///< of the price
constexpr std::int64_t levelsPerBand = 16;
constexpr double thinnest = 0.001;
constexpr double thickest = 1'000;

std::size_t indexOf(Side side)
{
    return static_cast<std::size_t>(side);
}

/// How many ticks from the middle a band reaches, rounded inwards.
std::int64_t edgeOf(domain::Rate percent, double middle)
{
    return static_cast<std::int64_t>(std::floor(percent.approximate() / 100 * middle));
}

} // namespace

FarBook::FarBook(const SymbolSpec &spec)
    : m_symbol{spec.symbol},
      m_tick{spec.tickSize},
      m_step{spec.lot.stepSize}
{
}

void FarBook::set(Engine &engine, Side side, std::int64_t ticks, Quantity quantity, Timestamp now) const
{
    engine.setMarketMakerLevel(m_symbol, side, m_tick * ticks, quantity, now);
}

/// What the touch has run over is gone.
void FarBook::trim(Engine &engine, Side side, std::int64_t best, Timestamp now)
{
    Levels &levels = m_levels[indexOf(side)];
    std::erase_if(levels, [&](const auto &level) {
        const bool isOver = side == Side::Buy ? level.first > best : level.first < best;
        if (isOver) {
            set(engine, side, level.first, {}, now);
        }
        return isOver;
    });
}

FarBook::Levels FarBook::wanted(
    Side side, const Ladder &ladder, const RecordedBands &bands, double middle) const
{
    Levels levels;
    Quantity placed;
    std::int64_t from = ladder.reach() + 1;
    for (const auto &[percent, depth] : bands.sides[indexOf(side)]) {
        const std::int64_t to = edgeOf(percent, middle);
        const Quantity rest = depth - ladder.within(side, middle, to) - placed;
        const std::int64_t span = to - from + 1;
        if (span < 1 || !rest.isPositive()) {
            continue;
        }
        const std::int64_t count = std::min(span, levelsPerBand);
        const Quantity each = (rest / count).roundedTo(m_step, domain::Rounding::Down);
        Quantity left = rest.roundedTo(m_step, domain::Rounding::Down);
        for (std::int64_t i = 1; i <= count; ++i) {
            const Quantity here = i == count ? left : each;
            const std::int64_t distance = from - 1 + span * i / count;
            const std::int64_t ticks = side == Side::Buy
                                           ? static_cast<std::int64_t>(std::ceil(middle)) - distance
                                           : static_cast<std::int64_t>(std::floor(middle)) + distance;
            if (here.isPositive() && ticks > 0) {
                levels[ticks] += here;
                placed += here;
                left -= here;
            }
        }
        from = to + 1;
    }
    return levels;
}

void FarBook::follow(Engine &engine, Ladder &ladder, const RecordedBands &bands, std::int64_t bestBid,
    std::int64_t bestAsk, Timestamp now)
{
    const double middle = static_cast<double>(bestBid + bestAsk) / 2;
    if (bands.at == m_sampleAt && std::abs(middle - m_middle) < farMove * middle) {
        trim(engine, Side::Buy, bestBid, now);
        trim(engine, Side::Sell, bestAsk, now);
        return;
    }
    m_sampleAt = bands.at;
    m_middle = middle;
    // As dense near the touch as the innermost band is on the whole.
    double wish = 0;
    double has = 0;
    for (const Side side : {Side::Buy, Side::Sell}) {
        const auto &rows = bands.sides[indexOf(side)];
        if (rows.empty()) {
            continue;
        }
        const auto edge = static_cast<double>(std::max<std::int64_t>(edgeOf(rows.front().first, middle), 1));
        const double share = std::min(1.0, static_cast<double>(ladder.reach()) / edge);
        wish += rows.front().second.approximate() * share;
        has += ladder.within(side, middle, edgeOf(rows.front().first, middle)).approximate();
    }
    if (wish > 0 && has > 0) {
        ladder.setDepth(std::clamp(ladder.depth() * wish / has, thinnest, thickest));
        ladder.quote(engine, bestBid, bestAsk, now);
    }
    for (const Side side : {Side::Buy, Side::Sell}) {
        Levels fresh = wanted(side, ladder, bands, middle);
        Levels &levels = m_levels[indexOf(side)];
        for (const auto &[ticks, quantity] : levels) {
            if (!fresh.contains(ticks) && !ladder.holds(side, ticks)) {
                set(engine, side, ticks, {}, now);
            }
        }
        for (const auto &[ticks, quantity] : fresh) {
            set(engine, side, ticks, quantity, now);
        }
        levels = std::move(fresh);
    }
}

} // namespace paper
