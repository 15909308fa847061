#include "ui/panels/table_panels.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/panels/order_actions.h"
#include "ui/panels/order_menu.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/identify.h"

#include <QAction>
#include <QComboBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTabWidget>
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

QHBoxLayout *barAbove(QVBoxLayout *layout)
{
    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(6, 3, 6, 1);
    bar->setSpacing(6);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(bar);
    return bar;
}

/// Shows only log entries of a level or worse.
class LevelFilter final : public QSortFilterProxyModel
{
public:
    LevelFilter(live::LogModel &log, QObject *parent) : QSortFilterProxyModel{parent}, m_log{log}
    {
        setSourceModel(&log);
    }
    void setLevel(int level)
    {
        m_level = level;
        invalidateFilter();
    }

protected:
    bool filterAcceptsRow(int row, const QModelIndex &) const override { return m_log.level(row) >= m_level; }

private:
    live::LogModel &m_log;
    int m_level = 0;
};

} // namespace

PositionsPanel::PositionsPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_table{new DataTable{tools.window.models.positions, tools.theme, tools.window.settings,
          {QStringLiteral("positions.table"), tr("Positions"), tr("No open positions.")}}},
      m_close{smallButton(QStringLiteral("positions.close"), tr("Close at market…"))},
      m_half{smallButton(QStringLiteral("positions.half"), tr("Reduce by half…"))}
{
    auto *layout = new QVBoxLayout{this};
    QHBoxLayout *bar = barAbove(layout);
    bar->addWidget(m_close);
    bar->addWidget(m_half);
    bar->addStretch(1);
    layout->addWidget(m_table);
    connect(m_close, &QPushButton::clicked, this, [this] { closeShare(domain::Rate::of(1)); });
    connect(m_half, &QPushButton::clicked, this, [this] { closeShare(domain::Rate::of(1) / 2); });
    connect(m_table, &DataTable::rowActivated, this, [this](int row) {
        m_tools.link.setSymbol(m_tools.window.models.positions.position(row).position.symbol);
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
        &PositionsPanel::updateActions);
    connect(m_table->model(), &QAbstractItemModel::modelReset, this, &PositionsPanel::updateActions);
    updateActions();
    setFocusProxy(m_table);
}

void PositionsPanel::closeShare(domain::Rate share)
{
    if (const int row = m_table->currentSourceRow(); row >= 0) {
        askToClose(this, m_tools, m_tools.window.models.positions.position(row).position, share);
    }
}

void PositionsPanel::updateActions()
{
    const bool isChosen = m_table->currentSourceRow() >= 0;
    for (QPushButton *button : {m_close, m_half}) {
        button->setEnabled(isChosen);
        button->setToolTip(isChosen ? QString{} : tr("Choose a position first."));
    }
}

HistoryPanel::HistoryPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_tabs{identify(new QTabWidget, QStringLiteral("history.tabs"), tr("History"))},
      m_orders{new DataTable{tools.window.models.orderHistory, tools.theme, tools.window.settings,
          {QStringLiteral("history.orders"), tr("Finished orders"), tr("No finished orders.")}}},
      m_fills{new DataTable{tools.window.models.fills, tools.theme, tools.window.settings,
          {QStringLiteral("history.fills"), tr("Fills"), tr("No fills.")}}},
      m_menu{new OrderMenu{tools, *m_orders, tools.window.models.orderHistory, QStringLiteral("history")}},
      m_scope{identify(new QComboBox, QStringLiteral("history.scope"), tr("Symbols shown"))},
      m_message{roleLabel(QString{}, "confirm")}
{
    m_scope->addItems({tr("All symbols"), tr("Linked symbol")});
    auto *reload = smallButton(QStringLiteral("history.reload"), tr("Read again"));
    m_again = smallButton(QStringLiteral("history.again"), tr("Send again…"));
    connect(m_again, &QPushButton::clicked, m_menu->sendAgain(), &QAction::trigger);
    connect(m_menu, &OrderMenu::chosenChanged, this, &HistoryPanel::showAgain);
    m_orders->setColumnHidden(live::OrderTableModel::AgeColumn, true);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_orders, tr("Orders"));
    m_tabs->addTab(m_fills, tr("Fills"));
    m_tabs->tabBar()->setObjectName(QStringLiteral("history.tabBar"));
    m_tabs->tabBar()->setAccessibleName(tr("History tabs"));
    auto *corner = new QWidget;
    auto *row = new QHBoxLayout{corner};
    row->setContentsMargins(0, 0, 6, 0);
    row->addWidget(m_message);
    row->addWidget(m_again);
    row->addWidget(m_scope);
    row->addWidget(reload);
    m_tabs->setCornerWidget(corner);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_tabs);
    for (DataTable *table : {m_orders, m_fills}) {
        table->proxy()->setFilterKeyColumn(live::OrderTableModel::SymbolColumn);
    }
    connect(m_scope, &QComboBox::activated, this, &HistoryPanel::applyFilter);
    connect(reload, &QPushButton::clicked, this, &HistoryPanel::load);
    connect(&tools.link, &SymbolLink::symbolChanged, this, &HistoryPanel::load);
    const auto failed = [this](const QString &reason) {
        m_message->setText(tr("History not read: %1").arg(reason));
    };
    connect(&tools.window.models.orderHistory, &live::OrderHistoryModel::loadFailed, this, failed);
    connect(&tools.window.models.fills, &live::FillsModel::loadFailed, this, failed);
    connect(&tools.link, &SymbolLink::orderWanted, this, [this](const std::string &clientOrderId) {
        if (const int wanted = m_tools.window.models.orderHistory.rowOf(clientOrderId); wanted >= 0) {
            m_tabs->setCurrentWidget(m_orders);
            m_orders->chooseSourceRow(wanted);
        }
    });
    showAgain();
    load();
    setFocusProxy(m_orders);
}

void HistoryPanel::showAgain()
{
    m_again->setEnabled(m_menu->sendAgain()->isEnabled());
    m_again->setToolTip(m_again->isEnabled() ? tr("Fills the ticket as a new order; sends nothing")
                                             : m_menu->sendAgain()->toolTip());
}

void HistoryPanel::load()
{
    applyFilter();
    m_message->clear();
    if (!m_tools.link.symbol().empty()) {
        m_tools.window.models.orderHistory.load(m_tools.link.symbol());
        m_tools.window.models.fills.load(m_tools.link.symbol());
    }
}

void HistoryPanel::applyFilter()
{
    const QString symbol = m_scope->currentIndex() == 1 ? live::toQString(m_tools.link.symbol()) : QString{};
    for (DataTable *table : {m_orders, m_fills}) {
        table->proxy()->setFilterFixedString(symbol);
    }
    m_orders->setEmptyText(
        symbol.isEmpty() ? tr("No finished orders.") : tr("No finished orders of %1.").arg(symbol));
    m_fills->setEmptyText(symbol.isEmpty() ? tr("No fills.") : tr("No fills of %1.").arg(symbol));
}

LogPanel::LogPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_search{identify(new QLineEdit, QStringLiteral("log.search"), tr("Search the log"))},
      m_level{identify(new QComboBox, QStringLiteral("log.level"), tr("Least level shown"))}
{
    auto *filter = new LevelFilter{tools.window.models.log, this};
    m_table = new DataTable{*filter, tools.theme, tools.window.settings,
        {QStringLiteral("log.table"), tr("Log"), tr("Nothing has happened yet.")}};
    m_search->setPlaceholderText(tr("Search the log"));
    m_search->setClearButtonEnabled(true);
    m_level->addItems({tr("Everything"), tr("Warnings and errors"), tr("Errors")});
    auto *layout = new QVBoxLayout{this};
    QHBoxLayout *bar = barAbove(layout);
    bar->addWidget(m_search, 1);
    bar->addWidget(m_level);
    layout->addWidget(m_table);
    m_table->proxy()->setFilterKeyColumn(live::LogModel::TextColumn);
    m_table->horizontalHeader()->setStretchLastSection(true);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_table->proxy()->setFilterFixedString(text);
        m_table->setEmptyText(
            text.isEmpty() ? tr("Nothing has happened yet.") : tr("No entry contains \"%1\".").arg(text));
    });
    connect(m_level, &QComboBox::currentIndexChanged, this, [filter](int level) { filter->setLevel(level); });
    setFocusProxy(m_table);
}

} // namespace ui
