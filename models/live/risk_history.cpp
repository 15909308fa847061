#include "models/live/risk_history.h"

#include "models/live/positions_model.h"

namespace live
{

using namespace std::chrono_literals;

RiskHistory::RiskHistory(AccountView &account, const domain::Clock &clock, QObject *parent)
    : QObject{parent},
      m_account{account},
      m_clock{clock}
{
    connect(&account, &AccountView::riskChanged, this, &RiskHistory::sample);
}

void RiskHistory::sample()
{
    if (!m_account.isJudgeable()) {
        return;
    }
    const domain::Timestamp now = m_clock.wallNow();
    m_ratios.add(now, worstRatio(*m_account.risk()));
    if (now - m_toldAt >= 1s || now < m_toldAt) {
        m_toldAt = now;
        emit grew();
    }
}

} // namespace live
