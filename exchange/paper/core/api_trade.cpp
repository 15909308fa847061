#include "exchange/paper/core/api.h"
#include "exchange/paper/core/history_query.h"
#include "exchange/paper/core/wire_text.h"

#include <limits>
#include <simdjson.h>
#include <utility>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::toMs;

constexpr std::string_view allCancelled =
    R"({"code":200,"msg":"The operation of cancel all open order is done."})";

NewOrderRequest newOrderOf(const auto &text)
{
    return {text("symbol"), text("side"), text("type"), text("positionSide"), text("timeInForce"),
        text("quantity"), text("price"), text("reduceOnly"), text("newClientOrderId"),
        text("newOrderRespType"), text("priceMatch"), text("selfTradePreventionMode"), text("goodTillDate")};
}

/// ACK says NEW whatever happened; RESULT the final state of what cannot rest.
bool isAck(const NewOrderRequest &request, const OrderRecord &order)
{
    const bool canRest = order.type == OrderType::Limit && order.timeInForce != TimeInForce::Ioc &&
                         order.timeInForce != TimeInForce::Fok;
    return request.newOrderRespType != "RESULT" || canRest;
}

Result<std::string> placeOne(const ApiCall &call, const NewOrderRequest &request)
{
    const auto order = call.parts.engine.place(call.account, request, call.now);
    if (!order) {
        return tl::unexpected{order.error()};
    }
    JsonWriter json;
    wire::orderAnswer(json, *call.parts.engine.spec(order->symbol), *order, isAck(request, *order));
    return json.take();
}

NewOrderRequest newOrderOf(const ApiCall &call)
{
    NewOrderRequest request = newOrderOf([&](std::string_view name) { return call.parameters.text(name); });
    request.unread = call.unread;
    return request;
}

/// Parameters of conditional orders as they were until December 2025. They are read, and refused where they
/// would mean something.
Result<void> checkOldParameters(const ApiCall &call, const NewOrderRequest &request)
{
    if (domain::isConditional(domain::parseOrderType(request.type))) {
        return {}; // -4120 says more
    }
    for (const char *name : {"stopPrice", "activationPrice", "callbackRate"}) {
        if (call.parameters.has(name)) {
            return failure(
                ErrorCode::Rejected, "Parameter '" + std::string{name} + "' sent when not required.", -1106);
        }
    }
    if (call.parameters.text("closePosition") == "true") {
        return failure(ErrorCode::Rejected,
            "Target strategy invalid for orderType " + request.type + ",closePosition true.", -4136);
    }
    return {};
}

/// -1102 names what is missing before the engine looks at anything.
Result<void> checkMandatory(const NewOrderRequest &request)
{
    for (const auto &[name, value] : {std::pair{"symbol", &request.symbol}, std::pair{"side", &request.side},
             std::pair{"type", &request.type}}) {
        if (value->empty()) {
            return missing(name);
        }
    }
    return {};
}

Result<std::string> placeOrder(const ApiCall &call)
{
    const NewOrderRequest request = newOrderOf(call);
    return checkMandatory(request).and_then([&] { return checkOldParameters(call, request); }).and_then([&] {
        return placeOne(call, request);
    });
}

Result<std::string> testOrder(const ApiCall &call)
{
    const NewOrderRequest request = newOrderOf(call);
    const auto complete = checkMandatory(request).and_then([&] { return checkOldParameters(call, request); });
    if (!complete) {
        return tl::unexpected{complete.error()};
    }
    return call.parts.engine.test(call.account, request, call.now).map([] { return std::string{"{}"}; });
}

AmendRequest amendmentOf(const auto &text)
{
    return {text("symbol"), text("orderId"), text("origClientOrderId"), text("side"), text("quantity"),
        text("price"), text("priceMatch"), text("modifyId"), text("reduceOnly")};
}

Result<std::string> amendOne(const ApiCall &call, const AmendRequest &request)
{
    const auto order = call.parts.engine.amend(call.account, request, call.now);
    if (!order) {
        return tl::unexpected{order.error()};
    }
    JsonWriter json;
    wire::amendAnswer(json, *call.parts.engine.spec(order->symbol), *order);
    return json.take();
}

Result<std::string> amendOrder(const ApiCall &call)
{
    return amendOne(call, amendmentOf([&](std::string_view name) { return call.parameters.text(name); }));
}

Result<OrderKey> keyOf(const ApiCall &call, std::string_view idName, std::string_view clientIdName)
{
    const auto id = call.parameters.integer(idName);
    if (!id) {
        return tl::unexpected{id.error()};
    }
    OrderKey key{id->value_or(0), call.parameters.text(clientIdName)};
    if (key.orderId == 0 && key.clientOrderId.empty()) {
        return failure(ErrorCode::Rejected,
            "Param '" + std::string{clientIdName} + "' or '" + std::string{idName} +
                "' must be sent, but both were empty/null!",
            -1102);
    }
    return key;
}

using FindOrder = Result<OrderRecord> (*)(const ApiCall &, const Symbol &, const OrderKey &);

Result<std::string> oneOrder(const ApiCall &call, FindOrder find, bool asRow)
{
    const auto spec = call.symbol();
    const auto key = keyOf(call, "orderId", "origClientOrderId");
    if (!spec || !key) {
        return tl::unexpected{spec ? key.error() : spec.error()};
    }
    const auto order = find(call, (*spec)->symbol, *key);
    if (!order) {
        return tl::unexpected{order.error()};
    }
    JsonWriter json;
    if (asRow) {
        wire::orderRow(json, **spec, *order);
    } else {
        wire::orderAnswer(json, **spec, *order, false);
    }
    return json.take();
}

Result<std::string> queryOrder(const ApiCall &call)
{
    return oneOrder(
        call,
        [](const ApiCall &c, const Symbol &symbol, const OrderKey &key) {
            return c.parts.engine.query(c.account, symbol, key);
        },
        true);
}

Result<std::string> queryOpenOrder(const ApiCall &call)
{
    return oneOrder(
        call,
        [](const ApiCall &c, const Symbol &symbol, const OrderKey &key) {
            return c.parts.engine.queryOpen(c.account, symbol, key);
        },
        true);
}

Result<std::string> cancelOrder(const ApiCall &call)
{
    return oneOrder(
        call,
        [](const ApiCall &c, const Symbol &symbol, const OrderKey &key) {
            return c.parts.engine.cancel(c.account, symbol, key, c.now);
        },
        false);
}

std::string orderRows(const ApiCall &call, const std::vector<OrderRecord> &orders)
{
    JsonWriter json;
    json.beginArray();
    for (const OrderRecord &order : orders) {
        wire::orderRow(json, *call.parts.engine.spec(order.symbol), order);
    }
    return json.endArray().take();
}

std::optional<Symbol> nameOf(const SymbolSpec *spec)
{
    return spec == nullptr ? std::nullopt : std::optional{spec->symbol};
}

Result<std::string> openOrders(const ApiCall &call)
{
    const auto spec = call.optionalSymbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    return orderRows(call, call.parts.engine.openOrders(call.account, nameOf(*spec)));
}

Result<std::string> allOrders(const ApiCall &call)
{
    const auto query = historyQuery(call, "orderId", 500, 1'000);
    if (!query) {
        return tl::unexpected{query.error()};
    }
    return orderRows(call, call.parts.engine.allOrders(call.account, *query));
}

Result<std::string> cancelAll(const ApiCall &call)
{
    const auto spec = call.symbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    return call.parts.engine.cancelAll(call.account, (*spec)->symbol, call.now).map([](int) {
        return std::string{allCancelled};
    });
}

Result<std::string> countdown(const ApiCall &call)
{
    const auto spec = call.symbol();
    const auto time = call.parameters.integer("countdownTime");
    if (!spec || !time || !*time) {
        return spec ? missing("countdownTime") : tl::unexpected{spec.error()};
    }
    const domain::Milliseconds wait{**time};
    if (auto set = call.parts.engine.countdownCancelAll(call.account, (*spec)->symbol, wait, call.now);
        !set) {
        return tl::unexpected{set.error()};
    }
    JsonWriter json;
    json.beginObject()
        .field("symbol", (*spec)->symbol)
        .field("countdownTime", std::to_string(**time))
        .endObject();
    return json.take();
}

// ------------------------------------------------------------------------------------------------ batches

constexpr std::size_t mostPlaced = 5;
constexpr std::size_t mostCancelled = 10;

/// Texts, numbers and truths alike as text; empty where the name is missing.
std::string memberText(const simdjson::dom::object &object, std::string_view name)
{
    simdjson::dom::element value;
    if (object[name].get(value) != simdjson::SUCCESS || value.is_null()) {
        return {};
    }
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS ? std::string{text} : simdjson::minify(value);
}

Result<simdjson::dom::array> arrayParameter(
    const ApiCall &call, simdjson::dom::parser &parser, std::string_view name)
{
    simdjson::dom::array array;
    const std::string text = call.parameters.text(name);
    if (text.empty() || parser.parse(text).get(array) != simdjson::SUCCESS) {
        return missing(name);
    }
    return array;
}

void addResult(JsonWriter &json, const Result<std::string> &result)
{
    json.raw(result ? *result : errorBody(result.error().venueCode, result.error().detail));
}

/// Does one thing for each element of batchOrders, whose members are read as texts.
template <class One> Result<std::string> forEachOfBatch(const ApiCall &call, One one)
{
    simdjson::dom::parser parser;
    const auto batch = arrayParameter(call, parser, "batchOrders");
    if (!batch) {
        return tl::unexpected{batch.error()};
    }
    if (batch->size() == 0 || batch->size() > mostPlaced) {
        return failure(ErrorCode::Rejected, "Invalid number of batch place orders.", -4082);
    }
    JsonWriter json;
    json.beginArray();
    for (const simdjson::dom::element element : *batch) {
        simdjson::dom::object object;
        if (element.get(object) != simdjson::SUCCESS) {
            return missing("batchOrders");
        }
        addResult(json, one([&](std::string_view name) { return memberText(object, name); }));
    }
    return json.endArray().take();
}

Result<std::string> placeBatch(const ApiCall &call)
{
    return forEachOfBatch(call, [&](const auto &text) -> Result<std::string> {
        const NewOrderRequest request = newOrderOf(text);
        return checkMandatory(request).and_then([&] { return placeOne(call, request); });
    });
}

Result<std::string> amendBatch(const ApiCall &call)
{
    return forEachOfBatch(call, [&](const auto &text) { return amendOne(call, amendmentOf(text)); });
}

Result<std::string> cancelBatch(const ApiCall &call)
{
    const auto spec = call.symbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    // Clients are about that send these names in lower case, and the exchange takes them.
    const auto nameOf = [&](const char *name, const char *lowerCase) {
        return call.parameters.has(lowerCase) ? lowerCase : name;
    };
    const char *const idList = nameOf("orderIdList", "orderidlist");
    const bool byId = call.parameters.has(idList);
    const char *const listName = byId ? idList : nameOf("origClientOrderIdList", "origclientorderidlist");
    simdjson::dom::parser parser;
    const auto list = arrayParameter(call, parser, listName);
    if (!list) {
        return tl::unexpected{list.error()};
    }
    if (list->size() == 0 || list->size() > mostCancelled) {
        return failure(ErrorCode::Rejected, "Exceed maximum cancel order size.", -4032);
    }
    JsonWriter json;
    json.beginArray();
    for (const simdjson::dom::element element : *list) {
        OrderKey key;
        std::string_view text;
        const bool isRead =
            byId ? element.get(key.orderId) == simdjson::SUCCESS : element.get(text) == simdjson::SUCCESS;
        if (!isRead) {
            return missing(listName);
        }
        key.clientOrderId = text;
        const auto order = call.parts.engine.cancel(call.account, (*spec)->symbol, key, call.now);
        addResult(json, order.map([&](const OrderRecord &record) {
            JsonWriter row;
            wire::orderAnswer(row, **spec, record, false);
            return row.take();
        }));
    }
    return json.endArray().take();
}

// ------------------------------------------------------------------------------------------- Algo Service

Result<std::string> placeAlgo(const ApiCall &call)
{
    const auto text = [&](std::string_view name) { return call.parameters.text(name); };
    const ConditionalRequest request{text("algoType"), text("symbol"), text("side"), text("type"),
        text("positionSide"), text("timeInForce"), text("quantity"), text("price"), text("triggerPrice"),
        text("workingType"), text("closePosition"), text("priceProtect"), text("reduceOnly"),
        text("activatePrice"), text("callbackRate"), text("clientAlgoId"), text("newOrderRespType"),
        text("selfTradePreventionMode"), text("priceMatch"), text("goodTillDate"), call.unread};
    const auto order = call.parts.engine.placeConditional(call.account, request, call.now);
    if (!order) {
        return tl::unexpected{order.error()};
    }
    JsonWriter json;
    wire::conditionalRow(json, *call.parts.engine.spec(order->symbol), *order, false);
    return json.take();
}

Result<std::string> queryAlgo(const ApiCall &call)
{
    const auto order = keyOf(call, "algoId", "clientAlgoId").and_then([&](const OrderKey &key) {
        return call.parts.engine.queryConditional(call.account, key);
    });
    if (!order) {
        return tl::unexpected{order.error()};
    }
    JsonWriter json;
    wire::conditionalRow(json, *call.parts.engine.spec(order->symbol), *order, true);
    return json.take();
}

Result<std::string> cancelAlgo(const ApiCall &call)
{
    const auto order = keyOf(call, "algoId", "clientAlgoId").and_then([&](const OrderKey &key) {
        return call.parts.engine.cancelConditional(call.account, key, call.now);
    });
    if (!order) {
        return tl::unexpected{order.error()};
    }
    JsonWriter json;
    json.beginObject()
        .field("algoId", order->algoId)
        .field("clientAlgoId", order->clientAlgoId)
        .field("code", "200")
        .field("msg", "success")
        .endObject();
    return json.take();
}

Result<std::string> cancelAllAlgo(const ApiCall &call)
{
    const auto spec = call.symbol();
    if (!spec) {
        return tl::unexpected{spec.error()};
    }
    return call.parts.engine.cancelAllConditional(call.account, (*spec)->symbol, call.now).map([](int) {
        return std::string{allCancelled};
    });
}

std::string algoRows(const ApiCall &call, const std::vector<ConditionalRecord> &orders)
{
    JsonWriter json;
    json.beginArray();
    for (const ConditionalRecord &order : orders) {
        wire::conditionalRow(json, *call.parts.engine.spec(order.symbol), order, true);
    }
    return json.endArray().take();
}

Result<std::string> openAlgo(const ApiCall &call)
{
    const auto spec = call.optionalSymbol();
    const auto algoId = call.parameters.integer("algoId");
    if (!spec || !algoId) {
        return tl::unexpected{spec ? algoId.error() : spec.error()};
    }
    const std::string type = call.parameters.text("algoType");
    if (!type.empty() && type != "CONDITIONAL") {
        return std::string{"[]"}; // VP and TWAP orders are not part of this exchange
    }
    auto orders = call.parts.engine.openConditional(call.account, nameOf(*spec));
    std::erase_if(
        orders, [&](const ConditionalRecord &order) { return *algoId && order.algoId != **algoId; });
    return algoRows(call, orders);
}

Result<std::string> allAlgo(const ApiCall &call)
{
    const auto spec = call.symbol();
    const auto query = historyQuery(call, "algoId", 500, 1'000);
    if (!spec || !query) {
        return tl::unexpected{spec ? query.error() : spec.error()};
    }
    return algoRows(call, call.parts.engine.allConditional(call.account, *query));
}

// ------------------------------------------------------------------------------------------------- fills

Result<std::string> userTrades(const ApiCall &call)
{
    const auto spec = call.symbol();
    auto query = historyQuery(call, "fromId", 500, 1'000);
    const auto orderId = call.parameters.integer("orderId");
    if (!spec || !query || !orderId) {
        return tl::unexpected{!spec ? spec.error() : !query ? query.error() : orderId.error()};
    }
    query->orderId = *orderId;
    JsonWriter json;
    json.beginArray();
    for (const UserTrade &trade : call.parts.engine.userTrades(call.account, *query)) {
        wire::userTrade(json, **spec, trade);
    }
    return json.endArray().take();
}

Result<std::string> amendments(const ApiCall &call)
{
    const auto spec = call.symbol();
    const auto orderId = call.parameters.integer("orderId");
    const auto query = historyQuery(call, "", 50, 100);
    if (!spec || !orderId || !query) {
        return tl::unexpected{!spec ? spec.error() : !orderId ? orderId.error() : query.error()};
    }
    const OrderKey key{orderId->value_or(0), call.parameters.text("origClientOrderId")};
    auto rows = call.parts.engine.amendments(call.account, (*spec)->symbol, key);
    std::erase_if(rows, [&](const AmendmentRecord &row) {
        return (query->from && row.at < *query->from) || (query->to && row.at > *query->to);
    });
    if (rows.size() > query->limit) {
        rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(query->limit));
    }
    JsonWriter json;
    json.beginArray();
    for (const AmendmentRecord &row : rows) {
        json.beginObject()
            .field("amendmentId", row.amendmentId)
            .field("symbol", row.symbol)
            .field("pair", (*spec)->pair)
            .field("orderId", row.orderId)
            .field("clientOrderId", row.clientOrderId)
            .field("time", toMs(row.at));
        json.key("amendment").beginObject();
        json.key("price")
            .beginObject()
            .field("before", wire::price(**spec, row.priceBefore))
            .field("after", wire::price(**spec, row.priceAfter))
            .endObject();
        json.key("origQty")
            .beginObject()
            .field("before", wire::quantity(**spec, row.qtyBefore))
            .field("after", wire::quantity(**spec, row.qtyAfter))
            .endObject();
        json.field("count", row.count).endObject().endObject();
    }
    return json.endArray().take();
}

/// Orders by which the exchange closed positions.
Result<std::string> forceOrders(const ApiCall &call)
{
    auto query = historyQuery(call, "", 50, 100);
    const std::string type = call.parameters.text("autoCloseType");
    if (!query || (!type.empty() && type != "LIQUIDATION" && type != "ADL")) {
        return query ? failure(ErrorCode::Rejected, "Data sent for parameter 'autoCloseType' is not valid.",
                           -1130)
                     : tl::unexpected{query.error()};
    }
    const std::size_t limit = std::exchange(query->limit, std::numeric_limits<std::size_t>::max());
    auto orders = call.parts.engine.allOrders(call.account, *query);
    std::erase_if(orders, [&](const OrderRecord &order) {
        return !(order.isLiquidation() && type != "ADL") &&
               !(order.isAutoDeleverage() && type != "LIQUIDATION");
    });
    if (orders.size() > limit) {
        orders.erase(orders.begin(), orders.end() - static_cast<std::ptrdiff_t>(limit));
    }
    return orderRows(call, orders);
}

} // namespace

const std::vector<Endpoint> &tradeEndpoints()
{
    constexpr auto isSigned = Security::Signed;
    constexpr auto pool = LimitPool::Weight;
    constexpr std::string_view order =
        "symbol* side* type* positionSide timeInForce quantity price reduceOnly newClientOrderId "
        "newOrderRespType priceMatch selfTradePreventionMode goodTillDate stopPrice activationPrice "
        "callbackRate closePosition workingType priceProtect";
    constexpr std::string_view amendment =
        "symbol* side* quantity* orderId origClientOrderId price priceMatch modifyId reduceOnly";
    constexpr std::string_view algo =
        "algoType* symbol* side* type* positionSide timeInForce quantity price triggerPrice workingType "
        "closePosition priceProtect reduceOnly activatePrice callbackRate clientAlgoId newOrderRespType "
        "selfTradePreventionMode priceMatch goodTillDate";
    constexpr std::string_view oneOrder = "symbol* orderId origClientOrderId";
    constexpr std::string_view cancelled =
        "symbol* orderIdList origClientOrderIdList orderidlist origclientorderidlist";
    // Maintained clients (ccxt, binance-api-node) send the symbol, too, and trade there.
    constexpr std::string_view algoKey = "algoId clientAlgoId symbol";
    static const std::vector<Endpoint> endpoints{
        {"POST", "/fapi/v1/order", isSigned, constantWeight<0>, placeOrder, 1, 1, pool, order, true},
        {"POST", "/fapi/v1/order/test", isSigned, constantWeight<1>, testOrder, 0, 0, pool, order, true},
        {"PUT", "/fapi/v1/order", isSigned, constantWeight<0>, amendOrder, 1, 1, pool, amendment},
        {"GET", "/fapi/v1/order", isSigned, constantWeight<1>, queryOrder, 0, 0, pool, oneOrder},
        {"DELETE", "/fapi/v1/order", isSigned, constantWeight<1>, cancelOrder, 0, 0, pool, oneOrder},
        {"GET", "/fapi/v1/openOrder", isSigned, constantWeight<1>, queryOpenOrder, 0, 0, pool, oneOrder},
        {"GET", "/fapi/v1/openOrders", isSigned, weightBySymbol<1, 40>, openOrders, 0, 0, pool, "symbol"},
        {"GET", "/fapi/v1/allOrders", isSigned, constantWeight<5>, allOrders, 0, 0, pool,
            "symbol orderId startTime endTime limit"},
        {"DELETE", "/fapi/v1/allOpenOrders", isSigned, constantWeight<1>, cancelAll, 0, 0, pool, "symbol*"},
        {"POST", "/fapi/v1/batchOrders", isSigned, constantWeight<5>, placeBatch, 5, 1, pool, "batchOrders*"},
        {"PUT", "/fapi/v1/batchOrders", isSigned, constantWeight<5>, amendBatch, 5, 1, pool, "batchOrders*"},
        {"DELETE", "/fapi/v1/batchOrders", isSigned, constantWeight<1>, cancelBatch, 0, 0, pool, cancelled},
        {"POST", "/fapi/v1/countdownCancelAll", isSigned, constantWeight<10>, countdown, 0, 0, pool,
            "symbol* countdownTime*"},
        {"POST", "/fapi/v1/algoOrder", isSigned, constantWeight<0>, placeAlgo, 1, 1, pool, algo, true},
        {"GET", "/fapi/v1/algoOrder", isSigned, constantWeight<1>, queryAlgo, 0, 0, pool, algoKey},
        {"DELETE", "/fapi/v1/algoOrder", isSigned, constantWeight<1>, cancelAlgo, 0, 0, pool, algoKey},
        {"DELETE", "/fapi/v1/algoOpenOrders", isSigned, constantWeight<1>, cancelAllAlgo, 0, 0, pool,
            "symbol*"},
        {"GET", "/fapi/v1/openAlgoOrders", isSigned, weightBySymbol<1, 40>, openAlgo, 0, 0, pool,
            "algoType symbol algoId"},
        {"GET", "/fapi/v1/allAlgoOrders", isSigned, constantWeight<5>, allAlgo, 0, 0, pool,
            "symbol* algoId startTime endTime limit"},
        {"GET", "/fapi/v1/userTrades", isSigned, constantWeight<5>, userTrades, 0, 0, pool,
            "symbol* orderId startTime endTime fromId limit"},
        {"GET", "/fapi/v1/forceOrders", isSigned, weightBySymbol<20, 50>, forceOrders, 0, 0, pool,
            "symbol autoCloseType startTime endTime limit"},
        {"GET", "/fapi/v1/orderAmendment", isSigned, constantWeight<1>, amendments, 0, 0, pool,
            "symbol* orderId origClientOrderId startTime endTime limit"},
    };
    return endpoints;
}

} // namespace paper
