#pragma once

#include "tests/support/desk_rig.h"

#include <string>
#include <vector>

namespace support::desk
{

/// An entry at 100 with a stop 10 beyond it and two targets of one half each.
inline BracketPlan bracketPlan(Side side = Side::Buy, PositionSide positionSide = PositionSide::Both)
{
    const int sign = signOf(side);
    BracketPlan made;
    made.entry = limit(side);
    made.entry.positionSide = positionSide;
    made.stopTrigger = Price::of(100 - 10 * sign);
    made.targets = {{Price::of(100 + 10 * sign), Rate::literal("0.5")},
        {Price::of(100 + 20 * sign), Rate::literal("0.5")}};
    return made;
}

/// A desk with one bracket whose entry works.
struct Bracketed
{
    explicit Bracketed(const BracketPlan &plan = bracketPlan())
    {
        rig.ready();
        rig.submitBracket(plan);
        entry = rig.id();
        rig.pass(10ms);
    }
    std::vector<Order> open(OrderType type) const
    {
        std::vector<Order> found;
        for (const Order &order : rig.desk.ledger().openOrders()) {
            if (order.request.type == type && order.clientOrderId() != entry) {
                found.push_back(order);
            }
        }
        return found;
    }
    std::vector<Order> stops() const { return open(OrderType::StopMarket); }
    std::vector<Order> targets() const { return open(OrderType::Limit); }
    /// The stop's size, where there is exactly one.
    Quantity stopped() const { return stops().size() == 1 ? stops().front().request.quantity : Quantity{}; }
    Quantity targeted() const
    {
        Quantity sum;
        for (const Order &order : targets()) {
            sum += order.remainingQty();
        }
        return sum;
    }
    /// Stops and targets of a filled entry are there.
    void fillAll()
    {
        rig.fill(entry, "1");
        rig.pass(300ms);
    }
    /// The quantity that all live stops at the exchange protect.
    Quantity protectedAtVenue() const
    {
        Quantity sum;
        for (const auto &[id, order] : rig.venue.orders) {
            if (order.isOpen() && order.request.type == OrderType::StopMarket) {
                sum += order.remainingQty();
            }
        }
        return sum;
    }
    bool isOver() const { return rig.desk.brackets().size() == 0; }

    Rig rig;
    std::string entry;
};

} // namespace support::desk
