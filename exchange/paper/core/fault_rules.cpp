#include "exchange/paper/core/fault_rules.h"

#include "exchange/paper/core/json.h"

#include <fmt/format.h>
#include <limits>
#include <simdjson.h>

namespace paper
{
namespace
{

namespace dom = simdjson::dom;
using domain::ErrorCode;
using domain::Milliseconds;
using domain::Result;

constexpr std::int64_t longestMs = 366LL * 24 * 3'600 * 1'000;
constexpr std::string_view fieldNames =
    "kind, probability, everyNth, everyMs, count, skip, calls, method, path, symbol, clientOrderId, route, "
    "event, stream, delayMs, delayUpToMs, status, code, text, weight, orders, size";
constexpr std::pair<std::string_view, FaultCalls> callNames[] = {{"any", FaultCalls::Any},
    {"signed", FaultCalls::Signed}, {"trading", FaultCalls::Trading}, {"placing", FaultCalls::Placing},
    {"reading", FaultCalls::Reading}};
constexpr std::pair<std::string_view, Route> routeNames[] = {{"unrouted", Route::Unrouted},
    {"public", Route::Public}, {"market", Route::Market}, {"private", Route::Private},
    {"wsApi", Route::WsApi}};

tl::unexpected<domain::Error> malformed(std::string text)
{
    return domain::failure(ErrorCode::Malformed, std::move(text));
}

/// Reads one rule; the first thing that is wrong stays in `wrong`.
class RuleReader
{
public:
    explicit RuleReader(std::string_view name) : m_name{name} {}

    Result<FaultRule> read(const dom::element &element)
    {
        dom::object object;
        if (element.get(object) != simdjson::SUCCESS) {
            return malformed(m_name + " is not an object; allowed are objects with a field \"kind\".");
        }
        bool hasKind = false;
        for (const auto [key, value] : object) {
            hasKind = hasKind || key == "kind";
            readField(key, value);
        }
        if (m_wrong.empty() && !hasKind) {
            fail("kind", "is missing", kindNames());
        }
        if (m_wrong.empty()) {
            check();
        }
        return m_wrong.empty() ? Result<FaultRule>{m_rule} : malformed(m_wrong);
    }

    /// One rule of a report, with how it stands.
    Result<Faults::Entry> readEntry(const dom::element &element)
    {
        m_entry.emplace();
        return read(element).and_then([&](FaultRule &&rule) -> Result<Faults::Entry> {
            m_entry->rule = std::move(rule);
            return m_entry->number > 0 ? Result<Faults::Entry>{*m_entry}
                                       : malformed(m_name + " has no number.");
        });
    }

private:
    void fail(std::string_view field, std::string_view what, std::string_view allowed)
    {
        if (m_wrong.empty()) {
            m_wrong = m_name + ": \"" + std::string{field} + "\" " + std::string{what} + "; allowed is " +
                      std::string{allowed} + ".";
        }
    }

    void readField(std::string_view key, const dom::element &value)
    {
        if (key == "kind") {
            std::string name;
            text(key, value, name);
            const auto kind = faultKindOf(name);
            kind ? void(m_rule.kind = *kind) : fail(key, "is unknown: " + name, kindNames());
        } else if (key == "probability") {
            if (value.get(m_rule.probability) != simdjson::SUCCESS || m_rule.probability < 0 ||
                m_rule.probability > 1) {
                fail(key, "is " + simdjson::minify(value), "a number from 0 to 1");
            }
        } else if (key == "calls") {
            choice(key, value, callNames, m_rule.calls);
        } else if (key == "route") {
            m_rule.route.emplace();
            choice(key, value, routeNames, *m_rule.route);
        } else if (!readText(key, value) && !readTime(key, value) && !readNumber(key, value) &&
                   !(m_entry && readStand(key, value))) {
            fail(key, "is not a field of a rule", "one of: " + std::string{fieldNames});
        }
    }

    bool readText(std::string_view key, const dom::element &value)
    {
        for (const auto &[name, field] : {std::pair{"method", &m_rule.method},
                 std::pair{"path", &m_rule.path}, std::pair{"symbol", &m_rule.symbol},
                 std::pair{"clientOrderId", &m_rule.clientOrderId}, std::pair{"event", &m_rule.event},
                 std::pair{"stream", &m_rule.stream}, std::pair{"text", &m_rule.text}}) {
            if (key == name) {
                text(key, value, *field);
                return true;
            }
        }
        return false;
    }

    bool readTime(std::string_view key, const dom::element &value)
    {
        for (const auto &[name, field, least] : {std::tuple{"everyMs", &m_rule.every, std::int64_t{1}},
                 std::tuple{"delayMs", &m_rule.delay, -longestMs},
                 std::tuple{"delayUpToMs", &m_rule.delayUpTo, -longestMs}}) {
            if (key == name) {
                *field = Milliseconds{whole(key, value, least, longestMs)};
                return true;
            }
        }
        return false;
    }

    bool readNumber(std::string_view key, const dom::element &value)
    {
        constexpr std::int64_t most = std::numeric_limits<int>::max();
        constexpr std::int64_t mostBytes = 256LL * 1024 * 1024;
        for (const auto &[name, field, least, greatest] :
            {std::tuple{"everyNth", &m_rule.everyNth, std::int64_t{1}, most},
                std::tuple{"count", &m_rule.count, std::int64_t{0}, most},
                std::tuple{"skip", &m_rule.skip, std::int64_t{0}, most},
                std::tuple{"status", &m_rule.status, std::int64_t{100}, std::int64_t{599}},
                std::tuple{"code", &m_rule.code, std::int64_t{-99'999}, std::int64_t{99'999}},
                std::tuple{"weight", &m_rule.weight, std::int64_t{0}, most},
                std::tuple{"orders", &m_rule.orders, std::int64_t{0}, most},
                std::tuple{"size", &m_rule.size, std::int64_t{1}, mostBytes}}) {
            if (key == name) {
                *field = static_cast<int>(whole(key, value, least, greatest));
                return true;
            }
        }
        return false;
    }

    bool readStand(std::string_view key, const dom::element &value)
    {
        constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
        if (key == "number") {
            m_entry->number = static_cast<int>(whole(key, value, 1, std::numeric_limits<int>::max()));
        } else if (key == "matched") {
            m_entry->matched = whole(key, value, 0, most);
        } else if (key == "struck") {
            m_entry->struck = whole(key, value, 0, most);
        } else {
            return false;
        }
        return true;
    }

    void text(std::string_view key, const dom::element &value, std::string &field)
    {
        std::string_view read;
        if (value.get(read) != simdjson::SUCCESS) {
            return fail(key, "is " + simdjson::minify(value), "a text");
        }
        field = read;
    }

    std::int64_t whole(std::string_view key, const dom::element &value, std::int64_t least, std::int64_t most)
    {
        std::int64_t number = 0;
        if (value.get(number) != simdjson::SUCCESS || number < least || number > most) {
            fail(key, "is " + simdjson::minify(value),
                "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
            return least;
        }
        return number;
    }

    template <class Value, std::size_t n>
    void choice(std::string_view key, const dom::element &value,
        const std::pair<std::string_view, Value> (&names)[n], Value &field)
    {
        std::string_view name;
        std::string allowed;
        const bool isText = value.get(name) == simdjson::SUCCESS;
        for (const auto &[known, meaning] : names) {
            if (isText && name == known) {
                field = meaning;
                return;
            }
            allowed += (allowed.empty() ? "" : ", ") + std::string{known};
        }
        fail(key, "is " + simdjson::minify(value), "one of: " + allowed);
    }

    static std::string kindNames()
    {
        std::string names = "one of: ";
        for (std::size_t i = 0; i < faultKinds; ++i) {
            names += (i == 0 ? "" : ", ") + std::string{toWire(static_cast<FaultKind>(i))};
        }
        return names;
    }

    /// What fits no kind by itself.
    void check()
    {
        const bool mayGoByTime = isHappening(m_rule.kind) || m_rule.kind == FaultKind::GoSilent;
        if (m_rule.every.count() > 0 && !mayGoByTime) {
            fail("everyMs", "is of no use to " + std::string{toWire(m_rule.kind)},
                "everyNth or probability, for it strikes requests or messages");
        }
        if (m_rule.delay.count() < 0 && m_rule.kind != FaultKind::ClockStep) {
            fail("delayMs", "is negative", "0 or more, except for clockStep");
        }
    }

    std::string m_name;
    std::string m_wrong;
    FaultRule m_rule;
    std::optional<Faults::Entry> m_entry; ///< of a report
};

template <class Value, std::size_t n>
std::string_view nameOf(const std::pair<std::string_view, Value> (&names)[n], Value value)
{
    for (const auto &[name, meaning] : names) {
        if (meaning == value) {
            return name;
        }
    }
    return {};
}

void textField(JsonWriter &json, std::string_view name, const std::string &value)
{
    if (!value.empty()) {
        json.field(name, value);
    }
}

void numberField(JsonWriter &json, std::string_view name, std::int64_t value)
{
    if (value != 0) {
        json.field(name, value);
    }
}

void writeRule(JsonWriter &json, const Faults::Entry &entry)
{
    const FaultRule &rule = entry.rule;
    json.beginObject().field("number", entry.number).field("kind", toWire(rule.kind));
    if (rule.everyNth > 0) {
        json.field("everyNth", rule.everyNth);
    } else if (rule.every.count() > 0) {
        json.field("everyMs", rule.every.count());
    } else {
        json.key("probability").raw(fmt::format("{}", rule.probability));
    }
    numberField(json, "count", rule.count);
    numberField(json, "skip", rule.skip);
    if (rule.calls != FaultCalls::Any) {
        json.field("calls", nameOf(callNames, rule.calls));
    }
    textField(json, "method", rule.method);
    textField(json, "path", rule.path);
    textField(json, "symbol", rule.symbol);
    textField(json, "clientOrderId", rule.clientOrderId);
    if (rule.route) {
        json.field("route", nameOf(routeNames, *rule.route));
    }
    textField(json, "event", rule.event);
    textField(json, "stream", rule.stream);
    numberField(json, "delayMs", rule.delay.count());
    numberField(json, "delayUpToMs", rule.delayUpTo.count());
    numberField(json, "status", rule.status);
    numberField(json, "code", rule.code);
    textField(json, "text", rule.text);
    numberField(json, "weight", rule.weight);
    numberField(json, "orders", rule.orders);
    numberField(json, "size", rule.size);
    json.field("matched", entry.matched).field("struck", entry.struck).endObject();
}

} // namespace

Result<FaultFile> readFaultFile(std::string_view json)
{
    dom::parser parser;
    dom::element root;
    if (const auto error = parser.parse(json.data(), json.size()).get(root); error != simdjson::SUCCESS) {
        return malformed("The rules are not JSON (" + std::string{simdjson::error_message(error)} +
                         "); allowed is {\"rules\": [...]} or {\"profile\": \"standard\"}.");
    }
    FaultFile file;
    dom::object object;
    dom::array rules;
    const bool isArray = root.get(rules) == simdjson::SUCCESS;
    if (!isArray && root.get(object) != simdjson::SUCCESS) {
        return malformed("The rules are neither an object nor a list.");
    }
    if (!isArray) {
        for (const auto [key, value] : object) {
            std::string_view name;
            if (key == "profile") {
                if (value.get(name) != simdjson::SUCCESS || (name != "standard" && name != "storm")) {
                    return malformed("\"profile\" is " + simdjson::minify(value) +
                                     "; allowed is \"standard\" or \"storm\".");
                }
                file.profile = name;
            } else if (key == "rules") {
                if (value.get(rules) != simdjson::SUCCESS) {
                    return malformed("\"rules\" is not a list.");
                }
            } else {
                return malformed(
                    "\"" + std::string{key} + "\" is unknown; allowed are \"profile\" and \"rules\".");
            }
        }
        if (file.profile.empty() && object["rules"].error() != simdjson::SUCCESS) {
            return malformed("\"rules\" is missing; allowed are \"profile\" and \"rules\".");
        }
        if (object["rules"].error() != simdjson::SUCCESS) {
            return file;
        }
    }
    for (const dom::element element : rules) {
        auto rule = RuleReader{"Rule " + std::to_string(file.rules.size() + 1)}.read(element);
        if (!rule) {
            return tl::unexpected<domain::Error>{rule.error()};
        }
        file.rules.push_back(std::move(*rule));
    }
    return file;
}

Result<FaultRule> readFaultRule(std::string_view json, std::string_view name)
{
    dom::parser parser;
    dom::element root;
    if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) {
        return malformed(std::string{name} + " is not JSON.");
    }
    return RuleReader{name}.read(root);
}

std::string faultsReport(const Faults &faults)
{
    JsonWriter json;
    json.beginObject().field("enabled", faults.isEnabled());
    json.field("clockAheadMs", faults.clockAhead().count());
    json.key("rules").beginArray();
    for (const Faults::Entry &entry : faults.rules()) {
        writeRule(json, entry);
    }
    json.endArray().key("counts").beginObject();
    for (const auto &[kind, count] : faults.counts()) {
        json.field(toWire(kind), count);
    }
    json.endObject().endObject();
    return json.take();
}

Result<void> resumeFaults(std::string_view report, Faults &faults)
{
    dom::parser parser;
    dom::element root;
    bool isEnabled = true;
    std::int64_t clockAhead = 0;
    dom::array rules;
    if (parser.parse(report.data(), report.size()).get(root) != simdjson::SUCCESS ||
        root["enabled"].get(isEnabled) != simdjson::SUCCESS ||
        root["clockAheadMs"].get(clockAhead) != simdjson::SUCCESS || std::abs(clockAhead) > longestMs ||
        root["rules"].get(rules) != simdjson::SUCCESS) {
        return malformed("The report of the rules is damaged.");
    }
    std::vector<Faults::Entry> entries;
    for (const dom::element element : rules) {
        auto entry = RuleReader{"Rule " + std::to_string(entries.size() + 1)}.readEntry(element);
        if (!entry) {
            return tl::unexpected<domain::Error>{entry.error()};
        }
        entries.push_back(std::move(*entry));
    }
    faults.resume(std::move(entries));
    faults.setEnabled(isEnabled);
    faults.setClockAhead(Milliseconds{clockAhead});
    return {};
}

} // namespace paper
