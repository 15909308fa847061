#pragma once

#include "exchange/binance/answer.h"
#include "exchange/binance/rest_client.h"
#include "exchange/binance/wire_account.h"
#include "exchange/binance/wire_stream.h"
#include "models/ports/account.h"

#include <QTimer>

#include <functional>
#include <map>
#include <mutex>
#include <vector>

namespace binance
{

/// The account as REST and the user stream describe it: REST is the judge, the stream the fast path, whose
/// values are absolute. Lives on the exchange thread.
class BinanceAccount final : public ports::Account
{
    Q_OBJECT
public:
    explicit BinanceAccount(RestClient &rest, QObject *parent = nullptr);

    // ports::Account, from any thread
    ports::AccountPtr state() const override;
    QFuture<domain::Result<ports::AccountPtr>> refresh() override;
    QFuture<domain::Result<ports::BracketsPtr>> brackets(domain::Symbol symbol) override;
    QFuture<domain::Result<domain::CommissionRates>> commissionRates(domain::Symbol symbol) override;

    // the exchange thread's side
    void onUserEvent(const StreamEvent &event);
    /// The stream has a gap: what is known stays visible as not reconciled.
    void onGap();
    /// Reads configuration, balances and positions anew. Events that come meanwhile are applied after it,
    /// where they are newer.
    void reconcile(std::function<void(const domain::Result<bool> &)> done);
    bool isReconciled() const { return m_state.isReconciled; }
    /// Whether the venue lets this account trade.
    bool mayTrade() const { return m_mayTrade; }
    void setLeverage(const domain::Symbol &symbol, int leverage, domain::Money maxNotional);
    void setMarginType(const domain::Symbol &symbol, domain::MarginType type);
    void setHedgeMode(bool hedge);

signals:
    /// Balances moved by the stream: the venue's available balance is to be read again soon.
    void balancesMoved();
    void commissionKnown(const domain::Symbol &symbol, const domain::CommissionRates &rates);

private:
    struct Snapshot;
    void step(const std::shared_ptr<Snapshot> &snapshot, std::size_t at);
    void finish(const std::shared_ptr<Snapshot> &snapshot);
    void fail(const std::shared_ptr<Snapshot> &snapshot, const domain::Error &error);
    void apply(const AccountUpdate &update);
    void apply(const AccountConfigUpdate &update);
    void applyPosition(const domain::Position &changed);
    void publish();
    domain::Error noKeys() const;

    RestClient &m_rest;
    domain::AccountState m_state;
    std::map<domain::Symbol, domain::Timestamp> m_balanceTimes; ///< by asset: when it last changed
    bool m_mayTrade = false;
    std::shared_ptr<Snapshot> m_running;
    std::vector<AccountUpdate> m_buffered; ///< events since the running snapshot began
    std::vector<std::function<void(const domain::Result<bool> &)>> m_waiting;
    mutable std::mutex m_publishedMutex; ///< state() answers on any thread without waiting for this one
    ports::AccountPtr m_published;
    std::map<domain::Symbol, ports::BracketsPtr> m_brackets;
    std::map<domain::Symbol, domain::CommissionRates> m_commissions;
};

} // namespace binance
