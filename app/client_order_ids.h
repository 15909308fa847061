#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace app
{

/// Client order ids: "t", installation (5), boot counter (4), sequence (6), check digit (1); base 32 without
/// I, L, O, U, so that they can be read aloud. 17 characters; the exchange allows 36.
namespace client_order_ids
{
inline constexpr std::size_t installLength = 5;
inline constexpr std::size_t prefixLength =
    1 + installLength; ///< what all ids of one installation begin with
inline constexpr std::uint32_t bootLimit = 1U << 20U;
inline constexpr std::uint32_t sequenceLimit = 1U << 30U;

/// number: any; the lowest 25 bits count.
std::string installId(std::uint32_t number);
/// boot below bootLimit, sequence below sequenceLimit.
std::string make(std::string_view installId, std::uint32_t boot, std::uint32_t sequence);
/// Whether the text is one of these ids, check digit included.
bool isValid(std::string_view text);
} // namespace client_order_ids

} // namespace app
