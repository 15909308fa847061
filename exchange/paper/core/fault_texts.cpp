#include "exchange/paper/core/fault_texts.h"

#include <algorithm>
#include <charconv>

namespace paper
{
namespace
{

using domain::Milliseconds;
using domain::Timestamp;

bool isOrderPath(std::string_view path)
{
    constexpr std::string_view paths[] = {"/fapi/v1/order", "/fapi/v1/algoOrder", "/fapi/v1/batchOrders",
        "/fapi/v1/allOpenOrders", "/fapi/v1/algoOpenOrders"};
    return std::ranges::find(paths, path) != std::end(paths);
}

bool isSigned(const Request &request)
{
    return request.body.rfind("signature=") != std::string::npos ||
           request.query.rfind("signature=") != std::string::npos || request.path == "/fapi/v1/listenKey";
}

bool isAmong(FaultCalls calls, const Request &request)
{
    switch (calls) {
    case FaultCalls::Any:
        return true;
    case FaultCalls::Signed:
        return isSigned(request);
    case FaultCalls::Trading:
        return request.method != "GET" && isOrderPath(request.path);
    case FaultCalls::Placing:
        return isPlacing(request);
    case FaultCalls::Reading:
        return request.method == "GET" && isSigned(request);
    }
    return false;
}

/// Where the value of name begins in a query; npos where it is not there.
std::size_t valueAt(std::string_view query, std::string_view name)
{
    for (std::size_t at = query.find(name); at != std::string_view::npos; at = query.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if ((at == 0 || query[at - 1] == '&') && end < query.size() && query[end] == '=') {
            return end + 1;
        }
    }
    return std::string_view::npos;
}

struct Wording
{
    int code;
    int status;
    std::string_view text;
};

constexpr Wording wordings[] = {
    {-1000, 400, "An unknown error occurred while processing the request."},
    {-1001, 503, "Internal error; unable to process your request. Please try again."},
    {-1006, 503, "An unexpected response was received from the message bus. Execution status unknown."},
    {-1007, 408,
        "Timeout waiting for response from backend server. Send status unknown; execution status unknown."},
    {-1015, 429, "Too many new orders; current limit is 300 orders per TEN_SECONDS."},
    {-1021, 400, "Timestamp for this request is outside of the recvWindow."},
    {-1022, 400, "Signature for this request is not valid."},
    {-1125, 400, "This listenKey does not exist."},
    {-2011, 400, "Unknown order sent."},
    {-2013, 400, "Order does not exist."},
    {-2014, 401, "API-key format invalid."},
    {-2015, 401, "Invalid API-key, IP, or permissions for action."},
    {-2019, 400, "Margin is insufficient."},
    {-4116, 400, "ClientOrderId is duplicated."},
};

Response coded(const FaultRule &rule, Wording standard)
{
    const int code = rule.code != 0 ? rule.code : standard.code;
    const auto known = std::ranges::find(wordings, code, &Wording::code);
    if (rule.code != 0 && known != std::end(wordings)) {
        standard = *known;
    }
    return {rule.status != 0 ? rule.status : standard.status,
        errorBody(code, rule.text.empty() ? standard.text : std::string_view{rule.text}), "application/json",
        {}};
}

Response page(const FaultRule &rule, int standardStatus)
{
    const int status = rule.status != 0 ? rule.status : standardStatus;
    const std::string title = status == 403 ? "403 Forbidden" : status == 502 ? "502 Bad Gateway" : "Welcome";
    return {status,
        rule.text.empty()
            ? "<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1></body></html>\r\n"
            : rule.text,
        "text/html", {}};
}

Response tooMany(const FaultRule &rule, Milliseconds length)
{
    Response response = coded(rule,
        {-1003, 429,
            "Too many requests; current limit is 2400 requests per minute. Please use the websocket for live "
            "updates to avoid polling the API."});
    if (length.count() > 0) {
        response.headers.emplace_back("retry-after", std::to_string((length.count() + 999) / 1'000));
    }
    if (rule.weight > 0) {
        response.headers.emplace_back("x-mbx-used-weight-1m", std::to_string(rule.weight));
    }
    return response;
}

Response banned(const FaultRule &rule, Milliseconds length, Timestamp now)
{
    const std::string text = "Way too many requests; IP(127.0.0.1) banned until " +
                             std::to_string(domain::toMs(now + length)) +
                             ". Please use the websocket for live updates to avoid bans.";
    Response response = coded(rule, {-1003, 418, text});
    response.headers.emplace_back("retry-after", std::to_string((length.count() + 999) / 1'000));
    return response;
}

} // namespace

bool covers(const FaultRule &rule, const Request &request)
{
    if (!isAmong(rule.calls, request) || (!rule.method.empty() && rule.method != request.method) ||
        !request.path.starts_with(rule.path)) {
        return false;
    }
    if (!rule.symbol.empty() && !isHappening(rule.kind) && parameterOf(request, "symbol") != rule.symbol) {
        return false;
    }
    return rule.clientOrderId.empty() ||
           std::ranges::any_of(clientIdsOf(request),
               [&](const std::string &id) { return id.starts_with(rule.clientOrderId); });
}

bool covers(const FaultRule &rule, const StreamMessage &message)
{
    // Answers to calls fare as calls do, unless a rule speaks of their socket.
    const bool isOnRoute = rule.route ? *rule.route == message.route : message.route != Route::WsApi;
    return !message.type.empty() && isOnRoute && (rule.event.empty() || rule.event == message.type) &&
           (rule.symbol.empty() || rule.symbol == message.symbol) &&
           (rule.stream.empty() || rule.stream == message.stream) &&
           message.clientOrderId.starts_with(rule.clientOrderId);
}

bool isPlacing(const Request &request)
{
    return request.method == "POST" &&
           (request.path == "/fapi/v1/order" || request.path == "/fapi/v1/batchOrders" ||
               request.path == "/fapi/v1/algoOrder");
}

bool reduces(const Request &request)
{
    if (parameterOf(request, "reduceOnly") == "true" || parameterOf(request, "closePosition") == "true") {
        return true;
    }
    const std::string positionSide = parameterOf(request, "positionSide");
    const std::string side = parameterOf(request, "side");
    return (positionSide == "LONG" && side == "SELL") || (positionSide == "SHORT" && side == "BUY");
}

std::string parameterOf(const Request &request, std::string_view name)
{
    for (const std::string *query : {&request.query, &request.body}) {
        const std::size_t at = valueAt(*query, name);
        if (at != std::string::npos) {
            const std::string_view value = std::string_view{*query}.substr(at, query->find('&', at) - at);
            return percentDecoded(value, query == &request.body).value_or("");
        }
    }
    return {};
}

std::vector<std::string> clientIdsOf(const Request &request)
{
    std::vector<std::string> ids;
    for (const std::string_view name : {"newClientOrderId", "origClientOrderId", "clientAlgoId"}) {
        if (std::string id = parameterOf(request, name); !id.empty()) {
            ids.push_back(std::move(id));
        }
    }
    if (request.path == "/fapi/v1/batchOrders") {
        const std::string batch = parameterOf(request, "batchOrders");
        constexpr std::string_view key = "\"newClientOrderId\":\"";
        for (std::size_t at = batch.find(key); at != std::string::npos; at = batch.find(key, at + 1)) {
            const std::size_t from = at + key.size();
            ids.push_back(batch.substr(from, batch.find('"', from) - from));
        }
    }
    return ids;
}

std::int64_t numberIn(std::string_view json, std::string_view name)
{
    const std::string key = '"' + std::string{name} + "\":";
    const std::size_t at = json.find(key);
    std::int64_t number = 0;
    if (at != std::string_view::npos) {
        const std::string_view rest = json.substr(at + key.size());
        std::from_chars(rest.data(), rest.data() + rest.size(), number);
    }
    return number;
}

Response answerOf(const FaultRule &rule, Milliseconds length, Timestamp now)
{
    switch (rule.kind) {
    case FaultKind::UnknownExecuted:
    case FaultKind::UnknownNotExecuted:
        return coded(rule, {-1000, 503, "Unknown error, please check your request or try again later."});
    case FaultKind::Unavailable:
        return coded(rule, {-1, 503, "Service Unavailable."});
    case FaultKind::Overloaded:
        return coded(rule, {-1008, 503,
                               "Request throttled by system-level protection. Reduce-only/close-position "
                               "orders are exempt. Please try again."});
    case FaultKind::Html:
        return page(rule, 403);
    case FaultKind::HtmlExecuted:
        return page(rule, 502);
    case FaultKind::Redirect: {
        Response response{rule.status != 0 ? rule.status : 302, "", "text/html", {}};
        response.headers.emplace_back("location", rule.text.empty() ? "http://127.0.0.1:9/" : rule.text);
        return response;
    }
    case FaultKind::TooManyRequests:
        return tooMany(rule, length);
    case FaultKind::Banned:
        return banned(rule, length, now);
    default:
        return coded(rule, wordings[0]);
    }
}

std::string withoutRows(std::string_view array, const std::vector<std::string> &pieces)
{
    std::string kept = "[";
    int depth = 0;
    bool isText = false;
    std::size_t rowAt = 0;
    for (std::size_t i = 1; i < array.size(); ++i) {
        const char c = array[i];
        if (isText) {
            i += c == '\\' ? 1 : 0;
            isText = c != '"';
        } else if (c == '"') {
            isText = true;
        } else if (c == '{' || c == '[') {
            rowAt = depth++ == 0 ? i : rowAt;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            const std::string_view row = array.substr(rowAt, i + 1 - rowAt);
            const bool isHidden = std::ranges::any_of(
                pieces, [&](const std::string &piece) { return row.find(piece) != std::string_view::npos; });
            if (!isHidden) {
                kept += kept.size() > 1 ? "," : "";
                kept += row;
            }
        }
    }
    return kept + "]";
}

} // namespace paper
