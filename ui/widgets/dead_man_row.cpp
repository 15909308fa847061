#include "ui/widgets/dead_man_row.h"

#include "models/live/models.h"
#include "models/live/text.h"
#include "models/ports/trading.h"
#include "ui/widgets/ask.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/identify.h"

#include <QHBoxLayout>
#include <QPushButton>

#include <algorithm>
#include <chrono>

namespace ui
{

using namespace std::chrono_literals;

namespace
{

void setSwitch(const PanelTools &tools, const domain::Symbol &symbol, bool armed)
{
    live::LogModel &log = tools.window.models.log;
    const QString name = live::toQString(symbol);
    ports::whenFinished(tools.window.trading.setDeadMan(symbol, armed), &log,
        [&log, name, armed](const domain::Result<bool> &result) {
            const QString done = armed ? DeadManRow::tr("The dead-man switch of %1 is armed.").arg(name)
                                       : DeadManRow::tr("The dead-man switch of %1 is off.").arg(name);
            log.report(result ? live::LogModel::Info : live::LogModel::Problem,
                result ? done
                       : DeadManRow::tr("The dead-man switch of %1 was not changed: %2")
                             .arg(name, live::toQString(result.error().detail)));
        });
}

} // namespace

std::optional<domain::DeadMan> armedSwitch(const PanelTools &tools, const domain::Symbol &symbol)
{
    const auto &armed = tools.window.models.health.state().deadMen;
    const auto found = std::ranges::find(armed, symbol, &domain::DeadMan::symbol);
    return found == armed.end() ? std::nullopt : std::optional{*found};
}

QString deadManExplanation(const domain::Symbol &symbol)
{
    return DeadManRow::tr(
        "If this program or your line fails for two minutes the exchange cancels ALL open orders of "
        "%1, limit orders that protect a position included. Positions stay open. Conditional stops "
        "in the Algo service are, as far as we know, not touched: check.")
        .arg(live::toQString(symbol));
}

void toggleDeadMan(QWidget *parent, const PanelTools &tools, const domain::Symbol &symbol)
{
    if (symbol.empty()) {
        return;
    }
    if (armedSwitch(tools, symbol)) {
        setSwitch(tools, symbol, false);
        return;
    }
    ask(parent,
        {QStringLiteral("armDeadMan"), DeadManRow::tr("Arm the dead-man switch?"), deadManExplanation(symbol),
            DeadManRow::tr("Arm it for %1").arg(live::toQString(symbol))},
        [tools, symbol] { setSwitch(tools, symbol, true); });
}

DeadManRow::DeadManRow(const PanelTools &tools, QWidget *parent)
    : QWidget{parent},
      m_tools{tools},
      m_state{new ElidedLabel{{}, "caption"}},
      m_toggle{identify(new QPushButton, QStringLiteral("ticket.deadMan"), {})}
{
    m_state->setObjectName(QStringLiteral("ticket.deadManState"));
    m_toggle->setProperty("small", true);
    auto *layout = new QHBoxLayout{this};
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_state, 1);
    layout->addWidget(m_toggle);
    connect(m_toggle, &QPushButton::clicked, this,
        [this] { toggleDeadMan(this, m_tools, m_tools.link.symbol()); });
    connect(&tools.link, &SymbolLink::symbolChanged, this, &DeadManRow::refresh);
    connect(&tools.window.models.health, &live::HealthModel::healthChanged, this, &DeadManRow::refresh);
    m_second.setInterval(500ms); // a second is never skipped
    connect(&m_second, &QTimer::timeout, this, &DeadManRow::refresh);
    m_second.start();
    refresh();
}

void DeadManRow::refresh()
{
    const domain::Symbol &symbol = m_tools.link.symbol();
    const auto armed = armedSwitch(m_tools, symbol);
    const QString state =
        armed ? live::deadManText(*armed, m_tools.window.models.health.venueNow()) : tr("off");
    m_state->setText(tr("Dead-man switch: %1").arg(state));
    m_state->setToolTip(state);
    m_state->setProperty("role", QLatin1StringView{armed ? "confirm" : "caption"});
    restyle(m_state);
    m_toggle->setText(armed ? tr("Disarm") : tr("Arm…"));
    m_toggle->setAccessibleName(
        (armed ? tr("Disarm the dead-man switch of %1") : tr("Arm the dead-man switch of %1"))
            .arg(live::toQString(symbol)));
    m_toggle->setToolTip(deadManExplanation(symbol));
    m_toggle->setEnabled(!symbol.empty());
}

} // namespace ui
