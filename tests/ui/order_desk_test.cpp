#include "models/live/order_state.h"
#include "tests/ui/seat.h"
#include "ui/charts/chart_view.h"
#include "ui/emergency_control.h"
#include "ui/panels/panel_tools.h"
#include "ui/widgets/data_table.h"

#include <QAbstractButton>
#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QDialog>
#include <QDockWidget>
#include <QFileDialog>
#include <QMenu>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using domain::EndReason;
using domain::OrderPhase;
using domain::Price;
using domain::Quantity;
using ui::EmergencyControl;
using Kind = domain::EmergencyAction::Kind;

/// What a trader sees and does around orders, the gate and the ways out.
class OrderDeskTest : public QObject
{
    Q_OBJECT
private:
    using Seat = support::Seat;

    static void choose(const Seat &seat, const char *table, int row)
    {
        seat.get<ui::DataTable>(table)->chooseSourceRow(row);
    }
    static void setGate(Seat &seat, domain::GateState gate, std::vector<domain::GateClosure> closures)
    {
        ports::HealthState state = *seat.desk.health.current;
        state.gate = gate;
        state.closures = std::move(closures);
        state.venueNow = domain::timestampFromMs(1'760'000'000'000);
        seat.desk.health.publish(state);
    }
    static domain::GateClosure closure(
        domain::GateCause cause, domain::GateState state, const char *reason, bool needsUser = false)
    {
        return {cause, state, reason, std::nullopt, needsUser};
    }

private slots:
    void theChartTellsStopsFromTargets()
    {
        Seat seat;
        domain::Order order;
        order.request.symbol = "BTCUSDT";
        order.request.side = domain::Side::Sell;
        order.request.quantity = Quantity::literal("0.05");
        order.request.reduceOnly = true;
        order.phase = domain::OrderPhase::Working;
        const auto label = [&](const char *id, domain::OrderType type, const char *trigger) {
            order.request.clientOrderId = id;
            order.request.type = type;
            order.request.triggerPrice = Price::literal(trigger);
            emit seat.desk.trading.orderChanged(order);
            const auto &lines = seat.get<ui::ChartView>("chart.view")->lines();
            const auto found =
                std::ranges::find(lines, u"order" + QString::fromLatin1(id), &ui::PriceLine::id);
            return found == lines.end() ? QString{} : found->label;
        };
        QTRY_COMPARE(
            label("stop", domain::OrderType::StopMarket, "64000"), QStringLiteral("Stop · Sell 0.050"));
        QTRY_COMPARE(label("target", domain::OrderType::TakeProfitMarket, "66000"),
            QStringLiteral("Target · Sell 0.050"));
        QTRY_COMPARE(
            label("limit", domain::OrderType::Limit, "66500"), QStringLiteral("Target · Sell 0.050"));
        order.request.closePosition = true;
        QTRY_COMPARE(label("all", domain::OrderType::StopMarket, "63000"), QStringLiteral("Stop · Sell all"));
    }

    void anUnknownOrderCannotBeRepeatedAndSaysWhy()
    {
        Seat seat;
        emit seat.desk.trading.orderChanged(seat.desk.order("BTCUSDT", "a-1", OrderPhase::Unknown));
        choose(seat, "orders.table", 0);
        const auto *again = seat.get<QAction>("orders.sendAgain");
        QVERIFY(!again->isEnabled());
        QVERIFY(again->toolTip().contains(QStringLiteral("could double it")));
        QVERIFY(seat.label("orders.meaning").contains(QStringLiteral("never sent again")));
        QVERIFY(seat.get<QWidget>("orders.notThereButton")->isHidden());
    }

    void anOrderThatNeverTookEffectIsOfferedToTheTicketAndNotSent()
    {
        Seat seat;
        domain::Order order = seat.desk.order("ETHUSDT", "a-1", OrderPhase::Done);
        order.endReason = EndReason::NeverAccepted;
        order.request.side = domain::Side::Sell;
        order.request.price = Price::literal("3050.00");
        order.request.quantity = Quantity::literal("2.000");
        emit seat.desk.trading.orderChanged(order);
        choose(seat, "history.orders", 0);
        auto *again = seat.get<QAbstractButton>("history.again");
        QVERIFY(again->isEnabled());
        again->click();
        QCOMPARE(seat.label("ticket.symbol"), QStringLiteral("ETHUSDT"));
        QCOMPARE(seat.get<QLineEdit>("ticket.price")->text(), QStringLiteral("3050.00"));
        QCOMPARE(seat.get<QLineEdit>("ticket.size")->text(), QStringLiteral("2.000"));
        QVERIFY(seat.get<QAbstractButton>("ticket.sell")->isChecked());
        QVERIFY(seat.label("ticket.outcome").contains(QStringLiteral("Nothing has been sent")));
        QVERIFY(seat.desk.trading.submitted.empty());
    }

    void aQuarantinedOrderIsLetGoOnlyAfterAComparison()
    {
        Seat seat;
        emit seat.desk.trading.orderChanged(seat.desk.order("BTCUSDT", "a-1", OrderPhase::Quarantined));
        choose(seat, "orders.table", 0);
        auto *notThere = seat.get<QAbstractButton>("orders.notThereButton");
        QVERIFY(!notThere->isHidden() && notThere->isEnabled());
        notThere->click();
        auto *yes = seat.get<QAbstractButton>("confirmGone.yes");
        QVERIFY(seat.label("confirmGone.facts").contains(QStringLiteral("a-1")));
        QVERIFY(!yes->isEnabled());
        yes->click();
        QVERIFY(seat.desk.trading.confirmedGone.empty());
        seat.get<QCheckBox>("confirmGone.checked")->setChecked(true);
        yes->click();
        QCOMPARE(seat.desk.trading.confirmedGone, std::vector<std::string>{"a-1"});
    }

    void aWorkingLimitOrderIsChangedInPlace()
    {
        Seat seat;
        emit seat.desk.trading.orderChanged(seat.desk.order("BTCUSDT", "a-1", OrderPhase::Working));
        choose(seat, "orders.table", 0);
        seat.get<QAbstractButton>("orders.changeButton")->click();
        seat.type("amend.price", "0");
        QVERIFY(!seat.get<QAbstractButton>("amend.yes")->isEnabled());
        seat.type("amend.price", "63500");
        seat.get<QAbstractButton>("amend.yes")->click();
        QCOMPARE(seat.desk.trading.amended.size(), std::size_t{1});
        QCOMPARE(seat.desk.trading.amended.front().request.price, Price::of(63'500));
        QTRY_COMPARE(live::stateText(seat.desk.models->openOrders.order(0)), QStringLiteral("WORKING"));
        domain::Order stop = seat.desk.order("BTCUSDT", "a-2", OrderPhase::Working);
        stop.request.type = domain::OrderType::StopMarket;
        stop.createdAt += domain::Milliseconds{1};
        emit seat.desk.trading.orderChanged(stop);
        choose(seat, "orders.table", 0);
        QVERIFY(!seat.get<QAction>("orders.change")->isEnabled());
        QVERIFY(seat.get<QAction>("orders.change")->toolTip().contains(QStringLiteral("Only limit orders")));
    }

    void theTimeLineTellsTheChosenOrdersLifeAndGrows()
    {
        using Moment = domain::OrderMoment::Kind;
        Seat seat;
        const domain::Timestamp now = seat.desk.clock.wallNow();
        auto &told = seat.desk.trading.stories["a-1"];
        told = {{"a-1", now, Moment::Asked, "ticket button"}, {"a-1", now, Moment::Kept, "on the disk"}};
        emit seat.desk.trading.orderChanged(seat.desk.order("BTCUSDT", "a-1", OrderPhase::InFlight));
        choose(seat, "orders.table", 0);
        auto *table = seat.get<ui::DataTable>("story.table");
        QTRY_COMPARE(table->model()->rowCount(), 2);
        QVERIFY(seat.label("story.order").contains(QStringLiteral("IN FLIGHT")));
        told.push_back({"a-1", now, Moment::Sent, "once"});
        emit seat.desk.trading.storyGrew("a-1");
        QTRY_COMPARE(table->model()->rowCount(), 3);
        emit seat.desk.trading.orderChanged(seat.desk.order("BTCUSDT", "a-1", OrderPhase::Working));
        QVERIFY(seat.label("story.order").contains(QStringLiteral("WORKING")));
        seat.get<QAbstractButton>("story.copy")->click();
        QVERIFY(QApplication::clipboard()->text().contains(QStringLiteral("on the disk")));
        seat.get<QAction>("orders.story")->trigger();
        QVERIFY(!seat.window->dock(QStringLiteral("order-story"))->isHidden());
    }

    void theTimeLineIsWrittenToAFile()
    {
        Seat seat;
        const QTemporaryDir folder;
        seat.desk.trading.stories["a-1"] = {
            {"a-1", seat.desk.clock.wallNow(), domain::OrderMoment::Kind::Asked, "ticket button"}};
        emit seat.desk.trading.orderChanged(seat.desk.order("BTCUSDT", "a-1", OrderPhase::Working));
        choose(seat, "orders.table", 0);
        seat.get<QAction>("orders.exportStory")->trigger();
        QTRY_VERIFY(seat.window->findChild<QFileDialog *>(QStringLiteral("storyFile")));
        const QString path = folder.filePath(QStringLiteral("life.json"));
        emit seat.get<QFileDialog>("storyFile")->fileSelected(path);
        QTRY_VERIFY(QFile::exists(path));
        QFile file{path};
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().contains("ticket button"));
        // What cannot be written is said, not swallowed.
        QSignalSpy said{&seat.desk.models->log, &live::LogModel::reported};
        emit seat.get<QFileDialog>("storyFile")
            ->fileSelected(folder.filePath(QStringLiteral("no/such/life.csv")));
        QTRY_VERIFY(!said.isEmpty() && said.back().at(0).toInt() == live::LogModel::Problem);
        QVERIFY(said.back().at(1).toString().contains(QStringLiteral("was not written")));
    }

    void theGateIsSaidInBandPanelAndTicket()
    {
        Seat seat;
        seat.type("ticket.price", "64900");
        seat.type("ticket.size", "0.010");
        auto *band = seat.get<QAbstractButton>("band.gate");
        QCOMPARE(band->text(), QStringLiteral("ACTIVE"));
        QVERIFY(seat.get<QAbstractButton>("ticket.send")->isEnabled());
        setGate(seat, domain::GateState::Reducing,
            {closure(
                domain::GateCause::Stream, domain::GateState::Reducing, "The account stream has a gap.")});
        QCOMPARE(band->text(), QStringLiteral("REDUCING"));
        QVERIFY(band->toolTip().contains(QStringLiteral("The account stream has a gap.")));
        QVERIFY(band->accessibleName().startsWith(QStringLiteral("Gate REDUCING.")));
        QCOMPARE(seat.label("connection.gate"), QStringLiteral("REDUCING"));
        QTRY_VERIFY(!seat.get<QAbstractButton>("ticket.send")->isEnabled());
        QVERIFY(seat.label("ticket.message").startsWith(QStringLiteral("The account stream has a gap.")));
        band->click();
        QVERIFY(!seat.window->dock(QStringLiteral("connection"))->isHidden());
    }

    void aReducingOrderLeavesWhereAnOpeningOneMayNot()
    {
        Seat seat;
        domain::AccountState account = support::Desk::funded(25'000);
        account.positions.push_back(
            support::Desk::position("BTCUSDT", domain::Side::Buy, "0.500", "64000.0"));
        seat.desk.account.publish(account);
        setGate(seat, domain::GateState::Reducing,
            {closure(domain::GateCause::KillSwitch, domain::GateState::Reducing, "You stopped it.", true)});
        seat.get<QAbstractButton>("ticket.sell")->click();
        seat.type("ticket.price", "65500");
        seat.type("ticket.size", "0.100");
        seat.get<QCheckBox>("ticket.reduceOnly")->setChecked(true);
        auto *send = seat.get<QAbstractButton>("ticket.send");
        QTRY_VERIFY2(send->isEnabled(), qPrintable(seat.label("ticket.message")));
        setGate(seat, domain::GateState::CancelOnly,
            {closure(domain::GateCause::Journal, domain::GateState::CancelOnly, "The disk is full.")});
        QTRY_VERIFY(!send->isEnabled());
        emit seat.desk.trading.orderChanged(seat.desk.order("BTCUSDT", "a-1", OrderPhase::Working));
        choose(seat, "orders.table", 0);
        QVERIFY(seat.get<QAbstractButton>("orders.cancel")->isEnabled());
        setGate(seat, domain::GateState::Stopped,
            {closure(domain::GateCause::Ban, domain::GateState::Stopped, "Banned until 12:10.")});
        QVERIFY(!seat.get<QAbstractButton>("orders.cancel")->isEnabled());
        QVERIFY(seat.get<QAbstractButton>("orders.cancel")->toolTip().startsWith(QStringLiteral("Banned")));
    }

    void whatIsAboutMoneyIsOpenedAgainByAPersonWhoWasTold()
    {
        Seat seat;
        const auto cause = domain::GateCause::Mismatch;
        setGate(seat, domain::GateState::Reducing,
            {closure(cause, domain::GateState::Reducing, "A position that nothing explains.", true),
                closure(domain::GateCause::Stream, domain::GateState::Reducing, "A gap.")});
        const QString id = QString::number(static_cast<int>(cause));
        auto *open = seat.get<QAbstractButton>(("connection.acknowledge" + id.toStdString()).c_str());
        QVERIFY(!open->isHidden());
        const QString other = QString::number(static_cast<int>(domain::GateCause::Stream));
        QVERIFY(
            seat.get<QAbstractButton>(("connection.acknowledge" + other.toStdString()).c_str())->isHidden());
        open->click();
        QVERIFY(seat.desk.trading.acknowledged.empty());
        seat.get<QAbstractButton>("openGate.yes")->click();
        QCOMPARE(seat.desk.trading.acknowledged, std::vector<domain::GateCause>{cause});
    }

    void aClosureCountsDownOnTheExchangesClock()
    {
        Seat seat;
        auto pause = closure(domain::GateCause::Pause, domain::GateState::CancelOnly, "429.");
        pause.until = domain::timestampFromMs(1'760'000'030'000);
        setGate(seat, domain::GateState::CancelOnly, {pause});
        const std::string id =
            "connection.closureEnd" + std::to_string(static_cast<int>(domain::GateCause::Pause));
        QCOMPARE(seat.label(id.c_str()), QStringLiteral("ends in 30 s"));
        seat.desk.clock.advance(domain::Milliseconds{12'000});
        QTRY_COMPARE(seat.label(id.c_str()), QStringLiteral("ends in 18 s"));
    }

    void anEmergencyNeedsTwoPressesThatAPersonMeant()
    {
        Seat seat;
        auto *flatten = seat.get<QAbstractButton>("emergency.button.flattenAll");
        const std::vector<domain::EmergencyAction> &asked = seat.desk.trading.emergencies;
        const QSize before = flatten->sizeHint();
        flatten->click();
        QCOMPARE(flatten->text(), QStringLiteral("Press again"));
        QCOMPARE(flatten->sizeHint(), before); // nothing moves under the pointer
        flatten->click();                      // a bouncing switch
        QVERIFY(asked.empty());
        seat.desk.clock.advance(domain::Milliseconds{400});
        flatten->click();
        QCOMPARE(asked.size(), std::size_t{1});
        QVERIFY(asked.front() == (domain::EmergencyAction{Kind::FlattenAll, {}}));
        QCOMPARE(flatten->text(), QStringLiteral("Flatten all"));
        seat.desk.clock.advance(domain::Milliseconds{400});
        flatten->click();
        seat.desk.clock.advance(domain::Milliseconds{2'100}); // too late: that only arms again
        flatten->click();
        QCOMPARE(asked.size(), std::size_t{1});
    }

    void everyEmergencyHasItsKeyAndNoneIsTakenTwice()
    {
        Seat seat;
        QStringList keys;
        for (const QAction *action : seat.window->findChildren<QAction *>()) {
            if (!action->shortcut().isEmpty()) {
                keys << action->shortcut().toString();
            }
        }
        QCOMPARE(QSet<QString>(keys.begin(), keys.end()).size(), keys.size());
        const auto twice = [&seat](const char *id) {
            seat.get<QAction>(id)->trigger();
            seat.desk.clock.advance(domain::Milliseconds{400});
            seat.get<QAction>(id)->trigger();
            QVERIFY(!seat.get<QAction>(id)->autoRepeat());
        };
        twice("emergency.stopOpening");
        QCOMPARE(seat.desk.trading.openingStops, 1);
        twice("emergency.cancelEntries");
        twice("emergency.cancelAll");
        twice("emergency.closeSymbol");
        const auto &asked = seat.desk.trading.emergencies;
        QCOMPARE(asked.size(), std::size_t{3});
        QVERIFY(asked[0] == (domain::EmergencyAction{Kind::CancelEntries, {}}));
        QVERIFY(asked[1] == (domain::EmergencyAction{Kind::CancelAll, {}}));
        QVERIFY(asked[2] == (domain::EmergencyAction{Kind::CloseSymbol, "BTCUSDT"}));
        for (const EmergencyControl::Action each : EmergencyControl::all) {
            QVERIFY(!EmergencyControl::key(each).isEmpty());
        }
    }

    void whatWasArmedForOneSymbolDoesNotHitAnother()
    {
        Seat seat;
        auto *close = seat.get<QAbstractButton>("emergency.button.closeSymbol");
        QCOMPARE(close->text(), QStringLiteral("Close BTCUSDT"));
        close->click();
        seat.window->symbolLink().setSymbol("ETHUSDT");
        QCOMPARE(close->text(), QStringLiteral("Close ETHUSDT"));
        seat.desk.clock.advance(domain::Milliseconds{400});
        close->click();
        QVERIFY(seat.desk.trading.emergencies.empty());
    }

    void holdingTheButtonIsEnough()
    {
        Seat seat;
        auto *all = seat.get<QAbstractButton>("emergency.button.cancelAll");
        QTest::mousePress(all, Qt::LeftButton);
        QTRY_COMPARE(seat.desk.trading.emergencies.size(), std::size_t{1});
        QTest::mouseRelease(all, Qt::LeftButton);
        QCOMPARE(all->text(), QStringLiteral("Cancel all"));
        QCOMPARE(seat.desk.trading.emergencies.size(), std::size_t{1});
    }

    void whatAnEmergencyDidIsShownWithoutTakingTheKeyboard()
    {
        Seat seat;
        seat.get<QLineEdit>("ticket.size")->setFocus();
        const QWidget *focus = seat.window->focusWidget();
        domain::EmergencyReport report;
        report.action = {Kind::FlattenAll, {}};
        report.startedAt = seat.desk.clock.wallNow();
        report.steps = {{"BTCUSDT", "a-1", "cancel BUY 0.05 at 61,200",
            domain::EmergencyReport::Step::State::Waiting, {}}};
        emit seat.desk.trading.emergencyProgressed(std::make_shared<domain::EmergencyReport>(report));
        QVERIFY(!seat.window->dock(QStringLiteral("emergency"))->isHidden());
        QVERIFY(seat.label("emergency.summary").contains(QStringLiteral("under way")));
        QCOMPARE(seat.window->focusWidget(), focus);
    }

    void theDeadManSwitchSaysWhatItCancelsBeforeItIsArmed()
    {
        Seat seat;
        QCOMPARE(seat.label("ticket.deadManState"), QStringLiteral("Dead-man switch: off"));
        seat.get<QAbstractButton>("ticket.deadMan")->click();
        QVERIFY(seat.desk.trading.deadMen.empty());
        auto *question = seat.get<QDialog>("armDeadMan");
        QVERIFY(question->findChild<QLabel *>(QStringLiteral("qt_msgbox_label"))
                    ->text()
                    .contains(QStringLiteral("cancels ALL open orders of BTCUSDT")));
        seat.get<QAbstractButton>("armDeadMan.yes")->click();
        QVERIFY(seat.desk.trading.deadMen.front() == (std::pair<domain::Symbol, bool>{"BTCUSDT", true}));
        ports::HealthState state = *seat.desk.health.current;
        state.venueNow = domain::timestampFromMs(1'760'000'000'000);
        state.deadMen = {{"BTCUSDT", state.venueNow + domain::Milliseconds{103'000}}};
        seat.desk.health.publish(state);
        QCOMPARE(seat.label("ticket.deadManState"), QStringLiteral("Dead-man switch: fires in 1 min 43 s"));
        QCOMPARE(seat.label("connection.deadMan0"), QStringLiteral("fires in 1 min 43 s"));
        seat.get<QAbstractButton>("ticket.deadMan")->click(); // the safe way needs no question
        QVERIFY(seat.desk.trading.deadMen.back() == (std::pair<domain::Symbol, bool>{"BTCUSDT", false}));
    }

    void aBracketIsSentWholeOrNotAtAll()
    {
        Seat seat;
        seat.type("ticket.price", "64900");
        seat.type("ticket.size", "0.010");
        auto *send = seat.get<QAbstractButton>("ticket.send");
        seat.get<QCheckBox>("ticket.protect")->setChecked(true);
        QVERIFY(!send->isEnabled());
        QVERIFY(!seat.label("ticket.protectMessage").isEmpty());
        seat.type("ticket.stop", "65100");
        QCOMPARE(
            seat.label("ticket.protectMessage"), QStringLiteral("The stop of a long lies below its entry."));
        seat.type("ticket.stop", "64000");
        QVERIFY(send->isEnabled());
        seat.get<QAbstractButton>("ticket.moreTargets")->click();
        seat.type("ticket.target1", "66000");
        seat.type("ticket.target2", "64000");
        QVERIFY(
            seat.label("ticket.protectMessage").contains(QStringLiteral("Target 2 of a long lies above")));
        QVERIFY(!send->isEnabled());
        seat.type("ticket.target2", "67000.05");
        QVERIFY(seat.label("ticket.protectMessage").contains(QStringLiteral("not a multiple of the tick")));
        seat.type("ticket.target2", "67000");
        seat.get<QSpinBox>("ticket.targetShare1")->setValue(80);
        QVERIFY(seat.label("ticket.protectMessage").contains(QStringLiteral("130 %")));
        seat.get<QSpinBox>("ticket.targetShare1")->setValue(50);
        QVERIFY2(send->isEnabled(), qPrintable(seat.label("ticket.protectMessage")));
        QVERIFY(send->accessibleName().endsWith(QStringLiteral(", protected")));
        send->click();
        QCOMPARE(seat.desk.trading.brackets.size(), std::size_t{1});
        const domain::BracketPlan &sent = seat.desk.trading.brackets.front();
        QCOMPARE(sent.stopTrigger, Price::of(64'000));
        QCOMPARE(sent.targets.size(), std::size_t{2});
        QCOMPARE(sent.targets.back().share, domain::Rate::literal("0.5"));
        QCOMPARE(sent.entry.quantity, Quantity::literal("0.01"));
    }

    void theCalculatorHandsItsStopAndTargetOver()
    {
        Seat seat;
        seat.type("calculator.entry", "64000");
        seat.type("calculator.stop", "63000");
        seat.type("calculator.target1", "67000");
        seat.choose("calculator.sizing", "Fixed quantity");
        seat.type("calculator.amount", "0.05");
        seat.get<QAbstractButton>("calculator.handOver")->click();
        QVERIFY(seat.get<QCheckBox>("ticket.protect")->isChecked());
        QCOMPARE(seat.get<QLineEdit>("ticket.stop")->text(), QStringLiteral("63000.0"));
        QCOMPARE(seat.get<QLineEdit>("ticket.target1")->text(), QStringLiteral("67000.0"));
        QCOMPARE(seat.get<QSpinBox>("ticket.targetShare1")->value(), 100);
        QVERIFY(seat.desk.trading.brackets.empty() && seat.desk.trading.submitted.empty());
    }
};

QTEST_MAIN(OrderDeskTest)
#include "order_desk_test.moc"
