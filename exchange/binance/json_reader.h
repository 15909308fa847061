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
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <simdjson.h>
#include <string>
#include <string_view>
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

/// Calls onMember(key, value) for each member; members it leaves alone are skipped. False: no object, broken
/// text, or onMember said false.
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
        if (!onMember(key, field.value())) {
            Workspace::ofThread().noteFailure(key);
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

/// Reads an array, or one object as an array of one.
template <class Source, class OnElement> bool eachRow(Source &source, OnElement onElement)
{
    od::json_type type{};
    if (source.type().get(type) != simdjson::SUCCESS) {
        return false;
    }
    return type == od::json_type::array ? eachElement(source, onElement) : onElement(source);
}

/// The bare text of a number or of a string without escapes; empty for null. False: anything else.
inline bool readToken(od::value &value, std::string_view &token)
{
    od::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS) {
        return false;
    }
    if (type == od::json_type::string) {
        od::raw_json_string raw;
        if (value.get_raw_json_string().get(raw) != simdjson::SUCCESS) {
            return false;
        }
        const char *end = raw.raw();
        while (*end != '"' && *end != '\\') {
            ++end;
        }
        token = {raw.raw(), static_cast<std::size_t>(end - raw.raw())};
        return *end == '"';
    }
    if (type == od::json_type::number) {
        token = value.raw_json_token();
    } else if (type == od::json_type::null) {
        token = {};
        bool isNull = false;
        return simdjson::simdjson_result<bool>{value.is_null()}.get(isNull) == simdjson::SUCCESS && isNull;
    } else {
        return false;
    }
    while (!token.empty() &&
           (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t')) {
        token.remove_suffix(1);
    }
    return true;
}

/// Decimals come as strings or numbers; null and "" leave the value as it is.
template <class Measure> bool read(od::value &value, domain::Exact<Measure> &out)
{
    std::string_view token;
    if (!readToken(value, token)) {
        return false;
    }
    while (!token.empty() && token.back() == ' ') {
        token.remove_suffix(1); // seen in recorded index klines
    }
    if (token.empty()) {
        return true;
    }
    const auto parsed = domain::Exact<Measure>::parse(token);
    if (parsed) {
        out = *parsed;
    }
    return parsed.has_value();
}

/// Integers come as numbers or strings; null and "" leave the value as it is.
template <class Integer>
requires(std::is_same_v<Integer, std::int64_t> || std::is_same_v<Integer, int>) bool read(
    od::value &value, Integer &out)
{
    std::string_view token;
    if (!readToken(value, token)) {
        return false;
    }
    if (token.empty()) {
        return true;
    }
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), out);
    return error == std::errc{} && end == token.data() + token.size();
}

template <class Value> bool read(Value &value, domain::Timestamp &out)
{
    std::int64_t ms = domain::toMs(out);
    // Times beyond the year 9999 are not times; they would overflow calendar arithmetic.
    constexpr std::int64_t latest = 253'402'300'799'999;
    if (!read(value, ms) || ms < 0 || ms > latest) {
        return false;
    }
    out = domain::timestampFromMs(ms);
    return true;
}

/// Text, or a number as text; null gives the empty text.
inline bool read(od::value &value, std::string &out)
{
    std::string_view text;
    if (readToken(value, text)) {
        out = text;
        return true;
    }
    // A string with escapes, or nothing that is text.
    if (value.get_string().get(text) != simdjson::SUCCESS) {
        return false;
    }
    out = text;
    return true;
}

/// true, false, "true", "false"; null leaves the value as it is.
inline bool read(od::value &value, bool &out)
{
    od::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS) {
        return false;
    }
    if (type == od::json_type::boolean) {
        return value.get_bool().get(out) == simdjson::SUCCESS;
    }
    std::string_view token;
    if (!readToken(value, token) || (!token.empty() && token != "true" && token != "false")) {
        return false;
    }
    out = token.empty() ? out : token == "true";
    return true;
}

template <class T> bool read(od::value &value, std::optional<T> &out)
{
    T inner{};
    if (!read(value, inner)) {
        return false;
    }
    out = inner;
    return true;
}

/// Enumerations: parse is one of domain's parseX functions; unknown words are harmless there.
template <class Enum> bool readWord(od::value &value, Enum &out, Enum (*parse)(std::string_view))
{
    std::string_view token;
    if (!readToken(value, token)) {
        return false;
    }
    if (!token.empty()) {
        out = parse(token);
    }
    return true;
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
