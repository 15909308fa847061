// From the click to the wire, measured through the whole real path: a call of the port on this thread, the
// exchange thread, the journal's fsync, queue, budgets, signature, Qt's HTTP, and the bytes of the whole
// request read by a server on loopback. Then cancels while the other queues are full, and a restart with 200
// open orders until orders may go out again. Each figure stands beside its target (reliability 7).

#include "app/sqlite_journal.h"
#include "exchange/binance/venue.h"
#include "exchange/paper/server/paper_server.h"
#include "exchange/transport/request_pump.h"
#include "tests/support/fake_venue.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QElapsedTimer>
#include <QFile>
#include <QHash>
#include <QTemporaryDir>
#include <QTextStream>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unistd.h>
#include <vector>

namespace
{

using namespace domain;

constexpr int clicks = 300;
constexpr int clickEveryMs = 95; // within 60 % of 1,200 orders a minute
constexpr int messagesPerSecond = 5'000;
constexpr int cancelRounds = 4;
constexpr int cancelsPerRound = 90;
constexpr int restingOrders = 200;
constexpr int restarts = 5;

const SystemClock systemClock;

QTextStream &out()
{
    static QTextStream stream{stdout};
    return stream;
}

/// Sorted milliseconds as "p50 0.41, p99 1.20, largest 3.05 ms".
QString figures(std::vector<double> milliseconds)
{
    if (milliseconds.empty()) {
        return QStringLiteral("nothing was measured");
    }
    std::ranges::sort(milliseconds);
    const auto at = [&milliseconds](double share) {
        const auto last = static_cast<double>(milliseconds.size() - 1);
        return QString::number(milliseconds[static_cast<std::size_t>(share * last + 0.5)], 'f', 2);
    };
    return QStringLiteral("p50 %1, p99 %2, largest %3 ms (%4 times)")
        .arg(at(0.5), at(0.99), at(1))
        .arg(milliseconds.size());
}

template <class Condition> bool waitFor(Condition condition, int withinMs = 30'000)
{
    QElapsedTimer since;
    since.start();
    while (!condition()) {
        if (since.elapsed() > withinMs) {
            return false;
        }
        QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
        QThread::usleep(200);
    }
    return true;
}

template <class T> std::optional<T> outcomeOf(QFuture<T> future)
{
    const bool isThere = waitFor([&future] { return future.isFinished(); });
    return isThere && future.resultCount() > 0 ? std::optional{future.result()} : std::nullopt;
}

template <class Work> void runOn(QObject &object, Work work)
{
    QMetaObject::invokeMethod(&object, std::move(work), Qt::BlockingQueuedConnection);
}

/// Their side: a venue on a thread of its own that notes when the last byte of each order arrived.
class Theirs
{
public:
    Theirs()
    {
        m_thread.start();
        m_home.moveToThread(&m_thread);
        runOn(m_home, [this] {
            m_venue = std::make_unique<support::FakeVenue>();
            for (const char *route : {"POST /fapi/v1/order", "DELETE /fapi/v1/order"}) {
                m_venue->answer(route, [this](const support::FakeRequest &request) { return take(request); });
            }
        });
    }
    ~Theirs()
    {
        runOn(m_home, [this] {
            m_feed.reset();
            m_venue.reset();
        });
        m_thread.quit();
        m_thread.wait();
    }
    binance::Endpoints endpoints() const
    {
        return binance::paperEndpoints(m_venue->restPort(), m_venue->streamPort());
    }
    /// Answers of new orders say so: "EXPIRED" ends them at once, "NEW" leaves them open.
    void setStatus(const QByteArray &status)
    {
        runOn(m_home, [&] { m_status = status; });
    }
    /// From now on only cancels are answered.
    void hang()
    {
        runOn(m_home, [this] {
            m_isHanging = true;
            for (const char *route : {"GET /fapi/v1/klines", "GET /fapi/v1/allOrders", "GET /fapi/v1/order",
                     "GET /fapi/v1/userTrades", "GET /fapi/v1/openOrders"}) {
                m_venue->answer(route, [](const support::FakeRequest &) {
                    support::FakeAnswer held;
                    held.isHeld = true;
                    return held;
                });
            }
        });
    }
    /// Public trades and best quotes of one symbol, evenly spread.
    void startFeed()
    {
        runOn(m_home, [this] {
            m_feed = std::make_unique<QTimer>();
            m_feed->setTimerType(Qt::PreciseTimer);
            m_feedClock.start();
            QObject::connect(m_feed.get(), &QTimer::timeout, m_venue.get(), [this] { pushDue(); });
            m_feed->start(1);
        });
    }
    qint64 pushed()
    {
        qint64 count = 0;
        runOn(m_home, [this, &count] { count = m_pushed; });
        return count;
    }
    /// When this order or cancel was read as a whole, by client order id.
    std::optional<Monotonic> readAt(const std::string &id)
    {
        const std::lock_guard lock{m_mutex};
        const auto found = m_readAt.find(id);
        return found == m_readAt.end() ? std::nullopt : std::optional{found->second};
    }
    std::optional<Monotonic> lastOrderAt()
    {
        const std::lock_guard lock{m_mutex};
        return std::exchange(m_lastOrderAt, std::nullopt);
    }

private:
    support::FakeAnswer take(const support::FakeRequest &request)
    {
        const Monotonic now = systemClock.monotonicNow();
        const bool isCancel = request.method == "DELETE";
        QString id = request.value(QStringLiteral("newClientOrderId"));
        if (isCancel) {
            id = m_orders.value(request.value(QStringLiteral("orderId")).toLongLong());
        } else {
            m_orders.insert(++m_lastOrderId, id);
        }
        {
            const std::lock_guard lock{m_mutex};
            if (isCancel) {
                m_readAt.emplace(id.toStdString(), now);
            } else {
                m_lastOrderAt = now;
            }
        }
        support::FakeAnswer answer;
        answer.isHeld = m_isHanging && !isCancel;
        answer.body = QStringLiteral(R"({"symbol":"BTCUSDT","clientOrderId":"%1","orderId":%2,"side":"BUY",)"
                                     R"("type":"LIMIT","origQty":"0.01","executedQty":"0","price":"60000",)"
                                     R"("status":"%3","timeInForce":"GTC","updateTime":%4})")
                          .arg(id)
                          .arg(m_orders.key(id))
                          .arg(QString::fromLatin1(isCancel ? QByteArray{"CANCELED"} : m_status))
                          .arg(QDateTime::currentMSecsSinceEpoch())
                          .toUtf8();
        return answer;
    }
    void pushDue()
    {
        const qint64 due = m_feedClock.elapsed() * messagesPerSecond / 1'000;
        for (; m_pushed < due; ++m_pushed) {
            const QByteArray at = QByteArray::number(QDateTime::currentMSecsSinceEpoch());
            const QByteArray number = QByteArray::number(1'000'000 + m_pushed);
            if (m_pushed % 2 == 0) {
                m_venue->push(QStringLiteral("btcusdt@aggTrade"),
                    R"({"e":"aggTrade","E":)" + at + R"(,"s":"BTCUSDT","a":)" + number +
                        R"(,"p":"60000.10","q":"0.014","f":)" + number + R"(,"l":)" + number + R"(,"T":)" +
                        at + R"(,"m":true})");
            } else {
                m_venue->push(QStringLiteral("btcusdt@bookTicker"),
                    R"({"e":"bookTicker","u":)" + number + R"(,"s":"BTCUSDT","b":"60000.00","B":"3.1",)" +
                        R"("a":"60000.10","A":"2.7","T":)" + at + R"(,"E":)" + at + '}');
            }
        }
    }

    QThread m_thread;
    QObject m_home;
    std::unique_ptr<support::FakeVenue> m_venue;
    std::unique_ptr<QTimer> m_feed;
    QElapsedTimer m_feedClock;
    qint64 m_pushed = 0;
    QByteArray m_status{"EXPIRED"};
    bool m_isHanging = false;
    qint64 m_lastOrderId = 100;
    QHash<qint64, QString> m_orders; ///< client order ids by order id
    std::mutex m_mutex;
    std::map<std::string, Monotonic> m_readAt;
    std::optional<Monotonic> m_lastOrderAt;
};

/// Our side: a venue on its own thread and the journal of a data directory.
class Ours
{
public:
    Ours(const binance::Endpoints &endpoints, const QByteArray &key, const QByteArray &secret,
        const QString &journalPath)
        : m_journal{journalPath, systemClock}
    {
        (void)outcomeOf(m_journal.open());
        const auto signer = binance::HmacSigner::create(
            std::as_bytes(std::span{secret.constData(), static_cast<std::size_t>(secret.size())}));
        m_venue =
            std::make_unique<binance::Venue>(endpoints, *signer, key.toStdString(), m_journal, systemClock);
        m_venue->moveToThread(&m_thread);
        m_thread.start();
    }
    ~Ours()
    {
        (void)outcomeOf(m_venue->stop());
        m_venue.release()->deleteLater();
        m_thread.quit();
        m_thread.wait();
        (void)outcomeOf(m_journal.close());
    }
    bool becomesReady()
    {
        m_venue->start();
        return waitFor([this] { return m_venue->health().state()->canTrade; });
    }
    /// The user's own rate would let sixty clicks a minute through; the bench is in a hurry.
    void widenOrderRate()
    {
        runOn(*m_venue, [this] {
            m_venue->findChild<transport::RequestPump *>()->setOrderRate({.burst = 100, .perMinute = 1'200});
        });
    }
    binance::Venue &venue() { return *m_venue; }

private:
    app::SqliteJournal m_journal;
    QThread m_thread;
    std::unique_ptr<binance::Venue> m_venue;
};

double millisecondsBetween(Monotonic from, Monotonic until)
{
    return static_cast<double>((until - from).count()) / 1'000;
}

/// What no program can be faster than here: the disk and the scheduler, at this moment.
void printMachine()
{
    const QTemporaryDir data;
    QFile file{data.filePath(QStringLiteral("probe"))};
    if (!file.open(QIODevice::WriteOnly | QIODevice::Unbuffered)) {
        return;
    }
    std::vector<double> synced;
    std::vector<double> woken;
    for (int probe = 0; probe < 300; ++probe) {
        const Monotonic at = systemClock.monotonicNow();
        file.write(QByteArray(4'096, 'x'));
        ::fdatasync(file.handle());
        const Monotonic written = systemClock.monotonicNow();
        QThread::usleep(1'000);
        synced.push_back(millisecondsBetween(at, written));
        woken.push_back(millisecondsBetween(written, systemClock.monotonicNow()) - 1);
    }
    out() << "this machine now: 4 KiB on the disk " << figures(synced) << "; woken late by " << figures(woken)
          << '\n'
          << Qt::flush;
}

NewOrder limitBuy(const char *price)
{
    NewOrder order;
    order.symbol = "BTCUSDT";
    order.quantity = Quantity::literal("0.01");
    order.price = Price::literal(price);
    return order;
}

/// The order that this click made, read whole by their side.
std::vector<double> measureClicks(Ours &ours, Theirs &theirs)
{
    std::vector<double> taken;
    for (int click = 0; click < clicks; ++click) {
        theirs.lastOrderAt();
        const Monotonic clickedAt = systemClock.monotonicNow();
        ours.venue().trading().submit(limitBuy("60000"));
        std::optional<Monotonic> readAt;
        QThread::msleep(clickEveryMs); // the GUI thread has other things to do
        waitFor([&] { return (readAt = theirs.lastOrderAt()).has_value(); }, 2'000);
        if (readAt) {
            taken.push_back(millisecondsBetween(clickedAt, *readAt));
        }
    }
    return taken;
}

bool benchClicks()
{
    const QTemporaryDir data;
    Theirs theirs;
    Ours ours{theirs.endpoints(), "key", "secret", data.filePath(QStringLiteral("journal.sqlite"))};
    if (!ours.becomesReady()) {
        return false;
    }
    ours.widenOrderRate();
    out() << "click to wire, idle: " << figures(measureClicks(ours, theirs)) << ", target p99 5 ms\n"
          << Qt::flush;
    const auto trades = ours.venue().marketData().watchTrades("BTCUSDT");
    const auto best = ours.venue().marketData().watchBookTicker("BTCUSDT");
    const auto messages = [&ours] {
        qint64 sum = 0;
        for (const ports::StreamHealth &stream : ours.venue().health().state()->streams) {
            sum += stream.messages;
        }
        return sum;
    };
    const qint64 quiet = messages();
    theirs.startFeed();
    if (!waitFor([&] { return messages() > quiet + messagesPerSecond; })) {
        out() << "the feed did not arrive\n";
        return false;
    }
    QElapsedTimer since;
    since.start();
    const qint64 before = messages();
    const std::vector<double> taken = measureClicks(ours, theirs);
    const qint64 rate = (messages() - before) * 1'000 / since.elapsed();
    out() << "click to wire, " << rate << " messages/s parsed beside it: " << figures(taken)
          << ", target p99 15 ms\n"
          << Qt::flush;
    return true;
}

QString queuesOf(const ports::HealthState &health)
{
    QStringList lengths;
    for (const ports::QueueHealth &queue : health.queues) {
        lengths << QStringLiteral("%1 %2/%3").arg(queue.name).arg(queue.length).arg(queue.bound);
    }
    return lengths.join(QStringLiteral(", "));
}

/// Everything that ports can pile up behind requests that hang.
void fillQueues(Ours &ours)
{
    for (int number = 0; number < 110; ++number) {
        const Symbol symbol = "COIN" + std::to_string(number) + "USDT";
        ours.venue().marketData().candles({symbol, Interval::M1, {}, {}, 10});
        ours.venue().trading().orderHistory(symbol, 10);
        NewOrder closing = limitBuy("61000");
        closing.reduceOnly = true;
        ours.venue().trading().submit(closing);
        if (number < 60) {
            ours.venue().trading().submit(limitBuy("59000"));
        }
    }
}

bool benchCancels()
{
    std::vector<double> taken;
    QString queues;
    for (int round = 0; round < cancelRounds; ++round) {
        const QTemporaryDir data;
        Theirs theirs;
        theirs.setStatus("NEW");
        Ours ours{theirs.endpoints(), "key", "secret", data.filePath(QStringLiteral("journal.sqlite"))};
        if (!ours.becomesReady()) {
            return false;
        }
        ours.widenOrderRate();
        std::vector<std::string> ids;
        for (int number = 0; number < cancelsPerRound; ++number) {
            const auto placed = outcomeOf(ours.venue().trading().submit(limitBuy("60000")));
            if (placed && *placed) {
                ids.push_back((*placed)->clientOrderId());
            }
        }
        theirs.hang();
        fillQueues(ours);
        QThread::msleep(600); // journalled and queued
        std::map<std::string, Monotonic> askedAt;
        for (const std::string &id : ids) {
            askedAt[id] = systemClock.monotonicNow();
            ours.venue().trading().cancel("BTCUSDT", id);
            QThread::msleep(8);
            if (queues.isEmpty()) {
                queues = queuesOf(*ours.venue().health().state());
            }
        }
        waitFor(
            [&] { return std::ranges::all_of(ids, [&](auto &id) { return theirs.readAt(id).has_value(); }); },
            5'000);
        for (const std::string &id : ids) {
            if (const auto readAt = theirs.readAt(id)) {
                taken.push_back(millisecondsBetween(askedAt[id], *readAt));
            } else {
                taken.push_back(5'000);
            }
        }
    }
    out() << "cancel to wire while all else hangs (" << queues << "): " << figures(taken)
          << ", target p99 15 ms\n"
          << Qt::flush;
    return true;
}

bool benchRestart()
{
    const QTemporaryDir data;
    const QString journalPath = data.filePath(QStringLiteral("journal.sqlite"));
    paper::PaperConfig config;
    config.startBalance = Money::of(1'000'000);
    paper::PaperServer server{config};
    const auto started = outcomeOf(server.start());
    if (!started || !*started) {
        return false;
    }
    const auto endpoints = binance::paperEndpoints(static_cast<std::uint16_t>((*started)->rest.port()),
        static_cast<std::uint16_t>((*started)->streams.port()));
    int open = 0;
    {
        Ours first{endpoints, (*started)->apiKey, (*started)->secret, journalPath};
        if (!first.becomesReady()) {
            return false;
        }
        first.widenOrderRate();
        const ports::Subscription marks = first.venue().marketData().watchAllMarkPrices();
        std::optional<Price> mark;
        QObject here;
        QObject::connect(&first.venue().marketData(), &ports::MarketData::markPricesChanged, &here,
            [&mark](const auto &list) {
                const auto row = std::ranges::find(*list, "BTCUSDT", &MarkPrice::symbol);
                mark = row == list->end() ? mark : std::optional{row->mark};
            });
        if (!waitFor([&mark] { return mark.has_value(); })) {
            return false;
        }
        const auto away = Price::of(static_cast<std::int64_t>(mark->approximate() * 0.97));
        for (int number = 0; number < restingOrders; ++number) {
            NewOrder order = limitBuy("1");
            order.price = away;
            const auto placed = outcomeOf(first.venue().trading().submit(order));
            open += placed && *placed && (*placed)->isOpen() ? 1 : 0;
            if (placed && !*placed && open == number) {
                out() << QString::fromStdString(placed->error().detail) << '\n';
            }
            QThread::msleep(80); // within 60 % of 300 orders in ten seconds and 1,200 a minute
        }
    }
    std::vector<double> taken;
    for (int restart = 0; restart < restarts; ++restart) {
        QElapsedTimer since;
        since.start();
        Ours again{endpoints, (*started)->apiKey, (*started)->secret, journalPath};
        if (!again.becomesReady()) {
            return false;
        }
        taken.push_back(static_cast<double>(since.nsecsElapsed()) / 1e6);
    }
    out() << "restart to open gate with " << open << " open orders: " << figures(taken)
          << ", target 3000 ms\n"
          << Qt::flush;
    (void)outcomeOf(server.stop());
    return true;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application{argc, argv};
    const QStringList wanted = QCoreApplication::arguments().mid(1);
    const auto runs = [&wanted](const char *name) {
        return wanted.isEmpty() || wanted.contains(QLatin1StringView{name});
    };
    printMachine();
    const bool isDone = (!runs("clicks") || benchClicks()) && (!runs("cancels") || benchCancels()) &&
                        (!runs("restart") || benchRestart());
    if (!isDone) {
        out() << "the venue did not become ready\n";
    }
    return isDone ? 0 : 1;
}
