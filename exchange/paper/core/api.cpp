#include "exchange/paper/core/api.h"

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;

Response unknownPath()
{
    return {404, "<html><body><h1>404 Not Found</h1></body></html>", "text/html", {}};
}

} // namespace

Result<const SymbolSpec *> ApiCall::optionalSymbol() const
{
    if (!parameters.has("symbol")) {
        return nullptr;
    }
    const SymbolSpec *spec = parts.engine.spec(parameters.text("symbol"));
    if (spec == nullptr) {
        return failure(ErrorCode::Rejected, "Invalid symbol.", -1121);
    }
    return spec;
}

Result<const SymbolSpec *> ApiCall::symbol() const
{
    if (!parameters.has("symbol")) {
        return missing("symbol");
    }
    return optionalSymbol();
}

Result<std::size_t> ApiCall::limit(std::size_t standard, std::size_t most) const
{
    const auto asked = parameters.integer("limit");
    if (!asked) {
        return tl::unexpected{asked.error()};
    }
    if (!*asked) {
        return standard;
    }
    if (**asked < 1 || static_cast<std::size_t>(**asked) > most) {
        return failure(
            ErrorCode::Rejected, "Parameter 'limit' is invalid: 1 to " + std::to_string(most) + ".", -1130);
    }
    return static_cast<std::size_t>(**asked);
}

Response refusal(const domain::Error &error)
{
    Response response;
    response.status = error.code == ErrorCode::Unauthorized ? 401 : 400;
    response.body = errorBody(error.venueCode, error.detail);
    return response;
}

Api::Api(ApiParts parts, std::vector<ApiKey> keys, RateLimitConfig limits)
    : m_parts{parts},
      m_keys{std::move(keys)},
      m_limits{limits}
{
    for (const auto *table : {&marketEndpoints(), &priceEndpoints(), &statisticsEndpoints(),
             &tradeEndpoints(), &accountEndpoints(), &settingsEndpoints()}) {
        for (const Endpoint &endpoint : *table) {
            m_endpoints.emplace(std::pair{endpoint.method, endpoint.path}, &endpoint);
        }
    }
}

const Endpoint *Api::find(std::string_view method, std::string_view path) const
{
    const auto found = m_endpoints.find(std::pair{method, path});
    return found == m_endpoints.end() ? nullptr : found->second;
}

Response Api::handle(Timestamp now, const Request &request)
{
    const Endpoint *endpoint = find(request.method, request.path);
    if (endpoint == nullptr) {
        return unknownPath();
    }
    std::optional<AccountId> account;
    Response response = answer(now, request, *endpoint, account);
    if (endpoint->pool == LimitPool::Weight) {
        const bool isOrder = endpoint->ordersPer10s > 0 && response.status == 200;
        m_limits.addHeaders(response, isOrder ? account : std::nullopt, now);
    }
    return response;
}

std::optional<Response> Api::admit(Timestamp now, const Endpoint &endpoint, const QueryParameters &parameters)
{
    return m_limits.admit(endpoint.pool, endpoint.weight(parameters), now);
}

Response Api::perform(
    Timestamp now, const Endpoint &endpoint, const QueryParameters &parameters, AccountId account)
{
    if (endpoint.ordersPer10s > 0) {
        if (auto refused =
                m_limits.admitOrder(account, endpoint.ordersPer10s, endpoint.ordersPerMinute, now)) {
            return *refused;
        }
    }
    auto body = endpoint.answer({m_parts, m_limits.config(), parameters, account, now});
    return body ? Response{200, std::move(*body), "application/json", {}} : refusal(body.error());
}

Response Api::answer(
    Timestamp now, const Request &request, const Endpoint &endpoint, std::optional<AccountId> &account)
{
    const auto parameters = QueryParameters::parse(request.query, request.body);
    if (auto refused = admit(now, endpoint, parameters ? *parameters : QueryParameters{})) {
        return *refused;
    }
    const ApiKey *key = nullptr;
    if (endpoint.security != Security::None) {
        const auto known = findKey(m_keys, request.apiKey);
        if (!known) {
            return refusal(known.error());
        }
        key = *known;
        account = key->account;
    }
    if (!parameters) {
        return refusal(parameters.error());
    }
    if (endpoint.security == Security::Signed) {
        if (const auto checked = checkSignature(*key, request, *parameters, now); !checked) {
            return refusal(checked.error());
        }
    }
    return perform(now, endpoint, *parameters, account.value_or(0));
}

} // namespace paper
