#include "app/client_order_ids.h"

#include <algorithm>

namespace app::client_order_ids
{
namespace
{

constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t bootLength = 4;
constexpr std::size_t sequenceLength = 6;
constexpr std::size_t totalLength = prefixLength + bootLength + sequenceLength + 1;

std::string inBase32(std::uint32_t number, std::size_t length)
{
    std::string text(length, digits.front());
    for (std::size_t i = length; i-- > 0; number /= 32U) {
        text[i] = digits[number % 32U];
    }
    return text;
}

/// Luhn's check modulo 32: finds any one wrong character and nearly all swapped neighbours.
char checkDigit(std::string_view body)
{
    std::size_t sum = 0;
    std::size_t factor = 2;
    for (auto at = body.rbegin(); at != body.rend(); ++at) {
        const std::size_t addend = factor * digits.find(*at);
        sum += addend / 32 + addend % 32;
        factor = 3 - factor;
    }
    return digits[(32 - sum % 32) % 32];
}

} // namespace

std::string installId(std::uint32_t number)
{
    return inBase32(number, installLength);
}

std::string make(std::string_view installId, std::uint32_t boot, std::uint32_t sequence)
{
    const std::string body =
        std::string{installId} + inBase32(boot, bootLength) + inBase32(sequence, sequenceLength);
    return 't' + body + checkDigit(body);
}

bool isValid(std::string_view text)
{
    if (text.size() != totalLength || text.front() != 't') {
        return false;
    }
    const std::string_view body = text.substr(1, totalLength - 2);
    return std::ranges::all_of(body, [](char c) { return digits.find(c) != std::string_view::npos; }) &&
           checkDigit(body) == text.back();
}

} // namespace app::client_order_ids
