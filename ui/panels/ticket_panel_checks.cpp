#include "models/domain/risk/filters.h"
#include "models/domain/risk/order_cost.h"
#include "models/domain/risk/plan.h"
#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/panels/ticket_panel.h"
#include "ui/widgets/decimal_edit.h"
#include "ui/widgets/field.h"
#include "ui/widgets/identify.h"

#include <QCheckBox>

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
    const bool opens = !m_reduceOnly->isChecked() && order.quantity.isPositive() && price.isPositive();
    if (!opens) {
        m_liquidation->display(QStringLiteral("--"));
        m_ratio->display(QStringLiteral("--"));
        return;
    }
    domain::TradePlan plan;
    plan.side = order.side;
    plan.positionSide = order.positionSide;
    plan.entry = price;
    plan.leverage = context.leverage;
    plan.marginType = context.marginType;
    plan.sizing = domain::FixedQuantity{order.quantity};
    plan.entryIsMaker = kind() == Kind::PostOnly;
    const domain::PlanResult after = domain::planTrade(plan, context);
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

} // namespace ui
