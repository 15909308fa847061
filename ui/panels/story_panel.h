#pragma once

#include "models/live/order_story_model.h"
#include "ui/panels/panel_tools.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace ui
{

class DataTable;

/// The life of the order that is chosen in a table, moment by moment.
class StoryPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit StoryPanel(const PanelTools &tools, QWidget *parent = nullptr);

private:
    void follow(const domain::Order &order);
    void showHead();

    PanelTools m_tools;
    live::OrderStoryModel m_story;
    domain::Order m_order;
    QLabel *m_head;
    DataTable *m_table;
    QPushButton *m_export;
    QPushButton *m_copy;
};

} // namespace ui
