#include "tests/conformance/flat_market.h"

#include <string>

using namespace conformance;
using domain::Money;
using domain::Price;
using domain::Quantity;
using domain::Rate;

namespace
{

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

/// BTCUSDT's brackets of reference 10.3, as far as the examples reach.
struct Bracket
{
    std::int64_t cap;
    const char *rate;
    std::int64_t cum;
};
constexpr Bracket brackets[] = {{300'000, "0.004", 0}, {800'000, "0.005", 300}, {3'000'000, "0.0065", 1'500},
    {12'000'000, "0.01", 12'000}};

const Bracket &bracketOf(Money notional)
{
    for (const Bracket &bracket : brackets) {
        if (notional <= Money::of(bracket.cap)) {
            return bracket;
        }
    }
    return brackets[3];
}

} // namespace

/// Reference 10.4 and 10.5: the positions are opened over REST on a market that stands at 60,000, the mark is
/// set by the control endpoint, and the liquidation price is read from positionRisk.
class WorkedExamplesTest : public QObject
{
    Q_OBJECT

    FlatMarket m_market{{{"BTCUSDT", "60000"}}};

    static Money number(const QJsonObject &row, const char *name) { return exactOf(row[latin(name)]); }
    QJsonObject position(const char *side = "BOTH") { return m_market.position("BTCUSDT", side); }
    void trade(const QByteArray &side, const QByteArray &quantity, const QByteArray &more = {})
    {
        m_market.trade("BTCUSDT", side, quantity, more);
    }
    void settings(const QByteArray &marginType, const QByteArray &leverage)
    {
        m_market.settings("BTCUSDT", marginType, leverage);
    }

private slots:
    void initTestCase() { m_market.start("2000000"); }
    void cleanup() { m_market.flatten("BTCUSDT"); }

    void isolatedPositionsHaveTheReferencesPrices_data()
    {
        QTest::addColumn<QByteArray>("side");
        QTest::addColumn<QByteArray>("quantity");
        QTest::addColumn<QByteArray>("leverage");
        QTest::addColumn<std::string>("wallet");
        QTest::addColumn<std::string>("liquidation");
        QTest::newRow("long 20x") << QByteArray{"BUY"} << QByteArray{"0.500"} << QByteArray{"20"}
                                  << std::string{"1500"} << std::string{"57228.9157"};
        QTest::newRow("short 20x") << QByteArray{"SELL"} << QByteArray{"0.500"} << QByteArray{"20"}
                                   << std::string{"1500"} << std::string{"62749.0040"};
        QTest::newRow("bracket 3") << QByteArray{"BUY"} << QByteArray{"20.000"} << QByteArray{"50"}
                                   << std::string{"24000"} << std::string{"59109.2099"};
        QTest::newRow("another bracket on the way")
            << QByteArray{"BUY"} << QByteArray{"13.500"} << QByteArray{"10"} << std::string{"81000"}
            << std::string{"54249.0229"};
    }
    void isolatedPositionsHaveTheReferencesPrices()
    {
        QFETCH(QByteArray, side);
        QFETCH(QByteArray, quantity);
        QFETCH(QByteArray, leverage);
        QFETCH(std::string, wallet);
        QFETCH(std::string, liquidation);
        settings("ISOLATED", leverage);
        trade(side, quantity);
        const QJsonObject held = position();
        QCOMPARE(number(held, "entryPrice"), Money::of(60'000));
        QCOMPARE(number(held, "isolatedWallet"), Money::literal(wallet));
        QVERIFY2(isNear(number(held, "liquidationPrice"), Money::literal(liquidation), "0.0001"),
            qPrintable(held[u"liquidationPrice"].toString()));
        // At that price the margin balance is the maintenance margin.
        const auto amount = exactOf<Quantity>(held[u"positionAmt"]);
        const auto price = Price::literal(liquidation);
        const Money balance = Money::literal(wallet) + (price - Price::of(60'000)) * amount;
        const Money notional = price * amount.abs();
        const Bracket &bracket = bracketOf(notional);
        QVERIFY(isNear(balance, notional * Rate::literal(bracket.rate) - Money::of(bracket.cum), "0.01"));
    }

    void aCrossPositionStandsOnTheWholeWallet()
    {
        m_market.start("10030"); // 30 of it is the commission, so that 10,000 stand behind the position
        settings("CROSSED", "20");
        trade("BUY", "1.000");
        const QJsonObject account = m_market.trader().signedCall("GET", "/fapi/v3/account").object();
        QCOMPARE(number(account, "totalCrossWalletBalance"), Money::of(10'000));
        QVERIFY(isNear(number(position(), "liquidationPrice"), Money::literal("50200.8032"), "0.0001"));
        m_market.mark("BTCUSDT", "58000");
        const QJsonObject held = position();
        QVERIFY(isNear(number(held, "maintMargin"), Money::of(232)));
        QVERIFY(isNear(number(held, "unRealizedProfit"), Money::of(-2'000))); // 232 / 8,000 = 2.9 %
    }

    void hedgedPositionsShareOnePrice()
    {
        m_market.start("10020");
        settings("CROSSED", "20");
        QCOMPARE(m_market.trader()
                     .signedCall("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=true")
                     .status,
            200);
        trade("BUY", "1.000", "&positionSide=LONG");
        trade("SELL", "0.400", "&positionSide=SHORT");
        const Money wallet = number(
            m_market.trader().signedCall("GET", "/fapi/v3/account").object(), "totalCrossWalletBalance");
        // 10.4 with both sides in one equation, both in the first bracket.
        const Money expected =
            (wallet - Money::of(60'000) + Money::of(24'000)) / Rate::literal("-0.5944"); // 1.4 * 0.004 - 0.6
        QVERIFY(isNear(number(position("LONG"), "liquidationPrice"), expected, "0.001"));
        QVERIFY(isNear(number(position("SHORT"), "liquidationPrice"), expected, "0.001"));
        m_market.flatten("BTCUSDT");
        QCOMPARE(m_market.trader()
                     .signedCall("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=false")
                     .status,
            200);
    }

    void orderMarginIsTheLargerSide()
    {
        m_market.start("2000000");
        settings("CROSSED", "2");
        trade("BUY", "0.500");
        for (const QByteArray &order : {QByteArray{"side=BUY&quantity=0.100&price=59000"},
                 QByteArray{"side=SELL&quantity=0.100&price=61000"}}) {
            const Answer answer = m_market.trader().signedCall(
                "POST", "/fapi/v1/order", "symbol=BTCUSDT&type=LIMIT&timeInForce=GTC&" + order);
            QVERIFY2(answer.status == 200, answer.body.constData());
        }
        const QJsonObject held = position();
        QVERIFY(isNear(number(held, "positionInitialMargin"), Money::of(15'000))); // 30,000 / 2
        QVERIFY(isNear(
            number(held, "openOrderInitialMargin"), Money::of(2'950))); // max(35,900, 23,900) / 2 - 15,000
        QVERIFY(isNear(number(held, "initialMargin"), Money::of(17'950)));
    }
};

QTEST_GUILESS_MAIN(WorkedExamplesTest)
#include "worked_examples_test.moc"
