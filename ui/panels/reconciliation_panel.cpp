#include "ui/panels/reconciliation_panel.h"

#include "models/live/models.h"
#include "models/ports/trading.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/identify.h"

#include <QHeaderView>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

namespace ui
{

ReconciliationPanel::ReconciliationPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_sentence{new ElidedLabel},
      m_compare{identify(
          new QPushButton{tr("Compare now")}, QStringLiteral("reconciliation.compare"), tr("Compare now"))},
      m_reports{new DataTable{tools.window.models.reconciliations, tools.theme, tools.window.settings,
          {QStringLiteral("reconciliation.reports"), tr("Comparisons with the exchange"),
              tr("Nothing has been compared with the exchange yet.")}}},
      m_found{new DataTable{m_differences, tools.theme, tools.window.settings,
          {QStringLiteral("reconciliation.differences"), tr("Differences found"),
              tr("No difference was found."), false}}}
{
    m_sentence->setObjectName(QStringLiteral("reconciliation.sentence"));
    m_compare->setProperty("small", true);
    if (tools.window.settings.value(QStringLiteral("columns/reconciliation.reports")).isNull()) {
        // How it ended is what one looks for.
        m_reports->horizontalHeader()->moveSection(live::ReconciliationsModel::ResultColumn, 2);
        m_reports->horizontalHeader()->moveSection(live::ReconciliationsModel::ResultColumn, 3);
    }
    m_reports->shareWidth({live::ReconciliationsModel::TookColumn, live::ReconciliationsModel::WhyColumn,
        live::ReconciliationsModel::ForeignColumn});
    m_found->horizontalHeader()->setStretchLastSection(true);
    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(6, 3, 6, 1);
    bar->setSpacing(6);
    bar->addWidget(m_compare);
    bar->addWidget(m_sentence, 1);
    auto *halves = new QSplitter{Qt::Horizontal};
    halves->addWidget(m_reports);
    halves->addWidget(m_found);
    halves->setStretchFactor(0, 3);
    halves->setStretchFactor(1, 2);
    halves->setChildrenCollapsible(false);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(bar);
    layout->addWidget(halves, 1);
    const live::ReconciliationsModel &reports = tools.window.models.reconciliations;
    connect(m_compare, &QPushButton::clicked, this, &ReconciliationPanel::compare);
    connect(&reports, &QAbstractItemModel::rowsInserted, this, &ReconciliationPanel::show);
    connect(&tools.window.models.times, &live::TimeDisplay::changed, this, &ReconciliationPanel::show);
    connect(m_reports->selectionModel(), &QItemSelectionModel::selectionChanged, this,
        &ReconciliationPanel::show);
    show();
    setFocusProxy(m_reports);
}

void ReconciliationPanel::compare()
{
    m_isComparing = true;
    show();
    ports::whenFinished(
        m_tools.window.trading.reconcile(), this, [this](const ports::ReconciliationPtr &report) {
            m_isComparing = false;
            m_tools.window.models.reconciliations.add(report);
            m_reports->clearSelection(); // the newest is what was asked for
            show();
        });
}

void ReconciliationPanel::show()
{
    const live::ReconciliationsModel &reports = m_tools.window.models.reconciliations;
    m_compare->setEnabled(!m_isComparing);
    m_compare->setText(m_isComparing ? tr("Comparing …") : tr("Compare now"));
    if (reports.rowCount() == 0) {
        m_sentence->setText(tr("Nothing has been compared with the exchange yet."));
        m_differences.show(nullptr);
        return;
    }
    const int chosen = m_reports->currentSourceRow();
    const ports::ReconciliationPtr &report = reports.report(std::max(0, chosen));
    const QString sentence = live::reconciliationSentence(*report, m_tools.window.models.times);
    m_sentence->setText(sentence);
    m_sentence->setToolTip(sentence);
    const char *role = !report->failure.empty() ? "block" : report->differences.empty() ? "good" : "confirm";
    m_sentence->setProperty("role", QLatin1StringView{role});
    restyle(m_sentence);
    m_differences.show(report);
}

} // namespace ui
