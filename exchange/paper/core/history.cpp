#include "exchange/paper/core/history.h"

#include "exchange/paper/core/matching.h"

#include <algorithm>

namespace paper
{
namespace
{

constexpr std::chrono::hours shownWithoutFill{3 * 24};
constexpr std::chrono::hours shownAtMost{90 * 24};

bool isShown(const OrderRecord &order, Timestamp now)
{
    const bool endedUnfilled = order.executedQty.isZero() && (order.status == OrderStatus::Canceled ||
                                                                 order.status == OrderStatus::Expired);
    return order.createdAt + (endedUnfilled ? shownWithoutFill : shownAtMost) >= now;
}

bool isWanted(const HistoryQuery &query, const Symbol &symbol, std::int64_t id, Timestamp at)
{
    return (!query.symbol || *query.symbol == symbol) && (!query.fromId || id >= *query.fromId) &&
           (!query.from || at >= *query.from) && (!query.to || at <= *query.to) && at >= query.since;
}

/// The oldest or the newest of the rows that match, as the query says.
template <class Row> void limit(std::vector<Row> &rows, const HistoryQuery &query)
{
    if (rows.size() > query.limit) {
        const auto surplus = static_cast<std::ptrdiff_t>(rows.size() - query.limit);
        const bool wantsOldest = query.fromId || query.from;
        const auto from = wantsOldest ? rows.end() - surplus : rows.begin();
        rows.erase(from, from + surplus);
    }
}

template <class Row> std::vector<Row> copied(const std::vector<const Row *> &rows)
{
    std::vector<Row> copies;
    copies.reserve(rows.size());
    std::ranges::transform(rows, std::back_inserter(copies), [](const Row *row) { return *row; });
    return copies;
}

/// Rows that ascend by time, and by id within a symbol (idAscends: altogether), are read from the newest on
/// and no further than the query reaches.
template <class Row, class Id, class Condition>
std::vector<Row> newestFirst(
    const RowHistory<Row> &history, const HistoryQuery &query, Id id, Condition condition, bool idAscends)
{
    std::vector<const Row *> rows;
    const bool wantsNewest = !query.fromId && !query.from;
    for (auto row = history.rbegin(); row != history.rend(); ++row) {
        const bool isOfSymbol = !query.symbol || *query.symbol == row->symbol;
        const bool isBeforeFirst = query.fromId && id(*row) < *query.fromId;
        if ((query.from && row->at < *query.from) || row->at < query.since ||
            (isBeforeFirst && (idAscends || (query.symbol && isOfSymbol)))) {
            break;
        }
        if (isOfSymbol && !isBeforeFirst && (!query.to || row->at <= *query.to) && condition(*row)) {
            rows.push_back(&*row);
            if (wantsNewest && rows.size() == query.limit) {
                break;
            }
        }
    }
    std::ranges::reverse(rows);
    limit(rows, query);
    return copied(rows);
}

} // namespace

const OrderRecord *findOrder(
    const Exchange &exchange, const Account &account, const Listing &listing, const OrderKey &key)
{
    if (const WorkingOrder *open = findOpen(account, listing, key)) {
        return &open->record;
    }
    const OrderRecord *found = account.orders.find(
        key, [&](const OrderRecord &order) { return order.symbol == listing.spec.symbol; });
    return found != nullptr && isShown(*found, exchange.now) ? found : nullptr;
}

const ConditionalRecord *findConditional(const Account &account, const OrderKey &key)
{
    for (const auto &[algoId, order] : account.conditionals) {
        if (key.orderId != 0 ? algoId == key.orderId : order.clientAlgoId == key.clientOrderId) {
            return &order;
        }
    }
    return account.finishedConditionals.find(key, [](const ConditionalRecord &) { return true; });
}

std::vector<OrderRecord> ordersOf(const Exchange &exchange, const Account &account, const HistoryQuery &query)
{
    std::vector<const OrderRecord *> rows;
    const auto take = [&](const OrderRecord &order) {
        if (isWanted(query, order.symbol, order.orderId, order.createdAt) && isShown(order, exchange.now)) {
            rows.push_back(&order);
        }
    };
    for (auto order = account.orders.rbegin(); order != account.orders.rend(); ++order) {
        if ((query.from && order->updatedAt < *query.from) || order->updatedAt < query.since) {
            break; // orders stand as they ended, and none began after its end
        }
        take(*order);
    }
    std::ranges::reverse(rows);
    for (const auto &[symbol, holding] : account.holdings) {
        for (const WorkingOrder *order : holding.open) {
            take(order->record);
        }
    }
    std::ranges::stable_sort(rows, [](const OrderRecord *a, const OrderRecord *b) {
        return a->symbol == b->symbol ? a->orderId < b->orderId : a->createdAt < b->createdAt;
    });
    limit(rows, query);
    return copied(rows);
}

std::vector<ConditionalRecord> conditionalsOf(const Account &account, const HistoryQuery &query)
{
    std::vector<const ConditionalRecord *> rows;
    const auto take = [&](const ConditionalRecord &order) {
        if (isWanted(query, order.symbol, order.algoId, order.createdAt)) {
            rows.push_back(&order);
        }
    };
    std::ranges::for_each(account.finishedConditionals, take);
    for (const auto &[algoId, order] : account.conditionals) {
        take(order);
    }
    std::ranges::sort(rows, {}, [](const ConditionalRecord *order) { return order->algoId; });
    limit(rows, query);
    return copied(rows);
}

std::vector<UserTrade> tradesOf(const Account &account, const HistoryQuery &query)
{
    return newestFirst(
        account.trades, query, [](const UserTrade &trade) { return trade.id; },
        [&](const UserTrade &trade) { return !query.orderId || trade.orderId == *query.orderId; }, false);
}

std::vector<Income> incomesOf(
    const Account &account, const HistoryQuery &query, std::optional<IncomeType> type)
{
    return newestFirst(
        account.incomes, query, [](const Income &income) { return income.tranId; },
        [&](const Income &income) { return !type || income.type == *type; }, true);
}

std::vector<MarginChange> marginChangesOf(const Account &account, const HistoryQuery &query)
{
    return newestFirst(
        account.marginChanges, query, [](const MarginChange &) { return std::int64_t{0}; },
        [](const MarginChange &) { return true; }, false);
}

} // namespace paper
