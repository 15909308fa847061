#include "models/domain/risk/rule_keeper.h"

#include <QTest>

#include <rapidcheck.h>

using namespace domain;
using namespace std::chrono_literals;

namespace
{

constexpr Timestamp midnight = timestampFromMs(1'760'054'400'000); // 2025-10-10 00:00 UTC
constexpr Timestamp noon = midnight + 12h;
const Symbol btc = "BTCUSDT";
const Symbol eth = "ETHUSDT";

RiskRules rulesWith(RuleKind kind, const char *limit, RuleAction action = RuleAction::Refuse)
{
    RiskRules rules;
    rules.of(kind) = {RuleLimit::literal(limit), action};
    return rules;
}

Order draft(Side side, const char *quantity, const char *price, const Symbol &symbol = btc)
{
    Order order;
    order.request.symbol = symbol;
    order.request.side = side;
    order.request.quantity = Quantity::literal(quantity);
    order.request.price = Price::literal(price);
    order.request.type = order.request.price.isPositive() ? OrderType::Limit : OrderType::Market;
    order.request.clientOrderId = "draft";
    return order;
}

Position held(Side side, const char *quantity, const char *entry, const Symbol &symbol = btc)
{
    Position position;
    position.symbol = symbol;
    position.side = side;
    position.quantity = Quantity::literal(quantity);
    position.entryPrice = Price::literal(entry);
    position.leverage = 10;
    return position;
}

Order stop(Side side, const char *quantity, const char *trigger, const Symbol &symbol = btc)
{
    Order order;
    order.request.symbol = symbol;
    order.request.side = side;
    order.request.type = OrderType::StopMarket;
    order.request.quantity = Quantity::literal(quantity);
    order.request.triggerPrice = Price::literal(trigger);
    order.request.reduceOnly = true;
    order.request.clientOrderId = "stop " + symbol + trigger;
    order.phase = OrderPhase::Working;
    return order;
}

/// An account and a market, to hold orders against.
struct World
{
    AccountState account;
    MarkPrices marks;
    std::vector<Order> orders;
    CommissionTable free{{btc, {}}, {eth, {}}}; ///< no fees: round figures
    std::optional<Price> stopOfDraft;
    RuleDay day;

    World()
    {
        day.startAt = midnight;
        account.walletBalance = account.crossWalletBalance = Money::of(10'000);
        account.isReconciled = true;
        account.symbols[btc] = account.symbols[eth] = {MarginType::Cross, 10, {}};
        setMark(btc, "60000");
        setMark(eth, "3000");
    }
    void setMark(const Symbol &symbol, const char *price)
    {
        marks[symbol].symbol = symbol;
        marks[symbol].mark = Price::literal(price);
    }
    std::vector<RuleBreach> check(const RiskRules &rules, const Order &order) const
    {
        RuleFacts facts;
        facts.account = &account;
        facts.marks = &marks;
        facts.openOrders = &orders;
        facts.commissions = &free;
        facts.stopOfEntry = [this](const Order &entry) {
            return entry.clientOrderId() == "draft" ? stopOfDraft : std::nullopt;
        };
        return orderBreaches(rules, day, order, facts);
    }
    QString sentence(const RiskRules &rules, const Order &order) const
    {
        const auto breaches = check(rules, order);
        return breaches.empty() ? QString{} : QString::fromStdString(breaches.front().text());
    }
};

Fill fill(std::int64_t id, Side side, const char *quantity, const char *pnl, Timestamp at,
    const char *fee = "0", const Symbol &symbol = btc)
{
    Fill made;
    made.symbol = symbol;
    made.tradeId = id;
    made.side = side;
    made.quantity = Quantity::literal(quantity);
    made.price = Price::of(100);
    made.realizedPnl = Money::literal(pnl);
    made.commission = Money::literal(fee);
    made.commissionAsset = "USDT";
    made.at = at;
    return made;
}

/// A trade that is opened and closed with this result.
void trade(RuleKeeper &keeper, std::int64_t id, const char *pnl, Timestamp at)
{
    keeper.onFill(at, fill(id, Side::Buy, "1", "0", at));
    keeper.onFill(at + 1s, fill(id + 1, Side::Sell, "1", pnl, at + 1s));
}

template <class Event> int countOf(const std::vector<RuleKeeper::Event> &events)
{
    return static_cast<int>(std::ranges::count_if(
        events, [](const RuleKeeper::Event &event) { return std::holds_alternative<Event>(event); }));
}

std::map<std::string, std::string> notesOf(RuleKeeper &keeper)
{
    const auto notes = keeper.takeNotes();
    return {notes.begin(), notes.end()};
}

} // namespace

/// The trader's own rules: each by itself, over midnight, over a restart, tightened and loosened.
class RulesTest : public QObject
{
    Q_OBJECT
private slots:
    // ---- single orders
    void riskPerTradeCountsUpToTheStop()
    {
        World world;
        const RiskRules rules = rulesWith(RuleKind::RiskPerTrade, "100");
        world.stopOfDraft = Price::of(59'000);
        QVERIFY(world.check(rules, draft(Side::Buy, "0.1", "60000")).empty());
        QCOMPARE(world.sentence(rules, draft(Side::Buy, "0.101", "60000")),
            QStringLiteral(
                "Risk per trade: 101.00 USDT of BTCUSDT would be at risk, the rule allows 100 USDT."));
    }

    void riskPerTradeCountsFeesOfEntryAndStop()
    {
        World world;
        world.free.clear(); // 0.05 % of 6,000 and of 5,900
        world.stopOfDraft = Price::of(59'000);
        QVERIFY(!world.check(rulesWith(RuleKind::RiskPerTrade, "105.9"), draft(Side::Buy, "0.1", "60000"))
                     .empty());
        QVERIFY(world.check(rulesWith(RuleKind::RiskPerTrade, "105.95"), draft(Side::Buy, "0.1", "60000"))
                    .empty());
    }

    void anEntryWithoutItsStopCountsWhole()
    {
        World world;
        const QString text =
            world.sentence(rulesWith(RuleKind::RiskPerTrade, "100"), draft(Side::Buy, "0.1", "60000"));
        QVERIFY2(text.contains(QStringLiteral("6,000.00 USDT of BTCUSDT")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("Send the entry together with its stop.")), qPrintable(text));
    }

    void piecesOfOneTradeAreOneTrade()
    {
        World world;
        world.account.positions = {held(Side::Buy, "0.08", "60000")};
        world.orders = {stop(Side::Sell, "0.08", "59000")};
        world.stopOfDraft = Price::of(59'000);
        const RiskRules rules = rulesWith(RuleKind::RiskPerTrade, "100");
        QVERIFY(world.check(rules, draft(Side::Buy, "0.02", "60000")).empty());
        QVERIFY(!world.check(rules, draft(Side::Buy, "0.03", "60000")).empty());
    }

    void openRiskAddsUpPositionsAndEntries()
    {
        World world;
        world.account.positions = {held(Side::Sell, "1", "3000", eth)};
        world.orders = {stop(Side::Buy, "1", "3100", eth)}; // 100
        world.stopOfDraft = Price::of(59'000);
        const RiskRules rules = rulesWith(RuleKind::OpenRisk, "150");
        QVERIFY(world.check(rules, draft(Side::Buy, "0.05", "60000")).empty());
        QCOMPARE(world.sentence(rules, draft(Side::Buy, "0.06", "60000")),
            QStringLiteral(
                "Open risk: 160.00 USDT would be lost if all stops filled, the rule allows 150 USDT."));
    }

    void positionsCountWhatIsHeldAndWhatIsBeingOpened()
    {
        World world;
        const RiskRules rules = rulesWith(RuleKind::Positions, "2");
        world.account.positions = {held(Side::Buy, "1", "60000")};
        QVERIFY(world.check(rules, draft(Side::Buy, "1", "3000", eth)).empty());
        Order waiting = draft(Side::Buy, "1", "0.5", "XRPUSDT");
        waiting.request.clientOrderId = "waiting";
        waiting.phase = OrderPhase::Working;
        world.orders = {waiting};
        QCOMPARE(world.sentence(rules, draft(Side::Buy, "1", "3000", eth)),
            QStringLiteral(
                "Positions: this would make 3 held or being opened, the rule allows 2 positions."));
        QVERIFY(world.check(rules, draft(Side::Buy, "1", "60000")).empty()); // more of what is held
    }

    void tradesCountWhatTheDayOpenedAndWhatWaits()
    {
        World world;
        world.day.trades = 2;
        const RiskRules rules = rulesWith(RuleKind::Trades, "3");
        QVERIFY(world.check(rules, draft(Side::Buy, "1", "60000")).empty());
        world.day.trades = 3;
        QCOMPARE(world.sentence(rules, draft(Side::Buy, "1", "60000")),
            QStringLiteral("Trades: this would be number 4 of the UTC day, the rule allows 3 trades."));
        world.account.positions = {held(Side::Buy, "1", "60000")};
        QVERIFY(world.check(rules, draft(Side::Buy, "1", "60000")).empty());
        QVERIFY(!world.check(rules, draft(Side::Sell, "2", "60000")).empty()); // turns the position
    }

    void leverageIsTheOneSetForTheSymbol()
    {
        World world;
        QVERIFY(world.check(rulesWith(RuleKind::Leverage, "10"), draft(Side::Buy, "1", "60000")).empty());
        QCOMPARE(world.sentence(rulesWith(RuleKind::Leverage, "9"), draft(Side::Buy, "1", "60000")),
            QStringLiteral("Leverage: BTCUSDT is set to 10x, the rule allows 9x. Lower it first."));
        QVERIFY(world.sentence(rulesWith(RuleKind::Leverage, "9"), draft(Side::Buy, "1", "1", "NEWUSDT"))
                    .contains(QStringLiteral("is not known yet")));
    }

    void orderSizeIsTheNotional()
    {
        World world;
        const RiskRules rules = rulesWith(RuleKind::OrderSize, "6000");
        QVERIFY(world.check(rules, draft(Side::Buy, "0.1", "60000")).empty());
        QVERIFY(!world.check(rules, draft(Side::Buy, "0.101", "0")).empty()); // at the market
        QVERIFY(
            !world.check(rules, draft(Side::Sell, "0.101", "1")).empty()); // fills at the market, not at 1
        world.marks.clear();
        QVERIFY(!world.check(rules, draft(Side::Buy, "0.001", "0")).empty()); // cannot be valued
    }

    void priceCollarLooksThroughTheMark()
    {
        World world;
        const RiskRules rules = rulesWith(RuleKind::PriceCollar, "0.01");
        QVERIFY(world.check(rules, draft(Side::Buy, "1", "60600")).empty());
        QCOMPARE(world.sentence(rules, draft(Side::Buy, "1", "60606")),
            QStringLiteral("Price collar: the limit lies 1.01 % through 60,000, the rule allows 1 %."));
        QVERIFY(world.check(rules, draft(Side::Buy, "1", "50000")).empty()); // away from the market
        QVERIFY(!world.check(rules, draft(Side::Sell, "1", "59000")).empty());
        QVERIFY(world.check(rules, draft(Side::Buy, "1", "0")).empty()); // no limit to compare
    }

    void rulesNeverSpeakOfWhatReduces()
    {
        rc::check("no rule ever blocks an order that can only reduce", [] {
            World world;
            if (*rc::gen::arbitrary<bool>()) {
                world.marks.clear();
            }
            world.day.realised = -Money::of(*rc::gen::inRange(0, 100'000));
            world.day.trades = world.day.losses = *rc::gen::inRange(0, 100);
            RiskRules rules;
            for (const RuleKind kind : allRules) {
                rules.of(kind) = {RuleLimit::literal("0.000001"), RuleAction::Flatten};
            }
            Order order = draft(*rc::gen::element(Side::Buy, Side::Sell), "1000000", "1");
            switch (*rc::gen::inRange(0, 3)) {
            case 0:
                order.request.reduceOnly = true;
                break;
            case 1:
                order.request.closePosition = true;
                break;
            default:
                order.request.positionSide =
                    order.request.side == Side::Buy ? PositionSide::Short : PositionSide::Long;
                break;
            }
            RC_ASSERT(isReducing(order.request));
            RC_ASSERT(world.check(rules, order).empty());
        });
    }

    // ---- the day
    void dailyLossLocksUntilMidnightUtc()
    {
        RuleKeeper keeper;
        QVERIFY(*keeper.set(noon, rulesWith(RuleKind::DailyLoss, "100")));
        trade(keeper, 1, "-99.99", noon);
        QVERIFY(!keeper.state().lock);
        keeper.onFill(noon + 5s, fill(9, Side::Buy, "1", "0", noon + 5s, "0.01"));
        const auto lock = keeper.state().lock;
        QVERIFY(lock);
        QCOMPARE(lock->until, midnight + 24h);
        QCOMPARE(QString::fromStdString(lock->text),
            QStringLiteral(
                "Daily loss: 100.00 USDT of closed results lost in the UTC day, the rule allows 100 USDT."));
        QCOMPARE(countOf<RuleKeeper::Locked>(keeper.takeEvents()), 1);
        QCOMPARE(keeper.nextDueAt(), std::optional{midnight + 24h});
        keeper.onTime(midnight + 24h - 1ms);
        QVERIFY(keeper.state().lock);
        keeper.onTime(midnight + 24h);
        QVERIFY(!keeper.state().lock);
        QCOMPARE(keeper.state().day.realised, Money{});
        QCOMPARE(countOf<RuleKeeper::Unlocked>(keeper.takeEvents()), 1);
    }

    void aLockStaysWhenTheDayTurnsGoodAgain()
    {
        RuleKeeper keeper;
        QVERIFY(keeper.set(noon, rulesWith(RuleKind::DailyLoss, "100")));
        trade(keeper, 1, "-150", noon);
        trade(keeper, 3, "500", noon + 1min);
        QVERIFY(keeper.state().lock);
    }

    void flattenIsAskedForOnce()
    {
        RuleKeeper keeper;
        QVERIFY(keeper.set(noon, rulesWith(RuleKind::DailyLoss, "100", RuleAction::Flatten)));
        trade(keeper, 1, "-150", noon);
        trade(keeper, 3, "-150", noon + 1min);
        keeper.onTime(noon + 1h);
        const auto events = keeper.takeEvents();
        QCOMPARE(countOf<RuleKeeper::MustFlatten>(events), 1);
        QVERIFY(keeper.state().lock);
    }

    void warningLocksNothing()
    {
        RuleKeeper keeper;
        QVERIFY(keeper.set(noon, rulesWith(RuleKind::DailyLoss, "100", RuleAction::Warn)));
        trade(keeper, 1, "-150", noon);
        trade(keeper, 3, "-150", noon + 1min);
        QVERIFY(!keeper.state().lock);
        QCOMPARE(countOf<RuleKeeper::Warned>(keeper.takeEvents()), 1);
    }

    void openLossesCountWhereAskedFor()
    {
        RiskRules rules = rulesWith(RuleKind::DailyLoss, "100");
        rules.measure = DayMeasure::Equity;
        RuleKeeper keeper;
        QVERIFY(keeper.set(noon, rules));
        keeper.onOpenResult(noon, Money::of(-500), {}); // carried into the day: its loss is not of today
        QVERIFY(!keeper.state().lock);
        keeper.onOpenResult(noon + 1s, Money::of(-599), {});
        QVERIFY(!keeper.state().lock);
        keeper.onOpenResult(noon + 2s, Money::of(-600), {});
        QVERIFY(keeper.state().lock);
    }

    void openAndClosedResultsOfOneMomentAreNotMixed()
    {
        RiskRules rules = rulesWith(RuleKind::DailyLoss, "100");
        rules.measure = DayMeasure::FromPeak;
        RuleKeeper keeper;
        QVERIFY(keeper.set(noon, rules));
        keeper.onOpenResult(noon, Money::of(0), {});
        keeper.onOpenResult(noon + 1min, Money::of(-90), {});
        // The position is closed: the account says so first, its execution comes later.
        keeper.onMotion(noon + 2min);
        keeper.onOpenResult(noon + 2min, Money{}, {});
        QCOMPARE(keeper.state().day.best, Money{});
        keeper.onFill(noon + 2min, fill(1, Side::Sell, "1", "-90", noon + 2min));
        keeper.onOpenResult(noon + 2min + 3s, Money{}, {});
        QCOMPARE(keeper.state().day.lossBy(DayMeasure::FromPeak), Money::of(90));
        QVERIFY(!keeper.state().lock);
    }

    void constantMotionDoesNotBlindTheRule()
    {
        RiskRules rules = rulesWith(RuleKind::DailyLoss, "100");
        rules.measure = DayMeasure::Equity;
        RuleKeeper keeper;
        QVERIFY(keeper.set(noon, rules));
        keeper.onOpenResult(noon, Money{}, {});
        for (int second = 1; second <= 12 && !keeper.state().lock; ++second) {
            const Timestamp at = noon + second * 1s;
            keeper.onMotion(at - 500ms);
            keeper.onOpenResult(at, Money::of(-150), {});
        }
        QVERIFY(keeper.state().lock);
    }

    void fromPeakMeasuresTheFall()
    {
        RiskRules rules = rulesWith(RuleKind::DailyLoss, "100");
        rules.measure = DayMeasure::FromPeak;
        RuleKeeper keeper;
        QVERIFY(keeper.set(noon, rules));
        keeper.onOpenResult(noon, Money{}, {});
        keeper.onOpenResult(noon + 1s, Money::of(250), {});
        keeper.onOpenResult(noon + 2s, Money::of(151), {});
        QVERIFY(!keeper.state().lock);
        keeper.onOpenResult(noon + 3s, Money::of(150), {});
        QVERIFY(keeper.state().lock);
    }

    void aStreakIsBrokenByAnythingButALoss()
    {
        RuleKeeper keeper;
        QVERIFY(keeper.set(noon, rulesWith(RuleKind::LosingStreak, "3")));
        trade(keeper, 1, "-1", noon);
        trade(keeper, 3, "-1", noon + 1min);
        trade(keeper, 5, "0", noon + 2min);
        trade(keeper, 7, "-1", noon + 3min);
        trade(keeper, 9, "-1", noon + 4min);
        QVERIFY(!keeper.state().lock);
        trade(keeper, 11, "-1", noon + 5min);
        QCOMPARE(keeper.state().lock->kind, RuleKind::LosingStreak);
        QCOMPARE(QString::fromStdString(keeper.state().lock->text),
            QStringLiteral("Losing streak: 3 losing trades in a row, the rule allows 3 losses."));
    }

    void aTradeIsWhatLiesBetweenFlatAndFlat()
    {
        RuleKeeper keeper;
        keeper.onFill(noon, fill(1, Side::Buy, "2", "0", noon));
        keeper.onFill(noon, fill(2, Side::Buy, "1", "0", noon)); // more of it
        QCOMPARE(keeper.state().day.trades, 1);
        keeper.onFill(noon, fill(3, Side::Sell, "1", "-50", noon)); // a part, at a loss
        QCOMPARE(keeper.state().day.losses, 0);
        keeper.onFill(noon, fill(4, Side::Sell, "2", "60", noon));
        QCOMPARE(keeper.state().day.losses, 0); // 10 in all
        keeper.onFill(noon, fill(5, Side::Sell, "1", "0", noon));
        keeper.onFill(noon, fill(6, Side::Buy, "3", "-1", noon)); // closes one and opens another
        QCOMPARE(keeper.state().day.trades, 3);
        QCOMPARE(keeper.state().day.losses, 1);
    }

    void coolDownEndsByItself()
    {
        RuleKeeper keeper;
        QVERIFY(keeper.set(noon, rulesWith(RuleKind::CoolDown, "30")));
        trade(keeper, 1, "-1", noon);
        const Timestamp lossAt = noon + 1s;
        QCOMPARE(keeper.state().lock->until, lossAt + 30min);
        QVERIFY(keeper.state().lock->text.find("at 12:00 UTC") != std::string::npos);
        keeper.onTime(lossAt + 30min);
        QVERIFY(!keeper.state().lock);
    }

    void coolDownReachesOverMidnight()
    {
        RuleKeeper keeper;
        const Timestamp late = midnight + 24h - 10min;
        QVERIFY(keeper.set(noon, rulesWith(RuleKind::CoolDown, "30")));
        trade(keeper, 1, "-1", late);
        keeper.onTime(midnight + 24h);
        QVERIFY(keeper.state().lock);
        keeper.onTime(late + 1s + 30min);
        QVERIFY(!keeper.state().lock);
    }

    void bothSidesOfATradeWithOneselfCount()
    {
        RuleKeeper keeper;
        keeper.onTime(noon);
        Fill sold = fill(7, Side::Sell, "1", "-10", noon, "2");
        sold.orderId = 1;
        Fill bought = fill(7, Side::Buy, "1", "0", noon, "1");
        bought.orderId = 2;
        for (const Fill &each : {sold, bought, sold}) {
            keeper.onFill(noon, each);
        }
        QCOMPARE(keeper.state().day.realised, Money::of(-13));
        const std::vector<IncomeRow> rows{{"REALIZED_PNL", btc, "USDT", Money::of(-10), 1, 7, noon},
            {"COMMISSION", btc, "USDT", Money::of(-2), 2, 7, noon},
            {"COMMISSION", btc, "USDT", Money::of(-1), 3, 7, noon}};
        keeper.onIncome(noon, {rows.begin(), rows.begin() + 2}, false); // the page ends between the two
        QCOMPARE(keeper.state().day.realised, Money::of(-13));
        keeper.onIncome(noon, rows, true);
        QCOMPARE(keeper.state().day.realised, Money::of(-13));
    }

    void executionsCountOnceInAnyOrder()
    {
        rc::check("repeated and reordered executions and list rows give one result", [] {
            std::vector<Fill> fills;
            std::vector<IncomeRow> rows;
            Money sum;
            const int count = *rc::gen::inRange(1, 12);
            for (int id = 1; id <= count; ++id) {
                const auto pnl = Money::of(*rc::gen::inRange(-50, 50));
                const auto fee = Money::of(*rc::gen::inRange(0, 3));
                Fill one = fill(id, Side::Buy, "1", "0", noon);
                one.realizedPnl = pnl;
                one.commission = fee;
                fills.push_back(one);
                sum += pnl - fee;
                rows.push_back({"REALIZED_PNL", btc, "USDT", pnl, id * 10, id, noon});
                rows.push_back({"COMMISSION", btc, "USDT", -fee, id * 10 + 1, id, noon});
            }
            rows.push_back({"FUNDING_FEE", btc, "USDT", Money::of(-7), 7, 0, noon});
            rows.push_back({"TRANSFER", {}, "USDT", Money::of(10'000), 8, 0, noon});
            rows.push_back({"FUNDING_FEE", btc, "USDT", Money::of(-7), 9, 0, midnight - 1ms}); // of yesterday
            sum -= Money::of(7);
            RuleKeeper keeper;
            keeper.onTime(noon);
            const auto heard = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, count));
            for (const int at : heard) {
                keeper.onFill(noon, fills[static_cast<std::size_t>(at)]);
            }
            keeper.onIncome(noon, rows, true);
            for (const int at : heard) {
                keeper.onFill(noon, fills[static_cast<std::size_t>(at)]);
            }
            RC_ASSERT(keeper.state().day.realised == sum);
            RC_ASSERT(keeper.state().day.isComplete);
        });
    }

    // ---- loosening
    void tighteningHoldsAtOnceAndLooseningTomorrow()
    {
        RuleKeeper keeper;
        RiskRules rules = rulesWith(RuleKind::DailyLoss, "100");
        rules.of(RuleKind::OrderSize) = {RuleLimit::of(1'000), RuleAction::Refuse};
        QVERIFY(*keeper.set(noon, rules));
        RiskRules wanted = rules;
        wanted.of(RuleKind::DailyLoss).limit = RuleLimit::of(200);
        wanted.of(RuleKind::OrderSize).limit = RuleLimit::of(500);
        QVERIFY(!*keeper.set(noon, wanted));
        QCOMPARE(keeper.active().of(RuleKind::DailyLoss).limit, std::optional{RuleLimit::of(100)});
        QCOMPARE(keeper.active().of(RuleKind::OrderSize).limit, std::optional{RuleLimit::of(500)});
        QCOMPARE(keeper.state().pendingFrom, midnight + 24h);
        keeper.onTime(midnight + 24h - 1ms);
        QCOMPARE(keeper.active().of(RuleKind::DailyLoss).limit, std::optional{RuleLimit::of(100)});
        keeper.onTime(midnight + 24h);
        QVERIFY(keeper.active() == wanted);
        QVERIFY(!keeper.state().pending);
    }

    void switchingOffIsLoosening()
    {
        RuleKeeper keeper;
        const RiskRules rules = rulesWith(RuleKind::CoolDown, "30", RuleAction::Refuse);
        QVERIFY(*keeper.set(noon, rules));
        QVERIFY(!*keeper.set(noon, {}));
        QVERIFY(keeper.active() == rules);
        QVERIFY(!*keeper.set(noon, rulesWith(RuleKind::CoolDown, "20"))); // a shorter rest is looser
        QVERIFY(!*keeper.set(noon, rulesWith(RuleKind::CoolDown, "30", RuleAction::Warn)));
        QVERIFY(keeper.active() == rules);
        QVERIFY(*keeper.set(noon, rulesWith(RuleKind::CoolDown, "40"))); // takes the loosening back as well
        keeper.onTime(midnight + 24h);
        QVERIFY(keeper.active() == rulesWith(RuleKind::CoolDown, "40"));
    }

    void tighterOfForbidsWhatEitherForbids()
    {
        rc::check("tighterOf is idempotent and never looser than the active rules", [] {
            const auto any = [] {
                RiskRules rules;
                for (const RuleKind kind : allRules) {
                    if (*rc::gen::arbitrary<bool>()) {
                        rules.of(kind) = {RuleLimit::of(*rc::gen::inRange(1, 100)),
                            static_cast<RuleAction>(*rc::gen::inRange(0, 2))};
                    }
                }
                return rules;
            };
            const RiskRules active = any();
            const RiskRules wanted = any();
            const RiskRules both = tighterOf(active, wanted);
            RC_ASSERT(tighterOf(both, wanted) == both);
            RC_ASSERT(tighterOf(active, both) == both);
            World world;
            world.day.trades = *rc::gen::inRange(0, 10);
            const Order order = draft(Side::Buy, "0.001", "60100");
            const auto refuses = [&](const RiskRules &rules) {
                const auto breaches = world.check(rules, order);
                return std::ranges::any_of(
                    breaches, [](const RuleBreach &one) { return one.action != RuleAction::Warn; });
            };
            RC_ASSERT(!refuses(active) || refuses(both));
        });
    }

    void nonsenseIsRefused()
    {
        RuleKeeper keeper;
        QVERIFY(!keeper.set(noon, rulesWith(RuleKind::Trades, "2.5")));
        QVERIFY(!keeper.set(noon, rulesWith(RuleKind::DailyLoss, "0")));
        QVERIFY(!keeper.set(noon, rulesWith(RuleKind::OrderSize, "5", RuleAction::Flatten)));
        RiskRules pace;
        pace.pace = {20, 10};
        QVERIFY(!keeper.set(noon, pace));
        QVERIFY(keeper.active() == RiskRules{});
    }

    // ---- restart
    void aRestartChangesNothing()
    {
        RuleKeeper before;
        RiskRules rules = rulesWith(RuleKind::DailyLoss, "100", RuleAction::Flatten);
        rules.of(RuleKind::LosingStreak) = {RuleLimit::of(5), RuleAction::Refuse};
        QVERIFY(before.set(noon, rules));
        QVERIFY(!*before.set(noon, {})); // waits
        std::vector<Fill> fills{fill(1, Side::Buy, "1", "0", noon, "1"),
            fill(2, Side::Sell, "1", "-150", noon, "1"), fill(3, Side::Buy, "1", "0", noon, "1", eth)};
        for (const Fill &one : fills) {
            before.onFill(noon, one);
        }
        before.onIncome(noon, {{"FUNDING_FEE", btc, "USDT", Money::of(-4), 77, 0, noon}}, true);
        before.onOpenResult(noon + 5s, Money::of(3), {});
        (void)before.takeEvents();

        RuleKeeper after;
        QVERIFY(after.restore(noon + 1h, notesOf(before), fills));
        const auto events = after.takeEvents();
        QCOMPARE(countOf<RuleKeeper::Locked>(events), 1);
        QCOMPARE(countOf<RuleKeeper::MustFlatten>(events), 0); // it was done
        RuleState expected = before.state();
        expected.day.isComplete = false; // the list is to be read again
        expected.day.openNow.reset();
        expected.day.settled.reset();
        QVERIFY(after.state() == expected);
        QVERIFY(after.takeNotes().empty());
        // Heard again, and read again: nothing counts twice.
        for (const Fill &one : fills) {
            after.onFill(noon + 1h, one);
        }
        after.onIncome(noon + 1h, {{"FUNDING_FEE", btc, "USDT", Money::of(-4), 77, 0, noon}}, true);
        QCOMPARE(after.state().day.realised, Money::of(-157));
        QCOMPARE(after.state().day.trades, 2);
        after.onTime(midnight + 24h);
        QVERIFY(!after.state().lock);
        QVERIFY(after.active() == RiskRules{});
    }

    void aRestartOnTheNextDayBeginsItAnew()
    {
        RuleKeeper before;
        QVERIFY(before.set(noon, rulesWith(RuleKind::DailyLoss, "100")));
        trade(before, 1, "-150", noon);
        RuleKeeper after;
        QVERIFY(after.restore(midnight + 30h, notesOf(before), {}));
        QVERIFY(!after.state().lock);
        QCOMPARE(after.state().day.startAt, midnight + 24h);
        QVERIFY(after.active() == rulesWith(RuleKind::DailyLoss, "100"));
    }

    void aClockThatWentBackTurnsNoDay()
    {
        RuleKeeper keeper;
        QVERIFY(keeper.set(midnight + 1ms, rulesWith(RuleKind::DailyLoss, "100")));
        trade(keeper, 1, "-150", midnight + 1s);
        keeper.onTime(midnight - 5s);
        QCOMPARE(keeper.state().day.startAt, midnight);
        QVERIFY(keeper.state().lock);
    }

    void unreadableNotesAreTold()
    {
        RuleKeeper keeper;
        QVERIFY(!keeper.restore(noon, {{"rules", "1 9 nonsense"}}, {}));
        QVERIFY(!keeper.restore(noon, {{"rules day", "2 0 0"}}, {}));
    }

    void withoutRulesNothingIsKept()
    {
        RuleKeeper keeper;
        trade(keeper, 1, "-150", noon);
        QVERIFY(keeper.takeNotes().empty());
        QVERIFY(!keeper.nextDueAt());
    }
};

QTEST_APPLESS_MAIN(RulesTest)

#include "rules_test.moc"
