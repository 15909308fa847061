#pragma once

#include "models/domain/result.h"
#include "tests/support/json_damage.h"
#include "tests/support/wire_words.h"

#include <algorithm>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace support
{

/// What a parser makes of a text: its words, or why it refuses.
using WireReader = std::function<domain::Result<WireWords>(std::string_view)>;

/// One valid message, and for its members what they are: "symbol:text! time:time=none …".
/// '!': the message is refused without it, by the name behind the mark or its own; "=…": what may be read
/// where an optional one is missing or empty, else 0, "", false or UNKNOWN; '?': missing, but never empty. A
/// name that occurs twice is described twice, or once for all; members that are not described mean nothing to
/// us. Kinds: text, integer, decimal, time, flag; side, leg, margin: words we must know; word: words we need
/// not know; list, object; kept: not damaged.
struct WireCase
{
    std::string name;
    WireReader read;
    std::string json;
    std::string members;
};

namespace detail
{

struct MemberKind
{
    std::string kind;
    bool isRequired = false;
    bool mayBeEmpty = true;
    std::string nameWhereMissing;
    std::vector<std::string> otherwise;
};

inline std::map<std::string, std::vector<MemberKind>> kindsOf(const std::string &members)
{
    std::map<std::string, std::vector<MemberKind>> kinds;
    std::istringstream in{members};
    for (std::string item; in >> item;) {
        MemberKind kind;
        const auto colon = item.find(':');
        kind.kind = item.substr(colon + 1);
        if (const auto mark = kind.kind.find('?'); mark != std::string::npos) {
            kind.mayBeEmpty = false;
            kind.kind.erase(mark, 1);
        }
        if (const auto equals = kind.kind.find('='); equals != std::string::npos) {
            std::istringstream words{kind.kind.substr(equals + 1)};
            for (std::string word; std::getline(words, word, '|');) {
                kind.otherwise.push_back(word);
            }
            kind.kind.resize(equals);
        } else if (const auto mark = kind.kind.find('!'); mark != std::string::npos) {
            kind.isRequired = true;
            kind.nameWhereMissing = kind.kind.substr(mark + 1);
            kind.kind.resize(mark);
        } else {
            const bool isNumber = kind.kind == "integer" || kind.kind == "decimal" || kind.kind == "time";
            kind.otherwise = {isNumber              ? "0"
                              : kind.kind == "flag" ? "false"
                              : kind.kind == "word" ? "UNKNOWN"
                                                    : ""};
        }
        kinds[item.substr(0, colon)].push_back(kind);
    }
    return kinds;
}

/// Another valid value of that kind.
inline std::string otherValue(const std::string &kind, const std::string &value)
{
    const auto otherOf = [&](std::string_view one, std::string_view two) {
        const std::string quoted = '"' + std::string{one} + '"';
        return value == quoted ? '"' + std::string{two} + '"' : quoted;
    };
    if (kind == "integer") {
        return value.front() == '"' ? "\"77\"" : "77";
    }
    if (kind == "decimal") {
        return value.front() == '"' ? "\"7.25\"" : "7.25";
    }
    if (kind == "time") {
        return "1700000000123";
    }
    if (kind == "flag") {
        return value == "true" ? "false" : value == "false" ? "true" : otherOf("true", "false");
    }
    if (kind == "side") {
        return otherOf("BUY", "SELL");
    }
    if (kind == "leg") {
        return otherOf("LONG", "SHORT");
    }
    if (kind == "margin") {
        return value == "\"ISOLATED\"" ? "\"CROSSED\"" : otherOf("isolated", "cross");
    }
    return "\"OTHER\"";
}

/// Values that no member of that kind may have.
inline std::vector<std::string> badValues(const std::string &kind)
{
    const std::string tooLong(45, '9');
    if (kind == "text" || kind == "word") {
        return {"{}", "[]", "true", "nul", "\"\\ud8\""};
    }
    if (kind == "list") {
        return {"{}", "true", "12", "\"word\"", "[1]", "nul", "[{]"};
    }
    if (kind == "object") {
        return {"[]", "true", "12", "\"word\"", "nul"};
    }
    std::vector<std::string> bad{
        "{}", "[]", "\"word\"", tooLong, '"' + tooLong + '"', "\"1\\u0031\"", "nul", "1.5.5", "\"--1\""};
    if (kind == "flag") {
        bad.insert(bad.end(), {"-1", "tru", "\"True\"", "1"});
        return bad;
    }
    bad.emplace_back("true");
    if (kind == "integer" || kind == "time") {
        bad.insert(bad.end(), {"1.5", "\"1e3\"", "99999999999999999999", "\"12 \""});
    }
    if (kind == "time") {
        bad.insert(bad.end(), {"-1", "253402300800000"});
    }
    if (kind == "decimal") {
        bad.insert(bad.end(), {"\"1e3\"", "\"1,5\"", "\"0.1234567890123\"", "\"NaN\""});
    }
    return bad;
}

inline bool saysOnly(const WireWords &read, const WireWords &valid, const std::vector<std::string> &otherwise)
{
    if (read.size() != valid.size()) {
        return false;
    }
    for (std::size_t i = 0; i < read.size(); ++i) {
        if (read[i] != valid[i] && std::ranges::find(otherwise, read[i]) == otherwise.end()) {
            return false;
        }
    }
    return read != valid;
}

} // namespace detail

/// Damages each member of the message in every way; empty, or what is wrong with the answers.
inline std::string findWeakness(const WireCase &test)
{
    const auto valid = test.read(test.json);
    if (!valid) {
        return "the valid message is refused: " + valid.error().detail;
    }
    const auto kinds = detail::kindsOf(test.members);
    std::map<std::string, std::size_t> seen;
    std::string problem;
    const auto complain = [&](const std::string &what, const std::string &text) {
        problem = problem.empty() ? what + ": " + text : problem;
    };
    for (const JsonMember &member : membersOf(test.json)) {
        const auto found = kinds.find(member.name);
        const std::string removed = member.removedFrom(test.json);
        if (found == kinds.end()) {
            for (const std::string &text : {removed, member.with(test.json, "null"),
                     member.with(test.json, "[{\"a\":[1,{}]}]"), member.with(test.json, "\"\\u0041\"")}) {
                const auto read = test.read(text);
                if (!read || *read != *valid) {
                    complain("a member that means nothing to us matters", text);
                }
            }
            continue;
        }
        const std::size_t at = std::min(seen[member.name]++, found->second.size() - 1);
        const detail::MemberKind kind = found->second[at];
        if (kind.kind == "kept") {
            continue;
        }
        const auto mustRefuse = [&](const std::string &text, std::string_view name) {
            const auto read = test.read(text);
            if (read) {
                complain("taken though \"" + member.name + "\" is damaged", text);
            } else if (read.error().code != domain::ErrorCode::Malformed) {
                complain("not called malformed", text);
            } else if (read.error().detail.find(std::string{name}) == std::string::npos) {
                complain(read.error().detail + " does not say " + std::string{name}, text);
            }
        };
        const auto read = [&](const std::string &text) {
            const auto words = test.read(text);
            if (!words) {
                complain("refused: " + words.error().detail, text);
            }
            return words.value_or(WireWords{});
        };
        const bool isPlain = kind.kind != "list" && kind.kind != "object";
        if (isPlain) {
            const std::string other = detail::otherValue(kind.kind, member.valueIn(test.json));
            if (read(member.with(test.json, other)) == *valid) {
                complain("\"" + member.name + "\" is not read", other);
            }
        }
        const std::string ownName = "(member \"" + member.name + "\")";
        for (const std::string &bad : detail::badValues(kind.kind)) {
            mustRefuse(member.with(test.json, bad), isPlain ? std::string_view{ownName} : std::string_view{});
        }
        if (kind.isRequired) {
            mustRefuse(removed,
                kind.nameWhereMissing.empty() ? ownName : "(member \"" + kind.nameWhereMissing + "\")");
            mustRefuse(member.with(test.json, "null"), ownName);
            mustRefuse(member.with(test.json, "\"\""), ownName);
            continue;
        }
        const WireWords without = read(removed);
        if (isPlain && !detail::saysOnly(without, *valid, kind.otherwise)) {
            complain("not the default", removed);
        }
        for (const std::string_view empty : {"null", "\"\""}) {
            const std::string emptied = member.with(test.json, empty);
            if (!kind.mayBeEmpty) {
                mustRefuse(emptied, ownName);
            } else if (read(emptied) != without) {
                complain("empty is another thing than missing", emptied);
            }
        }
    }
    for (const auto &[name, described] : kinds) {
        if (seen[name] < described.size()) {
            complain("the valid message has no", name);
        }
    }
    return problem;
}

} // namespace support
