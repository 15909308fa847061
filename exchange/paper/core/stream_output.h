#pragma once

#include "exchange/paper/core/faults.h"
#include "exchange/paper/core/stream_name.h"

#include <cstdint>
#include <string>

namespace paper
{

using ConnectionId = std::uint64_t;

/// What the socket layer has to do for one connection, in order.
struct StreamOutput
{
    ConnectionId to = 0;
    std::string text;              ///< to send; empty where there is nothing
    bool close = false;            ///< then close the connection
    Route route = Route::Unrouted; ///< of the connection
    bool isAbrupt = false;         ///< closed without a farewell, as by a lost network
    bool isHalf = false;           ///< closed without a farewell on our side only: what comes is read still
    int closeCode = 0;
    std::string closeReason = {};
    FrameForm form = FrameForm::Text; ///< Ping, Pong: text is the payload
    std::size_t fragment = 0;         ///< Fragmented: bytes of each
    Pace pace = {};
    std::string method = {}; ///< WsApi: of the call that it answers
};

/// The frames of its text; empty where there is nothing to send.
std::string framesOf(const StreamOutput &output);

} // namespace paper
