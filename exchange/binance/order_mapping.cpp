#include "exchange/binance/order_mapping.h"

#include "exchange/binance/signing.h"

#include <array>
#include <string_view>

namespace binance
{

using namespace domain;

namespace
{

/// "er" of ORDER_TRADE_UPDATE. Source: reference 7.3.
std::string expiryText(std::string_view code)
{
    static constexpr std::array<std::string_view, 10> texts{"", "expired by self-trade prevention",
        "the rest of an immediate-or-cancel order expired", "the rest expired by self-trade prevention",
        "displaced by an order of higher priority, or it would have reversed the position",
        "cancelled because the account was liquidated", "the position it belonged to is gone",
        "cancelled because the symbol is being delisted", "replaced by the order it triggered",
        "the market had not enough volume for the rest"};
    if (code.size() != 1 || code.front() < '0' || code.front() > '9') {
        return code.empty() ? std::string{} : "expired for reason " + std::string{code};
    }
    return std::string{texts.at(static_cast<std::size_t>(code.front() - '0'))};
}

void addFlag(std::string &text, std::string_view name, bool isSet)
{
    if (isSet) {
        appendParameter(text, name, "true");
    }
}

template <class Measure> void addValue(std::string &text, std::string_view name, Exact<Measure> value)
{
    if (!value.isZero()) {
        appendParameter(text, name, value.toString());
    }
}

bool hasLimitPrice(OrderType type)
{
    return type == OrderType::Limit || type == OrderType::Stop || type == OrderType::TakeProfit;
}

/// What an order of the engine and a conditional order say under the same names.
template <class Report> Order commonOf(const Report &report)
{
    Order order;
    NewOrder &request = order.request;
    request.symbol = report.symbol;
    request.side = report.side;
    request.positionSide = report.positionSide;
    request.type = report.type;
    request.timeInForce = report.timeInForce;
    request.price = report.price;
    request.triggerPrice = report.triggerPrice;
    request.activatePrice = report.activatePrice;
    request.callbackRate = report.callbackRate;
    request.workingType = report.workingType;
    request.reduceOnly = report.reduceOnly;
    request.closePosition = report.closePosition;
    order.executedQty = report.executedQty;
    order.avgPrice = report.avgPrice;
    order.createdAt = toMs(report.createdAt) != 0 ? report.createdAt : report.updatedAt;
    order.updatedAt = report.updatedAt;
    return order;
}

} // namespace

Order toOrder(const OrderReport &report)
{
    Order order = commonOf(report);
    order.request.quantity = report.origQty;
    order.request.clientOrderId = report.clientOrderId;
    order.orderId = report.orderId;
    order.status = report.status;
    return order;
}

Order toOrder(const AlgoReport &report)
{
    Order order = commonOf(report);
    order.request.quantity = report.quantity;
    order.request.clientOrderId = report.clientAlgoId;
    order.orderId = report.algoId;
    order.childOrderId = report.actualOrderId;
    order.conditionalStatus = report.status;
    order.reasonText = report.failureReason;
    return order;
}

EngineReport toEvidence(const OrderTradeUpdate &update)
{
    EngineReport report{toOrder(update.order), EvidenceSource::Stream, update.fill};
    report.order.reasonText = expiryText(update.expiryReason);
    return report;
}

ConditionalReport toEvidence(const AlgoUpdate &update)
{
    return {toOrder(update.order), EvidenceSource::Stream};
}

std::string placementParameters(const NewOrder &order)
{
    const bool isAlgo = isConditional(order.type);
    std::string text;
    if (isAlgo) {
        appendParameter(text, "algoType", "CONDITIONAL");
    }
    appendParameter(text, "symbol", order.symbol);
    appendParameter(text, "side", toWire(order.side));
    if (order.positionSide != PositionSide::Both) {
        appendParameter(text, "positionSide", toWire(order.positionSide));
    }
    appendParameter(text, "type", toWire(order.type));
    if (hasLimitPrice(order.type)) {
        appendParameter(text, "timeInForce", toWire(order.timeInForce));
        addValue(text, "price", order.price);
    }
    if (order.closePosition && isAlgo) {
        addFlag(text, "closePosition", true);
    } else {
        addValue(text, "quantity", order.quantity);
        addFlag(text, "reduceOnly", order.reduceOnly && order.positionSide == PositionSide::Both);
    }
    if (isAlgo) {
        if (order.type == OrderType::TrailingStopMarket) {
            addValue(text, "activatePrice", order.activatePrice);
            addValue(text, "callbackRate", order.callbackRate);
        } else {
            addValue(text, "triggerPrice", order.triggerPrice);
        }
        appendParameter(text, "workingType", toWire(order.workingType));
    }
    appendParameter(text, isAlgo ? "clientAlgoId" : "newClientOrderId", order.clientOrderId);
    appendParameter(text, "newOrderRespType", "RESULT");
    return text;
}

std::string identityParameters(const OrderRef &ref)
{
    std::string text;
    if (ref.conditional) {
        if (!ref.clientOrderId.empty()) {
            appendParameter(text, "clientAlgoId", ref.clientOrderId);
        } else {
            appendParameter(text, "algoId", std::to_string(ref.orderId));
        }
        return text;
    }
    appendParameter(text, "symbol", ref.symbol);
    // An order id names exactly one order; a client id may have been used again after its order ended.
    if (ref.orderId != 0) {
        appendParameter(text, "orderId", std::to_string(ref.orderId));
    } else {
        appendParameter(text, "origClientOrderId", ref.clientOrderId);
    }
    return text;
}

std::string orderPath(bool isConditional)
{
    return isConditional ? "/fapi/v1/algoOrder" : "/fapi/v1/order";
}

} // namespace binance
