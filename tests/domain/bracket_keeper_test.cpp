#include "tests/support/desk_rig.h"

#include <QTest>

using namespace support::desk;
using Outcome = DeskAnswer::Outcome;

namespace
{

BracketPlan plan(Side side = Side::Buy, PositionSide positionSide = PositionSide::Both)
{
    const int sign = signOf(side);
    BracketPlan made;
    made.entry = limit(side);
    made.entry.positionSide = positionSide;
    made.stopTrigger = Price::of(100 - 10 * sign);
    made.targets = {{Price::of(100 + 10 * sign), Rate::literal("0.5")},
        {Price::of(100 + 20 * sign), Rate::literal("0.5")}};
    return made;
}

/// A desk with one bracket whose entry works.
struct Bracketed
{
    explicit Bracketed(const BracketPlan &plan = ::plan())
    {
        rig.ready();
        rig.submitBracket(plan);
        entry = rig.id();
        rig.pass(10ms);
    }
    std::vector<Order> open(OrderType type) const
    {
        std::vector<Order> found;
        for (const Order &order : rig.desk.ledger().openOrders()) {
            if (order.request.type == type && order.clientOrderId() != entry) {
                found.push_back(order);
            }
        }
        return found;
    }
    std::vector<Order> stops() const { return open(OrderType::StopMarket); }
    std::vector<Order> targets() const { return open(OrderType::Limit); }
    /// The stop's size, where there is exactly one.
    Quantity stopped() const { return stops().size() == 1 ? stops().front().request.quantity : Quantity{}; }
    Quantity targeted() const
    {
        Quantity sum;
        for (const Order &order : targets()) {
            sum += order.remainingQty();
        }
        return sum;
    }
    /// Stops and targets of a filled entry are there.
    void fillAll()
    {
        rig.fill(entry, "1");
        rig.pass(300ms);
    }
    /// The quantity that all live stops at the exchange protect.
    Quantity protectedAtVenue() const
    {
        Quantity sum;
        for (const auto &[id, order] : rig.venue.orders) {
            if (order.isOpen() && order.request.type == OrderType::StopMarket) {
                sum += order.remainingQty();
            }
        }
        return sum;
    }
    bool isOver() const { return rig.desk.brackets().size() == 0; }

    Rig rig;
    std::string entry;
};

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
        BracketPlan bad = plan();
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
        QVERIFY(rig.isRefused(rig.submitBracket(plan())));
        rig.isDiskFailing = false;
        rig.pass(1s);
        QCOMPARE(rig.desk.brackets().size(), std::size_t{0});
        const CommandId command = rig.submitBracket(plan());
        QVERIFY(rig.isTaken(command));
        QVERIFY(rig.notes.contains("bracket " + rig.id()));
    }

    void aBracketWhoseEntryIsDeniedIsForgotten()
    {
        Rig rig;
        rig.ready();
        rig.act([&] { rig.desk.stopOpening(rig.now, "key"); });
        QVERIFY(rig.isRefused(rig.submitBracket(plan())));
        rig.pass(1s);
        QCOMPARE(rig.desk.brackets().size(), std::size_t{0});
        QVERIFY(!rig.notes.contains("bracket " + rig.id()));
    }

    void aMarketEntryNeedsNoPriceToCompareWith()
    {
        BracketPlan atMarket = plan();
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
        Bracketed bracket{plan(entrySide, entryLeg)};
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
        BracketPlan large = plan();
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
        BracketPlan atMarket = plan();
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

    // ---- restart

    void aBracketIsTakenUpAgainAfterARestart_data()
    {
        QTest::addColumn<int>("when");
        QTest::newRow("before the entry fills") << 0;
        QTest::newRow("after a partial fill") << 1;
        QTest::newRow("right after the fill, before the stop") << 2;
        QTest::newRow("while the stop is under way") << 3;
        QTest::newRow("with stop and targets") << 4;
        QTest::newRow("after a target") << 5;
        QTest::newRow("filled while the program was off") << 6;
    }
    void aBracketIsTakenUpAgainAfterARestart()
    {
        QFETCH(int, when);
        Bracketed before;
        Quantity expected = qty("1");
        switch (when) {
        case 0:
            break;
        case 1:
            before.rig.fill(before.entry, "0.4");
            before.rig.pass(1s);
            break;
        case 2:
            before.rig.fill(before.entry, "1");
            break;
        case 3:
            before.rig.holds = anyOf<PlaceOrder>();
            before.fillAll();
            break;
        case 5:
            before.fillAll();
            before.rig.fill(before.targets().front().clientOrderId(), "0.5");
            before.rig.pass(10ms);
            expected = qty("0.5");
            break;
        default:
            before.fillAll();
        }
        const JournalPast past = before.rig.past();
        if (when == 3) { // both were taken by the exchange
            for (const SendRequest &request : before.rig.sent<PlaceOrder>()) {
                const NewOrder &order = std::get<PlaceOrder>(request.what).order;
                if (!before.rig.venue.orders.contains(order.clientOrderId)) {
                    before.rig.venue.accept(order, before.rig.now);
                }
            }
        }
        Rig rig;
        rig.now = before.rig.now + 30s;
        rig.venue = before.rig.venue;
        if (when == 0 || when == 1 || when == 6) {
            if (when != 6) {
                rig.venue.fill(before.entry, when == 0 ? qty("1") : qty("0.6"), rig.now - 10s);
            }
        }
        rig.act([&] { rig.desk.restore(rig.now, past); });
        rig.pass(5s); // no stream yet: nothing may happen, and time goes on
        QCOMPARE(rig.count<PlaceOrder>(), 0);
        rig.ready();
        rig.pass(20s);
        Quantity stopped;
        Quantity targeted;
        for (const Order &order : rig.desk.ledger().openOrders()) {
            (order.isConditional() ? stopped : targeted) += order.remainingQty();
        }
        QCOMPARE(rig.position(), expected);
        QCOMPARE(stopped, expected);
        QCOMPARE(targeted, expected);
        QVERIFY(rig.desk.gate().mayOpen());
        before.rig.answerAll();
    }

    void aBracketWhoseOrdersTheJournalHasEndedIsNotStuck()
    {
        Bracketed before;
        before.fillAll();
        JournalPast past = before.rig.past();
        past.unresolved.clear(); // their ends were kept, the bracket's note of them was not
        Rig rig;
        rig.now = before.rig.now + 30s;
        rig.venue = before.rig.venue;
        for (auto &[id, order] : rig.venue.orders) {
            order.phase = OrderPhase::Done;
            order.conditionalStatus = ConditionalStatus::Expired;
        }
        rig.act([&] { rig.desk.restore(rig.now, past); });
        rig.ready();
        rig.pass(5s);
        Quantity stopped;
        for (const Order &order : rig.desk.ledger().openOrders()) {
            stopped += order.isConditional() ? order.remainingQty() : Quantity{};
        }
        QCOMPARE(stopped, qty("1"));
    }

    void notesSurviveTheRoundTrip()
    {
        BracketKeeper keeper;
        keeper.begin("tAAAAA1", plan(Side::Sell, PositionSide::Short), at(0ms));
        const auto notes = keeper.takeNotes();
        QCOMPARE(notes.size(), std::size_t{1});
        QVERIFY(keeper.takeNotes().empty());
        BracketKeeper again;
        QVERIFY(again.restore(notes.front().first, notes.front().second, at(0ms)));
        QVERIFY(again.takeNotes().empty()); // the same text
        QCOMPARE(again.size(), std::size_t{1});
        QVERIFY(!again.isChild("tAAAAA2"));
    }

    void aDamagedNoteIsNoBracket_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray{};
        QTest::newRow("no stop") << QByteArray{"entry BTCUSDT BUY BOTH 1 0 1\n"};
        QTest::newRow("no entry") << QByteArray{"stop 90 MARK_PRICE\n"};
        QTest::newRow("other words") << QByteArray{"bracket x y z\nstop abc MARK_PRICE\n"};
    }
    void aDamagedNoteIsNoBracket()
    {
        QFETCH(QByteArray, text);
        BracketKeeper keeper;
        QVERIFY(!keeper.restore("tAAAAA1", text.toStdString(), at(0ms)));
        QCOMPARE(keeper.size(), std::size_t{0});
    }

    void othersOrdersAreNoBusinessOfTheKeeper()
    {
        BracketKeeper keeper;
        keeper.begin("tAAAAA1", plan(), at(0ms));
        Order other;
        other.request.clientOrderId = "web_1";
        keeper.onOrder(other, at(0ms));
        keeper.childPlaced("tAAAAA9", BracketKeeper::stopRole, other, at(0ms));
        QVERIFY(!keeper.isChild("web_1"));
        QVERIFY(!keeper.verified("web_1"));
        QVERIFY(!keeper.verified("tAAAAA1"));
    }
};

QTEST_APPLESS_MAIN(BracketKeeperTest)
#include "bracket_keeper_test.moc"
