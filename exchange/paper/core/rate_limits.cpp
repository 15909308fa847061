#include "exchange/paper/core/rate_limits.h"

#include <algorithm>

namespace paper
{
namespace
{

using namespace std::chrono_literals;
using domain::Milliseconds;
using domain::Timestamp;

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

std::optional<Response> RateLimits::admit(int weight, Timestamp now)
{
    const auto banned = [&] {
        return refusal(418, -1003,
            "Way too many requests; IP(127.0.0.1) banned until " +
                std::to_string(domain::toMs(m_bannedUntil)) +
                ". Please use the websocket for live updates to avoid bans.",
            m_bannedUntil - now);
    };
    if (now < m_bannedUntil) {
        return banned();
    }
    m_weight.turn(now, 1min);
    if (m_weight.used + weight <= m_config.weightPerMinute) {
        m_weight.used += weight;
        if (m_weight.used * 2 < m_config.weightPerMinute) {
            m_refusals = 0;
        }
        return std::nullopt;
    }
    if (++m_refusals > m_config.patience) {
        m_bannedUntil = now + m_config.firstBan * (1 << std::min(m_bans, 10));
        ++m_bans;
        m_refusals = 0;
        return banned();
    }
    return refusal(429, -1003,
        "Too many requests; current limit is " + std::to_string(m_config.weightPerMinute) +
            " requests per minute. Please use the websocket for live updates to avoid polling the API.",
        untilNext(now, 1min));
}

std::optional<Response> RateLimits::admitOrder(int per10s, int perMinute, Timestamp now)
{
    m_tenSeconds.turn(now, 10s);
    m_minute.turn(now, 1min);
    const auto tooMany = [&](int limit, const char *window, Milliseconds wait) {
        return refusal(429, -1015,
            "Too many new orders; current limit is " + std::to_string(limit) + " orders per " + window + ".",
            wait);
    };
    if (m_tenSeconds.used + per10s > m_config.ordersPer10s) {
        return tooMany(m_config.ordersPer10s, "TEN_SECONDS", untilNext(now, 10s));
    }
    if (m_minute.used + perMinute > m_config.ordersPerMinute) {
        return tooMany(m_config.ordersPerMinute, "MINUTE", untilNext(now, 1min));
    }
    m_tenSeconds.used += per10s;
    m_minute.used += perMinute;
    return std::nullopt;
}

void RateLimits::addForeign(int weight, int orders, Timestamp now)
{
    m_weight.turn(now, 1min);
    m_tenSeconds.turn(now, 10s);
    m_minute.turn(now, 1min);
    m_weight.used += weight;
    m_tenSeconds.used += orders;
    m_minute.used += orders;
}

void RateLimits::addHeaders(Response &response, bool isOrder) const
{
    response.headers.emplace_back("x-mbx-used-weight-1m", std::to_string(m_weight.used));
    if (isOrder) {
        response.headers.emplace_back("x-mbx-order-count-10s", std::to_string(m_tenSeconds.used));
        response.headers.emplace_back("x-mbx-order-count-1m", std::to_string(m_minute.used));
    }
}

} // namespace paper
