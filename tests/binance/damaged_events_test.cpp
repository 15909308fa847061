#include "tests/support/wire_damage.h"

#include <QTest>

#include <string>
#include <string_view>
#include <vector>

using namespace binance;
using support::describe;
using support::findWeakness;
using support::WireCase;
using support::WireWords;

namespace
{

domain::Result<WireWords> readOnce(std::string_view json)
{
    StreamFrame frame;
    const auto read = parseFrame(json, frame);
    if (!read) {
        const bool isEmpty = frame.events.empty() && !frame.control;
        return isEmpty ? tl::make_unexpected(read.error())
                       : domain::failure(domain::ErrorCode::Rejected, "events of a broken message");
    }
    return describe(frame);
}

/// By both readers: a leading blank calls for the general one. They agree on the meaning and on the refusal.
domain::Result<WireWords> readTwice(std::string_view json)
{
    const auto fast = readOnce(json);
    const auto general = readOnce(' ' + std::string{json});
    if (fast != general) {
        return domain::failure(domain::ErrorCode::Rejected, "the two readers differ");
    }
    return fast;
}

std::vector<WireCase> busyCases()
{
    return {
        {"aggTrade", readTwice,
            R"({"e":"aggTrade","E":123456789,"s":"BTCUSDT","a":5933014,"p":"0.001","q":"100","nq":"100","f":100,"l":105,)"
            R"("t":1,"T":123456785,"m":true,"st":1})",
            "e:kept s:text! a:integer! p:decimal! q:decimal! T:time! m:flag! st:kept"},
        {"trade", readTwice,
            R"({"stream":"btcusdt@trade","data":{"e":"trade","E":1,"T":2,"s":"BTCUSDT","t":5266583935,"p":"61800.30",)"
            R"("q":"0.006","X":"MARKET","m":true,"a":7}})",
            "stream:text data:kept e:kept s:text! t:integer! p:decimal! q:decimal! T:time! m:flag!"},
        {"markPriceUpdate", readTwice,
            R"([{"e":"markPriceUpdate","E":1562305380000,"s":"BTCUSDT","p":"11794.15","ap":"11794","i":"11784.6","P":"11784",)"
            R"("r":"0.00038167","T":1562306400000,"st":1}])",
            "e:kept E:time! s:text! p:decimal! i:decimal r:decimal T:time st:kept"},
        {"kline", readTwice,
            R"({"e":"kline","E":1638747660000,"s":"BTCUSDT","k":{"t":1638747660000,"T":1638747719999,"i":"1m","f":100,)"
            R"("L":200,"o":"0.0010","c":"0.0020","h":"0.0025","l":"0.0015","v":"1000","n":100,"x":true,"q":"1.0",)"
            R"("V":"500","Q":"0.500","B":"123456"},"st":1})",
            "e:kept s:text! k:object!t t:time! i:word?=-1|false o:decimal?=0|false c:decimal?=0|false "
            "h:decimal?=0|false l:decimal?=0|false v:decimal?=0|false n:integer?=0|false x:flag?=false "
            "q:decimal?=0|false V:decimal?=0|false st:kept"},
        {"continuous_kline", readTwice,
            R"({"e":"continuous_kline","E":1607443058651,"ps":"BTCUSDT","ct":"PERPETUAL","k":{"t":1607443020000,"i":"1m",)"
            R"("o":"18787.00","c":"18804.04","h":"18804.04","l":"18786.54","v":"197.664","n":543,"x":false,)"
            R"("q":"3715253.19","V":"184.769","Q":"3472925.8","B":"0"}})",
            "e:kept ps:text!s k:kept t:time! i:kept o:kept c:kept h:kept l:kept v:kept n:kept x:kept q:kept "
            "V:kept"},
        {"24hrMiniTicker", readTwice,
            R"({"e":"24hrMiniTicker","E":123456789,"s":"BTCUSDT","c":"0.0025","o":"0.0010","h":"0.0026","l":"0.0011",)"
            R"("v":"10000","q":"18","ps":"BTCUSDT","st":1})",
            "e:kept E:time! s:text! c:decimal! o:decimal! h:decimal! l:decimal! v:decimal! q:decimal! "
            "st:kept"},
        {"24hrTicker", readTwice,
            R"([{"e":"24hrTicker","E":123456789,"s":"BTCUSDT","p":"0.0015","P":"250.00","w":"0.0018","c":"0.0025","Q":"10",)"
            R"("o":"0.0010","h":"0.0026","l":"0.0011","v":"10000","q":"18","O":0,"C":86400000,"F":0,"L":18150,"n":18151}])",
            "e:kept E:time! s:text! P:decimal! c:decimal! o:decimal! h:decimal! l:decimal! v:decimal! "
            "q:decimal!"},
        {"bookTicker", readTwice,
            R"({"stream":"x","data":{"e":"bookTicker","u":400900217,"E":1568014460893,"T":1568014460891,"s":"BNBUSDT",)"
            R"("b":"25.35","B":"31.21","a":"25.36","A":"40.66","st":1}})",
            "stream:text data:kept e:kept u:integer! E:time! s:text! b:decimal! B:decimal! a:decimal! "
            "A:decimal! st:kept"},
        {"depthUpdate", readTwice,
            R"({"e":"depthUpdate","E":1571889248277,"T":1571889248276,"s":"BTCUSDT","U":390497796,"u":390497878,)"
            R"("pu":390497794,"b":[["7403.89","0.002"]],"a":[["7405.96","3.340"],["7406","0"]],"st":1})",
            "e:kept E:time! s:text! U:integer! u:integer! pu:integer! b:list! a:list! st:kept"},
        {"forceOrder", readTwice,
            R"({"e":"forceOrder","E":1568014460893,"o":{"s":"BTCUSDT","S":"SELL","o":"LIMIT","f":"IOC","q":"0.014",)"
            R"("p":"9910","ap":"9911","X":"FILLED","l":"0.014","z":"0.014","T":1568014460893},"ps":"BTCUSDT","st":1})",
            "e:kept o:object! o:kept s:text! S:side! q:decimal! p:decimal! ap:decimal T:time! st:kept"},
    };
}

std::vector<WireCase> rareCases()
{
    return {
        {"contractInfo", readTwice,
            R"({"e":"contractInfo","E":1669356423908,"s":"IOTAUSDT","ps":"IOTAUSDT","ct":"PERPETUAL","dt":4133404800000,)"
            R"("cs":"TRADING","bks":[{"bs":2,"bnf":5,"bnc":5000,"mmr":0.01,"cf":75,"mi":21,"ma":50}],"st":1})",
            "e:kept s:text! ct:text cs:text! bks:list bs:integer! bnf:decimal! bnc:decimal! mmr:decimal! "
            "cf:decimal! "
            "ma:integer! st:kept"},
        {"compositeIndex", readTwice,
            R"({"e":"compositeIndex","E":1602310596000,"s":"DEFIUSDT","p":"554.4","C":"baseAsset","c":[{"b":"BAL"}]})",
            "e:kept E:time! s:text! p:decimal!"},
        {"assetIndexUpdate", readTwice,
            R"([{"e":"assetIndexUpdate","E":1686749230000,"s":"ADAUSD","i":"0.27462452","b":"0.10","st":1}])",
            "e:kept E:time! s:text! i:decimal! st:kept"},
        {"session", readTwice, R"({"e":"EquityUpdate","E":5,"t":6,"T":7,"S":"OVERNIGHT"})",
            "e:kept E:time! S:text!"},
        {"answer", readTwice, R"({"result":null,"id":12})", "id:text"},
        {"refusal", readTwice, R"({"code":2,"msg":"Invalid request","id":"a1"})",
            "code:integer=none msg:text id:text"},
        {"error", readTwice, R"({"error":{"code":3,"msg":"Invalid JSON"},"id":1})",
            "error:object code:integer=none msg:text id:text"},
    };
}

constexpr auto tradeUpdate =
    R"({"e":"ORDER_TRADE_UPDATE","E":1779367929402,"T":1779367929401,"o":{"s":"SOLUSDT","c":"my-id-1","S":"BUY","o":"LIMIT",)"
    R"("f":"GTC","q":"21.26","p":"85.67","ap":"85.5","sp":"84","x":"TRADE","X":"PARTIALLY_FILLED","i":215456450616,"l":"3.5",)"
    R"("z":"4.5","L":"85.4","n":"0.01","N":"USDT","T":1779367929400,"t":911,"b":"2520.672","a":"0","m":true,"R":true,)"
    R"("wt":"MARK_PRICE","ot":"STOP","ps":"SHORT","cp":true,"rp":"1.25","pP":false,"AP":"83","cr":"0.4","er":"2"}})";

std::vector<WireCase> userCases()
{
    return {
        {"ORDER_TRADE_UPDATE", readTwice, tradeUpdate,
            "e:kept E:time! T:time! T:time=1779367929401 o:object! s:text! c:text! S:side! o:word! f:word "
            "q:decimal! "
            "p:decimal ap:decimal sp:decimal x:text! X:text! i:integer! l:decimal! z:decimal! L:decimal! "
            "n:decimal "
            "N:text t:integer! m:flag R:flag wt:word=CONTRACT_PRICE ot:word ps:leg=BOTH cp:flag rp:decimal "
            "AP:decimal "
            "cr:decimal er:text"},
        {"ACCOUNT_UPDATE", readTwice,
            R"({"e":"ACCOUNT_UPDATE","E":1564745798939,"T":1564745798938,"a":{"m":"ORDER","S":"ETHUSDT","B":[{"a":"USDT",)"
            R"("wb":"122624.1","cw":"100.1","bc":"50.1"}],"P":[{"s":"BTCUSDT","pa":"20","ep":"6563.6","bep":"6565.0",)"
            R"("cr":"0","up":"2850.2","mt":"isolated","iw":"13200.7","mp":"1.5","ps":"LONG"}]}})",
            "e:kept E:time! T:time! a:object! a:text! m:text! S:text B:list wb:decimal! cw:decimal! "
            "bc:decimal P:list "
            "s:text! pa:decimal! ep:decimal! bep:decimal mt:margin! iw:decimal mp:decimal ps:leg!"},
        {"ALGO_UPDATE", readTwice,
            R"({"e":"ALGO_UPDATE","T":1765431097030,"E":1765431097037,"o":{"caid":"O-1","aid":1000000033225453,)"
            R"("at":"CONDITIONAL","o":"STOP_MARKET","s":"DOGEUSDT","S":"BUY","ps":"SHORT","f":"GTC","q":"38","X":"TRIGGERED",)"
            R"("ai":"88937381063","ap":"0.5","aq":"2","act":"MARKET","tp":"0.13855","p":"1.5","wt":"MARK_PRICE","cp":true,)"
            R"("pP":false,"R":true,"rm":"margin","tt":1765431097019}})",
            "e:kept T:time! E:time! o:object! o:word! caid:text! aid:integer! s:text! S:side! ps:leg=BOTH "
            "f:word "
            "q:decimal X:text! ai:integer ap:decimal aq:decimal tp:decimal p:decimal wt:word=CONTRACT_PRICE "
            "cp:flag "
            "R:flag rm:text"},
        {"TRADE_LITE", readTwice,
            R"({"e":"TRADE_LITE","E":1721895408092,"T":1721895408214,"s":"BTCUSDT","q":"0.001","p":"0","m":true,"c":"z8hc",)"
            R"("S":"SELL","L":"64089.20","l":"0.040","t":109100866,"i":8886774})",
            "e:kept T:time! s:text! m:flag c:text! S:side! L:decimal! l:decimal! t:integer! i:integer!"},
        {"ACCOUNT_CONFIG_UPDATE", readTwice,
            R"({"e":"ACCOUNT_CONFIG_UPDATE","E":1611646737479,"T":2,"ac":{"s":"BTCUSDT","l":25},"ai":{"j":true}})",
            "e:kept ac:object s:text! l:integer! ai:object j:flag!"},
        {"MARGIN_CALL", readTwice,
            R"({"e":"MARGIN_CALL","E":1587727187525,"cw":"3.16812045","p":[{"s":"ETHUSDT","ps":"LONG","pa":"1.327",)"
            R"("mt":"ISOLATED","iw":"1","mp":"187.17127","up":"-1.166074","mm":"1.614445"}]})",
            "e:kept cw:decimal p:list! s:text! ps:leg! pa:decimal! mt:margin! iw:decimal mp:decimal"},
        {"STRATEGY_UPDATE", readTwice,
            R"({"e":"STRATEGY_UPDATE","T":1,"E":2,"su":{"si":176054594,"st":"GRID","ss":"NEW","s":"BTCUSDT","ut":3}})",
            "e:kept su:object! si:integer! st:text ss:text! s:text"},
        {"GRID_UPDATE", readTwice,
            R"({"e":"GRID_UPDATE","T":1,"E":2,"gu":{"si":176057039,"st":"GRID","ss":"WORKING","s":"BTCUSDT","r":"-0.0030"}})",
            "e:kept gu:object! si:integer! ss:text! s:text r:decimal"},
        {"CONDITIONAL_ORDER_TRIGGER_REJECT", readTwice,
            R"({"e":"CONDITIONAL_ORDER_TRIGGER_REJECT","E":1,"T":2,"or":{"s":"ETHUSDT","i":155618472834,"r":"why"}})",
            "e:kept or:object! s:text! i:integer! r:text"},
        {"listenKeyExpired", readTwice,
            R"({"stream":"x","data":{"e":"listenKeyExpired","E":1,"listenKey":"OfYG"}})",
            "stream:kept data:kept e:kept listenKey:text"},
    };
}

} // namespace

class DamagedEventsTest : public QObject
{
    Q_OBJECT
private slots:
    void everyMemberIsReadOrNamedInTheRefusal_data()
    {
        QTest::addColumn<QByteArray>("problem");
        for (const auto &cases : {busyCases(), rareCases(), userCases()}) {
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

    void whatTheFastReaderLeavesIsReadByTheGeneralOne_data()
    {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<bool>("isReadable");
        const auto row = [](const char *name, const char *from, const char *to, bool isReadable = true) {
            QTest::newRow(name) << QByteArray{from} << QByteArray{to} << isReadable;
        };
        row("a blank", ",\"u\"", ", \"u\"");
        row("a price as a number", "\"25.35\"", "25.35");
        row("a negative price", "\"25.35\"", "\"-25.35\"");
        row("a long price", "\"25.35\"", "\"1234567890123456.5\"");
        row("fifteen digits", "\"25.35\"", "\"123456789012345.123456789012\"");
        row("many decimals", "\"25.35\"", "\"25.350000000000000\"");
        row("too many decimals", "\"25.35\"", "\"25.3500000000001\"", false);
        row("no decimals behind the point", "\"25.35\"", "\"25.\"", false);
        row("a blank behind a price", "\"25.35\"", "\"25.35 \"");
        row("an id as text", "400900217", "\"400900217\"");
        row("a negative id", "400900217", "-400900217");
        row("a long id", "400900217", "8389765519993908929");
        row("an id too long", "400900217", "9389765519993908929", false);
        row("a fraction for an id", "400900217", "400900217.5", false);
        row("a time before the epoch", "1568014460893", "-5", false);
        row("a time too far", "1568014460893", "999999999999999", false);
        row("a large universe", "\"st\":1", "\"st\":99999999999", false);
        row("a universe as text", "\"st\":1", "\"st\":\"1\"");
        row("a symbol with an escape", "\"BNBUSDT\"", "\"BNB\\u0055SDT\"");
        row("a symbol in another script", "\"BNBUSDT\"", "\"币安\"");
        row("a symbol that is a number", "\"BNBUSDT\"", "12");
        row("a long symbol", "\"BNBUSDT\"", "\"BNBUSDTBNBUSDTBNBUSDT\"");
        row("no symbol", "\"BNBUSDT\"", "\"\"", false);
        row("an unknown true", "\"st\"", "\"y\":true,\"st\"");
        row("an unknown false", "\"st\"", "\"y\":false,\"st\"");
        row("an unknown null", "\"st\"", "\"y\":null,\"st\"");
        row("an unknown number", "\"st\"", "\"y\":-1.5E+10,\"st\"");
        row("an unknown text", "\"st\"", "\"ys\":\"text\",\"st\"");
        row("an unknown text with an escape", "\"st\"", "\"ys\":\"te\\\"xt\",\"st\"");
        row("an unknown object", "\"st\"", "\"y\":{\"s\":\"no\"},\"st\"");
        row("an unknown list", "\"st\"", "\"y\":[[],{}],\"st\"");
        row("an unknown name in another script", "\"st\"", "\"é\":1,\"st\"");
        row("an unknown name with an escape", "\"st\"", "\"s\\u0000\":1,\"st\"");
        row("an empty name", "\"st\"", "\"\":1,\"st\"");
        row("a digit for a name", "\"st\"", "\"0\":1,\"st\"");
        row("a name without a colon", "\"st\"", "\"st\"\"st\"", false);
        row("a long name without a colon", "\"st\":1", "\"std\" 1", false);
        row("a name twice", "\"st\"", "\"b\":\"1\",\"st\"");
        row("no value", "\"st\":1", "\"st\":", false);
        row("a comma too many", "\"st\":1", "\"st\":1,", false);
        row("text behind the message", "}}", "}} x", false);
        row("the data without an end", "}}", "}", false);
        row("a list of one", "{\"e\"", "[{\"e\"", false);
        row("a member behind the data", "}}", "},\"more\":1}");
        row("another first member", "{\"stream\":\"x\",", "{\"other\":1,\"stream\":\"x\",");
        row("no comma behind the stream", "\"x\",", "\"x\" ", false);
        row("the type behind the rest", "\"e\":\"bookTicker\",", "\"T\":1,\"e\":\"bookTicker\",");
        row("the type with an escape", "bookTicker", "book\\u0054icker", false);
        row("no type at all", "\"e\":\"bookTicker\",", "");
        row("an empty type", "bookTicker", "", false);
        row("a type we do not know", "bookTicker", "bookTickers");
        row("a quote that does not end", "\"40.66\"", "\"40.66", false);
    }
    void whatTheFastReaderLeavesIsReadByTheGeneralOne()
    {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QFETCH(bool, isReadable);
        std::string json =
            R"({"stream":"x","data":{"e":"bookTicker","u":400900217,"E":1568014460893,"s":"BNBUSDT","b":"25.35",)"
            R"("B":"31.21","a":"25.36","A":"40.66","st":1}})";
        const auto at = json.find(from.toStdString());
        QVERIFY(at != std::string::npos);
        json.replace(at, static_cast<std::size_t>(from.size()), to.toStdString());
        const auto read = readTwice(json);
        QVERIFY2(read.has_value() == isReadable, json.c_str());
        if (!read) {
            QCOMPARE(read.error().code, domain::ErrorCode::Malformed);
        }
    }

    void membersOfTomorrowAreSkippedWhereverTheyStand()
    {
        for (const WireCase &test : busyCases()) {
            const auto valid = readTwice(test.json);
            for (const support::JsonMember &member : support::membersOf(test.json)) {
                if (member.name == "stream" || member.name == "data" || member.name == "e") {
                    continue; // before those the fast reader does not look
                }
                for (const std::string value :
                    {"true", "false", "null", "12", "-1.5E+3", "1e-5", "123456789012345678", "\"\"",
                        "\"a text\"", "\"a longer text\"", "\"t\\n\"", "[1,{}]", "{\"s\":[]}"}) {
                    for (const std::string name : {"yy", "Y", "a longer name"}) {
                        std::string json = test.json;
                        json.insert(member.from, "\"" + name + "\":" + value + ',');
                        QVERIFY2(readTwice(json) == valid, json.c_str());
                    }
                }
                for (const char *const broken : {"tru", "fals", "nul", "-", "", "\"", "{", "'a'"}) {
                    std::string json = test.json;
                    json.insert(member.from, std::string{"\"yy\":"} + broken + ',');
                    const auto read = readTwice(json);
                    QVERIFY2(read == valid || (!read && read.error().code == domain::ErrorCode::Malformed),
                        json.c_str());
                }
            }
        }
    }

    void levelsOfAnUpdateAreReadAlikeInEveryForm()
    {
        const auto bids = [](const std::string &levels) {
            return readTwice(
                R"({"e":"depthUpdate","E":1,"s":"A","U":1,"u":2,"pu":0,"b":)" + levels + R"(,"a":[]})");
        };
        QVERIFY(bids("[]"));
        QCOMPARE(*bids(R"([["1.5","2"]])"), *bids(R"([[1.5,2,"more"]])"));
        QCOMPARE(*bids(R"([["1.5","2"],["3","4"]])"), *bids(R"([ ["1.50","2"],["3","4"] ])"));
        for (const char *const bad : {R"([["1.5"]])", "[[]]", R"([["","1"]])", R"([["1","x"]])",
                 "[[\"1\",\"2\"]\"]", R"([["1","2",]])", R"(["1","2"])", R"([["1","2"],])", R"([["1";"2"]])",
                 R"([["1","2"];["3","4"]])"}) {
            const auto read = bids(bad);
            QVERIFY2(!read, bad);
            QCOMPARE(read.error().code, domain::ErrorCode::Malformed);
        }
    }

    void rowsOfTheOtherUniverseAreDroppedWhateverTheyLack()
    {
        for (const WireCase &test : busyCases()) {
            const std::string type = test.name;
            const auto read = readTwice(R"({"e":")" + type + R"(","st":2})");
            QVERIFY2(read, type.c_str());
            QCOMPARE(*read, (WireWords{"", "1"}));
        }
        QVERIFY(!readTwice(R"({"e":"bookTicker","st":1})"));
        QCOMPARE(
            *readTwice(R"({"e":"assetIndexUpdate","E":1,"s":"A","i":"1","st":2})"), (WireWords{"", "1"}));
    }

    void anExecutionIsReadWholeOrNotAtAll()
    {
        const auto with = [](const std::string &from, const std::string &to) {
            std::string json{tradeUpdate};
            json.replace(json.find(from), from.size(), to);
            StreamFrame frame;
            const auto read = parseFrame(json, frame);
            return read ? domain::Result<OrderTradeUpdate>{std::get<OrderTradeUpdate>(frame.events.front())}
                        : tl::make_unexpected(read.error());
        };
        const auto whole = with("\"m\"", "\"m\"");
        QVERIFY(whole->fill);
        QCOMPARE(whole->fill->symbol, std::string{"SOLUSDT"});
        QCOMPARE(whole->fill->orderId, 215'456'450'616);
        QCOMPARE(whole->fill->quantity.toString(), std::string{"3.5"});
        QCOMPARE(whole->fill->positionSide, domain::PositionSide::Short);
        QVERIFY(!with("\"t\":911", "\"t\":0"));
        QVERIFY(!with("\"L\":\"85.4\"", "\"L\":null"));
        QVERIFY(!with("\"i\":215456450616", "\"i\":0"));
        // A liquidation's row of nothing, and the news of an order.
        QVERIFY(!with("\"l\":\"3.5\"", "\"l\":\"0\"")->fill);
        std::string json{tradeUpdate};
        json.replace(json.find("TRADE\",\"X\""), 5, "NEW");
        for (const std::string gone : {R"("t":911,)", R"("l":"3.5",)", R"("L":"85.4",)"}) {
            json.replace(json.find(gone), gone.size(), "");
        }
        const auto news = readTwice(json);
        QVERIFY(news);
        QCOMPARE(news->back(), std::string{"none"});
    }

    void zeroIsNoIdOfAnEvent()
    {
        for (const WireCase &test : userCases()) {
            const std::string name = test.name == "ALGO_UPDATE"  ? "aid"
                                     : test.name == "TRADE_LITE" ? "t"
                                                                 : "";
            for (const support::JsonMember &member : support::membersOf(test.json)) {
                if (!name.empty() && member.name == name) {
                    const auto read = readTwice(member.with(test.json, "0"));
                    QVERIFY(!read);
                    QVERIFY(read.error().detail.find('"' + name + '"') != std::string::npos);
                }
            }
        }
        for (const char *const json :
            {R"({"e":"depthUpdate","E":1,"s":"A","U":0,"u":0,"pu":0,"b":[],"a":[]})",
                R"({"e":"trade","T":1,"s":"A","t":1,"p":"0","q":"1","m":true})",
                R"({"e":"kline","s":"A","k":{"t":0,"i":"1m"}})"}) {
            QVERIFY2(!readTwice(json), json);
        }
    }

    void aShortPositionIsNegativeOnTheWire()
    {
        StreamFrame frame;
        QVERIFY(parseFrame(
            R"({"e":"ACCOUNT_UPDATE","E":1,"T":2,"a":{"m":"ORDER","P":[{"s":"A","ps":"BOTH","pa":"-2","ep":"1","mt":"cross"}]}})",
            frame));
        const auto &position = std::get<AccountUpdate>(frame.events.front()).positions.front();
        QCOMPARE(position.side, domain::Side::Sell);
        QCOMPARE(position.quantity, domain::Quantity::of(2));
        QCOMPARE(position.updatedAt, domain::timestampFromMs(2));
    }

    void everySessionAndEveryMiniTickerIsKnown()
    {
        for (const std::string market : {"EquityUpdate", "CommodityUpdate", "FXUpdate", "KR_EquityUpdate"}) {
            const auto read = readTwice(R"({"e":")" + market + R"(","E":5,"S":"REGULAR"})");
            QVERIFY(read);
            QCOMPARE((*read)[3], market);
        }
        StreamFrame frame;
        QVERIFY(parseFrame(
            R"({"e":"24hrMiniTicker","E":1,"s":"A","c":"3","o":"2","h":"4","l":"1","v":"1","q":"1"})",
            frame));
        QCOMPARE(
            std::get<TickerEvent>(frame.events.front()).ticker.changePercent.toString(), std::string{"50"});
        QVERIFY(parseFrame(
            R"({"e":"24hrMiniTicker","E":1,"s":"A","c":"3","o":"0","h":"4","l":"1","v":"1","q":"1"})",
            frame));
        QCOMPARE(
            std::get<TickerEvent>(frame.events.front()).ticker.changePercent.toString(), std::string{"0"});
    }

    void messagesThatAreNoneAreMalformed_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *const text : {"", " ", "nul", "12", "[1]", "[[]]", "{", R"({"stream":)",
                 R"({"stream":"x","data":)", R"({"stream":"x","data":12})", R"({"stream":"x","data":null})",
                 R"({"stream":"x","data":[{"e":1}})", R"({"stream":"x","data":{"e":{}}})",
                 R"({"stream":{},"data":{"e":"x"}})", R"({"e":null})", R"({"a":{"e":})",
                 R"({"stream":"x","data":[{"a":[}]})", R"({"id":{}})", R"({"error":[]})"}) {
            QTest::newRow(text[0] == '\0' ? "nothing" : text) << QByteArray{text};
        }
    }
    void messagesThatAreNoneAreMalformed()
    {
        QFETCH(QByteArray, text);
        const auto read = readTwice(text.toStdString());
        QVERIFY(!read);
        QCOMPARE(read.error().code, domain::ErrorCode::Malformed);
    }
};

QTEST_APPLESS_MAIN(DamagedEventsTest)
#include "damaged_events_test.moc"
