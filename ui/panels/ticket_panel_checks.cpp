#include "models/domain/risk/filters.h"
#include "models/domain/risk/order_cost.h"
#include "models/domain/risk/plan.h"
#include "models/live/models.h"
#include "models/live/text.h"
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

void TicketPanel::showIssues(const domain::DraftIssues &found)
{
    struct Place
    {
        Field *field;
        bool isBlank; ///< nothing typed yet: no scolding, the button stays off
        QString text;
        domain::Severity severity = domain::Severity::Confirm;
    };
    Place leverage{m_leverageField, false, {}};
    Place price{m_priceField, m_price->isBlank(), {}};
    Place trigger{m_triggerField, m_trigger->isBlank(), {}};
    Place size{m_sizeField, m_size->isBlank(), {}};
    Place general{nullptr, false, {}};
    for (const domain::DraftIssue &issue : found) {
        Place &place = issue.field == DraftField::Quantity       ? size
                       : issue.field == DraftField::Price        ? price
                       : issue.field == DraftField::TriggerPrice ? trigger
                       : issue.field == DraftField::Leverage || issue.field == DraftField::MarginType
                           ? leverage
                           : general;
        const bool isWorse = issue.severity == domain::Severity::Blocks && place.severity != issue.severity;
        if (place.text.isEmpty() || isWorse) {
            place.text = live::toQString(issue.text);
            place.severity = issue.severity;
        }
    }
    for (const Place &place : {leverage, price, trigger, size}) {
        place.field->setMessage(place.isBlank ? QString{} : place.text, place.severity);
    }
    const QString blocked = blockedReason();
    const bool isNothingTyped = size.isBlank && price.isBlank && trigger.isBlank;
    const QString text = !blocked.isEmpty() ? blocked : isNothingTyped ? QString{} : general.text;
    const bool blocks = !blocked.isEmpty() || general.severity == domain::Severity::Blocks;
    m_general->setText(text);
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
    m_max->display(
        live::fixedText(largest(), spec->quantityDecimals()) + u' ' + live::toQString(spec->baseAsset));
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
    if (!m_planFault || m_planFault->suggestion.empty()) {
        return;
    }
    const domain::DraftIssue fault = *m_planFault;
    const domain::NewOrder order = draft();
    if (fault.field == DraftField::Leverage) {
        m_leverage->setValue(live::toQString(fault.suggestion).toInt()); // sets it at the exchange
    } else if (fault.field == DraftField::Quantity) {
        if (const auto quantity = domain::Quantity::parse(fault.suggestion)) {
            m_unit->setCurrentIndex(0);
            m_size->setValue(*quantity, m_tools.window.models.market.quantityDecimals(order.symbol));
        }
    } else if (const auto price = domain::Price::parse(fault.suggestion)) {
        m_bracket->setStop(*price);
    }
    refresh();
}

} // namespace ui
