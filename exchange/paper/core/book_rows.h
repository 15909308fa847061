#pragma once

#include "exchange/paper/core/recording.h"

#include <optional>
#include <span>
#include <string_view>

namespace paper
{

/// Files of the order book as the exchange publishes them.
enum class BookFile : std::uint8_t {
    Ticker,  ///< bookTicker, 7 columns: update_id, best bid and ask with quantities, two times
    Depth,   ///< bookDepth, 4 columns: what rests within some per cent of the middle, sampled
    Updates, ///< historical depth, 9 columns: a snapshot's levels, or changes with their ids
};

/// Of a file's first line, header or not; unset where it is none of them.
std::optional<BookFile> bookFileOf(std::span<const std::string_view> cells);
/// Adds a row. What is wrong with it, as a clause; empty where nothing is.
std::string_view takeBookRow(BookFile file, std::span<const std::string_view> cells, Recording &into);
/// Snapshots and updates as one book: what the first snapshot holds already is dropped. Malformed: no
/// snapshot, or a gap in the ids that no snapshot mends.
domain::Result<void> joinBook(std::vector<RecordedDepth> &depth, const std::string &path);

} // namespace paper
