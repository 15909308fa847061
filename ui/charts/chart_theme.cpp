#include "ui/charts/chart_theme.h"

#include <utility>

namespace ui
{

QColor blended(const QColor &a, const QColor &b, double share)
{
    const auto mix = [share](int from, int to) { return static_cast<int>(from + (to - from) * share + 0.5); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

ChartTheme ChartTheme::dark()
{
    ChartTheme theme;
    theme.background = QColor{0x12, 0x16, 0x1c};
    theme.grid = QColor{0x1e, 0x25, 0x2e};
    theme.axis = QColor{0x2c, 0x36, 0x42};
    theme.text = QColor{0xd8, 0xde, 0xe6};
    theme.mutedText = QColor{0x8d, 0x98, 0xa7};
    theme.up = theme.upWick = QColor{0x2e, 0xbd, 0x85};
    theme.down = theme.downWick = QColor{0xf0, 0x4f, 0x5f};
    theme.volumeUp = blended(theme.background, theme.up, 0.42);
    theme.volumeDown = blended(theme.background, theme.down, 0.42);
    theme.crosshair = QColor{0x73, 0x80, 0x91};
    theme.labelBackground = QColor{0x3a, 0x45, 0x53};
    theme.labelText = QColor{0xff, 0xff, 0xff};
    theme.lastPrice = QColor{0x5c, 0x68, 0x78};
    theme.entry = QColor{0x3d, 0x7e, 0xf0};
    theme.breakEven = QColor{0x6b, 0x77, 0xa8};
    theme.liquidation = QColor{0xd9, 0x6a, 0x0b};
    theme.stop = QColor{0xb8, 0x3a, 0x4b};
    theme.takeProfit = QColor{0x1f, 0x8f, 0x66};
    theme.target = QColor{0x7d, 0x5f, 0xc9};
    theme.buyOrder = QColor{0x1f, 0x8f, 0x66};
    theme.sellOrder = QColor{0xb8, 0x3a, 0x4b};
    theme.warning = QColor{0xa8, 0x6c, 0x10};
    return theme;
}

ChartTheme ChartTheme::light()
{
    ChartTheme theme = dark();
    theme.background = QColor{0xff, 0xff, 0xff};
    theme.grid = QColor{0xec, 0xef, 0xf3};
    theme.axis = QColor{0xcd, 0xd4, 0xdc};
    theme.text = QColor{0x1c, 0x23, 0x2c};
    theme.mutedText = QColor{0x5d, 0x68, 0x77};
    theme.up = theme.upWick = QColor{0x0c, 0x99, 0x68};
    theme.down = theme.downWick = QColor{0xd9, 0x30, 0x44};
    theme.volumeUp = blended(theme.background, theme.up, 0.4);
    theme.volumeDown = blended(theme.background, theme.down, 0.4);
    theme.crosshair = QColor{0x8a, 0x95, 0xa3};
    theme.labelBackground = QColor{0x4a, 0x55, 0x63};
    theme.lastPrice = QColor{0x6a, 0x75, 0x84};
    theme.entry = QColor{0x1f, 0x63, 0xd6};
    theme.liquidation = QColor{0xc2, 0x5a, 0x00};
    theme.warning = QColor{0x9a, 0x62, 0x08};
    return theme;
}

ChartTheme ChartTheme::swapped() const
{
    ChartTheme theme = *this;
    std::swap(theme.up, theme.down);
    std::swap(theme.upWick, theme.downWick);
    std::swap(theme.volumeUp, theme.volumeDown);
    std::swap(theme.buyOrder, theme.sellOrder);
    return theme;
}

ChartTheme ChartTheme::faded() const
{
    constexpr double share = 0.55;
    ChartTheme theme = *this;
    for (QColor *color : {&theme.up, &theme.down, &theme.upWick, &theme.downWick, &theme.volumeUp,
             &theme.volumeDown, &theme.lastPrice}) {
        const int gray = qGray(color->rgb());
        *color = blended(background, QColor{gray, gray, gray}, share);
    }
    return theme;
}

} // namespace ui
