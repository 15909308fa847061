#include "exchange/paper/core/paper_exchange.h"
#include "models/domain/market/book_synchronizer.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace paper;
using namespace std::chrono_literals;

namespace
{

constexpr ConnectionId me = 1;
const Timestamp startAt = domain::timestampFromMs(1'795'400'000'000);

std::vector<Contract> fewContracts()
{
    return {builtInContracts().begin(), builtInContracts().begin() + 3};
}

/// An exchange with one stream connection.
struct Rig
{
    explicit Rig(StreamConfig streams = {})
    {
        ExchangeConfig config;
        config.key = {"k", "s", ""};
        config.streams = streams;
        exchange =
            std::make_unique<PaperExchange>(config, std::make_unique<MarketGenerator>(4, fewContracts()));
        now = startAt;
        started = exchange->start({}, now).has_value();
    }

    void run(domain::Milliseconds length)
    {
        for (const Timestamp end = now + length; now < end; now += 50ms) {
            exchange->step(now);
        }
    }

    QList<QJsonObject> take(ConnectionId from = me)
    {
        QList<QJsonObject> messages;
        for (const StreamOutput &output : exchange->streams().takeOutput()) {
            closed = closed || output.close;
            if (output.to == from && !output.text.empty()) {
                messages << QJsonDocument::fromJson(QByteArray::fromStdString(output.text)).object();
            }
        }
        return messages;
    }

    QJsonObject ask(std::string_view text)
    {
        take();
        exchange->streams().onText(me, text, now);
        const QList<QJsonObject> answers = take();
        return answers.isEmpty() ? QJsonObject{} : answers.front();
    }

    bool open(std::string_view path, std::string_view query = {})
    {
        return exchange->streams().open(me, path, query, now).has_value();
    }

    std::unique_ptr<PaperExchange> exchange;
    Timestamp now;
    bool started = false;
    bool closed = false;
};

std::vector<domain::BookLevel> levelsOf(const QJsonArray &rows)
{
    std::vector<domain::BookLevel> levels;
    for (const auto row : rows) {
        levels.push_back({Price::literal(row.toArray()[0].toString().toStdString()),
            Quantity::literal(row.toArray()[1].toString().toStdString())});
    }
    return levels;
}

domain::BookUpdate updateOf(const QJsonObject &message)
{
    domain::BookUpdate update;
    update.symbol = message[u"s"].toString().toStdString();
    update.firstUpdateId = message[u"U"].toInteger();
    update.lastUpdateId = message[u"u"].toInteger();
    update.previousUpdateId = message[u"pu"].toInteger();
    update.bids = levelsOf(message[u"b"].toArray());
    update.asks = levelsOf(message[u"a"].toArray());
    update.at = domain::timestampFromMs(message[u"T"].toInteger());
    return update;
}

domain::BookSnapshot snapshotOf(PaperExchange &exchange, Timestamp now)
{
    const Response response =
        exchange.handle(now, {"GET", "/fapi/v1/depth", "symbol=BTCUSDT&limit=1000", {}, {}});
    const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(response.body)).object();
    return {"BTCUSDT", object[u"lastUpdateId"].toInteger(), levelsOf(object[u"bids"].toArray()),
        levelsOf(object[u"asks"].toArray()), now};
}

} // namespace

class StreamsTest : public QObject
{
    Q_OBJECT
private slots:
    void depthAndSnapshotMakeOneBook_data()
    {
        QTest::addColumn<QByteArray>("stream");
        QTest::newRow("100 ms") << QByteArray{"btcusdt@depth@100ms"};
        QTest::newRow("250 ms") << QByteArray{"btcusdt@depth"};
        QTest::newRow("500 ms") << QByteArray{"btcusdt@depth@500ms"};
    }
    void depthAndSnapshotMakeOneBook()
    {
        QFETCH(QByteArray, stream);
        Rig rig;
        QVERIFY(rig.started);
        QVERIFY(rig.open("/public/ws/" + stream.toStdString()));
        domain::BookSynchronizer book{"BTCUSDT"};
        rig.run(3s);
        std::int64_t last = 0;
        for (int round = 0; round < 4; ++round) {
            for (const QJsonObject &message : rig.take()) {
                const domain::BookUpdate update = updateOf(message);
                QVERIFY(last == 0 || update.previousUpdateId == last);
                QVERIFY(update.firstUpdateId <= update.lastUpdateId);
                last = update.lastUpdateId;
                QVERIFY(book.onUpdate(update) != domain::BookStep::Resync || round == 0);
            }
            if (round == 0) {
                book.onSnapshot(snapshotOf(*rig.exchange, rig.now));
            }
            rig.run(2s);
        }
        for (const QJsonObject &message : rig.take()) {
            book.onUpdate(updateOf(message));
        }
        QVERIFY(book.isLive());
        QCOMPARE(book.resyncCount(), std::int64_t{0});
        // Once the messages have caught up, both show the same book.
        for (int tries = 0;
             tries < 40 && book.lastUpdateId() != snapshotOf(*rig.exchange, rig.now).lastUpdateId; ++tries) {
            rig.exchange->streams().step(rig.now += 50ms);
            for (const QJsonObject &message : rig.take()) {
                book.onUpdate(updateOf(message));
            }
        }
        const domain::BookSnapshot truth = snapshotOf(*rig.exchange, rig.now);
        QCOMPARE(book.lastUpdateId(), truth.lastUpdateId);
        const domain::BookView view = book.view(20);
        QVERIFY(std::equal(view.bids.begin(), view.bids.end(), truth.bids.begin()));
        QVERIFY(std::equal(view.asks.begin(), view.asks.end(), truth.asks.begin()));
    }

    void klineMessagesEndWithAClosedBar()
    {
        Rig rig;
        QVERIFY(rig.open("/market/stream", "streams=btcusdt@kline_1m/ethusdt_perpetual@continuousKline_1m"));
        rig.run(65s);
        int closed = 0;
        for (const QJsonObject &frame : rig.take()) {
            const QJsonObject data = frame[u"data"].toObject();
            const QJsonObject bar = data[u"k"].toObject();
            QCOMPARE(bar[u"T"].toInteger(), bar[u"t"].toInteger() + 59'999);
            if (bar[u"x"].toBool() && frame[u"stream"] == QStringLiteral("btcusdt@kline_1m")) {
                ++closed;
                const Response rest = rig.exchange->handle(
                    rig.now, {"GET", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1m&limit=2", {}, {}});
                const QJsonArray row =
                    QJsonDocument::fromJson(QByteArray::fromStdString(rest.body)).array()[0].toArray();
                QCOMPARE(row[0].toInteger(), bar[u"t"].toInteger());
                QCOMPARE(row[4].toString(), bar[u"c"].toString());
                QCOMPARE(row[5].toString(), bar[u"v"].toString());
            }
        }
        QCOMPARE(closed, 1);
    }

    void aggregateTradesComeOnceEachAndInOrder()
    {
        Rig rig;
        QVERIFY(rig.open("/market/ws/btcusdt@aggTrade"));
        rig.run(10s);
        const QList<QJsonObject> messages = rig.take();
        QVERIFY(messages.size() > 10);
        for (qsizetype i = 1; i < messages.size(); ++i) {
            QCOMPARE(messages[i][u"a"].toInteger(), messages[i - 1][u"a"].toInteger() + 1);
            QCOMPARE(messages[i][u"f"].toInteger() > messages[i - 1][u"l"].toInteger(), true);
        }
    }

    void streamsKeepTheirRhythm()
    {
        Rig rig;
        QVERIFY(rig.open(
            "/market/stream", "streams=btcusdt@markPrice/ethusdt@markPrice@1s/!ticker@arr/!miniTicker@arr"));
        rig.run(9s);
        QMap<QString, int> counts;
        for (const QJsonObject &frame : rig.take()) {
            ++counts[frame[u"stream"].toString()];
        }
        QCOMPARE(counts[QStringLiteral("btcusdt@markPrice")], 3);
        QCOMPARE(counts[QStringLiteral("ethusdt@markPrice@1s")], 9);
        QCOMPARE(counts[QStringLiteral("!ticker@arr")], 9);
        QCOMPARE(counts[QStringLiteral("!miniTicker@arr")], 9);
    }

    void aStreamOnTheWrongRouteIsAcknowledgedAndSilent_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("stream");
        QTest::newRow("market stream on public")
            << QByteArray{"/public/ws"} << QByteArray{"btcusdt@kline_1m"};
        QTest::newRow("market stream unrouted") << QByteArray{"/ws"} << QByteArray{"btcusdt@markPrice@1s"};
        QTest::newRow("public stream on market")
            << QByteArray{"/market/ws"} << QByteArray{"btcusdt@bookTicker"};
        QTest::newRow("unknown stream") << QByteArray{"/market/ws"} << QByteArray{"btcusdt@nothing"};
    }
    void aStreamOnTheWrongRouteIsAcknowledgedAndSilent()
    {
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, stream);
        Rig rig;
        QVERIFY(rig.open(path.toStdString()));
        const QJsonObject answer =
            rig.ask(R"({"method":"SUBSCRIBE","params":[")" + stream.toStdString() + R"("],"id":7})");
        QVERIFY(answer[u"result"].isNull());
        QCOMPARE(answer[u"id"].toInt(), 7);
        QCOMPARE(rig.ask(R"({"method":"LIST_SUBSCRIPTIONS","id":8})")[u"result"].toArray().size(), 1);
        rig.run(3s);
        QVERIFY(rig.take().isEmpty());
    }

    void controlMessagesAreAnsweredAsDocumented()
    {
        Rig rig;
        QVERIFY(rig.open("/market/ws"));
        QCOMPARE(rig.ask(R"({"method":"GET_PROPERTY","params":["combined"],"id":5})")[u"result"].toBool(true),
            false);
        QVERIFY(
            rig.ask(R"({"method":"SET_PROPERTY","params":["combined",true],"id":4})")[u"result"].isNull());
        QCOMPARE(
            rig.ask(R"({"method":"GET_PROPERTY","params":["combined"],"id":6})")[u"result"].toBool(), true);
        QCOMPARE(
            rig.ask(R"({"method":"SET_PROPERTY","params":["other",true],"id":4})")[u"code"].toInt(-1), 0);
        QCOMPARE(rig.ask(R"({"method":"SET_PROPERTY","params":["combined",1],"id":4})")[u"code"].toInt(), 1);
        QCOMPARE(rig.ask(R"({"method":"DANCE","id":4})")[u"code"].toInt(), 2);
        QCOMPARE(rig.ask(R"({"id":4})")[u"code"].toInt(), 2);
        QCOMPARE(rig.ask(R"({"method":"LIST_SUBSCRIPTIONS","id":"text"})")[u"id"].toString(),
            QStringLiteral("text"));
        QVERIFY(!rig.closed);
        rig.now += 1s;
        QCOMPARE(rig.ask("not json")[u"error"].toObject()[u"code"].toInt(), 3);
        QVERIFY(rig.closed);
    }

    void tooManyMessagesASecondCutTheConnection()
    {
        Rig rig;
        QVERIFY(rig.open("/market/ws"));
        for (int i = 0; i < 10; ++i) {
            rig.ask(R"({"method":"LIST_SUBSCRIPTIONS","id":1})");
        }
        QVERIFY(!rig.closed);
        rig.ask(R"({"method":"LIST_SUBSCRIPTIONS","id":1})");
        QVERIFY(rig.closed);
    }

    void pathsThatAreNoEntryAreRefused()
    {
        Rig rig;
        QVERIFY(!rig.open("/"));
        QVERIFY(!rig.open("/ws/"));
        QVERIFY(!rig.open("/market/stream/"));
        QVERIFY(!rig.open("/market/other"));
        QVERIFY(!rig.open("/ws", "btcusdt@depth"));
        QVERIFY(rig.open("/market/ws/btcusdt@aggTrade/ethusdt@aggTrade"));
    }

    void aConnectionLivesADay()
    {
        Rig rig;
        QVERIFY(rig.open("/market/ws"));
        rig.exchange->streams().step(rig.now + 24h - 1s);
        rig.take();
        QVERIFY(!rig.closed);
        rig.exchange->streams().step(rig.now + 24h);
        rig.take();
        QVERIFY(rig.closed);
    }
};

QTEST_APPLESS_MAIN(StreamsTest)
#include "streams_test.moc"
