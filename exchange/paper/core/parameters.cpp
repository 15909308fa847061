#include "exchange/paper/core/parameters.h"

#include "models/domain/risk/filters.h"

#include <algorithm>
#include <charconv>

namespace paper::parameters
{
namespace
{

using domain::Error;

constexpr std::size_t longestClientId = 36;
constexpr std::int64_t latestGoodTill = 253'402'300'799'000;
constexpr std::int64_t shortestGoodTillMs = 600'000;

template <class Measure>
Result<domain::Exact<Measure>> readDecimal(
    std::string_view text, std::string_view name, domain::Exact<Measure> largest)
{
    const auto value = domain::Exact<Measure>::parse(text);
    if (!value || value->abs() > largest) {
        return missingParameter(name);
    }
    return *value;
}

bool isClientIdCharacter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == ':' || c == '/' || c == '_' || c == '-';
}

} // namespace

std::optional<std::int64_t> parseId(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

Result<Side> readSide(std::string_view word)
{
    if (word.empty()) {
        return missingParameter("side");
    }
    if (word != "BUY" && word != "SELL") {
        return refuse(-1117, "Invalid side.");
    }
    return domain::parseSide(word);
}

Result<PositionSide> readPositionSide(std::string_view word)
{
    if (!word.empty() && word != "BOTH" && word != "LONG" && word != "SHORT") {
        return refuse(-4060, "Invalid position side.");
    }
    return domain::parsePositionSide(word);
}

Result<bool> readFlag(std::string_view word, std::string_view name)
{
    if (word.empty() || word == "false" || word == "FALSE") {
        return false;
    }
    if (word == "true" || word == "TRUE") {
        return true;
    }
    return invalidParameter(name);
}

Result<Price> readPrice(std::string_view text, std::string_view name)
{
    return readDecimal(text, name, domain::largestPrice);
}

Result<Quantity> readQuantity(std::string_view text)
{
    return readDecimal(text, "quantity", domain::largestQuantity);
}

Result<std::string> readClientId(const std::string &text)
{
    if (text.size() > longestClientId) {
        return refuse(-4015, "Client order id length should not be more than 36 chars");
    }
    // These prefixes tell clients that the exchange itself made an order.
    const bool isReserved = text.starts_with("autoclose-") || text.starts_with("adl_autoclose") ||
                            text.starts_with("settlement_autoclose-");
    if (isReserved || !std::ranges::all_of(text, isClientIdCharacter)) {
        return refuse(-4015, "Client order id is not valid.");
    }
    return text;
}

Result<TimeInForce> readTimeInForce(std::string_view word)
{
    const TimeInForce read = domain::parseTimeInForce(word);
    if (read == TimeInForce::Unknown) {
        return refuse(-1115, "Invalid timeInForce.");
    }
    return read;
}

Result<PriceMatch> readPriceMatch(std::string_view word)
{
    if (word.empty() || word == "NONE") {
        return PriceMatch::None;
    }
    for (const PriceMatch match : {PriceMatch::Opponent, PriceMatch::Opponent5, PriceMatch::Queue,
             PriceMatch::Queue5, PriceMatch::Queue10, PriceMatch::Queue20}) {
        if (word == toWire(match)) {
            return match;
        }
    }
    return refuse(-5037, "Invalid price match");
}

Result<SelfTradePrevention> readSelfTradePrevention(std::string_view word)
{
    if (word.empty()) {
        return SelfTradePrevention::ExpireMaker;
    }
    for (const SelfTradePrevention mode : {SelfTradePrevention::None, SelfTradePrevention::ExpireTaker,
             SelfTradePrevention::ExpireMaker, SelfTradePrevention::ExpireBoth}) {
        if (word == toWire(mode)) {
            return mode;
        }
    }
    return refuse(-5039, "Invalid self trade prevention mode");
}

Result<std::int64_t> readGoodTill(std::string_view text, TimeInForce timeInForce, Timestamp now)
{
    if (timeInForce != TimeInForce::Gtd) {
        return std::int64_t{0};
    }
    if (text.empty()) {
        return missingParameter("goodTillDate");
    }
    const auto at = parseId(text);
    if (!at || *at <= domain::toMs(now) + shortestGoodTillMs || *at >= latestGoodTill) {
        return refuse(-5040, "The goodTillDate timestamp must be greater than the current time plus 600 "
                             "seconds and smaller than 253402300799000 (UTC 9999-12-31 23:59:59)");
    }
    return *at / 1000 * 1000;
}

tl::unexpected<Error> notRequired(std::string_view name)
{
    return refuse(-1106, "Parameter '" + std::string{name} + "' sent when not required.");
}

Result<void> checkResponseType(std::string_view word)
{
    if (!word.empty() && word != "ACK" && word != "RESULT") {
        return refuse(-1136, "Invalid newOrderRespType.");
    }
    return {};
}

std::optional<Error> readLimitPrice(const std::string &text, PriceMatch match, Price &into)
{
    if (match != PriceMatch::None) {
        return text.empty() ? std::nullopt : std::optional{notRequired("price").value()};
    }
    if (text.empty()) {
        return missingParameter("price").value();
    }
    return take(readPrice(text, "price"), into);
}

} // namespace paper::parameters
