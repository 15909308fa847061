#include "app/sqlite_database.h"

#include <QTest>

#include <sqlite3.h>

using namespace app;
using domain::ErrorCode;

/// What the trader reads, and what the journal does, when SQLite fails.
class SqliteDatabaseTest : public QObject
{
    Q_OBJECT
private slots:
    void eachFailureHasASentenceThatSaysWhatToDo_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("full") << SQLITE_FULL << QByteArray{"free some space"};
        QTest::newRow("read-only") << SQLITE_READONLY << QByteArray{"cannot be written"};
        QTest::newRow("read-only after a move") << SQLITE_READONLY_DBMOVED << QByteArray{"cannot be written"};
        QTest::newRow("no permission") << SQLITE_PERM << QByteArray{"check its permissions"};
        QTest::newRow("cannot be opened") << SQLITE_CANTOPEN << QByteArray{"check its permissions"};
        QTest::newRow("reading") << SQLITE_IOERR_READ << QByteArray{"disk reports an error"};
        QTest::newRow("syncing") << SQLITE_IOERR_FSYNC << QByteArray{"disk reports an error"};
        QTest::newRow("busy") << SQLITE_BUSY << QByteArray{"Another program"};
        QTest::newRow("locked") << SQLITE_LOCKED << QByteArray{"Another program"};
        QTest::newRow("damaged") << SQLITE_CORRUPT_INDEX << QByteArray{"damaged"};
        QTest::newRow("no database") << SQLITE_NOTADB << QByteArray{"damaged"};
        QTest::newRow("memory") << SQLITE_NOMEM << QByteArray{"The database says: out of memory."};
    }
    void eachFailureHasASentenceThatSaysWhatToDo()
    {
        QFETCH(int, code);
        QFETCH(QByteArray, expected);
        const auto error = SqliteDatabase::errorOf(nullptr, code);
        QCOMPARE(error.code, ErrorCode::Storage);
        QVERIFY2(QByteArray::fromStdString(error.detail).contains(expected), error.detail.c_str());
        QCOMPARE(error.venueCode, code & 0xff);
        QCOMPARE(SqliteDatabase::isFull(error), code == SQLITE_FULL);
        QCOMPARE(SqliteDatabase::isDamage(error), code == SQLITE_CORRUPT_INDEX || code == SQLITE_NOTADB);
        QVERIFY(!SqliteDatabase::isRefusal(error));
    }

    void aWrongStatementIsARefusalInTheDatabasesOwnWords()
    {
        auto database = SqliteDatabase::open(":memory:");
        QVERIFY(database);
        for (const auto &error : {database->execute("SELECT x").error(), database->value("SELECT x").error(),
                 database->number("SELECT x").error(), database->prepare("SELECT x").error()}) {
            QVERIFY2(error.detail.find("no such column: x") != std::string::npos, error.detail.c_str());
            QVERIFY(SqliteDatabase::isRefusal(error));
            QVERIFY(!SqliteDatabase::isDamage(error));
        }
        QVERIFY(database->execute("CREATE TABLE t (x UNIQUE); INSERT INTO t VALUES (1)"));
        QVERIFY(SqliteDatabase::isRefusal(database->execute("INSERT INTO t VALUES (1)").error()));
        QVERIFY(SqliteDatabase::isRefusal(*std::make_unique<domain::Error>())); // not the database's at all
    }

    void aValueThatCannotBeBoundIsNotKeptAsNothing()
    {
        auto database = SqliteDatabase::open(":memory:");
        QVERIFY(database->execute("CREATE TABLE t (x)"));
        sqlite3_limit(database->handle(), SQLITE_LIMIT_LENGTH, 100);
        auto insert = database->prepare("INSERT INTO t VALUES (?)");
        QVERIFY(insert);
        const std::string tooLong(101, 'x');
        insert->bind(0, tooLong);
        QVERIFY(SqliteDatabase::isRefusal(insert->run().error()));
        insert->bindBlob(0, tooLong);
        QVERIFY(SqliteDatabase::isRefusal(insert->run().error()));
        QCOMPARE(database->number("SELECT count(*) FROM t").value_or(-1), std::int64_t{0});
        insert->bind(0, std::int64_t{7});
        QVERIFY(insert->run());
        QCOMPARE(database->number("SELECT x FROM t").value_or(-1), std::int64_t{7});
    }

    void whatIsNotThereReadsAsNothing()
    {
        auto database = SqliteDatabase::open(":memory:");
        QVERIFY(database->execute(
            "CREATE TABLE t (text, number, bytes); INSERT INTO t VALUES (NULL, NULL, NULL)"));
        QCOMPARE(database->value("SELECT text FROM t").value_or("x"), std::string{});
        QCOMPARE(database->value("SELECT text FROM t WHERE number = 1").value_or("x"), std::string{});
        QCOMPARE(database->number("SELECT number FROM t").value_or(1), std::int64_t{0});
        QCOMPARE(database->number("SELECT number FROM t WHERE number = 1").value_or(1), std::int64_t{0});
        QVERIFY(database->each("SELECT bytes FROM t",
            [](const SqliteStatement &row) -> domain::Result<bool> { return row.blob(0).empty(); }));
    }

    void aRowThatIsRefusedEndsTheReading()
    {
        auto database = SqliteDatabase::open(":memory:");
        QVERIFY(database->execute("CREATE TABLE t (x); INSERT INTO t VALUES (1), (2), (3)"));
        int rows = 0;
        const auto read =
            database->each("SELECT x FROM t", [&](const SqliteStatement &row) -> domain::Result<bool> {
                ++rows;
                if (row.number(0) == 2) {
                    return SqliteDatabase::damage("The second row is damaged.");
                }
                return true;
            });
        QVERIFY(!read);
        QCOMPARE(read.error().detail, std::string{"The second row is damaged."});
        QCOMPARE(rows, 2);
    }
};

QTEST_GUILESS_MAIN(SqliteDatabaseTest)
#include "sqlite_database_test.moc"
