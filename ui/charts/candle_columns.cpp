#include "ui/charts/candle_columns.h"

#include <algorithm>
#include <cmath>

namespace ui
{
namespace
{
constexpr double narrowestColumn = 2; // pixels

std::int64_t floorToMultiple(std::int64_t value, std::int64_t step)
{
    const std::int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}
} // namespace

void CandleColumns::clear()
{
    m_columns.clear();
    m_group = 1;
    measure();
}

void CandleColumns::rebuild(const live::CandleSeries &series, double from, double to, double pixels)
{
    m_columns.clear();
    m_group = 1;
    while (pixels * m_group < narrowestColumn * (to - from)) {
        m_group *= 2;
    }
    const auto firstSeen = std::max(static_cast<std::int64_t>(std::floor(from)), series.firstNumber());
    const auto endSeen = std::min(static_cast<std::int64_t>(std::ceil(to)), series.endNumber());
    for (auto number = floorToMultiple(firstSeen, m_group); number < endSeen; number += m_group) {
        const auto begin = std::max(number, series.firstNumber());
        const auto end = std::min(number + m_group, series.endNumber());
        m_columns.push_back(
            {number, m_group, series.aggregate(series.indexOfNumber(begin), series.indexOfNumber(end))});
    }
    measure();
}

bool CandleColumns::refreshLast(const live::CandleSeries &series)
{
    if (m_columns.empty() || m_columns.back().number + m_group < series.endNumber()) {
        return false;
    }
    Column &last = m_columns.back();
    const auto begin = std::max(last.number, series.firstNumber());
    last.values = series.aggregate(series.indexOfNumber(begin), series.size());
    const bool grows =
        last.values.low < m_low || last.values.high > m_high || last.values.volume > m_highestVolume;
    m_low = std::min(m_low, last.values.low);
    m_high = std::max(m_high, last.values.high);
    m_highestVolume = std::max(m_highestVolume, last.values.volume);
    return grows;
}

void CandleColumns::measure()
{
    m_low = m_high = m_highestVolume = 0;
    if (m_columns.empty()) {
        return;
    }
    m_low = m_columns.front().values.low;
    m_high = m_columns.front().values.high;
    for (const Column &column : m_columns) {
        m_low = std::min(m_low, column.values.low);
        m_high = std::max(m_high, column.values.high);
        m_highestVolume = std::max(m_highestVolume, column.values.volume);
    }
}

} // namespace ui
