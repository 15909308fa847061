#pragma once

#include "exchange/paper/core/engine.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace paper
{

/// What an account has at one moment: to tell afterwards what came since.
struct AccountMark
{
    std::map<std::pair<Symbol, PositionSide>, Quantity> positions; ///< signed; flat ones are left out
    std::set<std::pair<Symbol, std::int64_t>> orders; ///< open ones; each symbol counts for itself
    std::set<std::int64_t> conditional;               ///< waiting ones
};
AccountMark markOf(const Engine &engine, AccountId account);

/// What was opened since a mark and still stands.
struct Leftovers
{
    struct Position
    {
        Symbol symbol;
        PositionSide positionSide = PositionSide::Both;
        Quantity amount; ///< signed: what is held beyond what was held then
        Money notional;  ///< of it, absolute, at mark
    };
    std::vector<Position> positions;
    /// Orders of that time that nothing from before it needs: placed elsewhere, or on a side of a symbol on
    /// which nothing was held.
    std::vector<OrderRecord> orders;
    std::vector<ConditionalRecord> conditional;

    bool isEmpty() const { return positions.empty() && orders.empty() && conditional.empty(); }
};
/// A position that became smaller, or turned, is not made as it was: only what lies beyond it counts.
Leftovers leftoversSince(const AccountMark &mark, const Engine &engine, AccountId account);
/// Cancels those orders, then closes those positions at the market, as "on the website". told: what is to be
/// closed; what is gone meanwhile, or came after it was told, is left alone. The first refusal of the venue,
/// where there is one; the others are carried out nevertheless.
Result<void> closeLeftovers(
    const Leftovers &told, const AccountMark &mark, Engine &engine, AccountId account, Timestamp now);

} // namespace paper
