#include "ui/panels/connection_panel.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/widgets/bars.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/field.h"
#include "ui/widgets/gate_box.h"
#include "ui/widgets/identify.h"

#include <QHeaderView>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include <chrono>

namespace ui
{

using namespace std::chrono_literals;

namespace
{

QVBoxLayout *titledColumn(QHBoxLayout *row, const QString &title, int stretch)
{
    auto *outer = new QVBoxLayout;
    outer->setSpacing(4);
    outer->addWidget(roleLabel(title, "heading"));
    auto *column = new QVBoxLayout;
    column->setSpacing(3);
    outer->addLayout(column);
    outer->addStretch(1);
    row->addLayout(outer, stretch);
    return column;
}

} // namespace

ConnectionPanel::ConnectionPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_trade{new QLabel},
      m_streams{new DataTable{tools.window.models.health, tools.theme, tools.window.settings,
          {QStringLiteral("connection.streams"), tr("Streams"), tr("No stream is open yet."), false}}},
      m_gate{new GateBox{tools}},
      m_clock{new Readout{QStringLiteral("connection.clock"), tr("Clock offset")}},
      m_pause{new Readout{QStringLiteral("connection.pause"), tr("Requests")}},
      m_journal{new Readout{QStringLiteral("connection.journal"), tr("Journal's last commit")}},
      m_unknown{new Readout{QStringLiteral("connection.unknown"), tr("Orders unknown")}},
      m_noSwitch{roleLabel(tr("No dead-man switch is armed."), "caption")}
{
    m_trade->setObjectName(QStringLiteral("connection.trade"));
    m_trade->setWordWrap(true);
    auto *content = new QWidget;
    auto *layout = new QVBoxLayout{content};
    layout->setContentsMargins(8, 5, 8, 5);
    layout->setSpacing(6);
    auto *row = new QHBoxLayout;
    row->setSpacing(24);
    auto *gate = new QVBoxLayout;
    gate->addWidget(m_gate);
    gate->addWidget(m_trade);
    gate->addStretch(1);
    row->addLayout(gate, 4);
    m_budgetColumn = titledColumn(row, tr("Limits in use"), 2);
    auto *legend = new BudgetLegend{tools.theme};
    static_cast<QVBoxLayout *>(row->itemAt(1)->layout())->insertWidget(2, legend);
    m_queueColumn = titledColumn(row, tr("Queues"), 1);
    m_breakerColumn = titledColumn(row, tr("Breakers, clock, journal"), 2);
    for (Readout *figure : {m_pause, m_unknown, m_clock, m_journal}) {
        m_breakerColumn->addWidget(figure);
    }
    m_switchColumn = titledColumn(row, tr("Dead-man switches, unless renewed"), 1);
    m_switchColumn->addWidget(m_noSwitch);
    m_noSwitch->setWordWrap(true);
    layout->addLayout(row);
    m_streams->setMinimumHeight(5 * (m_streams->fontMetrics().height() + 6));
    layout->addWidget(m_streams, 1);
    auto *scroll =
        identify(new QScrollArea, QStringLiteral("connection.scroll"), tr("Connection and limits"));
    scroll->setWidgetResizable(true);
    scroll->setWidget(content);
    auto *whole = new QVBoxLayout{this};
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll);
    connect(&tools.window.models.health, &live::HealthModel::healthChanged, this, &ConnectionPanel::refresh);
    m_second.setInterval(500ms); // a second is never skipped
    connect(
        &m_second, &QTimer::timeout, this, [this] { showSwitches(m_tools.window.models.health.state()); });
    m_second.start();
    refresh();
    setFocusProxy(m_streams);
}

Readout *ConnectionPanel::figure(
    std::vector<Readout *> &figures, std::size_t at, const QString &idPrefix, QVBoxLayout *column)
{
    while (figures.size() <= at) {
        auto *readout = new Readout{idPrefix + QString::number(figures.size()), {}};
        figures.push_back(readout);
        column->insertWidget(static_cast<int>(figures.size()) - 1, readout);
    }
    figures[at]->setVisible(true);
    return figures[at];
}

void ConnectionPanel::refresh()
{
    const ports::HealthState &health = m_tools.window.models.health.state();
    const QString blocked = m_tools.window.models.health.tradeBlockedReason();
    m_trade->setText(blocked.isEmpty() ? tr("Orders can be sent.") : tr("Orders are off: %1").arg(blocked));
    m_trade->setProperty("role", QLatin1StringView{blocked.isEmpty() ? "good" : "confirm"});
    restyle(m_trade);
    while (m_budgets.size() < health.budgets.size()) {
        auto *bar = new BudgetBar{m_tools.theme};
        bar->setObjectName(QStringLiteral("connection.budget%1").arg(m_budgets.size()));
        m_budgets.push_back(bar);
        m_budgetColumn->addWidget(bar);
    }
    for (std::size_t at = 0; at < m_budgets.size(); ++at) {
        m_budgets[at]->setVisible(at < health.budgets.size());
        if (at < health.budgets.size()) {
            m_budgets[at]->display(health.budgets[at]);
        }
    }
    for (std::size_t at = 0; at < health.queues.size(); ++at) {
        const ports::QueueHealth &queue = health.queues[at];
        Readout *readout = figure(m_queues, at, QStringLiteral("connection.queue"), m_queueColumn);
        readout->setCaption(queue.name);
        readout->display(tr("%1 of %2").arg(queue.length).arg(queue.bound),
            queue.bound > 0 && queue.length >= queue.bound      ? "block"
            : queue.bound > 0 && queue.length * 2 > queue.bound ? "confirm"
                                                                : "");
    }
    for (std::size_t at = 0; at < health.breakers.size(); ++at) {
        const ports::BreakerHealth &breaker = health.breakers[at];
        Readout *readout = figure(m_breakers, at, QStringLiteral("connection.breaker"), m_breakerColumn);
        readout->setCaption(breaker.name);
        QString text = breaker.state == ports::BreakerHealth::State::Closed ? tr("● CLOSED")
                       : breaker.state == ports::BreakerHealth::State::Open ? tr("■ OPEN")
                                                                            : tr("◆ HALF-OPEN");
        if (breaker.retryIn) {
            text += tr(", next try in %1").arg(live::ageText(*breaker.retryIn));
        }
        readout->display(text, breaker.state == ports::BreakerHealth::State::Closed     ? "good"
                               : breaker.state == ports::BreakerHealth::State::HalfOpen ? "confirm"
                                                                                        : "block");
        readout->setNote(breaker.state == ports::BreakerHealth::State::Closed ? QString{} : breaker.reason);
    }
    showFigures(health);
    showSwitches(health);
}

void ConnectionPanel::showFigures(const ports::HealthState &health)
{
    if (health.clockOffset) {
        const auto off = health.clockOffset->count();
        QString text = (off > 0 ? QStringLiteral("+") : QString{}) + tr("%1 ms").arg(off);
        if (health.clockUncertainty) {
            text += QStringLiteral(" ± ") + QString::number(health.clockUncertainty->count());
        }
        m_clock->display(text, off > 500 || off < -500 ? "confirm" : "");
    } else {
        m_clock->display(tr("not measured yet"), "confirm");
    }
    if (!health.pausedFor) {
        m_pause->display(tr("going out"));
        m_pause->setNote({});
    } else {
        const QString until =
            m_tools.window.models.times.time(m_tools.window.models.health.venueNow() + *health.pausedFor);
        m_pause->display(
            health.isBanned ? tr("BANNED until %1").arg(until) : tr("paused until %1").arg(until), "block");
        m_pause->setNote(health.isBanned
                             ? tr("Nothing at all goes out for %1.").arg(live::ageText(*health.pausedFor))
                             : tr("For %1; %2 cancels may still go out.")
                                   .arg(live::ageText(*health.pausedFor))
                                   .arg(health.emergencyCancels));
    }
    m_unknown->display(tr("%1 of %2 open").arg(health.unknownOrders).arg(health.openOrders),
        health.unknownOrders > 0 ? "block" : "");
    m_journal->display(health.lastCommit ? tr("took %1 ms").arg(health.lastCommit->count()) : tr("none yet"),
        health.lastCommit && *health.lastCommit > 50ms ? "confirm" : "");
}

void ConnectionPanel::showSwitches(const ports::HealthState &health)
{
    m_noSwitch->setVisible(health.deadMen.empty());
    for (std::size_t at = 0; at < m_switches.size(); ++at) {
        m_switches[at]->setVisible(at < health.deadMen.size());
    }
    for (std::size_t at = 0; at < health.deadMen.size(); ++at) {
        const domain::DeadMan &armed = health.deadMen[at];
        Readout *readout = figure(m_switches, at, QStringLiteral("connection.deadMan"), m_switchColumn);
        readout->setCaption(live::toQString(armed.symbol));
        readout->display(live::deadManText(armed, m_tools.window.models.health.venueNow()),
            domain::toMs(armed.firesAt) == 0 ? "confirm" : "");
    }
}

} // namespace ui
