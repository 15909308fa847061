#include "ui/panels/emergency_panel.h"

#include "models/live/models.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/identify.h"

#include <QHeaderView>
#include <QVBoxLayout>

#include <algorithm>

namespace ui
{

EmergencyPanel::EmergencyPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_summary{new QLabel},
      m_table{new DataTable{tools.window.models.emergencies, tools.theme, tools.window.settings,
          {QStringLiteral("emergency.table"), tr("Emergency report"),
              tr("No emergency action was used. Their buttons are at the top right and in the Trade menu."),
              false}}}
{
    m_summary->setObjectName(QStringLiteral("emergency.summary"));
    m_summary->setContentsMargins(6, 3, 6, 1);
    m_table->horizontalHeader()->setStretchLastSection(true);
    auto *layout = new QVBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_summary);
    layout->addWidget(m_table);
    connect(
        &tools.window.models.emergencies, &live::EmergencyModel::progressed, this, &EmergencyPanel::refresh);
    refresh();
    setFocusProxy(m_table);
}

void EmergencyPanel::refresh()
{
    const live::EmergencyModel &emergencies = m_tools.window.models.emergencies;
    const QString summary = emergencies.summary();
    m_summary->setVisible(!summary.isEmpty());
    m_summary->setText(summary);
    const domain::EmergencyReport *newest = emergencies.newest();
    const bool hasFailed =
        newest && std::ranges::any_of(newest->steps, [](const domain::EmergencyReport::Step &step) {
            return step.state == domain::EmergencyReport::Step::State::Failed;
        });
    const char *role = hasFailed ? "block" : newest && newest->isFinished() ? "good" : "confirm";
    m_summary->setProperty("role", QLatin1StringView{role});
    restyle(m_summary);
}

} // namespace ui
