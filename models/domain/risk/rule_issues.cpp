// What a draft breaks of the user's own rules, as the ticket says it before the click.

#include "models/domain/risk/filters.h"
#include "models/domain/risk/pretrade.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <functional>
#include <iterator>

namespace domain
{
namespace
{

DraftIssue issueOf(const RuleBreach &breach)
{
    DraftIssue issue;
    issue.text = breach.text();
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
    case RuleKind::RiskPerTrade:
        issue.field = DraftField::Symbol;
        issue.check = DraftCheck::RiskLimit;
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

bool isInRange(const NewOrder &order)
{
    return order.quantity <= largestQuantity && order.price <= largestPrice &&
           order.triggerPrice <= largestPrice;
}

bool areRulesKnown(const NewOrder &order, const DraftContext &context)
{
    return context.rules != nullptr && context.ruleDay != nullptr && context.spec != nullptr &&
           isInRange(order) && !isReducing(order);
}

RuleFacts factsOf(const DraftContext &context)
{
    RuleFacts facts;
    facts.account = context.account;
    facts.marks = context.marks;
    facts.openOrders = context.openOrders;
    return facts;
}

constexpr std::array riskKinds{RuleKind::RiskPerTrade, RuleKind::OpenRisk};

bool isAnyRiskRuled(const RiskRules &rules)
{
    return std::ranges::any_of(riskKinds, [&](RuleKind kind) { return rules.of(kind).isOn(); });
}

std::vector<Order> withoutWaitingEntries(const DraftContext &context)
{
    std::vector<Order> others;
    if (context.openOrders != nullptr) {
        std::ranges::copy_if(*context.openOrders, std::back_inserter(others), std::not_fn(isWaitingEntry));
    }
    return others;
}

CommissionTable commissionsOf(const NewOrder &order, const DraftContext &context)
{
    CommissionTable commissions = context.commissions != nullptr ? *context.commissions : CommissionTable{};
    commissions[order.symbol] = context.commission;
    return commissions;
}

} // namespace

DraftIssues ruleIssues(const NewOrder &order, const DraftContext &context)
{
    if (!areRulesKnown(order, context)) {
        return {};
    }
    RiskRules rules = *context.rules;
    rules.of(RuleKind::RiskPerTrade) = rules.of(RuleKind::OpenRisk) = {}; // they depend on stops
    Order draft;
    draft.request = order;
    DraftIssues issues;
    for (const RuleBreach &breach : orderBreaches(rules, *context.ruleDay, draft, factsOf(context))) {
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

RiskRoom::RiskRoom(const NewOrder &order, const std::optional<Price> &stop, const DraftContext &context)
    : m_order{order},
      m_stop{stop},
      m_taker{context.commission.taker}
{
    if (context.rules == nullptr || context.ruleDay == nullptr || context.account == nullptr ||
        context.marks == nullptr || !isAnyRiskRuled(*context.rules) || isReducing(order)) {
        return;
    }
    const auto mark = context.marks->find(order.symbol);
    m_mark = mark == context.marks->end() ? Price{} : mark->second.mark;
    if (!order.price.isPositive() && !order.triggerPrice.isPositive() && !m_mark.isPositive()) {
        return;
    }
    const std::vector<Order> others = withoutWaitingEntries(context);
    const OpenRisk held = openRisk(*context.account, *context.marks, others, commissionsOf(order, context));
    const LegRisk *leg = held.find(order.symbol, order.positionSide);
    for (const RuleKind kind : riskKinds) {
        const Rule &rule = context.rules->of(kind);
        const auto limit = rule.limitAt(context.ruleDay->balance);
        if (limit && rule.action != RuleAction::Warn && !rule.needs(context.ruleDay->balance)) {
            const Money atRisk = kind == RuleKind::OpenRisk ? held.risk()
                                 : leg != nullptr           ? leg->risk()
                                                            : Money{};
            m_rooms.push_back({kind, Money::fromUnits(limit->units()) - atRisk});
        }
    }
    if (!m_stop) {
        m_stop = wholePositionStop(order, m_mark, others);
    }
}

std::optional<RuleKind> RiskRoom::refusing(Quantity quantity) const
{
    if (m_rooms.empty() || !quantity.isPositive()) {
        return std::nullopt;
    }
    const Money risk = entryRisk(m_order, quantity, m_mark, m_stop, m_taker);
    const auto broken = std::ranges::find_if(m_rooms, [&](const Room &room) { return risk > room.left; });
    return broken == m_rooms.end() ? std::nullopt : std::optional{broken->kind};
}

std::vector<RuleBreach> riskRuleBreaches(
    const NewOrder &order, const std::optional<Price> &stop, const DraftContext &context)
{
    // Without such a rule the walk through all orders is spared for each frame.
    if (!areRulesKnown(order, context) || !order.quantity.isPositive() || !isAnyRiskRuled(*context.rules)) {
        return {};
    }
    RiskRules rules;
    for (const RuleKind kind : riskKinds) {
        rules.of(kind) = context.rules->of(kind);
    }
    const std::vector<Order> others = withoutWaitingEntries(context);
    const CommissionTable commissions = commissionsOf(order, context);
    Order draft;
    draft.request = order;
    RuleFacts facts = factsOf(context);
    facts.openOrders = &others;
    facts.commissions = &commissions;
    facts.stopOfEntry = [&stop](const Order &) { return stop; }; // no other entry is asked about
    return orderBreaches(rules, *context.ruleDay, draft, facts);
}

DraftIssues riskRuleIssues(
    const NewOrder &order, const std::optional<Price> &stop, const DraftContext &context)
{
    DraftIssues issues;
    for (const RuleBreach &breach : riskRuleBreaches(order, stop, context)) {
        issues.push_back(issueOf(breach));
    }
    return issues;
}

std::string riskRuleReservation(const NewOrder &order, const DraftContext &context)
{
    if (!areRulesKnown(order, context) || context.openOrders == nullptr) {
        return {};
    }
    const bool isOpenRiskOn = context.rules->of(RuleKind::OpenRisk).isOn();
    const bool isTradeOn = context.rules->of(RuleKind::RiskPerTrade).isOn();
    const auto count = std::ranges::count_if(*context.openOrders, [&](const Order &other) {
        const bool isOfLeg =
            other.request.symbol == order.symbol && other.request.positionSide == order.positionSide;
        return isWaitingEntry(other) && (isOpenRiskOn || (isTradeOn && isOfLeg));
    });
    return count == 0
               ? std::string{}
               : fmt::format("{} left out of the risk counted here: only the order path knows the "
                             "stops of waiting entries, and holds all of them against your rules "
                             "when you send.",
                     count == 1 ? "1 waiting entry is" : std::to_string(count) + " waiting entries are");
}

} // namespace domain
