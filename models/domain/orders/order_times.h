#pragma once

#include "models/domain/time.h"

#include <array>

namespace domain::order_times
{

inline constexpr Milliseconds longestRecvWindow{5'000};
// Reads lag behind writes: seconds at the engine, up to minutes at the Algo service (reference 11.2, 11.3).
inline constexpr Milliseconds engineLag{10'000};
inline constexpr Milliseconds algoLag{180'000};
/// Missing executions are asked for after these pauses, one after the other.
inline constexpr std::array<Milliseconds, 4> tradesPauses{
    Milliseconds{2'000}, Milliseconds{5'000}, Milliseconds{15'000}, Milliseconds{60'000}};

} // namespace domain::order_times
