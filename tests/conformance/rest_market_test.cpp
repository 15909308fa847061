#include "tests/conformance/stranger.h"

using namespace conformance;

namespace
{

/// A public call, what its answer looks like, and what it weighs.
struct Call
{
    const char *section;
    const char *path;
    const char *query;
    int weight; ///< -1: counted in a pool of its own
    const char *shape;
};

constexpr const char *klineRows = "[(i,d,d,d,d,d,i,d,i,d,d,s)]";
constexpr const char *priceRows = "[(i,d8,d8,d8,d8,s,i,s,i,s,s,s)]";
constexpr const char *bookShape = "{lastUpdateId:i,E:i,T:i,bids:[(d,d)],asks:[(d,d)]}";
constexpr const char *tradeRows = "[{id:i,price:d,qty:d,quoteQty:d,time:i,isBuyerMaker:b,isRPITrade:b}]";
constexpr const char *ratioRows = "[{symbol:t,longShortRatio:d,longAccount:d,shortAccount:d,timestamp:i}]";
constexpr const char *dayShape =
    "{symbol:t,priceChange:d,priceChangePercent:d,weightedAvgPrice:d,lastPrice:d,lastQty:d,openPrice:d,"
    "highPrice:d,lowPrice:d,volume:d,quoteVolume:d,openTime:i,closeTime:i,firstId:i,lastId:i,count:i}";
constexpr const char *premiumShape =
    "{symbol:t,markPrice:d8,indexPrice:d8,estimatedSettlePrice:d8,lastFundingRate:d8,interestRate:d8,"
    "nextFundingTime:i,time:i}";
constexpr const char *assetShape =
    "{symbol:t,time:i,index:d8,bidBuffer:d8,askBuffer:d8,bidRate:d8,askRate:d8,autoExchangeBidBuffer:d8,"
    "autoExchangeAskBuffer:d8,autoExchangeBidRate:d8,autoExchangeAskRate:d8}";
constexpr const char *compositeShape =
    "{symbol:t,time:i,component:t,baseAssetList:[{baseAsset:t,quoteAsset:t,weightInQuantity:d8,"
    "weightInPercentage:d8}]}";
constexpr const char *fundShape = "{symbols:[t],assets:[{asset:t,marginBalance:d8,updateTime:i}]}";

const Call calls[] = {
    {"4.1", "/fapi/v1/ping", "", 1, "{}"},
    {"4.1", "/fapi/v1/time", "", 1, "{serverTime:i}"},
    {"4.2", "/fapi/v1/exchangeInfo", "", 1,
        "{timezone:t,serverTime:i,futuresType:t,"
        "rateLimits:[{rateLimitType:t,interval:t,intervalNum:i,limit:i}],exchangeFilters:[?*],"
        "assets:[{asset:t,marginAvailable:b,autoAssetExchange:d}],"
        "symbols:[{symbol:t,pair:t,contractType:t,deliveryDate:i,onboardDate:i,status:t,maintMarginPercent:d,"
        "requiredMarginPercent:d,baseAsset:t,quoteAsset:t,marginAsset:t,pricePrecision:i,quantityPrecision:i,"
        "baseAssetPrecision:i,quotePrecision:i,underlyingType:t,underlyingSubType:[?t],triggerProtect:d,"
        "liquidationFee:d,marketTakeBound:d,maxMoveOrderLimit:i,filters:[*],orderTypes:[t],timeInForce:[t],"
        "permissionSets:[t]}]}"},
    {"4.4", "/fapi/v1/depth", "symbol=BTCUSDT", 10, bookShape},
    {"4.1", "/fapi/v1/depth", "symbol=BTCUSDT&limit=5", 2, bookShape},
    {"4.1", "/fapi/v1/depth", "symbol=BTCUSDT&limit=10", 2, bookShape},
    {"4.1", "/fapi/v1/depth", "symbol=BTCUSDT&limit=20", 2, bookShape},
    {"4.1", "/fapi/v1/depth", "symbol=BTCUSDT&limit=50", 2, bookShape},
    {"4.1", "/fapi/v1/depth", "symbol=BTCUSDT&limit=100", 5, bookShape},
    {"4.1", "/fapi/v1/depth", "symbol=BTCUSDT&limit=500", 10, bookShape},
    {"4.1", "/fapi/v1/depth", "symbol=BTCUSDT&limit=1000", 20, bookShape},
    {"4.1", "/fapi/v1/rpiDepth", "symbol=BTCUSDT&limit=1000", 20, bookShape},
    {"4.4", "/fapi/v1/trades", "symbol=BTCUSDT", 5, tradeRows},
    {"4.4", "/fapi/v1/aggTrades", "symbol=BTCUSDT", 20, "[{a:i,p:d,q:d,nq:d,f:i,l:i,T:i,m:b}]"},
    {"4.1", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1m&limit=99", 1, klineRows},
    {"4.1", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1m&limit=100", 2, klineRows},
    {"4.1", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1m&limit=499", 2, klineRows},
    {"4.1", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1m&limit=500", 5, klineRows},
    {"4.1", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1m&limit=1000", 5, klineRows},
    {"4.1", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1m&limit=1001", 10, klineRows},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=3m&limit=3", 1, klineRows},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=5m&limit=3", 1, klineRows},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=15m&limit=3", 1, klineRows},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=30m&limit=3", 1, klineRows},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1h&limit=3", 1, klineRows},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=2h&limit=3", 1, klineRows},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=4h&limit=3", 1, klineRows},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=6h&limit=3", 1, klineRows},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=8h&limit=3", 1, klineRows},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=12h&limit=3", 1, klineRows},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1d&limit=3", 1, klineRows},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=3d&limit=3", 1, klineRows},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1w&limit=3", 1, klineRows},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1M&limit=3", 1, klineRows},
    {"4.1", "/fapi/v1/continuousKlines", "pair=BTCUSDT&contractType=PERPETUAL&interval=1h&limit=5", 1,
        klineRows},
    {"4.1", "/fapi/v1/continuousKlines", "pair=BTCUSDT&contractType=CURRENT_QUARTER&interval=1h", 5, "[?*]"},
    {"4.4", "/fapi/v1/indexPriceKlines", "pair=BTCUSDT&interval=1m&limit=5", 1, priceRows},
    {"4.4", "/fapi/v1/markPriceKlines", "symbol=BTCUSDT&interval=1m&limit=5", 1, priceRows},
    {"4.4", "/fapi/v1/markPriceKlines", "symbol=BTCUSDT&interval=1d&limit=5", 1, priceRows},
    {"4.4", "/fapi/v1/premiumIndexKlines", "symbol=BTCUSDT&interval=1m&limit=5", 1, priceRows},
    {"4.5", "/fapi/v1/premiumIndex", "symbol=BTCUSDT", 1, premiumShape},
    {"4.5", "/fapi/v1/fundingRate", "symbol=BTCUSDT&limit=3", -1,
        "[{symbol:t,fundingRate:d8,fundingTime:i,markPrice:d8,rateType:t}]"},
    {"4.5", "/fapi/v1/fundingRate", "", -1,
        "[{symbol:t,fundingRate:d8,fundingTime:i,markPrice:d8,rateType:t}]"},
    {"4.5", "/fapi/v1/fundingInfo", "", -1,
        "[?{symbol:t,adjustedFundingRateCap:d8,adjustedFundingRateFloor:d8,fundingIntervalHours:i,disclaimer:"
        "b,"
        "updateTime:i}]"},
    {"4.5", "/fapi/v1/ticker/24hr", "symbol=BTCUSDT", 1, dayShape},
    {"4.5", "/fapi/v1/ticker/price", "symbol=BTCUSDT", 1, "{symbol:t,price:d,time:i}"},
    {"4.5", "/fapi/v2/ticker/price", "symbol=BTCUSDT", 1, "{symbol:t,price:d,time:i}"},
    {"4.5", "/fapi/v2/ticker/price", "", 2, "[{symbol:t,price:d,time:i}]"},
    {"4.5", "/fapi/v1/ticker/bookTicker", "symbol=BTCUSDT", 2,
        "{symbol:t,bidPrice:d,bidQty:d,askPrice:d,askQty:d,time:i,lastUpdateId:i}"},
    {"4.5", "/fapi/v1/ticker/bookTicker", "", 5,
        "[{symbol:t,bidPrice:d,bidQty:d,askPrice:d,askQty:d,time:i,lastUpdateId:i}]"},
    {"4.5", "/fapi/v1/openInterest", "symbol=BTCUSDT", 1, "{openInterest:d,symbol:t,time:i}"},
    {"4.1", "/fapi/v1/indexInfo", "symbol=DEFIUSDT", 1, compositeShape},
    {"4.1", "/fapi/v1/assetIndex", "symbol=BTCUSD", 1, assetShape},
    {"4.1", "/fapi/v1/constituents", "symbol=BTCUSDT", 2,
        "{symbol:t,time:i,constituents:[{exchange:t,symbol:t,price:d8,weight:d8}]}"},
    {"4.1", "/fapi/v1/insuranceBalance", "symbol=BTCUSDT", 1, fundShape},
    {"4.1", "/fapi/v1/symbolAdlRisk", "symbol=BTCUSDT", 1, "{symbol:t,adlRisk:t,updateTime:i}"},
    {"4.1", "/fapi/v1/symbolAdlRisk", "", 1, "[{symbol:t,adlRisk:t,updateTime:i}]"},
    {"4.1", "/fapi/v1/tradingSchedule", "", 5,
        "{updateTime:i,marketSchedules:{EQUITY:{sessions:[{startTime:i,endTime:i,type:t}]},"
        "COMMODITY:{sessions:[{startTime:i,endTime:i,type:t}]}}}"},
    {"4.6", "/futures/data/openInterestHist", "symbol=BTCUSDT&period=5m", -1,
        "[{symbol:t,sumOpenInterest:d8,sumOpenInterestValue:d8,CMCCirculatingSupply:d8,timestamp:i}]"},
    {"4.6", "/futures/data/topLongShortAccountRatio", "symbol=BTCUSDT&period=1h", -1, ratioRows},
    {"4.6", "/futures/data/topLongShortPositionRatio", "symbol=BTCUSDT&period=4h", -1, ratioRows},
    {"4.6", "/futures/data/globalLongShortAccountRatio", "symbol=BTCUSDT&period=15m", -1, ratioRows},
    {"4.6", "/futures/data/takerlongshortRatio", "symbol=BTCUSDT&period=30m", -1,
        "[{buySellRatio:d,buyVol:d,sellVol:d,timestamp:i}]"},
    {"4.6", "/futures/data/basis", "pair=BTCUSDT&contractType=PERPETUAL&period=5m", -1,
        "[{indexPrice:d8,contractType:t,basisRate:d,futuresPrice:d,annualizedBasisRate:s,basis:d8,pair:t,"
        "timestamp:i}]"},
    {"4.1", "/futures/data/delivery-price", "pair=BTCUSDT", -1, "[?*]"},
    // The dear ones last, so that one minute holds them all.
    {"4.5", "/fapi/v1/ticker/24hr", "", 40, "[*]"},
    {"4.5", "/fapi/v1/premiumIndex", "", 10, "[*]"},
    {"4.1", "/fapi/v1/assetIndex", "", 10, "[*]"},
    {"4.1", "/fapi/v1/insuranceBalance", "", 1, "[*]"},
    {"4.1", "/fapi/v1/indexInfo", "", 1, "[*]"},
};

/// A public call that is refused.
struct Refusal
{
    const char *section;
    const char *path;
    const char *query;
    int code;
};

const Refusal refusals[] = {
    {"9.5", "/fapi/v1/depth", "", -1102},
    {"4.1", "/fapi/v1/depth", "symbol=BTCUSDT&limit=7", -4021},
    {"4.1", "/fapi/v1/rpiDepth", "symbol=BTCUSDT&limit=100", -4021},
    {"9.5", "/fapi/v1/depth", "symbol=NOPEUSDT", -1121},
    {"9.5", "/fapi/v1/depth", "symbol=btcusdt", -1121},
    {"2.2", "/fapi/v1/depth", "symbol=", -1105},
    {"2.2", "/fapi/v1/depth", "symbol=BTCUSDT&symbol=BTCUSDT", -1101},
    {"9.1", "/fapi/v1/trades", "", -1102},
    {"9.1", "/fapi/v1/trades", "symbol=BTCUSDT&limit=1001", -1130},
    {"9.1", "/fapi/v1/trades", "symbol=BTCUSDT&limit=0", -1130},
    {"9.1", "/fapi/v1/trades", "symbol=BTCUSDT&limit=many", -1102},
    {"2.1", "/fapi/v1/historicalTrades", "symbol=BTCUSDT", -2014},
    {"4.1", "/fapi/v1/aggTrades", "symbol=BTCUSDT&fromId=1&startTime=1", -1128},
    {"4.1", "/fapi/v1/aggTrades", "symbol=BTCUSDT&startTime=1&endTime=3600001", -1127},
    {"9.1", "/fapi/v1/aggTrades", "symbol=BTCUSDT&startTime=2&endTime=1", -1023},
    {"4.4", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1s", -1120},
    {"9.1", "/fapi/v1/klines", "symbol=BTCUSDT&interval=7m", -1120},
    {"4.1", "/fapi/v1/klines", "symbol=BTCUSDT", -1102},
    {"4.1", "/fapi/v1/klines", "interval=1m", -1102},
    {"4.1", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1m&limit=1501", -1130},
    {"9.1", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1m&startTime=2&endTime=1", -1023},
    {"9.3", "/fapi/v1/continuousKlines", "pair=NOPE&contractType=PERPETUAL&interval=1m", -4144},
    {"9.3", "/fapi/v1/continuousKlines", "pair=BTCUSDT&contractType=WEEKLY&interval=1m", -4104},
    {"4.1", "/fapi/v1/continuousKlines", "pair=BTCUSDT&interval=1m", -1102},
    {"4.1", "/fapi/v1/indexPriceKlines", "symbol=BTCUSDT&interval=1m", -1102},
    {"4.1", "/fapi/v1/markPriceKlines", "pair=BTCUSDT&interval=1m", -1102},
    {"4.1", "/fapi/v1/premiumIndexKlines", "symbol=BTCUSDT&interval=1s", -1120},
    {"9.1", "/fapi/v1/premiumIndex", "symbol=NOPEUSDT", -1121},
    {"9.1", "/fapi/v1/ticker/24hr", "symbol=NOPEUSDT", -1121},
    {"9.1", "/fapi/v2/ticker/price", "symbol=NOPEUSDT", -1121},
    {"9.1", "/fapi/v1/ticker/bookTicker", "symbol=NOPEUSDT", -1121},
    {"4.1", "/fapi/v1/openInterest", "", -1102},
    {"4.1", "/fapi/v1/constituents", "", -1102},
    {"9.1", "/fapi/v1/assetIndex", "symbol=NOPEUSD", -1121},
    {"9.1", "/fapi/v1/indexInfo", "symbol=BTCUSDT", -1121},
    {"9.1", "/fapi/v1/fundingRate", "symbol=NOPEUSDT", -1121},
    {"4.1", "/fapi/v1/fundingRate", "symbol=BTCUSDT&limit=1001", -1130},
    {"4.1", "/futures/data/openInterestHist", "symbol=BTCUSDT", -1102},
    {"4.1", "/futures/data/openInterestHist", "symbol=BTCUSDT&period=1m", -1130},
    {"4.1", "/futures/data/openInterestHist", "symbol=BTCUSDT&period=5m&limit=501", -1130},
    {"4.1", "/futures/data/openInterestHist", "symbol=BTCUSDT&period=5m&startTime=1", -1130},
    {"4.1", "/futures/data/basis", "pair=BTCUSDT&period=5m", -1102},
    {"4.1", "/futures/data/delivery-price", "", -1102},
};

} // namespace

class RestMarketTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<Exchange> m_exchange;
    std::unique_ptr<Stranger> m_stranger;
    Checks m_checks;

    QJsonArray rows(const QByteArray &path, const QByteArray &query)
    {
        return m_stranger->get(path, query).array();
    }

private slots:
    void initTestCase()
    {
        m_exchange = std::make_unique<Exchange>(QStringList{QStringLiteral("--seed"), QStringLiteral("11")});
        QVERIFY(m_exchange->isReady());
        m_stranger = std::make_unique<Stranger>(*m_exchange);
        QTest::qWait(2'000); // some trades and samples
    }
    void cleanup()
    {
        const QStringList failures = m_checks.takeFailures();
        QVERIFY2(failures.isEmpty(), qPrintable(failures.join(u'\n')));
    }
    void cleanupTestCase()
    {
        qInfo("%d checks of public REST", m_checks.count());
        QVERIFY(m_checks.count() >= 250);
    }

    void answersHaveTheReferencesShapesAndWeights()
    {
        int used = 0;
        for (const Call &call : calls) {
            const Answer answer = m_stranger->get(call.path, call.query);
            const QString what = QString::fromLatin1(call.path) + u'?' + QLatin1StringView{call.query};
            m_checks.equal(call.section, what + QStringLiteral(" status"), answer.status, 200);
            m_checks.fits(call.section, what, QString::fromLatin1(call.shape), answer.json());
            const QByteArray weight = answer.headers.value("x-mbx-used-weight-1m");
            if (call.weight < 0) {
                m_checks.add("3.1", what + QStringLiteral(" has its own pool"), weight.isEmpty());
                continue;
            }
            // A new minute may begin at any call.
            const int now = weight.toInt();
            m_checks.add("3.1", what + QStringLiteral(" weighs %1").arg(call.weight),
                now - used == call.weight || (now < used && now == call.weight),
                QStringLiteral("from %1 to %2").arg(used).arg(now));
            used = now;
        }
    }

    void whatIsWrongIsNamedByItsCode()
    {
        for (const Refusal &call : refusals) {
            const Answer answer = m_stranger->get(call.path, call.query);
            const QString what = QString::fromLatin1(call.path) + u'?' + QLatin1StringView{call.query};
            m_checks.equal(call.section, what, answer.code(), call.code);
            m_checks.fits("9", what, QStringLiteral("{code:i,msg:t}"), answer.json());
        }
    }

    void pathsThatAreNotThereAreHtml()
    {
        for (const char *path : {"/fapi/v1/nothing", "/fapi/v9/time", "/", "/api/v3/ping", "/dapi/v1/ping"}) {
            const Answer answer = m_stranger->get(path);
            m_checks.equal("3.3", QString::fromLatin1(path), answer.status, 404);
            m_checks.add("3.3", QString::fromLatin1(path), answer.body.startsWith('<'));
        }
    }

    void textsAreTheExchanges()
    {
        const auto text = [&](const char *path, const char *query) {
            return m_stranger->get(path, query).object()[u"msg"].toString();
        };
        m_checks.equal("9.5", QStringLiteral("-1121"), text("/fapi/v1/depth", "symbol=NOPE"),
            QStringLiteral("Invalid symbol."));
        m_checks.equal("9.5", QStringLiteral("-1102"), text("/fapi/v1/depth", ""),
            QStringLiteral("Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."));
    }

    void theClockIsRight()
    {
        const qint64 before = QDateTime::currentMSecsSinceEpoch();
        const qint64 told = m_stranger->get("/fapi/v1/time").object()[u"serverTime"].toInteger();
        m_checks.add("2.5", QStringLiteral("server time"),
            told >= before && told <= QDateTime::currentMSecsSinceEpoch());
    }

    void symbolsHaveRealRules()
    {
        const QJsonObject info = m_stranger->get("/fapi/v1/exchangeInfo").object();
        const QJsonArray symbols = info[u"symbols"].toArray();
        m_checks.add("4.2", QStringLiteral("39 symbols or more"), symbols.size() >= 39);
        m_checks.equal("4.2", QStringLiteral("futuresType"), info[u"futuresType"].toString(),
            QStringLiteral("U_MARGINED"));
        m_checks.equal("4.2", QStringLiteral("three limits"), info[u"rateLimits"].toArray().size(), 3);
        const QMap<QString, QString> shapes{
            {QStringLiteral("PRICE_FILTER"),
                QStringLiteral("{filterType:t,minPrice:d,maxPrice:d,tickSize:d}")},
            {QStringLiteral("LOT_SIZE"), QStringLiteral("{filterType:t,minQty:d,maxQty:d,stepSize:d}")},
            {QStringLiteral("MARKET_LOT_SIZE"),
                QStringLiteral("{filterType:t,minQty:d,maxQty:d,stepSize:d}")},
            {QStringLiteral("MAX_NUM_ORDERS"), QStringLiteral("{filterType:t,limit:i}")},
            {QStringLiteral("MIN_NOTIONAL"), QStringLiteral("{filterType:t,notional:d}")},
            {QStringLiteral("PERCENT_PRICE"),
                QStringLiteral("{filterType:t,multiplierUp:d,multiplierDown:d,multiplierDecimal:d}")},
            {QStringLiteral("POSITION_RISK_CONTROL"),
                QStringLiteral("{filterType:t,positionControlSide:t}")}};
        QStringList seen;
        for (const QJsonValue &filter : symbols[0].toObject()[u"filters"].toArray()) {
            const QString type = filter.toObject()[u"filterType"].toString();
            seen << type;
            m_checks.fits("4.2", type, shapes.value(type), filter);
        }
        m_checks.equal("4.2", QStringLiteral("all filters"), seen.size(), shapes.size());
    }

    void booksAreInOrder()
    {
        const QJsonObject book = m_stranger->get("/fapi/v1/depth", "symbol=ETHUSDT&limit=100").object();
        const auto price = [](const QJsonValue &level) { return exactOf<domain::Price>(level.toArray()[0]); };
        bool isOrdered = true;
        for (const auto &[side, sign] : {std::pair{"bids", -1}, std::pair{"asks", 1}}) {
            const QJsonArray levels = book[QLatin1StringView{side}].toArray();
            m_checks.add("4.4", QStringLiteral("levels of ") + QLatin1StringView{side}, levels.size() > 5);
            for (qsizetype i = 1; i < levels.size(); ++i) {
                isOrdered = isOrdered && price(levels[i]) * sign > price(levels[i - 1]) * sign;
            }
        }
        m_checks.add("4.4", QStringLiteral("levels from the best on"), isOrdered);
        m_checks.add("4.4", QStringLiteral("bid below ask"),
            price(book[u"bids"].toArray()[0]) < price(book[u"asks"].toArray()[0]));
    }

    void candlesAscendAndEndInTheOpenOne()
    {
        const qint64 now = QDateTime::currentMSecsSinceEpoch();
        for (const char *query :
            {"symbol=BTCUSDT&interval=1m&limit=10", "symbol=SOLUSDT&interval=4h&limit=10"}) {
            const QJsonArray bars = rows("/fapi/v1/klines", query);
            m_checks.equal("4.4", QString::fromLatin1(query), bars.size(), 10);
            bool isRow = true;
            for (qsizetype i = 1; i < bars.size(); ++i) {
                isRow = isRow && bars[i].toArray()[0].toInteger() == bars[i - 1].toArray()[6].toInteger() + 1;
            }
            m_checks.add("4.4", QStringLiteral("bars without gaps"), isRow);
            m_checks.add(
                "4.4", QStringLiteral("the last is open"), bars.last().toArray()[6].toInteger() >= now);
        }
        const QJsonArray mark = rows("/fapi/v1/markPriceKlines", "symbol=BTCUSDT&interval=1m&limit=2");
        m_checks.equal("4.4", QStringLiteral("samples of a minute"), mark[0].toArray()[8].toInteger(), 60);
        const QJsonArray bounded =
            rows("/fapi/v1/klines", "symbol=BTCUSDT&interval=1m&limit=5&startTime=" +
                                        QByteArray::number(now / 60'000 * 60'000 - 600'000));
        m_checks.equal("4.1", QStringLiteral("the oldest from startTime on"),
            bounded[0].toArray()[0].toInteger(), now / 60'000 * 60'000 - 600'000);
    }

    void markIndexAndPremiumBelongTogether()
    {
        const QJsonObject row = m_stranger->get("/fapi/v1/premiumIndex", "symbol=BTCUSDT").object();
        const auto index = exactOf<domain::Price>(row[u"indexPrice"]);
        const auto isNearIndex = [index](domain::Price price) { return (price - index).abs() < index / 100; };
        m_checks.add("10.9", QStringLiteral("mark near index"),
            isNearIndex(exactOf<domain::Price>(row[u"markPrice"])));
        const QJsonArray bar =
            rows("/fapi/v1/indexPriceKlines", "pair=BTCUSDT&interval=1m&limit=1")[0].toArray();
        m_checks.add(
            "4.4", QStringLiteral("index candle near index"), isNearIndex(exactOf<domain::Price>(bar[4])));
        m_checks.equal("10.10", QStringLiteral("interest"), row[u"interestRate"].toString(),
            QStringLiteral("0.00010000"));
        m_checks.equal("10.10", QStringLiteral("BNBUSDT pays none"),
            m_stranger->get("/fapi/v1/premiumIndex", "symbol=BNBUSDT").object()[u"interestRate"].toString(),
            QStringLiteral("0.00000000"));
        m_checks.add("10.10", QStringLiteral("next funding on the 8 h grid"),
            row[u"nextFundingTime"].toInteger() % (8 * 3'600'000) == 0);
        domain::Rate weights;
        const QJsonArray sources =
            m_stranger->get("/fapi/v1/constituents", "symbol=BTCUSDT").object()[u"constituents"].toArray();
        for (const QJsonValue &source : sources) {
            weights += exactOf<domain::Rate>(source[u"weight"]);
        }
        m_checks.add("10.9", QStringLiteral("weights add up to 1"),
            (weights - domain::Rate::of(1)).abs() < domain::Rate::literal("0.000001"));
    }

    void fundingHistoryFollowsItsParameters()
    {
        const QJsonArray newest = rows("/fapi/v1/fundingRate", "symbol=BTCUSDT");
        m_checks.equal("4.1", QStringLiteral("200 rows without times"), newest.size(), 200);
        const qint64 from = newest[100].toObject()[u"fundingTime"].toInteger();
        const QJsonArray some =
            rows("/fapi/v1/fundingRate", "symbol=BTCUSDT&limit=2&startTime=" + QByteArray::number(from));
        m_checks.equal("4.1", QStringLiteral("rows from startTime on"), some.size(), 2);
        m_checks.equal(
            "4.1", QStringLiteral("the oldest first"), some[0].toObject()[u"fundingTime"].toInteger(), from);
    }

    void historicalTradesNeedAKeyOnly()
    {
        const Answer answer = m_stranger->keyed("GET", "/fapi/v1/historicalTrades", "symbol=BTCUSDT&limit=5");
        m_checks.fits(
            "4.4", QStringLiteral("historicalTrades"), QString::fromLatin1(tradeRows), answer.json());
        const qint64 id = answer.array()[0].toObject()[u"id"].toInteger();
        const QJsonArray from = m_stranger
                                    ->keyed("GET", "/fapi/v1/historicalTrades",
                                        "symbol=BTCUSDT&limit=1&fromId=" + QByteArray::number(id))
                                    .array();
        m_checks.equal("4.1", QStringLiteral("fromId"), from[0].toObject()[u"id"].toInteger(), id);
    }

    void headersAreLowerCase()
    {
        const Answer answer = m_stranger->get("/fapi/v1/ping");
        bool isLower = answer.headers.contains("x-mbx-used-weight-1m");
        m_checks.add("3.2", QStringLiteral("x-mbx-used-weight-1m"), isLower);
        m_checks.equal("3.2", QStringLiteral("content type"),
            QString::fromLatin1(answer.headers.value("content-type").left(16)),
            QStringLiteral("application/json"));
    }

    void whoAsksTooMuchIsRefusedThenBanned()
    {
        // 40 a call; a minute's 2400 are gone soon, whatever was used before.
        Answer answer;
        for (int i = 0; i < 130 && answer.status != 429; ++i) {
            answer = m_stranger->get("/fapi/v1/ticker/24hr");
        }
        m_checks.equal("3.6", QStringLiteral("429"), answer.status, 429);
        m_checks.equal("3.6", QStringLiteral("-1003"), answer.code(), -1003);
        m_checks.add("3.6", QStringLiteral("the limit is told"),
            answer.object()[u"msg"].toString().contains(u"current limit is 2400 requests per minute"));
        m_checks.add("3.2", QStringLiteral("retry-after"), answer.headers.value("retry-after").toInt() > 0);
        for (int i = 0; i < 130 && answer.status != 418; ++i) {
            answer = m_stranger->get("/fapi/v1/ticker/24hr");
        }
        m_checks.equal("3.6", QStringLiteral("418"), answer.status, 418);
        m_checks.add("3.6", QStringLiteral("banned until"),
            answer.object()[u"msg"].toString().contains(u"banned until"));
        m_checks.equal(
            "3.6", QStringLiteral("the ban is for everything"), m_stranger->get("/fapi/v1/ping").status, 418);
    }
};

QTEST_GUILESS_MAIN(RestMarketTest)
#include "rest_market_test.moc"
