#pragma once

#include "models/live/market_state.h"
#include "models/live/table_model.h"
#include "models/live/time_display.h"

#include <deque>

namespace live
{

/// The newest public trades of one symbol, newest first.
class TradesModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId { PriceColumn, QuantityColumn, TimeColumn };
    static constexpr int capacity = 200;

    TradesModel(
        ports::MarketData &marketData, MarketState &market, TimeDisplay &times, QObject *parent = nullptr);
    void setSymbol(const domain::Symbol &symbol);
    const domain::Symbol &symbol() const { return m_symbol; }
    int rowCount(const QModelIndex &parent = {}) const override;

protected:
    QString text(int row, int column) const override;
    Tone tone(int row, int column) const override;
    QString key(int row) const override;
    int fractionDigits(int column) const override;

private:
    void load();
    void add(const std::vector<domain::Trade> &ascending);

    ports::MarketData &m_marketData;
    MarketState &m_market;
    TimeDisplay &m_times;
    domain::Symbol m_symbol;
    ports::Subscription m_claim;
    std::deque<domain::Trade> m_rows; ///< newest first
};

} // namespace live
