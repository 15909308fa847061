// How large the planned trade is.

#include "models/domain/risk/filters.h"
#include "models/domain/risk/margin.h"
#include "models/domain/risk/planner.h"

#include <algorithm>
#include <fmt/format.h>

namespace domain::detail
{

Money Planner::shareOfEquity(Rate share) const
{
    return equity() * std::clamp(share, Rate{}, Rate::of(1));
}

// --- where entry and stop fill

const BookView *Planner::liveBook() const
{
    const BookView *book = m_context.book;
    return book != nullptr && book->state == BookView::State::Live ? book : nullptr;
}

void Planner::fitToBook(Quantity most)
{
    if (const BookView *book = liveBook()) {
        if (!m_plan.entryIsMaker) {
            m_entrySide = BookSide{levelsFor(*book, m_plan.side), most};
        }
        m_exitSide = BookSide{levelsFor(*book, opposite(m_plan.side)), most};
    }
}

Price Planner::entryFill(Quantity quantity) const
{
    const auto walked = m_entrySide.fill(quantity);
    const Price fill = walked ? m_plan.entry + walked->slippage() * signOf(m_plan.side) : m_plan.entry;
    return std::max(fill, Price::fromUnits(1));
}

Price Planner::assumedStop() const
{
    return *m_stop * (Rate::of(1) - m_plan.stopSlippage * signOf(m_plan.side));
}

/// Worse than its price by the plan's own slippage, or by the walk through the book if that is more.
Price Planner::stopFill(Quantity quantity) const
{
    const Price assumed = assumedStop();
    const auto walked = m_exitSide.fill(quantity);
    if (!walked) {
        return assumed;
    }
    const Price fill = *m_stop - walked->slippage() * signOf(m_plan.side);
    return m_plan.side == Side::Buy ? std::max(Price{}, std::min(assumed, fill)) : std::max(assumed, fill);
}

Money Planner::lossAtStop(Quantity quantity) const
{
    const Money entryFee = entryFill(quantity) * quantity * m_entryFeeRate;
    const Price out = stopFill(quantity);
    const Money gross = (out - entryFill(quantity)) * quantity * signOf(m_plan.side);
    return -(gross - entryFee - out * quantity * m_context.commission.taker);
}

// --- candidates

Planner::Candidate Planner::byMarginShare(Rate share) const
{
    return {SizeBound::MarginShare,
        affordableQuantity(m_plan.side, shareOfEquity(share), m_plan.entry, m_plan.entry, m_plan.leverage)};
}

/// The most that the loss allows before the book is looked at; the book only makes it less.
Planner::Candidate Planner::byLoss(Money most) const
{
    if (!m_stop || !most.isPositive()) {
        return {SizeBound::RiskAtStop, {}};
    }
    const Price fill = assumedStop();
    const Price fees = m_plan.entry * m_entryFeeRate + fill * m_context.commission.taker;
    // Rounding may have added to the fees; largestFitting() has the last word.
    const Price perUnit = (m_plan.entry - fill) * signOf(m_plan.side) + fees - Price::fromUnits(2);
    return {SizeBound::RiskAtStop,
        perUnit.isPositive() ? quantityBought(std::min(most, largestAmount), perUnit) : Quantity{}};
}

Planner::Candidate Planner::byBalance() const
{
    const Price mark = markOrEntry();
    const Price price = assumedPrice();
    const Price fee = m_plan.entry * m_entryFeeRate + Price::fromUnits(1);
    // A fee is due besides the margin, so it takes its share of the balance.
    const Price margin = Price::fromUnits(mulDiv(price.units(), 1, m_plan.leverage, Rounding::Up));
    const Price loss = std::max(Price{}, (price - mark) * signOf(m_plan.side));
    const Money available = m_available;
    return {SizeBound::AvailableBalance,
        available.isPositive() ? quantityBought(available, margin + loss + fee) + closable() : Quantity{}};
}

/// What the trade first closes of an opposite position; that part needs no margin.
Quantity Planner::closable() const
{
    const bool isOpposite = m_before != nullptr && m_before->side != m_plan.side;
    return isOpposite ? std::max(Quantity{}, m_before->quantity - workingSameSide()) : Quantity{};
}

Quantity Planner::workingSameSide() const
{
    return m_plan.side == Side::Buy ? m_working.buyQuantity : m_working.sellQuantity;
}

Planner::Candidate Planner::byBracket() const
{
    const Price price = assumedPrice();
    const Money room = openingRoom(m_plan.side, m_plan.positionSide, price, beforeContext());
    return {SizeBound::BracketLimit, quantityBought(std::max(Money{}, room), price)};
}

/// What the live book holds as far from the mark as a market order may trade; nothing where it holds no more
/// than that, or where the entry is no market order.
std::optional<Quantity> Planner::withinTakeBound() const
{
    const BookView *book = liveBook();
    const Price bound = marketBound(m_spec, m_plan.side, m_context.mark.price);
    return book != nullptr && bound.isPositive() && isMarketEntry()
               ? quantityUpTo(levelsFor(*book, m_plan.side), m_plan.side, bound)
               : std::nullopt;
}

std::optional<Quantity> Planner::withinOrderSizeRule() const
{
    const auto &own = m_context.limits.largestNotional;
    return own ? std::optional{quantityBought(*own, ruledPrice())} : std::nullopt;
}

/// What only reduces is held against no rule of risk.
std::optional<RuleKind> Planner::riskRuleRefusing(Quantity quantity) const
{
    if (quantity <= closable()) {
        return std::nullopt;
    }
    if (!m_riskRoom) {
        m_riskRoom.emplace(ruledOrder(), m_plan.stop, m_context);
    }
    return m_riskRoom->refusing(quantity);
}

Planner::Candidate Planner::safest(const SafeSize &rule) const
{
    std::vector<Candidate> candidates{byMarginShare(rule.marginShare), byBalance(), byBracket()};
    if (m_plan.stop) {
        candidates.push_back(byLoss(*lossBudget()));
    }
    const auto &lot = lotFor(m_spec, entryOrder().type);
    if (!lot.maxQty.isZero()) {
        candidates.push_back({SizeBound::MaxQuantity, lot.maxQty});
    }
    if (const auto within = withinOrderSizeRule()) {
        candidates.push_back({SizeBound::MaxQuantity, *within});
    }
    if (const auto within = withinTakeBound()) {
        candidates.push_back({SizeBound::TakeBound, *within});
    }
    return *std::ranges::min_element(candidates, {}, &Candidate::quantity);
}

Planner::Candidate Planner::wanted() const
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
    if (const auto *rule = std::get_if<SafeSize>(&m_plan.sizing)) {
        return safest(*rule);
    }
    return byLoss(*lossBudget());
}

/// What may be lost at the stop; nothing where the rule does not size by loss.
std::optional<Money> Planner::lossBudget() const
{
    if (const auto *rule = std::get_if<RiskAmount>(&m_plan.sizing)) {
        return rule->amount;
    }
    if (const auto *rule = std::get_if<RiskShare>(&m_plan.sizing)) {
        return shareOfEquity(rule->share);
    }
    const auto *rule = std::get_if<SafeSize>(&m_plan.sizing);
    if (rule == nullptr || !m_plan.stop) {
        return std::nullopt;
    }
    const Money budget = rule->riskAmount ? *rule->riskAmount : shareOfEquity(rule->riskShare);
    return std::min(budget, m_context.limits.largestRisk.value_or(budget));
}

/// Whether it is the user's own rule that says what may be lost at the stop.
bool Planner::isBudgetOfRule() const
{
    const auto *rule = std::get_if<SafeSize>(&m_plan.sizing);
    const auto &own = m_context.limits.largestRisk;
    return rule != nullptr && own && *own < rule->riskAmount.value_or(shareOfEquity(rule->riskShare));
}

bool Planner::fits(Quantity quantity, const std::optional<Money> &budget) const
{
    if (budget && m_stop && lossAtStop(quantity) > *budget) {
        return false;
    }
    if (!std::holds_alternative<SafeSize>(m_plan.sizing)) {
        return true;
    }
    if (riskRuleRefusing(quantity)) {
        return false;
    }
    const Quantity opening = quantity - std::min(quantity, closable());
    const Money cost = orderCost(m_plan.side, opening, assumedPrice(), markOrEntry(), m_plan.leverage);
    return opening.isZero() || cost + entryFill(quantity) * quantity * m_entryFeeRate <= m_available;
}

/// Bisected on the grid: more quantity never walks the book at a better price, so never loses less.
Quantity Planner::largestFitting(Quantity most, const std::optional<Money> &budget) const
{
    return largestThat(most, [&](Quantity quantity) { return fits(quantity, budget); });
}

/// The largest quantity on the grid that is good, where every smaller one is; zero where none is.
Quantity Planner::largestThat(Quantity most, const IsGood &isGood) const
{
    if (most.isZero() || isGood(most)) {
        return most;
    }
    const auto &lot = lotFor(m_spec, entryOrder().type);
    const Quantity step = lot.stepSize.isZero() ? Quantity::fromUnits(1) : lot.stepSize;
    Int128 good = -1; // steps above minQty
    Int128 bad = (most - lot.minQty).units() / step.units();
    while (bad - good > 1) {
        const Int128 middle = (good + bad) / 2;
        const Quantity tried = lot.minQty + Quantity::fromUnits(middle * step.units());
        (tried.isZero() || isGood(tried) ? good : bad) = middle;
    }
    return good < 0 ? Quantity{} : lot.minQty + Quantity::fromUnits(good * step.units());
}

/// What keeps the size from being a step larger.
SizeBound Planner::boundBeyond(Quantity fitting, const std::optional<Money> &budget) const
{
    const auto &lot = lotFor(m_spec, entryOrder().type);
    const Quantity more = fitting + (lot.stepSize.isZero() ? Quantity::fromUnits(1) : lot.stepSize);
    if (budget && m_stop && lossAtStop(more) > *budget) {
        return SizeBound::RiskAtStop;
    }
    const auto rule = std::holds_alternative<SafeSize>(m_plan.sizing) ? riskRuleRefusing(more) : std::nullopt;
    return !rule                             ? SizeBound::AvailableBalance
           : *rule == RuleKind::RiskPerTrade ? SizeBound::TradeRiskRule
                                             : SizeBound::OpenRiskRule;
}

void Planner::decideQuantity()
{
    const auto &lot = lotFor(m_spec, entryOrder().type);
    Candidate chosen = wanted();
    const Quantity most = lot.maxQty.isZero() ? largestQuantity : std::min(lot.maxQty, largestQuantity);
    if (chosen.quantity > most) {
        m_result.issues.push_back({DraftField::Quantity, -4005,
            fmt::format(
                "The exchange takes at most {} in one order: the size is cut to that.", most.toString()),
            most.toString(), Severity::Confirm, DraftCheck::QuantityFilter});
        chosen = {SizeBound::MaxQuantity, most};
    }
    m_result.bound = chosen.bound;
    const Quantity onGrid = roundedDownToLot(chosen.quantity, lot);
    const Quantity step = lot.stepSize.isZero() ? Quantity::fromUnits(1) : lot.stepSize;
    fitToBook(onGrid + step);
    const auto budget = lossBudget();
    m_result.quantity = largestFitting(onGrid, budget);
    if (m_result.quantity != onGrid) {
        m_result.bound = boundBeyond(m_result.quantity, budget);
    }
    // Below the least worth the exchange takes there is no such trade.
    const Quantity smallest = smallestQuantity(m_spec, entryOrder().type, m_plan.entry);
    if (m_result.quantity < smallest && !std::holds_alternative<FixedQuantity>(m_plan.sizing)) {
        m_result.quantity = {};
    }
    if (!m_isTrial) {
        m_result.sizeReason = sizeReason(chosen.quantity);
    }
}

std::string Planner::sizeReason(Quantity asked) const
{
    const auto &lot = lotFor(m_spec, entryOrder().type);
    const Quantity step = lot.stepSize.isZero() ? Quantity::fromUnits(1) : lot.stepSize;
    const std::string grid = fmt::format("{} {}", step.toString(), m_spec.baseAsset);
    const std::string rounded =
        asked == m_result.quantity
            ? fmt::format("it is a multiple of the step {}", grid)
            : fmt::format("{} is rounded down to the step {}",
                  asked.toFixed(std::min(8, step.decimals() + 3), Rounding::Down), grid);
    const auto money = [this](Money amount) {
        return fmt::format("{} {}", amount.toFixed(2), m_spec.quoteAsset);
    };
    switch (m_result.bound) {
    case SizeBound::Requested:
        return std::holds_alternative<QuoteAmount>(m_plan.sizing)
                   ? fmt::format("{} at the entry price: {}.",
                         money(std::get<QuoteAmount>(m_plan.sizing).notional), rounded)
                   : fmt::format("The quantity asked for: {}.", rounded);
    case SizeBound::MarginShare: {
        const auto *rule = std::get_if<MarginShare>(&m_plan.sizing);
        const Rate share = rule != nullptr ? rule->share : std::get<SafeSize>(m_plan.sizing).marginShare;
        return fmt::format("{} of margin at {}x: {}.", money(shareOfEquity(share)), m_plan.leverage, rounded);
    }
    case SizeBound::RiskAtStop: {
        const auto budget = lossBudget();
        const Quantity more = m_result.quantity + step;
        return budget && m_stop
                   ? fmt::format("The largest multiple of {} that loses at most {}{} at the stop, fees and "
                                 "slippage in it; {} would lose {}.",
                         grid, money(*budget),
                         isBudgetOfRule() ? ", which is your rule of risk per trade," : "", more.toString(),
                         money(lossAtStop(more)))
                   : std::string{"Sizing by the loss needs a stop."};
    }
    case SizeBound::AvailableBalance:
        return fmt::format(
            "The available {} pay margin and entry fee of no more: {}.", money(m_available), rounded);
    case SizeBound::BracketLimit:
        return fmt::format("At {}x the brackets let no more be held: {}.", m_plan.leverage, rounded);
    case SizeBound::MaxQuantity:
        return std::holds_alternative<SafeSize>(m_plan.sizing) && withinOrderSizeRule() &&
                       (lot.maxQty.isZero() || *withinOrderSizeRule() < lot.maxQty)
                   ? fmt::format("Your rule of order size allows {} in one order: {}.",
                         money(*m_context.limits.largestNotional), rounded)
                   : std::string{"The exchange takes no more in one order."};
    case SizeBound::TradeRiskRule:
    case SizeBound::OpenRiskRule:
        return fmt::format("The largest multiple of {} within your {}; {} would break it.", grid,
            toString(m_result.bound), (m_result.quantity + step).toString());
    case SizeBound::TakeBound:
        return fmt::format(
            "A market order trades at most {} % from the mark, and the order book holds no more "
            "up to there: {}.",
            (m_spec.marketTakeBound * 100).toString(), rounded);
    case SizeBound::None:
        break;
    }
    return "No quantity fits.";
}

} // namespace domain::detail
