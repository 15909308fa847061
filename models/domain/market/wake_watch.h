#pragma once

#include "models/domain/time.h"

#include <optional>
#include <string>

namespace domain
{

/// Notices that the machine slept, that the program stood still, or that the wall clock was set: whatever
/// waited meanwhile is older than it looks. To be asked about once a second.
class WakeWatch
{
public:
    /// A sentence where something happened since the last call.
    std::optional<std::string> observe(Monotonic now, Timestamp wallNow);

private:
    std::optional<Monotonic> m_lastAt;
    Timestamp m_lastWall;
};

} // namespace domain
