#include "exchange/paper/core/fault_rules.h"

#include <QTest>

using namespace paper;
using namespace std::chrono_literals;

class FaultRulesTest : public QObject
{
    Q_OBJECT
private slots:
    void aRuleIsReadWithAllItsFields()
    {
        const auto file = readFaultFile(
            "{\"rules\":[{\"kind\":\"errorExecuted\",\"probability\":0.25,\"count\":3,\"skip\":2,"
            "\"calls\":\"placing\",\"method\":\"POST\",\"path\":\"/fapi\",\"symbol\":\"BTCUSDT\","
            "\"clientOrderId\":\"bot-\",\"delayMs\":100,\"delayUpToMs\":200,\"status\":503,\"code\":-1007,"
            "\"text\":\"so\"},{\"kind\":\"cutStreams\",\"everyMs\":300000,\"route\":\"private\"},"
            "{\"kind\":\"foreignLoad\",\"everyNth\":5,\"weight\":7,\"orders\":8},"
            "{\"kind\":\"hugeFrame\",\"size\":9,\"event\":\"ORDER_TRADE_UPDATE\",\"stream\":\"s\"}]}");
        QVERIFY2(file, file ? "" : file.error().detail.c_str());
        QCOMPARE(file->rules.size(), std::size_t{4});
        const FaultRule &first = file->rules[0];
        QVERIFY(first.kind == FaultKind::ErrorExecuted && first.calls == FaultCalls::Placing);
        QCOMPARE(first.probability, 0.25);
        QVERIFY(first.count == 3 && first.skip == 2 && first.status == 503 && first.code == -1007);
        QVERIFY(first.method == "POST" && first.path == "/fapi" && first.symbol == "BTCUSDT" &&
                first.clientOrderId == "bot-" && first.text == "so");
        QVERIFY(first.delay == 100ms && first.delayUpTo == 200ms);
        QVERIFY(file->rules[1].every == 5min && file->rules[1].route == Route::Private);
        QVERIFY(file->rules[2].everyNth == 5 && file->rules[2].weight == 7 && file->rules[2].orders == 8);
        QVERIFY(file->rules[3].size == 9 && file->rules[3].event == "ORDER_TRADE_UPDATE" &&
                file->rules[3].stream == "s");
    }

    void profilesAndListsAreUnderstood()
    {
        QCOMPARE(readFaultFile("{\"profile\":\"storm\"}")->profile, std::string{"storm"});
        QCOMPARE(readFaultFile("[{\"kind\":\"dropAfter\"}]")->rules.size(), std::size_t{1});
        QVERIFY(readFaultFile("{\"rules\":[]}")->rules.empty());
    }

    void rulesGoOnAsAReportTells()
    {
        Faults faults{5};
        faults.add({});
        const auto file =
            readFaultFile("[{\"kind\":\"dropAfter\",\"probability\":0.0000125,\"path\":\"/fapi\"},"
                          "{\"kind\":\"dropBefore\",\"count\":1,\"calls\":\"placing\"}]");
        for (const FaultRule &rule : file->rules) {
            faults.add(rule);
        }
        faults.remove(1);
        const domain::Timestamp now{1'700'000'000s};
        const Request order{"POST", "/fapi/v1/order", "symbol=BTCUSDT", {}, {}};
        QVERIFY(!faults.before(now, order).isClean()); // the second strikes, and may not again
        faults.setEnabled(false);
        faults.setClockAhead(-1'500ms);
        Faults again{5};
        QVERIFY(resumeFaults(faultsReport(faults), again));
        const auto rulesOf = [](const Faults &some) {
            const std::string report = faultsReport(some);
            return report.substr(0, report.find("\"counts\""));
        };
        QCOMPARE(rulesOf(again), rulesOf(faults));
        again.setEnabled(true);
        QVERIFY(again.before(now, order).isClean());
        QCOMPARE(again.add({}), 4); // no number is given twice
        const std::string before = faultsReport(again);
        for (const char *damaged : {"", "{}", "{\"enabled\":true,\"clockAheadMs\":0,\"rules\":[{}]}",
                 "{\"enabled\":true,\"clockAheadMs\":0,\"rules\":[{\"kind\":\"dropAfter\"}]}"}) {
            QVERIFY(!resumeFaults(damaged, again));
            QCOMPARE(faultsReport(again), before);
        }
    }

    void badFilesGetOneSentenceThatSaysWhere_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("begin");
        QTest::addColumn<QByteArray>("part");
        QTest::newRow("no JSON") << QByteArray{"{"} << QByteArray{"The rules are not JSON"} << QByteArray{};
        QTest::newRow("no rules") << QByteArray{"{}"} << QByteArray{"\"rules\" is missing"} << QByteArray{};
        QTest::newRow("other top") << QByteArray{"{\"rule\":[]}"} << QByteArray{"\"rule\" is unknown"}
                                   << QByteArray{"\"profile\" and \"rules\""};
        QTest::newRow("profile") << QByteArray{"{\"profile\":\"bad\"}"}
                                 << QByteArray{"\"profile\" is \"bad\""} << QByteArray{"standard"};
        QTest::newRow("no kind") << QByteArray{"[{\"kind\":\"delay\"},{}]"}
                                 << QByteArray{"Rule 2: \"kind\" is missing"} << QByteArray{"dropBefore"};
        QTest::newRow("kind") << QByteArray{"[{\"kind\":\"dropSoon\"}]"}
                              << QByteArray{"Rule 1: \"kind\" is unknown: dropSoon"}
                              << QByteArray{"dropBefore"};
        QTest::newRow("probability") << QByteArray{"[{\"kind\":\"delay\",\"probability\":2}]"}
                                     << QByteArray{"Rule 1: \"probability\" is 2"}
                                     << QByteArray{"a number from 0 to 1"};
        QTest::newRow("field") << QByteArray{"[{\"kind\":\"delay\",\"probabilty\":1}]"}
                               << QByteArray{"Rule 1: \"probabilty\" is not a field"}
                               << QByteArray{"probability"};
        QTest::newRow("number") << QByteArray{"[{\"kind\":\"delay\",\"delayMs\":\"5\"}]"}
                                << QByteArray{"Rule 1: \"delayMs\" is \"5\""} << QByteArray{"a whole number"};
        QTest::newRow("calls") << QByteArray{"[{\"kind\":\"delay\",\"calls\":\"all\"}]"}
                               << QByteArray{"Rule 1: \"calls\" is \"all\""} << QByteArray{"any, signed"};
        QTest::newRow("by time") << QByteArray{"[{\"kind\":\"delay\",\"everyMs\":5}]"}
                                 << QByteArray{"Rule 1: \"everyMs\" is of no use to delay"}
                                 << QByteArray{"everyNth"};
        QTest::newRow("negative") << QByteArray{"[{\"kind\":\"delay\",\"delayMs\":-5}]"}
                                  << QByteArray{"Rule 1: \"delayMs\" is negative"} << QByteArray{"clockStep"};
        QTest::newRow("no object") << QByteArray{"[5]"} << QByteArray{"Rule 1 is not an object"}
                                   << QByteArray{};
    }
    void badFilesGetOneSentenceThatSaysWhere()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, begin);
        QFETCH(QByteArray, part);
        const auto file = readFaultFile(json.toStdString());
        QVERIFY(!file);
        const QByteArray sentence = QByteArray::fromStdString(file.error().detail);
        QVERIFY2(sentence.startsWith(begin), sentence.constData());
        QVERIFY2(sentence.contains(part), sentence.constData());
        QVERIFY(sentence.endsWith('.'));
    }

    void theReportReadsBackAsRules()
    {
        Faults faults = standardFaults(1);
        const std::string report = faultsReport(faults);
        QVERIFY(report.find("\"kind\":\"dropAfter\",\"probability\":0.02") != std::string::npos);
        QVERIFY(report.find("\"everyMs\":300000,\"route\":\"private\"") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(FaultRulesTest)
#include "fault_rules_test.moc"
