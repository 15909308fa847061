#include "tests/conformance/stranger.h"

using namespace conformance;
using domain::Money;
using domain::Rate;

namespace
{

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

QJsonObject rowOf(const QJsonValue &rows, const char *member, const char *asset)
{
    for (const QJsonValue &row : rows.toArray()) {
        if (row[QLatin1StringView{member}].toString() == QLatin1StringView{asset}) {
            return row.toObject();
        }
    }
    return {};
}

} // namespace

/// Assets beside USDT: reference 4.2, 5.9, 5.11, 7.2, 10.12.
class AssetsTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<Exchange> m_exchange;
    std::unique_ptr<Stranger> m_first;
    Checks m_checks;

    QJsonObject account() { return m_first->signedCall("GET", "/fapi/v3/account").object(); }

private slots:
    void initTestCase()
    {
        m_exchange =
            std::make_unique<Exchange>(QStringList{latin("--seed"), latin("18"), latin("--control")});
        QVERIFY(m_exchange->isReady());
        m_first = std::make_unique<Stranger>(*m_exchange);
        QTest::qWait(1'000);
    }
    void cleanup()
    {
        const QStringList failures = m_checks.takeFailures();
        QVERIFY2(failures.isEmpty(), qPrintable(failures.join(u'\n')));
    }

    void aTransferIsTold()
    {
        const QByteArray key =
            m_first->keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString().toLatin1();
        Socket socket{m_exchange->at("streams") + u"/private/ws?listenKey=" + QString::fromLatin1(key)};
        m_checks.equal("7.2", latin("transfer"),
            m_first->control("POST", "transfer", "{\"asset\":\"BNB\",\"amount\":\"2\"}").status, 200);
        const QJsonValue told = socket.event(latin("ACCOUNT_UPDATE"))[u"a"];
        m_checks.equal("7.2", latin("reason"), told[u"m"].toString(), latin("DEPOSIT"));
        m_checks.equal("7.2", latin("only what changed"), told[u"B"].toArray().size(), 1);
        m_checks.equal("7.2", latin("asset"), told[u"B"][0][u"a"].toString(), latin("BNB"));
        m_checks.equal("7.2", latin("change"), told[u"B"][0][u"bc"].toString(), latin("2.00000000"));
        const QJsonObject row = rowOf(
            m_first->signedCall("GET", "/fapi/v1/income", "incomeType=TRANSFER").json(), "asset", "BNB");
        m_checks.equal("5.11", latin("income"), row[u"income"].toString(), latin("2.00000000"));
        m_checks.equal("5.11", latin("balance"),
            rowOf(m_first->signedCall("GET", "/fapi/v3/balance").json(), "asset", "BNB")[u"balance"]
                .toString(),
            latin("2.00000000"));
        m_checks.equal("5.11", latin("account"),
            rowOf(account()[u"assets"], "asset", "BNB")[u"walletBalance"].toString(), latin("2.00000000"));
        m_checks.add("4.2", latin("exchangeInfo names it"),
            !rowOf(m_first->get("/fapi/v1/exchangeInfo").object()[u"assets"], "asset", "BNB").isEmpty());
        m_checks.equal("9.1", latin("no such asset"),
            m_first->control("POST", "transfer", "{\"asset\":\"SHELL\",\"amount\":\"2\"}").status, 409);
    }

    void feesArePaidInBnbWhereWanted()
    {
        const QByteArray key =
            m_first->keyed("POST", "/fapi/v1/listenKey").object()[u"listenKey"].toString().toLatin1();
        Socket socket{m_exchange->at("streams") + u"/private/ws?listenKey=" + QString::fromLatin1(key)};
        m_first->signedCall("POST", "/fapi/v1/feeBurn", "feeBurn=true");
        const Money before = exactOf(account()[u"totalWalletBalance"]);
        m_first->signedCall("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        const QJsonValue fill = socket.wait(
            [](const QJsonValue &value) { return value[u"o"][u"X"].toString() == u"FILLED"; })[u"o"];
        m_checks.equal("10.12", latin("N"), fill[u"N"].toString(), latin("BNB"));
        const Money index =
            exactOf(m_first->get("/fapi/v1/premiumIndex", "symbol=BNBUSDT").object()[u"indexPrice"]);
        const Money usdt = exactOf(fill[u"L"]) * Rate::literal("0.01") * Rate::literal("0.00045");
        const Money inBnb = exactOf(fill[u"n"]) * Rate::literal(index.toString());
        m_checks.add("10.12", latin("a tenth less"), (inBnb - usdt).abs() < usdt * Rate::literal("0.02"),
            QString::fromStdString(inBnb.toString()));
        const QJsonValue update = socket.event(latin("ACCOUNT_UPDATE"))[u"a"];
        m_checks.add("7.2", latin("BNB among the balances"),
            exactOf(rowOf(update[u"B"], "a", "BNB")[u"wb"]) < Money::of(2));
        m_checks.equal("10.12", latin("USDT is untouched"), account()[u"totalWalletBalance"].toString(),
            QString::fromStdString(before.toFixed(8)));
        const QJsonValue trade =
            m_first->signedCall("GET", "/fapi/v1/userTrades", "symbol=BTCUSDT").array().at(0);
        m_checks.equal("5.8", latin("commissionAsset"), trade[u"commissionAsset"].toString(), latin("BNB"));
        m_checks.equal("5.8", latin("marginAsset"), trade[u"marginAsset"].toString(), latin("USDT"));
        const QJsonValue income =
            m_first->signedCall("GET", "/fapi/v1/income", "incomeType=COMMISSION").array().at(0);
        m_checks.equal("5.11", latin("asset of the commission"), income[u"asset"].toString(), latin("BNB"));
        m_first->signedCall("POST", "/fapi/v1/feeBurn", "feeBurn=false");
        m_first->signedCall(
            "POST", "/fapi/v1/order", "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.010&reduceOnly=true");
        m_checks.equal("10.12", latin("without feeBurn"),
            m_first->signedCall("GET", "/fapi/v1/userTrades", "symbol=BTCUSDT")
                .array()
                .last()[u"commissionAsset"]
                .toString(),
            latin("USDT"));
    }

    void multiAssetsModeAddsThemUp()
    {
        const QJsonObject single = account();
        m_checks.equal("5.9", latin("mode"),
            m_first->signedCall("POST", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin=true").status, 200);
        const QJsonObject all = account();
        const Money bnb = exactOf(rowOf(all[u"assets"], "asset", "BNB")[u"walletBalance"]);
        const Money index =
            exactOf(m_first->get("/fapi/v1/premiumIndex", "symbol=BNBUSDT").object()[u"indexPrice"]);
        const Money worth = bnb * Rate::literal(index.toString());
        const auto grown = [&](const char *name) {
            return exactOf(all[QLatin1StringView{name}]) - exactOf(single[QLatin1StringView{name}]);
        };
        const auto isAbout = [](Money a, Money b) { return (a - b).abs() < b * Rate::literal("0.02"); };
        for (const char *name : {"totalWalletBalance", "totalMarginBalance", "totalCrossWalletBalance"}) {
            m_checks.add("5.11", latin(name), isAbout(grown(name), worth));
        }
        m_checks.add("5.11", latin("availableBalance, less the buffer"),
            isAbout(grown("availableBalance"), worth * Rate::literal("0.95")));
        m_first->signedCall("POST", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin=false");
        m_checks.equal("5.11", latin("USDT alone again"), account()[u"totalWalletBalance"].toString(),
            single[u"totalWalletBalance"].toString());
    }

    void everyIncomeTypeIsKnown()
    {
        for (const char *type :
            {"TRANSFER", "WELCOME_BONUS", "REALIZED_PNL", "FUNDING_FEE", "SPECIAL_FUNDING_FEE", "COMMISSION",
                "INSURANCE_CLEAR", "REFERRAL_KICKBACK", "COMMISSION_REBATE", "API_REBATE", "CONTEST_REWARD",
                "CROSS_COLLATERAL_TRANSFER", "OPTIONS_PREMIUM_FEE", "OPTIONS_SETTLE_PROFIT",
                "INTERNAL_TRANSFER", "AUTO_EXCHANGE", "DELIVERED_SETTELMENT", "COIN_SWAP_DEPOSIT",
                "COIN_SWAP_WITHDRAW", "POSITION_LIMIT_INCREASE_FEE", "STRATEGY_UMFUTURES_TRANSFER",
                "FEE_RETURN", "BFUSD_REWARD"}) {
            m_checks.equal("5.11", latin(type),
                m_first->signedCall("GET", "/fapi/v1/income", QByteArray{"incomeType="} + type).status, 200);
        }
    }
};

QTEST_GUILESS_MAIN(AssetsTest)
#include "assets_test.moc"
