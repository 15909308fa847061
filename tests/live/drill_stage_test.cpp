#include "models/live/drill_stage.h"
#include "models/ports/future.h"
#include "tests/support/desk.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace std::chrono_literals;
using support::Desk;

namespace
{

// Not inside the class: moc does not read raw texts with braces.
const char *const left =
    R"({"positions":[{"symbol":"BTCUSDT","positionSide":"BOTH","amount":"-0.12","notional":"7200.6"}],"orders":[{"symbol":"ETHUSDT","id":"a"},{"symbol":"ETHUSDT","id":"b"},{"symbol":"BTCUSDT","id":"c"}]})";
const char *const standing = R"({"exposure":"4000.5","unguarded":"100","working":2})";

/// A stage on a desk of fakes; what the exchange is asked to do is written down.
struct Theatre
{
    Theatre()
    {
        desk.account.current = std::make_shared<const domain::AccountState>(Desk::funded(0));
        desk.open();
        const auto ground = [this](const domain::DrillStep &step) {
            if (step.path == "/control/standing") {
                return ports::finished(truth);
            }
            if (step.path == "/control/leftovers") {
                asked << QString::fromStdString(step.method + ' ' + step.path);
                if (step.method == "DELETE") {
                    leftovers = QByteArray{"{}"};
                }
                return ports::finished(leftovers);
            }
            asked << QString::fromStdString(step.method + ' ' + step.path);
            return ports::finished(answer);
        };
        stage =
            std::make_unique<live::DrillStage>(live::DrillStage::Parts{desk.trading, desk.models->openOrders,
                                                   desk.models->account, desk.models->market, desk.clock},
                ground);
        drill.title = "Fire";
        drill.steps = {
            {0ms, "POST", "/control/order", "{}", {}}, {10s, "POST", "/control/happen", "{}", "It burned."}};
        drill.troubleAt = 10s;
        drill.length = 60s;
        drill.goodReaction = 5s;
        drill.slowReaction = 25s;
    }
    void pass(domain::Milliseconds time)
    {
        desk.clock.advance(time);
        QSignalSpy ticks{stage.get(), &live::DrillStage::ticked};
        QVERIFY(ticks.wait());
    }
    void tell(domain::Order order) { emit desk.trading.orderChanged(order); }
    QStringList line() const
    {
        QStringList rows;
        for (int row = 0; row < stage->rowCount(); ++row) {
            rows << stage->index(row, live::DrillStage::WhatColumn).data().toString();
        }
        return rows;
    }

    Desk desk;
    QStringList asked;
    domain::Result<QByteArray> answer = QByteArray{"{}"};
    domain::Result<QByteArray> truth = QByteArray{"{}"};
    domain::Result<QByteArray> leftovers = QByteArray{"{}"};
    std::unique_ptr<live::DrillStage> stage;
    domain::Drill drill;
};

domain::Order own(const char *id, domain::OrderType type, domain::Side side, bool reduces)
{
    domain::Order order;
    order.request.symbol = "BTCUSDT";
    order.request.clientOrderId = id;
    order.request.type = type;
    order.request.side = side;
    order.request.reduceOnly = reduces;
    order.request.quantity = domain::Quantity::literal("0.1");
    order.phase = domain::OrderPhase::Working;
    return order;
}

} // namespace

class DrillStageTest : public QObject
{
    Q_OBJECT
private slots:
    void aDrillIsPlayedJudgedAndCleanedUp()
    {
        Theatre theatre;
        QAbstractItemModelTester tester{theatre.stage.get()};
        QSignalSpy finished{theatre.stage.get(), &live::DrillStage::finished};
        theatre.stage->start(theatre.drill);
        QVERIFY(theatre.stage->isRunning() && !theatre.stage->burns());
        QCOMPARE(theatre.asked,
            (QStringList{QStringLiteral("POST /control/remember"), QStringLiteral("POST /control/order")}));
        theatre.pass(11s);
        QCOMPARE(theatre.asked.size(), 3);
        QVERIFY(theatre.stage->burns());
        theatre.tell(own("stop", domain::OrderType::StopMarket, domain::Side::Sell, true));
        theatre.tell(own("stop", domain::OrderType::StopMarket, domain::Side::Sell, true));
        QCOMPARE(theatre.line(), QStringList{QStringLiteral("You placed a stop: BTCUSDT")});
        theatre.pass(50s);
        QCOMPARE(finished.size(), 1);
        QVERIFY(!theatre.stage->isRunning());
        QCOMPARE(theatre.asked.mid(3),
            (QStringList{QStringLiteral("DELETE /control/faults"), QStringLiteral("POST /control/scenario"),
                QStringLiteral("GET /control/leftovers")}));
        QCOMPARE(theatre.line(),
            (QStringList{QStringLiteral("It burned."), QStringLiteral("You placed a stop: BTCUSDT")}));
        QVERIFY(theatre.stage->report()->score > 90);
    }

    void whatItLeavesBehindIsToldAndClosedOnWish()
    {
        Theatre theatre;
        theatre.leftovers = QByteArray{left};
        QSignalSpy changed{theatre.stage.get(), &live::DrillStage::leftoversChanged};
        theatre.stage->start(theatre.drill);
        QVERIFY(theatre.stage->leftovers().isEmpty());
        theatre.stage->abort(); // given up or not: it has opened something
        QTRY_COMPARE(changed.size(), 1);
        QCOMPARE(theatre.stage->leftovers(),
            (QStringList{QStringLiteral("BTCUSDT: short 0.12 (7,201 USDT)"),
                QStringLiteral("BTCUSDT: one order"), QStringLiteral("ETHUSDT: 2 orders")}));
        theatre.stage->closeLeftovers();
        QTRY_COMPARE(changed.size(), 2);
        QVERIFY(theatre.stage->leftovers().isEmpty());
        QCOMPARE(theatre.asked.mid(theatre.asked.size() - 2),
            (QStringList{
                QStringLiteral("DELETE /control/leftovers"), QStringLiteral("GET /control/leftovers")}));
    }

    void whatIsKeptIsTheTradersFromThenOn()
    {
        Theatre theatre;
        theatre.leftovers = QByteArray{left};
        theatre.stage->start(theatre.drill);
        theatre.stage->abort();
        QTRY_COMPARE(theatre.stage->leftovers().size(), 3);
        theatre.asked.clear();
        theatre.stage->start(theatre.drill); // nothing decided: what the first one left stays offered
        QVERIFY(!theatre.asked.contains(QStringLiteral("POST /control/remember")));
        theatre.stage->abort();
        QTRY_COMPARE(theatre.stage->leftovers().size(), 3);
        theatre.stage->keepLeftovers();
        QVERIFY(theatre.stage->leftovers().isEmpty());
        theatre.stage->start(theatre.drill);
        QVERIFY(theatre.asked.contains(QStringLiteral("POST /control/remember")));
    }

    void positionsCountAsGuardedByTheStopsThatCoverThem()
    {
        Theatre theatre;
        domain::AccountState account = Desk::funded(0);
        account.positions.clear();
        domain::Position held;
        held.symbol = "BTCUSDT";
        held.quantity = domain::Quantity::literal("0.2");
        held.markPrice = domain::Price::of(60'000);
        account.positions.push_back(held);
        theatre.desk.account.current = std::make_shared<const domain::AccountState>(account);
        emit theatre.desk.account.accountChanged(theatre.desk.account.current);
        theatre.tell(own("earlier", domain::OrderType::StopMarket, domain::Side::Sell, true));
        theatre.stage->start(theatre.drill);
        theatre.pass(11s);
        theatre.pass(50s);
        const domain::DrillReport &report = *theatre.stage->report();
        QCOMPARE(report.exposureAtTrouble, domain::Money::of(12'000));
        QCOMPARE(report.unguardedLeft, domain::Money::of(6'000)); // the stop covers half of it
        QVERIFY(!report.isMastered);
    }

    void theExchangesWordCountsMoreThanWhatIsSeen()
    {
        Theatre theatre; // no position is seen
        theatre.truth = QByteArray{standing};
        theatre.stage->start(theatre.drill);
        theatre.pass(5s);
        theatre.pass(6s);
        theatre.pass(50s);
        const domain::DrillReport &report = *theatre.stage->report();
        QCOMPARE(report.exposureAtTrouble, domain::Money::literal("4000.5"));
        QCOMPARE(report.unguardedLeft, domain::Money::of(100));
        QVERIFY(!report.isMastered);
    }

    void takingAStopBackIsSeen()
    {
        Theatre theatre;
        domain::AccountState account = Desk::funded(0);
        account.positions.clear();
        domain::Position held;
        held.symbol = "BTCUSDT";
        held.quantity = domain::Quantity::literal("0.1");
        held.markPrice = domain::Price::of(60'000);
        account.positions.push_back(held);
        theatre.desk.account.current = std::make_shared<const domain::AccountState>(account);
        emit theatre.desk.account.accountChanged(theatre.desk.account.current);
        domain::Order stop = own("stop", domain::OrderType::StopMarket, domain::Side::Sell, true);
        theatre.tell(stop);
        theatre.stage->start(theatre.drill);
        theatre.pass(11s);
        stop.cancelRequested = true;
        theatre.tell(stop);
        QCOMPARE(theatre.line(), QStringList{QStringLiteral("You cancelled a stop: BTCUSDT")});
        theatre.stage->abort();
        QVERIFY(theatre.stage->report()->isAborted);
        QCOMPARE(theatre.stage->report()->breaches.size(), std::size_t{1});
    }

    void ordersOfOthersAreNotTheTraders()
    {
        Theatre theatre;
        theatre.stage->start(theatre.drill);
        theatre.pass(11s);
        domain::Order foreign = own("web_x", domain::OrderType::Market, domain::Side::Buy, false);
        foreign.origin = domain::OrderOrigin::Foreign;
        theatre.tell(foreign);
        domain::Order denied = own("denied", domain::OrderType::Market, domain::Side::Buy, false);
        denied.phase = domain::OrderPhase::Done;
        denied.endReason = domain::EndReason::Denied;
        theatre.tell(denied);
        QVERIFY(theatre.line().isEmpty());
    }

    void whatTheExchangeCouldNotDoIsSaid()
    {
        Theatre theatre;
        theatre.answer = domain::failure(domain::ErrorCode::Rejected, "Margin is insufficient.");
        theatre.stage->start(theatre.drill);
        QTRY_COMPARE(theatre.line(),
            QStringList{QStringLiteral("The exchange did not do its part: Margin is insufficient.")});
    }

    void aStageThatGoesAwayCleansUp()
    {
        Theatre theatre;
        theatre.stage->start(theatre.drill);
        theatre.stage.reset();
        QCOMPARE(theatre.asked.last(), QStringLiteral("POST /control/scenario"));
    }
};

QTEST_GUILESS_MAIN(DrillStageTest)
#include "drill_stage_test.moc"
