#include "exchange/paper/core/liquidation.h"

#include "exchange/paper/core/assets.h"
#include "exchange/paper/core/deleverage.h"
#include "exchange/paper/core/ledger.h"
#include "exchange/paper/core/margin.h"
#include "exchange/paper/core/matching.h"
#include "models/domain/risk/brackets.h"

#include <algorithm>

namespace paper
{
namespace
{

/// One position row on its way out.
struct Victim
{
    Holding *holding = nullptr;
    PositionSide side = PositionSide::Both;

    PositionState &row() const { return holding->position(side); }
};

const Rate forcedReach = Rate::literal("0.01"); ///< of mark, where a liquidation is told

constexpr std::array<PositionSide, 3> allSides{PositionSide::Both, PositionSide::Long, PositionSide::Short};

/// Conditions of the isolated row: its own wallet stands for it alone.
Money isolatedBalance(const Holding &holding, const PositionState &row)
{
    return row.isolatedWallet + unrealizedPnl(row, holding.listing->mark);
}

bool isIsolatedSpent(const Holding &holding, const PositionState &row)
{
    return !row.isFlat() && maintenanceOf(holding, row) >= isolatedBalance(holding, row);
}

bool isCrossSpent(const CrossTotals &cross)
{
    return cross.hasPosition && cross.maintenance >= cross.marginBalance();
}

void cancelOrders(Exchange &exchange, Holding &holding)
{
    const std::vector<WorkingOrder *> open = holding.open;
    for (WorkingOrder *order : open) {
        finish(exchange, *order, OrderStatus::Expired, expiry::liquidated);
    }
}

/// The quantity that brings the position down to the bracket below, or all of it from the first bracket.
Quantity stepQuantity(const Holding &holding, const PositionState &row)
{
    const Listing &listing = *holding.listing;
    const Quantity held = row.amount.abs();
    const domain::LeverageBracket &bracket =
        domain::bracketFor(listing.brackets, notionalOf(row, listing.mark));
    if (!bracket.notionalFloor.isPositive()) {
        return held;
    }
    const Quantity kept = domain::quantityBought(bracket.notionalFloor, listing.mark)
                              .roundedTo(listing.spec.lot.stepSize, domain::Rounding::Down);
    return kept.isPositive() && kept < held ? held - kept : held;
}

/// The bankruptcy price on the symbol's grid, never worse for the account than the exact one.
Price bankruptcyLimit(const Account &account, const Victim &victim)
{
    const SymbolSpec &spec = victim.holding->listing->spec;
    const bool isLong = victim.row().side() == Side::Buy;
    const Price exact = bankruptcyPriceOf(account, *victim.holding, victim.side);
    const Price onGrid =
        exact.roundedTo(spec.tickSize, isLong ? domain::Rounding::Up : domain::Rounding::Down);
    const Price smallest = spec.tickSize.isZero() ? Price::fromUnits(1) : spec.tickSize;
    return std::max(onGrid, smallest);
}

/// The insurance fund takes what the book did not, and passes it to the market at mark. Where that is more
/// than it has, those who gained on the other side are deleveraged.
void takeOver(Exchange &exchange, WorkingOrder &order, Price price)
{
    Listing &listing = *order.listing;
    const Side side = order.record.side;
    const Quantity quantity = order.record.remainingQty();
    const Money gain = (listing.mark - price) * quantity * (side == Side::Sell ? 1 : -1);
    if ((exchange.insuranceFund + gain).isNegative()) {
        deleverageAgainst(exchange, order, price);
        return;
    }
    fillOutsideBook(exchange, order, price, quantity);
    bookMarketFill(listing, domain::opposite(side), listing.mark, quantity);
    exchange.insuranceFund += gain;
}

/// Closes a quantity of the position at a price or better. The notional that was closed.
Money closeAt(Exchange &exchange, Account &account, const Victim &victim, Quantity quantity, Price limit)
{
    Listing &listing = *victim.holding->listing;
    OrderIntent intent;
    intent.side = domain::opposite(victim.row().side());
    intent.positionSide = victim.side;
    intent.timeInForce = TimeInForce::Ioc;
    intent.quantity = quantity;
    intent.price = limit;
    intent.reduceOnly = true;
    intent.selfTradePrevention = SelfTradePrevention::None;
    intent.clientOrderId = "autoclose-" + std::to_string(domain::toMs(exchange.now)) +
                           std::to_string(exchange.nextGeneratedId++);
    const std::int64_t orderId = submit(exchange, account, listing, intent);
    if (WorkingOrder *left = findOpen(account, listing, {orderId, {}})) {
        takeOver(exchange, *left, intent.price);
    }
    return account.orders.back().cumQuote;
}

/// Closes one step of the position at its bankruptcy price or better. The notional that was closed.
Money closeStep(Exchange &exchange, Account &account, const Victim &victim)
{
    return closeAt(exchange, account, victim, stepQuantity(*victim.holding, victim.row()),
        bankruptcyLimit(account, victim));
}

void chargeFee(Exchange &exchange, Account &account, const Listing &listing, Money closed, Money atMost)
{
    const Money fee = std::min(cut8(closed * listing.spec.liquidationFee), cut8(atMost));
    if (fee.isPositive()) {
        payInsurance(exchange, account, listing.spec.symbol, fee);
    }
}

void liquidateIsolated(Exchange &exchange, Account &account, const Victim &victim)
{
    cancelOrders(exchange, *victim.holding);
    while (isIsolatedSpent(*victim.holding, victim.row())) {
        const Money crossBefore = account.crossWallet();
        const Money closed = closeStep(exchange, account, victim);
        // What came back from the isolated wallet with the loss taken off; the fee must not reach further.
        const Money returned = account.crossWallet() - crossBefore;
        if (returned.isNegative()) {
            payInsurance(exchange, account, victim.holding->listing->spec.symbol, returned);
        } else {
            chargeFee(exchange, account, *victim.holding->listing, closed, returned);
        }
    }
}

Victim largestCross(Account &account)
{
    Victim largest;
    Money most;
    for (auto &[symbol, holding] : account.holdings) {
        if (holding.marginType == MarginType::Isolated) {
            continue;
        }
        for (const PositionSide side : allSides) {
            const PositionState &row = holding.position(side);
            if (!row.isFlat() && (largest.holding == nullptr || maintenanceOf(holding, row) > most)) {
                largest = {&holding, side};
                most = maintenanceOf(holding, row);
            }
        }
    }
    return largest;
}

Money crossNotional(const Account &account)
{
    Money total;
    for (const auto &[symbol, holding] : account.holdings) {
        for (const PositionState &row : holding.positions) {
            total +=
                holding.marginType == MarginType::Cross ? notionalOf(row, holding.listing->mark) : Money{};
        }
    }
    return total;
}

void liquidateCross(Exchange &exchange, Account &account)
{
    for (auto &[symbol, holding] : account.holdings) {
        if (holding.marginType == MarginType::Cross) {
            cancelOrders(exchange, holding);
        }
    }
    for (CrossTotals cross = crossTotals(account); isCrossSpent(cross); cross = crossTotals(account)) {
        const Victim victim = largestCross(account);
        const Money balanceBefore = std::max(Money{}, cross.marginBalance());
        const Money notionalBefore = crossNotional(account);
        const Money closed = closeStep(exchange, account, victim);
        // The fee comes out of the margin that stood behind the closed part, so a smaller position survives.
        const Money keeps =
            notionalBefore.isPositive() ? balanceBefore * (crossNotional(account) / notionalBefore) : Money{};
        const Money freed = crossTotals(account).marginBalance() - keeps;
        chargeFee(exchange, account, *victim.holding->listing, closed, std::max(Money{}, freed));
    }
}

/// In multi-assets mode other assets are sold once too much USDT is owed, or no position is left that could
/// bring it back: exchangeInfo's autoAssetExchange, reference 4.2.
void coverDebt(Exchange &exchange, Account &account)
{
    static const Money mostOwed = Money::of(100);
    const Money debt = -account.wallet;
    if (debt.isPositive() && (debt > mostOwed || !crossTotals(account).hasPosition)) {
        autoExchange(exchange, account, debt);
    }
}

/// A cross wallet below zero with no cross position to make up for it: the isolated buckets stand in, then
/// the insurance fund.
void clearDeficit(Exchange &exchange, Account &account)
{
    if (account.multiAssets) {
        coverDebt(exchange, account);
    }
    Money deficit = -account.crossWallet();
    if (!deficit.isPositive() || crossTotals(account).hasPosition) {
        return;
    }
    for (auto &[symbol, holding] : account.holdings) {
        for (const PositionSide side : allSides) {
            PositionState &row = holding.position(side);
            const Money taken = std::min(deficit, std::max(Money{}, row.isolatedWallet));
            if (!taken.isPositive()) {
                continue;
            }
            deficit -= taken;
            row.isolatedWallet -= taken;
            exchange.touchRisk(account);
            emitAccountUpdate(
                exchange, account, UpdateReason::MarginTransfer, {positionChange(holding, side)});
        }
    }
    if (deficit.isPositive()) {
        payInsurance(exchange, account, {}, -deficit);
    }
}

MarginCallEvent::Row callRow(const Holding &holding, PositionSide side)
{
    const PositionState &row = holding.position(side);
    const Price mark = holding.listing->mark;
    return {holding.listing->spec.symbol, side, row.amount, holding.marginType, row.isolatedWallet, mark,
        unrealizedPnl(row, mark), maintenanceOf(holding, row)};
}

void callIsolated(Exchange &exchange, const Account &account, const Victim &victim)
{
    PositionState &row = victim.row();
    const bool isNear =
        !row.isFlat() && maintenanceOf(*victim.holding, row) >=
                             isolatedBalance(*victim.holding, row) * exchange.config.marginCallRatio;
    if (isNear && !row.wasCalled) {
        exchange.emit(
            MarginCallEvent{account.id, std::nullopt, {callRow(*victim.holding, victim.side)}, exchange.now});
    }
    row.wasCalled = isNear;
}

void callCross(Exchange &exchange, Account &account)
{
    const CrossTotals cross = crossTotals(account);
    const bool isNear =
        cross.hasPosition && cross.maintenance >= cross.marginBalance() * exchange.config.marginCallRatio;
    if (isNear && !account.wasCalled) {
        MarginCallEvent call{account.id, cross.wallet, {}, exchange.now};
        for (const auto &[symbol, holding] : account.holdings) {
            for (const PositionSide side : allSides) {
                if (holding.marginType == MarginType::Cross && !holding.position(side).isFlat()) {
                    call.positions.push_back(callRow(holding, side));
                }
            }
        }
        exchange.emit(std::move(call));
    }
    account.wasCalled = isNear;
}

} // namespace

bool checkRisk(Exchange &exchange, Account &account)
{
    bool liquidated = false;
    for (auto &[symbol, holding] : account.holdings) {
        if (holding.marginType == MarginType::Cross) {
            continue;
        }
        for (const PositionSide side : allSides) {
            const Victim victim{&holding, side};
            if (isIsolatedSpent(holding, victim.row())) {
                liquidateIsolated(exchange, account, victim);
                liquidated = true;
            }
            callIsolated(exchange, account, victim);
        }
    }
    if (isCrossSpent(crossTotals(account))) {
        liquidateCross(exchange, account);
        liquidated = true;
    }
    if (liquidated) {
        account.liquidatingUntil = exchange.now + exchange.config.liquidationTime;
    }
    clearDeficit(exchange, account);
    callCross(exchange, account);
    return liquidated;
}

void liquidatePosition(Exchange &exchange, Account &account, Holding &holding, PositionSide side)
{
    cancelOrders(exchange, holding);
    const Victim victim{&holding, side};
    const Listing &listing = *holding.listing;
    // Near mark, for there is no bankruptcy to set a price.
    const Rate reach = Rate::of(1) + forcedReach * (victim.row().side() == Side::Buy ? -1 : 1);
    const Price limit = (listing.mark * reach).roundedTo(listing.spec.tickSize, domain::Rounding::Down);
    const Money closed = closeAt(exchange, account, victim, victim.row().amount.abs(), limit);
    chargeFee(exchange, account, listing, closed, std::max(Money{}, crossTotals(account).available()));
    account.liquidatingUntil = exchange.now + exchange.config.liquidationTime;
}

} // namespace paper
