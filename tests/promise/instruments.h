#pragma once

#include "models/domain/symbol.h"

#include <vector>

namespace promise
{

/// A contract with its rules and a price it usually trades at.
struct Instrument
{
    domain::SymbolSpec spec;
    domain::LeverageBrackets brackets;
    domain::Price usualPrice;
};

/// Six contracts that differ in what matters to the arithmetic: prices from 1e-7 to 4e6, steps from 1e-4 to
/// 1,000 and leverage tables of the exchange (reference 10.3), one with rates of 16.67 %. One has a price
/// band, one a largest market order, one a least size above its step.
const std::vector<Instrument> &instruments();

} // namespace promise
