#pragma once

#include "ui/panels/panel_tools.h"

#include <QWidget>

class QLineEdit;

namespace ui
{

class DataTable;

/// All symbols with their figures; choosing one turns every linked panel to it.
class WatchlistPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit WatchlistPanel(const PanelTools &tools, QWidget *parent = nullptr);

private:
    void markChosen();
    PanelTools m_tools;
    QLineEdit *m_search;
    DataTable *m_table;
};

} // namespace ui
