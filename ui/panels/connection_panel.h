#pragma once

#include "ui/panels/panel_tools.h"

#include <QTimer>
#include <QWidget>

#include <vector>

namespace ports
{
struct HealthState;
}

class QLabel;
class QVBoxLayout;

namespace ui
{

class BudgetBar;
class GateBox;
class DataTable;
class Readout;

/// The gate and why it is closed, the venue's limits in use, queues, circuit breakers, clock, journal,
/// dead-man switches and streams.
class ConnectionPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit ConnectionPanel(const PanelTools &tools, QWidget *parent = nullptr);

private:
    void refresh();
    void showFigures(const ports::HealthState &health);
    void showSwitches(const ports::HealthState &health);
    Readout *figure(
        std::vector<Readout *> &figures, std::size_t at, const QString &idPrefix, QVBoxLayout *column);

    PanelTools m_tools;
    QLabel *m_trade;
    DataTable *m_streams;
    QVBoxLayout *m_budgetColumn;
    QVBoxLayout *m_queueColumn;
    QVBoxLayout *m_breakerColumn;
    std::vector<BudgetBar *> m_budgets;
    std::vector<Readout *> m_queues;
    std::vector<Readout *> m_breakers;
    QVBoxLayout *m_switchColumn;
    std::vector<Readout *> m_switches;
    GateBox *m_gate;
    Readout *m_clock;
    Readout *m_pause;
    Readout *m_journal;
    Readout *m_unknown;
    QLabel *m_noSwitch;
    QTimer m_second;
};

} // namespace ui
