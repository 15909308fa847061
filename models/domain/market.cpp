#include "models/domain/market.h"

#include <array>
#include <utility>

namespace domain
{
namespace
{
using namespace std::chrono_literals;

struct Row
{
    Interval interval;
    std::string_view word;
    Milliseconds length;
};
constexpr std::array<Row, 15> rows{{{Interval::M1, "1m", 1min}, {Interval::M3, "3m", 3min},
    {Interval::M5, "5m", 5min}, {Interval::M15, "15m", 15min}, {Interval::M30, "30m", 30min},
    {Interval::H1, "1h", 1h}, {Interval::H2, "2h", 2h}, {Interval::H4, "4h", 4h}, {Interval::H6, "6h", 6h},
    {Interval::H8, "8h", 8h}, {Interval::H12, "12h", 12h}, {Interval::D1, "1d", 24h},
    {Interval::D3, "3d", 72h}, {Interval::W1, "1w", 168h}, {Interval::Month1, "1M", 720h}}};

const Row &rowOf(Interval interval)
{
    return rows[static_cast<std::size_t>(interval)];
}

Timestamp floorTo(Timestamp at, Milliseconds length, Milliseconds phase)
{
    auto offset = (at.time_since_epoch() - phase) % length;
    if (offset < 0ms) {
        offset += length;
    }
    return at - offset;
}

Timestamp monthStart(Timestamp at, std::chrono::months later)
{
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(at)};
    const auto month = day.year() / day.month() + later;
    return std::chrono::time_point_cast<Milliseconds>(std::chrono::sys_days{month / std::chrono::day{1}});
}

} // namespace

std::string_view toString(Interval interval)
{
    return rowOf(interval).word;
}

std::optional<Interval> parseInterval(std::string_view text)
{
    for (const Row &row : rows) {
        if (row.word == text) {
            return row.interval;
        }
    }
    return std::nullopt;
}

Milliseconds lengthOf(Interval interval)
{
    return rowOf(interval).length;
}

Timestamp openTimeOf(Timestamp at, Interval interval)
{
    if (interval == Interval::Month1) {
        return monthStart(at, std::chrono::months{0});
    }
    // 1970-01-01 was a Thursday; the venue's weeks start on Monday, four days later.
    return floorTo(at, lengthOf(interval), interval == Interval::W1 ? Milliseconds{96h} : Milliseconds{0});
}

Timestamp nextOpenTime(Timestamp openTime, Interval interval)
{
    return interval == Interval::Month1 ? monthStart(openTime, std::chrono::months{1})
                                        : openTime + lengthOf(interval);
}

} // namespace domain
