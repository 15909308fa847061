#pragma once

#include "exchange/binance/rest_client.h"
#include "models/domain/orders/desk_request.h"

namespace binance
{

// The order desk's requests as the venue wants them, and its answers as the desk reads them.

/// recvWindow of orders: after it, and the engine's lag, an order cannot be accepted any more.
inline constexpr domain::Milliseconds orderWindow{3'000};

/// Verb, path, parameters, class, cost and delivery of a request. It is tried once: the desk knows what may
/// be repeated, and when.
Call callOf(const domain::SendRequest &request);

/// What an answer says. An answer to an order that cannot be read, or is about another order, is Unknown.
/// now: this machine's wall time.
domain::DeskAnswer answerOf(
    const domain::DeskRequest &what, const transport::PumpAnswer &reply, domain::Timestamp now);

} // namespace binance
