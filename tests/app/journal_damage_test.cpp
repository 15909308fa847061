#include "app/journal_file.h"
#include "tests/support/journal_script.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <random>

using namespace app;
using namespace domain;
using support::JournalScript;

namespace
{

const Timestamp now = timestampFromMs(1'760'000'000'000);
constexpr int scriptOrders = 60;

/// A journal's folder as it is found at a start, ready to be damaged: after an orderly end, or after a kill,
/// when the newest entries are in the write-ahead log only.
class Victim
{
public:
    explicit Victim(bool isKilled)
    {
        auto file = JournalFile::open(path(), now);
        for (const JournalEntries &entries : JournalScript{}.appends(scriptOrders)) {
            if (!file || !file->append(entries, now)) {
                return;
            }
        }
        installId = file->installId();
        head = file->head();
        orders = *file->recent(1'000);
        if (isKilled) {
            file->abandon();
        }
    }
    QString path() const { return m_folder.filePath(QStringLiteral("journal.sqlite")); }
    QString wal() const { return path() + QStringLiteral("-wal"); }

    static QByteArray bytesOf(const QString &name)
    {
        QFile file{name};
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{};
    }
    static void put(const QString &name, const QByteArray &bytes)
    {
        QFile file{name};
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) {
            qFatal("cannot write");
        }
    }
    std::map<QString, QByteArray> files() const
    {
        std::map<QString, QByteArray> all;
        for (const QString &name : QDir{m_folder.path()}.entryList(QDir::Files)) {
            all[name] = bytesOf(m_folder.filePath(name));
        }
        return all;
    }
    void restore(const std::map<QString, QByteArray> &all) const
    {
        for (const QString &name : QDir{m_folder.path()}.entryList(QDir::Files)) {
            QFile::remove(m_folder.filePath(name));
        }
        for (const auto &[name, bytes] : all) {
            put(m_folder.filePath(name), bytes);
        }
    }
    /// What a start makes of it: nothing is missing, or it is said that something may be. Empty: neither.
    QString outcome() const
    {
        auto file = JournalFile::open(path(), now);
        if (!file) {
            return QStringLiteral("error: ") + QString::fromStdString(file.error().detail);
        }
        if (file->past().isRebuilt) {
            const bool isNewcomer = file->installId() != installId && !file->notice().isEmpty();
            return isNewcomer && file->verify() ? QStringLiteral("rebuilt") : QString{};
        }
        const auto there = file->recent(1'000);
        return file->head().sequence == head.sequence && file->head().chain == head.chain && there &&
                       *there == orders
                   ? QStringLiteral("whole")
                   : QString{};
    }

    std::string installId;
    JournalHead head;
    std::vector<Order> orders;

private:
    QTemporaryDir m_folder;
};

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
        const Victim victim{isKilled};
        const auto before = victim.files();
        std::mt19937 random{isKilled ? 2U : 1U};
        int said = 0;
        for (int n = 0; n < 100; ++n) {
            victim.restore(before);
            const QString name = isKilled && n % 2 == 0 ? victim.wal() : victim.path();
            QByteArray bytes = Victim::bytesOf(name);
            // Every fifth one in the header, where one bit can mean anything.
            const auto range = static_cast<std::uint32_t>(n % 5 == 0 ? 100 : bytes.size());
            const auto at = static_cast<qsizetype>(random() % range);
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
            Victim::put(name, bytes);
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
        const Victim victim{false};
        const auto before = victim.files();
        const QByteArray bytes = Victim::bytesOf(victim.path());
        for (const double part : {0.0, 0.001, 0.01, 0.3, 0.5, 0.9, 0.99}) {
            victim.restore(before);
            Victim::put(
                victim.path(), bytes.left(static_cast<qsizetype>(static_cast<double>(bytes.size()) * part)));
            QCOMPARE(victim.outcome(), QStringLiteral("rebuilt"));
        }
    }

    void aTruncatedOrMissingLogIsSaid()
    {
        const Victim victim{true};
        const auto before = victim.files();
        const QByteArray bytes = Victim::bytesOf(victim.wal());
        QVERIFY(bytes.size() > 100'000);
        for (const double part : {0.0, 0.001, 0.3, 0.5, 0.9}) {
            victim.restore(before);
            Victim::put(
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
        const Victim victim{false};
        const auto before = victim.files();
        const QByteArray bytes = Victim::bytesOf(victim.path());
        const auto pages = static_cast<std::uint32_t>(bytes.size() / 4096);
        std::mt19937 random{3};
        for (int n = 0; n < 20; ++n) {
            victim.restore(before);
            const auto one = static_cast<qsizetype>(1 + random() % (pages - 1)) * 4096;
            const auto other = static_cast<qsizetype>(1 + random() % (pages - 1)) * 4096;
            QByteArray swapped = bytes;
            swapped.replace(one, 4096, bytes.mid(other, 4096));
            swapped.replace(other, 4096, bytes.mid(one, 4096));
            Victim::put(victim.path(), swapped);
            QCOMPARE(
                victim.outcome(), swapped == bytes ? QStringLiteral("whole") : QStringLiteral("rebuilt"));
        }
    }

    void anOlderCopyIsSaid()
    {
        const Victim victim{false};
        const auto older = victim.files();
        {
            auto file = JournalFile::open(victim.path(), now);
            Order order = JournalScript::order(client_order_ids::make(file->installId(), file->boot(), 1));
            QVERIFY(file->append(JournalEntries{JournalIntent{order}}, now));
        }
        Victim::put(victim.path(), older.at(QStringLiteral("journal.sqlite")));
        QCOMPARE(victim.outcome(), QStringLiteral("rebuilt"));
        auto file = JournalFile::open(victim.path(), now);
        QVERIFY(!file->past().isRebuilt); // said once
        QCOMPARE(static_cast<int>(file->past().unresolved.size()), unresolvedOf(victim.orders));
    }

    void aMissingFileIsSaid()
    {
        const Victim victim{false};
        QVERIFY(QFile::remove(victim.path()));
        auto file = JournalFile::open(victim.path(), now);
        QVERIFY(file && file->past().isRebuilt);
        QVERIFY2(file->notice().contains(QStringLiteral("missing")), qPrintable(file->notice()));
        QVERIFY(file->installId() != victim.installId);
    }

    void openOrdersFillsAndNotesAreSaved()
    {
        const Victim victim{false};
        QByteArray bytes = Victim::bytesOf(victim.path());
        // One letter in the text of one entry: its sum and the table beside it do not match any more.
        const auto at = bytes.indexOf("\"text\":\"orders panel\"");
        QVERIFY(at > 0);
        bytes[at + 8] = 'O';
        Victim::put(victim.path(), bytes);
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
};

QTEST_GUILESS_MAIN(JournalDamageTest)
#include "journal_damage_test.moc"
