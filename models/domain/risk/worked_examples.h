#pragma once

#include <string>
#include <vector>

namespace domain
{

/// One figure of an example: what it must be and what this very program computes.
struct WorkedFigure
{
    std::string name; ///< "Liquidation price of ETHUSDT long"
    std::string unit; ///< "USDT", "%", "x"; empty for a word
    std::string
        expected; ///< as its source gives it, or from exact fractions; "none" where there is no number
    std::string computed; ///< ours, rounded half to even to the decimals of what is expected
    bool agrees() const { return expected == computed; }
};

/// A published or independently computed example with its figures.
struct WorkedExample
{
    std::string topic; ///< "Isolated margin"
    std::string title;
    std::string source;             ///< who published it, or how it was computed
    std::vector<std::string> given; ///< the inputs, a line each
    std::vector<WorkedFigure> figures;
    bool agrees() const;
};

/// Every example, its figures recomputed at this moment by the functions that the program shows its own
/// figures with: assess(), planTrade(), liquidationPrice() and the others of margin.h and order_cost.h.
/// The table behind it is data (worked_published.cpp, worked_constructed.cpp); the tests read this list, too.
std::vector<WorkedExample> workedExamples();

} // namespace domain
