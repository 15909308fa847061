#include "tests/conformance/stranger.h"

#include <cmath>

using namespace conformance;

namespace
{

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

/// BTCUSDT's brackets of reference 10.3, as far as the examples reach.
struct Bracket
{
    double cap;
    double rate;
    double cum;
};
constexpr Bracket brackets[] = {
    {300'000, 0.004, 0}, {800'000, 0.005, 300}, {3'000'000, 0.0065, 1'500}, {12'000'000, 0.01, 12'000}};

const Bracket &bracketOf(double notional)
{
    for (const Bracket &bracket : brackets) {
        if (notional <= bracket.cap) {
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
    std::unique_ptr<Stranger> m_other;

    /// A market that stands at 60,000 and two accounts with that balance.
    void start(const char *balance)
    {
        m_exchange = std::make_unique<Exchange>(QStringList{latin("--replay"), m_bars, latin("--accounts"),
            latin("2"), latin("--balance"), latin(balance), latin("--control")});
        QVERIFY(m_exchange->isReady());
        m_trader = std::make_unique<Stranger>(*m_exchange);
        m_other = std::make_unique<Stranger>(*m_exchange, 2);
        mark("60000");
        QVERIFY(m_other->signedCall("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=50").status == 200);
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
    static double number(const QJsonObject &row, const char *name)
    {
        return row[latin(name)].toString().toDouble();
    }

    /// Trades that quantity at exactly that price: the trader's order rests, the other account comes to it.
    void trade(Stranger &trader, Stranger &other, const QByteArray &side, const QByteArray &quantity,
        const QByteArray &price, const QByteArray &more = {})
    {
        const QByteArray against = side == "BUY" ? "SELL" : "BUY";
        double left = quantity.toDouble();
        for (int attempt = 0; attempt < 200 && left > 1e-9; ++attempt) {
            const QByteArray amount = QByteArray::number(left, 'f', 3);
            const Answer rests = trader.signedCall("POST", "/fapi/v1/order",
                "symbol=BTCUSDT&type=LIMIT&timeInForce=GTX&side=" + side + "&quantity=" + amount +
                    "&price=" + price + more);
            if (rests.status != 200) {
                QVERIFY2(
                    rests.code() == -5022, rests.body.constData()); // the market stands in the way for now
                QTest::qWait(50);
                continue;
            }
            const QByteArray id = QByteArray::number(rests.object()[u"orderId"].toInteger());
            for (int i = 0; i < 20; ++i) {
                const Answer came = other.signedCall("POST", "/fapi/v1/order",
                    "symbol=BTCUSDT&type=LIMIT&timeInForce=IOC&side=" + against + "&quantity=" + amount +
                        "&price=" + price);
                QVERIFY2(came.status == 200, came.body.constData());
                if (trader.signedCall("GET", "/fapi/v1/order", "symbol=BTCUSDT&orderId=" + id)
                        .object()[u"status"]
                        .toString() == u"FILLED") {
                    break;
                }
            }
            trader.signedCall("DELETE", "/fapi/v1/order", "symbol=BTCUSDT&orderId=" + id);
            left -= trader.signedCall("GET", "/fapi/v1/order", "symbol=BTCUSDT&orderId=" + id)
                        .object()[u"executedQty"]
                        .toString()
                        .toDouble();
        }
        QVERIFY2(left < 1e-9, price.constData());
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
    /// Everything closed again, on both accounts.
    void flatten()
    {
        mark("60000");
        for (Stranger *account : {m_trader.get(), m_other.get()}) {
            account->signedCall("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT");
            for (const QJsonValue &row :
                account->signedCall("GET", "/fapi/v3/positionRisk", "symbol=BTCUSDT").array()) {
                const double amount = row[u"positionAmt"].toString().toDouble();
                const QString side = row[u"positionSide"].toString();
                const bool isOneWay = side == u"BOTH";
                for (double left = std::abs(amount); left > 1e-9; left -= 20) {
                    account->signedCall("POST", "/fapi/v1/order",
                        "symbol=BTCUSDT&type=MARKET&side=" + QByteArray{amount > 0 ? "SELL" : "BUY"} +
                            "&quantity=" + QByteArray::number(std::min(left, 20.0), 'f', 3) +
                            (isOneWay ? QByteArray{"&reduceOnly=true"} : "&positionSide=" + side.toLatin1()));
                }
            }
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
        QTest::addColumn<double>("wallet");
        QTest::addColumn<double>("liquidation");
        QTest::newRow("long 20x") << QByteArray{"BUY"} << QByteArray{"0.500"} << QByteArray{"20"} << 1'500.0
                                  << 57'228.9157;
        QTest::newRow("short 20x") << QByteArray{"SELL"} << QByteArray{"0.500"} << QByteArray{"20"} << 1'500.0
                                   << 62'749.0040;
        QTest::newRow("bracket 3") << QByteArray{"BUY"} << QByteArray{"20.000"} << QByteArray{"50"}
                                   << 24'000.0 << 59'109.2099;
        QTest::newRow("another bracket on the way")
            << QByteArray{"BUY"} << QByteArray{"13.500"} << QByteArray{"10"} << 81'000.0 << 54'249.0229;
    }
    void isolatedPositionsHaveTheReferencesPrices()
    {
        QFETCH(QByteArray, side);
        QFETCH(QByteArray, quantity);
        QFETCH(QByteArray, leverage);
        QFETCH(double, wallet);
        QFETCH(double, liquidation);
        settings("ISOLATED", leverage);
        trade(*m_trader, *m_other, side, quantity, "60000");
        const QJsonObject held = position();
        QCOMPARE(number(held, "entryPrice"), 60'000.0);
        QCOMPARE(number(held, "isolatedWallet"), wallet);
        QVERIFY2(std::abs(number(held, "liquidationPrice") - liquidation) < 0.0001,
            qPrintable(held[u"liquidationPrice"].toString()));
        // At that price the margin balance is the maintenance margin.
        const double quantityHeld = number(held, "positionAmt");
        const double balance = wallet + quantityHeld * (liquidation - 60'000);
        const Bracket &bracket = bracketOf(std::abs(quantityHeld) * liquidation);
        QVERIFY(
            std::abs(balance - (std::abs(quantityHeld) * liquidation * bracket.rate - bracket.cum)) < 0.01);
    }

    void aCrossPositionStandsOnTheWholeWallet()
    {
        start("10012"); // 12 of it is the maker's commission, so that 10,000 stand behind the position
        settings("CROSSED", "20");
        trade(*m_trader, *m_other, "BUY", "1.000", "60000");
        const QJsonObject account = m_trader->signedCall("GET", "/fapi/v3/account").object();
        QCOMPARE(number(account, "totalCrossWalletBalance"), 10'000.0);
        QVERIFY(std::abs(number(position(), "liquidationPrice") - 50'200.8032) < 0.0001);
        mark("58000");
        const QJsonObject held = position();
        QVERIFY(std::abs(number(held, "maintMargin") - 232) < 1e-6);
        QVERIFY(std::abs(number(held, "unRealizedProfit") + 2'000) < 1e-6); // 232 / 8,000 = 2.9 %
    }

    void hedgedPositionsShareOnePrice()
    {
        start("10020");
        settings("CROSSED", "20");
        QCOMPARE(
            m_trader->signedCall("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=true").status, 200);
        trade(*m_trader, *m_other, "BUY", "1.000", "60000", "&positionSide=LONG");
        trade(*m_trader, *m_other, "SELL", "0.400", "60000", "&positionSide=SHORT");
        const double wallet =
            number(m_trader->signedCall("GET", "/fapi/v3/account").object(), "totalCrossWalletBalance");
        // 10.4 with both sides in one equation, both in the first bracket.
        const double expected = (wallet - 60'000 + 0.4 * 60'000) / (1 * 0.004 + 0.4 * 0.004 - 1 + 0.4);
        QVERIFY(std::abs(number(position("LONG"), "liquidationPrice") - expected) < 0.001);
        QVERIFY(std::abs(number(position("SHORT"), "liquidationPrice") - expected) < 0.001);
        flatten();
        QCOMPARE(
            m_trader->signedCall("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=false").status, 200);
    }

    void orderMarginIsTheLargerSide()
    {
        start("2000000");
        settings("CROSSED", "2");
        trade(*m_trader, *m_other, "BUY", "0.500", "60000");
        for (const QByteArray &order : {QByteArray{"side=BUY&quantity=0.100&price=59000"},
                 QByteArray{"side=SELL&quantity=0.100&price=61000"}}) {
            const Answer answer = m_trader->signedCall(
                "POST", "/fapi/v1/order", "symbol=BTCUSDT&type=LIMIT&timeInForce=GTC&" + order);
            QVERIFY2(answer.status == 200, answer.body.constData());
        }
        const QJsonObject held = position();
        QVERIFY(std::abs(number(held, "positionInitialMargin") - 15'000) < 1e-6); // 30,000 / 2
        QVERIFY(std::abs(number(held, "openOrderInitialMargin") - 2'950) <
                1e-6); // max(35,900, 23,900) / 2 - 15,000
        QVERIFY(std::abs(number(held, "initialMargin") - 17'950) < 1e-6);
    }
};

QTEST_GUILESS_MAIN(WorkedExamplesTest)
#include "worked_examples_test.moc"
