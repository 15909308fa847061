#pragma once

#include "models/domain/time.h"

namespace support
{

/// Time that moves only when told to. Wall and monotonic time advance together; the wall can be stepped
/// alone.
class FakeClock final : public domain::Clock
{
public:
    explicit FakeClock(domain::Timestamp start = domain::timestampFromMs(1'760'000'000'000)) : m_wall{start}
    {
    }
    domain::Timestamp wallNow() const override { return m_wall; }
    domain::Monotonic monotonicNow() const override { return m_monotonic; }
    void advance(domain::Milliseconds by)
    {
        m_wall += by;
        m_monotonic += by;
    }
    void stepWall(domain::Milliseconds by) { m_wall += by; }

private:
    domain::Timestamp m_wall;
    domain::Monotonic m_monotonic{};
};

} // namespace support
