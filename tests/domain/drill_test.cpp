#include "models/domain/drills/drill.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace domain;
using namespace std::chrono_literals;

namespace
{

Drill plain(DrillGoal goal = DrillGoal::FlatOrGuarded)
{
    Drill drill;
    drill.title = "Fire";
    drill.steps = {
        {0ms, "POST", "/control/order", "{}", {}}, {10s, "POST", "/control/happen", "{}", "It burned."}};
    drill.troubleAt = 10s;
    drill.length = 60s;
    drill.goodReaction = 5s;
    drill.slowReaction = 25s;
    drill.guardWithin = 15s;
    drill.goal = goal;
    return drill;
}

DrillFacts holding(int exposure, int unguarded, int working = 0, int unknown = 0)
{
    return {Money::of(exposure), Money::of(unguarded), working, unknown};
}

bool hasBreach(const DrillReport &report, DrillRule rule)
{
    return std::ranges::any_of(
        report.breaches, [rule](const DrillReport::Breach &breach) { return breach.rule == rule; });
}

Order order(OrderType type, Side side, bool reduceOnly, OrderPhase phase = OrderPhase::Working)
{
    Order made;
    made.request.symbol = "BTCUSDT";
    made.request.type = type;
    made.request.side = side;
    made.request.reduceOnly = reduceOnly;
    made.request.clientOrderId = "mine";
    made.phase = phase;
    return made;
}

} // namespace

class DrillTest : public QObject
{
    Q_OBJECT
private slots:
    void stepsComeAtTheirTimeAndOnce()
    {
        DrillRun run{plain()};
        QCOMPARE(run.due(0ms).size(), std::size_t{1});
        QVERIFY(run.due(9s).empty());
        QCOMPARE(run.due(11s).size(), std::size_t{1});
        QVERIFY(run.due(30s).empty());
    }

    void aQuickStopIsWorthFullMarks()
    {
        DrillRun run{plain()};
        run.observe(5s, holding(5'000, 5'000));
        run.observe(10s, holding(5'000, 5'000));
        run.act(14s, DrillAct::Guarded);
        run.observe(15s, holding(5'000, 0));
        run.observe(60s, holding(5'000, 0));
        QVERIFY(run.isOver(60s));
        const DrillReport report = run.report();
        QVERIFY(report.isMastered);
        QCOMPARE(*report.reaction, Milliseconds{4s});
        QCOMPARE(*report.masteredAfter, Milliseconds{5s});
        QCOMPARE(report.exposureAtTrouble, Money::of(5'000));
        QCOMPARE(report.mostUnguarded, Money::of(5'000));
        QVERIFY(report.breaches.empty());
        QCOMPARE(report.score, 100);
    }

    void slownessCostsMarksInProportion()
    {
        DrillRun run{plain()};
        run.observe(10s, holding(5'000, 0)); // guarded all the time
        run.observe(20s, holding(5'000, 5'000));
        run.act(25s, DrillAct::Reduced); // ten of the twenty seconds are gone
        run.observe(26s, holding(0, 0));
        run.observe(60s, holding(0, 0));
        QCOMPARE(run.report().score, 20 + 40 + 20);
    }

    void whoDoesNothingWhileItBurnsIsTold()
    {
        DrillRun run{plain()};
        for (auto at = 10s; at <= 60s; at += 1s) {
            run.observe(at, holding(5'000, 5'000));
        }
        const DrillReport report = run.report();
        QVERIFY(!report.isMastered && !report.reaction);
        QVERIFY(hasBreach(report, DrillRule::LeftUnguarded));
        QCOMPARE(report.unguardedLeft, Money::of(5'000));
        QCOMPARE(report.score, 5); // discipline but for one rule
    }

    void quietHandsAreAReactionWhereNothingHasToBeDone()
    {
        DrillRun run{plain()};
        for (auto at = 10s; at <= 60s; at += 1s) {
            run.observe(at, holding(5'000, 0));
        }
        QCOMPARE(run.report().score, 100);
    }

    void rulesAreBrokenOnceEach()
    {
        Drill drill = plain();
        drill.mostOrders = 2;
        DrillRun run{drill};
        run.act(5s, DrillAct::Opened); // before the trouble: no rule
        run.observe(10s, holding(5'000, 0, 1));
        QVERIFY(run.report().breaches.empty());
        run.act(11s, DrillAct::Opened);
        run.act(12s, DrillAct::Opened);
        run.act(13s, DrillAct::SentAgain);
        run.act(14s, DrillAct::GaveUpGuard);
        run.observe(60s, holding(5'000, 0, 1, 1));
        const DrillReport report = run.report();
        for (const DrillRule rule : {DrillRule::OpenedIntoTrouble, DrillRule::SentAgain,
                 DrillRule::GaveUpGuard, DrillRule::Hammered, DrillRule::LeftUnknown}) {
            QVERIFY2(hasBreach(report, rule), toText(rule).data());
        }
        QCOMPARE(report.breaches.size(), std::size_t{5});
        QVERIFY(!report.isMastered);
        QCOMPARE(report.score, 0);
    }

    void aGoalThatIsLostAgainIsNotReached()
    {
        DrillRun run{plain(DrillGoal::NothingWorking)};
        run.observe(10s, holding(0, 0, 1));
        run.observe(20s, holding(0, 0, 0));
        QVERIFY(run.report().isMastered);
        run.observe(30s, holding(0, 0, 1));
        QVERIFY(!run.report().isMastered);
        run.observe(40s, holding(0, 0, 0));
        QCOMPARE(*run.report().masteredAfter, Milliseconds{30s});
    }

    void givingUpIsNotScored()
    {
        DrillRun run{plain()};
        run.observe(10s, holding(5'000, 0));
        run.abort(20s);
        QVERIFY(run.isOver(20s));
        QVERIFY(run.report().isAborted);
        QCOMPARE(run.report().score, 0);
        QVERIFY(run.due(60s).empty());
    }

    void actsAreReadOffOrders()
    {
        QVERIFY(meaningOf(order(OrderType::Market, Side::Buy, false), {}) == DrillAct::Opened);
        QVERIFY(meaningOf(order(OrderType::Market, Side::Sell, true), {}) == DrillAct::Reduced);
        QVERIFY(meaningOf(order(OrderType::StopMarket, Side::Sell, true), {}) == DrillAct::Guarded);
        QVERIFY(meaningOf(order(OrderType::StopMarket, Side::Buy, false), {}) == DrillAct::Opened);
        Order lost = order(OrderType::Market, Side::Buy, false, OrderPhase::Unknown);
        lost.request.clientOrderId = "earlier";
        QVERIFY(meaningOf(order(OrderType::Market, Side::Buy, false), {lost}) == DrillAct::SentAgain);
        QVERIFY(meaningOf(order(OrderType::Market, Side::Sell, true), {lost}) == DrillAct::Reduced);

        const Order stop = order(OrderType::StopMarket, Side::Sell, true);
        QVERIFY(isGuard(stop, "BTCUSDT", Side::Buy, PositionSide::Both));
        QVERIFY(!isGuard(stop, "BTCUSDT", Side::Sell, PositionSide::Both));
        Order stuck = stop;
        stuck.conditionalStatus = ConditionalStatus::Triggering;
        QVERIFY(!isGuard(stuck, "BTCUSDT", Side::Buy, PositionSide::Both));
    }

    void theCatalogueIsComplete()
    {
        std::set<std::string> ids;
        QVERIFY(builtInDrills().size() >= 10);
        for (const Drill &drill : builtInDrills()) {
            QVERIFY2(ids.insert(drill.id).second, drill.id.c_str());
            QVERIFY(!drill.title.empty() && !drill.briefing.empty() && !drill.lesson.empty());
            QVERIFY(std::ranges::is_sorted(drill.steps, {}, &DrillStep::at));
            QVERIFY(drill.troubleAt < drill.length && drill.goodReaction < drill.slowReaction);
            QVERIFY(drill.steps.back().at < drill.length);
            QVERIFY(std::ranges::any_of(drill.steps,
                [&](const DrillStep &step) { return step.at >= drill.troubleAt && !step.said.empty(); }));
            for (const DrillStep &step : drill.steps) {
                QVERIFY(step.path.starts_with("/control/"));
            }
        }
    }
};

QTEST_APPLESS_MAIN(DrillTest)
#include "drill_test.moc"
