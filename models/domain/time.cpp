#include "models/domain/time.h"

namespace domain
{

Timestamp SystemClock::wallNow() const
{
    return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
}

Monotonic SystemClock::monotonicNow() const
{
    return Monotonic{std::chrono::duration_cast<MonotonicClock::duration>(
        std::chrono::steady_clock::now().time_since_epoch())};
}

} // namespace domain
