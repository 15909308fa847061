#include "models/domain/market/book_synchronizer.h"
#include "tests/support/fixtures.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <map>
#include <rapidcheck.h>

using namespace domain;

namespace
{

BookLevel level(int price, int quantity)
{
    return {Price::of(price), Quantity::of(quantity)};
}

BookUpdate update(std::int64_t first, std::int64_t last, std::int64_t previous,
    std::vector<BookLevel> bids = {}, std::vector<BookLevel> asks = {}, std::int64_t atMs = 0)
{
    return {"BTCUSDT", first, last, previous, std::move(bids), std::move(asks), timestampFromMs(atMs)};
}

BookSnapshot snapshot(std::int64_t id)
{
    return {"BTCUSDT", id, {level(100, 1), level(99, 2)}, {level(101, 3), level(102, 4)}, {}};
}

std::vector<BookLevel> levelsOf(const QJsonValue &rows)
{
    std::vector<BookLevel> levels;
    for (const QJsonValue row : rows.toArray()) {
        levels.push_back({Price::literal(row[0].toString().toStdString()),
            Quantity::literal(row[1].toString().toStdString())});
    }
    return levels;
}

std::int64_t idOf(const QJsonObject &message, const char *name)
{
    return message[QLatin1StringView{name}].toInteger();
}

/// The book as the rules state it, without any regard for speed.
struct NaiveBook
{
    std::map<Price, Quantity, std::greater<>> bids;
    std::map<Price, Quantity> asks;

    template <class Side> static void put(Side &side, const std::vector<BookLevel> &levels)
    {
        for (const BookLevel &one : levels) {
            side[one.price] = one.quantity;
            if (one.quantity.isZero()) {
                side.erase(one.price);
            }
        }
    }
    template <class Side> static std::vector<BookLevel> list(const Side &side)
    {
        std::vector<BookLevel> levels;
        for (const auto &[price, quantity] : side) {
            levels.push_back({price, quantity});
        }
        return levels;
    }
};

} // namespace

class BookSynchronizerTest : public QObject
{
    Q_OBJECT
private slots:
    void buffersUntilTheSnapshotComes()
    {
        BookSynchronizer book{"BTCUSDT"};
        QVERIFY(book.needsSnapshot());
        QCOMPARE(book.onUpdate(update(10, 12, 9)), BookStep::Buffer);
        QCOMPARE(book.onUpdate(update(14, 16, 12, {level(100, 7)})), BookStep::Buffer);
        QCOMPARE(book.onSnapshot(snapshot(15)), BookStep::Apply);
        QVERIFY(book.isLive());
        QCOMPARE(book.lastUpdateId(), 16);
        QCOMPARE(book.book().bestBid()->quantity, Quantity::of(7));
    }

    void acceptsASnapshotThatFellBetweenTwoMessages()
    {
        BookSynchronizer book{"BTCUSDT"};
        book.onUpdate(update(20, 22, 15));
        QCOMPARE(book.onSnapshot(snapshot(15)), BookStep::Apply);
        QCOMPARE(book.lastUpdateId(), 22);
    }

    void asksForANewerSnapshotAndKeepsTheBuffer()
    {
        BookSynchronizer book{"BTCUSDT"};
        book.onUpdate(update(20, 22, 19));
        book.onUpdate(update(23, 25, 22));
        QCOMPARE(book.onSnapshot(snapshot(15)), BookStep::Resync);
        QVERIFY(book.needsSnapshot());
        QCOMPARE(book.bufferedCount(), std::size_t{2});
        QCOMPARE(book.onSnapshot(snapshot(21)), BookStep::Apply);
        QCOMPARE(book.lastUpdateId(), 25);
        QCOMPARE(book.resyncCount(), 1);
    }

    void idsMayJumpAsLongAsEachMessageNamesTheOneBefore()
    {
        BookSynchronizer book{"BTCUSDT"};
        book.onSnapshot(snapshot(15));
        QCOMPARE(book.onUpdate(update(14, 18, 13)), BookStep::Apply);
        QCOMPARE(book.onUpdate(update(30, 35, 18)), BookStep::Apply);
    }

    void aGapLeadsToAResyncAndTheMessageBehindItIsKept()
    {
        BookSynchronizer book{"BTCUSDT"};
        book.onSnapshot(snapshot(15));
        book.onUpdate(update(14, 18, 13));
        QCOMPARE(book.onUpdate(update(30, 35, 29)), BookStep::Resync);
        QVERIFY(!book.isLive());
        QCOMPARE(book.view(5).state, BookView::State::Syncing);
        QCOMPARE(book.resyncCount(), 1);
        QCOMPARE(book.onUpdate(update(36, 40, 35, {}, {level(101, 9)})), BookStep::Buffer);
        QCOMPARE(book.onSnapshot(snapshot(33)), BookStep::Apply);
        QCOMPARE(book.lastUpdateId(), 40);
        QCOMPARE(book.book().bestAsk()->quantity, Quantity::of(9));
    }

    void skipsWhatTheSnapshotAlreadyHoldsAndWhatComesTwice()
    {
        BookSynchronizer book{"BTCUSDT"};
        book.onSnapshot(snapshot(15));
        QCOMPARE(book.onUpdate(update(10, 14, 9, {level(100, 50)})), BookStep::Skip);
        QCOMPARE(book.onUpdate(update(15, 18, 14)), BookStep::Apply);
        QCOMPARE(book.onUpdate(update(15, 18, 14)), BookStep::Skip);
        QCOMPARE(book.onUpdate(update(19, 20, 18)), BookStep::Apply);
        QCOMPARE(book.book().bestBid()->quantity, Quantity::of(1));
    }

    void staysVisibleAsStaleWhileTheStreamIsBroken()
    {
        BookSynchronizer book{"BTCUSDT"};
        book.onSnapshot(snapshot(15));
        book.onDisconnected();
        QCOMPARE(book.view(5).state, BookView::State::Stale);
        QCOMPARE(book.view(5).bids.size(), std::size_t{2});
        QVERIFY(book.needsSnapshot());
        QCOMPARE(book.onUpdate(update(90, 95, 89)), BookStep::Buffer);
        QCOMPARE(book.onSnapshot(snapshot(92)), BookStep::Apply);
        QVERIFY(book.isLive());
    }

    void aBookThatStaysCrossedIsFetchedAnew()
    {
        BookSynchronizer book{"BTCUSDT"};
        book.onSnapshot(snapshot(15));
        QCOMPARE(book.onUpdate(update(14, 16, 13, {level(101, 1)}, {}, 1000)), BookStep::Apply);
        QVERIFY(book.book().isCrossed());
        QCOMPARE(book.onUpdate(update(17, 18, 16, {}, {}, 1900)), BookStep::Apply);
        QCOMPARE(book.onUpdate(update(19, 20, 18, {}, {}, 2000)), BookStep::Resync);
    }

    void aMomentOfCrossingIsForgiven()
    {
        BookSynchronizer book{"BTCUSDT"};
        book.onSnapshot(snapshot(15));
        book.onUpdate(update(14, 16, 13, {level(101, 1)}, {}, 1000));
        book.onUpdate(update(17, 18, 16, {level(101, 0)}, {}, 1200));
        QCOMPARE(book.onUpdate(update(19, 20, 18, {}, {}, 5000)), BookStep::Apply);
    }

    void theBufferIsBounded()
    {
        BookSynchronizer book{"BTCUSDT"};
        for (std::int64_t id = 1; id <= 5000; ++id) {
            book.onUpdate(update(id, id, id - 1));
        }
        QVERIFY(book.bufferedCount() <= 2000);
        QCOMPARE(book.onSnapshot(snapshot(4000)), BookStep::Apply);
        QCOMPARE(book.lastUpdateId(), 5000);
    }

    void deletingAnUnknownLevelIsNormal()
    {
        LocalBook book;
        book.reset({level(100, 1)}, {level(101, 1)});
        book.apply({level(50, 0)}, {level(150, 0), level(101, 0)});
        QCOMPARE(book.bidCount(), std::size_t{1});
        QVERIFY(!book.bestAsk());
        QVERIFY(!book.isCrossed());
    }

    void theDeepestLevelsAreDroppedBeyondTheBound()
    {
        LocalBook book{3};
        book.reset({level(10, 1), level(9, 1)}, {level(11, 1)});
        book.apply({level(12, 1), level(8, 1), level(7, 1)}, {level(13, 1), level(14, 1), level(15, 1)});
        QCOMPARE(book.bids(9), std::vector({level(12, 1), level(10, 1), level(9, 1)}));
        QCOMPARE(book.asks(9), std::vector({level(11, 1), level(13, 1), level(14, 1)}));
        QCOMPARE(book.asks(1), std::vector({level(11, 1)}));
    }

    void followsARecordedStreamWithoutAResync()
    {
        const QByteArray capture = support::fixture(QStringLiteral("capture/btcusdt_20240808.jsonl.gz"));
        if (capture.isEmpty()) {
            QSKIP("the recording is not here");
        }
        BookSynchronizer book{"BTCUSDT"};
        NaiveBook naive;
        std::vector<BookUpdate> received;
        std::int64_t snapshotId = 0;
        int applied = 0;
        for (qsizetype start = 0; start < capture.size();) {
            const qsizetype end = capture.indexOf('\n', start);
            const QByteArray line = capture.mid(start, end - start);
            start = end + 1;
            const bool isSnapshot = line.contains("\"lastUpdateId\"");
            if (!isSnapshot && !line.contains("@depth@")) {
                continue;
            }
            QJsonObject message = QJsonDocument::fromJson(line.mid(line.indexOf(' ') + 1)).object();
            if (isSnapshot) {
                snapshotId = idOf(message, "lastUpdateId");
                const BookSnapshot picture{"BTCUSDT", snapshotId, levelsOf(message[QStringLiteral("bids")]),
                    levelsOf(message[QStringLiteral("asks")]), {}};
                QCOMPARE(book.onSnapshot(picture), BookStep::Apply);
                NaiveBook::put(naive.bids, picture.bids);
                NaiveBook::put(naive.asks, picture.asks);
                for (const BookUpdate &one : received) {
                    if (one.lastUpdateId >= snapshotId) {
                        NaiveBook::put(naive.bids, one.bids);
                        NaiveBook::put(naive.asks, one.asks);
                    }
                }
                QVERIFY(received.back().lastUpdateId >= snapshotId); // it lies inside what was buffered
            } else {
                message = message[QStringLiteral("data")].toObject();
                const BookUpdate one{"BTCUSDT", idOf(message, "U"), idOf(message, "u"), idOf(message, "pu"),
                    levelsOf(message[QStringLiteral("b")]), levelsOf(message[QStringLiteral("a")]),
                    timestampFromMs(idOf(message, "T"))};
                if (snapshotId == 0) {
                    received.push_back(one);
                    QCOMPARE(book.onUpdate(one), BookStep::Buffer);
                } else {
                    QCOMPARE(book.onUpdate(one), BookStep::Apply);
                    NaiveBook::put(naive.bids, one.bids);
                    NaiveBook::put(naive.asks, one.asks);
                    ++applied;
                    QVERIFY(!book.book().isCrossed());
                }
            }
        }
        QVERIFY(applied > 6000);
        QCOMPARE(book.resyncCount(), 0);
        const BookView view = book.view(500);
        QCOMPARE(view.state, BookView::State::Live);
        QCOMPARE(view.bids.size(), std::size_t{500});
        auto bids = NaiveBook::list(naive.bids);
        auto asks = NaiveBook::list(naive.asks);
        bids.resize(500);
        asks.resize(500);
        QCOMPARE(view.bids, bids);
        QCOMPARE(view.asks, asks);
    }

    void equalsANaiveBookWhateverTheUpdatesAndLosses()
    {
        QVERIFY(rc::check("book equals the exchange's whenever it says Live", [] {
            NaiveBook truth;
            BookSynchronizer book{"BTCUSDT"};
            std::int64_t id = 100;
            std::int64_t previous = id;
            std::optional<BookSnapshot> onItsWay;
            const int steps = *rc::gen::inRange(1, 60);
            for (int step = 0; step < steps; ++step) {
                BookUpdate one = update(id + *rc::gen::inRange(1, 3), 0, previous);
                id = one.lastUpdateId = one.firstUpdateId + *rc::gen::inRange(0, 3);
                for (int n = *rc::gen::inRange(0, 4); n > 0; --n) {
                    one.bids.push_back(level(*rc::gen::inRange(1, 20), *rc::gen::inRange(0, 4)));
                    one.asks.push_back(level(*rc::gen::inRange(21, 40), *rc::gen::inRange(0, 4)));
                }
                previous = id;
                NaiveBook::put(truth.bids, one.bids);
                NaiveBook::put(truth.asks, one.asks);
                switch (*rc::gen::weightedElement<int>({{14, 0}, {2, 1}, {1, 2}, {3, 3}})) {
                case 1: // lost on the way
                    break;
                case 2: // delivered twice
                    book.onUpdate(one);
                    book.onUpdate(one);
                    break;
                default:
                    book.onUpdate(one);
                }
                if (onItsWay && *rc::gen::inRange(0, 3) == 0) {
                    book.onSnapshot(*onItsWay);
                    onItsWay.reset();
                }
                if (book.needsSnapshot() && !onItsWay) {
                    onItsWay = BookSnapshot{
                        "BTCUSDT", id, NaiveBook::list(truth.bids), NaiveBook::list(truth.asks), {}};
                }
                if (book.isLive() && book.lastUpdateId() == id) {
                    RC_ASSERT(book.book().bids(99) == NaiveBook::list(truth.bids));
                    RC_ASSERT(book.book().asks(99) == NaiveBook::list(truth.asks));
                }
                RC_ASSERT(book.lastUpdateId() <= id);
            }
        }));
    }
};

QTEST_APPLESS_MAIN(BookSynchronizerTest)
#include "book_synchronizer_test.moc"
