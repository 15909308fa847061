#pragma once

#include "models/domain/order.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace domain
{

// What the order desk tells people.

/// Something that a person should notice at once.
struct Alert
{
    enum class Kind : std::uint8_t {
        Gate,         ///< what may leave changed
        Breaker,      ///< a service is held back, or back again
        Unknown,      ///< an order whose outcome is not known
        Quarantined,  ///< an order that no question settles
        Unprotected,  ///< a position without the stop it should have
        Liquidation,  ///< liquidation, auto-deleveraging, settlement
        LateFill,     ///< an execution after the end, more than ordered, or an order that came back
        Mismatch,     ///< the exchange has what we cannot explain
        Stream,       ///< the account's stream is silent or lost
        Clock,        ///< the exchange's time is not known
        Disk,         ///< the journal cannot be written
        DeadMan,      ///< the dead-man switch fired or could not be renewed
        Emergency,    ///< the outcome of cancelling or flattening
        Rules,        ///< a rule of the user's own is broken, or opening is locked
        Level,        ///< the risk level of the account changed
        Distance,     ///< a position comes near its liquidation price
        PriceReached, ///< a price that was asked for is reached
        DailyLoss,    ///< the day's loss comes near its limit
        Funding,      ///< a large payment is due
    };
    enum class Severity : std::uint8_t { Info, Warning, Critical };
    Kind kind = Kind::Gate;
    Severity severity = Severity::Warning;
    Symbol symbol;             ///< empty: concerns all
    std::string clientOrderId; ///< empty: concerns no single order
    std::string text;          ///< one sentence
    Timestamp at;
    friend bool operator==(const Alert &, const Alert &) = default;
};
/// "GATE", "UNKNOWN", …
std::string_view toWord(Alert::Kind kind);

/// What one comparison with the exchange found.
struct ReconciliationReport
{
    struct Difference
    {
        Symbol symbol;
        std::string clientOrderId; ///< empty for positions
        std::string ours;
        std::string theirs;
        std::string outcome;    ///< what was adopted, or what is being asked
        bool needsUser = false; ///< nothing explains it
        friend bool operator==(const Difference &, const Difference &) = default;
    };
    std::string why; ///< "start", "stream was lost", "every minute", …
    Timestamp startedAt;
    Timestamp endedAt;
    int orders = 0;            ///< open orders compared
    int conditionalOrders = 0; ///< open conditional orders compared
    int positions = 0;         ///< positions compared
    int foreignOrders = 0;     ///< of the orders: placed elsewhere
    std::vector<Difference> differences;
    std::string failure; ///< why it could not be finished; empty where it was
};

/// Getting out: works while the ordinary queue is full, any number of times, and lists what it did.
struct EmergencyAction
{
    enum class Kind : std::uint8_t {
        CancelEntries, ///< every order that could open or enlarge a position; stops and targets stay
        CancelAll,     ///< every order, stops included
        CloseSymbol,   ///< entries of the symbol, then its position at the market, then what is left
        FlattenAll,    ///< opening stopped, then all of that for every symbol
    };
    Kind kind = Kind::CancelEntries;
    Symbol symbol; ///< empty: every symbol; CloseSymbol needs one
    friend bool operator==(const EmergencyAction &, const EmergencyAction &) = default;
};

/// What an emergency action has done so far, order by order.
struct EmergencyReport
{
    struct Step
    {
        enum class State : std::uint8_t { Waiting, Done, Failed };
        Symbol symbol;
        std::string clientOrderId; ///< of the order cancelled or sent
        std::string what;          ///< "cancel BUY 0.05 at 61,200", "close long 0.2"
        State state = State::Waiting;
        std::string text; ///< how it ended
        friend bool operator==(const Step &, const Step &) = default;
    };
    EmergencyAction action;
    Timestamp startedAt;
    Timestamp endedAt; ///< epoch 0 while it runs
    std::vector<Step> steps;
    bool isFinished() const { return endedAt != Timestamp{}; }
};

/// A dead-man switch: the exchange cancels the symbol's orders unless we renew in time.
struct DeadMan
{
    Symbol symbol;
    Timestamp firesAt; ///< unless renewed; epoch 0: not confirmed by the exchange yet
    friend bool operator==(const DeadMan &, const DeadMan &) = default;
};

/// Who asked for something: for the time line and the audit trail.
struct ActionSource
{
    std::string where; ///< "ticket button", "key F9", "chart", "bracket 0012"
    Timestamp at;      ///< the exchange's clock
};

/// An entry and what protects it. Quantities follow what is filled.
struct BracketPlan
{
    struct Target
    {
        Price price;
        Rate share; ///< of the filled quantity, a fraction; all shares together at most 1
        friend bool operator==(const Target &, const Target &) = default;
    };
    NewOrder entry;
    Price stopTrigger; ///< the protective stop is a STOP_MARKET, reduce-only
    WorkingType workingType = WorkingType::MarkPrice;
    std::vector<Target> targets; ///< limit orders, reduce-only; may be empty
    friend bool operator==(const BracketPlan &, const BracketPlan &) = default;
};

} // namespace domain
