#include "ui/panels/trades_panel.h"

#include "models/live/models.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/stale_mark.h"

#include <QVBoxLayout>

namespace ui
{

TradesPanel::TradesPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_trades{tools.window.marketData, tools.window.models.market, tools.window.models.times}
{
    auto *table = new DataTable{m_trades, tools.theme, tools.window.settings,
        {QStringLiteral("trades.table"), tr("Trades"), tr("No trade has come in yet."), false}};
    table->setSelectionMode(QAbstractItemView::NoSelection);
    table->shareWidth({live::TradesModel::TimeColumn});
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    // Trades may be rare by themselves: only a silent stream makes the tape old.
    auto *stale = new StaleMark{QStringLiteral("trades.stale"), tools.window.models.market};
    stale->setContentsMargins(6, 3, 6, 1);
    layout->addWidget(stale);
    layout->addWidget(table);
    const auto follow = [this](const domain::Symbol &symbol) { m_trades.setSymbol(symbol); };
    connect(&tools.link, &SymbolLink::symbolChanged, this, follow);
    follow(tools.link.symbol());
    setFocusProxy(table);
}

} // namespace ui
