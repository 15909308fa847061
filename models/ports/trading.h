#pragma once

#include "models/domain/account.h"
#include "models/domain/order.h"
#include "models/domain/orders/desk_reports.h"
#include "models/domain/orders/gate.h"
#include "models/domain/orders/order_moment.h"
#include "models/domain/risk/rule_keeper.h"
#include "models/ports/future.h"

#include <QObject>

#include <memory>
#include <vector>

namespace ports
{

using OrdersPtr = std::shared_ptr<const std::vector<domain::Order>>;
using FillsPtr = std::shared_ptr<const std::vector<domain::Fill>>;
using StoryPtr = std::shared_ptr<const std::vector<domain::OrderMoment>>;
using ReconciliationPtr = std::shared_ptr<const domain::ReconciliationReport>;
using RulesPtr = std::shared_ptr<const domain::RuleState>;
using EmergencyPtr = std::shared_ptr<const domain::EmergencyReport>;

/// Everything that changes something at the venue. Callable from any thread.
class Trading : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// Stores the intent, sends it once and answers once: the order as far as it is known, or why it did not
    /// go. OutcomeUnknown: the venue may hold it. It stays visible as UNKNOWN and is looked up; it is never
    /// sent again. where: what the user touched, for the time line ("ticket button", "key Ctrl+B").
    virtual QFuture<Result<domain::Order>> submit(domain::NewOrder order, std::string where = {}) = 0;
    /// An entry whose stop and targets are placed as it fills, sized to what is filled. The answer is the
    /// entry. Rejected where the stop could not be placed: then the entry is not sent either.
    virtual QFuture<Result<domain::Order>> submitBracket(
        domain::BracketPlan plan, std::string where = {}) = 0;
    /// Changes price and quantity of a working limit order in place. One change at a time for each order.
    virtual QFuture<Result<domain::Order>> amend(
        domain::Symbol symbol, std::string clientOrderId, domain::Price price, domain::Quantity quantity) = 0;
    /// Cancels by client order id, conditional orders included. The answer is the order after the cancel.
    virtual QFuture<Result<domain::Order>> cancel(domain::Symbol symbol, std::string clientOrderId) = 0;
    /// Cancels every order of the symbol, conditional ones included. The answer is the number that was asked
    /// for.
    virtual QFuture<Result<int>> cancelAll(domain::Symbol symbol) = 0;
    /// Gets out; emergencyProgressed() tells each step, the answer is the finished report. A second call
    /// while one of the kind runs joins it.
    virtual QFuture<EmergencyPtr> emergency(domain::EmergencyAction action, std::string where = {}) = 0;
    /// Arms or disarms the symbol's dead-man switch (countdownCancelAll): the exchange cancels ALL open
    /// orders of the symbol when this program has not renewed it for two minutes.
    virtual QFuture<Result<bool>> setDeadMan(domain::Symbol symbol, bool armed) = 0;
    /// Lifts a cause of the gate that only a person may lift.
    virtual QFuture<Result<bool>> acknowledge(domain::GateCause cause) = 0;
    /// Closes the gate for opening orders until it is acknowledged.
    virtual QFuture<Result<bool>> stopOpening() = 0;
    /// Sets the user's own rules. What is tighter holds at once; true where that is all of it, false where
    /// something looser waits for the next UTC day. Rejected where a limit makes no sense.
    virtual QFuture<Result<bool>> setRiskRules(domain::RiskRules rules) = 0;
    /// The rules, the day's counts and the lock; never null.
    virtual RulesPtr riskRules() const = 0;
    /// The user has compared a quarantined order with the exchange and says that it is not there.
    virtual QFuture<Result<domain::Order>> confirmGone(domain::Symbol symbol, std::string clientOrderId) = 0;
    /// Compares everything with the exchange now. The answer is the report that reconciled() tells too.
    virtual QFuture<ReconciliationPtr> reconcile() = 0;
    /// The last comparison; null before the first.
    virtual ReconciliationPtr lastReconciliation() const = 0;
    /// The life of an order, oldest first.
    virtual QFuture<Result<StoryPtr>> story(std::string clientOrderId) = 0;
    virtual QFuture<Result<domain::SymbolConfig>> setLeverage(domain::Symbol symbol, int leverage) = 0;
    virtual QFuture<Result<domain::SymbolConfig>> setMarginType(
        domain::Symbol symbol, domain::MarginType type) = 0;
    virtual QFuture<Result<bool>> setHedgeMode(bool hedge) = 0;
    /// Moves margin into (positive) or out of (negative) an isolated position.
    virtual QFuture<Result<bool>> adjustIsolatedMargin(
        domain::Symbol symbol, domain::PositionSide side, domain::Money amount) = 0;

    /// All orders known of, working ones first; for a view that opens late.
    virtual QFuture<OrdersPtr> orders() = 0;
    /// Finished orders of the venue's own history, newest first.
    virtual QFuture<Result<OrdersPtr>> orderHistory(domain::Symbol symbol, int limit) = 0;
    /// The account's own fills, newest first.
    virtual QFuture<Result<FillsPtr>> fillHistory(domain::Symbol symbol, int limit) = 0;

signals:
    void orderChanged(
        const domain::Order &order); ///< never dropped, never conflated; may come before submit() answers
    void fillArrived(const domain::Fill &fill); ///< each execution once
    void alerted(const domain::Alert &alert);   ///< never dropped
    void reconciled(const ports::ReconciliationPtr &report);
    void riskRulesChanged(const ports::RulesPtr &state);
    void emergencyProgressed(const ports::EmergencyPtr &report);
    void storyGrew(const std::string &clientOrderId); ///< story() has more to tell; at most once a moment
};

} // namespace ports
