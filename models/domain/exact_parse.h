#pragma once

// Only for parsers: reads the usual decimals without a branch per digit.

#include "models/domain/exact.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace domain::detail
{

/// Bytes behind the text that the functions below may look at; none of them may be a digit or a point.
inline constexpr std::size_t decimalPadding = 32;

/// Eight readable bytes, the first in the lowest.
[[gnu::always_inline]] inline std::uint64_t eightBytes(const char *text)
{
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text, sizeof bytes);
    if constexpr (std::endian::native == std::endian::big) {
        bytes = __builtin_bswap64(bytes);
    }
    return bytes;
}

/// The highest bit of each byte up to and with the first that is no digit says so.
[[gnu::always_inline]] inline std::uint64_t othersIn(std::uint64_t bytes)
{
    const std::uint64_t digits = bytes ^ 0x3030'3030'3030'3030U; // 0 to 9 where the byte is a digit
    return ((digits + 0x7676'7676'7676'7676U) | digits) & 0x8080'8080'8080'8080U;
}

/// The value of the first 1 to 8 bytes, which are digits.
[[gnu::always_inline]] inline std::uint64_t valueOf(std::uint64_t bytes, int count)
{
    // The last digit into the highest byte, zeros before the first; then pairs, fours, all eight.
    std::uint64_t sum = (bytes ^ 0x3030'3030'3030'3030U) << (64 - 8 * count);
    sum = (sum * 2'561) >> 8;
    sum = ((sum & 0x00ff'00ff'00ff'00ffU) * 6'553'601) >> 16;
    return ((sum & 0x0000'ffff'0000'ffffU) * 42'949'672'960'001U) >> 32;
}

/// Bit i: byte i of 16 readable ones is no digit; exact up to the second such byte. Bit 16 is always set.
[[gnu::always_inline]] inline std::uint32_t othersOf16(const char *text)
{
#ifdef __SSE2__
    __m128i bytes{};
    std::memcpy(&bytes, text, sizeof bytes);
    const __m128i digits = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    const int areDigits = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits));
    return (~static_cast<std::uint32_t>(areDigits) & 0xffffU) | 0x10000U;
#else
    std::uint32_t others = 0x10000U;
    for (int i = 0; i < 16; ++i) {
        others |= (text[i] < '0' || text[i] > '9') ? 1U << i : 0U;
    }
    return others;
#endif
}

struct DigitRun
{
    std::uint64_t value = 0;
    int count = 0;
};

inline constexpr std::array<std::uint64_t, decimalPlaces + 1> powersOfTen{1, 10, 100, 1'000, 10'000, 100'000,
    1'000'000, 10'000'000, 100'000'000, 1'000'000'000, 10'000'000'000, 100'000'000'000, 1'000'000'000'000};

/// Up to 15 digits from `at` on, which moves behind them. count 16: there may be more.
[[gnu::always_inline]] inline DigitRun readDigits(const char *&at)
{
    std::uint64_t bytes = eightBytes(at);
    std::uint64_t others = othersIn(bytes);
    std::uint64_t high = 0;
    int count = 0;
    if (others == 0) {
        high = valueOf(bytes, 8);
        at += 8;
        count = 8;
        bytes = eightBytes(at);
        others = othersIn(bytes);
    }
    const int more = std::countr_zero(others) / 8;
    if (more == 0) {
        return {high, count};
    }
    at += more;
    return {high * powersOfTen[static_cast<std::size_t>(more)] + valueOf(bytes, more), count + more};
}

/// As readShortUnits(), for up to 15 digits before and 12 behind the point.
inline bool readLongerUnits(const char *&at, Int128 &units)
{
    constexpr int tooLong = 16;
    const DigitRun whole = readDigits(at);
    if (whole.count == 0 || whole.count == tooLong) {
        return false;
    }
    units = Int128{whole.value} * unitsPerOne;
    if (*at == '.') {
        ++at;
        const DigitRun fraction = readDigits(at);
        if (fraction.count == 0 || fraction.count > decimalPlaces) {
            return false;
        }
        units += static_cast<std::int64_t>(
            fraction.value * powersOfTen[static_cast<std::size_t>(decimalPlaces - fraction.count)]);
    }
    return true;
}

/// Reads the decimal at `at`, which moves behind it. False: anything else, also a longer decimal, which
/// parseUnits() would read; `at` and units are of no use then.
[[gnu::always_inline]] inline bool readShortUnits(const char *&at, Int128 &units)
{
    const bool isNegative = *at == '-';
    if (isNegative) {
        ++at;
    }
    // Both ends from one look at 16 bytes: the next token's place does not wait for this one's value.
    const std::uint32_t others = othersOf16(at);
    const int point = std::countr_zero(others);
    const int end = std::countr_zero(others & (others - 1));
    const int decimals = end - point - 1;
    if (point >= 1 && point <= 8 && end < 16 && at[point] == '.' && decimals >= 1 && decimals <= 8) {
        const std::uint64_t fraction = valueOf(eightBytes(at + point + 1), decimals) *
                                       powersOfTen[static_cast<std::size_t>(decimalPlaces - decimals)];
        units = Int128{valueOf(eightBytes(at), point)} * unitsPerOne + static_cast<std::int64_t>(fraction);
        at += end;
    } else if (!readLongerUnits(at, units)) {
        return false;
    }
    if (isNegative) {
        units = -units;
    }
    return true;
}

} // namespace domain::detail
