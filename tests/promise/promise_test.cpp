#include "tests/promise/promise.h"

#include <QTest>

/// The full ten thousand: packaging/bench promise.
class PromiseTest : public QObject
{
    Q_OBJECT
private slots:
    void theExchangeDoesWhatTheCalculatorPromised()
    {
        const promise::Report report = promise::judgeAll(1, 5'000);
        QVERIFY2(report.differing == 0, promise::toText(report).c_str());
        // The plans must reach what they are there to prove.
        for (const char *kind : {"cross", "isolated", "hedge mode", "one-way mode", "long", "short",
                 "other cross positions moved", "liquidated at the promised tick", "no price liquidates",
                 "filled through several levels of the book", "left at the stop with the planned result",
                 "left at the stop through the book with the planned result",
                 "left at several targets with the planned results",
                 "left at the target with the planned result", "order refused as said",
                 "position closed by the plan"}) {
            const auto found = report.kinds.find(kind);
            QVERIFY2(found != report.kinds.end() && found->second >= 10, kind);
        }
    }
};

QTEST_APPLESS_MAIN(PromiseTest)
#include "promise_test.moc"
