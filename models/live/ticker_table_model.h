#pragma once

#include "models/live/market_state.h"
#include "models/live/table_model.h"

#include <QHash>

#include <vector>

namespace live
{

/// Every trading symbol with its newest figures, in the venue's order. Sorting is the view's proxy's.
class TickerTableModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId {
        SymbolColumn,
        LastColumn,
        ChangeColumn,
        VolumeColumn,
        FundingColumn,
        MarkColumn,
        SpreadColumn
    };

    explicit TickerTableModel(MarketState &market, QObject *parent = nullptr);
    int rowCount(const QModelIndex &parent = {}) const override;
    /// Row of the symbol; -1 where it is not listed.
    int rowOf(const domain::Symbol &symbol) const;

protected:
    QString text(int row, int column) const override;
    QVariant sortValue(int row, int column) const override;
    Tone tone(int row, int column) const override;
    QString toolTip(int row, int column) const override;
    QString key(int row) const override;
    int fractionDigits(int column) const override;

private:
    void rebuild();
    template <class Values> void repaintChanged(const Values &changed);

    MarketState &m_market;
    std::vector<domain::Symbol> m_rows;
    QHash<QString, int> m_rowOf;
    int m_priceDecimals = 2;
};

} // namespace live
