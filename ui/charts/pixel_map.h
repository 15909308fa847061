#pragma once

namespace ui
{

/// The straight way from bar numbers and prices to pixels and back.
struct PixelMap
{
    double left = 0; ///< pixel of bar number `from`
    double from = 0;
    double pixelsPerBar = 1;
    double top = 0; ///< pixel of price `high`
    double high = 1;
    double pixelsPerPrice = 1;

    double x(double number) const { return left + (number - from) * pixelsPerBar; }
    double y(double price) const { return top + (high - price) * pixelsPerPrice; }
    double number(double pixelX) const { return from + (pixelX - left) / pixelsPerBar; }
    double price(double pixelY) const { return high - (pixelY - top) / pixelsPerPrice; }
    /// The same map on a device with so many pixels per logical one.
    PixelMap scaled(double ratio) const
    {
        return {left * ratio, from, pixelsPerBar * ratio, top * ratio, high, pixelsPerPrice * ratio};
    }
};

} // namespace ui
