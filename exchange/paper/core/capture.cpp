#include "exchange/paper/core/capture.h"

#include "exchange/paper/core/text_file.h"

#include <algorithm>
#include <simdjson.h>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::Result;
using domain::Side;
using simdjson::dom::element;

constexpr std::size_t longestMessage = 4 * 1024 * 1024;

struct Update
{
    std::int64_t lastId = 0; ///< "u"
    RecordedDepth depth;
};

class CaptureReader
{
public:
    explicit CaptureReader(std::string path) : m_path{std::move(path)} {}

    Result<Recording> read()
    {
        const auto lines = readLines(
            m_path, [this](std::int64_t number, std::string_view line) { return take(number, line); },
            longestMessage);
        if (!lines) {
            return tl::unexpected{lines.error()};
        }
        if (m_recording.trades.empty()) {
            return failure(ErrorCode::Malformed, m_path + ": it holds no trade, there is nothing to replay");
        }
        if (m_snapshotId == 0 && !m_updates.empty()) {
            return failure(ErrorCode::Malformed,
                m_path + ": depth updates without a snapshot of the book (a line with lastUpdateId)");
        }
        joinBook();
        return std::move(m_recording);
    }

private:
    tl::unexpected<domain::Error> wrong(std::int64_t number, std::string_view what) const
    {
        return failure(
            ErrorCode::Malformed, m_path + ", line " + std::to_string(number) + ": " + std::string{what});
    }

    Result<void> take(std::int64_t number, std::string_view line)
    {
        const std::size_t blank = line.find(' ');
        if (line.empty()) {
            return {};
        }
        element frame;
        if (blank == std::string_view::npos ||
            m_parser.parse(line.data() + blank + 1, line.size() - blank - 1).get(frame) !=
                simdjson::SUCCESS) {
            return wrong(number, "not a receive time, a blank and a JSON message");
        }
        std::int64_t lastUpdateId = 0;
        if (frame["lastUpdateId"].get(lastUpdateId) == simdjson::SUCCESS) {
            return takeSnapshot(number, frame, lastUpdateId);
        }
        element data;
        if (frame["data"].get(data) != simdjson::SUCCESS) {
            return {}; // an answer to a request
        }
        std::string_view type;
        if (data["e"].get(type) != simdjson::SUCCESS) {
            return {};
        }
        const bool isTrade = type == "trade" || type == "aggTrade";
        if (!isTrade && type != "depthUpdate") {
            return {};
        }
        std::string_view symbol;
        if (data["s"].get(symbol) != simdjson::SUCCESS) {
            return wrong(number, "a message without its symbol");
        }
        if (m_recording.symbol.empty()) {
            m_recording.symbol = symbol;
        } else if (m_recording.symbol != symbol) {
            return wrong(number, "a second symbol; give each symbol a file of its own");
        }
        return isTrade ? takeTrade(number, data) : takeUpdate(number, data);
    }

    Result<void> takeTrade(std::int64_t number, const element &data)
    {
        std::string_view price;
        std::string_view quantity;
        std::int64_t at = 0;
        bool buyerIsMaker = false;
        if (data["p"].get(price) != simdjson::SUCCESS || data["q"].get(quantity) != simdjson::SUCCESS ||
            data["T"].get(at) != simdjson::SUCCESS || data["m"].get(buyerIsMaker) != simdjson::SUCCESS) {
            return wrong(number, "not a trade: a field is missing");
        }
        const auto readPrice = domain::Price::parse(price);
        const auto readQuantity = domain::Quantity::parse(quantity);
        if (!readPrice || !readQuantity) {
            return wrong(number, "not a trade: a number cannot be read");
        }
        if (!readPrice->isPositive() || !readQuantity->isPositive()) {
            return {}; // insurance fund and deleveraging show as empty trades
        }
        const domain::Timestamp tradedAt = domain::timestampFromMs(at);
        if (!m_recording.trades.empty() && tradedAt < m_recording.trades.back().at) {
            return wrong(number, "times do not ascend");
        }
        m_recording.trades.push_back({tradedAt, *readPrice, *readQuantity, buyerIsMaker});
        addToBars(m_recording.bars, m_recording.trades.back());
        return {};
    }

    Result<void> takeLevels(
        std::int64_t number, const element &from, const char *key, Side side, RecordedDepth &into) const
    {
        simdjson::dom::array rows;
        if (from[key].get(rows) != simdjson::SUCCESS) {
            return wrong(number, "not a depth: a side is missing");
        }
        for (const element &row : rows) {
            std::string_view price;
            std::string_view quantity;
            if (row.at(0).get(price) != simdjson::SUCCESS || row.at(1).get(quantity) != simdjson::SUCCESS) {
                return wrong(number, "not a depth: a level is no price and quantity");
            }
            const auto readPrice = domain::Price::parse(price);
            const auto readQuantity = domain::Quantity::parse(quantity);
            if (!readPrice || !readQuantity || !readPrice->isPositive() || readQuantity->isNegative()) {
                return wrong(number, "not a depth: a number cannot be read");
            }
            into.levels.push_back({side, *readPrice, *readQuantity});
        }
        return {};
    }

    Result<void> takeUpdate(std::int64_t number, const element &data)
    {
        Update update;
        std::int64_t at = 0;
        if (data["u"].get(update.lastId) != simdjson::SUCCESS || data["T"].get(at) != simdjson::SUCCESS) {
            return wrong(number, "not a depth update: a field is missing");
        }
        update.depth.at = domain::timestampFromMs(at);
        return takeLevels(number, data, "b", Side::Buy, update.depth)
            .and_then([&] { return takeLevels(number, data, "a", Side::Sell, update.depth); })
            .map([&] { m_updates.push_back(std::move(update)); });
    }

    Result<void> takeSnapshot(std::int64_t number, const element &frame, std::int64_t id)
    {
        std::int64_t at = 0;
        if (frame["T"].get(at) != simdjson::SUCCESS) {
            return wrong(number, "a snapshot without its time T");
        }
        if (m_snapshotId != 0) {
            return {}; // later ones say nothing new
        }
        m_snapshotId = id;
        m_snapshot.at = domain::timestampFromMs(at);
        m_snapshot.isSnapshot = true;
        return takeLevels(number, frame, "bids", Side::Buy, m_snapshot).and_then([&] {
            return takeLevels(number, frame, "asks", Side::Sell, m_snapshot);
        });
    }

    void joinBook()
    {
        if (m_snapshotId == 0) {
            return;
        }
        m_recording.depth.push_back(std::move(m_snapshot));
        for (Update &update : m_updates) {
            if (update.lastId > m_snapshotId) {
                update.depth.at = std::max(update.depth.at, m_recording.depth.back().at);
                m_recording.depth.push_back(std::move(update.depth));
            }
        }
    }

    std::string m_path;
    simdjson::dom::parser m_parser;
    Recording m_recording;
    RecordedDepth m_snapshot;
    std::int64_t m_snapshotId = 0;
    std::vector<Update> m_updates;
};

} // namespace

Result<Recording> readCapture(const std::string &path)
{
    return CaptureReader{path}.read();
}

} // namespace paper
