#pragma once

#include "models/domain/symbol.h"
#include "models/domain/time.h"

#include <chrono>
#include <map>

namespace domain
{

/// How often funding is settled, of the symbols of which the venue says it; of all others it is the usual
/// interval. Source: GET /fapi/v1/fundingInfo (fundingIntervalHours), reference 4.1, 10.10.
using FundingIntervals = std::map<Symbol, Milliseconds>;
inline constexpr Milliseconds usualFundingInterval = std::chrono::hours{8};

} // namespace domain
