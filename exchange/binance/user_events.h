#pragma once

// Only for the parsers (*_parse.cpp).

#include "exchange/binance/json_reader.h"
#include "exchange/binance/wire_stream.h"

#include <string_view>

namespace binance
{

/// Reads an event of the user stream into frame.events. Nothing is added, and the answer is empty, where the
/// type is none of theirs; false: the event is broken.
std::optional<bool> readUserEvent(std::string_view type, json::od::object &source, StreamFrame &frame);

} // namespace binance
