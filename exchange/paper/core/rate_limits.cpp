#include "exchange/paper/core/rate_limits.h"

#include <algorithm>

namespace paper
{
namespace
{

using namespace std::chrono_literals;
using domain::Milliseconds;

Response refusal(int status, int code, const std::string &text, Milliseconds wait)
{
    Response response{status, errorBody(code, text), "application/json", {}};
    response.headers.emplace_back(
        "retry-after", std::to_string(std::max<std::int64_t>((wait.count() + 999) / 1'000, 1)));
    return response;
}

Milliseconds untilNext(Timestamp now, Milliseconds window)
{
    return window - now.time_since_epoch() % window;
}

} // namespace

void RateLimits::Window::turn(Timestamp now, Milliseconds length)
{
    const std::int64_t current = now.time_since_epoch() / length;
    if (current != number) {
        number = current;
        used = 0;
    }
}

Response RateLimits::banned(Timestamp now) const
{
    return refusal(418, -1003,
        "Way too many requests; IP(127.0.0.1) banned until " + std::to_string(domain::toMs(m_bannedUntil)) +
            ". Please use the websocket for live updates to avoid bans.",
        m_bannedUntil - now);
}

std::optional<Response> RateLimits::refuse(
    Timestamp now, int limit, std::string_view window, Milliseconds wait)
{
    if (++m_refusals > m_config.patience) {
        m_bannedUntil = now + m_config.firstBan * (1 << std::min(m_bans, 10));
        ++m_bans;
        m_refusals = 0;
        return banned(now);
    }
    return refusal(429, -1003,
        "Too many requests; current limit is " + std::to_string(limit) + " requests per " +
            std::string{window} + ". Please use the websocket for live updates to avoid polling the API.",
        wait);
}

std::optional<Response> RateLimits::admit(LimitPool pool, int weight, Timestamp now)
{
    if (now < m_bannedUntil) {
        return banned(now);
    }
    if (pool != LimitPool::Weight) {
        Window &window = pool == LimitPool::Funding ? m_funding : m_statistics;
        const int limit = pool == LimitPool::Funding ? m_config.fundingPer5Min : m_config.statisticsPer5Min;
        window.turn(now, 5min);
        if (window.used < limit) {
            ++window.used;
            return std::nullopt;
        }
        return refuse(now, limit, "5 minutes", untilNext(now, 5min));
    }
    m_weight.turn(now, 1min);
    if (m_weight.used + weight <= m_config.weightPerMinute) {
        m_weight.used += weight;
        if (m_weight.used * 2 < m_config.weightPerMinute) {
            m_refusals = 0;
        }
        return std::nullopt;
    }
    return refuse(now, m_config.weightPerMinute, "minute", untilNext(now, 1min));
}

RateLimits::Orders &RateLimits::ordersOf(AccountId account, Timestamp now)
{
    Orders &orders = m_orders[account];
    orders.tenSeconds.turn(now, 10s);
    orders.minute.turn(now, 1min);
    return orders;
}

std::optional<Response> RateLimits::admitOrder(AccountId account, int per10s, int perMinute, Timestamp now)
{
    Orders &orders = ordersOf(account, now);
    const auto tooMany = [&](int limit, const char *window, Milliseconds wait) {
        return refusal(429, -1015,
            "Too many new orders; current limit is " + std::to_string(limit) + " orders per " + window + ".",
            wait);
    };
    if (orders.tenSeconds.used + per10s > m_config.ordersPer10s) {
        return tooMany(m_config.ordersPer10s, "TEN_SECONDS", untilNext(now, 10s));
    }
    if (orders.minute.used + perMinute > m_config.ordersPerMinute) {
        return tooMany(m_config.ordersPerMinute, "MINUTE", untilNext(now, 1min));
    }
    orders.tenSeconds.used += per10s;
    orders.minute.used += perMinute;
    return std::nullopt;
}

void RateLimits::addForeign(AccountId account, int weight, int orders, Timestamp now)
{
    m_weight.turn(now, 1min);
    m_weight.used += weight;
    Orders &own = ordersOf(account, now);
    own.tenSeconds.used += orders;
    own.minute.used += orders;
}

RateLimits::Used RateLimits::used(AccountId account, Timestamp now)
{
    m_weight.turn(now, 1min);
    const Orders &orders = ordersOf(account, now);
    return {m_weight.used, orders.tenSeconds.used, orders.minute.used};
}

void RateLimits::addHeaders(Response &response, std::optional<AccountId> ordersOf, Timestamp now)
{
    const Used counts = used(ordersOf.value_or(0), now);
    response.headers.emplace_back("x-mbx-used-weight-1m", std::to_string(counts.weight));
    if (ordersOf) {
        response.headers.emplace_back("x-mbx-order-count-10s", std::to_string(counts.ordersIn10s));
        response.headers.emplace_back("x-mbx-order-count-1m", std::to_string(counts.ordersInMinute));
    }
}

} // namespace paper
