#pragma once

#include "models/domain/time.h"

#include <optional>
#include <string>
#include <vector>

namespace domain
{

/// One value that went into a figure.
struct ExplainedInput
{
    std::string letter; ///< as the formula writes it: "Q"; empty where the formula does not name it
    std::string name;   ///< "quantity"
    std::string value;  ///< exact decimal as text, no thousands separators: "0.5"
    std::string unit;   ///< "BTC", "USDT", "%", "x"; empty for a plain number
    std::string source; ///< where it comes from: "typed", "mark price stream"
    std::optional<Milliseconds> age; ///< since its source last confirmed it; nothing: it does not age
    friend bool operator==(const ExplainedInput &, const ExplainedInput &) = default;
};

/// Where a computed figure comes from: its formula, the same with the values put in, the values with source
/// and age, and who published the formula. Plain text with ASCII digits; whoever shows it groups thousands.
struct Explanation
{
    std::string figure;   ///< "Liquidation price"
    std::string value;    ///< the figure itself, exact: "57228.91566265"; "none" where there is no number
    std::string unit;     ///< "USDT"
    std::string formula;  ///< in letters: "(WB − Q × E) / (Q × m − Q)"
    std::string workings; ///< the formula with the values put in; empty where nothing could be put in
    std::vector<ExplainedInput> inputs;    ///< in the order of the formula
    std::string source;                    ///< "Binance USDS-M: liquidation price"
    std::vector<std::string> remarks = {}; ///< sentences that belong to this very figure: estimates, rounding
    friend bool operator==(const Explanation &, const Explanation &) = default;
};

/// The whole explanation as lines of plain text, for copying and for reading aloud. Ages are written in
/// seconds.
std::string plainText(const Explanation &explanation);

} // namespace domain
