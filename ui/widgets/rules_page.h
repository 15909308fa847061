#pragma once

#include "models/live/rules_model.h"

#include <QWidget>

#include <array>

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QPushButton;
class QSpinBox;

namespace ui
{

class DecimalEdit;

/// The settings page of the user's own rules: each with its limit, what a breach brings and where the day
/// stands. What is tighter holds at once, what is looser waits for the next UTC day, and the page says which
/// is which before it is applied.
class RulesPage final : public QWidget
{
    Q_OBJECT
public:
    explicit RulesPage(live::RulesModel &rules, QWidget *parent = nullptr);

private:
    struct Row
    {
        QCheckBox *isOn = nullptr;
        DecimalEdit *limit = nullptr;
        DecimalEdit *share = nullptr; ///< in per cent of the balance; null where that is not offered
        QComboBox *action = nullptr;
        QLabel *now = nullptr; ///< what is in force, and the day's count
    };
    void addRow(QGridLayout *grid, domain::RuleKind kind);
    QWidget *paceRow();
    void show(const domain::RiskRules &rules);
    /// What is typed; nothing, and the problem shown, where it is no number.
    std::optional<domain::RiskRules> typed();
    void check();
    void refresh();
    void apply();
    void showAnswer(const domain::RiskRules &sent, const domain::Result<bool> &done);
    void say(const QString &text, const char *role);

    live::RulesModel &m_rules;
    std::array<Row, domain::ruleCount> m_rows;
    QComboBox *m_measure;
    QSpinBox *m_atOnce;
    QSpinBox *m_perMinute;
    QLabel *m_status;
    QLabel *m_message;
    QPushButton *m_apply;
    QPushButton *m_revert;
    bool m_isShowing = false;
};

} // namespace ui
