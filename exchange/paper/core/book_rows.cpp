#include "exchange/paper/core/book_rows.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::Milliseconds;
using domain::Price;
using domain::Quantity;
using domain::Result;
using domain::Side;
using domain::Timestamp;
using namespace std::chrono_literals;

using Cells = std::span<const std::string_view>;

constexpr Milliseconds quotePeriod{50}; ///< the exchange looks at its streams no oftener
constexpr std::size_t mostRows = 20'000'000;
constexpr std::string_view tooMany = "more than 20 million rows; replay them day by day";
constexpr std::string_view unreadable = "not a row of the book: a number cannot be read";

std::optional<std::int64_t> integer(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? std::optional{value}
                                                                                     : std::nullopt;
}

/// Milliseconds, or "2024-03-31 00:00:07" in UTC.
std::optional<Timestamp> moment(std::string_view text)
{
    if (const auto ms = integer(text)) {
        return *ms > 0 ? std::optional{domain::timestampFromMs(*ms)} : std::nullopt;
    }
    constexpr std::string_view layout = "dddd-dd-dd dd:dd:dd";
    if (text.size() != layout.size()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < layout.size(); ++i) {
        const bool isDigit = text[i] >= '0' && text[i] <= '9';
        if (layout[i] == 'd' ? !isDigit : text[i] != layout[i]) {
            return std::nullopt;
        }
    }
    const auto number = [text](std::size_t at, std::size_t size) {
        return static_cast<int>(integer(text.substr(at, size)).value_or(0));
    };
    const std::chrono::year_month_day day{std::chrono::year{number(0, 4)},
        std::chrono::month{static_cast<unsigned>(number(5, 2))},
        std::chrono::day{static_cast<unsigned>(number(8, 2))}};
    const auto time = std::chrono::hours{number(11, 2)} + std::chrono::minutes{number(14, 2)} +
                      std::chrono::seconds{number(17, 2)};
    return day.ok() && time < 24h ? std::optional<Timestamp>{std::chrono::sys_days{day} + time}
                                  : std::nullopt;
}

std::string_view takeQuote(Cells cells, std::vector<RecordedQuote> &quotes)
{
    const auto at = moment(cells[5]);
    const auto bid = Price::parse(cells[1]);
    const auto bidQty = Quantity::parse(cells[2]);
    const auto ask = Price::parse(cells[3]);
    const auto askQty = Quantity::parse(cells[4]);
    if (!at || !bid || !bidQty || !ask || !askQty) {
        return unreadable;
    }
    if (!bid->isPositive() || *ask <= *bid || !bidQty->isPositive() || !askQty->isPositive()) {
        return "not a quote: bid and ask contradict each other";
    }
    if (!quotes.empty() && *at < quotes.back().at) {
        return "times do not ascend";
    }
    // Of quotes that nobody could tell apart the last one counts.
    const auto slot = [](Timestamp moment) { return moment.time_since_epoch() / quotePeriod; };
    if (quotes.empty() || slot(quotes.back().at) != slot(*at)) {
        if (quotes.size() == mostRows) {
            return tooMany;
        }
        quotes.emplace_back();
    }
    quotes.back() = {*at, *bid, *bidQty, *ask, *askQty};
    return {};
}

std::string_view takeBand(Cells cells, std::vector<RecordedBands> &samples)
{
    const auto at = moment(cells[0]);
    const auto percent = domain::Rate::parse(cells[1]);
    const auto depth = Quantity::parse(cells[2]);
    if (!at || !percent || !depth) {
        return unreadable;
    }
    if (percent->isZero() || percent->abs() >= domain::Rate::of(100) || depth->isNegative()) {
        return "not a depth: per cent and quantity contradict each other";
    }
    if (!samples.empty() && *at < samples.back().at) {
        return "times do not ascend";
    }
    if (samples.empty() || samples.back().at != *at) {
        if (samples.size() == mostRows) {
            return tooMany;
        }
        samples.push_back({*at, {}});
    }
    auto &side = samples.back().sides[percent->isNegative() ? 0 : 1];
    side.emplace_back(percent->abs(), *depth);
    std::ranges::sort(side);
    return {};
}

std::string_view takeChange(Cells cells, Recording &into)
{
    if (into.symbol.empty()) {
        into.symbol = cells[0];
    }
    const auto at = moment(cells[1]);
    const auto firstId = integer(cells[2]);
    const auto lastId = integer(cells[3]);
    const auto price = Price::parse(cells[6]);
    const auto quantity = Quantity::parse(cells[7]);
    const auto previousId = integer(cells[8]);
    const bool isBid = cells[4] == "b";
    const bool isSnapshot = cells[5] == "snap";
    if (!at || !firstId || !lastId || !price || !quantity || !previousId || (!isBid && cells[4] != "a") ||
        (!isSnapshot && cells[5] != "set")) {
        return unreadable;
    }
    if (into.symbol != cells[0]) {
        return "a second symbol; give each symbol a file of its own";
    }
    if (!price->isPositive() || quantity->isNegative()) {
        return "not a level: price and quantity contradict each other";
    }
    auto &depth = into.depth;
    const bool isSame =
        !depth.empty() && depth.back().lastId == *lastId && depth.back().isSnapshot == isSnapshot;
    if (!isSame) {
        if (!depth.empty() && *at < depth.back().at) {
            return "times do not ascend";
        }
        if (depth.size() == mostRows) {
            return tooMany;
        }
        depth.push_back({*at, isSnapshot, {}, *firstId, *lastId, *previousId});
    }
    depth.back().levels.push_back({isBid ? Side::Buy : Side::Sell, *price, *quantity});
    return {};
}

} // namespace

std::optional<BookFile> bookFileOf(Cells cells)
{
    switch (cells.size()) {
    case 4:
        return BookFile::Depth;
    case 7:
        return cells[0] == "update_id" || integer(cells[6]) ? std::optional{BookFile::Ticker} : std::nullopt;
    case 9:
        return BookFile::Updates;
    default:
        return std::nullopt;
    }
}

std::string_view takeBookRow(BookFile file, Cells cells, Recording &into)
{
    switch (file) {
    case BookFile::Ticker:
        return takeQuote(cells, into.quotes);
    case BookFile::Depth:
        return takeBand(cells, into.bands);
    default:
        return takeChange(cells, into);
    }
}

Result<void> joinBook(std::vector<RecordedDepth> &depth, const std::string &path)
{
    std::ranges::stable_sort(depth, {}, &RecordedDepth::lastId);
    const auto first = std::ranges::find(depth, true, &RecordedDepth::isSnapshot);
    if (first == depth.end()) {
        return failure(ErrorCode::Malformed, path + ": changes of the book without a snapshot to begin with");
    }
    depth.erase(depth.begin(), first);
    std::int64_t known = depth.front().lastId;
    std::vector<RecordedDepth> joined;
    for (RecordedDepth &change : depth) {
        const bool isBegin = joined.empty() || joined.back().isSnapshot;
        if (!change.isSnapshot) {
            if (change.lastId <= known) {
                continue; // the snapshot holds it
            }
            const bool fits = isBegin ? change.firstId <= known + 1 || change.previousId <= known
                                      : change.previousId == known;
            if (!fits) {
                return failure(ErrorCode::Malformed,
                    path + ": a gap in the book, update " + std::to_string(change.lastId) +
                        " does not follow " + std::to_string(known) + "; give a snapshot taken between them");
            }
        }
        known = change.lastId;
        if (!joined.empty()) {
            change.at = std::max(change.at, joined.back().at);
        }
        joined.push_back(std::move(change));
    }
    depth = std::move(joined);
    return {};
}

} // namespace paper
