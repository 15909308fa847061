#pragma once

#include "exchange/binance/call.h"
#include "models/domain/market.h"
#include "models/domain/symbol.h"

#include <cstdint>
#include <optional>

namespace binance
{

// Requests for public market data with their weights. Source: reference 4. All go by the bulk lane, in the
// class of market data.

inline constexpr int candlesMost = 1'500;    ///< bars of one page
inline constexpr int tradesPerPage = 1'000;  ///< aggregate trades of one page
inline constexpr int snapshotLevels = 1'000; ///< a side

Call exchangeInfoCall();
Call fundingInfoCall();
Call tickersCall();    ///< of all symbols
Call markPricesCall(); ///< of all symbols
Call bookTickerCall(const domain::Symbol &symbol);
/// Tried once: whoever keeps the book asks again, in its own rhythm.
Call depthCall(const domain::Symbol &symbol);
/// limit: 1 to candlesMost.
Call klinesCall(const domain::Symbol &symbol, domain::Interval interval, int limit,
    std::optional<domain::Timestamp> startAt = std::nullopt,
    std::optional<domain::Timestamp> endAt = std::nullopt);
/// limit: 1 to tradesPerPage.
Call aggTradesCall(
    const domain::Symbol &symbol, int limit, std::optional<std::int64_t> fromId = std::nullopt);

} // namespace binance
