#pragma once

#include "models/domain/order.h"
#include "models/domain/risk/draft_issue.h"
#include "models/domain/symbol.h"

namespace domain
{

/// Beyond these a typed number is refused before anything is computed with it, so that no product of two of
/// them can leave the range of an exact decimal.
inline constexpr Price largestPrice = Price::of(10'000'000'000);
inline constexpr Quantity largestQuantity = Quantity::of(100'000'000'000'000);
inline constexpr Money largestAmount = Money::of(10'000'000'000'000);

/// Prices the filters compare with; 0 where not known, which leaves out the filter that needs it.
struct FilterPrices
{
    Price mark;
    Price bid;
    Price ask;
};

/// True for the types that fill at the market, whose quantity is bound by MARKET_LOT_SIZE.
constexpr bool isMarketType(OrderType type)
{
    return type == OrderType::Market || type == OrderType::StopMarket ||
           type == OrderType::TakeProfitMarket || type == OrderType::TrailingStopMarket;
}

/// The exchange's filters on a draft: PRICE_FILTER, LOT_SIZE or MARKET_LOT_SIZE, precision, MIN_NOTIONAL
/// (reduce-only and closePosition are exempt; MARKET is valued at the mark), PERCENT_PRICE. All in exact
/// decimals. Empty: the exchange has no reason of this kind to refuse it. Source: reference 4.3.
DraftIssues filterIssues(const NewOrder &order, const SymbolSpec &spec, const FilterPrices &prices);

/// The lot filter that binds an order type; market types fall back to LOT_SIZE where the symbol has no other.
const LotFilter &lotFor(const SymbolSpec &spec, OrderType type);

/// The largest quantity of the lot's grid (minQty + n * stepSize) that is not above the given one nor above
/// maxQty; 0 where even minQty is too much.
Quantity roundedDownToLot(Quantity quantity, const LotFilter &lot);

/// The price that a market order does not trade beyond; what is left of it there expires. 0: there is none,
/// or the mark is not known. Source: reference 4.3 (marketTakeBound).
Price marketBound(const SymbolSpec &spec, Side side, Price mark);

/// The price of the grid (minPrice + n * tickSize) nearest to the given one, inside minPrice and maxPrice.
Price roundedToTick(Price price, const SymbolSpec &spec);

/// The smallest quantity of the lot's grid that meets minQty and MIN_NOTIONAL at a price above 0.
Quantity smallestQuantity(const SymbolSpec &spec, OrderType type, Price price);

} // namespace domain
