#pragma once

#include "models/live/candle_series.h"
#include "models/ports/market_data.h"

#include <QTimer>

#include <vector>

namespace live
{

/// Keeps one CandleSeries filled: newest page, live stream, holes, and older pages when asked. A page that
/// fails is asked for again with growing pauses; the series says so meanwhile.
class CandleFeed : public QObject
{
    Q_OBJECT
public:
    /// Both references outlive the feed. clock: for the age of the data.
    CandleFeed(ports::MarketData &market, const domain::Clock &clock, domain::Symbol symbol,
        domain::Interval interval, QObject *parent = nullptr);

    CandleSeries &series() { return m_series; }
    const CandleSeries &series() const { return m_series; }
    /// Asks for the page before the oldest bar, unless one is on its way or the venue has no older one.
    void loadOlder();
    bool isLoadingOlder() const { return m_olderInFlight; }
    /// The venue has nothing before the oldest bar.
    bool historyEnded() const { return m_historyEnded; }
    /// Tries the first page again at once instead of after the pause.
    void retry();
    /// After this long without an update the series is Stale. Default 60 s.
    void setStaleAfter(domain::Milliseconds age) { m_staleAfter = age; }
    /// Compares the age of the data with the clock; the feed does so by itself each second.
    void checkAge();

signals:
    void olderLoaded(bool historyEnded);
    void olderFailed(const QString &text);

private:
    void loadNewest();
    void onNewest(const domain::Result<ports::CandlesPtr> &page);
    void onUpdate(const ports::CandleUpdate &update);
    void requestOlder();
    void onOlder(const domain::Result<ports::CandlesPtr> &page);
    void closeHole(domain::Timestamp from, domain::Timestamp to);
    void markFresh();

    ports::MarketData &m_market;
    const domain::Clock &m_clock;
    CandleSeries m_series;
    ports::Subscription m_claim;
    std::vector<domain::Candle> m_beforeFirstPage; ///< live bars that came before the first page
    QTimer m_retryTimer;
    QTimer m_olderTimer;
    QTimer m_ageTimer;
    domain::Monotonic m_freshAt;
    domain::Milliseconds m_staleAfter{60'000};
    domain::Milliseconds m_retryPause;
    bool m_hasFirstPage = false;
    bool m_newestInFlight = false;
    bool m_olderInFlight = false;
    bool m_holeInFlight = false;
    bool m_historyEnded = false;
};

} // namespace live
