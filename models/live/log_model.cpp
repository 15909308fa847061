#include "models/live/log_model.h"

namespace live
{

LogModel::LogModel(TimeDisplay &times, QObject *parent)
    : TableModel{{{tr("Time"), false, {}}, {tr("Level"), false, {}}, {tr("What happened"), false, {}}},
          parent},
      m_times{times}
{
    connect(&times, &TimeDisplay::changed, this, &LogModel::repaintAll);
}

void LogModel::append(const std::vector<LogEntry> &oldestFirst)
{
    putInFront(m_rows, oldestFirst, capacity);
}

int LogModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QString LogModel::text(int row, int column) const
{
    const LogEntry &entry = m_rows[static_cast<std::size_t>(row)];
    switch (column) {
    case TimeColumn:
        return m_times.dateTime(entry.at);
    case LevelColumn:
        return entry.level <= Info ? tr("info") : entry.level == Warning ? tr("warning") : tr("error");
    case TextColumn:
        return entry.text;
    default:
        return {};
    }
}

QVariant LogModel::sortValue(int row, int column) const
{
    const LogEntry &entry = m_rows[static_cast<std::size_t>(row)];
    return column == TimeColumn    ? QVariant::fromValue<qlonglong>(domain::toMs(entry.at))
           : column == LevelColumn ? QVariant{entry.level}
                                   : QVariant{entry.text};
}

Tone LogModel::tone(int row, int column) const
{
    const int level = m_rows[static_cast<std::size_t>(row)].level;
    if (column == TimeColumn) {
        return Tone::Muted;
    }
    return level >= Problem ? Tone::Danger : level == Warning ? Tone::Warning : Tone::Neutral;
}

QString LogModel::toolTip(int row, int column) const
{
    return column == TextColumn ? m_rows[static_cast<std::size_t>(row)].text : QString{};
}

QString LogModel::key(int row) const
{
    return QString::number(rowCount() - row);
}

} // namespace live
