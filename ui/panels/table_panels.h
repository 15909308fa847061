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

/// Orders that are not final; cancels the chosen one, or all of the symbol.
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
    QPushButton *m_cancel;
    QPushButton *m_cancelAll;
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
    PanelTools m_tools;
    QTabWidget *m_tabs;
    DataTable *m_orders;
    DataTable *m_fills;
    QComboBox *m_scope;
    QLabel *m_message;
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
