#include "exchange/paper/core/capture.h"
#include "exchange/paper/core/paper_exchange.h"
#include "exchange/paper/core/replay.h"
#include "tests/support/fixtures.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace paper;
using namespace std::chrono_literals;

namespace
{

const Timestamp startAt = domain::timestampFromMs(1'795'400'000'000);

// Not inside the class: moc does not read raw texts with braces.
const QByteArray early =
    R"(1723161255030 {"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1,"T":1723161256298,"s":"BTCUSDT","U":90,"u":99,"pu":80,"b":[["1.00","7"]],"a":[]}})";
const QByteArray ignored =
    R"(1723161255040 {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":1,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1","T":1,"E":1}})";
const QByteArray snapshot =
    R"(1723161255050 {"lastUpdateId":100,"E":1723161256400,"T":1723161256400,"bids":[["61800.20","2.000"],["61800.10","3.000"]],"asks":[["61800.30","1.000"],["61800.40","4.000"]]})";
const QByteArray update =
    R"(1723161255060 {"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1,"T":1723161257000,"s":"BTCUSDT","U":101,"u":103,"pu":100,"b":[["61800.20","0.000"],["61800.00","9.000"]],"a":[["61800.30","1.500"]]}})";
const QByteArray trade =
    R"(1723161255070 {"stream":"btcusdt@trade","data":{"e":"trade","E":1,"T":1723161258000,"s":"BTCUSDT","t":1,"p":"61800.40","q":"0.500","X":"MARKET","m":false}})";
const QByteArray otherSymbol =
    R"(1723161255080 {"stream":"ethusdt@trade","data":{"e":"trade","E":1,"T":1723161258000,"s":"ETHUSDT","t":1,"p":"2400.40","q":"0.500","m":false}})";
const QByteArray badLevel =
    R"(1723161255060 {"stream":"x","data":{"e":"depthUpdate","T":1723161257000,"s":"BTCUSDT","u":103,"b":[["dear","1"]],"a":[]}})";

} // namespace

class CaptureTest : public QObject
{
    Q_OBJECT
private slots:
    void theBookIsTheRecordedOne()
    {
        const auto recording = read({early, ignored, snapshot, update, trade});
        QVERIFY2(recording.has_value(), recording ? "" : recording.error().detail.c_str());
        QCOMPARE(recording->symbol, Symbol{"BTCUSDT"});
        QCOMPARE(recording->depth.size(), std::size_t{2}); // the update that ends before the snapshot is gone
        QCOMPARE(recording->trades.size(), std::size_t{1});

        ExchangeConfig config;
        config.key = {"k", "s", ""};
        PaperExchange exchange{config, std::make_unique<Replay>(std::vector{*recording}, 1)};
        QVERIFY(exchange.start({}, startAt));
        const Engine &engine = exchange.engine();
        QCOMPARE(engine.market("BTCUSDT")->bid, Price::literal("61800.2"));
        QCOMPARE(engine.market("BTCUSDT")->askQty, Quantity::literal("1"));
        exchange.step(startAt + 700ms);
        QCOMPARE(engine.market("BTCUSDT")->bid, Price::literal("61800.1"));
        QCOMPARE(engine.market("BTCUSDT")->askQty, Quantity::literal("1.5"));
        const auto book = *engine.book("BTCUSDT", 10);
        QCOMPARE(book.bids.size(), std::size_t{2});
        QCOMPARE(book.bids.back().price, Price::of(61'800));

        // A user's order in front of the trade gets it.
        NewOrderRequest order;
        order.symbol = "BTCUSDT";
        order.side = "SELL";
        order.type = "LIMIT";
        order.timeInForce = "GTX";
        order.quantity = "0.100";
        order.price = "61800.2";
        QVERIFY(exchange.engine().place(PaperExchange::account, order, startAt + 800ms));
        exchange.step(startAt + 1'700ms);
        QCOMPARE(engine.market("BTCUSDT")->last, Price::literal("61800.4"));
        QCOMPARE(engine.positions(PaperExchange::account, Symbol{"BTCUSDT"}).front().amount,
            -Quantity::literal("0.1"));
        QVERIFY(engine.checkInvariants().empty());
    }

    void whatIsWrongIsNamed_data()
    {
        QTest::addColumn<QList<QByteArray>>("lines");
        QTest::addColumn<QByteArray>("sentence");
        QTest::newRow("no snapshot") << QList<QByteArray>{update, trade} << QByteArray{"without a snapshot"};
        QTest::newRow("no trade") << QList<QByteArray>{snapshot, update} << QByteArray{"holds no trade"};
        QTest::newRow("two symbols") << QList<QByteArray>{snapshot, update, trade, otherSymbol}
                                     << QByteArray{"line 4: a second symbol"};
        QTest::newRow("bad level") << QList<QByteArray>{snapshot, badLevel}
                                   << QByteArray{"line 2: not a depth: a number cannot be read"};
        QTest::newRow("no JSON") << QList<QByteArray>{"1723 {nonsense"}
                                 << QByteArray{"line 1: not a receive time"};
        QTest::newRow("empty") << QList<QByteArray>{} << QByteArray{"holds no trade"};
    }
    void whatIsWrongIsNamed()
    {
        QFETCH(QList<QByteArray>, lines);
        QFETCH(QByteArray, sentence);
        const auto recording = read(lines);
        QVERIFY(!recording);
        QCOMPARE(recording.error().code, domain::ErrorCode::Malformed);
        QVERIFY2(recording.error().detail.find(sentence.toStdString()) != std::string::npos,
            recording.error().detail.c_str());
    }

    /// Five minutes of the real exchange: at every trade the book's touch is where the trade was, and it
    /// never crosses.
    void aRealCapturePlaysAtTheRecordedPrices()
    {
        const QString path = support::fixturesFolder() + QStringLiteral("/capture/btcusdt_20240808.jsonl.gz");
        if (!QFile::exists(path)) {
            QSKIP("the recorded capture is not here");
        }
        auto recording = readRecording(path.toStdString());
        QVERIFY2(recording.has_value(), recording ? "" : recording.error().detail.c_str());
        QVERIFY(recording->depth.size() > 6'000 && recording->trades.size() > 20'000);
        const std::vector<RecordedTrade> trades = recording->trades;
        const Timestamp begins = recording->depth.front().at;
        ExchangeConfig config;
        config.key = {"k", "s", ""};
        PaperExchange exchange{config, std::make_unique<Replay>(std::vector{std::move(*recording)}, 1)};
        std::vector<std::pair<Price, Quantity>> seen;
        exchange.setObserver([&](const Event &event) {
            if (const auto *trade = std::get_if<TradeEvent>(&event)) {
                seen.emplace_back(trade->price, trade->quantity);
            }
        });
        QVERIFY(exchange.start({}, startAt));
        double spreads = 0;
        int steps = 0;
        for (Timestamp now = startAt; now < startAt + 340s; now += 100ms) {
            exchange.step(now);
            exchange.streams().takeOutput();
            const auto market = *exchange.engine().market("BTCUSDT");
            QVERIFY(market.bid.isPositive() && market.ask > market.bid);
            spreads += (market.ask - market.bid).approximate();
            ++steps;
        }
        qInfo("%zu recorded trades replayed, spread %.2f on average", seen.size(), spreads / steps);
        QVERIFY(spreads / steps < 1.0); // the recorded touch is a tick of 0.1 most of the time
        Quantity played;
        for (const auto &[price, quantity] : seen) {
            played += quantity;
        }
        Quantity recorded;
        for (const RecordedTrade &trade : trades) {
            const bool isPlayed = trade.at >= domain::openTimeOf(begins, domain::Interval::M1) &&
                                  trade.at < begins + 340s - 100ms;
            recorded += isPlayed ? trade.quantity : Quantity{};
        }
        const double share = played.approximate() / recorded.approximate();
        QVERIFY2(share > 0.999 && share < 1.001, std::to_string(share).c_str());
        QVERIFY(exchange.engine().checkInvariants().empty());
    }

private:
    Result<Recording> read(const QList<QByteArray> &lines)
    {
        QFile file{m_folder.filePath(QStringLiteral("some.jsonl"))};
        if (!file.open(QIODevice::WriteOnly)) {
            qFatal("no file");
        }
        file.write(lines.join('\n'));
        file.close();
        return readRecording(file.fileName().toStdString());
    }
    QTemporaryDir m_folder;
};

QTEST_APPLESS_MAIN(CaptureTest)
#include "capture_test.moc"
