#include "exchange/paper/core/paper_exchange.h"
#include "exchange/paper/core/replay.h"
#include "tests/support/fixtures.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

using namespace paper;
using namespace std::chrono_literals;

namespace
{

const Timestamp startAt = domain::timestampFromMs(1'795'400'000'000);
constexpr qint64 minute0 = 1'746'000'000'000;

const QByteArray tickerHeader =
    "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time\n";
const QByteArray depthHeader = "timestamp,percentage,depth,notional\n";
const QByteArray changeHeader =
    "symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu\n";

QByteArray kline(qint64 minute, const char *prices)
{
    const qint64 openAt = minute0 + minute * 60'000;
    return QByteArray::number(openAt) + ',' + prices + ",6.000," + QByteArray::number(openAt + 59'999) +
           ",600000,6,3,300000,0\n";
}

QByteArray quote(qint64 ms, const char *bidAndAsk)
{
    return "7," + QByteArray{bidAndAsk} + ',' + QByteArray::number(minute0 + ms) + ',' +
           QByteArray::number(minute0 + ms + 4) + '\n';
}

std::unique_ptr<PaperExchange> exchangeOf(
    std::vector<Recording> recordings, Replay *&replay, std::optional<Timestamp> from = std::nullopt)
{
    ExchangeConfig config;
    config.key = {"k", "s", ""};
    auto market = std::make_unique<Replay>(std::move(recordings), 1, from);
    replay = market.get();
    return std::make_unique<PaperExchange>(config, std::move(market));
}

Quantity within(const PaperExchange &exchange, Side side, double percent)
{
    const auto book = *const_cast<PaperExchange &>(exchange).engine().book("BTCUSDT", 100'000);
    const double middle = (book.bids.front().price.approximate() + book.asks.front().price.approximate()) / 2;
    Quantity sum;
    for (const auto &level : side == Side::Buy ? book.bids : book.asks) {
        if (std::abs(level.price.approximate() / middle - 1) <= percent / 100 + 1e-9) {
            sum += level.quantity;
        }
    }
    return sum;
}

} // namespace

/// Order books recorded beside klines and trades: bookTicker, bookDepth, historical depth.
class BookReplayTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    std::string file(const char *name, const QByteArray &content) const
    {
        QFile out{m_folder.filePath(QString::fromLatin1(name))};
        if (!out.open(QIODevice::WriteOnly) || out.write(content) != content.size()) {
            qFatal("cannot write");
        }
        return out.fileName().toStdString();
    }
    std::string klines(const char *name = "BTCUSDT-1m-2025-05.csv") const
    {
        QByteArray rows;
        for (qint64 i = 0; i < 8; ++i) {
            rows += kline(i, "60000,60020,59980,60010");
        }
        return file(name, rows);
    }
    static std::string wrong(const std::vector<std::string> &paths)
    {
        const auto read = readRecordings(paths);
        return read ? std::string{} : read.error().detail;
    }

private slots:
    void theLayoutsAreRead()
    {
        const QByteArray rows = quote(10, "59999.9,1.5,60000.0,2.5") + quote(20, "59999.8,1,60000.0,2.5") +
                                quote(70, "59999.7,3,60000.1,4");
        for (const std::string &path : {file("BTCUSDT-bookTicker-2025-05-01.csv", tickerHeader + rows),
                 file("BTCUSDT-bookTicker-2025-05-02.csv", rows)}) {
            const auto read = readRecording(path);
            QVERIFY2(read, read ? "" : read.error().detail.c_str());
            QCOMPARE(read->symbol, Symbol{"BTCUSDT"});
            QCOMPARE(read->quotes.size(), std::size_t{2}); // nobody can tell the first two apart
            QCOMPARE(read->quotes[0].bid, Price::literal("59999.8"));
            QCOMPARE(read->quotes[1].askQty, Quantity::of(4));
            QCOMPARE(domain::toMs(read->quotes[1].at), minute0 + 70);
        }
        const auto bands = readRecording(file("BTCUSDT-bookDepth-2025-05-01.csv",
            depthHeader +
                "2025-04-30 08:00:07,-2,300.000,18000000\n2025-04-30 08:00:07,-1,200.000,12000000\n"
                "2025-04-30 08:00:07,1,250.000,15000000\n2025-04-30 08:00:37,-1,201.000,12000000\n"));
        QVERIFY2(bands, bands ? "" : bands.error().detail.c_str());
        QCOMPARE(bands->bands.size(), std::size_t{2});
        QCOMPARE(domain::toMs(bands->bands[0].at), qint64{1'746'000'007'000});
        QCOMPARE(bands->bands[0].sides[0].size(), std::size_t{2});
        QVERIFY(bands->bands[0].sides[0][0].first == domain::Rate::of(1)); // the nearest first
        QCOMPARE(bands->bands[0].sides[1][0].second, Quantity::of(250));
    }

    void whatCannotBeReplayedIsSaid()
    {
        const std::string quotes =
            file("BTCUSDT-bookTicker-2025-05-01.csv", quote(10, "59999.9,1.5,60000.0,2.5"));
        QVERIFY(wrong({quotes}).ends_with(
            "BTCUSDT-bookTicker-2025-05-01.csv: the book alone; give klines or trades of BTCUSDT beside it"));
        QVERIFY(wrong({klines(), file("BTCUSDT-bookTicker-1.csv", quote(10, "60000,1,60000,1"))})
                    .ends_with("line 1: not a quote: bid and ask contradict each other"));
        QVERIFY(wrong({klines(), file("BTCUSDT-bookTicker-2.csv",
                                     quote(900, "59999.9,1,60000,1") + quote(10, "59999.9,1,60000,1"))})
                    .ends_with("line 2: times do not ascend"));
        QVERIFY(wrong({klines(), file("BTCUSDT-bookTicker-3.csv", quote(10, "dear,1,60000,1"))})
                    .ends_with("line 1: not a row of the book: a number cannot be read"));
        QVERIFY(wrong({klines(), file("BTCUSDT-bookDepth-1.csv", "2025-02-30 08:00:07,-1,1,1\n")})
                    .ends_with("line 1: not a row of the book: a number cannot be read"));
        QVERIFY(wrong({klines(), file("BTCUSDT-bookDepth-2.csv", "2025-04-30 08:00:07,0,1,1\n")})
                    .ends_with("line 1: not a depth: per cent and quantity contradict each other"));
        QVERIFY(wrong({klines(), file("depth_snap_BTCUSDT.csv",
                                     changeHeader + "BTCUSDT,1746000000000,9,9,b,snap,59999,1,-1\n")})
                    .ends_with("changes of the book go with trades, not with klines"));
    }

    void theTouchIsTheRecordedOne()
    {
        const std::string quotes = file("BTCUSDT-bookTicker-2025-05-01.csv",
            tickerHeader + quote(120'000, "59990.0,1.250,59990.5,0.750") +
                quote(122'000, "59991.2,7.000,59995.0,3.000") +
                quote(124'000, "59993.0,2.000,59993.1,2.500"));
        auto recordings = readRecordings({klines(), quotes});
        QVERIFY2(recordings, recordings ? "" : recordings.error().detail.c_str());
        QCOMPARE(recordings->size(), std::size_t{1});
        Replay *replay = nullptr;
        const auto exchange =
            exchangeOf(std::move(*recordings), replay, domain::timestampFromMs(minute0 + 120'000));
        QVERIFY(exchange->start({}, startAt));
        const auto touch = [&] {
            const auto market = *exchange->engine().market("BTCUSDT");
            return market.bid.toString() + ' ' + market.bidQty.toString() + ' ' + market.ask.toString() +
                   ' ' + market.askQty.toString();
        };
        QCOMPARE(touch(), std::string{"59990 1.25 59990.5 0.75"});
        for (Timestamp now = startAt; now <= startAt + 5s; now += 50ms) {
            exchange->step(now);
            const auto at = replay->marketTime(now) - domain::timestampFromMs(minute0);
            QCOMPARE(touch(), std::string{at < 122s   ? "59990 1.25 59990.5 0.75"
                                          : at < 124s ? "59991.2 7 59995 3"
                                                      : "59993 2 59993.1 2.5"});
        }
        QVERIFY(exchange->engine().checkInvariants().empty());
        // And behind it there is a book to trade against.
        QVERIFY(exchange->engine().book("BTCUSDT", 100)->bids.size() > 20);
    }

    void theBookIsAsDeepAsTheSampleSays()
    {
        QByteArray rows = depthHeader;
        for (const auto &[second, factor] : {std::pair{"02:00", 1}, std::pair{"02:30", 3}}) {
            for (int percent = 1; percent <= 5; ++percent) {
                for (const char *sign : {"-", ""}) {
                    rows += QByteArray{"2025-04-30 08:"} + second + ',' + sign + QByteArray::number(percent) +
                            ',' + QByteArray::number(percent * factor * (*sign == '-' ? 400 : 500)) +
                            ".000,1\n";
                }
            }
        }
        auto recordings = readRecordings({klines(), file("BTCUSDT-bookDepth-2025-04-30.csv", rows)});
        QVERIFY2(recordings, recordings ? "" : recordings.error().detail.c_str());
        Replay *replay = nullptr;
        const auto exchange =
            exchangeOf(std::move(*recordings), replay, domain::timestampFromMs(minute0 + 120'000));
        QVERIFY(exchange->start({}, startAt));
        const auto isAbout = [&](Side side, double percent, int wanted) {
            const double is = within(*exchange, side, percent).approximate();
            const bool fits = std::abs(is / wanted - 1) < 0.03;
            if (!fits) {
                qWarning("%g%%: %g instead of %d", percent, is, wanted);
            }
            return fits;
        };
        Timestamp now = startAt;
        exchange->step(now);
        for (int percent = 1; percent <= 5; ++percent) {
            QVERIFY(isAbout(Side::Buy, percent, percent * 400));
            QVERIFY(isAbout(Side::Sell, percent, percent * 500));
        }
        for (; now < startAt + 31s; now += 50ms) {
            exchange->step(now);
        }
        QVERIFY(isAbout(Side::Buy, 1, 1'200));
        QVERIFY(isAbout(Side::Sell, 5, 7'500));
        const auto book = *exchange->engine().book("BTCUSDT", 5);
        QVERIFY(book.bids.front().price < book.asks.front().price);
        QVERIFY(exchange->engine().checkInvariants().empty());
    }

    void aRecordedDayIsMetAtItsOwnQuotes()
    {
        const QByteArray capture = support::fixture(QStringLiteral("capture/btcusdt_20240808.jsonl.gz"));
        if (capture.isEmpty()) {
            QSKIP("no fixtures");
        }
        QByteArray quotes = tickerHeader;
        QByteArray trades;
        int count = 0;
        for (const QByteArray &line : capture.split('\n')) {
            const QJsonObject data =
                QJsonDocument::fromJson(line.mid(line.indexOf(' ') + 1)).object()[u"data"].toObject();
            const auto text = [&](const char *name) {
                return data[QLatin1StringView{name}].toString().toLatin1();
            };
            const QByteArray at = QByteArray::number(data[u"T"].toInteger());
            if (data[u"e"].toString() == u"bookTicker") {
                quotes += QByteArray::number(data[u"u"].toInteger()) + ',' + text("b") + ',' + text("B") +
                          ',' + text("a") + ',' + text("A") + ',' + at + ',' + at + '\n';
            } else if (data[u"e"].toString() == u"trade" && text("X") == "MARKET") {
                trades += QByteArray::number(++count) + ',' + text("p") + ',' + text("q") + ",1," + at + ',' +
                          (data[u"m"].toBool() ? "true" : "false") + '\n';
            }
        }
        auto recordings = readRecordings({file("BTCUSDT-trades-2024-08-08.csv", trades),
            file("BTCUSDT-bookTicker-2024-08-08.csv", quotes)});
        QVERIFY2(recordings, recordings ? "" : recordings.error().detail.c_str());
        const std::vector<RecordedQuote> recorded = recordings->front().quotes;
        QVERIFY(recorded.size() > 2'000);
        Replay *replay = nullptr;
        const auto exchange = exchangeOf(std::move(*recordings), replay, recorded.front().at + 10s);
        QVERIFY(exchange->start({}, startAt));
        int same = 0;
        int steps = 0;
        for (Timestamp now = startAt; now < startAt + 60s; now += 50ms) {
            exchange->step(now);
            const auto after =
                std::ranges::upper_bound(recorded, replay->marketTime(now), {}, &RecordedQuote::at);
            const RecordedQuote &quoteNow = *std::prev(after);
            const auto market = *exchange->engine().market("BTCUSDT");
            ++steps;
            same += market.bid == quoteNow.bid && market.ask == quoteNow.ask &&
                            market.bidQty == quoteNow.bidQty && market.askQty == quoteNow.askQty
                        ? 1
                        : 0;
        }
        QCOMPARE(same, steps);
        QVERIFY(exchange->engine().checkInvariants().empty());
    }

    void historicalDepthBeginsWithItsSnapshot()
    {
        const QByteArray snapshot = support::fixture(QStringLiteral("book/depth_snap_BTCUSDT_20221101.csv"));
        const QByteArray updates = support::fixture(QStringLiteral("book/depth_update_BTCUSDT_20221101.csv"));
        if (snapshot.isEmpty() || updates.isEmpty()) {
            QSKIP("no fixtures");
        }
        QByteArray trades;
        for (int i = 0; i < 5; ++i) {
            trades += QByteArray::number(i) + ",20377.0,0.001,20.377," +
                      QByteArray::number(1'667'346'580'000 + i * 1'000) + ",true\n";
        }
        const std::string tradesFile = file("BTCUSDT-trades-2022-11-01.csv", trades);
        const std::string snapFile = file("depth_snap_BTCUSDT_20221101.csv", snapshot);
        const std::string updateFile = file("depth_update_BTCUSDT_20221101.csv", updates);
        auto recordings = readRecordings({snapFile, tradesFile});
        QVERIFY2(recordings, recordings ? "" : recordings.error().detail.c_str());
        Replay *replay = nullptr;
        const auto exchange = exchangeOf(std::move(*recordings), replay);
        QVERIFY(exchange->start({}, startAt));
        const auto book = *exchange->engine().book("BTCUSDT", 1'000);
        QCOMPARE(static_cast<qsizetype>(book.bids.size() + book.asks.size()), snapshot.trimmed().count('\n'));
        QCOMPARE(book.bids.front().price, Price::of(20'377));
        QCOMPARE(book.bids.front().quantity, Quantity::literal("1.77"));
        // Those changes were recorded ten minutes after that snapshot: what lies between is unknown.
        QVERIFY(wrong({snapFile, updateFile, tradesFile})
                    .find("a gap in the book, update 2098041696700 does not") != std::string::npos);
        QVERIFY(wrong({updateFile, tradesFile})
                    .ends_with("changes of the book without a snapshot to begin with"));
    }

    void changesFollowTheirSnapshot()
    {
        const std::string depth = file("depth.csv",
            changeHeader + "BTCUSDT,1746000000100,100,100,b,snap,59999,1,-1\n"
                           "BTCUSDT,1746000000100,100,100,a,snap,60000,2,-1\n"
                           "BTCUSDT,1746000000150,90,100,a,set,60000,9,89\n" // known to the snapshot
                           "BTCUSDT,1746000000200,95,103,b,set,59998,5,94\n"
                           "BTCUSDT,1746000000200,95,103,b,set,59999,0,94\n"
                           "BTCUSDT,1746000000900,104,110,a,set,60000,3,103\n");
        const std::string trades = file("BTCUSDT-trades-2025-05-01.csv",
            "1,60000,0.5,30000,1746000000500,false\n2,60000,0.5,30000,1746000001500,false\n");
        auto recordings = readRecordings({depth, trades});
        QVERIFY2(recordings, recordings ? "" : recordings.error().detail.c_str());
        QCOMPARE(recordings->front().depth.size(), std::size_t{3});
        Replay *replay = nullptr;
        const auto exchange = exchangeOf(std::move(*recordings), replay);
        QVERIFY(exchange->start({}, startAt));
        QCOMPARE(exchange->engine().market("BTCUSDT")->bid, Price::of(59'999));
        exchange->step(startAt + 150ms);
        QCOMPARE(exchange->engine().market("BTCUSDT")->bid, Price::of(59'998));
        exchange->step(startAt + 850ms);
        QCOMPARE(exchange->engine().market("BTCUSDT")->askQty, Quantity::of(3));
    }
};

QTEST_APPLESS_MAIN(BookReplayTest)
#include "book_replay_test.moc"
