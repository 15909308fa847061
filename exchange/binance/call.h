#pragma once

#include "exchange/transport/http_client.h"
#include "exchange/transport/request.h"
#include "models/domain/result.h"
#include "models/domain/time.h"

#include <QByteArray>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace binance
{

enum class Security : std::uint8_t {
    None,   ///< public data
    Key,    ///< the key alone: listen key
    Signed, ///< key, timestamp and signature
};

/// One request to the venue before it is signed.
struct Call
{
    QByteArray verb{"GET"};
    std::string path{};       ///< "/fapi/v1/order"
    std::string parameters{}; ///< encoded by appendParameter(); into the query of a GET, else into the body
    Security security = Security::None;
    transport::Priority priority = transport::Priority::History;
    transport::Lane lane = transport::Lane::Queries;
    transport::Cost cost{1, 0};
    transport::Delivery delivery = transport::Delivery::Repeatable;
    domain::Milliseconds recvWindow{5'000};
    std::string coalesceKey{};
    int maxTries = 3;
    domain::Milliseconds timeout{10'000};
    /// Longest wait before hand-over; empty: the class's own.
    std::optional<domain::Milliseconds> deadline{};
    /// Asked in the moment before it would leave: why not, if so. The request then ends as NotSent.
    std::function<std::optional<domain::Error>()> whyNotNow{};
    /// Told at each hand-over, with the timestamp as it is signed (server time; wall time if not signed).
    std::function<void(domain::Timestamp signedAt)> onHandOver{};
};

} // namespace binance
