#include "tests/support/desk_rig.h"

#include <QTest>

#include <rapidcheck.h>

using namespace support::desk;
using Action = EmergencyAction::Kind;

namespace
{

RiskRules rulesWith(RuleKind kind, const char *limit, RuleAction action = RuleAction::Refuse)
{
    RiskRules rules;
    rules.of(kind) = {RuleLimit::literal(limit), action};
    return rules;
}

/// A desk whose account and marks are known, with these rules.
struct RuledRig : Rig
{
    explicit RuledRig(const RiskRules &wanted = {})
    {
        ready();
        setAccount({});
        setMark("100");
        set(wanted);
    }
    bool set(const RiskRules &wanted)
    {
        Result<bool> done;
        act([&] { done = desk.setRiskRules(now, wanted); });
        return done.value_or(false);
    }
    void setAccount(const std::vector<Position> &positions, int leverage = 10)
    {
        auto account = std::make_shared<AccountState>();
        account->walletBalance = account->crossWalletBalance = Money::of(10'000);
        account->isReconciled = true;
        account->positions = positions;
        account->symbols[btc] = account->symbols[eth] = {MarginType::Cross, leverage, {}};
        act([&] { desk.onAccount(now, account); });
    }
    void setMark(const char *price)
    {
        MarkPrice mark;
        mark.symbol = btc;
        mark.mark = Price::literal(price);
        mark.at = now;
        act([&] { desk.onMarks(now, {mark}); });
    }
    void lose(int usdt)
    {
        const IncomeRow row{"FUNDING_FEE", btc, "USDT", Money::of(-usdt), ++m_transactions, 0, now};
        act([&] { desk.onIncome(now, {row}, true); });
    }
    QString refusal(CommandId command) const
    {
        const auto result = reply(command);
        return result && !result->has_value() ? QString::fromStdString(result->error().detail) : QString{};
    }

private:
    std::int64_t m_transactions = 0;
};

Position held(Side side, const char *quantity, const char *entry = "100")
{
    Position position;
    position.symbol = btc;
    position.side = side;
    position.quantity = qty(quantity);
    position.entryPrice = Price::literal(entry);
    position.leverage = 10;
    return position;
}

BracketPlan bracket(const char *quantity, int stop)
{
    BracketPlan plan;
    plan.entry = limit(Side::Buy, quantity, 100);
    plan.stopTrigger = Price::of(stop);
    return plan;
}

} // namespace

/// The user's rules in the order path: at the door, in the last moment, over restarts, and never in the way
/// of getting out.
class DeskRulesTest : public QObject
{
    Q_OBJECT
private slots:
    void aBrokenRuleIsNamedAtTheDoor()
    {
        RuledRig rig{rulesWith(RuleKind::OrderSize, "500")};
        const CommandId large = rig.submit(limit(Side::Buy, "6"));
        QCOMPARE(rig.refusal(large),
            QStringLiteral("Order size: this order is worth 600.00 USDT, the rule allows 500 USDT."));
        QCOMPARE(rig.count<PlaceOrder>(), 0);
        QCOMPARE(rig.order().phase, OrderPhase::Queued); // it never was an order
        QVERIFY(rig.isTaken(rig.submit(limit(Side::Buy, "5"))));
    }

    void aRuleIsAskedAgainInTheLastMoment()
    {
        RuledRig rig;
        rig.queues = anyOf<PlaceOrder>();
        rig.submit(limit(Side::Buy, "6"));
        const RequestId waiting = rig.pending<PlaceOrder>();
        QVERIFY(!rig.desk.whyNotNow(rig.now, waiting));
        rig.set(rulesWith(RuleKind::OrderSize, "500"));
        const auto why = rig.desk.whyNotNow(rig.now, waiting);
        QVERIFY(why);
        QVERIFY(why->detail.starts_with("Order size:"));
    }

    void whatWaitsCountsForTheNext()
    {
        RuledRig rig{rulesWith(RuleKind::OpenRisk, "110")};
        rig.isDiskSlow = true; // both clicks come before the first intent is on the disk
        rig.submitBracket(bracket("10", 90));
        const CommandId second = rig.submitBracket(bracket("10", 90));
        rig.keepAll();
        QVERIFY2(rig.refusal(second).startsWith(QStringLiteral("Open risk: 201.90 USDT")),
            qPrintable(rig.refusal(second)));
        QCOMPARE(rig.count<PlaceOrder>(), 1);
    }

    void theStopOfABracketBoundsItsRisk()
    {
        RuledRig rig{rulesWith(RuleKind::RiskPerTrade, "101")};
        QVERIFY(rig.isTaken(rig.submitBracket(bracket("10", 90)))); // 100 and fees of 0.95
        QVERIFY(rig.isRefused(rig.submit(limit(Side::Buy, "2"))));  // the same trade, without a stop
    }

    void amendingCannotPassARule()
    {
        RuledRig rig{rulesWith(RuleKind::OrderSize, "500")};
        rig.submit(limit(Side::Buy, "5"));
        const std::string id = rig.id();
        QVERIFY(rig.refusal(rig.amend(id, 101, "5")).startsWith(QStringLiteral("Order size:")));
        QVERIFY(rig.isTaken(rig.amend(id, 99, "5")));
    }

    void warningLetsItGoAndSaysSo()
    {
        RuledRig rig{rulesWith(RuleKind::OrderSize, "500", RuleAction::Warn)};
        QVERIFY(rig.isTaken(rig.submit(limit(Side::Buy, "6"))));
        QCOMPARE(rig.alerts(Alert::Kind::Rules), 1);
    }

    void aLockCancelsEntriesAndLetsClose()
    {
        RuledRig rig{rulesWith(RuleKind::DailyLoss, "100")};
        rig.hold(Side::Buy, "2");
        rig.setAccount({held(Side::Buy, "2")});
        rig.submit(stopMarket(Side::Sell, "2"));
        const std::string stop = rig.id();
        rig.submit(limit());
        const std::string entry = rig.id();
        rig.lose(100);
        QVERIFY(rig.desk.gate().isClosedBy(GateCause::RuleLock));
        QVERIFY(rig.desk.gate().mayReduce());
        QCOMPARE(rig.order(entry).endReason, EndReason::Canceled);
        QCOMPARE(rig.order(stop).phase, OrderPhase::Working);
        QVERIFY(rig.refusal(rig.submit(limit())).contains(QStringLiteral("Daily loss: 100.00 USDT")));
        QVERIFY(rig.isTaken(rig.submit(closing(Side::Sell, "2"))));
        rig.cancel(stop);
        rig.pass(2s);
        QCOMPARE(rig.order(stop).endReason, EndReason::Canceled);
    }

    void aRuleThatOnlyWarnsSaysSoAndLocksNothing()
    {
        RuledRig rig{rulesWith(RuleKind::DailyLoss, "100", RuleAction::Warn)};
        rig.lose(150);
        QCOMPARE(rig.alerts(Alert::Kind::Rules), 1);
        QVERIFY(rig.all<Alert>().back().text.starts_with("Daily loss: 150.00 USDT"));
        QCOMPARE(rig.all<Alert>().back().severity, Alert::Severity::Warning);
        rig.lose(10);
        QCOMPARE(rig.alerts(Alert::Kind::Rules), 1); // said once
        QVERIFY(rig.isTaken(rig.submit(limit())));
    }

    void anOpenLossIsJudgedOnlyWhereTheAccountIsKnown_data()
    {
        QTest::addColumn<bool>("hasAccount");
        QTest::addColumn<bool>("isReconciled");
        QTest::addColumn<bool>("hasStream");
        QTest::addColumn<bool>("hasMark");
        QTest::addColumn<bool>("isLocked");
        QTest::newRow("all of it is known") << true << true << true << true << true;
        QTest::newRow("no account") << false << true << true << true << false;
        QTest::newRow("an account of before the stream") << true << false << true << true << false;
        QTest::newRow("the stream is lost") << true << true << false << true << false;
        QTest::newRow("no mark price of the position") << true << true << true << false << false;
    }
    void anOpenLossIsJudgedOnlyWhereTheAccountIsKnown()
    {
        QFETCH(bool, hasAccount);
        QFETCH(bool, isReconciled);
        QFETCH(bool, hasStream);
        QFETCH(bool, hasMark);
        QFETCH(bool, isLocked);
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        RiskRules rules = rulesWith(RuleKind::DailyLoss, "100");
        rules.measure = DayMeasure::Equity;
        rig.act([&] { (void)rig.desk.setRiskRules(rig.now, rules); });
        auto account = std::make_shared<AccountState>();
        account->walletBalance = account->crossWalletBalance = Money::of(10'000);
        account->isReconciled = isReconciled;
        account->positions = {held(Side::Buy, "2")};
        account->symbols[btc] = {MarginType::Cross, 10, {}};
        if (hasAccount) {
            rig.act([&] { rig.desk.onAccount(rig.now, account); });
        }
        if (!hasStream) {
            rig.act([&] { rig.desk.onStreamGap(rig.now, "lost"); });
        }
        for (const int price : {100, 100, 40, 40, 40}) { // 120 are lost
            MarkPrice mark;
            mark.symbol = hasMark ? btc : eth;
            mark.mark = Price::of(price);
            mark.at = rig.now;
            rig.act([&] { rig.desk.onMarks(rig.now, {mark}); });
            rig.pass(5s);
        }
        QCOMPARE(rig.desk.gate().isClosedBy(GateCause::RuleLock), isLocked);
    }

    void rulesThatCannotBeReadAreToldAtTheStart()
    {
        Rig rig;
        JournalPast past;
        past.notes["rules"] = "what nobody wrote";
        rig.act([&] { rig.desk.restore(rig.now, past); });
        QCOMPARE(rig.alerts(Alert::Kind::Rules), 1);
        QCOMPARE(rig.all<Alert>().front().severity, Alert::Severity::Critical);
        QVERIFY(rig.all<Alert>().front().text.find("could not be read") != std::string::npos);
    }

    void onlyMidnightOpensTheLock()
    {
        RuledRig rig{rulesWith(RuleKind::DailyLoss, "100")};
        rig.lose(150);
        QVERIFY(!rig.set({})); // waits for the next day
        QVERIFY(!rig.desk.acknowledge(rig.now, GateCause::RuleLock));
        const Timestamp midnight = dayOf(rig.now) + 24h;
        rig.pass(Milliseconds{midnight - rig.now} - 1ms);
        QVERIFY(rig.isRefused(rig.submit(limit())));
        rig.pass(1ms);
        QVERIFY(!rig.desk.gate().isClosedBy(GateCause::RuleLock));
        QVERIFY(rig.isTaken(rig.submit(limit())));
        QVERIFY(rig.desk.riskRules().active == RiskRules{}); // the loosening holds now
    }

    void aRestartKeepsTheLock()
    {
        RuledRig rig{rulesWith(RuleKind::DailyLoss, "100")};
        rig.lose(150);
        Rig again;
        again.now = rig.now + 1min;
        again.act([&] { again.desk.restore(again.now, rig.past()); });
        again.ready();
        QVERIFY(again.desk.gate().isClosedBy(GateCause::RuleLock));
        const CommandId refused = again.submit(limit());
        QVERIFY(again.reply(refused)->error().detail.find("Daily loss: 150.00 USDT") != std::string::npos);
    }

    void aStartUnderALockCancelsWhatTheLastRunLeftOpen()
    {
        RuledRig rig{rulesWith(RuleKind::DailyLoss, "100")};
        rig.submit(limit());
        const std::string entry = rig.id();
        rig.isDiskFailing = true; // the cancel never got onto the disk …
        rig.script = [](const SendRequest &request) {
            return asks<CancelOrder>(request)
                       ? std::optional{DeskVenue::answer(DeskAnswer::Outcome::NotExecuted)}
                       : std::nullopt; // … nor to the exchange
        };
        JournalPast past = rig.past();
        rig.isDiskFailing = false;
        rig.lose(150);
        past.notes = rig.notes;
        Rig again;
        again.now = rig.now + 1min;
        again.venue = rig.venue;
        again.act([&] { again.desk.restore(again.now, past); });
        again.ready();
        QCOMPARE(again.order(entry).endReason, EndReason::Canceled);
    }

    void flattenClosesEverythingAndStopsOpening()
    {
        RuledRig rig{rulesWith(RuleKind::DailyLoss, "100", RuleAction::Flatten)};
        rig.isMarketLiquid = true;
        rig.hold(Side::Buy, "2");
        rig.pass(1s);
        rig.lose(100);
        rig.pass(3s);
        QVERIFY(rig.position().isZero());
        QVERIFY(rig.desk.gate().isClosedBy(GateCause::RuleLock));
        QVERIFY(rig.desk.gate().isClosedBy(GateCause::KillSwitch));
    }

    void openRiskThatLastsIsFlattened()
    {
        RuledRig rig;
        rig.isMarketLiquid = true;
        rig.hold(Side::Buy, "2"); // without a stop: 200 count
        rig.setAccount({held(Side::Buy, "2")});
        rig.set(rulesWith(RuleKind::OpenRisk, "150", RuleAction::Flatten));
        rig.pass(3s);
        rig.setMark("100");
        rig.pass(10s); // its stop may be on its way
        rig.setMark("100");
        QVERIFY(!rig.position().isZero());
        rig.pass(5s);
        rig.setMark("100");
        rig.pass(3s);
        QVERIFY(rig.position().isZero());
    }

    void unknownAccountRefusesRatherThanGuesses()
    {
        Rig rig;
        rig.ready();
        rig.act([&] { QVERIFY(rig.desk.setRiskRules(rig.now, rulesWith(RuleKind::RiskPerTrade, "100"))); });
        const CommandId command = rig.submit(limit());
        QVERIFY(rig.reply(command)->error().detail.find("is not known yet") != std::string::npos);
    }

    void rulesNeverBlockGettingOut()
    {
        rc::check("under the strictest rules every close and every cancel leaves", [] {
            RuledRig rig;
            rig.hold(Side::Buy, "5");
            rig.submit(limit());
            const std::string entry = rig.id();
            RiskRules rules;
            for (const RuleKind kind : allRules) {
                rules.of(kind) = {RuleLimit::of(1), RuleAction::Refuse};
            }
            rules.of(RuleKind::PriceCollar).limit = RuleLimit::literal("0.000001");
            rig.set(rules);
            if (*rc::gen::arbitrary<bool>()) {
                rig.lose(*rc::gen::inRange(1, 1'000));
            }
            NewOrder close = closing(Side::Sell, "5");
            if (*rc::gen::arbitrary<bool>()) {
                close.type = OrderType::Limit;
                close.price = Price::of(*rc::gen::inRange(1, 1'000));
            }
            RC_ASSERT(rig.isTaken(rig.submit(close)));
            rig.cancel(entry);
            RC_ASSERT(!rig.order(entry).isOpen());
            RC_ASSERT(rig.isRefused(rig.submit(limit())));
        });
    }
};

QTEST_APPLESS_MAIN(DeskRulesTest)

#include "desk_rules_test.moc"
