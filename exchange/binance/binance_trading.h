#pragma once

#include "exchange/binance/answer.h"
#include "exchange/binance/rest_client.h"
#include "exchange/binance/wire_stream.h"
#include "models/domain/orders/order_ledger.h"
#include "models/ports/journal.h"
#include "models/ports/trading.h"

#include <QTimer>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace binance
{

/// Orders and settings at the venue. Each order: intent on the disk, handed over once, and from then on the
/// ledger folds what answers, stream and queries say of it. Lives on the exchange thread.
class BinanceTrading final : public ports::Trading
{
    Q_OBJECT
public:
    /// recvWindow of orders; the others use the client's default.
    static constexpr domain::Milliseconds orderWindow{3'000};

    BinanceTrading(RestClient &rest, ports::Journal &journal, QObject *parent = nullptr);

    // ports::Trading, from any thread
    QFuture<domain::Result<domain::Order>> submit(domain::NewOrder order, std::string where) override;
    QFuture<domain::Result<domain::Order>> submitBracket(domain::BracketPlan, std::string) override
    {
        return notOffered<domain::Order>();
    }
    QFuture<domain::Result<domain::Order>> amend(
        domain::Symbol, std::string, domain::Price, domain::Quantity) override
    {
        return notOffered<domain::Order>();
    }
    QFuture<ports::EmergencyPtr> emergency(domain::EmergencyAction, std::string) override
    {
        return ports::finished<ports::EmergencyPtr>(nullptr);
    }
    QFuture<domain::Result<bool>> setDeadMan(domain::Symbol, bool) override { return notOffered<bool>(); }
    QFuture<domain::Result<bool>> acknowledge(domain::GateCause) override { return notOffered<bool>(); }
    QFuture<domain::Result<bool>> stopOpening() override { return notOffered<bool>(); }
    QFuture<domain::Result<domain::Order>> confirmGone(domain::Symbol, std::string) override
    {
        return notOffered<domain::Order>();
    }
    QFuture<ports::ReconciliationPtr> reconcile() override
    {
        return ports::finished<ports::ReconciliationPtr>(nullptr);
    }
    ports::ReconciliationPtr lastReconciliation() const override { return nullptr; }
    QFuture<domain::Result<ports::StoryPtr>> story(std::string) override
    {
        return notOffered<ports::StoryPtr>();
    }
    QFuture<domain::Result<domain::Order>> cancel(domain::Symbol symbol, std::string clientOrderId) override;
    QFuture<domain::Result<int>> cancelAll(domain::Symbol symbol) override;
    QFuture<domain::Result<domain::SymbolConfig>> setLeverage(domain::Symbol symbol, int leverage) override;
    QFuture<domain::Result<domain::SymbolConfig>> setMarginType(
        domain::Symbol symbol, domain::MarginType type) override;
    QFuture<domain::Result<bool>> setHedgeMode(bool hedge) override;
    QFuture<domain::Result<bool>> adjustIsolatedMargin(
        domain::Symbol symbol, domain::PositionSide side, domain::Money amount) override;
    QFuture<ports::OrdersPtr> orders() override;
    QFuture<domain::Result<ports::OrdersPtr>> orderHistory(domain::Symbol symbol, int limit) override;
    QFuture<domain::Result<ports::FillsPtr>> fillHistory(domain::Symbol symbol, int limit) override;

    // the exchange thread's side
    /// Reads the journal's unresolved orders and takes them up.
    void recover();
    bool isRecovered() const { return m_isRecovered; }
    /// Takes no new orders from here on.
    void stop() { m_isStopping = true; }
    void onUserEvent(const StreamEvent &event);
    /// Compares all open orders with the venue's; the answer says whether both lists were read and folded.
    void reconcile(std::function<void(const domain::Result<bool> &)> done);
    int openOrderCount() const;
    /// Why no orders are taken apart from the connection; empty where they are.
    const QString &lockReason() const { return m_lockReason; }

signals:
    void noticed(int level, const QString &text);
    /// An order's outcome was lost: positions and orders deserve a fresh look soon.
    void outcomeLost();
    void leverageChanged(const domain::Symbol &symbol, int leverage, const domain::Money &maxNotional);
    void marginTypeChanged(const domain::Symbol &symbol, domain::MarginType type);
    void hedgeModeChanged(bool hedge);
    /// Margin was moved into or out of a position.
    void marginMoved();

private:
    template <class T> static QFuture<domain::Result<T>> notOffered()
    {
        return ports::finished<domain::Result<T>>(
            domain::failure(domain::ErrorCode::Rejected, "This is not offered yet."));
    }
    void place(domain::NewOrder request, const ResultAnswer<domain::Order> &answer);
    void handIn(const domain::Order &intent, const ResultAnswer<domain::Order> &answer);
    void placed(const domain::NewOrder &request, const transport::PumpAnswer &reply,
        const ResultAnswer<domain::Order> &answer);
    void cancelOrder(const domain::Symbol &symbol, const std::string &clientOrderId,
        const ResultAnswer<domain::Order> &answer);
    void sendCancel(const domain::OrderRef &ref, const ResultAnswer<domain::Order> &answer);
    void canceled(const domain::OrderRef &ref, const transport::PumpAnswer &reply,
        const ResultAnswer<domain::Order> &answer);
    void cancelEverything(const domain::Symbol &symbol, const ResultAnswer<int> &answer);
    void query(const domain::OrderRef &ref);
    void readTrades(const domain::NeedTrades &need);
    void readOpenOrders(bool isConditional, std::function<void(const domain::Result<bool> &)> done);
    void change(Call call, std::function<void(const domain::Result<QByteArray> &)> done);

    void fold(const domain::Evidence &evidence);
    void carryOut(const domain::OrderEffects &effects);
    void carryOutOne(const domain::OrderChanged &effect);
    void carryOutOne(const domain::FillAdded &effect);
    void carryOutOne(const domain::NeedQuery &effect);
    void carryOutOne(const domain::NeedTrades &effect);
    void carryOutOne(const domain::Alarm &effect);
    void scheduleTick();
    domain::Result<domain::Order> current(const std::string &clientOrderId) const;
    domain::Error noKeys() const;
    domain::Order finished(const OrderReport &report) const;

    RestClient &m_rest;
    ports::Journal &m_journal;
    std::string m_ownPrefix;
    std::unique_ptr<domain::OrderLedger> m_ledger;
    QTimer *m_tick;
    std::set<std::string> m_queried; ///< queries under way
    std::set<std::string> m_unknown; ///< own orders whose outcome is unknown
    bool m_isRecovered = false;
    bool m_isStopping = false;
    QString m_lockReason;
};

} // namespace binance
