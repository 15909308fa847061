#pragma once

#include "models/domain/account.h"
#include "models/domain/risk/open_risk.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace domain
{

// The trader's own rules: what they are, which is the tighter of two, and what a draft breaks of them.

enum class RuleKind : std::uint8_t {
    DailyLoss,    ///< USDT lost in the UTC day
    RiskPerTrade, ///< USDT lost at the stop of one position with its entries
    OpenRisk,     ///< USDT lost if all stops fill, of positions and entries
    Positions,    ///< positions held or being opened at once
    Trades,       ///< positions opened in the UTC day
    LosingStreak, ///< trades closed with a loss in a row, in the UTC day
    CoolDown,     ///< minutes without opening after a trade closed with a loss
    Leverage,     ///< leverage set for the symbol
    OrderSize,    ///< USDT of notional of one order
    PriceCollar,  ///< fraction by which a limit price may lie through the mark
};
inline constexpr std::size_t ruleCount = 10;
inline constexpr std::array<RuleKind, ruleCount> allRules{RuleKind::DailyLoss, RuleKind::RiskPerTrade,
    RuleKind::OpenRisk, RuleKind::Positions, RuleKind::Trades, RuleKind::LosingStreak, RuleKind::CoolDown,
    RuleKind::Leverage, RuleKind::OrderSize, RuleKind::PriceCollar};

/// What a breach brings. Ordered: the later, the stricter.
enum class RuleAction : std::uint8_t {
    Warn,    ///< an alert
    Refuse,  ///< and nothing opens
    Flatten, ///< and all orders and positions are closed at the market
};

/// How the day's loss is measured.
enum class DayMeasure : std::uint8_t {
    Realised, ///< closed results, fees and funding of the UTC day
    Equity,   ///< and the change of open results since the day began
    FromPeak, ///< how far that has fallen from its best of the day
};

/// In the unit of its kind: USDT, a count, minutes, or a fraction.
using RuleLimit = Exact<struct RuleLimitMeasure>;
template <class Measure> RuleLimit limitFrom(Exact<Measure> value)
{
    return RuleLimit::fromUnits(value.units());
}

/// A rule has a limit, a share of the balance, or both: then the tighter counts. With neither it is off.
struct Rule
{
    std::optional<RuleLimit> limit; ///< above 0
    RuleAction action = RuleAction::Refuse;
    std::optional<Rate> share = {}; ///< of the day's balance (RuleDay::balance), above 0 and at most 1
    bool isOn() const { return limit || share; }
    /// The limit that holds at that balance. Nothing where the rule is off or has a share alone and the
    /// balance is not known.
    std::optional<RuleLimit> limitAt(const std::optional<Money> &balance) const;
    bool needs(const std::optional<Money> &balance) const { return share && !balance; }
    friend bool operator==(const Rule &, const Rule &) = default;
};

/// The user's own brake on opening orders, below the venue's limits.
struct OrderPace
{
    int atOnce = 10;
    int perMinute = 60;
    friend bool operator==(const OrderPace &, const OrderPace &) = default;
};

struct RiskRules
{
    std::array<Rule, ruleCount> rules; ///< by RuleKind
    DayMeasure measure = DayMeasure::Realised;
    OrderPace pace;

    const Rule &of(RuleKind kind) const { return rules[static_cast<std::size_t>(kind)]; }
    Rule &of(RuleKind kind) { return rules[static_cast<std::size_t>(kind)]; }
    friend bool operator==(const RiskRules &, const RiskRules &) = default;
};

/// "Daily loss", "Risk per trade", …
std::string_view nameOf(RuleKind kind);
/// "USDT", "positions", "min", "x", "%", …
std::string_view unitOf(RuleKind kind);
/// Whether Flatten may be chosen: only where positions, and not a single order, are what breaks the rule.
bool mayFlatten(RuleKind kind);
/// Only where the limit is an amount that the account may lose.
bool mayBeShare(RuleKind kind);
/// The limit as people read it: "500 USDT", "3 positions", "0.5 %".
std::string limitText(RuleKind kind, RuleLimit limit);
/// The whole rule: "500 USDT", "2 % of the balance (200.00 USDT)", "500 USDT or 2 % of the balance (not known
/// yet)"; empty where it is off.
std::string ruleText(RuleKind kind, const Rule &rule, const std::optional<Money> &balance);
/// One sentence per limit that makes no sense (0 or less, a broken count, an action that is not offered).
std::vector<std::string> problemsOf(const RiskRules &rules);

/// The tighter of two in every part, so that it allows nothing that one of them forbids. Where the measure of
/// the day differs while the daily loss is on, `active` keeps its own.
RiskRules tighterOf(const RiskRules &active, const RiskRules &wanted);

/// What is counted of the UTC day.
struct RuleDay
{
    Timestamp startAt;               ///< epoch 0: no day has begun
    Money realised;                  ///< closed results, fees, funding
    std::optional<Money> openedWith; ///< open result when the day began, or when it was first seen in it
    std::optional<Money> openNow;    ///< open result, last seen while nothing was in motion
    std::optional<Money> settled;    ///< realised + change of the open result, as they were together then
    /// Margin balance when the day began, or when it was first seen in it: what shares are of. It stays so
    /// for the day, so that a loss does not tighten a rule.
    std::optional<Money> balance;
    std::optional<Money> balanceNow; ///< margin balance, last seen while nothing was in motion
    Money best;                      ///< highest result of the day by Equity; 0 at its start
    int trades = 0;                  ///< positions opened
    int losses = 0;                  ///< trades closed with a loss in a row
    Timestamp lastLossAt;            ///< epoch 0: none
    bool hasOtherFees = false;       ///< fees in another asset than USDT are not among the realised
    bool isComplete = false;         ///< the exchange's own list of the day was read
    friend bool operator==(const RuleDay &, const RuleDay &) = default;

    Timestamp endAt() const { return startAt + std::chrono::hours{24}; }
    /// By Equity where the open result is known, else the realised one.
    Money result() const { return settled.value_or(realised); }
    /// What the daily loss counts; above 0: so much was lost. 0 where it needs the open result and that is
    /// not known.
    Money lossBy(DayMeasure measure) const;
};
/// 00:00 UTC of the moment's day.
Timestamp dayOf(Timestamp at);

/// A rule that is broken, or would be.
struct RuleBreach
{
    RuleKind kind = RuleKind::DailyLoss;
    RuleAction action = RuleAction::Refuse;
    std::string fact;    ///< the rule, its limit, the actual value; a sentence without its full stop
    std::string advice;  ///< a sentence of what would mend it; empty: the fact says it all
    bool isKnown = true; ///< false: it cannot be checked, because something is not known yet
    std::string text() const { return fact + (advice.empty() ? "." : ". " + advice); }
    friend bool operator==(const RuleBreach &, const RuleBreach &) = default;
};

/// What is known when an order is held against the rules. Borrows; nothing is kept beyond the call.
struct RuleFacts
{
    const AccountState *account = nullptr; ///< null: not known
    const MarkPrices *marks = nullptr;
    const std::vector<Order> *openOrders = nullptr; ///< the order itself may be among them
    const CommissionTable *commissions = nullptr;   ///< null: standardCommission()
    StopOfEntry stopOfEntry; ///< also asked for the order itself, by its client order id
};

/// How long the cool-down lasts after a loss; 0 where it is off.
Milliseconds restOf(const RiskRules &rules);

/// What is said of so much open risk, once it is beyond the rule, which is on.
/// hasNaked: a part of it has no stop and counts whole.
RuleBreach openRiskBreach(const RiskRules &rules, const RuleDay &day, Money risk, bool hasNaked);

/// What the day's counts break by themselves, whatever is ordered: daily loss, losing streak, cool-down.
std::vector<RuleBreach> dayBreaches(const RiskRules &rules, const RuleDay &day, Timestamp now);

/// Everything that an order which may open breaks: nothing for one that can only reduce. Where a rule cannot
/// be checked because a price or the account is not known, that is a breach.
std::vector<RuleBreach> orderBreaches(
    const RiskRules &rules, const RuleDay &day, const Order &order, const RuleFacts &facts);

} // namespace domain
