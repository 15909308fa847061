#pragma once

#include "models/domain/time.h"
#include "models/live/table_model.h"
#include "models/live/time_display.h"

#include <deque>

namespace live
{

/// One line of the program's log.
struct LogEntry
{
    domain::Timestamp at;
    int level = 0; ///< LogModel::Level
    QString text;
};

/// The program's log, newest first. What the window has to say goes into the log by report() and comes back
/// with everything else, so that panel and file tell the same.
class LogModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId { TimeColumn, LevelColumn, TextColumn };
    enum Level : int { Info, Warning, Problem };
    static constexpr int capacity = 5000;

    explicit LogModel(TimeDisplay &times, QObject *parent = nullptr);
    /// Takes lines that are in the log.
    void append(const std::vector<LogEntry> &oldestFirst);
    /// Asks for a line in the log.
    void report(int level, const QString &text) { emit reported(level, text); }
    int level(int row) const { return m_rows[static_cast<std::size_t>(row)].level; }
    int rowCount(const QModelIndex &parent = {}) const override;

signals:
    void reported(int level, const QString &text);

protected:
    QString text(int row, int column) const override;
    QVariant sortValue(int row, int column) const override;
    Tone tone(int row, int column) const override;
    QString toolTip(int row, int column) const override;
    QString key(int row) const override;

private:
    TimeDisplay &m_times;
    std::deque<LogEntry> m_rows;
};

} // namespace live
