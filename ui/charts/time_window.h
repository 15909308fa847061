#pragma once

#include <cstdint>

namespace ui
{

/// Which bars are in sight: a stretch of bar numbers, where bar n fills [n, n + 1). Plain arithmetic, so that
/// zooming and following can be tested without a widget.
class TimeWindow
{
public:
    static constexpr double fewestBars = 10;
    static constexpr double keptInSight = 3; ///< bars that panning leaves on the screen

    double from() const { return m_from; }
    double to() const { return m_to; }
    double span() const { return m_to - m_from; }
    /// The newest bar is in sight, and new ones will be.
    bool isFollowing() const { return m_isFollowing; }
    bool isAtOldest() const { return m_from <= static_cast<double>(m_first); }
    /// Less than half a screen of bars is left to the left.
    bool isNearOldest() const { return m_from < static_cast<double>(m_first) + span() / 2; }

    /// The series reaches from bar first to bar end - 1. A following window moves along with the end.
    void setBounds(std::int64_t first, std::int64_t end);
    /// factor above 1 shows fewer bars; the bar number stays where it is on the screen.
    void zoomAt(double number, double factor);
    /// Positive: towards newer bars.
    void panBy(double bars);
    /// Shows so many bars; keeps the right edge.
    void setSpan(double bars);
    void goToLive();
    void goToOldest();
    void showAll();

private:
    double liveEdge() const; ///< right edge that leaves some air after the newest bar
    void place(double from, double span);
    double clampedSpan(double span) const;

    std::int64_t m_first = 0;
    std::int64_t m_end = 0;
    double m_from = 0;
    double m_to = 120;
    bool m_isFollowing = true;
};

} // namespace ui
