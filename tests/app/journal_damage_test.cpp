#include "app/journal_salvage.h"
#include "tests/support/journal_folder.h"

#include <QTest>

#include <random>

using namespace app;
using namespace domain;
using support::JournalFolder;
using support::JournalScript;

namespace
{

const Timestamp now = JournalFolder::now;
constexpr int scriptOrders = 60;

int unresolvedOf(const std::vector<Order> &orders)
{
    return static_cast<int>(std::ranges::count_if(orders, &Order::isOpen));
}

} // namespace

/// Whatever happens to the files between two runs: nothing is lost, or it is said. No open order is forgotten
/// where it can be read.
class JournalDamageTest : public QObject
{
    Q_OBJECT
private slots:
    void aFlippedBitIsHarmlessOrSaid_data()
    {
        QTest::addColumn<bool>("isKilled");
        QTest::newRow("after an orderly end") << false;
        QTest::newRow("after a kill") << true;
    }
    void aFlippedBitIsHarmlessOrSaid()
    {
        QFETCH(bool, isKilled);
        const JournalFolder victim{scriptOrders, isKilled};
        const auto before = victim.files();
        std::mt19937 random{isKilled ? 2U : 1U};
        int said = 0;
        for (int n = 0; n < 100; ++n) {
            victim.restore(before);
            const QString name = isKilled && n % 2 == 0 ? victim.wal() : victim.path();
            QByteArray bytes = JournalFolder::bytesOf(name);
            // Every fifth one in the header, where one bit can mean anything.
            const auto range = static_cast<std::uint32_t>(n % 5 == 0 ? 100 : bytes.size());
            const auto at = static_cast<qsizetype>(random() % range);
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
            JournalFolder::put(name, bytes);
            const QString outcome = victim.outcome();
            QVERIFY2(outcome == u"whole" || outcome == u"rebuilt",
                qPrintable(QStringLiteral("%1 at %2: %3").arg(name).arg(at).arg(outcome)));
            said += outcome == u"rebuilt" ? 1 : 0;
        }
        qInfo("%d of 100 said", said);
        QVERIFY(said > 20);
    }

    void aTruncatedFileIsSaid()
    {
        const JournalFolder victim{scriptOrders, false};
        const auto before = victim.files();
        const QByteArray bytes = JournalFolder::bytesOf(victim.path());
        for (const double part : {0.0, 0.001, 0.01, 0.3, 0.5, 0.9, 0.99}) {
            victim.restore(before);
            JournalFolder::put(
                victim.path(), bytes.left(static_cast<qsizetype>(static_cast<double>(bytes.size()) * part)));
            QCOMPARE(victim.outcome(), QStringLiteral("rebuilt"));
        }
    }

    void aTruncatedOrMissingLogIsSaid()
    {
        const JournalFolder victim{scriptOrders, true};
        const auto before = victim.files();
        const QByteArray bytes = JournalFolder::bytesOf(victim.wal());
        QVERIFY(bytes.size() > 100'000);
        for (const double part : {0.0, 0.001, 0.3, 0.5, 0.9}) {
            victim.restore(before);
            JournalFolder::put(
                victim.wal(), bytes.left(static_cast<qsizetype>(static_cast<double>(bytes.size()) * part)));
            // Its end may be left over from an earlier round.
            const QString outcome = victim.outcome();
            QVERIFY2(outcome == u"rebuilt" || (part > 0.001 && outcome == u"whole"), qPrintable(outcome));
        }
        victim.restore(before);
        QVERIFY(QFile::remove(victim.wal()));
        QCOMPARE(victim.outcome(), QStringLiteral("rebuilt"));
    }

    void swappedPagesAreSaid()
    {
        const JournalFolder victim{scriptOrders, false};
        const auto before = victim.files();
        const QByteArray bytes = JournalFolder::bytesOf(victim.path());
        const auto pages = static_cast<std::uint32_t>(bytes.size() / 4096);
        std::mt19937 random{3};
        for (int n = 0; n < 20; ++n) {
            victim.restore(before);
            const auto one = static_cast<qsizetype>(1 + random() % (pages - 1)) * 4096;
            const auto other = static_cast<qsizetype>(1 + random() % (pages - 1)) * 4096;
            QByteArray swapped = bytes;
            swapped.replace(one, 4096, bytes.mid(other, 4096));
            swapped.replace(other, 4096, bytes.mid(one, 4096));
            JournalFolder::put(victim.path(), swapped);
            QCOMPARE(
                victim.outcome(), swapped == bytes ? QStringLiteral("whole") : QStringLiteral("rebuilt"));
        }
    }

    void anOlderCopyIsSaid()
    {
        const JournalFolder victim{scriptOrders, false};
        const auto older = victim.files();
        {
            auto file = JournalFile::open(victim.path(), now);
            Order order = JournalScript::order(client_order_ids::make(file->installId(), file->boot(), 1));
            QVERIFY(file->append(JournalEntries{JournalIntent{order}}, now));
        }
        JournalFolder::put(victim.path(), older.at(QStringLiteral("journal.sqlite")));
        QCOMPARE(victim.outcome(), QStringLiteral("rebuilt"));
        auto file = JournalFile::open(victim.path(), now);
        QVERIFY(!file->past().isRebuilt); // said once
        QCOMPARE(static_cast<int>(file->past().unresolved.size()), unresolvedOf(victim.orders));
    }

    void aMissingFileIsSaid()
    {
        const JournalFolder victim{scriptOrders, false};
        QVERIFY(QFile::remove(victim.path()));
        auto file = JournalFile::open(victim.path(), now);
        QVERIFY(file && file->past().isRebuilt);
        QVERIFY2(file->notice().contains(QStringLiteral("missing")), qPrintable(file->notice()));
        QVERIFY(file->installId() != victim.installId);
    }

    void openOrdersFillsAndNotesAreSaved()
    {
        const JournalFolder victim{scriptOrders, false};
        QByteArray bytes = JournalFolder::bytesOf(victim.path());
        // One letter in the text of one entry: its sum and the table beside it do not match any more.
        const auto at = bytes.indexOf("\"text\":\"orders panel\"");
        QVERIFY(at > 0);
        bytes[at + 8] = 'O';
        JournalFolder::put(victim.path(), bytes);
        auto file = JournalFile::open(victim.path(), now);
        QVERIFY(file && file->past().isRebuilt);
        const auto &past = file->past();
        QCOMPARE(static_cast<int>(past.unresolved.size()), unresolvedOf(victim.orders));
        QCOMPARE(past.notes.at("checkpoint BTCUSDT"), std::string{"50"});
        auto orders = *file->recent(1'000);
        QCOMPARE(orders.size(), victim.orders.size());
        QVERIFY2(file->notice().contains(QStringLiteral("with %1 orders").arg(victim.orders.size())),
            qPrintable(file->notice()));
        for (const Order &order : victim.orders) {
            QVERIFY(std::ranges::find(orders, order) != orders.end());
        }
    }

    void whatWasSavedOnceIsSavedAgain()
    {
        const JournalFolder victim{scriptOrders, false};
        const auto damage = [&](const char *change) {
            auto database = SqliteDatabase::open(victim.path().toStdString());
            QVERIFY(database && database->execute(change) && database->changes() > 0);
        };
        for (int times = 0; times < 2; ++times) {
            damage("UPDATE entries SET payload = payload || ' ' WHERE sequence = 1");
            auto file = JournalFile::open(victim.path(), now);
            QVERIFY(file && file->past().isRebuilt);
            QCOMPARE(static_cast<int>(file->past().unresolved.size()), unresolvedOf(victim.orders));
            QCOMPARE(file->past().notes.at("checkpoint BTCUSDT"), std::string{"50"});
            QCOMPARE(file->past().notes.count("pause"), std::size_t{0}); // it was forgotten, and stays so
        }
    }

    void aNoteThatIsNewerThanWhatTheLogProvesIsSaved()
    {
        const JournalFolder victim{scriptOrders, false};
        {
            auto database = SqliteDatabase::open(victim.path().toStdString());
            QVERIFY(database);
            QVERIFY(database->execute("UPDATE entries SET chain = zeroblob(32) WHERE sequence = (SELECT "
                                      "max(sequence) FROM entries WHERE subject = 'checkpoint BTCUSDT')"));
            QVERIFY(database->changes() > 0);
        }
        auto file = JournalFile::open(victim.path(), now);
        QVERIFY(file && file->past().isRebuilt);
        QCOMPARE(file->past().notes.at("checkpoint BTCUSDT"), std::string{"50"});
    }

    void ofAFileThatCannotBeCopiedNothingIsSaved()
    {
        const auto saved = journal_salvage::salvage(QStringLiteral("/no/such/journal.sqlite"));
        QVERIFY(saved.orders.empty() && saved.fills.empty() && saved.notes.empty());
    }

    void rowsThatNobodyWroteAreNoDamageToTheOthers()
    {
        const JournalFolder victim{scriptOrders, false};
        {
            auto database = SqliteDatabase::open(victim.path().toStdString());
            QVERIFY(
                database && database->execute("UPDATE fills SET payload = '[]'; UPDATE orders SET payload "
                                              "= '{}' WHERE number = 1; UPDATE notes SET payload = ''"));
        }
        auto file = JournalFile::open(victim.path(), now);
        QVERIFY(file && file->past().isRebuilt);
        QCOMPARE(file->recent(1'000)->size(), victim.orders.size()); // by what the log proves
        QCOMPARE(file->past().notes.at("checkpoint BTCUSDT"), std::string{"50"});
    }
};

QTEST_GUILESS_MAIN(JournalDamageTest)
#include "journal_damage_test.moc"
