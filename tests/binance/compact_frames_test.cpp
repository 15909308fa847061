#include "exchange/binance/wire_stream.h"
#include "tests/support/fixtures.h"

#include <QTest>

#include <string>
#include <string_view>

using namespace binance;

namespace
{

// As the venue writes them, one of each busy kind; reference 6.1 and recorded frames.
constexpr std::string_view samples[] = {
    R"({"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":5123107839020,"s":"BTCUSDT","b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256313}})",
    R"({"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256322,"T":1723161256322,"s":"BTCUSDT","t":5266583935,"p":"61800.30","q":"0.006","X":"MARKET","m":false}})",
    R"({"e":"aggTrade","E":1723161256322,"a":5933014,"s":"BTCUSDT","p":"0.001","q":"100","f":100,"l":105,"T":1723161256320,"m":true,"st":1})",
    R"({"e":"depthUpdate","E":1571889248277,"T":1571889248276,"s":"BTCUSDT","U":390497796,"u":390497878,"pu":390497794,"b":[["7403.89","0.002"],["7403.90","3.906"]],"a":[["7405.96","3.340"]]})",
    R"({"e":"kline","E":1638747660000,"s":"BTCUSDT","k":{"t":1638747660000,"T":1638747719999,"s":"BTCUSDT","i":"1m","f":100,"L":200,"o":"0.0010","c":"0.0020","h":"0.0025","l":"0.0015","v":"1000","n":100,"x":false,"q":"1.0000","V":"500","Q":"0.500","B":"123456"}})",
    R"({"stream":"!ticker@arr","data":[{"e":"24hrTicker","E":1672515782136,"s":"BTCUSDT","p":"-131.40000000","P":"-0.786","w":"16628.97377498","c":"16584.60000000","Q":"0.002","o":"16716.00000000","h":"16764.89000000","l":"16456.51000000","v":"122474.816","q":"2036102085.69746400","O":1672429382136,"C":1672515782136,"F":2289691,"L":2432543,"n":142853,"st":1},{"e":"24hrTicker","E":1672515782136,"s":"BTCUSD_PERP","c":"1","st":2}]})",
    R"([{"e":"24hrMiniTicker","E":1672515782136,"s":"BTCUSDT","c":"16584.6","o":"16716.00","h":"16764.89","l":"16456.51","v":"122474.816","q":"2036102085.69"}])",
    R"([{"e":"markPriceUpdate","E":1562305380000,"s":"BTCUSDT","p":"11794.15000000","i":"11784.62659091","P":"11784.25641265","r":"0.00038167","T":1562306400000},{"e":"markPriceUpdate","E":1562305380000,"s":"ETHUSDT_210326","p":"1.5","i":"0","P":"1","r":"","T":0}])",
    R"({"e":"forceOrder","E":1568014460893,"o":{"s":"BTCUSDT","S":"SELL","o":"LIMIT","f":"IOC","q":"0.014","p":"9910.00000000","ap":"9910.12345678","X":"FILLED","l":"0.014","z":"0.014","T":1568014460893}})",
};

template <class Measure> std::string word(domain::Exact<Measure> value)
{
    return value.toString() + " ";
}
std::string word(std::int64_t value)
{
    return std::to_string(value) + " ";
}
std::string word(domain::Timestamp at)
{
    return word(domain::toMs(at));
}
std::string word(const std::string &text)
{
    return text + " ";
}
template <class... Values> std::string words(const Values &...values)
{
    return (word(values) + ...);
}

struct Describe
{
    std::string operator()(const TradeEvent &e) const
    {
        const domain::Trade &t = e.trade;
        return words(t.symbol, t.id, t.price, t.quantity, t.at, std::int64_t{t.buyerIsMaker},
            std::int64_t{e.isAggregate});
    }
    std::string operator()(const KlineEvent &e) const
    {
        const domain::Candle &c = e.candle;
        return words(e.symbol, c.openAt, c.open, c.high, c.low, c.close, c.volume, c.quoteVolume,
            c.tradeCount, c.takerBuyVolume, std::int64_t{c.isClosed}, std::int64_t{e.isComplete},
            std::int64_t{e.isContinuous});
    }
    std::string operator()(const TickerEvent &e) const
    {
        const domain::Ticker &t = e.ticker;
        return words(t.symbol, t.last, t.open, t.high, t.low, t.volume, t.quoteVolume, t.changePercent, t.at);
    }
    std::string operator()(const domain::BookTicker &t) const
    {
        return words(t.symbol, t.bid, t.bidQty, t.ask, t.askQty, t.updateId, t.at);
    }
    std::string operator()(const domain::BookUpdate &u) const
    {
        std::string text = words(u.symbol, u.firstUpdateId, u.lastUpdateId, u.previousUpdateId, u.at);
        for (const auto *side : {&u.bids, &u.asks}) {
            for (const domain::BookLevel &level : *side) {
                text += words(level.price, level.quantity);
            }
            text += "| ";
        }
        return text;
    }
    std::string operator()(const domain::MarkPrice &m) const
    {
        return words(m.symbol, m.mark, m.index, m.fundingRate, m.nextFundingAt, m.at);
    }
    std::string operator()(const ForceOrderEvent &e) const
    {
        return words(
            e.symbol, std::int64_t{e.side == domain::Side::Buy}, e.price, e.avgPrice, e.quantity, e.at);
    }
    template <class Other> std::string operator()(const Other & /*event*/) const { return "other "; }
};

/// All that the message says; empty where it cannot be read.
std::string meaning(std::string_view json)
{
    StreamFrame frame;
    if (!parseFrame(json, frame)) {
        return frame.events.empty() ? std::string{} : "events of a broken message";
    }
    std::string text = words(frame.stream, std::int64_t{frame.droppedCoinMargined});
    for (const StreamEvent &event : frame.events) {
        text += std::visit(Describe{}, event);
    }
    return text;
}

/// The same through the general parser, which a leading blank calls for.
std::string generalMeaning(std::string_view json)
{
    return meaning(" " + std::string{json});
}

} // namespace

class CompactFramesTest : public QObject
{
    Q_OBJECT
private slots:
    void theFastWaySaysWhatTheGeneralOneSays()
    {
        for (const std::string_view json : samples) {
            QVERIFY2(!meaning(json).empty(), json.data());
            QCOMPARE(meaning(json), generalMeaning(json));
        }
        QCOMPARE(meaning(samples[0]),
            std::string{
                "btcusdt@bookTicker 0 BTCUSDT 61800.2 2.507 61800.3 2.51 5123107839020 1723161256313 "});
    }

    void everyRecordedFrameSaysTheSameBothWays()
    {
        const QByteArray capture = support::fixture(QStringLiteral("capture/btcusdt_20240808.jsonl.gz"));
        if (capture.isEmpty()) {
            QSKIP("The recorded streams are not here.");
        }
        int compared = 0;
        for (qsizetype from = 0, line = 0; from < capture.size(); ++line) {
            const qsizetype end = std::max(capture.indexOf('\n', from), from);
            const qsizetype blank = capture.indexOf(' ', from);
            const std::string_view json{
                capture.constData() + blank + 1, static_cast<std::size_t>(end - blank - 1)};
            from = end + 1;
            if (line % 10 == 0 && json.starts_with("{\"stream\"")) {
                QCOMPARE(meaning(json), generalMeaning(json));
                ++compared;
            }
        }
        QVERIFY(compared > 9'000);
    }

    void aFrameCutShortAnywhereIsMalformed()
    {
        for (const std::string_view json : samples) {
            for (std::size_t length = 0; length < json.size(); ++length) {
                QCOMPARE(meaning(json.substr(0, length)), std::string{});
            }
        }
    }

    void aForeignByteNeverMakesTheFastWayDiffer()
    {
        for (const std::string_view json : samples) {
            for (std::size_t at = 0; at < json.size(); ++at) {
                for (const char foreign :
                    {'\0', '"', '{', ']', ',', ':', '9', '.', '-', 'n', ' ', '\\', '\xc3', '\x1f'}) {
                    std::string changed{json};
                    changed[at] = foreign;
                    const std::string fast = meaning(changed);
                    QVERIFY2(fast.empty() || fast == generalMeaning(changed), changed.c_str());
                }
            }
        }
    }

    void blanksEscapesAndOtherOrdersAreReadByTheGeneralParser()
    {
        QCOMPARE(
            meaning(R"({ "e":"bookTicker", "u":1, "s":"A\u0042", "b":"1.50", "B":2, "a":0, "A":0, "E":7 })"),
            std::string{" 0 AB 1.5 2 0 0 1 7 "});
        QCOMPARE(meaning(R"({"s":"AB","u":1,"b":"1.5","B":"2","a":"3","A":"4","E":7,"e":"bookTicker"})"),
            std::string{" 0 AB 1.5 2 3 4 1 7 "});
        QCOMPARE(
            meaning(
                R"({"e":"bookTicker","s":"币安","u":18446744073,"b":"1234567890123456.5","B":"2","a":"3","A":"4","E":7})"),
            std::string{" 0 币安 1234567890123456.5 2 3 4 18446744073 7 "});
    }

    void theStorageOfBookLevelsIsUsedAgainAndHoldsOnlyTheNewOnes()
    {
        StreamFrame frame;
        QVERIFY(parseFrame(samples[3], frame));
        const auto *const storage = std::get<domain::BookUpdate>(frame.events.front()).bids.data();
        QVERIFY(parseFrame(samples[3], frame));
        const auto &update = std::get<domain::BookUpdate>(frame.events.front());
        QCOMPARE(update.bids.data(), storage);
        QCOMPARE(update.bids.size(), std::size_t{2});
        QCOMPARE(update.asks.size(), std::size_t{1});
    }
};

QTEST_APPLESS_MAIN(CompactFramesTest)
#include "compact_frames_test.moc"
