#pragma once

#include "models/domain/risk/account_risk.h"
#include "models/domain/risk/pretrade.h"
#include "models/domain/risk/rules.h"
#include "models/domain/risk/stress.h"
#include "models/live/market_state.h"
#include "models/live/orders_model.h"
#include "models/ports/account.h"

#include <QObject>
#include <QTimer>

#include <set>

namespace live
{

/// The account, the leverage tables and fees it needs, and its risk at the live mark prices. Whoever drafts
/// an order gets from here what is known.
class AccountView final : public QObject
{
    Q_OBJECT
public:
    AccountView(ports::Account &account, MarketState &market, OrdersModel &orders, const domain::Clock &clock,
        QObject *parent = nullptr);

    /// Null before the first snapshot.
    const domain::AccountState *state() const { return m_state.get(); }
    /// Null before the first snapshot; at most a tenth of a second behind the marks.
    const domain::AccountRisk *risk() const { return m_risk ? &*m_risk : nullptr; }
    const domain::BracketTables &brackets() const { return m_brackets; }
    /// The exchange's own table for the symbol is here; until then the shipped default stands in.
    bool hasBrackets(const domain::Symbol &symbol) const { return m_brackets.contains(symbol); }
    /// What risk() says may ring a bell and be kept: the account was compared with the exchange, positions
    /// are valued at live marks, and by their own leverage tables unless those were asked for in vain.
    bool isJudgeable() const;
    domain::CommissionRates commission(const domain::Symbol &symbol) const;
    /// Of the symbols whose fees are here.
    const std::map<domain::Symbol, domain::CommissionRates> &commissions() const { return m_commissions; }
    domain::SymbolConfig config(const domain::Symbol &symbol) const;
    /// Asks for leverage table and fees of the symbol unless they are here or on their way.
    void want(const domain::Symbol &symbol);
    /// What is known for drafting an order of the symbol; borrows from the live models.
    domain::DraftContext draftContext(const domain::Symbol &symbol) const;
    /// The user's own rules: what they say of single orders is part of every draft's limits.
    void setRules(const domain::RiskRules &rules, const domain::RuleDay &day);
    const domain::StressCurve *stressOfAll() const { return m_stress ? &*m_stress : nullptr; }

signals:
    void accountChanged();
    void riskChanged();
    void tablesChanged(); ///< a leverage table or fees came

private:
    void ask(const domain::Symbol &symbol);
    void askAgain();
    void setState(const ports::AccountPtr &state);
    void assess();

    ports::Account &m_account;
    MarketState &m_market;
    OrdersModel &m_orders;
    const domain::Clock &m_clock;
    ports::AccountPtr m_state;
    domain::BracketTables m_brackets;
    std::map<domain::Symbol, domain::CommissionRates> m_commissions;
    std::map<domain::Symbol, domain::Monotonic> m_bracketsAt; ///< when they were given
    std::map<domain::Symbol, domain::Monotonic> m_commissionsAt;
    std::set<domain::Symbol> m_wanted;
    std::set<domain::Symbol> m_unanswered; ///< of the wanted: asked in vain so far
    QTimer m_askingAgain;
    std::optional<domain::AccountRisk> m_risk;
    std::optional<domain::StressCurve> m_stress;
    QTimer m_assessing;
    domain::OrderLimits m_limits;
    domain::RiskRules m_rules;
    domain::RuleDay m_ruleDay;
};

} // namespace live
