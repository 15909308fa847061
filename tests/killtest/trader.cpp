#include "tests/killtest/trader.h"

#include "app/credentials.h"
#include "tests/support/paper_client.h"
#include "tests/support/program.h"

#include <QElapsedTimer>
#include <QFile>

#include <array>
#include <execinfo.h>
#include <random>
#include <set>
#include <signal.h>

using domain::OrderPhase;
using support::outcomeOf;

namespace killtest
{
namespace
{

constexpr int readyTime = 150'000; ///< ms; the weight of earlier starts may have to run out first
/// ms after which no order may be in doubt and nothing different: a lost query costs 15 s and begins the
/// proof anew, and after five quick restarts a comparison may have to wait until the minute of the weight is
/// over.
constexpr int settlingTime = 100'000;
constexpr std::size_t mostOpen = 25;
const std::string symbol = "BTCUSDT";

bool isMine(const domain::Order &order)
{
    return order.origin == domain::OrderOrigin::Own;
}

/// Whether the program, once ready, says the same as the exchange.
class Comparison
{
public:
    Comparison(const support::Program &program, const support::PaperClient &exchange)
        : m_program{program},
          m_exchange{exchange}
    {
    }

    void compare(const QStringList &acknowledged)
    {
        const QElapsedTimer timer = started();
        reconcileUntilSame(timer);
        settle(started());
        std::string ours;
        std::string theirs;
        for (int attempt = 0; attempt == 0 || (ours != theirs && attempt < 15); ++attempt) {
            QTest::qWait(attempt == 0 ? 0 : 200); // something may have been executed just now
            ours = programsView();
            theirs = exchangesView();
        }
        if (ours != theirs) {
            say("diverged program: " + ours + " exchange: " + theirs);
        }
        for (const QString &id : acknowledged) {
            const auto story = outcomeOf(m_program.venue().trading().story(id.toStdString()));
            if (!story || !*story || (**story)->empty()) {
                say("diverged acknowledged order " + id.toStdString() + " is not known any more");
            }
        }
    }

private:
    static QElapsedTimer started()
    {
        QElapsedTimer timer;
        timer.start();
        return timer;
    }
    void reconcileUntilSame(const QElapsedTimer &timer)
    {
        std::string last;
        while (!timer.hasExpired(settlingTime)) {
            const auto report = outcomeOf(m_program.venue().trading().reconcile());
            if (report && *report && (*report)->failure.empty() && (*report)->differences.empty()) {
                return;
            }
            if (report && *report) {
                last = (*report)->failure;
                for (const auto &difference : (*report)->differences) {
                    last += " [" + difference.clientOrderId + " ours " + difference.ours + ", theirs " +
                            difference.theirs + ": " + difference.outcome + "]";
                }
            }
            QTest::qWait(4'000); // a comparison costs 85 of the minute's 2,400
        }
        say("diverged no comparison without differences: " + last);
    }
    void settle(const QElapsedTimer &timer)
    {
        for (;;) {
            const auto orders = outcomeOf(m_program.venue().trading().orders());
            std::vector<std::string> open;
            for (const domain::Order &order : orders ? **orders : std::vector<domain::Order>{}) {
                const bool isInDoubt = order.phase == OrderPhase::Queued ||
                                       order.phase == OrderPhase::InFlight ||
                                       order.phase == OrderPhase::Unknown;
                if (isMine(order) && (isInDoubt || order.phase == OrderPhase::Quarantined)) {
                    open.push_back(order.clientOrderId());
                }
            }
            if (open.empty() || timer.hasExpired(settlingTime)) {
                for (const std::string &id : open) {
                    say("unresolved " + id);
                }
                return;
            }
            QTest::qWait(50);
        }
    }
    /// Open orders and positions, in order.
    std::string programsView() const
    {
        std::set<std::string> lines;
        const auto orders = outcomeOf(m_program.venue().trading().orders());
        for (const domain::Order &order : orders ? **orders : std::vector<domain::Order>{}) {
            if (order.phase == OrderPhase::Working) {
                lines.insert(orderLine(
                    order.clientOrderId(), order.request.price, order.request.quantity, order.executedQty));
            }
        }
        const auto account = m_program.venue().account().state();
        for (const domain::Position &position :
            account ? account->positions : std::vector<domain::Position>{}) {
            const std::string sign = position.side == domain::Side::Sell ? "-" : "";
            lines.insert(
                "position " + sign + position.quantity.toString() + "@" + position.entryPrice.toString());
        }
        return joined(lines);
    }
    std::string exchangesView() const
    {
        std::set<std::string> lines;
        for (const QJsonValue &row : rows("/fapi/v1/openOrders", "symbol=BTCUSDT")) {
            lines.insert(orderLine(textOf(row, u"clientOrderId"),
                domain::Price::parse(textOf(row, u"price")).value_or(domain::Price{}),
                domain::Quantity::parse(textOf(row, u"origQty")).value_or(domain::Quantity{}),
                domain::Quantity::parse(textOf(row, u"executedQty")).value_or(domain::Quantity{})));
        }
        for (const QJsonValue &row : rows("/fapi/v3/positionRisk", "symbol=BTCUSDT")) {
            const auto amount = domain::Quantity::parse(textOf(row, u"positionAmt"));
            const auto entry = domain::Price::parse(textOf(row, u"entryPrice"));
            if (amount && entry && *amount != domain::Quantity{}) {
                lines.insert("position " + amount->toString() + "@" + entry->toString());
            }
        }
        return joined(lines);
    }
    /// Asks until it is answered: faults may strike here as well.
    QJsonArray rows(const QByteArray &path, const QByteArray &query) const
    {
        for (int attempt = 0; attempt < 20; ++attempt) {
            const auto reply = m_exchange.signedCall("GET", path, query);
            if (reply.isWhole && reply.status() == 200 && reply.json().isArray()) {
                return reply.json().array();
            }
            QTest::qWait(500);
        }
        say("diverged the exchange does not answer " + path.toStdString());
        return {};
    }
    static std::string textOf(const QJsonValue &row, QStringView name)
    {
        return row.toObject()[name].toString().toStdString();
    }
    static std::string orderLine(
        const std::string &id, domain::Price price, domain::Quantity quantity, domain::Quantity executed)
    {
        return id + " " + executed.toString() + "/" + quantity.toString() + "@" + price.toString();
    }
    static std::string joined(const std::set<std::string> &lines)
    {
        std::string text = "{";
        for (const std::string &line : lines) {
            text += line + "; ";
        }
        return text + "}";
    }

    const support::Program &m_program;
    const support::PaperClient &m_exchange;
};

/// Three hands that never rest: each does the next thing as soon as the last one is answered.
class Trader : public QObject
{
public:
    Trader(const support::Program &program, Crasher &crasher, std::uint64_t seed)
        : m_program{program},
          m_crasher{crasher},
          m_random{seed}
    {
    }

    bool start()
    {
        auto trades = outcomeOf(m_program.venue().marketData().recentTrades(symbol, 1));
        for (int attempt = 0; attempt < 60 && (!trades || !*trades || (**trades)->empty()); ++attempt) {
            QTest::qWait(1'000);
            trades = outcomeOf(m_program.venue().marketData().recentTrades(symbol, 1));
        }
        if (!trades || !*trades || (**trades)->empty()) {
            say("diverged no price to trade at");
            return false;
        }
        m_price = (**trades)->back().price.approximate();
        for (int hand = 0; hand < 3; ++hand) {
            next();
        }
        return true;
    }

private:
    int below(int limit) { return static_cast<int>(m_random() % static_cast<std::uint64_t>(limit)); }
    void again()
    {
        QTimer::singleShot(below(10), this, [this] { next(); });
    }
    void next()
    {
        ports::whenFinished(
            m_program.venue().trading().orders(), this, [this](const ports::OrdersPtr &orders) {
                std::vector<domain::Order> resting;
                std::ranges::copy_if(*orders, std::back_inserter(resting), [](const domain::Order &order) {
                    return isMine(order) && order.phase == OrderPhase::Working;
                });
                act(resting);
            });
    }
    void act(const std::vector<domain::Order> &resting)
    {
        const int choice = resting.size() > mostOpen ? 99 : below(100);
        if (choice >= 70 && !resting.empty()) {
            const domain::Order &order =
                resting[static_cast<std::size_t>(below(static_cast<int>(resting.size())))];
            choice < 78 && order.request.type == domain::OrderType::Limit ? amend(order) : cancel(order);
            return;
        }
        domain::NewOrder order;
        order.symbol = symbol;
        order.quantity = domain::Quantity::literal("0.003");
        order.side = below(2) == 0 ? domain::Side::Buy : domain::Side::Sell;
        const auto account = m_program.venue().account().state();
        if (choice < 25 && account && !account->positions.empty()) {
            order.reduceOnly = true;
            order.side = domain::opposite(account->positions.front().side);
            order.type = below(2) == 0 ? domain::OrderType::Market : domain::OrderType::Limit;
        } else {
            order.type = choice < 45 ? domain::OrderType::Market : domain::OrderType::Limit;
        }
        if (order.type == domain::OrderType::Limit) {
            order.price = away(order.side);
        }
        submit(order);
    }
    /// A price 1 to 3 % away, where an order rests.
    domain::Price away(domain::Side side)
    {
        const double part = 0.01 + 0.0002 * below(100);
        return domain::Price::of(
            static_cast<std::int64_t>(std::floor(m_price * (1 - domain::signOf(side) * part))));
    }
    void submit(const domain::NewOrder &order)
    {
        m_crasher.submitting(below(8'000));
        ports::whenFinished(m_program.venue().trading().submit(order, "killtest"), this,
            [this](const domain::Result<domain::Order> &answer) {
                if (answer && answer->orderId != 0) {
                    say("ack " + answer->clientOrderId());
                }
                again();
            });
    }
    void amend(const domain::Order &order)
    {
        ports::whenFinished(m_program.venue().trading().amend(symbol, order.clientOrderId(),
                                away(order.request.side), order.request.quantity),
            this, [this](const domain::Result<domain::Order> &) { again(); });
    }
    void cancel(const domain::Order &order)
    {
        ports::whenFinished(m_program.venue().trading().cancel(symbol, order.clientOrderId()), this,
            [this](const domain::Result<domain::Order> &) { again(); });
    }

    const support::Program &m_program;
    Crasher &m_crasher;
    std::mt19937_64 m_random;
    double m_price = 0;
};

/// Where it crashed by itself, to program.err.
void tellCrash(int signal)
{
    std::array<void *, 60> frames{};
    ::backtrace_symbols_fd(frames.data(), ::backtrace(frames.data(), static_cast<int>(frames.size())), 2);
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

QStringList linesOf(const QString &path)
{
    QFile file{path};
    return file.open(QIODevice::ReadOnly)
               ? QString::fromLatin1(file.readAll()).split(u'\n', Qt::SkipEmptyParts)
               : QStringList{};
}

/// All that may explain why the program does not trade.
std::string whyNot(const ports::HealthState &health)
{
    std::string text = health.tradeBlockedReason.toStdString();
    for (const ports::StreamHealth &stream : health.streams) {
        text += "; " + stream.name.toStdString() + " state " +
                std::to_string(static_cast<int>(stream.state)) + " after " +
                std::to_string(stream.reconnects) + " reconnects " + stream.reason.toStdString();
    }
    for (const ports::BudgetHealth &budget : health.budgets) {
        text += "; " + budget.name.toStdString() + " " + std::to_string(budget.used) + "/" +
                std::to_string(budget.limit);
    }
    for (const ports::QueueHealth &queue : health.queues) {
        text += "; queue " + queue.name.toStdString() + " " + std::to_string(queue.length);
    }
    for (const app::LogLine &line : app::recentLog(20)) {
        text += "; " + line.text;
    }
    return text;
}

} // namespace

int live(const Life &life)
{
    ::signal(SIGSEGV, &tellCrash);
    ::signal(SIGABRT, &tellCrash);
    const auto keys = app::readCredentials(life.credentials);
    if (!keys) {
        say("diverged " + keys.error().detail);
        return 1;
    }
    const support::PaperClient exchange{QUrl{QStringLiteral("http://127.0.0.1:%1").arg(life.restPort)},
        QByteArray::fromStdString(keys->apiKey), QByteArray::fromStdString(std::string{keys->secret.text()})};
    Crasher crasher{life.point};
    support::Program program{life.folder};
    if (!program.openCustom(life.restPort, life.streamPort, life.credentials)) {
        say("diverged the program does not open");
        return 1;
    }
    QObject::connect(
        &program.venue().trading(), &ports::Trading::orderChanged, &program.venue().trading(),
        [&](const domain::Order &order) {
            if (order.phase == OrderPhase::InFlight) {
                say("sent " + order.clientOrderId() +
                    (domain::isReducing(order.request) ? " reducing" : " opening"));
            }
            crasher.seen(order);
        },
        Qt::DirectConnection); // at the moment itself, on the thread of the desk
    crasher.sessionBegan();
    if (!QTest::qWaitFor([&] { return program.venue().health().state()->canTrade; }, readyTime)) {
        say("diverged never ready: " + whyNot(*program.venue().health().state()));
        return 1;
    }
    say("ready");
    Comparison{program, exchange}.compare(linesOf(life.acknowledged));
    say("verified");
    if (life.isLast) {
        return program.close() ? 0 : 1;
    }
    Trader trader{program, crasher, life.seed};
    return trader.start() ? QCoreApplication::exec() : 1;
}

} // namespace killtest
