#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace transport
{

/// What a request is for; lower goes first, strictly.
enum class Priority : std::uint8_t {
    Cancel,  ///< P0: cancels, flattening's cancels, dead-man refresh
    Reduce,  ///< P1: reduce-only and closing orders, protective stops
    Resolve, ///< P2: queries that settle unknown orders, stream keys, server time, audits
    Open,    ///< P3: new and amended opening orders
    Market,  ///< P4: market snapshots, symbol lists
    History, ///< P5: history and statistics
};
inline constexpr std::size_t priorityCount = 6;
/// "cancel", "reduce", "resolve", "open", "market", "history".
inline constexpr std::array<std::string_view, priorityCount> priorityNames{
    "cancel", "reduce", "resolve", "open", "market", "history"};

/// Which access manager carries it, so that hung queries never stand before a cancel.
enum class Lane : std::uint8_t { Orders, Queries, Bulk };
inline constexpr std::size_t laneCount = 3;

/// What one request takes from the venue's limiters.
struct Cost
{
    std::int64_t weight = 0; ///< request weight
    std::int64_t orders = 0; ///< orders placed or amended; cancels count none
};

/// What an answer, or its absence, says about the request.
enum class AnswerClass : std::uint8_t {
    Done,        ///< the venue did it and the answer was read completely
    Rejected,    ///< the venue said no, finally
    NotSent,     ///< surely never reached the venue
    NotExecuted, ///< reached the venue, which says that it did nothing (overload, clock, key)
    Ambiguous,   ///< the venue may have acted; never to be repeated unseen
    RateLimited, ///< not executed; too many requests, pause
    Banned,      ///< not executed; this address is shut out, complete silence until the end
};

} // namespace transport
