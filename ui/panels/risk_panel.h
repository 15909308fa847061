#pragma once

#include "models/domain/risk/account_risk.h"
#include "ui/panels/panel_tools.h"

#include <QWidget>

class QBoxLayout;
class QComboBox;
class QFrame;
class QLabel;

namespace ui
{

class DayBar;
class ExposureBars;
class MarginGauge;
class MarkSign;
class PositionRiskList;
class RatioChart;
class Readout;
class StressStrip;

/// The risk dashboard: margin ratio with its level, advice and history, the lock of the user's rules, today's
/// result, the account's figures, each position's way to liquidation and what its stops leave open, exposure,
/// funding, and the account under stress. In two columns where there is room.
class RiskPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit RiskPanel(const PanelTools &tools, QWidget *parent = nullptr);

protected:
    void resizeEvent(QResizeEvent *event) override;
    bool event(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void explainRatio();
    void explainLiquidation(QWidget *row, const domain::Symbol &symbol, domain::PositionSide side);
    QWidget *levelColumn();
    QWidget *positionColumn();
    QWidget *lockStrip();
    QWidget *historyHead();
    void explainFigures();
    void refresh();
    void showLevel(const domain::AccountRisk &risk, const domain::AccountState &account);
    void showFigures(const domain::AccountRisk &risk, const domain::AccountState &account);
    void showPositions(const domain::AccountRisk &risk);
    void showStops();
    void showFunding(const domain::AccountRisk &risk);
    void showHistory();
    void showRules();

    PanelTools m_tools;
    QBoxLayout *m_columns = nullptr;
    MarkSign *m_sign;
    QLabel *m_level;
    QLabel *m_ratio;
    QLabel *m_advice;
    QFrame *m_lock;
    QLabel *m_lockText;
    MarginGauge *m_gauge;
    RatioChart *m_history;
    QComboBox *m_window;
    DayBar *m_day;
    QLabel *m_counts;
    Readout *m_equity;
    Readout *m_wallet;
    Readout *m_available;
    Readout *m_pnl;
    Readout *m_used;
    Readout *m_maintenance;
    Readout *m_exposure;
    Readout *m_stops;
    Readout *m_naked;
    Readout *m_funding;
    PositionRiskList *m_positions;
    ExposureBars *m_bySymbol;
    StressStrip *m_stress;
};

} // namespace ui
