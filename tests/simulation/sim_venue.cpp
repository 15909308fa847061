#include "tests/simulation/sim_venue.h"

#include "exchange/paper/core/simple_market.h"

namespace simulation
{

using namespace domain;
using namespace std::chrono_literals;

namespace
{

constexpr Milliseconds stepEvery = 100ms;
constexpr std::size_t symbolCount = 4;
constexpr std::int64_t startBalance = 100'000'000;

paper::ExchangeConfig configOf(std::uint64_t seed)
{
    paper::ExchangeConfig config;
    config.startBalance = Money::of(startBalance);
    config.key = {SimVenue::apiKey, SimVenue::secret, {}};
    config.seed = seed;
    config.engine.insuranceFund = Money::of(1'000'000'000);
    config.engine.triggerDelay = 20ms;
    return config;
}

} // namespace

const char *const SimVenue::apiKey = "SIMULATION0key0SIMULATION0key0SIMULATION0key0SIMULATION0key01234";
const char *const SimVenue::secret = "simulation-secret";

SimVenue::SimVenue(Timeline &timeline, paper::Faults faults, LineRules line, std::uint64_t seed, Watch watch)
    : m_timeline{timeline},
      m_faults{std::move(faults)},
      m_line{line},
      m_dice{seed},
      m_watch{std::move(watch)},
      m_exchange{std::make_unique<paper::PaperExchange>(configOf(seed),
          std::make_unique<paper::SimpleMarket>(symbolCount, paper::SimpleMarketConfig{.seed = seed}))},
      m_streams{m_faults}
{
    m_exchange->setObserver([this](const paper::Event &event) { m_watch.happened(event); });
    (void)m_exchange->start({}, venueNow());
    tick();
    planOutage();
}

Timestamp SimVenue::venueNow() const
{
    const auto passed = std::chrono::floor<Milliseconds>(m_timeline.now().time_since_epoch());
    return timestampFromMs(startMs) + passed + m_faults.clockAhead();
}

std::vector<Symbol> SimVenue::symbols() const
{
    std::vector<Symbol> names;
    for (const paper::Contract &contract : m_exchange->market().contracts()) {
        names.push_back(contract.spec.symbol);
    }
    return names;
}

MonotonicClock::duration SimVenue::latency()
{
    const bool isSlow = !m_isCalm && m_dice.chance(m_line.slowShare);
    const Milliseconds most = isSlow ? m_line.slowest : m_line.longest;
    return std::chrono::microseconds{m_dice.between(
        std::chrono::microseconds{m_line.shortest}.count(), std::chrono::microseconds{most}.count())};
}

void SimVenue::setCalm(bool isCalm)
{
    m_isCalm = isCalm;
    m_faults.setEnabled(!isCalm);
    if (isCalm) {
        m_streams.release();
        m_downUntil = m_timeline.now();
    }
}

void SimVenue::tick()
{
    const Timestamp now = venueNow();
    for (const paper::Happening &happening : m_faults.due(now)) {
        paper::carryOut(happening, *m_exchange, m_streams, now);
        m_exchange->settle(now);
    }
    m_exchange->step(now);
    pumpStreams();
    m_timeline.after(stepEvery, [this] { tick(); });
}

void SimVenue::planOutage()
{
    if (m_line.outageEvery <= 0ms) {
        return;
    }
    m_timeline.after(Milliseconds{m_dice.between(1, 2 * m_line.outageEvery.count())}, [this] {
        if (!m_isCalm) {
            ++m_outages;
            m_downUntil = m_timeline.now() + Milliseconds{m_dice.between(100, m_line.outageMost.count())};
            closeAll();
        }
        planOutage();
    });
}

void SimVenue::closeAll()
{
    while (!m_connections.empty()) {
        const auto entry = m_connections.begin();
        const auto closed = entry->second.listener.closed;
        m_exchange->streams().close(entry->first);
        m_streams.close(entry->first);
        m_connections.erase(entry);
        m_timeline.after(latency(), closed);
    }
}

void SimVenue::forgetClient()
{
    ++m_client;
    for (const auto &[id, connection] : m_connections) {
        m_exchange->streams().close(id);
        m_streams.close(id);
    }
    m_connections.clear();
}

// ---- REST

void SimVenue::request(const paper::Request &request, Answer answer)
{
    const Answer guarded = [this, client = m_client, answer = std::move(answer)](
                               const transport::HttpAnswer &result) {
        if (client == m_client) {
            answer(result);
        }
    };
    if (isDown()) {
        // Half of it is refused at once; the other half disappears with what it carries.
        if (m_dice.chance(0.5)) {
            m_timeline.after(latency(), [this, guarded] { cut(guarded, false); });
        } else {
            m_timeline.after(latency() + 2s, [this, guarded] { cut(guarded, true); });
        }
        return;
    }
    m_timeline.after(latency(), [this, request, guarded] { arrive(request, guarded); });
}

void SimVenue::cut(const Answer &answer, bool mayHaveArrived)
{
    transport::HttpAnswer lost;
    lost.failure = mayHaveArrived ? transport::HttpFailure::Disconnected : transport::HttpFailure::NotSent;
    lost.mayHaveArrived = mayHaveArrived;
    lost.sentCount = mayHaveArrived ? 1 : 0;
    lost.errorText = QStringLiteral("the connection was cut");
    answer(lost);
}

void SimVenue::arrive(const paper::Request &request, const Answer &answer)
{
    m_watch.arrived(request);
    const paper::RestFate fate = m_faults.before(venueNow(), request);
    if (fate.holdBack > 0ms) {
        m_timeline.after(fate.holdBack, [this, request, fate, answer] { process(request, fate, answer); });
    } else {
        process(request, fate, answer);
    }
}

void SimVenue::process(const paper::Request &request, const paper::RestFate &fate, const Answer &answer)
{
    const Timestamp now = venueNow();
    if (fate.foreignWeight != 0 || fate.foreignOrders != 0) {
        m_exchange->addForeignLoad(fate.foreignWeight, fate.foreignOrders, now);
        m_watch.foreignLoad();
    }
    paper::Response response;
    if (fate.isProcessed) {
        response = m_exchange->handle(now, request);
        m_watch.processed(request, response);
        pumpStreams();
    }
    const paper::RestAnswer result = m_faults.after(now, request, fate, std::move(response));
    for (const paper::Happening &happening : m_faults.due(now)) {
        paper::carryOut(happening, *m_exchange, m_streams, now);
        m_exchange->settle(now);
        pumpStreams();
    }
    if (result.delay > 0ms) {
        m_timeline.after(result.delay, [this, result, answer] { reply(result, answer); });
    } else {
        reply(result, answer);
    }
}

void SimVenue::reply(const paper::RestAnswer &result, const Answer &answer)
{
    if (result.isCut || result.cutAt || isDown()) {
        m_timeline.after(latency(), [this, answer] { cut(answer, true); });
        return;
    }
    auto http = std::make_shared<transport::HttpAnswer>();
    http->status = result.response.status;
    http->body = QByteArray::fromStdString(result.response.body);
    for (const auto &[name, value] : result.response.headers) {
        http->headers.emplace_back(QByteArray::fromStdString(name), QByteArray::fromStdString(value));
    }
    http->sentCount = 1;
    http->mayHaveArrived = true;
    constexpr int firstRedirect = 300;
    constexpr int lastRedirect = 399;
    if (http->status >= firstRedirect && http->status <= lastRedirect) {
        http->failure = transport::HttpFailure::Redirected;
    }
    m_timeline.after(latency(), [http, answer] { answer(*http); });
}

// ---- streams

paper::ConnectionId SimVenue::connect(std::string path, std::string query, Listener listener)
{
    const paper::ConnectionId id = ++m_lastConnection;
    const std::uint64_t client = m_client;
    m_timeline.after(latency(), [this, id, client, path = std::move(path), query = std::move(query),
                                    listener = std::move(listener)]() mutable {
        if (client != m_client) {
            return;
        }
        if (isDown() || !m_exchange->streams().open(id, path, query, venueNow())) {
            listener.closed();
            return;
        }
        const auto opened = listener.opened;
        m_connections[id] = Connection{std::move(listener), {}};
        opened();
        pumpStreams();
    });
    return id;
}

void SimVenue::disconnect(paper::ConnectionId id)
{
    if (m_connections.erase(id) > 0) {
        m_exchange->streams().close(id);
        m_streams.close(id);
    }
}

void SimVenue::say(paper::ConnectionId id, std::string text)
{
    m_timeline.after(latency(), [this, id, text = std::move(text)] {
        if (m_connections.contains(id) && !isDown()) {
            m_exchange->streams().onText(id, text, venueNow());
            pumpStreams();
        }
    });
}

void SimVenue::ping(paper::ConnectionId id, std::function<void()> pong)
{
    m_timeline.after(latency() * 2, [this, id, pong = std::move(pong)] {
        if (m_connections.contains(id) && !m_streams.isSilent(id) && !isDown()) {
            pong();
        }
    });
}

void SimVenue::pumpStreams()
{
    for (paper::StreamOutput &output : m_streams.pass(venueNow(), m_exchange->streams().takeOutput())) {
        const auto found = m_connections.find(output.to);
        if (found == m_connections.end()) {
            continue;
        }
        Connection &connection = found->second;
        Monotonic at = m_timeline.now() + latency();
        at = std::max(at, connection.lastDeliveryAt);
        connection.lastDeliveryAt = at;
        const paper::ConnectionId id = output.to;
        if (!output.text.empty()) {
            m_timeline.at(at, [this, id, text = std::move(output.text)] {
                if (const auto still = m_connections.find(id); still != m_connections.end()) {
                    const auto listener = still->second.listener.text;
                    listener(text);
                }
            });
        }
        if (output.close) {
            m_timeline.at(at, [this, id] {
                if (const auto still = m_connections.find(id); still != m_connections.end()) {
                    const auto closed = still->second.listener.closed;
                    disconnect(id);
                    closed();
                }
            });
        }
    }
}

} // namespace simulation
