#include "app/journal_backup.h"
#include "app/sqlite_journal.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/journal_answer.h"
#include "tests/support/journal_script.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace app;
using namespace domain;
using support::answer;
using support::DiskFault;
using support::JournalScript;
using support::patience;

/// The journal's thread when the disk fails, is full or slow; backups, pruning and exports.
class JournalTroubleTest : public QObject
{
    Q_OBJECT
    support::FakeClock m_clock;

    static QString pathIn(const QTemporaryDir &folder)
    {
        return folder.filePath(QStringLiteral("journal.sqlite"));
    }
    static JournalEntries intent(SqliteJournal &journal)
    {
        return {JournalIntent{JournalScript::order(journal.nextClientOrderId())}};
    }
    /// A journal on a disk of its own.
    std::unique_ptr<SqliteJournal> openedOn(const support::FaultVfs &vfs)
    {
        JournalOptions options;
        options.vfs = vfs.name();
        options.retryEvery = Milliseconds{30};
        auto journal = std::make_unique<SqliteJournal>(QStringLiteral("journal.sqlite"), m_clock, options);
        return answer(journal->open()) ? std::move(journal) : nullptr;
    }

private slots:
    void aFailedSyncIsNeverAskedAgainButAFreshHandleIs()
    {
        support::FaultVfs vfs{"sync"};
        const auto journal = openedOn(vfs);
        QVERIFY(journal);
        QSignalSpy failing{journal.get(), &ports::Journal::failing};
        QSignalSpy recovered{journal.get(), &ports::Journal::recovered};
        QVERIFY(answer(journal->append(intent(*journal))));

        vfs.arm({DiskFault::Kind::SyncFails, 0, true});
        const auto refused = answer(journal->append(intent(*journal)));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Storage);
        QTRY_COMPARE_WITH_TIMEOUT(failing.count(), 1, patience);
        QVERIFY2(failing.front().front().toString().contains(QStringLiteral("disk reports an error")),
            qPrintable(failing.front().front().toString()));
        QVERIFY(!answer(journal->append(intent(*journal))));
        QVERIFY(!answer(journal->status()));
        QTest::qWait(100);
        QCOMPARE(recovered.count(), 0);

        vfs.arm({});
        QTRY_COMPARE_WITH_TIMEOUT(recovered.count(), 1, patience);
        QVERIFY(answer(journal->append(intent(*journal))));
        QVERIFY(answer(journal->status())->unresolvedOrders >= 2);
        QCOMPARE(failing.count(), 1);
        QVERIFY(answer(journal->past())->unresolved.empty());
    }

    void aFullDiskRefusesIntentsAndKeepsWhatBecomesOfOrders()
    {
        const QTemporaryDir folder;
        JournalOptions options;
        options.maxPages = 40;
        options.retryEvery = Milliseconds{50};
        SqliteJournal journal{pathIn(folder), m_clock, options};
        QVERIFY(answer(journal.open()));
        QSignalSpy failing{&journal, &ports::Journal::failing};
        std::vector<Order> kept;
        for (;;) {
            const Order order = JournalScript::order(journal.nextClientOrderId());
            if (!answer(journal.append({JournalIntent{order}}))) {
                break;
            }
            kept.push_back(order);
        }
        QTRY_COMPARE_WITH_TIMEOUT(failing.count(), 1, patience);
        QVERIFY(failing.front().front().toString().contains(QStringLiteral("The disk is full")));
        for (Order &order : kept) {
            order.cancelRequested = true;
            QVERIFY(answer(
                journal.append({JournalState{order}, OrderMoment{order.clientOrderId(), m_clock.wallNow(),
                                                         OrderMoment::Kind::CancelAsked, "orders panel"}})));
        }
        const auto refused = answer(journal.append(intent(journal)));
        QVERIFY(!refused);
        QVERIFY(refused.error().detail.find("The disk is full") != std::string::npos);
        QVERIFY(answer(journal.recent(1))->front().cancelRequested);
        QCOMPARE(failing.count(), 1);
    }

    void aSlowDiskMakesOthersWaitForOneTransactionOnly()
    {
        support::FaultVfs vfs{"slow"};
        vfs.onSlowSync = [] { QThread::msleep(100); };
        const auto journal = openedOn(vfs);
        QVERIFY(journal);
        QSignalSpy committed{journal.get(), &ports::Journal::committed};
        vfs.arm({DiskFault::Kind::SlowSync, 0, true});
        std::vector<QFuture<ports::Result<bool>>> answers;
        for (int n = 0; n < 30; ++n) {
            answers.push_back(journal->append(intent(*journal)));
            QTest::qWait(5);
        }
        for (auto &one : answers) {
            QVERIFY(answer(one));
        }
        QVERIFY2(committed.count() <= 6, qPrintable(QString::number(committed.count())));
        vfs.arm({});
    }

    void aBackupIsWholeAndTheSevenNewestStay()
    {
        const QTemporaryDir folder;
        SqliteJournal journal{pathIn(folder), m_clock};
        QVERIFY(QDir{folder.path()}.mkdir(QStringLiteral("backups")));
        for (int day = 10; day < 20; ++day) {
            QVERIFY(QFile{folder.filePath(QStringLiteral("backups/journal-202509%1.sqlite").arg(day))}.open(
                QIODevice::WriteOnly));
        }
        QVERIFY(answer(journal.open()));
        for (int n = 0; n < 100; ++n) {
            QVERIFY(answer(journal.append(intent(journal))));
        }
        const auto where = answer(journal.backUp());
        QVERIFY2(where, where ? "" : where.error().detail.c_str());
        QCOMPARE(QDir{folder.filePath(QStringLiteral("backups"))}.entryList(QDir::Files).size(),
            journal_backups::kept);
        const auto status = answer(journal.status());
        QCOMPARE(status->lastBackupPath, *where);

        const QTemporaryDir elsewhere;
        QVERIFY(QFile::copy(*where, pathIn(elsewhere)));
        auto copy = JournalFile::open(pathIn(elsewhere), m_clock.wallNow());
        QVERIFY(copy);
        QCOMPARE(copy->past().unresolved.size(), std::size_t{100});
        QVERIFY(answer(journal.append(intent(journal))));
    }

    void whatIsOldIsArchivedAndOpenOrdersStay()
    {
        const QTemporaryDir folder;
        std::vector<Order> open;
        {
            auto file = JournalFile::open(pathIn(folder), m_clock.wallNow());
            for (const JournalEntries &entries : JournalScript{}.appends(60)) {
                QVERIFY(file->append(entries, m_clock.wallNow()));
            }
            open = *file->recent(1'000);
            std::erase_if(open, [](const Order &order) { return !order.isOpen(); });
        }
        m_clock.advance(std::chrono::hours{24 * 91});
        JournalOptions options;
        options.maxEntries = 500; // so that the few old ones are worth it
        for (int start = 0; start < 2; ++start) {
            SqliteJournal journal{pathIn(folder), m_clock, options};
            const auto opening = answer(journal.open());
            QVERIFY(opening && opening->notice.isEmpty());
            const auto past = answer(journal.past());
            QVERIFY(!past->isRebuilt);
            QCOMPARE(past->unresolved.size(), open.size());
            QCOMPARE(past->notes.at("checkpoint BTCUSDT"), std::string{"50"});
            QCOMPARE(answer(journal.recent(1'000))->size(), open.size());
            QVERIFY(answer(journal.append(intent(journal))));
            open.push_back({});
        }
        const QStringList archives = QDir{folder.filePath(QStringLiteral("backups"))}.entryList(
            {QStringLiteral("journal-archive-*.sqlite")});
        QCOMPARE(archives.size(), 1);
    }

    void anExportIsWholeAndHarmless()
    {
        const QTemporaryDir folder;
        SqliteJournal journal{pathIn(folder), m_clock};
        QVERIFY(answer(journal.open()));
        for (const JournalEntries &entries : JournalScript{}.appends(20)) {
            QVERIFY(answer(journal.append(entries)));
        }
        Order hostile = JournalScript::order(journal.nextClientOrderId());
        hostile.reasonText = "=HYPERLINK(\"http://x\"),\r\n\"quoted\"";
        QVERIFY(answer(journal.append({JournalIntent{hostile}})));

        const QString csv = folder.filePath(QStringLiteral("all.csv"));
        const auto rows = answer(journal.exportTo(csv, ports::Journal::ExportFormat::Csv));
        QVERIFY2(rows, rows ? "" : rows.error().detail.c_str());
        QFile csvFile{csv};
        QVERIFY(csvFile.open(QIODevice::ReadOnly));
        const QByteArray text = csvFile.readAll();
        QVERIFY(text.startsWith("record,at,client_order_id,"));
        QVERIFY(text.contains(",\"'=HYPERLINK(\"\"http://x\"\"),\r\n\"\"quoted\"\"\"\r\n"));
        QCOMPARE(text.count("\r\nFILL,"), 11);
        QCOMPARE(text.count("\r\nORDER,"), 21);
        QVERIFY(text.contains(",-1.5,"));

        const QString json = folder.filePath(QStringLiteral("all.json"));
        QCOMPARE(answer(journal.exportTo(json, ports::Journal::ExportFormat::Json)), rows);
        QFile jsonFile{json};
        QVERIFY(jsonFile.open(QIODevice::ReadOnly));
        const QJsonObject all = QJsonDocument::fromJson(jsonFile.readAll()).object();
        QCOMPARE(all.value(QStringLiteral("orders")).toArray().size(), 21);
        QCOMPARE(all.value(QStringLiteral("fills")).toArray().size(), 11);
        const QJsonArray moments = all.value(QStringLiteral("moments")).toArray();
        QCOMPARE(static_cast<std::int64_t>(moments.size()) + 32, *rows);
        QCOMPARE(moments.first().toObject().value(QStringLiteral("id")).toString().toStdString(),
            JournalScript::id(0));

        const auto nowhere = answer(journal.exportTo(
            folder.filePath(QStringLiteral("no/such/all.csv")), ports::Journal::ExportFormat::Csv));
        QVERIFY(!nowhere);
        QCOMPARE(nowhere.error().code, ErrorCode::Storage);
    }
};

QTEST_GUILESS_MAIN(JournalTroubleTest)
#include "journal_trouble_test.moc"
