#pragma once

#include "models/domain/exact.h"
#include "models/domain/time.h"

#include <cstdint>
#include <string>
#include <vector>

namespace domain
{

using Symbol = std::string; ///< as the venue writes it, upper case: "BTCUSDT"; UTF-8, may hold any script

enum class SymbolStatus : std::uint8_t {
    PendingTrading,
    Trading,
    Halted,
    CancelOnly,
    Settling,
    Closed,
    Unknown
};

/// Bounds and grid of a quantity (LOT_SIZE, MARKET_LOT_SIZE). A zero switches that part off.
struct LotFilter
{
    Quantity minQty;
    Quantity maxQty;
    Quantity stepSize;
};

/// Specification of one contract. Source: GET /fapi/v1/exchangeInfo, symbols[]; nothing here is compiled in.
struct SymbolSpec
{
    Symbol symbol;
    std::string pair;
    std::string contractType; ///< as on the wire: PERPETUAL, CURRENT_QUARTER, TRADIFI_PERPETUAL, …
    std::string baseAsset;
    std::string quoteAsset;
    std::string marginAsset;
    SymbolStatus status = SymbolStatus::Unknown;
    std::string statusText;    ///< as on the wire, kept for values we do not know
    int pricePrecision = 8;    ///< most decimals a price may have; not the tick
    int quantityPrecision = 8; ///< most decimals a quantity may have; not the step
    Price minPrice;
    Price maxPrice;
    Price tickSize;
    LotFilter lot;       ///< limit orders
    LotFilter marketLot; ///< market orders and triggered market orders
    Money minNotional;
    Rate multiplierUp;   ///< PERCENT_PRICE: buy price at most mark × this; 0 switches it off
    Rate multiplierDown; ///< PERCENT_PRICE: sell price at least mark × this; 0 switches it off
    int maxNumOrders = 200;
    Rate triggerProtect;
    Rate liquidationFee;
    Rate marketTakeBound;
    Timestamp onboardAt;
    Timestamp deliveryAt;

    int priceDecimals() const { return tickSize.isZero() ? pricePrecision : tickSize.decimals(); }
    int quantityDecimals() const
    {
        return lot.stepSize.isZero() ? quantityPrecision : lot.stepSize.decimals();
    }
    bool isTrading() const { return status == SymbolStatus::Trading; }
};

/// One of the venue's limiters. Source: exchangeInfo.rateLimits.
struct RateLimit
{
    enum class Kind : std::uint8_t { RequestWeight, Orders, Unknown };
    Kind kind = Kind::Unknown;
    Milliseconds interval{0};
    std::int64_t limit = 0;
};

struct ExchangeInfo
{
    std::vector<SymbolSpec> symbols;
    std::vector<RateLimit> rateLimits;
    /// The specification, or nullptr where the venue does not list the symbol.
    const SymbolSpec *find(const Symbol &symbol) const;
};

/// One row of a leverage table. Maintenance margin of a notional inside it: notional × maintenanceMarginRate
/// − maintenanceAmount.
struct LeverageBracket
{
    int bracket = 1;
    int maxLeverage = 1;
    Money notionalFloor; ///< exclusive, except in the first row
    Money notionalCap;   ///< inclusive
    Rate maintenanceMarginRate;
    Money maintenanceAmount; ///< the wire's "cum"
    friend bool operator==(const LeverageBracket &, const LeverageBracket &) = default;
};
using LeverageBrackets = std::vector<LeverageBracket>; ///< ascending by notionalFloor

} // namespace domain
