#include "models/domain/risk/rules.h"

#include "models/domain/grouped.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <utility>

namespace domain
{
namespace
{

using namespace std::chrono_literals;

struct Row
{
    std::string_view name;
    std::string_view unit;
    bool isCount;       ///< whole numbers only
    bool isLongTighter; ///< a higher limit forbids more
    bool mayFlatten;
    bool mayBeShare;
};

// By RuleKind.
constexpr std::array<Row, ruleCount> rows{{
    {"Daily loss", "USDT", false, false, true, true},
    {"Risk per trade", "USDT", false, false, false, true},
    {"Open risk", "USDT", false, false, true, true},
    {"Positions", "positions", true, false, false, false},
    {"Trades", "trades", true, false, false, false},
    {"Losing streak", "losses", true, false, true, false},
    {"Cool-down", "min", false, true, false, false},
    {"Leverage", "x", true, false, false, false},
    {"Order size", "USDT", false, false, false, false},
    {"Price collar", "%", false, false, false, false},
}};

const Row &rowOf(RuleKind kind)
{
    return rows[static_cast<std::size_t>(kind)];
}

Rule tighter(RuleKind kind, const Rule &active, const Rule &wanted)
{
    if (!active.isOn() || !wanted.isOn()) {
        return active.isOn() ? active : wanted;
    }
    const auto stricter = [](const auto &a, const auto &b, bool isHigher) {
        return !a || !b ? (a ? a : b) : isHigher ? std::max(a, b) : std::min(a, b);
    };
    return {stricter(active.limit, wanted.limit, rowOf(kind).isLongTighter),
        std::max(active.action, wanted.action), stricter(active.share, wanted.share, false)};
}

std::string usdt(Money amount)
{
    return grouped(amount.toFixed(2)) + " USDT";
}

/// Of an amount that is above a limit: rounded so that it is still above it once it is written.
std::string usdtAbove(Money amount)
{
    return grouped(amount.toFixed(2, Rounding::Up)) + " USDT";
}

std::string clockText(Timestamp at)
{
    const auto minutes = std::chrono::floor<std::chrono::minutes>(at - dayOf(at)).count();
    return fmt::format("{:02}:{:02} UTC", minutes / 60, minutes % 60);
}

/// The order's own leg: what is held there, signed.
Quantity heldBy(const AccountState &account, const NewOrder &order)
{
    Quantity held;
    for (const Position &position : account.positions) {
        if (position.symbol == order.symbol && position.positionSide == order.positionSide) {
            held += position.quantity * signOf(position.side);
        }
    }
    return held;
}

/// Holds one order against the rules of single orders.
class Check
{
public:
    Check(const RiskRules &rules, const RuleDay &day, const Order &order, const RuleFacts &facts)
        : m_rules{rules},
          m_day{day},
          m_order{order},
          m_request{order.request},
          m_facts{facts}
    {
        if (facts.marks != nullptr) {
            const auto found = facts.marks->find(m_request.symbol);
            m_mark = found == facts.marks->end() ? Price{} : found->second.mark;
        }
        if (facts.openOrders != nullptr) {
            m_orders = *facts.openOrders;
        }
        const auto same = std::ranges::find(m_orders, order.clientOrderId(), &Order::clientOrderId);
        if (order.clientOrderId().empty() || same == m_orders.end()) {
            m_orders.push_back(order);
        }
    }

    std::vector<RuleBreach> breaches()
    {
        checkShares();
        checkRisk();
        checkCounts();
        checkLeverage();
        checkSize();
        checkCollar();
        return std::move(m_breaches);
    }

private:
    bool isOn(RuleKind kind) const { return m_rules.of(kind).isOn(); }
    std::string allows(RuleKind kind) const
    {
        return "the rule allows " + ruleText(kind, m_rules.of(kind), m_day.balance);
    }
    bool isAbove(RuleKind kind, RuleLimit value) const
    {
        return value > *m_rules.of(kind).limitAt(m_day.balance);
    }
    void add(RuleKind kind, const std::string &fact, const char *advice = "")
    {
        m_breaches.push_back(
            {kind, m_rules.of(kind).action, std::string{nameOf(kind)} + ": " + fact, advice, true});
    }
    void addUnknown(RuleKind kind, const char *what)
    {
        add(kind, std::string{what} + " is not known yet, so the rule of " +
                      ruleText(kind, m_rules.of(kind), m_day.balance) +
                      " cannot be checked; try again in a moment");
        m_breaches.back().isKnown = false;
    }

    void checkShares()
    {
        for (const RuleKind kind : allRules) {
            if (m_rules.of(kind).needs(m_day.balance)) {
                addUnknown(kind, "The balance of the day");
            }
        }
    }

    void checkRisk()
    {
        const auto isCheckable = [this](RuleKind kind) {
            return isOn(kind) && !m_rules.of(kind).needs(m_day.balance);
        };
        if (!isCheckable(RuleKind::RiskPerTrade) && !isCheckable(RuleKind::OpenRisk)) {
            return;
        }
        const bool hasPrice = m_request.price.isPositive() || m_request.triggerPrice.isPositive();
        if (m_facts.account == nullptr || m_facts.marks == nullptr || (!hasPrice && !m_mark.isPositive())) {
            for (const RuleKind kind : {RuleKind::RiskPerTrade, RuleKind::OpenRisk}) {
                if (isCheckable(kind)) {
                    addUnknown(kind, "The account or the mark price");
                }
            }
            return;
        }
        const CommissionTable none;
        const OpenRisk risk = openRisk(*m_facts.account, *m_facts.marks, m_orders,
            m_facts.commissions != nullptr ? *m_facts.commissions : none, m_facts.stopOfEntry);
        const LegRisk *leg = risk.find(m_request.symbol, m_request.positionSide);
        if (isCheckable(RuleKind::RiskPerTrade) && leg != nullptr &&
            isAbove(RuleKind::RiskPerTrade, limitFrom(leg->risk()))) {
            const bool hasStop = m_facts.stopOfEntry && m_facts.stopOfEntry(m_order).has_value();
            const bool isNaked = leg->naked.isPositive() || !hasStop;
            add(RuleKind::RiskPerTrade,
                usdtAbove(leg->risk()) + " of " + m_request.symbol + " would be at risk" +
                    (isNaked ? " (what has no stop counts whole)" : "") + ", " +
                    allows(RuleKind::RiskPerTrade),
                hasStop ? "" : "Send the entry together with its stop.");
        }
        if (isCheckable(RuleKind::OpenRisk) && isAbove(RuleKind::OpenRisk, limitFrom(risk.risk()))) {
            m_breaches.push_back(
                openRiskBreach(m_rules, m_day, risk.risk(), risk.nakedNotional.isPositive()));
        }
    }

    void checkCounts()
    {
        if (!isOn(RuleKind::Positions) && !isOn(RuleKind::Trades)) {
            return;
        }
        if (m_facts.account == nullptr) {
            for (const RuleKind kind : {RuleKind::Positions, RuleKind::Trades}) {
                if (isOn(kind)) {
                    addUnknown(kind, "The account");
                }
            }
            return;
        }
        using Leg = std::pair<Symbol, PositionSide>;
        std::set<Leg> held;
        for (const Position &position : m_facts.account->positions) {
            if (position.quantity.isPositive()) {
                held.emplace(position.symbol, position.positionSide);
            }
        }
        std::set<Leg> opening;
        for (const Order &order : m_orders) {
            const Leg leg{order.request.symbol, order.request.positionSide};
            if (order.isOpen() && !isReducing(order.request) && !held.contains(leg)) {
                opening.insert(leg);
            }
        }
        const Quantity before = heldBy(*m_facts.account, m_request);
        const bool isNew = before.isZero();
        const bool mayTurn = before.sign() * signOf(m_request.side) < 0 && m_request.quantity > before.abs();
        const auto positions = static_cast<std::int64_t>(held.size() + opening.size());
        if (isOn(RuleKind::Positions) && isNew && isAbove(RuleKind::Positions, RuleLimit::of(positions))) {
            add(RuleKind::Positions, "this would make " + std::to_string(positions) +
                                         " held or being opened, " + allows(RuleKind::Positions));
        }
        const auto trades = static_cast<std::int64_t>(opening.size()) + m_day.trades + (mayTurn ? 1 : 0);
        if (isOn(RuleKind::Trades) && (isNew || mayTurn) &&
            isAbove(RuleKind::Trades, RuleLimit::of(trades))) {
            add(RuleKind::Trades, "this would be number " + std::to_string(trades) + " of the UTC day, " +
                                      allows(RuleKind::Trades));
        }
    }

    void checkLeverage()
    {
        if (!isOn(RuleKind::Leverage)) {
            return;
        }
        std::optional<int> leverage;
        if (m_facts.account != nullptr) {
            if (const auto set = m_facts.account->symbols.find(m_request.symbol);
                set != m_facts.account->symbols.end()) {
                leverage = set->second.leverage;
            }
            if (const auto *held = findPosition(m_request.symbol, m_request.positionSide, *m_facts.account)) {
                leverage = std::max(leverage.value_or(1), held->leverage);
            }
        }
        if (!leverage) {
            return addUnknown(RuleKind::Leverage, "The symbol's leverage");
        }
        if (isAbove(RuleKind::Leverage, RuleLimit::of(*leverage))) {
            add(RuleKind::Leverage,
                m_request.symbol + " is set to " + std::to_string(*leverage) + "x, " +
                    allows(RuleKind::Leverage),
                "Lower it first.");
        }
    }
    static const Position *findPosition(const Symbol &symbol, PositionSide side, const AccountState &account)
    {
        const auto found = std::ranges::find_if(account.positions, [&](const Position &position) {
            return position.symbol == symbol && position.positionSide == side;
        });
        return found == account.positions.end() ? nullptr : &*found;
    }

    void checkSize()
    {
        if (!isOn(RuleKind::OrderSize)) {
            return;
        }
        const Price price = std::max({m_request.price, m_request.triggerPrice, m_mark});
        if (!price.isPositive()) {
            return addUnknown(RuleKind::OrderSize, "The mark price");
        }
        const Money notional = price * m_request.quantity;
        if (isAbove(RuleKind::OrderSize, limitFrom(notional))) {
            add(RuleKind::OrderSize,
                "this order is worth " + usdtAbove(notional) + ", " + allows(RuleKind::OrderSize));
        }
    }

    void checkCollar()
    {
        if (!isOn(RuleKind::PriceCollar) || !m_request.price.isPositive()) {
            return;
        }
        const Price reference = isConditional(m_request.type) ? m_request.triggerPrice : m_mark;
        if (!reference.isPositive()) {
            return addUnknown(RuleKind::PriceCollar, "The mark price");
        }
        const Rate through = (m_request.price - reference) / reference * signOf(m_request.side);
        if (isAbove(RuleKind::PriceCollar, limitFrom(through))) {
            add(RuleKind::PriceCollar, "the limit lies " + (through * 100).toFixed(2) + " % through " +
                                           grouped(reference.toString()) + ", " +
                                           allows(RuleKind::PriceCollar));
        }
    }

    const RiskRules &m_rules;
    const RuleDay &m_day;
    const Order &m_order;
    const NewOrder &m_request;
    const RuleFacts &m_facts;
    Price m_mark;
    std::vector<Order> m_orders;
    std::vector<RuleBreach> m_breaches;
};

} // namespace

std::string_view nameOf(RuleKind kind)
{
    return rowOf(kind).name;
}

std::string_view unitOf(RuleKind kind)
{
    return rowOf(kind).unit;
}

bool mayFlatten(RuleKind kind)
{
    return rowOf(kind).mayFlatten;
}

bool mayBeShare(RuleKind kind)
{
    return rowOf(kind).mayBeShare;
}

std::optional<RuleLimit> Rule::limitAt(const std::optional<Money> &balance) const
{
    if (!share || !balance) {
        return limit;
    }
    const auto ofBalance = limitFrom(std::max(Money{}, *balance) * *share);
    return limit ? std::min(*limit, ofBalance) : ofBalance;
}

std::string ruleText(RuleKind kind, const Rule &rule, const std::optional<Money> &balance)
{
    std::string text = rule.limit ? limitText(kind, *rule.limit) : std::string{};
    if (rule.share) {
        text += (text.empty() ? "" : " or ") + (*rule.share * 100).toString() + " % of the balance (" +
                (balance ? usdt(std::max(Money{}, *balance) * *rule.share) : "not known yet") + ')';
    }
    return text;
}

std::string limitText(RuleKind kind, RuleLimit limit)
{
    if (kind == RuleKind::PriceCollar) {
        return (limit * 100).toString() + " %";
    }
    if (kind == RuleKind::Leverage) {
        return limit.toString() + 'x';
    }
    return grouped(limit.toString()) + ' ' + std::string{unitOf(kind)};
}

std::vector<std::string> problemsOf(const RiskRules &rules)
{
    std::vector<std::string> problems;
    for (const RuleKind kind : allRules) {
        const Rule &rule = rules.of(kind);
        const std::string name{nameOf(kind)};
        if (!rule.isOn()) {
            continue;
        }
        if (rule.limit && !rule.limit->isPositive()) {
            problems.push_back(name + ": enter a limit above 0, or switch the rule off.");
        } else if (rule.limit && rowOf(kind).isCount && !rule.limit->isMultipleOf(RuleLimit::of(1))) {
            problems.push_back(name + ": enter a whole number.");
        }
        if (rule.share && !mayBeShare(kind)) {
            problems.push_back(name + ": a share of the balance is not offered for this rule.");
        } else if (rule.share && (!rule.share->isPositive() || *rule.share > Rate::of(1))) {
            problems.push_back(name + ": a share of the balance is above 0 and at most 100 %.");
        }
        if (rule.action == RuleAction::Flatten && !mayFlatten(kind)) {
            problems.push_back(name + ": closing everything is not offered for this rule; refuse instead.");
        }
    }
    if (rules.pace.atOnce < 1 || rules.pace.perMinute < rules.pace.atOnce) {
        problems.emplace_back(
            "Order rate: at least 1 at once, and a minute must allow as many as may go at once.");
    }
    return problems;
}

RiskRules tighterOf(const RiskRules &active, const RiskRules &wanted)
{
    RiskRules result = active;
    for (const RuleKind kind : allRules) {
        result.of(kind) = tighter(kind, active.of(kind), wanted.of(kind));
    }
    result.measure = active.of(RuleKind::DailyLoss).isOn() ? active.measure : wanted.measure;
    result.pace = {std::min(active.pace.atOnce, wanted.pace.atOnce),
        std::min(active.pace.perMinute, wanted.pace.perMinute)};
    return result;
}

Timestamp dayOf(Timestamp at)
{
    return std::chrono::floor<std::chrono::days>(at);
}

Money RuleDay::lossBy(DayMeasure measure) const
{
    if (measure == DayMeasure::Realised) {
        return std::max(Money{}, -realised);
    }
    if (!settled) {
        return {};
    }
    return std::max(Money{}, measure == DayMeasure::Equity ? -*settled : best - *settled);
}

Milliseconds restOf(const RiskRules &rules)
{
    const Rule &rule = rules.of(RuleKind::CoolDown);
    constexpr Int128 msPerMinute = 60'000;
    return Milliseconds{
        rule.isOn() ? static_cast<std::int64_t>(rule.limit->units() * msPerMinute / RuleLimit::of(1).units())
                    : 0};
}

RuleBreach openRiskBreach(const RiskRules &rules, const RuleDay &day, Money risk, bool hasNaked)
{
    const Rule &rule = rules.of(RuleKind::OpenRisk);
    return {RuleKind::OpenRisk, rule.action,
        std::string{nameOf(RuleKind::OpenRisk)} + ": " + usdtAbove(risk) +
            " would be lost if all stops filled, " + (hasNaked ? "what has no stop counted whole, " : "") +
            "the rule allows " + ruleText(RuleKind::OpenRisk, rule, day.balance),
        "", true};
}

std::vector<RuleBreach> dayBreaches(const RiskRules &rules, const RuleDay &day, Timestamp now)
{
    std::vector<RuleBreach> breaches;
    const auto add = [&](RuleKind kind, const std::string &fact) {
        breaches.push_back({kind, rules.of(kind).action, std::string{nameOf(kind)} + ": " + fact, "", true});
    };
    const auto allows = [&](RuleKind kind) {
        return "the rule allows " + ruleText(kind, rules.of(kind), day.balance);
    };
    if (const auto limit = rules.of(RuleKind::DailyLoss).limitAt(day.balance)) {
        const Money loss = day.lossBy(rules.measure);
        if (limitFrom(loss) >= *limit) {
            static constexpr std::array<const char *, 3> since{" of closed results lost in the UTC day",
                " lost since 00:00 UTC, open results included",
                " below the best of the UTC day, open results included"};
            add(RuleKind::DailyLoss, usdtAbove(loss) + since[static_cast<std::size_t>(rules.measure)] + ", " +
                                         allows(RuleKind::DailyLoss));
        }
    }
    if (const Rule &rule = rules.of(RuleKind::LosingStreak);
        rule.isOn() && RuleLimit::of(day.losses) >= *rule.limit) {
        add(RuleKind::LosingStreak,
            std::to_string(day.losses) + " losing trades in a row, " + allows(RuleKind::LosingStreak));
    }
    if (const Rule &rule = rules.of(RuleKind::CoolDown); rule.isOn() && day.lastLossAt != Timestamp{}) {
        const Timestamp until = day.lastLossAt + restOf(rules);
        if (now < until) {
            add(RuleKind::CoolDown, "a trade was closed with a loss at " + clockText(day.lastLossAt) +
                                        ", the rule asks for " + limitText(RuleKind::CoolDown, *rule.limit) +
                                        " of rest, until " + clockText(until));
        }
    }
    return breaches;
}

std::vector<RuleBreach> orderBreaches(
    const RiskRules &rules, const RuleDay &day, const Order &order, const RuleFacts &facts)
{
    if (isReducing(order.request)) {
        return {};
    }
    return Check{rules, day, order, facts}.breaches();
}

} // namespace domain
