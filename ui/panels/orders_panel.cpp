#include "ui/panels/orders_panel.h"

#include "models/live/models.h"
#include "models/live/order_state.h"
#include "models/live/text.h"
#include "ui/panels/order_actions.h"
#include "ui/panels/order_menu.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/identify.h"

#include <QAction>
#include <QPushButton>
#include <QVBoxLayout>

namespace ui
{

namespace
{

QPushButton *smallButton(const QString &id, const QString &text)
{
    auto *button = identify(new QPushButton{text}, id, text);
    button->setProperty("small", true);
    return button;
}

} // namespace

OrdersPanel::OrdersPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_table{new DataTable{tools.window.models.openOrders, tools.theme, tools.window.settings,
          {QStringLiteral("orders.table"), tr("Open orders"), tr("No open orders.")}}},
      m_menu{new OrderMenu{tools, *m_table, tools.window.models.openOrders, QStringLiteral("orders")}},
      m_cancel{smallButton(QStringLiteral("orders.cancel"), tr("Cancel chosen"))},
      m_change{smallButton(QStringLiteral("orders.changeButton"), tr("Change…"))},
      m_notThere{smallButton(QStringLiteral("orders.notThereButton"), tr("It is not there…"))},
      m_cancelAll{smallButton(QStringLiteral("orders.cancelAll"), tr("Cancel all of symbol…"))},
      m_meaning{new ElidedLabel{{}, "caption"}}
{
    m_meaning->setObjectName(QStringLiteral("orders.meaning"));
    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(6, 3, 6, 1);
    bar->setSpacing(6);
    for (QPushButton *button : {m_cancel, m_change, m_notThere, m_cancelAll}) {
        bar->addWidget(button);
    }
    bar->addWidget(m_meaning, 1);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(bar);
    layout->addWidget(m_table);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setColumnHidden(live::OrderTableModel::AvgPriceColumn, true);
    auto *cancel = new QAction{tr("Cancel chosen orders"), this};
    cancel->setObjectName(QStringLiteral("orders.cancelAction"));
    cancel->setShortcut(Qt::Key_Delete);
    cancel->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(cancel);
    connect(cancel, &QAction::triggered, this, &OrdersPanel::cancelChosen);
    connect(m_cancel, &QPushButton::clicked, this, &OrdersPanel::cancelChosen);
    connect(m_change, &QPushButton::clicked, m_menu->change(), &QAction::trigger);
    connect(m_notThere, &QPushButton::clicked, m_menu->notThere(), &QAction::trigger);
    connect(m_cancelAll, &QPushButton::clicked, this, [this] {
        if (const auto order = m_menu->chosen()) {
            askToCancelAll(this, m_tools, order->request.symbol);
        } else if (!m_tools.link.symbol().empty()) {
            askToCancelAll(this, m_tools, m_tools.link.symbol());
        }
    });
    connect(m_table, &DataTable::rowActivated, this, [this](int row) {
        m_tools.link.setSymbol(m_tools.window.models.openOrders.order(row).request.symbol);
    });
    connect(m_menu, &OrderMenu::chosenChanged, this, &OrdersPanel::updateActions);
    connect(
        &tools.window.models.health, &live::HealthModel::healthChanged, this, &OrdersPanel::updateActions);
    connect(&tools.link, &SymbolLink::orderWanted, this, [this](const std::string &clientOrderId) {
        if (const int row = m_tools.window.models.openOrders.rowOf(clientOrderId); row >= 0) {
            m_table->chooseSourceRow(row);
        }
    });
    updateActions();
    setFocusProxy(m_table);
}

void OrdersPanel::updateActions()
{
    const QString gate = m_tools.window.models.health.refusal(live::Intent::Cancel);
    const bool isChosen = !m_table->selectedSourceRows().isEmpty();
    m_cancel->setEnabled(isChosen && gate.isEmpty());
    m_cancel->setToolTip(!isChosen ? tr("Choose an order first.") : gate);
    m_cancelAll->setEnabled(m_table->model()->rowCount() > 0 && gate.isEmpty());
    m_cancelAll->setToolTip(gate);
    m_change->setEnabled(m_menu->change()->isEnabled());
    m_change->setToolTip(m_menu->change()->toolTip());
    const auto order = m_menu->chosen();
    const bool isQuarantined = order && order->phase == domain::OrderPhase::Quarantined;
    m_notThere->setVisible(isQuarantined);
    m_notThere->setToolTip(m_menu->notThere()->toolTip());
    QString meaning;
    if (order) {
        const bool isDoubtful = isQuarantined || order->phase == domain::OrderPhase::Unknown;
        meaning = live::phaseSentence(*order);
        m_meaning->setProperty("role", QLatin1StringView{isQuarantined ? "block"
                                                         : isDoubtful  ? "confirm"
                                                                       : "caption"});
        restyle(m_meaning);
    }
    m_meaning->setText(meaning);
    m_meaning->setToolTip(order ? meaning + u' ' + live::resendRefusal(*order) : QString{});
}

void OrdersPanel::cancelChosen()
{
    for (const int row : m_table->selectedSourceRows()) {
        const domain::Order order = m_tools.window.models.openOrders.order(row);
        if (live::cancelRefusal(order).isEmpty()) {
            cancelOrder(m_tools, order);
        }
    }
}

} // namespace ui
