#include "tests/conformance/stranger.h"

using namespace conformance;

namespace
{

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

/// Names of an object, or of the first object of an array, in the order they stand in the text.
QByteArray namesOf(const QByteArray &json)
{
    const int wanted = json.startsWith('[') ? 2 : 1;
    QByteArrayList names;
    int depth = 0;
    for (qsizetype at = 0; at < json.size(); ++at) {
        const char c = json[at];
        if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (depth-- == wanted) {
                break; // the first object is over
            }
        } else if (c == '"') {
            const qsizetype end = json.indexOf('"', at + 1);
            if (depth == wanted && json.mid(end + 1, 1) == ":") {
                names << json.mid(at + 1, end - at - 1);
            }
            at = end;
        }
    }
    return names.join(',');
}

struct Call
{
    const char *section;
    const char *path;
    const char *query;
    const char *names;
};

const Call publicCalls[] = {
    {"4.2", "/fapi/v1/exchangeInfo", "",
        "timezone,serverTime,futuresType,rateLimits,exchangeFilters,assets,symbols"},
    {"4.4", "/fapi/v1/depth", "symbol=BTCUSDT&limit=5", "lastUpdateId,E,T,bids,asks"},
    {"4.4", "/fapi/v1/trades", "symbol=BTCUSDT&limit=1",
        "id,price,qty,quoteQty,time,isBuyerMaker,isRPITrade"},
    {"4.4", "/fapi/v1/aggTrades", "symbol=BTCUSDT&limit=1", "a,p,q,nq,f,l,T,m"},
    {"4.5", "/fapi/v1/premiumIndex", "symbol=BTCUSDT",
        "symbol,markPrice,indexPrice,estimatedSettlePrice,lastFundingRate,interestRate,nextFundingTime,time"},
    {"4.5", "/fapi/v1/fundingRate", "symbol=BTCUSDT", "symbol,fundingRate,fundingTime,markPrice,rateType"},
    {"4.5", "/fapi/v1/ticker/24hr", "symbol=BTCUSDT",
        "symbol,priceChange,priceChangePercent,weightedAvgPrice,lastPrice,lastQty,openPrice,highPrice,"
        "lowPrice,volume,quoteVolume,openTime,closeTime,firstId,lastId,count"},
    {"4.5", "/fapi/v2/ticker/price", "symbol=BTCUSDT", "symbol,price,time"},
    {"4.5", "/fapi/v1/ticker/bookTicker", "symbol=BTCUSDT",
        "symbol,bidPrice,bidQty,askPrice,askQty,time,lastUpdateId"},
    {"4.5", "/fapi/v1/openInterest", "symbol=BTCUSDT", "openInterest,symbol,time"},
};

constexpr const char *answerNames =
    "clientOrderId,cumQty,executedQty,orderId,origQty,price,reduceOnly,side,positionSide,status,stopPrice,"
    "closePosition,symbol,timeInForce,type,origType,updateTime,workingType,priceProtect,priceMatch,"
    "selfTradePreventionMode,goodTillDate";
constexpr const char *rowNames =
    "avgPrice,clientOrderId,cumQuote,executedQty,orderId,origQty,origType,price,reduceOnly,side,positionSide,"
    "status,stopPrice,closePosition,symbol,time,timeInForce,type,updateTime,workingType,priceProtect,"
    "priceMatch,selfTradePreventionMode,goodTillDate";
constexpr const char *algoNames =
    "algoId,clientAlgoId,algoType,orderType,symbol,side,positionSide,timeInForce,quantity,algoStatus,"
    "triggerPrice,price,icebergQuantity,selfTradePreventionMode,workingType,priceMatch,closePosition,"
    "priceProtect,reduceOnly,activatePrice,callbackRate,createTime,updateTime,triggerTime,goodTillDate";

const Call signedCalls[] = {
    {"5.4", "/fapi/v1/openOrders", "symbol=BTCUSDT", rowNames},
    {"5.8", "/fapi/v1/userTrades", "symbol=BTCUSDT",
        "symbol,id,orderId,side,positionSide,price,qty,realizedPnl,quoteQty,baseQty,commission,"
        "commissionAsset,marginAsset,pair,time,buyer,maker"},
    {"5.10", "/fapi/v3/positionRisk", "symbol=BTCUSDT",
        "symbol,positionSide,positionAmt,entryPrice,breakEvenPrice,markPrice,unRealizedProfit,"
        "liquidationPrice,isolatedMargin,notional,marginAsset,isolatedWallet,initialMargin,maintMargin,"
        "positionInitialMargin,openOrderInitialMargin,adl,bidNotional,askNotional,updateTime"},
    {"5.10", "/fapi/v2/positionRisk", "symbol=BTCUSDT",
        "symbol,positionAmt,entryPrice,breakEvenPrice,markPrice,unRealizedProfit,liquidationPrice,leverage,"
        "maxNotionalValue,marginType,isolatedMargin,isAutoAddMargin,positionSide,notional,isolatedWallet,"
        "updateTime"},
    {"5.11", "/fapi/v3/account", "",
        "totalInitialMargin,totalMaintMargin,totalWalletBalance,totalUnrealizedProfit,totalMarginBalance,"
        "totalPositionInitialMargin,totalOpenOrderInitialMargin,totalCrossWalletBalance,totalCrossUnPnl,"
        "availableBalance,maxWithdrawAmount,assets,positions"},
    {"5.11", "/fapi/v3/balance", "",
        "accountAlias,asset,balance,crossWalletBalance,crossUnPnl,availableBalance,maxWithdrawAmount,"
        "marginAvailable,updateTime"},
    {"5.11", "/fapi/v1/accountConfig", "",
        "feeTier,canTrade,canDeposit,canWithdraw,dualSidePosition,updateTime,multiAssetsMargin,tradeGroupId"},
    {"5.11", "/fapi/v1/symbolConfig", "symbol=BTCUSDT",
        "symbol,marginType,isAutoAddMargin,leverage,maxNotionalValue"},
    {"5.11", "/fapi/v1/commissionRate", "symbol=BTCUSDT",
        "symbol,makerCommissionRate,takerCommissionRate,rpiCommissionRate"},
    {"5.11", "/fapi/v1/income", "incomeType=COMMISSION",
        "symbol,incomeType,income,asset,info,time,tranId,tradeId"},
};

} // namespace

/// Fields stand in the order of the reference's samples, and zeros and decimals are written as there.
class FieldOrderTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<Exchange> m_exchange;
    std::unique_ptr<Stranger> m_first;
    Checks m_checks;

private slots:
    void initTestCase()
    {
        m_exchange = std::make_unique<Exchange>(QStringList{latin("--seed"), latin("19")});
        QVERIFY(m_exchange->isReady());
        m_first = std::make_unique<Stranger>(*m_exchange);
        QTest::qWait(1'000);
        m_first->signedCall("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
    }
    void cleanup()
    {
        const QStringList failures = m_checks.takeFailures();
        QVERIFY2(failures.isEmpty(), qPrintable(failures.join(u'\n')));
    }

    void answersKeepTheReferencesOrder()
    {
        const Answer placed = m_first->signedCall("POST", "/fapi/v1/order",
            "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=" +
                m_first->near("0.98"));
        m_checks.equal(
            "5.2", latin("POST order"), QString::fromLatin1(namesOf(placed.body)), latin(answerNames));
        const Answer algo = m_first->signedCall("POST", "/fapi/v1/algoOrder",
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.010&triggerPrice=" +
                m_first->near("0.97"));
        m_checks.equal(
            "5.7", latin("POST algoOrder"), QString::fromLatin1(namesOf(algo.body)), latin(algoNames));
        for (const Call &call : publicCalls) {
            m_checks.equal(call.section, latin(call.path),
                QString::fromLatin1(namesOf(m_first->get(call.path, call.query).body)), latin(call.names));
        }
        for (const Call &call : signedCalls) {
            m_checks.equal(call.section, latin(call.path),
                QString::fromLatin1(namesOf(m_first->signedCall("GET", call.path, call.query).body)),
                latin(call.names));
        }
        const Answer ended = m_first->signedCall("DELETE", "/fapi/v1/order",
            "symbol=BTCUSDT&orderId=" + QByteArray::number(placed.object()[u"orderId"].toInteger()));
        m_checks.equal(
            "5.4", latin("DELETE order"), QString::fromLatin1(namesOf(ended.body)), latin(answerNames));
        m_first->signedCall("DELETE", "/fapi/v1/algoOpenOrders", "symbol=BTCUSDT");
    }

    void numbersAreWrittenAsTheExchangeWritesThem()
    {
        const QJsonObject risk =
            m_first->signedCall("GET", "/fapi/v3/positionRisk", "symbol=BTCUSDT").array().at(0).toObject();
        for (const char *name :
            {"isolatedMargin", "isolatedWallet", "openOrderInitialMargin", "bidNotional", "askNotional"}) {
            m_checks.equal("5.10", latin("a zero is 0: ") + latin(name),
                risk[QLatin1StringView{name}].toString(), latin("0"));
        }
        const QJsonValue trade =
            m_first->signedCall("GET", "/fapi/v1/userTrades", "symbol=BTCUSDT").array().at(0);
        m_checks.equal("5.8", latin("realizedPnl"), trade[u"realizedPnl"].toString(), latin("0"));
        m_checks.equal("5.8", latin("decimals of price and quantity together"),
            trade[u"quoteQty"].toString().section(u'.', 1).size(), 5);
        m_checks.equal(
            "5.8", latin("commission"), trade[u"commission"].toString().section(u'.', 1).size(), 8);
        m_checks.equal("5.8", latin("quantity"), trade[u"qty"].toString().section(u'.', 1).size(), 3);
        m_checks.equal("9.1", latin("text of -4021"),
            m_first->get("/fapi/v1/depth", "symbol=BTCUSDT&limit=7").object()[u"msg"].toString(),
            latin("'7' is not valid depth limit."));
        m_checks.equal("9.1", latin("text of -1130"),
            m_first->get("/fapi/v1/trades", "symbol=BTCUSDT&limit=0").object()[u"msg"].toString(),
            latin("Data sent for parameter 'limit' is not valid."));
    }
};

QTEST_GUILESS_MAIN(FieldOrderTest)
#include "field_order_test.moc"
