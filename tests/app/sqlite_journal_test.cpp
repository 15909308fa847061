#include "app/client_order_ids.h"
#include "app/sqlite_database.h"
#include "app/sqlite_journal.h"
#include "tests/support/fake_clock.h"
#include "tests/support/journal_answer.h"

#include <QDir>
#include <QFileInfo>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <rapidcheck.h>
#include <set>
#include <unistd.h>

using namespace app;
using domain::ErrorCode;
using domain::JournalIntent;
using domain::JournalState;
using domain::Order;
using domain::OrderPhase;
using domain::Price;
using domain::Quantity;
using support::answer;

namespace
{

Order order(const std::string &id)
{
    Order made;
    made.request.symbol = "BTCUSDT";
    made.request.side = domain::Side::Sell;
    made.request.positionSide = domain::PositionSide::Short;
    made.request.type = domain::OrderType::TrailingStopMarket;
    made.request.timeInForce = domain::TimeInForce::GteGtc;
    made.request.quantity = Quantity::literal("0.001");
    made.request.price = Price::literal("65000.1");
    made.request.triggerPrice = Price::literal("64000.000000000001");
    made.request.activatePrice = Price::literal("66000");
    made.request.callbackRate = domain::Rate::literal("0.5");
    made.request.workingType = domain::WorkingType::ContractPrice;
    made.request.reduceOnly = true;
    made.request.clientOrderId = id;
    made.createdAt = domain::timestampFromMs(1'760'000'000'123);
    made.updatedAt = made.createdAt;
    return made;
}

domain::JournalEntries intentOf(const Order &order)
{
    return {JournalIntent{order}};
}

} // namespace

class SqliteJournalTest : public QObject
{
    Q_OBJECT
private:
    support::FakeClock m_clock;

    static QString pathIn(const QTemporaryDir &folder)
    {
        return folder.filePath(QStringLiteral("journal.sqlite"));
    }
    std::unique_ptr<SqliteJournal> opened(const QTemporaryDir &folder, JournalOptions options = {})
    {
        auto journal = std::make_unique<SqliteJournal>(pathIn(folder), m_clock, options);
        const auto opening = answer(journal->open());
        return opening && opening->notice.isEmpty() ? std::move(journal) : nullptr;
    }

private slots:
    void idsAreShortReadableAndChecked()
    {
        const std::string id = client_order_ids::make("0A1B2", 1, 1);
        QCOMPARE(id.substr(0, 16), std::string{"t0A1B20001000001"});
        QVERIFY(id.size() <= 36);
        QVERIFY(client_order_ids::isValid(id));
        QVERIFY(!client_order_ids::isValid(id.substr(1)));
        QVERIFY(!client_order_ids::isValid("web_" + id.substr(4)));
    }

    void aWrongCharacterInAnIdIsFound()
    {
        QVERIFY(rc::check("one changed character makes an id invalid", [] {
            const std::string install = client_order_ids::installId(*rc::gen::arbitrary<std::uint32_t>());
            const std::string id =
                client_order_ids::make(install, *rc::gen::inRange(0U, client_order_ids::bootLimit),
                    *rc::gen::inRange(0U, client_order_ids::sequenceLimit));
            RC_ASSERT(client_order_ids::isValid(id));
            std::string wrong = id;
            wrong[*rc::gen::inRange<std::size_t>(0, id.size())] =
                *rc::gen::elementOf(std::string{"0123456789ABCDEFGHJKMNPQRSTVWXYZt"});
            RC_ASSERT(wrong == id || !client_order_ids::isValid(wrong));
        }));
    }

    void anIntentIsOnTheDiskWhenItIsAnsweredAndCountsAsSent()
    {
        const QTemporaryDir folder;
        auto journal = opened(folder);
        QVERIFY(journal);
        const Order intent = order(journal->nextClientOrderId());
        QVERIFY(answer(journal->append(intentOf(intent))));
        journal.reset();

        journal = opened(folder);
        const auto past = answer(journal->past());
        QVERIFY(past);
        QVERIFY(!past->isRebuilt);
        QCOMPARE(past->unresolved.size(), std::size_t{1});
        Order restored = intent;
        restored.phase = OrderPhase::InFlight;
        QVERIFY(past->unresolved.front() == restored);
    }

    void remembersWhatBecameOfAnOrder()
    {
        const QTemporaryDir folder;
        auto journal = opened(folder);
        const Order first = order(journal->nextClientOrderId());
        Order second = order(journal->nextClientOrderId());
        QVERIFY(answer(journal->append({JournalIntent{first}, JournalIntent{second}})));

        second.phase = OrderPhase::Done;
        second.endReason = domain::EndReason::Canceled;
        second.status = domain::OrderStatus::Canceled;
        second.conditionalStatus = domain::ConditionalStatus::Finished;
        second.orderId = 8'389'765'519'993'908'929;
        second.childOrderId = 7;
        second.executedQty = Quantity::literal("0.0005");
        second.avgPrice = Price::literal("64999.9");
        second.cancelRequested = true;
        second.venueCode = -2011;
        second.reasonText = "it’s “gone”\n\t\"\\";
        QVERIFY(answer(journal->append({JournalState{second}})));
        journal.reset();

        journal = opened(folder);
        const auto past = answer(journal->past());
        QCOMPARE(past->unresolved.size(), std::size_t{1});
        QCOMPARE(past->unresolved.front().clientOrderId(), first.clientOrderId());
        const auto recent = answer(journal->recent(10));
        QCOMPARE(recent->size(), std::size_t{2});
        QVERIFY(recent->front() == second);
        QCOMPARE(answer(journal->recent(1))->size(), std::size_t{1});
    }

    void thePastHasTheLastExecutionsInTheirOrder()
    {
        const QTemporaryDir folder;
        auto journal = opened(folder);
        std::vector<domain::Fill> fills;
        for (const std::int64_t tradeId : {70, 5, 71}) { // ids say nothing of the order
            domain::Fill fill;
            fill.symbol = "BTCUSDT";
            fill.tradeId = tradeId;
            fill.price = domain::Price::of(65'000);
            fill.quantity = domain::Quantity::literal("0.1");
            fill.realizedPnl = domain::Money::literal("-1.5");
            fill.commission = domain::Money::literal("0.26");
            fill.commissionAsset = "USDT";
            fill.at = domain::timestampFromMs(1'760'000'000'000);
            fills.push_back(fill);
            QVERIFY(answer(journal->append({fill})));
        }
        QVERIFY(answer(journal->past())->fills.empty()); // they are of this run
        journal.reset();
        journal = opened(folder);
        QVERIFY(answer(journal->past())->fills == fills);
    }

    void ordersOfOthersAreNotAmongOurs()
    {
        const QTemporaryDir folder;
        const auto journal = opened(folder);
        QVERIFY(answer(journal->append({JournalState{order("web_abc")}})));
        const auto refused = answer(journal->append(intentOf(order("web_abc"))));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Storage);
        QVERIFY(answer(journal->recent(10))->empty());
        QCOMPARE(answer(journal->status())->entries, std::int64_t{1});
    }

    void oneAppendIsKeptWholeOrNotAtAll()
    {
        const QTemporaryDir folder;
        const auto journal = opened(folder);
        const std::string id = journal->nextClientOrderId();
        QVERIFY(!answer(journal->append(
            {JournalIntent{order(id)}, domain::JournalNote{"pause", "1"}, JournalIntent{order("web_abc")}})));
        QVERIFY(answer(journal->recent(10))->empty());
        QCOMPARE(answer(journal->status())->entries, std::int64_t{0});
        QVERIFY(answer(journal->append(intentOf(order(id)))));
    }

    void aRefusedAppendTakesNoOtherWithIt()
    {
        const QTemporaryDir folder;
        const auto journal = opened(folder);
        const Order good = order(journal->nextClientOrderId());
        auto first = journal->append(intentOf(good));
        auto second = journal->append(intentOf(order("web_abc")));
        auto third = journal->append({domain::JournalNote{"pause", "1"}});
        QVERIFY(answer(std::move(first)));
        QVERIFY(!answer(std::move(second)));
        QVERIFY(answer(std::move(third)));
        QCOMPARE(answer(journal->status())->entries, std::int64_t{2});
    }

    void whatWaitsGoesIntoOneTransaction()
    {
        const QTemporaryDir folder;
        const auto journal = opened(folder);
        QSignalSpy commits{journal.get(), &ports::Journal::committed};
        std::vector<QFuture<ports::Result<bool>>> answers;
        for (int n = 0; n < 200; ++n) {
            answers.push_back(journal->append(intentOf(order(journal->nextClientOrderId()))));
        }
        for (auto &one : answers) {
            QVERIFY(answer(one));
        }
        QVERIFY2(commits.count() < 100, qPrintable(QString::number(commits.count())));
        const auto status = answer(journal->status());
        QCOMPARE(status->waiting, 0);
        QCOMPARE(status->unresolvedOrders, std::int64_t{200});
        QVERIFY(status->isChainIntact);
        QVERIFY(status->bytes > 4096);
        QCOMPARE(status->path, pathIn(folder));
    }

    void oneIdIsStoredOnce()
    {
        const QTemporaryDir folder;
        const auto journal = opened(folder);
        const Order intent = order(journal->nextClientOrderId());
        QVERIFY(answer(journal->append(intentOf(intent))));
        QVERIFY(!answer(journal->append(intentOf(intent))));
    }

    void idsNeverReturnAcrossRestarts()
    {
        const QTemporaryDir folder;
        std::set<std::string> ids;
        std::set<std::string> prefixes;
        for (int start = 0; start < 5; ++start) {
            SqliteJournal journal{pathIn(folder), m_clock};
            QVERIFY(journal.nextClientOrderId().empty());
            const auto opening = answer(journal.open());
            QVERIFY(opening);
            prefixes.insert(opening->ownPrefix);
            for (int n = 0; n < 100; ++n) {
                const std::string id = journal.nextClientOrderId();
                QVERIFY(id.starts_with(opening->ownPrefix));
                QVERIFY(client_order_ids::isValid(id));
                QVERIFY(ids.insert(id).second);
            }
        }
        QCOMPARE(prefixes.size(), std::size_t{1});
        QCOMPARE(prefixes.begin()->size(), client_order_ids::prefixLength);
    }

    void aSecondUserOfTheFileIsRefused()
    {
        const QTemporaryDir folder;
        auto journal = opened(folder);
        SqliteJournal second{pathIn(folder), m_clock};
        const auto refused = answer(second.open());
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Storage);
        QVERIFY2(refused.error().detail.find("Another program") != std::string::npos,
            refused.error().detail.c_str());
        QVERIFY(!answer(second.append(intentOf(order(journal->nextClientOrderId())))));
        journal.reset();
        QVERIFY(answer(second.open()));
    }

    void aDamagedFileIsKeptAndANewOneBegun_data()
    {
        QTest::addColumn<int>("offset");
        QTest::newRow("header") << 0;
        QTest::newRow("schema page") << 110;
        QTest::newRow("table page") << 4096 * 2;
    }
    void aDamagedFileIsKeptAndANewOneBegun()
    {
        QFETCH(int, offset);
        const QTemporaryDir folder;
        auto journal = opened(folder);
        for (int n = 0; n < 40; ++n) {
            QVERIFY(answer(journal->append(intentOf(order(journal->nextClientOrderId())))));
        }
        journal.reset();
        QFile file{pathIn(folder)};
        QVERIFY(file.open(QIODevice::ReadWrite));
        file.seek(offset);
        file.write(QByteArray{4096 * 3, '\x5a'});
        file.close();
        const auto sizeBefore = file.size();

        SqliteJournal next{pathIn(folder), m_clock};
        const auto opening = answer(next.open());
        QVERIFY2(opening, opening ? "" : opening.error().detail.c_str());
        QVERIFY(opening->notice.contains(QStringLiteral("damaged")));
        QStringList kept = QDir{folder.path()}.entryList({QStringLiteral("journal.sqlite.damaged-*")});
        kept.removeIf([](const QString &name) { return name.endsWith(QStringLiteral("-wal")); });
        QCOMPARE(kept.size(), 1);
        QVERIFY(opening->notice.contains(kept.front()));
        QCOMPARE(QFileInfo{folder.filePath(kept.front())}.size(), sizeBefore);
        QVERIFY(answer(next.append(intentOf(order(next.nextClientOrderId())))));
        QVERIFY(!answer(next.recent(10))->empty()); // and what could be read of the old one
    }

    void aFileOfANewerVersionIsRefusedAndLeftAlone()
    {
        const QTemporaryDir folder;
        opened(folder).reset();
        {
            auto database = SqliteDatabase::open(pathIn(folder).toStdString());
            QVERIFY(database &&
                    database->execute("PRAGMA user_version = 7; INSERT INTO migrations VALUES (7, 0)"));
        }
        SqliteJournal journal{pathIn(folder), m_clock};
        const auto refused = answer(journal.open());
        QVERIFY(!refused);
        QVERIFY2(refused.error().detail.find("newer version") != std::string::npos,
            refused.error().detail.c_str());
        auto database = SqliteDatabase::open(pathIn(folder).toStdString());
        QCOMPARE(
            database->value("SELECT value FROM meta WHERE name = 'boot'").value_or(""), std::string{"1"});
    }

    void aDatabaseOfAnotherProgramIsLeftAlone()
    {
        const QTemporaryDir folder;
        QFile{pathIn(folder)}.open(QIODevice::WriteOnly);
        {
            auto database = SqliteDatabase::open(pathIn(folder).toStdString());
            QVERIFY(database && database->execute("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)"));
        }
        SqliteJournal journal{pathIn(folder), m_clock};
        QVERIFY(!answer(journal.open()));
        auto database = SqliteDatabase::open(pathIn(folder).toStdString());
        QCOMPARE(database->value("SELECT x FROM theirs").value_or(""), std::string{"1"});
    }

    void aFullDiskIsSaidAndLosesNothing()
    {
        const QTemporaryDir folder;
        JournalOptions options;
        options.maxPages = 40;
        auto journal = opened(folder, options);
        QVERIFY(journal);
        std::set<std::string> stored;
        ports::Result<bool> outcome = true;
        for (int n = 0; n < 1000 && outcome; ++n) {
            const std::string id = journal->nextClientOrderId();
            outcome = answer(journal->append(intentOf(order(id))));
            if (outcome) {
                stored.insert(id);
            }
        }
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().code, ErrorCode::Storage);
        QVERIFY2(outcome.error().detail.find("The disk is full") != std::string::npos,
            outcome.error().detail.c_str());
        QVERIFY(!stored.empty());
        QCOMPARE(answer(journal->status())->unresolvedOrders, static_cast<std::int64_t>(stored.size()));
        journal.reset();
        journal = opened(folder); // there is room again
        QVERIFY(answer(journal->append(intentOf(order(journal->nextClientOrderId())))));
        QCOMPARE(answer(journal->status())->unresolvedOrders, static_cast<std::int64_t>(stored.size()) + 1);
    }

    void aPlaceThatCannotBeUsedIsNamed()
    {
        const QTemporaryDir folder;
        SqliteJournal nowhere{folder.filePath(QStringLiteral("no/such/folder/journal.sqlite")), m_clock};
        const auto refused = answer(nowhere.open());
        QVERIFY(!refused);
        QVERIFY(refused.error().detail.find("no/such/folder") != std::string::npos);
        QVERIFY(!answer(nowhere.append(intentOf(order("x")))));

        const QString target = folder.filePath(QStringLiteral("elsewhere"));
        QVERIFY(QFile{target}.open(QIODevice::WriteOnly));
        QVERIFY(QFile::link(target, pathIn(folder)));
        SqliteJournal linked{pathIn(folder), m_clock};
        const auto link = answer(linked.open());
        QVERIFY(!link);
        QVERIFY(link.error().detail.find("symbolic link") != std::string::npos);
    }

    void aFileThatMayNotBeWrittenIsSaid()
    {
        if (::geteuid() == 0) {
            QSKIP("nothing is read-only for root");
        }
        const QTemporaryDir folder;
        opened(folder).reset();
        QFile{pathIn(folder)}.setPermissions(QFileDevice::ReadOwner);
        SqliteJournal journal{pathIn(folder), m_clock};
        const auto refused = answer(journal.open());
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Storage);
    }

    void onlyTheOwnerCanReadTheFile()
    {
        const QTemporaryDir folder;
        const auto journal = opened(folder);
        QVERIFY(answer(journal->append(intentOf(order(journal->nextClientOrderId())))));
        const auto others = QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ReadOther |
                            QFileDevice::WriteOther;
        const auto names = QDir{folder.path()}.entryInfoList(QDir::Files);
        QVERIFY(!names.isEmpty());
        for (const QFileInfo &file : names) {
            QVERIFY2(!(file.permissions() & others), qPrintable(file.fileName()));
        }
    }

    void whatWasAskedForBeforeTheEndIsCarriedOut()
    {
        const QTemporaryDir folder;
        auto journal = opened(folder);
        QFuture<ports::Result<bool>> last;
        for (int n = 0; n < 50; ++n) {
            last = journal->append(intentOf(order(journal->nextClientOrderId())));
        }
        journal.reset();
        QVERIFY(last.isFinished());
        QCOMPARE(answer(opened(folder)->past())->unresolved.size(), std::size_t{50});
    }

    void aClosedJournalRefuses()
    {
        const QTemporaryDir folder;
        const auto journal = opened(folder);
        const std::string id = journal->nextClientOrderId();
        const auto closing = journal->close();
        QTRY_VERIFY(closing.isFinished());
        QVERIFY(journal->nextClientOrderId().empty());
        QVERIFY(!answer(journal->append(intentOf(order(id)))));
    }
};

QTEST_GUILESS_MAIN(SqliteJournalTest)
#include "sqlite_journal_test.moc"
