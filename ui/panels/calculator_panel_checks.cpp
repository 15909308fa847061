// What is wrong with the plan, where the calculator says so, and the buttons that mend it.

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/panels/calculator_panel.h"
#include "ui/widgets/decimal_edit.h"
#include "ui/widgets/field.h"
#include "ui/widgets/target_rows.h"

#include <QComboBox>
#include <QPushButton>
#include <QSpinBox>

#include <algorithm>
#include <map>

namespace ui
{

using domain::DraftField;

Field *CalculatorPanel::fieldOf(const domain::DraftIssue &issue) const
{
    switch (issue.field) {
    case DraftField::Leverage:
    case DraftField::MarginType:
        return m_leverageField;
    case DraftField::StopPrice:
        return m_stopField;
    case DraftField::Price:
        return m_entryField;
    case DraftField::Quantity:
        return sizing() != Sizing::Safe ? m_amountField : nullptr;
    default:
        return nullptr;
    }
}

void CalculatorPanel::showIssues()
{
    struct Shown
    {
        QStringList texts;
        domain::Severity severity = domain::Severity::Confirm;
        QString mend;
    };
    std::map<Field *, Shown> atFields;
    std::map<int, Shown> atTargets;
    std::size_t free = 0;
    const auto rows = typedTargets();
    const auto put = [](Shown &shown, const domain::DraftIssue &issue) {
        shown.texts << withGroupedNumbers(live::toQString(issue.text));
        shown.severity = std::min(shown.severity, issue.severity);
        if (shown.mend.isEmpty()) {
            shown.mend = mendWords(issue);
        }
    };
    for (const domain::DraftIssue &issue : m_result.issues) {
        const bool isOfTarget =
            issue.field == DraftField::TargetPrice || issue.field == DraftField::TargetShare;
        if (isOfTarget && static_cast<std::size_t>(issue.part) < rows.size()) {
            put(atTargets[rows[static_cast<std::size_t>(issue.part)]], issue);
        } else if (Field *field = fieldOf(issue)) {
            put(atFields[field], issue);
        } else if (free < m_issues.size()) {
            m_issues[free++]->display(
                withGroupedNumbers(live::toQString(issue.text)), issue.severity, mendWords(issue));
        }
    }
    for (; free < m_issues.size(); ++free) {
        m_issues[free]->display({}, domain::Severity::Blocks);
    }
    for (Field *field : {m_entryField, m_stopField, m_leverageField, m_amountField}) {
        const Shown &shown = atFields[field];
        field->setMessage(shown.texts.join(u'\n'), shown.severity, shown.mend);
    }
    for (int each = 0; each < m_targets->rows(); ++each) {
        const Shown &shown = atTargets[each];
        m_targets->setMessage(each, shown.texts.join(u'\n'), shown.severity, shown.mend);
    }
    const bool isGood = m_result.quantity.isPositive() && domain::maySend(m_result.issues);
    m_handOver->setEnabled(isGood);
    m_handOver->setToolTip(
        isGood ? tr("Fills the order ticket; sends nothing") : tr("The plan has faults; see above."));
}

void CalculatorPanel::mendAt(const Field *field)
{
    const auto found = std::ranges::find_if(m_result.issues, [&](const domain::DraftIssue &issue) {
        return fieldOf(issue) == field && !issue.suggestion.empty();
    });
    if (found != m_result.issues.end()) {
        mend(domain::DraftIssue{*found});
    }
}

void CalculatorPanel::mend(const domain::DraftIssue &issue)
{
    if (const auto planned = plan()) {
        fill(domain::mended(*planned, issue));
    }
}

/// Puts into the fields what differs from them.
void CalculatorPanel::fill(const domain::TradePlan &planned)
{
    const auto before = plan();
    const int decimals = m_tools.window.models.market.priceDecimals(m_tools.link.symbol());
    m_isFilling = true;
    m_entry->setValue(planned.entry, decimals);
    if (planned.stop) {
        m_stop->setValue(*planned.stop, decimals);
    }
    const auto rows = typedTargets();
    for (std::size_t part = 0; part < std::min(rows.size(), planned.targets.size()); ++part) {
        m_targets->setPrice(rows[part], planned.targets[part].price);
        m_targets->setShare(rows[part], planned.targets[part].share);
    }
    m_leverage->setValue(planned.leverage);
    m_marginType->setCurrentIndex(planned.marginType == domain::MarginType::Cross ? 0 : 1);
    const auto *fixed = std::get_if<domain::FixedQuantity>(&planned.sizing);
    const auto *was = before ? std::get_if<domain::FixedQuantity>(&before->sizing) : nullptr;
    if (fixed && (!was || was->quantity != fixed->quantity)) {
        m_sizing->setCurrentIndex(m_sizing->findData(static_cast<int>(Sizing::Fixed)));
        m_amount->setValue(
            fixed->quantity, m_tools.window.models.market.quantityDecimals(m_tools.link.symbol()));
    }
    m_isFilling = false;
    refresh();
}

} // namespace ui
