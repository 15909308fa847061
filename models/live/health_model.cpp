#include "models/live/health_model.h"

#include "models/live/text.h"

namespace live
{

using State = ports::StreamHealth::State;

HealthModel::HealthModel(ports::VenueHealth &health, const domain::Clock &clock, QObject *parent)
    : TableModel{{{tr("Stream"), false, {}}, {tr("State"), false, {}},
                     {tr("Silent for"), true, tr("Time since the last message")},
                     {tr("Round trip"), true, tr("Last ping to pong")}, {tr("Subscriptions"), true, {}},
                     {tr("Messages"), true, tr("Since the program started")},
                     {tr("Reconnects"), true, tr("Since the program started")},
                     {tr("Why"), false, tr("Why the stream is not connected")}},
          parent},
      m_clock{clock},
      m_state{std::make_shared<ports::HealthState>()}
{
    connect(&health, &ports::VenueHealth::healthChanged, this, &HealthModel::show);
    show(health.state());
}

void HealthModel::show(const ports::HealthPtr &state)
{
    if (!state) {
        return;
    }
    m_heardAt = m_clock.monotonicNow();
    if (state->streams.size() == m_state->streams.size()) {
        m_state = state;
        repaintAll();
    } else {
        beginResetModel();
        m_state = state;
        endResetModel();
    }
    emit healthChanged();
}

QString HealthModel::tradeBlockedReason() const
{
    if (m_state->canTrade) {
        return {};
    }
    return m_state->tradeBlockedReason.isEmpty() ? tr("The connection is not ready for orders yet.")
                                                 : m_state->tradeBlockedReason;
}

QString HealthModel::refusal(Intent intent) const
{
    if (mayLeave(m_state->gate, intent)) {
        return intent == Intent::Open ? tradeBlockedReason() : QString{};
    }
    if (m_state->closures.empty()) {
        return m_state->tradeBlockedReason.isEmpty() ? gateSentence(m_state->gate)
                                                     : m_state->tradeBlockedReason;
    }
    const domain::GateClosure &strictest = m_state->closures.front();
    return tr("%1 %2 (Gate %3.)")
        .arg(toQString(strictest.reason), gateSentence(m_state->gate), gateWord(m_state->gate));
}

domain::Timestamp HealthModel::venueNow() const
{
    return m_state->venueNow +
           std::chrono::duration_cast<domain::Milliseconds>(m_clock.monotonicNow() - m_heardAt);
}

int HealthModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_state->streams.size());
}

QString HealthModel::text(int row, int column) const
{
    const ports::StreamHealth &stream = m_state->streams[static_cast<std::size_t>(row)];
    switch (column) {
    case NameColumn:
        return stream.name;
    case StateColumn:
        switch (stream.state) {
        case State::Idle:
            return tr("idle");
        case State::Connecting:
            return tr("connecting");
        case State::Connected:
            return tr("connected");
        case State::Stale:
            return tr("silent");
        case State::Waiting:
            return stream.retryIn ? tr("retry in %1").arg(ageText(*stream.retryIn)) : tr("waiting");
        }
        return {};
    case SilentColumn:
        return stream.silentFor ? ageText(*stream.silentFor) : QString{};
    case RoundTripColumn:
        return stream.roundTrip ? tr("%1 ms").arg(stream.roundTrip->count()) : QString{};
    case SubscriptionsColumn:
        return QString::number(stream.subscriptions);
    case MessagesColumn:
        return grouped(std::to_string(stream.messages));
    case ReconnectsColumn:
        return QString::number(stream.reconnects);
    case ReasonColumn:
        return stream.reason;
    default:
        return {};
    }
}

Tone HealthModel::tone(int row, int column) const
{
    if (column != StateColumn) {
        return column == NameColumn ? Tone::Neutral : Tone::Muted;
    }
    switch (m_state->streams[static_cast<std::size_t>(row)].state) {
    case State::Connected:
        return Tone::Positive;
    case State::Stale:
    case State::Waiting:
        return Tone::Danger;
    case State::Connecting:
        return Tone::Warning;
    case State::Idle:
        break;
    }
    return Tone::Muted;
}

QString HealthModel::toolTip(int row, int) const
{
    return m_state->streams[static_cast<std::size_t>(row)].reason;
}

QString HealthModel::key(int row) const
{
    return m_state->streams[static_cast<std::size_t>(row)].name;
}

} // namespace live
