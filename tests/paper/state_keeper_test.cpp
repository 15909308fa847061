#include "exchange/paper/server/state_keeper.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace paper;
using namespace std::chrono_literals;

namespace
{

/// A keeper whose accounts are a list of words.
struct Rig
{
    explicit Rig(bool isKept = true)
        : keeper{isKept ? folder.path() : QString{},
              {[this] {
                   ++wholes;
                   pending.clear();
                   return "{" + all + "}";
               },
                  [this](bool) {
                      ++changes;
                      return std::exchange(pending, {});
                  },
                  [this] { return now; }, [this](NoticeLevel, const QString &text) { notices << text; },
                  [this] { ++kepts; }}}
    {
    }
    void change(const std::string &word)
    {
        all += word;
        pending += word;
        keeper.onChange();
    }
    /// Says so once it may.
    void answer(const char *word)
    {
        keeper.whenKept([this, word] {
            answered << QString::fromLatin1(word);
            const auto kept = StateFile{folder.path()}.read();
            QByteArray disk = kept ? kept->state : QByteArray{};
            for (const QByteArray &change : kept ? kept->changes : std::vector<QByteArray>{}) {
                disk += change;
            }
            onDisk = onDisk && disk.contains(word);
        });
    }

    QTemporaryDir folder;
    domain::Timestamp now = domain::timestampFromMs(1'795'400'000'000);
    std::string all;
    std::string pending;
    int wholes = 0;
    int changes = 0;
    int kepts = 0;
    bool onDisk = true;
    QStringList notices;
    QStringList answered;
    StateKeeper keeper;
};

} // namespace

class StateKeeperTest : public QObject
{
    Q_OBJECT
private slots:
    void nothingIsToldBeforeItIsOnTheDisk()
    {
        Rig rig;
        for (const char *word : {"one", "two", "three", "four"}) {
            rig.change(word);
            rig.answer(word);
            QVERIFY(!rig.keeper.isKept(rig.keeper.latest()));
            QVERIFY(!rig.answered.contains(QString::fromLatin1(word)));
            QTRY_VERIFY(rig.answered.contains(QString::fromLatin1(word)));
            QVERIFY(rig.onDisk);
        }
        QVERIFY(rig.keeper.isKept(rig.keeper.latest()));
        QCOMPARE(rig.wholes, 1); // the first; the others are appended
        QCOMPARE(rig.changes, 3);
    }

    void oneWriteServesAllThatCameTogether()
    {
        Rig rig;
        rig.change("first");
        rig.answer("first");
        QTRY_COMPARE(rig.answered.size(), 1);
        for (const char *word : {"a", "b", "c", "d", "e"}) {
            rig.change(word);
            rig.answer(word);
        }
        QTRY_COMPARE(rig.answered.size(), 6);
        QCOMPARE(rig.changes, 1);
        QVERIFY(rig.onDisk);
        QCOMPARE(rig.answered.mid(1).join(u' '), QStringLiteral("a b c d e"));
    }

    void whatChangesDuringAWriteWaitsForTheNext()
    {
        Rig rig;
        rig.change("first");
        rig.answer("first");
        for (int i = 0; i < 50; ++i) {
            QCoreApplication::processEvents();
            const std::string word = "w" + std::to_string(i) + ".";
            rig.change(word);
            rig.keeper.whenKept([&rig, word] {
                const auto kept = StateFile{rig.folder.path()}.read();
                QByteArray disk = kept->state;
                for (const QByteArray &change : kept->changes) {
                    disk += change;
                }
                rig.onDisk = rig.onDisk && disk.contains(QByteArray::fromStdString(word));
                rig.answered << QString::fromStdString(word);
            });
        }
        QTRY_COMPARE(rig.answered.size(), 51);
        QVERIFY(rig.onDisk);
    }

    /// What is read may show a change that is not on the disk: the answer is a promise as well.
    void anAnswerThatChangesNothingWaitsForWhatItMayShow()
    {
        Rig rig;
        rig.change("order");
        rig.answer("order"); // of a GET, say
        QVERIFY(rig.answered.isEmpty());
        QTRY_COMPARE(rig.answered.size(), 1);
        rig.answer("order");
        QCOMPARE(rig.answered.size(), 2); // nothing changed since: at once
    }

    void savingNowAnswersWhoWaits()
    {
        Rig rig;
        rig.change("one");
        rig.answer("one");
        QVERIFY(rig.keeper.saveNow(true));
        QCOMPARE(rig.answered.size(), 1);
        QVERIFY(rig.onDisk);
        rig.change("two"); // a write begins and is overtaken
        rig.answer("two");
        QCoreApplication::processEvents();
        QVERIFY(rig.keeper.saveNow(false));
        QCOMPARE(rig.answered.size(), 2);
        QTest::qWait(50); // the overtaken one reports
        rig.change("three");
        rig.answer("three");
        QTRY_COMPARE(rig.answered.size(), 3);
        QVERIFY(rig.onDisk);
        QVERIFY(!StateFile{rig.folder.path()}.read()->isLogDamaged);
    }

    void theMarketsChangesAreKeptWithinAQuarterOfASecond()
    {
        Rig rig;
        rig.change("order");
        QTRY_VERIFY(rig.keeper.isKept(rig.keeper.latest()));
        rig.pending = rig.all = "fill";
        rig.keeper.onMarketChange();
        rig.keeper.step();
        QTest::qWait(20);
        QCOMPARE(rig.changes, 0);
        rig.now += 250ms;
        rig.keeper.step();
        QTRY_COMPARE(rig.kepts, 2);
        QCOMPARE(rig.changes, 1);
        QVERIFY(StateFile{rig.folder.path()}.read()->changes.back() == "fill");
    }

    void aFailureIsToldOnceAndTriedAgain()
    {
        Rig rig;
        rig.change("one");
        QTRY_VERIFY(rig.keeper.isKept(rig.keeper.latest()));
        QVERIFY(QDir{rig.folder.path()}.removeRecursively());
        for (const char *word : {"two", "three"}) {
            rig.change(word);
            rig.keeper.whenKept([&] { rig.answered << QStringLiteral("x"); });
            QTRY_VERIFY(rig.keeper.isKept(rig.keeper.latest())); // told, and answered nevertheless
        }
        QCOMPARE(rig.answered.size(), 2);
        QCOMPARE(rig.notices.size(), 1);
        QVERIFY(rig.notices.front().contains(QStringLiteral("could not be saved")));
        QVERIFY(QDir{}.mkpath(rig.folder.path()));
        rig.now += 2s;
        rig.keeper.step();
        QTRY_COMPARE(rig.notices.size(), 2);
        QCOMPARE(rig.notices.back(), QStringLiteral("The paper account is saved again."));
        QCOMPARE(StateFile{rig.folder.path()}.read()->state, QByteArray{"{onetwothree}"});
    }

    void withoutAFolderEverythingIsAnsweredAtOnce()
    {
        Rig rig{false};
        rig.change("one");
        rig.keeper.whenKept([&] { rig.answered << QStringLiteral("x"); });
        QCOMPARE(rig.answered.size(), 1);
        QVERIFY(rig.keeper.saveNow(true));
        QCOMPARE(rig.wholes, 0);
    }

    void scenariosAreKeptBeside()
    {
        Rig rig;
        QVERIFY(rig.keeper.beside(StateFile::Beside::Scenarios).isEmpty());
        rig.keeper.keepBeside(StateFile::Beside::Scenarios, "[1]");
        QCOMPARE(rig.keeper.beside(StateFile::Beside::Scenarios), QByteArray{"[1]"});
        QCOMPARE((StateFile{rig.folder.path()}.beside(StateFile::Beside::Scenarios)), QByteArray{"[1]"});
    }
};

QTEST_GUILESS_MAIN(StateKeeperTest)
#include "state_keeper_test.moc"
