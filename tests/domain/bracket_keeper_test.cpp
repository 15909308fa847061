#include "tests/support/bracket_rig.h"

#include <QTest>

using namespace support::desk;
using Outcome = DeskAnswer::Outcome;

namespace
{

auto refuses(OrderType type, Outcome outcome, int code)
{
    return [=](const SendRequest &request) -> std::optional<DeskAnswer> {
        const auto *placed = std::get_if<PlaceOrder>(&request.what);
        return placed != nullptr && placed->order.type == type && isReducing(placed->order)
                   ? std::optional{DeskVenue::answer(outcome, code, "refused")}
                   : std::nullopt;
    };
}

} // namespace

class BracketKeeperTest : public QObject
{
    Q_OBJECT
private slots:
    // ---- the plan

    void aPlanThatProtectsNothingIsRefused_data()
    {
        QTest::addColumn<int>("flaw");
        QTest::newRow("no stop") << 0;
        QTest::newRow("stop above a long entry") << 1;
        QTest::newRow("reducing entry") << 2;
        QTest::newRow("conditional entry") << 3;
        QTest::newRow("target below a long entry") << 4;
        QTest::newRow("target without a share") << 5;
        QTest::newRow("shares above 1") << 6;
        QTest::newRow("unknown symbol") << 7;
        QTest::newRow("stop off the tick") << 8;
        QTest::newRow("target off the tick") << 9;
        QTest::newRow("target without a price") << 10;
    }
    void aPlanThatProtectsNothingIsRefused()
    {
        QFETCH(int, flaw);
        BracketPlan bad = bracketPlan();
        switch (flaw) {
        case 0:
            bad.stopTrigger = {};
            break;
        case 1:
            bad.stopTrigger = Price::of(101);
            break;
        case 2:
            bad.entry.reduceOnly = true;
            break;
        case 3:
            bad.entry.type = OrderType::StopMarket;
            break;
        case 4:
            bad.targets[0].price = Price::of(99);
            break;
        case 5:
            bad.targets[0].share = {};
            break;
        case 6:
            bad.targets[0].share = Rate::literal("0.6");
            break;
        case 7:
            bad.entry.symbol = "NOSUCH";
            break;
        case 8:
            bad.stopTrigger = Price::literal("90.3");
            break;
        case 9:
            bad.targets[1].price = Price::literal("120.3");
            break;
        default:
            bad.targets[0].price = {};
        }
        Rig rig;
        rig.ready();
        const CommandId command = rig.submitBracket(bad);
        QVERIFY(rig.isRefused(command));
        QCOMPARE(rig.count<PlaceOrder>(), 0);
        QCOMPARE(rig.desk.brackets().size(), std::size_t{0});
    }

    void aBracketIsKeptTogetherWithItsEntry()
    {
        Rig rig;
        rig.ready();
        rig.isDiskFailing = true;
        QVERIFY(rig.isRefused(rig.submitBracket(bracketPlan())));
        rig.isDiskFailing = false;
        rig.pass(1s);
        QCOMPARE(rig.desk.brackets().size(), std::size_t{0});
        const CommandId command = rig.submitBracket(bracketPlan());
        QVERIFY(rig.isTaken(command));
        QVERIFY(rig.notes.contains("bracket " + rig.id()));
    }

    void aBracketWhoseEntryIsDeniedIsForgotten()
    {
        Rig rig;
        rig.ready();
        rig.act([&] { rig.desk.stopOpening(rig.now, "key"); });
        QVERIFY(rig.isRefused(rig.submitBracket(bracketPlan())));
        rig.pass(1s);
        QCOMPARE(rig.desk.brackets().size(), std::size_t{0});
        QVERIFY(!rig.notes.contains("bracket " + rig.id()));
    }

    void aMarketEntryNeedsNoPriceToCompareWith()
    {
        BracketPlan atMarket = bracketPlan();
        atMarket.entry = market();
        Bracketed bracket{atMarket};
        bracket.fillAll();
        QCOMPARE(bracket.stopped(), qty("1"));
    }

    // ---- protection

    void aFilledEntryGetsItsStopAndItsTargets_data()
    {
        QTest::addColumn<int>("side");
        QTest::addColumn<int>("leg");
        QTest::newRow("long") << int(Side::Buy) << int(PositionSide::Both);
        QTest::newRow("short") << int(Side::Sell) << int(PositionSide::Both);
        QTest::newRow("long leg") << int(Side::Buy) << int(PositionSide::Long);
        QTest::newRow("short leg") << int(Side::Sell) << int(PositionSide::Short);
    }
    void aFilledEntryGetsItsStopAndItsTargets()
    {
        QFETCH(int, side);
        QFETCH(int, leg);
        const auto entrySide = static_cast<Side>(side);
        const auto entryLeg = static_cast<PositionSide>(leg);
        Bracketed bracket{bracketPlan(entrySide, entryLeg)};
        bracket.fillAll();
        QCOMPARE(bracket.stopped(), qty("1"));
        const NewOrder stop = bracket.stops().front().request;
        QCOMPARE(stop.side, opposite(entrySide));
        QCOMPARE(stop.positionSide, entryLeg);
        QCOMPARE(stop.triggerPrice, Price::of(100 - 10 * signOf(entrySide)));
        QCOMPARE(stop.reduceOnly, entryLeg == PositionSide::Both); // hedge mode takes none
        QVERIFY(isReducing(stop));
        QCOMPARE(bracket.targets().size(), std::size_t{2});
        QCOMPARE(bracket.targeted(), qty("1"));
        bracket.rig.pass(1min);
        QCOMPARE(bracket.rig.alerts(Alert::Kind::Unprotected), 0);
        QCOMPARE(bracket.rig.count<PlaceOrder>(), 4);
    }

    void aStopThatFiresTakesTheRestOfTheEntryAway()
    {
        Bracketed bracket;
        Rig &rig = bracket.rig;
        rig.fill(bracket.entry, "0.4");
        rig.pass(2s);
        const std::string stop = bracket.stops().front().clientOrderId();
        QVERIFY(rig.order(bracket.entry).isOpen());
        rig.hear(rig.venue.trigger(stop, rig.now));
        rig.pass(1s);
        QCOMPARE(rig.order(bracket.entry).endReason, EndReason::Canceled);
        rig.fill(stop, "0.4");
        rig.pass(2s);
        QVERIFY(rig.position().isZero());
        QCOMPARE(rig.desk.brackets().size(), std::size_t{0});
    }

    void theStopIsVerifiedOnce()
    {
        Bracketed bracket;
        bracket.fillAll();
        bracket.rig.pass(2s);
        QCOMPARE(bracket.rig.count<QueryOrder>(), 1);
        QCOMPARE(bracket.rig.last<QueryOrder>().ref.clientOrderId, bracket.stops().front().clientOrderId());
    }

    void theStopFollowsPartialFillsWithoutAMomentWithoutStop()
    {
        Bracketed bracket;
        Rig &rig = bracket.rig;
        rig.fill(bracket.entry, "0.4");
        rig.pass(300ms);
        QCOMPARE(bracket.stopped(), qty("0.4"));
        const std::string first = bracket.stops().front().clientOrderId();
        rig.forget();
        rig.holds = anyOf<CancelOrder>();
        rig.fill(bracket.entry, "0.6");
        rig.pass(1s);
        const auto requests = rig.all<SendRequest>();
        const auto isCancelOfFirst = [&](const SendRequest &one) {
            const auto *cancel = std::get_if<CancelOrder>(&one.what);
            return cancel != nullptr && cancel->ref.clientOrderId == first;
        };
        const auto isNewStop = [](const SendRequest &one) {
            const auto *placed = std::get_if<PlaceOrder>(&one.what);
            return placed != nullptr && placed->order.type == OrderType::StopMarket;
        };
        const auto placedAt = std::ranges::find_if(requests, isNewStop);
        const auto cancelledAt = std::ranges::find_if(requests, isCancelOfFirst);
        QVERIFY(placedAt < cancelledAt && cancelledAt != requests.end());
        QVERIFY(bracket.protectedAtVenue() >= qty("1"));
        rig.answerAll();
        rig.pass(2s);
        QCOMPARE(bracket.stopped(), qty("1"));
    }

    void whileTheNewStopIsUnderWayTheOldOneStays()
    {
        Bracketed bracket;
        Rig &rig = bracket.rig;
        rig.fill(bracket.entry, "0.4");
        rig.pass(300ms);
        rig.holds = anyOf<PlaceOrder>();
        rig.forget();
        rig.fill(bracket.entry, "0.6");
        rig.pass(2s);
        QCOMPARE(rig.count<CancelOrder>(), 0);
        QCOMPARE(bracket.protectedAtVenue(), qty("0.4"));
        rig.answerAll();
        rig.pass(2s);
        QCOMPARE(bracket.stopped(), qty("1"));
        QVERIFY(rig.count<CancelOrder>() > 0);
    }

    void anEntryThatFillsInASteadyTrickleIsProtectedWithinTwoSeconds()
    {
        BracketPlan large = bracketPlan();
        large.entry.quantity = qty("10");
        Bracketed bracket{large};
        for (int n = 0; n < 30; ++n) {
            bracket.rig.fill(bracket.entry, "0.1");
            bracket.rig.pass(100ms);
            QVERIFY2(n < 20 || bracket.protectedAtVenue().isPositive(), qPrintable(QString::number(n)));
        }
        QVERIFY(bracket.rig.count<PlaceOrder>() < 8);
        bracket.rig.pass(2s);
        QCOMPARE(bracket.stopped(), qty("3"));
        QCOMPARE(bracket.rig.alerts(Alert::Kind::Unprotected), 0);
    }

    void aFillThatOnlyTheAnswerToldIsProtectedToo()
    {
        // The answer says "filled", the stream is silent: the executions come by question only.
        BracketPlan atMarket = bracketPlan();
        atMarket.entry = market();
        Rig rig;
        rig.ready();
        rig.isStreamDown = true;
        rig.script = [&](const SendRequest &request) -> std::optional<DeskAnswer> {
            const auto *placed = std::get_if<PlaceOrder>(&request.what);
            if (placed == nullptr || placed->order.type != OrderType::Market) {
                return std::nullopt;
            }
            rig.venue.accept(placed->order, rig.now);
            rig.venue.fill(placed->order.clientOrderId, placed->order.quantity, rig.now);
            return DeskVenue::done(rig.venue.orders.at(placed->order.clientOrderId));
        };
        rig.submitBracket(atMarket);
        rig.pass(1s);
        QCOMPARE(rig.desk.brackets().size(), std::size_t{1});
        const auto stop = std::ranges::find_if(rig.venue.orders,
            [](const auto &entry) { return entry.second.request.type == OrderType::StopMarket; });
        QVERIFY(stop != rig.venue.orders.end());
        QCOMPARE(stop->second.request.quantity, qty("1"));
        rig.pass(10s);
        QCOMPARE(rig.position(), qty("1"));
        QCOMPARE(rig.alerts(Alert::Kind::Unprotected), 0);
    }

    void targetsThatFillShrinkTheStop()
    {
        Bracketed bracket;
        bracket.fillAll();
        bracket.rig.fill(bracket.targets().front().clientOrderId(), "0.5");
        bracket.rig.pass(2s);
        QCOMPARE(bracket.stopped(), qty("0.5"));
        QCOMPARE(bracket.targets().size(), std::size_t{1});
        bracket.rig.fill(bracket.targets().front().clientOrderId(), "0.5");
        bracket.rig.pass(2s);
        QVERIFY(bracket.stops().empty());
        QVERIFY(bracket.isOver());
        QVERIFY(bracket.rig.position().isZero());
        QCOMPARE(bracket.rig.desk.loadCount(), std::size_t{0});
        QVERIFY(!bracket.rig.notes.contains("bracket " + bracket.entry));
    }

    void aFilledStopCancelsTheTargets()
    {
        Bracketed bracket;
        bracket.fillAll();
        const std::string stop = bracket.stops().front().clientOrderId();
        bracket.rig.hear(bracket.rig.venue.trigger(stop, bracket.rig.now));
        bracket.rig.pass(1s);
        QCOMPARE(bracket.rig.count<PlaceOrder>(), 4); // no second stop while it is being closed
        bracket.rig.fill(stop, "1");
        bracket.rig.pass(2s);
        QVERIFY(bracket.targets().empty());
        QVERIFY(bracket.isOver());
        QCOMPARE(bracket.rig.alerts(Alert::Kind::Unprotected), 0);
    }

    void anEntryCancelledAfterAPartialFillKeepsItsPartProtected()
    {
        Bracketed bracket;
        bracket.rig.fill(bracket.entry, "0.4");
        bracket.rig.cancel(bracket.entry);
        bracket.rig.pass(1s);
        QCOMPARE(bracket.stopped(), qty("0.4"));
        QCOMPARE(bracket.targeted(), qty("0.4"));
        QCOMPARE(bracket.rig.desk.brackets().size(), std::size_t{1});
    }

    void anEntryCancelledWithoutAFillLeavesNothing()
    {
        Bracketed bracket;
        bracket.rig.cancel(bracket.entry);
        bracket.rig.pass(1s);
        QVERIFY(bracket.isOver());
        QCOMPARE(bracket.rig.count<PlaceOrder>(), 1);
    }

    void anEntryThatStillFillsGetsItsTargetsAfterAWhile()
    {
        Bracketed bracket;
        bracket.rig.fill(bracket.entry, "0.4");
        bracket.rig.pass(1s);
        QVERIFY(bracket.targets().empty());
        bracket.rig.pass(3s);
        QCOMPARE(bracket.targeted(), qty("0.4"));
        bracket.rig.fill(bracket.entry, "0.6");
        bracket.rig.pass(5s);
        QCOMPARE(bracket.targeted(), qty("1"));
        QCOMPARE(bracket.stopped(), qty("1"));
    }

    void aPositionClosedByHandSweepsTheOrphans()
    {
        Bracketed bracket;
        bracket.fillAll();
        bracket.rig.submit(closing());
        bracket.rig.fill(bracket.rig.id(), "1");
        bracket.rig.pass(2s);
        QVERIFY(bracket.rig.desk.ledger().openOrders().empty());
        QVERIFY(bracket.isOver());
    }

    void aPositionReducedElsewhereShrinksStopAndTargets()
    {
        Bracketed bracket;
        bracket.fillAll();
        const Fill fill = bracket.rig.venue.strike(btc, Side::Sell, qty("0.7"), bracket.rig.now);
        bracket.rig.hear(TradeHistory{{fill}});
        bracket.rig.pass(3s);
        QCOMPARE(bracket.stopped(), qty("0.3"));
        QCOMPARE(bracket.targeted(), qty("0.3")); // together no more than there is
    }

    // ---- what goes wrong

    void aStopBeyondTheMarketClosesAtTheMarket()
    {
        Bracketed bracket;
        bracket.rig.script = refuses(OrderType::StopMarket, Outcome::Rejected, -2021);
        bracket.rig.isMarketLiquid = true;
        bracket.fillAll();
        bracket.rig.pass(1s);
        QVERIFY(bracket.rig.position().isZero());
        QCOMPARE(bracket.rig.alerts(Alert::Kind::Unprotected), 1);
        QVERIFY(bracket.isOver());
        QCOMPARE(bracket.rig.count<PlaceOrder>(), 5); // entry, stop, targets, close
    }

    void aCloseThatIsRefusedIsTriedAgainWithPauses()
    {
        Bracketed bracket;
        bracket.rig.script = [](const SendRequest &request) -> std::optional<DeskAnswer> {
            const auto *placed = std::get_if<PlaceOrder>(&request.what);
            return placed != nullptr && placed->order.type != OrderType::Limit
                       ? std::optional{DeskVenue::answer(Outcome::Rejected, -2021)}
                       : std::nullopt;
        };
        bracket.fillAll();
        bracket.rig.pass(10s);
        QVERIFY(bracket.rig.count<PlaceOrder>() <= 10); // of them six closes
        bracket.rig.script = nullptr;
        bracket.rig.isMarketLiquid = true;
        bracket.rig.pass(35s);
        QVERIFY(bracket.rig.position().isZero());
        QVERIFY(bracket.isOver());
    }

    void aRefusedStopIsRetriedWithPausesAndWarned()
    {
        Bracketed bracket;
        bracket.rig.script = refuses(OrderType::StopMarket, Outcome::Rejected, -4045);
        bracket.fillAll();
        bracket.rig.pass(60s);
        QVERIFY(bracket.rig.count<PlaceOrder>() < 15);
        QCOMPARE(bracket.rig.alerts(Alert::Kind::Unprotected), 1);
        QVERIFY(bracket.rig.notes.at("bracket " + bracket.entry).size() < 400); // refusals do not pile up
        bracket.rig.script = nullptr;
        bracket.rig.pass(35s);
        QCOMPARE(bracket.stopped(), qty("1"));
        QCOMPARE(bracket.targeted(), qty("1"));
    }

    void aRefusedTargetIsRetriedWithPausesAndThenLeft()
    {
        Bracketed bracket;
        bracket.rig.script = refuses(OrderType::Limit, Outcome::Rejected, -2022);
        bracket.fillAll();
        bracket.rig.pass(10min);
        QCOMPARE(bracket.rig.count<PlaceOrder>(), 2 + 2 * 5);
        QCOMPARE(bracket.stopped(), qty("1"));
    }

    void aStopThatTheExchangeCancelsIsPlacedAnew()
    {
        Bracketed bracket;
        bracket.fillAll();
        bracket.rig.end(bracket.stops().front().clientOrderId(), OrderStatus::Expired);
        bracket.rig.pass(1s);
        QCOMPARE(bracket.stopped(), qty("1"));
        QCOMPARE(bracket.rig.alerts(Alert::Kind::Unprotected), 0);
    }

    void aStopWhoseAnswerIsLostIsDoubledAfterThreeSecondsAndTidiedUp()
    {
        Bracketed bracket;
        Rig &rig = bracket.rig;
        rig.script = [](const SendRequest &request) -> std::optional<DeskAnswer> {
            const auto *placed = std::get_if<PlaceOrder>(&request.what);
            const bool isStop = placed != nullptr && placed->order.type == OrderType::StopMarket;
            return isStop || asks<QueryOrder>(request) ? std::optional{DeskVenue::answer(Outcome::Unknown)}
                                                       : std::nullopt;
        };
        bracket.fillAll();
        rig.pass(2s);
        QCOMPARE(bracket.stops().size(), std::size_t{1});
        rig.script = nullptr;
        rig.isStreamDown = true;
        rig.pass(2s);
        QVERIFY(bracket.protectedAtVenue() >= qty("1"));
        QCOMPARE(rig.alerts(Alert::Kind::Unprotected), 1);
        rig.pass(5min);
        QCOMPARE(bracket.stopped(), qty("1"));
    }

    void stopsThatAreAllLostDoNotPileUp()
    {
        Bracketed bracket;
        bracket.rig.script = refuses(OrderType::StopMarket, Outcome::Unknown, -1007);
        bracket.fillAll();
        bracket.rig.pass(60s);
        QVERIFY(bracket.rig.count<PlaceOrder>() < 15);
    }

    void whileNothingMayLeaveTheStopIsTriedOn()
    {
        Bracketed bracket;
        Rig &rig = bracket.rig;
        rig.act([&] { rig.desk.close(rig.now, GateCause::Pause, "A pause.", rig.now + 20s); });
        bracket.fillAll();
        rig.pass(10s);
        QCOMPARE(rig.count<PlaceOrder>(), 1);
        QCOMPARE(rig.alerts(Alert::Kind::Unprotected), 1);
        rig.pass(60s);
        QCOMPARE(bracket.stopped(), qty("1"));
        QCOMPARE(bracket.targeted(), qty("1"));
    }

    void aStopThatTheUserCancelsStaysOffAndTheWindowSaysSo()
    {
        Bracketed bracket;
        bracket.fillAll();
        bracket.rig.cancel(bracket.stops().front().clientOrderId());
        bracket.rig.pass(30s);
        QCOMPARE(bracket.stopped(), qty("0"));
        QCOMPARE(bracket.rig.alerts(Alert::Kind::Unprotected), 1);
        QCOMPARE(bracket.targeted(), qty("1")); // what was not touched goes on
    }

    void closingTheSymbolEndsTheBracket()
    {
        Bracketed bracket;
        bracket.fillAll();
        bracket.rig.isMarketLiquid = true;
        bracket.rig.emergency(EmergencyAction::Kind::CloseSymbol, btc);
        bracket.rig.pass(3s);
        QVERIFY(bracket.rig.desk.ledger().openOrders().empty());
        QVERIFY(bracket.isOver());
        QCOMPARE(bracket.rig.desk.loadCount(), std::size_t{0});
    }
};

QTEST_APPLESS_MAIN(BracketKeeperTest)
#include "bracket_keeper_test.moc"
