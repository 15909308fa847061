#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support
{

/// A member of a JSON text: where it stands, so that it can be replaced or taken out.
struct JsonMember
{
    std::string name;
    std::size_t from = 0;    ///< of the name's quote
    std::size_t valueAt = 0; ///< of the value's first byte
    std::size_t to = 0;      ///< behind the value

    /// The text with another value in place of this member's.
    std::string with(std::string_view text, std::string_view value) const
    {
        return std::string{text.substr(0, valueAt)} + std::string{value} + std::string{text.substr(to)};
    }
    /// The text without this member and the comma that parted it from its neighbour.
    std::string removedFrom(std::string_view text) const
    {
        std::size_t begin = from;
        std::size_t end = to;
        if (end < text.size() && text[end] == ',') {
            ++end;
        } else if (begin > 0 && text[begin - 1] == ',') {
            --begin;
        }
        return std::string{text.substr(0, begin)} + std::string{text.substr(end)};
    }
    std::string valueIn(std::string_view text) const
    {
        return std::string{text.substr(valueAt, to - valueAt)};
    }
};

/// All members of a valid JSON text without blanks and escapes, at every depth, in their order.
inline std::vector<JsonMember> membersOf(std::string_view text)
{
    std::vector<JsonMember> members;
    std::size_t at = 0;
    const auto skipString = [&] { at = text.find('"', at + 1) + 1; };
    const std::function<void()> skipValue = [&] {
        if (text[at] == '"') {
            skipString();
        } else if (text[at] == '{' || text[at] == '[') {
            const bool isObject = text[at] == '{';
            while (text[++at] != '}' && text[at] != ']') {
                JsonMember member;
                member.from = at;
                if (isObject) {
                    skipString();
                    member.name = text.substr(member.from + 1, at - member.from - 2);
                    member.valueAt = ++at;
                }
                const std::size_t index = members.size();
                if (isObject) {
                    members.push_back(member);
                }
                skipValue();
                if (isObject) {
                    members[index].to = at;
                }
                if (text[at] != ',') {
                    break;
                }
            }
            ++at;
        } else {
            at = std::min(text.find_first_of(",]}", at), text.size());
        }
    };
    skipValue();
    return members;
}

} // namespace support
