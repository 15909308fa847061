#pragma once

#include "models/domain/order.h"
#include "models/domain/risk/pretrade.h"
#include "models/ports/market_data.h"

#include <QObject>
#include <QTimer>

#include <optional>
#include <unordered_map>

namespace live
{

/// The newest ticker, mark price and best bid and ask of each symbol, and the specifications. The one place
/// where the window looks a price up.
class MarketState final : public QObject
{
    Q_OBJECT
public:
    MarketState(ports::MarketData &marketData, const domain::Clock &clock, QObject *parent = nullptr);

    ports::ExchangeInfoPtr exchangeInfo() const { return m_info; }
    /// nullptr before the specifications came, or where the venue does not list the symbol.
    const domain::SymbolSpec *spec(const domain::Symbol &symbol) const;
    const domain::Ticker *ticker(const domain::Symbol &symbol) const;
    const domain::MarkPrice *mark(const domain::Symbol &symbol) const;
    const domain::BookTicker *bookTicker(const domain::Symbol &symbol) const;
    /// Mark price, else the last price; nothing before either came.
    std::optional<domain::Price> markPrice(const domain::Symbol &symbol) const;
    /// Price a taker meets on that side: best ask to buy, best bid to sell; else the last price.
    std::optional<domain::Price> takerPrice(const domain::Symbol &symbol, domain::Side side) const;
    /// Time since any market message named the symbol; nothing before the first.
    std::optional<domain::Milliseconds> age(const domain::Symbol &symbol) const;
    /// Time since tickers or mark prices of any symbol came, which a working stream sends every second;
    /// nothing before the first.
    std::optional<domain::Milliseconds> silentFor() const;
    /// What is shown of the market is older than its stream's rhythm.
    bool isStale() const { return m_isStale; }
    /// Order book and trades come by the same stream as the best bid and ask: they keep those fresh, too.
    void noteHeard(const domain::Symbol &symbol);

    const domain::MarkPrices &marks() const { return m_markPrices; }
    // With the time since the venue last confirmed them; price 0 where not known.
    domain::AgedPrice agedMark(const domain::Symbol &symbol) const;
    domain::AgedPrice agedLast(const domain::Symbol &symbol) const;
    domain::AgedPrice agedBid(const domain::Symbol &symbol) const;
    domain::AgedPrice agedAsk(const domain::Symbol &symbol) const;

    /// As the venue gives it; nothing before it did.
    std::optional<domain::Milliseconds> fundingInterval(const domain::Symbol &symbol) const;
    /// Since the venue gave the intervals; nothing before.
    std::optional<domain::Milliseconds> fundingIntervalAge() const;

    int priceDecimals(const domain::Symbol &symbol) const;    ///< 2 while the specification is not known
    int quantityDecimals(const domain::Symbol &symbol) const; ///< 3 while the specification is not known

signals:
    void exchangeInfoChanged();
    void tickersChanged(const ports::TickersPtr &changed);
    void bookTickersChanged(const ports::BookTickersPtr &changed);
    void marksChanged(const ports::MarkPricesPtr &changed);
    void fundingIntervalsChanged();
    void staleChanged();

private:
    struct Entry
    {
        std::optional<domain::Ticker> ticker;
        std::optional<domain::BookTicker> bookTicker;
        std::optional<domain::Monotonic> tickerAt;
        std::optional<domain::Monotonic> markAt;
        std::optional<domain::Monotonic> bookAt; ///< best bid and ask, order book or trades
    };
    void loadExchangeInfo();
    void noteStream();
    void checkStale();
    void setFundingIntervals(const ports::FundingIntervalsPtr &intervals);
    void setExchangeInfo(const ports::ExchangeInfoPtr &info);
    domain::AgedPrice aged(domain::Price price, const std::optional<domain::Monotonic> &at) const;
    domain::Milliseconds since(domain::Monotonic at) const;
    const Entry *find(const domain::Symbol &symbol) const;

    ports::MarketData &m_marketData;
    const domain::Clock &m_clock;
    ports::ExchangeInfoPtr m_info;
    ports::FundingIntervalsPtr m_fundingIntervals;
    domain::Monotonic m_fundingIntervalsAt{};
    std::unordered_map<domain::Symbol, const domain::SymbolSpec *> m_specs; ///< into m_info
    std::unordered_map<domain::Symbol, Entry> m_entries;
    domain::MarkPrices m_markPrices;
    std::optional<domain::Monotonic> m_streamAt; ///< the last tickers or mark prices
    bool m_isStale = false;
    ports::Subscription m_tickersClaim;
    ports::Subscription m_marksClaim;
    QTimer m_retry;
    QTimer m_watching;
};

} // namespace live
