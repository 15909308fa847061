#include "models/domain/risk/liquidation.h"

#include "models/domain/risk/margin.h"

#include <algorithm>
#include <vector>

namespace domain
{
namespace
{

/// Margin balance minus maintenance margin as long as no leg leaves its bracket: constant + slope * price.
struct Surplus
{
    Money constant;
    Quantity slope; ///< signed
    Money at(Price price) const { return constant + slope * price; }
    Price root() const { return -constant / slope; }
};

// No market trades up there, and below it no product of price and size can overflow.
constexpr Price farthest = Price::of(1'000'000'000'000);

/// The prices at which a leg enters its next bracket, ascending; made as they are asked for.
class Edges
{
public:
    struct Edge
    {
        Price price;
        std::size_t leg = 0;
        std::size_t row = 0; ///< that ends there
    };

    Edges(std::span<const PositionLeg> legs, const LeverageBrackets &rows)
        : m_legs{legs},
          m_rows{rows},
          m_places(legs.size())
    {
        for (std::size_t leg = 0; leg < legs.size(); ++leg) {
            findEnd(leg);
        }
    }

    std::optional<Edge> next()
    {
        const auto lowest = std::ranges::min_element(m_places, {}, &Place::end);
        if (lowest->end == farthest) {
            return std::nullopt;
        }
        const Edge edge{lowest->end, static_cast<std::size_t>(lowest - m_places.begin()), lowest->row};
        ++lowest->row;
        findEnd(edge.leg);
        return edge;
    }

private:
    struct Place
    {
        std::size_t row = 0;
        Price end; ///< of that row
    };
    void findEnd(std::size_t leg)
    {
        Place &place = m_places[leg];
        place.end = place.row + 1 < m_rows.size()
                        ? std::min(farthest, m_rows[place.row].notionalCap / m_legs[leg].quantity)
                        : farthest;
    }

    std::span<const PositionLeg> m_legs;
    const LeverageBrackets &m_rows;
    std::vector<Place> m_places; ///< one for each leg
};

Surplus firstSurplus(
    std::span<const PositionLeg> legs, const MarginPool &pool, const LeverageBracket &bracket)
{
    Surplus surplus;
    surplus.constant = pool.walletBalance - pool.otherMaintenance + pool.otherUnrealizedPnl;
    for (const auto &leg : legs) {
        const int sign = signOf(leg.side);
        surplus.constant += bracket.maintenanceAmount - leg.quantity * leg.entryPrice * sign;
        surplus.slope += leg.quantity * sign - leg.quantity * bracket.maintenanceMarginRate;
    }
    return surplus;
}

/// Of the prices that it is shown, ascending, the one nearest to another.
class Nearest
{
public:
    explicit Nearest(Price to) : m_to{to} {}
    void look(Price price)
    {
        if (price.isPositive() && price <= farthest &&
            (!m_found || (price - m_to).abs() < (*m_found - m_to).abs())) {
            m_found = price;
        }
    }
    std::optional<Price> found() const { return m_found; }
    /// No price from there on is nearer.
    bool isSettledBelow(Price price) const { return m_found && price - m_to >= (*m_found - m_to).abs(); }

private:
    Price m_to;
    std::optional<Price> m_found;
};

/// Looks at every price at which the surplus changes its sign, ascending, until no later one can be nearer;
/// there are two at most above 0 with a sound table.
void lookAtRoots(
    std::span<const PositionLeg> legs, const MarginPool &pool, const LeverageBrackets &rows, Nearest &nearest)
{
    Edges edges{legs, rows};
    Surplus surplus = firstSurplus(legs, pool, rows.front());
    Price low;
    int sign = surplus.constant.sign();
    while (const auto next = edges.next()) {
        const auto &edge = *next;
        const int signAtEdge = surplus.at(edge.price).sign();
        if (sign * signAtEdge < 0) {
            nearest.look(std::clamp(surplus.root(), low, edge.price));
        } else if (sign != 0 && signAtEdge == 0) {
            nearest.look(edge.price);
        }
        if (nearest.isSettledBelow(edge.price)) {
            return;
        }
        const auto &before = rows[edge.row];
        const auto &after = rows[edge.row + 1];
        const Quantity quantity = legs[edge.leg].quantity;
        surplus.constant += after.maintenanceAmount - before.maintenanceAmount;
        surplus.slope -= quantity * (after.maintenanceMarginRate - before.maintenanceMarginRate);
        low = edge.price;
        // A table that jumps across 0 or onto it there; a unit of rounding does so, too.
        const int signAfter = surplus.at(low).sign();
        if (signAtEdge * signAfter < 0 || (signAtEdge != 0 && signAfter == 0)) {
            nearest.look(low);
        }
        sign = signAfter;
    }
    if (!surplus.slope.isZero() && sign * surplus.slope.sign() < 0) {
        nearest.look(std::max(surplus.root(), low));
    }
}

} // namespace

std::optional<Price> liquidationPrice(
    std::span<const PositionLeg> legs, const MarginPool &pool, const LeverageBrackets &table, Price mark)
{
    if (legs.empty()) {
        return std::nullopt;
    }
    Nearest nearest{mark.isPositive() ? mark : legs.front().entryPrice};
    lookAtRoots(legs, pool, table.empty() ? defaultBrackets() : table, nearest);
    return nearest.found();
}

std::optional<Price> liquidationPrice(
    const PositionLeg &leg, const MarginPool &pool, const LeverageBrackets &table)
{
    return liquidationPrice(std::span{&leg, 1}, pool, table, leg.entryPrice);
}

std::optional<Price> bankruptcyPrice(std::span<const PositionLeg> legs, const MarginPool &pool)
{
    Money cost = -(pool.walletBalance + pool.otherUnrealizedPnl);
    Quantity net;
    for (const auto &leg : legs) {
        cost += leg.quantity * leg.entryPrice * signOf(leg.side);
        net += leg.quantity * signOf(leg.side);
    }
    if (net.isZero()) {
        return std::nullopt;
    }
    const Price price = cost / net;
    return price.isPositive() ? std::optional{price} : std::nullopt;
}

Price approximateLiquidationPrice(Price entry, int leverage, Rate maintenanceMarginRate, Side side)
{
    const Rate cushion = Rate::of(1) / std::max(leverage, 1) - maintenanceMarginRate;
    return entry - entry * cushion * signOf(side);
}

std::optional<Rate> distanceToLiquidation(Price mark, Price liquidation, Side side)
{
    if (!mark.isPositive()) {
        return std::nullopt;
    }
    return (mark - liquidation) * signOf(side) / mark;
}

} // namespace domain
