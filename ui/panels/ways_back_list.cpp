#include "ui/panels/ways_back_list.h"

#include "models/domain/risk/stress_explain.h"
#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/panels/ways_back_actions.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/field.h"
#include "ui/widgets/identify.h"

#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui
{

using Columns = live::WaysBackModel::ColumnId;

namespace
{
constexpr int mostShown = 4; ///< rows in the dashboard; the others are scrolled to
} // namespace

WaysBackList::WaysBackList(const PanelTools &tools, const QString &id, Place place, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_id{id},
      m_place{place},
      m_headline{new QLabel},
      m_table{new DataTable{tools.window.models.waysBack, tools.theme, tools.window.settings,
          {id + QStringLiteral(".table"), tr("Ways back to SAFE"), tr("There is nothing to mend."), false}}},
      m_prepare{identify(new QPushButton{tr("Prepare…")}, id + QStringLiteral(".prepare"),
          tr("Prepare the chosen way back"))},
      m_cost{new Readout{id + QStringLiteral(".cost"), tr("Cost")}},
      m_after{new Readout{id + QStringLiteral(".after"), tr("Ratio after")}}
{
    setObjectName(id);
    setAccessibleName(tr("Ways back to SAFE"));
    m_headline->setObjectName(id + QStringLiteral(".headline"));
    m_headline->setWordWrap(true);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setWordWrap(false);
    if (place == Place::Dashboard) {
        m_table->shareWidth({Columns::RemarkColumn, Columns::PoolColumn, Columns::AfterColumn});
        m_table->setWrappingColumn(Columns::WayColumn);
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
    const bool isNarrow = place == Place::Dashboard;
    auto *figures = new QBoxLayout{isNarrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight};
    figures->setContentsMargins(isNarrow ? 0 : 4, 0, isNarrow ? 0 : 4, 2);
    figures->setSpacing(isNarrow ? 2 : 24);
    figures->addWidget(m_cost, 1);
    figures->addWidget(m_after, 1);
    layout->addLayout(figures);
    const auto explainer = [this](auto explain) {
        return [this, explain]() -> std::optional<domain::Explanation> {
            const live::Models &models = m_tools.window.models;
            const int row = chosenRow();
            return row < 0 ? std::nullopt
                           : explain(models.waysBack.poolOf(row), models.waysBack.way(row),
                                 models.riskBasis.explainContext());
        };
    };
    m_cost->setExplainer(explainer([](const auto &pool, const auto &way, const auto &context) {
        return std::optional{domain::explainWayCost(pool, way, context)};
    }));
    m_after->setExplainer(explainer([](const auto &, const auto &way, const auto &context) {
        return domain::explainWayRatio(way, context);
    }));
    m_after->setTabStop(false); // the arrow keys go there
    const live::WaysBackModel &model = tools.window.models.waysBack;
    connect(&model, &live::WaysBackModel::computed, this, &WaysBackList::show);
    connect(&tools.window.models.account, &live::AccountView::riskChanged, this, &WaysBackList::show);
    connect(&model, &QAbstractItemModel::modelReset, this, &WaysBackList::show);
    if (place == Place::Dashboard) {
        connect(m_table, &DataTable::rowsFitted, this, &WaysBackList::fitHeight);
    }
    connect(m_table, &DataTable::rowActivated, this, &WaysBackList::prepare);
    connect(m_prepare, &QPushButton::clicked, this, [this] { prepare(chosenRow()); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex &current) {
            if (current.isValid()) {
                m_chosenKey = current.data(live::KeyRole).toString();
            }
            showChosen();
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
        fitHeight();
    }
    showSentence(m_headline, model.headline());
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
    showChosen();
}

void WaysBackList::fitHeight()
{
    const int rows = m_tools.window.models.waysBack.rowCount();
    m_table->setFixedHeight(m_table->heightOf(std::clamp(rows, 1, mostShown)));
}

int WaysBackList::chosenRow() const
{
    const int rows = m_tools.window.models.waysBack.rowCount();
    const int row = m_table->currentSourceRow();
    return rows == 0 ? -1 : row >= 0 && row < rows ? row : 0;
}

void WaysBackList::showChosen()
{
    const int row = chosenRow();
    m_cost->setVisible(row >= 0);
    m_after->setVisible(row >= 0);
    if (row < 0) {
        return;
    }
    using Kind = domain::WayBack::Kind;
    const domain::WayBack &way = m_tools.window.models.waysBack.way(row);
    const bool bringsMoney = way.kind == Kind::AddMargin || way.kind == Kind::AddFunds;
    m_cost->setCaption(way.kind == Kind::AddMargin  ? tr("Margin to add")
                       : way.kind == Kind::AddFunds ? tr("Money to bring")
                                                    : tr("Cost of this way"));
    const bool isSure = bringsMoney || (way.isCostKnown && !way.isBookThin);
    m_cost->display(live::fixedText(bringsMoney ? way.amount : way.cost, 2) + QStringLiteral(" USDT"),
        isSure ? "" : "confirm");
    m_after->display(live::WaysBackModel::ratioAfterText(way));
}

void WaysBackList::prepare(int row)
{
    const live::WaysBackModel &model = m_tools.window.models.waysBack;
    if (row >= 0 && row < model.rowCount()) {
        askForWayBack(this, m_tools, model.poolOf(row), model.way(row));
    }
}

} // namespace ui
