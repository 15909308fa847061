#include "ui/panels/plan_figures.h"

#include "models/live/market_state.h"
#include "models/live/positions_model.h"
#include "models/live/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/field.h"
#include "ui/widgets/identify.h"

#include <QFrame>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace ui
{

using domain::PlanFigure;

namespace
{

const QString nothing = QStringLiteral("--");
const QString arrow = QStringLiteral(" → ");

QString usdt(domain::Money amount)
{
    return live::fixedText(amount, 2) + QStringLiteral(" USDT");
}

/// "+123.45 USDT (+6.17 %)"
QString outcome(const domain::PlannedExit &exit)
{
    const QString share = exit.returnOnMargin
                              ? QStringLiteral(" (") + live::signedPercentText(*exit.returnOnMargin) + u')'
                              : QString{};
    return live::signedText(exit.netPnl, 2) + QStringLiteral(" USDT") + share;
}

const char *roleOf(domain::RiskLevel level)
{
    return level == domain::RiskLevel::Critical ? "block" : level == domain::RiskLevel::High ? "confirm" : "";
}

const char *signRole(domain::Money amount)
{
    return amount.isNegative() ? "negative" : amount.isPositive() ? "good" : "";
}

} // namespace

PlanFigures::PlanFigures(const QString &prefix, Scope scope, const live::MarketState &market,
    std::function<domain::DraftContext()> context, QWidget *parent)
    : QWidget{parent},
      m_prefix{prefix},
      m_scope{scope},
      m_market{market},
      m_context{std::move(context)},
      m_layout{new QVBoxLayout{this}}
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(3);
    build();
    clear();
}

Readout *PlanFigures::addPlain(const char *id, const QString &caption)
{
    auto *readout = new Readout{m_prefix + u'.' + QLatin1StringView{id}, caption};
    readout->setWraps(true);
    m_figures[id] = readout;
    m_layout->addWidget(readout);
    return readout;
}

Readout *PlanFigures::add(const char *id, const QString &caption, PlanFigure figure, int part)
{
    Readout *readout = addPlain(id, caption);
    readout->setExplainer(
        [this, figure, part] { return domain::explainPlan(figure, m_plan, m_context(), m_result, part); });
    return readout;
}

Explainer PlanFigures::explainerOf(PlanFigure figure, int part) const
{
    return [this, figure, part] { return domain::explainPlan(figure, m_plan, m_context(), m_result, part); };
}

void PlanFigures::heading(const QString &text)
{
    auto *line = new QFrame;
    line->setProperty("role", QStringLiteral("line"));
    m_layout->addSpacing(3);
    m_layout->addWidget(line);
    m_layout->addWidget(roleLabel(text, "heading"));
}

void PlanFigures::build()
{
    if (isWhole()) {
        heading(tr("Size"));
        add("quantity", tr("Size"), PlanFigure::Size);
        addPlain("bound", tr("Bound by"))->setToolTip(tr("What keeps the size from being larger"));
        add("notional", tr("Notional"), PlanFigure::Notional);
    } else {
        heading(tr("Plan"));
    }
    add("bracket", tr("Leverage bracket"), PlanFigure::BracketRoom)
        ->setToolTip(tr("Bracket of the whole position, its highest leverage, and the notional left in it"));
    if (isWhole()) {
        heading(tr("Margin"));
        add("initialMargin", tr("Initial margin"), PlanFigure::InitialMargin);
    }
    add("maintenanceMargin", tr("Maintenance margin"), PlanFigure::MaintenanceMargin)
        ->setToolTip(tr("With its rate; of the whole position after the trade"));
    if (isWhole()) {
        add("required", tr("Cost"), PlanFigure::Cost)
            ->setToolTip(tr("What the exchange asks for: margin and open loss; the fee comes on top"));
        heading(tr("Liquidation"));
        add("liquidation", tr("Liquidation price"), PlanFigure::Liquidation)
            ->setToolTip(tr("Of the whole position after the trade"));
    }
    add("distance", tr("Distance"), PlanFigure::Distance)->setToolTip(tr("From the entry to liquidation"));
    add("ranges", tr("Distance in ATR"), PlanFigure::DistanceInRanges)
        ->setToolTip(tr("In average true ranges of 14 hourly candles"));
    if (isWhole()) {
        add("approximate", tr("Approximation"), PlanFigure::Approximation)
            ->setToolTip(tr("Entry × (1 ∓ (1/leverage − maintenance rate)), for comparison"));
    }
    add("stopLeverage", tr("Highest for stop"), PlanFigure::LeverageForStop)
        ->setToolTip(tr("Highest leverage at which the stop comes before liquidation"));
    if (isWhole()) {
        heading(tr("Costs"));
    }
    add("entryFeeMaker", tr("Entry fee, maker"), PlanFigure::EntryFeeAsMaker);
    add("entryFeeTaker", tr("Entry fee, taker"), PlanFigure::EntryFeeAsTaker);
    if (isWhole()) {
        add("exitFeeMaker", tr("Exit fee, maker"), PlanFigure::ExitFeeAsMaker);
        add("exitFeeTaker", tr("Exit fee, taker"), PlanFigure::ExitFeeAsTaker);
    }
    add("entrySlippage", tr("Entry slippage"), PlanFigure::EntrySlippage)
        ->setToolTip(tr("Walked through the live order book"));
    add("stopSlippage", tr("Stop slippage"), PlanFigure::StopSlippage)
        ->setToolTip(tr("The order book's shape now, moved to the stop; at least the plan's own"));
    add("breakEven", tr("Break-even"), PlanFigure::BreakEven)->setToolTip(tr("Exit that pays both fees"));
    if (isWhole()) {
        add("funding", tr("Funding, estimate"), PlanFigure::Funding)
            ->setToolTip(tr("Until the planned exit, at the rate of now"));
        heading(tr("Outcome after fees and slippage"));
    }
    add("atStop", tr("At stop"), PlanFigure::Stop);
    buildTargets();
    add("reward", tr("Reward to risk, net"), PlanFigure::RewardToRisk);
    if (isWhole()) {
        add("rewardGross", tr("Reward to risk, gross"), PlanFigure::GrossRewardToRisk);
        heading(tr("Account after the trade"));
        add("ratio", tr("Margin ratio"), PlanFigure::RatioAfter);
    }
    add("balance", tr("Available"), PlanFigure::AvailableAfter)->setToolTip(tr("Before and after the trade"));
    addPlain("level", tr("Risk level"))->setToolTip(tr("Of the whole account, before and after the trade"));
    m_othersLayout = new QVBoxLayout;
    m_othersLayout->setSpacing(3);
    m_layout->addLayout(m_othersLayout);
}

void PlanFigures::buildTargets()
{
    static constexpr const char *names[] = {"atTarget1", "atTarget2", "atTarget3", "atTarget4", "atTarget5"};
    for (int part = 0; part < static_cast<int>(std::size(names)); ++part) {
        m_targets.push_back(add(names[part], tr("At target %1").arg(part + 1), PlanFigure::Target, part));
    }
}

void PlanFigures::display(const char *id, const QString &text, const char *role)
{
    if (const auto found = m_figures.find(id); found != m_figures.end()) {
        found->second->display(text, role);
    }
}

void PlanFigures::note(const char *id, const QString &text)
{
    if (const auto found = m_figures.find(id); found != m_figures.end()) {
        found->second->setNote(text);
    }
}

QString PlanFigures::price(const domain::Price &price) const
{
    return live::fixedText(price, m_spec.priceDecimals()) + u' ' + live::toQString(m_spec.quoteAsset);
}

void PlanFigures::clear()
{
    m_result = {};
    for (const auto &[id, readout] : m_figures) {
        readout->display(nothing);
        readout->setNote({});
    }
    for (std::size_t at = 0; at < m_targets.size(); ++at) {
        m_targets[at]->setVisible(at == 0);
    }
    for (Readout *other : m_others) {
        other->hide();
    }
}

void PlanFigures::show(
    const domain::TradePlan &plan, const domain::PlanResult &result, const domain::SymbolSpec &spec)
{
    m_plan = plan;
    m_result = result;
    m_spec = spec;
    if (!result.quantity.isPositive()) {
        clear();
        m_result = result;
        display("bound", live::toQString(domain::toString(result.bound)));
        return;
    }
    showSize();
    showMargin();
    showLiquidation();
    showCosts();
    showOutcome();
    showAccount();
}

void PlanFigures::showSize()
{
    display("quantity", live::fixedText(m_result.quantity, m_spec.quantityDecimals()) + u' ' +
                            live::toQString(m_spec.baseAsset));
    note("quantity", withGroupedNumbers(live::toQString(m_result.sizeReason)));
    display("bound", live::toQString(domain::toString(m_result.bound)));
    display("notional", usdt(m_result.notional));
    display("bracket", tr("%1, up to %2x, %3 left")
                           .arg(m_result.bracket)
                           .arg(m_result.maxLeverage)
                           .arg(live::compactText(m_result.bracketRoom).trimmed()));
}

void PlanFigures::showMargin()
{
    display("initialMargin", usdt(m_result.initialMargin));
    display("maintenanceMargin", usdt(m_result.maintenanceMargin) + QStringLiteral(" (") +
                                     live::percentText(m_result.maintenanceMarginRate) + u')');
    display("required", usdt(m_result.requiredBalance), m_result.isSufficient() ? "" : "block");
    note("required",
        m_result.isSufficient() ? QString{} : tr("%1 are missing.").arg(usdt(m_result.missingBalance)));
}

void PlanFigures::showLiquidation()
{
    const auto &liquidation = m_result.liquidationPrice;
    display("liquidation", liquidation ? price(*liquidation) : tr("none"));
    display("distance", m_result.liquidationDistance
                            ? live::percentText(*m_result.liquidationDistance) + QStringLiteral(", ") +
                                  price(*m_result.liquidationGap)
                            : nothing);
    display("ranges",
        m_result.liquidationRanges ? live::fixedText(*m_result.liquidationRanges, 1) + tr(" ATR") : nothing);
    display("approximate",
        m_result.approximateLiquidationPrice ? price(*m_result.approximateLiquidationPrice) : nothing);
    const auto &leverage = m_result.maxLeverageForStop;
    display("stopLeverage", !leverage        ? nothing
                            : *leverage == 0 ? tr("no leverage")
                                             : tr("%1x").arg(*leverage));
}

void PlanFigures::showCosts()
{
    display("entryFeeMaker", usdt(m_result.entryFeeAsMaker));
    display("entryFeeTaker", usdt(m_result.entryFeeAsTaker));
    const auto &exit = m_result.atTargets ? m_result.atTargets : m_result.atStop;
    display("exitFeeMaker", exit ? usdt(exit->feeAsMaker) : nothing);
    display("exitFeeTaker", exit ? usdt(exit->feeAsTaker) : nothing);
    const auto slippage = [this](const char *id, const domain::PlannedSlippage &slip, bool isPlanned) {
        display(id, isPlanned ? usdt(slip.cost) : nothing);
        const bool isThin = slip.walked && slip.walked->isThin();
        note(id, !isPlanned           ? QString{}
                 : isThin             ? tr("The order book is thinner than the size.")
                 : !slip.isAssumed    ? QString{}
                 : slip.walked        ? tr("The plan's own; the order book says less.")
                 : slip.cost.isZero() ? QString{}
                                      : tr("The plan's own; there is no live order book."));
    };
    slippage("entrySlippage", m_result.entrySlippage, true);
    slippage("stopSlippage", m_result.stopSlippage, m_result.atStop.has_value());
    display("breakEven", price(m_result.breakEvenPrice));
    const auto &funding = m_result.funding;
    display("funding", funding ? live::signedText(funding->amount, 2) + QStringLiteral(" USDT") : nothing,
        funding ? signRole(funding->amount) : "");
    if (!funding) {
        return note("funding", {});
    }
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(funding->interval).count();
    note("funding", tr("Settlements until the planned exit: %1 of %2, every %3 h%4.")
                        .arg(funding->settlements)
                        .arg(live::signedPercentText(funding->rate, 4))
                        .arg(hours)
                        .arg(funding->isIntervalGiven ? QString{} : tr(" (guessed)")));
}

void PlanFigures::showOutcome()
{
    const auto &stop = m_result.atStop;
    display("atStop", stop ? outcome(*stop) : nothing, stop ? signRole(stop->netPnl) : "");
    note("atStop", stop ? tr("Fills at %1").arg(price(stop->price)) : QString{});
    Readout *first = m_targets.front();
    for (std::size_t at = 0; at < m_targets.size(); ++at) {
        const auto *target = m_result.atTarget(static_cast<int>(at) + 1);
        Readout *readout = m_targets[at];
        readout->setVisible(target || (at == 0 && m_result.targets.empty()));
        readout->setCaption(m_plan.targets.size() > 1 ? tr("At target %1").arg(at + 1) : tr("At target"));
        readout->display(target ? outcome(*target) : nothing, target ? signRole(target->netPnl) : "");
        readout->setNote({});
        first = target && target == &m_result.targets.front() ? readout : first;
    }
    const bool runsOn = m_result.atTargets && m_result.runsOn.isPositive();
    first->setNote(runsOn ? tr("%1 %2 run on: no target takes them.")
                                .arg(live::fixedText(m_result.runsOn, m_spec.quantityDecimals()),
                                    live::toQString(m_spec.baseAsset))
                          : QString{});
    const auto ratio = [](const std::optional<domain::Rate> &value) {
        return value ? live::fixedText(*value, 2) + QStringLiteral(" : 1") : nothing;
    };
    display("reward", ratio(m_result.rewardToRisk));
    display("rewardGross", ratio(m_result.grossRewardToRisk));
}

void PlanFigures::showAccount()
{
    display("ratio", live::ratioText(m_result.ratioBefore) + arrow + live::ratioText(m_result.ratioAfter),
        roleOf(domain::levelOf(m_result.ratioAfter)));
    display("balance", live::fixedText(m_result.availableBalance, 2) + arrow + usdt(m_result.availableAfter));
    display("level",
        live::toQString(domain::toString(m_result.levelBefore)) + arrow +
            live::toQString(domain::toString(m_result.levelAfter)),
        roleOf(m_result.levelAfter));
    while (m_others.size() < m_result.others.size()) {
        const int part = static_cast<int>(m_others.size());
        auto *readout = new Readout{m_prefix + QStringLiteral(".other%1").arg(part + 1), QString{}};
        readout->setWraps(true);
        readout->setExplainer(explainerOf(PlanFigure::OtherLiquidation, part));
        readout->setTabStop(false);
        m_others.push_back(readout);
        m_othersLayout->addWidget(readout);
    }
    for (std::size_t at = 0; at < m_others.size(); ++at) {
        const bool isThere = at < m_result.others.size();
        m_others[at]->setVisible(isThere);
        if (!isThere) {
            continue;
        }
        const domain::MovedLiquidation &other = m_result.others[at];
        const int decimals = m_market.priceDecimals(other.symbol);
        const auto words = [decimals](const std::optional<domain::Price> &value) {
            return value ? live::fixedText(*value, decimals) : tr("none");
        };
        m_others[at]->setCaption(tr("%1 liquidation").arg(live::toQString(other.symbol)));
        m_others[at]->display(words(other.before) + arrow + words(other.after));
    }
}

} // namespace ui
