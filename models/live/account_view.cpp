#include "models/live/account_view.h"

#include <algorithm>
#include <utility>

namespace live
{

using namespace std::chrono_literals;

AccountView::AccountView(ports::Account &account, MarketState &market, OrdersModel &orders,
    const domain::Clock &clock, QObject *parent)
    : QObject{parent},
      m_account{account},
      m_market{market},
      m_orders{orders},
      m_clock{clock}
{
    m_assessing.setSingleShot(true);
    m_assessing.setInterval(100ms);
    connect(&m_assessing, &QTimer::timeout, this, &AccountView::assess);
    m_askingAgain.setSingleShot(true);
    m_askingAgain.setInterval(3s);
    connect(&m_askingAgain, &QTimer::timeout, this, &AccountView::askAgain);
    const auto later = [this] {
        if (!m_assessing.isActive()) {
            m_assessing.start();
        }
    };
    connect(&account, &ports::Account::accountChanged, this, &AccountView::setState);
    connect(&market, &MarketState::marksChanged, this, later);
    connect(&orders, &OrdersModel::openOrdersChanged, this, later);
    setState(account.state());
}

void AccountView::setState(const ports::AccountPtr &state)
{
    if (!state) {
        return;
    }
    // Before the first snapshot nothing that needs a signature could be answered.
    if (!std::exchange(m_state, state)) {
        askAgain();
    }
    for (const domain::Position &position : state->positions) {
        want(position.symbol);
    }
    assess();
    emit accountChanged();
}

void AccountView::assess()
{
    if (!m_state) {
        return;
    }
    m_risk = domain::assess(*m_state, m_market.marks(), m_brackets, m_orders.orders());
    std::vector<domain::StressCurve> curves =
        domain::stressAccount(*m_state, m_market.marks(), m_brackets, domain::Rate::literal("0.1"));
    if (!curves.empty()) {
        m_stress = std::move(curves.front());
    }
    emit riskChanged();
}

domain::CommissionRates AccountView::commission(const domain::Symbol &symbol) const
{
    const auto found = m_commissions.find(symbol);
    return found == m_commissions.end() ? domain::CommissionRates{} : found->second;
}

domain::SymbolConfig AccountView::config(const domain::Symbol &symbol) const
{
    if (m_state) {
        if (const auto found = m_state->symbols.find(symbol); found != m_state->symbols.end()) {
            return found->second;
        }
    }
    return {};
}

void AccountView::want(const domain::Symbol &symbol)
{
    if (!symbol.empty() && m_wanted.insert(symbol).second) {
        ask(symbol);
    }
}

bool AccountView::isJudgeable() const
{
    if (!m_state || !m_state->isReconciled || !m_risk) {
        return false;
    }
    const auto hasTable = [this](const domain::PositionRisk &risk) {
        const domain::Symbol &symbol = risk.position.symbol;
        return hasBrackets(symbol) || m_unanswered.contains(symbol);
    };
    return m_risk->positions.empty() ||
           (m_risk->allMarksLive && !m_market.isStale() && std::ranges::all_of(m_risk->positions, hasTable));
}

void AccountView::askAgain()
{
    for (const domain::Symbol &symbol : std::exchange(m_unanswered, {})) {
        ask(symbol);
    }
}

void AccountView::ask(const domain::Symbol &symbol)
{
    const auto failed = [this, symbol] {
        m_unanswered.insert(symbol);
        if (m_state && !m_askingAgain.isActive()) {
            m_askingAgain.start();
        }
    };
    ports::whenFinished(m_account.brackets(symbol), this,
        [this, symbol, failed](const ports::Result<ports::BracketsPtr> &table) {
            if (!table) {
                failed();
                return;
            }
            m_brackets[symbol] = **table;
            m_bracketsAt[symbol] = m_clock.monotonicNow();
            assess();
            emit tablesChanged();
        });
    ports::whenFinished(m_account.commissionRates(symbol), this,
        [this, symbol, failed](const ports::Result<domain::CommissionRates> &rates) {
            if (!rates) {
                failed();
                return;
            }
            m_commissions[symbol] = *rates;
            m_commissionsAt[symbol] = m_clock.monotonicNow();
            emit tablesChanged();
        });
}

void AccountView::setRules(const domain::RiskRules &rules, const domain::RuleDay &day)
{
    using domain::RuleAction;
    using domain::RuleKind;
    m_rules = rules;
    m_ruleDay = day;
    m_limits = {};
    const auto forbids = [&](RuleKind kind) -> std::optional<domain::RuleLimit> {
        const domain::Rule &rule = rules.of(kind);
        return rule.action == RuleAction::Warn ? std::nullopt : rule.limitAt(day.balance);
    };
    if (const auto size = forbids(RuleKind::OrderSize)) {
        m_limits.largestNotional = domain::Money::fromUnits(size->units());
    }
    if (const auto risk = forbids(RuleKind::RiskPerTrade)) {
        m_limits.largestRisk = domain::Money::fromUnits(risk->units());
    }
    if (const auto leverage = forbids(RuleKind::Leverage)) {
        m_limits.largestLeverage = static_cast<int>(leverage->units() / domain::RuleLimit::of(1).units());
    }
}

domain::DraftContext AccountView::draftContext(const domain::Symbol &symbol) const
{
    domain::DraftContext context;
    context.spec = m_market.spec(symbol);
    context.brackets = &m_brackets;
    context.account = m_state.get();
    context.marks = &m_market.marks();
    context.openOrders = &m_orders.orders();
    context.mark = m_market.agedMark(symbol);
    context.last = m_market.agedLast(symbol);
    context.bid = m_market.agedBid(symbol);
    context.ask = m_market.agedAsk(symbol);
    context.commission = commission(symbol);
    context.commissions = &m_commissions;
    const auto ageOf = [&](const auto &times) -> std::optional<domain::Milliseconds> {
        const auto found = times.find(symbol);
        return found == times.end() ? std::nullopt
                                    : std::optional{std::chrono::duration_cast<domain::Milliseconds>(
                                          m_clock.monotonicNow() - found->second)};
    };
    context.bracketsAge = ageOf(m_bracketsAt);
    context.commissionAge = ageOf(m_commissionsAt);
    const domain::SymbolConfig settings = config(symbol);
    context.leverage = settings.leverage;
    context.marginType = settings.marginType;
    context.now = m_clock.wallNow();
    context.limits = m_limits;
    context.rules = &m_rules;
    context.ruleDay = &m_ruleDay;
    return context;
}

} // namespace live
