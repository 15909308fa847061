#include "exchange/paper/core/restrictions.h"

#include "exchange/paper/core/admission.h"

#include <algorithm>

namespace paper
{
namespace
{

struct Restriction
{
    int code;
    bool letsReduce;
    const char *text;
};

constexpr Restriction restrictions[] = {
    {-4087, true, "User can only place reduce only order"},
    {-4088, false, "User can not place order currently"},
    {-4109, false, "This account is inactive. Please activate it by transferring assets into it."},
    {-4189, true, "Account is in reduce only mode."},
    {-4192, false, "Trade forbidden due to Cooling-off Period."},
    {-4400, true,
        "Futures Trading Quantitative Rules violated, only reduceOnly order is allowed, please try again "
        "later."},
    {-4401, true,
        "Futures Trading Risk Control Rules of large position holding violated, only reduceOnly order is "
        "allowed, "
        "please reduce the position."},
};

const Restriction *find(int code)
{
    const auto *const row = std::ranges::find(restrictions, code, &Restriction::code);
    return row == std::end(restrictions) ? nullptr : row;
}

bool controls(PositionControl control, Side side)
{
    return control == PositionControl::Both ||
           control == (side == Side::Buy ? PositionControl::Buy : PositionControl::Sell);
}

} // namespace

bool isRestriction(int code)
{
    return find(code) != nullptr;
}

Result<void> checkMayPlace(const Exchange &exchange, const Account &account)
{
    if (exchange.now < account.liquidatingUntil) {
        return refuse(-2023, "User in liquidation mode now.");
    }
    if (const Restriction *row = find(account.restriction); row != nullptr && !row->letsReduce) {
        return refuse(row->code, row->text);
    }
    return {};
}

Result<void> checkMayOpen(
    const Account &account, const Holding &holding, const Listing &listing, const OrderIntent &intent)
{
    if (intent.reduceOnly || !openingPart(holding, intent).isPositive()) {
        return {};
    }
    if (const Restriction *row = find(account.restriction)) {
        return refuse(row->code, row->text);
    }
    if (!controls(listing.positionControl, intent.side)) {
        return {};
    }
    switch (listing.positionControl) {
    case PositionControl::Buy:
        return refuse(-4106, "Only reduceOnly orders are allowed for this symbol on the buy side.");
    case PositionControl::Sell:
        return refuse(-4107, "Only reduceOnly orders are allowed for this symbol on the sell side.");
    default:
        return refuse(-4105, "Only reduceOnly orders are allowed for this symbol.");
    }
}

} // namespace paper
