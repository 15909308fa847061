#include "exchange/paper/core/api.h"

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;

Response refusal(const domain::Error &error)
{
    Response response;
    response.status = error.code == ErrorCode::Unauthorized ? 401 : 400;
    response.body = errorBody(error.venueCode, error.detail);
    return response;
}

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

Api::Api(ApiParts parts, ApiKey key, RateLimitConfig limits)
    : m_parts{parts},
      m_key{std::move(key)},
      m_limits{limits}
{
    for (const auto *table : {&marketEndpoints(), &tradeEndpoints(), &accountEndpoints()}) {
        for (const Endpoint &endpoint : *table) {
            m_endpoints.emplace(std::pair{endpoint.method, endpoint.path}, &endpoint);
        }
    }
}

Response Api::handle(Timestamp now, const Request &request)
{
    const auto found =
        m_endpoints.find(std::pair{std::string_view{request.method}, std::string_view{request.path}});
    if (found == m_endpoints.end()) {
        return unknownPath();
    }
    Response response = answer(now, request, *found->second);
    m_limits.addHeaders(response, found->second->ordersPer10s > 0 && response.status == 200);
    return response;
}

Response Api::answer(Timestamp now, const Request &request, const Endpoint &endpoint)
{
    const auto parameters = QueryParameters::parse(request.query, request.body);
    const int weight = parameters ? endpoint.weight(*parameters) : 1;
    if (auto refused = m_limits.admit(weight, now)) {
        return *refused;
    }
    if (endpoint.security != Security::None) {
        if (const auto known = checkKey(m_key, request); !known) {
            return refusal(known.error());
        }
    }
    if (!parameters) {
        return refusal(parameters.error());
    }
    if (endpoint.security == Security::Signed) {
        if (const auto checked = checkSignature(m_key, request, *parameters, now); !checked) {
            return refusal(checked.error());
        }
    }
    if (endpoint.ordersPer10s > 0) {
        if (auto refused = m_limits.admitOrder(endpoint.ordersPer10s, endpoint.ordersPerMinute, now)) {
            return *refused;
        }
    }
    auto body = endpoint.answer({m_parts, m_limits.config(), *parameters, now});
    return body ? Response{200, std::move(*body), "application/json", {}} : refusal(body.error());
}

} // namespace paper
