#include "exchange/paper/core/streams.h"

#include "exchange/paper/core/json.h"
#include "exchange/paper/core/rest.h"
#include "exchange/paper/core/web_frames.h"

#include <algorithm>
#include <simdjson.h>

namespace paper
{
namespace
{

std::vector<std::string> splitNames(std::string_view text)
{
    std::vector<std::string> names;
    while (!text.empty()) {
        const std::size_t slash = text.find('/');
        if (slash != 0) {
            names.emplace_back(text.substr(0, slash));
        }
        text = slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
    }
    return names;
}

/// Takes "/market" and the like off the path.
Route takeRoute(std::string_view &path)
{
    for (const auto &[prefix, route] : {std::pair{std::string_view{"/public"}, Route::Public},
             std::pair{std::string_view{"/market"}, Route::Market},
             std::pair{std::string_view{"/private"}, Route::Private}}) {
        if (path.starts_with(prefix)) {
            path.remove_prefix(prefix.size());
            return route;
        }
    }
    return Route::Unrouted;
}

Response badRequest(std::string_view why)
{
    return {400, std::string{why}, "text/plain", {}};
}

std::string result(std::string_view json, std::string_view id)
{
    JsonWriter answer;
    answer.beginObject().key("result").raw(json).key("id").raw(id).endObject();
    return answer.take();
}

std::string controlError(int code, std::string_view message, std::string_view id)
{
    JsonWriter answer;
    answer.beginObject().field("code", code).field("msg", message);
    if (!id.empty()) {
        answer.key("id").raw(id);
    }
    return answer.endObject().take();
}

std::string invalidJson()
{
    JsonWriter answer;
    answer.beginObject().key("error").beginObject();
    answer.field("code", 3)
        .field("msg", "Invalid JSON: expected value at line 1 column 1")
        .endObject()
        .endObject();
    return answer.take();
}

/// Texts of an array parameter; unset where it is none or holds something else.
std::optional<std::vector<std::string>> textParameters(const simdjson::dom::element &message)
{
    simdjson::dom::array params;
    if (message["params"].get(params) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    std::vector<std::string> texts;
    for (const simdjson::dom::element param : params) {
        std::string_view text;
        if (param.get(text) != simdjson::SUCCESS) {
            return std::nullopt;
        }
        texts.emplace_back(text);
    }
    return texts;
}

} // namespace

StreamHub::StreamHub(StreamParts parts, ListenKeys &listenKeys, StreamConfig config)
    : m_parts{parts},
      m_listenKeys{listenKeys},
      m_config{config},
      m_limits{config.limits},
      m_streams{parts},
      m_publish{[this](const std::string &stream, const std::string &payload) { publish(stream, payload); }}
{
}

Admission StreamHub::open(ConnectionId id, std::string_view path, std::string_view query, Timestamp now)
{
    if (auto admitted = m_limits.admit(now); !admitted) {
        return admitted;
    }
    Connection connection;
    connection.openedAt = now;
    connection.route = takeRoute(path);
    const bool isRaw = path == "/ws" || path.starts_with("/ws/");
    connection.isCombined = path == "/stream";
    if ((!isRaw && !connection.isCombined) || path.ends_with('/')) {
        return tl::unexpected{unknownPath()};
    }
    Connection &kept = m_connections[id] = std::move(connection);
    const std::string_view inPath = isRaw && path.size() > 4 ? path.substr(4) : std::string_view{};
    if (kept.route == Route::Private) {
        openPrivate(kept, inPath, query);
        return {};
    }
    std::string names{inPath};
    constexpr std::string_view streams = "streams=";
    if (kept.isCombined && query.starts_with(streams)) {
        names = percentDecoded(query.substr(streams.size()), false).value_or("");
    } else if (!query.empty()) {
        m_connections.erase(id);
        return tl::unexpected{badRequest("Streams are named in the path, or by ?streams= of /stream.")};
    }
    const std::vector<std::string> wanted = splitNames(names);
    if (wanted.size() > m_config.mostStreams) {
        m_connections.erase(id);
        return tl::unexpected{badRequest("More than 1024 streams on one connection.")};
    }
    for (const std::string &name : wanted) {
        subscribe(id, kept, name, now);
    }
    return {};
}

void StreamHub::openPrivate(Connection &connection, std::string_view path, std::string_view query)
{
    if (!path.empty() && !m_config.needsEvents) {
        connection.feeds.push_back({std::string{path}, {}});
    }
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view item = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
        const std::size_t equals = item.find('=');
        const std::string_view name = item.substr(0, equals);
        const std::string value = equals == std::string_view::npos
                                      ? std::string{}
                                      : percentDecoded(item.substr(equals + 1), false).value_or("");
        if (name == "listenKey") {
            connection.feeds.push_back({value, {}});
        } else if (name == "events" && !connection.feeds.empty()) {
            for (std::string &event : splitNames(value)) {
                connection.feeds.back().events.insert(std::move(event));
            }
        }
    }
    if (m_config.needsEvents) {
        std::erase_if(connection.feeds, [](const UserFeed &feed) { return feed.events.empty(); });
    }
}

void StreamHub::close(ConnectionId id)
{
    const auto found = m_connections.find(id);
    if (found == m_connections.end()) {
        return;
    }
    for (const std::string &stream : found->second.subscriptions) {
        leave(id, stream);
    }
    m_connections.erase(found);
}

void StreamHub::subscribe(ConnectionId id, Connection &connection, const std::string &stream, Timestamp now)
{
    if (std::ranges::find(connection.subscriptions, stream) != connection.subscriptions.end()) {
        return;
    }
    connection.subscriptions.push_back(stream);
    if (connection.route == Route::Private) {
        connection.feeds.push_back({stream, {}}); // the stream's name is the listen key
        return;
    }
    const auto name = parseStreamName(stream);
    const bool isKnown = name && (name->isAll() || name->isOfIndex() || m_parts.engine.spec(name->symbol));
    if (isKnown && isCarriedOn(connection.route, name->kind)) {
        m_streams.open(stream, *name, now);
        m_listeners[stream].insert(id);
    }
}

void StreamHub::unsubscribe(ConnectionId id, Connection &connection, const std::string &stream)
{
    std::erase(connection.subscriptions, stream);
    std::erase_if(connection.feeds, [&](const UserFeed &feed) { return feed.listenKey == stream; });
    leave(id, stream);
}

void StreamHub::leave(ConnectionId id, const std::string &stream)
{
    const auto listeners = m_listeners.find(stream);
    if (listeners == m_listeners.end()) {
        return;
    }
    listeners->second.erase(id);
    if (listeners->second.empty()) {
        m_listeners.erase(listeners);
        m_streams.close(stream);
    }
}

bool StreamHub::countMessage(ConnectionId id, Connection &connection, Timestamp now)
{
    if (!connection.isOver && connection.messages.add(now, m_config.limits.messagesPerSecond)) {
        return true;
    }
    if (!std::exchange(connection.isOver, true)) {
        m_limits.onExcess(now);
        send(id, {}, PolicyViolation);
    }
    return false;
}

bool StreamHub::onControlFrame(ConnectionId id, Timestamp now)
{
    const auto found = m_connections.find(id);
    return found != m_connections.end() && countMessage(id, found->second, now);
}

Route StreamHub::routeOf(ConnectionId id) const
{
    const auto found = m_connections.find(id);
    return found == m_connections.end() ? Route::Unrouted : found->second.route;
}

void StreamHub::onText(ConnectionId id, std::string_view text, Timestamp now)
{
    const auto found = m_connections.find(id);
    if (found == m_connections.end() || !countMessage(id, found->second, now)) {
        return;
    }
    Connection &connection = found->second;
    simdjson::dom::parser parser;
    simdjson::dom::element message;
    simdjson::dom::object object;
    if (parser.parse(text.data(), text.size()).get(message) != simdjson::SUCCESS ||
        message.get(object) != simdjson::SUCCESS) {
        send(id, invalidJson(), PolicyViolation);
        return;
    }
    simdjson::dom::element idElement;
    const bool hasId = message["id"].get(idElement) == simdjson::SUCCESS;
    if (hasId && !idElement.is_uint64() && !idElement.is_string() && !idElement.is_null()) {
        return send(id, controlError(2, "Invalid request: request ID must be an unsigned integer", {}));
    }
    const std::string idText = hasId ? simdjson::minify(idElement) : "null";
    std::string_view method;
    if (message["method"].get(method) != simdjson::SUCCESS) {
        return send(id, controlError(2, "Invalid request: missing field `method`", idText));
    }
    const bool isSubscribe = method == "SUBSCRIBE";
    if (isSubscribe || method == "UNSUBSCRIBE") {
        const auto streams = textParameters(message);
        if (!streams) {
            return send(id, controlError(2, "Invalid request: params must be an array of strings", idText));
        }
        if (isSubscribe && connection.subscriptions.size() + streams->size() > m_config.mostStreams) {
            return send(id, controlError(2, "Invalid request: too many parameters", idText));
        }
        for (const std::string &stream : *streams) {
            isSubscribe ? subscribe(id, connection, stream, now) : unsubscribe(id, connection, stream);
        }
        return send(id, result("null", idText));
    }
    if (method == "LIST_SUBSCRIPTIONS") {
        JsonWriter list;
        list.beginArray();
        for (const std::string &stream : connection.subscriptions) {
            list.text(stream);
        }
        return send(id, result(list.endArray().str(), idText));
    }
    if (method != "SET_PROPERTY" && method != "GET_PROPERTY") {
        return send(id, controlError(2, "Invalid request: unknown method", idText));
    }
    simdjson::dom::array params;
    std::string_view property;
    if (message["params"].get(params) != simdjson::SUCCESS ||
        params.at(0).get(property) != simdjson::SUCCESS) {
        return send(id, controlError(2, "Invalid request: property name must be a string", idText));
    }
    if (property != "combined") {
        return send(id, controlError(0, "Unknown property", idText));
    }
    if (method == "GET_PROPERTY") {
        return send(id, result(connection.isCombined ? "true" : "false", idText));
    }
    if (params.at(1).get(connection.isCombined) != simdjson::SUCCESS) {
        return send(id, controlError(1, "Invalid value type: expected Boolean", idText));
    }
    send(id, result("null", idText));
}

void StreamHub::publish(const std::string &stream, const std::string &payload)
{
    const auto listeners = m_listeners.find(stream);
    if (listeners == m_listeners.end()) {
        return;
    }
    std::string combined;
    for (const ConnectionId id : listeners->second) {
        if (!m_connections.at(id).isCombined) {
            send(id, payload);
            continue;
        }
        if (combined.empty()) {
            JsonWriter frame;
            frame.beginObject().field("stream", stream).key("data").raw(payload).endObject();
            combined = frame.take();
        }
        send(id, combined);
    }
}

void StreamHub::publishUser(std::string_view type, const std::string &payload, const std::string &listenKey)
{
    for (const auto &[id, connection] : m_connections) {
        for (const UserFeed &feed : connection.feeds) {
            if (feed.listenKey != listenKey || (!feed.events.empty() && !feed.events.contains(type))) {
                continue;
            }
            if (connection.isCombined) {
                JsonWriter frame;
                frame.beginObject().field("stream", feed.listenKey).key("data").raw(payload).endObject();
                send(id, frame.take());
            } else {
                send(id, payload);
            }
        }
    }
}

void StreamHub::onEvent(const Event &event, Timestamp marketAt, Timestamp now)
{
    if (const auto *trade = std::get_if<TradeEvent>(&event)) {
        m_streams.onTrade(*trade, marketAt, now, m_publish);
    } else if (const auto *change = std::get_if<BookChangeEvent>(&event)) {
        m_streams.onBookChange(*change);
    } else if (const auto *liquidation = std::get_if<LiquidationEvent>(&event)) {
        m_streams.onLiquidation(*liquidation);
    } else {
        onUserEvent(event, now);
    }
}

void StreamHub::onUserEvent(const Event &event, Timestamp now)
{
    const payload::SpecOf specOf = [this](const Symbol &symbol) -> const SymbolSpec & {
        return *m_parts.engine.spec(symbol);
    };
    // Texts are made only for accounts that have a living key.
    const auto tell = [&](AccountId account, std::string_view type, const auto &text) {
        if (const std::string &key = m_listenKeys.of(account); !key.empty()) {
            publishUser(type, text(), key);
        }
    };
    if (const auto *order = std::get_if<OrderUpdateEvent>(&event)) {
        tell(order->order.account, "ORDER_TRADE_UPDATE",
            [&] { return payload::orderUpdate(specOf(order->order.symbol), *order, now); });
    } else if (const auto *lite = std::get_if<TradeLiteEvent>(&event)) {
        tell(lite->account, "TRADE_LITE",
            [&] { return payload::tradeLite(specOf(lite->symbol), *lite, now); });
    } else if (const auto *account = std::get_if<AccountUpdateEvent>(&event)) {
        tell(account->account, "ACCOUNT_UPDATE",
            [&] { return payload::accountUpdate(*account, specOf, now); });
    } else if (const auto *algo = std::get_if<ConditionalUpdateEvent>(&event)) {
        tell(algo->order.account, "ALGO_UPDATE",
            [&] { return payload::conditionalUpdate(specOf(algo->order.symbol), *algo, now); });
    } else if (const auto *config = std::get_if<ConfigUpdateEvent>(&event)) {
        tell(config->account, "ACCOUNT_CONFIG_UPDATE", [&] { return payload::configUpdate(*config, now); });
    } else if (const auto *call = std::get_if<MarginCallEvent>(&event)) {
        tell(call->account, "MARGIN_CALL", [&] { return payload::marginCall(*call, specOf, now); });
    }
}

void StreamHub::step(Timestamp now)
{
    m_streams.step(now, m_publish);
    for (const std::string &expired : m_listenKeys.takeExpired(now)) {
        publishUser("listenKeyExpired", payload::listenKeyExpired(expired, now), expired);
    }
    for (const auto &[id, connection] : m_connections) {
        if (now - connection.openedAt >= m_config.lifetime) {
            send(id, {}, GoingAway);
        }
    }
}

std::vector<StreamOutput> StreamHub::takeOutput()
{
    return std::exchange(m_output, {});
}

void StreamHub::send(ConnectionId id, std::string text, int closeCode)
{
    m_output.push_back({id, std::move(text), closeCode != 0, routeOf(id), false});
    m_output.back().closeCode = closeCode;
}

std::vector<ConnectionId> StreamHub::connections(std::optional<Route> route) const
{
    std::vector<ConnectionId> ids;
    for (const auto &[id, connection] : m_connections) {
        if (!route || *route == connection.route) {
            ids.push_back(id);
        }
    }
    return ids;
}

void StreamHub::cut(std::optional<Route> route)
{
    for (const ConnectionId id : connections(route)) {
        send(id, {}, GoingAway);
        m_output.back().isAbrupt = true;
    }
}

bool StreamHub::loseListenKey(AccountId account, int times, Timestamp now)
{
    const std::string key = m_listenKeys.of(account);
    if (key.empty()) {
        return false;
    }
    m_listenKeys.close(account);
    for (int i = 0; i < times; ++i) {
        publishUser("listenKeyExpired", payload::listenKeyExpired(key, now), key);
    }
    return true;
}

} // namespace paper
