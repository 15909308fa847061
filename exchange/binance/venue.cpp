#include "exchange/binance/venue.h"

#include "exchange/binance/answer.h"
#include "exchange/binance/binance_account.h"
#include "exchange/binance/binance_health.h"
#include "exchange/binance/binance_market_data.h"
#include "exchange/binance/binance_trading.h"
#include "exchange/binance/rest_client.h"
#include "exchange/binance/user_stream.h"
#include "models/domain/market/wake_watch.h"

#include <QMetaObject>
#include <QTimer>

#include <fmt/format.h>
#include <sstream>

namespace binance
{

namespace
{

using namespace domain;

constexpr Milliseconds reconcileEvery{60'000};
constexpr Milliseconds reconcileAgain{2'000};
constexpr Milliseconds afterLostOutcome{1'000};
constexpr Milliseconds afterBalancesMoved{3'000}; // in a storm of fills an eighth of the weight limit
constexpr Milliseconds incomeEvery{300'000};
constexpr Milliseconds longestStop{3'000};
constexpr Milliseconds stopPoll{20};
constexpr Milliseconds lookEvery{1'000};
constexpr std::chrono::seconds largestUncertainty{1};
constexpr const char *startNote = "started"; // ms of this machine's clock
// The numbers of a Throttle::PauseState in their order; the end in ms of this machine's clock.
constexpr const char *pauseNote = "pause";

std::string noteOf(const transport::Throttle::PauseState &pause)
{
    if (pause == transport::Throttle::PauseState{}) {
        return {};
    }
    return fmt::format("{} {:d} {} {} {}", toMs(pause.until), pause.isBan, pause.rateLimited,
        pause.firewalled, pause.cancelsLeft);
}

/// What an older note lacks is zero.
transport::Throttle::PauseState pauseOf(const std::string &note)
{
    transport::Throttle::PauseState pause;
    std::int64_t until = 0;
    std::istringstream{note} >> until >> pause.isBan >> pause.rateLimited >> pause.firewalled >>
        pause.cancelsLeft;
    pause.until = timestampFromMs(until);
    return pause;
}

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
          accountTimer{new QTimer{owner}},
          incomeTimer{new QTimer{owner}},
          lookTimer{new QTimer{owner}}
    {
        reconcileTimer->setSingleShot(true);
        accountTimer->setSingleShot(true);
        incomeTimer->setSingleShot(true);
    }

    /// Balances, positions and settings against REST. Then again in a minute.
    void reconcile()
    {
        if (rest->isStopped() || !rest->hasKeys() || std::exchange(isReading, true)) {
            return; // what is being read starts over by itself where the stream has had a gap since
        }
        account->reconcile([this](const Result<bool> &done) {
            isReading = false;
            noteReading(done);
            trading->setClosed(GateCause::Account, done && !account->mayTrade(),
                "The exchange does not let this account or key trade.");
            health->update();
            if (!rest->isStopped()) {
                reconcileTimer->start(done ? reconcileEvery : reconcileAgain);
            }
        });
    }

    /// The first failure of a row is news, and its end.
    void noteReading(const Result<bool> &done)
    {
        if (!done && readFailures++ == 0) {
            emit health->noticed(
                1, QStringLiteral("Balances and positions could not be read and are asked for every %1 s: %2")
                       .arg(reconcileAgain.count() / 1'000)
                       .arg(QString::fromStdString(done.error().detail)));
        } else if (done && readFailures > 1) {
            emit health->noticed(0,
                QStringLiteral("Balances and positions were read after %1 failed tries.").arg(readFailures));
        }
        readFailures = done ? 0 : readFailures;
    }

    void lostStream()
    {
        account->onGap();
        trading->onStreamGap(QStringLiteral("The account's stream is not connected."));
    }

    /// Tells the gate what clock and queue say.
    void watchConditions()
    {
        const auto now = rest->clock().monotonicNow();
        const auto uncertainty = rest->clockOffset().uncertainty(now);
        trading->setClosed(GateCause::Clock, !uncertainty || *uncertainty > largestUncertainty,
            "The exchange's clock is not known well enough to sign; it is being measured.");
        const auto *pump = rest->pump();
        if (pump == nullptr) {
            return;
        }
        const transport::PumpHealth queue = pump->health();
        const bool isPaused = queue.pausedFor.has_value();
        trading->setClosed(GateCause::Pause, isPaused && !queue.isBanned,
            "The exchange asked for a pause of requests.", queue.pausedFor);
        trading->setClosed(GateCause::Ban, isPaused && queue.isBanned,
            "The exchange shuts this address out for now; nothing is sent until it ends.", queue.pausedFor);
        for (const auto &breaker : queue.breakers) {
            if (breaker.name == "orders") {
                trading->setClosed(GateCause::Breaker, breaker.state != transport::Breaker::State::Closed,
                    "New orders are held back: " + breaker.reason + ".");
            }
        }
    }

    void begin(const JournalPast &past)
    {
        if (rest->isStopped()) {
            return;
        }
        // A pause outlives the program: a new start inside it stays silent.
        const auto kept = past.notes.find(pauseNote);
        rest->start(kept == past.notes.end() ? transport::Throttle::PauseState{} : pauseOf(kept->second),
            past.lastWrittenAt);
        // A life that writes nothing else has used the limits as well.
        trading->keepNote(startNote, std::to_string(toMs(rest->clock().wallNow())));
        connect(rest->pump(), &transport::RequestPump::healthChanged, health, [this] { watchConditions(); });
        trading->setClosed(GateCause::SymbolRules, true, "The symbols' rules are being read.");
        market->start();
        health->start();
        watchConditions();
        lookTimer->start(lookEvery);
        if (rest->hasKeys()) {
            user->start();
        } else {
            trading->setClosed(
                GateCause::Keys, true, "No API key is set for this venue; enter one to trade.");
        }
    }

    void look()
    {
        if (const auto why = wakeWatch.observe(rest->clock().monotonicNow(), rest->clock().wallNow())) {
            rest->forgetClock();
            trading->onWakeUp(*why);
            user->reconnect(QString::fromStdString(*why));
        }
        watchConditions();
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
    QTimer *incomeTimer;  ///< what moved the balance since the UTC day began
    QTimer *lookTimer;    ///< clock, queue and the machine's sleep
    WakeWatch wakeWatch;
    bool isReading = false; ///< balances and positions
    int readFailures = 0;   ///< in a row
    bool isStarted = false;
};

void Venue::Parts::connectParts(Venue *owner)
{
    connect(user, &UserStream::received, owner, [this](const StreamEvent &event) {
        trading->onUserEvent(event);
        account->onUserEvent(event);
    });
    connect(user, &UserStream::gapOpened, owner, [this] { lostStream(); });
    connect(user, &UserStream::connected, owner, [this] {
        trading->onStreamUp();
        reconcile();
        incomeTimer->start(afterLostOutcome);
    });
    connect(user, &UserStream::stateChanged, health, &BinanceHealth::update);
    connect(market, &BinanceMarketData::stateChanged, health, &BinanceHealth::update);
    connect(rest, &RestClient::healthChanged, health, &BinanceHealth::update);
    connect(rest, &RestClient::clockKnown, owner, [this] {
        watchConditions();
        trading->recover();
        health->update();
    });
    connect(market, &ports::MarketData::exchangeInfoChanged, owner,
        [this](const ports::ExchangeInfoPtr &info) { trading->setRules(info); });
    connect(lookTimer, &QTimer::timeout, owner, [this] { look(); });
    connect(user, &UserStream::noticed, health, &ports::VenueHealth::noticed);
    connect(market, &BinanceMarketData::noticed, health, &ports::VenueHealth::noticed);
    connect(trading, &BinanceTrading::noticed, health, &ports::VenueHealth::noticed);
    connect(rest, &RestClient::pauseChanged, owner, [this](const transport::Throttle::PauseState &pause) {
        trading->keepNote(pauseNote, noteOf(pause));
    });
    connect(rest, &RestClient::alarmed, owner, [this](const QString &text) {
        trading->setClosed(GateCause::SentTwice, true, text.toStdString());
        emit health->noticed(2, text);
    });
    connect(trading, &BinanceTrading::gateChanged, health, &BinanceHealth::updateSoon);
    connect(
        trading, &BinanceTrading::accountStale, owner, [this] { reconcileTimer->start(afterLostOutcome); });
    // What the user's rules are held against.
    connect(account, &ports::Account::accountChanged, trading, &BinanceTrading::onAccount);
    connect(account, &BinanceAccount::commissionKnown, trading, &BinanceTrading::onCommission);
    connect(market, &ports::MarketData::markPricesChanged, trading, &BinanceTrading::onMarks);
    connect(account, &ports::Account::fundingPaid, owner, [this] { incomeTimer->start(afterBalancesMoved); });
    connect(incomeTimer, &QTimer::timeout, owner, [this] {
        trading->readIncome();
        incomeTimer->start(incomeEvery);
    });
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
        m_parts->trading->load([this](const JournalPast &past) { m_parts->begin(past); });
    });
}

QFuture<bool> Venue::stop()
{
    return ports::onThreadOf(this, [this] {
        const Answer<bool> answer;
        m_parts->trading->stop();
        m_parts->reconcileTimer->stop();
        m_parts->accountTimer->stop();
        m_parts->incomeTimer->stop();
        m_parts->lookTimer->stop();
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

void Venue::accountWasReset()
{
    QMetaObject::invokeMethod(this, [this] {
        m_parts->trading->onAccountReset();
        m_parts->reconcile();
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
