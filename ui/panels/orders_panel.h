#pragma once

#include "ui/panels/panel_tools.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace ui
{

class DataTable;
class OrderMenu;

/// Orders that are not final, each in exactly one state with its age; says of the chosen one what its state
/// means. Cancels, changes or settles the chosen one.
class OrdersPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit OrdersPanel(const PanelTools &tools, QWidget *parent = nullptr);

private:
    void cancelChosen();
    void updateActions();
    PanelTools m_tools;
    DataTable *m_table;
    OrderMenu *m_menu;
    QPushButton *m_cancel;
    QPushButton *m_change;
    QPushButton *m_notThere;
    QPushButton *m_cancelAll;
    QLabel *m_meaning;
};

} // namespace ui
