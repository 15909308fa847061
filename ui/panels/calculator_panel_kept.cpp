// The calculator's plans over a restart and over a change of the symbol: each symbol has its own.

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/panels/calculator_panel.h"
#include "ui/widgets/decimal_edit.h"
#include "ui/widgets/target_rows.h"

#include <QCheckBox>
#include <QComboBox>
#include <QPushButton>
#include <QSpinBox>

#include <algorithm>

namespace ui
{

namespace
{

const QString habitsKey = QStringLiteral("calculator/habits"); ///< what holds for every symbol

QString planKey(const domain::Symbol &symbol)
{
    return QStringLiteral("plans/") + live::toQString(symbol);
}

/// What is no number is as good as nothing.
void putNumber(DecimalEdit *edit, const QVariant &kept)
{
    edit->setText(kept.toString());
    if (!edit->isBlank() && !edit->value<domain::Price>()) {
        edit->clear();
    }
}

void putChoice(QComboBox *box, const QVariant &kept)
{
    bool isNumber = false;
    const int at = box->findData(kept.toInt(&isNumber));
    box->setCurrentIndex(isNumber && at >= 0 ? at : box->currentIndex());
}

} // namespace

/// An entry that is only the mark as it was says nothing.
bool CalculatorPanel::isEntryTyped() const
{
    return !m_entry->isBlank() && m_entry->text() != m_entryFromMark;
}

QVariantMap CalculatorPanel::habits() const
{
    return {{QStringLiteral("sizing"), m_sizing->currentData()}, {QStringLiteral("amount"), m_amount->text()},
        {QStringLiteral("slippage"), m_slippage->text()},
        {QStringLiteral("entryIsMaker"), m_entryIsMaker->isChecked()},
        {QStringLiteral("targetIsMaker"), m_targetIsMaker->isChecked()},
        {QStringLiteral("exitIn"), m_exitIn->value()}, {QStringLiteral("onChart"), m_onChart->isChecked()}};
}

void CalculatorPanel::setHabits(const QVariantMap &kept)
{
    putChoice(m_sizing, kept.value(QStringLiteral("sizing")));
    putNumber(m_amount, kept.value(QStringLiteral("amount")));
    putNumber(m_slippage, kept.value(QStringLiteral("slippage")));
    m_entryIsMaker->setChecked(kept.value(QStringLiteral("entryIsMaker")).toBool());
    m_targetIsMaker->setChecked(kept.value(QStringLiteral("targetIsMaker")).toBool());
    m_exitIn->setValue(kept.value(QStringLiteral("exitIn")).toInt());
    m_onChart->setChecked(kept.value(QStringLiteral("onChart"), true).toBool());
    applySizing();
}

/// Empty where nothing is planned that a fresh calculator would not say by itself.
QVariantMap CalculatorPanel::keptPlan() const
{
    QVariantList targets;
    bool hasTarget = false;
    for (int row = 0; row < m_targets->rows(); ++row) {
        const QString price = m_targets->editor(row)->text();
        hasTarget = hasTarget || !m_targets->isBlank(row);
        targets << QVariantMap{
            {QStringLiteral("price"), price}, {QStringLiteral("percent"), m_targets->sharePercent(row)}};
    }
    const live::AccountView &account = m_tools.window.models.account;
    const domain::SymbolConfig config = account.config(m_followed);
    const bool hasOwnLeverage =
        account.state() && (m_leverage->value() != config.leverage || marginType() != config.marginType);
    if (!isEntryTyped() && m_stop->isBlank() && !hasTarget && !hasOwnLeverage) {
        return {};
    }
    QVariantMap plan = habits();
    plan[QStringLiteral("side")] = QString::fromLatin1(m_short->isChecked() ? "SELL" : "BUY");
    plan[QStringLiteral("entry")] =
        isEntryTyped() || !m_stop->isBlank() || hasTarget ? m_entry->text() : QString{};
    plan[QStringLiteral("stop")] = m_stop->text();
    plan[QStringLiteral("targets")] = targets;
    plan[QStringLiteral("leverage")] = m_leverage->value();
    plan[QStringLiteral("marginType")] = static_cast<int>(marginType());
    return plan;
}

void CalculatorPanel::keep()
{
    if (m_followed.empty()) {
        return;
    }
    const auto write = [this](const QString &key, const QVariantMap &now, QVariantMap &written) {
        if (now == written) {
            return;
        }
        written = now;
        if (now.isEmpty()) {
            m_tools.window.settings.remove(key);
        } else {
            m_tools.window.settings.setValue(key, now);
        }
    };
    write(planKey(m_followed), keptPlan(), m_keptPlan);
    write(habitsKey, habits(), m_keptHabits);
}

void CalculatorPanel::restoreHabits()
{
    m_keptHabits = m_tools.window.settings.value(habitsKey).toMap();
    if (!m_keptHabits.isEmpty()) {
        setHabits(m_keptHabits);
    }
}

/// Fills the fields, and nothing else: no setting is changed at the exchange, no draft is offered.
void CalculatorPanel::restorePlan()
{
    m_keptPlan = m_tools.window.settings.value(planKey(m_followed)).toMap();
    const QVariantMap &kept = m_keptPlan;
    if (kept.isEmpty()) {
        return;
    }
    setHabits(kept);
    const bool isShort = kept.value(QStringLiteral("side")).toString() == QStringLiteral("SELL");
    (isShort ? m_short : m_long)->setChecked(true);
    putNumber(m_entry, kept.value(QStringLiteral("entry")));
    putNumber(m_stop, kept.value(QStringLiteral("stop")));
    const QVariantList targets = kept.value(QStringLiteral("targets")).toList();
    m_targets->setRows(static_cast<int>(std::min<qsizetype>(targets.size(), TargetRows::most)));
    for (int row = 0; row < m_targets->rows(); ++row) {
        const QVariantMap target = targets[row].toMap();
        putNumber(m_targets->editor(row), target.value(QStringLiteral("price")));
        m_targets->setShare(
            row, domain::Rate::of(target.value(QStringLiteral("percent"), 100).toInt()) / 100);
    }
    const int leverage = std::clamp(kept.value(QStringLiteral("leverage"), 1).toInt(), 1, 150);
    m_leverage->setMaximum(std::max(m_leverage->maximum(), leverage)); // the tier table may come later
    m_leverage->setValue(leverage);
    putChoice(m_marginType, kept.value(QStringLiteral("marginType")));
    m_hasConfig = true; // the plan's own leverage and margin type stay
}

} // namespace ui
