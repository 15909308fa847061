#include "ui/panels/connection_panel.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "ui/widgets/bars.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/field.h"
#include "ui/widgets/identify.h"

#include <QHeaderView>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

namespace ui
{

namespace
{

QVBoxLayout *titledColumn(QHBoxLayout *row, const QString &title)
{
    auto *outer = new QVBoxLayout;
    outer->setSpacing(4);
    outer->addWidget(roleLabel(title, "heading"));
    auto *column = new QVBoxLayout;
    column->setSpacing(3);
    outer->addLayout(column);
    outer->addStretch(1);
    row->addLayout(outer, 1);
    return column;
}

} // namespace

ConnectionPanel::ConnectionPanel(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_trade{new QLabel},
      m_streams{new DataTable{tools.window.models.health, tools.theme, tools.window.settings,
          {QStringLiteral("connection.streams"), tr("Streams"), tr("No stream is open yet."), false}}},
      m_clock{new Readout{QStringLiteral("connection.clock"), tr("Clock offset")}},
      m_pause{new Readout{QStringLiteral("connection.pause"), tr("Requests")}}
{
    m_trade->setObjectName(QStringLiteral("connection.trade"));
    m_trade->setWordWrap(true);
    auto *content = new QWidget;
    auto *layout = new QVBoxLayout{content};
    layout->setContentsMargins(8, 5, 8, 5);
    layout->setSpacing(6);
    layout->addWidget(m_trade);
    auto *row = new QHBoxLayout;
    row->setSpacing(24);
    auto *streams = new QVBoxLayout;
    m_streams->setMinimumHeight(5 * (m_streams->fontMetrics().height() + 6));
    streams->addWidget(m_streams);
    row->addLayout(streams, 4);
    m_budgetColumn = titledColumn(row, tr("Limits in use"));
    m_queueColumn = titledColumn(row, tr("Queues"));
    m_breakerColumn = titledColumn(row, tr("Circuit breakers and clock"));
    m_breakerColumn->addWidget(m_clock);
    m_breakerColumn->addWidget(m_pause);
    layout->addLayout(row, 1);
    auto *scroll =
        identify(new QScrollArea, QStringLiteral("connection.scroll"), tr("Connection and limits"));
    scroll->setWidgetResizable(true);
    scroll->setWidget(content);
    auto *whole = new QVBoxLayout{this};
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll);
    connect(&tools.window.models.health, &live::HealthModel::healthChanged, this, &ConnectionPanel::refresh);
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
            queue.bound > 0 && queue.length * 2 > queue.bound ? "confirm" : "");
    }
    for (std::size_t at = 0; at < health.breakers.size(); ++at) {
        const ports::BreakerHealth &breaker = health.breakers[at];
        Readout *readout = figure(m_breakers, at, QStringLiteral("connection.breaker"), m_breakerColumn);
        readout->setCaption(breaker.name);
        QString text = breaker.state == ports::BreakerHealth::State::Closed ? tr("CLOSED")
                       : breaker.state == ports::BreakerHealth::State::Open ? tr("OPEN")
                                                                            : tr("HALF-OPEN");
        if (breaker.retryIn) {
            text += tr(", next try in %1").arg(live::ageText(*breaker.retryIn));
        }
        readout->display(text, breaker.state == ports::BreakerHealth::State::Closed ? "good" : "block");
        readout->setToolTip(breaker.reason);
    }
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
    m_pause->display(
        health.pausedFor ? tr("paused for %1").arg(live::ageText(*health.pausedFor)) : tr("going out"),
        health.pausedFor ? "block" : "");
}

} // namespace ui
