#include "models/live/alerts_model.h"

#include "models/live/text.h"

#include <algorithm>

namespace live
{

using namespace std::chrono_literals;
using domain::Alert;

namespace
{

/// The order desk says it itself, and better, where it says it within this time.
constexpr domain::Milliseconds sameEvent = 5s;

} // namespace

QString alertKindWord(Alert::Kind kind)
{
    switch (kind) {
    case Alert::Kind::Gate:
        return AlertsModel::tr("Gate");
    case Alert::Kind::Breaker:
        return AlertsModel::tr("Circuit breaker");
    case Alert::Kind::Unknown:
        return AlertsModel::tr("Order unknown");
    case Alert::Kind::Quarantined:
        return AlertsModel::tr("Order quarantined");
    case Alert::Kind::Unprotected:
        return AlertsModel::tr("Unprotected position");
    case Alert::Kind::Liquidation:
        return AlertsModel::tr("Liquidation");
    case Alert::Kind::LateFill:
        return AlertsModel::tr("Late fill");
    case Alert::Kind::Mismatch:
        return AlertsModel::tr("Mismatch");
    case Alert::Kind::Stream:
        return AlertsModel::tr("Stream");
    case Alert::Kind::Clock:
        return AlertsModel::tr("Clock");
    case Alert::Kind::Disk:
        return AlertsModel::tr("Disk");
    case Alert::Kind::DeadMan:
        return AlertsModel::tr("Dead-man switch");
    case Alert::Kind::Rules:
        return AlertsModel::tr("Your rules");
    case Alert::Kind::Level:
        return AlertsModel::tr("Risk level");
    case Alert::Kind::Distance:
        return AlertsModel::tr("Liquidation distance");
    case Alert::Kind::PriceReached:
        return AlertsModel::tr("Price");
    case Alert::Kind::DailyLoss:
        return AlertsModel::tr("Daily loss");
    case Alert::Kind::Funding:
        return AlertsModel::tr("Funding");
    case Alert::Kind::Emergency:
        break;
    }
    return AlertsModel::tr("Emergency");
}

QString severityWord(Alert::Severity severity)
{
    return severity == Alert::Severity::Critical  ? AlertsModel::tr("CRITICAL")
           : severity == Alert::Severity::Warning ? AlertsModel::tr("warning")
                                                  : AlertsModel::tr("info");
}

Tone severityTone(Alert::Severity severity)
{
    return severity == Alert::Severity::Critical  ? Tone::Danger
           : severity == Alert::Severity::Warning ? Tone::Warning
                                                  : Tone::Muted;
}

Mark severityMark(Alert::Severity severity)
{
    return severity == Alert::Severity::Critical  ? Mark::Square
           : severity == Alert::Severity::Warning ? Mark::Triangle
                                                  : Mark::Dot;
}

AlertsModel::AlertsModel(ports::Trading &trading, HealthModel &health, TimeDisplay &times,
    const domain::Clock &clock, QObject *parent)
    : TableModel{{{tr("Time"), false, {}}, {tr("Severity"), false, {}}, {tr("Kind"), false, {}},
                     {tr("Symbol"), false, tr("Empty: concerns all")}, {tr("What happened"), false, {}},
                     {tr("Seen"), false, tr("Acknowledged by you")}},
          parent},
      m_health{health},
      m_times{times},
      m_clock{clock}
{
    connect(&times, &TimeDisplay::changed, this, &AlertsModel::repaintAll);
    connect(&trading, &ports::Trading::alerted, this, &AlertsModel::raise);
    connect(&health, &HealthModel::healthChanged, this, &AlertsModel::compare);
    compare();
}

void AlertsModel::raise(const Alert &alert)
{
    const AlertEntry entry{alert, ++m_last, false};
    putInFront(m_rows, {entry}, capacity);
    emit raised(entry);
    emit unseenChanged();
}

void AlertsModel::note(Alert::Kind kind, bool isBad, const QString &text)
{
    const domain::Timestamp now = m_clock.wallNow();
    const bool isSaid = std::ranges::any_of(m_rows, [kind, now](const AlertEntry &entry) {
        return entry.alert.kind == kind && entry.alert.clientOrderId.empty() &&
               now - entry.alert.at < sameEvent && entry.alert.at <= now;
    });
    const bool isSeveral = kind == Alert::Kind::Stream; // each stream is an event of its own
    if (isSaid && !isSeveral) {
        return;
    }
    raise({kind, isBad ? Alert::Severity::Warning : Alert::Severity::Info, {}, {}, text.toStdString(), now});
}

void AlertsModel::compare()
{
    const ports::HealthState &health = m_health.state();
    for (const ports::StreamHealth &stream : health.streams) {
        const bool isUp = stream.state == ports::StreamHealth::State::Connected;
        const bool isDown = stream.state == ports::StreamHealth::State::Stale ||
                            stream.state == ports::StreamHealth::State::Waiting;
        const auto [known, isNew] = m_streamWasUp.try_emplace(stream.name, true);
        if (isNew && !isUp) {
            continue; // it is being opened for the first time
        }
        if (known->second && isDown) {
            note(Alert::Kind::Stream, true,
                stream.reason.isEmpty() ? tr("The %1 stream is silent.").arg(stream.name)
                                        : tr("The %1 stream is silent. %2").arg(stream.name, stream.reason));
            known->second = false;
        } else if (!known->second && isUp) {
            note(Alert::Kind::Stream, false, tr("The %1 stream is back.").arg(stream.name));
            known->second = true;
        }
    }
    for (const ports::BreakerHealth &breaker : health.breakers) {
        const bool isClosed = breaker.state == ports::BreakerHealth::State::Closed;
        bool &wasClosed = m_breakerWasClosed.try_emplace(breaker.name, true).first->second;
        if (wasClosed && breaker.state == ports::BreakerHealth::State::Open) {
            note(Alert::Kind::Breaker, true,
                tr("The circuit breaker of %1 is open. %2").arg(breaker.name, breaker.reason).trimmed());
            wasClosed = false;
        } else if (!wasClosed && isClosed) {
            note(Alert::Kind::Breaker, false,
                tr("The circuit breaker of %1 is closed again.").arg(breaker.name));
            wasClosed = true;
        }
    }
    const bool isKnown = health.clockOffset.has_value();
    if (m_clockWasKnown && !isKnown) {
        note(Alert::Kind::Clock, true,
            tr("The exchange's time is not known any more; nothing can be signed."));
    } else if (!m_clockWasKnown && isKnown && m_last > 0) {
        note(Alert::Kind::Clock, false, tr("The exchange's time is known."));
    }
    m_clockWasKnown = isKnown;
}

void AlertsModel::acknowledge(int number)
{
    const auto found = std::ranges::find(m_rows, number, &AlertEntry::number);
    if (found == m_rows.end() || found->isAcknowledged) {
        return;
    }
    found->isAcknowledged = true;
    const int row = static_cast<int>(found - m_rows.begin());
    repaint(row, row);
    emit acknowledged(*found);
    emit unseenChanged();
}

void AlertsModel::acknowledgeAll()
{
    for (AlertEntry &entry : m_rows) {
        if (!std::exchange(entry.isAcknowledged, true)) {
            emit acknowledged(entry);
        }
    }
    repaintAll();
    emit unseenChanged();
}

int AlertsModel::unseenCount() const
{
    return static_cast<int>(std::ranges::count_if(m_rows, [](const AlertEntry &entry) {
        return !entry.isAcknowledged && entry.alert.severity != Alert::Severity::Info;
    }));
}

int AlertsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QString AlertsModel::text(int row, int column) const
{
    const Alert &alert = entry(row).alert;
    switch (column) {
    case TimeColumn:
        return m_times.dateTime(alert.at);
    case SeverityColumn:
        return severityWord(alert.severity);
    case KindColumn:
        return alertKindWord(alert.kind);
    case SymbolColumn:
        return alert.symbol.empty() ? tr("all") : toQString(alert.symbol);
    case TextColumn:
        return toQString(alert.text);
    case SeenColumn:
        return entry(row).isAcknowledged                 ? tr("yes")
               : alert.severity == Alert::Severity::Info ? QString{}
                                                         : tr("no");
    default:
        return {};
    }
}

QVariant AlertsModel::sortValue(int row, int column) const
{
    const Alert &alert = entry(row).alert;
    return column == TimeColumn       ? QVariant::fromValue<qlonglong>(domain::toMs(alert.at))
           : column == SeverityColumn ? QVariant{static_cast<int>(alert.severity)}
                                      : QVariant{text(row, column)};
}

Tone AlertsModel::tone(int row, int column) const
{
    const AlertEntry &shown = entry(row);
    if (column == SeverityColumn) {
        return severityTone(shown.alert.severity);
    }
    return column == TimeColumn || shown.isAcknowledged ? Tone::Muted : Tone::Neutral;
}

Mark AlertsModel::mark(int row, int column) const
{
    if (column != SeverityColumn) {
        return Mark::None;
    }
    const Mark shape = severityMark(entry(row).alert.severity);
    return shape == Mark::Square && entry(row).isAcknowledged ? Mark::Triangle : shape;
}

QString AlertsModel::toolTip(int row, int column) const
{
    return column == TextColumn ? text(row, column) : QString{};
}

QString AlertsModel::key(int row) const
{
    return QString::number(entry(row).number);
}

} // namespace live
