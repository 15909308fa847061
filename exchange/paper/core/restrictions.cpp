#include "exchange/paper/core/restrictions.h"

#include "exchange/paper/core/admission.h"

#include <algorithm>

namespace paper
{
namespace
{

enum class Bars : std::uint8_t { Everything, Opening, Leverage };

struct Restriction
{
    int code;
    Bars bars;
    const char *text;
    int mostLeverage = 0; ///< with Bars::Leverage
};

constexpr Restriction restrictions[] = {
    {-2017, Bars::Everything, "API Keys are locked on this account."},
    {-4087, Bars::Opening, "User can only place reduce only order"},
    {-4088, Bars::Everything, "User can not place order currently"},
    {-4109, Bars::Everything, "This account is inactive. Please activate it by transferring assets into it."},
    {-4189, Bars::Opening, "Account is in reduce only mode."},
    {-4192, Bars::Everything, "Trade forbidden due to Cooling-off Period."},
    {-4202, Bars::Leverage, "Intermediate Personal Verification is required for adjusting leverage over 20x",
        20},
    {-4203, Bars::Leverage, "More than 20x leverage is available one month after account registration.", 20},
    {-4205, Bars::Leverage, "More than 20x leverage is available 30 days after Futures account registration.",
        20},
    {-4206, Bars::Leverage, "Users in your location/country can only access a maximum leverage of 20", 20},
    {-4208, Bars::Leverage,
        "Current symbol leverage cannot exceed 20 when using position limit adjustment service.", 20},
    {-4209, Bars::Leverage, "The max leverage of Symbol is 20x", 20},
    {-4400, Bars::Opening,
        "Futures Trading Quantitative Rules violated, only reduceOnly order is allowed, please try again "
        "later."},
    {-4401, Bars::Opening,
        "Futures Trading Risk Control Rules of large position holding violated, only reduceOnly order is "
        "allowed, please reduce the position."},
    {-4402, Bars::Everything,
        "Dear user, as per our Terms of Use and compliance with local regulations, this feature is currently "
        "not available in your region."},
    {-4403, Bars::Leverage,
        "Dear user, as per our Terms of Use and compliance with local regulations, the leverage can only up "
        "to "
        "10x in your region",
        10},
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

bool letsTrade(int code)
{
    const Restriction *row = find(code);
    return row == nullptr || row->bars != Bars::Everything;
}

Result<void> checkMayPlace(const Exchange &exchange, const Account &account)
{
    if (exchange.now < account.liquidatingUntil) {
        return refuse(-2023, "User in liquidation mode now.");
    }
    if (const Restriction *row = find(account.restriction); row != nullptr && row->bars == Bars::Everything) {
        return refuse(row->code, row->text);
    }
    return {};
}

Result<void> checkMayRaise(const Account &account, int leverage)
{
    const Restriction *row = find(account.restriction);
    if (row != nullptr && row->bars == Bars::Leverage && leverage > row->mostLeverage) {
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
    if (const Restriction *row = find(account.restriction); row != nullptr && row->bars == Bars::Opening) {
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
