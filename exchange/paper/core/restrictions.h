#pragma once

#include "exchange/paper/core/order_request.h"

/// What an account or everyone on a symbol may not do for now, whatever their margin:
/// reference 4.3, 9.2, 9.3.
namespace paper
{

/// Whether an account can be held by this code (Engine::setRestriction).
bool isRestriction(int code);

/// False where that code keeps an account from placing anything.
bool letsTrade(int code);

/// -2023 while the account is being liquidated, or the code of a restriction that lets it place nothing.
Result<void> checkMayPlace(const Exchange &exchange, const Account &account);

/// The code of a restriction that does not let the account use so much leverage.
Result<void> checkMayRaise(const Account &account, int leverage);

/// An order that opens: the code of a restriction that leaves only reducing orders, and the symbol's position
/// risk control (-4105, -4106, -4107).
Result<void> checkMayOpen(
    const Account &account, const Holding &holding, const Listing &listing, const OrderIntent &intent);

} // namespace paper
