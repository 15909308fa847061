#pragma once

// Only for the parsers (*_parse.cpp): simdjson is a heavy header.

// Without exceptions no result can be taken for a value by accident.
#define SIMDJSON_EXCEPTIONS 0

#include "models/domain/exact.h"
#include "models/domain/exact_parse.h"
#include "models/domain/market.h"
#include "models/domain/order.h"
#include "models/domain/result.h"
#include "models/domain/time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <simdjson.h>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace binance::json
{

namespace od = simdjson::ondemand;

/// Parser, padded copy of the text and the name of the member that could not be read; one per thread.
class Workspace
{
public:
    static Workspace &ofThread()
    {
        thread_local Workspace workspace;
        return workspace;
    }
    /// The text with NULs behind it, until the next call.
    std::string_view load(std::string_view text)
    {
        constexpr std::size_t padding =
            std::max<std::size_t>(simdjson::SIMDJSON_PADDING, 2 * domain::detail::decimalPadding);
        m_failedMember.clear();
        if (m_capacity < text.size() + padding) {
            m_capacity = 2 * (text.size() + padding);
            m_buffer = std::make_unique<char[]>(m_capacity);
        }
        std::memcpy(m_buffer.get(), text.data(), text.size());
        std::memset(m_buffer.get() + text.size(), 0, padding);
        return {m_buffer.get(), text.size()};
    }
    /// loaded: what load() gave.
    simdjson::error_code open(std::string_view loaded, od::document &document)
    {
        return m_parser.iterate(loaded.data(), loaded.size(), m_capacity).get(document);
    }
    void noteFailure(std::string_view member)
    {
        if (m_failedMember.empty()) {
            m_failedMember = member;
        }
    }
    void forgetFailure() { m_failedMember.clear(); }
    const std::string &failedMember() const { return m_failedMember; }

private:
    od::parser m_parser;
    std::unique_ptr<char[]> m_buffer;
    std::size_t m_capacity = 0;
    std::string m_failedMember;
};

inline tl::unexpected<domain::Error> malformed(std::string_view what)
{
    std::string detail = "The venue's message is not a readable " + std::string{what};
    if (const std::string &member = Workspace::ofThread().failedMember(); !member.empty()) {
        detail += " (member \"" + member + "\")";
    }
    return domain::failure(domain::ErrorCode::Malformed, detail + ".");
}

/// Notes the name of a member that is not there or makes no sense; gives isGood.
inline bool given(bool isGood, std::string_view member)
{
    if (!isGood) {
        Workspace::ofThread().noteFailure(member);
    }
    return isGood;
}

/// Calls onMember(key, value) for each member; members it leaves alone are skipped. False: no object, broken
/// text, or onMember said false. No member of the venue has escapes in its name: one that does is not read.
template <class OnMember> bool eachMember(od::object &object, OnMember onMember)
{
    for (auto item : object) {
        od::field field;
        if (std::move(item).get(field) != simdjson::SUCCESS) {
            return false;
        }
        const char *const start = field.key().raw();
        const char *end = start;
        while (*end != '"' && *end != '\\') {
            ++end; // the parser has made sure that the string is closed
        }
        const std::string_view key{start, static_cast<std::size_t>(end - start)};
        if (*end == '"' && !given(onMember(key, field.value()), key)) {
            return false;
        }
    }
    return true;
}
template <class Source, class OnMember>
requires(!std::is_same_v<Source, od::object>) bool eachMember(Source &source, OnMember onMember)
{
    od::object object;
    return source.get_object().get(object) == simdjson::SUCCESS && eachMember(object, std::move(onMember));
}

/// Calls onElement(value) for each element. False: no array, broken text, or onElement said false.
template <class Source, class OnElement> bool eachElement(Source &source, OnElement onElement)
{
    od::array array;
    if (source.get_array().get(array) != simdjson::SUCCESS) {
        return false;
    }
    for (auto item : array) {
        od::value value;
        if (std::move(item).get(value) != simdjson::SUCCESS || !onElement(value)) {
            return false;
        }
    }
    return true;
}

/// By the first byte of the value; null also where that says nothing.
template <class Source> od::json_type typeOf(Source &source)
{
    od::json_type type = od::json_type::null;
    static_cast<void>(source.type().get(type));
    return type;
}

/// Reads an array, or one object as an array of one.
template <class Source, class OnElement> bool eachRow(Source &source, OnElement onElement)
{
    return typeOf(source) == od::json_type::array ? eachElement(source, onElement) : onElement(source);
}

// What read() gives a value must be there: null and "" are refused like every other text that is no such
// value. Where the venue may leave a value empty, readOptional() leaves ours as it is.

/// The bare text of a number or of a string without escapes, never empty. False: anything else.
inline bool readToken(od::value &value, std::string_view &token)
{
    const od::json_type type = typeOf(value);
    if (type == od::json_type::string) {
        const char *const start = value.get_raw_json_string().value_unsafe().raw(); // it is a string
        const char *end = start;
        while (*end != '"' && *end != '\\') {
            ++end;
        }
        token = {start, static_cast<std::size_t>(end - start)};
        return *end == '"' && !token.empty();
    }
    if (type != od::json_type::number) {
        return false;
    }
    token = value.raw_json_token();
    token = token.substr(0, token.find_last_not_of(" \n\r\t") + 1);
    return true;
}

/// Decimals come as strings or numbers.
template <class Measure> bool read(od::value &value, domain::Exact<Measure> &out)
{
    std::string_view token;
    if (!readToken(value, token)) {
        return false;
    }
    token = token.substr(0, token.find_last_not_of(' ') + 1); // seen in recorded index klines
    const auto parsed = domain::Exact<Measure>::parse(token);
    if (parsed) {
        out = *parsed;
    }
    return parsed.has_value();
}

/// Integers come as numbers or strings.
template <class Integer>
requires(std::is_same_v<Integer, std::int64_t> || std::is_same_v<Integer, int>) bool read(
    od::value &value, Integer &out)
{
    std::string_view token;
    if (!readToken(value, token)) {
        return false;
    }
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), out);
    return error == std::errc{} && end == token.data() + token.size();
}

template <class Value> bool read(Value &value, domain::Timestamp &out)
{
    std::int64_t ms = 0;
    // Times beyond the year 9999 are not times; they would overflow calendar arithmetic.
    constexpr std::int64_t latest = 253'402'300'799'999;
    if (!read(value, ms) || ms < 0 || ms > latest) {
        return false;
    }
    out = domain::timestampFromMs(ms);
    return true;
}

/// Text, or a number as text.
inline bool read(od::value &value, std::string &out)
{
    std::string_view text;
    if (!readToken(value, text) && // a string with escapes, or nothing that is text
        (value.get_string().get(text) != simdjson::SUCCESS || text.empty())) {
        return false;
    }
    out = text;
    return true;
}

/// true, false, "true", "false".
inline bool read(od::value &value, bool &out)
{
    if (typeOf(value) == od::json_type::boolean) {
        return value.get_bool().get(out) == simdjson::SUCCESS;
    }
    std::string_view token;
    if (!readToken(value, token)) {
        return false;
    }
    out = token == "true";
    return out || token == "false";
}

// The wire's words. An unknown one gives Unknown where the enumeration has that; a side, a leg or a margin
// type is not guessed: false. An unknown working type counts as the last price, the venue's default.

inline bool fromWord(std::string_view word, domain::Side &out)
{
    out = domain::parseSide(word);
    return domain::toWire(out) == word;
}
inline bool fromWord(std::string_view word, domain::PositionSide &out)
{
    out = domain::parsePositionSide(word);
    return domain::toWire(out) == word;
}
inline bool fromWord(std::string_view word, domain::MarginType &out)
{
    out = domain::parseMarginType(word);
    return out == domain::MarginType::Isolated || word == "cross" || word == "CROSSED";
}
inline bool fromWord(std::string_view word, domain::WorkingType &out)
{
    out = domain::parseWorkingType(word);
    return true;
}
inline bool fromWord(std::string_view word, domain::OrderType &out)
{
    out = domain::parseOrderType(word);
    return true;
}
inline bool fromWord(std::string_view word, domain::TimeInForce &out)
{
    out = domain::parseTimeInForce(word);
    return true;
}
template <class Value, class Enum>
requires std::is_enum_v<Enum>
bool read(Value &value, Enum &out)
{
    std::string_view word;
    return readToken(value, word) && fromWord(word, out);
}

template <class T> bool read(od::value &value, std::optional<T> &out)
{
    return read(value, out.emplace());
}

/// null or "", which is read then.
inline bool isBlank(od::value &value)
{
    bool isNull = false;
    const auto error = simdjson::simdjson_result<bool>{value.is_null()}.get(isNull);
    return (error == simdjson::SUCCESS && isNull) || value.raw_json_token().starts_with("\"\"");
}

/// As read(), but null and "" leave the value as it is.
template <class T> bool readOptional(od::value &value, T &out)
{
    return isBlank(value) || read(value, out);
}

/// A member of an object, by any of its names, and what reads its value.
template <class Read> struct Member
{
    std::array<std::string_view, 3> names; ///< the first is told where it is missing
    bool isRequired = false;
    Read read;

    /// The same under another name of older or other messages.
    Member orNamed(std::string_view other) const
    {
        Member more = *this;
        (more.names[1].empty() ? more.names[1] : more.names[2]) = other;
        return more;
    }
    /// Where it is not always there: must hold a value if it is.
    Member onlyIf(bool isNeeded) const
    {
        Member less = *this;
        less.isRequired = isNeeded;
        return less;
    }
    bool isCalled(std::string_view key) const
    {
        return !key.empty() && std::ranges::find(names, key) != names.end();
    }
};

template <class Reader> bool readInto(od::value &value, Reader &reader)
{
    if constexpr (std::is_invocable_v<Reader &, od::value &>) {
        return reader(value);
    } else {
        return read(value, reader);
    }
}
/// Must be there and hold a value. reader: a value of ours, or a function of the wire's value; it stays with
/// the caller.
template <class Reader> auto required(std::string_view name, Reader &&reader)
{
    const auto into = [&reader](od::value &value) { return readInto(value, reader); };
    return Member<decltype(into)>{{name}, true, into};
}
/// May be missing, null or empty: then the value stays as it is.
template <class Reader> auto optional(std::string_view name, Reader &&reader)
{
    const auto into = [&reader](od::value &value) { return isBlank(value) || readInto(value, reader); };
    return Member<decltype(into)>{{name}, false, into};
}

/// Reads the members of an object; others are skipped. missing: the first required one that is not there, or
/// empty. False: no object, broken text, or a member that could not be read.
template <class Source, class... Reads>
bool readMembers(Source &source, std::string_view &missing, const Member<Reads> &...members)
{
    std::array<bool, sizeof...(members)> isThere{};
    const bool isRead = eachMember(source, [&](std::string_view key, od::value &value) {
        bool isGood = true;
        std::size_t at = 0;
        const auto tryMember = [&](const auto &member) {
            const bool isCalled = member.isCalled(key);
            if (isCalled) {
                isThere[at] = true;
                isGood = member.read(value);
            }
            ++at;
            return isCalled;
        };
        static_cast<void>((tryMember(members) || ...));
        return isGood;
    });
    missing = {};
    std::size_t at = 0;
    const auto check = [&](const auto &member) {
        if (missing.empty() && member.isRequired && !isThere[at]) {
            missing = member.names.front();
        }
        ++at;
    };
    (check(members), ...);
    return isRead;
}

/// As readMembers(); false also where a required member is missing, whose name is noted.
template <class Source, class... Reads> bool readObject(Source &source, const Member<Reads> &...members)
{
    std::string_view missing;
    return readMembers(source, missing, members...) && given(missing.empty(), missing);
}

/// [["price","quantity"],…]; further columns are ignored.
inline bool readLevels(od::value &source, std::vector<domain::BookLevel> &levels)
{
    return eachElement(source, [&](od::value &pair) {
        domain::BookLevel &level = levels.emplace_back();
        int column = 0;
        return eachElement(pair, [&](od::value &cell) {
            const int at = column++;
            return at == 0 ? read(cell, level.price) : at == 1 ? read(cell, level.quantity) : true;
        }) && column >= 2;
    });
}

/// Opens the text, lets readDocument(document) fill the result and makes sure that nothing follows.
template <class T, class Read>
domain::Result<T> parseDocument(std::string_view text, std::string_view what, Read readDocument)
{
    od::document document;
    Workspace &workspace = Workspace::ofThread();
    if (workspace.open(workspace.load(text), document) != simdjson::SUCCESS) {
        return malformed(what);
    }
    T result{};
    if (!readDocument(document, result) ||
        document.current_location().error() != simdjson::OUT_OF_BOUNDS) { // something follows
        return malformed(what);
    }
    return result;
}

/// An array of rows, or one row alone; readRow(value, row) fills one.
template <class Row, class ReadRow>
domain::Result<std::vector<Row>> parseRows(std::string_view text, std::string_view what, ReadRow readRow)
{
    return parseDocument<std::vector<Row>>(text, what, [&](od::document &document, std::vector<Row> &rows) {
        return eachRow(document, [&](auto &source) { return readRow(source, rows.emplace_back()); });
    });
}

} // namespace binance::json
