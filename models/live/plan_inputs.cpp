#include "models/live/plan_inputs.h"

#include "models/domain/market/average_true_range.h"

#include <algorithm>

namespace live
{

using namespace std::chrono_literals;

namespace
{
/// Wilder's average remembers long, but what 200 candles ago weighs is below a millionth.
constexpr int candlesLookedAt = 215;
} // namespace

PlanInputs::PlanInputs(ports::MarketData &marketData, MarketState &market, AccountView &account,
    const domain::Clock &clock, QObject *parent)
    : QObject{parent},
      m_marketData{marketData},
      m_market{market},
      m_account{account},
      m_clock{clock}
{
    connect(&marketData, &ports::MarketData::bookChanged, this, &PlanInputs::takeBook);
    connect(&market, &MarketState::marksChanged, this, &PlanInputs::takeMarks);
}

void PlanInputs::follow(const domain::Symbol &symbol)
{
    if (symbol == m_symbol) {
        return;
    }
    m_symbol = symbol;
    m_book.reset();
    m_range.reset();
    m_candles.reset();
    m_claim = {};
    if (!symbol.empty()) {
        m_claim = m_marketData.watchBook(symbol);
        m_candles = std::make_unique<CandleFeed>(m_marketData, m_clock, symbol, domain::Interval::H1);
        const CandleSeries &series = m_candles->series();
        connect(&series, &CandleSeries::barsAppended, this, &PlanInputs::measureRange);
        connect(&series, &CandleSeries::pastChanged, this, &PlanInputs::measureRange);
        connect(&series, &CandleSeries::reset, this, &PlanInputs::measureRange);
        measureRange();
    }
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

void PlanInputs::measureRange()
{
    const CandleSeries &series = m_candles->series();
    std::vector<domain::Candle> candles;
    for (int index = std::max(0, series.size() - candlesLookedAt); index < series.size(); ++index) {
        const ExactBar bar = series.exactAt(index);
        domain::Candle candle;
        candle.openAt = bar.openAt;
        candle.open = bar.open;
        candle.high = bar.high;
        candle.low = bar.low;
        candle.close = bar.close;
        candle.isClosed = bar.isClosed;
        candles.push_back(candle);
    }
    const auto range = domain::averageTrueRange(candles);
    if (range != m_range) {
        m_range = range;
        emit changed();
    }
}

domain::DraftContext PlanInputs::context() const
{
    domain::DraftContext context = m_account.draftContext(m_symbol);
    context.book = m_book.get();
    context.averageRange = m_range;
    context.fundingInterval = fundingInterval();
    return context;
}

} // namespace live
