#include "exchange/paper/core/json.h"

namespace paper
{

void JsonWriter::separate()
{
    if (m_needsComma) {
        m_text += ',';
    }
    m_needsComma = true;
}

JsonWriter &JsonWriter::open(char bracket)
{
    separate();
    m_text += bracket;
    m_needsComma = false;
    return *this;
}

JsonWriter &JsonWriter::close(char bracket)
{
    m_text += bracket;
    m_needsComma = true;
    return *this;
}

JsonWriter &JsonWriter::key(std::string_view name)
{
    text(name);
    m_text += ':';
    m_needsComma = false;
    return *this;
}

JsonWriter &JsonWriter::text(std::string_view value)
{
    separate();
    m_text += '"';
    for (const char c : value) {
        if (c == '"' || c == '\\') {
            m_text += '\\';
            m_text += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            constexpr char digits[] = "0123456789abcdef";
            m_text += "\\u00";
            m_text += digits[c >> 4];
            m_text += digits[c & 15];
        } else {
            m_text += c;
        }
    }
    m_text += '"';
    return *this;
}

JsonWriter &JsonWriter::number(std::int64_t value)
{
    return raw(std::to_string(value));
}

JsonWriter &JsonWriter::boolean(bool value)
{
    return raw(value ? "true" : "false");
}

JsonWriter &JsonWriter::raw(std::string_view json)
{
    separate();
    m_text += json;
    return *this;
}

} // namespace paper
