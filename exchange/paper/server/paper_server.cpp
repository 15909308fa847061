#include "exchange/paper/server/paper_server.h"

#include "exchange/paper/core/happenings.h"
#include "exchange/paper/core/replay.h"
#include "exchange/paper/server/control.h"
#include "exchange/paper/server/rest_server.h"
#include "exchange/paper/server/state_file.h"
#include "exchange/paper/server/stream_server.h"
#include "exchange/paper/server/ws_api_server.h"

#include <QDir>
#include <QPromise>
#include <QSslCertificate>
#include <QSslKey>
#include <QThread>
#include <QThreadPool>
#include <QTimer>

#include <atomic>
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
constexpr auto savePeriod = 250ms;    ///< at most so long after a change that no request asked for
constexpr auto retrySavePeriod = 2s;  ///< where saving failed
constexpr auto quietSavePeriod = 60s; ///< where nothing changes, and for prices at most
constexpr auto replayReportPeriod = 500ms;

enum NoticeLevel { Information = 0, Warning = 1, Trouble = 2 };

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
        m_writer.setMaxThreadCount(1); // saves happen one after the other
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
    Result<QByteArray> control(const Request &request);
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
    RestAnswer process(const Request &request, const RestFate &fate);
    RestAnswer process(const WsApi::Task &task, const RestFate &fate);
    RestAnswer perform(const Request &request, const RestFate &fate, const std::function<Response()> &work);
    void keepChanges();
    Result<std::optional<QSslConfiguration>> makeSsl() const;
    void saveSoon();
    Result<bool> saveNow(bool isWhole = false);
    Result<bool> write(const std::function<Result<bool>()> &work);
    std::function<Result<bool>()> nextSave(bool isWhole);
    Result<std::unique_ptr<MarketDriver>> makeMarket();
    Result<std::vector<ApiKey>> makeKeys();
    StateFile::Kept loadState();
    void notice(NoticeLevel level, const QString &text) { emit m_owner.noticed(level, text); }
    bool isKept() const { return !m_config.dataDirectory.isEmpty() && m_config.replayFiles.isEmpty(); }

    PaperConfig m_config;
    PaperServer &m_owner;
    QThread m_thread;
    QThreadPool m_writer;
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
    StateFile m_file{m_config.dataDirectory};
    bool m_hasState = false; ///< in the file, of this run
    domain::Timestamp m_savedAt;
    domain::Timestamp m_marketSavedAt; ///< prices and counters of all symbols
    bool m_isSaveDue = false;
    std::atomic<bool> m_hasSaveFailed{false}; ///< told once, until a save works again
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

StateFile::Kept PaperServer::Worker::loadState()
{
    auto kept = m_file.read();
    if (!kept) {
        const auto aside = m_file.setAside();
        notice(
            Trouble, QStringLiteral("The paper account could not be read (%1). %2 A fresh account is used.")
                         .arg(QString::fromStdString(kept.error().detail),
                             aside ? QStringLiteral("The file was kept as %1.").arg(*aside)
                                   : QString::fromStdString(aside.error().detail)));
        return {};
    }
    if (kept->isLogDamaged) {
        const auto aside = m_file.setLogAside();
        notice(Trouble, QStringLiteral("The latest changes of the paper account are damaged; it stands as it "
                                       "was before them. They were kept as %1.")
                            .arg(aside.value_or(QString{})));
    }
    return std::move(*kept);
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
    const StateFile::Kept kept = isKept() ? loadState() : StateFile::Kept{};
    std::vector<std::string> changes;
    std::ranges::transform(kept.changes, std::back_inserter(changes), &QByteArray::toStdString);
    ExchangeConfig config;
    config.startBalance = m_config.startBalance;
    config.key = keys->front();
    config.others.assign(keys->begin() + 1, keys->end());
    config.seed = m_config.seed;
    config.limits = m_config.limits;
    m_exchange = std::make_unique<PaperExchange>(std::move(config), std::move(*market));
    if (const auto restored = m_exchange->start(kept.state.toStdString(), now(), changes); !restored) {
        const auto aside = m_file.setAside();
        notice(Trouble, QStringLiteral("The paper account could not be restored (%1). Its file was kept as "
                                       "%2; a fresh account is used.")
                            .arg(QString::fromStdString(restored.error().detail), aside.value_or(QString{})));
    }
    for (const Scenario &scenario : m_config.scenarios) {
        if (const auto set = m_exchange->market().setScenario(scenario, m_exchange->engine(), now()); !set) {
            return tl::unexpected{set.error()};
        }
    }
    m_control = std::make_unique<Control>(
        Control::Parts{*m_exchange, m_faults, m_faultyStreams, m_config.seed}, keys->front().key);
    m_rest = std::make_unique<RestServer>(
        RestServer::Handler{[this](const Request &request) { return before(request); },
            [this](const Request &request, const RestFate &fate) { return process(request, fate); }});
    if (*ssl) {
        m_rest->sslSetup((*ssl)->localCertificate(), (*ssl)->privateKey());
    }
    m_streams = std::make_unique<StreamServer>(
        StreamServer::Parts{m_exchange->streams(), m_faultyStreams}, [this] { return now(); }, *ssl);
    const quint16 restPort = m_rest->listen(QHostAddress::LocalHost, m_config.restPort);
    const quint16 streamPort = m_streams->listen(m_config.streamPort);
    m_wsApi = std::make_unique<WsApiServer>(m_exchange->wsApi(),
        WsApiServer::Handler{[this](const Request &request) { return before(request); },
            [this](const WsApi::Task &task, const RestFate &fate) { return process(task, fate); },
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
    m_savedAt = m_marketSavedAt = now();
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

RestAnswer PaperServer::Worker::process(const Request &request, const RestFate &fate)
{
    RestAnswer answer;
    if (m_config.hasControl && Control::isMeant(request)) {
        answer.response = m_control->handle(now(), request);
        keepChanges();
        return answer;
    }
    return perform(request, fate, [&] { return m_exchange->handle(now(), request); });
}

RestAnswer PaperServer::Worker::process(const WsApi::Task &task, const RestFate &fate)
{
    return perform(task.request, fate, [&] { return m_exchange->handle(now(), task); });
}

RestAnswer PaperServer::Worker::perform(
    const Request &request, const RestFate &fate, const std::function<Response()> &work)
{
    if (fate.foreignWeight > 0 || fate.foreignOrders > 0) {
        m_exchange->addForeignLoad(fate.foreignWeight, fate.foreignOrders, now());
    }
    RestAnswer answer = m_faults.after(now(), request, fate, fate.isProcessed ? work() : Response{});
    keepChanges();
    return answer;
}

void PaperServer::Worker::keepChanges()
{
    if (isKept() && m_exchange->takeChanged()) {
        static_cast<void>(saveNow()); // what is confirmed must not be lost
    }
    m_streams->flush();
}

void PaperServer::Worker::step()
{
    for (const Happening &happening : m_faults.due(now())) {
        carryOut(happening, *m_exchange, m_faultyStreams, now());
    }
    m_latest = std::max(m_latest, now());
    const domain::Timestamp at = m_latest;
    m_exchange->step(at);
    m_streams->flush();
    m_wsApi->step();
    m_isSaveDue = m_exchange->takeChanged() || m_isSaveDue;
    const bool hasFailed = m_hasSaveFailed;
    const domain::Milliseconds wait = hasFailed     ? retrySavePeriod
                                      : m_isSaveDue ? savePeriod
                                                    : quietSavePeriod;
    if (isKept() && at - m_savedAt >= wait) {
        saveSoon();
    }
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

/// What has to be put on disk now. The text is made here, where the accounts cannot change meanwhile.
std::function<Result<bool>()> PaperServer::Worker::nextSave(bool isWhole)
{
    m_savedAt = now();
    const bool withMarket = m_savedAt - m_marketSavedAt >= quietSavePeriod;
    if (withMarket || isWhole) {
        m_marketSavedAt = m_savedAt;
    }
    m_isSaveDue = false;
    // After a failure changes are missing in the log; after a start it does not exist yet.
    if (isWhole || m_hasSaveFailed || !m_hasState || m_file.isLogLong()) {
        m_hasState = true;
        return [this, state = m_exchange->saveState()] {
            return m_file.replace(QByteArray::fromStdString(state));
        };
    }
    return [this, change = m_exchange->saveChanges(withMarket)] {
        return m_file.append(QByteArray::fromStdString(change));
    };
}

void PaperServer::Worker::saveSoon()
{
    m_writer.waitForDone(); // it says whether the one before failed
    m_writer.start([this, work = nextSave(false)] { static_cast<void>(write(work)); });
}

Result<bool> PaperServer::Worker::saveNow(bool isWhole)
{
    m_writer.waitForDone(); // older changes must not come later
    return write(nextSave(isWhole));
}

Result<bool> PaperServer::Worker::write(const std::function<Result<bool>()> &work)
{
    auto written = work();
    const bool hadFailed = m_hasSaveFailed.exchange(!written);
    if (!written && !hadFailed) {
        notice(
            Trouble, QStringLiteral("The paper account could not be saved: %1. What happens from now on is "
                                    "lost if the program ends; it is tried again until it works.")
                         .arg(QString::fromStdString(written.error().detail)));
    } else if (written && hadFailed) {
        notice(Information, QStringLiteral("The paper account is saved again."));
    }
    return written;
}

Result<bool> PaperServer::Worker::stop()
{
    m_timer.reset();
    m_rest.reset();
    m_streams.reset();
    m_wsApi.reset();
    m_writer.waitForDone();
    Result<bool> saved = true;
    if (m_exchange && isKept()) {
        saved = saveNow(true);
    }
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
    m_streams->flush(); // the cancellations
    m_streams->dropAll();
    return isKept() ? saveNow(true) : Result<bool>{true};
}

void PaperServer::Worker::setFaults(const std::vector<FaultRule> &rules)
{
    m_faults.clear();
    m_faultyStreams.release();
    for (const FaultRule &rule : rules) {
        m_faults.add(rule);
    }
}

Result<QByteArray> PaperServer::Worker::control(const Request &request)
{
    if (!m_control) {
        return failure(ErrorCode::Rejected, "The paper exchange is not running.");
    }
    const Response response = m_control->answer(now(), request);
    if (isKept() && m_exchange->takeChanged()) {
        static_cast<void>(saveNow());
    }
    m_streams->flush();
    if (response.status != 200) {
        return failure(ErrorCode::Rejected, response.body);
    }
    return QByteArray::fromStdString(response.body);
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
    return askWorker<QByteArray>(m_worker.get(), [this, request] { return m_worker->control(request); });
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
