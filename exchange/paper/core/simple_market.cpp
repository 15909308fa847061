#include "exchange/paper/core/simple_market.h"

#include "exchange/paper/core/random_path.h"

#include <algorithm>
#include <cmath>

namespace paper
{
namespace
{

using domain::Milliseconds;
using namespace std::chrono_literals;

constexpr double pull = 0.002;         ///< back to the start, a part of the way per move
constexpr double longestStride = 30;   ///< moves that one step makes up for at most
constexpr double halfSpread = 0.00005; ///< a fraction of the price
constexpr double gapShare = 0.0001;    ///< between two levels, a fraction of the price
constexpr auto history = 48h;

/// The price stood still before the start.
class FlatHistory final : public BarSource
{
public:
    FlatHistory(Price price, Timestamp until)
        : m_price{price},
          m_endsAt{domain::openTimeOf(until, domain::Interval::M1)}
    {
    }
    domain::Interval base() const override { return domain::Interval::M1; }
    Timestamp beginsAt() const override { return m_endsAt - history; }
    std::optional<Bar> sum(Timestamp from, Timestamp to) override
    {
        if (std::max(from, beginsAt()) >= std::min(to, m_endsAt)) {
            return std::nullopt;
        }
        Bar bar;
        bar.openAt = from;
        bar.open = bar.high = bar.low = bar.close = m_price;
        return bar;
    }
    std::optional<Timestamp> lastOpenBefore(Timestamp before) const override
    {
        const Timestamp last = domain::openTimeOf(std::min(before, m_endsAt) - 1ms, domain::Interval::M1);
        return last < beginsAt() ? std::nullopt : std::optional{last};
    }

private:
    Price m_price;
    Timestamp m_endsAt;
};

/// What a draw of one move is for.
enum Salt : std::uint64_t { Walk, Takes, TakerSide, TakerSize };

} // namespace

SimpleMarket::SimpleMarket(std::size_t symbols, SimpleMarketConfig config)
    : m_config{config},
      m_contracts{builtInContracts().begin(),
          builtInContracts().begin() +
              static_cast<std::ptrdiff_t>(std::min(symbols, builtInContracts().size()))}
{
}

void SimpleMarket::start(Engine &engine, CandleStore &candles, Timestamp now)
{
    m_actors.clear();
    for (std::size_t i = 0; i < m_contracts.size(); ++i) {
        const SymbolSpec &spec = m_contracts[i].spec;
        const double price = m_contracts[i].market.price;
        Actor actor;
        actor.contract = &m_contracts[i];
        actor.seed = hashOf(m_config.seed, i);
        actor.start = actor.fair = price / spec.tickSize.approximate();
        actor.gap = std::max<std::int64_t>(1, std::llround(actor.start * gapShare));
        actor.quantity = std::max(Quantity::fromApproximate(m_config.levelNotional / price)
                                      .roundedTo(spec.lot.stepSize, domain::Rounding::Up),
            spec.lot.minQty);
        // Symbols take turns, so that no step has all the work.
        actor.movedAt = now;
        actor.nextAt = now + Milliseconds{static_cast<std::int64_t>(i) * 37 % m_config.period.count()};
        engine.clearMarketMakers(spec.symbol, now);
        candles.add(
            spec.symbol, std::make_shared<FlatHistory>(spec.tickSize * std::llround(actor.fair), now), now);
        m_actors.push_back(actor);
        move(m_actors.back(), engine, now);
        engine.marketTaker(spec.symbol, Side::Buy, spec.lot.minQty, Price{}, now); // a first last price
    }
    m_nextAt = now;
}

void SimpleMarket::step(Engine &engine, CandleStore & /*candles*/, Timestamp now, const Settle & /*settle*/)
{
    if (now < m_nextAt) {
        return;
    }
    m_nextAt = Timestamp::max();
    for (Actor &actor : m_actors) {
        if (now >= actor.nextAt) {
            move(actor, engine, now);
            actor.nextAt = std::max(actor.nextAt + m_config.period, now + m_config.period / 2);
        }
        m_nextAt = std::min(m_nextAt, actor.nextAt);
    }
}

void SimpleMarket::move(Actor &actor, Engine &engine, Timestamp now) const
{
    const SymbolSpec &spec = actor.contract->spec;
    const SymbolSpec *listed = engine.spec(spec.symbol);
    if (listed == nullptr || !listed->isTrading()) {
        return; // what rests stays
    }
    const std::uint64_t draws = hashOf(actor.seed, ++actor.moves);
    const double periods =
        static_cast<double>((now - actor.movedAt).count()) / static_cast<double>(m_config.period.count());
    const double stride = std::clamp(periods, 1.0, longestStride);
    actor.movedAt = now;
    actor.fair += (actor.start - actor.fair) * pull * stride +
                  actor.fair * m_config.volatility * std::sqrt(stride) * normalOf(hashOf(draws, Walk));
    actor.fair = std::clamp(actor.fair, actor.start / 2, actor.start * 2);
    const Price fair = spec.tickSize * std::llround(actor.fair);
    engine.setIndexPrice(spec.symbol, fair, now);
    engine.setMarkPrice(spec.symbol, fair, now);
    const double half = std::max(0.5, actor.fair * halfSpread);
    const auto bid = std::max<std::int64_t>(actor.gap + 1, std::llround(actor.fair - half));
    const auto ask = std::max<std::int64_t>(bid + 1, std::llround(actor.fair + half));
    quote(actor, engine, bid, ask, now);
    if (unitOf(hashOf(draws, Takes)) < m_config.takerShare) {
        const Side side = hashOf(draws, TakerSide) % 2 == 0 ? Side::Buy : Side::Sell;
        const auto part = static_cast<std::int64_t>(1 + hashOf(draws, TakerSize) % 50);
        const Quantity quantity =
            (actor.quantity * part / 100).roundedTo(spec.lot.stepSize, domain::Rounding::Up);
        const Price limit = spec.tickSize * (side == Side::Buy ? actor.ask : actor.bid);
        engine.marketTaker(spec.symbol, side, quantity, limit, now);
    }
}

void SimpleMarket::quote(Actor &actor, Engine &engine, std::int64_t bid, std::int64_t ask, Timestamp now)
{
    const SymbolSpec &spec = actor.contract->spec;
    const auto set = [&](Side side, std::int64_t best, std::int64_t was) {
        const std::int64_t away = side == Side::Buy ? -actor.gap : actor.gap;
        for (const std::int64_t old : {was, was + away}) {
            if (was != 0 && old != best && old != best + away) {
                engine.setMarketMakerLevel(spec.symbol, side, spec.tickSize * old, Quantity{}, now);
            }
        }
        for (const std::int64_t level : {best, best + away}) {
            engine.setMarketMakerLevel(spec.symbol, side, spec.tickSize * level, actor.quantity, now);
        }
    };
    // The side that withdraws goes first, so that the other does not run into it.
    if (bid < actor.bid) {
        set(Side::Buy, bid, actor.bid);
        set(Side::Sell, ask, actor.ask);
    } else {
        set(Side::Sell, ask, actor.ask);
        set(Side::Buy, bid, actor.bid);
    }
    actor.bid = bid;
    actor.ask = ask;
}

} // namespace paper
