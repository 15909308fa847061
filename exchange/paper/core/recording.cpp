#include "exchange/paper/core/recording.h"

#include "exchange/paper/core/book_rows.h"
#include "exchange/paper/core/capture.h"
#include "exchange/paper/core/text_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <iterator>
#include <span>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::Interval;
using domain::Result;
using domain::Timestamp;

enum class Layout { Unknown, Klines, ShortKlines, AggTrades, Trades, Book };

constexpr std::size_t mostColumns = 12;
constexpr std::size_t mostTrades = 20'000'000;
constexpr std::int64_t firstMicroseconds = 100'000'000'000'000; // newer archives count microseconds

struct Row
{
    std::array<std::string_view, mostColumns + 1> cells;
    std::size_t count = 0;

    std::span<const std::string_view> all() const { return {cells.data(), count}; }
};

Row split(std::string_view line)
{
    Row row;
    while (row.count <= mostColumns) {
        const std::size_t comma = line.find(',');
        row.cells[row.count++] = line.substr(0, comma);
        if (comma == std::string_view::npos) {
            break;
        }
        line.remove_prefix(comma + 1);
    }
    return row;
}

std::optional<std::int64_t> integer(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? std::optional{value}
                                                                                     : std::nullopt;
}

std::optional<Timestamp> moment(std::string_view text)
{
    const auto value = integer(text);
    if (!value || *value <= 0) {
        return std::nullopt;
    }
    return domain::timestampFromMs(*value >= firstMicroseconds ? *value / 1'000 : *value);
}

std::optional<bool> truth(std::string_view text)
{
    if (text == "true" || text == "True" || text == "TRUE") {
        return true;
    }
    if (text == "false" || text == "False" || text == "FALSE") {
        return false;
    }
    return std::nullopt;
}

Layout layoutOf(const Row &row)
{
    if (bookFileOf(row.all())) {
        return Layout::Book;
    }
    switch (row.count) {
    case 12:
        return Layout::Klines;
    case 7:
        return Layout::AggTrades;
    case 6:
        return truth(row.cells[5]) || row.cells[0] == "id" ? Layout::Trades : Layout::ShortKlines;
    default:
        return Layout::Unknown;
    }
}

bool isHeader(const Row &row)
{
    constexpr std::string_view first[] = {
        "open_time", "agg_trade_id", "id", "update_id", "timestamp", "symbol"};
    return std::ranges::find(first, row.cells[0]) != std::end(first);
}

/// Reads the lines of one file into a recording.
class Reader
{
public:
    Reader(std::string path, const RecordingHint &hint) : m_path{std::move(path)}
    {
        const std::size_t slash = m_path.find_last_of('/');
        const std::string name = slash == std::string::npos ? m_path : m_path.substr(slash + 1);
        const std::size_t dash = name.find('-');
        if (dash != std::string::npos && dash > 0) {
            m_recording.symbol = name.substr(0, dash);
            const std::string second = name.substr(dash + 1, name.find_first_of("-.", dash + 1) - dash - 1);
            m_interval = domain::parseInterval(second);
        }
        if (hint.symbol) {
            m_recording.symbol = *hint.symbol;
        }
        if (hint.interval) {
            m_interval = hint.interval;
        }
    }

    Result<Recording> read()
    {
        const auto lines = readLines(
            m_path, [this](std::int64_t number, std::string_view line) { return take(number, line); });
        if (!lines) {
            return tl::unexpected{lines.error()};
        }
        if (m_recording.bars.empty() && m_recording.quotes.empty() && m_recording.bands.empty() &&
            m_recording.depth.empty()) {
            return failure(ErrorCode::Malformed, m_path + ": empty, there is nothing to replay");
        }
        m_recording.interval = isKlines() ? *m_interval : Interval::M1;
        return std::move(m_recording);
    }

private:
    bool isKlines() const { return m_layout == Layout::Klines || m_layout == Layout::ShortKlines; }

    tl::unexpected<domain::Error> wrong(std::int64_t number, std::string_view what) const
    {
        return failure(
            ErrorCode::Malformed, m_path + ", line " + std::to_string(number) + ": " + std::string{what});
    }

    Result<void> take(std::int64_t number, std::string_view line)
    {
        if (line.empty()) {
            return {};
        }
        const Row row = split(line);
        if (m_layout == Layout::Unknown) {
            m_layout = layoutOf(row);
            m_columns = row.count;
            if (m_layout == Layout::Unknown) {
                return wrong(
                    number, "unknown layout; expected 12 columns (klines), 7 (aggTrades) or 6 (trades)");
            }
            if (m_layout == Layout::Book) {
                m_book = *bookFileOf(row.all());
            }
            const bool saysSymbol = m_layout == Layout::Book && m_book == BookFile::Updates;
            if (saysSymbol) {
                m_recording.symbol.clear();
            }
            if (m_recording.symbol.empty() && !saysSymbol) {
                return failure(ErrorCode::Malformed,
                    m_path + ": the name does not begin with a symbol, as in BTCUSDT-1m-2025-05.csv");
            }
            if (isKlines() && !m_interval) {
                return wrong(
                    number, "klines, but the file name does not say their interval, as in BTCUSDT-1m.csv");
            }
            if (isHeader(row)) {
                return {};
            }
        }
        if (row.count != m_columns) {
            return wrong(
                number, std::to_string(row.count) + " columns instead of " + std::to_string(m_columns));
        }
        if (m_layout == Layout::Book) {
            const std::string_view problem = takeBookRow(m_book, row.all(), m_recording);
            return problem.empty() ? Result<void>{} : Result<void>{wrong(number, problem)};
        }
        return isKlines() ? takeKline(number, row) : takeTrade(number, row);
    }

    Result<void> takeKline(std::int64_t number, const Row &row)
    {
        const auto openAt = moment(row.cells[0]);
        const auto open = domain::Price::parse(row.cells[1]);
        const auto high = domain::Price::parse(row.cells[2]);
        const auto low = domain::Price::parse(row.cells[3]);
        const auto close = domain::Price::parse(row.cells[4]);
        const auto volume = domain::Quantity::parse(row.cells[5]);
        if (!openAt || !open || !high || !low || !close || !volume) {
            return wrong(number, "not a kline: a number cannot be read");
        }
        if (!low->isPositive() || *low > std::min(*open, *close) || *high < std::max(*open, *close) ||
            volume->isNegative()) {
            return wrong(number, "not a kline: open, high, low and close contradict each other");
        }
        if (domain::openTimeOf(*openAt, *m_interval) != *openAt) {
            return wrong(number, "the opening time does not lie on the grid of the interval");
        }
        if (!m_recording.bars.empty() && *openAt <= m_recording.bars.back().openAt) {
            return wrong(number, "times do not ascend");
        }
        Bar bar;
        bar.openAt = *openAt;
        bar.open = *open;
        bar.high = *high;
        bar.low = *low;
        bar.close = *close;
        bar.volume = *volume;
        if (m_layout == Layout::Klines) {
            const auto quote = domain::Money::parse(row.cells[7]);
            const auto count = integer(row.cells[8]);
            const auto bought = domain::Quantity::parse(row.cells[9]);
            const auto boughtQuote = domain::Money::parse(row.cells[10]);
            if (!quote || !count || !bought || !boughtQuote) {
                return wrong(number, "not a kline: a number cannot be read");
            }
            bar.quoteVolume = *quote;
            bar.tradeCount = *count;
            bar.takerBuyVolume = *bought;
            bar.takerBuyQuoteVolume = *boughtQuote;
        } else {
            // The short form lacks these; the middle of the bar stands for its average price.
            bar.quoteVolume = (*high + *low) / 2 * *volume;
        }
        m_recording.bars.push_back(bar);
        return {};
    }

    Result<void> takeTrade(std::int64_t number, const Row &row)
    {
        const bool isAggregate = m_layout == Layout::AggTrades;
        const auto price = domain::Price::parse(row.cells[1]);
        const auto quantity = domain::Quantity::parse(row.cells[2]);
        const auto at = moment(row.cells[isAggregate ? 5 : 4]);
        const auto maker = truth(row.cells[isAggregate ? 6 : 5]);
        if (!price || !quantity || !at || !maker || !price->isPositive() || !quantity->isPositive()) {
            return wrong(number, "not a trade: a number cannot be read");
        }
        if (!m_recording.trades.empty() && *at < m_recording.trades.back().at) {
            return wrong(number, "times do not ascend");
        }
        if (m_recording.trades.size() == mostTrades) {
            return wrong(number, "more than 20 million trades; replay them day by day");
        }
        m_recording.trades.push_back({*at, *price, *quantity, *maker});
        addToBars(m_recording.bars, m_recording.trades.back());
        return {};
    }

    std::string m_path;
    Recording m_recording;
    std::optional<Interval> m_interval;
    Layout m_layout = Layout::Unknown;
    BookFile m_book = BookFile::Ticker;
    std::size_t m_columns = 0;
};

/// Of the earliest thing in it.
Timestamp beginsAt(const Recording &part)
{
    return !part.bars.empty()     ? part.bars.front().openAt
           : !part.quotes.empty() ? part.quotes.front().at
           : !part.bands.empty()  ? part.bands.front().at
                                  : part.depth.front().at;
}

template <class Rows, class Moment> bool append(Rows &into, Rows part, Moment moment)
{
    if (!into.empty() && !part.empty() &&
        std::invoke(moment, part.front()) < std::invoke(moment, into.back())) {
        return false;
    }
    std::ranges::move(part, std::back_inserter(into));
    return true;
}

Result<void> join(Recording &into, Recording part, const std::string &path)
{
    const auto overlaps = [&] {
        return failure(ErrorCode::Malformed, path + ": overlaps with another file of " + part.symbol);
    };
    if (!into.bars.empty() && !part.bars.empty()) {
        if (into.trades.empty() != part.trades.empty() || into.depth.empty() != part.depth.empty() ||
            into.interval != part.interval) {
            return failure(ErrorCode::Malformed,
                path + ": " + part.symbol +
                    " is given in two kinds of files; give klines of one interval, or trades");
        }
        if (into.bars.back().openAt >= part.bars.front().openAt) {
            return overlaps();
        }
    }
    if (into.bars.empty()) {
        into.interval = part.interval;
    }
    into.bars.insert(into.bars.end(), part.bars.begin(), part.bars.end());
    into.trades.insert(into.trades.end(), part.trades.begin(), part.trades.end());
    // A snapshot may be older than the changes before it; joinBook() puts them in order.
    std::ranges::move(part.depth, std::back_inserter(into.depth));
    if (!append(into.quotes, std::move(part.quotes), &RecordedQuote::at) ||
        !append(into.bands, std::move(part.bands), &RecordedBands::at)) {
        return overlaps();
    }
    return {};
}

/// What files of the book need beside them.
Result<void> check(Recording &recording, const std::string &path)
{
    if (recording.bars.empty()) {
        return failure(ErrorCode::Malformed,
            path + ": the book alone; give klines or trades of " + recording.symbol + " beside it");
    }
    if (recording.depth.empty()) {
        return {};
    }
    if (recording.trades.empty()) {
        return failure(ErrorCode::Malformed, path + ": changes of the book go with trades, not with klines");
    }
    const bool hasIds = recording.depth.front().lastId != 0; // a capture has put them in order already
    return hasIds ? joinBook(recording.depth, path) : Result<void>{};
}

} // namespace

void addToBars(std::vector<Bar> &bars, const RecordedTrade &trade)
{
    const Bar bar = Bar::ofTrade(
        domain::openTimeOf(trade.at, Interval::M1), trade.price, trade.quantity, trade.buyerIsMaker);
    if (!bars.empty() && bars.back().openAt == bar.openAt) {
        bars.back().append(bar);
    } else {
        bars.push_back(bar);
    }
}

Result<Recording> readRecording(const std::string &path, const RecordingHint &hint)
{
    if (path.ends_with(".jsonl") || path.ends_with(".jsonl.gz")) {
        return readCapture(path);
    }
    return Reader{path, hint}.read();
}

Result<std::vector<Recording>> readRecordings(const std::vector<std::string> &paths)
{
    std::vector<std::pair<Recording, std::string>> parts;
    for (const std::string &path : paths) {
        auto part = readRecording(path);
        if (!part) {
            return tl::unexpected{part.error()};
        }
        parts.emplace_back(std::move(*part), path);
    }
    std::ranges::stable_sort(parts, {}, [](const auto &part) { return beginsAt(part.first); });
    std::vector<Recording> recordings;
    std::vector<std::string> bookPaths; ///< by recording: a file of its book, or any
    for (auto &[part, path] : parts) {
        const auto known = std::ranges::find(recordings, part.symbol, &Recording::symbol);
        const bool isBook = part.bars.empty();
        if (known == recordings.end()) {
            recordings.push_back(std::move(part));
            bookPaths.push_back(path);
            continue;
        }
        if (isBook) {
            bookPaths[static_cast<std::size_t>(known - recordings.begin())] = path;
        }
        if (auto joined = join(*known, std::move(part), path); !joined) {
            return tl::unexpected{joined.error()};
        }
    }
    for (std::size_t i = 0; i < recordings.size(); ++i) {
        if (const auto whole = check(recordings[i], bookPaths[i]); !whole) {
            return tl::unexpected{whole.error()};
        }
    }
    return recordings;
}

std::optional<Bar> RecordedHistory::sum(Timestamp from, Timestamp to)
{
    const auto &bars = m_recording.bars;
    auto at = std::ranges::lower_bound(bars, from, {}, &Bar::openAt);
    if (at == bars.end() || at->openAt >= to) {
        return std::nullopt;
    }
    Bar total = *at;
    for (++at; at != bars.end() && at->openAt < to; ++at) {
        total.append(*at);
    }
    return total;
}

std::optional<Timestamp> RecordedHistory::lastOpenBefore(Timestamp before) const
{
    const auto &bars = m_recording.bars;
    const auto after = std::ranges::lower_bound(bars, before, {}, &Bar::openAt);
    return after == bars.begin() ? std::nullopt : std::optional{std::prev(after)->openAt};
}

} // namespace paper
