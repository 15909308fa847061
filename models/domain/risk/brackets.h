#pragma once

#include "models/domain/symbol.h"

#include <map>

namespace domain
{

/// Leverage tables by symbol. A symbol that is missing here is served by defaultBrackets().
using BracketTables = std::map<Symbol, LeverageBrackets>;

/// The table that stands in where the exchange gives none: five rows, 125x at 0.4 % up to 10x at 5 % without
/// an upper end. Source: product specification, section 4 (the older BTCUSDT table).
const LeverageBrackets &defaultBrackets();

/// The symbol's own table, or defaultBrackets() where there is none.
const LeverageBrackets &bracketsOf(const BracketTables &tables, const Symbol &symbol);

/// The row that holds the notional: floor < notional <= cap, 0 in the first row, the last row above its cap.
/// notional: quote asset, absolute. An empty table stands for defaultBrackets().
const LeverageBracket &bracketFor(const LeverageBrackets &table, Money notional);
void bracketFor(LeverageBrackets &&table, Money notional) = delete; // the row goes with the table

/// Largest notional that may be held at a leverage: the largest cap among rows that allow it (the wire's
/// maxNotionalValue); 0 where no row allows it.
Money maxNotionalAt(const LeverageBrackets &table, int leverage);

/// Highest leverage for a notional; 0 above the cap of the last row.
int maxLeverageFor(const LeverageBrackets &table, Money notional);

/// The table itself if it is sound, else Malformed with what is wrong: rows ascend and join without a gap,
/// leverage falls, rates rise and stay between 0 and 1, and the maintenance amount keeps the margin
/// continuous: cum(n) = cum(n-1) + floor(n) * (mmr(n) - mmr(n-1)), to half a unit of the quote asset.
Result<LeverageBrackets> validatedBrackets(LeverageBrackets table);

} // namespace domain
