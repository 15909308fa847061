#include "exchange/paper/core/rest.h"

#include "exchange/paper/core/json.h"

#include <algorithm>
#include <charconv>

namespace paper
{
namespace
{

using domain::ErrorCode;
using domain::failure;
using domain::Result;

using Pairs = std::vector<std::pair<std::string, std::string>>;

int hexValue(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

Result<Pairs> pairsOf(std::string_view text, bool plusIsBlank)
{
    Pairs pairs;
    while (!text.empty()) {
        const std::size_t end = text.find('&');
        const std::string_view item = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        if (item.empty()) {
            continue;
        }
        const std::size_t equals = item.find('=');
        const auto name = percentDecoded(item.substr(0, equals), plusIsBlank);
        const auto value = equals == std::string_view::npos
                               ? std::optional<std::string>{""}
                               : percentDecoded(item.substr(equals + 1), plusIsBlank);
        if (!name || !value) {
            return failure(ErrorCode::Rejected, "Illegal characters found in a parameter.", -1100);
        }
        if (value->empty()) {
            return failure(ErrorCode::Rejected, "Parameter '" + *name + "' was empty.", -1105);
        }
        if (std::ranges::find(pairs, *name, &Pairs::value_type::first) != pairs.end()) {
            return failure(ErrorCode::Rejected, "Duplicate values for a parameter detected.", -1101);
        }
        pairs.emplace_back(*name, *value);
    }
    return pairs;
}

std::string withoutSignature(std::string_view text)
{
    constexpr std::string_view name = "signature=";
    std::size_t at = text.starts_with(name) ? 0 : text.find("&signature=");
    if (at == std::string_view::npos) {
        return std::string{text};
    }
    const std::size_t end = text.find('&', at + 1);
    std::string rest{text.substr(0, at)};
    if (end != std::string_view::npos) {
        rest += text.substr(at == 0 ? end + 1 : end);
    }
    return rest;
}

} // namespace

Response unknownPath()
{
    return {404, "<html><body><h1>404 Not Found</h1></body></html>", "text/html", {}};
}

std::string errorBody(int code, std::string_view message)
{
    JsonWriter json;
    json.beginObject().field("code", code).field("msg", message).endObject();
    return json.take();
}

std::optional<std::string> percentDecoded(std::string_view text, bool plusIsBlank)
{
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size() || hexValue(text[i + 1]) < 0 || hexValue(text[i + 2]) < 0) {
                return std::nullopt;
            }
            decoded += static_cast<char>(hexValue(text[i + 1]) * 16 + hexValue(text[i + 2]));
            i += 2;
        } else {
            decoded += text[i] == '+' && plusIsBlank ? ' ' : text[i];
        }
    }
    return decoded;
}

Result<QueryParameters> QueryParameters::parse(std::string_view query, std::string_view body)
{
    auto fromQuery = pairsOf(query, false);
    if (!fromQuery) {
        return tl::unexpected{fromQuery.error()};
    }
    const auto fromBody = pairsOf(body, true);
    if (!fromBody) {
        return tl::unexpected{fromBody.error()};
    }
    QueryParameters parameters;
    parameters.m_values = std::move(*fromQuery);
    for (const auto &[name, value] : *fromBody) {
        if (!parameters.has(name)) {
            parameters.m_values.emplace_back(name, value);
        }
    }
    return parameters;
}

const std::string *QueryParameters::find(std::string_view name) const
{
    const auto found = std::ranges::find(m_values, name, &Pairs::value_type::first);
    return found == m_values.end() ? nullptr : &found->second;
}

std::string QueryParameters::text(std::string_view name) const
{
    const std::string *value = find(name);
    return value == nullptr ? std::string{} : *value;
}

Result<std::optional<std::int64_t>> QueryParameters::integer(std::string_view name) const
{
    const std::string *value = find(name);
    if (value == nullptr) {
        return std::optional<std::int64_t>{};
    }
    std::int64_t number = 0;
    const char *last = value->data() + value->size();
    const auto [end, error] = std::from_chars(value->data(), last, number);
    if (error != std::errc{} || end != last) {
        return missing(name);
    }
    return std::optional{number};
}

std::string signedText(std::string_view query, std::string_view body)
{
    return withoutSignature(query) + withoutSignature(body);
}

tl::unexpected<domain::Error> missing(std::string_view name)
{
    return failure(ErrorCode::Rejected,
        "Mandatory parameter '" + std::string{name} + "' was not sent, was empty/null, or malformed.", -1102);
}

} // namespace paper
