#include "models/domain/risk/ratio_history.h"
#include "models/domain/risk/risk_watch.h"

#include <QTest>

using namespace domain;
using namespace std::chrono_literals;

namespace
{

constexpr Timestamp start = timestampFromMs(1'760'000'000'000);
const Symbol btc = "BTCUSDT";

MarginRatio ratio(const char *fraction)
{
    return MarginRatio::of(Money::literal(fraction) * 1'000, Money::of(1'000));
}

/// An account whose worst ratio and nearest position are these.
AccountRisk riskOf(const char *fraction, const char *distance = "0.5")
{
    AccountRisk risk;
    risk.crossMarginRatio = ratio(fraction);
    risk.crossLevel = risk.level = levelOf(risk.crossMarginRatio);
    PositionRisk position;
    position.position.symbol = btc;
    position.position.side = Side::Buy;
    position.marginRatio = risk.crossMarginRatio;
    position.level = risk.level;
    position.distance = Rate::literal(distance);
    position.liquidationPrice = Price::literal("57228.91566265");
    risk.positions = {position};
    return risk;
}

/// Looks again and again, a second apart.
struct Watcher
{
    RiskWatch watch;
    Timestamp now = start;
    RuleState rules;
    MarkPrices marks;

    std::vector<Alert> look(
        const AccountRisk &risk, std::map<std::pair<Symbol, PositionSide>, Milliseconds> naked = {})
    {
        now += 1s;
        WatchFacts facts;
        facts.risk = &risk;
        facts.marks = &marks;
        facts.rules = &rules;
        facts.naked = std::move(naked);
        return watch.look(now, facts);
    }
};

QString textOf(const std::vector<Alert> &alerts)
{
    return alerts.empty() ? QString{} : QString::fromStdString(alerts.front().text);
}

} // namespace

/// What a person is told of the account's risk, and what is kept of the margin ratio.
class RiskWatchTest : public QObject
{
    Q_OBJECT
private slots:
    void aHigherLevelIsToldOnce()
    {
        Watcher watcher;
        QVERIFY(watcher.look(riskOf("0.1")).empty());
        const auto medium = watcher.look(riskOf("0.3"));
        QCOMPARE(medium.size(), std::size_t{1});
        QCOMPARE(medium.front().kind, Alert::Kind::Level);
        QCOMPARE(medium.front().severity, Alert::Severity::Warning);
        QCOMPARE(textOf(medium),
            QStringLiteral("The margin ratio is 30.00 %: MEDIUM, watch volatility, prepare a stop."));
        QVERIFY(watcher.look(riskOf("0.4")).empty());
        QCOMPARE(watcher.look(riskOf("0.85")).front().severity, Alert::Severity::Critical);
    }

    void aRatioSwayingAboutABoundaryRingsOnce()
    {
        Watcher watcher;
        int told = 0;
        for (int turn = 0; turn < 50; ++turn) {
            told += static_cast<int>(watcher.look(riskOf(turn % 2 == 0 ? "0.505" : "0.495")).size());
        }
        QCOMPARE(told, 1);
        QVERIFY(watcher.look(riskOf("0.481")).empty());
        QCOMPARE(watcher.look(riskOf("0.47")).front().severity, Alert::Severity::Info);
        QCOMPARE(watcher.look(riskOf("0.5")).size(), std::size_t{1});
    }

    void levelsBelowTheChosenOneAreNotTold()
    {
        Watcher watcher;
        WatchLimits limits;
        limits.level = RiskLevel::High;
        watcher.watch.setLimits(limits);
        QVERIFY(watcher.look(riskOf("0.4")).empty());
        QVERIFY(watcher.look(riskOf("0.1")).empty());
        QCOMPARE(watcher.look(riskOf("0.6")).size(), std::size_t{1});
    }

    void anExhaustedBalanceIsTold()
    {
        Watcher watcher;
        AccountRisk risk = riskOf("0.9");
        risk.crossMarginRatio = MarginRatio::of(Money::of(1), Money{});
        QVERIFY(textOf(watcher.look(risk)).contains(QStringLiteral("past every limit")));
    }

    void distanceIsToldAtTheLimitAndAtHalfOfIt()
    {
        Watcher watcher;
        QVERIFY(watcher.look(riskOf("0.1", "0.11")).empty());
        QVERIFY(watcher.look(riskOf("0.1", "0.1")).empty()); // while an order fills it may be so for a moment
        const auto near = watcher.look(riskOf("0.1", "0.1"));
        QCOMPARE(textOf(near),
            QStringLiteral("The long of BTCUSDT is 10.00 % from its liquidation price of 57,228.92."));
        QVERIFY(watcher.look(riskOf("0.1", "0.08")).empty());
        watcher.look(riskOf("0.1", "0.05"));
        QCOMPARE(watcher.look(riskOf("0.1", "0.05")).front().severity, Alert::Severity::Critical);
        QVERIFY(watcher.look(riskOf("0.1", "0.105")).empty()); // not far enough to count as over
        QVERIFY(watcher.look(riskOf("0.1", "0.1")).empty());
        QVERIFY(watcher.look(riskOf("0.1", "0.12")).empty());
        QVERIFY(watcher.look(riskOf("0.1", "0.1")).empty());
        QCOMPARE(watcher.look(riskOf("0.1", "0.1")).size(), std::size_t{1});
    }

    void aDistanceThatWasSmallForAMomentOnlyIsNotTold()
    {
        Watcher watcher;
        for (int step = 0; step < 10; ++step) {
            QVERIFY(watcher.look(riskOf("0.1", "0.04")).empty());
            QVERIFY(watcher.look(riskOf("0.1", "0.2")).empty());
        }
        QVERIFY(watcher.look(riskOf("0.1", "0.04")).empty());
        const auto told = watcher.look(riskOf("0.1", "0.03"));
        QCOMPARE(told.size(), std::size_t{1}); // the critical one alone, with the newest figure
        QVERIFY(textOf(told).contains(QStringLiteral("3.00 %")));
    }

    void aNakedPositionIsToldOnceItLasts()
    {
        Watcher watcher;
        const std::pair leg{btc, PositionSide::Both};
        QVERIFY(watcher.look(riskOf("0.1"), {{leg, 9s}}).empty());
        const auto told = watcher.look(riskOf("0.1"), {{leg, 10s}});
        QCOMPARE(told.front().kind, Alert::Kind::Unprotected);
        QCOMPARE(textOf(told), QStringLiteral("The position in BTCUSDT has been without a stop for 10 s."));
        QVERIFY(watcher.look(riskOf("0.1"), {{leg, 11s}}).empty());
        QVERIFY(watcher.look(riskOf("0.1")).empty());
        QCOMPARE(watcher.look(riskOf("0.1"), {{leg, 30s}}).size(), std::size_t{1});
    }

    void aPriceIsToldOnceAndForgotten()
    {
        Watcher watcher;
        WatchLimits limits;
        limits.prices = {{btc, Price::of(70'000), true}, {btc, Price::of(50'000), false}};
        watcher.watch.setLimits(limits);
        watcher.marks[btc].mark = Price::literal("69999.9");
        QVERIFY(watcher.look(riskOf("0.1")).empty());
        watcher.marks[btc].mark = Price::of(70'000);
        const auto told = watcher.look(riskOf("0.1"));
        QCOMPARE(told.front().kind, Alert::Kind::PriceReached);
        QCOMPARE(textOf(told), QStringLiteral("The mark price of BTCUSDT is 70,000, at or above 70,000."));
        QCOMPARE(watcher.watch.limits().prices.size(), std::size_t{1});
        watcher.marks[btc].mark = Price::of(49'000);
        QCOMPARE(watcher.look(riskOf("0.1")).size(), std::size_t{1});
    }

    void theDaysLossIsToldOnceADay()
    {
        Watcher watcher;
        watcher.rules.active.of(RuleKind::DailyLoss) = {RuleLimit::of(500), RuleAction::Refuse};
        watcher.rules.day.startAt = dayOf(start);
        watcher.rules.day.realised = Money::literal("-399.99");
        QVERIFY(watcher.look(riskOf("0.1")).empty());
        watcher.rules.day.realised = Money::of(-400);
        QCOMPARE(textOf(watcher.look(riskOf("0.1"))),
            QStringLiteral("The loss of the UTC day is 400.00 USDT, 80 % of your limit of 500 USDT."));
        QVERIFY(watcher.look(riskOf("0.1")).empty());
        watcher.rules.day.startAt += 24h;
        QCOMPARE(watcher.look(riskOf("0.1")).size(), std::size_t{1});
    }

    void aLargePaymentIsToldOnceASettlement()
    {
        Watcher watcher;
        AccountRisk risk = riskOf("0.1");
        risk.positions[0].fundingDue = Money::literal("-10.5");
        risk.positions[0].nextFundingAt = start + 16min;
        QVERIFY(watcher.look(risk).empty()); // not yet
        watcher.now = start + 2min - 1s;
        QCOMPARE(textOf(watcher.look(risk)),
            QStringLiteral("Funding of BTCUSDT takes about 10.50 USDT in 14 min."));
        QVERIFY(watcher.look(risk).empty());
        risk.positions[0].fundingDue = Money::of(50); // received
        risk.positions[0].nextFundingAt = start + 10min;
        QVERIFY(watcher.look(risk).empty());
    }

    void nothingIsToldOfWhatIsOff()
    {
        Watcher watcher;
        WatchLimits limits;
        limits.level.reset();
        limits.distance.reset();
        limits.nakedFor.reset();
        limits.dailyLoss.reset();
        limits.funding.reset();
        watcher.watch.setLimits(limits);
        watcher.rules.active.of(RuleKind::DailyLoss) = {RuleLimit::of(500), RuleAction::Refuse};
        watcher.rules.day = {};
        watcher.rules.day.startAt = dayOf(start);
        watcher.rules.day.realised = Money::of(-1'000);
        AccountRisk risk = riskOf("0.99", "0.001");
        risk.positions[0].fundingDue = Money::of(-99);
        risk.positions[0].nextFundingAt = start + 1min;
        QVERIFY(watcher.look(risk, {{{btc, PositionSide::Both}, 1h}}).empty());
    }

    // ---- the history of the ratio
    void ofASecondTheWorstIsKept()
    {
        RatioHistory history;
        history.add(start, ratio("0.1"));
        history.add(start + 200ms, ratio("0.3"));
        history.add(start + 900ms, ratio("0.2"));
        QCOMPARE(history.since(start).size(), std::size_t{1});
        QCOMPARE(history.worstSince(start)->ratio, 0.3);
        history.add(start - 1s, ratio("0.9")); // the clock went back
        QCOMPARE(history.since({}).size(), std::size_t{1});
    }

    void itIsBoundedAndKeepsTheWorstOfEachMinute()
    {
        RatioHistory history;
        for (int second = 0; second < 100'000; ++second) {
            history.add(start + second * 1s, ratio(second % 60 == 7 ? "0.5" : "0.1"));
        }
        const auto all = history.since({});
        QVERIFY(all.size() <= RatioHistory::seconds + RatioHistory::minutes);
        QVERIFY(std::ranges::is_sorted(all, {}, &RatioSample::at));
        QCOMPARE(all.front().ratio, 0.5); // of a minute long ago the worst is left
        QCOMPARE(all.back().at, start + 99'999s);
        QVERIFY(all.front().at < start + 100'000s - 20h);
    }

    void aUsedUpBalanceIsTheTopOfTheScale()
    {
        RatioHistory history;
        history.add(start, MarginRatio::of(Money::of(1), Money{}));
        QCOMPARE(history.since({}).front().ratio, RatioHistory::mostRatio);
        QVERIFY(!history.worstSince(start + 1s));
    }
};

QTEST_APPLESS_MAIN(RiskWatchTest)

#include "risk_watch_test.moc"
