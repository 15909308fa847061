#include "exchange/paper/core/margin.h"

#include "models/domain/risk/brackets.h"
#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/margin.h"
#include "models/domain/risk/order_cost.h"

#include <algorithm>

namespace paper
{
namespace
{

constexpr std::array<PositionSide, 3> allSides{PositionSide::Both, PositionSide::Long, PositionSide::Short};

domain::PositionLeg legOf(const PositionState &row)
{
    return {row.side(), row.amount.abs(), row.entryPrice()};
}

/// The positions that share one liquidation price with this row.
std::vector<domain::PositionLeg> legsWith(const Holding &holding, const PositionState &row)
{
    if (holding.marginType == MarginType::Isolated) {
        return {legOf(row)};
    }
    std::vector<domain::PositionLeg> legs;
    for (const PositionState &other : holding.positions) {
        if (!other.isFlat()) {
            legs.push_back(legOf(other));
        }
    }
    return legs;
}

domain::MarginPool poolOf(const Account &account, const Holding &holding, const PositionState &row)
{
    if (holding.marginType == MarginType::Isolated) {
        return {row.isolatedWallet, {}, {}};
    }
    domain::MarginPool pool{account.crossWallet() + account.collateral, {}, {}};
    for (const auto &[symbol, other] : account.holdings) {
        if (&other == &holding || other.marginType == MarginType::Isolated) {
            continue;
        }
        for (const PositionState &otherRow : other.positions) {
            pool.otherMaintenance += maintenanceOf(other, otherRow);
            pool.otherUnrealizedPnl += unrealizedPnl(otherRow, other.listing->mark);
        }
    }
    return pool;
}

} // namespace

Money unrealizedPnl(const PositionState &row, Price mark)
{
    return row.isFlat() ? Money{} : mark * row.amount - row.cost;
}

Money notionalOf(const PositionState &row, Price mark)
{
    return mark * row.amount.abs();
}

Money maintenanceOf(const Holding &holding, const PositionState &row)
{
    return row.isFlat()
               ? Money{}
               : domain::maintenanceMargin(notionalOf(row, holding.listing->mark), holding.listing->brackets);
}

Money positionMargin(const Holding &holding, const PositionState &row)
{
    return domain::initialMargin(notionalOf(row, holding.listing->mark), holding.leverage);
}

Money requirementOf(const Holding &holding, PositionSide side)
{
    const Holding::Sums &sums = holding.sumsOf(side);
    const domain::OpenOrderValue orders{
        sums.openingValue[0], sums.openingValue[1], sums.openingQty[0], sums.openingQty[1]};
    return domain::marginRequirement(
        holding.listing->mark * holding.position(side).amount, orders, holding.leverage);
}

Money maxNotionalOf(const Holding &holding)
{
    return domain::maxNotionalAt(holding.listing->brackets, holding.leverage);
}

Money CrossTotals::available() const
{
    return std::max(Money{}, marginBalance() - initial - isolatedOrderMargin);
}

CrossTotals crossTotals(const Account &account)
{
    CrossTotals totals;
    totals.wallet = account.wallet;
    totals.collateral = account.collateral;
    for (const auto &[symbol, holding] : account.holdings) {
        for (const PositionSide side : allSides) {
            const PositionState &row = holding.position(side);
            const Holding::Sums &sums = holding.sumsOf(side);
            if (row.isFlat() && sums.openingQty[0].isZero() && sums.openingQty[1].isZero()) {
                continue;
            }
            const Money requirement = requirementOf(holding, side);
            if (holding.marginType == MarginType::Isolated) {
                totals.wallet -= row.isolatedWallet;
                totals.isolatedOrderMargin += std::max(Money{}, requirement - positionMargin(holding, row));
                continue;
            }
            totals.initial += requirement;
            totals.unrealized += unrealizedPnl(row, holding.listing->mark);
            totals.maintenance += maintenanceOf(holding, row);
            totals.hasPosition = totals.hasPosition || !row.isFlat();
        }
    }
    return totals;
}

Price liquidationPriceOf(const Account &account, const Holding &holding, PositionSide side)
{
    const PositionState &row = holding.position(side);
    if (row.isFlat()) {
        return {};
    }
    const std::vector<domain::PositionLeg> legs = legsWith(holding, row);
    return domain::liquidationPrice(
        legs, poolOf(account, holding, row), holding.listing->brackets, holding.listing->mark)
        .value_or(Price{});
}

Price bankruptcyPriceOf(const Account &account, const Holding &holding, PositionSide side)
{
    const PositionState &row = holding.position(side);
    if (row.isFlat()) {
        return {};
    }
    domain::MarginPool pool = poolOf(account, holding, row);
    if (holding.marginType == MarginType::Cross) {
        for (const PositionState &other : holding.positions) {
            pool.otherUnrealizedPnl += &other == &row ? Money{} : unrealizedPnl(other, holding.listing->mark);
        }
    }
    const std::array<domain::PositionLeg, 1> leg{legOf(row)};
    return domain::bankruptcyPrice(leg, pool).value_or(Price{});
}

Price breakEvenPriceOf(const PositionState &row)
{
    if (row.isFlat()) {
        return {};
    }
    return std::max(Price{}, (row.cost + row.feesPaid - row.realized) / row.amount);
}

PositionView positionView(const Account &account, const Holding &holding, PositionSide side)
{
    const PositionState &row = holding.position(side);
    const Listing &listing = *holding.listing;
    const Holding::Sums &sums = holding.sumsOf(side);
    PositionView view;
    view.symbol = listing.spec.symbol;
    view.positionSide = side;
    view.amount = row.amount;
    view.entryPrice = row.entryPrice();
    view.breakEvenPrice = breakEvenPriceOf(row);
    view.markPrice = listing.mark;
    view.liquidationPrice = liquidationPriceOf(account, holding, side);
    view.unrealizedProfit = unrealizedPnl(row, listing.mark);
    view.notional = listing.mark * row.amount;
    view.isolatedWallet = row.isolatedWallet;
    view.isolatedMargin = holding.marginType == MarginType::Isolated && !row.isFlat()
                              ? row.isolatedWallet + view.unrealizedProfit
                              : Money{};
    view.positionInitialMargin = positionMargin(holding, row);
    view.openOrderInitialMargin =
        std::max(Money{}, requirementOf(holding, side) - view.positionInitialMargin);
    view.initialMargin = view.positionInitialMargin + view.openOrderInitialMargin;
    view.maintMargin = maintenanceOf(holding, row);
    view.bidNotional = sums.value[0];
    view.askNotional = sums.value[1];
    view.accumulatedRealized = row.accumulated;
    view.maxNotional = maxNotionalOf(holding);
    view.marginType = holding.marginType;
    view.leverage = holding.leverage;
    view.hasOpenOrders = std::ranges::any_of(
        holding.open, [&](const WorkingOrder *order) { return order->record.positionSide == side; });
    view.updatedAt = row.updatedAt;
    return view;
}

std::vector<PositionSide> sidesOf(const Account &account)
{
    return account.hedgeMode ? std::vector{PositionSide::Long, PositionSide::Short}
                             : std::vector{PositionSide::Both};
}

AccountView accountView(const Account &account)
{
    const CrossTotals cross = crossTotals(account);
    AccountView view;
    view.walletBalance = account.wallet;
    view.crossWalletBalance = account.crossWallet();
    view.crossUnrealizedProfit = cross.unrealized;
    view.availableBalance = cross.available();
    const Money spare = cross.wallet + cross.collateral + std::min(Money{}, cross.unrealized) -
                        cross.initial - cross.isolatedOrderMargin;
    view.maxWithdrawAmount =
        std::max(Money{}, account.collateral.isZero() ? spare : std::min(cross.wallet, spare));
    view.hedgeMode = account.hedgeMode;
    view.multiAssets = account.multiAssets;
    view.updatedAt = account.updatedAt;
    for (const auto &[symbol, holding] : account.holdings) {
        for (const PositionSide side : sidesOf(account)) {
            PositionView row = positionView(account, holding, side);
            if (row.amount.isZero() && !row.hasOpenOrders) {
                continue;
            }
            view.unrealizedProfit += row.unrealizedProfit;
            view.initialMargin += row.initialMargin;
            view.positionInitialMargin += row.positionInitialMargin;
            view.openOrderInitialMargin += row.openOrderInitialMargin;
            view.maintMargin += row.maintMargin;
            view.positions.push_back(std::move(row));
        }
    }
    view.marginBalance = view.walletBalance + view.unrealizedProfit;
    return view;
}

PositionChange positionChange(const Holding &holding, PositionSide side)
{
    const PositionState &row = holding.position(side);
    return {holding.listing->spec.symbol, side, row.amount, row.entryPrice(), breakEvenPriceOf(row),
        row.accumulated, unrealizedPnl(row, holding.listing->mark), holding.marginType, row.isolatedWallet};
}

} // namespace paper
