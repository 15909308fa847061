#include "ui/panels/watchlist_panel.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/identify.h"
#include "ui/widgets/stale_mark.h"

#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

namespace ui
{

WatchlistPanel::WatchlistPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_search{identify(new QLineEdit, QStringLiteral("watchlist.search"), tr("Search symbol"))},
      m_table{new DataTable{tools.window.models.tickers, tools.theme, tools.window.settings,
          {QStringLiteral("watchlist.table"), tr("Watchlist"),
              tr("Waiting for the exchange's list of symbols.")}}}
{
    m_search->setPlaceholderText(tr("Search symbol"));
    m_search->setClearButtonEnabled(true);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(4);
    auto *top = new QHBoxLayout;
    top->setContentsMargins(6, 0, 6, 0);
    top->addWidget(m_search, 1);
    top->addWidget(new StaleMark{QStringLiteral("watchlist.stale"), tools.window.models.market});
    layout->addLayout(top);
    layout->addWidget(m_table);
    using Columns = live::TickerTableModel;
    m_table->shareWidth({Columns::SpreadColumn, Columns::MarkColumn, Columns::FundingColumn,
        Columns::VolumeColumn, Columns::ChangeColumn});
    m_table->proxy()->setFilterKeyColumn(Columns::SymbolColumn);
    m_table->sortByColumn(Columns::VolumeColumn, Qt::DescendingOrder);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_table->proxy()->setFilterFixedString(text.trimmed());
        m_table->setEmptyText(text.isEmpty() ? tr("Waiting for the exchange's list of symbols.")
                                             : tr("No symbol contains \"%1\".").arg(text));
    });
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        const QModelIndex first = m_table->proxy()->index(0, 0);
        if (first.isValid()) {
            m_tools.link.setSymbol(first.data(live::KeyRole).toString().toStdString());
        }
    });
    connect(m_table, &DataTable::rowActivated, this, [this](int row) {
        const live::TickerTableModel &tickers = m_tools.window.models.tickers;
        m_tools.link.setSymbol(tickers.index(row, 0).data(live::KeyRole).toString().toStdString());
    });
    connect(&tools.link, &SymbolLink::symbolChanged, this, &WatchlistPanel::markChosen);
    connect(&tools.window.models.tickers, &QAbstractItemModel::modelReset, this, &WatchlistPanel::markChosen);
    setFocusProxy(m_search);
}

void WatchlistPanel::markChosen()
{
    const live::TickerTableModel &tickers = m_tools.window.models.tickers;
    const int row = tickers.rowOf(m_tools.link.symbol());
    if (row >= 0) {
        const QModelIndex shown = m_table->proxy()->mapFromSource(tickers.index(row, 0));
        if (shown.isValid()) {
            m_table->setCurrentIndex(shown);
        }
    }
}

} // namespace ui
