#pragma once

#include "models/domain/order.h"
#include "models/domain/risk/rules.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace domain
{

/// One row of the exchange's list of what moved the balance. Source: GET /fapi/v1/income, reference 5.11.
struct IncomeRow
{
    std::string type; ///< as on the wire: REALIZED_PNL, COMMISSION, FUNDING_FEE, …
    Symbol symbol;
    std::string asset;
    Money amount; ///< negative when paid
    std::int64_t transactionId = 0;
    std::int64_t tradeId = 0; ///< 0 where it belongs to no trade
    Timestamp at;
    friend bool operator==(const IncomeRow &, const IncomeRow &) = default;
};

/// Opening is locked.
struct RuleLock
{
    RuleKind kind = RuleKind::DailyLoss;
    Timestamp until;  ///< the exchange's clock
    std::string text; ///< one sentence: why
    friend bool operator==(const RuleLock &, const RuleLock &) = default;
};

/// The rules and the day as people see them.
struct RuleState
{
    RiskRules active;
    std::optional<RiskRules> pending; ///< what was asked for and is looser
    Timestamp pendingFrom;            ///< when that holds
    RuleDay day;
    std::optional<RuleLock> lock; ///< of several the one that ends last
    friend bool operator==(const RuleState &, const RuleState &) = default;
};

/// Keeps the trader's rules over the UTC days of the exchange's clock: counts what happened, locks opening,
/// lets loosening wait for the next day. What is kept of it outlives the program, so that a restart changes
/// nothing. It never speaks of cancels and of orders that can only reduce. A plain object.
class RuleKeeper
{
public:
    struct Locked
    {
        RuleLock lock;
    };
    struct Unlocked
    {
    };
    /// Close all orders and positions now.
    struct MustFlatten
    {
        std::string text;
    };
    struct Warned
    {
        std::string text;
    };
    using Event = std::variant<Locked, Unlocked, MustFlatten, Warned>;

    /// Tighter parts hold at once; looser ones from the next UTC day on, until when a later call may take
    /// them back. Rejected with the first of problemsOf().
    Result<bool> set(Timestamp now, const RiskRules &wanted);

    /// Each execution once or often, in any order.
    void onFill(Timestamp now, const Fill &fill);
    /// Rows of the exchange's list since the day began; complete: all of them.
    void onIncome(Timestamp now, const std::vector<IncomeRow> &rows, bool isComplete);
    /// Positions, balances or orders are moving: open results seen until a moment later do not fit the
    /// realised ones.
    void onMotion(Timestamp now) { m_movedAt = std::max(m_movedAt, now); }
    /// The open result of all positions at live marks, what is lost if all stops fill, and the margin balance
    /// where it is known.
    void onOpenResult(
        Timestamp now, Money unrealized, Money openRisk, const std::optional<Money> &balance = {});
    /// What is held by all executions, and agreed with the exchange; signed, legs that are not listed are
    /// flat.
    void onPositions(const std::vector<std::pair<std::pair<Symbol, PositionSide>, Quantity>> &held);
    void onTime(Timestamp now);
    std::optional<Timestamp> nextDueAt() const;
    /// The account was started over (paper): the day begins anew; a lock stays.
    void onAccountReset();

    /// Everything the order breaks, the strictest first; empty for one that can only reduce. A lock is the
    /// gate's business.
    std::vector<RuleBreach> breachesOf(const Order &order, const RuleFacts &facts) const;
    /// Whether breachesOf() may have anything to say.
    bool isWatchingOrders() const;

    const RiskRules &active() const { return m_active; }
    RuleState state() const;
    std::vector<Event> takeEvents() { return std::exchange(m_events, {}); }
    /// Notes to be kept since the last call, by name.
    std::vector<std::pair<std::string, std::string>> takeNotes();
    /// What was kept, and the executions kept since about the day's begin. False where a note cannot be read:
    /// what could is in force.
    bool restore(
        Timestamp now, const std::map<std::string, std::string> &notes, const std::vector<Fill> &fills);

private:
    using Leg = std::pair<Symbol, PositionSide>;
    struct LegTrade
    {
        Quantity amount; ///< signed
        Money result;    ///< closed results minus fees since it was opened
        friend bool operator==(const LegTrade &, const LegTrade &) = default;
    };
    /// What moved the balance: what of it, symbol, trade or transaction.
    using Key = std::tuple<char, Symbol, std::int64_t>;
    /// The same movement as both sources tell it. A trade with oneself has a part for each of its orders, so
    /// the source that knows more parts counts, and of equals the exchange's list.
    struct Moved
    {
        std::map<std::int64_t, Money> ofFills; ///< by order, what is not 0
        std::map<std::int64_t, Money> ofList;  ///< by transaction, likewise
        Money amount() const;
    };
    /// Symbol, trade and order.
    using Execution = std::tuple<Symbol, std::int64_t, std::int64_t>;

    void turnDay(Timestamp now);
    void judge(Timestamp now);
    void act(const RuleBreach &breach);
    void lock(const RuleLock &lock);
    void tellLock(const std::optional<RuleLock> &before);
    std::optional<RuleLock> strongest() const;
    void judgeOpenRisk(Timestamp now, Money openRisk);
    void closeTrade(Money result, Timestamp at);
    void countFill(const Key &key, std::int64_t orderId, Money amount);
    void countFill(const Fill &fill, Money fee);
    void countRow(const Key &key, std::int64_t transactionId, Money amount);
    std::string rulesText() const;
    std::string dayText() const;
    bool readRules(const std::string &text);
    bool readDay(const std::string &text);

    RiskRules m_active;
    std::optional<RiskRules> m_pending;
    Timestamp m_pendingFrom;
    RuleDay m_day;
    std::map<RuleKind, RuleLock> m_locks;
    std::map<Leg, LegTrade> m_legs;
    std::map<Key, Moved> m_moved;     ///< of the day
    Money m_carried;                  ///< of the day, from before a restart: what the list will say anew
    std::set<Execution> m_seen;       ///< counted as trades in this day
    std::set<Execution> m_seenBefore; ///< and in the day before
    std::set<std::pair<RuleKind, RuleAction>> m_acted; ///< warned or flattened for in this day
    std::optional<Timestamp> m_openRiskSince;          ///< above its limit since then
    Timestamp m_movedAt;
    Timestamp m_settledAt;
    std::vector<Event> m_events;
    std::map<std::string, std::string> m_kept; ///< notes as last told
};

} // namespace domain
