#pragma once

#include "models/live/account_view.h"
#include "models/live/alerts_model.h"
#include "models/live/emergency_model.h"
#include "models/live/health_model.h"
#include "models/live/log_model.h"
#include "models/live/orders_model.h"
#include "models/live/plan_inputs.h"
#include "models/live/positions_model.h"
#include "models/live/protection_model.h"
#include "models/live/reconciliation_model.h"
#include "models/live/risk_alerts.h"
#include "models/live/risk_history.h"
#include "models/live/rules_model.h"
#include "models/live/stress_desk.h"
#include "models/live/ticker_table_model.h"
#include "models/live/time_display.h"
#include "models/live/ways_back_model.h"

namespace live
{

/// The live models that the whole window shares, in the order they need each other. What belongs to one
/// symbol (order book, trades, candles) is made by the panel that shows it.
class Models
{
public:
    /// All are borrowed and outlive the models.
    Models(ports::MarketData &marketData, ports::Trading &trading, ports::Account &accountPort,
        ports::VenueHealth &healthPort, const domain::Clock &clock);
    Models(const Models &) = delete;
    Models &operator=(const Models &) = delete;

    TimeDisplay times;
    MarketState market;
    TickerTableModel tickers;
    OrdersModel openOrders;
    OrderHistoryModel orderHistory;
    FillsModel fills;
    AccountView account;
    RangeBook ranges;
    PlanInputs planInputs;
    PositionsModel positions;
    ProtectionModel protection;
    RiskHistory riskHistory;
    HealthModel health;
    RulesModel rules;
    AlertsModel alerts;
    RiskAlerts riskAlerts;
    EmergencyModel emergencies;
    ReconciliationsModel reconciliations;
    LogModel log;
    RiskBasis riskBasis;
    BetaBook betas;
    StressDesk stress;
    WaysBackModel waysBack;
};

} // namespace live
