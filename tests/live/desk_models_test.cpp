#include "models/live/gate_text.h"
#include "models/live/order_state.h"
#include "models/live/order_story_model.h"
#include "tests/support/desk.h"

#include <QAbstractItemModelTester>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using domain::Alert;
using domain::EndReason;
using domain::OrderPhase;
using live::AlertsModel;
using live::EmergencyModel;
using live::Mark;
using live::OrderStoryModel;
using live::OrderTableModel;
using live::ReconciliationsModel;
using Step = domain::EmergencyReport::Step;
using Tester = QAbstractItemModelTester;

/// What the order desk tells, as the models show it.
class DeskModelsTest : public QObject
{
    Q_OBJECT
private:
    static QString cell(const QAbstractItemModel &model, int row, int column)
    {
        return model.index(row, column).data().toString();
    }
    static Mark mark(const QAbstractItemModel &model, int row, int column)
    {
        return static_cast<Mark>(model.index(row, column).data(live::MarkRole).toInt());
    }
    static domain::OrderMoment moment(
        std::int64_t ms, domain::OrderMoment::Kind kind, const char *text, const char *id = "a-1")
    {
        return {id, domain::timestampFromMs(1'760'000'000'000 + ms), kind, text};
    }

private slots:
    void everyPhaseHasItsWordAndTheDoubtfulOnesAShapeOfTheirOwn_data()
    {
        QTest::addColumn<int>("phase");
        QTest::addColumn<int>("reason");
        QTest::addColumn<QString>("word");
        QTest::addColumn<int>("shape");
        const auto row = [](OrderPhase phase, EndReason reason, const char *word, Mark shape) {
            QTest::newRow(word) << static_cast<int>(phase) << static_cast<int>(reason)
                                << QString::fromLatin1(word) << static_cast<int>(shape);
        };
        row(OrderPhase::Queued, EndReason::None, "QUEUED", Mark::Ring);
        row(OrderPhase::InFlight, EndReason::None, "IN FLIGHT", Mark::Ring);
        row(OrderPhase::Unknown, EndReason::None, "UNKNOWN", Mark::Diamond);
        row(OrderPhase::Quarantined, EndReason::None, "QUARANTINED", Mark::Square);
        row(OrderPhase::Working, EndReason::None, "WORKING", Mark::Dot);
        row(OrderPhase::Done, EndReason::Filled, "FILLED", Mark::Check);
        row(OrderPhase::Done, EndReason::Canceled, "CANCELED", Mark::Dot);
        row(OrderPhase::Done, EndReason::Rejected, "REJECTED", Mark::Cross);
        row(OrderPhase::Done, EndReason::Denied, "DENIED", Mark::Cross);
        row(OrderPhase::Done, EndReason::NotExecuted, "NOT EXECUTED", Mark::Cross);
        row(OrderPhase::Done, EndReason::NeverAccepted, "NEVER ACCEPTED", Mark::Cross);
        row(OrderPhase::Done, EndReason::LocalExpired, "LOCAL EXPIRED", Mark::Cross);
        row(OrderPhase::Done, EndReason::LocalCancel, "LOCAL CANCEL", Mark::Dot);
    }

    void everyPhaseHasItsWordAndTheDoubtfulOnesAShapeOfTheirOwn()
    {
        QFETCH(int, phase);
        QFETCH(int, reason);
        QFETCH(QString, word);
        QFETCH(int, shape);
        support::Desk desk;
        desk.open();
        domain::Order order = desk.order("BTCUSDT", "a-1", static_cast<OrderPhase>(phase));
        order.endReason = static_cast<EndReason>(reason);
        emit desk.trading.orderChanged(order);
        const QAbstractItemModel &table = order.isOpen()
                                              ? static_cast<QAbstractItemModel &>(desk.models->openOrders)
                                              : desk.models->orderHistory;
        QCOMPARE(table.rowCount(), 1);
        QCOMPARE(cell(table, 0, OrderTableModel::StateColumn), word);
        QCOMPARE(static_cast<int>(mark(table, 0, OrderTableModel::StateColumn)), shape);
        QVERIFY(!table.index(0, OrderTableModel::StateColumn).data(Qt::ToolTipRole).toString().isEmpty());
    }

    void whatWeAskedForLiesOverThePhase()
    {
        support::Desk desk;
        desk.open();
        live::OrdersModel &open = desk.models->openOrders;
        domain::Order order = desk.order("BTCUSDT", "a-1", OrderPhase::Working);
        order.cancelRequested = true;
        emit desk.trading.orderChanged(order);
        QCOMPARE(cell(open, 0, OrderTableModel::StateColumn), QStringLiteral("WORKING, cancelling"));
        order.phase = OrderPhase::Unknown;
        emit desk.trading.orderChanged(order);
        QCOMPARE(cell(open, 0, OrderTableModel::StateColumn), QStringLiteral("UNKNOWN, cancelling"));
        order.phase = OrderPhase::Working;
        order.cancelRequested = false;
        emit desk.trading.orderChanged(order);
        open.setAmending("a-1", true);
        QCOMPARE(cell(open, 0, OrderTableModel::StateColumn), QStringLiteral("WORKING, amending"));
        open.setAmending("a-1", false);
        QCOMPARE(cell(open, 0, OrderTableModel::StateColumn), QStringLiteral("WORKING"));
    }

    void theAgeOfAnOpenOrderTicks()
    {
        support::Desk desk;
        desk.open();
        live::OrdersModel &open = desk.models->openOrders;
        emit desk.trading.orderChanged(desk.order("BTCUSDT", "a-1", OrderPhase::Unknown));
        QSignalSpy repainted{&open, &QAbstractItemModel::dataChanged};
        desk.clock.advance(domain::Milliseconds{12'000});
        QTRY_VERIFY(std::ranges::any_of(repainted, [](const QVariantList &signal) {
            return signal.at(0).toModelIndex().column() == OrderTableModel::AgeColumn;
        }));
        QCOMPARE(cell(open, 0, OrderTableModel::AgeColumn), QStringLiteral("12 s"));
    }

    void anOrderIsSentAgainOnlyWhereItSurelyNeverTookEffect()
    {
        support::Desk desk;
        for (const auto phase : {OrderPhase::Queued, OrderPhase::InFlight, OrderPhase::Unknown,
                 OrderPhase::Quarantined, OrderPhase::Working}) {
            QVERIFY(!live::resendRefusal(desk.order("BTCUSDT", "a-1", phase)).isEmpty());
        }
        domain::Order done = desk.order("BTCUSDT", "a-1", OrderPhase::Done);
        for (const auto reason : {EndReason::Filled, EndReason::Canceled, EndReason::Rejected,
                 EndReason::Denied, EndReason::Expired}) {
            done.endReason = reason;
            QVERIFY(!live::resendRefusal(done).isEmpty());
        }
        for (const auto reason :
            {EndReason::NotExecuted, EndReason::NeverAccepted, EndReason::LocalExpired}) {
            done.endReason = reason;
            QVERIFY(live::resendRefusal(done).isEmpty());
        }
        done.origin = domain::OrderOrigin::Foreign;
        QVERIFY(!live::resendRefusal(done).isEmpty());
    }

    void liquidationsAndDeleveragingAreMarkedAsLoudlyAsTheyAre()
    {
        support::Desk desk;
        desk.open();
        domain::Order order = desk.order("BTCUSDT", "autoclose-1", OrderPhase::Working);
        order.origin = domain::OrderOrigin::Liquidation;
        emit desk.trading.orderChanged(order);
        const QModelIndex origin = desk.models->openOrders.index(0, OrderTableModel::OriginColumn);
        QCOMPARE(origin.data().toString(), QStringLiteral("liquidation"));
        QCOMPARE(origin.data(live::ToneRole).toInt(), static_cast<int>(live::Tone::Danger));
        QCOMPARE(mark(desk.models->openOrders, 0, OrderTableModel::OriginColumn), Mark::Triangle);
    }

    void anOrdersStoryGrowsWhileItLives()
    {
        using Kind = domain::OrderMoment::Kind;
        support::Desk desk;
        live::TimeDisplay times;
        times.setUtc(true);
        OrderStoryModel story{desk.trading, times};
        Tester tester{&story, Tester::FailureReportingMode::QtTest};
        std::vector<domain::OrderMoment> &told = desk.trading.stories["a-1"];
        told = {moment(0, Kind::Asked, "ticket button"), moment(12, Kind::Kept, "on the disk")};
        story.follow("a-1");
        QTRY_COMPARE(story.rowCount(), 2);
        QCOMPARE(cell(story, 0, OrderStoryModel::SinceColumn), QString{});
        QCOMPARE(cell(story, 1, OrderStoryModel::SinceColumn), QStringLiteral("+12 ms"));
        told.push_back(moment(1'216, Kind::CancelSent, "DELETE order"));
        QSignalSpy inserted{&story, &QAbstractItemModel::rowsInserted};
        emit desk.trading.storyGrew("b-2");
        emit desk.trading.storyGrew("a-1");
        QTRY_COMPARE(story.rowCount(), 3);
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(cell(story, 2, OrderStoryModel::SinceColumn), QStringLiteral("+1.204 s"));
        QCOMPARE(cell(story, 2, OrderStoryModel::KindColumn), QStringLiteral("CANCEL SENT"));
        QCOMPARE(cell(story, 2, OrderStoryModel::TimeColumn), QStringLiteral("08:53:21.216"));
        story.follow({});
        QCOMPARE(story.rowCount(), 0);
    }

    void aStoryIsWrittenForMachinesAndForPeople()
    {
        using Kind = domain::OrderMoment::Kind;
        support::Desk desk;
        live::TimeDisplay times;
        OrderStoryModel story{desk.trading, times};
        desk.trading.stories["a-1"] = {
            moment(0, Kind::Asked, "=1+1"), moment(5, Kind::Answered, "said \"no\"")};
        story.follow("a-1");
        QTRY_COMPARE(story.rowCount(), 2);
        QCOMPARE(story.toCsv(),
            QByteArray{"client_order_id,at_ms,at_utc,since_previous_ms,kind,text\n"
                       "\"a-1\",1760000000000,2025-10-09T08:53:20.000Z,0,ASKED,\"'=1+1\"\n"
                       "\"a-1\",1760000000005,2025-10-09T08:53:20.005Z,5,ANSWERED,\"said \"\"no\"\"\"\n"});
        const QJsonDocument json = QJsonDocument::fromJson(story.toJson());
        QCOMPARE(json[QStringLiteral("clientOrderId")].toString(), QStringLiteral("a-1"));
        QCOMPARE(json[QStringLiteral("moments")][1][QStringLiteral("kind")].toString(),
            QStringLiteral("ANSWERED"));
        QVERIFY(story.toText().contains(QStringLiteral("said \"no\"")));
    }

    void anAlertIsShownUntilItIsAcknowledged()
    {
        support::Desk desk;
        desk.open();
        AlertsModel &alerts = desk.models->alerts;
        Tester tester{&alerts, Tester::FailureReportingMode::QtTest};
        emit desk.trading.alerted({Alert::Kind::Unknown, Alert::Severity::Critical, "BTCUSDT", "a-1",
            "The answer was lost.", desk.clock.wallNow()});
        QCOMPARE(alerts.rowCount(), 1);
        QCOMPARE(alerts.unseenCount(), 1);
        QCOMPARE(mark(alerts, 0, AlertsModel::SeverityColumn), Mark::Square);
        QCOMPARE(cell(alerts, 0, AlertsModel::SeenColumn), QStringLiteral("no"));
        alerts.acknowledge(alerts.entry(0).number);
        QCOMPARE(alerts.unseenCount(), 0);
        QCOMPARE(cell(alerts, 0, AlertsModel::SeenColumn), QStringLiteral("yes"));
    }

    void aConnectionThatTurnsBadOrGoodAgainIsAnAlert()
    {
        using Stream = ports::StreamHealth::State;
        using Breaker = ports::BreakerHealth::State;
        support::Desk desk;
        desk.open();
        const AlertsModel &alerts = desk.models->alerts;
        ports::HealthState health = *desk.health.current;
        health.streams = std::vector<ports::StreamHealth>(1);
        health.streams.front().name = QStringLiteral("private");
        health.streams.front().state = Stream::Connecting;
        health.breakers = {{QStringLiteral("orders"), Breaker::Closed, {}, {}}};
        desk.health.publish(health);
        health.streams.front().state = Stream::Connected;
        health.clockOffset = domain::Milliseconds{3};
        desk.health.publish(health);
        QCOMPARE(alerts.rowCount(), 0); // a start is no trouble
        health.streams.front().state = Stream::Stale;
        health.streams.front().reason = QStringLiteral("No message for 12 s.");
        desk.health.publish(health);
        desk.health.publish(health);
        QCOMPARE(alerts.rowCount(), 1);
        QCOMPARE(cell(alerts, 0, AlertsModel::TextColumn),
            QStringLiteral("The private stream is silent. No message for 12 s."));
        health.streams.front().state = Stream::Connected;
        desk.health.publish(health);
        QCOMPARE(cell(alerts, 0, AlertsModel::SeverityColumn), QStringLiteral("info"));
        health.breakers.front().state = Breaker::Open;
        desk.health.publish(health);
        QCOMPARE(cell(alerts, 0, AlertsModel::KindColumn), QStringLiteral("Circuit breaker"));
        health.clockOffset.reset();
        desk.health.publish(health);
        QCOMPARE(cell(alerts, 0, AlertsModel::KindColumn), QStringLiteral("Clock"));
        QCOMPARE(alerts.rowCount(), 4);
    }

    void whatTheOrderDeskHasSaidIsNotSaidTwice()
    {
        support::Desk desk;
        desk.open();
        ports::HealthState health = *desk.health.current;
        health.breakers = {{QStringLiteral("orders"), ports::BreakerHealth::State::Closed, {}, {}}};
        desk.health.publish(health);
        emit desk.trading.alerted({Alert::Kind::Breaker, Alert::Severity::Warning, {}, {},
            "Orders fail too often.", desk.clock.wallNow()});
        health.breakers.front().state = ports::BreakerHealth::State::Open;
        desk.health.publish(health);
        QCOMPARE(desk.models->alerts.rowCount(), 1);
    }

    void anEmergencyIsListedStepByStep()
    {
        support::Desk desk;
        desk.open();
        EmergencyModel &emergencies = desk.models->emergencies;
        Tester tester{&emergencies, Tester::FailureReportingMode::QtTest};
        QSignalSpy began{&emergencies, &EmergencyModel::began};
        domain::EmergencyReport report;
        report.action = {domain::EmergencyAction::Kind::FlattenAll, {}};
        report.startedAt = desk.clock.wallNow();
        report.steps = {{"BTCUSDT", "a-1", "cancel BUY 0.05 at 61,200", Step::State::Waiting, {}}};
        emit desk.trading.emergencyProgressed(std::make_shared<domain::EmergencyReport>(report));
        QCOMPARE(emergencies.rowCount(), 1);
        QCOMPARE(cell(emergencies, 0, EmergencyModel::StateColumn), QStringLiteral("waiting"));
        QVERIFY(emergencies.summary().contains(QStringLiteral("under way")));
        report.steps.front().state = Step::State::Failed;
        report.steps.front().text = "refused (-2011)";
        report.steps.push_back({"BTCUSDT", "a-2", "close long 0.2", Step::State::Done, "filled"});
        report.endedAt = report.startedAt + domain::Milliseconds{1'200};
        emit desk.trading.emergencyProgressed(std::make_shared<domain::EmergencyReport>(report));
        QCOMPARE(emergencies.rowCount(), 2);
        QCOMPARE(cell(emergencies, 0, EmergencyModel::StateColumn), QStringLiteral("FAILED"));
        QCOMPARE(mark(emergencies, 1, EmergencyModel::StateColumn), Mark::Check);
        QCOMPARE(emergencies.summary(),
            QStringLiteral("Flatten all: 1 of 2 steps done, 1 failed, finished after 1.2 s."));
        QCOMPARE(began.count(), 1);
        domain::EmergencyReport empty;
        empty.action = {domain::EmergencyAction::Kind::CloseSymbol, "ETHUSDT"};
        empty.startedAt = empty.endedAt = desk.clock.wallNow() + domain::Milliseconds{5'000};
        emit desk.trading.emergencyProgressed(std::make_shared<domain::EmergencyReport>(empty));
        QCOMPARE(emergencies.rowCount(), 3);
        QVERIFY(cell(emergencies, 0, EmergencyModel::ActionColumn).endsWith(QStringLiteral("Close ETHUSDT")));
        QVERIFY(emergencies.summary().contains(QStringLiteral("nothing was there")));
    }

    void theLastTwentyComparisonsAreKept()
    {
        support::Desk desk;
        domain::ReconciliationReport report;
        report.why = "start";
        report.startedAt = desk.clock.wallNow();
        report.endedAt = report.startedAt + domain::Milliseconds{340};
        report.orders = 3;
        report.foreignOrders = 1;
        desk.trading.report = std::make_shared<domain::ReconciliationReport>(report);
        desk.open();
        ReconciliationsModel &reports = desk.models->reconciliations;
        Tester tester{&reports, Tester::FailureReportingMode::QtTest};
        QCOMPARE(reports.rowCount(), 1);
        QCOMPARE(cell(reports, 0, ReconciliationsModel::TookColumn), QStringLiteral("340 ms"));
        QCOMPARE(cell(reports, 0, ReconciliationsModel::ResultColumn), QStringLiteral("equal"));
        emit desk.trading.reconciled(desk.trading.report); // the answer and the signal are one report
        QCOMPARE(reports.rowCount(), 1);
        for (int more = 0; more < 25; ++more) {
            report.differences.resize(1);
            report.differences.front() = {"BTCUSDT", {}, "long 0.2", "long 0.3", "adopted", more == 24};
            emit desk.trading.reconciled(std::make_shared<domain::ReconciliationReport>(report));
        }
        QCOMPARE(reports.rowCount(), 20);
        QCOMPARE(cell(reports, 0, ReconciliationsModel::ResultColumn), QStringLiteral("NEEDS YOU"));
        QCOMPARE(mark(reports, 0, ReconciliationsModel::ResultColumn), Mark::Square);
        QCOMPARE(cell(reports, 1, ReconciliationsModel::ResultColumn), QStringLiteral("settled"));
        live::DifferencesModel differences;
        Tester other{&differences, Tester::FailureReportingMode::QtTest};
        differences.show(reports.report(0));
        QCOMPARE(cell(differences, 0, live::DifferencesModel::TheirsColumn), QStringLiteral("long 0.3"));
        QVERIFY(live::reconciliationSentence(report, desk.models->times)
                    .contains(QStringLiteral("Compared: orders 3, conditional orders 0, positions 0.")));
    }

    void theGateRefusesInWords()
    {
        support::Desk desk;
        desk.open();
        const live::HealthModel &health = desk.models->health;
        for (const auto intent : {live::Intent::Open, live::Intent::Reduce, live::Intent::Cancel}) {
            QVERIFY(health.refusal(intent).isEmpty());
        }
        ports::HealthState state = *desk.health.current;
        state.gate = domain::GateState::Reducing;
        state.closures = {{domain::GateCause::Stream, domain::GateState::Reducing,
            "The account stream has a gap.", state.venueNow + domain::Milliseconds{20'000}, false}};
        desk.health.publish(state);
        QCOMPARE(health.refusal(live::Intent::Open),
            QStringLiteral("The account stream has a gap. Only cancels and orders that make a position "
                           "smaller may leave. (Gate REDUCING.)"));
        QVERIFY(health.refusal(live::Intent::Reduce).isEmpty());
        desk.clock.advance(domain::Milliseconds{8'000});
        QCOMPARE(live::closureEnd(health.state().closures.front(), health.venueNow()),
            QStringLiteral("ends in 12 s"));
        state.gate = domain::GateState::Stopped;
        desk.health.publish(state);
        QVERIFY(!health.refusal(live::Intent::Cancel).isEmpty());
        QCOMPARE(live::gateWord(domain::GateState::CancelOnly), QStringLiteral("CANCEL ONLY"));
    }

    void everyGateCauseHasItsWord()
    {
        QSet<QString> words;
        for (std::size_t cause = 0; cause < domain::gateCauseCount; ++cause) {
            words << live::causeWord(static_cast<domain::GateCause>(cause));
        }
        QCOMPARE(words.size(), static_cast<qsizetype>(domain::gateCauseCount));
    }
};

QTEST_MAIN(DeskModelsTest)
#include "desk_models_test.moc"
