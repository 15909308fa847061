#pragma once

#include "exchange/paper/core/exchange.h"

/// Where money and positions change hands. Whatever one side gets, another gives: reference 10.1, 10.12.
namespace paper
{

/// What one fill did to an account's money.
struct Booking
{
    Money realized;
    std::optional<Money> commission; ///< positive when paid
    std::string commissionAsset = settlementAsset;
};

/// Books one fill of an account: position, realized PnL, isolated wallet, commission (unset rate: none),
/// income.
Booking bookFill(Exchange &exchange, Account &account, Holding &holding, PositionSide positionSide, Side side,
    Price price, Quantity quantity, std::optional<Rate> commissionRate, std::int64_t tradeId);

/// Books the anonymous market's half of a trade with a user. side: what the market did.
void bookMarketFill(Listing &listing, Side side, Price price, Quantity quantity);

/// Takes a liquidation fee (or, negative, covers a deficit) and reports it. Income INSURANCE_CLEAR.
void payInsurance(Exchange &exchange, Account &account, const Symbol &symbol, Money amount);

/// Emits ACCOUNT_UPDATE with the balance and the given rows as they are now. asset: another one whose balance
/// changed.
void emitAccountUpdate(Exchange &exchange, Account &account, UpdateReason reason,
    std::vector<PositionChange> positions, Money balanceChange = {}, const Symbol &symbol = {},
    const std::string &asset = settlementAsset);

} // namespace paper
