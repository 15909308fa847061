#include "models/domain/risk/plan_explain.h"

#include "models/domain/risk/filters.h"
#include "models/domain/risk/planner.h"

#include <algorithm>
#include <fmt/format.h>

namespace domain
{
namespace
{

/// One plan whose figures are explained.
class Explainer
{
public:
    Explainer(const TradePlan &plan, const DraftContext &context, const PlanResult &result)
        : m_plan{plan},
          m_context{context},
          m_result{result},
          m_spec{*context.spec},
          m_table{
              context.brackets != nullptr ? bracketsOf(*context.brackets, m_spec.symbol) : defaultBrackets()},
          m_words{explainContextOf(context)}
    {
        if (context.account != nullptr) {
            m_before = findPosition(*context.account, m_spec.symbol, plan.positionSide);
        }
    }

    std::optional<Explanation> of(PlanFigure figure, int part) const
    {
        switch (figure) {
        case PlanFigure::Size:
            return quantity();
        case PlanFigure::Notional:
            return explainNotional(m_plan.entry, PriceRole::Entry, m_result.quantity, m_words);
        case PlanFigure::BracketRoom:
            return explainBracketRoom(m_plan.entry, whole(), bracket(), m_words);
        case PlanFigure::InitialMargin:
            return explainInitialMargin(
                m_plan.entry, PriceRole::Entry, m_result.quantity, m_plan.leverage, m_words);
        case PlanFigure::MaintenanceMargin:
            return explainMaintenanceMargin(m_plan.entry, PriceRole::Entry, whole(), bracket(), m_words);
        case PlanFigure::Cost:
            return explainOrderCost(
                m_plan.side, m_result.opening, m_result.assumedPrice, mark(), m_plan.leverage, m_words);
        case PlanFigure::AvailableBefore:
            return available(assessDraftAccount(m_context));
        case PlanFigure::AvailableAfter:
            return available(outlook().risk);
        case PlanFigure::Liquidation:
            return liquidation(m_spec.symbol, m_plan.positionSide);
        case PlanFigure::Distance:
        case PlanFigure::DistanceInRanges:
            return distance(figure);
        case PlanFigure::Approximation:
            return explainApproximateLiquidation(
                m_plan.entry, m_plan.leverage, m_result.maintenanceMarginRate, m_plan.side, m_words);
        case PlanFigure::LeverageForStop:
            return leverageForStop();
        case PlanFigure::EntryFeeAsMaker:
            return explainFee(
                "Entry fee as maker", m_plan.entry, m_result.quantity, m_context.commission.maker, m_words);
        case PlanFigure::EntryFeeAsTaker:
            return explainFee("Entry fee as taker", m_result.entryFill, m_result.quantity,
                m_context.commission.taker, m_words);
        case PlanFigure::ExitFeeAsMaker:
        case PlanFigure::ExitFeeAsTaker:
            return exitFee(figure == PlanFigure::ExitFeeAsMaker);
        case PlanFigure::EntrySlippage:
            return slippage("Slippage of the entry", m_result.entrySlippage);
        case PlanFigure::StopSlippage:
            return m_result.atStop ? slippage("Slippage of the stop", m_result.stopSlippage) : std::nullopt;
        case PlanFigure::BreakEven:
            return explainBreakEven(m_result.entryFill, entryRate(), targetRate(), m_plan.side, m_words);
        case PlanFigure::Target:
            return target(part);
        case PlanFigure::Stop:
            return stop();
        case PlanFigure::RewardToRisk:
            return m_result.atTargets && m_result.atStop
                       ? std::optional{explainRewardToRisk(
                             m_result.atTargets->netPnl, -m_result.atStop->netPnl, true, m_words)}
                       : std::nullopt;
        case PlanFigure::GrossRewardToRisk:
            return grossRewardToRisk();
        case PlanFigure::Funding:
            return funding();
        case PlanFigure::RatioBefore:
            return ratio(assessDraftAccount(m_context));
        case PlanFigure::RatioAfter:
            return ratio(outlook().risk);
        case PlanFigure::OtherLiquidation:
            return other(part);
        }
        return std::nullopt;
    }

private:
    Price mark() const { return m_context.mark.isKnown() ? m_context.mark.price : m_plan.entry; }
    Rate entryRate() const
    {
        return m_plan.entryIsMaker ? m_context.commission.maker : m_context.commission.taker;
    }
    Rate targetRate() const
    {
        return m_plan.targetIsMaker ? m_context.commission.maker : m_context.commission.taker;
    }
    AccountOutlook outlook() const { return outlookOf(m_plan, m_context, m_result); }
    Quantity whole() const
    {
        const auto after = detail::mergedPosition(m_before, m_spec.symbol, m_plan, m_result.quantity);
        return after ? after->quantity : Quantity{};
    }
    const LeverageBracket &bracket() const { return bracketFor(m_table, m_plan.entry * whole()); }

    Explanation quantity() const
    {
        Explanation said{"Size", m_result.quantity.toString(), m_spec.baseAsset, "", "", {},
            "Headroom: position sizing on the exchange's grid", {m_result.sizeReason}};
        const auto &lot = lotFor(m_spec, OrderType::Limit);
        said.inputs.push_back(
            {"", "step of the quantity", lot.stepSize.toString(), m_spec.baseAsset, "exchange filters", {}});
        if (m_result.atStop) {
            said.inputs.push_back({"", "loss at the stop", shortText(-m_result.atStop->netPnl),
                m_spec.quoteAsset, "computed", {}});
        }
        return said;
    }

    std::optional<Explanation> available(const AccountRisk &risk) const
    {
        return explainAvailableBalance(risk.crossMarginBalance, risk.boundMargin, m_words);
    }

    std::optional<Explanation> liquidation(const Symbol &symbol, PositionSide side) const
    {
        const AccountOutlook after = outlook();
        const auto *position = after.risk.find(symbol, side);
        if (position == nullptr) {
            return std::nullopt;
        }
        const auto [legs, pool] = liquidationInputs(*position, after.risk, after.account);
        const auto &table =
            m_context.brackets != nullptr ? bracketsOf(*m_context.brackets, symbol) : defaultBrackets();
        ExplainContext words = m_words;
        words.quantity.source = "position after the trade";
        words.entry.source = "position after the trade";
        words.balance.source = "account after the trade";
        if (symbol != m_spec.symbol) {
            words.baseAsset.clear();
        }
        return explainLiquidation(legs, pool, table, position->mark, position->position.marginType, words);
    }

    std::optional<Explanation> distance(PlanFigure figure) const
    {
        if (!m_result.liquidationPrice) {
            return std::nullopt;
        }
        const Price price = *m_result.liquidationPrice;
        if (figure == PlanFigure::DistanceInRanges) {
            return m_result.liquidationRanges
                       ? std::optional{explainDistanceInRanges(
                             m_plan.entry, PriceRole::Entry, price, *m_context.averageRange, m_words)}
                       : std::nullopt;
        }
        const Side side =
            (m_plan.entry >= price) == !m_result.liquidationGap->isNegative() ? Side::Buy : Side::Sell;
        return explainDistance(m_plan.entry, PriceRole::Entry, price, side, m_words);
    }

    std::optional<Explanation> leverageForStop() const
    {
        if (!m_result.maxLeverageForStop || !m_result.atStop) {
            return std::nullopt;
        }
        Explanation said{"Highest leverage for the stop", std::to_string(*m_result.maxLeverageForStop), "x",
            "the highest L whose liquidation price lies behind the fill of the stop", "", {},
            "Headroom: search over the leverage, with the exchange's liquidation price at each", {}};
        said.inputs.push_back(
            {"", "fill of the stop", shortText(m_result.atStop->price), m_spec.quoteAsset, "computed", {}});
        if (m_result.liquidationPrice) {
            said.inputs.push_back({"", fmt::format("liquidation price at {}x", m_plan.leverage),
                shortText(*m_result.liquidationPrice), m_spec.quoteAsset, "computed", {}});
        }
        if (m_plan.marginType == MarginType::Cross) {
            said.remarks.push_back("With cross margin the leverage does not move the liquidation price.");
        }
        return said;
    }

    std::optional<Explanation> exitFee(bool asMaker) const
    {
        const auto &exit = m_result.atTargets ? m_result.atTargets : m_result.atStop;
        if (!exit) {
            return std::nullopt;
        }
        const Rate rate = asMaker ? m_context.commission.maker : m_context.commission.taker;
        const std::string where = m_result.atTargets ? "at the targets" : "at the stop";
        return explainFee(fmt::format("Exit fee {} as {}", where, asMaker ? "maker" : "taker"), exit->price,
            exit->quantity, rate, m_words);
    }

    std::optional<Explanation> slippage(const std::string &name, const PlannedSlippage &slippage) const
    {
        if (slippage.walked && !slippage.isAssumed) {
            return explainSlippage(name, *slippage.walked, m_words);
        }
        Explanation said{name, shortText(slippage.perUnit), m_spec.quoteAsset, "", "", {},
            "Headroom: the plan's own least slippage", {}};
        if (slippage.walked) {
            said.inputs.push_back(
                {"", "slippage in the order book now", shortText(slippage.walked->slippage()),
                    m_spec.quoteAsset, m_words.book.source, m_words.book.age});
            said.remarks.push_back("The plan assumes more than the order book says.");
        } else {
            said.remarks.push_back("There is no live order book to walk through, or the entry rests.");
        }
        return said;
    }

    std::optional<Explanation> target(int part) const
    {
        const PlannedExit *found = m_result.atTarget(part + 1);
        if (found == nullptr) {
            return std::nullopt;
        }
        const PlannedExit &exit = *found;
        auto said = explainOutcome(fmt::format("Profit at target {}", part + 1), m_plan.side, exit.quantity,
            m_result.entryFill, exit.price, exit.entryFee, exit.fee, m_words);
        if (m_result.runsOn.isPositive()) {
            said.remarks.push_back(fmt::format("{} {} run on: no target takes them, and they count nowhere.",
                m_result.runsOn.toString(), m_spec.baseAsset));
        }
        return said;
    }

    std::optional<Explanation> stop() const
    {
        if (!m_result.atStop) {
            return std::nullopt;
        }
        const auto &exit = *m_result.atStop;
        auto said = explainOutcome("Result at the stop", m_plan.side, exit.quantity, m_result.entryFill,
            exit.price, exit.entryFee, exit.fee, m_words);
        said.remarks.push_back(fmt::format("The stop at {} is taken to fill {} worse.",
            m_plan.stop->toString(), shortText(m_result.stopSlippage.perUnit)));
        return said;
    }

    std::optional<Explanation> grossRewardToRisk() const
    {
        if (!m_result.grossRewardToRisk || !m_plan.stop) {
            return std::nullopt;
        }
        const Money risk = (m_plan.entry - *m_plan.stop) * m_result.quantity * signOf(m_plan.side);
        Money reward;
        for (const auto &each : m_result.targets) {
            reward += (each.price - m_plan.entry) * each.quantity * signOf(m_plan.side);
        }
        return explainRewardToRisk(reward, risk, false, m_words);
    }

    std::optional<Explanation> funding() const
    {
        if (!m_result.funding) {
            return std::nullopt;
        }
        return explainFunding(m_plan.side, m_result.quantity, m_plan.entry, PriceRole::Entry,
            m_result.funding->rate, m_result.funding->settlements, m_words);
    }

    std::optional<Explanation> ratio(const AccountRisk &risk) const
    {
        if (m_plan.marginType == MarginType::Cross) {
            return explainMarginRatio("cross", risk.crossMaintenanceMargin, risk.crossMarginBalance, m_words);
        }
        const auto *position = risk.find(m_spec.symbol, m_plan.positionSide);
        return position != nullptr
                   ? std::optional{explainMarginRatio("isolated", position->maintenanceMargin,
                         position->position.isolatedWallet + position->unrealizedPnl, m_words)}
                   : std::nullopt;
    }

    std::optional<Explanation> other(int part) const
    {
        if (part < 0 || static_cast<std::size_t>(part) >= m_result.others.size()) {
            return std::nullopt;
        }
        const auto &moved = m_result.others[static_cast<std::size_t>(part)];
        auto said = liquidation(moved.symbol, moved.positionSide);
        if (said) {
            said->figure += " of " + moved.symbol;
            if (moved.before) {
                said->remarks.push_back(fmt::format("Before the trade it is {}.", shortText(*moved.before)));
            }
        }
        return said;
    }

    const TradePlan &m_plan;
    const DraftContext &m_context;
    const PlanResult &m_result;
    const SymbolSpec &m_spec;
    const LeverageBrackets &m_table;
    const Position *m_before = nullptr;
    ExplainContext m_words;
};

} // namespace

ExplainContext explainContextOf(const DraftContext &context)
{
    ExplainContext words;
    if (context.spec != nullptr) {
        words.baseAsset = context.spec->baseAsset;
        words.quoteAsset = context.spec->quoteAsset;
    }
    if (context.mark.isKnown()) {
        words.mark.age = words.funding.age = context.mark.age;
    }
    const auto since = [&context](Timestamp at) {
        return at == Timestamp{} || at > context.now ? std::optional<Milliseconds>{}
                                                     : std::optional{context.now - at};
    };
    words.brackets.age = context.bracketsAge;
    words.fees.age = context.commissionAge;
    words.fundingInterval = context.fundingInterval;
    words.fundingSchedule = {context.isFundingIntervalGiven ? "funding schedule of the exchange"
                                                            : "guessed from the settlements seen",
        context.fundingIntervalAge};
    const bool isGiven = context.spec != nullptr && context.brackets != nullptr &&
                         context.brackets->contains(context.spec->symbol);
    words.brackets.source = isGiven ? "leverage brackets of the exchange" : "shipped leverage brackets";
    if (context.account != nullptr) {
        words.balance.age = since(context.account->updatedAt);
    }
    if (context.book != nullptr) {
        words.book.age = since(context.book->at);
    }
    return words;
}

std::optional<Explanation> explainPlan(
    PlanFigure figure, const TradePlan &plan, const DraftContext &context, const PlanResult &result, int part)
{
    if (context.spec == nullptr || !result.quantity.isPositive()) {
        return std::nullopt;
    }
    return Explainer{plan, context, result}.of(figure, part);
}

} // namespace domain
