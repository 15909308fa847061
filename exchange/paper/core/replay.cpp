#include "exchange/paper/core/replay.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace paper
{
namespace
{

using domain::Milliseconds;
using namespace std::chrono_literals;

constexpr std::size_t warmUpBars = 500;
constexpr double printsPerSecond = 5;
constexpr std::int64_t mostPrints = 3'000;

template <class Decimal> Decimal power(int decimals)
{
    Decimal value = Decimal::of(1);
    for (int i = 0; i < decimals; ++i) {
        value = value / 10;
    }
    return value;
}

Contract madeUpContract(const Recording &recording)
{
    Contract contract = builtInContracts().back();
    SymbolSpec &spec = contract.spec;
    spec.symbol = spec.pair = recording.symbol;
    spec.baseAsset = recording.symbol;
    if (recording.symbol.size() > 4 && recording.symbol.ends_with("USDT")) {
        spec.baseAsset = recording.symbol.substr(0, recording.symbol.size() - 4);
    }
    spec.tickSize = Price::of(1'000'000); // anything finer is found in the recording
    spec.lot.stepSize = spec.marketLot.stepSize = Quantity::of(1'000'000'000);
    return contract;
}

std::int64_t wholeTicks(Price price, Price tick)
{
    return static_cast<std::int64_t>(price.units() / tick.units());
}

/// Splits a number of steps over n trades: each at least one, in random shares, the sum exact.
std::vector<std::int64_t> split(std::int64_t steps, std::size_t n, std::mt19937_64 &random)
{
    std::vector<double> weights(n);
    double total = 0;
    for (double &weight : weights) {
        weight = std::exp(1.2 * normalOf(random()));
        total += weight;
    }
    std::vector<std::int64_t> parts(n);
    const double spare = static_cast<double>(steps) - static_cast<double>(n);
    double cumulated = 0;
    std::int64_t given = 0;
    for (std::size_t i = 0; i < n; ++i) {
        cumulated += weights[i];
        const std::int64_t upTo = i + 1 == n ? steps - static_cast<std::int64_t>(n)
                                             : static_cast<std::int64_t>(spare * cumulated / total);
        parts[i] = 1 + upTo - given;
        given = upTo;
    }
    return parts;
}

} // namespace

Contract contractOf(const Recording &recording)
{
    const auto known = std::ranges::find(
        builtInContracts(), recording.symbol, [](const Contract &contract) { return contract.spec.symbol; });
    Contract contract = known == builtInContracts().end() ? madeUpContract(recording) : *known;
    SymbolSpec &spec = contract.spec;
    int priceDecimals = 0;
    int quantityDecimals = 0;
    bool fitsTick = true;
    bool fitsStep = true;
    Price least = recording.bars.front().low;
    Price most = recording.bars.front().high;
    const auto lookAt = [&](Price price) {
        priceDecimals = std::max(priceDecimals, price.decimals());
        fitsTick = fitsTick && price.isMultipleOf(spec.tickSize);
    };
    for (const Bar &bar : recording.bars) {
        for (const Price price : {bar.open, bar.high, bar.low, bar.close}) {
            lookAt(price);
        }
        quantityDecimals = std::max(quantityDecimals, bar.volume.decimals());
        fitsStep = fitsStep && bar.volume.isMultipleOf(spec.lot.stepSize);
        least = std::min(least, bar.low);
        most = std::max(most, bar.high);
    }
    constexpr std::size_t enoughDepth = 200; ///< the grid shows in a few messages
    for (std::size_t i = 0; i < std::min(enoughDepth, recording.depth.size()); ++i) {
        for (const RecordedDepth::Level &level : recording.depth[i].levels) {
            lookAt(level.price);
            quantityDecimals = std::max(quantityDecimals, level.quantity.decimals());
            fitsStep = fitsStep && level.quantity.isMultipleOf(spec.lot.stepSize);
        }
    }
    for (std::size_t i = 0; i < std::min(enoughDepth, recording.quotes.size()); ++i) {
        const RecordedQuote &quote = recording.quotes[i];
        lookAt(quote.bid);
        lookAt(quote.ask);
        for (const Quantity quantity : {quote.bidQty, quote.askQty}) {
            quantityDecimals = std::max(quantityDecimals, quantity.decimals());
            fitsStep = fitsStep && quantity.isMultipleOf(spec.lot.stepSize);
        }
    }
    for (const RecordedTrade &trade : recording.trades) {
        lookAt(trade.price);
        quantityDecimals = std::max(quantityDecimals, trade.quantity.decimals());
        fitsStep = fitsStep && trade.quantity.isMultipleOf(spec.lot.stepSize);
    }
    if (!fitsTick) {
        spec.tickSize = power<Price>(priceDecimals);
        spec.pricePrecision = std::max(spec.pricePrecision, priceDecimals);
        spec.minPrice = Price{};
    }
    if (!fitsStep) {
        spec.lot.stepSize = spec.marketLot.stepSize = power<Quantity>(quantityDecimals);
        spec.lot.minQty = spec.marketLot.minQty = spec.lot.stepSize;
        spec.quantityPrecision = std::max(spec.quantityPrecision, quantityDecimals);
    }
    if (spec.minPrice * 2 > least || spec.minPrice.isZero()) {
        spec.minPrice = spec.tickSize;
    }
    spec.maxPrice = std::max(spec.maxPrice, most * 10);
    return contract;
}

Replay::Track::Track(const Recording &from, const Contract &of)
    : recording{&from},
      contract{&of},
      ladder{hashOf(17, from.symbol.size()), of.spec,
          from.bars.front().quoteVolume.approximate() /
                  static_cast<double>(std::max<std::int64_t>(domain::lengthOf(from.interval) / 3s, 1)) +
              100.0},
      far{of.spec}
{
}

Replay::Replay(std::vector<Recording> recordings, int speed, std::optional<Timestamp> from)
    : m_recordings{std::move(recordings)},
      m_speed{std::clamp(speed, 0, 1'000)}
{
    for (const Recording &recording : m_recordings) {
        m_contracts.push_back(contractOf(recording));
        const auto &bars = recording.bars;
        const Timestamp warm = recording.depth.empty() ? bars[std::min(warmUpBars, bars.size() / 4)].openAt
                                                       : recording.depth.front().at;
        m_beginsAt = std::max(m_beginsAt, from.value_or(warm));
        m_endsAt = std::max(m_endsAt, domain::nextOpenTime(bars.back().openAt, recording.interval));
    }
    for (std::size_t i = 0; i < m_recordings.size(); ++i) {
        m_tracks.push_back(std::make_unique<Track>(m_recordings[i], m_contracts[i]));
    }
    m_anchorMarket = m_beginsAt;
}

Timestamp Replay::marketTime(Timestamp now) const
{
    const Timestamp played = m_anchorMarket + std::max(now - m_anchorNow, Milliseconds{0}) * m_speed;
    return std::min(played, m_endsAt);
}

void Replay::setSpeed(int speed, Timestamp now)
{
    m_anchorMarket = marketTime(now);
    m_anchorNow = now;
    m_speed = std::clamp(speed, 0, 1'000);
}

void Replay::start(Engine &engine, CandleStore &candles, Timestamp now)
{
    m_anchorNow = now;
    for (const auto &track : m_tracks) {
        const Recording &recording = *track->recording;
        candles.add(recording.symbol, std::make_shared<RecordedHistory>(recording), m_beginsAt);
        const Timestamp first = domain::openTimeOf(m_beginsAt, recording.interval);
        const auto next = std::ranges::lower_bound(recording.bars, first, {}, &Bar::openAt);
        track->nextBar = static_cast<std::size_t>(next - recording.bars.begin());
        const auto trade = std::ranges::lower_bound(recording.trades, first, {}, &RecordedTrade::at);
        track->nextTrade = static_cast<std::size_t>(trade - recording.trades.begin());
        const Price price = next != recording.bars.end() ? next->open : recording.bars.back().close;
        track->lastTicks = wholeTicks(price, track->contract->spec.tickSize);
        engine.clearMarketMakers(recording.symbol, now);
        if (track->hasBook()) {
            track->nextDepth = 0;
            track->levels = {};
            playBook(*track, engine, m_beginsAt, now);
        } else {
            track->bid = track->lastTicks - 1;
            track->ask = track->lastTicks;
            track->ladder.quote(engine, track->bid, track->ask, now);
            track->nextQuote = track->nextBands = 0;
            followQuotes(*track, engine, m_beginsAt, now);
        }
        engine.setIndexPrice(recording.symbol, price, now); // after the book: what it triggers is traded
    }
}

void Replay::step(Engine &engine, CandleStore &candles, Timestamp now, const Settle &settle)
{
    const Timestamp marketAt = marketTime(now);
    for (const auto &track : m_tracks) {
        play(*track, engine, candles, marketAt, now, settle);
        playBook(*track, engine, marketAt, now);
        followQuotes(*track, engine, marketAt, now);
        const Price price = track->ladder.priceOf(track->lastTicks);
        engine.setIndexPrice(track->recording->symbol, price, now);
    }
}

void Replay::play(Track &track, Engine &engine, CandleStore &candles, Timestamp marketAt, Timestamp now,
    const Settle &settle)
{
    const Recording &recording = *track.recording;
    for (;;) {
        while (track.nextPrint < track.prints.size() && track.prints[track.nextPrint].at <= marketAt) {
            const Print &due = track.prints[track.nextPrint++];
            playBook(track, engine, due.at, now);
            followQuotes(track, engine, due.at, now);
            track.hasBook() ? printInBook(track, engine, due, now) : print(track, engine, due, now);
            settle(due.at);
        }
        if (track.nextPrint < track.prints.size()) {
            return;
        }
        if (track.nextBar > 0) {
            const Timestamp over =
                domain::nextOpenTime(recording.bars[track.nextBar - 1].openAt, recording.interval);
            if (marketAt < over) {
                return;
            }
            candles.finish(recording.symbol, over);
        }
        if (track.nextBar == recording.bars.size() || recording.bars[track.nextBar].openAt > marketAt) {
            return;
        }
        const Bar &bar = recording.bars[track.nextBar++];
        track.prints.clear();
        track.nextPrint = 0;
        if (recording.trades.empty()) {
            plan(track, bar);
        } else {
            planTrades(track, bar);
        }
    }
}

void Replay::planTrades(Track &track, const Bar &bar) const
{
    const Timestamp over = domain::nextOpenTime(bar.openAt, track.recording->interval);
    const auto &trades = track.recording->trades;
    for (; track.nextTrade < trades.size() && trades[track.nextTrade].at < over; ++track.nextTrade) {
        const RecordedTrade &trade = trades[track.nextTrade];
        track.prints.push_back({trade.at, wholeTicks(trade.price, track.contract->spec.tickSize),
            trade.quantity, trade.buyerIsMaker ? Side::Sell : Side::Buy});
    }
}

void Replay::plan(Track &track, const Bar &bar) const
{
    const SymbolSpec &spec = track.contract->spec;
    const auto ticks = [&](Price price) { return wholeTicks(price, spec.tickSize); };
    const auto steps = static_cast<std::int64_t>(bar.volume.units() / spec.lot.stepSize.units());
    if (steps == 0) {
        return;
    }
    // Down first in a rising bar, up first in a falling one: the usual way through the four prices.
    std::vector<std::int64_t> corners{ticks(bar.open)};
    const bool isRising = bar.close >= bar.open;
    for (const std::int64_t corner :
        {ticks(isRising ? bar.low : bar.high), ticks(isRising ? bar.high : bar.low), ticks(bar.close)}) {
        if (corner != corners.back()) {
            corners.push_back(corner);
        }
    }
    const Milliseconds length = domain::nextOpenTime(bar.openAt, track.recording->interval) - bar.openAt;
    const double seconds = static_cast<double>(length.count()) / 1'000.0 / std::max(m_speed, 1);
    const std::int64_t wished = std::min(static_cast<std::int64_t>(seconds * printsPerSecond), mostPrints);
    const auto count = static_cast<std::size_t>(
        std::min(steps, std::max(wished, static_cast<std::int64_t>(corners.size()))));
    const std::vector<std::int64_t> parts = split(steps, count, track.random);
    const std::size_t legs = std::max<std::size_t>(corners.size() - 1, 1);
    const std::int64_t low = ticks(bar.low);
    const std::int64_t high = ticks(bar.high);
    std::int64_t before = track.lastTicks;
    for (std::size_t i = 0; i < count; ++i) {
        // Trade i lies on the leg from one corner to the next; corners are hit exactly.
        const std::size_t scaled = count == 1 ? 0 : i * legs;
        const std::size_t leg = count == 1 ? 0 : std::min(scaled / (count - 1), corners.size() - 1);
        const std::size_t begin = (leg * (count - 1) + legs - 1) / legs; ///< first trade of the leg
        std::int64_t price = corners[leg];
        if (i != begin && leg + 1 < corners.size()) {
            const double part =
                static_cast<double>(scaled) / static_cast<double>(count - 1) - static_cast<double>(leg);
            const auto span = static_cast<double>(corners[leg + 1] - corners[leg]);
            const double wobble = 0.08 * static_cast<double>(high - low) * normalOf(track.random());
            price += std::llround(span * part + wobble);
            price = std::clamp(price, low, high);
        }
        const bool isUp = price == before ? (track.random() & 1) == 0 : price > before;
        const Milliseconds into = (length - 1ms) * static_cast<std::int64_t>(i) /
                                  std::max<std::int64_t>(static_cast<std::int64_t>(count) - 1, 1);
        track.prints.push_back(
            {bar.openAt + into, price, spec.lot.stepSize * parts[i], isUp ? Side::Buy : Side::Sell});
        before = price;
    }
}

void Replay::print(Track &track, Engine &engine, const Print &print, Timestamp now)
{
    const Symbol &symbol = track.recording->symbol;
    const bool isBuy = print.takerSide == Side::Buy;
    // The touch is moved so that the trade happens at its price and nowhere else; users' orders on the way
    // are traded with.
    const bool isQuoted = track.nextQuote > 0;
    track.bid = !isBuy ? print.ticks : isQuoted ? std::min(track.bid, print.ticks - 1) : print.ticks - 1;
    track.ask = isBuy ? print.ticks : isQuoted ? std::max(track.ask, print.ticks + 1) : print.ticks + 1;
    track.isTouchMoved = true;
    track.ladder.forgetTouch();
    track.ladder.quote(engine, track.bid, track.ask, now);
    track.ladder.atLeast(engine, domain::opposite(print.takerSide), print.ticks, print.quantity, now);
    engine.marketTaker(symbol, print.takerSide, print.quantity, track.ladder.priceOf(print.ticks), now);
    track.lastTicks = print.ticks;
}

void Replay::followQuotes(Track &track, Engine &engine, Timestamp marketAt, Timestamp now)
{
    const std::vector<RecordedQuote> &quotes = track.recording->quotes;
    const std::vector<RecordedBands> &bands = track.recording->bands;
    bool isNew = false;
    for (; track.nextQuote < quotes.size() && quotes[track.nextQuote].at <= marketAt; ++track.nextQuote) {
        isNew = true;
    }
    if (track.nextQuote > 0 && (isNew || track.isTouchMoved)) {
        const RecordedQuote &quote = quotes[track.nextQuote - 1];
        const Price tick = track.contract->spec.tickSize;
        track.bid = wholeTicks(quote.bid, tick);
        track.ask = std::max(wholeTicks(quote.ask, tick), track.bid + 1);
        if (track.isTouchMoved) {
            track.ladder.forgetTouch();
        }
        track.isTouchMoved = false;
        track.ladder.quote(engine, track.bid, track.ask, now, Ladder::TouchSizes{quote.bidQty, quote.askQty});
    }
    while (track.nextBands < bands.size() && bands[track.nextBands].at <= marketAt) {
        ++track.nextBands;
    }
    if (track.nextBands > 0) {
        track.far.follow(engine, track.ladder, bands[track.nextBands - 1], track.bid, track.ask, now);
    }
}

void Replay::setLevel(Track &track, Engine &engine, const RecordedDepth::Level &level, Timestamp now)
{
    auto &levels = track.levels[static_cast<std::size_t>(level.side)];
    if (level.quantity.isZero()) {
        levels.erase(level.price);
    } else {
        levels[level.price] = level.quantity;
    }
    engine.setMarketMakerLevel(track.recording->symbol, level.side, level.price, level.quantity, now);
}

/// A snapshot is all there is.
void Replay::forgetOthers(Track &track, Engine &engine, const RecordedDepth &snapshot, Timestamp now)
{
    for (const Side side : {Side::Buy, Side::Sell}) {
        const auto before = track.levels[static_cast<std::size_t>(side)];
        for (const auto &[price, quantity] : before) {
            const bool isThere = std::ranges::any_of(snapshot.levels,
                [&, at = price](const auto &level) { return level.side == side && level.price == at; });
            if (!isThere) {
                setLevel(track, engine, {side, price, {}}, now);
            }
        }
    }
}

void Replay::playBook(Track &track, Engine &engine, Timestamp marketAt, Timestamp now)
{
    const auto &depth = track.recording->depth;
    for (; track.nextDepth < depth.size() && depth[track.nextDepth].at <= marketAt; ++track.nextDepth) {
        const RecordedDepth &change = depth[track.nextDepth];
        if (change.isSnapshot) {
            forgetOthers(track, engine, change, now);
        }
        // First what goes, then what comes: the book never crosses itself on the way.
        for (const bool goes : {true, false}) {
            for (const RecordedDepth::Level &level : change.levels) {
                if (level.quantity.isZero() == goes) {
                    setLevel(track, engine, level, now);
                }
            }
        }
    }
}

void Replay::printInBook(Track &track, Engine &engine, const Print &print, Timestamp now)
{
    const Side resting = domain::opposite(print.takerSide);
    const Price price = track.ladder.priceOf(print.ticks);
    auto &levels = track.levels[static_cast<std::size_t>(resting)];
    // Book and trades come by different messages: what stands before the trade's price is gone already, and
    // what it took was there.
    while (!levels.empty()) {
        const Price best = resting == Side::Sell ? levels.begin()->first : levels.rbegin()->first;
        if (resting == Side::Sell ? best >= price : best <= price) {
            break;
        }
        setLevel(track, engine, {resting, best, {}}, now);
    }
    const auto known = levels.find(price);
    const Quantity there = known == levels.end() ? Quantity{} : known->second;
    const Quantity met = std::max(there, print.quantity);
    setLevel(track, engine, {resting, price, met}, now);
    engine.marketTaker(track.recording->symbol, print.takerSide, print.quantity, price, now);
    setLevel(track, engine, {resting, price, met - print.quantity}, now);
    track.lastTicks = print.ticks;
}

} // namespace paper
