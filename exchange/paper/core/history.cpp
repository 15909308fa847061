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
           (!query.from || at >= *query.from) && (!query.to || at <= *query.to);
}

template <class Row> std::vector<Row> limited(std::vector<Row> rows, const HistoryQuery &query)
{
    if (rows.size() > query.limit) {
        const auto surplus = static_cast<std::ptrdiff_t>(rows.size() - query.limit);
        const bool wantsOldest = query.fromId || query.from;
        const auto from = wantsOldest ? rows.end() - surplus : rows.begin();
        rows.erase(from, from + surplus);
    }
    return rows;
}

} // namespace

const OrderRecord *findOrder(
    const Exchange &exchange, const Account &account, const Listing &listing, const OrderKey &key)
{
    if (const WorkingOrder *open = findOpen(account, listing, key)) {
        return &open->record;
    }
    const auto found =
        std::find_if(account.orders.rbegin(), account.orders.rend(), [&](const OrderRecord &order) {
            return order.symbol == listing.spec.symbol &&
                   (key.orderId != 0 ? order.orderId == key.orderId
                                     : order.clientOrderId == key.clientOrderId);
        });
    return found != account.orders.rend() && isShown(*found, exchange.now) ? &*found : nullptr;
}

const ConditionalRecord *findConditional(const Account &account, const OrderKey &key)
{
    const auto matches = [&](const ConditionalRecord &order) {
        return key.orderId != 0 ? order.algoId == key.orderId : order.clientAlgoId == key.clientOrderId;
    };
    for (const auto &[algoId, order] : account.conditionals) {
        if (matches(order)) {
            return &order;
        }
    }
    const auto found =
        std::find_if(account.finishedConditionals.rbegin(), account.finishedConditionals.rend(), matches);
    return found == account.finishedConditionals.rend() ? nullptr : &*found;
}

std::vector<OrderRecord> ordersOf(const Exchange &exchange, const Account &account, const HistoryQuery &query)
{
    std::vector<OrderRecord> rows;
    const auto take = [&](const OrderRecord &order) {
        if (isWanted(query, order.symbol, order.orderId, order.createdAt) && isShown(order, exchange.now)) {
            rows.push_back(order);
        }
    };
    std::ranges::for_each(account.orders, take);
    for (const auto &[symbol, holding] : account.holdings) {
        for (const WorkingOrder *order : holding.open) {
            take(order->record);
        }
    }
    std::ranges::stable_sort(rows, [](const OrderRecord &a, const OrderRecord &b) {
        return a.symbol == b.symbol ? a.orderId < b.orderId : a.createdAt < b.createdAt;
    });
    return limited(std::move(rows), query);
}

std::vector<ConditionalRecord> conditionalsOf(const Account &account, const HistoryQuery &query)
{
    std::vector<ConditionalRecord> rows;
    const auto take = [&](const ConditionalRecord &order) {
        if (isWanted(query, order.symbol, order.algoId, order.createdAt)) {
            rows.push_back(order);
        }
    };
    std::ranges::for_each(account.finishedConditionals, take);
    for (const auto &[algoId, order] : account.conditionals) {
        take(order);
    }
    std::ranges::sort(rows, {}, &ConditionalRecord::algoId);
    return limited(std::move(rows), query);
}

std::vector<UserTrade> tradesOf(const Account &account, const HistoryQuery &query)
{
    std::vector<UserTrade> rows;
    std::ranges::copy_if(account.trades, std::back_inserter(rows), [&](const UserTrade &trade) {
        return isWanted(query, trade.symbol, trade.id, trade.at) &&
               (!query.orderId || trade.orderId == *query.orderId);
    });
    return limited(std::move(rows), query);
}

std::vector<Income> incomesOf(
    const Account &account, const HistoryQuery &query, std::optional<IncomeType> type)
{
    std::vector<Income> rows;
    std::ranges::copy_if(account.incomes, std::back_inserter(rows), [&](const Income &income) {
        return isWanted(query, income.symbol, income.tranId, income.at) && (!type || income.type == *type);
    });
    return limited(std::move(rows), query);
}

std::vector<MarginChange> marginChangesOf(const Account &account, const HistoryQuery &query)
{
    std::vector<MarginChange> rows;
    std::ranges::copy_if(account.marginChanges, std::back_inserter(rows),
        [&](const MarginChange &change) { return isWanted(query, change.symbol, 0, change.at); });
    return limited(std::move(rows), query);
}

} // namespace paper
