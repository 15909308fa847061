#pragma once

#include "models/live/table_model.h"
#include "models/live/time_display.h"
#include "models/ports/venue_health.h"

#include <deque>

namespace live
{

/// What happened, in sentences, newest first.
class LogModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId { TimeColumn, LevelColumn, TextColumn };
    enum Level : int { Info, Warning, Problem };
    static constexpr int capacity = 5000;

    LogModel(ports::VenueHealth &health, TimeDisplay &times, const domain::Clock &clock,
        QObject *parent = nullptr);
    void add(int level, const QString &text);
    int level(int row) const { return m_rows[static_cast<std::size_t>(row)].level; }
    int rowCount(const QModelIndex &parent = {}) const override;

protected:
    QString text(int row, int column) const override;
    QVariant sortValue(int row, int column) const override;
    Tone tone(int row, int column) const override;
    QString toolTip(int row, int column) const override;
    QString key(int row) const override;

private:
    struct Entry
    {
        domain::Timestamp at;
        int level = Info;
        QString text;
    };
    TimeDisplay &m_times;
    const domain::Clock &m_clock;
    std::deque<Entry> m_rows;
};

} // namespace live
