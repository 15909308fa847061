#pragma once

#include "exchange/transport/backoff.h"
#include "models/domain/result.h"
#include "models/domain/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace binance
{

/// When a listen key is made, kept alive and replaced: it lives for an hour, is renewed every 25 minutes, and
/// neither the schedule nor the venue's notice of its end is trusted alone (reference 7.1, reliability 5.5).
/// A plain object; at most one request is under way.
class ListenKeyKeeper
{
public:
    struct AskKey ///< POST listenKey, then onKey()
    {
    };
    struct KeepAlive ///< PUT listenKey, then onKeptAlive()
    {
    };
    /// Connect with this key. isSame: it is the one before; the connection has to be made anew all the same.
    struct UseKey
    {
        std::string key;
        bool isSame = false;
    };
    /// From here on events may be missing.
    struct KeyLost
    {
        std::string why;
    };
    using Effect = std::variant<AskKey, KeepAlive, UseKey, KeyLost>;
    using Effects = std::vector<Effect>;

    explicit ListenKeyKeeper(std::uint64_t seed);

    Effects start(domain::Monotonic now);
    void stop();
    Effects onKey(domain::Monotonic now, const domain::Result<std::string> &key);
    Effects onKeptAlive(domain::Monotonic now, const domain::Result<std::string> &key);
    /// listenKeyExpired; it may come twice.
    Effects onExpired(domain::Monotonic now);
    /// A connection by the key is open. Where it is not the first by a new key, the key may have ended while
    /// nobody was connected to hear it, and the connection would be silent: it is kept alive at once.
    Effects onConnected();
    Effects onTime(domain::Monotonic now);
    std::optional<domain::Monotonic> wakeAt() const;

private:
    enum class Step : std::uint8_t { Stopped, Asking, AskLater, Holding, KeepingAlive };
    Effects replace(domain::Monotonic now, std::string why);

    Step m_step = Step::Stopped;
    std::string m_key;
    bool m_isNew = false;        ///< not yet connected by
    domain::Monotonic m_dueAt{}; ///< AskLater, Holding
    int m_failures = 0;          ///< of keeping alive, in a row
    transport::Backoff m_backoff;
};

} // namespace binance
