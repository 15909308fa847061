#include "app/command_line.h"

#include <QTest>

using namespace app;

class CommandLineTest : public QObject
{
    Q_OBJECT
private:
    static CommandLineAnswer parse(const QStringList &arguments)
    {
        return parseCommandLine(QStringList{QStringLiteral("headroom")} + arguments);
    }

private slots:
    void opensOnThePaperExchangeWhenNothingIsSaid()
    {
        const auto answer = parse({});
        QVERIFY(answer.options);
        QVERIFY(!answer.options->venue);
        QVERIFY(answer.options->replayFiles.isEmpty());
        QCOMPARE(answer.options->replaySpeed, 1);
    }

    void helpNamesEveryOptionAndNoSecretOnes()
    {
        const auto answer = parse({QStringLiteral("--help")});
        QVERIFY(!answer.options);
        QCOMPARE(answer.exitCode, 0);
        for (const char *option : {"--venue", "--rest-url", "--stream-url", "--symbol", "--replay",
                 "--replay-speed", "--seed", "--data-dir", "--log-level", "--credentials"}) {
            QVERIFY2(answer.text.contains(QLatin1StringView{option}), option);
        }
        QVERIFY(!answer.text.contains(QStringLiteral("--secret")));
        QVERIFY(!answer.text.contains(QStringLiteral("--key")));
    }

    void takesSeveralFilesToPlay()
    {
        const auto answer = parse({QStringLiteral("--replay"), QStringLiteral("a.csv"),
            QStringLiteral("b.zip"), QStringLiteral("--replay-speed"), QStringLiteral("60")});
        QVERIFY(answer.options);
        QCOMPARE(
            answer.options->replayFiles, QStringList({QStringLiteral("a.csv"), QStringLiteral("b.zip")}));
        QCOMPARE(answer.options->replaySpeed, 60);
    }

    void takesACustomVenueWithBothAddresses()
    {
        const auto answer = parse({QStringLiteral("--venue"), QStringLiteral("custom"),
            QStringLiteral("--rest-url"), QStringLiteral("http://127.0.0.1:8080"),
            QStringLiteral("--stream-url"), QStringLiteral("ws://127.0.0.1:8081")});
        QVERIFY(answer.options);
        QCOMPARE(answer.options->restUrl.port(), 8080);
        QCOMPARE(answer.options->streamUrl.port(), 8081);
    }

    void refusesWithASentenceThatNamesTheMistake_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("named");
        const auto words = [](const char *text) { return QString::fromLatin1(text).split(u' '); };
        QTest::newRow("venue") << words("--venue moon") << QStringLiteral("\"moon\" is not a venue");
        QTest::newRow("custom without addresses")
            << words("--venue custom") << QStringLiteral("both --rest-url");
        QTest::newRow("addresses without custom")
            << words("--rest-url http://a --stream-url ws://b") << QStringLiteral("--venue custom");
        QTest::newRow("rest address") << words("--venue custom --rest-url ftp://a --stream-url ws://b")
                                      << QStringLiteral("\"ftp://a\"");
        QTest::newRow("stream address") << words("--venue custom --rest-url http://a --stream-url http://b")
                                        << QStringLiteral("\"http://b\"");
        QTest::newRow("speed") << words("--replay a --replay-speed 0") << QStringLiteral("1 to 1000");
        QTest::newRow("speed nan") << words("--replay a --replay-speed nan") << QStringLiteral("1 to 1000");
        QTest::newRow("seed") << words("--seed x") << QStringLiteral("whole number");
        QTest::newRow("level") << words("--log-level loud") << QStringLiteral("\"loud\" is not a log level");
        QTest::newRow("stray file") << words("file.csv") << QStringLiteral("after --replay");
        QTest::newRow("replay on mainnet")
            << words("--venue mainnet --replay a") << QStringLiteral("paper exchange only");
        QTest::newRow("secret") << words("--secret abc") << QStringLiteral("secret");
    }
    void refusesWithASentenceThatNamesTheMistake()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, named);
        const auto answer = parse(arguments);
        QVERIFY(!answer.options);
        QCOMPARE(answer.exitCode, 2);
        QVERIFY2(answer.text.contains(named), qPrintable(answer.text));
    }
};

QTEST_GUILESS_MAIN(CommandLineTest)
#include "command_line_test.moc"
