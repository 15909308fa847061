#pragma once

#include "exchange/paper/core/exchange.h"

/// What an account may change about itself, with the venue's conditions: reference 5.9.
namespace paper
{

Result<SymbolConfigView> changeLeverage(Exchange &exchange, Account &account, Listing &listing, int leverage);
Result<void> changeMarginType(Exchange &exchange, Account &account, Listing &listing, MarginType type);
Result<void> changeHedgeMode(Account &account, bool hedge);
Result<void> changeMultiAssets(Exchange &exchange, Account &account, bool on);
Result<void> movePositionMargin(Exchange &exchange, Account &account, Listing &listing,
    PositionSide positionSide, Money amount, int type);
Result<void> transferFunds(Exchange &exchange, Account &account, Money amount);
SymbolConfigView configOf(const Holding &holding);

} // namespace paper
