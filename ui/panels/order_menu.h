#pragma once

#include "models/live/orders_model.h"
#include "ui/panels/panel_tools.h"

#include <QObject>

#include <optional>

class QAction;

namespace ui
{

class DataTable;

/// What can be done with the chosen order of a table: its context menu, and each entry as an action. An entry
/// that is off says why in its tool tip. Owned by the table.
class OrderMenu final : public QObject
{
    Q_OBJECT
public:
    /// prefix: the actions are called "<prefix>.cancel", "<prefix>.sendAgain", …
    OrderMenu(
        const PanelTools &tools, DataTable &table, live::OrderTableModel &orders, const QString &prefix);

    /// Nothing where no order is chosen.
    std::optional<domain::Order> chosen() const;
    QAction *sendAgain() const { return m_sendAgain; }
    QAction *notThere() const { return m_notThere; }
    QAction *change() const { return m_change; }
    QAction *story() const { return m_story; }

signals:
    void chosenChanged();

private:
    QAction *add(const QString &id, const QString &text);
    void refresh();
    void offerAgain();
    void exportStory();

    PanelTools m_tools;
    DataTable &m_table;
    live::OrderTableModel &m_orders;
    QString m_prefix;
    QAction *m_cancel;
    QAction *m_change;
    QAction *m_sendAgain;
    QAction *m_notThere;
    QAction *m_story;
    QAction *m_export;
};

} // namespace ui
