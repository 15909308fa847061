#pragma once

#include "models/live/account_view.h"
#include "models/live/range_book.h"

#include <QObject>

#include <map>
#include <optional>

namespace live
{

/// What planning a trade needs besides account and prices: the live order book, the average true range of the
/// hourly candles and the rhythm of funding, all of one symbol.
class PlanInputs final : public QObject
{
    Q_OBJECT
public:
    PlanInputs(ports::MarketData &marketData, MarketState &market, AccountView &account, RangeBook &ranges,
        QObject *parent = nullptr);

    /// Watches this symbol from now on; the same one again changes nothing.
    void follow(const domain::Symbol &symbol);
    /// What is known for planning a trade of the followed symbol; borrows from the live models until the next
    /// event is handled.
    domain::DraftContext context() const;
    /// ATR of 14 closed hourly candles; nothing before they came.
    std::optional<domain::Price> averageRange() const { return m_ranges.range(m_symbol); }
    struct FundingRhythm
    {
        domain::Milliseconds interval;
        bool isGiven = false; ///< by the exchange; else seen, or guessed from the hour of the next settlement
    };
    /// How often funding is settled.
    FundingRhythm fundingRhythm() const;
    bool isBookLive() const { return m_book && m_book->state == domain::BookView::State::Live; }

signals:
    /// Another range, another state of the book or other intervals of funding; a moving book alone does not
    /// tell.
    void changed();

private:
    void takeBook(const ports::BookViewPtr &book);
    void takeMarks(const ports::MarkPricesPtr &marks);

    ports::MarketData &m_marketData;
    MarketState &m_market;
    AccountView &m_account;
    RangeBook &m_ranges;
    domain::Symbol m_symbol;
    ports::Subscription m_claim;
    ports::BookViewPtr m_book;
    std::map<domain::Symbol, domain::Timestamp> m_nextFunding;
    std::map<domain::Symbol, domain::Milliseconds> m_fundingIntervals; ///< as seen
};

} // namespace live
