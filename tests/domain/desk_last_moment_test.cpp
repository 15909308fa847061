#include "tests/support/desk_rig.h"

#include <QTest>

using namespace support::desk;
using Outcome = DeskAnswer::Outcome;

namespace
{

std::string textOf(const std::optional<Error> &error)
{
    return error ? error->detail : std::string{};
}

/// The time lines kept so far, as "KIND text".
std::vector<std::string> storyOf(const Rig &rig, const std::string &id)
{
    std::vector<std::string> lines;
    for (const KeepEntries &kept : rig.all<KeepEntries>()) {
        for (const JournalEntry &entry : kept.entries) {
            const auto *moment = std::get_if<OrderMoment>(&entry);
            if (moment != nullptr && moment->clientOrderId == id) {
                lines.push_back(std::string{toWord(moment->kind)} + ' ' + moment->text);
            }
        }
    }
    return lines;
}

} // namespace

/// What may leave is asked once more in the moment before it would; and answers that come too late, twice, or
/// without what they should hold.
class DeskLastMomentTest : public QObject
{
    Q_OBJECT
private slots:
    void anOrderThatWasCancelledInTheQueueMayNotLeave()
    {
        Rig rig;
        rig.ready();
        rig.queues = anyOf<PlaceOrder>();
        rig.submit(limit());
        const RequestId waiting = rig.pending<PlaceOrder>();
        QVERIFY(!rig.desk.whyNotNow(rig.now, waiting));
        std::optional<Error> why;
        rig.act([&] {
            rig.desk.cancel(rig.now, 77, btc, rig.id());
            why = rig.desk.whyNotNow(rig.now, waiting); // before the queue has heard of it
        });
        QVERIFY(textOf(why).find("taken back") != std::string::npos);
        QCOMPARE(why->code, ErrorCode::Cancelled);
        QVERIFY(textOf(rig.desk.whyNotNow(rig.now, waiting)).find("taken back") != std::string::npos);
        QCOMPARE(rig.placements.count(rig.id()), std::size_t{0});
    }

    void anOrderThatGrewTooOldInTheQueueMayNotLeave_data()
    {
        QTest::addColumn<bool>("isClosing");
        QTest::addColumn<qint64>("lifeMs");
        QTest::newRow("opening") << false << qint64{2'000};
        QTest::newRow("closing") << true << qint64{10'000};
    }
    void anOrderThatGrewTooOldInTheQueueMayNotLeave()
    {
        QFETCH(bool, isClosing);
        QFETCH(qint64, lifeMs);
        Rig rig;
        rig.ready();
        rig.queues = anyOf<PlaceOrder>();
        rig.submit(isClosing ? closing() : limit());
        const RequestId waiting = rig.pending<PlaceOrder>();
        QVERIFY(!rig.desk.whyNotNow(rig.now + Milliseconds{lifeMs}, waiting));
        const auto why = rig.desk.whyNotNow(rig.now + Milliseconds{lifeMs + 1}, waiting);
        QVERIFY(textOf(why).find("could not be sent in time") != std::string::npos);
        rig.answerAll();
    }

    void aClosingOrderThatTheGateHoldsMayNotLeaveMeanwhile()
    {
        Rig rig;
        rig.ready();
        rig.queues = anyOf<PlaceOrder>();
        rig.submit(closing());
        const RequestId waiting = rig.pending<PlaceOrder>();
        std::optional<Error> why;
        rig.act([&] {
            rig.desk.close(rig.now, GateCause::Pause, "The exchange asked for a pause.");
            why = rig.desk.whyNotNow(rig.now, waiting);
        });
        QVERIFY(textOf(why).find("taken back") != std::string::npos);
        rig.act([&] { rig.desk.close(rig.now, GateCause::Ban, "Banned."); }); // stricter still
        QVERIFY(rig.order().isOpen());
        rig.act([&] {
            rig.desk.open(rig.now, GateCause::Ban);
            rig.desk.open(rig.now, GateCause::Pause);
        });
        rig.queues = nullptr;
        rig.pass(1s);
        QCOMPARE(rig.placements.at(rig.id()), 1); // it waited for the gate
    }

    void aChangeOfAnOrderThatIsToGoMayNotLeave()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit());
        rig.queues = anyOf<AmendOrder, CancelOrder>();
        rig.amend(rig.id(), 101);
        const RequestId change = rig.pending<AmendOrder>();
        QVERIFY(!rig.desk.whyNotNow(rig.now, change));
        std::optional<Error> why;
        rig.act([&] {
            rig.desk.cancel(rig.now, 77, btc, rig.id());
            why = rig.desk.whyNotNow(rig.now, change);
        });
        QVERIFY(textOf(why).find("taken back") != std::string::npos);
        QVERIFY(!rig.desk.whyNotNow(rig.now, rig.pending<CancelOrder>())); // a cancel always may
        rig.answerAll();
    }

    void aChangeOfAnOrderThatWasFilledMayNotLeave()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit());
        rig.queues = anyOf<AmendOrder>();
        rig.amend(rig.id(), 101);
        const RequestId change = rig.pending<AmendOrder>();
        rig.fill(rig.id(), "1");
        QVERIFY(textOf(rig.desk.whyNotNow(rig.now, change)).find("taken back") != std::string::npos);
        rig.answerAll();
    }

    void aRequestThatNobodyKnowsMayNotLeave()
    {
        Rig rig;
        rig.ready();
        QVERIFY(textOf(rig.desk.whyNotNow(rig.now, 9'999)).find("taken back") != std::string::npos);
    }

    void whatNobodyWaitsForChangesNothing()
    {
        Rig rig;
        rig.ready();
        rig.forget();
        rig.act([&] {
            rig.desk.onKept(rig.now, 9'999, true);
            rig.desk.onHandedOver(rig.now, 9'999, rig.now, 3s);
            rig.desk.onAnswer(rig.now, 9'999, DeskVenue::answer(Outcome::Done));
        });
        QVERIFY(rig.told.empty());
        QVERIFY(rig.desk.isQuiet());
    }

    void anAnswerWithoutTheOrderLeavesItInDoubtUntilItIsLookedUp()
    {
        Rig rig;
        rig.ready();
        rig.script = [&rig](const SendRequest &request) -> std::optional<DeskAnswer> {
            if (const auto *placed = std::get_if<PlaceOrder>(&request.what)) {
                rig.venue.accept(placed->order, rig.now);
                return DeskVenue::answer(Outcome::Done, 0, {});
            }
            return std::nullopt;
        };
        const CommandId command = rig.submit(limit());
        QCOMPARE(rig.order().phase, OrderPhase::InFlight);
        QVERIFY(!rig.reply(command));
        QVERIFY(!rig.desk.isQuiet()); // though no request is under way
        rig.pass(12s);
        QCOMPARE(rig.order().phase, OrderPhase::Working);
        QCOMPARE(rig.placements.at(rig.id()), 1);
        QVERIFY(rig.reply(command));
    }

    void aQueryAnsweredWithoutTheOrderIsAskedAgain()
    {
        Rig rig;
        rig.ready();
        int queries = 0;
        rig.script = [&](const SendRequest &request) -> std::optional<DeskAnswer> {
            if (asks<PlaceOrder>(request)) {
                rig.venue.accept(std::get<PlaceOrder>(request.what).order, rig.now);
                return DeskVenue::answer(Outcome::Unknown);
            }
            if (asks<QueryOrder>(request) && ++queries <= 2) {
                return DeskVenue::answer(Outcome::Done, 0, {});
            }
            return std::nullopt;
        };
        rig.submit(limit());
        QCOMPARE(rig.order().phase, OrderPhase::Unknown);
        QCOMPARE(rig.desk.unknownCount(), 1);
        rig.pass(4s);
        QCOMPARE(rig.order().phase, OrderPhase::Working);
        QCOMPARE(queries, 3);
        QCOMPARE(rig.desk.unknownCount(), 0);
    }

    void aClosingOrderThatTheStreamKnowsAfterAllIsNotSentAgain()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "2");
        rig.script = [&rig](const SendRequest &request) -> std::optional<DeskAnswer> {
            if (const auto *placed = std::get_if<PlaceOrder>(&request.what)) {
                rig.venue.accept(placed->order, rig.now);
                return DeskVenue::answer(Outcome::NotExecuted, -1008, "overloaded"); // which is not true
            }
            return std::nullopt;
        };
        rig.submit(closing());
        QCOMPARE(rig.order().phase, OrderPhase::Queued); // waits for its second try
        rig.hear(DeskVenue::engineReport(rig.venue.orders.at(rig.id())));
        QCOMPARE(rig.order().phase, OrderPhase::Working);
        rig.pass(5s);
        QCOMPARE(rig.placements.at(rig.id()), 1);
        rig.fill(rig.id(), "1");
        QCOMPARE(rig.position(), qty("1"));
    }

    void aClosingOrderOnItsWayToTheDiskWhenTheProgramEndsIsGivenUp()
    {
        Rig rig;
        rig.ready();
        rig.hold(Side::Buy, "1");
        rig.isDiskSlow = true;
        const CommandId command = rig.submit(closing());
        QVERIFY(!rig.desk.isQuiet());
        rig.act([&] { rig.desk.stop(rig.now); });
        rig.keepAll();
        QVERIFY(rig.isRefused(command));
        QVERIFY(!rig.order().isOpen());
        QCOMPARE(rig.placements.count(rig.id()), std::size_t{0});
    }

    void atTheEndOfTheProgramNothingIsLookedUpAnyMore()
    {
        Rig rig;
        rig.ready();
        rig.script = [](const SendRequest &request) {
            return asks<PlaceOrder>(request) ? std::optional{DeskVenue::answer(Outcome::Unknown)}
                                             : std::nullopt;
        };
        rig.submit(limit());
        rig.act([&] { rig.desk.stop(rig.now); });
        rig.forget();
        rig.pass(60s);
        QVERIFY(rig.all<SendRequest>().empty());
        QCOMPARE(rig.order().phase, OrderPhase::Unknown); // the next run finds it in the journal
        QCOMPARE(rig.past().unresolved.size(), std::size_t{1});
    }

    void theStorySaysWhatWasAskedForAndWhere()
    {
        Rig rig;
        rig.ready();
        NewOrder stop = stopMarket();
        stop.closePosition = true;
        rig.act([&] { rig.desk.submit(rig.now, 70, stop, {"chart", rig.now}); });
        QCOMPARE(storyOf(rig, rig.id()).front(),
            std::string{"ASKED STOP_MARKET SELL position BTCUSDT trigger 90, from chart"});
        rig.act([&] { rig.desk.submit(rig.now, 71, limit(), {"", rig.now}); });
        QCOMPARE(storyOf(rig, rig.id()).front(), std::string{"ASKED LIMIT BUY 1 BTCUSDT at 100"});
    }

    void quietMeansThatNothingIsUnderWayOrInDoubt()
    {
        Rig rig;
        rig.ready();
        QVERIFY(rig.desk.isQuiet());
        rig.isDiskSlow = true;
        rig.holds = anyOf<PlaceOrder>();
        rig.submit(limit());
        QVERIFY(!rig.desk.isQuiet()); // waits for the disk
        rig.keepAll();
        QVERIFY(!rig.desk.isQuiet()); // waits for the exchange
        rig.answerAll();
        QVERIFY(rig.desk.isQuiet()); // it works
        rig.venue.strike(eth, Side::Buy, qty("1"), rig.now);
        rig.venue.fills.clear();
        rig.holds = anyOf<ReadTrades>();
        rig.reconcile();
        QVERIFY(!rig.desk.isQuiet()); // a position differs
        rig.answerAll();
    }

    void onlyAnOrderInQuarantineIsConfirmedAsGone()
    {
        Rig rig;
        rig.ready();
        rig.submit(limit());
        const auto confirm = [&](const Symbol &symbol, const std::string &id) {
            Result<Order> done;
            rig.act([&] { done = rig.desk.confirmGone(rig.now, symbol, id); });
            return done;
        };
        QVERIFY(!confirm(btc, "nobody's"));
        QVERIFY(!confirm(btc, rig.id())); // it works
        rig.venue.orders.clear();         // the exchange forgets it
        rig.pass(3min);
        QCOMPARE(rig.order().phase, OrderPhase::Quarantined);
        QVERIFY(!confirm(eth, rig.id()));
        const auto gone = confirm(btc, rig.id());
        QVERIFY(gone);
        QVERIFY(!gone->isOpen());
        QVERIFY(gone->reasonText.find("You confirmed") != std::string::npos);
        QVERIFY(!confirm(btc, rig.id())); // once
        QVERIFY(rig.isTaken(rig.submit(limit())));
    }
};

QTEST_APPLESS_MAIN(DeskLastMomentTest)
#include "desk_last_moment_test.moc"
