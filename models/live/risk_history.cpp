#include "models/live/risk_history.h"

#include "models/live/positions_model.h"

namespace live
{

using namespace std::chrono_literals;

RiskHistory::RiskHistory(
    AccountView &account, MarketState &market, const domain::Clock &clock, QObject *parent)
    : QObject{parent},
      m_account{account},
      m_market{market},
      m_clock{clock}
{
    connect(&account, &AccountView::riskChanged, this, &RiskHistory::sample);
}

void RiskHistory::sample()
{
    const domain::AccountRisk *risk = m_account.risk();
    const bool isLive = risk && m_account.state()->isReconciled &&
                        (risk->positions.empty() || (risk->allMarksLive && !m_market.isStale()));
    if (!isLive) {
        return;
    }
    const domain::Timestamp now = m_clock.wallNow();
    m_ratios.add(now, worstRatio(*risk));
    if (now - m_toldAt >= 1s || now < m_toldAt) {
        m_toldAt = now;
        emit grew();
    }
}

} // namespace live
