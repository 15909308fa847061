#include "models/live/plan_inputs.h"

namespace live
{

using namespace std::chrono_literals;

PlanInputs::PlanInputs(ports::MarketData &marketData, MarketState &market, AccountView &account,
    RangeBook &ranges, QObject *parent)
    : QObject{parent},
      m_marketData{marketData},
      m_market{market},
      m_account{account},
      m_ranges{ranges}
{
    connect(&marketData, &ports::MarketData::bookChanged, this, &PlanInputs::takeBook);
    connect(&market, &MarketState::marksChanged, this, &PlanInputs::takeMarks);
    connect(&ranges, &RangeBook::changed, this, &PlanInputs::changed);
}

void PlanInputs::follow(const domain::Symbol &symbol)
{
    if (symbol == m_symbol) {
        return;
    }
    m_symbol = symbol;
    m_book.reset();
    m_claim = symbol.empty() ? ports::Subscription{} : m_marketData.watchBook(symbol);
    emit changed();
}

void PlanInputs::takeBook(const ports::BookViewPtr &book)
{
    if (book->symbol != m_symbol) {
        return;
    }
    const bool wasLive = isBookLive();
    m_book = book;
    if (isBookLive() != wasLive) {
        emit changed();
    }
}

void PlanInputs::takeMarks(const ports::MarkPricesPtr &marks)
{
    for (const domain::MarkPrice &mark : *marks) {
        auto &known = m_nextFunding[mark.symbol];
        const auto step = mark.nextFundingAt - known;
        if (known != domain::Timestamp{} && step >= 1h && step <= 24h) {
            m_fundingIntervals[mark.symbol] = step;
        }
        known = mark.nextFundingAt;
    }
}

domain::Milliseconds PlanInputs::fundingInterval() const
{
    if (const auto seen = m_fundingIntervals.find(m_symbol); seen != m_fundingIntervals.end()) {
        return seen->second;
    }
    const domain::MarkPrice *mark = m_market.mark(m_symbol);
    if (!mark || mark->nextFundingAt == domain::Timestamp{}) {
        return 8h;
    }
    // Settlements fall on multiples of their interval from midnight UTC: 12:00 cannot be one of eight hours.
    const auto sinceMidnight = mark->nextFundingAt.time_since_epoch() % 24h;
    for (const domain::Milliseconds interval : {domain::Milliseconds{8h}, domain::Milliseconds{4h}}) {
        if (sinceMidnight % interval == 0ms) {
            return interval;
        }
    }
    return 1h;
}

domain::DraftContext PlanInputs::context() const
{
    domain::DraftContext context = m_account.draftContext(m_symbol);
    context.book = m_book.get();
    if (!m_symbol.empty()) {
        m_ranges.want(m_symbol);
    }
    context.averageRange = averageRange();
    context.fundingInterval = fundingInterval();
    return context;
}

} // namespace live
