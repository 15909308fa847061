#pragma once

#include "models/ports/venue_health.h"

namespace support
{

/// A connection that is as the test says. At first everything is well and the gate open.
class FakeHealth final : public ports::VenueHealth
{
public:
    FakeHealth()
    {
        ports::HealthState well;
        well.canTrade = true;
        well.gate = domain::GateState::Active;
        current = std::make_shared<const ports::HealthState>(well);
    }
    ports::HealthPtr current;

    void publish(const ports::HealthState &state)
    {
        current = std::make_shared<const ports::HealthState>(state);
        emit healthChanged(current);
    }
    ports::HealthPtr state() const override { return current; }
};

} // namespace support
