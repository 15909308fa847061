#pragma once

#include "tests/simulation/judge.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace simulation
{

enum class Profile : std::uint8_t {
    Calm,       ///< no faults
    Standard,   ///< the mix of reliability 7
    Storm,      ///< every rate ten times as high
    Reconnects, ///< sockets are cut again and again, listen keys lost, lines down, with the market's data on
                ///< the screen; nobody kills the program; goes by time, not by orders
};

struct Options
{
    std::int64_t orders = 10'000; ///< the user's; children of brackets and closing orders come on top
    std::uint64_t seed = 1;
    Profile profile = Profile::Standard;
    std::int64_t hours = 24; ///< Reconnects: so much virtual time
    bool saysFindings = true;
    std::string trace{}; ///< client order id or symbol: what happens to that order or position is printed
};

struct Report
{
    std::int64_t orders = 0;   ///< asked for
    std::int64_t accepted = 0; ///< by the exchange, all of ours
    std::int64_t fills = 0;
    std::map<std::string, std::int64_t> faults; ///< by kind
    Judge::Verdict verdict;
    std::vector<std::string> findings;
    double virtualHours = 0;
    double seconds = 0;
    double cpuSeconds = 0; ///< of them: what this process had of its core, which others may use as well
    std::uint64_t hash = 0;
    std::int64_t kills = 0;
    std::int64_t disconnects = 0;       ///< open connections of the account's stream that were cut
    std::int64_t marketDisconnects = 0; ///< the same of the market's two
    std::int64_t marketWrong = 0;       ///< trades, bars and books handed over that are not the exchange's
    std::int64_t tradesToldMissing = 0; ///< times that the client said so
    std::int64_t marketTrades = 0;      ///< handed over
    std::int64_t marketBars = 0;        ///< closed ones handed over
    double weightMost = 0;    ///< largest part of the weight limit in use, counted by the exchange, 0 to 1
    double ordersMost = 0;    ///< the same for the order limits
    std::string gate;         ///< state and reason at the end
    double settledAfter = -1; ///< seconds from the end of the faults until nothing was in doubt; -1: never
};

Report simulate(const Options &options);
std::string toText(const Options &options, const Report &report);

} // namespace simulation
