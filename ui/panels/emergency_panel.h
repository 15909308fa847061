#pragma once

#include "ui/panels/panel_tools.h"

#include <QWidget>

class QLabel;

namespace ui
{

class DataTable;

/// What the emergency actions did, step by step while they run.
class EmergencyPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit EmergencyPanel(const PanelTools &tools, QWidget *parent = nullptr);

private:
    void refresh();
    PanelTools m_tools;
    QLabel *m_summary;
    DataTable *m_table;
};

} // namespace ui
