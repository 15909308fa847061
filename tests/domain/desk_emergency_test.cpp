#include "tests/support/desk_rig.h"

#include <QTest>

using namespace support::desk;
using Action = EmergencyAction::Kind;
using Outcome = DeskAnswer::Outcome;
using State = EmergencyReport::Step::State;

namespace
{

int countOf(const EmergencyReport &report, State state)
{
    return static_cast<int>(std::ranges::count(report.steps, state, &EmergencyReport::Step::state));
}

NewOrder target()
{
    NewOrder order = limit(Side::Sell, "1", 110);
    order.reduceOnly = true;
    return order;
}

} // namespace

/// Getting out (F72, I16), and the dead-man switches (F37).
class DeskEmergencyTest : public QObject
{
    Q_OBJECT
private slots:
    void cancelEntriesLeavesStopsAndTargets()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit());
        const std::string entry = rig.id();
        rig.submit(stopMarket());
        const std::string stop = rig.id();
        rig.submit(target());
        const CommandId command = rig.emergency(Action::CancelEntries);
        QCOMPARE(rig.order(entry).endReason, EndReason::Canceled);
        QCOMPARE(rig.order(stop).phase, OrderPhase::Working);
        QCOMPARE(rig.order().phase, OrderPhase::Working);
        QVERIFY(rig.emergencyReport().isFinished());
        QCOMPARE(rig.emergencyReport().steps.size(), std::size_t{1});
        QCOMPARE(rig.answered.at(command), 1);
        QVERIFY(rig.desk.gate().mayOpen());
    }

    void cancelAllTakesEveryOrderBySymbolAndOneByOne()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit());
        rig.submit(stopMarket());
        NewOrder other = limit();
        other.symbol = eth;
        rig.submit(other);
        rig.emergency(Action::CancelAll, btc);
        QCOMPARE(rig.order().phase, OrderPhase::Working);
        QCOMPARE(rig.count<CancelSymbol>(), 2); // engine and Algo service
        rig.emergency(Action::CancelAll);
        rig.pass(2s);
        QCOMPARE(rig.count<CancelSymbol>(), 4); // the stop's end was not known yet
        QVERIFY(rig.desk.ledger().openOrders().empty());
        QCOMPARE(countOf(rig.emergencyReport(), State::Failed), 0);
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
        const auto requests = rig.sent<CancelSymbol>();
        QVERIFY(std::ranges::all_of(
            requests, [](const SendRequest &one) { return one.urgency == Urgency::Cancel; }));
    }

    void closeSymbolEndsInNothingOfThatSymbol()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.hold(Side::Sell, "3", eth);
        rig.submit(limit());
        rig.submit(stopMarket());
        rig.isMarketLiquid = true;
        const CommandId command = rig.emergency(Action::CloseSymbol, btc);
        rig.pass(2s);
        QVERIFY(rig.position().isZero());
        QCOMPARE(rig.position(eth), qty("-3"));
        QVERIFY(rig.desk.ledger().openOrders().empty());
        const EmergencyReport report = rig.emergencyReport();
        QVERIFY(report.isFinished());
        QCOMPARE(report.steps.size(), std::size_t{3});
        QCOMPARE(countOf(report, State::Done), 3);
        QCOMPARE(rig.answered.at(command), 1);
        QVERIFY(rig.desk.gate().mayOpen());
        QCOMPARE(rig.last<PlaceOrder>().order.reduceOnly, true);
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void flattenAllStopsOpeningAndClosesEverything()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.hold(Side::Sell, "3", eth);
        rig.queues = anyOf<PlaceOrder>();
        rig.submit(limit());
        const std::string waiting = rig.id();
        rig.queues = nullptr;
        rig.isMarketLiquid = true;
        rig.emergency(Action::FlattenAll);
        QVERIFY(rig.desk.gate().isClosedBy(GateCause::KillSwitch));
        QVERIFY(!rig.order(waiting).isOpen());
        QVERIFY(rig.desk.positions().open().empty());
        QVERIFY(rig.emergencyReport().isFinished());
        QVERIFY(rig.isRefused(rig.submit(limit())));
        QVERIFY(rig.notes.contains("killswitch"));
    }

    void moreThanTheMarketTakesAtOnceIsSplit()
    {
        Rig rig;
        rig.act([&] { rig.desk.setRules(rulesOf("0.1", "4")); });
        rig.ready();
        rig.hold(Side::Sell, "9");
        rig.forget();
        rig.isMarketLiquid = true;
        rig.emergency(Action::FlattenAll);
        QCOMPARE(rig.count<PlaceOrder>(), 3);
        QCOMPARE(std::get<PlaceOrder>(rig.sent<PlaceOrder>().front().what).order.quantity, qty("4"));
        QCOMPARE(rig.last<PlaceOrder>().order.quantity, qty("1"));
        QCOMPARE(rig.last<PlaceOrder>().order.side, Side::Buy);
        QVERIFY(rig.position().isZero());
    }

    void withoutTheSymbolsRulesThePositionIsClosedInOnePiece()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "9");
        rig.act([&] { rig.desk.setRules(nullptr); });
        rig.isMarketLiquid = true;
        rig.emergency(Action::FlattenAll);
        QVERIFY(rig.position().isZero());
    }

    void bothLegsOfAHedgeAreClosedAtOnce()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2", btc, PositionSide::Long);
        rig.hold(Side::Sell, "1", btc, PositionSide::Short);
        rig.forget();
        rig.isDiskSlow = true;
        rig.emergency(Action::CloseSymbol, btc);
        rig.isMarketLiquid = true;
        rig.keepAll();
        QVERIFY(rig.position(btc, PositionSide::Long).isZero());
        QVERIFY(rig.position(btc, PositionSide::Short).isZero());
        QCOMPARE(rig.count<PlaceOrder>(), 2);
        QVERIFY(!rig.last<PlaceOrder>().order.reduceOnly); // hedge mode takes none
        QVERIFY(rig.emergencyReport().isFinished());
    }

    void flatMeansThatTheExchangeSaysSo()
    {
        // An execution was missed in a gap: the exchange holds more than our book.
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.pass(10s);
        rig.act([&] { rig.desk.onStreamGap(rig.now, "lost"); });
        rig.venue.strike(btc, Side::Buy, qty("3"), rig.now);
        rig.venue.fills.pop_back();
        rig.pass(3s);
        rig.forget();
        rig.emergency(Action::FlattenAll);
        QCOMPARE(rig.last<PlaceOrder>().order.quantity, qty("2")); // at once, with what is known
        rig.pass(100ms);
        rig.fill(rig.id(), "2");
        QVERIFY(!rig.emergencyReport().isFinished());
        QCOMPARE(rig.last<PlaceOrder>().order.quantity, qty("3"));
        QVERIFY(rig.last<PlaceOrder>().order.reduceOnly);
        rig.pass(100ms);
        rig.fill(rig.id(), "3");
        rig.pass(5s);
        QVERIFY(rig.venue.positions.at({btc, PositionSide::Both}).amount.isZero());
        QCOMPARE(rig.count<PlaceOrder>(), 2);
        QVERIFY(rig.emergencyReport().isFinished());
        QCOMPARE(countOf(rig.emergencyReport(), State::Failed), 0);
    }

    void whatOurBookDoesNotHaveAtAllIsClosedToo()
    {
        Rig rig;
        rig.ready();
        rig.pass(10s);
        rig.venue.strike(eth, Side::Sell, qty("3"), rig.now, PositionSide::Short);
        rig.venue.fills.clear();
        rig.pass(3s);
        rig.isMarketLiquid = true;
        rig.emergency(Action::FlattenAll);
        rig.pass(5s);
        QVERIFY(rig.venue.positions.at({eth, PositionSide::Short}).amount.isZero());
        QVERIFY(rig.emergencyReport().isFinished());
    }

    void aCloseThatTheExchangeHasNotConfirmedIsNotCalledFlat()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.pass(10s);
        rig.isMarketLiquid = true;
        rig.script = [](const SendRequest &request) -> std::optional<DeskAnswer> {
            return asks<ReadPositions>(request) ? std::optional{DeskVenue::answer(Outcome::NotSent)}
                                                : std::nullopt;
        };
        const CommandId command = rig.emergency(Action::CloseSymbol, btc);
        rig.pass(20s);
        QVERIFY(rig.position().isZero());
        QVERIFY(!rig.emergencyReport().isFinished());
        rig.pass(11s);
        QVERIFY(rig.emergencyReport().isFinished());
        QCOMPARE(rig.answered.at(command), 1);
        QVERIFY(rig.all<Alert>().back().severity == Alert::Severity::Critical);
        QVERIFY(rig.all<Alert>().back().text.find("confirmed") != std::string::npos);
    }

    void pressingAgainJoinsWhatRuns()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.forget();
        rig.holds = anyOf<PlaceOrder>();
        std::vector<CommandId> commands;
        for (int press = 0; press < 5; ++press) {
            commands.push_back(rig.emergency(Action::FlattenAll));
            rig.pass(20ms);
        }
        QCOMPARE(rig.count<PlaceOrder>(), 1);
        rig.answer(rig.pending<PlaceOrder>());
        rig.fill(rig.id(), "2");
        for (const CommandId command : commands) {
            QCOMPARE(rig.answered.at(command), 1);
        }
        rig.emergency(Action::FlattenAll); // nothing is left to be done
        QVERIFY(rig.emergencyReport().isFinished());
        QCOMPARE(rig.emergencyReport().steps.size(), std::size_t{0});
    }

    void anEntryThatFillsMeanwhileIsClosedToo()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit());
        const std::string entry = rig.id();
        rig.holds = anyOf<CancelOrder>();
        rig.emergency(Action::FlattenAll); // flat, one entry
        rig.isMarketLiquid = true;
        rig.fill(entry, "1");
        rig.answerAll();
        rig.pass(2s);
        QVERIFY(rig.position().isZero());
        QVERIFY(rig.emergencyReport().isFinished());
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void anEntryThatIsOnItsWayToTheDiskIsCancelledToo_data()
    {
        QTest::addColumn<int>("action");
        QTest::newRow("entries") << int(Action::CancelEntries);
        QTest::newRow("all") << int(Action::CancelAll);
        QTest::newRow("close") << int(Action::CloseSymbol);
    }
    void anEntryThatIsOnItsWayToTheDiskIsCancelledToo()
    {
        QFETCH(int, action);
        Rig rig;
        rig.ready();
        rig.isDiskSlow = true;
        const CommandId placed = rig.submit(limit());
        const std::string entry = rig.id();
        rig.emergency(static_cast<Action>(action), btc);
        QVERIFY(!rig.emergencyReport().isFinished());
        rig.keepAll();
        QCOMPARE(rig.order(entry).endReason, EndReason::LocalCancel);
        QCOMPARE(rig.reply(placed)->error().code, ErrorCode::Cancelled);
        QVERIFY(rig.placements.empty());
        QVERIFY(rig.emergencyReport().isFinished());
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void aCloseThatFillsOnlyInPartIsFollowedByAnother()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.forget();
        rig.emergency(Action::FlattenAll);
        rig.fill(rig.id(), "1.5");
        rig.end(rig.id(), OrderStatus::Expired);
        QVERIFY(!rig.emergencyReport().isFinished());
        rig.isMarketLiquid = true;
        rig.pass(2s);
        QCOMPARE(rig.count<PlaceOrder>(), 2);
        QCOMPARE(rig.last<PlaceOrder>().order.quantity, qty("0.5"));
        QVERIFY(rig.position().isZero());
        QVERIFY(rig.emergencyReport().isFinished());
    }

    void aSlowCloseIsWaitedForAndThenStillHasItsTries()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.forget();
        rig.emergency(Action::FlattenAll);
        rig.pass(12s); // works, and does not fill
        QCOMPARE(rig.count<PlaceOrder>(), 1);
        rig.end(rig.id(), OrderStatus::Expired);
        rig.isMarketLiquid = true;
        rig.pass(2s);
        QVERIFY(rig.position().isZero());
        QVERIFY(rig.emergencyReport().isFinished());
    }

    void whatCannotBeClosedIsToldAfterFiveTries()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.forget();
        rig.script = [](const SendRequest &request) -> std::optional<DeskAnswer> {
            return asks<PlaceOrder>(request) ? std::optional{DeskVenue::answer(Outcome::Rejected, -2022)}
                                             : std::nullopt;
        };
        const CommandId command = rig.emergency(Action::FlattenAll);
        rig.pass(30s);
        QCOMPARE(rig.count<PlaceOrder>(), 5);
        QVERIFY(rig.emergencyReport().isFinished());
        QCOMPARE(countOf(rig.emergencyReport(), State::Failed), 5);
        QCOMPARE(rig.answered.at(command), 1);
        const auto alerts = rig.all<Alert>();
        QVERIFY(alerts.back().kind == Alert::Kind::Emergency);
        QVERIFY(alerts.back().severity == Alert::Severity::Critical);
        QCOMPARE(rig.position(), qty("2"));
    }

    void whatIsNotConfirmedWithinThirtySecondsIsListedAsSuchAndTriedOn()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit());
        const std::string stuck = rig.id();
        rig.submit(limit(Side::Buy, "1", 99));
        const std::string other = rig.id();
        rig.script = [&](const SendRequest &request) -> std::optional<DeskAnswer> {
            const auto *cancel = std::get_if<CancelOrder>(&request.what);
            return cancel != nullptr && cancel->ref.clientOrderId == stuck
                       ? std::optional{DeskVenue::answer(Outcome::NotSent)}
                       : std::nullopt;
        };
        const CommandId command = rig.emergency(Action::CancelEntries);
        rig.pass(29s);
        QVERIFY(!rig.answered.contains(command));
        rig.pass(2s);
        const EmergencyReport report = rig.emergencyReport();
        QVERIFY(report.isFinished());
        QCOMPARE(countOf(report, State::Failed), 1);
        QCOMPARE(countOf(report, State::Done), 1);
        QCOMPARE(rig.order(other).endReason, EndReason::Canceled);
        rig.script = nullptr;
        rig.pass(6s);
        QCOMPARE(rig.order(stuck).endReason, EndReason::Canceled);
        QCOMPARE(rig.desk.loadCount(), std::size_t{0});
    }

    void whileOnlyCancelsGoOutThePositionStaysAndTheReasonIsTold()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.submit(limit());
        const std::string entry = rig.id();
        rig.act([&] {
            rig.desk.close(rig.now, GateCause::Pause, "The exchange asked for a pause.", rig.now + 4s);
        });
        rig.isMarketLiquid = true;
        rig.emergency(Action::FlattenAll);
        QCOMPARE(rig.order(entry).endReason, EndReason::Canceled);
        QCOMPARE(rig.position(), qty("2"));
        const EmergencyReport first = rig.emergencyReport();
        QVERIFY(!first.isFinished());
        QVERIFY(first.steps.back().state == State::Failed);
        QCOMPARE(first.steps.back().text, std::string{"The exchange asked for a pause."});
        rig.pass(6s); // the pause ends while it still tries
        QVERIFY(rig.position().isZero());
        QVERIFY(rig.emergencyReport().isFinished());
    }

    void ordersOfOthersAreCancelledButNotThoseOfALiquidation()
    {
        Rig rig;
        rig.ready();
        for (const char *id : {"web_1", "autoclose-1", "adl_autoclose"}) {
            NewOrder theirs = limit();
            theirs.clientOrderId = id;
            rig.venue.accept(theirs, rig.now);
            rig.hear(DeskVenue::engineReport(rig.venue.orders.at(id)));
        }
        rig.emergency(Action::CancelAll);
        QCOMPARE(rig.count<CancelOrder>(), 1);
        QCOMPARE(rig.order("web_1").endReason, EndReason::Canceled);
    }

    void theStepsAreNamedForPeople()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Sell, "2");
        rig.submit(stopMarket(Side::Buy, "2", 120));
        rig.isMarketLiquid = true;
        rig.emergency(Action::FlattenAll);
        rig.pass(2s);
        const EmergencyReport report = rig.emergencyReport();
        QCOMPARE(report.steps.at(0).what, std::string{"close short 2"});
        QCOMPARE(report.steps.at(0).text, std::string{"filled 2 at 100"});
        QCOMPARE(report.steps.at(1).what, std::string{"cancel STOP_MARKET BUY 2 at 120"});
        QCOMPARE(report.steps.at(1).text, std::string{"cancelled"});
    }

    // ---- dead-man switches

    void anArmedSwitchIsRenewedEveryThirtySeconds()
    {
        Rig rig;
        rig.ready();
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, true); });
        QVERIFY(rig.last<RenewDeadMan>().countdown == Milliseconds{120s});
        QVERIFY(rig.desk.deadMen() == (std::vector<DeadMan>{{btc, rig.now + 120s}}));
        rig.pass(5min);
        QCOMPARE(rig.count<RenewDeadMan>(), 11);
        QCOMPARE(rig.alerts(Alert::Kind::DeadMan), 0);
        QVERIFY(rig.notes.contains("deadman BTCUSDT"));
    }

    void aSwitchFiresByTheTimeItWasSent()
    {
        Rig rig;
        rig.ready();
        rig.holds = anyOf<RenewDeadMan>();
        const Timestamp sentAt = rig.now;
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, true); });
        rig.pass(4s); // the answer takes its time; the exchange counts since it heard
        rig.answer(rig.pending<RenewDeadMan>());
        QVERIFY(rig.desk.deadMen().front().firesAt == sentAt + 120s);
    }

    void disarmingTellsTheExchange()
    {
        Rig rig;
        rig.ready();
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, true); });
        rig.pass(10s);
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, false); });
        QVERIFY(rig.last<RenewDeadMan>().countdown == 0ms);
        QVERIFY(rig.desk.deadMen().empty());
        QVERIFY(!rig.notes.contains("deadman BTCUSDT"));
        rig.pass(5min);
        QCOMPARE(rig.count<RenewDeadMan>(), 2);
        rig.act([&] { rig.desk.setDeadMan(rig.now, eth, false); });
        QCOMPARE(rig.count<RenewDeadMan>(), 2);
    }

    void disarmingDuringARenewalIsNotOvertakenByIt()
    {
        Rig rig;
        rig.ready();
        rig.holds = anyOf<RenewDeadMan>();
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, true); });
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, false); });
        QCOMPARE(rig.count<RenewDeadMan>(), 1);
        rig.answer(rig.pending<RenewDeadMan>());
        QCOMPARE(rig.count<RenewDeadMan>(), 2); // at once
        QVERIFY(rig.last<RenewDeadMan>().countdown == 0ms);
        rig.answerAll();
        rig.pass(5min);
        QCOMPARE(rig.count<RenewDeadMan>(), 2);
        QCOMPARE(rig.alerts(Alert::Kind::DeadMan), 0);
    }

    void armingDuringTheDisarmingHoldsOn()
    {
        Rig rig;
        rig.ready();
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, true); });
        rig.holds = anyOf<RenewDeadMan>();
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, false); });
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, true); });
        rig.answerAll();
        rig.pass(1s);
        QCOMPARE(rig.desk.deadMen().size(), std::size_t{1});
        QVERIFY(rig.last<RenewDeadMan>().countdown == Milliseconds{120s});
    }

    void aSwitchThatCannotBeRenewedFiresAndIsTold()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit());
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, true); });
        rig.script = [](const SendRequest &request) -> std::optional<DeskAnswer> {
            return asks<RenewDeadMan>(request) ? std::optional{DeskVenue::answer(Outcome::NotSent)}
                                               : std::nullopt;
        };
        rig.pass(119s);
        QVERIFY(rig.count<RenewDeadMan>() > 20); // every two seconds
        QCOMPARE(rig.alerts(Alert::Kind::DeadMan), 0);
        rig.venue.end(rig.id(), rig.now + 1s); // the stream is silent too
        rig.pass(2s);
        QCOMPARE(rig.alerts(Alert::Kind::DeadMan), 1);
        QVERIFY(rig.desk.deadMen().empty());
        rig.pass(2s);
        QCOMPARE(rig.order().endReason, EndReason::Canceled); // by the comparison that follows
        const int renewals = rig.count<RenewDeadMan>();
        rig.pass(5min);
        QCOMPARE(rig.count<RenewDeadMan>(), renewals);
    }

    void aRenewalThatGetsThroughTooLateIsTakenBack()
    {
        Rig rig;
        rig.ready();
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, true); });
        rig.holds = anyOf<RenewDeadMan>();
        rig.pass(121s);
        QCOMPARE(rig.alerts(Alert::Kind::DeadMan), 1);
        rig.holds = nullptr;
        rig.answer(rig.pending<RenewDeadMan>()); // counts down anew at the exchange
        QVERIFY(rig.last<RenewDeadMan>().countdown == 0ms);
        rig.pass(5min);
        QCOMPARE(rig.alerts(Alert::Kind::DeadMan), 1);
        QVERIFY(rig.desk.deadMen().empty());
    }

    void aSwitchThatFiredCanBeArmedAgain()
    {
        Rig rig;
        rig.ready();
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, true); });
        rig.holds = anyOf<RenewDeadMan>();
        rig.pass(121s);
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, true); });
        rig.answerAll();
        rig.pass(5min);
        QCOMPARE(rig.desk.deadMen().size(), std::size_t{1});
        QVERIFY(rig.desk.deadMen().front().firesAt > rig.now + 80s);
        QCOMPARE(rig.alerts(Alert::Kind::DeadMan), 1);
    }

    void aSwitchThatTheExchangeRefusesIsToldAndNotTriedOn()
    {
        Rig rig;
        rig.ready();
        rig.script = [](const SendRequest &request) -> std::optional<DeskAnswer> {
            return asks<RenewDeadMan>(request) ? std::optional{DeskVenue::answer(Outcome::Rejected, -1102)}
                                               : std::nullopt;
        };
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, true); });
        QCOMPARE(rig.alerts(Alert::Kind::DeadMan), 1);
        QVERIFY(rig.desk.deadMen().empty());
        QVERIFY(!rig.notes.contains("deadman BTCUSDT"));
        rig.pass(1min);
        QCOMPARE(rig.count<RenewDeadMan>(), 1);
    }

    void aSwitchOfTheLastRunIsToldAndNotRenewed()
    {
        Rig before;
        before.ready();
        before.act([&] { before.desk.setDeadMan(before.now, btc, true); });
        Rig rig;
        rig.act([&] { rig.desk.restore(rig.now, before.past()); });
        rig.ready();
        rig.pass(1min);
        QCOMPARE(rig.alerts(Alert::Kind::DeadMan), 1);
        QVERIFY(rig.desk.deadMen().empty());
        QCOMPARE(rig.count<RenewDeadMan>(), 0);
    }

    void atTheEndOfTheProgramASwitchIsLeftToItself()
    {
        Rig rig;
        rig.ready();
        rig.act([&] { rig.desk.setDeadMan(rig.now, btc, true); });
        rig.act([&] { rig.desk.stop(rig.now); });
        rig.pass(1min);
        QCOMPARE(rig.count<RenewDeadMan>(), 1);
    }
};

QTEST_APPLESS_MAIN(DeskEmergencyTest)
#include "desk_emergency_test.moc"
