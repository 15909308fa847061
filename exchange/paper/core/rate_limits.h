#pragma once

#include "exchange/paper/core/rest.h"
#include "exchange/paper/core/types.h"

#include <map>
#include <optional>

namespace paper
{

/// The exchange's limits as exchangeInfo states them. Windows are fixed: aligned to the minute, to 10 s and
/// to 5 min.
struct RateLimitConfig
{
    int weightPerMinute = 2'400;
    int ordersPer10s = 300;
    int ordersPerMinute = 1'200;
    int patience = 10; ///< answers 429 within one ban-free stretch before the address is banned
    domain::Milliseconds firstBan{std::chrono::minutes{2}};
    int statisticsPer5Min = 1'000; ///< calls of /futures/data
    int fundingPer5Min = 500;      ///< calls of fundingRate and fundingInfo together
};

/// What a call is counted in besides its orders: reference 3.1.
enum class LimitPool : std::uint8_t { Weight, Statistics, Funding };

/// Counts what one address and its accounts use.
class RateLimits
{
public:
    explicit RateLimits(RateLimitConfig config = {}) : m_config{config} {}

    /// Books the weight, or says 429 (-1003) or 418 (banned). A refused request is not booked.
    std::optional<Response> admit(int weight, Timestamp now) { return admit(LimitPool::Weight, weight, now); }
    /// The same for any pool; the others count calls.
    std::optional<Response> admit(LimitPool pool, int weight, Timestamp now);
    /// Books one order call of an account, or says 429 (-1015).
    std::optional<Response> admitOrder(AccountId account, int per10s, int perMinute, Timestamp now);
    /// Books what another client of the same address and account used; that may fill a window.
    void addForeign(AccountId account, int weight, int orders, Timestamp now);
    /// x-mbx-used-weight-1m, and for order calls x-mbx-order-count-….
    void addHeaders(Response &response, std::optional<AccountId> ordersOf, Timestamp now);

    struct Used
    {
        int weight = 0;
        int ordersIn10s = 0;
        int ordersInMinute = 0;
    };
    Used used(AccountId account, Timestamp now);
    const RateLimitConfig &config() const { return m_config; }
    /// Other limits from now on; what is used up stays.
    void setConfig(const RateLimitConfig &config) { m_config = config; }

private:
    struct Window
    {
        std::int64_t number = -1;
        int used = 0;
        void turn(Timestamp now, domain::Milliseconds length);
    };
    struct Orders
    {
        Window tenSeconds;
        Window minute;
    };
    Response banned(Timestamp now) const;
    std::optional<Response> refuse(
        Timestamp now, int limit, std::string_view window, domain::Milliseconds wait);
    Orders &ordersOf(AccountId account, Timestamp now);

    RateLimitConfig m_config;
    Window m_weight;
    Window m_statistics;
    Window m_funding;
    std::map<AccountId, Orders> m_orders;
    int m_refusals = 0;
    int m_bans = 0;
    Timestamp m_bannedUntil;
};

} // namespace paper
