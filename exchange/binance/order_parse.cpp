#include "exchange/binance/json_reader.h"
#include "exchange/binance/wire_account.h"
#include "exchange/binance/wire_orders.h"

namespace binance
{

using namespace domain;
using namespace json;

namespace
{

/// missing: the first member that an order cannot be without.
template <class Source>
bool readOrder(Source &source, OrderReport &order, std::string_view &missing, ErrorBody &error)
{
    const bool isRead = readMembers(source, missing, required("symbol", order.symbol),
        required("orderId", order.orderId), required("clientOrderId", order.clientOrderId),
        required("side", order.side), required("type", order.type), required("status", order.statusText),
        required("origQty", order.origQty), required("executedQty", order.executedQty),
        optional("positionSide", order.positionSide), optional("origType", order.origType),
        optional("timeInForce", order.timeInForce), optional("price", order.price),
        optional("avgPrice", order.avgPrice), optional("stopPrice", order.triggerPrice),
        optional("activatePrice", order.activatePrice), optional("priceRate", order.callbackRate),
        optional("workingType", order.workingType), optional("reduceOnly", order.reduceOnly),
        optional("closePosition", order.closePosition), optional("time", order.createdAt),
        optional("updateTime", order.updatedAt), optional("code", error.code),
        optional("msg", error.message));
    order.status = parseOrderStatus(order.statusText);
    if (missing.empty() && order.orderId == 0) {
        missing = "orderId";
    }
    return isRead;
}

template <class Source> bool readOrder(Source &source, OrderReport &order)
{
    std::string_view missing;
    ErrorBody ignored;
    return readOrder(source, order, missing, ignored) && given(missing.empty(), missing);
}

/// One element of a batch answer: an order, or {"code":…,"msg":…}.
bool readOutcome(od::value &source, Result<OrderReport> &outcome)
{
    OrderReport order;
    ErrorBody error;
    std::string_view missing;
    if (!readOrder(source, order, missing, error)) {
        return false;
    }
    if (missing.empty()) {
        outcome = std::move(order);
    } else {
        outcome = failure(ErrorCode::Rejected, error.message, error.code);
    }
    return given(missing.empty() || error.code != 0, order.symbol.empty() ? "code" : missing);
}

/// The plain answers of the Algo service carry "code" as text and no symbol.
struct AlgoFields
{
    AlgoReport report;
    std::optional<std::string> code;
    std::string message;
};

/// missing: the first member that a conditional order cannot be without.
template <class Source> bool readAlgo(Source &source, AlgoFields &fields, std::string_view &missing)
{
    AlgoReport &order = fields.report;
    const bool isRead = readMembers(source, missing, required("algoId", order.algoId),
        required("clientAlgoId", order.clientAlgoId), required("symbol", order.symbol),
        required("side", order.side), required("orderType", order.type).orNamed("type"),
        required("algoStatus", order.statusText), optional("positionSide", order.positionSide),
        optional("timeInForce", order.timeInForce), optional("quantity", order.quantity),
        optional("triggerPrice", order.triggerPrice), optional("price", order.price),
        optional("actualOrderId", order.actualOrderId), optional("actualPrice", order.avgPrice),
        optional("actualQty", order.executedQty), optional("workingType", order.workingType),
        optional("closePosition", order.closePosition), optional("reduceOnly", order.reduceOnly),
        optional("activatePrice", order.activatePrice), optional("callbackRate", order.callbackRate),
        optional("createTime", order.createdAt), optional("updateTime", order.updatedAt),
        optional("code", fields.code), optional("msg", fields.message));
    order.status = parseConditionalStatus(order.statusText);
    if (missing.empty() && order.algoId == 0) {
        missing = "algoId";
    }
    return isRead;
}

} // namespace

Result<OrderReport> parseOrder(std::string_view json)
{
    return parseDocument<OrderReport>(
        json, "order", [](od::document &document, OrderReport &order) { return readOrder(document, order); });
}

Result<std::vector<OrderReport>> parseOrders(std::string_view json)
{
    return parseRows<OrderReport>(
        json, "list of orders", [](auto &source, OrderReport &order) { return readOrder(source, order); });
}

Result<std::vector<Result<OrderReport>>> parseBatch(std::string_view json)
{
    return parseDocument<std::vector<Result<OrderReport>>>(
        json, "batch answer", [](od::document &document, std::vector<Result<OrderReport>> &outcomes) {
            return eachElement(
                document, [&](od::value &element) { return readOutcome(element, outcomes.emplace_back()); });
        });
}

Result<AlgoReport> parseAlgoOrder(std::string_view json)
{
    return parseDocument<AlgoFields>(json, "conditional order",
        [](od::document &document, AlgoFields &fields) {
            std::string_view missing;
            return readAlgo(document, fields, missing) && (fields.code || given(missing.empty(), missing));
        })
        .and_then([](AlgoFields &&fields) -> Result<AlgoReport> {
            if (!fields.code) {
                return std::move(fields.report);
            }
            if (*fields.code != "200") {
                int number = 0;
                std::from_chars(fields.code->data(), fields.code->data() + fields.code->size(), number);
                return failure(ErrorCode::Rejected, fields.message, number);
            }
            if (fields.report.statusText.empty()) {
                fields.report.status = ConditionalStatus::Canceled;
            }
            return std::move(fields.report);
        });
}

Result<std::vector<AlgoReport>> parseAlgoOrders(std::string_view json)
{
    return parseRows<AlgoReport>(json, "list of conditional orders", [](auto &source, AlgoReport &order) {
        AlgoFields fields;
        std::string_view missing;
        const bool isRead = readAlgo(source, fields, missing);
        order = std::move(fields.report);
        return isRead && given(missing.empty(), missing);
    });
}

Result<std::vector<Fill>> parseUserTrades(std::string_view json)
{
    return parseRows<Fill>(json, "list of fills", [](auto &source, Fill &fill) {
        return readObject(source, required("symbol", fill.symbol), required("id", fill.tradeId),
                   required("orderId", fill.orderId), required("side", fill.side),
                   required("price", fill.price), required("qty", fill.quantity),
                   required("realizedPnl", fill.realizedPnl), required("time", fill.at),
                   optional("positionSide", fill.positionSide), optional("commission", fill.commission),
                   optional("commissionAsset", fill.commissionAsset), optional("maker", fill.isMaker)) &&
               given(fill.tradeId != 0, "id");
    });
}

} // namespace binance
