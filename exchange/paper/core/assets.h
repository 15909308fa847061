#pragma once

#include "exchange/paper/core/exchange.h"

/// Assets beside USDT that an account may hold: fees paid in BNB (reference 10.12), collateral in
/// multi-assets mode and automatic exchange (5.9, 5.11).
namespace paper
{

/// Taken off an asset's index where it counts as collateral, and where it is exchanged by force.
inline const Rate collateralBuffer = Rate::literal("0.05");
inline const Rate exchangeBuffer = Rate::literal("0.025");
inline constexpr std::array<std::string_view, 3> otherAssets{"BTC", "ETH", "BNB"};

/// Index of the asset in USDT, else its mark; 0 where the exchange lists no contract on it.
Price assetPrice(const Exchange &exchange, std::string_view asset);

/// What a fill pays in BNB instead of this commission: a tenth less at the index. Unset where the account
/// does not want it, or has too little BNB.
std::optional<Money> feeInBnb(const Exchange &exchange, const Account &account, Money commission);

/// Reckons anew what the account's other assets are worth as collateral: 0 outside multi-assets mode.
void revalue(Exchange &exchange, Account &account);
/// The same for everyone who holds the listing's base asset.
void revalueHolders(Exchange &exchange, const Listing &listing);

/// Adds to another asset's balance, or takes out. ACCOUNT_UPDATE DEPOSIT/WITHDRAW, income TRANSFER.
Result<void> transferAsset(Exchange &exchange, Account &account, const std::string &asset, Money amount);

/// Sells other assets for so much USDT, or all of them. ACCOUNT_UPDATE and income AUTO_EXCHANGE.
void autoExchange(Exchange &exchange, Account &account, Money need);

} // namespace paper
