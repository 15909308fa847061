#include "models/domain/risk/plan.h"

#include "models/domain/risk/planner.h"

#include <algorithm>
#include <charconv>

namespace domain
{

std::string_view toString(SizeBound bound)
{
    switch (bound) {
    case SizeBound::Requested:
        return "requested size";
    case SizeBound::MarginShare:
        return "margin share";
    case SizeBound::RiskAtStop:
        return "loss at the stop";
    case SizeBound::AvailableBalance:
        return "available balance";
    case SizeBound::BracketLimit:
        return "leverage bracket";
    case SizeBound::MaxQuantity:
        return "largest order";
    case SizeBound::TradeRiskRule:
        return "rule of risk per trade";
    case SizeBound::OpenRiskRule:
        return "rule of open risk";
    case SizeBound::TakeBound:
        return "reach of a market order";
    case SizeBound::None:
        break;
    }
    return "no size";
}

const PlannedExit *PlanResult::atTarget(int number) const
{
    const auto found = std::ranges::find(targets, number, &PlannedExit::target);
    return number > 0 && found != targets.end() ? &*found : nullptr;
}

PlanResult planTrade(const TradePlan &plan, const DraftContext &context)
{
    if (context.spec == nullptr) {
        PlanResult result;
        result.issues.push_back({DraftField::Symbol, -1121,
            "The exchange does not list this symbol: choose another.", "", Severity::Blocks});
        return result;
    }
    return detail::Planner{plan, context}.run();
}

TradePlan filledPlan(TradePlan plan, const PlanResult &result)
{
    if (result.entryFill.isPositive()) {
        plan.entry = result.entryFill;
    }
    return plan;
}

AccountState accountAfter(const AccountState &account, const Symbol &symbol, const TradePlan &plan,
    Quantity quantity, Money entryFee)
{
    AccountState after = account;
    const Position *before = findPosition(account, symbol, plan.positionSide);
    auto position = detail::mergedPosition(before, symbol, plan, quantity);
    std::erase_if(after.positions, [&](const Position &other) {
        return other.symbol == symbol && other.positionSide == plan.positionSide;
    });
    for (Position &other : after.positions) { // one leverage for all sides of a symbol
        other.leverage = other.symbol == symbol ? plan.leverage : other.leverage;
    }
    after.symbols[symbol] = {plan.marginType, plan.leverage, {}};
    const bool isClosing = before != nullptr && before->side != plan.side;
    const Money realized = isClosing ? (plan.entry - before->entryPrice) *
                                           std::min(quantity, before->quantity) * signOf(before->side)
                                     : Money{};
    const Money gained = realized - entryFee;
    const Money isolated = (position ? position->isolatedWallet : Money{}) -
                           (before != nullptr ? before->isolatedWallet : Money{});
    after.walletBalance += gained;
    after.crossWalletBalance += gained - isolated;
    if (position) {
        // The fee comes from outside the isolated wallet as long as there is anything.
        const Money uncovered = std::max(Money{}, -after.crossWalletBalance);
        const Money taken = std::min({uncovered, entryFee, position->isolatedWallet});
        position->isolatedWallet -= taken;
        after.crossWalletBalance += taken;
        after.positions.push_back(*position);
    }
    return after;
}

namespace
{

/// The entry level by level of the live book, as the exchange fills it. What the book does not show fills at
/// its last price.
AccountState filledByLevels(
    AccountState account, const TradePlan &plan, const DraftContext &context, const PlanResult &result)
{
    const auto &levels = levelsFor(*context.book, plan.side);
    const Price shift = plan.entry - levels.front().price;
    TradePlan part = plan;
    Quantity left = result.quantity;
    for (std::size_t i = 0; i < levels.size() && left.isPositive(); ++i) {
        const bool isLast = i + 1 == levels.size();
        const Quantity quantity = isLast ? left : std::min(left, levels[i].quantity);
        part.entry = std::max(levels[i].price + shift, Price::fromUnits(1));
        const Money fee = part.entry * quantity * context.commission.taker;
        account = accountAfter(account, context.spec->symbol, part, quantity, fee);
        left -= quantity;
    }
    return account;
}

/// The account after the entry. Its average price says it all, but for a trade that turns a position (it
/// closes at the better prices and opens at the others) and for fees that reach into the isolated wallet.
AccountState filledAccount(
    const AccountState &account, const TradePlan &plan, const DraftContext &context, const PlanResult &result)
{
    const Symbol &symbol = context.spec->symbol;
    AccountState after =
        accountAfter(account, symbol, filledPlan(plan, result), result.quantity, result.entryFee);
    const auto &walked = result.entrySlippage.walked;
    const Position *before = findPosition(account, symbol, plan.positionSide);
    const bool turns = before != nullptr && before->side != plan.side && result.quantity > before->quantity;
    const bool isSpent = plan.marginType == MarginType::Isolated && !after.crossWalletBalance.isPositive();
    return walked && walked->levels > 1 && (turns || isSpent) ? filledByLevels(account, plan, context, result)
                                                              : after;
}

} // namespace

AccountOutlook outlookOf(const TradePlan &plan, const DraftContext &context, const PlanResult &result)
{
    static const AccountState none;
    const AccountState &account = context.account != nullptr ? *context.account : none;
    AccountOutlook outlook;
    outlook.account = filledAccount(
        detail::withLeverage(account, context.spec->symbol, plan, context.openOrders), plan, context, result);
    DraftContext after = context;
    after.account = &outlook.account;
    after.leverage = plan.leverage;
    after.marginType = plan.marginType;
    after.mark.price = detail::markAtFill(plan, context);
    outlook.risk = assessDraftAccount(after);
    return outlook;
}

int settlementsUntil(Timestamp now, Timestamp until, Timestamp next, Milliseconds interval)
{
    if (until <= now || interval <= Milliseconds{0}) {
        return 0;
    }
    // Settlements from `next` on; one that lies behind `now` has already been.
    const auto stepsTo = [&](Timestamp at) { return at < next ? 0 : (at - next) / interval + 1; };
    return static_cast<int>(stepsTo(until) - stepsTo(now));
}

TradePlan mended(TradePlan plan, const DraftIssue &issue)
{
    const auto price = Price::parse(issue.suggestion);
    const auto part = static_cast<std::size_t>(std::max(0, issue.part));
    switch (issue.field) {
    case DraftField::Price:
        plan.entry = price.value_or(plan.entry);
        break;
    case DraftField::StopPrice:
        plan.stop = price ? std::optional{*price} : plan.stop;
        break;
    case DraftField::TargetPrice:
        if (price && part < plan.targets.size()) {
            plan.targets[part].price = *price;
        }
        break;
    case DraftField::TargetShare:
        if (const auto percent = Rate::parse(issue.suggestion); percent && part < plan.targets.size()) {
            plan.targets[part].share = *percent / 100;
        }
        break;
    case DraftField::Quantity:
        if (const auto quantity = Quantity::parse(issue.suggestion)) {
            plan.sizing = FixedQuantity{*quantity};
        }
        break;
    case DraftField::Leverage:
        (void)std::from_chars(
            issue.suggestion.data(), issue.suggestion.data() + issue.suggestion.size(), plan.leverage);
        break;
    case DraftField::MarginType:
        if (!issue.suggestion.empty()) {
            plan.marginType = parseMarginType(issue.suggestion);
        }
        break;
    case DraftField::Side:
        if (!issue.suggestion.empty()) {
            plan.positionSide = parsePositionSide(issue.suggestion);
        }
        break;
    default:
        break;
    }
    return plan;
}

} // namespace domain
