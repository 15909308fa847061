#pragma once

namespace ui
{

/// Which prices are in sight. Automatic: it leaves air around the bars and moves in steps, not with each
/// tick, since every change of an axis repaints the whole chart.
class PriceScale
{
public:
    double low() const { return m_low; }
    double high() const { return m_high; }
    double span() const { return m_high - m_low; }
    bool isAutomatic() const { return m_isAutomatic; }
    void setAutomatic(bool automatic);

    /// Adapts an automatic scale to bars from dataLow to dataHigh. smallestSpan: quote asset, above 0; what
    /// a flat market gets. True if the scale changed.
    bool fit(double dataLow, double dataHigh, double smallestSpan);
    /// factor above 1 shows fewer prices; the middle stays. Ends automatic scaling.
    void scaleBy(double factor, double smallestSpan);
    /// Ends automatic scaling.
    void panBy(double prices);

private:
    double m_low = 0;
    double m_high = 1;
    bool m_isAutomatic = true;
    bool m_mustFit = true;
};

} // namespace ui
