#include "models/domain/risk/open_risk.h"

#include <QTest>

#include <rapidcheck.h>

using namespace domain;

namespace
{

const Symbol btc = "BTCUSDT";
const CommissionTable noFees{{btc, {}}};

Position held(Side side, const char *quantity, const char *entry)
{
    Position position;
    position.symbol = btc;
    position.side = side;
    position.quantity = Quantity::literal(quantity);
    position.entryPrice = Price::literal(entry);
    return position;
}

Order stop(Side side, const char *quantity, const char *trigger, OrderType type = OrderType::StopMarket)
{
    Order order;
    order.request.symbol = btc;
    order.request.side = side;
    order.request.type = type;
    order.request.quantity = Quantity::literal(quantity);
    order.request.triggerPrice = Price::literal(trigger);
    order.request.reduceOnly = true;
    order.phase = OrderPhase::Working;
    return order;
}

OpenRisk riskOf(const Position &position, const char *mark, const std::vector<Order> &orders,
    const CommissionTable &fees = noFees)
{
    AccountState account;
    account.positions = {position};
    MarkPrices marks;
    marks[btc].mark = Price::literal(mark);
    return openRisk(account, marks, orders, fees);
}

} // namespace

/// What is lost if all stops fill, and what has none.
class OpenRiskTest : public QObject
{
    Q_OBJECT
private slots:
    void aLongLosesFromTheMarkToItsStop()
    {
        const OpenRisk risk = riskOf(held(Side::Buy, "2", "100"), "110", {stop(Side::Sell, "2", "95")});
        QCOMPARE(risk.lossFromMark, Money::of(30));
        QCOMPARE(risk.resultAtStops, Money::of(-10));
        QVERIFY(risk.nakedNotional.isZero());
    }

    void aShortIsTheMirrorOfIt()
    {
        const OpenRisk risk = riskOf(held(Side::Sell, "2", "100"), "90", {stop(Side::Buy, "2", "105")});
        QCOMPARE(risk.lossFromMark, Money::of(30));
        QCOMPARE(risk.resultAtStops, Money::of(-10));
    }

    void whatNoStopCoversCountsWhole()
    {
        const OpenRisk risk = riskOf(held(Side::Buy, "3", "100"), "100", {stop(Side::Sell, "1", "90")});
        QCOMPARE(risk.legs.front().naked, Quantity::of(2));
        QCOMPARE(risk.nakedNotional, Money::of(200));
        QCOMPARE(risk.risk(), Money::of(210));
    }

    void eachPartIsCoveredOnceByTheNearestStop()
    {
        const OpenRisk risk = riskOf(held(Side::Buy, "2", "100"), "100",
            {stop(Side::Sell, "2", "80"), stop(Side::Sell, "1", "95"), stop(Side::Sell, "5", "70")});
        QCOMPARE(risk.lossFromMark, Money::of(25));
    }

    void feesAreIn()
    {
        const OpenRisk risk = riskOf(held(Side::Buy, "1", "100"), "100", {stop(Side::Sell, "1", "90")}, {});
        QCOMPARE(risk.lossFromMark, Money::literal("10.045")); // 0.05 % of 90
        QCOMPARE(risk.resultAtStops, Money::literal("-10.045"));
    }

    void aStopForTheWholePositionNeedsNoQuantity()
    {
        Order whole = stop(Side::Sell, "0", "90");
        whole.request.reduceOnly = false;
        whole.request.closePosition = true;
        QCOMPARE(riskOf(held(Side::Buy, "7", "100"), "100", {whole}).lossFromMark, Money::of(70));
    }

    void whatIsNoStopProtectsNothing()
    {
        Order opening = stop(Side::Sell, "1", "90");
        opening.request.reduceOnly = false;
        Order done = stop(Side::Sell, "1", "90");
        done.phase = OrderPhase::Done;
        Order unknown = stop(Side::Sell, "1", "90");
        unknown.phase = OrderPhase::Unknown;
        const std::vector<Order> orders{opening, done, unknown, stop(Side::Buy, "1", "110"),
            stop(Side::Sell, "1", "120", OrderType::TakeProfitMarket)};
        const OpenRisk risk = riskOf(held(Side::Buy, "1", "100"), "100", orders);
        QCOMPARE(risk.legs.front().stops, 0);
        QCOMPARE(risk.legs.front().naked, Quantity::of(1));
    }

    void aStopLimitFillsAtTheWorseOfItsPrices()
    {
        Order limited = stop(Side::Sell, "1", "90", OrderType::Stop);
        limited.request.price = Price::of(88);
        QCOMPARE(riskOf(held(Side::Buy, "1", "100"), "100", {limited}).lossFromMark, Money::of(12));
    }

    void aTrailingStopHangsBelowTheMarkOnceItIsActive()
    {
        Order trailing = stop(Side::Sell, "1", "0", OrderType::TrailingStopMarket);
        trailing.request.callbackRate = Rate::of(2);
        QCOMPARE(riskOf(held(Side::Buy, "1", "100"), "100", {trailing}).lossFromMark, Money::of(2));
        trailing.request.activatePrice = Price::of(120);
        QVERIFY(riskOf(held(Side::Buy, "1", "100"), "100", {trailing}).nakedNotional.isPositive());
    }

    void anIsolatedPositionLosesAtMostItsMargin()
    {
        Position position = held(Side::Buy, "10", "100");
        position.marginType = MarginType::Isolated;
        position.isolatedWallet = Money::of(80);
        QCOMPARE(riskOf(position, "98", {}).nakedNotional, Money::of(60));
        QCOMPARE(riskOf(position, "98", {stop(Side::Sell, "5", "97")}).nakedNotional, Money::of(30));
    }

    void moreStopsNeverRaiseTheRiskOfWhatTheyCover()
    {
        rc::check("adding a stop never makes more of a position naked", [] {
            const auto quantity = Quantity::of(*rc::gen::inRange(1, 20));
            Position position = held(*rc::gen::element(Side::Buy, Side::Sell), "1", "100");
            position.quantity = quantity;
            std::vector<Order> orders;
            Quantity before = quantity;
            const int count = *rc::gen::inRange(1, 6);
            for (int at = 0; at < count; ++at) {
                Order one = stop(opposite(position.side), "1", "1");
                one.request.quantity = Quantity::of(*rc::gen::inRange(1, 10));
                one.request.triggerPrice = Price::of(*rc::gen::inRange(50, 150));
                orders.push_back(one);
                const OpenRisk risk = riskOf(position, "100", orders);
                RC_ASSERT(risk.legs.front().naked <= before);
                RC_ASSERT(!risk.lossFromMark.isNegative());
                before = risk.legs.front().naked;
            }
        });
    }
};

QTEST_APPLESS_MAIN(OpenRiskTest)

#include "open_risk_test.moc"
