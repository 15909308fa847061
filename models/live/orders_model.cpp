#include "models/live/orders_model.h"

#include "models/live/order_state.h"
#include "models/live/text.h"

#include <algorithm>

namespace live
{

using namespace std::chrono_literals;

namespace
{

/// The same order may be known by our id, by the exchange's or by both.
bool isSame(const domain::Order &a, const domain::Order &b)
{
    if (a.request.symbol != b.request.symbol) {
        return false;
    }
    if (!a.clientOrderId().empty() && !b.clientOrderId().empty()) {
        return a.clientOrderId() == b.clientOrderId();
    }
    return a.orderId != 0 && a.orderId == b.orderId && a.isConditional() == b.isConditional();
}

} // namespace

OrderTableModel::OrderTableModel(
    MarketState &market, TimeDisplay &times, const domain::Clock &clock, QObject *parent)
    : TableModel{{{tr("Time"), false, {}}, {tr("Symbol"), false, {}}, {tr("Side"), false, {}},
                     {tr("Type"), false, {}}, {tr("Price"), true, {}},
                     {tr("Trigger"), true, tr("Price at which a stop or take-profit is sent")},
                     {tr("Quantity"), true, tr("In the base asset")}, {tr("Filled"), true, {}},
                     {tr("Avg. price"), true, tr("Average price of what was filled")},
                     {tr("Reduce"), false, tr("Reduce-only: may shrink a position, never open one")},
                     {tr("State"), false, tr("The one phase this order is in, and what we asked for since")},
                     {tr("Age"), true, tr("Since it was asked for; of a finished order until its end")},
                     {tr("Placed by"), false, tr("elsewhere: website, phone or another program")}},
          parent},
      m_market{market},
      m_times{times},
      m_clock{clock}
{
    connect(&times, &TimeDisplay::changed, this, &OrderTableModel::repaintAll);
    connect(&market, &MarketState::exchangeInfoChanged, this, &OrderTableModel::repaintAll);
}

int OrderTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

domain::Milliseconds OrderTableModel::ageOf(const domain::Order &order) const
{
    return (order.isOpen() ? m_clock.wallNow() : order.updatedAt) - order.createdAt;
}

QString OrderTableModel::text(int row, int column) const
{
    const domain::Order &order = m_rows[static_cast<std::size_t>(row)];
    const domain::NewOrder &request = order.request;
    const int priceDecimals = m_market.priceDecimals(request.symbol);
    const int quantityDecimals = m_market.quantityDecimals(request.symbol);
    switch (column) {
    case TimeColumn:
        return m_times.dateTime(order.createdAt);
    case SymbolColumn:
        return toQString(request.symbol);
    case SideColumn:
        return sideWord(request.side);
    case TypeColumn:
        return orderTypeWord(request);
    case PriceColumn:
        return request.price.isPositive() ? fixedText(request.price, priceDecimals) : tr("market");
    case TriggerColumn:
        return request.triggerPrice.isPositive() ? fixedText(request.triggerPrice, priceDecimals) : QString{};
    case QuantityColumn:
        return request.closePosition ? tr("all") : fixedText(request.quantity, quantityDecimals);
    case FilledColumn:
        return fixedText(order.executedQty, quantityDecimals);
    case AvgPriceColumn:
        return order.avgPrice.isPositive() ? fixedText(order.avgPrice, priceDecimals) : QString{};
    case ReduceColumn:
        return request.reduceOnly || request.closePosition ? tr("yes") : tr("no");
    case StateColumn:
        return stateText(order, {isAmending(order)});
    case AgeColumn:
        return domain::toMs(order.createdAt) > 0 ? ageText(ageOf(order)) : QString{};
    case OriginColumn:
        return originWord(order.origin);
    default:
        return {};
    }
}

QVariant OrderTableModel::sortValue(int row, int column) const
{
    const domain::Order &order = m_rows[static_cast<std::size_t>(row)];
    switch (column) {
    case TimeColumn:
        return QVariant::fromValue<qlonglong>(domain::toMs(order.createdAt));
    case PriceColumn:
        return order.request.price.approximate();
    case TriggerColumn:
        return order.request.triggerPrice.approximate();
    case QuantityColumn:
        return order.request.quantity.approximate();
    case FilledColumn:
        return order.executedQty.approximate();
    case AvgPriceColumn:
        return order.avgPrice.approximate();
    case AgeColumn:
        return QVariant::fromValue<qlonglong>(ageOf(order).count());
    default:
        return text(row, column);
    }
}

Tone OrderTableModel::tone(int row, int column) const
{
    const domain::Order &order = m_rows[static_cast<std::size_t>(row)];
    if (column == SideColumn) {
        return order.request.side == domain::Side::Buy ? Tone::Positive : Tone::Negative;
    }
    if (column == StateColumn) {
        return stateTone(order);
    }
    if (column == AgeColumn) {
        return isUnsettled(order) ? stateTone(order) : Tone::Muted;
    }
    if (column == OriginColumn) {
        return order.origin == domain::OrderOrigin::Own       ? Tone::Muted
               : order.origin == domain::OrderOrigin::Foreign ? Tone::Warning
                                                              : Tone::Danger;
    }
    return column == TimeColumn || column == ReduceColumn ? Tone::Muted : Tone::Neutral;
}

QString OrderTableModel::toolTip(int row, int column) const
{
    const domain::Order &order = m_rows[static_cast<std::size_t>(row)];
    return column == StateColumn
               ? phaseSentence(order)
               : tr("Client order id %1, exchange id %2")
                     .arg(toQString(order.clientOrderId()),
                         order.orderId != 0 ? QString::number(order.orderId) : tr("not known yet"));
}

Mark OrderTableModel::mark(int row, int column) const
{
    const domain::Order &order = m_rows[static_cast<std::size_t>(row)];
    if (column == OriginColumn) {
        return order.origin == domain::OrderOrigin::Own       ? Mark::None
               : order.origin == domain::OrderOrigin::Foreign ? Mark::Ring
                                                              : Mark::Triangle;
    }
    return column == StateColumn ? stateMark(order) : Mark::None;
}

QString OrderTableModel::key(int row) const
{
    const domain::Order &order = m_rows[static_cast<std::size_t>(row)];
    return order.clientOrderId().empty() ? QString::number(order.orderId) : toQString(order.clientOrderId());
}

int OrderTableModel::fractionDigits(int column) const
{
    int most = 0;
    if (column == AgeColumn) {
        return most;
    }
    for (const domain::Order &order : m_rows) {
        const bool isPrice = column == PriceColumn || column == TriggerColumn || column == AvgPriceColumn;
        most = std::max(most, isPrice ? m_market.priceDecimals(order.request.symbol)
                                      : m_market.quantityDecimals(order.request.symbol));
    }
    return most;
}

int OrderTableModel::find(const domain::Order &order) const
{
    const auto found =
        std::ranges::find_if(m_rows, [&order](const domain::Order &known) { return isSame(known, order); });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

void OrderTableModel::insertSorted(const domain::Order &order)
{
    const auto at = std::ranges::find_if(
        m_rows, [&order](const domain::Order &known) { return known.createdAt <= order.createdAt; });
    const int row = static_cast<int>(at - m_rows.begin());
    beginInsertRows({}, row, row);
    m_rows.insert(at, order);
    endInsertRows();
}

void OrderTableModel::replaceAt(int row, const domain::Order &order)
{
    m_rows[static_cast<std::size_t>(row)] = order;
    repaint(row, row);
}

void OrderTableModel::removeAt(int row)
{
    beginRemoveRows({}, row, row);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
}

OrdersModel::OrdersModel(ports::Trading &trading, MarketState &market, TimeDisplay &times,
    const domain::Clock &clock, QObject *parent)
    : OrderTableModel{market, times, clock, parent}
{
    connect(&trading, &ports::Trading::orderChanged, this, &OrdersModel::apply);
    ports::whenFinished(trading.orders(), this, [this](const ports::OrdersPtr &orders) {
        for (const domain::Order &order : *orders) {
            // What the stream said meanwhile is newer than the list.
            if (find(order) < 0) {
                apply(order);
            }
        }
    });
    m_ageing.setInterval(500ms); // a second is never skipped
    connect(&m_ageing, &QTimer::timeout, this, [this] { repaintColumn(AgeColumn); });
    m_ageing.start();
}

bool OrdersModel::isAmending(const domain::Order &order) const
{
    return m_amending.contains(order.clientOrderId());
}

void OrdersModel::setAmending(const std::string &clientOrderId, bool amending)
{
    if (amending) {
        m_amending.insert(clientOrderId);
    } else {
        m_amending.erase(clientOrderId);
    }
    if (const int row = rowOf(clientOrderId); row >= 0) {
        repaint(row, row);
    }
}

int OrderTableModel::rowOf(const std::string &clientOrderId) const
{
    const auto found = std::ranges::find_if(m_rows,
        [&clientOrderId](const domain::Order &known) { return known.clientOrderId() == clientOrderId; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

void OrdersModel::apply(const domain::Order &order)
{
    const int row = find(order);
    if (row >= 0 && order.isOpen()) {
        replaceAt(row, order);
    } else if (row >= 0) {
        removeAt(row);
    } else if (order.isOpen()) {
        insertSorted(order);
    } else {
        return;
    }
    emit openOrdersChanged();
}

OrderHistoryModel::OrderHistoryModel(ports::Trading &trading, MarketState &market, TimeDisplay &times,
    const domain::Clock &clock, QObject *parent)
    : OrderTableModel{market, times, clock, parent},
      m_trading{trading}
{
    connect(&trading, &ports::Trading::orderChanged, this, &OrderHistoryModel::apply);
    ports::whenFinished(trading.orders(), this, [this](const ports::OrdersPtr &orders) {
        for (const domain::Order &order : *orders) {
            apply(order);
        }
    });
}

void OrderHistoryModel::apply(const domain::Order &order)
{
    if (order.isOpen()) {
        return;
    }
    if (const int row = find(order); row >= 0) {
        if (m_rows[static_cast<std::size_t>(row)].updatedAt <= order.updatedAt) {
            replaceAt(row, order);
        }
        return;
    }
    insertSorted(order);
    if (rowCount() > capacity) {
        removeAt(rowCount() - 1);
    }
}

void OrderHistoryModel::load(const domain::Symbol &symbol)
{
    ports::whenFinished(
        m_trading.orderHistory(symbol, 500), this, [this](const ports::Result<ports::OrdersPtr> &orders) {
            if (!orders) {
                emit loadFailed(toQString(orders.error().detail));
                return;
            }
            for (const domain::Order &order : **orders) {
                apply(order);
            }
        });
}

FillsModel::FillsModel(ports::Trading &trading, MarketState &market, TimeDisplay &times, QObject *parent)
    : TableModel{{{tr("Time"), false, {}}, {tr("Symbol"), false, {}}, {tr("Side"), false, {}},
                     {tr("Price"), true, {}}, {tr("Quantity"), true, tr("In the base asset")},
                     {tr("Value"), true, tr("Price times quantity, in the quote asset")},
                     {tr("Fee"), true, tr("Positive when paid")},
                     {tr("Realized PnL"), true, tr("Before the fee, in the quote asset")},
                     {tr("Role"), false, tr("Maker: rested in the book; taker: crossed it")}},
          parent},
      m_trading{trading},
      m_market{market},
      m_times{times}
{
    connect(&trading, &ports::Trading::fillArrived, this, &FillsModel::apply);
    connect(&times, &TimeDisplay::changed, this, &FillsModel::repaintAll);
    connect(&market, &MarketState::exchangeInfoChanged, this, &FillsModel::repaintAll);
}

void FillsModel::apply(const domain::Fill &fill)
{
    const bool isKnown = std::ranges::any_of(m_rows, [&fill](const domain::Fill &known) {
        return known.tradeId == fill.tradeId && known.symbol == fill.symbol;
    });
    if (isKnown) {
        return;
    }
    const auto at =
        std::ranges::find_if(m_rows, [&fill](const domain::Fill &known) { return known.at <= fill.at; });
    const int row = static_cast<int>(at - m_rows.begin());
    beginInsertRows({}, row, row);
    m_rows.insert(at, fill);
    endInsertRows();
    if (rowCount() > capacity) {
        beginRemoveRows({}, rowCount() - 1, rowCount() - 1);
        m_rows.pop_back();
        endRemoveRows();
    }
}

void FillsModel::load(const domain::Symbol &symbol)
{
    ports::whenFinished(
        m_trading.fillHistory(symbol, 500), this, [this](const ports::Result<ports::FillsPtr> &fills) {
            if (!fills) {
                emit loadFailed(toQString(fills.error().detail));
                return;
            }
            for (const domain::Fill &fill : **fills) {
                apply(fill);
            }
        });
}

int FillsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QString FillsModel::text(int row, int column) const
{
    const domain::Fill &fill = m_rows[static_cast<std::size_t>(row)];
    switch (column) {
    case TimeColumn:
        return m_times.dateTime(fill.at);
    case SymbolColumn:
        return toQString(fill.symbol);
    case SideColumn:
        return sideWord(fill.side);
    case PriceColumn:
        return fixedText(fill.price, m_market.priceDecimals(fill.symbol));
    case QuantityColumn:
        return fixedText(fill.quantity, m_market.quantityDecimals(fill.symbol));
    case ValueColumn:
        return fixedText(fill.price * fill.quantity, 2);
    case FeeColumn:
        return fixedText(fill.commission, 4) + u' ' + toQString(fill.commissionAsset);
    case PnlColumn:
        return signedText(fill.realizedPnl, 2);
    case RoleColumn:
        return fill.isMaker ? tr("maker") : tr("taker");
    default:
        return {};
    }
}

QVariant FillsModel::sortValue(int row, int column) const
{
    const domain::Fill &fill = m_rows[static_cast<std::size_t>(row)];
    switch (column) {
    case TimeColumn:
        return QVariant::fromValue<qlonglong>(domain::toMs(fill.at));
    case PriceColumn:
        return fill.price.approximate();
    case QuantityColumn:
        return fill.quantity.approximate();
    case ValueColumn:
        return (fill.price * fill.quantity).approximate();
    case FeeColumn:
        return fill.commission.approximate();
    case PnlColumn:
        return fill.realizedPnl.approximate();
    default:
        return text(row, column);
    }
}

Tone FillsModel::tone(int row, int column) const
{
    const domain::Fill &fill = m_rows[static_cast<std::size_t>(row)];
    if (column == SideColumn) {
        return fill.side == domain::Side::Buy ? Tone::Positive : Tone::Negative;
    }
    if (column == PnlColumn) {
        return fill.realizedPnl.isPositive()   ? Tone::Positive
               : fill.realizedPnl.isNegative() ? Tone::Negative
                                               : Tone::Muted;
    }
    return column == TimeColumn || column == RoleColumn ? Tone::Muted : Tone::Neutral;
}

QString FillsModel::key(int row) const
{
    const domain::Fill &fill = m_rows[static_cast<std::size_t>(row)];
    return toQString(fill.symbol) + u':' + QString::number(fill.tradeId);
}

int FillsModel::fractionDigits(int column) const
{
    int most = column == FeeColumn ? 4 : 2;
    if (column == PriceColumn || column == QuantityColumn) {
        most = 0;
        for (const domain::Fill &fill : m_rows) {
            most = std::max(most, column == PriceColumn ? m_market.priceDecimals(fill.symbol)
                                                        : m_market.quantityDecimals(fill.symbol));
        }
    }
    return most;
}

} // namespace live
