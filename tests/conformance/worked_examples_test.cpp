#include "tests/conformance/stranger.h"

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

    QTemporaryDir m_folder;
    QString m_bars;
    std::unique_ptr<Exchange> m_exchange;
    std::unique_ptr<Stranger> m_trader;

    /// A market that stands at 60,000 and an account with that balance.
    void start(const char *balance)
    {
        m_exchange = std::make_unique<Exchange>(
            QStringList{latin("--replay"), m_bars, latin("--balance"), latin(balance), latin("--control")});
        QVERIFY(m_exchange->isReady());
        m_trader = std::make_unique<Stranger>(*m_exchange);
        mark("60000");
    }

    QJsonArray positions()
    {
        return m_trader->signedCall("GET", "/fapi/v3/positionRisk", "symbol=BTCUSDT").array();
    }
    QJsonObject position(const char *side = "BOTH")
    {
        for (const QJsonValue &row : positions()) {
            if (row[u"positionSide"].toString() == latin(side)) {
                return row.toObject();
            }
        }
        return {};
    }
    static Money number(const QJsonObject &row, const char *name) { return exactOf(row[latin(name)]); }

    /// Takes that quantity at exactly 60,000, once the market stands there on the other side.
    void trade(const QByteArray &side, const QByteArray &quantity, const QByteArray &more = {})
    {
        const char *const touch = side == "BUY" ? "askPrice" : "bidPrice";
        auto left = Quantity::literal(quantity.toStdString());
        for (int attempt = 0; attempt < 300 && left.isPositive(); ++attempt) {
            const QJsonObject quote = m_trader->get("/fapi/v1/ticker/bookTicker", "symbol=BTCUSDT").object();
            if (number(quote, touch) != Money::of(60'000)) {
                QTest::qWait(100);
                continue;
            }
            const Answer came = m_trader->signedCall("POST", "/fapi/v1/order",
                "symbol=BTCUSDT&type=LIMIT&price=60000&timeInForce=IOC&newOrderRespType=RESULT&side=" + side +
                    "&quantity=" + QByteArray::fromStdString(left.toFixed(3)) + more);
            QVERIFY2(came.status == 200, came.body.constData());
            left -= exactOf<Quantity>(came.object()[u"executedQty"]);
        }
        QVERIFY2(left.isZero(), "the market never came to 60,000");
    }
    void mark(const QByteArray &price)
    {
        QCOMPARE(
            m_trader->control("POST", "mark", "{\"symbol\":\"BTCUSDT\",\"price\":\"" + price + "\"}").status,
            200);
    }
    void settings(const QByteArray &marginType, const QByteArray &leverage)
    {
        m_trader->signedCall("POST", "/fapi/v1/marginType", "symbol=BTCUSDT&marginType=" + marginType);
        const Answer answer =
            m_trader->signedCall("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=" + leverage);
        QVERIFY2(answer.status == 200, answer.body.constData());
    }
    /// Everything closed again.
    void flatten()
    {
        mark("60000");
        m_trader->signedCall("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT");
        const QJsonArray held = positions();
        for (const QJsonValue &row : held) {
            const auto amount = exactOf<Quantity>(row[u"positionAmt"]);
            const QByteArray side = row[u"positionSide"].toString().toLatin1();
            m_trader->signedCall("POST", "/fapi/v1/order",
                "symbol=BTCUSDT&type=MARKET&side=" + QByteArray{amount.isPositive() ? "SELL" : "BUY"} +
                    "&quantity=" + QByteArray::fromStdString(amount.abs().toFixed(3)) +
                    (side == "BOTH" ? QByteArray{"&reduceOnly=true"} : "&positionSide=" + side));
        }
        QTRY_COMPARE(positions().size(), 0);
    }

private slots:
    void initTestCase()
    {
        // A day of minutes that all stand at 60,000.
        m_bars = m_folder.filePath(latin("BTCUSDT-1m-2026-01-01.csv"));
        QFile bars{m_bars};
        QVERIFY(bars.open(QIODevice::WriteOnly));
        for (qint64 i = 0; i < 1'440; ++i) {
            const QByteArray open = QByteArray::number(1'767'225'600'000 + i * 60'000);
            const QByteArray close = QByteArray::number(1'767'225'600'000 + i * 60'000 + 59'999);
            bars.write(
                open + ",60000,60000,60000,60000,10000," + close + ",600000000,100,5000,300000000,0\n");
        }
        bars.close();
        start("2000000");
    }
    void cleanup() { flatten(); }

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
        start("10030"); // 30 of it is the commission, so that 10,000 stand behind the position
        settings("CROSSED", "20");
        trade("BUY", "1.000");
        const QJsonObject account = m_trader->signedCall("GET", "/fapi/v3/account").object();
        QCOMPARE(number(account, "totalCrossWalletBalance"), Money::of(10'000));
        QVERIFY(isNear(number(position(), "liquidationPrice"), Money::literal("50200.8032"), "0.0001"));
        mark("58000");
        const QJsonObject held = position();
        QVERIFY(isNear(number(held, "maintMargin"), Money::of(232)));
        QVERIFY(isNear(number(held, "unRealizedProfit"), Money::of(-2'000))); // 232 / 8,000 = 2.9 %
    }

    void hedgedPositionsShareOnePrice()
    {
        start("10020");
        settings("CROSSED", "20");
        QCOMPARE(
            m_trader->signedCall("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=true").status, 200);
        trade("BUY", "1.000", "&positionSide=LONG");
        trade("SELL", "0.400", "&positionSide=SHORT");
        const Money wallet =
            number(m_trader->signedCall("GET", "/fapi/v3/account").object(), "totalCrossWalletBalance");
        // 10.4 with both sides in one equation, both in the first bracket.
        const Money expected =
            (wallet - Money::of(60'000) + Money::of(24'000)) / Rate::literal("-0.5944"); // 1.4 * 0.004 - 0.6
        QVERIFY(isNear(number(position("LONG"), "liquidationPrice"), expected, "0.001"));
        QVERIFY(isNear(number(position("SHORT"), "liquidationPrice"), expected, "0.001"));
        flatten();
        QCOMPARE(
            m_trader->signedCall("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=false").status, 200);
    }

    void orderMarginIsTheLargerSide()
    {
        start("2000000");
        settings("CROSSED", "2");
        trade("BUY", "0.500");
        for (const QByteArray &order : {QByteArray{"side=BUY&quantity=0.100&price=59000"},
                 QByteArray{"side=SELL&quantity=0.100&price=61000"}}) {
            const Answer answer = m_trader->signedCall(
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
