#include "models/live/models.h"
#include "ui/alert_delivery.h"
#include "ui/main_window.h"
#include "ui/panels/panel_tools.h"
#include "ui/watch_settings.h"
#include "ui/widgets/toasts.h"

#include <QDockWidget>

namespace ui
{

using Kind = domain::Alert::Kind;

namespace
{

/// Where to look for what is about no single order.
QString panelOf(Kind kind)
{
    switch (kind) {
    case Kind::Gate:
    case Kind::Breaker:
    case Kind::Stream:
    case Kind::Clock:
    case Kind::Disk:
    case Kind::DeadMan:
        return QStringLiteral("connection");
    case Kind::Mismatch:
        return QStringLiteral("reconciliation");
    case Kind::Emergency:
        return QStringLiteral("emergency");
    case Kind::Unknown:
    case Kind::Quarantined:
        return QStringLiteral("orders");
    case Kind::LateFill:
        return QStringLiteral("history");
    case Kind::Rules:
    case Kind::Level:
    case Kind::DailyLoss:
    case Kind::Funding:
        return QStringLiteral("risk");
    case Kind::PriceReached:
        return QStringLiteral("chart");
    case Kind::Distance:
    case Kind::Unprotected:
    case Kind::Liquidation:
        break;
    }
    return QStringLiteral("positions");
}

} // namespace

void MainWindow::connectAlerts()
{
    live::AlertsModel &alerts = m_context.models.alerts;
    live::RiskAlerts &risk = m_context.models.riskAlerts;
    risk.setLimits(loadWatchLimits(m_context.settings));
    connect(&risk, &live::RiskAlerts::limitsChanged, this,
        [this, &risk] { saveWatchLimits(risk.limits(), m_context.settings); });
    m_toasts = new ToastStack{alerts, *m_theme, this};
    for (QDockWidget *each : m_docks) {
        m_toasts->stayAbove(each);
    }
    connect(m_toasts, &ToastStack::followed, this, &MainWindow::followAlert);
    connect(m_link.get(), &SymbolLink::alertFollowed, this, &MainWindow::followAlert);
    if (m_context.alertDelivery) {
        connect(m_context.alertDelivery, &AlertDelivery::toastWanted, m_toasts, &ToastStack::add);
        return;
    }
    connect(&alerts, &live::AlertsModel::raised, m_toasts, [this](const live::AlertEntry &entry) {
        if (entry.alert.severity != domain::Alert::Severity::Info) {
            m_toasts->add(entry);
        }
    });
}

void MainWindow::followAlert(const domain::Alert &alert)
{
    if (!alert.symbol.empty()) {
        m_link->setSymbol(alert.symbol);
    }
    const live::Models &models = m_context.models;
    if (!alert.clientOrderId.empty()) {
        const bool isOpen = models.openOrders.rowOf(alert.clientOrderId) >= 0;
        if (isOpen || models.orderHistory.rowOf(alert.clientOrderId) >= 0) {
            showPanel(isOpen ? QStringLiteral("orders") : QStringLiteral("history"));
            emit m_link->orderWanted(alert.clientOrderId);
            return;
        }
    }
    showPanel(panelOf(alert.kind));
}

} // namespace ui
