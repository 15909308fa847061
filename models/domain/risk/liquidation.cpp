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

/// Where a leg enters its next bracket.
struct Edge
{
    Price price;
    std::size_t leg = 0;
};

// No market trades up there, and below it no product of price and size can overflow.
constexpr Price farthest = Price::of(1'000'000'000'000);

std::vector<Edge> edgesOf(std::span<const PositionLeg> legs, const LeverageBrackets &rows)
{
    std::vector<Edge> edges;
    edges.reserve(legs.size() * rows.size());
    for (std::size_t leg = 0; leg < legs.size(); ++leg) {
        for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
            const Price price = rows[i].notionalCap / legs[leg].quantity;
            if (price < farthest) {
                edges.push_back({price, leg});
            }
        }
    }
    std::ranges::stable_sort(edges, {}, &Edge::price);
    return edges;
}

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

/// Every price above 0 at which the surplus changes its sign, ascending; two at most with a sound table.
std::vector<Price> rootsOf(
    std::span<const PositionLeg> legs, const MarginPool &pool, const LeverageBrackets &rows)
{
    const auto edges = edgesOf(legs, rows);
    std::vector<std::size_t> rowOf(legs.size(), 0);
    std::vector<Price> roots;
    Surplus surplus = firstSurplus(legs, pool, rows.front());
    Price low;
    int sign = surplus.constant.sign();
    for (const auto &edge : edges) {
        const int signAtEdge = surplus.at(edge.price).sign();
        if (sign * signAtEdge < 0) {
            roots.push_back(std::clamp(surplus.root(), low, edge.price));
        } else if (sign != 0 && signAtEdge == 0) {
            roots.push_back(edge.price);
        }
        const auto &before = rows[rowOf[edge.leg]];
        const auto &after = rows[++rowOf[edge.leg]];
        const Quantity quantity = legs[edge.leg].quantity;
        surplus.constant += after.maintenanceAmount - before.maintenanceAmount;
        surplus.slope -= quantity * (after.maintenanceMarginRate - before.maintenanceMarginRate);
        low = edge.price;
        // A table that jumps across 0 or onto it there; a unit of rounding does so, too.
        const int signAfter = surplus.at(low).sign();
        if (signAtEdge * signAfter < 0 || (signAtEdge != 0 && signAfter == 0)) {
            roots.push_back(low);
        }
        sign = signAfter;
    }
    if (!surplus.slope.isZero() && sign * surplus.slope.sign() < 0) {
        roots.push_back(std::max(surplus.root(), low));
    }
    std::erase_if(roots, [](Price root) { return !root.isPositive() || root > farthest; });
    return roots;
}

} // namespace

std::optional<Price> liquidationPrice(
    std::span<const PositionLeg> legs, const MarginPool &pool, const LeverageBrackets &table, Price mark)
{
    if (legs.empty()) {
        return std::nullopt;
    }
    const auto roots = rootsOf(legs, pool, table.empty() ? defaultBrackets() : table);
    if (roots.empty()) {
        return std::nullopt;
    }
    const Price from = mark.isPositive() ? mark : legs.front().entryPrice;
    return *std::ranges::min_element(roots, {}, [from](Price root) { return (root - from).abs(); });
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
