#pragma once

#include "models/domain/time.h"

#include <span>
#include <string_view>
#include <vector>

namespace paper
{

/// A stretch of a traditional market's day, in UTC. New York's summer hours hold all year.
struct TradingSession
{
    domain::Timestamp from;
    domain::Timestamp to;
    std::string_view type; ///< PRE_MARKET, REGULAR, AFTER_MARKET, OVERNIGHT, NO_TRADING
};

struct TraditionalMarket
{
    std::string_view name;      ///< in tradingSchedule
    std::string_view eventType; ///< "e" of the stream tradingSession
};
std::span<const TraditionalMarket> traditionalMarkets();
/// The sessions of the day (UTC) that holds the moment and of the six after it, without gaps.
std::vector<TradingSession> tradingWeek(const TraditionalMarket &market, domain::Timestamp moment);
TradingSession tradingSessionAt(const TraditionalMarket &market, domain::Timestamp moment);

} // namespace paper
