#pragma once

#include "models/domain/account.h"
#include "models/domain/market.h"
#include "models/ports/future.h"

#include <QObject>

#include <memory>
#include <vector>

namespace ports
{

using AccountPtr = std::shared_ptr<const domain::AccountState>;
using BracketsPtr = std::shared_ptr<const domain::LeverageBrackets>;

/// The account as the venue keeps it: balances, positions, settings. Callable from any thread.
class Account : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// Latest known state; null before the first snapshot.
    virtual AccountPtr state() const = 0;
    /// Asks the venue for everything anew and compares.
    virtual QFuture<Result<AccountPtr>> refresh() = 0;
    /// Leverage table of a symbol, kept once read.
    virtual QFuture<Result<BracketsPtr>> brackets(domain::Symbol symbol) = 0;
    virtual QFuture<Result<domain::CommissionRates>> commissionRates(domain::Symbol symbol) = 0;

signals:
    void accountChanged(const ports::AccountPtr &state);
    void fundingPaid(const domain::FundingPayment &payment);
    /// The venue's own margin call: advisory.
    void marginCalled(const QString &text);
};

} // namespace ports
