#pragma once

#include "models/domain/account.h"
#include "models/domain/market/funding_intervals.h"
#include "models/domain/risk/account_risk.h"
#include "models/domain/risk/brackets.h"
#include "models/domain/risk/draft_issue.h"
#include "models/domain/risk/rules.h"

#include <optional>
#include <vector>

namespace domain
{

/// A price with its age. Price 0: not known.
struct AgedPrice
{
    Price price;
    Milliseconds age{0}; ///< since the venue last confirmed it
    bool isKnown() const { return price.isPositive(); }
};

/// House limits on top of the exchange's. Source: reliability specification 5.7.
struct OrderLimits
{
    std::optional<Money> confirmNotional; ///< an order above it is confirmed; nothing: no such limit
    std::optional<Money> largestNotional; ///< an order above it is impossible; nothing: no such limit
    Rate confirmCollar = Rate::fromUnits(30'000'000'000);  ///< limit price through the mark: 3 % is confirmed
    Rate largestCollar = Rate::fromUnits(100'000'000'000); ///< and 10 % is impossible
    Rate confirmSlippage = Rate::fromUnits(5'000'000'000); ///< market order, best price off the mark: 0.5 %
    Rate largestSlippage = Rate::fromUnits(20'000'000'000); ///< and 2 % is impossible
    Milliseconds staleAfter{2'000};                         ///< market data older than this is confirmed
    Milliseconds duplicateWithin{500};                      ///< an equal order this young is confirmed
    std::optional<Money> largestRisk;   ///< a plan may lose so much at its stop; nothing: no such limit
    std::optional<int> largestLeverage; ///< a plan may be levered so much; nothing: no such limit
    Rate stopGap =
        Rate::fromUnits(2'000'000'000); ///< least way from stop to liquidation: 0.2 % of the latter
};

/// What is known while an order is drafted. Null or 0: not known, which the checks say where they need it.
/// Borrows; nothing is kept beyond the call.
struct DraftContext
{
    const SymbolSpec *spec = nullptr;
    const BracketTables *brackets = nullptr; ///< null: defaultBrackets() for every symbol
    const AccountState *account = nullptr;
    const MarkPrices *marks = nullptr;              ///< of all symbols with a position
    const std::vector<Order> *openOrders = nullptr; ///< of the whole account
    AgedPrice mark;
    AgedPrice last;
    AgedPrice bid;
    AgedPrice ask;
    const BookView *book = nullptr;    ///< of the symbol; counts while it is live
    std::optional<Price> averageRange; ///< ATR of the symbol's candles
    Milliseconds fundingInterval = usualFundingInterval;
    bool isFundingIntervalGiven = true;             ///< by the exchange; false: seen or guessed
    std::optional<Milliseconds> fundingIntervalAge; ///< since it was given; nothing: not told
    CommissionRates commission;
    const CommissionTable *commissions = nullptr; ///< of other symbols; null: standardCommission()
    std::optional<Milliseconds> bracketsAge; ///< since the exchange gave them; nothing: not given or not told
    std::optional<Milliseconds> commissionAge; ///< likewise
    int leverage = 1;                          ///< set for the symbol
    MarginType marginType = MarginType::Cross;
    Timestamp now; ///< the venue's time
    OrderLimits limits;
    const RiskRules *rules = nullptr; ///< the user's own; their limits of one order then replace `limits`
    const RuleDay *ruleDay = nullptr;
};

/// Everything that stands against sending a draft: the filters, symbol and account state, position mode,
/// reduce-only, side of the trigger, post-only, order cost against the available balance, bracket limit at
/// the leverage, open-order limits, price collar, missing or old market data, and a double of an order just
/// sent. Ordered as a ticket shows its fields. Sources: reference 4.3, 5.2, 5.7, 10.6, 10.7; reliability 5.7.
DraftIssues pretradeIssues(const NewOrder &order, const DraftContext &context);

/// What the order breaks of the context's rules of positions, trades, leverage, order size and price collar,
/// with what would mend it: the very sentences that the order path would refuse it with. A rule that only
/// warns asks for a confirmation. Nothing for an order that reduces.
DraftIssues ruleIssues(const NewOrder &order, const DraftContext &context);

/// What the rules of risk per trade and open risk say of one order in any size. The positions and the stops
/// that are there are walked once; entries that already wait are left out, because the stops that they will
/// be given only the order path knows: what is refused breaks the rule whatever those are.
class RiskRoom
{
public:
    /// order: its quantity does not matter. stop: that it is sent together with; nothing: none, and it counts
    /// whole.
    RiskRoom(const NewOrder &order, const std::optional<Price> &stop, const DraftContext &context);
    /// The rule that refuses so much, or nothing. Rules that only warn refuse nothing, and one that cannot be
    /// checked refuses every size and is left out here.
    std::optional<RuleKind> refusing(Quantity quantity) const;

private:
    struct Room
    {
        RuleKind kind = RuleKind::OpenRisk;
        Money left; ///< for the order to lose; below 0 where others are already beyond the rule
    };
    std::vector<Room> m_rooms;
    NewOrder m_order;
    Price m_mark;
    std::optional<Price> m_stop;
    Rate m_taker;
};

/// What the order breaks of these two rules, in the very sentences of the order path. stop: that the order is
/// sent together with; nothing: none, and it counts whole. What waits is left out, as in RiskRoom.
std::vector<RuleBreach> riskRuleBreaches(
    const NewOrder &order, const std::optional<Price> &stop, const DraftContext &context);
/// The same as issues of a draft.
DraftIssues riskRuleIssues(
    const NewOrder &order, const std::optional<Price> &stop, const DraftContext &context);
/// What riskRuleBreaches() could not count for that order, in a sentence; empty: nothing.
std::string riskRuleReservation(const NewOrder &order, const DraftContext &context);

/// Margin the order binds when it is placed: cost of the part that opens; 0 for a pure reduction and for a
/// conditional order, which binds nothing before its trigger. Nothing where no price is known to value it at.
/// Source: reference 10.6, 10.7.
std::optional<Money> requiredBalance(const NewOrder &order, const DraftContext &context);

/// Notional that a side may still add at the leverage: the bracket limit minus position and open orders of
/// that side; an opposite position in one-way mode adds to it. Below 0 where the limit is already passed.
/// price: values a position whose mark is not known. Source: reference 10.3.
Money openingRoom(Side side, PositionSide positionSide, Price price, const DraftContext &context);

/// The context's account at the context's marks; an empty account where it is not known.
AccountRisk assessDraftAccount(const DraftContext &context);

/// Largest quantity that could be opened with the order's side and price: balance, bracket limit at the
/// leverage and lot filter, plus what first closes an opposite position. 0 where a price or the account is
/// not known. Source: reference 10.7 ("max open").
Quantity maxOpenQuantity(const NewOrder &order, const DraftContext &context);

} // namespace domain
