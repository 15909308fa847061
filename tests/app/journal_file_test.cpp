#include "app/journal_file.h"
#include "app/journal_text.h"
#include "app/sqlite_database.h"
#include "tests/support/journal_script.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace app;
using namespace domain;
using support::JournalScript;

namespace
{

const Timestamp now = timestampFromMs(1'760'000'000'000);
const QString memory = QStringLiteral(":memory:");

/// A file as version 1 wrote it: one order sent and working, one only asked for, one over.
constexpr const char *goldenVersion1 = R"(
PRAGMA journal_mode = WAL;
PRAGMA application_id = 1212437041;
CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;
CREATE TABLE intents (number INTEGER PRIMARY KEY AUTOINCREMENT, client_order_id TEXT NOT NULL UNIQUE,
    intent_at INTEGER NOT NULL, sent_at INTEGER NOT NULL DEFAULT 0, symbol TEXT NOT NULL, side TEXT NOT NULL,
    position_side TEXT NOT NULL, type TEXT NOT NULL, time_in_force TEXT NOT NULL, quantity TEXT NOT NULL,
    price TEXT NOT NULL, trigger_price TEXT NOT NULL, activate_price TEXT NOT NULL,
    callback_rate TEXT NOT NULL, working_type TEXT NOT NULL, reduce_only INTEGER NOT NULL,
    close_position INTEGER NOT NULL, phase TEXT NOT NULL, end_reason TEXT NOT NULL,
    order_id INTEGER NOT NULL, child_order_id INTEGER NOT NULL, status TEXT NOT NULL,
    conditional_status TEXT NOT NULL, cancel_requested INTEGER NOT NULL, executed_quantity TEXT NOT NULL,
    average_price TEXT NOT NULL, updated_at INTEGER NOT NULL, venue_code INTEGER NOT NULL,
    reason TEXT NOT NULL) STRICT;
CREATE INDEX intents_by_phase ON intents (phase);
INSERT INTO migrations VALUES (1, 1759000000000);
PRAGMA user_version = 1;
INSERT INTO meta VALUES ('install_id', '0A1B2'), ('boot', '41');
INSERT INTO intents VALUES (1, 't0A1B20001000001A', 1759000000100, 1759000000200, 'BTCUSDT', 'BUY', 'BOTH',
    'LIMIT', 'GTC', '0.01', '60000.5', '0', '0', '0', 'MARK_PRICE', 0, 0, 'WORKING', 'NONE',
    8389765519993908929, 0, 'PARTIALLY_FILLED', '', 1, '0.004', '60000.1', 1759000000300, 0, '');
INSERT INTO intents VALUES (2, 't0A1B200010000028', 1759000000400, 0, 'ETHUSDT', 'SELL', 'SHORT',
    'STOP_MARKET', 'GTE_GTC', '0', '0', '3000', '0', '0', 'CONTRACT_PRICE', 0, 1, 'QUEUED', 'NONE',
    0, 0, '', '', 0, '0', '0', 1759000000400, 0, '');
INSERT INTO intents VALUES (3, 't0A1B200010000036', 1759000000500, 1759000000600, 'BTCUSDT', 'BUY', 'BOTH',
    'LIMIT', 'GTX', '0.01', '60000', '0', '0', '0', 'MARK_PRICE', 1, 0, 'DONE', 'REJECTED', 0, 0, 'REJECTED',
    '', 0, '0', '0', 1759000000700, -5022, 'Post Only order will be rejected.');
)";

} // namespace

class JournalFileTest : public QObject
{
    Q_OBJECT
    static QString pathIn(const QTemporaryDir &folder)
    {
        return folder.filePath(QStringLiteral("journal.sqlite"));
    }
    static void makeVersion1(const QTemporaryDir &folder)
    {
        QFile{pathIn(folder)}.open(QIODevice::WriteOnly);
        auto database = SqliteDatabase::open(pathIn(folder).toStdString());
        QVERIFY(database && database->execute(goldenVersion1));
    }

private slots:
    void aFileOfVersion1IsTakenOverWhole()
    {
        const QTemporaryDir folder;
        makeVersion1(folder);
        for (int start = 0; start < 2; ++start) {
            auto file = JournalFile::open(pathIn(folder), now);
            QVERIFY2(file, file ? "" : file.error().detail.c_str());
            QCOMPARE(file->installId(), std::string{"0A1B2"});
            QCOMPARE(file->boot(), 42U + static_cast<unsigned>(start));
            QVERIFY(file->notice().isEmpty());
            QVERIFY(!file->past().isRebuilt);
            QCOMPARE(file->head().sequence, std::int64_t{3});

            const auto orders = file->recent(10);
            QCOMPARE(orders->size(), std::size_t{3});
            const Order &rejected = orders->at(0);
            QCOMPARE(rejected.endReason, EndReason::Rejected);
            QCOMPARE(rejected.venueCode, -5022);
            QCOMPARE(rejected.reasonText, std::string{"Post Only order will be rejected."});
            QVERIFY(rejected.request.reduceOnly);
            const auto &unresolved = file->past().unresolved;
            QCOMPARE(unresolved.size(), std::size_t{2});
            QCOMPARE(unresolved[0].orderId, std::int64_t{8'389'765'519'993'908'929});
            QCOMPARE(unresolved[0].executedQty, Quantity::literal("0.004"));
            QVERIFY(unresolved[0].cancelRequested);
            QVERIFY(unresolved[0].createdAt == timestampFromMs(1'759'000'000'100));
            QCOMPARE(unresolved[1].phase, OrderPhase::InFlight);
            QVERIFY(unresolved[1].request.closePosition);
            QCOMPARE(unresolved[1].request.triggerPrice, Price::of(3'000));
        }
    }

    void aFileCanBeInMemory()
    {
        JournalFileOptions options;
        options.installNumber = 7;
        auto file = JournalFile::open(memory, now, options);
        QVERIFY2(file, file ? "" : file.error().detail.c_str());
        QCOMPARE(file->installId(), client_order_ids::installId(7));
        for (const JournalEntries &entries : JournalScript{}.appends(20)) {
            QVERIFY(file->append(entries, now));
        }
        QVERIFY(file->verify());
        QVERIFY(file->past().unresolved.empty());
        QVERIFY(file->startAnew());
        QCOMPARE(file->boot(), 2U);
        QCOMPARE(file->past().unresolved.size(), std::size_t{2}); // 7 and 14
        QCOMPARE(file->past().notes.at("checkpoint BTCUSDT"), std::string{"10"});
    }

    void whatIsKeptReadsTheSame()
    {
        auto file = JournalFile::open(memory, now);
        Order order = JournalScript::order(JournalScript::id(1));
        order.reasonText = std::string{"quote \" backslash \\ line\n zero \0 bad \xff end", 43};
        QVERIFY(file->append(JournalEntries{JournalIntent{order}}, now));
        const Order kept = file->recent(1)->front();
        QVERIFY(kept.reasonText.starts_with("quote \" backslash \\ line\n zero "));
        order.reasonText = kept.reasonText;
        QVERIFY(kept == order);

        const OrderMoment moment{order.clientOrderId(), now, OrderMoment::Kind::Sent, "über “alles”"};
        QVERIFY(file->append(JournalEntries{moment, OrderMoment{"other", now, {}, {}}}, now));
        const auto story = file->story(order.clientOrderId());
        QCOMPARE(story->size(), std::size_t{1});
        QVERIFY(story->front() == moment);

        Fill fill;
        fill.symbol = "BTCUSDT";
        fill.tradeId = 9'007'199'254'740'993; // beyond what a double holds
        fill.commission = Money::literal("-0.000000000001");
        fill.price = Price::literal("0.00000001");
        const auto fillAgain = journal_text::readFill(journal_text::write(fill));
        QVERIFY(fillAgain && *fillAgain == fill);
    }

    void theSameFillIsOneFill()
    {
        auto file = JournalFile::open(memory, now);
        Fill fill;
        fill.symbol = "BTCUSDT";
        fill.tradeId = 5;
        QVERIFY(file->append(JournalEntries{fill, fill}, now));
        fill.commission = Money::of(1);
        QVERIFY(file->append(JournalEntries{fill}, now));
        QCOMPARE(file->head().sequence, std::int64_t{3});
        QVERIFY(file->verify());
    }

    void aNoteIsForgottenByAnEmptyValue()
    {
        auto file = JournalFile::open(memory, now);
        QVERIFY(file->append(JournalEntries{JournalNote{"a", "1"}, JournalNote{"b", "2"}}, now));
        QVERIFY(file->append(JournalEntries{JournalNote{"a", ""}, JournalNote{"b", "3"}}, now));
        QVERIFY(!file->append(JournalEntries{JournalNote{"", "1"}}, now));
        QVERIFY(file->verify() && file->startAnew());
        QCOMPARE(file->past().notes, (std::map<std::string, std::string>{{"b", "3"}}));
    }

    void whateverIsChangedInTheFileIsFound_data()
    {
        QTest::addColumn<QByteArray>("change");
        QTest::newRow("an entry's text")
            << QByteArray{"UPDATE entries SET payload = payload || ' ' WHERE sequence = 5"};
        QTest::newRow("an entry's time") << QByteArray{"UPDATE entries SET at = at + 1 WHERE sequence = 5"};
        QTest::newRow("an entry's kind") << QByteArray{"UPDATE entries SET kind = 'SEEN' WHERE sequence = 5"};
        QTest::newRow("an entry is gone") << QByteArray{"DELETE FROM entries WHERE sequence = 5"};
        QTest::newRow("the last entry is gone")
            << QByteArray{"DELETE FROM entries WHERE sequence = (SELECT max(sequence) FROM entries)"};
        QTest::newRow("an entry is put in")
            << QByteArray{"INSERT INTO entries SELECT sequence + 1, at, kind, subject, payload, chain FROM "
                          "entries ORDER BY sequence DESC LIMIT 1"};
        QTest::newRow("the head") << QByteArray{"UPDATE head SET sequence = sequence - 1"};
        QTest::newRow("no head") << QByteArray{"DELETE FROM head"};
        QTest::newRow("no beginning") << QByteArray{"DELETE FROM anchors"};
        QTest::newRow("an order is over")
            << QByteArray{"UPDATE orders SET phase = 'DONE' WHERE phase <> 'DONE'"};
        QTest::newRow("an order's text")
            << QByteArray{"UPDATE orders SET payload = replace(payload, '65000', '65001') WHERE number = 2"};
        QTest::newRow("an order is gone") << QByteArray{"DELETE FROM orders WHERE number = 2"};
        QTest::newRow("an order of before")
            << QByteArray{"UPDATE orders SET (entry, payload) = (SELECT sequence, payload FROM entries WHERE "
                          "kind = 'INTENT' LIMIT 1), phase = 'QUEUED' WHERE number = 1"};
        QTest::newRow("a fill is gone") << QByteArray{"DELETE FROM fills WHERE trade_id = 9000000001"};
        QTest::newRow("a note") << QByteArray{"UPDATE notes SET payload = replace(payload, '10', '11')"};
    }
    void whateverIsChangedInTheFileIsFound()
    {
        QFETCH(QByteArray, change);
        const QTemporaryDir folder;
        {
            auto file = JournalFile::open(pathIn(folder), now);
            QVERIFY(file);
            for (const JournalEntries &entries : JournalScript{}.appends(15)) {
                QVERIFY(file->append(entries, now));
            }
            QVERIFY(file->verify());
        }
        {
            auto database = SqliteDatabase::open(pathIn(folder).toStdString());
            QVERIFY(database && database->execute(change.toStdString()));
            QVERIFY(database->changes() > 0);
        }
        auto file = JournalFile::open(pathIn(folder), now);
        QVERIFY2(file, file ? "" : file.error().detail.c_str());
        QVERIFY(file->past().isRebuilt);
        QVERIFY(file->notice().contains(QStringLiteral("damaged")));
    }

    void aLongLogIsCheckedFromAnAnchor()
    {
        JournalFileOptions options;
        options.check = {1'000, 500};
        const QTemporaryDir folder;
        {
            auto file = JournalFile::open(pathIn(folder), now, options);
            JournalEntries many;
            for (int n = 0; n < 25'000; ++n) {
                many.push_back(JournalNote{"n" + std::to_string(n % 50), std::to_string(n)});
            }
            QVERIFY(file->append(many, now));
            QVERIFY(file->verify());
        }
        const auto rebuilt = [&](const char *change) {
            {
                auto database = SqliteDatabase::open(pathIn(folder).toStdString());
                if (!database || !database->execute(change)) {
                    return true;
                }
            }
            auto file = JournalFile::open(pathIn(folder), now, options);
            return !file || file->past().isRebuilt;
        };
        QVERIFY(!rebuilt("SELECT 1"));
        QVERIFY(rebuilt("UPDATE entries SET payload = '{}' WHERE sequence = 24400"));
    }

    void anAppendInMemoryIsFast()
    {
        auto file = JournalFile::open(memory, now);
        const auto appends = JournalScript{}.appends(2'000);
        QElapsedTimer timer;
        timer.start();
        for (const JournalEntries &entries : appends) {
            QVERIFY(file->append(entries, now));
        }
        const double us = static_cast<double>(timer.nsecsElapsed()) / 1'000.0 /
                          static_cast<double>(file->head().sequence) * 3;
        qInfo("%.1f us for three entries", us);
        QVERIFY2(us < 600, qPrintable(QString::number(us))); // generous: other programs, sanitizers
    }
};

QTEST_GUILESS_MAIN(JournalFileTest)
#include "journal_file_test.moc"
