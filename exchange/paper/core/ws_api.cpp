#include "exchange/paper/core/ws_api.h"

#include "exchange/paper/core/json.h"

#include <algorithm>
#include <simdjson.h>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::toMs;

constexpr domain::Milliseconds lifetime{std::chrono::hours{24}};
constexpr int handshakeWeight = 5;
constexpr int sessionWeight = 2;
constexpr int mostControlFrames = 5; ///< a second

struct Method
{
    std::string_view name;
    std::string_view verb;
    std::string_view path;
};

constexpr Method methods[] = {
    {"order.place", "POST", "/fapi/v1/order"},
    {"order.modify", "PUT", "/fapi/v1/order"},
    {"order.cancel", "DELETE", "/fapi/v1/order"},
    {"order.status", "GET", "/fapi/v1/order"},
    {"algoOrder.place", "POST", "/fapi/v1/algoOrder"},
    {"algoOrder.cancel", "DELETE", "/fapi/v1/algoOrder"},
    {"v2/account.position", "GET", "/fapi/v3/positionRisk"},
    {"account.position", "GET", "/fapi/v2/positionRisk"},
    {"v2/account.balance", "GET", "/fapi/v3/balance"},
    {"account.balance", "GET", "/fapi/v2/balance"},
    {"v2/account.status", "GET", "/fapi/v3/account"},
    {"account.status", "GET", "/fapi/v2/account"},
    {"depth", "GET", "/fapi/v1/depth"},
    {"ticker.price", "GET", "/fapi/v1/ticker/price"},
    {"ticker.book", "GET", "/fapi/v1/ticker/bookTicker"},
    {"userDataStream.start", "POST", "/fapi/v1/listenKey"},
    {"userDataStream.ping", "PUT", "/fapi/v1/listenKey"},
    {"userDataStream.stop", "DELETE", "/fapi/v1/listenKey"},
};

bool isSessionMethod(std::string_view method)
{
    return method == "session.logon" || method == "session.status" || method == "session.logout";
}

/// Texts without their quotes, everything else as it stands.
std::string valueText(const simdjson::dom::element &value)
{
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS ? std::string{text} : simdjson::minify(value);
}

std::string percentEncoded(std::string_view text)
{
    std::string encoded;
    for (const char c : text) {
        const bool isPlain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             c == '-' || c == '_' || c == '.' || c == '~';
        if (isPlain) {
            encoded += c;
            continue;
        }
        constexpr char digits[] = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += digits[byte >> 4];
        encoded += digits[byte & 15];
    }
    return encoded;
}

bool isJsonObject(const std::string &text)
{
    return text.starts_with('{') && text.ends_with('}');
}

void limitRow(
    JsonWriter &json, std::string_view type, std::string_view interval, int number, int limit, int count)
{
    json.beginObject()
        .field("rateLimitType", type)
        .field("interval", interval)
        .field("intervalNum", number)
        .field("limit", limit)
        .field("count", count)
        .endObject();
}

} // namespace

Admission WsApi::open(ConnectionId id, std::string_view at, std::string_view query, Timestamp now)
{
    if (at != path) {
        return tl::unexpected{unknownPath()};
    }
    if (auto refused = m_api.limits().admit(handshakeWeight, now)) {
        return tl::unexpected{std::move(*refused)};
    }
    m_sessions[id] = {now, query.find("returnRateLimits=false") == std::string_view::npos, nullptr, {}, {}};
    return {};
}

bool WsApi::onControlFrame(ConnectionId id, Timestamp now)
{
    const auto session = m_sessions.find(id);
    return session != m_sessions.end() && session->second.controlFrames.add(now, mostControlFrames);
}

std::vector<ConnectionId> WsApi::expired(Timestamp now) const
{
    std::vector<ConnectionId> ids;
    for (const auto &[id, session] : m_sessions) {
        if (now - session.connectedAt >= lifetime) {
            ids.push_back(id);
        }
    }
    return ids;
}

std::vector<ConnectionId> WsApi::connections() const
{
    std::vector<ConnectionId> ids;
    for (const auto &[id, session] : m_sessions) {
        ids.push_back(id);
    }
    return ids;
}

std::optional<domain::Error> WsApi::parse(std::string_view text, Frame &frame)
{
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(text.data(), text.size()).get(object) != simdjson::SUCCESS) {
        return domain::Error{ErrorCode::Rejected, "Invalid JSON Request", -1013};
    }
    simdjson::dom::element id;
    if (object["id"].get(id) == simdjson::SUCCESS) {
        frame.id = simdjson::minify(id);
    }
    std::string_view method;
    if (object["method"].get(method) != simdjson::SUCCESS) {
        return missing("method").value();
    }
    frame.method = method;
    simdjson::dom::object params;
    std::map<std::string, std::string, std::less<>> sorted;
    if (object["params"].get(params) == simdjson::SUCCESS) {
        for (const auto &[name, value] : params) {
            if (!value.is_null()) {
                sorted.emplace(name, valueText(value));
            }
        }
    }
    for (const auto &[name, value] : sorted) {
        if (name != "signature") {
            frame.signedText += (frame.signedText.empty() ? "" : "&") + name + '=' + value;
        }
    }
    if (const auto wish = sorted.extract("returnRateLimits"); !wish.empty()) {
        frame.showsLimits = wish.mapped() != "false";
    }
    frame.parameters = QueryParameters{{sorted.begin(), sorted.end()}};
    return std::nullopt;
}

std::string WsApi::envelope(const std::string &id, const Response &response, bool showsLimits,
    std::optional<AccountId> ordersOf, Timestamp now)
{
    JsonWriter json;
    json.beginObject().key("id").raw(id).field("status", response.status);
    const bool isGood = response.status == 200;
    json.key(isGood ? "result" : "error");
    // A gateway's page has no place in a frame.
    json.raw(isGood || isJsonObject(response.body) ? response.body : errorBody(-1000, "An unknown error."));
    if (showsLimits) {
        const RateLimitConfig &limits = m_api.limits().config();
        const RateLimits::Used used = m_api.limits().used(ordersOf.value_or(0), now);
        json.key("rateLimits").beginArray();
        limitRow(json, "REQUEST_WEIGHT", "MINUTE", 1, limits.weightPerMinute, used.weight);
        if (ordersOf) {
            limitRow(json, "ORDERS", "SECOND", 10, limits.ordersPer10s, used.ordersIn10s);
            limitRow(json, "ORDERS", "MINUTE", 1, limits.ordersPerMinute, used.ordersInMinute);
        }
        json.endArray();
    }
    return json.endObject().take();
}

WsApi::Answer WsApi::answerTo(const Frame &frame, const Response &response, Timestamp now)
{
    return {frame.method, envelope(frame.id, response, frame.showsLimits, std::nullopt, now)};
}

std::string WsApi::sessionState(const Session &session, Timestamp now) const
{
    JsonWriter json;
    json.beginObject().key("apiKey");
    if (session.key != nullptr) {
        json.text(session.key->key).field("authorizedSince", toMs(session.authorizedAt));
    } else {
        json.null().key("authorizedSince").null();
    }
    json.field("connectedSince", toMs(session.connectedAt))
        .field("returnRateLimits", session.showsLimits)
        .field("serverTime", toMs(now))
        .endObject();
    return json.take();
}

Result<void> WsApi::logOn(const Frame &frame, Session &session, Timestamp now) const
{
    const auto key = findKey(m_api.keys(), frame.parameters.text("apiKey"));
    if (!key) {
        return tl::unexpected{key.error()};
    }
    if (const auto checked = checkTimestamp(frame.parameters, now); !checked) {
        return checked;
    }
    const std::string signature = frame.parameters.text("signature");
    if (signature.empty()) {
        return missing("signature");
    }
    if ((*key)->ed25519PublicKey.empty()) {
        return failure(ErrorCode::Rejected, "Invalid api key type: session.logon takes Ed25519 keys.", -4056);
    }
    if (!isSignedByEd25519((*key)->ed25519PublicKey, frame.signedText, signature)) {
        return failure(ErrorCode::Rejected, "Signature for this request is not valid.", -1022);
    }
    session.key = *key;
    session.authorizedAt = now;
    return {};
}

WsApi::Answer WsApi::manageSession(const Frame &frame, Session &session, Timestamp now)
{
    if (const auto refused = m_api.limits().admit(sessionWeight, now)) {
        return answerTo(frame, *refused, now);
    }
    if (frame.method == "session.logon") {
        if (const auto known = logOn(frame, session, now); !known) {
            return answerTo(frame, refusal(known.error()), now);
        }
    } else if (frame.method == "session.logout") {
        session.key = nullptr;
    }
    return answerTo(frame, {200, sessionState(session, now), {}, {}}, now);
}

Result<const ApiKey *> WsApi::callerOf(
    const Frame &frame, const Session &session, const Endpoint &endpoint, Timestamp now) const
{
    if (endpoint.security == Security::None) {
        return nullptr;
    }
    const bool isExplicit = frame.parameters.has("apiKey") || session.key == nullptr;
    const Result<const ApiKey *> key =
        isExplicit ? findKey(m_api.keys(), frame.parameters.text("apiKey")) : session.key;
    if (!key || endpoint.security == Security::Key) {
        return key;
    }
    if (const auto checked = checkTimestamp(frame.parameters, now); !checked) {
        return tl::unexpected{checked.error()};
    }
    if (!isExplicit) {
        return key;
    }
    const std::string signature = frame.parameters.text("signature");
    if (signature.empty()) {
        return missing("signature");
    }
    if (isSignedByHmac((*key)->secret, frame.signedText, signature) ||
        (!(*key)->ed25519PublicKey.empty() &&
            isSignedByEd25519((*key)->ed25519PublicKey, frame.signedText, signature))) {
        return key;
    }
    return failure(ErrorCode::Rejected, "Signature for this request is not valid.", -1022);
}

std::variant<WsApi::Answer, WsApi::Task> WsApi::read(ConnectionId id, std::string_view text, Timestamp now)
{
    Session &session = m_sessions[id];
    Frame frame;
    frame.showsLimits = session.showsLimits;
    if (const auto wrong = parse(text, frame)) {
        return answerTo(frame, refusal(*wrong), now);
    }
    if (isSessionMethod(frame.method)) {
        return manageSession(frame, session, now);
    }
    const std::string_view name = frame.method.starts_with("v1/") ? std::string_view{frame.method}.substr(3)
                                                                  : std::string_view{frame.method};
    const auto *const method = std::ranges::find(methods, name, &Method::name);
    if (method == std::end(methods)) {
        return answerTo(
            frame, refusal({ErrorCode::Rejected, "This operation is not supported.", -1020}), now);
    }
    const Endpoint &endpoint = *m_api.find(method->verb, method->path);
    if (const auto refused = m_api.admit(now, endpoint, frame.parameters)) {
        return answerTo(frame, *refused, now);
    }
    const auto caller = callerOf(frame, session, endpoint, now);
    if (!caller) {
        return answerTo(frame, refusal(caller.error()), now);
    }
    Task task{id, frame.id, frame.method, &endpoint, frame.parameters,
        *caller == nullptr ? 0 : (*caller)->account, frame.showsLimits, {}};
    task.request = {std::string{method->verb}, std::string{method->path}, {}, {},
        *caller == nullptr ? std::string{} : (*caller)->key};
    for (const auto &[parameter, value] : task.parameters.all()) {
        task.request.query +=
            (task.request.query.empty() ? "" : "&") + parameter + '=' + percentEncoded(value);
    }
    return task;
}

Response WsApi::carryOut(const Task &task, Timestamp now)
{
    return m_api.perform(now, *task.endpoint, task.parameters, task.account);
}

std::string WsApi::answer(const Task &task, const Response &response, Timestamp now)
{
    const bool isOrder = task.endpoint->ordersPer10s > 0;
    return envelope(
        task.id, response, task.showsLimits, isOrder ? std::optional{task.account} : std::nullopt, now);
}

} // namespace paper
