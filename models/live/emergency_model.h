#pragma once

#include "models/live/table_model.h"
#include "models/live/time_display.h"
#include "models/ports/trading.h"

#include <deque>

namespace live
{

/// What the emergency actions of this run of the program did, step by step, the newest action first.
class EmergencyModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId { ActionColumn, SymbolColumn, WhatColumn, StateColumn, TextColumn };
    static constexpr int capacity = 20; ///< actions kept

    EmergencyModel(ports::Trading &trading, TimeDisplay &times, QObject *parent = nullptr);

    void apply(const ports::EmergencyPtr &report);
    /// The newest one in a sentence; empty before the first.
    QString summary() const;
    /// Null before the first.
    const domain::EmergencyReport *newest() const
    {
        return m_reports.empty() ? nullptr : m_reports.front().get();
    }
    int rowCount(const QModelIndex &parent = {}) const override;

signals:
    void began(); ///< an action that was not there before
    void progressed();

protected:
    QString text(int row, int column) const override;
    QVariant sortValue(int row, int column) const override;
    Tone tone(int row, int column) const override;
    Mark mark(int row, int column) const override;
    QString toolTip(int row, int column) const override;
    QString key(int row) const override;

private:
    struct Row
    {
        std::size_t report = 0;
        int step = -1; ///< -1: the action has none
    };
    const domain::EmergencyReport &reportOf(int row) const;
    /// Null where the action has no steps.
    const domain::EmergencyReport::Step *stepOf(int row) const;
    void rebuild();

    TimeDisplay &m_times;
    std::deque<ports::EmergencyPtr> m_reports; ///< newest first, never null
    std::vector<Row> m_rows;
};

QString actionWord(const domain::EmergencyAction &action); ///< "Cancel entries", "Close BTCUSDT"

} // namespace live
