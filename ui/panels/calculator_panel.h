#pragma once

#include "models/domain/risk/plan.h"
#include "ui/panels/panel_tools.h"

#include <QTimer>
#include <QVariantMap>
#include <QWidget>

#include <vector>

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QVBoxLayout;

namespace ui
{

class DecimalEdit;
class Field;
class IssueRow;
class PlanFigures;
class TargetRows;

/// The position calculator: size, margin, liquidation, costs, outcome and the account after a trade, before
/// it is entered. Draws the plan on the chart and follows its lines. Hands the plan to the ticket; sends
/// nothing itself. Each symbol has its own plan, which is kept over a restart.
class CalculatorPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit CalculatorPanel(const PanelTools &tools, QWidget *parent = nullptr);
    ~CalculatorPanel() override;

    /// The plan as typed. Nothing is planned without an entry price.
    std::optional<domain::TradePlan> plan() const;
    const domain::PlanResult &result() const { return m_result; }

private:
    enum class Sizing : std::uint8_t { Safe, RiskShare, RiskAmount, MarginShare, Fixed, Notional };

    void buildInputs(QVBoxLayout *layout);
    void buildPrices(QVBoxLayout *layout);
    void buildSizing(QVBoxLayout *layout);
    void buildMessages(QVBoxLayout *layout);
    void connectModels();
    void follow(const domain::Symbol &symbol);
    void takeConfig(); ///< leverage and margin type of the symbol, once they are known
    void applySpec();
    void applyTables();
    void applySizing(); ///< the field for its amount
    void useMark();
    bool isEntryTyped() const;
    domain::MarginType marginType() const;
    QVariantMap habits() const; ///< what holds for every symbol
    void setHabits(const QVariantMap &kept);
    QVariantMap keptPlan() const;
    void keep();
    void restoreHabits();
    void restorePlan();
    void placeLines();
    void moveLine(const QString &id, domain::Price price);
    domain::SizingRule sizingRule() const;
    Sizing sizing() const;
    domain::Price wayToStop(domain::Price entry) const;
    std::vector<int> typedTargets() const; ///< rows with a price, in their order
    void refresh();
    void refreshSoon();
    void blank(const QString &reason);
    void showIssues();
    /// The field that an issue stands at; null: none of them.
    Field *fieldOf(const domain::DraftIssue &issue) const;
    void mend(const domain::DraftIssue &issue);
    void mendAt(const Field *field);
    void fill(const domain::TradePlan &planned);
    void drawLines();
    void handOver();

    PanelTools m_tools;
    domain::PlanResult m_result;
    QLabel *m_symbol;
    QPushButton *m_long;
    QPushButton *m_short;
    DecimalEdit *m_entry;
    DecimalEdit *m_stop;
    TargetRows *m_targets;
    QSpinBox *m_leverage;
    QComboBox *m_marginType;
    QComboBox *m_sizing;
    DecimalEdit *m_amount;
    QCheckBox *m_entryIsMaker;
    QCheckBox *m_targetIsMaker;
    DecimalEdit *m_slippage;
    QSpinBox *m_exitIn;
    QCheckBox *m_onChart;
    Field *m_entryField = nullptr;
    Field *m_stopField = nullptr;
    Field *m_leverageField = nullptr;
    Field *m_amountField = nullptr;
    PlanFigures *m_figures;
    QLabel *m_message;
    std::vector<IssueRow *> m_issues; ///< what belongs to no field
    QPushButton *m_handOver;
    QTimer m_refreshing;
    QTimer m_keeping;
    domain::Symbol m_followed; ///< whose plan the fields hold
    QString m_entryFromMark;   ///< what was put in as the entry because nothing was typed
    QVariantMap m_keptPlan;    ///< as the settings have it
    QVariantMap m_keptHabits;
    bool m_hasConfig = false;
    bool m_isFilling = false; ///< many fields at once: one refresh at the end
};

} // namespace ui
