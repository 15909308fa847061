#include "exchange/binance/venue.h"
#include "tests/support/fake_journal.h"
#include "tests/support/fake_venue.h"

#include <QSignalSpy>
#include <QTest>

#include <memory>
#include <vector>

using namespace binance;
using namespace domain;
using support::FakeAnswer;
using support::FakeRequest;

namespace
{

constexpr int patience = 20'000; ///< for a busy machine; passing runs need a fraction
const QString tradeStream = QStringLiteral("btcusdt@aggTrade");
const QString bookStream = QStringLiteral("btcusdt@depth@100ms");
const QString minuteStream = QStringLiteral("btcusdt@kline_1m");

std::shared_ptr<Signer> anySigner()
{
    static constexpr std::string_view secret = "secret";
    return *HmacSigner::create(std::as_bytes(std::span{secret.data(), secret.size()}));
}

QByteArray trade(std::int64_t id)
{
    return QStringLiteral(R"({"e":"aggTrade","E":1,"s":"BTCUSDT","a":%1,"p":"100","q":"1","T":1,"m":false})")
        .arg(id)
        .toUtf8();
}

QByteArray depth(std::int64_t first, std::int64_t last, std::int64_t previous, const char *bidQty)
{
    return QStringLiteral(R"({"e":"depthUpdate","E":1,"T":1,"s":"BTCUSDT","U":%1,"u":%2,"pu":%3,
        "b":[["100","%4"]],"a":[]})")
        .arg(first)
        .arg(last)
        .arg(previous)
        .arg(QLatin1StringView{bidQty})
        .toUtf8();
}

struct Desk
{
    explicit Desk(bool hasKeys = false)
        : venue{std::make_unique<Venue>(paperEndpoints(theirs.restPort(), theirs.streamPort()),
              hasKeys ? anySigner() : nullptr, hasKeys ? "key" : "", journal, clock)}
    {
        QObject::connect(&venue->marketData(), &ports::MarketData::tradesArrived, venue.get(),
            [this](const ports::TradesPtr &list) {
                for (const Trade &one : *list) {
                    trades << one.id;
                }
            });
        QObject::connect(&venue->marketData(), &ports::MarketData::bookChanged, venue.get(),
            [this](const ports::BookViewPtr &view) { book = view; });
        QObject::connect(&venue->marketData(), &ports::MarketData::candlesChanged, venue.get(),
            [this](const ports::CandleUpdate &update) {
                for (const Candle &candle : update.candles) {
                    bars << toMs(candle.openAt);
                }
            });
    }
    bool isSubscribed(const QString &stream)
    {
        return QTest::qWaitFor([&] { return theirs.subscriptions().contains(stream); }, patience);
    }
    bool isReady()
    {
        return QTest::qWaitFor([this] { return venue->health().state()->canTrade; }, patience);
    }

    SystemClock clock;
    support::FakeJournal journal;
    support::FakeVenue theirs;
    std::unique_ptr<Venue> venue;
    QList<std::int64_t> trades;
    QList<std::int64_t> bars;
    ports::BookViewPtr book;
};

} // namespace

class VenueStreamsTest : public QObject
{
    Q_OBJECT
private slots:
    void manyClaimsShareOneSubscription()
    {
        Desk desk;
        desk.venue->start();
        ports::MarketData &market = desk.venue->marketData();
        auto first = market.watchTrades("BTCUSDT");
        auto second = market.watchTrades("BTCUSDT");
        QVERIFY(desk.isSubscribed(tradeStream));
        second.reset();
        desk.theirs.push(tradeStream, trade(1));
        QTRY_COMPARE_WITH_TIMEOUT(desk.trades, QList<std::int64_t>{1}, patience);
        QCOMPARE(desk.theirs.controls().count(QStringLiteral("SUBSCRIBE ") + tradeStream), 1);
        QCOMPARE(desk.theirs.controls().count(QStringLiteral("UNSUBSCRIBE ") + tradeStream), 0);
        first.reset();
        QTRY_COMPARE_WITH_TIMEOUT(
            desk.theirs.controls().count(QStringLiteral("UNSUBSCRIBE ") + tradeStream), 1, patience);
    }

    void streamsGoToTheirOwnRoute()
    {
        Desk desk;
        desk.venue->start();
        const auto book = desk.venue->marketData().watchBook("BTCUSDT");
        const auto trades = desk.venue->marketData().watchTrades("BTCUSDT");
        QVERIFY(desk.isSubscribed(bookStream));
        QVERIFY(desk.isSubscribed(tradeStream));
        QStringList paths;
        for (const QUrl &url : desk.theirs.streamUrls()) {
            paths << url.path();
        }
        paths.sort();
        QCOMPARE(paths, (QStringList{QStringLiteral("/market/stream"), QStringLiteral("/public/stream")}));
    }

    void tradesMissedWhileTheConnectionWasLostAreReadByRest()
    {
        Desk desk;
        desk.venue->start();
        const auto claim = desk.venue->marketData().watchTrades("BTCUSDT");
        QVERIFY(desk.isSubscribed(tradeStream));
        desk.theirs.push(tradeStream, trade(10));
        QTRY_COMPARE_WITH_TIMEOUT(desk.trades, QList<std::int64_t>{10}, patience);

        desk.theirs.answer("GET /fapi/v1/aggTrades", [](const FakeRequest &request) {
            const auto from = request.value(QStringLiteral("fromId"));
            return FakeAnswer{
                from == QStringLiteral("11")   ? QByteArray{R"([{"a":11,"p":"100","q":"1","T":1,"m":true},
                                     {"a":12,"p":"100","q":"1","T":1,"m":true}])"}
                : from == QStringLiteral("13") ? QByteArray{R"([{"a":13,"p":"100","q":"1","T":1,"m":true}])"}
                                               : QByteArray{"[]"}};
        });
        desk.theirs.dropStreams();
        QTRY_VERIFY_WITH_TIMEOUT(desk.trades.contains(12), patience);
        QVERIFY(desk.isSubscribed(tradeStream));
        // 13 traded after the REST answer and before the venue took the new subscription.
        desk.theirs.push(tradeStream, trade(14));
        QTRY_COMPARE_WITH_TIMEOUT(desk.trades, (QList<std::int64_t>{10, 11, 12, 13, 14}), patience);
    }

    void anAnnouncedEndOfTheConnectionLeavesNoGap() // F16
    {
        Desk desk;
        desk.venue->start();
        const auto claim = desk.venue->marketData().watchTrades("BTCUSDT");
        QVERIFY(desk.isSubscribed(tradeStream));
        desk.theirs.push(tradeStream, trade(10));
        QTRY_COMPARE_WITH_TIMEOUT(desk.trades, QList<std::int64_t>{10}, patience);
        const auto sockets = desk.theirs.streamUrls().size();
        desk.theirs.push(tradeStream, R"({"e":"serverShutdown","E":1})");
        QTRY_COMPARE_WITH_TIMEOUT(desk.theirs.streamUrls().size(), sockets + 1, patience);
        QTRY_COMPARE_WITH_TIMEOUT(
            desk.theirs.controls().count(QStringLiteral("SUBSCRIBE ") + tradeStream), 2, patience);
        desk.theirs.push(tradeStream, trade(11)); // by both
        QTRY_COMPARE_WITH_TIMEOUT(desk.trades, (QList<std::int64_t>{10, 11}), patience);
        QCOMPARE(desk.theirs.count("GET /fapi/v1/aggTrades"), 0);
    }

    void barsMissedWhileTheConnectionWasLostAreReadByRest()
    {
        Desk desk;
        desk.venue->start();
        const auto claim = desk.venue->marketData().watchCandles("BTCUSDT", Interval::M1);
        QVERIFY(desk.isSubscribed(minuteStream));
        desk.theirs.push(minuteStream,
            R"({"e":"kline","E":1,"s":"BTCUSDT","k":{"t":60000,"T":119999,"i":"1m","o":"1","c":"1","h":"1","l":"1",
                "v":"1","n":1,"x":true,"q":"1","V":"1"}})");
        QTRY_COMPARE_WITH_TIMEOUT(desk.bars, QList<std::int64_t>{60'000}, patience);
        desk.theirs.answer("GET /fapi/v1/klines", [](const FakeRequest &request) {
            return FakeAnswer{request.value(QStringLiteral("startTime")) == QStringLiteral("60000")
                                  ? QByteArray{R"([[60000,"1","1","1","1","1",119999,"1",1,"1","1","0"],
                                     [120000,"1","2","1","2","1",179999,"1",1,"1","1","0"]])"}
                                  : QByteArray{"[]"}};
        });
        desk.theirs.dropStreams();
        QTRY_COMPARE_WITH_TIMEOUT(desk.bars, (QList<std::int64_t>{60'000, 60'000, 120'000}), patience);
    }

    void aBookWithAGapIsReadAnewAndSaysSo()
    {
        Desk desk;
        desk.venue->start();
        desk.theirs.answer("GET /fapi/v1/depth",
            R"({"lastUpdateId":105,"E":1,"T":1,"bids":[["100","1"]],"asks":[["101","1"]]})");
        const auto claim = desk.venue->marketData().watchBook("BTCUSDT");
        QVERIFY(desk.isSubscribed(bookStream));
        desk.theirs.push(bookStream, depth(101, 106, 100, "2"));
        QTRY_VERIFY_WITH_TIMEOUT(desk.book && desk.book->state == BookView::State::Live, patience);
        QCOMPARE(desk.book->bids.front().quantity, Quantity::of(2));
        QCOMPARE(desk.theirs.count("GET /fapi/v1/depth"), 1);

        desk.theirs.answer("GET /fapi/v1/depth",
            R"({"lastUpdateId":205,"E":1,"T":1,"bids":[["100","5"]],"asks":[["101","1"]]})");
        desk.theirs.push(bookStream, depth(201, 204, 200, "3")); // 107 to 200 never came
        desk.theirs.push(bookStream, depth(205, 207, 204, "7"));
        QTRY_VERIFY_WITH_TIMEOUT(
            desk.book->state == BookView::State::Live && desk.book->lastUpdateId == 207, patience);
        QCOMPARE(desk.book->bids.front().quantity, Quantity::of(7));
        QVERIFY(desk.book->resyncCount >= 1);
    }

    void aLostConnectionMakesBooksStale()
    {
        Desk desk;
        desk.venue->start();
        desk.theirs.answer("GET /fapi/v1/depth",
            R"({"lastUpdateId":105,"E":1,"T":1,"bids":[["100","1"]],"asks":[["101","1"]]})");
        const auto claim = desk.venue->marketData().watchBook("BTCUSDT");
        QVERIFY(desk.isSubscribed(bookStream));
        desk.theirs.push(bookStream, depth(101, 106, 100, "2"));
        QTRY_VERIFY_WITH_TIMEOUT(desk.book && desk.book->state == BookView::State::Live, patience);
        desk.theirs.dropStreams();
        QTRY_VERIFY_WITH_TIMEOUT(desk.book->state == BookView::State::Stale, patience);
    }

    void theListOfSymbolsIsReadOnceForAllWhoAsk()
    {
        Desk desk;
        desk.venue->start();
        const auto first = desk.venue->marketData().exchangeInfo();
        const auto second = desk.venue->marketData().exchangeInfo();
        QTRY_VERIFY_WITH_TIMEOUT(first.isFinished() && second.isFinished(), patience);
        QVERIFY(first.result() && second.result());
        QCOMPARE((*first.result())->symbols.front().symbol, std::string{"BTCUSDT"});
        QCOMPARE(desk.theirs.count("GET /fapi/v1/exchangeInfo"), 1);
    }

    void theFundingIntervalsAreReadOnceForAllWhoAsk()
    {
        Desk desk;
        desk.theirs.answer("GET /fapi/v1/fundingInfo",
            R"([{"symbol":"SOLUSDT","adjustedFundingRateCap":"0.02","adjustedFundingRateFloor":"-0.02",
                "fundingIntervalHours":4,"disclaimer":false,"updateTime":1},
                {"symbol":"ODDUSDT","adjustedFundingRateCap":"0.02","adjustedFundingRateFloor":"-0.02",
                "fundingIntervalHours":0}])");
        QSignalSpy told{&desk.venue->marketData(), &ports::MarketData::fundingIntervalsChanged};
        desk.venue->start();
        const auto first = desk.venue->marketData().fundingIntervals();
        const auto second = desk.venue->marketData().fundingIntervals();
        QTRY_VERIFY_WITH_TIMEOUT(first.isFinished() && second.isFinished(), patience);
        QVERIFY(first.result() && second.result());
        QVERIFY(**first.result() == (FundingIntervals{{"SOLUSDT", std::chrono::hours{4}}}));
        QCOMPARE(desk.theirs.count("GET /fapi/v1/fundingInfo"), 1);
        QCOMPARE(told.count(), 1);
    }

    void unreadableFundingIntervalsAreAnError()
    {
        Desk desk;
        desk.theirs.answer("GET /fapi/v1/fundingInfo", "{}");
        desk.venue->start();
        const auto asked = desk.venue->marketData().fundingIntervals();
        QTRY_VERIFY_WITH_TIMEOUT(asked.isFinished(), patience);
        QVERIFY(!asked.result());
    }

    void anExpiredListenKeyIsReplacedAndEverythingComparedAnew()
    {
        Desk desk{true};
        desk.venue->start();
        QVERIFY(desk.isReady());
        const int comparisons = desk.theirs.count("GET /fapi/v3/account");
        desk.theirs.answer("POST /fapi/v1/listenKey", R"({"listenKey":"key2"})");
        const QByteArray expired = R"({"e":"listenKeyExpired","E":1,"listenKey":"key1"})";
        desk.theirs.pushToUser(expired);
        desk.theirs.pushToUser(expired);
        QTRY_VERIFY_WITH_TIMEOUT(
            desk.theirs.streamUrls().last().query().contains(QStringLiteral("listenKey=key2")), patience);
        QTRY_VERIFY_WITH_TIMEOUT(desk.theirs.count("GET /fapi/v3/account") > comparisons, patience);
        QVERIFY(desk.isReady());
        QCOMPARE(desk.theirs.count("POST /fapi/v1/listenKey"), 2);
    }

    void accountEventsAreAbsoluteValues()
    {
        Desk desk{true};
        desk.venue->start();
        QVERIFY(desk.isReady());
        const auto event = [](const char *amount, const char *wallet) {
            return QStringLiteral(R"({"e":"ACCOUNT_UPDATE","E":%1,"T":%1,"a":{"m":"ORDER",
                "B":[{"a":"USDT","wb":"%2","cw":"%2","bc":"0"}],
                "P":[{"s":"BTCUSDT","pa":"%3","ep":"60000","bep":"60010","mt":"cross","iw":"0","ps":"BOTH"}]}})")
                .arg(QDateTime::currentMSecsSinceEpoch())
                .arg(QLatin1StringView{wallet}, QLatin1StringView{amount})
                .toUtf8();
        };
        desk.theirs.pushToUser(event("-0.5", "990"));
        desk.theirs.pushToUser(event("-0.5", "990"));
        QTRY_COMPARE_WITH_TIMEOUT(desk.venue->account().state()->positions.size(), std::size_t{1}, patience);
        const Position position = desk.venue->account().state()->positions.front();
        QCOMPARE(position.side, Side::Sell);
        QCOMPARE(position.quantity, Quantity::literal("0.5"));
        QCOMPARE(position.leverage, 20);
        QCOMPARE(desk.venue->account().state()->walletBalance, Money::of(990));
    }

    void anAccountPictureIsNotCalledReconciledWhileItsStreamIsLost()
    {
        Desk desk{true};
        desk.venue->start();
        QVERIFY(desk.isReady());
        QSignalSpy changes{&desk.venue->account(), &ports::Account::accountChanged};
        const int comparisons = desk.theirs.count("GET /fapi/v1/openAlgoOrders");
        desk.theirs.dropStreams();
        QTRY_VERIFY_WITH_TIMEOUT(!changes.isEmpty(), patience);
        QVERIFY(!changes.first().first().value<ports::AccountPtr>()->isReconciled);
        QTRY_VERIFY_WITH_TIMEOUT(desk.theirs.count("GET /fapi/v1/openAlgoOrders") > comparisons, patience);
        QVERIFY(desk.isReady());
        QVERIFY(desk.venue->account().state()->isReconciled);
    }
};

QTEST_GUILESS_MAIN(VenueStreamsTest)
#include "venue_streams_test.moc"
