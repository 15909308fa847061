#pragma once

#include "models/live/market_state.h"
#include "models/live/table_model.h"
#include "models/live/time_display.h"
#include "models/ports/trading.h"

#include <QTimer>

#include <set>
#include <string>
#include <vector>

namespace live
{

/// Columns and words that open orders and finished orders share.
class OrderTableModel : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId {
        TimeColumn,
        SymbolColumn,
        SideColumn,
        TypeColumn,
        PriceColumn,
        TriggerColumn,
        QuantityColumn,
        FilledColumn,
        AvgPriceColumn,
        ReduceColumn,
        StateColumn,
        AgeColumn,
        OriginColumn,
    };
    OrderTableModel(MarketState &market, TimeDisplay &times, const domain::Clock &clock, QObject *parent);

    int rowCount(const QModelIndex &parent = {}) const override;
    const domain::Order &order(int row) const { return m_rows[static_cast<std::size_t>(row)]; }
    const std::vector<domain::Order> &orders() const { return m_rows; }
    /// Row of that order; -1 where it is not here.
    int rowOf(const std::string &clientOrderId) const;

protected:
    QString text(int row, int column) const override;
    QVariant sortValue(int row, int column) const override;
    Tone tone(int row, int column) const override;
    QString toolTip(int row, int column) const override;
    QString key(int row) const override;
    Mark mark(int row, int column) const override;
    int fractionDigits(int column) const override;
    virtual bool isAmending(const domain::Order &) const { return false; }

    /// Row of the same order; -1 where it is not shown.
    int find(const domain::Order &order) const;
    void insertSorted(const domain::Order &order);
    void replaceAt(int row, const domain::Order &order);
    void removeAt(int row);
    /// Open: since it was asked for. Done: from there to its end.
    domain::Milliseconds ageOf(const domain::Order &order) const;

    std::vector<domain::Order> m_rows; ///< newest first

private:
    MarketState &m_market;
    TimeDisplay &m_times;
    const domain::Clock &m_clock;
};

/// Orders that are not final, newest first; each is in exactly one phase, with its age.
class OrdersModel final : public OrderTableModel
{
    Q_OBJECT
public:
    OrdersModel(ports::Trading &trading, MarketState &market, TimeDisplay &times, const domain::Clock &clock,
        QObject *parent = nullptr);
    /// Takes the newest state of one order in.
    void apply(const domain::Order &order);
    /// A change of price or quantity is asked for, or answered.
    void setAmending(const std::string &clientOrderId, bool amending);

signals:
    void openOrdersChanged();

protected:
    bool isAmending(const domain::Order &order) const override;

private:
    std::set<std::string> m_amending; ///< client order ids
    QTimer m_ageing;
};

/// Finished orders, newest first: the venue's history of the chosen symbol and what ends while we watch.
class OrderHistoryModel final : public OrderTableModel
{
    Q_OBJECT
public:
    static constexpr int capacity = 2000;
    OrderHistoryModel(ports::Trading &trading, MarketState &market, TimeDisplay &times,
        const domain::Clock &clock, QObject *parent = nullptr);
    void apply(const domain::Order &order);
    /// Adds the venue's history of the symbol.
    void load(const domain::Symbol &symbol);

signals:
    void loadFailed(const QString &reason);

private:
    ports::Trading &m_trading;
};

/// The account's executions, newest first, each once.
class FillsModel final : public TableModel
{
    Q_OBJECT
public:
    enum ColumnId {
        TimeColumn,
        SymbolColumn,
        SideColumn,
        PriceColumn,
        QuantityColumn,
        ValueColumn,
        FeeColumn,
        PnlColumn,
        RoleColumn,
    };
    static constexpr int capacity = 5000;
    FillsModel(ports::Trading &trading, MarketState &market, TimeDisplay &times, QObject *parent = nullptr);
    void apply(const domain::Fill &fill);
    void load(const domain::Symbol &symbol);
    int rowCount(const QModelIndex &parent = {}) const override;
    const std::vector<domain::Fill> &fills() const { return m_rows; }

signals:
    void loadFailed(const QString &reason);

protected:
    QString text(int row, int column) const override;
    QVariant sortValue(int row, int column) const override;
    Tone tone(int row, int column) const override;
    QString key(int row) const override;
    int fractionDigits(int column) const override;

private:
    ports::Trading &m_trading;
    MarketState &m_market;
    TimeDisplay &m_times;
    std::vector<domain::Fill> m_rows; ///< newest first
};

} // namespace live
