#include "app/journal_backup.h"
#include "app/sqlite_journal.h"
#include "tests/support/failing_disk.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/journal_answer.h"
#include "tests/support/journal_folder.h"

#include <QSignalSpy>
#include <QTest>

using namespace app;
using namespace domain;
using support::answer;
using support::DiskFault;
using support::JournalFolder;
using support::JournalScript;
using support::patience;

namespace
{

JournalEntries intent(SqliteJournal &journal)
{
    return {JournalIntent{JournalScript::order(journal.nextClientOrderId())}};
}

template <class T> bool isTold(const ports::Result<T> &result, const char *part)
{
    return !result && result.error().code == ErrorCode::Storage &&
           result.error().detail.find(part) != std::string::npos;
}

} // namespace

/// The journal's thread on a real disk that fails or is full, and backups that something stands in the way
/// of: trading goes on wherever it can, and whoever asked is told.
class JournalThreadTest : public QObject
{
    Q_OBJECT
    support::FakeClock m_clock;

    static QString pathIn(const QTemporaryDir &folder)
    {
        return folder.filePath(QStringLiteral("journal.sqlite"));
    }
    std::unique_ptr<SqliteJournal> opened(const QString &path, JournalOptions options = {})
    {
        options.retryEvery = Milliseconds{30};
        auto journal = std::make_unique<SqliteJournal>(path, m_clock, options);
        return answer(journal->open()) ? std::move(journal) : nullptr;
    }
    QString todaysBackup(const QTemporaryDir &folder) const
    {
        return journal_backups::nameFor(pathIn(folder), m_clock.wallNow());
    }

private slots:
    void oneJournalIsOpenedOnce()
    {
        const QTemporaryDir folder;
        const auto journal = opened(pathIn(folder));
        QVERIFY(isTold(answer(journal->open()), "open already"));
        QVERIFY(answer(journal->append(intent(*journal)))); // and goes on
    }

    void nothingIsAskedOfAJournalThatIsNotOpen()
    {
        const QTemporaryDir folder;
        SqliteJournal journal{pathIn(folder), m_clock};
        QVERIFY(isTold(answer(journal.past()), "not open"));
        QVERIFY(isTold(answer(journal.recent(1)), "not open"));
        QVERIFY(isTold(answer(journal.story("x")), "not open"));
        QVERIFY(isTold(answer(journal.status()), "not open"));
        QVERIFY(isTold(answer(journal.backUp()), "not open"));
        QVERIFY(isTold(answer(journal.exportTo(
                           folder.filePath(QStringLiteral("all.csv")), ports::Journal::ExportFormat::Csv)),
            "not open"));
        QVERIFY(!QFile::exists(folder.filePath(QStringLiteral("all.csv"))));
    }

    void theStoryOfAnOrderIsToldWithWhatStillWaits()
    {
        const QTemporaryDir folder;
        const auto journal = opened(pathIn(folder));
        const std::string id = journal->nextClientOrderId();
        const OrderMoment asked{id, m_clock.wallNow(), OrderMoment::Kind::Asked, "ticket"};
        const auto kept = journal->append({asked, JournalIntent{JournalScript::order(id)}});
        const auto story = answer(journal->story(id));
        QVERIFY(story);
        QCOMPARE(story->size(), std::size_t{1});
        QVERIFY(story->front() == asked);
        QVERIFY(answer(journal->story("nobody's"))->empty());
        QVERIFY(answer(kept));
    }

    void whatIsMoreThanOneTransactionTakesIsKeptInSeveral()
    {
        const QTemporaryDir folder;
        const auto journal = opened(pathIn(folder));
        QSignalSpy commits{journal.get(), &ports::Journal::committed};
        std::vector<QFuture<ports::Result<bool>>> answers;
        for (int n = 0; n < 6; ++n) {
            answers.push_back(
                journal->append(JournalEntries(2'000, JournalNote{"n" + std::to_string(n), "1"})));
        }
        for (auto &one : answers) {
            QVERIFY(answer(one));
        }
        QCOMPARE(answer(journal->status())->entries, std::int64_t{12'000});
        QVERIFY2(commits.count() >= 2, qPrintable(QString::number(commits.count())));
    }

    void allThatWaitedForATransactionThatFailsAreTold()
    {
        support::FaultVfs vfs{"together"};
        JournalOptions options;
        options.vfs = vfs.name();
        const auto journal = opened(QStringLiteral("journal.sqlite"), options);
        QVERIFY(journal);
        vfs.arm({DiskFault::Kind::SyncFails, 0, true});
        std::vector<QFuture<ports::Result<bool>>> answers;
        for (int n = 0; n < 20; ++n) {
            answers.push_back(journal->append(intent(*journal)));
        }
        for (auto &one : answers) {
            QVERIFY(isTold(answer(one), "disk reports an error"));
        }
        vfs.arm({});
    }

    void aRealDiskThatFailsIsTriedAgainOnAFreshHandle()
    {
        support::FailingDisk disk;
        const JournalFolder folder{10, false};
        const auto journal = opened(folder.path());
        QVERIFY(journal);
        QSignalSpy failing{journal.get(), &ports::Journal::failing};
        QSignalSpy recovered{journal.get(), &ports::Journal::recovered};
        disk.fail(EIO);
        QVERIFY(isTold(answer(journal->append(intent(*journal))), "disk reports an error"));
        QTest::qWait(100);
        QCOMPARE(failing.count(), 1); // said once, though it is tried again and again
        QCOMPARE(recovered.count(), 0);
        disk.fail(0);
        QTRY_COMPARE_WITH_TIMEOUT(recovered.count(), 1, patience);
        QVERIFY(answer(journal->append(intent(*journal))));
        const auto recent = answer(journal->recent(1'000));
        QCOMPARE(recent->size(), folder.orders.size() + 1);
    }

    void afterARecoveryAnOlderCopyIsStillFound()
    {
        support::FailingDisk disk;
        const JournalFolder folder{10, false};
        auto journal = opened(folder.path());
        const auto older = folder.files();
        QSignalSpy recovered{journal.get(), &ports::Journal::recovered};
        disk.fail(EIO);
        QVERIFY(!answer(journal->append(intent(*journal))));
        disk.fail(0);
        QTRY_COMPARE_WITH_TIMEOUT(recovered.count(), 1, patience);
        QVERIFY(answer(journal->append(intent(*journal)))); // the mark beside the file goes on too
        journal.reset();
        JournalFolder::put(folder.path(), older.at(QStringLiteral("journal.sqlite")));
        QVERIFY(JournalFile::open(folder.path(), m_clock.wallNow())->past().isRebuilt);
    }

    void aFullDiskUsesTheReserveAndThenSaysThatNothingIsKept()
    {
        support::FailingDisk disk;
        const JournalFolder folder{10, false};
        const QString reserve = folder.path() + QStringLiteral(".reserve");
        const auto journal = opened(folder.path());
        QSignalSpy failing{journal.get(), &ports::Journal::failing};
        QSignalSpy recovered{journal.get(), &ports::Journal::recovered};
        const Order order = JournalScript::order(journal->nextClientOrderId());
        QVERIFY(answer(journal->append({JournalIntent{order}})));

        disk.fail(ENOSPC);
        QVERIFY(isTold(answer(journal->append(intent(*journal))), "The disk is full"));
        QVERIFY(isTold(answer(journal->append({JournalState{order}})), "The disk is full"));
        QCOMPARE(failing.count(), 1);
        QVERIFY(answer(journal->recent(1))->front() == order); // reading goes on
        QTest::qWait(100);
        QCOMPARE(recovered.count(), 0);

        disk.fail(0);
        QTRY_COMPARE_WITH_TIMEOUT(recovered.count(), 1, patience);
        QVERIFY(QFile::exists(reserve)); // kept again
        QVERIFY(answer(journal->append(intent(*journal))));
    }

    void aFullDiskThatThenFailsIsOpenedAnewAndRecovers()
    {
        support::FailingDisk disk;
        const JournalFolder folder{10, false};
        const auto journal = opened(folder.path());
        QSignalSpy failing{journal.get(), &ports::Journal::failing};
        QSignalSpy recovered{journal.get(), &ports::Journal::recovered};
        disk.fail(ENOSPC);
        QVERIFY(!answer(journal->append(intent(*journal))));
        disk.fail(EIO); // the test that would tell of room fails in another way
        QTest::qWait(100);
        QVERIFY(!answer(journal->append(intent(*journal))));
        disk.fail(0);
        QTRY_VERIFY_WITH_TIMEOUT(recovered.count() >= 1, patience);
        QVERIFY(answer(journal->append(intent(*journal))));
        QCOMPARE(answer(journal->recent(1'000))->size(), folder.orders.size() + 1);
    }

    // ---- backups

    void whoAsksForABackupThatRunsGetsTheSameOne()
    {
        const QTemporaryDir folder;
        const auto journal = opened(pathIn(folder));
        QVERIFY(answer(journal->append(JournalEntries(4'000, JournalNote{"n", "1"})))); // more than one step
        auto first = journal->backUp();
        auto second = journal->backUp();
        QCOMPARE(answer(std::move(first)).value_or(QString{}), todaysBackup(folder));
        QCOMPARE(answer(std::move(second)).value_or(QString{}), todaysBackup(folder));
    }

    void aBackupThatIsNotFinishedWhenTheJournalClosesIsSaid()
    {
        const QTemporaryDir folder;
        const auto journal = opened(pathIn(folder));
        QVERIFY(answer(journal->backUp())); // of the start, or another
        QVERIFY(QFile::remove(todaysBackup(folder)));
        QVERIFY(answer(journal->append(JournalEntries(4'000, JournalNote{"n", "1"}))));
        // What is asked for while the thread is at work comes one right after the other.
        const auto busy = journal->append(JournalEntries(20'000, JournalNote{"n", "2"}));
        const auto behindIt = journal->recent(1);
        auto backup = journal->backUp();
        auto closing = journal->close();
        QVERIFY(isTold(answer(std::move(backup)), "was closed before its backup"));
        QTRY_VERIFY(closing.isFinished());
        QVERIFY(!QFile::exists(todaysBackup(folder)));
    }

    void aJournalThatIsNotInAFolderHasNoBackups()
    {
        support::FaultVfs vfs{"nowhere"};
        JournalOptions options;
        options.vfs = vfs.name();
        const auto journal = opened(QStringLiteral("journal.sqlite"), options);
        QVERIFY(isTold(answer(journal->backUp()), "no folder for backups"));
        QVERIFY(answer(journal->append(intent(*journal))));
    }

    void whatStandsInTheWayOfABackupIsSaidAndOrdersGoOn_data()
    {
        QTest::addColumn<QString>("blocked"); ///< a folder stands there; empty: a file in place of the folder
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("a file has the folder's name") << QString{} << QByteArray{"no folder for backups"};
        QTest::newRow("the copy cannot be made")
            << QStringLiteral("%1.part/in the way") << QByteArray{"cannot be used"};
        QTest::newRow("its name is taken")
            << QStringLiteral("%1/in the way") << QByteArray{"cannot be given its name"};
    }
    void whatStandsInTheWayOfABackupIsSaidAndOrdersGoOn()
    {
        QFETCH(QString, blocked);
        QFETCH(QByteArray, expected);
        const QTemporaryDir folder;
        if (blocked.isEmpty()) {
            JournalFolder::put(folder.filePath(QStringLiteral("backups")), "a file");
        } else {
            QVERIFY(QDir{}.mkpath(blocked.arg(todaysBackup(folder))));
        }
        const auto journal = opened(pathIn(folder)); // tries the day's backup too
        QVERIFY(journal);
        const auto told = answer(journal->backUp());
        QVERIFY2(isTold(told, expected.constData()), told ? "made" : told.error().detail.c_str());
        QVERIFY(answer(journal->append(intent(*journal))));
        const auto parts =
            QDir{QFileInfo{todaysBackup(folder)}.path()}.entryList({QStringLiteral("*.part")}, QDir::Files);
        QVERIFY(parts.isEmpty());
    }

    void aBackupThatDoesNotFitIsSaidAndLeavesNothingBehind()
    {
        const JournalFolder folder{40, false};
        auto file = JournalFile::open(folder.path(), m_clock.wallNow());
        QVERIFY(journal_backups::makeFolder(folder.path()));
        auto copy = JournalBackup::begin(*file, journal_backups::nameFor(folder.path(), m_clock.wallNow()));
        QVERIFY(copy);
        support::FailingDisk disk;
        disk.fail(ENOSPC);
        const auto step = copy->step(-1);
        QVERIFY(isTold(step, "The disk is full"));
        disk.fail(0);
        QVERIFY(QDir{folder.folder().filePath(QStringLiteral("backups"))}.entryList(QDir::Files).isEmpty());
        QVERIFY(file->append(JournalEntries{JournalNote{"after", "1"}}, m_clock.wallNow()));
    }

    void aBackupWaitsWhileAnotherProgramHoldsIt()
    {
        const JournalFolder folder{40, false};
        auto file = JournalFile::open(folder.path(), m_clock.wallNow());
        QVERIFY(journal_backups::makeFolder(folder.path()));
        const QString target = journal_backups::nameFor(folder.path(), m_clock.wallNow());
        auto copy = JournalBackup::begin(*file, target);
        {
            auto reader = SqliteDatabase::open(QString{target + QStringLiteral(".part")}.toStdString());
            QVERIFY(reader && reader->execute("BEGIN EXCLUSIVE"));
            QCOMPARE(copy->step(-1).value_or(false), true); // there is more
            QVERIFY(!QFile::exists(target));
        }
        QCOMPARE(copy->step(-1).value_or(true), false);
        QVERIFY(QFile::exists(target));
    }

    void whatCannotBeArchivedIsNotTakenOut_data()
    {
        QTest::addColumn<QString>("blocked");
        QTest::newRow("there is no folder") << QStringLiteral("backups");
        QTest::newRow("the archive's name is taken") << QStringLiteral("%1/in the way");
        QTest::newRow("the archive cannot be made") << QStringLiteral("%1.part/in the way");
    }
    void whatCannotBeArchivedIsNotTakenOut()
    {
        QFETCH(QString, blocked);
        const JournalFolder folder{60, false};
        const auto sequence = folder.head.sequence;
        m_clock.advance(std::chrono::hours{24 * 91});
        if (blocked == u"backups") {
            JournalFolder::put(folder.folder().filePath(blocked), "a file");
        } else {
            QVERIFY(QDir{}.mkpath(
                blocked.arg(journal_backups::archiveNameFor(folder.path(), m_clock.wallNow()))));
        }
        JournalOptions options;
        options.maxEntries = 500;
        const auto journal = opened(folder.path(), options);
        QVERIFY(journal);
        QCOMPARE(answer(journal->recent(1'000))->size(), folder.orders.size());
        QCOMPARE(answer(journal->status())->entries, sequence);
    }

    void anExportThatDoesNotFitLeavesTheOldOne()
    {
        const JournalFolder folder{20, false};
        const auto journal = opened(folder.path());
        const QString target = folder.folder().filePath(QStringLiteral("all.csv"));
        JournalFolder::put(target, "yesterday's");
        {
            const support::SmallFiles small{500};
            QVERIFY(isTold(
                answer(journal->exportTo(target, ports::Journal::ExportFormat::Csv)), "cannot be written"));
        }
        QCOMPARE(JournalFolder::bytesOf(target), QByteArray{"yesterday's"});
        QVERIFY(answer(journal->exportTo(target, ports::Journal::ExportFormat::Csv)));
        QVERIFY(JournalFolder::bytesOf(target).startsWith("record,at,"));
    }
};

QTEST_GUILESS_MAIN(JournalThreadTest)
#include "journal_thread_test.moc"
