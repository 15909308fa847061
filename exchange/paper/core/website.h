#pragma once

#include "exchange/paper/core/engine.h"

#include <string>
#include <string_view>

namespace paper
{

/// An order that the account's owner places "on the website": for rehearsals that need a position or a stop
/// to begin with. Client id web_…, so clients see it as placed elsewhere.
struct WebsiteOrder
{
    Symbol symbol;
    std::string side;        ///< BUY, SELL
    std::string type;        ///< MARKET, LIMIT, STOP_MARKET (closePosition, triggered by mark)
    std::string notional;    ///< USDT at mark, rounded up to the step; of no use to STOP_MARKET
    std::string awayPercent; ///< LIMIT and STOP_MARKET: from mark, negative below
};

/// Refusals are the venue's; Malformed names a field that cannot be read.
Result<void> placeOnWebsite(Engine &engine, AccountId account, const WebsiteOrder &order, Timestamp now);
/// "web_" and 20 letters that hang on the draw.
std::string websiteIdOf(std::uint64_t draw);
inline constexpr std::string_view websiteId = "web_";

} // namespace paper
