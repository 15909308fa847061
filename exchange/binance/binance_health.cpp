#include "exchange/binance/binance_health.h"

#include <chrono>

namespace binance
{

using namespace domain;
using ports::HealthState;

namespace
{

constexpr Milliseconds period{500};

ports::StreamHealth streamHealth(const QString &name, const transport::StreamSocket *socket)
{
    using State = ports::StreamHealth::State;
    ports::StreamHealth health;
    health.name = name;
    if (socket == nullptr) {
        return health;
    }
    switch (socket->state()) {
    case transport::StreamState::Idle:
        health.state = State::Idle;
        break;
    case transport::StreamState::Connecting:
        health.state = State::Connecting;
        break;
    case transport::StreamState::Connected:
        health.state = State::Connected;
        break;
    case transport::StreamState::Stale:
        health.state = State::Stale;
        break;
    case transport::StreamState::Waiting:
        health.state = State::Waiting;
        break;
    }
    health.subscriptions = socket->subscriptions();
    health.messages = socket->messages();
    health.reconnects = socket->reconnects();
    health.silentFor = socket->silentFor();
    health.roundTrip = socket->roundTrip();
    health.retryIn = socket->retryIn();
    health.reason = socket->reason();
    return health;
}

ports::BreakerHealth::State breakerState(transport::Breaker::State state)
{
    switch (state) {
    case transport::Breaker::State::Closed:
        return ports::BreakerHealth::State::Closed;
    case transport::Breaker::State::HalfOpen:
        return ports::BreakerHealth::State::HalfOpen;
    case transport::Breaker::State::Open:
        break;
    }
    return ports::BreakerHealth::State::Open;
}

void addPump(HealthState &health, const transport::PumpHealth &pump)
{
    for (const auto &budget : pump.budgets) {
        health.budgets.push_back({QString::fromStdString(budget.name), budget.used, budget.limit,
            budget.reserved, budget.foreign, budget.resetsIn});
    }
    for (const auto &breaker : pump.breakers) {
        health.breakers.push_back({QString::fromStdString(breaker.name), breakerState(breaker.state),
            QString::fromStdString(breaker.reason), breaker.retryIn});
    }
    for (const auto &queue : pump.queues) {
        health.queues.push_back({QString::fromStdString(queue.name), queue.length, queue.bound});
    }
    health.pausedFor = pump.pausedFor;
    health.isBanned = pump.isBanned;
    health.emergencyCancels = pump.emergencyCancelsLeft;
}

} // namespace

BinanceHealth::BinanceHealth(const RestClient &rest, const BinanceMarketData &market, const UserStream &user,
    const BinanceAccount &account, const BinanceTrading &trading, QObject *parent)
    : ports::VenueHealth{parent},
      m_rest{rest},
      m_market{market},
      m_user{user},
      m_account{account},
      m_trading{trading},
      m_timer{new QTimer{this}},
      m_soon{new QTimer{this}}
{
    m_soon->setSingleShot(true);
    connect(m_timer, &QTimer::timeout, this, &BinanceHealth::update);
    connect(m_soon, &QTimer::timeout, this, &BinanceHealth::update);
    m_published = std::make_shared<const HealthState>();
}

ports::HealthPtr BinanceHealth::state() const
{
    const std::lock_guard lock{m_publishedMutex};
    return m_published;
}

void BinanceHealth::start()
{
    m_isStopped = false;
    m_timer->start(period);
    update();
}

void BinanceHealth::stop()
{
    m_isStopped = true;
    m_timer->stop();
    m_soon->stop();
}

void BinanceHealth::updateSoon()
{
    if (!m_isStopped && !m_soon->isActive()) {
        m_soon->start(Milliseconds{0});
    }
}

void BinanceHealth::update()
{
    if (m_isStopped) {
        return;
    }
    auto health = std::make_shared<HealthState>();
    health->streams = {streamHealth(nameOf(StreamRoute::Public), m_market.socket(StreamRoute::Public)),
        streamHealth(nameOf(StreamRoute::Market), m_market.socket(StreamRoute::Market))};
    if (m_rest.hasKeys()) {
        health->streams.push_back(streamHealth(nameOf(StreamRoute::Private), m_user.socket()));
    }
    if (const auto *pump = m_rest.pump()) {
        addPump(*health, pump->health());
    }
    const auto now = m_rest.clock().monotonicNow();
    health->clockOffset = m_rest.clockOffset().offsetTo(m_rest.clock().wallNow(), now);
    if (const auto uncertainty = m_rest.clockOffset().uncertainty(now)) {
        health->clockUncertainty = std::chrono::ceil<Milliseconds>(*uncertainty);
    }
    const OrderDesk &desk = m_trading.desk();
    health->gate = desk.gate().state();
    health->closures = desk.gate().closures();
    health->venueNow = m_rest.serverNow();
    health->deadMen = desk.deadMen();
    health->unknownOrders = desk.unknownCount();
    health->openOrders = desk.openCount();
    health->lastCommit = m_trading.lastCommit();
    health->tradeBlockedReason = blockedReason();
    health->canTrade = health->tradeBlockedReason.isEmpty();
    {
        const std::lock_guard lock{m_publishedMutex};
        m_published = health;
    }
    emit healthChanged(health);
}

QString BinanceHealth::blockedReason() const
{
    if (!m_rest.hasKeys()) {
        return QStringLiteral("No API key is set for this venue; enter one to trade.");
    }
    const Gate &gate = m_trading.desk().gate();
    if (!gate.mayOpen()) {
        return QString::fromStdString(gate.reason());
    }
    if (!m_account.isReconciled()) {
        return QStringLiteral("Balances and positions are being read.");
    }
    return {};
}

} // namespace binance
