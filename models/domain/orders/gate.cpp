#include "models/domain/orders/gate.h"

#include <algorithm>
#include <array>

namespace domain
{
namespace
{

struct Row
{
    GateState state;
    bool needsUser;
};

// By GateCause. Source: reliability 5.6: coming back is automatic only for what was never about money.
constexpr std::array<Row, gateCauseCount> rows{{
    {GateState::CancelOnly, false}, // Starting
    {GateState::Stopped, false},    // Keys: nothing can be signed
    {GateState::CancelOnly, false}, // Account
    {GateState::CancelOnly, false}, // Clock: cancels wait for the first good sample
    {GateState::Reducing, false},   // Stream
    {GateState::Reducing, false},   // Reconciliation
    {GateState::Reducing, false},   // SymbolRules
    {GateState::CancelOnly, false}, // Journal: no intent, no order
    {GateState::Reducing, false},   // Breaker
    {GateState::CancelOnly, false}, // Pause
    {GateState::Stopped, false},    // Ban
    {GateState::Reducing, false},   // WakeUp
    {GateState::Reducing, true},    // Mismatch
    {GateState::Reducing, true},    // RefutedProof
    {GateState::Reducing, true},    // SentTwice
    {GateState::Reducing, true},    // KillSwitch
    {GateState::Reducing, false},   // RuleLock: what closes is never locked
    {GateState::CancelOnly, false}, // Stopping
}};

constexpr std::array<std::string_view, 4> stateWords{"ACTIVE", "REDUCING", "CANCEL_ONLY", "STOPPED"};

} // namespace

std::string_view toWord(GateState state)
{
    return stateWords[static_cast<std::size_t>(state)];
}

Gate::Gate()
{
    close(GateCause::Starting, "Balances, positions and orders are being compared with the exchange.");
}

bool Gate::close(GateCause cause, std::string reason, std::optional<Timestamp> until)
{
    const Row &row = rows[static_cast<std::size_t>(cause)];
    GateClosure closure{cause, row.state, std::move(reason), until, row.needsUser};
    const auto [known, isNew] = m_closures.try_emplace(cause, closure);
    if (!isNew && known->second == closure) {
        return false;
    }
    known->second = std::move(closure);
    return true;
}

bool Gate::open(GateCause cause)
{
    return !rows[static_cast<std::size_t>(cause)].needsUser && m_closures.erase(cause) > 0;
}

bool Gate::acknowledge(GateCause cause)
{
    return rows[static_cast<std::size_t>(cause)].needsUser && m_closures.erase(cause) > 0;
}

bool Gate::onTime(Timestamp now)
{
    return std::erase_if(m_closures,
               [now](const auto &entry) { return entry.second.until && *entry.second.until <= now; }) > 0;
}

std::optional<Timestamp> Gate::nextDueAt() const
{
    std::optional<Timestamp> next;
    for (const auto &[cause, closure] : m_closures) {
        if (closure.until && (!next || *closure.until < *next)) {
            next = closure.until;
        }
    }
    return next;
}

GateState Gate::state() const
{
    GateState strictest = GateState::Active;
    for (const auto &[cause, closure] : m_closures) {
        strictest = std::max(strictest, closure.state);
    }
    return strictest;
}

std::string Gate::reason() const
{
    const auto all = closures();
    return all.empty() ? std::string{} : all.front().reason;
}

std::vector<GateClosure> Gate::closures() const
{
    std::vector<GateClosure> all;
    for (const auto &[cause, closure] : m_closures) {
        all.push_back(closure);
    }
    std::ranges::stable_sort(all, std::ranges::greater{}, &GateClosure::state);
    return all;
}

} // namespace domain
