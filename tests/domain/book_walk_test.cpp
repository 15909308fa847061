#include "models/domain/market/average_true_range.h"
#include "models/domain/market/book_walk.h"

#include <QTest>

#include <rapidcheck.h>

using namespace domain;

namespace
{

BookLevel level(const char *price, const char *quantity)
{
    return {Price::literal(price), Quantity::literal(quantity)};
}

Candle candle(const char *high, const char *low, const char *close, bool isClosed = true)
{
    Candle made;
    made.high = Price::literal(high);
    made.low = Price::literal(low);
    made.open = made.close = Price::literal(close);
    made.isClosed = isClosed;
    return made;
}

} // namespace

class BookWalkTest : public QObject
{
    Q_OBJECT
private slots:
    void theBestLevelAloneCostsNothing()
    {
        const std::vector<BookLevel> asks{level("100", "2"), level("101", "3")};
        const auto fill = walkBook(asks, Quantity::of(2));
        QVERIFY(fill->average == Price::of(100));
        QVERIFY(fill->slippage().isZero());
        QCOMPARE(fill->levels, 1);
        QVERIFY(!fill->isThin());
    }

    void deeperLevelsAreAveragedIn()
    {
        const std::vector<BookLevel> bids{level("100", "2"), level("99", "3"), level("97", "10")};
        const auto fill = walkBook(bids, Quantity::of(8));
        // 2 * 100 + 3 * 99 + 3 * 97 = 788
        QVERIFY(fill->average == Price::literal("98.5"));
        QVERIFY(fill->worst == Price::of(97));
        QVERIFY(fill->slippage() == Price::literal("1.5"));
        QCOMPARE(fill->levels, 3);
    }

    void aThinBookSaysWhatItLacks()
    {
        const std::vector<BookLevel> asks{level("100", "1"), level("110", "1")};
        const auto fill = walkBook(asks, Quantity::of(4));
        QVERIFY(fill->isThin());
        QVERIFY(fill->filled == Quantity::of(2));
        QVERIFY(fill->missing == Quantity::of(2));
        QVERIFY(fill->average == Price::literal("107.5"));
    }

    void anEmptySideOrQuantityHasNoFill()
    {
        QVERIFY(!walkBook({}, Quantity::of(1)));
        const std::vector<BookLevel> asks{level("0", "1"), level("100", "0")};
        QVERIFY(!walkBook(asks, Quantity::of(1)));
        QVERIFY(!walkBook(std::vector<BookLevel>{level("100", "1")}, Quantity{}));
    }

    void moreIsNeverCheaperAndASummedSideAnswersTheSame()
    {
        QVERIFY(rc::check("monotone", [] {
            std::vector<BookLevel> asks;
            Price price = Price::of(100);
            const int count = *rc::gen::inRange(1, 30);
            for (int i = 0; i < count; ++i) {
                price += Price::of(*rc::gen::inRange<std::int64_t>(1, 50)) / 10;
                asks.push_back({price, Quantity::of(*rc::gen::inRange<std::int64_t>(1, 5'000)) / 1'000});
            }
            const Quantity less = Quantity::of(*rc::gen::inRange<std::int64_t>(1, 100'000)) / 1'000;
            const Quantity more = less + Quantity::of(*rc::gen::inRange<std::int64_t>(0, 50'000)) / 1'000;
            const BookSide side{asks, Quantity::of(1'000)};
            RC_ASSERT(side.fill(less)->average == walkBook(asks, less)->average);
            RC_ASSERT(side.fill(more)->average == walkBook(asks, more)->average);
            RC_ASSERT(side.fill(more)->missing == walkBook(asks, more)->missing);
            RC_ASSERT(side.fill(less)->slippage() <= side.fill(more)->slippage());
            RC_ASSERT(side.fill(more)->filled + side.fill(more)->missing == more);
        }));
    }

    void theTrueRangeSpansGaps()
    {
        QVERIFY(trueRange(candle("110", "105", "106"), Price::of(100)) == Price::of(10));
        QVERIFY(trueRange(candle("95", "90", "92"), Price::of(100)) == Price::of(10));
        QVERIFY(trueRange(candle("103", "98", "100"), Price::of(100)) == Price::of(5));
    }

    void theAverageIsWildersAndNeedsItsCandles()
    {
        std::vector<Candle> candles{candle("101", "99", "100")};
        for (int i = 0; i < 14; ++i) {
            QVERIFY(!averageTrueRange(candles));
            candles.push_back(candle("102", "98", "100")); // true range 4
        }
        QVERIFY(averageTrueRange(candles) == Price::of(4));
        candles.push_back(candle("109", "91", "100")); // true range 18: (4 * 13 + 18) / 14 = 5
        QVERIFY(averageTrueRange(candles) == Price::of(5));
        candles.push_back(candle("200", "50", "100", false)); // still open: left out
        QVERIFY(averageTrueRange(candles) == Price::of(5));
    }
};

QTEST_APPLESS_MAIN(BookWalkTest)
#include "book_walk_test.moc"
