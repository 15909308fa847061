#pragma once

#include "models/domain/risk/order_cost.h"
#include "models/domain/risk/plan.h"

#include <functional>

namespace domain::detail
{

/// One run of the calculator: planTrade() without its edges. planner_size.cpp finds the quantity,
/// planner.cpp the figures, planner_checks.cpp and planner_rules.cpp what stands against the plan and what
/// would mend it.
class Planner
{
public:
    /// Trial runs say what is wrong but look for no mends; they are what mends are tried with.
    enum class Run : bool { Whole, Trial };
    Planner(const TradePlan &plan, const DraftContext &context, Run run = Run::Whole);
    PlanResult run();

private:
    /// A way to make an issue go away, and the rest of its sentence.
    struct Mend
    {
        DraftField field = DraftField::Quantity;
        std::string suggestion;
        std::string sentence;
    };
    using Mends = std::vector<std::function<std::optional<Mend>()>>; ///< the best first; made when looked at
    struct Fault
    {
        DraftCheck check = DraftCheck::Other;
        DraftField field = DraftField::Quantity; ///< where it is shown if nothing mends it
        int code = 0;
        int part = 0;
        std::string what;      ///< the sentence up to its colon
        std::string otherwise; ///< the rest of the sentence if nothing mends it
    };
    /// A target of the plan that can be computed with.
    struct Target
    {
        PlannedTarget planned;
        int part = 0; ///< its place in the plan
    };
    struct Candidate
    {
        SizeBound bound = SizeBound::None;
        Quantity quantity;
    };

    // Faults and mends.
    void block(const Fault &fault, const Mends &mends = {});
    bool works(const DraftIssue &issue) const;
    void checkContext();
    void checkMode();
    void checkLeverage();
    bool mayLowerLeverageTo(int leverage) const;
    bool checkInputs(); ///< false where nothing can be computed
    bool checkSlippage();
    void checkShares();
    void checkTargets();
    std::optional<Price> checkedExit(const Price &exit, const Fault &as, const char *name, bool mustBeAbove);
    int numberOf(std::size_t part) const;
    Price mirrored(Price exit, bool mustBeAbove) const;
    void checkSize();
    void checkFilters(const NewOrder &order);
    void checkBracketLimit(const NewOrder &order);
    void checkBalance(const NewOrder &order);
    void checkOrderSize();
    void checkTakeBound();
    void checkRules();
    void checkRisk();
    void checkRiskRules();
    std::optional<Mend> closerStop(int halvings) const;
    std::optional<Mend> exampleStop() const;
    void checkGeometry();
    std::optional<Mend> stopBefore(Rate gap) const;
    std::optional<Mend> quantityForStop(Rate gap) const;
    Price stopClear(Price liquidation, Rate gap) const;
    bool isStopReached(const std::optional<Price> &liquidation) const;
    bool isStopClear(const std::optional<Price> &liquidation, Rate gap) const;
    std::string stopBeyond(Price liquidation) const;
    std::string shownLiquidation(Price liquidation) const;
    std::optional<Price> liquidationAt(int leverage) const;
    PlanResult trial(const TradePlan &plan) const;
    std::string shown(Price price) const { return price.toFixed(m_spec.priceDecimals()); }

    // Size.
    void decideQuantity();
    void fitToBook(Quantity most);
    Candidate wanted() const;
    Candidate safest(const SafeSize &rule) const;
    Candidate byMarginShare(Rate share) const;
    Candidate byLoss(Money most) const;
    Candidate byBalance() const;
    Candidate byBracket() const;
    std::optional<Quantity> withinTakeBound() const;
    std::optional<Quantity> withinOrderSizeRule() const;
    std::optional<Money> lossBudget() const;
    bool fits(Quantity quantity, const std::optional<Money> &budget) const;
    Money lossAtStop(Quantity quantity) const;
    bool isBudgetOfRule() const;
    Quantity largestFitting(Quantity most, const std::optional<Money> &budget) const;
    SizeBound boundBeyond(Quantity fitting, const std::optional<Money> &budget) const;
    std::optional<RuleKind> riskRuleRefusing(Quantity quantity) const;
    using IsGood = std::function<bool(Quantity)>;
    Quantity largestThat(Quantity most, const IsGood &isGood) const;
    Quantity closable() const;
    Quantity workingSameSide() const;
    void explainNoQuantity();
    void explainNothingWithinRules();
    std::string sizeReason(Quantity asked) const;

    // Figures.
    void addMargin();
    void addSlippage();
    void addExits();
    void addTargets(Rate exitRate);
    void addFunding();
    void addAccountAfter();
    PlannedExit exitAt(Price price, Quantity quantity, Rate feeRate, Money entryFee) const;
    PlannedSlippage slippageOf(const BookSide &side, Price planned, Price filled) const;

    // What everything is computed from.
    int leverageNow() const;
    void setLeverage();
    Money exposureNow() const;
    DraftContext beforeContext() const;
    NewOrder entryOrder() const;
    NewOrder ruledOrder() const;
    Price ruledPrice() const { return std::max(assumedPrice(), m_context.mark.price); }
    bool isMarketEntry() const;
    bool isPureReduction() const { return m_result.quantity <= closable(); }
    Money equity() const { return std::max(Money{}, m_risk.marginBalance); }
    Money shareOfEquity(Rate share) const;
    Price markOrEntry() const { return m_context.mark.isKnown() ? m_context.mark.price : m_plan.entry; }
    bool waits() const;
    Price assumedPrice() const;
    Price entryFill(Quantity quantity) const;
    Price stopFill(Quantity quantity) const;
    Price assumedStop() const;
    const BookView *liveBook() const;

    TradePlan m_asked; ///< as it came
    TradePlan m_plan;  ///< as it is computed with
    const DraftContext &m_context;
    const SymbolSpec &m_spec;
    const AccountState &m_account;
    const LeverageBrackets &m_table;
    const Position *m_before;
    OpenOrderValue m_working; ///< of the symbol and position side
    Rate m_entryFeeRate;
    bool m_isTrial;
    std::optional<Price> m_stop;   ///< where it can be computed with
    std::vector<Target> m_targets; ///< likewise
    BookSide m_entrySide;          ///< of the live book; empty where there is none or the entry rests
    BookSide m_exitSide;
    mutable std::optional<RiskRoom> m_riskRoom; ///< of the entry; made once it is asked for
    Side m_side = Side::Buy;                    ///< of the position after the trade
    AccountRisk m_risk;                         ///< before the trade
    Money m_available;                          ///< for the order, once the plan's leverage is set
    Money m_boundByLeverage;                    ///< what setting it binds more; negative: frees
    PlanResult m_result;
};

/// Whether that check blocks that part of the plan.
bool isBlocked(const PlanResult &result, DraftCheck check, int part = 0);
/// whole * part / of, rounded once.
Money partOf(Money whole, Quantity part, Quantity of);
/// What the risk figures need of an account, with the plan's leverage set for all sides of the symbol.
AccountState withLeverage(const AccountState &account, const Symbol &symbol, const TradePlan &plan,
    const std::vector<Order> *openOrders);
/// The position after a fill of the plan's side, or nothing where it closes the position exactly.
std::optional<Position> mergedPosition(
    const Position *before, const Symbol &symbol, const TradePlan &plan, Quantity quantity);
/// Ratio of the pool that the plan draws on: cross, or the isolated position's own.
MarginRatio ratioOfPool(const AccountRisk &risk, const Symbol &symbol, const TradePlan &plan);
/// The mark at the moment of the fill: see planTrade().
Price markAtFill(const TradePlan &plan, const DraftContext &context);
bool isUsablePrice(Price price);

} // namespace domain::detail
