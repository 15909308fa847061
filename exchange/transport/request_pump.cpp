#include "exchange/transport/request_pump.h"

#include <QPointer>

#include <algorithm>

namespace transport
{

namespace
{

AnswerVerdict classifyByStatus(const HttpAnswer &answer)
{
    AnswerVerdict verdict;
    if (!answer.isComplete()) {
        verdict.outcome = answer.mayHaveArrived ? AnswerClass::Ambiguous : AnswerClass::NotSent;
    } else if (answer.status < 300) {
        verdict.outcome = AnswerClass::Done;
    } else if (answer.status == 429) {
        verdict.outcome = AnswerClass::RateLimited;
    } else if (answer.status < 500) {
        verdict.outcome = AnswerClass::Rejected;
    }
    return verdict;
}

// The classifier is the venue's, but it cannot make unsent what may have arrived.
AnswerClass checked(AnswerClass outcome, const HttpAnswer &answer)
{
    const bool isClaim = outcome == AnswerClass::NotSent && answer.mayHaveArrived;
    const bool isGuess = outcome == AnswerClass::Ambiguous && !answer.mayHaveArrived && !answer.isComplete();
    return isClaim ? AnswerClass::Ambiguous : isGuess ? AnswerClass::NotSent : outcome;
}

std::size_t indexOf(Lane lane)
{
    return static_cast<std::size_t>(lane);
}

} // namespace

struct RequestPump::Pending
{
    PumpRequest request;
    std::vector<QPromise<PumpAnswer>> promises; ///< more than one where requests joined
    int tries = 0;
    bool isOnce = false;
    HttpAnswer lastAnswer; ///< of a try that is to be repeated
    AnswerClass lastOutcome = AnswerClass::NotSent;

    void finish(const PumpAnswer &answer)
    {
        for (QPromise<PumpAnswer> &promise : promises) {
            promise.addResult(answer);
            promise.finish();
        }
    }
};

RequestPump::RequestPump(const domain::Clock &clock, PumpOptions options, QObject *parent)
    : QObject{parent},
      m_clock{clock},
      m_options{std::move(options)},
      m_throttle{m_options.limits, m_options.seed, m_options.orderRate}
{
    for (HttpClient *&client : m_clients) {
        client = new HttpClient{clock, m_options.http, this};
        connect(client, &HttpClient::sentTwice, this, [this](const QByteArray &verb, const QString &path) {
            m_throttle.latchOrders("an order was sent twice; start anew after a check of the account");
            emit alarmed(
                QStringLiteral("%1 %2 left this computer twice. New orders are blocked; check orders and "
                               "positions on the venue's own page.")
                    .arg(QString::fromLatin1(verb), path));
            run();
        });
    }
    m_wake.setSingleShot(true);
    m_wake.setTimerType(Qt::PreciseTimer);
    connect(&m_wake, &QTimer::timeout, this, [this] { run(); });
}

RequestPump::~RequestPump() = default;

QFuture<PumpAnswer> RequestPump::submit(PumpRequest request)
{
    const domain::Monotonic now = m_clock.monotonicNow();
    QPromise<PumpAnswer> promise;
    promise.start();
    QFuture<PumpAnswer> future = promise.future();

    QueueItem item;
    item.id = ++m_lastId;
    item.priority = request.priority;
    item.lane = request.lane;
    item.cost = request.cost;
    item.coalesceKey = request.coalesceKey;
    item.subject = request.subject;
    item.joinsUnderWay = request.joinsUnderWay;
    item.maxTries = request.maxTries;
    if (request.deadline) {
        item.deadline = now + *request.deadline;
        item.isDeadlineFinal = true;
    }
    const std::uint64_t id = item.id;
    const RequestQueue::Admission admission = m_throttle.submit(now, std::move(item));
    const auto joined = m_pending.find(admission.joinedId);
    if (joined != m_pending.end()) {
        joined->second->promises.push_back(std::move(promise));
    } else {
        const auto pending = std::make_shared<Pending>();
        pending->request = std::move(request);
        pending->promises.push_back(std::move(promise));
        m_pending.emplace(id, pending);
        if (!admission.isAccepted) {
            refuse(id, admission.reason);
            return future;
        }
    }
    run();
    return future;
}

int RequestPump::withdraw(const std::string &key)
{
    return takeBack(m_throttle.withdraw(key), "taken back before it was sent");
}

int RequestPump::dropOpening(const std::string &reason)
{
    return drop(Priority::Open, reason);
}

int RequestPump::drop(Priority priority, const std::string &reason)
{
    return takeBack(m_throttle.withdraw(priority), reason);
}

int RequestPump::takeBack(const std::vector<std::uint64_t> &ids, const std::string &reason)
{
    // All are out of the queue before the first listener hears of it and submits anew.
    std::vector<std::shared_ptr<Pending>> taken;
    for (const std::uint64_t id : ids) {
        taken.push_back(m_pending.extract(id).mapped());
    }
    for (const std::shared_ptr<Pending> &pending : taken) {
        PumpAnswer answer;
        answer.outcome = pending->lastOutcome;
        answer.http = pending->lastAnswer;
        answer.tries = pending->tries;
        answer.refusal = domain::Error{domain::ErrorCode::Cancelled, reason, 0, 0, 0};
        pending->finish(answer);
    }
    return static_cast<int>(ids.size());
}

void RequestPump::setLimits(const std::vector<LimitRule> &limits, bool mayRaise)
{
    m_throttle.setLimits(limits, mayRaise);
    run();
}

void RequestPump::setUnresolvedOrders(int count)
{
    m_throttle.setUnresolved(m_clock.monotonicNow(), count);
    run();
}

void RequestPump::pause(domain::Milliseconds length, bool isBan)
{
    m_throttle.pause(m_clock.monotonicNow(), length, isBan);
    run();
}

void RequestPump::restorePause(const Throttle::PauseState &state)
{
    m_throttle.restorePause(m_clock.monotonicNow(), m_clock.wallNow(), state);
    run();
}

void RequestPump::noteEarlierLife(domain::Timestamp endedAt)
{
    m_throttle.noteEarlierLife(m_clock.monotonicNow(), m_clock.wallNow(), endedAt);
}

void RequestPump::setOrderRate(OrderRate rate)
{
    m_throttle.setOrderRate(rate);
    run();
}

void RequestPump::run()
{
    if (m_isRunning) {
        m_isDirty = true; // an answer's listener submits again while we are at it
        return;
    }
    m_isRunning = true;
    const QPointer<RequestPump> self{this};
    while (true) {
        m_isDirty = false;
        const domain::Monotonic now = m_clock.monotonicNow();
        const Throttle::Step step = m_throttle.next(now);
        if (const auto *handOverNow = std::get_if<Throttle::HandOver>(&step)) {
            handOver(*handOverNow);
        } else if (const auto *dropped = std::get_if<Throttle::Dropped>(&step)) {
            refuse(dropped->id, dropped->reason);
        } else if (const auto *probe = std::get_if<Throttle::ProbeWanted>(&step)) {
            sendProbe(probe->deadline);
        } else if (!m_isDirty) {
            sleepUntil(std::get<Throttle::Wait>(step).until);
            break;
        }
        if (!self) {
            return; // a listener ended us
        }
    }
    m_isRunning = false;
    notePause();
    if (self) {
        noteHealth();
    }
}

void RequestPump::sleepUntil(std::optional<domain::Monotonic> until)
{
    using namespace std::chrono_literals;
    if (!until) {
        m_wake.stop();
        return;
    }
    const auto wait = std::chrono::ceil<domain::Milliseconds>(*until - m_clock.monotonicNow());
    m_wake.start(std::clamp<domain::Milliseconds>(wait, 0ms, 1h));
}

void RequestPump::sendProbe(domain::Milliseconds deadline)
{
    if (!m_options.probe) {
        return;
    }
    PumpRequest probe = m_options.probe();
    probe.priority = Priority::Resolve;
    probe.deadline = deadline;
    probe.maxTries = 1;
    submit(std::move(probe));
}

void RequestPump::handOver(const Throttle::HandOver &step)
{
    const std::uint64_t id = step.id;
    const std::shared_ptr<Pending> pending = m_pending.at(id);
    domain::Result<HttpRequest> built = pending->request.build();
    const domain::Monotonic now = m_clock.monotonicNow();
    if (!built) {
        m_throttle.aborted(now, id);
        PumpAnswer answer;
        answer.tries = pending->tries;
        answer.refusal = built.error();
        end(id, answer);
        return;
    }
    ++pending->tries;
    pending->isOnce = built->delivery == Delivery::Once;
    if (pending->isOnce && step.deadline) {
        built->leaveWithin = std::chrono::floor<domain::Milliseconds>(*step.deadline - now);
    }
    m_clients[indexOf(pending->request.lane)]->send(
        *built, [this, id](const HttpAnswer &answer) { answered(id, answer); });
}

void RequestPump::answered(std::uint64_t id, const HttpAnswer &answer)
{
    const std::shared_ptr<Pending> pending = m_pending.at(id);
    const AnswerVerdict verdict =
        pending->request.classify ? pending->request.classify(answer) : classifyByStatus(answer);
    Throttle::Outcome outcome;
    outcome.answerClass = checked(verdict.outcome, answer);
    outcome.pauseFor = verdict.pauseFor;
    outcome.isFirewall = verdict.isFirewall;
    outcome.usage = verdict.usage;
    const bool didNothing = outcome.answerClass == AnswerClass::NotSent ||
                            outcome.answerClass == AnswerClass::NotExecuted ||
                            outcome.answerClass == AnswerClass::RateLimited;
    outcome.isRepeatable =
        !verdict.isHopeless && (!pending->isOnce || (pending->request.repeatsUnexecuted && didNothing));
    if (m_throttle.finished(m_clock.monotonicNow(), id, outcome) == Throttle::After::WillRetry) {
        pending->lastAnswer = answer;
        pending->lastOutcome = outcome.answerClass;
    } else {
        PumpAnswer result;
        result.outcome = outcome.answerClass;
        result.http = answer;
        result.tries = pending->tries;
        const QPointer<RequestPump> self{this};
        end(id, result);
        if (!self) {
            return; // a listener ended us
        }
    }
    run();
}

void RequestPump::refuse(std::uint64_t id, const std::string &reason)
{
    const domain::Monotonic now = m_clock.monotonicNow();
    const std::shared_ptr<Pending> pending = m_pending.at(id);
    PumpAnswer answer;
    answer.outcome = pending->lastOutcome;
    answer.http = pending->lastAnswer;
    answer.tries = pending->tries;
    answer.refusal = domain::Error{domain::ErrorCode::Unreachable, reason, 0, 0, 0};
    if (const auto until = m_throttle.pausedUntil(now)) {
        answer.refusal->code = domain::ErrorCode::RateLimited;
        answer.refusal->retryAtMs =
            domain::toMs(m_clock.wallNow() + std::chrono::ceil<domain::Milliseconds>(*until - now));
    }
    end(id, answer);
}

void RequestPump::end(std::uint64_t id, const PumpAnswer &answer)
{
    const std::shared_ptr<Pending> pending = m_pending.extract(id).mapped();
    pending->finish(answer);
}

PumpHealth RequestPump::health() const
{
    const domain::Monotonic now = m_clock.monotonicNow();
    const auto until = [now](domain::Monotonic at) {
        return std::chrono::ceil<domain::Milliseconds>(at - now);
    };
    PumpHealth health;
    for (const Budget &budget : m_throttle.budgets().budgets()) {
        health.budgets.push_back({budget.rule().name, budget.used(now), budget.rule().limit,
            budget.reserved(), budget.reservedFor(Priority::Cancel), budget.usable(), budget.foreign(now),
            budget.resetsIn(now)});
    }
    for (const Breaker *breaker : {&m_throttle.orders(), &m_throttle.queries(), &m_throttle.bulk()}) {
        PumpHealth::BreakerState state{breaker->rule().name, breaker->state(now), breaker->reason(),
            std::nullopt, breaker->probesMissing(), breaker->unresolved()};
        if (const auto at = breaker->retryAt(now)) {
            state.retryIn = until(*at);
        }
        health.breakers.push_back(std::move(state));
    }
    for (std::size_t priority = 0; priority < priorityCount; ++priority) {
        health.queues.push_back({std::string{priorityNames[priority]},
            m_throttle.queue().length(static_cast<Priority>(priority)), RequestQueue::bounds[priority]});
    }
    if (const auto paused = m_throttle.pausedUntil(now)) {
        health.pausedFor = until(*paused);
    }
    health.isBanned = m_throttle.isBanned(now);
    health.emergencyCancelsLeft = m_throttle.emergencyCancelsLeft(now);
    return health;
}

void RequestPump::notePause()
{
    const domain::Monotonic now = m_clock.monotonicNow();
    const auto end = m_throttle.pausedUntil(now);
    Throttle::PauseState state = m_throttle.pauseState(now, m_clock.wallNow());
    if (end && end == m_lastPauseEnd) {
        state.until = m_lastPause.until; // the same end reads a little differently each time
    }
    m_lastPauseEnd = end;
    if (state != m_lastPause) {
        m_lastPause = state;
        emit pauseChanged(state);
    }
}

void RequestPump::noteHealth()
{
    const PumpHealth now = health();
    HealthMark mark;
    for (const auto &breaker : now.breakers) {
        mark.breakers.push_back(breaker.state);
    }
    for (const auto &budget : now.budgets) {
        mark.limits.push_back(budget.limit);
    }
    mark.isPaused = now.pausedFor.has_value();
    mark.isBanned = now.isBanned;
    if (mark != m_lastHealth) {
        m_lastHealth = std::move(mark);
        emit healthChanged();
    }
}

} // namespace transport
