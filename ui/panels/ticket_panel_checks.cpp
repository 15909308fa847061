#include "models/domain/risk/filters.h"
#include "models/domain/risk/order_cost.h"
#include "models/domain/risk/plan.h"
#include "models/live/models.h"
#include "models/live/text.h"
#include "models/ports/trading.h"
#include "ui/panels/plan_figures.h"
#include "ui/panels/ticket_panel.h"
#include "ui/widgets/bracket_fields.h"
#include "ui/widgets/decimal_edit.h"
#include "ui/widgets/field.h"
#include "ui/widgets/identify.h"

#include <QCheckBox>
#include <QComboBox>
#include <QSpinBox>

#include <algorithm>

namespace ui
{

using domain::DraftField;

QString TicketPanel::leverageRefusal(int wanted) const
{
    const domain::Symbol &symbol = m_tools.link.symbol();
    const auto &rule = m_tools.window.models.rules.state().active.of(domain::RuleKind::Leverage);
    const int now = m_tools.window.models.account.config(symbol).leverage;
    const bool isRefused = rule.limit && rule.action != domain::RuleAction::Warn && wanted > now &&
                           domain::RuleLimit::of(wanted) > *rule.limit;
    return isRefused ? tr("Your rules allow at most %1x: %2 stays at %3x.")
                           .arg(live::toQString(rule.limit->toString()), live::toQString(symbol))
                           .arg(now)
                     : QString{};
}

void TicketPanel::changeLeverage()
{
    const int wanted = m_leverage->value();
    const domain::Symbol symbol = m_tools.link.symbol();
    const int now = m_tools.window.models.account.config(symbol).leverage;
    if (symbol.empty() || wanted == now) {
        return;
    }
    m_leverageRefusal = leverageRefusal(wanted);
    if (!m_leverageRefusal.isEmpty()) {
        const QSignalBlocker quietly{m_leverage};
        m_leverage->setValue(now);
    }
    refresh();
    if (!m_leverageRefusal.isEmpty()) {
        return;
    }
    say(tr("Setting the leverage to %1x …").arg(wanted));
    ports::whenFinished(m_tools.window.trading.setLeverage(symbol, wanted), this,
        [this, wanted](const domain::Result<domain::SymbolConfig> &result) {
            say(result ? tr("Leverage is %1x.").arg(result->leverage)
                       : tr("Leverage was not set to %1x: %2")
                             .arg(wanted)
                             .arg(live::toQString(result.error().detail)));
            if (!result) {
                m_leverage->clearFocus();
                applyConfig();
            }
        });
}

void TicketPanel::changeMarginType()
{
    const auto wanted = static_cast<domain::MarginType>(m_marginType->currentData().toInt());
    const domain::Symbol symbol = m_tools.link.symbol();
    if (symbol.empty() || wanted == m_tools.window.models.account.config(symbol).marginType) {
        return;
    }
    say(tr("Setting the margin type …"));
    ports::whenFinished(m_tools.window.trading.setMarginType(symbol, wanted), this,
        [this](const domain::Result<domain::SymbolConfig> &result) {
            say(result ? tr("Margin type is %1.").arg(live::marginTypeWord(result->marginType))
                       : tr("Margin type was not changed: %1").arg(live::toQString(result.error().detail)));
            if (!result) {
                applyConfig();
            }
        });
}

void TicketPanel::showIssues(const domain::DraftIssues &found)
{
    struct Place
    {
        Field *field;
        bool isBlank; ///< nothing typed yet: no scolding, the button stays off
        const domain::DraftIssue *issue = nullptr;
    };
    Place leverage{m_leverageField, false};
    Place price{m_priceField, m_price->isBlank()};
    Place trigger{m_triggerField, m_trigger->isBlank()};
    Place size{m_sizeField, m_size->isBlank()};
    Place general{nullptr, false};
    const bool isRiskSaid = m_planFault && m_planFault->check == domain::DraftCheck::RiskLimit;
    for (const domain::DraftIssue &issue : found) {
        if (isRiskSaid && issue.check == domain::DraftCheck::RiskLimit) {
            continue; // the plan says it, with what would mend it
        }
        Place &place = issue.field == DraftField::Quantity       ? size
                       : issue.field == DraftField::Price        ? price
                       : issue.field == DraftField::TriggerPrice ? trigger
                       : issue.field == DraftField::Leverage || issue.field == DraftField::MarginType
                           ? leverage
                           : general;
        const bool isWorse = place.issue && issue.severity == domain::Severity::Blocks &&
                             place.issue->severity != issue.severity;
        if (!place.issue || isWorse) {
            place.issue = &issue;
        }
    }
    m_faults.clear();
    for (const Place &place : {leverage, price, trigger, size}) {
        if (!place.issue || place.isBlank) {
            place.field->setMessage({});
            continue;
        }
        m_faults[place.field] = *place.issue;
        place.field->setMessage(withGroupedNumbers(live::toQString(place.issue->text)), place.issue->severity,
            mendWords(*place.issue));
    }
    if (!m_leverageRefusal.isEmpty() && !leverage.issue) {
        m_leverageField->setMessage(m_leverageRefusal, domain::Severity::Blocks);
    }
    const QString blocked = blockedReason();
    const bool isNothingTyped = size.isBlank && price.isBlank && trigger.isBlank;
    const QString text = !blocked.isEmpty() ? blocked
                         : isNothingTyped || !general.issue
                             ? QString{}
                             : withGroupedNumbers(live::toQString(general.issue->text));
    const bool blocks =
        !blocked.isEmpty() || (general.issue && general.issue->severity == domain::Severity::Blocks);
    showSentence(m_general, text);
    m_general->setVisible(!text.isEmpty());
    m_general->setProperty("role", QLatin1StringView{blocks ? "block" : "confirm"});
    restyle(m_general);
}

void TicketPanel::showFigures(const domain::NewOrder &order)
{
    const live::Models &models = m_tools.window.models;
    const domain::SymbolSpec *spec = models.market.spec(order.symbol);
    const domain::Price price = valuationPrice();
    const domain::AccountState *account = models.account.state();
    const bool isSane = order.quantity <= domain::largestQuantity && price <= domain::largestPrice;
    if (!spec || !account || !isSane) {
        for (Readout *figure : {m_value, m_cost, m_max, m_liquidation, m_ratio}) {
            figure->display(QStringLiteral("--"));
        }
        return;
    }
    const domain::DraftContext context = models.account.draftContext(order.symbol);
    m_value->display(order.quantity.isPositive() && price.isPositive()
                         ? live::fixedText(order.quantity * price, 2) + QStringLiteral(" USDT")
                         : QStringLiteral("--"));
    const auto cost = order.quantity.isPositive() ? domain::requiredBalance(order, context) : std::nullopt;
    m_cost->display(cost ? live::fixedText(*cost, 2) + QStringLiteral(" USDT") : QStringLiteral("--"));
    const domain::Quantity most = largest();
    m_max->display(live::fixedText(most, spec->quantityDecimals()) + u' ' + live::toQString(spec->baseAsset));
    followShare(order, most);
    const auto plan = planOf(order);
    if (!plan) {
        m_liquidation->display(QStringLiteral("--"));
        m_ratio->display(QStringLiteral("--"));
        return;
    }
    const domain::PlanResult after = domain::planTrade(*plan, models.planInputs.context());
    m_liquidation->display(
        after.liquidationPrice
            ? live::fixedText(*after.liquidationPrice, spec->priceDecimals()) + QStringLiteral(" USDT")
            : tr("none"));
    m_ratio->display(live::ratioText(after.ratioBefore) + QStringLiteral(" → ") +
                         live::ratioText(after.ratioAfter) + u' ' +
                         live::toQString(domain::toString(after.levelAfter)),
        after.levelAfter >= domain::RiskLevel::Critical ? "block"
        : after.levelAfter == domain::RiskLevel::High   ? "confirm"
                                                        : "");
}

std::optional<domain::TradePlan> TicketPanel::planOf(const domain::NewOrder &order) const
{
    const domain::Price price = valuationPrice();
    const bool isSane = order.quantity <= domain::largestQuantity && price <= domain::largestPrice;
    if (m_reduceOnly->isChecked() || !order.quantity.isPositive() || !price.isPositive() || !isSane) {
        return std::nullopt;
    }
    const domain::SymbolConfig config = m_tools.window.models.account.config(order.symbol);
    domain::TradePlan plan;
    plan.side = order.side;
    plan.positionSide = order.positionSide;
    plan.entry = price;
    plan.leverage = config.leverage;
    plan.marginType = config.marginType;
    plan.sizing = domain::FixedQuantity{order.quantity};
    plan.entryIsMaker = kind() == Kind::PostOnly;
    if (m_tools.window.models.planInputs.isBookLive()) {
        plan.stopSlippage = {};
    }
    if (isBracket() && m_bracket->problem(order, price).isEmpty()) {
        const domain::BracketPlan bracket = m_bracket->plan(order);
        plan.stop = bracket.stopTrigger;
        for (const domain::BracketPlan::Target &target : bracket.targets) {
            plan.targets.push_back({target.price, target.share});
        }
        plan.targetIsMaker = true; // they are limit orders
    }
    return plan;
}

/// The plan in figures, and what stands against its stop and its risk; the rest the ticket's own checks say.
void TicketPanel::showPlan(const domain::NewOrder &order)
{
    const domain::SymbolSpec *spec = m_tools.window.models.market.spec(order.symbol);
    const auto plan = planOf(order);
    m_planFault.reset();
    m_plan->setVisible(spec && plan);
    if (!spec || !plan || !m_tools.window.models.account.state()) {
        m_planIssue->display({}, domain::Severity::Blocks);
        m_plan->clear(); // nor is a figure of the last plan explained
        return;
    }
    const domain::PlanResult result = domain::planTrade(*plan, m_tools.window.models.planInputs.context());
    m_plan->show(*plan, result, *spec);
    const auto isOfPlan = [](const domain::DraftIssue &issue) {
        using domain::DraftCheck;
        return issue.severity == domain::Severity::Blocks &&
               (issue.check == DraftCheck::StopBeyondLiquidation ||
                   issue.check == DraftCheck::StopNearLiquidation || issue.check == DraftCheck::RiskLimit);
    };
    const auto found = std::ranges::find_if(result.issues, isOfPlan);
    if (found != result.issues.end()) {
        m_planFault = *found;
    }
    m_planIssue->display(m_planFault ? withGroupedNumbers(live::toQString(m_planFault->text)) : QString{},
        domain::Severity::Blocks, m_planFault ? mendWords(*m_planFault) : QString{});
}

void TicketPanel::mendPlan()
{
    if (m_planFault && !m_planFault->suggestion.empty()) {
        mend(domain::DraftIssue{*m_planFault});
    }
}

void TicketPanel::mend(const domain::DraftIssue &fault)
{
    const live::MarketState &market = m_tools.window.models.market;
    const domain::Symbol &symbol = m_tools.link.symbol();
    const auto price = domain::Price::parse(fault.suggestion);
    switch (fault.field) {
    case DraftField::Leverage:
        m_leverage->setValue(live::toQString(fault.suggestion).toInt()); // sets it at the exchange
        break;
    case DraftField::Quantity:
        if (const auto quantity = domain::Quantity::parse(fault.suggestion)) {
            m_unit->setCurrentIndex(0);
            m_size->setValue(*quantity, market.quantityDecimals(symbol));
        }
        break;
    case DraftField::Price:
    case DraftField::TriggerPrice:
        if (price) {
            (fault.field == DraftField::Price ? m_price : m_trigger)
                ->setValue(*price, market.priceDecimals(symbol));
        }
        break;
    case DraftField::StopPrice:
        if (price) {
            m_bracket->setStop(*price);
        }
        break;
    default:
        break;
    }
    refresh();
}

} // namespace ui
