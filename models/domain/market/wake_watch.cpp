#include "models/domain/market/wake_watch.h"

namespace domain
{
namespace
{

using namespace std::chrono_literals;

// The monotonic clock stands still in suspend, the wall clock does not (reliability F65, F66).
constexpr Milliseconds largestStep = 500ms;
constexpr Milliseconds longestPause = 5s; // between two looks: the process was stopped

std::string seconds(Milliseconds length)
{
    return std::to_string(std::chrono::round<std::chrono::seconds>(length).count()) + " s";
}

} // namespace

std::optional<std::string> WakeWatch::observe(Monotonic now, Timestamp wallNow)
{
    if (!m_lastAt) {
        m_lastAt = now;
        m_lastWall = wallNow;
        return std::nullopt;
    }
    const auto passed = std::chrono::round<Milliseconds>(now - *m_lastAt);
    const Milliseconds step = (wallNow - m_lastWall) - passed;
    m_lastAt = now;
    m_lastWall = wallNow;
    if (passed > longestPause) {
        return "The program stood still for " + seconds(passed) +
               "; everything is compared with the exchange.";
    }
    if (step > largestStep) {
        return "The machine slept, or its clock was set ahead by " + seconds(step) +
               "; everything is compared with the exchange.";
    }
    if (step < -largestStep) {
        return "This machine's clock was set back by " + seconds(-step) +
               "; everything is compared with the exchange.";
    }
    return std::nullopt;
}

} // namespace domain
