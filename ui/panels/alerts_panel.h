#pragma once

#include "ui/panels/panel_tools.h"

#include <QWidget>

class QComboBox;
class QLineEdit;
class QPushButton;

namespace ui
{

class DataTable;

/// Everything a person should have noticed: filtered, acknowledged, and the way to the order or position it
/// is about.
class AlertsPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit AlertsPanel(const PanelTools &tools, QWidget *parent = nullptr);

private:
    class Filter;
    void acknowledgeChosen();
    void followChosen();
    void updateActions();
    int chosenRow() const;

    PanelTools m_tools;
    Filter *m_filter;
    QComboBox *m_level;
    QLineEdit *m_search;
    DataTable *m_table;
    QPushButton *m_seen;
    QPushButton *m_allSeen;
    QPushButton *m_follow;
};

} // namespace ui
