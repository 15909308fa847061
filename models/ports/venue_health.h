#pragma once

#include "models/domain/orders/desk_reports.h"
#include "models/domain/orders/gate.h"
#include "models/domain/result.h"
#include "models/domain/time.h"

#include <QObject>
#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace ports
{

/// One socket to the venue.
struct StreamHealth
{
    enum class State : std::uint8_t { Idle, Connecting, Connected, Stale, Waiting };
    QString name; ///< "public", "market", "private"
    State state = State::Idle;
    int subscriptions = 0;
    std::int64_t messages = 0;
    int reconnects = 0;
    std::optional<domain::Milliseconds> silentFor; ///< since the last message
    std::optional<domain::Milliseconds> roundTrip; ///< last ping to pong
    std::optional<domain::Milliseconds> retryIn;   ///< Waiting: until the next try
    QString reason;                                ///< why it is not Connected
};

/// One limiter of the venue as far as we know its use.
struct BudgetHealth
{
    QString name; ///< "weight 1m", "orders 10s", "orders 1m"
    std::int64_t used = 0;
    std::int64_t limit = 0;
    std::int64_t reserved = 0; ///< part of limit kept for cancels and closing orders
    std::int64_t foreign = 0;  ///< part of used that other programs at this address used
    domain::Milliseconds resetsIn{0};
};

struct BreakerHealth
{
    enum class State : std::uint8_t { Closed, Open, HalfOpen };
    QString name; ///< "orders", "queries"
    State state = State::Closed;
    QString reason;
    std::optional<domain::Milliseconds> retryIn;
};

struct QueueHealth
{
    QString name; ///< "cancel", "reduce", "resolve", "open", "market", "history"
    int length = 0;
    int bound = 0;
};

/// One picture of the connection for people and for the order path's interlocks.
struct HealthState
{
    std::vector<StreamHealth> streams;
    std::vector<BudgetHealth> budgets;
    std::vector<BreakerHealth> breakers;
    std::vector<QueueHealth> queues;
    std::optional<domain::Milliseconds> clockOffset;      ///< venue minus this machine
    std::optional<domain::Milliseconds> clockUncertainty; ///< half the round trip of the best sample
    std::optional<domain::Milliseconds> pausedFor;        ///< 429, 418: until requests go out again
    bool isBanned = false;                                ///< the pause is a ban: nothing at all goes out
    int emergencyCancels = 0;                             ///< cancels that may still go out in this pause
    domain::GateState gate = domain::GateState::CancelOnly;
    std::vector<domain::GateClosure> closures; ///< why, strictest first; empty while ACTIVE
    domain::Timestamp venueNow;           ///< the exchange's clock, for countdowns of closures and switches
    std::vector<domain::DeadMan> deadMen; ///< armed switches
    int unknownOrders = 0;
    int openOrders = 0;
    std::optional<domain::Milliseconds> lastCommit; ///< how long the journal's last commit took
    bool canTrade = false;                          ///< keys accepted, clock known, account reconciled
    QString tradeBlockedReason;                     ///< one sentence while canTrade is false
};
using HealthPtr = std::shared_ptr<const HealthState>;

/// Says how the connection is. Signals at most twice a second, and at once on a change of state.
class VenueHealth : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    virtual HealthPtr state() const = 0;

signals:
    void healthChanged(const ports::HealthPtr &state);
    /// A sentence for the log panel: reconnects, refusals, resyncs. level: 0 info, 1 warning, 2 error.
    void noticed(int level, const QString &text);
};

} // namespace ports
