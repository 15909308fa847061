#include "exchange/paper/core/assets.h"

#include "exchange/paper/core/margin.h"

#include <algorithm>

namespace paper
{
namespace
{

const Rate bnbShare = Rate::literal("0.9"); ///< of the commission in USDT
constexpr const char *bnb = "BNB";

Price bidRate(const Exchange &exchange, std::string_view asset, Rate buffer)
{
    return assetPrice(exchange, asset) * (Rate::of(1) - buffer);
}

BalanceChange rowOf(const std::string &asset, const AssetBalance &balance, Money change)
{
    return {balance.wallet, balance.wallet, change, asset};
}

} // namespace

Price assetPrice(const Exchange &exchange, std::string_view asset)
{
    const Listing *listing = exchange.find(std::string{asset} + "USDT");
    if (listing == nullptr) {
        return {};
    }
    return listing->index.isPositive() ? listing->index : listing->mark;
}

std::optional<Money> feeInBnb(const Exchange &exchange, const Account &account, Money commission)
{
    const auto held = account.assets.find(bnb);
    const Price price = assetPrice(exchange, bnb);
    if (!account.feeBurn || held == account.assets.end() || !price.isPositive() || !commission.isPositive()) {
        return std::nullopt;
    }
    const Money fee = cut8(Money::fromUnits((commission * bnbShare / price).units()));
    return fee.isPositive() && fee <= held->second.wallet ? std::optional{fee} : std::nullopt;
}

void revalue(Exchange &exchange, Account &account)
{
    Money worth;
    for (const auto &[asset, balance] : account.assets) {
        worth += account.multiAssets ? bidRate(exchange, asset, collateralBuffer) *
                                           Quantity::fromUnits(balance.wallet.units())
                                     : Money{};
    }
    worth = cut8(worth);
    if (worth != account.collateral) {
        account.collateral = worth;
        exchange.touchRisk(account);
    }
}

void revalueHolders(Exchange &exchange, const Listing &listing)
{
    for (const auto &[id, account] : exchange.accounts) {
        if (account->multiAssets && account->assets.contains(listing.spec.baseAsset)) {
            revalue(exchange, *account);
        }
    }
}

Result<void> transferAsset(Exchange &exchange, Account &account, const std::string &asset, Money amount)
{
    if (std::ranges::find(otherAssets, asset) == otherAssets.end() ||
        !assetPrice(exchange, asset).isPositive()) {
        return refuse(-1108, "Invalid asset.");
    }
    if (amount.isZero()) {
        return refuse(-4055, "Amount must be positive.");
    }
    if (amount.isNegative()) {
        const auto held = account.assets.find(asset);
        const Money worth = account.multiAssets ? bidRate(exchange, asset, collateralBuffer) *
                                                      Quantity::fromUnits(-amount.units())
                                                : Money{};
        if (held == account.assets.end() || -amount > held->second.wallet ||
            worth > crossTotals(account).available()) {
            return refuse(-2018, "Balance is insufficient.");
        }
    }
    AssetBalance &balance = account.assets[asset];
    balance.wallet += amount;
    balance.deposited += amount;
    balance.updatedAt = exchange.now;
    exchange.addIncome(account, IncomeType::Transfer, {}, amount, 0, asset);
    exchange.emit(
        AccountUpdateEvent{account.id, amount.isPositive() ? UpdateReason::Deposit : UpdateReason::Withdraw,
            {}, std::nullopt, {}, exchange.now, {rowOf(asset, balance, amount)}});
    revalue(exchange, account);
    return {};
}

void autoExchange(Exchange &exchange, Account &account, Money need)
{
    for (auto &[asset, balance] : account.assets) {
        const Price bid = bidRate(exchange, asset, exchangeBuffer);
        if (!need.isPositive() || !balance.wallet.isPositive() || !bid.isPositive()) {
            continue;
        }
        // A unit of the last place more, so that rounding leaves nothing owed.
        const Money wanted = cut8(Money::fromUnits((need / bid).units())) + Money::literal("0.00000001");
        const Money sold = std::min(balance.wallet, wanted);
        const Money paid = cut8(bid * Quantity::fromUnits(sold.units()));
        balance.wallet -= sold;
        balance.updatedAt = exchange.now;
        account.wallet += paid;
        account.updatedAt = exchange.now;
        need -= paid;
        exchange.assetPots[asset].exchanged += sold;
        exchange.exchangePaid += paid;
        exchange.addIncome(account, IncomeType::AutoExchange, {}, -sold, 0, asset);
        exchange.addIncome(account, IncomeType::AutoExchange, {}, paid);
        exchange.emit(AccountUpdateEvent{account.id, UpdateReason::AutoExchange, {},
            BalanceChange{account.wallet, account.crossWallet(), paid}, {}, exchange.now,
            {rowOf(asset, balance, -sold)}});
    }
    revalue(exchange, account);
}

} // namespace paper
