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
