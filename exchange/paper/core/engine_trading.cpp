#include "exchange/paper/core/admission.h"
#include "exchange/paper/core/clockwork.h"
#include "exchange/paper/core/conditional.h"
#include "exchange/paper/core/engine.h"
#include "exchange/paper/core/history.h"
#include "exchange/paper/core/matching.h"
#include "exchange/paper/core/restrictions.h"

#include <algorithm>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;

constexpr std::chrono::hours longestCountdown{24 * 365};

/// Account and listing of a call, or why there are none.
struct Place
{
    Account *account = nullptr;
    Listing *listing = nullptr;
};

Result<Place> placeOf(const Exchange &exchange, AccountId id, const Symbol &symbol)
{
    Account *account = exchange.findAccount(id);
    if (account == nullptr) {
        return unknownAccount();
    }
    if (symbol.empty()) {
        return missingParameter("symbol");
    }
    Listing *listing = exchange.find(symbol);
    if (listing == nullptr) {
        return invalidSymbol();
    }
    return Place{account, listing};
}

Result<void> checkKey(const OrderKey &key)
{
    if (key.orderId == 0 && key.clientOrderId.empty()) {
        return refuse(
            -1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!");
    }
    return {};
}

Result<Admission> admitRequest(const Exchange &exchange, const Place &place, const NewOrderRequest &request)
{
    return readOrder(request, *place.account, *place.listing, exchange.now)
        .and_then([&](OrderIntent intent) -> Result<Admission> {
            if (const auto checked = checkMayPlace(exchange, *place.account); !checked) {
                return tl::unexpected<domain::Error>{checked.error()};
            }
            return admit(*place.account, exchange.holding(*place.account, *place.listing), *place.listing,
                std::move(intent));
        });
}

std::vector<std::int64_t> openConditionalIds(const Account &account, const Symbol &symbol)
{
    std::vector<std::int64_t> ids;
    for (const auto &[algoId, order] : account.conditionals) {
        if (order.status == domain::ConditionalStatus::New && order.symbol == symbol) {
            ids.push_back(algoId);
        }
    }
    return ids;
}

} // namespace

Result<OrderRecord> Engine::place(AccountId id, const NewOrderRequest &request, Timestamp now)
{
    m_exchange->reachTime(now);
    return placeOf(*m_exchange, id, request.symbol).and_then([&](const Place &place) {
        return admitRequest(*m_exchange, place, request).map([&](const Admission &admission) {
            const std::int64_t orderId =
                submitAdmitted(*m_exchange, *place.account, *place.listing, admission);
            OrderRecord answer = *findOrder(*m_exchange, *place.account, *place.listing, {orderId, {}});
            settle(*m_exchange);
            return answer;
        });
    });
}

Result<void> Engine::test(AccountId id, const NewOrderRequest &request, Timestamp now) const
{
    m_exchange->reachTime(now);
    return placeOf(*m_exchange, id, request.symbol).and_then([&](const Place &place) {
        return admitRequest(*m_exchange, place, request).map([](const Admission &) {});
    });
}

Result<OrderRecord> Engine::amend(AccountId id, const AmendRequest &request, Timestamp now)
{
    m_exchange->reachTime(now);
    return placeOf(*m_exchange, id, request.symbol).and_then([&](const Place &place) {
        return readAmendment(request)
            .and_then([&](const Amendment &amendment) -> Result<std::int64_t> {
                if (const auto checked = checkMayPlace(*m_exchange, *place.account); !checked) {
                    return tl::unexpected<domain::Error>{checked.error()};
                }
                return amendOrder(*m_exchange, *place.account, *place.listing, amendment);
            })
            .map([&](std::int64_t orderId) {
                OrderRecord answer = *findOrder(*m_exchange, *place.account, *place.listing, {orderId, {}});
                settle(*m_exchange);
                return answer;
            });
    });
}

Result<OrderRecord> Engine::cancel(AccountId id, const Symbol &symbol, const OrderKey &key, Timestamp now)
{
    m_exchange->reachTime(now);
    return placeOf(*m_exchange, id, symbol).and_then([&](const Place &place) -> Result<OrderRecord> {
        if (const auto checked = checkKey(key); !checked) {
            return tl::unexpected<domain::Error>{checked.error()};
        }
        WorkingOrder *order = findOpen(*place.account, *place.listing, key);
        if (order == nullptr) {
            return failure(ErrorCode::NotFound, "Unknown order sent.", -2011);
        }
        finish(*m_exchange, *order, OrderStatus::Canceled);
        OrderRecord answer = place.account->orders.back();
        settle(*m_exchange);
        return answer;
    });
}

Result<int> Engine::cancelAll(AccountId id, const Symbol &symbol, Timestamp now)
{
    m_exchange->reachTime(now);
    return placeOf(*m_exchange, id, symbol).map([&](const Place &place) {
        const std::vector<WorkingOrder *> open = m_exchange->holding(*place.account, *place.listing).open;
        for (WorkingOrder *order : open) {
            finish(*m_exchange, *order, OrderStatus::Canceled);
        }
        settle(*m_exchange);
        return static_cast<int>(open.size());
    });
}

Result<void> Engine::countdownCancelAll(
    AccountId id, const Symbol &symbol, domain::Milliseconds countdown, Timestamp now)
{
    m_exchange->reachTime(now);
    return placeOf(*m_exchange, id, symbol).and_then([&](const Place &place) -> Result<void> {
        if (countdown.count() < 0 || countdown > longestCountdown) {
            return invalidParameter("countdownTime");
        }
        auto &timer = m_exchange->holding(*place.account, *place.listing).countdownAt;
        timer.reset();
        if (countdown.count() > 0) {
            timer = m_exchange->now + countdown;
        }
        return {};
    });
}

Result<OrderRecord> Engine::query(AccountId id, const Symbol &symbol, const OrderKey &key) const
{
    return placeOf(*m_exchange, id, symbol).and_then([&](const Place &place) -> Result<OrderRecord> {
        if (const auto checked = checkKey(key); !checked) {
            return tl::unexpected<domain::Error>{checked.error()};
        }
        const OrderRecord *found = findOrder(*m_exchange, *place.account, *place.listing, key);
        if (found == nullptr) {
            return failure(ErrorCode::NotFound, "Order does not exist.", -2013);
        }
        return *found;
    });
}

Result<OrderRecord> Engine::queryOpen(AccountId id, const Symbol &symbol, const OrderKey &key) const
{
    return query(id, symbol, key).and_then([](OrderRecord order) -> Result<OrderRecord> {
        if (!order.isOpen()) {
            return failure(ErrorCode::NotFound, "Order does not exist.", -2013);
        }
        return order;
    });
}

std::vector<OrderRecord> Engine::openOrders(AccountId id, const std::optional<Symbol> &symbol) const
{
    std::vector<OrderRecord> rows;
    if (const Account *account = m_exchange->findAccount(id)) {
        for (const auto &[name, holding] : account->holdings) {
            for (const WorkingOrder *order : holding.open) {
                if (!symbol || *symbol == name) {
                    rows.push_back(order->record);
                }
            }
        }
    }
    return rows;
}

std::vector<OrderRecord> Engine::allOrders(AccountId id, const HistoryQuery &query) const
{
    const Account *account = m_exchange->findAccount(id);
    return account == nullptr ? std::vector<OrderRecord>{} : ordersOf(*m_exchange, *account, query);
}

std::vector<UserTrade> Engine::userTrades(AccountId id, const HistoryQuery &query) const
{
    const Account *account = m_exchange->findAccount(id);
    return account == nullptr ? std::vector<UserTrade>{} : tradesOf(*account, query);
}

std::vector<AmendmentRecord> Engine::amendments(AccountId id, const Symbol &symbol, const OrderKey &key) const
{
    std::vector<AmendmentRecord> rows;
    if (const Account *account = m_exchange->findAccount(id)) {
        const auto isWanted = [&](const AmendmentRecord &row) {
            const bool matches = key.orderId != 0            ? row.orderId == key.orderId
                                 : key.clientOrderId.empty() ? true
                                                             : row.clientOrderId == key.clientOrderId;
            return row.symbol == symbol && matches;
        };
        std::ranges::copy_if(account->amendments, std::back_inserter(rows), isWanted);
    }
    return rows;
}

Result<ConditionalRecord> Engine::placeConditional(
    AccountId id, const ConditionalRequest &request, Timestamp now)
{
    m_exchange->reachTime(now);
    return placeOf(*m_exchange, id, request.symbol).and_then([&](const Place &place) {
        auto placed = paper::placeConditional(*m_exchange, *place.account, *place.listing, request);
        settle(*m_exchange);
        return placed;
    });
}

Result<ConditionalRecord> Engine::cancelConditional(AccountId id, const OrderKey &key, Timestamp now)
{
    m_exchange->reachTime(now);
    Account *account = m_exchange->findAccount(id);
    if (account == nullptr) {
        return unknownAccount();
    }
    if (key.orderId == 0 && key.clientOrderId.empty()) {
        return refuse(-1102, "Param 'clientAlgoId' or 'algoId' must be sent, but both were empty/null!");
    }
    const ConditionalRecord *found = findConditional(*account, key);
    if (found == nullptr || !found->isOpen()) {
        return failure(ErrorCode::NotFound, "Unknown order sent.", -2011);
    }
    if (found->status == domain::ConditionalStatus::Triggering) {
        return refuse(-4117, "Stop order is triggering.");
    }
    endConditional(*m_exchange, *account, found->algoId, domain::ConditionalStatus::Canceled);
    return account->finishedConditionals.back();
}

Result<int> Engine::cancelAllConditional(AccountId id, const Symbol &symbol, Timestamp now)
{
    m_exchange->reachTime(now);
    return placeOf(*m_exchange, id, symbol).map([&](const Place &place) {
        const std::vector<std::int64_t> ids = openConditionalIds(*place.account, symbol);
        for (const std::int64_t algoId : ids) {
            endConditional(*m_exchange, *place.account, algoId, domain::ConditionalStatus::Canceled);
        }
        return static_cast<int>(ids.size());
    });
}

Result<ConditionalRecord> Engine::queryConditional(AccountId id, const OrderKey &key) const
{
    const Account *account = m_exchange->findAccount(id);
    if (account == nullptr) {
        return unknownAccount();
    }
    const ConditionalRecord *found = findConditional(*account, key);
    if (found == nullptr) {
        return failure(ErrorCode::NotFound, "Order does not exist.", -2013);
    }
    return *found;
}

std::vector<ConditionalRecord> Engine::openConditional(
    AccountId id, const std::optional<Symbol> &symbol) const
{
    std::vector<ConditionalRecord> rows;
    if (const Account *account = m_exchange->findAccount(id)) {
        for (const auto &[algoId, order] : account->conditionals) {
            if (order.isOpen() && (!symbol || *symbol == order.symbol)) {
                rows.push_back(order);
            }
        }
    }
    return rows;
}

std::vector<ConditionalRecord> Engine::allConditional(AccountId id, const HistoryQuery &query) const
{
    const Account *account = m_exchange->findAccount(id);
    return account == nullptr ? std::vector<ConditionalRecord>{} : conditionalsOf(*account, query);
}

} // namespace paper
