#include "models/live/emergency_model.h"

#include "models/live/text.h"

#include <algorithm>

namespace live
{

using domain::EmergencyAction;
using State = domain::EmergencyReport::Step::State;

QString actionWord(const EmergencyAction &action)
{
    const auto ofSymbol = [&action](const QString &word) {
        return action.symbol.empty() ? word : word + u' ' + toQString(action.symbol);
    };
    switch (action.kind) {
    case EmergencyAction::Kind::CancelEntries:
        return ofSymbol(EmergencyModel::tr("Cancel entries"));
    case EmergencyAction::Kind::CancelAll:
        return ofSymbol(EmergencyModel::tr("Cancel all"));
    case EmergencyAction::Kind::CloseSymbol:
        return EmergencyModel::tr("Close %1").arg(toQString(action.symbol));
    case EmergencyAction::Kind::FlattenAll:
        break;
    }
    return EmergencyModel::tr("Flatten all");
}

EmergencyModel::EmergencyModel(ports::Trading &trading, TimeDisplay &times, QObject *parent)
    : TableModel{{{tr("Action"), false, tr("When it was asked for")}, {tr("Symbol"), false, {}},
                     {tr("Step"), false, {}}, {tr("State"), false, {}}, {tr("How it ended"), false, {}}},
          parent},
      m_times{times}
{
    connect(&trading, &ports::Trading::emergencyProgressed, this, &EmergencyModel::apply);
    connect(&times, &TimeDisplay::changed, this, &EmergencyModel::repaintAll);
}

void EmergencyModel::apply(const ports::EmergencyPtr &report)
{
    if (!report) {
        return;
    }
    const auto known = std::ranges::find_if(m_reports, [&report](const ports::EmergencyPtr &each) {
        return each->action == report->action && each->startedAt == report->startedAt;
    });
    const bool isNew = known == m_reports.end();
    if (!isNew && (*known)->isFinished() && !report->isFinished()) {
        return; // overtaken by its own end
    }
    if (!isNew && (*known)->steps.size() == report->steps.size()) {
        *known = report;
        repaintAll();
    } else {
        beginResetModel();
        if (isNew) {
            m_reports.push_front(report);
            m_reports.resize(std::min<std::size_t>(m_reports.size(), capacity));
        } else {
            *known = report;
        }
        rebuild();
        endResetModel();
    }
    if (isNew) {
        emit began();
    }
    emit progressed();
}

void EmergencyModel::rebuild()
{
    m_rows.clear();
    for (std::size_t at = 0; at < m_reports.size(); ++at) {
        const int steps = static_cast<int>(m_reports[at]->steps.size());
        if (steps == 0) {
            m_rows.push_back({at, -1});
        }
        for (int step = 0; step < steps; ++step) {
            m_rows.push_back({at, step});
        }
    }
}

QString EmergencyModel::summary() const
{
    if (m_reports.empty()) {
        return {};
    }
    const domain::EmergencyReport &report = *m_reports.front();
    const auto count = [&report](State state) {
        return std::ranges::count(report.steps, state, &domain::EmergencyReport::Step::state);
    };
    const QString what = actionWord(report.action) + QStringLiteral(": ");
    if (report.steps.empty()) {
        return what + (report.isFinished() ? tr("nothing was there to cancel or close.") : tr("under way."));
    }
    const QString steps = tr("%1 of %2 steps done").arg(count(State::Done)).arg(report.steps.size());
    const QString failed = count(State::Failed) > 0 ? tr(", %1 failed").arg(count(State::Failed)) : QString{};
    return what + steps + failed +
           (report.isFinished() ? tr(", finished after %1.").arg(ageText(report.endedAt - report.startedAt))
                                : tr(", under way."));
}

int EmergencyModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

const domain::EmergencyReport &EmergencyModel::reportOf(int row) const
{
    return *m_reports[m_rows[static_cast<std::size_t>(row)].report];
}

const domain::EmergencyReport::Step *EmergencyModel::stepOf(int row) const
{
    const int step = m_rows[static_cast<std::size_t>(row)].step;
    return step < 0 ? nullptr : &reportOf(row).steps[static_cast<std::size_t>(step)];
}

QString EmergencyModel::text(int row, int column) const
{
    const domain::EmergencyReport &report = reportOf(row);
    const domain::EmergencyReport::Step *step = stepOf(row);
    if (column == ActionColumn) {
        return m_times.time(report.startedAt) + u' ' + actionWord(report.action);
    }
    if (!step) {
        return column == StateColumn  ? (report.isFinished() ? tr("done") : tr("waiting"))
               : column == TextColumn ? (report.isFinished() ? tr("nothing was there to cancel or close")
                                                             : tr("looking at what is there"))
                                      : QString{};
    }
    switch (column) {
    case SymbolColumn:
        return toQString(step->symbol);
    case WhatColumn:
        return toQString(step->what);
    case StateColumn:
        return step->state == State::Done     ? tr("done")
               : step->state == State::Failed ? tr("FAILED")
                                              : tr("waiting");
    case TextColumn:
        return toQString(step->text);
    default:
        return {};
    }
}

QVariant EmergencyModel::sortValue(int row, int column) const
{
    return column == ActionColumn ? QVariant{row} : QVariant{text(row, column)};
}

Tone EmergencyModel::tone(int row, int column) const
{
    if (column == ActionColumn) {
        return Tone::Muted;
    }
    if (column != StateColumn) {
        return Tone::Neutral;
    }
    const domain::EmergencyReport::Step *step = stepOf(row);
    const State state = step ? step->state : reportOf(row).isFinished() ? State::Done : State::Waiting;
    return state == State::Done ? Tone::Positive : state == State::Failed ? Tone::Danger : Tone::Muted;
}

Mark EmergencyModel::mark(int row, int column) const
{
    if (column != StateColumn) {
        return Mark::None;
    }
    const Tone state = tone(row, column);
    return state == Tone::Positive ? Mark::Check : state == Tone::Danger ? Mark::Cross : Mark::Ring;
}

QString EmergencyModel::toolTip(int row, int column) const
{
    const domain::EmergencyReport::Step *step = stepOf(row);
    return column == WhatColumn && step ? tr("Client order id %1").arg(toQString(step->clientOrderId))
                                        : QString{};
}

QString EmergencyModel::key(int row) const
{
    const Row &shown = m_rows[static_cast<std::size_t>(row)];
    return QStringLiteral("%1/%2").arg(domain::toMs(reportOf(row).startedAt)).arg(shown.step);
}

} // namespace live
