#include "tests/support/bracket_rig.h"

#include <QTest>

using namespace support::desk;

/// Brackets over a restart: what the journal keeps of them, and what is made of it.
class BracketRestartTest : public QObject
{
    Q_OBJECT
private slots:
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

    void aStopThatTheUserTookOffStaysOffAfterARestart()
    {
        Bracketed before;
        before.fillAll();
        before.rig.cancel(before.stops().front().clientOrderId());
        before.rig.pass(1s);
        Rig rig;
        rig.now = before.rig.now + 30s;
        rig.venue = before.rig.venue;
        rig.act([&] { rig.desk.restore(rig.now, before.rig.past()); });
        rig.ready();
        rig.pass(20s);
        QCOMPARE(rig.count<PlaceOrder>(), 0);
        Quantity targeted;
        for (const Order &order : rig.desk.ledger().openOrders()) {
            QVERIFY(!order.isConditional());
            targeted += order.remainingQty();
        }
        QCOMPARE(targeted, qty("1")); // what was not touched goes on
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
        keeper.begin("tAAAAA1", bracketPlan(Side::Sell, PositionSide::Short), at(0ms));
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
        keeper.begin("tAAAAA1", bracketPlan(), at(0ms));
        Order other;
        other.request.clientOrderId = "web_1";
        keeper.onOrder(other, at(0ms));
        keeper.childPlaced("tAAAAA9", BracketKeeper::stopRole, other, at(0ms));
        QVERIFY(!keeper.isChild("web_1"));
        QVERIFY(!keeper.verified("web_1"));
        QVERIFY(!keeper.verified("tAAAAA1"));
    }
};

QTEST_APPLESS_MAIN(BracketRestartTest)
#include "bracket_restart_test.moc"
