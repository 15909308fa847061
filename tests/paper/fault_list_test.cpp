#include "exchange/paper/core/faults.h"

#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

/// The list of faults in the user guide against the kinds there are: reliability F01 to F41.
class FaultListTest : public QObject
{
    Q_OBJECT

    QStringList m_rows; ///< "| F01 | … | … |"

private slots:
    void initTestCase()
    {
        QFile guide{QStringLiteral(HEADROOM_SOURCE_DIR "/resources/guide/guide.md")};
        QVERIFY(guide.open(QIODevice::ReadOnly));
        for (const QByteArray &line : guide.readAll().split('\n')) {
            if (line.size() > 4 && line.startsWith("| F") && line[3] >= '0' && line[3] <= '9') {
                m_rows << QString::fromUtf8(line);
            }
        }
    }

    void everyFaultOfTheModelHasItsRow()
    {
        QCOMPARE(m_rows.size(), 41);
        for (int number = 1; number <= 41; ++number) {
            QVERIFY(m_rows[number - 1].startsWith(
                QStringLiteral("| F%1 | ").arg(number, 2, 10, QLatin1Char('0'))));
        }
    }

    void everyKindIsListedAndEveryWordIsAKind()
    {
        QSet<QString> listed;
        const QRegularExpression word{QStringLiteral("`([^`]+)`")};
        const QSet<QString> fields{QStringLiteral("calls"), QStringLiteral("everyMs"),
            QStringLiteral("delayUpToMs"), QStringLiteral("code"), QStringLiteral("path"),
            QStringLiteral("method"), QStringLiteral("status"), QStringLiteral("event")};
        for (const QString &row : std::as_const(m_rows)) {
            const QString kinds = row.section(u'|', 3, 3);
            for (auto found = word.globalMatch(kinds); found.hasNext();) {
                const QString text = found.next().captured(1);
                if (!text.startsWith(u"--") && !text.startsWith(u"GET ") && !fields.contains(text)) {
                    QVERIFY2(paper::faultKindOf(text.toStdString()), qPrintable(row));
                    listed << text;
                }
            }
        }
        for (std::size_t i = 0; i < paper::faultKinds; ++i) {
            const std::string name{paper::toWire(static_cast<paper::FaultKind>(i))};
            QVERIFY2(listed.contains(QString::fromStdString(name)), name.c_str());
        }
    }
};

QTEST_APPLESS_MAIN(FaultListTest)
#include "fault_list_test.moc"
