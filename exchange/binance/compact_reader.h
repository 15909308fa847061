#pragma once

// Only for the parsers (*_parse.cpp): the fast way through messages as the venue writes them, without blanks
// and escapes, in ASCII. The functions have the names of those in json_reader.h, so that what a message means
// is written once for both. Each answers false to everything else, and simdjson decides about the message.

#include "exchange/binance/json_reader.h"

#include <bit>
#include <limits>
#include <utility>

namespace binance::json
{

/// A place in a text that is followed by NULs (Workspace::load).
struct CompactText
{
    const char *at = nullptr;
    /// Begins the next object: ',' where its first member has been read already.
    char opening = '{';

    [[gnu::always_inline]] bool skip(std::string_view expected)
    {
        const bool isThere = std::memcmp(at, expected.data(), expected.size()) == 0;
        at += isThere ? expected.size() : 0;
        return isThere;
    }
    [[gnu::always_inline]] bool skip(char expected) { return *at++ == expected; }
    /// A string of printable ASCII without escapes.
    [[gnu::always_inline]] bool string(std::string_view &content)
    {
        if (*at != '"') {
            return false;
        }
        const char *const start = ++at;
        std::uint64_t stops = 0;
        for (; (stops = stopsIn(at)) == 0; at += 8) {
        }
        at += std::countr_zero(stops) / 8;
        content = {start, static_cast<std::size_t>(at - start)};
        return *at++ == '"';
    }
    [[gnu::always_inline]] bool skipScalar()
    {
        std::string_view ignored;
        switch (*at) {
        case '"':
            return string(ignored);
        case 't':
            return skip("true");
        case 'f':
            return skip("false");
        case 'n':
            return skip("null");
        default:
            const char *const start = at;
            domain::detail::readDigits(at); // eight at a time; most numbers end with them
            while ((*at >= '0' && *at <= '9') || *at == '-' || *at == '+' || *at == '.' || *at == 'e' ||
                   *at == 'E') {
                ++at;
            }
            return at != start;
        }
    }

private:
    /// Marks of eight bytes: the lowest set bit is in the first that is '"', '\\', a control or not ASCII.
    [[gnu::always_inline]] static std::uint64_t stopsIn(const char *text)
    {
        constexpr std::uint64_t ones = 0x0101'0101'0101'0101U;
        constexpr std::uint64_t highBits = 0x80 * ones;
        const std::uint64_t bytes = domain::detail::eightBytes(text);
        const auto zeros = [](std::uint64_t word) { return (word - ones) & ~word; };
        return (zeros(bytes ^ ('"' * ones)) | zeros(bytes ^ ('\\' * ones)) | ((bytes - ' ' * ones) & ~bytes) |
                   bytes) &
               highBits;
    }
};

template <class OnMember> [[gnu::always_inline]] inline bool eachMember(CompactText &text, OnMember onMember)
{
    if (*text.at != std::exchange(text.opening, '{')) {
        return false;
    }
    do {
        ++text.at;
        std::string_view key{text.at + 1, 1};
        if (text.at[0] == '"' && text.at[1] > ' ' && text.at[1] != '"' && text.at[1] != '\\' &&
            text.at[2] == '"' && text.at[3] == ':') {
            text.at += 4; // one letter, as nearly always
        } else if (!text.string(key) || !text.skip(':')) {
            return false;
        }
        const char *const value = text.at;
        if (!onMember(key, text) || (text.at == value && !text.skipScalar())) {
            return false;
        }
    } while (*text.at == ',');
    return text.skip('}');
}

template <class OnElement>
[[gnu::always_inline]] inline bool eachElement(CompactText &text, OnElement onElement)
{
    if (!text.skip('[')) {
        return false;
    }
    if (*text.at == ']') {
        ++text.at;
        return true;
    }
    do {
        if (!onElement(text)) {
            return false;
        }
    } while (*text.at++ == ',');
    return text.at[-1] == ']';
}

template <class Measure>
[[gnu::always_inline]] inline bool read(CompactText &text, domain::Exact<Measure> &out)
{
    if (!text.skip('"')) {
        return false;
    }
    domain::Int128 units = 0;
    if (!domain::detail::readShortUnits(text.at, units)) {
        return false;
    }
    out = domain::Exact<Measure>::fromUnits(units);
    return text.skip('"');
}

[[gnu::always_inline]] inline bool read(CompactText &text, std::int64_t &out)
{
    constexpr int tooLong = 16;
    const domain::detail::DigitRun digits = domain::detail::readDigits(text.at);
    out = static_cast<std::int64_t>(digits.value);
    return digits.count > 0 && digits.count < tooLong;
}

inline bool read(CompactText &text, int &out)
{
    std::int64_t wide = 0;
    if (!read(text, wide) || wide > std::numeric_limits<int>::max()) {
        return false;
    }
    out = static_cast<int>(wide);
    return true;
}

[[gnu::always_inline]] inline bool read(CompactText &text, std::string &out)
{
    std::string_view content;
    if (!text.string(content) || content.empty()) {
        return false;
    }
    out = content;
    return true;
}

inline bool read(CompactText &text, bool &out)
{
    out = *text.at == 't';
    return text.skip(out ? std::string_view{"true"} : std::string_view{"false"});
}

inline bool readToken(CompactText &text, std::string_view &token)
{
    return text.string(token) && !token.empty();
}

/// As read(), but "" leaves the value as it is.
template <class T> bool readOptional(CompactText &text, T &out)
{
    return text.skip("\"\"") || read(text, out);
}

inline bool readLevels(CompactText &text, std::vector<domain::BookLevel> &levels)
{
    return eachElement(text, [&](CompactText &pair) {
        domain::BookLevel &level = levels.emplace_back();
        return pair.skip('[') && read(pair, level.price) && pair.skip(',') && read(pair, level.quantity) &&
               pair.skip(']');
    });
}

} // namespace binance::json
