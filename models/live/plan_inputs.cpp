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
    connect(&market, &MarketState::fundingIntervalsChanged, this, &PlanInputs::changed);
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

PlanInputs::FundingRhythm PlanInputs::fundingRhythm() const
{
    const domain::MarkPrice *mark = m_market.mark(m_symbol);
    const bool isNextKnown = mark && mark->nextFundingAt != domain::Timestamp{};
    // Settlements fall on multiples of their interval from midnight UTC: 12:00 cannot be one of eight hours.
    const auto fits = [&](domain::Milliseconds interval) {
        return !isNextKnown || mark->nextFundingAt.time_since_epoch() % 24h % interval == 0ms;
    };
    const auto given = m_market.fundingInterval(m_symbol);
    if (given && fits(*given)) {
        return {*given, true};
    }
    if (const auto seen = m_fundingIntervals.find(m_symbol); seen != m_fundingIntervals.end()) {
        return {seen->second, false};
    }
    for (const domain::Milliseconds interval : {domain::Milliseconds{8h}, domain::Milliseconds{4h}}) {
        if (fits(interval)) {
            return {interval, false};
        }
    }
    return {1h, false};
}

domain::DraftContext PlanInputs::context() const
{
    domain::DraftContext context = m_account.draftContext(m_symbol);
    context.book = m_book.get();
    if (!m_symbol.empty()) {
        m_ranges.want(m_symbol);
    }
    context.averageRange = averageRange();
    const FundingRhythm rhythm = fundingRhythm();
    context.fundingInterval = rhythm.interval;
    context.isFundingIntervalGiven = rhythm.isGiven;
    context.fundingIntervalAge = rhythm.isGiven ? m_market.fundingIntervalAge() : std::nullopt;
    return context;
}

} // namespace live
