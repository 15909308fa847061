#pragma once

#include "exchange/binance/wire_orders.h"
#include "exchange/binance/wire_stream.h"
#include "models/domain/order.h"
#include "models/domain/orders/order_evidence.h"

#include <string>

namespace binance
{

/// An engine order as the venue words it, as evidence for the ledger.
domain::Order toOrder(const OrderReport &report);
/// A conditional order as the venue words it, as evidence for the ledger.
domain::Order toOrder(const AlgoReport &report);

domain::EngineReport toEvidence(const OrderTradeUpdate &update);
domain::ConditionalReport toEvidence(const AlgoUpdate &update);

/// The encoded parameters that place an order: of POST /fapi/v1/order or, for conditional types, of POST
/// /fapi/v1/algoOrder. Reduce-only is left out where the position side says it (hedge mode, -4062).
std::string placementParameters(const domain::NewOrder &order);
/// "symbol=…&origClientOrderId=…" or the ids of the Algo service: names one order to GET and DELETE.
std::string identityParameters(const domain::OrderRef &ref);
/// "/fapi/v1/algoOrder" for conditional orders, else "/fapi/v1/order".
std::string orderPath(bool isConditional);

} // namespace binance
