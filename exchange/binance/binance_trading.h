#pragma once

#include "exchange/binance/answer.h"
#include "exchange/binance/desk_wire.h"
#include "exchange/binance/rest_client.h"
#include "exchange/binance/wire_stream.h"
#include "models/domain/orders/order_desk.h"
#include "models/ports/account.h"
#include "models/ports/journal.h"
#include "models/ports/market_data.h"
#include "models/ports/trading.h"

#include <QTimer>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace binance
{

/// Orders and settings at the venue: the shell around the order desk. It carries the desk's decisions to the
/// journal, the queue and the window, and brings answers and events back. Lives on the exchange thread.
class BinanceTrading final : public ports::Trading
{
    Q_OBJECT
public:
    BinanceTrading(RestClient &rest, ports::Journal &journal, QObject *parent = nullptr);

    // ports::Trading, from any thread
    QFuture<domain::Result<domain::Order>> submit(domain::NewOrder order, std::string where) override;
    QFuture<domain::Result<domain::Order>> submitBracket(
        domain::BracketPlan plan, std::string where) override;
    QFuture<domain::Result<domain::Order>> amend(domain::Symbol symbol, std::string clientOrderId,
        domain::Price price, domain::Quantity quantity) override;
    QFuture<domain::Result<domain::Order>> cancel(domain::Symbol symbol, std::string clientOrderId) override;
    QFuture<domain::Result<int>> cancelAll(domain::Symbol symbol) override;
    QFuture<ports::EmergencyPtr> emergency(domain::EmergencyAction action, std::string where) override;
    QFuture<domain::Result<bool>> setDeadMan(domain::Symbol symbol, bool armed) override;
    QFuture<domain::Result<bool>> acknowledge(domain::GateCause cause) override;
    QFuture<domain::Result<bool>> stopOpening() override;
    QFuture<domain::Result<domain::Order>> confirmGone(
        domain::Symbol symbol, std::string clientOrderId) override;
    QFuture<domain::Result<bool>> setRiskRules(domain::RiskRules rules) override;
    ports::RulesPtr riskRules() const override;
    QFuture<ports::ReconciliationPtr> reconcile() override;
    ports::ReconciliationPtr lastReconciliation() const override;
    QFuture<domain::Result<ports::StoryPtr>> story(std::string clientOrderId) override;
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
    /// Reads what the journal holds; `done` is told its notes (nothing where it cannot be read).
    void load(std::function<void(const domain::JournalPast &)> done);
    /// The exchange's clock is known: takes up the orders of earlier runs.
    void recover();
    bool isRecovered() const { return m_isRecovered; }
    /// Takes no new orders from here on.
    void stop();
    void onUserEvent(const StreamEvent &event);
    void onStreamGap(const QString &why);
    void onStreamUp();
    void onWakeUp(const std::string &why);
    /// The paper account was started over.
    void onAccountReset();
    void setRules(std::shared_ptr<const domain::ExchangeInfo> info);
    // What the user's rules are held against.
    void onAccount(const ports::AccountPtr &account);
    void onMarks(const ports::MarkPricesPtr &marks);
    void onCommission(const domain::Symbol &symbol, const domain::CommissionRates &rates);
    /// Reads what moved the balance since the UTC day began.
    void readIncome();
    /// A cause of the gate that others notice.
    void setClosed(domain::GateCause cause, bool isClosed, const std::string &reason,
        std::optional<domain::Milliseconds> length = std::nullopt);
    /// Keeps a note in the journal; an empty value forgets it.
    void keepNote(const std::string &name, const std::string &value);
    const domain::OrderDesk &desk() const { return m_desk; }
    std::optional<domain::Milliseconds> lastCommit() const { return m_lastCommit; }

signals:
    void noticed(int level, const QString &text);
    /// Gate, switches or the number of unknown orders changed.
    void gateChanged();
    /// Margin was moved, or a comparison found something: balances deserve a fresh look soon.
    void accountStale();
    void leverageChanged(const domain::Symbol &symbol, int leverage, const domain::Money &maxNotional);
    void marginTypeChanged(const domain::Symbol &symbol, domain::MarginType type);
    void hedgeModeChanged(bool hedge);

private:
    template <class Act> void run(Act act)
    {
        act(m_rest.serverNow());
        carryOut();
    }
    /// Hops to the exchange thread and asks the desk; `ask` is given the command's number and the source.
    QFuture<domain::Result<domain::Order>> command(std::string where,
        std::function<void(domain::Timestamp now, domain::CommandId, const domain::ActionSource &)> ask);
    void change(Call call, std::function<void(const domain::Result<QByteArray> &)> done);
    void carryOut();
    void carryOutOne(domain::KeepEntries &effect);
    void carryOutOne(domain::SendRequest &effect);
    void carryOutOne(domain::WithdrawRequest &effect);
    void carryOutOne(domain::Reply &effect);
    void carryOutOne(domain::OrderChanged &effect);
    void carryOutOne(domain::FillAdded &effect);
    void carryOutOne(domain::Alert &effect);
    void carryOutOne(domain::GateChanged &effect);
    void carryOutOne(domain::RulesChanged &effect);
    void carryOutOne(domain::EmergencyTold &effect);
    void carryOutOne(domain::ReconciliationTold &effect);
    void readIncomeFrom(domain::Timestamp since);
    void watchKeys(const domain::Error &error);
    void scheduleWake();
    domain::Error noKeys() const;
    domain::Order finished(const OrderReport &report) const;

    RestClient &m_rest;
    ports::Journal &m_journal;
    std::string m_ownPrefix;
    domain::OrderDesk m_desk;
    QTimer *m_wake;
    domain::CommandId m_lastCommand = 0;
    std::map<domain::CommandId, ResultAnswer<domain::Order>> m_orderAnswers;
    std::map<domain::CommandId, Answer<ports::EmergencyPtr>> m_emergencyAnswers;
    std::map<domain::CommandId, Answer<ports::ReconciliationPtr>> m_auditAnswers;
    domain::JournalPast m_past;            ///< between load() and recover()
    std::vector<domain::Evidence> m_early; ///< stream events before recover()
    bool m_isLoaded = false;
    bool m_isRecovered = false;
    bool m_isStreamUp = false; ///< before recover()
    bool m_isStopping = false;
    bool m_isCarryingOut = false;
    std::deque<domain::DeskEffect> m_effects;
    std::set<std::string> m_grown; ///< orders whose story grew in this round
    std::optional<domain::Milliseconds> m_lastCommit;
    mutable std::mutex m_reportMutex; ///< lastReconciliation() and riskRules() answer on any thread
    ports::ReconciliationPtr m_report;
    ports::RulesPtr m_riskRules = std::make_shared<const domain::RuleState>();
    domain::OrderPace m_pace; ///< as the pump has it
    bool m_isReadingIncome = false;
};

} // namespace binance
