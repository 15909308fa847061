#include "exchange/paper/core/faults.h"

#include <algorithm>

namespace paper
{
namespace
{

/// Fields that hold enums the exchange has extended before. REST and streams.
constexpr std::string_view enumFields[] = {"status", "type", "origType", "timeInForce", "workingType",
    "selfTradePreventionMode", "priceMatch", "algoStatus", "orderType", "incomeType", "X", "x", "o", "ot",
    "f", "wt", "V", "pm", "m", "mt", "at"};

std::string_view reasonOf(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 302:
        return "Found";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 408:
        return "Request Timeout";
    case 418:
        return "I'm a teapot";
    case 426:
        return "Upgrade Required";
    case 429:
        return "Too Many Requests";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    default:
        return "Status";
    }
}

bool isName(std::string_view value)
{
    const auto isLetter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
    return !value.empty() && isLetter(value.front()) && std::ranges::all_of(value, [&](char c) {
        return isLetter(c) || c == '_' || (c >= '0' && c <= '9');
    });
}

/// The text after key up to the next quote; empty where there is none.
std::string_view textAfter(std::string_view text, std::string_view key)
{
    const std::size_t at = text.find(key);
    if (at == std::string_view::npos) {
        return {};
    }
    const std::string_view rest = text.substr(at + key.size());
    return rest.substr(0, rest.find('"'));
}

} // namespace

std::string httpText(const Response &response)
{
    std::string text = "HTTP/1.1 " + std::to_string(response.status) + ' ' +
                       std::string{reasonOf(response.status)} + "\r\ncontent-type: " + response.contentType +
                       "\r\ncontent-length: " + std::to_string(response.body.size()) + "\r\n";
    for (const auto &[name, value] : response.headers) {
        text += name + ": " + value + "\r\n";
    }
    return text + "\r\n" + response.body;
}

std::string withUnknownEnum(std::string text, const std::string &field, std::uint64_t draw)
{
    struct Place
    {
        std::size_t at;
        std::size_t length;
    };
    std::vector<Place> places;
    const auto look = [&](std::string_view name) {
        const std::string key = '"' + std::string{name} + "\":\"";
        const std::size_t at = text.find(key);
        if (at != std::string::npos) {
            const std::size_t from = at + key.size();
            const std::size_t end = text.find('"', from);
            const bool isEnum =
                end != std::string::npos && isName(std::string_view{text}.substr(from, end - from));
            if (isEnum) {
                places.push_back({from, end - from});
            }
        }
    };
    if (field.empty()) {
        std::ranges::for_each(enumFields, look);
    } else {
        look(field);
    }
    if (!places.empty()) {
        const Place place = places[draw % places.size()];
        text.replace(place.at, place.length, "UNHEARD_OF");
    }
    return text;
}

std::string withUnknownField(std::string text)
{
    const std::size_t data = text.starts_with(R"({"stream":)") ? text.find(R"("data":)") : 0;
    const std::size_t at = text.find('{', data);
    if (at != std::string::npos && at + 1 < text.size()) {
        text.insert(at + 1,
            text[at + 1] == '}' ? R"("unheardOf":{"a":[1,null,"x"]})" : R"("unheardOf":{"a":[1,null,"x"]},)");
    }
    return text;
}

StreamMessage messageOf(std::uint64_t to, Route route, std::string_view text)
{
    StreamMessage message;
    message.to = to;
    message.route = route;
    message.type = textAfter(text, R"("e":")");
    message.symbol = textAfter(text, R"("s":")");
    if (text.starts_with(R"({"stream":")")) {
        message.stream = textAfter(text, R"("stream":")");
    }
    if (message.type == "ORDER_TRADE_UPDATE" || message.type == "TRADE_LITE") {
        message.clientOrderId = textAfter(text, R"("c":")");
    } else if (message.type == "ALGO_UPDATE") {
        message.clientOrderId = textAfter(text, R"("caid":")");
    }
    return message;
}

StreamMessage answerOf(std::uint64_t to, std::string_view method, std::string_view text)
{
    StreamMessage message;
    message.to = to;
    message.route = Route::WsApi;
    message.type = method;
    message.symbol = textAfter(text, R"("symbol":")");
    message.clientOrderId = textAfter(text, R"("clientOrderId":")");
    if (message.clientOrderId.empty()) {
        message.clientOrderId = textAfter(text, R"("clientAlgoId":")");
    }
    return message;
}

std::string withCrossedBook(std::string text)
{
    constexpr std::string_view bids = "\"b\":[";
    constexpr std::string_view asks = "\"a\":[";
    std::size_t at = text.find(bids);
    const std::size_t into = text.find(asks);
    if (at == std::string::npos || into == std::string::npos) {
        return text;
    }
    at += bids.size();
    while (at < text.size() && text[at] == '[') {
        const std::size_t end = text.find(']', at);
        const std::string level = text.substr(at, end + 1 - at);
        const std::string_view quantity = textAfter(level, "\",\"");
        if (quantity.find_first_of("123456789") != std::string_view::npos) {
            const std::size_t place = into + asks.size();
            text.insert(place, text[place] == ']' ? level : level + ',');
            return text;
        }
        at = text.find_first_not_of(',', end + 1);
    }
    return text;
}

} // namespace paper
