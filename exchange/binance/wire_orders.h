#pragma once

#include "models/domain/order.h"
#include "models/domain/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace binance
{

/// One order as the venue words it, by answer or event. Source: reference 5.2, 5.4, 7.3.
struct OrderReport
{
    domain::Symbol symbol;
    std::string clientOrderId;
    std::int64_t orderId = 0;
    domain::Side side = domain::Side::Buy;
    domain::PositionSide positionSide = domain::PositionSide::Both;
    domain::OrderType type = domain::OrderType::Unknown;
    domain::OrderType origType = domain::OrderType::Unknown; ///< differs from type for triggered orders
    domain::TimeInForce timeInForce = domain::TimeInForce::Unknown;
    domain::OrderStatus status = domain::OrderStatus::Unknown;
    std::string statusText; ///< as on the wire, kept for values we do not know
    domain::Quantity origQty;
    domain::Quantity executedQty;
    domain::Price price;
    domain::Price avgPrice; ///< 0 where the venue gave none (since July 2026 in answers)
    domain::Price triggerPrice;
    domain::Price activatePrice;
    domain::Rate callbackRate; ///< per cent
    domain::WorkingType workingType = domain::WorkingType::ContractPrice;
    bool reduceOnly = false;
    bool closePosition = false;
    domain::Timestamp createdAt; ///< epoch 0 where the venue gave none
    domain::Timestamp updatedAt;
};

/// GET, POST, PUT and DELETE /fapi/v1/order, GET openOrder.
domain::Result<OrderReport> parseOrder(std::string_view json);
/// GET openOrders, allOrders, forceOrders.
domain::Result<std::vector<OrderReport>> parseOrders(std::string_view json);
/// POST, PUT and DELETE batchOrders: one outcome per order asked for, in that order.
domain::Result<std::vector<domain::Result<OrderReport>>> parseBatch(std::string_view json);

/// One conditional order of the Algo service. Source: reference 5.7, 7.4.
struct AlgoReport
{
    domain::Symbol symbol;
    std::string clientAlgoId;
    std::int64_t algoId = 0;
    std::int64_t actualOrderId = 0; ///< the engine order it became; 0 before the trigger
    domain::OrderType type = domain::OrderType::Unknown;
    domain::Side side = domain::Side::Buy;
    domain::PositionSide positionSide = domain::PositionSide::Both;
    domain::TimeInForce timeInForce = domain::TimeInForce::Unknown;
    domain::ConditionalStatus status = domain::ConditionalStatus::Unknown;
    std::string statusText;
    domain::Quantity quantity;
    domain::Price price;
    domain::Price triggerPrice;
    domain::Price activatePrice;
    domain::Rate callbackRate; ///< per cent
    domain::WorkingType workingType = domain::WorkingType::ContractPrice;
    bool reduceOnly = false;
    bool closePosition = false;
    domain::Quantity executedQty; ///< of the engine order
    domain::Price avgPrice;       ///< of the engine order
    std::string failureReason;    ///< why the engine refused it at the trigger
    domain::Timestamp createdAt;
    domain::Timestamp updatedAt;
};

/// POST and GET /fapi/v1/algoOrder, and DELETE, whose plain form gives ids and "code" only: then status is
/// Canceled and symbol empty. A code other than 200 there is Rejected.
domain::Result<AlgoReport> parseAlgoOrder(std::string_view json);
/// GET openAlgoOrders, allAlgoOrders.
domain::Result<std::vector<AlgoReport>> parseAlgoOrders(std::string_view json);

/// GET /fapi/v1/userTrades; ascending by time.
domain::Result<std::vector<domain::Fill>> parseUserTrades(std::string_view json);

} // namespace binance
