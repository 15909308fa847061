#include "exchange/binance/wire_account.h"
#include "exchange/binance/wire_market.h"
#include "exchange/binance/wire_orders.h"
#include "exchange/binance/wire_statistics.h"
#include "exchange/binance/wire_stream.h"
#include "tests/support/fixtures.h"

#include <QTest>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

using namespace binance;

namespace
{

using Reader = std::function<std::optional<std::string>(std::string_view)>; ///< empty: read; else why not

template <class Parser, class... More> Reader with(Parser parser, More... more)
{
    return [parser, more...](std::string_view json) -> std::optional<std::string> {
        const auto parsed = parser(json, more...);
        return parsed ? std::nullopt : std::optional{parsed.error().detail};
    };
}

std::optional<std::string> readFrame(std::string_view json)
{
    StreamFrame frame;
    if (const auto read = parseFrame(json, frame); !read) {
        return read.error().detail;
    }
    for (const StreamEvent &event : frame.events) {
        if (const auto *unknown = std::get_if<UnknownEvent>(&event)) {
            return "event of unknown type " + unknown->type;
        }
    }
    return frame.events.empty() && !frame.control ? std::optional<std::string>{"nothing was read"}
                                                  : std::nullopt;
}

const domain::Symbol anySymbol{"BTCUSDT"};
constexpr auto longAgo = domain::timestampFromMs(1'500'000'000'000);

/// By method and path where they differ by method, else by path.
const std::map<std::string, Reader> &restReaders()
{
    static const std::map<std::string, Reader> readers{
        {"/fapi/v1/time", with(parseServerTime)},
        {"/fapi/v1/exchangeInfo", with(parseExchangeInfo)},
        {"/fapi/v1/depth", with(parseDepth, anySymbol)},
        {"/fapi/v1/aggTrades", with(parseAggTrades, anySymbol)},
        {"/fapi/v1/continuousKlines", with(parseKlines, longAgo)},
        {"/fapi/v1/indexPriceKlines", with(parseKlines, longAgo)},
        {"/fapi/v1/markPriceKlines", with(parseKlines, longAgo)},
        {"/fapi/v1/lvtKlines", with(parseKlines, longAgo)},
        {"/fapi/v1/ticker/24hr", with(parseTickers)},
        {"/fapi/v2/ticker/price", with(parsePrices)},
        {"/fapi/v1/ticker/bookTicker", with(parseBookTickers)},
        {"/fapi/v1/premiumIndex", with(parsePremiumIndex)},
        {"/fapi/v1/fundingRate", with(parseFundingRates)},
        {"/fapi/v1/indexInfo", with(parseCompositeIndexes)},
        {"/fapi/v1/constituents", with(parseConstituents)},
        {"/futures/data/openInterestHist", with(parseOpenInterest)},
        {"/futures/data/globalLongShortAccountRatio", with(parseLongShortRatios)},
        {"/futures/data/topLongShortAccountRatio", with(parseLongShortRatios)},
        {"/futures/data/topLongShortPositionRatio", with(parseLongShortRatios)},
        {"/futures/data/takerlongshortRatio", with(parseTakerVolumes)},
        {"/futures/data/basis", with(parseBasis)},
        {"/fapi/v1/leverage", with(parseLeverage)},
        {"/fapi/v1/marginType", with(parseAcknowledgement)},
        {"POST /fapi/v1/feeBurn", with(parseAcknowledgement)},
        {"POST /fapi/v1/multiAssetsMargin", with(parseAcknowledgement)},
        {"/fapi/v1/multiAssetsMargin", with(parseSwitch)},
        {"/fapi/v1/positionSide/dual", with(parseSwitch)},
        {"/fapi/v2/account", with(parseAccount)},
        {"/fapi/v2/balance", with(parseBalances)},
        {"/fapi/v2/positionRisk", with(parsePositionRisk)},
        {"/fapi/v1/symbolConfig", with(parseSymbolConfigs)},
        {"/fapi/v1/commissionRate", with(parseCommissionRate)},
        {"/fapi/v1/leverageBracket", with(parseLeverageBrackets)},
        {"/fapi/v1/income", with(parseIncome)},
        {"/fapi/v1/positionMargin/history", with(parseMarginChanges)},
        {"/fapi/v1/adlQuantile", with(parseAdlQuantiles)},
        {"/fapi/v1/listenKey", with(parseListenKey)},
        {"/fapi/v1/order", with(parseOrder)},
        {"/fapi/v1/openOrder", with(parseOrder)},
        {"/fapi/v1/allOrders", with(parseOrders)},
        {"/fapi/v1/forceOrders", with(parseOrders)},
        {"/fapi/v1/batchOrders", with(parseBatch)},
        {"/fapi/v1/algoOrder", with(parseAlgoOrder)},
        {"/fapi/v1/allAlgoOrders", with(parseAlgoOrders)},
        {"/fapi/v1/openAlgoOrders", with(parseAlgoOrders)},
        {"/fapi/v1/userTrades", with(parseUserTrades)},
        {"/sapi/v1/algo/futures/newOrderVp", with(parseAcknowledgement)},
        {"/sapi/v1/algo/futures/openOrders", with(parseExecutionAlgos)},
        {"/sapi/v1/algo/futures/historicalOrders", with(parseExecutionAlgos)},
        {"/sapi/v1/algo/futures/subOrders", with(parseExecutionAlgos)},
    };
    return readers;
}

/// Methods of the WebSocket API by the REST path whose answer they give.
const std::map<std::string, std::string> apiMethods{
    {"v2/account.status", "/fapi/v2/account"},
    {"v2/account.balance", "/fapi/v2/balance"},
    {"ticker.book", "/fapi/v1/ticker/bookTicker"},
    {"depth", "/fapi/v1/depth"},
    {"algoOrder.cancel", "/fapi/v1/algoOrder"},
    {"order.cancel", "/fapi/v1/order"},
};

/// Names of single recordings by the path that they answer; the others are stream frames.
const std::map<std::string, std::string> answerNames{
    {"http_futures_account_orders.json", "/fapi/v1/allOrders"},
    {"http_futures_account_position_side_dual.json", "/fapi/v1/positionSide/dual"},
    {"http_futures_account_positions_one_way.json", "/fapi/v2/positionRisk"},
    {"http_futures_account_trades.json", "/fapi/v1/userTrades"},
    {"http_futures_market_blvt_nav_kline.json", "/fapi/v1/lvtKlines"},
    {"http_futures_market_book_ticker.json", "/fapi/v1/ticker/bookTicker"},
    {"http_futures_market_depth.json", "/fapi/v1/depth"},
    {"http_futures_market_funding_rate.json", "/fapi/v1/fundingRate"},
    {"http_futures_market_global_long_short_account_ratio.json", "/futures/data/globalLongShortAccountRatio"},
    {"http_futures_market_index_info.json", "/fapi/v1/indexInfo"},
    {"http_futures_market_index_price_klines.json", "/fapi/v1/indexPriceKlines"},
    {"http_futures_market_mark_price_klines.json", "/fapi/v1/markPriceKlines"},
    {"http_futures_market_premium_index.json", "/fapi/v1/premiumIndex"},
    {"http_futures_market_taker_long_short_ratio.json", "/futures/data/takerlongshortRatio"},
    {"http_futures_market_top_long_short_account_ratio.json", "/futures/data/topLongShortAccountRatio"},
    {"http_futures_wallet_commission_rate_btcusdt.json", "/fapi/v1/commissionRate"},
    {"http_json-account_info_v2.json", "/fapi/v2/account"},
    {"http_json-balance.json", "/fapi/v2/balance"},
    {"http_json-open_algo_orders.json", "/fapi/v1/openAlgoOrders"},
    {"http_json-position_risk.json", "/fapi/v2/positionRisk"},
};

std::optional<std::string> readAnswer(
    const std::string &method, const std::string &path, std::string_view json)
{
    const auto &readers = restReaders();
    auto reader = readers.find(method + ' ' + path);
    if (reader == readers.end()) {
        reader = readers.find(path);
    }
    return reader == readers.end() ? "no parser for " + path : reader->second(json);
}

/// "POST\n/fapi/v1/order\ntrue\n{…}"
std::optional<std::string> readEndpointFile(const QByteArray &content)
{
    const QList<QByteArray> lines = content.split('\n');
    if (lines.size() < 4) {
        return "not in the form of an endpoint file";
    }
    const QByteArray json = lines.mid(3).join('\n');
    return readAnswer(
        lines.at(0).trimmed().toStdString(), lines.at(1).trimmed().toStdString(), json.toStdString());
}

/// Parts of a conversation: '>' sent by the client, '<' answered, '=' pushed; each may be numbered.
QList<std::pair<char, QByteArray>> partsOf(QByteArray content)
{
    content.replace("|1|", "1").replace("|id|", "1").replace("|*|", "1");
    QList<std::pair<char, QByteArray>> parts;
    for (const QByteArray &line : content.split('\n')) {
        if (!line.isEmpty() && QByteArrayView{"><="}.contains(line.front())) {
            const auto from = line.size() > 1 && line.at(1) >= '0' && line.at(1) <= '9' ? 2 : 1;
            parts.emplaceBack(line.front(), line.mid(from));
        } else if (!parts.isEmpty()) {
            parts.last().second += '\n' + line;
        }
    }
    return parts;
}

std::optional<std::string> readSubscriptionFile(const QByteArray &content)
{
    int read = 0;
    for (const auto &[direction, text] : partsOf(content)) {
        if (direction == '>') {
            continue;
        }
        ++read;
        if (const auto problem = readFrame(text.toStdString())) {
            return problem;
        }
    }
    return read > 1 ? std::nullopt : std::optional<std::string>{"no pushed message found"};
}

std::optional<std::string> readApiFile(const QByteArray &content)
{
    std::string path;
    for (const auto &[direction, text] : partsOf(content)) {
        if (direction == '>') {
            for (const auto &[method, restPath] : apiMethods) {
                if (text.contains(QByteArray::fromStdString("\"method\": \"" + method + '"'))) {
                    path = restPath;
                }
            }
            continue;
        }
        const auto envelope = parseApiEnvelope(text.toStdString());
        if (!envelope) {
            return envelope.error().detail;
        }
        if (envelope->status != 200) {
            return "status is not 200";
        }
        return readAnswer("", path, envelope->result);
    }
    return "no answer found";
}

std::optional<std::string> readFixture(const QString &path)
{
    const QByteArray content = support::fixture(path);
    const QString name = path.section(u'/', -1);
    if (path.contains(QLatin1StringView{"/endpoints/"})) {
        return readEndpointFile(content);
    }
    if (path.contains(QLatin1StringView{"/subscriptions/"})) {
        return readSubscriptionFile(content);
    }
    if (path.contains(QLatin1StringView{"/socket/"})) {
        return readApiFile(content);
    }
    if (path.startsWith(QLatin1StringView{"exchangeinfo/"})) {
        return readAnswer("GET", "/fapi/v1/exchangeInfo", content.toStdString());
    }
    if (path.startsWith(QLatin1StringView{"brackets/"})) {
        return readAnswer("GET", "/fapi/v1/leverageBracket", content.toStdString());
    }
    const auto answer = answerNames.find(name.toStdString());
    return answer == answerNames.end() ? readFrame(content.toStdString())
                                       : readAnswer("GET", answer->second, content.toStdString());
}

} // namespace

class PayloadsTest : public QObject
{
    Q_OBJECT
private slots:
    void everyRecordedPayloadIsRead_data()
    {
        QTest::addColumn<QString>("path");
        if (support::fixturesFolder().isEmpty()) {
            QSKIP("The recorded payloads are not here.");
        }
        const QStringList paths = support::fixturesBelow(QStringLiteral("payloads")) +
                                  support::fixturesBelow(QStringLiteral("exchangeinfo")) +
                                  support::fixturesBelow(QStringLiteral("brackets"));
        QVERIFY(paths.size() > 90);
        for (const QString &path : paths) {
            QTest::newRow(qPrintable(path)) << path;
        }
    }
    void everyRecordedPayloadIsRead()
    {
        QFETCH(QString, path);
        const auto problem = readFixture(path);
        QVERIFY2(!problem, problem.value_or(std::string{}).c_str());
    }

    void everyLineOfTheRecordedStreamIsRead()
    {
        const QByteArray capture = support::fixture(QStringLiteral("capture/btcusdt_20240808.jsonl.gz"));
        if (capture.isEmpty()) {
            QSKIP("The recorded stream is not here.");
        }
        std::map<std::string, int> counts;
        StreamFrame frame;
        for (qsizetype from = 0; from < capture.size();) {
            const qsizetype end = std::max(capture.indexOf('\n', from), from);
            const qsizetype blank = capture.indexOf(' ', from);
            const std::string_view json{
                capture.constData() + blank + 1, static_cast<std::size_t>(end - blank - 1)};
            from = end + 1;
            if (json.starts_with("{\"lastUpdateId\"")) {
                const auto snapshot = parseDepth(json, anySymbol);
                QVERIFY(snapshot);
                QVERIFY(snapshot->bids.front().price < snapshot->asks.front().price);
                ++counts["snapshot"];
                continue;
            }
            const auto read = parseFrame(json, frame);
            QVERIFY2(read, std::string{json.substr(0, 200)}.c_str());
            QCOMPARE(frame.events.size(), std::size_t{1});
            ++counts[frame.stream];
        }
        QCOMPARE(counts["btcusdt@depth@0ms"], 6'551);
        QCOMPARE(counts["btcusdt@bookTicker"], 66'089);
        QCOMPARE(counts["btcusdt@trade"], 21'313);
        QCOMPARE(counts["snapshot"], 1);
    }

    void aPayloadCutShortAnywhereIsMalformedAndHarmless()
    {
        if (support::fixturesFolder().isEmpty()) {
            QSKIP("The recorded payloads are not here.");
        }
        StreamFrame frame;
        for (const QString &path : support::fixturesBelow(QStringLiteral("payloads/nautilus"))) {
            const std::string whole = support::fixture(path).trimmed().toStdString();
            for (std::size_t length = 0; length < whole.size(); ++length) {
                const std::string_view part{whole.data(), length};
                const auto read = parseFrame(part, frame);
                QVERIFY2(!read, qPrintable(path));
                QCOMPARE(read.error().code, domain::ErrorCode::Malformed);
                QVERIFY(frame.events.empty());
                for (const auto &[restPath, reader] : restReaders()) {
                    if (length % 128 == 0) {
                        QVERIFY2(reader(part), qPrintable(path + QString::fromStdString(restPath)));
                    }
                }
            }
        }
    }

    void hostileTextIsMalformedAndHarmless_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray{};
        QTest::newRow("blank") << QByteArray{"   "};
        QTest::newRow("deep arrays") << QByteArray(1'000'000, '[');
        QTest::newRow("deep objects") << QByteArray{"{\"e\":"}.repeated(200'000);
        QTest::newRow("deep and closed") << QByteArray(100'000, '[') + QByteArray(100'000, ']');
        QTest::newRow("trailing text") << QByteArray{R"({"e":"x"} {"e":"y"})"};
        QTest::newRow("number for an object") << QByteArray{"12"};
        QTest::newRow("type is an object") << QByteArray{R"({"e":{}})"};
        QTest::newRow("price is an object")
            << QByteArray{R"({"e":"trade","s":"BTCUSDT","t":1,"p":{},"q":"1"})"};
        QTest::newRow("price is a word")
            << QByteArray{R"({"e":"trade","s":"BTCUSDT","t":1,"p":"much","q":"1"})"};
        QTest::newRow("id beyond 64 bits")
            << QByteArray{R"({"e":"trade","s":"BTCUSDT","t":99999999999999999999,"p":"1","q":"1"})"};
        QTest::newRow("no symbol") << QByteArray{R"({"e":"trade","t":1,"p":"1","q":"1"})"};
        QTest::newRow("not UTF-8") << QByteArray{"{\"e\":\"\xff\xfe\"}"};
    }
    void hostileTextIsMalformedAndHarmless()
    {
        QFETCH(QByteArray, text);
        StreamFrame frame;
        const auto read = parseFrame(text.toStdString(), frame);
        QVERIFY(!read);
        QCOMPARE(read.error().code, domain::ErrorCode::Malformed);
        QVERIFY(frame.events.empty());
        for (const auto &[path, reader] : restReaders()) {
            QVERIFY2(reader(text.toStdString()), path.c_str());
        }
    }

    void unknownEventsAreKeptByName()
    {
        const std::string event = R"({"e":"NEWS_OF_TOMORROW","what":[1,{"a":2}]})";
        for (const std::string &text : {event, R"({"stream":"x","data":)" + event + '}'}) {
            StreamFrame frame;
            QVERIFY2(parseFrame(text, frame), text.c_str());
            QCOMPARE(frame.events.size(), std::size_t{1});
            QCOMPARE(std::get<UnknownEvent>(frame.events.front()).type, std::string{"NEWS_OF_TOMORROW"});
            QVERIFY2(!parseFrame(text + "{}", frame), "something follows");
        }
    }

    void theVenueAnnouncesTheEndOfAConnection()
    {
        StreamFrame frame;
        QVERIFY(parseFrame(R"({"e":"serverShutdown","E":1760000000000})", frame));
        QVERIFY(std::holds_alternative<ServerShutdown>(frame.events.front()));
    }

    void rowsOfTheCoinMarginedUniverseAreDropped()
    {
        StreamFrame frame;
        QVERIFY(parseFrame(R"({"stream":"!ticker@arr","data":[{"e":"24hrTicker","E":1,"s":"BTCUSDT","P":"1",
            "c":"1","o":"1","h":"1","l":"1","v":"1","q":"1","st":1},{"e":"24hrTicker","s":"BTCUSD_PERP","c":"1",
            "st":2}]})",
            frame));
        QCOMPARE(frame.events.size(), std::size_t{1});
        QCOMPARE(frame.droppedCoinMargined, 1);
    }

    void aPayloadWithAForeignByteNeverDoesHarm()
    {
        if (support::fixturesFolder().isEmpty()) {
            QSKIP("The recorded payloads are not here.");
        }
        // Whether the text is still readable is not the point: no crash, no undefined behaviour.
        StreamFrame frame;
        int read = 0;
        for (const QString &path : support::fixturesBelow(QStringLiteral("payloads/nautilus"))) {
            const std::string whole = support::fixture(path).trimmed().toStdString();
            for (std::size_t at = 0; at < whole.size(); at += 3) {
                for (const char foreign : {'\0', '"', '{', ']', '9', '\\', '\xff'}) {
                    std::string changed = whole;
                    changed[at] = foreign;
                    read += parseFrame(changed, frame).has_value() ? 1 : 0;
                    read += parseOrders(changed).has_value() ? 1 : 0;
                }
            }
        }
        QVERIFY(read > 0);
    }
};

QTEST_APPLESS_MAIN(PayloadsTest)
#include "payloads_test.moc"
