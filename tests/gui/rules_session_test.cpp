#include "tests/support/program.h"

#include <QApplication>
#include <QLabel>
#include <QTemporaryDir>
#include <QTest>

using support::outcomeOf;
using support::patience;
using support::Program;

namespace
{

domain::RiskRules lossRule(const char *limit)
{
    domain::RiskRules rules;
    rules.of(domain::RuleKind::DailyLoss) = {domain::RuleLimit::literal(limit), domain::RuleAction::Refuse};
    return rules;
}

QString refusalOf(const Program &program)
{
    domain::NewOrder order;
    order.symbol = "BTCUSDT";
    order.type = domain::OrderType::Market;
    order.quantity = domain::Quantity::literal("0.005");
    const auto answer = outcomeOf(program.venue().trading().submit(order));
    return answer && !*answer ? QString::fromStdString(answer->error().detail) : QString{};
}

} // namespace

/// The user's rules in the whole program over the paper exchange: sockets, journal, window and a restart.
class RulesSessionTest : public QObject
{
    Q_OBJECT
private slots:
    void theLockOfARuleOutlivesARestart()
    {
        const QTemporaryDir folder;
        Program program{folder.path()};
        QVERIFY(program.openPaper());
        const auto rules = [&program] { return program.venue().trading().riskRules(); };
        QVERIFY(program.buy()); // costs a taker fee of more than a dollar
        QTRY_VERIFY_WITH_TIMEOUT(rules()->day.realised < domain::Money::of(-1), patience);
        QTRY_VERIFY_WITH_TIMEOUT(rules()->day.isComplete, patience); // the exchange's own list was read
        QCOMPARE(rules()->day.trades, 1);
        const auto bid = program.bidLow();
        QVERIFY(bid);

        const auto set = outcomeOf(program.venue().trading().setRiskRules(lossRule("1")));
        QVERIFY(set && *set && **set);
        QTRY_VERIFY_WITH_TIMEOUT(rules()->lock.has_value(), patience);
        QVERIFY2(refusalOf(program).contains(QStringLiteral("Daily loss:")), qPrintable(refusalOf(program)));
        QTRY_VERIFY_WITH_TIMEOUT(
            [&] {
                const auto orders = outcomeOf(program.venue().trading().orders());
                return orders && std::ranges::none_of(**orders, [&](const domain::Order &order) {
                    return order.clientOrderId() == bid->clientOrderId() && order.isOpen();
                });
            }(),
            patience);
        QTRY_VERIFY_WITH_TIMEOUT(
            program.find<QLabel>("risk.lockText")->text().contains(QStringLiteral("Opening is locked for")),
            patience);
        const auto loosened = outcomeOf(program.venue().trading().setRiskRules({}));
        QVERIFY(loosened && *loosened && !**loosened); // not before tomorrow
        const domain::Money realised = rules()->day.realised;
        QVERIFY(program.close());

        QVERIFY(program.open([] {
            app::CommandLine options;
            options.venue = app::VenueKind::Paper;
            options.seed = 7;
            return options;
        }()));
        QTRY_VERIFY_WITH_TIMEOUT(rules()->lock.has_value(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(rules()->day.isComplete, patience);
        QCOMPARE(rules()->day.realised, realised); // kept, executions and the list: nothing counts twice
        QCOMPARE(rules()->day.trades, 1);
        QVERIFY(rules()->active == lossRule("1"));
        QVERIFY(rules()->pending.has_value());
        QVERIFY(refusalOf(program).contains(QStringLiteral("Daily loss:")));
        domain::NewOrder close;
        close.symbol = "BTCUSDT";
        close.side = domain::Side::Sell;
        close.type = domain::OrderType::Market;
        close.quantity = domain::Quantity::literal("0.05");
        close.reduceOnly = true;
        // Closing waits for the comparison at the start, and for nothing else.
        QTRY_VERIFY_WITH_TIMEOUT(
            program.venue().health().state()->gate <= domain::GateState::Reducing, patience);
        QVERIFY(program.submitted(close));
        QVERIFY(program.close());
    }
};

QTEST_MAIN(RulesSessionTest)

#include "rules_session_test.moc"
