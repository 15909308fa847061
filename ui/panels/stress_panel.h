#pragma once

#include "models/live/stress_table_model.h"
#include "ui/panels/panel_tools.h"

#include <QWidget>

class QBoxLayout;
class QButtonGroup;
class QCheckBox;
class QComboBox;
class QDockWidget;
class QLabel;
class QSplitter;
class QTabWidget;

namespace ui
{

class DataTable;
class StressChart;
class StressFigures;
class StressSymbols;

/// The stress desk: what becomes of the account when prices move, who is liquidated first and where the
/// account dies, with the ways back to SAFE beside it. Computes only while it is seen.
class StressPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit StressPanel(const PanelTools &tools, QWidget *parent = nullptr);
    ~StressPanel() override;

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    QWidget *makeControls();
    QWidget *makeSentences();
    void apply();
    void show();
    void tellRow();
    void setSeen(bool seen);

    PanelTools m_tools;
    live::StressDesk &m_desk;
    live::StressTableModel m_model;
    QButtonGroup *m_paths;
    QComboBox *m_range;
    QComboBox *m_stops;
    QCheckBox *m_funding;
    QCheckBox *m_books;
    QBoxLayout *m_sentences = nullptr; ///< beside or below each other, as there is room
    QBoxLayout *m_controls = nullptr;  ///< likewise
    QLabel *m_falling;
    QLabel *m_rising;
    QLabel *m_reservations;
    StressChart *m_chart;
    DataTable *m_table;
    StressSymbols *m_symbols;
    StressFigures *m_figures;
    QTabWidget *m_tabs;
    QSplitter *m_halves;
    QDockWidget *m_dock = nullptr; ///< that the panel lies in
    bool m_isTelling = false;      ///< table and curve tell each other what is chosen
};

} // namespace ui
