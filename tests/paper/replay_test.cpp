#include "exchange/paper/core/paper_exchange.h"
#include "exchange/paper/core/replay.h"
#include "tests/support/fixtures.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <zlib.h>

using namespace paper;
using namespace std::chrono_literals;

namespace
{

const Timestamp startAt = domain::timestampFromMs(1'795'400'000'000);

const QByteArray klineHeader = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_"
                               "volume,taker_buy_quote_volume,ignore\n";

QByteArray klineRow(qint64 minute, const char *prices, const char *volume)
{
    const qint64 openAt = 1'746'000'000'000 + minute * 60'000;
    return QByteArray::number(openAt) + ',' + prices + ',' + volume + ',' +
           QByteArray::number(openAt + 59'999) + ",1000000,42,5.5,500000,0\n";
}

std::unique_ptr<PaperExchange> replayOf(std::vector<Recording> recordings, int speed, Replay *&replay,
    std::optional<Timestamp> from = std::nullopt)
{
    ExchangeConfig config;
    config.key = {"k", "s", ""};
    auto market = std::make_unique<Replay>(std::move(recordings), speed, from);
    replay = market.get();
    return std::make_unique<PaperExchange>(config, std::move(market));
}

bool sameCandle(const Bar &a, const Bar &b)
{
    return a.openAt == b.openAt && a.open == b.open && a.high == b.high && a.low == b.low &&
           a.close == b.close && a.volume == b.volume;
}

} // namespace

class ReplayTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    std::string file(const char *name, const QByteArray &content)
    {
        const QString path = m_folder.filePath(QString::fromLatin1(name));
        QFile out{path};
        if (!out.open(QIODevice::WriteOnly)) {
            qFatal("cannot write");
        }
        out.write(content);
        return path.toStdString();
    }

    static std::string recordedMinutes()
    {
        return support::fixturesFolder().toStdString() + "/klines/BTCUSDT-1m.csv.gz";
    }

private slots:
    void readsTheLayoutsOfTheArchive()
    {
        const QByteArray rows =
            klineRow(0, "100.1,101,99.5,100.5", "12.5") + klineRow(1, "100.5,100.9,100.2,100.3", "3");
        for (const std::string &path :
            {file("BTCUSDT-1m-2025-05.csv", klineHeader + rows), file("BTCUSDT-1m-2025-06.csv", rows)}) {
            const auto recording = readRecording(path);
            QVERIFY2(recording, recording ? "" : recording.error().detail.c_str());
            QCOMPARE(recording->symbol, Symbol{"BTCUSDT"});
            QVERIFY(recording->interval == domain::Interval::M1);
            QCOMPARE(recording->bars.size(), std::size_t{2});
            QCOMPARE(recording->bars[0].high, Price::literal("101"));
            QCOMPARE(recording->bars[0].tradeCount, std::int64_t{42});
        }
        const auto aggregates = readRecording(file("ETHUSDT-aggTrades-2025-05-01.csv",
            "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
            "1,1800.5,2,1,2,1746000000000,true\n2,1801.5,1,3,3,1746000061000,false\n"));
        QVERIFY(aggregates);
        QCOMPARE(aggregates->trades.size(), std::size_t{2});
        QCOMPARE(aggregates->bars.size(), std::size_t{2});
        const auto trades = readRecording(file("ETHUSDT-trades-2025-05-01.csv",
            "11,1800.5,2,3601,1746000000000,true\n12,1801,1,1801,1746000000500,false\n"));
        QVERIFY(trades);
        QCOMPARE(trades->bars.size(), std::size_t{1});
        QCOMPARE(trades->bars[0].takerBuyVolume, Quantity::of(1));
    }

    void readsZippedFiles()
    {
        // One stored member, written out by hand.
        const QByteArray content = klineRow(0, "100.1,101,99.5,100.5", "12.5");
        const QByteArray name = "BTCUSDT-1m-2025-07.csv";
        const auto le = [](quint32 value, int bytes) {
            QByteArray text;
            for (int i = 0; i < bytes; ++i) {
                text += static_cast<char>(value >> (8 * i));
            }
            return text;
        };
        const auto crc = static_cast<quint32>(crc32(
            0, reinterpret_cast<const Bytef *>(content.constData()), static_cast<uInt>(content.size())));
        const auto size = static_cast<quint32>(content.size());
        const QByteArray common = le(20, 2) + le(0, 2) + le(0, 2) + le(0, 4) + le(crc, 4) + le(size, 4) +
                                  le(size, 4) + le(static_cast<quint32>(name.size()), 2) + le(0, 2);
        const QByteArray local = QByteArray{"PK\3\4", 4} + common + name + content;
        const QByteArray central = QByteArray{"PK\1\2", 4} + le(20, 2) + common + le(0, 2) + le(0, 2) +
                                   le(0, 2) + le(0, 4) + le(0, 4) + name;
        const QByteArray end = QByteArray{"PK\5\6", 4} + le(0, 4) + le(1, 2) + le(1, 2) +
                               le(static_cast<quint32>(central.size()), 4) +
                               le(static_cast<quint32>(local.size()), 4) + le(0, 2);
        const auto recording = readRecording(file("BTCUSDT-1m-2025-07.zip", local + central + end));
        QVERIFY2(recording, recording ? "" : recording.error().detail.c_str());
        QCOMPARE(recording->bars.size(), std::size_t{1});
        QByteArray damaged = local + central + end;
        damaged[60] = 'x';
        QVERIFY(!readRecording(file("BTCUSDT-1m-2025-08.zip", damaged)));
    }

    void namesFileAndLineOfWhatIsWrong_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("says");
        const QByteArray good = klineRow(1, "100,101,99,100", "1");
        QTest::newRow("empty") << QByteArray{"AUSDT-1m.csv"} << QByteArray{} << QByteArray{"empty"};
        QTest::newRow("header only") << QByteArray{"BUSDT-1m.csv"} << klineHeader << QByteArray{"empty"};
        QTest::newRow("columns") << QByteArray{"CUSDT-1m.csv"} << good + "1,2,3\n"
                                 << QByteArray{"line 2: 3 columns"};
        QTest::newRow("unknown") << QByteArray{"DUSDT-1m.csv"} << QByteArray{"a,b,c\n"}
                                 << QByteArray{"line 1: unknown layout"};
        QTest::newRow("not ascending")
            << QByteArray{"EUSDT-1m.csv"} << good + klineRow(0, "100,101,99,100", "1")
            << QByteArray{"line 2: times do not ascend"};
        QTest::newRow("not a number") << QByteArray{"FUSDT-1m.csv"} << klineRow(0, "100,abc,99,100", "1")
                                      << QByteArray{"line 1: not a kline"};
        QTest::newRow("high below low")
            << QByteArray{"GUSDT-1m.csv"} << klineRow(0, "100,99,101,100", "1") << QByteArray{"contradict"};
        QTest::newRow("off the grid") << QByteArray{"HUSDT-5m.csv"} << good << QByteArray{"grid"};
        QTest::newRow("no interval") << QByteArray{"IUSDT-klines.csv"} << good << QByteArray{"interval"};
        QTest::newRow("no symbol") << QByteArray{"klines.csv"} << good << QByteArray{"symbol"};
        QTest::newRow("cut gzip") << QByteArray{"JUSDT-1m.csv.gz"}
                                  << QByteArray::fromHex("1f8b08000000000000033334303432")
                                  << QByteArray{"damaged"};
    }
    void namesFileAndLineOfWhatIsWrong()
    {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, says);
        const auto recording = readRecording(file(name.constData(), content));
        QVERIFY(!recording);
        const QByteArray detail = QByteArray::fromStdString(recording.error().detail);
        QVERIFY2(detail.contains(says) && detail.contains(name), detail.constData());
    }

    void aMissingFileIsNamed()
    {
        const auto recording = readRecording(m_folder.filePath(QStringLiteral("KUSDT-1m.csv")).toStdString());
        QVERIFY(!recording);
        QVERIFY(recording.error().detail.find("KUSDT-1m.csv") != std::string::npos);
    }

    void monthsOfOneSymbolAreJoinedAndKindsNotMixed()
    {
        const std::string may = file("LUSDT-1m-2025-05.csv", klineRow(0, "100,101,99,100", "1"));
        const std::string june = file("LUSDT-1m-2025-06.csv", klineRow(5, "100,101,99,100", "1"));
        const std::string trades = file("LUSDT-trades-2025-06.csv", "11,1800.5,2,3601,1756000000000,true\n");
        const auto joined = readRecordings({june, may});
        QVERIFY(joined);
        QCOMPARE(joined->size(), std::size_t{1});
        QCOMPARE(joined->front().bars.size(), std::size_t{2});
        QVERIFY(!readRecordings({may, trades}));
        QVERIFY(!readRecordings({may, may}));
    }

    void tradesMakeExactlyTheRecordedCandles_data()
    {
        QTest::addColumn<int>("speed");
        QTest::newRow("at 60x") << 60;
        QTest::newRow("at 1000x") << 1'000;
    }
    void tradesMakeExactlyTheRecordedCandles()
    {
        QFETCH(int, speed);
        if (support::fixture(QStringLiteral("klines/BTCUSDT-1m.csv.gz")).isEmpty()) {
            QSKIP("no fixtures");
        }
        auto recording = readRecording(recordedMinutes());
        QVERIFY(recording);
        recording->bars.resize(700);
        const std::vector<Bar> recorded = recording->bars;
        Replay *replay = nullptr;
        const auto exchange = replayOf({std::move(*recording)}, speed, replay, recorded[660].openAt);
        QVERIFY(exchange->start({}, startAt));
        // Bars made of the engine's own trades alone, with the times they bore.
        std::vector<Bar> made;
        Timestamp now = startAt;
        CandleStore fromTrades;
        QVERIFY(exchange->streams().open(1, "/public/ws/btcusdt@trade", {}, now));
        QVERIFY(exchange->streams().open(2, "/market/ws/btcusdt@kline_1m", {}, now));
        int closed = 0;
        while (!replay->atEnd(now - 1s)) { // streams have a rhythm: the last bar is told a little later
            now += 50ms;
            exchange->step(now);
            for (const StreamOutput &output : exchange->streams().takeOutput()) {
                closed += output.text.find("\"x\":true") != std::string::npos ? 1 : 0;
                if (output.to != 1) {
                    continue;
                }
                const auto field = [&](const char *name) {
                    const std::string mark = std::string{"\""} + name + "\":";
                    std::size_t from = output.text.find(mark) + mark.size();
                    from += output.text[from] == '"' ? 1 : 0;
                    return output.text.substr(from, output.text.find_first_of("\",}", from) - from);
                };
                Bar bar;
                bar.openAt =
                    domain::openTimeOf(domain::timestampFromMs(std::stoll(field("T"))), domain::Interval::M1);
                bar.open = bar.high = bar.low = bar.close = Price::literal(field("p"));
                bar.volume = Quantity::literal(field("q"));
                if (!made.empty() && made.back().openAt == bar.openAt) {
                    made.back().append(bar);
                } else {
                    made.push_back(bar);
                }
            }
        }
        QCOMPARE(made.size(), std::size_t{40});
        for (std::size_t i = 0; i < made.size(); ++i) {
            const Bar &expected = recorded[660 + i];
            QVERIFY2(sameCandle(made[i], expected),
                (std::to_string(i) + ": " + made[i].open.toString() + " " + made[i].high.toString() + " " +
                    made[i].low.toString() + " " + made[i].close.toString() + " " +
                    made[i].volume.toString() + " for " + expected.open.toString() + " " +
                    expected.high.toString() + " " + expected.low.toString() + " " +
                    expected.close.toString() + " " + expected.volume.toString())
                    .c_str());
        }
        QCOMPARE(closed, 40);
        // And REST shows the very file, history and played part alike.
        const auto served = exchange->candles().klines(
            "BTCUSDT", domain::Interval::M1, {{}, {}, 700}, replay->marketTime(now));
        QCOMPARE(served.size(), std::size_t{700});
        QVERIFY(std::equal(served.begin(), served.end(), recorded.begin()));
    }

    void theFutureIsNotShown()
    {
        if (support::fixture(QStringLiteral("klines/BTCUSDT-1m.csv.gz")).isEmpty()) {
            QSKIP("no fixtures");
        }
        auto recording = readRecording(recordedMinutes());
        QVERIFY(recording);
        Replay *replay = nullptr;
        const Timestamp clock = recording->bars[500].openAt;
        const auto exchange = replayOf({std::move(*recording)}, 1, replay);
        QVERIFY(exchange->start({}, startAt));
        QVERIFY(replay->marketTime(startAt) == clock);
        const auto served = exchange->candles().klines(
            "BTCUSDT", domain::Interval::M1, {clock - 10min, clock + 10h, 500}, replay->marketTime(startAt));
        QVERIFY(!served.empty() && served.back().openAt <= clock);
    }

    void ordersFillAtTheRecordedPricesAtAnySpeed()
    {
        const QByteArray rows = klineRow(0, "100,100,100,100", "10") + klineRow(1, "100,100,100,100", "10") +
                                klineRow(2, "100,104,100,103", "10") + klineRow(3, "103,103,95,96", "10");
        auto recording = readRecording(file("SOLUSDT-1m-2025-05.csv", rows));
        QVERIFY(recording);
        Replay *replay = nullptr;
        const Timestamp begin = recording->bars[1].openAt;
        const auto exchange = replayOf({std::move(*recording)}, 1'000, replay, begin);
        QVERIFY(exchange->start({}, startAt));
        exchange->step(startAt);
        NewOrderRequest order;
        order.symbol = "SOLUSDT";
        order.side = "BUY";
        order.type = "LIMIT";
        order.timeInForce = "GTC";
        order.quantity = "1";
        order.price = "97";
        const auto placed = exchange->engine().place(PaperExchange::account, order, startAt);
        QVERIFY2(placed, placed ? "" : placed.error().detail.c_str());
        Timestamp now = startAt;
        while (!replay->atEnd(now)) {
            now += 50ms;
            exchange->step(now);
        }
        const auto filled =
            exchange->engine().query(PaperExchange::account, "SOLUSDT", {placed->orderId, {}});
        QVERIFY(filled);
        QVERIFY(filled->status == domain::OrderStatus::Filled);
        QCOMPARE(filled->avgPrice(), Price::of(97));
        const Timestamp filledAt = filled->updatedAt;
        QVERIFY(filledAt >= startAt && filledAt <= now); // the exchange's own time, not the recording's
    }

    void theClockCanBeHeldAndHurried()
    {
        auto recording = readRecording(file("XRPUSDT-1m-2025-05.csv",
            klineRow(0, "2,2,2,2", "10") + klineRow(1, "2,2,2,2", "10") + klineRow(2000, "2,2,2,2", "10")));
        QVERIFY(recording);
        Replay *replay = nullptr;
        const auto exchange = replayOf({std::move(*recording)}, 10, replay);
        QVERIFY(exchange->start({}, startAt));
        const Timestamp begin = replay->marketTime(startAt);
        QVERIFY(replay->marketTime(startAt + 1s) == begin + 10s);
        replay->setSpeed(0, startAt + 1s);
        QVERIFY(replay->marketTime(startAt + 1h) == begin + 10s);
        replay->setSpeed(1'000, startAt + 1h);
        QVERIFY(replay->marketTime(startAt + 1h + 1s) == begin + 10s + 1'000s);
    }
};

QTEST_APPLESS_MAIN(ReplayTest)
#include "replay_test.moc"
