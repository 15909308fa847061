#include "tests/conformance/flat_market.h"

#include <string>

using namespace conformance;
using domain::Money;
using domain::Price;
using domain::Quantity;
using domain::Rate;

namespace
{

/// The exchange's own example of two long positions (reference 10.5).
struct Leg
{
    const char *symbol;
    const char *quantity;
    const char *entry;
    const char *mark;
    const char *leverage;
    const char *maintenance;
    const char *unrealized;
    const char *crossPrice;
    const char *isolatedPrice;
    /// The leverage table of the time: the example's rate and amount follow from it.
    const char *brackets;
};

constexpr Leg legs[] = {
    {"ETHUSDT", "3683.979", "1456.84", "1335.18", "4", "356512.508122", "-448192.88514", "1153.256464",
        "1114.78",
        R"([{"initialLeverage":100,"notionalCap":"10000","maintMarginRatio":"0.005"},
{"initialLeverage":75,"notionalCap":"100000","maintMarginRatio":"0.0065"},
{"initialLeverage":50,"notionalCap":"500000","maintMarginRatio":"0.01"},
{"initialLeverage":25,"notionalCap":"1000000","maintMarginRatio":"0.02"},
{"initialLeverage":10,"notionalCap":"2000000","maintMarginRatio":"0.05"},
{"initialLeverage":5,"notionalCap":"5000000","maintMarginRatio":"0.1"},
{"initialLeverage":4,"notionalCap":"10000000","maintMarginRatio":"0.125"}])"},
    {"BTCUSDT", "109.488", "32481.98", "31967.27", "20", "71200.811444", "-56354.56848", "26316.893265",
        "18778.73",
        R"([{"initialLeverage":125,"notionalCap":"50000","maintMarginRatio":"0.004"},
{"initialLeverage":100,"notionalCap":"250000","maintMarginRatio":"0.005"},
{"initialLeverage":50,"notionalCap":"1000000","maintMarginRatio":"0.01"},
{"initialLeverage":20,"notionalCap":"10000000","maintMarginRatio":"0.025"},
{"initialLeverage":10,"notionalCap":"20000000","maintMarginRatio":"0.05"}])"},
};
constexpr const char *walletBalance = "1535443.01";

Money numberOf(const QJsonObject &row, const char *name)
{
    return exactOf(row[QLatin1StringView{name}]);
}

/// Taker's fee of a leg at its entry price (reference 10.12).
Money feeOf(const Leg &leg)
{
    return Price::literal(leg.entry) * Quantity::literal(leg.quantity) * Rate::literal("0.0005");
}

} // namespace

/// Reference 10.5, the first example: both positions are opened over REST, the marks are set by the control
/// endpoint, and every figure of the published table is read from the account.
class OfficialExampleTest : public QObject
{
    Q_OBJECT

    FlatMarket m_market{{{"ETHUSDT", "1456.84"}, {"BTCUSDT", "32481.98"}}};

    /// What stands behind the positions is the example's wallet balance once the fees are paid.
    void start(Money balance)
    {
        m_market.start(QByteArray::fromStdString(balance.toString()));
        for (const Leg &leg : legs) {
            const Answer set = m_market.trader().control("POST", "brackets",
                QByteArray{"{\"symbol\":\""} + leg.symbol + "\",\"brackets\":" + leg.brackets + '}');
            QVERIFY2(set.status == 200, set.body.constData());
        }
    }

private slots:
    void theExchangesOwnExampleComesOutOverRest()
    {
        start(Money::literal(walletBalance) + feeOf(legs[0]) + feeOf(legs[1]));
        for (const Leg &leg : legs) {
            m_market.settings(leg.symbol, "CROSSED", leg.leverage);
            m_market.trade(leg.symbol, "BUY", leg.quantity);
        }
        for (const Leg &leg : legs) {
            m_market.mark(leg.symbol, leg.mark);
        }
        for (const Leg &leg : legs) {
            const QJsonObject held = m_market.position(leg.symbol);
            QCOMPARE(numberOf(held, "positionAmt"), Money::literal(leg.quantity));
            QCOMPARE(numberOf(held, "entryPrice"), Money::literal(leg.entry));
            QCOMPARE(numberOf(held, "markPrice"), Money::literal(leg.mark));
            QVERIFY(isNear(numberOf(held, "maintMargin"), Money::literal(leg.maintenance)));
            QVERIFY(isNear(numberOf(held, "unRealizedProfit"), Money::literal(leg.unrealized)));
            QVERIFY2(isNear(numberOf(held, "liquidationPrice"), Money::literal(leg.crossPrice), "0.000002"),
                qPrintable(held[u"liquidationPrice"].toString()));
        }
        const QJsonObject account = m_market.account();
        QVERIFY(isNear(numberOf(account, "totalCrossWalletBalance"), Money::literal(walletBalance)));
        QVERIFY(isNear(numberOf(account, "totalMaintMargin"), Money::literal("427713.319566")));
        QVERIFY(isNear(numberOf(account, "totalMarginBalance"), Money::literal("1030895.55638")));
    }

    void theIsolatedVariantComesOutToo()
    {
        // Each position alone, with the whole wallet moved into its bucket.
        for (const Leg &leg : legs) {
            start(Money::of(3'000'000));
            m_market.settings(leg.symbol, "ISOLATED", leg.leverage);
            m_market.trade(leg.symbol, "BUY", leg.quantity);
            const Money missing =
                Money::literal(walletBalance) - numberOf(m_market.position(leg.symbol), "isolatedWallet");
            const Answer added = m_market.trader().signedCall("POST", "/fapi/v1/positionMargin",
                QByteArray{"type=1&symbol="} + leg.symbol +
                    "&amount=" + QByteArray::fromStdString(missing.toString()));
            QVERIFY2(added.status == 200, added.body.constData());
            m_market.mark(leg.symbol, leg.mark);
            const QJsonObject held = m_market.position(leg.symbol);
            QCOMPARE(numberOf(held, "isolatedWallet"), Money::literal(walletBalance));
            QVERIFY2(isNear(numberOf(held, "liquidationPrice"), Money::literal(leg.isolatedPrice), "0.005"),
                qPrintable(held[u"liquidationPrice"].toString()));
        }
    }
};

QTEST_GUILESS_MAIN(OfficialExampleTest)
#include "official_example_test.moc"
