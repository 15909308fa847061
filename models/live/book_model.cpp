#include "models/live/book_model.h"

#include "models/live/text.h"

#include <algorithm>

namespace live
{

BookModel::BookModel(ports::MarketData &marketData, MarketState &market, QObject *parent)
    : TableModel{{{tr("Price"), true, {}}, {tr("Quantity"), true, tr("In the base asset")},
                     {tr("Total"), true, tr("Sum from the best price to this one, in the base asset")}},
          parent},
      m_marketData{marketData},
      m_market{market}
{
    connect(&marketData, &ports::MarketData::bookChanged, this, &BookModel::show);
    connect(&market, &MarketState::exchangeInfoChanged, this, &BookModel::rebuild);
}

void BookModel::setSymbol(const domain::Symbol &symbol)
{
    if (symbol == m_symbol) {
        return;
    }
    m_symbol = symbol;
    m_view.reset();
    m_grouping = 1;
    m_claim = symbol.empty() ? ports::Subscription{} : m_marketData.watchBook(symbol);
    rebuild();
    emit stateChanged();
}

void BookModel::setDepth(int rowsPerSide)
{
    const int depth = std::clamp(rowsPerSide, 1, 100);
    if (depth != m_depth) {
        beginResetModel();
        m_depth = depth;
        endResetModel();
        rebuild();
    }
}

void BookModel::setGrouping(int tickMultiple)
{
    m_grouping = std::max(1, tickMultiple);
    rebuild();
}

void BookModel::show(const ports::BookViewPtr &view)
{
    if (view->symbol != m_symbol) {
        return;
    }
    const bool isNewState =
        !m_view || view->state != m_view->state || view->resyncCount != m_view->resyncCount;
    m_view = view;
    if (view->state == domain::BookView::State::Live) {
        m_market.noteHeard(m_symbol);
    }
    rebuild();
    if (isNewState) {
        emit stateChanged();
    }
}

std::optional<domain::Milliseconds> BookModel::age(const domain::Clock &clock) const
{
    if (!m_view || domain::toMs(m_view->at) == 0) {
        return std::nullopt;
    }
    return clock.wallNow() - m_view->at;
}

domain::Price BookModel::step() const
{
    const domain::SymbolSpec *spec = m_market.spec(m_symbol);
    return spec ? spec->tickSize * m_grouping : domain::Price{};
}

std::vector<BookModel::Level> BookModel::levels(
    const std::vector<domain::BookLevel> &source, bool areAsks) const
{
    const domain::Price width = step();
    const auto rounding = areAsks ? domain::Rounding::Up : domain::Rounding::Down;
    std::vector<Level> joined;
    domain::Quantity total;
    for (const domain::BookLevel &level : source) {
        const domain::Price price = m_grouping == 1 ? level.price : level.price.roundedTo(width, rounding);
        if (joined.empty() || joined.back().price != price) {
            if (static_cast<int>(joined.size()) == m_depth) {
                break;
            }
            joined.push_back({price, {}, {}});
        }
        total += level.quantity;
        joined.back().quantity += level.quantity;
        joined.back().total = total;
    }
    return joined;
}

void BookModel::rebuild()
{
    m_bids = m_view ? levels(m_view->bids, false) : std::vector<Level>{};
    m_asks = m_view ? levels(m_view->asks, true) : std::vector<Level>{};
    m_largestTotal = {};
    for (const std::vector<Level> *side : {&m_bids, &m_asks}) {
        if (!side->empty()) {
            m_largestTotal = std::max(m_largestTotal, side->back().total);
        }
    }
    repaintAll();
}

const BookModel::Level *BookModel::levelAt(int row) const
{
    const std::vector<Level> &side = isAsk(row) ? m_asks : m_bids;
    const int at = isAsk(row) ? m_depth - 1 - row : row - m_depth - 1;
    return at >= 0 && at < static_cast<int>(side.size()) ? &side[static_cast<std::size_t>(at)] : nullptr;
}

std::optional<domain::Price> BookModel::priceAt(int row) const
{
    const Level *level = row == spreadRow() ? nullptr : levelAt(row);
    return level ? std::optional{level->price} : std::nullopt;
}

int BookModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : 2 * m_depth + 1;
}

QString BookModel::spreadText(int column) const
{
    if (!m_view || m_view->bids.empty() || m_view->asks.empty()) {
        return {};
    }
    const domain::Price bid = m_view->bids.front().price;
    const domain::Price spread = m_view->asks.front().price - bid;
    switch (column) {
    case PriceColumn:
        return fixedText(spread, m_market.priceDecimals(m_symbol));
    case QuantityColumn:
        return tr("spread");
    default:
        return bid.isPositive() ? percentText(spread / bid, 4) : QString{};
    }
}

QString BookModel::text(int row, int column) const
{
    if (row == spreadRow()) {
        return spreadText(column);
    }
    const Level *level = levelAt(row);
    if (!level) {
        return {};
    }
    switch (column) {
    case PriceColumn:
        return fixedText(level->price, m_market.priceDecimals(m_symbol));
    case QuantityColumn:
        return fixedText(level->quantity, m_market.quantityDecimals(m_symbol));
    case TotalColumn:
        return fixedText(level->total, m_market.quantityDecimals(m_symbol));
    default:
        return {};
    }
}

Tone BookModel::tone(int row, int column) const
{
    if (row == spreadRow() || state() != domain::BookView::State::Live) {
        return Tone::Muted;
    }
    if (column == PriceColumn) {
        return isAsk(row) ? Tone::Negative : Tone::Positive;
    }
    return column == TotalColumn ? Tone::Muted : Tone::Neutral;
}

QString BookModel::key(int row) const
{
    const auto price = priceAt(row);
    return price ? toQString(price->toString()) : QString{};
}

double BookModel::share(int row, int) const
{
    const Level *level = row == spreadRow() ? nullptr : levelAt(row);
    return level && m_largestTotal.isPositive() ? (level->total / m_largestTotal).approximate() : 0.0;
}

int BookModel::fractionDigits(int column) const
{
    return column == PriceColumn ? m_market.priceDecimals(m_symbol) : m_market.quantityDecimals(m_symbol);
}

} // namespace live
