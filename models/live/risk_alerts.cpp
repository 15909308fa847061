#include "models/live/risk_alerts.h"

namespace live
{

RiskAlerts::RiskAlerts(AccountView &account, MarketState &market, ProtectionModel &protection,
    RulesModel &rules, AlertsModel &alerts, QObject *parent)
    : QObject{parent},
      m_account{account},
      m_market{market},
      m_protection{protection},
      m_rules{rules},
      m_alerts{alerts}
{
    // After the protection model, which follows the same signal.
    connect(&protection, &ProtectionModel::changed, this, &RiskAlerts::look);
    connect(&rules, &RulesModel::changed, this, &RiskAlerts::look);
}

void RiskAlerts::setLimits(const domain::WatchLimits &limits)
{
    m_watch.setLimits(limits);
    emit limitsChanged();
}

void RiskAlerts::look()
{
    domain::WatchFacts facts;
    facts.rules = &m_rules.state();
    facts.marks = m_market.isStale() ? nullptr : &m_market.marks();
    if (m_account.isJudgeable()) {
        facts.risk = m_account.risk();
        facts.naked = m_protection.naked();
    }
    const std::size_t prices = m_watch.limits().prices.size();
    for (const domain::Alert &alert : m_watch.look(m_rules.venueNow(), facts)) {
        m_alerts.raise(alert);
    }
    if (m_watch.limits().prices.size() != prices) {
        emit limitsChanged();
    }
}

} // namespace live
