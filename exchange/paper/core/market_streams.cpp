#include "exchange/paper/core/market_streams.h"

#include <algorithm>

namespace paper
{
namespace
{

using namespace std::chrono_literals;

std::string arrayOf(const std::vector<std::string> &rows)
{
    std::string text = "[";
    for (const std::string &row : rows) {
        if (text.size() > 1) {
            text += ',';
        }
        text += row;
    }
    return text + ']';
}

Bar secondBar(const TradeEvent &trade, Timestamp at)
{
    return Bar::ofTrade(std::chrono::floor<std::chrono::seconds>(at), trade.price, trade.quantity,
        trade.buyerIsMaker, trade.tradeId);
}

} // namespace

void MarketStreams::open(const std::string &stream, const StreamName &name, Timestamp now)
{
    if (m_channels.contains(stream)) {
        return;
    }
    Channel channel;
    channel.name = name;
    channel.nextAt = now;
    if (!name.isAll()) {
        if (const auto view = m_parts.engine.market(name.symbol)) {
            channel.pushedId = channel.lastId = view->lastUpdateId;
        }
        if (name.withRpi) {
            if (const auto book = m_parts.engine.bookWithRpi(name.symbol, 1)) {
                channel.pushedId = channel.lastId = book->lastUpdateId;
            }
            channel.shownRpi = shownRpi(name.symbol);
        }
        const auto &aggregates = m_parts.tape.aggregates(name.symbol);
        channel.nextAggregateId = aggregates.empty() ? 0 : aggregates.back().id + 1;
        channel.barAt = domain::openTimeOf(m_parts.market.marketTime(now), name.interval);
        if (name.kind == StreamKind::Depth) {
            m_depthStreams[name.symbol].insert(stream);
        } else if (name.kind == StreamKind::Trade || name.kind == StreamKind::SecondKline) {
            m_tradeStreams[name.symbol].insert(stream);
        }
    }
    if (name.kind == StreamKind::ContractInfo) {
        for (const Symbol &symbol : m_parts.engine.symbols()) {
            channel.contracts[symbol] = {
                m_parts.engine.spec(symbol)->statusText, *m_parts.engine.brackets(symbol)};
        }
    }
    m_channels.emplace(stream, std::move(channel));
}

void MarketStreams::close(const std::string &stream)
{
    const auto found = m_channels.find(stream);
    if (found == m_channels.end()) {
        return;
    }
    m_depthStreams[found->second.name.symbol].erase(stream);
    m_tradeStreams[found->second.name.symbol].erase(stream);
    m_channels.erase(found);
}

void MarketStreams::onTrade(const TradeEvent &trade, Timestamp marketAt, Timestamp now, const Send &send)
{
    const auto streams = m_tradeStreams.find(trade.symbol);
    if (streams == m_tradeStreams.end()) {
        return;
    }
    for (const std::string &stream : streams->second) {
        Channel &channel = m_channels.at(stream);
        if (channel.name.kind == StreamKind::Trade) {
            send(stream, payload::trade(*m_parts.engine.spec(trade.symbol), trade, marketAt, now));
            continue;
        }
        const Bar bar = secondBar(trade, marketAt);
        if (channel.bar && channel.bar->openAt < bar.openAt) {
            pushSecond(stream, channel, now, send);
        }
        if (channel.bar) {
            channel.bar->append(bar);
        } else {
            channel.bar = bar;
        }
        channel.lastId = trade.tradeId;
    }
}

void MarketStreams::onBookChange(const BookChangeEvent &change)
{
    const auto streams = m_depthStreams.find(change.symbol);
    if (streams == m_depthStreams.end()) {
        return;
    }
    for (const std::string &stream : streams->second) {
        Channel &channel = m_channels.at(stream);
        const std::int64_t updateId = channel.name.withRpi ? change.rpiUpdateId : change.updateId;
        if (updateId <= channel.pushedId || (change.isRpi && !channel.name.withRpi)) {
            continue; // happened before the stream was opened, or is nothing it shows
        }
        (change.side == Side::Buy ? channel.bids : channel.asks)[change.price] = change.quantity;
        channel.lastId = updateId;
    }
}

void MarketStreams::onLiquidation(const LiquidationEvent &event)
{
    for (auto &[stream, channel] : m_channels) {
        if (channel.name.kind != StreamKind::ForceOrder ||
            (!channel.name.isAll() && channel.name.symbol != event.order.symbol)) {
            continue;
        }
        const auto known = channel.liquidations.find(event.order.symbol);
        if (known == channel.liquidations.end() || known->second.lastQty < event.lastQty) {
            channel.liquidations[event.order.symbol] = event;
        }
    }
}

void MarketStreams::step(Timestamp now, const Send &send)
{
    for (auto &[stream, channel] : m_channels) {
        if (now >= channel.nextAt) {
            push(stream, channel, now, send);
            channel.nextAt = std::max(channel.nextAt + channel.name.period, now);
        }
    }
}

void MarketStreams::push(const std::string &stream, Channel &channel, Timestamp now, const Send &send)
{
    switch (channel.name.kind) {
    case StreamKind::Depth:
    case StreamKind::PartialDepth:
        return pushDepth(stream, channel, now, send);
    case StreamKind::AggregateTrade:
        return pushAggregates(stream, channel, now, send);
    case StreamKind::Kline:
    case StreamKind::ContinuousKline:
        return pushKlines(stream, channel, now, send);
    case StreamKind::Ticker:
    case StreamKind::MiniTicker:
        return pushTickers(stream, channel, now, send);
    case StreamKind::MarkPrice:
        return pushMarkPrices(stream, channel, now, send);
    case StreamKind::BookTicker:
        return pushBookTickers(stream, channel, now, send);
    case StreamKind::ForceOrder:
        return pushLiquidations(stream, channel, now, send);
    case StreamKind::ContractInfo:
        return pushContracts(stream, channel, now, send);
    case StreamKind::SecondKline:
        return pushSecond(stream, channel, now, send);
    case StreamKind::CompositeIndex:
        if (const auto index = compositeIndex(m_parts.engine, m_parts.market.contracts());
            index && index->symbol == channel.name.symbol) {
            send(stream, payload::compositeIndex(*index, now));
        }
        return;
    case StreamKind::AssetIndex:
        return pushAssetIndices(stream, channel, now, send);
    case StreamKind::TradingSession:
        for (const TraditionalMarket &market : traditionalMarkets()) {
            send(stream, payload::tradingSession(market.eventType, tradingSessionAt(market, now), now));
        }
        return;
    case StreamKind::Trade: // sent as they happen
        return;
    }
}

void MarketStreams::pushContracts(
    const std::string &stream, Channel &channel, Timestamp now, const Send &send)
{
    for (const Symbol &symbol : m_parts.engine.symbols()) {
        const SymbolSpec &spec = *m_parts.engine.spec(symbol);
        const LeverageBrackets &brackets = *m_parts.engine.brackets(symbol);
        auto &[status, known] = channel.contracts[symbol];
        const bool areBracketsNew = known != brackets;
        if (status == spec.statusText && !areBracketsNew) {
            continue;
        }
        send(stream, payload::contractInfo(spec, areBracketsNew ? &brackets : nullptr, now));
        status = spec.statusText;
        known = brackets;
    }
}

/// A second without trades has no bar.
void MarketStreams::pushSecond(const std::string &stream, Channel &channel, Timestamp now, const Send &send)
{
    if (!channel.bar) {
        return;
    }
    const SymbolSpec &spec = *m_parts.engine.spec(channel.name.symbol);
    const bool isClosed = m_parts.market.marketTime(now) >= channel.bar->openAt + 1s;
    if (isClosed || channel.lastId != channel.pushedId) {
        send(stream, payload::secondKline(spec, *channel.bar, isClosed, now));
        channel.pushedId = channel.lastId;
    }
    if (isClosed) {
        channel.bar.reset();
    }
}

void MarketStreams::pushAssetIndices(
    const std::string &stream, const Channel &channel, Timestamp now, const Send &send)
{
    std::vector<std::string> rows;
    for (const AssetIndex &index : assetIndices(m_parts.engine)) {
        if (channel.name.isAll() || index.symbol == channel.name.symbol) {
            rows.push_back(payload::assetIndex(index, now));
        }
    }
    if (!rows.empty()) {
        send(stream, channel.name.isAll() ? arrayOf(rows) : rows.front());
    }
}

void MarketStreams::pushDepth(const std::string &stream, Channel &channel, Timestamp now, const Send &send)
{
    const SymbolSpec &spec = *m_parts.engine.spec(channel.name.symbol);
    if (channel.name.kind == StreamKind::PartialDepth) {
        const auto book = m_parts.engine.book(spec.symbol, channel.name.levels);
        if (!book || book->lastUpdateId == channel.pushedId) {
            return;
        }
        const payload::DepthIds ids{channel.pushedId + 1, book->lastUpdateId, channel.pushedId};
        send(stream, payload::partialDepth(spec, ids, *book, now));
        channel.pushedId = book->lastUpdateId;
        return;
    }
    if (channel.lastId == channel.pushedId) {
        return;
    }
    if (channel.name.withRpi) {
        addRpi(channel);
    }
    const payload::DepthIds ids{channel.pushedId + 1, channel.lastId, channel.pushedId};
    send(stream, payload::depth(spec, ids, channel.bids, channel.asks, now));
    channel.pushedId = channel.lastId;
    channel.bids.clear();
    channel.asks.clear();
}

std::array<payload::LevelChanges, 2> MarketStreams::shownRpi(const Symbol &symbol) const
{
    std::array<payload::LevelChanges, 2> shown;
    for (const Side side : {Side::Buy, Side::Sell}) {
        for (const domain::BookLevel &level : m_parts.engine.rpiLevels(symbol, side)) {
            shown[static_cast<std::size_t>(side)][level.price] = level.quantity;
        }
    }
    return shown;
}

/// Public orders may have hidden or shown RPI orders of other prices, so all of them are looked at.
void MarketStreams::addRpi(Channel &channel) const
{
    auto shown = shownRpi(channel.name.symbol);
    for (const Side side : {Side::Buy, Side::Sell}) {
        const auto at = static_cast<std::size_t>(side);
        payload::LevelChanges &changes = side == Side::Buy ? channel.bids : channel.asks;
        for (const auto *levels : {&channel.shownRpi[at], &shown[at]}) {
            for (const auto &[price, quantity] : *levels) {
                changes[price] = m_parts.engine.publicQuantity(channel.name.symbol, side, price);
            }
        }
        for (const auto &[price, quantity] : shown[at]) {
            changes[price] += quantity;
        }
    }
    channel.shownRpi = std::move(shown);
}

void MarketStreams::pushAggregates(
    const std::string &stream, Channel &channel, Timestamp now, const Send &send)
{
    const SymbolSpec &spec = *m_parts.engine.spec(channel.name.symbol);
    const auto &aggregates = m_parts.tape.aggregates(spec.symbol);
    auto at = std::ranges::lower_bound(aggregates, channel.nextAggregateId, {}, &AggregateTrade::id);
    for (; at != aggregates.end(); ++at) {
        // The newest may still grow; it goes out once it did not for one beat.
        if (std::next(at) == aggregates.end() && at->lastTradeId != channel.growingUpTo) {
            channel.growingUpTo = at->lastTradeId;
            return;
        }
        send(stream, payload::aggregateTrade(spec, *at, now));
        channel.nextAggregateId = at->id + 1;
    }
}

void MarketStreams::pushKlines(const std::string &stream, Channel &channel, Timestamp now, const Send &send)
{
    const SymbolSpec &spec = *m_parts.engine.spec(channel.name.symbol);
    const domain::Interval interval = channel.name.interval;
    const auto write = channel.name.kind == StreamKind::Kline ? &payload::kline : &payload::continuousKline;
    const Timestamp openAt = domain::openTimeOf(m_parts.market.marketTime(now), interval);
    for (; channel.barAt < openAt; channel.barAt = domain::nextOpenTime(channel.barAt, interval)) {
        if (const auto over = m_parts.candles.barAt(spec.symbol, interval, channel.barAt)) {
            send(stream, write(spec, *over, interval, true, now));
        }
        channel.bar.reset();
    }
    const auto bar = m_parts.candles.barAt(spec.symbol, interval, openAt);
    if (bar && bar != channel.bar) {
        send(stream, write(spec, *bar, interval, false, now));
        channel.bar = bar;
    }
}

std::vector<Symbol> MarketStreams::symbolsOf(const Channel &channel) const
{
    return channel.name.isAll() ? m_parts.engine.symbols() : std::vector<Symbol>{channel.name.symbol};
}

void MarketStreams::pushTickers(const std::string &stream, Channel &channel, Timestamp now, const Send &send)
{
    const Timestamp marketAt = m_parts.market.marketTime(now);
    std::vector<std::string> rows;
    for (const Symbol &symbol : symbolsOf(channel)) {
        const auto view = m_parts.engine.market(symbol);
        const auto seen = channel.seen.find(symbol);
        if (seen != channel.seen.end() && seen->second == view->lastTradeId) {
            continue;
        }
        const auto day = m_parts.candles.dayStatistics(symbol, marketAt);
        if (!day) {
            continue;
        }
        channel.seen[symbol] = view->lastTradeId;
        const SymbolSpec &spec = *m_parts.engine.spec(symbol);
        const auto &tape = m_parts.tape.trades(symbol);
        rows.push_back(channel.name.kind == StreamKind::MiniTicker
                           ? payload::miniTicker(spec, *day, now)
                           : payload::ticker(spec, *day, tape.empty() ? Quantity{} : tape.back().quantity,
                                 view->lastTradeId, marketAt, now));
    }
    if (rows.empty()) {
        return;
    }
    send(stream, channel.name.isAll() ? arrayOf(rows) : rows.front());
}

void MarketStreams::pushMarkPrices(
    const std::string &stream, const Channel &channel, Timestamp now, const Send &send)
{
    std::vector<std::string> rows;
    for (const Symbol &symbol : symbolsOf(channel)) {
        rows.push_back(payload::markPrice(*m_parts.engine.spec(symbol), *m_parts.engine.market(symbol),
            m_parts.prices.averageMark(symbol), now));
    }
    send(stream, channel.name.isAll() ? arrayOf(rows) : rows.front());
}

void MarketStreams::pushBookTickers(
    const std::string &stream, Channel &channel, Timestamp now, const Send &send)
{
    for (const Symbol &symbol : symbolsOf(channel)) {
        const auto view = m_parts.engine.market(symbol);
        std::int64_t &seen = channel.seen[symbol];
        if (view->lastUpdateId != seen) {
            seen = view->lastUpdateId;
            send(stream, payload::bookTicker(*m_parts.engine.spec(symbol), *view, now));
        }
    }
}

void MarketStreams::pushLiquidations(
    const std::string &stream, Channel &channel, Timestamp now, const Send &send)
{
    for (const auto &[symbol, event] : channel.liquidations) {
        send(stream, payload::forceOrder(*m_parts.engine.spec(symbol), event, now));
    }
    channel.liquidations.clear();
}

} // namespace paper
