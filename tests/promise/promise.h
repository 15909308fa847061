#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// The calculator's promise held against the paper exchange: a random account, a random plan, planTrade();
/// then the order is sent, the position opened, and the mark moved until the exchange liquidates.
namespace promise
{

/// One plan and everything in which the exchange did something else than was promised.
struct Verdict
{
    std::string plan; ///< for people: account, positions and plan in one paragraph
    std::vector<std::string> differences;
    bool isOpened = false;
    std::vector<std::string> kinds; ///< what this plan has proved: "isolated", "order refused as said"
};
/// The plan of a seed; the same on every machine.
Verdict judge(std::uint64_t seed);

struct Report
{
    std::int64_t tried = 0;  ///< refused ones among them
    std::int64_t opened = 0; ///< plans that became a position
    std::map<std::string, std::int64_t> kinds;
    std::int64_t differing = 0;
    std::map<std::string, std::int64_t> differences;         ///< by what differs and what was promised
    std::vector<std::pair<std::uint64_t, Verdict>> failures; ///< the first ten
};
/// Plans of the seeds first, first + 1, … until so many have become positions.
Report judgeAll(std::uint64_t first, std::int64_t positions);
std::string toText(const Report &report);

} // namespace promise
