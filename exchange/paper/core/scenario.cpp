#include "exchange/paper/core/scenario.h"

#include "exchange/paper/core/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <simdjson.h>
#include <utility>

namespace paper
{
namespace
{

using namespace std::chrono_literals;

constexpr std::array<std::pair<ScenarioKind, std::string_view>, 7> names{{
    {ScenarioKind::Normal, "normal"},
    {ScenarioKind::Calm, "calm"},
    {ScenarioKind::Trend, "trend"},
    {ScenarioKind::Slide, "slide"},
    {ScenarioKind::Crash, "crash"},
    {ScenarioKind::Halt, "halt"},
    {ScenarioKind::Thin, "thin"},
}};
constexpr std::int64_t longestSeconds = 7 * 24 * 3'600;
constexpr double driftPerLength = 0.06;

/// Log move of the largest symbol at parts of a crash's length: 2025-10-10 took bitcoin from 117,000 to
/// 102,000 and back to 112,000.
struct CrashPoint
{
    double part;
    double log;
};
constexpr std::array<CrashPoint, 7> crash{
    {{0, 0}, {0.35, -0.025}, {0.45, -0.06}, {0.5, -0.15}, {0.53, -0.12}, {0.75, -0.07}, {1, -0.055}}};
constexpr double plungeBegins = 0.42;
constexpr double plungeEnds = 0.56;

double crashLog(double part)
{
    for (std::size_t i = 1; i < crash.size(); ++i) {
        if (part <= crash[i].part) {
            const double share = (part - crash[i - 1].part) / (crash[i].part - crash[i - 1].part);
            return crash[i - 1].log + share * (crash[i].log - crash[i - 1].log);
        }
    }
    return crash.back().log;
}

} // namespace

std::string_view toWire(ScenarioKind kind)
{
    return std::ranges::find(names, kind, [](const auto &entry) { return entry.first; })->second;
}

domain::Result<Scenario> parseScenario(std::string_view text)
{
    Scenario scenario;
    const std::size_t first = text.find(':');
    const std::string_view name = text.substr(0, first);
    const auto *const known = std::ranges::find(names, name, [](const auto &entry) { return entry.second; });
    if (known == names.end()) {
        return domain::failure(domain::ErrorCode::Malformed,
            "The scenario \"" + std::string{name} +
                "\" is unknown; allowed are normal, calm, trend, slide, crash, halt and thin.");
    }
    scenario.kind = known->first;
    if (first == std::string_view::npos) {
        return scenario;
    }
    const std::size_t second = text.find(':', first + 1);
    scenario.symbol = text.substr(first + 1, second == std::string_view::npos ? second : second - first - 1);
    if (second != std::string_view::npos) {
        const std::string_view digits = text.substr(second + 1);
        std::int64_t seconds = 0;
        const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
        if (failed != std::errc{} || end != digits.data() + digits.size() || seconds < 1 ||
            seconds > longestSeconds) {
            return domain::failure(
                domain::ErrorCode::Malformed, "The scenario's length \"" + std::string{digits} +
                                                  "\" is no whole number of seconds from 1 to 604800.");
        }
        scenario.length = std::chrono::seconds{seconds};
    }
    return scenario;
}

ScenarioEffect effectOf(const Scenario &scenario, domain::Milliseconds into, double smallness)
{
    ScenarioEffect effect;
    const double part = static_cast<double>(into.count()) /
                        static_cast<double>(std::max<std::int64_t>(1, scenario.length.count()));
    switch (scenario.kind) {
    case ScenarioKind::Calm:
        effect.pace = 1.0 / 3;
        effect.activity = 0.5;
        break;
    case ScenarioKind::Trend:
        effect.logShift = driftPerLength * part;
        effect.sellShare = -0.08;
        break;
    case ScenarioKind::Slide:
        effect.logShift = -driftPerLength * part;
        effect.sellShare = 0.08;
        break;
    case ScenarioKind::Crash: {
        effect.logShift = crashLog(part) * (1 + 4.5 * smallness);
        const bool plunges = part >= plungeBegins && part < plungeEnds;
        if (part < 1) {
            effect.activity = plunges ? 6 : 2;
            effect.depth = plunges ? 0.06 : 0.4;
            effect.spread = plunges ? 10 : 2.5;
            effect.sellShare = plunges && part < 0.5 ? 0.3 : 0;
        }
        break;
    }
    case ScenarioKind::Thin:
        effect.depth = 0.05;
        effect.spread = 6;
        break;
    default: // Normal, Halt
        break;
    }
    return effect;
}

namespace
{

double logUnder(
    const ScenarioTrack::Course &course, const ScenarioEffect &effect, double logFair, double beta)
{
    return course.marketThen + effect.pace * (logFair - course.pathThen) +
           std::max(beta, 0.4) * effect.logShift;
}

} // namespace

void ScenarioTrack::begin(const Scenario &scenario, domain::Timestamp now, double logFair)
{
    std::vector<Course> courses = m_courses;
    courses.push_back({scenario, now, logFair, m_courses.empty() ? logFair : m_latest});
    if (courses.size() > mostCourses) {
        courses.erase(courses.begin());
    }
    resume(std::move(courses));
}

void ScenarioTrack::resume(std::vector<Course> courses)
{
    m_courses = std::move(courses);
    m_latest = m_courses.back().marketThen;
    m_effect = {};
}

double ScenarioTrack::at(domain::Timestamp now, double logFair, double beta)
{
    if (m_courses.empty()) {
        return logFair;
    }
    const Course &course = m_courses.back();
    m_effect = effectOf(course.scenario, now - course.beganAt, m_smallness);
    m_latest = logUnder(course, m_effect, logFair, beta);
    return m_latest;
}

ScenarioTrack::Moment ScenarioTrack::momentAt(domain::Timestamp then, double logFair, double beta) const
{
    const auto next = std::ranges::upper_bound(m_courses, then, {}, &Course::beganAt);
    if (next == m_courses.begin()) {
        // What was forgotten ended where the first that is known began.
        const double aside =
            m_courses.empty() ? 0 : m_courses.front().marketThen - m_courses.front().pathThen;
        return {logFair + aside, {}, nullptr};
    }
    const Course &course = *std::prev(next);
    Moment moment{course.marketThen, effectOf(course.scenario, then - course.beganAt, m_smallness), &course};
    if (!moment.isHalted()) {
        moment.log = logUnder(course, moment.effect, logFair, beta);
    }
    return moment;
}

namespace
{

/// As many digits as bring the very number back.
std::string shortest(double value)
{
    std::array<char, 32> digits{};
    const auto [end, failed] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return failed == std::errc{} ? std::string{digits.data(), end} : std::string{"0"};
}

} // namespace

std::string toText(const Courses &courses)
{
    JsonWriter json;
    json.beginArray();
    for (const auto &[symbol, track] : courses) {
        for (const ScenarioTrack::Course &course : track) {
            json.beginObject()
                .field("symbol", symbol)
                .field("kind", toWire(course.scenario.kind))
                .field("lengthMs", course.scenario.length.count())
                .field("beganAt", domain::toMs(course.beganAt));
            json.key("pathThen").raw(shortest(course.pathThen));
            json.key("marketThen").raw(shortest(course.marketThen)).endObject();
        }
    }
    return json.endArray().take();
}

domain::Result<Courses> parseCourses(std::string_view text)
{
    const auto malformed = [] {
        return domain::failure(domain::ErrorCode::Malformed, "This is no list of scenarios.");
    };
    simdjson::dom::parser parser;
    simdjson::dom::array rows;
    if (parser.parse(text.data(), text.size()).get(rows) != simdjson::SUCCESS) {
        return malformed();
    }
    Courses courses;
    for (const simdjson::dom::element row : rows) {
        std::string_view symbol;
        std::string_view kind;
        std::int64_t lengthMs = 0;
        std::int64_t beganAt = 0;
        ScenarioTrack::Course course;
        if (row["symbol"].get(symbol) != simdjson::SUCCESS || row["kind"].get(kind) != simdjson::SUCCESS ||
            row["lengthMs"].get(lengthMs) != simdjson::SUCCESS ||
            row["beganAt"].get(beganAt) != simdjson::SUCCESS ||
            row["pathThen"].get(course.pathThen) != simdjson::SUCCESS ||
            row["marketThen"].get(course.marketThen) != simdjson::SUCCESS) {
            return malformed();
        }
        const auto scenario = parseScenario(kind);
        if (!scenario) {
            return malformed();
        }
        course.scenario = *scenario;
        course.scenario.symbol = symbol;
        course.scenario.length = domain::Milliseconds{lengthMs};
        course.beganAt = domain::timestampFromMs(beganAt);
        courses[course.scenario.symbol].push_back(std::move(course));
    }
    for (auto &[symbol, track] : courses) {
        std::ranges::stable_sort(track, {}, &ScenarioTrack::Course::beganAt);
    }
    return courses;
}

} // namespace paper
