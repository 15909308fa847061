#include "app/journal_place.h"
#include "tests/support/failing_disk.h"
#include "tests/support/journal_folder.h"

#include <QTest>

using namespace app;
using namespace domain;
using support::JournalFolder;
using support::JournalScript;

namespace
{

const Timestamp now = JournalFolder::now;

QString pathIn(const QTemporaryDir &folder)
{
    return folder.filePath(QStringLiteral("journal.sqlite"));
}

/// A folder where a file should be.
bool block(const QString &path)
{
    return QDir{}.mkpath(path);
}

} // namespace

/// The journal's files as files: where they lie, what stands in their way, and what is told of it.
class JournalPlaceTest : public QObject
{
    Q_OBJECT
private slots:
    void aPlaceThatMayLoseWhatItKeepsIsNamed_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<unsigned>("fileSystem");
        QTest::addColumn<QString>("expected");
        const QString home = QStringLiteral("/home/ann/data/journal.sqlite");
        QTest::newRow("ext4") << home << 0xef53U << QString{};
        QTest::newRow("not known") << home << 0U << QString{};
        QTest::newRow("NFS") << home << 0x6969U << QStringLiteral("network");
        QTest::newRow("SMB") << home << 0xfe534d42U << QStringLiteral("network");
        QTest::newRow("FUSE") << home << 0x65735546U << QStringLiteral("network");
        QTest::newRow("Dropbox") << QStringLiteral("/home/ann/Dropbox/h/journal.sqlite") << 0xef53U
                                 << QStringLiteral("Dropbox");
        QTest::newRow("Nextcloud") << QStringLiteral("/home/ann/Nextcloud/journal.sqlite") << 0xef53U
                                   << QStringLiteral("Nextcloud");
        QTest::newRow("a name that only sounds like it")
            << QStringLiteral("/home/ann/Dropboxes/journal.sqlite") << 0xef53U << QString{};
    }
    void aPlaceThatMayLoseWhatItKeepsIsNamed()
    {
        QFETCH(QString, path);
        QFETCH(unsigned, fileSystem);
        QFETCH(QString, expected);
        const QString concern = journal_place::concern(path, fileSystem);
        QCOMPARE(concern.isEmpty(), expected.isEmpty());
        QVERIFY2(concern.contains(expected), qPrintable(concern));
    }

    void ofAFolderThatIsNotThereNothingIsSaid()
    {
        QVERIFY(journal_place::concern(QStringLiteral("/no/such/folder/journal.sqlite")).isEmpty());
    }

    void theConcernIsPartOfWhatAStartTells()
    {
        const QTemporaryDir folder;
        const QString synced = folder.filePath(QStringLiteral("OneDrive"));
        QVERIFY(QDir{}.mkpath(synced));
        const QString path = synced + QStringLiteral("/journal.sqlite");
        {
            auto file = JournalFile::open(path, now);
            QVERIFY(file);
            QVERIFY2(file->notice().contains(QStringLiteral("OneDrive")), qPrintable(file->notice()));
        }
        QVERIFY(QFile::remove(path));
        auto file = JournalFile::open(path, now);
        QVERIFY(file && file->past().isRebuilt);
        QVERIFY2(file->notice().contains(QStringLiteral("missing")), qPrintable(file->notice()));
        QVERIFY2(file->notice().contains(QStringLiteral("OneDrive")), qPrintable(file->notice()));
    }

    void damagedFilesOfOneSecondGetNamesOfTheirOwn()
    {
        const QTemporaryDir folder;
        QStringList names;
        for (const char *content : {"first", "second", "third"}) {
            JournalFolder::put(pathIn(folder), content);
            const auto name = journal_place::setAside(pathIn(folder), now);
            QVERIFY(name);
            QVERIFY(!names.contains(*name));
            QCOMPARE(JournalFolder::bytesOf(*name), QByteArray{content});
            QVERIFY(!QFile::exists(pathIn(folder)));
            names.push_back(*name);
        }
    }

    void whatWasSetAsideCanBePutBackWithItsLog()
    {
        const QTemporaryDir folder;
        const QString log = pathIn(folder) + QStringLiteral("-wal");
        JournalFolder::put(pathIn(folder), "old");
        JournalFolder::put(log, "old log");
        const auto name = journal_place::setAside(pathIn(folder), now);
        QVERIFY(name && !QFile::exists(log));
        JournalFolder::put(pathIn(folder), "half of a new one");
        JournalFolder::put(log, "its log");
        journal_place::putBack(*name, pathIn(folder));
        QCOMPARE(JournalFolder::bytesOf(pathIn(folder)), QByteArray{"old"});
        QCOMPARE(JournalFolder::bytesOf(log), QByteArray{"old log"});
        QCOMPARE(QDir{folder.path()}.entryList(QDir::Files).size(), 2);
    }

    void aDamagedFileThatCannotBeRenamedIsSaidAndStays()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QString{240, u'j'}); // no name is left to give it
        {
            auto file = JournalFile::open(path, now);
            QVERIFY2(file, file ? "" : file.error().detail.c_str());
        }
        const QByteArray damaged{8192, '\x5a'};
        JournalFolder::put(path, damaged);
        const auto refused = JournalFile::open(path, now);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Storage);
        QVERIFY2(refused.error().detail.find("cannot be renamed") != std::string::npos,
            refused.error().detail.c_str());
        QCOMPARE(JournalFolder::bytesOf(path), damaged);
    }

    void aMarkThatCannotBeMadeIsSaid()
    {
        const QTemporaryDir folder;
        QVERIFY(block(pathIn(folder) + QStringLiteral(".mark")));
        const auto refused = JournalFile::open(pathIn(folder), now);
        QVERIFY(!refused);
        QVERIFY2(refused.error().detail.find("journal.sqlite.mark") != std::string::npos,
            refused.error().detail.c_str());
    }

    void aJournalThatIsAFolderIsSaid()
    {
        const QTemporaryDir folder;
        QVERIFY(block(pathIn(folder)));
        const auto refused = JournalFile::open(pathIn(folder), now);
        QVERIFY(!refused);
        QVERIFY2(refused.error().detail.find("journal.sqlite") != std::string::npos,
            refused.error().detail.c_str());
    }

    void withoutAReserveTheJournalKeepsOrdersAllTheSame_data()
    {
        QTest::addColumn<bool>("isBlocked");
        QTest::newRow("its name is taken") << true;
        QTest::newRow("there is no room for it") << false;
    }
    void withoutAReserveTheJournalKeepsOrdersAllTheSame()
    {
        QFETCH(bool, isBlocked);
        const QTemporaryDir folder;
        const QString reserve = pathIn(folder) + QStringLiteral(".reserve");
        std::optional<support::SmallFiles> small;
        if (isBlocked) {
            QVERIFY(block(reserve));
        } else {
            small.emplace(400'000UL);
        }
        QVERIFY(!journal_place::makeReserve(pathIn(folder)));
        QVERIFY(!QFileInfo{reserve}.isFile()); // no half of one
        auto file = JournalFile::open(pathIn(folder), now);
        QVERIFY2(file, file ? "" : file.error().detail.c_str());
        const std::string id = client_order_ids::make(file->installId(), file->boot(), 1);
        QVERIFY(file->append(JournalEntries{JournalIntent{JournalScript::order(id)}}, now));
        QVERIFY(!file->restoreReserve());
    }

    void onAFullDiskAStartTakesTheReserve()
    {
        const JournalFolder folder{10, false};
        const QString reserve = folder.path() + QStringLiteral(".reserve");
        QVERIFY(QFile::exists(reserve));
        support::FailingDisk disk;
        disk.fullWhile(reserve.toStdString());
        auto file = JournalFile::open(folder.path(), now);
        QVERIFY2(file, file ? "" : file.error().detail.c_str());
        QVERIFY(!QFile::exists(reserve));
        QVERIFY(!file->past().isRebuilt);
        QCOMPARE(*file->recent(1'000), folder.orders);
        QVERIFY(file->append(JournalEntries{JournalNote{"after", "1"}}, now));
    }

    void onADiskWithoutAnyRoomTheStartSaysSo()
    {
        const JournalFolder folder{10, false};
        support::FailingDisk disk;
        disk.fail(ENOSPC);
        const auto refused = JournalFile::open(folder.path(), now);
        QVERIFY(!refused);
        QVERIFY2(refused.error().detail.find("The disk is full") != std::string::npos,
            refused.error().detail.c_str());
        disk.fail(0);
        QCOMPARE(folder.outcome(), QStringLiteral("whole"));
    }

    void removingTakesAllThatBelongsToTheJournalAndLeavesItsBackups()
    {
        const QTemporaryDir folder;
        for (const char *ending : {"", "-wal", "-shm", ".mark", ".reserve"}) {
            JournalFolder::put(pathIn(folder) + QLatin1StringView{ending}, "x");
        }
        QVERIFY(block(folder.filePath(QStringLiteral("backups"))));
        journal_place::remove(pathIn(folder));
        QVERIFY(QDir{folder.path()}.entryList(QDir::Files).isEmpty());
        QVERIFY(QFileInfo::exists(folder.filePath(QStringLiteral("backups"))));
    }

    void aMarkReadsAsItWasWritten()
    {
        const QTemporaryDir folder;
        auto mark = JournalMark::open(pathIn(folder));
        QVERIFY(mark && !mark->read());
        mark->write({"0A1B2", 42, 123'456}, true);
        const auto value = mark->read();
        QVERIFY(value);
        QCOMPARE(value->installId, std::string{"0A1B2"});
        QCOMPARE(value->boot, 42U);
        QCOMPARE(value->sequence, std::int64_t{123'456});
    }

    void aTornMarkIsNone_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("too short") << QByteArray{"headroom-mark 0A1B2 42 1"};
        QTest::newRow("no words") << QByteArray{96, 'x'};
        QTest::newRow("another checksum")
            << QByteArray{"headroom-mark 0A1B2 42 1234 1 "}.leftJustified(95, ' ') + '\n';
    }
    void aTornMarkIsNone()
    {
        QFETCH(QByteArray, content);
        const QTemporaryDir folder;
        JournalFolder::put(pathIn(folder) + QStringLiteral(".mark"), content);
        const auto mark = JournalMark::open(pathIn(folder));
        QVERIFY(mark && !mark->read());
    }

    void aMarkThatCannotBeWrittenCostsNothingButTheKnowledge()
    {
        const QTemporaryDir folder;
        auto mark = JournalMark::open(pathIn(folder));
        {
            const support::SmallFiles small{10};
            mark->write({"0A1B2", 42, 1}, true);
        }
        QVERIFY(!mark->read()); // torn, and so none
        mark->write({"0A1B2", 42, 2}, false);
        QCOMPARE(mark->read()->sequence, std::int64_t{2});
    }
};

QTEST_GUILESS_MAIN(JournalPlaceTest)
#include "journal_place_test.moc"
