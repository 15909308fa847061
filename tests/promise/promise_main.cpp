#include "tests/promise/promise.h"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <string_view>

namespace
{

bool readNumber(std::string_view text, std::int64_t &number)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number >= 0;
}

} // namespace

/// headroom-promise [positions] [first seed]: ends with 1 if the exchange did something else than was
/// promised.
int main(int argc, char **argv)
{
    std::int64_t positions = 10'000;
    std::int64_t seed = 1;
    if (argc > 3 || (argc > 1 && !readNumber(argv[1], positions)) ||
        (argc > 2 && !readNumber(argv[2], seed))) {
        std::fputs("usage: headroom-promise [positions] [first seed], both whole numbers\n", stderr);
        return 2;
    }
    const auto start = std::chrono::steady_clock::now();
    const promise::Report report = promise::judgeAll(static_cast<std::uint64_t>(seed), positions);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    std::fputs(promise::toText(report).c_str(), stdout);
    std::fputs(fmt::format("{:>8.1f} s\n", taken.count()).c_str(), stdout);
    return report.differing == 0 ? 0 : 1;
}
