#include "exchange/paper/server/state_file.h"

#include "tests/support/failing_disk.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace paper;

class StateFileTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    QString logPath() const { return m_folder->filePath(QStringLiteral("paper-changes.log")); }
    StateFile::Kept read() const
    {
        const auto kept = StateFile{m_folder->path()}.read();
        return kept ? *kept : StateFile::Kept{"unreadable", {}, true};
    }
    QByteArray log() const
    {
        QFile file{logPath()};
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{};
    }
    void setLog(const QByteArray &content) const
    {
        QFile file{logPath()};
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        QCOMPARE(file.write(content), content.size());
    }
    /// A state and three changes.
    void write() const
    {
        StateFile file{m_folder->path()};
        QVERIFY(file.replace("{state}"));
        for (const char *change : {"{one}", "{two}", "{three}"}) {
            QVERIFY(file.append(change));
        }
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void anEmptyFolderHasNothing()
    {
        QVERIFY(read().state.isEmpty());
        QVERIFY(read().changes.empty());
    }

    void whatWasWrittenIsRead()
    {
        write();
        QCOMPARE(read().state, QByteArray{"{state}"});
        QCOMPARE(read().changes, (std::vector<QByteArray>{"{one}", "{two}", "{three}"}));
        QVERIFY(!read().isLogDamaged);
    }

    void aStateThatDoesNotFitIsSaidAndTheOldOneStays()
    {
        write();
        {
            const support::SmallFiles small{10};
            QVERIFY(!StateFile{m_folder->path()}.replace("{a state of more than ten bytes}"));
        }
        QCOMPARE(read().state, QByteArray{"{state}"});
        QCOMPARE(read().changes.size(), std::size_t{3});
    }

    /// The disk may hold any part of the last line when the power goes; nobody was told of it.
    void aLineThatWasCutOffIsForgotten()
    {
        write();
        const QByteArray whole = log();
        const qsizetype last = whole.lastIndexOf('\n', -2) + 1;
        for (qsizetype size = last; size < whole.size(); ++size) {
            setLog(whole.left(size));
            QCOMPARE(read().changes, (std::vector<QByteArray>{"{one}", "{two}"}));
            QVERIFY(!read().isLogDamaged);
        }
    }

    void damageBeforeTheEndIsNoticed()
    {
        write();
        setLog(log().replace("{two}", "{tow}"));
        QCOMPARE(read().changes, (std::vector<QByteArray>{"{one}"}));
        QVERIFY(read().isLogDamaged);
    }

    void aLineThatIsMissingIsNoticed()
    {
        write();
        QList<QByteArray> lines = log().split('\n');
        lines.removeAt(2);
        setLog(lines.join('\n'));
        QCOMPARE(read().changes, (std::vector<QByteArray>{"{one}"}));
    }

    /// The program may end between the new state and the new log.
    void aLogOfAnOlderStateIsNotRead()
    {
        write();
        const QByteArray old = log();
        QVERIFY(StateFile{m_folder->path()}.replace("{newer}"));
        QVERIFY(read().changes.empty());
        setLog(old);
        QCOMPARE(read().state, QByteArray{"{newer}"});
        QVERIFY(read().changes.empty());
        QVERIFY(!read().isLogDamaged);
    }

    void aDamagedStateIsRefusedAndKept()
    {
        write();
        QFile file{m_folder->filePath(QStringLiteral("paper-state.json"))};
        QVERIFY(file.open(QIODevice::ReadWrite));
        file.seek(file.size() - 2);
        file.write("x");
        file.close();
        const StateFile state{m_folder->path()};
        QCOMPARE(state.read().error().code, domain::ErrorCode::Malformed);
        QVERIFY(state.setAside());
        // The changes nobody read are kept as well.
        QCOMPARE(QDir{m_folder->path()}.entryList({QStringLiteral("*.damaged-*")}).size(), 2);
        QVERIFY(read().state.isEmpty());
    }

    void aLongLogAsksForANewState()
    {
        StateFile file{m_folder->path()};
        QVERIFY(file.replace("{}"));
        const QByteArray change(4 * 1024 * 1024, 'x');
        for (int i = 0; i < 8; ++i) {
            QVERIFY(!file.isLogLong());
            QVERIFY(file.append(change));
        }
        QVERIFY(file.isLogLong());
        QVERIFY(file.replace("{}"));
        QVERIFY(!file.isLogLong());
    }

    void aStateThatIsGoneIsNoticed()
    {
        StateFile file{m_folder->path()};
        QVERIFY(file.replace("{state}"));
        QVERIFY(file.append("{one}"));
        QVERIFY(QFile::remove(m_folder->filePath(QStringLiteral("paper-state.json"))));
        QCOMPARE(file.append("{two}").error().code, domain::ErrorCode::Storage);
        QVERIFY(file.replace("{again}"));
        QVERIFY(file.append("{three}"));
        QCOMPARE(read().changes, (std::vector<QByteArray>{"{three}"}));
    }

    void aFolderThatIsNotThereIsSaid()
    {
        StateFile file{QStringLiteral("/nonexistent/folder")};
        QCOMPARE(file.replace("{}").error().code, domain::ErrorCode::Storage);
        QCOMPARE(file.append("{}").error().code, domain::ErrorCode::Storage);
    }
};

QTEST_GUILESS_MAIN(StateFileTest)
#include "state_file_test.moc"
