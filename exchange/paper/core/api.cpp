#include "exchange/paper/core/api.h"

#include <algorithm>
#include <set>

namespace paper
{

using domain::ErrorCode;
using domain::failure;

namespace
{

/// Calls use(name, isMandatory) for each of an endpoint's parameters.
template <class Use> void forWords(std::string_view words, Use use)
{
    while (!words.empty()) {
        const std::size_t end = words.find(' ');
        std::string_view name = words.substr(0, end);
        words = end == std::string_view::npos ? std::string_view{} : words.substr(end + 1);
        const bool isMandatory = name.ends_with('*');
        name.remove_suffix(isMandatory ? 1 : 0);
        use(name, isMandatory);
    }
}

/// Parameters that were not read are refused, those that are missing first.
Result<void> checkUnread(
    const Endpoint &endpoint, const QueryParameters &parameters, const std::string &unread)
{
    if (unread.empty() || endpoint.judgesUnread) {
        return {};
    }
    std::string_view absent;
    forWords(endpoint.parameters, [&](std::string_view name, bool isMandatory) {
        if (absent.empty() && isMandatory && !parameters.has(name)) {
            absent = name;
        }
    });
    if (!absent.empty()) {
        return missing(absent);
    }
    return failure(ErrorCode::Rejected, unread, -1104);
}

/// The engine repeats the test of the time window for POST and PUT of order and batchOrders.
Result<void> checkEngineWindow(const Endpoint &endpoint, const QueryParameters &parameters, Timestamp now)
{
    const bool isTested = endpoint.ordersPer10s > 0 && !endpoint.path.ends_with("algoOrder");
    if (isTested && !checkTimestamp(parameters, now)) {
        return failure(
            ErrorCode::Rejected, "Timestamp for this request is outside of the ME recvWindow.", -5028);
    }
    return {};
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
        return failure(ErrorCode::Rejected, "Data sent for parameter 'limit' is not valid.", -1130);
    }
    return static_cast<std::size_t>(**asked);
}

std::string unreadText(const Endpoint &endpoint, const QueryParameters &parameters)
{
    if (endpoint.security != Security::Signed) {
        return {};
    }
    std::set<std::string_view> known{"apiKey", "timestamp", "recvWindow", "signature"};
    forWords(endpoint.parameters, [&](std::string_view name, bool) { known.insert(name); });
    const auto &sent = parameters.all();
    const auto read =
        std::ranges::count_if(sent, [&](const auto &item) { return known.contains(item.first); });
    const auto count = static_cast<std::ptrdiff_t>(sent.size());
    return read == count ? std::string{}
                         : "Not all sent parameters were read; read '" + std::to_string(read) +
                               "' parameter(s) but was sent '" + std::to_string(count) + "'.";
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
    std::string unread = unreadText(endpoint, parameters);
    const auto checked = checkEngineWindow(endpoint, parameters, now).and_then([&] {
        return checkUnread(endpoint, parameters, unread);
    });
    if (!checked) {
        return refusal(checked.error());
    }
    auto body = endpoint.answer({m_parts, m_limits.config(), parameters, account, now, std::move(unread)});
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
