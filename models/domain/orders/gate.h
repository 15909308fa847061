#pragma once

#include "models/domain/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace domain
{

/// What may leave. Ordered: the higher, the less.
enum class GateState : std::uint8_t {
    Active,     ///< everything
    Reducing,   ///< cancels and orders that can only make a position smaller
    CancelOnly, ///< cancels
    Stopped,    ///< nothing
};
/// "ACTIVE", "REDUCING", "CANCEL_ONLY", "STOPPED".
std::string_view toWord(GateState state);

/// Why the gate is not ACTIVE. Each cause closes it as far as its own row says (gate.cpp).
enum class GateCause : std::uint8_t {
    Starting,       ///< the first comparison with the exchange is not done
    Keys,           ///< no key, or the exchange refuses it
    Account,        ///< the exchange does not let the account trade
    Clock,          ///< the exchange's time is not known well enough to sign
    Stream,         ///< the account's stream has a gap
    Reconciliation, ///< a comparison is due since a gap
    SymbolRules,    ///< exchangeInfo is missing or old
    Journal,        ///< the disk does not take intents
    Breaker,        ///< orders fail too often
    Pause,          ///< 429: the exchange asked for a pause
    Ban,            ///< 418 or 403: complete silence
    WakeUp,         ///< the machine slept or the clock stepped
    Mismatch,       ///< a position that nothing explains
    RefutedProof,   ///< an order we took for never accepted exists, or one exists twice
    SentTwice,      ///< an order left this computer twice
    KillSwitch,     ///< the user stopped opening orders
    RuleLock,       ///< a rule of the user's own is broken
    Stopping,       ///< the program ends
};
inline constexpr std::size_t gateCauseCount = 18;

/// One cause in force.
struct GateClosure
{
    GateCause cause = GateCause::Starting;
    GateState state = GateState::CancelOnly; ///< how far this cause closes
    std::string reason;                      ///< one sentence
    std::optional<Timestamp> until;          ///< the exchange's clock; empty: until the cause ends
    bool needsUser = false;                  ///< it is about money: only a person opens it again
    friend bool operator==(const GateClosure &, const GateClosure &) = default;
};

/// The interlock before every order: the strictest of all causes in force. A plain object.
class Gate
{
public:
    /// A gate begins closed by Starting.
    Gate();

    /// Puts the cause in force or renews its reason. False where nothing changed.
    bool close(GateCause cause, std::string reason, std::optional<Timestamp> until = std::nullopt);
    /// The cause is over. Nothing happens to one that needs the user. False where nothing changed.
    bool open(GateCause cause);
    /// The user has looked at it and lifts it. False where it was not in force.
    bool acknowledge(GateCause cause);
    /// Ends the causes whose time is over. False where nothing changed.
    bool onTime(Timestamp now);
    std::optional<Timestamp> nextDueAt() const;

    GateState state() const;
    bool isClosedBy(GateCause cause) const { return m_closures.contains(cause); }
    /// The reason of the strictest cause; empty while ACTIVE.
    std::string reason() const;
    /// Strictest first.
    std::vector<GateClosure> closures() const;

    bool mayOpen() const { return state() == GateState::Active; }
    bool mayReduce() const { return state() <= GateState::Reducing; }
    bool mayCancel() const { return state() <= GateState::CancelOnly; }

private:
    std::map<GateCause, GateClosure> m_closures;
};

} // namespace domain
