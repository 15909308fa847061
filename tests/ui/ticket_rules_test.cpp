#include "tests/ui/seat.h"

#include <QAbstractButton>
#include <QCheckBox>
#include <QLabel>
#include <QSpinBox>
#include <QTest>

using domain::RuleAction;
using domain::RuleKind;
using domain::RuleLimit;
using support::Seat;

namespace
{

void rule(
    Seat &seat, RuleKind kind, const char *limit, RuleAction action = RuleAction::Refuse, int trades = 0)
{
    domain::RuleState state;
    state.active.of(kind) = {RuleLimit::literal(limit), action};
    state.day.trades = trades;
    seat.desk.trading.rules = std::make_shared<const domain::RuleState>(state);
    emit seat.desk.trading.riskRulesChanged(seat.desk.trading.rules);
}

void draft(const Seat &seat, const char *price, const char *size)
{
    seat.type("ticket.price", price);
    seat.type("ticket.size", size);
}

bool isSendable(const Seat &seat)
{
    return seat.get<QAbstractButton>("ticket.send")->isEnabled();
}

} // namespace

/// What the ticket says of the user's own rules before anything is sent.
class TicketRulesTest : public QObject
{
    Q_OBJECT
private slots:
    void aRuleSaysSoBeforeTheClick()
    {
        Seat seat;
        draft(seat, "64900", "0.01");
        QTRY_VERIFY(isSendable(seat));
        rule(seat, RuleKind::Trades, "2", RuleAction::Refuse, 2);
        QTRY_VERIFY(!isSendable(seat));
        QVERIFY2(seat.label("ticket.message").startsWith(QStringLiteral("Trades: this would be number 3")),
            qPrintable(seat.label("ticket.message")));
        seat.get<QCheckBox>("ticket.reduceOnly")->setChecked(true); // what reduces is not held back by a rule
        QVERIFY(!seat.label("ticket.message").contains(QStringLiteral("Trades")));
        seat.get<QCheckBox>("ticket.reduceOnly")->setChecked(false);
        rule(seat, RuleKind::Trades, "2", RuleAction::Warn, 2);
        QTRY_VERIFY(isSendable(seat)); // it will ask
        QVERIFY(seat.desk.trading.submitted.empty());
    }

    void theRiskUpToTheTicketsOwnStopIsHeldAgainstTheRules()
    {
        Seat seat;
        auto state = *seat.desk.account.current;
        state.positions = {support::Desk::position("ETHUSDT", domain::Side::Buy, "0.1", "3000")};
        seat.desk.account.publish(state); // without a stop: 300 USDT at risk
        draft(seat, "64900", "0.1");
        seat.get<QAbstractButton>("ticket.protect")->setChecked(true);
        seat.type("ticket.stop", "64400");
        QTRY_VERIFY2(isSendable(seat), qPrintable(seat.label("ticket.message")));
        // 300 + 0.1 * (64,900 - 64,400) + 0.05 % of both sides: 300 + 50 + 3.245 + 3.22.
        rule(seat, RuleKind::OpenRisk, "356.46");
        QTRY_VERIFY(!isSendable(seat));
        QCOMPARE(seat.label("ticket.message"),
            QStringLiteral("Open risk: 356.47 USDT would be lost if all stops filled, what has no stop "
                           "counted whole, the rule allows 356.46 USDT."));
        rule(seat, RuleKind::OpenRisk, "356.47");
        QTRY_VERIFY(isSendable(seat));
        rule(seat, RuleKind::OpenRisk, "356.46", RuleAction::Warn);
        QTRY_VERIFY(seat.label("ticket.message").startsWith(QStringLiteral("Open risk: ")));
        QVERIFY(isSendable(seat)); // it will ask
        // A stop that is being typed is scolded at its field, not by the rule.
        rule(seat, RuleKind::OpenRisk, "356.46");
        seat.type("ticket.stop", "");
        QTRY_VERIFY(seat.label("ticket.message").isEmpty());
        seat.type("ticket.stop", "64800");
        QTRY_VERIFY(isSendable(seat));
        // Without a stop it counts whole.
        seat.get<QAbstractButton>("ticket.protect")->setChecked(false);
        QTRY_VERIFY(seat.label("ticket.message").startsWith(QStringLiteral("Open risk: 6,790.00 USDT")));
        seat.get<QCheckBox>("ticket.reduceOnly")->setChecked(true);
        QVERIFY(!seat.label("ticket.message").contains(QStringLiteral("Open risk")));
    }

    void theRiskOfOneTradeCountsWhatIsHeldAlready()
    {
        Seat seat;
        auto state = *seat.desk.account.current;
        state.positions = {support::Desk::position("BTCUSDT", domain::Side::Buy, "0.001", "65000")};
        seat.desk.account.publish(state);
        draft(seat, "64900", "0.1");
        seat.get<QAbstractButton>("ticket.protect")->setChecked(true);
        seat.type("ticket.stop", "64400");
        // 65 of the position and 56.465 of the entry; the plan alone is within the rule.
        rule(seat, RuleKind::RiskPerTrade, "100");
        QTRY_VERIFY(!isSendable(seat));
        QCOMPARE(seat.label("ticket.message"),
            QStringLiteral("Risk per trade: 121.47 USDT of BTCUSDT would be at risk (what has no stop counts "
                           "whole), the rule allows 100 USDT."));
        // More than the rule by itself: said once, with the button that mends it.
        rule(seat, RuleKind::RiskPerTrade, "50");
        QTRY_VERIFY(seat.label("ticket.planIssue.message").contains(QStringLiteral("your rules allow 50")));
        QVERIFY(seat.label("ticket.message").isEmpty());
        QVERIFY(!isSendable(seat));
    }

    void whatTheTicketCannotKnowOfTheRiskIsSaid()
    {
        Seat seat;
        emit seat.desk.trading.orderChanged(
            seat.desk.order("ETHUSDT", "waiting", domain::OrderPhase::Working));
        draft(seat, "64900", "0.001");
        const auto note = [&seat] {
            const auto *label = seat.get<QLabel>("ticket.ruleNote");
            return label->isVisibleTo(seat.window.get()) ? label->text() : QString{};
        };
        QVERIFY(note().isEmpty()); // no rule asks for it
        rule(seat, RuleKind::OpenRisk, "100");
        QTRY_COMPARE(note(),
            QStringLiteral("1 waiting entry is left out of the risk counted here: only the order path knows "
                           "the stops of waiting entries, and holds all of them against your rules when you "
                           "send."));
        QVERIFY(isSendable(seat));                 // 64.90, and what the order path will make of the other
        rule(seat, RuleKind::RiskPerTrade, "100"); // the other is of another symbol
        QTRY_VERIFY(note().isEmpty());
        emit seat.desk.trading.orderChanged(seat.desk.order("BTCUSDT", "same", domain::OrderPhase::Working));
        QTRY_VERIFY(note().startsWith(QStringLiteral("1 waiting entry is ")));
        rule(seat, RuleKind::OpenRisk, "100");
        QTRY_VERIFY(note().startsWith(QStringLiteral("2 waiting entries are ")));
    }

    void theCalculatorHoldsTheOpenRiskAgainstTheRuleToo()
    {
        Seat seat;
        seat.type("calculator.entry", "64900");
        seat.type("calculator.stop", "63000");
        auto *handOver = seat.get<QAbstractButton>("calculator.handOver");
        QTRY_VERIFY(handOver->isEnabled());
        rule(seat, RuleKind::OpenRisk, "5"); // a safe size stays within it
        QTRY_VERIFY(
            seat.label("calculator.quantity.note").contains(QStringLiteral("your rule of open risk")));
        QVERIFY(handOver->isEnabled());
        rule(seat, RuleKind::OpenRisk, "1"); // less than the smallest trade loses
        QTRY_VERIFY(!handOver->isEnabled());
    }

    void sizeAndPriceAreMendedByAButton()
    {
        Seat seat;
        rule(seat, RuleKind::OrderSize, "1000");
        draft(seat, "64900", "0.1");
        QTRY_VERIFY(seat.label("ticket.size.message").startsWith(QStringLiteral("Order size: ")));
        QVERIFY(!isSendable(seat));
        auto *mend = seat.get<QAbstractButton>("ticket.size.mend");
        QCOMPARE(mend->text(), QStringLiteral("Set 0.015"));
        QVERIFY(mend->accessibleName().startsWith(QStringLiteral("Set 0.015: Order size: ")));
        mend->click();
        QCOMPARE(seat.get<QLineEdit>("ticket.size")->text(), QStringLiteral("0.015"));
        QVERIFY(isSendable(seat));

        rule(seat, RuleKind::PriceCollar, "0.01");
        draft(seat, "66000", "0.01");
        QTRY_VERIFY(seat.label("ticket.price.message").startsWith(QStringLiteral("Price collar: ")));
        seat.get<QAbstractButton>("ticket.price.mend")->click();
        QCOMPARE(seat.get<QLineEdit>("ticket.price")->text(), QStringLiteral("65650.0"));
        QVERIFY(isSendable(seat));
        QVERIFY(seat.desk.trading.submitted.empty());
    }

    void theLeverageControlKnowsTheRule()
    {
        Seat seat; // BTCUSDT is set to 10x
        rule(seat, RuleKind::Leverage, "20");
        auto *leverage = seat.get<QSpinBox>("ticket.leverage");
        leverage->setValue(25);
        QCOMPARE(leverage->value(), 10);
        QVERIFY(seat.desk.trading.leverages.empty());
        QCOMPARE(seat.label("ticket.leverage.message"),
            QStringLiteral("Your rules allow at most 20x: BTCUSDT stays at 10x."));
        leverage->setValue(20);
        QCOMPARE(seat.desk.trading.leverages.size(), std::size_t{1});
        QVERIFY(seat.label("ticket.leverage.message").isEmpty());
        // Above the rule already: lowering is allowed, and the draft says what to lower it to.
        auto state = *seat.desk.account.current;
        state.symbols["BTCUSDT"].leverage = 50;
        seat.desk.account.publish(state);
        draft(seat, "64900", "0.01");
        QTRY_VERIFY(
            seat.label("ticket.leverage.message").startsWith(QStringLiteral("Leverage: BTCUSDT is set")));
        QVERIFY(!isSendable(seat));
        leverage->setValue(30);
        QCOMPARE(seat.desk.trading.leverages.back().second, 30);
        seat.get<QAbstractButton>("ticket.leverage.mend")->click();
        QCOMPARE(seat.desk.trading.leverages.back().second, 20);
    }

    void aMarketOrderBeyondItsReachIsSaidWithAButton()
    {
        Seat seat;
        auto info = std::make_shared<domain::ExchangeInfo>(***seat.desk.marketData.exchangeInfoAnswer);
        info->symbols.front().marketTakeBound = domain::Rate::literal("0.05");
        emit seat.desk.marketData.exchangeInfoChanged(info);
        auto book = std::make_shared<domain::BookView>();
        book->symbol = "BTCUSDT";
        book->state = domain::BookView::State::Live;
        book->asks = {{domain::Price::literal("65000.1"), domain::Quantity::literal("0.4")},
            {domain::Price::of(70'000), domain::Quantity::of(9)}};
        book->bids = {{domain::Price::of(65'000), domain::Quantity::of(9)}};
        emit seat.desk.marketData.bookChanged(book);
        seat.choose("ticket.type", "Market");
        seat.type("ticket.size", "0.5");
        QTRY_VERIFY2(
            seat.label("ticket.size.message").startsWith(QStringLiteral("A market order trades at most 5 %")),
            qPrintable(seat.label("ticket.size.message")));
        seat.get<QAbstractButton>("ticket.size.mend")->click();
        QCOMPARE(seat.get<QLineEdit>("ticket.size")->text(), QStringLiteral("0.400"));
        QVERIFY(seat.label("ticket.size.message").isEmpty());
    }
};

QTEST_MAIN(TicketRulesTest)
#include "ticket_rules_test.moc"
