#pragma once

#include "models/domain/order.h"

#include <QString>

namespace ui
{

/// A level across the chart: what it stands for, where it is, and whether the user may drag it.
struct PriceLine
{
    enum class Kind : std::uint8_t { Entry, BreakEven, Liquidation, Order, Stop, TakeProfit, Target };
    QString id; ///< unique in one chart; comes back with lineMoved
    Kind kind = Kind::Order;
    domain::Price price;
    QString label;                         ///< e.g. "Buy 0.250"; short
    domain::Side side = domain::Side::Buy; ///< colours an Order
    bool movable = false;
    friend bool operator==(const PriceLine &, const PriceLine &) = default;
};

} // namespace ui
