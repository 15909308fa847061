#include "models/domain/risk/plan.h"

#include "models/domain/risk/filters.h"
#include "models/domain/risk/liquidation.h"
#include "models/domain/risk/order_cost.h"

#include <algorithm>
#include <fmt/format.h>

namespace domain
{
namespace
{

const Rate one = Rate::of(1);

bool isUsable(Price price)
{
    return price.isPositive() && price <= largestPrice;
}

/// The position after a fill of the plan's side, or nothing where it closes the position exactly.
std::optional<Position> merged(
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
        after.isolatedWallet = before->isolatedWallet * (after.quantity / before->quantity);
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

Money realizedBy(const Position *before, const TradePlan &plan, Quantity quantity)
{
    if (before == nullptr || before->side == plan.side) {
        return {};
    }
    return (plan.entry - before->entryPrice) * std::min(quantity, before->quantity) * signOf(before->side);
}

} // namespace

AccountState accountAfter(const AccountState &account, const Symbol &symbol, const TradePlan &plan,
    Quantity quantity, Money entryFee)
{
    AccountState after = account;
    const Position *before = findPosition(account, symbol, plan.positionSide);
    const auto position = merged(before, symbol, plan, quantity);
    std::erase_if(after.positions, [&](const Position &other) {
        return other.symbol == symbol && other.positionSide == plan.positionSide;
    });
    if (position) {
        after.positions.push_back(*position);
    }
    const Money gained = realizedBy(before, plan, quantity) - entryFee;
    const Money isolated = (position ? position->isolatedWallet : Money{}) -
                           (before != nullptr ? before->isolatedWallet : Money{});
    after.walletBalance += gained;
    after.crossWalletBalance += gained - isolated;
    return after;
}

namespace
{

/// One run of the calculator.
class Planner
{
public:
    Planner(const TradePlan &plan, const DraftContext &context)
        : m_plan{plan},
          m_context{context},
          m_spec{*context.spec},
          m_account{context.account != nullptr ? *context.account : emptyAccount()},
          m_table{
              context.brackets != nullptr ? bracketsOf(*context.brackets, m_spec.symbol) : defaultBrackets()},
          m_before{findPosition(m_account, m_spec.symbol, plan.positionSide)},
          m_working{openOrderValue(context.openOrders != nullptr ? *context.openOrders : noOrders(),
              m_spec.symbol, plan.positionSide, context.mark.price)},
          m_entryFeeRate{plan.entryIsMaker ? context.commission.maker : context.commission.taker}
    {
        if (m_before != nullptr && m_before->marginType != plan.marginType) {
            const bool isCross = m_before->marginType == MarginType::Cross;
            block(DraftField::MarginType, -4048,
                fmt::format("The open position is {0} and stays so: plan with {0} margin.",
                    isCross ? "cross" : "isolated"),
                isCross ? "CROSSED" : "ISOLATED");
            m_plan.marginType = m_before->marginType;
        }
    }

    PlanResult run()
    {
        m_risk = assessDraftAccount(beforeContext());
        m_result.availableBalance = m_risk.availableBalance;
        m_result.levelBefore = m_result.levelAfter = m_risk.level;
        m_result.ratioBefore = m_result.ratioAfter = ratioIn(m_risk);
        checkContext();
        if (checkInputs()) {
            decideQuantity();
            if (m_result.quantity.isZero()) {
                explainNoQuantity();
            } else {
                addMargin();
                addExits();
                addAccountAfter();
                checkSize();
                checkGeometry();
            }
        }
        std::ranges::stable_sort(m_result.issues, {}, &DraftIssue::field);
        return std::move(m_result);
    }

private:
    static const AccountState &emptyAccount()
    {
        static const AccountState none;
        return none;
    }
    static const std::vector<Order> &noOrders()
    {
        static const std::vector<Order> none;
        return none;
    }

    void block(DraftField field, int code, std::string text, std::string suggestion = {})
    {
        m_result.issues.push_back({field, code, std::move(text), std::move(suggestion), Severity::Blocks});
    }

    DraftContext beforeContext() const
    {
        DraftContext context = m_context;
        context.leverage = m_plan.leverage;
        context.marginType = m_plan.marginType;
        return context;
    }

    Money equity() const { return std::max(Money{}, m_risk.marginBalance); }
    Price markOrEntry() const { return m_context.mark.isKnown() ? m_context.mark.price : m_plan.entry; }

    /// Where the stop fills: worse than its price by the slippage.
    Price stopFill() const { return *m_stop * (one - m_plan.stopSlippage * signOf(m_plan.side)); }

    MarginRatio ratioIn(const AccountRisk &risk) const
    {
        if (m_plan.marginType == MarginType::Cross) {
            return risk.crossMarginRatio;
        }
        const auto *position = risk.find(m_spec.symbol, m_plan.positionSide);
        return position != nullptr ? position->marginRatio : MarginRatio{};
    }

    void checkContext()
    {
        if (m_context.account == nullptr) {
            m_result.issues.push_back({DraftField::Symbol, 0,
                "The account has not been read yet: the figures leave it out.", "", Severity::Confirm});
        }
        if (m_plan.leverage > m_table.front().maxLeverage) {
            block(DraftField::Leverage, -4028,
                fmt::format(
                    "{} allows at most {}x: lower the leverage.", m_spec.symbol, m_table.front().maxLeverage),
                std::to_string(m_table.front().maxLeverage));
        }
    }

    /// False where nothing can be computed.
    bool checkInputs()
    {
        if (m_plan.leverage < 1) {
            block(DraftField::Leverage, -4028, "The leverage must be at least 1x.", "1");
            return false;
        }
        if (!isUsable(m_plan.entry)) {
            block(DraftField::Price, -4001, "The entry price is missing: enter one above 0.",
                m_context.mark.isKnown() ? roundedToTick(m_context.mark.price, m_spec).toString() : "");
            return false;
        }
        if (m_plan.stopSlippage.isNegative() || m_plan.stopSlippage >= one) {
            block(DraftField::StopPrice, 0, "The slippage must be from 0 to less than 100 per cent.");
            return false;
        }
        m_stop = checkedExit(m_plan.stop, DraftField::StopPrice, "stop", m_plan.side == Side::Sell);
        m_target = checkedExit(m_plan.target, DraftField::TargetPrice, "target", m_plan.side == Side::Buy);
        checkShares();
        const bool sizesByLoss = std::holds_alternative<RiskAmount>(m_plan.sizing) ||
                                 std::holds_alternative<RiskShare>(m_plan.sizing);
        if (sizesByLoss && !m_plan.stop) {
            block(DraftField::StopPrice, 0, "Sizing by the loss needs a stop: enter one.");
        }
        return true;
    }

    void checkShares()
    {
        std::vector<Rate> shares;
        if (const auto *safe = std::get_if<SafeSize>(&m_plan.sizing)) {
            shares = {safe->marginShare, safe->riskAmount ? one : safe->riskShare};
        } else if (const auto *margin = std::get_if<MarginShare>(&m_plan.sizing)) {
            shares = {margin->share};
        } else if (const auto *risk = std::get_if<RiskShare>(&m_plan.sizing)) {
            shares = {risk->share};
        }
        if (std::ranges::any_of(shares, [](Rate share) { return !share.isPositive() || share > one; })) {
            block(
                DraftField::Quantity, 0, "A share of the balance must be above 0 and at most 100 per cent.");
        }
    }

    /// The exit if it can be computed with; what is wrong with it otherwise goes to the issues.
    std::optional<Price> checkedExit(
        const std::optional<Price> &exit, DraftField field, const char *name, bool mustBeAbove)
    {
        if (!exit) {
            return std::nullopt;
        }
        if (!isUsable(*exit)) {
            block(field, -4006,
                fmt::format("The {} is not a usable price: enter one above 0 or leave it out.", name));
            return std::nullopt;
        }
        if (mustBeAbove ? *exit <= m_plan.entry : *exit >= m_plan.entry) {
            block(field, -2021,
                fmt::format("The {} of a {} lies {} the entry: move it there.", name,
                    m_plan.side == Side::Buy ? "long" : "short", mustBeAbove ? "above" : "below"));
            return std::nullopt;
        }
        const Price onGrid = roundedToTick(*exit, m_spec);
        if (onGrid != *exit) {
            block(field, -4014,
                fmt::format("The {} {} is not on the tick {}: the nearest is {}.", name, exit->toString(),
                    m_spec.tickSize.toString(), onGrid.toString()),
                onGrid.toString());
        }
        return exit;
    }

    // --- size ---

    struct Candidate
    {
        SizeBound bound = SizeBound::None;
        Quantity quantity;
    };

    Money shareOfEquity(Rate share) const { return equity() * std::clamp(share, Rate{}, one); }

    Candidate byMarginShare(Rate share) const
    {
        return {SizeBound::MarginShare, affordableQuantity(m_plan.side, shareOfEquity(share), m_plan.entry,
                                            m_plan.entry, m_plan.leverage)};
    }

    Candidate byLoss(Money most) const
    {
        if (!m_stop || !most.isPositive()) {
            return {SizeBound::RiskAtStop, {}};
        }
        const Price fill = stopFill();
        const Price fees = m_plan.entry * m_entryFeeRate + fill * m_context.commission.taker;
        // The last places are added for what rounding may have taken off the fees.
        const Price perUnit = (m_plan.entry - fill) * signOf(m_plan.side) + fees + Price::fromUnits(2);
        return {SizeBound::RiskAtStop,
            perUnit.isPositive() ? quantityBought(std::min(most, largestAmount), perUnit) : Quantity{}};
    }

    Candidate byBalance() const
    {
        const Price mark = markOrEntry();
        const Price fee = m_plan.entry * m_entryFeeRate + Price::fromUnits(1);
        // A fee is due besides the margin, so it takes its share of the balance.
        const Price margin =
            Price::fromUnits(detail::mulDiv(m_plan.entry.units(), 1, m_plan.leverage, Rounding::Up));
        const Price loss = std::max(Price{}, (m_plan.entry - mark) * signOf(m_plan.side));
        const Money available = m_risk.availableBalance;
        return {SizeBound::AvailableBalance, available.isPositive()
                                                 ? quantityBought(available, margin + loss + fee) + closable()
                                                 : Quantity{}};
    }

    /// What the trade first closes of an opposite position; that part needs no margin.
    Quantity closable() const
    {
        const bool isOpposite = m_before != nullptr && m_before->side != m_plan.side;
        return isOpposite ? std::max(Quantity{}, m_before->quantity - workingSameSide()) : Quantity{};
    }
    Quantity workingSameSide() const
    {
        return m_plan.side == Side::Buy ? m_working.buyQuantity : m_working.sellQuantity;
    }

    Candidate byBracket() const
    {
        const Money room = openingRoom(m_plan.side, m_plan.positionSide, m_plan.entry, beforeContext());
        return {SizeBound::BracketLimit, quantityBought(std::max(Money{}, room), m_plan.entry)};
    }

    Candidate safest(const SafeSize &rule) const
    {
        std::vector<Candidate> candidates{byMarginShare(rule.marginShare), byBalance(), byBracket()};
        if (m_plan.stop) {
            candidates.push_back(byLoss(rule.riskAmount ? *rule.riskAmount : shareOfEquity(rule.riskShare)));
        }
        const auto &lot = lotFor(m_spec, entryOrder().type);
        if (!lot.maxQty.isZero()) {
            candidates.push_back({SizeBound::MaxQuantity, lot.maxQty});
        }
        return *std::ranges::min_element(candidates, {}, &Candidate::quantity);
    }

    Candidate wanted() const
    {
        if (const auto *rule = std::get_if<FixedQuantity>(&m_plan.sizing)) {
            return {SizeBound::Requested, rule->quantity};
        }
        if (const auto *rule = std::get_if<QuoteAmount>(&m_plan.sizing)) {
            const Money notional = std::clamp(rule->notional, Money{}, largestAmount);
            return {SizeBound::Requested, quantityBought(notional, m_plan.entry)};
        }
        if (const auto *rule = std::get_if<MarginShare>(&m_plan.sizing)) {
            return byMarginShare(rule->share);
        }
        if (const auto *rule = std::get_if<RiskAmount>(&m_plan.sizing)) {
            return byLoss(rule->amount);
        }
        if (const auto *rule = std::get_if<RiskShare>(&m_plan.sizing)) {
            return byLoss(shareOfEquity(rule->share));
        }
        return safest(std::get<SafeSize>(m_plan.sizing));
    }

    void decideQuantity()
    {
        const auto &lot = lotFor(m_spec, entryOrder().type);
        Candidate chosen = wanted();
        const Quantity most = lot.maxQty.isZero() ? largestQuantity : std::min(lot.maxQty, largestQuantity);
        if (chosen.quantity > most) {
            block(DraftField::Quantity, -4005,
                fmt::format(
                    "The exchange takes at most {} in one order: the size is cut to that.", most.toString()),
                most.toString());
            m_result.issues.back().severity = Severity::Confirm;
            chosen = {SizeBound::MaxQuantity, most};
        }
        m_result.bound = chosen.bound;
        m_result.quantity = roundedDownToLot(chosen.quantity, lot);
        // Below the least worth the exchange takes there is no such trade.
        const Quantity smallest = smallestQuantity(m_spec, entryOrder().type, m_plan.entry);
        if (m_result.quantity < smallest && !std::holds_alternative<FixedQuantity>(m_plan.sizing)) {
            m_result.quantity = {};
        }
    }

    void explainNoQuantity()
    {
        const Quantity smallest = smallestQuantity(m_spec, entryOrder().type, m_plan.entry);
        block(DraftField::Quantity, -4004,
            m_result.bound == SizeBound::Requested
                ? fmt::format(
                      "No quantity: the smallest trade here is {} {}.", smallest.toString(), m_spec.baseAsset)
                : fmt::format("No quantity fits: the {} allows less than the smallest trade of {} {}.",
                      toString(m_result.bound), smallest.toString(), m_spec.baseAsset),
            smallest.toString());
        m_result.bound = SizeBound::None;
    }

    NewOrder entryOrder() const
    {
        NewOrder order;
        order.symbol = m_spec.symbol;
        order.side = m_plan.side;
        order.positionSide = m_plan.positionSide;
        order.type = m_plan.entryIsMaker ? OrderType::Limit : OrderType::Market;
        order.quantity = m_result.quantity;
        order.price = m_plan.entry;
        return order;
    }

    // --- figures ---

    void addMargin()
    {
        const Quantity quantity = m_result.quantity;
        m_result.notional = m_plan.entry * quantity;
        m_result.initialMargin = initialMargin(m_result.notional, m_plan.leverage);
        m_result.entryFee = m_result.notional * m_entryFeeRate;
        const Quantity opening = openingQuantity(entryOrder(), m_before, workingSameSide());
        m_result.requiredBalance =
            orderCost(m_plan.side, opening, m_plan.entry, markOrEntry(), m_plan.leverage);
        m_result.missingBalance = std::max(Money{}, m_result.requiredBalance - m_result.availableBalance);
        const auto after = merged(m_before, m_spec.symbol, m_plan, quantity);
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

    PlannedExit exitAt(Price price, Rate feeRate) const
    {
        PlannedExit exit;
        exit.price = price;
        exit.grossPnl = (price - m_plan.entry) * m_result.quantity * signOf(m_plan.side);
        exit.fee = price * m_result.quantity * feeRate;
        exit.netPnl = exit.grossPnl - m_result.entryFee - exit.fee;
        exit.returnOnMargin = ratioOf(exit.netPnl, m_result.initialMargin);
        return exit;
    }

    void addExits()
    {
        const int sign = signOf(m_plan.side);
        const Rate exitRate = m_plan.targetIsMaker ? m_context.commission.maker : m_context.commission.taker;
        // s * (X - E) = E * in + X * out, solved for the exit X.
        m_result.breakEvenPrice = m_plan.entry * (one + m_entryFeeRate * sign) / (one - exitRate * sign);
        if (m_target) {
            m_result.atTarget = exitAt(*m_target, exitRate);
        }
        if (m_stop) {
            m_result.atStop = exitAt(stopFill(), m_context.commission.taker);
        }
        if (m_result.atTarget && m_result.atStop) {
            m_result.rewardToRisk = ratioOf(m_result.atTarget->netPnl, -m_result.atStop->netPnl);
        }
    }

    /// The mark at the moment of the fill: see planTrade().
    Price markAtFill() const
    {
        const Price mark = markOrEntry();
        const bool waits = m_plan.side == Side::Buy ? m_plan.entry < mark : m_plan.entry > mark;
        return waits ? m_plan.entry : mark;
    }

    void addAccountAfter()
    {
        const AccountState after =
            accountAfter(m_account, m_spec.symbol, m_plan, m_result.quantity, m_result.entryFee);
        DraftContext context = beforeContext();
        context.account = &after;
        context.openOrders = nullptr;
        context.mark.price = markAtFill();
        const AccountRisk risk = assessDraftAccount(context);
        m_result.ratioAfter = ratioIn(risk);
        m_result.levelAfter = risk.level;
        if (const auto *position = risk.find(m_spec.symbol, m_plan.positionSide)) {
            m_result.liquidationPrice = position->liquidationPrice;
            m_side = position->position.side;
        }
        if (m_result.liquidationPrice) {
            m_result.liquidationDistance =
                distanceToLiquidation(m_plan.entry, *m_result.liquidationPrice, m_side);
        }
        for (const auto &position : risk.positions) {
            const auto &held = position.position;
            const bool isPlanned = held.symbol == m_spec.symbol && held.positionSide == m_plan.positionSide;
            if (isPlanned || held.marginType != MarginType::Cross) {
                continue;
            }
            const auto *before = m_risk.find(held.symbol, held.positionSide);
            m_result.others.push_back({held.symbol, held.positionSide,
                before != nullptr ? before->liquidationPrice : std::nullopt, position.liquidationPrice});
        }
    }

    // --- checks ---

    void checkSize()
    {
        NewOrder order = entryOrder();
        order.reduceOnly = isPureReduction();
        for (auto &found :
            filterIssues(order, m_spec, {markOrEntry(), m_context.bid.price, m_context.ask.price})) {
            m_result.issues.push_back(std::move(found));
        }
        const Money room = openingRoom(m_plan.side, m_plan.positionSide, m_plan.entry, beforeContext());
        const Money limit = maxNotionalAt(m_table, m_plan.leverage);
        if (!order.reduceOnly && !limit.isZero() && m_result.notional > room) {
            const int leverage = maxLeverageFor(m_table, limit - room + m_result.notional);
            block(leverage >= 1 ? DraftField::Leverage : DraftField::Quantity, -2027,
                leverage >= 1
                    ? fmt::format("At {}x at most {} {} may be held: lower the leverage to {}x or the size.",
                          m_plan.leverage, limit.toString(), m_spec.quoteAsset, leverage)
                    : std::string{"No leverage allows a position of this size: lower the quantity."},
                leverage >= 1 ? std::to_string(leverage) : std::string{});
        }
        if (!m_result.isSufficient()) {
            const Quantity fits = roundedDownToLot(byBalance().quantity, lotFor(m_spec, order.type));
            block(DraftField::Quantity, -2019,
                fmt::format("{} {} is missing: lower the quantity to {}, or raise the leverage.",
                    m_result.missingBalance.toFixed(2, Rounding::Up), m_spec.quoteAsset, fits.toString()),
                fits.isPositive() ? fits.toString() : std::string{});
        }
    }

    bool isPureReduction() const { return m_result.quantity <= closable(); }

    bool isStopReached(const std::optional<Price> &liquidation) const
    {
        return !liquidation ||
               (m_plan.side == Side::Buy ? stopFill() > *liquidation : stopFill() < *liquidation);
    }

    /// Liquidation price of the whole position if the trade used another leverage.
    std::optional<Price> liquidationAt(int leverage) const
    {
        TradePlan plan = m_plan;
        plan.leverage = leverage;
        const auto position = merged(m_before, m_spec.symbol, plan, m_result.quantity);
        return position ? liquidationPrice({position->side, position->quantity, position->entryPrice},
                              {position->isolatedWallet, {}, {}}, m_table)
                        : std::nullopt;
    }

    void checkGeometry()
    {
        if (!m_stop || isPureReduction()) {
            return;
        }
        const bool isReached = isStopReached(m_result.liquidationPrice);
        if (m_plan.marginType == MarginType::Isolated) {
            // More leverage is never a farther liquidation, so the bound can be bisected.
            int good = 0;
            int bad = std::max(1, m_result.maxLeverage) + 1;
            while (bad - good > 1) {
                const int middle = (good + bad) / 2;
                (isStopReached(liquidationAt(middle)) ? good : bad) = middle;
            }
            m_result.maxLeverageForStop = good;
        } else {
            m_result.maxLeverageForStop = isReached ? m_result.maxLeverage : 0;
        }
        if (isReached) {
            return;
        }
        const int leverage = *m_result.maxLeverageForStop;
        block(leverage >= 1 ? DraftField::Leverage : DraftField::StopPrice, 0,
            leverage >= 1
                ? fmt::format(
                      "The stop lies beyond the liquidation price {}: lower the leverage to {}x, or move "
                      "the stop closer.",
                      shown(*m_result.liquidationPrice), leverage)
                : fmt::format("The stop lies beyond the liquidation price {}: move it closer or lower the "
                              "quantity.",
                      shown(*m_result.liquidationPrice)),
            leverage >= 1 ? std::to_string(leverage) : std::string{});
    }

    std::string shown(Price price) const { return price.toFixed(m_spec.priceDecimals()); }

    TradePlan m_plan;
    const DraftContext &m_context;
    const SymbolSpec &m_spec;
    const AccountState &m_account;
    const LeverageBrackets &m_table;
    const Position *m_before;
    OpenOrderValue m_working; ///< of the symbol and position side
    Rate m_entryFeeRate;
    std::optional<Price> m_stop;   ///< where it can be computed with
    std::optional<Price> m_target; ///< likewise
    Side m_side = Side::Buy;       ///< of the position after the trade
    AccountRisk m_risk;            ///< before the trade
    PlanResult m_result;
};

} // namespace

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
    case SizeBound::None:
        break;
    }
    return "no size";
}

PlanResult planTrade(const TradePlan &plan, const DraftContext &context)
{
    if (context.spec == nullptr) {
        PlanResult result;
        result.issues.push_back({DraftField::Symbol, -1121,
            "The exchange does not list this symbol: choose another.", "", Severity::Blocks});
        return result;
    }
    return Planner{plan, context}.run();
}

} // namespace domain
