#pragma once

#include "exchange/paper/core/exchange.h"

/// Single parameters of trading requests, from text to value, with the venue's refusals.
namespace paper::parameters
{

/// A whole number of 64 bits, or nothing.
std::optional<std::int64_t> parseId(std::string_view text);
Result<Side> readSide(std::string_view word);
Result<PositionSide> readPositionSide(std::string_view word);        ///< empty is Both
Result<bool> readFlag(std::string_view word, std::string_view name); ///< empty is false
Result<Price> readPrice(std::string_view text, std::string_view name);
Result<Quantity> readQuantity(std::string_view text);
Result<std::string> readClientId(const std::string &text); ///< empty passes
Result<TimeInForce> readTimeInForce(std::string_view word);
Result<PriceMatch> readPriceMatch(std::string_view word);
Result<SelfTradePrevention> readSelfTradePrevention(std::string_view word);
/// 0 unless timeInForce is GTD; whole seconds.
Result<std::int64_t> readGoodTill(std::string_view text, TimeInForce timeInForce, Timestamp now);
Result<void> checkResponseType(std::string_view word);
tl::unexpected<domain::Error> notRequired(std::string_view name); ///< -1106
/// The price of a limit order, which a price match may stand for.
std::optional<domain::Error> readLimitPrice(const std::string &text, PriceMatch match, Price &into);

/// Stores what was read, or hands on why it could not be.
template <class T, class U> std::optional<domain::Error> take(Result<T> read, U &into)
{
    if (!read) {
        return read.error();
    }
    into = std::move(*read);
    return std::nullopt;
}

} // namespace paper::parameters
