#include "exchange/binance/venue.h"

#include "exchange/binance/answer.h"
#include "exchange/binance/binance_account.h"
#include "exchange/binance/binance_health.h"
#include "exchange/binance/binance_market_data.h"
#include "exchange/binance/binance_trading.h"
#include "exchange/binance/rest_client.h"
#include "exchange/binance/user_stream.h"

#include <QMetaObject>
#include <QTimer>

namespace binance
{

namespace
{

using namespace domain;

constexpr Milliseconds reconcileEvery{60'000};
constexpr Milliseconds reconcileAgain{2'000};
constexpr Milliseconds afterLostOutcome{1'000};
constexpr Milliseconds afterBalancesMoved{3'000}; // in a storm of fills an eighth of the weight limit
constexpr Milliseconds longestStop{3'000};
constexpr Milliseconds stopPoll{20};

} // namespace

struct Venue::Parts
{
    Parts(Venue *owner, Endpoints endpoints, std::shared_ptr<Signer> signer, std::string apiKey,
        ports::Journal &journal, const Clock &clock)
        : rest{new RestClient{std::move(endpoints), std::move(signer), std::move(apiKey), clock, owner}},
          market{new BinanceMarketData{*rest, owner}},
          trading{new BinanceTrading{*rest, journal, owner}},
          account{new BinanceAccount{*rest, owner}},
          user{new UserStream{*rest, owner}},
          health{new BinanceHealth{*rest, *market, *user, *account, *trading, owner}},
          reconcileTimer{new QTimer{owner}},
          accountTimer{new QTimer{owner}}
    {
        reconcileTimer->setSingleShot(true);
        accountTimer->setSingleShot(true);
    }

    /// Everything of the account against REST: positions, balances, orders. Then again in a minute.
    void reconcile()
    {
        if (rest->isStopped() || !rest->hasKeys() || isReconciling) {
            isReconcileWanted = isReconciling;
            return;
        }
        isReconciling = true;
        account->reconcile([this](const Result<bool> &accountDone) {
            if (!accountDone) {
                return reconciled(accountDone);
            }
            trading->reconcile([this](const Result<bool> &ordersDone) { reconciled(ordersDone); });
        });
    }

    void reconciled(const Result<bool> &done)
    {
        isReconciling = false;
        if (!done) {
            emit health->noticed(
                1, QStringLiteral("The comparison with the exchange failed and is tried again: %1")
                       .arg(QString::fromStdString(done.error().detail)));
        }
        health->setReconciled(done.has_value() && !isReconcileWanted);
        if (rest->isStopped()) {
            return;
        }
        if (std::exchange(isReconcileWanted, false)) {
            return reconcile();
        }
        reconcileTimer->start(done ? reconcileEvery : reconcileAgain);
    }

    void lostStream()
    {
        account->onGap();
        health->setReconciled(false);
        isReconcileWanted = isReconciling; // the one under way began before the gap
    }

    void connectParts(Venue *owner);

    RestClient *rest;
    BinanceMarketData *market;
    BinanceTrading *trading;
    BinanceAccount *account;
    UserStream *user;
    BinanceHealth *health;
    QTimer *reconcileTimer;
    QTimer *accountTimer; ///< the available balance, soon after balances moved
    bool isStarted = false;
    bool isReconciling = false;
    bool isReconcileWanted = false;
};

void Venue::Parts::connectParts(Venue *owner)
{
    connect(user, &UserStream::received, owner, [this](const StreamEvent &event) {
        trading->onUserEvent(event);
        account->onUserEvent(event);
    });
    connect(user, &UserStream::gapOpened, owner, [this] { lostStream(); });
    connect(user, &UserStream::connected, owner, [this] { reconcile(); });
    connect(user, &UserStream::stateChanged, health, &BinanceHealth::update);
    connect(market, &BinanceMarketData::stateChanged, health, &BinanceHealth::update);
    connect(rest, &RestClient::healthChanged, health, &BinanceHealth::update);
    connect(rest, &RestClient::clockKnown, health, &BinanceHealth::update);
    connect(user, &UserStream::noticed, health, &ports::VenueHealth::noticed);
    connect(market, &BinanceMarketData::noticed, health, &ports::VenueHealth::noticed);
    connect(trading, &BinanceTrading::noticed, health, &ports::VenueHealth::noticed);
    connect(
        rest, &RestClient::alarmed, health, [this](const QString &text) { emit health->noticed(2, text); });
    connect(
        trading, &BinanceTrading::outcomeLost, owner, [this] { reconcileTimer->start(afterLostOutcome); });
    connect(
        trading, &BinanceTrading::marginMoved, owner, [this] { reconcileTimer->start(afterLostOutcome); });
    connect(trading, &BinanceTrading::leverageChanged, account, &BinanceAccount::setLeverage);
    connect(trading, &BinanceTrading::marginTypeChanged, account, &BinanceAccount::setMarginType);
    connect(trading, &BinanceTrading::hedgeModeChanged, account, &BinanceAccount::setHedgeMode);
    connect(account, &BinanceAccount::balancesMoved, owner, [this] {
        if (!accountTimer->isActive()) {
            accountTimer->start(afterBalancesMoved);
        }
    });
    connect(accountTimer, &QTimer::timeout, account, [this] { account->reconcile([](const auto &) {}); });
    connect(reconcileTimer, &QTimer::timeout, owner, [this] { reconcile(); });
}

Venue::Venue(Endpoints endpoints, std::shared_ptr<Signer> signer, std::string apiKey, ports::Journal &journal,
    const Clock &clock, QObject *parent)
    : QObject{parent},
      m_parts{std::make_unique<Parts>(
          this, std::move(endpoints), std::move(signer), std::move(apiKey), journal, clock)}
{
    m_parts->connectParts(this);
}

Venue::~Venue() = default;

void Venue::start()
{
    QMetaObject::invokeMethod(this, [this] {
        if (std::exchange(m_parts->isStarted, true)) {
            return;
        }
        m_parts->rest->start();
        m_parts->market->start();
        m_parts->health->start();
        if (m_parts->rest->hasKeys()) {
            m_parts->trading->recover();
            m_parts->user->start();
        }
    });
}

QFuture<bool> Venue::stop()
{
    return ports::onThreadOf(this, [this] {
        const Answer<bool> answer;
        m_parts->trading->stop();
        m_parts->reconcileTimer->stop();
        m_parts->accountTimer->stop();
        m_parts->user->stop();
        m_parts->market->stop();
        m_parts->rest->stop();
        m_parts->health->stop();
        auto *poll = new QTimer{this};
        const auto deadline = m_parts->rest->clock().monotonicNow() + longestStop;
        connect(poll, &QTimer::timeout, this, [this, poll, deadline, answer] {
            if (m_parts->rest->pendingCount() == 0 || m_parts->rest->clock().monotonicNow() >= deadline) {
                poll->deleteLater();
                answer(true);
            }
        });
        poll->start(stopPoll);
        return answer.future();
    });
}

const Endpoints &Venue::endpoints() const
{
    return m_parts->rest->endpoints();
}

bool Venue::hasKeys() const
{
    return m_parts->rest->hasKeys();
}

ports::MarketData &Venue::marketData()
{
    return *m_parts->market;
}

ports::Trading &Venue::trading()
{
    return *m_parts->trading;
}

ports::Account &Venue::account()
{
    return *m_parts->account;
}

ports::VenueHealth &Venue::health()
{
    return *m_parts->health;
}

} // namespace binance
