#pragma once

#include "exchange/paper/core/engine.h"
#include "models/domain/orders/order_desk.h"
#include "tests/simulation/timeline.h"

#include <cstdint>
#include <string>
#include <vector>

namespace simulation
{

/// Somebody who trades without sense: all kinds of orders, cancels, changes, brackets and now and then the
/// way out. Looks at the market as it is at the exchange and at the orders as the desk tells them.
class Trader
{
public:
    explicit Trader(std::uint64_t seed) : m_dice{seed} {}

    enum class Did : std::uint8_t { Placed, Touched, Escaped, Nothing };
    /// One action on the desk.
    Did act(domain::OrderDesk &desk, domain::Timestamp now, const paper::Engine &engine,
        domain::CommandId &lastCommand);

private:
    Did placeOne(domain::OrderDesk &desk, domain::Timestamp now, const paper::Engine &engine,
        domain::CommandId &lastCommand);
    void touchOne(domain::OrderDesk &desk, domain::Timestamp now, const std::vector<domain::Order> &open,
        domain::CommandId &lastCommand);

    Dice m_dice;
    std::int64_t m_actions = 0;
};

} // namespace simulation
