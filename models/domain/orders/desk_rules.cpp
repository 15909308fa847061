// What gate and rules forbid an order, and what follows where the user's own rules are broken.
#include "models/domain/orders/order_desk.h"

#include <algorithm>

namespace domain
{

std::optional<Error> OrderDesk::whyNot(const Order &intent) const
{
    const NewOrder &order = intent.request;
    const bool isAllowed = isReducing(order) ? m_gate.mayReduce() : m_gate.mayOpen();
    if (!isAllowed) {
        const bool isDisk = m_gate.closures().front().cause == GateCause::Journal;
        return Error{isDisk ? ErrorCode::Storage : ErrorCode::Rejected, m_gate.reason(), 0, 0, 0};
    }
    if (isReducing(order)) {
        return std::nullopt;
    }
    for (const std::string &id : m_unknown) {
        const Order *unknown = m_ledger.find(id);
        if (unknown != nullptr && unknown->phase == OrderPhase::Quarantined &&
            unknown->request.symbol == order.symbol && unknown->request.side == order.side) {
            return Error{ErrorCode::Rejected,
                "An earlier order of this symbol and side could not be settled; compare it with the exchange "
                "and confirm it first.",
                0, 0, 0};
        }
    }
    return whyRuled(intent);
}

Result<bool> OrderDesk::setRiskRules(Timestamp now, const RiskRules &rules)
{
    const auto done = m_riskRules.set(now, rules);
    onTime(now);
    return done;
}

void OrderDesk::onAccount(Timestamp now, std::shared_ptr<const AccountState> account)
{
    m_account = std::move(account);
    m_riskRules.onMotion(now);
}

void OrderDesk::onMarks(Timestamp now, const std::vector<MarkPrice> &marks)
{
    for (const MarkPrice &mark : marks) {
        m_marks.insert_or_assign(mark.symbol, mark);
    }
    if (!m_account || !m_account->isReconciled || !isReconciled()) {
        return;
    }
    const AccountRisk risk = valueAccount(*m_account, m_marks, {});
    if (!risk.allMarksLive) {
        return;
    }
    const bool isRiskRuled = m_riskRules.active().of(RuleKind::OpenRisk).isOn();
    const Money atStops =
        isRiskRuled ? openRisk(*m_account, m_marks, m_ledger.openOrders(), m_commissions).risk() : Money{};
    m_riskRules.onOpenResult(now, risk.unrealizedPnl, atStops, risk.marginBalance);
    pursueRules(now);
}

void OrderDesk::onIncome(Timestamp now, const std::vector<IncomeRow> &rows, bool isComplete)
{
    m_riskRules.onIncome(now, rows, isComplete);
    onTime(now);
}

std::vector<RuleBreach> OrderDesk::breachesOf(const Order &order) const
{
    if (isReducing(order.request) || !m_riskRules.isWatchingOrders()) {
        return {};
    }
    std::vector<Order> orders = m_ledger.openOrders();
    for (const auto &[ticket, waiting] : m_waiting) {
        orders.push_back(waiting.intent); // two clicks in one moment are two orders
    }
    // As it would be, where it is amended.
    std::erase_if(
        orders, [&order](const Order &other) { return other.clientOrderId() == order.clientOrderId(); });
    orders.push_back(order);
    RuleFacts facts;
    facts.account = m_account.get();
    facts.marks = &m_marks;
    facts.openOrders = &orders;
    facts.commissions = &m_commissions;
    facts.stopOfEntry = [this](const Order &entry) { return m_brackets.stopOf(entry.clientOrderId()); };
    return m_riskRules.breachesOf(order, facts);
}

Order OrderDesk::changed(Order order, Price price, Quantity quantity)
{
    order.request.price = price;
    order.request.quantity = quantity;
    return order;
}

std::optional<Error> OrderDesk::whyRuled(const Order &order) const
{
    const auto breaches = breachesOf(order);
    if (breaches.empty() || breaches.front().action == RuleAction::Warn) {
        return std::nullopt;
    }
    return Error{ErrorCode::Rejected, breaches.front().text(), 0, 0, 0};
}

void OrderDesk::warnOfBreaches(Timestamp now, const Order &order)
{
    for (const RuleBreach &breach : breachesOf(order)) {
        alert(now, Alert::Kind::Rules, Alert::Severity::Warning, order.request.symbol, order.clientOrderId(),
            breach.text());
    }
}

void OrderDesk::pursueRules(Timestamp now)
{
    m_riskRules.onTime(now);
    for (const RuleKeeper::Event &event : m_riskRules.takeEvents()) {
        std::visit([&](const auto &one) { followRule(now, one); }, event);
    }
    // After a start only the comparison tells what is open.
    if (m_mustCancelEntries && m_positions.isCompared() && !m_isStopping) {
        m_mustCancelEntries = false;
        const auto orders = m_ledger.openOrders();
        const bool hasEntries =
            std::ranges::any_of(orders, [](const Order &order) { return !isReducing(order.request); });
        if (hasEntries) {
            emergency(now, 0, {EmergencyAction::Kind::CancelEntries, {}}, "rule");
        }
    }
    for (const auto &[name, text] : m_riskRules.takeNotes()) {
        m_entries.emplace_back(JournalNote{name, text});
    }
    if (RuleState state = m_riskRules.state(); state != m_toldRules) {
        m_toldRules = std::move(state);
        m_effects.emplace_back(RulesChanged{});
    }
}

void OrderDesk::followRule(Timestamp now, const RuleKeeper::Locked &event)
{
    const RuleLock &lock = event.lock;
    m_mustCancelEntries = true; // an entry that rests would open all the same
    alert(now, Alert::Kind::Rules, Alert::Severity::Critical, {}, {},
        lock.text + " Opening is locked; cancels and closing orders go out.");
    close(now, GateCause::RuleLock, "Opening is locked. " + lock.text, lock.until);
}

void OrderDesk::followRule(Timestamp now, const RuleKeeper::Unlocked &)
{
    m_mustCancelEntries = false;
    open(now, GateCause::RuleLock);
    alert(now, Alert::Kind::Rules, Alert::Severity::Info, {}, {}, "The lock of your rules has ended.");
}

void OrderDesk::followRule(Timestamp now, const RuleKeeper::MustFlatten &event)
{
    alert(now, Alert::Kind::Rules, Alert::Severity::Critical, {}, {},
        event.text + " Everything is being closed, as the rule says.");
    emergency(now, 0, {EmergencyAction::Kind::FlattenAll, {}}, "rule");
}

void OrderDesk::followRule(Timestamp now, const RuleKeeper::Warned &event)
{
    alert(now, Alert::Kind::Rules, Alert::Severity::Warning, {}, {}, event.text);
}

} // namespace domain
