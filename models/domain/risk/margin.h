#pragma once

#include "models/domain/order.h"
#include "models/domain/risk/brackets.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace domain
{

/// N / L. notional: absolute, at mark price. A leverage below 1 counts as 1.
/// Source: product specification 4; reference 10.2.
Money initialMargin(Money notional, int leverage);

/// N * MMR - cum of one row. Source: product specification 4; reference 10.2.
Money maintenanceMargin(Money notional, const LeverageBracket &bracket);
/// The same with the row that holds the notional.
Money maintenanceMargin(Money notional, const LeverageBrackets &table);

/// part / whole; nothing where whole is 0 or less, or so small that the ratio passes 1e12 and says no more.
std::optional<Rate> ratioOf(Money part, Money whole);

/// Maintenance margin / margin balance, or the statement that there is no such number: with a balance of 0
/// or less under an open position the ratio is past every limit.
class MarginRatio
{
public:
    MarginRatio() = default;
    /// maintenance: 0 where there is no position; the ratio is then 0 whatever the balance.
    static MarginRatio of(Money maintenance, Money marginBalance);

    /// True where the balance is used up (0 or less) and a position is open: no number describes it.
    bool isExhausted() const { return !m_value; }
    /// Fraction: 0.04 means 4 %; liquidation at 1. Nothing where the balance is exhausted.
    std::optional<Rate> value() const { return m_value; }
    /// An exhausted balance is above every number.
    friend bool operator<(const MarginRatio &a, const MarginRatio &b)
    {
        return a.m_value && (!b.m_value || *a.m_value < *b.m_value);
    }
    friend bool operator==(const MarginRatio &, const MarginRatio &) = default;

private:
    std::optional<Rate> m_value{Rate{}};
};

enum class RiskLevel : std::uint8_t { Safe, Medium, High, Critical };

/// SAFE below 30 %, MEDIUM from 30 %, HIGH from 50 %, CRITICAL from 80 % and for an exhausted balance.
/// A boundary belongs to the higher level. Source: product specification 4.
RiskLevel levelOf(const MarginRatio &ratio);
/// "SAFE", "MEDIUM", "HIGH", "CRITICAL".
std::string_view toString(RiskLevel level);
/// What the dashboard advises at a level. Source: product specification 4.
std::string_view adviceFor(RiskLevel level);

/// Return on margin: unrealized PnL / (N / L), both at mark price; nothing where the notional is 0.
/// Source: reference 10.1.
std::optional<Rate> roe(Money unrealizedPnl, Money notional, int leverage);

/// Funding that the next settlement books for a position: - s * N * F, negative when it will be paid.
/// notional: absolute, at mark price; rate: fraction per interval. Source: reference 10.10.
Money fundingDue(Side side, Money notional, Rate fundingRate);

} // namespace domain
