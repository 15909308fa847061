#pragma once

#include "exchange/paper/core/api.h"

namespace paper
{

/// The parameters common to history endpoints: symbol, the id named idName, startTime, endTime, limit.
/// -1023, -4165 (span over 7 days), -1128 (fromId together with times).
Result<HistoryQuery> historyQuery(
    const ApiCall &call, std::string_view idName, std::size_t standardLimit, std::size_t mostLimit);

} // namespace paper
