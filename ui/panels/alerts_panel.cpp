#include "ui/panels/alerts_panel.h"

#include "models/live/models.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/identify.h"

#include <QAction>
#include <QComboBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

namespace ui
{

using Severity = domain::Alert::Severity;

/// Shows only alerts of a severity or worse, or those nobody has acknowledged.
class AlertsPanel::Filter final : public QSortFilterProxyModel
{
public:
    enum Shown : int { Everything, Warnings, Critical, Unseen };
    Filter(live::AlertsModel &alerts, QObject *parent) : QSortFilterProxyModel{parent}, m_alerts{alerts}
    {
        setSourceModel(&alerts);
    }
    void setShown(int shown)
    {
        m_shown = shown;
        invalidateFilter();
    }

protected:
    bool filterAcceptsRow(int row, const QModelIndex &) const override
    {
        const live::AlertEntry &entry = m_alerts.entry(row);
        switch (m_shown) {
        case Warnings:
            return entry.alert.severity >= Severity::Warning;
        case Critical:
            return entry.alert.severity == Severity::Critical;
        case Unseen:
            return entry.alert.severity >= Severity::Warning && !entry.isAcknowledged;
        default:
            return true;
        }
    }

private:
    live::AlertsModel &m_alerts;
    int m_shown = Everything;
};

AlertsPanel::AlertsPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_filter{new Filter{tools.window.models.alerts, this}},
      m_level{identify(new QComboBox, QStringLiteral("alerts.level"), tr("Alerts shown"))},
      m_search{identify(new QLineEdit, QStringLiteral("alerts.search"), tr("Search the alerts"))},
      m_table{new DataTable{*m_filter, tools.theme, tools.window.settings,
          {QStringLiteral("alerts.table"), tr("Alerts"), tr("No alert.")}}},
      m_seen{identify(new QPushButton{tr("Acknowledge")}, QStringLiteral("alerts.seen"),
          tr("Acknowledge the chosen alert"))},
      m_allSeen{identify(new QPushButton{tr("Acknowledge all")}, QStringLiteral("alerts.allSeen"),
          tr("Acknowledge all alerts"))},
      m_follow{identify(new QPushButton{tr("Go to it")}, QStringLiteral("alerts.follow"),
          tr("Go to the order or position of the chosen alert"))}
{
    m_level->addItems(
        {tr("Everything"), tr("Warnings and critical"), tr("Critical"), tr("Not acknowledged")});
    m_search->setPlaceholderText(tr("Search the alerts"));
    m_search->setClearButtonEnabled(true);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->proxy()->setFilterKeyColumn(-1);
    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(6, 3, 6, 1);
    bar->setSpacing(6);
    for (QPushButton *button : {m_seen, m_allSeen, m_follow}) {
        button->setProperty("small", true);
        bar->addWidget(button);
    }
    bar->addWidget(m_search, 1);
    bar->addWidget(m_level);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(bar);
    layout->addWidget(m_table);
    live::AlertsModel &alerts = tools.window.models.alerts;
    connect(m_level, &QComboBox::currentIndexChanged, this, [this](int shown) { m_filter->setShown(shown); });
    connect(m_search, &QLineEdit::textChanged, this,
        [this](const QString &text) { m_table->proxy()->setFilterFixedString(text); });
    connect(m_seen, &QPushButton::clicked, this, &AlertsPanel::acknowledgeChosen);
    connect(m_allSeen, &QPushButton::clicked, &alerts, &live::AlertsModel::acknowledgeAll);
    connect(m_follow, &QPushButton::clicked, this, &AlertsPanel::followChosen);
    connect(m_table, &QTableView::doubleClicked, this, &AlertsPanel::followChosen);
    connect(
        m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &AlertsPanel::updateActions);
    connect(&alerts, &live::AlertsModel::unseenChanged, this, &AlertsPanel::updateActions);
    updateActions();
    setFocusProxy(m_table);
}

int AlertsPanel::chosenRow() const
{
    const int row = m_table->currentSourceRow();
    return row < 0 ? -1 : m_filter->mapToSource(m_filter->index(row, 0)).row();
}

void AlertsPanel::acknowledgeChosen()
{
    std::vector<int> numbers;
    for (const int row : m_table->selectedSourceRows()) {
        const int source = m_filter->mapToSource(m_filter->index(row, 0)).row();
        numbers.push_back(m_tools.window.models.alerts.entry(source).number);
    }
    for (const int number : numbers) {
        m_tools.window.models.alerts.acknowledge(number);
    }
}

void AlertsPanel::followChosen()
{
    if (const int row = chosenRow(); row >= 0) {
        emit m_tools.link.alertFollowed(m_tools.window.models.alerts.entry(row).alert);
    }
}

void AlertsPanel::updateActions()
{
    const bool isChosen = chosenRow() >= 0;
    for (QPushButton *button : {m_seen, m_follow}) {
        button->setEnabled(isChosen);
        button->setToolTip(isChosen ? QString{} : tr("Choose an alert first."));
    }
    m_allSeen->setEnabled(m_tools.window.models.alerts.unseenCount() > 0);
}

} // namespace ui
