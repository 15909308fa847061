#pragma once

#include "models/domain/risk/stress_desk.h"
#include "models/domain/symbol.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace domain
{

/// What a way closes of one position, and what that brings.
struct ClosedPart
{
    Position position;
    Quantity quantity;
    Price reference;     ///< what the cost is counted against: the mark, or the price of a stop
    Money proceeds;      ///< of the fill in the order book; at the reference where there is no book
    Rate feeRate;        ///< taker
    bool hasBook = true; ///< false: no slippage is counted
    Money slippage() const { return (reference * quantity - proceeds) * signOf(position.side); }
    Money fee() const { return proceeds * feeRate; }
    Money cost() const { return slippage() + fee(); }
};

/// One way to bring a pool of margin back to SAFE.
struct WayBack
{
    enum class Kind : std::uint8_t {
        AddMargin, ///< move available balance into the isolated position
        Reduce,    ///< close part of one position at market, or all of it
        ReduceTwo, ///< close parts of two positions, where that is cheaper than one of them alone
        ReduceAll, ///< close the same share of every position of the cross pool
        AddFunds,  ///< bring money into the cross wallet from outside the futures account
        Stop,      ///< set or move a stop: SAFE once it has filled, and nothing changes before
    };
    Kind kind = Kind::Reduce;
    Position position;               ///< AddMargin, Reduce, Stop
    Money amount;                    ///< AddMargin, AddFunds: what to add, in steps of 0.01
    Money missing;                   ///< AddMargin: part of it that the available balance lacks
    Quantity quantity;               ///< Reduce: the least that does; on the step of market orders
    Rate share;                      ///< Reduce, ReduceAll: part that is closed, 0 to 1
    std::vector<ClosedPart> parts;   ///< what is closed, of each position; the stop: once it has filled
    Price stopPrice;                 ///< Stop: the farthest tick that does
    std::optional<Price> stopBefore; ///< Stop: level of the stop that is moved
    std::string replaces;            ///< Stop: its client order id
    std::vector<NewOrder> orders;    ///< what to send: closing orders only, none above the largest size
    Money cost;                      ///< slippage against the mark (the stop: against its price) and fees
    bool isCostKnown = true;         ///< false: a book is missing, cost holds no slippage of it
    bool isBookThin = false;         ///< a book shows too little: cost is at least this
    Money lossAtStop;                ///< Stop: from the present mark to its fill, cost included
    AccountState after;     ///< the account once done; the stop: once filled, its symbol at its price
    MarginRatio ratioAfter; ///< of the pool; SAFE
    Money maintenanceAfter; ///< maintenance margin of the pool
    RiskLevel accountLevelAfter = RiskLevel::Safe; ///< another pool may still be in trouble
    Money balanceAfter;                            ///< margin balance of the pool
};

/// A pool of margin that is not SAFE, and the ways back.
struct TroubledPool
{
    bool isCross = true;
    std::optional<Position> position; ///< of an isolated pool
    MarginRatio ratio;
    Money maintenance; ///< maintenance margin and …
    Money balance;     ///< … margin balance that the ratio is of
    RiskLevel level = RiskLevel::Safe;
    /// What acts now comes first, cheapest first; what needs money that is not there follows; stops are last.
    std::vector<WayBack> ways;
};

using SymbolSpecs = std::map<Symbol, SymbolSpec>;

/// The pools whose level is at least this, the worst first, each with its ways back to SAFE. Sizes are the
/// least that do (one step less does not), by the very ratio and brackets of the dashboard, with taker fees
/// and the slippage of the books in. A position without a specification has no ways but money.
/// Two positions are mixed where both books are known and that saves at least a hundredth of what the cheaper
/// of the two costs alone; of such pairs of the four largest positions the three cheapest are told.
/// bookDivisor: quantities of the books are divided by it.
/// Sources: product specification 4; reference 10.1, 10.2, 4.3.
std::vector<TroubledPool> waysBack(const StressBasis &basis, const SymbolSpecs &specs,
    RiskLevel atLeast = RiskLevel::High, int bookDivisor = 1);

/// A stop must fire before the pool's ratio has come this far.
inline constexpr Rate latestStopRatio = Rate::fromUnits(900'000'000'000); // 90 %

} // namespace domain
