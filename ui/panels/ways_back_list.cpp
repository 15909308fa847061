#include "ui/panels/ways_back_list.h"

#include "models/live/models.h"
#include "ui/panels/ways_back_actions.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/identify.h"

#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui
{

using Columns = live::WaysBackModel::ColumnId;

WaysBackList::WaysBackList(const PanelTools &tools, const QString &id, Place place, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_id{id},
      m_place{place},
      m_headline{new QLabel},
      m_table{new DataTable{tools.window.models.waysBack, tools.theme, tools.window.settings,
          {id + QStringLiteral(".table"), tr("Ways back to SAFE"), tr("There is nothing to mend."), false}}},
      m_prepare{identify(new QPushButton{tr("Prepare…")}, id + QStringLiteral(".prepare"),
          tr("Prepare the chosen way back"))}
{
    setObjectName(id);
    setAccessibleName(tr("Ways back to SAFE"));
    m_headline->setObjectName(id + QStringLiteral(".headline"));
    m_headline->setWordWrap(true);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setWordWrap(false);
    if (place == Place::Dashboard) {
        m_table->shareWidth({Columns::RemarkColumn, Columns::PoolColumn, Columns::AfterColumn});
    } else {
        m_table->horizontalHeader()->setStretchLastSection(true);
    }
    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(0, 0, 0, 0);
    bar->addWidget(m_headline, 1);
    bar->addWidget(m_prepare, 0, Qt::AlignTop);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(3);
    layout->addLayout(bar);
    layout->addWidget(m_table, 1);
    const live::WaysBackModel &model = tools.window.models.waysBack;
    connect(&model, &live::WaysBackModel::computed, this, &WaysBackList::show);
    connect(&tools.window.models.account, &live::AccountView::riskChanged, this, &WaysBackList::show);
    connect(&model, &QAbstractItemModel::modelReset, this, &WaysBackList::show);
    connect(m_table, &DataTable::rowActivated, this, &WaysBackList::prepare);
    connect(m_prepare, &QPushButton::clicked, this, [this] {
        const int row = m_table->currentSourceRow();
        prepare(row >= 0 ? row : 0); // without a choice, the cheapest
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex &current) {
            if (current.isValid()) {
                m_chosenKey = current.data(live::KeyRole).toString();
            }
        });
    setFocusProxy(m_table);
    show();
}

void WaysBackList::show()
{
    const live::WaysBackModel &model = m_tools.window.models.waysBack;
    const int rows = model.rowCount();
    if (m_place == Place::Dashboard) {
        setVisible(rows > 0 && m_tools.window.models.riskBasis.level() >= domain::RiskLevel::High);
        const int shown = std::clamp(rows, 1, 4);
        m_table->setFixedHeight(m_table->horizontalHeader()->sizeHint().height() +
                                shown * m_table->verticalHeader()->defaultSectionSize() + 4);
    }
    m_headline->setText(model.headline());
    const QLatin1StringView role{rows > 0 ? "confirm" : "caption"};
    if (m_headline->property("role").toString() != role) {
        m_headline->setProperty("role", role);
        restyle(m_headline);
    }
    m_prepare->setEnabled(rows > 0);
    if (rows > 0 && m_table->currentSourceRow() < 0 && !m_chosenKey.isEmpty()) {
        for (int row = 0; row < rows; ++row) {
            if (model.index(row, 0).data(live::KeyRole).toString() == m_chosenKey) {
                m_table->chooseSourceRow(row);
            }
        }
    }
}

void WaysBackList::prepare(int row)
{
    const live::WaysBackModel &model = m_tools.window.models.waysBack;
    if (row >= 0 && row < model.rowCount()) {
        askForWayBack(this, m_tools, model.poolOf(row), model.way(row));
    }
}

} // namespace ui
