#include "exchange/binance/error_classes.h"

#include "exchange/binance/body.h"
#include "exchange/binance/wire_account.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace binance
{

using domain::Error;
using domain::ErrorCode;
using domain::Milliseconds;
using transport::AnswerClass;

namespace
{

constexpr int ipBanned = 418;

enum class Group : std::uint8_t { Refused, Unknown, NotDone, Key, Limit };

struct CodeRow
{
    int code;
    Group group;
    std::string_view sentence; ///< empty: the venue's own words
};

// Every code of the reference, section 9, that is no plain refusal, and the refusals that people meet.
constexpr std::array codeTable{
    CodeRow{-1000, Group::Unknown, "The exchange failed without saying how."},
    CodeRow{-1001, Group::Unknown, "The exchange lost its inner connection; the outcome is being looked up."},
    CodeRow{-1002, Group::Key, "This key may not make that request; check the key's permissions."},
    CodeRow{-1003, Group::Limit, "Too many requests; the exchange asks for a pause."},
    CodeRow{-1005, Group::Key, "This machine's address is not on the key's list; add it at the exchange."},
    CodeRow{-1006, Group::Unknown, "The exchange gave an odd answer; the outcome is being looked up."},
    CodeRow{-1007, Group::Unknown, "The exchange did not answer in time; the outcome is being looked up."},
    CodeRow{-1008, Group::NotDone, "The exchange is overloaded and did not take the order; try again."},
    CodeRow{-1010, Group::Unknown, ""},
    CodeRow{-1011, Group::Key, "This machine's address may not use this way to the exchange."},
    CodeRow{-1013, Group::Refused, ""},
    CodeRow{-1014, Group::Refused, ""},
    CodeRow{-1015, Group::Limit, "Too many orders; the exchange asks for a pause."},
    CodeRow{-1016, Group::NotDone, "The exchange is shutting this service down."},
    CodeRow{-1020, Group::Refused, ""},
    CodeRow{-1021, Group::NotDone,
        "The exchange refused the request's time stamp, so nothing was done; the clock is being measured "
        "anew."},
    CodeRow{-1022, Group::Key, "The signature is wrong; check that the secret belongs to the key."},
    CodeRow{-1023, Group::Refused, ""},
    CodeRow{-1099, Group::Key, ""},
    CodeRow{-1111, Group::Refused, "Too many decimals; round price and quantity to the symbol's steps."},
    CodeRow{-1112, Group::Refused, "Nobody is on the other side of the book; use a limit order or wait."},
    CodeRow{-1121, Group::Refused, "The exchange does not know this symbol."},
    CodeRow{-1122, Group::Refused, "The symbol cannot be traded now."},
    CodeRow{-1125, Group::Refused, "The listen key has ended; a new one is being made."},
    CodeRow{-2010, Group::Refused, ""},
    CodeRow{-2011, Group::Refused, "The exchange has no such open order; it may have ended already."},
    CodeRow{-2013, Group::Refused, "The exchange does not know this order."},
    CodeRow{-2014, Group::Key, "The key is malformed; enter it again."},
    CodeRow{-2015, Group::Key,
        "The exchange refuses the key: wrong venue, missing permission or an address that is not allowed."},
    CodeRow{-2017, Group::Key, "The exchange has locked this account's keys."},
    CodeRow{-2018, Group::Refused, "The balance is too small; reduce the size or add funds."},
    CodeRow{
        -2019, Group::Refused, "The margin is too small; reduce the size, raise the leverage or add funds."},
    CodeRow{
        -2021, Group::Refused, "The order would trigger at once; move the trigger price to the other side."},
    CodeRow{-2022, Group::Refused, "There is no position that this reduce-only order could reduce."},
    CodeRow{-2023, Group::Refused, "The account is being liquidated; no orders are taken now."},
    CodeRow{-2025, Group::Refused, "Too many open orders on this symbol; cancel some first."},
    CodeRow{-2027, Group::Refused,
        "The position would pass the largest size for this leverage; lower the leverage or the size."},
    CodeRow{-2028, Group::Refused, "The margin does not suffice for such a low leverage."},
    CodeRow{-4003, Group::Refused, "The quantity is zero after rounding; raise it."},
    CodeRow{-4004, Group::Refused, "The quantity is below the symbol's minimum; raise it."},
    CodeRow{-4005, Group::Refused, "The quantity is above the symbol's maximum; split the order."},
    CodeRow{-4013, Group::Refused, "The price is below the symbol's minimum."},
    CodeRow{-4014, Group::Refused, "The price is not on the symbol's tick; round it."},
    CodeRow{-4016, Group::Refused, "The price is too far above the mark price; bring it closer."},
    CodeRow{-4023, Group::Refused, "The quantity is not on the symbol's step; round it."},
    CodeRow{-4024, Group::Refused, "The price is too far below the mark price; bring it closer."},
    CodeRow{-4028, Group::Refused, "This leverage is not allowed for the symbol."},
    CodeRow{-4045, Group::Refused, "Too many conditional orders are open; cancel some first."},
    CodeRow{-4046, Group::Refused, "The symbol has this margin type already."},
    CodeRow{-4047, Group::Refused, "The margin type cannot change while orders are open; cancel them first."},
    CodeRow{-4048, Group::Refused, "The margin type cannot change while a position is open; close it first."},
    CodeRow{-4059, Group::Refused, "The account has this position mode already."},
    CodeRow{-4061, Group::Refused, "The order does not fit the account's position mode (one-way or hedge)."},
    CodeRow{
        -4067, Group::Refused, "The position mode cannot change while orders are open; cancel them first."},
    CodeRow{
        -4068, Group::Refused, "The position mode cannot change while positions are open; close them first."},
    CodeRow{-4083, Group::Unknown, ""},
    CodeRow{-4116, Group::Unknown, "The exchange has an order with this id already; it is being looked up."},
    CodeRow{-4117, Group::NotDone, "The conditional order is just triggering; try again in a moment."},
    CodeRow{-4120, Group::Refused, "This order type belongs to the service for conditional orders."},
    CodeRow{
        -4131, Group::Refused, "The market's best price lies outside the allowed band; use a limit order."},
    CodeRow{-4141, Group::Refused, "The symbol is closed; nothing is traded on it any more."},
    CodeRow{-4161, Group::Refused,
        "The leverage of an open isolated position cannot be lowered; close it first."},
    CodeRow{-4164, Group::Refused, "The order's value is below the symbol's minimum; raise the size."},
    CodeRow{-4168, Group::Refused, "Isolated margin is not possible in multi-assets mode."},
    CodeRow{-4192, Group::Refused, "Trading is paused by the cooling-off period set at the exchange."},
    CodeRow{
        -5021, Group::Refused, "The fill-or-kill order could not be filled at once, so nothing was done."},
    CodeRow{-5022, Group::Refused, "The post-only order would have traded at once, so nothing was done."},
    CodeRow{-5028, Group::NotDone,
        "The request reached the engine too late, so nothing was done; the clock is being measured anew."},
};

const CodeRow *rowOf(int code)
{
    const auto row = std::ranges::find(codeTable, code, &CodeRow::code);
    return row == codeTable.end() ? nullptr : &*row;
}

// Families whose every member is a definite refusal, also of codes that are newer than the table.
bool isRefusalFamily(int code)
{
    return (code <= -1100 && code > -1200) || (code <= -2000 && code > -3000) ||
           (code <= -4000 && code > -6000);
}

bool hasText(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

std::optional<std::int64_t> numberFrom(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end != text.data() ? std::optional{number} : std::nullopt;
}

/// Retry-After in seconds, else the end of the ban in the text: "IP banned until 1615183669840".
std::optional<Milliseconds> pauseFrom(
    const transport::HttpAnswer &answer, std::string_view text, domain::Timestamp now)
{
    constexpr std::int64_t longestSeconds = 7 * 86'400;
    if (const auto seconds = numberFrom(viewOf(answer.header("retry-after")))) {
        return Milliseconds{std::clamp<std::int64_t>(*seconds, 0, longestSeconds) * 1'000};
    }
    constexpr std::string_view marker = "banned until ";
    const auto at = text.find(marker);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const auto end = numberFrom(text.substr(at + marker.size()));
    if (!end) {
        return std::nullopt;
    }
    return Milliseconds{std::clamp<std::int64_t>(*end - domain::toMs(now), 0, longestSeconds * 1'000)};
}

std::string limiterName(const domain::RateLimit &limit)
{
    const auto seconds = limit.interval.count() / 1'000;
    const std::string length = seconds % 86'400 == 0  ? std::to_string(seconds / 86'400) + "d"
                               : seconds % 3'600 == 0 ? std::to_string(seconds / 3'600) + "h"
                               : seconds % 60 == 0    ? std::to_string(seconds / 60) + "m"
                                                      : std::to_string(seconds) + "s";
    return (limit.kind == domain::RateLimit::Kind::Orders ? "orders " : "weight ") + length;
}

std::optional<ErrorBody> errorBodyOf(const transport::HttpAnswer &answer)
{
    const auto body = parseErrorBody(viewOf(answer.body));
    return body ? std::optional{*body} : std::nullopt;
}

Error networkError(const transport::PumpAnswer &answer)
{
    const bool mayHaveArrived = answer.outcome == AnswerClass::Ambiguous;
    std::string detail = mayHaveArrived ? "The connection broke before the exchange answered"
                                        : "The exchange could not be reached";
    if (!answer.http.errorText.isEmpty()) {
        detail += " (" + answer.http.errorText.toStdString() + ")";
    } else if (answer.http.status != 0) {
        detail += " (HTTP " + std::to_string(answer.http.status) + ")";
    }
    detail += mayHaveArrived ? "; what became of the request is not known." : "; nothing was sent.";
    return {mayHaveArrived ? ErrorCode::OutcomeUnknown : ErrorCode::Unreachable, detail, 0,
        answer.http.status, 0};
}

} // namespace

AnswerClass classOf(int httpStatus, int venueCode, std::string_view venueText)
{
    constexpr int tooManyRequests = 429;
    constexpr int forbidden = 403;
    constexpr int requestTimeout = 408;
    constexpr int firstServerError = 500;
    constexpr int serviceUnavailable = 503;
    if (httpStatus == ipBanned || (httpStatus == forbidden && venueCode == 0)) {
        return AnswerClass::Banned;
    }
    if (httpStatus == tooManyRequests) {
        return AnswerClass::RateLimited;
    }
    if (const CodeRow *row = rowOf(venueCode); venueCode != 0 && row != nullptr) {
        switch (row->group) {
        case Group::Refused:
            return AnswerClass::Rejected;
        case Group::Unknown:
            return AnswerClass::Ambiguous;
        case Group::NotDone:
        case Group::Key:
            return AnswerClass::NotExecuted;
        case Group::Limit:
            return AnswerClass::RateLimited;
        }
    }
    if (httpStatus == serviceUnavailable && hasText(venueText, "Service Unavailable")) {
        return AnswerClass::NotExecuted;
    }
    if (httpStatus >= firstServerError || httpStatus == requestTimeout) {
        return AnswerClass::Ambiguous;
    }
    if (isRefusalFamily(venueCode)) {
        return AnswerClass::Rejected;
    }
    constexpr int notFound = 404;
    constexpr int methodNotAllowed = 405;
    if (venueCode == 0 && (httpStatus == notFound || httpStatus == methodNotAllowed)) {
        return AnswerClass::Rejected; // the path does not exist there, so nothing can have acted
    }
    return AnswerClass::Ambiguous;
}

transport::AnswerVerdict verdictOf(const transport::HttpAnswer &answer, domain::Timestamp now)
{
    transport::AnswerVerdict verdict;
    const std::array counters{std::pair{"x-mbx-used-weight-1m", "weight 1m"},
        std::pair{"x-mbx-order-count-10s", "orders 10s"}, std::pair{"x-mbx-order-count-1m", "orders 1m"}};
    for (const auto &[header, limiter] : counters) {
        if (const auto used = numberFrom(viewOf(answer.header(header)))) {
            verdict.usage.push_back({limiter, *used});
        }
    }
    if (!answer.isComplete()) {
        verdict.outcome = answer.mayHaveArrived ? AnswerClass::Ambiguous : AnswerClass::NotSent;
        return verdict;
    }
    if (answer.status >= 200 && answer.status < 300) {
        verdict.outcome = AnswerClass::Done;
        return verdict;
    }
    const auto body = errorBodyOf(answer);
    const std::string text = body ? body->message : answer.body.left(256).toStdString();
    verdict.outcome = classOf(answer.status, body ? body->code : 0, text);
    if (const CodeRow *row = body ? rowOf(body->code) : nullptr; row != nullptr) {
        verdict.isHopeless = row->group == Group::Key;
    }
    if (verdict.outcome == AnswerClass::RateLimited || verdict.outcome == AnswerClass::Banned) {
        verdict.pauseFor = pauseFrom(answer, text, now);
        verdict.isFirewall = verdict.outcome == AnswerClass::Banned && answer.status != ipBanned;
    }
    return verdict;
}

std::string sentenceFor(int venueCode, std::string_view venueText)
{
    const CodeRow *row = venueCode == 0 ? nullptr : rowOf(venueCode);
    std::string sentence{row != nullptr && !row->sentence.empty() ? row->sentence : venueText};
    if (sentence.empty()) {
        sentence = "The exchange refused the request without saying why.";
    }
    if (venueCode != 0) {
        sentence += " (" + std::to_string(venueCode) + ")";
    }
    return sentence;
}

Error errorOf(const transport::PumpAnswer &answer, domain::Timestamp now)
{
    if (answer.refusal && answer.tries == 0) {
        return *answer.refusal;
    }
    const auto body = answer.http.isComplete() ? errorBodyOf(answer.http) : std::nullopt;
    if (!body && answer.outcome != AnswerClass::RateLimited && answer.outcome != AnswerClass::Banned &&
        answer.outcome != AnswerClass::Rejected) {
        return networkError(answer);
    }
    const int code = body ? body->code : 0;
    Error error{
        ErrorCode::Rejected, sentenceFor(code, body ? body->message : ""), code, answer.http.status, 0};
    const CodeRow *row = code == 0 ? nullptr : rowOf(code);
    constexpr int noSuchOrder = -2013;
    switch (answer.outcome) {
    case AnswerClass::RateLimited:
    case AnswerClass::Banned: {
        error.code = ErrorCode::RateLimited;
        const auto pause = verdictOf(answer.http, now).pauseFor.value_or(Milliseconds{60'000});
        error.retryAtMs = domain::toMs(now + pause);
        if (!body) {
            error.detail = "The exchange shuts this address out for now; no requests go out until it ends.";
        }
        break;
    }
    case AnswerClass::Ambiguous:
        error.code = ErrorCode::OutcomeUnknown;
        break;
    case AnswerClass::NotExecuted:
    case AnswerClass::NotSent:
        error.code =
            row != nullptr && row->group == Group::Key ? ErrorCode::Unauthorized : ErrorCode::Unreachable;
        break;
    case AnswerClass::Rejected:
        error.code = code == noSuchOrder ? ErrorCode::NotFound : ErrorCode::Rejected;
        break;
    case AnswerClass::Done:
        error.code = ErrorCode::Malformed;
        break;
    }
    return error;
}

bool isAlreadySo(int venueCode)
{
    constexpr std::array codes{-4046, -4059, -4171, -5027};
    return std::ranges::find(codes, venueCode) != codes.end();
}

std::vector<transport::LimitRule> limitRulesFrom(const domain::ExchangeInfo &info)
{
    std::vector<transport::LimitRule> rules;
    for (const domain::RateLimit &limit : info.rateLimits) {
        if (limit.kind == domain::RateLimit::Kind::Unknown || limit.interval.count() <= 0 ||
            limit.limit <= 0) {
            continue; // a limiter of a kind we cannot count
        }
        rules.push_back({limiterName(limit),
            limit.kind == domain::RateLimit::Kind::Orders ? transport::LimitRule::Counts::Orders
                                                          : transport::LimitRule::Counts::Weight,
            limit.interval, limit.limit});
    }
    return rules.empty() ? assumedLimits() : rules;
}

std::vector<transport::LimitRule> assumedLimits()
{
    using Counts = transport::LimitRule::Counts;
    return {{"weight 1m", Counts::Weight, Milliseconds{60'000}, 2'400},
        {"orders 10s", Counts::Orders, Milliseconds{10'000}, 300},
        {"orders 1m", Counts::Orders, Milliseconds{60'000}, 1'200}};
}

} // namespace binance
