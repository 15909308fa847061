// What the trader's own rules say of a plan, and how far a market order reaches.

#include "models/domain/risk/filters.h"
#include "models/domain/risk/planner.h"

#include <algorithm>
#include <fmt/format.h>

namespace domain::detail
{

void Planner::checkOrderSize()
{
    const auto &limit = m_context.limits.largestNotional;
    const Money worth = ruledPrice() * m_result.quantity;
    if (!limit || isPureReduction() || worth <= *limit) {
        return;
    }
    block({DraftCheck::OrderSize, DraftField::Quantity, 0, 0,
              fmt::format("The order is worth {} {} and your rules allow {}", worth.toFixed(2),
                  m_spec.quoteAsset, limit->toFixed(2)),
              "lower the quantity"},
        {[&]() -> std::optional<Mend> {
            const Quantity smaller =
                roundedDownToLot(quantityBought(*limit, ruledPrice()), lotFor(m_spec, entryOrder().type));
            return smaller.isPositive() ? std::optional{Mend{DraftField::Quantity, smaller.toString(),
                                              fmt::format("lower the quantity to {}", smaller.toString())}}
                                        : std::nullopt;
        }});
}

/// The exchange refuses no such order: it fills what it may, and the rest expires.
void Planner::checkTakeBound()
{
    const auto within = withinTakeBound();
    if (!within || isPureReduction() || m_result.quantity <= *within) {
        return;
    }
    const Quantity fits = roundedDownToLot(*within, lotFor(m_spec, entryOrder().type));
    block(
        {DraftCheck::TakeBound, DraftField::Quantity, 0, 0,
            fmt::format("A market order trades at most {} % from the mark, and the order book holds {} {} up "
                        "to there, so the rest would expire",
                (m_spec.marketTakeBound * 100).toString(), within->toString(), m_spec.baseAsset),
            "enter with a limit order or wait for a deeper book"},
        {[&]() -> std::optional<Mend> {
            return fits.isPositive() ? std::optional{Mend{DraftField::Quantity, fits.toString(),
                                           fmt::format("lower the quantity to {}", fits.toString())}}
                                     : std::nullopt;
        }});
}

/// What the plan itself cannot mend, and the price collar. Leverage, size and what is at risk have checks of
/// their own.
void Planner::checkRules()
{
    if (m_isTrial || isPureReduction()) {
        return;
    }
    for (DraftIssue &issue : ruleIssues(ruledOrder(), m_context)) {
        if (issue.check == DraftCheck::Rules || issue.check == DraftCheck::PriceCollar) {
            m_result.issues.push_back(std::move(issue));
        }
    }
}

/// What is at risk with all that is held, in the very sentence of the order path. Of the plan's own loss
/// checkRisk() has said more, since it counts the slippage too.
void Planner::checkRiskRules()
{
    const auto refused = riskRuleRefusing(m_result.quantity);
    if (isPureReduction() || (m_isTrial && !refused)) {
        return;
    }
    if (m_isTrial) {
        block({DraftCheck::Rules, DraftField::Quantity, 0, 0, "", ""});
        return;
    }
    for (const RuleBreach &breach : riskRuleBreaches(ruledOrder(), m_plan.stop, m_context)) {
        if (breach.action == RuleAction::Warn || !breach.isKnown) {
            m_result.issues.push_back({DraftField::Symbol, 0, breach.text(), "",
                breach.action == RuleAction::Warn ? Severity::Confirm : Severity::Blocks, DraftCheck::Rules,
                0});
        } else if (breach.kind == RuleKind::OpenRisk || !isBlocked(m_result, DraftCheck::RiskLimit)) {
            block({DraftCheck::Rules, DraftField::Quantity, 0, 0, breach.fact,
                      m_plan.stop ? "move the stop closer, or close something first" : "enter a stop"},
                {[&]() -> std::optional<Mend> {
                    const Quantity smaller = largestThat(
                        m_result.quantity, [&](Quantity quantity) { return !riskRuleRefusing(quantity); });
                    return smaller.isPositive()
                               ? std::optional{Mend{DraftField::Quantity, smaller.toString(),
                                     fmt::format("lower the quantity to {}", smaller.toString())}}
                               : std::nullopt;
                }});
        }
    }
}

void Planner::checkRisk()
{
    const auto &limit = m_context.limits.largestRisk;
    if (!limit || isPureReduction()) {
        return;
    }
    const std::string allowed = fmt::format("{} {}", limit->toFixed(2), m_spec.quoteAsset);
    if (!m_plan.stop) {
        block({DraftCheck::RiskLimit, DraftField::StopPrice, 0, 0,
                  fmt::format("Your rules let one trade lose at most {}, which needs a stop", allowed),
                  "enter one"},
            {[&]() -> std::optional<Mend> {
                // What the fees of both sides leave over of it, and a tenth for the slippage.
                const Money fees = m_result.entryFee + m_result.notional * m_context.commission.taker;
                const Money left = (*limit - fees) * Rate::literal("0.9");
                const Price slipped = m_plan.entry * m_plan.stopSlippage;
                if (!left.isPositive() || left / m_result.quantity <= slipped) {
                    return std::nullopt;
                }
                const Price away = left / m_result.quantity - slipped;
                const bool isLong = m_plan.side == Side::Buy;
                const Price stop = mirrored(isLong ? m_plan.entry + away : m_plan.entry - away, !isLong);
                return Mend{DraftField::StopPrice, stop.toString(),
                    fmt::format("enter one, for example {}", shown(stop))};
            }});
        return;
    }
    if (!m_result.atStop || -m_result.atStop->netPnl <= *limit) {
        return;
    }
    block({DraftCheck::RiskLimit, DraftField::Quantity, 0, 0,
              fmt::format("The stop would lose {} {} and your rules allow {}",
                  (-m_result.atStop->netPnl).toFixed(2, Rounding::Up), m_spec.quoteAsset, allowed),
              "move the stop closer"},
        {[&]() -> std::optional<Mend> {
            const Quantity smaller = largestFitting(m_result.quantity, *limit);
            return smaller.isPositive() ? std::optional{Mend{DraftField::Quantity, smaller.toString(),
                                              fmt::format("lower the quantity to {}", smaller.toString())}}
                                        : std::nullopt;
        }});
}

} // namespace domain::detail
