#include "models/live/market_state.h"

#include <algorithm>
#include <chrono>

namespace live
{

using namespace std::chrono_literals;

namespace
{

// Old data is to be marked within two seconds: the watch adds up to its own interval.
constexpr domain::Milliseconds staleAfter{1'800};
constexpr domain::Milliseconds watchInterval{200};

} // namespace

MarketState::MarketState(ports::MarketData &marketData, const domain::Clock &clock, QObject *parent)
    : QObject{parent},
      m_marketData{marketData},
      m_clock{clock}
{
    connect(&marketData, &ports::MarketData::exchangeInfoChanged, this, &MarketState::setExchangeInfo);
    connect(&marketData, &ports::MarketData::tickersChanged, this, [this](const ports::TickersPtr &changed) {
        for (const domain::Ticker &ticker : *changed) {
            Entry &entry = m_entries[ticker.symbol];
            entry.ticker = ticker;
            entry.tickerAt = m_clock.monotonicNow();
        }
        noteStream();
        emit tickersChanged(changed);
    });
    connect(&marketData, &ports::MarketData::markPricesChanged, this,
        [this](const ports::MarkPricesPtr &changed) {
            for (const domain::MarkPrice &mark : *changed) {
                m_markPrices[mark.symbol] = mark;
                m_entries[mark.symbol].markAt = m_clock.monotonicNow();
            }
            noteStream();
            emit marksChanged(changed);
        });
    connect(&marketData, &ports::MarketData::bookTickersChanged, this,
        [this](const ports::BookTickersPtr &changed) {
            for (const domain::BookTicker &best : *changed) {
                Entry &entry = m_entries[best.symbol];
                entry.bookTicker = best;
                entry.bookAt = m_clock.monotonicNow();
            }
            emit bookTickersChanged(changed);
        });
    connect(
        &marketData, &ports::MarketData::fundingIntervalsChanged, this, &MarketState::setFundingIntervals);
    ports::whenFinished(marketData.fundingIntervals(), this,
        [this](const ports::Result<ports::FundingIntervalsPtr> &intervals) {
            if (intervals) { // else they are tried again, and told
                setFundingIntervals(*intervals);
            }
        });
    m_tickersClaim = marketData.watchAllTickers();
    m_marksClaim = marketData.watchAllMarkPrices();
    m_retry.setSingleShot(true);
    m_retry.setInterval(3s);
    connect(&m_retry, &QTimer::timeout, this, &MarketState::loadExchangeInfo);
    m_watching.setInterval(watchInterval);
    connect(&m_watching, &QTimer::timeout, this, &MarketState::checkStale);
    m_watching.start();
    loadExchangeInfo();
}

void MarketState::setFundingIntervals(const ports::FundingIntervalsPtr &intervals)
{
    m_fundingIntervals = intervals;
    m_fundingIntervalsAt = m_clock.monotonicNow();
    emit fundingIntervalsChanged();
}

std::optional<domain::Milliseconds> MarketState::fundingInterval(const domain::Symbol &symbol) const
{
    if (!m_fundingIntervals) {
        return std::nullopt;
    }
    const auto given = m_fundingIntervals->find(symbol);
    return given == m_fundingIntervals->end() ? domain::usualFundingInterval : given->second;
}

std::optional<domain::Milliseconds> MarketState::fundingIntervalAge() const
{
    return m_fundingIntervals ? std::optional{since(m_fundingIntervalsAt)} : std::nullopt;
}

void MarketState::noteStream()
{
    m_streamAt = m_clock.monotonicNow();
    checkStale();
}

void MarketState::checkStale()
{
    const auto silent = silentFor();
    const bool isStale = silent && *silent > staleAfter;
    if (isStale != m_isStale) {
        m_isStale = isStale;
        emit staleChanged();
    }
}

std::optional<domain::Milliseconds> MarketState::silentFor() const
{
    return m_streamAt ? std::optional{since(*m_streamAt)} : std::nullopt;
}

void MarketState::loadExchangeInfo()
{
    ports::whenFinished(
        m_marketData.exchangeInfo(), this, [this](const ports::Result<ports::ExchangeInfoPtr> &info) {
            if (info) {
                setExchangeInfo(*info);
            } else if (!m_info) {
                m_retry.start();
            }
        });
}

void MarketState::setExchangeInfo(const ports::ExchangeInfoPtr &info)
{
    if (!info || info == m_info) {
        return;
    }
    m_info = info;
    m_specs.clear();
    for (const domain::SymbolSpec &spec : info->symbols) {
        m_specs[spec.symbol] = &spec;
    }
    emit exchangeInfoChanged();
}

const domain::SymbolSpec *MarketState::spec(const domain::Symbol &symbol) const
{
    const auto found = m_specs.find(symbol);
    return found == m_specs.end() ? nullptr : found->second;
}

void MarketState::noteHeard(const domain::Symbol &symbol)
{
    m_entries[symbol].bookAt = m_clock.monotonicNow();
}

domain::Milliseconds MarketState::since(domain::Monotonic at) const
{
    return std::chrono::duration_cast<domain::Milliseconds>(m_clock.monotonicNow() - at);
}

domain::AgedPrice MarketState::aged(domain::Price price, const std::optional<domain::Monotonic> &at) const
{
    return at ? domain::AgedPrice{price, since(*at)} : domain::AgedPrice{};
}

domain::AgedPrice MarketState::agedMark(const domain::Symbol &symbol) const
{
    const Entry *entry = find(symbol);
    const domain::MarkPrice *known = mark(symbol);
    return entry && known ? aged(known->mark, entry->markAt) : domain::AgedPrice{};
}

domain::AgedPrice MarketState::agedLast(const domain::Symbol &symbol) const
{
    const Entry *entry = find(symbol);
    return entry && entry->ticker ? aged(entry->ticker->last, entry->tickerAt) : domain::AgedPrice{};
}

domain::AgedPrice MarketState::agedBid(const domain::Symbol &symbol) const
{
    const Entry *entry = find(symbol);
    return entry && entry->bookTicker ? aged(entry->bookTicker->bid, entry->bookAt) : domain::AgedPrice{};
}

domain::AgedPrice MarketState::agedAsk(const domain::Symbol &symbol) const
{
    const Entry *entry = find(symbol);
    return entry && entry->bookTicker ? aged(entry->bookTicker->ask, entry->bookAt) : domain::AgedPrice{};
}

const MarketState::Entry *MarketState::find(const domain::Symbol &symbol) const
{
    const auto found = m_entries.find(symbol);
    return found == m_entries.end() ? nullptr : &found->second;
}

const domain::Ticker *MarketState::ticker(const domain::Symbol &symbol) const
{
    const Entry *entry = find(symbol);
    return entry && entry->ticker ? &*entry->ticker : nullptr;
}

const domain::MarkPrice *MarketState::mark(const domain::Symbol &symbol) const
{
    const auto found = m_markPrices.find(symbol);
    return found == m_markPrices.end() ? nullptr : &found->second;
}

const domain::BookTicker *MarketState::bookTicker(const domain::Symbol &symbol) const
{
    const Entry *entry = find(symbol);
    return entry && entry->bookTicker ? &*entry->bookTicker : nullptr;
}

std::optional<domain::Price> MarketState::markPrice(const domain::Symbol &symbol) const
{
    if (const domain::MarkPrice *known = mark(symbol); known && known->mark.isPositive()) {
        return known->mark;
    }
    if (const domain::Ticker *known = ticker(symbol); known && known->last.isPositive()) {
        return known->last;
    }
    return std::nullopt;
}

std::optional<domain::Price> MarketState::takerPrice(const domain::Symbol &symbol, domain::Side side) const
{
    if (const domain::BookTicker *best = bookTicker(symbol)) {
        const domain::Price price = side == domain::Side::Buy ? best->ask : best->bid;
        if (price.isPositive()) {
            return price;
        }
    }
    if (const domain::Ticker *known = ticker(symbol); known && known->last.isPositive()) {
        return known->last;
    }
    return markPrice(symbol);
}

std::optional<domain::Milliseconds> MarketState::age(const domain::Symbol &symbol) const
{
    const Entry *entry = find(symbol);
    std::optional<domain::Monotonic> newest;
    if (entry) {
        for (const auto &at : {entry->tickerAt, entry->markAt, entry->bookAt}) {
            newest = std::max(newest, at);
        }
    }
    return newest ? std::optional{since(*newest)} : std::nullopt;
}

int MarketState::priceDecimals(const domain::Symbol &symbol) const
{
    const domain::SymbolSpec *known = spec(symbol);
    return known ? known->priceDecimals() : 2;
}

int MarketState::quantityDecimals(const domain::Symbol &symbol) const
{
    const domain::SymbolSpec *known = spec(symbol);
    return known ? known->quantityDecimals() : 3;
}

} // namespace live
