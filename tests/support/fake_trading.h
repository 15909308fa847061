#pragma once

#include "models/ports/trading.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace support
{

/// Records what it is asked for. Orders wait for answerSubmit() unless answersAtOnce is set: then they are
/// accepted as working, market orders as filled.
class FakeTrading final : public ports::Trading
{
public:
    template <class T> using Result = ports::Result<T>;

    bool answersAtOnce = false;
    std::vector<domain::NewOrder> submitted;
    std::vector<std::pair<domain::Symbol, std::string>> canceled;
    std::vector<domain::Symbol> canceledAll;
    std::vector<std::pair<domain::Symbol, int>> leverages;
    std::vector<std::pair<domain::Symbol, domain::MarginType>> marginTypes;
    std::vector<domain::BracketPlan> brackets;
    std::vector<domain::Order> amended; ///< symbol, id, price and quantity asked for
    std::vector<domain::EmergencyAction> emergencies;
    std::vector<std::pair<domain::Symbol, bool>> deadMen;
    std::vector<domain::GateCause> acknowledged;
    int openingStops = 0;
    std::vector<std::string> confirmedGone;
    int reconciliations = 0;
    std::vector<domain::RiskRules> rulesSet;
    bool rulesWait = false; ///< until answerRules()
    ports::RulesPtr rules = std::make_shared<const domain::RuleState>();
    ports::ReconciliationPtr report;
    std::map<std::string, std::vector<domain::OrderMoment>> stories;
    std::vector<domain::Order> knownOrders;
    std::vector<domain::Order> history;
    std::vector<domain::Fill> fills;

    void answerSubmit(Result<domain::Order> answer)
    {
        m_pending.front().addResult(std::move(answer));
        m_pending.front().finish();
        m_pending.erase(m_pending.begin());
    }
    void answerRules(Result<bool> answer)
    {
        m_pendingRules.front().addResult(std::move(answer));
        m_pendingRules.front().finish();
        m_pendingRules.erase(m_pendingRules.begin());
    }
    int pendingSubmits() const { return static_cast<int>(m_pending.size()); }

    QFuture<Result<domain::Order>> submit(domain::NewOrder order, std::string = {}) override
    {
        submitted.push_back(order);
        if (answersAtOnce) {
            return ports::finished(Result<domain::Order>{accepted(order)});
        }
        m_pending.emplace_back();
        m_pending.back().start();
        return m_pending.back().future();
    }
    QFuture<Result<domain::Order>> cancel(domain::Symbol symbol, std::string clientOrderId) override
    {
        canceled.emplace_back(symbol, clientOrderId);
        domain::Order order;
        order.request.symbol = std::move(symbol);
        order.request.clientOrderId = std::move(clientOrderId);
        order.phase = domain::OrderPhase::Done;
        order.endReason = domain::EndReason::Canceled;
        return ports::finished(Result<domain::Order>{order});
    }
    QFuture<Result<int>> cancelAll(domain::Symbol symbol) override
    {
        canceledAll.push_back(std::move(symbol));
        return ports::finished(Result<int>{1});
    }
    QFuture<Result<domain::SymbolConfig>> setLeverage(domain::Symbol symbol, int leverage) override
    {
        leverages.emplace_back(std::move(symbol), leverage);
        domain::SymbolConfig config;
        config.leverage = leverage;
        return ports::finished(Result<domain::SymbolConfig>{config});
    }
    QFuture<Result<domain::SymbolConfig>> setMarginType(
        domain::Symbol symbol, domain::MarginType type) override
    {
        marginTypes.emplace_back(std::move(symbol), type);
        domain::SymbolConfig config;
        config.marginType = type;
        return ports::finished(Result<domain::SymbolConfig>{config});
    }
    QFuture<Result<bool>> setHedgeMode(bool) override { return ports::finished(Result<bool>{true}); }
    QFuture<Result<bool>> adjustIsolatedMargin(domain::Symbol, domain::PositionSide, domain::Money) override
    {
        return ports::finished(Result<bool>{true});
    }
    QFuture<Result<domain::Order>> submitBracket(domain::BracketPlan plan, std::string where = {}) override
    {
        brackets.push_back(plan);
        return submit(plan.entry, std::move(where));
    }
    QFuture<Result<domain::Order>> amend(domain::Symbol symbol, std::string clientOrderId,
        domain::Price price, domain::Quantity quantity) override
    {
        domain::Order order;
        order.request.symbol = std::move(symbol);
        order.request.clientOrderId = std::move(clientOrderId);
        order.request.price = price;
        order.request.quantity = quantity;
        order.phase = domain::OrderPhase::Working;
        amended.push_back(order);
        return ports::finished(Result<domain::Order>{order});
    }
    QFuture<ports::EmergencyPtr> emergency(domain::EmergencyAction action, std::string = {}) override
    {
        emergencies.push_back(action);
        auto done = std::make_shared<domain::EmergencyReport>();
        done->action = action;
        done->endedAt = domain::timestampFromMs(1);
        return ports::finished<ports::EmergencyPtr>(done);
    }
    QFuture<Result<bool>> setDeadMan(domain::Symbol symbol, bool armed) override
    {
        deadMen.emplace_back(std::move(symbol), armed);
        return ports::finished(Result<bool>{armed});
    }
    QFuture<Result<bool>> acknowledge(domain::GateCause cause) override
    {
        acknowledged.push_back(cause);
        return ports::finished(Result<bool>{true});
    }
    QFuture<Result<bool>> stopOpening() override
    {
        ++openingStops;
        return ports::finished(Result<bool>{true});
    }
    QFuture<Result<domain::Order>> confirmGone(domain::Symbol symbol, std::string clientOrderId) override
    {
        domain::Order order;
        order.request.symbol = std::move(symbol);
        order.request.clientOrderId = std::move(clientOrderId);
        order.phase = domain::OrderPhase::Done;
        order.endReason = domain::EndReason::NeverAccepted;
        confirmedGone.push_back(order.clientOrderId());
        return ports::finished(Result<domain::Order>{order});
    }
    QFuture<ports::ReconciliationPtr> reconcile() override
    {
        ++reconciliations;
        return ports::finished(report);
    }
    QFuture<Result<bool>> setRiskRules(domain::RiskRules wanted) override
    {
        rulesSet.push_back(wanted);
        if (rulesWait) {
            m_pendingRules.emplace_back();
            m_pendingRules.back().start();
            return m_pendingRules.back().future();
        }
        auto state = std::make_shared<domain::RuleState>(*rules);
        state->active = domain::tighterOf(state->active, wanted);
        rules = state;
        emit riskRulesChanged(rules);
        return ports::finished(Result<bool>{state->active == wanted});
    }
    ports::RulesPtr riskRules() const override { return rules; }
    ports::ReconciliationPtr lastReconciliation() const override { return report; }
    QFuture<Result<ports::StoryPtr>> story(std::string clientOrderId) override
    {
        return ports::finished(Result<ports::StoryPtr>{
            std::make_shared<const std::vector<domain::OrderMoment>>(stories[clientOrderId])});
    }
    QFuture<ports::OrdersPtr> orders() override
    {
        return ports::finished<ports::OrdersPtr>(
            std::make_shared<const std::vector<domain::Order>>(knownOrders));
    }
    QFuture<Result<ports::OrdersPtr>> orderHistory(domain::Symbol, int) override
    {
        return ports::finished(
            Result<ports::OrdersPtr>{std::make_shared<const std::vector<domain::Order>>(history)});
    }
    QFuture<Result<ports::FillsPtr>> fillHistory(domain::Symbol, int) override
    {
        return ports::finished(
            Result<ports::FillsPtr>{std::make_shared<const std::vector<domain::Fill>>(fills)});
    }

private:
    static domain::Order accepted(const domain::NewOrder &request)
    {
        domain::Order order;
        order.request = request;
        const bool isFilled = request.type == domain::OrderType::Market;
        order.phase = isFilled ? domain::OrderPhase::Done : domain::OrderPhase::Working;
        order.endReason = isFilled ? domain::EndReason::Filled : domain::EndReason::None;
        order.executedQty = isFilled ? request.quantity : domain::Quantity{};
        return order;
    }
    std::vector<QPromise<Result<domain::Order>>> m_pending;
    std::vector<QPromise<Result<bool>>> m_pendingRules;
};

} // namespace support
