#include "exchange/paper/core/exchange.h"

#include <algorithm>

namespace paper
{

bool Holding::hasPosition() const
{
    return std::ranges::any_of(positions, [](const PositionState &row) { return !row.isFlat(); });
}

Money Holding::openValue(Side side) const
{
    Money total;
    for (const Sums &row : sums) {
        total += row.value[static_cast<std::size_t>(side)];
    }
    return total;
}

void Holding::countOpen(const OrderRecord &order, Quantity by)
{
    Sums &row = sums[static_cast<std::size_t>(order.positionSide)];
    const auto side = static_cast<std::size_t>(order.side);
    const Money value = order.price * by;
    row.value[side] += value;
    if (!order.reduceOnly) {
        row.openingValue[side] += value;
        row.openingQty[side] += by;
    }
}

Money Holding::isolatedWallets() const
{
    Money total;
    for (const PositionState &row : positions) {
        total += row.isolatedWallet;
    }
    return total;
}

Money Account::isolatedWallets() const
{
    Money total;
    for (const auto &[symbol, holding] : holdings) {
        total += holding.isolatedWallets();
    }
    return total;
}

void Exchange::reachTime(Timestamp at)
{
    now = std::max(now, at);
}

Listing *Exchange::find(const Symbol &symbol) const
{
    const auto found = bySymbol.find(symbol);
    return found == bySymbol.end() ? nullptr : found->second;
}

Account *Exchange::findAccount(AccountId id) const
{
    const auto found = accounts.find(id);
    return found == accounts.end() ? nullptr : found->second.get();
}

Holding &Exchange::holding(Account &account, Listing &listing) const
{
    const auto found = account.holdings.find(listing.spec.symbol);
    return found != account.holdings.end()
               ? found->second
               : account.holdings.emplace(listing.spec.symbol, freshHolding(listing)).first->second;
}

Holding Exchange::freshHolding(Listing &listing) const
{
    const int allowed =
        listing.brackets.empty() ? config.defaultLeverage : listing.brackets.front().maxLeverage;
    Holding fresh;
    fresh.listing = &listing;
    fresh.leverage = std::min(config.defaultLeverage, allowed);
    return fresh;
}

void Exchange::touchPrices(Listing &listing)
{
    if (!listing.isPriceMoved) {
        listing.isPriceMoved = true;
        priceMoved.push_back(&listing);
    }
}

void Exchange::touchRisk(Account &account)
{
    if (!account.isRiskDirty) {
        account.isRiskDirty = true;
        riskDirty.push_back(&account);
    }
}

void Exchange::touchRisk(const Listing &listing)
{
    for (const auto &[id, account] : accounts) {
        const auto held = account->holdings.find(listing.spec.symbol);
        if (held != account->holdings.end() && held->second.hasPosition()) {
            touchRisk(*account);
        }
    }
}

void Exchange::emitBookChange(Listing &listing, Side side, Price price, bool isRpi)
{
    ++(isRpi ? listing.rpiUpdates : listing.updateId);
    emit(BookChangeEvent{listing.spec.symbol, side, price, listing.book.totalAt(side, price),
        listing.updateId, now, isRpi, listing.updateId + listing.rpiUpdates});
}

void Exchange::addIncome(Account &account, IncomeType type, const Symbol &symbol, Money amount,
    std::int64_t tradeId, const std::string &asset)
{
    if (!amount.isZero()) {
        remember(account.incomes, Income{type, symbol, amount, nextTranId++, tradeId, now, asset});
    }
}

tl::unexpected<domain::Error> invalidSymbol()
{
    return domain::failure(domain::ErrorCode::NotFound, "Invalid symbol.", -1121);
}

tl::unexpected<domain::Error> unknownAccount()
{
    return domain::failure(
        domain::ErrorCode::NotFound, "Invalid API-key, IP, or permissions for action.", -2015);
}

tl::unexpected<domain::Error> missingParameter(std::string_view name)
{
    return refuse(
        -1102, "Mandatory parameter '" + std::string{name} + "' was not sent, was empty/null, or malformed.");
}

tl::unexpected<domain::Error> invalidParameter(std::string_view name)
{
    return refuse(-1130, "Data sent for parameter '" + std::string{name} + "' is not valid.");
}

} // namespace paper
