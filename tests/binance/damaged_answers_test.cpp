#include "tests/support/wire_damage.h"

#include <QTest>

#include <string>
#include <string_view>
#include <vector>

using namespace binance;
using support::describe;
using support::findWeakness;
using support::WireCase;
using support::WireReader;
using support::WireWords;

namespace
{

template <class Parser, class... More> WireReader with(Parser parser, More... more)
{
    return [parser, more...](std::string_view json) {
        return parser(json, more...).map([](const auto &value) { return describe(value); });
    };
}

const domain::Symbol anySymbol{"BTCUSDT"};

constexpr auto orderJson =
    R"({"avgPrice":"61.5","clientOrderId":"abc","cumQuote":"5","executedQty":"0.10","orderId":1917641,"origQty":"0.40",)"
    R"("origType":"TRAILING_STOP_MARKET","price":"9000","reduceOnly":true,"side":"BUY","positionSide":"SHORT","status":"NEW",)"
    R"("stopPrice":"9300","closePosition":true,"symbol":"BTCUSDT","time":1579276756075,"timeInForce":"GTC",)"
    R"("type":"TRAILING_STOP_MARKET","activatePrice":"9020","priceRate":"0.3","updateTime":1579276756076,)"
    R"("workingType":"MARK_PRICE","priceProtect":false,"goodTillDate":0})";
constexpr auto orderMembers =
    "avgPrice:decimal clientOrderId:text! executedQty:decimal! orderId:integer! origQty:decimal! "
    "origType:word "
    "price:decimal reduceOnly:flag side:side! positionSide:leg=BOTH status:text! stopPrice:decimal "
    "closePosition:flag symbol:text! time:time timeInForce:word type:word! activatePrice:decimal "
    "priceRate:decimal updateTime:time workingType:word=CONTRACT_PRICE";

constexpr auto algoJson =
    R"({"algoId":2146760,"clientAlgoId":"6B2I9X","algoType":"CONDITIONAL","orderType":"TAKE_PROFIT","symbol":"BNBUSDT",)"
    R"("side":"SELL","positionSide":"LONG","timeInForce":"GTC","quantity":"0.01","algoStatus":"NEW","triggerPrice":"750.000",)"
    R"("price":"751.000","icebergQuantity":null,"workingType":"MARK_PRICE","closePosition":true,"priceProtect":false,)"
    R"("reduceOnly":true,"activatePrice":"740","callbackRate":"0.5","createTime":1750485492076,"updateTime":1750485492077,)"
    R"("actualOrderId":"12","actualPrice":"749","actualQty":"0.005"})";
constexpr auto algoMembers =
    "algoId:integer! clientAlgoId:text! orderType:word! symbol:text! side:side! positionSide:leg=BOTH "
    "timeInForce:word quantity:decimal algoStatus:text! triggerPrice:decimal price:decimal "
    "workingType:word=CONTRACT_PRICE closePosition:flag reduceOnly:flag activatePrice:decimal "
    "callbackRate:decimal createTime:time updateTime:time actualOrderId:integer actualPrice:decimal "
    "actualQty:decimal";

std::string inArray(std::string_view json)
{
    return '[' + std::string{json} + ']';
}

std::vector<WireCase> orderCases()
{
    return {
        {"order", with(parseOrder), orderJson, orderMembers},
        {"orders", with(parseOrders), inArray(orderJson), orderMembers},
        {"conditional order", with(parseAlgoOrder), algoJson, algoMembers},
        {"conditional orders", with(parseAlgoOrders), inArray(algoJson), algoMembers},
        {"refusal in a batch", with(parseBatch), R"([{"code":-2011,"msg":"Unknown order sent."}])",
            "code:integer! msg:text"},
        {"fills", with(parseUserTrades),
            R"([{"symbol":"BTCUSDT","id":698759,"orderId":25851813,"side":"SELL","positionSide":"SHORT","price":"7819.01",)"
            R"("qty":"0.002","realizedPnl":"-0.915","quoteQty":"15.6","commission":"0.078","commissionAsset":"USDT",)"
            R"("time":1569514978020,"buyer":false,"maker":true}])",
            "symbol:text! id:integer! orderId:integer! side:side! positionSide:leg=BOTH price:decimal! "
            "qty:decimal! realizedPnl:decimal! commission:decimal commissionAsset:text time:time! "
            "maker:flag"},
    };
}

std::vector<WireCase> accountCases()
{
    return {
        {"account", with(parseAccount),
            R"({"totalWalletBalance":"10.5","totalCrossWalletBalance":"9.5","availableBalance":"8.5","canTrade":true,)"
            R"("multiAssetsMargin":true,"feeTier":0,"assets":[{"asset":"USDT","walletBalance":"1.5",)"
            R"("crossWalletBalance":"2.5","availableBalance":"3.5","updateTime":5}],"positions":[]})",
            "totalWalletBalance:decimal! totalCrossWalletBalance:decimal! availableBalance:decimal! "
            "availableBalance:decimal! canTrade:flag=none multiAssetsMargin:flag=none assets:list! "
            "asset:text! "
            "walletBalance:decimal! crossWalletBalance:decimal! updateTime:time positions:list!"},
        {"balances", with(parseBalances),
            R"([{"accountAlias":"SgsR","asset":"USDT","balance":"122.5","crossWalletBalance":"23.7","crossUnPnl":"0",)"
            R"("availableBalance":"23.6","marginAvailable":true,"updateTime":1617939110373}])",
            "asset:text! balance:decimal!walletBalance crossWalletBalance:decimal! availableBalance:decimal! "
            "updateTime:time"},
        {"positions, version 3", with(parsePositionRisk),
            R"([{"symbol":"ADAUSDT","positionSide":"LONG","positionAmt":"-30","entryPrice":"0.385","breakEvenPrice":"0.386",)"
            R"("markPrice":"0.41","unRealizedProfit":"0.7","liquidationPrice":"0.2","isolatedWallet":"-5",)"
            R"("updateTime":1720736417660}])",
            "symbol:text! positionSide:leg! positionAmt:decimal! entryPrice:decimal breakEvenPrice:decimal "
            "markPrice:decimal liquidationPrice:decimal isolatedWallet:decimal updateTime:time"},
        {"positions, version 2", with(parsePositionRisk),
            R"([{"symbol":"ADAUSDT","positionSide":"LONG","positionAmt":"30","leverage":"4","maxNotionalValue":"100",)"
            R"("marginType":"isolated","isAutoAddMargin":"false"}])",
            "symbol:text! positionSide:leg! positionAmt:decimal! leverage:integer=1 maxNotionalValue:decimal "
            "marginType:margin=cross"},
        {"positions of the account, version 2", with(parsePositionRisk),
            R"([{"symbol":"ADAUSDT","positionSide":"LONG","positionAmt":"30","leverage":"4","maxNotional":"100",)"
            R"("isolated":true}])",
            "symbol:text! positionSide:leg! positionAmt:decimal! leverage:integer=1|false "
            "maxNotional:decimal "
            "isolated:flag=cross"},
        {"account configuration", with(parseAccountConfig),
            R"({"feeTier":3,"canTrade":true,"canDeposit":true,"dualSidePosition":true,"multiAssetsMargin":true})",
            "feeTier:integer canTrade:flag! dualSidePosition:flag! multiAssetsMargin:flag!"},
        {"symbol configuration", with(parseSymbolConfigs),
            R"([{"symbol":"BTCUSDT","marginType":"CROSSED","isAutoAddMargin":false,"leverage":21,"maxNotionalValue":"1000"}])",
            "symbol:text! marginType:margin! leverage:integer! maxNotionalValue:decimal"},
        {"leverage", with(parseLeverage),
            R"({"leverage":21,"maxNotionalValue":"1000000","symbol":"BTCUSDT"})",
            "symbol:text! leverage:integer! maxNotionalValue:decimal"},
        {"commission", with(parseCommissionRate),
            R"({"symbol":"BTCUSDT","makerCommissionRate":"0.0002","takerCommissionRate":"0.0005"})",
            "makerCommissionRate:decimal! takerCommissionRate:decimal!"},
        {"listen key", with(parseListenKey), R"({"listenKey":"pqia","more":1})", "listenKey:text!"},
        {"mode of positions", with(parseSwitch), R"({"dualSidePosition":true})", "dualSidePosition:flag!"},
        {"error", with(parseErrorBody), R"({"code":-2019,"msg":"Margin is insufficient."})",
            "code:integer! msg:text"},
        {"answer of the WebSocket API", with(parseApiEnvelope),
            R"({"id":"5761","status":400,"error":{"code":-1102,"msg":"Mandatory."},"rateLimits":[]})",
            "id:text status:integer! error:object code:integer! msg:text"},
        {"income", with(parseIncome),
            R"([{"symbol":"BTCUSDT","incomeType":"COMMISSION","income":"-0.01","asset":"USDT","info":"COMMISSION",)"
            R"("time":1570636800000,"tranId":9689322392,"tradeId":"2059192"}])",
            "symbol:text incomeType:text! income:decimal! asset:text! time:time! tranId:text! tradeId:text"},
        {"changes of margin", with(parseMarginChanges),
            R"([{"symbol":"BTCUSDT","type":1,"deltaType":"USER_ADJUST","amount":"23.3","asset":"USDT","time":1578047897183,)"
            R"("positionSide":"LONG"}])",
            "symbol:text! type:kept deltaType:text amount:decimal! asset:text! time:time! "
            "positionSide:leg=BOTH"},
        {"deleveraging queue", with(parseAdlQuantiles),
            R"([{"symbol":"ETHUSDT","adlQuantile":{"LONG":3,"SHORT":2,"BOTH":1,"HEDGE":0}}])",
            "symbol:text! adlQuantile:object! LONG:integer=none SHORT:integer=none BOTH:integer=none"},
        {"execution algorithms", with(parseExecutionAlgos),
            R"({"total":1,"orders":[{"algoId":14496,"symbol":"BNBUSDT","side":"SELL","positionSide":"BOTH","totalQty":"5",)"
            R"("executedQty":"1","avgPrice":"2","bookTime":1649756817004,"algoStatus":"WORKING","urgency":"LOW"}]})",
            "orders:list! algoId:integer! symbol:text! side:side! totalQty:decimal executedQty:decimal! "
            "avgPrice:decimal bookTime:time algoStatus:text!"},
        {"sub-orders of an execution algorithm", with(parseExecutionAlgos),
            R"({"total":1,"subOrders":[{"algoId":13723,"orderId":8389765519993908929,"orderStatus":"FILLED",)"
            R"("executedQty":"1.000","side":"BUY","symbol":"LTCUSDT","origQty":"1.500"}]})",
            "subOrders:list!orders algoId:integer! orderId:integer orderStatus:text!algoStatus "
            "executedQty:decimal! "
            "side:side! "
            "symbol:text! origQty:decimal"},
    };
}

std::vector<WireCase> marketCases()
{
    return {
        {"time", with(parseServerTime), R"({"serverTime":1499827319559})", "serverTime:time!"},
        {"limits of the venue", with(parseExchangeInfo),
            R"({"timezone":"UTC","serverTime":1,"rateLimits":[{"rateLimitType":"ORDERS","interval":"SECOND",)"
            R"("intervalNum":10,"limit":300}],"symbols":[{"symbol":"BTCUSDT","pair":"BTCUSD","contractType":"PERPETUAL",)"
            R"("deliveryDate":4133404800000,"onboardDate":1569398400000,"status":"TRADING","baseAsset":"BTC",)"
            R"("quoteAsset":"USDT","marginAsset":"USDC","pricePrecision":2,"quantityPrecision":3,"triggerProtect":"0.05",)"
            R"("liquidationFee":"0.0125","marketTakeBound":"0.06","filters":[]}]})",
            "rateLimits:list rateLimitType:text! interval:text! intervalNum:integer! limit:integer! "
            "symbols:list! "
            "symbol:text! pair:text contractType:text deliveryDate:time onboardDate:time status:text! "
            "baseAsset:text! quoteAsset:text! marginAsset:text pricePrecision:integer! "
            "quantityPrecision:integer! "
            "triggerProtect:decimal liquidationFee:decimal marketTakeBound:decimal filters:list!"},
        {"book", with(parseDepth, anySymbol),
            R"({"lastUpdateId":1027024,"E":1589436922972,"T":5,"bids":[["4.0","431.0"]],"asks":[["4.2","12.0"]]})",
            "lastUpdateId:integer! E:time bids:list! asks:list!"},
        {"trades", with(parseTrades, anySymbol),
            R"([{"id":28457,"price":"4.0","qty":"12.0","quoteQty":"48.00","time":1499865549590,"isBuyerMaker":true}])",
            "id:integer! price:decimal! qty:decimal! time:time! isBuyerMaker:flag!"},
        {"aggregate trades", with(parseAggTrades, anySymbol),
            R"([{"a":26129,"p":"0.016","q":"4.7","f":27781,"l":27781,"T":1498793709153,"m":true}])",
            "a:integer! p:decimal! q:decimal! T:time! m:flag!"},
        {"24 h figures", with(parseTickers),
            R"({"symbol":"BTCUSDT","priceChange":"-94.99","priceChangePercent":"-95.960","lastPrice":"4.00",)"
            R"("openPrice":"99.0","highPrice":"100.0","lowPrice":"0.1","volume":"8913.3","quoteVolume":"15.3",)"
            R"("openTime":1499783499040,"closeTime":1499869899040})",
            "symbol:text! priceChangePercent:decimal! lastPrice:decimal! openPrice:decimal! "
            "highPrice:decimal! "
            "lowPrice:decimal! volume:decimal! quoteVolume:decimal! closeTime:time!"},
        {"mark prices", with(parsePremiumIndex),
            R"([{"symbol":"BTCUSDT","markPrice":"11793.6","indexPrice":"11781.8","estimatedSettlePrice":"11781.1",)"
            R"("lastFundingRate":"0.00038246","interestRate":"0.0001","nextFundingTime":1597392000000,"time":1597370495002}])",
            "symbol:text! markPrice:decimal! indexPrice:decimal lastFundingRate:decimal nextFundingTime:time "
            "time:time!"},
        {"best prices", with(parseBookTickers),
            R"([{"symbol":"BTCUSDT","bidPrice":"4.00","bidQty":"431.0","askPrice":"4.02","askQty":"9.0",)"
            R"("time":1589437530011,"lastUpdateId":1027024}])",
            "symbol:text! bidPrice:decimal! bidQty:decimal! askPrice:decimal! askQty:decimal! time:time! "
            "lastUpdateId:integer"},
        {"last prices", with(parsePrices), R"({"symbol":"BTCUSDT","price":"6000.01","time":1589437530011})",
            "symbol:text! price:decimal! time:time"},
        {"leverage table", with(parseLeverageBrackets),
            R"([{"symbol":"ETHUSDT","notionalCoef":1.5,"brackets":[{"bracket":2,"initialLeverage":75,"notionalCap":10000,)"
            R"("notionalFloor":5,"maintMarginRatio":0.0065,"cum":10.5}]}])",
            "symbol:text! brackets:list! bracket:integer! initialLeverage:integer! notionalCap:decimal! "
            "notionalFloor:decimal! maintMarginRatio:decimal! cum:decimal!"},
        {"funding rates", with(parseFundingRates),
            R"([{"symbol":"BTCUSDT","fundingRate":"0.0001","fundingTime":1570636800000,"markPrice":"34287.5"}])",
            "symbol:text! fundingRate:decimal! fundingTime:time! markPrice:decimal"},
        {"limits of funding", with(parseFundingInfo),
            R"([{"symbol":"BLZUSDT","adjustedFundingRateCap":"0.025","adjustedFundingRateFloor":"-0.025",)"
            R"("fundingIntervalHours":4,"disclaimer":false}])",
            "symbol:text! adjustedFundingRateCap:decimal! adjustedFundingRateFloor:decimal! "
            "fundingIntervalHours:integer!"},
        {"open interest", with(parseOpenInterest),
            R"({"openInterest":"10659.509","symbol":"BTCUSDT","time":1589437530011})",
            "openInterest:decimal! symbol:text! time:time!"},
        {"history of open interest", with(parseOpenInterest),
            R"([{"symbol":"BTCUSDT","sumOpenInterest":"20403.6","sumOpenInterestValue":"150570784.07",)"
            R"("timestamp":"1583127900000"}])",
            "symbol:text! sumOpenInterest:decimal!openInterest sumOpenInterestValue:decimal "
            "timestamp:time!time"},
        {"long/short ratios", with(parseLongShortRatios),
            R"([{"symbol":"BTCUSDT","longShortRatio":"1.95","longAccount":"0.66","shortAccount":"0.33",)"
            R"("timestamp":1583139900000}])",
            "symbol:text! longShortRatio:decimal! longAccount:decimal! shortAccount:decimal! "
            "timestamp:time!"},
        {"volumes of takers", with(parseTakerVolumes),
            R"([{"buySellRatio":"1.5586","buyVol":"387.33","sellVol":"248.5","timestamp":1585614900000}])",
            "buySellRatio:decimal! buyVol:decimal! sellVol:decimal! timestamp:time!"},
        {"basis", with(parseBasis),
            R"([{"indexPrice":"34400.159","contractType":"PERPETUAL","basisRate":"0.0004","futuresPrice":"34414.1",)"
            R"("annualizedBasisRate":"","basis":"13.9","pair":"BTCUSDT","timestamp":1698742800000}])",
            "indexPrice:decimal! contractType:text! basisRate:decimal! futuresPrice:decimal! basis:decimal! "
            "pair:text! timestamp:time!"},
        {"composite index", with(parseCompositeIndexes),
            R"([{"symbol":"DEFIUSDT","time":1589437530011,"component":"baseAsset","baseAssetList":[{"baseAsset":"BAL",)"
            R"("quoteAsset":"USDT","weightInQuantity":"1.04","weightInPercentage":"0.0146"}]}])",
            "symbol:text! time:time! baseAssetList:list! baseAsset:text! weightInPercentage:decimal!"},
        {"sources of an index", with(parseConstituents),
            R"({"symbol":"BTCUSDT","time":1697421272043,"constituents":[{"exchange":"binance","symbol":"BTCUSDT",)"
            R"("price":"94057.03","weight":"0.513"}]})",
            "symbol:text! symbol:text!baseAsset time:time! constituents:list!baseAssetList exchange:text "
            "price:decimal "
            "weight:decimal!weightInPercentage"},
    };
}

std::vector<WireCase> filterCases()
{
    const auto filtered = [](const std::string &filter) {
        return R"({"symbols":[{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT",)"
               R"("pricePrecision":2,"quantityPrecision":3,"filters":[)" +
               filter + "]}]}";
    };
    const std::string base =
        "symbols:kept symbol:kept status:kept baseAsset:kept quoteAsset:kept pricePrecision:kept "
        "quantityPrecision:kept filters:kept filterType:kept ";
    const auto read = with(parseExchangeInfo);
    return {
        {"PRICE_FILTER", read,
            filtered(
                R"({"filterType":"PRICE_FILTER","minPrice":"556.80","maxPrice":"4529764","tickSize":"0.10"})"),
            base + "minPrice:decimal! maxPrice:decimal! tickSize:decimal!"},
        {"LOT_SIZE", read,
            filtered(R"({"minQty":"0.001","maxQty":"1000","stepSize":"0.002","filterType":"LOT_SIZE"})"),
            base + "minQty:decimal! maxQty:decimal! stepSize:decimal!"},
        {"MARKET_LOT_SIZE", read,
            filtered(
                R"({"filterType":"MARKET_LOT_SIZE","minQty":"0.001","maxQty":"120","stepSize":"0.002"})"),
            base + "minQty:decimal! maxQty:decimal! stepSize:decimal!"},
        {"MAX_NUM_ORDERS", read, filtered(R"({"filterType":"MAX_NUM_ORDERS","limit":199})"),
            base + "limit:integer!"},
        {"MIN_NOTIONAL", read, filtered(R"({"filterType":"MIN_NOTIONAL","notional":"50"})"),
            base + "notional:decimal!"},
        {"PERCENT_PRICE", read,
            filtered(
                R"({"filterType":"PERCENT_PRICE","multiplierUp":"1.05","multiplierDown":"0.95","multiplierDecimal":"4"})"),
            base + "multiplierUp:decimal! multiplierDown:decimal!"},
        {"a filter we do not know", read,
            filtered(R"({"filterType":"POSITION_RISK_CONTROL","positionControlSide":"NONE"})"), base},
    };
}

} // namespace

class DamagedAnswersTest : public QObject
{
    Q_OBJECT
private slots:
    void everyMemberIsReadOrNamedInTheRefusal_data()
    {
        QTest::addColumn<QByteArray>("problem");
        for (const auto &cases : {orderCases(), accountCases(), marketCases(), filterCases()}) {
            for (const WireCase &test : cases) {
                QTest::newRow(test.name.c_str()) << QByteArray::fromStdString(findWeakness(test));
            }
        }
    }
    void everyMemberIsReadOrNamedInTheRefusal()
    {
        QFETCH(QByteArray, problem);
        QCOMPARE(problem, QByteArray{});
    }

    void everyWordOfAnOrderIsReadAndStrangeOnesAreUnknown()
    {
        const auto parsed = [](std::string_view member, std::string_view word) {
            for (const support::JsonMember &found : support::membersOf(orderJson)) {
                if (found.name == member) {
                    return parseOrder(found.with(orderJson, '"' + std::string{word} + '"'))
                        .value_or(OrderReport{});
                }
            }
            return OrderReport{};
        };
        for (const std::string word : {"LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT",
                 "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET", "LIQUIDATION"}) {
            QCOMPARE(std::string{toWire(parsed("type", word).type)}, word);
            QCOMPARE(std::string{toWire(parsed("origType", word).origType)}, word);
        }
        for (const std::string word : {"GTC", "IOC", "FOK", "GTX", "GTD", "GTE_GTC", "RPI"}) {
            QCOMPARE(std::string{toWire(parsed("timeInForce", word).timeInForce)}, word);
        }
        for (const std::string word :
            {"NEW", "PARTIALLY_FILLED", "FILLED", "CANCELED", "REJECTED", "EXPIRED", "EXPIRED_IN_MATCH"}) {
            QCOMPARE(std::string{toWire(parsed("status", word).status)}, word);
        }
        for (const std::string word : {"BOTH", "LONG", "SHORT"}) {
            QCOMPARE(std::string{toWire(parsed("positionSide", word).positionSide)}, word);
        }
        for (const std::string word : {"MARK_PRICE", "CONTRACT_PRICE"}) {
            QCOMPARE(std::string{toWire(parsed("workingType", word).workingType)}, word);
        }
        QCOMPARE(parsed("type", "HIDDEN").type, domain::OrderType::Unknown);
        QCOMPARE(parsed("type", "HIDDEN").symbol, anySymbol);
        QCOMPARE(parsed("timeInForce", "DAY").timeInForce, domain::TimeInForce::Unknown);
        QCOMPARE(parsed("status", "NEW_ADL").status, domain::OrderStatus::Unknown);
        QCOMPARE(parsed("status", "NEW_ADL").statusText, std::string{"NEW_ADL"});
        QCOMPARE(parsed("workingType", "INDEX_PRICE").workingType, domain::WorkingType::ContractPrice);
    }

    void everyStateOfAConditionalOrderIsRead()
    {
        for (const std::string word :
            {"NEW", "TRIGGERING", "TRIGGERED", "FINISHED", "CANCELED", "REJECTED", "EXPIRED"}) {
            std::string json{algoJson};
            json.replace(json.find("\"NEW\""), 5, '"' + word + '"');
            const auto order = parseAlgoOrder(json);
            QVERIFY(order);
            QCOMPARE(std::string{toWire(order->status)}, word);
        }
    }

    void aSideIsNeverGuessed_data()
    {
        QTest::addColumn<QByteArray>("member");
        QTest::addColumn<QByteArray>("word");
        QTest::newRow("side") << QByteArray{"side"} << QByteArray{"HOLD"};
        QTest::newRow("lower case") << QByteArray{"side"} << QByteArray{"sell"};
        QTest::newRow("leg") << QByteArray{"positionSide"} << QByteArray{"NET"};
    }
    void aSideIsNeverGuessed()
    {
        QFETCH(QByteArray, member);
        QFETCH(QByteArray, word);
        for (const support::JsonMember &found : support::membersOf(orderJson)) {
            if (found.name == member.toStdString()) {
                const auto order = parseOrder(found.with(orderJson, '"' + word.toStdString() + '"'));
                QVERIFY(!order);
                QVERIFY(order.error().detail.find("\"" + found.name + "\"") != std::string::npos);
            }
        }
    }

    void everySpellingOfTheMarginTypeIsReadAndNoOther()
    {
        const auto parsed = [](const std::string &word) {
            return parseSymbolConfigs(R"({"symbol":"A","leverage":1,"marginType":)" + ('"' + word) + "\"}");
        };
        for (const char *const word : {"isolated", "ISOLATED"}) {
            QCOMPARE(parsed(word)->front().config.marginType, domain::MarginType::Isolated);
        }
        for (const char *const word : {"cross", "CROSSED"}) {
            QCOMPARE(parsed(word)->front().config.marginType, domain::MarginType::Cross);
        }
        QVERIFY(!parsed("portfolio"));
    }

    void everyStateOfASymbolIsRead()
    {
        using Status = domain::SymbolStatus;
        const std::vector<std::pair<std::string, Status>> words{{"TRADING", Status::Trading},
            {"PENDING_TRADING", Status::PendingTrading}, {"TRADING_HALT", Status::Halted},
            {"HALT", Status::Halted}, {"BREAK", Status::Halted}, {"TRADING_CANCEL_ONLY", Status::CancelOnly},
            {"PRE_DELIVERING", Status::Settling}, {"DELIVERING", Status::Settling},
            {"PRE_SETTLE", Status::Settling}, {"SETTLING", Status::Settling}, {"DELIVERED", Status::Closed},
            {"CLOSE", Status::Closed}, {"NEWS", Status::Unknown}};
        for (const auto &[word, status] : words) {
            const auto info = parseExchangeInfo(R"({"symbols":[{"symbol":"A","status":")" + word +
                                                R"(","baseAsset":"B","quoteAsset":"C","pricePrecision":1,)"
                                                R"("quantityPrecision":1,"filters":[]}]})");
            QVERIFY(info);
            QCOMPARE(info->symbols.front().status, status);
            QCOMPARE(info->symbols.front().statusText, word);
        }
    }

    void everyLimiterOfTheVenueIsRead()
    {
        const auto limitOf = [](const std::string &kind, const std::string &interval, int count) {
            const auto info = parseExchangeInfo(
                R"({"rateLimits":[{"rateLimitType":")" + kind + R"(","interval":")" + interval +
                R"(","intervalNum":)" + std::to_string(count) +
                R"(,"limit":5}],"symbols":[{"symbol":"A","status":"TRADING","baseAsset":"B","quoteAsset":"C",)"
                R"("pricePrecision":1,"quantityPrecision":1,"filters":[]}]})");
            return info ? info->rateLimits.front() : domain::RateLimit{};
        };
        using Kind = domain::RateLimit::Kind;
        QCOMPARE(limitOf("REQUEST_WEIGHT", "MINUTE", 1).kind, Kind::RequestWeight);
        QCOMPARE(limitOf("ORDERS", "MINUTE", 1).kind, Kind::Orders);
        QCOMPARE(limitOf("RAW_REQUESTS", "MINUTE", 1).kind, Kind::Unknown);
        QCOMPARE(limitOf("ORDERS", "SECOND", 10).interval.count(), 10'000);
        QCOMPARE(limitOf("ORDERS", "MINUTE", 5).interval.count(), 300'000);
        QCOMPARE(limitOf("ORDERS", "HOUR", 1).interval.count(), 3'600'000);
        QCOMPARE(limitOf("ORDERS", "DAY", 1).interval.count(), 86'400'000);
        QCOMPARE(limitOf("ORDERS", "FORTNIGHT", 1).interval.count(), 0);
        QCOMPARE(limitOf("ORDERS", "DAY", 1'000'000).interval.count(), std::int64_t{366} * 86'400'000);
    }

    void anIdOfZeroIsNone_data()
    {
        QTest::addColumn<QByteArray>("reason");
        const auto row = [](const char *name, const domain::Result<WireWords> &read) {
            QTest::newRow(name) << QByteArray::fromStdString(read ? "taken" : read.error().detail);
        };
        const auto zeroed = [](std::string_view json, std::string_view member) {
            for (const support::JsonMember &found : support::membersOf(json)) {
                if (found.name == member) {
                    return found.with(json, "0");
                }
            }
            return std::string{};
        };
        row("orderId", with(parseOrder)(zeroed(orderJson, "orderId")));
        row("orderId", with(parseBatch)(inArray(zeroed(orderJson, "orderId"))));
        row("algoId", with(parseAlgoOrder)(zeroed(algoJson, "algoId")));
        row("id", with(parseUserTrades)(zeroed(orderCases().back().json, "id")));
        for (const WireCase &test : marketCases()) {
            const char *const name = test.name == "time"               ? "serverTime"
                                     : test.name == "book"             ? "lastUpdateId"
                                     : test.name == "trades"           ? "id"
                                     : test.name == "aggregate trades" ? "a"
                                                                       : nullptr;
            if (name != nullptr) {
                row(name, test.read(zeroed(test.json, name)));
            }
        }
        row("algoId",
            with(parseExecutionAlgos)(
                R"({"orders":[{"algoId":0,"symbol":"A","side":"BUY","algoStatus":"X","executedQty":"0"}]})"));
        row("symbols", with(parseExchangeInfo)(R"({"symbols":[]})"));
    }
    void anIdOfZeroIsNone()
    {
        QFETCH(QByteArray, reason);
        const QByteArray named = QByteArray{"(member \""} + QTest::currentDataTag() + "\")";
        QVERIFY2(reason.contains(named), reason.constData());
    }

    void everyColumnOfAKlineIsReadOrNamed()
    {
        const std::vector<std::string> row{"1499040000000", "\"0.1\"", "\"0.8\"", "\"0.01\"", "\"0.5\"",
            "\"148.9\"", "1499644799999", "\"2434.1\"", "308", "\"1756.8\"", "\"28.4\"", "\"0\""};
        const std::vector<std::string> names{"open time", "open", "high", "low", "close", "volume",
            "close time", "quote volume", "trade count", "taker buy volume", "taker buy quote volume"};
        const auto json = [](const std::vector<std::string> &cells) {
            std::string text;
            for (const std::string &cell : cells) {
                text += (text.empty() ? "" : ",") + cell;
            }
            return "[[" + text + "]]";
        };
        const auto serverNow = domain::timestampFromMs(1'499'644'800'000);
        const auto valid = parseKlines(json(row), serverNow);
        QVERIFY(valid);
        QVERIFY(valid->front().isClosed);
        QVERIFY(!parseKlines(json(row), domain::timestampFromMs(1'499'644'799'999))->front().isClosed);
        for (std::size_t column = 0; column < names.size(); ++column) {
            std::vector<std::string> cut{row.begin(), row.begin() + static_cast<std::ptrdiff_t>(column)};
            const auto tooShort = parseKlines(json(cut), serverNow);
            QVERIFY(!tooShort);
            QVERIFY(tooShort.error().detail.find('"' + names[column] + '"') != std::string::npos);
            if (column == names.size() - 1) {
                continue; // not used
            }
            for (const char *const bad : {"null", "\"\"", "\"word\"", "{}", "[1]", "true"}) {
                std::vector<std::string> damaged = row;
                damaged[column] = bad;
                const auto read = parseKlines(json(damaged), serverNow);
                QVERIFY(!read);
                QVERIFY(read.error().detail.find('"' + names[column] + '"') != std::string::npos);
            }
            std::vector<std::string> other = row;
            other[column] = column == 6 ? "1499644899999" : "77";
            QVERIFY(describe(*parseKlines(json(other), serverNow)) != describe(*valid));
        }
        std::vector<std::string> longer = row;
        longer.insert(longer.end(), {"{\"more\":1}", "null"});
        QCOMPARE(describe(*parseKlines(json(longer), serverNow)), describe(*valid));
        QVERIFY(!parseKlines("{}", serverNow));
        QVERIFY(!parseKlines("[{}]", serverNow));
    }

    void aBookTakesNoHalfOfALevel()
    {
        const auto bids = [](const std::string &levels) {
            return parseDepth(R"({"lastUpdateId":1,"asks":[],"bids":)" + levels + "}", anySymbol);
        };
        QCOMPARE(bids(R"([["1.5","2",[]],[3,4]])")->bids.size(), std::size_t{2});
        QVERIFY(bids("[]"));
        for (const char *const bad : {R"([["1.5"]])", "[[]]", R"([["x","1"]])", R"([["1","x"]])",
                 R"([["1",null]])", R"(["1"])", R"([["","1"]])", R"({"1":"2"})", R"([["1","2"])"}) {
            const auto book = bids(bad);
            QVERIFY2(!book, bad);
            QCOMPARE(book.error().code, domain::ErrorCode::Malformed);
        }
    }

    void aNameWithEscapesIsNoneOfOurs()
    {
        const auto order = parseListenKey(R"({"listen\u004bey":"a"})");
        QVERIFY(!order);
        QVERIFY(order.error().detail.find("\"listenKey\"") != std::string::npos);
        QCOMPARE(
            *parseListenKey("{\"listenKey\\n\":{},\"listenKey\":\"a\\u0042\\\"c\"}"), std::string{"aB\"c"});
        QCOMPARE(*parseListenKey(R"({"listenKey" : 12 })"), std::string{"12"});
    }

    void numbersComeInSeveralForms()
    {
        const auto price = [](const std::string &value) {
            const auto rows = parsePrices(R"({"symbol":"A","price":)" + value + "}");
            return rows ? rows->front().price.toString() : "refused";
        };
        QCOMPARE(price("12.50"), std::string{"12.5"});
        QCOMPARE(price("12.50 "), std::string{"12.5"});
        QCOMPARE(price("\"12.50  \""), std::string{"12.5"});
        QCOMPARE(price("\"-0.000000000001\""), std::string{"-0.000000000001"});
        QCOMPARE(price("12\r\n\t"), std::string{"12"});
        for (const char *const bad : {"\"  \"", "1e3", "\"+1\"", "\"1 2\"", "[1]", "\"\\u0031\""}) {
            QCOMPARE(price(bad), std::string{"refused"});
        }
        QVERIFY(parseServerTime(R"({"serverTime":"253402300799999"})"));
        QVERIFY(!parseServerTime(R"({"serverTime":"253402300800000"})"));
        QVERIFY(*parseSwitch(R"({"multiAssetsMargin":"true"})"));
        QVERIFY(!*parseSwitch(R"({"feeBurn":false})"));
    }

    void aPositionIsShortByItsSignAndIsolatedByItsWordOrWallet()
    {
        const auto position = [](const std::string &more) {
            return parsePositionRisk(R"({"symbol":"A","positionSide":"BOTH",)" + more + "}")->front();
        };
        QCOMPARE(position(R"("positionAmt":"-2")").position.side, domain::Side::Sell);
        QCOMPARE(position(R"("positionAmt":"-2")").position.quantity, domain::Quantity::of(2));
        QCOMPARE(position(R"("positionAmt":"2","isolatedWallet":"5")").position.marginType,
            domain::MarginType::Isolated);
        QCOMPARE(position(R"("positionAmt":"2","isolatedWallet":"5","leverage":"3","isolated":false)")
                     .position.marginType,
            domain::MarginType::Cross);
        QCOMPARE(
            position(R"("positionAmt":"2","isolatedWallet":"0","marginType":"isolated")").position.marginType,
            domain::MarginType::Isolated);
        QVERIFY(!position(R"("positionAmt":"2")").hasConfig);
    }

    void marginTakenOutIsNegative()
    {
        const auto amount = [](int type, const std::string &text) {
            return parseMarginChanges(R"({"symbol":"A","asset":"USDT","time":1,"type":)" +
                                      std::to_string(type) + R"(,"amount":)" + ('"' + text) + "\"}")
                ->front()
                .amount.toString();
        };
        QCOMPARE(amount(1, "5"), std::string{"5"});
        QCOMPARE(amount(2, "5"), std::string{"-5"});
        QCOMPARE(amount(2, "-5"), std::string{"-5"});
    }

    void bracketsAreSortedByTheirFloor()
    {
        const auto bracket = [](int number, int floor) {
            return R"({"bracket":)" + std::to_string(number) +
                   R"(,"initialLeverage":5,"notionalCap":9,"notionalFloor":)" + std::to_string(floor) +
                   R"(,"maintMarginRatio":0.01,"cum":0})";
        };
        const auto rows = parseLeverageBrackets(
            R"({"symbol":"A","brackets":[)" + bracket(2, 5) + ',' + bracket(1, 0) + "]}");
        QVERIFY(rows);
        QCOMPARE(rows->front().brackets.front().bracket, 1);
        QCOMPARE(rows->front().brackets.back().bracket, 2);
    }

    void aBatchTellsOrdersAndRefusalsApart()
    {
        const auto batch =
            parseBatch('[' + std::string{orderJson} + R"(,{"code":-2022,"msg":"ReduceOnly"}])");
        QVERIFY(batch);
        QCOMPARE(batch->size(), std::size_t{2});
        QVERIFY(batch->front());
        QCOMPARE(batch->back().error().code, domain::ErrorCode::Rejected);
        QCOMPARE(batch->back().error().venueCode, -2022);
        QVERIFY(!parseBatch(R"([{"code":0,"msg":"nothing"}])"));
        QVERIFY(!parseBatch(R"({"code":-1})"));
    }

    void plainAnswersOfTheAlgoServiceAreRead()
    {
        const auto done = parseAlgoOrder(R"({"algoId":12,"clientAlgoId":"a","code":"200","msg":"success"})");
        QVERIFY(done);
        QCOMPARE(done->status, domain::ConditionalStatus::Canceled);
        QCOMPARE(done->algoId, 12);
        QVERIFY(done->symbol.empty());
        std::string whole{algoJson};
        whole.insert(1, R"("code":"200",)");
        QCOMPARE(parseAlgoOrder(whole)->status, domain::ConditionalStatus::New);
        const auto refused = parseAlgoOrder(R"({"code":"-2011","msg":"Unknown order sent."})");
        QCOMPARE(refused.error().code, domain::ErrorCode::Rejected);
        QCOMPARE(refused.error().venueCode, -2011);
        QCOMPARE(refused.error().detail, std::string{"Unknown order sent."});
        QCOMPARE(parseAlgoOrder(R"({"code":"what"})").error().venueCode, 0);
        QVERIFY(!parseAlgoOrders(R"([{"algoId":12,"clientAlgoId":"a","code":"200","msg":"success"}])"));
    }

    void anAcknowledgementIsOneOnlyByItsCode()
    {
        QVERIFY(*parseAcknowledgement(R"({"code":200,"msg":"success"})"));
        QVERIFY(*parseAcknowledgement(R"({"code":0})"));
        const auto refused = parseAcknowledgement(R"({"code":-4046,"msg":"No need to change margin type."})");
        QCOMPARE(refused.error().code, domain::ErrorCode::Rejected);
        QCOMPARE(refused.error().venueCode, -4046);
        QCOMPARE(parseAcknowledgement("<html>").error().code, domain::ErrorCode::Malformed);
    }

    void theEnvelopeOfAnAnswerKeepsItsText()
    {
        const auto answer = parseApiEnvelope(R"({"id":null,"status":200,"result":{"a":[1, {"b":"c"}]}})");
        QVERIFY(answer);
        QCOMPARE(answer->result, std::string{R"({"a":[1, {"b":"c"}]})"});
        QVERIFY(answer->id.empty());
        QVERIFY(!answer->error);
        QVERIFY(parseApiEnvelope(R"({"status":200,"result":null})")->result.empty());
        QVERIFY(!parseApiEnvelope(R"({"status":200,"result":{"a":1})"));
        QVERIFY(!parseApiEnvelope(R"({"status":200,"result":[1})"));
    }

    void textThatIsNoDocumentIsMalformed_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *const text : {"", "   ", "nul", "12", "\"word\"", "[", "{", "[1]", "[{]", R"({"a"})",
                 R"({"a":1,})", R"({"a":1} {"a":1})", R"({"listenKey":"a"}])", "{\"a\":\"\xff\"}", "{\"a"}) {
            QTest::newRow(text[0] == '\0' ? "nothing" : text) << QByteArray{text};
        }
    }
    void textThatIsNoDocumentIsMalformed()
    {
        QFETCH(QByteArray, text);
        for (const auto &cases : {orderCases(), accountCases(), marketCases()}) {
            for (const WireCase &test : cases) {
                const auto read = test.read(text.toStdString());
                QVERIFY2(!read, test.name.c_str());
                QCOMPARE(read.error().code, domain::ErrorCode::Malformed);
            }
        }
    }
};

QTEST_APPLESS_MAIN(DamagedAnswersTest)
#include "damaged_answers_test.moc"
