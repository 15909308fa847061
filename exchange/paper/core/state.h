#pragma once

#include "exchange/paper/core/exchange.h"

#include <memory>

/// The exchange as versioned JSON text and back.
namespace paper
{

inline constexpr std::string_view stateFormat = "headroom-paper-exchange";
inline constexpr std::int64_t stateVersion = 1;

std::string writeState(const Exchange &exchange);

/// A new exchange with the configuration and listings of `current` and the state of the text.
/// Malformed: damaged, of another version, or naming a symbol that `current` does not list.
Result<std::unique_ptr<Exchange>> readState(std::string_view text, const Exchange &current, Timestamp now);

} // namespace paper
