#pragma once

#include "models/live/reconciliation_model.h"
#include "ui/panels/panel_tools.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace ui
{

class DataTable;

/// The last comparisons with the exchange, and what the chosen one found.
class ReconciliationPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit ReconciliationPanel(const PanelTools &tools, QWidget *parent = nullptr);

private:
    void compare();
    void show();

    PanelTools m_tools;
    live::DifferencesModel m_differences;
    QLabel *m_sentence;
    QPushButton *m_compare;
    DataTable *m_reports;
    DataTable *m_found;
    bool m_isComparing = false;
};

} // namespace ui
