#include "app/journal_backup.h"
#include "app/journal_export.h"
#include "tests/support/journal_folder.h"
#include "tests/support/journal_version1.h"
#include "tests/support/statement_faults.h"

#include <QTest>

#include <algorithm>
#include <functional>

using namespace app;
using namespace domain;
using support::JournalFolder;
using support::JournalScript;
using support::StatementFault;
using support::StatementFaults;
using Moment = StatementFault::Moment;
using Format = ports::Journal::ExportFormat;
using namespace std::chrono_literals;

Q_DECLARE_METATYPE(std::function<domain::Result<bool>(app::JournalFile &)>)

namespace
{

const Timestamp now = JournalFolder::now;
constexpr int scriptOrders = 8;

/// Calls attempt() once for each moment at which a statement can fail in it. It answers what is wrong.
template <class Attempt> QString atEveryStatement(StatementFaults &faults, Attempt attempt)
{
    for (const Moment moment : {Moment::Prepare, Moment::Start, Moment::Row}) {
        // While one is being prepared there are many moments, one for each column.
        for (std::int64_t step = 0;; step += moment == Moment::Prepare ? 3 : 1) {
            const QString wrong = attempt(StatementFault{moment, step, {}});
            if (!wrong.isEmpty()) {
                return QStringLiteral("moment %1, step %2: %3")
                    .arg(static_cast<int>(moment))
                    .arg(step)
                    .arg(wrong);
            }
            if (!faults.hasStruck()) {
                break;
            }
        }
    }
    return {};
}

QString faultOf(const Error &error)
{
    if (error.code != ErrorCode::Storage || error.detail.empty()) {
        return QStringLiteral("not said");
    }
    return SqliteDatabase::isDamage(error) ? QStringLiteral("taken for damage") : QString{};
}

} // namespace

/// A statement that fails, for whatever reason, is no damage: it is said, the files stay where they are, and
/// the next try finds everything.
class JournalStatementTest : public QObject
{
    Q_OBJECT
private slots:
    void aStartThatFailsAnywhereIsSaidAndLosesNothing_data()
    {
        QTest::addColumn<bool>("isKilled");
        QTest::newRow("after an orderly end") << false;
        QTest::newRow("after a kill") << true;
    }
    void aStartThatFailsAnywhereIsSaidAndLosesNothing()
    {
        QFETCH(bool, isKilled);
        const JournalFolder folder{scriptOrders, isKilled};
        const auto files = folder.files();
        StatementFaults faults;
        int refused = 0;
        const QString wrong = atEveryStatement(faults, [&](const StatementFault &fault) -> QString {
            folder.restore(files);
            faults.arm(fault);
            {
                auto file = JournalFile::open(folder.path(), now);
                if (file && file->past().isRebuilt) {
                    return QStringLiteral("a good journal was set aside");
                }
                if (!file) {
                    ++refused;
                    if (const QString unclear = faultOf(file.error()); !unclear.isEmpty()) {
                        return unclear;
                    }
                }
            }
            faults.disarm();
            const QString outcome = folder.outcome();
            return outcome == u"whole" ? QString{} : QStringLiteral("the next start: %1").arg(outcome);
        });
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        QVERIFY2(refused > 40, qPrintable(QString::number(refused)));
    }

    void aFileOfVersion1IsTakenOverWholeOrLeftAsItWas()
    {
        const JournalFolder folder{0, false};
        const auto empty = folder.files();
        StatementFaults faults;
        int refused = 0;
        const QString wrong = atEveryStatement(faults, [&](const StatementFault &fault) -> QString {
            folder.restore({});
            JournalFolder::put(folder.path(), {});
            {
                auto database = SqliteDatabase::open(folder.path().toStdString());
                if (!database || !database->execute(support::goldenVersion1)) {
                    return QStringLiteral("no file of version 1");
                }
            }
            faults.arm(fault);
            if (auto file = JournalFile::open(folder.path(), now); !file) {
                ++refused;
                if (const QString unclear = faultOf(file.error()); !unclear.isEmpty()) {
                    return unclear;
                }
            }
            faults.disarm();
            auto file = JournalFile::open(folder.path(), now);
            return file && !file->past().isRebuilt && file->head().sequence == 3 &&
                           file->past().unresolved.size() == 2 && file->recent(10)->size() == 3
                       ? QString{}
                       : QStringLiteral("the next start has something else");
        });
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        QVERIFY2(refused > 40, qPrintable(QString::number(refused)));
    }

    void aRebuildingThatFailsForgetsNoOpenOrder()
    {
        const JournalFolder folder{scriptOrders, false};
        const auto unresolved = std::ranges::count_if(folder.orders, &Order::isOpen);
        QVERIFY(unresolved > 0);
        auto files = folder.files();
        // One letter in the text of one entry: its sum and the table beside it do not match any more.
        QByteArray &bytes = files.at(QStringLiteral("journal.sqlite"));
        bytes[bytes.indexOf("\"text\":\"orders panel\"") + 8] = 'O';
        StatementFaults faults;
        int refused = 0;
        const QString wrong = atEveryStatement(faults, [&](const StatementFault &fault) -> QString {
            folder.restore(files);
            faults.arm(fault);
            {
                auto file = JournalFile::open(folder.path(), now);
                faults.disarm();
                if (file) {
                    // The fault struck what was being read of the damaged file: said, with what there is.
                    const QString told = QStringLiteral("with %1 orders").arg(file->recent(1'000)->size());
                    return file->past().isRebuilt && file->notice().contains(told)
                               ? QString{}
                               : QStringLiteral("not said: %1").arg(file->notice());
                }
                ++refused;
                if (const QString unclear = faultOf(file.error()); !unclear.isEmpty()) {
                    return unclear;
                }
            }
            faults.disarm();
            auto file = JournalFile::open(folder.path(), now);
            if (!file || !file->past().isRebuilt || file->notice().isEmpty()) {
                return QStringLiteral("the next start does not say it");
            }
            return std::ssize(file->past().unresolved) == unresolved
                       ? QString{}
                       : QStringLiteral("%1 open orders are left").arg(file->past().unresolved.size());
        });
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        QVERIFY2(refused > 40, qPrintable(QString::number(refused)));
    }

    void anAnchorThatCannotBeSetTakesItsEntryWithIt()
    {
        StatementFaults faults;
        auto file = JournalFile::open(QStringLiteral(":memory:"), now);
        const OrderMoment moment{JournalScript::id(0), now, {}, {}};
        QVERIFY(file->append(JournalEntries(9'999, moment), now));
        faults.arm({Moment::Start, 0, "INTO anchors"});
        QVERIFY(!file->append(JournalEntries{moment}, now));
        QVERIFY(faults.hasStruck());
        QCOMPARE(file->head().sequence, std::int64_t{9'999});
        QVERIFY(file->append(JournalEntries{moment}, now));
        QVERIFY(file->verify());
    }

    void whatFailsOnAnOpenJournalIsSaidAndChangesNothing_data()
    {
        using Work = std::function<Result<bool>(JournalFile &)>;
        QTest::addColumn<Work>("work");
        const auto row = [](const char *name, auto work) {
            QTest::newRow(name) << Work{[work](JournalFile &file) {
                return Result<bool>{work(file).map([](const auto &) { return true; })};
            }};
        };
        const Order order = JournalScript::order(JournalScript::id(900));
        row("an append", [order](JournalFile &file) {
            Order seen = order;
            seen.request.clientOrderId = "web_1";
            return file.append(JournalEntries{JournalIntent{order}, JournalState{order}, JournalState{seen},
                                   OrderMoment{order.clientOrderId(), now, {}, {}}, JournalNote{"a", "1"},
                                   JournalNote{"checkpoint BTCUSDT", ""}},
                now);
        });
        row("the last orders", [](JournalFile &file) { return file.recent(10); });
        row("an order's story", [](JournalFile &file) { return file.story(JournalScript::id(0)); });
        row("how many are open", [](JournalFile &file) { return file.unresolvedCount(); });
        row("its size", [](JournalFile &file) { return file.bytes(); });
        row("a sum", [](JournalFile &file) { return file.sumAt(5); });
        row("a check", [](JournalFile &file) { return file.verify(); });
        row("a start", [](JournalFile &file) { return file.startAnew(); });
        row("a test", [](JournalFile &file) { return file.testCommit(now); });
        row("the reserve", [](JournalFile &file) {
            return file.useReserve().and_then([&](bool) { return file.restoreReserve(); });
        });
        row("what is too old", [](JournalFile &file) { return file.pruneBefore(now, 1h, 10); });
        row("pruning", [](JournalFile &file) { return file.prune(20, now); });
        row("an export as CSV", [](JournalFile &file) {
            return journal_export::write(file, file.path() + QStringLiteral(".csv"), Format::Csv);
        });
        row("an export as JSON", [](JournalFile &file) {
            return journal_export::write(file, file.path() + QStringLiteral(".json"), Format::Json);
        });
    }
    void whatFailsOnAnOpenJournalIsSaidAndChangesNothing()
    {
        QFETCH(std::function<Result<bool>(JournalFile &)>, work);
        const JournalFolder folder{scriptOrders, false};
        const auto files = folder.files();
        JournalFileOptions options;
        options.maxPages = 100;
        StatementFaults faults;
        int refused = 0;
        const QString wrong = atEveryStatement(faults, [&](const StatementFault &fault) -> QString {
            folder.restore(files);
            auto file = JournalFile::open(folder.path(), now, options);
            const JournalHead head = file->head();
            faults.arm(fault);
            const auto done = work(*file);
            faults.disarm();
            if (done) {
                return {};
            }
            ++refused;
            if (const QString unclear = faultOf(done.error()); !unclear.isEmpty()) {
                return unclear;
            }
            if (QFile::exists(file->path() + QStringLiteral(".csv")) ||
                QFile::exists(file->path() + QStringLiteral(".json"))) {
                return QStringLiteral("half an export is there");
            }
            // The same handle goes on, and the file holds what it held.
            if (file->head().sequence != head.sequence || file->head().chain != head.chain ||
                !file->verify() || !file->append(JournalEntries{JournalNote{"after", "1"}}, now)) {
                return QStringLiteral("the journal does not go on");
            }
            const auto orders = file->recent(1'000);
            return orders && *orders == folder.orders ? QString{} : QStringLiteral("orders changed");
        });
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        QVERIFY2(refused > 1, qPrintable(QString::number(refused)));
    }
};

QTEST_GUILESS_MAIN(JournalStatementTest)
#include "journal_statement_test.moc"
