#include "models/live/trades_model.h"

#include "models/live/text.h"

namespace live
{

TradesModel::TradesModel(
    ports::MarketData &marketData, MarketState &market, TimeDisplay &times, QObject *parent)
    : TableModel{{{tr("Price"), true, {}}, {tr("Quantity"), true, tr("In the base asset")},
                     {tr("Time"), true, {}}},
          parent},
      m_marketData{marketData},
      m_market{market},
      m_times{times}
{
    connect(&marketData, &ports::MarketData::tradesArrived, this, [this](const ports::TradesPtr &trades) {
        if (!trades->empty() && trades->front().symbol == m_symbol) {
            m_market.noteHeard(m_symbol);
            add(*trades);
        }
    });
    connect(&times, &TimeDisplay::changed, this, &TradesModel::repaintAll);
    connect(&market, &MarketState::exchangeInfoChanged, this, &TradesModel::repaintAll);
    connect(&market, &MarketState::staleChanged, this, &TradesModel::repaintAll);
}

void TradesModel::setSymbol(const domain::Symbol &symbol)
{
    if (symbol == m_symbol) {
        return;
    }
    beginResetModel();
    m_symbol = symbol;
    m_rows.clear();
    endResetModel();
    m_claim = symbol.empty() ? ports::Subscription{} : m_marketData.watchTrades(symbol);
    if (!symbol.empty()) {
        load();
    }
}

void TradesModel::load()
{
    ports::whenFinished(m_marketData.recentTrades(m_symbol, 80), this,
        [this, symbol = m_symbol](const ports::Result<ports::TradesPtr> &trades) {
            // Trades that came by stream meanwhile stay; REST ids of single trades cannot be compared to
            // theirs.
            if (trades && symbol == m_symbol && m_rows.empty()) {
                add(**trades);
            }
        });
}

void TradesModel::add(const std::vector<domain::Trade> &ascending)
{
    putInFront(m_rows, ascending, capacity);
}

int TradesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QString TradesModel::text(int row, int column) const
{
    const domain::Trade &trade = m_rows[static_cast<std::size_t>(row)];
    switch (column) {
    case PriceColumn:
        return fixedText(trade.price, m_market.priceDecimals(m_symbol));
    case QuantityColumn:
        return fixedText(trade.quantity, m_market.quantityDecimals(m_symbol));
    case TimeColumn:
        return m_times.time(trade.at);
    default:
        return {};
    }
}

Tone TradesModel::tone(int row, int column) const
{
    if (column == TimeColumn || m_market.isStale()) {
        return Tone::Muted;
    }
    if (column == PriceColumn) {
        return m_rows[static_cast<std::size_t>(row)].buyerIsMaker ? Tone::Negative : Tone::Positive;
    }
    return Tone::Neutral;
}

QString TradesModel::key(int row) const
{
    return QString::number(m_rows[static_cast<std::size_t>(row)].id);
}

int TradesModel::fractionDigits(int column) const
{
    return column == PriceColumn      ? m_market.priceDecimals(m_symbol)
           : column == QuantityColumn ? m_market.quantityDecimals(m_symbol)
                                      : 0;
}

} // namespace live
