#include "app/journal_export.h"
#include "app/journal_text.h"
#include "tests/support/journal_folder.h"
#include "tests/support/journal_version1.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>

using namespace app;
using namespace domain;
using support::JournalScript;

namespace
{

const Timestamp now = timestampFromMs(1'760'000'000'000);
const QString memory = QStringLiteral(":memory:");

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
        QVERIFY(database && database->execute(support::goldenVersion1));
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

    void aTableThatIsGoneIsFound()
    {
        const support::JournalFolder folder{15, false};
        {
            auto database = SqliteDatabase::open(folder.path().toStdString());
            QVERIFY(database && database->execute("DROP TABLE notes"));
        }
        auto file = JournalFile::open(folder.path(), now);
        QVERIFY2(file, file ? "" : file.error().detail.c_str());
        QVERIFY(file->past().isRebuilt);
        QCOMPARE(file->recent(1'000)->size(), folder.orders.size());
        QCOMPARE(file->past().notes.at("checkpoint BTCUSDT"), std::string{"10"}); // by the log
    }

    void aFileThatContradictsItselfAboutItsVersionIsDamaged_data()
    {
        QTest::addColumn<QByteArray>("change");
        QTest::newRow("older than it is") << QByteArray{"PRAGMA user_version = 1"};
        QTest::newRow("of no version") << QByteArray{"PRAGMA user_version = 0"};
        QTest::newRow("newer than it says") << QByteArray{"PRAGMA user_version = 7"};
        QTest::newRow("of another program") << QByteArray{"PRAGMA application_id = 7"};
    }
    void aFileThatContradictsItselfAboutItsVersionIsDamaged()
    {
        QFETCH(QByteArray, change);
        const support::JournalFolder folder{15, false};
        {
            auto database = SqliteDatabase::open(folder.path().toStdString());
            QVERIFY(database && database->execute(change.toStdString()));
        }
        auto file = JournalFile::open(folder.path(), now);
        QVERIFY2(file, file ? "" : file.error().detail.c_str());
        QVERIFY(file->past().isRebuilt);
        QCOMPARE(file->recent(1'000)->size(), folder.orders.size());
    }

    void idsNeverReturnWhenTheStartsAreUsedUp()
    {
        const support::JournalFolder folder{1, false};
        {
            auto database = SqliteDatabase::open(folder.path().toStdString());
            QVERIFY(database && database->execute("UPDATE meta SET value = " +
                                                  std::to_string(client_order_ids::bootLimit - 1) +
                                                  " WHERE name = 'boot'"));
        }
        auto file = JournalFile::open(folder.path(), now);
        QVERIFY(file && !file->past().isRebuilt);
        QVERIFY(file->installId() != folder.installId); // under another name they begin anew
        QCOMPARE(file->boot(), 1U);
        QCOMPARE(*file->recent(10), folder.orders);
    }

    void aDiskThatCannotKeepALogIsRefused()
    {
        JournalFileOptions options;
        options.vfs = "unix";
        const auto refused = JournalFile::open({}, now, options); // a file that has no name has no log
        QVERIFY(!refused);
        QVERIFY2(refused.error().detail.find("choose a data directory on a local disk") != std::string::npos,
            refused.error().detail.c_str());
    }

    void whatIsEmptyWritesNothing()
    {
        auto file = JournalFile::open(memory, now);
        QVERIFY(file->append({}, now));
        QVERIFY(file->appendAll({}, now));
        QVERIFY(file->appendAll(std::vector<JournalEntries>(3), now));
        QCOMPARE(file->head().sequence, std::int64_t{0});
    }

    void whereTheLogBeginsLaterNothingIsPruned()
    {
        auto file = JournalFile::open(memory, now);
        QVERIFY(file->append(JournalEntries(5, JournalNote{"a", "1"}), now));
        const auto refused = file->prune(100, now);
        QVERIFY(!refused);
        QVERIFY(refused.error().detail.find("does not reach back") != std::string::npos);
        QVERIFY(file->verify());
        QCOMPARE(file->head().sequence, std::int64_t{5});
    }

    void aRowThatCannotBeReadIsDamageWhereverItIsAskedFor()
    {
        auto file = JournalFile::open(memory, now);
        const Order order = JournalScript::order(JournalScript::id(1));
        QVERIFY(file->append(JournalEntries{JournalIntent{order}, JournalNote{"a", "1"},
                                 OrderMoment{order.clientOrderId(), now, {}, {}}},
            now));
        QVERIFY(file->database().execute("UPDATE orders SET payload = '{}'; UPDATE notes SET payload = '{}'; "
                                         "UPDATE entries SET payload = '{}'"));
        QVERIFY(SqliteDatabase::isDamage(file->recent(10).error()));
        QVERIFY(SqliteDatabase::isDamage(file->story(order.clientOrderId()).error()));
        QVERIFY(SqliteDatabase::isDamage(file->startAnew().error()));
        QVERIFY(SqliteDatabase::isDamage(file->prune(3, now).error()));
        const QTemporaryDir folder;
        const QString target = folder.filePath(QStringLiteral("all.csv"));
        const auto exported = journal_export::write(*file, target, ports::Journal::ExportFormat::Csv);
        QVERIFY(!exported && SqliteDatabase::isDamage(exported.error()));
        QVERIFY(!QFile::exists(target));
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
