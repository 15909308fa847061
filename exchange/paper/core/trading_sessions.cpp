#include "exchange/paper/core/trading_sessions.h"

#include <algorithm>
#include <array>

namespace paper
{
namespace
{

using domain::Timestamp;
using namespace std::chrono_literals;

constexpr std::array<TraditionalMarket, 2> markets{
    {{"EQUITY", "EquityUpdate"}, {"COMMODITY", "CommodityUpdate"}}};

struct Part
{
    std::chrono::minutes from;
    std::string_view type;
};
constexpr std::array<Part, 4> equityDay{
    {{0h, "OVERNIGHT"}, {8h, "PRE_MARKET"}, {13h + 30min, "REGULAR"}, {20h, "AFTER_MARKET"}}};
constexpr std::array<Part, 1> commodityDay{{{0h, "REGULAR"}}};
constexpr std::array<Part, 1> weekend{{{0h, "NO_TRADING"}}};

std::span<const Part> partsOf(const TraditionalMarket &market, std::chrono::sys_days day)
{
    const std::chrono::weekday weekday{day};
    if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday) {
        return weekend;
    }
    return market.name == "EQUITY" ? std::span<const Part>{equityDay} : std::span<const Part>{commodityDay};
}

} // namespace

std::span<const TraditionalMarket> traditionalMarkets()
{
    return markets;
}

std::vector<TradingSession> tradingWeek(const TraditionalMarket &market, Timestamp moment)
{
    std::vector<TradingSession> sessions;
    const auto today = std::chrono::floor<std::chrono::days>(moment);
    for (int ahead = 0; ahead < 7; ++ahead) {
        const auto day = today + std::chrono::days{ahead};
        const auto parts = partsOf(market, day);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto end = i + 1 < parts.size() ? parts[i + 1].from : std::chrono::minutes{24h};
            sessions.push_back({day + parts[i].from, day + end, parts[i].type});
        }
    }
    return sessions;
}

TradingSession tradingSessionAt(const TraditionalMarket &market, Timestamp moment)
{
    const auto week = tradingWeek(market, moment);
    return *std::ranges::find_if(week, [&](const TradingSession &session) { return moment < session.to; });
}

} // namespace paper
