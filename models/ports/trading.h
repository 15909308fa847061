#pragma once

#include "models/domain/account.h"
#include "models/domain/order.h"
#include "models/ports/future.h"

#include <QObject>

#include <memory>
#include <vector>

namespace ports
{

using OrdersPtr = std::shared_ptr<const std::vector<domain::Order>>;
using FillsPtr = std::shared_ptr<const std::vector<domain::Fill>>;

/// Everything that changes something at the venue. Callable from any thread.
class Trading : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// Stores the intent, sends it once and answers once: the order as far as it is known, or why it did not
    /// go. OutcomeUnknown: the venue may hold it. It stays visible as UNKNOWN and is looked up; it is never
    /// sent again.
    virtual QFuture<Result<domain::Order>> submit(domain::NewOrder order) = 0;
    /// Cancels by client order id, conditional orders included. The answer is the order after the cancel.
    virtual QFuture<Result<domain::Order>> cancel(domain::Symbol symbol, std::string clientOrderId) = 0;
    /// Cancels every order of the symbol, conditional ones included. The answer is the number that was asked
    /// for.
    virtual QFuture<Result<int>> cancelAll(domain::Symbol symbol) = 0;
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
};

} // namespace ports
