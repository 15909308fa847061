#pragma once

#include "models/live/table_model.h"
#include "models/live/time_display.h"
#include "models/ports/trading.h"

#include <deque>

namespace live
{

/// The last comparisons with the exchange, newest first.
class ReconciliationsModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId {
        TimeColumn,
        WhyColumn,
        TookColumn,
        OrdersColumn,
        ConditionalColumn,
        PositionsColumn,
        ForeignColumn,
        DifferencesColumn,
        ResultColumn,
    };
    static constexpr int capacity = 20;

    ReconciliationsModel(ports::Trading &trading, TimeDisplay &times, QObject *parent = nullptr);

    void add(const ports::ReconciliationPtr &report);
    const ports::ReconciliationPtr &report(int row) const { return m_rows[static_cast<std::size_t>(row)]; }
    int rowCount(const QModelIndex &parent = {}) const override;

protected:
    QString text(int row, int column) const override;
    QVariant sortValue(int row, int column) const override;
    Tone tone(int row, int column) const override;
    Mark mark(int row, int column) const override;
    QString toolTip(int row, int column) const override;
    QString key(int row) const override;

private:
    TimeDisplay &m_times;
    std::deque<ports::ReconciliationPtr> m_rows; ///< never null
};

/// What one comparison found, difference by difference.
class DifferencesModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId { SymbolColumn, OrderColumn, OursColumn, TheirsColumn, OutcomeColumn };
    explicit DifferencesModel(QObject *parent = nullptr);

    void show(const ports::ReconciliationPtr &report); ///< null shows nothing
    int rowCount(const QModelIndex &parent = {}) const override;

protected:
    QString text(int row, int column) const override;
    Tone tone(int row, int column) const override;
    Mark mark(int row, int column) const override;
    QString toolTip(int row, int column) const override;
    QString key(int row) const override;

private:
    ports::ReconciliationPtr m_report;
};

/// "12:04:10, every minute. Compared: orders 3, conditional orders 5, positions 2. Of the orders placed
/// elsewhere: 1. Differences: 0."
QString reconciliationSentence(const domain::ReconciliationReport &report, const TimeDisplay &times);

} // namespace live
