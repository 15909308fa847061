#include "exchange/paper/core/deleverage.h"

#include "exchange/paper/core/conditional.h"
#include "exchange/paper/core/ledger.h"
#include "exchange/paper/core/margin.h"
#include "exchange/paper/core/matching.h"

#include <algorithm>

namespace paper
{
namespace
{

/// A position that may have to make room.
struct Winner
{
    Account *account = nullptr;
    Holding *holding = nullptr;
    PositionSide side = PositionSide::Both;
    double rank = 0;

    PositionState &row() const { return holding->position(side); }
};

/// Leverage-weighted profit: the higher, the sooner it is deleveraged.
double rankOf(const Account &account, const Holding &holding, const PositionState &row)
{
    const Money profit = unrealizedPnl(row, holding.listing->mark);
    const Money balance = account.wallet + profit;
    if (!profit.isPositive() || !balance.isPositive()) {
        return 0;
    }
    const double share = profit.approximate() / std::max(1.0, account.wallet.approximate());
    return share * maintenanceOf(holding, row).approximate() / balance.approximate();
}

/// Positions of one direction on the listing, best rank first.
std::vector<Winner> winnersOf(const Exchange &exchange, const Listing &listing, Side side)
{
    std::vector<Winner> winners;
    for (const auto &[id, account] : exchange.accounts) {
        const auto held = account->holdings.find(listing.spec.symbol);
        if (held == account->holdings.end()) {
            continue;
        }
        for (const PositionSide positionSide :
            {PositionSide::Both, PositionSide::Long, PositionSide::Short}) {
            const PositionState &row = held->second.position(positionSide);
            if (!row.isFlat() && row.side() == side) {
                winners.push_back(
                    {account.get(), &held->second, positionSide, rankOf(*account, held->second, row)});
            }
        }
    }
    std::ranges::stable_sort(winners, std::greater{}, &Winner::rank);
    return winners;
}

void cancelOrders(Exchange &exchange, Holding &holding)
{
    const std::vector<WorkingOrder *> open = holding.open;
    for (WorkingOrder *order : open) {
        finish(exchange, *order, OrderStatus::Canceled);
    }
}

void close(Exchange &exchange, const Winner &winner, Price price, Quantity quantity,
    std::string_view prefix = "adl_autoclose")
{
    cancelOrders(exchange, *winner.holding);
    OrderIntent intent;
    intent.side = domain::opposite(winner.row().side());
    intent.positionSide = winner.side;
    intent.quantity = quantity;
    intent.price = price;
    intent.reduceOnly = true;
    intent.selfTradePrevention = SelfTradePrevention::None;
    intent.clientOrderId = std::string{prefix} + std::to_string(domain::toMs(exchange.now)) +
                           std::to_string(exchange.nextGeneratedId++);
    submitFilled(exchange, *winner.account, *winner.holding->listing, intent);
}

} // namespace

void deleverageAgainst(Exchange &exchange, WorkingOrder &order, Price price)
{
    Listing &listing = *order.listing;
    const Side side = order.record.side;
    const Account *loser = order.account;
    Quantity left = order.record.remainingQty();
    // A long is liquidated by a sell, and those who gained by its fall are short: the sides are the same.
    for (const Winner &winner : winnersOf(exchange, listing, side)) {
        const Quantity quantity = std::min(left, winner.row().amount.abs());
        if (winner.account == loser || !quantity.isPositive()) {
            continue;
        }
        left -= quantity;
        close(exchange, winner, price, quantity);
        fillOutsideBook(exchange, order, price, quantity);
        if (left.isZero()) {
            return;
        }
    }
    fillOutsideBook(exchange, order, price, left);
    bookMarketFill(listing, domain::opposite(side), price, left);
}

int adlQuantileOf(const Exchange &exchange, const Account &account, const Holding &holding, PositionSide side)
{
    constexpr std::ptrdiff_t quantiles = 5;
    const PositionState &row = holding.position(side);
    const double rank = row.isFlat() ? 0 : rankOf(account, holding, row);
    if (rank <= 0) {
        return 0;
    }
    const auto winners = winnersOf(exchange, *holding.listing, row.side());
    const auto notAhead =
        std::ranges::count_if(winners, [rank](const Winner &other) { return other.rank <= rank; });
    return static_cast<int>((notAhead * quantiles - 1) / std::ssize(winners));
}

void deleveragePosition(Exchange &exchange, Account &account, Holding &holding, PositionSide side)
{
    Listing &listing = *holding.listing;
    const PositionState &row = holding.position(side);
    const Quantity quantity = row.amount.abs();
    const Side held = row.side();
    const Price price = listing.mark;
    close(exchange, {&account, &holding, side, 0}, price, quantity);
    bookMarketFill(listing, held, price, quantity);
}

void settleContract(Exchange &exchange, Listing &listing)
{
    for (const auto &[id, account] : exchange.accounts) {
        const auto held = account->holdings.find(listing.spec.symbol);
        if (held == account->holdings.end()) {
            continue;
        }
        Holding &holding = held->second;
        const std::vector<WorkingOrder *> open = holding.open;
        for (WorkingOrder *order : open) {
            finish(exchange, *order, OrderStatus::Expired, expiry::delisted);
        }
        for (const PositionSide side : {PositionSide::Both, PositionSide::Long, PositionSide::Short}) {
            const PositionState &row = holding.position(side);
            if (row.isFlat()) {
                continue;
            }
            const Quantity quantity = row.amount.abs();
            const Side was = row.side();
            close(exchange, {account.get(), &holding, side, 0}, listing.mark, quantity,
                "settlement_autoclose-");
            bookMarketFill(listing, was, listing.mark, quantity);
        }
        std::vector<std::int64_t> waiting;
        for (const auto &[algoId, order] : account->conditionals) {
            if (order.symbol == listing.spec.symbol && order.isOpen()) {
                waiting.push_back(algoId);
            }
        }
        for (const std::int64_t algoId : waiting) {
            endConditional(exchange, *account, algoId, domain::ConditionalStatus::Expired);
        }
    }
}

} // namespace paper
