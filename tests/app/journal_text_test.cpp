#include "app/journal_text.h"
#include "tests/support/journal_script.h"

#include <QTest>

using namespace app;
using namespace domain;
using support::JournalScript;

/// What is kept reads again as it was, and nothing else is read at all.
class JournalTextTest : public QObject
{
    Q_OBJECT
private slots:
    void anOrderReadsAsItWasWritten_data()
    {
        QTest::addColumn<int>("phase");
        QTest::addColumn<int>("endReason");
        QTest::addColumn<int>("origin");
        for (int phase = 0; phase <= int(OrderPhase::Quarantined); ++phase) {
            QTest::addRow("phase %d", phase) << phase << 0 << 0;
        }
        for (int reason = 0; reason <= int(EndReason::Triggered); ++reason) {
            QTest::addRow("end %d", reason) << int(OrderPhase::Done) << reason << 0;
        }
        for (int origin = 0; origin <= int(OrderOrigin::Settlement); ++origin) {
            QTest::addRow("origin %d", origin) << int(OrderPhase::Working) << 0 << origin;
        }
    }
    void anOrderReadsAsItWasWritten()
    {
        QFETCH(int, phase);
        QFETCH(int, endReason);
        QFETCH(int, origin);
        Order order = JournalScript::order(JournalScript::id(1));
        order.phase = static_cast<OrderPhase>(phase);
        order.endReason = static_cast<EndReason>(endReason);
        order.origin = static_cast<OrderOrigin>(origin);
        order.reasonText = "“why”\x01";
        const auto again = journal_text::readOrder(journal_text::write(order));
        QVERIFY(again);
        QVERIFY(*again == order);
    }

    void aWordOfANewerVersionMeansThatTheExchangeIsAsked()
    {
        QCOMPARE(journal_text::parsePhase("RESTING"), OrderPhase::Unknown);
        QCOMPARE(journal_text::parseEndReason("VANISHED"), EndReason::None);
    }

    void whatNobodyWroteIsNotRead_data()
    {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::newRow("not JSON") << QByteArray{"{"} << QByteArray{"}"};
        QTest::newRow("no object") << QByteArray{R"({"id")"} << QByteArray{R"([{"id")"};
        QTest::newRow("no id") << QByteArray{R"("id":)"} << QByteArray{R"("di":)"};
        QTest::newRow("an empty side") << QByteArray{R"("SELL")"} << QByteArray{R"("")"};
        QTest::newRow("a symbol that is a number") << QByteArray{R"("BTCUSDT")"} << QByteArray{"7"};
        QTest::newRow("a price that is none") << QByteArray{R"("65000.1")"} << QByteArray{R"("65,000.1")"};
        QTest::newRow("a price that is a number") << QByteArray{R"("65000.1")"} << QByteArray{"65000.1"};
        QTest::newRow("a flag that is a word")
            << QByteArray{R"("reduceOnly":1)"} << QByteArray{R"("reduceOnly":"1")"};
    }
    void whatNobodyWroteIsNotRead()
    {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QByteArray text =
            QByteArray::fromStdString(journal_text::write(JournalScript::order(JournalScript::id(1))));
        QVERIFY(journal_text::readOrder(text.toStdString()));
        QVERIFY2(text.contains(from), text.constData());
        text.replace(text.indexOf(from), from.size(), to);
        if (to.startsWith('[')) {
            text += ']'; // good JSON, but no row
        }
        const auto read = journal_text::readOrder(text.toStdString());
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::Malformed);
    }

    void executionsMomentsAndNotesOfNobodyAreNotRead()
    {
        QVERIFY(!journal_text::readFill(R"({"tradeId":5,"side":"BUY","positionSide":"BOTH"})"));
        QVERIFY(!journal_text::readMoment(R"({"at":5})", "x"));
        QVERIFY(!journal_text::readNote(R"({"value":"1"})"));
        QCOMPARE(journal_text::readNote(R"({"name":"pause","value":"1"})")->name, std::string{"pause"});
    }
};

QTEST_GUILESS_MAIN(JournalTextTest)
#include "journal_text_test.moc"
