#include "models/domain/exact.h"

#include "models/domain/exact_parse.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>

namespace domain::detail
{
namespace
{
__extension__ typedef unsigned __int128 UInt128;

constexpr UInt128 magnitude(Int128 value)
{
    return value < 0 ? UInt128{0} - static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

struct Product
{
    UInt128 high = 0;
    UInt128 low = 0;
};

constexpr UInt128 low64(UInt128 v)
{
    return v & 0xffffffffffffffffULL;
}

constexpr bool fitsInto64(UInt128 v)
{
    return (v >> 64) == 0;
}

constexpr Product multiply(UInt128 a, UInt128 b)
{
    if (fitsInto64(a | b)) {
        return {0, low64(a) * low64(b)};
    }
    const UInt128 a0 = low64(a);
    const UInt128 a1 = a >> 64;
    const UInt128 b0 = low64(b);
    const UInt128 b1 = b >> 64;
    const UInt128 p00 = a0 * b0;
    const UInt128 p01 = a0 * b1;
    const UInt128 p10 = a1 * b0;
    const UInt128 p11 = a1 * b1;
    const UInt128 middle = (p00 >> 64) + low64(p01) + low64(p10);
    return {p11 + (p01 >> 64) + (p10 >> 64) + (middle >> 64), (middle << 64) | low64(p00)};
}

struct Division
{
    UInt128 quotient = 0;
    UInt128 remainder = 0;
};

constexpr UInt128 fiveToThe12th = unitsPerOne >> decimalPlaces;
static_assert(fiveToThe12th << decimalPlaces == unitsPerOne);
constexpr int reciprocalBits = 155;
/// floor(2^155 / 5^12) + 1. It is too large by less than 2^24 / 5^12, so n * reciprocal / 2^155 has the whole
/// part of n / 5^12 for every n below 2^131.
constexpr UInt128 reciprocal = (UInt128{0x8cbccc096f5088cb} << 64) | 0xf93f87b7442e45d4;
static_assert(reciprocal * fiveToThe12th < 1 << 24); // in 128 bits: less 2^155

/// By nearly all divisors of this program: multiplied, since no processor divides 128 bits at once.
constexpr Division divideByUnitsPerOne(UInt128 n)
{
    const UInt128 quotient = multiply(n >> decimalPlaces, reciprocal).high >> (reciprocalBits - 128);
    const auto remainder = static_cast<std::uint64_t>(n) -
                           static_cast<std::uint64_t>(quotient) * static_cast<std::uint64_t>(unitsPerOne);
    return {quotient, remainder};
}

Division divide(Product n, UInt128 d)
{
    if (n.high == 0) {
        return d == unitsPerOne ? divideByUnitsPerOne(n.low) : Division{n.low / d, n.low % d};
    }
    if (n.high >= d) {
        overflow();
    }
    UInt128 quotient = 0;
    UInt128 remainder = n.high;
    for (int bit = 127; bit >= 0; --bit) {
        const bool carry = (remainder >> 127) != 0;
        remainder = (remainder << 1) | ((n.low >> bit) & 1);
        quotient <<= 1;
        if (carry || remainder >= d) {
            remainder -= d;
            quotient |= 1;
        }
    }
    return {quotient, remainder};
}

UInt128 powerOfTen(int exponent)
{
    UInt128 power = 1;
    for (int i = 0; i < exponent; ++i) {
        power *= 10;
    }
    return power;
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

std::string digits(UInt128 value)
{
    std::array<char, 40> buffer{};
    auto at = buffer.end();
    do {
        *--at = static_cast<char>('0' + static_cast<int>(value % 10));
        value /= 10;
    } while (value != 0);
    return {at, buffer.end()};
}

} // namespace

void overflow()
{
    std::fputs("headroom: a decimal left its range or was divided by zero\n", stderr);
    std::abort();
}

Int128 sum(Int128 a, Int128 b)
{
    Int128 result = 0;
    if (__builtin_add_overflow(a, b, &result)) {
        overflow();
    }
    return result;
}

Int128 difference(Int128 a, Int128 b)
{
    Int128 result = 0;
    if (__builtin_sub_overflow(a, b, &result)) {
        overflow();
    }
    return result;
}

Int128 product(Int128 a, Int128 b)
{
    Int128 result = 0;
    if (__builtin_mul_overflow(a, b, &result)) {
        overflow();
    }
    return result;
}

Int128 mulDiv(Int128 a, Int128 b, Int128 c, Rounding rounding)
{
    if (c == 0) {
        overflow();
    }
    const bool negative = ((a < 0) != (b < 0)) != (c < 0);
    const UInt128 divisor = magnitude(c);
    auto [quotient, remainder] = divide(multiply(magnitude(a), magnitude(b)), divisor);
    if (remainder != 0) {
        const UInt128 rest = divisor - remainder;
        const bool up =
            rounding == Rounding::Up || (rounding == Rounding::HalfEven &&
                                            (remainder > rest || (remainder == rest && (quotient & 1) != 0)));
        quotient += up ? 1 : 0;
    }
    if (quotient > static_cast<UInt128>(-1) >> 1) {
        overflow();
    }
    const auto result = static_cast<Int128>(quotient);
    return negative ? -result : result;
}

Int128 scaledProduct(Int128 a, Int128 b)
{
    const UInt128 x = magnitude(a);
    const UInt128 y = magnitude(b);
    if (!fitsInto64(x | y)) {
        return mulDiv(a, b, unitsPerOne);
    }
    constexpr std::uint64_t half = unitsPerOne / 2;
    const auto [quotient, remainder] = divideByUnitsPerOne(low64(x) * low64(y));
    const auto rest = static_cast<std::uint64_t>(remainder);
    const std::uint64_t up = rest > half || (rest == half && (quotient & 1) != 0) ? 1 : 0;
    const auto result = static_cast<Int128>(quotient + up);
    return (a < 0) != (b < 0) ? -result : result;
}

namespace
{

/// Nothing where readShortUnits() does not suffice, also for text that is no decimal.
std::optional<Int128> parseShortUnits(std::string_view text)
{
    std::array<char, 2 * decimalPadding> padded{};
    if (text.size() > padded.size() - decimalPadding) {
        return std::nullopt;
    }
    std::ranges::copy(text, padded.begin());
    const char *at = padded.data();
    Int128 units = 0;
    const bool isRead = readShortUnits(at, units) && at == padded.data() + text.size();
    return isRead ? std::optional{units} : std::nullopt;
}

} // namespace

Result<Int128> parseUnits(std::string_view text)
{
    const auto malformed = [&] {
        return failure(
            ErrorCode::Malformed, "not a decimal number: \"" + std::string{text.substr(0, 48)} + "\"");
    };
    if (const auto units = parseShortUnits(text)) {
        return *units;
    }
    std::string_view rest = text;
    const bool negative = !rest.empty() && rest.front() == '-';
    if (negative) {
        rest.remove_prefix(1);
    }
    const auto point = std::min(rest.find('.'), rest.size());
    const std::string_view whole = rest.substr(0, point);
    const std::string_view fraction = point < rest.size() ? rest.substr(point + 1) : std::string_view{};
    const bool hasPoint = point < rest.size();
    if (whole.empty() || (hasPoint && fraction.empty()) || !std::ranges::all_of(whole, isDigit) ||
        !std::ranges::all_of(fraction, isDigit)) {
        return malformed();
    }
    const auto significant = fraction.find_last_not_of('0');
    const std::string_view kept =
        significant == std::string_view::npos ? std::string_view{} : fraction.substr(0, significant + 1);
    if (kept.size() > decimalPlaces) {
        return malformed();
    }
    constexpr UInt128 largest = static_cast<UInt128>(-1) >> 1;
    UInt128 value = 0;
    const auto append = [&value](char digit) {
        const auto d = static_cast<unsigned>(digit - '0');
        if (value > (largest - d) / 10) {
            return false;
        }
        value = value * 10 + d;
        return true;
    };
    if (!std::ranges::all_of(whole, append) || !std::ranges::all_of(kept, append)) {
        return malformed();
    }
    for (std::size_t i = kept.size(); i < decimalPlaces; ++i) {
        if (!append('0')) {
            return malformed();
        }
    }
    const auto units = static_cast<Int128>(value);
    return negative ? -units : units;
}

std::string unitsToFixed(Int128 units, int decimals, Rounding rounding)
{
    const int kept = std::clamp(decimals, 0, decimalPlaces);
    const Int128 scaled = mulDiv(units, 1, static_cast<Int128>(powerOfTen(decimalPlaces - kept)), rounding);
    std::string text = digits(magnitude(scaled));
    if (kept > 0) {
        if (text.size() <= static_cast<std::size_t>(kept)) {
            text.insert(0, static_cast<std::size_t>(kept) + 1 - text.size(), '0');
        }
        text.insert(text.size() - static_cast<std::size_t>(kept), 1, '.');
    }
    return scaled < 0 ? "-" + text : text;
}

std::string unitsToString(Int128 units)
{
    return unitsToFixed(units, decimalsOf(units), Rounding::Down);
}

double unitsToDouble(Int128 units)
{
    return static_cast<double>(units) / static_cast<double>(unitsPerOne);
}

Int128 doubleToUnits(double value)
{
    const double units = std::round(value * static_cast<double>(unitsPerOne));
    if (!std::isfinite(units) || std::abs(units) > 1.7e38) {
        overflow();
    }
    return static_cast<Int128>(units);
}

int decimalsOf(Int128 units)
{
    // What is left of a whole one fits into 64 bits, where a division costs a tenth.
    auto rest = static_cast<std::uint64_t>(magnitude(units) % static_cast<UInt128>(unitsPerOne));
    if (rest == 0) {
        return 0;
    }
    int decimals = decimalPlaces;
    for (; rest % 10 == 0; rest /= 10) {
        --decimals;
    }
    return decimals;
}

} // namespace domain::detail
