#include "models/live/candle_feed.h"

#include <algorithm>
#include <utility>

using namespace domain;
using namespace std::chrono_literals;

namespace live
{
namespace
{
constexpr int pageLength = 1000;
constexpr std::size_t mostHeldBars = 1500;
constexpr Milliseconds firstPause = 2s;
constexpr Milliseconds longestPause = 30s;
constexpr Milliseconds holeRetryPause = 3s;
constexpr Milliseconds olderDebounce = 60ms;
constexpr Milliseconds ageCheckInterval = 1s;
} // namespace

CandleFeed::CandleFeed(
    ports::MarketData &market, const Clock &clock, Symbol symbol, Interval interval, QObject *parent)
    : QObject{parent},
      m_market{market},
      m_clock{clock},
      m_series{std::move(symbol), interval},
      m_freshAt{clock.monotonicNow()},
      m_retryPause{firstPause}
{
    m_retryTimer.setSingleShot(true);
    m_olderTimer.setSingleShot(true);
    connect(&m_retryTimer, &QTimer::timeout, this, &CandleFeed::loadNewest);
    connect(&m_olderTimer, &QTimer::timeout, this, &CandleFeed::requestOlder);
    connect(&m_ageTimer, &QTimer::timeout, this, &CandleFeed::checkAge);
    connect(&m_market, &ports::MarketData::candlesChanged, this, &CandleFeed::onUpdate);
    // The stream first: what happens while the page is on its way is held, not lost.
    m_claim = m_market.watchCandles(m_series.symbol(), m_series.interval());
    m_ageTimer.start(ageCheckInterval);
    loadNewest();
}

void CandleFeed::loadNewest()
{
    if (m_newestInFlight) {
        return;
    }
    m_newestInFlight = true;
    m_series.setState(CandleSeries::State::Loading);
    ports::whenFinished(m_market.candles({m_series.symbol(), m_series.interval(), {}, {}, pageLength}), this,
        [this](const Result<ports::CandlesPtr> &page) { onNewest(page); });
}

void CandleFeed::onNewest(const Result<ports::CandlesPtr> &page)
{
    m_newestInFlight = false;
    if (!page) {
        m_series.setState(CandleSeries::State::Failed, QString::fromStdString(page.error().detail));
        m_retryTimer.start(m_retryPause);
        m_retryPause = std::min(m_retryPause * 2, longestPause);
        return;
    }
    m_hasFirstPage = true;
    m_retryPause = firstPause;
    auto bars = **page;
    const auto held = std::exchange(m_beforeFirstPage, {});
    m_series.merge(std::move(bars));
    m_series.merge(held);
    markFresh();
}

void CandleFeed::retry()
{
    if (m_hasFirstPage) {
        return;
    }
    m_retryTimer.stop();
    m_retryPause = firstPause;
    loadNewest();
}

void CandleFeed::onUpdate(const ports::CandleUpdate &update)
{
    if (update.symbol != m_series.symbol() || update.interval != m_series.interval() ||
        update.candles.empty()) {
        return;
    }
    if (!m_hasFirstPage) {
        m_beforeFirstPage.insert(m_beforeFirstPage.end(), update.candles.begin(), update.candles.end());
        if (m_beforeFirstPage.size() > mostHeldBars) {
            m_beforeFirstPage.erase(m_beforeFirstPage.begin(), m_beforeFirstPage.end() - mostHeldBars / 2);
        }
        return;
    }
    const auto newestBefore = m_series.newest();
    m_series.merge(update.candles);
    markFresh();
    const auto firstNew = std::ranges::find_if(
        update.candles, [&](const Candle &candle) { return !newestBefore || candle.openAt > *newestBefore; });
    if (newestBefore && firstNew != update.candles.end() &&
        firstNew->openAt > nextOpenTime(*newestBefore, m_series.interval())) {
        closeHole(*newestBefore, firstNew->openAt);
    }
}

void CandleFeed::closeHole(Timestamp from, Timestamp to)
{
    if (m_holeInFlight) {
        return;
    }
    m_holeInFlight = true;
    ports::whenFinished(m_market.candles({m_series.symbol(), m_series.interval(), from, to, pageLength}),
        this, [this, from, to](const Result<ports::CandlesPtr> &page) {
            m_holeInFlight = false;
            if (!page) {
                QTimer::singleShot(holeRetryPause, this, [this, from, to] { closeHole(from, to); });
                return;
            }
            m_series.merge(**page);
            const bool isFull = (*page)->size() >= pageLength;
            if (isFull && (*page)->back().openAt > from && (*page)->back().openAt < to) {
                closeHole((*page)->back().openAt, to);
            }
        });
}

void CandleFeed::loadOlder()
{
    if (m_hasFirstPage && !m_historyEnded && !m_olderInFlight && !m_olderTimer.isActive()) {
        m_olderTimer.start(olderDebounce);
    }
}

void CandleFeed::requestOlder()
{
    const auto oldest = m_series.oldest();
    if (m_olderInFlight || !oldest) {
        return;
    }
    m_olderInFlight = true;
    ports::whenFinished(
        m_market.candles({m_series.symbol(), m_series.interval(), {}, *oldest - 1ms, pageLength}), this,
        [this](const Result<ports::CandlesPtr> &page) { onOlder(page); });
}

void CandleFeed::onOlder(const Result<ports::CandlesPtr> &page)
{
    m_olderInFlight = false;
    if (!page) {
        emit olderFailed(QString::fromStdString(page.error().detail));
        return;
    }
    const auto before = m_series.oldest();
    m_series.merge(**page);
    m_historyEnded = m_series.oldest() == before;
    emit olderLoaded(m_historyEnded);
}

void CandleFeed::markFresh()
{
    m_freshAt = m_clock.monotonicNow();
    m_series.setState(CandleSeries::State::Live);
}

void CandleFeed::checkAge()
{
    const auto age = std::chrono::floor<std::chrono::seconds>(m_clock.monotonicNow() - m_freshAt);
    if (m_hasFirstPage && age > m_staleAfter) {
        m_series.setState(
            CandleSeries::State::Stale, tr("No update for %1 s").arg(static_cast<qlonglong>(age.count())));
    }
}

} // namespace live
