#include "models/domain/risk/rule_keeper.h"

#include <QString>
#include <QTest>

using namespace domain;
using namespace std::chrono_literals;

namespace
{

const Symbol btc = "BTCUSDT";
const Timestamp midnight = timestampFromMs(0) + 24h * 20'000;
const Timestamp noon = midnight + 12h;

RiskRules shareOf(RuleKind kind, const char *share, std::optional<RuleLimit> limit = {})
{
    RiskRules rules;
    rules.of(kind) = {limit, RuleAction::Refuse, Rate::literal(share)};
    return rules;
}

RiskRules rulesWith(RuleKind kind, const char *limit)
{
    RiskRules rules;
    rules.of(kind) = {RuleLimit::literal(limit), RuleAction::Refuse};
    return rules;
}

Order draft(Side side, const char *quantity, const char *price)
{
    Order order;
    order.request.symbol = btc;
    order.request.side = side;
    order.request.quantity = Quantity::literal(quantity);
    order.request.price = Price::literal(price);
    order.request.clientOrderId = "draft";
    return order;
}

/// An account of 10,000 and a market; an entry whose stop is at 59,000; no fees.
struct World
{
    AccountState account;
    MarkPrices marks;
    std::vector<Order> orders;
    CommissionTable free{{btc, {}}};
    RuleDay day;
    RuleFacts facts;

    World()
    {
        day.startAt = midnight;
        account.walletBalance = account.crossWalletBalance = Money::of(10'000);
        account.isReconciled = true;
        account.symbols[btc] = {MarginType::Cross, 10, {}};
        marks[btc].symbol = btc;
        marks[btc].mark = Price::of(60'000);
        facts.account = &account;
        facts.marks = &marks;
        facts.openOrders = &orders;
        facts.commissions = &free;
        facts.stopOfEntry = [](const Order &) { return std::optional{Price::of(59'000)}; };
    }
    World(const World &) = delete;
    World &operator=(const World &) = delete;
    std::vector<RuleBreach> check(const RiskRules &rules, const Order &order) const
    {
        return orderBreaches(rules, day, order, facts);
    }
    QString sentence(const RiskRules &rules, const Order &order) const
    {
        const auto breaches = check(rules, order);
        return breaches.empty() ? QString{} : QString::fromStdString(breaches.front().text());
    }
};

/// A trade that is opened and closed with this result.
void lose(RuleKeeper &keeper, std::int64_t id, const char *pnl, Timestamp at)
{
    Fill fill;
    fill.symbol = btc;
    fill.tradeId = id;
    fill.side = Side::Buy;
    fill.quantity = Quantity::of(1);
    fill.price = Price::of(100);
    fill.commissionAsset = "USDT";
    fill.at = at;
    keeper.onFill(at, fill);
    fill.tradeId = id + 1;
    fill.side = Side::Sell;
    fill.realizedPnl = Money::literal(pnl);
    fill.at = at + 1s;
    keeper.onFill(at + 1s, fill);
}

std::map<std::string, std::string> notesOf(RuleKeeper &keeper)
{
    const auto notes = keeper.takeNotes();
    return {notes.begin(), notes.end()};
}

} // namespace

/// Limits in per cent of the balance that the day began with.
class RuleSharesTest : public QObject
{
    Q_OBJECT
private slots:
    void aShareOfTheBalanceIsALimitToo()
    {
        World world;
        const RiskRules rules = shareOf(RuleKind::RiskPerTrade, "0.01");
        const Order entry = draft(Side::Buy, "0.1", "60000"); // loses 100 at its stop
        QVERIFY2(
            world.sentence(rules, entry).contains(QStringLiteral("The balance of the day is not known yet")),
            qPrintable(world.sentence(rules, entry)));
        world.day.balance = Money::of(10'000);
        QVERIFY(world.check(rules, entry).empty());
        QCOMPARE(world.sentence(rules, draft(Side::Buy, "0.101", "60000")),
            QStringLiteral(
                "Risk per trade: 101.00 USDT of BTCUSDT would be at risk, the rule allows 1 % of the "
                "balance (100.00 USDT)."));
        // Of an amount and a share the tighter counts.
        QVERIFY(!world.check(shareOf(RuleKind::RiskPerTrade, "0.01", RuleLimit::of(99)), entry).empty());
        QVERIFY(world.check(shareOf(RuleKind::RiskPerTrade, "0.02", RuleLimit::of(100)), entry).empty());
        QVERIFY(world.check(shareOf(RuleKind::OpenRisk, "0.01"), entry).empty());
        QVERIFY(!world.check(shareOf(RuleKind::OpenRisk, "0.0099"), entry).empty());
    }

    void aShareOfTheDaysBalanceLocks()
    {
        RuleKeeper keeper;
        QVERIFY(*keeper.set(noon, shareOf(RuleKind::DailyLoss, "0.02")));
        QVERIFY(keeper.isWatchingOrders()); // while the balance is not known nothing may open
        const World world;
        const RuleFacts &facts = world.facts;
        QVERIFY(!keeper.breachesOf(draft(Side::Buy, "0.1", "60000"), facts).empty());
        keeper.onOpenResult(noon, {}, {}, Money::of(10'000));
        QVERIFY(keeper.breachesOf(draft(Side::Buy, "0.1", "60000"), facts).empty());
        QVERIFY(!keeper.isWatchingOrders());
        lose(keeper, 1, "-199.99", noon + 1min);
        keeper.onOpenResult(noon + 5min, {}, {}, Money::literal("9800.01"));
        QVERIFY(!keeper.state().lock); // still 2 % of 10,000
        lose(keeper, 3, "-0.01", noon + 6min);
        QVERIFY(keeper.state().lock);
        QCOMPARE(QString::fromStdString(keeper.state().lock->text),
            QStringLiteral(
                "Daily loss: 200.00 USDT of closed results lost in the UTC day, the rule allows 2 % of "
                "the balance (200.00 USDT)."));
        keeper.onOpenResult(noon + 10min, {}, {}, Money::of(9'800));
        keeper.onTime(midnight + 24h);
        QCOMPARE(keeper.state().day.balance, std::optional{Money::of(9'800)});
    }

    void theTighterHoldsWhicheverWayItIsMeasured()
    {
        RuleKeeper keeper;
        QVERIFY(*keeper.set(noon, rulesWith(RuleKind::OpenRisk, "300")));
        QVERIFY(!*keeper.set(noon, shareOf(RuleKind::OpenRisk, "0.05")));
        const Rule both{RuleLimit::of(300), RuleAction::Refuse, Rate::literal("0.05")};
        QVERIFY(keeper.active().of(RuleKind::OpenRisk) == both); // until midnight both
        keeper.onTime(midnight + 24h);
        QVERIFY(keeper.active() == shareOf(RuleKind::OpenRisk, "0.05"));
        QVERIFY(*keeper.set(midnight + 24h, shareOf(RuleKind::OpenRisk, "0.04")));
    }

    void sharesThatMakeNoSenseAreRefused()
    {
        RuleKeeper keeper;
        QVERIFY(!keeper.set(noon, shareOf(RuleKind::Leverage, "0.02")));
        QVERIFY(!keeper.set(noon, shareOf(RuleKind::DailyLoss, "0")));
        QVERIFY(!keeper.set(noon, shareOf(RuleKind::DailyLoss, "1.01")));
        QVERIFY(keeper.active() == RiskRules{});
    }

    void sharesAndTheDaysBalanceOutliveARestart()
    {
        RuleKeeper before;
        QVERIFY(before.set(noon, shareOf(RuleKind::DailyLoss, "0.02", RuleLimit::of(500))));
        QVERIFY(before.set(noon, shareOf(RuleKind::DailyLoss, "0.03")));
        before.onOpenResult(noon, {}, {}, Money::literal("10000.5"));
        RuleKeeper after;
        QVERIFY(after.restore(noon + 1h, notesOf(before), {}));
        QVERIFY(after.active() == before.active());
        QVERIFY(after.state().pending == before.state().pending);
        QCOMPARE(after.state().day.balance, std::optional{Money::literal("10000.5")});
        QVERIFY(after.takeNotes().empty());
    }

    void notesOfBeforeThereWereSharesAreRead()
    {
        RuleKeeper keeper;
        const std::string rules = "1 0 10 60 500 1 - 1 - 1 - 1 - 1 - 1 - 1 20 1 - 1 - 1";
        const std::string day = "1 " + std::to_string(toMs(midnight)) + " -10 2 1 0 0 0 -";
        QVERIFY(keeper.restore(noon, {{"rules", rules}, {"rules day", day}}, {}));
        QVERIFY(keeper.active().of(RuleKind::DailyLoss).limit == RuleLimit::of(500));
        QVERIFY(keeper.active().of(RuleKind::Leverage).limit == RuleLimit::of(20));
        QCOMPARE(keeper.state().day.realised, Money::of(-10));
        QVERIFY(!keeper.state().day.balance);
    }
};

QTEST_GUILESS_MAIN(RuleSharesTest)
#include "rule_shares_test.moc"
