#include "ui/charts/time_window.h"

#include <algorithm>

namespace ui
{
namespace
{
constexpr double airShare = 0.05;
} // namespace

double TimeWindow::liveEdge() const
{
    return static_cast<double>(m_end) + std::max(1.0, span() * airShare);
}

double TimeWindow::clampedSpan(double span) const
{
    const auto bars = static_cast<double>(m_end - m_first);
    return std::clamp(span, fewestBars, std::max(240.0, bars * 1.25));
}

void TimeWindow::place(double from, double span)
{
    const double first = static_cast<double>(m_first);
    const double end = static_cast<double>(m_end);
    const double kept = std::min(keptInSight, end - first);
    m_from = std::clamp(from, std::min(first - span + kept, end - kept), end - kept);
    m_to = m_from + span;
    m_isFollowing = m_to >= end;
}

void TimeWindow::setBounds(std::int64_t first, std::int64_t end)
{
    const bool wasEmpty = m_first == m_end;
    const auto grown = static_cast<double>(end - m_end);
    m_first = first;
    m_end = end;
    if (wasEmpty) {
        goToLive();
    } else if (m_isFollowing) {
        place(m_from + grown, span());
    } else {
        place(m_from, clampedSpan(span()));
    }
}

void TimeWindow::zoomAt(double number, double factor)
{
    const double newSpan = clampedSpan(span() / factor);
    const double share = (number - m_from) / span();
    place(number - share * newSpan, newSpan);
}

void TimeWindow::panBy(double bars)
{
    place(m_from + bars, span());
}

void TimeWindow::setSpan(double bars)
{
    const double newSpan = clampedSpan(bars);
    if (m_isFollowing) {
        m_to = m_from + newSpan;
        goToLive();
    } else {
        place(m_to - newSpan, newSpan);
    }
}

void TimeWindow::goToLive()
{
    place(liveEdge() - span(), span());
}

void TimeWindow::goToOldest()
{
    place(static_cast<double>(m_first) - span() * airShare, span());
}

void TimeWindow::showAll()
{
    const auto bars = static_cast<double>(m_end - m_first);
    const double newSpan = std::max(fewestBars, bars / (1 - 2 * airShare));
    place(static_cast<double>(m_first) - newSpan * airShare, newSpan);
}

} // namespace ui
