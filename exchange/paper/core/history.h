#pragma once

#include "exchange/paper/core/exchange.h"

/// What an account can ask about its past.
namespace paper
{

/// The order, open or finished, or null where the exchange does not show it (any more): reference 5.4.
const OrderRecord *findOrder(
    const Exchange &exchange, const Account &account, const Listing &listing, const OrderKey &key);
const ConditionalRecord *findConditional(const Account &account, const OrderKey &key);

std::vector<OrderRecord> ordersOf(
    const Exchange &exchange, const Account &account, const HistoryQuery &query);
std::vector<ConditionalRecord> conditionalsOf(const Account &account, const HistoryQuery &query);
std::vector<UserTrade> tradesOf(const Account &account, const HistoryQuery &query);
std::vector<Income> incomesOf(
    const Account &account, const HistoryQuery &query, std::optional<IncomeType> type);
std::vector<MarginChange> marginChangesOf(const Account &account, const HistoryQuery &query);

} // namespace paper
