#pragma once

#include "ui/panels/panel_tools.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QComboBox;
class QPushButton;
class QTabWidget;

namespace ui
{

class DataTable;
class OrderMenu;

/// Open positions; closes or reduces the chosen one at market.
class PositionsPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit PositionsPanel(const PanelTools &tools, QWidget *parent = nullptr);

private:
    void closeShare(domain::Rate share);
    void updateActions();
    PanelTools m_tools;
    DataTable *m_table;
    QPushButton *m_close;
    QPushButton *m_half;
};

/// Finished orders and fills, of all symbols or of the linked one.
class HistoryPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit HistoryPanel(const PanelTools &tools, QWidget *parent = nullptr);

private:
    void load();
    void applyFilter();
    void showAgain();
    PanelTools m_tools;
    QTabWidget *m_tabs;
    DataTable *m_orders;
    DataTable *m_fills;
    OrderMenu *m_menu;
    QComboBox *m_scope;
    QLabel *m_message;
    QPushButton *m_again = nullptr;
};

/// What happened, filtered by level and words.
class LogPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit LogPanel(const PanelTools &tools, QWidget *parent = nullptr);

private:
    QLineEdit *m_search;
    QComboBox *m_level;
    DataTable *m_table;
};

} // namespace ui
