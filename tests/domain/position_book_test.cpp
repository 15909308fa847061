#include "tests/support/desk_rig.h"

#include <QTest>

#include <rapidcheck.h>

using namespace support::desk;

namespace
{

Fill execution(Side side, const char *quantity, Milliseconds when, PositionSide leg = PositionSide::Both)
{
    Fill fill;
    fill.symbol = btc;
    fill.side = side;
    fill.positionSide = leg;
    fill.quantity = qty(quantity);
    fill.at = at(when);
    return fill;
}

const PositionBook::Leg both{btc, PositionSide::Both};

/// Answered at once, by clocks that agree.
std::vector<PositionBook::Difference> compare(
    PositionBook &book, const std::vector<PositionRow> &rows, Timestamp askedAt)
{
    return book.compare(rows, askedAt, askedAt);
}

} // namespace

class PositionBookTest : public QObject
{
    Q_OBJECT
private slots:
    void positionsAreTheSumOfExecutionsOfEachLeg()
    {
        PositionBook book;
        book.add(execution(Side::Buy, "2", 1s));
        book.add(execution(Side::Sell, "3", 2s));
        book.add(execution(Side::Sell, "1", 2s, PositionSide::Short));
        QCOMPARE(book.amount(btc, PositionSide::Both), qty("-1"));
        QCOMPARE(book.amount(btc, PositionSide::Short), qty("-1"));
        QVERIFY(book.amount(eth, PositionSide::Both).isZero());
        QCOMPARE(book.open().size(), std::size_t{2});
        book.add(execution(Side::Buy, "1", 3s));
        QCOMPARE(book.open().size(), std::size_t{1});
    }

    void anExecutionThatTheExchangesWordIncludesChangesNothing()
    {
        PositionBook book;
        book.adopt(both, qty("5"), at(10s));
        book.add(execution(Side::Buy, "1", 10s));
        QCOMPARE(book.amount(btc, PositionSide::Both), qty("5"));
        book.add(execution(Side::Buy, "1", 10'001ms));
        QCOMPARE(book.amount(btc, PositionSide::Both), qty("6"));
    }

    /// Seed 16 of the simulation's reconnects: what closed a position just before the first comparison found
    /// nothing was heard of afterwards and counted again.
    void anExecutionJustBeforeALegWasFoundFlatMayBePartOfThat()
    {
        for (const bool wasIncluded : {true, false}) {
            PositionBook book;
            QVERIFY(compare(book, {}, at(10s)).empty()); // flat
            book.add(execution(Side::Sell, "2", 9'500ms));
            book.add(execution(Side::Buy, "5", 20s));
            QCOMPARE(book.amount(btc, PositionSide::Both), qty("3"));
            const char *theirs = wasIncluded ? "5" : "3";
            QVERIFY(compare(book, {{btc, PositionSide::Both, qty(theirs), at(20s)}}, at(60s)).empty());
            QCOMPARE(book.amount(btc, PositionSide::Both), qty(theirs));
            book.add(execution(Side::Sell, "1", 61s));
            QCOMPARE(book.amount(btc, PositionSide::Both), qty(theirs) - qty("1"));
        }
        PositionBook book;
        QVERIFY(compare(book, {}, at(10s)).empty());
        book.add(execution(Side::Sell, "2", 10s)); // after the question: it would show as a position
        book.add(execution(Side::Buy, "5", 20s));
        QCOMPARE(
            compare(book, {{btc, PositionSide::Both, qty("5"), at(20s)}}, at(60s)).size(), std::size_t{1});
    }

    /// Seed 16 of the simulation's reconnects over a day: two executions had taken a leg away from flat and
    /// back before it was found flat, and both were heard of afterwards; the first counted as part of that
    /// word, the second did not.
    void whatWasNotHeardOfWhenALegWasFoundFlatMayBePartOfThat()
    {
        for (const bool isRestarted : {false, true}) {
            PositionBook first;
            first.add(execution(Side::Sell, "894.4", 1s));
            QVERIFY(compare(first, {{btc, PositionSide::Both, qty("-894.4"), at(1s)}}, at(4s)).empty());
            first.add(execution(Side::Buy, "894.4", 9s));
            QVERIFY(first.compare({}, at(11s), at(12s)).empty());
            PositionBook second;
            QVERIFY(second.restore(first.toText(both)));
            QCOMPARE(second.toText(both), first.toText(both));
            PositionBook &book = isRestarted ? second : first;
            book.add(execution(Side::Sell, "631.9", 5s));
            book.add(execution(Side::Buy, "631.9", 10'400ms));
            QVERIFY(book.isDoubtful(both)); // so that the exchange is asked again soon
            QVERIFY(book.compare({}, at(13s), at(14s)).empty());
            QVERIFY(book.amount(btc, PositionSide::Both).isZero());
        }
        PositionBook book;
        book.add(execution(Side::Buy, "1", 1s));
        book.add(execution(Side::Sell, "1", 2s));
        QVERIFY(book.compare({}, at(11s), at(12s)).empty());
        book.add(execution(Side::Sell, "4", 12s)); // after the answer
        QVERIFY(!book.isDoubtful(both));
        QCOMPARE(book.compare({}, at(20s), at(21s)).size(), std::size_t{1});
    }

    void whatIsAdoptedIsFollowedByTheExecutionsSince()
    {
        PositionBook book;
        book.add(execution(Side::Buy, "1", 10s));
        book.add(execution(Side::Buy, "2", 20s));
        book.adopt(both, qty("5"), at(15s));
        QCOMPARE(book.amount(btc, PositionSide::Both), qty("7"));
        book.add(execution(Side::Sell, "1", 12s)); // the exchange's word has it already
        QCOMPARE(book.amount(btc, PositionSide::Both), qty("7"));
    }

    /// Seed 11 of the simulation, after 1,129,788 orders: a position was adopted as flat, and what had closed
    /// it between question and answer was heard of afterwards and counted again.
    void anExecutionWhileALegWasAdoptedAsFlatMayBePartOfThat()
    {
        for (const bool wasIncluded : {true, false}) {
            PositionBook book;
            book.add(execution(Side::Buy, "4", 1s));
            book.adopt(both, {}, at(10s), at(12s));
            QVERIFY(book.toText(both).empty()); // which executions it holds is not known
            book.add(execution(Side::Sell, "4", 10'003ms));
            book.add(execution(Side::Buy, "5", 20s));
            const char *theirs = wasIncluded ? "5" : "1";
            QVERIFY(compare(book, {{btc, PositionSide::Both, qty(theirs), at(20s)}}, at(60s)).empty());
            QCOMPARE(book.amount(btc, PositionSide::Both), qty(theirs));
            QVERIFY(!book.toText(both).empty());
        }
        PositionBook book;
        book.adopt(both, {}, at(10s), at(12s));
        book.add(execution(Side::Sell, "4", 12s)); // after the answer
        QCOMPARE(compare(book, {}, at(60s)).size(), std::size_t{1});
    }

    void whatAgreesIsNoDifferenceAndWhatIsNotListedIsFlat()
    {
        PositionBook book;
        book.add(execution(Side::Buy, "2", 1s));
        QVERIFY(compare(book, {{btc, PositionSide::Both, qty("2"), at(1s)}}, at(60s)).empty());
        const auto differences = compare(book, {}, at(120s));
        QCOMPARE(differences.size(), std::size_t{1});
        QCOMPARE(differences.front().ours, qty("2"));
        QVERIFY(differences.front().theirs.isZero());
        QVERIFY(differences.front().since == at(60s));
        QVERIFY(!differences.front().isRecent);
    }

    void aDifferenceSaysWhenTheLegLastAgreed()
    {
        PositionBook book;
        const std::vector<PositionRow> rows{{btc, PositionSide::Both, qty("1"), at(10s)}};
        QVERIFY(compare(book, rows, at(20s)).front().since == Timestamp{}); // never
        QVERIFY(compare(book, rows, at(30s)).front().since == at(20s));     // flat, and not listed as open
        book.add(execution(Side::Buy, "2", 40s));
        const auto difference = compare(book, rows, at(50s)).front();
        QVERIFY(difference.since == at(30s)); // not the execution since: one before it may be missing
        QVERIFY(!difference.isRecent);
        QVERIFY(difference.until == at(10s));
        book.add(execution(Side::Buy, "2", 59s));
        QVERIFY(compare(book, rows, at(60s)).front().isRecent);
    }

    void anExecutionBetweenQuestionAndAnswerIsNoDifference()
    {
        PositionBook book;
        book.add(execution(Side::Buy, "2", 10s));
        book.add(execution(Side::Buy, "1", 60'030ms)); // heard before the answer, done after it was made
        QVERIFY(compare(book, {{btc, PositionSide::Both, qty("2"), at(10s)}}, at(60s)).empty());
        QCOMPARE(book.amount(btc, PositionSide::Both), qty("3"));
        // What is kept of it is the state before, up to the moment that the exchange named.
        QCOMPARE(book.toText(both), std::string{"BTCUSDT BOTH 2 1760000010000"});
        book.add(execution(Side::Sell, "0.5", 61s));
        QVERIFY(compare(book, {{btc, PositionSide::Both, qty("2.5"), at(61s)}}, at(62s)).empty());
        QCOMPARE(book.toText(both), std::string{"BTCUSDT BOTH 2.5 1760000061000"});
    }

    void aMissingExecutionShowsThroughOthersThatGoOn()
    {
        PositionBook book;
        QVERIFY(compare(book, {}, at(1s)).empty());
        for (int n = 0; n < 100; ++n) {
            book.add(execution(Side::Buy, "1", 10s + n * 100ms));
        }
        // Theirs holds one more since the beginning; the last three of ours came after its answer.
        const auto differences =
            compare(book, {{btc, PositionSide::Both, qty("98"), at(19'600ms)}}, at(19'650ms));
        QCOMPARE(differences.size(), std::size_t{1});
        QCOMPARE(differences.front().theirs - differences.front().ours, qty("1"));
    }

    void whatTheExchangeDoesNotHaveIsADifferenceHoweverOldItsWordIs()
    {
        PositionBook book;
        book.add(execution(Side::Buy, "2", 10s));
        book.add(execution(Side::Buy, "1", 20s)); // counted twice, say
        const auto differences = compare(book, {{btc, PositionSide::Both, qty("2"), at(10s)}}, at(90s));
        QCOMPARE(differences.size(), std::size_t{1});
        QCOMPARE(differences.front().ours, qty("3"));
    }

    void aFlatLegIsKeptALittleBeforeTheQuestion()
    {
        // Our clock may be ahead of theirs: an execution right after the answer must still count in the next
        // run.
        PositionBook book;
        book.add(execution(Side::Buy, "1", 10s));
        book.add(execution(Side::Sell, "1", 20s));
        QVERIFY(compare(book, {}, at(60s)).empty());
        PositionBook again;
        QVERIFY(again.restore(book.toText(both)));
        again.add(execution(Side::Buy, "1", 59'990ms));
        QCOMPARE(again.amount(btc, PositionSide::Both), qty("1"));
    }

    /// Seed 11 of the simulation: a word without a row was taken for one of an earlier moment that agreed as
    /// well, and kept with the later moment.
    void aKeptAmountIsThatOfItsMoment()
    {
        PositionBook book;
        book.adopt(both, qty("-3"), at(9s));
        book.add(execution(Side::Buy, "3", 9'811ms));
        book.add(execution(Side::Sell, "1", 10'182ms));
        QVERIFY(compare(book, {{btc, PositionSide::Both, qty("-1"), at(10'182ms)}}, at(11s)).empty());
        const std::string kept = book.toText(both);
        QCOMPARE(kept, "BTCUSDT BOTH -1 " + std::to_string(toMs(at(10'182ms))));
        book.add(execution(Side::Buy, "1", 11'132ms));
        QVERIFY(compare(book, {}, at(11'150ms)).empty()); // flat: as now, and as it was at 10.150
        QCOMPARE(book.toText(both), kept);
    }

    void aKeptLegIsReadAgain()
    {
        PositionBook book;
        book.add(execution(Side::Sell, "0.25", 5s, PositionSide::Short));
        const PositionBook::Leg leg{btc, PositionSide::Short};
        QVERIFY(book.toText(leg).empty()); // the exchange has not agreed yet: an execution may be missing
        QVERIFY(compare(book, {{btc, PositionSide::Short, qty("-0.25"), at(5s)}}, at(9s)).empty());
        const std::string text = book.toText(leg);
        QCOMPARE(text, std::string{"BTCUSDT SHORT -0.25 1760000005000"});
        PositionBook again;
        QVERIFY(again.restore(text) == leg);
        QCOMPARE(again.amount(btc, PositionSide::Short), qty("-0.25"));
        QCOMPARE(again.toText(leg), text);
        again.add(execution(Side::Sell, "0.25", 5s, PositionSide::Short)); // in it already
        QCOMPARE(again.amount(btc, PositionSide::Short), qty("-0.25"));
        QVERIFY(again.toText({eth, PositionSide::Both}).empty());
    }

    void aDamagedTextIsNoLeg_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray{};
        QTest::newRow("short") << QByteArray{"BTCUSDT BOTH 1"};
        QTest::newRow("no number") << QByteArray{"BTCUSDT BOTH one 1760000005000"};
        QTest::newRow("no time") << QByteArray{"BTCUSDT BOTH 1 soon"};
    }
    void aDamagedTextIsNoLeg()
    {
        QFETCH(QByteArray, text);
        PositionBook book;
        QVERIFY(!book.restore(text.toStdString()));
        QVERIFY(book.open().empty());
    }

    void anyExecutionsSurviveBeingKeptAndReadAgain()
    {
        QVERIFY(rc::check("text round trip", [] {
            PositionBook book;
            Quantity sum;
            for (int n = *rc::gen::inRange(0, 20); n > 0; --n) {
                const Side side = *rc::gen::element(Side::Buy, Side::Sell);
                Fill fill = execution(side, "0", Milliseconds{*rc::gen::inRange(0, 1'000'000)});
                fill.quantity =
                    Quantity::fromUnits(*rc::gen::inRange<std::int64_t>(1, 1'000'000'000'000'000));
                book.add(fill);
                sum += fill.quantity * signOf(side);
            }
            RC_ASSERT(compare(book, {{btc, PositionSide::Both, sum, at(1h)}}, at(1h)).empty());
            PositionBook again;
            again.restore(book.toText(both));
            RC_ASSERT(again.amount(btc, PositionSide::Both) == sum);
            RC_ASSERT(compare(again, {{btc, PositionSide::Both, sum, at(0s)}}, at(2h)).empty());
        }));
    }
};

QTEST_APPLESS_MAIN(PositionBookTest)
#include "position_book_test.moc"
