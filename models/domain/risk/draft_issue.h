#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace domain
{

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored                                                                               \
    "-Wshadow" // g++ 12 takes enumerators of an enum class for names of the namespace
/// The field of the order ticket or calculator that an issue belongs to.
enum class DraftField : std::uint8_t {
    Symbol,
    Side,
    Quantity,
    Price,
    TriggerPrice,
    Leverage,
    MarginType,
    ReduceOnly,
    TimeInForce,
    StopPrice,   ///< of the calculator: where the trade is given up
    TargetPrice, ///< of the calculator: where the profit is taken
    TargetShare, ///< of the calculator: per cent of the quantity that a target takes
};
#pragma GCC diagnostic pop

/// Which check of the calculator an issue comes from: what its mend has to make go away.
enum class DraftCheck : std::uint8_t {
    Other,
    PositionMode, ///< hedge and one-way mixed up
    MarginType,
    Leverage, ///< above what the symbol allows, or lowered under an isolated position
    StopSide,
    StopMissing,
    StopFilter, ///< not a price that the exchange takes
    TargetSide,
    TargetFilter,
    TargetShares,
    StopBeyondLiquidation,
    StopNearLiquidation,
    BracketLimit,
    MinNotional,
    PriceFilter,
    QuantityFilter,
    Balance,
    RiskLimit,   ///< the stop loses more than the user's own rules allow
    OrderSize,   ///< a larger order than they allow
    Rules,       ///< more positions, trades or risk with what is held than they allow
    PriceCollar, ///< a limit price farther through the mark than they allow
    TakeBound,   ///< a market order would reach farther from the mark than it may, and the rest expire
};

enum class Severity : std::uint8_t {
    Blocks,  ///< cannot be sent
    Confirm, ///< may be sent once the user has said yes to this very text
};

/// One thing that is wrong with a draft.
struct DraftIssue
{
    DraftField field = DraftField::Quantity;
    int venueCode = 0;      ///< the code the venue would refuse it with, e.g. -4014; 0 where it has none
    std::string text;       ///< one plain sentence: what is wrong and what would mend it
    std::string suggestion; ///< text the field may be set to; empty where there is none
    Severity severity = Severity::Blocks;
    DraftCheck check = DraftCheck::Other;
    int part = 0; ///< which target it is about, from 0
    friend bool operator==(const DraftIssue &, const DraftIssue &) = default;
};
using DraftIssues = std::vector<DraftIssue>;

/// True if nothing in the list forbids sending.
bool maySend(const DraftIssues &issues);

} // namespace domain
