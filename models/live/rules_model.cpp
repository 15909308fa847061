#include "models/live/rules_model.h"

#include "models/live/text.h"

#include <algorithm>
#include <chrono>

namespace live
{

using namespace std::chrono_literals;

RulesModel::RulesModel(
    ports::Trading &trading, HealthModel &health, const domain::Clock &clock, QObject *parent)
    : QObject{parent},
      m_trading{trading},
      m_health{health},
      m_clock{clock},
      m_state{trading.riskRules()}
{
    connect(&trading, &ports::Trading::riskRulesChanged, this, &RulesModel::take);
    const auto noteTime = [this] {
        m_heardAt = m_health.state().venueNow;
        m_heardOn = m_clock.monotonicNow();
    };
    connect(&health, &HealthModel::healthChanged, this, noteTime);
    noteTime();
    m_ticking.setInterval(1s);
    connect(&m_ticking, &QTimer::timeout, this, &RulesModel::ticked);
    take(m_state);
}

void RulesModel::take(const ports::RulesPtr &state)
{
    m_state = state;
    m_state->lock || m_state->pending ? m_ticking.start() : m_ticking.stop();
    emit changed();
}

domain::Timestamp RulesModel::venueNow() const
{
    if (m_heardAt == domain::Timestamp{}) {
        return m_clock.wallNow();
    }
    return m_heardAt + std::chrono::duration_cast<domain::Milliseconds>(m_clock.monotonicNow() - m_heardOn);
}

std::optional<domain::Milliseconds> RulesModel::lockedFor() const
{
    if (!m_state->lock) {
        return std::nullopt;
    }
    return std::max<domain::Milliseconds>(0ms, m_state->lock->until - venueNow());
}

QString lockSentence(const domain::RuleLock &lock, domain::Milliseconds left)
{
    return RulesModel::tr("Opening is locked for %1. %2").arg(countdownText(left), toQString(lock.text));
}

QString countdownText(domain::Milliseconds left)
{
    const auto seconds =
        std::chrono::ceil<std::chrono::seconds>(std::max<domain::Milliseconds>(0ms, left)).count();
    const QString clock = QStringLiteral("%1:%2:%3")
                              .arg(seconds / 3'600 % 24, 2, 10, QLatin1Char{'0'})
                              .arg(seconds / 60 % 60, 2, 10, QLatin1Char{'0'})
                              .arg(seconds % 60, 2, 10, QLatin1Char{'0'});
    const auto days = seconds / 86'400;
    return days > 0 ? RulesModel::tr("%1 d %2").arg(days).arg(clock) : clock;
}

} // namespace live
