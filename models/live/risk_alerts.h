#pragma once

#include "models/domain/risk/risk_watch.h"
#include "models/live/alerts_model.h"
#include "models/live/protection_model.h"
#include "models/live/rules_model.h"

#include <QObject>

namespace live
{

/// Looks at the account's risk each time it was computed anew and raises what a person should be told.
class RiskAlerts final : public QObject
{
    Q_OBJECT
public:
    RiskAlerts(AccountView &account, MarketState &market, ProtectionModel &protection, RulesModel &rules,
        AlertsModel &alerts, QObject *parent = nullptr);

    const domain::WatchLimits &limits() const { return m_watch.limits(); }
    void setLimits(const domain::WatchLimits &limits);

signals:
    /// Also where a price was reached and needs no watching any more.
    void limitsChanged();

private:
    void look();

    AccountView &m_account;
    MarketState &m_market;
    ProtectionModel &m_protection;
    RulesModel &m_rules;
    AlertsModel &m_alerts;
    domain::RiskWatch m_watch;
};

} // namespace live
