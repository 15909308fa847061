#pragma once

#include "models/domain/orders/bracket_keeper.h"
#include "models/domain/orders/desk_request.h"
#include "models/domain/orders/order_ledger.h"
#include "models/domain/orders/position_book.h"
#include "models/domain/orders/position_inquiry.h"
#include "models/domain/risk/rule_keeper.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace domain
{

/// How patient the desk is. Source: reliability 4.3, 5.2, 5.4, 5.5.
struct DeskRules
{
    Milliseconds openingLife{2'000};   ///< an opening order that has not left by then never leaves
    Milliseconds reducingLife{10'000}; ///< the same for one that only reduces
    int mostPlacements = 5;            ///< tries of a reducing order that was surely not executed
    Milliseconds placementPause{200};  ///< before the second; doubles
    Milliseconds gatePause{250};       ///< before a closing order tries a closed gate again
    Milliseconds cancelPause{250};     ///< before a cancel is sent again; doubles up to cancelPauseMost
    Milliseconds cancelPauseMost{5'000};
    int cancelsBeforeAlarm = 20;
    Milliseconds cancelReplyAfter{10'000}; ///< who asked is told that it is still being tried
    Milliseconds auditEvery{60'000};
    Milliseconds auditAfterDoubt{5'000}; ///< after an unknown outcome
    Milliseconds auditAgain{2'000};      ///< after a failure, or where a position differs …
    int auditsAgainQuickly = 8;          ///< … so many times; then doubling up to …
    Milliseconds auditAgainMost{30'000};
    Milliseconds emergencyLimit{30'000};
    Milliseconds deadManCountdown{120'000};
    Milliseconds deadManEvery{30'000};
};

/// Every order of one account, from the wish to the end: intent on the disk first, handed over once, then
/// what answers, stream, queries and comparisons say of it, folded into one state. Decides what to ask, to
/// cancel, to protect and to refuse; carries nothing out itself. A plain object: `now` is the exchange's
/// time, and after each call takeEffects() says what is to be done.
class OrderDesk
{
public:
    using IdSource = std::function<std::string()>;
    /// ids: client order ids, each unique for ever. ownPrefix: what all of them begin with.
    OrderDesk(IdSource ids, std::string ownPrefix, DeskRules rules = {});

    // ---- commands
    void submit(Timestamp now, CommandId command, NewOrder order, const ActionSource &source);
    void submitBracket(Timestamp now, CommandId command, BracketPlan plan, const ActionSource &source);
    void amend(Timestamp now, CommandId command, const Symbol &symbol, const std::string &clientOrderId,
        Price price, Quantity quantity);
    void cancel(Timestamp now, CommandId command, const Symbol &symbol, const std::string &clientOrderId);
    void emergency(Timestamp now, CommandId command, const EmergencyAction &action, const std::string &where);
    void setDeadMan(Timestamp now, const Symbol &symbol, bool armed);
    void stopOpening(Timestamp now, const std::string &where);
    /// True where all of it holds at once, false where some of it waits for the next UTC day.
    Result<bool> setRiskRules(Timestamp now, const RiskRules &rules);
    bool acknowledge(Timestamp now, GateCause cause);
    Result<Order> confirmGone(Timestamp now, const Symbol &symbol, const std::string &clientOrderId);
    void reconcile(Timestamp now, CommandId command, const std::string &why);
    /// No new orders from here on; what waits is given up.
    void stop(Timestamp now);

    // ---- the world
    /// What the journal holds of earlier runs; called once, before anything else.
    void restore(Timestamp now, const JournalPast &past);
    void onKept(Timestamp now, std::uint64_t ticket, const Result<bool> &kept);
    /// Why a request may not leave after all, asked in the moment before it would: it was taken back, is too
    /// old, or the gate has closed since. It is then answered NotSent.
    std::optional<Error> whyNotNow(Timestamp now, RequestId id) const;
    void onHandedOver(Timestamp now, RequestId id, Timestamp signedAt, Milliseconds recvWindow);
    void onAnswer(Timestamp now, RequestId id, const DeskAnswer &answer);
    /// What the user stream said.
    void onStream(Timestamp now, const Evidence &evidence);
    void onStreamGap(Timestamp now, const std::string &why);
    void onStreamUp(Timestamp now);
    /// The machine slept or a clock stepped: nothing that waits may leave.
    void onWakeUp(Timestamp now, const std::string &why);
    void setRules(std::shared_ptr<const ExchangeInfo> info) { m_info = std::move(info); }
    // What the user's rules are held against; without it they refuse what they cannot check.
    void onAccount(Timestamp now, std::shared_ptr<const AccountState> account);
    void onMarks(Timestamp now, const std::vector<MarkPrice> &marks);
    void onCommission(const Symbol &symbol, const CommissionRates &rates) { m_commissions[symbol] = rates; }
    void onIncome(Timestamp now, const std::vector<IncomeRow> &rows, bool isComplete);
    /// A cause of the gate that lies outside: keys, clock, disk, breaker, pauses.
    void close(Timestamp now, GateCause cause, const std::string &reason,
        std::optional<Timestamp> until = std::nullopt);
    void open(Timestamp now, GateCause cause);
    void onTime(Timestamp now);
    std::optional<Timestamp> nextDueAt() const;
    DeskEffects takeEffects();

    /// The account was started over (paper): what was known of its positions and brackets is void.
    void onAccountReset(Timestamp now);

    // ---- what is known
    const Gate &gate() const { return m_gate; }
    const OrderLedger &ledger() const { return m_ledger; }
    const PositionBook &positions() const { return m_positions; }
    const BracketKeeper &brackets() const { return m_brackets; }
    std::vector<DeadMan> deadMen() const;
    RuleState riskRules() const { return m_riskRules.state(); }
    /// Orders whose outcome is being looked up; quarantined ones do not count.
    int unknownCount() const;
    int openCount() const { return static_cast<int>(m_ledger.openOrders().size()); }
    /// Whether everything was compared with the exchange since the last gap.
    bool isReconciled() const;
    /// Nothing is in flight, unknown, waiting for the disk, or a position whose executions are being looked
    /// for.
    bool isQuiet() const;
    /// Errands, requests, commands and questions that are not finished: 0 once every order has ended.
    std::size_t loadCount() const;

private:
    /// What the desk does about one order beside what the ledger knows of it.
    struct Errand
    {
        Symbol symbol;
        CommandId command = 0; ///< who placed it waits for this
        Timestamp askedAt;
        RequestId placement = 0; ///< under way
        int placements = 0;
        std::optional<Timestamp> placeAt; ///< try again then

        bool isCancelWanted = false;
        RequestId cancelling = 0;
        int cancels = 0;
        std::optional<Timestamp> cancelAt;
        Timestamp cancelAskedAt;
        std::vector<CommandId> cancelCommands;

        CommandId amendCommand = 0;
        RequestId amending = 0;
        bool isAmendUnknown = false;
        std::optional<Timestamp> amendQueryAt; ///< ask again then
        int amendQueries = 0;
    };
    struct Asked
    {
        DeskRequest what;
        std::string clientOrderId;
        Timestamp handedOverAt; ///< epoch 0: waits in the queue
    };
    struct Waiting
    {
        Order intent;
        CommandId command = 0;
    };
    struct Audit
    {
        bool isLook = false; ///< at the positions alone, since one differed
        std::string why;
        Timestamp startedAt;
        std::vector<CommandId> commands;
        std::set<RequestId> pending;
        ReconciliationReport report;
        bool hasDoubt = false; ///< to be looked at again soon
        std::optional<std::pair<std::vector<PositionRow>, Timestamp>> positions;
    };
    struct Run
    {
        EmergencyReport report;
        std::vector<CommandId> commands;
        std::string where;
        std::set<RequestId> sweeps; ///< CancelSymbol requests under way
        int closes = 0;
        std::optional<Timestamp> closeAt;
        std::optional<Timestamp> flatAt; ///< by our own book since then; the exchange has to say so too
    };
    struct DeadSwitch
    {
        Timestamp renewAt;
        Timestamp firesAt; ///< epoch 0: not confirmed
        RequestId renewing = 0;
        bool isArmed = true;
        bool isAlarmed = false;
    };

    // placing (order_desk.cpp)
    /// From the user's action until it may not leave any more.
    Milliseconds lifeOf(const NewOrder &order) const;
    std::optional<Error> whyNot(const Order &order) const;
    Order intentOf(Timestamp now, NewOrder order) const;
    void place(Timestamp now, CommandId command, Order intent, const ActionSource &source);
    void onIntentKept(Timestamp now, Waiting waiting, const Result<bool> &kept);
    void sendPlacement(Timestamp now, const std::string &clientOrderId);
    void onPlaced(Timestamp now, RequestId request, const Asked &asked, const NewOrder &order,
        const DeskAnswer &answer);
    /// Takes closing orders out of the queue while the gate lets none through; they wait for it.
    void holdReducing(Timestamp now);
    void giveUpWaiting(Timestamp now, const std::string &why, EndReason reason, bool isOpeningOnly);
    void answerPlacement(const Order &order);
    // the user's rules (desk_rules.cpp)
    std::optional<Error> whyRuled(const Order &order) const;
    std::vector<RuleBreach> breachesOf(const Order &order) const;
    /// The order as an amendment would make it.
    static Order changed(Order order, Price price, Quantity quantity);
    void warnOfBreaches(Timestamp now, const Order &order);
    void pursueRules(Timestamp now);
    void followRule(Timestamp now, const RuleKeeper::Locked &event);
    void followRule(Timestamp now, const RuleKeeper::Unlocked &event);
    void followRule(Timestamp now, const RuleKeeper::MustFlatten &event);
    void followRule(Timestamp now, const RuleKeeper::Warned &event);
    // evidence
    void fold(Timestamp now, const Evidence &evidence);
    void take(Timestamp now, const OrderEffects &effects);
    void takeOne(Timestamp now, const OrderChanged &effect);
    void takeOne(Timestamp now, const FillAdded &effect);
    void takeOne(Timestamp now, const NeedQuery &effect);
    void takeOne(Timestamp now, const NeedTrades &effect);
    void takeOne(Timestamp now, const Alarm &effect);
    bool isMissed(const std::string &stopId) const;
    void foldOrder(Timestamp now, const Order &order, bool isConditional, EvidenceSource source);
    // overlays (desk_overlays.cpp)
    void wantCancel(Timestamp now, CommandId command, const Order &order);
    void pursueCancel(Timestamp now, const std::string &clientOrderId, Errand &errand);
    void onCanceled(Timestamp now, const Asked &asked, const OrderRef &ref, const DeskAnswer &answer);
    void onAmendQueried(Timestamp now, const std::string &clientOrderId, bool isAnswered);
    void onAmended(Timestamp now, const Asked &asked, const AmendOrder &what, const DeskAnswer &answer);
    void onQueried(Timestamp now, const Asked &asked, const OrderRef &ref, const DeskAnswer &answer);
    void carryOutBrackets(Timestamp now);
    void carryOutOne(Timestamp now, const BracketKeeper::Place &action);
    void carryOutOne(Timestamp now, const BracketKeeper::Cancel &action);
    void carryOutOne(Timestamp now, const BracketKeeper::Verify &action);
    void carryOutOne(Timestamp now, const BracketKeeper::Warn &action);
    JournalEntries bracketNotes();
    // comparison (desk_audit.cpp)
    void startAudit(Timestamp now, const std::string &why, CommandId command);
    /// Looks at the positions again: a seventeenth of the weight of all.
    void startLook(Timestamp now);
    void refuseAudits(Timestamp now);
    void planAudit(Timestamp at);
    void planLook(Timestamp now);
    Milliseconds againAfter() const;
    void onOpenOrders(Timestamp now, RequestId id, const Asked &asked, const DeskAnswer &answer);
    void onPositions(Timestamp now, RequestId id, const Asked &asked, const DeskAnswer &answer);
    void onTrades(Timestamp now, RequestId id, const ReadTrades &what, const DeskAnswer &answer);
    void onForcedOrders(Timestamp now, RequestId id, const ReadForcedOrders &what, const DeskAnswer &answer);
    void inquire(Timestamp now, const Symbol &symbol, Timestamp since, bool withForced);
    void pursueInquiry(const Symbol &symbol);
    void comparePositions(Timestamp now);
    void compareLeg(Timestamp now, const PositionBook::Difference &difference);
    bool isForced(const PositionBook::Difference &difference) const;
    void finishAuditIfDone(Timestamp now, RequestId id);
    void finishAudit(Timestamp now);
    void keepCheckpoints();
    // getting out (desk_emergency.cpp)
    void advanceRuns(Timestamp now);
    bool advanceRun(Timestamp now, Run &run);
    /// One that waits for the disk, or one of the ledger; null where it was not taken.
    const Order *takenOrder(const std::string &clientOrderId) const;
    void addCancelSteps(Timestamp now, Run &run, bool withProtection);
    /// Legs that are not flat.
    std::vector<std::pair<PositionBook::Leg, Quantity>> openLegs(const EmergencyAction &action) const;
    bool isBeingClosed(const Symbol &symbol) const;
    bool isConfirmedFlat(Timestamp now, const Run &run);
    void closePositions(Timestamp now, Run &run);
    void pursueDeadMen(Timestamp now);
    void onDeadMan(Timestamp now, const Asked &asked, const RenewDeadMan &what, const DeskAnswer &answer);

    RequestId send(DeskRequest what, Urgency urgency, const std::string &clientOrderId = {},
        std::optional<Milliseconds> patience = std::nullopt);
    void withdraw(RequestId id);
    std::uint64_t keep(JournalEntries entries);
    void note(Timestamp now, const std::string &clientOrderId, OrderMoment::Kind kind, std::string text = {});
    void reply(CommandId command, Result<Order> result);
    void alert(Timestamp now, Alert::Kind kind, Alert::Severity severity, const Symbol &symbol,
        const std::string &clientOrderId, std::string text);
    void tellGate(Timestamp now, GateState before);
    Errand &errandOf(const Order &order);
    void forgetErrand(const std::string &clientOrderId);

    IdSource m_ids;
    DeskRules m_rules;
    OrderLedger m_ledger;
    Gate m_gate;
    PositionBook m_positions;
    BracketKeeper m_brackets;
    RuleKeeper m_riskRules;
    RuleState m_toldRules;
    std::shared_ptr<const AccountState> m_account;
    MarkPrices m_marks;
    CommissionTable m_commissions;
    bool m_mustCancelEntries = false; ///< a lock began, or was there at the start
    std::shared_ptr<const ExchangeInfo> m_info;

    std::map<std::string, Errand, std::less<>> m_errands; ///< by client order id
    std::map<RequestId, Asked> m_asked;
    std::map<std::uint64_t, Waiting> m_waiting; ///< by journal ticket
    std::set<std::string> m_queried;            ///< client order ids with a query under way
    std::set<std::pair<Symbol, std::int64_t>> m_tradesAsked;
    std::set<std::string> m_unknown; ///< own orders whose outcome is unknown
    std::map<Symbol, DeadSwitch> m_deadMen;
    std::vector<Run> m_runs;
    std::optional<Audit> m_audit;
    std::optional<Timestamp> m_auditAt;
    /// A leg that did not agree: only comparisons after all lists were read count against it.
    struct LegDoubt
    {
        Timestamp since; ///< the last agreement before
        Timestamp firstAt;
        Quantity missing; ///< theirs less ours; another difference begins anew
        int comparisons = 0;
        bool isRead = false;
    };
    struct Inquiry
    {
        PositionInquiry reading;
        RequestId asked = 0;
    };
    std::map<PositionBook::Leg, LegDoubt> m_positionDoubts;
    std::map<Symbol, Inquiry> m_inquiries;
    std::map<PositionBook::Leg, std::string> m_checkpoints; ///< as last kept
    /// Last order by which the exchange itself bought or sold: liquidation, deleveraging, settlement.
    std::map<std::pair<PositionBook::Leg, Side>, Timestamp> m_forcedAt;
    std::vector<CommandId> m_auditCommands; ///< wait for the next comparison
    std::string m_auditWhy;
    std::optional<Timestamp> m_lookAt;
    Timestamp m_comparedSince; ///< when the newest comparison or look began
    int m_audits = 0;                      ///< that failed or were in doubt since the last good one
    Timestamp m_positionsAskedAt;          ///< the last comparison of positions
    ReconciliationReport m_lastComparison; ///< of everything
    bool m_isAuditDirty = true;            ///< a gap came since the last comparison began
    bool m_hasGap = true;
    bool m_isStopping = false;

    JournalEntries m_entries; ///< of this call, nobody waits for them
    DeskEffects m_effects;
    std::uint64_t m_lastTicket = 0;
    RequestId m_lastRequest = 0;
};

} // namespace domain
