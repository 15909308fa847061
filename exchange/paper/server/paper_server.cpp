#include "exchange/paper/server/paper_server.h"

#include "exchange/paper/core/happenings.h"
#include "exchange/paper/core/replay.h"
#include "exchange/paper/server/control.h"
#include "exchange/paper/server/rest_server.h"
#include "exchange/paper/server/state_keeper.h"
#include "exchange/paper/server/stream_server.h"
#include "exchange/paper/server/ws_api_server.h"

#include <QDir>
#include <QPromise>
#include <QSslCertificate>
#include <QSslKey>
#include <QThread>
#include <QTimer>

#include <deque>
#include <functional>
#include <optional>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::Result;
using namespace std::chrono_literals;

constexpr auto stepPeriod = 50ms;
constexpr auto replayReportPeriod = 500ms;

} // namespace

/// Everything that lives on the exchange's own thread.
class PaperServer::Worker final : public QObject
{
    Q_OBJECT
public:
    Worker(PaperConfig config, PaperServer &owner)
        : m_config{std::move(config)},
          m_owner{owner},
          m_faults{m_config.seed}
    {
        setFaults(m_config.faults);
        moveToThread(&m_thread);
        m_thread.setObjectName(QStringLiteral("paper exchange"));
        m_thread.start();
    }

    ~Worker() override
    {
        m_thread.quit();
        m_thread.wait();
    }

    Result<PaperEndpoints> start();
    Result<bool> stop();
    Result<bool> reset();
    void setFaults(const std::vector<FaultRule> &rules);
    void setClockAhead(domain::Milliseconds ahead) { m_faults.setClockAhead(ahead); }
    void control(const Request &request, const std::function<void(Result<QByteArray>)> &then);
    void dropStreams();
    void setReplaySpeed(int speed);
    /// Runs on the exchange's thread; waits for it.
    template <class Work> void runAndWait(Work work)
    {
        QMetaObject::invokeMethod(this, std::move(work), Qt::BlockingQueuedConnection);
    }

private:
    /// The clock that clients see; faults may step it.
    domain::Timestamp now() const { return m_clock.wallNow() + m_faults.clockAhead(); }
    void step();
    RestFate before(const Request &request);
    using Then = std::function<void(RestAnswer)>;
    void process(const Request &request, const RestFate &fate, const Then &then);
    void perform(const Request &request, const RestFate &fate, const std::function<Response()> &work,
        const Then &then);
    void noteChanges();
    void keepScenarios()
    {
        m_keeper->keepBeside(
            StateFile::Beside::Scenarios, QByteArray::fromStdString(m_exchange->market().saveScenarios()));
    }
    void keepControl()
    {
        m_keeper->keepBeside(StateFile::Beside::Control, QByteArray::fromStdString(m_control->save(now())));
    }
    void resumeControl();
    void noteControl(const Request &request);
    std::vector<StreamOutput> takeOutput();
    void flush();
    Result<std::optional<QSslConfiguration>> makeSsl() const;
    std::unique_ptr<StateKeeper> makeKeeper();
    void setShut(bool isShut);
    Result<std::unique_ptr<MarketDriver>> makeMarket();
    Result<std::vector<ApiKey>> makeKeys();
    void notice(NoticeLevel level, const QString &text) { emit m_owner.noticed(level, text); }
    bool isKept() const { return !m_config.dataDirectory.isEmpty() && m_config.replayFiles.isEmpty(); }

    PaperConfig m_config;
    PaperServer &m_owner;
    QThread m_thread;
    domain::SystemClock m_clock;
    Faults m_faults;
    FaultyStreams m_faultyStreams{m_faults};
    domain::Timestamp m_latest; ///< the market's and the engine's time never goes back
    std::unique_ptr<PaperExchange> m_exchange;
    std::unique_ptr<Control> m_control;
    Replay *m_replay = nullptr; ///< the exchange's market where it is one
    std::unique_ptr<RestServer> m_rest;
    std::unique_ptr<StreamServer> m_streams;
    std::unique_ptr<WsApiServer> m_wsApi;
    std::unique_ptr<QTimer> m_timer;
    std::unique_ptr<StateKeeper> m_keeper;
    /// What the streams are to say, by the change that has to be kept before.
    std::deque<std::pair<std::uint64_t, std::vector<StreamOutput>>> m_held;
    bool m_isShut = false;
    domain::Timestamp m_reportedAt;
    bool m_isEndReported = false;
};

Result<std::unique_ptr<MarketDriver>> PaperServer::Worker::makeMarket()
{
    if (m_config.replayFiles.isEmpty()) {
        return std::make_unique<MarketGenerator>(m_config.seed, builtInContracts(), m_config.marketSpeed);
    }
    std::vector<std::string> paths;
    for (const QString &path : m_config.replayFiles) {
        paths.push_back(QFile::encodeName(path).toStdString());
    }
    auto recordings = readRecordings(paths);
    if (!recordings) {
        return tl::unexpected{recordings.error()};
    }
    auto replay = std::make_unique<Replay>(std::move(*recordings), m_config.replaySpeed);
    m_replay = replay.get();
    return replay;
}

Result<std::vector<ApiKey>> PaperServer::Worker::makeKeys()
{
    std::vector<ApiKey> keys;
    for (int number = 1; number <= m_config.accounts; ++number) {
        KeyPair pair{m_config.apiKey, m_config.secret};
        if (number > 1 || pair.key.isEmpty()) {
            auto made = m_config.dataDirectory.isEmpty() ? Result<KeyPair>{randomKeys()}
                                                         : loadOrCreateKeys(m_config.dataDirectory, number);
            if (!made) {
                return tl::unexpected{made.error()};
            }
            pair = *made;
        }
        keys.push_back({pair.key.toStdString(), pair.secret.toStdString(),
            m_config.ed25519PublicKeys.value(number - 1).toStdString(), number});
        if (!keys.back().ed25519PublicKey.empty() && !isEd25519PublicKey(keys.back().ed25519PublicKey)) {
            return failure(ErrorCode::Malformed, "The public key of account " + std::to_string(number) +
                                                     " is not the PEM of an Ed25519 public key.");
        }
    }
    return keys;
}

Result<std::optional<QSslConfiguration>> PaperServer::Worker::makeSsl() const
{
    if (m_config.certificate.isEmpty() && m_config.privateKey.isEmpty()) {
        return std::optional<QSslConfiguration>{};
    }
    const QSslCertificate certificate{m_config.certificate};
    QSslKey key{m_config.privateKey, QSsl::Rsa};
    if (key.isNull()) {
        key = QSslKey{m_config.privateKey, QSsl::Ec};
    }
    if (certificate.isNull() || key.isNull()) {
        return failure(ErrorCode::Malformed, "The certificate or its key is not a PEM that can be used.");
    }
    QSslConfiguration ssl = QSslConfiguration::defaultConfiguration();
    ssl.setLocalCertificate(certificate);
    ssl.setPrivateKey(key);
    return std::optional{ssl};
}

std::unique_ptr<StateKeeper> PaperServer::Worker::makeKeeper()
{
    return std::make_unique<StateKeeper>(isKept() ? m_config.dataDirectory : QString{},
        StateKeeper::Parts{[this] { return m_exchange->saveState(); },
            [this](bool withMarket) { return m_exchange->saveChanges(withMarket); },
            [this] { return m_clock.wallNow(); }, // a clock that steps for clients delays no write
            [this](NoticeLevel level, const QString &text) { notice(level, text); }, [this] { flush(); }});
}

Result<PaperEndpoints> PaperServer::Worker::start()
{
    if (!m_config.dataDirectory.isEmpty() && !QDir{}.mkpath(m_config.dataDirectory)) {
        return failure(ErrorCode::Storage, m_config.dataDirectory.toStdString() + ": cannot be created");
    }
    auto keys = makeKeys();
    if (!keys) {
        return tl::unexpected{keys.error()};
    }
    auto market = makeMarket();
    if (!market) {
        return tl::unexpected{market.error()};
    }
    const auto ssl = makeSsl();
    if (!ssl) {
        return tl::unexpected{ssl.error()};
    }
    m_keeper = makeKeeper();
    const StateFile::Kept kept = m_keeper->load();
    std::vector<std::string> changes;
    std::ranges::transform(kept.changes, std::back_inserter(changes), &QByteArray::toStdString);
    ExchangeConfig config;
    config.startBalance = m_config.startBalance;
    config.key = keys->front();
    config.others.assign(keys->begin() + 1, keys->end());
    config.seed = m_config.seed;
    config.limits = m_config.limits;
    config.streams.needsEvents = m_config.needsEvents;
    m_exchange = std::make_unique<PaperExchange>(std::move(config), std::move(*market));
    m_control = std::make_unique<Control>(
        Control::Parts{*m_exchange, m_faults, m_faultyStreams, m_config.seed, m_config.hasControl},
        keys->front().key);
    resumeControl();
    // A scenario told now takes the place of one that was kept.
    if (const QByteArray scenarios = m_keeper->beside(StateFile::Beside::Scenarios);
        !scenarios.isEmpty() && !m_exchange->market().restoreScenarios(scenarios.toStdString(), now())) {
        m_keeper->setAside(StateFile::Beside::Scenarios, QStringLiteral("it is damaged"));
    }
    const auto beforeMarket = [this] { m_control->beginAgain(now()); };
    if (const auto restored = m_exchange->start(kept.state.toStdString(), now(), changes, beforeMarket);
        !restored) {
        const QString aside = m_keeper->setAside();
        notice(Trouble, QStringLiteral("The paper account could not be restored (%1). Its file was kept as "
                                       "%2; a fresh account is used.")
                            .arg(QString::fromStdString(restored.error().detail), aside));
    }
    for (const Scenario &scenario : m_config.scenarios) {
        if (const auto set = m_exchange->market().setScenario(scenario, m_exchange->engine(), now()); !set) {
            return tl::unexpected{set.error()};
        }
    }
    keepScenarios();
    keepControl();
    m_rest = std::make_unique<RestServer>(
        RestServer::Handler{[this](const Request &request) { return before(request); },
            [this](const Request &request, const RestFate &fate, const Then &then) {
                process(request, fate, then);
            }},
        *ssl);
    m_streams = std::make_unique<StreamServer>(StreamServer::Parts{m_exchange->streams(), m_faultyStreams,
                                                   [this] { return now(); }, [this] { return takeOutput(); }},
        *ssl);
    const quint16 restPort = m_rest->listen(m_config.restPort);
    const quint16 streamPort = m_streams->listen(m_config.streamPort);
    m_wsApi = std::make_unique<WsApiServer>(m_exchange->wsApi(), m_faultyStreams,
        WsApiServer::Handler{[this](const Request &request) { return before(request); },
            [this](const WsApi::Task &task, const RestFate &fate, const Then &then) {
                perform(
                    task.request, fate, [&] { return m_exchange->handle(now(), task); }, then);
            },
            [this] { return now(); }},
        *ssl);
    const quint16 wsApiPort = m_wsApi->listen(m_config.wsApiPort);
    if (restPort == 0 || streamPort == 0 || wsApiPort == 0) {
        stop();
        return failure(ErrorCode::Unreachable, "The paper exchange found no free port on 127.0.0.1.");
    }
    m_timer = std::make_unique<QTimer>();
    m_timer->setTimerType(Qt::PreciseTimer);
    connect(m_timer.get(), &QTimer::timeout, this, &Worker::step);
    m_timer->start(stepPeriod);
    const auto url = [](const char *scheme, quint16 port) {
        return QUrl{QStringLiteral("%1://127.0.0.1:%2").arg(QLatin1StringView{scheme}).arg(port)};
    };
    QUrl wsApi = url(*ssl ? "wss" : "ws", wsApiPort);
    wsApi.setPath(QString::fromUtf8(WsApi::path.data(), static_cast<qsizetype>(WsApi::path.size())));
    PaperEndpoints at{url(*ssl ? "https" : "http", restPort), url(*ssl ? "wss" : "ws", streamPort), wsApi,
        QByteArray::fromStdString(keys->front().key), QByteArray::fromStdString(keys->front().secret), {}};
    for (auto other = keys->begin() + 1; other != keys->end(); ++other) {
        at.others.push_back(
            {QByteArray::fromStdString(other->key), QByteArray::fromStdString(other->secret)});
    }
    return at;
}

RestFate PaperServer::Worker::before(const Request &request)
{
    if (m_config.hasControl && Control::isMeant(request)) {
        return {};
    }
    if (m_config.hasControl) {
        m_control->count(request);
    }
    return m_faults.before(now(), request);
}

void PaperServer::Worker::process(const Request &request, const RestFate &fate, const Then &then)
{
    if (m_config.hasControl && Control::isMeant(request)) {
        RestAnswer answer;
        answer.response = m_control->handle(now(), request);
        noteControl(request);
        m_keeper->whenKept([then, answer = std::move(answer)] { then(answer); });
        return;
    }
    perform(
        request, fate, [&] { return m_exchange->handle(now(), request); }, then);
}

void PaperServer::Worker::perform(
    const Request &request, const RestFate &fate, const std::function<Response()> &work, const Then &then)
{
    if (fate.foreignWeight > 0 || fate.foreignOrders > 0) {
        m_exchange->addForeignLoad(fate.foreignWeight, fate.foreignOrders, now());
    }
    RestAnswer answer = m_faults.after(now(), request, fate, fate.isProcessed ? work() : Response{});
    noteChanges();
    m_keeper->whenKept([then, answer = std::move(answer)]() mutable { then(std::move(answer)); });
}

/// Rules told now take the place of those that were kept.
void PaperServer::Worker::resumeControl()
{
    const QByteArray kept = m_keeper->beside(StateFile::Beside::Control);
    if (kept.isEmpty()) {
        return;
    }
    if (const auto resumed = m_control->resume(kept.toStdString()); !resumed) {
        m_keeper->setAside(StateFile::Beside::Control, QString::fromStdString(resumed.error().detail));
    }
    if (!m_config.faults.empty()) {
        m_faults.resume({});
        m_faults.setEnabled(true);
        for (const FaultRule &rule : m_config.faults) {
            m_faults.add(rule);
        }
    }
}

/// A call of /control/ may have changed something: that is kept before anybody hears of it.
void PaperServer::Worker::noteControl(const Request &request)
{
    if (request.method != "GET") {
        keepScenarios();
        keepControl();
        m_keeper->onChange(); // not all of it is told by an event
    }
    noteChanges();
}

/// A request may have changed something: that is kept before anybody hears of it.
void PaperServer::Worker::noteChanges()
{
    if (m_exchange->takeChanged()) {
        m_keeper->onChange();
    }
    flush();
}

std::vector<StreamOutput> PaperServer::Worker::takeOutput()
{
    std::vector<StreamOutput> fresh = m_exchange->streams().takeOutput();
    if (m_held.empty() && m_keeper->isKept(m_keeper->latest())) {
        return fresh;
    }
    if (!fresh.empty()) {
        m_held.emplace_back(m_keeper->latest(), std::move(fresh));
    }
    std::vector<StreamOutput> ready;
    for (; !m_held.empty() && m_keeper->isKept(m_held.front().first); m_held.pop_front()) {
        std::ranges::move(m_held.front().second, std::back_inserter(ready));
    }
    return ready;
}

void PaperServer::Worker::flush()
{
    if (m_streams) {
        m_streams->flush();
    }
}

/// Nobody can connect any more, or everybody again.
void PaperServer::Worker::setShut(bool isShut)
{
    if (m_isShut != isShut) {
        m_isShut = isShut;
        m_rest->setShut(isShut);
        m_streams->setShut(isShut);
        m_wsApi->setShut(isShut);
    }
}

void PaperServer::Worker::step()
{
    for (const Happening &happening : m_faults.due(now())) {
        carryOut(happening, *m_exchange, m_faultyStreams, now());
    }
    setShut(m_exchange->refusesConnections());
    m_latest = std::max(m_latest, now());
    const domain::Timestamp at = m_latest;
    m_exchange->step(at);
    flush();
    m_wsApi->step();
    if (m_exchange->takeChanged()) {
        m_keeper->onMarketChange();
    }
    m_keeper->step();
    if (m_replay != nullptr && at - m_reportedAt >= replayReportPeriod) {
        m_reportedAt = at;
        const bool atEnd = m_replay->atEnd(at);
        emit m_owner.replayMoved(m_replay->marketTime(at), atEnd);
        if (atEnd && !m_isEndReported) {
            m_isEndReported = true;
            notice(Information, QStringLiteral("The recording is over; prices stand still from here on."));
        }
    }
}

Result<bool> PaperServer::Worker::stop()
{
    m_timer.reset();
    Result<bool> saved = true;
    if (m_exchange) {
        keepControl();                   // with how often its rules struck
        saved = m_keeper->saveNow(true); // and what was waiting for it is answered
    }
    m_rest.reset();
    m_streams.reset();
    m_wsApi.reset();
    m_keeper.reset();
    m_held.clear();
    m_replay = nullptr;
    m_control.reset();
    m_exchange.reset();
    return saved;
}

Result<bool> PaperServer::Worker::reset()
{
    if (!m_exchange) {
        return failure(ErrorCode::Rejected, "The paper exchange is not running.");
    }
    m_exchange->reset(now());
    m_control->beginAgain(now()); // a halt is the symbol's, not the account's
    const auto saved = m_keeper->saveNow(true);
    flush(); // the cancellations
    m_streams->dropAll();
    return saved;
}

void PaperServer::Worker::setFaults(const std::vector<FaultRule> &rules)
{
    m_faults.clear();
    m_faultyStreams.release();
    for (const FaultRule &rule : rules) {
        m_faults.add(rule);
    }
}

void PaperServer::Worker::control(const Request &request, const std::function<void(Result<QByteArray>)> &then)
{
    if (!m_control) {
        return then(failure(ErrorCode::Rejected, "The paper exchange is not running."));
    }
    const Response response = m_control->answer(now(), request);
    noteControl(request);
    m_keeper->whenKept([then, response] {
        response.status == 200 ? then(QByteArray::fromStdString(response.body))
                               : then(failure(ErrorCode::Rejected, response.body));
    });
}

void PaperServer::Worker::dropStreams()
{
    if (m_streams) {
        m_streams->dropAll();
    }
}

void PaperServer::Worker::setReplaySpeed(int speed)
{
    if (m_replay != nullptr) {
        m_replay->setSpeed(speed, now());
    }
}

namespace
{

/// Runs work on the worker's thread; the future has its outcome.
template <class T, class Worker, class Work> QFuture<Result<T>> askWorker(Worker *worker, Work work)
{
    auto promise = std::make_shared<QPromise<Result<T>>>();
    promise->start();
    QMetaObject::invokeMethod(
        worker,
        [promise, work = std::move(work)] {
            promise->addResult(work());
            promise->finish();
        },
        Qt::QueuedConnection);
    return promise->future();
}

} // namespace

PaperServer::PaperServer(PaperConfig config, QObject *parent)
    : QObject{parent},
      m_worker{std::make_unique<Worker>(std::move(config), *this)}
{
}

PaperServer::~PaperServer()
{
    m_worker->runAndWait([this] { m_worker->stop(); });
}

QFuture<Result<PaperEndpoints>> PaperServer::start()
{
    return askWorker<PaperEndpoints>(m_worker.get(), [this] { return m_worker->start(); });
}

QFuture<Result<bool>> PaperServer::stop()
{
    return askWorker<bool>(m_worker.get(), [this] { return m_worker->stop(); });
}

QFuture<Result<bool>> PaperServer::reset()
{
    return askWorker<bool>(m_worker.get(), [this] { return m_worker->reset(); });
}

void PaperServer::setFaults(const std::vector<FaultRule> &rules)
{
    QMetaObject::invokeMethod(
        m_worker.get(), [this, rules] { m_worker->setFaults(rules); }, Qt::QueuedConnection);
}

void PaperServer::setClockAhead(domain::Milliseconds ahead)
{
    QMetaObject::invokeMethod(
        m_worker.get(), [this, ahead] { m_worker->setClockAhead(ahead); }, Qt::QueuedConnection);
}

QFuture<Result<QByteArray>> PaperServer::control(
    const QByteArray &method, const QByteArray &path, const QByteArray &body)
{
    const Request request{method.toStdString(), path.toStdString(), {}, body.toStdString(), {}};
    auto promise = std::make_shared<QPromise<Result<QByteArray>>>();
    promise->start();
    QMetaObject::invokeMethod(
        m_worker.get(),
        [this, promise, request] {
            m_worker->control(request, [promise](const Result<QByteArray> &answer) {
                promise->addResult(answer);
                promise->finish();
            });
        },
        Qt::QueuedConnection);
    return promise->future();
}

void PaperServer::dropStreams()
{
    QMetaObject::invokeMethod(
        m_worker.get(), [this] { m_worker->dropStreams(); }, Qt::QueuedConnection);
}

void PaperServer::setReplaySpeed(int speed)
{
    QMetaObject::invokeMethod(
        m_worker.get(), [this, speed] { m_worker->setReplaySpeed(speed); }, Qt::QueuedConnection);
}

} // namespace paper

#include "paper_server.moc"
