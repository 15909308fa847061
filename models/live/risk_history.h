#pragma once

#include "models/domain/risk/ratio_history.h"
#include "models/live/account_view.h"

#include <QObject>

namespace live
{

/// The worst margin ratio over the session, as far as it was known from live prices: what was stale is a gap.
class RiskHistory final : public QObject
{
    Q_OBJECT
public:
    RiskHistory(AccountView &account, const domain::Clock &clock, QObject *parent = nullptr);

    const domain::RatioHistory &ratios() const { return m_ratios; }
    domain::Timestamp now() const { return m_clock.wallNow(); }

signals:
    void grew(); ///< at most once a second

private:
    void sample();

    AccountView &m_account;
    const domain::Clock &m_clock;
    domain::RatioHistory m_ratios;
    domain::Timestamp m_toldAt;
};

} // namespace live
