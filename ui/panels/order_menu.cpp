#include "ui/panels/order_menu.h"

#include "models/live/models.h"
#include "models/live/order_state.h"
#include "models/live/text.h"
#include "ui/amend_dialog.h"
#include "ui/confirm_gone.h"
#include "ui/panels/order_actions.h"
#include "ui/panels/story_export.h"
#include "ui/widgets/data_table.h"

#include <QAction>
#include <QMenu>

namespace ui
{

OrderMenu::OrderMenu(
    const PanelTools &tools, DataTable &table, live::OrderTableModel &orders, const QString &prefix)
    : QObject{&table},
      m_tools{tools},
      m_table{table},
      m_orders{orders},
      m_prefix{prefix},
      m_cancel{add(QStringLiteral("cancelOne"), tr("Cancel this order"))},
      m_change{add(QStringLiteral("change"), tr("Change price or quantity…"))},
      m_sendAgain{add(QStringLiteral("sendAgain"), tr("Send again as a new order"))},
      m_notThere{add(QStringLiteral("notThere"), tr("I have compared it: it is not there…"))},
      m_story{add(QStringLiteral("story"), tr("Show its time line"))},
      m_export{add(QStringLiteral("exportStory"), tr("Export its time line…"))}
{
    table.setContextMenuPolicy(Qt::CustomContextMenu);
    connect(&table, &QWidget::customContextMenuRequested, this, [this](const QPoint &at) {
        auto *menu = new QMenu{&m_table};
        menu->setObjectName(m_prefix + QStringLiteral(".menu"));
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->setToolTipsVisible(true);
        menu->addActions({m_story, m_export});
        menu->addSeparator();
        menu->addActions({m_change, m_cancel});
        menu->addSeparator();
        menu->addActions({m_sendAgain, m_notThere});
        menu->popup(m_table.viewport()->mapToGlobal(at));
    });
    connect(m_cancel, &QAction::triggered, this, [this] {
        if (const auto order = chosen()) {
            cancelOrder(m_tools, *order);
        }
    });
    connect(m_change, &QAction::triggered, this, [this] {
        if (const auto order = chosen()) {
            amend(&m_table, m_tools, *order);
        }
    });
    connect(m_notThere, &QAction::triggered, this, [this] {
        if (const auto order = chosen()) {
            confirmGone(&m_table, m_tools, *order);
        }
    });
    connect(m_sendAgain, &QAction::triggered, this, &OrderMenu::offerAgain);
    connect(m_story, &QAction::triggered, this, [this] {
        if (const auto order = chosen()) {
            emit m_tools.link.orderChosen(*order);
            emit m_tools.link.storyWanted();
        }
    });
    connect(m_export, &QAction::triggered, this, &OrderMenu::exportStory);
    connect(table.selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        refresh();
        if (const auto order = chosen()) {
            emit m_tools.link.orderChosen(*order);
        }
    });
    connect(&orders, &QAbstractItemModel::dataChanged, this, &OrderMenu::refresh);
    connect(&orders, &QAbstractItemModel::rowsInserted, this, &OrderMenu::refresh);
    connect(&orders, &QAbstractItemModel::rowsRemoved, this, &OrderMenu::refresh);
    connect(&orders, &QAbstractItemModel::modelReset, this, &OrderMenu::refresh);
    refresh();
}

QAction *OrderMenu::add(const QString &id, const QString &text)
{
    auto *action = new QAction{text, this};
    action->setObjectName(m_prefix + u'.' + id);
    return action;
}

std::optional<domain::Order> OrderMenu::chosen() const
{
    const int row = m_table.currentSourceRow();
    return row >= 0 && row < m_orders.rowCount() ? std::optional{m_orders.order(row)} : std::nullopt;
}

void OrderMenu::refresh()
{
    const auto order = chosen();
    const QString none = tr("Choose an order first.");
    const auto set = [](QAction *action, const QString &refusal) {
        action->setEnabled(refusal.isEmpty());
        action->setToolTip(refusal.isEmpty() ? action->text() : refusal);
    };
    const QString gate = m_tools.window.models.health.refusal(live::Intent::Cancel);
    const QString cancel = order ? live::cancelRefusal(*order) : none;
    set(m_cancel, cancel.isEmpty() ? gate : cancel);
    set(m_change, order ? amendRefusal(*order) : none);
    set(m_sendAgain, order ? live::resendRefusal(*order) : none);
    set(m_notThere, !order ? none
                    : order->phase == domain::OrderPhase::Quarantined
                        ? QString{}
                        : tr("Only a quarantined order waits for that."));
    const bool hasStory = order && !order->clientOrderId().empty();
    set(m_story, hasStory ? QString{} : order ? tr("This order has no id of its own.") : none);
    set(m_export, hasStory ? QString{} : order ? tr("This order has no id of its own.") : none);
    emit chosenChanged();
}

void OrderMenu::offerAgain()
{
    const auto order = chosen();
    if (!order || !live::resendRefusal(*order).isEmpty()) {
        return;
    }
    m_tools.link.setSymbol(order->request.symbol);
    TicketDraft draft;
    draft.order = order->request;
    draft.order.clientOrderId.clear(); // a new order with an id of its own
    draft.note = tr("As order %1, which was %2. Nothing has been sent.")
                     .arg(live::toQString(order->clientOrderId()), live::phaseWord(*order));
    emit m_tools.link.draftOffered(draft);
}

void OrderMenu::exportStory()
{
    if (const auto order = chosen()) {
        ui::exportStory(&m_table, m_tools, order->clientOrderId());
    }
}

} // namespace ui
