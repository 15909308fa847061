#pragma once

#include "models/domain/result.h"
#include "models/domain/symbol.h"
#include "models/domain/time.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What kind of day the generated market has: a plain function of time laid over the fair price.
namespace paper
{

enum class ScenarioKind : std::uint8_t {
    Normal, ///< the path as it is
    Calm,   ///< a third of the usual moves, half the trades
    Trend,  ///< a steady rise on top of the usual moves
    Slide,  ///< the same downwards
    /// As on 2025-10-10: a slide, then within a tenth of the time a plunge (a seventh for bitcoin, more than
    /// half for the small) while the books empty, then a bounce that wins back a good half.
    Crash,
    Halt, ///< the symbol does not trade
    Thin, ///< a twentieth of the depth, wide spreads
};

struct Scenario
{
    ScenarioKind kind = ScenarioKind::Normal;
    domain::Symbol symbol;                              ///< empty: all
    domain::Milliseconds length{std::chrono::hours{1}}; ///< of a crash; trend and slide: of 6 %
};

std::string_view toWire(ScenarioKind kind);
/// "crash", "crash:BTCUSDT", "crash:BTCUSDT:90" (seconds), "crash::90". Malformed, with what is allowed.
domain::Result<Scenario> parseScenario(std::string_view text);

/// What a scenario does to one symbol at one moment.
struct ScenarioEffect
{
    double logShift = 0;  ///< of the fair price since the scenario began, before the symbol's beta
    double pace = 1;      ///< of the path's own moves
    double activity = 1;  ///< of the trades
    double depth = 1;     ///< of what rests in the book
    double spread = 1;    ///< times the usual one
    double sellShare = 0; ///< added to the share of sellers
};
/// into: since the scenario began. smallness: 0 for the largest symbol, 1 for one that trades 20 million a
/// day.
ScenarioEffect effectOf(const Scenario &scenario, domain::Milliseconds into, double smallness);

/// One symbol's price under scenarios that follow one another without a jump. It remembers them, so that the
/// past is what it was.
class ScenarioTrack
{
public:
    static constexpr std::size_t mostCourses = 50; ///< the oldest are forgotten
    /// logFair: the path's log value now.
    void begin(const Scenario &scenario, domain::Timestamp now, double logFair);
    /// What the price under a scenario hangs on, besides the path and the time.
    struct Course
    {
        Scenario scenario;
        domain::Timestamp beganAt;
        double pathThen = 0;   ///< the path's log value when the scenario began
        double marketThen = 0; ///< what was traded at then, a log value as well
    };
    const std::vector<Course> &courses() const { return m_courses; } ///< oldest first
    /// Goes on with the last of them, as if nothing had come between. courses: oldest first, at least one.
    void resume(std::vector<Course> courses);
    /// The log value to trade at.
    double at(domain::Timestamp now, double logFair, double beta);
    const ScenarioEffect &effect() const { return m_effect; }
    ScenarioKind kind() const
    {
        return m_courses.empty() ? ScenarioKind::Normal : m_courses.back().scenario.kind;
    }
    void setSmallness(double smallness) { m_smallness = smallness; }

    /// How it was at a moment: the log value, and the course that was on; null before the first.
    struct Moment
    {
        double log = 0;
        ScenarioEffect effect;
        const Course *course = nullptr;

        bool isHalted() const { return course != nullptr && course->scenario.kind == ScenarioKind::Halt; }
    };
    /// logFair: the path's log value then. A halted price stands still.
    Moment momentAt(domain::Timestamp then, double logFair, double beta) const;

private:
    std::vector<Course> m_courses; ///< empty: the path itself
    double m_smallness = 0;
    double m_latest = 0;
    ScenarioEffect m_effect;
};

/// By symbol; oldest first.
using Courses = std::map<domain::Symbol, std::vector<ScenarioTrack::Course>>;
/// Courses as text, and back. Malformed where the text is none.
std::string toText(const Courses &courses);
domain::Result<Courses> parseCourses(std::string_view text);

} // namespace paper
