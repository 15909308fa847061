#include "models/domain/risk/margin.h"

#include <algorithm>

namespace domain
{

Money initialMargin(Money notional, int leverage)
{
    return notional / std::max(leverage, 1);
}

Money maintenanceMargin(Money notional, const LeverageBracket &bracket)
{
    return notional * bracket.maintenanceMarginRate - bracket.maintenanceAmount;
}

Money maintenanceMargin(Money notional, const LeverageBrackets &table)
{
    return maintenanceMargin(notional, bracketFor(table, notional));
}

std::optional<Rate> ratioOf(Money part, Money whole)
{
    const bool isMeaningful =
        whole.isPositive() && (part.abs() <= whole || part.abs() / 1'000'000'000'000 <= whole);
    return isMeaningful ? std::optional{part / whole} : std::nullopt;
}

MarginRatio MarginRatio::of(Money maintenance, Money marginBalance)
{
    MarginRatio ratio;
    if (maintenance.isPositive()) {
        ratio.m_value = ratioOf(maintenance, marginBalance);
    }
    return ratio;
}

RiskLevel levelOf(const MarginRatio &ratio)
{
    static const Rate medium = Rate::literal("0.3");
    static const Rate high = Rate::literal("0.5");
    static const Rate critical = Rate::literal("0.8");
    const auto value = ratio.value();
    if (!value || *value >= critical) {
        return RiskLevel::Critical;
    }
    return *value >= high ? RiskLevel::High : *value >= medium ? RiskLevel::Medium : RiskLevel::Safe;
}

std::string_view toString(RiskLevel level)
{
    switch (level) {
    case RiskLevel::Safe:
        return "SAFE";
    case RiskLevel::Medium:
        return "MEDIUM";
    case RiskLevel::High:
        return "HIGH";
    case RiskLevel::Critical:
        break;
    }
    return "CRITICAL";
}

std::string_view adviceFor(RiskLevel level)
{
    switch (level) {
    case RiskLevel::Safe:
        return "normal operation";
    case RiskLevel::Medium:
        return "watch volatility, prepare a stop";
    case RiskLevel::High:
        return "review the position, consider reducing";
    case RiskLevel::Critical:
        break;
    }
    return "act now: liquidation is near";
}

std::optional<Rate> roe(Money unrealizedPnl, Money notional, int leverage)
{
    return ratioOf(unrealizedPnl, initialMargin(notional, leverage));
}

Money fundingDue(Side side, Money notional, Rate fundingRate)
{
    return notional * fundingRate * -signOf(side);
}

} // namespace domain
