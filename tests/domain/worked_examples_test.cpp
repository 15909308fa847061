#include "models/domain/risk/worked_examples.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include <set>

using namespace domain;

class WorkedExamplesTest : public QObject
{
    Q_OBJECT
private slots:
    void everyFigureIsAsItsSourceHasIt_data()
    {
        QTest::addColumn<QString>("expected");
        QTest::addColumn<QString>("computed");
        for (const WorkedExample &example : workedExamples()) {
            for (const WorkedFigure &figure : example.figures) {
                QTest::addRow("%s: %s, %s", example.topic.c_str(), example.title.c_str(), figure.name.c_str())
                    << QString::fromStdString(figure.expected) << QString::fromStdString(figure.computed);
            }
        }
    }
    void everyFigureIsAsItsSourceHasIt()
    {
        QFETCH(QString, expected);
        QFETCH(QString, computed);
        QCOMPARE(computed, expected);
    }

    void everyExampleSaysWhatWasGivenAndWhoSaysWhatComesOut()
    {
        std::set<std::string> topics;
        for (const WorkedExample &example : workedExamples()) {
            QVERIFY2(!example.source.empty() && !example.given.empty() && !example.figures.empty(),
                example.title.c_str());
            QVERIFY2(example.agrees(), example.title.c_str());
            topics.insert(example.topic);
        }
        for (const char *topic : {"Isolated margin", "Cross margin", "Hedge mode", "Brackets", "Order cost",
                 "Tiny and huge prices", "Adding, reducing, turning", "Funding and fees", "Approximation",
                 "Other venues", "Planned trades"}) {
            QVERIFY2(topics.contains(topic), topic);
        }
    }

    void anExampleThatDiffersSaysSo()
    {
        WorkedExample example;
        example.figures = {{"Liquidation price", "USDT", "100.0", "100.0"}};
        QVERIFY(example.agrees());
        example.figures.push_back({"Bankruptcy price", "USDT", "90.0", "90.1"});
        QVERIFY(!example.agrees());
        QVERIFY(example.figures.front().agrees());
    }

    void theConstructedOnesAreWhatTheFractionsGive()
    {
        const QString python = QStandardPaths::findExecutable(QStringLiteral("python3"));
        if (python.isEmpty()) {
            QSKIP("python3 is not installed");
        }
        const QString top = QStringLiteral(HEADROOM_SOURCE_DIR);
        QProcess script;
        script.setProcessChannelMode(QProcess::MergedChannels);
        script.start(
            python, {top + QStringLiteral("/tests/domain/worked_examples.py"), QStringLiteral("--check")});
        QVERIFY(script.waitForFinished());
        QVERIFY2(script.exitStatus() == QProcess::NormalExit && script.exitCode() == 0,
            script.readAll().constData());
    }
};

QTEST_GUILESS_MAIN(WorkedExamplesTest)
#include "worked_examples_test.moc"
