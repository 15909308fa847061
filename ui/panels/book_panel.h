#pragma once

#include "models/live/book_model.h"
#include "ui/panels/panel_tools.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLabel;

namespace ui
{

class DataTable;

/// The order book as a ladder with depth bars. Clicking a row hands its price to the ticket.
class BookPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit BookPanel(const PanelTools &tools, QWidget *parent = nullptr);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void follow(const domain::Symbol &symbol);
    void fillGroupings();
    void fitDepth();
    void showState();

    PanelTools m_tools;
    live::BookModel m_book;
    DataTable *m_table;
    QComboBox *m_grouping;
    QLabel *m_state;
    QTimer m_ageing;
};

} // namespace ui
