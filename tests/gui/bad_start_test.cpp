#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <signal.h>
#include <zlib.h>

namespace
{

constexpr int patience = 60'000; // ms; several programs at once on a busy machine

const QByteArray goodRow =
    "1746057600000,60000.0,60010.0,59990.0,60005.0,12.5,1746057659999,750000,100,6.0,360000,0\n";
const QByteArray earlierRow =
    "1746057540000,60000.0,60010.0,59990.0,60005.0,12.5,1746057599999,750000,100,6.0,360000,0\n";

QByteArray gzipped(const QByteArray &text)
{
    QByteArray packed{text.size() + 1'024, Qt::Uninitialized};
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
    QByteArray input = text;
    stream.next_in = reinterpret_cast<Bytef *>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef *>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.truncate(static_cast<qsizetype>(stream.total_out));
    deflateEnd(&stream);
    return packed;
}

} // namespace

/// The built program, started with something that cannot work.
class BadStartTest : public QObject
{
    Q_OBJECT
private:
    struct Run
    {
        QByteArray name;
        QByteArray expected; ///< in its sentence on stderr
        std::unique_ptr<QProcess> process = std::make_unique<QProcess>();
    };

    QString file(const QString &name, const QByteArray &content) const
    {
        QFile file{m_folder.filePath(name)};
        return file.open(QIODevice::WriteOnly) && file.write(content) == content.size() ? file.fileName()
                                                                                        : QString{};
    }
    void run(QByteArray name, QByteArray expected, const QStringList &arguments)
    {
        Run run{std::move(name), std::move(expected)};
        const QString data = m_folder.filePath(QString::fromLatin1(run.name));
        QDir{}.mkpath(data + QStringLiteral("/paper"));
        QFile account{data + QStringLiteral("/paper/paper-state.json")};
        if (account.open(QIODevice::WriteOnly)) {
            account.write("the paper account");
        }
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
        run.process->setProcessEnvironment(environment);
        run.process->start(
            QStringLiteral(HEADROOM_PROGRAM), QStringList{QStringLiteral("--data-dir"), data} + arguments);
        m_runs.push_back(std::move(run));
    }
    void replay(QByteArray name, QByteArray expected, const QString &path)
    {
        run(std::move(name), std::move(expected), {QStringLiteral("--replay"), path});
    }

    QTemporaryDir m_folder;
    std::vector<Run> m_runs;

private slots:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void cleanup() { m_runs.clear(); }

    void aFileThatCannotBeReplayedIsNamedAndTheProgramEnds()
    {
        QByteArray many;
        for (int i = 0; i < 2'000; ++i) {
            many += QByteArray::number(1'746'057'600'000 + i * 60'000LL) + goodRow.mid(13);
        }
        const QByteArray packed = gzipped(many);
        replay("missing", "BTCUSDT-1m-none.csv: No such file or directory",
            m_folder.filePath(QStringLiteral("BTCUSDT-1m-none.csv")));
        QVERIFY(QDir{m_folder.path()}.mkdir(QStringLiteral("BTCUSDT-1m-dir")));
        replay("directory", "BTCUSDT-1m-dir: not a file with data",
            m_folder.filePath(QStringLiteral("BTCUSDT-1m-dir")));
        replay("empty", "BTCUSDT-1m-empty.csv: empty", file(QStringLiteral("BTCUSDT-1m-empty.csv"), {}));
        replay("text", "line 1: unknown layout",
            file(QStringLiteral("BTCUSDT-1m-text.csv"), "Dear reader,\nhello\n"));
        replay("columns", "line 2: 3 columns instead of 12",
            file(QStringLiteral("BTCUSDT-1m-columns.csv"), goodRow + "1,2,3\n"));
        replay("number", "line 2: not a kline: a number cannot be read",
            file(QStringLiteral("BTCUSDT-1m-number.csv"), goodRow + "x" + goodRow));
        replay("backwards", "line 2: times do not ascend",
            file(QStringLiteral("BTCUSDT-1m-back.csv"), goodRow + earlierRow));
        replay("gzip", "damaged after line",
            file(QStringLiteral("BTCUSDT-1m-cut.csv.gz"), packed.left(packed.size() / 2)));
        replay("zip", "not a zip file that can be read",
            file(QStringLiteral("BTCUSDT-1m-cut.zip"), "PK\3\4" + packed.left(200)));
        replay("binary", "far too long",
            file(QStringLiteral("BTCUSDT-1m-binary.csv"), QByteArray(100'000, 'z')));
        replay("name", "the name does not begin with a symbol",
            file(QStringLiteral("prices.csv"), QByteArray{}.append("1,60000,1,60000,1746057600000,true\n")));
        for (const Run &each : m_runs) {
            QTRY_COMPARE_WITH_TIMEOUT(each.process->state(), QProcess::NotRunning, patience);
            const QByteArray said = each.process->readAllStandardError();
            QVERIFY2(said.contains(each.expected), said.constData());
            QCOMPARE(said.count("cannot be replayed"), 1);
            QVERIFY2(said.contains("--replay takes klines"), said.constData()); // what to do
            QCOMPARE(each.process->exitStatus(), QProcess::NormalExit);
            QCOMPARE(each.process->exitCode(), 1);
            QFile account{m_folder.filePath(
                QString::fromLatin1(each.name) + QStringLiteral("/paper/paper-state.json"))};
            QVERIFY(account.open(QIODevice::ReadOnly));
            QCOMPARE(account.readAll(), QByteArray{"the paper account"});
            QCOMPARE(QDir{m_folder.filePath(QString::fromLatin1(each.name) + QStringLiteral("/paper"))}
                         .entryList(QDir::Files | QDir::Hidden)
                         .size(),
                1);
        }
    }

    void keysThatOthersCanReadAreRefused()
    {
        const QString keys = file(QStringLiteral("keys"),
            "key = " + QByteArray(64, 'k') + "\nsecret = " + QByteArray(64, 's') + '\n');
        QVERIFY(QFile::setPermissions(
            keys, QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup | QFile::ReadOther));
        run("open-keys", "can be read by others; run: chmod 600",
            {QStringLiteral("--venue"), QStringLiteral("custom"), QStringLiteral("--rest-url"),
                QStringLiteral("http://127.0.0.1:9"), QStringLiteral("--stream-url"),
                QStringLiteral("ws://127.0.0.1:9"), QStringLiteral("--credentials"), keys});
        const Run &only = m_runs.front();
        QTRY_COMPARE_WITH_TIMEOUT(only.process->state(), QProcess::NotRunning, patience);
        const QByteArray said = only.process->readAllStandardError();
        QVERIFY2(said.contains(only.expected), said.constData());
        QVERIFY(!said.contains(QByteArray(64, 's')));
        QCOMPARE(only.process->exitCode(), 1);
    }

    void aLogThatCannotBeWrittenIsSaidAndTheProgramWorks()
    {
        const QString data = m_folder.filePath(QStringLiteral("no-log"));
        QVERIFY(QDir{}.mkpath(data));
        QVERIFY(!file(QStringLiteral("no-log/log"), "in the way").isEmpty());
        run("no-log", "cannot be made", {});
        const Run &only = m_runs.front();
        QByteArray said;
        // Without a file the log goes to stderr.
        QTRY_VERIFY_WITH_TIMEOUT(
            (said += only.process->readAllStandardError()).contains("First live candle"), patience);
        QVERIFY2(said.contains(only.expected), said.constData());
        ::kill(static_cast<pid_t>(only.process->processId()), SIGTERM);
        QTRY_COMPARE_WITH_TIMEOUT(only.process->state(), QProcess::NotRunning, patience);
        QCOMPARE(only.process->exitStatus(), QProcess::NormalExit);
        QCOMPARE(only.process->exitCode(), 0);
    }
};

QTEST_GUILESS_MAIN(BadStartTest)
#include "bad_start_test.moc"
