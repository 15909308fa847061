#pragma once

#include "exchange/paper/core/candles.h"
#include "exchange/paper/core/engine.h"
#include "exchange/paper/core/listen_keys.h"
#include "exchange/paper/core/market.h"
#include "exchange/paper/core/price_candles.h"
#include "exchange/paper/core/rate_limits.h"
#include "exchange/paper/core/rest.h"
#include "exchange/paper/core/security.h"
#include "exchange/paper/core/tape.h"

#include <map>
#include <string>
#include <vector>

namespace paper
{

/// What the REST interface speaks for. Borrowed.
struct ApiParts
{
    Engine &engine;
    CandleStore &candles;
    const Tape &tape;
    const MarketDriver &market;
    const PriceCandles &prices;
    ListenKeys &listenKeys;
};

/// One request that passed limits and security.
struct ApiCall
{
    const ApiParts &parts;
    const RateLimitConfig &limits;
    const QueryParameters &parameters;
    AccountId account; ///< whose key it bears; 0 where none is asked for
    Timestamp now;
    std::string unread{}; ///< what is wrong with parameters that the endpoint does not have, else empty

    /// The parameter `symbol`, known to the exchange: -1102 where it is missing, -1121 where unknown.
    Result<const SymbolSpec *> symbol() const;
    /// The same, nullptr where it was not sent.
    Result<const SymbolSpec *> optionalSymbol() const;
    /// Parameter limit within 1..most: -1130.
    Result<std::size_t> limit(std::size_t standard, std::size_t most) const;
};

enum class Security : std::uint8_t { None, Key, Signed };

/// One row of the endpoint tables of the reference.
struct Endpoint
{
    std::string_view method;
    std::string_view path;
    Security security = Security::None;
    int (*weight)(const QueryParameters &) = nullptr;
    Result<std::string> (*answer)(const ApiCall &) = nullptr;
    int ordersPer10s = 0;
    int ordersPerMinute = 0;
    LimitPool pool = LimitPool::Weight;
    /// Names of a signed call's parameters, a blank between two, * behind those it cannot do without. Public
    /// calls pass over what they do not know (reference 4.1).
    std::string_view parameters = {};
    bool judgesUnread = false; ///< refuses unread parameters itself, after what it says of those it has
};

/// -1104's text where a signed call holds parameters that the endpoint does not have; else empty.
std::string unreadText(const Endpoint &endpoint, const QueryParameters &parameters);
template <int n> int constantWeight(const QueryParameters &)
{
    return n;
}
/// Another weight where one symbol is asked for.
template <int one, int all> int weightBySymbol(const QueryParameters &parameters)
{
    return parameters.has("symbol") ? one : all;
}

/// Another weight by the parameter limit: that of klines and its relatives.
int klinesWeight(const QueryParameters &parameters);

const std::vector<Endpoint> &marketEndpoints();
const std::vector<Endpoint> &priceEndpoints();
const std::vector<Endpoint> &statisticsEndpoints();
const std::vector<Endpoint> &tradeEndpoints();
const std::vector<Endpoint> &accountEndpoints();
const std::vector<Endpoint> &settingsEndpoints();

/// The REST interface without a socket: a request goes in, the answer comes out. Order of checks: path, ban
/// and weight, key, parameters, timestamp, signature, order count, then the endpoint's own.
class Api
{
public:
    Api(ApiParts parts, std::vector<ApiKey> keys, RateLimitConfig limits = {});
    Response handle(Timestamp now, const Request &request);

    // The steps of handle() for whoever proves the caller in another way: the WebSocket API.
    /// nullptr where there is none.
    const Endpoint *find(std::string_view method, std::string_view path) const;
    /// Ban and weight; a refusal where they do not allow the call.
    std::optional<Response> admit(Timestamp now, const Endpoint &endpoint, const QueryParameters &parameters);
    /// Order count and the endpoint's own.
    Response perform(
        Timestamp now, const Endpoint &endpoint, const QueryParameters &parameters, AccountId account);

    const std::vector<ApiKey> &keys() const { return m_keys; }
    RateLimits &limits() { return m_limits; }

private:
    Response answer(
        Timestamp now, const Request &request, const Endpoint &endpoint, std::optional<AccountId> &account);

    ApiParts m_parts;
    std::vector<ApiKey> m_keys;
    RateLimits m_limits;
    std::map<std::pair<std::string_view, std::string_view>, const Endpoint *> m_endpoints;
};

/// An error as the exchange answers it.
Response refusal(const domain::Error &error);

} // namespace paper
