#pragma once

#include "models/domain/risk/plan.h"
#include "ui/panels/panel_tools.h"

#include <QTimer>
#include <QWidget>

#include <map>

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
class Readout;

/// The position calculator: size, margin, liquidation, fees and outcome of a trade before it is entered.
/// Hands the plan to the ticket; sends nothing itself.
class CalculatorPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit CalculatorPanel(const PanelTools &tools, QWidget *parent = nullptr);

    /// The plan as typed. Nothing is planned without an entry price.
    std::optional<domain::TradePlan> plan() const;
    const domain::PlanResult &result() const { return m_result; }

private:
    enum class Sizing : std::uint8_t { Safe, RiskShare, RiskAmount, MarginShare, Fixed, Notional };

    void buildInputs(QVBoxLayout *layout);
    void buildFigures(QVBoxLayout *layout);
    void follow(const domain::Symbol &symbol);
    void takeConfig(); ///< leverage and margin type of the symbol, once they are known
    void applySpec();
    void applyTables();
    void useMark();
    domain::SizingRule sizingRule() const;
    Sizing sizing() const;
    void refresh();
    void refreshSoon();
    void blank(const QString &reason);
    void showSize(const domain::SymbolSpec &spec);
    void showMargin(const domain::SymbolSpec &spec);
    void showOutcome(const domain::SymbolSpec &spec);
    void showIssues();
    void handOver();
    Readout &figure(const char *id) const { return *m_figures.at(id); }

    PanelTools m_tools;
    domain::PlanResult m_result;
    QLabel *m_symbol;
    QPushButton *m_long;
    QPushButton *m_short;
    DecimalEdit *m_entry;
    DecimalEdit *m_stop;
    DecimalEdit *m_target;
    QSpinBox *m_leverage;
    QComboBox *m_marginType;
    QComboBox *m_sizing;
    DecimalEdit *m_amount;
    QCheckBox *m_entryIsMaker;
    QCheckBox *m_targetIsMaker;
    DecimalEdit *m_slippage;
    Field *m_entryField = nullptr;
    Field *m_stopField = nullptr;
    Field *m_targetField = nullptr;
    Field *m_leverageField = nullptr;
    Field *m_amountField = nullptr;
    std::map<std::string, Readout *> m_figures;
    QLabel *m_others;
    QLabel *m_message;
    QPushButton *m_handOver;
    QTimer m_refreshing;
    bool m_hasConfig = false;
};

} // namespace ui
