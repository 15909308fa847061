#pragma once

#include "models/live/health_model.h"
#include "models/ports/trading.h"

#include <QObject>
#include <QTimer>

#include <optional>

namespace live
{

/// The user's own rules, the day's counts and the lock, as the order path has them.
class RulesModel final : public QObject
{
    Q_OBJECT
public:
    RulesModel(
        ports::Trading &trading, HealthModel &health, const domain::Clock &clock, QObject *parent = nullptr);

    const domain::RuleState &state() const { return *m_state; }
    QFuture<ports::Result<bool>> set(const domain::RiskRules &rules) { return m_trading.setRiskRules(rules); }
    /// The exchange's time, as far as it is known.
    domain::Timestamp venueNow() const;
    /// Until the lock ends; nothing where there is none.
    std::optional<domain::Milliseconds> lockedFor() const;

signals:
    void changed();
    /// Each second while something counts down.
    void ticked();

private:
    void take(const ports::RulesPtr &state);

    ports::Trading &m_trading;
    HealthModel &m_health;
    const domain::Clock &m_clock;
    ports::RulesPtr m_state;
    domain::Timestamp m_heardAt; ///< the exchange's time …
    domain::Monotonic m_heardOn; ///< … at that moment
    QTimer m_ticking;
};

/// "Opening is locked for 3 h 12 min. Daily loss: …"
QString lockSentence(const domain::RuleLock &lock, domain::Milliseconds left);
/// A countdown that does not jump in width: "03:12:05", "1 d 03:12:05".
QString countdownText(domain::Milliseconds left);

} // namespace live
