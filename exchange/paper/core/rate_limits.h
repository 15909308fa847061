#pragma once

#include "exchange/paper/core/rest.h"
#include "models/domain/time.h"

#include <optional>

namespace paper
{

/// The exchange's limits as exchangeInfo states them. Windows are fixed: aligned to the minute and to 10 s.
struct RateLimitConfig
{
    int weightPerMinute = 2'400;
    int ordersPer10s = 300;
    int ordersPerMinute = 1'200;
    int patience = 10; ///< answers 429 within one ban-free stretch before the address is banned
    domain::Milliseconds firstBan{std::chrono::minutes{2}};
};

/// Counts what one address and one account use.
class RateLimits
{
public:
    explicit RateLimits(RateLimitConfig config = {}) : m_config{config} {}

    /// Books the weight, or says 429 (-1003) or 418 (banned). A refused request is not booked.
    std::optional<Response> admit(int weight, domain::Timestamp now);
    /// Books one order call, or says 429 (-1015).
    std::optional<Response> admitOrder(int per10s, int perMinute, domain::Timestamp now);
    /// Books what another client of the same address and account used; that may fill a window.
    void addForeign(int weight, int orders, domain::Timestamp now);
    /// x-mbx-used-weight-1m, and for order calls x-mbx-order-count-….
    void addHeaders(Response &response, bool isOrder) const;

    const RateLimitConfig &config() const { return m_config; }

private:
    struct Window
    {
        std::int64_t number = -1;
        int used = 0;
        void turn(domain::Timestamp now, domain::Milliseconds length);
    };

    RateLimitConfig m_config;
    Window m_weight;
    Window m_tenSeconds;
    Window m_minute;
    int m_refusals = 0;
    int m_bans = 0;
    domain::Timestamp m_bannedUntil;
};

} // namespace paper
