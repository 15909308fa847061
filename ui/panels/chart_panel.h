#pragma once

#include "models/live/candle_feed.h"
#include "ui/panels/panel_tools.h"

#include <QTimer>
#include <QWidget>

#include <memory>

class QButtonGroup;
class QLabel;

namespace ui
{

class ChartView;

/// The linked symbol's candles with lines for positions and orders; intervals from 1 minute to 1 week.
class ChartPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit ChartPanel(const PanelTools &tools, QWidget *parent = nullptr);
    ~ChartPanel() override;
    domain::Interval interval() const { return m_interval; }
    void setInterval(domain::Interval interval);

private:
    void reload();
    void applySpec();
    void applyTheme();
    void applyZone();
    void showTicker();
    void showLines();

    PanelTools m_tools;
    domain::Interval m_interval = domain::Interval::M15;
    std::unique_ptr<live::CandleFeed> m_feed; ///< null while no symbol is chosen
    ChartView *m_chart;
    QButtonGroup *m_intervals;
    QLabel *m_symbol;
    QLabel *m_last;
    QLabel *m_figures;
    QTimer m_lineTimer;
};

} // namespace ui
