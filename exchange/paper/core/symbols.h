#pragma once

#include "models/domain/symbol.h"

#include <string>
#include <string_view>
#include <vector>

namespace paper
{

/// How the generated market of a symbol behaves.
struct MarketTraits
{
    double price = 1;            ///< at the reference moment of the price path, quote per base
    double volatility = 0.5;     ///< own part, standard deviation of a year's log return
    double beta = 1;             ///< share in the factor all symbols have in common
    double turnover = 1'000'000; ///< quote a day
};

/// One contract the paper exchange lists.
struct Contract
{
    domain::SymbolSpec spec;
    domain::LeverageBrackets brackets;
    MarketTraits market;
    domain::Milliseconds fundingInterval{std::chrono::hours{8}};
    std::string underlyingSubTypes; ///< JSON array as on the wire
    std::string positionControlSide = "NONE";
};

/// The built-in table, from resources/paper/symbols.json: the real exchange's filters (recordings of July
/// 2021 and March 2026, BTCUSDT as of September 2026) and brackets (2026-04, else October 2024, else the
/// commonest template), prices made up.
const std::vector<Contract> &builtInContracts();

/// One element of exchangeInfo.symbols. status: TRADING, HALT, …
std::string toWire(const Contract &contract, std::string_view status);

} // namespace paper
