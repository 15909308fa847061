#pragma once

#include "models/live/market_state.h"
#include "models/live/table_model.h"

#include <vector>

namespace live
{

/// The order book of one symbol as a ladder: asks on top with the best lowest, one row for the spread, bids
/// below. The number of rows is fixed by setDepth(), so that nothing moves but figures.
class BookModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId { PriceColumn, QuantityColumn, TotalColumn };

    BookModel(ports::MarketData &marketData, MarketState &market, QObject *parent = nullptr);
    void setSymbol(const domain::Symbol &symbol);
    const domain::Symbol &symbol() const { return m_symbol; }
    /// Rows on each side.
    void setDepth(int rowsPerSide);
    int depth() const { return m_depth; }
    /// Levels are joined into steps of tick × multiple: bids rounded down, asks up.
    void setGrouping(int tickMultiple);
    int grouping() const { return m_grouping; }
    int spreadRow() const { return m_depth; }

    domain::BookView::State state() const
    {
        return m_view ? m_view->state : domain::BookView::State::Syncing;
    }
    std::int64_t resyncCount() const { return m_view ? m_view->resyncCount : 0; }
    /// Time since the last change of this book; nothing before the first.
    std::optional<domain::Milliseconds> age(const domain::Clock &clock) const;
    /// Price of a ladder row; nothing on the spread row and on empty rows.
    std::optional<domain::Price> priceAt(int row) const;
    bool isAsk(int row) const { return row < m_depth; }

    int rowCount(const QModelIndex &parent = {}) const override;

signals:
    void stateChanged();

protected:
    QString text(int row, int column) const override;
    Tone tone(int row, int column) const override;
    QString key(int row) const override;
    double share(int row, int column) const override;
    int fractionDigits(int column) const override;

private:
    struct Level
    {
        domain::Price price;
        domain::Quantity quantity;
        domain::Quantity total; ///< from the best level to this one
    };
    void show(const ports::BookViewPtr &view);
    void rebuild();
    std::vector<Level> levels(const std::vector<domain::BookLevel> &source, bool areAsks) const;
    const Level *levelAt(int row) const;
    domain::Price step() const;
    QString spreadText(int column) const;

    ports::MarketData &m_marketData;
    MarketState &m_market;
    domain::Symbol m_symbol;
    ports::Subscription m_claim;
    ports::BookViewPtr m_view;
    std::vector<Level> m_bids; ///< best first, at most depth
    std::vector<Level> m_asks; ///< best first, at most depth
    domain::Quantity m_largestTotal;
    int m_depth = 12;
    int m_grouping = 1;
};

} // namespace live
