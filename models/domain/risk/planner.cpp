#include "models/domain/risk/planner.h"

#include "models/domain/risk/filters.h"
#include "models/domain/risk/liquidation.h"

#include <algorithm>
#include <fmt/format.h>

namespace domain::detail
{
namespace
{

const AccountState &accountIn(const DraftContext &context)
{
    static const AccountState none;
    return context.account != nullptr ? *context.account : none;
}

const std::vector<Order> &ordersIn(const DraftContext &context)
{
    static const std::vector<Order> none;
    return context.openOrders != nullptr ? *context.openOrders : none;
}

} // namespace

bool isUsablePrice(Price price)
{
    return price.isPositive() && price <= largestPrice;
}

Money partOf(Money whole, Quantity part, Quantity of)
{
    return Money::fromUnits(mulDiv(whole.units(), part.units(), of.units()));
}

AccountState withLeverage(const AccountState &account, const Symbol &symbol, const TradePlan &plan,
    const std::vector<Order> *openOrders)
{
    AccountState set;
    set.walletBalance = account.walletBalance;
    set.crossWalletBalance = account.crossWalletBalance;
    set.hedgeMode = account.hedgeMode;
    set.positions = account.positions;
    for (Position &position : set.positions) {
        position.leverage = position.symbol == symbol ? plan.leverage : position.leverage;
    }
    if (openOrders != nullptr) {
        for (const Order &order : *openOrders) {
            const auto found = account.symbols.find(order.request.symbol);
            if (found != account.symbols.end()) {
                set.symbols.insert(*found);
            }
        }
    }
    set.symbols[symbol] = {plan.marginType, plan.leverage, {}};
    return set;
}

std::optional<Position> mergedPosition(
    const Position *before, const Symbol &symbol, const TradePlan &plan, Quantity quantity)
{
    Position after;
    after.symbol = symbol;
    after.positionSide = plan.positionSide;
    after.side = plan.side;
    after.quantity = quantity;
    after.entryPrice = plan.entry;
    after.marginType = plan.marginType;
    after.leverage = plan.leverage;
    const Money added = initialMargin(plan.entry * quantity, plan.leverage);
    after.isolatedWallet = plan.marginType == MarginType::Isolated ? added : Money{};
    if (before == nullptr) {
        return after;
    }
    after.markPrice = before->markPrice;
    if (before->side == plan.side) {
        after.quantity = before->quantity + quantity;
        after.entryPrice = (before->entryPrice * before->quantity + plan.entry * quantity) / after.quantity;
        after.isolatedWallet += before->isolatedWallet;
        return after;
    }
    if (quantity < before->quantity) {
        after.side = before->side;
        after.quantity = before->quantity - quantity;
        after.entryPrice = before->entryPrice;
        after.isolatedWallet = partOf(before->isolatedWallet, after.quantity, before->quantity);
        return after;
    }
    after.quantity = quantity - before->quantity;
    if (after.quantity.isZero()) {
        return std::nullopt;
    }
    after.isolatedWallet = plan.marginType == MarginType::Isolated
                               ? initialMargin(plan.entry * after.quantity, plan.leverage)
                               : Money{};
    return after;
}

MarginRatio ratioOfPool(const AccountRisk &risk, const Symbol &symbol, const TradePlan &plan)
{
    if (plan.marginType == MarginType::Cross) {
        return risk.crossMarginRatio;
    }
    const auto *position = risk.find(symbol, plan.positionSide);
    return position != nullptr ? position->marginRatio : MarginRatio{};
}

Price markAtFill(const TradePlan &plan, const DraftContext &context)
{
    const Price mark = context.mark.isKnown() ? context.mark.price : plan.entry;
    const bool waits = plan.side == Side::Buy ? plan.entry < mark : plan.entry > mark;
    return waits ? plan.entry : mark;
}

Planner::Planner(const TradePlan &plan, const DraftContext &context, Run run)
    : m_asked{plan},
      m_plan{plan},
      m_context{context},
      m_spec{*context.spec},
      m_account{accountIn(context)},
      m_table{context.brackets != nullptr ? bracketsOf(*context.brackets, m_spec.symbol) : defaultBrackets()},
      m_before{findPosition(m_account, m_spec.symbol, plan.positionSide)},
      m_working{openOrderValue(ordersIn(context), m_spec.symbol, plan.positionSide, context.mark.price)},
      m_entryFeeRate{plan.entryIsMaker ? context.commission.maker : context.commission.taker},
      m_isTrial{run == Run::Trial}
{
    if (m_before != nullptr) {
        m_plan.marginType = m_before->marginType; // checkMode() says so where that is another one
    }
}

PlanResult Planner::run()
{
    m_risk = assessDraftAccount(beforeContext());
    m_result.availableBalance = m_result.availableAfter = m_risk.availableBalance;
    setLeverage();
    m_result.marginBalanceAfter = m_risk.marginBalance;
    m_result.levelBefore = m_result.levelAfter = m_risk.level;
    m_result.ratioBefore = m_result.ratioAfter = ratioOfPool(m_risk, m_spec.symbol, m_plan);
    checkContext();
    checkMode();
    if (checkInputs()) {
        decideQuantity();
        if (m_result.quantity.isZero()) {
            explainNoQuantity();
        } else {
            addMargin();
            addSlippage();
            addExits();
            addFunding();
            addAccountAfter();
            checkSize();
            checkOrderSize();
            checkTakeBound();
            checkRules();
            checkRisk();
            checkRiskRules();
            checkGeometry();
        }
    }
    std::ranges::stable_sort(m_result.issues, {}, &DraftIssue::field);
    return std::move(m_result);
}

/// The leverage set for the symbol now: it is one for all sides of it.
int Planner::leverageNow() const
{
    const auto held = std::ranges::find(m_account.positions, m_spec.symbol, &Position::symbol);
    const auto configured = m_account.symbols.find(m_spec.symbol);
    return held != m_account.positions.end()       ? held->leverage
           : configured != m_account.symbols.end() ? configured->second.leverage
                                                   : SymbolConfig{}.leverage;
}

/// What is available once the plan's leverage is set, which is before the order goes out: positions and open
/// orders of the symbol then bind more or less.
void Planner::setLeverage()
{
    m_available = m_risk.availableBalance;
    m_boundByLeverage = {};
    const bool isUsed = std::ranges::find(m_account.positions, m_spec.symbol, &Position::symbol) !=
                            m_account.positions.end() ||
                        std::ranges::any_of(ordersIn(m_context),
                            [&](const Order &order) { return order.request.symbol == m_spec.symbol; });
    if (!isUsed || m_plan.leverage < 1 || m_plan.leverage == leverageNow()) {
        return;
    }
    const AccountState set = withLeverage(m_account, m_spec.symbol, m_plan, m_context.openOrders);
    DraftContext context = beforeContext();
    context.account = &set;
    const AccountRisk risk = assessDraftAccount(context);
    m_available = risk.availableBalance;
    m_boundByLeverage = risk.boundMargin - m_risk.boundMargin;
}

DraftContext Planner::beforeContext() const
{
    DraftContext context = m_context;
    context.leverage = m_plan.leverage;
    context.marginType = m_plan.marginType;
    return context;
}

bool Planner::waits() const
{
    return m_plan.side == Side::Buy ? m_plan.entry < markOrEntry() : m_plan.entry > markOrEntry();
}

/// A taker entry at a price that the market has reached goes out at the market; any other as a limit order.
bool Planner::isMarketEntry() const
{
    return !m_plan.entryIsMaker && !waits();
}

NewOrder Planner::entryOrder() const
{
    NewOrder order;
    order.symbol = m_spec.symbol;
    order.side = m_plan.side;
    order.positionSide = m_plan.positionSide;
    order.type = isMarketEntry() ? OrderType::Market : OrderType::Limit;
    order.quantity = m_result.quantity;
    order.price = m_plan.entry;
    return order;
}

/// The entry as the order path holds it against the rules.
NewOrder Planner::ruledOrder() const
{
    NewOrder order = entryOrder();
    order.price = order.type == OrderType::Market ? Price{} : order.price;
    return order;
}

/// Source: reference 10.7. A market order counts at the market, but never at a better price than planned.
Price Planner::assumedPrice() const
{
    const NewOrder order = entryOrder();
    const Price best = m_plan.side == Side::Buy ? m_context.ask.price : m_context.bid.price;
    if (order.type != OrderType::Market || !best.isPositive()) {
        return m_plan.entry;
    }
    const Price assumed =
        assumedFillPrice(order, m_context.bid.price, m_context.ask.price, m_context.mark.price);
    return m_plan.side == Side::Buy ? std::max(assumed, m_plan.entry) : std::min(assumed, m_plan.entry);
}

void Planner::addMargin()
{
    const Quantity quantity = m_result.quantity;
    m_result.notional = m_plan.entry * quantity;
    m_result.entryFill = entryFill(quantity);
    m_result.isAtMarket = isMarketEntry();
    m_result.initialMargin = initialMargin(m_result.notional, m_plan.leverage);
    const Money filled = m_result.entryFill * quantity;
    m_result.entryFee = filled * m_entryFeeRate;
    m_result.entryFeeAsMaker = m_result.notional * m_context.commission.maker;
    m_result.entryFeeAsTaker = filled * m_context.commission.taker;
    m_result.assumedPrice = assumedPrice();
    m_result.opening = openingQuantity(entryOrder(), m_before, workingSameSide());
    m_result.requiredBalance =
        orderCost(m_plan.side, m_result.opening, m_result.assumedPrice, markOrEntry(), m_plan.leverage);
    m_result.missingBalance = std::max(Money{}, m_result.requiredBalance - m_available);
    const auto after = mergedPosition(m_before, m_spec.symbol, m_plan, quantity);
    const Money whole = after ? after->quantity * m_plan.entry : Money{};
    const auto &bracket = bracketFor(m_table, whole);
    m_result.bracket = bracket.bracket;
    m_result.bracketRoom = std::max(Money{}, bracket.notionalCap - whole);
    m_result.maxLeverage = maxLeverageFor(m_table, whole);
    m_result.maintenanceMargin = maintenanceMargin(whole, bracket);
    m_result.maintenanceMarginRate = bracket.maintenanceMarginRate;
    m_result.approximateLiquidationPrice = approximateLiquidationPrice(
        m_plan.entry, m_plan.leverage, bracket.maintenanceMarginRate, m_plan.side);
}

PlannedSlippage Planner::slippageOf(const BookSide &side, Price planned, Price filled) const
{
    PlannedSlippage slippage;
    slippage.walked = side.fill(m_result.quantity);
    slippage.perUnit = (filled - planned).abs();
    slippage.cost = slippage.perUnit * m_result.quantity;
    slippage.isAssumed = !slippage.walked || slippage.walked->slippage() < slippage.perUnit;
    return slippage;
}

void Planner::addSlippage()
{
    m_result.entrySlippage = slippageOf(m_entrySide, m_plan.entry, m_result.entryFill);
    if (m_stop) {
        m_result.stopSlippage = slippageOf(m_exitSide, *m_stop, stopFill(m_result.quantity));
    }
    const auto &entry = m_result.entrySlippage.walked;
    const auto &stop = m_result.stopSlippage.walked;
    if ((entry && entry->isThin()) || (stop && stop->isThin())) {
        const auto &thin = entry && entry->isThin() ? *entry : *stop;
        m_result.issues.push_back({DraftField::Quantity, 0,
            fmt::format(
                "The order book shows only {} {} for this quantity: the rest may fill much worse than "
                "its last price {}.",
                thin.filled.toString(), m_spec.baseAsset, shown(thin.worst)),
            "", Severity::Confirm});
    }
}

PlannedExit Planner::exitAt(Price price, Quantity quantity, Rate feeRate, Money entryFee) const
{
    PlannedExit exit;
    exit.price = price;
    exit.quantity = quantity;
    exit.grossPnl = (price - m_result.entryFill) * quantity * signOf(m_plan.side);
    const Money notional = price * quantity;
    exit.fee = notional * feeRate;
    exit.feeAsMaker = notional * m_context.commission.maker;
    exit.feeAsTaker = notional * m_context.commission.taker;
    exit.entryFee = entryFee;
    exit.netPnl = exit.grossPnl - entryFee - exit.fee;
    exit.returnOnMargin = ratioOf(exit.netPnl, m_result.initialMargin);
    return exit;
}

/// Split as the bracket keeper splits what is filled: every part rounded down, the last takes what is left if
/// the shares come to the whole.
void Planner::addTargets(Rate exitRate)
{
    const auto &lot = m_spec.lot;
    Quantity left = m_result.quantity;
    Money feeLeft = m_result.entryFee;
    Rate shares;
    for (std::size_t i = 0; i < m_targets.size(); ++i) {
        const PlannedTarget &planned = m_targets[i].planned;
        shares += planned.share;
        const bool isRest = i + 1 == m_targets.size() && shares >= Rate::of(1);
        const Quantity part =
            isRest
                ? left
                : std::min(left, (m_result.quantity * planned.share).roundedTo(lot.stepSize, Rounding::Down));
        const Money entryFee = part == left ? feeLeft : partOf(m_result.entryFee, part, m_result.quantity);
        left -= part;
        feeLeft -= entryFee;
        if (!part.isPositive() || part < lot.minQty) {
            m_result.issues.push_back({DraftField::TargetPrice, 0,
                fmt::format(
                    "The share of the target {} is less than the smallest quantity {} {}: it would not "
                    "be placed.",
                    shown(planned.price), std::max(lot.minQty, lot.stepSize).toString(), m_spec.baseAsset),
                "", Severity::Confirm, DraftCheck::TargetShares, m_targets[i].part});
        }
        m_result.targets.push_back(exitAt(planned.price, part, exitRate, entryFee));
        m_result.targets.back().target = planned.number;
    }
    m_result.runsOn = left;
    if (m_targets.empty()) {
        return;
    }
    PlannedExit all;
    Money notional;
    for (const PlannedExit &each : m_result.targets) {
        notional += each.price * each.quantity;
        all.quantity += each.quantity;
        all.grossPnl += each.grossPnl;
        all.fee += each.fee;
        all.feeAsMaker += each.feeAsMaker;
        all.feeAsTaker += each.feeAsTaker;
        all.entryFee += each.entryFee;
        all.netPnl += each.netPnl;
    }
    if (all.quantity.isPositive()) {
        all.price = m_targets.size() == 1 ? m_targets.front().planned.price : notional / all.quantity;
        all.returnOnMargin = ratioOf(all.netPnl, m_result.initialMargin);
        m_result.atTargets = all;
    }
}

void Planner::addExits()
{
    const int sign = signOf(m_plan.side);
    const Rate one = Rate::of(1);
    const Rate exitRate = m_plan.targetIsMaker ? m_context.commission.maker : m_context.commission.taker;
    // s * (X - E) = E * in + X * out, solved for the exit X.
    m_result.breakEvenPrice = m_result.entryFill * (one + m_entryFeeRate * sign) / (one - exitRate * sign);
    addTargets(exitRate);
    if (m_stop) {
        m_result.atStop = exitAt(
            stopFill(m_result.quantity), m_result.quantity, m_context.commission.taker, m_result.entryFee);
    }
    if (m_result.atTargets && m_result.atStop) {
        m_result.rewardToRisk = ratioOf(m_result.atTargets->netPnl, -m_result.atStop->netPnl);
        Money reward;
        for (std::size_t i = 0; i < m_targets.size(); ++i) {
            reward += (m_targets[i].planned.price - m_plan.entry) * m_result.targets[i].quantity * sign;
        }
        m_result.grossRewardToRisk = ratioOf(reward, (m_plan.entry - *m_stop) * m_result.quantity * sign);
    }
}

void Planner::addFunding()
{
    if (!m_plan.exitAt || m_context.marks == nullptr) {
        return;
    }
    const auto mark = m_context.marks->find(m_spec.symbol);
    if (mark == m_context.marks->end() || mark->second.nextFundingAt == Timestamp{} ||
        m_context.fundingInterval <= Milliseconds{0}) {
        return;
    }
    FundingEstimate funding;
    funding.rate = mark->second.fundingRate;
    const Timestamp next = mark->second.nextFundingAt;
    funding.interval = m_context.fundingInterval;
    funding.isIntervalGiven = m_context.isFundingIntervalGiven;
    funding.settlements = settlementsUntil(m_context.now, *m_plan.exitAt, next, m_context.fundingInterval);
    // The first one after now, even where the market has not told the new time yet.
    const auto passed = m_context.now < next ? 0 : (m_context.now - next) / m_context.fundingInterval + 1;
    funding.firstAt = next + m_context.fundingInterval * passed;
    funding.lastAt = funding.firstAt + m_context.fundingInterval * std::max(0, funding.settlements - 1);
    funding.amount = fundingDue(m_plan.side, m_result.notional, funding.rate) * funding.settlements;
    m_result.funding = funding;
}

void Planner::addAccountAfter()
{
    const AccountOutlook outlook = outlookOf(m_plan, m_context, m_result);
    const AccountRisk &risk = outlook.risk;
    m_result.ratioAfter = ratioOfPool(risk, m_spec.symbol, m_plan);
    m_result.levelAfter = risk.level;
    m_result.availableAfter = risk.availableBalance;
    m_result.marginBalanceAfter = risk.marginBalance;
    if (const auto *position = risk.find(m_spec.symbol, m_plan.positionSide)) {
        m_result.liquidationPrice = position->liquidationPrice;
        m_side = position->position.side;
    }
    if (const auto &liquidation = m_result.liquidationPrice) {
        m_result.liquidationDistance = distanceToLiquidation(m_plan.entry, *liquidation, m_side);
        m_result.liquidationGap = (m_plan.entry - *liquidation) * signOf(m_side);
        if (m_context.averageRange && m_context.averageRange->isPositive()) {
            m_result.liquidationRanges = *m_result.liquidationGap / *m_context.averageRange;
        }
    }
    // Both list the other positions in the order of the account, so each is found by going on in both.
    auto before = m_risk.positions.begin();
    for (const auto &position : risk.positions) {
        const auto &held = position.position;
        const auto isOfPlan = [&](const PositionRisk &of) {
            return of.position.symbol == m_spec.symbol && of.position.positionSide == m_plan.positionSide;
        };
        if (isOfPlan(position)) {
            continue;
        }
        before = std::find_if_not(before, m_risk.positions.end(), isOfPlan);
        if (held.marginType == MarginType::Cross) {
            m_result.others.push_back(
                {held.symbol, held.positionSide, before->liquidationPrice, position.liquidationPrice});
        }
        ++before;
    }
}

} // namespace domain::detail
