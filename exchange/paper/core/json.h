#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace paper
{

/// Writes compact JSON; commas are set by itself. Texts are escaped; decimals are written as texts, as the
/// exchange does, by calling with their text.
class JsonWriter
{
public:
    JsonWriter &beginObject() { return open('{'); }
    JsonWriter &endObject() { return close('}'); }
    JsonWriter &beginArray() { return open('['); }
    JsonWriter &endArray() { return close(']'); }
    JsonWriter &key(std::string_view name);
    JsonWriter &text(std::string_view value);
    JsonWriter &number(std::int64_t value);
    JsonWriter &boolean(bool value);
    JsonWriter &null() { return raw("null"); }
    /// A finished piece of JSON.
    JsonWriter &raw(std::string_view json);

    JsonWriter &field(std::string_view name, std::string_view value) { return key(name).text(value); }
    JsonWriter &field(std::string_view name, const std::string &value) { return key(name).text(value); }
    JsonWriter &field(std::string_view name, const char *value) { return key(name).text(value); }
    JsonWriter &field(std::string_view name, std::integral auto value)
    {
        if constexpr (std::same_as<decltype(value), bool>) {
            return key(name).boolean(value);
        } else {
            return key(name).number(static_cast<std::int64_t>(value));
        }
    }

    const std::string &str() const { return m_text; }
    std::string take() { return std::move(m_text); }

private:
    JsonWriter &open(char bracket);
    JsonWriter &close(char bracket);
    void separate();

    std::string m_text;
    bool m_needsComma = false;
};

} // namespace paper
