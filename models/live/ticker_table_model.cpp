#include "models/live/ticker_table_model.h"

#include "models/live/text.h"

#include <algorithm>

namespace live
{

namespace
{

std::optional<domain::Price> spreadOf(const MarketState &market, const domain::Symbol &symbol)
{
    const domain::BookTicker *best = market.bookTicker(symbol);
    if (!best || !best->bid.isPositive() || !best->ask.isPositive()) {
        return std::nullopt;
    }
    return best->ask - best->bid;
}

} // namespace

TickerTableModel::TickerTableModel(MarketState &market, QObject *parent)
    : TableModel{{{tr("Symbol"), false, {}}, {tr("Last"), true, tr("Price of the last trade")},
                     {tr("24 h %"), true, tr("Change over the last 24 hours")},
                     {tr("Volume"), true, tr("Turnover of the last 24 hours in the quote asset")},
                     {tr("Funding"), true,
                         tr("Rate longs pay shorts at the next funding; negative: shorts pay")},
                     {tr("Mark"), true, tr("Mark price: decides profit and liquidation")},
                     {tr("Spread"), true, tr("Best ask minus best bid; known for the symbols on screen")}},
          parent},
      m_market{market}
{
    connect(&market, &MarketState::exchangeInfoChanged, this, &TickerTableModel::rebuild);
    connect(&market, &MarketState::tickersChanged, this,
        [this](const ports::TickersPtr &changed) { repaintChanged(*changed); });
    connect(&market, &MarketState::marksChanged, this,
        [this](const ports::MarkPricesPtr &changed) { repaintChanged(*changed); });
    connect(&market, &MarketState::bookTickersChanged, this,
        [this](const ports::BookTickersPtr &changed) { repaintChanged(*changed); });
    connect(&market, &MarketState::staleChanged, this, &TickerTableModel::repaintAll);
    rebuild();
}

void TickerTableModel::rebuild()
{
    beginResetModel();
    m_rows.clear();
    m_rowOf.clear();
    m_priceDecimals = 0;
    if (const ports::ExchangeInfoPtr info = m_market.exchangeInfo()) {
        for (const domain::SymbolSpec &spec : info->symbols) {
            if (spec.isTrading()) {
                m_rowOf.insert(toQString(spec.symbol), static_cast<int>(m_rows.size()));
                m_rows.push_back(spec.symbol);
                m_priceDecimals = std::max(m_priceDecimals, spec.priceDecimals());
            }
        }
    }
    endResetModel();
}

template <class Values> void TickerTableModel::repaintChanged(const Values &changed)
{
    int first = rowCount();
    int last = -1;
    for (const auto &value : changed) {
        if (const int row = rowOf(value.symbol); row >= 0) {
            first = std::min(first, row);
            last = std::max(last, row);
        }
    }
    repaint(first, last);
}

int TickerTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int TickerTableModel::rowOf(const domain::Symbol &symbol) const
{
    return m_rowOf.value(toQString(symbol), -1);
}

QString TickerTableModel::text(int row, int column) const
{
    const domain::Symbol &symbol = m_rows[static_cast<std::size_t>(row)];
    const domain::Ticker *ticker = m_market.ticker(symbol);
    const domain::MarkPrice *mark = m_market.mark(symbol);
    const int decimals = m_market.priceDecimals(symbol);
    switch (column) {
    case SymbolColumn:
        return toQString(symbol);
    case LastColumn:
        return ticker ? fixedText(ticker->last, decimals) : QString{};
    case ChangeColumn:
        return ticker ? signedText(ticker->changePercent, 2) : QString{};
    case VolumeColumn:
        return ticker ? compactText(ticker->quoteVolume) : QString{};
    case FundingColumn:
        return mark ? signedPercentText(mark->fundingRate, 4) : QString{};
    case MarkColumn:
        return mark ? fixedText(mark->mark, decimals) : QString{};
    case SpreadColumn: {
        const auto spread = spreadOf(m_market, symbol);
        return spread ? fixedText(*spread, decimals) : QString{};
    }
    default:
        return {};
    }
}

QVariant TickerTableModel::sortValue(int row, int column) const
{
    const domain::Symbol &symbol = m_rows[static_cast<std::size_t>(row)];
    const domain::Ticker *ticker = m_market.ticker(symbol);
    const domain::MarkPrice *mark = m_market.mark(symbol);
    switch (column) {
    case LastColumn:
        return ticker ? ticker->last.approximate() : -1.0;
    case ChangeColumn:
        return ticker ? ticker->changePercent.approximate() : -1e9;
    case VolumeColumn:
        return ticker ? ticker->quoteVolume.approximate() : -1.0;
    case FundingColumn:
        return mark ? mark->fundingRate.approximate() : -1e9;
    case MarkColumn:
        return mark ? mark->mark.approximate() : -1.0;
    case SpreadColumn: {
        const auto spread = spreadOf(m_market, symbol);
        return spread ? spread->approximate() : -1.0;
    }
    default:
        return toQString(symbol);
    }
}

Tone TickerTableModel::tone(int row, int column) const
{
    if (m_market.isStale()) {
        return Tone::Muted;
    }
    const domain::Symbol &symbol = m_rows[static_cast<std::size_t>(row)];
    if (column == LastColumn || column == ChangeColumn) {
        const domain::Ticker *ticker = m_market.ticker(symbol);
        const int sign = ticker ? ticker->changePercent.sign() : 0;
        return sign > 0 ? Tone::Positive : sign < 0 ? Tone::Negative : Tone::Neutral;
    }
    return column == SymbolColumn ? Tone::Neutral : Tone::Muted;
}

QString TickerTableModel::toolTip(int row, int) const
{
    const domain::Symbol &symbol = m_rows[static_cast<std::size_t>(row)];
    const auto age = m_market.age(symbol);
    return age ? tr("%1, updated %2 ago").arg(toQString(symbol), ageText(*age))
               : tr("%1, no data yet").arg(toQString(symbol));
}

QString TickerTableModel::key(int row) const
{
    return toQString(m_rows[static_cast<std::size_t>(row)]);
}

int TickerTableModel::fractionDigits(int column) const
{
    switch (column) {
    case LastColumn:
    case MarkColumn:
    case SpreadColumn:
        return m_priceDecimals;
    case FundingColumn:
        return 4;
    default:
        return 2;
    }
}

} // namespace live
