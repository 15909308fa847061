#include "exchange/paper/core/invariants.h"

#include "exchange/paper/core/margin.h"

#include <algorithm>
#include <fmt/format.h>

namespace paper
{
namespace
{

using Breaches = std::vector<std::string>;

/// Everything that was ever put in is somewhere. Positions count at cost, so no price is needed.
void checkMoney(const Exchange &exchange, Breaches &breaches)
{
    Money held =
        exchange.feesCollected + exchange.fundingPot + exchange.insuranceFund - exchange.exchangePaid;
    Money putIn = exchange.insuranceStart;
    for (const auto &[id, account] : exchange.accounts) {
        held += account->wallet;
        putIn += account->deposited;
        for (const auto &[symbol, holding] : account->holdings) {
            for (const PositionState &row : holding.positions) {
                held -= row.cost;
            }
        }
    }
    for (const auto &listing : exchange.listings) {
        held += listing->marketCash;
    }
    if (held != putIn) {
        breaches.push_back(
            fmt::format("money: {} was put in and {} is there", putIn.toString(), held.toString()));
    }
}

/// Assets beside USDT: what was put in is held, was paid as a fee or was exchanged.
void checkAssets(const Exchange &exchange, Breaches &breaches)
{
    std::map<std::string, Money> rest;
    for (const auto &[id, account] : exchange.accounts) {
        for (const auto &[asset, balance] : account->assets) {
            rest[asset] += balance.deposited - balance.wallet;
            if (balance.wallet.isNegative()) {
                breaches.push_back(fmt::format("account {}: less than nothing of {}", id, asset));
            }
        }
    }
    for (const auto &[asset, pot] : exchange.assetPots) {
        rest[asset] -= pot.fees + pot.exchanged;
    }
    for (const auto &[asset, amount] : rest) {
        if (!amount.isZero()) {
            breaches.push_back(fmt::format("{}: {} of it is nowhere", asset, amount.toString()));
        }
    }
}

void checkPositions(const Exchange &exchange, Breaches &breaches)
{
    for (const auto &listing : exchange.listings) {
        const Symbol &symbol = listing->spec.symbol;
        Quantity sum = listing->marketAmount;
        for (const auto &[id, account] : exchange.accounts) {
            const auto held = account->holdings.find(symbol);
            if (held == account->holdings.end()) {
                continue;
            }
            for (const PositionState &row : held->second.positions) {
                sum += row.amount;
                if (row.isFlat() && (!row.cost.isZero() || !row.isolatedWallet.isZero())) {
                    breaches.push_back(
                        fmt::format("{}: a flat row of account {} keeps cost or margin", symbol, id));
                }
                if (!row.isFlat() && row.cost.sign() * row.amount.sign() < 0) {
                    breaches.push_back(fmt::format("{}: cost and amount of account {} disagree", symbol, id));
                }
            }
            const auto amountOf = [&](PositionSide side) { return held->second.position(side).amount; };
            if (amountOf(PositionSide::Long).isNegative() || amountOf(PositionSide::Short).isPositive()) {
                breaches.push_back(
                    fmt::format("{}: a hedged row of account {} is on the wrong side", symbol, id));
            }
        }
        if (!sum.isZero()) {
            breaches.push_back(fmt::format("{}: positions add up to {}", symbol, sum.toString()));
        }
    }
}

void checkOpenOrders(
    const Exchange &exchange, const Account &account, const Holding &holding, Breaches &breaches)
{
    const std::string where = fmt::format("{} of account {}", holding.listing->spec.symbol, account.id);
    std::array<Holding::Sums, 3> sums;
    std::array<std::array<Quantity, 2>, 3> reducing;
    for (const WorkingOrder *order : holding.open) {
        const OrderRecord &record = order->record;
        const auto row = static_cast<std::size_t>(record.positionSide);
        const auto side = static_cast<std::size_t>(record.side);
        const Quantity left = record.remainingQty();
        sums[row].value[side] += record.price * left;
        if (record.reduceOnly) {
            reducing[row][side] += left;
        } else {
            sums[row].openingValue[side] += record.price * left;
            sums[row].openingQty[side] += left;
        }
        if (!order->entry.isResting || order->entry.remaining != left || !left.isPositive() ||
            !record.isOpen()) {
            breaches.push_back(
                fmt::format("{}: order {} is open but does not rest as it says", where, record.orderId));
        }
        const auto named = account.openByClientId.find(record.clientOrderId);
        if (named == account.openByClientId.end() || named->second != order) {
            breaches.push_back(
                fmt::format("{}: order {} is not found by its client id", where, record.orderId));
        }
    }
    for (std::size_t row = 0; row < sums.size(); ++row) {
        const Holding::Sums &kept = holding.sums[row];
        if (sums[row].value != kept.value || sums[row].openingValue != kept.openingValue ||
            sums[row].openingQty != kept.openingQty) {
            breaches.push_back(fmt::format("{}: the sums over open orders are wrong", where));
        }
        const Quantity amount = holding.positions[row].amount;
        if (reducing[row][0] > std::max(Quantity{}, -amount) ||
            reducing[row][1] > std::max(Quantity{}, amount)) {
            breaches.push_back(fmt::format("{}: reduce-only orders exceed the position", where));
        }
    }
    if (holding.marginType == MarginType::Cross && !holding.isolatedWallets().isZero()) {
        breaches.push_back(fmt::format("{}: a cross position has an isolated wallet", where));
    }
    if (exchange.find(holding.listing->spec.symbol) != holding.listing) {
        breaches.push_back(fmt::format("{}: held on a listing that is not listed", where));
    }
}

void checkBook(const Listing &listing, Breaches &breaches)
{
    const OrderBook &book = listing.book;
    if (!book.isEmpty(Side::Buy) && !book.isEmpty(Side::Sell) &&
        book.best(Side::Buy) >= book.best(Side::Sell)) {
        breaches.push_back(fmt::format("{}: the book is crossed", listing.spec.symbol));
    }
    std::size_t userOrders = 0;
    for (const Side side : {Side::Buy, Side::Sell}) {
        for (const OrderBook::Ladder *levels : {&book.ladder(side), &book.rpi(side)}) {
            for (const auto &[key, queue] : *levels) {
                Quantity total;
                for (const BookEntry *entry = queue.first; entry != nullptr; entry = entry->next) {
                    total += entry->remaining;
                    userOrders += entry->order != nullptr ? 1 : 0;
                }
                if (total != queue.total || !total.isPositive()) {
                    breaches.push_back(fmt::format("{}: the level at {} does not hold its total",
                        listing.spec.symbol, OrderBook::key(side, key).toString()));
                }
            }
        }
    }
    if (userOrders != listing.orders.size()) {
        breaches.push_back(fmt::format(
            "{}: {} orders are open and {} rest", listing.spec.symbol, listing.orders.size(), userOrders));
    }
}

void checkConditionals(const Account &account, Breaches &breaches)
{
    for (const auto &[name, order] : account.openByClientId) {
        const std::int64_t algoId = order->record.algoId;
        const auto parent = account.conditionals.find(algoId);
        if (algoId != 0 && (parent == account.conditionals.end() ||
                               parent->second.status != domain::ConditionalStatus::Triggered)) {
            breaches.push_back(fmt::format(
                "order {} comes from a conditional order that is not there", order->record.orderId));
        }
    }
    for (const auto &[algoId, order] : account.conditionals) {
        if (!order.isOpen() && order.status != domain::ConditionalStatus::Triggered) {
            breaches.push_back(
                fmt::format("conditional order {} has ended and is still kept as open", algoId));
        }
    }
}

/// After every action: nobody who should have been liquidated is left, no wallet is below zero without a
/// position that could make up for it, and the fund owes nothing.
void checkMargins(const Account &account, Breaches &breaches)
{
    const CrossTotals cross = crossTotals(account);
    if (cross.hasPosition ? cross.maintenance >= cross.marginBalance() : cross.wallet.isNegative()) {
        breaches.push_back(fmt::format("account {}: a cross margin balance of {} against {} of maintenance",
            account.id, cross.marginBalance().toString(), cross.maintenance.toString()));
    }
    if (cross.initial.isNegative() || cross.isolatedOrderMargin.isNegative() ||
        cross.maintenance.isNegative()) {
        breaches.push_back(fmt::format("account {}: a margin below zero", account.id));
    }
    for (const auto &[symbol, holding] : account.holdings) {
        for (const PositionState &row : holding.positions) {
            const Money balance = row.isolatedWallet + unrealizedPnl(row, holding.listing->mark);
            if (holding.marginType == MarginType::Isolated && !row.isFlat() &&
                maintenanceOf(holding, row) >= balance) {
                breaches.push_back(fmt::format("{} of account {}: an isolated margin balance of {} is left",
                    symbol, account.id, balance.toString()));
            }
        }
    }
}

} // namespace

std::vector<std::string> findBreaches(const Exchange &exchange)
{
    Breaches breaches;
    checkMoney(exchange, breaches);
    checkAssets(exchange, breaches);
    checkPositions(exchange, breaches);
    for (const auto &[id, account] : exchange.accounts) {
        for (const auto &[symbol, holding] : account->holdings) {
            checkOpenOrders(exchange, *account, holding, breaches);
        }
        checkConditionals(*account, breaches);
        checkMargins(*account, breaches);
    }
    for (const auto &listing : exchange.listings) {
        checkBook(*listing, breaches);
    }
    return breaches;
}

} // namespace paper
