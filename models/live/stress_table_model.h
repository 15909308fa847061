#pragma once

#include "models/live/stress_desk.h"
#include "models/live/table_model.h"

#include <vector>

namespace live
{

/// The account at places of the path, the highest on top, at a coarser distance than the curve.
class StressTableModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId {
        PlaceColumn,
        ReferenceColumn,
        EquityColumn,
        ChangeColumn,
        RatioColumn,
        LevelColumn,
        LiquidatedColumn,
        LeavingColumn,
    };
    StressTableModel(const StressDesk &desk, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    domain::Rate placeAt(int row) const { return m_rows[static_cast<std::size_t>(row)].at; }
    /// The row of that place, or of the nearest one; -1 where there is none.
    int rowNear(domain::Rate at) const;
    /// Where the figure of a column comes from at a place; nothing where the newest report has none there.
    std::optional<domain::Explanation> explain(domain::Rate at, int column) const;

protected:
    QString text(int row, int column) const override;
    Tone tone(int row, int column) const override;
    Mark mark(int row, int column) const override;
    QString toolTip(int row, int column) const override;
    QString spoken(int row, int column) const override;
    QString key(int row) const override;
    int fractionDigits(int column) const override;

private:
    void show();

    const StressDesk &m_desk;
    std::vector<domain::StressStation> m_rows; ///< descending by place
    domain::Money m_now;                       ///< equity before any move
};

} // namespace live
