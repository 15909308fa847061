#include "app/logging.h"

#include <QDir>
#include <QFileInfo>
#include <QLoggingCategory>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <rapidcheck.h>
#include <thread>

using namespace app;

namespace
{

const std::string secret =
    "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"; // the documentation's
const std::string_view blot = "[redacted]";

Q_LOGGING_CATEGORY(network, "test.network")

QByteArray contentOf(const QTemporaryDir &folder)
{
    QByteArray all;
    const auto files = QDir{folder.path()}.entryInfoList(QDir::Files);
    for (const QFileInfo &info : files) {
        QFile file{info.filePath()};
        if (file.open(QIODevice::ReadOnly)) {
            all += file.readAll();
        }
    }
    return all;
}

bool isInMemory(std::string_view text)
{
    const auto lines = recentLog(2000);
    return std::any_of(lines.begin(), lines.end(),
        [text](const LogLine &line) { return line.text.find(text) != std::string::npos; });
}

} // namespace

class LoggingTest : public QObject
{
    Q_OBJECT
private slots:
    void cleanup() { stopLogging(); }

    void strikesOutWhatLooksLikeASecret_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("shown");
        QTest::newRow("signature") << QByteArray{"symbol=BTCUSDT&timestamp=1&signature=c8db56825ae7&x=1"}
                                   << QByteArray{"symbol=BTCUSDT&timestamp=1&signature=[redacted]&x=1"};
        QTest::newRow("header") << QByteArray{"X-MBX-APIKEY: abc123, Accept: */*"}
                                << QByteArray{"X-MBX-APIKEY: [redacted], Accept: */*"};
        QTest::newRow("json") << QByteArray{R"({"listenKey":"pqia91ma19a5s61cv6a81va65","E":1})"}
                              << QByteArray{R"({"listenKey":"[redacted]","E":1})"};
        QTest::newRow("capitals") << QByteArray{"APIKEY=xyz"} << QByteArray{"APIKEY=[redacted]"};
        QTest::newRow("secretKey") << QByteArray{"secretKey = hunter2"}
                                   << QByteArray{"secretKey = [redacted]"};
        QTest::newRow("stream path")
            << QByteArray{"wss://fstream.example/ws/"
                          "pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81va65sdf19v8a65a1"}
            << QByteArray{"wss://fstream.example/ws/[redacted]"};
        QTest::newRow("private key") << QByteArray{"ed MC4CAQAwBQYDK2VwBCIEIPi/cqN++abc= end"}
                                     << QByteArray{"ed [redacted] end"};
        QTest::newRow("nothing") << QByteArray{"Order t0A1B20001000001X of BTCUSDT was filled at 65000.1"}
                                 << QByteArray{"Order t0A1B20001000001X of BTCUSDT was filled at 65000.1"};
        QTest::newRow("the word alone")
            << QByteArray{"the signature was refused"} << QByteArray{"the signature was refused"};
        QTest::newRow("forged line") << QByteArray{"bad\n2026 [info] all is well\x1b[2J"}
                                     << QByteArray{"bad\\n2026 [info] all is well?[2J"};
    }
    void strikesOutWhatLooksLikeASecret()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, shown);
        QCOMPARE(QByteArray::fromStdString(redacted(text.toStdString())), shown);
    }

    void aRegisteredSecretIsStruckOutWhereverItStands()
    {
        QVERIFY(registerSecret("s3cr3t+canary/1="));
        QVERIFY(!registerSecret("short"));
        QCOMPARE(redacted("as3cr3t+canary/1=b"), std::string{"a[redacted]b"});
        QCOMPARE(redacted("q=s3cr3t%2Bcanary%2F1%3D&"), std::string{"q=[redacted]&"});
        QCOMPARE(redacted("s3cr3t+canary/1"), std::string{"s3cr3t+canary/1"});
        QCOMPARE(redacted("short"), std::string{"short"});
    }

    void noRegisteredSecretIsEverShown()
    {
        QVERIFY(rc::check("a registered secret does not survive in any surroundings", [] {
            const auto word =
                *rc::gen::resize(40, rc::gen::container<std::string>(rc::gen::inRange('!', '~')));
            RC_PRE(word.size() >= 8);
            registerSecret(word);
            const auto before = *rc::gen::container<std::string>(rc::gen::inRange(' ', '~'));
            const auto after = *rc::gen::container<std::string>(rc::gen::inRange(' ', '~'));
            RC_ASSERT(redacted(before + word + after).find(word) == std::string::npos);
        }));
    }

    void writesLinesToTheFileAndKeepsThemInMemory()
    {
        const QTemporaryDir folder;
        QVERIFY(startLogging(folder.path(), QStringLiteral("info")));
        log(LogLevel::Info, "The venue is connected.");
        log(LogLevel::Debug, "too quiet for this level");
        stopLogging();
        const QByteArray content = contentOf(folder);
        QVERIFY(content.contains("The venue is connected."));
        QVERIFY(content.contains("Z info"));
        QVERIFY(!content.contains("too quiet"));
        QVERIFY(isInMemory("The venue is connected."));
        QVERIFY(!isInMemory("too quiet"));
    }

    void noCanaryGetsIntoFileOrMemoryByAnyWay()
    {
        const QTemporaryDir folder;
        QVERIFY(registerSecret(secret));
        QVERIFY(startLogging(folder.path(), QStringLiteral("trace")));
        log(LogLevel::Trace, "key " + secret);
        log(LogLevel::Error, "GET /x?a=1&signature=canarysignature0001");
        qWarning("Qt says %s", secret.c_str());
        qCDebug(network) << "listenKey=canarylistenkey0001" << QString::fromStdString(secret);
        stopLogging();
        const QByteArray content = contentOf(folder);
        for (const std::string &canary :
            {secret, std::string{"canarysignature"}, std::string{"canarylistenkey"}}) {
            QVERIFY2(!content.contains(canary.c_str()), canary.c_str());
            QVERIFY2(!isInMemory(canary), canary.c_str());
        }
        QVERIFY(content.contains("Qt says [redacted]"));
        QVERIFY(content.contains("test.network: "));
        QVERIFY(content.count(blot.data()) >= 5);
    }

    void filesRotateAndOnlySoManyAreKept()
    {
        const QTemporaryDir folder;
        QVERIFY(startLogging(folder.path(), QStringLiteral("info"), {20'000, 3}));
        const std::string line(1000, '.');
        for (int n = 0; n < 100; ++n) {
            log(LogLevel::Info, line + std::to_string(n));
        }
        stopLogging();
        const auto files = QDir{folder.path()}.entryInfoList(QDir::Files);
        QCOMPARE(files.size(), 3);
        for (const QFileInfo &file : files) {
            QVERIFY2(file.size() <= 20'000, qPrintable(file.fileName()));
            QVERIFY(!(file.permissions() & (QFileDevice::ReadGroup | QFileDevice::ReadOther)));
        }
        QVERIFY(contentOf(folder).contains(".99\n"));
        QVERIFY(!contentOf(folder).contains(".0\n"));
    }

    void aFolderThatCannotBeWrittenIsSaidAndTheLogGoesOn()
    {
        const QTemporaryDir folder;
        QVERIFY(QFile{folder.filePath(QStringLiteral("file"))}.open(QIODevice::WriteOnly));
        const auto started =
            startLogging(folder.filePath(QStringLiteral("file/logs")), QStringLiteral("info"));
        QVERIFY(!started);
        QCOMPARE(started.error().code, domain::ErrorCode::Storage);
        log(LogLevel::Info, "still here");
        QVERIFY(isInMemory("still here"));
    }

    void theFeedHandsNewLinesOverInBatchesFromAnyThread()
    {
        const QTemporaryDir folder;
        QVERIFY(startLogging(folder.path(), QStringLiteral("info")));
        LogFeed feed;
        std::vector<std::string> seen;
        int batches = 0;
        connect(&feed, &LogFeed::linesArrived, &feed, [&](const LogLinesPtr &lines) {
            ++batches;
            for (const LogLine &line : *lines) {
                if (line.text.starts_with("feed ")) {
                    seen.push_back(line.text);
                }
            }
        });
        std::thread other{[] {
            for (int n = 0; n < 500; ++n) {
                log(LogLevel::Info, "feed " + std::to_string(n));
            }
        }};
        other.join();
        QTRY_COMPARE_WITH_TIMEOUT(seen.size(), std::size_t{500}, 10'000);
        QCOMPARE(seen.front(), std::string{"feed 0"});
        QCOMPARE(seen.back(), std::string{"feed 499"});
        QVERIFY(batches < 10);
    }
};

QTEST_GUILESS_MAIN(LoggingTest)
#include "logging_test.moc"
