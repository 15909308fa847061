#pragma once

#include "exchange/paper/core/exchange.h"

#include <memory>

/// The exchange as versioned JSON text and back.
namespace paper
{

inline constexpr std::string_view stateFormat = "headroom-paper-exchange";
inline constexpr std::int64_t stateVersion = 1;

std::string writeState(const Exchange &exchange);
/// What changed since the last call or since markWritten: accounts that did something with the new rows of
/// their histories, and symbols on which they did it, with no orders in the book but theirs. withMarket: all
/// symbols.
std::string writeChanges(Exchange &exchange, bool withMarket);
/// Everything that is now counts as written.
void markWritten(Exchange &exchange);
/// A whole state and the changes since, oldest first, as one state. Malformed: a text is none of these.
Result<std::string> mergeStates(
    std::string_view state, const std::vector<std::string> &changes, std::size_t historyLimit);

/// A new exchange with the configuration and listings of `current` and the state of the text.
/// Malformed: damaged, of another version, or naming a symbol that `current` does not list.
Result<std::unique_ptr<Exchange>> readState(std::string_view text, const Exchange &current, Timestamp now);

} // namespace paper
