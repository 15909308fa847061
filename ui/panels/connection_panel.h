#pragma once

#include "ui/panels/panel_tools.h"

#include <QWidget>

#include <vector>

class QLabel;
class QVBoxLayout;

namespace ui
{

class BudgetBar;
class DataTable;
class Readout;

/// Streams, the venue's limits in use, queues, circuit breakers and the clock.
class ConnectionPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit ConnectionPanel(const PanelTools &tools, QWidget *parent = nullptr);

private:
    void refresh();
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
    Readout *m_clock;
    Readout *m_pause;
};

} // namespace ui
