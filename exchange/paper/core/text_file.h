#pragma once

#include "models/domain/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace paper
{

inline constexpr std::size_t longestCsvLine = 4'096; ///< a row of any published file has less than 300

/// Calls onLine for each line (without its end, numbered from 1) of a plain, gzipped or zipped text file; of
/// a zip its first file. Stops at the first failure onLine gives. Malformed: no such file, unreadable,
/// damaged, a line longer than longestLine.
domain::Result<void> readLines(const std::string &path,
    const std::function<domain::Result<void>(std::int64_t number, std::string_view line)> &onLine,
    std::size_t longestLine = longestCsvLine);

} // namespace paper
