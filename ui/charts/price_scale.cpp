#include "ui/charts/price_scale.h"

#include <algorithm>

namespace ui
{
namespace
{
constexpr double airAbove = 0.12; // the readout lies there
constexpr double airBelow = 0.06;
constexpr double leastAir = 0.02;
constexpr double leastUse = 0.6;
} // namespace

void PriceScale::setAutomatic(bool automatic)
{
    m_isAutomatic = automatic;
    m_mustFit = automatic;
}

bool PriceScale::fit(double dataLow, double dataHigh, double smallestSpan)
{
    if (!m_isAutomatic) {
        return false;
    }
    const double dataSpan = std::max(dataHigh - dataLow, smallestSpan);
    const double middle = (dataLow + dataHigh) / 2;
    const double wantedLow = middle - dataSpan / 2;
    const double wantedHigh = middle + dataSpan / 2;
    const double air = span() * leastAir;
    const bool fits = wantedLow >= m_low + air && wantedHigh <= m_high - air && dataSpan >= span() * leastUse;
    if (fits && !m_mustFit) {
        return false;
    }
    m_mustFit = false;
    const double whole = dataSpan / (1 - airAbove - airBelow);
    m_low = wantedLow - whole * airBelow;
    m_high = wantedHigh + whole * airAbove;
    return true;
}

void PriceScale::scaleBy(double factor, double smallestSpan)
{
    m_isAutomatic = false;
    const double middle = (m_low + m_high) / 2;
    const double half = std::max(span() / factor, smallestSpan) / 2;
    m_low = middle - half;
    m_high = middle + half;
}

void PriceScale::panBy(double prices)
{
    m_isAutomatic = false;
    m_low += prices;
    m_high += prices;
}

} // namespace ui
