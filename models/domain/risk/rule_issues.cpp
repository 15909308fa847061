// What a draft breaks of the user's own rules, as the ticket says it before the click.

#include "models/domain/risk/filters.h"
#include "models/domain/risk/pretrade.h"

#include <algorithm>

namespace domain
{
namespace
{

DraftIssue issueOf(const RuleBreach &breach)
{
    DraftIssue issue;
    issue.text = breach.text;
    issue.severity = breach.action == RuleAction::Warn ? Severity::Confirm : Severity::Blocks;
    switch (breach.kind) {
    case RuleKind::Leverage:
        issue.field = DraftField::Leverage;
        issue.check = DraftCheck::Leverage;
        break;
    case RuleKind::OrderSize:
        issue.field = DraftField::Quantity;
        issue.check = DraftCheck::OrderSize;
        break;
    case RuleKind::PriceCollar:
        issue.field = DraftField::Price;
        issue.check = DraftCheck::PriceCollar;
        break;
    default:
        issue.field = DraftField::Symbol;
        issue.check = DraftCheck::Rules;
        break;
    }
    return issue;
}

/// The price farthest through the reference that the rule allows, on the tick.
Price collared(Side side, Price reference, Rate through, const SymbolSpec &spec)
{
    const Price bound = reference + reference * through * signOf(side);
    const Price near = roundedToTick(bound, spec);
    const bool isBeyond = side == Side::Buy ? near > bound : near < bound;
    return isBeyond ? near - spec.tickSize * signOf(side) : near;
}

} // namespace

DraftIssues ruleIssues(const NewOrder &order, const DraftContext &context)
{
    const bool isInRange = order.quantity <= largestQuantity && order.price <= largestPrice &&
                           order.triggerPrice <= largestPrice;
    if (context.rules == nullptr || context.ruleDay == nullptr || context.spec == nullptr || !isInRange ||
        isReducing(order)) {
        return {};
    }
    // Which stops the waiting entries will get only the order path knows, and it asks again.
    RiskRules rules = *context.rules;
    rules.of(RuleKind::RiskPerTrade) = rules.of(RuleKind::OpenRisk) = {};
    Order draft;
    draft.request = order;
    RuleFacts facts;
    facts.account = context.account;
    facts.marks = context.marks;
    facts.openOrders = context.openOrders;
    DraftIssues issues;
    for (const RuleBreach &breach : orderBreaches(rules, *context.ruleDay, draft, facts)) {
        DraftIssue issue = issueOf(breach);
        const auto &limit = rules.of(breach.kind).limit;
        if (issue.check == DraftCheck::Leverage) {
            issue.suggestion = limit->toString();
        } else if (issue.check == DraftCheck::OrderSize) {
            const Price price = std::max({order.price, order.triggerPrice, context.mark.price});
            const Quantity most =
                price.isPositive() ? roundedDownToLot(quantityBought(Money::fromUnits(limit->units()), price),
                                         lotFor(*context.spec, order.type))
                                   : Quantity{};
            issue.suggestion = most.isPositive() ? most.toString() : std::string{};
        } else if (issue.check == DraftCheck::PriceCollar) {
            const Price reference = isConditional(order.type) ? order.triggerPrice : context.mark.price;
            const Price most =
                collared(order.side, reference, Rate::fromUnits(limit->units()), *context.spec);
            issue.suggestion = most.isPositive() ? most.toString() : std::string{};
        }
        issues.push_back(std::move(issue));
    }
    return issues;
}

} // namespace domain
