#pragma once

#include "ui/panels/panel_tools.h"

#include <QWidget>

class QLabel;

namespace ui
{

class DataTable;
class MarginGauge;
class Readout;
class StressStrip;

/// The risk dashboard: margin ratio with its level and advice, the account's figures, each position's way to
/// liquidation, and the account under stress.
class RiskPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit RiskPanel(const PanelTools &tools, QWidget *parent = nullptr);

private:
    void refresh();
    void fitPositions();

    PanelTools m_tools;
    QLabel *m_level;
    QLabel *m_ratio;
    QLabel *m_advice;
    MarginGauge *m_gauge;
    Readout *m_equity;
    Readout *m_wallet;
    Readout *m_available;
    Readout *m_pnl;
    Readout *m_maintenance;
    Readout *m_exposure;
    Readout *m_funding;
    DataTable *m_positions;
    StressStrip *m_stress;
};

} // namespace ui
