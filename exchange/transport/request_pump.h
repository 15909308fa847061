#pragma once

#include "exchange/transport/http_client.h"
#include "exchange/transport/throttle.h"
#include "models/domain/result.h"

#include <QFuture>
#include <QObject>
#include <QPromise>
#include <QString>
#include <QTimer>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace transport
{

/// What the venue's code reads from an answer.
struct AnswerVerdict
{
    AnswerClass outcome = AnswerClass::Ambiguous;
    std::optional<domain::Milliseconds> pauseFor; ///< RateLimited, Banned: where the venue says how long
    bool isFirewall = false;  ///< Banned by a firewall (HTTP 403 without the venue's body)
    bool isHopeless = false;  ///< another try would end the same way: the key or its rights are wrong
    std::vector<Usage> usage; ///< the venue's own counters, by LimitRule::name
};

struct PumpRequest
{
    Priority priority = Priority::History;
    Lane lane = Lane::Bulk;
    Cost cost;
    /// Requests that wait under the same key share one answer; also a key of RequestPump::withdraw().
    std::string coalesceKey;
    /// What it is about, e.g. an order's id on its submit and on each amend: a second key of withdraw(),
    /// under which nothing is joined.
    std::string subject;
    /// Shares the answer also of one that is under way. For what is the same whenever it arrives: the cancel
    /// of one order, not the cancel of all.
    bool joinsUnderWay = false;
    /// Makes the request at hand-over, so that its timestamp and signature are fresh; again for each retry. A
    /// failure (keys locked, clock unknown) ends the request as NotSent.
    std::function<domain::Result<HttpRequest>()> build;
    /// Reads the answer. Without it: 2xx Done, 4xx Rejected, surely not sent NotSent, else Ambiguous.
    std::function<AnswerVerdict(const HttpAnswer &)> classify;
    /// What is left of the time within which the user's action may still leave this machine: no retry, no
    /// companion under the same key and no slow connection extends it. Empty: the class's own patience, anew
    /// for each try.
    std::optional<domain::Milliseconds> deadline;
    /// Tries altogether, retries with back-off after NotSent, NotExecuted, Ambiguous and RateLimited, never
    /// after Banned. Delivery::Once is tried once, whatever this says, unless repeatsUnexecuted.
    int maxTries = 3;
    /// For orders that close: tries again after NotSent, NotExecuted and RateLimited, where the copy before
    /// surely did nothing.
    bool repeatsUnexecuted = false;
};

struct PumpAnswer
{
    AnswerClass outcome = AnswerClass::NotSent;
    HttpAnswer http; ///< of the last try; empty where nothing was sent
    int tries = 0;   ///< hand-overs; 0: never left our queue
    /// Why nothing was sent: RateLimited (retryAtMs in this machine's wall time), Unreachable, Cancelled, or
    /// what build said.
    std::optional<domain::Error> refusal;
};

struct PumpHealth
{
    struct BudgetState
    {
        std::string name;
        std::int64_t used = 0;
        std::int64_t limit = 0;
        std::int64_t reserved = 0;           ///< for cancels, closing orders and look-ups together
        std::int64_t reservedForCancels = 0; ///< part of it
        std::int64_t usable = 0;             ///< never passed; the rest of limit is margin
        std::int64_t foreign = 0;            ///< part of used: others at this address
        domain::Milliseconds resetsIn{0};
    };
    struct BreakerState
    {
        std::string name; ///< "orders", "queries", "bulk"
        Breaker::State state = Breaker::State::Closed;
        std::string reason;
        std::optional<domain::Milliseconds> retryIn;
        int probesMissing = 0; ///< not Closed: good probes until it closes
        int unresolved = 0;    ///< "orders": outcomes that have to be known first
    };
    struct QueueState
    {
        std::string name; ///< see priorityNames
        int length = 0;
        int bound = 0;
    };
    std::vector<BudgetState> budgets;
    std::vector<BreakerState> breakers;
    std::vector<QueueState> queues;
    std::optional<domain::Milliseconds> pausedFor;
    bool isBanned = false;        ///< the pause is a ban: nothing at all goes out
    int emergencyCancelsLeft = 0; ///< cancels that may still go out in this pause
};

struct PumpOptions
{
    std::vector<LimitRule> limits; ///< what counts until the venue's own list is read
    HttpOptions http;
    std::uint64_t seed = 0; ///< of the jitter
    OrderRate orderRate;    ///< the user's own brake on opening orders
    /// A harmless query that tells whether orders would get through again; its deadline is set by the pump.
    /// Without it the next query of class Resolve serves.
    std::function<PumpRequest()> probe;
};

/// The one way to the venue's REST interface: queue, budgets, breakers and pauses before three HTTP clients
/// (orders, queries, bulk). Lives on one thread. Destroying it finishes the futures of what is left without a
/// result; QFuture::then(receiver) of Qt 6.4 ends the program if its receiver is gone by then, QFutureWatcher
/// does not.
class RequestPump : public QObject
{
    Q_OBJECT
public:
    RequestPump(const domain::Clock &clock, PumpOptions options, QObject *parent = nullptr);
    ~RequestPump() override;

    QFuture<PumpAnswer> submit(PumpRequest request);
    /// Takes back all that still waits under this key or is about this subject; their futures end as
    /// Cancelled, NotSent unless an earlier try was. Says how many.
    int withdraw(const std::string &key);
    /// The same for all opening orders: suspend, kill switch, gate closing. reason: a sentence.
    int dropOpening(const std::string &reason);
    /// The same for any class, e.g. closing orders after a suspend.
    int drop(Priority priority, const std::string &reason);
    /// The venue's own list of limits. Lower ones count at once, higher ones only with mayRaise.
    void setLimits(const std::vector<LimitRule> &limits, bool mayRaise);
    /// Orders whose outcome is unknown at this time; two open the order breaker, which stays until there are
    /// none.
    void setUnresolvedOrders(int count);
    /// Restores a pause that an earlier process was told (isBan: nothing at all goes out).
    void pause(domain::Milliseconds length, bool isBan);
    /// What pauseChanged() told the process before; to be called before the first request.
    void restorePause(const Throttle::PauseState &state);
    /// When the process before this one was last at work, by the wall clock; before the first request.
    void noteEarlierLife(domain::Timestamp endedAt);
    void setOrderRate(OrderRate rate);
    PumpHealth health() const;

signals:
    /// A breaker, a pause or a limit changed; queue lengths and use alone do not signal.
    void healthChanged();
    /// To be kept for the next process's restorePause(). That a pause is over is signalled late or never.
    void pauseChanged(const transport::Throttle::PauseState &state);
    /// What must never happen: an order left twice. New orders are latched shut until the program starts
    /// anew.
    void alarmed(const QString &text);

private:
    struct Pending;
    /// What healthChanged() is about.
    struct HealthMark
    {
        std::vector<Breaker::State> breakers;
        std::vector<std::int64_t> limits;
        bool isPaused = false;
        bool isBanned = false;
        friend bool operator==(const HealthMark &, const HealthMark &) = default;
    };
    void run();
    void sleepUntil(std::optional<domain::Monotonic> until);
    void sendProbe(domain::Milliseconds deadline);
    void handOver(const Throttle::HandOver &step);
    int takeBack(const std::vector<std::uint64_t> &ids, const std::string &reason);
    void notePause();
    void refuse(std::uint64_t id, const std::string &reason);
    void answered(std::uint64_t id, const HttpAnswer &answer);
    void end(std::uint64_t id, const PumpAnswer &answer);
    void noteHealth();

    const domain::Clock &m_clock;
    PumpOptions m_options;
    Throttle m_throttle;
    std::array<HttpClient *, laneCount> m_clients{};
    QTimer m_wake;
    std::unordered_map<std::uint64_t, std::shared_ptr<Pending>> m_pending;
    std::uint64_t m_lastId = 0;
    bool m_isRunning = false;
    bool m_isDirty = false; ///< something was submitted while run() was at work
    HealthMark m_lastHealth;
    Throttle::PauseState m_lastPause;
    std::optional<domain::Monotonic> m_lastPauseEnd;
};

} // namespace transport
