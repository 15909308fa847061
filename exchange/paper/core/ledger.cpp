#include "exchange/paper/core/ledger.h"

#include "exchange/paper/core/assets.h"

#include <algorithm>

namespace paper
{
namespace
{

/// Closes `quantity` of the row at a price and gives the realized PnL.
Money closePart(PositionState &row, Price price, Quantity quantity)
{
    const Quantity held = row.amount.abs();
    const bool isWhole = quantity == held;
    const Money closedCost = isWhole ? row.cost : cut8(prorate(row.cost, quantity, held));
    const Money released = isWhole ? row.isolatedWallet : cut8(prorate(row.isolatedWallet, quantity, held));
    const Quantity closedAmount = row.amount.isNegative() ? -quantity : quantity;
    const Money realized = price * closedAmount - closedCost;
    row.amount -= closedAmount;
    row.cost -= closedCost;
    row.isolatedWallet -= released;
    row.realized += realized;
    row.accumulated += realized;
    if (isWhole) {
        row.feesPaid = {};
        row.realized = {};
        row.wasCalled = false;
    }
    return realized;
}

constexpr const char *bnb = "BNB";

/// Takes a fee out of the account's BNB.
Money payInBnb(Exchange &exchange, Account &account, Money fee, const Symbol &symbol, std::int64_t tradeId)
{
    AssetBalance &balance = account.assets.at(bnb);
    balance.wallet -= fee;
    balance.updatedAt = exchange.now;
    exchange.assetPots[bnb].fees += fee;
    exchange.addIncome(account, IncomeType::Commission, symbol, -fee, tradeId, bnb);
    revalue(exchange, account);
    return fee;
}

} // namespace

Booking bookFill(Exchange &exchange, Account &account, Holding &holding, PositionSide positionSide, Side side,
    Price price, Quantity quantity, std::optional<Rate> commissionRate, std::int64_t tradeId)
{
    PositionState &row = holding.position(positionSide);
    const Symbol &symbol = holding.listing->spec.symbol;
    const bool isClosing = !row.isFlat() && row.side() != side;
    const Quantity closed = isClosing ? std::min(quantity, row.amount.abs()) : Quantity{};
    const Quantity opened = quantity - closed;

    Booking booking;
    if (isClosing) {
        const Side held = row.side();
        booking.realized = closePart(row, price, closed);
        account.wallet += booking.realized;
        exchange.addIncome(account, IncomeType::RealizedPnl, symbol, booking.realized, tradeId);
        if (row.isFlat()) {
            exchange.closings.push_back({&account, holding.listing, positionSide, held});
        }
    }
    if (opened.isPositive()) {
        const Money notional = price * opened;
        row.amount += side == Side::Buy ? opened : -opened;
        row.cost += side == Side::Buy ? notional : -notional;
        if (holding.marginType == MarginType::Isolated) {
            row.isolatedWallet += cut8(notional / holding.leverage);
        }
    }
    if (commissionRate) {
        Money commission = cut8(price * quantity * *commissionRate);
        if (const auto inBnb = feeInBnb(exchange, account, commission)) {
            booking.commission = payInBnb(exchange, account, *inBnb, symbol, tradeId);
            booking.commissionAsset = bnb;
            if (!row.isFlat()) {
                row.feesPaid += cut8(assetPrice(exchange, bnb) * Quantity::fromUnits(inBnb->units()));
            }
            commission = {};
        } else {
            booking.commission = commission;
        }
        account.wallet -= commission;
        exchange.feesCollected += commission;
        if (row.isolatedWallet.isPositive()) {
            // Commission comes from outside the bucket as long as there is anything.
            const Money uncovered = std::max(Money{}, -account.crossWallet());
            row.isolatedWallet -= std::min({uncovered, commission, row.isolatedWallet});
        }
        if (!row.isFlat()) {
            row.feesPaid += commission;
        }
        exchange.addIncome(account, IncomeType::Commission, symbol, -commission, tradeId);
    }
    row.updatedAt = exchange.now;
    account.updatedAt = exchange.now;
    exchange.touchRisk(account);
    return booking;
}

void bookMarketFill(Listing &listing, Side side, Price price, Quantity quantity)
{
    const Money notional = price * quantity;
    listing.marketAmount += side == Side::Buy ? quantity : -quantity;
    listing.marketCash += side == Side::Buy ? -notional : notional;
}

void payInsurance(Exchange &exchange, Account &account, const Symbol &symbol, Money amount)
{
    account.wallet -= amount;
    account.updatedAt = exchange.now;
    exchange.insuranceFund += amount;
    exchange.addIncome(account, IncomeType::InsuranceClear, symbol, -amount);
    emitAccountUpdate(exchange, account, UpdateReason::InsuranceClear, {}, -amount);
}

void emitAccountUpdate(Exchange &exchange, Account &account, UpdateReason reason,
    std::vector<PositionChange> positions, Money balanceChange, const Symbol &symbol,
    const std::string &asset)
{
    AccountUpdateEvent event{account.id, reason, symbol,
        BalanceChange{account.wallet, account.crossWallet(), balanceChange}, std::move(positions),
        exchange.now};
    if (const auto other = account.assets.find(asset); other != account.assets.end()) {
        event.others.push_back({other->second.wallet, other->second.wallet, {}, asset});
    }
    exchange.emit(std::move(event));
}

} // namespace paper
